//! `--batch`, ages of snapshots, formats and rules, by whole commands.

use super::credentials_whole::Deviations;
use super::world2::*;
use serde_json::{Value, json};

#[test]
fn answers_come_in_order_with_their_ids() {
    let world = World::new();
    let questions = [
        r#"{"id":1,"name":"scoring","input":"azureml://datastores/plain/paths/a/"}"#,
        "",
        r#"{"id":"two","compute":"cpu","input":"https://acct.blob.core.windows.net/c/a.csv","input_type":"uri_file"}"#,
        r#"{"id":{"three":[3]},"name":"scoring","input":"azureml://datastores/gen2/paths/a/","deployment_name":"blue"}"#,
        r#"{"name":"scoring","output_path":"azureml://datastores/plain/paths/o/","id":4}"#,
        r#"{"id":5,"name":"scoring","input":"azureml://datastores/plain/paths/a/","as":"nobody"}"#,
        "not json",
        r#"{"id":7}"#,
        r#"{"id":8,"name":"scoring","input":"azureml://datastores/plain/paths/a/","at":"soon"}"#,
        r#"{"id":9,"name":"scoring","input":7}"#,
        "[1]",
        r#"{"id":10,"name":"scoring","compute":"cpu","input":"azureml:x:1"}"#,
        r#"{"id":11,"name":"nosuch","input":"azureml://datastores/plain/paths/a/","unknown":1}"#,
        "   ",
        r#"{"id":null,"name":"scoring","input":"azureml://datastores/plain/paths/../a"}"#,
    ];
    let (code, lines, answer) = world.batch("check", &questions.join("\r\n"), &[]);
    assert_eq!(code, 1, "{}", answer.err);
    let shape: Vec<_> = lines
        .iter()
        .map(|line| match line.get("error") {
            Some(error) => format!("{} error {}", line["id"], error.is_string() && line.get("verdict").is_none()),
            None => format!("{} {} {} {}", line["id"], line["verdict"], line["denied"], line["undetermined"]),
        })
        .collect();
    assert_eq!(
        shape,
        [
            r#"1 "allowed" [] []"#,
            r#""two" "allowed" [] []"#,
            r#"{"three":[3]} "undetermined" [] ["access/mount","access/read","data/readable"]"#,
            r#"4 "denied" ["output/writable"] []"#,
            "5 error true",
            "null error true",
            "7 error true",
            "8 error true",
            "9 error true",
            "null error true",
            "10 error true",
            r#"11 "denied" ["job/endpoint"] ["compute/identity","account/tenant","access/mount"]"#,
            r#"null "denied" ["input/recognised"] []"#,
        ]
    );
    assert!(lines.iter().all(|line| line.get("id").is_some()));
}

#[test]
fn verdicts_do_not_move_the_exit_code_and_options_are_defaults() {
    let mut d = Deviations::default();
    let world = World::new();
    let (code, lines, answer) = world.batch("check", "{}\n{\"id\":1,\"input\":\"azureml://datastores/gen2/paths/a/\"}\n{\"id\":2,\"output_path\":\"azureml://datastores/plain/paths/o/\"}", &["-n", "scoring", "--input", "azureml://datastores/plain/paths/a/"]);
    let verdicts: Vec<_> = lines.iter().map(|line| line["verdict"].as_str().unwrap_or("?").to_owned()).collect();
    d.that("check", code == 0 && verdicts == ["allowed", "undetermined", "denied"], (code, verdicts, &answer.err));
    let questions = "{\"id\":\"a\"}\n{\"id\":\"b\",\"operation\":\"write\"}\n{\"id\":\"c\",\"principal\":\"99999999-0000-0000-0000-000000000009\"}\n{\"id\":\"d\",\"url\":\"nonsense\"}\n{\"id\":\"e\",\"at\":\"2020-01-01T00:00:00Z\",\"from\":\"public\"}";
    let (code, lines, answer) =
        world.batch("access", questions, &["--principal", ANA, "--operation", "read", "https://acct.blob.core.windows.net/c/a"]);
    d.that("access", code == 1 && lines.len() == 5, (code, &answer.out, &answer.err));
    d.that("a", lines.first() == Some(&json!({"id":"a","verdict":"allowed"})), lines.first());
    d.that("b", lines.get(1) == Some(&json!({"id":"b","verdict":"denied"})), lines.get(1));
    for at in [2, 3] {
        d.that("malformed", lines.get(at).is_some_and(|line| line["error"].is_string()), lines.get(at));
    }
    d.that("e", lines.get(4) == Some(&json!({"id":"e","verdict":"allowed"})), lines.get(4));
    let (code, lines, _) = world.batch("access", "", &[]);
    d.that("nothing asked", code == 0 && lines.is_empty(), code);
    let out = Temporary::new("out", b"");
    let (code, lines, answer) = world.batch(
        "access",
        "{}",
        &["--principal", ANA, "--operation", "read", "https://acct.blob.core.windows.net/c/a", "--output-file", out.path()],
    );
    d.that(
        "to a file",
        code == 0 && lines.is_empty() && out.read() == "{\"id\":null,\"verdict\":\"allowed\"}\n",
        (&answer.err, out.read()),
    );
    let (code, lines, answer) =
        world.batch("access", "{}\nx", &["--principal", ANA, "--operation", "read", "https://acct.blob.core.windows.net/c/a", "-q"]);
    d.that("quiet", code == 1 && lines.is_empty() && answer.err.is_empty(), (code, &answer.err));
    for format in ["sarif", "junit", "markdown", "html", "github", "azuredevops"] {
        let answer = run(&["rules", "-o", format]);
        d.that(
            &format!("{format} rules"),
            answer.code == 2 && answer.out.is_empty() && answer.err.contains(format) && answer.err.contains("table"),
            (answer.code, &answer.err),
        );
        let (code, _, answer) = world.batch("access", "{}", &["-o", format]);
        d.that(&format!("{format} batch"), code == 2 && answer.err.contains(format), (code, &answer.err));
    }
    d.that("unknown format", world.run(&["check", "-n", "e", "-o", "xml"]).code == 2, 0);
    for format in ["tsv", "yaml", "jsonc", "none"] {
        let answer = world.run(&["check", "-n", "scoring", "--at", AT, "--input", "azureml://datastores/plain/paths/a/", "-o", format]);
        d.that(format, answer.code == 0 && answer.err.contains("note: ") && !answer.out.is_empty(), (answer.code, &answer.err));
    }
    d.none();
}

#[test]
fn ages_are_measured_at_the_time_asked_about() {
    let mut d = Deviations::default();
    let world = World::new();
    let check = |at: &str, words: &[&str]| {
        world
            .run(&[&["check", "-n", "scoring", "--input", "azureml://datastores/plain/paths/a/", "-o", "json", "--at", at], words].concat())
    };
    d.that("fresh", !check("2026-11-23T10:00:00Z", &[]).warnings().contains(&"snapshot/old"), 0);
    let answer = check("2026-11-23T10:00:01Z", &[]);
    d.that("a day old", answer.code == 0 && answer.warnings().contains(&"snapshot/old"), (answer.code, answer.warnings()));
    d.that("before it was taken", !check("2026-11-01T10:00:00Z", &["--max-age", "1h"]).warnings().contains(&"snapshot/old"), 0);
    d.that("exactly", check("2026-11-22T12:00:00Z", &["--max-age", "2h"]).code == 0, 0);
    let answer = check("2026-11-22T12:00:01Z", &["--max-age", "2h"]);
    d.that("older", answer.code == 1 && answer.out.is_empty() && answer.err.contains("--max-age"), (answer.code, &answer.err));
    d.that("nonsense", check(AT, &["--max-age", "soon"]).code == 2, 0);
    let questions = "{\"id\":1}\n{\"id\":2,\"at\":\"2026-11-25T00:00:00Z\"}\n{\"id\":3,\"at\":\"2026-11-22T11:00:00Z\"}";
    let (code, lines, answer) =
        world.batch("check", questions, &["-n", "scoring", "--input", "azureml://datastores/plain/paths/a/", "--max-age", "3h"]);
    let kinds: Vec<bool> = lines.iter().map(|line| line.get("error").is_some()).collect();
    d.that("by line", code == 1 && kinds == [false, true, false], (code, lines, &answer.err));
    let lines = Temporary::new("questions", questions.as_bytes());
    let answer = world.run(&[
        "check",
        "--batch",
        lines.path(),
        "--at",
        "2026-12-25T00:00:00Z",
        "-n",
        "scoring",
        "--input",
        "azureml://datastores/plain/paths/a/",
        "--max-age",
        "3h",
    ]);
    let kinds: Vec<bool> = answer.out.lines().map(|line| line.contains("\"error\"")).collect();
    d.that(
        "the default is too late, one line is not",
        answer.code == 1 && kinds == [true, true, false],
        (answer.code, &answer.out, &answer.err),
    );
    d.none();
}

#[test]
fn a_long_batch_is_answered_a_line_at_a_time() {
    use std::fmt::Write as _;
    let world = World::new();
    let mut questions = String::new();
    for id in 0..5_000 {
        let _ = writeln!(
            questions,
            r#"{{"id":{id},"principal":"{}","operation":"read","url":"https://acct.blob.core.windows.net/c/{id}.csv"}}"#,
            if id % 3 == 0 { SP } else { ANA }
        );
    }
    let mut world = world;
    world.person(SP, "servicePrincipal", "loader");
    let (code, lines, answer) = world.batch("access", &questions, &[]);
    assert_eq!((code, lines.len()), (0, 5_000), "{}", answer.err);
    for (at, line) in lines.iter().enumerate() {
        assert_eq!(*line, json!({"id":at,"verdict":if at % 3 == 0 { "denied" } else { "allowed" }}));
    }
}

#[test]
fn rules_can_be_read_explained_and_overridden() {
    let mut d = Deviations::default();
    let answer = run(&["rules", "no/such"]);
    d.that("unknown id", answer.code == 1 && answer.out.is_empty() && answer.err.contains("no/such"), (answer.code, &answer.err));
    for id in ["access/mount", "blob-url", "runtime/batch", "store/retired", "data/readable"] {
        let answer = run(&["rules", id]);
        d.that(id, answer.code == 0 && answer.out.contains(id), (answer.code, &answer.err));
        let answer = run(&["rules", id, "-o", "json"]);
        d.that(id, answer.code == 0 && answer.json.is_object(), &answer.out);
    }
    for schema in ["report", "snapshot"] {
        let answer = run(&["rules", "--schema", schema]);
        d.that(schema, answer.code == 0 && answer.json["$schema"].is_string(), (answer.code, &answer.err));
    }
    d.that("no such schema", run(&["rules", "--schema", "x"]).code == 2, 0);
    let folder = Temporary::new("rules", b"");
    let folder = format!("{}.d", folder.path());
    std::fs::create_dir(&folder).unwrap();
    let file = format!("{folder}/roles.toml");
    let world = World::new();
    let check = || world.check(&["--input", "azureml://datastores/plain/paths/a/", "--rules", &folder]);
    d.that("an empty folder", check().code == 1, check().err);
    let role = |action: &str| {
        format!(
            "[[role]]\nid = \"{READER}\"\nname = \"Storage Blob Data Reader\"\nnote = \"n\"\nsource = \"s\"\nretrieved = \"2026-01-01\"\n[[role.permissions]]\nactions = []\ndata_actions = [\"{action}\"]\n"
        )
    };
    std::fs::write(&file, role("Microsoft.Storage/none/read")).unwrap();
    let answer = check();
    d.check("a role that grants nothing", &answer, 3, &["access/mount=denied", "access/read=denied"]);
    std::fs::write(&file, "[[role]]\nid = \n").unwrap();
    let answer = check();
    d.that("broken", answer.code == 1 && answer.err.contains("roles.toml:2"), (answer.code, &answer.err));
    std::fs::write(&file, role("x").replace("source = \"s\"\n", "")).unwrap();
    let answer = check();
    d.that(
        "without source",
        answer.code == 1 && answer.err.contains("roles.toml:") && answer.err.contains("source"),
        (answer.code, &answer.err),
    );
    std::fs::write(&file, b"\xff\xfe").unwrap();
    let answer = check();
    d.that("no text", answer.code == 1 && answer.err.contains("roles.toml"), (answer.code, &answer.err));
    std::fs::remove_dir_all(&folder).unwrap();
    let answer = check();
    d.that("no folder", answer.code == 1 && answer.err.contains(&folder), (answer.code, &answer.err));
    d.none();
}

#[test]
fn results_go_where_they_are_sent() {
    let mut d = Deviations::default();
    let world = World::new();
    let out = Temporary::new("out", b"old");
    let words = ["check", "-n", "scoring", "--at", AT, "--input", "azureml://datastores/plain/paths/a/", "-o", "json"];
    let plain = world.run(&words);
    let filed = world.run(&[&words[..], &["--output-file", out.path()]].concat());
    d.that("file", filed.code == 0 && filed.out.is_empty() && out.read() == plain.out, &filed.err);
    let quiet = world.run(&[&words[..], &["-q"]].concat());
    d.that("quiet", quiet.code == 0 && quiet.out.is_empty() && quiet.err.is_empty(), &quiet.err);
    let unwritable = world.run(&[&words[..], &["--output-file", "/nonexistent/folder/x"]].concat());
    d.that("unwritable", unwritable.code == 1 && unwritable.out.is_empty(), &unwritable.err);
    d.that("the same bytes", world.run(&words).out == plain.out, 0);
    let table = world.run(&words[..words.len() - 2]);
    d.that("table", table.code == 0 && table.out.lines().next().is_some_and(|line| line.to_lowercase().contains("allowed")), &table.out);
    let compressed = Temporary::new("jsonl.zst", &zstd::encode_all(world.text().as_bytes(), 1).unwrap());
    let answer = run(&[&words[..], &["--snapshot", compressed.path()]].concat());
    d.that("zst", answer.out == plain.out && answer.code == 0, &answer.err);
    let gone = run(&[&words[..], &["--snapshot", "/nonexistent.jsonl"]].concat());
    d.that("no such file", gone.code == 1 && gone.err.contains("/nonexistent.jsonl"), &gone.err);
    let _ = Value::Null;
    d.none();
}

#[test]
fn thousands_of_lines_are_answered_in_order_as_each_alone() {
    let world = World::new();
    let references =
        ["azureml://datastores/plain/paths/a/", "azureml://datastores/keyed/paths/a/", "https://lake.dfs.core.windows.net/fs/x"];
    let line = |at: usize| match at % 7 {
        6 => format!("not json {at}"),
        _ => json!({"id": at, "name": "scoring", "input": references[at % 3]}).to_string(),
    };
    let many: Vec<String> = (0..2_500).map(line).collect();
    let (code, answers, _) = world.batch("check", &many.join("\n"), &[]);
    assert_eq!((code, answers.len()), (1, many.len()));
    let alone: Vec<Value> = (0..3).map(|at| world.batch("check", &line(at), &[]).1.remove(0)).collect();
    for (at, answer) in answers.iter().enumerate() {
        if at % 7 == 6 {
            assert!(answer["error"].is_string() && answer["id"].is_null(), "{answer}");
            continue;
        }
        let mut wanted = alone[at % 3].clone();
        wanted["id"] = json!(at);
        assert_eq!(*answer, wanted);
    }
}
