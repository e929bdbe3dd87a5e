//! Virtual networks, subnets and private endpoints.

use super::Scope;

/// A subnet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subnet {
    /// ARM id.
    pub id: Scope,
    /// Services of `serviceEndpoints`, such as `Microsoft.Storage`, with their provisioning state.
    pub service_endpoints: Vec<(String, Option<String>)>,
}

/// A peering of a virtual network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peering {
    /// ARM id.
    pub id: Scope,
    /// Virtual network at the other end.
    pub remote: Option<Scope>,
    /// `peeringState`, such as `Connected`.
    pub state: Option<String>,
    /// `allowVirtualNetworkAccess`.
    pub allow_access: Option<bool>,
}

/// A virtual network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VirtualNetwork {
    /// ARM id.
    pub id: Scope,
    /// Its peerings, where the body carries that key.
    pub peerings: Option<Vec<Peering>>,
}

/// A private endpoint resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrivateEndpoint {
    /// ARM id.
    pub id: Scope,
    /// Subnet it has its address in.
    pub subnet: Option<Scope>,
    /// Connections, automatic and manual.
    pub connections: Vec<PrivateLinkConnection>,
}

/// One connection of a private endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrivateLinkConnection {
    /// The resource it leads to.
    pub service: Option<Scope>,
    /// Sub-resources: `blob`, `dfs`, …
    pub group_ids: Vec<String>,
    /// State, such as `Approved`.
    pub status: Option<String>,
}
