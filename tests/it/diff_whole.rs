//! `canread diff`, asked as from the command line.
#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests fail by panicking")]

use crate::world2::*;
use serde_json::{Value, json};

fn diff(before: &World, after: &World, words: &[&str]) -> Answer {
    let (one, other) = (Temporary::new("jsonl", before.text().as_bytes()), Temporary::new("jsonl", after.text().as_bytes()));
    run(&[&["diff", one.path(), other.path(), "--at", AT, "-o", "json"], words].concat())
}

/// `name operation target via before after` of every change.
fn rows(answer: &Answer) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    let all = answer.json["changes"].as_array().unwrap_or_else(|| panic!("{}{}", answer.out, answer.err));
    let keys = ["operation", "target", "via", "before", "after"];
    let row = |one: &Value| format!("{} {}", text(&one["principal"]["name"]), keys.map(|key| text(&one[key])).join(" "));
    all.iter().map(row).collect()
}

fn ids(because: &Value) -> Vec<String> {
    let all = because.as_array().expect("a list");
    all.iter().map(|one| format!("{} {}", one["change"].as_str().unwrap_or("?"), one["id"].as_str().unwrap_or("?"))).collect()
}

const C: &str = "https://acct.blob.core.windows.net/c";

#[test]
fn nothing_differs() {
    let answer = diff(&World::new(), &World::new(), &[]);
    assert_eq!(answer.code, 0);
    assert_eq!(answer.json["unchanged"], true);
    for key in ["changes", "jobs", "configuration", "warnings"] {
        assert_eq!(answer.json[key], json!([]), "{key}");
    }
    let mut later = World::new();
    later.set("0 header", "/collected_at", json!("2026-11-22T11:00:00Z"));
    assert_eq!(diff(&World::new(), &later, &[]).json["configuration"], json!([]), "the hour of collection is no difference");
}

#[test]
fn a_grant_that_went_is_access_lost_and_jobs_that_fail() {
    let before = World::new();
    let mut after = World::new();
    after.drop("cluster reads");
    let answer = diff(&before, &after, &[]);
    assert_eq!((answer.code, &answer.json["unchanged"]), (5, &json!(false)));
    let cluster = |operation| format!("ws/computes/cpu {operation} {C} access allowed denied");
    assert_eq!(rows(&answer), [cluster("list"), cluster("read")]);
    let gone = format!("removed {}", before.get("cluster reads", "/body/id").as_str().expect("an id"));
    for change in answer.json["changes"].as_array().expect("changes") {
        assert_eq!(ids(&change["because"]), [gone.as_str()]);
        assert_eq!(change["registered"], json!(["azureml://datastores/keyed", "azureml://datastores/plain"]));
    }
    let job = &answer.json["jobs"][0];
    assert_eq!(
        (&job["before"], &job["after"], &job["input"]),
        (&json!("allowed"), &json!("denied"), &json!("azureml://datastores/plain/paths/"))
    );
    assert_eq!(job["requirements"], json!([{"id":"access/mount","before":"allowed","after":"denied"}]));
    assert_eq!(ids(&job["because"]), [gone.as_str()]);
    assert_eq!(answer.json["jobs"].as_array().map(Vec::len), Some(1));
}

#[test]
fn keys_turned_off_are_access_lost_by_key_and_by_stored_key() {
    let before = World::new();
    let mut after = World::new();
    after.set("acct", "/body/properties/allowSharedKeyAccess", json!(false));
    after.set("acct", "/body/properties/minimumTlsVersion", json!("TLS1_2"));
    after.set("lake", "/body/properties/minimumTlsVersion", json!("TLS1_2"));
    let answer = diff(&before, &after, &[]);
    let ana: Vec<String> = ["list", "read", "write"]
        .iter()
        .flat_map(|operation| ["stored_credential", "account_key"].map(|via| format!("Ana {operation} {C} {via} allowed denied")))
        .collect();
    assert_eq!(rows(&answer), ana);
    assert_eq!(ids(&answer.json["changes"][0]["because"]), [format!("changed {}", account_id("acct"))]);
    assert!(
        answer.json["changes"][0]["because"][0]["says"].as_str().is_some_and(|says| says.contains("allowSharedKeyAccess true → false"))
    );
    // What happened to the lake changed nobody's access.
    assert_eq!(ids(&answer.json["configuration"]), [format!("changed {}", account_id("lake"))]);
    // The job that reads with the stored key fails.
    assert_eq!(answer.json["jobs"][0]["input"], "azureml://datastores/keyed/paths/");
}

#[test]
fn whoever_joins_a_group_gains_what_it_holds() {
    let mut before = World::new();
    before.person(TEAM, "group", "Team").assign("team writes", WRITER, TEAM, &account_id("lake"));
    before.put("member", json!({"kind":"membership","member":ANA,"transitive_groups":[]}));
    let mut after = before.clone();
    after.put("member", json!({"kind":"membership","member":ANA,"transitive_groups":[TEAM]}));
    let answer = diff(&before, &after, &[]);
    let lake = "https://lake.dfs.core.windows.net/fs";
    assert_eq!(rows(&answer), ["list", "read", "write"].map(|operation| format!("Ana {operation} {lake} access undetermined allowed")));
    assert_eq!(ids(&answer.json["changes"][0]["because"]), [format!("changed {ANA}")]);
    assert_eq!(answer.json["changes"][0]["because"][0]["says"], "Ana: joined Team");
}

#[test]
fn a_look_up_that_failed_is_no_access_lost() {
    let before = World::new();
    let mut after = World::new();
    after.add(json!({"kind":"gap","what":"role_assignments","scope":account_id("acct"),"status":403,"code":"AuthorizationFailed"}));
    after.add(json!({"kind":"gap","what":"deny_assignments","scope":account_id("acct"),"status":403,"code":"AuthorizationFailed"}));
    let answer = diff(&before, &after, &[]);
    assert_eq!(answer.code, 5);
    let of_cluster: Vec<String> =
        rows(&answer).into_iter().filter(|row| row.starts_with("ws/computes/cpu") && row.contains(" access ")).collect();
    assert_eq!(
        of_cluster,
        ["list allowed", "read allowed", "write denied"].map(|words| {
            let (operation, before) = words.split_once(' ').expect("two words");
            format!("ws/computes/cpu {operation} {C} access {before} undetermined")
        })
    );
    let because = ids(&answer.json["changes"][0]["because"]);
    assert!(because.iter().all(|one| one.starts_with("added ") && one.ends_with(&account_id("acct"))), "{because:?}");
}

#[test]
fn a_container_made_public_is_open_to_anyone() {
    let before = World::new();
    let mut after = World::new();
    after.set("acct", "/body/properties/allowBlobPublicAccess", json!(true));
    after.set("acct container", "/body/properties/publicAccess", json!("Blob"));
    let answer = diff(&before, &after, &[]);
    assert_eq!(rows(&answer), [format!("anyone, without signing in read {C} anonymous denied allowed")]);
    assert_eq!(answer.json["changes"][0]["principal"]["object_id"], Value::Null);
    let container = format!("{}/blobServices/default/containers/c", account_id("acct"));
    assert_eq!(ids(&answer.json["changes"][0]["because"]), [format!("changed {}", account_id("acct")), format!("changed {container}")]);
}

#[test]
fn only_one_reference_is_compared_where_asked_for() {
    let before = World::new();
    let mut after = World::new();
    after.drop("cluster reads");
    let reference = "azureml://datastores/plain/paths/in";
    let answer = diff(&before, &after, &["--only", reference]);
    assert_eq!(rows(&answer), ["list", "read"].map(|operation| format!("ws/computes/cpu {operation} {reference} access allowed denied")));
    assert_eq!((&answer.json["only"], answer.json["jobs"].as_array().map(Vec::len)), (&json!(reference), Some(1)));
    let other = diff(&before, &after, &["--only", "https://lake.dfs.core.windows.net/fs"]);
    assert_eq!((other.code, &other.json["unchanged"]), (0, &json!(true)));
    assert_eq!(ids(&other.json["configuration"]).len(), 1);
    let nowhere = diff(&before, &after, &["--only", "azureml:none:1"]);
    assert_eq!((nowhere.code, nowhere.out.as_str()), (1, ""));
}

#[test]
fn an_asset_that_leads_elsewhere_is_compared_where_it_leads() {
    let id = format!("{}/data/heart/versions/1", workspace());
    let asset = |uri: &str| json!({"id":id,"properties":{"dataType":"uri_folder","dataUri":uri,"isArchived":false}});
    let mut before = World::new();
    before.resource("asset", asset("azureml://datastores/plain/paths/in"));
    let mut after = World::new();
    after.resource("asset", asset("azureml://datastores/gen2/paths/in"));
    after.assign("ana lake", READER, ANA, &account_id("lake"));
    let answer = diff(&before, &after, &["--only", "azureml:heart:1"]);
    let rows = rows(&answer);
    assert!(rows.contains(&"ws/computes/cpu read azureml:heart:1 access allowed undetermined".to_owned()), "{rows:?}");
    assert!(!rows.iter().any(|row| row.starts_with("Ana read") && row.contains(" access ")), "{rows:?}");
    let job = &answer.json["jobs"][0];
    assert!(ids(&job["because"]).contains(&format!("changed {id}")), "{job}");
}

#[test]
fn files_that_cannot_be_read_and_two_standard_inputs_are_refused() {
    let world = World::new();
    let file = Temporary::new("jsonl", world.text().as_bytes());
    assert_eq!(run(&["diff", file.path(), "no-such-file.jsonl"]).code, 1);
    assert_eq!(run(&["diff", "-", "-"]).code, 2);
    assert_eq!(run(&["diff", file.path()]).code, 2);
    assert_eq!(run(&["diff", file.path(), file.path(), "-o", "html"]).code, 2);
}

#[test]
fn no_secret_of_either_file_is_printed() {
    let before = World::new();
    let mut after = World::new();
    let uri = "https://acct.blob.core.windows.net/c/in?sv=2022-11-02&sp=r&sig=topsecretsignature0123456789abcdefghijklmnopq%3D";
    after.resource(
        "asset",
        json!({"id":format!("{}/data/heart/versions/1", workspace()),"properties":{"dataType":"uri_folder","dataUri":uri}}),
    );
    after.sas("shared", "sv=2022-11-02&sr=c&sp=rl&se=2027-06-01T00:00:00Z&sig=topsecretsignature0123456789abcdefghijklmnopq%3D");
    let (one, other) = (Temporary::new("jsonl", before.text().as_bytes()), Temporary::new("jsonl", after.text().as_bytes()));
    for format in ["json", "table"] {
        let answer = run(&["diff", one.path(), other.path(), "--at", AT, "-o", format, "-v"]);
        assert_eq!(answer.code, 5);
        assert!(!answer.out.contains("topsecret") && !answer.err.contains("topsecret"), "{}{}", answer.out, answer.err);
    }
}
