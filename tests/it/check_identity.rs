//! Who mounts and who reads: identities of the compute, the invoker, tenants, public access, editions, disputes.

use crate::scenario::*;
use serde_json::{Value, json};

const STORE: &str = "azureml://datastores/store/paths/in";
const SECOND: &str = "bbbbbbbb-0000-0000-0000-000000000002";

fn with_identity(identity: Value) -> World {
    World::closed().set("computes/cpu", "/body/identity", identity)
}

#[test]
fn a_cluster_without_identity_mounts_nothing() {
    let absent = {
        let mut world = World::closed();
        let line = world.lines.iter_mut().find(|line| identity(line).1.ends_with("computes/cpu")).unwrap();
        line["body"].as_object_mut().unwrap().remove("identity");
        world
    };
    let worlds = [absent, with_identity(Value::Null), with_identity(json!({"type": "None"})), with_identity(json!({}))];
    for world in worlds {
        let answer = world.check(&["--input", STORE]);
        assert_eq!(answer.verdict(), "denied");
        assert_eq!(
            answer.requirements()[4..],
            [
                "compute/identity denied",
                "account/reachable allowed",
                "account/tenant allowed",
                "access/read allowed",
                "data/readable allowed"
            ]
        );
        assert_eq!(answer.evidence("compute/identity"), [ml("computes/cpu")]);
        let keyed = world.put(blob_store("keyed", "AccountKey")).put(grant("ana-all", ANA, CONTRIBUTOR, &group_id()));
        let answer = keyed.check(&["--input", "azureml://datastores/keyed/paths/in"]);
        assert_eq!(answer.verdict(), "allowed", "a stored credential needs no identity");
    }
}

#[test]
fn one_user_assigned_identity_is_the_one_that_mounts() {
    let answer = with_identity(user_assigned("UserAssigned", &[("one", CLUSTER)])).check(&["--input", STORE]);
    assert_eq!(answer.verdict(), "allowed");
    assert_eq!(answer.requirement("access/mount")["principal"]["object_id"], json!(CLUSTER));
    assert_eq!(answer.requirement("access/mount")["principal"]["name"], json!("one"));
    let other = with_identity(user_assigned("UserAssigned", &[("one", SECOND)])).check(&["--input", STORE]);
    assert_eq!(other.verdict_of("access/mount"), "denied");
    assert_eq!(other.verdict(), "denied");
}

#[test]
fn of_several_identities_all_must_or_none_does() {
    let identity = || user_assigned("UserAssigned", &[("one", CLUSTER), ("two", SECOND)]);
    let second = grant("second", SECOND, BLOB_READER, &account_id("acct"));
    let mount = |world: World| {
        let answer = world.check(&["--input", STORE]);
        assert_eq!(answer.ids().iter().filter(|id| **id == "access/mount").count(), 1);
        let requirement = answer.requirement("access/mount");
        assert_eq!(requirement["principal"], Value::Null);
        let proof = &requirement["proof"];
        let parts = proof["all"].as_array().or(proof["any"].as_array()).expect("a child each");
        assert_eq!(parts.len(), 2);
        (requirement["verdict"].as_str().unwrap().to_owned(), answer.verdict().to_owned(), answer.missing())
    };
    let none = || Vec::<String>::new();
    assert_eq!(mount(with_identity(identity()).put(second)), ("allowed".to_owned(), "allowed".to_owned(), none()));
    let bare = with_identity(identity()).without("mi-data").without("mi-out");
    assert_eq!(mount(bare), ("denied".to_owned(), "denied".to_owned(), none()));
    let mixed = mount(with_identity(identity()));
    assert_eq!(mixed, ("undetermined".to_owned(), "undetermined".to_owned(), vec!["open_question several-identities".to_owned()]));
}

#[test]
fn both_kinds_together_leave_open_who_mounts() {
    let mut identity = user_assigned("SystemAssigned,UserAssigned", &[("two", SECOND)]);
    identity["principalId"] = json!(CLUSTER);
    for world in [
        with_identity(identity.clone()),
        with_identity(identity.clone()).put(grant("second", SECOND, BLOB_READER, &account_id("acct"))),
        with_identity(identity).without("mi-data").without("mi-out"),
    ] {
        let answer = world.check(&["--input", STORE]);
        assert_eq!(answer.verdict_of("compute/identity"), "undetermined");
        assert_eq!(answer.verdict_of("access/mount"), "undetermined");
        assert_eq!(answer.missing(), ["open_question mixed-identity"]);
    }
}

#[test]
fn an_identity_without_object_id_is_missing() {
    let answer = with_identity(json!({"type": "SystemAssigned"})).check(&["--input", STORE]);
    assert_eq!(answer.verdict_of("access/mount"), "undetermined");
    assert_eq!(answer.missing(), [format!("resource {}", ml("computes/cpu"))]);
    let empty = with_identity(json!({"type": "UserAssigned", "userAssignedIdentities": {}})).check(&["--input", STORE]);
    assert_eq!(empty.verdict_of("compute/identity"), "undetermined");
    assert_eq!(empty.verdict_of("access/mount"), "undetermined");
}

#[test]
fn an_unknown_compute_opens_what_its_identity_does() {
    let answer = World::open().without("computes/cpu").check(&["--input", STORE]);
    for id in ["compute/identity", "account/tenant", "access/mount"] {
        assert_eq!(answer.verdict_of(id), "undetermined", "{id}");
    }
    assert_eq!(answer.missing(), [format!("resource {}", ml("computes/cpu"))]);
}

#[test]
fn the_mount_needs_list_and_read_by_role() {
    let denied = World::closed().without("mi-data").without("mi-out").check(&["--input", STORE]);
    assert_eq!(
        denied.requirements()[4..],
        [
            "compute/identity allowed",
            "account/reachable allowed",
            "account/tenant allowed",
            "access/mount denied",
            "access/read allowed",
            "data/readable allowed"
        ]
    );
    // A role on another container does not reach; it is named as a near miss.
    let elsewhere = container_id("acct", "data2");
    let near = World::closed().without("mi-data").without("mi-out").put(grant("near", CLUSTER, BLOB_READER, &elsewhere));
    let answer = near.check(&["--input", STORE]);
    assert_eq!(answer.verdict_of("access/mount"), "denied");
    assert!(answer.evidence("access/mount").contains(&grant_id("near", &elsewhere)), "{:?}", answer.evidence("access/mount"));
    // Management roles give no data.
    let manager = World::closed().without("mi-data").without("mi-out").put(grant("manager", CLUSTER, CONTRIBUTOR, &group_id()));
    let answer = manager.check(&["--input", STORE]);
    assert_eq!(answer.verdict_of("access/mount"), "denied");
    assert!(answer.evidence("access/mount").contains(&grant_id("manager", &group_id())));
    let blocked = World::closed().put(deny("no-data", CLUSTER, &account_id("acct"), &[], &["*"]));
    assert_eq!(blocked.check(&["--input", STORE]).verdict_of("access/mount"), "denied");
}

#[test]
fn the_invokers_read_is_disputed() {
    let world = World::closed().without("ana-data");
    let answer = world.check(&["--input", STORE]);
    assert_eq!(answer.verdict(), "denied");
    let read = answer.requirement("access/read");
    assert_eq!((&read["verdict"], &read["disputed"], &read["counts"]), (&json!("denied"), &json!(true), &json!(true)));
    assert_eq!(read["principal"]["role"], "job_identity");
    let answer = world.check(&["--input", STORE, "--disputed", "warn"]);
    assert_eq!(answer.verdict(), "allowed");
    assert_eq!(answer.input()["verdict"], "allowed");
    let read = answer.requirement("access/read");
    assert_eq!((&read["verdict"], &read["disputed"], &read["counts"]), (&json!("denied"), &json!(true), &json!(false)));
    assert!(answer.warning("access/read").contains("Ana"));
    let met = World::closed().check(&["--input", STORE, "--disputed", "warn"]);
    assert_eq!(met.requirement("access/read")["counts"], json!(false));
    assert!(!met.warning_ids().contains(&"access/read"));
}

#[test]
fn an_open_read_of_the_invoker_warns_too() {
    let world = World::closed().without("ana-data").put(gap("role_assignments", &account_id("acct")));
    let world = world.put(grant("mi-all", CLUSTER, BLOB_READER, &container_id("acct", "data")));
    let answer = world.check(&["--input", STORE]);
    assert_eq!(answer.verdict_of("access/read"), "undetermined");
    assert_eq!(answer.verdict(), "undetermined");
    let answer = world.check(&["--input", STORE, "--disputed", "warn"]);
    assert_eq!(answer.verdict(), "allowed", "{answer:#?}");
    assert_eq!(answer.verdict_of("access/read"), "undetermined");
    assert!(answer.warning_ids().contains(&"access/read"));
    assert_eq!(answer.missing(), Vec::<String>::new());
}

#[test]
fn a_hole_below_the_invokers_folder_is_as_disputed_as_its_read() {
    // A grant never lowers a verdict: the folder opened to the invoker must not deny what its lack would only warn of.
    let cluster = grant("mi-lake", CLUSTER, BLOB_READER, &account_id("lake"));
    let hole = |ana: &str| {
        World::closed().put(cluster.clone()).put_all([
            acl("/", true, &format!("user::rwx,user:{ANA}:{ana},group::---,mask::rwx,other::---")),
            acl("in", true, &format!("user::rwx,user:{ANA}:{ana},group::---,mask::rwx,other::---")),
            acl("in/closed.csv", false, "user::rw-,group::---,other::---"),
        ])
    };
    for rights in ["---", "r-x"] {
        let answer = hole(rights).check(&["--input", "azureml://datastores/lakestore/paths/in", "--disputed", "warn"]);
        assert_eq!(answer.verdict(), "allowed", "{rights}: {answer:#?}");
        assert!(answer.warning_ids().contains(&"access/read"));
    }
    let answer = hole("r-x").check(&["--input", "azureml://datastores/lakestore/paths/in"]);
    assert_eq!(answer.verdict_of("access/read"), "allowed");
    assert_eq!(answer.verdict_of("data/readable"), "denied");
}

#[test]
fn tenants_must_be_one() {
    let line = |tenant: &str| {
        json!({"kind": "subscription", "subscription_id": SUBSCRIPTION, "state": "Enabled", "tenant_id": tenant,
        "management_groups": []})
    };
    let foreign = World::closed().set("computes/cpu", "/body/identity/tenantId", json!(OTHER_TENANT)).check(&["--input", STORE]);
    assert_eq!(foreign.verdict_of("account/tenant"), "denied");
    assert_eq!(foreign.verdict(), "denied");
    let invoker = World::closed().put(line(OTHER_TENANT)).set("computes/cpu", "/body/identity/tenantId", json!(OTHER_TENANT));
    assert_eq!(invoker.check(&["--input", STORE]).verdict_of("account/tenant"), "denied");
    assert_eq!(World::closed().put(line(TENANT)).check(&["--input", STORE]).verdict_of("account/tenant"), "allowed");
    let unknown = World::closed().put(gap("subscription", SUBSCRIPTION)).check(&["--input", STORE]);
    assert_eq!(unknown.verdict_of("account/tenant"), "undetermined");
    assert!(unknown.missing().contains(&format!("subscription {SUBSCRIPTION}")), "{:?}", unknown.missing());
}

fn public(world: World, level: &str) -> World {
    world.set("storageaccounts/acct", "/body/properties/allowBlobPublicAccess", json!(true)).set(
        "containers/data",
        "/body/properties/publicAccess",
        json!(level),
    )
}

#[test]
fn public_data_needs_nobody() {
    let bare = || with_identity(Value::Null).without("ana-data");
    let answer = public(bare(), "Container").check(&["--input", STORE]);
    assert_eq!(answer.verdict(), "allowed", "{answer:#?}");
    assert_eq!(
        answer.requirements(),
        [
            "input/recognised allowed",
            "input/supported allowed",
            "input/exists allowed",
            "input/type allowed",
            "account/reachable allowed",
            "access/anonymous allowed",
            "data/readable allowed"
        ]
    );
    assert_eq!(answer.input()["rule"]["credentials_used"], json!(["anonymous"]));
    assert_eq!(answer.input()["rule"]["access_granted_by"], json!(["anonymous"]));
    assert!(answer.evidence("access/anonymous").contains(&container_id("acct", "data")));
    // `Blob` lets nobody list.
    let answer = public(bare(), "Blob").check(&["--input", STORE]);
    assert_eq!(answer.verdict(), "denied");
    assert!(!answer.ids().contains(&"access/anonymous"));
    let file = public(bare(), "Blob").check(&["--input", STORE, "--input-type", "uri_file"]);
    assert_eq!(file.verdict(), "allowed");
    // Where the identities do, nothing is replaced.
    let answer = public(World::closed(), "Container").check(&["--input", STORE]);
    assert!(answer.ids().contains(&"access/read") && !answer.ids().contains(&"access/anonymous"));
    let firewalled = public(bare(), "Container").set("storageaccounts/acct", "/body/properties/publicNetworkAccess", json!("Disabled"));
    assert_eq!(firewalled.check(&["--input", STORE]).verdict(), "denied");
}

#[test]
fn while_it_is_not_known_whether_data_is_public_nothing_is_denied() {
    let expected = [
        "compute/identity undetermined",
        "account/reachable allowed",
        "account/tenant allowed",
        "access/mount undetermined",
        "access/read undetermined",
        "data/readable allowed",
    ];
    let bare = || with_identity(Value::Null).without("ana-data");
    let flag = bare().set("storageaccounts/acct", "/body/properties/allowBlobPublicAccess", Value::Null);
    let unset = flag.clone().set("containers/data", "/body/properties/publicAccess", json!("Container")).check(&["--input", STORE]);
    assert_eq!(unset.requirements()[4..], expected);
    assert_eq!(unset.missing(), [format!("resource {}", account_id("acct"))]);
    assert_eq!(unset.verdict(), "undetermined");
    let open = public(bare(), "Container").without("containers/data").put(gap("resource", &container_id("acct", "data")));
    let answer = open.check(&["--input", STORE]);
    assert_eq!(answer.requirements()[4..], expected);
    assert_eq!(answer.missing(), [format!("resource {}", container_id("acct", "data"))]);
    let both = flag.without("containers/data").put(gap("resource", &container_id("acct", "data"))).check(&["--input", STORE]);
    assert_eq!(both.missing().len(), 2, "both are named: {:?}", both.missing());
    // A private container is private whatever the account says.
    let private = bare().set("storageaccounts/acct", "/body/properties/allowBlobPublicAccess", Value::Null).check(&["--input", STORE]);
    assert_eq!(private.verdict(), "denied");
    let tenant = World::closed().set("computes/cpu", "/body/identity/tenantId", json!(OTHER_TENANT));
    let tenant = tenant.set("storageaccounts/acct", "/body/properties/allowBlobPublicAccess", Value::Null);
    let tenant = tenant.set("containers/data", "/body/properties/publicAccess", json!("Container")).check(&["--input", STORE]);
    assert_eq!(tenant.verdict_of("account/tenant"), "undetermined");
}

#[test]
fn rows_of_urls_by_kind_of_store() {
    let lake = World::closed()
        .put_all([grant("mi-lake", CLUSTER, BLOB_READER, &account_id("lake")), grant("ana-lake", ANA, BLOB_READER, &account_id("lake"))]);
    let row = |world: &World, reference: &str, at: &str| {
        let answer = world.check(&["--input", reference, "--at", at]);
        let rule = answer.input()["rule"].clone();
        (answer.verdict().to_owned(), rule["id"].clone(), rule["access_granted_by"].clone(), answer.input()["resolved"]["store"].clone())
    };
    let is = |id: &str, by: Value, store: &str| ("allowed".to_owned(), json!(id), by, json!(store));
    assert_eq!(row(&lake, "https://acct.blob.core.windows.net/data/in", NOW), is("blob-url", json!(["rbac"]), "blob"));
    assert_eq!(row(&lake, "https://lake.dfs.core.windows.net/fs/in", NOW), is("adls-gen2-url", json!(["rbac", "posix"]), "adls_gen2"));
    assert_eq!(row(&lake, "abfss://fs@lake.dfs.core.windows.net/in", NOW), is("adls-gen2-url", json!(["rbac", "posix"]), "adls_gen2"));
    let stored = is("datastore-without-credential", json!(["rbac", "posix"]), "adls_gen2");
    assert_eq!(row(&lake, "azureml://datastores/lakestore/paths/in", NOW), stored);
}

#[test]
fn edition_seed_asks_for_the_job_identity_alone_on_rows_without_credential() {
    let bare = with_identity(Value::Null).put(data_version("heart", "1", "uri_folder", "azureml://datastores/store/paths/in"));
    for reference in [STORE, "azureml:heart:1"] {
        let answer = bare.check(&["--input", reference, "--table", "seed"]);
        assert_eq!(answer.verdict(), "allowed", "{answer:#?}");
        assert_eq!(answer.report["table"], "seed");
        assert_eq!(answer.input()["rule"]["edition"], "seed");
        assert_eq!(answer.input()["rule"]["credentials_used"], json!(["job_identity"]));
        let identity = answer.requirement("compute/identity");
        assert_eq!((&identity["verdict"], &identity["counts"]), (&json!("denied"), &json!(false)));
        assert!(answer.warning_ids().contains(&"rule/superseded"));
        assert_eq!(answer.requirement("access/read")["counts"], json!(true));
    }
    let refused = World::closed().without("mi-data").without("mi-out").check(&["--input", STORE, "--table", "seed"]);
    assert_eq!(refused.verdict(), "allowed");
    let mount = refused.requirement("access/mount");
    assert_eq!((&mount["verdict"], &mount["counts"]), (&json!("denied"), &json!(false)));
    let reader = World::closed().without("ana-data").check(&["--input", STORE, "--table", "seed"]);
    assert_eq!(reader.verdict(), "denied");
    let met = World::closed().check(&["--input", STORE, "--table", "seed"]);
    assert!(!met.warning_ids().contains(&"rule/superseded"));
    // A URL's row names both in either edition.
    let url = bare.check(&["--input", "https://acct.blob.core.windows.net/data/in", "--table", "seed"]);
    assert_eq!(url.verdict(), "denied");
    assert_eq!(url.requirement("compute/identity")["counts"], json!(true));
}

#[test]
fn an_allowed_answer_ends_with_what_it_rests_on() {
    let instance = |name: &str, scope: &str, end: &str| {
        json!({"kind": "role_assignment_schedule_instance", "body": {
        "id": format!("{scope}/providers/Microsoft.Authorization/roleAssignmentScheduleInstances/{name}"),
        "properties": {"originRoleAssignmentId": grant_id(name, scope), "scope": scope, "principalId": ANA,
            "startDateTime": "2026-11-01T00:00:00Z", "endDateTime": end}}})
    };
    let world = World::closed().put(instance("ana-data", &account_id("acct"), "2026-12-01T00:00:00Z"));
    let world = world.put(instance("mi-data", &container_id("acct", "data"), "2026-11-30T00:00:00Z")).without("mi-out");
    let answer = world.check(&["--input", STORE]);
    assert_eq!(answer.verdict(), "allowed");
    assert_eq!(answer.input()["valid_until"], json!("2026-11-30T00:00:00Z"));
    assert_eq!(answer.requirement("access/read")["valid_until"], json!("2026-12-01T00:00:00Z"));
    assert_eq!(answer.requirement("account/reachable")["valid_until"], Value::Null);
    assert_eq!(world.check(&["--input", STORE, "--at", "2026-11-30T00:00:00Z"]).verdict_of("access/mount"), "denied");
}
