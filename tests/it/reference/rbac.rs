//! RBAC by brute force: every fact is looked at, what is unknown is tried both ways, and the answer is what all those
//! possible worlds agree on. Uses no index, no look-up and no evaluator of the crate: plain strings and loops.
#![expect(clippy::indexing_slicing, reason = "helpers of tests fail by panicking")]

use crate::worlds::Question;
use canread::eval::Verdict;
use canread::model::{
    Action, ActionPattern, DenyAssignment, DenyPrincipal, Facts, ObjectId, Permission, Plane, PrincipalHint, PrincipalKind, RoleAssignment,
    Scope, Timestamp, What,
};
use canread::rules::RuleSet;
use time::Duration;

/// True, false, or not known.
type Maybe = Option<bool>;

fn and(parts: &[Maybe]) -> Maybe {
    if parts.contains(&Some(false)) {
        Some(false)
    } else if parts.contains(&None) {
        None
    } else {
        Some(true)
    }
}

fn or(parts: &[Maybe]) -> Maybe {
    and(&parts.iter().map(|part| part.map(|known| !known)).collect::<Vec<_>>()).map(|known| !known)
}

/// The verdict of one action at one resource.
pub(crate) fn verdict(facts: &Facts, rules: &RuleSet, q: &Question) -> Verdict {
    let mut denies: Vec<Maybe> = facts.deny_assignments.iter().map(|deny| blocks(facts, q, deny)).collect();
    let mut grants: Vec<Maybe> = facts.role_assignments.iter().map(|one| grants_it(facts, rules, q, one)).collect();
    // Where a list may be incomplete there may be one more of its kind.
    if !list_is_complete(facts, q, What::DenyAssignments) {
        denies.push(None);
    }
    if !list_is_complete(facts, q, What::RoleAssignments) {
        grants.push(None);
    }
    over_all_worlds(&denies, &grants)
}

/// Whether no deny assignment blocks the action.
pub(crate) fn not_denied(facts: &Facts, q: &Question) -> Verdict {
    let mut denies: Vec<Maybe> = facts.deny_assignments.iter().map(|deny| blocks(facts, q, deny)).collect();
    if !list_is_complete(facts, q, What::DenyAssignments) {
        denies.push(None);
    }
    over_all_worlds(&denies, &[Some(true)])
}

/// Tries every way the unknown denies and grants may turn out.
pub(crate) fn over_all_worlds(denies: &[Maybe], grants: &[Maybe]) -> Verdict {
    let all: Vec<Maybe> = denies.iter().chain(grants).copied().collect();
    let unknown = all.iter().filter(|one| one.is_none()).count();
    let (mut yes, mut no) = (false, false);
    for world in 0..1_u64 << unknown {
        let mut bit = 0;
        let mut settled = all.iter().map(|one| {
            one.unwrap_or_else(|| {
                bit += 1;
                world >> (bit - 1) & 1 == 1
            })
        });
        let denied = settled.by_ref().take(denies.len()).fold(false, |any, one| any | one);
        let granted = settled.fold(false, |any, one| any | one);
        if granted && !denied {
            yes = true;
        } else {
            no = true;
        }
    }
    match (yes, no) {
        (true, true) => Verdict::Undetermined,
        (true, false) => Verdict::Allowed,
        (false, _) => Verdict::Denied,
    }
}

fn grants_it(facts: &Facts, rules: &RuleSet, q: &Question, one: &RoleAssignment) -> Maybe {
    let (at, who) = (reaches(facts, &one.scope, &q.resource), is(facts, q, &one.principal, one.principal_hint));
    if and(&[at, who]) == Some(false) {
        return Some(false);
    }
    let collected = facts.role_definitions.get(&one.role);
    let definition = collected.or_else(|| rules.built_in_roles().map(|role| &role.definition).find(|role| role.id == one.role));
    let role = match definition {
        None => None,
        Some(definition) => {
            let entries = definition.permissions.iter().map(|entry| and(&[names(entry, q), condition(&entry.condition)]));
            or(&entries.collect::<Vec<_>>())
        }
    };
    and(&[at, who, role, in_force(facts, q, one), condition(&one.condition)])
}

fn blocks(facts: &Facts, q: &Question, deny: &DenyAssignment) -> Maybe {
    let at = if deny.do_not_apply_to_child_scopes {
        Some(deny.scope.key() == q.resource.key())
    } else {
        reaches(facts, &deny.scope, &q.resource)
    };
    if at == Some(false) {
        return Some(false);
    }
    let one_of = |list: &[DenyPrincipal]| or(&list.iter().map(|one| is(facts, q, &one.id, one.hint)).collect::<Vec<_>>());
    let named = or(&[Some(deny.principals.iter().any(|one| one.everyone)), one_of(&deny.principals)]);
    let excluded = one_of(&deny.exclude_principals);
    let entries = deny.permissions.iter().map(|entry| and(&[names(entry, q), condition(&entry.condition)]));
    let action = or(&entries.collect::<Vec<_>>());
    and(&[at, named, excluded.map(|known| !known), action, condition(&deny.condition)])
}

/// No condition of the worlds can be decided.
fn condition(text: &Option<String>) -> Maybe {
    if text.is_some() { None } else { Some(true) }
}

fn names(entry: &Permission, q: &Question) -> Maybe {
    let (granted, taken) = match q.plane {
        Plane::Management => (&entry.actions, &entry.not_actions),
        Plane::Data => (&entry.data_actions, &entry.not_data_actions),
    };
    let one_of = |list: &[ActionPattern]| or(&list.iter().map(|pattern| matches(pattern, &q.action)).collect::<Vec<_>>());
    and(&[one_of(granted), one_of(taken).map(|known| !known)])
}

/// True by the plain reading, unknown if only "`/*/` may be `/`" makes it match.
fn matches(pattern: &ActionPattern, action: &Action) -> Maybe {
    let (pattern, action) = (pattern.as_str().to_lowercase(), action.as_str().to_lowercase());
    if glob(pattern.as_bytes(), action.as_bytes()) {
        return Some(true);
    }
    if shortened(&pattern).iter().any(|shorter| glob(shorter.as_bytes(), action.as_bytes())) { None } else { Some(false) }
}

/// Every text that comes of leaving out the star of some of its `/*/`.
fn shortened(pattern: &str) -> Vec<String> {
    let Some(at) = pattern.find("/*/") else { return vec![pattern.to_owned()] };
    let (head, tail) = (&pattern[..at], &pattern[at + 2..]);
    shortened(tail).iter().flat_map(|rest| [format!("{head}{rest}"), format!("{head}/*{rest}")]).collect()
}

fn glob(pattern: &[u8], text: &[u8]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some((b'*', rest)) => (0..=text.len()).any(|skip| glob(rest, &text[skip..])),
        Some((first, rest)) => text.first() == Some(first) && glob(rest, &text[1..]),
    }
}

/// Whether an assignment at `scope` is inherited by `resource`.
fn reaches(facts: &Facts, scope: &Scope, resource: &Scope) -> Maybe {
    if is_below(scope, resource) {
        return Some(true);
    }
    if !scope.key().starts_with("/providers/microsoft.management/") {
        return Some(false);
    }
    chain(facts, resource).map(|chain| chain.iter().any(|group| group.key() == scope.key()))
}

fn is_below(outer: &Scope, inner: &Scope) -> bool {
    let segments = |scope: &Scope| scope.key().split('/').filter(|segment| !segment.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    segments(inner).starts_with(&segments(outer))
}

/// Management groups above; `None`: not known.
fn chain(facts: &Facts, resource: &Scope) -> Option<Vec<Scope>> {
    let Some(id) = resource.key().strip_prefix("/subscriptions/").and_then(|rest| rest.split('/').next()) else {
        return Some(Vec::new());
    };
    if let Some(record) = facts.subscriptions.values().find(|record| record.id.key() == id) {
        return record.management_groups.clone();
    }
    let failed = facts.gaps.iter().any(|gap| gap.what == What::Everything || (gap.what == What::Subscription && gap.scope == id));
    let covered = facts.coverage.iter().any(|one| one.what == What::Everything || (one.what == What::Subscription && one.scope == id));
    (covered && !failed).then(Vec::new)
}

/// Whether `id` is the principal of the question or one of its groups.
fn is(facts: &Facts, q: &Question, id: &ObjectId, hint: PrincipalHint) -> Maybe {
    if *id == q.principal || groups(facts, q).contains(&id) {
        return Some(true);
    }
    let failed =
        facts.gaps.iter().any(|gap| gap.what == What::Everything || (gap.what == What::Memberships && gap.scope == q.principal.as_str()));
    let covered = facts.memberships.contains_key(&q.principal) || facts.coverage.iter().any(|one| one.what == What::Everything);
    let group = match facts.directory.get(id) {
        Some(object) => object.kind == Some(PrincipalKind::Group),
        None => hint == PrincipalHint::Group || hint == PrincipalHint::Unknown,
    };
    if covered && !failed || !group { Some(false) } else { None }
}

fn groups<'a>(facts: &'a Facts, q: &Question) -> Vec<&'a ObjectId> {
    facts.memberships.get(&q.principal).into_iter().flatten().collect()
}

/// In force at every hour of the period, by one instance or another; without any, permanent.
fn in_force(facts: &Facts, q: &Question, one: &RoleAssignment) -> Maybe {
    let instances: Vec<_> = facts
        .assignment_instances
        .iter()
        .filter(|i| i.origin_role_assignment.as_ref().is_some_and(|of| of.key() == one.id.key()))
        .collect();
    if instances.is_empty() {
        return Some(true);
    }
    let holds = |t: Timestamp| instances.iter().any(|i| i.start.is_none_or(|start| start <= t) && i.end.is_none_or(|end| t < end));
    let hours = (q.until - q.at).whole_hours();
    Some((0..=hours).all(|hour| holds(q.at + Duration::hours(hour))))
}

/// Whether a record of this scope speaks of the resource, because one lies below the other.
fn speaks_of(facts: &Facts, scope: &str, resource: &Scope) -> Maybe {
    let scope = Scope::new(scope);
    if is_below(resource, &scope) { Some(true) } else { reaches(facts, &scope, resource) }
}

fn list_is_complete(facts: &Facts, q: &Question, what: What) -> bool {
    let concerns = |of: &Option<ObjectId>| of.as_ref().is_none_or(|of| is(facts, q, of, PrincipalHint::Unknown) != Some(false));
    let failed = facts.gaps.iter().any(|gap| {
        let here = gap.what == what && concerns(&gap.principal) && speaks_of(facts, &gap.scope, &q.resource) != Some(false);
        gap.what == What::Everything || here
    });
    let covered = facts.coverage.iter().any(|one| {
        let whole = one.principal.as_ref().is_none_or(|of| *of == q.principal);
        one.what == What::Everything || (one.what == what && whole && speaks_of(facts, &one.scope, &q.resource) == Some(true))
    });
    covered && !failed
}
