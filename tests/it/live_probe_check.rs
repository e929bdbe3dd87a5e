//! `check --probe`: the workspace is the fake's, the blobs are Azurite's, and what the datastore stores is tried for real.
#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking")]

use crate::fake::{Fake, Options, Ran, Service};
use crate::live_probe::{ACCOUNT, Azurite, EARLIER, KEY, LATER, container_sas, read_list};
use crate::live_world::{LiveWorld, WORKSPACE, datastore_id};
use azure_storage::prelude::BlobSasPermissions;
use serde_json::{Value, json};
use std::process::{Command, Stdio};

const WRONG: &str = "AAAAvdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
const FILE: &str = "azureml://datastores/data/paths/in/a b%25.csv";
const FOLDER: &str = "azureml://datastores/data/paths/in";

/// A datastore that stores this secret.
fn world(kind: &str, secret: &str) -> LiveWorld {
    let mut world = LiveWorld::new();
    world.account(ACCOUNT, false, "private").datastore("data", "AzureBlob", ACCOUNT, "private", kind);
    world.lines.push(json!({"kind": "stored_credential", "datastore": datastore_id("data"), "credentials_type": kind, "secret": secret}));
    world
}

fn check(azurite: &Azurite, fake: &Fake, input: &str, more: &[&str]) -> Ran {
    let file = fake.file("azurite.toml");
    let origin = |service| fake.origin(service);
    let cloud = format!(
        "resource_manager = '{}'\nmicrosoft_graph = '{}'\nactive_directory = 'https://login.invalid'\nblob_endpoint = 'http://127.0.0.1:{}/{{account}}'\n\
         dfs_endpoint = '{}/{{account}}'\n",
        origin(Service::Arm),
        origin(Service::Graph),
        azurite.port,
        origin(Service::Dfs)
    );
    std::fs::write(&file, cloud).expect("a file");
    let kind = if input == FOLDER { "uri_folder" } else { "uri_file" };
    let mut command = Command::new(env!("CARGO_BIN_EXE_canread"));
    command
        .env_clear()
        .args(["check", "-n", "batch", "--input", input, "--input-type", kind, "-v", "-o", "json"])
        .args(WORKSPACE)
        .args(more);
    command.arg("--cloud").arg(&file);
    for (name, token) in [("ARM", &fake.tokens.arm), ("GRAPH", &fake.tokens.graph), ("STORAGE", &fake.tokens.storage)] {
        command.env(format!("CANREAD_ACCESS_TOKEN_{name}"), token.clone().unwrap_or_default());
    }
    command.env("RUST_LOG", "trace");
    let output = command.stdin(Stdio::null()).output().expect("the program");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    let started = std::time::Duration::ZERO;
    Ran { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr), took: started }
}

/// One requirement of the input.
fn requirement(ran: &Ran, id: &str) -> Value {
    let report = ran.json();
    let all = report.pointer("/inputs/0/requirements").and_then(Value::as_array).cloned().unwrap_or_default();
    all.into_iter().find(|one| one.get("id").and_then(Value::as_str) == Some(id)).unwrap_or(Value::Null)
}

fn listed_secrets(fake: &Fake) -> usize {
    fake.log().iter().filter(|request| request.target.to_ascii_lowercase().contains("/listsecrets")).count()
}

fn shows_no_secret(ran: &Ran, secret: &str) {
    let signature = secret.split('&').find_map(|part| part.strip_prefix("sig=")).unwrap_or(secret).to_owned();
    let plain = percent_encoding::percent_decode_str(&signature).decode_utf8_lossy().into_owned();
    for hidden in [signature, plain] {
        assert!(!ran.out.contains(&hidden) && !ran.err.contains(&hidden), "`{hidden}` in {}{}", ran.out, ran.err);
    }
}

#[test]
fn a_key_is_tried_only_where_a_probe_is_asked_for() {
    let Some(azurite) = Azurite::start() else { return };
    for input in [FILE, FOLDER] {
        let fake = Fake::start(&world("AccountKey", KEY).text(), Options::default());
        let without = check(&azurite, &fake, input, &[]);
        assert_eq!((without.code, listed_secrets(&fake)), (0, 0), "{}", without.err);
        assert!(without.out.contains("is the current one"), "{}", without.out);
        let with = check(&azurite, &fake, input, &["--probe"]);
        assert_eq!((with.code, listed_secrets(&fake)), (0, 1), "{}", with.err);
        assert!(with.err.contains("with the stored key: list ok, read ok"), "{}", with.err);
        // What was assumed is now seen: the proof cites the probe.
        let proof = requirement(&with, "credential/shared-key").to_string();
        assert!(
            proof.contains("\"kind\":\"probe\"") && proof.contains(&format!("https://{ACCOUNT}.blob.core.windows.net/private/in")),
            "{proof}"
        );
        assert!(!with.out.contains("key in /subscriptions") || !with.out.contains("is the current one"), "{}", with.out);
        shows_no_secret(&with, KEY);
    }
}

#[test]
fn a_sas_is_tried_and_its_code_is_in_the_report() {
    let Some(azurite) = Azurite::start() else { return };
    let write = BlobSasPermissions { write: true, ..BlobSasPermissions::default() };
    let good = container_sas("private", read_list(), LATER);
    let elsewhere = container_sas("open", read_list(), LATER);
    let expired = container_sas("private", read_list(), EARLIER);
    let cases = [
        (good.clone(), 0, "list ok, read ok"),
        // Says `sp=rl` of itself; only the service knows that it is signed for another container.
        (elsewhere, 0, "list AuthorizationFailure, read AuthorizationFailure"),
        (expired, 3, "list AuthorizationFailure, read AuthorizationFailure"),
        (container_sas("private", write, LATER), 3, "list AuthorizationPermissionMismatch, read AuthorizationPermissionMismatch"),
    ];
    for (sas, code, said) in cases {
        let fake = Fake::start(&world("Sas", &sas).text(), Options::default());
        let ran = check(&azurite, &fake, FILE, &["--probe"]);
        assert!(ran.err.contains(said), "{said}: {}", ran.err);
        assert_eq!((ran.code, listed_secrets(&fake)), (code, 1), "{said}: {}\n{}", ran.err, ran.out);
        if said.contains("Mismatch") || said.contains("ok") {
            let proof = requirement(&ran, "credential/sas").to_string();
            assert!(proof.contains("\"kind\":\"probe\""), "{said}: {proof}");
        }
        shows_no_secret(&ran, &sas);
    }
}

#[test]
fn a_wrong_key_a_secret_out_of_reach_and_a_public_container_are_said() {
    let Some(azurite) = Azurite::start() else { return };
    let fake = Fake::start(&world("AccountKey", WRONG).text(), Options::default());
    let wrong = check(&azurite, &fake, FILE, &["--probe"]);
    assert!(wrong.err.contains("with the stored key: list AuthorizationFailure, read AuthorizationFailure"), "{}", wrong.err);
    shows_no_secret(&wrong, WRONG);

    let mut refused = LiveWorld::new();
    refused.account(ACCOUNT, false, "private").datastore("data", "AzureBlob", ACCOUNT, "private", "AccountKey");
    let fake = Fake::start(&refused.text(), Options::default());
    let ran = check(&azurite, &fake, FILE, &["--probe"]);
    assert!(!ran.err.contains("probe of"), "{}", ran.err);
    assert_eq!(listed_secrets(&fake), 1);

    let fake = Fake::start(&LiveWorld::new().account(ACCOUNT, false, "open").text(), Options::default());
    let url = format!("https://{ACCOUNT}.blob.core.windows.net/open/in/a%20b%25.csv");
    let open = check(&azurite, &fake, &url, &["--probe"]);
    assert!(open.err.contains("without a credential: list ok, read ok"), "{}", open.err);
    assert_eq!(listed_secrets(&fake), 0);
}
