//! What conditions may ask about the way a request takes: private link, private endpoint, subnet.

use super::{AttributeValue, Datum};
use crate::eval::{DataTarget, Origin};
use crate::model::{Found, Known, Lookup, Missing, PrivateEndpoint, Scope, Snapshot, StorageAccount, StoreKind};

/// Whether a request goes over a private link.
pub(super) enum Link<'a> {
    /// It does not.
    None,
    /// It does; through this private endpoint, where there is but one.
    Through(Option<&'a Scope>),
    /// Not known.
    Unknown(Missing),
}

fn origin_missing() -> Missing {
    Missing::open("request-origin", "where the request comes from (`--from public`, or a subnet's id)")
}

/// Whether a request goes over a private link: not from the public internet, not to an account without an approved private
/// endpoint; it does from a virtual network that has one for the store's sub-resource, provided names resolve to it.
pub(super) fn private_link<'a>(snapshot: &'a Snapshot, target: &'a DataTarget<'_>) -> Link<'a> {
    let from = match &target.origin {
        Origin::Unknown => return Link::Unknown(origin_missing()),
        Origin::Public => return Link::None,
        Origin::Subnet(from) => from,
    };
    let account = match &target.account {
        Known::Known(account) => *account,
        Known::Missing(missing) => return Link::Unknown(missing.clone()),
    };
    let Some(connections) = &account.private_endpoint_connections else {
        return Link::Unknown(Missing::resource(&account.id, &Lookup::NotCollected));
    };
    let mut near = Vec::new();
    let mut approved = 0;
    for connection in connections.iter().filter(|connection| is_approved(connection.status.as_deref())) {
        approved += 1;
        let Some(id) = &connection.private_endpoint else { continue };
        match snapshot.private_endpoint(id) {
            Found::Here(endpoint) if leads_to(endpoint, account, target.store) && same_network(endpoint, from) => near.push(&endpoint.id),
            Found::Here(_) | Found::Absent(_) => {}
            Found::Missing(missing) => return Link::Unknown(missing),
        }
    }
    match near.as_slice() {
        [] if approved == 0 => Link::None,
        [] => Link::Unknown(Missing::open("request-private-link", "whether the request reaches a private endpoint of another network")),
        [one] => Link::Through(Some(one)),
        [_, ..] => Link::Through(None),
    }
}

fn is_approved(status: Option<&str>) -> bool {
    status.is_some_and(|status| status.eq_ignore_ascii_case("approved"))
}

fn leads_to(endpoint: &PrivateEndpoint, account: &StorageAccount, store: StoreKind) -> bool {
    let sub_resource = match store {
        StoreKind::Blob | StoreKind::AdlsGen1 => "blob",
        StoreKind::AdlsGen2 => "dfs",
    };
    endpoint.connections.iter().any(|connection| {
        connection.service.as_ref() == Some(&account.id)
            && is_approved(connection.status.as_deref())
            && connection.group_ids.iter().any(|group| group.eq_ignore_ascii_case(sub_resource))
    })
}

fn same_network(endpoint: &PrivateEndpoint, from: &Scope) -> bool {
    let network = endpoint.subnet.as_ref().and_then(|subnet| subnet.cut_after("virtualNetworks"));
    network.is_some() && network == from.cut_after("virtualNetworks")
}

/// The subnet storage sees: that of the request, unless it is known to have no service endpoint for storage or to take a
/// private link instead.
pub(super) fn subnet<'a>(snapshot: &'a Snapshot, target: &'a DataTarget<'_>) -> AttributeValue<'a> {
    let from = match &target.origin {
        Origin::Unknown => return AttributeValue::Unknown(origin_missing()),
        Origin::Public => return AttributeValue::Absent,
        Origin::Subnet(from) => from,
    };
    let hidden = match snapshot.subnet(from) {
        Found::Here(subnet) => {
            let serves = |service: &str| service.to_ascii_lowercase().starts_with("microsoft.storage");
            !subnet.service_endpoints.iter().any(|(service, _)| serves(service))
        }
        Found::Absent(_) | Found::Missing(_) => false,
    };
    if hidden || matches!(private_link(snapshot, target), Link::Through(_)) {
        let question = "whether storage sees the subnet of a request that uses no service endpoint for storage";
        return AttributeValue::Unknown(Missing::open("request-subnet", question));
    }
    AttributeValue::One(Datum::text(from.as_str()))
}
