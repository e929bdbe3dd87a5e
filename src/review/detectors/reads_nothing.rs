//! Deployments that can read none of the inputs, whoever invokes them.

use crate::eval::Verdict;
use crate::review::found::Detected;
use crate::review::subject::{Subject, resource};
use crate::review::{Cell, Occurrence};
use std::collections::BTreeMap;

/// Deployments to which every input of the matrix is denied, leaving out what is asked of whoever invokes.
pub(super) fn reads_nothing(subject: &Subject<'_>) -> Detected {
    let mut detected = Detected { missing: subject.parts_missing.iter().cloned().collect(), ..Detected::default() };
    let mut rows: BTreeMap<&str, Vec<&Cell>> = BTreeMap::new();
    for cell in subject.matrix {
        rows.entry(cell.deployment.key()).or_default().push(cell);
    }
    for cells in rows.values() {
        match Verdict::any(cells.iter().map(|cell| cell.without_invoker)) {
            Verdict::Allowed => {}
            Verdict::Undetermined => detected.missing.extend(cells.iter().flat_map(|cell| cell.missing_without_invoker.iter().cloned())),
            Verdict::Denied => detected.found.extend(none_of(cells)),
        }
    }
    detected
}

fn none_of(cells: &[&Cell]) -> Option<Occurrence> {
    let first = cells.first()?;
    let (why, evidence) = first.because.clone()?;
    let count = if cells.len() == 1 { "the only input".to_owned() } else { format!("none of {} inputs", cells.len()) };
    let can = if cells.len() == 1 { "cannot read" } else { "can read" };
    let message = format!("deployment `{}` {can} {count}; of `{}`: {why}", first.deployment.name(), first.input);
    let id = &first.deployment;
    Some(Occurrence::new(id.as_str(), message, vec![resource(id, "its inputs are all denied"), evidence]))
}
