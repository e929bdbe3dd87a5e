//! Everything that is known, indexed, with what is covered and what is missing. The one thing `eval` reads besides rules.

use super::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Account and container (file system) names: the key of path facts. The account is lower case.
pub type ContainerKey = (String, String);

/// The facts of a snapshot, as they were read. Change a copy and index it again to ask "what if".
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "each field is named after the record or resource type it holds")]
pub struct Facts {
    pub header: Header,
    pub workspaces: BTreeMap<Scope, Workspace>,
    pub computes: BTreeMap<Scope, Compute>,
    pub endpoints: BTreeMap<Scope, BatchEndpoint>,
    pub deployments: BTreeMap<Scope, BatchDeployment>,
    pub datastores: BTreeMap<Scope, Datastore>,
    pub data_assets: BTreeMap<Scope, DataAsset>,
    pub data_versions: BTreeMap<Scope, DataVersion>,
    pub components: BTreeMap<Scope, ComponentVersion>,
    /// By name, lower case: account names are unique in a cloud.
    pub storage_accounts: BTreeMap<String, StorageAccount>,
    /// By name, lower case.
    pub gen1_accounts: BTreeMap<String, Gen1Account>,
    pub containers: BTreeMap<ContainerKey, Container>,
    pub subnets: BTreeMap<Scope, Subnet>,
    pub virtual_networks: BTreeMap<Scope, VirtualNetwork>,
    pub private_endpoints: BTreeMap<Scope, PrivateEndpoint>,
    /// Resources of types that nothing is decided by: known to exist.
    pub other_resources: BTreeSet<Scope>,
    pub role_definitions: BTreeMap<RoleId, RoleDefinition>,
    pub role_assignments: Vec<RoleAssignment>,
    pub deny_assignments: Vec<DenyAssignment>,
    pub assignment_instances: Vec<AssignmentScheduleInstance>,
    pub eligibility_instances: Vec<EligibilityScheduleInstance>,
    pub directory: BTreeMap<ObjectId, DirectoryObject>,
    pub memberships: BTreeMap<ObjectId, BTreeSet<ObjectId>>,
    pub subscriptions: BTreeMap<SubscriptionId, Subscription>,
    pub path_access: BTreeMap<ContainerKey, BTreeMap<StorePath, PathAccess>>,
    pub paths: BTreeMap<ContainerKey, BTreeMap<StorePath, PathRecord>>,
    pub stored_credentials: BTreeMap<Scope, StoredCredential>,
    pub probes: Vec<Probe>,
    pub coverage: Vec<CoverageRecord>,
    pub gaps: Vec<GapRecord>,
}

/// A value, or what would have to be looked up to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known<T> {
    /// Known.
    Known(T),
    /// Not known.
    Missing(Missing),
}

impl<T> Known<T> {
    /// The value, where known.
    pub fn value(&self) -> Option<&T> {
        match self {
            Known::Known(value) => Some(value),
            Known::Missing(_) => None,
        }
    }
}

/// A resource, or why it is not there.
#[derive(Clone, Debug, PartialEq)]
pub enum Found<'a, T> {
    /// It is in the snapshot.
    Here(&'a T),
    /// It does not exist: the look-up is complete and no record bears it.
    Absent(Option<&'a CoverageRecord>),
    /// Not known.
    Missing(Missing),
}

/// What is known of a subscription, with the contract's defaults under coverage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionState {
    /// `Enabled`, `Disabled`, `Warned`, `PastDue`, `Deleted`, as in the source.
    pub state: Known<String>,
    /// Its tenant; `None`: the snapshot names no tenant.
    pub tenant: Known<Option<TenantId>>,
    /// Management groups above it, nearest first.
    pub chain: Known<Vec<Scope>>,
    /// Whether a `subscription` record bears it.
    pub recorded: bool,
}

/// The object ids that role assignments, denies and ACL entries of a principal may carry.
#[derive(Clone, Debug)]
pub struct Identities {
    /// The principal itself.
    pub principal: ObjectId,
    /// Its transitive groups, as far as known.
    pub groups: BTreeSet<ObjectId>,
    /// What is missing of the groups; `None`: nothing.
    pub missing: Option<Missing>,
}

impl Identities {
    /// Whether `id` is the principal or one of its known groups.
    pub fn contains(&self, id: &ObjectId) -> bool {
        *id == self.principal || self.groups.contains(id)
    }
}

/// Facts with their indexes.
#[derive(Clone, Debug)]
pub struct Snapshot {
    facts: Facts,
    index: Index,
}

#[derive(Clone, Debug, Default)]
struct Index {
    assignments: HashMap<Scope, HashMap<ObjectId, Vec<u32>>>,
    assignments_of: HashMap<ObjectId, Vec<u32>>,
    denies: HashMap<Scope, Vec<u32>>,
    instances: HashMap<Scope, Vec<u32>>,
    eligibilities_of: HashMap<ObjectId, Vec<u32>>,
    coverage: BTreeMap<(What, String), Vec<u32>>,
    gaps: BTreeMap<(What, String), Vec<u32>>,
}

/// The key under which a coverage or gap record is indexed: lower case, no trailing slash; of path kinds only the
/// account part is lower case.
fn scope_key(what: What, scope: &str) -> String {
    match what {
        What::PathAccess | What::Paths => {
            let mut parts = scope.trim_start_matches('/').splitn(3, '/');
            let account = parts.next().unwrap_or_default().to_lowercase();
            let container = parts.next().unwrap_or_default();
            let path = StorePath::new(parts.next().unwrap_or_default());
            path_key(&account, container, &path)
        }
        What::Everything => String::new(),
        What::Memberships | What::DirectoryObject => ObjectId::new(scope).key().to_owned(),
        What::Subscription => {
            let id = Scope::new(scope);
            id.subscription().map_or_else(|| SubscriptionId::new(scope).key().to_owned(), |s| s.key().to_owned())
        }
        What::RoleAssignments
        | What::DenyAssignments
        | What::ScheduleInstances
        | What::RoleDefinitions
        | What::Resource
        | What::Workspace
        | What::Data
        | What::StoredCredential
        | What::OpenQuestion => Scope::new(scope).key().to_owned(),
    }
}

fn path_key(account: &str, container: &str, path: &StorePath) -> String {
    if path.is_root() { format!("{account}/{container}") } else { format!("{account}/{container}/{}", path.as_str()) }
}

fn push<K: std::hash::Hash + Eq>(map: &mut HashMap<K, Vec<u32>>, key: K, at: usize) {
    map.entry(key).or_default().push(u32::try_from(at).unwrap_or(u32::MAX));
}

impl Index {
    fn new(facts: &Facts) -> Self {
        let mut index = Index::default();
        for (at, assignment) in facts.role_assignments.iter().enumerate() {
            push(index.assignments.entry(assignment.scope.clone()).or_default(), assignment.principal.clone(), at);
            push(&mut index.assignments_of, assignment.principal.clone(), at);
        }
        for (at, deny) in facts.deny_assignments.iter().enumerate() {
            push(&mut index.denies, deny.scope.clone(), at);
        }
        for (at, instance) in facts.assignment_instances.iter().enumerate() {
            if let Some(origin) = &instance.origin_role_assignment {
                push(&mut index.instances, origin.clone(), at);
            }
        }
        for (at, eligible) in facts.eligibility_instances.iter().enumerate() {
            push(&mut index.eligibilities_of, eligible.principal.clone(), at);
        }
        for (at, record) in facts.coverage.iter().enumerate() {
            let key = (record.what, scope_key(record.what, &record.scope));
            index.coverage.entry(key).or_default().push(u32::try_from(at).unwrap_or(u32::MAX));
        }
        for (at, record) in facts.gaps.iter().enumerate() {
            let key = (record.what, scope_key(record.what, &record.scope));
            index.gaps.entry(key).or_default().push(u32::try_from(at).unwrap_or(u32::MAX));
        }
        index
    }
}

fn pick<'a, T>(items: &'a [T], at: Option<&'a Vec<u32>>) -> impl Iterator<Item = &'a T> {
    at.into_iter().flatten().filter_map(move |i| items.get(*i as usize))
}

/// Assignments and the records that say whether their list is complete.
impl Snapshot {
    /// Indexes `facts`.
    pub fn new(facts: Facts) -> Self {
        let index = Index::new(&facts);
        Snapshot { facts, index }
    }

    /// The facts.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Back to the facts, to change them.
    pub fn into_facts(self) -> Facts {
        self.facts
    }

    /// Role assignments of exactly `principal` at exactly the scope with lower-case key `scope`.
    pub fn role_assignments_at<'a>(&'a self, scope: &str, principal: &ObjectId) -> impl Iterator<Item = &'a RoleAssignment> {
        let at = self.index.assignments.get(scope).and_then(|of| of.get(principal));
        pick(&self.facts.role_assignments, at)
    }

    /// All role assignments at exactly the scope with lower-case key `scope`, by principal; in no stable order.
    pub fn all_role_assignments_at<'a>(&'a self, scope: &str) -> impl Iterator<Item = &'a RoleAssignment> {
        let of = self.index.assignments.get(scope);
        of.into_iter().flat_map(|of| of.values()).flatten().filter_map(|i| self.facts.role_assignments.get(*i as usize))
    }

    /// Every role assignment of exactly `principal`, at whatever scope.
    pub fn role_assignments_of<'a>(&'a self, principal: &ObjectId) -> impl Iterator<Item = &'a RoleAssignment> {
        pick(&self.facts.role_assignments, self.index.assignments_of.get(principal))
    }

    /// Deny assignments at exactly the scope with lower-case key `scope`.
    pub fn deny_assignments_at<'a>(&'a self, scope: &str) -> impl Iterator<Item = &'a DenyAssignment> {
        pick(&self.facts.deny_assignments, self.index.denies.get(scope))
    }

    /// PIM instances that bound the role assignment with this id.
    pub fn schedule_instances_of<'a>(&'a self, assignment: &Scope) -> impl Iterator<Item = &'a AssignmentScheduleInstance> {
        pick(&self.facts.assignment_instances, self.index.instances.get(assignment))
    }

    /// PIM eligible assignments of exactly `principal`.
    pub fn eligibilities_of<'a>(&'a self, principal: &ObjectId) -> impl Iterator<Item = &'a EligibilityScheduleInstance> {
        pick(&self.facts.eligibility_instances, self.index.eligibilities_of.get(principal))
    }

    /// Every scope at which an assignment would apply to `resource`: its path upwards, its management groups, the root.
    ///
    /// The second value says what is missing of the management-group chain.
    pub fn scopes_above(&self, resource: &Scope) -> (Vec<String>, Option<Missing>) {
        let mut keys: Vec<String> = resource.ancestor_keys().filter(|key| *key != "/").map(str::to_owned).collect();
        let missing = match self.chain_of(resource) {
            Known::Known(chain) => {
                keys.extend(chain.iter().map(|group| group.key().to_owned()));
                None
            }
            Known::Missing(missing) => Some(missing),
        };
        keys.push("/".to_owned());
        (keys, missing)
    }

    /// Management groups above the subscription of `resource`, nearest first; empty for what lies in no subscription.
    pub fn chain_of(&self, resource: &Scope) -> Known<Vec<Scope>> {
        match resource.subscription() {
            Some(subscription) => self.subscription(&subscription).chain,
            None => Known::Known(Vec::new()),
        }
    }

    /// Whether `outer` and `inner` lie on one line of inheritance; `None` where the management-group chain is unknown.
    fn on_one_line(&self, one: &Scope, other: &Scope) -> Option<bool> {
        if one.contains(other) || other.contains(one) {
            return Some(true);
        }
        let (group, below) = match (one.is_management_group(), other.is_management_group()) {
            (true, false) => (one, other),
            (false, true) => (other, one),
            (true, true) => return None,
            (false, false) => return Some(false),
        };
        match self.chain_of(below) {
            Known::Known(chain) => Some(chain.contains(group)),
            Known::Missing(_) => None,
        }
    }

    /// Whether all assignments of kind `what` (role, deny, schedule instances) that apply at `resource` are known; with
    /// `principal`, all that apply to it.
    ///
    /// A record at scope S covers what is at, above and below S, so it settles `resource` when the two lie on one line.
    pub fn assignments_lookup(&self, what: What, resource: &Scope, principal: Option<&ObjectId>) -> Lookup<'_> {
        if let Some(gap) = self.first_gap(What::Everything, "") {
            return Lookup::Gap(gap);
        }
        let concerns = |of: &Option<ObjectId>| of.is_none() || principal.is_none() || of.as_ref() == principal;
        for gap in self.facts.gaps.iter().filter(|gap| gap.what == what && concerns(&gap.principal)) {
            if self.on_one_line(&Scope::new(&gap.scope), resource) != Some(false) {
                return Lookup::Gap(gap);
            }
        }
        if let Some(all) = self.first_coverage(What::Everything, "") {
            return Lookup::Complete(Some(all));
        }
        let settles = |record: &&CoverageRecord| {
            record.what == what
                && (record.principal.is_none() || record.principal.as_ref() == principal)
                && self.on_one_line(&Scope::new(&record.scope), resource) == Some(true)
        };
        match self.facts.coverage.iter().find(settles) {
            Some(record) => Lookup::Complete(Some(record)),
            None => Lookup::NotCollected,
        }
    }

    fn first_gap(&self, what: What, key: &str) -> Option<&GapRecord> {
        pick(&self.facts.gaps, self.index.gaps.get(&(what, key.to_owned()))).next()
    }

    fn first_coverage(&self, what: What, key: &str) -> Option<&CoverageRecord> {
        pick(&self.facts.coverage, self.index.coverage.get(&(what, key.to_owned()))).next()
    }

    /// A look-up that is settled by records of one of `keys`, or by `everything` where `closed_world` says so.
    fn settled_by(&self, keys: &[(What, String)], closed_world: bool) -> Lookup<'_> {
        let everything = self.first_gap(What::Everything, "");
        if let Some(gap) = everything.or_else(|| keys.iter().find_map(|(what, key)| self.first_gap(*what, key))) {
            return Lookup::Gap(gap);
        }
        let all = if closed_world { self.first_coverage(What::Everything, "") } else { None };
        match all.or_else(|| keys.iter().find_map(|(what, key)| self.first_coverage(*what, key))) {
            Some(record) => Lookup::Complete(Some(record)),
            None => Lookup::NotCollected,
        }
    }
}

/// Directory and subscriptions.
impl Snapshot {
    /// The principal with its transitive groups, as far as known.
    pub fn identities(&self, principal: &ObjectId) -> Identities {
        let lookup = self.memberships_lookup(principal);
        let groups = self.facts.memberships.get(principal).cloned().unwrap_or_default();
        let missing = if lookup.is_complete() { None } else { Some(Missing::new(What::Memberships, principal.as_str(), &lookup)) };
        Identities { principal: principal.clone(), groups, missing }
    }

    /// Whether all transitive groups of `principal` are known: a `membership` line is complete for its member.
    pub fn memberships_lookup(&self, principal: &ObjectId) -> Lookup<'_> {
        let settled = self.settled_by(&[(What::Memberships, principal.key().to_owned())], true);
        match settled {
            Lookup::NotCollected if self.facts.memberships.contains_key(principal) => Lookup::Complete(None),
            Lookup::Complete(_) | Lookup::Gap(_) | Lookup::NotCollected => settled,
        }
    }

    /// A directory object by its object id or, failing that, an application id.
    pub fn directory_object(&self, id: &str) -> Found<'_, DirectoryObject> {
        let key = ObjectId::new(id);
        if let Some(object) = self.facts.directory.get(&key) {
            return Found::Here(object);
        }
        let by_app = |object: &&DirectoryObject| {
            object.kind != Some(PrincipalKind::Application) && object.app_id.as_ref().is_some_and(|app| app.key() == key.key())
        };
        if let Some(object) = self.facts.directory.values().find(by_app) {
            return Found::Here(object);
        }
        found_or(None, self.settled_by(&[(What::DirectoryObject, key.key().to_owned())], true), What::DirectoryObject, id)
    }

    /// What is known of a subscription. Under coverage one without a line is Enabled, in the snapshot's tenant and in no
    /// management group (contract section 4).
    pub fn subscription(&self, id: &SubscriptionId) -> SubscriptionState {
        let lookup = self.settled_by(&[(What::Subscription, id.key().to_owned())], true);
        let missing = Missing::new(What::Subscription, id.as_str(), &lookup);
        let Some(record) = self.facts.subscriptions.get(id) else {
            if lookup.is_complete() {
                let tenant = Known::Known(self.facts.header.tenant_id.clone());
                return SubscriptionState {
                    state: Known::Known("Enabled".to_owned()),
                    tenant,
                    chain: Known::Known(Vec::new()),
                    recorded: false,
                };
            }
            let unknown = || missing.clone();
            return SubscriptionState {
                state: Known::Missing(unknown()),
                tenant: Known::Missing(unknown()),
                chain: Known::Missing(unknown()),
                recorded: false,
            };
        };
        let or_missing = |known: bool| if known { None } else { Some(missing.clone()) };
        SubscriptionState {
            state: record.state.clone().map_or_else(|| Known::Missing(missing.clone()), Known::Known),
            tenant: or_missing(record.tenant_id.is_some()).map_or_else(|| Known::Known(record.tenant_id.clone()), Known::Missing),
            chain: record.management_groups.clone().map_or_else(|| Known::Missing(missing.clone()), Known::Known),
            recorded: true,
        }
    }
}

fn found_or<'a, T>(here: Option<&'a T>, lookup: Lookup<'a>, what: What, scope: &str) -> Found<'a, T> {
    match (here, lookup) {
        (Some(item), _) => Found::Here(item),
        (None, Lookup::Complete(by)) => Found::Absent(by),
        (None, Lookup::Gap(_) | Lookup::NotCollected) => Found::Missing(Missing::new(what, scope, &lookup)),
    }
}

/// Resources.
impl Snapshot {
    /// Whether the resource with this id would be in the snapshot if it existed.
    pub fn resource_lookup(&self, id: &Scope) -> Lookup<'_> {
        let mut keys = vec![(What::Resource, id.key().to_owned())];
        if let Some(workspace) = id.cut_after("workspaces").filter(|w| w != id) {
            let data = id.cut_after("data");
            match &data {
                Some(asset) => {
                    keys.push((What::Data, asset.key().to_owned()));
                    keys.push((What::Data, workspace.key().to_owned()));
                }
                None => keys.push((What::Workspace, workspace.key().to_owned())),
            }
        }
        self.settled_by(&keys, true)
    }

    fn resource<'a, T>(&'a self, map: &'a BTreeMap<Scope, T>, id: &Scope) -> Found<'a, T> {
        found_or(map.get(id), self.resource_lookup(id), What::Resource, id.as_str())
    }

    /// A workspace.
    pub fn workspace(&self, id: &Scope) -> Found<'_, Workspace> {
        self.resource(&self.facts.workspaces, id)
    }
    /// A compute.
    pub fn compute(&self, id: &Scope) -> Found<'_, Compute> {
        self.resource(&self.facts.computes, id)
    }
    /// A batch endpoint.
    pub fn endpoint(&self, id: &Scope) -> Found<'_, BatchEndpoint> {
        self.resource(&self.facts.endpoints, id)
    }
    /// A deployment.
    pub fn deployment(&self, id: &Scope) -> Found<'_, BatchDeployment> {
        self.resource(&self.facts.deployments, id)
    }
    /// A datastore.
    pub fn datastore(&self, id: &Scope) -> Found<'_, Datastore> {
        self.resource(&self.facts.datastores, id)
    }
    /// A version of a data asset.
    pub fn data_version(&self, id: &Scope) -> Found<'_, DataVersion> {
        self.resource(&self.facts.data_versions, id)
    }
    /// A component version.
    pub fn component(&self, id: &Scope) -> Found<'_, ComponentVersion> {
        self.resource(&self.facts.components, id)
    }
    /// A subnet.
    pub fn subnet(&self, id: &Scope) -> Found<'_, Subnet> {
        self.resource(&self.facts.subnets, id)
    }
    /// A virtual network.
    pub fn virtual_network(&self, id: &Scope) -> Found<'_, VirtualNetwork> {
        self.resource(&self.facts.virtual_networks, id)
    }
    /// A private endpoint.
    pub fn private_endpoint(&self, id: &Scope) -> Found<'_, PrivateEndpoint> {
        self.resource(&self.facts.private_endpoints, id)
    }

    /// The storage account of that name; absence is never known, for the name says neither subscription nor tenant.
    pub fn storage_account(&self, name: &str) -> Known<&StorageAccount> {
        let key = name.to_lowercase();
        match self.facts.storage_accounts.get(&key) {
            Some(account) => Known::Known(account),
            None => {
                let in_this_name =
                    |gap: &&GapRecord| gap.what == What::Resource && Scope::new(&gap.scope).name().eq_ignore_ascii_case(name);
                let lookup = self.facts.gaps.iter().find(in_this_name).map_or(Lookup::NotCollected, Lookup::Gap);
                Known::Missing(Missing::new(What::Resource, format!("storageAccounts/{key}"), &lookup))
            }
        }
    }

    /// A container of an account; needs the account's id to know whether its absence is known.
    pub fn container(&self, account: &StorageAccount, name: &str) -> Found<'_, Container> {
        let id = container_scope(&account.id, name);
        let here = self.facts.containers.get(&(account.name.clone(), name.to_owned()));
        found_or(here, self.resource_lookup(&id), What::Resource, id.as_str())
    }

    /// The workspace's default datastore.
    pub fn default_datastore(&self, workspace: &Scope) -> Found<'_, Datastore> {
        let here = self.facts.datastores.values().find(|store| workspace.contains(&store.id) && store.is_default);
        let keys = [(What::Workspace, workspace.key().to_owned())];
        found_or(here, self.settled_by(&keys, true), What::Workspace, workspace.as_str())
    }

    /// Datastores of a workspace, by id.
    pub fn datastores_of<'a>(&'a self, workspace: &'a Scope) -> impl Iterator<Item = &'a Datastore> {
        self.facts.datastores.values().filter(move |store| workspace.contains(&store.id))
    }

    /// Versions of a data asset, by id, and whether all are known.
    pub fn versions_of<'a>(&'a self, asset: &'a Scope) -> (Vec<&'a DataVersion>, Lookup<'a>) {
        let versions = self.facts.data_versions.values().filter(|version| asset.contains(&version.id)).collect();
        let mut keys = vec![(What::Data, asset.key().to_owned())];
        keys.extend(asset.cut_after("workspaces").map(|workspace| (What::Data, workspace.key().to_owned())));
        (versions, self.settled_by(&keys, true))
    }

    /// What a datastore stores.
    pub fn stored_credential(&self, datastore: &Scope) -> Found<'_, StoredCredential> {
        let lookup = self.settled_by(&[(What::StoredCredential, datastore.key().to_owned())], true);
        found_or(self.facts.stored_credentials.get(datastore), lookup, What::StoredCredential, datastore.as_str())
    }
}

/// ARM id of a container: the scope of role assignments on it.
pub fn container_scope(account: &Scope, container: &str) -> Scope {
    account.join(&format!("blobServices/default/containers/{container}"))
}

/// Paths and ACLs.
impl Snapshot {
    /// The `path` record of exactly this path.
    pub fn path_record(&self, account: &str, container: &str, path: &StorePath) -> Option<&PathRecord> {
        self.facts.paths.get(&(account.to_lowercase(), container.to_owned()))?.get(path)
    }

    /// `path` records strictly below a folder, in path order.
    pub fn path_records_below<'a>(&'a self, account: &str, container: &str, folder: &StorePath) -> impl Iterator<Item = &'a PathRecord> {
        below(self.facts.paths.get(&(account.to_lowercase(), container.to_owned())), folder)
    }

    /// The ACL record of exactly this path.
    pub fn path_access(&self, account: &str, filesystem: &str, path: &StorePath) -> Option<&PathAccess> {
        self.facts.path_access.get(&(account.to_lowercase(), filesystem.to_owned()))?.get(path)
    }

    /// ACL records strictly below a folder, in path order.
    pub fn path_access_below<'a>(&'a self, account: &str, filesystem: &str, folder: &StorePath) -> impl Iterator<Item = &'a PathAccess> {
        below(self.facts.path_access.get(&(account.to_lowercase(), filesystem.to_owned())), folder)
    }

    /// Whether a path without `path` record is known not to exist: `paths` coverage of the container or a prefix.
    pub fn paths_lookup(&self, account: &str, container: &str, path: &StorePath) -> Lookup<'_> {
        let account = account.to_lowercase();
        let keys = self_and_above(path).map(|prefix| (What::Paths, path_key(&account, container, &prefix))).collect::<Vec<_>>();
        self.settled_by(&keys, false)
    }

    /// Whether the ACL of exactly this path was looked up. The closed world of `everything` does not settle it: an ACL that
    /// is needed and not in the file is unknown.
    pub fn path_access_lookup(&self, account: &str, filesystem: &str, path: &StorePath) -> Lookup<'_> {
        let account = account.to_lowercase();
        let own = (What::PathAccess, path_key(&account, filesystem, path));
        let settled = self.settled_by(std::slice::from_ref(&own), false);
        if settled != Lookup::NotCollected {
            return settled;
        }
        self.recursive_record(&account, filesystem, path)
    }

    /// Whether every path below a folder has its ACL in the file: `path_access` coverage with `below` at the folder or
    /// above, or `everything` where the folder itself is recorded. A gap at, above (with `below`) or below it outweighs.
    pub fn path_access_below_lookup(&self, account: &str, filesystem: &str, folder: &StorePath) -> Lookup<'_> {
        let account = account.to_lowercase();
        if let Some(gap) = self.first_gap(What::Everything, "") {
            return Lookup::Gap(gap);
        }
        let own = path_key(&account, filesystem, folder);
        let inside = |key: &str| key == own || key.strip_prefix(own.as_str()).is_some_and(|rest| rest.starts_with('/'));
        let gap =
            self.facts.gaps.iter().filter(|gap| gap.what == What::PathAccess).find(|gap| inside(&scope_key(What::PathAccess, &gap.scope)));
        if let Some(gap) = gap {
            return Lookup::Gap(gap);
        }
        let recursive = self.recursive_record(&account, filesystem, folder);
        if recursive != Lookup::NotCollected {
            return recursive;
        }
        match self.first_coverage(What::Everything, "") {
            Some(all) if self.path_access(&account, filesystem, folder).is_some() => Lookup::Complete(Some(all)),
            Some(_) | None => Lookup::NotCollected,
        }
    }

    /// A `path_access` record with `below` at `path` or above.
    fn recursive_record(&self, account: &str, filesystem: &str, path: &StorePath) -> Lookup<'_> {
        let keys: Vec<String> = self_and_above(path).map(|p| path_key(account, filesystem, &p)).collect();
        let gaps = keys.iter().flat_map(|key| pick(&self.facts.gaps, self.index.gaps.get(&(What::PathAccess, key.clone()))));
        if let Some(gap) = gaps.into_iter().find(|gap| gap.below) {
            return Lookup::Gap(gap);
        }
        let covers = keys.iter().flat_map(|key| pick(&self.facts.coverage, self.index.coverage.get(&(What::PathAccess, key.clone()))));
        match covers.into_iter().find(|record| record.below) {
            Some(record) => Lookup::Complete(Some(record)),
            None => Lookup::NotCollected,
        }
    }
}

fn self_and_above(path: &StorePath) -> impl Iterator<Item = StorePath> + '_ {
    std::iter::once(path.clone()).chain(path.ancestors())
}

/// The entries of `map` strictly below `folder`.
fn below<'a, T>(map: Option<&'a BTreeMap<StorePath, T>>, folder: &StorePath) -> impl Iterator<Item = &'a T> {
    let first = folder.first_below();
    let folder = folder.clone();
    map.into_iter().flat_map(move |map| map.range(first.clone()..)).take_while(move |(path, _)| folder.is_above(path)).map(|(_, item)| item)
}
