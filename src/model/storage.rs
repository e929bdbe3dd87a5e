//! Storage accounts and containers: the gates that stand before any identity.

use super::{Scope, Timestamp};
use std::collections::BTreeMap;

/// `publicNetworkAccess`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicNetworkAccess {
    /// The public endpoint is open (to what the firewall lets through).
    Enabled,
    /// Only private endpoints.
    Disabled,
    /// Governed by a network security perimeter.
    SecuredByPerimeter,
    /// A value this version does not know.
    Other(String),
}

/// `networkAcls.defaultAction`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DefaultAction {
    /// Everything is let through.
    Allow,
    /// Only what a rule names.
    Deny,
}

/// A virtual-network rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VirtualNetworkRule {
    /// Subnet.
    pub subnet: Scope,
    /// `state`, such as `Succeeded` or `NetworkSourceDeleted`.
    pub state: Option<String>,
}

/// `networkAcls`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkRules {
    /// What happens to a request no rule matches.
    pub default_action: DefaultAction,
    /// `bypass`, as in the source.
    pub bypass: Option<String>,
    /// Address ranges.
    pub ip_rules: Vec<String>,
    /// Subnets.
    pub virtual_network_rules: Vec<VirtualNetworkRule>,
    /// Resource instances (`resourceId`).
    pub resource_access_rules: Vec<String>,
}

/// A private endpoint connection as the storage account lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrivateEndpointConnection {
    /// ARM id of the private endpoint resource.
    pub private_endpoint: Option<Scope>,
    /// `privateLinkServiceConnectionState.status`, such as `Approved`.
    pub status: Option<String>,
    /// `groupIds`, where the body carries them.
    pub group_ids: Vec<String>,
}

/// `sasPolicy`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SasPolicy {
    /// `sasExpirationPeriod`, `DD.HH:MM:SS`, as in the source.
    pub expiration_period: String,
    /// `expirationAction`: `Log` or `Block`, as in the source.
    pub expiration_action: String,
}

/// A storage account (Blob or Data Lake Storage Gen2).
#[derive(Clone, Debug, PartialEq)]
pub struct StorageAccount {
    /// ARM id.
    pub id: Scope,
    /// Name, lower case.
    pub name: String,
    /// `isHnsEnabled`; absent in the body means false.
    pub is_hns_enabled: bool,
    /// `allowSharedKeyAccess`; absent or null in the body means allowed.
    pub allow_shared_key_access: bool,
    /// `allowBlobPublicAccess`; absent: unknown (older accounts allow, newer do not).
    pub allow_blob_public_access: Option<bool>,
    /// `publicNetworkAccess`; absent in the body means `Enabled`.
    pub public_network_access: PublicNetworkAccess,
    /// `networkAcls`; `None`: not in the body (accounts of before the firewall: open).
    pub network_rules: Option<NetworkRules>,
    /// Private endpoint connections; `None`: the body has no such key.
    pub private_endpoint_connections: Option<Vec<PrivateEndpointConnection>>,
    /// `minimumTlsVersion`.
    pub minimum_tls_version: Option<String>,
    /// `sasPolicy`.
    pub sas_policy: Option<SasPolicy>,
    /// `keyPolicy.keyExpirationPeriodInDays`.
    pub key_expiration_days: Option<u32>,
    /// `keyCreationTime`, by key name.
    pub key_creation_time: BTreeMap<String, Option<Timestamp>>,
    /// `encryption.keySource` is `Microsoft.Keyvault`.
    pub customer_managed_key: bool,
    /// `statusOfPrimary`, as in the source.
    pub status_of_primary: Option<String>,
    /// `provisioningState`.
    pub provisioning_state: Option<String>,
    /// `location`.
    pub location: Option<String>,
    /// `primaryEndpoints`, by sub-resource (`blob`, `dfs`, …).
    pub primary_endpoints: BTreeMap<String, String>,
    /// `defaultToOAuthAuthentication`.
    pub default_to_oauth: Option<bool>,
    /// `kind`, such as `StorageV2`.
    pub kind: Option<String>,
}

/// `publicAccess` of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PublicAccess {
    /// No anonymous access.
    None,
    /// Anonymous reads of blobs, no listing.
    Blob,
    /// Anonymous reads and listing.
    Container,
}

/// A blob container or file system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Container {
    /// ARM id.
    pub id: Scope,
    /// Account name, lower case.
    pub account: String,
    /// Name.
    pub name: String,
    /// `publicAccess`; `None`: not in the body.
    pub public_access: Option<PublicAccess>,
    /// `deleted`.
    pub deleted: bool,
    /// `defaultEncryptionScope`.
    pub default_encryption_scope: Option<String>,
}

/// A Data Lake Storage Gen1 account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gen1Account {
    /// ARM id.
    pub id: Scope,
    /// Name, lower case.
    pub name: String,
    /// `state`, as in the source.
    pub state: Option<String>,
}
