//! Causes against the state: what `check` denies is what the error text of that denial confirms.
#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "helpers of tests fail by panicking")]

use crate::command::canread;
use serde_json::Value;
use std::collections::BTreeSet;

const AT: &str = "2026-11-20T09:00:00Z";
const ENDPOINT: &str = "heart-classifier-batch";
const ASSET: &str = "azureml:heart-dataset-unlabeled@latest";
const MISMATCH: &str =
    "StreamError(PermissionDenied(Some(This request is not authorized to perform this operation using this permission.)))";
const ANA: &str = "7c902ba9-4950-50b4-bef0-83bd9d8d0b88";
const CLUSTER: &str = "ac0d14cb-ed48-5f86-a704-0aca1b719f9f";
const WORKSPACE: &str = "/subscriptions/2384be19-1ca0-5e7e-b229-9a702a17d4d4/resourceGroups/rg-heart/providers/Microsoft.MachineLearningServices/workspaces/mlw-heart";

fn arm(who: &str, action: &str, scope: &str) -> String {
    format!(
        "(AuthorizationFailed) The client 'x' with object id '{who}' does not have authorization to perform action '{action}' over scope '{scope}' or the scope is invalid."
    )
}

fn json(arguments: &[&str]) -> Value {
    let ran = canread(&[arguments, &["-o", "json"]].concat());
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {ran:?}"))
}

fn explain(snapshot: &str, error: &str, rest: &[&str]) -> Value {
    let file = format!("examples/{snapshot}.jsonl");
    json(&[&["explain", "--error", error, "--snapshot", &file, "--at", AT], rest].concat())
}

/// Ids of requirements that count and are denied, of every part of a report.
fn denied(report: &Value) -> BTreeSet<String> {
    let parts = [&report["inputs"], &report["outputs"]].into_iter().flat_map(|data| data.as_array().into_iter().flatten());
    let lists = parts.map(|data| &data["requirements"]).chain([&report["invoke"]["requirements"]]);
    let all = lists.flat_map(|list| list.as_array().into_iter().flatten());
    let denied = all.filter(|one| one["verdict"] == "denied" && one["counts"] == true);
    denied.map(|one| one["id"].as_str().expect("an id").to_owned()).collect()
}

fn with_status(report: &Value, status: &str) -> Vec<String> {
    let all = report["causes"].as_array().expect("causes").iter();
    all.filter(|cause| cause["status"] == status).map(|cause| cause["requirement"].as_str().expect("an id").to_owned()).collect()
}

fn notices(report: &Value) -> Vec<String> {
    report["notices"].as_array().expect("notices").iter().map(|notice| notice["id"].as_str().expect("an id").to_owned()).collect()
}

#[test]
fn the_text_of_each_denial_confirms_what_check_denies() {
    let invoke = arm(
        ANA,
        "Microsoft.MachineLearningServices/workspaces/batchEndpoints/jobs/write",
        &format!("{WORKSPACE}/batchEndpoints/{ENDPOINT}"),
    );
    let lake = "https://dlsheart.dfs.core.windows.net/clinic/patients/2026/";
    let cases: [(&str, &str, &str, &str); 13] = [
        ("role-on-workspace-identity", ASSET, MISMATCH, "access/mount"),
        ("contributor-is-no-data-role", ASSET, MISMATCH, "access/mount"),
        ("no-identity", ASSET, "No identity was found on compute.", "compute/identity"),
        ("acl-no-execute", lake, "ScriptExecution.StreamAccess.NotFound: StreamError(NotFound)", "access/mount"),
        ("acl-no-execute", lake, MISMATCH, "access/mount"),
        ("sas-expired", ASSET, "<Code>AuthenticationFailed</Code> Signature not valid in the specified time frame", "credential/sas"),
        (
            "sas-without-list",
            ASSET,
            "https://stheart.blob.core.windows.net/trials?sp=r&sr=c AuthorizationPermissionMismatch",
            "credential/sas",
        ),
        ("shared-key-disabled", ASSET, "ErrorCode:KeyBasedAuthenticationNotPermitted", "credential/shared-key"),
        (
            "firewall",
            ASSET,
            "ErrorCode: AuthorizationFailure This request is not authorized to perform this operation.",
            "account/reachable",
        ),
        (
            "private-endpoint-no-dfs",
            lake,
            "ErrorCode: AuthorizationFailure This request is not authorized to perform this operation.",
            "account/reachable",
        ),
        ("invoker-is-reader", ASSET, &invoke, "job/invoke"),
        ("wrong-path", "azureml:heart-dataset-unlabeled@latest", "StreamError(NotFound)", "input/exists"),
        ("heart", "azureml:heart-trials-table:1", "The command references parameter `dataset_param`", "input/supported"),
    ];
    let mut mended = 0;
    for (snapshot, input, text, want) in cases {
        let file = format!("examples/{snapshot}.jsonl");
        let input = input_of(snapshot, input);
        let checked = json(&["check", "--snapshot", &file, "--at", AT, "-n", ENDPOINT, "--input", &input]);
        let report = explain(snapshot, text, &["-n", ENDPOINT, "--input", &input]);
        let confirmed: BTreeSet<String> = with_status(&report, "confirmed").into_iter().collect();
        assert_eq!(confirmed, BTreeSet::from([want.to_owned()]), "{snapshot}: {:#}", report["causes"]);
        assert!(denied(&checked).contains(want), "{snapshot}: check denies {:?}", denied(&checked));
        // What else is denied is said, and not taken for what the text tells.
        assert_eq!(denied(&checked).len() > 1, notices(&report).contains(&"also-denied".to_owned()), "{snapshot}");
        assert_eq!(report["verdict"], "denied", "{snapshot}");
        let first = &report["causes"][0];
        assert_eq!((first["requirement"].as_str(), first["status"].as_str()), (Some(want), Some("confirmed")), "{snapshot}");
        assert!(first["evidence"]["id"].as_str().is_some_and(|id| !id.is_empty()), "{snapshot}: {first}");
        // Each fix that check proposes for it is attached, and proven.
        let of_check: Vec<&Value> = checked["fixes"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|fix| fix["requirements"].as_array().is_some_and(|ids| ids.contains(&Value::from(want))))
            .map(|fix| &fix["summary"])
            .collect();
        let attached: Vec<&Value> = first["fixes"].as_array().into_iter().flatten().map(|fix| &fix["summary"]).collect();
        assert_eq!(attached, of_check, "{snapshot}");
        assert!(first["fixes"].as_array().into_iter().flatten().all(|fix| fix["verified"] == true), "{snapshot}");
        mended += attached.len();
        // The order is that of the contract: confirmed, possible, refuted.
        let statuses: Vec<&str> =
            report["causes"].as_array().expect("causes").iter().filter_map(|cause| cause["status"].as_str()).collect();
        assert!(statuses.is_sorted(), "{snapshot}: {statuses:?}");
    }
    assert!(mended >= 5, "{mended}");
}

/// The input that the example's own command asks about.
fn input_of(snapshot: &str, input: &str) -> String {
    let text = std::fs::read_to_string("examples/denied.md").expect("examples");
    let mut lines = text.lines().skip_while(|line| !line.contains(&format!("examples/{snapshot}.jsonl")));
    let own = lines.find_map(|line| line.split_once("--input ")).map(|(_, input)| input.trim_matches([' ', '\\']).to_owned());
    if snapshot == "heart" { input.to_owned() } else { own.unwrap_or_else(|| input.to_owned()) }
}

#[test]
fn a_text_alone_is_judged_by_what_it_reveals() {
    let text = format!("{MISMATCH} https://stheart.blob.core.windows.net/trials/unlabeled/");
    let report = explain("role-on-workspace-identity", &text, &[]);
    assert_eq!(with_status(&report, "confirmed"), ["access/mount"], "{:#}", report["causes"]);
    assert!(notices(&report).contains(&"taken-from-text".to_owned()));
    // Nothing in the text says which data: the causes that ask about it stay open.
    let report = explain("role-on-workspace-identity", "AuthorizationPermissionMismatch", &[]);
    assert!(with_status(&report, "possible").contains(&"access/mount".to_owned()), "{:#}", report["causes"]);
    assert!(with_status(&report, "confirmed").is_empty());
}

#[test]
fn where_everything_is_refuted_the_platform_is_left() {
    let job = ["-n", ENDPOINT, "--input", ASSET, "--before", "examples/heart.jsonl"];
    let report = explain("heart", MISMATCH, &job);
    assert_eq!(report["verdict"], "allowed");
    assert_eq!(with_status(&report, "confirmed"), Vec::<String>::new());
    assert_eq!(with_status(&report, "possible"), ["platform/known-issue"], "{:#}", report["causes"]);
    let ids = notices(&report);
    assert!(ids.contains(&"configuration-sufficient".to_owned()) && ids.contains(&"unchanged-since".to_owned()), "{ids:?}");
    assert!(!report["known_issues"].as_array().expect("issues").is_empty());

    let job = ["-n", ENDPOINT, "--input", ASSET, "--before", "examples/role-on-workspace-identity.jsonl"];
    let report = explain("heart", MISMATCH, &job);
    assert!(notices(&report).contains(&"changed-since".to_owned()), "{:?}", report["notices"]);
}

#[test]
fn another_principal_than_the_one_thought_of_is_noticed() {
    let action = "Microsoft.MachineLearningServices/workspaces/batchEndpoints/jobs/write";
    let text = arm(CLUSTER, action, &format!("{WORKSPACE}/batchEndpoints/{ENDPOINT}"));
    let report = explain("heart", &text, &["-n", ENDPOINT, "--as", "ana@contoso.com"]);
    assert!(with_status(&report, "confirmed").contains(&"client/identity".to_owned()), "{:#}", report["causes"]);
    let cause = report["causes"].as_array().expect("causes").iter().find(|cause| cause["requirement"] == "client/identity");
    let because = cause.and_then(|cause| cause["because"].as_str()).unwrap_or_default();
    assert!(because.contains("the identity of compute `cpu-cluster`") && because.contains("not Ana Silva"), "{because}");
    assert!(notices(&report).contains(&"other-principal".to_owned()));

    let text = arm(ANA, action, &format!("{WORKSPACE}/batchEndpoints/{ENDPOINT}"));
    let report = explain("heart", &text, &["-n", ENDPOINT]);
    assert!(with_status(&report, "refuted").contains(&"client/identity".to_owned()), "{:#}", report["causes"]);
    // Ana holds exactly the action that the text says she lacks.
    assert!(with_status(&report, "refuted").contains(&"job/invoke".to_owned()), "{:#}", report["causes"]);
}

#[test]
fn a_store_that_no_input_leads_to_is_noticed() {
    let text = format!("{MISMATCH} PUT https://stmlwheart.blob.core.windows.net/azureml-blobstore/azureml/out.csv");
    let report = explain("heart", &text, &["-n", ENDPOINT, "--input", ASSET]);
    let notice = report["notices"].as_array().expect("notices").iter().find(|notice| notice["id"] == "other-store");
    let message = notice.and_then(|notice| notice["message"].as_str()).unwrap_or_default();
    assert!(message.contains("default datastore `workspaceblobstore`"), "{message}");
}

#[test]
fn an_output_that_is_refused_is_judged_as_output() {
    let text = "ScriptExecution.WriteStreams.Authentication: DestinationError(PermissionDenied(None))";
    let report = explain("heart", text, &["-n", ENDPOINT]);
    let output = report["causes"].as_array().expect("causes").iter().find(|cause| cause["requirement"] == "output/writable");
    assert!(output.is_some_and(|cause| cause["status"] != "possible"), "the default datastore is judged: {:#}", report["causes"]);
    assert!(notices(&report).contains(&"output-meant".to_owned()));
}

#[test]
fn a_state_without_a_job_leaves_causes_open() {
    let folder = std::env::temp_dir().join(format!("canread-explain-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join("empty.jsonl");
    std::fs::write(&file, "{\"kind\":\"snapshot\",\"version\":1,\"cloud\":\"AzureCloud\",\"collected_at\":\"2026-11-20T08:00:00Z\"}\n")
        .expect("a file");
    let path = file.to_string_lossy().into_owned();
    let report = json(&["explain", "--error", MISMATCH, "--snapshot", &path, "--at", AT]);
    std::fs::remove_dir_all(&folder).expect("the folder can be removed");
    assert_eq!(report["verdict"], Value::Null);
    assert!(report["causes"].as_array().is_some_and(|causes| causes.iter().all(|cause| cause["status"] == "possible")));
    assert!(notices(&report).contains(&"no-job".to_owned()));
}
