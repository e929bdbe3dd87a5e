//! Role assignments to principals that are gone.

use crate::eval::{Evidence, EvidenceKind};
use crate::model::{Found, What};
use crate::review::Occurrence;
use crate::review::found::Detected;
use crate::review::subject::Subject;

/// Role assignments that bear on the subject and name what the directory does not hold. Source: "Troubleshoot Azure RBAC",
/// role assignments with identity not found.
pub(super) fn deleted(subject: &Subject<'_>) -> Detected {
    let (cx, facts) = (&subject.cx, subject.cx.snapshot.facts());
    let mut detected = Detected { missing: subject.assignments_missing(What::RoleAssignments), ..Detected::default() };
    for assignment in facts.role_assignments.iter().filter(|assignment| subject.is_touched_by(&assignment.scope)) {
        match cx.snapshot.directory_object(assignment.principal.as_str()) {
            Found::Here(_) => {}
            Found::Missing(missing) => {
                detected.missing.insert(missing);
            }
            Found::Absent(by) => {
                let role = subject.role(&assignment.role).map_or_else(|| assignment.role.to_string(), |role| role.name.clone());
                let principal = &assignment.principal;
                let message =
                    format!("role `{role}` at {} is assigned to {principal}, which the directory does not hold", assignment.scope);
                let evidence = vec![
                    Evidence::new(EvidenceKind::RoleAssignment, assignment.id.as_str(), format!("its principal is {principal}")),
                    Evidence::coverage(by, format!("no object of the directory bears {principal}")),
                ];
                detected.found.push(Occurrence::new(assignment.id.as_str(), message, evidence));
            }
        }
    }
    detected
}
