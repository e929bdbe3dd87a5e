//! A lake with one file system, for the ACL tests, and the corpus they read.

#![expect(clippy::expect_used, reason = "a test that cannot go on must fail")]

use canread::eval::posix::data_operation;
use canread::eval::{Context, DataTarget, Extent, Judgement, Origin, Proof, Verdict};
use canread::model::{
    Facts, Gen1Account, Identities, Missing, ObjectId, Operation, PathAccess, PathRecord, PublicNetworkAccess, Scope, Snapshot,
    StorageAccount, StoreKind, StorePath, Timestamp,
};
use canread::rules::RuleSet;
use std::collections::BTreeMap;
use std::sync::OnceLock;
use time::macros::datetime;

pub(crate) const AT: Timestamp = datetime!(2026-06-15 12:00 UTC);
pub(crate) const ACCOUNT: &str = "lake";
pub(crate) const FS: &str = "fs";

/// Lines of a file of the corpus; says so where it is absent.
pub(crate) fn corpus(file: &str) -> Option<Vec<serde_json::Value>> {
    let text = crate::corpus(file)?;
    Some(text.lines().map(|line| serde_json::from_str(line).expect("a line of the corpus is JSON")).collect())
}

pub(crate) fn account(is_hns_enabled: bool) -> StorageAccount {
    StorageAccount {
        id: Scope::new("/subscriptions/s/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/lake"),
        name: ACCOUNT.to_owned(),
        is_hns_enabled,
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

/// Facts with the account and nothing else.
pub(crate) fn lake() -> Facts {
    let mut facts = Facts::default();
    facts.storage_accounts.insert(ACCOUNT.to_owned(), account(true));
    facts
}

pub(crate) fn gen1_lake() -> Facts {
    let mut facts = Facts::default();
    let id = Scope::new("/subscriptions/s/resourceGroups/rg/providers/Microsoft.DataLakeStore/accounts/lake");
    facts.gen1_accounts.insert(ACCOUNT.to_owned(), Gen1Account { id, name: ACCOUNT.to_owned(), state: None });
    facts
}

pub(crate) fn record(path: &str, is_directory: bool, owner: &str, group: &str, acl: &str) -> PathAccess {
    PathAccess {
        account: ACCOUNT.to_owned(),
        filesystem: FS.to_owned(),
        path: StorePath::new(path),
        is_directory,
        owner: owner.to_owned(),
        group: group.to_owned(),
        permissions: None,
        acl: acl.to_owned(),
    }
}

pub(crate) fn add(facts: &mut Facts, record: PathAccess) {
    let key = (record.account.clone(), record.filesystem.clone());
    facts.path_access.entry(key).or_default().insert(record.path.clone(), record);
}

/// A folder of the account's own super-user.
pub(crate) fn dir(facts: &mut Facts, path: &str, acl: &str) {
    add(facts, record(path, true, "$superuser", "$superuser", acl));
}

/// A file of the account's own super-user.
pub(crate) fn file(facts: &mut Facts, path: &str, acl: &str) {
    add(facts, record(path, false, "$superuser", "$superuser", acl));
}

pub(crate) fn path_line(facts: &mut Facts, path: &str, exists: bool, access_tier: Option<&str>) {
    let record = PathRecord {
        account: ACCOUNT.to_owned(),
        container: FS.to_owned(),
        path: StorePath::new(path),
        exists,
        is_directory: None,
        access_tier: access_tier.map(str::to_owned),
        tags: None,
        encryption_scope: None,
    };
    facts.paths.entry((ACCOUNT.to_owned(), FS.to_owned())).or_default().insert(record.path.clone(), record);
}

pub(crate) fn who(principal: &str, groups: &[&str]) -> Identities {
    Identities { principal: ObjectId::new(principal), groups: groups.iter().map(|group| ObjectId::new(group)).collect(), missing: None }
}

/// One question about one path, for one snapshot.
pub(crate) struct Asked<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) path: &'a str,
    pub(crate) extent: Extent,
    pub(crate) store: StoreKind,
    pub(crate) assume_below: bool,
}

impl<'a> Asked<'a> {
    pub(crate) fn file(snapshot: &'a Snapshot, path: &'a str) -> Self {
        Asked { snapshot, path, extent: Extent::File, store: StoreKind::AdlsGen2, assume_below: false }
    }
    pub(crate) fn folder(snapshot: &'a Snapshot, path: &'a str) -> Self {
        Asked { extent: Extent::Folder, ..Asked::file(snapshot, path) }
    }

    pub(crate) fn context(&self) -> Context<'a> {
        static RULES: OnceLock<RuleSet> = OnceLock::new();
        let rules = RULES.get_or_init(|| RuleSet::of_operations(Vec::new()));
        Context { snapshot: self.snapshot, rules, at: AT, until: AT, assume_below: self.assume_below }
    }

    pub(crate) fn target(&self) -> DataTarget<'a> {
        let gen1 = self.store == StoreKind::AdlsGen1;
        DataTarget {
            account_name: ACCOUNT.to_owned(),
            account: self.snapshot.storage_account(ACCOUNT),
            container: if gen1 { String::new() } else { FS.to_owned() },
            path: StorePath::new(self.path),
            extent: self.extent,
            store: self.store,
            origin: Origin::Unknown,
            by_url_alone: false,
        }
    }

    /// The proof, after checking that the bare verdict is the same.
    pub(crate) fn operation(&self, who: &Identities, operation: Operation) -> Proof {
        let proof: Proof = data_operation(&self.context(), who, operation, &self.target());
        let verdict: Verdict = data_operation(&self.context(), who, operation, &self.target());
        assert_eq!(proof.verdict(), verdict, "proof and bare verdict differ: {proof:#?}");
        proof
    }
}

/// Evidence ids of the leaves with this verdict.
pub(crate) fn ids(proof: &Proof, verdict: Verdict) -> Vec<String> {
    proof.leaves().into_iter().filter(|(_, found, _)| *found == verdict).map(|(_, _, leaf)| leaf.evidence.id.clone()).collect()
}

/// `what:scope` of everything that is missing.
pub(crate) fn missing(proof: &Proof) -> Vec<String> {
    proof.missing().iter().map(|missing: &Missing| format!("{}:{}", missing.what, missing.scope)).collect()
}
