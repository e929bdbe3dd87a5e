//! From files to a valid [`RuleSet`]: reading and overriding.

use super::entry::{Entry, FileText};
use super::keyed::{At, duplicates, overlay};
use super::{
    AttributeRule, BuiltInRole, CauseRule, CredentialRule, ErrorRule, FindingRule, FixRule, IdText, InvokeAction, KnownIssue, LookupRule,
    OperationRule, Place, RuleError, RuleErrors, RuleSet, attributes, credentials, errors, findings, fixes, lookups, operations, roles,
    texts,
};
use crate::model::{RequirementId, WarningId};
use std::collections::BTreeSet;
use std::sync::Arc;
use toml::de::DeTable;

/// The tables a rule file may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Table {
    Rule,
    Operation,
    InvokeAction,
    Role,
    Requirement,
    Warning,
    Lookup,
    Attribute,
    Finding,
    Error,
    Cause,
    KnownIssue,
    Fix,
}

impl Table {
    const ALL: [Table; 13] = [
        Table::Rule,
        Table::Operation,
        Table::InvokeAction,
        Table::Role,
        Table::Requirement,
        Table::Warning,
        Table::Lookup,
        Table::Attribute,
        Table::Finding,
        Table::Error,
        Table::Cause,
        Table::KnownIssue,
        Table::Fix,
    ];
    pub(super) fn key(self) -> &'static str {
        match self {
            Table::Rule => "rule",
            Table::Operation => "operation",
            Table::InvokeAction => "invoke_action",
            Table::Role => "role",
            Table::Requirement => "requirement",
            Table::Warning => "warning",
            Table::Lookup => "lookup",
            Table::Attribute => "attribute",
            Table::Finding => "finding",
            Table::Error => "error",
            Table::Cause => "cause",
            Table::KnownIssue => "known_issue",
            Table::Fix => "fix",
        }
    }
    pub(super) fn home(self) -> &'static str {
        match self {
            Table::Rule => "credentials.toml",
            Table::Operation | Table::InvokeAction => "operations.toml",
            Table::Role => "roles.toml",
            Table::Requirement | Table::Warning => "texts.toml",
            Table::Lookup => "lookups.toml",
            Table::Attribute => "attributes.toml",
            Table::Finding => "findings.toml",
            Table::Error | Table::Cause | Table::KnownIssue => "errors.toml",
            Table::Fix => "fixes.toml",
        }
    }
}

/// Entries as they were read, before the checks across entries.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) rules: Vec<At<CredentialRule>>,
    pub(super) operations: Vec<At<OperationRule>>,
    pub(super) invoke: Vec<At<InvokeAction>>,
    pub(super) roles: Vec<At<BuiltInRole>>,
    pub(super) requirements: Vec<At<(RequirementId, IdText)>>,
    pub(super) warnings: Vec<At<(WarningId, IdText)>>,
    pub(super) lookups: Vec<At<LookupRule>>,
    pub(super) attributes: Vec<At<AttributeRule>>,
    pub(super) findings: Vec<At<FindingRule>>,
    /// Error texts; `errors` are what is wrong with the files.
    pub(super) texts: Vec<At<ErrorRule>>,
    pub(super) causes: Vec<At<CauseRule>>,
    pub(super) issues: Vec<At<KnownIssue>>,
    pub(super) fixes: Vec<At<FixRule>>,
    pub(super) errors: Vec<RuleError>,
    /// Tables of which an entry could not be read: what seems to be missing of them may only be broken.
    pub(super) broken: BTreeSet<Table>,
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
            Table::Attribute => self.attributes.extend(attributes::read(&mut entry).map(|value| At { place, value })),
            Table::Finding => self.findings.extend(findings::read(&mut entry).map(|value| At { place, value })),
            Table::Error => self.texts.extend(errors::read_error(&mut entry).map(|value| At { place, value })),
            Table::Cause => self.causes.extend(errors::read_cause(&mut entry).map(|value| At { place, value })),
            Table::KnownIssue => self.issues.extend(errors::read_issue(&mut entry).map(|value| At { place, value })),
            Table::Fix => self.fixes.extend(fixes::read(&mut entry).map(|value| At { place, value })),
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
        duplicates(&self.attributes, &mut errors);
        duplicates(&self.findings, &mut errors);
        duplicates(&self.texts, &mut errors);
        duplicates(&self.causes, &mut errors);
        duplicates(&self.issues, &mut errors);
        duplicates(&self.fixes, &mut errors);
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
            attributes: unplaced(rules.attributes.iter().cloned()),
            findings: unplaced(rules.findings.iter().cloned()),
            texts: unplaced(rules.errors.iter().cloned()),
            causes: unplaced(rules.causes.values().cloned()),
            issues: unplaced(rules.issues.iter().cloned()),
            fixes: unplaced(rules.fixes.iter().cloned()),
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
        overlay(&mut self.attributes, over.attributes);
        overlay(&mut self.findings, over.findings);
        overlay(&mut self.texts, over.texts);
        overlay(&mut self.causes, over.causes);
        overlay(&mut self.issues, over.issues);
        overlay(&mut self.fixes, over.fixes);
        self.errors.extend(over.errors);
        self.broken.extend(over.broken);
    }

    fn finish(mut self) -> Result<RuleSet, RuleErrors> {
        self.check();
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
            attributes: self.attributes.into_iter().map(|at| at.value).collect(),
            findings: self.findings.into_iter().map(|at| at.value).collect(),
            errors: self.texts.into_iter().map(|at| at.value).collect(),
            causes: self.causes.into_iter().map(|at| (at.value.cause, at.value)).collect(),
            issues: self.issues.into_iter().map(|at| at.value).collect(),
            fixes: self.fixes.into_iter().map(|at| at.value).collect(),
        })
    }
}

fn unplaced<T>(values: impl Iterator<Item = T>) -> Vec<At<T>> {
    let place = Place { file: Arc::from("the rules that are overridden"), line: 0 };
    values.map(|value| At { place: place.clone(), value }).collect()
}
