//! Conditions that the principal gets past: by another role assignment, or by the super-user action of the same role.

use super::conditions::{conditional, evidence};
use crate::eval::condition::lint;
use crate::eval::{DataTarget, Evidence, EvidenceKind, Judgement, Proof, Verdict, rbac};
use crate::model::{Action, ActionPattern, Condition, Coverage, Known, Missing, Plane, RoleAssignment, RoleDefinition, What};
use crate::review::Occurrence;
use crate::review::found::{Detected, cited};
use crate::review::holders::named;
use crate::review::subject::{Subject, resource};
use crate::rules::BypassedBy;
use std::collections::BTreeMap;

/// Permits every operation on data of an account with a hierarchical namespace. Source: "Actions and attributes for Azure
/// role assignment conditions for Azure Blob Storage".
const SUPER_USER: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/runAsSuperUser/action";

/// What conditions on blobs are about.
const ON_BLOBS: [&str; 5] = [
    "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read",
    "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write",
    "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/add/action",
    "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete",
    SUPER_USER,
];

/// Conditions on data that are passed by in this way.
pub(super) fn bypassed(subject: &Subject<'_>, by: BypassedBy) -> Detected {
    let mut detected = Detected { missing: subject.assignments_missing(What::RoleAssignments), ..Detected::default() };
    detected.missing.extend(subject.accounts_missing.iter().chain(&subject.parts_missing).cloned());
    for (assignment, text) in conditional(subject) {
        let Ok(condition) = Condition::parse(text) else { continue };
        let Some(role) = subject.role(&assignment.role) else {
            let lookup = subject.cx.snapshot.role_definitions_lookup(&assignment.scope);
            detected.missing.insert(Missing::new(What::RoleDefinitions, assignment.scope.as_str(), &lookup));
            continue;
        };
        let targeted = Targeted::of(subject, &condition);
        let reached = subject.containers.iter().filter(|target| target.scope().is_some_and(|scope| assignment.scope.contains(&scope)));
        match by {
            BypassedBy::SuperUser => detected.found.extend(super_user(subject, assignment, role, &targeted, reached)),
            BypassedBy::Grant => {
                let granted = || ON_BLOBS.map(Action::new).into_iter().filter(|action| grants(role, action) && targeted.holds(action));
                for (cited, places) in unconditional(subject, assignment, granted, reached, &mut detected).into_values() {
                    detected.found.push(by_grant(subject, assignment, cited, &places));
                }
            }
        }
    }
    detected
}

/// The actions that a condition restricts; without `ActionMatches` all of the role's.
struct Targeted(Vec<ActionPattern>);

impl Targeted {
    fn of(subject: &Subject<'_>, condition: &Condition) -> Self {
        Targeted(lint(condition, subject.cx.rules).actions.iter().map(|text| ActionPattern::new(text)).collect())
    }
    fn holds(&self, action: &Action) -> bool {
        self.0.is_empty() || self.0.iter().any(|pattern| pattern.matches(action))
    }
}

fn grants(role: &RoleDefinition, action: &Action) -> bool {
    role.permissions.iter().any(|entry| matches!(entry.covers(action, Plane::Data), Coverage::Granted(_)))
}

fn is_hierarchical(target: &DataTarget<'_>) -> bool {
    matches!(&target.account, Known::Known(account) if account.is_hns_enabled)
}

fn super_user<'t>(
    subject: &Subject<'_>,
    assignment: &RoleAssignment,
    role: &RoleDefinition,
    targeted: &Targeted,
    mut reached: impl Iterator<Item = &'t DataTarget<'t>>,
) -> Option<Occurrence> {
    let action = Action::new(SUPER_USER);
    if !grants(role, &action) || targeted.holds(&action) {
        return None;
    }
    let target = reached.find(|target| is_hierarchical(target))?;
    let account = target.account.value()?;
    let message = format!(
        "the condition of role `{}` of {} at {} does not restrict `blobs/runAsSuperUser/action`, which permits everything on account `{}`",
        role.name,
        named(&subject.cx, &assignment.principal),
        assignment.scope,
        account.name
    );
    let evidence = vec![
        evidence(assignment, "its condition leaves the super-user action out"),
        Evidence::new(EvidenceKind::RoleDefinition, role.arm_id.as_str(), "it holds the super-user action"),
        resource(&account.id, "isHnsEnabled is true"),
    ];
    Some(Occurrence::new(assignment.id.as_str(), message, evidence))
}

type Others = BTreeMap<String, (Evidence, Vec<String>)>;

/// Other role assignments that grant the principal, without a condition that could fail, what the condition restricts.
fn unconditional<'t, A: Iterator<Item = Action>>(
    subject: &Subject<'_>,
    assignment: &RoleAssignment,
    actions: impl Fn() -> A,
    reached: impl Iterator<Item = &'t DataTarget<'t>>,
    detected: &mut Detected,
) -> Others {
    let cx = &subject.cx;
    let who = cx.snapshot.identities(&assignment.principal);
    let mut others = Others::new();
    for target in reached {
        let Some(scope) = target.scope() else { continue };
        for action in actions().filter(|action| is_hierarchical(target) || action.as_str() != SUPER_USER) {
            let proof: Proof = rbac::one_action(cx, &who, &action, Plane::Data, &scope).granted;
            if proof.verdict() == Verdict::Undetermined {
                detected.missing.extend(who.missing.clone());
                continue;
            }
            for other in cited(&proof, Verdict::Allowed) {
                if other.kind == EvidenceKind::RoleAssignment && !other.id.eq_ignore_ascii_case(assignment.id.as_str()) {
                    let (_, places) = others.entry(other.id.to_lowercase()).or_insert((other, Vec::new()));
                    let place = target.describe();
                    if !places.contains(&place) {
                        places.push(place);
                    }
                }
            }
        }
    }
    others
}

fn by_grant(subject: &Subject<'_>, assignment: &RoleAssignment, other: Evidence, places: &[String]) -> Occurrence {
    let message = format!(
        "the condition of a role assignment of {} at {} restricts nothing at {}: another role assignment grants the same without it",
        named(&subject.cx, &assignment.principal),
        assignment.scope,
        places.join(", ")
    );
    let evidence = vec![
        Evidence { says: "it grants the same without the condition".to_owned(), ..other },
        evidence(assignment, "it bears the condition"),
    ];
    Occurrence::new(assignment.id.as_str(), message, evidence)
}
