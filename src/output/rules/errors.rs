//! Error texts, causes and known issues: as rows, as the explanation of one, as JSON.

use super::json::with_source;
use super::{Sources, grid, rendered};
use crate::output::text::wrapped;
use crate::rules::{CauseRule, ErrorCase, ErrorRule, KnownIssue, Provenance, RankedCause, RuleSet};
use serde_json::{Value, json};

pub(super) fn errors(rules: &RuleSet, sources: &mut Sources, width: u16) -> String {
    let mut grid = grid(width, &["code", "layer", "likeliest cause", ""]);
    for rule in rules.errors() {
        let first = rule.causes.first().map(|ranked| ranked.cause.to_string()).unwrap_or_default();
        grid.add_row(vec![rule.code.clone(), rule.layer.to_string(), first, sources.cite(&rule.provenance)]);
    }
    rendered(&grid)
}

pub(super) fn causes(rules: &RuleSet, sources: &mut Sources, width: u16) -> String {
    let mut grid = grid(width, &["cause", "is", ""]);
    for rule in rules.causes() {
        grid.add_row(vec![rule.cause.to_string(), rule.title.clone(), sources.cite(&rule.provenance)]);
    }
    rendered(&grid)
}

pub(super) fn issues(rules: &RuleSet, sources: &mut Sources, width: u16) -> String {
    let mut grid = grid(width, &["issue", "is", ""]);
    for issue in rules.known_issues() {
        grid.add_row(vec![issue.id.clone(), issue.title.clone(), sources.cite(&issue.provenance)]);
    }
    rendered(&grid)
}

fn source(provenance: &Provenance, width: u16) -> String {
    wrapped("", "  ", &format!("Source: {} ({})", provenance.source, provenance.retrieved), width)
}

pub(super) fn error_text(rule: &ErrorRule, rules: &RuleSet, width: u16) -> String {
    let mut text = format!("{} (error of layer {})\n\n{}\n", rule.code, rule.layer, wrapped("", "", &rule.title, width));
    text += "Causes, likeliest first:\n";
    text += &ranked(&rule.causes, rules, width);
    for case in &rule.cases {
        let when = case.when.iter().map(|when| format!("`{when}`")).collect::<Vec<_>>().join(" or ");
        text += "\n";
        text += &wrapped("", "  ", &format!("Where {when} stands near:"), width);
        text.extend(case.title.iter().map(|title| wrapped("  ", "  ", title, width)));
        text += &ranked(&case.causes, rules, width);
    }
    let told: Vec<String> = rule.patterns.iter().chain(&rule.words).map(|text| format!("`{text}`")).collect();
    text += "\n";
    text += &wrapped("", "  ", &format!("Told by: {}.", told.join(", ")), width);
    for notice in &rule.notices {
        text += &wrapped("", "  ", &format!("Note: {}", notice.says), width);
    }
    text + "\n" + &source(&rule.provenance, width)
}

fn ranked(causes: &[RankedCause], rules: &RuleSet, width: u16) -> String {
    let line = |ranked: &RankedCause| {
        let title = || rules.cause(ranked.cause).map(|rule| rule.title.clone()).unwrap_or_default();
        let says = ranked.why.clone().unwrap_or_else(title);
        wrapped("  ", "    ", &format!("{}: {says}", ranked.cause), width)
    };
    causes.iter().map(line).collect()
}

pub(super) fn cause_text(rule: &CauseRule, width: u16) -> String {
    let check = wrapped("", "  ", &format!("To check: {}", rule.check), width);
    format!("{} (cause)\n\n{}{check}\n{}", rule.cause, wrapped("", "", &rule.title, width), source(&rule.provenance, width))
}

pub(super) fn issue_text(issue: &KnownIssue, width: u16) -> String {
    let shows = wrapped("", "  ", &format!("Shows as: {}.", issue.codes.join(", ")), width);
    let way_out = wrapped("", "  ", &format!("To do: {}", issue.way_out), width);
    format!("{} (known issue)\n\n{}{shows}{way_out}\n{}", issue.id, wrapped("", "", &issue.title, width), source(&issue.provenance, width))
}

fn causes_json(causes: &[RankedCause]) -> Vec<Value> {
    causes.iter().map(|ranked| json!({"cause": ranked.cause.as_str(), "why": ranked.why})).collect()
}

fn case_json(case: &ErrorCase) -> Value {
    json!({"when": case.when, "title": case.title, "causes": causes_json(&case.causes)})
}

pub(super) fn error(rule: &ErrorRule) -> Value {
    let notices: Vec<Value> = rule.notices.iter().map(|notice| json!({"id": notice.id, "says": notice.says})).collect();
    let value = json!({
        "code": rule.code,
        "layer": rule.layer.as_str(),
        "wrapper": rule.wrapper.map(|wrapper| wrapper.as_str()),
        "title": rule.title,
        "patterns": rule.patterns,
        "words": rule.words,
        "near": rule.near,
        "causes": causes_json(&rule.causes),
        "cases": rule.cases.iter().map(case_json).collect::<Vec<_>>(),
        "notices": notices,
    });
    with_source(value, &rule.provenance)
}

pub(super) fn cause(rule: &CauseRule) -> Value {
    with_source(json!({"id": rule.cause.as_str(), "title": rule.title, "check": rule.check}), &rule.provenance)
}

pub(super) fn issue(issue: &KnownIssue) -> Value {
    let value = json!({"id": issue.id, "codes": issue.codes, "title": issue.title, "way_out": issue.way_out});
    with_source(value, &issue.provenance)
}
