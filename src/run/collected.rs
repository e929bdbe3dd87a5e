//! Collects the state of a question from Azure.

use super::live::{Asked, Live, workspace};
use super::partial::Partial;
use super::progress::Shown;
use super::{Failure, Streams, state};
use crate::cli::{Cloud, JobTarget, StateArgs};
use crate::collect::{
    self, Collected, Deadline, Endpoints, Journal, NoJournal, Plan, ServiceCarrier, SignInEnvironment, Target, Transport,
    TypedAuthorization,
};
use crate::model::{DeclaredType, Direction, InputReference, ReferenceContext, ReferenceText, Scope, StorageUrl};
use crate::snapshot;
use azure_core::credentials::Secret;
use std::sync::Arc;
use std::time::Duration;
use time::format_description::well_known::Rfc3339;
use zeroize::Zeroizing;

/// Gaps that a failure lists.
const LISTED: usize = 5;

/// Collects what `needs` names.
///
/// # Errors
/// No sign-in, a workspace that nothing names, and where nothing at all could be collected.
pub(super) fn load(args: &StateArgs, needs: &Asked<'_>, streams: &mut Streams<'_>) -> Result<Live, Failure> {
    let endpoints = endpoints(args.cloud.as_ref())?;
    let (plan, workspace) = plan(args, needs, &endpoints, streams)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::new(format!("cannot start collecting: {error}")))?;
    let limit = Duration::try_from(args.timeout).unwrap_or(Duration::ZERO);
    let collected = runtime.block_on(collected(&endpoints, &plan, limit, needs, streams));
    // A name server that does not answer must not hold the end up.
    runtime.shutdown_background();
    let (collected, at) = collected?;
    let file = collected.file(&at);
    let loaded = snapshot::read(file.as_bytes(), "what Azure answered").map_err(|errors| Failure::new(errors.to_string()))?;
    let storage_suffix = endpoints.storage_suffix().to_owned();
    Ok(Live { loaded, workspace, storage_suffix, file, gaps: collected.gaps, unanswered: collected.unanswered })
}

/// The record of a job, as Azure Resource Manager has it.
///
/// # Errors
/// No sign-in, a workspace that nothing names, and a job that is not there or may not be read.
pub(super) fn job(args: &StateArgs, name: &str, streams: &mut Streams<'_>) -> Result<String, Failure> {
    let endpoints = endpoints(args.cloud.as_ref())?;
    let workspace = workspace(&args.workspace, streams)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::new(format!("cannot start collecting: {error}")))?;
    let limit = Duration::try_from(args.timeout).unwrap_or(Duration::ZERO);
    let body = runtime.block_on(async {
        let (transport, _) = connect(&endpoints, limit, streams).await?;
        collect::job(&transport, &workspace, name).await.map_err(|trouble| {
            let id = workspace.join(&format!("jobs/{name}"));
            Failure::new(format!("cannot read job {id}: {}: {}", trouble.code, trouble.message))
        })
    });
    runtime.shutdown_background();
    Ok(body?.to_string())
}

/// Signs in, says who is signed in, and opens the one way out.
async fn connect(
    endpoints: &Endpoints,
    limit: Duration,
    streams: &mut Streams<'_>,
) -> Result<(Arc<Transport>, collect::Identity), Failure> {
    let deadline = Deadline::after(limit);
    let http = collect::http_client().map_err(|trouble| Failure::new(trouble.message))?;
    let environment = environment();
    let tokens = match tokio::time::timeout_at(deadline.end(), collect::sign_in(&environment, endpoints)).await {
        Ok(tokens) => tokens.map_err(|trouble| Failure::new(trouble.message))?,
        Err(_) => return Err(Failure::new("signing in took longer than `--timeout`")),
    };
    let who = tokens.identity(endpoints).await;
    streams.note("signed in as", &signed_in(&who));
    if who.expires.is_some_and(|end| end <= state::now().unix_timestamp()) {
        streams.note("note", "the token is over; most of what is asked with it will be a gap");
    }
    Ok((Arc::new(Transport::until(endpoints.clone(), tokens, http, deadline)), who))
}

/// What was collected, and the moment from which its oldest answer may be.
async fn collected(
    endpoints: &Endpoints,
    plan: &Plan,
    limit: Duration,
    needs: &Asked<'_>,
    streams: &mut Streams<'_>,
) -> Result<(Collected, String), Failure> {
    let (transport, who) = connect(endpoints, limit, streams).await?;
    let endpoint = endpoints.arm("").ok_or_else(|| Failure::new("the cloud has no Resource Manager"))?;
    let carrier = Arc::new(ServiceCarrier::resource_manager(Arc::clone(&transport)));
    let source = TypedAuthorization::new(carrier, endpoint);
    let kept = match needs.snapshot {
        Some(snapshot) => {
            streams.note("collecting", if plan.whole { "the whole workspace" } else { "what the question needs" });
            Partial::open(snapshot, &format!("{plan:?} {endpoints:?} {:?} {:?}", who.object_id, who.tenant_id), streams)?
        }
        None => None,
    };
    let journal: &dyn Journal = kept.as_ref().map_or(&NoJournal, |partial| partial);
    let shown = Shown::new(streams, needs.snapshot.is_some());
    let collected = collect::go_on(&transport, &source, plan, &shown, journal).await;
    shown.finish();
    for note in &collected.notes {
        streams.note("note", note);
    }
    if !transport.has_answers() && !kept.as_ref().is_some_and(Partial::has_answers) {
        return Err(nothing(&collected.gaps));
    }
    let at = match kept.as_ref().and_then(Partial::since) {
        Some(since) => since,
        None => state::now().format(&Rfc3339).unwrap_or_default(),
    };
    Ok((collected, at))
}

fn nothing(gaps: &[String]) -> Failure {
    let mut lines: Vec<String> = gaps.iter().take(LISTED).map(|gap| format!("  {gap}")).collect();
    if gaps.len() > LISTED {
        lines.push(format!("  and {} more", gaps.len() - LISTED));
    }
    Failure::new(format!("nothing could be collected:\n{}", lines.join("\n")))
}

fn signed_in(who: &collect::Identity) -> String {
    let name = who.name.as_deref().unwrap_or("a principal the token does not name");
    let id = who.object_id.as_deref().unwrap_or("no object id");
    match &who.tenant_id {
        Some(tenant) => format!("{name} ({id}), tenant {tenant}"),
        None => format!("{name} ({id})"),
    }
}

fn endpoints(cloud: Option<&Cloud>) -> Result<Endpoints, Failure> {
    let name = match cloud {
        Some(Cloud::File(path)) => {
            let text = state::read_text(path)?;
            return Endpoints::from_toml(&text).map_err(|error| Failure::new(format!("{}: {error}", path.display())));
        }
        Some(Cloud::UsGovernment) => "AzureUSGovernment",
        Some(Cloud::China) => "AzureChinaCloud",
        Some(Cloud::Public) | None => "AzureCloud",
    };
    Endpoints::named(name).ok_or_else(|| Failure::new(format!("unknown cloud `{name}`")))
}

#[expect(clippy::disallowed_methods, reason = "the environment is read here and handed down")]
fn environment() -> SignInEnvironment {
    let text = |name: &str| std::env::var(name).ok().map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
    let secret = |name: &str| text(name).map(Secret::new);
    SignInEnvironment {
        token_arm: secret("CANREAD_ACCESS_TOKEN_ARM"),
        token_graph: secret("CANREAD_ACCESS_TOKEN_GRAPH"),
        token_storage: secret("CANREAD_ACCESS_TOKEN_STORAGE"),
        tenant_id: text("AZURE_TENANT_ID"),
        client_id: text("AZURE_CLIENT_ID"),
        client_secret: secret("AZURE_CLIENT_SECRET"),
        certificate: text("AZURE_CLIENT_CERTIFICATE_PATH").map(|path| {
            let text = std::fs::read_to_string(path).map_err(|error| format!("it cannot be read: {error}"));
            text.map(Zeroizing::new)
        }),
        sends_certificate_chain: text("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN").is_some_and(|word| ["1", "true"].contains(&word.as_str())),
        federated_token_file: text("AZURE_FEDERATED_TOKEN_FILE"),
    }
}

fn plan(args: &StateArgs, needs: &Asked<'_>, endpoints: &Endpoints, streams: &mut Streams<'_>) -> Result<(Plan, Option<Scope>), Failure> {
    let base = Plan {
        principals: needs.principals.iter().map(|name| (*name).to_owned()).collect(),
        max_paths: args.max_paths,
        probe: needs.probe,
        ..Plan::default()
    };
    if needs.targets.is_empty() && !needs.whole {
        let urls = urls(needs, endpoints)?;
        let subscription = state::workspace_defaults(&args.workspace).values().subscription;
        return Ok((Plan { urls, subscription, ..base }, None));
    }
    // An ARM id of a compute names its workspace.
    let of_compute = |target: &&JobTarget| match target {
        JobTarget::Compute(id) if id.starts_with('/') => Scope::new(id).cut_after("workspaces"),
        JobTarget::Compute(_) | JobTarget::Endpoint { .. } => None,
    };
    let named: Option<Vec<Scope>> = needs.targets.iter().map(of_compute).collect();
    let workspace = match named.and_then(|named| named.into_iter().next()) {
        Some(workspace) => workspace,
        None => workspace(&args.workspace, streams)?,
    };
    let targets: Vec<Target> = needs.targets.iter().map(|target| self::target(target, &workspace)).collect();
    let (references, files): (Vec<_>, Vec<_>) = references(needs, &workspace, endpoints.storage_suffix()).into_iter().unzip();
    let files = references.iter().zip(files).filter(|(_, is_file)| *is_file).map(|(reference, _)| reference.clone()).collect();
    Ok((Plan { workspace: Some(workspace.clone()), whole: needs.whole, targets, references, files, ..base }, Some(workspace)))
}

/// The URLs; of several, those that cannot be read need nothing collected.
fn urls(needs: &Asked<'_>, endpoints: &Endpoints) -> Result<Vec<StorageUrl>, Failure> {
    let parse = |url: &&ReferenceText| {
        let parsed = StorageUrl::parse(url.expose(), endpoints.storage_suffix());
        parsed.map_err(|refusal| Failure::new(format!("{}: {refusal}", url.redacted())))
    };
    match needs.urls.as_slice() {
        [one] => Ok(vec![parse(one)?]),
        several => Ok(several.iter().filter_map(|url| parse(url).ok()).collect()),
    }
}

fn target(target: &JobTarget, workspace: &Scope) -> Target {
    match target {
        JobTarget::Endpoint { name, deployment } => Target::Endpoint { name: name.clone(), deployment: deployment.clone() },
        JobTarget::Compute(text) => {
            let name = text.strip_prefix("azureml:").unwrap_or(text);
            Target::Compute(if name.starts_with('/') { Scope::new(name) } else { workspace.join(&format!("computes/{name}")) })
        }
    }
}

/// What inputs and outputs name, and whether it is declared as a file; what cannot be read needs nothing collected.
fn references(needs: &Asked<'_>, workspace: &Scope, storage_suffix: &str) -> Vec<(InputReference, bool)> {
    let inputs = needs.jobs.iter().flat_map(|job| &job.inputs).map(|data| (data, Direction::Input));
    let outputs = needs.jobs.iter().flat_map(|job| &job.outputs).map(|data| (data, Direction::Output));
    let parsed = inputs.chain(outputs).filter_map(|(data, direction)| {
        let context = ReferenceContext { origin: data.origin, direction, storage_suffix, workspace: Some(workspace) };
        let reference = InputReference::parse(data.reference.expose(), &context).outcome.ok()?;
        Some((reference, data.declared == Some(DeclaredType::UriFile)))
    });
    parsed.collect()
}
