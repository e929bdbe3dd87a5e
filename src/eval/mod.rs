//! The decision: a question over a snapshot with a rule set, answered with its proof.

mod access;
mod check;
pub mod condition;
mod context;
pub mod credential;
mod finding;
pub mod gates;
mod job;
pub mod posix;
mod principals;
mod probe;
mod proof;
mod question;
pub mod rbac;
pub mod requirement;
mod resolve;
mod verdict;

pub use access::*;
pub use check::{check, check_without_advice};
pub use context::*;
pub use finding::*;
pub use job::*;
pub use principals::*;
pub use probe::*;
pub use proof::*;
pub use question::*;
use resolve::container_exists;
pub use resolve::{Located, Place, datastore_target, locate, url_target};
pub use verdict::*;
