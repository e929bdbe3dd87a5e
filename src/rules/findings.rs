//! `[[finding]]`: a finding of the security review: what looks for it, how bad it is, why, and how to fix it.

mod detector;

pub use detector::{ActAt, Actor, BypassedBy, ConditionTrouble, Detector, ForeignId, MayAct, StoredKind};

use super::Provenance;
use super::entry::Entry;
use super::words::Word;
use crate::model::Severity;
use std::collections::BTreeMap;

/// A finding of the security review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingRule {
    /// Its id, kebab-case.
    pub id: String,
    /// How bad it is, unless [`FindingRule::severities`] knows better.
    pub severity: Severity,
    /// How bad it is under a circumstance that the detector names.
    pub severities: BTreeMap<String, Severity>,
    /// One sentence: what is the case.
    pub title: String,
    /// Why it matters: a paragraph.
    pub why: String,
    /// What to do; `{name}` and `{resource}` stand for the last segment of the resource's id and for the id.
    pub fix: String,
    /// What looks for it.
    pub detector: Detector,
    /// Source.
    pub provenance: Provenance,
}

/// What a `fix` may hold in braces.
const PLACEHOLDERS: [&str; 2] = ["name", "resource"];

impl FindingRule {
    /// How bad the finding is under a circumstance.
    pub fn severity(&self, circumstance: Option<&str>) -> Severity {
        circumstance.and_then(|name| self.severities.get(name)).copied().unwrap_or(self.severity)
    }

    /// What to do about it on one resource. The id stands between single quotes, and is escaped for them: a shell takes
    /// every character of it for itself.
    pub fn fix_for(&self, resource: &str) -> String {
        let name = resource.rsplit('/').find(|segment| !segment.is_empty()).unwrap_or(resource);
        let mut out = String::new();
        // In one pass, so that a name that looks like a placeholder stays what it is.
        for (at, piece) in self.fix.split('{').enumerate() {
            match piece.split_once('}') {
                Some(("name", tail)) if at > 0 => out.push_str(&format!("{}{tail}", quoted(name))),
                Some(("resource", tail)) if at > 0 => out.push_str(&format!("{}{tail}", quoted(resource))),
                Some(_) | None if at > 0 => out.push_str(&format!("{{{piece}")),
                Some(_) | None => out.push_str(piece),
            }
        }
        out
    }
}

fn quoted(value: &str) -> String {
    value.replace('\'', "'\\''")
}

pub(super) fn read(entry: &mut Entry<'_, '_>) -> Option<FindingRule> {
    let id = entry.text("id");
    let severity = entry.word("severity");
    let title = entry.text("title");
    let why = entry.text("why");
    let fix = entry.text("fix");
    let detector = detector::read(entry);
    let severities = severities(entry, detector.as_ref());
    let provenance = entry.provenance();
    if let Some(id) = id.as_deref().filter(|id| !is_kebab(id)) {
        entry.wrong_at("id", format!("`{id}` is no finding id: lower-case words and digits joined by `-`"));
    }
    if let Some(fault) = fix.as_deref().and_then(placeholder_fault) {
        entry.wrong_at("fix", fault);
    }
    Some(FindingRule {
        id: id?,
        severity: severity?,
        severities,
        title: title?,
        why: why?,
        fix: fix?,
        detector: detector?,
        provenance: provenance?,
    })
}

/// `severities`: only circumstances that the detector can tell apart.
fn severities(entry: &mut Entry<'_, '_>, detector: Option<&Detector>) -> BTreeMap<String, Severity> {
    let mut read = BTreeMap::new();
    for (circumstance, word) in entry.text_map("severities") {
        let known = detector.map(Detector::circumstances).unwrap_or_default();
        if detector.is_some() && !known.contains(&circumstance.as_str()) {
            let known = if known.is_empty() { "it knows none".to_owned() } else { format!("known are `{}`", known.join("`, `")) };
            entry.wrong_at("severities", format!("unknown circumstance `{circumstance}` of this detector; {known}"));
        }
        match Severity::from_word(&word) {
            Some(severity) => {
                read.insert(circumstance, severity);
            }
            None => entry.wrong_at(
                "severities",
                format!("unknown severity `{word}`; known are `{}`", Severity::ALL.map(Severity::as_str).join("`, `")),
            ),
        }
    }
    read
}

fn is_kebab(id: &str) -> bool {
    id.split('-').all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
}

/// What is wrong with the placeholders of a `fix`: they stand between single quotes, as in commands.
fn placeholder_fault(fix: &str) -> Option<String> {
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    for (at, _) in fix.match_indices('{') {
        let (before, after) = (fix.get(..at).unwrap_or_default(), fix.get(at + 1..).unwrap_or_default());
        let Some((word, tail)) = after.split_once('}').filter(|(word, _)| is_word(word)) else { continue };
        if !PLACEHOLDERS.contains(&word) {
            return Some(format!("unknown placeholder `{{{word}}}`; known are `{}`", PLACEHOLDERS.join("`, `")));
        }
        if !before.ends_with('\'') || !tail.starts_with('\'') {
            return Some(format!("placeholder `{{{word}}}` must stand between single quotes"));
        }
    }
    None
}
