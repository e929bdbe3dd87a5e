//! A small closed world in which everything asked is allowed: what a fuzzed part then takes away is its own doing.

use canread::eval::Context;
use canread::model::{Facts, Scope, Snapshot, Timestamp};
use canread::rules::RuleSet;
use std::sync::OnceLock;
use time::macros::datetime;

/// The moment asked about.
pub(crate) const AT: Timestamp = datetime!(2026-06-15 12:00 UTC);
/// The invoker, a member of [`GROUP`].
pub(crate) const ANA: &str = "00000001-0000-4000-8000-000000000000";
/// A group of [`ANA`].
pub(crate) const GROUP: &str = "00000003-0000-4000-8000-000000000000";
/// Nobody that the world speaks of.
pub(crate) const STRANGER: &str = "00000009-0000-4000-8000-000000000000";

const FILE: &str = include_str!("../../../fuzz/seeds/snapshot/allowed-world");

/// The facts.
pub(crate) fn facts() -> Facts {
    static FACTS: OnceLock<Facts> = OnceLock::new();
    FACTS.get_or_init(|| canread::snapshot::read(FILE.as_bytes(), "world").expect("the world loads").snapshot.into_facts()).clone()
}

/// The workspace.
pub(crate) fn workspace() -> Scope {
    Scope::new(
        "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws",
    )
}

/// The embedded rules.
pub(crate) fn rules() -> &'static RuleSet {
    RuleSet::embedded().expect("the embedded rules are valid")
}

/// What a judgement is made from.
pub(crate) fn context(snapshot: &Snapshot) -> Context<'_> {
    Context { snapshot, rules: rules(), at: AT, until: AT, assume_below: false }
}
