//! `[[operation]]` and `[[invoke_action]]`: what an operation needs on a store, and what invoking needs.

use super::entry::Entry;
use super::words::store_word;
use super::{DataAction, InvokeAction, OperationRule};
use crate::model::StoreKind;

/// Letters of `sp` and `srt` that exist at all.
const SAS_PERMISSIONS: &str = "racwdxyltfmeopi";
const SAS_RESOURCE_TYPES: &str = "sco";

pub(super) fn read_operation(entry: &mut Entry<'_, '_>) -> Option<OperationRule> {
    let operation = entry.word("operation");
    let store = entry.word::<StoreKind>("store");
    let data_actions = entry.tables("data_actions", read_data_action);
    let sas_permissions = letters(entry, "sas_permissions", SAS_PERMISSIONS);
    let sas_resource_types = letters(entry, "sas_resource_types", SAS_RESOURCE_TYPES);
    let acl = entry.optional_text("acl").unwrap_or_default();
    let provenance = entry.provenance();
    if let Some(store) = store.filter(|_| entry.is_clean()) {
        let none = data_actions.is_empty() && sas_permissions.is_empty() && sas_resource_types.is_empty();
        let all = !data_actions.is_empty() && !sas_permissions.is_empty() && !sas_resource_types.is_empty();
        match store {
            StoreKind::AdlsGen1 if !none => entry.wrong("store `adls_gen1` knows neither data actions nor SAS"),
            StoreKind::Blob | StoreKind::AdlsGen2 if !all => {
                entry.wrong(format!("store `{}` needs `data_actions`, `sas_permissions` and `sas_resource_types`", store_word(store)));
            }
            StoreKind::AdlsGen1 | StoreKind::Blob | StoreKind::AdlsGen2 => {}
        }
    }
    Some(OperationRule {
        operation: operation?,
        store: store?,
        data_actions,
        sas_permissions,
        sas_resource_types,
        acl,
        provenance: provenance?,
    })
}

fn read_data_action(entry: &mut Entry<'_, '_>) -> Option<DataAction> {
    let action = entry.action("action");
    let suboperation = entry.optional_text("suboperation").unwrap_or_default();
    let hns_only = entry.optional_flag("hns_only").unwrap_or_default();
    Some(DataAction { action: action?, suboperation, hns_only })
}

fn letters(entry: &mut Entry<'_, '_>, key: &'static str, known: &str) -> String {
    let text = entry.optional_text(key).unwrap_or_default();
    if let Some(letter) = text.chars().find(|letter| !known.contains(*letter)) {
        entry.wrong_at(key, format!("`{key}` has the unknown letter `{letter}`; known are `{known}`"));
    }
    text
}

pub(super) fn read_invoke(entry: &mut Entry<'_, '_>) -> Option<InvokeAction> {
    let action = entry.action("action");
    let scope = entry.word("scope");
    let on_missing = entry.word("on_missing");
    let any_of = entry.optional_text("any_of");
    let for_assets = entry.optional_flag("for_assets").unwrap_or_default();
    let provenance = entry.provenance();
    Some(InvokeAction { action: action?, scope: scope?, on_missing: on_missing?, any_of, for_assets, provenance: provenance? })
}
