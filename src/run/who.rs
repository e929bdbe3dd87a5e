//! `canread who`.

use super::access::origin;
use super::live::Needs;
use super::present::{Form, form, no_html, snapshot_path};
use super::state::{self, State};
use super::{Failure, Streams, write_result};
use crate::cli::{OutputArgs, RequestOrigin, WhoArgs, WorkspaceArgs};
use crate::eval::{self, Context, DataTarget, Located, Resolved};
use crate::model::{
    InputReference, Known, Missing, Operation, ReferenceContext, ReferenceOrigin, ReferenceText, StorageUrl, StoreKind, WarningId,
};
use crate::output::{json, notice, table, who as who_table};
use crate::query::{Population, WhoQuestion, who as ask_who};
use crate::report::{WarningReport, WhoAsked, WhoReport, missing_report};

pub(super) fn who(args: &WhoArgs, output: &OutputArgs, style: table::Style, streams: &mut Streams<'_>) -> Result<u8, Failure> {
    let form = form(output);
    if form == Form::Html {
        return Err(no_html("who"));
    }
    let is_url = args.reference.expose().contains("://") && !args.reference.expose().starts_with("azureml:");
    let needs = Needs { url: Some(&args.reference).filter(|_| is_url), ..Needs::default() };
    let state = state::load(&args.state, &needs, streams)?;
    state.not_older(state.at)?;
    let cx = context(&state);
    let asked = Asked { reference: &args.reference, operation: args.operation, from: args.from.as_ref() };
    let place = place(&cx, &state, &args.state.workspace, &asked)?;
    let question = WhoQuestion { target: &place.target, operation: args.operation, near_misses: output.verbose };
    let finding = ask_who(&cx, &question, &Population::of(&state.snapshot));
    let asked = WhoAsked {
        url: place.url,
        reference: args.reference.redacted(),
        resolved: place.resolved,
        operation: args.operation,
        at: state.at,
    };
    let mut report = WhoReport::of(&finding, &asked, &state.rules);
    report.warnings.clone_from(&state.warnings);
    report.warnings.extend(retired(question.target.store));
    for warning in &report.warnings {
        streams.note("warning", &format!("{}: {}", warning.id, warning.message));
    }
    write_result(output, streams, |out| match form {
        Form::Json => json::pretty(&report, out),
        Form::Table | Form::Html => who_table::table(&report, style, out),
        Form::For(pipeline) => pipeline.write(&notice::who(&report, snapshot_path(&args.state), &state.rules), out),
    })?;
    Ok(0)
}

fn retired(store: StoreKind) -> Option<WarningReport> {
    let message = "Azure Data Lake Storage Gen1 was retired on 2024-02-29; its ACLs are judged all the same".to_owned();
    (store == StoreKind::AdlsGen1).then(|| WarningReport { id: WarningId::StoreRetired.to_string(), message })
}

pub(super) fn context(state: &State) -> Context<'_> {
    Context { snapshot: &state.snapshot, rules: &state.rules, at: state.at, until: state.at, assume_below: false }
}

/// What is asked about, as it was written.
struct Asked<'q> {
    reference: &'q ReferenceText,
    operation: Operation,
    from: Option<&'q RequestOrigin>,
}

/// Where the reference leads.
struct Placed<'a> {
    target: DataTarget<'a>,
    url: String,
    resolved: Resolved,
}

fn place<'a>(cx: &Context<'a>, state: &'a State, options: &WorkspaceArgs, asked: &Asked<'_>) -> Result<Placed<'a>, Failure> {
    let text = asked.reference.redacted();
    let refused = |why: &str| Failure::new(format!("{text}: {why}"));
    let context = ReferenceContext { storage_suffix: &state.storage_suffix, ..ReferenceContext::new(ReferenceOrigin::Service) };
    let reference = InputReference::parse(asked.reference.expose(), &context).outcome.map_err(|refusal| refused(&refusal.to_string()))?;
    let (target, resolved, url, extent) = match &reference {
        InputReference::Storage(url) => {
            let target = eval::url_target(cx, url);
            let resolved = Resolved {
                store: Some(target.store),
                account: Some(target.account_name.clone()),
                container: Some(target.container.clone()),
                path: Some(target.path.clone()),
                ..Resolved::default()
            };
            (target, resolved, text, None)
        }
        InputReference::Local(_) => return Err(refused("a local path has no readers yet; name where it is uploaded to")),
        InputReference::DataAsset { .. }
        | InputReference::Datastore { .. }
        | InputReference::RegistryAsset { .. }
        | InputReference::V1Dataset { .. }
        | InputReference::FileShare { .. }
        | InputReference::OneLake { .. }
        | InputReference::OtherUrl { .. } => {
            let workspace = match &state.workspace {
                Some(collected) => collected.clone(),
                None => state::workspace(&state.snapshot, options)?,
            };
            let located = eval::locate(cx, &workspace, &state.storage_suffix, &reference);
            let target = known(&located, state).map_err(|why| refused(&why))?;
            let url = url_of(&target, &state.storage_suffix);
            (target, located.resolved, url, located.extent)
        }
    };
    let extent = extent.unwrap_or_else(|| eval::asked_extent(cx, &target, asked.operation));
    Ok(Placed { target: DataTarget { origin: origin(asked.from), extent, ..target }, url, resolved })
}

/// The data, or why it cannot be asked about.
fn known<'a>(located: &Located<'a>, state: &State) -> Result<DataTarget<'a>, String> {
    if let Some(refused) = &located.refused {
        let leaves = refused.leaves();
        let says = leaves.iter().find(|(_, verdict, _)| *verdict == eval::Verdict::Denied);
        return Err(says.map_or_else(|| refused.claim().to_owned(), |(claim, _, leaf)| format!("not so: {claim}: {}", leaf.evidence.says)));
    }
    match &located.target {
        Known::Known(target) => Ok(target.clone()),
        Known::Missing(missing) => Err(format!("where it leads is not known: {}", unknown(missing, state))),
    }
}

fn unknown(missing: &Missing, state: &State) -> String {
    let report = missing_report(missing, &state.rules);
    format!("{} of {} is missing; {}", report.what.replace('_', " "), report.scope, report.how)
}

/// The URL of a place.
pub(super) fn url_of(target: &DataTarget<'_>, storage_suffix: &str) -> String {
    let url = StorageUrl {
        store: target.store,
        account: target.account_name.clone(),
        container: target.container.clone(),
        path: target.path.clone(),
        suffix: match target.store {
            StoreKind::AdlsGen1 => "azuredatalakestore.net".to_owned(),
            StoreKind::Blob | StoreKind::AdlsGen2 => storage_suffix.to_owned(),
        },
        foreign_cloud: false,
        sas: None,
    };
    match target.store {
        StoreKind::AdlsGen1 => url.to_string(),
        StoreKind::Blob | StoreKind::AdlsGen2 => url.https(),
    }
}
