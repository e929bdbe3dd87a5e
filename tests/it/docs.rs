//! The documentation: what can be generated is, what is shown works, and what must be mentioned is.
//! `CANREAD_BLESS=1 cargo test --test it docs` writes the generated parts anew.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may fail loudly")]

use crate::command::{bless, canread, root};
use canread::model::{RequirementId, WarningId, What};
use std::collections::BTreeSet;

fn read(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Compares a generated file, or writes it.
fn fresh(name: &str, text: &str) {
    if bless() {
        std::fs::write(root().join(name), text).unwrap();
    } else {
        assert!(read(name) == text, "{name} is stale: run `CANREAD_BLESS=1 cargo test --test it docs` and commit the change");
    }
}

/// The text with what stands between two marks replaced.
fn between(text: &str, mark: &str, new: &str) -> String {
    let (begin, end) = (format!("<!-- {mark}:begin -->\n"), format!("<!-- {mark}:end -->"));
    let (before, rest) = text.split_once(&begin).unwrap_or_else(|| panic!("mark {mark} is lost"));
    let (_, after) = rest.split_once(&end).unwrap_or_else(|| panic!("mark {mark} is lost"));
    format!("{before}{begin}\n{new}\n{end}{after}")
}

#[test]
fn the_command_line_is_documented_as_it_is() {
    let mut text = String::from("# Command line\n\nWhat `--help` prints, written by a test.\n");
    let commands = ["check", "access", "who", "diff", "explain", "review", "snapshot", "rules", "completions", "man"];
    for command in std::iter::once(None).chain(commands.map(Some)) {
        let mut arguments: Vec<&str> = command.into_iter().collect();
        arguments.push("--help");
        let ran = canread(&arguments);
        assert_eq!(ran.code, 0);
        let trimmed: Vec<&str> = ran.out.lines().map(str::trim_end).collect();
        let name = command.map_or_else(|| "canread".to_owned(), |command| format!("canread {command}"));
        text += &format!("\n## `{name}`\n\n```text\n{}\n```\n", trimmed.join("\n").trim_end());
    }
    fresh("docs/cli.md", &text);
}

#[test]
fn every_id_is_documented_as_the_rules_have_it() {
    let rules = crate::embedded_rules();
    let row = |id: &str, title: &str| format!("| `{id}` | {title} |\n");
    let header = "| id | holds when |\n|---|---|\n".to_owned();
    let requirements = RequirementId::ALL.iter().map(|id| row(id.as_str(), &rules.requirement(*id).unwrap().title));
    let requirements = requirements.fold(header, |text, row| text + &row);
    let header = "| id | says |\n|---|---|\n".to_owned();
    let warnings = WarningId::ALL.iter().map(|id| row(id.as_str(), &rules.warning(*id).unwrap().title));
    let warnings = warnings.fold(header, |text, row| text + &row);
    let text = between(&read("docs/verdicts.md"), "requirements", &requirements);
    fresh("docs/verdicts.md", &between(&text, "warnings", &warnings));
}

#[test]
fn every_finding_has_its_page() {
    let rules = crate::embedded_rules();
    let text = between(&read("docs/findings.md"), "findings", &canread::output::rules::findings_markdown(rules));
    fresh("docs/findings.md", &text);
    for rule in rules.findings() {
        let ran = canread(&["rules", &rule.id]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", rule.id);
        let flat = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
        for words in [&rule.title, &rule.why, &rule.fix, &rule.provenance.source] {
            assert!(flat.contains(words.as_str()), "the page of {} lacks: {words}", rule.id);
        }
    }
}

/// The lines of the blocks of one language.
fn blocks(text: &str, language: &str) -> Vec<Vec<String>> {
    let fence = format!("```{language}");
    let mut found = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line == fence {
            found.push(lines.by_ref().take_while(|line| *line != "```").map(str::to_owned).collect());
        }
    }
    found
}

#[test]
fn every_kind_of_record_is_shown_and_the_lines_shown_load() {
    let text = read("docs/snapshot.md");
    let lines: Vec<String> = blocks(&text, "jsonl").concat();
    let schema: serde_json::Value = serde_json::from_str(&canread(&["rules", "--schema", "snapshot"]).out).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut shown = BTreeSet::new();
    for line in &lines {
        let value: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        assert!(validator.is_valid(&value), "{line}");
        shown.insert(value["kind"].as_str().unwrap().to_owned());
    }
    let mut kinds = BTreeSet::new();
    for rule in schema["allOf"].as_array().unwrap() {
        let kind = &rule["if"]["properties"]["kind"];
        kinds.extend(kind["const"].as_str().map(str::to_owned));
        kinds.extend(kind["enum"].as_array().into_iter().flatten().map(|kind| kind.as_str().unwrap().to_owned()));
    }
    assert_eq!(shown, kinds, "kinds shown in docs/snapshot.md against kinds of the schema");
    for what in What::ALL.iter().filter(|what| **what != What::OpenQuestion) {
        assert!(text.contains(&format!("`{what}`")), "docs/snapshot.md does not mention {what}");
    }

    let file = std::env::temp_dir().join(format!("canread-docs-{}.jsonl", std::process::id()));
    std::fs::write(&file, lines.join("\n")).unwrap();
    let path = file.to_string_lossy().into_owned();
    let url = "https://stheart.blob.core.windows.net/trials/unlabeled/a.csv";
    let at = "2026-11-20T09:00:00Z";
    let question = ["access", "--snapshot", &path, "--at", at, "--principal", "ana@contoso.com", "--operation", "read", url];
    let ran = canread(&question);
    std::fs::remove_file(&file).unwrap();
    // Of the lines shown, the one role is somebody else's, and assignments at the account are covered.
    assert_eq!((ran.code, ran.err.as_str()), (3, ""), "{}", ran.out);
}

#[test]
fn the_shell_of_the_docs_is_shell() {
    let script: Vec<String> = blocks(&read("docs/snapshot.md"), "bash").concat();
    assert!(script.len() > 40);
    let checked = std::process::Command::new("bash").args(["-n", "-c", &script.join("\n")]).output();
    match checked {
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr)),
        Err(error) => crate::skipped(&format!("the shell of docs/snapshot.md needs bash: {error}")),
    }
}

/// The commands of README's first two blocks.
fn first_commands() -> [String; 2] {
    let shell = blocks(&read("README.md"), "sh");
    let command = |at: usize| shell.get(at).unwrap_or_else(|| panic!("README.md has no block {at}")).join("\n");
    [command(0), command(1)]
}

#[test]
fn the_first_command_of_the_readme_runs_an_example_and_the_second_the_tests() {
    let [first, second] = first_commands();
    assert_eq!(second, "tests/run");
    let joined = first.replace("\\\n", " ");
    let arguments = joined.strip_prefix("cargo run --quiet -- ").unwrap_or_else(|| panic!("{first}"));
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    let ran = canread(&arguments);
    assert_eq!((ran.code, ran.err.as_str()), (3, ""));
    // What it prints stands below it.
    let shown = blocks(&read("README.md"), "text");
    assert_eq!(shown.first().map(|lines| lines.join("\n") + "\n").as_deref(), Some(ran.out.as_str()));
}

#[test]
fn every_link_between_documents_leads_somewhere() {
    let mut links = 0;
    for name in [
        "README.md",
        "CHANGELOG.md",
        "SECURITY.md",
        "docs/design.md",
        "docs/live.md",
        "docs/formats.md",
        "docs/recipes/README.md",
        "docs/snapshot.md",
        "docs/verdicts.md",
        "docs/review.md",
        "docs/findings.md",
        "examples/README.md",
        "rules/README.md",
    ] {
        let folder = root().join(name).parent().unwrap().to_owned();
        for link in read(name).split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link) {
            let file = link.split('#').next().unwrap();
            if !file.contains("://") && !file.is_empty() {
                assert!(folder.join(file).exists(), "{name}: {link}");
                links += 1;
            }
        }
    }
    assert!(links > 10, "{links}");
}

#[test]
fn man_page_and_completions_name_every_command() {
    let man = canread(&["man"]);
    assert_eq!((man.code, man.err.as_str()), (0, ""));
    for word in [".TH canread 1", "canread\\-check", "canread check \\-n scoring", "Exit codes"] {
        assert!(man.out.contains(word), "the man page lacks {word}");
    }
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let ran = canread(&["completions", shell]);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{shell}");
        for word in ["check", "access", "who", "diff", "rules", "completions", "snapshot", "assume-below"] {
            assert!(ran.out.contains(word), "completions for {shell} lack {word}");
        }
    }
}
