//! Findings of the security review: their table, their pages, and the pages in Markdown for `docs/findings.md`.

use super::explain::{source, wrap};
use super::{Sources, grid, rendered};
use crate::rules::{FindingRule, RuleSet};
use serde_json::{Map, Value, json as object};

/// Severity, and where it differs.
fn severity(rule: &FindingRule) -> String {
    let other = rule.severities.iter().map(|(circumstance, severity)| format!("{severity} where {}", circumstance_words(circumstance)));
    let other: Vec<String> = other.collect();
    if other.is_empty() { rule.severity.to_string() } else { format!("{} ({})", rule.severity, other.join(", ")) }
}

/// A detector's word for a circumstance, as the end of a sentence. Words that this version does not know stay as they are.
fn circumstance_words(word: &str) -> String {
    let known = [
        ("system", "it opens files of jobs only"),
        ("above_account", "it is assigned above the storage account"),
        ("activated", "it was activated for a time"),
        ("no_default_entries", "the folder has no default entries at all"),
        ("keys_reachable", "somebody can fetch the keys"),
        ("expired", "it has ended already"),
        ("writes", "it permits changes"),
        ("read_only", "nobody may list"),
        ("credential_opens", "a stored key or SAS or a public container opens it"),
        ("private_endpoint", "a private endpoint leads there too"),
    ];
    known.iter().find(|(own, _)| *own == word).map_or_else(|| word.replace('_', " "), |(_, words)| (*words).to_owned())
}

pub(super) fn table(rules: &RuleSet, sources: &mut Sources, width: u16) -> String {
    let mut grid = grid(width, &["finding", "severity", "says", ""]);
    for rule in rules.findings() {
        grid.add_row(vec![rule.id.clone(), rule.severity.to_string(), rule.title.clone(), sources.cite(&rule.provenance)]);
    }
    rendered(&grid)
}

/// The page of a finding.
pub(super) fn text(rule: &FindingRule, width: u16) -> String {
    let (title, why) = (wrap(&rule.title, width, ""), wrap(&rule.why, width, ""));
    let fix = wrap(&format!("To do: {}", rule.fix), width, "  ");
    let severity = wrap(&format!("Severity: {}", severity(rule)), width, "  ");
    format!("{} (finding)\n\n{title}\n{why}\n{fix}\n{severity}{}", rule.id, source(&rule.provenance, width))
}

/// With the keys of the rule files.
pub(super) fn json(rule: &FindingRule) -> Value {
    let severities: Map<String, Value> = rule.severities.iter().map(|(word, severity)| (word.clone(), severity.as_str().into())).collect();
    let parameters: Map<String, Value> =
        rule.detector.parameters().into_iter().map(|(key, value)| (key.to_owned(), value.into())).collect();
    let value = object!({
        "id": rule.id,
        "severity": rule.severity.as_str(),
        "severities": severities,
        "detector": rule.detector.name(),
        "parameters": parameters,
        "title": rule.title,
        "why": rule.why,
        "fix": rule.fix,
    });
    super::json::with_source(value, &rule.provenance)
}

/// Every page in Markdown, after a table of contents. Ends with a line feed.
pub fn markdown(rules: &RuleSet) -> String {
    let mut text = "| finding | severity | says |\n|---|---|---|\n".to_owned();
    for rule in rules.findings() {
        text += &format!("| [`{id}`](#{id}) | {} | {} |\n", rule.severity, rule.title, id = rule.id);
    }
    for rule in rules.findings() {
        let provenance = &rule.provenance;
        text += &format!(
            "\n## {}\n\n**{}** Severity: {}.\n\n{}\n\n**To do:** {}\n\nSource: {} ({}).\n",
            rule.id,
            rule.title,
            severity(rule),
            rule.why,
            rule.fix,
            provenance.source,
            provenance.retrieved
        );
    }
    text
}
