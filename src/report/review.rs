//! The public shape of a review: what `review -o json` prints.

use super::{EvidenceReport, MissingReport, PrincipalReport, TOOL, WarningReport, missing_report, rfc3339};
use crate::model::{Scope, SecurityPrincipal, Severity, Timestamp};
use crate::review::{Cell, Finding, Review, Suppressed};
use crate::rules::RuleSet;
use schemars::JsonSchema;
use serde::Serialize;

/// Answer of `review`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ReviewReport {
    /// Version of this shape.
    pub review: u32,
    /// Which canread.
    pub tool: String,
    /// The time asked about.
    pub at: String,
    /// What ends before this is about to end.
    pub horizon: String,
    /// ARM id of the workspace.
    pub workspace: String,
    /// Whose rights the matrix is about.
    pub invoker: Option<PrincipalReport>,
    /// Every deployment with every input.
    pub matrix: Vec<CellReport>,
    /// Worst first.
    pub findings: Vec<FindingReport>,
    /// Findings that suppressions hide.
    pub suppressed: Vec<SuppressedReport>,
    /// Findings that the baseline holds already, and that are therefore left out; null without a baseline.
    pub known: Option<usize>,
    /// What was not collected.
    pub missing: Vec<UnjudgedReport>,
    /// Warnings.
    pub warnings: Vec<WarningReport>,
}

/// One deployment with one input.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CellReport {
    /// ARM id of the deployment.
    pub deployment: String,
    /// The input's reference, without secrets.
    pub input: String,
    /// What `canread check` says of the job.
    pub verdict: String,
    /// Whose credentials are used; empty where that is not known.
    pub credentials_used: Vec<String>,
    /// When an `allowed` ends.
    pub valid_until: Option<String>,
    /// What ends then.
    pub valid_until_because: Option<String>,
    /// Requirements that are denied.
    pub denied: Vec<String>,
    /// Requirements that are undetermined.
    pub undetermined: Vec<String>,
}

/// A finding.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct FindingReport {
    /// Id of the finding; `canread rules ID` explains it.
    pub id: String,
    /// `info`, `low`, `medium`, `high` or `critical`.
    pub severity: String,
    /// What is the case, in general.
    pub title: String,
    /// Id of what it is the case of.
    pub resource: String,
    /// What is the case here.
    pub message: String,
    /// What it rests on; with id and resource the first tells findings of two reviews apart.
    pub evidence: Vec<EvidenceReport>,
    /// What to do.
    pub fix: String,
}

/// A finding that a suppression hides.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SuppressedReport {
    /// The finding.
    #[serde(flatten)]
    pub finding: FindingReport,
    /// Why it is hidden.
    pub reason: String,
    /// Until when.
    pub until: String,
}

/// Something that was not collected.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct UnjudgedReport {
    /// What it is, and how to get it.
    #[serde(flatten)]
    pub missing: MissingReport,
    /// Ids of the findings that could not be judged for want of it; `matrix` stands for verdicts of the matrix.
    pub findings: Vec<String>,
}

impl From<&Finding> for FindingReport {
    fn from(finding: &Finding) -> Self {
        FindingReport {
            id: finding.id.clone(),
            severity: finding.severity.to_string(),
            title: finding.title.clone(),
            resource: finding.resource.clone(),
            message: finding.message.clone(),
            evidence: finding.evidence.iter().map(EvidenceReport::from).collect(),
            fix: finding.fix.clone(),
        }
    }
}

impl From<&Cell> for CellReport {
    fn from(cell: &Cell) -> Self {
        CellReport {
            deployment: cell.deployment.to_string(),
            input: cell.input.clone(),
            verdict: cell.verdict.to_string(),
            credentials_used: cell.credentials_used.iter().map(ToString::to_string).collect(),
            valid_until: cell.valid_until.as_ref().map(|until| rfc3339(until.at)),
            valid_until_because: cell.valid_until.as_ref().map(|until| until.what.clone()),
            denied: cell.denied.iter().map(ToString::to_string).collect(),
            undetermined: cell.undetermined.iter().map(ToString::to_string).collect(),
        }
    }
}

impl From<&Suppressed> for SuppressedReport {
    fn from(suppressed: &Suppressed) -> Self {
        SuppressedReport {
            finding: FindingReport::from(&suppressed.finding),
            reason: suppressed.reason.clone(),
            until: rfc3339(suppressed.until),
        }
    }
}

/// What a review was asked, as its report repeats it.
#[derive(Clone, Copy, Debug)]
pub struct ReviewHead<'a> {
    /// The workspace.
    pub workspace: &'a Scope,
    /// Whose rights the matrix is about.
    pub invoker: Option<&'a SecurityPrincipal>,
    /// The time asked about.
    pub at: Timestamp,
    /// What ends before this is about to end.
    pub horizon: Timestamp,
}

impl ReviewReport {
    /// The report of a review.
    pub fn of(review: &Review, head: ReviewHead<'_>, rules: &RuleSet) -> Self {
        let unjudged = review.missing.iter().map(|(missing, findings)| UnjudgedReport {
            missing: missing_report(missing, rules),
            findings: findings.iter().cloned().collect(),
        });
        ReviewReport {
            review: 1,
            tool: TOOL.to_owned(),
            at: rfc3339(head.at),
            horizon: rfc3339(head.horizon),
            workspace: head.workspace.to_string(),
            invoker: head.invoker.map(PrincipalReport::from),
            matrix: review.matrix.iter().map(CellReport::from).collect(),
            findings: review.findings.iter().map(FindingReport::from).collect(),
            suppressed: review.suppressed.iter().map(SuppressedReport::from).collect(),
            known: None,
            missing: unjudged.collect(),
            warnings: Vec::new(),
        }
    }

    /// How many findings there are of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity.as_str()).count()
    }
}
