//! Live answers are those of the file: each example, served by the fake Azure, gives the verdict that it gives offline.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "helpers of tests may fail loudly")]
#![expect(clippy::disallowed_methods, reason = "tests read files")]

use crate::fake::{Fake, Fault, Options, Ran, Service, Spoil, canread};
use serde_json::Value;

const AT: &str = "2026-11-20T09:00:00Z";
const ENDPOINT: &str = "heart-classifier-batch";
const ASSET: &str = "azureml:heart-dataset-unlabeled@latest";

fn example(name: &str) -> String {
    std::fs::read_to_string(format!("{}/examples/{name}.jsonl", env!("CARGO_MANIFEST_DIR"))).expect("an example of this project")
}

/// Subscription, resource group and name of the one workspace of a snapshot.
fn workspace(snapshot: &str) -> [String; 3] {
    let marker = "Microsoft.MachineLearningServices/workspaces/";
    let lines = snapshot.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let ids = lines.filter_map(|line| line.pointer("/body/id").and_then(Value::as_str).map(str::to_owned));
    let id = ids.filter(|id| id.contains(marker)).min_by_key(String::len).expect("a workspace");
    let parts: Vec<&str> = id.split('/').collect();
    [parts[2].to_owned(), parts[4].to_owned(), parts[8].to_owned()]
}

fn live(fake: &Fake, snapshot: &str, arguments: &[&str]) -> Ran {
    let [subscription, group, name] = workspace(snapshot);
    let mut all = arguments.to_vec();
    all.extend(["--subscription", &subscription, "-g", &group, "-w", &name]);
    canread(fake, &fake.tokens, &all, &[])
}

fn verdict(ran: &Ran) -> String {
    ran.json()["verdict"].as_str().unwrap_or_default().to_owned()
}

/// Verdict offline and live of one example.
fn both(name: &str, input: &str) -> (String, String, String) {
    let text = example(name);
    let fake = Fake::start(&text, Options::default());
    let file = fake.file("state.jsonl");
    std::fs::write(&file, &text).expect("a file in a folder just made");
    let question = ["check", "-n", ENDPOINT, "--input", input, "--at", AT, "-o", "json"];
    let mut offline = question.to_vec();
    offline.extend(["--snapshot", file.to_str().expect("UTF-8")]);
    let (offline, live) = (canread(&fake, &fake.tokens, &offline, &[]), live(&fake, &text, &question));
    (verdict(&offline), verdict(&live), live.err)
}

#[test]
fn a_live_verdict_is_that_of_the_file() {
    let cases = [
        ("heart", ASSET),
        ("role-on-workspace-identity", ASSET),
        ("contributor-is-no-data-role", ASSET),
        ("no-identity", ASSET),
        ("acl-no-execute", "https://dlsheart.dfs.core.windows.net/clinic/patients/2026/"),
        ("sas-expired", ASSET),
        ("sas-without-list", ASSET),
        ("shared-key-disabled", ASSET),
        ("firewall", ASSET),
        ("private-endpoint-no-dfs", "azureml://datastores/heart_lake/paths/unlabeled/"),
        ("invoker-is-reader", ASSET),
        ("memberships-unknown", ASSET),
    ];
    let mut wrong = Vec::new();
    for (name, input) in cases {
        let (offline, live, err) = both(name, input);
        if offline != live {
            wrong.push(format!("{name}: offline {offline}, live {live}\n{err}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_look_up_that_fails_never_allows() {
    let text = example("heart");
    for part in ["roleAssignments", "denyAssignments", "computes", "getMemberGroups"] {
        for spoil in [Spoil::Status(403, "AuthorizationFailed"), Spoil::Truncated] {
            let faults = vec![Fault::always(None, part, spoil)];
            let fake = Fake::start(&text, Options { faults, ..Options::default() });
            let ran = live(&fake, &text, &["check", "-n", ENDPOINT, "--input", ASSET, "--at", AT, "-o", "json"]);
            assert_ne!(verdict(&ran), "allowed", "{part}: {}", ran.err);
        }
    }
}

#[test]
fn only_reads_are_sent_and_no_token_leaves_its_service() {
    let text = example("heart");
    let fake = Fake::start(&text, Options { page_size: Some(2), ..Options::default() });
    let file = fake.file("out.jsonl");
    let path = file.to_str().expect("UTF-8");
    let ran = live(&fake, &text, &["snapshot", "--output-file", path]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let written = std::fs::read_to_string(&file).expect("the snapshot");
    for text in [&written, &ran.out, &ran.err] {
        assert!(!text.contains("canary"), "a planted secret shows");
    }
    let log = fake.log();
    assert!(!log.is_empty() && log.iter().all(|request| request.service != Service::Foreign));
    let reads = |request: &crate::fake::Logged| {
        let target = request.target.to_ascii_lowercase();
        ["GET", "HEAD"].contains(&request.method.as_str())
            || ["/listsecrets", "/getmembergroups", "/getbyids", "resourcegraph/resources"].iter().any(|end| target.contains(end))
    };
    assert!(log.iter().all(reads), "{log:?}");
}
