//! Values of conditions and attributes.

use super::PathSet;
use crate::model::{Attribute, AttributeName, AttributeSource, Missing};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// A value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Datum<'a> {
    /// Text; dates and GUIDs too.
    Text(Cow<'a, str>),
    /// An integer.
    Integer(i64),
    /// A truth value.
    Bool(bool),
}

impl<'a> Datum<'a> {
    /// Text that lives as long as the facts.
    pub fn text(text: &'a str) -> Self {
        Datum::Text(Cow::Borrowed(text))
    }
}

/// What is known of an attribute of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttributeValue<'a> {
    /// One value.
    One(Datum<'a>),
    /// A list of values; may be empty.
    Many(Vec<Datum<'a>>),
    /// The request does not carry it.
    Absent,
    /// Not known.
    Unknown(Missing),
    /// A path, each of this set in turn: the request stands for many.
    Paths(PathSet),
    /// The time of the request, which the question names.
    Now,
}

/// The attributes of a request.
pub trait Attributes {
    /// What is known of an attribute.
    fn get(&self, source: AttributeSource, name: &AttributeName) -> AttributeValue<'_>;
}

/// What the documentation does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Question {
    /// AND and OR without parentheses, and the groupings differ.
    MixedConnectives,
    /// A `…Not…` operator on an absent attribute.
    NotOperatorOnAbsent,
    /// Two attributes compared, both absent.
    BothAbsent,
    /// A quantifier over no values.
    NoValues,
    /// Several values, and no quantifier.
    ManyValues,
    /// A quantifier before an operator that the page does not list for it.
    QuantifierOfOperator,
    /// The operator and the kinds of its values do not fit.
    KindOfValue,
    /// The current time with another operator than the two documented ones.
    TimeOperator,
    /// So many values that canread does not compare them all.
    TooManyValues,
}

impl Question {
    /// Name of the open question, for `missing`.
    pub fn name(self) -> &'static str {
        match self {
            Question::MixedConnectives => "condition-mixed-and-or",
            Question::NotOperatorOnAbsent => "condition-not-operator-on-absent",
            Question::BothAbsent => "condition-both-absent",
            Question::NoValues => "condition-quantifier-over-nothing",
            Question::ManyValues => "condition-list-without-quantifier",
            Question::QuantifierOfOperator => "condition-quantifier-of-operator",
            Question::KindOfValue => "condition-kind-of-value",
            Question::TimeOperator => "condition-time-operator",
            Question::TooManyValues => "condition-too-many-values",
        }
    }

    /// The question, for people; a clause stands before it.
    pub fn says(self) -> &'static str {
        match self {
            Question::MixedConnectives => "mixes AND and OR without parentheses, and the possible groupings differ",
            Question::NotOperatorOnAbsent => "negates a comparison with an attribute the request lacks; the outcome is not documented",
            Question::BothAbsent => "compares two attributes the request lacks; the outcome is not documented",
            Question::NoValues => "asks for every one of no values; the outcome is not documented",
            Question::ManyValues => "compares a list without a quantifier; the outcome is not documented",
            Question::QuantifierOfOperator => "has a quantifier before an operator that is not documented with one",
            Question::KindOfValue => "has values that its operator is not documented for",
            Question::TimeOperator => "compares the current time by something else than DateTimeGreaterThan or DateTimeLessThan",
            Question::TooManyValues => "compares more values than canread looks at",
        }
    }
}

/// Why a condition, or part of one, is undecided.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The request lacks this attribute. Documented: where that decides, access is not granted.
    Absent(String),
    /// The attribute is not known; look this up.
    Unknown(String, Missing),
    /// The clause has no documented value.
    Ambiguous(String, Question),
}

impl Reason {
    pub(super) fn absent(attribute: &Attribute) -> Self {
        Reason::Absent(attribute.to_string())
    }

    /// What is missing for a decision; nothing for an attribute that the request lacks.
    pub fn missing(&self) -> Option<Missing> {
        match self {
            Reason::Absent(_) => None,
            Reason::Unknown(_, missing) => Some(missing.clone()),
            Reason::Ambiguous(clause, question) => Some(Missing::open(question.name(), format!("`{clause}` {}", question.says()))),
        }
    }
}

/// A value in Kleene's three-valued logic, with the reasons where undecided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// True.
    True,
    /// False.
    False,
    /// Undecided, for these reasons; one at least.
    Unknown(BTreeSet<Reason>),
}

impl Value {
    /// The decided value.
    pub fn known(&self) -> Option<bool> {
        match self {
            Value::True => Some(true),
            Value::False => Some(false),
            Value::Unknown(_) => None,
        }
    }

    pub(super) fn of(value: bool) -> Self {
        if value { Value::True } else { Value::False }
    }

    pub(super) fn negated(self) -> Self {
        match self {
            Value::True => Value::False,
            Value::False => Value::True,
            Value::Unknown(reasons) => Value::Unknown(reasons),
        }
    }
}

/// What an outcome means for an assignment that carries the condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grants {
    /// The condition is met.
    Granted,
    /// It is not met, or it is undecided only for attributes that the request lacks.
    NotGranted,
    /// Not known; this is missing, never nothing.
    Undetermined(BTreeSet<Missing>),
}
