//! The checks that need more than one entry.

use super::credentials::asks_for_credential;
use super::draft::{Draft, Table};
use super::keyed::{At, Keyed};
use super::words::Word;
use super::{BuiltInRole, CredentialRule, Detector, FixRule, InvokeAction, OnMissing, Place, RuleError};
use crate::model::{Edition, InputSource, Operation, StoreKind};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl Draft {
    /// Every check across entries.
    pub(super) fn check(&mut self) {
        self.check_rules();
        self.check_operations();
        self.check_invoke();
        self.check_role_names();
        self.check_texts();
        self.check_findings();
        self.check_errors();
        self.check_fixes();
    }

    /// A fix grants a role that the rules know.
    fn check_fixes(&mut self) {
        let known: BTreeSet<_> = self.roles.iter().map(|role| &role.value.definition.id).collect();
        let unknown = |fix: &At<FixRule>| {
            let role = fix.value.role.as_ref().filter(|role| !known.contains(role))?;
            Some(RuleError::new(&fix.place, format!("fix `{}` grants role `{role}`, which roles.toml does not hold", fix.value.id)))
        };
        let errors: Vec<RuleError> = self.fixes.iter().filter_map(unknown).collect();
        if !self.broken.contains(&Table::Role) {
            self.errors.extend(errors);
        }
    }

    /// What the review itself raises has exactly one name.
    fn check_findings(&mut self) {
        let last = last_place(&self.findings);
        for (detector, word) in &Detector::OF_THE_REVIEW {
            let named: Vec<(Place, String)> = self
                .findings
                .iter()
                .filter(|finding| finding.value.detector == *detector)
                .map(|finding| (finding.place.clone(), finding.value.id.clone()))
                .collect();
            match named.as_slice() {
                [] => self.lacks(Table::Finding, last.clone(), format!("no finding of detector `{word}`; add a [[finding]]")),
                [_] => {}
                [(_, first), others @ ..] => {
                    for (place, id) in others {
                        let message = format!("findings `{first}` and `{id}` are both of detector `{word}`; exactly one must be");
                        self.errors.push(RuleError::new(place, message));
                    }
                }
            }
        }
    }

    pub(super) fn lacks(&mut self, table: Table, last: Option<Place>, message: String) {
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
