//! What an input names: recognised, supported, there, of the right type; and what that leads to.

use crate::scenario::*;
use serde_json::{Value, json};

const STORE: &str = "azureml://datastores/store/paths/in/2026";

/// The whole list of a credential-less blob folder.
const BY_IDENTITY: [&str; 9] = [
    "input/recognised allowed",
    "input/supported allowed",
    "input/exists allowed",
    "input/type allowed",
    "compute/identity allowed",
    "account/reachable allowed",
    "account/tenant allowed",
    "access/mount allowed",
    "access/read allowed",
];

fn by_identity() -> Vec<String> {
    let mut all: Vec<String> = BY_IDENTITY.map(str::to_owned).to_vec();
    all.push("data/readable allowed".to_owned());
    all
}

#[test]
fn a_furnished_world_is_allowed_closed_or_open() {
    for world in [World::closed(), World::open()] {
        let answer = world.check(&["--input", STORE]);
        assert_eq!(answer.verdict(), "allowed", "{answer:#?}");
        assert_eq!(answer.requirements(), by_identity());
        assert_eq!(answer.invoke(), ["job/endpoint allowed", "job/invoke allowed"]);
        assert_eq!(answer.missing(), Vec::<String>::new());
        let granting = grant_id("mi-data", &container_id("acct", "data"));
        assert!(answer.evidence("access/mount").contains(&granting), "{:?}", answer.evidence("access/mount"));
    }
}

#[test]
fn the_report_bears_every_key_and_the_ids_of_the_snapshot() {
    let world = World::closed().put(data_version("heart", "3", "uri_folder", "azureml://datastores/store/paths/in%20put/x/"));
    let answer = world.check(&["--input", "hearts=azureml:heart:3", "--output-path", "azureml://datastores/store/paths/out"]);
    let report = &answer.report;
    for key in ["report", "tool", "at", "table", "verdict", "job", "inputs", "outputs", "invoke", "fixes", "warnings"] {
        assert!(report.get(key).is_some(), "{key}");
    }
    let input = answer.input();
    for key in ["name", "reference", "verdict", "valid_until", "resolved", "rule", "requirements", "missing", "assumptions", "fixes"] {
        assert!(input.get(key).is_some(), "{key}");
    }
    assert_eq!(input["name"], "hearts");
    assert_eq!(input["reference"], "azureml:heart:3");
    assert_eq!(
        input["resolved"],
        json!({"data_asset": ml("data/heart/versions/3"), "datastore": ml("datastores/store"), "store": "blob",
        "account": "acct", "container": "data", "path": "in put/x", "type": "uri_folder"})
    );
    assert_eq!(input["rule"]["id"], "data-asset-without-credential");
    assert_eq!(input["rule"]["edition"], "current");
    assert_eq!(input["rule"]["credentials_used"], json!(["job_identity", "compute_identity"]));
    assert_eq!(input["rule"]["access_granted_by"], json!(["rbac"]));
    assert_eq!(report["job"]["endpoint"], json!(ml("batchEndpoints/ep")));
    assert_eq!(report["job"]["deployment"], json!(ml("batchEndpoints/ep/deployments/dep")));
    assert_eq!(report["job"]["compute"], json!(ml("computes/cpu")));
    assert_eq!(report["job"]["invoker"], json!({"object_id": ANA, "name": "Ana", "type": "User", "role": "job_identity"}));
    assert_eq!(
        answer.requirement("access/mount")["principal"],
        json!({"object_id": CLUSTER, "name": "ws/computes/cpu", "type": "ManagedIdentity", "role": "compute_identity"})
    );
    assert_eq!(answer.requirement("access/read")["disputed"], json!(true));
    assert_eq!(answer.requirement("access/mount")["disputed"], json!(false));
    for requirement in input["requirements"].as_array().unwrap() {
        for key in ["id", "verdict", "disputed", "counts", "principal", "summary", "proof", "valid_until"] {
            assert!(requirement.get(key).is_some(), "{key}");
        }
        check_proof(&requirement["proof"], &requirement["verdict"]);
    }
    let outputs: Vec<&Value> = report["outputs"][0]["requirements"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
    assert_eq!(outputs, ["output/writable"]);
}

/// One of `all`, `any`, `evidence`; the verdict of a node is that of its children.
fn check_proof(proof: &Value, verdict: &Value) {
    assert_eq!(&proof["verdict"], verdict);
    let kinds = ["all", "any", "evidence"].into_iter().filter(|key| proof.get(key).is_some()).count();
    assert_eq!(kinds, 1, "{proof}");
    for part in proof["all"].as_array().or(proof["any"].as_array()).into_iter().flatten() {
        check_proof(part, &part["verdict"]);
    }
}

#[test]
fn ids_are_printed_as_the_snapshot_spells_them() {
    let world = World::closed();
    let text = world.text().replace("batchEndpoints/ep", "batchendpoints/EP").replace("computes/cpu", "Computes/CPU");
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let answer = World { lines }.check(&["--input", STORE]);
    assert_eq!(answer.report["job"]["endpoint"], json!(ml("batchendpoints/EP")));
    assert_eq!(answer.report["job"]["compute"], json!(ml("Computes/CPU")));
    let evidence = answer.evidence("job/endpoint");
    assert!(evidence.contains(&ml("batchendpoints/EP")) && evidence.contains(&ml("batchendpoints/EP/deployments/dep")), "{evidence:?}");
    assert!(evidence.contains(&ml("Computes/CPU")), "{evidence:?}");
}

#[test]
fn what_is_not_recognised_ends_the_list() {
    for text in
        ["ftp://x/y", "azureml://jobs/x", "azureml:heart", "https://acct.queue.core.windows.net/c", "wasbs://acct.blob.core.windows.net/x"]
    {
        let answer = World::closed().check(&["--input", text]);
        assert_eq!(answer.requirements(), ["input/recognised denied"], "{text}");
        assert_eq!(answer.verdict(), "denied");
        assert_eq!(answer.invoke(), ["job/endpoint allowed", "job/invoke allowed"]);
        assert_eq!(answer.input()["rule"], Value::Null);
    }
}

#[test]
fn unsupported_inputs_end_the_list_with_input_supported() {
    let denied = |world: World, arguments: &[&str]| {
        let answer = world.check(arguments);
        assert_eq!(answer.requirements(), ["input/recognised allowed", "input/supported denied"], "{arguments:?}");
        assert_eq!(answer.verdict(), "denied");
        answer
    };
    let world = || {
        World::closed().put_all([
        data_version("table", "1", "mltable", "azureml://datastores/store/paths/t"),
        data_version("shared", "1", "uri_folder", "azureml://datastores/files/paths/x"),
        datastore("files", json!({"datastoreType": "AzureFile", "accountName": "acct", "fileShareName": "s", "credentials": {"credentialsType": "AccountKey"}})),
        datastore("one", json!({"datastoreType": "OneLake", "oneLakeWorkspaceName": "w", "credentials": {"credentialsType": "None"}})),
    ])
    };
    denied(world(), &["--input", "azureml:table:1"]);
    denied(world(), &["--input", STORE, "--input-type", "mltable"]);
    denied(world(), &["--input", "azureml:shared:1"]);
    denied(world(), &["--input", "azureml://datastores/files/paths/x"]);
    denied(world(), &["--input", "azureml://datastores/one/paths/x"]);
    denied(world(), &["--input", "https://acct.file.core.windows.net/share/x"]);
    denied(world(), &["--input", "abfss://w@onelake.dfs.fabric.microsoft.com/i/Files"]);
    denied(world(), &["--input", "adl://old.azuredatalakestore.net/x"]);
    let cmk = world().set("workspaces/ws", "/body/properties/encryption/status", json!("Enabled"));
    let answer = denied(cmk, &["--input", STORE]);
    assert!(answer.evidence("input/supported").contains(&workspace_id("ws")));
}

#[test]
fn an_mltable_is_told_by_its_asset_where_the_version_does_not_say() {
    let untyped = resource(&ml("data/table/versions/1"), json!({"properties": {"dataUri": "azureml://datastores/store/paths/t"}}));
    let asset = resource(&ml("data/table"), json!({"properties": {"dataType": "mltable", "latestVersion": "1"}}));
    let answer = World::closed().put_all([untyped, asset]).check(&["--input", "azureml:table:1"]);
    assert_eq!(answer.requirements(), ["input/recognised allowed", "input/supported denied"]);
}

#[test]
fn v1_datasets_hang_on_the_age_of_the_endpoint() {
    let reference = format!("azureml:{}", ml("datasets/old/versions/1"));
    let answer = World::closed().check(&["--input", &reference]);
    assert_eq!(answer.requirements(), ["input/recognised allowed", "input/supported denied"]);
    assert!(answer.evidence("input/supported").contains(&ml("batchEndpoints/ep")));
    let older = World::closed().set("batchendpoints/ep", "/body/systemData", json!({"createdAt": "2022-04-30T23:59:59Z"}));
    let undated = World::closed().set("batchendpoints/ep", "/body/systemData", Value::Null);
    for world in [older, undated] {
        let answer = world.check(&["--input", &reference]);
        assert_eq!(answer.verdict(), "undetermined");
        assert_eq!(answer.verdict_of("input/supported"), "undetermined");
        assert_eq!(answer.verdict_of("input/exists"), "undetermined");
        assert_eq!(answer.missing(), ["open_question v1-dataset"]);
    }
    let newest = World::closed().set("batchendpoints/ep", "/body/systemData", json!({"createdAt": "2022-05-01T00:00:00Z"}));
    assert_eq!(newest.check(&["--input", &reference]).verdict_of("input/supported"), "denied");
}

#[test]
fn a_premise_that_is_open_opens_what_hangs_on_it_for_the_same_reason() {
    let expected = [
        "input/recognised allowed",
        "input/supported undetermined",
        "input/exists undetermined",
        "input/type undetermined",
        "account/reachable undetermined",
        "data/readable undetermined",
    ];
    let answer = World::closed().check(&["--input", "azureml://registries/reg/data/heart/versions/1"]);
    assert_eq!(answer.requirements(), expected);
    assert_eq!(answer.missing(), ["open_question registry-asset"]);
    let answer = World::open().without("datastores/store").check(&["--input", STORE]);
    assert_eq!(answer.requirements(), expected);
    assert_eq!(answer.missing(), [format!("resource {}", ml("datastores/store"))]);
    let failed = World::closed().without("datastores/store").put(gap("resource", &ml("datastores/store")));
    let answer = failed.check(&["--input", STORE]);
    assert_eq!(answer.requirements(), expected);
    assert_eq!(answer.missing(), [format!("resource {}", ml("datastores/store"))]);
}

#[test]
fn what_does_not_exist_ends_the_list_with_input_exists() {
    let expected = ["input/recognised allowed", "input/supported allowed", "input/exists denied"];
    let none = World::closed().check(&["--input", "azureml://datastores/nowhere/paths/x"]);
    assert_eq!(none.requirements(), expected);
    assert_eq!(World::closed().check(&["--input", "azureml:heart:1"]).requirements(), expected);
    assert_eq!(World::closed().check(&["--input", "azureml:heart@latest"]).requirements(), expected);
    let gone = World::closed().put(path("acct", "data", "in/2026", json!({"exists": false})));
    let answer = gone.check(&["--input", STORE]);
    assert_eq!(answer.requirements(), expected);
    assert!(answer.evidence("input/exists").contains(&"acct/data/in/2026".to_owned()));
    let listed = World::closed().put(coverage("paths", "acct/data")).put(path("acct", "data", "other", json!({})));
    let answer = listed.check(&["--input", STORE]);
    assert_eq!(answer.requirements(), expected);
    let closed = World::closed().without("containers/data");
    assert_eq!(closed.check(&["--input", STORE]).requirements(), expected);
}

#[test]
fn a_path_nobody_recorded_is_assumed_to_exist() {
    let answer = World::closed().check(&["--input", STORE]);
    let assumptions = answer.assumptions();
    assert!(assumptions.iter().any(|one| one.contains("acct/data/in/2026 exists")), "{assumptions:?}");
    assert!(assumptions.iter().any(|one| one.contains("archived")), "{assumptions:?}");
    let listed = World::closed().put(coverage("paths", "acct/data")).put(path(
        "acct",
        "data",
        "in/2026/x.csv",
        json!({"is_directory": false, "access_tier": "Hot"}),
    ));
    let answer = listed.check(&["--input", STORE]);
    assert_eq!(answer.verdict(), "allowed");
    assert!(!answer.assumptions().iter().any(|one| one.contains("exists") || one.contains("archived")), "{:?}", answer.assumptions());
    assert!(answer.evidence("input/exists").contains(&"acct/data/in/2026/x.csv".to_owned()));
    let failed = World::closed().put(coverage("paths", "acct/data")).put(gap("paths", "acct/data"));
    assert!(failed.check(&["--input", STORE]).assumptions().iter().any(|one| one.contains("exists")));
}

#[test]
fn types_fit_the_asset_and_the_path() {
    let world = World::closed().put_all([
        data_version("file", "1", "uri_file", "azureml://datastores/store/paths/a.csv"),
        data_version("folder", "1", "uri_folder", "azureml://datastores/store/paths/in"),
        path("acct", "data", "a.csv", json!({"is_directory": false, "access_tier": "Hot"})),
        path("acct", "data", "in/b.csv", json!({"is_directory": false, "access_tier": "Hot"})),
    ]);
    let kind = |arguments: &[&str]| {
        let answer = world.check(arguments);
        (answer.verdict_of("input/type").to_owned(), answer.input()["resolved"]["type"].as_str().unwrap().to_owned())
    };
    let is = |verdict: &str, word: &str| (verdict.to_owned(), word.to_owned());
    assert_eq!(kind(&["--input", "azureml:file:1"]), is("allowed", "uri_file"));
    assert_eq!(kind(&["--input", "azureml:folder:1"]), is("allowed", "uri_folder"));
    assert_eq!(kind(&["--input", "azureml:file:1", "--input-type", "uri_folder"]), is("denied", "uri_folder"));
    assert_eq!(kind(&["--input", "azureml:folder:1", "--input-type", "uri_file"]), is("denied", "uri_file"));
    assert_eq!(kind(&["--input", "azureml://datastores/store/paths/a.csv"]), is("denied", "uri_folder"));
    assert_eq!(kind(&["--input", "azureml://datastores/store/paths/a.csv", "--input-type", "uri_file"]), is("allowed", "uri_file"));
    assert_eq!(kind(&["--input", "azureml://datastores/store/paths/in", "--input-type", "uri_file"]), is("denied", "uri_file"));
    // A type that does not fit leaves the rest judged.
    let answer = world.check(&["--input", "azureml:file:1", "--input-type", "uri_folder"]);
    assert!(answer.ids().contains(&"access/read"));
    assert_eq!(answer.verdict(), "denied");
}

#[test]
fn latest_is_what_the_asset_says_else_the_newest_created() {
    let version = |number: &str, created: &str, to: &str| {
        let mut line = data_version("heart", number, "uri_folder", &format!("azureml://datastores/store/paths/{to}"));
        line["body"]["systemData"] = json!({"createdAt": created});
        line
    };
    let world = World::closed().put_all([version("1", "2026-03-01T00:00:00Z", "one"), version("2", "2026-02-01T00:00:00Z", "two")]);
    let resolved = |world: &World, reference: &str| world.check(&["--input", reference]).input()["resolved"]["data_asset"].clone();
    assert_eq!(resolved(&world, "azureml:heart@latest"), json!(ml("data/heart/versions/1")));
    let named = world.clone().put(resource(&ml("data/heart"), json!({"properties": {"dataType": "uri_folder", "latestVersion": "2"}})));
    assert_eq!(resolved(&named, "azureml:heart@latest"), json!(ml("data/heart/versions/2")));
    let archived = world.clone().set("versions/1", "/body/properties/isArchived", json!(true));
    assert_eq!(resolved(&archived, "azureml:heart@latest"), json!(ml("data/heart/versions/2")));
    // An archived version is read by its number all the same.
    assert_eq!(archived.check(&["--input", "azureml:heart:1"]).verdict(), "allowed");
    let labelled = world.clone().set("versions/2", "/body/properties/aliases", json!(["golden"]));
    assert_eq!(resolved(&labelled, "azureml:heart@golden"), json!(ml("data/heart/versions/2")));
    assert_eq!(labelled.check(&["--input", "azureml:heart@silver"]).verdict_of("input/exists"), "denied");
    // The asset that would say which is the latest could not be asked.
    let failed = world.clone().put(gap("resource", &ml("data/heart"))).check(&["--input", "azureml:heart@latest"]);
    assert_eq!(failed.verdict_of("input/exists"), "undetermined");
    // In an open world the versions known are not all there are.
    let open = World::open().put(version("1", "2026-03-01T00:00:00Z", "one"));
    let answer = open.check(&["--input", "azureml:heart@latest"]);
    assert_eq!(answer.verdict_of("input/exists"), "undetermined");
    assert_eq!(answer.missing(), [format!("data {}", ml("data/heart"))]);
    let covered = open.put(coverage("data", &workspace_id("ws")));
    assert_eq!(resolved(&covered, "azureml:heart@latest"), json!(ml("data/heart/versions/1")));
}

#[test]
fn spellings_the_client_refuses_are_judged_and_warned_of() {
    let world = World::closed().put(data_version("heart", "1", "uri_folder", "azureml://datastores/store/paths/in"));
    let judged = |reference: &str, instead: &str| {
        let answer = world.check(&["--input", reference]);
        assert_eq!(answer.verdict(), "allowed", "{reference}: {answer:#?}");
        assert!(answer.warning("client/reference").contains(instead), "{reference}: {}", answer.warning("client/reference"));
    };
    judged("azureml:/heart@latest", "azureml:heart@latest");
    judged(&ml("datastores/store/paths/in"), "azureml://datastores/store/paths/in");
    judged("wasbs://data@acct.blob.core.windows.net/in", "https://acct.blob.core.windows.net/data/in");
    judged("azureml://locations/westeurope/workspaces/ws/data/heart/versions/1", "azureml:heart:1");
    judged("azureml://locations/westeurope/workspaces/99999999-0000-0000-0000-000000000001/data/heart/versions/1", "azureml:heart:1");
    let answer = world.check(&["--input", "azureml:heart:1"]);
    assert!(!answer.warning_ids().contains(&"client/reference"));
    let other = world.check(&["--input", "azureml://locations/westeurope/workspaces/elsewhere/data/heart/versions/1"]);
    assert_eq!(other.verdict_of("input/exists"), "undetermined");
    assert_eq!(other.missing(), ["open_question other-workspace"]);
}

#[test]
fn an_asset_follows_its_uri_and_keeps_its_row() {
    let row = |uri: &str| {
        let answer = World::closed().put(data_version("heart", "1", "uri_folder", uri)).check(&["--input", "azureml:heart:1"]);
        (answer.verdict().to_owned(), answer.input()["rule"]["id"].clone(), answer.input()["resolved"]["account"].clone())
    };
    let is = |verdict: &str| (verdict.to_owned(), json!("data-asset-without-credential"), json!("acct"));
    let long = format!("azureml://subscriptions/{SUBSCRIPTION}/resourcegroups/rg/workspaces/ws/datastores/store/paths/in");
    assert_eq!(row("azureml://datastores/store/paths/in"), is("allowed"));
    assert_eq!(row(&long), is("allowed"));
    assert_eq!(row("https://acct.blob.core.windows.net/data/in"), is("allowed"));
    assert_eq!(row("wasbs://data@acct.blob.core.windows.net/in"), is("allowed"));
    let garbage = row("not a uri at all");
    assert_eq!(garbage, ("undetermined".to_owned(), Value::Null, Value::Null));
    let none = World::closed().put(data_version("heart", "1", "uri_folder", "")).check(&["--input", "azureml:heart:1"]);
    assert_eq!(none.verdict_of("input/exists"), "undetermined");
}

#[test]
fn an_asset_on_a_datastore_with_credential_has_the_row_with() {
    let world = World::closed().put(blob_store("keyed", "AccountKey")).put(data_version(
        "heart",
        "1",
        "uri_folder",
        "azureml://datastores/keyed/paths/in",
    ));
    let world = world.put(grant("ana-owner", ANA, CONTRIBUTOR, &workspace_id("ws")));
    let answer = world.check(&["--input", "azureml:heart:1"]);
    assert_eq!(answer.input()["rule"]["id"], "data-asset-with-credential");
    assert_eq!(answer.input()["rule"]["credentials_used"], json!(["store_credential"]));
    assert_eq!(answer.input()["rule"]["access_granted_by"], json!(["credential"]));
    assert_eq!(
        answer.requirements(),
        [
            "input/recognised allowed",
            "input/supported allowed",
            "input/exists allowed",
            "input/type allowed",
            "credential/retrievable allowed",
            "credential/shared-key allowed",
            "account/reachable allowed",
            "data/readable allowed"
        ]
    );
    assert_eq!(answer.verdict(), "allowed");
    let direct = world.check(&["--input", "azureml://datastores/keyed/paths/in"]);
    assert_eq!(direct.input()["rule"]["id"], "datastore-with-credential");
    assert!(direct.assumptions().iter().any(|one| one.contains("key")), "{:?}", direct.assumptions());
}

/// A second workspace beside the endpoint's, with a datastore that an input leads to.
fn with_other_workspace(credentials: &str) -> World {
    let other = resource(
        &format!("{}/datastores/far", workspace_id("other")),
        json!({"properties": {"datastoreType": "AzureBlob",
        "accountName": "acct", "containerName": "data", "credentials": {"credentialsType": credentials}}}),
    );
    World::closed().put(other).put(grant("ana-owner", ANA, CONTRIBUTOR, &group_id()))
}

#[test]
fn who_fetches_from_another_workspace_is_not_known() {
    let long = format!("azureml://subscriptions/{SUBSCRIPTION}/resourcegroups/rg/workspaces/other/datastores/far/paths/in");
    let answer = with_other_workspace("AccountKey").check(&["--input", &long]);
    assert_eq!(answer.verdict_of("credential/retrievable"), "undetermined");
    assert_eq!(answer.missing(), ["open_question other-workspace"]);
    assert_eq!(answer.input()["resolved"]["datastore"], json!(format!("{}/datastores/far", workspace_id("other"))));
    let without = with_other_workspace("None").check(&["--input", &long]);
    assert_eq!(without.verdict(), "allowed");
}

#[test]
fn a_uri_without_workspace_speaks_of_the_workspace_of_its_asset() {
    let far = resource(
        &format!("{}/data/heart/versions/1", workspace_id("other")),
        json!({"properties": {"dataType": "uri_folder", "dataUri": "azureml://datastores/far/paths/in"}}),
    );
    let reference = format!("azureml:{}/data/heart/versions/1", workspace_id("other"));
    let answer = with_other_workspace("None").put(far).check(&["--input", &reference]);
    assert_eq!(answer.input()["resolved"]["datastore"], json!(format!("{}/datastores/far", workspace_id("other"))));
    assert_eq!(answer.verdict(), "allowed");
}

#[test]
fn urls_of_accounts_the_file_does_not_hold_are_open() {
    for world in [World::closed(), World::open()] {
        let answer = world.check(&["--input", "https://elsewhere.blob.core.windows.net/c/x"]);
        assert_eq!(answer.input()["rule"]["id"], "blob-url");
        assert_eq!(answer.verdict(), "undetermined");
        for id in ["account/reachable", "account/tenant", "access/mount", "access/read"] {
            assert_eq!(answer.verdict_of(id), "undetermined", "{id}");
        }
        assert!(answer.missing().iter().any(|one| one.starts_with("resource ") && one.contains("elsewhere")), "{:?}", answer.missing());
    }
}

#[test]
fn a_sas_in_an_input_leaves_identity_open_and_is_never_printed() {
    let reference =
        "https://acct.blob.core.windows.net/data/in?sv=2022-11-02&sr=c&sp=rl&se=2027-01-01T00:00:00Z&sig=c2VjcmV0c2VjcmV0c2VjcmV0";
    let answer = World::closed().check(&["--input", reference]);
    assert_eq!(answer.verdict(), "allowed");
    assert_eq!(answer.input()["rule"]["id"], "blob-url");
    let bare = World::closed().set("computes/cpu", "/body/identity", Value::Null).without("ana-data");
    let answer = bare.check(&["--input", reference]);
    assert_eq!(answer.verdict(), "undetermined");
    assert_eq!(
        answer.requirements()[4..],
        [
            "compute/identity undetermined",
            "account/reachable allowed",
            "account/tenant allowed",
            "access/mount undetermined",
            "access/read undetermined",
            "data/readable allowed"
        ]
    );
    assert_eq!(answer.missing(), ["open_question sas-in-input"]);
    assert!(!answer.report.to_string().contains("c2VjcmV0") && !answer.errors.contains("c2VjcmV0"));
}

#[test]
fn other_hosts_are_open_questions() {
    let answer = World::closed().check(&["--input", "https://example.com/data/x"]);
    assert_eq!(answer.verdict(), "undetermined");
    assert_eq!(answer.requirements()[1..3], ["input/supported undetermined", "input/exists undetermined"]);
    assert_eq!(answer.missing(), ["open_question other-host"]);
}

#[test]
fn only_literals_leave_the_job_alone() {
    let answer = World::closed().check(&[]);
    assert_eq!(answer.verdict(), "allowed");
    assert_eq!(answer.report["inputs"], json!([]));
    let missing = World::closed().ask(&["--compute", "nowhere"]);
    assert_eq!(missing.verdict(), "denied");
    assert_eq!(World::closed().ask(&["--compute", "cpu"]).verdict(), "allowed");
}
