//! The program against the fake: the same verdict as offline, few waves, gaps instead of guesses, no secret anywhere.
#![expect(clippy::indexing_slicing, reason = "helpers of tests fail by panicking")]

use crate::fake::{Fake, Options, PLANTED_CLIENT_SECRET, PLANTED_SIGNATURE, Ran, Tokens, canread, planted_key};
use crate::live_world::{AT, LiveWorld, WORKSPACE};

/// A world, what is asked about it, and the verdict it was made for.
struct Case {
    name: &'static str,
    world: LiveWorld,
    input: &'static str,
    code: i32,
}

fn cases() -> Vec<Case> {
    let mut blob = LiveWorld::new();
    blob.account("blobdata", false, "raw").folder("blobdata", "raw").readers("blobdata", true);
    blob.datastore("data", "AzureBlob", "blobdata", "raw", "None").stored("data", "None", None);
    let mut closed = LiveWorld::new();
    closed.account("blobdata", false, "raw").folder("blobdata", "raw").readers("blobdata", false);
    let mut lake = LiveWorld::new();
    lake.account("lakedata", true, "files").folder("lakedata", "files").acls("lakedata", "files");
    let mut key = LiveWorld::new();
    key.account("blobdata", false, "raw").folder("blobdata", "raw");
    key.datastore("data", "AzureBlob", "blobdata", "raw", "AccountKey").stored("data", "AccountKey", None);
    let sas = |fields: &str| {
        let mut world = LiveWorld::new();
        world.account("blobdata", false, "raw").folder("blobdata", "raw");
        world.datastore("data", "AzureBlob", "blobdata", "raw", "Sas").stored("data", "Sas", Some(fields));
        world
    };
    let mut asset = blob.clone();
    asset.asset("set", "1", "azureml://datastores/gone/paths/in/").asset("set", "2", "azureml://datastores/data/paths/in/");
    let url = "https://blobdata.blob.core.windows.net/raw/in";
    let path = "azureml://datastores/data/paths/in";
    let case = |name, world: &LiveWorld, input, code| Case { name, world: world.clone(), input, code };
    vec![
        case("blob URL", &blob, url, 0),
        case("blob URL, invoker may not read", &closed, url, 3),
        case("Gen2 URL by ACL", &lake, "https://lakedata.dfs.core.windows.net/files/in", 0),
        case("datastore without credential", &blob, path, 0),
        case("datastore with key", &key, path, 0),
        case("datastore with SAS", &sas("sv=2022-11-02&sr=c&sp=rl&se=2027-01-01T00:00:00Z"), path, 0),
        case("datastore with expired SAS", &sas("sv=2022-11-02&sr=c&sp=rl&se=2026-01-01T00:00:00Z"), path, 3),
        case("newest version of an asset", &asset, "azureml:set@latest", 0),
    ]
}

fn live(fake: &Fake, tokens: &Tokens, input: &str, more: &[&str], environment: &[(&str, &str)]) -> Ran {
    let mut arguments = vec!["check", "-n", "batch", "--input", input, "--input-type", "uri_folder", "--at", AT, "-o", "json"];
    arguments.extend(WORKSPACE);
    arguments.extend(more);
    canread(fake, tokens, &arguments, environment)
}

fn offline(fake: &Fake, file: &std::path::Path, input: &str) -> Ran {
    let file = file.to_string_lossy().into_owned();
    let arguments = ["check", "-n", "batch", "--input", input, "--input-type", "uri_folder", "--at", AT, "-o", "json", "--snapshot", &file];
    canread(fake, &Tokens::default(), &arguments, &[])
}

/// Verdicts of the whole, and of each requirement.
fn verdicts(ran: &Ran) -> Vec<(String, String)> {
    let report = ran.json();
    let requirements = report["inputs"][0]["requirements"].as_array().cloned().unwrap_or_default();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let mut all = vec![("whole".to_owned(), text(&report["verdict"]))];
    all.extend(requirements.iter().map(|one| (text(&one["id"]), text(&one["verdict"]))));
    all
}

/// Requirements that are not allowed, in words.
fn denied(ran: &Ran) -> String {
    let report = ran.json();
    let requirements = report["inputs"][0]["requirements"].as_array().cloned().unwrap_or_default();
    let bad: Vec<String> = requirements.iter().filter(|one| one["verdict"] != "allowed").map(ToString::to_string).collect();
    bad.join("\n")
}

#[test]
fn live_says_what_the_state_says_offline() {
    for case in cases() {
        for (page_size, odd) in [(None, false), (Some(1), true)] {
            let what = format!("{}, pages of {page_size:?}, odd {odd}", case.name);
            let fake = Fake::start(&case.world.text(), Options { page_size, odd, ..Options::default() });
            let truth = fake.file("truth.jsonl");
            std::fs::write(&truth, case.world.text()).expect("a file");
            let expected = offline(&fake, &truth, case.input);
            assert_eq!(expected.code, case.code, "{what}, offline: {} {}", denied(&expected), expected.err);
            let said = live(&fake, &fake.tokens, case.input, &[], &[]);
            assert_eq!(verdicts(&said), verdicts(&expected), "{what}: {}\n{}", said.err, said.out);
            assert_eq!(said.code, case.code, "{what}: {}", said.err);
        }
    }
}

#[test]
fn a_collected_snapshot_gives_the_live_verdict() {
    for case in cases() {
        let fake = Fake::start(&case.world.text(), Options::default());
        let file = fake.file("collected.jsonl");
        let place = file.to_string_lossy().into_owned();
        let mut arguments =
            vec!["snapshot", "--only", "-n", "batch", "--input", case.input, "--input-type", "uri_folder", "--output-file", &place];
        arguments.extend(WORKSPACE);
        let made = canread(&fake, &fake.tokens, &arguments, &[]);
        assert_eq!(made.code, 0, "{}: {}", case.name, made.err);
        let said = live(&fake, &fake.tokens, case.input, &[], &[]);
        let again = offline(&fake, &file, case.input);
        assert_eq!((again.code, verdicts(&again)), (said.code, verdicts(&said)), "{}: {}", case.name, again.err);
        let text = std::fs::read_to_string(&file).expect("the snapshot");
        for secret in [planted_key().as_str(), PLANTED_SIGNATURE, PLANTED_CLIENT_SECRET, "canary-token"] {
            assert!(!text.contains(secret), "{}: the snapshot holds `{secret}`", case.name);
        }
    }
}

#[test]
fn a_missing_token_is_a_gap_and_none_at_all_a_failure() {
    let cases = cases();
    let case = cases.iter().find(|case| case.name == "Gen2 URL by ACL").expect("a case");
    let fake = Fake::start(&case.world.text(), Options::default());
    let without_storage = Tokens { storage: None, ..fake.tokens.clone() };
    assert_eq!(live(&fake, &without_storage, case.input, &[], &[]).code, 4);
    let wrong =
        Tokens { arm: Some("canary-wrong".to_owned()), graph: Some("canary-wrong".to_owned()), storage: Some("canary-wrong".to_owned()) };
    let ran = live(&fake, &wrong, case.input, &[], &[]);
    assert_eq!(ran.code, 1, "{} {}", ran.out, ran.err);
    assert!(!ran.err.contains("canary"), "{}", ran.err);
}
