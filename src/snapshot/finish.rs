//! Joins what came apart: rules with their workspace, connections with their account, peerings and subnets with their
//! network, identities with those who use them.

use super::store::{Embedded, Lines, Refused, Store, put};
use crate::model::*;

impl Embedded {
    pub(super) fn add_rule(&mut self, lines: &mut Lines, id: Scope, rule: OutboundRule, line: u32) -> Result<(), Refused> {
        put(&mut self.outbound_rules, &mut lines.resources, id.clone(), rule, line)
            .map_err(|first| Store::refuse("resource", id.as_str(), first))
    }

    pub(super) fn add_connection(
        &mut self,
        lines: &mut Lines,
        id: Scope,
        connection: PrivateEndpointConnection,
        line: u32,
    ) -> Result<(), Refused> {
        put(&mut self.connections, &mut lines.resources, id.clone(), connection, line)
            .map_err(|first| Store::refuse("resource", id.as_str(), first))
    }

    pub(super) fn add_peering(&mut self, lines: &mut Lines, id: Scope, peering: Peering, line: u32) -> Result<(), Refused> {
        put(&mut self.peerings, &mut lines.resources, id.clone(), peering, line)
            .map_err(|first| Store::refuse("resource", id.as_str(), first))
    }
}

/// Called once, when every line is read.
pub(super) fn join(store: &mut Store) {
    let Embedded { subnets, peerings, connections, outbound_rules } = std::mem::take(&mut store.embedded);
    let facts = &mut store.facts;
    for subnet in subnets {
        facts.subnets.entry(subnet.id.clone()).or_insert(subnet);
    }
    for (id, peering) in peerings {
        if let Some(network) = id.cut_after("virtualnetworks") {
            let body = facts.virtual_networks.entry(network.clone()).or_insert(VirtualNetwork { id: network.clone(), peerings: None });
            // Only a list in the body is known to be whole.
            match &mut body.peerings {
                Some(known) => {
                    known.retain(|other| other.id != id);
                    known.push(peering);
                }
                None => facts.peerings.entry(network).or_default().push(peering),
            }
        }
    }
    for (id, connection) in connections {
        if let Some(account) = id.segment_after("storageaccounts").and_then(|name| facts.storage_accounts.get_mut(&name.to_lowercase())) {
            let known = account.private_endpoint_connections.get_or_insert_default();
            known.retain(|other| other.private_endpoint.is_none() || other.private_endpoint != connection.private_endpoint);
            known.push(connection);
        }
        facts.other_resources.insert(id);
    }
    for (id, rule) in outbound_rules {
        if let Some(workspace) = id.cut_after("workspaces") {
            facts.outbound_rules.entry(workspace).or_default().push(rule);
        }
    }
    for (id, rules) in &mut facts.outbound_rules {
        rules.sort_by(|one, other| one.name.cmp(&other.name));
        if let Some(known) = facts.workspaces.get_mut(id).and_then(|workspace| workspace.outbound_rules.as_mut()) {
            merge_rules(known, rules);
        }
    }
    complete_identities(facts);
}

/// A rule of its own record stands for the embedded one of its name.
fn merge_rules(known: &mut Vec<OutboundRule>, own: &[OutboundRule]) {
    known.retain(|rule| own.iter().all(|other| !other.name.eq_ignore_ascii_case(&rule.name)));
    known.extend_from_slice(own);
    known.sort_by(|one, other| one.name.cmp(&other.name));
}

/// What an identity block leaves out of a user-assigned identity is taken from that identity's own record.
fn complete_identities(facts: &mut Facts) {
    let known = &facts.managed_identities;
    let computes = facts.computes.values_mut().map(|compute| &mut compute.identity);
    let workspaces = facts.workspaces.values_mut().map(|workspace| &mut workspace.identity);
    for identity in computes.chain(workspaces) {
        let mut tenants = std::collections::BTreeSet::new();
        for user in &mut identity.user_assigned {
            if let Some(record) = known.get(&user.id) {
                user.principal_id = user.principal_id.take().or_else(|| record.principal_id.clone());
                user.client_id = user.client_id.take().or_else(|| record.client_id.clone());
                tenants.extend(record.tenant_id.clone());
            }
        }
        if identity.tenant_id.is_none() && tenants.len() == 1 {
            identity.tenant_id = tenants.pop_first();
        }
    }
}
