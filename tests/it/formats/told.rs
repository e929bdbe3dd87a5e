//! What each format tells, where it points, and that none of them changes the exit code.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may fail loudly")]

use super::planted::{Planter, written};
use super::{formats, notices};
use crate::world2::{CLUSTER, Temporary, World, account_id, run};
use canread::output::notice::{Level, Status};
use serde_json::{Value, json};

const FORMATS: [&str; 6] = ["json", "sarif", "junit", "markdown", "github", "azuredevops"];

/// The cluster may not read, and whether it may list is not known for the other input.
fn denied() -> World {
    let mut world = World::new();
    world.drop("cluster reads");
    world
}

fn unknown() -> World {
    let mut world = World::new();
    world.drop("cluster reads");
    world.add(
        json!({"kind":"gap","what":"role_assignments","scope":account_id("acct"),"status":403,"code":"AuthorizationFailed","message":"no"}),
    );
    world
}

const INPUTS: &str =
    "inputs:\n  other:\n    type: string\n    default: x\n  heart:\n    type: uri_folder\n    path: azureml://datastores/plain/paths/a\n";

fn check<'a>(file: &'a Temporary, format: &'a str) -> Vec<&'a str> {
    vec!["check", "-n", "scoring", "--at", crate::world2::AT, "-f", file.path(), "-o", format]
}

#[test]
fn sarif_points_at_the_line_of_the_input_and_at_the_resource() {
    let file = Temporary::new("yml", INPUTS.as_bytes());
    let answer = denied().run(&check(&file, "sarif"));
    assert_eq!(answer.code, 3);
    let run = &answer.json["runs"][0];
    let result = run["results"].as_array().unwrap().iter().find(|result| result["ruleId"] == "access/mount").unwrap();
    assert_eq!(result["level"], "error");
    let location = &result["locations"][0];
    let uri = location["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap();
    assert!(uri.starts_with("file:///") && uri.ends_with(".yml"), "{uri}");
    assert_eq!(location["physicalLocation"]["region"]["startLine"], 7);
    assert_eq!(location["logicalLocations"][0]["fullyQualifiedName"], "acct/c/a");
    assert_eq!(result["properties"]["object_id"], CLUSTER);
    assert_eq!(result["properties"]["verdict"], "denied");
    // The rule's text is that of `rules/`.
    let rule = &run["tool"]["driver"]["rules"][usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
    let title = &crate::embedded_rules().requirement(canread::model::RequirementId::AccessMount).unwrap().title;
    assert_eq!((&rule["id"], rule["shortDescription"]["text"].as_str()), (&json!("access/mount"), Some(title.as_str())));
    assert_eq!(run["automationDetails"]["id"], "canread/check/scoring/blue/cpu/");
}

/// Fingerprints of the results, by rule.
fn fingerprints(log: &Value) -> Vec<(String, String)> {
    let results = log["runs"][0]["results"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    results.map(|result| (text(&result["ruleId"]), text(&result["partialFingerprints"]["canread/v1"]))).collect()
}

#[test]
fn a_fingerprint_outlives_wording_time_and_other_findings_and_tells_inputs_apart() {
    let file = Temporary::new("yml", INPUTS.as_bytes());
    let first = fingerprints(&denied().run(&check(&file, "sarif")).json);
    let mut renamed = denied();
    renamed.person(CLUSTER, "servicePrincipal", "another name").drop("ana reads");
    let later: Vec<&str> =
        check(&file, "sarif").into_iter().map(|word| if word == crate::world2::AT { "2026-12-01T00:00:00Z" } else { word }).collect();
    let second = fingerprints(&renamed.run(&later).json);
    let mount = |all: &[(String, String)]| all.iter().find(|(id, _)| id == "access/mount").unwrap().1.clone();
    assert_eq!(mount(&first), mount(&second));
    assert!(second.len() > first.len(), "{second:?}");
    let two = ["--set", "inputs.twin.path=azureml://datastores/plain/paths/b"];
    let both = fingerprints(&denied().run(&[check(&file, "sarif"), two.to_vec()].concat()).json);
    let distinct: std::collections::BTreeSet<&String> = both.iter().map(|(_, fingerprint)| fingerprint).collect();
    assert_eq!(distinct.len(), both.len(), "{both:?}");
}

#[test]
fn annotations_bear_file_and_line() {
    let file = Temporary::new("yml", INPUTS.as_bytes());
    let answer = denied().run(&check(&file, "github"));
    assert!(answer.out.starts_with("::error title=canread check%3A denied::"), "{}", answer.out);
    let mount = answer.out.lines().find(|line| line.contains("access/mount")).unwrap();
    assert!(mount.contains(&format!("::error file={},line=7,title=access/mount (input heart)::", file.path())), "{mount}");
    let answer = denied().run(&check(&file, "azuredevops"));
    let mount = answer.out.lines().find(|line| line.contains("access/mount")).unwrap();
    assert!(
        mount.starts_with(&format!("##vso[task.logissue type=error;sourcepath={};linenumber=7;code=access/mount;]", file.path())),
        "{mount}"
    );
    // What was given on the command line stands in no file.
    let answer =
        denied().run(&["check", "-n", "scoring", "--at", crate::world2::AT, "-i", "azureml://datastores/plain/paths/a", "-o", "github"]);
    assert!(!answer.out.contains("file="), "{}", answer.out);
}

#[test]
fn no_format_changes_the_exit_code() {
    let mut codes = std::collections::BTreeSet::new();
    for command in crate::examples::questions() {
        let words: Vec<&str> = command.iter().map(String::as_str).collect();
        let code = run(&words).code;
        codes.insert(code);
        let several = words.contains(&"--all-deployments") || words.iter().filter(|word| **word == "-n").count() > 1;
        let html = ["html"].into_iter().filter(|_| words[0] == "review" || words[0] == "check" && !several);
        for format in FORMATS.into_iter().chain(html) {
            let ran = run(&[words.as_slice(), &["-o", format]].concat());
            assert_eq!((ran.code, ran.out.is_empty()), (code, code == 1 || code == 2), "{words:?} {format}");
        }
    }
    assert!(codes.is_superset(&[0, 3, 4, 5].into()), "{codes:?}");
}

#[test]
fn undetermined_fails_or_passes_as_asked_in_every_format() {
    let file = Temporary::new("yml", INPUTS.as_bytes());
    let world = unknown();
    for (fail_on, code, level, element) in
        [("undetermined", 4, "error", "<error type=\"undetermined\""), ("denied", 0, "warning", "<skipped>")]
    {
        let run = |format: &str| world.run(&[check(&file, format), vec!["--fail-on", fail_on]].concat());
        for format in FORMATS {
            let answer = run(format);
            assert_eq!(answer.code, code, "{format}: {}", answer.err);
            assert_eq!(answer.err.contains("`--fail-on denied` lets pass"), code == 0, "{}", answer.err);
        }
        let log = run("sarif").json;
        let results = log["runs"][0]["results"].as_array().unwrap();
        let mount = results.iter().find(|result| result["ruleId"] == "access/mount").unwrap();
        assert_eq!((&mount["level"], &mount["properties"]["verdict"]), (&json!(level), &json!("undetermined")));
        let junit = run("junit").out;
        assert!(junit.contains(element), "{junit}");
        assert!(run("github").out.contains(&format!("::{level} file=")), "{fail_on}");
        // The answer itself is the same.
        assert_eq!(run("json").json["verdict"], "undetermined");
    }
    // Denied is denied either way.
    assert_eq!(denied().run(&[check(&file, "junit"), vec!["--fail-on", "denied"]].concat()).code, 3);
}

#[test]
fn everything_unmet_that_counts_is_told_once_and_nothing_met_is() {
    let report = Planter::new(vec!["a".to_owned(), "b".to_owned()]).report();
    let notices = notices(&report, &written(&report, "inputs.yml"), true);
    let told = notices.told();
    let levels: Vec<Level> = told.iter().map(|(_, level, _)| *level).collect();
    assert!(levels.is_sorted(), "{levels:?}");
    let counts = |status: Status| told.iter().filter(|(_, _, notice)| notice.status == status).count();
    // Two denied requirements of an input and one of the invocation; two undetermined ones; the two warnings of the report,
    // among which what does not count is told.
    assert_eq!([Status::Failed, Status::Unknown, Status::Remark, Status::Met, Status::Advisory].map(counts), [3, 2, 2, 0, 0]);
    let remedied: Vec<&str> =
        told.iter().filter(|(_, _, notice)| !notice.remedies.is_empty()).map(|(_, _, notice)| notice.rule.as_str()).collect();
    assert!(remedied.contains(&"access/mount") && !remedied.contains(&"job/invoke"), "{remedied:?}");
}

#[test]
fn a_comment_is_cut_between_its_blocks_and_says_so() {
    let mut report = Planter::new(vec!["word `code` ".repeat(60)]).report();
    let one = report.inputs[0].clone();
    report.inputs = (0..60).map(|n| canread::report::DataReport { name: format!("input{n}"), ..one.clone() }).collect();
    let all = formats(&report, &written(&report, "inputs.yml"), true);
    let page = &all.iter().find(|(name, _)| *name == "markdown").unwrap().1;
    assert!(page.len() <= 65_536 && page.len() > 60_000, "{}", page.len());
    let last = page.lines().last().unwrap();
    assert!(last.starts_with("**Cut:** ") && last.ends_with("`-o json` has everything."), "{last}");
    assert_eq!(page.matches("<details>").count(), page.matches("</details>").count());
    assert_eq!(page.matches("```").count() % 2, 0);
}

#[test]
fn access_has_them_too_and_what_a_command_lacks_it_says() {
    let question =
        ["access", "--principal", CLUSTER, "--operation", "read", "https://acct.blob.core.windows.net/c/a", "--at", crate::world2::AT];
    for format in FORMATS {
        let answer = denied().run(&[&question[..], &["-o", format]].concat());
        assert_eq!(answer.code, 3, "{format}: {}", answer.err);
        assert!(answer.out.contains("may not read") || format == "json", "{format}: {}", answer.out);
    }
    for (words, code) in [(&["rules", "-o", "sarif"][..], 2), (&["rules", "-o", "html"], 2)] {
        let answer = run(words);
        assert_eq!((answer.code, answer.out.as_str()), (code, ""), "{words:?}");
        assert!(answer.err.contains("output; use `-o table` or `-o json`"), "{}", answer.err);
    }
    let answer = denied().run(&[&question[..], &["-o", "html"]].concat());
    assert_eq!((answer.code, answer.out.as_str()), (2, ""));
    assert!(answer.err.contains("`access` has no `html` output"), "{}", answer.err);
}
