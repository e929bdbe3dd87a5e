//! What the current client (`azure-ai-ml`, which `az ml` wraps) does with a reference.

use super::{AssetVersion, ClientNote, Direction, InputReference, ReferenceContext, ReferenceOrigin, WorkspaceRef};
use crate::model::Scope;

/// Outcome of the client's own reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    /// Sent to the service as it is.
    Untouched,
    /// Looked up as a data asset.
    Asset,
    /// Taken for a local path and uploaded.
    Upload,
    /// Refused.
    Refused(&'static str),
}

/// The client's steps, in its order: `http` anywhere in the text; an ARM id; an absolute path; a `:` or `@`; else a
/// relative path. Source: `_resolve_input` of the package's batch endpoint operations.
fn reading(text: &str) -> Reading {
    if text.contains("http") {
        return Reading::Untouched;
    }
    if text.starts_with("/subscriptions/") {
        const MARKS: [&str; 4] =
            ["/subscriptions/", "/resourcegroups/", "/providers/microsoft.machinelearningservices/workspaces/", "/data/"];
        let lower = text.to_ascii_lowercase();
        let left = MARKS.iter().try_fold(lower.as_str(), |rest, mark| rest.split_once(mark).map(|(_, after)| after));
        return if left.is_some() {
            Reading::Untouched
        } else {
            Reading::Refused("it takes the ARM id of data assets only (\"Invalid input path\")")
        };
    }
    if text.starts_with('/') {
        return Reading::Upload;
    }
    if !text.contains([':', '@']) || is_drive(text) {
        return Reading::Upload;
    }
    if is_datastore_uri(text) {
        return Reading::Untouched;
    }
    let name = text.strip_prefix("azureml:").unwrap_or(text);
    if name.starts_with('/') {
        let arm = name.starts_with("/subscriptions/") && name.contains("/versions/");
        return match (arm, name.contains('@')) {
            (true, _) => Reading::Asset,
            (false, true) => Reading::Refused("it keeps the leading `/` and looks for an asset of that name"),
            (false, false) => Reading::Refused("it finds no version in it (\"Failed to extract version\")"),
        };
    }
    if name.contains('/') {
        return Reading::Refused("it takes it for the name of a data asset (\"Could not parse\")");
    }
    Reading::Asset
}

fn is_drive(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic()) && chars.next() == Some(':') && chars.next().is_some_and(|c| "\\/".contains(c))
}

/// The two regular expressions of the client, which count case but for `resource[gG]roups`.
fn is_datastore_uri(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("azureml://") else {
        return false;
    };
    let segments: Vec<&str> = rest.splitn(10, '/').collect();
    let tail = match segments.as_slice() {
        ["subscriptions", subscription, "resourceGroups" | "resourcegroups", group, "workspaces", workspace, tail @ ..] => {
            if [subscription, group, workspace].into_iter().any(|part| part.is_empty()) {
                return false;
            }
            tail
        }
        tail => tail,
    };
    match tail {
        ["datastores", store, "paths", path @ ..] => !store.is_empty() && !path.join("/").is_empty(),
        _ => false,
    }
}

/// What to warn of, if anything.
pub(super) fn note(text: &str, reference: &InputReference, context: &ReferenceContext<'_>) -> Option<ClientNote> {
    match (context.direction, context.origin) {
        // Outputs are not read by the client; what the service stores, no client reads.
        (Direction::Output, _) | (_, ReferenceOrigin::Service) => None,
        (Direction::Input, ReferenceOrigin::RestBody) => rest_note(reference, context),
        (Direction::Input, ReferenceOrigin::CommandLine | ReferenceOrigin::YamlFile) => client_note(text, reference, context),
    }
}

/// REST knows no short names: no client looks them up.
fn rest_note(reference: &InputReference, context: &ReferenceContext<'_>) -> Option<ClientNote> {
    match reference {
        InputReference::DataAsset { workspace: None, .. } => Some(ClientNote {
            why: "REST calls take the ARM id of a data asset, not its short name".to_owned(),
            instead: by_arm_id(reference, context),
        }),
        InputReference::DataAsset { workspace: Some(_), .. }
        | InputReference::Datastore { .. }
        | InputReference::RegistryAsset { .. }
        | InputReference::V1Dataset { .. }
        | InputReference::Storage(_)
        | InputReference::FileShare { .. }
        | InputReference::OneLake { .. }
        | InputReference::OtherUrl { .. }
        | InputReference::Local(_) => None,
    }
}

fn client_note(text: &str, reference: &InputReference, context: &ReferenceContext<'_>) -> Option<ClientNote> {
    const HTTP: &str = "the client passes on untouched whatever holds the letters `http`";
    let is_local = matches!(reference, InputReference::Local(_));
    let is_short_name = matches!(reference, InputReference::DataAsset { workspace: None, .. });
    match reading(text) {
        Reading::Refused(why) => {
            Some(ClientNote { why: format!("the current client refuses it: {why}"), instead: working(reference, context) })
        }
        Reading::Untouched if is_short_name => {
            Some(ClientNote { why: format!("{HTTP}, so the name is not looked up"), instead: by_arm_id(reference, context) })
        }
        Reading::Untouched if is_local => Some(ClientNote { why: format!("{HTTP}, so nothing is uploaded"), instead: None }),
        Reading::Upload if !is_local => {
            Some(ClientNote { why: "the current client takes it for a local path".to_owned(), instead: working(reference, context) })
        }
        Reading::Untouched | Reading::Upload | Reading::Asset => None,
    }
}

/// The ARM id of a data asset, where the workspace is known.
fn by_arm_id(reference: &InputReference, context: &ReferenceContext<'_>) -> Option<String> {
    match reference {
        InputReference::DataAsset { name, version, workspace: None } => {
            let workspace = Some(WorkspaceRef::Arm(context.workspace?.clone()));
            Some(InputReference::DataAsset { name: name.clone(), version: version.clone(), workspace }.to_string())
        }
        InputReference::DataAsset { workspace: Some(_), .. }
        | InputReference::Datastore { .. }
        | InputReference::RegistryAsset { .. }
        | InputReference::V1Dataset { .. }
        | InputReference::Storage(_)
        | InputReference::FileShare { .. }
        | InputReference::OneLake { .. }
        | InputReference::OtherUrl { .. }
        | InputReference::Local(_) => None,
    }
}

/// The spelling of the same thing that the client accepts.
fn working(reference: &InputReference, context: &ReferenceContext<'_>) -> Option<String> {
    let own = |id: &Scope| context.workspace == Some(id);
    let spelled = match reference {
        InputReference::DataAsset { name, version, workspace } => match workspace {
            Some(WorkspaceRef::Arm(id)) if !own(id) => match version {
                AssetVersion::Version(_) => reference.to_string(),
                AssetVersion::Label(_) => return None,
            },
            // A region's workspace is taken for that of the endpoint: the client has no spelling for another.
            Some(WorkspaceRef::Arm(_) | WorkspaceRef::Location { .. }) | None => {
                InputReference::DataAsset { name: name.clone(), version: version.clone(), workspace: None }.to_string()
            }
        },
        InputReference::Datastore { path, .. } if path.is_root() => return None,
        InputReference::Datastore { name, path, workspace } => {
            let workspace = match workspace {
                Some(WorkspaceRef::Arm(id)) if !own(id) => Some(WorkspaceRef::Arm(id.clone())),
                Some(WorkspaceRef::Arm(_) | WorkspaceRef::Location { .. }) | None => None,
            };
            InputReference::Datastore { name: name.clone(), path: path.clone(), workspace }.to_string()
        }
        InputReference::Storage(url) => url.https(),
        InputReference::OneLake { .. } | InputReference::OtherUrl { .. } => reference.to_string(),
        InputReference::RegistryAsset { .. }
        | InputReference::V1Dataset { .. }
        | InputReference::FileShare { .. }
        | InputReference::Local(_) => return None,
    };
    (!matches!(reading(&spelled), Reading::Refused(_))).then_some(spelled)
}
