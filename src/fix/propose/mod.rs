//! Candidates: the changes of `rules/fixes.toml` that may meet one requirement, with their values filled in.
//!
//! A candidate is a guess. Whether it helps is found by evaluating again, so that no knowledge of how access is decided is
//! written twice.

mod identity;
mod invoke;
mod lake;
mod network;
mod spelling;
mod stored;

use super::change::{Change, RoleGrant};
use super::scene::Scene;
use crate::eval::{DataFinding, DataTarget, EvidenceKind, RequirementFinding, Verdict, data_access};
use crate::model::{ObjectId, Operation, RequirementId, RoleId, Scope};
use crate::rules::{FixKind, FixRule, FixScope};
use std::collections::BTreeSet;

/// Changes that go together, and the weight by which the search tries them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) changes: BTreeSet<Change>,
    pub(super) cost: u64,
}

/// An unmet requirement, and the input or output it belongs to.
#[derive(Clone, Copy)]
pub(super) struct Unmet<'s> {
    pub(super) requirement: &'s RequirementFinding,
    pub(super) data: Option<&'s DataFinding>,
}

/// Every candidate for one requirement, in the order of the rules.
pub(super) fn candidates(scene: &Scene<'_>, unmet: Unmet<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    for rule in scene.cx.rules.fixes_for(unmet.requirement.id) {
        let sets = match rule.kind {
            FixKind::GrantRole => grant_role(scene, unmet, rule),
            FixKind::AclEntries => lake::entries(scene, unmet),
            FixKind::CustomRole => invoke::custom_role(scene),
            FixKind::SystemIdentity => identity::system(scene),
            FixKind::UserIdentity => identity::users(scene),
            FixKind::StoreByIdentity => stored::by_identity(scene, unmet),
            FixKind::RenewSas => stored::new_sas(scene, unmet),
            FixKind::AllowSharedKey => stored::shared_key(scene, unmet),
            FixKind::SubnetRule => network::subnet_rule(scene, unmet),
            FixKind::PrivateEndpoint => network::private_endpoints(scene, unmet),
            FixKind::OutboundRule => network::outbound_rules(scene, unmet),
            FixKind::ActivateRole => invoke::activations(scene),
            FixKind::Rehydrate => stored::rehydrate(scene, unmet),
            FixKind::Respell => spelling::other(scene, unmet),
            FixKind::DefaultDeployment => spelling::default_deployment(scene),
            FixKind::RemoveDeny => denies(scene, unmet),
        };
        for changes in sets.into_iter().filter(|changes| !changes.is_empty()) {
            // One that stands for several costs more, but less than as many of their own.
            let more = u64::try_from(changes.len() - 1).unwrap_or(u64::MAX);
            let cost = u64::from(rule.cost).saturating_add(more.saturating_mul(u64::from(rule.cost) / 2));
            found.push(Candidate { changes, cost });
        }
    }
    found
}

/// The operations a requirement asks for on the data.
fn operations(requirement: RequirementId, target: &DataTarget<'_>) -> &'static [Operation] {
    match requirement {
        RequirementId::OutputWritable | RequirementId::InputUpload => &[Operation::Write],
        RequirementId::DataReadable => &[Operation::Read],
        RequirementId::InputRecognised
        | RequirementId::InputSupported
        | RequirementId::InputExists
        | RequirementId::InputType
        | RequirementId::JobEndpoint
        | RequirementId::JobInvoke
        | RequirementId::CredentialRetrievable
        | RequirementId::CredentialSharedKey
        | RequirementId::CredentialSas
        | RequirementId::CredentialServicePrincipal
        | RequirementId::ComputeIdentity
        | RequirementId::AccountReachable
        | RequirementId::AccountTenant
        | RequirementId::AccessMount
        | RequirementId::AccessRead
        | RequirementId::AccessAnonymous
        | RequirementId::RuntimeBatch => target.read_operations(),
    }
}

/// A built-in role to everybody of the requirement who lacks access; at the workspace, to whoever invokes.
fn grant_role(scene: &Scene<'_>, unmet: Unmet<'_>, rule: &FixRule) -> Vec<BTreeSet<Change>> {
    let (Some(role), Some(at)) = (&rule.role, rule.at) else {
        return Vec::new();
    };
    if at == FixScope::Workspace {
        let invoker = scene.invoker().cloned();
        return vec![invoker.map(|who| grant(scene, who, role, &scene.view.workspace_id)).into_iter().collect()];
    }
    let Some(target) = unmet.data.and_then(|data| scene.target(data)) else {
        return Vec::new();
    };
    let scope = match at {
        FixScope::Container => target.scope(),
        FixScope::Account | FixScope::Workspace => target.account.value().map(|account| account.id.clone()),
    };
    let Some(scope) = scope else {
        return Vec::new();
    };
    let asked = operations(unmet.requirement.id, &target);
    let lacking = scene.principals(unmet.requirement, unmet.data).into_iter().filter(|who| {
        let identities = scene.cx.snapshot.identities(who);
        asked.iter().any(|one| data_access::<Verdict>(&scene.cx, &identities, *one, &target).by_rbac != Verdict::Allowed)
    });
    vec![lacking.map(|who| grant(scene, who, role, &scope)).collect()]
}

fn grant(scene: &Scene<'_>, principal: ObjectId, role: &RoleId, scope: &Scope) -> Change {
    let known = scene.cx.rules.built_in_role(role);
    let role_name = known.map_or_else(|| role.to_string(), |role| role.definition.name.clone());
    Change::GrantRole(RoleGrant { principal, role: role.clone(), role_name, scope: scope.clone(), condition: None })
}

/// The deny assignments that the proof says are, or may be, in the way.
fn denies(scene: &Scene<'_>, unmet: Unmet<'_>) -> Vec<BTreeSet<Change>> {
    let leaves = unmet.requirement.proof.leaves();
    let blocking =
        leaves.into_iter().filter(|(_, verdict, leaf)| *verdict != Verdict::Allowed && leaf.evidence.kind == EvidenceKind::DenyAssignment);
    let ids: BTreeSet<Scope> = blocking.map(|(_, _, leaf)| Scope::new(&leaf.evidence.id)).collect();
    let named = scene.cx.snapshot.facts().deny_assignments.iter().filter(|deny| ids.contains(&deny.id));
    vec![named.map(|deny| Change::RemoveDeny { id: deny.id.clone(), name: deny.name.clone() }).collect()]
}
