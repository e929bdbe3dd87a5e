//! Virtual networks, private endpoints, and user-assigned identities as resources.

use super::storage::RawState;
use super::{Reference, filled, scope_of};
use crate::model::*;
use serde::Deserialize;

/// A subnet, embedded or as a resource of its own.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(in crate::snapshot) struct RawSubnet {
    id: Option<String>,
    properties: Option<SubnetProperties>,
}
#[derive(Deserialize)]
#[serde(expecting = "an object", rename_all = "camelCase")]
struct SubnetProperties {
    service_endpoints: Option<Vec<RawServiceEndpoint>>,
}
#[derive(Deserialize)]
#[serde(expecting = "an object", rename_all = "camelCase")]
struct RawServiceEndpoint {
    service: Option<String>,
    provisioning_state: Option<String>,
}

impl RawSubnet {
    pub(in crate::snapshot) fn valid(self, id: Scope) -> Subnet {
        let endpoints = self.properties.and_then(|own| own.service_endpoints).unwrap_or_default();
        let service = |endpoint: RawServiceEndpoint| Some((filled(endpoint.service)?, filled(endpoint.provisioning_state)));
        Subnet { id, service_endpoints: endpoints.into_iter().filter_map(service).collect() }
    }

    fn embedded(mut self) -> Option<Subnet> {
        let id = scope_of(self.id.take())?;
        Some(self.valid(id))
    }
}

/// A peering, embedded or as a resource of its own.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(in crate::snapshot) struct RawPeering {
    id: Option<String>,
    properties: Option<PeeringProperties>,
}
#[derive(Deserialize)]
#[serde(expecting = "an object", rename_all = "camelCase")]
struct PeeringProperties {
    remote_virtual_network: Option<Reference>,
    peering_state: Option<String>,
    allow_virtual_network_access: Option<bool>,
}

impl RawPeering {
    pub(in crate::snapshot) fn valid(self, id: Scope) -> Peering {
        let (remote, state, allow_access) = self.properties.map_or((None, None, None), |own| {
            (Reference::scope(own.remote_virtual_network), filled(own.peering_state), own.allow_virtual_network_access)
        });
        Peering { id, remote, state, allow_access }
    }
}

/// A virtual network with the subnets in it.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(in crate::snapshot) struct RawNetwork {
    properties: Option<NetworkProperties>,
}
#[derive(Deserialize, Default)]
#[serde(expecting = "an object", rename_all = "camelCase")]
struct NetworkProperties {
    subnets: Option<Vec<RawSubnet>>,
    virtual_network_peerings: Option<Vec<RawPeering>>,
}

impl RawNetwork {
    pub(in crate::snapshot) fn valid(self, id: Scope) -> (VirtualNetwork, Vec<Subnet>) {
        let own = self.properties.unwrap_or_default();
        let subnets = own.subnets.unwrap_or_default().into_iter().filter_map(RawSubnet::embedded).collect();
        let below = id.clone();
        let peering = move |mut raw: RawPeering| {
            let own = scope_of(raw.id.take()).unwrap_or_else(|| below.join("virtualNetworkPeerings"));
            raw.valid(own)
        };
        let peerings = own.virtual_network_peerings.map(|all| all.into_iter().map(peering).collect());
        (VirtualNetwork { id, peerings }, subnets)
    }
}

/// A private endpoint.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(in crate::snapshot) struct RawEndpoint {
    properties: Option<EndpointProperties>,
}
#[derive(Deserialize, Default)]
#[serde(expecting = "an object", rename_all = "camelCase")]
struct EndpointProperties {
    subnet: Option<Reference>,
    private_link_service_connections: Option<Vec<RawLink>>,
    manual_private_link_service_connections: Option<Vec<RawLink>>,
}
#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct RawLink {
    properties: Option<LinkProperties>,
}
#[derive(Deserialize)]
#[serde(expecting = "an object", rename_all = "camelCase")]
struct LinkProperties {
    private_link_service_id: Option<String>,
    group_ids: Option<Vec<String>>,
    private_link_service_connection_state: Option<RawState>,
}

impl RawEndpoint {
    pub(in crate::snapshot) fn valid(self, id: Scope) -> PrivateEndpoint {
        let own = self.properties.unwrap_or_default();
        let manual = own.manual_private_link_service_connections.unwrap_or_default();
        let links = own.private_link_service_connections.unwrap_or_default().into_iter().chain(manual);
        let connections = links.filter_map(|link| link.properties).map(|link| PrivateLinkConnection {
            service: scope_of(link.private_link_service_id),
            group_ids: link.group_ids.unwrap_or_default(),
            status: link.private_link_service_connection_state.and_then(|state| filled(state.status)),
        });
        PrivateEndpoint { id, subnet: Reference::scope(own.subnet), connections: connections.collect() }
    }
}

/// A user-assigned identity.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(in crate::snapshot) struct RawManagedIdentity {
    properties: Option<ManagedIdentityProperties>,
}
#[derive(Deserialize)]
#[serde(expecting = "an object", rename_all = "camelCase")]
struct ManagedIdentityProperties {
    principal_id: Option<String>,
    client_id: Option<String>,
    tenant_id: Option<String>,
}

impl RawManagedIdentity {
    pub(in crate::snapshot) fn valid(self, id: Scope) -> ManagedIdentity {
        let (principal, client, tenant) =
            self.properties.map_or((None, None, None), |own| (own.principal_id, own.client_id, own.tenant_id));
        ManagedIdentity {
            id,
            principal_id: filled(principal).map(|id| ObjectId::new(&id)),
            client_id: filled(client).map(|id| AppId::new(&id)),
            tenant_id: filled(tenant).map(|id| TenantId::new(&id)),
        }
    }
}
