//! The rules as JSON.

use super::errors;
use crate::model::{ActionPattern, Permission};
use crate::rules::{
    AttributeRule, BuiltInRole, CredentialRule, IdText, InvokeAction, LookupRule, OperationRule, Provenance, RuleSet, store_word,
};
use serde_json::{Map, Value, json};

/// Every rule. Keys are those of the rule files.
pub fn json(rules: &RuleSet) -> Value {
    let mut roles: Vec<_> = rules.built_in_roles().collect();
    roles.sort_by(|one, other| one.definition.name.cmp(&other.definition.name));
    json!({
        "rules": 1,
        "credentials": rules.rows().iter().map(row).collect::<Vec<_>>(),
        "operations": rules.operations().iter().map(operation).collect::<Vec<_>>(),
        "invoke_actions": rules.invoke_actions().iter().map(invoke_action).collect::<Vec<_>>(),
        "roles": roles.into_iter().map(role).collect::<Vec<_>>(),
        "requirements": rules.requirements().map(|(id, text)| id_text(id.as_str(), text)).collect::<Vec<_>>(),
        "warnings": rules.warnings().map(|(id, text)| id_text(id.as_str(), text)).collect::<Vec<_>>(),
        "findings": rules.findings().iter().map(super::findings::json).collect::<Vec<_>>(),
        "lookups": rules.lookups().map(lookup).collect::<Vec<_>>(),
        "attributes": rules.attributes().iter().map(attribute).collect::<Vec<_>>(),
        "errors": rules.errors().iter().map(errors::error).collect::<Vec<_>>(),
        "causes": rules.causes().map(errors::cause).collect::<Vec<_>>(),
        "known_issues": rules.known_issues().iter().map(errors::issue).collect::<Vec<_>>(),
    })
}

/// `value` with where it comes from.
pub(super) fn with_source(mut value: Value, provenance: &Provenance) -> Value {
    if let Some(object) = value.as_object_mut() {
        object.insert("source".to_owned(), provenance.source.clone().into());
        object.insert("retrieved".to_owned(), provenance.retrieved.clone().into());
    }
    value
}

pub(super) fn row(rule: &CredentialRule) -> Value {
    let granted: Map<String, Value> = rule
        .granted_by
        .iter()
        .map(|(store, by)| (store_word(*store).to_owned(), by.iter().map(|by| by.as_str()).collect::<Vec<_>>().into()))
        .collect();
    let value = json!({
        "id": rule.id,
        "edition": rule.edition.as_str(),
        "input": rule.input.as_str(),
        "credential": rule.credential,
        "credentials_used": rule.credentials_used.iter().map(|used| used.as_str()).collect::<Vec<_>>(),
        "access_granted_by": granted,
        "says": rule.says,
        "disputes": rule.disputes,
    });
    with_source(value, &rule.provenance)
}

pub(super) fn operation(rule: &OperationRule) -> Value {
    let actions: Vec<Value> = rule
        .data_actions
        .iter()
        .map(|action| json!({"action": action.action.as_str(), "suboperation": some(&action.suboperation), "hns_only": action.hns_only}))
        .collect();
    let value = json!({
        "operation": rule.operation.as_str(),
        "store": store_word(rule.store),
        "data_actions": actions,
        "sas_permissions": some(&rule.sas_permissions),
        "sas_resource_types": some(&rule.sas_resource_types),
        "acl": some(&rule.acl),
    });
    with_source(value, &rule.provenance)
}

/// Empty text stands for none.
fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

pub(super) fn invoke_action(rule: &InvokeAction) -> Value {
    let value = json!({
        "action": rule.action.as_str(),
        "scope": rule.scope.as_str(),
        "on_missing": rule.on_missing.as_str(),
        "any_of": rule.any_of,
        "for_assets": rule.for_assets,
    });
    with_source(value, &rule.provenance)
}

pub(super) fn role(role: &BuiltInRole) -> Value {
    let value = json!({
        "id": role.definition.id.as_str(),
        "name": role.definition.name,
        "note": role.note,
        "permissions": role.definition.permissions.iter().map(permission).collect::<Vec<_>>(),
    });
    with_source(value, &role.provenance)
}

fn permission(permission: &Permission) -> Value {
    let texts = |patterns: &[ActionPattern]| patterns.iter().map(|pattern| pattern.as_str().to_owned()).collect::<Vec<_>>();
    json!({
        "actions": texts(&permission.actions),
        "not_actions": texts(&permission.not_actions),
        "data_actions": texts(&permission.data_actions),
        "not_data_actions": texts(&permission.not_data_actions),
        "condition": permission.condition,
    })
}

pub(super) fn id_text(id: &str, text: &IdText) -> Value {
    with_source(json!({"id": id, "title": text.title, "text": text.text}), &text.provenance)
}

fn attribute(rule: &AttributeRule) -> Value {
    let value = json!({
        "from": rule.from.as_str(),
        "name": rule.name.as_str(),
        "starts_with": rule.starts_with,
        "availability": rule.availability.as_str(),
        "note": rule.note,
    });
    with_source(value, &rule.provenance)
}

pub(super) fn lookup(rule: &LookupRule) -> Value {
    let value = json!({"what": rule.what.as_str(), "how": rule.how, "how_for": rule.how_for, "needs": rule.needs});
    with_source(value, &rule.provenance)
}
