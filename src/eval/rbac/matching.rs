//! How a role or a deny assignment stands to one action.

use crate::eval::Context;
use crate::model::{Action, ActionPattern, Grant, Permission, Plane, RoleDefinition, RoleId, RoleNumber};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// How a pattern stands to an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Match {
    Yes,
    /// Only if `/*/` also stands for a single `/`, which no document says or denies.
    Undocumented,
    No,
}

/// `*` is a plain glob. Whether `workspaces/*/read` covers `workspaces/read` is not documented: "Azure custom roles" speaks
/// of `*` for matching "everything", and AzureML Data Scientist excludes by name what the plain reading never granted.
fn pattern_match(pattern: &ActionPattern, action: &Action) -> Match {
    if pattern.matches(action) {
        return Match::Yes;
    }
    let text = pattern.as_str();
    if !text.contains("/*/") {
        return Match::No;
    }
    let without_segment = |at: usize| {
        let (before, after) = (text.get(..at).unwrap_or_default(), text.get(at + 2..).unwrap_or_default());
        ActionPattern::new(&format!("{before}{after}")).matches(action)
    };
    let one = text.match_indices("/*/").any(|(at, _)| without_segment(at));
    if one || ActionPattern::new(&text.replace("/*/", "/")).matches(action) { Match::Undocumented } else { Match::No }
}

/// The best match among `patterns`.
fn best<'a>(patterns: &'a [ActionPattern], action: &Action) -> (Match, Option<&'a ActionPattern>) {
    let mut open = None;
    for pattern in patterns {
        match pattern_match(pattern, action) {
            Match::Yes => return (Match::Yes, Some(pattern)),
            Match::Undocumented => open = open.or(Some(pattern)),
            Match::No => {}
        }
    }
    if open.is_some() { (Match::Undocumented, open) } else { (Match::No, None) }
}

/// One permission entry that covers the action, or may.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way<'a> {
    /// The pattern that names the action.
    pub(super) pattern: &'a ActionPattern,
    /// The entry's own condition.
    pub(super) condition: Option<&'a str>,
    /// The pattern whose `/*/` would have to be understood to know.
    pub(super) open: Option<&'a ActionPattern>,
}

/// How all entries together stand to the action.
#[derive(Clone, Debug)]
pub(super) enum Covers<'a> {
    /// Alternatives, never empty. An entry without condition and doubt stands alone.
    Ways(Vec<Way<'a>>),
    /// Named, and taken away by the second pattern of the same entry.
    Excluded(&'a ActionPattern, &'a ActionPattern),
    /// No entry names it.
    NotNamed,
}

/// Unites the entries: each is computed on its own, so an exclusion of one entry takes nothing from another.
pub(super) fn covers<'a>(permissions: &'a [Permission], action: &Action, plane: Plane) -> Covers<'a> {
    let mut ways: Vec<Way<'a>> = Vec::new();
    let mut excluded = None;
    for entry in permissions {
        let (granted, taken) = match plane {
            Plane::Management => (&entry.actions, &entry.not_actions),
            Plane::Data => (&entry.data_actions, &entry.not_data_actions),
        };
        let (grants, Some(pattern)) = best(granted, action) else { continue };
        let (excludes, by) = best(taken, action);
        let open = match (grants, excludes) {
            (_, Match::Yes) => {
                excluded = excluded.or(by.map(|by| (pattern, by)));
                continue;
            }
            (Match::Undocumented, _) => Some(pattern),
            (Match::Yes | Match::No, Match::Undocumented) => by,
            (Match::Yes | Match::No, Match::No) => None,
        };
        ways.push(Way { pattern, condition: entry.condition.as_deref(), open });
    }
    if let Some(plain) = ways.iter().find(|way| way.condition.is_none() && way.open.is_none()) {
        return Covers::Ways(vec![*plain]);
    }
    if !ways.is_empty() {
        return Covers::Ways(ways);
    }
    excluded.map_or(Covers::NotNamed, |(pattern, by)| Covers::Excluded(pattern, by))
}

/// A role's definition.
#[derive(Clone, Copy, Debug)]
pub(super) struct Role<'a> {
    /// The definition; `None`: a custom role that is not in the snapshot.
    pub(super) definition: Option<&'a RoleDefinition>,
    /// The definition is the one of the rules, not one that was collected.
    from_rules: bool,
}

impl<'a> Role<'a> {
    fn of(cx: &Context<'a>, id: &RoleId) -> Self {
        let collected = cx.snapshot.facts().role_definitions.get(id);
        let definition = collected.or_else(|| cx.rules.built_in_role(id).map(|role| &role.definition));
        Role { definition, from_rules: collected.is_none() }
    }

    fn permissions(&self) -> &'a [Permission] {
        self.definition.map(|definition| definition.permissions.as_slice()).unwrap_or_default()
    }

    /// The role's name, else its GUID.
    pub(super) fn name(&self, id: &RoleId) -> String {
        self.definition.map_or_else(|| id.to_string(), |definition| definition.name.clone())
    }

    /// What has to be assumed to use the definition.
    pub(super) fn assumption(&self) -> Option<String> {
        let name = &self.definition.filter(|_| self.from_rules)?.name;
        Some(format!("built-in role `{name}` is as in rules/roles.toml"))
    }

    /// Whether the role grants `action` without condition or doubt.
    pub(super) fn plainly_grants(&self, action: &Action, plane: Plane) -> bool {
        match covers(self.permissions(), action, plane) {
            Covers::Ways(ways) => ways.iter().any(|way| way.condition.is_none() && way.open.is_none()),
            Covers::Excluded(..) | Covers::NotNamed => false,
        }
    }

    /// Whether the role has no data action at all.
    pub(super) fn is_management_role(&self) -> bool {
        self.definition.is_some() && self.permissions().iter().all(|entry| entry.data_actions.is_empty())
    }
}

/// A role as it stands to the action of the question.
#[derive(Clone, Debug)]
pub(super) struct RoleView<'a> {
    /// The role.
    pub(super) role: Role<'a>,
    /// How it stands to the action; [`Covers::NotNamed`] without definition.
    pub(super) covers: Covers<'a>,
}

impl RoleView<'_> {
    /// Whether an assignment of the role would grant the action or may.
    pub(super) fn may_grant(&self) -> bool {
        self.role.definition.is_none() || self.is_named()
    }

    /// Whether the role is known to name the action and not to take it away.
    pub(super) fn is_named(&self) -> bool {
        matches!(self.covers, Covers::Ways(_))
    }
}

/// Roles of one question: the patterns of each role are matched once, however many assignments bear it.
pub(super) struct Roles<'a> {
    cx: &'a Context<'a>,
    action: &'a Action,
    plane: Plane,
    seen: BTreeMap<RoleNumber, RoleView<'a>>,
}

impl<'a> Roles<'a> {
    pub(super) fn new(cx: &'a Context<'a>, action: &'a Action, plane: Plane) -> Self {
        Roles { cx, action, plane, seen: BTreeMap::new() }
    }

    /// The role of a role assignment; there is always one for a grant of the snapshot.
    pub(super) fn view(&mut self, grant: Grant) -> Option<&RoleView<'a>> {
        Some(match self.seen.entry(grant.role) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let id = &self.cx.snapshot.role_assignment(grant)?.role;
                new.insert(judge(self.cx, self.action, self.plane, id))
            }
        })
    }

    /// The role with this id.
    pub(super) fn judge(&self, id: &RoleId) -> RoleView<'a> {
        judge(self.cx, self.action, self.plane, id)
    }
}

/// From the snapshot, else a built-in one of the rules.
fn judge<'a>(cx: &Context<'a>, action: &Action, plane: Plane, id: &RoleId) -> RoleView<'a> {
    let role = Role::of(cx, id);
    RoleView { role, covers: covers(role.permissions(), action, plane) }
}

#[cfg(test)]
mod tests {
    use super::{Covers, Match, covers, pattern_match};
    use crate::model::{Action, ActionPattern, Permission, Plane};

    fn patterns(texts: &[&str]) -> Vec<ActionPattern> {
        texts.iter().map(|text| ActionPattern::new(text)).collect()
    }

    fn entry(actions: &[&str], not_actions: &[&str]) -> Permission {
        Permission { actions: patterns(actions), not_actions: patterns(not_actions), ..Permission::default() }
    }

    #[test]
    fn only_a_pattern_with_a_middle_star_leaves_zero_segments_open() {
        let stands = |pattern: &str, action: &str| pattern_match(&ActionPattern::new(pattern), &Action::new(action));
        assert_eq!(stands("p/workspaces/*/read", "p/workspaces/jobs/read"), Match::Yes);
        assert_eq!(stands("p/workspaces/*/read", "p/workspaces/read"), Match::Undocumented);
        assert_eq!(stands("p/*/a/*/read", "p/x/a/read"), Match::Undocumented);
        assert_eq!(stands("p/*/a/*/read", "p/a/read"), Match::Undocumented);
        assert_eq!(stands("p/workspaces/*/read", "p/workspaces/write"), Match::No);
        assert_eq!(stands("p/workspaces/*", "p/workspaces"), Match::No);
        assert_eq!(stands("*/read", "read"), Match::No);
    }

    #[test]
    fn an_exclusion_takes_away_from_its_own_entry_only() {
        let action = Action::new("p/a/write");
        let excluded = [entry(&["p/*"], &["p/a/*"])];
        assert!(matches!(covers(&excluded, &action, Plane::Management), Covers::Excluded(..)));
        let united = [entry(&["p/*"], &["p/a/*"]), entry(&["p/a/write"], &[])];
        match covers(&united, &action, Plane::Management) {
            Covers::Ways(ways) => assert_eq!(ways[0].pattern.as_str(), "p/a/write"),
            Covers::Excluded(..) | Covers::NotNamed => panic!("the second entry grants it"),
        }
        assert!(matches!(covers(&united, &action, Plane::Data), Covers::NotNamed));
    }

    #[test]
    fn an_exclusion_that_may_not_reach_the_action_leaves_it_open() {
        let action = Action::new("p/a/read");
        match covers(&[entry(&["*"], &["p/a/*/read"])], &action, Plane::Management) {
            Covers::Ways(ways) => assert_eq!(ways[0].open.map(ActionPattern::as_str), Some("p/a/*/read")),
            Covers::Excluded(..) | Covers::NotNamed => panic!("the exclusion is in doubt"),
        }
    }
}
