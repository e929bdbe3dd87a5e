//! `canread snapshot`.

use super::live::{self, Needs};
use super::{Failure, Streams, Surroundings, check, only_table_or_json, write_result};
use crate::cli::{OutputArgs, SnapshotArgs};
use serde::{Deserialize, Serialize};
use std::io::{self, Write};
use std::path::Path;

/// Gaps that are listed on standard error; the rest is counted.
const LISTED: usize = 20;

pub(super) fn snapshot(
    args: &SnapshotArgs,
    output: &OutputArgs,
    surroundings: Surroundings,
    streams: &mut Streams<'_>,
) -> Result<u8, Failure> {
    only_table_or_json(output, "snapshot")?;
    if args.role {
        return role(args, output, streams);
    }
    if output.file.is_none() && surroundings.terminal {
        return Err(Failure::usage("name the file with `--output-file FILE`; on a terminal a snapshot is not printed"));
    }
    let job = match &args.only {
        Some(only) => Some(check::inputs_of(&only.job)?),
        None => None,
    };
    for note in job.iter().flat_map(|job| &job.notes) {
        streams.note("note", note);
    }
    let needs = Needs {
        target: args.only.as_ref().map(|only| &only.target),
        job: job.as_ref(),
        principal: args.only.as_ref().and_then(|only| only.principal.as_deref()),
        url: None,
        probe: false,
    };
    streams.note("collecting", if args.only.is_some() { "what the question needs" } else { "the whole workspace" });
    let collected = live::load(&args.state, &needs, streams)?;
    write(&collected.file, output, streams)?;
    for gap in collected.gaps.iter().take(LISTED) {
        streams.note("gap", gap);
    }
    if collected.gaps.len() > LISTED {
        streams.note("gap", &format!("and {} more; each is a `gap` line of the file", collected.gaps.len() - LISTED));
    }
    let records = collected.file.lines().count();
    let place = output.file.as_ref().map_or_else(|| "standard output".to_owned(), |path| path.display().to_string());
    streams.note("collected", &format!("{records} records into {place}; {} look-ups failed", collected.gaps.len()));
    Ok(if args.fail_on_gap && !collected.gaps.is_empty() { 4 } else { 0 })
}

/// Writes the file, readable for its owner only; zstd by its extension.
fn write(file: &str, output: &OutputArgs, streams: &mut Streams<'_>) -> Result<(), Failure> {
    let Some(path) = &output.file else {
        let plain = OutputArgs { quiet: false, ..output.clone() };
        return write_result(&plain, streams, |out| out.write_all(file.as_bytes()));
    };
    let named = |error: io::Error| Failure::new(format!("cannot write {}: {error}", path.display()));
    let is_zstd = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zst"));
    let bytes = if is_zstd { zstd::encode_all(file.as_bytes(), 0).map_err(named)? } else { file.as_bytes().to_vec() };
    private_file(path).and_then(|mut out| out.write_all(&bytes)).map_err(named)
}

/// An empty file of mode 0600, also where one with another mode stands.
#[cfg(unix)]
fn private_file(path: &Path) -> io::Result<std::fs::File> {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    let file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    if file.metadata()?.is_file() {
        file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
    }
    Ok(file)
}

#[cfg(not(unix))]
fn private_file(path: &Path) -> io::Result<std::fs::File> {
    std::fs::OpenOptions::new().write(true).create(true).truncate(true).open(path)
}

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

fn role(args: &SnapshotArgs, output: &OutputArgs, streams: &mut Streams<'_>) -> Result<u8, Failure> {
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
