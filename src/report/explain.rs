//! The answer of `explain`.

use super::{EvidenceReport, FixReport, TOOL, WarningReport, rfc3339};
use crate::explain::{CauseFinding, Explanation, Notice, Signal};
use crate::fix::Shell;
use crate::model::Timestamp;
use crate::rules::KnownIssue;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// Answer of `explain`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ExplainReport {
    /// Version of this shape.
    pub explain: u32,
    /// Which canread.
    pub tool: String,
    /// The time the state was asked about; null without state.
    pub at: Option<String>,
    /// What of the text says that access was denied; what wraps another stands after it.
    pub signals: Vec<SignalReport>,
    /// How many more were said than are listed.
    pub more_signals: u64,
    /// Causes, likeliest first; with state the confirmed before the possible before the refuted.
    pub causes: Vec<CauseReport>,
    /// Verdict of the job; null without state, or where nothing tells which job is meant.
    pub verdict: Option<String>,
    /// What to know besides.
    pub notices: Vec<NoticeReport>,
    /// Known issues that show as this text.
    pub known_issues: Vec<KnownIssueReport>,
    /// Lines that would decide.
    pub commands: Vec<String>,
    /// Warnings about the snapshot.
    pub warnings: Vec<WarningReport>,
}

/// Something that says access was denied.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SignalReport {
    /// The code, or a short name where the text has none.
    pub code: String,
    /// `storage`, `entra`, `arm`, `aml_service`, `runtime`, `batch_frontend`, `client` or `node_identity`.
    pub layer: String,
    /// The sentence of the text, without secrets.
    pub says: String,
    /// What it means.
    pub means: String,
    /// What the text reveals: `object_id`, `app_id`, `principal`, `action`, `scope`, `account`, `container`, `path`, `url`,
    /// `request_id`, `time`, `status` and others; absent where it reveals nothing.
    pub details: BTreeMap<String, String>,
    /// The inner error that it wraps.
    pub wraps: Option<String>,
    /// Line it is first said in, from 1.
    pub line: u64,
    /// How often it is said.
    pub count: u64,
}

/// A cause.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CauseReport {
    /// Id of the requirement that is not met, or of the cause that is none.
    pub requirement: String,
    /// What that means.
    pub means: String,
    /// `confirmed`, `possible` or `refuted`.
    pub status: String,
    /// Why.
    pub because: String,
    /// What to look at by hand.
    pub check: String,
    /// Codes of the signals that point to it.
    pub signals: Vec<String>,
    /// The record that decides.
    pub evidence: Option<EvidenceReport>,
    /// What mends it; only of confirmed causes.
    pub fixes: Vec<FixReport>,
}

/// Something to know besides.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct NoticeReport {
    /// Short name.
    pub id: String,
    /// What to know.
    pub message: String,
}

/// A defect of the platform that looks like a missing permission.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct KnownIssueReport {
    /// Short name.
    pub id: String,
    /// What is the matter.
    pub title: String,
    /// What helps.
    pub way_out: String,
    /// Where it is described.
    pub source: String,
    /// When that was read.
    pub retrieved: String,
}

impl From<&Signal> for SignalReport {
    fn from(signal: &Signal) -> Self {
        SignalReport {
            code: signal.code.clone(),
            layer: signal.layer.to_string(),
            says: signal.says.clone(),
            means: signal.title.clone(),
            details: signal.details.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            wraps: signal.wraps.clone(),
            line: signal.line,
            count: signal.count,
        }
    }
}

impl From<&CauseFinding> for CauseReport {
    fn from(finding: &CauseFinding) -> Self {
        CauseReport {
            requirement: finding.cause.to_string(),
            means: finding.title.clone(),
            status: finding.status.as_str().to_owned(),
            because: finding.because.clone(),
            check: finding.check.clone(),
            signals: finding.codes.clone(),
            evidence: finding.evidence.as_ref().map(EvidenceReport::from),
            fixes: finding.fixes.iter().map(|fix| FixReport::of(fix, Shell::Posix)).collect(),
        }
    }
}

impl From<&Notice> for NoticeReport {
    fn from(notice: &Notice) -> Self {
        NoticeReport { id: notice.id.clone(), message: notice.says.clone() }
    }
}

impl From<&KnownIssue> for KnownIssueReport {
    fn from(issue: &KnownIssue) -> Self {
        KnownIssueReport {
            id: issue.id.clone(),
            title: issue.title.clone(),
            way_out: issue.way_out.clone(),
            source: issue.provenance.source.clone(),
            retrieved: issue.provenance.retrieved.clone(),
        }
    }
}

impl ExplainReport {
    /// The report of an explanation; `at`: the time the state was asked about.
    pub fn of(explanation: &Explanation, at: Option<Timestamp>) -> Self {
        ExplainReport {
            explain: 1,
            tool: TOOL.to_owned(),
            at: at.map(rfc3339),
            signals: explanation.log.signals.iter().map(SignalReport::from).collect(),
            more_signals: explanation.log.more,
            causes: explanation.causes.iter().map(CauseReport::from).collect(),
            verdict: explanation.verdict.map(|verdict| verdict.to_string()),
            notices: explanation.notices.iter().map(NoticeReport::from).collect(),
            known_issues: explanation.known_issues.iter().map(KnownIssueReport::from).collect(),
            commands: explanation.commands.clone(),
            warnings: Vec::new(),
        }
    }
}
