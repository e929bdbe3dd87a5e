//! Rules in words.

use super::store_name;
use crate::model::{CredentialUsed, GrantedBy, InputSource};
use crate::rules::{CredentialRule, InvokeAction, OnMissing, OperationRule};

/// What the documented invoke actions begin with.
pub(super) const INVOKE_PREFIX: &str = "Microsoft.MachineLearningServices/workspaces/";
/// What the data actions on blobs begin with.
const BLOBS_PREFIX: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/";

/// The input a row speaks of.
pub(super) fn input(row: &CredentialRule) -> String {
    let what = match row.input {
        InputSource::Datastore => "datastore path",
        InputSource::DataAsset => "data asset",
        InputSource::BlobUrl => "Blob URL",
        InputSource::AdlsGen1Url => "Data Lake Storage Gen1 URL",
        InputSource::AdlsGen2Url => "Data Lake Storage Gen2 URL",
    };
    match row.credential {
        Some(true) => format!("{what}, credential stored"),
        Some(false) => format!("{what}, no credential stored"),
        None => what.to_owned(),
    }
}

/// Whose credentials are used.
pub(super) fn used(credentials: &[CredentialUsed]) -> String {
    let words: Vec<&str> = credentials
        .iter()
        .map(|used| match used {
            CredentialUsed::JobIdentity => "job's identity",
            CredentialUsed::ComputeIdentity => "compute's identity",
            CredentialUsed::StoreCredential => "stored credential",
            CredentialUsed::Anonymous => "nobody's (anonymous)",
        })
        .collect();
    words.join(" and ")
}

fn grants(by: &[GrantedBy]) -> String {
    let words: Vec<&str> = by
        .iter()
        .map(|by| match by {
            GrantedBy::Credential => "that credential",
            GrantedBy::Rbac => "RBAC",
            GrantedBy::Posix => "POSIX ACL",
            GrantedBy::Anonymous => "public access",
        })
        .collect();
    words.join(" or ")
}

/// What grants access, by store where that differs.
pub(super) fn granted_by(row: &CredentialRule) -> String {
    let mut by_store: Vec<(String, String)> =
        row.granted_by.iter().map(|(store, by)| (store_name(*store).to_owned(), grants(by))).collect();
    let first = by_store.first().map(|(_, by)| by.clone()).unwrap_or_default();
    if by_store.iter().all(|(_, by)| *by == first) {
        return first;
    }
    by_store.iter_mut().map(|(store, by)| format!("{store}: {by}")).collect::<Vec<_>>().join("; ")
}

/// Each data action, shortened, with what narrows it.
pub(super) fn data_actions(rule: &OperationRule) -> Vec<(String, String)> {
    let narrowed = |suboperation: &str, hns_only: bool| match (suboperation, hns_only) {
        ("", false) => String::new(),
        ("", true) => " (HNS only)".to_owned(),
        (suboperation, false) => format!(" ({suboperation})"),
        (suboperation, true) => format!(" ({suboperation}; HNS only)"),
    };
    let short = |action: &str| action.strip_prefix(BLOBS_PREFIX).unwrap_or(action).to_owned();
    rule.data_actions.iter().map(|action| (short(action.action.as_str()), narrowed(&action.suboperation, action.hns_only))).collect()
}

/// An invoke action without the common prefix.
pub(super) fn short_action(rule: &InvokeAction) -> String {
    let text = rule.action.as_str();
    text.strip_prefix(INVOKE_PREFIX).unwrap_or(text).to_owned()
}

/// What lacking an invoke action does.
pub(super) fn effect(rule: &InvokeAction) -> String {
    let effect = match rule.on_missing {
        OnMissing::Deny => "denies job/invoke",
        OnMissing::Credential => "denies credential/retrievable",
        OnMissing::Warn => "warns",
    };
    match (&rule.any_of, rule.for_assets) {
        (Some(group), _) => format!("{effect}, unless another of `{group}` is held"),
        (None, true) => format!("{effect}, for data assets"),
        (None, false) => effect.to_owned(),
    }
}
