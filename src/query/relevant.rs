//! Which ids a decision about a resource can depend on.

use super::population::named_in_acl;
use crate::eval::{Context, DataTarget};
use crate::model::{Grant, ObjectId, PathAccess, Permission, RoleAssignment, Scope, StorePath, What};
use std::collections::{BTreeMap, BTreeSet};

/// The ids that tell principals apart at one resource, and the assignments that reach it.
#[derive(Clone, Debug, Default)]
pub struct Relevant<'a> {
    /// Ids that an assignment, a deny assignment, an ACL, a bound coverage or gap names there. More than needed does no
    /// harm but to speed.
    pub ids: BTreeSet<ObjectId>,
    /// Something else about a principal may matter: an attribute that a condition asks for, a user principal name in an ACL.
    pub each_alone: bool,
    /// The role assignments that reach the resource or may, by id.
    pub assignments: BTreeMap<&'a str, &'a RoleAssignment>,
}

/// What matters for an action at `scope`.
pub fn relevant_to_action<'a>(cx: &Context<'a>, scope: &Scope) -> Relevant<'a> {
    let mut relevant = Relevant::default();
    relevant.at(cx, scope);
    relevant
}

/// What matters for an operation on data: assignments at and above the container, ACLs of the path and of those above it.
pub fn relevant_to_data<'a>(cx: &Context<'a>, target: &DataTarget<'a>) -> Relevant<'a> {
    let mut relevant = Relevant::default();
    if let Some(scope) = target.scope() {
        relevant.at(cx, &scope);
    }
    let account = (target.account_name.clone(), target.container.clone());
    if let Some(paths) = cx.snapshot.facts().path_access.get(&account) {
        let chain: Vec<StorePath> = std::iter::once(target.path.clone()).chain(target.path.ancestors()).collect();
        chain.iter().filter_map(|path| paths.get(path)).for_each(|record| relevant.acl(record));
    }
    relevant
}

impl<'a> Relevant<'a> {
    fn at(&mut self, cx: &Context<'a>, scope: &Scope) {
        let snapshot = cx.snapshot;
        let (keys, chain_missing) = snapshot.scopes_above(scope);
        let here: Vec<_> = keys.iter().filter_map(|key| snapshot.at_scope(key)).collect();
        for at in &here {
            at.grants().iter().for_each(|grant| self.grant(cx, *grant));
            snapshot.denies(at).for_each(|deny| self.deny(deny));
        }
        if chain_missing.is_some() {
            snapshot.management_group_grants().iter().for_each(|grant| self.grant(cx, *grant));
            let above = snapshot.facts().deny_assignments.iter().filter(|deny| deny.scope.is_management_group());
            above.for_each(|deny| self.deny(deny));
        }
        let facts = snapshot.facts();
        let is_list = |what| matches!(what, What::RoleAssignments | What::DenyAssignments | What::ScheduleInstances);
        let covered = facts.coverage.iter().filter(|record| is_list(record.what)).filter_map(|record| record.principal.as_ref());
        let failed = facts.gaps.iter().filter(|record| is_list(record.what)).filter_map(|record| record.principal.as_ref());
        self.ids.extend(covered.chain(failed).cloned());
    }

    fn grant(&mut self, cx: &Context<'a>, grant: Grant) {
        let Some(assignment) = cx.snapshot.role_assignment(grant) else { return };
        self.ids.insert(assignment.principal.clone());
        self.each_alone |= asks_for_principal(assignment.condition.as_deref());
        let collected = cx.snapshot.facts().role_definitions.get(&assignment.role);
        let definition = collected.or_else(|| cx.rules.built_in_role(&assignment.role).map(|role| &role.definition));
        self.each_alone |= definition.is_some_and(|definition| entries_ask(&definition.permissions));
        self.assignments.insert(assignment.id.key(), assignment);
    }

    fn deny(&mut self, deny: &crate::model::DenyAssignment) {
        self.ids.extend(deny.principals.iter().chain(&deny.exclude_principals).map(|one| one.id.clone()));
        self.each_alone |= asks_for_principal(deny.condition.as_deref()) || entries_ask(&deny.permissions);
    }

    fn acl(&mut self, record: &PathAccess) {
        let named = named_in_acl(&record.acl).chain([record.owner.as_str(), record.group.as_str()]);
        for id in named {
            self.each_alone |= id.contains('@');
            self.ids.insert(ObjectId::new(id));
        }
    }
}

fn entries_ask(permissions: &[Permission]) -> bool {
    permissions.iter().any(|entry| asks_for_principal(entry.condition.as_deref()))
}

/// Whether a condition may read an attribute of whoever asks.
fn asks_for_principal(condition: Option<&str>) -> bool {
    condition.is_some_and(|text| text.to_ascii_lowercase().contains("principal"))
}
