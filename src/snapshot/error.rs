//! What is wrong with a file, said without repeating what is in it.

use crate::model::{acts_on_terminals, redacted};
use std::fmt;

/// How many problems are listed; the rest is counted.
const LISTED: usize = 20;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Line, from 1; `None`: the file as a whole.
    pub line: Option<u32>,
    /// What is wrong.
    pub message: String,
}

/// Why a file cannot be used: every bad line, 20 at most, and how many more there are.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ReadErrors {
    /// The file, as the user named it.
    pub name: String,
    /// What is wrong, in file order.
    pub problems: Vec<Problem>,
    /// Bad lines beyond those listed.
    pub more: usize,
}

impl ReadErrors {
    pub(super) fn new(name: &str) -> Self {
        ReadErrors { name: printable(name), problems: Vec::new(), more: 0 }
    }

    /// An error that is about the file as a whole.
    pub(super) fn whole(name: &str, message: impl Into<String>) -> Self {
        let mut errors = ReadErrors::new(name);
        errors.problems.push(Problem { line: None, message: message.into() });
        errors
    }

    pub(super) fn add(&mut self, line: u32, message: impl Into<String>) {
        if self.problems.len() < LISTED {
            self.problems.push(Problem { line: Some(line), message: message.into() });
        } else {
            self.more += 1;
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }
}

impl fmt::Display for ReadErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.problems.iter().enumerate() {
            if at > 0 {
                writeln!(f)?;
            }
            match problem.line {
                Some(line) => write!(f, "{}:{line}: {}", self.name, problem.message)?,
                None => write!(f, "{}: {}", self.name, problem.message)?,
            }
        }
        if self.more > 0 {
            write!(f, "\n{}: and {} more", self.name, self.more)?;
        }
        Ok(())
    }
}

/// Text that may stand in a message: secrets cut, control characters and bidirectional marks escaped, at most 200 characters.
pub(super) fn printable(text: &str) -> String {
    let mut safe = String::new();
    for (at, c) in redacted(text).chars().enumerate() {
        if at == 200 {
            safe.push('…');
            break;
        }
        if acts_on_terminals(c) {
            safe.extend(c.escape_default());
        } else {
            safe.push(c);
        }
    }
    safe
}

/// What serde_json has to say of `text`, with the place in it, without any value from it.
///
/// `above` is the JSON pointer of `text` in its line.
pub(super) fn json_error(error: &serde_json::Error, text: &str, above: &str) -> String {
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    match error.classify() {
        serde_json::error::Category::Io => "cannot be read".to_owned(),
        serde_json::error::Category::Eof => "not JSON: ends in the middle of a value; the file may be cut".to_owned(),
        serde_json::error::Category::Syntax => format!("not JSON: {message} at column {}", error.column()),
        serde_json::error::Category::Data => {
            let place = super::place::pointer_at(text, error.column());
            format!("`{}`: {}", printable(&format!("{above}{place}")), without_value(message))
        }
    }
}

/// "invalid type: string "…", expected a boolean" without the value in the middle.
fn without_value(message: &str) -> String {
    let found = message.strip_prefix("invalid type: ").or_else(|| message.strip_prefix("invalid value: "));
    let (Some(found), Some((_, expected))) = (found, message.rsplit_once(", expected ")) else {
        return message.to_owned();
    };
    let kind = found.split(['`', '"', ',']).next().unwrap_or_default().trim();
    let kind = match kind {
        "map" => "object",
        "sequence" => "array",
        other => other,
    };
    format!("expected {expected}, found {kind}")
}
