//! Every integration test, in one binary.

mod job_args;
mod laws;
mod references;
