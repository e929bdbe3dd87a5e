//! What a lint of a condition says: plain facts for people who write conditions.

use super::{AttributeSource, Span};

/// Whether canread can know an attribute without sending the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Availability {
    /// From the question itself or from what is collected anyway.
    Known,
    /// From look-ups that need more permissions or are not always possible.
    Sometimes,
    /// Known to be missing from the requests a batch job makes.
    Absent,
    /// No: only the service knows, or canread does not know the attribute.
    Unknown,
}

impl Availability {
    /// Every value.
    pub const ALL: [Availability; 4] = [Availability::Known, Availability::Sometimes, Availability::Absent, Availability::Unknown];

    /// The word reports use.
    pub fn as_str(self) -> &'static str {
        match self {
            Availability::Known => "known",
            Availability::Sometimes => "sometimes",
            Availability::Absent => "absent",
            Availability::Unknown => "unknown",
        }
    }
}

/// An attribute the condition reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeUse {
    /// Where it comes from.
    pub source: AttributeSource,
    /// Its name as first written.
    pub name: String,
    /// Whether canread can know it.
    pub availability: Availability,
    /// How, or why not: one sentence.
    pub note: String,
}

/// Something the author should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionNote {
    /// Where it stands.
    pub span: Span,
    /// The same in characters from the start.
    pub position: usize,
    /// What is remarkable: one sentence.
    pub message: String,
}

/// A line of the condition's tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeLine {
    /// How many expressions lie around it.
    pub depth: usize,
    /// `AND`, `OR`, `NOT`, or the expression.
    pub text: String,
}

/// What a condition says, needs, and where it is doubtful.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionReport {
    /// The condition on one line, in the documentation's spelling.
    pub text: String,
    /// Its tree, outermost first.
    pub tree: Vec<TreeLine>,
    /// Patterns of `ActionMatches`, each once, in the order of the text. Actions that match none are not restricted by a
    /// condition of the usual form.
    pub actions: Vec<String>,
    /// Patterns of `SubOperationMatches`, each once, in the order of the text.
    pub suboperations: Vec<String>,
    /// Attributes, each once, in the order of the text.
    pub attributes: Vec<AttributeUse>,
    /// What to look at, in the order of the text.
    pub notes: Vec<ConditionNote>,
}
