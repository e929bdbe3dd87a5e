//! When a role assignment is in force: PIM schedule instances.

use crate::eval::{Context, Window};
use crate::model::{AssignmentScheduleInstance, RoleAssignment, Timestamp};

/// How an assignment stands to the period asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing<'a> {
    /// No instance bounds it.
    Unbounded,
    /// In force throughout, by what is known until then (`None`: without end).
    Active(Option<Timestamp>),
    /// In force only from a moment within or after the period.
    NotYet(&'a AssignmentScheduleInstance, Timestamp),
    /// Over before, or within the period.
    Ended(&'a AssignmentScheduleInstance, Timestamp),
}

struct Span {
    start: Option<Timestamp>,
    end: Option<Timestamp>,
}

/// Unites the instances; ones that overlap or follow on each other without a break count as one.
fn united(instances: &[&AssignmentScheduleInstance]) -> Vec<Span> {
    let mut bounds: Vec<_> = instances.iter().map(|instance| (instance.start, instance.end)).collect();
    // `None` sorts first, which is right for starts.
    bounds.sort_unstable();
    let mut spans: Vec<Span> = Vec::new();
    for (start, end) in bounds {
        match spans.last_mut() {
            Some(last) if last.end.is_none_or(|last_end| start.is_none_or(|start| start <= last_end)) => {
                last.end = match (last.end, end) {
                    (Some(one), Some(other)) => Some(one.max(other)),
                    (None, _) | (_, None) => None,
                };
            }
            Some(_) | None => spans.push(Span { start, end }),
        }
    }
    spans
}

/// The instances that name the assignment bound it; their union counts. Source: "Use Azure Privileged Identity Management
/// to manage active access with the REST API".
pub(super) fn standing<'a>(cx: &Context<'a>, assignment: &RoleAssignment) -> Standing<'a> {
    let instances: Vec<&AssignmentScheduleInstance> = cx.snapshot.schedule_instances_of(&assignment.id).collect();
    if instances.is_empty() {
        return Standing::Unbounded;
    }
    if let Some(span) = united(&instances).iter().find(|span| cx.window(span.start, span.end) == Window::Holds) {
        return Standing::Active(span.end);
    }
    let ends_within = |instance: &&&AssignmentScheduleInstance| instance.start.is_none_or(|start| start <= cx.at);
    let ended = instances.iter().filter(ends_within).filter_map(|instance| Some((instance.end?, *instance)));
    let coming = instances.iter().filter_map(|instance| Some((instance.start.filter(|start| *start > cx.at)?, *instance)));
    let last_ended = ended.max_by_key(|(end, instance)| (*end, instance.id.clone()));
    let next = coming.min_by_key(|(start, instance)| (*start, instance.id.clone()));
    match (last_ended, next) {
        (Some((end, instance)), _) if end > cx.at => Standing::Ended(instance, end),
        (_, Some((start, instance))) => Standing::NotYet(instance, start),
        (Some((end, instance)), None) => Standing::Ended(instance, end),
        // Without an end behind and a start ahead one instance would hold.
        (None, None) => Standing::Active(None),
    }
}

/// When an assignment that is in force ends, by its PIM schedule instances; `None`: it is not in force, or nothing known
/// ends it.
pub fn grant_end(cx: &Context<'_>, assignment: &RoleAssignment) -> Option<Timestamp> {
    match standing(cx, assignment) {
        Standing::Active(end) => end,
        Standing::Unbounded | Standing::NotYet(..) | Standing::Ended(..) => None,
    }
}
