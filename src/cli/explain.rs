//! `canread explain`.

use super::args::{Ignored, Job, Judging, State};
use super::convert;
use super::job::JobOptions;
use super::{Exit, JobTarget, Source, StateArgs};
use crate::model::{Disputed, Edition, ReferenceText};
use clap::Args;
use std::path::PathBuf;

pub(super) const EXAMPLES: &str = "\
Examples:
  canread explain job.log

  az ml job stream -n NAME | canread explain

  az ml job show -n NAME -o json | canread explain --snapshot state.jsonl

  canread explain --error \"AuthorizationPermissionMismatch\"

  canread explain job.log --snapshot state.jsonl -n scoring \\
    --input azureml:heart@latest

  canread explain job.log --snapshot now.jsonl --before monday.jsonl

  canread explain --job NAME -g rg -w ws

Nothing is asked of Azure unless --job, -g, -w or --subscription is given.
Exit codes: 0 answered, 1 failure, 2 usage. The verdict is in the JSON.";

/// Arguments of `explain`.
#[derive(Args)]
pub(in crate::cli) struct Explain {
    /// Log to explain, or a job's record as JSON; - or nothing is standard input.
    #[arg(value_name = "FILE")]
    log: Option<PathBuf>,
    /// Explain this text.
    #[arg(long, value_name = "TEXT", conflicts_with = "log")]
    error: Option<String>,
    /// Explain this job: its record is fetched from Azure.
    #[arg(long = "job", value_name = "NAME", conflicts_with_all = ["log", "error", "snapshot"])]
    job_record: Option<String>,
    /// Older snapshot: say whether anything that the answer rests on has changed since.
    #[arg(long, value_name = "FILE")]
    before: Option<PathBuf>,
    #[command(flatten)]
    job: Job,
    #[command(flatten)]
    question: Question,
    #[command(flatten)]
    state: State,
    #[command(flatten)]
    ignored: Ignored,
}

#[derive(Args)]
#[command(next_help_heading = "Question")]
struct Question {
    /// Who invoked: object id, user principal name, application id or display name.
    #[arg(long = "as", value_name = "PRINCIPAL")]
    principal: Option<String>,
    #[command(flatten)]
    judging: Judging,
}

/// What is explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogText {
    /// A text; it may hold a secret.
    Given(ReferenceText),
    /// A file or standard input.
    Read(Source),
    /// The record of the job of this name, fetched from Azure.
    Job(String),
}

/// `canread explain`.
#[derive(Clone, Debug, PartialEq)]
pub struct ExplainArgs {
    /// What is explained.
    pub log: LogText,
    /// State; asked of Azure only if [`ExplainArgs::live`].
    pub state: StateArgs,
    /// Whether the options name a workspace, so that the state is collected where no snapshot is given.
    pub live: bool,
    /// Older snapshot.
    pub before: Option<Source>,
    /// What runs the job, where named.
    pub target: Option<JobTarget>,
    /// Inputs and outputs.
    pub job: JobOptions,
    /// Who invoked, where named.
    pub principal: Option<String>,
    /// Whether [`ExplainArgs::principal`] comes from a job's record, which may name nobody the state knows.
    pub from_record: bool,
    /// Edition of the credential table.
    pub edition: Edition,
    /// What an unmet disputed requirement does.
    pub disputed: Disputed,
    /// Take ACLs below a folder that were not collected as open.
    pub assume_below: bool,
}

pub(super) fn arguments(explain: Explain) -> Result<ExplainArgs, Exit> {
    let Explain { log, error, job_record, before, job, question, state, ignored: _ } = explain;
    let state = convert::state(state)?;
    let log = match (job_record, error) {
        (Some(name), _) if name.is_empty() || name.contains(['/', '\\', '?', '#', '%']) => {
            return Err(Exit::usage("`--job` takes the name of a job, not a path or URL"));
        }
        (Some(name), _) => LogText::Job(name),
        (None, Some(text)) => LogText::Given(ReferenceText::new(text)),
        (None, None) => LogText::Read(log.map_or(Source::Stdin, Source::new)),
    };
    let before = before.map(Source::new);
    let read = match &log {
        LogText::Read(source) => Some(source),
        LogText::Given(_) | LogText::Job(_) => None,
    };
    let fetched = matches!(log, LogText::Job(_));
    let live = state.snapshot.is_none() && (fetched || state.workspace != super::WorkspaceArgs::default());
    if before.is_some() && state.snapshot.is_none() && !live {
        return Err(Exit::usage("`--before` compares two states; name the newer one with `--snapshot`"));
    }
    convert::one_standard_input(&[read, state.snapshot.as_ref(), before.as_ref(), job.file.clone().map(Source::new).as_ref()])?;
    Ok(ExplainArgs {
        log,
        live,
        state,
        before,
        target: convert::job_target(&job),
        job: convert::job_options(job)?,
        principal: question.principal,
        from_record: false,
        edition: convert::edition(question.judging.table),
        disputed: convert::disputed(question.judging.disputed),
        assume_below: question.judging.assume_below,
    })
}
