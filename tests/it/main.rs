//! Every integration test, in one binary.

mod laws;
mod snapshot_corpus;
mod snapshot_read;
