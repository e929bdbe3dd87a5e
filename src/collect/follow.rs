//! What an answer leads to.

use super::arm::{private_endpoint, text};
use super::authorization::AuthorizationList;
use super::engine::{Covered, items};
use super::graph;
use super::plan::{AccountHint, DataPath, Gathered, ListOf, Plan, ProbePlace, Target, Want};
use super::secrets;
use super::signin::Identity;
use crate::model::{
    AssetVersion, Folded, InputReference, ReferenceContext, ReferenceOrigin, Scope, StorageUrl, StoreKind, StorePath, What, WorkspaceRef,
    container_scope,
};
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

    /// A place that matters; what is asked of its account and of itself.
    fn place(&mut self, account: &str, place: Place) -> Vec<Want> {
        let name = account.to_lowercase();
        let known = self.accounts.entry(name.clone()).or_default();
        if !known.places.insert(place.clone()) {
            return Vec::new();
        }
        let mut wants = match &known.id {
            Some(id) => vec![Want::Resource(container_scope(id, &place.container))],
            None => vec![Want::FindAccount(name.clone())],
        };
        wants.extend(known.hierarchical.into_iter().flat_map(|hierarchical| paths(&name, &place, hierarchical)));
        wants
    }

    /// The id of an account became known.
    fn account_id(&mut self, id: &Scope) -> Vec<Want> {
        let Some(name) = id.segment_after("storageaccounts").map(str::to_lowercase) else {
            return Vec::new();
        };
        let account = self.accounts.entry(name.clone()).or_default();
        if account.id.is_some() {
            return Vec::new();
        }
        account.id = Some(id.clone());
        let mut wants = vec![Want::Resource(id.clone())];
        wants.extend(grants(id));
        wants.extend(account.places.iter().map(|place| Want::Resource(container_scope(id, &place.container))));
        if let Some(hint) = self.hints.get(&name).filter(|hint| hint.id == *id).cloned() {
            wants.extend(self.hinted(&name, &hint));
        }
        wants
    }

    /// An account that matters turns out to be of a kind, by a hint: its paths need not wait for itself.
    fn hinted(&mut self, name: &str, hint: &AccountHint) -> Vec<Want> {
        let mut wants = hint.hierarchical.map(|hierarchical| self.kind(name, hierarchical, false)).unwrap_or_default();
        wants.extend(hint.private_endpoints.iter().cloned().map(Want::Resource));
        wants
    }

    /// What an account is decides how its paths are asked for; the account's own word stands above a hint.
    fn kind(&mut self, name: &str, hierarchical: bool, certain: bool) -> Vec<Want> {
        let account = self.accounts.entry(name.to_owned()).or_default();
        if account.hierarchical == Some(hierarchical) || (account.hierarchical.is_some() && !certain) {
            return Vec::new();
        }
        account.hierarchical = Some(hierarchical);
        account.places.iter().flat_map(|place| paths(name, place, hierarchical)).collect()
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
            wants.extend(self.after_list(*list));
        }
        wants
    }

    /// What Resource Graph says of one account. Of a whole subscription only those that matter are followed.
    fn hint(&mut self, want: &Want, hint: &AccountHint) -> Vec<Want> {
        let name = hint.id.name().to_lowercase();
        self.hints.insert(name.clone(), hint.clone());
        if matches!(want, Want::FindAccount(_)) {
            let mut wants = self.account_id(&hint.id);
            wants.extend(self.hinted(&name, hint));
            return wants;
        }
        let matters = self.accounts.get(&name).is_some_and(|account| account.id.as_ref() == Some(&hint.id));
        if matters { self.hinted(&name, hint) } else { Vec::new() }
    }

    /// Computes that matter and that the list did not bear are asked for by name.
    fn after_list(&self, list: ListOf) -> Vec<Want> {
        let in_list = |id: &&Scope| list == ListOf::Computes && id.segment_after("computes").is_some() && !self.listed.contains_key(*id);
        self.relevant.iter().filter(in_list).map(|id| Want::Resource(id.clone())).collect()
    }

    /// A resource came.
    fn resource(&mut self, want: &Want, body: &Value) -> Vec<Want> {
        let id = Scope::new(text(body, "/id"));
        if id.is_root() {
            return Vec::new();
        }
        let kind = kind_of(&id);
        match kind.as_str() {
            "workspaces" => self.workspace(&id, body),
            "workspaces/computes" => {
                self.listed.insert(id.clone(), body.clone());
                if self.plan.whole || self.relevant.contains(&id) { compute(body) } else { Vec::new() }
            }
            "workspaces/batchendpoints" => self.endpoint(&id, body),
            "workspaces/batchendpoints/deployments" => self.deployment(want, &id, body),
            "workspaces/datastores" => {
                self.listed.insert(id.clone(), body.clone());
                // Of a list that was asked for the default one, only that and what the question names matter.
                let is_default = body.pointer("/properties/isDefault").and_then(Value::as_bool) == Some(true);
                let by_list = matches!(want, Want::List(ListOf::DefaultDatastore, _));
                if by_list && !is_default && !self.datastore_paths.contains_key(&id) { Vec::new() } else { self.datastore(&id, body) }
            }
            "workspaces/data" => self.asset(want, &id, body),
            "workspaces/data/versions" => {
                self.listed.insert(id.clone(), body.clone());
                if self.plan.whole || self.relevant.contains(&id) { self.version(body) } else { self.newest(want, &id) }
            }
            "storageaccounts" => self.storage_account(&id, body),
            // Its subnet decides nothing; the network tells what it is peered with.
            "privateendpoints" => network(text(body, "/properties/subnet/id")).into_iter().skip(1).collect(),
            _ => Vec::new(),
        }
    }

    fn workspace(&mut self, id: &Scope, body: &Value) -> Vec<Want> {
        let mut wants = Vec::new();
        if self.plan.workspace.as_ref() != Some(id) {
            return wants;
        }
        let account = Scope::new(text(body, "/properties/storageAccount"));
        wants.extend(self.account_id(&account));
        wants.extend(principals(body));
        let isolation = text(body, "/properties/managedNetwork/isolationMode");
        if !isolation.is_empty() && !isolation.eq_ignore_ascii_case("Disabled") {
            wants.push(Want::List(ListOf::OutboundRules, id.clone()));
        }
        wants
    }

    fn endpoint(&mut self, id: &Scope, body: &Value) -> Vec<Want> {
        self.endpoints.insert(id.clone());
        if self.plan.whole {
            return vec![Want::List(ListOf::Deployments, id.clone())];
        }
        let named = self.plan.targets.iter().any(|target| {
            let Target::Endpoint { name, deployment } = target else {
                return false;
            };
            deployment.is_some() && id.name().eq_ignore_ascii_case(name)
        });
        let name = text(body, "/properties/defaults/deploymentName");
        if named || name.is_empty() {
            return Vec::new();
        }
        let deployment = id.join(&format!("deployments/{name}"));
        self.relevant.insert(deployment.clone());
        let listed = self.finished_lists.contains(&(ListOf::Deployments, id.clone()));
        match self.listed.get(&deployment).cloned() {
            Some(body) => self.deployed(&deployment, &body),
            None if listed => vec![Want::Resource(deployment)],
            None => Vec::new(),
        }
    }

    /// Of a list only the default deployment matters.
    fn deployment(&mut self, want: &Want, id: &Scope, body: &Value) -> Vec<Want> {
        self.listed.insert(id.clone(), body.clone());
        let by_name = matches!(want, Want::Resource(_));
        if by_name || self.plan.whole || self.relevant.contains(id) { self.deployed(id, body) } else { Vec::new() }
    }

    fn deployed(&mut self, id: &Scope, body: &Value) -> Vec<Want> {
        let mut wants = Vec::new();
        let named = [
            "/properties/compute",
            "/properties/deploymentConfiguration/settings/default_compute",
            "/properties/deploymentConfiguration/settings/defaultCompute",
        ];
        let name = named.iter().map(|pointer| text(body, pointer)).find(|name| !name.is_empty()).unwrap_or_default();
        let name = name.strip_prefix("azureml:").unwrap_or(name);
        if let Some(workspace) = id.cut_after("workspaces").filter(|_| !name.is_empty()) {
            let compute_id = if name.starts_with('/') { Scope::new(name) } else { workspace.join(&format!("computes/{name}")) };
            self.relevant.insert(compute_id.clone());
            match self.listed.get(&compute_id) {
                Some(body) => wants.extend(compute(body)),
                None if self.finished_lists.contains(&(ListOf::Computes, workspace)) => wants.push(Want::Resource(compute_id)),
                None if self.plan.targets.is_empty() && !self.plan.whole => wants.push(Want::Resource(compute_id)),
                None => {}
            }
        }
        let component = Scope::new(text(body, "/properties/deploymentConfiguration/componentId/assetId"));
        if component.segment_after("workspaces").is_some() && component.segment_after("versions").is_some() {
            wants.push(Want::Resource(component));
        }
        wants
    }

    fn datastore(&mut self, id: &Scope, body: &Value) -> Vec<Want> {
        let property = |name: &str| text(body, &format!("/properties/{name}"));
        let container = match property("datastoreType") {
            "AzureBlob" => property("containerName"),
            "AzureDataLakeGen2" => property("filesystem"),
            _ => return Vec::new(),
        };
        let account = property("accountName").to_owned();
        let mut wants = Vec::new();
        let (subscription, group) = (property("subscriptionId"), property("resourceGroup"));
        if !subscription.is_empty() && !group.is_empty() {
            let scope =
                format!("/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Storage/storageAccounts/{account}");
            wants.extend(self.account_id(&Scope::new(&scope)));
        }
        if property("datastoreType") == "AzureDataLakeGen2" {
            wants.extend(self.kind(&account.to_lowercase(), true, false));
        }
        let root = Place { container: container.to_owned(), path: StorePath::root(), descend: false };
        wants.extend(self.place(&account, root));
        let mut probes = Vec::new();
        for (path, is_file) in self.datastore_paths.remove(id).unwrap_or_default() {
            wants.extend(self.place(&account, Place { container: container.to_owned(), path: path.clone(), descend: true }));
            let (account, container) = (account.to_lowercase(), container.to_owned());
            probes.extend(self.plan.probe.then_some(ProbePlace { account, container, path, is_file }));
        }
        match text(body, "/properties/credentials/credentialsType") {
            // The fields of a SAS decide; a key decides nothing by itself, but may be tried.
            kind @ ("Sas" | "AccountKey") => {
                let first = self.secrets_asked.insert(id.clone());
                let decides = !probes.is_empty() || (kind == "Sas" && first);
                wants.extend(decides.then(|| Want::Secrets { datastore: id.clone(), probes }));
            }
            "ServicePrincipal" | "Certificate" => {
                let client = text(body, "/properties/credentials/clientId");
                wants.extend((!client.is_empty()).then(|| Want::Application(client.to_owned())));
            }
            _ => {}
        }
        wants
    }

    fn asset(&mut self, want: &Want, id: &Scope, body: &Value) -> Vec<Want> {
        self.assets.insert(id.clone());
        if self.plan.whole {
            return vec![Want::List(ListOf::Versions, id.clone())];
        }
        let latest = text(body, "/properties/latestVersion");
        if !matches!(want, Want::Resource(_)) || latest.is_empty() {
            return Vec::new();
        }
        let version = id.join(&format!("versions/{latest}"));
        self.relevant.insert(version.clone());
        match self.listed.get(&version).cloned() {
            Some(body) => self.version(&body),
            None if self.finished_lists.contains(&(ListOf::Versions, id.clone())) => vec![Want::Resource(version)],
            None => Vec::new(),
        }
    }

    /// Where no asset says which version is the latest, a label may mean any of the list: those are few, and each is followed.
    fn newest(&mut self, want: &Want, id: &Scope) -> Vec<Want> {
        let asset = id.cut_after("data");
        let asset_came = asset.as_ref().is_some_and(|asset| self.assets.contains(asset));
        match (want, asset) {
            (Want::List(..), Some(asset)) if !asset_came && self.finished_lists.contains(&(ListOf::Versions, asset.clone())) => {
                self.listed.get(id).cloned().map(|body| self.version(&body)).unwrap_or_default()
            }
            _ => Vec::new(),
        }
    }

    fn version(&mut self, body: &Value) -> Vec<Want> {
        let uri = text(body, "/properties/dataUri").to_owned();
        let suffix = self.storage_suffix.clone();
        let workspace = self.plan.workspace.clone();
        let context =
            ReferenceContext { workspace: workspace.as_ref(), storage_suffix: &suffix, ..ReferenceContext::new(ReferenceOrigin::Service) };
        match InputReference::parse(&uri, &context).outcome {
            Ok(reference @ (InputReference::Datastore { .. } | InputReference::Storage(_))) => {
                let is_file = text(body, "/properties/dataType").eq_ignore_ascii_case("uri_file");
                self.reference(&reference, is_file)
            }
            Ok(_) | Err(_) => Vec::new(),
        }
    }

    fn storage_account(&mut self, id: &Scope, body: &Value) -> Vec<Want> {
        let mut wants = self.account_id(id);
        let hierarchical = body.pointer("/properties/isHnsEnabled").and_then(Value::as_bool).unwrap_or(false);
        let connections = body.pointer("/properties/privateEndpointConnections").and_then(Value::as_array);
        wants.extend(connections.into_iter().flatten().filter_map(private_endpoint).map(Want::Resource));
        wants.extend(self.kind(&id.name().to_lowercase(), hierarchical, true));
        wants
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

/// What is granted at a scope, above and below it. Nothing is filtered by principal: a filter would leave out denies for
/// everyone.
fn grants(scope: &Scope) -> Vec<Want> {
    let lists = [
        AuthorizationList::RoleAssignments,
        AuthorizationList::RoleDefinitions,
        AuthorizationList::DenyAssignments,
        AuthorizationList::ActiveInstances,
    ];
    let mut wants: Vec<Want> = lists.into_iter().map(|list| Want::Authorization(list, scope.clone())).collect();
    wants.extend(scope.subscription().map(|id| Want::Subscription(id.key().to_owned())));
    wants
}

/// The look-ups of a place: the path itself and, where there are ACLs, each folder above it.
fn paths(account: &str, place: &Place, hierarchical: bool) -> Vec<Want> {
    let at = |path: StorePath| DataPath { account: account.to_owned(), container: place.container.clone(), path, hierarchical };
    if place.path.is_root() && !place.descend && !hierarchical {
        return Vec::new();
    }
    let above = place.path.ancestors().filter(|_| hierarchical).map(|path| Want::Ancestor(at(path)));
    let leaf = if place.path.is_root() && !place.descend {
        Want::Ancestor(at(StorePath::root()))
    } else {
        Want::Leaf { at: at(place.path.clone()), descend: place.descend }
    };
    above.chain([leaf]).collect()
}

/// The type of a resource by its id, lower case, without the provider.
fn kind_of(id: &Scope) -> String {
    let Some((_, rest)) = id.key().rsplit_once("/providers/") else {
        return String::new();
    };
    rest.split('/').skip(1).step_by(2).collect::<Vec<_>>().join("/")
}

/// Whoever an identity block names; an identity that bears no object id is asked for as a resource.
fn principals(body: &Value) -> Vec<Want> {
    let mut wants = graph::about(text(body, "/identity/principalId"));
    let assigned = body.pointer("/identity/userAssignedIdentities").and_then(Value::as_object);
    for (id, identity) in assigned.into_iter().flatten() {
        let principal = text(identity, "/principalId");
        if principal.is_empty() {
            wants.push(Want::Resource(Scope::new(id)));
        } else {
            wants.extend(graph::about(principal));
        }
    }
    wants
}

fn compute(body: &Value) -> Vec<Want> {
    let mut wants = principals(body);
    wants.extend(network(text(body, "/properties/properties/subnet/id")));
    wants
}

/// A subnet and its network, whose peerings tell what it reaches.
fn network(subnet: &str) -> Vec<Want> {
    let subnet = Scope::new(subnet);
    match subnet.cut_after("virtualnetworks") {
        Some(network) => vec![Want::Resource(subnet), Want::Resource(network)],
        None => Vec::new(),
    }
}
