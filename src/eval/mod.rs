//! The decision: `evaluate` a question over a snapshot with a rule set, and say why.

mod context;
pub mod posix;
mod proof;
mod verdict;

pub use context::*;
pub use proof::*;
pub use verdict::*;
