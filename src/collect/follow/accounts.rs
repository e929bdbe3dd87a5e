//! Storage accounts and the places in them: what is asked as soon as which account it is, and of which kind, is known.

use super::lookups::{grants, paths};
use super::{Follow, Place};
use crate::collect::plan::{AccountHint, Want};
use crate::model::{Scope, container_scope};

impl Follow<'_> {
    /// A place that matters; what is asked of its account and of itself.
    pub(super) fn place(&mut self, account: &str, place: Place) -> Vec<Want> {
        let name = account.to_lowercase();
        let known = self.accounts.entry(name.clone()).or_default();
        if !known.places.insert(place.clone()) {
            return Vec::new();
        }
        let mut wants = match &known.id {
            Some(id) => vec![Want::Resource(container_scope(id, &place.container))],
            None => vec![Want::FindAccount(name.clone())],
        };
        wants.extend(known.hierarchical.into_iter().flat_map(|hierarchical| paths(&name, &place, hierarchical)));
        wants
    }

    /// The id of an account became known.
    pub(super) fn account_id(&mut self, id: &Scope) -> Vec<Want> {
        let Some(name) = id.segment_after("storageaccounts").map(str::to_lowercase) else {
            return Vec::new();
        };
        let account = self.accounts.entry(name.clone()).or_default();
        if account.id.is_some() {
            return Vec::new();
        }
        account.id = Some(id.clone());
        let mut wants = vec![Want::Resource(id.clone())];
        wants.extend(grants(id));
        wants.extend(account.places.iter().map(|place| Want::Resource(container_scope(id, &place.container))));
        if let Some(hint) = self.hints.get(&name).filter(|hint| hint.id == *id).cloned() {
            wants.extend(self.hinted(&name, &hint));
        }
        wants
    }

    /// An account that matters turns out to be of a kind, by a hint: its paths need not wait for itself.
    pub(super) fn hinted(&mut self, name: &str, hint: &AccountHint) -> Vec<Want> {
        let mut wants = hint.hierarchical.map(|hierarchical| self.kind(name, hierarchical, false)).unwrap_or_default();
        wants.extend(hint.private_endpoints.iter().cloned().map(Want::Resource));
        wants
    }

    /// What an account is decides how its paths are asked for; the account's own word stands above a hint.
    pub(super) fn kind(&mut self, name: &str, hierarchical: bool, certain: bool) -> Vec<Want> {
        let account = self.accounts.entry(name.to_owned()).or_default();
        if account.hierarchical == Some(hierarchical) || (account.hierarchical.is_some() && !certain) {
            return Vec::new();
        }
        account.hierarchical = Some(hierarchical);
        account.places.iter().flat_map(|place| paths(name, place, hierarchical)).collect()
    }

    /// What Resource Graph says of one account. Of a whole subscription only those that matter are followed.
    pub(super) fn hint(&mut self, want: &Want, hint: &AccountHint) -> Vec<Want> {
        let name = hint.id.name().to_lowercase();
        self.hints.insert(name.clone(), hint.clone());
        if matches!(want, Want::FindAccount(_)) {
            let mut wants = self.account_id(&hint.id);
            wants.extend(self.hinted(&name, hint));
            return wants;
        }
        let matters = self.accounts.get(&name).is_some_and(|account| account.id.as_ref() == Some(&hint.id));
        if matters { self.hinted(&name, hint) } else { Vec::new() }
    }
}
