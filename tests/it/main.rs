//! Every integration test, in one binary.

mod laws;
mod sas;
mod sas_generated;
mod sas_parse;
mod stored_credential;
mod stored_world;
