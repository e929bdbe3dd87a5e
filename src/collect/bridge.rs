//! Lets the Azure crates of the 0.21 line speak over this program's one transport.
//!
//! What those crates get wrong is kept from doing harm here: `azure_core` 0.21 logs the `Authorization` header
//! (RUSTSEC-2026-0275), so they hold a placeholder instead of a token and run with every log of theirs off; they follow a
//! next link to any host, so each request is checked against the endpoint; their models drop fields, so each body is
//! recorded as it came.

use super::trouble::Trouble;
use azure_core::Bytes;
use azure_core_legacy as legacy;
use futures::future::BoxFuture;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tracing::Dispatch;
use tracing::instrument::WithSubscriber;
use tracing::subscriber::NoSubscriber;
use url::Url;

/// Most pages of one list: far beyond what Azure's limits allow, so that only a loop of fresh links meets it.
const MOST_PAGES: usize = 1_000;

/// Which credential the carrier adds to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attach {
    /// The token of the service that the URL belongs to.
    Token,
    /// None: the request bears its own (a key's signature, a SAS) or is anonymous.
    Nothing,
}

/// A read-only request on its way out. Its URL and headers may bear a secret, so `Debug` shows neither.
pub struct Outgoing {
    /// Where to; within the endpoint that the bridge was made for.
    pub url: Url,
    /// HEAD instead of GET.
    pub head: bool,
    /// Headers without the placeholder.
    pub headers: Vec<(String, String)>,
    /// The credential to add.
    pub attach: Attach,
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing").field("head", &self.head).field("attach", &self.attach).finish_non_exhaustive()
    }
}

/// An answer with a status of success.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// HTTP status.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, whole.
    pub body: Bytes,
}

/// Sends one read-only request: with the real credential, retries, waits as the service asks and a cap on the body. An
/// answer that is no success is a [`Trouble`].
pub trait Carrier: Send + Sync + fmt::Debug {
    /// Sends it.
    fn carry(&self, outgoing: Outgoing) -> BoxFuture<'_, Result<Incoming, Trouble>>;
}

/// What went over a bridge.
#[derive(Debug, Default)]
pub(super) struct Recording {
    /// Bodies of successful answers, in order.
    pub(super) answers: Vec<Incoming>,
    /// The first failure.
    pub(super) trouble: Option<Trouble>,
    /// Fingerprints of what was asked; the URLs themselves may bear a secret.
    asked: BTreeSet<u64>,
}

/// The transport of one client of the 0.21 crates, good for one list or one request.
#[derive(Clone, Debug)]
pub(super) struct Bridge {
    carrier: Arc<dyn Carrier>,
    endpoint: Url,
    attach: Attach,
    recording: Arc<Mutex<Recording>>,
    /// Where the carrier may log; the crates above may not.
    logs: Dispatch,
}

impl Bridge {
    /// To `endpoint` and below it only.
    pub(super) fn new(carrier: &Arc<dyn Carrier>, endpoint: &Url, attach: Attach) -> Self {
        let logs = tracing::dispatcher::get_default(Clone::clone);
        Bridge { carrier: Arc::clone(carrier), endpoint: endpoint.clone(), attach, recording: Arc::default(), logs }
    }

    /// The recording so far.
    pub(super) fn recording(&self) -> MutexGuard<'_, Recording> {
        self.recording.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Options of a client that uses this bridge.
    pub(super) fn transport(&self) -> legacy::TransportOptions {
        legacy::TransportOptions::new(Arc::new(self.clone()))
    }

    /// GETs the next page without a client above.
    pub(super) async fn next(&self, url: Url) -> Result<(), Trouble> {
        let outgoing =
            Outgoing { url, head: false, headers: vec![("accept".to_owned(), "application/json".to_owned())], attach: self.attach };
        self.pass(outgoing).await.map(drop)
    }

    /// Checks, sends, records.
    async fn pass(&self, outgoing: Outgoing) -> Result<Incoming, Trouble> {
        let result = match self.admit(&outgoing.url) {
            Ok(()) => self.carrier.carry(outgoing).with_subscriber(self.logs.clone()).await,
            Err(trouble) => Err(trouble),
        };
        let mut recording = self.recording();
        match &result {
            Ok(incoming) => recording.answers.push(incoming.clone()),
            Err(trouble) => drop(recording.trouble.get_or_insert_with(|| trouble.clone())),
        }
        result
    }

    /// The URL lies within the endpoint and was not asked before.
    fn admit(&self, url: &Url) -> Result<(), Trouble> {
        let base = self.endpoint.path().trim_end_matches('/');
        let below = url.path().strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        if url.origin() != self.endpoint.origin() || !below || !url.username().is_empty() || url.password().is_some() {
            return Err(Trouble::own("ForeignLink", "the next page is at another address than the service; it was not asked"));
        }
        let mut recording = self.recording();
        if recording.asked.len() >= MOST_PAGES || !recording.asked.insert(fingerprint(url)) {
            return Err(Trouble::own("EndlessPages", "the next link leads back or never ends; the list is incomplete"));
        }
        Ok(())
    }
}

fn fingerprint(url: &Url) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    url.as_str().hash(&mut hasher);
    hasher.finish()
}

#[async_trait::async_trait]
impl legacy::HttpClient for Bridge {
    async fn execute_request(&self, request: &legacy::Request) -> legacy::Result<legacy::Response> {
        let outgoing = match outgoing(request, self.attach) {
            Ok(outgoing) => outgoing,
            Err(trouble) => {
                self.recording().trouble.get_or_insert(trouble);
                return Err(refusal());
            }
        };
        // The trouble itself is in the recording; texts of the old crates never reach a person.
        let incoming = self.pass(outgoing).await.map_err(|_| refusal())?;
        let status = legacy::StatusCode::try_from(incoming.status).map_err(|_| refusal())?;
        let mut headers = legacy::headers::Headers::new();
        for (name, value) in incoming.headers {
            headers.insert(name, value);
        }
        let body = futures::stream::once(futures::future::ready(Ok(incoming.body)));
        Ok(legacy::Response::new(status, headers, Box::pin(body)))
    }
}

fn refusal() -> legacy::Error {
    legacy::Error::message(legacy::error::ErrorKind::Io, "see the recording")
}

/// GET or HEAD without a body; anything else is refused before it is seen by the transport.
fn outgoing(request: &legacy::Request, attach: Attach) -> Result<Outgoing, Trouble> {
    let head = match request.method().as_ref() {
        "GET" => false,
        "HEAD" => true,
        _ => return Err(Trouble::own("ReadOnly", "only GET and HEAD are sent")),
    };
    let empty = matches!(request.body(), legacy::Body::Bytes(bytes) if bytes.is_empty());
    if !empty {
        return Err(Trouble::own("ReadOnly", "no body is sent"));
    }
    let mut url = request.url().clone();
    // A scope with a leading slash, or none, makes the crates write two.
    if url.path().starts_with("//") {
        let path = format!("/{}", url.path().trim_start_matches('/'));
        url.set_path(&path);
    }
    let mut headers = Vec::new();
    for (name, value) in request.headers().iter() {
        let placeholder = attach == Attach::Token && name.as_str() == "authorization";
        if !placeholder && name.as_str() != "content-length" && name.as_str() != "user-agent" {
            headers.push((name.as_str().to_owned(), value.as_str().to_owned()));
        }
    }
    Ok(Outgoing { url, head, headers, attach })
}

/// What the old crates hold in place of a token.
#[derive(Debug)]
pub(super) struct Placeholder;

#[async_trait::async_trait]
impl legacy::auth::TokenCredential for Placeholder {
    async fn get_token(&self, _: &[&str]) -> legacy::Result<legacy::auth::AccessToken> {
        let never = time::macros::datetime!(9999-01-01 0:00 UTC);
        Ok(legacy::auth::AccessToken::new(legacy::auth::Secret::new("placeholder"), never))
    }
    async fn clear_cache(&self) -> legacy::Result<()> {
        Ok(())
    }
}

/// Runs a client of the old crates with all logs off: theirs hold what the program promises not to show.
pub(super) async fn unlogged<T>(work: impl Future<Output = T>) -> T {
    work.with_subscriber(NoSubscriber::default()).await
}

/// A page of a list as it came: an object with a `value` array, and the link to the next.
pub(super) fn page(incoming: &Incoming) -> Result<(Value, Option<String>), Trouble> {
    let wrong = |code: &str, message: &str| Trouble::answer(incoming.status, code, message);
    let body: Value = serde_json::from_slice(&incoming.body).map_err(|_| wrong("NotJson", "the answer is not the JSON expected"))?;
    if !body.get("value").is_some_and(Value::is_array) {
        return Err(wrong("NoValue", "the answer holds no list"));
    }
    let next = body.get("nextLink").and_then(Value::as_str).filter(|link| !link.is_empty()).map(str::to_owned);
    Ok((body, next))
}
