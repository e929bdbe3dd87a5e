//! The fake without sockets and threads: a client of the transport that asks the same desks, on tokio's clock. With that
//! clock paused an answer takes exactly [`STEP`], so waves and limits are counted, not timed.

use super::http::{Delivery, Request, Response};
use super::{Cloud, Desk, Logged, Options, SERVICES, Service, Tokens};
use azure_core::credentials::Secret;
use azure_core::error::ErrorKind;
use azure_core::http::headers::Headers;
use azure_core::http::{AsyncRawResponse, Body, HttpClient, Request as Asked, StatusCode};
use canread::collect::{self, Audience, Call, Endpoints, Plan, Progress, ServiceCarrier, Transport, TypedAuthorization};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// How long each answer takes.
pub(crate) const STEP: Duration = Duration::from_secs(1);

/// What a collection left.
#[derive(Debug)]
pub(crate) struct Collection {
    /// The snapshot file.
    pub(crate) file: String,
    /// Look-ups that failed, in words.
    pub(crate) gaps: Vec<String>,
    /// Whether anything was answered with success.
    pub(crate) answered: bool,
    /// What was asked, in order; the wave is the number of steps that had passed, plus one.
    pub(crate) log: Vec<Logged>,
    /// Time on the paused clock.
    pub(crate) took: Duration,
}

/// The fake, as a client.
#[derive(Debug)]
pub(crate) struct Memory {
    cloud: Arc<Cloud>,
    desks: Vec<Desk>,
    tokens: Tokens,
    began: Mutex<Option<Instant>>,
}

impl Memory {
    /// Serves the state of a snapshot.
    pub(crate) fn new(snapshot: &str, options: Options) -> Arc<Self> {
        let (cloud, tokens, desks) = Cloud::set_up(snapshot, options);
        let origins = (1..=SERVICES.len()).map(|port| format!("http://127.0.0.1:{port}")).collect();
        let _ = cloud.origins.set(origins);
        Arc::new(Memory { cloud, desks, tokens, began: Mutex::default() })
    }

    /// Every request so far, in order of arrival.
    pub(crate) fn log(&self) -> Vec<Logged> {
        self.cloud.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The cloud as the program knows it.
    pub(crate) fn endpoints(&self) -> Endpoints {
        Endpoints::from_toml(&self.cloud.file()).expect("a cloud file")
    }

    /// A transport to it, with the ready tokens.
    pub(crate) fn transport(self: &Arc<Self>, limit: Duration) -> Transport {
        let given = [
            (Audience::ResourceManager, &self.tokens.arm),
            (Audience::Graph, &self.tokens.graph),
            (Audience::Storage, &self.tokens.storage),
        ];
        let ready = given.into_iter().filter_map(|(audience, token)| Some((audience, Secret::new(token.clone()?)))).collect();
        Transport::new(self.endpoints(), collect::Tokens::Ready(ready), Arc::clone(self) as Arc<dyn HttpClient>, limit)
    }

    /// Collects what a plan asks for, on a clock of its own.
    pub(crate) fn collect(self: &Arc<Self>, plan: &Plan, limit: Duration) -> Collection {
        paused(async {
            let began = Instant::now();
            let transport = Arc::new(self.transport(limit));
            let carrier = Arc::new(ServiceCarrier::resource_manager(Arc::clone(&transport)));
            let source = TypedAuthorization::new(carrier, self.endpoints().arm("").expect("a URL"));
            let collected = collect::collect(&transport, &source, plan, &Unheard).await;
            Collection {
                file: collected.file("2026-11-22T10:00:00Z"),
                gaps: collected.gaps,
                answered: transport.has_answers(),
                log: self.log(),
                took: began.elapsed(),
            }
        })
    }

    /// Panics in the middle of a request, with everything in the message that a program could put there.
    pub(crate) fn break_off(self: &Arc<Self>) {
        paused(async {
            let transport = self.transport(Duration::from_secs(1));
            let url = "http://127.0.0.1:4/blobdata/raw?sig=canaryPanic0000".parse().expect("a URL");
            let mut call = Call { account: Some("blobdata".to_owned()), ..Call::get(collect::Service::Blob, url) };
            call.headers.push(("authorization".to_owned(), "canary-header-0000".to_owned()));
            let reply = transport.send(&call).await;
            panic!("{call:?} {reply:?} {transport:?} {:?} {self:p}", transport.tokens());
        });
    }

    fn desk(&self, port: Option<u16>) -> Option<&Desk> {
        self.desks.get(usize::from(port?).checked_sub(1)?)
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.cloud.assert_guarded();
    }
}

/// An answer: to requests whose path ends so, whatever their query.
pub(crate) struct Answer {
    pub(crate) path_end: String,
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// What a plan collects where only these answers are given and everything else is refused: the file. The tokens are those
/// of `memory`.
pub(crate) fn replayed(memory: &Arc<Memory>, answers: Vec<Answer>, plan: &Plan) -> String {
    paused(async {
        let http: Arc<dyn HttpClient> = Arc::new(Replay(answers));
        let tokens = memory.transport(STEP).tokens().clone();
        let transport = Arc::new(Transport::new(memory.endpoints(), tokens, http, Duration::from_secs(60)));
        let carrier = Arc::new(ServiceCarrier::resource_manager(Arc::clone(&transport)));
        let source = TypedAuthorization::new(carrier, memory.endpoints().arm("").expect("a URL"));
        collect::collect(&transport, &source, plan, &Unheard).await.file("2026-11-22T10:00:00Z")
    })
}

/// Recorded answers, by the end of the path that is asked for.
struct Replay(Vec<Answer>);

impl std::fmt::Debug for Replay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Replay")
    }
}

#[async_trait::async_trait]
impl HttpClient for Replay {
    async fn execute_request(&self, request: &Asked) -> azure_core::Result<AsyncRawResponse> {
        let path = request.url().path().to_ascii_lowercase();
        let fits = |answer: &&Answer| path.ends_with(&answer.path_end.to_ascii_lowercase());
        let response = match self.0.iter().find(fits) {
            Some(answer) => Response { headers: answer.headers.clone(), ..Response::new(answer.status).body(answer.body.clone()) },
            None => super::error(403, "AuthorizationFailed", "not recorded"),
        };
        deliver(response, request.method().as_str() == "HEAD")
    }
}

/// Runs async work on a clock that stands still while anything can be done.
pub(crate) fn paused<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().expect("a runtime").block_on(work)
}

struct Unheard;

impl Progress for Unheard {
    fn look_ups(&self, _: usize, _: usize) {}
}

fn asked(request: &Asked) -> Request {
    let url = request.url();
    let target = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    let headers = request.headers().iter().map(|(name, value)| (name.as_str().to_owned(), value.as_str().to_owned())).collect();
    let Body::Bytes(body) = request.body() else { panic!("a body that is no bytes") };
    Request { method: request.method().as_str().to_owned(), target, headers, body: body.to_vec() }
}

fn lost(message: &'static str) -> azure_core::Error {
    azure_core::Error::with_message(ErrorKind::Io, message)
}

#[async_trait::async_trait]
impl HttpClient for Memory {
    async fn execute_request(&self, request: &Asked) -> azure_core::Result<AsyncRawResponse> {
        let began = *self.began.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(Instant::now);
        let wave = usize::try_from(began.elapsed().as_millis() / STEP.as_millis()).expect("a small number") + 1;
        let desk = self.desk(request.url().port()).expect("an origin of the fake");
        let head_only = request.method().as_str() == "HEAD";
        let response = desk.reply(&asked(request), wave);
        tokio::time::sleep(STEP + response.delay).await;
        deliver(response, head_only)
    }
}

fn deliver(response: Response, head_only: bool) -> azure_core::Result<AsyncRawResponse> {
    let mut headers = Headers::new();
    for (name, value) in response.headers {
        headers.insert(name, value);
    }
    let status = StatusCode::from(response.status);
    let mut body = if head_only { Vec::new() } else { response.body };
    let end: Option<azure_core::Result<azure_core::Bytes>> = match response.delivery {
        Delivery::Reset => return Err(lost("the connection was closed")),
        Delivery::Whole | Delivery::Truncated | Delivery::Stalled if head_only => None,
        Delivery::Whole => None,
        Delivery::Truncated => Some(Err(lost("the body ended early"))),
        Delivery::Stalled => None,
    };
    let stalls = response.delivery == Delivery::Stalled && !head_only;
    if response.delivery != Delivery::Whole {
        body.truncate(body.len() / 2);
    }
    let start = futures::stream::iter(std::iter::once(Ok(azure_core::Bytes::from(body))).chain(end));
    let stream: azure_core::http::response::PinnedStream =
        if stalls { Box::pin(futures::StreamExt::chain(start, futures::stream::pending())) } else { Box::pin(start) };
    Ok(AsyncRawResponse::new(status, headers, stream))
}
