//! The lines of a snapshot, as they are collected.

use super::shape;
use super::trouble::Trouble;
use crate::model::What;
use crate::snapshot::{Trial, redact};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Lines in the order they came, each once.
#[derive(Default)]
pub(super) struct Recorder {
    lines: Vec<String>,
    seen: HashSet<u64>,
    bodies: HashSet<(String, String)>,
    /// `path` lines by account, container and path: a list and a look-up of its own may both tell of one.
    paths: BTreeMap<[String; 3], Map<String, Value>>,
    gaps: Vec<String>,
    trial: Trial,
}

/// Place of a look-up: kind, scope, and what narrows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LookupPlace {
    pub(super) what: What,
    pub(super) scope: String,
    pub(super) below: bool,
}

impl LookupPlace {
    pub(super) fn new(what: What, scope: impl Into<String>) -> Self {
        LookupPlace { what, scope: scope.into(), below: false }
    }
}

impl Recorder {
    /// A line, unless it is there already.
    pub(super) fn line(&mut self, value: Value) {
        if value.get("kind").is_some_and(|kind| kind == "path")
            && let Value::Object(line) = value
        {
            self.path(line);
        } else {
            self.add(value);
        }
    }

    /// What is told of a path: the first word stands, later ones say what it left open. Only a path that changed while it was
    /// read has two words for one thing.
    fn path(&mut self, line: Map<String, Value>) {
        let text = |name: &str| line.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let known = self.paths.entry([text("account"), text("container"), text("path")]).or_default();
        for (name, value) in line {
            known.entry(name).or_insert(value);
        }
    }

    fn add(&mut self, mut value: Value) {
        redact::body(&mut value);
        let text = value.to_string();
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        if self.seen.insert(hasher.finish()) {
            self.lines.push(text);
        }
    }

    /// A body as it came. A page is taken apart, so that what two pages share is there once: the second answer about one
    /// id may differ from the first (a state that moved), and a file must not hold both.
    ///
    /// # Errors
    /// What is wrong with the first record that is not what the service documents; it is left out, the others are kept.
    pub(super) fn body(&mut self, kind: &str, body: &Value) -> Result<(), Trouble> {
        let Some(items) = body.get("value").and_then(Value::as_array) else {
            return self.item(kind, body);
        };
        items.iter().fold(Ok(()), |before, item| {
            let this = self.item(kind, item);
            before.and(this)
        })
    }

    fn item(&mut self, kind: &str, item: &Value) -> Result<(), Trouble> {
        let wrong = |message: String| Trouble::answer(200, "UnexpectedShape", message);
        if let Some(flaw) = shape::flaw(kind, item) {
            return Err(wrong(flaw));
        }
        let mut line = json!({"kind": kind, "body": item});
        redact::body(&mut line);
        self.trial.line(&line.to_string()).map_err(wrong)?;
        let id = item.get("id").and_then(Value::as_str).map(str::to_lowercase);
        if id.is_none_or(|id| self.bodies.insert((kind.to_owned(), id))) {
            self.add(line);
        }
        Ok(())
    }

    /// Nothing of this kind is missing.
    pub(super) fn coverage(&mut self, place: &LookupPlace) {
        let mut line = Map::new();
        line.insert("kind".to_owned(), "coverage".into());
        line.insert("what".to_owned(), place.what.as_str().into());
        line.insert("scope".to_owned(), place.scope.clone().into());
        if place.below {
            line.insert("below".to_owned(), true.into());
        }
        self.line(Value::Object(line));
    }

    /// The look-up failed.
    pub(super) fn gap(&mut self, place: &LookupPlace, trouble: &Trouble) {
        let mut line = Map::new();
        line.insert("kind".to_owned(), "gap".into());
        line.insert("what".to_owned(), place.what.as_str().into());
        line.insert("scope".to_owned(), place.scope.clone().into());
        if place.below {
            line.insert("below".to_owned(), true.into());
        }
        if let Some(status) = trouble.status {
            line.insert("status".to_owned(), status.into());
        }
        line.insert("code".to_owned(), trouble.code.clone().into());
        line.insert("message".to_owned(), trouble.message.clone().into());
        self.gaps.push(format!("{} {}: {trouble}", place.what, place.scope));
        self.line(Value::Object(line));
    }

    /// The lines, sorted by kind and text so that the same state gives the same file, and what each gap says.
    pub(super) fn finish(mut self) -> (Vec<String>, Vec<String>) {
        for line in std::mem::take(&mut self.paths).into_values() {
            self.add(Value::Object(line));
        }
        let mut lines = self.lines;
        lines.sort_unstable();
        (lines, self.gaps)
    }
}
