//! ACL entries that name what is no object id of a principal.

use super::acl::{Paths, each_acl};
use crate::model::{AclTag, ContainerKey, DirectoryObject, Found, ObjectId, PrincipalKind};
use crate::review::Occurrence;
use crate::review::found::Detected;
use crate::review::subject::Subject;
use crate::rules::ForeignId;
use std::collections::{BTreeMap, BTreeSet};

/// Entries that name application ids, or ids that the directory does not hold. Source: "Access control lists in Azure Data
/// Lake Storage", how to set ACLs for a service principal.
pub(super) fn foreign(subject: &Subject<'_>, names: ForeignId) -> Detected {
    let applications = applications(subject);
    let mut found: BTreeMap<(ContainerKey, ObjectId), Paths> = BTreeMap::new();
    let mut detected = Detected::default();
    each_acl(subject, &mut detected, |key, record, acl, detected| {
        let ids: BTreeSet<ObjectId> = acl.entries().filter_map(|entry| entry_id(&entry.tag)).collect();
        // A user principal name is what tools write that were not told otherwise.
        for id in ids.into_iter().filter(|id| !id.key().contains(['@', '$'])) {
            let says = match (names, applications.contains(id.key())) {
                (ForeignId::Application, true) => format!("it names {id}, which is an application's"),
                (ForeignId::Unknown, false) if is_gone(subject, &id, detected) => {
                    format!("it names {id}, which the directory does not hold")
                }
                (ForeignId::Application, false) | (ForeignId::Unknown, _) => continue,
            };
            found.entry((key.clone(), id)).or_default().add(record, says);
        }
    });
    for ((_, id), paths) in found {
        let what = match names {
            ForeignId::Application => "an id of an application, where an object id of its service principal belongs",
            ForeignId::Unknown => "which no object of the directory bears",
        };
        let message = format!("the ACL of {}{} names {id}, {what}: the entry grants nothing", paths.first(), paths.and_more());
        detected.found.push(Occurrence::new(paths.first(), message, paths.evidence));
    }
    detected
}

fn entry_id(tag: &AclTag) -> Option<ObjectId> {
    match tag {
        AclTag::User(id) | AclTag::Group(id) => Some(id.clone()),
        AclTag::Owner | AclTag::OwningGroup | AclTag::Mask | AclTag::Other => None,
    }
}

/// Application ids, and object ids of application registrations, lower case: none of them is ever matched.
fn applications(subject: &Subject<'_>) -> BTreeSet<String> {
    let of = |object: &DirectoryObject| {
        let registration = (object.kind == Some(PrincipalKind::Application)).then(|| object.id.key().to_owned());
        object.app_id.as_ref().map(|app| app.key().to_owned()).into_iter().chain(registration)
    };
    let directory = &subject.cx.snapshot.facts().directory;
    // What is also an object id of a principal is one.
    let is_principal = |id: &str| directory.get(id).is_some_and(|object| object.kind != Some(PrincipalKind::Application));
    directory.values().flat_map(of).filter(|id| !is_principal(id)).collect()
}

fn is_gone(subject: &Subject<'_>, id: &ObjectId, detected: &mut Detected) -> bool {
    match subject.cx.snapshot.directory_object(id.as_str()) {
        Found::Here(_) => false,
        Found::Absent(_) => true,
        Found::Missing(missing) => {
            detected.missing.insert(missing);
            false
        }
    }
}
