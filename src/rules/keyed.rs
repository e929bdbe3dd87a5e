//! What tells two entries of a table apart: duplicates and overriding.

use super::words::{Word, store_word};
use super::{
    AttributeRule, BuiltInRole, CredentialRule, FindingRule, FixRule, IdText, InvokeAction, LookupRule, OperationRule, Place, RuleError,
};
use crate::model::{AttributeSource, Edition, Operation, StoreKind, What};
use std::collections::BTreeMap;

/// An entry and where it stands.
pub(super) struct At<T> {
    pub(super) place: Place,
    pub(super) value: T,
}

/// What tells two entries of a table apart.
pub(super) trait Keyed {
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
impl Keyed for AttributeRule {
    type Key = (AttributeSource, String, bool);
    fn key(&self) -> Self::Key {
        (self.from, self.name.key().to_owned(), self.starts_with)
    }
    fn label(&self) -> String {
        format!("attribute `@{}[{}]`", self.from.as_str(), self.name.as_str())
    }
}
impl Keyed for FixRule {
    type Key = String;
    fn key(&self) -> String {
        self.id.clone()
    }
    fn label(&self) -> String {
        format!("fix `{}`", self.id)
    }
}
impl Keyed for FindingRule {
    type Key = String;
    fn key(&self) -> String {
        self.id.clone()
    }
    fn label(&self) -> String {
        format!("finding `{}`", self.id)
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

/// Adds an error for each entry whose key an earlier one has.
pub(super) fn duplicates<T: Keyed>(entries: &[At<T>], errors: &mut Vec<RuleError>) {
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
pub(super) fn overlay<T: Keyed>(base: &mut Vec<At<T>>, over: Vec<At<T>>) {
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
