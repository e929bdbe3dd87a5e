//! Every integration test, in one binary.

mod gates;
mod laws;
mod layers;
mod references;
