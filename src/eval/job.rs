//! The job: endpoint, deployment, compute, and whose identities act.

use super::{Context, Evidence, EvidenceKind, JobQuestion, Judgement, Leaf, Proof, Verdict};
use crate::model::{
    BatchDeployment, Compute, ComputeType, DeploymentKind, Found, IdentityType, Known, Missing, ObjectId, PrincipalKind, RolePlayed, Scope,
    SecurityPrincipal, What, Workspace,
};

/// What runs the job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobTarget {
    /// A batch endpoint and, unless its default is meant, one of its deployments.
    Endpoint {
        /// Endpoint name.
        name: String,
        /// Deployment name.
        deployment: Option<String>,
    },
    /// A compute, by name or ARM id.
    Compute(String),
}

/// The job as far as the snapshot knows it.
#[derive(Debug)]
pub struct JobView<'a> {
    /// Workspace.
    pub workspace_id: Scope,
    /// Its record.
    pub workspace: Known<&'a Workspace>,
    /// Endpoint; `None` where a compute is asked about.
    pub endpoint_id: Option<Scope>,
    /// Deployment.
    pub deployment_id: Option<Scope>,
    /// Its record.
    pub deployment: Option<&'a BatchDeployment>,
    /// Compute.
    pub compute_id: Option<Scope>,
    /// Its record, or what is missing to know it.
    pub compute: Known<&'a Compute>,
    /// Whoever invokes, or why nobody is known.
    pub invoker: Known<SecurityPrincipal>,
    /// `job/endpoint`.
    pub endpoint_proof: Proof,
    /// Suffix of the storage endpoints of the cloud asked about.
    pub storage_suffix: String,
}

impl<'a> JobView<'a> {
    /// A workspace without a job in it: enough to say where a reference leads.
    pub fn of_workspace(cx: &Context<'a>, workspace: &Scope, storage_suffix: &str) -> Self {
        let (endpoint_proof, record) = exists("workspace", workspace, &cx.snapshot.workspace(workspace), |workspace| &workspace.id);
        JobView {
            workspace_id: workspace.clone(),
            workspace: record,
            endpoint_id: None,
            deployment_id: None,
            deployment: None,
            compute_id: None,
            compute: Known::Missing(Missing::open("no-compute", "no compute is known")),
            invoker: Known::Missing(nobody_signed_in()),
            endpoint_proof,
            storage_suffix: storage_suffix.to_owned(),
        }
    }
}

/// Whoever invokes is not known: nobody is signed in and none was named.
pub fn nobody_signed_in() -> Missing {
    Missing {
        what: What::OpenQuestion,
        scope: "who-invokes".to_owned(),
        principal: None,
        because: Some("nobody is signed in in this snapshot; name the invoker with `--as PRINCIPAL`".to_owned()),
    }
}

/// A principal by object id, named and typed from the directory where it is known there.
pub fn principal(cx: &Context<'_>, id: &ObjectId, role: RolePlayed, fallback: Option<&str>) -> SecurityPrincipal {
    let object = cx.snapshot.facts().directory.get(id);
    let name = object.and_then(|object| object.name()).or(fallback).map(str::to_owned);
    let managed = (role == RolePlayed::ComputeIdentity).then_some(PrincipalKind::ManagedIdentity);
    SecurityPrincipal { object_id: Some(id.clone()), name, kind: object.and_then(|object| object.kind).or(managed), role }
}

fn resource_leaf(claim: impl Into<String>, id: &Scope, says: impl Into<String>) -> Leaf {
    Leaf::new(claim, Evidence::new(EvidenceKind::Resource, id.as_str(), says))
}

/// The proof that `found` exists, and the record.
fn exists<'a, T>(what: &str, id: &Scope, found: &Found<'a, T>, id_of: impl Fn(&T) -> &Scope) -> (Proof, Known<&'a T>) {
    let claim = format!("{what} `{}` exists", id.name());
    match found {
        Found::Here(item) => (Proof::allowed(|| resource_leaf(claim, id_of(item), "it is in the snapshot")), Known::Known(*item)),
        Found::Absent(record) => {
            let proof = Proof::denied(|| Leaf::new(claim, Evidence::coverage(*record, format!("no record bears {id}"))));
            (proof, Known::Missing(Missing::open("does-not-exist", format!("{what} `{}` does not exist", id.name()))))
        }
        Found::Missing(missing) => (Proof::unknown(|| claim, missing), Known::Missing(missing.clone())),
    }
}

/// Finds the job in the snapshot.
pub fn view<'a>(cx: &Context<'a>, question: &JobQuestion) -> JobView<'a> {
    let (workspace_id, target) = (&question.workspace, &question.target);
    let invoker = match question.invoker.as_ref() {
        Some(id) => {
            let signed_in = cx.snapshot.facts().header.signed_in.as_ref().filter(|signed_in| signed_in.object_id == *id);
            Known::Known(principal(cx, id, RolePlayed::JobIdentity, signed_in.and_then(|signed_in| signed_in.name.as_deref())))
        }
        None => Known::Missing(nobody_signed_in()),
    };
    let mut view = JobView { invoker, ..JobView::of_workspace(cx, workspace_id, &question.storage_suffix) };
    let workspace_proof = view.endpoint_proof.clone();
    let mut parts = Vec::new();
    match target {
        JobTarget::Endpoint { name, deployment } => endpoint_parts(cx, &mut view, name, deployment.as_deref(), &mut parts),
        JobTarget::Compute(name) => {
            let id = compute_scope(workspace_id, name);
            compute_parts(cx, &mut view, &id, &mut parts);
        }
    }
    // What was found in a workspace proves that the workspace exists.
    let found = parts.iter().any(|part| part.verdict() == Verdict::Allowed);
    if !found || workspace_proof.verdict() == Verdict::Allowed {
        parts.insert(0, workspace_proof);
    }
    view.endpoint_proof = Proof::all(|| "the job has something to run on".to_owned(), parts);
    view
}

/// A compute's id from a deployment's or a person's spelling: an ARM id, `azureml:name` or a name.
pub fn compute_scope(workspace: &Scope, text: &str) -> Scope {
    let name = text.strip_prefix("azureml:").unwrap_or(text);
    if name.starts_with('/') { Scope::new(name) } else { workspace.join(&format!("computes/{name}")) }
}

fn endpoint_parts<'a>(cx: &Context<'a>, view: &mut JobView<'a>, name: &str, deployment: Option<&str>, parts: &mut Vec<Proof>) {
    let id = view.workspace_id.join(&format!("batchEndpoints/{name}"));
    let (proof, endpoint) = exists("batch endpoint", &id, &cx.snapshot.endpoint(&id), |endpoint| &endpoint.id);
    parts.push(proof);
    let endpoint = match endpoint {
        Known::Known(endpoint) => endpoint,
        Known::Missing(missing) => {
            view.endpoint_id = Some(id);
            let Some(deployment) = deployment else {
                view.compute = Known::Missing(missing);
                return;
            };
            let id = view.workspace_id.join(&format!("batchEndpoints/{name}/deployments/{deployment}"));
            return deployment_parts(cx, view, id, parts);
        }
    };
    view.endpoint_id = Some(endpoint.id.clone());
    parts.extend(auth_mode(endpoint));
    let name = deployment.map(str::to_owned).or_else(|| endpoint.default_deployment.clone().filter(|name| !name.is_empty()));
    let Some(name) = name else {
        let claim = "the endpoint routes to a deployment";
        parts.push(Proof::denied(|| resource_leaf(claim, &endpoint.id, "no default deployment is set and none was named with `-d`")));
        view.compute = Known::Missing(Missing::open("no-deployment", "the endpoint has no default deployment, so no compute is known"));
        return;
    };
    let id = endpoint.id.join(&format!("deployments/{name}"));
    deployment_parts(cx, view, id, parts);
}

/// Batch endpoints take Entra tokens only. Source: Azure SDK for Python, issue 31809.
fn auth_mode(endpoint: &crate::model::BatchEndpoint) -> Option<Proof> {
    let mode = endpoint.auth_mode.as_deref()?;
    if mode.eq_ignore_ascii_case("AADToken") {
        return None;
    }
    let question = format!("authMode is `{mode}`; batch endpoints are documented with `AADToken` only");
    Some(Proof::unknown(|| "the endpoint takes Entra tokens".to_owned(), &Missing::open("auth-mode", question)))
}

fn deployment_parts<'a>(cx: &Context<'a>, view: &mut JobView<'a>, id: Scope, parts: &mut Vec<Proof>) {
    let (proof, deployment) = exists("deployment", &id, &cx.snapshot.deployment(&id), |deployment| &deployment.id);
    parts.push(proof);
    let deployment = match deployment {
        Known::Known(deployment) => deployment,
        Known::Missing(missing) => {
            view.deployment_id = Some(id);
            view.compute = Known::Missing(missing);
            return;
        }
    };
    view.deployment_id = Some(deployment.id.clone());
    view.deployment = Some(deployment);
    let Some(compute) = &deployment.compute else {
        let missing = Missing::open("deployment-compute", format!("deployment `{}` names no compute", deployment.id.name()));
        parts.push(Proof::unknown(|| "the deployment names a compute".to_owned(), &missing));
        view.compute = Known::Missing(missing);
        return;
    };
    let id = compute_scope(&view.workspace_id, compute);
    compute_parts(cx, view, &id, parts);
    if let DeploymentKind::PipelineComponent { component } = &deployment.kind {
        parts.push(pipeline_steps(cx, view, deployment, component.as_deref(), &id));
    }
}

/// A component's id from a deployment's spelling: an ARM id, or `azureml:name:version`.
fn component_scope(workspace: &Scope, text: &str) -> Scope {
    let name = text.strip_prefix("azureml:").unwrap_or(text);
    match name.split_once(':') {
        Some((name, version)) if !name.starts_with('/') => workspace.join(&format!("components/{name}/versions/{version}")),
        Some(_) | None => Scope::new(name),
    }
}

/// Steps of a pipeline component may name computes of their own: then which identity reads is not known from the
/// deployment. Without the definition the default compute is assumed for all steps.
fn pipeline_steps<'a>(
    cx: &Context<'a>,
    view: &mut JobView<'a>,
    deployment: &BatchDeployment,
    component: Option<&str>,
    default: &Scope,
) -> Proof {
    let claim = || "every step of the pipeline component runs on the default compute".to_owned();
    let definition = component.and_then(|id| match cx.snapshot.component(&component_scope(&view.workspace_id, id)) {
        Found::Here(component) => Some(component),
        Found::Absent(_) | Found::Missing(_) => None,
    });
    let Some(definition) = definition else {
        let leaf = resource_leaf(claim(), &deployment.id, "the component's definition was not collected");
        return Proof::allowed(|| leaf.assuming(format!("every step of `{}` runs on its default compute", deployment.id.name())));
    };
    let other = definition.step_computes.iter().find(|(_, compute)| compute_scope(&view.workspace_id, compute) != *default);
    let question = match (other, definition.user_identity_steps.first()) {
        (Some((step, compute)), _) => format!("step `{step}` runs on compute `{compute}`, whose identity may be another"),
        (None, Some(step)) => format!("step `{step}` asks for the user's identity, so the compute's may not be the one that reads"),
        (None, None) => {
            return Proof::allowed(|| resource_leaf(claim(), &definition.id, "no step names a compute or identity of its own"));
        }
    };
    let missing = Missing::open("pipeline-steps", question);
    view.compute = Known::Missing(missing.clone());
    Proof::undetermined(|| (resource_leaf(claim(), &definition.id, "a step has a compute or identity of its own"), missing))
}

fn compute_parts<'a>(cx: &Context<'a>, view: &mut JobView<'a>, id: &Scope, parts: &mut Vec<Proof>) {
    let (proof, compute) = exists("compute", id, &cx.snapshot.compute(id), |compute| &compute.id);
    parts.push(proof);
    view.compute_id = Some(compute.value().map_or_else(|| id.clone(), |compute| compute.id.clone()));
    if let Known::Known(compute) = compute {
        parts.push(supported(compute));
    }
    view.compute = compute;
}

/// Batch deployments run on compute clusters and attached Kubernetes, not on Arc-enabled Kubernetes.
/// Source: "Use batch deployments", "Troubleshoot batch endpoints".
fn supported(compute: &Compute) -> Proof {
    let claim = "batch deployments support the compute";
    let leaf = |says: &str| resource_leaf(claim, &compute.id, says);
    let state = compute.provisioning_state.as_deref().unwrap_or_default();
    if state.eq_ignore_ascii_case("Deleting") || state.eq_ignore_ascii_case("Deleted") {
        return Proof::denied(|| leaf("it is being deleted"));
    }
    match &compute.compute_type {
        ComputeType::AmlCompute => Proof::allowed(|| leaf("it is a compute cluster")),
        ComputeType::Kubernetes { resource_id: Some(id) } if id.key().contains("/microsoft.kubernetes/connectedclusters/") => {
            Proof::denied(|| leaf("it is Arc-enabled Kubernetes, which batch endpoints do not support"))
        }
        ComputeType::Kubernetes { .. } => Proof::allowed(|| leaf("it is attached Kubernetes")),
        ComputeType::ComputeInstance => Proof::denied(|| leaf("it is a compute instance; batch deployments need a cluster")),
        ComputeType::Other(kind) => {
            let question = format!("whether batch deployments run on compute type `{kind}` is not documented");
            Proof::undetermined(|| (leaf("its type is not among the documented ones"), Missing::open("compute-type", question)))
        }
    }
}

/// The managed identities of a compute that may be the one that mounts.
#[derive(Clone, Debug)]
pub struct ComputeIdentities {
    /// `compute/identity`.
    pub proof: Proof,
    /// The candidates: one, or several of which the service does not say which is used.
    pub candidates: Vec<Known<SecurityPrincipal>>,
}

/// Judges `compute/identity`: exactly one identity settles who mounts; several leave it open (each is then asked);
/// Kubernetes and an undocumented mix leave it undetermined. Source: "Set up service authentication", compute cluster.
pub fn compute_identities(cx: &Context<'_>, compute: &Known<&Compute>) -> ComputeIdentities {
    let claim = || "the compute has a managed identity".to_owned();
    let compute = match compute {
        Known::Known(compute) => *compute,
        Known::Missing(missing) => {
            return ComputeIdentities { proof: Proof::unknown(claim, missing), candidates: vec![Known::Missing(missing.clone())] };
        }
    };
    let leaf = |says: String| resource_leaf(claim(), &compute.id, says);
    let open = |missing: Missing, says: &str| ComputeIdentities {
        proof: Proof::undetermined(|| (leaf(says.to_owned()), missing.clone())),
        candidates: vec![Known::Missing(missing.clone())],
    };
    if let ComputeType::Kubernetes { .. } = compute.compute_type {
        let question = "whether a batch job on Kubernetes reads by the cluster's identity is not settled by documentation";
        return open(Missing::open("kubernetes-identity", question), "it is a Kubernetes compute");
    }
    let identity = &compute.identity;
    let system = || candidate(cx, compute, &compute.id, identity.principal_id.as_ref());
    let assigned = || identity.user_assigned.iter().map(|user| candidate(cx, compute, &user.id, user.principal_id.as_ref()));
    match identity.identity_type {
        IdentityType::None => {
            ComputeIdentities { proof: Proof::denied(|| leaf("it has no managed identity".to_owned())), candidates: Vec::new() }
        }
        IdentityType::SystemAssigned => {
            ComputeIdentities { proof: Proof::allowed(|| leaf("system-assigned".to_owned())), candidates: vec![system()] }
        }
        IdentityType::UserAssigned => {
            let candidates: Vec<_> = assigned().collect();
            if candidates.is_empty() {
                let missing = Missing::resource(&compute.id, &crate::model::Lookup::NotCollected);
                return open(missing, "it says user-assigned, but lists no identity");
            }
            let names: Vec<_> = identity.user_assigned.iter().map(|user| user.id.name()).collect();
            ComputeIdentities { proof: Proof::allowed(|| leaf(format!("user-assigned: {}", names.join(", ")))), candidates }
        }
        IdentityType::SystemAssignedUserAssigned => {
            let question =
                "a cluster has one system-assigned identity or several user-assigned ones; which is used with both is undocumented";
            let missing = Missing::open("mixed-identity", question);
            let proof = Proof::undetermined(|| (leaf("system- and user-assigned together".to_owned()), missing));
            ComputeIdentities { proof, candidates: std::iter::once(system()).chain(assigned()).collect() }
        }
    }
}

fn candidate(cx: &Context<'_>, compute: &Compute, id: &Scope, object: Option<&ObjectId>) -> Known<SecurityPrincipal> {
    match object {
        Some(object) => {
            let name = if *id == compute.id { system_identity_name(&compute.id) } else { id.name().to_owned() };
            Known::Known(principal(cx, object, RolePlayed::ComputeIdentity, Some(&name)))
        }
        None => Known::Missing(Missing::resource(id, &cx.snapshot.resource_lookup(id))),
    }
}

/// Display name of a compute's system-assigned identity: `<workspace>/computes/<cluster>`.
/// Source: "Authorization on batch endpoints".
pub fn system_identity_name(compute: &Scope) -> String {
    format!("{}/computes/{}", compute.segment_after("workspaces").unwrap_or_default(), compute.name())
}
