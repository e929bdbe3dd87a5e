//! Conditions of role assignments, decided in three values and with reasons.

mod attributes;
mod compare;
mod evaluate;
mod lint;
mod network;
mod paths;
mod storage;
mod value;

pub use attributes::DataRequest;
pub use evaluate::{evaluate, grants};
pub use lint::lint;
pub use paths::PathSet;
pub use storage::{holds, holds_for_action, holds_parsed};
pub use value::{AttributeValue, Attributes, Datum, Grants, Question, Reason, Value};

use crate::model::{Action, Expr, Span, Timestamp};
use std::fmt;

/// What a condition is asked about.
#[derive(Clone, Copy)]
pub struct ConditionRequest<'a> {
    /// The action.
    pub action: &'a Action,
    /// Its suboperation.
    pub suboperation: Option<&'a str>,
    /// The attributes of the request.
    pub attributes: &'a dyn Attributes,
    /// The moment asked about, or the first of the period.
    pub at: Timestamp,
    /// The last moment of the period; `at` where a moment is asked about.
    pub until: Timestamp,
}

impl fmt::Debug for ConditionRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("ConditionRequest");
        out.field("action", self.action).field("suboperation", &self.suboperation).field("at", &self.at).field("until", &self.until);
        out.finish_non_exhaustive()
    }
}

/// A part of a condition without connectives, and its value.
#[derive(Clone, Debug)]
pub struct Clause<'c> {
    /// As the condition has it.
    pub text: &'c str,
    /// Where it stands.
    pub span: Span,
    /// Its own value, whatever negations stand around it.
    pub value: Value,
    /// The clause itself.
    pub expr: &'c Expr,
}

/// What became of a condition.
#[derive(Clone, Debug)]
pub struct Outcome<'c> {
    /// Its value.
    pub value: Value,
    /// The clauses that made it so, in the order of the text. Where clauses about attributes are among them, those about
    /// the action are left out.
    pub deciding: Vec<Clause<'c>>,
    /// The first moment known at which the value changes: after the period if it is decided, within it if it is not.
    pub flips_at: Option<Timestamp>,
    /// Whether the value rests on something the documentation does not say.
    pub undocumented: bool,
    /// Expressions and pairs of values looked at: at most the size of the tree times the number of values. Looking for
    /// `flips_at`, where the time decides, repeats that a fixed number of times at most.
    pub steps: usize,
}
