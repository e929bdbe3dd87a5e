//! The lint of a condition (`canread rules --condition`), for people and as JSON.

use crate::model::{AttributeUse, Availability, ConditionError, ConditionReport};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// For people. Ends with a line break.
///
/// Control characters and marks of writing direction of the condition are shown as escapes, for conditions come from
/// elsewhere.
pub fn text(report: &ConditionReport) -> String {
    let mut out = String::new();
    section(&mut out, "Tree", report.tree.iter().map(|line| format!("{}{}", "  ".repeat(line.depth), shown(&line.text))));
    section(&mut out, "Actions it targets", report.actions.iter().map(|action| shown(action)));
    if report.actions.is_empty() {
        let _ = writeln!(out, "Actions it targets\n  every action of the role: there is no ActionMatches");
    }
    section(&mut out, "Suboperations", report.suboperations.iter().map(|name| shown(name)));
    let attribute = |used: &AttributeUse| {
        let word = match used.availability {
            Availability::Known => "known",
            Availability::Sometimes => "known where collected",
            Availability::Absent => "absent",
            Availability::Unknown => "not known",
        };
        format!("@{}[{}]: {word}; {}", used.source.as_str(), shown(&used.name), used.note)
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
    let lines: Vec<String> = caret.lines().map(|line| format!("  {}", shown(line))).collect();
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

/// Text from elsewhere, safe for a terminal.
fn shown(text: &str) -> String {
    let unsafe_mark = |c: char| {
        c.is_control() || matches!(c, '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if unsafe_mark(c) { out.extend(c.escape_unicode()) } else { out.push(c) }
    }
    out
}
