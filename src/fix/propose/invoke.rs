//! What the invoker lacks in Azure Resource Manager.

use super::{Change, Scene};
use crate::eval::{Verdict, Window, rbac};
use crate::fix::change::RoleGrant;
use crate::model::{Action, Identities, Plane, RequirementId};
use crate::rules::OnMissing;
use std::collections::{BTreeMap, BTreeSet};

/// A custom role with exactly the actions without which the job cannot be created, and the one that fetches a stored
/// credential where that is lacking.
pub(super) fn custom_role(scene: &Scene<'_>) -> Vec<BTreeSet<Change>> {
    let Some(invoker) = scene.invoker() else {
        return Vec::new();
    };
    let who = scene.cx.snapshot.identities(invoker);
    let fetches = scene.finding.requirements().any(|one| {
        let asks = matches!(one.id, RequirementId::CredentialRetrievable | RequirementId::InputUpload | RequirementId::OutputWritable);
        one.counts && asks && one.verdict() != Verdict::Allowed
    });
    let asks_job = scene.finding.invoke.is_some();
    let mut actions: BTreeSet<String> = BTreeSet::new();
    let mut groups: BTreeMap<&str, (bool, &Action)> = BTreeMap::new();
    for rule in scene.cx.rules.invoke_actions() {
        let wanted = match rule.on_missing {
            OnMissing::Deny => asks_job,
            OnMissing::Credential => fetches,
            OnMissing::Warn => false,
        };
        if !wanted {
            continue;
        }
        let holds = holds(scene, &who, &rule.action);
        match &rule.any_of {
            Some(group) => {
                let slot = groups.entry(group).or_insert((false, &rule.action));
                slot.0 |= holds;
            }
            None if !holds => {
                actions.insert(rule.action.as_str().to_owned());
            }
            None => {}
        }
    }
    actions.extend(groups.into_values().filter(|(held, _)| !held).map(|(_, action)| action.as_str().to_owned()));
    if actions.is_empty() {
        return Vec::new();
    }
    let scope = scene.view.workspace_id.clone();
    vec![BTreeSet::from([Change::CustomRole { principal: invoker.clone(), scope, actions }])]
}

fn holds(scene: &Scene<'_>, who: &Identities, action: &Action) -> bool {
    let at = &scene.view.workspace_id;
    let rbac = rbac::one_action::<Verdict>(&scene.cx, who, action, Plane::Management, at);
    rbac.together(String::new) == Verdict::Allowed
}

/// Each role the invoker, or a group it is in, is eligible for now.
pub(super) fn activations(scene: &Scene<'_>) -> Vec<BTreeSet<Change>> {
    let Some(invoker) = scene.invoker() else {
        return Vec::new();
    };
    let snapshot = scene.cx.snapshot;
    let who = snapshot.identities(invoker);
    let all = std::iter::once(invoker).chain(&who.groups).flat_map(|id| snapshot.eligibilities_of(id));
    let now = all.filter(|one| scene.cx.window(one.start, one.end) == Window::Holds);
    let active = now.map(|one| {
        let collected = snapshot.facts().role_definitions.get(&one.role).map(|role| role.name.clone());
        let role_name = collected.or_else(|| scene.cx.rules.built_in_role(&one.role).map(|role| role.definition.name.clone()));
        let grant = RoleGrant {
            principal: invoker.clone(),
            role: one.role.clone(),
            role_name: role_name.unwrap_or_else(|| one.role.to_string()),
            scope: one.scope.clone(),
            condition: one.condition.clone(),
        };
        BTreeSet::from([Change::ActivateRole { eligibility: one.id.clone(), grant }])
    });
    active.collect()
}
