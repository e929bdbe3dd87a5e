//! One change as commands of the Azure CLI.

use super::quote::{Arg, Command};
use crate::fix::acl;
use crate::fix::change::{
    Change, LakePath, RoleGrant, SERVICE_ENDPOINT, compute_of_identity_to_come, custom_role_name, has_service_endpoint,
};
use crate::model::{AclTag, Bits, DatastoreTarget, Facts, ObjectId, PrincipalKind, Scope};
use std::collections::BTreeSet;

/// The commands for one change, in the state before it.
pub(super) fn commands(facts: &Facts, change: &Change) -> Vec<Command> {
    match change {
        Change::Respell { .. } | Change::RemoveDeny { .. } | Change::WriteAcl { .. } | Change::Without(_) => Vec::new(),
        Change::DefaultDeployment { endpoint, deployment } => {
            let command = in_workspace(Command::new("az ml batch-endpoint update"), endpoint).with("--name", endpoint.name());
            vec![command.with("--set", format!("defaults.deployment_name={deployment}"))]
        }
        Change::AttachIdentity { compute, user } => vec![attach(compute, user.as_ref())],
        Change::StoreByIdentity { datastore } => store_by_identity(facts, datastore).into_iter().collect(),
        Change::RenewSas { datastore, sas } => renew_sas(facts, datastore, sas).into_iter().collect(),
        Change::AllowSharedKey { account } => {
            let command = of_account(facts, Command::new("az storage account update"), account, "--name");
            vec![command.with("--allow-shared-key-access", "true")]
        }
        Change::SubnetRule { account, subnet } => subnet_rule(facts, account, subnet),
        Change::PrivateEndpoint { account, sub_resource, subnet } => private_endpoint(facts, account, sub_resource, subnet),
        Change::OutboundRule { workspace, account, sub_resource } => outbound(facts, workspace, account, sub_resource),
        Change::ActivateRole { eligibility, grant } => vec![activate(eligibility, grant)],
        Change::CustomRole { principal, scope, actions } => custom_role(facts, principal, scope, actions),
        Change::GrantRole(grant) => vec![assignment(facts, &grant.principal, &grant.role_name, &grant.scope)],
        Change::SetAcl { at, tag, bits } => set_acl(facts, at, tag, *bits),
        Change::AclBelow { at, tag } => vec![acl_below(at, tag)],
        Change::Rehydrate { at } => vec![
            Command::new("az storage blob set-tier")
                .with("--account-name", &at.account)
                .with("--container-name", &at.filesystem)
                .with("--name", at.path.as_str())
                .with("--tier", "Hot")
                .with("--auth-mode", "login"),
        ],
    }
}

/// With subscription, resource group and workspace of something in a workspace.
fn in_workspace(command: Command, id: &Scope) -> Command {
    let command = match id.segment_after("workspaces") {
        Some(name) => command.with("--workspace-name", name),
        None => command,
    };
    in_group(command, id)
}

fn in_group(command: Command, id: &Scope) -> Command {
    let command = match id.resource_group() {
        Some(group) => command.with("--resource-group", group),
        None => command,
    };
    match id.subscription() {
        Some(subscription) => command.with("--subscription", subscription.as_str()),
        None => command,
    }
}

fn of_account(facts: &Facts, command: Command, account: &str, option: &str) -> Command {
    let command = command.with(option, account);
    match facts.storage_accounts.get(account) {
        Some(record) => in_group(command, &record.id),
        None => command,
    }
}

fn attach(compute: &Scope, user: Option<&Scope>) -> Command {
    let command = in_workspace(Command::new("az ml compute update").with("--name", compute.name()), compute);
    match user {
        None => command.with("--identity-type", "SystemAssigned"),
        Some(user) => command.with("--identity-type", "UserAssigned").with("--user-assigned-identities", user.as_str()),
    }
}

/// Version of the Azure ML REST API that datastores are written with.
const ML_API: &str = "2025-12-01";

/// The CLI has no option that takes a credential away, and the REST API replaces a datastore whole.
fn store_by_identity(facts: &Facts, datastore: &Scope) -> Option<Command> {
    let record = facts.datastores.get(datastore)?;
    let mut properties = match &record.target {
        DatastoreTarget::Blob { account, container } => {
            serde_json::json!({"datastoreType": "AzureBlob", "accountName": account, "containerName": container})
        }
        DatastoreTarget::AdlsGen2 { account, filesystem } => {
            serde_json::json!({"datastoreType": "AzureDataLakeGen2", "accountName": account, "filesystem": filesystem})
        }
        DatastoreTarget::AdlsGen1 { .. } | DatastoreTarget::File { .. } | DatastoreTarget::OneLake | DatastoreTarget::Other(_) => {
            return None;
        }
    };
    if let Some(fields) = properties.as_object_mut() {
        let mut set = |key: &str, value: Option<&str>| {
            if let Some(value) = value {
                fields.insert(key.to_owned(), value.into());
            }
        };
        set("endpoint", record.endpoint.as_deref());
        set("protocol", record.protocol.as_deref());
        set("subscriptionId", record.subscription_id.as_ref().map(|id| id.as_str()));
        set("resourceGroup", record.resource_group.as_deref());
        fields.insert("credentials".to_owned(), serde_json::json!({"credentialsType": "None"}));
    }
    let url = format!("{datastore}?api-version={ML_API}");
    let body = serde_json::json!({"properties": properties});
    Some(Command::new("az rest --method put").with("--url", url).with("--body", body.to_string()))
}

/// The token goes from one command into the other and is never shown.
fn renew_sas(facts: &Facts, datastore: &Scope, sas: &str) -> Option<Command> {
    let (account, container) = match &facts.datastores.get(datastore)?.target {
        DatastoreTarget::Blob { account, container } => (account, container),
        DatastoreTarget::AdlsGen2 { account, filesystem } => (account, filesystem),
        DatastoreTarget::AdlsGen1 { .. } | DatastoreTarget::File { .. } | DatastoreTarget::OneLake | DatastoreTarget::Other(_) => {
            return None;
        }
    };
    let field = |name: &str| sas.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).unwrap_or_default();
    // The CLI takes times to the minute.
    let time = |name: &str| field(name).replace("%3A", ":").replace(":00Z", "Z");
    let generate = Command::new("az storage container generate-sas")
        .with("--account-name", account)
        .with("--name", container)
        .with("--permissions", field("sp"))
        .with("--start", time("st"))
        .with("--expiry", time("se"))
        .and(Arg::Text("--https-only".to_owned()))
        .with("--auth-mode", "key")
        .with("--output", "tsv");
    let update = in_workspace(Command::new("az ml datastore update").with("--name", datastore.name()), datastore);
    Some(update.and(Arg::Text("--set".to_owned())).and(Arg::TextAndOutput("credentials.sas_token=".to_owned(), generate)))
}

fn subnet_rule(facts: &Facts, account: &str, subnet: &Scope) -> Vec<Command> {
    let mut commands = Vec::new();
    let record = facts.subnets.get(subnet);
    if !record.is_some_and(has_service_endpoint) {
        // The option replaces the whole list, so those there are stand in it too.
        let mut command = Command::new("az network vnet subnet update").with("--ids", subnet.as_str());
        command = command.and(Arg::Text("--service-endpoints".to_owned()));
        for (name, _) in record.into_iter().flat_map(|record| &record.service_endpoints) {
            command = command.and(Arg::Text(name.clone()));
        }
        commands.push(command.and(Arg::Text(SERVICE_ENDPOINT.to_owned())));
    }
    let command = of_account(facts, Command::new("az storage account network-rule add"), account, "--account-name");
    commands.push(command.with("--subnet", subnet.as_str()));
    commands
}

fn private_endpoint(facts: &Facts, account: &str, sub_resource: &str, subnet: &Scope) -> Vec<Command> {
    let name = format!("pe-{account}-{sub_resource}");
    let target = facts.storage_accounts.get(account).map(|record| record.id.as_str().to_owned()).unwrap_or_default();
    let create = in_group(Command::new("az network private-endpoint create").with("--name", &name), subnet)
        .with("--subnet", subnet.as_str())
        .with("--private-connection-resource-id", target)
        .with("--group-id", sub_resource)
        .with("--connection-name", &name);
    let zone = format!("privatelink.{sub_resource}.core.windows.net");
    let dns = in_group(Command::new("az network private-endpoint dns-zone-group create"), subnet)
        .with("--endpoint-name", name)
        .with("--name", "default")
        .with("--private-dns-zone", &zone)
        .with("--zone-name", sub_resource);
    vec![create, dns]
}

fn outbound(facts: &Facts, workspace: &Scope, account: &str, sub_resource: &str) -> Vec<Command> {
    let target = facts.storage_accounts.get(account).map(|record| record.id.as_str().to_owned()).unwrap_or_default();
    let command = in_workspace(Command::new("az ml workspace outbound-rule set"), workspace)
        .with("--rule", format!("{account}-{sub_resource}"))
        .with("--type", "private_endpoint")
        .with("--service-resource-id", target)
        .with("--subresource-target", sub_resource);
    vec![command]
}

fn activate(eligibility: &Scope, grant: &RoleGrant) -> Command {
    let url = format!("{}/providers/Microsoft.Authorization/roleAssignmentScheduleRequests/", grant.scope);
    let definition = format!("/providers/Microsoft.Authorization/roleDefinitions/{}", grant.role);
    let body = serde_json::json!({"properties": {
        "principalId": grant.principal.as_str(), "roleDefinitionId": definition, "requestType": "SelfActivate",
        "linkedRoleEligibilityScheduleId": eligibility.name(), "justification": "batch job",
    }});
    Command::new("az rest --method put --url")
        .and(Arg::NewGuid(url))
        .with("--url-parameters", "api-version=2020-10-01")
        .with("--body", body.to_string())
}

/// The object id of a principal, or the command that prints the one to come.
fn with_principal(command: Command, option: &str, principal: &ObjectId) -> Command {
    match compute_of_identity_to_come(principal) {
        None => command.with(option, principal.as_str()),
        Some(compute) => {
            let show = in_workspace(Command::new("az ml compute show").with("--name", compute.name()), &compute);
            command.with_output(option, show.with("--query", "identity.principal_id").with("--output", "tsv"))
        }
    }
}

/// `--assignee-principal-type`, which spares the look-up in the directory that fails for new identities.
fn principal_type(facts: &Facts, principal: &ObjectId) -> Option<&'static str> {
    if compute_of_identity_to_come(principal).is_some() || is_managed(facts, principal) {
        return Some("ServicePrincipal");
    }
    Some(match facts.directory.get(principal).and_then(|object| object.kind)? {
        PrincipalKind::User => "User",
        PrincipalKind::Group => "Group",
        PrincipalKind::ServicePrincipal | PrincipalKind::ManagedIdentity | PrincipalKind::Application => "ServicePrincipal",
    })
}

fn is_managed(facts: &Facts, principal: &ObjectId) -> bool {
    facts.computes.values().any(|compute| {
        let users = compute.identity.user_assigned.iter().filter_map(|user| user.principal_id.as_ref());
        compute.identity.principal_id.iter().chain(users).any(|id| id == principal)
    })
}

fn assignment(facts: &Facts, principal: &ObjectId, role: &str, scope: &Scope) -> Command {
    let mut command = with_principal(Command::new("az role assignment create"), "--assignee-object-id", principal);
    if let Some(kind) = principal_type(facts, principal) {
        command = command.with("--assignee-principal-type", kind);
    }
    command.with("--role", role).with("--scope", scope.as_str())
}

fn custom_role(facts: &Facts, principal: &ObjectId, scope: &Scope, actions: &BTreeSet<String>) -> Vec<Command> {
    let name = custom_role_name(scope, principal);
    // Custom roles are made for a resource group at the narrowest.
    let assignable = scope.cut_after("resourcegroups").unwrap_or_else(|| scope.clone());
    let body = serde_json::json!({
        "Name": name, "IsCustom": true, "Description": "What invoking a batch endpoint lacked", "Actions": actions,
        "AssignableScopes": [assignable.as_str()],
    });
    let create = Command::new("az role definition create").with("--role-definition", body.to_string());
    vec![create, assignment(facts, principal, &name, scope)]
}

fn set_acl(facts: &Facts, at: &LakePath, tag: &AclTag, bits: Bits) -> Vec<Command> {
    let record = facts.path_access.get(&(at.account.clone(), at.filesystem.clone())).and_then(|paths| paths.get(&at.path));
    let Some(list) = record.and_then(|record| record.parsed_acl().ok()) else {
        return Vec::new();
    };
    let list = acl::with_entry(&list, tag, bits).to_string();
    let path = if at.path.is_root() { "/" } else { at.path.as_str() };
    vec![lake("az storage fs access set", at, path).with("--acl", list)]
}

fn acl_below(at: &LakePath, tag: &AclTag) -> Command {
    let path = if at.path.is_root() { "/" } else { at.path.as_str() };
    lake("az storage fs access update-recursive", at, path).with("--acl", format!("{tag}:r-x,default:{tag}:r-x"))
}

fn lake(command: &str, at: &LakePath, path: &str) -> Command {
    Command::new(command)
        .with("--account-name", &at.account)
        .with("--file-system", &at.filesystem)
        .with("--path", path)
        .with("--auth-mode", "login")
}
