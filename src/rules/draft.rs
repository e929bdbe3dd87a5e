//! From files to a valid [`RuleSet`]: reading, overriding, and the checks that need more than one entry.

use super::credentials::asks_for_credential;
use super::entry::{Entry, FileText};
use super::words::{Word, store_word};
use super::{
    BuiltInRole, CredentialRule, IdText, InvokeAction, LookupRule, OnMissing, OperationRule, Place, RuleError, RuleErrors, RuleSet,
    credentials, lookups, operations, roles, texts,
};
use crate::model::{Edition, InputSource, Operation, RequirementId, StoreKind, WarningId, What};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use toml::de::DeTable;

/// The tables a rule file may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Table {
    Rule,
    Operation,
    InvokeAction,
    Role,
    Requirement,
    Warning,
    Lookup,
}

impl Table {
    const ALL: [Table; 7] =
        [Table::Rule, Table::Operation, Table::InvokeAction, Table::Role, Table::Requirement, Table::Warning, Table::Lookup];
    fn key(self) -> &'static str {
        match self {
            Table::Rule => "rule",
            Table::Operation => "operation",
            Table::InvokeAction => "invoke_action",
            Table::Role => "role",
            Table::Requirement => "requirement",
            Table::Warning => "warning",
            Table::Lookup => "lookup",
        }
    }
    fn home(self) -> &'static str {
        match self {
            Table::Rule => "credentials.toml",
            Table::Operation | Table::InvokeAction => "operations.toml",
            Table::Role => "roles.toml",
            Table::Requirement | Table::Warning => "texts.toml",
            Table::Lookup => "lookups.toml",
        }
    }
}

/// What tells two entries of a table apart.
trait Keyed {
    type Key: Ord;
    fn key(&self) -> Self::Key;
    fn label(&self) -> String;
}
impl Keyed for CredentialRule {
    type Key = (String, Edition);
    fn key(&self) -> Self::Key {
        (self.id.clone(), self.edition)
    }
    fn label(&self) -> String {
        format!("rule `{}` of edition `{}`", self.id, self.edition)
    }
}
impl Keyed for OperationRule {
    type Key = (StoreKind, Operation);
    fn key(&self) -> Self::Key {
        (self.store, self.operation)
    }
    fn label(&self) -> String {
        format!("operation `{}` on store `{}`", self.operation, store_word(self.store))
    }
}
impl Keyed for InvokeAction {
    type Key = String;
    fn key(&self) -> Self::Key {
        self.action.key().to_owned()
    }
    fn label(&self) -> String {
        format!("invoke action `{}`", self.action)
    }
}
impl Keyed for BuiltInRole {
    type Key = String;
    fn key(&self) -> Self::Key {
        self.definition.id.key().to_owned()
    }
    fn label(&self) -> String {
        format!("role `{}`", self.definition.id)
    }
}
impl<Id: Word + Ord> Keyed for (Id, IdText) {
    type Key = Id;
    fn key(&self) -> Id {
        self.0
    }
    fn label(&self) -> String {
        let word = Id::words().into_iter().find(|(id, _)| *id == self.0).map(|(_, word)| word);
        format!("{} `{}`", Id::NAME, word.unwrap_or_default())
    }
}
impl Keyed for LookupRule {
    type Key = What;
    fn key(&self) -> What {
        self.what
    }
    fn label(&self) -> String {
        format!("lookup `{}`", self.what)
    }
}

/// An entry and where it stands.
struct At<T> {
    place: Place,
    value: T,
}

/// Entries as they were read, before the checks across entries.
#[derive(Default)]
struct Draft {
    rules: Vec<At<CredentialRule>>,
    operations: Vec<At<OperationRule>>,
    invoke: Vec<At<InvokeAction>>,
    roles: Vec<At<BuiltInRole>>,
    requirements: Vec<At<(RequirementId, IdText)>>,
    warnings: Vec<At<(WarningId, IdText)>>,
    lookups: Vec<At<LookupRule>>,
    errors: Vec<RuleError>,
    /// Tables of which an entry could not be read: what seems to be missing of them may only be broken.
    broken: BTreeSet<Table>,
}

impl RuleSet {
    /// Reads rule files, name and text each. Any file may hold any table; names only serve error texts.
    ///
    /// # Errors
    /// Every error of every file at once, with file and line.
    pub fn parse(files: &[(&str, &str)]) -> Result<RuleSet, RuleErrors> {
        Draft::read(files).finish()
    }

    /// These rules with those of `files` in place of, or besides, their own: an entry of the same id replaces.
    ///
    /// # Errors
    /// Every error of every file at once, and what the whole lacks or has twice then.
    pub fn with_overrides(&self, files: &[(&str, &str)]) -> Result<RuleSet, RuleErrors> {
        let mut draft = Draft::of(self);
        draft.overlay(Draft::read(files));
        draft.finish()
    }
}

impl Draft {
    fn read(files: &[(&str, &str)]) -> Self {
        let mut draft = Draft::default();
        for (name, text) in files {
            draft.read_file(&FileText::new(name, text), text);
        }
        draft.duplicates();
        draft
    }

    fn read_file(&mut self, file: &FileText, text: &str) {
        let (document, faults) = DeTable::parse_recoverable(text);
        if !faults.is_empty() {
            // One fault often makes the parser stumble on over the rest of the line.
            let mut lines = BTreeSet::new();
            for fault in faults {
                let place = file.place(fault.span().map_or(0, |span| span.start));
                if lines.insert(place.line) {
                    self.errors.push(RuleError::new(&place, format!("not valid TOML: {}", fault.message())));
                }
            }
            self.broken.extend(Table::ALL);
            return;
        }
        for (key, value) in document.get_ref() {
            let name: &str = key.get_ref();
            let Some(table) = Table::ALL.into_iter().find(|table| table.key() == name) else {
                let known = Table::ALL.map(Table::key).join("`, `");
                let message = format!("unknown key `{name}`; a rule file holds lists of `{known}`");
                self.errors.push(RuleError::new(&file.start(&key.span()), message));
                continue;
            };
            let Some(items) = value.get_ref().as_array() else {
                self.errors.push(RuleError::new(&file.start(&key.span()), format!("write `{name}` as [[{name}]]")));
                self.broken.insert(table);
                continue;
            };
            for item in items {
                match item.get_ref().as_table() {
                    Some(fields) => self.read_entry(table, Entry::new(file, fields, &item.span())),
                    None => {
                        self.errors.push(RuleError::new(&file.start(&item.span()), format!("write `{name}` as [[{name}]]")));
                        self.broken.insert(table);
                    }
                }
            }
        }
    }

    fn read_entry(&mut self, table: Table, mut entry: Entry<'_, '_>) {
        let place = entry.place().clone();
        match table {
            Table::Rule => self.rules.extend(credentials::read(&mut entry).map(|value| At { place, value })),
            Table::Operation => self.operations.extend(operations::read_operation(&mut entry).map(|value| At { place, value })),
            Table::InvokeAction => self.invoke.extend(operations::read_invoke(&mut entry).map(|value| At { place, value })),
            Table::Role => self.roles.extend(roles::read(&mut entry).map(|value| At { place, value })),
            Table::Requirement => self.requirements.extend(texts::read(&mut entry).map(|value| At { place, value })),
            Table::Warning => self.warnings.extend(texts::read(&mut entry).map(|value| At { place, value })),
            Table::Lookup => self.lookups.extend(lookups::read(&mut entry).map(|value| At { place, value })),
        }
        let errors = entry.finish();
        if !errors.is_empty() {
            self.broken.insert(table);
            self.errors.extend(errors);
        }
    }

    fn duplicates(&mut self) {
        let mut errors = Vec::new();
        duplicates(&self.rules, &mut errors);
        duplicates(&self.operations, &mut errors);
        duplicates(&self.invoke, &mut errors);
        duplicates(&self.roles, &mut errors);
        duplicates(&self.requirements, &mut errors);
        duplicates(&self.warnings, &mut errors);
        duplicates(&self.lookups, &mut errors);
        self.errors.extend(errors);
    }

    /// The entries of valid rules, to be overridden.
    fn of(rules: &RuleSet) -> Self {
        Draft {
            rules: unplaced(rules.credentials.iter().cloned()),
            operations: unplaced(rules.operations.iter().cloned()),
            invoke: unplaced(rules.invoke.iter().cloned()),
            roles: unplaced(rules.roles.values().cloned()),
            requirements: unplaced(rules.requirements.iter().map(|(id, text)| (*id, text.clone()))),
            warnings: unplaced(rules.warnings.iter().map(|(id, text)| (*id, text.clone()))),
            lookups: unplaced(rules.lookups.values().cloned()),
            errors: Vec::new(),
            broken: BTreeSet::new(),
        }
    }

    fn overlay(&mut self, over: Draft) {
        overlay(&mut self.rules, over.rules);
        overlay(&mut self.operations, over.operations);
        overlay(&mut self.invoke, over.invoke);
        overlay(&mut self.roles, over.roles);
        overlay(&mut self.requirements, over.requirements);
        overlay(&mut self.warnings, over.warnings);
        overlay(&mut self.lookups, over.lookups);
        self.errors.extend(over.errors);
        self.broken.extend(over.broken);
    }

    fn finish(mut self) -> Result<RuleSet, RuleErrors> {
        self.check_rules();
        self.check_operations();
        self.check_invoke();
        self.check_role_names();
        self.check_texts();
        let errors = std::mem::take(&mut self.errors);
        RuleErrors::check(errors)?;
        Ok(RuleSet {
            credentials: self.rules.into_iter().map(|at| at.value).collect(),
            operations: self.operations.into_iter().map(|at| at.value).collect(),
            invoke: self.invoke.into_iter().map(|at| at.value).collect(),
            roles: self.roles.into_iter().map(|at| (at.value.definition.id.clone(), at.value)).collect(),
            requirements: self.requirements.into_iter().map(|at| at.value).collect(),
            warnings: self.warnings.into_iter().map(|at| at.value).collect(),
            lookups: self.lookups.into_iter().map(|at| (at.value.what, at.value)).collect(),
        })
    }
}

/// Checks across entries.
impl Draft {
    fn lacks(&mut self, table: Table, last: Option<Place>, message: String) {
        if !self.broken.contains(&table) {
            let place = last.unwrap_or_else(|| Place { file: Arc::from(table.home()), line: 0 });
            self.errors.push(RuleError::new(&place, message));
        }
    }

    /// Exactly one row for every input, credential and edition; one meaning for every id.
    fn check_rules(&mut self) {
        let mut found = Vec::new();
        for edition in Edition::ALL {
            for input in InputSource::ALL {
                let credentials: &[Option<bool>] = if asks_for_credential(*input) { &[Some(true), Some(false)] } else { &[None] };
                for credential in credentials {
                    let asked = (*edition, *input, *credential);
                    let matching: Vec<&At<CredentialRule>> =
                        self.rules.iter().filter(|row| (row.value.edition, row.value.input, row.value.credential) == asked).collect();
                    found.push((asked, matching.iter().map(|row| (row.place.clone(), row.value.id.clone())).collect::<Vec<_>>()));
                }
            }
        }
        let last = last_place(&self.rules);
        for ((edition, input, credential), rows) in found {
            let asked = format!("input `{input}`{} in edition `{edition}`", credential_words(credential));
            match rows.as_slice() {
                [] => self.lacks(Table::Rule, last.clone(), format!("no rule matches {asked}; add a [[rule]]")),
                [_] => {}
                [(first_place, first), others @ ..] => {
                    for (place, id) in others.iter().filter(|(_, id)| id != first) {
                        let (here, there) = if place.line == 0 { (first_place, place) } else { (place, first_place) };
                        let message = format!("rules `{first}` and `{id}` ({there}) both match {asked}; exactly one must");
                        self.errors.push(RuleError::new(here, message));
                    }
                }
            }
        }
        if !self.broken.contains(&Table::Rule) {
            self.check_rule_ids();
        }
    }

    /// A row id stands for one kind of input in every edition.
    fn check_rule_ids(&mut self) {
        let mut meanings: BTreeMap<&str, &At<CredentialRule>> = BTreeMap::new();
        for row in &self.rules {
            let first = *meanings.entry(&row.value.id).or_insert(row);
            if (first.value.input, first.value.credential) != (row.value.input, row.value.credential) {
                let (here, there) = if row.place.line == 0 { (first, row) } else { (row, first) };
                let message = format!(
                    "rule `{}` speaks of input `{}`{}, but in edition `{}` ({}) of input `{}`{}",
                    here.value.id,
                    here.value.input,
                    credential_words(here.value.credential),
                    there.value.edition,
                    there.place,
                    there.value.input,
                    credential_words(there.value.credential),
                );
                self.errors.push(RuleError::new(&here.place, message));
            }
        }
    }

    fn check_operations(&mut self) {
        let last = last_place(&self.operations);
        for (store, word) in StoreKind::words() {
            for operation in Operation::ALL {
                if !self.operations.iter().any(|rule| rule.value.key() == (store, *operation)) {
                    let message = format!("no entry for operation `{operation}` on store `{word}`; add an [[operation]]");
                    self.lacks(Table::Operation, last.clone(), message);
                }
            }
        }
    }

    /// Without an action that denies, whoever asks could invoke; a group of alternatives has one effect.
    fn check_invoke(&mut self) {
        let last = last_place(&self.invoke);
        for effect in [OnMissing::Deny, OnMissing::Credential] {
            if !self.invoke.iter().any(|action| action.value.on_missing == effect) {
                let message = format!("no invoke action with on_missing `{}`; add an [[invoke_action]]", effect.as_str());
                self.lacks(Table::InvokeAction, last.clone(), message);
            }
        }
        let mut groups: BTreeMap<&str, &At<InvokeAction>> = BTreeMap::new();
        for action in &self.invoke {
            let Some(group) = &action.value.any_of else { continue };
            let first = *groups.entry(group).or_insert(action);
            if first.value.on_missing != action.value.on_missing {
                let here = if action.place.line == 0 { first } else { action };
                let message = format!("alternatives of group `{group}` differ in `on_missing`; they must have the same");
                self.errors.push(RuleError::new(&here.place, message));
            }
        }
    }

    fn check_role_names(&mut self) {
        let mut names: BTreeMap<String, &At<BuiltInRole>> = BTreeMap::new();
        for role in &self.roles {
            let first = *names.entry(role.value.definition.name.to_lowercase()).or_insert(role);
            if first.value.definition.id != role.value.definition.id {
                let (here, there) = if role.place.line == 0 { (first, role) } else { (role, first) };
                let message =
                    format!("role name `{}` is also that of {} ({})", here.value.definition.name, there.value.label(), there.place);
                self.errors.push(RuleError::new(&here.place, message));
            }
        }
    }

    fn check_texts(&mut self) {
        let missing = missing_ids(&self.requirements.iter().map(|at| at.value.0).collect());
        let last = last_place(&self.requirements);
        for id in missing {
            self.lacks(Table::Requirement, last.clone(), format!("no text for requirement `{id}`; add a [[requirement]]"));
        }
        let missing = missing_ids(&self.warnings.iter().map(|at| at.value.0).collect());
        let last = last_place(&self.warnings);
        for id in missing {
            self.lacks(Table::Warning, last.clone(), format!("no text for warning `{id}`; add a [[warning]]"));
        }
        let missing = missing_ids(&self.lookups.iter().map(|at| at.value.what).collect());
        let last = last_place(&self.lookups);
        for id in missing {
            self.lacks(Table::Lookup, last.clone(), format!("no command for look-up `{id}`; add a [[lookup]]"));
        }
    }
}

fn missing_ids<Id: Word + Ord>(present: &BTreeSet<Id>) -> Vec<&'static str> {
    Id::words().into_iter().filter(|(id, _)| !present.contains(id)).map(|(_, word)| word).collect()
}

fn credential_words(credential: Option<bool>) -> &'static str {
    match credential {
        Some(true) => " with a stored credential",
        Some(false) => " without a stored credential",
        None => "",
    }
}

fn last_place<T>(entries: &[At<T>]) -> Option<Place> {
    entries.iter().map(|entry| &entry.place).rfind(|place| place.line > 0).cloned()
}

fn unplaced<T>(values: impl Iterator<Item = T>) -> Vec<At<T>> {
    let place = Place { file: Arc::from("the rules that are overridden"), line: 0 };
    values.map(|value| At { place: place.clone(), value }).collect()
}

fn duplicates<T: Keyed>(entries: &[At<T>], errors: &mut Vec<RuleError>) {
    let mut seen: BTreeMap<T::Key, &Place> = BTreeMap::new();
    for entry in entries {
        match seen.get(&entry.value.key()) {
            Some(first) => errors.push(RuleError::new(&entry.place, format!("{} is defined twice, first at {first}", entry.value.label()))),
            None => {
                seen.insert(entry.value.key(), &entry.place);
            }
        }
    }
}

/// Puts each entry of `over` in the place of the one with its key, or at the end.
fn overlay<T: Keyed>(base: &mut Vec<At<T>>, over: Vec<At<T>>) {
    let mut index: BTreeMap<T::Key, usize> = base.iter().enumerate().map(|(at, entry)| (entry.value.key(), at)).collect();
    for entry in over {
        let key = entry.value.key();
        match index.get(&key).and_then(|at| base.get_mut(*at)) {
            Some(slot) => *slot = entry,
            None => {
                index.insert(key, base.len());
                base.push(entry);
            }
        }
    }
}
