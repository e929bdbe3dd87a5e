//! What a review is asked.

use crate::eval::DataQuestion;
use crate::model::{Disputed, Edition, ObjectId, Scope, Timestamp};

/// Which workspace is reviewed, for whom, at what time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewQuestion {
    /// Workspace.
    pub workspace: Scope,
    /// Whose rights the matrix is about; `None`: nobody is known.
    pub invoker: Option<ObjectId>,
    /// Inputs of the matrix; empty: every registered data asset.
    pub inputs: Vec<DataQuestion>,
    /// Edition of the credential table.
    pub edition: Edition,
    /// What an unmet disputed requirement does.
    pub disputed: Disputed,
    /// Suffix of the storage endpoints of the cloud asked about.
    pub storage_suffix: String,
    /// The moment asked about.
    pub at: Timestamp,
    /// What ends before this is about to end.
    pub horizon: Timestamp,
    /// Take ACLs below a folder that were not collected as open.
    pub assume_below: bool,
}
