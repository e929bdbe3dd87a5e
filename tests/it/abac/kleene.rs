//! The logic: what is not known never decides, and what is undocumented never grants.

use super::generate;
use super::{Table, instant, parse, read, text, texts, unknown};
use canread::eval::condition::{
    AttributeValue, Attributes, ConditionRequest, Datum, Grants, Outcome, Question, Reason, Value, evaluate, grants,
};
use canread::model::{Action, AttributeSource, Condition, Connective};
use proptest::prelude::*;
use std::collections::BTreeSet;

use AttributeSource::{Environment, Principal, Request, Resource};

fn over_a_day<'c>(condition: &'c Condition, attributes: &dyn Attributes) -> Outcome<'c> {
    let (at, until) = (instant("2025-12-31T12:00:00Z"), instant("2026-01-01T12:00:00Z"));
    let action = Action::new("a/read");
    evaluate(condition, &ConditionRequest { action: &action, suboperation: Some("Blob.List"), attributes, at, until })
}

fn questions(value: &Value) -> BTreeSet<Question> {
    match value {
        Value::True | Value::False => BTreeSet::new(),
        Value::Unknown(reasons) => {
            let asked = reasons.iter().filter_map(|reason| match reason {
                Reason::Ambiguous(_, question) => Some(*question),
                Reason::Absent(_) | Reason::Unknown(..) => None,
            });
            asked.collect()
        }
    }
}

proptest! {
    #[test]
    fn forgetting_attributes_decides_nothing_new(
        expr in generate::expr(),
        table in generate::table(),
        forgotten in prop::collection::vec(any::<bool>(), 16),
    ) {
        let condition = Condition::parse(&expr.to_string()).expect("printed conditions are read");
        let mut less = table.clone();
        for (value, forget) in less.0.values_mut().zip(forgotten) {
            if forget {
                *value = unknown();
            }
        }
        let (more, less) = (over_a_day(&condition, &table), over_a_day(&condition, &less));
        if let Some(decided) = less.value.known() {
            prop_assert_eq!(more.value.known(), Some(decided), "{}", condition);
        }
        match grants(&less) {
            Grants::Granted => prop_assert_eq!(grants(&more), Grants::Granted),
            Grants::NotGranted => prop_assert_eq!(grants(&more), Grants::NotGranted),
            Grants::Undetermined(missing) => prop_assert!(!missing.is_empty()),
        }
    }

    #[test]
    fn a_folder_is_decided_as_every_path_below_it(
        expr in generate::expr(),
        table in generate::table(),
        rests in prop::collection::vec("[aAi/n*b]{0,4}", 1..6),
    ) {
        let condition = Condition::parse(&expr.to_string()).expect("printed conditions are read");
        let whole = over_a_day(&condition, &table);
        if let Some(decided) = whole.value.known() {
            for rest in &rests {
                let mut one = table.clone();
                for value in one.0.values_mut() {
                    if let AttributeValue::Paths(set) = value {
                        *value = text(&format!("{}{rest}", set.prefix()));
                    }
                }
                prop_assert_eq!(over_a_day(&condition, &one).value.known(), Some(decided), "{} at {}", condition, rest);
            }
        }
    }

    #[test]
    fn steps_are_bounded_by_tree_and_values(expr in generate::expr(), table in generate::table()) {
        let condition = Condition::parse(&expr.to_string()).expect("printed conditions are read");
        let mut nodes = 0;
        condition.root().visit(&mut |_| nodes += 1);
        prop_assert!(over_a_day(&condition, &table).steps <= nodes * (1 + 3 * 3), "at most three values on either side");
    }

    #[test]
    fn mixed_chains_hold_where_every_grouping_does(
        values in prop::collection::vec(prop::option::of(any::<bool>()), 3..7),
        connectives in prop::collection::vec(any::<bool>(), 6),
    ) {
        let connectives: Vec<Connective> =
            connectives.iter().take(values.len() - 1).map(|and| if *and { Connective::And } else { Connective::Or }).collect();
        let operand = |value: &Option<bool>| match value {
            Some(true) => "1 NumericEquals 1",
            Some(false) => "1 NumericEquals 2",
            None => "@Resource[u] StringEquals 'x'",
        };
        let mut written = operand(&values[0]).to_owned();
        for (connective, value) in connectives.iter().zip(&values[1..]) {
            written += &format!(" {connective} {}", operand(value));
        }
        let condition = parse(&written);
        let outcome = over_a_day(&condition, &Table::default().with(Resource, "u", unknown()));
        let possible = groupings(&values, &connectives);
        let expected = if possible.len() == 1 { possible.iter().next().copied().flatten() } else { None };
        prop_assert_eq!(outcome.value.known(), expected, "{}", condition);
        let differ = possible.contains(&Some(true)) && possible.contains(&Some(false));
        let asked = questions(&outcome.value).contains(&Question::MixedConnectives);
        prop_assert!(asked || !differ, "{}", condition);
        prop_assert!(!asked || possible.len() > 1, "{}", condition);
    }
}

/// The values of every way to set parentheses.
fn groupings(values: &[Option<bool>], connectives: &[Connective]) -> BTreeSet<Option<bool>> {
    if let [only] = values {
        return BTreeSet::from([*only]);
    }
    let mut all = BTreeSet::new();
    for (at, connective) in connectives.iter().enumerate() {
        for left in groupings(&values[..=at], &connectives[..at]) {
            for right in groupings(&values[at + 1..], &connectives[at + 1..]) {
                all.insert(match (connective, left, right) {
                    (Connective::And, Some(false), _) | (Connective::And, _, Some(false)) => Some(false),
                    (Connective::Or, Some(true), _) | (Connective::Or, _, Some(true)) => Some(true),
                    (Connective::And, Some(true), other) | (Connective::And, other, Some(true)) => other,
                    (Connective::Or, Some(false), other) | (Connective::Or, other, Some(false)) => other,
                    (Connective::And | Connective::Or, None, None) => None,
                });
            }
        }
    }
    all
}

const YES: Option<bool> = Some(true);
const NO: Option<bool> = Some(false);

/// Condition, what it comes to with the table of the test, and the open question if there is one.
const OPERATORS: &[(&str, Option<bool>, Option<Question>)] = &[
    ("@Resource[s] StringEquals 'Cascade'", YES, None),
    ("@Resource[s] StringEquals 'cascade'", NO, None),
    ("@Resource[s] StringEqualsIgnoreCase @Principal[s]", YES, None),
    ("@Resource[s] StringNotEqualsIgnoreCase @Principal[s]", NO, None),
    ("@Resource[s] StringNotEquals @Principal[s]", YES, None),
    ("@Resource[s] StringStartsWith 'Cas'", YES, None),
    ("@Resource[s] StringStartsWithIgnoreCase 'cAS'", YES, None),
    ("@Resource[s] StringNotStartsWith 'cas'", YES, None),
    ("@Resource[s] StringLike 'C*d?'", YES, None),
    ("@Resource[s] StringNotLike 'C*d'", YES, None),
    ("@Resource[s] StringLikeIgnoreCase '*ASCADE'", YES, None),
    ("@Resource[s] StringNotLikeIgnoreCase 'c?'", YES, None),
    (r"'a*' StringLike 'a\*'", YES, None),
    (r"'ab' StringLike 'a\*'", NO, None),
    ("@Resource[n] NumericLessThanEquals 7", YES, None),
    ("@Resource[n] NumericGreaterThan 7", NO, None),
    ("@Resource[n] NumericNotEquals 8", YES, None),
    ("7 NumericGreaterThanEquals @Resource[n]", YES, None),
    ("@Resource[b] BoolEquals true", YES, None),
    ("@Resource[b] BoolNotEquals true", NO, None),
    ("@Resource[d] DateTimeEquals '2026-01-01T00:00:00.5Z'", YES, None),
    ("@Resource[d] DateTimeLessThan '2026-01-01T00:00:00.5000001Z'", YES, None),
    ("@Resource[d] DateTimeGreaterThanEquals '2026-01-01T01:00:00.5+01:00'", YES, None),
    ("@Resource[g] GuidEquals 8e3af657a8ff443ca75c2fe8c4bcb635", YES, None),
    ("@Resource[g] GuidNotEquals 8e3af657-a8ff-443c-a75c-2fe8c4bcb635", NO, None),
    ("{'red', 'blue'} ForAnyOfAnyValues:StringEquals {'blue', 'green'}", YES, None),
    ("{'red', 'blue'} ForAllOfAnyValues:StringEquals {'blue', 'green'}", NO, None),
    ("{10, 20} ForAnyOfAllValues:NumericLessThan {15, 18}", YES, None),
    ("{10, 20} ForAllOfAllValues:NumericLessThan {15, 18}", NO, None),
    ("@Resource[many] ForAllOfAnyValues:StringLike {'a', 'b?*', '?'}", YES, None),
    ("@Resource[none] ForAnyOfAnyValues:StringEquals {'a'}", NO, None),
    ("{'a'} ForAnyOfAnyValues:StringEquals @Resource[none]", NO, None),
    ("@Resource[none] ForAllOfAnyValues:StringEquals {'a'}", None, Some(Question::NoValues)),
    ("{'a'} ForAnyOfAllValues:StringEquals @Resource[none]", None, Some(Question::NoValues)),
    ("@Resource[many] StringEquals 'a'", None, Some(Question::ManyValues)),
    ("@Resource[s] ForAnyOfAnyValues:StringStartsWith {'a'}", None, Some(Question::QuantifierOfOperator)),
    ("@Resource[s] NumericEquals 1", None, Some(Question::KindOfValue)),
    ("@Resource[b] StringEquals 'true'", None, Some(Question::KindOfValue)),
    ("@Resource[d] DateTimeLessThan 'tomorrow'", None, Some(Question::KindOfValue)),
    ("@Resource[s] StringEquals @Request[absent]", None, None),
    ("NOT @Resource[absent] StringEquals 'a'", None, None),
    ("@Resource[absent] StringNotEquals 'a'", None, Some(Question::NotOperatorOnAbsent)),
    ("@Resource[absent] ForAnyOfAnyValues:NumericNotEquals {1}", None, Some(Question::NotOperatorOnAbsent)),
    ("@Resource[absent] StringEquals @Request[absent]", None, Some(Question::BothAbsent)),
    ("Exists @Resource[absent]", NO, None),
    ("NOT Exists @Resource[absent]", YES, None),
    ("Exists @Resource[none]", None, Some(Question::NoValues)),
    ("Exists @Request[u]", None, None),
    ("@Request[u] StringEquals 'a' OR 1 NumericEquals 1", YES, None),
    ("@Request[u] StringEquals 'a' AND 1 NumericEquals 2", NO, None),
];

#[test]
fn operators_on_values() {
    let table = Table::default()
        .with(Resource, "s", text("Cascade"))
        .with(Resource, "many", texts(&["a", "b"]))
        .with(Resource, "none", AttributeValue::Many(Vec::new()))
        .with(Resource, "n", AttributeValue::One(Datum::Integer(7)))
        .with(Resource, "b", AttributeValue::One(Datum::Bool(true)))
        .with(Resource, "d", text("2026-01-01T00:00:00.5000000Z"))
        .with(Resource, "g", text("8E3AF657-A8FF-443C-A75C-2FE8C4BCB635"))
        .with(Principal, "s", text("cascade"))
        .with(Request, "u", unknown());
    for (written, expected, question) in OPERATORS {
        let condition = parse(written);
        let outcome = read(&condition, &table);
        assert_eq!(outcome.value.known(), *expected, "{written}: {:?}", outcome.value);
        assert_eq!(questions(&outcome.value), question.iter().copied().collect(), "{written}");
        assert_eq!(outcome.undocumented, question.is_some(), "{written}");
    }
}

#[test]
fn absent_refuses_unknown_waits_and_undocumented_waits() {
    let table = Table::default().with(Request, "u", unknown());
    let outcome = |written: &str| {
        let condition = parse(written);
        let outcome = read(&condition, &table);
        grants(&outcome)
    };
    assert_eq!(outcome("@Resource[absent] StringEquals 'a'"), Grants::NotGranted);
    assert_eq!(outcome("NOT @Resource[absent] StringEquals 'a'"), Grants::NotGranted);
    let missing_of = |written: &str| match outcome(written) {
        Grants::Undetermined(missing) => missing.into_iter().map(|missing| missing.scope).collect::<Vec<_>>(),
        Grants::Granted | Grants::NotGranted => Vec::new(),
    };
    assert_eq!(missing_of("@Request[u] StringEquals 'a'"), ["test"]);
    assert_eq!(missing_of("@Request[u] StringEquals 'a' AND @Resource[absent] StringEquals 'a'"), ["test"]);
    assert_eq!(missing_of("@Resource[absent] StringNotEquals 'a'"), ["condition-not-operator-on-absent"]);
    let mixed = "1 NumericEquals 1 OR 1 NumericEquals 1 AND 1 NumericEquals 2";
    assert_eq!(missing_of(mixed), ["condition-mixed-and-or"]);
}

#[test]
fn the_clauses_that_decide_are_named() {
    let table = Table::default().with(Resource, "c", text("in")).with(Environment, "u", unknown());
    let deciding = |written: &str| {
        let condition = parse(written);
        let outcome = read(&condition, &table);
        outcome.deciding.iter().map(|clause| (clause.text.to_owned(), clause.value.known())).collect::<Vec<_>>()
    };
    let group = "(!(ActionMatches{'*/blobs/read'} AND NOT SubOperationMatches{'Blob.List'})) OR (@Resource[c] StringEquals 'in' AND \
                 @Environment[u] StringEquals 'x')";
    assert_eq!(deciding(group), [("@Environment[u] StringEquals 'x'".to_owned(), None)]);
    let other = group.replace("'in'", "'out'");
    assert_eq!(deciding(&other), [("@Resource[c] StringEquals 'out'".to_owned(), Some(false))]);
    let untargeted = group.replace("blobs/read", "blobs/write");
    assert_eq!(deciding(&untargeted), [("ActionMatches{'*/blobs/write'}".to_owned(), Some(false))]);
    let both = "@Resource[c] StringEquals 'in' AND NOT @Resource[c] StringEquals 'out'";
    let expected = [("@Resource[c] StringEquals 'in'".to_owned(), Some(true)), ("@Resource[c] StringEquals 'out'".to_owned(), Some(false))];
    assert_eq!(deciding(both), expected);
}

#[test]
fn the_suboperation_is_also_an_attribute() {
    let condition = parse("@Request[subOperation] ForAnyOfAnyValues:StringEqualsIgnoreCase {'blob.list'}");
    assert_eq!(over_a_day(&condition, &Table::default()).value, Value::True);
    assert_eq!(read(&condition, &Table::default()).value, Value::False);
}
