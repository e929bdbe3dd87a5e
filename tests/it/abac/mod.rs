//! ABAC conditions: reading, deciding, and what storage requests carry.
#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "helpers of tests fail by panicking")]

mod corpus;
mod generate;
mod kleene;
mod linting;
mod parsing;
mod paths;
mod storage;
mod time;

use canread::eval::condition::{AttributeValue, Attributes, ConditionRequest, Datum, Outcome, evaluate};
use canread::model::{Action, AttributeName, AttributeSource, Condition, Missing, Timestamp};
use std::collections::BTreeMap;

/// Attributes by hand: what is not in the table is absent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table(pub(crate) BTreeMap<(AttributeSource, String), AttributeValue<'static>>);

impl Table {
    pub(crate) fn with(mut self, source: AttributeSource, name: &str, value: AttributeValue<'static>) -> Self {
        self.0.insert((source, AttributeName::new(name).key().to_owned()), value);
        self
    }
}

impl Attributes for Table {
    fn get(&self, source: AttributeSource, name: &AttributeName) -> AttributeValue<'_> {
        self.0.get(&(source, name.key().to_owned())).cloned().unwrap_or(AttributeValue::Absent)
    }
}

pub(crate) fn text(value: &str) -> AttributeValue<'static> {
    AttributeValue::One(Datum::Text(value.to_owned().into()))
}

pub(crate) fn texts(values: &[&str]) -> AttributeValue<'static> {
    AttributeValue::Many(values.iter().map(|value| Datum::Text((*value).to_owned().into())).collect())
}

pub(crate) fn unknown() -> AttributeValue<'static> {
    AttributeValue::Unknown(Missing::open("test", "not said"))
}

pub(crate) fn instant(text: &str) -> Timestamp {
    Timestamp::parse(text, &::time::format_description::well_known::Rfc3339).expect("a moment")
}

pub(crate) fn parse(text: &str) -> Condition {
    Condition::parse(text).unwrap_or_else(|error| panic!("{error}\n{}", error.caret()))
}

/// Evaluates `condition` for a read at a fixed moment.
pub(crate) fn read<'c>(condition: &'c Condition, attributes: &dyn Attributes) -> Outcome<'c> {
    let action = Action::new("Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read");
    let at = instant("2026-11-22T10:00:00Z");
    evaluate(condition, &ConditionRequest { action: &action, suboperation: None, attributes, at, until: at })
}
