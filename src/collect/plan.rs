//! What is to be collected, and the look-ups it is made of.

use super::authorization::AuthorizationList;
use super::record::LookupPlace;
use super::trouble::Trouble;
use crate::model::{Folded, InputReference, Scope, StorageUrl, StorePath, What, path_id};
use serde_json::Value;

/// What runs the job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A batch endpoint, and a deployment where one is named.
    Endpoint {
        /// Endpoint.
        name: String,
        /// Deployment.
        deployment: Option<String>,
    },
    /// A compute, by its ARM id.
    Compute(Scope),
}

/// What a collection is for.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The workspace; `None`: the question has none.
    pub workspace: Option<Scope>,
    /// Where an account of a name is looked for if Resource Graph does not know it; that of the workspace goes before.
    pub subscription: Option<String>,
    /// The whole workspace, not only what the rest of the plan needs.
    pub whole: bool,
    /// What runs the job.
    pub targets: Vec<Target>,
    /// Inputs and outputs of the job.
    pub references: Vec<InputReference>,
    /// Those of them that are declared as one file.
    pub files: Vec<InputReference>,
    /// URLs that are asked about without a job.
    pub urls: Vec<StorageUrl>,
    /// Principals by object id, user principal name, application id or display name; who is signed in is always one.
    pub principals: Vec<String>,
    /// Paths below a folder whose ACLs are read at most.
    pub max_paths: usize,
    /// What is stored is tried with a list and a read of one byte.
    pub probe: bool,
}

impl Plan {
    /// The subscription of the workspace, or the one that is named.
    pub(super) fn subscription(&self) -> Option<&str> {
        self.workspace.as_ref().and_then(|workspace| workspace.segment_after("subscriptions")).or(self.subscription.as_deref())
    }
}

/// A collection of ARM that is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum ListOf {
    Computes,
    Datastores,
    /// The default datastore only.
    DefaultDatastore,
    Endpoints,
    /// Below an endpoint.
    Deployments,
    Data,
    /// Below a data asset.
    Versions,
    OutboundRules,
}

impl ListOf {
    /// Path below the parent, with its query.
    pub(super) fn path(self) -> &'static str {
        match self {
            ListOf::Computes => "/computes",
            ListOf::Datastores => "/datastores",
            ListOf::DefaultDatastore => "/datastores?isDefault=true",
            ListOf::Endpoints => "/batchEndpoints",
            ListOf::Deployments => "/deployments",
            // Archived ones too: coverage says that nothing is missing.
            ListOf::Data => "/data?listViewType=All",
            ListOf::Versions => "/versions?listViewType=All",
            ListOf::OutboundRules => "/outboundRules",
        }
    }
}

/// A path in a container that matters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct DataPath {
    pub(super) account: String,
    pub(super) container: String,
    pub(super) path: StorePath,
    /// Hierarchical namespace: there are ACLs.
    pub(super) hierarchical: bool,
}

impl DataPath {
    pub(super) fn id(&self) -> String {
        path_id(&self.account, &self.container, &self.path)
    }
}

/// One look-up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Want {
    /// One ARM resource.
    Resource(Scope),
    /// A collection below a scope.
    List(ListOf, Scope),
    /// A list of `Microsoft.Authorization` at a scope; PIM instances, active and eligible, are one look-up.
    Authorization(AuthorizationList, Scope),
    /// State and management groups of a subscription.
    Subscription(String),
    /// A storage account by name, in any subscription.
    FindAccount(String),
    /// What the storage accounts of a subscription are: hints, so that paths need not wait for the account itself.
    AccountHints(String),
    /// A principal as a person named it.
    Principal(String),
    /// Directory objects by id.
    Objects(Vec<Folded>),
    /// Service principal and application of an application id.
    Application(String),
    /// Transitive groups.
    Memberships(Folded),
    /// Custom security attributes, where a condition asks for them.
    Attributes(Folded),
    /// The ACL of a folder above a path.
    Ancestor(DataPath),
    /// A path itself; `descend`: and what is below it.
    Leaf { at: DataPath, descend: bool },
    /// What is below a folder.
    Below(DataPath),
    /// What a datastore stores, and what it gets at these places.
    Secrets { datastore: Scope, probes: Vec<ProbePlace> },
    /// What everybody gets at a place.
    Anonymous(ProbePlace),
}

/// Where a credential is tried.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ProbePlace {
    pub(super) account: String,
    pub(super) container: String,
    pub(super) path: StorePath,
    pub(super) is_file: bool,
}

impl Want {
    /// Where a failure of the look-up is noted.
    pub(super) fn places(&self) -> Vec<LookupPlace> {
        let one = |what, scope: String| vec![LookupPlace::new(what, scope)];
        match self {
            Want::Resource(id) => one(What::Resource, id.as_str().to_owned()),
            Want::List(list, parent) => {
                let parent = parent.as_str();
                match list {
                    ListOf::Computes | ListOf::Datastores | ListOf::DefaultDatastore | ListOf::Endpoints => {
                        one(What::Workspace, parent.to_owned())
                    }
                    ListOf::Deployments => {
                        let workspace = Scope::new(parent).cut_after("workspaces");
                        one(What::Workspace, workspace.map_or_else(|| parent.to_owned(), |scope| scope.as_str().to_owned()))
                    }
                    ListOf::Data | ListOf::Versions => one(What::Data, parent.to_owned()),
                    ListOf::OutboundRules => one(What::Resource, format!("{parent}/outboundRules")),
                }
            }
            Want::Authorization(list, scope) => {
                let what = match list {
                    AuthorizationList::RoleAssignments => What::RoleAssignments,
                    AuthorizationList::RoleDefinitions => What::RoleDefinitions,
                    AuthorizationList::DenyAssignments => What::DenyAssignments,
                    AuthorizationList::ActiveInstances | AuthorizationList::EligibleInstances => What::ScheduleInstances,
                };
                one(what, scope.as_str().to_owned())
            }
            Want::Subscription(id) => one(What::Subscription, id.clone()),
            Want::FindAccount(name) => one(What::Resource, format!("storageAccounts/{name}")),
            // Whoever may not have hints waits for the accounts: nothing is missing.
            Want::AccountHints(_) => Vec::new(),
            Want::Principal(text) | Want::Application(text) => one(What::DirectoryObject, text.clone()),
            Want::Objects(ids) => ids.iter().map(|id| LookupPlace::new(What::DirectoryObject, id.as_str())).collect(),
            Want::Memberships(id) => one(What::Memberships, id.as_str().to_owned()),
            Want::Ancestor(at) => one(What::PathAccess, at.id()),
            Want::Leaf { at, .. } => {
                if at.hierarchical {
                    one(What::PathAccess, at.id())
                } else {
                    one(What::Paths, at.id())
                }
            }
            Want::Below(at) => {
                let below = LookupPlace { below: true, ..LookupPlace::new(What::PathAccess, at.id()) };
                let paths = LookupPlace::new(What::Paths, at.id());
                if at.hierarchical { vec![below, paths] } else { vec![paths] }
            }
            Want::Secrets { datastore, .. } => one(What::StoredCredential, datastore.as_str().to_owned()),
            // A probe that could not be made leaves nothing out that a verdict rests on.
            // What is not told of a principal counts as not collected.
            Want::Anonymous(_) | Want::Attributes(_) => Vec::new(),
        }
    }
}

/// What a look-up gave.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// Bodies, by the kind of record they become.
    pub(super) bodies: Vec<(&'static str, Value)>,
    /// The file's own records.
    pub(super) lines: Vec<Value>,
    pub(super) coverage: Vec<LookupPlace>,
    pub(super) gaps: Vec<(LookupPlace, Trouble)>,
    /// What a person should hear and no record holds.
    pub(super) notes: Vec<String>,
    /// What it leads to beyond what its bodies say.
    pub(super) next: Vec<Want>,
    /// What Resource Graph says of storage accounts: a copy that may be minutes old, so never a fact of the file.
    pub(super) hints: Vec<AccountHint>,
    /// Everything that was asked for came.
    pub(super) whole: bool,
}

/// A storage account, as far as it says what to ask next.
#[derive(Clone, Debug)]
pub(super) struct AccountHint {
    pub(super) id: Scope,
    /// Hierarchical namespace; `None`: not said.
    pub(super) hierarchical: Option<bool>,
    pub(super) private_endpoints: Vec<Scope>,
}

impl Gathered {
    /// The look-up failed.
    pub(super) fn failed(want: &Want, trouble: &Trouble) -> Self {
        let gaps = want.places().into_iter().map(|place| (place, trouble.clone())).collect();
        Gathered { gaps, ..Gathered::default() }
    }

    /// The look-up is complete for its places.
    pub(super) fn covered(mut self, want: &Want) -> Self {
        self.whole = true;
        self.coverage.extend(want.places());
        self
    }
}
