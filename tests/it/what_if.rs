//! The same question in a changed world: grants, ACL entries, absent records, and files of az that are not deployed yet.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "helpers of tests fail by panicking")]

use crate::scenario::*;
use canread::cli::asset_file::{AssetFile, AssetKind, parse_asset_file};
use serde_json::{Value, json};
use std::path::PathBuf;

const INPUT: [&str; 2] = ["--input", "azureml://datastores/store/paths/in"];

fn ask(world: &World, more: &[&str]) -> Answer {
    world.check(&[&INPUT[..], more].concat())
}

/// `principal operation target` of what somebody gains or loses.
fn changes(answer: &Answer, key: &str) -> Vec<String> {
    let all = answer.report["what_if"][key].as_array().expect("a list");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    all.iter().map(|one| format!("{} {} {}", text(&one["principal"]["object_id"]), text(&one["operation"]), text(&one["target"]))).collect()
}

fn unreadable() -> World {
    World::closed().without("mi-data").without("mi-out")
}

#[test]
fn a_grant_is_made_in_a_copy_and_its_effect_is_shown() {
    let world = unreadable();
    assert_eq!(ask(&world, &[]).verdict(), "denied");
    assert!(ask(&world, &[]).report["what_if"].is_null(), "the key is there and null where nothing is assumed");
    let granted = ask(&world, &["--grant", &format!("{CLUSTER}=storage blob data reader@acct/data")]);
    assert_eq!(granted.verdict(), "allowed");
    assert_eq!(granted.report["what_if"]["verdict_before"], "denied");
    assert_eq!(changes(&granted, "gained"), [format!("{CLUSTER} list acct/data"), format!("{CLUSTER} read acct/data")]);
    assert!(changes(&granted, "lost").is_empty());
    assert!(granted.evidence("access/mount").iter().any(|id| id.starts_with(&container_id("acct", "data"))));
}

#[test]
fn a_grant_to_a_group_names_everybody_who_gains() {
    let world = unreadable()
        .put(json!({"kind": "membership", "member": CLUSTER, "transitive_groups": [GROUP]}))
        .put(json!({"kind": "membership", "member": BEN, "transitive_groups": [GROUP]}))
        .put(person(BEN, "Ben"));
    let granted = ask(&world, &["--grant", &format!("{GROUP}={BLOB_READER}@{}", account_id("acct"))]);
    assert_eq!(granted.verdict(), "allowed");
    let gained = changes(&granted, "gained");
    for who in [BEN, CLUSTER, GROUP] {
        assert!(gained.contains(&format!("{who} read acct/data")), "{who}: {gained:?}");
    }
}

#[test]
fn a_record_taken_away_closes_what_it_opened() {
    let world = World::closed().without("mi-out");
    let id = grant_id("mi-data", &container_id("acct", "data"));
    let without = ask(&world, &["--without", &id]);
    assert_eq!((without.verdict(), without.verdict_of("access/mount")), ("denied", "denied"));
    assert_eq!(changes(&without, "lost"), [format!("{CLUSTER} list acct/data"), format!("{CLUSTER} read acct/data")]);
    let unknown = ask(&world, &["--without", "/subscriptions/x"]);
    assert_eq!(unknown.code, 1);
    assert!(unknown.errors.contains("no role or deny assignment"), "{}", unknown.errors);
}

#[test]
fn without_its_pim_instance_a_grant_is_gone_and_not_for_ever() {
    let scope = container_id("acct", "data");
    let origin = grant_id("mi-data", &scope);
    let id = format!("{scope}/providers/Microsoft.Authorization/roleAssignmentScheduleInstances/active");
    let instance = json!({"kind": "role_assignment_schedule_instance", "body": {"id": id, "properties": {
        "originRoleAssignmentId": origin, "principalId": CLUSTER, "scope": scope,
        "roleDefinitionId": format!("/providers/Microsoft.Authorization/roleDefinitions/{BLOB_READER}"),
        "startDateTime": "2026-01-01T00:00:00Z", "endDateTime": "2026-01-02T00:00:00Z"}}});
    let world = World::closed().without("mi-out").put(instance);
    let ended = ask(&world, &["--at", "2026-06-01T00:00:00Z"]);
    assert_eq!(ended.verdict_of("access/mount"), "denied", "{:?}", ended.report);
    let without = ask(&world, &["--at", "2026-06-01T00:00:00Z", "--without", &id]);
    assert_eq!(without.verdict_of("access/mount"), "denied");
    assert!(!without.evidence("access/mount").contains(&origin), "{:?}", without.evidence("access/mount"));
}

#[test]
fn an_acl_entry_is_written_with_the_mask_it_needs() {
    let world = World::closed().put_all([
        acl("/", true, &format!("user::rwx,user:{ANA}:--x,user:{CLUSTER}:--x,group::---,mask::--x,other::---")),
        acl("in", true, &format!("user::rwx,user:{ANA}:r-x,group::r-x,mask::r-x,other::---")),
        json!({"kind": "coverage", "what": "path_access", "scope": "lake/fs/in", "below": true}),
    ]);
    let input = ["--input", "abfss://fs@lake.dfs.core.windows.net/in"];
    assert_eq!(world.check(&input).verdict_of("access/mount"), "denied");
    let entry = format!("lake/fs/in=user:{CLUSTER}:r-x");
    let written = world.check(&[&input[..], &["--acl", &entry]].concat());
    assert_eq!(written.verdict_of("access/mount"), "allowed", "{:?}", written.evidence("access/mount"));
    let url = format!("abfss://fs@lake.dfs.core.windows.net/in=user:{CLUSTER}:r-x");
    assert_eq!(world.check(&[&input[..], &["--acl", &url]].concat()).verdict_of("access/mount"), "allowed");
    let nowhere = world.check(&[&input[..], &["--acl", &format!("lake/fs/other=user:{CLUSTER}:r-x")]].concat());
    assert_eq!(nowhere.code, 1);
    assert!(nowhere.errors.contains("holds no ACL of `lake/fs/other`"), "{}", nowhere.errors);
}

#[test]
fn options_that_cannot_be_used_say_how_to_write_them() {
    let world = World::closed();
    let cases = [
        (["--grant", "ana"], 2, "PRINCIPAL=ROLE@SCOPE"),
        (["--acl", "lake/fs/in=nonsense"], 2, "user:OBJECT_ID:r-x"),
        (["--grant", "ana@contoso.com=No Such Role@acct"], 1, "no role `No Such Role`"),
        (["--grant", "ana@contoso.com=Reader@nowhere"], 1, "names no account of the snapshot; it holds: acct, lake"),
        (["--grant", "nobody=Reader@acct"], 1, "no principal `nobody`"),
    ];
    for (arguments, code, says) in cases {
        let answer = ask(&world, &arguments);
        assert_eq!(answer.code, code, "{arguments:?}: {}", answer.errors);
        assert!(answer.errors.contains(says), "{arguments:?}: {}", answer.errors);
    }
}

/// A file of this text, kept until the end of the test.
fn file(name: &str, text: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("canread-what-if-{}-{name}.yml", std::process::id()));
    std::fs::write(&path, text).expect("a temporary file can be written");
    path
}

#[test]
fn a_compute_a_deployment_a_datastore_and_data_are_judged_before_they_are_there() {
    let world = World::closed();
    let plain = file("plain", "name: cpu\ntype: amlcompute\n");
    let bare = ask(&world, &["--compute-file", &plain.to_string_lossy()]);
    assert_eq!((bare.verdict(), bare.verdict_of("compute/identity")), ("denied", "denied"));
    let system = file("system", "name: cpu\ntype: amlcompute\nidentity:\n  type: system_assigned\n");
    assert_eq!(ask(&world, &["--compute-file", &system.to_string_lossy()]).verdict(), "allowed", "the identity that is there is kept");
    let fresh = file("fresh", "name: other\ntype: amlcompute\nidentity:\n  type: system_assigned\n");
    let deployment = file("deployment", "name: new\nendpoint_name: ep\ncompute: azureml:other\n");
    let new = ask(&world, &["-d", "new", "--compute-file", &fresh.to_string_lossy(), "--deployment-file", &deployment.to_string_lossy()]);
    assert_eq!((new.verdict(), new.verdict_of("access/mount")), ("denied", "denied"), "nobody granted the new identity anything");
    assert!(new.report["fixes"][0]["az"][0].as_str().is_some_and(|line| line.contains("$(az ml compute show --name other")), "{new:?}");
    let store = file("store", "name: fresh\ntype: azure_blob\naccount_name: acct\ncontainer_name: data\n");
    let data = file("data", "name: rows\ntype: uri_folder\npath: azureml://datastores/fresh/paths/in\n");
    let arguments =
        ["--input", "azureml:rows@latest", "--datastore-file", &store.to_string_lossy(), "--data-file", &data.to_string_lossy()];
    let judged = world.check(&arguments);
    assert_eq!(judged.verdict(), "allowed");
    assert_eq!(judged.input()["resolved"]["data_asset"], ml("data/rows/versions/1"));
    for path in [plain, system, fresh, deployment, store, data] {
        let _ = std::fs::remove_file(path);
    }
}

#[test]
fn a_secret_in_a_file_is_never_shown() {
    let world = World::closed();
    let secret = "c2VjcmV0LXNlY3JldC1zZWNyZXQ";
    let store = file(
        "secret",
        &format!(
            "name: store\ntype: azure_blob\naccount_name: acct\ncontainer_name: data\ncredentials:\n  sas_token: ?sv=2022-11-02&sr=c&sp=r&se=2027-01-01T00:00:00Z&sig={secret}%3D\n"
        ),
    );
    let key = file(
        "key",
        &format!("name: store\ntype: azure_blob\naccount_name: acct\ncontainer_name: data\ncredentials:\n  account_key: {secret}\n"),
    );
    let broken = file("broken", &format!("name: store\ntype: azure_blob\ncredentials: {secret}\n  sas_token: {secret}\n"));
    for path in [&store, &key, &broken] {
        for output in ["json", "table"] {
            let answer = ask(&world, &["--datastore-file", &path.to_string_lossy(), "-o", output, "-v"]);
            let text = format!("{}{}", answer.report, answer.errors);
            assert!(!text.contains(secret), "{}", path.display());
        }
    }
    let judged = ask(&world, &["--datastore-file", &store.to_string_lossy()]);
    assert_eq!(judged.verdict_of("credential/sas"), "denied", "it cannot list");
    for path in [store, key, broken] {
        let _ = std::fs::remove_file(path);
    }
}

/// Reads every file of a folder of the corpus, and what is below it, that ends so.
fn corpus_files(folder: &str, pick: impl Fn(&str) -> bool) -> Vec<(String, String)> {
    let Some(root) = crate::corpus_folder() else { return Vec::new() };
    let mut found = Vec::new();
    let mut folders = vec![root.join("azureml-examples/cli").join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder of the corpus") {
            let path = entry.expect("an entry").path();
            let name = path.to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if name.ends_with(".yml") && pick(&name) {
                found.push((name, std::fs::read_to_string(&path).expect("text")));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn every_example_of_microsoft_is_accepted() {
    let last = |name: &str| name.rsplit('/').next().unwrap_or_default().to_owned();
    let cases = [
        (AssetKind::Datastore, "resources/datastore", 9),
        (AssetKind::Compute, "resources/compute", 10),
        (AssetKind::Data, "assets/data", 15),
        (AssetKind::Deployment, "endpoints/batch", 9),
    ];
    for (kind, folder, least) in cases {
        let files = corpus_files(folder, |name| match kind {
            AssetKind::Deployment => last(name).starts_with("deployment"),
            // Schedules of imports are no data assets.
            AssetKind::Data => !name.contains("schedule"),
            AssetKind::Datastore | AssetKind::Compute => true,
        });
        if files.is_empty() && crate::corpus_folder().is_none() {
            return;
        }
        let read: Vec<AssetFile> = files.iter().map(|(name, text)| parse_asset_file(kind, name, text).expect("accepted")).collect();
        assert!(read.len() >= least, "{kind:?}: {}", read.len());
        let of = |field: &str| read.iter().filter(|asset| !asset.body.pointer(field).unwrap_or(&Value::Null).is_null()).count();
        let used = match kind {
            AssetKind::Datastore => of("/properties/datastoreType"),
            AssetKind::Compute => of("/properties/computeType"),
            AssetKind::Data => of("/properties/dataType"),
            AssetKind::Deployment => of("/properties/compute"),
        };
        assert_eq!(used, read.len(), "{kind:?}: each says what decides");
    }
}
