//! Changes of the state, and the state after them.

use super::acl;
use crate::eval::JobQuestion;
use crate::model::{
    AclTag, Bits, CoverageRecord, CredentialSource, DirectoryObject, Facts, Identity, IdentityType, InputReference, NetworkRules, ObjectId,
    OutboundRule, Permission, PrincipalHint, PrincipalKind, PrivateEndpoint, PrivateEndpointConnection, PrivateLinkConnection,
    ReferenceContext, ReferenceOrigin, RoleAssignment, RoleDefinition, RoleId, RoleType, Scope, Snapshot, StorePath, StoredCredential,
    Subnet, UserAssignedIdentity, VirtualNetworkRule, What,
};
use std::collections::{BTreeMap, BTreeSet};

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

/// The state after `changes`, made in order.
pub fn apply(snapshot: &Snapshot, changes: &[Change]) -> Snapshot {
    let mut facts = snapshot.facts().clone();
    changes.iter().for_each(|change| change.make(&mut facts));
    Snapshot::new(facts)
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
    /// Makes the change. What it speaks of and the facts do not hold stays as it is.
    pub(super) fn make(&self, facts: &mut Facts) {
        match self {
            Change::Respell { .. } => {}
            Change::DefaultDeployment { endpoint, deployment } => {
                if let Some(endpoint) = facts.endpoints.get_mut(endpoint) {
                    endpoint.default_deployment = Some(deployment.clone());
                }
            }
            Change::AttachIdentity { compute, user } => attach(facts, compute, user.as_ref()),
            Change::StoreByIdentity { datastore } => {
                if let Some(store) = facts.datastores.get_mut(datastore) {
                    store.credential = CredentialSource::None;
                    facts.stored_credentials.remove(datastore);
                }
            }
            Change::RenewSas { datastore, sas } => {
                let record = StoredCredential { datastore: datastore.clone(), credentials_type: "Sas".to_owned(), sas: Some(sas.clone()) };
                facts.stored_credentials.insert(datastore.clone(), record);
            }
            Change::AllowSharedKey { account } => {
                if let Some(account) = facts.storage_accounts.get_mut(account) {
                    account.allow_shared_key_access = true;
                }
            }
            Change::SubnetRule { account, subnet } => admit(facts, account, subnet),
            Change::PrivateEndpoint { account, sub_resource, subnet } => private_endpoint(facts, account, sub_resource, subnet),
            Change::OutboundRule { workspace, account, sub_resource } => outbound(facts, workspace, account, sub_resource),
            Change::RemoveDeny { id, .. } => facts.deny_assignments.retain(|deny| deny.id != *id),
            Change::ActivateRole { grant, .. } | Change::GrantRole(grant) => assign(facts, grant),
            Change::CustomRole { principal, scope, actions } => custom_role(facts, principal, scope, actions),
            Change::SetAcl { at, tag, bits } => acl::set(facts, at, tag, *bits),
            Change::AclBelow { at, tag } => acl::below(facts, at, tag),
            Change::WriteAcl { at, default, tag, bits } => acl::write(facts, at, *default, tag, *bits),
            Change::Rehydrate { at } => {
                let key = (at.account.clone(), at.filesystem.clone());
                if let Some(record) = facts.paths.get_mut(&key).and_then(|paths| paths.get_mut(&at.path)) {
                    record.access_tier = Some("Hot".to_owned());
                }
            }
            Change::Without(id) => without(facts, &id.0),
        }
    }

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

fn assign(facts: &mut Facts, grant: &RoleGrant) {
    let name = format!("to-be-made-{}-{}", grant.role, grant.principal.key().replace('/', "-"));
    let hint = match facts.directory.get(&grant.principal).and_then(|object| object.kind) {
        Some(PrincipalKind::User) => PrincipalHint::User,
        Some(PrincipalKind::Group) => PrincipalHint::Group,
        Some(PrincipalKind::ServicePrincipal | PrincipalKind::ManagedIdentity | PrincipalKind::Application) => {
            PrincipalHint::ServicePrincipal
        }
        None if facts.memberships.contains_key(&grant.principal) => PrincipalHint::ServicePrincipal,
        None => PrincipalHint::Unknown,
    };
    let definition = facts.role_definitions.get(&grant.role).map(|role| role.arm_id.clone());
    facts.role_assignments.push(RoleAssignment {
        id: grant.scope.join(&format!("providers/Microsoft.Authorization/roleAssignments/{name}")),
        role: grant.role.clone(),
        role_arm_id: definition
            .unwrap_or_else(|| Scope::new(&format!("/providers/Microsoft.Authorization/roleDefinitions/{}", grant.role))),
        principal: grant.principal.clone(),
        principal_hint: hint,
        scope: grant.scope.clone(),
        condition_version: grant.condition.is_some().then(|| "2.0".to_owned()),
        condition: grant.condition.clone(),
        created_on: None,
        updated_on: None,
    });
}

/// Name of a custom role that a fix makes.
pub(super) fn custom_role_name(scope: &Scope, principal: &ObjectId) -> String {
    let short: String = principal.key().chars().take(8).collect();
    format!("Batch invoker {} {short}", scope.name())
}

fn custom_role(facts: &mut Facts, principal: &ObjectId, scope: &Scope, actions: &BTreeSet<String>) {
    let name = custom_role_name(scope, principal);
    let role = RoleId::new(&name);
    let permission =
        Permission { actions: actions.iter().map(|action| crate::model::ActionPattern::new(action)).collect(), ..Permission::default() };
    let arm_id = scope.join(&format!("providers/Microsoft.Authorization/roleDefinitions/{name}"));
    facts.role_definitions.insert(
        role.clone(),
        RoleDefinition { id: role.clone(), arm_id, name: name.clone(), role_type: RoleType::Custom, permissions: vec![permission] },
    );
    assign(facts, &RoleGrant { principal: principal.clone(), role, role_name: name, scope: scope.clone(), condition: None });
}

fn attach(facts: &mut Facts, compute: &Scope, user: Option<&Scope>) {
    let managed = user.and_then(|user| facts.managed_identities.get(user)).cloned();
    let workspace = compute.cut_after("workspaces").and_then(|id| facts.workspaces.get(&id));
    let own_tenant = workspace.and_then(|workspace| workspace.tenant_id.clone().or_else(|| workspace.identity.tenant_id.clone()));
    let tenant = own_tenant.or_else(|| facts.header.tenant_id.clone());
    let Some(record) = facts.computes.get_mut(compute) else {
        return;
    };
    record.identity = match (user, managed) {
        (Some(id), managed) => {
            let (principal_id, client_id, of) =
                managed.map_or((None, None, None), |found| (found.principal_id, found.client_id, found.tenant_id));
            Identity {
                identity_type: IdentityType::UserAssigned,
                principal_id: None,
                tenant_id: of.or(tenant),
                user_assigned: vec![UserAssignedIdentity { id: id.clone(), principal_id, client_id }],
            }
        }
        (None, _) => {
            let id = identity_to_come(compute);
            let name = format!("{}/computes/{}", compute.segment_after("workspaces").unwrap_or_default(), compute.name());
            // Nobody has granted it anything or put it in a group yet.
            facts.memberships.insert(id.clone(), BTreeSet::new());
            facts.directory.insert(id.clone(), managed_identity(&id, name));
            Identity { identity_type: IdentityType::SystemAssigned, principal_id: Some(id), tenant_id: tenant, user_assigned: Vec::new() }
        }
    };
}

/// Makes the identity that a compute will have known: by the name Azure will give it, and in no group yet.
pub fn introduce_identity(
    memberships: &mut BTreeMap<ObjectId, BTreeSet<ObjectId>>,
    directory: &mut BTreeMap<ObjectId, DirectoryObject>,
    compute: &Scope,
) -> ObjectId {
    let id = identity_to_come(compute);
    let name = format!("{}/computes/{}", compute.segment_after("workspaces").unwrap_or_default(), compute.name());
    memberships.insert(id.clone(), BTreeSet::new());
    directory.insert(id.clone(), managed_identity(&id, name));
    id
}

fn managed_identity(id: &ObjectId, name: String) -> DirectoryObject {
    DirectoryObject {
        id: id.clone(),
        kind: Some(PrincipalKind::ManagedIdentity),
        display_name: Some(name),
        app_id: None,
        user_principal_name: None,
        mail: None,
        account_enabled: None,
        app_owner_tenant: None,
        password_credentials: None,
        key_credentials: None,
        created: None,
        custom_security_attributes: None,
    }
}

/// A virtual network rule, with the service endpoint it needs in the subnet.
fn admit(facts: &mut Facts, account: &str, subnet: &Scope) {
    if let Some(rules) = facts.storage_accounts.get_mut(account).and_then(|account| account.network_rules.as_mut()) {
        let NetworkRules { virtual_network_rules, .. } = rules;
        virtual_network_rules.retain(|rule| rule.subnet != *subnet);
        virtual_network_rules.push(VirtualNetworkRule { subnet: subnet.clone(), state: Some("Succeeded".to_owned()) });
    }
    let record = facts.subnets.entry(subnet.clone()).or_insert_with(|| Subnet { id: subnet.clone(), service_endpoints: Vec::new() });
    if !has_service_endpoint(record) {
        record.service_endpoints.push((SERVICE_ENDPOINT.to_owned(), Some("Succeeded".to_owned())));
    }
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

fn private_endpoint(facts: &mut Facts, account: &str, sub_resource: &str, subnet: &Scope) {
    let Some(record) = facts.storage_accounts.get_mut(account) else {
        return;
    };
    let id = private_endpoint_id(account, sub_resource, subnet);
    let connection = PrivateEndpointConnection {
        private_endpoint: Some(id.clone()),
        status: Some("Approved".to_owned()),
        group_ids: vec![sub_resource.to_owned()],
    };
    record.private_endpoint_connections.get_or_insert_default().push(connection);
    let link = PrivateLinkConnection {
        service: Some(record.id.clone()),
        group_ids: vec![sub_resource.to_owned()],
        status: Some("Approved".to_owned()),
    };
    facts.private_endpoints.insert(id.clone(), PrivateEndpoint { id, subnet: Some(subnet.clone()), connections: vec![link] });
}

fn outbound(facts: &mut Facts, workspace: &Scope, account: &str, sub_resource: &str) {
    let service = facts.storage_accounts.get(account).map(|account| account.id.clone());
    if let Some(workspace) = facts.workspaces.get_mut(workspace) {
        workspace.outbound_rules.get_or_insert_default().push(OutboundRule {
            name: format!("{account}-{sub_resource}"),
            rule_type: "PrivateEndpoint".to_owned(),
            status: Some("Active".to_owned()),
            service_resource: service,
            sub_resource: Some(sub_resource.to_owned()),
            destination: None,
        });
    }
}

/// Takes the record with this id as absent, and known to be. Of a group nobody is a member any more.
fn without(facts: &mut Facts, id: &str) {
    let (scope, object) = (Scope::new(id), ObjectId::new(id));
    facts.role_assignments.retain(|one| one.id != scope);
    facts.deny_assignments.retain(|one| one.id != scope);
    facts.assignment_instances.retain(|one| one.id != scope && one.origin_role_assignment.as_ref() != Some(&scope));
    facts.eligibility_instances.retain(|one| one.id != scope);
    facts.memberships.remove(&object);
    facts.memberships.values_mut().for_each(|groups| {
        groups.remove(&object);
    });
    let gone = [
        facts.computes.remove(&scope).is_some(),
        facts.datastores.remove(&scope).is_some(),
        facts.data_versions.remove(&scope).is_some(),
        facts.endpoints.remove(&scope).is_some(),
        facts.deployments.remove(&scope).is_some(),
        facts.private_endpoints.remove(&scope).is_some(),
    ];
    if gone.contains(&true) {
        facts.coverage.push(CoverageRecord { what: What::Resource, scope: scope.as_str().to_owned(), principal: None, below: false });
        for account in facts.storage_accounts.values_mut() {
            let known = account.private_endpoint_connections.iter_mut();
            known.for_each(|all| all.retain(|one| one.private_endpoint.as_ref() != Some(&scope)));
        }
    }
}

/// Whether any record that [`Change::Without`] can take away bears this id.
pub fn can_be_absent(facts: &Facts, id: &str) -> bool {
    let (scope, object) = (Scope::new(id), ObjectId::new(id));
    facts.role_assignments.iter().any(|one| one.id == scope)
        || facts.deny_assignments.iter().any(|one| one.id == scope)
        || facts.assignment_instances.iter().any(|one| one.id == scope)
        || facts.eligibility_instances.iter().any(|one| one.id == scope)
        || facts.memberships.contains_key(&object)
        || facts.memberships.values().any(|groups| groups.contains(&object))
        || facts.computes.contains_key(&scope)
        || facts.datastores.contains_key(&scope)
        || facts.data_versions.contains_key(&scope)
        || facts.endpoints.contains_key(&scope)
        || facts.deployments.contains_key(&scope)
        || facts.private_endpoints.contains_key(&scope)
}
