//! How answers look: text, JSON and the formats of other tools.

pub mod rules;
