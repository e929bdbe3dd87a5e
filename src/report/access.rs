//! What `access -o json` prints.

use super::parts::{missing_reports, until};
use super::{MissingReport, PrincipalReport, ProofReport, WarningReport};
use crate::eval::{AccessFinding, Judgement};
use crate::rules::RuleSet;
use schemars::JsonSchema;
use serde::Serialize;

/// Answer of `access`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AccessReport {
    /// Version of this shape.
    pub access: u32,
    /// Verdict.
    pub verdict: String,
    /// Who.
    pub principal: PrincipalReport,
    /// `list`, `read` or `write`.
    pub operation: String,
    /// The URL, without secrets.
    pub url: String,
    /// Why.
    pub proof: ProofReport,
    /// When an `allowed` ends.
    pub valid_until: Option<String>,
    /// What ends then.
    pub valid_until_because: Option<String>,
    /// What is missing.
    pub missing: Vec<MissingReport>,
    /// What was assumed.
    pub assumptions: Vec<String>,
    /// Warnings.
    pub warnings: Vec<WarningReport>,
}

impl AccessReport {
    /// The report of an access question.
    pub fn of(finding: &AccessFinding, rules: &RuleSet) -> Self {
        let principal = PrincipalReport { role: None, ..PrincipalReport::from(&finding.principal) };
        AccessReport {
            access: 1,
            verdict: finding.proof.verdict().to_string(),
            principal,
            operation: finding.operation.to_string(),
            url: finding.url.clone(),
            proof: ProofReport::from(&finding.proof),
            valid_until: until(finding.proof.valid_until()),
            valid_until_because: finding.proof.valid_until().map(|until| until.what),
            missing: missing_reports(&finding.proof.missing(), rules),
            assumptions: finding.proof.assumptions().into_iter().collect(),
            warnings: finding.proof.warnings().iter().map(WarningReport::from).collect(),
        }
    }
}
