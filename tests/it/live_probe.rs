//! The probe against Azurite: keys, SAS, anonymous reads; exact error codes, up to the report.
#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests fail by panicking")]

use crate::live_bridge::journal_of;
use crate::live_carrier::{carrier_with, wait};
use crate::live_world::{AT, LiveWorld, datastore_id};
use azure_core_legacy::auth::Secret;
use azure_storage::prelude::{AccountSasPermissions, AccountSasResource, AccountSasResourceType, BlobSasPermissions};
use azure_storage::shared_access_signature::service_sas::{BlobSharedAccessSignature, BlobSignedResource};
use azure_storage::shared_access_signature::{SasToken, account_sas::AccountSharedAccessSignature};
use canread::collect::{Attach, Carrier, Incoming, Outgoing, ProbeSecret, ProbeTarget, Tried, Trouble, probe};
use futures::future::BoxFuture;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use time::OffsetDateTime;
use time::macros::datetime;
use zeroize::Zeroizing;

/// The account that every Azurite has; its key is in Microsoft's documentation and protects nothing.
pub(crate) const ACCOUNT: &str = azure_storage::clients::EMULATOR_ACCOUNT;
pub(crate) const KEY: &str = azure_storage::clients::EMULATOR_ACCOUNT_KEY;
pub(crate) const LATER: OffsetDateTime = datetime!(2099-01-01 0:00 UTC);
pub(crate) const EARLIER: OffsetDateTime = datetime!(2020-01-01 0:00 UTC);

pub(crate) struct Azurite {
    child: Child,
    pub(crate) port: u16,
    folder: PathBuf,
}

impl Drop for Azurite {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Azurite {
    /// None, and one line that says so, where it is not installed.
    pub(crate) fn start() -> Option<Self> {
        let main = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/node/node_modules/azurite/dist/src/blob/main.js");
        if !main.is_file() {
            crate::skipped("the probe against Azurite (not installed: npm ci in tests/node)");
            return None;
        }
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port();
        let folder = std::env::temp_dir().join(format!("canread-azurite-{}-{port}", std::process::id()));
        let mut command = Command::new("node");
        command.arg(main).args([
            "--silent",
            "--loose",
            "--disableTelemetry",
            "--skipApiVersionCheck",
            "--blobHost",
            "127.0.0.1",
            "--blobPort",
        ]);
        command.arg(port.to_string()).arg("--location").arg(&folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = match command.spawn() {
            Ok(child) => child,
            Err(error) => {
                crate::skipped(&format!("the probe against Azurite (node cannot run: {error})"));
                return None;
            }
        };
        let azurite = Azurite { child, port, folder };
        for _ in 0..600 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                azurite.fill();
                return Some(azurite);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("Azurite did not listen within a minute");
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}/{ACCOUNT}", self.port)
    }

    /// Containers `private`, `open` (list and read for everyone) and `blobs` (read for everyone), a file in each.
    fn fill(&self) {
        let _ = rustls::crypto::ring::default_provider().install_default();
        wait(async {
            let client = reqwest::Client::builder().no_proxy().build().expect("a client");
            let sas =
                |kind| account_sas(kind, AccountSasPermissions { write: true, create: true, ..AccountSasPermissions::default() }, LATER);
            for (container, access) in [("private", None), ("open", Some("container")), ("blobs", Some("blob"))] {
                let url = format!("{}/{container}?restype=container&{}", self.endpoint(), sas(AccountSasResourceType::Container));
                let mut request = client.put(url).header("content-length", "0");
                if let Some(access) = access {
                    request = request.header("x-ms-blob-public-access", access);
                }
                assert_eq!(request.send().await.expect("Azurite answers").status().as_u16(), 201);
                for (name, text) in [("in/a b%.csv", "x"), ("empty/none", "")] {
                    let name = name.replace('%', "%25").replace(' ', "%20");
                    let url = format!("{}/{container}/{name}?{}", self.endpoint(), sas(AccountSasResourceType::Object));
                    let request = client.put(url).header("x-ms-blob-type", "BlockBlob").header("content-length", text.len());
                    let answer = request.body(text).send().await.expect("Azurite answers");
                    let (status, said) = (answer.status().as_u16(), answer.text().await.unwrap_or_default());
                    assert_eq!(status, 201, "{said}");
                }
            }
        });
    }

    fn target(&self, container: &str, path: &str, is_file: bool) -> ProbeTarget {
        ProbeTarget {
            endpoint: self.endpoint().parse().expect("a URL"),
            account: ACCOUNT.to_owned(),
            container: container.to_owned(),
            path: path.to_owned(),
            is_file,
        }
    }

    fn tries(&self, target: &ProbeTarget, secret: &ProbeSecret) -> Result<Tried, Trouble> {
        wait(probe(&carrier_with(Vec::new()), target, secret))
    }
}

/// A SAS of the account.
fn account_sas(kind: AccountSasResourceType, permissions: AccountSasPermissions, until: OffsetDateTime) -> String {
    let signature =
        AccountSharedAccessSignature::new(ACCOUNT.to_owned(), Secret::new(KEY), AccountSasResource::Blob, kind, until, permissions);
    signature.token().expect("a SAS")
}

pub(crate) fn container_sas(container: &str, permissions: BlobSasPermissions, until: OffsetDateTime) -> String {
    let resource = format!("/blob/{ACCOUNT}/{container}");
    let signature = BlobSharedAccessSignature::new(Secret::new(KEY), resource, permissions, until, BlobSignedResource::Container);
    signature.token().expect("a SAS")
}

pub(crate) fn read_list() -> BlobSasPermissions {
    BlobSasPermissions { read: true, list: true, ..BlobSasPermissions::default() }
}

fn key(text: &str) -> ProbeSecret {
    ProbeSecret::AccountKey(Zeroizing::new(text.to_owned()))
}

fn sas(text: String) -> ProbeSecret {
    ProbeSecret::Sas(Zeroizing::new(text))
}

const FILE: &str = "in/a b%.csv";

#[test]
fn each_credential_gets_the_exact_code_of_the_service() {
    let Some(azurite) = Azurite::start() else { return };
    let wrong = "AAAAvdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    let write = BlobSasPermissions { write: true, ..BlobSasPermissions::default() };
    let object =
        account_sas(AccountSasResourceType::Object, AccountSasPermissions { read: true, ..AccountSasPermissions::default() }, LATER);
    let failure = ("AuthorizationFailure", "AuthorizationFailure");
    let mismatch = ("AuthorizationPermissionMismatch", "AuthorizationPermissionMismatch");
    let cases = [
        ("key", "private", FILE, key(KEY), ("ok", "ok")),
        ("wrong key", "private", FILE, key(wrong), failure),
        ("SAS", "private", FILE, sas(container_sas("private", read_list(), LATER)), ("ok", "ok")),
        ("SAS with a question mark", "private", FILE, sas(format!("?{}", container_sas("private", read_list(), LATER))), ("ok", "ok")),
        ("expired SAS", "private", FILE, sas(container_sas("private", read_list(), EARLIER)), failure),
        ("SAS that may only write", "private", FILE, sas(container_sas("private", write, LATER)), mismatch),
        ("SAS of another container", "private", FILE, sas(container_sas("open", read_list(), LATER)), failure),
        ("account SAS for objects", "private", FILE, sas(object), ("AuthorizationResourceTypeMismatch", "ok")),
        ("anonymous, private", "private", FILE, ProbeSecret::Anonymous, failure),
        ("anonymous, public container", "open", FILE, ProbeSecret::Anonymous, ("ok", "ok")),
        ("anonymous, public blobs", "blobs", FILE, ProbeSecret::Anonymous, ("AuthorizationFailure", "ok")),
        ("no such container", "nowhere", FILE, key(KEY), ("ContainerNotFound", "ContainerNotFound")),
        ("no such file", "private", "in/missing", key(KEY), ("ok", "BlobNotFound")),
        ("empty file", "private", "empty/none", key(KEY), ("ok", "ok")),
    ];
    for (what, container, path, secret, (list, read)) in cases {
        let tried = azurite.tries(&azurite.target(container, path, true), &secret).unwrap_or_else(|trouble| panic!("{what}: {trouble}"));
        assert_eq!(tried, Tried { list: list.to_owned(), read: Some(read.to_owned()) }, "{what}");
    }
}

#[test]
fn of_a_folder_the_first_file_is_read() {
    let Some(azurite) = Azurite::start() else { return };
    let whole = Tried { list: "ok".to_owned(), read: Some("ok".to_owned()) };
    assert_eq!(azurite.tries(&azurite.target("private", "in", false), &key(KEY)).expect("answers"), whole);
    assert_eq!(azurite.tries(&azurite.target("private", "", false), &key(KEY)).expect("answers"), whole);
    let nothing = Tried { list: "ok".to_owned(), read: None };
    assert_eq!(azurite.tries(&azurite.target("private", "no/such/folder", false), &key(KEY)).expect("answers"), nothing);
    let no_key = azurite.tries(&azurite.target("private", "in", false), &key("not base64!")).expect_err("unusable");
    assert_eq!(no_key.code, "InvalidKey");
}

#[test]
fn neither_key_nor_signature_is_logged_or_shown() {
    let Some(azurite) = Azurite::start() else { return };
    let token = container_sas("private", read_list(), LATER);
    let signature = token.split('&').find_map(|part| part.strip_prefix("sig=")).expect("a signature").to_owned();
    let plain = percent_encoding::percent_decode_str(&signature).decode_utf8_lossy().into_owned();
    let secrets = [key(KEY), sas(token)];
    let mut shown = format!("{secrets:?}");
    shown.push_str(&journal_of(|| {
        for secret in &secrets {
            for container in ["private", "nowhere"] {
                shown_outcome(azurite.tries(&azurite.target(container, FILE, true), secret));
            }
        }
    }));
    assert!(shown.contains("the carrier sends a request"), "{shown}");
    for secret in [KEY, &signature, &plain, "SharedKey"] {
        assert!(!shown.contains(secret), "`{secret}` in {shown}");
    }
}

/// An outcome, which must bear no secret either.
fn shown_outcome(outcome: Result<Tried, Trouble>) {
    tracing::info!("{outcome:?}");
}

/// Answers everything with one status and body.
#[derive(Debug)]
struct Fixed(Result<(u16, &'static str), u16>);

impl Carrier for Fixed {
    fn carry(&self, _: Outgoing) -> BoxFuture<'_, Result<Incoming, Trouble>> {
        let answer = match self.0 {
            Ok((status, body)) => Ok(Incoming { status, headers: Vec::new(), body: body.into() }),
            Err(status) => Err(Trouble::answer(status, "Planted", "planted")),
        };
        Box::pin(std::future::ready(answer))
    }
}

#[test]
fn what_is_no_answer_of_storage_proves_nothing() {
    let target = ProbeTarget {
        endpoint: "https://acct.blob.core.windows.net".parse().expect("a URL"),
        account: "acct".to_owned(),
        container: "raw".to_owned(),
        path: "a".to_owned(),
        is_file: true,
    };
    let tries = |fixed: Fixed| {
        let carrier: Arc<dyn Carrier> = Arc::new(fixed);
        wait(probe(&carrier, &target, &ProbeSecret::Anonymous))
    };
    assert_eq!(tries(Fixed(Ok((200, "<html>sign in</html>")))).expect_err("a web page").code, "NotStorage");
    for status in [408, 429, 500, 503] {
        assert_eq!(tries(Fixed(Err(status))).expect_err("no refusal").status, Some(status));
    }
    let refused = Tried { list: "Planted".to_owned(), read: Some("Planted".to_owned()) };
    assert_eq!(tries(Fixed(Err(403))), Ok(refused));
}

#[test]
fn a_key_goes_to_its_own_account_only() {
    #[derive(Debug)]
    struct Watch(OnceLock<(String, Attach)>);
    impl Carrier for Watch {
        fn carry(&self, outgoing: Outgoing) -> BoxFuture<'_, Result<Incoming, Trouble>> {
            let _ = self.0.set((outgoing.url.to_string(), outgoing.attach));
            Box::pin(std::future::ready(Err(Trouble::answer(403, "Planted", "planted"))))
        }
    }
    let target = ProbeTarget {
        endpoint: "https://127.0.0.1/acct".parse().expect("a URL"),
        account: "acct".to_owned(),
        container: "../other".to_owned(),
        path: "../../a".to_owned(),
        is_file: true,
    };
    let watch = Arc::new(Watch(OnceLock::new()));
    let carrier: Arc<dyn Carrier> = Arc::clone(&watch) as Arc<dyn Carrier>;
    let _ = wait(probe(&carrier, &target, &key(KEY)));
    let sent = watch.0.get().cloned();
    assert!(sent.as_ref().is_none_or(|(url, attach)| url.starts_with("https://127.0.0.1/acct/") && *attach == Attach::Nothing), "{sent:?}");
}

#[test]
fn codes_of_a_probe_end_up_in_the_report() {
    let Some(azurite) = Azurite::start() else { return };
    let write = BlobSasPermissions { write: true, ..BlobSasPermissions::default() };
    let token = container_sas("private", write, LATER);
    let target = azurite.target("private", FILE, true);
    let tried = azurite.tries(&target, &sas(token.clone())).expect("an answer");
    let record = tried.record(&target, &sas(token.clone()), datetime!(2026-11-22 11:00 UTC));
    // The stored fields say that all is well, so that only the probe can deny.
    let public = token.replace("sp=w", "sp=rl");
    let public: Vec<&str> = public.split('&').filter(|part| !part.starts_with("sig=")).collect();
    let mut world = LiveWorld::new();
    world.account(ACCOUNT, false, "private").datastore("data", "AzureBlob", ACCOUNT, "private", "Sas").stored(
        "data",
        "Sas",
        Some(&public.join("&")),
    );
    world.lines.push(record);
    let file = azurite.folder.join("snapshot.jsonl");
    std::fs::write(&file, world.text()).expect("a file");
    let mut command = Command::new(env!("CARGO_BIN_EXE_canread"));
    command.args([
        "check",
        "-n",
        "batch",
        "--input",
        "azureml://datastores/data/paths/in/a b%25.csv",
        "--input-type",
        "uri_file",
        "--at",
        AT,
        "-o",
        "json",
    ]);
    let output = command.arg("--snapshot").arg(&file).output().expect("the program");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(3), "{text} {}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("AuthorizationPermissionMismatch"), "{text}");
    assert!(text.contains(&datastore_id("data")) && !text.contains("sig="), "{text}");
}
