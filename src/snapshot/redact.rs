//! What must not enter a snapshot file, and how it is taken out.

use super::place;
use super::secrets::{Rule, cut_signature, holds_secret};
use serde_json::Value;

/// What stands in place of a secret.
pub const REDACTED: &str = "<redacted>";

/// Takes out of a REST body what the contract keeps out of a snapshot file: `sig` is cut from every URL or SAS; the values
/// under `environmentVariables`, `adminUserPassword`, `secrets` and `secretText` become `"<redacted>"`.
///
/// `secretsType` stays, for it names a kind of secret and holds none. Null and empty values stay too.
///
/// ```
/// let mut body = serde_json::json!({"url": "https://a.blob.core.windows.net/c?sv=1&sig=abc&se=2", "secretText": "s3cret"});
/// canread::snapshot::redact::body(&mut body);
/// assert_eq!(body, serde_json::json!({"url": "https://a.blob.core.windows.net/c?sv=1&se=2", "secretText": "<redacted>"}));
/// ```
pub fn body(value: &mut Value) {
    walk(value, Rule::None, false);
}

/// As [`body`], and every other secret that the reader recognises: keys, tokens, connection strings.
pub fn every_secret(value: &mut Value) {
    walk(value, Rule::None, true);
}

/// `sig` cut out of a URL or SAS query; anything else unchanged.
pub fn url(text: &str) -> String {
    cut_signature(text).unwrap_or_else(|| text.to_owned())
}

/// Recursion is bounded by the depth that serde_json reads.
fn walk(value: &mut Value, rule: Rule, thorough: bool) {
    match value {
        Value::Object(map) => {
            if thorough && map.keys().any(|name| holds_secret(name)) {
                *map = std::mem::take(map).into_iter().map(|(name, item)| (crate::model::redacted(&name), item)).collect();
            }
            for (name, item) in map.iter_mut() {
                walk(item, rule.below(name, thorough), thorough);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| walk(item, rule.in_array(), thorough)),
        Value::String(text) => redact_text(text, rule, thorough),
        Value::Number(_) | Value::Bool(_) if rule.hides_all() => *value = Value::String(REDACTED.to_owned()),
        Value::Number(_) | Value::Bool(_) | Value::Null => {}
    }
}

fn redact_text(text: &mut String, rule: Rule, thorough: bool) {
    if rule.hides(text) {
        REDACTED.clone_into(text);
        return;
    }
    if let Some(cut) = cut_signature(text) {
        *text = cut;
    }
    if thorough && holds_secret(text) {
        // What hides in another spelling is cut where it stands; what is secret as a whole goes.
        let safe = crate::model::redacted(text);
        *text = if safe == *text || holds_secret(&safe) { REDACTED.to_owned() } else { safe };
    }
}

/// Longer places are cut: one long name must not be repeated for each secret below it.
const LONGEST_PLACE: usize = 250;

/// Where in `text`, a line of JSON, secrets stand: sorted JSON pointers. `None`: not JSON.
pub(super) fn places(text: &str) -> Option<Vec<String>> {
    let value: Value = serde_json::from_str(text).ok()?;
    let mut found = Vec::new();
    find(&value, Rule::None, &mut String::new(), &mut found);
    found.sort();
    Some(found)
}

fn find(value: &Value, rule: Rule, pointer: &mut String, found: &mut Vec<String>) {
    let is_secret = match value {
        Value::Object(map) => {
            for (name, item) in map {
                let above = pointer.len();
                place::push(pointer, name);
                if holds_secret(name) {
                    found.push(pointer.chars().take(LONGEST_PLACE).collect());
                }
                find(item, rule.below(name, true), pointer, found);
                pointer.truncate(above);
            }
            false
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                let above = pointer.len();
                place::push(pointer, &at.to_string());
                find(item, rule.in_array(), pointer, found);
                pointer.truncate(above);
            }
            false
        }
        Value::String(text) => rule.hides(text) || holds_secret(text),
        Value::Number(_) | Value::Bool(_) => rule.hides_all(),
        Value::Null => false,
    };
    if is_secret {
        found.push(pointer.chars().take(LONGEST_PLACE).collect());
    }
}
