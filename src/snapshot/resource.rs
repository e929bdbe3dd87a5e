//! ARM resources: the kind is told by `type`, else by the id; what nothing is decided by is only known to exist.

use super::raw::{Flaw, assets, ml, network, storage};
use super::record::{Stop, parse};
use super::store::Store;
use crate::model::Scope;
use serde::Deserialize;
use serde_json::value::RawValue;

/// What every body has.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Head<'a> {
    id: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(borrow)]
    value: Option<Vec<&'a RawValue>>,
}

/// Adds the resource or the page of resources in `body`.
pub(super) fn add(store: &mut Store, body: &str, line: u32) -> Result<(), Stop> {
    let head: Head<'_> = parse(body, body, "/body")?;
    let Some(page) = head.value else {
        return add_one(store, body, head, line, "/body");
    };
    for (at, item) in page.into_iter().enumerate() {
        let above = format!("/body/value/{at}");
        let head: Head<'_> = parse(item.get(), item.get(), &above)?;
        add_one(store, item.get(), head, line, &above)?;
    }
    Ok(())
}

/// The resource type, lower case: what `type` says, else what the id says.
fn type_of(kind: Option<String>, id: &Scope) -> String {
    let said = kind.map(|kind| kind.trim().trim_matches('/').to_lowercase()).filter(|kind| !kind.is_empty());
    said.map_or_else(|| type_of_id(id), |kind| kind.strip_prefix("providers/").map(str::to_owned).unwrap_or(kind))
}

/// `Microsoft.X/a/b` of `…/providers/Microsoft.X/a/1/b/2`, lower case.
fn type_of_id(id: &Scope) -> String {
    let Some((_, rest)) = id.key().rsplit_once("/providers/") else {
        return String::new();
    };
    let mut segments = rest.split('/');
    let space = segments.next().unwrap_or_default().to_owned();
    segments.step_by(2).fold(space, |kind, segment| format!("{kind}/{segment}"))
}

const ML: &str = "microsoft.machinelearningservices/workspaces";

fn add_one(store: &mut Store, text: &str, head: Head<'_>, line: u32, above: &str) -> Result<(), Stop> {
    let id = head.id.filter(|id| !id.trim().is_empty()).ok_or_else(|| Stop::at(above, Flaw::missing("/id")))?;
    let id = Scope::new(&id);
    let kind = type_of(head.kind, &id);
    match kind.strip_prefix(ML) {
        Some(part) => add_ml(store, (part, text), id, line, above),
        None => add_other(store, (&kind, text), id, line, above),
    }
}

/// Resources of Azure Machine Learning, by the type below the workspace's.
fn add_ml(store: &mut Store, (part, text): (&str, &str), id: Scope, line: u32, above: &str) -> Result<(), Stop> {
    let at = |flaw| Stop::at(above, flaw);
    match part {
        "" => {
            let new = parse::<ml::RawWorkspace>(text, text, above)?.valid(id.clone()).map_err(at)?;
            store.resource(|facts| &mut facts.workspaces, id, new, line)?;
        }
        "/computes" => {
            let new = parse::<ml::RawCompute>(text, text, above)?.valid(id.clone()).map_err(at)?;
            store.resource(|facts| &mut facts.computes, id, new, line)?;
        }
        "/batchendpoints" => {
            let new = parse::<ml::RawEndpoint>(text, text, above)?.valid(id.clone());
            store.resource(|facts| &mut facts.endpoints, id, new, line)?;
        }
        "/batchendpoints/deployments" => {
            let new = parse::<ml::RawDeployment>(text, text, above)?.valid(id.clone());
            store.resource(|facts| &mut facts.deployments, id, new, line)?;
        }
        "/datastores" => {
            let new = parse::<assets::RawDatastore>(text, text, above)?.valid(id.clone());
            store.resource(|facts| &mut facts.datastores, id, new, line)?;
        }
        "/data" => {
            let new = parse::<assets::RawData>(text, text, above)?.asset(id.clone());
            store.resource(|facts| &mut facts.data_assets, id, new, line)?;
        }
        "/data/versions" => {
            let new = parse::<assets::RawData>(text, text, above)?.version(id.clone());
            store.resource(|facts| &mut facts.data_versions, id, new, line)?;
        }
        "/components/versions" => {
            let new = parse::<assets::RawComponent>(text, text, above)?.valid(id.clone()).map_err(at)?;
            store.resource(|facts| &mut facts.components, id, new, line)?;
        }
        "/outboundrules" | "/managednetworks/outboundrules" => {
            let raw = parse::<ml::RawOutboundRuleResource>(text, text, above)?;
            let rule = raw.properties.ok_or_else(|| at(Flaw::missing("/properties")))?.valid(id.name());
            store.embedded.add_rule(&mut store.lines, id, rule, line)?;
        }
        _ => drop(store.facts.other_resources.insert(id)),
    }
    Ok(())
}

/// Resources of storage, network and identity.
fn add_other(store: &mut Store, (kind, text): (&str, &str), id: Scope, line: u32, above: &str) -> Result<(), Stop> {
    let at = |flaw| Stop::at(above, flaw);
    match kind {
        "microsoft.storage/storageaccounts" => {
            let new = parse::<storage::RawAccount>(text, text, above)?.valid(id).map_err(at)?;
            store.storage_account(new, line)?;
        }
        "microsoft.storage/storageaccounts/blobservices/containers" => {
            let new = parse::<storage::RawContainer>(text, text, above)?.valid(id).map_err(at)?;
            store.container(new, line)?;
        }
        "microsoft.storage/storageaccounts/privateendpointconnections" => {
            let new = parse::<storage::RawConnection>(text, text, above)?.valid();
            store.embedded.add_connection(&mut store.lines, id, new, line)?;
        }
        "microsoft.datalakestore/accounts" => {
            let new = parse::<storage::RawGen1>(text, text, above)?.valid(id);
            store.gen1_account(new, line)?;
        }
        "microsoft.network/virtualnetworks" => {
            let (new, subnets) = parse::<network::RawNetwork>(text, text, above)?.valid(id.clone());
            store.resource(|facts| &mut facts.virtual_networks, id, new, line)?;
            store.embedded.subnets.extend(subnets);
        }
        "microsoft.network/virtualnetworks/subnets" => {
            let new = parse::<network::RawSubnet>(text, text, above)?.valid(id.clone());
            store.resource(|facts| &mut facts.subnets, id, new, line)?;
        }
        "microsoft.network/virtualnetworks/virtualnetworkpeerings" => {
            let new = parse::<network::RawPeering>(text, text, above)?.valid(id.clone());
            store.embedded.add_peering(&mut store.lines, id, new, line)?;
        }
        "microsoft.network/privateendpoints" => {
            let new = parse::<network::RawEndpoint>(text, text, above)?.valid(id.clone());
            store.resource(|facts| &mut facts.private_endpoints, id, new, line)?;
        }
        "microsoft.managedidentity/userassignedidentities" => {
            let new = parse::<network::RawManagedIdentity>(text, text, above)?.valid(id.clone());
            store.resource(|facts| &mut facts.managed_identities, id, new, line)?;
        }
        _ => drop(store.facts.other_resources.insert(id)),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_is_that_of_the_body_else_that_of_the_id() {
        let id =
            Scope::new("/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a/blobServices/default/containers/c");
        assert_eq!(type_of(None, &id), "microsoft.storage/storageaccounts/blobservices/containers");
        assert_eq!(type_of(Some(String::new()), &id), "microsoft.storage/storageaccounts/blobservices/containers");
        assert_eq!(type_of(Some("Microsoft.X/Y".to_owned()), &id), "microsoft.x/y");
        assert_eq!(
            type_of(Some("/providers/Microsoft.Management/managementGroups".to_owned()), &id),
            "microsoft.management/managementgroups"
        );
        assert_eq!(type_of(None, &Scope::new("/subscriptions/s")), "");
    }
}
