//! What `review` tells a pipeline.

use super::check::{lacks, remarks};
use super::{Level, Notice, Notices, Part, Remedy, Rule, Status, fingerprint, rules_of};
use crate::model::Severity;
use crate::output::review::{deployment, headline};
use crate::output::text::shortened;
use crate::report::{CellReport, FindingReport, MissingReport, ReviewReport};
use crate::rules::RuleSet;
use std::collections::BTreeMap;

/// The notices of a review. A finding at or above `fail_on` is an error, one of medium severity and above else a warning, the
/// others are notes. The matrix is shown, and is no finding.
pub fn review(report: &ReviewReport, fail_on: Option<Severity>, snapshot: Option<String>, rules: &RuleSet) -> Notices {
    let findings: Vec<Notice> = report.findings.iter().map(|finding| found(finding, fail_on)).collect();
    let workspace = report.workspace.to_lowercase();
    let remarks = remarks("review", &report.warnings, &workspace);
    let mut all_rules = rules_of(remarks.iter(), rules);
    all_rules.extend(finding_rules(&report.findings, fail_on, rules));
    all_rules.extend((!report.matrix.is_empty()).then(cell_rule));
    all_rules.sort_by(|a, b| a.id.cmp(&b.id));
    let passed = findings.iter().all(|notice| notice.level != Some(Level::Error));
    let missing: Vec<MissingReport> = report.missing.iter().map(|one| one.missing.clone()).collect();
    let outcome = match report.findings.len() {
        0 => "no findings".to_owned(),
        1 => "1 finding".to_owned(),
        many => format!("{many} findings"),
    };
    let found =
        Part { name: "findings".to_owned(), outcome: outcome.clone(), notices: findings, lacks: lacks(&missing), ..Part::default() };
    let matrix = Part {
        name: "matrix".to_owned(),
        says: "What deployments can read.".to_owned(),
        outcome: format!("{} deployments and inputs", report.matrix.len()),
        notices: report.matrix.iter().map(cell).collect(),
        ..Part::default()
    };
    Notices {
        command: "review",
        subject: report.workspace.rsplit('/').next().map(str::to_owned).into_iter().collect(),
        snapshot,
        outcome,
        passed,
        headline: headline(report),
        at: Some(report.at.clone()),
        parts: [Some(found), Some(matrix).filter(|part| !part.notices.is_empty())].into_iter().flatten().collect(),
        remarks,
        rules: all_rules,
        facts: BTreeMap::from([("horizon", report.horizon.clone())]),
    }
}

fn severity(word: &str) -> Severity {
    Severity::ALL.into_iter().find(|severity| severity.as_str() == word).unwrap_or(Severity::Info)
}

fn level(severity: Severity, fail_on: Option<Severity>) -> Level {
    match fail_on {
        Some(least) if severity >= least => Level::Error,
        Some(_) | None if severity >= Severity::Medium => Level::Warning,
        Some(_) | None => Level::Note,
    }
}

fn found(finding: &FindingReport, fail_on: Option<Severity>) -> Notice {
    let level = level(severity(&finding.severity), fail_on);
    let evidence = finding.evidence.iter();
    // With id and resource the first tells findings of two reviews apart.
    let first = finding.evidence.first().map(|evidence| evidence.id.as_str()).unwrap_or_default();
    Notice {
        rule: finding.id.clone(),
        status: if level == Level::Error { Status::Failed } else { Status::Remark },
        level: Some(level),
        message: shortened(&finding.message),
        reasons: evidence.map(|one| format!("{} `{}`: {}", one.kind, shortened(&one.id), shortened(&one.says))).collect(),
        resource: Some(finding.resource.clone()),
        file: None,
        remedies: vec![Remedy { summary: finding.fix.clone(), commands: Vec::new() }],
        facts: BTreeMap::from([("verdict", finding.severity.clone()), ("severity", finding.severity.clone())]),
        fingerprint: fingerprint(&["review", &finding.id, &finding.resource.to_lowercase(), &first.to_lowercase()]),
    }
}

const CELL: &str = "matrix";

fn cell(cell: &CellReport) -> Notice {
    let deployment = deployment(cell);
    let by = [&cell.denied, &cell.undetermined].into_iter().flatten().cloned().collect::<Vec<_>>().join(", ");
    let by = if by.is_empty() { String::new() } else { format!(" ({by})") };
    let until = cell.valid_until.as_deref().map_or_else(String::new, |until| format!(", until {until}"));
    Notice {
        rule: CELL.to_owned(),
        status: if cell.verdict == "allowed" { Status::Met } else { Status::Remark },
        level: None,
        message: format!("`{deployment}` reads `{}`: {}{by}{until}", cell.input, cell.verdict),
        reasons: Vec::new(),
        resource: Some(cell.deployment.clone()),
        file: None,
        remedies: Vec::new(),
        facts: BTreeMap::from([("verdict", cell.verdict.clone())]),
        fingerprint: fingerprint(&["review", CELL, &cell.deployment.to_lowercase(), &cell.input]),
    }
}

fn cell_rule() -> Rule {
    Rule {
        id: CELL.to_owned(),
        title: "The deployment can read the input.".to_owned(),
        text: "What `canread check` says of the job; it is no finding.".to_owned(),
        source: "canread check".to_owned(),
        level: Level::Note,
        security: None,
    }
}

/// The rules of the findings, each once, with the loudest of its levels and the worst of its severities.
fn finding_rules(findings: &[FindingReport], fail_on: Option<Severity>, rules: &RuleSet) -> Vec<Rule> {
    let mut found: BTreeMap<&str, Severity> = BTreeMap::new();
    for finding in findings {
        let worst = found.entry(&finding.id).or_insert(Severity::Info);
        *worst = severity(&finding.severity).max(*worst);
    }
    let rule = |(id, worst): (&str, Severity)| {
        let own = rules.findings().iter().find(|rule| rule.id == id);
        Rule {
            id: id.to_owned(),
            title: own.map_or_else(|| id.to_owned(), |rule| rule.title.clone()),
            text: own.map(|rule| format!("{} To do: {}", rule.why, rule.fix)).unwrap_or_default(),
            source: own.map(|rule| rule.provenance.source.clone()).unwrap_or_default(),
            level: level(worst, fail_on),
            security: Some(score(worst)),
        }
    };
    found.into_iter().map(rule).collect()
}

/// A number that code scanning sorts by: its bands for critical, high, medium and low (GitHub "SARIF support").
fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
        Severity::Info => "0.0",
    }
}
