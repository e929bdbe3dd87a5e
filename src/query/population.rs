//! Everybody a record names.

use super::classes::HashMap;
use super::{Partition, Relevant};
use crate::eval::system_identity_name;
use crate::model::{Identities, Identity, ObjectId, PrincipalHint, PrincipalKind, RolePlayed, SecurityPrincipal, Snapshot, What};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Groups beyond which a token carries no group claims: membership then decides nothing by itself.
const GROUPS_IN_A_TOKEN: usize = 200;

/// What stands for everybody in deny assignments, and for nobody as the owning group of a Gen1 root.
const NIL: &str = "00000000-0000-0000-0000-000000000000";

/// An id that no principal has: what holds of it holds of everybody whom no record names.
const SOMEBODY_ELSE: &str = "somebody-else";

/// A principal with everything records may know it by.
#[derive(Clone, Debug)]
pub struct Member {
    /// Itself and its groups.
    pub who: Identities,
    /// For people.
    pub principal: SecurityPrincipal,
}

/// Every principal that a record names, ordered by id, with the inverse of their memberships.
#[derive(Debug)]
pub struct Population {
    members: Vec<Member>,
    /// Members told apart by what matters at every resource.
    whole: Partition,
    /// By id: the members that are it (`true`) or are in it.
    holders: HashMap<ObjectId, Vec<(u32, bool)>>,
}

impl Population {
    /// Everybody the snapshot names: in assignments, denies, PIM instances, ACLs, the directory, memberships, identities of
    /// resources, coverage and gaps.
    pub fn of(snapshot: &Snapshot) -> Self {
        Population::with(snapshot, candidates(snapshot))
    }

    /// These principals, as the snapshot knows them.
    pub fn with(snapshot: &Snapshot, ids: BTreeSet<ObjectId>) -> Self {
        let names = Names::of(snapshot);
        let members: Vec<Member> =
            ids.into_iter().map(|id| Member { principal: names.principal(snapshot, &id), who: snapshot.identities(&id) }).collect();
        let mut holders: HashMap<ObjectId, Vec<(u32, bool)>> = HashMap::default();
        for (at, member) in (0_u32..).zip(&members) {
            holders.entry(member.who.principal.clone()).or_default().push((at, true));
            for group in member.who.groups.iter().filter(|group| **group != member.who.principal) {
                holders.entry(group.clone()).or_default().push((at, false));
            }
        }
        let whole = whole(snapshot, &members);
        Population { members, whole, holders }
    }

    /// Its principals, ordered by id.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// The members that are `id` (`true`) or are in it, in order.
    pub fn holders(&self, id: &ObjectId) -> &[(u32, bool)] {
        self.holders.get(id).map_or(&[], Vec::as_slice)
    }

    /// Members told apart by what matters at one resource.
    pub fn classes(&self, relevant: &Relevant<'_>) -> Partition {
        if relevant.each_alone {
            return Partition::singletons(self);
        }
        let mut partition = self.whole.clone();
        for id in &relevant.ids {
            partition.split(self.holders(id));
        }
        partition
    }

    /// Somebody whom no record names and who is in no group: what holds of it holds of everybody else.
    pub fn somebody_else() -> Identities {
        Identities { principal: ObjectId::new(SOMEBODY_ELSE), groups: BTreeSet::new(), missing: None }
    }
}

fn whole(snapshot: &Snapshot, members: &[Member]) -> Partition {
    let directory = &snapshot.facts().directory;
    Partition::by(members.iter().map(|member| {
        let is_group = directory.get(&member.who.principal).and_then(|object| object.kind) == Some(PrincipalKind::Group);
        (member.who.missing.is_some(), is_group, member.who.groups.len() > GROUPS_IN_A_TOKEN)
    }))
}

/// Everybody the snapshot names.
fn candidates(snapshot: &Snapshot) -> BTreeSet<ObjectId> {
    let facts = snapshot.facts();
    let mut found: BTreeSet<ObjectId> = BTreeSet::new();
    found.extend(snapshot.assigned_principals().map(|(id, _)| id.clone()));
    found.extend(facts.assignment_instances.iter().map(|one| one.principal.clone()));
    found.extend(facts.eligibility_instances.iter().map(|one| one.principal.clone()));
    let denied = facts.deny_assignments.iter().flat_map(|deny| deny.principals.iter().chain(&deny.exclude_principals));
    found.extend(denied.filter(|one| !one.everyone).map(|one| one.id.clone()));
    // A registration signs in as its service principal, never as itself.
    let acting = facts.directory.values().filter(|object| object.kind != Some(PrincipalKind::Application));
    found.extend(acting.map(|object| object.id.clone()));
    for (member, groups) in &facts.memberships {
        found.insert(member.clone());
        found.extend(groups.iter().cloned());
    }
    found.extend(facts.header.signed_in.as_ref().map(|one| one.object_id.clone()));
    found.extend(identities_of_resources(snapshot).into_keys());
    let bound = facts.coverage.iter().filter_map(|record| record.principal.as_ref());
    found.extend(bound.chain(facts.gaps.iter().filter_map(|record| record.principal.as_ref())).cloned());
    let asked = facts.coverage.iter().filter(|record| record.what == What::Memberships).map(|record| &record.scope);
    let failed = facts.gaps.iter().filter(|record| record.what == What::Memberships).map(|record| &record.scope);
    found.extend(asked.chain(failed).map(|id| ObjectId::new(id)));
    found.extend(in_acls(snapshot));
    found.retain(|id| id.key() != NIL && !id.key().is_empty() && !id.key().starts_with('$'));
    found
}

/// Ids that ACLs name, as owners or in entries. Most paths share their ACL with others.
fn in_acls(snapshot: &Snapshot) -> BTreeSet<ObjectId> {
    let mut texts: HashSet<&str> = HashSet::new();
    for record in snapshot.facts().path_access.values().flat_map(BTreeMap::values) {
        texts.extend([record.owner.as_str(), record.group.as_str()]);
        texts.extend(named_in_acl(&record.acl));
    }
    texts.into_iter().map(ObjectId::new).collect()
}

/// The ids of an ACL's entries. Of a text that is no ACL, whatever stands where ids stand.
pub(super) fn named_in_acl(acl: &str) -> impl Iterator<Item = &str> {
    acl.split(',').filter_map(|entry| entry.rsplit(':').nth(1)).map(str::trim).filter(|id| !id.is_empty())
}

/// Identities of computes, workspaces and of their own, with a name for people.
fn identities_of_resources(snapshot: &Snapshot) -> BTreeMap<ObjectId, String> {
    let facts = snapshot.facts();
    let mut found = BTreeMap::new();
    let mut add = |identity: &Identity, name: String| {
        for user in &identity.user_assigned {
            found.extend(user.principal_id.clone().map(|id| (id, user.id.name().to_owned())));
        }
        found.extend(identity.principal_id.clone().map(|id| (id, name)));
    };
    for workspace in facts.workspaces.values() {
        add(&workspace.identity, workspace.id.name().to_owned());
    }
    for compute in facts.computes.values() {
        add(&compute.identity, system_identity_name(&compute.id));
    }
    for identity in facts.managed_identities.values() {
        found.extend(identity.principal_id.clone().map(|id| (id, identity.id.name().to_owned())));
    }
    found
}

/// Names and kinds besides those of the directory.
struct Names {
    identities: BTreeMap<ObjectId, String>,
    hints: BTreeMap<ObjectId, PrincipalKind>,
    groups: BTreeSet<ObjectId>,
}

impl Names {
    fn of(snapshot: &Snapshot) -> Self {
        let facts = snapshot.facts();
        let kind = |hint| match hint {
            PrincipalHint::User => Some(PrincipalKind::User),
            PrincipalHint::Group => Some(PrincipalKind::Group),
            PrincipalHint::ServicePrincipal => Some(PrincipalKind::ServicePrincipal),
            PrincipalHint::Unknown => None,
        };
        let hinted = snapshot.assigned_principals().filter_map(|(id, one)| Some((id.clone(), kind(one.principal_hint)?)));
        Names {
            identities: identities_of_resources(snapshot),
            hints: hinted.collect(),
            groups: facts.memberships.values().flatten().cloned().collect(),
        }
    }

    fn principal(&self, snapshot: &Snapshot, id: &ObjectId) -> SecurityPrincipal {
        let facts = snapshot.facts();
        let object = facts.directory.get(id);
        let signed_in = facts.header.signed_in.as_ref().filter(|one| one.object_id == *id).and_then(|one| one.name.as_deref());
        let named = object.and_then(|object| object.name()).or(signed_in);
        let name = named.or_else(|| self.identities.get(id).map(String::as_str));
        let in_groups = self.groups.contains(id).then_some(PrincipalKind::Group);
        let managed = self.identities.contains_key(id).then_some(PrincipalKind::ManagedIdentity);
        let kind = object.and_then(|object| object.kind).or(managed).or(in_groups).or_else(|| self.hints.get(id).copied());
        SecurityPrincipal { object_id: Some(id.clone()), name: name.map(str::to_owned), kind, role: RolePlayed::JobIdentity }
    }
}
