//! The records that differ between two states.

use super::fields::{self, Fields};
use crate::eval::EvidenceKind;
use crate::model::{CoverageRecord, Facts, GapRecord, Probe};
use crate::rules::RuleSet;
use std::collections::{BTreeMap, BTreeSet};

/// How a record differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// Only the later state has it.
    Added,
    /// Only the earlier state has it.
    Removed,
    /// Both have it, and it says something else.
    Changed,
}

impl Change {
    /// The word reports use.
    pub fn as_str(self) -> &'static str {
        match self {
            Change::Added => "added",
            Change::Removed => "removed",
            Change::Changed => "changed",
        }
    }
}

/// A record that differs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ChangedRecord {
    /// Kind of record.
    pub kind: EvidenceKind,
    /// Its id, as evidence cites it.
    pub id: String,
    /// How it differs.
    pub change: Change,
    /// What differs, or what it says.
    pub says: String,
}

/// Every record that differs, by kind and id. When, by whom and with what a state was collected is no difference.
pub(super) fn changed_records(before: &Facts, after: &Facts, rules: &RuleSet) -> Vec<ChangedRecord> {
    let mut differ = Differ { before, after, rules, found: BTreeSet::new() };
    differ.head();
    differ.access();
    differ.directory();
    differ.workspaces();
    differ.storage();
    differ.network();
    differ.look_ups();
    differ.found.into_iter().collect()
}

struct Differ<'f> {
    before: &'f Facts,
    after: &'f Facts,
    rules: &'f RuleSet,
    found: BTreeSet<ChangedRecord>,
}

impl Differ<'_> {
    fn add(&mut self, kind: EvidenceKind, id: String, change: Change, says: String) {
        self.found.insert(ChangedRecord { kind, id, change, says: crate::model::redacted(&says) });
    }

    /// Compares two maps of records.
    fn maps<K: Ord, V: PartialEq>(
        &mut self,
        kind: EvidenceKind,
        (before, after): (&BTreeMap<K, V>, &BTreeMap<K, V>),
        id: impl Fn(&V) -> String,
        fields: impl Fn(&V) -> Fields,
    ) {
        for (key, old) in before {
            match after.get(key) {
                None => self.add(kind, id(old), Change::Removed, fields::said(&fields(old))),
                Some(new) if new != old => self.add(kind, id(new), Change::Changed, fields::differing(&fields(old), &fields(new))),
                Some(_) => {}
            }
        }
        for new in after.iter().filter(|(key, _)| !before.contains_key(key)).map(|(_, new)| new) {
            self.add(kind, id(new), Change::Added, fields::said(&fields(new)));
        }
    }

    /// Compares two lists of records that bear an id.
    fn lists<T: PartialEq>(
        &mut self,
        kind: EvidenceKind,
        (before, after): (&[T], &[T]),
        id: impl Fn(&T) -> String,
        fields: impl Fn(&T) -> Fields,
    ) {
        let by_id =
            |all: &'_ [T]| -> BTreeMap<String, usize> { all.iter().enumerate().map(|(at, one)| (id(one).to_lowercase(), at)).collect() };
        let (old, new) = (by_id(before), by_id(after));
        for (key, at) in &old {
            let Some(was) = before.get(*at) else { continue };
            match new.get(key).and_then(|at| after.get(*at)) {
                None => self.add(kind, id(was), Change::Removed, fields::said(&fields(was))),
                Some(is) if is != was => self.add(kind, id(is), Change::Changed, fields::differing(&fields(was), &fields(is))),
                Some(_) => {}
            }
        }
        for is in new.iter().filter(|(key, _)| !old.contains_key(*key)).filter_map(|(_, at)| after.get(*at)) {
            self.add(kind, id(is), Change::Added, fields::said(&fields(is)));
        }
    }

    fn head(&mut self) {
        let (before, after) = (fields::header(&self.before.header), fields::header(&self.after.header));
        if before != after {
            self.add(EvidenceKind::Snapshot, "snapshot".to_owned(), Change::Changed, fields::differing(&before, &after));
        }
    }

    fn access(&mut self) {
        let (before, after) = (self.before, self.after);
        let names = fields::Names { before, after, rules: self.rules };
        let lists = (before.role_assignments.as_slice(), after.role_assignments.as_slice());
        self.lists(EvidenceKind::RoleAssignment, lists, |one| one.id.to_string(), |one| names.assignment(one));
        let lists = (before.deny_assignments.as_slice(), after.deny_assignments.as_slice());
        self.lists(EvidenceKind::DenyAssignment, lists, |one| one.id.to_string(), |one| names.deny(one));
        let lists = (before.assignment_instances.as_slice(), after.assignment_instances.as_slice());
        self.lists(EvidenceKind::ScheduleInstance, lists, |one| one.id.to_string(), |one| names.active(one));
        let lists = (before.eligibility_instances.as_slice(), after.eligibility_instances.as_slice());
        self.lists(EvidenceKind::EligibilityInstance, lists, |one| one.id.to_string(), |one| names.eligible(one));
        let maps = (&before.role_definitions, &after.role_definitions);
        self.maps(EvidenceKind::RoleDefinition, maps, |one| one.arm_id.to_string(), fields::role);
    }

    fn directory(&mut self) {
        let (before, after) = (self.before, self.after);
        let names = fields::Names { before, after, rules: self.rules };
        self.maps(EvidenceKind::DirectoryObject, (&before.directory, &after.directory), |one| one.id.to_string(), fields::object);
        self.maps(
            EvidenceKind::Subscription,
            (&before.subscriptions, &after.subscriptions),
            |one| one.id.to_string(),
            fields::subscription,
        );
        let members: BTreeSet<_> = before.memberships.keys().chain(after.memberships.keys()).collect();
        for member in members {
            let (was, is) = (before.memberships.get(member), after.memberships.get(member));
            if let Some((change, says)) = names.membership(was, is) {
                self.add(EvidenceKind::Membership, member.to_string(), change, format!("{}: {says}", names.of(member)));
            }
        }
    }

    fn workspaces(&mut self) {
        let (before, after, kind) = (self.before, self.after, EvidenceKind::Resource);
        self.maps(kind, (&before.workspaces, &after.workspaces), |one| one.id.to_string(), fields::workspace);
        self.maps(kind, (&before.computes, &after.computes), |one| one.id.to_string(), fields::compute);
        self.maps(kind, (&before.endpoints, &after.endpoints), |one| one.id.to_string(), fields::endpoint);
        self.maps(kind, (&before.deployments, &after.deployments), |one| one.id.to_string(), fields::deployment);
        self.maps(kind, (&before.datastores, &after.datastores), |one| one.id.to_string(), fields::datastore);
        self.maps(kind, (&before.data_assets, &after.data_assets), |one| one.id.to_string(), fields::asset);
        self.maps(kind, (&before.data_versions, &after.data_versions), |one| one.id.to_string(), fields::version);
        self.maps(kind, (&before.components, &after.components), |one| one.id.to_string(), |_| Fields::new());
        let maps = (&before.stored_credentials, &after.stored_credentials);
        self.maps(EvidenceKind::StoredCredential, maps, |one| one.datastore.to_string(), fields::stored);
    }

    fn storage(&mut self) {
        let (before, after, kind) = (self.before, self.after, EvidenceKind::Resource);
        self.maps(kind, (&before.storage_accounts, &after.storage_accounts), |one| one.id.to_string(), fields::account);
        self.maps(kind, (&before.gen1_accounts, &after.gen1_accounts), |one| one.id.to_string(), |_| Fields::new());
        self.maps(kind, (&before.containers, &after.containers), |one| one.id.to_string(), fields::container);
        let keys: BTreeSet<_> = before.path_access.keys().chain(after.path_access.keys()).collect();
        let none = BTreeMap::new();
        for key in keys {
            let maps = (before.path_access.get(key).unwrap_or(&none), after.path_access.get(key).unwrap_or(&none));
            self.maps(EvidenceKind::PathAccess, maps, |one| one.id(), fields::path_access);
        }
        let keys: BTreeSet<_> = before.paths.keys().chain(after.paths.keys()).collect();
        let none = BTreeMap::new();
        for key in keys {
            let maps = (before.paths.get(key).unwrap_or(&none), after.paths.get(key).unwrap_or(&none));
            self.maps(EvidenceKind::Path, maps, |one| one.id(), fields::path);
        }
    }

    fn network(&mut self) {
        let (before, after, kind) = (self.before, self.after, EvidenceKind::Resource);
        self.maps(kind, (&before.subnets, &after.subnets), |one| one.id.to_string(), |_| Fields::new());
        self.maps(kind, (&before.virtual_networks, &after.virtual_networks), |one| one.id.to_string(), |_| Fields::new());
        self.maps(kind, (&before.private_endpoints, &after.private_endpoints), |one| one.id.to_string(), fields::private_endpoint);
        self.maps(kind, (&before.managed_identities, &after.managed_identities), |one| one.id.to_string(), |_| Fields::new());
        for (from, to, change) in [(before, after, Change::Removed), (after, before, Change::Added)] {
            for id in from.other_resources.difference(&to.other_resources) {
                self.add(kind, id.to_string(), change, String::new());
            }
        }
        let probe = |one: &Probe| format!("{} {:?} {:?}", one.url, one.credential, one.from);
        self.lists(EvidenceKind::Probe, (&before.probes, &after.probes), probe, fields::probe);
    }

    /// What was looked up, and what failed.
    fn look_ups(&mut self) {
        let (before, after) = (self.before, self.after);
        let bound = |principal: &Option<crate::model::ObjectId>, below: bool| {
            let principal = principal.as_ref().map_or_else(String::new, |principal| format!("for principal {principal}"));
            if below { format!("{principal} with everything below").trim().to_owned() } else { principal }
        };
        let covered = |one: &CoverageRecord| (one.id(), bound(&one.principal, one.below));
        let failed = |one: &GapRecord| (one.id(), format!("{} {}", one.reason(), bound(&one.principal, one.below)).trim().to_owned());
        let coverage = |facts: &Facts| -> BTreeSet<(String, String)> { facts.coverage.iter().map(covered).collect() };
        let gaps = |facts: &Facts| -> BTreeSet<(String, String)> { facts.gaps.iter().map(failed).collect() };
        let both = [(EvidenceKind::Coverage, coverage(before), coverage(after)), (EvidenceKind::Gap, gaps(before), gaps(after))];
        for (kind, old, new) in both {
            for (change, from, to) in [(Change::Removed, &old, &new), (Change::Added, &new, &old)] {
                for (id, says) in from.difference(to) {
                    self.add(kind, id.clone(), change, says.clone());
                }
            }
        }
    }
}
