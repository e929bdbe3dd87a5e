//! The indexes: what makes the cost of a look-up independent of how many records there are.

use super::super::*;
use super::Facts;
use std::collections::BTreeMap;

/// A hash map; its order never shows.
pub(super) type HashMap<K, V> = std::collections::HashMap<K, V, foldhash::fast::RandomState>;

/// Positions in a list of facts.
type Places = Vec<u32>;

/// Records of one kind by the key of their scope, ordered so that those below a scope are one range.
pub(super) type ByScope = BTreeMap<String, Places>;

#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    /// Role assignments at a scope, by principal, then in file order.
    assignments: HashMap<Scope, Places>,
    assignments_of: HashMap<ObjectId, Places>,
    management_group_assignments: Places,
    denies: HashMap<Scope, Places>,
    instances: HashMap<Scope, Places>,
    eligibilities_of: HashMap<ObjectId, Places>,
    by_app: HashMap<AppId, ObjectId>,
    coverage: HashMap<What, Records>,
    gaps: HashMap<What, Records>,
    account_gaps: HashMap<String, u32>,
}

/// Coverage or gap records of one kind.
#[derive(Clone, Debug, Default)]
pub(super) struct Records {
    /// Every record.
    pub(super) every: ByScope,
    /// Those that are bound to no principal.
    pub(super) unbound: ByScope,
    /// Those that are bound to one.
    pub(super) of: HashMap<ObjectId, ByScope>,
}

impl Records {
    fn push(&mut self, scope: String, principal: Option<&ObjectId>, at: u32) {
        let bound = match principal {
            Some(principal) => self.of.entry(principal.clone()).or_default(),
            None => &mut self.unbound,
        };
        bound.entry(scope.clone()).or_default().push(at);
        self.every.entry(scope).or_default().push(at);
    }

    /// The records that concern a question about `principal`: the unbound ones and its own.
    pub(super) fn concerning<'a>(&'a self, principal: Option<&ObjectId>) -> impl Iterator<Item = &'a ByScope> {
        std::iter::once(&self.unbound).chain(principal.and_then(|principal| self.of.get(principal)))
    }
}

/// The key under which a coverage or gap record is indexed: lower case, no trailing slash; of path kinds only the
/// account part is lower case.
pub(super) fn scope_key(what: What, scope: &str) -> String {
    match what {
        What::PathAccess | What::Paths => {
            let mut segments = scope.split('/').filter(|segment| !segment.is_empty());
            let mut key = segments.next().unwrap_or_default().to_lowercase();
            for segment in segments {
                key.push('/');
                key.push_str(segment);
            }
            key
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

/// Key of a path, as [`scope_key`] makes it: a Gen1 account has no file system, so that its segment falls away.
pub(super) fn path_key(account: &str, container: &str, path: &StorePath) -> String {
    let mut key = account.to_owned();
    for part in [container, path.as_str()].into_iter().filter(|part| !part.is_empty()) {
        key.push('/');
        key.push_str(part);
    }
    key
}

/// Everything in `records` strictly below `key`, a key without trailing slash.
pub(super) fn below_key<'a>(records: &'a ByScope, key: &str) -> impl Iterator<Item = &'a Places> {
    let prefix = if key == "/" { key.to_owned() } else { format!("{key}/") };
    let start = prefix.clone();
    records.range(start..).take_while(move |(scope, _)| scope.starts_with(&prefix)).map(|(_, places)| places)
}

/// More records than fit are not findable; a file of that many lines is refused long before.
fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

impl Index {
    pub(super) fn new(facts: &Facts) -> Self {
        let mut index = Index::default();
        index.add_assignments(facts);
        for (at, record) in facts.coverage.iter().enumerate() {
            let key = scope_key(record.what, &record.scope);
            index.coverage.entry(record.what).or_default().push(key, record.principal.as_ref(), place(at));
        }
        for (at, record) in facts.gaps.iter().enumerate() {
            let key = scope_key(record.what, &record.scope);
            if let (What::Resource, Some(name)) = (record.what, account_name(&key)) {
                index.account_gaps.entry(name.to_owned()).or_insert(place(at));
            }
            index.gaps.entry(record.what).or_default().push(key, record.principal.as_ref(), place(at));
        }
        for object in facts.directory.values().filter(|object| object.kind != Some(PrincipalKind::Application)) {
            if let Some(app) = &object.app_id {
                index.by_app.entry(app.clone()).or_insert_with(|| object.id.clone());
            }
        }
        index
    }

    fn add_assignments(&mut self, facts: &Facts) {
        for (at, assignment) in facts.role_assignments.iter().enumerate() {
            self.assignments.entry(assignment.scope.clone()).or_default().push(place(at));
            self.assignments_of.entry(assignment.principal.clone()).or_default().push(place(at));
            if assignment.scope.is_management_group() {
                self.management_group_assignments.push(place(at));
            }
        }
        let principal = |at: &u32| facts.role_assignments.get(*at as usize).map(|assignment| &assignment.principal);
        for places in self.assignments.values_mut() {
            places.sort_by_key(principal);
        }
        for (at, deny) in facts.deny_assignments.iter().enumerate() {
            self.denies.entry(deny.scope.clone()).or_default().push(place(at));
        }
        for (at, instance) in facts.assignment_instances.iter().enumerate() {
            if let Some(origin) = &instance.origin_role_assignment {
                self.instances.entry(origin.clone()).or_default().push(place(at));
            }
        }
        for (at, eligible) in facts.eligibility_instances.iter().enumerate() {
            self.eligibilities_of.entry(eligible.principal.clone()).or_default().push(place(at));
        }
    }

    pub(super) fn assignments_at(&self, scope: &str) -> &[u32] {
        self.assignments.get(scope).map_or(&[], Vec::as_slice)
    }

    pub(super) fn assignments_at_of(&self, facts: &Facts, scope: &str, principal: &ObjectId) -> &[u32] {
        let places = self.assignments_at(scope);
        let of = |at: &u32| facts.role_assignments.get(*at as usize).map(|assignment| &assignment.principal);
        let start = places.partition_point(|at| of(at) < Some(principal));
        let end = places.partition_point(|at| of(at) <= Some(principal));
        places.get(start..end).unwrap_or_default()
    }

    pub(super) fn management_group_assignments(&self) -> &[u32] {
        &self.management_group_assignments
    }

    pub(super) fn assignments_of(&self, principal: &ObjectId) -> &[u32] {
        self.assignments_of.get(principal).map_or(&[], Vec::as_slice)
    }

    pub(super) fn denies_at(&self, scope: &str) -> &[u32] {
        self.denies.get(scope).map_or(&[], Vec::as_slice)
    }

    pub(super) fn instances_of(&self, assignment: &Scope) -> &[u32] {
        self.instances.get(assignment).map_or(&[], Vec::as_slice)
    }

    pub(super) fn eligibilities_of(&self, principal: &ObjectId) -> &[u32] {
        self.eligibilities_of.get(principal).map_or(&[], Vec::as_slice)
    }

    /// Object id of the service principal of an application.
    pub(super) fn object_of_app(&self, app: &str) -> Option<&ObjectId> {
        self.by_app.get(app)
    }

    /// A failed look-up of the storage account with this name, lower case.
    pub(super) fn account_gap(&self, name: &str) -> Option<u32> {
        self.account_gaps.get(name).copied()
    }

    pub(super) fn coverage(&self, what: What) -> Option<&Records> {
        self.coverage.get(&what)
    }

    pub(super) fn gaps(&self, what: What) -> Option<&Records> {
        self.gaps.get(&what)
    }

    pub(super) fn coverage_at(&self, what: What, key: &str) -> &[u32] {
        self.coverage(what).and_then(|records| records.every.get(key)).map_or(&[], Vec::as_slice)
    }

    pub(super) fn gaps_at(&self, what: What, key: &str) -> &[u32] {
        self.gaps(what).and_then(|records| records.every.get(key)).map_or(&[], Vec::as_slice)
    }
}

/// Name of the storage or Gen1 account that `key` is the scope of.
fn account_name(key: &str) -> Option<&str> {
    let (above, name) = key.rsplit_once('/')?;
    (above.ends_with("/storageaccounts") || above.ends_with("microsoft.datalakestore/accounts")).then_some(name)
}

/// The items at `places`.
pub(super) fn pick<'a, T>(items: &'a [T], places: &'a [u32]) -> impl Iterator<Item = &'a T> {
    places.iter().filter_map(move |at| items.get(*at as usize))
}
