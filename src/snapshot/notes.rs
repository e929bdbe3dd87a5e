//! Warnings, one for each sort of thing that is met.

use super::Warning;
use crate::model::WarningId;
use std::collections::HashSet;

/// How many warnings of one kind are listed; the rest is counted.
const LISTED: usize = 50;

/// Warnings, one a sort.
#[derive(Default)]
pub(super) struct Notes {
    seen: HashSet<String>,
    messages: Vec<String>,
    more: usize,
}

impl Notes {
    /// Notes `sort` if it is new.
    pub(super) fn add(&mut self, sort: String, message: impl FnOnce() -> String) {
        if !self.seen.insert(sort) {
            return;
        }
        if self.messages.len() < LISTED {
            self.messages.push(message());
        } else {
            self.more += 1;
        }
    }

    pub(super) fn into_warnings(self, id: WarningId, rest: &str) -> impl Iterator<Item = Warning> {
        let more = (self.more > 0).then(|| format!("and {} more {rest}", self.more));
        self.messages.into_iter().chain(more).map(move |message| Warning { id, message })
    }
}
