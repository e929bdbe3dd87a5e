//! Storage and Data Lake Storage Gen1 accounts, containers, private endpoint connections. Shapes: REST reference of
//! Microsoft.Storage.

use super::{Flaw, Lenient, Reference, When, filled, required, scope_of};
use crate::model::*;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A storage account.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(in crate::snapshot) struct RawAccount {
    location: Option<String>,
    kind: Option<String>,
    properties: Option<AccountProperties>,
}
#[derive(Deserialize, Default)]
#[serde(expecting = "an object", rename_all = "camelCase")]
struct AccountProperties {
    is_hns_enabled: Option<bool>,
    allow_shared_key_access: Option<bool>,
    allow_blob_public_access: Option<bool>,
    public_network_access: Option<String>,
    network_acls: Option<RawNetworkRules>,
    private_endpoint_connections: Option<Vec<RawConnection>>,
    minimum_tls_version: Option<String>,
    sas_policy: Option<RawSasPolicy>,
    key_policy: Option<RawKeyPolicy>,
    key_creation_time: Option<BTreeMap<String, Option<When>>>,
    encryption: Option<RawEncryption>,
    status_of_primary: Option<String>,
    provisioning_state: Option<String>,
    primary_endpoints: Option<BTreeMap<String, Lenient>>,
    default_to_o_auth_authentication: Option<bool>,
}
#[derive(Deserialize)]
#[serde(expecting = "an object", rename_all = "camelCase")]
struct RawNetworkRules {
    default_action: Option<String>,
    bypass: Option<String>,
    ip_rules: Option<Vec<RawIpRule>>,
    virtual_network_rules: Option<Vec<RawSubnetRule>>,
    resource_access_rules: Option<Vec<RawResourceRule>>,
}
#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct RawIpRule {
    value: Option<String>,
}
#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct RawSubnetRule {
    id: Option<String>,
    state: Option<String>,
}
#[derive(Deserialize)]
#[serde(expecting = "an object", rename_all = "camelCase")]
struct RawResourceRule {
    resource_id: Option<String>,
}
#[derive(Deserialize)]
#[serde(expecting = "an object", rename_all = "camelCase")]
struct RawSasPolicy {
    sas_expiration_period: Option<String>,
    expiration_action: Option<String>,
}
#[derive(Deserialize)]
#[serde(expecting = "an object", rename_all = "camelCase")]
struct RawKeyPolicy {
    key_expiration_period_in_days: Option<u32>,
}
#[derive(Deserialize)]
#[serde(expecting = "an object", rename_all = "camelCase")]
struct RawEncryption {
    key_source: Option<String>,
}
/// A private endpoint connection, embedded or as a resource of its own.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(in crate::snapshot) struct RawConnection {
    properties: Option<ConnectionProperties>,
}
#[derive(Deserialize, Default)]
#[serde(expecting = "an object", rename_all = "camelCase")]
struct ConnectionProperties {
    private_endpoint: Option<Reference>,
    private_link_service_connection_state: Option<RawState>,
    group_ids: Option<Vec<String>>,
}
#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct RawState {
    pub(super) status: Option<String>,
}

impl RawConnection {
    pub(in crate::snapshot) fn valid(self) -> PrivateEndpointConnection {
        let own = self.properties.unwrap_or_default();
        PrivateEndpointConnection {
            private_endpoint: Reference::scope(own.private_endpoint),
            status: own.private_link_service_connection_state.and_then(|state| filled(state.status)),
            group_ids: own.group_ids.unwrap_or_default(),
        }
    }
}

impl RawNetworkRules {
    /// Without `defaultAction` nothing is refused. Source: "NetworkRuleSet" of the Microsoft.Storage REST specification.
    fn valid(self) -> Result<NetworkRules, Flaw> {
        let at = "/properties/networkAcls/defaultAction";
        let default_action = match filled(self.default_action).map(|action| action.to_ascii_lowercase()).as_deref() {
            Some("deny") => DefaultAction::Deny,
            Some("allow") | None => DefaultAction::Allow,
            Some(_) => return Err(Flaw::new(at, "expected Allow or Deny")),
        };
        let subnet = |rule: RawSubnetRule| {
            let subnet = required(scope_of(rule.id), "/properties/networkAcls/virtualNetworkRules/id")?;
            Ok(VirtualNetworkRule { subnet, state: filled(rule.state) })
        };
        Ok(NetworkRules {
            default_action,
            bypass: filled(self.bypass),
            ip_rules: self.ip_rules.unwrap_or_default().into_iter().filter_map(|rule| filled(rule.value)).collect(),
            virtual_network_rules: self.virtual_network_rules.unwrap_or_default().into_iter().map(subnet).collect::<Result<_, Flaw>>()?,
            resource_access_rules: self
                .resource_access_rules
                .unwrap_or_default()
                .into_iter()
                .filter_map(|r| filled(r.resource_id))
                .collect(),
        })
    }
}

fn public_network_access(text: Option<String>) -> PublicNetworkAccess {
    match filled(text) {
        None => PublicNetworkAccess::Enabled,
        Some(text) => match text.to_ascii_lowercase().as_str() {
            "enabled" => PublicNetworkAccess::Enabled,
            "disabled" => PublicNetworkAccess::Disabled,
            "securedbyperimeter" => PublicNetworkAccess::SecuredByPerimeter,
            _ => PublicNetworkAccess::Other(text),
        },
    }
}

impl RawAccount {
    pub(in crate::snapshot) fn valid(self, id: Scope) -> Result<StorageAccount, Flaw> {
        let own = self.properties.unwrap_or_default();
        let is_customers = |encryption: RawEncryption| encryption.key_source.is_some_and(|s| s.eq_ignore_ascii_case("Microsoft.Keyvault"));
        let policy = |policy: RawSasPolicy| SasPolicy {
            expiration_period: policy.sas_expiration_period.unwrap_or_default(),
            expiration_action: policy.expiration_action.unwrap_or_default(),
        };
        let endpoints = own.primary_endpoints.unwrap_or_default().into_iter().filter_map(|(name, url)| Some((name, url.0?)));
        Ok(StorageAccount {
            name: id.name().to_lowercase(),
            id,
            is_hns_enabled: own.is_hns_enabled.unwrap_or(false),
            allow_shared_key_access: own.allow_shared_key_access.unwrap_or(true),
            allow_blob_public_access: own.allow_blob_public_access,
            public_network_access: public_network_access(own.public_network_access),
            network_rules: own.network_acls.map(RawNetworkRules::valid).transpose()?,
            private_endpoint_connections: own.private_endpoint_connections.map(|all| all.into_iter().map(RawConnection::valid).collect()),
            minimum_tls_version: filled(own.minimum_tls_version),
            sas_policy: own.sas_policy.map(policy),
            key_expiration_days: own.key_policy.and_then(|policy| policy.key_expiration_period_in_days),
            key_creation_time: own.key_creation_time.unwrap_or_default().into_iter().map(|(key, at)| (key, When::of(at))).collect(),
            customer_managed_key: own.encryption.is_some_and(is_customers),
            status_of_primary: filled(own.status_of_primary),
            provisioning_state: filled(own.provisioning_state),
            location: filled(self.location),
            primary_endpoints: endpoints.collect(),
            default_to_oauth: own.default_to_o_auth_authentication,
            kind: filled(self.kind),
        })
    }
}

/// A container.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(in crate::snapshot) struct RawContainer {
    properties: Option<ContainerProperties>,
}
#[derive(Deserialize, Default)]
#[serde(expecting = "an object", rename_all = "camelCase")]
struct ContainerProperties {
    public_access: Option<String>,
    deleted: Option<bool>,
    default_encryption_scope: Option<String>,
}

impl RawContainer {
    pub(in crate::snapshot) fn valid(self, id: Scope) -> Result<Container, Flaw> {
        let own = self.properties.unwrap_or_default();
        let public_access = match filled(own.public_access).map(|level| level.to_ascii_lowercase()).as_deref() {
            Some("none") => Some(PublicAccess::None),
            Some("blob") => Some(PublicAccess::Blob),
            Some("container") => Some(PublicAccess::Container),
            Some(_) | None => None,
        };
        let account = required(id.segment_after("storageaccounts"), "/id")?.to_lowercase();
        Ok(Container {
            account,
            name: id.name().to_owned(),
            public_access,
            deleted: own.deleted.unwrap_or(false),
            default_encryption_scope: filled(own.default_encryption_scope),
            id,
        })
    }
}

/// A Gen1 account.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(in crate::snapshot) struct RawGen1 {
    properties: Option<Gen1Properties>,
}
#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Gen1Properties {
    state: Option<String>,
}

impl RawGen1 {
    pub(in crate::snapshot) fn valid(self, id: Scope) -> Gen1Account {
        Gen1Account { name: id.name().to_lowercase(), state: self.properties.and_then(|own| filled(own.state)), id }
    }
}
