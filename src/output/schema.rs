//! JSON Schemas of what canread reads and writes.

use crate::report::{AccessReport, ChecksReport, DiffReport, ExplainReport, Report, ReviewReport, WhoReport};
use serde_json::Value;

/// Which schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schema {
    /// Of `check -o json`.
    Report,
    /// Of `access -o json`.
    Access,
    /// Of `check -o json` about several jobs.
    Checks,
    /// Of `who -o json`.
    Who,
    /// Of `diff -o json`.
    Diff,
    /// Of `review -o json`.
    Review,
    /// Of `explain -o json`.
    Explain,
    /// Of a line of a snapshot file.
    Snapshot,
}

/// A line of a snapshot file, as a schema kept by hand: the contract's section 4.
const SNAPSHOT: &str = include_str!("snapshot.schema.json");

/// The schema, of JSON Schema 2020-12.
pub fn of(schema: Schema) -> Value {
    match schema {
        Schema::Report => schemars::schema_for!(Report).to_value(),
        Schema::Access => schemars::schema_for!(AccessReport).to_value(),
        Schema::Checks => schemars::schema_for!(ChecksReport).to_value(),
        Schema::Diff => schemars::schema_for!(DiffReport).to_value(),
        Schema::Who => schemars::schema_for!(WhoReport).to_value(),
        Schema::Review => schemars::schema_for!(ReviewReport).to_value(),
        Schema::Explain => schemars::schema_for!(ExplainReport).to_value(),
        // A test holds that the text is JSON and a schema.
        Schema::Snapshot => serde_json::from_str(SNAPSHOT).unwrap_or(Value::Bool(true)),
    }
}
