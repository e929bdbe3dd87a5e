//! Role assignments: whether one grants an action.

use super::ask::{Ask, Standpoint, Via, assigned_to_possible_group, open_segment};
use super::condition::{ConditionOf, both_conditions, condition_holds};
use super::matching::{Covers, Role, RoleView, Roles, Way};
use super::near::{self, Miss};
use super::window::{Standing, standing};
use super::{MOST_LISTED, text};
use crate::eval::{Evidence, EvidenceKind, Judgement, Leaf, Until, Verdict, Warning};
use crate::model::{Grant, Missing, PrincipalHint, RoleAssignment, Timestamp, WarningId, What};
use std::cell::OnceCell;

#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate<'a> {
    pub(super) assignment: &'a RoleAssignment,
    grant: Grant,
    pub(super) via: Via<'a>,
    depth: usize,
}

/// "Some role grants the action." An allowed one lists every granting assignment; a denied one every candidate with the
/// first reason it failed, likeliest first.
///
/// Source: "What is Azure RBAC", how Azure RBAC determines access: assignments add up, one is enough.
pub(super) fn granted<'a, J: Judgement>(ask: &Ask<'a>) -> J {
    let mut roles = Roles::new(ask.cx, ask.action, ask.plane);
    let bounds = Bounds { ask, known: OnceCell::new() };
    let claim = || format!("a role grants `{}` at {} to {}", ask.action, ask.resource, ask.name());
    let mut judged: Vec<J> = Vec::new();
    let mut misses: Vec<Miss<'a>> = Vec::new();
    for candidate in candidates::<J>(ask) {
        let Some(view) = roles.view(candidate.grant) else { continue };
        match judge::<J>(&bounds, candidate, view) {
            Ok(one) if !J::EXPLAINS && one.verdict() == Verdict::Allowed => return one,
            Ok(one) => judged.push(one),
            Err(miss) => misses.extend(miss),
        }
    }
    if judged.iter().any(|one| one.verdict() == Verdict::Allowed) {
        judged.retain(|one| one.verdict() == Verdict::Allowed);
        return J::any(claim, judged);
    }
    let possible = possible_candidates::<J>(ask).into_iter();
    let possible = possible.filter_map(|one| judge::<J>(&bounds, one, roles.view(one.grant)?).ok());
    judged.extend(capped(ask, possible.collect()));
    let lookup = ask.lookup(What::RoleAssignments);
    let missing = || Missing::new(What::RoleAssignments, ask.resource.as_str(), &lookup).for_principal(&ask.who.principal);
    let another = || format!("another role assignment grants `{}`", ask.action);
    if !lookup.is_complete() {
        judged.push(J::undetermined(|| {
            let missing = missing();
            (Leaf::new(another(), Evidence::missing(&missing)), missing)
        }));
    }
    if J::EXPLAINS && ask.near {
        let (others, cut) = near::misses(ask, &mut roles);
        misses.extend(others);
        judged.extend(near::listed(ask, misses, cut));
    }
    if lookup.is_complete() {
        judged.push(J::denied(|| Leaf::new(another(), Evidence::lookup(&lookup, &missing()))));
    }
    J::any(claim, judged)
}

/// The assignments at scopes above the resource whose principal is one of the identities: own ones first, nearest first.
fn candidates<'a, J: Judgement>(ask: &Ask<'a>) -> Vec<Candidate<'a>> {
    let snapshot = ask.cx.snapshot;
    let mut found: Vec<Candidate<'a>> = Vec::new();
    let candidate =
        |grant: Grant, via, depth| snapshot.role_assignment(grant).map(|assignment| Candidate { assignment, grant, via, depth });
    for (number, via) in &ask.mine.0 {
        for (depth, at) in ask.place.at_scopes() {
            found.extend(at.grants_of(*number).iter().filter_map(|grant| candidate(*grant, *via, depth)));
        }
        if ask.place.chain.is_some() {
            let all = snapshot.grants_of(*number).iter().filter_map(|grant| candidate(*grant, *via, usize::MAX));
            found.extend(all.filter(|one| ask.place.may_lie_under(&one.assignment.scope)));
        }
    }
    ordered::<J>(found)
}

/// While memberships are unknown, the assignments at scopes above the resource whose principal may be a group.
fn possible_candidates<'a, J: Judgement>(ask: &Ask<'a>) -> Vec<Candidate<'a>> {
    let snapshot = ask.cx.snapshot;
    let mut found: Vec<Candidate<'a>> = Vec::new();
    if ask.who.missing.is_none() {
        return found;
    }
    let candidate = |grant: Grant, depth| {
        let assignment = snapshot.role_assignment(grant)?;
        let holder = &assignment.principal;
        let may_be = !ask.who.contains(holder) && assigned_to_possible_group(snapshot, assignment, grant.principal);
        may_be.then_some(Candidate { assignment, grant, via: Via::Perhaps(holder), depth })
    };
    for (depth, at) in ask.place.at_scopes() {
        found.extend(at.grants().iter().filter_map(|grant| candidate(*grant, depth)));
    }
    if ask.place.chain.is_some() {
        let all = snapshot.management_group_grants().iter().filter_map(|grant| candidate(*grant, usize::MAX));
        found.extend(all.filter(|one| ask.place.may_lie_under(&one.assignment.scope)));
    }
    ordered::<J>(found)
}

/// Order shows in proofs only.
fn ordered<J: Judgement>(mut found: Vec<Candidate<'_>>) -> Vec<Candidate<'_>> {
    if J::EXPLAINS {
        let key = |candidate: &Candidate<'_>| (candidate.via != Via::Own, candidate.depth);
        found.sort_by(|one, other| key(one).cmp(&key(other)).then_with(|| one.assignment.id.cmp(&other.assignment.id)));
    }
    found
}

/// Whether schedule instances of the resource are all known; looked up once, and only where an assignment has none.
struct Bounds<'q, 'a> {
    ask: &'q Ask<'a>,
    known: OnceCell<bool>,
}

impl Bounds<'_, '_> {
    fn known(&self) -> bool {
        *self.known.get_or_init(|| self.ask.lookup(What::ScheduleInstances).is_complete())
    }
}

/// One assignment: a judgement, or why it is none that could grant (`None` where nobody asks).
fn judge<'a, J: Judgement>(bounds: &Bounds<'_, 'a>, candidate: Candidate<'a>, view: &RoleView<'a>) -> Result<J, Option<Miss<'a>>> {
    let (ask, assignment, role) = (bounds.ask, candidate.assignment, view.role);
    // What belongs to a group that the principal may not even be a member of is no near miss.
    let explains = J::EXPLAINS && !matches!(candidate.via, Via::Perhaps(_));
    let ways: &[Way<'_>] = match (&view.covers, role.definition) {
        (Covers::Ways(ways), _) => ways,
        (Covers::Excluded(..) | Covers::NotNamed, None) => &[],
        (Covers::Excluded(..) | Covers::NotNamed, Some(_)) => {
            return Err(explains.then(|| near::role_lacks(ask, assignment, view)));
        }
    };
    let standing = standing(ask.cx, assignment);
    let until = match standing {
        Standing::Unbounded => None,
        Standing::Active(end) => end,
        Standing::NotYet(..) | Standing::Ended(..) => return Err(near::out_of_time(ask, assignment, role, standing).filter(|_| explains)),
    };
    let mut doubts: Vec<(Missing, String)> = Vec::new();
    if let Via::Perhaps(group) = candidate.via {
        doubts.extend(ask.standpoint(Standpoint::Member(&[group])));
    }
    if ask.place.may_lie_under(&assignment.scope) {
        doubts.extend(ask.standpoint(Standpoint::Under(&assignment.scope)));
    }
    if role.definition.is_none() {
        doubts.push(missing_role(ask, assignment));
    }
    let claim = || ask.grant_claim(&role.name(&assignment.role), &assignment.scope);
    let mut parts: Vec<J> = doubts
        .into_iter()
        .map(|(missing, says)| {
            J::undetermined(|| (Leaf::new(claim(), Evidence::new(EvidenceKind::RoleAssignment, assignment.id.as_str(), says)), missing))
        })
        .collect();
    if parts.is_empty() {
        let assumed = || standing == Standing::Unbounded && !bounds.known();
        parts.push(J::allowed(|| granting_leaf(ask, candidate, role, ways, until, assumed())));
    }
    parts.extend(under_conditions::<J>(ask, candidate, role, ways));
    match (parts.len(), parts.pop()) {
        (1, Some(only)) => Ok(only),
        (_, last) => {
            parts.extend(last);
            Ok(J::all(claim, parts))
        }
    }
}

fn missing_role(ask: &Ask<'_>, assignment: &RoleAssignment) -> (Missing, String) {
    let lookup = ask.cx.snapshot.role_definitions_lookup(&assignment.scope);
    let missing = Missing::new(What::RoleDefinitions, assignment.scope.as_str(), &lookup);
    (missing, format!("it may grant: the definition of role {} was not collected", assignment.role_arm_id))
}

/// What conditions and undocumented patterns put on top of the assignment; nothing for a plain one.
fn under_conditions<J: Judgement>(ask: &Ask<'_>, candidate: Candidate<'_>, role: Role<'_>, ways: &[Way<'_>]) -> Option<J> {
    let assignment = candidate.assignment;
    let own = || {
        let text = assignment.condition.as_deref()?;
        let version = assignment.condition_version.as_deref();
        let of = ConditionOf::RoleAssignment(&assignment.id);
        Some(condition_holds::<J>(ask.cx, &ask.condition(of, text, version, role.definition, &assignment.scope)))
    };
    if ways.is_empty() {
        return own();
    }
    let mut alternatives: Vec<J> = Vec::new();
    for way in ways {
        let entry = way.condition.zip(role.definition).map(|(text, definition)| {
            let of = ConditionOf::RoleDefinition(&definition.arm_id);
            condition_holds::<J>(ask.cx, &ask.condition(of, text, None, Some(definition), &assignment.scope))
        });
        let condition = match (entry, own()) {
            (Some(entry), Some(own)) => Some(both_conditions(entry, own)),
            (one, other) => one.or(other),
        };
        let open = way.open.map(|pattern| {
            let says = || format!("`{pattern}` decides whether the role covers `{}`, which is undocumented", ask.action);
            let id = role.definition.map(|definition| definition.arm_id.to_string()).unwrap_or_default();
            J::undetermined(|| (Leaf::new(says(), Evidence::new(EvidenceKind::RoleDefinition, id, says())), open_segment(pattern)))
        });
        match (open, condition) {
            (Some(open), Some(condition)) => {
                alternatives.push(J::all(|| format!("`{}` covers the action, under its condition", way.pattern), vec![open, condition]));
            }
            (one, other) => alternatives.extend(one.or(other)),
        }
    }
    match (alternatives.len(), alternatives.pop()) {
        (_, None) => None,
        (1, Some(only)) => Some(only),
        (_, Some(last)) => {
            alternatives.push(last);
            Some(J::any(|| "one of the role's permission entries lets it through".to_owned(), alternatives))
        }
    }
}

fn granting_leaf(
    ask: &Ask<'_>,
    candidate: Candidate<'_>,
    role: Role<'_>,
    ways: &[Way<'_>],
    until: Option<Timestamp>,
    assumed_permanent: bool,
) -> Leaf {
    let assignment = candidate.assignment;
    let name = role.name(&assignment.role);
    let pattern = ways.first().map(|way| format!("by `{}`", way.pattern)).unwrap_or_default();
    let says = match candidate.via {
        Via::Own => pattern,
        Via::Group(group) | Via::Perhaps(group) => {
            let many = if ask.who.groups.len() > MOST_GROUPS { "; the principal is in more groups than a token holds" } else { "" };
            format!("{pattern}, through group {}{many}", text::principal(ask.cx.snapshot, group))
        }
    };
    let claim = ask.grant_claim(&name, &assignment.scope);
    let mut leaf = Leaf::new(claim, Evidence::new(EvidenceKind::RoleAssignment, assignment.id.as_str(), says));
    leaf.assumptions.extend(role.assumption());
    if assumed_permanent {
        leaf.assumptions.push(format!("role assignment {} is permanent: PIM schedule instances were not collected", assignment.id));
    }
    leaf.warnings.extend(fresh(ask, candidate, &name));
    leaf.until(until.map(|at| Until { at, what: format!("the PIM assignment of role `{name}` ends") }))
}

/// Transitive groups beyond which a token carries no group claims. Source: group limit of access tokens, "Access control
/// lists in Azure Data Lake Storage", where groups are recommended.
const MOST_GROUPS: usize = 200;

/// A grant of the last day may not be effective yet. Source: "Troubleshoot Azure RBAC", role assignment changes are not
/// being detected: ten minutes, a day for managed identities in groups, hours for data actions at management groups.
fn fresh(ask: &Ask<'_>, candidate: Candidate<'_>, role: &str) -> Option<Warning> {
    let assignment = candidate.assignment;
    let changed = assignment.updated_on.or(assignment.created_on)?;
    let age = ask.cx.at - changed;
    if age.is_negative() || age >= time::Duration::DAY {
        return None;
    }
    let lag = match (assignment.scope.is_management_group(), candidate.via) {
        (true, _) => "changes take up to 10 minutes, for data actions at a management group several hours",
        (false, Via::Own) => "changes take up to 10 minutes",
        (false, Via::Group(_) | Via::Perhaps(_)) => "changes take up to 10 minutes, for managed identities in a group up to 24 hours",
    };
    let message = format!("role `{role}` at {} was assigned at {}: {lag} to be effective", assignment.scope, text::time(changed));
    Some(Warning::new(WarningId::PlatformPropagation, message))
}

/// Of many assignments to possible groups the first few, for they all miss the same.
fn capped<J: Judgement>(ask: &Ask<'_>, perhaps: Vec<J>) -> Vec<J> {
    let (mut open, mut rest): (Vec<J>, Vec<J>) = perhaps.into_iter().partition(|one| one.verdict() == Verdict::Undetermined);
    let more = open.len().saturating_sub(MOST_LISTED);
    if more > 0 && J::EXPLAINS {
        open.truncate(MOST_LISTED);
        open.extend(ask.who.missing.as_ref().map(|missing| {
            J::unknown(
                || format!("one of {more} more role assignments to groups that {} may be a member of grants it", ask.name()),
                missing,
            )
        }));
    }
    rest.truncate(MOST_LISTED);
    open.append(&mut rest);
    open
}

/// Whether the hint of an assignment speaks of a group.
pub(super) fn hints_at_group(assignment: &RoleAssignment) -> bool {
    match assignment.principal_hint {
        PrincipalHint::Group => true,
        PrincipalHint::User | PrincipalHint::ServicePrincipal | PrincipalHint::Unknown => false,
    }
}
