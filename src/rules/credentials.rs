//! `[[rule]]`: a row of the credential table.

use super::CredentialRule;
use super::entry::Entry;
use super::words::{Word, store_word};
use crate::model::{CredentialUsed, GrantedBy, InputSource, StoreKind};
use std::collections::BTreeMap;

/// Whether "does the store hold a credential" can be asked of an input. URLs have none.
pub(super) fn asks_for_credential(input: InputSource) -> bool {
    match input {
        InputSource::Datastore | InputSource::DataAsset => true,
        InputSource::BlobUrl | InputSource::AdlsGen1Url | InputSource::AdlsGen2Url => false,
    }
}

/// The stores an input can lead to.
pub(super) fn stores_of(input: InputSource) -> &'static [StoreKind] {
    match input {
        InputSource::Datastore | InputSource::DataAsset => &[StoreKind::Blob, StoreKind::AdlsGen1, StoreKind::AdlsGen2],
        InputSource::BlobUrl => &[StoreKind::Blob],
        InputSource::AdlsGen1Url => &[StoreKind::AdlsGen1],
        InputSource::AdlsGen2Url => &[StoreKind::AdlsGen2],
    }
}

pub(super) fn read(entry: &mut Entry<'_, '_>) -> Option<CredentialRule> {
    let id = entry.text("id");
    let edition = entry.word("edition");
    let input = entry.word("input");
    let credential = entry.optional_flag("credential");
    let used = entry.words::<CredentialUsed>("credentials_used");
    let granted = entry.word_map::<StoreKind, GrantedBy>("access_granted_by");
    let says = entry.text("says");
    let disputes = entry.texts("disputes");
    let provenance = entry.provenance();
    if let Some(input) = input {
        check_credential(entry, input, credential);
        if let Some(granted) = &granted {
            check_stores(entry, input, granted);
        }
    }
    if let (Some(used), Some(granted)) = (&used, &granted) {
        check_grants(entry, used, granted);
    }
    Some(CredentialRule {
        id: id?,
        edition: edition?,
        input: input?,
        credential,
        credentials_used: used?,
        granted_by: granted?,
        says: says?,
        disputes,
        provenance: provenance?,
    })
}

fn check_credential(entry: &mut Entry<'_, '_>, input: InputSource, credential: Option<bool>) {
    match (asks_for_credential(input), credential) {
        (true, None) => entry.wrong(format!("`credential` is missing; input `{input}` needs true or false")),
        (false, Some(_)) => entry.wrong_at("credential", format!("`credential` does not apply to input `{input}`")),
        (true, Some(_)) | (false, None) => {}
    }
}

fn check_stores(entry: &mut Entry<'_, '_>, input: InputSource, granted: &BTreeMap<StoreKind, Vec<GrantedBy>>) {
    for (store, word) in StoreKind::words() {
        match (stores_of(input).contains(&store), granted.contains_key(&store)) {
            (true, false) => entry.wrong_at("access_granted_by", format!("`access_granted_by` lacks store `{word}` of input `{input}`")),
            (false, true) => entry.wrong_at("access_granted_by", format!("input `{input}` cannot lead to store `{word}`")),
            (true, true) | (false, false) => {}
        }
    }
}

/// A stored credential is granted by itself, and an identity never is.
fn check_grants(entry: &mut Entry<'_, '_>, used: &[CredentialUsed], granted: &BTreeMap<StoreKind, Vec<GrantedBy>>) {
    let stored = used.contains(&CredentialUsed::StoreCredential);
    if stored && used.len() > 1 {
        entry.wrong_at("credentials_used", "`store_credential` excludes every other credential");
    }
    for (store, by) in granted {
        if by.contains(&GrantedBy::Credential) != stored || (stored && by.len() > 1) {
            let message =
                format!("`credential` as grant on store `{}` goes with `store_credential`, and with nothing else", store_word(*store));
            entry.wrong_at("access_granted_by", message);
        }
    }
}
