//! The index of role assignments: numbers in place of ids, so that a question hashes each id once and compares numbers from
//! then on.

use super::super::*;
use super::Snapshot;
use super::index::{HashMap, place};
use std::hash::Hash;

/// Number of a principal that a role assignment names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PrincipalNumber(u32);

/// Number of a role that a role assignment names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RoleNumber(u32);

/// Number of a scope that a role or deny assignment stands at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ScopeNumber(u32);

/// A role assignment by numbers; [`Snapshot::role_assignment`] gives the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    /// Assignee.
    pub principal: PrincipalNumber,
    /// Role.
    pub role: RoleNumber,
    /// Where.
    pub scope: ScopeNumber,
    at: u32,
}

/// What stands at exactly one scope.
#[derive(Clone, Debug)]
pub struct AtScope {
    number: ScopeNumber,
    scope: Scope,
    grants: Vec<Grant>,
    denies: Vec<u32>,
}

impl AtScope {
    /// The scope's number.
    pub fn number(&self) -> ScopeNumber {
        self.number
    }
    /// Every role assignment, by principal.
    pub fn grants(&self) -> &[Grant] {
        &self.grants
    }
    /// The role assignments of one principal.
    pub fn grants_of(&self, principal: PrincipalNumber) -> &[Grant] {
        let start = self.grants.partition_point(|grant| grant.principal < principal);
        let rest = self.grants.get(start..).unwrap_or_default();
        let length = rest.iter().take_while(|grant| grant.principal == principal).count();
        rest.get(..length).unwrap_or_default()
    }
}

/// A number for each id, in the order they are met.
#[derive(Clone, Debug)]
struct Numbers<T>(HashMap<T, u32>);

impl<T> Default for Numbers<T> {
    fn default() -> Self {
        Numbers(HashMap::default())
    }
}

impl<T: Hash + Eq + Clone> Numbers<T> {
    fn of(&mut self, id: &T) -> u32 {
        if let Some(known) = self.0.get(id) {
            return *known;
        }
        let next = place(self.0.len());
        self.0.insert(id.clone(), next);
        next
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Grants {
    principals: Numbers<ObjectId>,
    roles: Numbers<RoleId>,
    scopes: Numbers<Scope>,
    /// By scope number.
    at: Vec<AtScope>,
    /// By principal number; each ordered by scope.
    of: Vec<Vec<Grant>>,
    /// By principal number: whether the directory holds it, and as a group.
    is_group: Vec<Option<bool>>,
    at_management_groups: Vec<Grant>,
    /// Bit n: some scope has n segments, 63 standing for more, too. Most scopes above a resource are of no length that occurs.
    lengths: u64,
}

/// The bit of a scope's number of segments.
fn length_bit(key: &str) -> u64 {
    1 << key.bytes().filter(|byte| *byte == b'/').count().min(63)
}

impl Grants {
    pub(super) fn new(facts: &Facts) -> Self {
        let mut index = Grants::default();
        for (at, assignment) in facts.role_assignments.iter().enumerate() {
            let scope = index.scope(&assignment.scope);
            let principal = PrincipalNumber(index.principals.of(&assignment.principal));
            let role = RoleNumber(index.roles.of(&assignment.role));
            let grant = Grant { principal, role, scope, at: place(at) };
            if let Some(at_scope) = index.at.get_mut(scope.0 as usize) {
                at_scope.grants.push(grant);
            }
            if assignment.scope.is_management_group() {
                index.at_management_groups.push(grant);
            }
        }
        for (at, deny) in facts.deny_assignments.iter().enumerate() {
            let scope = index.scope(&deny.scope);
            if let Some(at_scope) = index.at.get_mut(scope.0 as usize) {
                at_scope.denies.push(place(at));
            }
        }
        index.order(facts);
        index.is_group = vec![None; index.of.len()];
        for (id, number) in &index.principals.0 {
            if let (Some(object), Some(slot)) = (facts.directory.get(id), index.is_group.get_mut(*number as usize)) {
                *slot = Some(object.kind == Some(PrincipalKind::Group));
            }
        }
        index
    }

    fn scope(&mut self, scope: &Scope) -> ScopeNumber {
        let number = ScopeNumber(self.scopes.of(scope));
        if number.0 as usize == self.at.len() {
            self.lengths |= length_bit(scope.key());
            self.at.push(AtScope { number, scope: scope.clone(), grants: Vec::new(), denies: Vec::new() });
        }
        number
    }

    /// Orders the lists, and makes those by principal: going through the scopes in their order leaves each of them ordered.
    fn order(&mut self, facts: &Facts) {
        let id = |grant: &Grant| facts.role_assignments.get(grant.at as usize).map(|assignment| &assignment.id);
        let mut order: Vec<usize> = (0..self.at.len()).collect();
        order.sort_unstable_by_key(|number| self.at.get(*number).map(|at| &at.scope));
        self.of.resize_with(self.principals.0.len(), Vec::new);
        for number in order {
            let Some(at) = self.at.get_mut(number) else { continue };
            at.grants.sort_by(|one, other| one.principal.cmp(&other.principal).then_with(|| id(one).cmp(&id(other))));
            for grant in &at.grants {
                if let Some(of) = self.of.get_mut(grant.principal.0 as usize) {
                    of.push(*grant);
                }
            }
        }
    }
}

/// Role assignments by number.
impl Snapshot {
    fn grants(&self) -> &Grants {
        &self.index.grants
    }

    /// What stands at the scope with this lower-case key; `None`: no role or deny assignment.
    pub fn at_scope(&self, key: &str) -> Option<&AtScope> {
        if self.grants().lengths & length_bit(key) == 0 {
            return None;
        }
        let number = self.grants().scopes.0.get(key)?;
        self.grants().at.get(*number as usize)
    }

    /// The number of a principal; `None`: no role assignment names it.
    pub fn principal_number(&self, id: &ObjectId) -> Option<PrincipalNumber> {
        self.grants().principals.0.get(id).copied().map(PrincipalNumber)
    }

    /// Every principal that a role assignment names, each once, in no order, with one of its assignments.
    pub fn assigned_principals(&self) -> impl Iterator<Item = (&ObjectId, &RoleAssignment)> {
        let one = |number: u32| self.grants_of(PrincipalNumber(number)).first().and_then(|grant| self.role_assignment(*grant));
        self.grants().principals.0.iter().filter_map(move |(id, number)| Some((id, one(*number)?)))
    }

    /// The number of a role; `None`: no role assignment names it.
    pub fn role_number(&self, id: &RoleId) -> Option<RoleNumber> {
        self.grants().roles.0.get(id).copied().map(RoleNumber)
    }

    /// Whether the directory holds the principal as a group; `None`: it does not hold it.
    pub fn is_group(&self, principal: PrincipalNumber) -> Option<bool> {
        self.grants().is_group.get(principal.0 as usize).copied().flatten()
    }

    /// The record of a role assignment; there is always one for a grant of this snapshot.
    pub fn role_assignment(&self, grant: Grant) -> Option<&RoleAssignment> {
        self.facts.role_assignments.get(grant.at as usize)
    }

    /// Every role assignment of a principal, ordered by scope.
    pub fn grants_of(&self, principal: PrincipalNumber) -> &[Grant] {
        self.grants().of.get(principal.0 as usize).map_or(&[], Vec::as_slice)
    }

    /// Those of [`Self::grants_of`] at scopes before `scope` in the order of their keys, last first, and those from it on:
    /// the nearer to the start of either, the more of its path a scope shares with `scope`.
    pub fn grants_around(&self, principal: PrincipalNumber, scope: &Scope) -> (impl Iterator<Item = Grant>, impl Iterator<Item = Grant>) {
        let all = self.grants_of(principal);
        let before = |grant: &Grant| self.grants().at.get(grant.scope.0 as usize).is_some_and(|at| at.scope < *scope);
        let (below, above) = all.split_at(all.partition_point(before));
        (below.iter().rev().copied(), above.iter().copied())
    }

    /// Every role assignment at a management group.
    pub fn management_group_grants(&self) -> &[Grant] {
        &self.grants().at_management_groups
    }

    /// The deny assignments at a scope, in file order.
    pub fn denies<'a>(&'a self, at: &'a AtScope) -> impl Iterator<Item = &'a DenyAssignment> {
        super::index::pick(&self.facts.deny_assignments, &at.denies)
    }
}
