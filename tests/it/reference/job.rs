//! A job by plain loops over facts: which requirements apply to one input, and how each turns out. Grants are decided by the
//! brute force of [`super::rbac`], ACLs by the few lines below. Knows only what the worlds of `job_worlds` hold.
#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "helpers of tests fail by panicking")]
#![expect(clippy::wildcard_enum_match_arm, reason = "kinds that no world holds")]

use super::rbac;
use crate::job_worlds::{AT, SP_APP, TOKENS};
use crate::worlds;
use canread::eval::Verdict::{self, Allowed, Denied, Undetermined};
use canread::model::{
    Action, ComputeType, CredentialSource, DataType, DatastoreTarget, DefaultAction, Facts, IdentityType, ObjectId, Operation, PathAccess,
    Plane, PrincipalKind, PublicAccess, PublicNetworkAccess, RequirementId as Id, Scope, StorageAccount, StoreKind, StorePath, What,
};
use canread::rules::{InvokeScope, OnMissing, RuleSet};
use std::collections::BTreeMap;

/// Verdicts of the requirements that apply.
pub(crate) type Verdicts = BTreeMap<Id, Verdict>;

/// A thing that is there, is known not to be there, or neither.
enum Look<'a, T> {
    Here(&'a T),
    Absent,
    Unknown,
}

impl<'a, T> Look<'a, T> {
    fn exists(&self) -> Verdict {
        match self {
            Look::Here(_) => Allowed,
            Look::Absent => Denied,
            Look::Unknown => Undetermined,
        }
    }
    fn get(&self) -> Option<&'a T> {
        if let Look::Here(it) = self { Some(it) } else { None }
    }
}

fn all(parts: impl IntoIterator<Item = Verdict>) -> Verdict {
    parts.into_iter().min().unwrap_or(Undetermined)
}

/// Where the data is.
struct Data<'a> {
    account_name: String,
    account: Option<&'a StorageAccount>,
    container: String,
    path: String,
    folder: bool,
    store: StoreKind,
    /// The datastore, if it was reached through one.
    credential: Option<(&'a Scope, &'a CredentialSource)>,
}

pub(crate) struct Judge<'a> {
    facts: &'a Facts,
    rules: &'a RuleSet,
    workspace: Scope,
}

impl<'a> Judge<'a> {
    pub(crate) fn new(facts: &'a Facts, rules: &'a RuleSet, workspace: &str) -> Self {
        Judge { facts, rules, workspace: Scope::new(workspace) }
    }

    /// Whether a look-up failed: that of any of these, or of everything.
    fn failed(&self, looks: &[(What, &str)]) -> bool {
        let same = |what: What, scope: &str| looks.iter().any(|(asked, of)| *asked == what && of.eq_ignore_ascii_case(scope));
        self.facts.gaps.iter().any(|gap| gap.what == What::Everything || same(gap.what, &gap.scope))
    }

    /// Every world here is closed, so that only a failed look-up leaves a thing open.
    fn look<T>(&self, here: Option<&'a T>, looks: &[(What, &str)]) -> Look<'a, T> {
        match here {
            Some(it) => Look::Here(it),
            None if self.failed(looks) => Look::Unknown,
            None => Look::Absent,
        }
    }

    fn in_workspace<T>(&self, map: &'a BTreeMap<Scope, T>, rest: &str) -> (Scope, Look<'a, T>) {
        let id = self.workspace.join(rest);
        let look = self.look(map.get(&id), &[(What::Resource, id.as_str()), (What::Workspace, self.workspace.as_str())]);
        (id, look)
    }

    // --- the job ---

    /// `job/endpoint` and `job/invoke`.
    pub(crate) fn invocation(&self, invoker: Option<&ObjectId>) -> Verdicts {
        let (endpoint, deployment, _, exists) = self.chain();
        let scope = |scope: InvokeScope| match scope {
            InvokeScope::Workspace => &self.workspace,
            InvokeScope::Endpoint => &endpoint,
            InvokeScope::Deployment => deployment.as_ref().unwrap_or(&endpoint),
        };
        let mut parts: Vec<Verdict> = Vec::new();
        let mut groups: BTreeMap<&str, Verdict> = BTreeMap::new();
        for rule in self.rules.invoke_actions().iter().filter(|rule| rule.on_missing == OnMissing::Deny) {
            let verdict = self.holds(invoker, rule.action.as_str(), Plane::Management, scope(rule.scope));
            match &rule.any_of {
                Some(group) => {
                    let best = groups.entry(group).or_insert(verdict);
                    *best = verdict.max(*best);
                }
                None => parts.push(verdict),
            }
        }
        Verdicts::from([(Id::JobEndpoint, exists), (Id::JobInvoke, all(parts.into_iter().chain(groups.into_values())))])
    }

    /// Endpoint, deployment, compute where known, and whether there is something to run on. What is found in a workspace proves
    /// that there is one.
    fn chain(&self) -> (Scope, Option<Scope>, Option<&'a canread::model::Compute>, Verdict) {
        let (endpoint_id, endpoint) = self.in_workspace(&self.facts.endpoints, "batchEndpoints/ep");
        if endpoint.get().is_none() {
            let workspace = self.look(self.facts.workspaces.get(&self.workspace), &[(What::Resource, self.workspace.as_str())]);
            return (endpoint_id, None, None, workspace.exists().min(endpoint.exists()));
        }
        let (deployment_id, deployment) = self.in_workspace(&self.facts.deployments, "batchEndpoints/ep/deployments/dep");
        if deployment.get().is_none() {
            return (endpoint_id, Some(deployment_id), None, deployment.exists());
        }
        let (_, compute) = self.in_workspace(&self.facts.computes, "computes/cpu");
        (endpoint_id, Some(deployment_id), compute.get(), compute.exists())
    }

    /// Whose identities may mount, and whether there is one.
    fn mounting(&self) -> (Vec<&'a ObjectId>, Verdict) {
        let Some(compute) = self.chain().2 else { return (Vec::new(), Undetermined) };
        if let ComputeType::Kubernetes { .. } = compute.compute_type {
            return (Vec::new(), Undetermined);
        }
        let identity = &compute.identity;
        let who: Vec<&ObjectId> = match identity.identity_type {
            IdentityType::None => return (Vec::new(), Denied),
            IdentityType::SystemAssigned => identity.principal_id.iter().collect(),
            _ => identity.user_assigned.iter().filter_map(|user| user.principal_id.as_ref()).collect(),
        };
        (who, Allowed)
    }

    // --- grants and ACLs ---

    fn ask(&self, who: &ObjectId, action: &str, plane: Plane, resource: &Scope) -> worlds::Question {
        worlds::Question { principal: who.clone(), action: Action::new(action), plane, resource: resource.clone(), at: AT, until: AT }
    }

    fn holds(&self, who: Option<&ObjectId>, action: &str, plane: Plane, scope: &Scope) -> Verdict {
        who.map_or(Undetermined, |who| rbac::verdict(self.facts, self.rules, &self.ask(who, action, plane, scope)))
    }

    /// By roles, by ACLs.
    fn access(&self, who: &ObjectId, operation: Operation, data: &Data<'_>) -> (Verdict, Verdict) {
        let Some(account) = data.account else { return (Undetermined, Undetermined) };
        let container = account.id.join(&format!("blobServices/default/containers/{}", data.container));
        let rule = self.rules.operation(data.store, operation).expect("a rule for every operation");
        let actions = rule.data_actions.iter().filter(|action| account.is_hns_enabled || !action.hns_only);
        let asked: Vec<_> = actions.map(|action| self.ask(who, action.action.as_str(), Plane::Data, &container)).collect();
        let by_roles = asked.iter().map(|q| rbac::verdict(self.facts, self.rules, q)).max().expect("an action");
        if !account.is_hns_enabled || by_roles == Allowed {
            return (by_roles, Denied);
        }
        let mut by_acl = self.through(who, operation, data);
        // Not documented: an ACL after a deny, and an ACL over the blob endpoint.
        if all(asked.iter().map(|q| rbac::not_denied(self.facts, q))) != Allowed || data.store == StoreKind::Blob {
            by_acl = by_acl.min(Undetermined);
        }
        (by_roles, by_acl)
    }

    fn may(&self, who: Option<&ObjectId>, data: &Data<'_>) -> Verdict {
        let operations: &[Operation] = if data.folder { &[Operation::List, Operation::Read] } else { &[Operation::Read] };
        let one = |who: &ObjectId, operation: Operation| {
            let (by_roles, by_acl) = self.access(who, operation, data);
            by_roles.max(by_acl)
        };
        who.map_or(Undetermined, |who| all(operations.iter().map(|operation| one(who, *operation))))
    }

    fn acl_of(&self, data: &Data<'_>, path: &StorePath) -> Option<&'a PathAccess> {
        self.facts.path_access.get(&(data.account_name.clone(), data.container.clone()))?.get(path)
    }

    /// `--x` above, then what the operation needs.
    fn through(&self, who: &ObjectId, operation: Operation, data: &Data<'_>) -> Verdict {
        let path = StorePath::new(&data.path);
        let open = |path: &StorePath, want: &str| self.acl_of(data, path).map_or(Undetermined, |record| self.grants(who, record, want));
        let last = match (operation, self.acl_of(data, &path)) {
            (_, None) => Undetermined,
            (Operation::List, Some(record)) if !record.is_directory => Undetermined,
            (_, Some(record)) => self.grants(who, record, if record.is_directory { "rx" } else { "r" }),
        };
        all(path.ancestors().map(|above| open(&above, "x")).chain([last]))
    }

    /// The published check of one list, where the owner is the super-user.
    fn grants(&self, who: &ObjectId, record: &PathAccess, want: &str) -> Verdict {
        let entries: Vec<Vec<&str>> = record.acl.split(',').map(|entry| entry.split(':').collect()).collect();
        let bits_of = |tag: &str, id: &str| entries.iter().find(|entry| entry[0] == tag && entry[1] == id).map(|entry| entry[2]);
        let mask = bits_of("mask", "").unwrap_or("rwx");
        let has = |bits: &str| want.chars().all(|bit| bits.contains(bit));
        let word = |yes: bool| if yes { Allowed } else { Denied };
        if let Some(bits) = bits_of("user", who.as_str()) {
            return word(has(bits) && has(mask));
        }
        let other = bits_of("other", "").expect("an entry for others");
        let by_other = if has(other) && !has(mask) { Undetermined } else { word(has(other)) };
        let in_group = |id: &str| -> Option<bool> {
            let id = ObjectId::new(id);
            let known = self.facts.memberships.get(who).is_some_and(|groups| groups.contains(&id));
            let open =
                self.failed(&[(What::Memberships, who.as_str())]) && self.kind_of(&id).is_none_or(|kind| kind == PrincipalKind::Group);
            if known {
                Some(true)
            } else if open {
                None
            } else {
                Some(false)
            }
        };
        let granting = entries.iter().filter(|entry| entry[0] == "group" && !entry[1].is_empty() && has(entry[2]) && has(mask));
        let groups: Vec<Option<bool>> = granting.map(|entry| in_group(entry[1])).collect();
        match (groups.contains(&Some(true)), groups.contains(&None)) {
            (true, _) => Allowed,
            (false, true) => by_other.max(Undetermined),
            (false, false) => by_other,
        }
    }

    fn kind_of(&self, id: &ObjectId) -> Option<PrincipalKind> {
        self.facts.directory.get(id)?.kind
    }

    // --- the input ---

    /// Requirements of one input.
    pub(crate) fn input(&self, reference: &str, declared_file: Option<bool>, invoker: Option<&ObjectId>) -> Verdicts {
        let mut found = Verdicts::from([(Id::InputRecognised, Allowed)]);
        let workspace = self.look(self.facts.workspaces.get(&self.workspace), &[(What::Resource, self.workspace.as_str())]);
        let mut supported = match &workspace {
            Look::Here(workspace) if workspace.customer_managed_key => Denied,
            Look::Here(_) => Allowed,
            Look::Absent | Look::Unknown => Undetermined,
        };
        let mut exists: Vec<Verdict> = Vec::new();
        let (data, asset_type) = self.place(reference, declared_file, &mut exists);
        if asset_type == Some(&DataType::MlTable) {
            supported = Denied;
        } else if data.is_none() && all(exists.clone()) == Undetermined {
            // What was not found may be an MLTable, or lie in a file share.
            supported = supported.min(Undetermined);
        }
        found.insert(Id::InputSupported, supported);
        if supported == Denied {
            return found;
        }
        exists.extend(data.as_ref().map(|data| self.container_exists(data).min(self.path_exists(data))));
        found.insert(Id::InputExists, all(exists));
        if found[&Id::InputExists] == Denied {
            return found;
        }
        let Some(data) = data else {
            found.extend([Id::InputType, Id::AccountReachable, Id::DataReadable].map(|id| (id, Undetermined)));
            return found;
        };
        found.insert(Id::InputType, self.fits(&data, asset_type));
        found.insert(Id::AccountReachable, self.reachable(&data));
        let readers = self.credentials(&data, invoker, &mut found);
        let open = self.open_below(&data, &readers).min(self.open_to_the_unknown(&data, &found));
        found.insert(Id::DataReadable, self.not_archived(&data).min(open));
        found
    }

    /// Follows asset and datastore; `None`: it is not known where that leads, or it does not exist.
    fn place(&self, reference: &str, declared_file: Option<bool>, exists: &mut Vec<Verdict>) -> (Option<Data<'a>>, Option<&'a DataType>) {
        let data = |account: &str, container: &str, path: &str, store, file: bool, credential| Data {
            account_name: account.to_owned(),
            account: self.facts.storage_accounts.get(account),
            container: container.to_owned(),
            path: path.to_owned(),
            folder: !declared_file.unwrap_or(file),
            store,
            credential,
        };
        if let Some(rest) = reference.strip_prefix("https://") {
            let (account, path) = rest.split_once(".blob.core.windows.net/").expect("a blob URL");
            let (container, path) = path.split_once('/').expect("a path");
            return (Some(data(account, container, path, StoreKind::Blob, false, None)), None);
        }
        if reference.starts_with("abfss://") {
            return (Some(data("lake", "fs", "in", StoreKind::AdlsGen2, false, None)), None);
        }
        let (mut uri, mut asset_type) = (reference, None);
        if let Some(asset) = reference.strip_prefix("azureml:").filter(|rest| !rest.starts_with("//")) {
            let name = asset.split([':', '@']).next().expect("a name");
            let (asset, id) = (self.workspace.join(&format!("data/{name}")), self.workspace.join(&format!("data/{name}/versions/1")));
            let list = [(What::Data, asset.as_str()), (What::Data, self.workspace.as_str())];
            let own = (What::Resource, id.as_str());
            // A label is found among the versions, a version by its own id.
            let looks = if reference.contains('@') { list.to_vec() } else { [&list[..], &[own]].concat() };
            let unlisted = reference.contains('@') && self.failed(&[own]) && !self.facts.data_versions.contains_key(&id);
            let version = if unlisted { Look::Unknown } else { self.look(self.facts.data_versions.get(&id), &looks) };
            exists.push(version.exists());
            let Some(version) = version.get() else { return (None, None) };
            uri = version.data_uri.as_deref().expect("every version leads somewhere");
            asset_type = version.data_type.as_ref();
        }
        let (name, path) = uri.strip_prefix("azureml://datastores/").and_then(|rest| rest.split_once("/paths/")).expect("a datastore path");
        let (_, store) = self.in_workspace(&self.facts.datastores, &format!("datastores/{name}"));
        exists.push(store.exists());
        let Some(store) = store.get() else { return (None, asset_type) };
        let (kind, account, container) = match &store.target {
            DatastoreTarget::Blob { account, container } => (StoreKind::Blob, account, container),
            DatastoreTarget::AdlsGen2 { account, filesystem } => (StoreKind::AdlsGen2, account, filesystem),
            other => panic!("no world leads to {other:?}"),
        };
        let credential = Some((&store.id, &store.credential));
        (Some(data(account, container, path, kind, asset_type == Some(&DataType::UriFile), credential)), asset_type)
    }

    // --- what its requirements come to ---

    fn container_exists(&self, data: &Data<'_>) -> Verdict {
        let key = (data.account_name.clone(), data.container.clone());
        let mentioned = self.facts.path_access.contains_key(&key)
            || self.facts.paths.get(&key).is_some_and(|paths| paths.values().any(|record| record.exists));
        match self.container(data) {
            Look::Here(container) if container.deleted => Denied,
            Look::Absent if data.account.is_some() && !mentioned => Denied,
            Look::Here(_) | Look::Absent | Look::Unknown => Allowed,
        }
    }

    fn container(&self, data: &Data<'_>) -> Look<'a, canread::model::Container> {
        let here = self.facts.containers.get(&(data.account_name.clone(), data.container.clone()));
        let Some(account) = data.account else { return Look::Unknown };
        let id = account.id.join(&format!("blobServices/default/containers/{}", data.container));
        self.look(here, &[(What::Resource, id.as_str())])
    }

    fn paths(&self, data: &Data<'_>) -> impl Iterator<Item = &'a canread::model::PathRecord> {
        self.facts.paths.get(&(data.account_name.clone(), data.container.clone())).into_iter().flat_map(BTreeMap::values)
    }

    fn lists(&self, data: &Data<'_>) -> impl Iterator<Item = &'a PathAccess> {
        self.facts.path_access.get(&(data.account_name.clone(), data.container.clone())).into_iter().flat_map(BTreeMap::values)
    }

    /// What nobody recorded is assumed to be there.
    fn path_exists(&self, data: &Data<'_>) -> Verdict {
        let path = StorePath::new(&data.path);
        match self.paths(data).find(|record| record.path == path) {
            Some(record) if !record.exists => Denied,
            Some(_) | None => Allowed,
        }
    }

    fn fits(&self, data: &Data<'_>, asset: Option<&DataType>) -> Verdict {
        let path = StorePath::new(&data.path);
        let by_acl = self.lists(data).find(|record| record.path == path).map(|record| record.is_directory);
        let by_path = self.paths(data).find(|record| record.path == path).and_then(|record| record.is_directory);
        let below = self.paths(data).any(|record| record.exists && path.is_above(&record.path)).then_some(true);
        let is_folder = by_acl.or(by_path).or(below).unwrap_or(data.folder);
        let of_asset = asset.is_none_or(|asset| (*asset == DataType::UriFolder) == data.folder);
        if of_asset && is_folder == data.folder { Allowed } else { Denied }
    }

    fn subscription(&self) -> Look<'a, canread::model::Subscription> {
        let id = self.workspace.subscription().expect("a workspace is in a subscription");
        self.look(self.facts.subscriptions.get(&id), &[(What::Subscription, id.as_str())])
    }

    fn reachable(&self, data: &Data<'_>) -> Verdict {
        let Some(account) = data.account else { return Undetermined };
        let enabled = match self.subscription() {
            Look::Here(record) if record.state.as_deref() == Some("Disabled") => Denied,
            Look::Here(_) | Look::Absent => Allowed,
            Look::Unknown => Undetermined,
        };
        let door = match (&account.public_network_access, &account.network_rules) {
            (PublicNetworkAccess::Disabled, _) => Denied,
            (PublicNetworkAccess::Enabled, Some(rules)) if rules.default_action == DefaultAction::Deny => {
                if rules.ip_rules.is_empty() {
                    Denied
                } else {
                    Undetermined
                }
            }
            (PublicNetworkAccess::Enabled, _) => Allowed,
            (PublicNetworkAccess::SecuredByPerimeter | PublicNetworkAccess::Other(_), _) => Undetermined,
        };
        let workspace = self.facts.workspaces.contains_key(&self.workspace);
        let way = match self.chain().2.map(|compute| &compute.compute_type) {
            Some(ComputeType::Kubernetes { .. }) => door.max(Undetermined),
            Some(_) if workspace => door,
            None if workspace => door.max(Undetermined),
            Some(_) | None => Undetermined,
        };
        enabled.min(way)
    }

    /// Every identity of these worlds is of the tenant that the head of the file names.
    fn one_tenant(&self, data: &Data<'_>) -> Verdict {
        match (data.account, self.subscription()) {
            (Some(_), Look::Here(record)) if record.tenant_id == self.facts.header.tenant_id => Allowed,
            (Some(_), Look::Here(_)) => Denied,
            (Some(_), Look::Absent) => Allowed,
            (_, _) => Undetermined,
        }
    }

    /// The requirements of credential and identity; whose own rights are used comes back: all of the first, one of the second.
    fn credentials<'i>(
        &self,
        data: &Data<'a>,
        invoker: Option<&'i ObjectId>,
        found: &mut Verdicts,
    ) -> (Vec<&'i ObjectId>, Vec<&'i ObjectId>)
    where
        'a: 'i,
    {
        match data.credential {
            Some((store, credential)) if *credential != CredentialSource::None => {
                (self.stored(data, store, credential, invoker, found), Vec::new())
            }
            _ => self.identities(data, invoker, found),
        }
    }

    fn stored<'i>(
        &self,
        data: &Data<'a>,
        store: &Scope,
        credential: &CredentialSource,
        invoker: Option<&ObjectId>,
        found: &mut Verdicts,
    ) -> Vec<&'i ObjectId>
    where
        'a: 'i,
    {
        let secrets = "Microsoft.MachineLearningServices/workspaces/datastores/listSecrets/action";
        found.insert(Id::CredentialRetrievable, self.holds(invoker, secrets, Plane::Management, store));
        let keys = data.account.map(|account| account.allow_shared_key_access);
        let refused = |signed: bool| match keys {
            Some(true) => Allowed,
            Some(false) if signed => Denied,
            Some(false) | None => Undetermined,
        };
        let token = self.facts.stored_credentials.get(store).and_then(|stored| stored.sas.as_deref());
        match credential {
            CredentialSource::AccountKey => drop(found.insert(Id::CredentialSharedKey, refused(true))),
            CredentialSource::Sas => {
                found.insert(Id::CredentialSharedKey, refused(token.is_some()));
                let over = token == Some(TOKENS[1]);
                let known = token.is_some() && data.account.is_some();
                found.insert(
                    Id::CredentialSas,
                    if over {
                        Denied
                    } else if known {
                        Allowed
                    } else {
                        Undetermined
                    },
                );
            }
            _ => {
                let object = self.facts.directory.values().find(|object| object.app_id.as_ref().is_some_and(|app| app.as_str() == SP_APP));
                let look = self.look(object, &[(What::DirectoryObject, SP_APP)]);
                let may = look.get().map(|object| self.may(Some(&object.id), data));
                found.insert(Id::CredentialServicePrincipal, may.unwrap_or(look.exists()));
                found.insert(Id::AccountTenant, self.one_tenant(data));
                return look.get().map(|object| &object.id).into_iter().collect();
            }
        }
        Vec::new()
    }

    fn identities<'i>(&self, data: &Data<'a>, invoker: Option<&'i ObjectId>, found: &mut Verdicts) -> (Vec<&'i ObjectId>, Vec<&'i ObjectId>)
    where
        'a: 'i,
    {
        let (mounting, exists) = self.mounting();
        let nobody = mounting.is_empty() && invoker.is_none();
        let tenant = if self.chain().2.is_none() || nobody { Undetermined } else { self.one_tenant(data) };
        let mut four =
            Verdicts::from([(Id::ComputeIdentity, exists), (Id::AccountTenant, tenant), (Id::AccessRead, self.may(invoker, data))]);
        if exists != Denied {
            let each: Vec<Verdict> = mounting.iter().map(|who| self.may(Some(who), data)).collect();
            four.insert(Id::AccessMount, if exists == Undetermined { Undetermined } else { one_of(&each, false) });
        }
        let anyone = self.anonymous(data);
        if four.values().any(|verdict| *verdict != Allowed) {
            if anyone == Allowed {
                found.insert(Id::AccessAnonymous, Allowed);
                return (Vec::new(), Vec::new());
            }
            if anyone == Undetermined {
                four.entry(Id::AccessMount).or_insert(Undetermined);
                four.values_mut().for_each(|verdict| *verdict = (*verdict).max(Undetermined));
            }
        }
        found.extend(four);
        (invoker.into_iter().collect(), mounting)
    }

    fn anonymous(&self, data: &Data<'_>) -> Verdict {
        let by_account = match data.account.map(|account| account.allow_blob_public_access) {
            Some(Some(true)) => Allowed,
            Some(Some(false)) => Denied,
            Some(None) | None => Undetermined,
        };
        let level = match self.container(data) {
            Look::Here(container) if container.deleted => Denied,
            Look::Here(container) => match container.public_access {
                Some(PublicAccess::Container) => Allowed,
                Some(PublicAccess::Blob) if !data.folder => Allowed,
                Some(PublicAccess::Blob | PublicAccess::None) => Denied,
                None => Undetermined,
            },
            other => other.exists(),
        };
        by_account.min(level)
    }

    fn not_archived(&self, data: &Data<'_>) -> Verdict {
        let path = StorePath::new(&data.path);
        let read = |record: &&canread::model::PathRecord| if data.folder { path.is_above(&record.path) } else { record.path == path };
        let cold = self.paths(data).filter(read).any(|record| record.exists && record.access_tier.as_deref() == Some("Archive"));
        if cold { Denied } else { Allowed }
    }

    /// A file can be closed to a compute identity that is not known, where files have ACLs.
    fn open_to_the_unknown(&self, data: &Data<'_>, found: &Verdicts) -> Verdict {
        let acls = data.account.is_none_or(|account| account.is_hns_enabled);
        let unknown = found.contains_key(&Id::ComputeIdentity) && self.mounting().1 == Undetermined;
        if data.folder && acls && unknown { Undetermined } else { Allowed }
    }

    fn open_below(&self, data: &Data<'_>, (each, one): &(Vec<&ObjectId>, Vec<&ObjectId>)) -> Verdict {
        let of = |who: &&ObjectId| self.below(data, who);
        let mounts: Vec<Verdict> = one.iter().filter_map(of).collect();
        let mount = if mounts.is_empty() { Allowed } else { one_of(&mounts, mounts.len() < one.len()) };
        all(each.iter().filter_map(of).chain([mount]))
    }

    /// Whether nothing below is closed to one reader; `None`: roles open all of it, or the folder itself is closed.
    fn below(&self, data: &Data<'_>, who: &ObjectId) -> Option<Verdict> {
        let access = [Operation::List, Operation::Read].map(|operation| self.access(who, operation, data));
        let by_roles = all(access.map(|(roles, _)| roles));
        let refused = all(access.map(|(roles, acl)| roles.max(acl))) == Denied || access.iter().all(|(_, acl)| *acl == Denied);
        if !data.folder || by_roles == Allowed || refused {
            return None;
        }
        let folder = StorePath::new(&data.path);
        let below: Vec<&PathAccess> = self.lists(data).filter(|record| folder.is_above(&record.path)).collect();
        let listed = |path: &StorePath| below.iter().any(|record| record.path == *path);
        let parents = below.iter().filter_map(|record| record.path.parent());
        let named = self.paths(data).filter(|record| record.exists).map(|record| record.path.clone());
        let unlisted = parents.chain(named).any(|path| folder.is_above(&path) && !listed(&path));
        let id = format!("{}/{}/{}", data.account_name, data.container, data.path);
        let failed = self.facts.gaps.iter().any(|gap| gap.what == What::PathAccess && gap.scope.starts_with(&id));
        let complete = !unlisted && !failed && self.acl_of(data, &folder).is_some();
        let open = all(below.iter().map(|record| self.grants(who, record, if record.is_directory { "rx" } else { "r" })).chain([Allowed]));
        let open = match data.account {
            None => Undetermined,
            Some(_) => open.min(if complete { Allowed } else { Undetermined }),
        };
        Some(if by_roles == Denied { open } else { open.max(access[1].0) })
    }
}

/// Of several identities one mounts, and which the service does not say.
fn one_of(each: &[Verdict], others_hold: bool) -> Verdict {
    let none = each.iter().all(|verdict| *verdict == Denied) && !others_hold;
    if none || !each.contains(&Denied) { all(each.iter().copied()) } else { Undetermined }
}
