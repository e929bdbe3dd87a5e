//! Which inputs and which deployments of the matrix cannot but have the same answer, so that it is asked for once.
//!
//! INVARIANT: what is put together differs in nothing that `eval` looks at; where that is not plain, it stays apart.

use crate::eval::{DataQuestion, probes_for};
use crate::model::{
    AssetVersion, BatchDeployment, CredentialSource, DataVersion, Datastore, DatastoreTarget, InputReference, Permission, ReferenceContext,
    ReferenceOrigin, Scope, Snapshot, WorkspaceRef,
};
use crate::rules::RuleSet;
use std::collections::BTreeMap;

/// What of a deployment an input's requirements depend on: its compute and whether it is a pipeline; of V1 datasets, which
/// are told apart by the endpoint's age, the endpoint too.
pub(super) fn deployment(deployment: &BatchDeployment, inputs: &[DataQuestion]) -> String {
    let has_v1 = inputs.iter().any(|input| matches!(input.reference.outcome, Ok(InputReference::V1Dataset { .. })));
    let endpoint = if has_v1 { deployment.id.key() } else { "" };
    format!("{:?}\n{:?}\n{endpoint}", deployment.compute.as_deref().map(str::to_lowercase), deployment.kind)
}

/// The inputs that differ in what they lead to, and for each input the place of its like among them.
pub(super) fn inputs(inputs: &[DataQuestion], workspace: &Scope, snapshot: &Snapshot, rules: &RuleSet) -> (Vec<DataQuestion>, Vec<usize>) {
    let plain = !has_conditions(snapshot, rules);
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut alike: Vec<DataQuestion> = Vec::new();
    let mut of_input = Vec::new();
    for input in inputs {
        let version = version_of(input, workspace, snapshot);
        let place = version.and_then(|version| place(version, workspace, snapshot, plain));
        let known = place.as_ref().and_then(|place| places.get(place)).copied();
        let at = known.unwrap_or(alike.len());
        if known.is_none() {
            alike.push(input.clone());
            places.extend(place.map(|place| (place, at)));
        }
        of_input.push(at);
    }
    (alike, of_input)
}

/// The record of the version of a data asset that an input names without doubt.
fn version_of<'a>(input: &DataQuestion, workspace: &Scope, snapshot: &'a Snapshot) -> Option<&'a DataVersion> {
    match &input.reference.outcome {
        Ok(InputReference::DataAsset { name, version: AssetVersion::Version(version), workspace: None }) if input.declared.is_none() => {
            snapshot.facts().data_versions.get(&workspace.join(&format!("data/{}/versions/{version}", name.as_str())))
        }
        Ok(_) | Err(_) => None,
    }
}

/// What a version leads to: its `dataUri` and type; or the datastore alone, where no path in it can make a difference.
fn place(version: &DataVersion, workspace: &Scope, snapshot: &Snapshot, plain: bool) -> Option<String> {
    let uri = version.data_uri.as_deref()?;
    let context = ReferenceContext::new(ReferenceOrigin::Service);
    let archived = version.is_archived;
    if let Ok(InputReference::Datastore { name, path, workspace: of }) = InputReference::parse(uri, &context).outcome {
        let own = match &of {
            None => true,
            Some(WorkspaceRef::Arm(id)) => id == workspace,
            Some(WorkspaceRef::Location { .. }) => false,
        };
        let store = snapshot.facts().datastores.get(&workspace.join(&format!("datastores/{}", name.as_str())));
        if let Some(store) = store.filter(|store| own && plain && all_paths_are_alike(store, snapshot)) {
            return Some(format!("{}\n{}\n{:?}\n{archived}", store.id.key(), path.is_root(), version.data_type));
        }
    }
    Some(format!("{uri}\n{:?}\n{archived}", version.data_type))
}

/// Whether no path in a datastore's container differs from another: no ACLs, no record, coverage or gap of paths, no probe,
/// and no SAS, which may be for one folder.
fn all_paths_are_alike(store: &Datastore, snapshot: &Snapshot) -> bool {
    let DatastoreTarget::Blob { account, container } = &store.target else { return false };
    let facts = snapshot.facts();
    let account = account.to_lowercase();
    let is_flat = facts.storage_accounts.get(&account).is_some_and(|account| !account.is_hns_enabled);
    let names_no_folder = match &store.credential {
        CredentialSource::None | CredentialSource::AccountKey => true,
        CredentialSource::Sas
        | CredentialSource::ServicePrincipal { .. }
        | CredentialSource::Certificate { .. }
        | CredentialSource::Other(_) => false,
    };
    let key = (account.clone(), container.clone());
    let of_account = |scope: &str| scope.trim_start_matches('/').to_lowercase().starts_with(&format!("{account}/"));
    let recorded = facts.paths.contains_key(&key) || facts.path_access.contains_key(&key);
    let looked_up = facts.coverage.iter().any(|one| of_account(&one.scope)) || facts.gaps.iter().any(|one| of_account(&one.scope));
    is_flat && names_no_folder && !recorded && !looked_up && probes_for(snapshot, &account, container).is_empty()
}

/// Whether a condition may ask for paths: on an assignment, a deny assignment, or an entry of a role with data actions.
fn has_conditions(snapshot: &Snapshot, rules: &RuleSet) -> bool {
    let facts = snapshot.facts();
    let on_entry = |entry: &Permission| entry.condition.is_some() && !entry.data_actions.is_empty();
    let built_in = rules.built_in_roles().map(|role| &role.definition);
    facts.role_assignments.iter().any(|one| one.condition.is_some())
        || facts.deny_assignments.iter().any(|one| one.condition.is_some() || one.permissions.iter().any(|entry| entry.condition.is_some()))
        || facts.role_definitions.values().chain(built_in).any(|role| role.permissions.iter().any(on_entry))
}
