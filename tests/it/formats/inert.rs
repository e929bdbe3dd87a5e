//! Whatever a name holds, it is a name in every format.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "helpers of tests may fail loudly")]
#![expect(clippy::wildcard_enum_match_arm, reason = "what a page may hold is a list, and anything else fails")]

use super::planted::{Planter, text, written};
use super::{for_pipelines, formats, notices, printed};
use canread::model::acts_on_terminals;
use canread::output::{html, notice};
use comrak::nodes::NodeValue;
use comrak::{Arena, Options, parse_document};
use proptest::prelude::*;
use quick_xml::events::Event;
use std::collections::BTreeMap;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]
    #[test]
    fn planted_names_stay_names(texts in prop::collection::vec(text(), 1..9), fails in any::<bool>()) {
        let report = Planter::new(texts.clone()).report();
        let written = written(&report, &texts[0]);
        let told = notices(&report, &written, fails).told().len();
        for (format, out) in formats(&report, &written, fails) {
            log_is_inert(format, &out);
            match format {
                "sarif" => sarif(&out, told),
                "junit" => junit_of_check(&out),
                // The page's, four parts' and the warnings' headings; what is met and assumed of each part.
                "markdown" => prop_assert_eq!(markdown(&out, &["denied", "undetermined"]), (6, 16)),
                "github" => github(&out, told),
                "azuredevops" => azure_devops(&out, told, &[]),
                "json" => prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&out).unwrap(), serde_json::to_value(&report).unwrap()),
                "html" => super::page::markup_is_own(&out),
                "table" => {}
                other => panic!("no check for {other}"),
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]
    #[test]
    fn planted_names_stay_names_in_reviews_readers_and_changes(texts in prop::collection::vec(text(), 1..9)) {
        let rules = crate::embedded_rules();
        let planter = || Planter::new(texts.clone());
        let snapshot = || Some(texts[0].clone());
        let (review, who, diff) = (planter().review(), planter().who(), planter().diff());
        let page = printed(|out| html::review(&review, rules, out));
        log_is_inert("html", &page);
        super::page::markup_is_own(&page);
        let high = Some(canread::model::Severity::High);
        // Of each: what is told, the elements of JUnit that say so, the parts, and what Markdown folds.
        for (notices, told, (cases, failures, skipped), parts, folded) in [
            (notice::review(&review, high, snapshot(), rules), 4, (5, 1, 3), 2, 1),
            (notice::who(&who, snapshot(), rules), 3, (2, 0, 1), 1, 1),
            (notice::diff(&diff, snapshot(), rules), 5, (5, 4, 0), 3, 1),
        ] {
            prop_assert_eq!(notices.told().len(), told);
            for (format, out) in for_pipelines(&notices) {
                log_is_inert(format, &out);
                match format {
                    "sarif" => sarif(&out, told),
                    "junit" => {
                        let seen = junit(&out);
                        let count = |name: &str| seen.get(name).copied().unwrap_or_default();
                        prop_assert_eq!((count("testcase"), count("failure"), count("skipped"), count("error")), (cases, failures, skipped, 0));
                        prop_assert_eq!((count("testsuites"), count("testsuite")), (1, parts));
                    }
                    "markdown" => {
                        let words = ["denied", "undetermined", "allowed", "critical", "medium", "info"];
                        // Warnings have a heading too, and a folded list is opened and closed.
                        prop_assert_eq!(markdown(&out, &words), (parts + 2, folded * 2), "{}", out);
                    }
                    "github" => github(&out, told),
                    "azuredevops" => azure_devops(&out, told, &["canread who: ", "canread review: ", "who/reader (", "shared-key-allowed ("]),
                    other => panic!("no check for {other}"),
                }
            }
        }
    }
}

/// What holds of everything that may be printed into a terminal or a pipeline's log.
#[track_caller]
fn log_is_inert(format: &str, out: &str) {
    for line in out.lines() {
        assert!(!line.chars().any(acts_on_terminals), "{format}: {line:?}");
        let workflow_command = line.trim_start().strip_prefix("::").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()));
        assert!(!workflow_command || format == "github", "{format}: {line:?}");
        let own = if format == "azuredevops" { line.strip_prefix("##vso[task.logissue ").unwrap_or(line) } else { line };
        assert!(!own.to_lowercase().contains("##vso["), "{format}: {line:?}");
        assert!(!own.contains("##["), "{format}: {line:?}");
    }
}

#[track_caller]
fn sarif(out: &str, told: usize) {
    let log: serde_json::Value = serde_json::from_str(out).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), told);
    for result in results {
        let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().unwrap();
        assert!(uri.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~/%:".contains(&b)), "{uri}");
        assert!(!uri.contains(':') || uri.starts_with("file:///"), "{uri}");
    }
}

/// The elements of the document, each with its number; they and their attributes are those that are written, and no others.
#[track_caller]
fn junit(out: &str) -> BTreeMap<String, usize> {
    assert!(!out.contains(['\u{fffe}', '\u{ffff}']));
    let mut reader = quick_xml::Reader::from_str(out);
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    loop {
        match reader.read_event().expect("well-formed") {
            Event::Start(start) | Event::Empty(start) => {
                let name = start.name().as_ref().to_owned();
                for attribute in start.attributes() {
                    let key = attribute.expect("a well-formed attribute").key;
                    assert!(
                        ["name", "tests", "failures", "errors", "skipped", "value", "classname", "time", "type", "message"]
                            .contains(&key.as_ref())
                    );
                }
                *seen.entry(name).or_default() += 1;
            }
            Event::Text(_) | Event::End(_) | Event::Decl(_) | Event::GeneralRef(_) => {}
            Event::Eof => break,
            other @ (Event::CData(_) | Event::Comment(_) | Event::PI(_) | Event::DocType(_)) => panic!("{other:?}"),
        }
    }
    let known = ["testsuites", "testsuite", "testcase", "properties", "property", "failure", "error", "skipped", "system-out"];
    assert!(seen.keys().all(|name| known.contains(&name.as_str())), "{seen:?}");
    seen
}

#[track_caller]
fn junit_of_check(out: &str) {
    let seen = junit(out);
    let count = |name: &str| seen.get(name).copied().unwrap_or_default();
    assert_eq!((count("testsuites"), count("testsuite"), count("testcase"), count("properties"), count("system-out")), (1, 4, 14, 4, 4));
    assert_eq!(count("failure"), 3);
    // Of the undetermined input two requirements count; where they do not fail the command they are skipped.
    assert_eq!(count("error") + count("skipped"), 4);
}

/// GitHub's own dialect, all of its extensions that this parser has.
fn options() -> Options<'static> {
    let mut options = Options::default();
    let extension = &mut options.extension;
    extension.strikethrough = true;
    extension.table = true;
    extension.autolink = true;
    extension.tasklist = true;
    extension.footnotes = true;
    extension.alerts = true;
    extension.math_dollars = true;
    extension.math_code = true;
    options.parse.relaxed_autolinks = true;
    options.parse.relaxed_tasklist_matching = true;
    options
}

/// How many headings and how many marks of folded lists there are; all else is text, lists and code.
#[track_caller]
fn markdown(out: &str, bold: &[&str]) -> (usize, usize) {
    assert!(out.chars().count() <= 65_536);
    let arena = Arena::new();
    let (mut headings, mut details) = (0, 0);
    for node in parse_document(&arena, out, &options()).descendants() {
        match &node.data().value {
            NodeValue::Document
            | NodeValue::Paragraph
            | NodeValue::List(_)
            | NodeValue::Item(_)
            | NodeValue::SoftBreak
            | NodeValue::Code(_) => {}
            NodeValue::Heading(_) => headings += 1,
            NodeValue::CodeBlock(block) => assert_eq!((block.info.as_str(), block.literal.lines().count()), ("sh", 1), "{out}"),
            NodeValue::Strong => {
                let words: String = node.descendants().filter_map(|node| node.data().value.text().map(|text| text.to_string())).collect();
                assert!(bold.contains(&words.as_str()), "{words}\n{out}");
            }
            NodeValue::HtmlBlock(block) => {
                let html = block.literal.trim();
                let summary = html.strip_prefix("<details><summary>").and_then(|rest| rest.strip_suffix("</summary>"));
                assert!(html == "</details>" || summary.is_some_and(|text| !text.contains(['<', '>'])), "{html}\n{out}");
                details += 1;
            }
            NodeValue::Text(text) => {
                let text = text.to_string();
                for (at, _) in text.match_indices(['@', '#']) {
                    assert!(text[at + 1..].starts_with('\u{200b}'), "{text}\n{out}");
                }
            }
            other => panic!("{other:?} in\n{out}"),
        }
    }
    (headings, details)
}

#[track_caller]
fn github(out: &str, told: usize) {
    assert_eq!(out.lines().count(), told + 1, "{out}");
    for line in out.lines() {
        let (head, message) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
        let (word, properties) = head.split_once(' ').unwrap();
        assert!(["error", "warning", "notice"].contains(&word), "{line}");
        for property in properties.split(',') {
            let (key, value) = property.split_once('=').unwrap();
            assert!(["file", "line", "title"].contains(&key) && !value.contains([':', '\n']), "{line}");
        }
        only_own_escapes(message, "%", &["25", "0D", "0A"]);
    }
}

#[track_caller]
fn azure_devops(out: &str, told: usize, plain: &[&str]) {
    assert_eq!(out.lines().count(), told + 1, "{out}");
    for line in out.lines() {
        // What is neither error nor warning is a line of text.
        if plain.iter().any(|begins| line.starts_with(begins)) {
            continue;
        }
        let (properties, message) = line.strip_prefix("##vso[task.logissue ").unwrap().split_once(']').unwrap();
        for property in properties.trim_end_matches(';').split(';') {
            let (key, _) = property.split_once('=').unwrap();
            assert!(["type", "sourcepath", "linenumber", "code"].contains(&key), "{line}");
        }
        only_own_escapes(message, "%", &["AZP25", "0D", "0A"]);
    }
}

/// Every mark is the beginning of one of these escapes.
#[track_caller]
fn only_own_escapes(text: &str, mark: &str, escapes: &[&str]) {
    for rest in text.split(mark).skip(1) {
        assert!(escapes.iter().any(|escape| rest.starts_with(escape)), "{text}");
    }
}
