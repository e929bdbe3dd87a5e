//! The page: what it is made of, and that it works in a real browser.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may fail loudly")]

use super::planted::{Planter, text, written};
use super::tool;
use crate::command::root;
use crate::world2::{Temporary, run};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::process::Command;

const TAGS: &[&str] = &[
    "!DOCTYPE", "html", "head", "meta", "title", "style", "body", "a", "header", "main", "footer", "p", "script", "h1", "h2", "h3", "dl",
    "div", "dt", "dd", "section", "table", "thead", "tbody", "tr", "th", "td", "code", "pre", "span", "form", "fieldset", "legend",
    "label", "input", "button", "details", "summary", "ul", "li", "article", "figure", "svg", "desc", "g", "rect", "text", "path", "br",
];
const ATTRIBUTES: &[&str] = &[
    "html",
    "lang",
    "charset",
    "http-equiv",
    "content",
    "name",
    "class",
    "href",
    "id",
    "tabindex",
    "aria-labelledby",
    "aria-label",
    "aria-hidden",
    "role",
    "scope",
    "hidden",
    "type",
    "value",
    "checked",
    "autocomplete",
    "open",
    "data-verdict",
    "viewBox",
    "x",
    "y",
    "width",
    "height",
    "rx",
    "d",
    "text-anchor",
];

/// Every `<` begins one of the template's own tags, which has no attribute but the template's own; the script and the style
/// sheet are there once, as they are in the sources.
#[track_caller]
pub(super) fn markup_is_own(page: &str) {
    let (style, script) = (source("page.css"), source("page.js"));
    assert_eq!((page.matches(&style).count(), page.matches(&script).count()), (1, 1));
    let page = page.replacen(&style, "", 1).replacen(&script, "", 1);
    for piece in page.split('<').skip(1) {
        let (tag, _) = piece.split_once('>').unwrap_or_else(|| panic!("no end: {piece}"));
        let mut rest = tag.strip_prefix('/').unwrap_or(tag);
        let end = rest.find(' ').unwrap_or(rest.len());
        assert!(TAGS.contains(&&rest[..end]), "<{tag}>");
        rest = rest[end..].trim_start();
        while !rest.is_empty() {
            let end = rest.find(['=', ' ']).unwrap_or(rest.len());
            assert!(ATTRIBUTES.contains(&&rest[..end]), "{} in <{tag}>", &rest[..end]);
            rest = match rest[end..].strip_prefix("=\"") {
                Some(value) => value.split_once('"').unwrap_or_else(|| panic!("<{tag}>")).1.trim_start(),
                None => rest[end..].trim_start(),
            };
        }
    }
}

fn source(name: &str) -> String {
    std::fs::read_to_string(root().join("src/output/html").join(name)).unwrap()
}

/// The command by which Chromium is had, if it is.
fn chromium() -> Option<&'static str> {
    let works = |name: &&str| Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success());
    let found = ["chromium", "chromium-browser", "google-chrome"].into_iter().find(works);
    if found.is_none() {
        crate::skipped("the page in a browser (no chromium; tests/run installs it)");
    }
    found
}

/// A denial, an undetermined answer, several inputs, and names planted in every text.
fn pages() -> Vec<Temporary> {
    let at = ["--at", "2026-11-20T09:00:00Z", "-n", "heart-classifier-batch", "-o", "html", "--snapshot"];
    let one = ["--input", "azureml:heart-dataset-unlabeled@latest"];
    let questions = [
        [&["check"], &at[..], &["examples/role-on-workspace-identity.jsonl"], &one].concat(),
        [&["check"], &at[..], &["examples/memberships-unknown.jsonl"], &one].concat(),
        [&["check"], &at[..], &["examples/heart.jsonl", "-f", "examples/inputs.yml"]].concat(),
    ];
    let mut found: Vec<String> = questions.iter().map(|words| run(words).out).collect();
    let review = ["review", "--snapshot", "examples/heart.jsonl", "--at", "2026-11-20T09:00:00Z", "-o", "html"];
    found.push(run(&review).out);
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let texts = prop::collection::vec(text(), 60).new_tree(&mut runner).unwrap().current();
    found.push(super::printed(|out| canread::output::html::review(&Planter::new(texts.clone()).review(), crate::embedded_rules(), out)));
    let report = Planter::new(texts).report();
    let all = super::formats(&report, &written(&report, "x"), true);
    found.extend(all.into_iter().filter(|(name, _)| *name == "html").map(|(_, page)| page));
    assert!(found.iter().all(|page| page.len() > 14_000) && found.len() == 6);
    found.iter().map(|page| Temporary::new("html", page.as_bytes())).collect()
}

/// Loads nothing, logs nothing, runs nothing planted; filters and folds by mouse and keyboard; fits a phone; accessible.
#[test]
fn the_page_works_in_a_browser_and_nothing_else_does() {
    let (Some(_), Some(_), Some(chromium)) = (tool("playwright-core/index.mjs"), tool("axe-core/axe.min.js"), chromium()) else { return };
    let pages = pages();
    let files: Vec<&str> = pages.iter().map(Temporary::path).collect();
    let which = Command::new("sh").args(["-c", "command -v \"$0\"", chromium]).output().unwrap();
    let path = String::from_utf8(which.stdout).unwrap();
    let ran = match Command::new("node").arg("tests/tools/page.mjs").arg(path.trim()).args(&files).current_dir(root()).output() {
        Ok(ran) => ran,
        Err(error) => return crate::skipped(&format!("the page in a browser (no node: {error})")),
    };
    let err = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{err}");
    let said: serde_json::Value = serde_json::from_slice(&ran.stdout).unwrap();
    assert_eq!(said["wrong"], serde_json::json!([]), "{:#}\n{err}", said["wrong"]);
    // Each page was looked at in both themes, folded and unfolded, and on a phone.
    let looked = said["seen"].as_array().unwrap().iter().filter(|line| line.as_str().unwrap().contains("axe passes")).count();
    assert_eq!(looked, files.len() * 5);
}

#[test]
fn the_policy_admits_the_pages_own_script_and_style_and_nothing_else() {
    use base64::Engine as _;
    use sha2::{Digest, Sha256};
    let page = run(&[
        "check",
        "--snapshot",
        "examples/heart.jsonl",
        "--at",
        "2026-11-20T09:00:00Z",
        "-n",
        "heart-classifier-batch",
        "-f",
        "examples/inputs.yml",
        "-o",
        "html",
    ])
    .out;
    let hash = |name: &str| base64::engine::general_purpose::STANDARD.encode(Sha256::digest(source(name)));
    let (style, script) = (hash("page.css"), hash("page.js"));
    let policy =
        format!("default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; base-uri 'none'; form-action 'none'");
    assert!(page.contains(&policy.replace('\'', "&#39;")) || page.contains(&policy), "{policy}");
    markup_is_own(&page);
}
