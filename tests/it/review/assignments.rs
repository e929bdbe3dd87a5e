//! Findings about role assignments and their conditions.

use super::{clean, evidence, message, of, review, text, waits_for, where_found};
use crate::world2::{ANA, AT, CLUSTER, READER, TEAM, World, account_id, workspace};
use serde_json::json;

const BLOB_OWNER: &str = "b7e6dc6d-f1e8-4753-8033-0f276bb0955b";
const READS: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read";
const SUPER: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/runAsSuperUser/action";

fn id(world: &World, name: &str) -> String {
    text(&world.get(name, "/body/id")).to_owned()
}

fn grant(world: &World, name: &str) -> String {
    format!("role_assignment {}", id(world, name))
}

fn container(account: &str, name: &str) -> String {
    format!("{}/blobServices/default/containers/{name}", account_id(account))
}

#[test]
fn a_role_of_a_deleted_principal_is_found() {
    let mut world = clean();
    assert!(of(&review(&world, &[]), "assignment-to-deleted-principal").is_empty());
    world.assign("gone", READER, "dead0000-0000-0000-0000-000000000001", &account_id("acct"));
    let answer = review(&world, &[]);
    assert_eq!(where_found(&answer, "assignment-to-deleted-principal"), [format!("low {}", id(&world, "gone"))]);
    assert_eq!(evidence(&answer, "assignment-to-deleted-principal"), [grant(&world, "gone"), "coverage everything".to_owned()]);
    assert!(message(&answer, "assignment-to-deleted-principal").starts_with("role `Storage Blob Data Reader` at "));
    // Elsewhere it is nobody's matter here.
    world.assign("gone", READER, "dead0000-0000-0000-0000-000000000001", "/subscriptions/bbbbbbbb-0000-0000-0000-00000000000b");
    assert!(of(&review(&world, &[]), "assignment-to-deleted-principal").is_empty());
    world.assign("gone", READER, "dead0000-0000-0000-0000-000000000001", &account_id("acct"));
    world.drop("closed");
    let answer = review(&world, &[]);
    assert!(of(&answer, "assignment-to-deleted-principal").is_empty());
    let waits = waits_for(&answer, "assignment-to-deleted-principal");
    assert!(waits.contains(&"directory_object dead0000-0000-0000-0000-000000000001".to_owned()), "{waits:?}");
}

fn ends(world: &mut World, name: &str, kind: &str, end: &str) -> String {
    let own = format!("{}/providers/Microsoft.Authorization/roleAssignmentScheduleInstances/{name}", account_id("acct"));
    let of = id(world, "cluster reads");
    world.put(name, json!({"kind":"role_assignment_schedule_instance","body":{"id":own,"properties":{"scope":account_id("acct"),"principalId":CLUSTER,
        "roleDefinitionId":format!("/providers/Microsoft.Authorization/roleDefinitions/{READER}"),"originRoleAssignmentId":of,"assignmentType":kind,
        "startDateTime":"2026-11-01T00:00:00Z","endDateTime":end}}}));
    format!("role_assignment_schedule_instance {own}")
}

#[test]
fn a_role_that_ends_before_the_horizon_is_found() {
    let mut world = clean();
    assert!(of(&review(&world, &[]), "grant-lapsing").is_empty());
    let instance = ends(&mut world, "pim", "Assigned", "2026-12-01T00:00:00Z");
    let answer = review(&world, &[]);
    assert_eq!(where_found(&answer, "grant-lapsing"), [format!("medium {}", id(&world, "cluster reads"))]);
    assert_eq!(evidence(&answer, "grant-lapsing"), [grant(&world, "cluster reads"), instance]);
    assert!(of(&review(&world, &["--horizon", "1d"]), "grant-lapsing").is_empty());
    ends(&mut world, "pim", "Activated", "2026-11-22T18:00:00Z");
    assert_eq!(where_found(&review(&world, &[]), "grant-lapsing"), [format!("info {}", id(&world, "cluster reads"))]);
    // One that follows on it without a break counts.
    ends(&mut world, "more", "Assigned", "2027-12-01T00:00:00Z");
    assert!(of(&review(&world, &[]), "grant-lapsing").is_empty());
    world.drop("more").drop("closed").coverage("role_assignments", &account_id("acct"));
    let waits = waits_for(&review(&world, &[]), "grant-lapsing");
    assert!(waits.contains(&format!("schedule_instances {}", account_id("acct"))), "{waits:?}");
    let _ = AT;
}

fn condition(actions: &[&str], rest: &str) -> String {
    let listed: Vec<String> = actions.iter().map(|action| format!("!(ActionMatches{{'{action}'}})")).collect();
    format!("(({}) OR ({rest}))", listed.join(" AND "))
}

const ONLY_C: &str = "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name] StringEquals 'c'";

/// Ana's role on the data with a condition.
fn conditional(role: &str, account: &str, text: &str) -> World {
    let mut world = clean();
    world.drop("ana reads");
    world.assign("ana reads", role, ANA, &account_id(account));
    world.set("ana reads", "/body/properties/condition", json!(text));
    world.set("ana reads", "/body/properties/conditionVersion", json!("2.0"));
    world
}

#[test]
fn a_condition_that_another_role_passes_by_is_found() {
    let mut world = conditional(READER, "acct", &condition(&[READS], ONLY_C));
    assert!(of(&review(&world, &[]), "condition-bypassed").is_empty());
    world.assign("plain", READER, ANA, &container("acct", "c"));
    let answer = review(&world, &[]);
    assert_eq!(where_found(&answer, "condition-bypassed"), [format!("high {}", id(&world, "ana reads"))]);
    assert_eq!(evidence(&answer, "condition-bypassed"), [grant(&world, "plain"), grant(&world, "ana reads")]);
    assert!(message(&answer, "condition-bypassed").contains("acct/c"), "{}", answer.out);
    // Through a group, where membership is known; a role elsewhere or one that bears the condition too bypasses nothing.
    world.assign("plain", READER, TEAM, &container("acct", "c"));
    world.add(json!({"kind":"membership","member":ANA,"transitive_groups":[TEAM]}));
    assert_eq!(evidence(&review(&world, &[]), "condition-bypassed"), [grant(&world, "plain"), grant(&world, "ana reads")]);
    world.assign("plain", READER, ANA, &container("lake", "fs"));
    assert!(of(&review(&world, &[]), "condition-bypassed").is_empty());
    world.assign("plain", READER, ANA, &container("acct", "c"));
    world.set("plain", "/body/properties/condition", json!(condition(&[READS], ONLY_C)));
    assert!(of(&review(&world, &[]), "condition-bypassed").is_empty());
    let mut world = conditional(READER, "acct", &condition(&[READS], ONLY_C));
    world.drop("closed").assign("plain", READER, TEAM, &container("acct", "c"));
    let waits = waits_for(&review(&world, &[]), "condition-bypassed");
    assert!(waits.contains(&format!("memberships {ANA}")), "{waits:?}");
}

#[test]
fn a_condition_that_leaves_the_super_user_out_is_found() {
    let world = conditional(BLOB_OWNER, "lake", &condition(&[READS], ONLY_C));
    let answer = review(&world, &[]);
    assert_eq!(where_found(&answer, "condition-bypassed-by-super-user"), [format!("high {}", id(&world, "ana reads"))]);
    let definition = format!("role_definition /providers/Microsoft.Authorization/roleDefinitions/{BLOB_OWNER}");
    let account = super::resource(&account_id("lake"));
    assert_eq!(evidence(&answer, "condition-bypassed-by-super-user"), [grant(&world, "ana reads"), definition, account]);
    for (role, account, text) in [
        (BLOB_OWNER, "lake", condition(&[READS, SUPER], ONLY_C)),
        (BLOB_OWNER, "acct", condition(&[READS], ONLY_C)),
        (READER, "lake", condition(&[READS], ONLY_C)),
        (BLOB_OWNER, "lake", ONLY_C.to_owned()),
    ] {
        let answer = review(&conditional(role, account, &text), &[]);
        assert!(of(&answer, "condition-bypassed-by-super-user").is_empty(), "{role} {account} {text}: {}", answer.out);
    }
}

#[test]
fn conditions_that_cannot_work_or_be_told_are_found() {
    let ids = ["condition-malformed", "condition-unsupported-operator", "condition-not-decidable"];
    let sound = conditional(READER, "acct", &condition(&[READS], ONLY_C));
    for own in ids {
        assert!(of(&review(&sound, &[]), own).is_empty(), "{own}");
    }
    let guid = "@Principal[Microsoft.Directory/CustomSecurityAttributes/Id:a_b] GuidEquals 11111111-0000-0000-0000-000000000001";
    let unknown = "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers/blobs:colour] StringEquals 'red'";
    for (own, severity, text, says) in [
        ("condition-malformed", "medium", condition(&[READS], "@Resource["), "it cannot be read: "),
        ("condition-unsupported-operator", "high", condition(&[READS], guid), "it uses a GUID operator on role `Storage Blob Data Reader`"),
        ("condition-not-decidable", "info", condition(&[READS], unknown), "nobody but the service knows `@Resource[Microsoft.Storage/"),
    ] {
        let world = conditional(READER, "acct", &text);
        let answer = review(&world, &[]);
        assert_eq!(where_found(&answer, own), [format!("{severity} {}", id(&world, "ana reads"))], "{}", answer.out);
        assert_eq!(evidence(&answer, own), [grant(&world, "ana reads")]);
        assert!(message(&answer, own).contains(says), "{}", message(&answer, own));
        for other in ids.iter().filter(|other| **other != own) {
            assert!(of(&answer, other).is_empty(), "{other}");
        }
    }
    // A GUID operator works on roles without storage data actions; of a role nobody collected it is not known.
    let mut world = conditional(crate::world2::CONTRIBUTOR, "acct", &condition(&[READS], guid));
    assert!(of(&review(&world, &[]), "condition-unsupported-operator").is_empty());
    world.assign("ana reads", "99999999-0000-0000-0000-000000000009", ANA, &account_id("acct"));
    world.set("ana reads", "/body/properties/condition", json!(condition(&[READS], guid)));
    world.drop("closed");
    let waits = waits_for(&review(&world, &[]), "condition-unsupported-operator");
    assert!(waits.contains(&format!("role_definitions {}", account_id("acct"))), "{waits:?}");
    let _ = workspace();
}
