//! Rules as data: `rules/*.toml`, read into valid types, every error with file and line.

mod partial;
mod types;

pub use types::*;
