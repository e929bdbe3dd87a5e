//! Answers that are kept on the way, so that a collection that was broken off can go on.

use super::plan::{Gathered, Want};
use super::record::LookupPlace;
use crate::model::What;
use crate::snapshot::redact;
use serde_json::{Value, json};

/// Keeps what was answered. No secret is handed to it.
pub trait Journal {
    /// The answer to this look-up, if an earlier run had it.
    fn recall(&self, look_up: &str) -> Option<Value>;
    /// A look-up was answered whole.
    fn keep(&self, look_up: &str, answer: &Value);
}

/// Keeps nothing.
#[derive(Clone, Copy, Debug)]
pub struct NoJournal;

impl Journal for NoJournal {
    fn recall(&self, _: &str) -> Option<Value> {
        None
    }
    fn keep(&self, _: &str, _: &Value) {}
}

/// Kinds of records that a look-up gives as they came.
const KINDS: [&str; 7] = [
    "resource",
    "role_assignment",
    "role_definition",
    "deny_assignment",
    "role_assignment_schedule_instance",
    "role_eligibility_schedule_instance",
    "directory_object",
];

/// The name of a look-up: the same in every run of one version.
pub(super) fn name(want: &Want) -> String {
    format!("{want:?}")
}

/// The answer as it can be kept; `None`: a look-up that failed, that leads to more than its bodies say, or that had to do
/// with a secret is made anew.
pub(super) fn kept(want: &Want, gathered: &Gathered) -> Option<Value> {
    let again = matches!(want, Want::Secrets { .. } | Want::Anonymous(_));
    let leads = !gathered.next.is_empty() || !gathered.hints.is_empty();
    if again || leads || !gathered.gaps.is_empty() {
        return None;
    }
    let places = gathered.coverage.iter().map(|place| json!([place.what.as_str(), place.scope, place.below]));
    let mut answer = json!({
        "bodies": gathered.bodies.iter().map(|(kind, body)| json!([kind, body])).collect::<Vec<_>>(),
        "lines": gathered.lines,
        "coverage": places.collect::<Vec<_>>(),
        "notes": gathered.notes,
        "whole": gathered.whole,
    });
    redact::every_secret(&mut answer);
    Some(answer)
}

/// Reads what [`kept`] wrote; what is not understood is asked again.
pub(super) fn recalled(answer: &Value) -> Option<Gathered> {
    let bodies = answer.get("bodies")?.as_array()?.iter().map(|pair| {
        let kind = pair.get(0)?.as_str()?;
        Some((*KINDS.iter().find(|known| **known == kind)?, pair.get(1)?.clone()))
    });
    let coverage = answer.get("coverage")?.as_array()?.iter().map(|place| {
        let what = What::parse(place.get(0)?.as_str()?)?;
        Some(LookupPlace { what, scope: place.get(1)?.as_str()?.to_owned(), below: place.get(2)?.as_bool()? })
    });
    let notes = answer.get("notes")?.as_array()?.iter().map(|note| note.as_str().map(str::to_owned));
    Some(Gathered {
        notes: notes.collect::<Option<Vec<_>>>()?,
        bodies: bodies.collect::<Option<Vec<_>>>()?,
        lines: answer.get("lines")?.as_array()?.clone(),
        coverage: coverage.collect::<Option<Vec<_>>>()?,
        whole: answer.get("whole")?.as_bool()?,
        ..Gathered::default()
    })
}
