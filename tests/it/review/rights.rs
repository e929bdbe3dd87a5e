//! Findings about who may do more than is needed.

use super::{clean, evidence, message, of, resource, review, store, text, waits_for, where_found};
use crate::world2::{ANA, CLUSTER, CONTRIBUTOR, TEAM, TENANT, WRITER, World, account_id, group, store_id, subnet, workspace};
use serde_json::json;

const OWNER: &str = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
const BLOB_OWNER: &str = "b7e6dc6d-f1e8-4753-8033-0f276bb0955b";
const SCIENTIST: &str = "f6c7c914-8db3-469d-8ca1-694a8f32e121";

fn cpu() -> String {
    format!("{}/computes/cpu", workspace())
}

fn container(account: &str, name: &str) -> String {
    format!("{}/blobServices/default/containers/{name}", account_id(account))
}

fn grant(world: &World, name: &str) -> String {
    format!("role_assignment {}", text(&world.get(name, "/body/id")))
}

#[test]
fn a_compute_that_may_write_where_it_only_reads_is_found() {
    let mut world = clean();
    world.assign("cluster writes", WRITER, CLUSTER, &container("acct", "c"));
    assert!(of(&review(&world, &[]), "compute-may-write").is_empty(), "outputs go to the default datastore");
    world.assign("cluster writes", WRITER, CLUSTER, &container("lake", "fs"));
    let answer = review(&world, &[]);
    assert_eq!(where_found(&answer, "compute-may-write"), [format!("medium {}", cpu())]);
    assert_eq!(evidence(&answer, "compute-may-write"), [grant(&world, "cluster writes"), resource(&cpu())]);
    assert!(message(&answer, "compute-may-write").ends_with("at container `fs` of account `lake`"), "{}", answer.out);
    // The same right through a group, and for all that is known.
    world.assign("cluster writes", WRITER, TEAM, &container("lake", "fs"));
    assert!(of(&review(&world, &[]), "compute-may-write").is_empty());
    world.add(json!({"kind":"membership","member":CLUSTER,"transitive_groups":[TEAM]}));
    assert_eq!(evidence(&review(&world, &[]), "compute-may-write"), [grant(&world, "cluster writes"), resource(&cpu())]);
    let mut open = World::open();
    open.coverage("workspace", &workspace());
    let waits = waits_for(&review(&open, &[]), "compute-may-write");
    assert!(waits.contains(&format!("role_assignments {}", container("lake", "fs"))), "{waits:?}");
}

#[test]
fn a_compute_that_owns_data_fetches_keys_or_assigns_roles_is_found() {
    let mut world = clean();
    for id in ["compute-may-own", "compute-may-fetch-keys", "compute-may-assign-roles"] {
        assert!(of(&review(&world, &[]), id).is_empty(), "{id}");
    }
    world.assign("cluster owns", BLOB_OWNER, CLUSTER, &container("acct", "c"));
    let answer = review(&world, &[]);
    assert_eq!(where_found(&answer, "compute-may-own"), [format!("high {}", cpu())]);
    assert_eq!(evidence(&answer, "compute-may-own"), [grant(&world, "cluster owns"), resource(&cpu())]);
    world.assign("cluster owns", CONTRIBUTOR, CLUSTER, &account_id("lake"));
    assert!(of(&review(&world, &[]), "compute-may-fetch-keys").is_empty(), "the account refuses its keys");
    world.set("lake", "/body/properties/allowSharedKeyAccess", json!(true));
    let answer = review(&world, &[]);
    assert_eq!(where_found(&answer, "compute-may-fetch-keys"), [format!("high {}", cpu())]);
    assert_eq!(evidence(&answer, "compute-may-fetch-keys"), [grant(&world, "cluster owns"), resource(&cpu())]);
    assert!(of(&answer, "compute-may-assign-roles").is_empty());
    world.assign("cluster owns", OWNER, CLUSTER, &account_id("lake"));
    let answer = review(&world, &[]);
    assert_eq!(where_found(&answer, "compute-may-assign-roles"), [format!("critical {}", cpu())]);
    assert_eq!(evidence(&answer, "compute-may-assign-roles"), [grant(&world, "cluster owns"), resource(&cpu())]);
    assert_eq!(review(&world, &["--fail-on", "critical"]).code, 5);
}

#[test]
fn a_compute_that_reads_by_a_wide_role_is_found() {
    let mut world = clean();
    // The world grants at the account, as the documentation shows.
    let answer = review(&world, &[]);
    assert_eq!(where_found(&answer, "compute-broad-scope"), [format!("info {}", cpu())]);
    assert_eq!(evidence(&answer, "compute-broad-scope"), [grant(&world, "cluster reads"), resource(&cpu())]);
    world.assign("cluster reads", crate::world2::READER, CLUSTER, &container("acct", "c"));
    assert!(of(&review(&world, &[]), "compute-broad-scope").is_empty());
    world.assign("cluster reads", crate::world2::READER, CLUSTER, &group());
    let answer = review(&world, &[]);
    assert_eq!(where_found(&answer, "compute-broad-scope"), [format!("medium {}", cpu())]);
    assert!(message(&answer, "compute-broad-scope").contains("all 2 containers"), "{}", answer.out);
}

#[test]
fn an_identity_of_several_computes_is_found() {
    let mut world = clean();
    assert!(of(&review(&world, &[]), "shared-compute-identity").is_empty());
    let gpu = format!("{}/computes/gpu", workspace());
    let body = |id: &str, object: &str| json!({"id":id,"identity":{"type":"SystemAssigned","principalId":object,"tenantId":TENANT},"properties":{"computeType":"AmlCompute","properties":{}}});
    world.resource("gpu", body(&gpu, CLUSTER));
    let answer = review(&world, &[]);
    assert_eq!(where_found(&answer, "shared-compute-identity"), [format!("low {CLUSTER}")]);
    assert_eq!(evidence(&answer, "shared-compute-identity"), [resource(&cpu()), resource(&gpu)]);
    world.resource("gpu", body(&gpu, TEAM));
    assert!(of(&review(&world, &[]), "shared-compute-identity").is_empty());
    let identity = format!("{}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/one", group());
    for name in ["compute", "gpu"] {
        world.set(
            name,
            "/body/identity",
            json!({"type":"UserAssigned","userAssignedIdentities":{(identity.clone()):{"principalId":CLUSTER}}}),
        );
    }
    assert_eq!(where_found(&review(&world, &[]), "shared-compute-identity"), [format!("low {identity}")]);
    world.set("gpu", "/body/identity", json!({"type":"UserAssigned","userAssignedIdentities":{(identity.clone()):{}}}));
    world.drop("closed");
    assert!(waits_for(&review(&world, &[]), "shared-compute-identity").contains(&format!("resource {identity}")));
}

#[test]
fn invokers_who_could_give_themselves_more_are_found() {
    let ids = ["invoker-may-fetch-secrets", "invoker-may-fetch-keys", "invoker-may-assign-roles"];
    let mut world = clean();
    for id in ids {
        assert!(of(&review(&world, &[]), id).is_empty(), "{id}");
    }
    world.datastore("keyed", store("AccountKey"));
    world.set("lake", "/body/properties/allowSharedKeyAccess", json!(true));
    let answer = review(&world, &[]);
    let ana = text(&world.get("ana invokes", "/body/id")).to_owned();
    assert_eq!(where_found(&answer, "invoker-may-fetch-secrets"), [format!("low {ana}")]);
    assert_eq!(evidence(&answer, "invoker-may-fetch-secrets"), [grant(&world, "ana invokes")]);
    assert_eq!(where_found(&answer, "invoker-may-fetch-keys"), [format!("medium {ana}")]);
    assert_eq!(evidence(&answer, "invoker-may-fetch-keys"), [grant(&world, "ana invokes")]);
    assert!(message(&answer, "invoker-may-fetch-keys").ends_with("at account `lake`"), "acct refuses its keys: {}", answer.out);
    assert!(of(&answer, "invoker-may-assign-roles").is_empty());
    // Whoever may not invoke is no invoker, whatever else they may.
    world.assign("team owns", OWNER, TEAM, &account_id("acct"));
    assert!(of(&review(&world, &[]), "invoker-may-assign-roles").is_empty());
    world.assign("team invokes", SCIENTIST, TEAM, &workspace());
    let answer = review(&world, &[]);
    assert_eq!(where_found(&answer, "invoker-may-assign-roles"), [format!("medium {}", text(&world.get("team owns", "/body/id")))]);
    assert_eq!(evidence(&answer, "invoker-may-assign-roles"), [grant(&world, "team owns")]);
    // What the workspace stores for itself opens files of jobs only.
    let mut world = clean();
    world.resource("jobs", json!({"id":account_id("jobs"),"properties":{"allowSharedKeyAccess":true,"allowBlobPublicAccess":false,"publicNetworkAccess":"Disabled"}}));
    world.datastore(
        "workspaceblobstore",
        json!({"datastoreType":"AzureBlob","accountName":"jobs","containerName":"a","credentials":{"credentialsType":"AccountKey"}}),
    );
    let answer = review(&world, &[]);
    let ana = text(&world.get("ana invokes", "/body/id")).to_owned();
    for id in ["invoker-may-fetch-secrets", "invoker-may-fetch-keys"] {
        assert_eq!(where_found(&answer, id), [format!("info {ana}")], "{id}");
    }
    // Whether the team may invoke hangs on what was not collected.
    let mut open = World::open();
    open.coverage("workspace", &workspace()).coverage("role_assignments", &group());
    let waits = waits_for(&review(&open, &[]), "invoker-may-fetch-secrets");
    assert!(waits.contains(&format!("deny_assignments {}", store_id("keyed"))), "{waits:?}");
    let _ = ANA;
}

/// The cluster in a subnet, the default account behind private endpoints for these sub-resources.
fn private(groups: &[&str]) -> World {
    let mut world = clean();
    world.set("compute", "/body/properties/properties/subnet", json!({"id":subnet("net")}));
    let approved = json!({"status":"Approved"});
    let connections: Vec<_> = groups
        .iter()
        .map(|name| {
            let id = format!("{}/providers/Microsoft.Network/privateEndpoints/{name}", group());
            world.resource(&format!("pe {name}"), json!({"id":id,"properties":{"subnet":{"id":subnet("net")},"privateLinkServiceConnections":[
                {"name":"c","properties":{"privateLinkServiceId":account_id("acct"),"groupIds":[name],"privateLinkServiceConnectionState":approved}}]}}));
            json!({"properties":{"privateEndpoint":{"id":id},"privateLinkServiceConnectionState":approved,"groupIds":[name]}})
        })
        .collect();
    world.set("acct", "/body/properties/publicNetworkAccess", json!("Disabled"));
    world.set("acct", "/body/properties/privateEndpointConnections", json!(connections));
    // The other account is of no interest here.
    world.drop("lake").drop("lake container").drop("store gen2");
    world
}

#[test]
fn a_sub_resource_that_the_runtime_needs_and_does_not_reach_is_found() {
    assert!(of(&review(&private(&["blob", "file", "queue", "table"]), &[]), "private-endpoint-missing").is_empty());
    let world = private(&["blob", "file"]);
    let answer = review(&world, &[]);
    assert_eq!(where_found(&answer, "private-endpoint-missing"), [format!("medium {}", account_id("acct"))]);
    let found = evidence(&answer, "private-endpoint-missing");
    assert_eq!(found.first(), Some(&resource(&cpu())));
    let endpoint = format!("resource {}/providers/Microsoft.Network/privateEndpoints/blob", group());
    assert!(found.contains(&endpoint) && found.contains(&resource(&account_id("acct"))), "{found:?}");
    let says = "compute `cpu` does not reach `queue`, `table` of account `acct`, though `blob`, `file`";
    assert_eq!(message(&answer, "private-endpoint-missing"), says);
    // An open account needs no private endpoint.
    let mut world = private(&["blob"]);
    world.set("acct", "/body/properties/publicNetworkAccess", json!("Enabled"));
    world.set("acct", "/body/properties/networkAcls/defaultAction", json!("Allow"));
    assert!(of(&review(&world, &[]), "private-endpoint-missing").is_empty());
    // A private endpoint that was not collected may lead anywhere.
    let mut world = private(&["blob", "file", "queue"]);
    world.set("acct", "/body/properties/privateEndpointConnections/2", json!(null));
    let endpoint = format!("{}/providers/Microsoft.Network/privateEndpoints/other", group());
    let mut list = world.get("acct", "/body/properties/privateEndpointConnections").as_array().cloned().unwrap_or_default();
    list.retain(|one| !one.is_null());
    list.push(json!({"properties":{"privateEndpoint":{"id":endpoint},"privateLinkServiceConnectionState":{"status":"Approved"}}}));
    world.set("acct", "/body/properties/privateEndpointConnections", json!(list));
    world.drop("closed").drop("pe queue");
    let answer = review(&world, &[]);
    assert!(of(&answer, "private-endpoint-missing").is_empty(), "{}", answer.out);
    assert!(waits_for(&answer, "private-endpoint-missing").contains(&format!("resource {endpoint}")));
}
