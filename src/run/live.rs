//! The state, collected live.

use super::{Failure, Streams};
#[cfg(not(feature = "collect"))]
use crate::cli::StateArgs;
use crate::cli::job::JobInputs;
use crate::cli::{JobTarget, WorkspaceArgs};
use crate::model::{ReferenceText, Scope};
use crate::snapshot::Loaded;
use std::path::Path;

/// What a question needs of the state; nothing named: a whole workspace.
#[derive(Clone, Copy, Default)]
pub(super) struct Needs<'a> {
    /// What runs the job.
    pub(super) target: Option<&'a JobTarget>,
    /// Its inputs and outputs.
    pub(super) job: Option<&'a JobInputs>,
    /// Who is asked about, besides who is signed in.
    pub(super) principal: Option<&'a str>,
    /// A URL that is asked about without a job.
    pub(super) url: Option<&'a ReferenceText>,
    /// A probe of the stored credential is wanted.
    pub(super) probe: bool,
}

/// What one or many questions need together.
#[derive(Default)]
#[cfg_attr(not(feature = "collect"), expect(dead_code, reason = "only live collection reads it"))]
pub(super) struct Asked<'a> {
    /// Everything of the workspace.
    pub(super) whole: bool,
    /// What runs the jobs.
    pub(super) targets: Vec<&'a JobTarget>,
    /// Their inputs and outputs.
    pub(super) jobs: Vec<&'a JobInputs>,
    /// Who is asked about, besides who is signed in.
    pub(super) principals: Vec<&'a str>,
    /// URLs that are asked about without a job.
    pub(super) urls: Vec<&'a ReferenceText>,
    /// Probes of the stored credentials are wanted.
    pub(super) probe: bool,
    /// A snapshot is made: progress is told, and what was answered is kept beside this file.
    pub(super) snapshot: Option<Kept<'a>>,
}

impl<'a> From<&Needs<'a>> for Asked<'a> {
    fn from(needs: &Needs<'a>) -> Self {
        Asked {
            whole: needs.target.is_none() && needs.url.is_none(),
            targets: needs.target.into_iter().collect(),
            jobs: needs.job.into_iter().collect(),
            principals: needs.principal.into_iter().collect(),
            urls: needs.url.into_iter().collect(),
            probe: needs.probe,
            snapshot: None,
        }
    }
}

/// How a snapshot is made.
#[derive(Clone, Copy)]
#[cfg_attr(not(feature = "collect"), expect(dead_code, reason = "only live collection reads it"))]
pub(super) struct Kept<'a> {
    /// The file it goes to; `None`: standard output, and nothing is kept on the way.
    pub(super) file: Option<&'a Path>,
    /// Goes on where an earlier run ended.
    pub(super) resume: bool,
}

/// What was collected.
pub(super) struct Live {
    /// Read back from the lines of the file, so that a live answer is that of the file.
    pub(super) loaded: Loaded,
    /// The workspace, where the question has one.
    pub(super) workspace: Option<Scope>,
    /// The suffix references are recognised by.
    pub(super) storage_suffix: String,
    /// The snapshot file.
    pub(super) file: String,
    /// Look-ups that failed, in words.
    pub(super) gaps: Vec<String>,
    /// Look-ups that got no answer, which a later run may get.
    pub(super) unanswered: usize,
}

/// The workspace that options and defaults name.
#[cfg_attr(not(feature = "collect"), expect(dead_code, reason = "only live collection asks"))]
pub(super) fn workspace(args: &WorkspaceArgs, streams: &mut Streams<'_>) -> Result<Scope, Failure> {
    let found = super::state::workspace_defaults(args);
    for note in &found.notes {
        streams.note("note", note);
    }
    let values = found.values();
    match (values.subscription, values.resource_group, values.workspace) {
        (Some(subscription), Some(group), Some(workspace)) => Ok(Scope::new(&format!(
            "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.MachineLearningServices/workspaces/{workspace}"
        ))),
        (subscription, group, workspace) => {
            let missing: Vec<&str> =
                [("`--subscription`", subscription.is_none()), ("`-g`", group.is_none()), ("`-w`", workspace.is_none())]
                    .into_iter()
                    .filter_map(|(option, is_missing)| is_missing.then_some(option))
                    .collect();
            Err(Failure::new(format!(
                "no `--snapshot FILE` given, and for live collection {} {} neither given nor set in config.json or by `az configure`",
                missing.join(", "),
                if missing.len() == 1 { "is" } else { "are" }
            )))
        }
    }
}

#[cfg(not(feature = "collect"))]
pub(super) fn load(_: &StateArgs, _: &Asked<'_>, _: &mut Streams<'_>) -> Result<Live, Failure> {
    Err(Failure::new(
        "no `--snapshot FILE` given, and this build does not collect live (it lacks the feature `collect`); make a snapshot with one that does, or as docs/snapshot.md shows, and pass it",
    ))
}

#[cfg(not(feature = "collect"))]
pub(super) fn job(_: &StateArgs, _: &str, _: &mut Streams<'_>) -> Result<String, Failure> {
    Err(Failure::new(
        "this build does not ask Azure (it lacks the feature `collect`): save what `az ml job show -n NAME -o json` prints, and name that file",
    ))
}

#[cfg(feature = "collect")]
pub(super) use super::collected::{job, load};
