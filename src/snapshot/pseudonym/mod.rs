//! A snapshot that may be handed to others: ids and names replaced, everything that decides kept.
//!
//! A name keeps its shape (length, case, separators, numbers of their own), and names that begin alike keep beginning alike, so that
//! conditions which compare beginnings or patterns judge as before. Which letter stands for which depends on a key that is
//! drawn anew for each file and kept nowhere.

mod cipher;
mod fields;
mod places;

use super::redact;
use cipher::Cipher;
use fields::{Treatment, treatment};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::hash::RandomState;

/// Replaces ids and names, the same ones by the same ones.
pub struct Pseudonyms {
    cipher: Cipher,
    /// Ids of built-in roles, lower case: the same in every tenant, and what a verdict may rest on.
    built_in: BTreeSet<String>,
}

impl Pseudonyms {
    /// With the key that `state` was made with; `built_in` are ids of roles that every tenant has.
    pub fn new(state: RandomState, built_in: impl IntoIterator<Item = String>) -> Self {
        Pseudonyms { cipher: Cipher::new(state), built_in: built_in.into_iter().map(|id| id.to_lowercase()).collect() }
    }

    /// A snapshot file with its ids and names replaced.
    ///
    /// # Errors
    /// The number of the first line that is not JSON.
    pub fn file(&mut self, text: &str) -> Result<String, usize> {
        let mut records: Vec<Value> = Vec::new();
        for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            records.push(serde_json::from_str(line).map_err(|_| at + 1)?);
        }
        for record in &records {
            self.learn(record);
        }
        let mut lines: Vec<String> = records.into_iter().map(|record| self.record(record).to_string()).collect();
        // The order of names would tell something of them.
        if let Some((_, rest)) = lines.split_first_mut() {
            rest.sort_unstable();
        }
        Ok(lines.iter().map(|line| format!("{line}\n")).collect())
    }

    /// A name, id, URL or other text, as it stands in the file.
    pub fn text(&self, text: &str) -> String {
        places::text(self, text)
    }

    fn words(&self, text: &str) -> String {
        self.cipher.words(text)
    }

    fn is_built_in(&self, id: &str) -> bool {
        self.built_in.contains(&id.to_lowercase())
    }

    /// Built-in roles of the file.
    fn learn(&mut self, record: &Value) {
        if record.get("kind").and_then(Value::as_str) != Some("role_definition") {
            return;
        }
        let bodies = match record.pointer("/body/value").and_then(Value::as_array) {
            Some(page) => page.iter().collect(),
            None => record.get("body").into_iter().collect::<Vec<_>>(),
        };
        for body in bodies {
            let kind = ["/properties/type", "/properties/roleType"].iter().find_map(|at| body.pointer(at)?.as_str());
            let id = body.get("id").and_then(Value::as_str).and_then(|id| id.rsplit('/').next());
            if let (Some(id), true) = (id, kind.is_some_and(|kind| kind.eq_ignore_ascii_case("BuiltInRole"))) {
                self.built_in.insert(id.to_lowercase());
            }
        }
    }

    fn record(&self, mut record: Value) -> Value {
        redact::every_secret(&mut record);
        let id = record.pointer("/body/id").and_then(Value::as_str).unwrap_or_default();
        let is_built_in = id.contains("/roleDefinitions/") && id.rsplit('/').next().is_some_and(|id| self.is_built_in(id));
        let mut changed = self.value("", record);
        if is_built_in && let Some(Value::Object(properties)) = changed.pointer_mut("/body/properties") {
            // Its name is everybody's; who made it and what it says of itself is not needed.
            properties.remove("description");
        }
        changed
    }

    /// Recursion is bounded by the depth that serde_json reads.
    fn value(&self, name: &str, value: Value) -> Value {
        match (treatment(name), value) {
            (Treatment::Drop, _) => Value::Null,
            (_, Value::Object(map)) => self.object(name, map),
            (_, Value::Array(items)) => Value::Array(items.into_iter().map(|item| self.value(name, item)).collect()),
            (treatment, Value::String(text)) => Value::String(self.string(treatment, &text)),
            (_, other @ (Value::Null | Value::Bool(_) | Value::Number(_))) => other,
        }
    }

    fn object(&self, name: &str, map: Map<String, Value>) -> Value {
        let are_names = fields::has_own_names(name);
        let changed = map.into_iter().filter(|(name, _)| treatment(name) != Treatment::Drop).map(|(field, value)| {
            if are_names {
                let (own, of_azure) = field.split_once('@').map_or((field.as_str(), None), |(own, rest)| (own, Some(rest)));
                let key = of_azure.map_or_else(|| self.words(own), |rest| format!("{}@{rest}", self.words(own)));
                // The names of a set of attributes are users' own too.
                let below = if name == "customSecurityAttributes" && value.is_object() { name } else { "" };
                return (key, self.value(below, value));
            }
            let key = if field.starts_with('/') { self.text(&field) } else { field.clone() };
            (key, self.value(&field, value))
        });
        Value::Object(changed.collect())
    }

    fn string(&self, treatment: Treatment, text: &str) -> String {
        match treatment {
            Treatment::Keep => text.to_owned(),
            Treatment::Text | Treatment::Drop => places::text(self, text),
            Treatment::Digits => self.cipher.characters(text),
            Treatment::Acl => places::acl(self, text),
            Treatment::Sas => places::sas(self, text),
            Treatment::Condition => places::condition(self, text),
        }
    }
}
