//! One line a requirement, what fails first.

use super::{Style, reasons, shortened, wrapped};
use crate::output::escape;
use crate::report::RequirementReport;
use std::io::{self, Write};

/// Writes the requirements: those that decide before those that are met, in their own order within. What is not met bears its
/// reasons; what a grant meets bears the grant; with `-v` each bears its proof.
pub(super) fn list(all: &[RequirementReport], style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut ordered: Vec<&RequirementReport> = all.iter().collect();
    ordered.sort_by_key(|one| urgency(one));
    let verdicts = ordered.iter().map(|one| word(one).len()).max().unwrap_or_default();
    let ids = ordered.iter().map(|one| one.id.len()).max().unwrap_or_default();
    let reason_indent = " ".repeat(2 + verdicts + 2);
    for one in ordered {
        let indent = " ".repeat(2 + verdicts + 2 + ids + 2);
        let text = wrapped(&indent, &indent, &shortened(&escape(&one.summary)), style.columns());
        write!(out, "  {}  {:<ids$}  {}", style.word(&word(one), &one.verdict, verdicts), one.id, text.trim_start())?;
        if style.verbose {
            reasons::tree(&one.proof, 2, style, out)?;
        } else if one.verdict != "allowed" || is_a_grant(&one.id) {
            reasons::brief(&one.proof, &reason_indent, style, out)?;
        }
    }
    Ok(())
}

fn urgency(one: &RequirementReport) -> u8 {
    match (one.verdict.as_str(), one.counts) {
        ("denied", true) => 0,
        ("allowed", _) => 3,
        (_, true) => 1,
        (_, false) => 2,
    }
}

/// The verdict; in brackets where it does not count.
fn word(one: &RequirementReport) -> String {
    if one.counts { one.verdict.clone() } else { format!("({})", one.verdict) }
}

/// Requirements that a role assignment or an ACL entry meets.
fn is_a_grant(id: &str) -> bool {
    id.starts_with("access/") || matches!(id, "credential/retrievable" | "credential/service-principal" | "output/writable")
}
