//! `canread check` of several jobs at once: one line each, and the verdict of the whole.

use super::live::Needs;
use super::present::{Form, form, no_html};
use super::state::{self, State};
use super::{Failure, Streams, check, write_result};
use crate::cli::{CheckArgs, FailOn, JobTarget, OutputArgs};
use crate::eval::{self, Verdict};
use crate::model::{Found, Missing, Scope, What};
use crate::output::notice::{self, Undetermined};
use crate::output::{checks as checks_table, json, table};
use crate::report::{ChecksReport, Report};
use std::collections::BTreeSet;

pub(super) fn checks(args: &CheckArgs, output: &OutputArgs, style: table::Style, streams: &mut Streams<'_>) -> Result<u8, Failure> {
    let form = form(output);
    if form == Form::Html {
        return Err(no_html("check of several jobs"));
    }
    let job = check::job_inputs(args)?;
    for note in &job.notes {
        streams.note("note", note);
    }
    if args.probe {
        return Err(Failure::usage("`--probe` is for one job; name one endpoint with `-n`"));
    }
    let state = state::load(&args.state, &Needs::default(), streams)?;
    let (targets, missing) = targets(args, &state)?;
    let mut reports = Vec::new();
    let mut verdicts = Vec::new();
    for target in &targets {
        let question = check::question(args, &state, target, &job, args.principal.as_deref(), state.at)?;
        let finding = eval::check(&question, &state.snapshot, &state.rules);
        verdicts.push(finding.verdict());
        reports.push(Report::of_job(&finding, question.edition, question.at, &state.rules));
    }
    // A deployment that was not collected may be one that is denied.
    verdicts.extend((!missing.is_empty()).then_some(Verdict::Undetermined));
    let verdict = Verdict::all(verdicts);
    let mut report = ChecksReport::of(verdict, reports, state.at, &missing, &state.rules);
    report.warnings.clone_from(&state.warnings);
    let of_jobs: BTreeSet<(&str, &str)> =
        report.jobs.iter().flat_map(|job| &job.warnings).map(|one| (one.id.as_str(), one.message.as_str())).collect();
    for (id, message) in state.warnings.iter().map(|one| (one.id.as_str(), one.message.as_str())).chain(of_jobs) {
        streams.note("warning", &format!("{id}: {message}"));
    }
    write_result(output, streams, |out| match form {
        Form::Json => json::pretty(&report, out),
        Form::Table | Form::Html => checks_table::table(&report, style, out),
        Form::For(pipeline) => {
            let undetermined = Undetermined { fails: args.fail_on == FailOn::Undetermined };
            pipeline.write(&notice::checks(&report, undetermined, &check::written(args, &job), &state.rules), out)
        }
    })?;
    Ok(check::code(verdict, args.fail_on, streams))
}

/// The jobs asked about, and what is missing to know that they are all. Without `--all-deployments` those that were named.
fn targets(args: &CheckArgs, state: &State) -> Result<(Vec<JobTarget>, BTreeSet<Missing>), Failure> {
    let named: Vec<JobTarget> = args.targets().cloned().collect();
    if !args.all_deployments {
        return Ok((named, BTreeSet::new()));
    }
    let workspace = match &state.workspace {
        Some(collected) => collected.clone(),
        None => state::workspace(&state.snapshot, &args.state.workspace)?,
    };
    let facts = state.snapshot.facts();
    let mut missing = BTreeSet::new();
    let mut complete = |id: &Scope| {
        let lookup = state.snapshot.resource_lookup(id);
        if !lookup.is_complete() {
            missing.insert(Missing::new(What::Workspace, workspace.as_str(), &lookup));
        }
    };
    let names: BTreeSet<String> = if named.is_empty() {
        complete(&workspace.join("batchEndpoints/another"));
        let of_deployments = facts.deployments.keys().filter_map(|id| id.segment_after("batchendpoints"));
        let own = facts.endpoints.keys().map(Scope::name).chain(of_deployments);
        own.filter(|name| workspace_holds(state, &workspace, name)).map(str::to_owned).collect()
    } else {
        named.iter().filter_map(JobTarget::endpoint).map(str::to_owned).collect()
    };
    let mut found = Vec::new();
    for name in names {
        let endpoint = workspace.join(&format!("batchEndpoints/{name}"));
        complete(&endpoint.join("deployments/another"));
        let own = facts.deployments.keys().filter(|id| endpoint.contains(id)).map(|id| id.name().to_owned());
        let deployments: BTreeSet<String> = own.collect();
        if deployments.is_empty() {
            found.push(JobTarget::Endpoint { name, deployment: None });
            continue;
        }
        found.extend(deployments.into_iter().map(|one| JobTarget::Endpoint { name: name.clone(), deployment: Some(one) }));
    }
    if found.is_empty() {
        return Err(Failure::new(format!("the snapshot holds no batch endpoint of {workspace}; collect it, or name one with `-n`")));
    }
    Ok((found, missing))
}

/// Whether the endpoint, or a deployment of it, is recorded in this workspace.
fn workspace_holds(state: &State, workspace: &Scope, name: &str) -> bool {
    let endpoint = workspace.join(&format!("batchEndpoints/{name}"));
    let here = matches!(state.snapshot.endpoint(&endpoint), Found::Here(_));
    here || state.snapshot.facts().deployments.keys().any(|id| endpoint.contains(id))
}
