//! The answer of `diff`.

use super::who::anybody;
use super::{PrincipalReport, TOOL, WarningReport, rfc3339};
use crate::model::Timestamp;
use crate::query::diff::{AccessChange, ChangedRecord, DiffFinding, JobChange, RequirementChange};
use schemars::JsonSchema;
use serde::Serialize;

/// Answer of `diff`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DiffReport {
    /// Version of this shape.
    pub diff: u32,
    /// Which canread.
    pub tool: String,
    /// The time asked about, of both states.
    pub at: String,
    /// The reference that was asked about, where only one was.
    pub only: Option<String>,
    /// Whether nobody's access and no job's verdict changed.
    pub unchanged: bool,
    /// Access gained and lost, by principal, target and operation. What lies below a target and changed alike is not repeated.
    pub changes: Vec<AccessChangeReport>,
    /// Jobs whose verdict changed.
    pub jobs: Vec<JobChangeReport>,
    /// Records that differ and changed neither access nor a job.
    pub configuration: Vec<ChangedRecordReport>,
    /// Warnings.
    pub warnings: Vec<WarningReport>,
}

/// Access that changed.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AccessChangeReport {
    /// Whose. Without `object_id` a crowd: anyone, or everybody else in the tenant.
    pub principal: PrincipalReport,
    /// `list`, `read` or `write`.
    pub operation: String,
    /// URL of the data, or the reference that was asked about.
    pub target: String,
    /// Data assets and datastores that lead there.
    pub registered: Vec<String>,
    /// `access` (roles and ACLs, as `canread access` judges them), `stored_credential`, `account_key` or `anonymous`.
    pub via: String,
    /// Verdict before.
    pub before: String,
    /// Verdict after.
    pub after: String,
    /// The records that made the difference.
    pub because: Vec<ChangedRecordReport>,
}

/// A job whose verdict changed.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct JobChangeReport {
    /// ARM id of its deployment.
    pub deployment: String,
    /// What it reads.
    pub input: String,
    /// Who invokes: whoever was signed in.
    pub invoker: Option<PrincipalReport>,
    /// Verdict before.
    pub before: String,
    /// Verdict after.
    pub after: String,
    /// Its requirements whose verdict changed.
    pub requirements: Vec<RequirementChangeReport>,
    /// The records that made the difference.
    pub because: Vec<ChangedRecordReport>,
}

/// A requirement whose verdict changed.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RequirementChangeReport {
    /// Which.
    pub id: String,
    /// Verdict before; null: it does not apply.
    pub before: Option<String>,
    /// Verdict after; null: it does not apply.
    pub after: Option<String>,
}

/// A record that differs.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ChangedRecordReport {
    /// `added`, `removed` or `changed`.
    pub change: String,
    /// Kind of record.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// What it says, or what differs.
    pub says: String,
}

impl DiffReport {
    /// The report of an answer.
    pub fn of(finding: &DiffFinding, only: Option<String>, at: Timestamp) -> Self {
        DiffReport {
            diff: 1,
            tool: TOOL.to_owned(),
            at: rfc3339(at),
            only,
            unchanged: finding.is_unchanged(),
            changes: finding.changes.iter().map(AccessChangeReport::from).collect(),
            jobs: finding.jobs.iter().map(JobChangeReport::from).collect(),
            configuration: records(&finding.configuration),
            warnings: Vec::new(),
        }
    }
}

fn records(all: &[ChangedRecord]) -> Vec<ChangedRecordReport> {
    let report = |record: &ChangedRecord| ChangedRecordReport {
        change: record.change.as_str().to_owned(),
        kind: record.kind.as_str().to_owned(),
        id: record.id.clone(),
        says: record.says.clone(),
    };
    all.iter().map(report).collect()
}

impl From<&AccessChange> for AccessChangeReport {
    fn from(change: &AccessChange) -> Self {
        AccessChangeReport {
            principal: anybody(&change.principal),
            operation: change.operation.to_string(),
            target: change.target.clone(),
            registered: change.registered.iter().cloned().collect(),
            via: change.via.as_str().to_owned(),
            before: change.before.to_string(),
            after: change.after.to_string(),
            because: records(&change.because),
        }
    }
}

impl From<&JobChange> for JobChangeReport {
    fn from(change: &JobChange) -> Self {
        let requirement = |(id, before, after): &RequirementChange| RequirementChangeReport {
            id: id.to_string(),
            before: before.map(|verdict| verdict.to_string()),
            after: after.map(|verdict| verdict.to_string()),
        };
        JobChangeReport {
            deployment: change.deployment.to_string(),
            input: change.input.clone(),
            invoker: change.invoker.as_ref().map(PrincipalReport::from),
            before: change.before.to_string(),
            after: change.after.to_string(),
            requirements: change.requirements.iter().map(requirement).collect(),
            because: records(&change.because),
        }
    }
}
