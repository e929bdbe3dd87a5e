//! The cheapest sets of changes that make the whole job allowed: a best-first search over combinations.
//!
//! A state is a set of changes. Its successors are those of the first requirement that is still unmet there, each candidate
//! one; a set is a solution when every requirement that counts is met. So a change that serves several inputs is found by
//! itself: after it, nothing of them is left to mend. A solution is cut down until dropping any one change breaks it.

use super::change::{Change, ask};
use super::make::apply;
use super::propose::{Unmet, candidates};
use super::scene::Scene;
use crate::eval::{JobQuestion, Verdict};
use crate::model::Snapshot;
use crate::rules::RuleSet;
use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

/// Most states that are evaluated.
const MOST_STATES: usize = 160;

/// Most solutions that are looked for.
const MOST_SOLUTIONS: usize = 8;

/// Most changes in one set.
const LARGEST: usize = 24;

/// What was found.
pub(super) struct Found {
    /// Minimal sets with the weight they were found at, cheapest first.
    pub(super) solutions: Vec<(BTreeSet<Change>, u64)>,
    /// Where there is no solution: minimal sets after which nothing is denied, and something still is not known.
    pub(super) partial: Vec<(BTreeSet<Change>, u64)>,
    /// The search ended before every set was seen.
    pub(super) cut: bool,
}

/// The state and question that changes are made of.
#[derive(Clone, Copy)]
pub(super) struct Base<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) rules: &'a RuleSet,
    pub(super) question: &'a JobQuestion,
}

impl Base<'_> {
    /// The verdict of the whole job after `changes`.
    pub(super) fn verdict(&self, changes: &BTreeSet<Change>) -> Verdict {
        let list: Vec<Change> = changes.iter().cloned().collect();
        crate::eval::check(&ask(self.question, &list), &apply(self.snapshot, &list), self.rules).verdict()
    }
}

type State = Reverse<(u64, usize, BTreeSet<Change>)>;

/// Searches from the state as it is.
pub(super) fn search(base: Base<'_>) -> Found {
    let mut queue: BinaryHeap<State> = BinaryHeap::from([Reverse((0, 0, BTreeSet::new()))]);
    let mut seen: BTreeSet<BTreeSet<Change>> = BTreeSet::new();
    let mut found = Found { solutions: Vec::new(), partial: Vec::new(), cut: false };
    let mut states = 0;
    while let Some(Reverse((cost, _, changes))) = queue.pop() {
        if found.solutions.len() >= MOST_SOLUTIONS {
            break;
        }
        if states >= MOST_STATES {
            found.cut = true;
            break;
        }
        // A set that holds a solution is no better than that solution.
        if !seen.insert(changes.clone()) || found.solutions.iter().any(|(solution, _)| solution.is_subset(&changes)) {
            continue;
        }
        states += 1;
        let list: Vec<Change> = changes.iter().cloned().collect();
        let (snapshot, question) = (apply(base.snapshot, &list), ask(base.question, &list));
        let scene = Scene::of(&snapshot, base.rules, &question);
        match scene.finding.verdict() {
            Verdict::Allowed => {
                keep(base, Verdict::Allowed, (changes, cost), &mut found.solutions);
                continue;
            }
            Verdict::Undetermined if found.partial.is_empty() && !changes.is_empty() => {
                found.partial.push((changes.clone(), cost));
            }
            Verdict::Undetermined | Verdict::Denied => {}
        }
        for (set, more) in successors(&scene, &changes) {
            queue.push(Reverse((cost.saturating_add(more), set.len(), set)));
        }
    }
    partial(base, &mut found);
    found
}

/// Of a job that is denied and cannot be made allowed by what is known, the cheapest set that leaves nothing denied; of one that
/// is undetermined as it stands there is nothing to say.
fn partial(base: Base<'_>, found: &mut Found) {
    let candidates = std::mem::take(&mut found.partial);
    if !found.solutions.is_empty() || base.verdict(&BTreeSet::new()) != Verdict::Denied {
        return;
    }
    for one in candidates {
        keep(base, Verdict::Undetermined, one, &mut found.partial);
    }
}

/// The candidates of the first unmet requirement that has any, added to what is changed already.
fn successors(scene: &Scene<'_>, changes: &BTreeSet<Change>) -> Vec<(BTreeSet<Change>, u64)> {
    for (requirement, data) in scene.unmet() {
        let next: Vec<(BTreeSet<Change>, u64)> = candidates(scene, Unmet { requirement, data })
            .into_iter()
            .map(|candidate| (changes.union(&candidate.changes).cloned().collect::<BTreeSet<_>>(), candidate.cost))
            .filter(|(set, _)| set.len() > changes.len() && set.len() <= LARGEST)
            .collect();
        if !next.is_empty() {
            return next;
        }
        // What is denied and nothing can mend stays denied, whatever else is changed.
        if requirement.verdict() == Verdict::Denied {
            return Vec::new();
        }
    }
    Vec::new()
}

/// Cuts a set down while it keeps at least this verdict, and keeps it, unless one that is kept is as small.
fn keep(base: Base<'_>, least: Verdict, (mut changes, cost): (BTreeSet<Change>, u64), solutions: &mut Vec<(BTreeSet<Change>, u64)>) {
    for change in changes.clone() {
        let without: BTreeSet<Change> = changes.iter().filter(|one| **one != change).cloned().collect();
        if without.len() < changes.len() && base.verdict(&without) >= least {
            changes = without;
        }
    }
    if changes.is_empty() || solutions.iter().any(|(solution, _)| solution.is_subset(&changes)) {
        return;
    }
    solutions.retain(|(solution, _)| !changes.is_subset(solution));
    solutions.push((changes, cost));
}
