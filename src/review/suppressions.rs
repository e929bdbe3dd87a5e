//! Suppressions: findings that somebody decided to live with, until a day.

use super::{Finding, Occurrence, Review};
use crate::eval::{Evidence, EvidenceKind};
use crate::model::Timestamp;
use crate::rules::{Detector, RuleSet};
use globset::{GlobBuilder, GlobMatcher};
use serde::Deserialize;
use std::fmt;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use toml::Spanned;

/// Most errors that are listed.
const SHOWN: usize = 20;

/// Findings that are not to be shown, why, and until when.
#[derive(Clone, Debug)]
pub struct Suppression {
    /// Id of the finding.
    pub id: String,
    /// Glob over ids of resources: `*` stands for any run of characters, slashes included; case does not count.
    pub resource: String,
    /// Why.
    pub reason: String,
    /// From then on it hides nothing.
    pub until: Timestamp,
    /// File and line, for people.
    pub place: String,
    matcher: GlobMatcher,
}

/// A finding that a suppression hides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppressed {
    /// The finding.
    pub finding: Finding,
    /// Why it is hidden.
    pub reason: String,
    /// Until when.
    pub until: Timestamp,
}

/// Everything that is wrong with a file of suppressions, one line each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuppressionErrors(Vec<String>);

impl fmt::Display for SuppressionErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let more = self.0.len().saturating_sub(SHOWN);
        f.write_str(&self.0.iter().take(SHOWN).cloned().collect::<Vec<_>>().join("\n"))?;
        if more > 0 { write!(f, "\nand {more} more") } else { Ok(()) }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    #[serde(default)]
    suppress: Vec<Spanned<RawOne>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawOne {
    id: Option<String>,
    resource: Option<String>,
    reason: Option<String>,
    until: Option<toml::Value>,
}

/// Reads a file of suppressions: TOML, `[[suppress]]` with `id`, `resource`, `reason`, `until`. `name` is for error texts.
///
/// # Errors
/// Every entry that cannot be used, with its line: a key that is missing or unknown, an id no rule bears, a glob or time
/// that cannot be read.
pub fn parse_suppressions(name: &str, text: &str, rules: &RuleSet) -> Result<Vec<Suppression>, SuppressionErrors> {
    let line = |at: usize| text.get(..at).map_or(0, |before| before.matches('\n').count()) + 1;
    let raw: RawFile = toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(1, |span| line(span.start));
        SuppressionErrors(vec![format!("{name}:{at}: {}", error.message())])
    })?;
    let mut errors = Vec::new();
    let mut read = Vec::new();
    for entry in &raw.suppress {
        let place = format!("{name}:{}", line(entry.span().start));
        match one(entry.get_ref(), &place, rules) {
            Ok(suppression) => read.push(suppression),
            Err(faults) => errors.extend(faults.into_iter().map(|fault| format!("{place}: {fault}"))),
        }
    }
    if errors.is_empty() { Ok(read) } else { Err(SuppressionErrors(errors)) }
}

fn one(raw: &RawOne, place: &str, rules: &RuleSet) -> Result<Suppression, Vec<String>> {
    let mut faults = Vec::new();
    let mut text = |value: &Option<String>, key: &str| match value.as_deref().map(str::trim) {
        Some(text) if !text.is_empty() => text.to_owned(),
        Some(_) | None => {
            faults.push(format!("`{key}` is missing"));
            String::new()
        }
    };
    let (id, resource, reason) = (text(&raw.id, "id"), text(&raw.resource, "resource"), text(&raw.reason, "reason"));
    if !id.is_empty() && !rules.findings().iter().any(|rule| rule.id == id) {
        faults.push(format!("no finding has the id `{id}`; `canread rules` lists them"));
    }
    let glob = GlobBuilder::new(&resource).case_insensitive(true).literal_separator(false).build();
    if let Err(error) = &glob {
        faults.push(format!("`resource` is no glob: {}", error.kind()));
    }
    let until = raw.until.as_ref().and_then(moment);
    if until.is_none() {
        faults.push("`until` is missing or no date; write 2026-12-31, or a time as in RFC 3339".to_owned());
    }
    match (glob, until) {
        (Ok(glob), Some(until)) if faults.is_empty() => {
            Ok(Suppression { id, resource, reason, until, place: place.to_owned(), matcher: glob.compile_matcher() })
        }
        (_, _) => Err(faults),
    }
}

/// A time, or a day, which is meant to its end; UTC where no offset is named.
fn moment(value: &toml::Value) -> Option<Timestamp> {
    let text = match value {
        toml::Value::String(text) => text.trim().to_owned(),
        toml::Value::Datetime(time) => time.to_string(),
        toml::Value::Integer(_) | toml::Value::Float(_) | toml::Value::Boolean(_) | toml::Value::Array(_) | toml::Value::Table(_) => {
            return None;
        }
    };
    if let Ok(at) = Timestamp::parse(&text.replacen(' ', "T", 1), &Rfc3339) {
        return Some(at);
    }
    if let Ok(at) = Timestamp::parse(&format!("{}Z", text.replacen(' ', "T", 1)), &Rfc3339) {
        return Some(at);
    }
    let day = time::Date::parse(&text, format_description!("[year]-[month]-[day]")).ok()?;
    Some(day.next_day()?.midnight().assume_utc())
}

impl Suppression {
    fn matches(&self, finding: &Finding) -> bool {
        self.id == finding.id && self.matcher.is_match(&finding.resource)
    }
}

impl Review {
    /// Hides what suppressions name. One that has ended hides nothing and is a finding, as is one that matches nothing.
    pub fn suppress(&mut self, suppressions: &[Suppression], at: Timestamp, rules: &RuleSet) {
        let mut matched = vec![false; suppressions.len()];
        let mut kept = Vec::new();
        for finding in std::mem::take(&mut self.findings) {
            let mut by = None;
            for (suppression, matched) in suppressions.iter().zip(&mut matched) {
                if suppression.matches(&finding) {
                    *matched = true;
                    by = by.or(Some(suppression).filter(|suppression| at < suppression.until));
                }
            }
            match by {
                Some(by) => self.suppressed.push(Suppressed { finding, reason: by.reason.clone(), until: by.until }),
                None => kept.push(finding),
            }
        }
        for (suppression, matched) in suppressions.iter().zip(matched) {
            let ended = suppression.until <= at;
            if ended {
                kept.extend(of_suppression(suppression, &Detector::SuppressionExpired, rules));
            }
            if !matched {
                kept.extend(of_suppression(suppression, &Detector::SuppressionUnmatched, rules));
            }
        }
        kept.sort_by(Finding::order);
        self.findings = kept;
    }
}

/// A finding about the suppression itself.
fn of_suppression(suppression: &Suppression, detector: &Detector, rules: &RuleSet) -> Option<Finding> {
    let rule = rules.findings().iter().find(|rule| rule.detector == *detector)?;
    let Suppression { id, resource, reason, until, place, .. } = suppression;
    let until = super::words::moment(*until);
    let says = if *detector == Detector::SuppressionExpired { format!("ended at {until}") } else { "matches no finding".to_owned() };
    let message = format!("the suppression of `{id}` on `{resource}` {says} ({place}; reason given: {reason})");
    let evidence = Evidence::new(EvidenceKind::Question, format!("{id} {resource}"), format!("{place}: until {until}"));
    Some(Finding::of(rule, Occurrence::new(resource, message, vec![evidence])))
}
