//! Everything that is known, indexed, with what is covered and what is missing. The one thing `eval` reads besides rules.

mod assignments;
mod directory;
mod facts;
mod grants;
mod index;
mod paths;
mod resources;

pub use facts::{ContainerKey, Facts};
pub use grants::{AtScope, Grant, PrincipalNumber, RoleNumber, ScopeNumber};
pub use resources::container_scope;

use super::*;
use index::Index;
use std::collections::BTreeSet;

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
    /// What is missing, where it is not known.
    pub fn missing(&self) -> Option<&Missing> {
        match self {
            Known::Known(_) => None,
            Known::Missing(missing) => Some(missing),
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

/// How look-ups are settled.
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

    /// The closed world of an `everything` record.
    fn closed_world(&self) -> Option<&CoverageRecord> {
        self.index.coverage_at(What::Everything, "").first().and_then(|at| self.facts.coverage.get(*at as usize))
    }

    /// A failed look-up of `everything`: nothing is complete then.
    fn nothing_known(&self) -> Option<&GapRecord> {
        self.first_gap(What::Everything, "")
    }

    fn first_gap(&self, what: What, key: &str) -> Option<&GapRecord> {
        self.index.gaps_at(what, key).first().and_then(|at| self.facts.gaps.get(*at as usize))
    }

    fn first_coverage(&self, what: What, key: &str) -> Option<&CoverageRecord> {
        self.index.coverage_at(what, key).first().and_then(|at| self.facts.coverage.get(*at as usize))
    }

    /// A look-up that is settled by records of one of `keys`, or by `everything` where `closed_world` says so. A gap
    /// outweighs any coverage.
    fn settled_by(&self, keys: &[(What, &str)], closed_world: bool) -> Lookup<'_> {
        if let Some(gap) = self.nothing_known().or_else(|| keys.iter().find_map(|(what, key)| self.first_gap(*what, key))) {
            return Lookup::Gap(gap);
        }
        let own = keys.iter().find_map(|(what, key)| self.first_coverage(*what, key));
        match own.or_else(|| self.closed_world().filter(|_| closed_world)) {
            Some(record) => Lookup::Complete(Some(record)),
            None => Lookup::NotCollected,
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

#[cfg(test)]
mod tests;
