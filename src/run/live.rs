//! The state, collected live.

use super::{Failure, Streams};
#[cfg(not(feature = "collect"))]
use crate::cli::StateArgs;
use crate::cli::job::JobInputs;
use crate::cli::{JobTarget, WorkspaceArgs};
use crate::model::{ReferenceText, Scope};
use crate::snapshot::Loaded;

/// What a question needs of the state; nothing named: a whole workspace.
#[derive(Clone, Copy, Default)]
#[cfg_attr(not(feature = "collect"), expect(dead_code, reason = "only live collection reads it"))]
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
}

/// The workspace that options and defaults name.
#[cfg_attr(not(feature = "collect"), expect(dead_code, reason = "only live collection asks"))]
fn workspace(args: &WorkspaceArgs, streams: &mut Streams<'_>) -> Result<Scope, Failure> {
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
pub(super) fn load(_: &StateArgs, _: &Needs<'_>, _: &mut Streams<'_>) -> Result<Live, Failure> {
    Err(Failure::new(
        "no `--snapshot FILE` given, and this build does not collect live (it lacks the feature `collect`); make a snapshot with one that does, or as docs/snapshot.md shows, and pass it",
    ))
}

#[cfg(feature = "collect")]
pub(super) use with_collect::load;

#[cfg(feature = "collect")]
mod with_collect {
    use super::{Live, Needs, workspace};
    use crate::cli::{Cloud, JobTarget, StateArgs};
    use crate::collect::{
        self, Deadline, Endpoints, Plan, Progress, ServiceCarrier, SignInEnvironment, Target, Transport, TypedAuthorization, Wanted,
    };
    use crate::model::{DeclaredType, Direction, InputReference, ReferenceContext, Scope, StorageUrl};
    use crate::run::{Failure, Streams, state};
    use crate::snapshot;
    use azure_core::credentials::Secret;
    use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
    use std::io::IsTerminal;
    use std::sync::Arc;
    use std::time::Duration;
    use time::format_description::well_known::Rfc3339;

    /// Gaps that a failure lists.
    const LISTED: usize = 5;

    /// Collects what `needs` names.
    ///
    /// # Errors
    /// No sign-in, a workspace that nothing names, and where nothing at all could be collected.
    pub(in crate::run) fn load(args: &StateArgs, needs: &Needs<'_>, streams: &mut Streams<'_>) -> Result<Live, Failure> {
        let endpoints = endpoints(args.cloud.as_ref())?;
        let (plan, workspace) = plan(args, needs, &endpoints, streams)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Failure::new(format!("cannot start collecting: {error}")))?;
        let limit = Duration::try_from(args.timeout).unwrap_or(Duration::ZERO);
        let collected = runtime.block_on(async {
            let deadline = Deadline::after(limit);
            let http = collect::http_client().map_err(|trouble| Failure::new(trouble.message))?;
            let environment = environment();
            let tokens = match tokio::time::timeout_at(deadline.end(), collect::sign_in(&environment, &endpoints)).await {
                Ok(tokens) => tokens.map_err(|trouble| Failure::new(trouble.message))?,
                Err(_) => return Err(Failure::new("signing in took longer than `--timeout`")),
            };
            let who = tokens.identity(&endpoints).await;
            streams.note("signed in as", &signed_in(&who));
            let transport = Arc::new(Transport::until(endpoints.clone(), tokens, http, deadline));
            let endpoint = endpoints.arm("").ok_or_else(|| Failure::new("the cloud has no Resource Manager"))?;
            let carrier = Arc::new(ServiceCarrier::resource_manager(Arc::clone(&transport)));
            let source = TypedAuthorization::new(carrier, endpoint);
            let bar = Bar::new(streams.quiet);
            let collected = collect::collect(&transport, &source, &plan, &bar).await;
            bar.finish();
            for note in &collected.notes {
                streams.note("note", note);
            }
            Ok::<_, Failure>((collected, transport.has_answers()))
        });
        // A name server that does not answer must not hold the end up.
        runtime.shutdown_background();
        let (collected, answered) = collected?;
        if !answered {
            return Err(nothing(&collected.gaps));
        }
        let at = state::now().format(&Rfc3339).unwrap_or_default();
        let file = collected.file(&at);
        let loaded = snapshot::read(file.as_bytes(), "what Azure answered").map_err(|errors| Failure::new(errors.to_string()))?;
        Ok(Live { loaded, workspace, storage_suffix: endpoints.storage_suffix().to_owned(), file, gaps: collected.gaps })
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
            certificate_path: text("AZURE_CLIENT_CERTIFICATE_PATH"),
            federated_token_file: text("AZURE_FEDERATED_TOKEN_FILE"),
        }
    }

    fn plan(
        args: &StateArgs,
        needs: &Needs<'_>,
        endpoints: &Endpoints,
        streams: &mut Streams<'_>,
    ) -> Result<(Plan, Option<Scope>), Failure> {
        let base = Plan {
            principals: needs.principal.map(str::to_owned).into_iter().collect(),
            max_paths: args.max_paths,
            probe: needs.probe,
            ..Plan::default()
        };
        if let Some(url) = needs.url {
            let parsed = StorageUrl::parse(url.expose(), endpoints.storage_suffix())
                .map_err(|refusal| Failure::new(format!("{}: {refusal}", url.redacted())))?;
            let subscription = state::workspace_defaults(&args.workspace).values().subscription;
            return Ok((Plan { urls: vec![parsed], subscription, ..base }, None));
        }
        let of_compute = match needs.target {
            Some(JobTarget::Compute(id)) if id.starts_with('/') => Scope::new(id).cut_after("workspaces"),
            Some(JobTarget::Compute(_) | JobTarget::Endpoint { .. }) | None => None,
        };
        let workspace = match of_compute {
            Some(workspace) => workspace,
            None => workspace(&args.workspace, streams)?,
        };
        let targets: Vec<Target> = needs.target.map(|target| self::target(target, &workspace)).into_iter().collect();
        let references = references(needs, &workspace, endpoints.storage_suffix());
        let whole = needs.target.is_none();
        Ok((Plan { workspace: Some(workspace.clone()), whole, targets, references, ..base }, Some(workspace)))
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

    /// What inputs and outputs name; what cannot be read needs nothing collected.
    fn references(needs: &Needs<'_>, workspace: &Scope, storage_suffix: &str) -> Vec<Wanted> {
        let Some(job) = needs.job else {
            return Vec::new();
        };
        let inputs = job.inputs.iter().map(|data| (data, Direction::Input));
        let outputs = job.outputs.iter().map(|data| (data, Direction::Output));
        let parsed = inputs.chain(outputs).filter_map(|(data, direction)| {
            let context = ReferenceContext { origin: data.origin, direction, storage_suffix, workspace: Some(workspace) };
            let reference = InputReference::parse(data.reference.expose(), &context).outcome.ok()?;
            Some(Wanted { reference, is_file: data.declared == Some(DeclaredType::UriFile) })
        });
        parsed.collect()
    }

    /// A bar on a terminal, nothing elsewhere.
    struct Bar(Option<ProgressBar>);

    impl Bar {
        fn new(quiet: bool) -> Self {
            if quiet || !std::io::stderr().is_terminal() {
                return Bar(None);
            }
            let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
            if let Ok(style) = ProgressStyle::with_template("collecting {wide_bar} {pos}/{len} look-ups") {
                bar.set_style(style);
            }
            Bar(Some(bar))
        }

        fn finish(&self) {
            if let Some(bar) = &self.0 {
                bar.finish_and_clear();
            }
        }
    }

    impl Progress for Bar {
        fn look_ups(&self, done: usize, known: usize) {
            if let Some(bar) = &self.0 {
                bar.set_length(u64::try_from(known).unwrap_or(u64::MAX));
                bar.set_position(u64::try_from(done).unwrap_or(u64::MAX));
            }
        }
    }
}
