//! Names and phrases of RBAC proofs.

use crate::model::{Action, Folded, Identity, ObjectId, Scope, Snapshot, Timestamp};
use time::format_description::well_known::Rfc3339;

/// Longest excerpt of a condition that a sentence quotes, in characters.
const EXCERPT: usize = 200;

/// The name of a directory object, else its id.
pub(super) fn principal(snapshot: &Snapshot, id: &ObjectId) -> String {
    let name = snapshot.facts().directory.get(id).and_then(|object| object.name());
    name.map_or_else(|| id.to_string(), str::to_owned)
}

/// As [`principal`], and what the principal is the identity of, where the snapshot shows it.
pub(super) fn principal_with_owner(snapshot: &Snapshot, id: &ObjectId) -> String {
    let facts = snapshot.facts();
    let name = principal(snapshot, id);
    let bears = |identity: &Identity| {
        identity.principal_id.as_ref() == Some(id) || identity.user_assigned.iter().any(|user| user.principal_id.as_ref() == Some(id))
    };
    if let Some(workspace) = facts.workspaces.values().find(|workspace| bears(&workspace.identity)) {
        return format!("{name} (identity of workspace `{}`)", workspace.id.name());
    }
    match facts.computes.values().find(|compute| bears(&compute.identity)) {
        Some(compute) => format!("{name} (identity of compute `{}`)", compute.id.name()),
        None => name,
    }
}

/// The last two segments of an action, such as `blobs/read`.
pub(super) fn short(action: &Action) -> &str {
    let text = action.as_str();
    text.rmatch_indices('/').nth(1).and_then(|(at, _)| text.get(at + 1..)).unwrap_or(text)
}

/// A moment, RFC 3339.
pub(super) fn time(at: Timestamp) -> String {
    at.format(&Rfc3339).unwrap_or_else(|_| at.to_string())
}

/// White space folded, cut to an excerpt.
pub(super) fn one_line(text: &str) -> String {
    let folded = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match folded.char_indices().nth(EXCERPT) {
        Some((at, _)) => format!("{}…", folded.get(..at).unwrap_or_default()),
        None => folded,
    }
}

/// What has to happen for a name to be mistaken for another: one begins with the other within a segment.
pub(super) fn looks_alike(assigned: &Scope, asked: &Scope) -> bool {
    let (one, other) = (Folded::new(assigned.name()), asked.key());
    let parent = assigned.key().len().saturating_sub(one.key().len());
    other.get(..parent) == assigned.key().get(..parent)
        && other.get(parent..).is_some_and(|rest| {
            let name = rest.split('/').next().unwrap_or_default();
            name != one.key() && (name.starts_with(one.key()) || one.key().starts_with(name))
        })
}
