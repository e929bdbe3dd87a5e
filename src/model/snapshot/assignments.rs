//! Role assignments, deny assignments, PIM instances, and the records that say whether their lists are complete.

use super::super::*;
use super::index::{ByScope, Records, below_key, pick};
use super::{Known, Snapshot};

/// Assignments.
impl Snapshot {
    /// Role assignments of exactly `principal` at exactly the scope with lower-case key `scope`, in file order.
    pub fn role_assignments_at<'a>(&'a self, scope: &str, principal: &ObjectId) -> impl Iterator<Item = &'a RoleAssignment> {
        pick(&self.facts.role_assignments, self.index.assignments_at_of(&self.facts, scope, principal))
    }

    /// All role assignments at exactly the scope with lower-case key `scope`, by principal.
    pub fn all_role_assignments_at<'a>(&'a self, scope: &str) -> impl Iterator<Item = &'a RoleAssignment> {
        pick(&self.facts.role_assignments, self.index.assignments_at(scope))
    }

    /// Every role assignment of exactly `principal`, at whatever scope.
    pub fn role_assignments_of<'a>(&'a self, principal: &ObjectId) -> impl Iterator<Item = &'a RoleAssignment> {
        pick(&self.facts.role_assignments, self.index.assignments_of(principal))
    }

    /// Every role assignment at a management group.
    pub fn management_group_assignments(&self) -> impl Iterator<Item = &RoleAssignment> {
        pick(&self.facts.role_assignments, self.index.management_group_assignments())
    }

    /// Deny assignments at exactly the scope with lower-case key `scope`.
    pub fn deny_assignments_at<'a>(&'a self, scope: &str) -> impl Iterator<Item = &'a DenyAssignment> {
        pick(&self.facts.deny_assignments, self.index.denies_at(scope))
    }

    /// PIM instances that bound the role assignment with this id.
    pub fn schedule_instances_of<'a>(&'a self, assignment: &Scope) -> impl Iterator<Item = &'a AssignmentScheduleInstance> {
        pick(&self.facts.assignment_instances, self.index.instances_of(assignment))
    }

    /// PIM eligible assignments of exactly `principal`.
    pub fn eligibilities_of<'a>(&'a self, principal: &ObjectId) -> impl Iterator<Item = &'a EligibilityScheduleInstance> {
        pick(&self.facts.eligibility_instances, self.index.eligibilities_of(principal))
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

    /// Whether all assignments of kind `what` (role, deny, schedule instances) that apply at `resource` are known; with
    /// `principal`, all that apply to it.
    ///
    /// A record at scope S covers what is at, above and below S, so it settles `resource` when the two lie on one line of
    /// inheritance. A gap on that line, or one that may lie on it, outweighs.
    pub fn assignments_lookup(&self, what: What, resource: &Scope, principal: Option<&ObjectId>) -> Lookup<'_> {
        if let Some(gap) = self.nothing_known() {
            return Lookup::Gap(gap);
        }
        let line = Line::new(self, resource);
        if let Some(gap) = self.index.gaps(what).and_then(|gaps| self.gap_on(&line, gaps, principal)) {
            return Lookup::Gap(gap);
        }
        let settles = |records: &Records| records.concerning(principal).find_map(|of| line.first_on(of));
        match self.index.coverage(what).and_then(settles).and_then(|at| self.facts.coverage.get(at as usize)) {
            Some(record) => Lookup::Complete(Some(record)),
            None => self.closed_world().map_or(Lookup::NotCollected, |all| Lookup::Complete(Some(all))),
        }
    }

    /// A question about nobody in particular concerns the gaps of everybody.
    fn gap_on(&self, line: &Line<'_>, gaps: &Records, principal: Option<&ObjectId>) -> Option<&GapRecord> {
        let first = |of: &ByScope| line.first_on(of).or_else(|| line.first_maybe_on(of));
        let at = match principal {
            Some(_) => gaps.concerning(principal).find_map(first),
            None => first(&gaps.every),
        };
        at.and_then(|at| self.facts.gaps.get(at as usize))
    }

    /// Whether definitions that are assignable at `scope` are all known. A list taken at a scope holds those assignable
    /// above it too.
    pub fn role_definitions_lookup(&self, scope: &Scope) -> Lookup<'_> {
        if let Some(gap) = self.nothing_known() {
            return Lookup::Gap(gap);
        }
        let (what, line) = (What::RoleDefinitions, Line::new(self, scope));
        let first = |of: &ByScope| line.first_on(of).or_else(|| line.first_maybe_on(of));
        if let Some(gap) = self.index.gaps(what).and_then(|gaps| first(&gaps.every)).and_then(|at| self.facts.gaps.get(at as usize)) {
            return Lookup::Gap(gap);
        }
        let at = self.index.coverage(what).and_then(|records| line.first_at_or_below(&records.every));
        match at.and_then(|at| self.facts.coverage.get(at as usize)).or_else(|| self.closed_world()) {
            Some(record) => Lookup::Complete(Some(record)),
            None => Lookup::NotCollected,
        }
    }
}

/// The line of inheritance through one scope: what its path names above it, its management groups, what lies below it.
struct Line<'a> {
    snapshot: &'a Snapshot,
    scope: &'a Scope,
    chain: Known<Vec<Scope>>,
}

const MANAGEMENT_GROUPS: &str = "/providers/microsoft.management/managementgroups";

impl<'a> Line<'a> {
    fn new(snapshot: &'a Snapshot, scope: &'a Scope) -> Self {
        Line { snapshot, scope, chain: snapshot.chain_of(scope) }
    }

    /// A record that certainly lies on this line, nearest above first.
    fn first_on(&self, records: &ByScope) -> Option<u32> {
        let at_or_above = self.scope.ancestor_keys().find_map(|key| first(records, key));
        let groups = || self.chain.value().into_iter().flatten().find_map(|group| first(records, group.key()));
        at_or_above.or_else(groups).or_else(|| self.first_at_or_below(records))
    }

    /// A record at this scope or below it.
    fn first_at_or_below(&self, records: &ByScope) -> Option<u32> {
        let by_path = || below_key(records, self.scope.key()).find_map(|places| places.first().copied());
        first(records, self.scope.key()).or_else(by_path).or_else(|| self.first_in_group(records))
    }

    /// Below a management group by the chains of subscriptions, which no path shows. Questions about a management group
    /// are rare, so the records are gone through.
    fn first_in_group(&self, records: &ByScope) -> Option<u32> {
        if !self.scope.is_management_group() {
            return None;
        }
        let inside = |key: &str| self.snapshot.chain_of(&Scope::new(key)).value().is_some_and(|chain| chain.contains(self.scope));
        records.iter().filter(|(key, _)| inside(key)).find_map(|(_, places)| places.first().copied())
    }

    /// A record that lies on this line for all that is known: at a management group, where the chain is not known; and of
    /// a management group, whatever may be in it or above it.
    fn first_maybe_on(&self, records: &ByScope) -> Option<u32> {
        let any_group = || below_key(records, MANAGEMENT_GROUPS).find_map(|places| places.first().copied());
        if self.scope.is_management_group() {
            let maybe_inside = |key: &str| self.snapshot.chain_of(&Scope::new(key)).value().is_none();
            let in_it = || records.iter().filter(|(key, _)| maybe_inside(key)).find_map(|(_, places)| places.first().copied());
            return any_group().or_else(in_it);
        }
        match self.chain {
            Known::Known(_) => None,
            Known::Missing(_) => any_group(),
        }
    }
}

fn first(records: &ByScope, key: &str) -> Option<u32> {
    records.get(key).and_then(|places| places.first().copied())
}
