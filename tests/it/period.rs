//! `check --for`: a whole period is asked about, and allowed means allowed throughout.

#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "helpers of tests may fail loudly")]

use crate::command::canread;
use serde_json::Value;

/// The example's SAS holds from 2026-11-01 to 2027-02-01.
fn ask(at: &str, period: &[&str]) -> (i32, Value) {
    let mut words = vec!["check", "--snapshot", "examples/heart.jsonl", "-n", "heart-classifier-batch", "-o", "json"];
    words.extend(["--input", "azureml:heart-dataset-by-sas:1", "--at", at]);
    words.extend_from_slice(period);
    let ran = canread(&words);
    (ran.code, serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err)))
}

fn requirement<'a>(report: &'a Value, id: &str) -> &'a Value {
    let all = report["inputs"][0]["requirements"].as_array().expect("requirements");
    all.iter().find(|one| one["id"] == id).expect("it applies")
}

#[test]
fn a_job_within_the_window_is_allowed_and_says_until_when() {
    let (code, report) = ask("2026-11-22T12:00:00Z", &["--for", "6h"]);
    assert_eq!((code, &report["verdict"]), (0, &Value::from("allowed")));
    assert_eq!(report["inputs"][0]["valid_until"], "2027-02-01T00:00:00Z");
    assert_eq!(
        (&report["valid_until"], &report["valid_until_because"]),
        (&"2027-02-01T00:00:00Z".into(), &"the stored SAS expires".into())
    );
    assert_eq!(requirement(&report, "credential/sas")["valid_until"], "2027-02-01T00:00:00Z");
}

#[test]
fn a_job_that_outlasts_the_window_is_denied_by_what_ends() {
    for (at, period) in [("2026-11-22T12:00:00Z", "100d"), ("2027-01-31T23:00:00Z", "60m"), ("2026-10-31T23:59:59Z", "6h")] {
        let (code, report) = ask(at, &["--for", period]);
        let sas = requirement(&report, "credential/sas");
        assert_eq!((code, &sas["verdict"]), (3, &Value::from("denied")), "{at} for {period}");
        assert!(sas["proof"].to_string().contains("heart_blob_sas"), "the proof cites the datastore");
        assert_eq!(report["inputs"][0]["valid_until"], Value::Null);
    }
}

#[test]
fn the_same_moments_alone_are_allowed() {
    for at in ["2026-11-22T12:00:00Z", "2027-01-31T23:00:00Z"] {
        assert_eq!(ask(at, &[]).0, 0, "{at}");
    }
}
