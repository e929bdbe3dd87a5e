//! Whether the account key behind a stored key or SAS is still one of the account's.
//!
//! Nothing that is collected shows a key. That the stored one is current is an assumption; a probe, or dates that leave
//! no other reading, decide instead.

use super::{Record, moment};
use crate::eval::{EvidenceKind, Judgement, Probed, Proof, Warning, probe_leaf};
use crate::model::{Datastore, Probe, StorageAccount, Timestamp, WarningId};

/// That what is stored was made with a key that the account still has.
pub(super) fn key_is_current(store: &Datastore, account: Option<&StorageAccount>, what: &str, worked: Option<&Probe>) -> Proof {
    let claim = format!("the {what} was made with a key the account still has");
    let created = account.map(key_dates).unwrap_or_default();
    let rotated_since = |at: Timestamp| created.iter().flatten().filter(|created| **created > at).count();
    if let Some((probe, at)) = worked.and_then(|probe| probe.at.map(|at| (probe, at)))
        && rotated_since(at) == 0
    {
        return Proof::allowed(|| probe_leaf(claim, Probed::Ok(probe)));
    }
    let younger = store.last_modified_at.map_or(0, rotated_since);
    if let (Some(account), Some(written)) = (account, store.last_modified_at)
        && younger > 0
    {
        let record = Record { kind: EvidenceKind::Resource, id: account.id.as_str() };
        let says = format!("{younger} of {} keys made after the datastore was last written ({})", created.len(), moment(written));
        if younger == created.len() && !store.is_system() {
            return record.denied(claim, says);
        }
        let warning = Warning::new(WarningId::CredentialKeyAge, format!("{what} of {}: {says}", store.id));
        return Proof::allowed(|| record.leaf(claim, says).assuming(assumption(store, what)).warning(warning));
    }
    let record = Record { kind: EvidenceKind::Resource, id: store.id.as_str() };
    Proof::allowed(|| record.leaf(claim, "nothing collected says otherwise").assuming(assumption(store, what)))
}

/// The assumption that reports list.
pub(super) fn assumption(store: &Datastore, what: &str) -> String {
    format!("the {what} in {} is the current one", store.id)
}

fn key_dates(account: &StorageAccount) -> Vec<Option<Timestamp>> {
    account.key_creation_time.values().copied().collect()
}
