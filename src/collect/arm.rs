//! Look-ups of Azure Resource Manager and Resource Graph.

use super::authorization::{AuthorizationList, AuthorizationSource};
use super::cloud::{Service, is_account_name};
use super::get::{arm, get_object, get_pages};
use super::plan::{AccountHint, Gathered, ListOf, Want};
use super::transport::{Call, Transport, Verb};
use super::trouble::Trouble;
use crate::model::Scope;
use serde_json::{Value, json};

pub(super) const MACHINE_LEARNING: &str = "2025-12-01";
const STORAGE: &str = "2023-05-01";
const NETWORK: &str = "2024-05-01";
const IDENTITY: &str = "2023-01-31";
const SUBSCRIPTIONS: &str = "2022-12-01";
const RESOURCE_GRAPH: &str = "2022-10-01";

/// The API version for a resource, by its provider.
fn version(id: &Scope) -> &'static str {
    let key = id.key();
    let provider = key.rsplit_once("/providers/").map_or("", |(_, rest)| rest);
    if provider.starts_with("microsoft.storage/") {
        STORAGE
    } else if provider.starts_with("microsoft.network/") {
        NETWORK
    } else if provider.starts_with("microsoft.managedidentity/") {
        IDENTITY
    } else {
        MACHINE_LEARNING
    }
}

/// An id as a path: nothing in it may end the path of a URL or leave it.
pub(super) fn path_of(id: &Scope) -> Result<String, Trouble> {
    let text = id.as_str();
    if text.contains(['?', '#', '\\', '%']) || text.split('/').any(|part| part == "." || part == "..") {
        return Err(Trouble::own("BadId", "the id holds characters that no ARM id has"));
    }
    Ok(text.to_owned())
}

/// A 404 says that the resource does not exist, unless it is the subscription that cannot be seen.
fn says_absent(trouble: &Trouble) -> bool {
    trouble.is_not_found()
        && !["SubscriptionNotFound", "InvalidSubscriptionId", "NoRegisteredProviderFound"].contains(&trouble.code.as_str())
}

pub(super) async fn resource(transport: &Transport, want: &Want, id: &Scope) -> Gathered {
    let got = match path_of(id).and_then(|path| arm(transport, &path, version(id))) {
        Ok(call) => get_object(transport, &call).await,
        Err(trouble) => Err(trouble),
    };
    match got {
        Ok(body) => Gathered { bodies: vec![("resource", body)], whole: true, ..Gathered::default() },
        Err(trouble) if says_absent(&trouble) => Gathered::default().covered(want),
        Err(trouble) => Gathered::failed(want, &trouble),
    }
}

/// The record of a job. Not part of a snapshot: it says what to ask.
///
/// # Errors
/// As of [`Transport::send`], an answer that is no success, and one that is no JSON object.
pub async fn job(transport: &Transport, workspace: &Scope, name: &str) -> Result<Value, Trouble> {
    let path = path_of(&workspace.join(&format!("jobs/{name}")))?;
    get_object(transport, &arm(transport, &path, MACHINE_LEARNING)?).await
}

pub(super) async fn list(transport: &Transport, want: &Want, list: ListOf, parent: &Scope) -> Gathered {
    let call = path_of(parent).and_then(|path| arm(transport, &format!("{path}{}", list.path()), MACHINE_LEARNING));
    let listed = match call {
        Ok(call) => get_pages(transport, call).await,
        Err(trouble) => return Gathered::failed(want, &trouble),
    };
    let mut gathered = match &listed.trouble {
        Some(trouble) => Gathered::failed(want, trouble),
        None => Gathered { whole: true, ..Gathered::default() },
    };
    if gathered.whole && matches!(list, ListOf::Versions | ListOf::OutboundRules) {
        gathered.coverage.extend(want.places());
    }
    gathered.bodies = listed.pages.into_iter().map(|page| ("resource", page)).collect();
    gathered
}

pub(super) async fn authorization(source: &dyn AuthorizationSource, want: &Want, list: AuthorizationList, scope: &Scope) -> Gathered {
    let parts: &[(AuthorizationList, &'static str)] = match list {
        AuthorizationList::RoleAssignments => &[(AuthorizationList::RoleAssignments, "role_assignment")],
        AuthorizationList::RoleDefinitions => &[(AuthorizationList::RoleDefinitions, "role_definition")],
        AuthorizationList::DenyAssignments => &[(AuthorizationList::DenyAssignments, "deny_assignment")],
        AuthorizationList::ActiveInstances | AuthorizationList::EligibleInstances => &[
            (AuthorizationList::ActiveInstances, "role_assignment_schedule_instance"),
            (AuthorizationList::EligibleInstances, "role_eligibility_schedule_instance"),
        ],
    };
    let path = match path_of(scope) {
        Ok(path) => path,
        Err(trouble) => return Gathered::failed(want, &trouble),
    };
    let answers = futures::future::join_all(parts.iter().map(|(list, _)| source.list(*list, &path, None))).await;
    let trouble = answers.iter().find_map(|listed| listed.trouble.clone());
    let mut gathered = match trouble {
        Some(trouble) => Gathered::failed(want, &trouble),
        None => Gathered::default().covered(want),
    };
    for ((_, kind), listed) in parts.iter().zip(answers) {
        gathered.bodies.extend(listed.pages.into_iter().map(|page| (*kind, page)));
    }
    gathered
}

/// Rows of a Resource Graph query.
async fn rows(transport: &Transport, query: String) -> Result<Vec<Value>, Trouble> {
    let url = transport.endpoints().arm(&format!("/providers/Microsoft.ResourceGraph/resources?api-version={RESOURCE_GRAPH}"));
    let url = url.ok_or_else(|| Trouble::own("BadId", "the endpoint makes no URL"))?;
    let body = json!({"query": query, "options": {"resultFormat": "objectArray", "$top": 1000}}).to_string();
    let call = Call { verb: Verb::Post(body), ..Call::get(Service::ResourceManager, url) };
    let mut answer = get_object(transport, &call).await?;
    match answer.get_mut("data").map(Value::take) {
        Some(Value::Array(rows)) => Ok(rows),
        Some(_) | None => Err(Trouble::own("NotJson", "Resource Graph answered without rows")),
    }
}

/// State and tenant from the subscription itself, the chain of management groups from Resource Graph; where that is not
/// readable, the chain is left out, which means unknown.
pub(super) async fn subscription(transport: &Transport, want: &Want, id: &str) -> Gathered {
    if !is_plain(id) {
        return Gathered::failed(want, &Trouble::own("BadId", "the id of the subscription holds characters that none has"));
    }
    let own = async { get_object(transport, &arm(transport, &format!("/subscriptions/{id}"), SUBSCRIPTIONS)?).await };
    let query = format!(
        "resourcecontainers | where type =~ 'microsoft.resources/subscriptions' and subscriptionId =~ '{id}' \
         | project subscriptionId, tenantId, properties"
    );
    let (own, rows) = futures::join!(own, rows(transport, query));
    let body = match own {
        Ok(body) => body,
        Err(trouble) => return Gathered::failed(want, &trouble),
    };
    let mut line = json!({"kind": "subscription", "subscription_id": id});
    let chain = rows.ok().and_then(|rows| chain_in(&rows, id));
    if let Some(fields) = line.as_object_mut() {
        for (name, pointer) in [("state", "/state"), ("tenant_id", "/tenantId")] {
            if let Some(value) = body.pointer(pointer).filter(|value| value.is_string()) {
                fields.insert(name.to_owned(), value.clone());
            }
        }
        if let Some(chain) = chain {
            fields.insert("management_groups".to_owned(), chain.into());
        }
    }
    Gathered { lines: vec![line], whole: true, ..Gathered::default() }
}

/// Names of the management groups above a subscription, nearest first; a chain that is empty or names one in no way is unknown.
fn chain_in(rows: &[Value], id: &str) -> Option<Vec<String>> {
    let row = rows.iter().find(|row| text(row, "/subscriptionId").eq_ignore_ascii_case(id))?;
    let chain = row.pointer("/properties/managementGroupAncestorsChain")?.as_array()?;
    let names: Option<Vec<String>> = chain.iter().map(|group| Some(group.get("name")?.as_str()?.to_owned())).collect();
    names.filter(|names| !names.is_empty())
}

pub(super) fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// What is projected of a storage account: enough to ask for the rest at once.
const ACCOUNT_ROW: &str = "project id, name, hierarchical = properties.isHnsEnabled, endpoints = properties.privateEndpointConnections";

fn account_hint(row: &Value) -> Option<AccountHint> {
    let id = Scope::new(text(row, "/id"));
    id.segment_after("storageaccounts")?;
    let endpoints = row.get("endpoints").and_then(Value::as_array).into_iter().flatten();
    Some(AccountHint {
        // Null is how an account of before the flag says no.
        hierarchical: row.get("hierarchical").map(|flag| flag.as_bool().unwrap_or(false)),
        private_endpoints: endpoints.filter_map(private_endpoint).collect(),
        id,
    })
}

/// The endpoint of a private endpoint connection.
pub(super) fn private_endpoint(connection: &Value) -> Option<Scope> {
    let id = Scope::new(text(connection, "/properties/privateEndpoint/id"));
    id.subscription().is_some().then_some(id)
}

/// The id of an account: by Resource Graph in every subscription, else by the list of `subscription`, for a new account is
/// not yet in Resource Graph and not everybody may ask it.
pub(super) async fn find_account(transport: &Transport, want: &Want, name: &str, subscription: Option<&str>) -> Gathered {
    if !is_account_name(name) {
        return Gathered::failed(want, &Trouble::own("BadName", "no storage account can have that name"));
    }
    let query = format!("resources | where type =~ 'microsoft.storage/storageaccounts' and name =~ '{name}' | {ACCOUNT_ROW}");
    let trouble = match rows(transport, query).await.map(|rows| account_in(&rows, name)) {
        Ok(Some(hint)) => return found(hint),
        Ok(None) => {
            Trouble::own("NotFound", "Resource Graph shows no storage account of that name; it may be in another tenant, or not readable")
        }
        Err(trouble) => trouble,
    };
    let Some(subscription) = subscription.filter(|id| is_plain(id)) else {
        return Gathered::failed(want, &trouble);
    };
    let path = format!("/subscriptions/{subscription}/providers/Microsoft.Storage/storageAccounts");
    let listed = match arm(transport, &path, STORAGE) {
        Ok(call) => get_pages(transport, call).await,
        Err(_) => return Gathered::failed(want, &trouble),
    };
    let rows: Vec<Value> = listed.pages.iter().filter_map(|page| page.get("value")?.as_array()).flatten().cloned().collect();
    match account_in(&rows, name) {
        Some(hint) => found(hint),
        None => Gathered::failed(want, &trouble),
    }
}

/// Storage accounts of a subscription, the first thousand; a failure costs time and no fact.
pub(super) async fn account_hints(transport: &Transport, subscription: &str) -> Gathered {
    if !is_plain(subscription) {
        return Gathered::default();
    }
    let query =
        format!("resources | where type =~ 'microsoft.storage/storageaccounts' and subscriptionId =~ '{subscription}' | {ACCOUNT_ROW}");
    let hints = rows(transport, query).await.unwrap_or_default().iter().filter_map(account_hint).collect();
    Gathered { hints, ..Gathered::default() }
}

fn found(hint: AccountHint) -> Gathered {
    Gathered { hints: vec![hint], whole: true, ..Gathered::default() }
}

/// The one account of that name; names are unique in a cloud.
fn account_in(rows: &[Value], name: &str) -> Option<AccountHint> {
    let mut hints = rows.iter().filter_map(account_hint);
    hints.find(|hint| hint.id.segment_after("storageaccounts").is_some_and(|found| found.eq_ignore_ascii_case(name)))
}

pub(super) fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_leave_their_path_are_refused() {
        for id in ["/subscriptions/s?x", "/subscriptions/../x", "/a/%2e%2e/b", "/a#b", "/a\\b"] {
            assert!(path_of(&Scope::new(id)).is_err(), "{id}");
        }
    }

    #[test]
    fn a_subscription_that_cannot_be_seen_does_not_make_its_resources_absent() {
        let trouble = |code: &str| Trouble::answer(404, code, "m");
        assert!(says_absent(&trouble("ResourceNotFound")) && says_absent(&trouble("ResourceGroupNotFound")));
        assert!(!says_absent(&trouble("SubscriptionNotFound")));
    }
}
