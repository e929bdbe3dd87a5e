//! One file a format: a report and a writer in, text out. Nothing else writes.

pub mod annotations;
pub mod checks;
pub mod condition;
pub mod diff;
pub mod explain;
pub mod html;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod notice;
pub mod review;
pub mod rules;
pub mod sarif;
pub mod schema;
pub mod table;
mod text;
pub mod who;

use crate::model::{acts_on_terminals, begins_log_command};
use std::fmt::Write as _;

/// Text from Azure or from a file, safe to show: characters that act on terminals become `\u{…}`, and so does the first
/// character of what a build log would take for a command.
///
/// ```
/// assert_eq!(canread::output::escape("a\u{1b}[31mb"), "a\\u{1b}[31mb");
/// assert_eq!(canread::output::escape("##vso[task.complete]"), "\\u{23}#vso[task.complete]");
/// assert_eq!(canread::output::escape("::error::no 2001:db8::1"), "\\u{3a}:error::no 2001:db8::1");
/// ```
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        if acts_on_terminals(c) || begins_log_command(text, at) {
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
