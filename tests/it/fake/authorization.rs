//! `Microsoft.Authorization` at any scope: at it, above it, below it, with ARM's filters.

use super::http::{Request, Response};
use super::world::{World, text};
use super::{Cloud, error, page};
use serde_json::Value;

/// What a `$filter` asks.
enum Filter {
    None,
    /// At the scope or above it.
    AtScope,
    /// Direct assignments of one principal.
    Principal(String),
    /// What applies to one principal, groups included.
    AssignedTo(String),
    /// Anything the service does not know.
    Invalid,
}

impl Filter {
    fn of(request: &Request) -> Self {
        let Some(text) = request.parameter("$filter") else { return Filter::None };
        let quoted = text.split('\'').nth(1).unwrap_or_default().to_ascii_lowercase();
        let lower = text.to_ascii_lowercase();
        match lower.as_str() {
            "atscope()" => Filter::AtScope,
            _ if lower.starts_with("principalid eq") => Filter::Principal(quoted),
            _ if lower.contains("assignedto(") => Filter::AssignedTo(quoted),
            _ => Filter::Invalid,
        }
    }
}

/// The answer, where the path is one of this provider.
pub(crate) fn answer(cloud: &Cloud, request: &Request, path: &str) -> Option<Response> {
    let (scope, rest) = path.rsplit_once("/providers/microsoft.authorization/")?;
    let (kind, name) = rest.split_once('/').map_or((rest, None), |(kind, name)| (kind, Some(name)));
    let world = &cloud.world;
    let records = match kind {
        "roledefinitions" => &world.definitions,
        "roleassignments" => &world.assignments,
        "denyassignments" => &world.denies,
        "roleassignmentscheduleinstances" => &world.active,
        "roleeligibilityscheduleinstances" => &world.eligible,
        _ => return Some(error(404, "InvalidResourceType", "The resource type could not be found.")),
    };
    if let Some(name) = name {
        let named = records.iter().find(|record| text(record, "/name").eq_ignore_ascii_case(name) || id_ends(record, name));
        return Some(named.map_or_else(|| error(404, "NotFound", "The record was not found."), |record| Response::json(200, record)));
    }
    let what = match kind {
        "roledefinitions" => "role_definitions",
        "roleassignments" => "role_assignments",
        "denyassignments" => "deny_assignments",
        _ => "schedule_instances",
    };
    if let Some((status, code)) = world.gap(what, scope) {
        return Some(error(status, code, "The client does not have authorization to perform the action."));
    }
    let filter = Filter::of(request);
    if matches!(filter, Filter::Invalid) {
        return Some(error(400, "BadRequestFormat", "The filter is invalid."));
    }
    if kind == "roledefinitions" {
        let found = records.iter().filter(|record| assignable(world, record, scope)).cloned().collect();
        return Some(page(cloud, request, found));
    }
    let found = records.iter().filter(|record| applies(world, record, scope, &filter)).cloned().collect();
    Some(page(cloud, request, found))
}

fn id_ends(record: &Value, name: &str) -> bool {
    text(record, "/id").to_ascii_lowercase().ends_with(&format!("/{name}"))
}

fn assignable(world: &World, record: &Value, scope: &str) -> bool {
    let scopes = record.pointer("/properties/assignableScopes").and_then(Value::as_array);
    let Some(scopes) = scopes else { return true };
    scopes.iter().filter_map(Value::as_str).any(|at| world.at_or_above(at, scope))
}

/// The scope of an assignment: its property, else what stands before the provider in its id.
fn scope_of(record: &Value) -> &str {
    let scope = text(record, "/properties/scope");
    let id = text(record, "/id");
    match scope.is_empty() {
        false => scope,
        true => id.to_ascii_lowercase().rfind("/providers/microsoft.authorization/").and_then(|at| id.get(..at)).unwrap_or_default(),
    }
}

fn applies(world: &World, record: &Value, scope: &str, filter: &Filter) -> bool {
    let at = scope_of(record);
    let above = world.at_or_above(at, scope);
    let related = above || world.at_or_above(scope, at);
    match filter {
        Filter::None => related,
        Filter::AtScope => above,
        Filter::Principal(id) => related && principals(record).any(|principal| principal.eq_ignore_ascii_case(id)),
        Filter::AssignedTo(id) => {
            let groups = world.groups(id).unwrap_or_default();
            let mine =
                |principal: &str| principal.eq_ignore_ascii_case(id) || groups.iter().any(|group| group.eq_ignore_ascii_case(principal));
            related && principals(record).any(mine)
        }
        Filter::Invalid => false,
    }
}

fn principals(record: &Value) -> impl Iterator<Item = &str> {
    let many = record.pointer("/properties/principals").and_then(Value::as_array).into_iter().flatten();
    many.map(|principal| text(principal, "/id")).chain([text(record, "/properties/principalId")])
}
