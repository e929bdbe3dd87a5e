//! Azure Machine Learning. Shapes: REST reference of Microsoft.MachineLearningServices, 2021-03-01-preview to 2026-09-01.

use super::{Flaw, Lenient, Reference, When, filled, is_nil, scope_of};
use crate::model::*;
use serde::Deserialize;
use std::collections::BTreeMap;

/// An `identity` block.
#[derive(Deserialize)]
#[serde(expecting = "an object", rename_all = "camelCase")]
pub(in crate::snapshot) struct RawIdentity {
    #[serde(rename = "type")]
    kind: Option<String>,
    principal_id: Option<String>,
    tenant_id: Option<String>,
    user_assigned_identities: Option<BTreeMap<String, Option<RawUserAssigned>>>,
}

#[derive(Deserialize, Default)]
#[serde(expecting = "an object", rename_all = "camelCase")]
struct RawUserAssigned {
    principal_id: Option<String>,
    client_id: Option<String>,
}

/// An id that names somebody: the GUID of all zeros stands for nobody.
fn somebody(id: Option<String>) -> Option<String> {
    filled(id).filter(|id| !is_nil(id))
}

fn identity(raw: Option<RawIdentity>) -> Result<Identity, Flaw> {
    let Some(raw) = raw else {
        return Ok(Identity::none());
    };
    let kind: String = raw.kind.unwrap_or_default().to_ascii_lowercase().split_whitespace().collect();
    let identity_type = match kind.as_str() {
        "" | "none" => IdentityType::None,
        "systemassigned" => IdentityType::SystemAssigned,
        "userassigned" => IdentityType::UserAssigned,
        "systemassigned,userassigned" | "userassigned,systemassigned" => IdentityType::SystemAssignedUserAssigned,
        _ => return Err(Flaw::new("/identity/type", "expected SystemAssigned, UserAssigned, both or None")),
    };
    let user = |(id, raw): (String, Option<RawUserAssigned>)| {
        let raw = raw.unwrap_or_default();
        let principal_id = somebody(raw.principal_id).map(|id| ObjectId::new(&id));
        UserAssignedIdentity { id: Scope::new(&id), principal_id, client_id: somebody(raw.client_id).map(|id| AppId::new(&id)) }
    };
    let mut user_assigned: Vec<_> = raw.user_assigned_identities.unwrap_or_default().into_iter().map(user).collect();
    user_assigned.sort_by(|one, other| one.id.cmp(&other.id));
    user_assigned.dedup_by(|one, other| one.id == other.id);
    Ok(Identity {
        identity_type,
        principal_id: somebody(raw.principal_id).map(|id| ObjectId::new(&id)),
        tenant_id: somebody(raw.tenant_id).map(|id| TenantId::new(&id)),
        user_assigned,
    })
}

/// `systemData`.
#[derive(Deserialize, Default)]
#[serde(expecting = "an object", rename_all = "camelCase")]
struct SystemData {
    created_at: Option<When>,
}

#[derive(Deserialize, Default)]
#[serde(expecting = "an object", rename_all = "camelCase")]
struct WorkspaceProperties {
    workspace_id: Option<String>,
    storage_account: Option<String>,
    system_datastores_auth_mode: Option<String>,
    encryption: Option<Encryption>,
    public_network_access: Option<String>,
    hbi_workspace: Option<bool>,
    v1_legacy_mode: Option<bool>,
    managed_network: Option<ManagedNetwork>,
    tenant_id: Option<String>,
}
#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Encryption {
    status: Option<String>,
}
#[derive(Deserialize)]
#[serde(expecting = "an object", rename_all = "camelCase")]
struct ManagedNetwork {
    isolation_mode: Option<String>,
    outbound_rules: Option<BTreeMap<String, RawOutboundRule>>,
}
/// A workspace.
#[derive(Deserialize)]
#[serde(expecting = "an object", rename_all = "camelCase")]
pub(in crate::snapshot) struct RawWorkspace {
    location: Option<String>,
    kind: Option<String>,
    identity: Option<RawIdentity>,
    properties: Option<WorkspaceProperties>,
}

/// The properties of an outbound rule.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(in crate::snapshot) struct RawOutboundRule {
    #[serde(rename = "type")]
    kind: Option<String>,
    status: Option<String>,
    destination: Option<Destination>,
}
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a string or an object of strings")]
enum Destination {
    Name(String),
    #[serde(rename_all = "camelCase")]
    Object {
        service_resource_id: Option<String>,
        subresource_target: Option<String>,
        service_tag: Option<String>,
    },
}
/// An outbound rule as a resource of its own.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(in crate::snapshot) struct RawOutboundRuleResource {
    pub(in crate::snapshot) properties: Option<RawOutboundRule>,
}

impl RawOutboundRule {
    pub(in crate::snapshot) fn valid(self, name: &str) -> OutboundRule {
        let (service_resource, sub_resource, destination) = match self.destination {
            Some(Destination::Name(name)) => (None, None, Some(name)),
            Some(Destination::Object { service_resource_id, subresource_target, service_tag }) => {
                (scope_of(service_resource_id), subresource_target, service_tag)
            }
            None => (None, None, None),
        };
        let rule_type = self.kind.unwrap_or_default();
        OutboundRule { name: name.to_owned(), rule_type, status: self.status, service_resource, sub_resource, destination }
    }
}

impl RawWorkspace {
    pub(in crate::snapshot) fn valid(self, id: Scope) -> Result<Workspace, Flaw> {
        let properties = self.properties.unwrap_or_default();
        let identity = identity(self.identity)?;
        let (mode, rules) = properties.managed_network.map_or((None, None), |network| (network.isolation_mode, network.outbound_rules));
        let isolation_mode = match mode.map(|mode| mode.to_ascii_lowercase()).as_deref() {
            Some("disabled") => Some(IsolationMode::Disabled),
            Some("allowinternetoutbound") => Some(IsolationMode::AllowInternetOutbound),
            Some("allowonlyapprovedoutbound") => Some(IsolationMode::AllowOnlyApprovedOutbound),
            Some(_) | None => None,
        };
        let is_enabled = |encryption: Encryption| encryption.status.is_some_and(|status| status.eq_ignore_ascii_case("Enabled"));
        Ok(Workspace {
            id,
            workspace_id: filled(properties.workspace_id),
            location: self.location,
            kind: self.kind,
            storage_account: scope_of(properties.storage_account),
            system_datastores_auth_mode: filled(properties.system_datastores_auth_mode).map(|mode| mode.to_lowercase()),
            customer_managed_key: properties.encryption.is_some_and(is_enabled),
            public_network_access: filled(properties.public_network_access),
            hbi: properties.hbi_workspace,
            v1_legacy_mode: properties.v1_legacy_mode,
            isolation_mode,
            outbound_rules: rules.map(|rules| rules.into_iter().map(|(name, rule)| rule.valid(&name)).collect()),
            tenant_id: somebody(properties.tenant_id).map(|id| TenantId::new(&id)).or_else(|| identity.tenant_id.clone()),
            identity,
        })
    }
}

#[derive(Deserialize, Default)]
#[serde(expecting = "an object", rename_all = "camelCase")]
struct ComputeProperties {
    compute_type: Option<String>,
    compute_location: Option<String>,
    provisioning_state: Option<String>,
    resource_id: Option<String>,
    properties: Option<ComputeInner>,
}
#[derive(Deserialize, Default)]
#[serde(expecting = "an object", rename_all = "camelCase")]
struct ComputeInner {
    subnet: Option<Reference>,
    enable_node_public_ip: Option<bool>,
}
/// A compute.
#[derive(Deserialize)]
#[serde(expecting = "an object", rename_all = "camelCase")]
pub(in crate::snapshot) struct RawCompute {
    location: Option<String>,
    identity: Option<RawIdentity>,
    properties: Option<ComputeProperties>,
}

impl RawCompute {
    pub(in crate::snapshot) fn valid(self, id: Scope) -> Result<Compute, Flaw> {
        let properties = self.properties.unwrap_or_default();
        let kind = properties.compute_type.unwrap_or_default();
        let compute_type = match kind.to_ascii_lowercase().as_str() {
            "amlcompute" => ComputeType::AmlCompute,
            "computeinstance" => ComputeType::ComputeInstance,
            "kubernetes" => ComputeType::Kubernetes { resource_id: scope_of(properties.resource_id) },
            _ => ComputeType::Other(kind),
        };
        let inner = properties.properties.unwrap_or_default();
        Ok(Compute {
            id,
            compute_type,
            provisioning_state: filled(properties.provisioning_state),
            identity: identity(self.identity)?,
            subnet: Reference::scope(inner.subnet),
            node_public_ip: inner.enable_node_public_ip,
            location: filled(properties.compute_location).or(self.location),
        })
    }
}

#[derive(Deserialize, Default)]
#[serde(expecting = "an object", rename_all = "camelCase")]
struct EndpointProperties {
    auth_mode: Option<String>,
    defaults: Option<EndpointDefaults>,
    provisioning_state: Option<String>,
}
#[derive(Deserialize)]
#[serde(expecting = "an object", rename_all = "camelCase")]
struct EndpointDefaults {
    deployment_name: Option<String>,
}
/// A batch endpoint.
#[derive(Deserialize)]
#[serde(expecting = "an object", rename_all = "camelCase")]
pub(in crate::snapshot) struct RawEndpoint {
    properties: Option<EndpointProperties>,
    system_data: Option<SystemData>,
}

impl RawEndpoint {
    pub(in crate::snapshot) fn valid(self, id: Scope) -> BatchEndpoint {
        let properties = self.properties.unwrap_or_default();
        BatchEndpoint {
            id,
            auth_mode: filled(properties.auth_mode),
            default_deployment: properties.defaults.and_then(|defaults| filled(defaults.deployment_name)),
            provisioning_state: filled(properties.provisioning_state),
            created_at: self.system_data.and_then(|data| When::of(data.created_at)),
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(expecting = "an object", rename_all = "camelCase")]
struct DeploymentProperties {
    compute: Option<ComputeName>,
    error_threshold: Option<i64>,
    provisioning_state: Option<String>,
    deployment_configuration: Option<DeploymentConfiguration>,
    component_id: Option<ComponentName>,
    #[serde(rename = "default_compute")]
    default_compute: Option<String>,
}
/// The preview of 2021 has an object with `target`.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a string or an object")]
enum ComputeName {
    Name(String),
    Target { target: Option<String> },
}
#[derive(Deserialize)]
#[serde(expecting = "an object", rename_all = "camelCase")]
struct DeploymentConfiguration {
    deployment_configuration_type: Option<String>,
    component_id: Option<ComponentName>,
    settings: Option<BTreeMap<String, Lenient>>,
}
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a string or an object")]
enum ComponentName {
    Name(String),
    #[serde(rename_all = "camelCase")]
    Reference {
        asset_id: Option<String>,
    },
}
/// A batch deployment.
#[derive(Deserialize)]
#[serde(expecting = "an object", rename_all = "camelCase")]
pub(in crate::snapshot) struct RawDeployment {
    properties: Option<DeploymentProperties>,
}

/// A name as YAML writes it: `azureml:cpu` is `cpu`.
fn bare(name: Option<String>) -> Option<String> {
    filled(name).map(|name| name.strip_prefix("azureml:").map(str::to_owned).unwrap_or(name))
}

impl RawDeployment {
    pub(in crate::snapshot) fn valid(self, id: Scope) -> BatchDeployment {
        let properties = self.properties.unwrap_or_default();
        let configuration = properties.deployment_configuration;
        let own = properties.compute.and_then(|compute| match compute {
            ComputeName::Name(name) => Some(name),
            ComputeName::Target { target } => target,
        });
        let is_pipeline = |configuration: &DeploymentConfiguration| match configuration.deployment_configuration_type.as_deref() {
            Some(kind) => kind.eq_ignore_ascii_case("PipelineComponent"),
            None => configuration.component_id.is_some(),
        };
        let has_component = properties.component_id.is_some();
        let pipeline = configuration.filter(is_pipeline);
        let is_component = has_component || pipeline.is_some();
        let (component, settings) = pipeline.map_or((None, None), |pipeline| (pipeline.component_id, pipeline.settings));
        let component = component.or(properties.component_id).and_then(|component| match component {
            ComponentName::Name(name) => filled(Some(name)),
            ComponentName::Reference { asset_id } => filled(asset_id),
        });
        let setting = settings.and_then(|mut settings| {
            let value = settings.remove("default_compute").or_else(|| settings.remove("defaultCompute"));
            value.and_then(|value| value.0)
        });
        BatchDeployment {
            id,
            kind: if is_component { DeploymentKind::PipelineComponent { component } } else { DeploymentKind::Model },
            compute: bare(setting).or_else(|| bare(properties.default_compute)).or_else(|| bare(own)),
            error_threshold: properties.error_threshold,
            provisioning_state: filled(properties.provisioning_state),
        }
    }
}
