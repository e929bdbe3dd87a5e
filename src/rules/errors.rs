//! `[[error]]`, `[[cause]]` and `[[known_issue]]`: texts that say access was denied, and what can be behind them.

use super::draft::{Draft, Table};
use super::entry::Entry;
use super::keyed::{At, Keyed};
use super::words::Word;
use super::{Place, Provenance, RuleError, RuleSet};
use crate::model::{Cause, ErrorLayer};
use std::collections::{BTreeMap, BTreeSet};

/// How an error that wraps others stands to what it wraps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wrapper {
    /// Its causes count only where nothing more telling stands near.
    Yields,
    /// It only stands in where nothing else says more, and is left out otherwise.
    Fallback,
    /// Its causes come before those of what it wraps: it says what the inner text cannot know.
    Leads,
}

/// A cause in its rank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RankedCause {
    /// Which.
    pub cause: Cause,
    /// Why this text points to it; `None`: the cause's own title says enough.
    pub why: Option<String>,
}

/// Causes of an error where its text says more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorCase {
    /// Texts, any one of which near the error makes this case; case does not count.
    pub when: Vec<String>,
    /// What it means then; `None`: as the error.
    pub title: Option<String>,
    /// Causes, likeliest first.
    pub causes: Vec<RankedCause>,
}

/// Something to know about an error besides its causes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorNotice {
    /// Short name.
    pub id: String,
    /// What to know.
    pub says: String,
}

/// A text that says access was denied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorRule {
    /// The code, or a short name where the text has none.
    pub code: String,
    /// Who says it.
    pub layer: ErrorLayer,
    /// Whether it wraps other errors, and how it stands to them.
    pub wrapper: Option<Wrapper>,
    /// What it means, one sentence.
    pub title: String,
    /// Texts that are telling by themselves; case and the kind of white space do not count. A final `*` lets the word go on.
    pub patterns: Vec<String>,
    /// Texts that are telling only where one of `near` stands near.
    pub words: Vec<String>,
    /// Company that `words` need.
    pub near: Vec<String>,
    /// Causes, likeliest first.
    pub causes: Vec<RankedCause>,
    /// Causes where the text says more: the first case that fits stands in place of `causes`.
    pub cases: Vec<ErrorCase>,
    /// What to know besides.
    pub notices: Vec<ErrorNotice>,
    /// Source.
    pub provenance: Provenance,
}

/// What a cause means, and how to find it out by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CauseRule {
    /// Which.
    pub cause: Cause,
    /// What is the matter, one sentence.
    pub title: String,
    /// What to look at.
    pub check: String,
    /// Source.
    pub provenance: Provenance,
}

/// A defect of the platform that looks like a missing permission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownIssue {
    /// Short name.
    pub id: String,
    /// Codes of the errors it shows as.
    pub codes: Vec<String>,
    /// What is the matter, one sentence.
    pub title: String,
    /// What helps until it is mended.
    pub way_out: String,
    /// Source.
    pub provenance: Provenance,
}

impl Keyed for ErrorRule {
    type Key = String;
    fn key(&self) -> String {
        self.code.to_lowercase()
    }
    fn label(&self) -> String {
        format!("error `{}`", self.code)
    }
}
impl Keyed for CauseRule {
    type Key = Cause;
    fn key(&self) -> Cause {
        self.cause
    }
    fn label(&self) -> String {
        format!("cause `{}`", self.cause)
    }
}
impl Keyed for KnownIssue {
    type Key = String;
    fn key(&self) -> String {
        self.id.to_lowercase()
    }
    fn label(&self) -> String {
        format!("known issue `{}`", self.id)
    }
}

/// Shortest text that errors are recognised by: shorter ones stand in any log.
const SHORTEST: usize = 6;

pub(super) fn read_error(entry: &mut Entry<'_, '_>) -> Option<ErrorRule> {
    let code = entry.text("code");
    let layer = entry.word("layer");
    let wrapper = entry.optional_word("wrapper");
    let title = entry.text("title");
    let patterns = entry.texts("patterns");
    let words = entry.texts("words");
    let near = entry.texts("near");
    let causes = ranked(entry);
    let cases = entry.tables("case", read_case);
    let notices = entry.tables("notices", |notice| {
        let (id, says) = (notice.text("id"), notice.text("says"));
        Some(ErrorNotice { id: id?, says: says? })
    });
    let provenance = entry.provenance();
    if entry.is_clean() && patterns.is_empty() && words.is_empty() {
        entry.wrong("neither `patterns` nor `words`: nothing would recognise it");
    }
    if words.is_empty() != near.is_empty() {
        entry.wrong("`words` and `near` belong together: words that say little need company");
    }
    for (key, texts) in [("patterns", &patterns), ("words", &words)] {
        if let Some(short) = texts.iter().find(|text| text.trim_end_matches('*').len() < SHORTEST) {
            entry.wrong_at(key, format!("`{short}` is too short to tell an error by; write at least {SHORTEST} characters"));
        }
    }
    Some(ErrorRule {
        code: code?,
        layer: layer?,
        wrapper,
        title: title?,
        patterns,
        words,
        near,
        causes,
        cases,
        notices,
        provenance: provenance?,
    })
}

fn read_case(entry: &mut Entry<'_, '_>) -> Option<ErrorCase> {
    let when = entry.texts("when");
    let title = entry.optional_text("title");
    let causes = ranked(entry);
    if when.is_empty() {
        entry.wrong("`when` is missing or empty: say which text makes this case");
    }
    Some(ErrorCase { when, title, causes })
}

/// `causes`, not empty, none twice.
fn ranked(entry: &mut Entry<'_, '_>) -> Vec<RankedCause> {
    let causes = entry.tables("causes", |item| {
        let (cause, why) = (item.word("cause"), item.optional_text("why"));
        Some(RankedCause { cause: cause?, why })
    });
    if causes.is_empty() {
        entry.wrong("`causes` is missing or empty; write it as a list of { cause = \"…\", why = \"…\" }");
    }
    let mut seen = BTreeSet::new();
    if let Some(twice) = causes.iter().find(|ranked| !seen.insert(ranked.cause)) {
        entry.wrong_at("causes", format!("cause `{}` is named twice", twice.cause));
    }
    causes
}

pub(super) fn read_cause(entry: &mut Entry<'_, '_>) -> Option<CauseRule> {
    let cause = entry.word("id");
    let title = entry.text("title");
    let check = entry.text("check");
    let provenance = entry.provenance();
    Some(CauseRule { cause: cause?, title: title?, check: check?, provenance: provenance? })
}

pub(super) fn read_issue(entry: &mut Entry<'_, '_>) -> Option<KnownIssue> {
    let id = entry.text("id");
    let codes = entry.texts("codes");
    let title = entry.text("title");
    let way_out = entry.text("way_out");
    let provenance = entry.provenance();
    if codes.is_empty() {
        entry.wrong("`codes` is missing or empty: say which errors it shows as");
    }
    Some(KnownIssue { id: id?, codes, title: title?, way_out: way_out?, provenance: provenance? })
}

impl Draft {
    /// Every cause has its text, every text is told by one error only, every known issue shows as an error that exists.
    pub(super) fn check_errors(&mut self) {
        let last = self.causes.iter().map(|at| &at.place).rfind(|place| place.line > 0).cloned();
        let known: BTreeSet<Cause> = self.causes.iter().map(|at| at.value.cause).collect();
        for (_, word) in Cause::words().into_iter().filter(|(cause, _)| !known.contains(cause)) {
            self.lacks(Table::Cause, last.clone(), format!("no text for cause `{word}`; add a [[cause]]"));
        }
        self.errors.extend(same_pattern(&self.texts));
        if self.broken.contains(&Table::Error) {
            return;
        }
        let codes: BTreeSet<String> = self.texts.iter().map(|at| at.value.key()).collect();
        for issue in &self.issues {
            for code in issue.value.codes.iter().filter(|code| !codes.contains(&code.to_lowercase())) {
                let message = format!("known issue `{}` shows as `{code}`, which is no [[error]]", issue.value.id);
                self.errors.push(RuleError::new(&issue.place, message));
            }
        }
    }
}

/// Two errors told by one text.
fn same_pattern(errors: &[At<ErrorRule>]) -> Vec<RuleError> {
    let mut seen: BTreeMap<String, &At<ErrorRule>> = BTreeMap::new();
    let mut wrong = Vec::new();
    for error in errors {
        for pattern in &error.value.patterns {
            let first = *seen.entry(pattern.to_lowercase()).or_insert(error);
            if first.value.code != error.value.code {
                let (here, there): (&Place, &At<ErrorRule>) =
                    if error.place.line == 0 { (&first.place, error) } else { (&error.place, first) };
                let message = format!("`{pattern}` tells {} too ({})", there.value.label(), there.place);
                wrong.push(RuleError::new(here, message));
            }
        }
    }
    wrong
}

impl RuleSet {
    /// Every error text, in file order.
    pub fn errors(&self) -> &[ErrorRule] {
        &self.errors
    }
    /// The error of a code, in any case.
    pub fn error(&self, code: &str) -> Option<&ErrorRule> {
        self.errors.iter().find(|rule| rule.code.eq_ignore_ascii_case(code))
    }
    /// What a cause means.
    pub fn cause(&self, cause: Cause) -> Option<&CauseRule> {
        self.causes.get(&cause)
    }
    /// Every cause's text, requirements first.
    pub fn causes(&self) -> impl Iterator<Item = &CauseRule> {
        self.causes.values()
    }
    /// Every known issue, in file order.
    pub fn known_issues(&self) -> &[KnownIssue] {
        &self.issues
    }
}
