//! JSON: the report as it is, indented, or a line of a batch.

use crate::model::{acts_on_terminals, begins_log_command};
use serde::Serialize;
use std::fmt::Write as _;
use std::io::{self, Write};

/// Writes a value as indented JSON with a final newline.
///
/// # Errors
/// Those of the writer.
pub fn pretty<T: Serialize>(value: &T, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", inert(&serde_json::to_string_pretty(value)?))
}

/// Writes a value as one line of JSON.
///
/// # Errors
/// Those of the writer.
pub fn line<T: Serialize>(value: &T, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", inert(&serde_json::to_string(value)?))
}

/// Escapes, as `\uXXXX`, what JSON allows raw in strings but a terminal or a build log would act on. Outside of strings JSON
/// has no such text but the line breaks of indentation, so replacing it leaves the same value.
fn inert(json: &str) -> String {
    let acts = |at: usize, c: char| c != '\n' && acts_on_terminals(c) || c == '#' && begins_log_command(json, at);
    if !json.char_indices().any(|(at, c)| acts(at, c)) {
        return json.to_owned();
    }
    let mut out = String::with_capacity(json.len() + 16);
    for (at, c) in json.char_indices() {
        if acts(at, c) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_a_terminal_would_act_on_is_escaped_and_the_value_stays() {
        let value = serde_json::json!({"a": "x\u{202e}\u{7f}\u{9b}31m\u{1b}é", "b": "##vso[task.setvariable variable=x]"});
        let mut out = Vec::new();
        super::pretty(&value, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(!text.chars().any(|c| c != '\n' && crate::model::acts_on_terminals(c)), "{text:?}");
        assert!(!text.contains("##"), "{text:?}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }
}
