//! Every integration test, in one binary.

mod gates;
mod job_args;
mod laws;
mod layers;
mod references;
mod rules;
mod sas;
mod sas_generated;
mod sas_parse;
mod stored_credential;
mod stored_world;
