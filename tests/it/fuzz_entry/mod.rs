//! What a fuzz target does with its bytes: one function each, shared by `fuzz/` and by the test that runs every seed.
//!
//! Each function panics where a promise is broken, and else says how far the bytes came, so that a seed can be held to
//! reach what it was written for. Only the public interface is used.

#![expect(clippy::expect_used, reason = "a broken promise must stop the fuzzer")]

mod acl;
mod condition;
mod inputs;
mod log;
mod planted;
mod reference;
mod sas;
mod snapshot;
mod world;

use canread::eval::Verdict;

/// How far the bytes came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reached {
    /// They were refused.
    Refused,
    /// They were understood.
    Read,
    /// They were judged, with this verdict of the last question.
    Judged(Verdict),
}

/// A target: its name, which is also that of its seed folder, and its entry.
pub(crate) type Target = (&'static str, fn(&[u8]) -> Reached);

/// Every target.
pub(crate) const TARGETS: [Target; 7] = [
    ("acl", acl::run),
    ("condition", condition::run),
    ("inputs", inputs::run),
    ("log", log::run),
    ("reference", reference::run),
    ("sas", sas::run),
    ("snapshot", snapshot::run),
];

/// Runs the target of this name.
pub(crate) fn run(name: &str, bytes: &[u8]) -> Reached {
    let (_, entry) = TARGETS.iter().find(|(known, _)| *known == name).expect("a target of this name");
    entry(bytes)
}
