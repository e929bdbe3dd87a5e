//! A line of what `--batch` prints.

use crate::eval::{JobFinding, Verdict};
use schemars::JsonSchema;
use serde::Serialize;

/// A line of a batch answer.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct BatchReport {
    /// The line's own id.
    pub id: Option<serde_json::Value>,
    /// Verdict.
    pub verdict: String,
    /// Ids of what is denied; left out in `access`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub denied: Option<Vec<String>>,
    /// Ids of what is undetermined; left out in `access`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undetermined: Option<Vec<String>>,
}

impl BatchReport {
    /// The line for a job: the ids of inputs, outputs and invocation, in the contract's order, each once.
    pub fn of_job(id: Option<serde_json::Value>, finding: &JobFinding) -> Self {
        let with = |verdict: Verdict| -> Vec<String> {
            let counting = finding.requirements().filter(|requirement| requirement.counts && requirement.verdict() == verdict);
            let ids: std::collections::BTreeSet<_> = counting.map(|requirement| requirement.id).collect();
            ids.into_iter().map(|id| id.to_string()).collect()
        };
        BatchReport {
            id,
            verdict: finding.verdict().to_string(),
            denied: Some(with(Verdict::Denied)),
            undetermined: Some(with(Verdict::Undetermined)),
        }
    }

    /// The line for an access question.
    pub fn of_access(id: Option<serde_json::Value>, verdict: Verdict) -> Self {
        BatchReport { id, verdict: verdict.to_string(), denied: None, undetermined: None }
    }
}
