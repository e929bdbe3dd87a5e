//! Role assignments that PIM ends before the horizon.

use crate::eval::{Evidence, EvidenceKind, rbac};
use crate::model::{RoleAssignment, Timestamp, What};
use crate::review::Occurrence;
use crate::review::found::Detected;
use crate::review::holders::named;
use crate::review::subject::Subject;
use crate::review::words::moment;

/// Role assignments that bear on the subject, are in force, and end before the horizon.
pub(super) fn lapses(subject: &Subject<'_>) -> Detected {
    let facts = subject.cx.snapshot.facts();
    let mut detected = Detected { missing: subject.assignments_missing(What::RoleAssignments), ..Detected::default() };
    detected.missing.extend(subject.assignments_missing(What::ScheduleInstances));
    for assignment in facts.role_assignments.iter().filter(|assignment| subject.is_touched_by(&assignment.scope)) {
        if let Some(end) = rbac::grant_end(&subject.cx, assignment).filter(|end| *end <= subject.question.horizon) {
            detected.found.push(found(subject, assignment, end));
        }
    }
    detected
}

fn found(subject: &Subject<'_>, assignment: &RoleAssignment, end: Timestamp) -> Occurrence {
    let cx = &subject.cx;
    let role = subject.role(&assignment.role).map_or_else(|| assignment.role.to_string(), |role| role.name.clone());
    let instances: Vec<_> = cx.snapshot.schedule_instances_of(&assignment.id).collect();
    let activated = |kind: &str| kind.eq_ignore_ascii_case("Activated");
    let by_activation = instances.iter().all(|instance| instance.assignment_type.as_deref().is_some_and(activated));
    let how = if by_activation { ", for it was activated for a time" } else { "" };
    let message = format!("role `{role}` of {} at {} ends at {}{how}", named(cx, &assignment.principal), assignment.scope, moment(end));
    let mut evidence = vec![Evidence::new(EvidenceKind::RoleAssignment, assignment.id.as_str(), format!("role `{role}`"))];
    evidence.extend(instances.iter().map(|instance| {
        let says = instance.end.map_or_else(|| "without end".to_owned(), |end| format!("ends at {}", moment(end)));
        Evidence::new(EvidenceKind::ScheduleInstance, instance.id.as_str(), says)
    }));
    Occurrence::new(assignment.id.as_str(), message, evidence).under(by_activation.then_some("activated"))
}
