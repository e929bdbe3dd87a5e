//! Findings about storage accounts.

use super::{clean, evidence, message, of, resource, review, store, waits_for, where_found};
use crate::world2::{World, account_id, group, store_id};
use serde_json::json;

fn container_id(account: &str, name: &str) -> String {
    format!("{}/blobServices/default/containers/{name}", account_id(account))
}

#[test]
fn shared_keys_that_no_datastore_needs_are_found() {
    let mut world = clean();
    assert!(of(&review(&world, &[]), "shared-key-allowed").is_empty());
    world.set("lake", "/body/properties/allowSharedKeyAccess", json!(null));
    let answer = review(&world, &[]);
    // Ana is Contributor of the group, and so can fetch the keys.
    assert_eq!(where_found(&answer, "shared-key-allowed"), [format!("medium {}", account_id("lake"))]);
    let grant = format!("role_assignment {}", world.get("ana invokes", "/body/id").as_str().unwrap_or_default());
    assert_eq!(evidence(&answer, "shared-key-allowed"), [resource(&account_id("lake")), grant]);
    let id = super::text(&world.get("ana invokes", "/body/id")).to_owned();
    let narrower = format!("{}/providers/Microsoft.MachineLearningServices/workspaces/ws", group());
    world.assign("ana invokes", crate::world2::CONTRIBUTOR, crate::world2::ANA, &narrower);
    assert_ne!(super::text(&world.get("ana invokes", "/body/id")), id);
    assert_eq!(where_found(&review(&world, &[]), "shared-key-allowed"), [format!("info {}", account_id("lake"))]);
    // A datastore needs it.
    world.datastore(
        "keyed",
        json!({"datastoreType":"AzureDataLakeGen2","accountName":"lake","filesystem":"fs","credentials":{"credentialsType":"AccountKey"}}),
    );
    assert!(of(&review(&world, &[]), "shared-key-allowed").is_empty());
    // A SAS whose kind nobody read may need it.
    world.datastore(
        "keyed",
        json!({"datastoreType":"AzureDataLakeGen2","accountName":"lake","filesystem":"fs","credentials":{"credentialsType":"Sas"}}),
    );
    world.drop("closed");
    let answer = review(&world, &[]);
    assert!(of(&answer, "shared-key-allowed").is_empty());
    assert!(waits_for(&answer, "shared-key-allowed").contains(&format!("stored_credential {}", store_id("keyed"))));
}

#[test]
fn public_containers_are_found_at_their_level() {
    let mut world = clean();
    world.set("acct container", "/body/properties/publicAccess", json!("Container"));
    assert!(of(&review(&world, &[]), "public-container").is_empty(), "the account forbids it");
    world.set("acct", "/body/properties/allowBlobPublicAccess", json!(true));
    let answer = review(&world, &[]);
    assert_eq!(where_found(&answer, "public-container"), [format!("high {}", container_id("acct", "c"))]);
    assert_eq!(evidence(&answer, "public-container"), [resource(&container_id("acct", "c")), resource(&account_id("acct"))]);
    assert!(of(&answer, "public-access-allowed").is_empty(), "it is said once");
    world.set("acct container", "/body/properties/publicAccess", json!("Blob"));
    assert_eq!(where_found(&review(&world, &[]), "public-container"), [format!("medium {}", container_id("acct", "c"))]);
    world.set("acct container", "/body/properties/publicAccess", json!("None"));
    let answer = review(&world, &[]);
    assert!(of(&answer, "public-container").is_empty());
    assert_eq!(where_found(&answer, "public-access-allowed"), [format!("low {}", account_id("acct"))]);
    assert_eq!(evidence(&answer, "public-access-allowed"), [resource(&account_id("acct"))]);
}

#[test]
fn what_is_not_known_of_public_access_is_said() {
    let mut world = clean();
    world.set("acct", "/body/properties/allowBlobPublicAccess", json!(null));
    let answer = review(&world, &[]);
    assert!(of(&answer, "public-access-allowed").is_empty());
    assert_eq!(waits_for(&answer, "public-access-allowed"), [format!("resource {}", account_id("acct"))]);
    world.set("acct", "/body/properties/allowBlobPublicAccess", json!(true));
    world.drop("closed").drop("acct container");
    let waits = waits_for(&review(&world, &[]), "public-container");
    assert!(waits.contains(&format!("resource {}", container_id("acct", "c"))), "{waits:?}");
    assert!(waits.contains(&format!("resource {}/blobServices/default/containers", account_id("acct"))), "{waits:?}");
}

#[test]
fn an_open_firewall_is_found_and_weighs_by_what_stands_behind_it() {
    let mut world = clean();
    assert!(of(&review(&world, &[]), "open-firewall").is_empty());
    world.set("acct", "/body/properties/networkAcls/defaultAction", json!("Allow"));
    let answer = review(&world, &[]);
    assert_eq!(where_found(&answer, "open-firewall"), [format!("info {}", account_id("acct"))]);
    assert_eq!(evidence(&answer, "open-firewall"), [resource(&account_id("acct"))]);
    world.datastore("keyed", store("AccountKey"));
    let answer = review(&world, &[]);
    assert_eq!(where_found(&answer, "open-firewall"), [format!("medium {}", account_id("acct"))]);
    assert!(message(&answer, "open-firewall").contains("the credential stored in `keyed` opens it"));
    world.drop("store keyed");
    let endpoint = format!("{}/providers/Microsoft.Network/privateEndpoints/pe", group());
    world.set(
        "acct",
        "/body/properties/privateEndpointConnections",
        json!([{"properties":{"privateEndpoint":{"id":endpoint},"privateLinkServiceConnectionState":{"status":"Approved"}}}]),
    );
    let answer = review(&world, &[]);
    assert_eq!(where_found(&answer, "open-firewall"), [format!("medium {}", account_id("acct"))]);
    assert_eq!(evidence(&answer, "open-firewall"), [resource(&account_id("acct")), resource(&endpoint)]);
    world.set("acct", "/body/properties/publicNetworkAccess", json!("Disabled"));
    assert!(of(&review(&world, &[]), "open-firewall").is_empty());
    // An account that was not collected is neither open nor closed.
    let mut world = World::open();
    world.drop("acct");
    assert!(waits_for(&review(&world, &[]), "open-firewall").contains(&"resource storageAccounts/acct".to_owned()));
}
