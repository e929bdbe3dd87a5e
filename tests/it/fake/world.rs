//! The state the fake serves, read from a contract snapshot.

use serde_json::Value;
use std::collections::BTreeMap;

/// A snapshot, indexed the way the services look things up. Keys are in lower case.
#[derive(Debug, Default)]
pub(crate) struct World {
    pub(crate) tenant: String,
    pub(crate) signed_in: Option<String>,
    pub(crate) signed_in_name: Option<String>,
    /// ARM resources by id.
    pub(crate) resources: BTreeMap<String, Value>,
    pub(crate) definitions: Vec<Value>,
    pub(crate) assignments: Vec<Value>,
    pub(crate) denies: Vec<Value>,
    pub(crate) active: Vec<Value>,
    pub(crate) eligible: Vec<Value>,
    /// Graph objects by object id.
    pub(crate) directory: BTreeMap<String, Value>,
    pub(crate) memberships: BTreeMap<String, Vec<String>>,
    pub(crate) subscriptions: BTreeMap<String, Value>,
    /// By `account/container/path`.
    pub(crate) paths: BTreeMap<String, Value>,
    /// By `account/filesystem/path`.
    pub(crate) access: BTreeMap<String, Value>,
    pub(crate) stored: BTreeMap<String, Value>,
    coverage: Vec<(String, String)>,
    gaps: Vec<Gap>,
}

/// A look-up that failed when the file was made: it fails again.
#[derive(Debug)]
struct Gap {
    what: String,
    scope: String,
    status: u16,
    code: String,
}

/// A text member, or nothing.
pub(crate) fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// `account/container/path` without doubled or outer slashes.
fn place(account: &str, container: &str, path: &str) -> String {
    format!("{account}/{container}/{}", path.trim_matches('/'))
}

impl World {
    pub(crate) fn read(snapshot: &str) -> Self {
        let mut world = World::default();
        for line in snapshot.lines().filter(|line| !line.trim().is_empty()) {
            let record: Value = serde_json::from_str(line).expect("a line of JSON");
            world.take(&record);
        }
        world
    }

    fn take(&mut self, record: &Value) {
        let bodies = match record.pointer("/body/value").and_then(Value::as_array) {
            Some(page) => page.clone(),
            None => record.get("body").cloned().into_iter().collect(),
        };
        let key = |pointer: &str| text(record, pointer).to_ascii_lowercase();
        match text(record, "/kind") {
            "snapshot" => {
                self.tenant = text(record, "/tenant_id").to_owned();
                self.signed_in = record.pointer("/signed_in/object_id").and_then(Value::as_str).map(str::to_owned);
                self.signed_in_name = record.pointer("/signed_in/name").and_then(Value::as_str).map(str::to_owned);
            }
            "resource" => self.resources.extend(bodies.into_iter().map(|body| (text(&body, "/id").to_ascii_lowercase(), body))),
            "role_definition" => self.definitions.extend(bodies),
            "role_assignment" => self.assignments.extend(bodies),
            "deny_assignment" => self.denies.extend(bodies),
            "role_assignment_schedule_instance" => self.active.extend(bodies),
            "role_eligibility_schedule_instance" => self.eligible.extend(bodies),
            "directory_object" => self.directory.extend(bodies.into_iter().map(|body| (text(&body, "/id").to_ascii_lowercase(), body))),
            "membership" => {
                let groups = record.get("transitive_groups").and_then(Value::as_array).cloned().unwrap_or_default();
                let groups = groups.iter().filter_map(Value::as_str).map(str::to_owned).collect();
                self.memberships.insert(key("/member"), groups);
            }
            "subscription" => drop(self.subscriptions.insert(key("/subscription_id"), record.clone())),
            "path" => {
                let at = place(text(record, "/account"), text(record, "/container"), text(record, "/path"));
                self.paths.insert(at, record.clone());
            }
            "path_access" => {
                let at = place(text(record, "/account"), text(record, "/filesystem"), text(record, "/path"));
                self.access.insert(at, record.clone());
            }
            "stored_credential" => drop(self.stored.insert(key("/datastore"), record.clone())),
            "gap" => self.gaps.push(Gap {
                what: text(record, "/what").to_owned(),
                scope: key("/scope"),
                status: record.get("status").and_then(Value::as_u64).and_then(|status| u16::try_from(status).ok()).unwrap_or(403),
                code: text(record, "/code").to_owned(),
            }),
            "coverage" => self.coverage.push((text(record, "/what").to_owned(), key("/scope"))),
            _ => {}
        }
    }

    /// The file says that what it does not hold of that kind does not exist.
    pub(crate) fn covers(&self, what: &str, scope: &str) -> bool {
        let scope = scope.to_ascii_lowercase();
        self.coverage.iter().any(|(kind, at)| (kind == "everything" && what != "paths") || (kind == what && scope.starts_with(at.as_str())))
    }

    /// Status and code of a look-up that the file says failed.
    pub(crate) fn gap(&self, what: &str, scope: &str) -> Option<(u16, &str)> {
        let scope = scope.trim_end_matches('/').to_ascii_lowercase();
        self.gaps.iter().find(|gap| gap.what == what && gap.scope == scope).map(|gap| (gap.status, gap.code.as_str()))
    }

    /// The account's record.
    pub(crate) fn account(&self, name: &str) -> Option<&Value> {
        let end = format!("/microsoft.storage/storageaccounts/{}", name.to_ascii_lowercase());
        self.resources.iter().find(|(id, _)| id.ends_with(&end)).map(|(_, body)| body)
    }

    /// The container's record.
    pub(crate) fn container(&self, account: &str, name: &str) -> Option<&Value> {
        let end = format!("/microsoft.storage/storageaccounts/{account}/blobservices/default/containers/{name}").to_ascii_lowercase();
        self.resources.iter().find(|(id, _)| id.ends_with(&end)).map(|(_, body)| body)
    }

    /// Management groups of a subscription, nearest first, as full lower-case ids.
    fn chain(&self, subscription: &str) -> Vec<String> {
        let record = self.subscriptions.get(&subscription.to_ascii_lowercase());
        let groups = record.and_then(|record| record.get("management_groups")).and_then(Value::as_array).cloned().unwrap_or_default();
        let last = |group: &str| group.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
        groups
            .iter()
            .filter_map(Value::as_str)
            .map(|group| format!("/providers/microsoft.management/managementgroups/{}", last(group)))
            .collect()
    }

    /// Every scope above a lower-case scope, itself included.
    fn upward(&self, scope: &str) -> Vec<String> {
        let mut all = vec![String::new(), scope.to_owned()];
        if let Some(rest) = scope.strip_prefix("/subscriptions/") {
            all.extend(scope.match_indices('/').map(|(at, _)| scope.get(..at).unwrap_or_default().to_owned()));
            all.extend(self.chain(rest.split('/').next().unwrap_or_default()));
        } else {
            for subscription in self.subscriptions.keys() {
                let chain = self.chain(subscription);
                if let Some(at) = chain.iter().position(|group| group == scope) {
                    all.extend(chain.into_iter().skip(at));
                }
            }
        }
        all
    }

    /// `upper` is at or above `lower`, as ARM sees it.
    pub(crate) fn at_or_above(&self, upper: &str, lower: &str) -> bool {
        let clean = |scope: &str| scope.trim_end_matches('/').to_ascii_lowercase();
        self.upward(&clean(lower)).contains(&clean(upper))
    }

    /// The groups a principal is in, or nothing where the file does not know them.
    pub(crate) fn groups(&self, member: &str) -> Option<Vec<String>> {
        let known = self.memberships.get(&member.to_ascii_lowercase()).cloned();
        known.or_else(|| self.covers("memberships", member).then(Vec::new))
    }
}
