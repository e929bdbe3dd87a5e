//! One entry of a rule file: typed access to its keys that collects every error instead of stopping at the first.

use super::{Place, Provenance, RuleError, Word};
use crate::model::{Action, ActionPattern};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A rule file, and where its lines begin.
#[derive(Debug)]
pub(super) struct FileText {
    name: Arc<str>,
    line_ends: Vec<usize>,
}

impl FileText {
    pub(super) fn new(name: &str, text: &str) -> Self {
        FileText { name: Arc::from(name), line_ends: text.match_indices('\n').map(|(at, _)| at).collect() }
    }
    /// The line that byte `at` lies in.
    pub(super) fn place(&self, at: usize) -> Place {
        Place { file: Arc::clone(&self.name), line: self.line_ends.partition_point(|end| *end < at) + 1 }
    }
    /// The line a span begins in.
    pub(super) fn start(&self, span: &Range<usize>) -> Place {
        self.place(span.start)
    }
}

type Value<'i> = Spanned<DeValue<'i>>;

/// A table of a rule file while it is being read. Keys that nobody asked for are errors of [`Entry::finish`].
#[derive(Debug)]
pub(super) struct Entry<'a, 'i> {
    file: &'a FileText,
    table: &'a DeTable<'i>,
    place: Place,
    asked: Vec<&'static str>,
    errors: Vec<RuleError>,
}

impl<'a, 'i> Entry<'a, 'i> {
    pub(super) fn new(file: &'a FileText, table: &'a DeTable<'i>, span: &Range<usize>) -> Self {
        Entry { file, table, place: file.start(span), asked: Vec::new(), errors: Vec::new() }
    }

    /// Line of the entry's head.
    pub(super) fn place(&self) -> &Place {
        &self.place
    }

    /// An error of the entry as a whole.
    pub(super) fn wrong(&mut self, message: impl Into<String>) {
        self.errors.push(RuleError::new(&self.place, message));
    }

    /// An error of one key.
    pub(super) fn wrong_at(&mut self, key: &str, message: impl Into<String>) {
        let place = self.table.get(key).map_or_else(|| self.place.clone(), |value| self.file.start(&value.span()));
        self.errors.push(RuleError::new(&place, message));
    }

    /// Whether nothing was wrong so far, so that what seems absent is not only broken.
    pub(super) fn is_clean(&self) -> bool {
        self.errors.is_empty()
    }

    /// Every error, unknown keys included.
    pub(super) fn finish(mut self) -> Vec<RuleError> {
        for key in self.table.keys() {
            let name: &str = key.get_ref();
            if !self.asked.contains(&name) {
                let known = self.asked.join("`, `");
                let message = format!("unknown key `{name}`; known here are `{known}`");
                self.errors.push(RuleError::new(&self.file.start(&key.span()), message));
            }
        }
        self.errors
    }

    fn find(&mut self, key: &'static str) -> Option<&'a Value<'i>> {
        if !self.asked.contains(&key) {
            self.asked.push(key);
        }
        self.table.get(key)
    }

    fn need(&mut self, key: &'static str) -> Option<&'a Value<'i>> {
        let found = self.find(key);
        if found.is_none() {
            self.wrong(format!("`{key}` is missing"));
        }
        found
    }

    fn bad(&mut self, value: &Value<'i>, message: impl Into<String>) {
        self.errors.push(RuleError::new(&self.file.start(&value.span()), message));
    }

    /// Text, white space folded to single blanks; empty text is an error.
    fn text_of(&mut self, key: &str, value: &'a Value<'i>) -> Option<String> {
        let Some(text) = value.get_ref().as_str() else {
            self.bad(value, format!("`{key}` must be text, not {}", value.get_ref().type_str()));
            return None;
        };
        let folded = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if folded.is_empty() {
            self.bad(value, format!("`{key}` is empty"));
            return None;
        }
        if folded.chars().any(disturbs_terminals) {
            self.bad(value, format!("`{key}` holds control or bidirectional characters; remove them"));
            return None;
        }
        Some(folded)
    }

    /// Required text.
    pub(super) fn text(&mut self, key: &'static str) -> Option<String> {
        let value = self.need(key)?;
        self.text_of(key, value)
    }

    /// Text that may be absent, but not empty.
    pub(super) fn optional_text(&mut self, key: &'static str) -> Option<String> {
        let value = self.find(key)?;
        self.text_of(key, value)
    }

    /// True or false, or absent.
    pub(super) fn optional_flag(&mut self, key: &'static str) -> Option<bool> {
        let value = self.find(key)?;
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.bad(value, format!("`{key}` must be true or false, not {}", value.get_ref().type_str()));
        }
        flag
    }

    fn word_of<T: Word>(&mut self, key: &str, value: &'a Value<'i>) -> Option<T> {
        let text = self.text_of(key, value)?;
        let found = T::from_word(&text);
        if found.is_none() {
            let known: Vec<&str> = T::words().into_iter().map(|(_, word)| word).collect();
            self.bad(value, format!("unknown {} `{text}`; known are `{}`", T::NAME, known.join("`, `")));
        }
        found
    }

    /// Required word of an enum.
    pub(super) fn word<T: Word>(&mut self, key: &'static str) -> Option<T> {
        let value = self.need(key)?;
        self.word_of(key, value)
    }

    /// Word of an enum that may be absent.
    pub(super) fn optional_word<T: Word>(&mut self, key: &'static str) -> Option<T> {
        let value = self.find(key)?;
        self.word_of(key, value)
    }

    /// Required whole number within `range`.
    pub(super) fn whole_number(&mut self, key: &'static str, range: std::ops::RangeInclusive<i64>) -> Option<i64> {
        let value = self.need(key)?;
        let number = value.get_ref().as_integer().and_then(|number| i64::from_str_radix(number.as_str(), number.radix()).ok());
        let found = number.filter(|number| range.contains(number));
        if found.is_none() {
            self.bad(value, format!("`{key}` must be a whole number from {} to {}", range.start(), range.end()));
        }
        found
    }

    fn items(&mut self, key: &str, value: &'a Value<'i>) -> Vec<&'a Value<'i>> {
        match value.get_ref().as_array() {
            Some(items) => items.iter().collect(),
            None => {
                self.bad(value, format!("`{key}` must be a list, not {}", value.get_ref().type_str()));
                Vec::new()
            }
        }
    }

    fn words_of<T: Word + PartialEq>(&mut self, key: &str, value: &'a Value<'i>) -> Option<Vec<T>> {
        let items = self.items(key, value);
        let mut words = Vec::new();
        for item in &items {
            if let Some(word) = self.word_of::<T>(key, item) {
                if words.contains(&word) {
                    self.bad(item, format!("`{key}` names a {} twice", T::NAME));
                }
                words.push(word);
            }
        }
        if items.is_empty() {
            self.bad(value, format!("`{key}` is empty"));
        }
        (!words.is_empty() && words.len() == items.len()).then_some(words)
    }

    /// Required list of words, not empty, none twice.
    pub(super) fn words<T: Word + PartialEq>(&mut self, key: &'static str) -> Option<Vec<T>> {
        let value = self.need(key)?;
        self.words_of(key, value)
    }

    fn map_at(&mut self, key: &str, value: &'a Value<'i>) -> Option<&'a DeTable<'i>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.bad(value, format!("`{key}` must be a table, not {}", value.get_ref().type_str()));
        }
        table
    }

    /// Required table from words to lists of words.
    pub(super) fn word_map<K: Word + Ord, T: Word + PartialEq>(&mut self, key: &'static str) -> Option<BTreeMap<K, Vec<T>>> {
        let value = self.need(key)?;
        let table = self.map_at(key, value)?;
        let mut map = BTreeMap::new();
        for (name, item) in table {
            let text: &str = name.get_ref();
            match K::from_word(text) {
                Some(word) => map.extend(self.words_of(text, item).map(|words| (word, words))),
                None => {
                    let known: Vec<&str> = K::words().into_iter().map(|(_, word)| word).collect();
                    self.bad(item, format!("unknown {} `{text}`; known are `{}`", K::NAME, known.join("`, `")));
                }
            }
        }
        (map.len() == table.len()).then_some(map)
    }

    /// Table of texts by free names; absent means empty.
    pub(super) fn text_map(&mut self, key: &'static str) -> BTreeMap<String, String> {
        let mut map = BTreeMap::new();
        let Some(table) = self.find(key).and_then(|value| self.map_at(key, value)) else {
            return map;
        };
        for (name, item) in table {
            let text: &str = name.get_ref();
            if let Some(value) = self.text_of(text, item) {
                map.insert(text.to_owned(), value);
            }
        }
        map
    }

    /// List of texts; absent means empty.
    pub(super) fn texts(&mut self, key: &'static str) -> Vec<String> {
        let Some(value) = self.find(key) else {
            return Vec::new();
        };
        let items = self.items(key, value);
        items.into_iter().filter_map(|item| self.text_of(key, item)).collect()
    }

    /// One operation, without wildcard.
    pub(super) fn action(&mut self, key: &'static str) -> Option<Action> {
        let value = self.need(key)?;
        let text = self.text_of(key, value)?;
        if let Some(fault) = action_fault(&text, false) {
            self.bad(value, format!("`{text}` is no action: {fault}"));
            return None;
        }
        Some(Action::new(&text))
    }

    /// Patterns of a role; absent means none.
    pub(super) fn patterns(&mut self, key: &'static str) -> Vec<ActionPattern> {
        let Some(value) = self.find(key) else {
            return Vec::new();
        };
        let items = self.items(key, value);
        let mut patterns = Vec::new();
        for item in items {
            let Some(text) = self.text_of(key, item) else { continue };
            match action_fault(&text, true) {
                Some(fault) => self.bad(item, format!("`{text}` is no action or pattern: {fault}")),
                None => patterns.push(ActionPattern::new(&text)),
            }
        }
        patterns
    }

    /// `source` and `retrieved`, both required.
    pub(super) fn provenance(&mut self) -> Option<Provenance> {
        let source = self.text("source");
        let retrieved = self.date("retrieved");
        Some(Provenance { source: source?, retrieved: retrieved? })
    }

    fn date(&mut self, key: &'static str) -> Option<String> {
        let value = self.need(key)?;
        let text = match value.get_ref().as_datetime() {
            Some(date) => date.to_string(),
            None => self.text_of(key, value)?,
        };
        let format = time::macros::format_description!("[year]-[month]-[day]");
        if time::Date::parse(&text, format).is_err() {
            self.bad(value, format!("`{key}` is no date: `{text}`; write it as YYYY-MM-DD"));
            return None;
        }
        Some(text)
    }

    /// The tables of a list, each read by `read`; absent means none.
    pub(super) fn tables<T>(&mut self, key: &'static str, mut read: impl FnMut(&mut Entry<'a, 'i>) -> Option<T>) -> Vec<T> {
        let Some(value) = self.find(key) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for item in self.items(key, value) {
            let Some(table) = self.map_at(key, item) else { continue };
            let mut entry = Entry::new(self.file, table, &item.span());
            found.extend(read(&mut entry));
            self.errors.extend(entry.finish());
        }
        found
    }
}

/// Control characters and bidirectional marks: rules are printed as they are.
fn disturbs_terminals(c: char) -> bool {
    c.is_control() || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What is wrong with the spelling of an action or pattern.
fn action_fault(text: &str, wildcards: bool) -> Option<&'static str> {
    if text == "*" && wildcards {
        return None;
    }
    if text.contains('*') && !wildcards {
        return Some("wildcards are not allowed here");
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '-' | '_' | '*');
    if !text.chars().all(plain) {
        return Some("only letters, digits, `.`, `-`, `_`, `/` and `*` are allowed");
    }
    if text.split('/').any(str::is_empty) {
        return Some("it has an empty segment");
    }
    let least = if wildcards { 2 } else { 3 };
    (text.split('/').count() < least).then_some("it must read Provider/type/verb")
}
