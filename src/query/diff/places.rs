//! Which data is compared: everything that either state knows a name for.

use crate::eval::{self, Context, DataTarget};
use crate::model::{
    DatastoreTarget, Facts, InputReference, Known, ReferenceContext, ReferenceOrigin, Scope, StorageUrl, StoreKind, StorePath,
};
use std::collections::{BTreeMap, BTreeSet};

/// Account, container and path. A folder comes before what lies in it.
pub(super) type Key = (String, String, StorePath);

/// Everything that either state names, with the data assets and datastores that lead there.
pub(super) fn places(before: &Context<'_>, after: &Context<'_>, storage_suffix: &str) -> BTreeMap<Key, BTreeSet<String>> {
    let mut found: BTreeMap<Key, BTreeSet<String>> = BTreeMap::new();
    for cx in [before, after] {
        let facts = cx.snapshot.facts();
        for (account, container) in facts.containers.keys().chain(facts.path_access.keys()).chain(facts.paths.keys()) {
            found.entry((account.clone(), container.clone(), StorePath::root())).or_default();
        }
        for ((account, container), paths) in &facts.path_access {
            found.extend(paths.keys().map(|path| ((account.clone(), container.clone(), path.clone()), BTreeSet::new())));
        }
        let existing = facts.paths.iter().flat_map(|(key, paths)| paths.values().map(move |record| (key, record)));
        for ((account, container), record) in existing.filter(|(_, record)| record.exists) {
            found.entry((account.clone(), container.clone(), record.path.clone())).or_default();
        }
    }
    for cx in [before, after] {
        registered(cx, storage_suffix, &mut found);
    }
    found
}

/// The places of datastores and data assets.
fn registered(cx: &Context<'_>, storage_suffix: &str, found: &mut BTreeMap<Key, BTreeSet<String>>) {
    let facts = cx.snapshot.facts();
    for store in facts.datastores.values() {
        let (account, container) = match &store.target {
            DatastoreTarget::Blob { account, container } => (account, container.as_str()),
            DatastoreTarget::AdlsGen2 { account, filesystem } => (account, filesystem.as_str()),
            DatastoreTarget::AdlsGen1 { store } => (store, ""),
            DatastoreTarget::File { .. } | DatastoreTarget::OneLake | DatastoreTarget::Other(_) => continue,
        };
        let key = (account.to_lowercase(), container.to_owned(), StorePath::root());
        found.entry(key).or_default().insert(format!("azureml://datastores/{}", store.id.name()));
    }
    for version in facts.data_versions.values() {
        let Some(workspace) = version.id.cut_after("workspaces") else { continue };
        let text = format!("azureml:{}:{}", version.asset, version.version);
        let context = ReferenceContext { storage_suffix, workspace: Some(&workspace), ..ReferenceContext::new(ReferenceOrigin::Service) };
        let Ok(reference) = InputReference::parse(&text, &context).outcome else { continue };
        if let Known::Known(target) = eval::locate(cx, &workspace, storage_suffix, &reference).target {
            found.entry((target.account_name, target.container, target.path)).or_default().insert(text);
        }
    }
}

/// The URL of a place. A lake is spoken of by its `dfs` endpoint.
pub(super) fn url(key: &Key, before: &Facts, after: &Facts, storage_suffix: &str) -> StorageUrl {
    let (account, container, path) = key;
    let lake = |facts: &Facts| {
        let has_acls = facts.path_access.contains_key(&(account.clone(), container.clone()));
        has_acls || facts.storage_accounts.get(account).is_some_and(|account| account.is_hns_enabled)
    };
    let store = match container.is_empty() {
        true => StoreKind::AdlsGen1,
        false if lake(before) || lake(after) => StoreKind::AdlsGen2,
        false => StoreKind::Blob,
    };
    let suffix = if store == StoreKind::AdlsGen1 { "azuredatalakestore.net" } else { storage_suffix };
    StorageUrl {
        store,
        account: account.clone(),
        container: container.clone(),
        path: path.clone(),
        suffix: suffix.to_owned(),
        foreign_cloud: false,
        sas: None,
    }
}

/// The place in one state.
pub(super) fn target<'a>(cx: &Context<'a>, url: &StorageUrl) -> DataTarget<'a> {
    eval::url_target(cx, url)
}

/// The workspaces of either state.
pub(super) fn workspaces(before: &Facts, after: &Facts) -> BTreeSet<Scope> {
    let of = |facts: &Facts| -> BTreeSet<Scope> {
        let children = facts.endpoints.keys().chain(facts.datastores.keys()).filter_map(|id| id.cut_after("workspaces"));
        facts.workspaces.keys().cloned().chain(children).collect()
    };
    of(before).into_iter().chain(of(after)).collect()
}
