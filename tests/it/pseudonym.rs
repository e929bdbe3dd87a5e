//! Pseudonyms: nothing original is left, and every verdict stays.

use crate::job_worlds::{self, AT, REFERENCES};
use crate::scenario::workspace_id;
use crate::world2::{Temporary, run};
use crate::worlds::Rng;
use crate::{command::root, embedded_rules};
use canread::eval::{self, JobTarget, RequirementFinding, Verdict};
use canread::model::{Disputed, InputReference, ReferenceContext, ReferenceOrigin, RequirementId, Scope};
use canread::snapshot::Pseudonyms;
use serde_json::Value;
use std::collections::BTreeSet;
use std::hash::RandomState;

fn names() -> Pseudonyms {
    Pseudonyms::new(RandomState::new(), embedded_rules().built_in_roles().map(|role| role.definition.id.as_str().to_owned()))
}

/// Exit code, and each requirement with its verdict and the number of proof leaves.
fn answers(words: &[&str]) -> (u8, Vec<(String, String, usize)>) {
    let answer = run(words);
    let report: Value = serde_json::from_str(&answer.out).unwrap_or_default();
    let requirements = report.pointer("/inputs/0/requirements").and_then(Value::as_array).cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let leaves = |one: &Value| one["proof"].to_string().matches("\"evidence\"").count();
    (answer.code, requirements.iter().map(|one| (text(&one["id"]), text(&one["verdict"]), leaves(one))).collect())
}

#[test]
fn the_examples_are_judged_as_before() {
    const ASSET: &str = "azureml:heart-dataset-unlabeled@latest";
    let mut codes = BTreeSet::new();
    for entry in std::fs::read_dir(root().join("examples")).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "jsonl") || path.ends_with("questions.jsonl") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("an example");
        let mut names = names();
        let changed = names.file(&text).expect("an example is JSON");
        let (old, new) = (Temporary::new("jsonl", text.as_bytes()), Temporary::new("jsonl", changed.as_bytes()));
        for input in
            [ASSET, "azureml://datastores/heart_lake/paths/unlabeled/", "https://dlsheart.dfs.core.windows.net/clinic/patients/2026/"]
        {
            let ask = |file: &Temporary, endpoint: &str, input: &str| {
                let question =
                    ["check", "-n", endpoint, "--input", input, "--at", "2026-11-20T09:00:00Z", "-o", "json", "--snapshot", file.path()];
                answers(&question)
            };
            let before = ask(&old, "heart-classifier-batch", input);
            let after = ask(&new, &names.text("heart-classifier-batch"), &names.text(input));
            assert_eq!(after, before, "{}, {input}", path.display());
            codes.insert(before.0);
        }
    }
    assert!([0, 3, 4].iter().all(|code| codes.contains(code)), "{codes:?}");
}

#[test]
fn nothing_original_is_left_in_an_example() {
    let text = std::fs::read_to_string(root().join("examples/heart.jsonl")).expect("an example");
    let changed = names().file(&text).expect("JSON");
    for original in [
        "heart",
        "trials",
        "unlabeled",
        "contoso",
        "ana",
        "Silva",
        "mlw",
        "cpu-cluster",
        "classifier",
        "stheart",
        "7c902ba9",
        "06532b20",
        "rg-",
        "researchers",
    ] {
        assert!(text.contains(original) || original == "rg-", "{original} is not in the example");
        let found =
            changed.match_indices(original).next().map(|(at, _)| changed[at.saturating_sub(60)..].chars().take(120).collect::<String>());
        // Three letters can come about by chance.
        assert!(found.is_none() || original.len() < 4, "{original}: {found:?}");
    }
    // Another file has other names: the key is drawn anew.
    assert_ne!(changed, names().file(&text).expect("JSON"));
    assert_eq!(names().file("{}\nno JSON\n"), Err(2));
}

fn verdicts(findings: &[RequirementFinding]) -> Vec<(RequirementId, Verdict)> {
    findings.iter().map(|finding| (finding.id, finding.verdict())).collect()
}

#[test]
fn generated_worlds_are_judged_as_before() {
    let mut seen = BTreeSet::new();
    for seed in 0..150 {
        let mut rng = Rng::new(seed);
        let world = if seed % 2 == 0 { job_worlds::complete(&mut rng) } else { job_worlds::partial(&mut rng) };
        let mut names = names();
        let changed = names.file(&world.text()).expect("JSON");
        let (old, new) = (job_worlds::snapshot(&world), canread::snapshot::read(changed.as_bytes(), "changed"));
        let new = new.unwrap_or_else(|errors| panic!("world {seed}: {errors}\n{changed}")).snapshot;
        let workspace = Scope::new(&names.text(&workspace_id("ws")));
        for reference in REFERENCES {
            let before = job_worlds::question(&old, reference, None, Disputed::Deny);
            let mut after = job_worlds::question(&new, reference, None, Disputed::Deny);
            let context = ReferenceContext { workspace: Some(&workspace), ..ReferenceContext::new(ReferenceOrigin::CommandLine) };
            after.inputs[0].reference = InputReference::parse(&names.text(reference), &context);
            after.target = JobTarget::Endpoint { name: names.text("ep"), deployment: None };
            after.workspace = workspace.clone();
            assert_eq!((before.at, after.at), (AT, AT));
            let [before, after] = [(&before, &old), (&after, &new)].map(|(question, state)| eval::check(question, state, embedded_rules()));
            let of = |finding: &eval::JobFinding| {
                (verdicts(&finding.inputs[0].requirements), finding.invoke.as_deref().map(verdicts), finding.verdict())
            };
            assert_eq!(of(&after), of(&before), "world {seed}, {reference}\n{}", world.text());
            seen.insert(before.verdict());
        }
    }
    assert_eq!(seen.len(), 3, "{seen:?}");
}
