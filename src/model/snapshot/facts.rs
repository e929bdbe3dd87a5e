//! The facts, as they were read.

use super::super::*;
use std::collections::{BTreeMap, BTreeSet};

/// Account and container (file system) names: the key of path facts. The account is lower case.
pub type ContainerKey = (String, String);

/// The facts of a snapshot, as they were read. Change a copy and index it again to ask "what if".
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "each field is named after the record or resource type it holds")]
pub struct Facts {
    pub header: Header,
    pub workspaces: BTreeMap<Scope, Workspace>,
    pub computes: BTreeMap<Scope, Compute>,
    pub endpoints: BTreeMap<Scope, BatchEndpoint>,
    pub deployments: BTreeMap<Scope, BatchDeployment>,
    pub datastores: BTreeMap<Scope, Datastore>,
    pub data_assets: BTreeMap<Scope, DataAsset>,
    pub data_versions: BTreeMap<Scope, DataVersion>,
    pub components: BTreeMap<Scope, ComponentVersion>,
    /// By name, lower case: account names are unique in a cloud.
    pub storage_accounts: BTreeMap<String, StorageAccount>,
    /// By name, lower case.
    pub gen1_accounts: BTreeMap<String, Gen1Account>,
    pub containers: BTreeMap<ContainerKey, Container>,
    pub subnets: BTreeMap<Scope, Subnet>,
    pub virtual_networks: BTreeMap<Scope, VirtualNetwork>,
    pub private_endpoints: BTreeMap<Scope, PrivateEndpoint>,
    /// User-assigned identities, as resources of their own.
    pub managed_identities: BTreeMap<Scope, ManagedIdentity>,
    /// Outbound rules that came as resources of their own, by workspace, ordered by name; the reader has merged them into
    /// the workspace's list too.
    pub outbound_rules: BTreeMap<Scope, Vec<OutboundRule>>,
    /// Peerings that came as records of their own, by virtual network whose body lists none: there may be more.
    pub peerings: BTreeMap<Scope, Vec<Peering>>,
    /// Resources of types that nothing is decided by: known to exist.
    pub other_resources: BTreeSet<Scope>,
    pub role_definitions: BTreeMap<RoleId, RoleDefinition>,
    pub role_assignments: Vec<RoleAssignment>,
    pub deny_assignments: Vec<DenyAssignment>,
    pub assignment_instances: Vec<AssignmentScheduleInstance>,
    pub eligibility_instances: Vec<EligibilityScheduleInstance>,
    pub directory: BTreeMap<ObjectId, DirectoryObject>,
    pub memberships: BTreeMap<ObjectId, BTreeSet<ObjectId>>,
    pub subscriptions: BTreeMap<SubscriptionId, Subscription>,
    pub path_access: BTreeMap<ContainerKey, BTreeMap<StorePath, PathAccess>>,
    pub paths: BTreeMap<ContainerKey, BTreeMap<StorePath, PathRecord>>,
    pub stored_credentials: BTreeMap<Scope, StoredCredential>,
    pub probes: Vec<Probe>,
    pub coverage: Vec<CoverageRecord>,
    pub gaps: Vec<GapRecord>,
}
