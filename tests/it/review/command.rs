//! The command as a whole: exit codes, formats, schema, order, rules of one's own.

use super::{clean, of, review, store, text};
use crate::command::{canread, root};
use crate::world2::{AT, Temporary, World, run, workspace};
use serde_json::{Value, json};

fn keyed() -> World {
    let mut world = clean();
    world.datastore("keyed", store("AccountKey"));
    world
}

#[test]
fn the_exit_code_is_by_fail_on() {
    let world = keyed();
    for (least, code) in [("info", 5), ("low", 5), ("medium", 5), ("high", 5), ("critical", 0), ("none", 0)] {
        assert_eq!(review(&world, &["--fail-on", least]).code, code, "{least}");
    }
    assert_eq!(review(&world, &["--fail-on", "grave"]).code, 2);
    for format in ["table", "json"] {
        assert_eq!(world.run(&["review", "--at", AT, "-o", format]).code, 5, "{format}");
    }
    let quiet = world.run(&["review", "--at", AT, "-q"]);
    assert_eq!((quiet.code, quiet.out.as_str()), (5, ""));
}

#[test]
fn the_same_bytes_twice_and_in_any_order_of_lines() {
    let world = keyed();
    let (one, other) = (review(&world, &[]), review(&world, &[]));
    assert_eq!(one.out, other.out);
    let text = world.text();
    let (head, rest) = text.split_once('\n').expect("lines");
    let mut lines: Vec<&str> = rest.lines().collect();
    lines.reverse();
    let file = Temporary::new("jsonl", format!("{head}\n{}\n", lines.join("\n")).as_bytes());
    let turned = run(&["review", "--at", AT, "-o", "json", "--snapshot", file.path()]);
    assert_eq!(turned.out, one.out);
}

#[test]
fn findings_stand_worst_first() {
    let answer = review(&World::new(), &[]);
    let rank = |finding: &Value| ["critical", "high", "medium", "low", "info"].iter().position(|word| finding["severity"] == *word);
    let ranks: Vec<_> = answer.json["findings"].as_array().expect("findings").iter().map(rank).collect();
    assert!(ranks.len() > 2 && ranks.is_sorted() && ranks.iter().all(Option::is_some), "{ranks:?}");
}

#[test]
fn every_answer_fits_the_schema() {
    let schema: Value = serde_json::from_str(&canread(&["rules", "--schema", "review"]).out).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let mut open = World::open();
    open.datastore("shared", store("Sas"));
    for answer in [review(&keyed(), &[]), review(&open, &["--input", "azureml://datastores/plain/paths/x"])] {
        let errors: Vec<String> = validator.iter_errors(&answer.json).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:#?}");
        for finding in answer.json["findings"].as_array().expect("findings") {
            assert!(!finding["evidence"].as_array().expect("evidence").is_empty(), "{finding}");
            for key in ["message", "fix", "title", "resource"] {
                assert!(!text(&finding[key]).is_empty(), "{key}: {finding}");
            }
        }
    }
    assert!(!validator.is_valid(&json!({"review": 1})));
}

#[test]
fn a_finding_is_added_and_weighed_without_rust() {
    let folder = std::env::temp_dir().join(format!("canread-review-rules-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let entry = |id: &str, severity: &str| {
        format!(
            "[[finding]]\nid = \"{id}\"\nseverity = \"{severity}\"\ndetector = \"stored_credential\"\ncredentials = [\"account_key\", \"sas\"]\n\
             title = \"t\"\nwhy = \"w\"\nfix = \"f '{{name}}'\"\nsource = \"s\"\nretrieved = \"2026-01-01\"\n"
        )
    };
    std::fs::write(folder.join("own.toml"), format!("{}{}", entry("no-secrets", "critical"), entry("shared-key-datastore", "low")))
        .expect("written");
    let answer = review(&keyed(), &["--rules", folder.to_str().expect("UTF-8")]);
    let page = canread(&["rules", "no-secrets", "--rules", folder.to_str().expect("UTF-8")]);
    std::fs::remove_dir_all(&folder).expect("removed");
    assert_eq!(super::where_found(&answer, "no-secrets"), [format!("critical {}", crate::world2::store_id("keyed"))], "{}", answer.err);
    assert_eq!(super::where_found(&answer, "shared-key-datastore"), [format!("low {}", crate::world2::store_id("keyed"))]);
    assert_eq!(of(&answer, "no-secrets")[0]["fix"], "f 'keyed'");
    assert!(page.out.starts_with("no-secrets (finding)"), "{}", page.out);
}

#[test]
fn the_workspace_is_chosen_as_for_check() {
    let mut world = clean();
    world.resource("second", json!({"id":workspace().replace("/ws", "/second"),"properties":{}}));
    let answer = review(&world, &[]);
    assert!(answer.code == 1 && answer.err.contains("several workspaces"), "{}", answer.err);
    let answer = review(&world, &["-g", "rg", "-w", "second"]);
    assert_eq!((answer.code, text(&answer.json["workspace"])), (0, workspace().replace("/ws", "/second").as_str()), "{}", answer.err);
    assert_eq!(answer.json["matrix"], json!([]));
    let answer = review(&world, &["-w", "ws", "--as", "nobody@contoso.com"]);
    assert!(answer.code == 1 && answer.err.contains("no principal `nobody@contoso.com`"), "{}", answer.err);
}

#[test]
fn nothing_from_azure_acts_on_a_terminal() {
    let mut world = clean();
    world.datastore("k\u{1b}[31m\u{202e}y", store("AccountKey"));
    for format in ["table", "json"] {
        let answer = world.run(&["review", "--at", AT, "-o", format, "-v"]);
        assert!(answer.code == 5 && !answer.out.chars().any(|c| c != '\n' && (c.is_control() || c == '\u{202e}')), "{}", answer.out);
    }
}

/// The examples that a newcomer is told are sound: nothing above `info`.
#[test]
fn the_clean_example_has_no_finding_above_info() {
    let path = root().join("examples/clean.jsonl");
    let ran =
        canread(&["review", "--snapshot", path.to_str().expect("UTF-8"), "--at", "2026-11-20T09:00:00Z", "--fail-on", "low", "-o", "json"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
    let report: Value = serde_json::from_str(&ran.out).expect("JSON");
    assert!(report["findings"].as_array().expect("findings").iter().all(|finding| finding["severity"] == "info"), "{}", ran.out);
    let verdicts: Vec<&str> = report["matrix"].as_array().expect("a matrix").iter().map(|row| text(&row["verdict"])).collect();
    assert!(!verdicts.is_empty() && verdicts.iter().all(|verdict| *verdict == "allowed"), "{}", ran.out);
}
