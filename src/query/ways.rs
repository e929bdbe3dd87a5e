//! The ways to data: by one's own identity, with a credential that a datastore hands out, with the account's keys.

use super::{Relevant, relevant_to_action, relevant_to_data};
use crate::eval::requirement::{LIST_SECRETS, stored_opens};
use crate::eval::{self, Context, DataTarget, Judgement, Proof, Verdict, rbac};
use crate::model::{
    Action, CredentialSource, Datastore, DatastoreTarget, Identities, Known, Operation, SasKind, SasToken, Scope, StorageAccount, StoreKind,
};

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum WayKind<'a> {
    /// Roles and ACLs: what `canread access` answers.
    Identity,
    /// Fetching what this datastore stores.
    Stored(&'a Datastore),
    /// Listing the keys of this account.
    AccountKey(&'a StorageAccount),
}

/// A way to do one operation on one target.
#[derive(Debug)]
pub struct Way<'q, 'a> {
    cx: &'q Context<'a>,
    operation: Operation,
    target: &'q DataTarget<'a>,
    /// Which.
    pub kind: WayKind<'a>,
    /// Whether what is fetched opens the data; `None` where nothing is fetched.
    pub opens: Option<Proof>,
    /// What may be fetched by whom.
    fetch: Option<(Action, Scope)>,
    /// The ids that tell principals apart on this way.
    pub relevant: Relevant<'a>,
}

/// Every way that is not closed to everybody.
///
/// Whoever may list a datastore's secrets holds what it stores: a key of the account opens every container of it, a
/// service principal whatever it may read. Sources: "Data administration" (Azure Machine Learning); "Access control model in
/// Azure Data Lake Storage", Shared Key.
pub fn ways<'q, 'a>(cx: &'q Context<'a>, operation: Operation, target: &'q DataTarget<'a>) -> Vec<Way<'q, 'a>> {
    let identity = Way { cx, operation, target, kind: WayKind::Identity, opens: None, fetch: None, relevant: relevant_to_data(cx, target) };
    let mut found = vec![identity];
    let fetched = |kind, opens, action: &str, scope: &Scope| {
        let relevant = relevant_to_action(cx, scope);
        Way { cx, operation, target, kind, opens, fetch: Some((Action::new(action), scope.clone())), relevant }
    };
    for store in cx.snapshot.facts().datastores.values().filter(|store| may_open(cx, store, target)) {
        let opens = stored_opens(cx, store, target, &[operation]);
        if opens.verdict() != Verdict::Denied {
            found.push(fetched(WayKind::Stored(store), Some(opens), LIST_SECRETS, &store.id));
        }
    }
    if let (Known::Known(account), StoreKind::Blob | StoreKind::AdlsGen2) = (&target.account, target.store)
        && account.allow_shared_key_access
    {
        found.push(fetched(WayKind::AccountKey(account), None, rbac::LIST_KEYS, &account.id));
    }
    found
}

/// Whether it is worth asking if what `store` stores opens `target`: a key or account SAS of the same account does, another
/// SAS in its own container, a service principal anywhere.
fn may_open(cx: &Context<'_>, store: &Datastore, target: &DataTarget<'_>) -> bool {
    let (account, container) = match &store.target {
        DatastoreTarget::Blob { account, container } => (Some(account), Some(container)),
        DatastoreTarget::AdlsGen2 { account, filesystem } => (Some(account), Some(filesystem)),
        DatastoreTarget::AdlsGen1 { store } => (Some(store), None),
        DatastoreTarget::File { account, .. } => (account.as_ref(), None),
        DatastoreTarget::OneLake | DatastoreTarget::Other(_) => (None, None),
    };
    let same_account = account.is_some_and(|account| account.to_lowercase() == target.account_name);
    let same_container = same_account && (target.store == StoreKind::AdlsGen1 || container == Some(&target.container));
    match &store.credential {
        CredentialSource::None => false,
        CredentialSource::AccountKey => same_account,
        CredentialSource::Sas => same_container || same_account && may_be_account_sas(cx, store),
        CredentialSource::ServicePrincipal { .. } | CredentialSource::Certificate { .. } => true,
        CredentialSource::Other(_) => same_container,
    }
}

fn may_be_account_sas(cx: &Context<'_>, store: &Datastore) -> bool {
    let stored = cx.snapshot.facts().stored_credentials.get(&store.id).and_then(|stored| stored.sas.as_deref());
    stored.is_none_or(|text| SasToken::parse(text).map_or(true, |token| matches!(token.kind(), SasKind::Account)))
}

impl<'a> Way<'_, 'a> {
    /// Whether the way is open to `who`, and why.
    pub fn judge<J: Judgement>(&self, who: &Identities, opens: impl Fn(&Proof) -> J) -> J {
        let Some((action, scope)) = &self.fetch else {
            return eval::access(self.cx, who, self.operation, self.target);
        };
        let fetch: J = rbac::management(self.cx, who, action, scope)
            .together(|| format!("{} holds `{action}` at {scope}", eval::who_is(self.cx, who)));
        match &self.opens {
            None => fetch,
            Some(proof) => J::all(
                || format!("{} may {} {} so", eval::who_is(self.cx, who), self.operation, self.target.describe()),
                vec![opens(proof), fetch],
            ),
        }
    }

    /// Whether the way is open to `who`.
    pub fn verdict(&self, who: &Identities) -> Verdict {
        self.judge(who, Proof::verdict)
    }

    /// Whether the way is open to `who`, and why.
    pub fn proof(&self, who: &Identities) -> Proof {
        self.judge(who, Proof::clone)
    }

    /// The context it is asked in.
    pub(super) fn cx(&self) -> &Context<'a> {
        self.cx
    }

    /// What is asked about.
    pub(super) fn target(&self) -> &DataTarget<'a> {
        self.target
    }

    /// The operation asked about.
    pub(super) fn operation(&self) -> Operation {
        self.operation
    }
}
