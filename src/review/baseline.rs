//! A baseline: the findings of an earlier review, of which only what is new is to be shown.

use super::found::identity;
use super::{Finding, Review};
use serde::Deserialize;
use std::collections::BTreeSet;

/// What an earlier review found, shown and suppressed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline(BTreeSet<[String; 4]>);

/// Why a text is no earlier review.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BaselineError {
    /// No JSON, or not in the shape of `review -o json`.
    #[error("it is no output of `canread review -o json`: {0}")]
    Shape(String),
    /// A later version of the shape.
    #[error("it is of version {0} of the review's shape, and this canread reads version 1")]
    Version(u64),
}

#[derive(Deserialize)]
struct Raw {
    review: u64,
    findings: Vec<RawFinding>,
    #[serde(default)]
    suppressed: Vec<RawFinding>,
}

#[derive(Deserialize)]
struct RawFinding {
    id: String,
    resource: String,
    #[serde(default)]
    evidence: Vec<RawEvidence>,
}

#[derive(Deserialize)]
struct RawEvidence {
    kind: String,
    id: String,
}

impl Baseline {
    /// Reads the output of `canread review -o json`.
    ///
    /// # Errors
    /// Where it is none, or of a later version.
    pub fn parse(text: &str) -> Result<Baseline, BaselineError> {
        let raw: Raw = serde_json::from_str(text).map_err(|error| BaselineError::Shape(error.to_string()))?;
        if raw.review != 1 {
            return Err(BaselineError::Version(raw.review));
        }
        let of = |finding: RawFinding| {
            let key = finding.evidence.first().map(|evidence| (evidence.kind.as_str(), evidence.id.as_str()));
            identity(&finding.id, &finding.resource, key)
        };
        Ok(Baseline(raw.findings.into_iter().chain(raw.suppressed).map(of).collect()))
    }

    /// Whether it holds the finding: the same id, resource and key evidence, whatever its severity and words.
    pub fn holds(&self, finding: &Finding) -> bool {
        self.0.contains(&finding.identity())
    }
}

impl Review {
    /// Leaves only findings that the baseline does not hold; returns how many it held.
    pub fn only_new(&mut self, baseline: &Baseline) -> usize {
        let before = self.findings.len();
        self.findings.retain(|finding| !baseline.holds(finding));
        before - self.findings.len()
    }
}
