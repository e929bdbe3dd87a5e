//! What a log says about denied access: each signal once, with how often it was said.

use crate::model::ErrorLayer;
use crate::rules::{ErrorNotice, RankedCause};
use std::collections::BTreeMap;

/// Most distinct signals that are kept: a log that holds more says the same over and over.
const MOST: usize = 64;

/// Something in a log that says access was denied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signal {
    /// The code, or a short name where the text has none.
    pub code: String,
    /// Code of the rule that tells it; another than `code` where the rule stands for several.
    pub rule: String,
    /// Who says it.
    pub layer: ErrorLayer,
    /// What it means.
    pub title: String,
    /// The sentence of the log, without secrets.
    pub says: String,
    /// What the text reveals, by name (`object_id`, `action`, `scope`, `account` …), without secrets.
    pub details: BTreeMap<&'static str, String>,
    /// The inner error that this one wraps, where it wraps one.
    pub wraps: Option<String>,
    /// It wraps others and says what they cannot know.
    pub leads: bool,
    /// Causes, likeliest first; none where what it wraps says more.
    pub causes: Vec<RankedCause>,
    /// What to know besides.
    pub notices: Vec<ErrorNotice>,
    /// Line of the log it is first said in, from 1.
    pub line: u64,
    /// How often it is said.
    pub count: u64,
}

impl Signal {
    /// A detail by name.
    pub fn detail(&self, name: &str) -> Option<&str> {
        self.details.get(name).map(String::as_str)
    }
}

/// What a log says about denied access.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Log {
    /// Signals, in the order of the log; what wraps another stands after it.
    pub signals: Vec<Signal>,
    /// How many more were said than are kept.
    pub more: u64,
}

impl Log {
    /// The first value of a detail that any signal bears.
    pub fn detail(&self, name: &str) -> Option<&str> {
        self.signals.iter().find_map(|signal| signal.detail(name))
    }
}

/// Details that differ each time the same thing is said.
const PASSING: [&str; 3] = ["request_id", "time", "status"];

type Key = (String, Vec<(&'static str, String)>);

#[derive(Default)]
pub(super) struct Collected {
    log: Log,
    known: BTreeMap<Key, usize>,
}

fn key(signal: &Signal) -> Key {
    let lasting = signal.details.iter().filter(|(name, _)| !PASSING.contains(name));
    (signal.code.clone(), lasting.map(|(name, value)| (*name, value.clone())).collect())
}

impl Collected {
    /// Adds the signals of one stretch.
    pub(super) fn add(&mut self, signals: Vec<Signal>) {
        for signal in signals {
            let key = key(&signal);
            let kept = self.log.signals.len();
            let signals = &mut self.log.signals;
            match self.known.get(&key).and_then(|at| signals.get_mut(*at)) {
                Some(known) => {
                    known.count += 1;
                    // Said once without what it wraps: then its own causes are all there is.
                    if known.causes.is_empty() {
                        known.causes = signal.causes;
                    }
                }
                None if kept < MOST => {
                    self.known.insert(key, kept);
                    signals.push(signal);
                }
                None => self.log.more += 1,
            }
        }
    }

    pub(super) fn finish(self) -> Log {
        self.log
    }
}
