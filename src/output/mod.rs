//! One file a format: a report and a writer in, text out. Nothing else writes.

pub mod condition;
pub mod explain;
pub mod json;
pub mod rules;
pub mod schema;
pub mod table;
mod text;

use crate::model::acts_on_terminals;
use std::fmt::Write as _;

/// Text from Azure or from a file, safe to show: characters that act on terminals become `\u{…}`.
///
/// ```
/// assert_eq!(canread::output::escape("a\u{1b}[31mb"), "a\\u{1b}[31mb");
/// ```
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if acts_on_terminals(c) {
            let _ = write!(out, "\\u{{{:x}}}", c as u32);
        } else {
            out.push(c);
        }
    }
    out
}

/// As [`escape`], for text of several lines: line breaks stay.
pub fn escape_lines(text: &str) -> String {
    text.lines().map(escape).collect::<Vec<_>>().join("\n")
}
