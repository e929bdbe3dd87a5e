//! `canread review`.

use super::check::data_question;
use super::live::Needs;
use super::present::{Form, form, snapshot_path};
use super::state::{self, State};
use super::{Failure, Streams, write_result};
use crate::cli::{OutputArgs, ReviewArgs, Source};
use crate::eval::{self, Context};
use crate::model::{Direction, RolePlayed, Scope, Severity, redacted};
use crate::output::{html, json, notice, review as table, table::Style};
use crate::report::{ReviewHead, ReviewReport};
use crate::review::{self, Baseline, Review, ReviewQuestion};

/// Findings at or above `--fail-on` (contract section 1).
const FOUND: u8 = 5;

pub(super) fn review(args: &ReviewArgs, output: &OutputArgs, style: Style, streams: &mut Streams<'_>) -> Result<u8, Failure> {
    let form = form(output);
    let needs = Needs { principal: args.principal.as_deref(), ..Needs::default() };
    let state = state::load(&args.state, &needs, streams)?;
    let question = question(args, &state)?;
    let mut review = review::review(&question, &state.snapshot, &state.rules);
    suppress(&mut review, args, &state)?;
    let known = baseline(args)?.map(|baseline| review.only_new(&baseline));
    let report = report(&review, &question, &state, known);
    for warning in &report.warnings {
        streams.note("warning", &format!("{}: {}", warning.id, warning.message));
    }
    write_result(output, streams, |out| match form {
        Form::Json => json::pretty(&report, out),
        Form::Table => table::table(&report, style, out),
        Form::Html => html::review(&report, &state.rules, out),
        Form::For(pipeline) => pipeline.write(&notice::review(&report, args.fail_on, snapshot_path(&args.state), &state.rules), out),
    })?;
    Ok(exit_code(&review, args.fail_on))
}

fn exit_code(review: &Review, fail_on: Option<Severity>) -> u8 {
    let fails = fail_on.is_some_and(|least| review.findings.iter().any(|finding| finding.severity >= least));
    if fails { FOUND } else { 0 }
}

fn question(args: &ReviewArgs, state: &State) -> Result<ReviewQuestion, Failure> {
    state.not_older(state.at)?;
    let workspace: Scope = match &state.workspace {
        Some(collected) => collected.clone(),
        None => state::workspace(&state.snapshot, &args.state.workspace)?,
    };
    let inputs = args.inputs.iter().map(|data| data_question(data, Direction::Input, &workspace, &state.storage_suffix)).collect();
    let horizon = state.at.checked_add(args.horizon);
    Ok(ReviewQuestion {
        invoker: state::principal(&state.snapshot, args.principal.as_deref())?,
        inputs,
        edition: args.edition,
        disputed: args.disputed,
        storage_suffix: state.storage_suffix.clone(),
        at: state.at,
        horizon: horizon.ok_or_else(|| Failure::usage("`--horizon` reaches beyond the year 9999; give a shorter one"))?,
        assume_below: args.assume_below,
        workspace,
    })
}

fn suppress(review: &mut Review, args: &ReviewArgs, state: &State) -> Result<(), Failure> {
    let Some(source) = &args.suppressions else {
        return Ok(());
    };
    let text = state::read_source(source)?;
    let read = review::parse_suppressions(&name(source), &text, &state.rules).map_err(|errors| Failure::new(errors.to_string()))?;
    review.suppress(&read, state.at, &state.rules);
    Ok(())
}

fn baseline(args: &ReviewArgs) -> Result<Option<Baseline>, Failure> {
    let Some(source) = &args.baseline else {
        return Ok(None);
    };
    let text = state::read_source(source)?;
    Baseline::parse(&text).map(Some).map_err(|error| Failure::new(format!("{}: {error}", name(source))))
}

fn name(source: &Source) -> String {
    match source {
        Source::Stdin => "standard input".to_owned(),
        Source::File(path) => redacted(&path.display().to_string()),
    }
}

fn report(review: &Review, question: &ReviewQuestion, state: &State, known: Option<usize>) -> ReviewReport {
    let cx = Context {
        snapshot: &state.snapshot,
        rules: &state.rules,
        at: question.at,
        until: question.at,
        assume_below: question.assume_below,
    };
    let signed_in = state.snapshot.facts().header.signed_in.as_ref();
    let invoker = question.invoker.as_ref().map(|id| {
        let name = signed_in.filter(|one| one.object_id == *id).and_then(|one| one.name.as_deref());
        eval::principal(&cx, id, RolePlayed::JobIdentity, name)
    });
    let head = ReviewHead { workspace: &question.workspace, invoker: invoker.as_ref(), at: question.at, horizon: question.horizon };
    ReviewReport { known, warnings: state.warnings.clone(), ..ReviewReport::of(review, head, &state.rules) }
}
