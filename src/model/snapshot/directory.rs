//! Principals, groups and subscriptions.

use super::super::*;
use super::{Found, Identities, Known, Snapshot, SubscriptionState, found_or};

/// Directory and subscriptions.
impl Snapshot {
    /// The principal with its transitive groups, as far as known.
    pub fn identities(&self, principal: &ObjectId) -> Identities {
        let lookup = self.memberships_lookup(principal);
        let groups = self.facts.memberships.get(principal).cloned().unwrap_or_default();
        let missing = if lookup.is_complete() { None } else { Some(Missing::new(What::Memberships, principal.as_str(), &lookup)) };
        Identities { principal: principal.clone(), groups, missing }
    }

    /// Whether all transitive groups of `principal` are known: a `membership` line is complete for its member.
    pub fn memberships_lookup(&self, principal: &ObjectId) -> Lookup<'_> {
        let settled = self.settled_by(&[(What::Memberships, principal.key())], true);
        match settled {
            Lookup::NotCollected if self.facts.memberships.contains_key(principal) => Lookup::Complete(None),
            Lookup::Complete(_) | Lookup::Gap(_) | Lookup::NotCollected => settled,
        }
    }

    /// A directory object by its object id or, failing that, the service principal of an application id.
    pub fn directory_object(&self, id: &str) -> Found<'_, DirectoryObject> {
        let key = ObjectId::new(id);
        if let Some(object) = self.facts.directory.get(&key) {
            return Found::Here(object);
        }
        if let Some(object) = self.index.object_of_app(key.key()).and_then(|id| self.facts.directory.get(id)) {
            return Found::Here(object);
        }
        found_or(None, self.settled_by(&[(What::DirectoryObject, key.key())], true), What::DirectoryObject, id)
    }

    /// What is known of a subscription. Under coverage one without a line is Enabled, in the snapshot's tenant and in no
    /// management group (contract section 4).
    pub fn subscription(&self, id: &SubscriptionId) -> SubscriptionState {
        let lookup = self.settled_by(&[(What::Subscription, id.key())], true);
        let missing = Missing::new(What::Subscription, id.as_str(), &lookup);
        let Some(record) = self.facts.subscriptions.get(id) else {
            if lookup.is_complete() {
                let tenant = Known::Known(self.facts.header.tenant_id.clone());
                return SubscriptionState {
                    state: Known::Known("Enabled".to_owned()),
                    tenant,
                    chain: Known::Known(Vec::new()),
                    recorded: false,
                };
            }
            let unknown = || missing.clone();
            return SubscriptionState {
                state: Known::Missing(unknown()),
                tenant: Known::Missing(unknown()),
                chain: Known::Missing(unknown()),
                recorded: false,
            };
        };
        let or_missing = |known: bool| if known { None } else { Some(missing.clone()) };
        SubscriptionState {
            state: record.state.clone().map_or_else(|| Known::Missing(missing.clone()), Known::Known),
            tenant: or_missing(record.tenant_id.is_some()).map_or_else(|| Known::Known(record.tenant_id.clone()), Known::Missing),
            chain: record.management_groups.clone().map_or_else(|| Known::Missing(missing.clone()), Known::Known),
            recorded: true,
        }
    }
}
