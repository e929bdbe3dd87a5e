//! Parsing conditions, and deciding parsed ones.

use canread::eval::condition::{AttributeValue, Attributes, ConditionRequest, Datum, PathSet, evaluate};
use canread::model::{Action, AttributeName, AttributeSource, Condition, Timestamp};
use divan::{Bencher, black_box};

const BLOBS: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs";

fn main() {
    divan::main();
}

/// Conditions of the shapes that storage roles carry, from one comparison to two full groups.
fn conditions() -> Vec<(&'static str, String)> {
    let container = "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name] StringEquals 'c1'";
    let not_list = format!("!(ActionMatches{{'{BLOBS}/read'}} AND NOT SubOperationMatches{{'Blob.List'}})");
    let group = |clause: &str| {
        format!("(\n (\n  {not_list}\n  AND\n  !(ActionMatches{{'{BLOBS}/runAsSuperUser/action'}})\n )\n OR\n (\n  {clause}\n )\n)")
    };
    let path = group(&format!("{container} AND @Resource[{BLOBS}:path] StringLike 'in/*'"));
    let tags = group(&format!("@Resource[{BLOBS}/tags:Project<$key_case_sensitive$>] ForAnyOfAnyValues:StringEquals {{'a', 'b', 'c'}}"));
    vec![("comparison", container.to_owned()), ("path", path.clone()), ("path_and_tags", format!("{path}\nAND\n{tags}"))]
}

struct Request {
    folder: bool,
}

impl Attributes for Request {
    fn get(&self, _: AttributeSource, name: &AttributeName) -> AttributeValue<'_> {
        match name.key() {
            "microsoft.storage/storageaccounts/blobservices/containers:name" => AttributeValue::One(Datum::text("c1")),
            _ if name.tag_key().is_some() => AttributeValue::One(Datum::text("b")),
            _ if self.folder => AttributeValue::Paths(PathSet::below("in/2026")),
            _ => AttributeValue::One(Datum::text("in/2026/part-0001.csv")),
        }
    }
}

fn names() -> impl Iterator<Item = &'static str> {
    conditions().into_iter().map(|(name, _)| name)
}

fn text(name: &str) -> String {
    conditions().into_iter().find(|(known, _)| *known == name).map(|(_, text)| text).unwrap_or_default()
}

#[divan::bench(args = names())]
fn parse(bencher: Bencher<'_, '_>, name: &str) {
    let text = text(name);
    bencher.bench(|| Condition::parse(black_box(&text)));
}

fn decide(bencher: Bencher<'_, '_>, name: &str, folder: bool) {
    let Ok(condition) = Condition::parse(&text(name)) else { return };
    let action = Action::new(&format!("{BLOBS}/read"));
    let attributes = Request { folder };
    let at = Timestamp::UNIX_EPOCH;
    bencher.bench(|| {
        let request = ConditionRequest { action: &action, suboperation: None, attributes: &attributes, at, until: at };
        evaluate(black_box(&condition), &request).value.known()
    });
}

#[divan::bench(args = names())]
fn evaluate_file(bencher: Bencher<'_, '_>, name: &str) {
    decide(bencher, name, false);
}

#[divan::bench(args = names())]
fn evaluate_folder(bencher: Bencher<'_, '_>, name: &str) {
    decide(bencher, name, true);
}
