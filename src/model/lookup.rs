//! What was collected, what was not, and what that means for a look-up.

use super::{ObjectId, Scope, Timestamp};
use std::fmt;

/// The kinds of look-up a snapshot can cover or miss (`coverage`, `gap` and `missing` of the contract).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    /// Role assignments at, above and below a scope.
    RoleAssignments,
    /// Deny assignments at, above and below a scope.
    DenyAssignments,
    /// PIM schedule instances at, above and below a scope.
    ScheduleInstances,
    /// Role definitions assignable at a scope.
    RoleDefinitions,
    /// Transitive groups of a principal.
    Memberships,
    /// An object of the directory.
    DirectoryObject,
    /// State, tenant and management-group chain of a subscription.
    Subscription,
    /// One ARM resource.
    Resource,
    /// Endpoints, deployments, computes and datastores of a workspace.
    Workspace,
    /// Data assets and versions of a workspace, or versions of one asset.
    Data,
    /// What a datastore stores.
    StoredCredential,
    /// The ACL of a path.
    PathAccess,
    /// The paths below a container or prefix.
    Paths,
    /// All of the above, but for what the contract excepts.
    Everything,
    /// Nothing could be looked up that would decide: documents conflict or are silent. Only ever in `missing`.
    OpenQuestion,
}

impl What {
    /// Every kind, in the contract's order.
    pub const ALL: [What; 15] = [
        What::RoleAssignments,
        What::DenyAssignments,
        What::ScheduleInstances,
        What::RoleDefinitions,
        What::Memberships,
        What::DirectoryObject,
        What::Subscription,
        What::Resource,
        What::Workspace,
        What::Data,
        What::StoredCredential,
        What::PathAccess,
        What::Paths,
        What::Everything,
        What::OpenQuestion,
    ];

    /// The word the contract uses.
    pub fn as_str(self) -> &'static str {
        match self {
            What::RoleAssignments => "role_assignments",
            What::DenyAssignments => "deny_assignments",
            What::ScheduleInstances => "schedule_instances",
            What::RoleDefinitions => "role_definitions",
            What::Memberships => "memberships",
            What::DirectoryObject => "directory_object",
            What::Subscription => "subscription",
            What::Resource => "resource",
            What::Workspace => "workspace",
            What::Data => "data",
            What::StoredCredential => "stored_credential",
            What::PathAccess => "path_access",
            What::Paths => "paths",
            What::Everything => "everything",
            What::OpenQuestion => "open_question",
        }
    }

    /// Reads the contract's word; `open_question` is not accepted, for it is no look-up.
    pub fn parse(text: &str) -> Option<What> {
        What::ALL.into_iter().find(|what| *what != What::OpenQuestion && what.as_str() == text)
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A `coverage` record: nothing of that kind is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoverageRecord {
    /// Kind.
    pub what: What,
    /// Scope as written; its meaning depends on the kind.
    pub scope: String,
    /// For assignments: only those that apply to this principal.
    pub principal: Option<ObjectId>,
    /// For `path_access`: every path below too.
    pub below: bool,
}

/// A `gap` record: the look-up failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GapRecord {
    /// Kind.
    pub what: What,
    /// Scope as written.
    pub scope: String,
    /// For assignments: only the look-up for this principal failed.
    pub principal: Option<ObjectId>,
    /// For `path_access`: the look-up of every path below failed too.
    pub below: bool,
    /// HTTP status.
    pub status: Option<u16>,
    /// Error code.
    pub code: Option<String>,
    /// Error message.
    pub message: Option<String>,
    /// The permission that the look-up takes, where it was refused.
    pub needs: Option<String>,
}

/// Whether a look-up can be relied on to be complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup<'a> {
    /// Nothing is missing; the record says so (`None`: a fact that is complete in itself, such as a `membership` line).
    Complete(Option<&'a CoverageRecord>),
    /// It failed.
    Gap(&'a GapRecord),
    /// It was not made.
    NotCollected,
}

impl Lookup<'_> {
    /// Whether nothing is missing.
    pub fn is_complete(&self) -> bool {
        match self {
            Lookup::Complete(_) => true,
            Lookup::Gap(_) | Lookup::NotCollected => false,
        }
    }
}

/// Something that would have decided and is not known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Missing {
    /// Kind.
    pub what: What,
    /// Scope in the form `coverage` uses for this kind; for an open question, its name.
    pub scope: String,
    /// The principal it is asked for, where that narrows it.
    pub principal: Option<ObjectId>,
    /// Why it is missing, where a look-up failed: status and code; for an open question, the question.
    pub because: Option<String>,
}

impl Missing {
    /// A look-up that was not made, or failed as `lookup` says.
    pub fn new(what: What, scope: impl Into<String>, lookup: &Lookup<'_>) -> Self {
        let because = match lookup {
            Lookup::Gap(gap) => Some(gap.reason()),
            Lookup::Complete(_) | Lookup::NotCollected => None,
        };
        Missing { what, scope: scope.into(), principal: None, because }
    }

    /// Narrowed to one principal.
    pub fn for_principal(mut self, principal: &ObjectId) -> Self {
        self.principal = Some(principal.clone());
        self
    }

    /// A question that no look-up decides. `name` is a short kebab-case name, `question` one sentence.
    pub fn open(name: &str, question: impl Into<String>) -> Self {
        Missing { what: What::OpenQuestion, scope: name.to_owned(), principal: None, because: Some(question.into()) }
    }

    /// An ARM resource that is not in the snapshot.
    pub fn resource(id: &Scope, lookup: &Lookup<'_>) -> Self {
        Missing::new(What::Resource, id.as_str(), lookup)
    }
}

impl GapRecord {
    /// Status, code and the permission that would close it in one phrase; without them the message.
    pub fn reason(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        if let Some(status) = self.status {
            parts.push(status.to_string());
        }
        if let Some(code) = &self.code {
            parts.push(code.clone());
        }
        if parts.is_empty() {
            parts.push(self.message.clone().unwrap_or_else(|| "the look-up failed".to_owned()));
        }
        let reason = parts.join(" ");
        match &self.needs {
            Some(needs) => format!("{reason}; needs {needs}"),
            None => reason,
        }
    }

    /// The id a proof cites it by: kind and scope.
    pub fn id(&self) -> String {
        format!("{}:{}", self.what, self.scope)
    }
}

impl CoverageRecord {
    /// The id a proof cites it by: kind and scope.
    pub fn id(&self) -> String {
        if self.scope.is_empty() { self.what.to_string() } else { format!("{}:{}", self.what, self.scope) }
    }
}

/// Head of a snapshot file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Header {
    /// Which canread wrote it.
    pub tool: Option<String>,
    /// Cloud name.
    pub cloud: Option<String>,
    /// When collection ended.
    pub collected_at: Option<Timestamp>,
    /// Tenant of the signed-in principal.
    pub tenant_id: Option<super::TenantId>,
    /// Who was signed in.
    pub signed_in: Option<SignedIn>,
}

/// Who was signed in when the state was collected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// Object id.
    pub object_id: ObjectId,
    /// Name for people.
    pub name: Option<String>,
}
