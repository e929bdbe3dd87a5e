//! Conditions of role assignments that cannot be read, cannot work, or ask for what nobody knows beforehand.

use crate::eval::condition::lint;
use crate::eval::{Evidence, EvidenceKind};
use crate::model::{Availability, Condition, Missing, RoleAssignment, RoleDefinition, What};
use crate::review::Occurrence;
use crate::review::found::Detected;
use crate::review::holders::named;
use crate::review::subject::Subject;
use crate::rules::ConditionTrouble;

/// Prefix of the actions of storage services, lower case.
const STORAGE: &str = "microsoft.storage/";

/// Role assignments with a condition that bear on the subject.
pub(super) fn conditional<'s>(subject: &'s Subject<'_>) -> impl Iterator<Item = (&'s RoleAssignment, &'s str)> {
    let all = subject.cx.snapshot.facts().role_assignments.iter();
    let touching = all.filter(|assignment| subject.is_touched_by(&assignment.scope));
    touching.filter_map(|assignment| Some((assignment, assignment.condition.as_deref()?)))
}

/// A role assignment as evidence.
pub(super) fn evidence(assignment: &RoleAssignment, says: impl Into<String>) -> Evidence {
    Evidence::new(EvidenceKind::RoleAssignment, assignment.id.as_str(), says)
}

/// Conditions with this trouble.
pub(super) fn doubtful(subject: &Subject<'_>, trouble: ConditionTrouble) -> Detected {
    let mut detected = Detected { missing: subject.assignments_missing(What::RoleAssignments), ..Detected::default() };
    for (assignment, text) in conditional(subject) {
        let says = match (trouble, Condition::parse(text)) {
            (ConditionTrouble::Malformed, Err(error)) => Some(format!("it cannot be read: {error}")),
            (ConditionTrouble::Malformed, Ok(_)) | (ConditionTrouble::Unsupported | ConditionTrouble::UnknownAttribute, Err(_)) => None,
            (ConditionTrouble::Unsupported | ConditionTrouble::UnknownAttribute, Ok(condition)) => match subject.role(&assignment.role) {
                // What restricts calls to Azure Resource Manager is nobody's matter here.
                Some(role) if !has_storage_data(role) => None,
                Some(role) if trouble == ConditionTrouble::Unsupported => condition
                    .uses_guid_operator()
                    .then(|| format!("it uses a GUID operator on role `{}`, whose every access to data then fails", role.name)),
                Some(_) => unknown_attributes(subject, &condition),
                None => {
                    let lookup = subject.cx.snapshot.role_definitions_lookup(&assignment.scope);
                    detected.missing.insert(Missing::new(What::RoleDefinitions, assignment.scope.as_str(), &lookup));
                    None
                }
            },
        };
        if let Some(says) = says {
            let who = named(&subject.cx, &assignment.principal);
            let message = format!("the condition of a role assignment of {who} at {}: {says}", assignment.scope);
            detected.found.push(Occurrence::new(assignment.id.as_str(), message, vec![evidence(assignment, says)]));
        }
    }
    detected
}

/// Whether a role has data actions of storage, in any pattern.
fn has_storage_data(role: &RoleDefinition) -> bool {
    let patterns = role.permissions.iter().flat_map(|entry| &entry.data_actions);
    patterns.into_iter().any(|pattern| {
        let text = pattern.as_str().to_lowercase();
        text.starts_with(STORAGE) || text.starts_with('*')
    })
}

fn unknown_attributes(subject: &Subject<'_>, condition: &Condition) -> Option<String> {
    let report = lint(condition, subject.cx.rules);
    let unknown = report.attributes.iter().filter(|used| used.availability == Availability::Unknown);
    let names: Vec<String> = unknown.map(|used| format!("`@{}[{}]`", used.source.as_str(), used.name)).collect();
    (!names.is_empty())
        .then(|| format!("nobody but the service knows {}, so that what it lets through cannot be told beforehand", names.join(", ")))
}
