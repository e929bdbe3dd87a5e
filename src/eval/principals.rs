//! Finding the principal a person means by an object id, user principal name, application id or display name.

use crate::model::{DirectoryObject, Found, ObjectId, PathAccess, PrincipalKind, Snapshot};
use std::collections::BTreeSet;

/// What a text names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PrincipalLookup {
    /// One principal.
    Found(ObjectId),
    /// None; near spellings, for the error.
    Unknown(Vec<String>),
    /// Several; each with its object id.
    Ambiguous(Vec<String>),
}

/// Most candidates an error lists.
const MOST: usize = 10;

/// Finds a principal. An object id that nothing in the snapshot bears is taken as it is, unless the directory is known not to
/// hold it; a name must be in the snapshot.
pub fn find_principal(snapshot: &Snapshot, text: &str) -> PrincipalLookup {
    let facts = snapshot.facts();
    let text = text.trim();
    let id = ObjectId::new(text);
    let signed_in = facts.header.signed_in.as_ref();
    let by_id = signed_in.map(|one| &one.object_id).into_iter().chain(facts.directory.keys()).find(|own| **own == id);
    if let Some(own) = by_id {
        return PrincipalLookup::Found(own.clone());
    }
    let named = |object: &&DirectoryObject| names(object).any(|name| name.to_lowercase() == text.to_lowercase());
    // An application and its service principal share name and application id; roles are only ever held by the latter.
    let found: Vec<&DirectoryObject> = facts.directory.values().filter(named).collect();
    let acting: Vec<&DirectoryObject> = found.iter().copied().filter(|object| object.kind != Some(PrincipalKind::Application)).collect();
    if let Some(signed_in) = signed_in.filter(|one| one.name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(text)))
        && acting.iter().all(|one| one.id == signed_in.object_id)
    {
        return PrincipalLookup::Found(signed_in.object_id.clone());
    }
    match (acting.as_slice(), found.as_slice()) {
        ([one], _) => return PrincipalLookup::Found(one.id.clone()),
        ([], [one]) => return PrincipalLookup::Found(one.id.clone()),
        ([], []) => {}
        (several, _) if !several.is_empty() => {
            return PrincipalLookup::Ambiguous(several.iter().take(MOST).map(|one| describe(one)).collect());
        }
        (_, several) => return PrincipalLookup::Ambiguous(several.iter().take(MOST).map(|one| describe(one)).collect()),
    }
    if is_guid(&id) && (is_mentioned(snapshot, &id) || !matches!(snapshot.directory_object(text), Found::Absent(_))) {
        return PrincipalLookup::Found(id);
    }
    if is_mentioned(snapshot, &id) {
        return PrincipalLookup::Found(id);
    }
    PrincipalLookup::Unknown(near(snapshot, text))
}

fn names(object: &DirectoryObject) -> impl Iterator<Item = &str> {
    let app = object.app_id.as_ref().map(|app| app.key());
    [object.display_name.as_deref(), object.user_principal_name.as_deref(), object.mail.as_deref(), app].into_iter().flatten()
}

fn describe(object: &DirectoryObject) -> String {
    let name = object.user_principal_name.as_deref().or(object.display_name.as_deref()).unwrap_or("without a name");
    format!("{name} ({})", object.id)
}

fn is_guid(id: &ObjectId) -> bool {
    let key = id.key();
    key.len() == 36 && key.char_indices().all(|(at, c)| if [8, 13, 18, 23].contains(&at) { c == '-' } else { c.is_ascii_hexdigit() })
}

/// Whether an assignment, a membership, an ACL or an identity block bears the id.
fn is_mentioned(snapshot: &Snapshot, id: &ObjectId) -> bool {
    let facts = snapshot.facts();
    let of_compute = |compute: &crate::model::Compute| {
        let users = compute.identity.user_assigned.iter().filter_map(|user| user.principal_id.as_ref());
        compute.identity.principal_id.iter().chain(users).any(|own| own == id)
    };
    snapshot.role_assignments_of(id).next().is_some()
        || facts.memberships.contains_key(id)
        || facts.memberships.values().any(|groups| groups.contains(id))
        || facts.computes.values().any(of_compute)
        || facts.deny_assignments.iter().any(|deny| deny.principals.iter().chain(&deny.exclude_principals).any(|one| one.id == *id))
        || facts.path_access.values().flat_map(|paths| paths.values()).any(|record| is_in_acl(record, id))
}

fn is_in_acl(record: &PathAccess, id: &ObjectId) -> bool {
    let entries = record.acl.split([',', ':']);
    entries.chain([record.owner.as_str(), record.group.as_str()]).any(|word| word.trim().eq_ignore_ascii_case(id.key()))
}

/// Names that contain the text, or that the text contains.
fn near(snapshot: &Snapshot, text: &str) -> Vec<String> {
    let wanted = text.to_lowercase();
    let close = |name: &str| {
        let name = name.to_lowercase();
        !wanted.is_empty() && (name.contains(&wanted) || wanted.contains(&name) && name.len() > 2)
    };
    let objects = snapshot.facts().directory.values();
    let found: BTreeSet<String> = objects.filter(|object| names(object).any(close)).map(describe).collect();
    found.into_iter().take(MOST).collect()
}
