//! Fixes as Terraform (azurerm), where every change is a resource of its own; see `bicep` for what is not written.

use crate::fix::change::{Change, compute_of_identity_to_come, custom_role_name, private_endpoint_id};
use crate::fix::words;
use crate::model::{ObjectId, Scope, Snapshot};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The configuration; `None` where a change has no resource of its own.
pub(super) fn configuration(snapshot: &Snapshot, changes: &[Change]) -> Option<String> {
    let mut variables: BTreeMap<&'static str, String> = BTreeMap::new();
    let mut body = String::new();
    for (at, change) in changes.iter().enumerate() {
        let number = at + 1;
        let _ = write!(body, "\n# {}\n", comment(&words::change(snapshot, change)));
        match change {
            Change::GrantRole(grant) if grant.condition.is_none() => {
                let role = format!("role_definition_name = {}", text(&grant.role_name));
                assignment(&mut body, &mut variables, number, &grant.principal, &grant.scope, &role);
            }
            Change::CustomRole { principal, scope, actions } => {
                let name = custom_role_name(scope, principal);
                let group = scope.cut_after("resourcegroups")?;
                let listed: Vec<String> = actions.iter().map(|action| text(action)).collect();
                let _ = write!(
                    body,
                    "resource \"azurerm_role_definition\" \"fix_{number}\" {{\n  name  = {}\n  scope = {group}\n  permissions {{\n    actions = [{}]\n  }}\n  assignable_scopes = [{group}]\n}}\n\n",
                    text(&name),
                    listed.join(", "),
                    group = text(group.as_str())
                );
                let role = format!("role_definition_id = azurerm_role_definition.fix_{number}.role_definition_resource_id");
                assignment(&mut body, &mut variables, number, principal, scope, &role);
            }
            Change::PrivateEndpoint { account, sub_resource, subnet } => {
                private_endpoint(&mut body, snapshot, number, account, sub_resource, subnet)?;
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
            | Change::Without(_) => return None,
        }
    }
    let mut whole = String::new();
    for (name, says) in variables {
        let _ = write!(whole, "variable \"{name}\" {{\n  type        = string\n  description = {}\n}}\n", text(&says));
    }
    whole.push_str(if whole.is_empty() { body.trim_start_matches('\n') } else { &body });
    Some(whole)
}

/// Text as HCL writes it: quotes and backslashes escaped, and no template sequence begun.
fn text(value: &str) -> String {
    let mut out = String::from("\"");
    for c in value.chars().filter(|c| !crate::model::acts_on_terminals(*c) && *c != '\n') {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '$' | '%' => {
                out.push(c);
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    // A doubled sign means itself before a brace only.
    let out = out.replace("$${", "\u{0}").replace("%%{", "\u{1}").replace("$$", "$").replace("%%", "%");
    out.replace('\u{0}', "$${").replace('\u{1}', "%%{") + "\""
}

fn comment(value: &str) -> String {
    value.chars().filter(|c| !crate::model::acts_on_terminals(*c) && *c != '\n').collect()
}

fn assignment(
    body: &mut String,
    variables: &mut BTreeMap<&'static str, String>,
    number: usize,
    principal: &ObjectId,
    scope: &Scope,
    role: &str,
) {
    let principal = match compute_of_identity_to_come(principal) {
        None => text(principal.as_str()),
        Some(compute) => {
            let says = format!("Object id of the identity of compute {}: az ml compute show --query identity.principal_id", compute.name());
            variables.insert("compute_principal_id", says);
            "var.compute_principal_id".to_owned()
        }
    };
    let _ = write!(
        body,
        "resource \"azurerm_role_assignment\" \"fix_{number}\" {{\n  scope        = {}\n  principal_id = {principal}\n  {role}\n}}\n",
        text(scope.as_str())
    );
}

fn private_endpoint(body: &mut String, snapshot: &Snapshot, number: usize, account: &str, sub: &str, subnet: &Scope) -> Option<()> {
    let record = snapshot.facts().storage_accounts.get(account)?;
    let id = private_endpoint_id(account, sub, subnet);
    let location = record.location.as_deref()?;
    let _ = write!(
        body,
        "# The zone privatelink.{sub}.* must be linked to the network and hold the endpoint's address.\nresource \"azurerm_private_endpoint\" \"fix_{number}\" {{\n  name                = {name}\n  location            = {}\n  resource_group_name = {}\n  subnet_id           = {}\n  private_service_connection {{\n    name                           = {name}\n    private_connection_resource_id = {}\n    subresource_names              = [{}]\n    is_manual_connection           = false\n  }}\n}}\n",
        text(location),
        text(id.resource_group()?),
        text(subnet.as_str()),
        text(record.id.as_str()),
        text(sub),
        sub = comment(sub),
        name = text(id.name()),
    );
    Some(())
}
