//! What is wrong with a rule file, and where.

use std::fmt;
use std::sync::Arc;

/// How many errors the text for people lists.
const SHOWN: usize = 20;

/// A line of a rule file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// File name.
    pub(super) file: Arc<str>,
    /// Line, from 1; 0 where no line can be named.
    pub(super) line: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 { write!(f, "{}", self.file) } else { write!(f, "{}:{}", self.file, self.line) }
    }
}

/// One error of a rule file; the file's author is at fault.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleError {
    place: Place,
    message: String,
}

impl RuleError {
    pub(super) fn new(place: &Place, message: impl Into<String>) -> Self {
        RuleError { place: place.clone(), message: message.into() }
    }
    /// Name of the file, as the caller gave it.
    pub fn file(&self) -> &str {
        &self.place.file
    }
    /// Line, from 1; 0 where something is missing of which no line can be named.
    pub fn line(&self) -> usize {
        self.place.line
    }
    /// What is wrong and what to do.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

/// Every error of a set of rule files, by file and line. INVARIANT: never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleErrors(Vec<RuleError>);

impl RuleErrors {
    /// `Err` with all errors in order, or `Ok` if there are none.
    pub(super) fn check(mut errors: Vec<RuleError>) -> Result<(), RuleErrors> {
        if errors.is_empty() {
            return Ok(());
        }
        errors.sort();
        errors.dedup();
        Err(RuleErrors(errors))
    }
    /// The errors, by file and line.
    pub fn iter(&self) -> impl Iterator<Item = &RuleError> {
        self.0.iter()
    }
}

impl fmt::Display for RuleErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the rules are not valid:")?;
        for error in self.0.iter().take(SHOWN) {
            write!(f, "\n  {error}")?;
        }
        match self.0.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, "\n  and {more} more"),
        }
    }
}

impl std::error::Error for RuleErrors {}
