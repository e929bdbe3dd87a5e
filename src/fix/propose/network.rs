//! Ways for the compute's requests to the account.

use super::{Change, Scene, Unmet};
use crate::model::{Known, Scope, StorageAccount, StoreKind};
use std::collections::BTreeSet;

fn account<'a>(scene: &Scene<'a>, unmet: Unmet<'_>) -> Option<(&'a StorageAccount, StoreKind)> {
    let target = scene.target(unmet.data?)?;
    match target.account {
        Known::Known(account) => Some((account, target.store)),
        Known::Missing(_) => None,
    }
}

fn subnet<'a>(scene: &Scene<'a>) -> Option<&'a Scope> {
    scene.view.compute.value().and_then(|compute| compute.subnet.as_ref())
}

/// The compute's subnet in the firewall.
pub(super) fn subnet_rule(scene: &Scene<'_>, unmet: Unmet<'_>) -> Vec<BTreeSet<Change>> {
    let (Some((account, _)), Some(subnet)) = (account(scene, unmet), subnet(scene)) else {
        return Vec::new();
    };
    if account.network_rules.is_none() {
        return Vec::new();
    }
    vec![BTreeSet::from([Change::SubnetRule { account: account.name.clone(), subnet: subnet.clone() }])]
}

/// The sub-resources a store needs, each alone and all together: the search finds the fewest.
fn sub_resources(store: StoreKind) -> &'static [&'static [&'static str]] {
    match store {
        StoreKind::Blob => &[&["blob"]],
        StoreKind::AdlsGen2 => &[&["dfs"], &["blob"], &["blob", "dfs"]],
        StoreKind::AdlsGen1 => &[],
    }
}

/// Private endpoints in the compute's subnet.
pub(super) fn private_endpoints(scene: &Scene<'_>, unmet: Unmet<'_>) -> Vec<BTreeSet<Change>> {
    let (Some((account, store)), Some(subnet)) = (account(scene, unmet), subnet(scene)) else {
        return Vec::new();
    };
    let one =
        |sub: &&str| Change::PrivateEndpoint { account: account.name.clone(), sub_resource: (*sub).to_owned(), subnet: subnet.clone() };
    sub_resources(store).iter().map(|subs| subs.iter().map(one).collect()).collect()
}

/// Private endpoints of the workspace's managed network.
pub(super) fn outbound_rules(scene: &Scene<'_>, unmet: Unmet<'_>) -> Vec<BTreeSet<Change>> {
    let Some((account, store)) = account(scene, unmet) else {
        return Vec::new();
    };
    let managed = match &scene.view.workspace {
        Known::Known(workspace) => {
            workspace.isolation_mode.is_some_and(|mode| mode != crate::model::IsolationMode::Disabled) && subnet(scene).is_none()
        }
        Known::Missing(_) => false,
    };
    if !managed {
        return Vec::new();
    }
    let one = |sub: &&str| Change::OutboundRule {
        workspace: scene.view.workspace_id.clone(),
        account: account.name.clone(),
        sub_resource: (*sub).to_owned(),
    };
    sub_resources(store).iter().map(|subs| subs.iter().map(one).collect()).collect()
}
