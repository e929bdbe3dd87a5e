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
mod command;
mod credentials_whole;
mod docs;
mod examples;
#[cfg(feature = "collect")]
mod fake;
#[cfg(feature = "collect")]
mod fake_azure;
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
mod live;
#[cfg(feature = "collect")]
mod live_bridge;
#[cfg(feature = "collect")]
mod live_carrier;
#[cfg(feature = "collect")]
mod live_check;
#[cfg(feature = "probe")]
mod live_probe;
#[cfg(feature = "collect")]
mod live_transport;
#[cfg(feature = "collect")]
mod live_world;
mod outputs_whole;
mod period;
mod rbac_cases;
mod rbac_laws;
mod rbac_rules;
mod reachable_whole;
mod reference;
mod references;
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
mod world2;
mod worlds;

use canread::rules::RuleSet;

/// The embedded rules.
#[expect(clippy::expect_used, reason = "a test of its own holds them valid")]
fn embedded_rules() -> &'static RuleSet {
    RuleSet::embedded().expect("the embedded rules are valid")
}

/// A file of the corpus of real data; without the corpus one line says so and the test is skipped.
#[expect(clippy::disallowed_methods, clippy::print_stdout, reason = "real files are read from the corpus, and its absence is said")]
fn corpus(name: &str) -> Option<String> {
    let folder = std::env::var("CANREAD_CORPUS").unwrap_or_else(|_| "../shared/corpus".to_owned());
    match std::fs::read_to_string(std::path::Path::new(&folder).join(name)) {
        Ok(text) => Some(text),
        Err(error) => {
            println!("skipped: no corpus file {folder}/{name}: {error}");
            None
        }
    }
}
