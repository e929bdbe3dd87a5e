//! The Linux kernel as judge: its own decision about generated trees, where it and Azure agree by definition.
//!
//! That is `other::---` throughout and no empty mask: else a matching group without the right denies in POSIX and falls to
//! `other` in Azure, and the kernel ignores an ACL whose mask is empty.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test that cannot go on must fail")]

use crate::acl_reference::Dice;
use crate::acl_world::{Asked, add, lake, record, who};
use canread::eval::Verdict;
use canread::eval::posix::data_operation;
use canread::model::{Facts, Identities, Operation, Snapshot};
use serde_json::{Value, json};
use std::io::Write;
use std::process::{Command, Stdio};

const UID: u64 = 40_000;
const GID: u64 = 50_000;
const USERS: u64 = 5;
const GROUPS: u64 = 5;
/// A group that no ACL names, for processes need one.
const NEUTRAL: u64 = 59_999;
const TREES: usize = 700;

/// Bits of the tags of the kernel's form.
const USER_OBJ: u8 = 1;
const USER: u8 = 2;
const GROUP_OBJ: u8 = 4;
const GROUP: u8 = 8;
const MASK: u8 = 16;
const OTHER: u8 = 32;

struct Node {
    path: String,
    directory: bool,
    uid: u64,
    gid: u64,
    /// Tag, bits, id, in the order the kernel asks for.
    entries: Vec<(u8, u8, Option<u64>)>,
}

impl Node {
    fn new(dice: &mut Dice, path: String, directory: bool) -> Node {
        // Folders pass mostly, or nothing below them would ever be asked in earnest.
        let bits = |dice: &mut Dice| if directory && !dice.chance(5) { dice.bits() | 1 } else { dice.bits() };
        let mut named = Vec::new();
        for (tag, first, count) in [(USER, UID, USERS), (GROUP, GID, GROUPS)] {
            for id in first..first + count {
                if dice.chance(3) {
                    named.push((tag, bits(dice), Some(id)));
                }
            }
        }
        let mask = if named.is_empty() && dice.chance(2) { None } else { Some((MASK, bits(dice).max(1), None)) };
        let owner = (USER_OBJ, bits(dice), None);
        let group = (GROUP_OBJ, bits(dice), None);
        let (users, groups): (Vec<_>, Vec<_>) = named.into_iter().partition(|(tag, _, _)| *tag == USER);
        let entries = [owner].into_iter().chain(users).chain([group]).chain(groups).chain(mask).chain([(OTHER, 0, None)]).collect();
        Node { path, directory, uid: UID + dice.roll(USERS), gid: GID + dice.roll(GROUPS), entries }
    }

    fn acl(&self) -> String {
        let entry = |(tag, bits, id): &(u8, u8, Option<u64>)| {
            let kind = match *tag {
                USER_OBJ | USER => "user",
                GROUP_OBJ | GROUP => "group",
                MASK => "mask",
                _ => "other",
            };
            let name = id.map(name).unwrap_or_default();
            format!("{kind}:{name}:{}", canread::model::Bits::from_octal(*bits))
        };
        self.entries.iter().map(entry).collect::<Vec<_>>().join(",")
    }
}

fn name(id: u64) -> String {
    format!("{id:08}-0000-4000-8000-000000000000")
}

/// A root, up to three folders below one another, and a file in each of them.
fn tree(dice: &mut Dice) -> Vec<Node> {
    let depth = 1 + dice.roll(4);
    let mut nodes = Vec::new();
    let mut folder = String::new();
    for level in 0..depth {
        if level > 0 {
            folder = format!("{folder}{}d{level}", if level > 1 { "/" } else { "" });
        }
        nodes.push(Node::new(dice, folder.clone(), true));
        let file = if folder.is_empty() { "f".to_owned() } else { format!("{folder}/f") };
        nodes.push(Node::new(dice, file, false));
    }
    nodes
}

fn subjects(dice: &mut Dice) -> Vec<(u64, Vec<u64>)> {
    let groups = |dice: &mut Dice| (GID..GID + GROUPS).filter(|_| dice.chance(3)).collect();
    (0..USERS + 1).map(|n| (UID + n, groups(dice))).collect()
}

fn facts(tree: &[Node]) -> Facts {
    let mut facts = lake();
    for node in tree {
        add(&mut facts, record(&node.path, node.directory, &name(node.uid), &name(node.gid), &node.acl()));
    }
    facts
}

fn ours(snapshot: &Snapshot, node: &Node, who: &Identities) -> Verdict {
    let (asked, operation) = if node.directory {
        (Asked::folder(snapshot, &node.path), Operation::List)
    } else {
        (Asked::file(snapshot, &node.path), Operation::Read)
    };
    data_operation(&asked.context(), who, operation, &asked.target())
}

/// The kernel's answers, or why it could not be asked.
fn kernel(question: &Value) -> Result<Value, String> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oracle/kernel_acl.py");
    let spawned = Command::new("python3").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut python = spawned.map_err(|error| format!("python3 cannot be started: {error}"))?;
    let sent = python.stdin.take().expect("a piped input").write_all(question.to_string().as_bytes());
    let output = python.wait_with_output().expect("python3 ends");
    if let Some(code @ (126 | 127)) = output.status.code() {
        return Err(format!("python3 is a wrapper of nothing (exit code {code})"));
    }
    sent.expect("python3 reads its question");
    assert!(output.status.success(), "the oracle failed: {}", output.status);
    let answer: Value = serde_json::from_slice(&output.stdout).expect("the oracle answers in JSON");
    match answer["skipped"].as_str() {
        Some(why) => Err(why.to_owned()),
        None => Ok(answer["answers"].clone()),
    }
}

#[test]
fn the_kernel_decides_alike() {
    let mut dice = Dice::new(2026);
    let subjects = subjects(&mut dice);
    let trees: Vec<Vec<Node>> = (0..TREES).map(|_| tree(&mut dice)).collect();
    let node = |node: &Node| json!({"path": node.path, "directory": node.directory, "uid": node.uid, "gid": node.gid, "acl": node.entries});
    let gids = |groups: &[u64]| [NEUTRAL].into_iter().chain(groups.iter().copied()).collect::<Vec<_>>();
    let question = json!({
        "subjects": subjects.iter().map(|(uid, groups)| json!({"uid": uid, "gids": gids(groups)})).collect::<Vec<_>>(),
        "trees": trees.iter().map(|tree| tree.iter().map(node).collect::<Vec<_>>()).collect::<Vec<_>>(),
    });
    let answers = match kernel(&question) {
        Ok(answers) => answers,
        Err(why) => {
            crate::skipped(&format!("the kernel ACL oracle: {why}"));
            return;
        }
    };
    let (mut decisions, mut allowed) = (0, 0);
    for (at, tree) in trees.iter().enumerate() {
        let snapshot = Snapshot::new(facts(tree));
        for (subject, (uid, groups)) in subjects.iter().enumerate() {
            let names: Vec<String> = groups.iter().map(|id| name(*id)).collect();
            let who = who(&name(*uid), &names.iter().map(String::as_str).collect::<Vec<_>>());
            let row = answers[subject][at].as_str().expect("an answer").as_bytes();
            for (node, answer) in tree.iter().zip(row) {
                let expected = if *answer == b'1' { Verdict::Allowed } else { Verdict::Denied };
                assert_eq!(ours(&snapshot, node, &who), expected, "tree {at}, /{}, {uid} in {groups:?}: {}", node.path, node.acl());
                decisions += 1;
                allowed += u32::from(*answer == b'1');
            }
        }
    }
    println!("the kernel agrees in {decisions} decisions, {allowed} of them allowed");
    assert!(decisions >= 10_000 && allowed > decisions / 20, "{decisions} decisions, {allowed} allowed");
}
