//! Every integration test, in one binary.

mod abac;
mod laws;
