//! The matrix: every cell is what `canread check` says.

use super::{clean, evidence, of, review, text, where_found};
use crate::world2::{AT, World, workspace};
use serde_json::{Value, json};

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

#[test]
fn every_cell_is_what_check_says() {
    let mut world = world();
    for closed in [true, false] {
        if !closed {
            world.drop("closed");
        }
        let answer = review(&world, &[]);
        let rows = answer.json["matrix"].as_array().expect("a matrix");
        // Three deployments, one of them the world's own, with three assets.
        assert_eq!(rows.len(), 9, "{}", answer.out);
        for row in rows {
            let mut parts = text(&row["deployment"]).rsplit('/');
            let (name, endpoint) = (parts.next().unwrap_or_default(), parts.nth(1).unwrap_or_default());
            let check = world.run(&["check", "-n", endpoint, "-d", name, "--input", text(&row["input"]), "--at", AT, "-o", "json"]);
            assert_eq!(row["verdict"], check.json["verdict"], "{row}");
            assert_eq!(row["valid_until"], check.json["valid_until"], "{row}");
            assert_eq!(row["credentials_used"], check.json["inputs"][0]["rule"]["credentials_used"], "{row}");
            for (key, verdict) in [("denied", "=denied"), ("undetermined", "=undetermined")] {
                let ids: std::collections::BTreeSet<String> =
                    check.ids().iter().filter_map(|id| id.strip_suffix(verdict)).map(str::to_owned).collect();
                let own: std::collections::BTreeSet<String> =
                    row[key].as_array().expect("ids").iter().map(|id| text(id).to_owned()).collect();
                assert_eq!(own, ids, "{row}");
            }
        }
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
