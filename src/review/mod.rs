//! The security review: what is over-permitted, fragile or about to end, and what each deployment can read.
//!
//! A finding is a fact with its evidence. It asks `eval` and the collected facts, in three values: what was not collected is
//! never a finding and never the absence of one, but is named, with the findings that wait for it.

mod baseline;
mod classes;
mod detectors;
mod found;
mod holders;
mod identities;
mod matrix;
mod question;
mod subject;
mod suppressions;
mod words;

pub use baseline::{Baseline, BaselineError};
pub use found::{Finding, Occurrence};
pub use matrix::Cell;
pub use question::ReviewQuestion;
pub use suppressions::{Suppressed, Suppression, SuppressionErrors, parse_suppressions};

use crate::eval::{Context, Evidence};
use crate::model::{Missing, Scope, Snapshot};
use crate::rules::{Detector, FindingRule, RuleSet};
use std::collections::{BTreeMap, BTreeSet};
use subject::Subject;

/// The word under which what the matrix lacks is listed.
pub const MATRIX: &str = "matrix";

/// Most look-ups that `review-incomplete` cites; the report lists them all.
const CITED: usize = 20;

/// What a review came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Review {
    /// Every deployment with every input.
    pub matrix: Vec<Cell>,
    /// Worst first, then by id and resource.
    pub findings: Vec<Finding>,
    /// What suppressions hide, with each the suppression.
    pub suppressed: Vec<Suppressed>,
    /// What was not collected, with the ids of findings that could not be judged for want of it ([`MATRIX`] among them).
    pub missing: BTreeMap<Missing, BTreeSet<String>>,
}

/// Reviews a workspace.
pub fn review(question: &ReviewQuestion, snapshot: &Snapshot, rules: &RuleSet) -> Review {
    let matrix = matrix::matrix(question, snapshot, rules);
    let cx = Context { snapshot, rules, at: question.at, until: question.at, assume_below: question.assume_below };
    let subject = Subject::of(cx, question, &matrix);
    let mut findings = Vec::new();
    let mut missing: BTreeMap<Missing, BTreeSet<String>> = BTreeMap::new();
    for rule in rules.findings() {
        let detected = detectors::detect(&subject, &rule.detector);
        findings.extend(detected.found.into_iter().map(|one| Finding::of(rule, one)));
        for lacking in detected.missing {
            missing.entry(lacking).or_default().insert(rule.id.clone());
        }
    }
    for lacking in matrix.iter().flat_map(|cell| &cell.missing) {
        missing.entry(lacking.clone()).or_default().insert(MATRIX.to_owned());
    }
    let incomplete = rules.findings().iter().find(|rule| rule.detector == Detector::Incomplete);
    findings.extend(incomplete.and_then(|rule| unjudged(rule, &question.workspace, &missing)));
    findings.sort_by(Finding::order);
    Review { matrix, findings, suppressed: Vec::new(), missing }
}

/// One finding for all that could not be judged.
fn unjudged(rule: &FindingRule, workspace: &Scope, missing: &BTreeMap<Missing, BTreeSet<String>>) -> Option<Finding> {
    let evidence: Vec<Evidence> = missing.keys().take(CITED).map(Evidence::missing).collect();
    if evidence.is_empty() {
        return None;
    }
    let waiting: BTreeSet<&str> = missing.values().flatten().map(String::as_str).filter(|id| *id != MATRIX).collect();
    let matrix = missing.values().any(|ids| ids.contains(MATRIX));
    let things = if missing.len() == 1 { "one thing is".to_owned() } else { format!("{} things are", missing.len()) };
    let findings = if waiting.len() == 1 { "one kind of finding".to_owned() } else { format!("{} kinds of finding", waiting.len()) };
    let hang = match (waiting.is_empty(), matrix) {
        (true, _) => "verdicts of the matrix hang on it".to_owned(),
        (false, true) => format!("{findings} and verdicts of the matrix hang on it"),
        (false, false) => format!("{findings} hang on it"),
    };
    let message = format!("{things} not known: {hang}");
    // Of the workspace as a whole, whatever is missing: the workspace is what tells two such findings apart.
    let about = Evidence::new(crate::eval::EvidenceKind::Resource, workspace.as_str(), "the workspace reviewed");
    let evidence = std::iter::once(about).chain(evidence).collect();
    Some(Finding::of(rule, Occurrence::new(workspace.as_str(), message, evidence)))
}
