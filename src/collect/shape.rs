//! Whether a body is what the service documents, as far as a reader cannot tell: a key that is absent often means the open
//! setting (no condition, no firewall), so that a body cut short or in another spelling must not pass for one.

use serde_json::Value;

/// Keys whose absence would open something, or hide that something is there.
const SPELLINGS: [&str; 24] = [
    "id",
    "type",
    "value",
    "properties",
    "identity",
    "principalId",
    "scope",
    "condition",
    "permissions",
    "actions",
    "notActions",
    "dataActions",
    "notDataActions",
    "principals",
    "excludePrincipals",
    "roleDefinitionId",
    "allowSharedKeyAccess",
    "allowBlobPublicAccess",
    "publicNetworkAccess",
    "networkAcls",
    "defaultAction",
    "isHnsEnabled",
    "privateEndpointConnections",
    "endDateTime",
];

/// What is wrong with a record of a kind; `None`: nothing that shows here.
pub(super) fn flaw(kind: &str, body: &Value) -> Option<String> {
    let Some(members) = body.as_object() else {
        return Some("a record is no object".to_owned());
    };
    let has_properties = kind != "directory_object";
    let is_filled = |own: &Value| own.as_object().is_some_and(|own| !own.is_empty());
    if has_properties && members.get("properties").is_none_or(|own| !is_filled(own)) {
        return Some("a record has no `properties`".to_owned());
    }
    // Names that people choose (tags, variables, properties of assets) may be spelled as they like.
    let deep = match kind {
        "resource" => members.get("id").and_then(Value::as_str).is_some_and(|id| id.to_ascii_lowercase().contains("/microsoft.storage/")),
        _ => has_properties,
    };
    odd_key(body, deep).map(|name| format!("a record spells `{name}` in another casing"))
}

/// The first known key that is spelled otherwise. Recursion is bounded by the depth that serde_json reads.
fn odd_key(value: &Value, deep: bool) -> Option<&'static str> {
    match value {
        Value::Object(members) => members.iter().find_map(|(name, member)| {
            let known = SPELLINGS.iter().find(|known| known.eq_ignore_ascii_case(name) && *known != name);
            known.copied().or_else(|| if deep && name != "tags" { odd_key(member, deep) } else { None })
        }),
        Value::Array(items) => items.iter().find_map(|item| odd_key(item, deep)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_cut_or_spelled_otherwise_is_told() {
        let store = "/subscriptions/s/providers/Microsoft.Storage/storageAccounts/a";
        let good = json!({"id": store, "tags": {"Type": "x"}, "properties": {"networkAcls": {"defaultAction": "Deny"}}});
        assert_eq!(flaw("resource", &good), None);
        let chosen = json!({"id": "/d", "properties": {"environmentVariables": {"ID": "1"}}});
        assert_eq!(flaw("resource", &chosen), None);
        assert_eq!(flaw("directory_object", &json!({"id": "a"})), None);
        for bad in [
            json!({"id": "/a"}),
            json!({"id": "/a", "properties": null}),
            json!({"id": "/a", "properties": {}}),
            json!({"ID": "/a", "properties": {"a": 1}}),
            json!({"id": store, "properties": {"NetworkAcls": {}}}),
            json!("text"),
        ] {
            assert!(flaw("resource", &bad).is_some(), "{bad}");
        }
        let role = json!({"id": "/a", "properties": {"permissions": [{"actions": ["*"], "NotActions": ["x"]}]}});
        assert!(flaw("role_definition", &role).is_some());
    }
}
