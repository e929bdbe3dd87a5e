//! A carrier for tests of the bridge alone: one request, no retry, the token that belongs to the origin.
#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking")]

use crate::fake::{Fake, Service};
use canread::collect::{Attach, Carrier, Incoming, Outgoing, Trouble};
use futures::future::BoxFuture;
use std::sync::Arc;

/// Sends over `reqwest`; knows which token belongs to which origin.
pub(crate) struct Plain {
    client: reqwest::Client,
    tokens: Vec<(String, String)>,
}

impl std::fmt::Debug for Plain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Plain")
    }
}

/// With these tokens by origin.
pub(crate) fn carrier_with(tokens: Vec<(String, String)>) -> Arc<dyn Carrier> {
    // Another test may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
    Arc::new(Plain { client: builder.build().expect("a client"), tokens })
}

/// For a fake.
pub(crate) fn carrier(fake: &Fake) -> Arc<dyn Carrier> {
    let token = |token: &Option<String>| token.clone().unwrap_or_default();
    carrier_with(vec![
        (fake.origin(Service::Arm), token(&fake.tokens.arm)),
        (fake.origin(Service::Graph), token(&fake.tokens.graph)),
        (fake.origin(Service::Blob), token(&fake.tokens.storage)),
        (fake.origin(Service::Dfs), token(&fake.tokens.storage)),
    ])
}

impl Plain {
    async fn send(&self, outgoing: Outgoing) -> Result<Incoming, Trouble> {
        tracing::info!("the carrier sends a request");
        let origin = outgoing.url.origin().ascii_serialization();
        let method = if outgoing.head { reqwest::Method::HEAD } else { reqwest::Method::GET };
        let mut request = self.client.request(method, outgoing.url);
        for (name, value) in outgoing.headers {
            request = request.header(name, value);
        }
        let token = self.tokens.iter().find(|(of, _)| *of == origin).map(|(_, token)| token);
        if let (Attach::Token, Some(token)) = (outgoing.attach, token) {
            request = request.bearer_auth(token);
        }
        let lost = |_| Trouble::own("Network", "the connection was lost");
        let response = request.send().await.map_err(lost)?;
        let status = response.status().as_u16();
        let text = |value: &reqwest::header::HeaderValue| value.to_str().unwrap_or_default().to_owned();
        let headers: Vec<(String, String)> =
            response.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
        let body = response.bytes().await.map_err(lost)?;
        if (200..300).contains(&status) {
            return Ok(Incoming { status, headers, body });
        }
        let code = headers.iter().find(|(name, _)| name == "x-ms-error-code").map(|(_, code)| code.as_str());
        Err(Trouble::of_answer(status, code, &body))
    }
}

impl Carrier for Plain {
    fn carry(&self, outgoing: Outgoing) -> BoxFuture<'_, Result<Incoming, Trouble>> {
        Box::pin(self.send(outgoing))
    }
}

/// Runs async work of a test.
pub(crate) fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(work)
}
