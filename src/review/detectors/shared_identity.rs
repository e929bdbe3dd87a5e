//! Identities that several computes share.

use crate::model::{Compute, ObjectId};
use crate::review::Occurrence;
use crate::review::found::Detected;
use crate::review::holders::named;
use crate::review::identities::{computes, of_computes};
use crate::review::subject::{Subject, resource};

/// Identities that a compute of the workspace has in common with another, of this workspace or of another in the file.
pub(super) fn shared(subject: &Subject<'_>) -> Detected {
    let (identities, missing) = of_computes(subject);
    let mut detected = Detected { missing, ..Detected::default() };
    let others: Vec<&Compute> =
        subject.cx.snapshot.facts().computes.values().filter(|compute| !subject.workspace.contains(&compute.id)).collect();
    for (id, own) in &identities {
        let mut all = own.clone();
        all.extend(others.iter().copied().filter(|compute| bears(compute, id)));
        if all.len() < 2 {
            continue;
        }
        let message =
            format!("{} have one identity, {}: what is granted for one of them, all of them may", computes(&all), named(&subject.cx, id));
        let evidence = all.iter().map(|compute| resource(&compute.id, format!("its identity is {id}"))).collect();
        detected.found.push(Occurrence::new(resource_of(own, id), message, evidence));
    }
    detected
}

fn bears(compute: &Compute, id: &ObjectId) -> bool {
    let identity = &compute.identity;
    identity.principal_id.as_ref() == Some(id) || identity.user_assigned.iter().any(|user| user.principal_id.as_ref() == Some(id))
}

/// The user-assigned identity as a resource, else its object id.
fn resource_of(computes: &[&Compute], id: &ObjectId) -> String {
    let users = computes.iter().flat_map(|compute| &compute.identity.user_assigned);
    let own = users.into_iter().find(|user| user.principal_id.as_ref() == Some(id));
    own.map_or_else(|| id.to_string(), |user| user.id.to_string())
}
