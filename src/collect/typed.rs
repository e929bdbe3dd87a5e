//! Questions about `Microsoft.Authorization`, through `azure_mgmt_authorization` behind the bridge.

use super::authorization::{AuthorizationList, AuthorizationSource, Listed};
use super::bridge::{Attach, Bridge, Carrier, Placeholder, page, unlogged};
use super::trouble::Trouble;
use azure_core_legacy as legacy;
use azure_mgmt_authorization::package_2022_05_01_preview::Client;
use futures::future::BoxFuture;
use futures::{Stream, StreamExt};
use serde_json::Value;
use std::sync::Arc;
use url::Url;

/// The typed client, behind the bridge.
#[derive(Clone, Debug)]
pub struct TypedAuthorization {
    carrier: Arc<dyn Carrier>,
    endpoint: Url,
}

impl TypedAuthorization {
    /// Asks the Resource Manager at `endpoint`.
    pub fn new(carrier: Arc<dyn Carrier>, endpoint: Url) -> Self {
        TypedAuthorization { carrier, endpoint }
    }

    fn client(&self, bridge: &Bridge) -> Result<Client, Trouble> {
        let builder = Client::builder(Arc::new(Placeholder)).endpoint(self.endpoint.clone()).scopes(&["placeholder"]);
        // The transport waits and tries again; twice would be too much.
        let builder = builder.retry(legacy::RetryOptions::none()).transport(bridge.transport());
        builder.build().map_err(|_| Trouble::own("Client", "the client of role assignments cannot be made"))
    }

    async fn listed(&self, list: AuthorizationList, scope: &str, filter: Option<&str>) -> Listed {
        let bridge = Bridge::new(&self.carrier, &self.endpoint, Attach::Token);
        match self.client(&bridge) {
            Ok(client) => {
                unlogged(read(&client, list, scope.trim_matches('/'), filter)).await;
                finish(&bridge).await
            }
            Err(trouble) => Listed { pages: Vec::new(), trouble: Some(trouble) },
        }
    }

    async fn definition(&self, scope: &str, id: &str) -> Result<Value, Trouble> {
        let bridge = Bridge::new(&self.carrier, &self.endpoint, Attach::Token);
        let client = self.client(&bridge)?;
        // `get_by_id` of the crate spoils its URL. What the model makes of the answer does not matter: it is recorded.
        let _ = unlogged(async { client.role_definitions_client().get(scope.trim_matches('/'), id).await }).await;
        let mut recording = bridge.recording();
        if let Some(trouble) = recording.trouble.take() {
            return Err(trouble);
        }
        let Some(answer) = recording.answers.last() else {
            return Err(Trouble::own("Client", "the role definition was not asked for"));
        };
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        match body.get("id").is_some_and(Value::is_string) {
            true => Ok(body),
            false => Err(Trouble::answer(answer.status, "NotJson", "the answer is no role definition")),
        }
    }
}

impl AuthorizationSource for TypedAuthorization {
    fn list<'a>(&'a self, list: AuthorizationList, scope: &'a str, filter: Option<&'a str>) -> BoxFuture<'a, Listed> {
        Box::pin(self.listed(list, scope, filter))
    }
    fn role_definition<'a>(&'a self, scope: &'a str, id: &'a str) -> BoxFuture<'a, Result<Value, Trouble>> {
        Box::pin(self.definition(scope, id))
    }
}

/// Lets the typed client walk through the pages.
async fn read(client: &Client, list: AuthorizationList, scope: &str, filter: Option<&str>) {
    /// A request with the filter, where there is one.
    macro_rules! walk {
        ($request:expr) => {{
            let request = $request;
            let request = match filter {
                Some(filter) => request.filter(filter),
                None => request,
            };
            drain(request.into_stream()).await;
        }};
    }
    match list {
        AuthorizationList::RoleAssignments => walk!(client.role_assignments_client().list_for_scope(scope)),
        AuthorizationList::RoleDefinitions => walk!(client.role_definitions_client().list(scope)),
        AuthorizationList::DenyAssignments => walk!(client.deny_assignments_client().list_for_scope(scope)),
        AuthorizationList::ActiveInstances => walk!(client.role_assignment_schedule_instances_client().list_for_scope(scope)),
        AuthorizationList::EligibleInstances => walk!(client.role_eligibility_schedule_instances_client().list_for_scope(scope)),
    }
}

/// Until the end or the first error; both show in the recording.
async fn drain<T, E>(mut pages: impl Stream<Item = Result<T, E>> + Unpin) {
    while let Some(Ok(_)) = pages.next().await {}
}

/// Reads the recording, and goes on page by page where the crate's model could not read a page that is in order.
async fn finish(bridge: &Bridge) -> Listed {
    let mut listed = Listed::default();
    let mut taken = 0;
    loop {
        let (fresh, trouble) = {
            let recording = bridge.recording();
            (recording.answers.get(taken..).unwrap_or_default().to_vec(), recording.trouble.clone())
        };
        taken += fresh.len();
        let mut next = None;
        for incoming in &fresh {
            match page(incoming) {
                Ok((body, link)) => {
                    listed.pages.push(body);
                    next = link;
                }
                Err(trouble) => return Listed { trouble: Some(trouble), ..listed },
            }
        }
        if trouble.is_some() {
            return Listed { trouble, ..listed };
        }
        if fresh.is_empty() {
            return Listed { trouble: Some(Trouble::own("Client", "the list was not asked for")), ..listed };
        }
        let Some(link) = next else { return listed };
        let Ok(url) = Url::parse(&link) else {
            return Listed { trouble: Some(Trouble::own("ForeignLink", "the next link is no URL")), ..listed };
        };
        if let Err(trouble) = bridge.next(url).await {
            return Listed { trouble: Some(trouble), ..listed };
        }
    }
}
