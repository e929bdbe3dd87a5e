//! Microsoft Graph: objects by id, application id or name; groups of a member; batches.

use super::http::{Request, Response};
use super::world::text;
use super::{Cloud, page};
use serde_json::{Value, json};

/// Answers a request to Microsoft Graph.
pub(crate) fn answer(cloud: &Cloud, request: &Request) -> Response {
    let path = request.path();
    let Some(path) = path.strip_prefix("/v1.0/").or_else(|| path.strip_prefix("/beta/")) else {
        return failure(400, "BadRequest", "Invalid version.");
    };
    let parts: Vec<&str> = path.trim_end_matches('/').split('/').collect();
    match (request.method.as_str(), parts.as_slice()) {
        ("POST", ["$batch"]) => batch(cloud, request),
        ("POST", ["directoryObjects", "getByIds"]) => by_ids(cloud, request),
        ("POST", [_, id, "getMemberGroups"]) => member_groups(cloud, request, id),
        ("GET", ["me"]) => signed_in(cloud),
        ("GET", ["organization"]) => Response::json(200, &json!({ "value": [{ "id": cloud.world.tenant }] })),
        ("GET", [kind, id, "transitiveMemberOf", ..]) => member_of(cloud, request, kind, id),
        ("GET", [kind]) => list(cloud, request, kind),
        ("GET", [_, id]) => one(cloud, id),
        _ => failure(405, "Request_BadRequest", "The fake is read only."),
    }
}

/// An error as Graph writes it.
pub(crate) fn failure(status: u16, code: &str, message: &str) -> Response {
    Response::json(status, &json!({ "error": { "code": code, "message": message, "innerError": { "request-id": "r" } } }))
}

fn not_found(id: &str) -> Response {
    failure(
        404,
        "Request_ResourceNotFound",
        &format!("Resource '{id}' does not exist or one of its queried reference-property objects are not present."),
    )
}

fn signed_in(cloud: &Cloud) -> Response {
    let id = cloud.world.signed_in.clone().unwrap_or_default();
    cloud.world.directory.get(&id.to_ascii_lowercase()).map_or_else(|| not_found(&id), |body| Response::json(200, body))
}

fn by_ids(cloud: &Cloud, request: &Request) -> Response {
    let ids = request.json().get("ids").and_then(Value::as_array).cloned().unwrap_or_default();
    if ids.len() > 1000 {
        return failure(400, "Request_BadRequest", "Too many ids.");
    }
    let find = |id: &str| cloud.world.directory.get(&id.to_ascii_lowercase()).cloned();
    let found = ids.iter().filter_map(Value::as_str).filter_map(find).collect();
    page(cloud, request, found)
}

fn member_groups(cloud: &Cloud, request: &Request, id: &str) -> Response {
    if let Some((status, code)) = cloud.world.gap("memberships", id) {
        return failure(status, code, "Insufficient privileges to complete the operation.");
    }
    match cloud.world.groups(id) {
        Some(groups) => page(cloud, request, groups.into_iter().map(Value::String).collect()),
        None => failure(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."),
    }
}

fn member_of(cloud: &Cloud, request: &Request, kind: &str, id: &str) -> Response {
    let _ = kind;
    match cloud.world.groups(id) {
        Some(groups) => {
            let group = |id: String| {
                let known = cloud.world.directory.get(&id.to_ascii_lowercase()).cloned();
                known.unwrap_or_else(
                    || json!({ "@odata.type": "#microsoft.graph.group", "id": id, "displayName": null, "securityEnabled": true }),
                )
            };
            page(cloud, request, groups.into_iter().map(group).collect())
        }
        None => failure(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."),
    }
}

/// `id`, a user principal name, or the type part of `servicePrincipals(appId='…')`.
fn one(cloud: &Cloud, id: &str) -> Response {
    let named = |body: &&Value| text(body, "/userPrincipalName").eq_ignore_ascii_case(id);
    let found = cloud.world.directory.get(&id.to_ascii_lowercase()).or_else(|| cloud.world.directory.values().find(named));
    found.map_or_else(|| not_found(id), |body| Response::json(200, body))
}

fn list(cloud: &Cloud, request: &Request, kind: &str) -> Response {
    let (plain, key) = kind.split_once('(').map_or((kind, None), |(plain, key)| (plain, Some(key)));
    let of_kind = |body: &&Value| match plain {
        "users" => text(body, "/@odata.type").ends_with(".user"),
        "groups" => text(body, "/@odata.type").ends_with(".group"),
        "servicePrincipals" => text(body, "/@odata.type").ends_with(".servicePrincipal"),
        "applications" => text(body, "/@odata.type").ends_with(".application"),
        _ => false,
    };
    if let Some(key) = key {
        let app = key.split('\'').nth(1).unwrap_or_default();
        let found = cloud.world.directory.values().filter(of_kind).find(|body| text(body, "/appId").eq_ignore_ascii_case(app));
        return found.map_or_else(|| not_found(app), |body| Response::json(200, body));
    }
    let filter = request.parameter("$filter").unwrap_or_default();
    let clauses: Vec<&str> = filter.split(" or ").filter(|clause| !clause.trim().is_empty()).collect();
    let wanted = |body: &&Value| clauses.is_empty() || clauses.iter().any(|clause| clause_holds(body, clause));
    page(cloud, request, cloud.world.directory.values().filter(of_kind).filter(wanted).cloned().collect())
}

/// `property eq 'text'`, `property in ('a','b')`, `startswith` is not understood.
fn clause_holds(body: &Value, clause: &str) -> bool {
    let clause = clause.trim().trim_start_matches('(');
    let property = clause.split_whitespace().next().unwrap_or_default();
    let mut values = clause.split('\'').skip(1).step_by(2);
    let held = text(body, &format!("/{property}"));
    values.any(|value| held.eq_ignore_ascii_case(value))
}

fn batch(cloud: &Cloud, request: &Request) -> Response {
    let body = request.json();
    let requests = body.get("requests").and_then(Value::as_array).cloned().unwrap_or_default();
    if requests.len() > 20 {
        return failure(400, "BadRequest", "Number of batch request steps exceeds the maximum value of 20.");
    }
    let answers: Vec<Value> = requests
        .iter()
        .map(|part| {
            let target = text(part, "/url");
            let inner = Request {
                method: text(part, "/method").to_owned(),
                target: format!("/v1.0/{}", target.trim_start_matches('/')),
                headers: request.headers.clone(),
                body: part.get("body").map(Value::to_string).unwrap_or_default().into_bytes(),
            };
            let answer = answer(cloud, &inner);
            let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            json!({ "id": part.get("id"), "status": answer.status, "headers": { "Content-Type": "application/json" }, "body": body })
        })
        .collect();
    Response::json(200, &json!({ "responses": answers }))
}
