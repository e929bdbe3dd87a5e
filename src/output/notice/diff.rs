//! What `diff` tells a pipeline.

use super::check::remarks;
use super::{Level, Notice, Notices, Part, Rule, Status, fingerprint, rules_of};
use crate::output::table::who_is;
use crate::output::text::shortened;
use crate::report::{AccessChangeReport, ChangedRecordReport, DiffReport, JobChangeReport};
use crate::rules::RuleSet;
use std::collections::BTreeMap;

const GAINED: &str = "diff/access-gained";
const LOST: &str = "diff/access-lost";
const UNSURE: &str = "diff/access-unsure";
const JOB: &str = "diff/job";
const CONFIGURATION: &str = "diff/configuration";

/// Each rule of a comparison with what it means.
const RULES: [(&str, &str); 5] = [
    (GAINED, "A principal can now do what it could not do for certain."),
    (LOST, "A principal cannot do any more what it could do, or perhaps could."),
    (UNSURE, "It is not known any more, or not known yet, whether a principal can do this."),
    (JOB, "The verdict of a job changed."),
    (CONFIGURATION, "A record changed, and neither anybody's access nor a job's verdict."),
];

/// The notices of a comparison. What changed for somebody or for a job is an error, for the command ends with 5; what else
/// changed is shown, and not told by itself.
pub fn diff(report: &DiffReport, snapshot: Option<String>, rules: &RuleSet) -> Notices {
    let remarks = remarks("diff", &report.warnings, "");
    let mut all_rules = rules_of(remarks.iter(), rules);
    all_rules.extend(RULES.into_iter().map(|(id, title)| own_rule(id, title)));
    all_rules.sort_by(|a, b| a.id.cmp(&b.id));
    let part = |name: &str, notices: Vec<Notice>| Part {
        name: name.to_owned(),
        outcome: match notices.len() {
            0 => "unchanged".to_owned(),
            many => format!("{many} changed"),
        },
        notices,
        ..Part::default()
    };
    let parts = [
        part("access", report.changes.iter().map(access).collect()),
        part("jobs", report.jobs.iter().map(job).collect()),
        part("configuration", report.configuration.iter().map(configuration).collect()),
    ];
    let outcome = if report.unchanged { "unchanged" } else { "changed" };
    Notices {
        command: "diff",
        subject: report.only.clone().into_iter().collect(),
        snapshot,
        outcome: outcome.to_owned(),
        passed: report.unchanged,
        headline: match report.unchanged {
            true => "Nobody's access and no job's verdict changed".to_owned(),
            false => {
                format!("Access that changed: {}; jobs whose verdict changed: {}", report.changes.len(), report.jobs.len())
            }
        },
        at: Some(report.at.clone()),
        parts: parts.into_iter().collect(),
        remarks,
        rules: all_rules,
        facts: BTreeMap::new(),
    }
}

fn own_rule(id: &str, title: &str) -> Rule {
    let level = if id == CONFIGURATION { Level::Note } else { Level::Error };
    Rule { id: id.to_owned(), title: title.to_owned(), text: String::new(), source: "canread diff".to_owned(), level, security: None }
}

fn because(records: &[ChangedRecordReport]) -> Vec<String> {
    records
        .iter()
        .map(|one| format!("{} {} `{}`: {}", one.change, one.kind.replace('_', " "), shortened(&one.id), shortened(&one.says)))
        .collect()
}

fn access(change: &AccessChangeReport) -> Notice {
    let who = who_is(&change.principal);
    let rule = match (change.before.as_str(), change.after.as_str()) {
        (_, "allowed") => GAINED,
        (_, "denied") => LOST,
        _ => UNSURE,
    };
    let via = change.via.replace('_', " ");
    let object_id = change.principal.object_id.as_deref().unwrap_or(&who);
    Notice {
        rule: rule.to_owned(),
        status: Status::Failed,
        level: Some(Level::Error),
        message: format!("{who}: {} `{}` by {via}: {}, was {}", change.operation, change.target, change.after, change.before),
        reasons: because(&change.because),
        resource: Some(change.target.clone()),
        file: None,
        remedies: Vec::new(),
        facts: BTreeMap::from([("verdict", change.after.clone()), ("before", change.before.clone()), ("principal", who.clone())]),
        fingerprint: fingerprint(&["diff", rule, object_id, &change.operation, &change.target, &change.via]),
    }
}

fn job(change: &JobChangeReport) -> Notice {
    let deployment = change.deployment.rsplit('/').next().unwrap_or_default();
    Notice {
        rule: JOB.to_owned(),
        status: Status::Failed,
        level: Some(Level::Error),
        message: format!("`{deployment}` reads `{}`: {}, was {}", change.input, change.after, change.before),
        reasons: because(&change.because),
        resource: Some(change.deployment.clone()),
        file: None,
        remedies: Vec::new(),
        facts: BTreeMap::from([("verdict", change.after.clone()), ("before", change.before.clone())]),
        fingerprint: fingerprint(&["diff", JOB, &change.deployment.to_lowercase(), &change.input]),
    }
}

fn configuration(record: &ChangedRecordReport) -> Notice {
    Notice {
        rule: CONFIGURATION.to_owned(),
        status: Status::Met,
        level: None,
        message: because(std::slice::from_ref(record)).concat(),
        reasons: Vec::new(),
        resource: Some(record.id.clone()),
        file: None,
        remedies: Vec::new(),
        facts: BTreeMap::from([("verdict", record.change.clone())]),
        fingerprint: fingerprint(&["diff", CONFIGURATION, &record.kind, &record.id]),
    }
}
