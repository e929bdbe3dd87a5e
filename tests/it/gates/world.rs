//! Small worlds: an account, a compute, their networks.

use canread::eval::gates::{ComputeView, reachable};
use canread::eval::{Context, DataTarget, Extent, Origin, Proof, Verdict};
use canread::model::*;
use canread::rules::RuleSet;
use std::collections::BTreeSet;

pub(super) const SUB: &str = "11111111-0000-0000-0000-000000000001";
pub(super) const TENANT: &str = "22222222-0000-0000-0000-000000000001";
pub(super) const ACCOUNT: &str =
    "/subscriptions/11111111-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/acct";
pub(super) const WORKSPACE: &str =
    "/subscriptions/11111111-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws";
const NETWORKS: &str = "/subscriptions/11111111-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Network";

pub(super) fn network(name: &str) -> Scope {
    Scope::new(&format!("{NETWORKS}/virtualNetworks/{name}"))
}
pub(super) fn subnet_id(network_name: &str, name: &str) -> Scope {
    network(network_name).join(&format!("subnets/{name}"))
}
pub(super) fn endpoint_id(name: &str) -> Scope {
    Scope::new(&format!("{NETWORKS}/privateEndpoints/{name}"))
}
pub(super) fn peering_id(from: &str, to: &str) -> Scope {
    network(from).join(&format!("virtualNetworkPeerings/to-{to}"))
}
pub(super) fn rule_id(name: &str) -> String {
    format!("{WORKSPACE}/outboundRules/{name}")
}

pub(super) fn account() -> StorageAccount {
    StorageAccount {
        id: Scope::new(ACCOUNT),
        name: "acct".to_owned(),
        is_hns_enabled: true,
        allow_shared_key_access: true,
        allow_blob_public_access: Some(false),
        public_network_access: PublicNetworkAccess::Enabled,
        network_rules: None,
        private_endpoint_connections: Some(Vec::new()),
        minimum_tls_version: Some("TLS1_2".to_owned()),
        sas_policy: None,
        key_expiration_days: None,
        key_creation_time: Default::default(),
        customer_managed_key: false,
        status_of_primary: Some("available".to_owned()),
        provisioning_state: Some("Succeeded".to_owned()),
        location: Some("northeurope".to_owned()),
        primary_endpoints: [("blob", "https://acct.blob.core.windows.net/"), ("dfs", "https://acct.dfs.core.windows.net/")]
            .into_iter()
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
            .collect(),
        default_to_oauth: None,
        kind: Some("StorageV2".to_owned()),
    }
}

pub(super) fn deny() -> NetworkRules {
    NetworkRules {
        default_action: DefaultAction::Deny,
        bypass: None,
        ip_rules: Vec::new(),
        virtual_network_rules: Vec::new(),
        resource_access_rules: Vec::new(),
    }
}

pub(super) fn workspace() -> Workspace {
    Workspace {
        id: Scope::new(WORKSPACE),
        workspace_id: None,
        location: Some("northeurope".to_owned()),
        kind: None,
        storage_account: None,
        identity: Identity::none(),
        system_datastores_auth_mode: None,
        customer_managed_key: false,
        public_network_access: None,
        hbi: None,
        v1_legacy_mode: None,
        isolation_mode: None,
        outbound_rules: None,
        tenant_id: None,
    }
}

pub(super) fn compute(subnet: Option<Scope>) -> Compute {
    Compute {
        id: Scope::new(WORKSPACE).join("computes/cpu"),
        compute_type: ComputeType::AmlCompute,
        provisioning_state: None,
        identity: Identity::none(),
        subnet,
        node_public_ip: None,
        location: Some("North Europe".to_owned()),
    }
}

pub(super) fn subscription(state: &str) -> Subscription {
    Subscription {
        id: SubscriptionId::new(SUB),
        state: Some(state.to_owned()),
        tenant_id: Some(TenantId::new(TENANT)),
        management_groups: Some(Vec::new()),
    }
}

pub(super) fn subnet(id: Scope, services: &[&str]) -> Subnet {
    Subnet { id, service_endpoints: services.iter().map(|service| ((*service).to_owned(), Some("Succeeded".to_owned()))).collect() }
}

/// A private endpoint resource that leads to the account.
pub(super) fn private_endpoint(name: &str, subnet: Scope, groups: &[&str], status: &str) -> PrivateEndpoint {
    PrivateEndpoint {
        id: endpoint_id(name),
        subnet: Some(subnet),
        connections: vec![PrivateLinkConnection {
            service: Some(Scope::new(ACCOUNT)),
            group_ids: groups.iter().map(|group| (*group).to_owned()).collect(),
            status: Some(status.to_owned()),
        }],
    }
}

/// The same as the account lists it: without sub-resources.
pub(super) fn connection(name: &str, status: &str) -> PrivateEndpointConnection {
    PrivateEndpointConnection { private_endpoint: Some(endpoint_id(name)), status: Some(status.to_owned()), group_ids: Vec::new() }
}

pub(super) fn peering(from: &str, to: &str, state: &str) -> Peering {
    Peering { id: peering_id(from, to), remote: Some(network(to)), state: Some(state.to_owned()), allow_access: Some(true) }
}

pub(super) fn outbound(name: &str, rule_type: &str, status: &str) -> OutboundRule {
    OutboundRule {
        name: name.to_owned(),
        rule_type: rule_type.to_owned(),
        status: Some(status.to_owned()),
        service_resource: None,
        sub_resource: None,
        destination: None,
    }
}
pub(super) fn endpoint_rule(name: &str, sub: &str, status: &str) -> OutboundRule {
    let rule = outbound(name, "PrivateEndpoint", status);
    OutboundRule { service_resource: Some(Scope::new(ACCOUNT)), sub_resource: Some(sub.to_owned()), ..rule }
}
pub(super) fn destination_rule(name: &str, rule_type: &str, destination: &str) -> OutboundRule {
    OutboundRule { destination: Some(destination.to_owned()), ..outbound(name, rule_type, "Active") }
}

pub(super) fn everything() -> CoverageRecord {
    CoverageRecord { what: What::Everything, scope: String::new(), principal: None, below: false }
}
pub(super) fn gap(what: What, scope: &str) -> GapRecord {
    GapRecord {
        what,
        scope: scope.to_owned(),
        principal: None,
        below: false,
        status: Some(403),
        code: Some("AuthorizationFailed".to_owned()),
        message: None,
        needs: None,
    }
}

/// A question about reachability, with its facts.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) facts: Facts,
    pub(super) compute: Option<Compute>,
    pub(super) store: StoreKind,
}

impl World {
    /// An open account in an enabled subscription, a compute without network, a closed world.
    pub(super) fn open() -> Self {
        let mut facts = Facts::default();
        facts.header.tenant_id = Some(TenantId::new(TENANT));
        facts.storage_accounts.insert("acct".to_owned(), account());
        facts.workspaces.insert(Scope::new(WORKSPACE), workspace());
        facts.subscriptions.insert(SubscriptionId::new(SUB), subscription("Enabled"));
        facts.coverage.push(everything());
        World { facts, compute: Some(compute(None)), store: StoreKind::Blob }
    }
    /// The same, with the compute in subnet `nodes` of network `own`.
    pub(super) fn in_subnet() -> Self {
        let mut world = World::open();
        world.compute = Some(compute(Some(subnet_id("own", "nodes"))));
        world
    }
    /// The same, with a managed network.
    pub(super) fn managed(mode: IsolationMode, rules: Option<Vec<OutboundRule>>) -> Self {
        let mut world = World::open();
        let workspace = Workspace { isolation_mode: Some(mode), outbound_rules: rules, ..workspace() };
        world.facts.workspaces.insert(Scope::new(WORKSPACE), workspace);
        world
    }
    pub(super) fn account(mut self, change: impl FnOnce(&mut StorageAccount)) -> Self {
        change(self.facts.storage_accounts.get_mut("acct").unwrap());
        self
    }
    pub(super) fn private(self) -> Self {
        self.account(|a| a.public_network_access = PublicNetworkAccess::Disabled)
    }
    pub(super) fn gen2(mut self) -> Self {
        self.store = StoreKind::AdlsGen2;
        self
    }
    pub(super) fn facts(mut self, change: impl FnOnce(&mut Facts)) -> Self {
        change(&mut self.facts);
        self
    }
    pub(super) fn endpoint(self, endpoint: PrivateEndpoint) -> Self {
        self.facts(|facts| {
            facts.private_endpoints.insert(endpoint.id.clone(), endpoint);
        })
    }
    pub(super) fn peerings(self, from: &str, peerings: Vec<Peering>) -> Self {
        let id = network(from);
        self.facts(|facts| {
            facts.virtual_networks.insert(id.clone(), VirtualNetwork { id, peerings: Some(peerings) });
        })
    }
    pub(super) fn subnet(self, services: &[&str]) -> Self {
        let record = subnet(subnet_id("own", "nodes"), services);
        self.facts(|facts| {
            facts.subnets.insert(record.id.clone(), record);
        })
    }
    pub(super) fn probe(self, url: &str, credential: ProbeCredential, from: Option<Scope>) -> Self {
        let ok = Some(ProbeAnswer::Ok);
        let probe = Probe { url: url.to_owned(), credential, at: None, from, list: ok.clone(), read: ok };
        self.facts(|facts| facts.probes.push(probe))
    }

    pub(super) fn reach(&self) -> Proof {
        let snapshot = Snapshot::new(self.facts.clone());
        let rules = RuleSet::default();
        let cx = context(&snapshot, &rules);
        let target = target(&snapshot, self.store, Extent::Folder);
        let view = match &self.compute {
            Some(compute) => ComputeView::Known(compute),
            None => ComputeView::Unknown(Missing::new(What::Resource, format!("{WORKSPACE}/computes/cpu"), &Lookup::NotCollected)),
        };
        let id = Scope::new(WORKSPACE);
        let workspace = match snapshot.workspace(&id) {
            Found::Here(workspace) => Known::Known(workspace),
            Found::Missing(missing) => Known::Missing(missing),
            Found::Absent(_) => panic!("every world has a workspace or a gap"),
        };
        reachable(&cx, &target, &view, workspace)
    }
}

pub(super) fn context<'a>(snapshot: &'a Snapshot, rules: &'a RuleSet) -> Context<'a> {
    let at = Timestamp::UNIX_EPOCH;
    Context { snapshot, rules, at, until: at, assume_below: false }
}

pub(super) fn target(snapshot: &Snapshot, store: StoreKind, extent: Extent) -> DataTarget<'_> {
    DataTarget {
        account_name: "acct".to_owned(),
        account: snapshot.storage_account("acct"),
        container: "c".to_owned(),
        path: StorePath::new("a/b"),
        extent,
        store,
        origin: Origin::Unknown,
        by_url_alone: false,
    }
}

/// Ids of the evidence that leaves of `verdict` rest on.
pub(super) fn evidence(proof: &Proof, verdict: Verdict) -> BTreeSet<String> {
    proof.leaves().into_iter().filter(|(_, of_leaf, _)| *of_leaf == verdict).map(|(_, _, leaf)| leaf.evidence.id.clone()).collect()
}

/// Scopes of what is missing.
pub(super) fn missing(proof: &Proof) -> Vec<String> {
    proof.missing().into_iter().map(|missing| format!("{}:{}", missing.what, missing.scope)).collect()
}
