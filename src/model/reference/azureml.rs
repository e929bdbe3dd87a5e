//! `azureml:` names and URIs, and ARM ids of data and datastores.

use super::decode::{decode, is_asset_name, store_path};
use super::parse::{Recognised, SYNTAXES, strip_prefix_folded};
use super::{AssetVersion, InputReference, Refusal, Spelling, WorkspaceRef};
use crate::model::{Folded, Scope, StorePath};

const PROVIDER: &str = "Microsoft.MachineLearningServices";
const ARM_FORM: &str =
    "write `/subscriptions/…/resourceGroups/…/providers/Microsoft.MachineLearningServices/workspaces/…/data/NAME/versions/VERSION`";
const LONG_FORM: &str = "write `azureml://subscriptions/…/resourcegroups/…/workspaces/…/datastores/NAME/paths/PATH`";

/// What follows `azureml:`.
pub(super) fn prefixed(rest: &str) -> Recognised {
    if let Some(uri) = rest.strip_prefix("//") {
        return uri_form(uri);
    }
    if strip_prefix_folded(rest, "/subscriptions/").is_some() {
        return arm_id(rest).map(|reference| (reference, Spelling::ArmIdPrefixed));
    }
    match rest.strip_prefix('/') {
        Some(name) => asset(name).map(|reference| (reference, Spelling::AssetSlash)),
        None => asset(rest).map(|reference| (reference, Spelling::AssetPrefixed)),
    }
}

/// `name:version` or `name@label`.
pub(super) fn asset(text: &str) -> Result<InputReference, Refusal> {
    const FORM: &str = "write `azureml:NAME:VERSION` or `azureml:NAME@latest`";
    if text.contains('/') {
        let way_out = format!("{FORM}, or `azureml://datastores/NAME/paths/PATH`; a local path with `:` or `@` must be absolute");
        return Err(Refusal::new(format!("`{text}` reads as the name of a data asset, and none holds a `/`"), way_out));
    }
    let (name, version) = match (text.split_once('@'), text.split_once(':')) {
        (Some((name, label)), None) => (name, AssetVersion::Label(label.to_owned())),
        (None, Some((name, version))) => (name, AssetVersion::Version(version.to_owned())),
        (None, None) => return Err(Refusal::new(format!("data asset `{text}` names no version"), FORM)),
        (Some(_), Some(_)) => return Err(Refusal::new(format!("`{text}` has both a version and a label"), FORM)),
    };
    let (AssetVersion::Label(value) | AssetVersion::Version(value)) = &version;
    for (what, value) in [("name of a data asset", name), ("version or label", value)] {
        if !is_asset_name(value) {
            return Err(Refusal::new(format!("`{value}` is no {what}"), FORM));
        }
    }
    Ok(InputReference::DataAsset { name: Folded::new(name), version, workspace: None })
}

/// An ARM id of data, a datastore path or a V1 dataset.
pub(super) fn arm_id(text: &str) -> Result<InputReference, Refusal> {
    let mut path = Segments::new(text.trim_start_matches('/'))?;
    let (subscription, group) = subscription_and_group(&mut path).ok_or_else(|| malformed(text, ARM_FORM))?;
    let provider = path.keyword("providers").and_then(|()| path.name()).ok_or_else(|| malformed(text, ARM_FORM))?;
    if !provider.eq_ignore_ascii_case(PROVIDER) {
        let way_out = "name the data: for a storage account, `https://ACCOUNT.blob.core.windows.net/CONTAINER/PATH`";
        return Err(Refusal::new(format!("the ARM id names a resource of `{provider}`, not data"), way_out));
    }
    match path.name().unwrap_or_default().to_ascii_lowercase().as_str() {
        "workspaces" => {
            let workspace = path.name().ok_or_else(|| malformed(text, ARM_FORM))?;
            workspace_item(path, Some(WorkspaceRef::Arm(workspace_scope(&subscription, &group, &workspace))), ARM_FORM)
        }
        "registries" => registry_item(path),
        _ => Err(malformed(text, ARM_FORM)),
    }
}

/// What follows `azureml://`.
fn uri_form(text: &str) -> Recognised {
    let mut path = Segments::new(text)?;
    let first = path.peek().to_ascii_lowercase();
    match first.as_str() {
        "datastores" | "data" | "datasets" => {
            workspace_item(path, None, "write `azureml://datastores/NAME/paths/PATH`").map(|found| (found, Spelling::DatastoreUri))
        }
        "subscriptions" => {
            let (subscription, group) = subscription_and_group(&mut path).ok_or_else(|| malformed(text, LONG_FORM))?;
            if path.keyword("providers").is_some() && path.keyword(PROVIDER).is_none() {
                return Err(malformed(text, LONG_FORM));
            }
            let workspace = path.keyword("workspaces").and_then(|()| path.name()).ok_or_else(|| malformed(text, LONG_FORM))?;
            let workspace = WorkspaceRef::Arm(workspace_scope(&subscription, &group, &workspace));
            workspace_item(path, Some(workspace), LONG_FORM).map(|found| (found, Spelling::LongUri))
        }
        "locations" => {
            const FORM: &str = "write `azureml://locations/REGION/workspaces/WORKSPACE/data/NAME/versions/VERSION`";
            path.name();
            let location = path.name().ok_or_else(|| malformed(text, FORM))?;
            let workspace = path.keyword("workspaces").and_then(|()| path.name()).ok_or_else(|| malformed(text, FORM))?;
            let workspace = WorkspaceRef::Location { location: Folded::new(&location), workspace: Folded::new(&workspace) };
            workspace_item(path, Some(workspace), FORM).map(|found| (found, Spelling::LocationUri))
        }
        "registries" => {
            path.name();
            registry_item(path).map(|found| (found, Spelling::RegistryUri))
        }
        "jobs" | "models" | "environments" | "components" | "code" => {
            Err(Refusal::new(format!("`azureml://{first}/…` names no data that a batch endpoint takes"), SYNTAXES))
        }
        _ => Err(malformed(text, SYNTAXES)),
    }
}

fn malformed(text: &str, way_out: &str) -> Refusal {
    Refusal::new(format!("`{text}` is no id or URI of data"), way_out)
}

/// `subscriptions/S/resourceGroups/G`.
fn subscription_and_group(path: &mut Segments<'_>) -> Option<(String, String)> {
    path.keyword("subscriptions")?;
    let subscription = path.name()?;
    path.keyword("resourcegroups")?;
    Some((subscription, path.name()?))
}

/// ARM id of a workspace.
pub(super) fn workspace_scope(subscription: &str, group: &str, workspace: &str) -> Scope {
    Scope::new(&format!("/subscriptions/{subscription}/resourceGroups/{group}/providers/{PROVIDER}/workspaces/{workspace}"))
}

/// What follows the workspace: `data/…`, `datastores/…` or `datasets/…`.
fn workspace_item(mut path: Segments<'_>, workspace: Option<WorkspaceRef>, form: &str) -> Result<InputReference, Refusal> {
    let kind = path.name().unwrap_or_default().to_ascii_lowercase();
    match kind.as_str() {
        "data" => {
            let name = path.asset_name("name of a data asset", form)?;
            Ok(InputReference::DataAsset { name, version: asset_version(path, form)?, workspace })
        }
        "datastores" => {
            let name = path.asset_name("name of a datastore", form)?;
            let path = datastore_path(path, form)?;
            Ok(InputReference::Datastore { name, path, workspace })
        }
        "datasets" => {
            let name = path.asset_name("name of a dataset", form)?;
            let version = if path.is_empty() { None } else { Some(asset_version(path, form)?) };
            let version = version.map(|(AssetVersion::Version(value) | AssetVersion::Label(value))| value);
            Ok(InputReference::V1Dataset { name, version, workspace })
        }
        "" => Err(Refusal::new("the reference names a workspace, not data", form)),
        _ => Err(Refusal::new(format!("the reference names one of the workspace's `{kind}`, not data"), form)),
    }
}

/// What follows `registries/`.
fn registry_item(mut path: Segments<'_>) -> Result<InputReference, Refusal> {
    const FORM: &str = "write `azureml://registries/REGISTRY/data/NAME/versions/VERSION`";
    let registry = path.asset_name("name of a registry", FORM)?;
    if path.keyword("data").is_none() {
        return Err(Refusal::new("the reference names something of a registry that is no data", FORM));
    }
    let name = path.asset_name("name of a data asset", FORM)?;
    Ok(InputReference::RegistryAsset { registry, name, version: asset_version(path, FORM)? })
}

/// `versions/V`, `versions/labels/L` or `labels/L`, and nothing after.
fn asset_version(mut path: Segments<'_>, form: &str) -> Result<AssetVersion, Refusal> {
    let versions = path.keyword("versions").is_some();
    let labels = path.keyword("labels").is_some();
    let value = path.name().unwrap_or_default();
    if !(versions || labels) || value.is_empty() {
        return Err(Refusal::new("the data asset is named without a version", form));
    }
    if !is_asset_name(&value) || !path.is_empty() {
        return Err(Refusal::new("what follows `versions` is no version", form));
    }
    Ok(if labels { AssetVersion::Label(value) } else { AssetVersion::Version(value) })
}

/// `paths/…`; without it, the root of the datastore.
fn datastore_path(mut path: Segments<'_>, form: &str) -> Result<StorePath, Refusal> {
    if path.is_empty() {
        return Ok(StorePath::root());
    }
    if path.keyword("paths").is_none() {
        return Err(Refusal::new("`paths` must follow the name of the datastore", form));
    }
    store_path(path.rest).map_err(|reason| Refusal::new(format!("the path holds {reason}"), "correct the path"))
}

/// Segments of a path, taken one by one, decoded.
struct Segments<'a> {
    rest: &'a str,
}

impl<'a> Segments<'a> {
    fn new(text: &'a str) -> Result<Self, Refusal> {
        match text.find(['?', '#', '\\']).and_then(|at| text.get(at..at + 1)) {
            Some(mark) => {
                let encoded = match mark {
                    "?" => "%3F",
                    "#" => "%23",
                    _ => "%5C",
                };
                Err(Refusal::new(format!("the reference holds a bare `{mark}`"), format!("write `{encoded}` if the name has it")))
            }
            None => {
                decode(text).map_err(|reason| Refusal::new(format!("the reference holds {reason}"), "correct the encoding"))?;
                Ok(Segments { rest: text.strip_suffix('/').unwrap_or(text) })
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    fn peek(&self) -> &'a str {
        self.rest.split('/').next().unwrap_or_default()
    }

    /// The next segment; `None` where there is none or it is empty.
    fn name(&mut self) -> Option<String> {
        let (segment, rest) = self.rest.split_once('/').unwrap_or((self.rest, ""));
        self.rest = rest;
        decode(segment).ok().filter(|name| !name.is_empty() && !name.contains('/'))
    }

    /// Takes the next segment if it is `word`, any case.
    fn keyword(&mut self, word: &str) -> Option<()> {
        self.peek().eq_ignore_ascii_case(word).then(|| {
            self.name();
        })
    }

    fn asset_name(&mut self, what: &str, form: &str) -> Result<Folded, Refusal> {
        let name = self.name().unwrap_or_default();
        if is_asset_name(&name) { Ok(Folded::new(&name)) } else { Err(Refusal::new(format!("`{name}` is no {what}"), form)) }
    }
}
