//! What a datastore stores, the account's keys, and archived blobs.

use super::{Change, Scene, Unmet, operations};
use crate::eval::DataTarget;
use crate::fix::change::LakePath;
use crate::model::{CredentialSource, Datastore, Known, Timestamp};
use std::collections::BTreeSet;
use time::Duration;
use time::macros::format_description;

/// Most archived blobs that are brought back one by one.
const MOST_ARCHIVED: usize = 10;

/// How long a new SAS holds, longest first; the shorter one where the account limits them.
const VALID: [Duration; 2] = [Duration::days(30), Duration::hours(23)];

fn datastore<'a>(scene: &Scene<'a>, unmet: Unmet<'_>) -> Option<&'a Datastore> {
    let id = unmet.data?.resolved.datastore.as_ref()?;
    scene.cx.snapshot.facts().datastores.get(id)
}

/// No credential any more.
pub(super) fn by_identity(scene: &Scene<'_>, unmet: Unmet<'_>) -> Vec<BTreeSet<Change>> {
    let store = datastore(scene, unmet).filter(|store| store.credential != CredentialSource::None);
    store.map(|store| BTreeSet::from([Change::StoreByIdentity { datastore: store.id.clone() }])).into_iter().collect()
}

/// A service SAS for the container with the permissions that are asked for, signed with an account key.
pub(super) fn new_sas(scene: &Scene<'_>, unmet: Unmet<'_>) -> Vec<BTreeSet<Change>> {
    let Some(store) = datastore(scene, unmet).filter(|store| store.credential == CredentialSource::Sas) else {
        return Vec::new();
    };
    let Some(target) = unmet.data.and_then(|data| scene.target(data)) else {
        return Vec::new();
    };
    let letters = letters(scene, unmet, &target);
    let limited = target.account.value().is_some_and(|account| account.sas_policy.is_some());
    let spans = VALID.into_iter().skip(usize::from(limited)).take(1);
    let token = |span: Duration| {
        let start = scene.question.at.checked_sub(Duration::hours(1))?;
        let end = scene.question.until.checked_add(span)?;
        Some(format!("sv=2022-11-02&sr=c&sp={letters}&spr=https&st={}&se={}", sas_time(start)?, sas_time(end)?))
    };
    let change = |sas: String| BTreeSet::from([Change::RenewSas { datastore: store.id.clone(), sas }]);
    spans.filter_map(token).map(change).collect()
}

/// The letters of `sp` for every input and output that uses the datastore, in the order Azure demands.
fn letters(scene: &Scene<'_>, unmet: Unmet<'_>, target: &DataTarget<'_>) -> String {
    let mut wanted: BTreeSet<char> = BTreeSet::new();
    let mut want = |asked: &[crate::model::Operation], target: &DataTarget<'_>| {
        for operation in asked {
            let rule = scene.cx.rules.operation(target.store, *operation);
            wanted.extend(rule.into_iter().flat_map(|rule| rule.sas_permissions.chars()));
        }
    };
    want(operations(unmet.requirement.id, target), target);
    let here = unmet.data.and_then(|data| data.resolved.datastore.as_ref());
    for other in scene.finding.inputs.iter().filter(|other| other.resolved.datastore.as_ref() == here) {
        if let Some(target) = scene.target(other) {
            want(target.read_operations(), &target);
        }
    }
    "racwdxltmeop".chars().filter(|letter| wanted.contains(letter)).collect()
}

fn sas_time(at: Timestamp) -> Option<String> {
    at.format(format_description!("[year]-[month]-[day]T[hour]%3A[minute]%3A00Z")).ok()
}

/// Shared keys, where the account is known.
pub(super) fn shared_key(scene: &Scene<'_>, unmet: Unmet<'_>) -> Vec<BTreeSet<Change>> {
    let target = unmet.data.and_then(|data| scene.target(data));
    let refuses = target.filter(|target| matches!(&target.account, Known::Known(account) if !account.allow_shared_key_access));
    refuses.map(|target| BTreeSet::from([Change::AllowSharedKey { account: target.account_name }])).into_iter().collect()
}

/// Every archived blob of the data, where they are few.
pub(super) fn rehydrate(scene: &Scene<'_>, unmet: Unmet<'_>) -> Vec<BTreeSet<Change>> {
    let Some(target) = unmet.data.and_then(|data| scene.target(data)) else {
        return Vec::new();
    };
    let (account, container) = (&target.account_name, &target.container);
    let own = scene.cx.snapshot.path_record(account, container, &target.path);
    let all = own.into_iter().chain(scene.cx.snapshot.path_records_below(account, container, &target.path));
    let archived = all.filter(|record| record.access_tier.as_deref().is_some_and(|tier| tier.eq_ignore_ascii_case("archive")));
    let changes: BTreeSet<Change> = archived
        .map(|record| {
            let path = record.path.clone();
            Change::Rehydrate { at: LakePath { account: account.clone(), filesystem: container.clone(), path } }
        })
        .collect();
    if changes.len() > MOST_ARCHIVED { Vec::new() } else { vec![changes] }
}
