//! `canread review`: findings with their evidence, the matrix, suppressions, baselines, exit codes.

#![expect(clippy::panic, clippy::expect_used, clippy::indexing_slicing, reason = "helpers of tests fail by panicking")]

mod accounts;
mod acls;
mod assignments;
mod command;
mod credentials;
mod laws;
mod matrix;
mod real;
mod rights;
mod suppressing;

use crate::world2::{AT, Answer, World, store_id};
use serde_json::{Value, json};

/// `canread review … -o json`, at [`AT`].
pub(crate) fn review(world: &World, words: &[&str]) -> Answer {
    world.run(&[&["review", "--at", AT, "-o", "json"], words].concat())
}

/// The findings of one id, in the order of the report.
pub(crate) fn of<'a>(answer: &'a Answer, id: &str) -> Vec<&'a Value> {
    let all = answer.json["findings"].as_array().unwrap_or_else(|| panic!("no findings: {}\n{}", answer.out, answer.err));
    all.iter().filter(|finding| finding["id"] == id).collect()
}

/// `severity resource` of the findings of one id.
pub(crate) fn where_found(answer: &Answer, id: &str) -> Vec<String> {
    of(answer, id).iter().map(|one| format!("{} {}", text(&one["severity"]), text(&one["resource"]))).collect()
}

/// `kind id` of the evidence of the only finding of an id.
pub(crate) fn evidence(answer: &Answer, id: &str) -> Vec<String> {
    let found = of(answer, id);
    assert_eq!(found.len(), 1, "{id}: {found:#?}");
    let list = found[0]["evidence"].as_array().expect("a list");
    list.iter().map(|one| format!("{} {}", text(&one["kind"]), text(&one["id"]))).collect()
}

pub(crate) fn message(answer: &Answer, id: &str) -> String {
    of(answer, id).iter().map(|one| text(&one["message"]).to_owned()).collect::<Vec<_>>().join("\n")
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// `what scope` of everything that findings of this id wait for.
pub(crate) fn waits_for(answer: &Answer, id: &str) -> Vec<String> {
    let all = answer.json["missing"].as_array().into_iter().flatten();
    let waiting = all.filter(|one| one["findings"].as_array().is_some_and(|ids| ids.iter().any(|own| own == id)));
    waiting.map(|one| format!("{} {}", text(&one["what"]), text(&one["scope"]))).collect()
}

/// The closed world without anything a reviewer would mind: no stored keys, firewalls closed but for the cluster's subnet.
pub(crate) fn clean() -> World {
    let mut world = World::new();
    world.drop("store keyed");
    for account in ["acct", "lake"] {
        world.set(account, "/body/properties/allowSharedKeyAccess", json!(false));
        world.set(account, "/body/properties/networkAcls/defaultAction", json!("Deny"));
    }
    world
}

/// The body of a datastore over `acct/c` with this kind of credential.
pub(crate) fn store(kind: &str) -> Value {
    json!({"datastoreType":"AzureBlob","accountName":"acct","containerName":"c","credentials":{"credentialsType":kind}})
}

pub(crate) fn resource(id: &str) -> String {
    format!("resource {id}")
}

pub(crate) fn stored(name: &str) -> String {
    format!("stored_credential {}", store_id(name))
}
