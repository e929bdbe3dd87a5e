//! What is asked.

use super::JobTarget;
use crate::model::{DeclaredType, Disputed, Edition, ObjectId, Parsed, Scope, Timestamp};

/// One input or output of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataQuestion {
    /// Its name.
    pub name: String,
    /// Its reference, as it was read.
    pub reference: Parsed,
    /// The type it is declared with.
    pub declared: Option<DeclaredType>,
}

/// Who runs which job on which data, at what time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobQuestion {
    /// Workspace.
    pub workspace: Scope,
    /// Endpoint or compute.
    pub target: JobTarget,
    /// Whoever invokes; `None`: nobody is known.
    pub invoker: Option<ObjectId>,
    /// Inputs.
    pub inputs: Vec<DataQuestion>,
    /// Outputs.
    pub outputs: Vec<DataQuestion>,
    /// Edition of the credential table.
    pub edition: Edition,
    /// What an unmet disputed requirement does.
    pub disputed: Disputed,
    /// Suffix of the storage endpoints of the cloud asked about.
    pub storage_suffix: String,
    /// The moment asked about, or the first of the period.
    pub at: Timestamp,
    /// The last moment of the period; `at` where a moment is asked about.
    pub until: Timestamp,
    /// Take ACLs below a folder that were not collected as open.
    pub assume_below: bool,
}
