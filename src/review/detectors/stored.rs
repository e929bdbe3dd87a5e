//! Datastores that store a credential, and who can fetch it.

use crate::model::{Action, CredentialSource, Datastore, Plane};
use crate::review::Occurrence;
use crate::review::found::Detected;
use crate::review::holders::holders;
use crate::review::subject::{Subject, resource, stores_what};
use crate::rules::StoredKind;

/// Fetching what a datastore stores. Source: "Data administration" (Azure Machine Learning).
pub(super) const LIST_SECRETS: &str = "Microsoft.MachineLearningServices/workspaces/datastores/listSecrets/action";

/// The kind of a stored credential; `None`: nothing is stored, or what this version does not know.
fn kind_of(credential: &CredentialSource) -> Option<StoredKind> {
    match credential {
        CredentialSource::AccountKey => Some(StoredKind::AccountKey),
        CredentialSource::Sas => Some(StoredKind::Sas),
        CredentialSource::ServicePrincipal { .. } => Some(StoredKind::ServicePrincipal),
        CredentialSource::Certificate { .. } => Some(StoredKind::Certificate),
        CredentialSource::None | CredentialSource::Other(_) => None,
    }
}

/// What is stored, and for which account.
fn of_account(store: &Datastore) -> String {
    let what = stores_what(&store.credential);
    match (&store.credential, store.account()) {
        (CredentialSource::AccountKey, Some(account)) => format!("the key of account `{account}`"),
        (_, Some(account)) => format!("{what} for account `{account}`"),
        (_, None) => what.to_owned(),
    }
}

/// A datastore of the workspace's own, over an account that no other datastore leads to: job files only.
pub(super) fn holds_job_files_only(subject: &Subject<'_>, store: &Datastore) -> bool {
    store.is_system() && store.account().is_some_and(|account| subject.stores_on(&account).all(Datastore::is_system))
}

/// Every datastore that stores one of `kinds`.
pub(super) fn stored(subject: &Subject<'_>, kinds: &[StoredKind]) -> Detected {
    let mut detected = Detected { missing: subject.parts_missing.iter().cloned().collect(), ..Detected::default() };
    let action = Action::new(LIST_SECRETS);
    for store in subject.stores.iter().filter(|store| kind_of(&store.credential).is_some_and(|kind| kinds.contains(&kind))) {
        let who = holders(&subject.cx, &action, Plane::Management, &store.id);
        let what = stores_what(&store.credential);
        let message = format!("datastore `{}` stores {}; {}", store.id.name(), of_account(store), who.says(&subject.cx, "fetch it"));
        let mut evidence = vec![resource(&store.id, format!("it stores {what}"))];
        evidence.extend(who.evidence());
        let circumstance = holds_job_files_only(subject, store).then_some("system");
        detected.found.push(Occurrence::new(store.id.as_str(), message, evidence).under(circumstance));
        detected.missing.extend(who.missing);
    }
    detected
}
