//! The one way out: every request of live collection passes here.
//!
//! Read only: GET, HEAD, and the POSTs that only read. Fenced: a URL that is not of the cloud's own endpoint is refused
//! before a token is attached. Bounded: in number at a time, in time, in size of the answer. Redirects are not followed.

use super::cloud::{Endpoints, Service};
use super::retry::Deadline;
use super::signin::Tokens;
use super::trouble::Trouble;
use azure_core::http::headers::{HeaderName, HeaderValue};
use azure_core::http::{AsyncRawResponse, HttpClient, Method, Request};
use futures::StreamExt;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;
use tokio::sync::Semaphore;
use url::Url;

/// Requests at a time.
pub(super) const CONCURRENCY: usize = 32;
/// Largest body that is read.
const MAX_BODY: usize = 64 * 1024 * 1024;

/// What is done with a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verb {
    /// GET.
    Get,
    /// HEAD.
    Head,
    /// POST with a JSON body, to one of the operations that only read.
    Post(String),
}

/// Which credential a request bears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    /// The token of the service.
    Token,
    /// None but what URL and headers of the call bear.
    Own,
}

/// One request. `Debug` shows neither query nor headers, which may bear a secret.
#[derive(Clone)]
pub struct Call {
    /// What is done.
    pub verb: Verb,
    /// Service that the URL belongs to.
    pub service: Service,
    /// Storage account, for [`Service::Blob`] and [`Service::Dfs`].
    pub account: Option<String>,
    /// Where.
    pub url: Url,
    /// Credential.
    pub auth: Auth,
    /// Further headers.
    pub headers: Vec<(String, String)>,
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("service", &self.service).field("path", &self.url.path()).finish_non_exhaustive()
    }
}

impl Call {
    /// A GET with the token of the service.
    pub fn get(service: Service, url: Url) -> Self {
        Call { verb: Verb::Get, service, account: None, url, auth: Auth::Token, headers: Vec::new() }
    }
}

/// An answer, whatever its status.
#[derive(Clone)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body, whole.
    pub body: Vec<u8>,
}

/// Shows no body, which may hold a secret.
impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply").field("status", &self.status).field("bytes", &self.body.len()).finish_non_exhaustive()
    }
}

impl Reply {
    /// A header by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether the status is one of success.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// What an answer that is no success says.
    pub fn trouble(&self) -> Trouble {
        Trouble::of_answer(self.status, self.header("x-ms-error-code"), &self.body)
    }
}

/// The transport of one collection.
pub struct Transport {
    endpoints: Endpoints,
    tokens: Tokens,
    http: Arc<dyn HttpClient>,
    deadline: Deadline,
    slots: Semaphore,
    requests: AtomicUsize,
    answered: AtomicBool,
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport").field("cloud", &self.endpoints.name).finish_non_exhaustive()
    }
}

/// POSTs that only read, by the end of the path, lower case.
fn is_reading_post(service: Service, path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    match service {
        Service::ResourceManager => {
            let secrets = path.contains("/providers/microsoft.machinelearningservices/workspaces/")
                && path.contains("/datastores/")
                && path.ends_with("/listsecrets");
            secrets || path.ends_with("/providers/microsoft.resourcegraph/resources")
        }
        Service::Graph => {
            path.ends_with("/v1.0/directoryobjects/getbyids")
                || (path.contains("/v1.0/directoryobjects/") && path.ends_with("/getmembergroups"))
        }
        Service::Blob | Service::Dfs => false,
    }
}

impl Transport {
    /// A transport to the endpoints of one cloud, for so long.
    pub fn new(endpoints: Endpoints, tokens: Tokens, http: Arc<dyn HttpClient>, limit: Duration) -> Self {
        Transport::until(endpoints, tokens, http, Deadline::after(limit))
    }

    /// As [`Transport::new`], with a deadline that runs already.
    pub fn until(endpoints: Endpoints, tokens: Tokens, http: Arc<dyn HttpClient>, deadline: Deadline) -> Self {
        Transport {
            endpoints,
            tokens,
            http,
            deadline,
            slots: Semaphore::new(CONCURRENCY),
            requests: AtomicUsize::new(0),
            answered: AtomicBool::new(false),
        }
    }

    /// The cloud.
    pub fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// What requests are signed with.
    pub fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// The time there is.
    pub fn deadline(&self) -> &Deadline {
        &self.deadline
    }

    /// Requests sent so far, repeated ones included.
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }

    /// Whether any request was answered with success.
    pub fn has_answers(&self) -> bool {
        self.answered.load(Ordering::Relaxed)
    }

    fn admit(&self, call: &Call) -> Result<(), Trouble> {
        if !self.endpoints.admits(call.service, call.account.as_deref(), &call.url) {
            return Err(Trouble::own("ForeignHost", "a URL outside the endpoints of the cloud was refused"));
        }
        match &call.verb {
            Verb::Get | Verb::Head => Ok(()),
            Verb::Post(_) if is_reading_post(call.service, call.url.path()) => Ok(()),
            Verb::Post(_) => Err(Trouble::own("NotReadOnly", format!("a POST to {} was refused", call.url.path()))),
        }
    }

    async fn request(&self, call: &Call) -> Result<Request, Trouble> {
        let method = match &call.verb {
            Verb::Get => Method::Get,
            Verb::Head => Method::Head,
            Verb::Post(_) => Method::Post,
        };
        let mut request = Request::new(call.url.clone(), method);
        let mut put = |name: &str, value: String| {
            request.insert_header(HeaderName::from(name.to_ascii_lowercase()), HeaderValue::from(value));
        };
        put("accept", if call.service == Service::Blob { "application/xml" } else { "application/json" }.to_owned());
        put("user-agent", concat!("canread/", env!("CARGO_PKG_VERSION")).to_owned());
        for (name, value) in &call.headers {
            put(name, value.clone());
        }
        if call.auth == Auth::Token {
            let token = self.tokens.token(&self.endpoints, call.service.audience()).await?;
            put("authorization", format!("Bearer {}", token.secret()));
        }
        if let Verb::Post(body) = &call.verb {
            put("content-type", "application/json".to_owned());
            request.set_body(body.clone());
        }
        Ok(request)
    }

    /// One request, tried again where that may help. An answer that is no success is an answer.
    ///
    /// # Errors
    /// A refusal of this transport, no token, no answer in time, or none at all.
    pub async fn send(&self, call: &Call) -> Result<Reply, Trouble> {
        self.send_checked(call, |_| None).await
    }

    /// As [`Transport::send`]; a success that `flaw` finds fault with is tried again too.
    ///
    /// # Errors
    /// As of [`Transport::send`], and what `flaw` found at last.
    pub async fn send_checked(&self, call: &Call, flaw: impl Fn(&Reply) -> Option<Trouble>) -> Result<Reply, Trouble> {
        self.admit(call)?;
        let mut tries = 0;
        loop {
            tries += 1;
            let (outcome, retry_after) = match self.once(call).await {
                Ok(reply) if reply.is_success() => match flaw(&reply) {
                    None => {
                        self.answered.store(true, Ordering::Relaxed);
                        return Ok(reply);
                    }
                    Some(trouble) => (Err(trouble), None),
                },
                Ok(reply) if is_worth_another_try(reply.status) => {
                    let wait = retry_after(&reply);
                    (Ok(reply), wait)
                }
                Ok(reply) => return Ok(reply),
                Err(Failed::Final(trouble)) => return Err(trouble),
                Err(Failed::Passing(trouble)) => (Err(trouble), None),
            };
            match self.deadline.pause(tries, retry_after) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return outcome,
            }
        }
    }

    async fn once(&self, call: &Call) -> Result<Reply, Failed> {
        let _slot = self.slots.acquire().await.map_err(|_| Failed::Final(Trouble::own("Closed", "the transport is closed")))?;
        if self.deadline.is_over() {
            return Err(Failed::Final(Trouble::own("Timeout", "the time for collecting was over before this was asked")));
        }
        let work = async {
            let request = self.request(call).await.map_err(Failed::Final)?;
            self.requests.fetch_add(1, Ordering::Relaxed);
            let answer = self.http.execute_request(&request).await.map_err(|error| Failed::Passing(no_answer(&error)))?;
            read(answer).await
        };
        let reply = match tokio::time::timeout_at(self.deadline.of_request(), work).await {
            Ok(reply) => reply?,
            Err(_) => return Err(Failed::Passing(Trouble::own("Timeout", "no answer in time"))),
        };
        Ok(reply)
    }
}

enum Failed {
    /// Another try would end the same.
    Final(Trouble),
    /// Another try may help.
    Passing(Trouble),
}

fn is_worth_another_try(status: u16) -> bool {
    matches!(status, 408 | 429 | 500..=599)
}

/// How long an answer that throttles asks to wait: `Retry-After` in seconds or as a date, or a header in milliseconds.
fn retry_after(reply: &Reply) -> Option<Duration> {
    if !matches!(reply.status, 429 | 503) {
        return None;
    }
    let number = |name: &str| reply.header(name).and_then(|text| text.trim().parse::<u64>().ok());
    let milliseconds = number("retry-after-ms").or_else(|| number("x-ms-retry-after-ms")).map(Duration::from_millis);
    milliseconds.or_else(|| number("retry-after").map(Duration::from_secs)).or_else(|| until_date(reply))
}

/// The wait until the date of `Retry-After`, by the clock of the server that wrote it.
fn until_date(reply: &Reply) -> Option<Duration> {
    let date = |name: &str| OffsetDateTime::parse(reply.header(name)?.trim(), &Rfc2822).ok();
    let wait = date("retry-after")? - date("date")?;
    Some(Duration::try_from(wait).unwrap_or(Duration::ZERO))
}

/// Why there is no answer, without the URL.
fn no_answer(error: &azure_core::Error) -> Trouble {
    let mut reasons = vec![error.to_string()];
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        let text = inner.to_string();
        // The HTTP client's own text repeats the URL, query included.
        if !text.contains("://") && !reasons.contains(&text) {
            reasons.push(text);
        }
        source = inner.source();
    }
    Trouble::own("NoAnswer", reasons.join(": "))
}

async fn read(answer: AsyncRawResponse) -> Result<Reply, Failed> {
    let (status, headers, mut stream) = answer.deconstruct();
    let headers = headers.iter().map(|(name, value)| (name.as_str().to_ascii_lowercase(), value.as_str().to_owned())).collect();
    let mut body: Vec<u8> = Vec::new();
    while let Some(part) = stream.next().await {
        let part = part.map_err(|error| Failed::Passing(Trouble::own("CutAnswer", format!("the answer was cut: {error}"))))?;
        if body.len() + part.len() > MAX_BODY {
            let message = format!("the answer is longer than {} MiB", MAX_BODY / 1024 / 1024);
            return Err(Failed::Final(Trouble::answer(u16::from(status), "TooLong", message)));
        }
        body.extend_from_slice(&part);
    }
    Ok(Reply { status: u16::from(status), headers, body })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_read_in_each_form_and_of_throttling_answers_only() {
        let reply = |status: u16, headers: &[(&str, &str)]| {
            let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            retry_after(&Reply { status, headers, body: Vec::new() })
        };
        let date = ("date", "Wed, 25 Nov 2026 08:00:00 GMT");
        assert_eq!(reply(429, &[("retry-after", "7")]), Some(Duration::from_secs(7)));
        assert_eq!(reply(503, &[("x-ms-retry-after-ms", "250"), ("retry-after", "1")]), Some(Duration::from_millis(250)));
        assert_eq!(reply(429, &[date, ("retry-after", "Wed, 25 Nov 2026 08:00:30 GMT")]), Some(Duration::from_secs(30)));
        assert_eq!(reply(429, &[date, ("retry-after", "Wed, 25 Nov 2026 07:00:00 GMT")]), Some(Duration::ZERO));
        assert_eq!(reply(429, &[("retry-after", "soon")]), None);
        assert_eq!(reply(500, &[("retry-after", "7")]), None);
    }
}
