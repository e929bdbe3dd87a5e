//! Every integration test, in one binary.

#![expect(clippy::disallowed_methods, reason = "tests read files and the environment")]

mod abac;
mod access_whole;
mod acl_below;
mod acl_cases;
mod acl_chain;
mod acl_parse;
mod acl_reference;
mod acl_world;
mod bad_input_whole;
mod batch_whole;
mod check_gaps;
mod check_identity;
mod check_input;
mod check_job;
mod check_lake;
mod checks_whole;
mod command;
mod counted_work;
mod credentials_whole;
mod diff_laws;
mod diff_whole;
mod docs;
mod examples;
mod explain_catalogue;
mod explain_corpus;
mod explain_state;
mod explain_whole;
#[cfg(feature = "collect")]
mod fake;
#[cfg(feature = "collect")]
mod fake_azure;
mod fix_render;
mod fixes;
mod formats;
mod fuzz_entry;
mod fuzz_seeds;
mod gates;
mod job_args;
mod job_laws;
mod job_worlds;
mod kernel_acl;
mod laws;
mod layers;
#[cfg(feature = "collect")]
mod live_ask;
#[cfg(feature = "collect")]
mod live_bridge;
#[cfg(feature = "probe")]
mod live_canary;
#[cfg(feature = "collect")]
mod live_carrier;
#[cfg(feature = "collect")]
mod live_check;
#[cfg(feature = "collect")]
mod live_corpus;
#[cfg(feature = "collect")]
mod live_counts;
#[cfg(feature = "collect")]
mod live_examples;
#[cfg(feature = "collect")]
mod live_explain;
#[cfg(feature = "collect")]
mod live_faults;
#[cfg(feature = "collect")]
mod live_law;
#[cfg(feature = "probe")]
mod live_probe;
#[cfg(feature = "probe")]
mod live_probe_check;
#[cfg(feature = "collect")]
mod live_snapshot;
#[cfg(feature = "collect")]
mod live_transport;
#[cfg(feature = "collect")]
mod live_world;
mod outputs_whole;
mod period;
mod pseudonym;
mod rbac_cases;
mod rbac_laws;
mod rbac_rules;
mod reachable_whole;
mod recipes;
mod reference;
mod references;
mod review;
mod rules;
mod sas;
mod sas_generated;
mod sas_parse;
mod scenario;
mod secrets_whole;
mod snapshot_corpus;
mod snapshot_read;
mod stored_credential;
mod stored_world;
mod tenant;
mod what_if;
mod who_laws;
mod who_whole;
mod world2;
mod worlds;

use canread::rules::RuleSet;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// The embedded rules.
#[expect(clippy::expect_used, reason = "a test of its own holds them valid")]
fn embedded_rules() -> &'static RuleSet {
    RuleSet::embedded().expect("the embedded rules are valid")
}

/// Says once, in one plain line that the test harness does not hold back, what is skipped and why.
#[expect(clippy::expect_used, reason = "a test that cannot say what it skips must fail")]
fn skipped(why: &str) {
    static SAID: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    if SAID.lock().expect("no test panics here").insert(why.to_owned()) {
        writeln!(std::io::stderr(), "skipped: {why}").expect("standard error can be written to");
    }
}

/// The folder of the corpus of real data; where it is absent that is said, and the test is skipped.
#[expect(clippy::disallowed_methods, reason = "tests read the environment")]
fn corpus_folder() -> Option<PathBuf> {
    let folder = std::env::var("CANREAD_CORPUS").unwrap_or_else(|_| "../shared/corpus".to_owned());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(&folder);
    if path.is_dir() {
        return Some(path);
    }
    skipped(&format!("tests on the corpus (no folder {folder}; set CANREAD_CORPUS)"));
    None
}

/// A file of the corpus.
#[expect(clippy::disallowed_methods, clippy::expect_used, reason = "real files are read from the corpus, and a missing one must fail")]
fn corpus(name: &str) -> Option<String> {
    let folder = corpus_folder()?;
    Some(std::fs::read_to_string(folder.join(name)).expect("a file of the corpus"))
}
