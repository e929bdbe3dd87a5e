//! The decision: `evaluate` a question over a snapshot with a rule set, and say why.

mod context;
pub mod gates;
pub mod credential;
mod probe;
pub mod posix;
mod proof;
pub mod rbac;
mod verdict;

pub use context::*;
pub use probe::*;
pub use proof::*;
pub use verdict::*;
