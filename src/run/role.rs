//! `canread snapshot --role`: the least-privilege role that collecting needs.

use super::{Failure, Streams, write_result};
use crate::cli::{OutputArgs, SnapshotArgs};
use serde::{Deserialize, Serialize};

/// What collecting needs, as `rules/collect.toml` says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Needed {
    name: String,
    description: String,
    action: Vec<NeededAction>,
    graph: Vec<NeededGraph>,
    note: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NeededAction {
    action: String,
    #[serde(default)]
    probe_only: bool,
    #[serde(rename = "for")]
    _purpose: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NeededGraph {
    permission: String,
    #[serde(rename = "for")]
    purpose: String,
}

/// A custom role as Azure Resource Manager takes it, and nothing else. Source: "Role Definitions - Create Or Update".
#[derive(Serialize)]
struct RoleDocument {
    properties: RoleProperties,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RoleProperties {
    role_name: String,
    description: String,
    #[serde(rename = "type")]
    kind: &'static str,
    assignable_scopes: Vec<String>,
    permissions: Vec<RolePermission>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RolePermission {
    actions: Vec<String>,
    not_actions: Vec<String>,
    data_actions: Vec<String>,
    not_data_actions: Vec<String>,
}

/// Prints the role; what no role can grant is said on standard error.
pub(super) fn role(args: &SnapshotArgs, output: &OutputArgs, streams: &mut Streams<'_>) -> Result<u8, Failure> {
    let needed: Needed = toml::from_str(include_str!("../../rules/collect.toml"))
        .map_err(|error| Failure::new(format!("the built-in rules are broken, please report this: {error}")))?;
    let subscription = super::state::workspace_defaults(&args.state.workspace).values().subscription;
    let scope = format!("/subscriptions/{}", subscription.as_deref().unwrap_or("00000000-0000-0000-0000-000000000000"));
    let actions = needed.action.into_iter().filter(|needed| args.probe || !needed.probe_only).map(|needed| needed.action);
    let permission =
        RolePermission { actions: actions.collect(), not_actions: Vec::new(), data_actions: Vec::new(), not_data_actions: Vec::new() };
    let url = format!("'{scope}/providers/Microsoft.Authorization/roleDefinitions/'$(uuidgen)'?api-version=2022-04-01'");
    let document = RoleDocument {
        properties: RoleProperties {
            role_name: needed.name,
            description: needed.description,
            kind: "CustomRole",
            assignable_scopes: vec![scope],
            permissions: vec![permission],
        },
    };
    for needed in &needed.graph {
        streams.note("note", &format!("Microsoft Graph takes a permission of its own: {}, for {}", needed.permission, needed.purpose));
    }
    for note in &needed.note {
        streams.note("note", note);
    }
    streams.note("note", &format!("create it: az rest --method put --url {url} --body @role.json"));
    write_result(output, streams, |out| crate::output::json::pretty(&document, out))?;
    Ok(0)
}
