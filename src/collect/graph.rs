//! Look-ups of Microsoft Graph: objects, transitive groups.

use super::arm::text;
use super::cloud::Service;
use super::get::{get_object, get_pages};
use super::plan::{Gathered, Want};
use super::record::LookupPlace;
use super::transport::{Call, Transport, Verb};
use super::trouble::Trouble;
use crate::model::{Folded, ObjectId, What};
use serde_json::{Value, json};
use url::Url;

/// Ids in one request. Source: Microsoft Graph, `directoryObject: getByIds`.
pub(super) const IDS: usize = 1_000;

fn url(transport: &Transport, segments: &[&str], filter: Option<&str>) -> Result<Url, Trouble> {
    let bad = || Trouble::own("BadName", "the name makes no URL");
    let mut url = transport.endpoints().graph("/v1.0").ok_or_else(bad)?;
    url.path_segments_mut().map_err(|()| bad())?.extend(segments);
    if let Some(filter) = filter {
        url.query_pairs_mut().append_pair("$filter", filter);
    }
    Ok(url)
}

/// Whether a text is a GUID.
pub(super) fn is_guid(text: &str) -> bool {
    let key = ObjectId::new(text).key().to_owned();
    key.len() == 36 && key.char_indices().all(|(at, c)| if [8, 13, 18, 23].contains(&at) { c == '-' } else { c.is_ascii_hexdigit() })
}

/// What is asked about a principal whose object id is known.
pub(super) fn about(id: &str) -> Vec<Want> {
    if id.is_empty() { Vec::new() } else { vec![Want::Memberships(Folded::new(id)), Want::Objects(vec![Folded::new(id)])] }
}

pub(super) async fn memberships(transport: &Transport, want: &Want, id: &str) -> Gathered {
    let body = json!({"securityEnabledOnly": true}).to_string();
    let call = url(transport, &["directoryObjects", id, "getMemberGroups"], None)
        .map(|url| Call { verb: Verb::Post(body), ..Call::get(Service::Graph, url) });
    let listed = match call {
        Ok(call) => get_pages(transport, call).await,
        Err(trouble) => return Gathered::failed(want, &trouble),
    };
    if let Some(trouble) = &listed.trouble {
        return Gathered::failed(want, trouble);
    }
    let items = listed.pages.iter().flat_map(|page| page.get("value").and_then(Value::as_array).into_iter().flatten());
    let groups: Option<Vec<&str>> = items.map(Value::as_str).collect();
    match groups {
        Some(groups) => {
            let line = json!({"kind": "membership", "member": id, "transitive_groups": groups});
            Gathered { lines: vec![line], whole: true, ..Gathered::default() }
        }
        None => Gathered::failed(want, &Trouble::answer(200, "NotJson", "the list of groups holds what is no id")),
    }
}

/// The custom security attributes of a user or service principal: Graph gives them only where they are asked for by name.
/// Where they may not be read they stay uncollected. Source: "Overview of custom security attributes using the Microsoft
/// Graph API".
pub(super) async fn attributes(transport: &Transport, id: &str) -> Gathered {
    let mut reason = String::new();
    for (kind, name) in [("users", "#microsoft.graph.user"), ("servicePrincipals", "#microsoft.graph.servicePrincipal")] {
        let call = url(transport, &[kind, id], None).map(|mut url| {
            url.query_pairs_mut().append_pair("$select", "id,customSecurityAttributes");
            Call::get(Service::Graph, url)
        });
        let got = match call {
            Ok(call) => get_object(transport, &call).await,
            Err(trouble) => Err(trouble),
        };
        match got {
            Ok(body) => {
                // Null is how Graph says that there are none.
                let sets = body.get("customSecurityAttributes").filter(|sets| sets.is_object()).cloned().unwrap_or_else(|| json!({}));
                let body = json!({"@odata.type": name, "id": id, "customSecurityAttributes": sets});
                return Gathered { bodies: vec![("directory_object", body)], whole: true, ..Gathered::default() };
            }
            Err(trouble) if trouble.is_not_found() => {}
            Err(trouble) => {
                reason = trouble.to_string();
                break;
            }
        }
    }
    let note = format!("the custom security attributes of {id}, which a condition asks for, were not read: {reason}");
    Gathered { notes: if reason.is_empty() { Vec::new() } else { vec![note] }, ..Gathered::default() }
}

/// Objects by id. Those that the directory does not hold are known not to exist.
pub(super) async fn objects(transport: &Transport, want: &Want, ids: &[Folded]) -> Gathered {
    let body = json!({"ids": ids.iter().map(Folded::as_str).collect::<Vec<_>>()}).to_string();
    let call = url(transport, &["directoryObjects", "getByIds"], None)
        .map(|url| Call { verb: Verb::Post(body), ..Call::get(Service::Graph, url) });
    let listed = match call {
        Ok(call) => get_pages(transport, call).await,
        Err(trouble) => return Gathered::failed(want, &trouble),
    };
    let mut gathered = match &listed.trouble {
        Some(trouble) => Gathered::failed(want, trouble),
        None => Gathered::default().covered(want),
    };
    gathered.bodies = listed.pages.into_iter().map(|page| ("directory_object", page)).collect();
    gathered
}

/// A list of Graph, filtered.
async fn filtered(transport: &Transport, kind: &str, filter: &str) -> Result<Vec<Value>, Trouble> {
    let listed = get_pages(transport, Call::get(Service::Graph, url(transport, &[kind], Some(filter))?)).await;
    match listed.trouble {
        Some(trouble) => Err(trouble),
        None => Ok(listed.pages),
    }
}

/// Service principal and application of an application id; their secrets' dates come with them.
pub(super) async fn application(transport: &Transport, want: &Want, app_id: &str) -> Gathered {
    if !is_guid(app_id) {
        return Gathered::failed(want, &Trouble::own("BadId", "the application id is no GUID"));
    }
    let filter = format!("appId eq '{app_id}'");
    let (principals, applications) =
        futures::join!(filtered(transport, "servicePrincipals", &filter), filtered(transport, "applications", &filter));
    let principals = match principals {
        Ok(pages) => pages,
        Err(trouble) => return Gathered::failed(want, &trouble),
    };
    let ids: Vec<String> = items(&principals).map(|item| text(item, "/id").to_owned()).filter(|id| !id.is_empty()).collect();
    let next = ids.iter().map(|id| Want::Memberships(Folded::new(id))).collect();
    let all = principals.into_iter().chain(applications.unwrap_or_default());
    let gathered = Gathered { bodies: all.map(|page| ("directory_object", page)).collect(), next, ..Gathered::default() };
    gathered.covered(want)
}

fn items(pages: &[Value]) -> impl Iterator<Item = &Value> {
    pages.iter().filter_map(|page| page.get("value").and_then(Value::as_array)).flatten()
}

/// The principal that a person named: a GUID is an object id or an application id, a text with `@` a user principal name,
/// any other a display name.
pub(super) async fn principal(transport: &Transport, want: &Want, name: &str) -> Gathered {
    let found = if is_guid(name) {
        by_guid(transport, name).await
    } else if name.contains('@') {
        match url(transport, &["users", name], None).map(|url| Call::get(Service::Graph, url)) {
            Ok(call) => get_object(transport, &call).await.map(|body| vec![json!({"value": [body]})]),
            Err(trouble) => Err(trouble),
        }
    } else {
        by_display_name(transport, name).await
    };
    match found {
        Ok(pages) => {
            let next = items(&pages).map(|item| Want::Memberships(Folded::new(text(item, "/id")))).collect();
            let bodies = pages.into_iter().map(|page| ("directory_object", page)).collect();
            Gathered { bodies, next, whole: true, ..Gathered::default() }
        }
        Err(trouble) if trouble.is_not_found() => Gathered::default().covered(want),
        Err(trouble) => {
            // An object id that the directory does not show may still be asked for its groups.
            let next = if is_guid(name) { vec![Want::Memberships(Folded::new(name))] } else { Vec::new() };
            let gaps = vec![(LookupPlace::new(What::DirectoryObject, name), trouble)];
            Gathered { gaps, next, ..Gathered::default() }
        }
    }
}

async fn by_guid(transport: &Transport, id: &str) -> Result<Vec<Value>, Trouble> {
    let body = json!({"ids": [id]}).to_string();
    let call = Call { verb: Verb::Post(body), ..Call::get(Service::Graph, url(transport, &["directoryObjects", "getByIds"], None)?) };
    let filter = format!("appId eq '{id}'");
    let (objects, principals) = futures::join!(get_pages(transport, call), filtered(transport, "servicePrincipals", &filter));
    let mut pages = match objects.trouble {
        Some(trouble) => return Err(trouble),
        None => objects.pages,
    };
    pages.extend(principals.unwrap_or_default());
    if items(&pages).next().is_none() {
        return Err(Trouble::answer(404, "Request_ResourceNotFound", "the directory holds no object of that id"));
    }
    Ok(pages)
}

async fn by_display_name(transport: &Transport, name: &str) -> Result<Vec<Value>, Trouble> {
    let filter = format!("displayName eq '{}'", name.replace('\'', "''"));
    let kinds = ["users", "servicePrincipals", "groups"];
    let answers = futures::future::join_all(kinds.iter().map(|kind| filtered(transport, kind, &filter))).await;
    let mut pages = Vec::new();
    for answer in answers {
        pages.extend(answer?);
    }
    Ok(pages)
}
