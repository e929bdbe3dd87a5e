//! Real recorded answers go through the code that collects, and nothing of them is lost: each body is in the file as it came,
//! each error keeps its code.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "helpers of tests fail by panicking")]

use crate::fake::{Answer, Memory, Options, replayed};
use canread::collect::{Plan, Target};
use canread::model::{Scope, StorageUrl};
use canread::snapshot::{self, redact};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What was recorded, of one file of the corpus.
fn recordings(name: &str) -> Vec<Value> {
    let Some(text) = crate::corpus(&format!("http/{name}.jsonl")) else { return Vec::new() };
    text.lines().map(|line| serde_json::from_str(line).expect("a recording")).collect()
}

fn answer(path_end: &str, recording: &Value) -> Answer {
    let headers = recording["headers"].as_object().into_iter().flatten();
    let headers = headers.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
    let body = match &recording["body"] {
        Value::Null => Vec::new(),
        Value::String(text) => text.clone().into_bytes(),
        other => other.to_string().into_bytes(),
    };
    let status = recording["status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or(0);
    Answer { path_end: path_end.to_owned(), status, headers: headers.collect(), body }
}

/// The lines that come of a plan where only these answers are given and everything else is refused.
fn lines(plan: &Plan, answers: Vec<Answer>) -> Vec<Value> {
    let head = json!({"kind": "snapshot", "version": 1, "tenant_id": "t", "signed_in": {"object_id": "ana"}});
    let file = replayed(&Memory::new(&head.to_string(), Options::default()), answers, plan);
    snapshot::read(file.as_bytes(), "collected").expect("what is collected can be read");
    file.lines().map(|line| serde_json::from_str(line).expect("a line")).collect()
}

/// As the file holds it.
fn redacted(body: &Value) -> Value {
    let mut body = body.clone();
    redact::body(&mut body);
    body
}

fn bodies(lines: &[Value], kind: &str) -> Vec<Value> {
    lines.iter().filter(|line| line["kind"] == kind).map(|line| line["body"].clone()).collect()
}

fn ok(recording: &Value, method: &str) -> bool {
    recording["method"] == method && recording["status"] == 200
}

/// A plan whose one named resource is this.
fn of_resource(id: &str) -> Plan {
    let workspace = Scope::new("/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/other");
    Plan { workspace: Some(workspace), targets: vec![Target::Compute(Scope::new(id))], ..Plan::default() }
}

#[test]
fn every_recorded_resource_is_kept_as_it_came() {
    let files = [
        "workspaces",
        "computes",
        "batch-endpoints",
        "datastores",
        "data-assets",
        "storage-accounts",
        "storage-account-lists",
        "managed-identities",
        "storage-arm-other",
        "ml-registries",
    ];
    let mut kept = 0;
    for (file, recording) in files.into_iter().flat_map(|file| recordings(file).into_iter().map(move |recording| (file, recording))) {
        if !ok(&recording, "GET") {
            continue;
        }
        let body = &recording["body"];
        let items = body["value"].as_array().cloned().unwrap_or_else(|| vec![body.clone()]);
        for item in items {
            // Of a list each record is asked for by its own id.
            let Some(id) = item["id"].as_str().filter(|id| id.to_ascii_lowercase().contains("/providers/")) else { continue };
            if item["properties"].as_object().is_none_or(serde_json::Map::is_empty) {
                // Operation results and the like, which are no resources that are asked for.
                continue;
            }
            let one = json!({"status": 200, "headers": recording["headers"], "body": item});
            let found = bodies(&lines(&of_resource(id), vec![answer(id, &one)]), "resource");
            assert_eq!(found, [redacted(&item)], "{file}: {id}");
            kept += 1;
        }
    }
    assert!(kept == 0 || kept >= 150, "{kept}");
}

#[test]
fn every_recorded_list_of_authorization_is_kept_whole() {
    let workspace = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w";
    let cases = [
        ("role-assignments", "roleAssignments", "role_assignment"),
        ("role-assignments-large", "roleAssignments", "role_assignment"),
        ("role-definitions", "roleDefinitions", "role_definition"),
        ("deny-assignments", "denyAssignments", "deny_assignment"),
        ("pim-schedule-instances", "roleEligibilityScheduleInstances", "role_eligibility_schedule_instance"),
        ("pim-schedule-instances", "roleAssignmentScheduleInstances", "role_assignment_schedule_instance"),
    ];
    let mut lists = 0;
    for (file, provider, kind) in cases {
        for recording in recordings(file).into_iter().filter(|recording| ok(recording, "GET")) {
            let is_mine = recording["url"].as_str().is_some_and(|url| url.split('?').next().is_some_and(|path| path.ends_with(provider)));
            let Some(items) = recording["body"]["value"].as_array().filter(|_| is_mine) else { continue };
            let plan = Plan { workspace: Some(Scope::new(workspace)), ..Plan::default() };
            let mut given = answer(&format!("/{provider}"), &recording);
            // The recording ends before its next page.
            let mut body = recording["body"].clone();
            drop(body.as_object_mut().map(|body| body.remove("nextLink")));
            given.body = body.to_string().into_bytes();
            let all = lines(&plan, vec![given]);
            let by_id = |items: &[Value]| -> BTreeMap<String, Value> {
                items.iter().map(|item| (item["name"].as_str().unwrap_or_default().to_ascii_lowercase(), redacted(item))).collect()
            };
            assert_eq!(by_id(&bodies(&all, kind)), by_id(items), "{}", recording["url"]);
            // What came whole is covered; a half of PIM is not the whole of it.
            let what = if file.starts_with("pim") { "schedule_instances" } else { &format!("{kind}s") };
            let covered = all.iter().any(|line| line["kind"] == "coverage" && line["what"] == *what);
            assert_eq!(covered, !file.starts_with("pim"), "{}", recording["url"]);
            lists += 1;
        }
    }
    assert!(lists == 0 || lists >= 60, "{lists}");
}

#[test]
fn every_recorded_error_keeps_its_code() {
    let files = [
        "errors",
        "datastores",
        "batch-endpoints",
        "deny-assignments",
        "management-groups",
        "ml-registries",
        "storage-arm-other",
        "role-definitions",
    ];
    let id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/asked";
    let mut errors = 0;
    for recording in files.into_iter().flat_map(recordings) {
        let status = recording["status"].as_u64().unwrap_or_default();
        let body = &recording["body"];
        let error = if body["error"].is_object() { &body["error"] } else { body };
        let Some(code) = error["code"].as_str().filter(|_| (400..500).contains(&status) && status != 429) else { continue };
        let all = lines(&of_resource(id), vec![answer(id, &recording)]);
        let gap = all.iter().find(|line| line["kind"] == "gap" && line["scope"] == id);
        let absent = status == 404 && !["SubscriptionNotFound", "InvalidSubscriptionId", "NoRegisteredProviderFound"].contains(&code);
        if absent {
            let covered = all.iter().any(|line| line["kind"] == "coverage" && line["scope"] == id);
            assert!(covered && gap.is_none(), "{code}");
        } else {
            let gap = gap.unwrap_or_else(|| panic!("{status} {code}: no gap"));
            assert_eq!((&gap["status"], &gap["code"]), (&recording["status"], &json!(code)));
        }
        errors += 1;
    }
    assert!(errors == 0 || errors >= 25, "{errors}");
}

/// A row as Resource Graph gives it: the account has a hierarchical namespace or not.
fn found(account: &str, hierarchical: bool) -> Answer {
    let id = format!("/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/{account}");
    let rows = json!({"data": [{"id": id, "name": account, "hierarchical": hierarchical, "endpoints": []}]});
    Answer {
        path_end: "/Microsoft.ResourceGraph/resources".to_owned(),
        status: 200,
        headers: Vec::new(),
        body: rows.to_string().into_bytes(),
    }
}

#[test]
fn every_recorded_acl_is_kept_as_it_came() {
    let mut acls = 0;
    for recording in recordings("dfs-access-control") {
        let url = recording["url"].as_str().unwrap_or_default();
        let Some(acl) =
            recording["headers"]["x-ms-acl"].as_str().filter(|_| recording["method"] == "HEAD" && url.contains("getAccessControl"))
        else {
            continue;
        };
        let target = StorageUrl::parse("https://acct.dfs.core.windows.net/fs", "core.windows.net").expect("a URL");
        let plan = Plan { urls: vec![target], ..Plan::default() };
        let all = lines(&plan, vec![found("acct", true), answer("/acct/fs/", &recording)]);
        let told = all.iter().find(|line| line["kind"] == "path_access").unwrap_or_else(|| panic!("{url}: {all:?}"));
        assert_eq!(told["acl"], acl, "{url}");
        for (name, header) in [("owner", "x-ms-owner"), ("group", "x-ms-group"), ("permissions", "x-ms-permissions")] {
            assert_eq!(told[name], recording["headers"][header], "{url}");
        }
        acls += 1;
    }
    assert!(acls == 0 || acls >= 15, "{acls}");
}

#[test]
fn every_recorded_list_of_paths_and_blobs_is_kept_whole() {
    let mut lists = 0;
    for (file, mark, service, hierarchical) in
        [("dfs-access-control", "resource=filesystem", "dfs", true), ("blob-acl-list", "comp=list", "blob", false)]
    {
        for recording in recordings(file).into_iter().filter(|recording| ok(recording, "GET")) {
            let url = recording["url"].as_str().unwrap_or_default();
            let of_container = url.contains(mark) && (hierarchical || url.contains("restype=container"));
            let goes_on = recording["headers"]["x-ms-continuation"].is_string()
                || recording["body"].as_str().is_some_and(|xml| xml.contains("<NextMarker>"));
            if !of_container || url.contains("delimiter") || goes_on {
                continue;
            }
            let names = names(&recording["body"]);
            let base = StorageUrl::parse(&format!("https://acct.{service}.core.windows.net/c"), "core.windows.net").expect("a URL");
            let plan = Plan { urls: vec![base], max_paths: 10_000, ..Plan::default() };
            let root = json!({"status": 200, "body": null, "headers": {"x-ms-acl": "user::rwx,group::r-x,other::---", "x-ms-owner": "$superuser",
                "x-ms-group": "$superuser", "x-ms-permissions": "rwxr-x---", "x-ms-resource-type": "directory"}});
            let all = lines(&plan, vec![found("acct", hierarchical), answer("/acct/c", &recording), answer("/acct/c/", &root)]);
            let mut told: Vec<&str> = all.iter().filter(|line| line["kind"] == "path").filter_map(|line| line["path"].as_str()).collect();
            told.sort_unstable();
            assert_eq!(told, names, "{url}");
            lists += 1;
        }
    }
    assert!(lists == 0 || lists >= 10, "{lists}");
}

/// Names in a recorded list, sorted, each once.
fn names(body: &Value) -> Vec<String> {
    let mut names: Vec<String> = match body.as_str() {
        Some(xml) => {
            xml.split("<Blob>").skip(1).filter_map(|blob| Some(blob.split_once("<Name>")?.1.split_once("</Name>")?.0.to_owned())).collect()
        }
        None => body["paths"].as_array().into_iter().flatten().filter_map(|path| path["name"].as_str().map(str::to_owned)).collect(),
    };
    names.sort_unstable();
    names.dedup();
    names
}

#[test]
fn every_recorded_answer_of_the_directory_is_kept_whole() {
    let mut answers = 0;
    for recording in recordings("graph-members") {
        let url = recording["url"].as_str().unwrap_or_default();
        let items = recording["body"]["value"].as_array().cloned().unwrap_or_default();
        if ok(&recording, "POST") && url.ends_with("/getByIds") {
            let all = lines(&Plan::default(), vec![answer("/getByIds", &recording)]);
            let distinct = |items: &[Value]| -> BTreeMap<String, Value> {
                items.iter().map(|item| (item["id"].as_str().unwrap_or_default().to_owned(), redacted(item))).collect()
            };
            assert_eq!(distinct(&bodies(&all, "directory_object")), distinct(&items), "{url}");
            answers += 1;
        } else if ok(&recording, "POST") && url.ends_with("/getMemberGroups") {
            let all = lines(&Plan::default(), vec![answer("/getMemberGroups", &recording)]);
            let told = all.iter().find(|line| line["kind"] == "membership").expect("a membership");
            assert_eq!(told["transitive_groups"], recording["body"]["value"], "{url}");
            answers += 1;
        }
    }
    assert!(answers == 0 || answers >= 5, "{answers}");
}
