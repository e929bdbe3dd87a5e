//! The snapshot file: JSON Lines into facts, and the redaction that keeps secrets out of one.
//!
//! Raw types say what a line may hold; they become the valid types of `model` here and nowhere else. Text from the file is
//! never echoed in an error, save names of fields and ids, and those with control characters escaped.

mod error;
mod finish;
mod ids;
mod load;
mod notes;
mod place;
mod pseudonym;
mod raw;
mod record;
pub mod redact;
mod resource;
mod secrets;
mod source;
mod store;

pub use error::{Problem, ReadErrors};
pub use load::LineCheck;
pub use pseudonym::Pseudonyms;
pub use source::{read, read_path, text};

use crate::model::{Snapshot, WarningId};

/// The newest version of the file's format that is understood.
pub const VERSION: u64 = 1;

/// What was read.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The facts, indexed.
    pub snapshot: Snapshot,
    /// What a reader should know besides, in the order it was met: [`WarningId::SnapshotUnknown`] and
    /// [`WarningId::SnapshotSecret`].
    pub warnings: Vec<Warning>,
}

/// A warning about the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Id.
    pub id: WarningId,
    /// One sentence.
    pub message: String,
}
