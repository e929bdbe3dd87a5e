//! Whatever a name holds, it is a name in every format.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "helpers of tests may fail loudly")]
#![expect(clippy::wildcard_enum_match_arm, reason = "what a page may hold is a list, and anything else fails")]

use super::planted::{Planter, text, written};
use super::{formats, notices};
use canread::model::acts_on_terminals;
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
                "junit" => junit(&out),
                "markdown" => markdown(&out),
                "github" => github(&out, told),
                "azuredevops" => azure_devops(&out, told),
                "json" => prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&out).unwrap(), serde_json::to_value(&report).unwrap()),
                "html" => super::page::markup_is_own(&out),
                "table" => {}
                other => panic!("no check for {other}"),
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

/// The document has the elements that were written and no others, each as often as the report says.
#[track_caller]
fn junit(out: &str) {
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
    let count = |name: &str| seen.remove(name).unwrap_or_default();
    let mut count = count;
    assert_eq!((count("testsuites"), count("testsuite"), count("testcase"), count("properties"), count("system-out")), (1, 4, 14, 4, 4));
    assert_eq!(count("failure"), 3);
    // Of the undetermined input two requirements count; where they do not fail the command they are skipped.
    assert_eq!(count("error") + count("skipped"), 4);
    assert!(count("property") > 0);
    assert!(seen.is_empty(), "{seen:?}");
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

#[track_caller]
fn markdown(out: &str) {
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
                assert!(["denied", "undetermined"].contains(&words.as_str()), "{words}\n{out}");
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
    // The page's, four parts' and the warnings'; what is met and assumed of each part, but nothing is met that is not there.
    assert_eq!((headings, details), (6, 16), "{out}");
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
fn azure_devops(out: &str, told: usize) {
    assert_eq!(out.lines().count(), told + 1, "{out}");
    for line in out.lines() {
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
