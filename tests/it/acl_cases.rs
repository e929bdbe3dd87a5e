//! The case table of documented ACL checks, and what is out of its scope.

#![expect(clippy::expect_used, reason = "a test that cannot go on must fail")]

use crate::acl_world::{Asked, add, corpus, ids, lake, missing, path_line, record, who};
use canread::eval::{Judgement, Verdict};
use canread::model::{Operation, Snapshot};
use serde_json::Value;

/// What a case is to this test.
enum Kind {
    /// ACLs decide.
    Acl(Operation),
    /// RBAC grants before ACLs are asked; alone, those of the case would not.
    Rbac(Operation),
    /// Appending, deleting, account keys: nothing that canread asks an ACL about.
    Outside,
}

fn kind(case: &Value) -> Kind {
    let operation = match case["op"].as_str() {
        Some("read") => Operation::Read,
        Some("list") => Operation::List,
        Some("create") => Operation::Write,
        _ => return Kind::Outside,
    };
    if !case["auth"].is_null() {
        return Kind::Outside;
    }
    let grants = |role: &Value| {
        let name = role["role"].as_str().unwrap_or_default();
        let reads = name == "Storage Blob Data Reader" && operation != Operation::Write;
        let writes = ["Storage Blob Data Owner", "Storage Blob Data Contributor"].contains(&name);
        role["condition_result"] != Value::Bool(false) && (reads || writes)
    };
    if case["rbac"].as_array().into_iter().flatten().any(grants) { Kind::Rbac(operation) } else { Kind::Acl(operation) }
}

fn snapshot(case: &Value) -> Snapshot {
    let mut facts = lake();
    let text = |node: &Value, key: &str| node[key].as_str().expect("a text field").to_owned();
    for node in case["tree"].as_array().expect("a tree") {
        let is_directory = text(node, "type") == "dir";
        add(&mut facts, record(&text(node, "path"), is_directory, &text(node, "owner"), &text(node, "group"), &text(node, "acl")));
    }
    if case["op"] == "create" {
        path_line(&mut facts, &text(case, "target"), false, None);
    }
    Snapshot::new(facts)
}

#[test]
fn every_read_list_and_create_case_is_decided_as_documented() {
    let Some(cases) = corpus("acl-cases.jsonl") else {
        return;
    };
    let (mut decided, mut by_rbac, mut outside) = (0, 0, Vec::new());
    for case in &cases {
        let name = case["id"].as_str().expect("an id");
        let (operation, is_acl) = match kind(case) {
            Kind::Acl(operation) => (operation, true),
            Kind::Rbac(operation) => (operation, false),
            Kind::Outside => {
                outside.push(name);
                continue;
            }
        };
        let groups: Vec<&str> = case["principal"]["groups"].as_array().expect("groups").iter().filter_map(Value::as_str).collect();
        let who = who(case["principal"]["oid"].as_str().expect("an oid"), &groups);
        let snapshot = snapshot(case);
        let path = case["target"].as_str().expect("a target");
        let asked = if operation == Operation::List { Asked::folder(&snapshot, path) } else { Asked::file(&snapshot, path) };
        let proof = asked.operation(&who, operation);
        let expected = match (is_acl, case["basis"].as_str(), case["expect"].as_bool()) {
            (true, Some("conflict"), _) => Verdict::Undetermined,
            (true, _, Some(true)) => Verdict::Allowed,
            (true, _, Some(false)) | (false, _, _) => Verdict::Denied,
            (true, _, None) => panic!("{name}: no expectation"),
        };
        assert_eq!(proof.verdict(), expected, "{name}: {proof:#?}");
        if expected == Verdict::Undetermined {
            assert_eq!(missing(&proof), ["open_question:mask-on-other"], "{name}");
        }
        if let Some((_, dropped)) = case["why"].as_str().and_then(|why| why.strip_prefix("dropped ")).and_then(|why| why.split_once(" on "))
        {
            assert_eq!(ids(&proof, Verdict::Denied), [format!("lake/fs{dropped}")], "{name}");
            assert!(proof.claim().ends_with(&format!("(first closed: {dropped})")), "{name}: {}", proof.claim());
        }
        if is_acl { decided += 1 } else { by_rbac += 1 }
    }
    println!("decided {decided}; granted by RBAC before any ACL {by_rbac}; out of scope {}: {}", outside.len(), outside.join(", "));
    assert_eq!((decided, by_rbac, outside.len(), cases.len()), (28, 7, 11, 46));
}
