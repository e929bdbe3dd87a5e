//! `canread access`.

use super::live::Needs;
use super::present::{Form, form, no_html, snapshot_path};
use super::state::{self, State};
use super::{Failure, Streams, exit_code, write_result};
use crate::cli::{AccessArgs, OutputArgs, RequestOrigin};
use crate::eval::{self, AccessFinding, Context, DataTarget, Judgement, Origin, Proof};
use crate::model::{ObjectId, Operation, ReferenceText, RolePlayed, StorageUrl, Timestamp};
use crate::output::{json, notice, table};
use crate::report::AccessReport;

pub(super) fn access(args: &AccessArgs, output: &OutputArgs, style: table::Style, streams: &mut Streams<'_>) -> Result<u8, Failure> {
    let form = form(output);
    if form == Form::Html {
        return Err(no_html("access"));
    }
    let (Some(principal), Some(operation), Some(url)) = (&args.principal, args.operation, &args.url) else {
        return Err(Failure::usage("`access` needs `--principal`, `--operation` and a URL"));
    };
    let needs = Needs { url: Some(url), principal: Some(principal), ..Needs::default() };
    let state = state::load(&args.state, &needs, streams)?;
    let ask = Ask { principal, operation, url, from: args.from.as_ref(), at: state.at, assume_below: args.assume_below };
    let finding = proof(&state, &ask)?;
    let mut report = AccessReport::of(&finding, &state.rules);
    report.warnings.splice(0..0, state.warnings);
    for warning in &report.warnings {
        streams.note("warning", &format!("{}: {}", warning.id, warning.message));
    }
    write_result(output, streams, |out| match form {
        Form::Json => json::pretty(&report, out),
        Form::Table | Form::Html => table::access(&report, style, out),
        Form::For(pipeline) => pipeline.write(&notice::access(&report, snapshot_path(&args.state), &state.rules), out),
    })?;
    Ok(exit_code(finding.proof.verdict()))
}

/// One access question.
pub(super) struct Ask<'q> {
    pub(super) principal: &'q str,
    pub(super) operation: Operation,
    pub(super) url: &'q ReferenceText,
    pub(super) from: Option<&'q RequestOrigin>,
    pub(super) at: Timestamp,
    pub(super) assume_below: bool,
}

fn proof(state: &State, ask: &Ask<'_>) -> Result<AccessFinding, Failure> {
    let (id, proof) = judge::<Proof>(state, ask)?;
    let cx = context(state, ask);
    let principal = eval::principal(&cx, &id, RolePlayed::JobIdentity, None);
    Ok(AccessFinding { principal, operation: ask.operation, url: ask.url.redacted(), proof })
}

fn context<'a>(state: &'a State, ask: &Ask<'_>) -> Context<'a> {
    Context { snapshot: &state.snapshot, rules: &state.rules, at: ask.at, until: ask.at, assume_below: ask.assume_below }
}

/// The judgement, and whom it is about.
pub(super) fn judge<J: Judgement>(state: &State, ask: &Ask<'_>) -> Result<(ObjectId, J), Failure> {
    state.not_older(ask.at)?;
    let url = StorageUrl::parse(ask.url.expose(), &state.storage_suffix)
        .map_err(|refusal| Failure::new(format!("{}: {refusal}", ask.url.redacted())))?;
    let id = state::principal(&state.snapshot, Some(ask.principal))?;
    let Some(id) = id else {
        return Err(Failure::new("nobody is signed in in the snapshot; name the principal"));
    };
    let cx = context(state, ask);
    let origin = origin(ask.from);
    let target = eval::url_target(&cx, &url);
    let extent = eval::asked_extent(&cx, &target, ask.operation);
    let target = DataTarget { origin, extent, ..target };
    Ok((id.clone(), eval::access::<J>(&cx, &state.snapshot.identities(&id), ask.operation, &target)))
}

/// Where the request comes from, as `--from` says it.
pub(super) fn origin(from: Option<&RequestOrigin>) -> Origin {
    match from {
        None => Origin::Unknown,
        Some(RequestOrigin::Public) => Origin::Public,
        Some(RequestOrigin::Subnet(id)) => Origin::Subnet(id.clone()),
    }
}
