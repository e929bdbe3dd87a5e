//! `canread diff`.

use super::times::parse_time;
use super::{Exit, Source, StateArgs, WorkspaceArgs};
use crate::model::{ReferenceText, Timestamp};
use clap::Args;
use std::path::PathBuf;
use time::Duration;

pub(super) const EXAMPLES: &str = "\
Examples:
  canread diff monday.jsonl tuesday.jsonl

  canread diff before.jsonl after.jsonl --only azureml:heart@latest

  canread diff last.jsonl.zst now.jsonl.zst -o json > changes.json

Exit codes: 0 unchanged, 1 failure, 2 usage, 5 access changed.";

#[derive(Args)]
pub(super) struct Diff {
    /// Snapshot of the earlier state; - is standard input.
    #[arg(value_name = "A")]
    before: PathBuf,
    /// Snapshot of the later state; - is standard input.
    #[arg(value_name = "B")]
    after: PathBuf,
    /// Compare this only: a URL, a data asset, or a path in a datastore.
    #[arg(long, value_name = "REF")]
    only: Option<String>,
    /// Moment asked about in both states, RFC 3339; now if left out.
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    at: Option<Timestamp>,
    /// Subscription of the workspace that --only speaks of.
    #[arg(long, value_name = "ID")]
    subscription: Option<String>,
    /// Resource group of the workspace that --only speaks of.
    #[arg(short = 'g', long, value_name = "NAME")]
    resource_group: Option<String>,
    /// Workspace that --only speaks of.
    #[arg(short = 'w', long, value_name = "NAME")]
    workspace_name: Option<String>,
    /// AzureCloud, AzureUSGovernment, AzureChinaCloud, or a TOML file that names the endpoints.
    #[arg(long, value_name = "NAME|FILE")]
    cloud: Option<String>,
    /// Folder of rule files to use or override.
    #[arg(long, value_name = "DIR")]
    rules: Option<PathBuf>,
}

/// `canread diff`.
#[derive(Clone, Debug, PartialEq)]
pub struct DiffArgs {
    /// The earlier state.
    pub before: StateArgs,
    /// The later state.
    pub after: StateArgs,
    /// The one reference asked about.
    pub only: Option<ReferenceText>,
}

pub(super) fn convert(diff: Diff) -> Result<DiffArgs, Exit> {
    let (before, after) = (Source::new(diff.before), Source::new(diff.after));
    super::convert::one_standard_input(&[Some(&before), Some(&after)])?;
    let cloud = diff.cloud.as_deref().map(super::convert::cloud).transpose()?;
    let workspace = WorkspaceArgs { subscription: diff.subscription, resource_group: diff.resource_group, workspace: diff.workspace_name };
    let state = |source| StateArgs {
        snapshot: Some(source),
        workspace: workspace.clone(),
        cloud: cloud.clone(),
        timeout: Duration::ZERO,
        max_paths: 0,
        max_age: None,
        at: diff.at,
        rules: diff.rules.clone(),
    };
    Ok(DiffArgs { before: state(before), after: state(after), only: diff.only.map(ReferenceText::new) })
}
