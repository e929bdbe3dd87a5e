//! From a log to the causes of an access-denied failure: one streaming pass finds what says "denied", the rules rank what can be
//! behind it, and, given the state, the evaluator confirms or refutes each cause. Nothing here decides about access.

mod asked;
mod before;
mod catalogue;
mod causes;
mod commands;
mod confirm;
mod details;
mod job;
mod lexing;
mod normalise;
mod notices;
mod occurrence;
mod others;
mod signal;

pub use asked::Asked;
pub use catalogue::Catalogue;
pub use causes::{CauseFinding, Explanation, Notice, State, Status, explain};
pub use job::{JobRecord, JobRecordData};
pub use lexing::LogReader;
pub use signal::{Log, Signal};
