//! The matrix: every cell is what `canread check` says.

use super::{clean, evidence, of, review, text, where_found};
use crate::world2::{AT, World, workspace};
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn asset(world: &mut World, name: &str, version: &str, uri: &str) {
    let id = format!("{}/data/{name}/versions/{version}", workspace());
    world.resource(
        &format!("data {name} {version}"),
        json!({"id":id,"properties":{"dataType":"uri_folder","dataUri":uri,"isArchived":false}}),
    );
}

fn deployment(world: &mut World, endpoint: &str, name: &str, compute: &str) -> String {
    let id = format!("{}/batchEndpoints/{endpoint}", workspace());
    world.resource(
        &format!("endpoint {endpoint}"),
        json!({"id":id,"properties":{"authMode":"AADToken","defaults":{"deploymentName":name}}}),
    );
    let own = format!("{id}/deployments/{name}");
    world.resource(
        &format!("deployment {endpoint}/{name}"),
        json!({"id":own,"properties":{"compute":format!("{}/computes/{compute}", workspace())}}),
    );
    own
}

fn world() -> World {
    let mut world = clean();
    world.set("acct", "/body/properties/networkAcls/defaultAction", json!("Allow"));
    for (name, uri) in [
        ("plain", "azureml://datastores/plain/paths/a/"),
        ("same", "azureml://datastores/plain/paths/a/"),
        ("lake", "azureml://datastores/gen2/paths/a/"),
    ] {
        asset(&mut world, name, "1", uri);
    }
    deployment(&mut world, "scoring2", "green", "cpu");
    deployment(&mut world, "scoring3", "red", "bare");
    world
        .resource("bare", json!({"id":format!("{}/computes/bare", workspace()),"properties":{"computeType":"AmlCompute","properties":{}}}));
    world
}

/// Compares every cell with the answer of `canread check`; returns how many there are.
fn compare(world: &World) -> usize {
    let answer = review(world, &[]);
    let rows = answer.json["matrix"].as_array().unwrap_or_else(|| panic!("no matrix: {}", answer.err));
    for row in rows {
        let mut parts = text(&row["deployment"]).rsplit('/');
        let (name, endpoint) = (parts.next().unwrap_or_default(), parts.nth(1).unwrap_or_default());
        let check = world.run(&["check", "-n", endpoint, "-d", name, "--input", text(&row["input"]), "--at", AT, "-o", "json"]);
        assert_eq!(row["verdict"], check.json["verdict"], "{row}");
        assert_eq!(row["valid_until"], check.json["valid_until"], "{row}");
        let used = &check.json["inputs"][0]["rule"]["credentials_used"];
        assert_eq!(row["credentials_used"], if used.is_null() { json!([]) } else { used.clone() }, "{row}");
        for (key, verdict) in [("denied", "=denied"), ("undetermined", "=undetermined")] {
            let ids: BTreeSet<String> = check.ids().iter().filter_map(|id| id.strip_suffix(verdict)).map(str::to_owned).collect();
            let own: BTreeSet<String> = row[key].as_array().expect("ids").iter().map(|id| text(id).to_owned()).collect();
            assert_eq!(own, ids, "{row}");
        }
    }
    rows.len()
}

#[test]
fn every_cell_is_what_check_says() {
    let mut world = world();
    assert_eq!(compare(&world), 9, "three deployments, one of them the world's own, with three assets");
    world.drop("closed");
    assert_eq!(compare(&world), 9);
}

/// What makes a world another one.
type Change<'c> = &'c dyn Fn(&mut World);

/// Paths of one container that look alike and are not.
#[test]
fn cells_are_decided_together_only_where_no_path_differs() {
    let mut world = world();
    for (name, path) in [("b", "b/"), ("deep", "a/b/c/"), ("root", ""), ("file", "b/f.csv")] {
        asset(&mut world, name, "1", &format!("azureml://datastores/plain/paths/{path}"));
        asset(&mut world, &format!("{name}-stored"), "1", &format!("azureml://datastores/stored/paths/{path}"));
    }
    world.set("data file 1", "/body/properties/dataType", json!("uri_file"));
    world.datastore("stored", crate::review::store("AccountKey"));
    world.set("acct", "/body/properties/allowSharedKeyAccess", json!(true));
    let on_path = "((!(ActionMatches{'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read'})) OR \
        (@Resource[Microsoft.Storage/storageAccounts/blobServices/containers/blobs:path] StringStartsWith 'b/'))";
    let variants: [(&str, Change<'_>); 7] = [
        ("nothing differs", &|_| {}),
        ("covered paths", &|world| {
            world
                .coverage("paths", "acct/c")
                .add(json!({"kind":"path","account":"acct","container":"c","path":"b","exists":true,"is_directory":true}));
        }),
        ("paths covered below a prefix only", &|world| {
            world.coverage("paths", "acct/c/a");
        }),
        ("an archived file", &|world| {
            world.add(json!({"kind":"path","account":"acct","container":"c","path":"a/b/c/f","exists":true,"is_directory":false,"access_tier":"Archive"}));
        }),
        ("a condition on the path", &|world| {
            world.set("cluster reads", "/body/properties/condition", json!(on_path));
        }),
        ("a SAS for one folder", &|world| {
            world.datastore("stored", crate::review::store("Sas"));
            world.put(
                "sas",
                json!({"kind":"stored_credential","datastore":crate::world2::store_id("stored"),"credentials_type":"Sas",
                "sas":"sv=2024-11-04&sr=d&sdd=2&sp=rl&spr=https&se=2027-01-01T00:00:00Z"}),
            );
        }),
        ("a probe", &|world| {
            world.add(json!({"kind":"probe","url":"https://acct.blob.core.windows.net/c/b/","credential":"stored","at":AT,"list":"AuthenticationFailed","read":"AuthenticationFailed"}));
        }),
    ];
    for (name, change) in variants {
        let mut changed = world.clone();
        change(&mut changed);
        // A failure names the cell; this says under which change.
        let rows = std::panic::catch_unwind(|| compare(&changed)).unwrap_or_else(|_| panic!("with {name}"));
        assert_eq!(rows, 33, "{name}");
    }
}

fn inputs(answer: &Value) -> Vec<&str> {
    answer["matrix"].as_array().expect("a matrix").iter().map(|row| text(&row["input"])).collect()
}

#[test]
fn the_newest_version_that_is_not_archived_stands_for_an_asset() {
    let mut world = clean();
    for version in ["1", "2", "10"] {
        asset(&mut world, "a", version, "azureml://datastores/plain/paths/a/");
    }
    assert_eq!(inputs(&review(&world, &[]).json), ["azureml:a:10"]);
    world.set("data a 10", "/body/properties/isArchived", json!(true));
    assert_eq!(inputs(&review(&world, &[]).json), ["azureml:a:2"]);
    world.resource("data a", json!({"id":format!("{}/data/a", workspace()),"properties":{"latestVersion":"1"}}));
    assert_eq!(inputs(&review(&world, &[]).json), ["azureml:a:1"]);
    world.resource("data b", json!({"id":format!("{}/data/b", workspace()),"properties":{"latestVersion":"7"}}));
    assert_eq!(inputs(&review(&world, &[]).json), ["azureml:a:1", "azureml:b@latest"]);
    for version in ["1", "2"] {
        world.set(&format!("data a {version}"), "/body/properties/isArchived", json!(true));
    }
    assert_eq!(inputs(&review(&world, &[]).json), ["azureml:b@latest"]);
    let named = review(&world, &["--input", "azureml://datastores/plain/paths/x", "--input", "azureml:a:1"]);
    assert_eq!(inputs(&named.json), ["azureml://datastores/plain/paths/x", "azureml:a:1"]);
}

#[test]
fn a_deployment_that_can_read_nothing_is_found_whoever_invokes() {
    let mut world = world();
    let red = format!("{}/batchEndpoints/scoring3/deployments/red", workspace());
    let bare = format!("resource {}/computes/bare", workspace());
    for who in ["Ana", "ws/computes/cpu"] {
        let answer = review(&world, &["--as", who]);
        assert_eq!(where_found(&answer, "deployment-reads-nothing"), [format!("medium {red}")], "{who}");
        assert_eq!(evidence(&answer, "deployment-reads-nothing"), [format!("resource {red}"), bare.clone()]);
    }
    world.drop("closed").drop("bare");
    let answer = review(&world, &[]);
    assert!(of(&answer, "deployment-reads-nothing").is_empty());
    let waits = super::waits_for(&answer, "deployment-reads-nothing");
    assert!(waits.contains(&bare), "{waits:?}");
}

#[test]
fn what_the_matrix_lacks_is_listed() {
    let mut world = world();
    world.drop("closed");
    let answer = review(&world, &[]);
    let waits = super::waits_for(&answer, "matrix");
    assert!(waits.iter().any(|one| one.starts_with("deny_assignments ")), "{waits:?}");
    assert_eq!(of(&answer, "review-incomplete").len(), 1);
}
