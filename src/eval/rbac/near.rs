//! Near misses: what almost granted the action, and the first reason it did not.

use super::ask::{Ask, may_be_group};
use super::grant::hints_at_group;
use super::matching::{Covers, RoleView, Roles};
use super::window::{Standing, standing};
use super::{MOST_LISTED, text};
use crate::eval::{Context, Evidence, EvidenceKind, Judgement, Leaf, Window};
use crate::model::{Action, ObjectId, Plane, PrincipalKind, RoleAssignment};

/// Most assignments of others that a proof lists.
const MOST_OF_OTHERS: usize = 6;

/// Why it failed, likeliest cause of trouble first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    OutOfTime,
    Excluded,
    Eligible,
    ApplicationId,
    Elsewhere,
    KeysOnly,
    NoMember,
    Lacks,
    Others,
}

/// A candidate that failed.
#[derive(Clone, Debug)]
pub(super) struct Miss {
    rank: Rank,
    /// Within the rank: nearer first.
    distance: usize,
    id: String,
    leaf: Box<Leaf>,
}

impl Miss {
    fn new(rank: Rank, distance: usize, leaf: Leaf) -> Self {
        Miss { rank, distance, id: leaf.evidence.id.clone(), leaf: Box::new(leaf) }
    }
}

/// The misses as denied leaves, likeliest first; beyond a cap only their number.
pub(super) fn listed<J: Judgement>(mut misses: Vec<Miss>) -> Vec<J> {
    misses.sort_by(|one, other| (one.rank, one.distance, &one.id).cmp(&(other.rank, other.distance, &other.id)));
    let rest = misses.split_off(misses.len().min(MOST_LISTED));
    let mut leaves: Vec<J> = misses.into_iter().map(|miss| J::denied(|| *miss.leaf)).collect();
    if let Some(first) = rest.first() {
        leaves.push(J::denied(|| {
            let evidence = Evidence {
                says: format!("the first of {} more candidates that do not grant it", rest.len()),
                ..first.leaf.evidence.clone()
            };
            let mut leaf = Leaf::new(format!("and {} more", rest.len()), evidence);
            leaf.assumptions = rest.iter().flat_map(|miss| miss.leaf.assumptions.iter().cloned()).collect();
            leaf
        }));
    }
    leaves
}

fn leaf(ask: &Ask<'_>, assignment: &RoleAssignment, role: &RoleView<'_>, says: impl Into<String>) -> Leaf {
    let claim = ask.grant_claim(&role.name(&assignment.role), &assignment.scope);
    Leaf::new(claim, Evidence::new(EvidenceKind::RoleAssignment, assignment.id.as_str(), says))
}

/// An own assignment that covers the resource, of a role that does not cover the action.
pub(super) fn role_lacks(ask: &Ask<'_>, assignment: &RoleAssignment, role: &RoleView<'_>) -> Miss {
    let wanted = text::short(ask.action);
    let (rank, says) = match (&role.covers, ask.plane) {
        (Covers::Excluded(granted, by), plane) => {
            let exclusions = match plane {
                Plane::Management => "notActions",
                Plane::Data => "notDataActions",
            };
            (Rank::Excluded, format!("its `{granted}` would grant it, but its {exclusions} take it away by `{by}`"))
        }
        (Covers::NotNamed | Covers::Ways(_), Plane::Data) => {
            if role.plainly_grants(&list_keys(), Plane::Management) {
                (Rank::KeysOnly, format!("grants keys (listKeys), not {wanted}: a management role is no data role"))
            } else if role.is_management_role() {
                (Rank::Lacks, format!("is a management role without any data action, so it does not grant {wanted}"))
            } else {
                (Rank::Lacks, format!("its data actions do not include {wanted}"))
            }
        }
        (Covers::NotNamed | Covers::Ways(_), Plane::Management) => (Rank::Lacks, format!("its actions do not include {wanted}")),
    };
    let mut leaf = leaf(ask, assignment, role, says);
    leaf.assumptions.extend(role.assumption());
    Miss::new(rank, ask.place.depth(&assignment.scope), leaf)
}

/// The action that hands out account keys.
pub(super) fn list_keys() -> Action {
    Action::new("Microsoft.Storage/storageAccounts/listKeys/action")
}

/// An own assignment that would grant it at another time.
pub(super) fn out_of_time(ask: &Ask<'_>, assignment: &RoleAssignment, role: &RoleView<'_>, standing: &Standing<'_>) -> Miss {
    let (instance, says) = match standing {
        Standing::NotYet(instance, start) => (Some(instance), format!("its PIM assignment begins at {}", text::time(*start))),
        Standing::Ended(instance, end) if *end > ask.cx.at => {
            (Some(instance), format!("its PIM assignment ends at {}, before the end of the period asked about", text::time(*end)))
        }
        Standing::Ended(instance, end) => (Some(instance), format!("its PIM assignment ended at {}", text::time(*end))),
        Standing::Unbounded | Standing::Active(_) => (None, "it is in force".to_owned()),
    };
    let mut leaf = leaf(ask, assignment, role, says);
    if let Some(instance) = instance {
        leaf.evidence.kind = EvidenceKind::ScheduleInstance;
        leaf.evidence.id = instance.id.to_string();
    }
    leaf.assumptions.extend(role.assumption());
    Miss::new(Rank::OutOfTime, ask.place.depth(&assignment.scope), leaf)
}

/// Every other near miss.
pub(super) fn misses<'a>(ask: &Ask<'a>, roles: &mut Roles<'a>) -> Vec<Miss> {
    let mut found = eligible(ask, roles);
    found.extend(elsewhere(ask, roles));
    found.extend(to_application(ask, roles));
    found.extend(of_others(ask, roles));
    found
}

fn identities<'a>(ask: &Ask<'a>) -> impl Iterator<Item = &'a ObjectId> {
    let who = ask.who;
    std::iter::once(&who.principal).chain(who.groups.iter())
}

/// PIM eligible assignments: they grant nothing until activated.
fn eligible<'a>(ask: &Ask<'a>, roles: &mut Roles<'a>) -> Vec<Miss> {
    let mut found = Vec::new();
    for eligible in identities(ask).flat_map(|id| ask.cx.snapshot.eligibilities_of(id)) {
        let role = roles.view(&eligible.role);
        let now = Context { until: ask.cx.at, ..*ask.cx };
        if now.window(eligible.start, eligible.end) != Window::Holds || !ask.place.covers(&eligible.scope) || !role.may_grant() {
            continue;
        }
        let name = role.name(&eligible.role);
        let says = "eligible, not active: would work after activation";
        let evidence = Evidence::new(EvidenceKind::EligibilityInstance, eligible.id.as_str(), says);
        let leaf = Leaf::new(ask.grant_claim(&name, &eligible.scope), evidence);
        found.push(Miss::new(Rank::Eligible, ask.place.depth(&eligible.scope), leaf));
    }
    found
}

/// Own assignments that would grant it, at scopes that do not cover the resource.
fn elsewhere<'a>(ask: &Ask<'a>, roles: &mut Roles<'a>) -> Vec<Miss> {
    let mut found = Vec::new();
    for assignment in identities(ask).flat_map(|id| ask.cx.snapshot.role_assignments_of(id)) {
        let role = roles.view(&assignment.role);
        if ask.place.covers(&assignment.scope) || !matches!(role.covers, Covers::Ways(_)) {
            continue;
        }
        let (scope, resource) = (&assignment.scope, ask.resource);
        let says = if scope.is_management_group() {
            format!("management group `{}` is not above {resource}", scope.name())
        } else if resource.contains(scope) {
            "its scope lies below, and assignments are not inherited upwards".to_owned()
        } else if text::looks_alike(scope, resource) {
            format!("its scope does not cover {resource}: `{}` only looks alike", scope.name())
        } else {
            format!("its scope does not cover {resource}")
        };
        let common = scope.key().split('/').zip(resource.key().split('/')).take_while(|(one, other)| one == other).count();
        found.push(Miss::new(Rank::Elsewhere, usize::MAX - common, leaf(ask, assignment, role, says)));
    }
    found
}

/// Assignments that name the application where they would have to name its service principal.
fn to_application<'a>(ask: &Ask<'a>, roles: &mut Roles<'a>) -> Vec<Miss> {
    let directory = &ask.cx.snapshot.facts().directory;
    let Some(app) = directory.get(&ask.who.principal).and_then(|object| object.app_id.as_ref()) else {
        return Vec::new();
    };
    let registered =
        directory.values().filter(|object| object.kind == Some(PrincipalKind::Application) && object.app_id.as_ref() == Some(app));
    let mut mistaken: Vec<(ObjectId, &str)> = vec![(ObjectId::new(app.as_str()), "application id")];
    mistaken.extend(registered.map(|object| (object.id.clone(), "object id of the app registration")));
    let mut found = Vec::new();
    for (id, what) in mistaken.iter().filter(|(id, _)| !ask.who.contains(id)) {
        for assignment in ask.cx.snapshot.role_assignments_of(id).filter(|assignment| ask.place.covers(&assignment.scope)) {
            let role = roles.view(&assignment.role);
            if matches!(role.covers, Covers::Ways(_)) {
                let says = format!("is assigned to {id}, the {what}, not to the service principal {}", ask.who.principal);
                found.push(Miss::new(Rank::ApplicationId, ask.place.depth(&assignment.scope), leaf(ask, assignment, role, says)));
            }
        }
    }
    found
}

/// Assignments that would grant it and belong to someone else: to anyone at the resource and up to its resource group, to
/// groups also above. A small, fixed number of them.
fn of_others<'a>(ask: &Ask<'a>, roles: &mut Roles<'a>) -> Vec<Miss> {
    let snapshot = ask.cx.snapshot;
    let application = snapshot.facts().directory.get(&ask.who.principal).and_then(|object| object.app_id.as_ref());
    let mut found = Vec::new();
    for (depth, scope) in ask.place.scopes.iter().enumerate() {
        let near = scope.contains("/resourcegroups/");
        for assignment in snapshot.all_role_assignments_at(scope) {
            let holder = &assignment.principal;
            let group = may_be_group(snapshot, holder, assignment.principal_hint)
                && (hints_at_group(assignment) || snapshot.facts().directory.contains_key(holder));
            let judged =
                ask.who.contains(holder) || (ask.who.missing.is_some() && may_be_group(snapshot, holder, assignment.principal_hint));
            if judged || !(near || group) || application.is_some_and(|app| app.key() == holder.key()) {
                continue;
            }
            let role = roles.view(&assignment.role);
            let in_force = matches!(standing(ask.cx, assignment), Standing::Unbounded | Standing::Active(_));
            if !in_force || !matches!(role.covers, Covers::Ways(_)) {
                continue;
            }
            let name = text::principal_with_owner(snapshot, holder);
            let (rank, says) = if group {
                (Rank::NoMember, format!("is held by group {name}, which {} is not a member of", ask.name()))
            } else {
                (Rank::Others, format!("is held by {name}, not by {}", ask.name()))
            };
            found.push(Miss::new(rank, depth, leaf(ask, assignment, role, says)));
        }
    }
    found.sort_by(|one, other| (one.rank, one.distance, &one.id).cmp(&(other.rank, other.distance, &other.id)));
    found.truncate(MOST_OF_OTHERS);
    found
}
