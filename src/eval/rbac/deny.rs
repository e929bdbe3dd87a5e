//! Deny assignments: whether one blocks an action.

use super::ask::{Ask, Standpoint, may_be_group, open_segment};
use super::condition::{ConditionOf, ConditionQuestion, deny_with_condition};
use super::matching::{Covers, Way, covers};
use super::{MOST_LISTED, text};
use crate::eval::{Evidence, EvidenceKind, Judgement, Leaf};
use crate::model::{DenyAssignment, DenyPrincipal, Missing, ObjectId, What};

/// What is in doubt about a deny assignment: what would settle it, and a phrase.
type Doubt = (Missing, String);

enum Effect {
    Blocks(String),
    /// Every reason it may not block; never empty.
    MayBlock(Vec<Doubt>),
    DoesNot(String),
}

enum Named<'a> {
    Everyone,
    Own,
    Through(&'a ObjectId),
    /// The principal may be a member of these; never empty.
    Perhaps(Vec<&'a ObjectId>),
    No,
}

/// "No deny assignment blocks the action": denied if one does, undetermined if one may or not all are known.
///
/// Source: "Understand Azure deny assignments": denies come first, and take precedence over role assignments.
pub(super) fn not_denied<J: Judgement>(ask: &Ask<'_>) -> J {
    let mut parts: Vec<J> = Vec::new();
    let mut doubtful: Vec<J> = Vec::new();
    let mut passed: Vec<J> = Vec::new();
    for deny in reaching(ask) {
        match effect(ask, deny) {
            Effect::Blocks(how) => {
                let part = J::denied(|| leaf(ask, deny, &how));
                if !J::EXPLAINS {
                    return part;
                }
                parts.push(part);
            }
            Effect::MayBlock(doubts) => doubtful.push(may_block(ask, deny, doubts)),
            Effect::DoesNot(why) if J::EXPLAINS && passed.len() < MOST_LISTED => passed.push(J::allowed(|| leaf(ask, deny, &why))),
            Effect::DoesNot(_) => {}
        }
    }
    let alone = parts.is_empty() && doubtful.is_empty();
    parts.append(&mut doubtful);
    parts.append(&mut passed);
    let lookup = ask.lookup(What::DenyAssignments);
    if lookup.is_complete() {
        let missing = Missing::new(What::DenyAssignments, ask.resource.as_str(), &lookup);
        let claim = if alone { "no deny assignment applies" } else { "no other deny assignment applies" };
        parts.push(J::allowed(|| Leaf::new(format!("{claim} at {}", ask.resource), Evidence::lookup(&lookup, &missing))));
    } else {
        let missing = Missing::new(What::DenyAssignments, ask.resource.as_str(), &lookup).for_principal(&ask.who.principal);
        parts.push(J::unknown(|| format!("the deny assignments that apply at {} were collected", ask.resource), &missing));
    }
    J::all(|| format!("no deny assignment blocks `{}` for {} at {}", ask.action, ask.name(), ask.resource), parts)
}

/// The deny assignments whose scope covers the resource or may, nearest scope first.
fn reaching<'a>(ask: &Ask<'a>) -> Vec<&'a DenyAssignment> {
    let snapshot = ask.cx.snapshot;
    let mut found: Vec<(usize, &DenyAssignment)> = Vec::new();
    for (depth, scope) in ask.place.scopes.iter().enumerate() {
        found.extend(snapshot.deny_assignments_at(scope).map(|deny| (depth, deny)));
    }
    if ask.place.chain.is_some() {
        let above = snapshot.facts().deny_assignments.iter().filter(|deny| ask.place.may_lie_under(&deny.scope));
        found.extend(above.map(|deny| (usize::MAX, deny)));
    }
    found.retain(|(_, deny)| !deny.do_not_apply_to_child_scopes || deny.scope == *ask.resource);
    found.sort_by(|(depth, deny), (other_depth, other)| (depth, &deny.id).cmp(&(other_depth, &other.id)));
    found.into_iter().map(|(_, deny)| deny).collect()
}

fn effect(ask: &Ask<'_>, deny: &DenyAssignment) -> Effect {
    let ways = match covers(&deny.permissions, ask.action, ask.plane) {
        Covers::Ways(ways) => ways,
        Covers::Excluded(_, by) => return Effect::DoesNot(format!("its own exclusion `{by}` lets the action through")),
        Covers::NotNamed => return Effect::DoesNot("it does not name the action".to_owned()),
    };
    let mut doubts: Vec<Doubt> = Vec::new();
    let whom = match named(ask, &deny.principals) {
        Named::Everyone => "it names all principals".to_owned(),
        Named::Own => "it names the principal".to_owned(),
        Named::Through(group) => format!("it names group {}", text::principal(ask.cx.snapshot, group)),
        Named::Perhaps(groups) => {
            doubts.extend(ask.standpoint(Standpoint::Member(&groups)));
            String::new()
        }
        Named::No => return Effect::DoesNot("it names other principals".to_owned()),
    };
    match named(ask, &deny.exclude_principals) {
        Named::Own => return Effect::DoesNot("it excludes the principal".to_owned()),
        Named::Through(group) => {
            return Effect::DoesNot(format!("it excludes group {}", text::principal(ask.cx.snapshot, group)));
        }
        Named::Perhaps(groups) => doubts.extend(ask.standpoint(Standpoint::Excluded(&groups))),
        // "All principals" stands only among `principals`.
        Named::Everyone | Named::No => {}
    }
    if ask.place.may_lie_under(&deny.scope) {
        doubts.extend(ask.standpoint(Standpoint::Under(&deny.scope)));
    }
    doubts.extend(doubts_of_ways(ask, deny, &ways));
    if doubts.is_empty() {
        let pattern = ways.first().map(|way| format!(" and covers `{}`", way.pattern)).unwrap_or_default();
        let protected = if deny.is_system_protected { "; it is system protected" } else { "" };
        return Effect::Blocks(format!("{whom}{pattern}{protected}"));
    }
    Effect::MayBlock(doubts)
}

/// What patterns and conditions leave open. A single plain way without condition leaves nothing.
fn doubts_of_ways(ask: &Ask<'_>, deny: &DenyAssignment, ways: &[Way<'_>]) -> Vec<Doubt> {
    let mut doubts: Vec<Doubt> = Vec::new();
    let texts = ways.iter().filter_map(|way| way.condition).chain(deny.condition.as_deref());
    let questions: Vec<ConditionQuestion<'_>> =
        texts.map(|text| ask.condition(ConditionOf::DenyAssignment(&deny.id), text, None, None, &deny.scope)).collect();
    if !questions.is_empty() {
        let (missing, says) = deny_with_condition(ask.cx, &questions);
        doubts.push((missing, format!("it may block: it has a condition ({says})")));
    }
    if let Some(pattern) = ways.iter().find_map(|way| way.open) {
        doubts.push((open_segment(pattern), format!("it may block: whether `{pattern}` covers the action is undocumented")));
    }
    doubts
}

fn named<'a>(ask: &Ask<'_>, list: &'a [DenyPrincipal]) -> Named<'a> {
    if list.iter().any(|entry| entry.everyone) {
        return Named::Everyone;
    }
    if list.iter().any(|entry| entry.id == ask.who.principal) {
        return Named::Own;
    }
    if let Some(entry) = list.iter().find(|entry| ask.who.groups.contains(&entry.id)) {
        return Named::Through(&entry.id);
    }
    if ask.who.missing.is_none() {
        return Named::No;
    }
    let perhaps: Vec<&ObjectId> =
        list.iter().filter(|entry| may_be_group(ask.cx.snapshot, &entry.id, entry.hint)).map(|entry| &entry.id).collect();
    if perhaps.is_empty() { Named::No } else { Named::Perhaps(perhaps) }
}

fn leaf(ask: &Ask<'_>, deny: &DenyAssignment, says: &str) -> Leaf {
    let claim = format!("deny assignment `{}` at {} does not block {}", deny.name, deny.scope, ask.name());
    Leaf::new(claim, Evidence::new(EvidenceKind::DenyAssignment, deny.id.as_str(), says))
}

/// Any one of the doubts may be what keeps it from blocking.
fn may_block<J: Judgement>(ask: &Ask<'_>, deny: &DenyAssignment, doubts: Vec<Doubt>) -> J {
    let mut parts: Vec<J> = doubts.into_iter().map(|(missing, says)| J::undetermined(|| (leaf(ask, deny, &says), missing))).collect();
    match (parts.len(), parts.pop()) {
        (1, Some(only)) => only,
        (_, last) => {
            parts.extend(last);
            J::any(|| format!("deny assignment `{}` does not block {}", deny.name, ask.name()), parts)
        }
    }
}
