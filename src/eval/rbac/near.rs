//! Near misses: what almost granted the action, and the first reason it did not.
//!
//! They are found as plain values; only those that a proof lists are put into words.

use super::ask::{Ask, assigned_to_possible_group};
use super::grant::hints_at_group;
use super::matching::{Covers, Role, RoleView, Roles};
use super::window::{Standing, standing};
use super::{MOST_LISTED, text};
use crate::eval::{Context, Evidence, EvidenceKind, Judgement, Leaf, Window};
use crate::model::{
    Action, ActionPattern, AssignmentScheduleInstance, EligibilityScheduleInstance, Grant, ObjectId, Plane, PrincipalKind, RoleAssignment,
    RoleId, Scope, Timestamp,
};
use std::collections::BTreeSet;

/// Most assignments of others that a proof lists.
const MOST_OF_OTHERS: usize = 6;

/// Most assignments elsewhere that are looked at in either direction from the resource, for each identity: a group may have
/// thousands.
const MOST_ELSEWHERE: usize = 64;

/// Why it failed, likeliest cause of trouble first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
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
pub(super) struct Miss<'a> {
    rank: Rank,
    /// Within the rank: nearer first.
    distance: usize,
    record: Record<'a>,
    role: Role<'a>,
    why: Why<'a>,
}

#[derive(Clone, Copy, Debug)]
enum Record<'a> {
    Assignment(&'a RoleAssignment),
    Eligible(&'a EligibilityScheduleInstance),
}

#[derive(Clone, Debug)]
enum Why<'a> {
    TakenAway(&'a ActionPattern, &'a ActionPattern),
    Keys,
    NoDataRole,
    NotAmongDataActions,
    NotAmongActions,
    Begins(&'a AssignmentScheduleInstance, Timestamp),
    Ends(&'a AssignmentScheduleInstance, Timestamp),
    Inactive,
    Elsewhere,
    /// The application's id, or its registration's: the id, and which it is.
    Application(ObjectId, &'static str),
    OfGroup,
    OfOther,
}

impl<'a> Miss<'a> {
    fn new(rank: Rank, distance: usize, assignment: &'a RoleAssignment, role: Role<'a>, why: Why<'a>) -> Self {
        Miss { rank, distance, record: Record::Assignment(assignment), role, why }
    }

    /// The id its leaf cites.
    fn id(&self) -> &'a Scope {
        match (&self.why, self.record) {
            (Why::Begins(instance, _) | Why::Ends(instance, _), _) => &instance.id,
            (_, Record::Assignment(assignment)) => &assignment.id,
            (_, Record::Eligible(eligible)) => &eligible.id,
        }
    }

    fn order(&self, other: &Self) -> std::cmp::Ordering {
        (self.rank, self.distance, self.id().as_str()).cmp(&(other.rank, other.distance, other.id().as_str()))
    }

    fn evidence(&self, says: String) -> Evidence {
        let kind = match (&self.why, self.record) {
            (Why::Begins(..) | Why::Ends(..), _) => EvidenceKind::ScheduleInstance,
            (_, Record::Assignment(_)) => EvidenceKind::RoleAssignment,
            (_, Record::Eligible(_)) => EvidenceKind::EligibilityInstance,
        };
        Evidence::new(kind, self.id().as_str(), says)
    }

    /// What failing because of the role's definition, or in spite of it, assumes.
    fn assumption(&self) -> Option<String> {
        match self.rank {
            Rank::OutOfTime | Rank::Excluded | Rank::KeysOnly | Rank::Lacks => self.role.assumption(),
            Rank::Eligible | Rank::ApplicationId | Rank::Elsewhere | Rank::NoMember | Rank::Others => None,
        }
    }

    fn leaf(&self, ask: &Ask<'_>) -> Leaf {
        let (role, scope): (&RoleId, &Scope) = match self.record {
            Record::Assignment(assignment) => (&assignment.role, &assignment.scope),
            Record::Eligible(eligible) => (&eligible.role, &eligible.scope),
        };
        let says = self.why.says(ask, self.record, scope);
        let mut leaf = Leaf::new(ask.grant_claim(&self.role.name(role), scope), self.evidence(says));
        leaf.assumptions.extend(self.assumption());
        leaf
    }
}

impl Why<'_> {
    fn says(&self, ask: &Ask<'_>, record: Record<'_>, scope: &Scope) -> String {
        let wanted = text::short(ask.action);
        let holder = || match record {
            Record::Assignment(assignment) => text::principal_with_owner(ask.cx.snapshot, &assignment.principal),
            Record::Eligible(eligible) => text::principal_with_owner(ask.cx.snapshot, &eligible.principal),
        };
        match self {
            Why::TakenAway(granted, by) => {
                let exclusions = match ask.plane {
                    Plane::Management => "notActions",
                    Plane::Data => "notDataActions",
                };
                format!("its `{granted}` would grant it, but its {exclusions} take it away by `{by}`")
            }
            Why::Keys => format!("grants keys (listKeys), not {wanted}: a management role is no data role"),
            Why::NoDataRole => format!("is a management role without any data action, so it does not grant {wanted}"),
            Why::NotAmongDataActions => format!("its data actions do not include {wanted}"),
            Why::NotAmongActions => format!("its actions do not include {wanted}"),
            Why::Begins(_, start) => format!("its PIM assignment begins at {}", text::time(*start)),
            Why::Ends(_, end) if *end > ask.cx.at => {
                format!("its PIM assignment ends at {}, before the end of the period asked about", text::time(*end))
            }
            Why::Ends(_, end) => format!("its PIM assignment ended at {}", text::time(*end)),
            Why::Inactive => "eligible, not active: would work after activation".to_owned(),
            Why::Elsewhere => does_not_cover(scope, ask.resource),
            Why::Application(id, what) => {
                format!("is assigned to {id}, the {what}, not to the service principal {}", ask.who.principal)
            }
            Why::OfGroup => format!("is held by group {}, which {} is not a member of", holder(), ask.name()),
            Why::OfOther => format!("is held by {}, not by {}", holder(), ask.name()),
        }
    }
}

fn does_not_cover(scope: &Scope, resource: &Scope) -> String {
    if scope.is_management_group() {
        format!("management group `{}` is not above {resource}", scope.name())
    } else if resource.contains(scope) {
        "its scope lies below, and assignments are not inherited upwards".to_owned()
    } else if text::looks_alike(scope, resource) {
        format!("its scope does not cover {resource}: `{}` only looks alike", scope.name())
    } else {
        format!("its scope does not cover {resource}")
    }
}

/// The misses as denied leaves, likeliest first; beyond a cap only their number. `cut`: there are more than were found.
pub(super) fn listed<J: Judgement>(ask: &Ask<'_>, mut misses: Vec<Miss<'_>>, cut: bool) -> Vec<J> {
    misses.sort_unstable_by(Miss::order);
    let rest = misses.split_off(misses.len().min(MOST_LISTED));
    let mut leaves: Vec<J> = misses.iter().map(|miss| J::denied(|| miss.leaf(ask))).collect();
    if let Some(first) = rest.first() {
        leaves.push(J::denied(|| {
            let number = if cut { format!("at least {}", rest.len()) } else { rest.len().to_string() };
            let evidence = first.evidence(format!("the first of {number} more candidates that do not grant it"));
            let mut leaf = Leaf::new(format!("and {number} more"), evidence);
            let assumptions: BTreeSet<String> = rest.iter().filter_map(Miss::assumption).collect();
            leaf.assumptions.extend(assumptions);
            leaf
        }));
    }
    leaves
}

/// An own assignment that covers the resource, of a role that does not cover the action.
pub(super) fn role_lacks<'a>(ask: &Ask<'a>, assignment: &'a RoleAssignment, view: &RoleView<'a>) -> Miss<'a> {
    let role = view.role;
    let (rank, why) = match (&view.covers, ask.plane) {
        (Covers::Excluded(granted, by), _) => (Rank::Excluded, Why::TakenAway(granted, by)),
        (Covers::NotNamed | Covers::Ways(_), Plane::Data) if role.plainly_grants(&list_keys(), Plane::Management) => {
            (Rank::KeysOnly, Why::Keys)
        }
        (Covers::NotNamed | Covers::Ways(_), Plane::Data) if role.is_management_role() => (Rank::Lacks, Why::NoDataRole),
        (Covers::NotNamed | Covers::Ways(_), Plane::Data) => (Rank::Lacks, Why::NotAmongDataActions),
        (Covers::NotNamed | Covers::Ways(_), Plane::Management) => (Rank::Lacks, Why::NotAmongActions),
    };
    Miss::new(rank, ask.place.depth(&assignment.scope), assignment, role, why)
}

/// The action that hands out account keys.
pub const LIST_KEYS: &str = "Microsoft.Storage/storageAccounts/listKeys/action";

pub(super) fn list_keys() -> Action {
    Action::new(LIST_KEYS)
}

/// An own assignment that would grant it at another time; `None`: it is in force.
pub(super) fn out_of_time<'a>(ask: &Ask<'a>, assignment: &'a RoleAssignment, role: Role<'a>, standing: Standing<'a>) -> Option<Miss<'a>> {
    let why = match standing {
        Standing::NotYet(instance, start) => Why::Begins(instance, start),
        Standing::Ended(instance, end) => Why::Ends(instance, end),
        Standing::Unbounded | Standing::Active(_) => return None,
    };
    Some(Miss::new(Rank::OutOfTime, ask.place.depth(&assignment.scope), assignment, role, why))
}

/// Every other near miss, and whether there are more than were looked at.
pub(super) fn misses<'a>(ask: &Ask<'a>, roles: &mut Roles<'a>) -> (Vec<Miss<'a>>, bool) {
    let mut found = eligible(ask, roles);
    let cut = elsewhere(ask, roles, &mut found);
    found.extend(to_application(ask, roles));
    found.extend(of_others(ask, roles));
    (found, cut)
}

/// PIM eligible assignments: they grant nothing until activated.
fn eligible<'a>(ask: &Ask<'a>, roles: &Roles<'a>) -> Vec<Miss<'a>> {
    let now = Context { until: ask.cx.at, ..*ask.cx };
    let identities = std::iter::once(&ask.who.principal).chain(ask.who.groups.iter());
    let all = identities.flat_map(|id| ask.cx.snapshot.eligibilities_of(id));
    let here = all.filter(|eligible| now.window(eligible.start, eligible.end) == Window::Holds && ask.place.covers(&eligible.scope));
    let miss = |eligible: &'a EligibilityScheduleInstance| {
        let view = roles.judge(&eligible.role);
        let distance = ask.place.depth(&eligible.scope);
        let record = Record::Eligible(eligible);
        view.may_grant().then_some(Miss { rank: Rank::Eligible, distance, record, role: view.role, why: Why::Inactive })
    };
    here.filter_map(miss).collect()
}

/// Own assignments that would grant it, at scopes that do not cover the resource: those that share most of its path. Whether
/// there are more.
fn elsewhere<'a>(ask: &Ask<'a>, roles: &mut Roles<'a>, found: &mut Vec<Miss<'a>>) -> bool {
    let snapshot = ask.cx.snapshot;
    let mut cut = false;
    for (number, _) in &ask.mine.0 {
        let (before, after) = snapshot.grants_around(*number, ask.resource);
        let near: Vec<Grant> = before.take(MOST_ELSEWHERE).chain(after.take(MOST_ELSEWHERE)).collect();
        cut |= near.len() < snapshot.grants_of(*number).len();
        for grant in near {
            let Some(view) = roles.view(grant).filter(|view| view.is_named()) else { continue };
            let Some(assignment) = snapshot.role_assignment(grant) else { continue };
            if !ask.place.covers(&assignment.scope) {
                let (scope, resource) = (assignment.scope.key(), ask.resource.key());
                let common = scope.split('/').zip(resource.split('/')).take_while(|(one, other)| one == other).count();
                found.push(Miss::new(Rank::Elsewhere, usize::MAX - common, assignment, view.role, Why::Elsewhere));
            }
        }
    }
    cut
}

/// Assignments that name the application where they would have to name its service principal.
fn to_application<'a>(ask: &Ask<'a>, roles: &mut Roles<'a>) -> Vec<Miss<'a>> {
    let snapshot = ask.cx.snapshot;
    let directory = &snapshot.facts().directory;
    let Some(app) = directory.get(&ask.who.principal).and_then(|object| object.app_id.as_ref()) else {
        return Vec::new();
    };
    let registered =
        directory.values().filter(|object| object.kind == Some(PrincipalKind::Application) && object.app_id.as_ref() == Some(app));
    let mut mistaken: Vec<(ObjectId, &'static str)> = vec![(ObjectId::new(app.as_str()), "application id")];
    mistaken.extend(registered.map(|object| (object.id.clone(), "object id of the app registration")));
    let mut found = Vec::new();
    for (id, what) in mistaken.iter().filter(|(id, _)| !ask.who.contains(id)) {
        let grants = snapshot.principal_number(id).map(|number| snapshot.grants_of(number)).unwrap_or_default();
        for (grant, assignment) in grants.iter().filter_map(|grant| Some((grant, snapshot.role_assignment(*grant)?))) {
            let Some(view) = roles.view(*grant) else { continue };
            if view.is_named() && ask.place.covers(&assignment.scope) {
                let why = Why::Application(id.clone(), what);
                found.push(Miss::new(Rank::ApplicationId, ask.place.depth(&assignment.scope), assignment, view.role, why));
            }
        }
    }
    found
}

/// Assignments that would grant it and belong to someone else: to anyone at the resource and up to its resource group, to
/// groups also above. A small, fixed number of them.
fn of_others<'a>(ask: &Ask<'a>, roles: &mut Roles<'a>) -> Vec<Miss<'a>> {
    let snapshot = ask.cx.snapshot;
    let application = snapshot.facts().directory.get(&ask.who.principal).and_then(|object| object.app_id.as_ref());
    let mine: BTreeSet<_> = ask.mine.0.iter().map(|(number, _)| *number).collect();
    let mut found = Vec::new();
    for (depth, at) in ask.place.at_scopes() {
        let near = ask.place.scopes.get(depth).is_some_and(|above| above.key.contains("/resourcegroups/"));
        for grant in at.grants() {
            let Some(view) = roles.view(*grant).filter(|view| view.is_named() && !mine.contains(&grant.principal)) else { continue };
            let Some(assignment) = snapshot.role_assignment(*grant) else { continue };
            let possible_group = assigned_to_possible_group(snapshot, assignment, grant.principal);
            let group = possible_group && (hints_at_group(assignment) || snapshot.is_group(grant.principal).is_some());
            let judged = ask.who.missing.is_some() && possible_group;
            let is_application = || application.is_some_and(|app| app.key() == assignment.principal.key());
            let in_force = || matches!(standing(ask.cx, assignment), Standing::Unbounded | Standing::Active(_));
            if judged || !(near || group) || is_application() || !in_force() {
                continue;
            }
            let (rank, why) = if group { (Rank::NoMember, Why::OfGroup) } else { (Rank::Others, Why::OfOther) };
            found.push(Miss::new(rank, depth, assignment, view.role, why));
        }
    }
    found.sort_unstable_by(Miss::order);
    found.truncate(MOST_OF_OTHERS);
    found
}
