//! Input that is broken, hostile or odd, by whole commands: a clear error or an open question, never a panic, never `allowed`.

use super::credentials_whole::Deviations;
use super::world2::*;
use serde_json::{Value, json};

const INPUT: &str = "azureml://datastores/plain/paths/a/";

fn read(bytes: &[u8]) -> Answer {
    let file = Temporary::new("jsonl", bytes);
    run(&["check", "-n", "scoring", "--at", AT, "-o", "json", "--input", INPUT, "--snapshot", file.path()])
}

#[test]
fn files_that_are_no_snapshots_cost_one_clear_error() {
    let mut d = Deviations::default();
    let good = World::new().text();
    let with = |line: &str| format!("{good}{line}\n").into_bytes();
    let last = good.lines().count() + 1;
    let mut cut = good.clone().into_bytes();
    cut.truncate(good.len() - 40);
    let deep = format!("{{\"kind\":\"resource\",\"body\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
    let objects = format!("{{\"kind\":\"resource\",\"body\":{}1{}}}", "{\"a\":".repeat(10_000), "}".repeat(10_000));
    let two = with(&json!({"kind":"membership","member":ANA,"transitive_groups":[TEAM]}).to_string());
    let differing = [two.clone(), format!("{}\n", json!({"kind":"membership","member":ANA,"transitive_groups":[]})).into_bytes()].concat();
    let account = |value: Value| with(&json!({"kind":"resource","body":{"id":account_id("third"),"properties":value}}).to_string());
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("empty", vec![]),
        ("blank", b"\n\n".to_vec()),
        ("binary", (0..=255).cycle().take(4096).collect()),
        ("zeros", vec![0; 4096]),
        ("zstd head only", vec![0x28, 0xb5, 0x2f, 0xfd]),
        ("an array", b"[1,2]".to_vec()),
        ("truncated", cut),
        ("no header", good.lines().skip(1).collect::<Vec<_>>().join("\n").into_bytes()),
        ("invalid UTF-8", [good.as_bytes(), b"{\"kind\":\"gap\",\"what\":\"\xff\"}\n"].concat()),
        ("deep arrays", with(&deep)),
        ("deep objects", with(&objects)),
        ("no kind", with("{}")),
        ("kind of a wrong type", with("{\"kind\":7}")),
        ("differing duplicates", differing),
        ("wrong type in a body", account(json!({"isHnsEnabled":"yes"}))),
        ("wrong type in a list", account(json!({"networkAcls":{"ipRules":7}}))),
        ("properties no object", account(json!("x"))),
        ("id of a wrong type", with("{\"kind\":\"resource\",\"body\":{\"id\":7}}")),
        ("body of a wrong type", with("{\"kind\":\"resource\",\"body\":7}")),
        ("a time that is none", with("{\"kind\":\"probe\",\"url\":\"https://a/c\",\"credential\":\"stored\",\"at\":\"soon\"}")),
        (
            "malformed ACL",
            with(
                "{\"kind\":\"path_access\",\"account\":\"lake\",\"filesystem\":\"fs\",\"path\":\"/q\",\"is_directory\":true,\"owner\":\"x\",\"group\":\"x\",\"permissions\":\"rwx\",\"acl\":7}",
            ),
        ),
    ];
    for (case, bytes) in cases {
        let answer = read(&bytes);
        d.that(
            case,
            answer.code == 1 && answer.out.is_empty() && answer.err.contains("error: ") && answer.err.lines().count() <= 22,
            (answer.code, &answer.out, &answer.err),
        );
    }
    let answer = read(&with("{\"kind\":7}"));
    d.that("names the line", answer.err.contains(&format!(":{last}:")), &answer.err);
    let many = format!("{good}{}", "{}\n".repeat(50));
    let answer = read(many.as_bytes());
    d.that("lists 20", answer.err.lines().filter(|line| line.contains(".jsonl:")).count() == 21, &answer.err);
    d.none();
}

#[test]
fn what_is_not_known_warns_once_each_sort() {
    let mut d = Deviations::default();
    let mut world = World::new();
    for n in 0..5 {
        world.add(json!({"kind":"telescope","n":n})).add(json!({"kind":"coverage","what":"moon","scope":format!("{n}")}));
        world.add(json!({"kind":"gap","what":"moon","scope":format!("{n}")}));
        world.add(
            json!({"kind":"membership","member":format!("b0000000-0000-0000-0000-00000000000{n}"),"transitive_groups":[],"colour":"red"}),
        );
        world.add(json!({"kind":"membership","member":ANA,"transitive_groups":[]}));
    }
    let answer = world.input(INPUT);
    d.check("allowed all the same", &answer, 0, &["access/mount=allowed"]);
    let count = answer.warnings().iter().filter(|id| **id == "snapshot/unknown").count();
    d.that("once each sort", (3..=4).contains(&count), answer.warning("snapshot/unknown"));
    let text = world.text().replace('\n', "\r\n");
    d.check("CRLF", &read(text.as_bytes()), 0, &["access/mount=allowed"]);
    d.check("no end of the last line", &read(world.text().trim_end().as_bytes()), 0, &["access/mount=allowed"]);
    d.check("blank lines", &read(world.text().replace('\n', "\n\n").as_bytes()), 0, &["access/mount=allowed"]);
    let mut groups = World::new();
    groups
        .person(TEAM, "group", "team")
        .add(json!({"kind":"membership","member":TEAM,"transitive_groups":[TEAM, ANA]}))
        .add(json!({"kind":"membership","member":ANA,"transitive_groups":[TEAM, ANA]}));
    groups.drop("ana reads").assign("team", READER, TEAM, &account_id("acct"));
    d.check("groups in a cycle", &groups.input(INPUT), 0, &["access/read=allowed"]);
    d.none();
}

#[test]
fn malformed_acls_open_nothing() {
    let mut d = Deviations::default();
    let good = format!("user::rwx,user:{ANA}:r-x,group::r-x,mask::r-x,other::---");
    let bad = [
        "",
        ",",
        "user",
        "user:::",
        "user::rwxr",
        format!("user::rwx,user:{ANA}:rwx,user:{ANA}:---,group::r-x,mask::r-x,other::---").leak(),
        format!("user::rwx,user:{ANA}:xwr,group::r-x,mask::r-x,other::---").leak(),
        format!("user::rwx,user:{ANA}:r-x,group::r-x,mask::r-x").leak(),
        format!("user::rwx,user:{ANA}:r-x,group::r-x,mask::r-x,mask::---,other::---").leak(),
        format!("user::rwx,wizard:{ANA}:r-x,group::r-x,mask::r-x,other::---").leak(),
        format!("user::rwx,user:{ANA}:r-x,group::r-x,mask:{ANA}:r-x,other::---").leak(),
        format!("{good},{good}").leak(),
    ];
    for acl in bad {
        let mut world = World::new();
        world.acl("/", true, &good).acl("/a", true, acl);
        let answer = world.access(ANA, "list", "https://lake.dfs.core.windows.net/fs/a");
        d.that(acl, matches!(answer.code, 1 | 3 | 4), (answer.code, &answer.out, &answer.err));
    }
    d.none();
}

#[test]
fn odd_paths_are_refused_or_read_as_written() {
    let mut d = Deviations::default();
    let world = World::new();
    let odd = [
        "..",
        "../c2/a",
        "a/../../c2",
        "a%00b",
        "a\0b",
        "%ff%fe",
        "a%2e%2e/b/%2e%2e/x",
        "%2e%2e/x",
        "%252e%252e/x",
        "a%5c..%5cx",
        "a//b",
        "a/./b",
        "%",
        "%zz",
        "\u{202e}x",
        "a\u{1b}[31m",
    ];
    for path in odd {
        for reference in [
            format!("azureml://datastores/gen2/paths/{path}"),
            format!("https://lake.blob.core.windows.net/fs/{path}"),
            format!("https://lake.dfs.core.windows.net/fs/{path}"),
            format!("abfss://fs@lake.dfs.core.windows.net/{path}"),
        ] {
            let answer = world.input(&reference);
            d.that(&format!("check {reference:?}"), matches!(answer.code, 3 | 4), (answer.code, answer.ids(), &answer.err));
            let answer = world.access(ANA, "read", &reference);
            d.that(&format!("access {reference:?}"), matches!(answer.code, 1 | 3 | 4), (answer.code, &answer.err));
            for text in [&answer.out, &answer.err] {
                d.that("no raw controls", !text.contains(['\u{1b}', '\u{202e}', '\0']), text);
            }
        }
    }
    let closed = format!("user::rwx,user:{ANA}:--x,group::r-x,mask::r-x,other::---");
    let mut lake = World::new();
    lake.acl("/", true, &closed).acl("/a", true, &closed).acl("/a/b", false, &closed);
    for path in ["a/b", "a//b", "/a/b", "a/./b", "a/b/"] {
        let answer = lake.access(ANA, "read", &format!("https://lake.dfs.core.windows.net/fs/{path}"));
        d.that(path, matches!(answer.code, 1 | 3 | 4), (answer.code, &answer.err));
    }
    d.none();
}

#[test]
fn controls_and_marks_in_names_never_reach_a_terminal() {
    let mut d = Deviations::default();
    let evil = "ana\u{1b}[2J\u{7}\u{202e}\u{2066}\u{200f}\u{9b}31m\u{85}\u{2028}\r\nroot";
    let mut world = World::new();
    world
        .set(&format!("person {ANA}"), "/body/displayName", json!(evil))
        .set(&format!("person {ANA}"), "/body/userPrincipalName", json!(evil))
        .set(&format!("person {CLUSTER}"), "/body/displayName", json!(evil));
    world.set("0 header", "/signed_in/name", json!(evil)).drop("ana reads").drop("cluster reads");
    world
        .add(json!({"kind":evil}))
        .add(json!({"kind":"gap","what":"role_assignments","scope":account_id("acct"),"status":403,"code":evil,"message":evil}));
    world.deny("deny", ANA, &account_id("acct"), "*").set("deny", "/body/properties/denyAssignmentName", json!(evil));
    let is_raw = |c: char| {
        c != '\n'
            && (c.is_control()
                || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{61c}'))
    };
    for words in [vec!["-o", "table"], vec!["-o", "json"], vec!["-o", "table", "-v"], vec!["--as", evil], vec!["--as", evil, "-o", "json"]]
    {
        let answer = world.run(&[&["check", "-n", "scoring", "--at", AT, "--input", INPUT], &words[..]].concat());
        for text in [&answer.out, &answer.err] {
            d.that(
                &format!("{words:?}"),
                !text.contains(is_raw),
                text.chars().filter(|c| is_raw(*c)).collect::<String>().escape_unicode().to_string(),
            );
        }
    }
    for name in [evil, "\u{1b}[31mx"] {
        for answer in [
            world.access(name, "read", "https://acct.blob.core.windows.net/c/a"),
            world.run(&["check", "-n", name, "--input", INPUT]),
            world.run(&["check", name]),
            run(&["rules", name]),
            world.run(&["check", "-n", "e", "--at", name]),
            world.run(&["check", "-n", "e", "-f", name]),
            world.run(&["check", "-n", "scoring", "--at", AT, "--input", name]),
        ] {
            for text in [&answer.out, &answer.err] {
                d.that("arguments", !text.contains(is_raw), text.escape_debug().to_string());
            }
        }
    }
    d.none();
}
