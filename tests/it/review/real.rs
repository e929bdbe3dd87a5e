//! Real recorded bodies: what is found of them is what the raw JSON says, walked here on its own.

use super::text;
use crate::world2::{Temporary, run};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const WORKSPACE: &str = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/w";

/// Answers that were recorded: the records of each.
fn records(name: &str) -> Option<Vec<Value>> {
    let lines = crate::corpus(&format!("http/{name}"))?;
    let answers = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let good = answers.filter(|answer| matches!(answer["status"].as_u64(), Some(200 | 201)));
    let items = good.flat_map(|answer| answer["body"]["value"].as_array().cloned().unwrap_or_else(|| vec![answer["body"].clone()]));
    Some(items.filter(|item| item["id"].is_string()).collect())
}

fn review(lines: &[Value], words: &[&str]) -> Value {
    let head = json!({"kind":"snapshot","version":1,"cloud":"AzureCloud","collected_at":"2026-11-22T10:00:00Z"});
    let all: String = std::iter::once(&head).chain(lines).map(|line| format!("{line}\n")).collect();
    let file = Temporary::new("jsonl", all.as_bytes());
    let answer = run(&[&["review", "--at", "2026-11-22T12:00:00Z", "-o", "json", "--snapshot", file.path()], words].concat());
    assert!(answer.json["review"] == 1, "{}", answer.err);
    answer.json
}

fn ids(report: &Value) -> BTreeSet<String> {
    report["findings"].as_array().expect("findings").iter().map(|one| text(&one["id"]).to_owned()).collect()
}

#[test]
fn recorded_accounts_are_found_as_they_are() {
    let (Some(single), Some(listed)) = (records("storage-accounts.jsonl"), records("storage-account-lists.jsonl")) else { return };
    let workspace = json!({"kind":"resource","body":{"id":WORKSPACE,"properties":{}}});
    let (mut seen, mut open, mut public) = (0, 0, 0);
    for account in single.into_iter().chain(listed).filter(|item| text(&item["id"]).matches('/').count() == 8) {
        let properties = &account["properties"];
        let mut lines = vec![workspace.clone(), json!({"kind":"resource","body":account})];
        for closed in [false, true] {
            if closed {
                lines.push(json!({"kind":"coverage","what":"everything"}));
            }
            let found = ids(&review(&lines, &[]));
            let is = |key: &str, word: &str| properties[key].as_str().is_none_or(|value| value == word);
            let allows = properties["networkAcls"]["defaultAction"].as_str().is_none_or(|action| action == "Allow");
            let is_open = is("publicNetworkAccess", "Enabled") && allows;
            assert_eq!(found.contains("open-firewall"), is_open, "{properties}");
            assert_eq!(found.contains("public-access-allowed"), properties["allowBlobPublicAccess"] == true, "{properties}");
            // Only a whole list of datastores tells that none of them needs keys.
            let keys = properties["allowSharedKeyAccess"] != false;
            assert_eq!(found.contains("shared-key-allowed"), keys && closed, "{properties}");
            assert!(!found.contains("public-container"), "no container was recorded with it");
            (seen, open, public) = (seen + 1, open + u32::from(is_open), public + u32::from(properties["allowBlobPublicAccess"] == true));
        }
    }
    assert!(seen > 200 && open > 100 && public > 20, "{seen} {open} {public}");
}

#[test]
fn recorded_datastores_are_found_as_they_are() {
    let Some(stores) = records("datastores.jsonl") else { return };
    let mut by_workspace: std::collections::BTreeMap<String, Vec<Value>> = std::collections::BTreeMap::new();
    let mut seen = BTreeSet::new();
    for store in stores {
        let id = text(&store["id"]).to_owned();
        if let Some((workspace, _)) = id.split_once("/datastores/").filter(|_| seen.insert(id.to_lowercase())) {
            by_workspace.entry(workspace.to_owned()).or_default().push(store);
        }
    }
    let mut keys = 0;
    for (workspace, stores) in &by_workspace {
        let lines: Vec<Value> = stores.iter().map(|store| json!({"kind":"resource","body":store})).collect();
        let parts: Vec<&str> = workspace.split('/').collect();
        let report = review(&lines, &["--subscription", parts[2], "-g", parts[4], "-w", parts[8]]);
        let found = |id: &str| -> BTreeSet<String> {
            let all = report["findings"].as_array().expect("findings").iter().filter(|one| one["id"] == id);
            all.map(|one| text(&one["resource"]).to_owned()).collect()
        };
        let with = |kind: &str| -> BTreeSet<String> {
            let own = stores.iter().filter(|store| store["properties"]["credentials"]["credentialsType"] == kind);
            own.map(|store| text(&store["id"]).to_owned()).collect()
        };
        assert_eq!(found("shared-key-datastore"), with("AccountKey"), "{workspace}");
        assert_eq!(found("sas-datastore"), with("Sas"), "{workspace}");
        assert_eq!(found("service-principal-datastore"), &with("ServicePrincipal") | &with("Certificate"), "{workspace}");
        keys += with("AccountKey").len();
    }
    assert!(keys >= 10 && by_workspace.len() > 1, "{keys}");
}

#[test]
fn recorded_role_assignments_are_found_as_they_are() {
    let (Some(small), Some(large)) = (records("role-assignments.jsonl"), records("role-assignments-large.jsonl")) else { return };
    let mut seen = BTreeSet::new();
    let all: Vec<Value> = small
        .into_iter()
        .chain(large)
        .filter(|item| text(&item["id"]).starts_with('/') && seen.insert(text(&item["id"]).to_lowercase()))
        .collect();
    let subscription = "/subscriptions/00000000-0000-0000-0000-000000000000";
    let workspace = WORKSPACE.replace("/subscriptions/s", subscription);
    let mut lines =
        vec![json!({"kind":"resource","body":{"id":workspace,"properties":{}}}), json!({"kind":"coverage","what":"everything"})];
    lines.extend(all.iter().map(|item| json!({"kind":"role_assignment","body":item})));
    let report = review(&lines, &["-w", "w"]);
    let found: BTreeSet<&str> = report["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .filter(|one| one["id"] == "assignment-to-deleted-principal")
        .map(|one| text(&one["resource"]))
        .collect();
    // The closed world holds no directory object; what bears on the workspace stands at or above its group, or in it.
    let group = format!("{subscription}/resourcegroups/rg");
    // Roles of Managed HSM are another system's, and set aside when they are read.
    let of_azure = all.iter().filter(|item| !text(&item["properties"]["roleDefinitionId"]).starts_with("Microsoft.KeyVault/"));
    let touching = of_azure.filter(|item| {
        let scope = text(&item["properties"]["scope"]).trim_end_matches('/').to_lowercase();
        let inside = scope.starts_with(&format!("{}/", workspace.to_lowercase()));
        scope.is_empty()
            || scope == subscription
            || scope == group
            || scope.contains("/managementgroups/")
            || scope == workspace.to_lowercase()
            || inside
    });
    let expected: BTreeSet<&str> = touching.map(|item| text(&item["id"])).collect();
    assert_eq!(found.symmetric_difference(&expected).collect::<Vec<_>>(), Vec::<&&str>::new());
    assert!(found.len() > 100, "{}", found.len());
}
