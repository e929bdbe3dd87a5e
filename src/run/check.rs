//! `canread check`.

use super::live::Needs;
use super::present::{Form, form, snapshot_path};
use super::state::{self, State};
use super::{Failure, Streams, exit_code, what_if, write_result};
use crate::cli::job::{JobData, JobError, JobInputs, JobOptions};
use crate::cli::{CheckArgs, FailOn, FixShell, JobTarget, OutputArgs, Source, inputs_file};
use crate::eval::{self, DataQuestion, JobQuestion, Verdict};
use crate::fix::{self, Shell};
use crate::model::{Direction, InputReference, ReferenceContext, ReferenceOrigin, Scope, Snapshot, Timestamp, redacted};
use crate::output::notice::{self, Undetermined, Written};
use crate::output::{html, json, table};
use crate::report::{Report, WhatIfReport};
use crate::rules::RuleSet;

pub(super) fn check(args: &CheckArgs, output: &OutputArgs, style: table::Style, streams: &mut Streams<'_>) -> Result<u8, Failure> {
    let form = form(output);
    let Some(target) = &args.target else {
        return Err(Failure::usage("name an endpoint with `-n NAME` or a cluster with `--compute NAME`"));
    };
    let job = job_inputs(args)?;
    for note in &job.notes {
        streams.note("note", note);
    }
    if args.probe && args.state.snapshot.is_none() && !cfg!(feature = "probe") {
        return Err(Failure::usage("this build cannot probe (it lacks the feature `probe`); leave `--probe` out"));
    }
    let needs = Needs { target: Some(target), job: Some(&job), principal: args.principal.as_deref(), url: None, probe: args.probe };
    let state = state::load(&args.state, &needs, streams)?;
    if args.probe && args.state.snapshot.is_some() {
        streams.note("note", "`--probe` is for live checks; with a snapshot its `probe` records are used");
    }
    let question = question(args, &state, target, &job, args.principal.as_deref(), state.at)?;
    let before = &state.snapshot;
    let changed = what_if::changed(&state, &args.what_if, &question.workspace)?;
    let snapshot = changed.as_ref().map_or(before, |changed| &changed.snapshot);
    let finding = eval::check(&question, snapshot, &state.rules);
    let fixes = fix::for_job(snapshot, &state.rules, &question, &finding);
    let shell = match args.what_if.shell {
        FixShell::Posix => Shell::Posix,
        FixShell::PowerShell => Shell::PowerShell,
    };
    let effect = changed.as_ref().map(|changed| what_if_report(changed, before, &state.rules, &question));
    let report = Report::of_job(&finding, question.edition, question.at, &state.rules);
    let mut report = report.with_fixes(&fixes, shell).with_what_if(effect);
    report.warnings.splice(0..0, state.warnings);
    for warning in &report.warnings {
        streams.note("warning", &format!("{}: {}", warning.id, warning.message));
    }
    write_result(output, streams, |out| match form {
        Form::Json => json::pretty(&report, out),
        Form::Table => table::job(&report, style, out),
        Form::Html => html::check(&report, &state.rules, out),
        Form::For(pipeline) => {
            let undetermined = Undetermined { fails: args.fail_on == FailOn::Undetermined };
            pipeline.write(&notice::check(&report, undetermined, &written(args, &job), &state.rules), out)
        }
    })?;
    Ok(code(finding.verdict(), args.fail_on, streams))
}

/// The exit code; an undetermined answer that passes is said.
pub(super) fn code(verdict: Verdict, fail_on: FailOn, streams: &mut Streams<'_>) -> u8 {
    match (verdict, fail_on) {
        (Verdict::Undetermined, FailOn::Denied) => {
            streams.note("note", "undetermined, which `--fail-on denied` lets pass: nothing is denied, but access is not proven");
            0
        }
        (Verdict::Allowed | Verdict::Denied | Verdict::Undetermined, _) => exit_code(verdict),
    }
}

/// Where the references stand, for formats that point into files.
pub(super) fn written(args: &CheckArgs, job: &JobInputs) -> Written {
    let in_file = |data: &JobData| match data.origin {
        ReferenceOrigin::YamlFile | ReferenceOrigin::RestBody => Some((data.name.clone(), data.line)),
        ReferenceOrigin::CommandLine | ReferenceOrigin::Service => None,
    };
    Written {
        snapshot: snapshot_path(&args.state),
        file: args.job.file.as_ref().and_then(|file| match file {
            Source::File(path) => Some(path.display().to_string()),
            Source::Stdin => None,
        }),
        inputs: job.inputs.iter().filter_map(in_file).collect(),
        outputs: job.outputs.iter().filter_map(in_file).collect(),
    }
}

/// The changes, the verdict without them, and whom they give or take access.
fn what_if_report(changed: &what_if::Changed, before: &Snapshot, rules: &RuleSet, question: &JobQuestion) -> WhatIfReport {
    let without = eval::check(question, before, rules).verdict();
    let effect = fix::effect(before, &changed.snapshot, rules, question, &changed.changes);
    let cx =
        eval::Context { snapshot: &changed.snapshot, rules, at: question.at, until: question.until, assume_below: question.assume_below };
    WhatIfReport::of(changed.says.clone(), without, &effect, &cx)
}

/// Inputs and outputs of options and file.
pub(super) fn job_inputs(args: &CheckArgs) -> Result<JobInputs, Failure> {
    inputs_of(&args.job)
}

/// Inputs and outputs of options and file.
pub(super) fn inputs_of(options: &JobOptions) -> Result<JobInputs, Failure> {
    let failure = |error: JobError| match &error {
        JobError::Usage(_) => Failure::usage(error.to_string()),
        JobError::File(_) => Failure::new(error.to_string()),
    };
    let file = match &options.file {
        Some(source) => {
            let name = match source {
                crate::cli::Source::Stdin => "standard input".to_owned(),
                crate::cli::Source::File(path) => path.display().to_string(),
            };
            let text = state::read_source(source)?;
            Some(inputs_file::parse_inputs_file(&name, &text).map_err(failure)?)
        }
        None => None,
    };
    options.resolve(file).map_err(failure)
}

/// The question that options and state make.
pub(super) fn question(
    args: &CheckArgs,
    state: &State,
    target: &JobTarget,
    job: &JobInputs,
    principal: Option<&str>,
    at: Timestamp,
) -> Result<JobQuestion, Failure> {
    state.not_older(at)?;
    let workspace = match target {
        JobTarget::Compute(id) if id.starts_with('/') => Scope::new(id).cut_after("workspaces"),
        JobTarget::Compute(_) | JobTarget::Endpoint { .. } => None,
    };
    let workspace = match workspace {
        Some(workspace) => workspace,
        None => match &state.workspace {
            Some(collected) => collected.clone(),
            None => state::workspace(&state.snapshot, &args.state.workspace)?,
        },
    };
    let data = |all, direction| data_questions(all, direction, &workspace, &state.storage_suffix);
    let (inputs, outputs) = (data(&job.inputs, Direction::Input), data(&job.outputs, Direction::Output));
    let target = asked_target(target);
    let invoker = state::principal(&state.snapshot, principal)?;
    Ok(JobQuestion {
        workspace,
        target,
        invoker,
        inputs,
        outputs,
        edition: args.edition,
        disputed: args.disputed,
        storage_suffix: state.storage_suffix.clone(),
        at,
        until: args.period.and_then(|period| at.checked_add(period)).unwrap_or(at),
        assume_below: args.assume_below,
    })
}

/// What runs the job. A name is printed: a URL put in its place must not bring its secret along.
pub(super) fn asked_target(target: &JobTarget) -> eval::JobTarget {
    match target {
        JobTarget::Endpoint { name, deployment } => {
            eval::JobTarget::Endpoint { name: redacted(name), deployment: deployment.as_deref().map(redacted) }
        }
        JobTarget::Compute(name) => eval::JobTarget::Compute(redacted(name)),
    }
}

/// Inputs or outputs, parsed.
pub(super) fn data_questions(all: &[JobData], direction: Direction, workspace: &Scope, storage_suffix: &str) -> Vec<DataQuestion> {
    all.iter().map(|data| data_question(data, direction, workspace, storage_suffix)).collect()
}

pub(super) fn data_question(data: &JobData, direction: Direction, workspace: &Scope, storage_suffix: &str) -> DataQuestion {
    let context = ReferenceContext { origin: data.origin, direction, storage_suffix, workspace: Some(workspace) };
    let reference = InputReference::parse(data.reference.expose(), &context);
    DataQuestion { name: data.name.clone(), reference, declared: data.declared.clone() }
}
