//! What an answer leads to.

mod accounts;
mod lookups;
mod resources;

use super::arm::text;
use super::authorization::AuthorizationList;
use super::engine::{Covered, items};
use super::graph;
use super::plan::{AccountHint, Gathered, ListOf, Plan, ProbePlace, Target, Want};
use super::secrets;
use super::signin::Identity;
use crate::model::{AssetVersion, Folded, InputReference, Scope, StorageUrl, StoreKind, StorePath, What, WorkspaceRef};
use lookups::grants;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A place in an account that waits for what is known of the account.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    container: String,
    path: StorePath,
    /// What is below matters too.
    descend: bool,
}

/// An account that matters.
#[derive(Default)]
struct Account {
    id: Option<Scope>,
    /// What its paths are asked as: by a hint first, then by the account itself.
    hierarchical: Option<bool>,
    places: BTreeSet<Place>,
}

/// What is known so far, as far as it decides what is asked next.
pub(super) struct Follow<'p> {
    plan: &'p Plan,
    storage_suffix: String,
    accounts: BTreeMap<String, Account>,
    /// Paths that references name in a datastore, until the datastore is known; whether each is declared one file.
    datastore_paths: BTreeMap<Scope, BTreeMap<StorePath, bool>>,
    /// Computes and versions that the question is about, and the bodies that came in lists.
    relevant: BTreeSet<Scope>,
    listed: BTreeMap<Scope, Value>,
    finished_lists: BTreeSet<(ListOf, Scope)>,
    /// What Resource Graph said of accounts, by name.
    hints: BTreeMap<String, AccountHint>,
    endpoints: BTreeSet<Scope>,
    assets: BTreeSet<Scope>,
    /// Data assets that were asked for and answered, with a body or without.
    answered_assets: BTreeSet<Scope>,
    assignees: BTreeSet<Folded>,
    asked_for_leftovers: bool,
    /// Datastores whose credential was looked at.
    secrets_asked: BTreeSet<Scope>,
    /// Who is asked about, and whether a condition asks for their custom security attributes.
    principals: BTreeSet<Folded>,
    attributes_matter: bool,
}

impl<'p> Follow<'p> {
    pub(super) fn new(plan: &'p Plan, storage_suffix: &str) -> Self {
        Follow {
            plan,
            storage_suffix: storage_suffix.to_owned(),
            accounts: BTreeMap::new(),
            datastore_paths: BTreeMap::new(),
            relevant: BTreeSet::new(),
            listed: BTreeMap::new(),
            finished_lists: BTreeSet::new(),
            hints: BTreeMap::new(),
            endpoints: BTreeSet::new(),
            assets: BTreeSet::new(),
            answered_assets: BTreeSet::new(),
            assignees: BTreeSet::new(),
            asked_for_leftovers: false,
            secrets_asked: BTreeSet::new(),
            principals: BTreeSet::new(),
            attributes_matter: false,
        }
    }

    /// What conditions ask of the principals of `wants`, and of those before them.
    pub(super) fn attributes(&mut self, gathered: &Gathered, wants: &[Want]) -> Vec<Want> {
        let mut fresh: Vec<Folded> = Vec::new();
        for want in wants {
            if let Want::Memberships(id) = want
                && self.principals.insert(id.clone())
            {
                fresh.push(id.clone());
            }
        }
        let asks = |body: &&Value| text(body, "/properties/condition").to_ascii_lowercase().contains("customsecurityattributes");
        if !self.attributes_matter && items(gathered).iter().any(asks) {
            self.attributes_matter = true;
            fresh = self.principals.iter().cloned().collect();
        }
        if self.attributes_matter { fresh.into_iter().map(Want::Attributes).collect() } else { Vec::new() }
    }

    /// Everything whose name is known from the start.
    pub(super) fn start(&mut self, identity: &Identity) -> Vec<Want> {
        let plan = self.plan;
        let mut wants = identity.object_id.as_deref().map(graph::about).unwrap_or_default();
        wants.extend(plan.principals.iter().map(|name| Want::Principal(name.clone())));
        if let Some(workspace) = &plan.workspace {
            wants.push(Want::Resource(workspace.clone()));
            wants.extend(grants(workspace));
            let lists: &[ListOf] = match (plan.whole, plan.targets.is_empty()) {
                (true, _) => &[ListOf::Computes, ListOf::Datastores, ListOf::Endpoints, ListOf::Data],
                (false, false) => &[ListOf::DefaultDatastore],
                (false, true) => &[],
            };
            wants.extend(lists.iter().map(|list| Want::List(*list, workspace.clone())));
            for target in &plan.targets {
                wants.extend(self.target(workspace, target));
            }
        }
        for reference in &plan.references {
            wants.extend(self.reference(reference, plan.files.contains(reference)));
        }
        // Which account it is becomes known with the datastore: what all of them are is asked meanwhile.
        let through_datastore = |one: &InputReference| matches!(one, InputReference::DataAsset { .. } | InputReference::Datastore { .. });
        if plan.references.iter().any(through_datastore)
            && let Some(subscription) = plan.workspace.as_ref().and_then(Scope::subscription)
        {
            wants.push(Want::AccountHints(subscription.key().to_owned()));
        }
        for url in &plan.urls {
            wants.extend(self.url(url));
        }
        wants
    }

    fn target(&mut self, workspace: &Scope, target: &Target) -> Vec<Want> {
        match target {
            Target::Compute(id) => {
                self.relevant.insert(id.clone());
                vec![Want::Resource(id.clone())]
            }
            Target::Endpoint { name, deployment } => {
                let endpoint = workspace.join(&format!("batchEndpoints/{name}"));
                let deployments = match deployment {
                    Some(deployment) => Want::Resource(endpoint.join(&format!("deployments/{deployment}"))),
                    None => Want::List(ListOf::Deployments, endpoint.clone()),
                };
                vec![Want::Resource(endpoint), deployments, Want::List(ListOf::Computes, workspace.clone())]
            }
        }
    }

    fn workspace_of(&self, named: Option<&WorkspaceRef>) -> Option<Scope> {
        match named {
            Some(WorkspaceRef::Arm(scope)) => Some(scope.clone()),
            Some(WorkspaceRef::Location { .. }) | None => self.plan.workspace.clone(),
        }
    }

    fn reference(&mut self, reference: &InputReference, is_file: bool) -> Vec<Want> {
        match reference {
            InputReference::DataAsset { name, version, workspace } => {
                let Some(workspace) = self.workspace_of(workspace.as_ref()) else {
                    return Vec::new();
                };
                let asset = workspace.join(&format!("data/{name}"));
                match version {
                    AssetVersion::Version(version) => {
                        let id = asset.join(&format!("versions/{version}"));
                        self.relevant.insert(id.clone());
                        vec![Want::Resource(id)]
                    }
                    AssetVersion::Label(_) => vec![Want::Resource(asset.clone()), Want::List(ListOf::Versions, asset)],
                }
            }
            InputReference::Datastore { name, path, workspace } => {
                let Some(workspace) = self.workspace_of(workspace.as_ref()) else {
                    return Vec::new();
                };
                let id = workspace.join(&format!("datastores/{name}"));
                self.datastore_paths.entry(id.clone()).or_default().insert(path.clone(), is_file);
                match self.listed.get(&id).cloned() {
                    Some(body) => self.datastore(&id, &body),
                    None => vec![Want::Resource(id)],
                }
            }
            InputReference::Storage(url) => {
                let mut wants = self.url(url);
                if self.plan.probe && !url.foreign_cloud && url.store != StoreKind::AdlsGen1 {
                    let (account, container, path) = (url.account.to_lowercase(), url.container.clone(), url.path.clone());
                    wants.push(Want::Anonymous(ProbePlace { account, container, path, is_file }));
                }
                wants
            }
            InputReference::RegistryAsset { .. }
            | InputReference::V1Dataset { .. }
            | InputReference::FileShare { .. }
            | InputReference::OneLake { .. }
            | InputReference::OtherUrl { .. }
            | InputReference::Local(_) => Vec::new(),
        }
    }

    fn url(&mut self, url: &StorageUrl) -> Vec<Want> {
        // Tokens are never sent for an account of another cloud; Gen1 is retired and has no endpoint here.
        if url.foreign_cloud || url.store == StoreKind::AdlsGen1 {
            return Vec::new();
        }
        let mut wants = url.sas.as_deref().map(secrets::issuer).unwrap_or_default();
        let place = Place { container: url.container.clone(), path: url.path.clone(), descend: true };
        wants.extend(self.place(&url.account, place));
        wants
    }

    /// What `gathered`, the answer to `want`, leads to.
    pub(super) fn after(&mut self, want: &Want, gathered: &Gathered) -> Vec<Want> {
        let mut wants = Vec::new();
        match want {
            Want::Resource(_) | Want::List(..) => {
                for body in items(gathered) {
                    wants.extend(self.resource(want, body));
                }
            }
            Want::FindAccount(_) | Want::AccountHints(_) => {
                for hint in &gathered.hints {
                    wants.extend(self.hint(want, hint));
                }
            }
            Want::Authorization(AuthorizationList::RoleAssignments, _) if self.plan.whole => {
                let ids = items(gathered).into_iter().map(|body| text(body, "/properties/principalId")).filter(|id| !id.is_empty());
                self.assignees.extend(ids.map(Folded::new));
            }
            Want::Authorization(..)
            | Want::Subscription(_)
            | Want::Principal(_)
            | Want::Objects(_)
            | Want::Application(_)
            | Want::Memberships(_)
            | Want::Attributes(_)
            | Want::Ancestor(_)
            | Want::Leaf { .. }
            | Want::Below(_)
            | Want::Secrets { .. }
            | Want::Anonymous(_) => {}
        }
        if let Want::List(list, parent) = want {
            self.finished_lists.insert((*list, parent.clone()));
            wants.extend(self.after_list(*list, parent));
            if *list == ListOf::Versions {
                wants.extend(self.unlabelled(parent));
            }
        }
        if let Want::Resource(id) = want
            && id.segment_after("data").is_some()
            && id.segment_after("versions").is_none()
        {
            self.answered_assets.insert(id.clone());
            wants.extend(self.unlabelled(id));
        }
        wants
    }

    /// What matters and the list did not bear is asked for by name.
    fn after_list(&self, list: ListOf, parent: &Scope) -> Vec<Want> {
        let segment = match list {
            ListOf::Computes => "computes",
            ListOf::Deployments => "deployments",
            ListOf::Versions => "versions",
            ListOf::Datastores | ListOf::DefaultDatastore | ListOf::Endpoints | ListOf::Data | ListOf::OutboundRules => return Vec::new(),
        };
        let is_left = |id: &&Scope| id.segment_after(segment).is_some() && parent.contains(id) && !self.listed.contains_key(*id);
        self.relevant.iter().filter(is_left).map(|id| Want::Resource(id.clone())).collect()
    }

    /// When nothing is left to ask: groups and names of everybody who holds a role, for the file of a whole workspace.
    pub(super) fn leftover(&mut self) -> Vec<Want> {
        if self.asked_for_leftovers || !self.plan.whole {
            return Vec::new();
        }
        self.asked_for_leftovers = true;
        let ids: Vec<Folded> = self.assignees.iter().cloned().collect();
        let groups = ids.iter().map(|id| Want::Memberships(id.clone()));
        ids.chunks(graph::IDS).map(|ids| Want::Objects(ids.to_vec())).chain(groups).collect()
    }

    /// What several look-ups cover together.
    pub(super) fn covered(&self, whole: &BTreeSet<Want>) -> Covered {
        let Some(workspace) = self.plan.workspace.as_ref().filter(|_| self.plan.whole) else {
            return Vec::new();
        };
        let has = |list: ListOf, parent: &Scope| whole.contains(&Want::List(list, parent.clone()));
        let parts = [ListOf::Computes, ListOf::Datastores, ListOf::Endpoints];
        let computes = parts.iter().all(|list| has(*list, workspace));
        let deployments = self.endpoints.iter().all(|endpoint| has(ListOf::Deployments, endpoint));
        let data = has(ListOf::Data, workspace) && self.assets.iter().all(|asset| has(ListOf::Versions, asset));
        let mut covered = Vec::new();
        covered.extend((computes && deployments).then(|| (What::Workspace, workspace.clone())));
        covered.extend(data.then(|| (What::Data, workspace.clone())));
        covered
    }
}
