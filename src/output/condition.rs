//! The lint of a condition (`canread rules --condition`), for people and as JSON.

use super::escape;
use crate::model::{AttributeUse, Availability, ConditionError, ConditionReport};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// For people. Ends with a line break.
///
/// Control characters and marks of writing direction of the condition are shown as escapes, for conditions come from
/// elsewhere.
pub fn text(report: &ConditionReport) -> String {
    let mut out = String::new();
    section(&mut out, "Tree", report.tree.iter().map(|line| format!("{}{}", "  ".repeat(line.depth), escape(&line.text))));
    section(&mut out, "Actions it targets", report.actions.iter().map(|action| escape(action)));
    if report.actions.is_empty() {
        let _ = writeln!(out, "Actions it targets\n  every action of the role: there is no ActionMatches");
    }
    section(&mut out, "Suboperations", report.suboperations.iter().map(|name| escape(name)));
    let attribute = |used: &AttributeUse| {
        let word = match used.availability {
            Availability::Known => "known",
            Availability::Sometimes => "known where collected",
            Availability::Absent => "absent",
            Availability::Unknown => "not known",
        };
        format!("@{}[{}]: {word}; {}", used.source.as_str(), escape(&used.name), used.note)
    };
    section(&mut out, "Attributes it needs", report.attributes.iter().map(attribute));
    section(&mut out, "To look at", report.notes.iter().map(|note| format!("at character {}: {}", note.position, note.message)));
    out
}

fn section(out: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let mut lines = lines.peekable();
    if lines.peek().is_none() {
        return;
    }
    let _ = writeln!(out, "{title}");
    for line in lines {
        let _ = writeln!(out, "  {line}");
    }
}

/// A condition that cannot be read, for people: what is wrong, the place, and a caret below it.
pub fn error_text(error: &ConditionError) -> String {
    let caret = error.caret();
    let lines: Vec<String> = caret.lines().map(|line| format!("  {}", escape(line))).collect();
    format!("{error}\n{}\n", lines.join("\n"))
}

/// As JSON; known keys are never absent.
pub fn json(report: &ConditionReport) -> Value {
    let attributes = report.attributes.iter().map(
        |used| json!({"source": used.source.as_str(), "name": used.name, "availability": used.availability.as_str(), "note": used.note}),
    );
    let notes = report.notes.iter().map(|note| json!({"position": note.position, "message": note.message}));
    let tree = report.tree.iter().map(|line| json!({"depth": line.depth, "text": line.text}));
    json!({
        "condition": report.text,
        "tree": tree.collect::<Vec<_>>(),
        "actions": report.actions,
        "suboperations": report.suboperations,
        "attributes": attributes.collect::<Vec<_>>(),
        "notes": notes.collect::<Vec<_>>(),
    })
}
