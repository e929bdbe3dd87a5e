//! Identities of computes that read by a role assignment above the container.

use crate::eval::{Evidence, EvidenceKind, Verdict, rbac};
use crate::model::{ObjectId, Operation, RoleAssignment, Scope};
use crate::review::Occurrence;
use crate::review::found::{Detected, cited};
use crate::review::identities::{computes, of_computes};
use crate::review::subject::{Subject, resource};
use std::collections::{BTreeMap, BTreeSet};

/// Role assignments at an account, or above one, by which the identity of a compute reads containers.
pub(super) fn broad(subject: &Subject<'_>) -> Detected {
    let cx = &subject.cx;
    let (identities, missing) = of_computes(subject);
    let mut detected = Detected { missing, ..Detected::default() };
    detected.missing.extend(subject.accounts_missing.clone());
    let by_id: BTreeMap<&str, &RoleAssignment> = cx.snapshot.facts().role_assignments.iter().map(|one| (one.id.key(), one)).collect();
    let mut found: BTreeMap<(ObjectId, &Scope), (Evidence, BTreeSet<String>)> = BTreeMap::new();
    for target in &subject.containers {
        for id in identities.keys() {
            let who = cx.snapshot.identities(id);
            let proof: crate::eval::Proof =
                rbac::data_operation(cx, &who, Operation::Read, target).together(|| format!("{id} may read {}", target.describe()));
            detected.lacks(&proof);
            if crate::eval::Judgement::verdict(&proof) != Verdict::Allowed {
                continue;
            }
            for evidence in cited(&proof, Verdict::Allowed).into_iter().filter(|one| one.kind == EvidenceKind::RoleAssignment) {
                let Some(assignment) = by_id.get(evidence.id.to_lowercase().as_str()) else { continue };
                if assignment.scope.segment_after("containers").is_none() {
                    let (_, places) = found.entry((id.clone(), &assignment.id)).or_insert((evidence, BTreeSet::new()));
                    places.insert(target.describe());
                }
            }
        }
    }
    for ((id, assignment), (evidence, places)) in found {
        let (Some(of), Some(record)) = (identities.get(&id), by_id.get(assignment.key())) else { continue };
        let Some(first) = of.first() else { continue };
        let above = record.scope.segment_after("storageaccounts").is_none();
        let reached = if places.len() == 1 { "the one container".to_owned() } else { format!("all {} containers", places.len()) };
        let level = if above { "above the storage account" } else { "at the whole storage account" };
        let message = format!(
            "the identity of {} reads by a role assignment {level}, {}: {reached} known of, and any that is made there later",
            computes(of),
            record.scope
        );
        let evidence = vec![evidence, resource(&first.id, format!("its identity is {id}"))];
        detected.found.push(Occurrence::new(first.id.as_str(), message, evidence).under(above.then_some("above_account")));
    }
    detected
}
