//! Tries a credential with a list and a one-byte read, through `azure_storage_blobs`.

use super::bridge::{Attach, Bridge, Carrier, Incoming, unlogged};
use super::carrier::ServiceCarrier;
use super::plan::{Gathered, ProbePlace};
use super::transport::Transport;
use super::trouble::Trouble;
use crate::model::{Timestamp, path_id};
use azure_core_legacy as legacy;
use azure_storage::{CloudLocation, StorageCredentials};
use azure_storage_blobs::prelude::{ClientBuilder, ContainerClient};
use futures::StreamExt;
use serde_json::{Value, json};
use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;
use time::format_description::well_known::Rfc3339;
use url::Url;
use zeroize::Zeroizing;

/// The credential that is tried.
pub enum ProbeSecret {
    /// The stored account key, base64.
    AccountKey(Zeroizing<String>),
    /// The stored SAS, with or without a leading `?`.
    Sas(Zeroizing<String>),
    /// The token of who is signed in.
    Token,
    /// None.
    Anonymous,
}

impl ProbeSecret {
    /// In words.
    fn with(&self) -> &'static str {
        match self {
            ProbeSecret::AccountKey(_) => "with the stored key",
            ProbeSecret::Sas(_) => "with the stored SAS",
            ProbeSecret::Token => "with the token of who is signed in",
            ProbeSecret::Anonymous => "without a credential",
        }
    }
}

impl fmt::Debug for ProbeSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ProbeSecret::AccountKey(_) => "AccountKey(<redacted>)",
            ProbeSecret::Sas(_) => "Sas(<redacted>)",
            ProbeSecret::Token => "Token",
            ProbeSecret::Anonymous => "Anonymous",
        })
    }
}

/// What is tried.
#[derive(Clone, Debug)]
pub struct ProbeTarget {
    /// Blob endpoint of the account, as the cloud gives it; the credential goes nowhere else.
    pub endpoint: Url,
    /// Account.
    pub account: String,
    /// Container.
    pub container: String,
    /// Path, without leading slash; empty for the whole container.
    pub path: String,
    /// The path is one file: it is read itself; of a folder the first blob below it is read.
    pub is_file: bool,
}

/// Answers of the `probe` record: `ok` or the storage error code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// Of the list.
    pub list: String,
    /// Of the one-byte read; none where there was nothing to read.
    pub read: Option<String>,
}

impl Tried {
    /// The `probe` record of the snapshot; it names no secret.
    pub fn record(&self, target: &ProbeTarget, secret: &ProbeSecret, at: Timestamp) -> Value {
        let credential = match secret {
            ProbeSecret::AccountKey(_) | ProbeSecret::Sas(_) => "stored",
            ProbeSecret::Token => "token",
            ProbeSecret::Anonymous => "anonymous",
        };
        let mut url = target.endpoint.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            let path = target.path.trim_matches('/');
            segments.pop_if_empty().push(&target.container).extend(path.split('/').filter(|part| !part.is_empty()));
        }
        let at = at.format(&Rfc3339).unwrap_or_default();
        let mut record = json!({ "kind": "probe", "url": url.as_str(), "credential": credential, "at": at, "list": self.list });
        if let (Some(read), Some(members)) = (&self.read, record.as_object_mut()) {
            members.insert("read".to_owned(), Value::String(read.clone()));
        }
        record
    }
}

/// Tries a credential at a place of the plan. What proves nothing about the credential is said, and leaves no record.
pub(super) async fn at_place(transport: &Arc<Transport>, place: &ProbePlace, secret: &ProbeSecret, gathered: &mut Gathered) {
    let (account, container, path) = (&place.account, &place.container, place.path.as_str());
    let Some(endpoint) = transport.endpoints().blob(account) else {
        gathered.notes.push(format!("no probe of {account}: no storage account can have that name"));
        return;
    };
    let target = ProbeTarget {
        endpoint,
        account: account.clone(),
        container: container.clone(),
        path: path.to_owned(),
        is_file: place.is_file && !path.is_empty(),
    };
    let carrier: Arc<dyn Carrier> = Arc::new(ServiceCarrier::blob(Arc::clone(transport), account));
    match probe(&carrier, &target, secret).await {
        Ok(tried) => {
            // Named as every other record names it, wherever this cloud's endpoints are.
            let named = Url::parse(&format!("https://{account}.blob.{}", transport.endpoints().storage_suffix()));
            let target = ProbeTarget { endpoint: named.unwrap_or(target.endpoint.clone()), ..target };
            let at = path_id(account, container, &place.path);
            let read = tried.read.as_deref().unwrap_or("nothing there");
            gathered.notes.push(format!("probe of {at} {}: list {}, read {read}", secret.with(), tried.list));
            gathered.lines.push(tried.record(&target, secret, now()));
        }
        Err(trouble) => gathered.notes.push(format!("the probe of {} proves nothing: {trouble}", path_id(account, container, &place.path))),
    }
}

#[expect(clippy::disallowed_methods, reason = "a probe is of the moment at which it was made")]
fn now() -> Timestamp {
    Timestamp::now_utc()
}

/// Lists one and reads one byte. A refusal (400 to 499, except 408 and 429) is an answer; anything else that is no success
/// proves nothing about the credential and is a [`Trouble`].
pub async fn probe(carrier: &Arc<dyn Carrier>, target: &ProbeTarget, secret: &ProbeSecret) -> Result<Tried, Trouble> {
    let (list, first) = list_one(carrier, target, secret).await?;
    let name = if target.is_file { Some(target.path.clone()) } else { first };
    let read = match name {
        Some(name) => Some(read_one(carrier, target, secret, &name).await?),
        None => None,
    };
    Ok(Tried { list, read })
}

/// The answer of the list, and the first blob it names.
async fn list_one(carrier: &Arc<dyn Carrier>, target: &ProbeTarget, secret: &ProbeSecret) -> Result<(String, Option<String>), Trouble> {
    let (bridge, container) = client(carrier, target, secret)?;
    let folder = target.path.trim_matches('/');
    let prefix = match (folder.is_empty(), target.is_file) {
        (true, _) => String::new(),
        (false, true) => folder.to_owned(),
        (false, false) => format!("{folder}/"),
    };
    let mut request = container.list_blobs().max_results(NonZeroU32::MIN);
    if !prefix.is_empty() {
        request = request.prefix(prefix);
    }
    let page = unlogged(async { request.into_stream().next().await }).await;
    let first = match page {
        Some(Ok(page)) => page.blobs.blobs().next().map(|blob| blob.name.clone()),
        Some(Err(_)) | None => None,
    };
    let is_list = |answer: &Incoming| std::str::from_utf8(&answer.body).is_ok_and(|text| text.contains("<EnumerationResults"));
    Ok((outcome(&bridge, is_list)?, first))
}

/// The answer of reading the first byte.
async fn read_one(carrier: &Arc<dyn Carrier>, target: &ProbeTarget, secret: &ProbeSecret, name: &str) -> Result<String, Trouble> {
    let (bridge, container) = client(carrier, target, secret)?;
    let blob = container.blob_client(name);
    let _ = unlogged(async { blob.get().range(0_u64..1).into_stream().next().await }).await;
    let is_blob = |answer: &Incoming| answer.headers.iter().any(|(name, _)| name == "x-ms-blob-type");
    let code = outcome(&bridge, is_blob)?;
    // An empty blob has no first byte: the service let the reader in and says so.
    Ok(if code == "InvalidRange" { "ok".to_owned() } else { code })
}

fn client(carrier: &Arc<dyn Carrier>, target: &ProbeTarget, secret: &ProbeSecret) -> Result<(Bridge, ContainerClient), Trouble> {
    let (credentials, attach) = match secret {
        ProbeSecret::AccountKey(key) => {
            let key = legacy::auth::Secret::new(key.as_str().to_owned());
            (StorageCredentials::access_key(target.account.clone(), key), Attach::Nothing)
        }
        ProbeSecret::Sas(sas) => {
            let parsed = StorageCredentials::sas_token(sas.trim_start_matches('?'));
            (parsed.map_err(|_| Trouble::own("InvalidSas", "the stored SAS cannot be read"))?, Attach::Nothing)
        }
        ProbeSecret::Token => (StorageCredentials::anonymous(), Attach::Token),
        ProbeSecret::Anonymous => (StorageCredentials::anonymous(), Attach::Nothing),
    };
    let bridge = Bridge::new(carrier, &target.endpoint, attach);
    let location =
        CloudLocation::Custom { account: target.account.clone(), uri: target.endpoint.as_str().trim_end_matches('/').to_owned() };
    let builder = ClientBuilder::with_location(location, credentials).retry(legacy::RetryOptions::none()).transport(bridge.transport());
    Ok((bridge, builder.container_client(target.container.clone())))
}

/// `ok`, or the code of a refusal.
fn outcome(bridge: &Bridge, fits: impl Fn(&Incoming) -> bool) -> Result<String, Trouble> {
    let recording = bridge.recording();
    if let Some(trouble) = &recording.trouble {
        let refused = trouble.status.is_some_and(|status| (400..500).contains(&status) && status != 408 && status != 429);
        return if refused { Ok(trouble.code.clone()) } else { Err(trouble.clone()) };
    }
    match recording.answers.last() {
        Some(answer) if fits(answer) => Ok("ok".to_owned()),
        Some(answer) => Err(Trouble::answer(answer.status, "NotStorage", "the answer is not one of Azure Storage")),
        // The client did not get as far as asking, e.g. for a key that is no base64.
        None => Err(Trouble::own("InvalidKey", "the stored credential cannot be used")),
    }
}
