//! Fixes as Bicep, where every change is a resource of its own. What would mean owning the whole of an existing resource (an
//! ACL, an account's settings, a compute, a datastore) is not written: deploying it would undo what others set.

use crate::fix::change::{Change, compute_of_identity_to_come, custom_role_name, private_endpoint_id};
use crate::fix::words;
use crate::model::{ObjectId, Scope, Snapshot};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// The template; `None` where a change has no resource of its own. Deployed to the resource group named in its first line.
pub(super) fn template(snapshot: &Snapshot, changes: &[Change]) -> Option<String> {
    let mut template =
        Template { snapshot, parameters: BTreeMap::new(), existing: BTreeMap::new(), body: String::new(), groups: BTreeSet::new() };
    for (at, change) in changes.iter().enumerate() {
        template.resource(at + 1, change)?;
    }
    let mut groups = template.groups.iter();
    // One file is deployed to one resource group.
    let (Some(group), None) = (groups.next(), groups.next()) else {
        return None;
    };
    let mut text = format!("// az deployment group create --resource-group {} --template-file fix.bicep\n", comment(group));
    for (name, says) in &template.parameters {
        let _ = write!(text, "\n@description('{}')\nparam {name} string\n", literal(says));
    }
    for block in template.existing.values() {
        let _ = write!(text, "\n{block}");
    }
    text.push_str(&template.body);
    Some(text)
}

struct Template<'a> {
    snapshot: &'a Snapshot,
    parameters: BTreeMap<String, String>,
    /// By symbolic name.
    existing: BTreeMap<String, String>,
    body: String,
    groups: BTreeSet<String>,
}

/// Text within single quotes of Bicep: a backslash goes before what has a meaning there.
fn literal(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars().filter(|c| !crate::model::acts_on_terminals(*c) && *c != '\n') {
        match c {
            '\'' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            // `${` would begin an interpolation.
            '$' => out.push_str("\\$"),
            _ => out.push(c),
        }
    }
    out
}

/// Text that stands in a comment to the end of its line.
fn comment(text: &str) -> String {
    text.chars().filter(|c| !crate::model::acts_on_terminals(*c) && *c != '\n').collect()
}

impl Template<'_> {
    fn resource(&mut self, number: usize, change: &Change) -> Option<()> {
        let says = comment(&words::change(self.snapshot, change));
        match change {
            Change::GrantRole(grant) if grant.condition.is_none() => {
                let scope = self.scope(&grant.scope)?;
                let role = format!("subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '{}')", literal(grant.role.as_str()));
                self.assignment(number, &says, &grant.principal, &scope, &role)
            }
            Change::CustomRole { principal, scope, actions } => {
                let target = self.scope(scope)?;
                let name = custom_role_name(scope, principal);
                let listed: String = actions.iter().fold(String::new(), |mut all, action| {
                    let _ = writeln!(all, "          '{}'", literal(action));
                    all
                });
                let _ = write!(
                    self.body,
                    "\n// {says}\nresource role{number} 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {{\n  name: guid(resourceGroup().id, '{name}')\n  properties: {{\n    roleName: '{name}'\n    type: 'CustomRole'\n    assignableScopes: [\n      resourceGroup().id\n    ]\n    permissions: [\n      {{\n        actions: [\n{listed}        ]\n      }}\n    ]\n  }}\n}}\n",
                    name = literal(&name)
                );
                self.assignment(number, &says, principal, &target, &format!("role{number}.id"))
            }
            Change::PrivateEndpoint { account, sub_resource, subnet } => {
                self.private_endpoint(number, &says, account, sub_resource, subnet)
            }
            Change::GrantRole(_)
            | Change::Respell { .. }
            | Change::DefaultDeployment { .. }
            | Change::AttachIdentity { .. }
            | Change::StoreByIdentity { .. }
            | Change::RenewSas { .. }
            | Change::AllowSharedKey { .. }
            | Change::SubnetRule { .. }
            | Change::OutboundRule { .. }
            | Change::RemoveDeny { .. }
            | Change::ActivateRole { .. }
            | Change::SetAcl { .. }
            | Change::AclBelow { .. }
            | Change::WriteAcl { .. }
            | Change::Rehydrate { .. }
            | Change::Without(_) => None,
        }
    }

    fn assignment(&mut self, number: usize, says: &str, principal: &ObjectId, scope: &str, role: &str) -> Option<()> {
        let (principal, kind) = self.principal(principal);
        let _ = write!(
            self.body,
            "\n// {says}\nresource assignment{number} 'Microsoft.Authorization/roleAssignments@2022-04-01' = {{\n  name: guid({scope}.id, {principal}, {role})\n  scope: {scope}\n  properties: {{\n    principalId: {principal}\n    roleDefinitionId: {role}\n"
        );
        if let Some(kind) = kind {
            let _ = writeln!(self.body, "    principalType: '{kind}'");
        }
        self.body.push_str("  }\n}\n");
        Some(())
    }

    /// The object id as Bicep text, or a parameter for one that is still to come.
    fn principal(&mut self, id: &ObjectId) -> (String, Option<&'static str>) {
        if let Some(compute) = compute_of_identity_to_come(id) {
            let says = format!("Object id of the identity of compute {}: az ml compute show --query identity.principal_id", compute.name());
            self.parameters.insert("computePrincipalId".to_owned(), says);
            return ("computePrincipalId".to_owned(), Some("ServicePrincipal"));
        }
        let word = super::az::principal_type(self.snapshot.facts(), id);
        (format!("'{}'", literal(id.as_str())), word)
    }

    /// The symbolic name of an existing container, account or workspace, declared once.
    fn scope(&mut self, scope: &Scope) -> Option<String> {
        self.groups.insert(scope.resource_group()?.to_owned());
        let kind = scope.key().rsplit('/').nth(1)?;
        match kind {
            "storageaccounts" => Some(self.account(scope)),
            "containers" => {
                let account = scope.cut_after("storageaccounts")?;
                let account = self.account(&account);
                let blobs = format!("{account}Blobs");
                self.declare(&blobs, "Microsoft.Storage/storageAccounts/blobServices@2023-05-01", Some(&account), "default");
                let name = format!("{blobs}{}", symbol(scope.name()));
                self.declare(&name, "Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01", Some(&blobs), scope.name());
                Some(name)
            }
            "workspaces" => {
                let name = format!("workspace{}", symbol(scope.name()));
                self.declare(&name, "Microsoft.MachineLearningServices/workspaces@2024-10-01", None, scope.name());
                Some(name)
            }
            _ => None,
        }
    }

    fn account(&mut self, scope: &Scope) -> String {
        let name = format!("account{}", symbol(scope.name()));
        self.declare(&name, "Microsoft.Storage/storageAccounts@2023-05-01", None, scope.name());
        name
    }

    fn declare(&mut self, symbol: &str, kind: &str, parent: Option<&str>, name: &str) {
        let parent = parent.map(|parent| format!("  parent: {parent}\n")).unwrap_or_default();
        let block = format!("resource {symbol} '{kind}' existing = {{\n{parent}  name: '{}'\n}}\n", literal(name));
        self.existing.insert(symbol.to_owned(), block);
    }

    fn private_endpoint(&mut self, number: usize, says: &str, account: &str, sub: &str, subnet: &Scope) -> Option<()> {
        let service = self.snapshot.facts().storage_accounts.get(account)?.id.clone();
        self.groups.insert(subnet.resource_group()?.to_owned());
        let name = private_endpoint_id(account, sub, subnet).name().to_owned();
        let _ = write!(
            self.body,
            "\n// {says}\n// The zone privatelink.{sub}.* must be linked to the network and hold the endpoint's address.\nresource endpoint{number} 'Microsoft.Network/privateEndpoints@2024-05-01' = {{\n  name: '{name}'\n  location: resourceGroup().location\n  properties: {{\n    subnet: {{\n      id: '{subnet}'\n    }}\n    privateLinkServiceConnections: [\n      {{\n        name: '{name}'\n        properties: {{\n          privateLinkServiceId: '{service}'\n          groupIds: [\n            '{sub}'\n          ]\n        }}\n      }}\n    ]\n  }}\n}}\n",
            name = literal(&name),
            subnet = literal(subnet.as_str()),
            service = literal(service.as_str()),
            sub = literal(sub)
        );
        Some(())
    }
}

/// A name as part of a symbolic name: letters and digits; others by their number, so that no two names meet.
fn symbol(name: &str) -> String {
    let mut out = String::from("_");
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c);
        } else {
            let _ = write!(out, "_{:x}", u32::from(c));
        }
    }
    out
}
