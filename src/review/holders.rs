//! Who may do an action somewhere: the principals of role assignments, groups as groups.

use crate::eval::{Context, Evidence, EvidenceKind, Judgement, Proof, Verdict, rbac, who_is};
use crate::model::{Action, Identities, Missing, ObjectId, Plane, PrincipalKind, Scope, What};
use std::collections::BTreeSet;

/// Most principals that a sentence names.
const NAMED: usize = 5;

/// Who may do an action at a scope.
#[derive(Clone, Debug, Default)]
pub(super) struct Holders {
    /// Those who may, by object id, each with the role assignments that say so.
    pub(super) certain: Vec<(ObjectId, Vec<Evidence>)>,
    /// Those who may, for all that is known.
    pub(super) possible: Vec<ObjectId>,
    /// What is missing to know of others or of the possible ones.
    pub(super) missing: BTreeSet<Missing>,
}

/// Asks every principal that a role assignment at or above `scope` names. Who holds the action through a group shows as that
/// group, for whoever joins it holds it too.
pub(super) fn holders(cx: &Context<'_>, action: &Action, plane: Plane, scope: &Scope) -> Holders {
    let snapshot = cx.snapshot;
    let mut found = Holders::default();
    let lookup = snapshot.assignments_lookup(What::RoleAssignments, scope, None);
    if !lookup.is_complete() {
        found.missing.insert(Missing::new(What::RoleAssignments, scope.as_str(), &lookup));
    }
    for id in candidates(cx, scope) {
        // By its own assignments first: what comes through a group is asked of the group.
        let alone = Identities { principal: id.clone(), groups: BTreeSet::new(), missing: None };
        let own = rbac::one_action::<Verdict>(cx, &alone, action, plane, scope);
        if own.granted == Verdict::Denied {
            continue;
        }
        // A deny assignment may reach it through a group.
        let who = snapshot.identities(&id);
        let proof = rbac::one_action::<Proof>(cx, &who, action, plane, scope).together(|| format!("{id} holds `{action}`"));
        let grants: Vec<Evidence> = proof
            .leaves()
            .into_iter()
            .filter(|(_, verdict, leaf)| *verdict != Verdict::Denied && leaf.evidence.kind == EvidenceKind::RoleAssignment)
            .map(|(claim, _, leaf)| Evidence { says: claim.to_owned(), ..leaf.evidence.clone() })
            .collect();
        match proof.verdict() {
            Verdict::Allowed => found.certain.push((id, grants)),
            Verdict::Undetermined if !grants.is_empty() => {
                found.missing.extend(proof.missing());
                found.possible.push(id);
            }
            Verdict::Undetermined | Verdict::Denied => {}
        }
    }
    found
}

/// Principals of role assignments that reach the scope, or may.
fn candidates(cx: &Context<'_>, scope: &Scope) -> BTreeSet<ObjectId> {
    let snapshot = cx.snapshot;
    let (keys, chain_missing) = snapshot.scopes_above(scope);
    let reaching = keys.iter().filter_map(|key| snapshot.at_scope(key)).flat_map(|at| at.grants().iter());
    let perhaps = snapshot.management_group_grants().iter().filter(|_| chain_missing.is_some());
    reaching.chain(perhaps).filter_map(|grant| snapshot.role_assignment(*grant)).map(|assignment| assignment.principal.clone()).collect()
}

/// A principal in a sentence: its kind, where that is a group, and its name.
pub(super) fn named(cx: &Context<'_>, id: &ObjectId) -> String {
    let name = who_is(cx, &Identities { principal: id.clone(), groups: BTreeSet::new(), missing: None });
    match cx.snapshot.facts().directory.get(id).and_then(|object| object.kind) {
        Some(PrincipalKind::Group) => format!("group {name}"),
        Some(PrincipalKind::User | PrincipalKind::ServicePrincipal | PrincipalKind::ManagedIdentity | PrincipalKind::Application)
        | None => name,
    }
}

/// The first few by name, and how many more there are.
pub(super) fn listed<'i>(cx: &Context<'_>, ids: impl Iterator<Item = &'i ObjectId>) -> String {
    let names: Vec<String> = ids.map(|id| named(cx, id)).collect();
    let more = names.len().saturating_sub(NAMED);
    let first = names.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    if more == 0 { first } else { format!("{first} and {more} more") }
}

impl Holders {
    /// Who can `do_what`, as the end of a sentence.
    pub(super) fn says(&self, cx: &Context<'_>, do_what: &str) -> String {
        let certain = match self.certain.len() {
            0 if self.possible.is_empty() && self.missing.is_empty() => format!("nobody is known to be able to {do_what}"),
            0 => format!("who can {do_what} is not known for certain"),
            count => format!("{} can {do_what}: {}", principals(count), listed(cx, self.certain.iter().map(|(id, _)| id))),
        };
        match self.possible.len() {
            0 => certain,
            _ => format!("{certain}; perhaps also {}", listed(cx, self.possible.iter())),
        }
    }

    /// The role assignments that say so.
    pub(super) fn evidence(&self) -> impl Iterator<Item = Evidence> + '_ {
        self.certain.iter().flat_map(|(_, grants)| grants.iter().cloned())
    }
}

fn principals(count: usize) -> String {
    if count == 1 { "one principal".to_owned() } else { format!("{count} principals") }
}
