//! Outputs, local paths and what the batch runtime needs, by whole commands.

use super::credentials_whole::Deviations;
use super::world2::*;
use serde_json::{Value, json};

fn writing() -> World {
    let mut world = World::new();
    world.assign("cluster writes", WRITER, CLUSTER, &format!("{}/blobServices/default/containers/c", account_id("acct")));
    world
}

#[test]
fn an_output_has_one_requirement() {
    let mut d = Deviations::default();
    let plain = "azureml://datastores/plain/paths/out/";
    let answer = writing().output(plain);
    d.check("the compute writes", &answer, 0, &["output/writable=allowed"]);
    let outputs = answer.json["outputs"][0]["requirements"].as_array().map(Vec::len);
    d.that("one requirement", outputs == Some(1), outputs);
    d.cites("the compute writes", &answer, "output/writable", "roleAssignments");
    let answer = World::new().output(plain);
    d.check("reading is not enough", &answer, 3, &["output/writable=denied"]);
    let mut invoker = World::new();
    invoker.assign("ana writes", WRITER, ANA, &account_id("acct"));
    d.check("the invoker's right is not enough", &invoker.output(plain), 3, &["output/writable=denied"]);
    let mut none = writing();
    none.set("compute", "/body/identity", Value::Null);
    d.check("no identity", &none.output(plain), 3, &["output/writable=denied"]);
    d.check("stored key", &World::new().output("azureml://datastores/keyed/paths/out/"), 0, &["output/writable=allowed"]);
    let mut off = writing();
    off.set("acct", "/body/properties/allowSharedKeyAccess", json!(false));
    d.check("stored key, keys off", &off.output("azureml://datastores/keyed/paths/out/"), 3, &["output/writable=denied"]);
    let sas = |sp: &str| {
        let mut world = World::new();
        world.sas("signed", &format!("sv=2022-11-02&sr=c&sp={sp}&se=2026-12-24T00:00:00Z"));
        world.output("azureml://datastores/signed/paths/out/")
    };
    d.check("SAS that reads", &sas("rl"), 3, &["output/writable=denied"]);
    d.check("SAS that writes", &sas("rwl"), 0, &["output/writable=allowed"]);
    let created = sas("rcl");
    d.that("SAS that creates", created.code != 0, created.ids());
    d.check("Gen2", &writing().output("azureml://datastores/gen2/paths/out/"), 3, &["output/writable=denied"]);
    for url in [
        "https://acct.blob.core.windows.net/c/out/",
        "https://lake.dfs.core.windows.net/fs/out/",
        "abfss://fs@lake.dfs.core.windows.net/out",
    ] {
        d.check(url, &writing().output(url), 3, &["output/writable=denied"]);
    }
    d.check("unknown datastore", &writing().output("azureml://datastores/nowhere/paths/out/"), 3, &["output/writable=denied"]);
    let mut open = World::open();
    open.assign("cluster writes", WRITER, CLUSTER, &account_id("acct"));
    let answer = open.output("azureml://datastores/nowhere/paths/out/");
    d.check("datastore not known", &answer, 4, &["output/writable=undetermined"]);
    let mut shut = writing();
    shut.set("acct", "/body/properties/networkAcls", json!({"defaultAction":"Deny"}));
    d.check("the network is shut", &shut.output(plain), 3, &["output/writable=denied"]);
    let mut other = writing();
    other.add(
        json!({"kind":"subscription","subscription_id":SUBSCRIPTION,"state":"Enabled","tenant_id":OTHER_TENANT,"management_groups":[]}),
    );
    d.check("another tenant", &other.output(plain), 3, &["output/writable=denied"]);
    let mut retrieve = World::new();
    retrieve.drop("ana invokes");
    d.check("secrets cannot be fetched", &retrieve.output("azureml://datastores/keyed/paths/out/"), 3, &["output/writable=denied"]);
    let mut far = writing();
    far.datastore(
        "far",
        json!({"datastoreType":"AzureBlob","accountName":"elsewhere","containerName":"c","credentials":{"credentialsType":"None"}}),
    );
    d.check("unknown account", &far.output("azureml://datastores/far/paths/out/"), 4, &["output/writable=undetermined"]);
    d.none();
}

#[test]
fn several_identities_write_if_all_may() {
    let mut d = Deviations::default();
    let second = "c0000000-0000-0000-0000-000000000002";
    let identity = |name: &str| format!("{}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}", group());
    let mut world = writing();
    world.set("compute", "/body/identity", json!({"type":"UserAssigned","userAssignedIdentities":{identity("one"):{"principalId":CLUSTER,"clientId":"c1"},identity("two"):{"principalId":second,"clientId":"c2"}}}));
    let plain = "azureml://datastores/plain/paths/out/";
    d.check("one may", &world.output(plain), 4, &["output/writable=undetermined"]);
    d.check("one may read", &world.input(plain), 4, &["access/mount=undetermined", "compute/identity=allowed", "access/read=allowed"]);
    d.that("principal is null", world.input(plain).requirement("access/mount")["principal"].is_null(), 0);
    world.assign("second writes", WRITER, second, &account_id("acct"));
    d.check("both may", &world.output(plain), 0, &["output/writable=allowed"]);
    world.drop("second writes").drop("cluster writes");
    d.check("none may", &world.output(plain), 3, &["output/writable=denied"]);
    d.none();
}

#[test]
fn the_implicit_output_only_warns() {
    let mut d = Deviations::default();
    let input = "azureml://datastores/keyed/paths/a/";
    let answer = World::new().input(input);
    d.that(
        "cannot be written",
        answer.code == 0 && answer.warning("runtime/batch").contains("default datastore `plain`"),
        (answer.code, &answer.err),
    );
    let answer = writing().input(input);
    d.that("can be written", !answer.warning("runtime/batch").contains("results go to"), &answer.err);
    let answer = World::new().check(&["--input", input, "--output-path", "azureml://datastores/keyed/paths/out/"]);
    d.that("named, so not judged", !answer.warning("runtime/batch").contains("results go to"), &answer.err);
    d.check("named", &answer, 0, &["output/writable=allowed"]);
    // Results need the container of the default datastore, though nobody names it.
    let mut gone = writing();
    gone.set("acct container", "/body/properties/deleted", json!(true));
    let answer = gone.input("azureml://datastores/gen2/paths/a/");
    d.that("container gone", answer.warning("runtime/batch").contains("results go to"), &answer.err);
    d.none();
}

#[test]
fn local_paths_are_uploaded_by_the_invoker() {
    let mut d = Deviations::default();
    let world = World::new();
    let answer = world.input("./data/");
    d.check("by identity, no write role", &answer, 3, &["input/upload=denied", "access/mount=allowed"]);
    let mut writes = World::new();
    writes.assign("ana writes", WRITER, ANA, &account_id("acct"));
    let answer = writes.input("./data/");
    d.check("by identity", &answer, 0, &["input/upload=allowed", "access/mount=allowed", "access/read=allowed"]);
    let mut keyed = World::new();
    keyed.set("store plain", "/body/properties/isDefault", json!(false)).set("store keyed", "/body/properties/isDefault", json!(true));
    d.check("with the stored key", &keyed.input("./data/"), 0, &["input/upload=allowed", "credential/shared-key=allowed"]);
    keyed.set("acct", "/body/properties/allowSharedKeyAccess", json!(false));
    d.check("with a key that is refused", &keyed.input("./data/"), 3, &["input/upload=denied"]);
    let mut open = World::open();
    open.drop("store plain");
    let answer = open.input("./data/");
    d.that("no default known", answer.code == 4, answer.ids());
    d.none();
}

#[test]
fn the_runtime_and_the_auth_mode_only_warn() {
    let mut d = Deviations::default();
    let input = "azureml://datastores/plain/paths/a/";
    let mut world = writing();
    world.set("acct", "/body/properties/allowSharedKeyAccess", json!(false));
    let answer = world.input(input);
    d.check("keys off", &answer, 0, &["access/mount=allowed"]);
    d.that(
        "says tables and queues",
        answer.warning("runtime/batch").contains("Table") && answer.warning("runtime/batch").contains("Queue"),
        &answer.err,
    );
    world.set("workspace", "/body/properties/systemDatastoresAuthMode", json!("accesskey"));
    let answer = world.input(input);
    d.that("mode", answer.code == 0 && answer.warnings().contains(&"workspace/auth-mode"), (answer.code, answer.warnings()));
    world.set("workspace", "/body/properties/systemDatastoresAuthMode", json!("Identity"));
    let answer = world.input(input);
    d.that("mode agrees", !answer.warnings().contains(&"workspace/auth-mode"), answer.warnings());
    d.none();
}

#[test]
fn disputed_warn_takes_the_invoker_out_of_the_verdict() {
    let mut d = Deviations::default();
    let mut world = World::new();
    world.assign("cluster lake", READER, CLUSTER, &account_id("lake"));
    let folder = "azureml://datastores/gen2/paths/a/";
    d.check("deny", &world.input(folder), 4, &["access/mount=allowed", "access/read=undetermined", "data/readable=undetermined"]);
    let answer = world.check(&["--input", folder, "--disputed", "warn"]);
    d.check("warn", &answer, 0, &["access/mount=allowed", "access/read=undetermined", "data/readable=allowed"]);
    d.that("warned", answer.warnings().contains(&"access/read"), answer.warnings());
    d.that("counts is false", answer.requirement("access/read")["counts"] == json!(false), answer.requirement("access/read").clone());
    let acl = format!("user::rwx,user:{ANA}:r-x,group::r-x,mask::r-x,other::---");
    world.acl("/", true, &acl).acl("/a", true, &acl).acl("/a/x.csv", false, "user::rw-,group::r--,mask::r--,other::---");
    d.check("a file closed to the invoker", &world.input(folder), 3, &["access/read=allowed", "data/readable=denied"]);
    let answer = world.check(&["--input", folder, "--disputed", "warn"]);
    d.check("warn about it", &answer, 0, &["access/read=allowed", "data/readable=allowed"]);
    d.that("warned about it", answer.warning("access/read").contains("closed"), &answer.err);
    d.none();
}
