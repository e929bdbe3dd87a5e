//! Every integration test, in one binary.

mod acl_below;
mod acl_cases;
mod acl_chain;
mod acl_parse;
mod acl_reference;
mod acl_world;
mod gates;
mod job_args;
mod kernel_acl;
mod laws;
mod layers;
mod references;
mod rules;
mod sas;
mod sas_generated;
mod sas_parse;
mod snapshot_read;
mod stored_credential;
mod stored_world;
