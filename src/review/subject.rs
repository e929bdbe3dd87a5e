//! What is reviewed: the workspace with what belongs to it, and the accounts behind it.

use super::{Cell, ReviewQuestion};
use crate::eval::{Context, DataTarget, Evidence, EvidenceKind, Extent, Origin};
use crate::model::{
    BatchDeployment, Compute, CredentialSource, Datastore, DatastoreTarget, Found, Known, Lookup, Missing, RoleDefinition, RoleId, Scope,
    StorageAccount, StoreKind, StorePath, What, Workspace,
};
use std::collections::BTreeSet;

/// What is reviewed.
#[derive(Debug)]
pub(super) struct Subject<'a> {
    /// Facts, rules, time.
    pub(super) cx: Context<'a>,
    /// The workspace.
    pub(super) workspace: Scope,
    /// Its record.
    pub(super) record: Known<&'a Workspace>,
    /// Its datastores.
    pub(super) stores: Vec<&'a Datastore>,
    /// What is missing of that list and of the computes and deployments; `None`: nothing.
    pub(super) parts_missing: Option<Missing>,
    /// Its computes.
    pub(super) computes: Vec<&'a Compute>,
    /// Its deployments.
    pub(super) deployments: Vec<&'a BatchDeployment>,
    /// The accounts behind it; all of the file, where it holds one workspace only.
    pub(super) accounts: Vec<&'a StorageAccount>,
    /// Accounts that it leads to and the file does not hold.
    pub(super) accounts_missing: BTreeSet<Missing>,
    /// Containers of those accounts: recorded ones and those that datastores lead to.
    pub(super) containers: Vec<DataTarget<'a>>,
    /// What is asked.
    pub(super) question: &'a ReviewQuestion,
    /// What each deployment can read.
    pub(super) matrix: &'a [Cell],
}

impl<'a> Subject<'a> {
    /// Gathers the subject of a review.
    pub(super) fn of(cx: Context<'a>, question: &'a ReviewQuestion, matrix: &'a [Cell]) -> Self {
        let (snapshot, facts) = (cx.snapshot, cx.snapshot.facts());
        let workspace = &question.workspace;
        let record = match snapshot.workspace(workspace) {
            Found::Here(record) => Known::Known(record),
            Found::Absent(_) => Known::Missing(Missing::resource(workspace, &Lookup::NotCollected)),
            Found::Missing(missing) => Known::Missing(missing),
        };
        let stores: Vec<&Datastore> = snapshot.datastores_of(workspace).collect();
        let lookup = snapshot.resource_lookup(&workspace.join("datastores/any"));
        let parts_missing = (!lookup.is_complete()).then(|| Missing::new(What::Workspace, workspace.as_str(), &lookup));
        let named = named_accounts(&stores, &record, matrix);
        let only_workspace = facts.workspaces.keys().all(|id| id == workspace);
        let accounts = facts.storage_accounts.values().filter(|account| only_workspace || named.contains(&account.name)).collect();
        let missing = named.iter().filter_map(|name| match snapshot.storage_account(name) {
            Known::Known(_) => None,
            Known::Missing(missing) => Some(missing),
        });
        let mut subject = Subject {
            cx,
            workspace: workspace.clone(),
            record,
            parts_missing,
            computes: facts.computes.values().filter(|compute| workspace.contains(&compute.id)).collect(),
            deployments: facts.deployments.values().filter(|deployment| workspace.contains(&deployment.id)).collect(),
            accounts,
            accounts_missing: missing.collect(),
            containers: Vec::new(),
            stores,
            question,
            matrix,
        };
        subject.containers = subject.all_containers();
        subject
    }

    fn all_containers(&self) -> Vec<DataTarget<'a>> {
        let mut targets: Vec<DataTarget<'a>> = self.stores.iter().filter_map(|store| store_target(&self.cx, store)).collect();
        for container in self.cx.snapshot.facts().containers.values() {
            if let Some(account) = self.accounts.iter().find(|account| account.name == container.account) {
                let kind = if account.is_hns_enabled { StoreKind::AdlsGen2 } else { StoreKind::Blob };
                targets.push(target(&self.cx, kind, &account.name, &container.name));
            }
        }
        let mut seen = BTreeSet::new();
        targets
            .retain(|target| target.store != StoreKind::AdlsGen1 && seen.insert((target.account_name.clone(), target.container.clone())));
        targets.sort_by(|one, other| (&one.account_name, &one.container).cmp(&(&other.account_name, &other.container)));
        targets
    }

    /// Whether a role assignment at `scope` bears on what is reviewed: on the workspace, its accounts, or what is above or
    /// in them.
    pub(super) fn is_touched_by(&self, scope: &Scope) -> bool {
        let own = std::iter::once(&self.workspace).chain(self.accounts.iter().map(|account| &account.id));
        scope.is_management_group() || own.into_iter().any(|id| scope.contains(id) || id.contains(scope))
    }

    /// What is missing to know all records of a kind of assignment that bear on the subject.
    pub(super) fn assignments_missing(&self, what: What) -> BTreeSet<Missing> {
        let own = std::iter::once(&self.workspace).chain(self.accounts.iter().map(|account| &account.id));
        let lookups = own.map(|id| (id, self.cx.snapshot.assignments_lookup(what, id, None)));
        lookups.filter(|(_, lookup)| !lookup.is_complete()).map(|(id, lookup)| Missing::new(what, id.as_str(), &lookup)).collect()
    }

    /// The definition of a role: collected, else a built-in one of the rules.
    pub(super) fn role(&self, id: &RoleId) -> Option<&'a RoleDefinition> {
        let collected = self.cx.snapshot.facts().role_definitions.get(id);
        collected.or_else(|| self.cx.rules.built_in_role(id).map(|role| &role.definition))
    }

    /// The datastores that lead to an account.
    pub(super) fn stores_on<'s>(&'s self, account: &'s str) -> impl Iterator<Item = &'a Datastore> + 's {
        self.stores.iter().copied().filter(move |store| store.account().as_deref() == Some(account))
    }
}

/// Accounts that the workspace leads to: by datastore, as its default storage, by an input of the matrix.
fn named_accounts(stores: &[&Datastore], workspace: &Known<&Workspace>, matrix: &[Cell]) -> BTreeSet<String> {
    let by_store = stores.iter().filter(|store| !matches!(store.target, DatastoreTarget::File { .. })).filter_map(|store| store.account());
    let default = workspace.value().and_then(|workspace| workspace.storage_account.as_ref()).map(|id| id.name().to_lowercase());
    let by_input = matrix.iter().filter_map(|cell| cell.account.clone());
    by_store.chain(default).chain(by_input).collect()
}

/// The root of what a datastore leads to; `None` for stores that batch endpoints do not read.
pub(super) fn store_target<'a>(cx: &Context<'a>, store: &Datastore) -> Option<DataTarget<'a>> {
    match &store.target {
        DatastoreTarget::Blob { account, container } => Some(target(cx, StoreKind::Blob, account, container)),
        DatastoreTarget::AdlsGen2 { account, filesystem } => Some(target(cx, StoreKind::AdlsGen2, account, filesystem)),
        DatastoreTarget::AdlsGen1 { store } => Some(target(cx, StoreKind::AdlsGen1, store, "")),
        DatastoreTarget::File { .. } | DatastoreTarget::OneLake | DatastoreTarget::Other(_) => None,
    }
}

/// The root of a container.
fn target<'a>(cx: &Context<'a>, store: StoreKind, account: &str, container: &str) -> DataTarget<'a> {
    DataTarget {
        account_name: account.to_lowercase(),
        account: cx.snapshot.storage_account(account),
        container: container.to_owned(),
        path: StorePath::root(),
        extent: Extent::Folder,
        store,
        origin: Origin::Unknown,
        by_url_alone: true,
    }
}

/// A resource as evidence.
pub(super) fn resource(id: &Scope, says: impl Into<String>) -> Evidence {
    Evidence::new(EvidenceKind::Resource, id.as_str(), says)
}

/// What a datastore stores, in words.
pub(super) fn stores_what(credential: &CredentialSource) -> &'static str {
    match credential {
        CredentialSource::None => "no credential",
        CredentialSource::AccountKey => "an account key",
        CredentialSource::Sas => "a SAS",
        CredentialSource::ServicePrincipal { .. } => "a service principal",
        CredentialSource::Certificate { .. } => "a certificate",
        CredentialSource::Other(_) => "a credential of an unknown kind",
    }
}
