//! Every integration test, in one binary.

mod laws;
mod snapshot_read;
