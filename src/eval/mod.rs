//! The decision: `evaluate` a question over a snapshot with a rule set, and say why.

pub mod condition;
mod context;
mod proof;
mod verdict;

pub use context::*;
pub use proof::*;
pub use verdict::*;
