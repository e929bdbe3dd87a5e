//! The transport as a carrier of the bridge.

use super::bridge::{Attach, Carrier, Incoming, Outgoing};
use super::cloud::Service;
use super::transport::{Auth, Call, Reply, Transport, Verb};
use super::trouble::Trouble;
use futures::future::BoxFuture;
use serde::de::IgnoredAny;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Carries requests to one service; the transport fences, waits, tries again and caps.
#[derive(Clone, Debug)]
pub struct ServiceCarrier {
    transport: Arc<Transport>,
    service: Service,
    account: Option<String>,
}

impl ServiceCarrier {
    /// To Azure Resource Manager.
    pub fn resource_manager(transport: Arc<Transport>) -> Self {
        ServiceCarrier { transport, service: Service::ResourceManager, account: None }
    }

    /// To the blob endpoint of one account, and no other.
    pub fn blob(transport: Arc<Transport>, account: &str) -> Self {
        ServiceCarrier { transport, service: Service::Blob, account: Some(account.to_owned()) }
    }

    async fn send(&self, outgoing: Outgoing) -> Result<Incoming, Trouble> {
        let call = Call {
            verb: if outgoing.head { Verb::Head } else { Verb::Get },
            service: self.service,
            account: self.account.clone(),
            url: outgoing.url,
            auth: match outgoing.attach {
                Attach::Token => Auth::Token,
                Attach::Nothing => Auth::Own,
            },
            headers: outgoing.headers,
        };
        let reply = match self.service {
            Service::ResourceManager => self.transport.send_checked(&call, not_json).await?,
            Service::Graph | Service::Blob | Service::Dfs => self.transport.send(&call).await?,
        };
        if !reply.is_success() {
            return Err(reply.trouble());
        }
        Ok(Incoming { status: reply.status, headers: reply.headers, body: reply.body.into() })
    }
}

/// A page of a proxy, or half an answer: worth another try.
fn not_json(reply: &Reply) -> Option<Trouble> {
    let parsed = serde_json::from_slice::<BTreeMap<String, IgnoredAny>>(&reply.body);
    parsed.err().map(|_| Trouble::answer(reply.status, "NotJson", "the answer is not the JSON expected"))
}

impl Carrier for ServiceCarrier {
    fn carry(&self, outgoing: Outgoing) -> BoxFuture<'_, Result<Incoming, Trouble>> {
        Box::pin(self.send(outgoing))
    }
}
