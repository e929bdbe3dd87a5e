//! `credential/shared-key`: whether the account takes what its keys sign.
//!
//! Source: "Prevent Shared Key authorization for an Azure Storage account": account keys, service SAS and account SAS are
//! refused, a user delegation SAS is not.

use super::key::key_is_current;
use super::{Part, ProbeFindings, account_and_container};
use crate::eval::{Context, Evidence, EvidenceKind, Judgement, Leaf, ProbeQuery, ProbeReach, Proof};
use crate::model::{
    CredentialSource, Datastore, Found, Known, Lookup, Missing, Operation, ProbeCredential, SasKind, SasToken, StorageAccount, StorePath,
    StoredCredential, What,
};

/// Whether what is stored is signed with an account key.
enum KeySigned {
    Yes,
    No,
    Unknown(Missing),
}

/// `credential/shared-key`. `None`: no account key is behind what is stored, so the requirement does not apply.
///
/// For an account key this is also where it is judged whether the stored key is current.
pub fn shared_key(
    cx: &Context<'_>,
    store: &Datastore,
    stored: &Found<'_, StoredCredential>,
    account: &Known<&StorageAccount>,
) -> Option<Proof> {
    let signed = key_signed(store, stored);
    match signed {
        KeySigned::No => return None,
        KeySigned::Yes | KeySigned::Unknown(_) => {}
    }
    let is_key = store.credential == CredentialSource::AccountKey;
    let findings = probes(cx, store, is_key);
    let mut parts: Vec<Proof> = findings.refusals().collect();
    parts.push(findings.settle(cx, None, Part::settled_by_probe(gate(account, &signed))));
    if is_key {
        parts.push(key_is_current(store, account.value().copied(), "account key", findings.worked));
    }
    Some(Proof::all(|| "the account takes what its keys sign, and the stored credential is such".to_owned(), parts))
}

fn key_signed(store: &Datastore, stored: &Found<'_, StoredCredential>) -> KeySigned {
    match &store.credential {
        CredentialSource::AccountKey => KeySigned::Yes,
        CredentialSource::None | CredentialSource::ServicePrincipal { .. } | CredentialSource::Certificate { .. } => KeySigned::No,
        CredentialSource::Sas => match stored {
            Found::Here(record) => sas_signed(record),
            Found::Absent(_) => KeySigned::Unknown(Missing::new(What::StoredCredential, store.id.as_str(), &Lookup::NotCollected)),
            Found::Missing(missing) => KeySigned::Unknown(missing.clone()),
        },
        CredentialSource::Other(kind) => {
            let question = format!("is a credential of the kind `{kind}` signed with an account key?");
            KeySigned::Unknown(Missing::open("credential-kind", question))
        }
    }
}

fn sas_signed(record: &StoredCredential) -> KeySigned {
    let Some(text) = &record.sas else {
        return KeySigned::Unknown(Missing::new(What::StoredCredential, record.datastore.as_str(), &Lookup::NotCollected));
    };
    let unknown = || KeySigned::Unknown(Missing::open("sas-kind", "of which kind is the stored SAS? its fields do not say"));
    match SasToken::parse(text).map(|token| token.kind()) {
        Ok(SasKind::Account | SasKind::Service) => KeySigned::Yes,
        Ok(SasKind::UserDelegation) => KeySigned::No,
        Ok(SasKind::Invalid(_)) | Err(_) => unknown(),
    }
}

fn gate(account: &Known<&StorageAccount>, signed: &KeySigned) -> Proof {
    let claim = "the account takes shared keys";
    let account = match account {
        Known::Known(account) => account,
        Known::Missing(missing) => return Proof::unknown(|| claim.to_owned(), missing),
    };
    let says = format!("`allowSharedKeyAccess` is {}", account.allow_shared_key_access);
    let leaf = || Leaf::new(claim, Evidence::new(EvidenceKind::Resource, account.id.as_str(), says));
    match (account.allow_shared_key_access, signed) {
        (true, _) => Proof::allowed(leaf),
        (false, KeySigned::Yes | KeySigned::No) => Proof::denied(leaf),
        (false, KeySigned::Unknown(missing)) => Proof::undetermined(|| (leaf(), missing.clone())),
    }
}

/// What probes anywhere in the container say: the key is the same for all of it.
fn probes<'a>(cx: &Context<'a>, store: &Datastore, is_key: bool) -> ProbeFindings<'a> {
    let Some((account, container)) = account_and_container(&store.target) else { return ProbeFindings::default() };
    let codes: &[&str] = if is_key {
        &["KeyBasedAuthenticationNotPermitted", "AuthenticationFailed", "InvalidAuthenticationInfo"]
    } else {
        &["KeyBasedAuthenticationNotPermitted"]
    };
    let query = ProbeQuery {
        credential: ProbeCredential::Stored,
        account: &account,
        container,
        path: &StorePath::root(),
        reach: ProbeReach::Container,
        at: cx.at,
        not_before: None,
        codes,
    };
    let [list, read] = [Operation::List, Operation::Read].map(|operation| ProbeFindings::new(cx, &query, &[operation]));
    // Either request shows that the key is taken.
    let worked = [list.worked, read.worked].into_iter().flatten().max_by_key(|probe| probe.at);
    ProbeFindings { worked, refused: list.refused.into_iter().chain(read.refused).collect() }
}
