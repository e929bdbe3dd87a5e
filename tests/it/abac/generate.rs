//! Conditions and attribute tables at random.

use canread::eval::condition::{AttributeValue, Datum, PathSet};
use canread::model::{
    ActionPattern, Attribute, AttributeName, AttributeSource, BaseOperator, Case, Comparison, Connective, Expr, ExprKind, Literal, Operand,
    Operator, Order, Quantifier, Span, StringRelation,
};
use proptest::prelude::*;
use proptest::sample::select;

const NAMES: &[&str] = &[
    "n",
    "Microsoft.Storage/storageAccounts/blobServices/containers:name",
    "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/tags:My Key<$key_case_sensitive$>",
    "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/tags&$keys$&",
];
const TEXTS: &[&str] = &["", "a", "A", "ab", "in/a", "in/*", "a*", r"\*?", "3", "true", "2026-01-01T00:00:00.0Z", "ünï ()[]{}@,!"];

pub(super) fn attribute() -> impl Strategy<Value = Attribute> {
    (select(&AttributeSource::ALL[..]), select(NAMES)).prop_map(|(source, name)| Attribute { source, name: AttributeName::new(name) })
}

fn literal() -> impl Strategy<Value = Literal> {
    prop_oneof![
        4 => select(TEXTS).prop_map(|text| Literal::Text(text.to_owned())),
        1 => (-3_i64..20).prop_map(Literal::Integer),
        1 => any::<bool>().prop_map(Literal::Bool),
        1 => select(&["8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "8e3af657a8ff443ca75c2fe8c4bcb635"][..])
            .prop_map(|text| Literal::Guid(text.to_owned())),
    ]
}

fn operand() -> impl Strategy<Value = Operand> {
    prop_oneof![
        3 => attribute().prop_map(Operand::Attribute),
        2 => literal().prop_map(Operand::Value),
        1 => prop::collection::vec(literal(), 1..4).prop_map(Operand::Set),
    ]
}

fn operator() -> impl Strategy<Value = Operator> {
    let relation = select(&[StringRelation::Equals, StringRelation::StartsWith, StringRelation::Like][..]);
    let case = select(&[Case::Sensitive, Case::Ignored][..]);
    let order = || select(&Order::ALL[..]);
    let base = prop_oneof![
        4 => (relation, any::<bool>(), case).prop_map(|(relation, negated, case)| BaseOperator::String { relation, negated, case }),
        1 => order().prop_map(BaseOperator::Numeric),
        1 => order().prop_map(BaseOperator::DateTime),
        1 => any::<bool>().prop_map(|negated| BaseOperator::Bool { negated }),
        1 => any::<bool>().prop_map(|negated| BaseOperator::Guid { negated }),
    ];
    (prop::option::of(select(&Quantifier::ALL[..])), base).prop_map(|(quantifier, base)| Operator { quantifier, base })
}

fn node(kind: ExprKind) -> Expr {
    Expr { span: Span { start: 0, end: 0 }, kind }
}

fn leaf() -> impl Strategy<Value = Expr> {
    let patterns = || prop::collection::vec(select(&["a/read", "a/*", "*", "Blob.List"][..]).prop_map(ActionPattern::new), 1..3);
    prop_oneof![
        1 => attribute().prop_map(|attribute| node(ExprKind::Exists(attribute))),
        1 => patterns().prop_map(|patterns| node(ExprKind::ActionMatches(patterns))),
        1 => patterns().prop_map(|patterns| node(ExprKind::SubOperationMatches(patterns))),
        4 => (operand(), operator(), operand())
            .prop_map(|(left, operator, right)| node(ExprKind::Compare(Comparison { left, operator, right }))),
    ]
}

/// Trees that the parser could have built: mixed chains hold both connectives.
pub(super) fn expr() -> impl Strategy<Value = Expr> {
    leaf().prop_recursive(4, 24, 4, |inner| {
        let connective = select(&[Connective::And, Connective::Or][..]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| node(ExprKind::Any(parts))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| node(ExprKind::All(parts))),
            inner.clone().prop_map(|part| node(ExprKind::Not(Box::new(part)))),
            (inner.clone(), inner.clone(), inner.clone(), prop::collection::vec((connective, inner), 0..2)).prop_map(|(a, b, c, more)| {
                let rest = [(Connective::And, b), (Connective::Or, c)].into_iter().chain(more).collect();
                node(ExprKind::Mixed { first: Box::new(a), rest })
            }),
        ]
    })
}

fn datum() -> impl Strategy<Value = Datum<'static>> {
    prop_oneof![
        4 => select(TEXTS).prop_map(|text| Datum::Text(text.into())),
        1 => (-3_i64..20).prop_map(Datum::Integer),
        1 => any::<bool>().prop_map(Datum::Bool),
    ]
}

/// A value that is known, or known to be absent.
pub(super) fn known_value() -> impl Strategy<Value = AttributeValue<'static>> {
    prop_oneof![
        4 => datum().prop_map(AttributeValue::One),
        2 => prop::collection::vec(datum(), 0..3).prop_map(AttributeValue::Many),
        2 => Just(AttributeValue::Absent),
        1 => select(&["", "in", "a"][..]).prop_map(|folder| AttributeValue::Paths(PathSet::below(folder))),
        1 => select(&["in", "a"][..]).prop_map(|folder| AttributeValue::Paths(PathSet::at_or_below(folder))),
        1 => Just(AttributeValue::Now),
    ]
}

/// A known value for every attribute that conditions of this file can read.
pub(super) fn table() -> impl Strategy<Value = super::Table> {
    prop::collection::vec(known_value(), NAMES.len() * AttributeSource::ALL.len()).prop_map(|values| {
        let keys = AttributeSource::ALL.into_iter().flat_map(|source| NAMES.iter().map(move |name| (source, *name)));
        keys.zip(values).fold(super::Table::default(), |table, ((source, name), value)| table.with(source, name, value))
    })
}
