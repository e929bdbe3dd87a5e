//! Whether what an answer rests on has changed since an older state.

use super::causes::Notice;
use super::confirm::Judge;
use crate::eval::{self, RequirementFinding};
use crate::model::{RequirementId, Snapshot};
use crate::rules::RuleSet;
use std::collections::{BTreeMap, BTreeSet};
use time::format_description::well_known::Rfc3339;

/// Puts the same question to the older state: what has the same proof has not changed.
pub(super) fn compare(judge: &Judge<'_>, old: &Snapshot, rules: &RuleSet) -> Notice {
    let Some((question, finding)) = judge.completed.question.as_ref().zip(judge.finding.as_ref()) else {
        return Notice::new("changed-since", "not compared with the older state, for no job is named");
    };
    let since = old.facts().header.collected_at.and_then(|at| at.format(&Rfc3339).ok());
    let since = since.unwrap_or_else(|| "the older state, which does not say when it was collected".to_owned());
    let earlier = eval::check(question, old, rules);
    let (now, then) = (proofs(finding.requirements()), proofs(earlier.requirements()));
    let ids: BTreeSet<RequirementId> = now.keys().chain(then.keys()).copied().collect();
    let changed: Vec<String> = ids.into_iter().filter(|id| now.get(id) != then.get(id)).map(|id| format!("`{id}`")).collect();
    if changed.is_empty() {
        return Notice::new("unchanged-since", format!("unchanged since {since}: every fact that the answer rests on is the same"));
    }
    Notice::new("changed-since", format!("changed since {since}: what decides {}", changed.join(", ")))
}

fn proofs<'f>(all: impl Iterator<Item = &'f RequirementFinding>) -> BTreeMap<RequirementId, Vec<&'f eval::Proof>> {
    let mut found: BTreeMap<RequirementId, Vec<&eval::Proof>> = BTreeMap::new();
    for one in all {
        found.entry(one.id).or_default().push(&one.proof);
    }
    found
}
