//! Rules as data: `rules/*.toml`, read into valid types, every error with file and line.

mod attributes;
mod check;
mod credentials;
mod draft;
mod embedded;
mod entry;
mod error;
mod errors;
mod findings;
mod fixes;
mod keyed;
mod lookups;
mod operations;
mod partial;
mod roles;
mod texts;
mod types;
mod words;

use error::Place;
pub use error::{RuleError, RuleErrors};
pub use errors::*;
pub use findings::*;
pub use fixes::{FixKind, FixRule, FixScope};
pub use types::*;
pub use words::{Word, store_word};
