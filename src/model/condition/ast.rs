//! The tree of a condition.

use super::{Operator, fold_text};
use crate::model::ActionPattern;
use std::fmt;

/// Bytes `start..end` of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
}

/// An expression and where it stands. Equality looks at the meaning only, not at the place.
#[derive(Clone, Debug)]
pub struct Expr {
    /// Where it stands; without parentheses around it.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}
impl Eq for Expr {}

/// What an expression can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExprKind {
    /// Operands joined by `OR`; two at least.
    Any(Vec<Expr>),
    /// Operands joined by `AND`; two at least.
    All(Vec<Expr>),
    /// `AND` and `OR` beside one another without parentheses: the page demands parentheses and does not say which binds
    /// tighter. Three operands at least.
    Mixed {
        /// First operand.
        first: Box<Expr>,
        /// The others, each with what stands before it.
        rest: Vec<(Connective, Expr)>,
    },
    /// `NOT` or `!`.
    Not(Box<Expr>),
    /// `Exists` of an attribute.
    Exists(Attribute),
    /// `ActionMatches{…}`: the current action matches one of the patterns.
    ActionMatches(Vec<ActionPattern>),
    /// `SubOperationMatches{…}`: the current suboperation matches one of the patterns.
    SubOperationMatches(Vec<ActionPattern>),
    /// A comparison.
    Compare(Comparison),
}

/// What joins two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Connective {
    /// `AND`, `&&`.
    And,
    /// `OR`, `||`.
    Or,
}

/// Two operands and what is asked of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// Left-hand side.
    pub left: Operand,
    /// Operator.
    pub operator: Operator,
    /// Right-hand side.
    pub right: Operand,
}

impl Comparison {
    /// The attributes compared.
    pub fn attributes(&self) -> impl Iterator<Item = &Attribute> {
        [&self.left, &self.right].into_iter().filter_map(|operand| match operand {
            Operand::Attribute(attribute) => Some(attribute),
            Operand::Value(_) | Operand::Set(_) => None,
        })
    }
}

/// A side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operand {
    /// An attribute.
    Attribute(Attribute),
    /// One value.
    Value(Literal),
    /// Values in braces; one at least.
    Set(Vec<Literal>),
}

/// A value in a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Literal {
    /// Text between single quotes, as written: escapes are undone where the operator knows them.
    Text(String),
    /// An integer.
    Integer(i64),
    /// `true` or `false`.
    Bool(bool),
    /// A GUID without quotes.
    Guid(String),
}

/// Where an attribute comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AttributeSource {
    /// `@Resource`.
    Resource,
    /// `@Request`.
    Request,
    /// `@Principal`.
    Principal,
    /// `@Environment`.
    Environment,
}

impl AttributeSource {
    /// Every source.
    pub const ALL: [AttributeSource; 4] =
        [AttributeSource::Resource, AttributeSource::Request, AttributeSource::Principal, AttributeSource::Environment];

    /// The word conditions and rules use.
    pub fn as_str(self) -> &'static str {
        match self {
            AttributeSource::Resource => "Resource",
            AttributeSource::Request => "Request",
            AttributeSource::Principal => "Principal",
            AttributeSource::Environment => "Environment",
        }
    }

    /// Reads the word, any case.
    pub fn parse(text: &str) -> Option<Self> {
        AttributeSource::ALL.into_iter().find(|source| source.as_str().eq_ignore_ascii_case(text))
    }
}

/// Prefix of the attributes that stand for one blob index tag, lower case.
pub const TAG_PREFIX: &str = "microsoft.storage/storageaccounts/blobservices/containers/blobs/tags:";

const CASE_MARKER: &str = "<$key_case_sensitive$>";

/// Name of an attribute: what stands between the brackets. Case does not count, but for the key of an index tag.
/// Source: "Actions and attributes for Azure role assignment conditions for Azure Blob Storage".
///
/// ```
/// use canread::model::AttributeName;
/// assert_eq!(AttributeName::new("A/b:Name"), AttributeName::new("a/B:name"));
/// let tag = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/tags:Project<$key_case_sensitive$>";
/// assert_eq!(AttributeName::new(tag).tag_key(), Some("Project"));
/// assert_ne!(AttributeName::new(tag), AttributeName::new(&tag.replace("Project", "project")));
/// ```
#[derive(Clone)]
pub struct AttributeName {
    text: String,
    key: String,
}

impl AttributeName {
    /// A name as conditions write it.
    pub fn new(text: &str) -> Self {
        let text = text.trim();
        let mut key = fold_text(text);
        if key.starts_with(TAG_PREFIX) {
            key.truncate(TAG_PREFIX.len());
            key.push_str(text.get(TAG_PREFIX.len()..).unwrap_or_default());
        }
        AttributeName { text: text.to_owned(), key }
    }
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
    /// The form names are compared by.
    pub fn key(&self) -> &str {
        &self.key
    }
    /// The key of the index tag this attribute stands for.
    pub fn tag_key(&self) -> Option<&str> {
        let rest = self.key.strip_prefix(TAG_PREFIX)?;
        Some(rest.strip_suffix(CASE_MARKER).unwrap_or(rest))
    }
}

impl PartialEq for AttributeName {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}
impl Eq for AttributeName {}
impl fmt::Debug for AttributeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

/// An attribute of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Source.
    pub source: AttributeSource,
    /// Name.
    pub name: AttributeName,
}

impl Expr {
    /// Calls `f` with this expression and every one below it, in the order of the text.
    pub fn visit<'a>(&'a self, f: &mut impl FnMut(&'a Expr)) {
        f(self);
        match &self.kind {
            ExprKind::Any(parts) | ExprKind::All(parts) => parts.iter().for_each(|part| part.visit(f)),
            ExprKind::Mixed { first, rest } => {
                first.visit(f);
                rest.iter().for_each(|(_, part)| part.visit(f));
            }
            ExprKind::Not(inner) => inner.visit(f),
            ExprKind::Exists(_) | ExprKind::ActionMatches(_) | ExprKind::SubOperationMatches(_) | ExprKind::Compare(_) => {}
        }
    }

    /// The attributes this expression itself reads, not those of expressions below it.
    pub fn attributes(&self) -> impl Iterator<Item = &Attribute> {
        let (exists, comparison) = match &self.kind {
            ExprKind::Exists(attribute) => (Some(attribute), None),
            ExprKind::Compare(comparison) => (None, Some(comparison)),
            ExprKind::Any(_)
            | ExprKind::All(_)
            | ExprKind::Mixed { .. }
            | ExprKind::Not(_)
            | ExprKind::ActionMatches(_)
            | ExprKind::SubOperationMatches(_) => (None, None),
        };
        exists.into_iter().chain(comparison.into_iter().flat_map(Comparison::attributes))
    }
}
