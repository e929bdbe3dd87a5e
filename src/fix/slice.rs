//! The part of the facts that one job's answer rests on. Every state of a search is a copy of the facts; of a whole tenant that
//! would take longer than the search itself.

use super::scene::Scene;
use crate::model::{ContainerKey, DatastoreTarget, Facts, ObjectId, Scope, Snapshot};
use std::collections::BTreeSet;

/// Facts of fewer assignments, objects and paths than this are copied whole.
const SMALL: usize = 3_000;

/// The facts that the job's answer rests on; `None` where all of them are few.
pub(super) fn relevant(scene: &Scene<'_>) -> Option<Snapshot> {
    let facts = scene.cx.snapshot.facts();
    let paths = facts.path_access.values().map(|paths| paths.len()).chain(facts.paths.values().map(|paths| paths.len())).sum::<usize>();
    let size = facts.role_assignments.len() + facts.directory.len() + facts.memberships.len() + paths;
    (size > SMALL).then(|| Snapshot::new(cut(scene)))
}

/// The facts without the assignments that lie on no line through the workspace or an account of the job, and without the
/// objects, memberships and paths that nothing left speaks of. Coverage, gaps and resources stay.
pub(super) fn cut(scene: &Scene<'_>) -> Facts {
    let all = scene.cx.snapshot.facts();
    let accounts = accounts(scene);
    let mut places: Vec<Scope> =
        accounts.iter().filter_map(|name| all.storage_accounts.get(name)).map(|account| account.id.clone()).collect();
    places.push(scene.view.workspace_id.clone());
    let on_a_line = |scope: &Scope| {
        scope.is_root() || scope.is_management_group() || places.iter().any(|place| scope.contains(place) || place.contains(scope))
    };
    let here = |(account, _): &&ContainerKey| accounts.contains(account);
    let role_assignments: Vec<_> = all.role_assignments.iter().filter(|one| on_a_line(&one.scope)).cloned().collect();
    let deny_assignments: Vec<_> = all.deny_assignments.iter().filter(|one| on_a_line(&one.scope)).cloned().collect();
    let path_access: std::collections::BTreeMap<_, _> =
        all.path_access.iter().filter(|(key, _)| here(key)).map(|(key, paths)| (key.clone(), paths.clone())).collect();
    let mut known: BTreeSet<ObjectId> = scene.own_identities().into_iter().collect();
    known.extend(role_assignments.iter().map(|one| one.principal.clone()));
    known.extend(deny_assignments.iter().flat_map(|one| one.principals.iter().chain(&one.exclude_principals)).map(|one| one.id.clone()));
    for record in path_access.values().flat_map(|paths| paths.values()) {
        let words = record.acl.split([',', ':']).chain([record.owner.as_str(), record.group.as_str()]);
        known.extend(words.filter(|word| word.len() > 3).map(ObjectId::new));
    }
    let groups: BTreeSet<ObjectId> =
        known.iter().filter_map(|id| all.memberships.get(id)).flat_map(|groups| groups.iter().cloned()).collect();
    let has_app = |object: &crate::model::DirectoryObject| object.app_id.is_some() && uses_app(scene);
    Facts {
        directory: all
            .directory
            .iter()
            .filter(|(id, object)| known.contains(*id) || groups.contains(*id) || has_app(object))
            .map(|(id, object)| (id.clone(), object.clone()))
            .collect(),
        memberships: all.memberships.iter().filter(|(id, _)| known.contains(*id)).map(|(id, of)| (id.clone(), of.clone())).collect(),
        paths: all.paths.iter().filter(|(key, _)| here(key)).map(|(key, paths)| (key.clone(), paths.clone())).collect(),
        role_assignments,
        deny_assignments,
        path_access,
        ..without_lists(all)
    }
}

/// A stored service principal is found by its application id.
fn uses_app(scene: &Scene<'_>) -> bool {
    scene.cx.snapshot.facts().datastores.values().any(|store| {
        matches!(
            store.credential,
            crate::model::CredentialSource::ServicePrincipal { .. } | crate::model::CredentialSource::Certificate { .. }
        )
    })
}

/// Accounts the job reads from or writes to, and those its workspace's datastores lead to.
fn accounts(scene: &Scene<'_>) -> BTreeSet<String> {
    let facts = scene.cx.snapshot.facts();
    let data = scene.finding.inputs.iter().chain(&scene.finding.outputs).filter_map(|one| one.resolved.account.clone());
    let workspace = &scene.view.workspace_id;
    let stores = facts.datastores.values().filter(|store| workspace.contains(&store.id)).filter_map(|store| match &store.target {
        DatastoreTarget::Blob { account, .. } | DatastoreTarget::AdlsGen2 { account, .. } => Some(account.clone()),
        DatastoreTarget::AdlsGen1 { store } => Some(store.clone()),
        DatastoreTarget::File { .. } | DatastoreTarget::OneLake | DatastoreTarget::Other(_) => None,
    });
    data.chain(stores).map(|name| name.to_lowercase()).collect()
}

/// Everything but the lists that [`cut`] makes anew.
fn without_lists(all: &Facts) -> Facts {
    Facts {
        header: all.header.clone(),
        workspaces: all.workspaces.clone(),
        computes: all.computes.clone(),
        endpoints: all.endpoints.clone(),
        deployments: all.deployments.clone(),
        datastores: all.datastores.clone(),
        data_assets: all.data_assets.clone(),
        data_versions: all.data_versions.clone(),
        components: all.components.clone(),
        storage_accounts: all.storage_accounts.clone(),
        gen1_accounts: all.gen1_accounts.clone(),
        containers: all.containers.clone(),
        subnets: all.subnets.clone(),
        virtual_networks: all.virtual_networks.clone(),
        private_endpoints: all.private_endpoints.clone(),
        managed_identities: all.managed_identities.clone(),
        outbound_rules: all.outbound_rules.clone(),
        peerings: all.peerings.clone(),
        other_resources: BTreeSet::new(),
        role_definitions: all.role_definitions.clone(),
        role_assignments: Vec::new(),
        deny_assignments: Vec::new(),
        assignment_instances: all.assignment_instances.clone(),
        eligibility_instances: all.eligibility_instances.clone(),
        directory: std::collections::BTreeMap::new(),
        memberships: std::collections::BTreeMap::new(),
        subscriptions: all.subscriptions.clone(),
        path_access: std::collections::BTreeMap::new(),
        paths: std::collections::BTreeMap::new(),
        stored_credentials: all.stored_credentials.clone(),
        probes: all.probes.clone(),
        coverage: all.coverage.clone(),
        gaps: all.gaps.clone(),
    }
}
