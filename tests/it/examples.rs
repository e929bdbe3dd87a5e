//! The examples: every command's output is the one written down, whatever prints JSON prints what the schemas say, and the
//! snapshots are those that `make.py` writes.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests may fail loudly")]

use crate::command::{Ran, canread, root};
use jsonschema::Validator;
use std::path::PathBuf;
use std::process::Command;

/// Files of `examples/` with this ending, by name.
fn files(ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join("examples")).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|extension| extension == ending)).collect();
    found.sort();
    assert!(!found.is_empty(), "no `*.{ending}` in examples");
    found
}

/// The console blocks of a text: where each begins, and its lines.
fn commands(text: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some(first) = line.strip_prefix("$ canread ") else { continue };
        let mut whole = first.to_owned();
        while let Some(more) = lines.peek().and_then(|line| line.strip_prefix("> ")) {
            whole.push(' ');
            whole.push_str(more);
            lines.next();
        }
        found.push(whole.split_whitespace().filter(|word| *word != "\\").map(str::to_owned).collect());
    }
    found
}

/// Every command of the examples.
fn all_commands() -> Vec<Vec<String>> {
    let found: Vec<Vec<String>> = files("md").iter().flat_map(|path| commands(&std::fs::read_to_string(path).unwrap())).collect();
    assert!(found.len() > 30, "{}", found.len());
    found
}

/// The questions among them: every `check` and `access` that is no batch and prints its answer.
pub(crate) fn questions() -> Vec<Vec<String>> {
    let is_question = |command: &Vec<String>| {
        let named = |option: &str| command.iter().any(|word| word == option);
        let asks = matches!(command.first().map(String::as_str), Some("check" | "access" | "who" | "diff" | "review"));
        asks && !["--batch", "-q", "-o"].into_iter().any(named)
    };
    all_commands().into_iter().filter(is_question).collect()
}

fn run(command: &[String], extra: &[&str]) -> Ran {
    let arguments: Vec<&str> = command.iter().map(String::as_str).chain(extra.iter().copied()).collect();
    canread(&arguments)
}

/// `TRYCMD=overwrite cargo test --test it examples` writes the outputs down anew; read them before you commit.
#[test]
fn every_command_prints_what_is_written_down() {
    let cases = trycmd::TestCases::new();
    cases.register_bin("canread", std::path::Path::new(env!("CARGO_BIN_EXE_canread")));
    cases.env("COLUMNS", "100").env("NO_COLOR", "1");
    cases.case("examples/*.md");
}

fn schema(name: &str) -> Validator {
    let ran = canread(&["rules", "--schema", name]);
    jsonschema::validator_for(&serde_json::from_str(&ran.out).unwrap()).expect("a valid schema")
}

fn validates(schema: &Validator, value: &serde_json::Value, what: &str) {
    let errors: Vec<String> = schema.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{what}: {errors:#?}");
}

#[test]
fn every_answer_fits_its_schema_and_the_exit_code() {
    let (report, access) = (schema("report"), schema("access"));
    let (who, diff, checks) = (schema("who"), schema("diff"), schema("checks"));
    let mut seen = [0; 3];
    for command in all_commands() {
        let named = |option: &str| command.iter().any(|word| word == option);
        let schema = match command.first().map(String::as_str) {
            Some("check") if named("--all-deployments") || command.iter().filter(|word| *word == "-n").count() > 1 => &checks,
            Some("check") if !named("--batch") => &report,
            Some("access") => &access,
            Some(word @ ("who" | "diff")) => {
                let ran = run(&command, if named("json") { &[] } else { &["-o", "json"] });
                let value: serde_json::Value = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{command:?}: {error}"));
                validates(if word == "who" { &who } else { &diff }, &value, &command.join(" "));
                let unchanged = if word == "diff" { value["unchanged"].as_bool() } else { Some(true) };
                assert_eq!(ran.code, if unchanged == Some(true) { 0 } else { 5 }, "{command:?}");
                continue;
            }
            _ => continue,
        };
        let quiet: Vec<String> = command.iter().filter(|word| *word != "-q").cloned().collect();
        let ran = run(&quiet, &["-o", "json"]);
        let codes = [(0, "allowed"), (3, "denied"), (4, "undetermined")];
        let Some(at) = codes.iter().position(|(code, _)| *code == ran.code) else {
            assert!(ran.out.is_empty() && ran.err.starts_with("error: "), "{command:?}: {ran:?}");
            continue;
        };
        let value: serde_json::Value = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{command:?}: {error}"));
        validates(schema, &value, &command.join(" "));
        assert_eq!(value["verdict"], codes[at].1, "{command:?}");
        seen[at] += 1;
    }
    assert!(seen[0] > 12 && seen[1] > 12 && seen[2] >= 3, "{seen:?}");
}

#[test]
fn the_schemas_refuse_what_is_no_answer() {
    let answer = canread(&[
        "check",
        "--snapshot",
        "examples/heart.jsonl",
        "--compute",
        "cpu-cluster",
        "--set",
        "inputs.x.path=azureml:a:1",
        "-o",
        "json",
    ]);
    let whole: serde_json::Value = serde_json::from_str(&answer.out).unwrap();
    for key in ["verdict", "inputs", "invoke", "warnings"] {
        let mut cut = whole.clone();
        cut.as_object_mut().unwrap().remove(key);
        // `invoke` may be null, and a schema generator takes what may be null for optional.
        let refused = !schema("report").is_valid(&cut);
        assert!(refused || key == "invoke", "a report without `{key}` is taken");
    }
    for line in [r#"{"kind":"membership","member":"a"}"#, r#"{"version":1}"#, r#"{"kind":"resource","body":[]}"#] {
        assert!(!schema("snapshot").is_valid(&serde_json::from_str(line).unwrap()), "{line}");
    }
}

#[test]
fn every_line_of_every_snapshot_fits_its_schema() {
    let schema = schema("snapshot");
    for path in files("jsonl").iter().filter(|path| !path.ends_with("questions.jsonl")) {
        for (number, line) in std::fs::read_to_string(path).unwrap().lines().enumerate() {
            validates(&schema, &serde_json::from_str(line).unwrap(), &format!("{}:{}", path.display(), number + 1));
        }
    }
}

#[test]
fn the_same_question_gives_the_same_bytes() {
    for command in all_commands() {
        let (one, other) = (run(&command, &[]), run(&command, &[]));
        assert_eq!(one, other, "{command:?}");
    }
}

#[test]
fn no_table_is_wider_than_asked_for_prose_or_ends_in_a_blank() {
    for command in all_commands().iter().filter(|command| !command.iter().any(|word| word == "-o" || word == "--batch")) {
        for columns in [80, 120] {
            let ran = crate::command::canread_in(command, columns);
            for line in ran.out.lines() {
                assert!(!line.ends_with(' '), "{command:?}: {line:?}");
                // What is to be copied stays whole: a command, an id, a reference.
                let longest = line.split_whitespace().map(str::len).max().unwrap_or_default();
                let command_line = ["az ", "canread ", "--"].iter().any(|start| line.trim_start().starts_with(start));
                let copied = command_line || longest > 40;
                assert!(copied || line.chars().count() <= columns, "{columns}: {command:?}: {line:?}");
            }
        }
    }
}

#[test]
fn colour_changes_nothing_but_the_colour() {
    let mut coloured = 0;
    for command in all_commands().iter().filter(|command| !command.iter().any(|word| word == "-o" || word == "--batch")) {
        let (plain, colour) = (run(command, &["--color", "never"]), run(command, &["--color", "always"]));
        let stripped = ["\u{1b}[1;31m", "\u{1b}[1;32m", "\u{1b}[1;33m", "\u{1b}[0m"];
        let stripped = stripped.iter().fold(colour.out.clone(), |text, code| text.replace(code, ""));
        assert_eq!(stripped, plain.out, "{command:?}");
        coloured += usize::from(colour.out != plain.out);
    }
    assert!(coloured > 25, "{coloured}");
}

#[test]
fn the_snapshots_are_those_that_make_py_writes() {
    match Command::new("python3").arg("examples/make.py").arg("--check").current_dir(root()).output() {
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr)),
        Err(error) => crate::skipped(&format!("examples/make.py needs python3: {error}")),
    }
}
