//! Sub-resources of accounts that a batch job needs and its compute does not reach.

use super::firewall::is_open;
use crate::eval::gates::{ComputeView, SubResource, sub_resource};
use crate::eval::{Evidence, Judgement, Proof, Verdict};
use crate::model::{Compute, DatastoreTarget, Known, StorageAccount};
use crate::review::Occurrence;
use crate::review::found::{Detected, cited};
use crate::review::subject::{Subject, resource};
use std::collections::BTreeSet;

/// What a batch job needs of an account: all that the runtime uses of the workspace's default storage, and what reading a
/// store needs of the account behind it. Source: "Network isolation in batch endpoints", "Troubleshoot 403 errors in Azure
/// Storage".
fn needed(subject: &Subject<'_>, account: &StorageAccount) -> BTreeSet<SubResource> {
    let default = subject.record.value().and_then(|workspace| workspace.storage_account.as_ref());
    let mut needed = BTreeSet::new();
    if default.is_some_and(|id| id.name().eq_ignore_ascii_case(&account.name)) {
        needed.extend([SubResource::Blob, SubResource::File, SubResource::Queue, SubResource::Table]);
    }
    for store in subject.stores_on(&account.name) {
        match &store.target {
            DatastoreTarget::Blob { .. } => needed.extend([SubResource::Blob]),
            DatastoreTarget::AdlsGen2 { .. } => needed.extend([SubResource::Blob, SubResource::Dfs]),
            DatastoreTarget::AdlsGen1 { .. } | DatastoreTarget::File { .. } | DatastoreTarget::OneLake | DatastoreTarget::Other(_) => {}
        }
    }
    needed
}

/// Accounts that are not open to every network, and computes of deployments that do not reach all they need of them.
pub(super) fn unreached(subject: &Subject<'_>) -> Detected {
    let mut detected = Detected { missing: subject.accounts_missing.clone(), ..Detected::default() };
    detected.missing.extend(subject.parts_missing.clone());
    if let Known::Missing(missing) = &subject.record {
        detected.missing.insert(missing.clone());
    }
    for account in subject.accounts.iter().filter(|account| !is_open(account)) {
        let needed = needed(subject, account);
        for compute in subject.computes.iter().filter(|compute| is_used(subject, compute)) {
            found(subject, account, compute, &needed, &mut detected);
        }
    }
    detected
}

/// Whether a deployment runs on the compute.
fn is_used(subject: &Subject<'_>, compute: &Compute) -> bool {
    let on = |text: &str| crate::eval::compute_scope(&subject.workspace, text) == compute.id;
    subject.deployments.iter().any(|deployment| deployment.compute.as_deref().is_some_and(on))
}

fn found(subject: &Subject<'_>, account: &StorageAccount, compute: &Compute, needed: &BTreeSet<SubResource>, detected: &mut Detected) {
    let workspace = match &subject.record {
        Known::Known(workspace) => Known::Known(*workspace),
        Known::Missing(missing) => Known::Missing(missing.clone()),
    };
    let origin = ComputeView::Known(compute).origin(&workspace);
    let judged: Vec<(SubResource, Proof)> = needed.iter().map(|sub| (*sub, sub_resource(&subject.cx, account, &origin, *sub))).collect();
    judged.iter().for_each(|(_, proof)| detected.lacks(proof));
    let denied: Vec<&(SubResource, Proof)> = judged.iter().filter(|(_, proof)| proof.verdict() == Verdict::Denied).collect();
    if denied.is_empty() {
        return;
    }
    let names: Vec<String> = denied.iter().map(|(sub, _)| format!("`{sub}`")).collect();
    let reached: Vec<String> =
        judged.iter().filter(|(_, proof)| proof.verdict() == Verdict::Allowed).map(|(sub, _)| format!("`{sub}`")).collect();
    let but = if reached.is_empty() { String::new() } else { format!(", though {}", reached.join(", ")) };
    let message = format!("compute `{}` does not reach {} of account `{}`{but}", compute.id.name(), names.join(", "), account.name);
    let mut evidence = vec![resource(&compute.id, "a deployment runs on it")];
    for one in denied.iter().flat_map(|(_, proof)| cited(proof, Verdict::Denied)) {
        let known = |other: &Evidence| other.kind == one.kind && other.id == one.id;
        if !evidence.iter().any(known) {
            evidence.push(one);
        }
    }
    detected.found.push(Occurrence::new(account.id.as_str(), message, evidence));
}
