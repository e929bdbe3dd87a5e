//! Accounts that accept shared keys which nothing of the workspace needs.

use super::sas::stored_sas;
use crate::model::{Action, CredentialSource, Datastore, Missing, Plane, SasKind, StorageAccount};
use crate::review::Occurrence;
use crate::review::found::Detected;
use crate::review::holders::holders;
use crate::review::subject::{Subject, resource};

/// Handing out the keys of an account. Source: "Azure built-in roles for Storage".
pub(super) const LIST_KEYS: &str = "Microsoft.Storage/storageAccounts/listKeys/action";

/// Whether a datastore needs its account to accept shared keys; an error says what is missing to know.
fn needs_keys(subject: &Subject<'_>, store: &Datastore) -> Result<bool, Missing> {
    match &store.credential {
        CredentialSource::AccountKey => Ok(true),
        CredentialSource::None | CredentialSource::ServicePrincipal { .. } | CredentialSource::Certificate { .. } => Ok(false),
        CredentialSource::Sas => match stored_sas(subject, store)?.kind() {
            SasKind::Account | SasKind::Service => Ok(true),
            SasKind::UserDelegation => Ok(false),
            SasKind::Invalid(_) => {
                Err(Missing::open("sas-kind", format!("of which kind is the SAS stored in {}? its fields do not say", store.id)))
            }
        },
        CredentialSource::Other(kind) => Err(Missing::open(
            "credential-kind",
            format!("is a credential of the kind `{kind}` ({}) signed with an account key?", store.id),
        )),
    }
}

/// Accounts that accept shared keys although no datastore of the workspace needs them. That anything else needs them is not
/// known here.
pub(super) fn unneeded(subject: &Subject<'_>) -> Detected {
    let mut detected = Detected { missing: subject.accounts_missing.clone(), ..Detected::default() };
    for account in subject.accounts.iter().filter(|account| account.allow_shared_key_access) {
        let needs: Vec<Result<bool, Missing>> = subject.stores_on(&account.name).map(|store| needs_keys(subject, store)).collect();
        if needs.contains(&Ok(true)) {
            continue;
        }
        let unknown: Vec<Missing> = needs.into_iter().filter_map(Result::err).chain(subject.parts_missing.clone()).collect();
        if unknown.is_empty() {
            found(subject, account, &mut detected);
        }
        detected.missing.extend(unknown);
    }
    detected
}

fn found(subject: &Subject<'_>, account: &StorageAccount, detected: &mut Detected) {
    let who = holders(&subject.cx, &Action::new(LIST_KEYS), Plane::Management, &account.id);
    let message = format!(
        "account `{}` accepts shared keys, and no datastore of the workspace needs them; {}",
        account.name,
        who.says(&subject.cx, "fetch them")
    );
    let mut evidence = vec![resource(&account.id, "allowSharedKeyAccess is not false")];
    evidence.extend(who.evidence());
    let circumstance = (!who.certain.is_empty()).then_some("keys_reachable");
    detected.found.push(Occurrence::new(account.id.as_str(), message, evidence).under(circumstance));
    detected.missing.extend(who.missing);
}
