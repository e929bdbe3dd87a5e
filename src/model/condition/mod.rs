//! ABAC conditions of Azure role assignments (`conditionVersion` 2.0): text, syntax tree, and the way between them.
//!
//! Grammar and operators: "Azure role assignment condition format and syntax"; where real conditions deviate from the page
//! (no blank before an operator, `GuidEquals{…}`, GUIDs without hyphens, lower-case operators) the reader follows them.

mod ast;
mod error;
mod fold;
mod lexer;
mod operator;
mod parser;
mod print;
mod report;

pub use ast::*;
pub use error::*;
pub use fold::*;
pub use operator::*;
pub use report::*;

use std::fmt;
use std::sync::Arc;

/// Longest text that is read, in bytes: twice what Azure accepts ("Azure role assignment conditions FAQ": 8 KB). It bounds
/// what parsing and evaluating can cost.
pub const MAX_CONDITION_BYTES: usize = 16 * 1024;

/// Deepest nesting of parentheses and negations that is read.
pub const MAX_CONDITION_DEPTH: usize = 128;

/// A parsed condition, with its text.
///
/// Two conditions are equal when their trees are, whatever blanks, parentheses and spelling of keywords they were written
/// with.
///
/// ```
/// use canread::model::Condition;
/// let condition = Condition::parse("@Resource[Microsoft.Storage/storageAccounts:name]StringEquals 'a'").unwrap();
/// assert_eq!(condition.to_string(), "@Resource[Microsoft.Storage/storageAccounts:name] StringEquals 'a'");
/// assert_eq!(Condition::parse("(NOT Exists @Request[x]").unwrap_err().position(), 23);
/// ```
#[derive(Clone)]
pub struct Condition {
    text: Arc<str>,
    root: Expr,
    steps: usize,
}

impl Condition {
    /// Reads a condition.
    ///
    /// # Errors
    /// What is wrong and where, as an offset in characters.
    pub fn parse(text: &str) -> Result<Condition, ConditionError> {
        let (root, steps) = parser::parse(text)?;
        Ok(Condition { text: Arc::from(text), root, steps })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The tree.
    pub fn root(&self) -> &Expr {
        &self.root
    }

    /// Tokens and grammar rules it took to read; at most linear in the length of the text.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// The piece of the text that `span` points at; empty for a span of another condition.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }

    /// Whether a GUID operator occurs. On an assignment of a role with storage data actions such a condition makes every
    /// access fail. Source: "Troubleshoot Azure role assignment conditions".
    pub fn uses_guid_operator(&self) -> bool {
        let mut found = false;
        self.root.visit(&mut |expr| {
            if let ExprKind::Compare(comparison) = &expr.kind {
                found |= matches!(comparison.operator.base, BaseOperator::Guid { .. });
            }
        });
        found
    }
}

impl PartialEq for Condition {
    fn eq(&self, other: &Self) -> bool {
        self.root == other.root
    }
}
impl Eq for Condition {}

/// An equivalent text on one line.
impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.root, f)
    }
}
impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Condition").field(&self.text).finish()
    }
}
