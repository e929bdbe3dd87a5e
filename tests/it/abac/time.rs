//! Conditions that ask for the time.

use super::{Table, instant, parse};
use canread::eval::condition::{AttributeValue, ConditionRequest, Grants, Outcome, evaluate, grants};
use canread::model::{Action, AttributeSource, Condition, Timestamp};
use proptest::prelude::*;

fn table() -> Table {
    Table::default().with(AttributeSource::Environment, "UtcNow", AttributeValue::Now)
}

fn during<'c>(condition: &'c Condition, at: Timestamp, until: Timestamp) -> Outcome<'c> {
    let action = Action::new("a/read");
    evaluate(condition, &ConditionRequest { action: &action, suboperation: None, attributes: &table(), at, until })
}

#[test]
fn the_whole_period_must_agree() {
    let bound = "2026-01-02T00:00:00Z";
    let after = parse(&format!("@Environment[UtcNow] DateTimeGreaterThan '{bound}'"));
    let before = parse(&format!("@Environment[UtcNow] DateTimeLessThan '{bound}'"));
    let mirrored = parse(&format!("'{bound}' DateTimeGreaterThan @Environment[UtcNow]"));
    let flips = Some(instant(bound));
    let cases = [
        (&after, "2026-01-01T00:00:00Z", "2026-01-01T06:00:00Z", Some(false), flips),
        (&after, "2026-01-01T22:00:00Z", "2026-01-02T00:00:00Z", Some(false), flips),
        (&after, "2026-01-01T22:00:00Z", "2026-01-02T04:00:00Z", None, flips),
        (&after, "2026-01-02T00:00:00.000000001Z", "2026-01-02T04:00:00Z", Some(true), None),
        (&before, "2026-01-01T22:00:00Z", "2026-01-01T23:59:59Z", Some(true), flips),
        (&before, "2026-01-01T22:00:00Z", "2026-01-02T00:00:00Z", None, flips),
        (&before, "2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z", Some(false), None),
        (&mirrored, "2026-01-01T22:00:00Z", "2026-01-01T23:59:59Z", Some(true), flips),
    ];
    for (condition, at, until, expected, flips_at) in cases {
        let outcome = during(condition, instant(at), instant(until));
        assert_eq!((outcome.value.known(), outcome.flips_at), (expected, flips_at), "{condition} from {at} to {until}");
    }
}

#[test]
fn other_operators_on_the_time_are_not_documented() {
    for operator in ["DateTimeEquals", "DateTimeLessThanEquals", "StringEquals", "ForAnyOfAnyValues:DateTimeLessThan"] {
        let condition = parse(&format!("@Environment[UtcNow] {operator} '2026-01-02T00:00:00Z'"));
        let outcome = during(&condition, instant("2026-01-01T00:00:00Z"), instant("2026-01-01T00:00:00Z"));
        let Grants::Undetermined(missing) = grants(&outcome) else { panic!("{operator}: {outcome:?}") };
        assert_eq!(missing.iter().map(|missing| missing.scope.as_str()).collect::<Vec<_>>(), ["condition-time-operator"]);
    }
}

#[test]
fn an_overlap_of_windows_does_not_end_early() {
    let window = |from: &str, to: &str| {
        format!("(@Environment[UtcNow] DateTimeGreaterThan '{from}' AND @Environment[UtcNow] DateTimeLessThan '{to}')")
    };
    let condition = parse(&format!(
        "{} OR {}",
        window("2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z"),
        window("2026-01-02T00:00:00Z", "2026-01-04T00:00:00Z")
    ));
    let at = instant("2026-01-01T12:00:00Z");
    let outcome = during(&condition, at, at);
    assert_eq!((outcome.value.known(), outcome.flips_at), (Some(true), Some(instant("2026-01-04T00:00:00Z"))));
    let last = parse("@Environment[UtcNow] DateTimeLessThan '9999-12-31T23:59:59.9999999Z'");
    assert_eq!(during(&last, at, at).flips_at, Some(instant("9999-12-31T23:59:59.9999999Z")));
}

fn day(number: i64) -> Timestamp {
    instant("2026-01-01T00:00:00Z") + ::time::Duration::hours(12 * number)
}

fn condition() -> impl Strategy<Value = String> {
    let bound = (0_i64..6, any::<bool>()).prop_map(|(day, after)| {
        let operator = if after { "DateTimeGreaterThan" } else { "DateTimeLessThan" };
        format!("@Environment[UtcNow] {operator} '2026-01-0{}T00:00:00Z'", day + 1)
    });
    bound.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" AND "))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" OR "))),
            inner.prop_map(|part| format!("NOT ({part})")),
        ]
    })
}

proptest! {
    #[test]
    fn a_decided_period_is_decided_so_until_it_flips(written in condition(), at in 0_i64..12, length in 0_i64..12) {
        let condition = parse(&written);
        let outcome = during(&condition, day(at), day(at + length));
        let Some(decided) = outcome.value.known() else { return Ok(()) };
        let moments = (at..30).map(day).take_while(|moment| match outcome.flips_at {
            Some(flips) => *moment < flips || *moment <= day(at + length),
            None => true,
        });
        for moment in moments {
            prop_assert_eq!(during(&condition, moment, moment).value.known(), Some(decided), "{} at {}", written, moment);
        }
        if let Some(flips) = outcome.flips_at {
            let after = flips + ::time::Duration::NANOSECOND;
            let changes = [flips, after].iter().any(|moment| during(&condition, *moment, *moment).value.known() == Some(!decided));
            prop_assert!(changes, "{} at {}", written, flips);
        }
    }
}
