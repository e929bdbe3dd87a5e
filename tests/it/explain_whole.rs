//! `canread explain` as a user runs it: where the log comes from, exit codes, size, secrets, schema.
#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking")]

use crate::command::{canread, root};
use crate::explain_catalogue::{catalogue, read};
use canread::explain::LogReader;
use std::io::Write;
use std::process::{Command, Stdio};

fn with_input(arguments: &[&str], input: &[u8]) -> (i32, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_canread"))
        .args(arguments)
        .current_dir(root())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("canread runs");
    child.stdin.take().expect("standard input").write_all(input).expect("the log is taken");
    let output = child.wait_with_output().expect("an end");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().expect("a code"), text(output.stdout), text(output.stderr))
}

#[test]
fn the_log_comes_from_a_file_standard_input_or_the_command_line() {
    let log = b"ErrorCode:KeyBasedAuthenticationNotPermitted\n";
    for arguments in [&["explain"][..], &["explain", "-"]] {
        let (code, out, err) = with_input(arguments, log);
        assert_eq!((code, err.as_str()), (0, ""), "{arguments:?}");
        assert!(out.starts_with("LIKELIEST  credential/shared-key: "), "{out}");
    }
    let (code, out, _) = with_input(&["explain", "-o", "json"], b"all is well\n");
    let value: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(code, 0);
    assert_eq!(
        (&value["signals"], &value["causes"], &value["verdict"]),
        (&serde_json::json!([]), &serde_json::json!([]), &serde_json::Value::Null)
    );
    let (code, out, _) = with_input(&["explain"], b"");
    assert_eq!((code, out.as_str()), (0, "no access-denied signal found\n"));
}

#[test]
fn what_cannot_be_read_fails_and_what_makes_no_sense_is_usage() {
    let ran = canread(&["explain", "no/such/file.log"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.err.starts_with("error: cannot read no/such/file.log"), "{}", ran.err);
    for arguments in [
        &["explain", "a.log", "--error", "x"][..],
        &["explain", "--error", "x", "--before", "examples/heart.jsonl"],
        &["explain", "-", "--snapshot", "-"],
        &["explain", "--error", "AuthorizationFailure", "-o", "sarif"],
    ] {
        assert_eq!(canread(arguments).code, 2, "{arguments:?}");
    }
    let ran = canread(&["explain", "--error", "AuthorizationPermissionMismatch", "--snapshot", "no/such.jsonl"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    let ran = canread(&["explain", "--error", "AuthorizationPermissionMismatch", "-q"]);
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, "", ""));
}

#[test]
fn answers_fit_the_schema() {
    let schema: serde_json::Value = serde_json::from_str(&canread(&["rules", "--schema", "explain"]).out).expect("a schema");
    let validator = jsonschema::validator_for(&schema).expect("a valid schema");
    for arguments in [
        &["explain", "--error", "nothing", "-o", "json"][..],
        &["explain", "--error", "AuthorizationPermissionMismatch", "-o", "json"],
        &[
            "explain",
            "--error",
            "AuthorizationPermissionMismatch",
            "-o",
            "json",
            "--snapshot",
            "examples/heart.jsonl",
            "--input",
            "azureml:heart-dataset-unlabeled@latest",
        ],
    ] {
        let value: serde_json::Value = serde_json::from_str(&canread(arguments).out).expect("JSON");
        let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{arguments:?}: {errors:#?}");
    }
}

#[test]
fn no_secret_of_a_log_comes_out() {
    let secrets = [
        ("Authorization: Bearer {}", "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.CANARYa1.x"),
        ("Authorization: Bearer {}", "CANARYopaque1token"),
        ("x-ms-copy-source: https://acct.blob.core.windows.net/c/p?sv=2024&sp=r&sig={}%3D", "CANARY2b"),
        ("client_secret={}", "CANARY3c~d"),
        ("'client_secret': '{}'", "CANARY4d.e_f"),
        ("DefaultEndpointsProtocol=https;AccountName=a;AccountKey={}==;EndpointSuffix=x", "CANARY5e+/f"),
        ("AZUREML_RUN_TOKEN={}", "CANARY6f"),
        ("Authorization: SharedKey acct:{}", "CANARY7g+h="),
        ("https://me:{}@acct.blob.core.windows.net/c", "CANARY8h"),
        ("password: {}", "CANARYninei"),
        ("\"sasToken\": \"{}\"", "sv=1&CANARY10j"),
        ("the client '{}'", "x?sig=CANARY11k"),
        ("over scope '/subscriptions/1/{}'", "x?sig=CANARY12l"),
    ];
    let line = |(text, secret): &(&str, &str)| {
        format!("{} AuthorizationPermissionMismatch {}", text.replace("{}", secret), text.replace("{}", secret))
    };
    let lines: Vec<String> = secrets.iter().map(line).collect();
    let escaped = serde_json::json!({ "log": lines.join("\n") }).to_string();
    let far = lines.join(&"\nepoch\n".repeat(3000));
    for log in [lines.join("\n"), escaped, far] {
        for format in ["table", "json"] {
            for state in [&[][..], &["--snapshot", "examples/heart.jsonl"]] {
                let (code, out, err) = with_input(&[&["explain", "-o", format, "-v"], state].concat(), log.as_bytes());
                assert_eq!(code, 0, "{err}");
                for word in [&out, &err] {
                    let shown = word.find("CANARY").map(|at| word.get(at.saturating_sub(80)..(at + 40).min(word.len())));
                    assert_eq!(shown, None, "{format}");
                }
                assert!(out.contains("AuthorizationPermissionMismatch"));
            }
        }
    }
}

#[test]
fn text_of_a_log_does_not_act_on_a_terminal() {
    let log = "The client 'a\\u202eb\\u001b]0;x' AuthorizationPermissionMismatch \u{202e}\u{9b}31m with object id 'x'";
    for format in ["table", "json"] {
        let (_, out, _) = with_input(&["explain", "-o", format], log.as_bytes());
        assert!(!out.chars().any(|c| c != '\n' && canread::model::acts_on_terminals(c)), "{out:?}");
    }
}

#[test]
fn a_line_without_end_is_read_like_any_other() {
    // Far more than is kept: the error in its middle and at its end is found all the same.
    let filler = "x".repeat(3_000_000);
    let log = format!("{filler} AuthorizationPermissionMismatch {filler} ErrorCode:KeyBasedAuthenticationNotPermitted");
    let mut reader = LogReader::new(catalogue());
    log.as_bytes().chunks(100_000).for_each(|piece| reader.push(piece));
    let codes: Vec<String> = reader.finish().signals.into_iter().map(|signal| signal.code).collect();
    assert_eq!(codes, ["AuthorizationPermissionMismatch", "KeyBasedAuthenticationNotPermitted"]);
}

#[test]
fn a_code_is_found_wherever_pieces_are_cut() {
    let code = "AuthorizationPermissionMismatch";
    for at in (65_536 - 40)..(65_536 + 5) {
        let log = format!("{}{code} tail", " y".repeat(at / 2) + if at % 2 == 0 { "" } else { "z" } + " ");
        let mut reader = LogReader::new(catalogue());
        reader.push(log.as_bytes());
        assert_eq!(reader.finish().signals.first().map(|signal| signal.code.as_str()), Some(code), "{at}");
    }
}

#[test]
fn a_log_that_says_everything_over_and_over_is_kept_short() {
    let lines = (0..3000)
        .map(|at| format!("AuthorizationPermissionMismatch https://acct{at}.blob.core.windows.net/c{at}/p\n{}", "pad ".repeat(900)));
    let log = lines.collect::<String>();
    let mut reader = LogReader::new(catalogue());
    reader.push(log.as_bytes());
    let found = reader.finish();
    assert_eq!((found.signals.len(), found.more), (64, 2936));
    assert!(read(b"nothing").signals.is_empty());
}
