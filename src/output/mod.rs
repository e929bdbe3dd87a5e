//! Reports as text and as JSON.

pub mod condition;
