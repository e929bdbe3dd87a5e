//! Azure Resource Manager: resources, lists, stored secrets, subscriptions, management groups, Resource Graph.

use super::authorization;
use super::http::{Request, Response};
use super::world::{World, text};
use super::{Cloud, error, page};
use serde_json::{Value, json};
use std::cmp::Reverse;

/// Answers a request to the Resource Manager.
pub(crate) fn answer(cloud: &Cloud, request: &Request) -> Response {
    let world = &cloud.world;
    let path = request.path();
    let path = path.trim_end_matches('/');
    if !path.starts_with('/') || path.starts_with("//") {
        return error(404, "InvalidResourceNamespace", "The resource namespace is invalid.");
    }
    let path = path.to_ascii_lowercase();
    if request.parameter("api-version").is_none() {
        return error(400, "MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required for all requests.");
    }
    if request.method == "POST" {
        return post(world, request, &path);
    }
    if request.method != "GET" && request.method != "HEAD" {
        return error(405, "MethodNotAllowed", "The fake is read only.");
    }
    if let Some(answer) = authorization::answer(cloud, request, &path) {
        return answer;
    }
    if let Some(answer) = tenant_level(cloud, request, &path) {
        return answer;
    }
    resource(cloud, request, &path)
}

fn post(world: &World, request: &Request, path: &str) -> Response {
    if path == "/providers/microsoft.resourcegraph/resources" {
        return Response::json(200, &resource_graph(world, request));
    }
    if path == "/providers/microsoft.management/getentities" {
        return Response::json(200, &json!({ "value": entities(world) }));
    }
    match path.strip_suffix("/listsecrets") {
        Some(datastore) => list_secrets(world, datastore),
        None => error(405, "MethodNotAllowed", "The fake is read only."),
    }
}

/// The secrets that the fake plants; tests look for them where they must not be.
pub(crate) fn planted_key() -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode("canary-account-key-000000000000000000000000000000000000000000000000")
}
/// The signature of each stored SAS.
pub(crate) const PLANTED_SIGNATURE: &str = "canarySignature0000000000000000000000000000";
/// The secret of each stored service principal.
pub(crate) const PLANTED_CLIENT_SECRET: &str = "canary-client-secret-0000";

fn list_secrets(world: &World, datastore: &str) -> Response {
    let Some(record) = world.stored.get(datastore) else {
        return match world.resources.contains_key(datastore) {
            true => error(403, "AuthorizationFailed", "The client does not have authorization to perform action 'listSecrets'."),
            false => error(404, "UserError", "Datastore was not found."),
        };
    };
    // A test that means to use what is stored says what it is.
    let body = match text(record, "/credentials_type") {
        kind if record.get("secret").is_some() => {
            let name = if kind == "Sas" { "sasToken" } else { "key" };
            json!({ "secretsType": kind, name: text(record, "/secret") })
        }
        "AccountKey" => json!({ "secretsType": "AccountKey", "key": planted_key() }),
        "Sas" => json!({ "secretsType": "Sas", "sasToken": format!("?{}&sig={PLANTED_SIGNATURE}", text(record, "/sas")) }),
        "ServicePrincipal" => json!({ "secretsType": "ServicePrincipal", "clientSecret": PLANTED_CLIENT_SECRET }),
        "Certificate" => json!({ "secretsType": "Certificate", "certificate": PLANTED_CLIENT_SECRET }),
        _ => return error(400, "UserError", "The datastore holds no secret."),
    };
    Response::json(200, &body)
}

fn tenant_level(cloud: &Cloud, request: &Request, path: &str) -> Option<Response> {
    let world = &cloud.world;
    if path == "/subscriptions" {
        return Some(page(cloud, request, world.subscriptions.values().map(subscription).collect()));
    }
    if path == "/tenants" {
        return Some(page(cloud, request, vec![json!({ "id": format!("/tenants/{}", world.tenant), "tenantId": world.tenant })]));
    }
    if let Some(id) = path.strip_prefix("/subscriptions/").filter(|rest| !rest.contains('/')) {
        let missing = || error(404, "SubscriptionNotFound", "The subscription could not be found.");
        return Some(world.subscriptions.get(id).map_or_else(missing, |record| Response::json(200, &subscription(record))));
    }
    let groups = path.strip_prefix("/providers/microsoft.management/managementgroups")?;
    let all = management_groups(world);
    let named = |name: &str| all.iter().find(|group| text(group, "/name").eq_ignore_ascii_case(name)).cloned();
    Some(match groups.trim_start_matches('/') {
        "" => page(cloud, request, all),
        name => {
            named(name).map_or_else(|| error(404, "NotFound", "The management group was not found."), |group| Response::json(200, &group))
        }
    })
}

fn subscription(record: &Value) -> Value {
    let id = text(record, "/subscription_id");
    json!({ "id": format!("/subscriptions/{id}"), "subscriptionId": id, "displayName": "a subscription", "tenantId": text(record, "/tenant_id"),
        "state": text(record, "/state"), "authorizationSource": "RoleBased", "managedByTenants": [] })
}

/// Names of the management groups above a subscription, nearest first.
fn ancestors(record: &Value) -> Vec<String> {
    let groups = record.get("management_groups").and_then(Value::as_array).cloned().unwrap_or_default();
    groups.iter().filter_map(Value::as_str).map(|group| group.rsplit('/').next().unwrap_or_default().to_owned()).collect()
}

fn management_groups(world: &World) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    for record in world.subscriptions.values() {
        let chain = ancestors(record);
        for (at, name) in chain.iter().enumerate() {
            if all.iter().any(|group| text(group, "/name") == name) {
                continue;
            }
            let full = |name: &String| format!("/providers/Microsoft.Management/managementGroups/{name}");
            let above: Vec<Value> = chain.iter().skip(at + 1).map(|name| json!({ "name": name, "displayName": name })).collect();
            let parent = chain.get(at + 1).map(|name| json!({ "id": full(name), "name": name, "displayName": name }));
            all.push(json!({ "id": full(name), "name": name, "type": "Microsoft.Management/managementGroups",
                "properties": { "tenantId": world.tenant, "displayName": name, "managementGroupAncestorsChain": above,
                    "managementGroupAncestors": above.iter().map(|a| text(a, "/name").to_owned()).collect::<Vec<_>>(),
                    "path": [], "details": { "parent": parent } } }));
        }
    }
    all
}

fn entities(world: &World) -> Vec<Value> {
    let subscriptions = world.subscriptions.values().map(|record| {
        let mut chain = ancestors(record);
        chain.reverse();
        let id = text(record, "/subscription_id");
        json!({ "id": format!("/subscriptions/{id}"), "name": id, "type": "/subscriptions",
            "properties": { "tenantId": world.tenant, "parentNameChain": chain, "parentDisplayNameChain": chain,
                "parent": { "id": chain.last().map(|name| format!("/providers/Microsoft.Management/managementGroups/{name}")) } } })
    });
    subscriptions.collect()
}

/// Rows of the table that the query names, narrowed to the names and ids it quotes.
fn resource_graph(world: &World, request: &Request) -> Value {
    let asked = text(&request.json(), "/query").to_owned();
    let query = asked.to_ascii_lowercase();
    let rows: Vec<Value> = if query.contains("authorizationresources") {
        world.assignments.iter().chain(&world.definitions).cloned().collect()
    } else if query.contains("resourcecontainers") {
        let wanted = |record: &&Value| {
            let id = text(record, "/subscription_id").to_ascii_lowercase();
            !query.contains("subscriptionid ") || query.contains(&id)
        };
        world.subscriptions.values().filter(wanted).map(container_row).collect()
    } else {
        let quoted: Vec<&str> = query.split(['\'', '"']).skip(1).step_by(2).collect();
        let wanted = |body: &&Value| {
            let kind = text(body, "/type").to_ascii_lowercase();
            let name = text(body, "/name").to_ascii_lowercase();
            quoted.contains(&kind.as_str()) && (!query.contains(" name ") || quoted.contains(&name.as_str()))
        };
        world.resources.values().filter(wanted).cloned().collect()
    };
    let rows: Vec<Value> = rows.iter().map(|row| projected(row, &asked)).collect();
    json!({ "totalRecords": rows.len(), "count": rows.len(), "data": rows, "facets": [], "resultTruncated": "false" })
}

/// The columns that `| project a, b = c.d` asks for; without it, all. A path that leads nowhere is null.
fn projected(row: &Value, query: &str) -> Value {
    let Some((_, columns)) = query.rsplit_once("| project ") else { return row.clone() };
    let column = |text: &str| {
        let (name, path) = text.split_once('=').unwrap_or((text, text));
        let pointer = format!("/{}", path.trim().replace('.', "/"));
        (name.trim().to_owned(), row.pointer(&pointer).cloned().unwrap_or_default())
    };
    Value::Object(columns.split(',').map(column).collect())
}

fn container_row(record: &Value) -> Value {
    let id = text(record, "/subscription_id");
    let chain: Vec<Value> = ancestors(record).iter().map(|name| json!({ "name": name, "displayName": name })).collect();
    json!({ "id": format!("/subscriptions/{id}"), "name": "a subscription", "type": "microsoft.resources/subscriptions",
        "subscriptionId": id, "tenantId": text(record, "/tenant_id"),
        "properties": { "state": text(record, "/state"), "managementGroupAncestorsChain": chain } })
}

/// One resource, or the list of a collection.
fn resource(cloud: &Cloud, request: &Request, path: &str) -> Response {
    let world = &cloud.world;
    if let Some(body) = world.resources.get(path) {
        return Response::json(200, body);
    }
    if let Some(container) = data_container(world, path) {
        return Response::json(200, &container);
    }
    let provider = path.rsplit_once("/providers/").map(|(_, rest)| rest.split('/').count());
    match provider {
        // An even number of parts ends in a type, an odd one in a name.
        Some(parts) if parts % 2 == 0 && parent_exists(world, path) => page(cloud, request, children(world, request, path)),
        Some(parts) if parts % 2 == 0 => error(404, "ParentResourceNotFound", "Can not perform requested operation on nested resource."),
        Some(_) | None => error(404, "ResourceNotFound", "The Resource was not found."),
    }
}

/// A list below a resource group or subscription always answers; below a resource only where that exists.
fn parent_exists(world: &World, path: &str) -> bool {
    let Some((parent, _)) = path.rsplit_once('/') else { return false };
    let depth = parent.rsplit_once("/providers/").map_or(0, |(_, rest)| rest.split('/').count());
    let service = parent.ends_with("/blobservices/default").then(|| parent.trim_end_matches("/blobservices/default"));
    let parent = service.unwrap_or(parent);
    depth <= 1 || world.resources.contains_key(parent) || data_container(world, parent).is_some()
}

fn children(world: &World, request: &Request, path: &str) -> Vec<Value> {
    let direct = |id: &str| id.strip_prefix(path).and_then(|rest| rest.strip_prefix('/')).is_some_and(|rest| !rest.contains('/'));
    let mut found: Vec<Value> = world.resources.iter().filter(|(id, _)| direct(id)).map(|(_, body)| body.clone()).collect();
    if found.is_empty() && !path.contains("/resourcegroups/") {
        found = below_subscription(world, path);
    }
    if let Some(workspace) = path.strip_suffix("/data") {
        let mut names: Vec<String> = world.resources.keys().filter_map(|id| asset_of(id, workspace)).collect();
        names.dedup();
        found.extend(names.iter().filter_map(|id| data_container(world, id)));
    }
    if request.parameter("isDefault").is_some_and(|only| only.eq_ignore_ascii_case("true")) {
        found.retain(|body| body.pointer("/properties/isDefault") == Some(&Value::Bool(true)));
    }
    if request.parameter("$orderBy").is_some_and(|order| order.to_ascii_lowercase().contains("desc")) {
        found.sort_by_key(|body| Reverse(text(body, "/systemData/createdAt").to_owned()));
    }
    if let Some(top) = request.parameter("$top").and_then(|top| top.parse().ok()) {
        found.truncate(top);
    }
    found
}

/// `/subscriptions/S/providers/T/x`: every resource of that type, whatever its group.
fn below_subscription(world: &World, path: &str) -> Vec<Value> {
    let Some((subscription, kind)) = path.split_once("/providers/") else { return Vec::new() };
    let prefix = format!("{subscription}/");
    let fits = |body: &Value| text(body, "/type").eq_ignore_ascii_case(kind);
    world.resources.iter().filter(|(id, body)| id.starts_with(&prefix) && fits(body)).map(|(_, body)| body.clone()).collect()
}

/// The id of the data asset that a version's id belongs to.
fn asset_of(id: &str, workspace: &str) -> Option<String> {
    let rest = id.strip_prefix(workspace)?.strip_prefix("/data/")?;
    let (name, _) = rest.split_once("/versions/")?;
    Some(format!("{workspace}/data/{name}"))
}

/// The data asset of a version that the file holds without its asset.
fn data_container(world: &World, path: &str) -> Option<Value> {
    let (workspace, name) = path.rsplit_once("/data/")?;
    if name.contains('/') || world.resources.contains_key(path) {
        return None;
    }
    let prefix = format!("{path}/versions/");
    let versions: Vec<&Value> = world.resources.iter().filter(|(id, _)| id.starts_with(&prefix)).map(|(_, body)| body).collect();
    let newest = versions.iter().max_by_key(|body| (text(body, "/systemData/createdAt"), text(body, "/name").parse::<u64>().ok()))?;
    let latest = text(newest, "/name");
    Some(json!({ "id": format!("{workspace}/data/{name}"), "name": name, "type": "Microsoft.MachineLearningServices/workspaces/data",
        "properties": { "dataType": newest.pointer("/properties/dataType"), "latestVersion": latest, "isArchived": false } }))
}
