//! The workspace that is meant when none is named: `config.json`, the environment, `az configure`.

use super::WorkspaceArgs;
use ini::Ini;
use serde_json::Value;
use std::fmt;

/// Where `config.json` is looked for in each folder, from the working directory upward; the first that names anything
/// counts. Source: `MLClient.from_config` of the `azure-ai-ml` package, and the older `aml_config`.
pub const CONFIG_FILES: [&str; 3] = ["config.json", ".azureml/config.json", "aml_config/config.json"];

/// A file that was read: its path for people, and its text.
#[derive(Clone, Copy)]
pub struct FileText<'a> {
    /// Path.
    pub path: &'a str,
    /// Text.
    pub text: &'a str,
}

/// Shows the path alone: what the file holds is not canread's to show.
impl fmt::Debug for FileText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.path)
    }
}

/// Variables of the environment; an empty one counts as not set.
#[derive(Clone, Copy, Debug, Default)]
pub struct Environment<'a> {
    /// `AZURE_SUBSCRIPTION_ID`.
    pub subscription_id: Option<&'a str>,
    /// `AZURE_DEFAULTS_GROUP`, which az reads in place of its file.
    pub defaults_group: Option<&'a str>,
    /// `AZURE_DEFAULTS_WORKSPACE`, likewise.
    pub defaults_workspace: Option<&'a str>,
}

/// What defaults come from.
#[derive(Clone, Copy, Debug, Default)]
pub struct DefaultSources<'a> {
    /// Every `config.json` that was found, nearest first.
    pub config_json: &'a [FileText<'a>],
    /// Environment.
    pub environment: Environment<'a>,
    /// `~/.azure/config`.
    pub az_config: Option<FileText<'a>>,
}

/// Where a value came from, for messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// An option.
    Option,
    /// This `config.json`.
    ConfigJson(String),
    /// This variable.
    Environment(&'static str),
    /// `az configure`, in this file.
    AzConfigure(String),
}

/// The workspace, with where each part came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkspaceDefaults {
    /// Subscription id.
    pub subscription: Option<(String, Origin)>,
    /// Resource group.
    pub resource_group: Option<(String, Origin)>,
    /// Workspace.
    pub workspace: Option<(String, Origin)>,
    /// Notes for standard error: files that could not be understood.
    pub notes: Vec<String>,
}

impl WorkspaceDefaults {
    /// The values alone.
    pub fn values(&self) -> WorkspaceArgs {
        let value = |part: &Option<(String, Origin)>| part.as_ref().map(|(value, _)| value.clone());
        WorkspaceArgs {
            subscription: value(&self.subscription),
            resource_group: value(&self.resource_group),
            workspace: value(&self.workspace),
        }
    }
}

/// Fills in what the options leave open: options, then `config.json`, then `AZURE_SUBSCRIPTION_ID`, then `az configure`.
/// Each part falls back on its own. Files that are needed and cannot be understood are noted, not taken for empty.
pub fn workspace(options: &WorkspaceArgs, sources: &DefaultSources<'_>) -> WorkspaceDefaults {
    let given = |value: &Option<String>| value.clone().filter(|value| !value.trim().is_empty()).map(|value| (value, Origin::Option));
    let mut found = WorkspaceDefaults {
        subscription: given(&options.subscription),
        resource_group: given(&options.resource_group),
        workspace: given(&options.workspace),
        notes: Vec::new(),
    };
    if !found.is_whole() {
        found.add_config_json(sources.config_json);
    }
    if found.subscription.is_none() {
        found.subscription = set(sources.environment.subscription_id).map(|id| (id, Origin::Environment("AZURE_SUBSCRIPTION_ID")));
    }
    let group = set(sources.environment.defaults_group).map(|name| (name, Origin::Environment("AZURE_DEFAULTS_GROUP")));
    let workspace = set(sources.environment.defaults_workspace).map(|name| (name, Origin::Environment("AZURE_DEFAULTS_WORKSPACE")));
    found.resource_group = found.resource_group.take().or(group);
    found.workspace = found.workspace.take().or(workspace);
    if (found.resource_group.is_none() || found.workspace.is_none())
        && let Some(file) = sources.az_config
    {
        found.add_az_config(file);
    }
    found
}

fn set(value: Option<&str>) -> Option<String> {
    value.map(str::trim).filter(|value| !value.is_empty()).map(str::to_owned)
}

impl WorkspaceDefaults {
    fn is_whole(&self) -> bool {
        self.subscription.is_some() && self.resource_group.is_some() && self.workspace.is_some()
    }

    /// `config.json` is a common name: one without the workspace's keys is another program's.
    fn add_config_json(&mut self, files: &[FileText<'_>]) {
        for file in files {
            let text = file.text.strip_prefix('\u{feff}').unwrap_or(file.text);
            let Ok(value) = serde_json::from_str::<Value>(text) else {
                self.notes.push(format!("{}: no valid JSON; not used for the workspace's defaults", file.path));
                continue;
            };
            let part = |key: &str| {
                let text = set(value.get(key).and_then(Value::as_str));
                text.map(|text| (text, Origin::ConfigJson(file.path.to_owned())))
            };
            let (subscription, group, workspace) = (part("subscription_id"), part("resource_group"), part("workspace_name"));
            if subscription.is_none() && group.is_none() && workspace.is_none() {
                continue;
            }
            self.subscription = self.subscription.take().or(subscription);
            self.resource_group = self.resource_group.take().or(group);
            self.workspace = self.workspace.take().or(workspace);
            return;
        }
    }

    fn add_az_config(&mut self, file: FileText<'_>) {
        let text = file.text.strip_prefix('\u{feff}').unwrap_or(file.text);
        let config = match Ini::load_from_str_noescape(text) {
            Ok(config) => config,
            Err(error) => {
                self.notes.push(format!("{}:{}: no valid configuration file; not used for defaults", file.path, error.line));
                return;
            }
        };
        let part = |key: &str| set(config.get_from(Some("defaults"), key)).map(|value| (value, Origin::AzConfigure(file.path.to_owned())));
        self.resource_group = self.resource_group.take().or_else(|| part("group"));
        self.workspace = self.workspace.take().or_else(|| part("workspace"));
    }
}
