//! A small world for stored credentials: one account, one container, one datastore.

use canread::eval::credential::{SasGrants, sas, service_principal, shared_key};
use canread::eval::{Context, DataTarget, Evidence, EvidenceKind, Extent, Judgement, Leaf, Origin, Proof, Verdict};
use canread::model::{
    CoverageRecord, CredentialSource, Datastore, DatastoreTarget, Facts, Known, Lookup, Missing, ObjectId, Operation, Probe, ProbeAnswer,
    ProbeCredential, PublicNetworkAccess, Scope, Snapshot, StorageAccount, StoreKind, StorePath, StoredCredential, Subscription,
    SubscriptionId, TenantId, Timestamp, What,
};
use canread::rules::{OperationRule, Provenance, RuleSet};
use std::collections::BTreeMap;
use time::macros::datetime;

pub(crate) const AT: Timestamp = datetime!(2026-06-15 12:00 UTC);
pub(crate) const TENANT: &str = "99999999-9999-9999-9999-999999999999";
pub(crate) const ISSUER: &str = "11111111-1111-1111-1111-111111111111";
pub(crate) const AGENT: &str = "22222222-2222-2222-2222-222222222222";
pub(crate) const SUBSCRIPTION: &str = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa";
pub(crate) const SUBNET: &str =
    "/subscriptions/aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v/subnets/s";

pub(crate) fn store_id(name: &str) -> Scope {
    Scope::new(&format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws/datastores/{name}"
    ))
}

fn rules() -> RuleSet {
    let rule = |operation, letters: &str, types: &str| {
        [StoreKind::Blob, StoreKind::AdlsGen2].map(|store| OperationRule {
            store,
            operation,
            data_actions: Vec::new(),
            sas_permissions: letters.to_owned(),
            sas_resource_types: types.to_owned(),
            acl: String::new(),
            provenance: Provenance { source: "test".to_owned(), retrieved: "2026-01-01".to_owned() },
        })
    };
    let all = [rule(Operation::List, "l", "c"), rule(Operation::Read, "r", "o"), rule(Operation::Write, "w", "o")];
    RuleSet::of_operations(all.into_iter().flatten().collect())
}

/// The world and the question; change what a case is about.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) facts: Facts,
    pub(crate) store: Datastore,
    pub(crate) account: StorageAccount,
    pub(crate) account_known: bool,
    pub(crate) store_kind: StoreKind,
    pub(crate) path: String,
    pub(crate) extent: Extent,
    pub(crate) origin: Origin,
    pub(crate) at: Timestamp,
    pub(crate) until: Timestamp,
    pub(crate) issuer: Verdict,
    pub(crate) agent: Verdict,
}

pub(crate) fn world() -> World {
    let account = Scope::new(&format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/acct"));
    let mut facts = Facts::default();
    facts.header.tenant_id = Some(TenantId::new(TENANT));
    let subscription = SubscriptionId::new(SUBSCRIPTION);
    facts.subscriptions.insert(
        subscription.clone(),
        Subscription {
            id: subscription,
            state: Some("Enabled".to_owned()),
            tenant_id: Some(TenantId::new(TENANT)),
            management_groups: None,
        },
    );
    World {
        facts,
        store: Datastore {
            id: store_id("data"),
            target: DatastoreTarget::Blob { account: "acct".to_owned(), container: "raw".to_owned() },
            credential: CredentialSource::Sas,
            is_default: false,
            endpoint: None,
            protocol: None,
            subscription_id: None,
            resource_group: None,
            last_modified_at: Some(datetime!(2026-01-01 0:00 UTC)),
        },
        account: storage_account(account),
        account_known: true,
        store_kind: StoreKind::Blob,
        path: "a/b".to_owned(),
        extent: Extent::Folder,
        origin: Origin::Unknown,
        at: AT,
        until: AT,
        issuer: Verdict::Allowed,
        agent: Verdict::Allowed,
    }
}

fn storage_account(id: Scope) -> StorageAccount {
    StorageAccount {
        id,
        name: "acct".to_owned(),
        is_hns_enabled: true,
        allow_shared_key_access: true,
        allow_blob_public_access: None,
        public_network_access: PublicNetworkAccess::Enabled,
        network_rules: None,
        private_endpoint_connections: None,
        minimum_tls_version: None,
        sas_policy: None,
        key_expiration_days: None,
        key_creation_time: BTreeMap::new(),
        customer_managed_key: false,
        status_of_primary: None,
        provisioning_state: None,
        location: None,
        primary_endpoints: BTreeMap::new(),
        default_to_oauth: None,
        kind: None,
    }
}

/// A grant as the caller of the functions would hand it over, with an id to look for.
pub(crate) fn grant(id: &ObjectId, operation: Operation, verdict: Verdict) -> Proof {
    let leaf = || Leaf::new(format!("{id} may {operation}"), Evidence::new(EvidenceKind::RoleAssignment, format!("grant-of-{id}"), "test"));
    match verdict {
        Verdict::Allowed => Proof::allowed(leaf),
        Verdict::Denied => Proof::denied(leaf),
        Verdict::Undetermined => Proof::undetermined(|| (leaf(), Missing::new(What::RoleAssignments, id.as_str(), &Lookup::NotCollected))),
    }
}

impl World {
    pub(crate) fn with_sas(mut self, text: &str) -> Self {
        let record = StoredCredential { datastore: self.store.id.clone(), credentials_type: "Sas".to_owned(), sas: Some(text.to_owned()) };
        self.facts.stored_credentials.insert(self.store.id.clone(), record);
        self
    }

    pub(crate) fn with_probe(mut self, path: &str, at: Timestamp, list: &str, read: &str) -> Self {
        let answer = |text: &str| match text {
            "" => None,
            "ok" => Some(ProbeAnswer::Ok),
            code => Some(ProbeAnswer::Error(code.to_owned())),
        };
        self.facts.probes.push(Probe {
            url: format!("https://acct.blob.core.windows.net/raw/{path}?sig=cAnArY"),
            credential: ProbeCredential::Stored,
            at: Some(at),
            from: None,
            list: answer(list),
            read: answer(read),
        });
        self
    }

    pub(crate) fn closed(mut self) -> Self {
        self.facts.coverage.push(CoverageRecord { what: What::Everything, scope: String::new(), principal: None, below: false });
        self
    }

    pub(crate) fn file(mut self) -> Self {
        self.extent = Extent::File;
        self
    }

    fn asked<T>(&self, ask: impl FnOnce(&Context<'_>, &DataTarget<'_>) -> T) -> T {
        let snapshot = Snapshot::new(self.facts.clone());
        let rules = rules();
        let cx = Context { snapshot: &snapshot, rules: &rules, at: self.at, until: self.until, assume_below: false };
        let account = if self.account_known {
            Known::Known(&self.account)
        } else {
            Known::Missing(Missing::new(What::Resource, "storageAccounts/acct", &Lookup::NotCollected))
        };
        let target = DataTarget {
            account_name: "acct".to_owned(),
            account,
            container: "raw".to_owned(),
            path: StorePath::new(&self.path),
            extent: self.extent,
            store: self.store_kind,
            origin: self.origin.clone(),
            by_url_alone: false,
        };
        ask(&cx, &target)
    }

    pub(crate) fn sas(&self) -> Proof {
        let operations = match self.extent {
            Extent::Folder => &[Operation::List, Operation::Read][..],
            Extent::File => &[Operation::Read],
        };
        self.sas_for(operations)
    }

    pub(crate) fn sas_for(&self, operations: &[Operation]) -> Proof {
        self.asked(|cx, target| {
            let issuer = |id: &ObjectId, operation: Operation| grant(id, operation, self.issuer);
            let agent = |id: &ObjectId, operation: Operation| grant(id, operation, self.agent);
            let stored = cx.snapshot.stored_credential(&self.store.id);
            sas(cx, &self.store, &stored, target, operations, &SasGrants { issuer: &issuer, agent: &agent })
        })
    }

    pub(crate) fn shared_key(&self) -> Option<Proof> {
        self.asked(|cx, target| shared_key(cx, &self.store, &cx.snapshot.stored_credential(&self.store.id), &target.account))
    }

    pub(crate) fn service_principal(&self, access: Verdict) -> Proof {
        self.asked(|cx, target| {
            let of = |id: &ObjectId, operation: Operation| grant(id, operation, access);
            service_principal(cx, &self.store, target, target.read_operations(), &of)
        })
    }
}

/// Asserts the verdict and that a leaf of that verdict whose claim or evidence contains `says` cites `id`.
#[track_caller]
pub(crate) fn assert_rests(proof: &Proof, verdict: Verdict, id: &str, says: &str) {
    assert_eq!(proof.verdict(), verdict, "{proof:#?}");
    let rests = proof
        .leaves()
        .into_iter()
        .any(|(claim, of, leaf)| of == verdict && leaf.evidence.id == id && (claim.contains(says) || leaf.evidence.says.contains(says)));
    assert!(rests, "no {verdict} leaf cites {id} for {says}: {proof:#?}");
}

/// The `missing` entries, as `what:scope`.
pub(crate) fn missing(proof: &Proof) -> Vec<String> {
    proof.missing().iter().map(|missing| format!("{}:{}", missing.what, missing.scope)).collect()
}

/// The ids of the warnings.
pub(crate) fn warnings(proof: &Proof) -> Vec<&'static str> {
    proof.warnings().iter().map(|warning| warning.id.as_str()).collect()
}
