//! Which of the changed records an answer rests on.

use super::ChangedRecord;
use crate::eval::{EvidenceKind, Judgement, Proof, Verdict};
use crate::model::{Facts, ObjectId, RoleAssignment, Scope};
use std::collections::{BTreeMap, BTreeSet};

/// What the proofs of an answer, before and after, rest on.
#[derive(Debug, Default)]
pub(super) struct Cites {
    /// Ids of records, lower case.
    ids: BTreeSet<String>,
    /// Roles of the assignments among them.
    roles: BTreeSet<String>,
    /// Kinds of look-up, each with the scopes it is about, that are complete, failed or missing.
    look_ups: BTreeMap<String, BTreeSet<String>>,
    /// Whom they are about.
    principals: BTreeSet<ObjectId>,
    /// Claims of leaves that both answers hold, with the same verdict: no difference comes of them.
    shared: BTreeSet<(String, Verdict)>,
    /// Something among them is held by a group, or may be.
    by_group: bool,
    /// Something among them stands at a management group.
    by_management_group: bool,
}

/// The assignments of both states by id, lower case.
pub(super) struct Assignments<'f>(BTreeMap<String, Vec<&'f RoleAssignment>>);

impl<'f> Assignments<'f> {
    pub(super) fn of(before: &'f Facts, after: &'f Facts) -> Self {
        let mut found: BTreeMap<String, Vec<&RoleAssignment>> = BTreeMap::new();
        for one in before.role_assignments.iter().chain(&after.role_assignments) {
            found.entry(one.id.key().to_owned()).or_default().push(one);
        }
        Assignments(found)
    }
}

/// Whether an assignment may matter to whoever is asked about, where it is asked.
pub(super) type Counts<'c> = &'c dyn Fn(&RoleAssignment) -> bool;

impl Cites {
    /// For answers that rest on these proofs, before and after.
    pub(super) fn between(before: &[&Proof], after: &[&Proof]) -> Self {
        let claims = |proofs: &[&Proof]| -> BTreeSet<(String, Verdict)> {
            let leaves = proofs.iter().flat_map(|proof| proof.leaves());
            leaves.map(|(claim, verdict, _)| (claim.to_owned(), verdict)).collect()
        };
        let (before, after) = (claims(before), claims(after));
        Cites { shared: before.intersection(&after).cloned().collect(), ..Cites::default() }
    }

    /// Adds what a proof about `who` rests on. `counts` says which assignments may matter where a proof is denied: it also names
    /// what only came near.
    pub(super) fn add(&mut self, proof: &Proof, who: Option<&ObjectId>, counts: Counts<'_>, all: &Assignments<'_>) {
        self.principals.extend(who.cloned());
        let mut open = vec![proof];
        while let Some(node) = open.pop() {
            let children = node.children();
            open.extend(children.iter().filter(|child| match node.verdict() {
                Verdict::Allowed | Verdict::Undetermined => child.verdict() == node.verdict() || child.verdict() == Verdict::Allowed,
                Verdict::Denied => child.verdict() == Verdict::Denied,
            }));
            if children.is_empty() {
                self.leaf(node, counts, all);
            }
        }
    }

    fn leaf(&mut self, leaf: &Proof, counts: Counts<'_>, all: &Assignments<'_>) {
        for (claim, verdict, leaf) in leaf.leaves() {
            if self.shared.contains(&(claim.to_owned(), verdict)) {
                continue;
            }
            if let Some(missing) = &leaf.missing {
                self.look_ups.entry(missing.what.to_string()).or_default().insert(missing.scope.to_lowercase());
            }
            let (kind, id) = (leaf.evidence.kind, leaf.evidence.id.to_lowercase());
            match kind {
                EvidenceKind::RoleAssignment => {
                    let cited = all.0.get(&id).map(Vec::as_slice).unwrap_or_default();
                    if verdict == Verdict::Denied && !cited.iter().any(|one| counts(one)) {
                        continue;
                    }
                    self.roles.extend(cited.iter().map(|one| one.role.key().to_owned()));
                    self.by_group |= cited.iter().any(|one| !self.principals.contains(&one.principal));
                    self.by_management_group |= cited.iter().any(|one| one.scope.is_management_group());
                }
                EvidenceKind::PathAccess | EvidenceKind::DenyAssignment => {
                    self.by_group = true;
                    self.by_management_group |= id.starts_with("/providers/microsoft.management/");
                }
                EvidenceKind::Coverage | EvidenceKind::Gap | EvidenceKind::NotCollected => {
                    let (what, scope) = id.split_once(':').unwrap_or((&id, ""));
                    self.look_ups.entry(what.to_owned()).or_default().insert(scope.to_owned());
                }
                EvidenceKind::Resource
                | EvidenceKind::RoleDefinition
                | EvidenceKind::ScheduleInstance
                | EvidenceKind::EligibilityInstance
                | EvidenceKind::DirectoryObject
                | EvidenceKind::Membership
                | EvidenceKind::Subscription
                | EvidenceKind::Path
                | EvidenceKind::StoredCredential
                | EvidenceKind::Probe
                | EvidenceKind::Rule
                | EvidenceKind::Question
                | EvidenceKind::Snapshot => {}
            }
            self.ids.insert(id);
        }
    }

    /// Adds a record that the answer rests on whatever its proof says.
    pub(super) fn record(&mut self, id: &str) {
        self.ids.insert(id.to_lowercase());
    }

    /// The changed records that the answer rests on.
    pub(super) fn among(&self, changed: &[ChangedRecord], before: &Facts, after: &Facts) -> Vec<ChangedRecord> {
        changed.iter().filter(|record| self.covers(record, before, after)).cloned().collect()
    }

    fn covers(&self, record: &ChangedRecord, before: &Facts, after: &Facts) -> bool {
        let id = record.id.to_lowercase();
        if self.ids.contains(&id) {
            return true;
        }
        match record.kind {
            EvidenceKind::RoleDefinition => {
                id.rsplit('/').next().is_some_and(|guid| self.roles.contains(guid)) || self.misses("role_definitions")
            }
            EvidenceKind::ScheduleInstance => self.bounds_a_cited_one(&id, before) || self.bounds_a_cited_one(&id, after),
            EvidenceKind::Membership => self.is_about(&record.id) && (self.by_group || self.misses("memberships")),
            EvidenceKind::DirectoryObject => self.is_about(&record.id) || self.asks("directory_object", &id),
            EvidenceKind::Subscription => self.by_management_group || self.asks("subscription", &id),
            EvidenceKind::Coverage | EvidenceKind::Gap => {
                let (what, scope) = id.split_once(':').unwrap_or((&id, ""));
                what == "everything" && !self.look_ups.is_empty() || self.asks(what, scope)
            }
            EvidenceKind::Resource => self.asks("resource", &id),
            EvidenceKind::StoredCredential => self.asks("stored_credential", &id),
            EvidenceKind::PathAccess => self.asks("path_access", &id),
            EvidenceKind::Path => self.asks("paths", &id),
            EvidenceKind::RoleAssignment
            | EvidenceKind::DenyAssignment
            | EvidenceKind::EligibilityInstance
            | EvidenceKind::Probe
            | EvidenceKind::NotCollected
            | EvidenceKind::Rule
            | EvidenceKind::Question
            | EvidenceKind::Snapshot => false,
        }
    }

    fn is_about(&self, id: &str) -> bool {
        self.principals.contains(&ObjectId::new(id))
    }

    fn bounds_a_cited_one(&self, id: &str, facts: &Facts) -> bool {
        let found = facts.assignment_instances.iter().filter(|instance| instance.id.key() == id);
        found.filter_map(|instance| instance.origin_role_assignment.as_ref()).any(|origin| self.ids.contains(origin.key()))
    }

    fn misses(&self, what: &str) -> bool {
        self.look_ups.contains_key(what)
    }

    /// Whether a look-up of this kind is asked for at `scope`, above it or below it.
    fn asks(&self, what: &str, scope: &str) -> bool {
        let Some(asked) = self.look_ups.get(what) else { return false };
        let (whole, above_all) = (Scope::new(scope), scope.is_empty() || scope.starts_with("/providers/microsoft.management/"));
        asked.iter().any(|one| {
            let asked = Scope::new(one);
            above_all || whole.contains(&asked) || asked.contains(&whole) || scope.ends_with(&format!("/{one}")) || one.is_empty()
        })
    }
}
