//! An identity for a compute that has none.

use super::{Change, Scene};
use crate::model::{Compute, ComputeType, IdentityType, Known};
use std::collections::BTreeSet;

/// Most user-assigned identities that are tried.
const MOST: usize = 5;

fn cluster_without<'a>(scene: &Scene<'a>) -> Option<&'a Compute> {
    match &scene.view.compute {
        Known::Known(compute) if compute.compute_type == ComputeType::AmlCompute => {
            Some(*compute).filter(|compute| compute.identity.identity_type == IdentityType::None)
        }
        Known::Known(_) | Known::Missing(_) => None,
    }
}

/// A system-assigned one.
pub(super) fn system(scene: &Scene<'_>) -> Vec<BTreeSet<Change>> {
    let compute = cluster_without(scene);
    compute.map(|compute| BTreeSet::from([Change::AttachIdentity { compute: compute.id.clone(), user: None }])).into_iter().collect()
}

/// Each known user-assigned one whose object id is known.
pub(super) fn users(scene: &Scene<'_>) -> Vec<BTreeSet<Change>> {
    let Some(compute) = cluster_without(scene) else {
        return Vec::new();
    };
    let known = scene.cx.snapshot.facts().managed_identities.values().filter(|one| one.principal_id.is_some());
    known
        .take(MOST)
        .map(|one| BTreeSet::from([Change::AttachIdentity { compute: compute.id.clone(), user: Some(one.id.clone()) }]))
        .collect()
}
