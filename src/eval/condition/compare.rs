//! One comparison: absent and unknown sides, quantifiers, and the operators themselves.

use super::evaluate::{Judged, Run};
use super::{AttributeValue, Datum, PathSet, Question, Reason};
use crate::model::{
    Attribute, BaseOperator, Case, Comparison, LikePattern, Literal, Missing, Operand, Operator, Order, Quantifier, StringRelation,
    Timestamp,
};
use std::collections::BTreeSet;
use time::format_description::well_known::Rfc3339;

/// Most pairs of values that one comparison looks at.
const MOST_PAIRS: usize = 1_000_000;

/// A side of a comparison, with its values.
enum Side<'a> {
    One(Datum<'a>),
    Many(Vec<Datum<'a>>),
    Paths(PathSet),
    Now,
    Absent(&'a Attribute),
    Unknown(&'a Attribute, Missing),
}

impl<'a> Side<'a> {
    fn new<'r: 'a>(run: &Run<'_, 'r>, operand: &'a Operand) -> Side<'a> {
        match operand {
            Operand::Value(value) => Side::One(datum(value)),
            Operand::Set(values) => Side::Many(values.iter().map(datum).collect()),
            Operand::Attribute(attribute) => match run.attribute(attribute) {
                AttributeValue::One(value) => Side::One(value),
                AttributeValue::Many(values) => Side::Many(values),
                AttributeValue::Paths(paths) => Side::Paths(paths),
                AttributeValue::Now => Side::Now,
                AttributeValue::Absent => Side::Absent(attribute),
                AttributeValue::Unknown(missing) => Side::Unknown(attribute, missing),
            },
        }
    }

    /// Why this side has no value.
    fn reason(&self) -> Option<Reason> {
        match self {
            Side::Absent(attribute) => Some(Reason::absent(attribute)),
            Side::Unknown(attribute, missing) => Some(Reason::Unknown(attribute.to_string(), missing.clone())),
            Side::One(_) | Side::Many(_) | Side::Paths(_) | Side::Now => None,
        }
    }

    fn is_absent(&self) -> bool {
        matches!(self, Side::Absent(_))
    }

    /// The values; a set of paths stands for one path at a time and is no list.
    fn items(&self) -> Vec<Item<'_>> {
        match self {
            Side::One(value) => vec![Item::Value(value)],
            Side::Many(values) => values.iter().map(Item::Value).collect(),
            Side::Paths(paths) => vec![Item::Paths(paths)],
            Side::Now | Side::Absent(_) | Side::Unknown(..) => Vec::new(),
        }
    }
}

fn datum(literal: &Literal) -> Datum<'_> {
    match literal {
        Literal::Text(text) | Literal::Guid(text) => Datum::text(text),
        Literal::Integer(value) => Datum::Integer(*value),
        Literal::Bool(value) => Datum::Bool(*value),
    }
}

#[derive(Clone, Copy)]
enum Item<'a> {
    Value(&'a Datum<'a>),
    Paths(&'a PathSet),
}

/// Why a pair of values is undecided.
enum Undecided {
    /// The answer is not the same for all paths of this set.
    Path(String),
    /// The operator is not documented for such values.
    Kind,
}

/// The value of a comparison; `clause` is its text.
pub(super) fn compare<'c>(run: &mut Run<'c, '_>, comparison: &'c Comparison, clause: &str) -> Judged {
    let left = Side::new(run, &comparison.left);
    let right = Side::new(run, &comparison.right);
    let open = |question| Judged::undecided(BTreeSet::from([Reason::Ambiguous(clause.to_owned(), question)]));
    if let Some(judged) = without_value(&left, &right, comparison.operator.base, clause) {
        return judged;
    }
    if let Some(judged) = with_time(run, &left, &right, comparison.operator, clause) {
        return judged;
    }
    if let (Side::One(one), Side::One(other), None) = (&left, &right, comparison.operator.quantifier) {
        run.steps += 1;
        return test_values(comparison.operator.base, one, other).map_or_else(|| open(Question::KindOfValue), Judged::constant);
    }
    let (lefts, rights) = (left.items(), right.items());
    let quantifier = match comparison.operator.quantifier {
        Some(_) if !comparison.operator.base.takes_quantifier() => return open(Question::QuantifierOfOperator),
        Some(quantifier) => quantifier,
        None if lefts.len() != 1 || rights.len() != 1 => return open(Question::ManyValues),
        None => Quantifier::AnyOfAny,
    };
    if lefts.len().saturating_mul(rights.len()) > MOST_PAIRS {
        return open(Question::TooManyValues);
    }
    match quantified(run, quantifier, comparison.operator.base, &lefts, &rights) {
        Ok(Some(value)) => Judged::constant(value),
        Ok(None) => open(Question::NoValues),
        Err(causes) => {
            let reason = |cause| match cause {
                Undecided::Kind => Reason::Ambiguous(clause.to_owned(), Question::KindOfValue),
                Undecided::Path(prefix) => {
                    let question = format!("whether `{clause}` holds differs between paths below `{prefix}`, or may");
                    let attribute = comparison.attributes().next().map(ToString::to_string).unwrap_or_default();
                    Reason::Unknown(attribute, Missing::open("condition-path", question))
                }
            };
            Judged::undecided(causes.into_iter().map(reason).collect())
        }
    }
}

/// Undecided where a side is absent or unknown.
fn without_value(left: &Side<'_>, right: &Side<'_>, base: BaseOperator, clause: &str) -> Option<Judged> {
    let mut reasons: BTreeSet<Reason> = [left, right].into_iter().filter_map(Side::reason).collect();
    if reasons.is_empty() {
        return None;
    }
    let mut ask = |question| reasons.insert(Reason::Ambiguous(clause.to_owned(), question));
    if base.is_negated() && (left.is_absent() || right.is_absent()) {
        ask(Question::NotOperatorOnAbsent);
    }
    if left.is_absent() && right.is_absent() {
        ask(Question::BothAbsent);
    }
    Some(Judged::undecided(reasons))
}

/// Comparisons with the current time. Only `DateTimeGreaterThan` and `DateTimeLessThan` are documented for it ("Actions and
/// attributes for Azure role assignment conditions for Azure Blob Storage", UTC now).
fn with_time(run: &Run<'_, '_>, left: &Side<'_>, right: &Side<'_>, operator: Operator, clause: &str) -> Option<Judged> {
    let (other, is_left) = match (left, right) {
        (Side::Now, other) => (other, true),
        (other, Side::Now) => (other, false),
        (_, _) => return None,
    };
    let open = |question| Some(Judged::undecided(BTreeSet::from([Reason::Ambiguous(clause.to_owned(), question)])));
    let order = match operator {
        Operator { quantifier: None, base: BaseOperator::DateTime(order) } if is_left => order,
        Operator { quantifier: None, base: BaseOperator::DateTime(order) } => order.mirrored(),
        Operator { .. } => return open(Question::TimeOperator),
    };
    let Side::One(Datum::Text(text)) = other else { return open(Question::KindOfValue) };
    let Some(bound) = moment(text) else { return open(Question::KindOfValue) };
    let (at, until) = (run.request.at, run.request.until);
    let decided = match order {
        Order::GreaterThan if at > bound => Some((true, None)),
        Order::GreaterThan if until <= bound => Some((false, Some(bound))),
        Order::LessThan if until < bound => Some((true, Some(bound))),
        Order::LessThan if at >= bound => Some((false, None)),
        Order::GreaterThan | Order::LessThan => None,
        Order::Equals | Order::NotEquals | Order::LessThanEquals | Order::GreaterThanEquals => return open(Question::TimeOperator),
    };
    Some(match decided {
        Some((value, flips)) => Judged { flips, ..Judged::constant(value) },
        None => {
            let when = bound.format(&Rfc3339).unwrap_or_else(|_| bound.to_string());
            let question = format!("`{clause}` changes at {when}, within the period asked about");
            let reason = Reason::Unknown("@Environment[UtcNow]".to_owned(), Missing::open("condition-time", question));
            Judged { flips: Some(bound), ..Judged::undecided(BTreeSet::from([reason])) }
        }
    })
}

/// The quantifier over every pair; `Ok(None)` where it asks for every one of no values, which is not documented.
fn quantified(
    run: &mut Run<'_, '_>,
    quantifier: Quantifier,
    base: BaseOperator,
    lefts: &[Item<'_>],
    rights: &[Item<'_>],
) -> Result<Option<bool>, Vec<Undecided>> {
    let (some_left, some_right) = match quantifier {
        Quantifier::AnyOfAny => (true, true),
        Quantifier::AllOfAny => (false, true),
        Quantifier::AnyOfAll => (true, false),
        Quantifier::AllOfAll => (false, false),
    };
    if (lefts.is_empty() && !some_left) || (!lefts.is_empty() && rights.is_empty() && !some_right) {
        return Ok(None);
    }
    let mut causes = Vec::new();
    let mut pair = |left: Item<'_>, right: Item<'_>| {
        run.steps += 1;
        match test(base, left, right) {
            Ok(value) => Some(value),
            Err(cause) => {
                if causes.len() < 2 {
                    causes.push(cause);
                }
                None
            }
        }
    };
    let whole = fold(some_left, lefts.iter().map(|left| fold(some_right, rights.iter().map(|right| pair(*left, *right)))));
    whole.map(Some).ok_or(causes)
}

/// Kleene's "or" (`some`) or "and" of values.
fn fold(some: bool, values: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut whole = Some(!some);
    for value in values {
        match value {
            Some(value) if value == some => return Some(some),
            Some(_) => {}
            None => whole = None,
        }
    }
    whole
}

/// Whether one pair of values satisfies an operator.
fn test(base: BaseOperator, left: Item<'_>, right: Item<'_>) -> Result<bool, Undecided> {
    match (left, right) {
        (Item::Value(left), Item::Value(right)) => test_values(base, left, right).ok_or(Undecided::Kind),
        (Item::Paths(paths), Item::Value(right)) => test_paths(base, paths, right),
        (_, Item::Paths(paths)) => Err(Undecided::Path(paths.prefix().to_owned())),
    }
}

fn test_values(base: BaseOperator, left: &Datum<'_>, right: &Datum<'_>) -> Option<bool> {
    match base {
        BaseOperator::String { relation, negated, case } => {
            let (left, right) = (text(left)?, text(right)?);
            let holds = match relation {
                StringRelation::Equals => case.equal(left, right),
                StringRelation::StartsWith => case.starts_with(left, right),
                StringRelation::Like => LikePattern::new(right).matches(left, case),
            };
            Some(holds != negated)
        }
        BaseOperator::Numeric(order) => Some(order.holds(&integer(left)?, &integer(right)?)),
        BaseOperator::DateTime(order) => Some(order.holds(&moment(text(left)?)?, &moment(text(right)?)?)),
        BaseOperator::Bool { negated } => Some((truth(left)? == truth(right)?) != negated),
        BaseOperator::Guid { negated } => Some(same_guid(text(left)?, text(right)?) != negated),
    }
}

fn test_paths(base: BaseOperator, paths: &PathSet, right: &Datum<'_>) -> Result<bool, Undecided> {
    let BaseOperator::String { relation, negated, case } = base else { return Err(Undecided::Kind) };
    let right = text(right).ok_or(Undecided::Kind)?;
    let holds = match relation {
        StringRelation::Equals => paths.equals(right, case),
        StringRelation::StartsWith => paths.starts_with(right, case),
        StringRelation::Like => paths.like(right, case),
    };
    holds.map(|holds| holds != negated).ok_or_else(|| Undecided::Path(paths.prefix().to_owned()))
}

fn text<'a>(datum: &'a Datum<'_>) -> Option<&'a str> {
    match datum {
        Datum::Text(text) => Some(text),
        Datum::Integer(_) | Datum::Bool(_) => None,
    }
}

/// Index tags and custom attributes may hold numbers as text.
fn integer(datum: &Datum<'_>) -> Option<i64> {
    match datum {
        Datum::Integer(value) => Some(*value),
        Datum::Text(text) => text.parse().ok(),
        Datum::Bool(_) => None,
    }
}

fn truth(datum: &Datum<'_>) -> Option<bool> {
    match datum {
        Datum::Bool(value) => Some(*value),
        Datum::Text(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Datum::Text(text) if text.eq_ignore_ascii_case("false") => Some(false),
        Datum::Text(_) | Datum::Integer(_) => None,
    }
}

fn moment(text: &str) -> Option<Timestamp> {
    Timestamp::parse(text, &Rfc3339).ok()
}

/// Hyphens and case do not count.
fn same_guid(one: &str, other: &str) -> bool {
    let bare = |text: &str| text.chars().filter(|c| *c != '-').map(|c| Case::Ignored.fold(c)).collect::<String>();
    one == other || bare(one) == bare(other)
}
