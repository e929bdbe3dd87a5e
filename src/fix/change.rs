//! Changes of the state, and the state after them.

use crate::eval::JobQuestion;
use crate::model::{AclTag, Bits, InputReference, ObjectId, ReferenceContext, ReferenceOrigin, RoleId, Scope, StorePath, Subnet};
use std::collections::BTreeSet;

/// A role assignment to be made.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RoleGrant {
    /// To whom.
    pub principal: ObjectId,
    /// Role.
    pub role: RoleId,
    /// Its name.
    pub role_name: String,
    /// Where.
    pub scope: Scope,
    /// ABAC condition, where the assignment bears one.
    pub condition: Option<String>,
}

/// A path in a file system.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LakePath {
    /// Account, lower case.
    pub account: String,
    /// File system.
    pub filesystem: String,
    /// Path.
    pub path: StorePath,
}

/// One change. The order of the variants is the order in which changes of a set are made.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// An input is written in another way: a change of the question, not of Azure.
    Respell {
        /// Name of the input.
        input: String,
        /// The reference to write.
        to: String,
    },
    /// The endpoint gets a default deployment.
    DefaultDeployment {
        /// Batch endpoint.
        endpoint: Scope,
        /// Name of the deployment.
        deployment: String,
    },
    /// The compute gets an identity: the user-assigned one named, else a system-assigned one.
    AttachIdentity {
        /// Compute.
        compute: Scope,
        /// User-assigned identity.
        user: Option<Scope>,
    },
    /// The datastore stores no credential any more.
    StoreByIdentity {
        /// Datastore.
        datastore: Scope,
    },
    /// The datastore gets a new SAS.
    RenewSas {
        /// Datastore.
        datastore: Scope,
        /// Public part of the token.
        sas: String,
    },
    /// The account takes shared keys.
    AllowSharedKey {
        /// Account name.
        account: String,
    },
    /// The account's firewall admits a subnet.
    SubnetRule {
        /// Account name.
        account: String,
        /// Subnet.
        subnet: Scope,
    },
    /// A private endpoint in a subnet leads to one sub-resource of an account.
    PrivateEndpoint {
        /// Account name.
        account: String,
        /// Sub-resource, such as `dfs`.
        sub_resource: String,
        /// Subnet of the endpoint's address.
        subnet: Scope,
    },
    /// The workspace's managed network gets a private endpoint to one sub-resource of an account.
    OutboundRule {
        /// Workspace.
        workspace: Scope,
        /// Account name.
        account: String,
        /// Sub-resource.
        sub_resource: String,
    },
    /// A deny assignment goes. No command: only whoever made it can decide that.
    RemoveDeny {
        /// Deny assignment.
        id: Scope,
        /// Its name.
        name: String,
    },
    /// A person activates a role it is eligible for.
    ActivateRole {
        /// The PIM instance.
        eligibility: Scope,
        /// What becomes active.
        grant: RoleGrant,
    },
    /// A custom role with exactly these actions, assigned.
    CustomRole {
        /// To whom.
        principal: ObjectId,
        /// Where.
        scope: Scope,
        /// Actions.
        actions: BTreeSet<String>,
    },
    /// A role assignment.
    GrantRole(RoleGrant),
    /// An ACL entry of one path; the mask is widened where it would limit the entry.
    SetAcl {
        /// Where.
        at: LakePath,
        /// Whom the entry speaks of.
        tag: AclTag,
        /// Bits it has at least.
        bits: Bits,
    },
    /// Read (and execute, on folders) for one principal on a folder and all below it, with default entries for what is
    /// created later.
    AclBelow {
        /// Folder.
        at: LakePath,
        /// Whom the entries speak of.
        tag: AclTag,
    },
    /// An archived blob comes back online.
    Rehydrate {
        /// Where.
        at: LakePath,
    },
    /// What-if only: an ACL entry of one path, with exactly these bits.
    WriteAcl {
        /// Where.
        at: LakePath,
        /// Whether it is an entry for what is created later.
        default: bool,
        /// Whom the entry speaks of.
        tag: AclTag,
        /// Its bits.
        bits: Bits,
    },
    /// What-if only: a record is taken as absent.
    Without(ObjectOrScope),
}

/// Id of a record: an ARM id or an object id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectOrScope(pub String);

/// Stands for the object id that the system-assigned identity of a compute will have.
pub fn identity_to_come(compute: &Scope) -> ObjectId {
    ObjectId::new(&format!("{TO_COME}{compute}"))
}

const TO_COME: &str = "identity-to-come:";

/// The compute whose identity to come this id stands for.
pub fn compute_of_identity_to_come(id: &ObjectId) -> Option<Scope> {
    id.as_str().strip_prefix(TO_COME).map(Scope::new)
}

/// The question after `changes`.
pub fn ask(question: &JobQuestion, changes: &[Change]) -> JobQuestion {
    let mut question = question.clone();
    for change in changes {
        if let Change::Respell { input, to } = change {
            let mut context = ReferenceContext::new(ReferenceOrigin::CommandLine);
            let workspace = question.workspace.clone();
            context.workspace = Some(&workspace);
            context.storage_suffix = &question.storage_suffix;
            let parsed = InputReference::parse(to, &context);
            if let Some(data) = question.inputs.iter_mut().find(|data| data.name == *input) {
                data.reference = parsed;
            }
        }
    }
    question
}

impl Change {
    /// The word its kind goes by.
    pub fn kind(&self) -> &'static str {
        match self {
            Change::Respell { .. } => "respell",
            Change::DefaultDeployment { .. } => "default_deployment",
            Change::AttachIdentity { user: None, .. } => "system_identity",
            Change::AttachIdentity { user: Some(_), .. } => "user_identity",
            Change::StoreByIdentity { .. } => "store_by_identity",
            Change::RenewSas { .. } => "renew_sas",
            Change::AllowSharedKey { .. } => "allow_shared_key",
            Change::SubnetRule { .. } => "subnet_rule",
            Change::PrivateEndpoint { .. } => "private_endpoint",
            Change::OutboundRule { .. } => "outbound_rule",
            Change::RemoveDeny { .. } => "remove_deny",
            Change::ActivateRole { .. } => "activate_role",
            Change::CustomRole { .. } => "custom_role",
            Change::GrantRole(_) => "grant_role",
            Change::SetAcl { .. } | Change::AclBelow { .. } | Change::WriteAcl { .. } => "acl_entries",
            Change::Rehydrate { .. } => "rehydrate",
            Change::Without(_) => "without",
        }
    }

    /// Whether no command can be given: a person has to decide.
    pub fn needs_decision(&self) -> bool {
        matches!(self, Change::RemoveDeny { .. })
    }
}

/// Name of a custom role that a fix makes.
pub(super) fn custom_role_name(scope: &Scope, principal: &ObjectId) -> String {
    let short: String = principal.key().chars().take(8).collect();
    format!("Batch invoker {} {short}", scope.name())
}

/// Whether the subnet has a service endpoint for storage, regional or global.
pub(super) fn has_service_endpoint(subnet: &Subnet) -> bool {
    subnet.service_endpoints.iter().any(|(name, _)| name.to_lowercase().starts_with("microsoft.storage"))
}

/// Reaches accounts of every region.
pub(super) const SERVICE_ENDPOINT: &str = "Microsoft.Storage.Global";

/// Id of the private endpoint that a fix makes.
pub(super) fn private_endpoint_id(account: &str, sub_resource: &str, subnet: &Scope) -> Scope {
    let group = subnet.cut_after("resourcegroups").unwrap_or_else(Scope::root);
    group.join(&format!("providers/Microsoft.Network/privateEndpoints/pe-{account}-{sub_resource}"))
}
