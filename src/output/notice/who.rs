//! What `who` tells a pipeline: notes, for it is an answer and no judgement.

use super::check::{lacks, remarks};
use super::{Level, Notice, Notices, Part, Rule, Status, fingerprint, rules_of};
use crate::output::table::who_is;
use crate::output::text::shortened;
use crate::report::{ReaderReport, WhoReport};
use crate::rules::RuleSet;
use std::collections::BTreeMap;

const READER: &str = "who/reader";

/// The notices of an answer of `who`: one for each who can, or perhaps can.
pub fn who(report: &WhoReport, snapshot: Option<String>, rules: &RuleSet) -> Notices {
    let subject = format!("{} {}", report.operation, report.url);
    let remarks = remarks("who", &report.warnings, &subject);
    let mut all_rules = rules_of(remarks.iter(), rules);
    all_rules.push(reader_rule());
    let sure = report.readers.iter().filter(|reader| reader.verdict == "allowed").count();
    let perhaps = report.readers.len() - sure;
    let outcome = format!("{sure} can, {perhaps} perhaps");
    Notices {
        command: "who",
        subject: vec![report.operation.clone(), report.url.clone()],
        snapshot,
        headline: format!("Who can {} {}: {outcome}", report.operation, report.url),
        passed: true,
        at: Some(report.at.clone()),
        parts: vec![Part {
            name: "readers".to_owned(),
            says: format!("`{}`", report.reference),
            outcome: outcome.clone(),
            notices: report.readers.iter().map(|reader| notice(reader, &subject, &report.operation)).collect(),
            lacks: lacks(&report.missing),
            assumptions: report.assumptions.iter().map(|text| shortened(text)).collect(),
            facts: BTreeMap::from([("url", report.url.clone())]),
        }],
        outcome,
        remarks,
        rules: all_rules,
        facts: BTreeMap::new(),
    }
}

fn notice(reader: &ReaderReport, subject: &str, operation: &str) -> Notice {
    let sure = reader.verdict == "allowed";
    let object_id = reader.principal.object_id.clone().unwrap_or_default();
    let name = who_is(&reader.principal);
    Notice {
        rule: READER.to_owned(),
        status: if sure { Status::Met } else { Status::Unknown },
        level: Some(Level::Note),
        message: format!("{name} {} {operation}", if sure { "can" } else { "perhaps can" }),
        reasons: reader.through.iter().map(|through| shortened(&through.says)).collect(),
        resource: Some(if object_id.is_empty() { name.clone() } else { object_id.clone() }),
        file: None,
        remedies: Vec::new(),
        facts: BTreeMap::from([("verdict", reader.verdict.clone()), ("principal", name.clone()), ("object_id", object_id.clone())]),
        fingerprint: fingerprint(&["who", subject, &object_id, if object_id.is_empty() { &name } else { "" }]),
    }
}

fn reader_rule() -> Rule {
    Rule {
        id: READER.to_owned(),
        title: "A principal can do this there, or perhaps can.".to_owned(),
        text: "Through roles, ACLs, a stored credential, an account key or public access; for information.".to_owned(),
        source: "canread who".to_owned(),
        level: Level::Note,
        security: None,
    }
}
