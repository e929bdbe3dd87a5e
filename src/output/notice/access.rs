//! What `access` tells a pipeline.

use super::check::{lacks, remarks};
use super::{Level, Notice, Notices, Part, Rule, Status, fingerprint, rules_of};
use crate::output::table::{reasons, who_is};
use crate::report::AccessReport;
use crate::rules::RuleSet;
use std::collections::BTreeMap;

/// Rule id of the one question of `access`.
const RULE: &str = "access";

/// The notices of an answer of `access`: one, and its warnings.
pub fn access(report: &AccessReport, snapshot: Option<String>, rules: &RuleSet) -> Notices {
    let (status, level) = match report.verdict.as_str() {
        "allowed" => (Status::Met, None),
        "denied" => (Status::Failed, Some(Level::Error)),
        _ => (Status::Unknown, Some(Level::Error)),
    };
    let may = match status {
        Status::Met => "may",
        Status::Failed => "may not",
        Status::Unknown | Status::Advisory | Status::Remark => "may or may not",
    };
    let headline = format!("{} {may} {} {}", who_is(&report.principal), report.operation, report.url);
    let object_id = report.principal.object_id.clone().unwrap_or_default();
    let subject = format!("{} {} {}", object_id.to_lowercase(), report.operation, report.url);
    let notice = Notice {
        rule: RULE.to_owned(),
        status,
        level,
        message: headline.clone(),
        reasons: if status == Status::Met { Vec::new() } else { reasons::texts(&report.proof) },
        resource: Some(report.url.clone()),
        file: None,
        remedies: Vec::new(),
        facts: BTreeMap::from([("verdict", report.verdict.clone()), ("object_id", object_id.clone())]),
        fingerprint: fingerprint(&["access", &subject]),
    };
    let remarks = remarks("access", &report.warnings, &subject);
    let mut all_rules = rules_of(remarks.iter(), rules);
    all_rules.insert(0, asked(level));
    Notices {
        command: "access",
        subject: vec![object_id.clone(), report.operation.clone(), report.url.clone()],
        snapshot,
        outcome: report.verdict.clone(),
        passed: status == Status::Met,
        headline,
        at: None,
        parts: vec![Part {
            name: "question".to_owned(),
            says: report.url.clone(),
            outcome: report.verdict.clone(),
            notices: vec![notice],
            lacks: lacks(&report.missing),
            assumptions: report.assumptions.clone(),
            facts: BTreeMap::new(),
        }],
        remarks,
        rules: all_rules,
        facts: report.valid_until.clone().map(|until| ("valid_until", until)).into_iter().collect(),
    }
}

fn asked(level: Option<Level>) -> Rule {
    Rule {
        id: RULE.to_owned(),
        title: "The principal may do this at the URL.".to_owned(),
        text: "By role assignments, conditions, deny assignments and ACLs alone, without a job around it. To do: grant a data role or an \
               ACL entry, or collect what is missing."
            .to_owned(),
        source: "canread access".to_owned(),
        level: level.unwrap_or(Level::Note),
        security: None,
    }
}
