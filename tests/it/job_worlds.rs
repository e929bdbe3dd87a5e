//! Seeded job worlds: the small tenant of `scenario`, changed at random in everything that a job's answer rests on, with
//! facts left out and look-ups failed. The same seed gives the same world.
#![expect(clippy::indexing_slicing, clippy::panic, reason = "helpers of tests fail by panicking")]

use crate::scenario::*;
use crate::worlds::Rng;
use canread::eval::{DataQuestion, JobQuestion, JobTarget};
use canread::model::{
    DeclaredType, Disputed, Edition, InputReference, ObjectId, ReferenceContext, ReferenceOrigin, Scope, Snapshot, Timestamp,
};
use serde_json::{Value, json};

pub(crate) const AT: Timestamp = time::macros::datetime!(2026-11-22 10:00 UTC);
/// A stored service principal: object id, and id of its application.
pub(crate) const SP: &str = "bbbbbbbb-0000-0000-0000-000000000005";
pub(crate) const SP_APP: &str = "eeeeeeee-0000-0000-0000-000000000005";
const CUSTOM: &str = "dddddddd-0000-0000-0000-000000000001";
const DATA_CONTRIBUTOR: &str = "ba92f5b4-2d11-453d-a403-e96b0029c9fe";
/// Tokens of which the first covers everything and the second is over.
pub(crate) const TOKENS: [&str; 2] =
    ["sv=2022-11-02&sr=c&sp=rl&se=2027-06-01T00:00:00Z&spr=https", "sv=2022-11-02&sr=c&sp=rl&se=2026-01-01T00:00:00Z&spr=https"];

/// The references that questions are about.
pub(crate) const REFERENCES: [&str; 9] = [
    "azureml://datastores/store/paths/in",
    "azureml://datastores/lakestore/paths/in",
    "azureml:folder@latest",
    "azureml:folder:1",
    "azureml:file:1",
    "azureml:table:1",
    "https://acct.blob.core.windows.net/data/in",
    "https://lake.blob.core.windows.net/fs/in",
    "abfss://fs@lake.dfs.core.windows.net/in",
];

/// A world in which nothing is left out; what stands in it is random.
pub(crate) fn complete(rng: &mut Rng) -> World {
    let uri = |store: &str, path: &str| format!("azureml://datastores/{store}/paths/{path}");
    let store = *rng.pick(&["store", "lakestore"]);
    let (state, tenant) = (if rng.chance(8) { "Disabled" } else { "Enabled" }, if rng.chance(8) { OTHER_TENANT } else { TENANT });
    let mut world = World::closed().put_all([
        data_version("folder", "1", "uri_folder", &uri(store, "in")),
        data_version("file", "1", "uri_file", &uri(store, "in/a.csv")),
        data_version("table", "1", "mltable", &uri(store, "in")),
        custom_role(CUSTOM, "Reads blobs", &[], &["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"]),
        service_principal(SP, SP_APP, "loader"),
        service_principal(CLUSTER, "eeeeeeee-0000-0000-0000-000000000001", "cpu"),
        json!({"kind": "subscription", "subscription_id": SUBSCRIPTION, "state": state, "tenant_id": tenant,
            "management_groups": ["corp"]}),
    ]);
    for end in ["mi-data", "mi-out", "ana-data", "ana-science"] {
        if rng.chance(35) {
            world = world.without(end);
        }
    }
    for member in [ANA, CLUSTER, BEN, SP] {
        let groups: &[&str] = if rng.chance(35) { &[GROUP] } else { &[] };
        world = world.put(json!({"kind": "membership", "member": member, "transitive_groups": groups}));
    }
    world = accounts(rng, world);
    world = stores(rng, world);
    world = job(rng, world);
    world = paths(rng, world);
    let grants: Vec<Value> = (0..rng.below(6)).map(|at| random_grant(rng, &format!("g{at}"))).collect();
    let denies: Vec<Value> = (0..rng.below(9) / 6).map(|at| random_deny(rng, &format!("d{at}"))).collect();
    world.put_all(grants).put_all(denies)
}

fn accounts(rng: &mut Rng, mut world: World) -> World {
    for (account, container) in [("acct", "data"), ("lake", "fs")] {
        let end = format!("storageaccounts/{account}");
        let container = format!("{end}/blobservices/default/containers/{container}");
        if rng.chance(30) {
            world = world.set(&end, "/body/properties/allowSharedKeyAccess", json!(rng.chance(50)));
        }
        if rng.chance(30) {
            world = world.set(&end, "/body/properties/allowBlobPublicAccess", rng.pick(&[json!(true), json!(false), Value::Null]).clone());
            let level = *rng.pick(&["Container", "Container", "Blob", "None"]);
            world = world.set(&container, "/body/properties/publicAccess", json!(level));
        }
        if rng.chance(25) {
            world = world.set(&end, "/body/properties/publicNetworkAccess", json!(rng.pick::<&str>(&["Disabled", "SecuredByPerimeter"])));
        }
        if rng.chance(20) {
            let ranges = if rng.chance(50) { json!([{"value": "203.0.113.0/24", "action": "Allow"}]) } else { json!([]) };
            let rules = json!({"defaultAction": "Deny", "bypass": "AzureServices", "ipRules": ranges, "virtualNetworkRules": []});
            world = world.set(&end, "/body/properties/networkAcls", rules);
        }
        if rng.chance(4) {
            world = world.set(&container, "/body/properties/deleted", json!(true));
        }
    }
    world
}

/// Credentials of the datastores, and what is stored in them.
fn stores(rng: &mut Rng, mut world: World) -> World {
    for name in ["store", "lakestore"] {
        let kind = *rng.pick(&["None", "None", "None", "AccountKey", "Sas", "ServicePrincipal"]);
        world = world.put(if name == "store" { blob_store(name, kind) } else { lake_store(name, kind) });
        if kind == "ServicePrincipal" {
            let credentials = json!({"credentialsType": kind, "clientId": SP_APP, "tenantId": TENANT});
            world = world.set(&format!("datastores/{name}"), "/body/properties/credentials", credentials);
        }
        if kind == "Sas" {
            let datastore = ml(&format!("datastores/{name}"));
            let sas = *rng.pick(&TOKENS);
            world = world.put(json!({"kind": "stored_credential", "datastore": datastore, "credentials_type": "Sas", "sas": sas}));
        }
    }
    world
}

/// Workspace, endpoint, deployment and compute.
fn job(rng: &mut Rng, world: World) -> World {
    let mut world = match rng.below(12) {
        0 => world.set("computes/cpu", "/body/identity", Value::Null),
        1 => world.put(cluster("cpu", user_assigned("UserAssigned", &[("one", CLUSTER)]))),
        2 | 3 => world.put(cluster("cpu", user_assigned("UserAssigned", &[("one", CLUSTER), ("two", BEN)]))),
        4 => world.set("computes/cpu", "/body/properties/computeType", json!("Kubernetes")),
        _ => world,
    };
    if rng.chance(4) {
        world = world.set("workspaces/ws", "/body/properties/encryption", json!({"status": "Enabled"}));
    }
    if rng.chance(6) {
        world = world.without(rng.pick::<&str>(&["computes/cpu", "deployments/dep", "batchendpoints/ep", "workspaces/ws"]));
    }
    if rng.chance(4) { world.nobody() } else { world }
}

/// ACLs of the lake and paths of both accounts.
fn paths(rng: &mut Rng, mut world: World) -> World {
    if rng.chance(70) {
        for (at, is_directory) in [("/", true), ("in", true), ("in/a.csv", false), ("in/sub", true), ("in/sub/b.csv", false)] {
            let mut bits = || *rng.pick(&["rwx", "r-x", "r-x", "r-x", "--x", "r--", "---"]);
            let named = [format!("user:{ANA}"), format!("user:{CLUSTER}"), format!("user:{SP}"), format!("group:{GROUP}")];
            let entries: Vec<String> = named.iter().map(|who| format!("{who}:{}", bits())).collect();
            let (group, mask) = (bits(), if bits() == "--x" { "--x" } else { "r-x" });
            let other = if bits() == "---" { "r-x" } else { "--x" };
            world =
                world.put(acl(at, is_directory, &format!("user::rwx,{},group::{group},mask::{mask},other::{other}", entries.join(","))));
        }
    }
    for (account, container) in [("acct", "data"), ("lake", "fs")] {
        if rng.chance(15) {
            world = world.put(path(account, container, "in", json!({"exists": rng.chance(60), "is_directory": rng.chance(80)})));
        }
        if rng.chance(20) {
            let tier = *rng.pick(&["Hot", "Archive"]);
            world = world.put(path(account, container, "in/a.csv", json!({"is_directory": false, "access_tier": tier})));
        }
    }
    world
}

fn somewhere(rng: &mut Rng) -> String {
    let own = [workspace_id("ws"), account_id("acct"), account_id("lake"), container_id("acct", "data"), container_id("lake", "fs")];
    let above = ["/providers/Microsoft.Management/managementGroups/corp".to_owned(), format!("/subscriptions/{SUBSCRIPTION}"), group_id()];
    rng.pick(&[&own[..], &above[..]].concat()).clone()
}

fn somebody(rng: &mut Rng) -> &'static str {
    rng.pick::<&str>(&[ANA, CLUSTER, BEN, GROUP, SP])
}

pub(crate) fn random_grant(rng: &mut Rng, name: &str) -> Value {
    let roles = [BLOB_READER, BLOB_READER, DATA_SCIENTIST, CONTRIBUTOR, READER, DATA_CONTRIBUTOR, CUSTOM];
    grant(name, somebody(rng), rng.pick::<&str>(&roles), &somewhere(rng))
}

pub(crate) fn random_deny(rng: &mut Rng, name: &str) -> Value {
    let data = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read";
    let secrets = "Microsoft.MachineLearningServices/workspaces/datastores/listSecrets/action";
    let (actions, data_actions): (&[&str], &[&str]) = match rng.below(3) {
        0 => (&[], &[data]),
        1 => (&[secrets], &[]),
        _ => (&["*"], &["*"]),
    };
    deny(name, somebody(rng), &somewhere(rng), actions, data_actions)
}

/// The look-ups whose failure would hide what a line says; none: the line is no fact.
pub(crate) fn gaps_of(line: &Value) -> Vec<Value> {
    let text = |pointer: &str| line.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let place = |container: &str| format!("{}/{}/{}", text("/account"), text(container), text("/path")).replace("//", "/");
    match line["kind"].as_str().unwrap_or_default() {
        "role_assignment" => vec![gap("role_assignments", &text("/body/properties/scope"))],
        "deny_assignment" => vec![gap("deny_assignments", &text("/body/properties/scope"))],
        "role_definition" => vec![gap("role_definitions", &format!("/subscriptions/{SUBSCRIPTION}"))],
        // An object is looked for by either of its ids.
        "directory_object" => {
            [text("/body/id"), text("/body/appId")].iter().filter(|id| !id.is_empty()).map(|id| gap("directory_object", id)).collect()
        }
        "membership" => vec![gap("memberships", &text("/member"))],
        "subscription" => vec![gap("subscription", &text("/subscription_id"))],
        "stored_credential" => vec![gap("stored_credential", &text("/datastore"))],
        "path_access" => vec![gap("path_access", &place("/filesystem"))],
        "path" => vec![gap("paths", &place("/container"))],
        "resource" => vec![gap("resource", &text("/body/id"))],
        _ => Vec::new(),
    }
}

/// Positions of the lines that are facts.
pub(crate) fn facts_of(world: &World) -> Vec<usize> {
    (0..world.lines.len()).filter(|at| !gaps_of(&world.lines[*at]).is_empty()).collect()
}

/// Replaces the fact on line `at` by the gap of its look-up.
pub(crate) fn forget(mut world: World, at: usize) -> World {
    let line = world.lines.remove(at);
    world.put_all(gaps_of(&line))
}

/// A world of which facts were left out and look-ups failed.
pub(crate) fn partial(rng: &mut Rng) -> World {
    let mut world = complete(rng);
    for _ in 0..rng.below(4) {
        let at = *rng.pick(&facts_of(&world));
        world = forget(world, at);
    }
    if rng.chance(12) {
        let what = *rng.pick(&["role_assignments", "deny_assignments"]);
        world = world.put(gap(what, &somewhere(rng)));
    }
    world
}

pub(crate) fn snapshot(world: &World) -> Snapshot {
    match canread::snapshot::read(world.text().as_bytes(), "generated") {
        Ok(loaded) => loaded.snapshot,
        Err(errors) => panic!("{errors}\n{}", world.text()),
    }
}

/// The question about one reference, as `canread check -n ep --input REFERENCE` asks it.
pub(crate) fn question(snapshot: &Snapshot, reference: &str, declared: Option<DeclaredType>, disputed: Disputed) -> JobQuestion {
    let workspace = Scope::new(&workspace_id("ws"));
    let context = ReferenceContext { workspace: Some(&workspace), ..ReferenceContext::new(ReferenceOrigin::CommandLine) };
    let reference = InputReference::parse(reference, &context);
    let invoker: Option<ObjectId> = snapshot.facts().header.signed_in.as_ref().map(|signed_in| signed_in.object_id.clone());
    JobQuestion {
        target: JobTarget::Endpoint { name: "ep".to_owned(), deployment: None },
        invoker,
        inputs: vec![DataQuestion { name: "input".to_owned(), reference, declared }],
        outputs: Vec::new(),
        edition: Edition::Current,
        disputed,
        storage_suffix: "core.windows.net".to_owned(),
        at: AT,
        until: AT,
        assume_below: false,
        workspace,
    }
}
