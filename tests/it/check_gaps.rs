//! Laws of what is not known, over whole worlds: no fact's loss, and no failed look-up, makes an answer better; and what is
//! allowed without a fact says what it assumed.

#![expect(clippy::indexing_slicing, reason = "an answer without the key has failed the test")]

use crate::scenario::*;
use serde_json::{Value, json};

/// A world and a question to which its answer is `allowed`.
struct Base {
    name: &'static str,
    world: World,
    arguments: Vec<&'static str>,
}

/// Without the grant for outputs, which would stand in for the one for inputs.
fn closed_and_open(change: impl Fn(World) -> World) -> [World; 2] {
    [World::closed(), World::open()].map(|world| change(world.without("mi-out")))
}

fn by_acl(world: World) -> World {
    let open = format!("user::rwx,user:{ANA}:r-x,user:{CLUSTER}:r-x,group::---,mask::r-x,other::---");
    let mut below = coverage("path_access", "lake/fs/in");
    below["below"] = json!(true);
    world.put_all([acl("/", true, &open), acl("in", true, &open), acl("in/a.csv", false, &open), below])
}

fn through_group(world: World) -> World {
    let member = |id: &str| json!({"kind": "membership", "member": id, "transitive_groups": [GROUP]});
    let world = world.without("ana-data").without("mi-data").without("ana-science");
    world.put_all([
        member(ANA),
        member(CLUSTER),
        grant("team-data", GROUP, BLOB_READER, &account_id("acct")),
        grant("team-science", GROUP, DATA_SCIENTIST, &workspace_id("ws")),
    ])
}

fn by_custom_role(world: World) -> World {
    const ROLE: &str = "dddddddd-0000-0000-0000-000000000001";
    let read = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read";
    let world = world.without("mi-data");
    world.put_all([custom_role(ROLE, "Reads", &[], &[read]), grant("mi-custom", CLUSTER, ROLE, &account_id("acct"))])
}

fn keyed(world: World) -> World {
    world.put(blob_store("keyed", "AccountKey")).put(grant("ana-all", ANA, CONTRIBUTOR, &workspace_id("ws"))).without("ana-science")
}

fn with_sas(world: World) -> World {
    let stored = json!({"kind": "stored_credential", "datastore": ml("datastores/keyed"), "credentials_type": "Sas",
        "sas": "sv=2022-11-02&sr=c&sp=rl&st=2026-01-01T00:00:00Z&se=2027-01-01T00:00:00Z&spr=https"});
    keyed(world).put(blob_store("keyed", "Sas")).put(stored)
}

fn public(world: World) -> World {
    let world = world.set("computes/cpu", "/body/identity", Value::Null);
    let world = world.set("storageaccounts/acct", "/body/properties/allowBlobPublicAccess", json!(true));
    world.set("containers/data", "/body/properties/publicAccess", json!("Container"))
}

fn with_asset(world: World) -> World {
    let version = data_version("heart", "1", "uri_folder", "azureml://datastores/store/paths/in");
    let asset = resource(&ml("data/heart"), json!({"properties": {"dataType": "uri_folder", "latestVersion": "1"}}));
    world.put_all([version, asset, coverage("data", &workspace_id("ws"))])
}

/// Nodes in a subnet, the account behind a private endpoint.
fn private(world: World) -> World {
    let network = format!("{}/providers/Microsoft.Network/virtualNetworks/net", group_id());
    let subnet = |name: &str| resource(&format!("{network}/subnets/{name}"), json!({"properties": {"serviceEndpoints": []}}));
    let endpoint = format!("{}/providers/Microsoft.Network/privateEndpoints/pe", group_id());
    let world = world.set("computes/cpu", "/body/properties/properties/subnet", json!({"id": format!("{network}/subnets/nodes")}));
    let world = world.set("storageaccounts/acct", "/body/properties/publicNetworkAccess", json!("Disabled"));
    let connection = json!([{"properties": {"privateEndpoint": {"id": endpoint}, "groupIds": ["blob"],
        "privateLinkServiceConnectionState": {"status": "Approved"}}}]);
    let world = world.set("storageaccounts/acct", "/body/properties/privateEndpointConnections", connection);
    let body = json!({"properties": {"subnet": {"id": format!("{network}/subnets/links")}, "privateLinkServiceConnections": [
        {"properties": {"privateLinkServiceId": account_id("acct"), "groupIds": ["blob"],
            "privateLinkServiceConnectionState": {"status": "Approved"}}}]}});
    world.put_all([subnet("nodes"), subnet("links"), resource(&endpoint, body)])
}

fn bases() -> Vec<Base> {
    const STORE: &str = "azureml://datastores/store/paths/in";
    const KEYED: &str = "azureml://datastores/keyed/paths/in";
    type Change = fn(World) -> World;
    let plain: [(&'static str, Change, Vec<&'static str>); 10] = [
        ("by role", |world| world, vec!["--input", STORE]),
        ("by ACL", by_acl, vec!["--input", "azureml://datastores/lakestore/paths/in"]),
        ("by ACL, URL", by_acl, vec!["--input", "abfss://fs@lake.dfs.core.windows.net/in"]),
        ("through a group", through_group, vec!["--input", "https://acct.blob.core.windows.net/data/in"]),
        ("by a custom role", by_custom_role, vec!["--input", STORE]),
        ("by key", keyed, vec!["--input", KEYED]),
        ("by SAS", with_sas, vec!["--input", KEYED]),
        ("public", public, vec!["--input", STORE]),
        ("latest", with_asset, vec!["--input", "azureml:heart@latest"]),
        ("private", private, vec!["--input", STORE]),
    ];
    let mut all = Vec::new();
    for (name, change, arguments) in plain {
        all.extend(closed_and_open(change).map(|world| Base { name, world, arguments: arguments.clone() }));
    }
    all
}

/// The look-up that a line answers, as a gap of it.
fn gap_of(line: &Value) -> Option<Value> {
    let text = |pointer: &str| line.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (kind, id) = identity(line);
    Some(match kind.as_str() {
        "resource" if id.contains("/data/") => gap("data", &workspace_id("ws")),
        "resource" => gap("resource", &text("/body/id")),
        "role_assignment" => gap("role_assignments", &text("/body/properties/scope")),
        "role_definition" => gap("role_definitions", &format!("/subscriptions/{SUBSCRIPTION}")),
        "membership" => gap("memberships", &text("/member")),
        "subscription" => gap("subscription", SUBSCRIPTION),
        "directory_object" => gap("directory_object", &text("/body/id")),
        "stored_credential" => gap("stored_credential", &text("/datastore")),
        "path_access" => gap("path_access", &format!("{}/{}/{}", text("/account"), text("/filesystem"), text("/path").trim_matches('/'))),
        _ => return None,
    })
}

/// The answer without a line, and with a line in its place.
fn without(base: &Base, at: usize, instead: Option<Value>) -> Answer {
    let mut world = base.world.clone();
    world.lines.remove(at);
    world.lines.extend(instead);
    world.check(&base.arguments)
}

/// Whether the answer holds on something the whole world did not need to assume. A path that is assumed to exist, as in the
/// whole world, is assumed to be in a container that does, and an ACL that was read proves both.
fn assumes_more(answer: &Answer, whole: &Answer, line: &Value) -> bool {
    let path = answer.assumptions().iter().any(|one| one.contains("/in exists"));
    let read = answer.evidence("input/exists").iter().any(|id| id == "lake/fs/in");
    if (path || read) && identity(line).1.contains("/containers/") {
        return true;
    }
    let all = |one: &Answer| [&one.report["inputs"][0]["assumptions"], &one.report["invoke"]["assumptions"]].map(Value::to_string);
    all(answer) != all(whole)
}

/// Lines that carry no access: names for people, and the stores and accounts that this input does not lead to. Where one of
/// them is lost the answer must stay what it was, requirement by requirement.
fn same_answer(answer: &Answer, whole: &Answer) -> bool {
    answer.requirements() == whole.requirements() && answer.invoke() == whole.invoke()
}

/// Whether an allowed leaf of the whole answer cites the line: what it rests on, near misses apart.
fn is_cited(whole: &Answer, line: &Value) -> bool {
    let (kind, id) = identity(line);
    let parts = [&whole.report["inputs"][0], &whole.report["invoke"]];
    let proofs = parts.into_iter().filter_map(|part| part["requirements"].as_array()).flatten().map(|one| &one["proof"]);
    let mut found = Vec::new();
    proofs.for_each(|proof| leaves(proof, &mut found));
    let cites = |leaf: &&Value| {
        let text = |key: &str| leaf["evidence"][key].as_str().unwrap_or_default().to_lowercase();
        leaf["verdict"] == "allowed" && text("kind") == kind && text("id") == id
    };
    found.iter().any(cites)
}

#[test]
fn every_base_is_allowed() {
    for base in bases() {
        let answer = base.world.check(&base.arguments);
        assert_eq!(answer.verdict(), "allowed", "{}: {:#?} {:#?}", base.name, answer.requirements(), answer.report["inputs"][0]["missing"]);
    }
}

#[test]
fn a_failed_look_up_never_leaves_an_allowed_that_assumes_nothing() {
    for base in bases() {
        let whole = base.world.check(&base.arguments);
        for (at, line) in base.world.lines.iter().enumerate() {
            let Some(gap) = gap_of(line) else { continue };
            let answer = without(&base, at, Some(gap.clone()));
            let fine = answer.verdict() != "allowed"
                || assumes_more(&answer, &whole, line)
                || (same_answer(&answer, &whole) && !is_cited(&whole, line));
            assert!(fine, "{}: {gap} in place of {line}", base.name);
            assert_ne!(answer.verdict(), "denied", "{}: a gap denies: {gap} in place of {line}: {:?}", base.name, answer.requirements());
        }
    }
}

#[test]
fn a_fact_lost_in_an_open_world_never_leaves_an_allowed_that_assumes_nothing() {
    for base in bases().into_iter().filter(|base| !base.world.text().contains("\"everything\"")) {
        let whole = base.world.check(&base.arguments);
        for (at, line) in base.world.lines.iter().enumerate().skip(1) {
            let answer = without(&base, at, None);
            if answer.verdict() != "allowed" {
                continue;
            }
            let irrelevant = same_answer(&answer, &whole) && !is_cited(&whole, line);
            assert!(assumes_more(&answer, &whole, line) || irrelevant || is_coverage_unneeded(line), "{}: without {line}", base.name);
        }
    }
}

/// A grant that is known needs no complete list; that there is no deny, and when a grant ends, does.
fn is_coverage_unneeded(line: &Value) -> bool {
    line["kind"] == "coverage" && (line["what"] == "role_assignments" || line["what"] == "data")
}

#[test]
fn a_gap_of_everything_leaves_nothing_allowed() {
    for base in bases() {
        let world = base.world.clone().put(json!({"kind": "gap", "what": "everything", "status": 403}));
        let answer = world.check(&base.arguments);
        assert_ne!(answer.verdict(), "allowed", "{}", base.name);
    }
}

#[test]
fn a_deny_never_helps_and_a_gap_of_denies_opens() {
    for base in bases() {
        let scope = format!("/subscriptions/{SUBSCRIPTION}");
        for at in [scope.clone(), account_id("acct"), workspace_id("ws")] {
            let world = base.world.clone().put(deny("all", ANA, &at, &["*"], &["*"]));
            let denied = world.check(&base.arguments);
            assert!(at == account_id("acct") || denied.verdict() == "denied", "{}: the invoker is blocked at {at}", base.name);
        }
        let answer = base.world.clone().put(gap("deny_assignments", &scope)).check(&base.arguments);
        assert_eq!(answer.verdict(), "undetermined", "{}", base.name);
        assert!(answer.missing_for_invoke().iter().any(|one| one.starts_with("deny_assignments ")), "{}", base.name);
    }
}
