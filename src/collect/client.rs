//! The HTTP client: rustls with ring, roots of the system, no redirects, and no detour on the way to this machine.

use super::cloud::is_loopback;
use super::transport::CONCURRENCY;
use super::trouble::Trouble;
use azure_core::http::{AsyncRawResponse, HttpClient, Request};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

/// Longest that a connection may take to come about.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// The client that the transport uses.
///
/// # Errors
/// Where the system offers no TLS roots.
pub fn http_client() -> Result<Arc<dyn HttpClient>, Trouble> {
    // A second installation is refused and leaves the first one in place.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let base = || {
        reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_LIMIT)
            .pool_max_idle_per_host(CONCURRENCY)
            .referer(false)
    };
    let set_up = |builder: reqwest::ClientBuilder| builder.build().map_err(|error| no_tls(&error));
    let outside = set_up(base())?;
    let here = set_up(base().no_proxy().dns_resolver(Arc::new(ThisMachine)))?;
    Ok(Arc::new(Client { outside: Arc::new(outside), here: Arc::new(here) }))
}

fn no_tls(error: &reqwest::Error) -> Trouble {
    Trouble::own("NoTls", format!("cannot set up HTTPS: {error}"))
}

/// Loopback hosts may be plain http: a token for one must go neither through a proxy nor to what a name server calls so.
#[derive(Debug)]
struct Client {
    outside: Arc<dyn HttpClient>,
    here: Arc<dyn HttpClient>,
}

#[async_trait::async_trait]
impl HttpClient for Client {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let client = if is_loopback(request.url()) { &self.here } else { &self.outside };
        client.execute_request(request).await
    }
}

/// Every name is this machine: only loopback names are asked of it. Source: RFC 6761, section 6.3.
#[derive(Debug)]
struct ThisMachine;

impl Resolve for ThisMachine {
    fn resolve(&self, _: Name) -> Resolving {
        let addresses = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
        let addresses: Addrs = Box::new(addresses.into_iter().map(|address| SocketAddr::new(address, 0)));
        Box::pin(std::future::ready(Ok(addresses)))
    }
}
