//! The `canread` command.
fn main() {}
