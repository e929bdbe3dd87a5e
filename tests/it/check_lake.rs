//! Data Lake Storage: ACLs of Gen2 and Gen1, and what lies below a folder.

use crate::scenario::*;
use serde_json::{Value, json};

const FOLDER: &str = "azureml://datastores/lakestore/paths/in";

/// Both readers by ACL alone: the root, the folder, and the files named.
fn by_acl(entries: &str, files: &[(&str, &str)]) -> World {
    let open = format!("user::rwx,user:{ANA}:r-x,user:{CLUSTER}:r-x,group::---,mask::r-x,other::---");
    let lines = [acl("/", true, &open), acl("/in", true, entries)];
    World::closed().put_all(lines).put_all(files.iter().map(|(path, entries)| acl(path, false, entries)))
}

fn open() -> String {
    format!("user::rwx,user:{ANA}:r-x,user:{CLUSTER}:r-x,group::---,mask::r-x,other::---")
}

#[test]
fn an_acl_grants_where_no_role_does() {
    let answer = by_acl(&open(), &[("in/a.csv", &open())]).check(&["--input", FOLDER]);
    assert_eq!(answer.verdict(), "allowed", "{answer:#?}");
    assert_eq!(answer.input()["rule"]["access_granted_by"], json!(["rbac", "posix"]));
    assert!(answer.evidence("access/mount").contains(&"lake/fs/in".to_owned()));
    assert!(answer.evidence("access/read").contains(&"lake/fs/".to_owned()), "{:?}", answer.evidence("access/read"));
    let refused = by_acl("user::rwx,group::---,other::---", &[]).check(&["--input", FOLDER]);
    assert_eq!(refused.verdict_of("access/mount"), "denied");
    assert_eq!(refused.verdict_of("access/read"), "denied");
    assert_eq!(refused.verdict(), "denied");
}

#[test]
fn a_closed_file_below_is_named() {
    let closed = "user::rw-,group::---,other::---";
    let answer = by_acl(&open(), &[("in/a.csv", &open()), ("in/b.csv", closed)]).check(&["--input", FOLDER]);
    assert_eq!(answer.verdict_of("access/mount"), "allowed");
    assert_eq!(answer.verdict_of("data/readable"), "denied");
    assert!(answer.evidence("data/readable").contains(&"lake/fs/in/b.csv".to_owned()), "{:?}", answer.evidence("data/readable"));
    // By role, files below need no ACL.
    let roles = [grant("mi-lake", CLUSTER, BLOB_READER, &account_id("lake")), grant("ana-lake", ANA, BLOB_READER, &account_id("lake"))];
    let answer = by_acl(&open(), &[("in/b.csv", closed)]).put_all(roles).check(&["--input", FOLDER]);
    assert_eq!(answer.verdict(), "allowed");
    let stored = by_acl(&open(), &[("in/b.csv", closed)]).put(lake_store("keyed", "AccountKey"));
    let stored = stored.put(grant("ana-all", ANA, CONTRIBUTOR, &group_id())).check(&["--input", "azureml://datastores/keyed/paths/in"]);
    assert_eq!(stored.verdict(), "allowed");
}

#[test]
fn below_must_be_covered_or_assumed() {
    let acls = [acl("/", true, &open()), acl("/in", true, &open()), acl("/in/a.csv", false, &open())];
    let world = World::open().put_all(acls);
    let answer = world.check(&["--input", FOLDER]);
    assert_eq!(answer.verdict_of("data/readable"), "undetermined");
    assert_eq!(answer.verdict(), "undetermined");
    assert!(answer.missing().contains(&"path_access lake/fs/in".to_owned()), "{:?}", answer.missing());
    let assumed = world.check(&["--input", FOLDER, "--assume-below"]);
    assert_eq!(assumed.verdict(), "allowed");
    assert!(assumed.assumptions().iter().any(|one| one.contains("ACLs below")), "{:?}", assumed.assumptions());
    let mut covered = coverage("path_access", "lake/fs/in");
    covered["below"] = json!(true);
    let covered = world.clone().put(covered).check(&["--input", FOLDER]);
    assert_eq!(covered.verdict(), "allowed", "{covered:#?}");
    let alone = world.put(coverage("path_access", "lake/fs/in")).check(&["--input", FOLDER]);
    assert_eq!(alone.verdict_of("data/readable"), "undetermined");
    // In a closed world nothing below a recorded folder is missing.
    assert_eq!(by_acl(&open(), &[("in/a.csv", &open())]).check(&["--input", FOLDER]).verdict_of("data/readable"), "allowed");
}

#[test]
fn whoever_mounts_must_be_known_to_know_what_is_closed_below() {
    let cluster = ml("computes/cpu");
    let lines = [acl("/", true, &open()), acl("/in", true, &open()), acl("/in/a.csv", false, &open())];
    let world = World::closed().put_all(lines).without("computes/cpu").put(gap("resource", &cluster));
    let answer = world.check(&["--input", FOLDER]);
    for id in ["compute/identity", "access/mount", "data/readable"] {
        assert_eq!(answer.verdict_of(id), "undetermined", "{id}");
        assert_eq!(answer.evidence(id).last().map(String::as_str), Some(format!("resource:{cluster}").as_str()), "{id}");
    }
    // Without a hierarchical namespace no file can be closed to it alone.
    let flat = world.check(&["--input", "azureml://datastores/store/paths/in"]);
    assert_eq!(flat.verdict_of("access/mount"), "undetermined");
    assert_eq!(flat.verdict_of("data/readable"), "allowed");
}

#[test]
fn an_acl_that_is_needed_and_not_there_is_unknown() {
    let answer = World::closed().put(acl("/", true, &open())).check(&["--input", FOLDER]);
    assert_eq!(answer.verdict_of("access/mount"), "undetermined");
    assert!(answer.missing().contains(&"path_access lake/fs/in".to_owned()), "{:?}", answer.missing());
    let root = World::closed().put(acl("/in", true, &open())).check(&["--input", FOLDER]);
    assert!(root.missing().contains(&"path_access lake/fs/".to_owned()), "{:?}", root.missing());
    let failed = by_acl(&open(), &[]).put(gap("path_access", "lake/fs/in/sub")).check(&["--input", FOLDER]);
    assert_eq!(failed.verdict_of("data/readable"), "undetermined");
}

#[test]
fn one_of_several_identities_with_a_hole_is_open() {
    let second = "bbbbbbbb-0000-0000-0000-000000000002";
    let entries = format!("{},user:{second}:r-x", open());
    let identity = user_assigned("UserAssigned", &[("one", CLUSTER), ("two", second)]);
    let world = World::closed().set("computes/cpu", "/body/identity", identity);
    let world = world.put_all([acl("/", true, &entries), acl("in", true, &entries), acl("in/a.csv", false, &open())]);
    let answer = world.check(&["--input", FOLDER]);
    assert_eq!(answer.verdict_of("access/mount"), "allowed");
    assert_eq!(answer.verdict_of("data/readable"), "undetermined");
    assert_eq!(answer.missing(), ["open_question several-identities"]);
}

#[test]
fn archived_files_are_not_readable() {
    let tier = |name: &str, tier: &str| path("acct", "data", name, json!({"is_directory": false, "access_tier": tier}));
    let world = World::closed().put_all([tier("in/a.csv", "Hot"), tier("in/b.csv", "Archive")]);
    let answer = world.check(&["--input", "azureml://datastores/store/paths/in"]);
    assert_eq!(answer.requirements().last().map(String::as_str), Some("data/readable denied"));
    assert_eq!(answer.evidence("data/readable"), ["acct/data/in/b.csv"]);
    let file = world.check(&["--input", "azureml://datastores/store/paths/in/a.csv", "--input-type", "uri_file"]);
    assert_eq!(file.verdict(), "allowed");
}

fn gen1(entries: &str) -> World {
    let line = |path: &str| {
        json!({"kind": "path_access", "account": "old", "filesystem": "", "path": path, "is_directory": true,
        "owner": "$superuser", "group": "$superuser", "permissions": "rwxr-x---+", "acl": entries})
    };
    let account =
        resource(&format!("{}/providers/Microsoft.DataLakeStore/accounts/old", group_id()), json!({"properties": {"state": "Active"}}));
    World::closed().put_all([account, line("/"), line("/in")])
}

#[test]
fn gen1_is_judged_by_its_acls_until_it_was_retired() {
    const REFERENCE: &str = "adl://old.azuredatalakestore.net/in";
    let before = gen1(&open()).check(&["--input", REFERENCE, "--at", "2024-02-28T23:59:59Z"]);
    assert_eq!(before.verdict(), "allowed", "{before:#?}");
    assert_eq!(
        before.requirements(),
        [
            "input/recognised allowed",
            "input/supported allowed",
            "input/exists allowed",
            "input/type allowed",
            "compute/identity allowed",
            "access/mount allowed",
            "access/read allowed",
            "data/readable allowed"
        ]
    );
    assert_eq!(before.input()["rule"]["id"], "adls-gen1-url");
    assert_eq!(before.input()["rule"]["access_granted_by"], json!(["posix"]));
    assert_eq!(before.input()["resolved"]["container"], Value::Null);
    assert_eq!(before.input()["resolved"]["path"], "in");
    assert!(before.warning_ids().contains(&"store/retired"));
    let refused = gen1("user::rwx,group::---,other::---").check(&["--input", REFERENCE, "--at", "2024-02-28T23:59:59Z"]);
    assert_eq!(refused.verdict_of("access/mount"), "denied");
    let after = gen1(&open()).check(&["--input", REFERENCE, "--at", "2024-02-29T00:00:00Z"]);
    assert_eq!(after.requirements(), ["input/recognised allowed", "input/supported denied"]);
    assert_eq!(after.input()["rule"]["id"], "adls-gen1-url");
    let mut without = gen1(&open());
    without.lines.retain(|line| !identity(line).1.ends_with("accounts/old"));
    let unknown = without.check(&["--input", REFERENCE, "--at", "2024-02-28T00:00:00Z"]);
    assert_eq!(unknown.verdict_of("access/mount"), "undetermined", "an account the file does not hold");
}
