//! What `check` of several jobs tells a pipeline: what each tells, under the job's name.

use super::check::{Undetermined, check, lacks, remarks};
use super::{Notices, Part, Written, rules_of};
use crate::report::ChecksReport;
use crate::rules::RuleSet;
use std::collections::BTreeMap;

/// The notices of a report of several jobs.
pub fn checks(report: &ChecksReport, undetermined: Undetermined, written: &Written, rules: &RuleSet) -> Notices {
    let jobs: Vec<Notices> = report.jobs.iter().map(|job| check(job, undetermined, written, rules)).collect();
    let count = jobs.len();
    let allowed = jobs.iter().filter(|job| job.outcome == "allowed").count();
    let mut parts = Vec::new();
    let mut all_remarks = remarks("check", &report.warnings, "");
    for job in jobs {
        let name = job.subject.join("/");
        parts.extend(job.parts.into_iter().map(|part| Part { name: format!("{name}: {}", part.name), ..part }));
        all_remarks.extend(job.remarks);
    }
    if !report.missing.is_empty() {
        parts.push(Part { name: "jobs".to_owned(), outcome: "undetermined".to_owned(), lacks: lacks(&report.missing), ..Part::default() });
    }
    let rules = rules_of(parts.iter().flat_map(|part| &part.notices).chain(&all_remarks), rules);
    Notices {
        command: "check",
        subject: vec!["several".to_owned()],
        snapshot: written.snapshot.clone(),
        outcome: report.verdict.clone(),
        passed: report.verdict == "allowed" || report.verdict == "undetermined" && !undetermined.fails,
        headline: format!("{allowed} of {count} jobs are allowed"),
        at: Some(report.at.clone()),
        parts,
        remarks: all_remarks,
        rules,
        facts: BTreeMap::new(),
    }
}
