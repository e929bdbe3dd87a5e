//! Why: the leaves of a proof that decide, or the whole tree.

use super::{Style, shortened, wrapped};
use crate::output::escape;
use crate::report::ProofReport;
use std::io::{self, Write};

/// Most reasons that are listed for one requirement.
const MOST: usize = 4;

/// Writes the leaves that decide, each once: of a denied proof why each way failed (the near misses), of an undetermined one
/// what is unknown, of an allowed one the grants.
pub(super) fn brief(proof: &ProofReport, indent: &str, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let word = match proof.verdict.as_str() {
        "allowed" => "granted by",
        "denied" => "fails:",
        _ => "unknown:",
    };
    let texts = texts(proof);
    for text in texts.iter().take(MOST) {
        write!(out, "{}", wrapped(&format!("{indent}{word} "), &format!("{indent}  "), text, style.columns()))?;
    }
    match texts.len().saturating_sub(MOST) {
        0 => Ok(()),
        more => writeln!(out, "{indent}and {more} more (`-v` shows them)"),
    }
}

/// The leaves that decide, each once, in a sentence.
pub(in crate::output) fn texts(proof: &ProofReport) -> Vec<String> {
    let mut leaves = Vec::new();
    collect(proof, &mut leaves);
    if proof.verdict == "allowed" {
        leaves.retain(|leaf| leaf.evidence.as_ref().is_some_and(|evidence| is_grant(&evidence.kind)));
    }
    let informative: Vec<&ProofReport> = leaves.iter().copied().filter(|leaf| !only_complete(leaf)).collect();
    let chosen = if informative.is_empty() { leaves } else { informative };
    let mut texts: Vec<String> = Vec::new();
    let rights: Vec<&str> = chosen.iter().filter_map(|leaf| acl_right(leaf)).collect();
    if proof.verdict == "allowed" && !rights.is_empty() {
        texts.push(format!("ACL entries: {}", escape(&distinct(rights).join(", "))));
    }
    for leaf in chosen.iter().filter(|leaf| leaf.verdict != "allowed" || acl_right(leaf).is_none()) {
        texts.push(brief_sentence(leaf));
    }
    distinct(texts)
}

/// The leaves that agree with the whole. Of alternatives that hold, the first.
fn collect<'a>(proof: &'a ProofReport, leaves: &mut Vec<&'a ProofReport>) {
    let one_suffices = proof.any.is_some() && proof.verdict == "allowed";
    let parts = proof.all.as_deref().or(proof.any.as_deref()).unwrap_or_default();
    let mut agreeing = parts.iter().filter(|part| part.verdict == proof.verdict).peekable();
    if agreeing.peek().is_none() {
        leaves.push(proof);
    }
    for part in agreeing.take(if one_suffices { 1 } else { usize::MAX }) {
        collect(part, leaves);
    }
}

fn is_grant(kind: &str) -> bool {
    matches!(kind, "role_assignment" | "path_access")
}

/// "Nothing else is there": worth a line only where it is the one reason.
fn only_complete(leaf: &ProofReport) -> bool {
    leaf.verdict == "denied" && leaf.evidence.as_ref().is_some_and(|evidence| evidence.kind == "coverage")
}

fn sentence(leaf: &ProofReport) -> String {
    let claim = shortened(&escape(&leaf.claim));
    match &leaf.evidence {
        Some(_) if only_complete(leaf) => format!("{claim}: the look-up is complete and holds none"),
        Some(evidence) => format!("{claim}: {}", shortened(&escape(&evidence.says))),
        None => claim,
    }
}

/// Each once, in the order of the first.
fn distinct<T: PartialEq>(all: Vec<T>) -> Vec<T> {
    let mut kept: Vec<T> = Vec::new();
    for one in all {
        if !kept.contains(&one) {
            kept.push(one);
        }
    }
    kept
}

/// Of an ACL entry: the right and the path, without whom it is asked of, which the requirement says already.
fn acl_right(leaf: &ProofReport) -> Option<&str> {
    leaf.evidence.as_ref().filter(|evidence| evidence.kind == "path_access")?;
    let at = leaf.claim.find(" has `")?;
    leaf.claim.get(at + " has ".len()..)
}

/// As [`sentence`]; of an assignment or an ACL entry without what the requirement says already: the action, and to whom.
fn brief_sentence(leaf: &ProofReport) -> String {
    let Some(evidence) = leaf.evidence.as_ref().filter(|_| !only_complete(leaf)) else {
        return sentence(leaf);
    };
    let says = shortened(&escape(&evidence.says));
    let role = leaf.claim.split_once(" grants `").filter(|_| evidence.kind == "role_assignment");
    match (acl_right(leaf), role) {
        (Some(right), _) => format!("{}: {says}", escape(right)),
        (None, Some((role, _))) => {
            let says = if leaf.verdict == "allowed" { says.strip_prefix("by ").unwrap_or(&says) } else { &says };
            format!("{}: {says}", shortened(&escape(role)))
        }
        (None, None) => sentence(leaf),
    }
}

/// Writes the tree, indented, each leaf with the record it rests on.
pub(super) fn tree(node: &ProofReport, depth: usize, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let indent = "  ".repeat(depth);
    let (parts, joint) = match (&node.all, &node.any) {
        (Some(parts), _) => (parts.as_slice(), " (all of)"),
        (None, Some(parts)) => (parts.as_slice(), " (any of)"),
        (None, None) => (&[][..], ""),
    };
    let text = format!("{}: {}{joint}", node.verdict, sentence(node));
    write!(out, "{}", wrapped(&indent, &format!("{indent}  "), &text, style.columns()))?;
    if let Some(evidence) = &node.evidence {
        writeln!(out, "{indent}  [{} {}]", evidence.kind, escape(&evidence.id))?;
    }
    for part in parts {
        tree(part, depth + 1, style, out)?;
    }
    Ok(())
}
