//! How much access changes open: who may do what where afterwards that could not before, found by evaluating both states.

use super::change::{Change, identity_to_come};
use crate::eval::{Context, DataTarget, Extent, Origin, Verdict, data_access, rbac};
use crate::model::{
    Acl, AclTag, Action, CredentialSource, DatastoreTarget, Facts, Identities, Known, ObjectId, Operation, Plane, PrincipalKind, Scope,
    Snapshot, StoreKind, StorePath,
};
use std::collections::{BTreeMap, BTreeSet};

/// Principals up to this many are all asked about; of more, those whom the changes touch.
const MOST_PRINCIPALS: usize = 400;

/// Containers of one account that are asked about, besides those in question and one still to come.
const MOST_CONTAINERS: usize = 50;

const OPERATIONS: [Operation; 3] = [Operation::List, Operation::Read, Operation::Write];

/// One principal may do one operation in one container.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Access {
    /// Who.
    pub principal: ObjectId,
    /// What.
    pub operation: Operation,
    /// Account, lower case.
    pub account: String,
    /// Container or file system.
    pub container: String,
}

/// What changes open and close.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Measure {
    /// Principal × operation × container that become allowed, in any part of the container that was asked about.
    pub opened: BTreeSet<Access>,
    /// Those that are allowed no more.
    pub closed: BTreeSet<Access>,
    /// The same counted by place: the container as a whole, each path asked about, a container still to come. Tells apart
    /// what opens a folder from what opens all of it.
    pub places: usize,
    /// Actions of Azure Resource Manager, of those the rules know, that become allowed to somebody.
    pub actions: usize,
}

/// A place in a container.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) account: String,
    pub(super) container: String,
    pub(super) path: StorePath,
    pub(super) folder: bool,
}

/// A container that does not exist yet: opened by what is granted above containers.
const TO_COME: &str = "a-container-still-to-come";

/// Whom and where to ask.
pub(super) struct Ground {
    principals: BTreeSet<ObjectId>,
    places: BTreeSet<Place>,
    actions: Vec<(Action, Scope)>,
}

impl Ground {
    /// Everybody known, in every container of the accounts of `asked` and on the paths asked about.
    pub(super) fn of(base: &Context<'_>, asked: &[Place], workspace: &Scope, changes: &[&Change]) -> Self {
        let facts = base.snapshot.facts();
        let mut places: BTreeSet<Place> = asked.iter().cloned().collect();
        let accounts: BTreeSet<&String> = asked.iter().map(|place| &place.account).collect();
        for account in accounts {
            let whole = |container: &str| Place {
                account: account.clone(),
                container: container.to_owned(),
                path: StorePath::root(),
                folder: true,
            };
            let known = facts.containers.keys().filter(|(of, _)| of == account).map(|(_, container)| container.as_str());
            places.extend(known.take(MOST_CONTAINERS).chain([TO_COME]).map(whole));
            places.extend(asked.iter().filter(|place| place.account == *account).map(|place| whole(&place.container)));
        }
        let known = base.rules.invoke_actions().iter().map(|rule| (rule.action.clone(), workspace.clone()));
        Ground { principals: principals(facts, changes), places, actions: known.collect() }
    }

    /// Everybody of another state too.
    pub(super) fn and_of(mut self, facts: &Facts, changes: &[&Change]) -> Self {
        self.principals.extend(principals(facts, changes));
        self
    }

    /// Everything that is allowed in one state: by place, and the actions.
    pub(super) fn allowed(&self, cx: &Context<'_>) -> Allowed {
        let mut allowed = Allowed::default();
        for principal in &self.principals {
            let who = cx.snapshot.identities(principal);
            for place in &self.places {
                let target = target(cx, place);
                let by_key = holds_keys(cx, &who, &target);
                for operation in OPERATIONS {
                    if by_key || data_access::<Verdict>(cx, &who, operation, &target).judgement == Verdict::Allowed {
                        allowed.places.insert((principal.clone(), operation, place.clone()));
                    }
                }
            }
            for (action, scope) in &self.actions {
                let rbac = rbac::one_action::<Verdict>(cx, &who, action, Plane::Management, scope);
                if rbac.together(String::new) == Verdict::Allowed {
                    allowed.actions.insert((principal.clone(), action.key().to_owned()));
                }
            }
        }
        allowed
    }
}

/// Who may fetch the account's keys, from the account or from a datastore that stores one, may do everything, as long as
/// the account takes them.
fn holds_keys(cx: &Context<'_>, who: &Identities, target: &DataTarget<'_>) -> bool {
    let Known::Known(account) = &target.account else {
        return false;
    };
    let may = |action: &str, scope: &Scope| {
        let action = Action::new(action);
        rbac::one_action::<Verdict>(cx, who, &action, Plane::Management, scope).together(String::new) == Verdict::Allowed
    };
    let stores = || {
        cx.snapshot.facts().datastores.values().filter(|store| {
            let of = match &store.target {
                DatastoreTarget::Blob { account, .. } | DatastoreTarget::AdlsGen2 { account, .. } => Some(account),
                DatastoreTarget::AdlsGen1 { .. } | DatastoreTarget::File { .. } | DatastoreTarget::OneLake | DatastoreTarget::Other(_) => {
                    None
                }
            };
            store.credential == CredentialSource::AccountKey && of.is_some_and(|name| name.eq_ignore_ascii_case(&account.name))
        })
    };
    account.allow_shared_key_access
        && (may("Microsoft.Storage/storageAccounts/listKeys/action", &account.id)
            || stores().any(|store| may("Microsoft.MachineLearningServices/workspaces/datastores/listSecrets/action", &store.id)))
}

/// Where else a change acts than where the job reads and writes.
pub(super) fn places_of(facts: &Facts, change: &Change) -> Vec<Place> {
    let whole = |account: &str, container: &str| Place {
        account: account.to_owned(),
        container: container.to_owned(),
        path: StorePath::root(),
        folder: true,
    };
    match change {
        Change::GrantRole(grant) | Change::ActivateRole { grant, .. } => {
            let named = grant.scope.segment_after("containers");
            let inside = facts.storage_accounts.values().filter(|account| {
                account.id.contains(&grant.scope) || grant.scope.contains(&account.id) || grant.scope.is_management_group()
            });
            inside.take(MOST_ACCOUNTS).map(|account| whole(&account.name, named.unwrap_or(TO_COME))).collect()
        }
        Change::SetAcl { at, .. } | Change::AclBelow { at, .. } | Change::WriteAcl { at, .. } | Change::Rehydrate { at } => {
            let record = facts.path_access.get(&(at.account.clone(), at.filesystem.clone())).and_then(|paths| paths.get(&at.path));
            let folder = record.is_none_or(|record| record.is_directory);
            vec![Place { account: at.account.clone(), container: at.filesystem.clone(), path: at.path.clone(), folder }]
        }
        Change::AllowSharedKey { account }
        | Change::SubnetRule { account, .. }
        | Change::PrivateEndpoint { account, .. }
        | Change::OutboundRule { account, .. } => vec![whole(account, TO_COME)],
        Change::Without(id) => {
            let scope = Scope::new(&id.0);
            let assignment = facts.role_assignments.iter().find(|one| one.id == scope).map(|one| &one.scope);
            let at = assignment.or_else(|| facts.deny_assignments.iter().find(|one| one.id == scope).map(|one| &one.scope));
            let inside = facts
                .storage_accounts
                .values()
                .filter(|account| at.is_some_and(|at| at.contains(&account.id) || account.id.contains(at) || at.is_management_group()));
            inside.take(MOST_ACCOUNTS).map(|account| whole(&account.name, TO_COME)).collect()
        }
        Change::Respell { .. }
        | Change::DefaultDeployment { .. }
        | Change::AttachIdentity { .. }
        | Change::StoreByIdentity { .. }
        | Change::RenewSas { .. }
        | Change::CustomRole { .. }
        | Change::RemoveDeny { .. } => Vec::new(),
    }
}

/// Accounts below one scope that are asked about.
const MOST_ACCOUNTS: usize = 20;

fn target<'a>(cx: &Context<'a>, place: &Place) -> DataTarget<'a> {
    let account = cx.snapshot.storage_account(&place.account);
    let hns = matches!(&account, Known::Known(account) if account.is_hns_enabled);
    DataTarget {
        account_name: place.account.clone(),
        account,
        container: place.container.clone(),
        path: place.path.clone(),
        extent: if place.folder { Extent::Folder } else { Extent::File },
        store: if hns { StoreKind::AdlsGen2 } else { StoreKind::Blob },
        origin: Origin::Unknown,
        by_url_alone: true,
    }
}

/// What is allowed in one state.
#[derive(Clone, Debug, Default)]
pub(super) struct Allowed {
    places: BTreeSet<(ObjectId, Operation, Place)>,
    actions: BTreeSet<(ObjectId, String)>,
}

impl Allowed {
    fn access(&self) -> BTreeSet<Access> {
        let access = |(principal, operation, place): &(ObjectId, Operation, Place)| Access {
            principal: principal.clone(),
            operation: *operation,
            account: place.account.clone(),
            container: place.container.clone(),
        };
        self.places.iter().filter(|(.., place)| place.container != TO_COME).map(access).collect()
    }

    /// What changes from this state to `after`.
    pub(super) fn measure(&self, after: &Allowed) -> Measure {
        let (before_access, after_access) = (self.access(), after.access());
        Measure {
            opened: after_access.difference(&before_access).cloned().collect(),
            closed: before_access.difference(&after_access).cloned().collect(),
            places: after.places.difference(&self.places).count(),
            actions: after.actions.difference(&self.actions).count(),
        }
    }
}

fn principals(facts: &Facts, changes: &[&Change]) -> BTreeSet<ObjectId> {
    let mut touched: BTreeSet<ObjectId> = BTreeSet::new();
    changes.iter().for_each(|change| touch(facts, change, &mut touched));
    let groups: BTreeSet<ObjectId> = touched.clone();
    touched.extend(facts.memberships.iter().filter(|(_, of)| of.iter().any(|group| groups.contains(group))).map(|(id, _)| id.clone()));
    let mut everybody: BTreeSet<ObjectId> = touched.clone();
    for id in known(facts) {
        everybody.insert(id.clone());
        if everybody.len() > MOST_PRINCIPALS {
            return touched;
        }
    }
    everybody
}

fn known(facts: &Facts) -> impl Iterator<Item = &ObjectId> {
    let acting = facts.directory.values().filter(|object| object.kind != Some(PrincipalKind::Application)).map(|object| &object.id);
    let assigned = facts.role_assignments.iter().map(|one| &one.principal);
    acting.chain(assigned).chain(facts.memberships.keys())
}

/// Whom a change may give something to, or take it from.
fn touch(facts: &Facts, change: &Change, touched: &mut BTreeSet<ObjectId>) {
    match change {
        Change::GrantRole(grant) | Change::ActivateRole { grant, .. } => {
            touched.insert(grant.principal.clone());
        }
        Change::CustomRole { principal, .. } => {
            touched.insert(principal.clone());
        }
        Change::AttachIdentity { compute, user } => {
            let managed = user.as_ref().and_then(|user| facts.managed_identities.get(user)).and_then(|one| one.principal_id.clone());
            touched.insert(managed.unwrap_or_else(|| identity_to_come(compute)));
        }
        Change::SetAcl { at, tag, .. } | Change::AclBelow { at, tag } | Change::WriteAcl { at, tag, .. } => {
            if let AclTag::User(id) | AclTag::Group(id) = tag {
                touched.insert(id.clone());
            }
            let list = facts.path_access.get(&(at.account.clone(), at.filesystem.clone())).and_then(|paths| paths.get(&at.path));
            if let Some(record) = list {
                touched.extend([&record.owner, &record.group].map(|id| ObjectId::new(id)));
                touched.extend(record.parsed_acl().iter().flat_map(named));
            }
        }
        Change::RemoveDeny { id, .. } => {
            let deny = facts.deny_assignments.iter().find(|deny| deny.id == *id);
            touched.extend(deny.into_iter().flat_map(|deny| &deny.principals).map(|one| one.id.clone()));
        }
        Change::Without(id) => {
            let (scope, object) = (Scope::new(&id.0), ObjectId::new(&id.0));
            touched.extend(facts.role_assignments.iter().filter(|one| one.id == scope).map(|one| one.principal.clone()));
            touched.insert(object);
        }
        Change::Respell { .. }
        | Change::DefaultDeployment { .. }
        | Change::StoreByIdentity { .. }
        | Change::RenewSas { .. }
        | Change::AllowSharedKey { .. }
        | Change::SubnetRule { .. }
        | Change::PrivateEndpoint { .. }
        | Change::OutboundRule { .. }
        | Change::Rehydrate { .. } => {}
    }
}

fn named(acl: &Acl) -> Vec<ObjectId> {
    acl.named_users().map(|(id, _)| id.clone()).chain(acl.named_groups().map(|(id, _)| id.clone())).collect()
}

impl Measure {
    /// What is opened to others than `own`, by principal.
    pub fn others(&self, own: &BTreeSet<ObjectId>) -> BTreeMap<ObjectId, usize> {
        let mut others = BTreeMap::new();
        for access in self.opened.iter().filter(|access| !own.contains(&access.principal)) {
            *others.entry(access.principal.clone()).or_insert(0) += 1;
        }
        others
    }
}

/// The context of another state with the same question.
pub(super) fn in_state<'a>(base: &Context<'a>, snapshot: &'a Snapshot) -> Context<'a> {
    Context { snapshot, ..*base }
}
