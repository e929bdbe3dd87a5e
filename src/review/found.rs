//! What detectors find, and what becomes of it under a rule.

use crate::eval::{Evidence, Proof, Verdict};
use crate::model::{Missing, Severity};
use crate::rules::FindingRule;
use std::cmp::{Ordering, Reverse};
use std::collections::BTreeSet;

/// What one detector came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Detected {
    /// What is the case, for certain.
    pub(super) found: Vec<Occurrence>,
    /// What would have to be known to say whether there is more.
    pub(super) missing: BTreeSet<Missing>,
}

impl Detected {
    /// Takes note of what a proof lacks.
    pub(super) fn lacks(&mut self, proof: &Proof) {
        self.missing.extend(proof.missing());
    }
}

/// Something that is the case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// Id of what it is the case of.
    pub resource: String,
    /// One sentence, with names and numbers.
    pub message: String,
    /// What it rests on. INVARIANT: not empty; the first tells two occurrences of one finding on one resource apart.
    pub evidence: Vec<Evidence>,
    /// What makes it better or worse than usual; one of the detector's words.
    pub circumstance: Option<&'static str>,
}

impl Occurrence {
    /// An occurrence without special circumstance.
    pub fn new(resource: impl Into<String>, message: impl Into<String>, evidence: Vec<Evidence>) -> Self {
        Occurrence { resource: resource.into(), message: message.into(), evidence, circumstance: None }
    }

    /// Under a circumstance that the detector tells apart.
    pub fn under(mut self, circumstance: Option<&'static str>) -> Self {
        self.circumstance = circumstance;
        self
    }
}

/// A finding of the review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Id of the rule.
    pub id: String,
    /// How bad it is here.
    pub severity: Severity,
    /// What is the case, in general.
    pub title: String,
    /// Id of what it is the case of.
    pub resource: String,
    /// One sentence, with names and numbers.
    pub message: String,
    /// What it rests on; never empty.
    pub evidence: Vec<Evidence>,
    /// What to do.
    pub fix: String,
}

impl Finding {
    /// An occurrence under its rule.
    pub(super) fn of(rule: &FindingRule, one: Occurrence) -> Self {
        Finding {
            id: rule.id.clone(),
            severity: rule.severity(one.circumstance),
            title: rule.title.clone(),
            fix: rule.fix_for(&one.resource),
            resource: one.resource,
            message: one.message,
            evidence: one.evidence,
        }
    }

    /// Worst first, then by id, resource and what tells it apart.
    pub(super) fn order(one: &Finding, other: &Finding) -> Ordering {
        let key =
            |finding: &Finding| (Reverse(finding.severity), finding.id.clone(), finding.resource.to_lowercase(), finding.message.clone());
        key(one).cmp(&key(other))
    }

    /// What makes it the same finding in another review: its id, the resource, and the first evidence.
    pub fn identity(&self) -> [String; 4] {
        let key = self.evidence.first();
        identity(&self.id, &self.resource, key.map(|evidence| (evidence.kind.as_str(), evidence.id.as_str())))
    }
}

/// [`Finding::identity`] from parts. Ids of Azure are equal in any case.
pub(super) fn identity(id: &str, resource: &str, evidence: Option<(&str, &str)>) -> [String; 4] {
    let (kind, key) = evidence.unwrap_or_default();
    [id.to_owned(), resource.to_lowercase(), kind.to_owned(), key.to_lowercase()]
}

/// Evidence of the leaves of a proof that bear one of these verdicts, each record once, in the order of the proof.
pub(super) fn cited(proof: &Proof, verdict: Verdict) -> Vec<Evidence> {
    let mut found: Vec<Evidence> = Vec::new();
    for (_, own, leaf) in proof.leaves() {
        let known = |one: &Evidence| one.kind == leaf.evidence.kind && one.id == leaf.evidence.id;
        if own == verdict && !found.iter().any(known) {
            found.push(leaf.evidence.clone());
        }
    }
    found
}
