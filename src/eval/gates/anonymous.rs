//! `access/anonymous`: account and container are public at the level needed.

use super::{of_account, probe, resource};
use crate::eval::{Context, DataTarget, Evidence, EvidenceKind, Extent, Judgement, Leaf, Proof, Verdict};
use crate::model::{Container, Found, Known, Lookup, Missing, PublicAccess, StorageAccount, StoreKind};

/// Whether anyone may read without a credential.
#[derive(Clone, Debug)]
pub enum Anonymous {
    /// Known to be public at the level needed.
    Public(Proof),
    /// Known not to be.
    NotPublic(Proof),
    /// Not known; the second value is what would tell.
    Unknown(Proof, Missing),
}

impl Anonymous {
    /// The proof, whichever it is.
    pub fn proof(&self) -> &Proof {
        match self {
            Anonymous::Public(proof) | Anonymous::NotPublic(proof) | Anonymous::Unknown(proof, _) => proof,
        }
    }

    fn from_proof(proof: Proof) -> Self {
        match proof.verdict() {
            Verdict::Allowed => Anonymous::Public(proof),
            Verdict::Denied => Anonymous::NotPublic(proof),
            Verdict::Undetermined => {
                let nothing = || Missing::open("anonymous-access", "whether the container is public is not known");
                let missing = proof.missing().into_iter().next().unwrap_or_else(nothing);
                Anonymous::Unknown(proof, missing)
            }
        }
    }
}

/// Whether account and container are public at the level that `target` needs: a folder needs `Container`, which lists, a
/// file needs `Blob`. The network is a question of its own, `account/reachable`.
///
/// An anonymous probe of the container that answered `ok` proves it. Source: "Configure anonymous read access for
/// containers and blobs"; hierarchical namespaces make no difference to it.
pub fn anonymous(cx: &Context<'_>, target: &DataTarget<'_>) -> Anonymous {
    let claim = || format!("anyone may read `{}` without a credential", target.describe());
    match target.store {
        StoreKind::AdlsGen1 => {
            let evidence = Evidence::new(EvidenceKind::Rule, "adls-gen1-url", "Data Lake Storage Gen1 has no anonymous access");
            return Anonymous::NotPublic(Proof::denied(|| Leaf::new(claim(), evidence)));
        }
        StoreKind::Blob | StoreKind::AdlsGen2 => {}
    }
    if let Some(probe) = probe::public_container(cx, &target.account_name, &target.container, target.extent) {
        return Anonymous::Public(Proof::allowed(|| Leaf::new(claim(), probe::evidence(probe))));
    }
    Anonymous::from_proof(match &target.account {
        Known::Missing(missing) => Proof::unknown(claim, missing),
        Known::Known(account) => Proof::all(claim, vec![account_permits(account), container_is_public(cx, account, target)]),
    })
}

fn account_permits(account: &StorageAccount) -> Proof {
    let claim = || format!("account `{}` permits public containers", account.name);
    match account.allow_blob_public_access {
        Some(true) => Proof::allowed(|| Leaf::new(claim(), of_account(account, "allowBlobPublicAccess is true"))),
        Some(false) => Proof::denied(|| Leaf::new(claim(), of_account(account, "allowBlobPublicAccess is false"))),
        // Absent means allowed on older accounts and denied on newer ones.
        None => {
            let missing = Missing::resource(&account.id, &Lookup::NotCollected);
            let leaf =
                || Leaf::new(claim(), of_account(account, "allowBlobPublicAccess is not set: its default depends on the account's age"));
            Proof::undetermined(|| (leaf(), missing))
        }
    }
}

fn container_is_public(cx: &Context<'_>, account: &StorageAccount, target: &DataTarget<'_>) -> Proof {
    let needed = match target.extent {
        Extent::Folder => "listed and read",
        Extent::File => "read",
    };
    let claim = || format!("container `{}` of account `{}` can be {needed} by anyone", target.container, account.name);
    match cx.snapshot.container(account, &target.container) {
        Found::Here(container) => level(container, target.extent, claim),
        Found::Absent(by) => Proof::denied(|| Leaf::new(claim(), Evidence::coverage(by, "the container does not exist"))),
        Found::Missing(missing) => Proof::unknown(claim, &missing),
    }
}

fn level(container: &Container, extent: Extent, claim: impl Fn() -> String) -> Proof {
    let leaf = |says: &str| Leaf::new(claim(), resource(&container.id, says));
    if container.deleted {
        return Proof::denied(|| leaf("the container is deleted"));
    }
    match (container.public_access, extent) {
        (None, _) => Proof::unknown(&claim, &Missing::resource(&container.id, &Lookup::NotCollected)),
        (Some(PublicAccess::None), _) => Proof::denied(|| leaf("publicAccess is None")),
        (Some(PublicAccess::Blob), Extent::Folder) => {
            Proof::denied(|| leaf("publicAccess is Blob: anyone may read a blob, nobody may list"))
        }
        (Some(PublicAccess::Blob), Extent::File) => Proof::allowed(|| leaf("publicAccess is Blob")),
        (Some(PublicAccess::Container), _) => Proof::allowed(|| leaf("publicAccess is Container")),
    }
}
