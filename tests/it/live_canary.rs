//! The canary law: secrets are planted wherever Azure, a user or an environment could put one, and no output shows any:
//! neither results nor messages at any verbosity, no file, no log, no panic.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "helpers of tests fail by panicking")]
#![expect(clippy::disallowed_methods, reason = "tests read files")]

use crate::fake::{Fake, Fault, Memory, Options, Ran, Service, Spoil, canread};
use crate::live_ask::Ask;
use crate::live_bridge::journal_of;
use crate::live_world::{AT, LiveWorld, WORKSPACE};
use serde_json::json;
use std::path::Path;
use std::time::Duration;

/// Every planted text holds this word, but for the account key, which is base64 of such a text.
const CANARY: &str = "canary";

/// A world with a secret in every place that a body has for one, and in some that it has not.
fn world(credentials: &str) -> LiveWorld {
    let mut world = LiveWorld::new();
    let sas = (credentials == "Sas").then_some("sv=2022-11-02&sr=c&sp=rl&se=2027-01-01T00:00:00Z");
    world.account("blobdata", false, "raw").folder("blobdata", "raw").readers("blobdata", true);
    world.datastore("data", "AzureBlob", "blobdata", "raw", credentials).stored("data", credentials, sas);
    let connection = "DefaultEndpointsProtocol=https;AccountName=x;AccountKey=canaryConnection0000==;EndpointSuffix=core.windows.net";
    let link = "https://blobdata.blob.core.windows.net/raw/in?sv=2022-11-02&sp=rl&sig=canaryLink0000%3D";
    world.asset("set", "1", link);
    world.change("/deployments/blue", |body| {
        body["properties"]["environmentVariables"] = json!({"ID": "canary-variable-0000", "STORE": connection, "N": 7});
        body["properties"]["description"] = json!(format!("see {link}"));
    });
    world.change("/computes/cpu", |body| {
        body["properties"]["properties"]["userAccountCredentials"] =
            json!({"adminUserName": "a", "adminUserPassword": "canary-password-0000"});
    });
    world.change("/workspaces/ws", |body| {
        body["tags"] = json!({"link": link, "store": connection});
        body["properties"]["notebookInfo"] = json!({"secrets": {"key": "canary-secrets-0000"}, "secretText": "canary-text-0000"});
    });
    world.change("/datastores/data", |body| {
        body["properties"]["credentials"]["clientId"] = json!("5d0c3b1e-0000-4000-8000-0000000000d1");
        body["properties"]["credentials"]["secrets"] = json!({"key": "canary-stored-0000", "sasToken": "sv=1&sig=canaryStored0000"});
    });
    world.lines.push(json!({"kind": "directory_object", "body": {"@odata.type": "#microsoft.graph.application", "id": "5d0c3b1e-0000-4000-8000-0000000000d2",
        "appId": "5d0c3b1e-0000-4000-8000-0000000000d1", "displayName": "loader",
        "passwordCredentials": [{"keyId": "k", "hint": "can", "secretText": "canary-app-0000", "endDateTime": "2027-01-01T00:00:00Z"}]}}));
    world
}

fn shows_secret(text: &str) -> Option<String> {
    let key = crate::fake::planted_key();
    let line = text.lines().find(|line| line.to_ascii_lowercase().contains(CANARY) || line.contains(&key));
    line.map(|line| line.chars().take(300).collect())
}

/// What a run printed, and every file it left.
fn assert_silent(what: &str, fake: &Fake, ran: &Ran) {
    assert_eq!(shows_secret(&ran.out), None, "{what}, standard output");
    assert_eq!(shows_secret(&ran.err), None, "{what}, standard error");
    let mut folders = vec![fake.file("")];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            assert_eq!(shows_secret(&plain(&path)), None, "{what}, {}", path.display());
        }
    }
}

fn plain(path: &Path) -> String {
    let bytes = std::fs::read(path).expect("a file of the test");
    let bytes = zstd::decode_all(bytes.as_slice()).unwrap_or(bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Secrets of the environment; none of them may show either.
const ENVIRONMENT: [(&str, &str); 6] = [
    ("RUST_LOG", "trace"),
    ("RUST_BACKTRACE", "full"),
    ("AZURE_CLIENT_SECRET", "canary-environment-0000"),
    ("AZURE_CLIENT_CERTIFICATE_PASSWORD", "canary-certificate-0000"),
    ("AZURE_STORAGE_KEY", "canary-storage-0000"),
    ("AZURE_STORAGE_CONNECTION_STRING", "AccountKey=canaryVariable0000=="),
];

/// The ways to ask, each of which prints something else.
fn runs(file: &str) -> Vec<Vec<String>> {
    let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let url = "https://blobdata.blob.core.windows.net/raw/in?sv=2022-11-02&sp=rl&sig=canaryInput0000%3D";
    let mut all = Vec::new();
    for input in ["azureml://datastores/data/paths/in", "azureml:set:1", url] {
        for rest in ["-o json", "-o json -v --debug", "-o table -v --verbose", "-o json --probe --debug"] {
            all.push(words(&format!("check -n batch --input {input} --at {AT} {rest}")));
        }
    }
    all.push(words(&format!("snapshot --output-file {file}")));
    all.push(words(&format!("snapshot --output-file {file}.zst --only -n batch --input {url}")));
    // Mistakes: what is refused must not be repeated with its secret.
    all.push(words(&format!("check -n batch --input {url} --input-type {url} --at {AT}")));
    all.push(words(&format!("check -n {url} --input azureml:canary --as {url} --at {AT} -o json")));
    all
}

#[test]
fn no_secret_shows_in_any_output_or_file() {
    for credentials in ["AccountKey", "Sas", "ServicePrincipal"] {
        let fake = Fake::start(&world(credentials).text(), Options::default());
        let file = fake.file("state.jsonl").display().to_string();
        for mut arguments in runs(&file) {
            let what = format!("{credentials}: {}", arguments.join(" "));
            // A name that a person gives may be repeated: only what is secret may not.
            arguments.iter_mut().filter(|word| *word == "azureml:canary").for_each(|word| *word = "azureml:other:1".to_owned());
            arguments.extend(WORKSPACE.map(str::to_owned));
            let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let ran = canread(&fake, &fake.tokens, &words, &ENVIRONMENT);
            assert!((0..=4).contains(&ran.code), "{what}: {} {}", ran.code, ran.err);
            assert_silent(&what, &fake, &ran);
        }
    }
}

#[test]
fn no_secret_shows_where_something_fails() {
    let echo = "{\"error\":{\"code\":\"Refused\",\"message\":\"https://a.blob.core.windows.net/c?sp=r&sig=canaryEcho0000 AccountKey=canaryEcho0000==;\"}}";
    let spoils = [
        Spoil::Status(401, "AuthenticationFailed"),
        Spoil::Echo(403, echo),
        Spoil::Echo(400, echo),
        Spoil::Echo(200, echo),
        Spoil::Reset,
        Spoil::Truncated,
        Spoil::Html,
        Spoil::Redirect,
    ];
    for spoil in spoils {
        for (part, service) in [("", None), ("/datastores/", Some(Service::Arm)), ("/listsecrets", None), ("", Some(Service::Blob))] {
            let what = format!("{spoil:?} at {part} of {service:?}");
            let faults = vec![Fault::always(service, part, spoil.clone())];
            let fake = Fake::start(&world("Sas").text(), Options { faults, ..Options::default() });
            let mut words = vec![
                "check",
                "-n",
                "batch",
                "--input",
                "azureml://datastores/data/paths/in",
                "--at",
                AT,
                "--timeout",
                "5s",
                "--debug",
                "-v",
            ];
            words.extend(WORKSPACE);
            let ran = canread(&fake, &fake.tokens, &words, &ENVIRONMENT);
            assert!([0, 1, 3, 4].contains(&ran.code), "{what}: {} {}", ran.code, ran.err);
            assert_silent(&what, &fake, &ran);
        }
    }
}

#[test]
fn no_secret_is_logged_or_formatted_within_the_process() {
    let memory = Memory::new(&world("Sas").text(), Options { page_size: Some(1), ..Options::default() });
    let ask = Ask::folder("azureml://datastores/data/paths/in");
    let logged = journal_of(|| {
        let collection = memory.collect(&ask.plan(), Duration::from_secs(60));
        assert_eq!(shows_secret(&collection.file), None);
        assert_eq!(shows_secret(&format!("{:?}", collection.gaps)), None);
        let transport = memory.transport(Duration::from_secs(1));
        // Not this module's own name, which holds the word.
        tracing::info!(target: "shown", "{transport:?} {:?} {:?}", transport.tokens(), transport.endpoints());
    });
    assert!(logged.contains("Transport"), "nothing was logged: {logged}");
    assert_eq!(shows_secret(&logged), None);
}

#[test]
fn no_secret_is_in_the_message_of_a_panic() {
    let said = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let (heard, me) = (std::sync::Arc::clone(&said), std::thread::current().id());
    let before = std::sync::Arc::new(std::panic::take_hook());
    let others = std::sync::Arc::clone(&before);
    std::panic::set_hook(Box::new(move |info| {
        if std::thread::current().id() == me {
            heard.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(info.to_string());
        } else {
            others(info);
        }
    }));
    let memory = Memory::new(&world("Sas").text(), Options::default());
    let broken = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| memory.break_off()));
    std::panic::set_hook(Box::new(move |info| before(info)));
    assert!(broken.is_err());
    let said = said.lock().unwrap_or_else(std::sync::PoisonError::into_inner).join("\n");
    assert!(said.contains("Call"), "{said}");
    assert_eq!(shows_secret(&said), None);
}
