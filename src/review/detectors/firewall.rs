//! Accounts that let every network in.

use super::public::has_public;
use super::stored::holds_job_files_only;
use crate::model::{CredentialSource, Datastore, DefaultAction, PublicNetworkAccess, StorageAccount};
use crate::review::Occurrence;
use crate::review::found::Detected;
use crate::review::subject::{Subject, resource};

/// Whether the public endpoint is open to all: no firewall rule stands before it.
pub(super) fn is_open(account: &StorageAccount) -> bool {
    match account.public_network_access {
        PublicNetworkAccess::Enabled => account.network_rules.as_ref().is_none_or(|rules| rules.default_action == DefaultAction::Allow),
        PublicNetworkAccess::Disabled | PublicNetworkAccess::SecuredByPerimeter | PublicNetworkAccess::Other(_) => false,
    }
}

/// Accounts open to every network, and what makes that weigh more.
pub(super) fn open(subject: &Subject<'_>) -> Detected {
    let mut detected = Detected { missing: subject.accounts_missing.clone(), ..Detected::default() };
    for account in subject.accounts.iter().filter(|account| is_open(account)) {
        let endpoints: Vec<_> =
            account.private_endpoint_connections.iter().flatten().filter(|one| is_approved(one.status.as_deref())).collect();
        let opened = opened_by(subject, account);
        let mut message = format!("account `{}` lets requests from every network in", account.name);
        let mut circumstance = None;
        if let Some(by) = &opened {
            message += &format!(", and {by} opens it without an identity");
            circumstance = Some("credential_opens");
        }
        if !endpoints.is_empty() {
            message += ", although a private endpoint leads to it";
            circumstance = Some("private_endpoint");
        }
        let rule = if account.network_rules.is_some() { "networkAcls.defaultAction is Allow" } else { "there are no networkAcls" };
        let mut evidence = vec![resource(&account.id, format!("publicNetworkAccess is Enabled, {rule}"))];
        evidence.extend(endpoints.iter().filter_map(|one| Some(resource(one.private_endpoint.as_ref()?, "an approved private endpoint"))));
        detected.found.push(Occurrence::new(account.id.as_str(), message, evidence).under(circumstance));
    }
    detected
}

fn is_approved(status: Option<&str>) -> bool {
    status.is_some_and(|status| status.eq_ignore_ascii_case("Approved"))
}

/// What opens the account to whoever reaches it: a key or SAS that somebody can fetch, or a public container.
fn opened_by(subject: &Subject<'_>, account: &StorageAccount) -> Option<String> {
    let stored = |store: &&Datastore| match &store.credential {
        CredentialSource::AccountKey | CredentialSource::Sas => !holds_job_files_only(subject, store),
        CredentialSource::None
        | CredentialSource::ServicePrincipal { .. }
        | CredentialSource::Certificate { .. }
        | CredentialSource::Other(_) => false,
    };
    let by_store = subject.stores_on(&account.name).find(stored);
    let by_store = by_store.map(|store| format!("the credential stored in `{}`", store.id.name()));
    by_store.or_else(|| has_public(subject, account).then(|| "a public container".to_owned()))
}
