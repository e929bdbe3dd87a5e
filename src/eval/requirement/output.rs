//! `output/writable`: the same questions for outputs, in one proof; and the output nobody names.

use super::identity::{by_compute, compute_in_tenant};
use super::{StoredQuestion, may, stored_parts, stored_reader, stored_tenant};
use crate::eval::gates::{ComputeView, reachable, tenant};
use crate::eval::{
    ComputeIdentities, Context, Evidence, EvidenceKind, Extent, JobView, Judgement, Leaf, Place, Proof, RequirementFinding, Verdict,
    Warning,
};
use crate::model::{CredentialSource, Found, Known, Operation, RequirementId, StoreKind, StorePath, WarningId};

/// Judges one output that was resolved to `place`. `premises` are its recognition, support and existence.
pub fn output(
    cx: &Context<'_>,
    job: &JobView<'_>,
    compute: &ComputeIdentities,
    view: &ComputeView<'_>,
    place: &Known<Place<'_>>,
    premises: Vec<Proof>,
) -> RequirementFinding {
    let mut parts = premises;
    let denied = parts.iter().any(|part| part.verdict() == Verdict::Denied);
    let mut what = "the output".to_owned();
    match place {
        Known::Known(place) if !denied => {
            what = place.target.describe();
            parts.push(blob_datastore(place));
            if place.target.store == StoreKind::Blob && place.datastore.is_some() {
                parts.extend(writable(cx, job, compute, view, place));
            }
        }
        Known::Known(_) => {}
        Known::Missing(missing) if !denied => parts.push(Proof::unknown(|| "where the output goes is known".to_owned(), missing)),
        Known::Missing(_) => {}
    }
    let proof = Proof::all(|| format!("the job may write {what}"), parts);
    let summary = match proof.verdict() {
        Verdict::Allowed => format!("the job may write {what}"),
        Verdict::Denied => format!("the job may not write {what}"),
        Verdict::Undetermined => format!("not known whether the job may write {what}"),
    };
    RequirementFinding::new(RequirementId::OutputWritable, summary, proof)
}

/// Outputs go to blob datastores only. Source: "Create jobs and input data for batch endpoints", outputs.
fn blob_datastore(place: &Place<'_>) -> Proof {
    let claim = "outputs go to a blob datastore";
    match place.datastore {
        Some(store) if place.target.store == StoreKind::Blob => {
            Proof::allowed(|| Leaf::new(claim, Evidence::new(EvidenceKind::Resource, store.id.as_str(), "it is of type AzureBlob")))
        }
        Some(store) => {
            let says = "it is no blob datastore; batch endpoints write to blob datastores only";
            Proof::denied(|| Leaf::new(claim, Evidence::new(EvidenceKind::Resource, store.id.as_str(), says)))
        }
        None => {
            let says = "it is no datastore path; batch endpoints write to blob datastores only (`azureml://datastores/NAME/paths/PATH`)";
            Proof::denied(|| Leaf::new(claim, Evidence::new(EvidenceKind::Question, place.target.describe(), says)))
        }
    }
}

/// Credential, gates and grants of a write. Without a stored credential the compute identity writes.
fn writable(cx: &Context<'_>, job: &JobView<'_>, compute: &ComputeIdentities, view: &ComputeView<'_>, place: &Place<'_>) -> Vec<Proof> {
    let operations = &[Operation::Write];
    let target = &place.target;
    let mut parts = Vec::new();
    match place.datastore.filter(|store| store.credential != CredentialSource::None) {
        Some(store) => {
            let question = StoredQuestion { job, store, other_workspace: place.other_workspace, target, operations };
            parts.extend(stored_parts(cx, &question).into_iter().map(|(_, _, _, proof)| proof));
            parts.extend(stored_reader(cx, store).and_then(|writer| stored_tenant(cx, target, store, &writer)));
        }
        None => {
            parts.push(compute.proof.clone());
            if compute.proof.verdict() != Verdict::Denied {
                let writers = compute_in_tenant(cx, job, compute);
                if !writers.is_empty() {
                    parts.push(tenant(cx, target, &writers));
                }
                parts.push(by_compute(cx, compute, operations, target));
            }
        }
    }
    let workspace = match &job.workspace {
        Known::Known(workspace) => Known::Known(*workspace),
        Known::Missing(missing) => Known::Missing(missing.clone()),
    };
    parts.push(reachable(cx, target, view, workspace));
    parts
}

/// The output nobody names goes to the default datastore. It is judged, and only warns.
pub fn implicit_output(cx: &Context<'_>, job: &JobView<'_>, compute: &ComputeIdentities, view: &ComputeView<'_>) -> Option<Warning> {
    let Found::Here(store) = cx.snapshot.default_datastore(&job.workspace_id) else {
        return None;
    };
    let path = StorePath::new("azureml");
    let mut place = crate::eval::datastore_target(cx, job, store, &path)?;
    place.target.extent = Extent::Folder;
    place.target.origin = view.origin(&job.workspace).request_origin();
    let premises = crate::eval::container_exists(cx, &place).into_iter().collect();
    let finding = output(cx, job, compute, view, &Known::Known(place), premises);
    let message = match finding.verdict() {
        Verdict::Allowed => return None,
        Verdict::Denied => {
            format!("no output is named, so results go to the default datastore `{}`, and {}", store.id.name(), finding.summary)
        }
        Verdict::Undetermined => {
            format!("no output is named, so results go to the default datastore `{}`; {}", store.id.name(), finding.summary)
        }
    };
    Some(Warning::new(WarningId::RuntimeBatch, message))
}

/// `input/upload`: the invoker writes a local path to the default datastore, with its credential or by identity.
pub fn upload(cx: &Context<'_>, job: &JobView<'_>, place: &Known<Place<'_>>) -> RequirementFinding {
    let proof = match place {
        Known::Missing(missing) => Proof::unknown(|| "the local data can be uploaded".to_owned(), missing),
        Known::Known(place) => {
            let operations = &[Operation::Write];
            let mut parts = Vec::new();
            match place.datastore.filter(|store| store.credential != CredentialSource::None) {
                Some(store) => {
                    let question = StoredQuestion { job, store, other_workspace: false, target: &place.target, operations };
                    parts.extend(stored_parts(cx, &question).into_iter().map(|(_, _, _, proof)| proof));
                }
                None => parts.push(may(cx, &job.invoker, operations, &place.target)),
            }
            let claim = "the machine that uploads reaches the account";
            let evidence = Evidence::new(EvidenceKind::Question, place.target.describe(), "a local path");
            let assumption = format!("the machine that uploads reaches account {}", place.target.account_name);
            parts.push(Proof::allowed(|| Leaf::new(claim, evidence).assuming(assumption)));
            Proof::all(|| format!("the invoker may write to {}", place.target.describe()), parts)
        }
    };
    let summary = match proof.verdict() {
        Verdict::Allowed => "the local data can be uploaded to the default datastore",
        Verdict::Denied => "the local data cannot be uploaded to the default datastore",
        Verdict::Undetermined => "not known whether the local data can be uploaded to the default datastore",
    };
    RequirementFinding::new(RequirementId::InputUpload, summary, proof).of(job.invoker.value().cloned())
}
