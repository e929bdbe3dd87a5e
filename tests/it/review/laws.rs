//! What was not collected is never taken for false: a gap takes a finding away only where something is named for it.

use super::{review, text, waits_for};
use crate::world2::{ANA, CLUSTER, SP, SP_APP, TEAM, TENANT, World, account_id, group, store_id, workspace};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A world with nearly every finding.
fn troubled() -> World {
    let mut world = World::new();
    world.sas("shared", "sv=2024-11-04&sr=c&sp=rwdl&st=2026-11-01T00:00:00Z&se=2026-12-01T00:00:00Z");
    world.set("acct", "/body/properties/sasPolicy", json!({"sasExpirationPeriod":"07.00:00:00","expirationAction":"Log"}));
    world.set("acct", "/body/properties/allowBlobPublicAccess", json!(true));
    world.set("acct container", "/body/properties/publicAccess", json!("Container"));
    world.set("lake", "/body/properties/allowBlobPublicAccess", json!(true));
    world.set("lake", "/body/properties/publicNetworkAccess", json!("Disabled"));
    world.datastore(
        "workspaceblobstore",
        json!({"datastoreType":"AzureBlob","accountName":"acct","containerName":"c","credentials":{"credentialsType":"AccountKey"}}),
    );
    world.set("workspace", "/body/properties/systemDatastoresAuthMode", json!("identity"));
    world.datastore(
        "sp",
        json!({"datastoreType":"AzureDataLakeGen2","accountName":"lake","filesystem":"fs",
        "credentials":{"credentialsType":"ServicePrincipal","clientId":SP_APP,"tenantId":TENANT}}),
    );
    world.put("person sp", json!({"kind":"directory_object","body":{"@odata.type":"#microsoft.graph.servicePrincipal","id":SP,"appId":SP_APP,
        "displayName":"ingest","accountEnabled":true,"passwordCredentials":[{"keyId":"k","startDateTime":"2026-01-01T00:00:00Z","endDateTime":"2026-12-01T00:00:00Z"}]}}));
    world.person(TEAM, "group", "team");
    world.assign("team owns", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", TEAM, &group());
    world.assign("cluster owns data", "b7e6dc6d-f1e8-4753-8033-0f276bb0955b", CLUSTER, &account_id("lake"));
    world.assign("cluster manages", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", CLUSTER, &account_id("acct"));
    world.assign("gone", crate::world2::READER, "dead0000-0000-0000-0000-000000000001", &account_id("acct"));
    let condition = "((!(ActionMatches{'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read'})) OR (@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name] StringEquals 'c'))";
    world.assign("conditional", "b7e6dc6d-f1e8-4753-8033-0f276bb0955b", ANA, &account_id("lake"));
    world.set("conditional", "/body/properties/condition", json!(condition));
    world.resource("gpu", json!({"id":format!("{}/computes/gpu", workspace()),"identity":{"type":"SystemAssigned","principalId":CLUSTER,"tenantId":TENANT},"properties":{"computeType":"AmlCompute","properties":{}}}));
    world.resource("data", json!({"id":format!("{}/data/a/versions/1", workspace()),"properties":{"dataType":"uri_folder","dataUri":"azureml://datastores/gen2/paths/a/"}}));
    world.acl("/", true, &format!("user::rwx,user:{ANA}:r-x,user:{SP_APP}:r-x,group::---,mask::--x,other::---"));
    let instance = format!("{}/providers/Microsoft.Authorization/roleAssignmentScheduleInstances/i", account_id("acct"));
    let origin = text(&world.get("cluster reads", "/body/id")).to_owned();
    world.put("pim", json!({"kind":"role_assignment_schedule_instance","body":{"id":instance,"properties":{"scope":account_id("acct"),"principalId":CLUSTER,
        "roleDefinitionId":format!("/providers/Microsoft.Authorization/roleDefinitions/{}", crate::world2::READER),"originRoleAssignmentId":origin,
        "assignmentType":"Assigned","startDateTime":"2026-11-01T00:00:00Z","endDateTime":"2026-12-01T00:00:00Z"}}}));
    world
}

fn ids(answer: &Value) -> BTreeSet<String> {
    answer["findings"].as_array().expect("findings").iter().map(|one| text(&one["id"]).to_owned()).collect()
}

/// Every look-up that a review of the world may rest on, as a gap.
fn gaps() -> Vec<(&'static str, String)> {
    let subscription = format!("/subscriptions/{}", crate::world2::SUBSCRIPTION);
    let mut gaps =
        vec![("everything", String::new()), ("workspace", workspace()), ("subscription", crate::world2::SUBSCRIPTION.to_owned())];
    for what in ["role_assignments", "deny_assignments", "schedule_instances", "role_definitions"] {
        gaps.extend(
            [subscription.clone(), workspace(), account_id("acct"), account_id("lake"), store_id("keyed")].map(|scope| (what, scope)),
        );
    }
    gaps.extend([ANA, CLUSTER, TEAM, SP].map(|id| ("memberships", id.to_owned())));
    gaps.extend([SP_APP, "dead0000-0000-0000-0000-000000000001"].map(|id| ("directory_object", id.to_owned())));
    gaps.extend(["shared", "keyed"].map(|name| ("stored_credential", store_id(name))));
    gaps.extend(["acct", "lake"].map(|name| ("resource", account_id(name))));
    gaps.push(("path_access", "lake/fs/".to_owned()));
    gaps
}

/// A finding that a gap takes away waits for something that is named; none appears.
#[test]
fn a_gap_never_takes_a_finding_away_in_silence() {
    let whole = review(&troubled(), &[]);
    let before = ids(&whole.json);
    assert!(before.len() > 22, "{before:?}");
    let mut taken = 0;
    for (what, scope) in gaps() {
        let mut world = troubled();
        world.add(json!({"kind":"gap","what":what,"scope":scope,"status":403,"code":"AuthorizationFailed"}));
        let answer = review(&world, &[]);
        let after = ids(&answer.json);
        for id in before.difference(&after) {
            assert!(!waits_for(&answer, id).is_empty(), "a gap of {what} {scope} takes {id} away and names nothing");
            taken += 1;
        }
        let new: Vec<&String> = after.difference(&before).filter(|id| *id != "review-incomplete").collect();
        assert!(new.is_empty(), "a gap of {what} {scope} brings {new:?}");
    }
    assert!(taken > 5, "{taken}");
}

/// The same with the record dropped, and nothing covered.
#[test]
fn a_forgotten_record_never_takes_a_finding_away_in_silence() {
    let mut open = troubled();
    open.drop("closed");
    let before = ids(&review(&open, &[]).json);
    let mut taken = 0;
    for name in [
        "workspace",
        "acct",
        "lake",
        "acct container",
        "store keyed",
        "stored shared",
        "person sp",
        "compute",
        "gpu",
        "cluster reads",
        "cluster owns data",
        "cluster manages",
        "conditional",
        "team owns",
        "pim",
        "acl /",
        "data",
    ] {
        let mut world = open.clone();
        world.drop(name);
        let answer = review(&world, &[]);
        for id in before.difference(&ids(&answer.json)) {
            assert!(!waits_for(&answer, id).is_empty(), "without `{name}` {id} is gone, and nothing is named");
            taken += 1;
        }
    }
    assert!(taken > 5, "{taken}");
}

/// Every finding of the rules is found in one of the tests' worlds: here all but those of suppressions and of conditions that
/// exclude one another.
#[test]
fn one_world_shows_most_of_the_findings() {
    let found = ids(&review(&troubled(), &[]).json);
    let all: BTreeSet<String> = crate::embedded_rules().findings().iter().map(|rule| rule.id.clone()).collect();
    let absent: Vec<&String> = all.difference(&found).collect();
    let excluded = [
        "acl-closed-to-new-files",
        "acl-names-unknown-id",
        "condition-bypassed",
        "condition-malformed",
        "condition-not-decidable",
        "condition-unsupported-operator",
        "review-incomplete",
        "suppression-expired",
        "suppression-unmatched",
    ];
    assert_eq!(absent, excluded.iter().collect::<Vec<_>>());
}
