//! ARM resources.

use super::super::*;
use super::{Found, Known, Snapshot, found_or};
use std::collections::BTreeMap;
use std::ops::Bound;

/// Resources.
impl Snapshot {
    /// Whether the resource with this id would be in the snapshot if it existed.
    ///
    /// `workspace` coverage speaks of endpoints, deployments, computes and datastores, `data` coverage of data assets and
    /// their versions. Of accounts that the file does not hold the closed world of `everything` says nothing.
    pub fn resource_lookup(&self, id: &Scope) -> Lookup<'_> {
        let mut keys = vec![(What::Resource, id.key())];
        let workspace = id.cut_after("workspaces").filter(|workspace| workspace != id);
        let asset = id.cut_after("data");
        let listed_by_workspace = ["batchendpoints", "computes", "datastores"].iter().any(|part| id.segment_after(part).is_some());
        if let Some(workspace) = &workspace {
            if let Some(asset) = &asset {
                keys.extend([(What::Data, asset.key()), (What::Data, workspace.key())]);
            } else if listed_by_workspace {
                keys.push((What::Workspace, workspace.key()));
            }
        }
        self.settled_by(&keys, !self.is_in_foreign_account(id))
    }

    /// Whether `id` is, or lies in, a storage or Gen1 account that the snapshot does not hold.
    fn is_in_foreign_account(&self, id: &Scope) -> bool {
        let gen2 = id.segment_after("storageaccounts").map(|name| self.facts.storage_accounts.contains_key(&name.to_lowercase()));
        let gen1 = || {
            let is_gen1 = id.segment_after("providers").is_some_and(|space| space.eq_ignore_ascii_case("microsoft.datalakestore"));
            let name = id.segment_after("accounts").filter(|_| is_gen1)?;
            Some(self.facts.gen1_accounts.contains_key(&name.to_lowercase()))
        };
        gen2.or_else(gen1) == Some(false)
    }

    fn resource<'a, T>(&'a self, map: &'a BTreeMap<Scope, T>, id: &Scope) -> Found<'a, T> {
        found_or(map.get(id), self.resource_lookup(id), What::Resource, id.as_str())
    }

    /// A workspace.
    pub fn workspace(&self, id: &Scope) -> Found<'_, Workspace> {
        self.resource(&self.facts.workspaces, id)
    }
    /// A compute.
    pub fn compute(&self, id: &Scope) -> Found<'_, Compute> {
        self.resource(&self.facts.computes, id)
    }
    /// A batch endpoint.
    pub fn endpoint(&self, id: &Scope) -> Found<'_, BatchEndpoint> {
        self.resource(&self.facts.endpoints, id)
    }
    /// A deployment.
    pub fn deployment(&self, id: &Scope) -> Found<'_, BatchDeployment> {
        self.resource(&self.facts.deployments, id)
    }
    /// A datastore.
    pub fn datastore(&self, id: &Scope) -> Found<'_, Datastore> {
        self.resource(&self.facts.datastores, id)
    }
    /// A version of a data asset.
    pub fn data_version(&self, id: &Scope) -> Found<'_, DataVersion> {
        self.resource(&self.facts.data_versions, id)
    }
    /// A component version.
    pub fn component(&self, id: &Scope) -> Found<'_, ComponentVersion> {
        self.resource(&self.facts.components, id)
    }
    /// A subnet.
    pub fn subnet(&self, id: &Scope) -> Found<'_, Subnet> {
        self.resource(&self.facts.subnets, id)
    }
    /// A virtual network.
    pub fn virtual_network(&self, id: &Scope) -> Found<'_, VirtualNetwork> {
        self.resource(&self.facts.virtual_networks, id)
    }
    /// A private endpoint.
    pub fn private_endpoint(&self, id: &Scope) -> Found<'_, PrivateEndpoint> {
        self.resource(&self.facts.private_endpoints, id)
    }

    /// The storage account of that name; absence is never known, for the name says neither subscription nor tenant.
    pub fn storage_account(&self, name: &str) -> Known<&StorageAccount> {
        let key = name.to_lowercase();
        match self.facts.storage_accounts.get(&key) {
            Some(account) => Known::Known(account),
            None => {
                let gap = self.index.account_gap(&key).and_then(|at| self.facts.gaps.get(at as usize));
                let lookup = self.nothing_known().or(gap).map_or(Lookup::NotCollected, Lookup::Gap);
                Known::Missing(Missing::new(What::Resource, format!("storageAccounts/{key}"), &lookup))
            }
        }
    }

    /// A Gen1 account by name; its absence is never known.
    pub fn gen1_account(&self, name: &str) -> Option<&Gen1Account> {
        self.facts.gen1_accounts.get(&name.to_lowercase())
    }

    /// A user-assigned identity, as a resource of its own.
    pub fn managed_identity(&self, id: &Scope) -> Found<'_, ManagedIdentity> {
        self.resource(&self.facts.managed_identities, id)
    }

    /// A container of an account; needs the account's id to know whether its absence is known.
    pub fn container(&self, account: &StorageAccount, name: &str) -> Found<'_, Container> {
        let id = container_scope(&account.id, name);
        let here = self.facts.containers.get(&(account.name.clone(), name.to_owned()));
        found_or(here, self.resource_lookup(&id), What::Resource, id.as_str())
    }

    /// The workspace's default datastore.
    pub fn default_datastore(&self, workspace: &Scope) -> Found<'_, Datastore> {
        let here = self.datastores_of(workspace).find(|store| store.is_default);
        found_or(here, self.settled_by(&[(What::Workspace, workspace.key())], true), What::Workspace, workspace.as_str())
    }

    /// Datastores of a workspace, by id.
    pub fn datastores_of<'a>(&'a self, workspace: &Scope) -> impl Iterator<Item = &'a Datastore> + use<'a> {
        inside(&self.facts.datastores, workspace)
    }

    /// Versions of a data asset, by id, and whether all are known: not where the look-up of one of them failed.
    pub fn versions_of(&self, asset: &Scope) -> (Vec<&DataVersion>, Lookup<'_>) {
        let workspace = asset.cut_after("workspaces");
        let mut keys = vec![(What::Data, asset.key())];
        keys.extend(workspace.as_ref().map(|workspace| (What::Data, workspace.key())));
        let failed = self.gap_below(What::Resource, asset.key());
        let lookup = failed.map_or_else(|| self.settled_by(&keys, true), Lookup::Gap);
        (inside(&self.facts.data_versions, asset).collect(), lookup)
    }

    /// What a datastore stores.
    pub fn stored_credential(&self, datastore: &Scope) -> Found<'_, StoredCredential> {
        let lookup = self.settled_by(&[(What::StoredCredential, datastore.key())], true);
        found_or(self.facts.stored_credentials.get(datastore), lookup, What::StoredCredential, datastore.as_str())
    }
}

/// ARM id of a container: the scope of role assignments on it.
pub fn container_scope(account: &Scope, container: &str) -> Scope {
    account.join(&format!("blobServices/default/containers/{container}"))
}

/// What `map` holds strictly below `scope`, by id.
fn inside<'a, T>(map: &'a BTreeMap<Scope, T>, scope: &Scope) -> impl Iterator<Item = &'a T> + use<'a, T> {
    let prefix = format!("{}/", scope.key());
    let first = map.range::<str, _>((Bound::Included(prefix.as_str()), Bound::Unbounded));
    first.take_while(move |(id, _)| id.key().starts_with(&prefix)).map(|(_, item)| item)
}
