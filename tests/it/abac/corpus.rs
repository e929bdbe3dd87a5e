//! Conditions and evaluations from outside the project. Skipped, with a line that says so, where the files are not there.

use super::{Table, instant};
use canread::eval::condition::{AttributeValue, ConditionRequest, Datum, Grants, evaluate, grants};
use canread::model::{Action, AttributeSource, Condition};
use serde_json::Value as Json;

fn lines(file: &str) -> Option<Vec<Json>> {
    let text = crate::corpus(file)?;
    Some(text.lines().map(|line| serde_json::from_str(line).expect("a JSON line")).collect())
}

fn datum(value: &Json) -> Datum<'static> {
    match value {
        Json::Bool(value) => Datum::Bool(*value),
        Json::Number(value) => Datum::Integer(value.as_i64().expect("an integer")),
        Json::String(text) => Datum::Text(text.clone().into()),
        Json::Null | Json::Array(_) | Json::Object(_) => panic!("no attribute value: {value}"),
    }
}

fn attributes(case: &Json) -> Table {
    let mut table = Table::default();
    for (key, source) in [
        ("resource", AttributeSource::Resource),
        ("request", AttributeSource::Request),
        ("principal", AttributeSource::Principal),
        ("environment", AttributeSource::Environment),
    ] {
        for (name, value) in case[key].as_object().expect("an object") {
            let value = match value {
                Json::Null => super::unknown(),
                Json::Array(values) => AttributeValue::Many(values.iter().map(datum).collect()),
                Json::String(_) if name == "UtcNow" => AttributeValue::Now,
                Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Object(_) => AttributeValue::One(datum(value)),
            };
            table = table.with(source, name, value);
        }
    }
    table
}

#[test]
fn every_documented_evaluation_comes_out_as_documented() {
    let Some(cases) = lines("abac-conditions.jsonl") else { return };
    let mut checked = 0;
    for case in &cases {
        let id = case["id"].as_str().expect("an id");
        let condition = Condition::parse(case["condition"].as_str().expect("text")).unwrap_or_else(|error| panic!("{id}: {error}"));
        for (at, eval) in case["evals"].as_array().expect("evaluations").iter().enumerate() {
            let table = attributes(eval);
            let action = Action::new(eval["action"].as_str().expect("an action"));
            let now = instant(eval["environment"]["UtcNow"].as_str().unwrap_or("2026-11-22T10:00:00Z"));
            let suboperation = eval["suboperation"].as_str();
            let request = ConditionRequest { action: &action, suboperation, attributes: &table, at: now, until: now };
            let outcome = evaluate(&condition, &request);
            let got = grants(&outcome);
            let fits = match (&eval["expect"], &got) {
                (Json::Bool(true), Grants::Granted) | (Json::Bool(false), Grants::NotGranted) => true,
                (Json::String(word), Grants::Undetermined(_)) => word == "unknown" || word == "undocumented",
                (Json::String(word), Grants::NotGranted) => word == "undocumented",
                (_, Grants::Granted | Grants::NotGranted | Grants::Undetermined(_)) => false,
            };
            assert!(fits, "{id}, evaluation {at}: expected {}, got {got:?}\n{outcome:#?}", eval["expect"]);
            assert!(!outcome.deciding.is_empty(), "{id}, evaluation {at}: no clause decided");
            checked += 1;
        }
    }
    assert!(checked >= cases.len(), "every condition has an evaluation");
}

#[test]
fn malformed_conditions_are_refused_with_a_position() {
    let Some(cases) = lines("abac-conditions.jsonl") else { return };
    let malformed: Vec<&str> = cases.iter().filter_map(|case| case["verbatim_malformed"].as_str()).collect();
    assert!(!malformed.is_empty());
    for text in malformed {
        let error = Condition::parse(text).expect_err(text);
        assert!(error.position() < text.chars().count(), "{error}");
        assert_eq!(error.caret().lines().count(), 2);
    }
}

#[test]
fn conditions_from_roles_and_recordings_are_read() {
    let Some(cases) = lines("conditions/conditions-in-roles-and-recordings.jsonl") else { return };
    assert_eq!(cases.len(), 39);
    for case in cases {
        let text = case["condition"].as_str().expect("text");
        let condition = Condition::parse(text).unwrap_or_else(|error| panic!("{error}\n{}", error.caret()));
        assert_eq!(Condition::parse(&condition.to_string()).as_ref(), Ok(&condition), "{condition}");
    }
}
