//! Rules as data: `rules/*.toml`, read into valid types, every error with file and line.

mod attributes;
mod types;

pub use attributes::*;
pub use types::*;
