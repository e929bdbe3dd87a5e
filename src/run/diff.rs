//! `canread diff`.

use super::live::Needs;
use super::present::{Form, form, no_html, snapshot_path};
use super::state::{self, State};
use super::who::context;
use super::{Failure, Streams, write_result};
use crate::cli::{DiffArgs, OutputArgs, WorkspaceArgs};
use crate::eval::{self, Context, DataTarget};
use crate::model::{InputReference, Known, ReferenceContext, ReferenceOrigin, ReferenceText, Scope};
use crate::output::{diff as diff_table, json, notice, table};
use crate::query::diff::{DiffQuestion, Only, diff as ask_diff};
use crate::report::{DiffReport, WarningReport};

/// Access changed.
const CHANGED: u8 = 5;

pub(super) fn diff(args: &DiffArgs, output: &OutputArgs, style: table::Style, streams: &mut Streams<'_>) -> Result<u8, Failure> {
    let form = form(output);
    if form == Form::Html {
        return Err(no_html("diff"));
    }
    let before = state::load(&args.before, &Needs::default(), streams)?;
    let mut after = state::load(&args.after, &Needs::default(), streams)?;
    // Two clock readings would be two moments.
    after.at = before.at;
    let (was, is) = (context(&before), context(&after));
    let only = args.only.as_ref().map(|text| only(text, (&before, &was), (&after, &is), &args.after.workspace)).transpose()?;
    let question = DiffQuestion { before: &was, after: &is, storage_suffix: &after.storage_suffix, only: only.as_ref() };
    let finding = ask_diff(&question);
    let mut report = DiffReport::of(&finding, args.only.as_ref().map(ReferenceText::redacted), before.at);
    report.warnings = warnings(&before, &after);
    for warning in &report.warnings {
        streams.note("warning", &format!("{}: {}", warning.id, warning.message));
    }
    write_result(output, streams, |out| match form {
        Form::Json => json::pretty(&report, out),
        Form::Table | Form::Html => diff_table::table(&report, style, out),
        Form::For(pipeline) => pipeline.write(&notice::diff(&report, snapshot_path(&args.after), &after.rules), out),
    })?;
    Ok(if report.unchanged { 0 } else { CHANGED })
}

/// Those of both files, each said to be of the one or the other. That a state is old is what a comparison is about.
fn warnings(before: &State, after: &State) -> Vec<WarningReport> {
    let old = crate::model::WarningId::SnapshotOld.to_string();
    let of = |state: &State, which: &str| -> Vec<WarningReport> {
        let kept = state.warnings.iter().filter(|warning| warning.id != old);
        kept.map(|warning| WarningReport { message: format!("{which}: {}", warning.message), ..warning.clone() }).collect()
    };
    of(before, "the earlier state").into_iter().chain(of(after, "the later state")).collect()
}

/// The one reference, in both states. It must lead somewhere in one of them.
fn only<'a>(
    text: &ReferenceText,
    (before, was): (&'a State, &Context<'a>),
    (after, is): (&'a State, &Context<'a>),
    options: &WorkspaceArgs,
) -> Result<Only<'a>, Failure> {
    let workspace = |state: &State| state::workspace(&state.snapshot, options);
    let own = workspace(after).or_else(|_| workspace(before));
    let context = |workspace: Option<&'a Scope>| ReferenceContext {
        storage_suffix: &after.storage_suffix,
        workspace,
        ..ReferenceContext::new(ReferenceOrigin::Service)
    };
    let parsed = InputReference::parse(text.expose(), &context(None));
    let reference = parsed.outcome.as_ref().map_err(|refusal| Failure::new(format!("{}: {refusal}", text.redacted())))?;
    if let InputReference::Storage(url) = reference {
        let (before, after) = (Some(eval::url_target(was, url)), Some(eval::url_target(is, url)));
        return Ok(Only { reference: text.redacted(), input: parsed.clone(), before, after, workspace: own.ok() });
    }
    let own = own?;
    let lead = |cx: &Context<'a>, state: &State| -> Option<DataTarget<'a>> {
        match eval::locate(cx, &own, &state.storage_suffix, reference).target {
            Known::Known(target) => Some(target),
            Known::Missing(_) => None,
        }
    };
    let (was, is) = (lead(was, before), lead(is, after));
    if was.is_none() && is.is_none() {
        let why = "in neither of the snapshots is it known where it leads; ask `canread who` for the reason";
        return Err(Failure::new(format!("{}: {why}", text.redacted())));
    }
    Ok(Only { reference: text.redacted(), input: parsed.clone(), before: was, after: is, workspace: Some(own) })
}
