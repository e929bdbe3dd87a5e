//! The state after changes: what each does to the facts.

use super::acl;
use super::change::{Change, RoleGrant, SERVICE_ENDPOINT, custom_role_name, has_service_endpoint, identity_to_come, private_endpoint_id};
use crate::model::{
    CoverageRecord, CredentialSource, DirectoryObject, Facts, Identity, IdentityType, NetworkRules, ObjectId, OutboundRule, Permission,
    PrincipalHint, PrincipalKind, PrivateEndpoint, PrivateEndpointConnection, PrivateLinkConnection, RoleAssignment, RoleDefinition,
    RoleId, RoleType, Scope, Snapshot, StoredCredential, Subnet, UserAssignedIdentity, VirtualNetworkRule, What,
};
use std::collections::{BTreeMap, BTreeSet};

/// The state after `changes`, made in order.
pub fn apply(snapshot: &Snapshot, changes: &[Change]) -> Snapshot {
    let mut facts = snapshot.facts().clone();
    changes.iter().for_each(|change| change.make(&mut facts));
    Snapshot::new(facts)
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
            let id = introduce_identity(&mut facts.memberships, &mut facts.directory, compute);
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
    let name = crate::eval::system_identity_name(compute);
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
    // An instance is what makes an assignment end: without it alone the assignment would last for ever.
    let of_instance = facts.assignment_instances.iter().filter(|one| one.id == scope);
    let dropped: BTreeSet<Scope> = of_instance.filter_map(|one| one.origin_role_assignment.clone()).chain([scope.clone()]).collect();
    facts.role_assignments.retain(|one| !dropped.contains(&one.id));
    facts.deny_assignments.retain(|one| one.id != scope);
    facts
        .assignment_instances
        .retain(|one| one.id != scope && one.origin_role_assignment.as_ref().is_none_or(|origin| !dropped.contains(origin)));
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
