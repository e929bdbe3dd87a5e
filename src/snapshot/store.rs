//! Facts as they come in: identical duplicates are ignored, differing ones of one id refused with both lines named.

use super::error::printable;
use super::raw::assignment::Intern;
use crate::model::*;
use foldhash::fast::RandomState;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, hash_map};
use std::hash::Hash;

pub(super) type HashMap<K, V> = std::collections::HashMap<K, V, RandomState>;
type HashSet<T> = std::collections::HashSet<T, RandomState>;

/// A record that contradicts an earlier one, or cannot be used: one sentence.
pub(super) type Refused = String;

/// Facts with the line each came from.
#[derive(Default)]
pub(super) struct Store {
    pub(super) facts: Facts,
    pub(super) ids: Ids,
    pub(super) lines: Lines,
    /// Position of each role assignment.
    assignments: HashMap<Scope, u32>,
    denies: HashMap<Scope, u32>,
    active: HashMap<Scope, u32>,
    eligible: HashMap<Scope, u32>,
    seen: HashSet<String>,
    pub(super) embedded: Embedded,
}

/// What came inside or beside another resource and is joined with it at the end.
#[derive(Default)]
pub(super) struct Embedded {
    pub(super) subnets: Vec<Subnet>,
    pub(super) peerings: BTreeMap<Scope, Peering>,
    pub(super) connections: BTreeMap<Scope, PrivateEndpointConnection>,
    pub(super) outbound_rules: BTreeMap<Scope, OutboundRule>,
}

/// The line that first bore each id.
#[derive(Default)]
pub(super) struct Lines {
    pub(super) resources: HashMap<Scope, u32>,
    pub(super) roles: HashMap<RoleId, u32>,
    pub(super) objects: HashMap<ObjectId, u32>,
    pub(super) members: HashMap<ObjectId, u32>,
    pub(super) subscriptions: HashMap<SubscriptionId, u32>,
    pub(super) credentials: HashMap<Scope, u32>,
    accounts: HashMap<String, u32>,
    containers: HashMap<ContainerKey, u32>,
    access: HashMap<ContainerKey, HashMap<StorePath, u32>>,
    paths: HashMap<ContainerKey, HashMap<StorePath, u32>>,
    /// Of `role_assignments`, `deny_assignments` and the instances, by position.
    assignments: Vec<u32>,
    denies: Vec<u32>,
    active: Vec<u32>,
    eligible: Vec<u32>,
}

fn conflict(what: &str, id: &str, first: Option<&u32>) -> Refused {
    let line = first.copied().unwrap_or_default();
    format!("the {what} `{}` differs from the one on line {line}; keep one of them", printable(id))
}

/// Adds what is new, ignores what is the same.
pub(super) fn put<K, V>(map: &mut BTreeMap<K, V>, lines: &mut HashMap<K, u32>, key: K, value: V, line: u32) -> Result<(), Option<u32>>
where
    K: Ord + Hash + Clone,
    V: PartialEq,
{
    match map.entry(key) {
        Entry::Vacant(entry) => {
            lines.insert(entry.key().clone(), line);
            entry.insert(value);
            Ok(())
        }
        Entry::Occupied(entry) if *entry.get() == value => Ok(()),
        Entry::Occupied(entry) => Err(lines.get(entry.key()).copied()),
    }
}

/// As [`put`], for records that are kept in file order.
fn append<V: PartialEq>(
    list: &mut Vec<V>,
    (places, lines): (&mut HashMap<Scope, u32>, &mut Vec<u32>),
    (id, value): (Scope, V),
    line: u32,
) -> Result<(), Option<u32>> {
    let next = u32::try_from(list.len()).map_err(|_| None)?;
    match places.entry(id) {
        hash_map::Entry::Vacant(entry) => {
            entry.insert(next);
            lines.push(line);
            list.push(value);
            Ok(())
        }
        hash_map::Entry::Occupied(entry) => {
            let at = *entry.get() as usize;
            if list.get(at) == Some(&value) { Ok(()) } else { Err(lines.get(at).copied()) }
        }
    }
}

impl Store {
    /// Adds to a map of resources.
    pub(super) fn resource<V: PartialEq>(
        &mut self,
        map: impl FnOnce(&mut Facts) -> &mut BTreeMap<Scope, V>,
        id: Scope,
        value: V,
        line: u32,
    ) -> Result<(), Refused> {
        let text = id.clone();
        put(map(&mut self.facts), &mut self.lines.resources, id, value, line)
            .map_err(|first| conflict("resource", text.as_str(), first.as_ref()))
    }

    pub(super) fn storage_account(&mut self, account: StorageAccount, line: u32) -> Result<(), Refused> {
        let id = account.id.clone();
        put(&mut self.facts.storage_accounts, &mut self.lines.accounts, account.name.clone(), account, line)
            .map_err(|first| conflict("resource", id.as_str(), first.as_ref()))
    }

    pub(super) fn gen1_account(&mut self, account: Gen1Account, line: u32) -> Result<(), Refused> {
        let (id, mut lines) = (account.id.clone(), HashMap::default());
        lines.extend(self.lines.resources.get(&id).map(|first| (account.name.clone(), *first)));
        let added = put(&mut self.facts.gen1_accounts, &mut lines, account.name.clone(), account, line);
        self.lines.resources.entry(id.clone()).or_insert(line);
        added.map_err(|first| conflict("resource", id.as_str(), first.as_ref()))
    }

    pub(super) fn container(&mut self, container: Container, line: u32) -> Result<(), Refused> {
        let (id, key) = (container.id.clone(), (container.account.clone(), container.name.clone()));
        put(&mut self.facts.containers, &mut self.lines.containers, key, container, line)
            .map_err(|first| conflict("resource", id.as_str(), first.as_ref()))
    }

    pub(super) fn assignment(&mut self, assignment: RoleAssignment, line: u32) -> Result<(), Refused> {
        let id = assignment.id.clone();
        let places = (&mut self.assignments, &mut self.lines.assignments);
        append(&mut self.facts.role_assignments, places, (id.clone(), assignment), line)
            .map_err(|first| conflict("role assignment", id.as_str(), first.as_ref()))
    }

    pub(super) fn deny(&mut self, deny: DenyAssignment, line: u32) -> Result<(), Refused> {
        let id = deny.id.clone();
        append(&mut self.facts.deny_assignments, (&mut self.denies, &mut self.lines.denies), (id.clone(), deny), line)
            .map_err(|first| conflict("deny assignment", id.as_str(), first.as_ref()))
    }

    pub(super) fn active(&mut self, instance: AssignmentScheduleInstance, line: u32) -> Result<(), Refused> {
        let id = instance.id.clone();
        append(&mut self.facts.assignment_instances, (&mut self.active, &mut self.lines.active), (id.clone(), instance), line)
            .map_err(|first| conflict("schedule instance", id.as_str(), first.as_ref()))
    }

    pub(super) fn eligible(&mut self, instance: EligibilityScheduleInstance, line: u32) -> Result<(), Refused> {
        let id = instance.id.clone();
        append(&mut self.facts.eligibility_instances, (&mut self.eligible, &mut self.lines.eligible), (id.clone(), instance), line)
            .map_err(|first| conflict("schedule instance", id.as_str(), first.as_ref()))
    }

    /// A built-in role has one GUID and an id per subscription; what it grants must agree.
    pub(super) fn role(&mut self, role: RoleDefinition, line: u32) -> Result<(), Refused> {
        let arm_id = role.arm_id.clone();
        let known = self.facts.role_definitions.get(&role.id);
        let role = RoleDefinition { arm_id: known.map_or(role.arm_id, |known| known.arm_id.clone()), ..role };
        put(&mut self.facts.role_definitions, &mut self.lines.roles, role.id.clone(), role, line)
            .map_err(|first| conflict("role definition", arm_id.as_str(), first.as_ref()))
    }

    pub(super) fn object(&mut self, object: DirectoryObject, line: u32) -> Result<(), Refused> {
        let id = object.id.clone();
        put(&mut self.facts.directory, &mut self.lines.objects, id.clone(), object, line)
            .map_err(|first| conflict("directory object", id.as_str(), first.as_ref()))
    }

    pub(super) fn path_access(&mut self, access: PathAccess, line: u32) -> Result<(), Refused> {
        let (key, id) = ((access.account.clone(), access.filesystem.clone()), access.id());
        let lines = self.lines.access.entry(key.clone()).or_default();
        put(self.facts.path_access.entry(key).or_default(), lines, access.path.clone(), access, line)
            .map_err(|first| conflict("path_access record of", &id, first.as_ref()))
    }

    pub(super) fn path(&mut self, path: PathRecord, line: u32) -> Result<(), Refused> {
        let (key, id) = ((path.account.clone(), path.container.clone()), path.id());
        let lines = self.lines.paths.entry(key.clone()).or_default();
        put(self.facts.paths.entry(key).or_default(), lines, path.path.clone(), path, line)
            .map_err(|first| conflict("path record of", &id, first.as_ref()))
    }

    /// Whether a record without id is new.
    pub(super) fn is_new(&mut self, record: &impl std::fmt::Debug) -> bool {
        self.seen.insert(format!("{record:?}"))
    }

    /// The refusal for records kept by another key.
    pub(super) fn refuse(what: &str, id: &str, first: Option<u32>) -> Refused {
        conflict(what, id, first.as_ref())
    }
}

/// Ids that many records share, each kept once.
#[derive(Default)]
pub(super) struct Ids {
    scopes: HashMap<Box<str>, Scope>,
    objects: HashMap<Box<str>, ObjectId>,
    roles: HashMap<Box<str>, RoleId>,
}

fn interned<T: Clone>(map: &mut HashMap<Box<str>, T>, text: &str, make: impl FnOnce(&str) -> T) -> T {
    if let Some(known) = map.get(text) {
        return known.clone();
    }
    let new = make(text);
    map.insert(text.into(), new.clone());
    new
}

impl Intern for Ids {
    fn scope(&mut self, text: &str) -> Scope {
        interned(&mut self.scopes, text, Scope::new)
    }
    fn object(&mut self, text: &str) -> ObjectId {
        interned(&mut self.objects, text, ObjectId::new)
    }
    fn role(&mut self, definition: &str) -> RoleId {
        interned(&mut self.roles, definition, |id| RoleId::new(id.trim_end_matches('/').rsplit('/').next().unwrap_or_default()))
    }
}
