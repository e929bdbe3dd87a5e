//! What is wrong with a condition's text, and where.

use super::{MAX_CONDITION_BYTES, MAX_CONDITION_DEPTH};
use std::fmt;

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConditionProblem {
    /// Nothing but blanks.
    #[error("the condition is empty")]
    Empty,
    /// Longer than [`MAX_CONDITION_BYTES`].
    #[error("the condition is longer than {MAX_CONDITION_BYTES} bytes (Azure accepts 8 KB)")]
    TooLong,
    /// Nested deeper than [`MAX_CONDITION_DEPTH`].
    #[error("more than {MAX_CONDITION_DEPTH} parentheses and negations within one another")]
    TooDeep,
    /// A quote without its end.
    #[error("the text that begins here has no closing quote")]
    OpenText,
    /// A `[` without its `]`.
    #[error("the attribute that begins here has no closing `]`")]
    OpenAttribute,
    /// `@` with a word that is no source.
    #[error("`@{0}` is no attribute source; there are @Resource, @Request, @Principal and @Environment")]
    Source(String),
    /// `@Source[]`.
    #[error("the attribute has no name")]
    NoName,
    /// A word where an operator is needed that is none.
    #[error("`{0}` is no documented operator")]
    Operator(String),
    /// An integer out of range.
    #[error("`{0}` is out of the range of integers")]
    Integer(String),
    /// A word where a value is needed that is none.
    #[error("`{0}` is no value; texts stand in single quotes, and only integers, true, false and GUIDs stand without")]
    Value(String),
    /// A character that begins nothing.
    #[error("`{0}` cannot stand here")]
    Character(String),
    /// Something else was needed.
    #[error("expected {expected}, found {found}")]
    Expected {
        /// What was needed.
        expected: &'static str,
        /// What is there.
        found: String,
    },
}

/// What is wrong with a condition's text, and where.
#[derive(Clone, PartialEq, Eq)]
pub struct ConditionError {
    problem: ConditionProblem,
    position: usize,
    excerpt: String,
    column: usize,
}

/// Characters of the line shown before and after the place.
const AROUND: usize = 36;

impl ConditionError {
    /// `at` is a byte of `text`.
    pub(super) fn new(problem: ConditionProblem, text: &str, at: usize) -> Self {
        let before = text.get(..at).unwrap_or(text);
        let position = before.chars().count();
        let line_start = before.rfind(['\n', '\r']).map_or(0, |end| end + 1);
        // One character for one, so that the caret stays below its place.
        let shown = |c: char| if c.is_control() || turns_writing(c) { '\u{fffd}' } else { c };
        let mut ahead: Vec<char> = before.get(line_start..).unwrap_or_default().chars().rev().take(AROUND).map(shown).collect();
        ahead.reverse();
        let column = ahead.len();
        let behind = text.get(before.len()..).unwrap_or_default().chars().take_while(|c| !matches!(c, '\n' | '\r'));
        let excerpt = ahead.into_iter().chain(behind.take(AROUND).map(shown)).collect();
        ConditionError { problem, position, excerpt, column }
    }

    /// What is wrong.
    pub fn problem(&self) -> &ConditionProblem {
        &self.problem
    }

    /// Where, in characters from the start.
    pub fn position(&self) -> usize {
        self.position
    }

    /// The line it is in, or the part of it around the place, and below it a caret: two lines.
    ///
    /// ```
    /// use canread::model::Condition;
    /// let error = Condition::parse("@Resource[a] StringIs 'x'").unwrap_err();
    /// assert_eq!(error.caret(), "@Resource[a] StringIs 'x'\n             ^");
    /// ```
    pub fn caret(&self) -> String {
        format!("{}\n{}^", self.excerpt, " ".repeat(self.column))
    }
}

impl fmt::Display for ConditionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at character {})", self.problem, self.position)
    }
}
impl fmt::Debug for ConditionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl std::error::Error for ConditionError {}

/// Marks that change the direction of writing or have no width.
fn turns_writing(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
