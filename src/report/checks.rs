//! The answer of `check` about several jobs.

use super::{MissingReport, Report, TOOL, WarningReport, missing_reports, rfc3339};
use crate::eval::Verdict;
use crate::model::{Missing, Timestamp};
use crate::rules::RuleSet;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeSet;

/// Answer of `check` where `-n` is given several times, or `--all-deployments`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ChecksReport {
    /// Version of this shape.
    pub checks: u32,
    /// Which canread.
    pub tool: String,
    /// The time asked about.
    pub at: String,
    /// Verdict of the whole: denied if a job is, else undetermined if one is or may have been left out, else allowed.
    pub verdict: String,
    /// The report of each job: in the order named, with `--all-deployments` by endpoint and deployment.
    pub jobs: Vec<Report>,
    /// What keeps it from being known that these are all deployments.
    pub missing: Vec<MissingReport>,
    /// Warnings about the state; those of a job stand in its report.
    pub warnings: Vec<WarningReport>,
}

impl ChecksReport {
    /// The report of several jobs.
    pub fn of(verdict: Verdict, jobs: Vec<Report>, at: Timestamp, missing: &BTreeSet<Missing>, rules: &RuleSet) -> Self {
        ChecksReport {
            checks: 1,
            tool: TOOL.to_owned(),
            at: rfc3339(at),
            verdict: verdict.to_string(),
            jobs,
            missing: missing_reports(missing, rules),
            warnings: Vec::new(),
        }
    }
}
