//! Data that anyone may read.

use crate::eval::gates::{Anonymous, anonymous};
use crate::eval::{DataTarget, Extent, Verdict};
use crate::model::{Known, Lookup, Missing, StorageAccount, container_scope};
use crate::review::Occurrence;
use crate::review::found::{Detected, cited};
use crate::review::subject::{Subject, resource};

/// How public a container is.
enum Public {
    /// Anyone may list and read.
    Listed(crate::eval::Proof),
    /// Anyone may read what they know the name of.
    Read(crate::eval::Proof),
    /// Nobody may.
    No,
    /// Not known.
    Unknown(Missing),
}

fn how_public(subject: &Subject<'_>, target: &DataTarget<'_>) -> Public {
    match anonymous(&subject.cx, target) {
        Anonymous::Public(proof) => Public::Listed(proof),
        Anonymous::Unknown(_, missing) => Public::Unknown(missing),
        Anonymous::NotPublic(_) => match anonymous(&subject.cx, &DataTarget { extent: Extent::File, ..target.clone() }) {
            Anonymous::Public(proof) => Public::Read(proof),
            Anonymous::Unknown(_, missing) => Public::Unknown(missing),
            Anonymous::NotPublic(_) => Public::No,
        },
    }
}

/// Containers that anyone may read.
pub(super) fn containers(subject: &Subject<'_>) -> Detected {
    let mut detected = Detected { missing: subject.parts_missing.iter().cloned().collect(), ..Detected::default() };
    detected.missing.extend(subject.accounts.iter().filter_map(|account| unlisted(subject, account)));
    for target in &subject.containers {
        let (proof, can, circumstance) = match how_public(subject, target) {
            Public::Listed(proof) => (proof, "list and read everything in", None),
            Public::Read(proof) => (proof, "read any blob they know the name of in", Some("read_only")),
            Public::No => continue,
            Public::Unknown(missing) => {
                detected.missing.insert(missing);
                continue;
            }
        };
        let message = format!("anyone may {can} container `{}` of account `{}`", target.container, target.account_name);
        let id = target.scope().map_or_else(|| target.describe(), |scope| scope.to_string());
        // The container's own record tells it apart from others of the account.
        let mut evidence = cited(&proof, Verdict::Allowed);
        evidence.sort_by_key(|one| !one.id.eq_ignore_ascii_case(&id));
        detected.found.push(Occurrence::new(id, message, evidence).under(circumstance));
    }
    detected
}

/// What is missing of an account's list of containers, where one of them could be public.
fn unlisted(subject: &Subject<'_>, account: &StorageAccount) -> Option<Missing> {
    if account.allow_blob_public_access == Some(false) {
        return None;
    }
    let lookup = subject.cx.snapshot.resource_lookup(&container_scope(&account.id, "any"));
    let list = account.id.join("blobServices/default/containers");
    (!lookup.is_complete()).then(|| Missing::resource(&list, &lookup))
}

/// Accounts that permit public containers, and have none that is known of.
pub(super) fn accounts(subject: &Subject<'_>) -> Detected {
    let mut detected = Detected { missing: subject.accounts_missing.clone(), ..Detected::default() };
    for account in &subject.accounts {
        match account.allow_blob_public_access {
            Some(false) => {}
            None => {
                detected.missing.insert(Missing::resource(&account.id, &Lookup::NotCollected));
            }
            Some(true) if has_public(subject, account) => {}
            Some(true) => {
                let message = format!("account `{}` permits containers that anyone may read", account.name);
                let evidence = vec![resource(&account.id, "allowBlobPublicAccess is true")];
                detected.found.push(Occurrence::new(account.id.as_str(), message, evidence));
            }
        }
    }
    detected
}

/// Whether a container of the account is known to be public.
pub(super) fn has_public(subject: &Subject<'_>, account: &StorageAccount) -> bool {
    let own = subject.containers.iter().filter(|target| matches!(target.account, Known::Known(known) if known.id == account.id));
    own.into_iter().any(|target| matches!(how_public(subject, target), Public::Listed(_) | Public::Read(_)))
}
