//! Azure Machine Learning: workspace, endpoint, deployment, compute, datastore, data asset.

use super::{AppId, Folded, ObjectId, Scope, SubscriptionId, TenantId, Timestamp};

/// Kind of store behind a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StoreKind {
    /// Blob container.
    Blob,
    /// Data Lake Storage Gen1 account.
    AdlsGen1,
    /// Data Lake Storage Gen2 file system.
    AdlsGen2,
}

/// `type` of an ARM `identity` block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdentityType {
    /// Absent, null or `None`.
    None,
    /// One system-assigned identity.
    SystemAssigned,
    /// One or several user-assigned identities.
    UserAssigned,
    /// Both.
    SystemAssignedUserAssigned,
}

/// A user-assigned identity of an identity block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserAssignedIdentity {
    /// ARM id.
    pub id: Scope,
    /// Object id of its service principal.
    pub principal_id: Option<ObjectId>,
    /// Client id.
    pub client_id: Option<AppId>,
}

/// A user-assigned identity as a resource of its own (`Microsoft.ManagedIdentity/userAssignedIdentities`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManagedIdentity {
    /// ARM id.
    pub id: Scope,
    /// Object id of its service principal.
    pub principal_id: Option<ObjectId>,
    /// Client id.
    pub client_id: Option<AppId>,
    /// Tenant.
    pub tenant_id: Option<TenantId>,
}

/// The `identity` block of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Kind.
    pub identity_type: IdentityType,
    /// Object id of the system-assigned identity.
    pub principal_id: Option<ObjectId>,
    /// Tenant of the identity.
    pub tenant_id: Option<TenantId>,
    /// User-assigned identities, ordered by id; which one is "first" the service does not say.
    pub user_assigned: Vec<UserAssignedIdentity>,
}

impl Identity {
    /// No identity at all.
    pub fn none() -> Self {
        Identity { identity_type: IdentityType::None, principal_id: None, tenant_id: None, user_assigned: Vec::new() }
    }
}

/// How a workspace's managed network isolates outbound traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IsolationMode {
    /// No managed network.
    Disabled,
    /// Internet outbound is allowed.
    AllowInternetOutbound,
    /// Only approved outbound rules.
    AllowOnlyApprovedOutbound,
}

/// An outbound rule of a managed network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboundRule {
    /// Its name.
    pub name: String,
    /// `type`: `PrivateEndpoint`, `FQDN`, `ServiceTag`, as in the source.
    pub rule_type: String,
    /// `status`: `Active`, `Inactive` …, as in the source.
    pub status: Option<String>,
    /// Private endpoint: the resource it leads to.
    pub service_resource: Option<Scope>,
    /// Private endpoint: `subresourceTarget`, such as `blob`.
    pub sub_resource: Option<String>,
    /// FQDN or service tag.
    pub destination: Option<String>,
}

/// A workspace.
#[derive(Clone, Debug, PartialEq)]
pub struct Workspace {
    /// ARM id.
    pub id: Scope,
    /// GUID (`workspaceId`).
    pub workspace_id: Option<String>,
    /// `location`.
    pub location: Option<String>,
    /// `kind`: `Default`, `Hub`, `Project`, …
    pub kind: Option<String>,
    /// Default storage account.
    pub storage_account: Option<Scope>,
    /// Its identity.
    pub identity: Identity,
    /// `systemDatastoresAuthMode`, lower-cased.
    pub system_datastores_auth_mode: Option<String>,
    /// `encryption.status` is `Enabled`: a customer-managed key.
    pub customer_managed_key: bool,
    /// `publicNetworkAccess` as in the source.
    pub public_network_access: Option<String>,
    /// `hbiWorkspace`.
    pub hbi: Option<bool>,
    /// `v1LegacyMode`.
    pub v1_legacy_mode: Option<bool>,
    /// `managedNetwork.isolationMode`.
    pub isolation_mode: Option<IsolationMode>,
    /// `managedNetwork.outboundRules`, where the body carries them, and rules that came as resources; ordered by name.
    pub outbound_rules: Option<Vec<OutboundRule>>,
    /// Tenant.
    pub tenant_id: Option<TenantId>,
}

/// Kind of a compute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ComputeType {
    /// A cluster.
    AmlCompute,
    /// A single machine.
    ComputeInstance,
    /// Attached Kubernetes; the id is that of the attached cluster.
    Kubernetes {
        /// `resourceId`.
        resource_id: Option<Scope>,
    },
    /// Any other, as in the source.
    Other(String),
}

/// A compute.
#[derive(Clone, Debug, PartialEq)]
pub struct Compute {
    /// ARM id.
    pub id: Scope,
    /// Kind.
    pub compute_type: ComputeType,
    /// `provisioningState`.
    pub provisioning_state: Option<String>,
    /// Its identity.
    pub identity: Identity,
    /// Subnet of its nodes; `None`: none in the body (no virtual network of its own).
    pub subnet: Option<Scope>,
    /// `enableNodePublicIp`.
    pub node_public_ip: Option<bool>,
    /// Region of the nodes.
    pub location: Option<String>,
}

/// A batch endpoint.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchEndpoint {
    /// ARM id.
    pub id: Scope,
    /// `authMode`.
    pub auth_mode: Option<String>,
    /// `defaults.deploymentName`.
    pub default_deployment: Option<String>,
    /// `provisioningState`.
    pub provisioning_state: Option<String>,
    /// `systemData.createdAt`.
    pub created_at: Option<Timestamp>,
}

/// What a deployment runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeploymentKind {
    /// A model; the compute is the deployment's own.
    Model,
    /// A pipeline component.
    PipelineComponent {
        /// Id of the component, where the body names it.
        component: Option<String>,
    },
}

/// A batch deployment.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchDeployment {
    /// ARM id.
    pub id: Scope,
    /// Model or pipeline component.
    pub kind: DeploymentKind,
    /// Compute: an ARM id, or a name within the workspace.
    pub compute: Option<String>,
    /// `errorThreshold`.
    pub error_threshold: Option<i64>,
    /// `provisioningState`.
    pub provisioning_state: Option<String>,
}

/// A component version, of which only the computes of a pipeline's steps matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComponentVersion {
    /// ARM id.
    pub id: Scope,
    /// `compute` of each step that names one, by step name.
    pub step_computes: Vec<(String, String)>,
    /// Steps whose `identity` is `user_identity`, by name.
    pub user_identity_steps: Vec<String>,
}

/// What a datastore stores to sign in with; never the secret itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CredentialSource {
    /// Nothing: the identities of job and compute are used.
    None,
    /// The storage account's key.
    AccountKey,
    /// A shared access signature.
    Sas,
    /// A service principal with a secret.
    ServicePrincipal {
        /// Its application id.
        client_id: Option<AppId>,
        /// Its tenant.
        tenant_id: Option<TenantId>,
        /// `authorityUrl`.
        authority_url: Option<String>,
        /// `resourceUrl`.
        resource_url: Option<String>,
    },
    /// A service principal with a certificate.
    Certificate {
        /// Its application id.
        client_id: Option<AppId>,
        /// Its tenant.
        tenant_id: Option<TenantId>,
        /// Thumbprint.
        thumbprint: Option<String>,
    },
    /// A kind this version does not know, as in the source.
    Other(String),
}

/// Where a datastore leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatastoreTarget {
    /// `AzureBlob`.
    Blob {
        /// Storage account name.
        account: String,
        /// Container.
        container: String,
    },
    /// `AzureDataLakeGen2`.
    AdlsGen2 {
        /// Storage account name.
        account: String,
        /// File system.
        filesystem: String,
    },
    /// `AzureDataLakeGen1`.
    AdlsGen1 {
        /// Account name.
        store: String,
    },
    /// `AzureFile`.
    File {
        /// Storage account name.
        account: Option<String>,
        /// Share.
        share: Option<String>,
    },
    /// `OneLake`.
    OneLake,
    /// A kind this version does not know, as in the source, or one whose body lacks what names its target.
    Other(String),
}

/// A datastore.
#[derive(Clone, Debug, PartialEq)]
pub struct Datastore {
    /// ARM id.
    pub id: Scope,
    /// Where it leads.
    pub target: DatastoreTarget,
    /// What it stores.
    pub credential: CredentialSource,
    /// `isDefault`.
    pub is_default: bool,
    /// `endpoint`: the cloud's storage suffix.
    pub endpoint: Option<String>,
    /// `protocol`.
    pub protocol: Option<String>,
    /// `subscriptionId` of the account, where the body names it.
    pub subscription_id: Option<SubscriptionId>,
    /// `resourceGroup` of the account, where the body names it.
    pub resource_group: Option<String>,
    /// `systemData.lastModifiedAt`.
    pub last_modified_at: Option<Timestamp>,
}

/// The datastores a workspace makes for itself: it can replace their keys (`az ml workspace sync-keys`) without writing
/// the datastore, so that the datastore's date says nothing about the key's. Source: "Data concepts", default datastores.
const SYSTEM_DATASTORES: [&str; 4] = ["workspaceblobstore", "workspaceartifactstore", "workspaceworkingdirectory", "workspacefilestore"];

impl Datastore {
    /// Whether the workspace made it for itself.
    pub fn is_system(&self) -> bool {
        SYSTEM_DATASTORES.iter().any(|system| system.eq_ignore_ascii_case(self.id.name()))
    }

    /// The storage account it leads to, lower case, as far as it is one of Blob or Data Lake Storage Gen2.
    pub fn account(&self) -> Option<String> {
        match &self.target {
            DatastoreTarget::Blob { account, .. } | DatastoreTarget::AdlsGen2 { account, .. } => Some(account.to_lowercase()),
            DatastoreTarget::File { account, .. } => account.as_ref().map(|account| account.to_lowercase()),
            DatastoreTarget::AdlsGen1 { .. } | DatastoreTarget::OneLake | DatastoreTarget::Other(_) => None,
        }
    }
}

/// `dataType` of a data asset's version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DataType {
    /// `uri_file`.
    UriFile,
    /// `uri_folder`.
    UriFolder,
    /// `mltable`.
    MlTable,
    /// Another, as in the source.
    Other(String),
}

/// A data asset (container of versions).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataAsset {
    /// ARM id.
    pub id: Scope,
    /// `dataType`.
    pub data_type: Option<DataType>,
    /// `latestVersion`.
    pub latest_version: Option<String>,
}

/// A version of a data asset.
#[derive(Clone, Debug, PartialEq)]
pub struct DataVersion {
    /// ARM id.
    pub id: Scope,
    /// Asset name.
    pub asset: Folded,
    /// Version.
    pub version: String,
    /// `dataType`.
    pub data_type: Option<DataType>,
    /// `dataUri`.
    pub data_uri: Option<String>,
    /// `isArchived`.
    pub is_archived: bool,
    /// Labels, where the body carries them (`aliases`, `properties.labels`).
    pub labels: Vec<String>,
    /// `systemData.createdAt`.
    pub created_at: Option<Timestamp>,
}
