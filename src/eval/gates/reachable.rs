//! `account/reachable`: the compute's requests reach the account, on every sub-resource needed.

use super::{ComputeView, NetworkOrigin, account, firewall, managed, private_endpoint, probe};
use crate::eval::{Context, DataTarget, Evidence, EvidenceKind, Judgement, Leaf, Proof, Verdict};
use crate::model::{Known, Missing, Probe, StorageAccount, StoreKind, Workspace};
use std::fmt;

/// A service of a storage account with an endpoint of its own: what a private endpoint leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is named after the sub-resource it stands for")]
pub enum SubResource {
    Blob,
    Dfs,
    File,
    Queue,
    Table,
}

impl SubResource {
    /// The word of `groupIds`.
    pub fn as_str(self) -> &'static str {
        match self {
            SubResource::Blob => "blob",
            SubResource::Dfs => "dfs",
            SubResource::File => "file",
            SubResource::Queue => "queue",
            SubResource::Table => "table",
        }
    }

    /// Those a read of a store needs. Source: "Troubleshoot 403 errors in Azure Storage": Gen2 behind a private endpoint
    /// needs one for `blob` and one for `dfs`.
    fn needed(store: StoreKind) -> &'static [SubResource] {
        match store {
            StoreKind::Blob => &[SubResource::Blob],
            StoreKind::AdlsGen2 => &[SubResource::Blob, SubResource::Dfs],
            StoreKind::AdlsGen1 => &[],
        }
    }
}

impl fmt::Display for SubResource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether requests of the compute reach the account: `account/reachable`.
///
/// Subscription and account must serve requests, and on every sub-resource needed either the public endpoint admits the
/// compute's network or a private endpoint leads there. An `ok` probe from the compute's own subnet proves a sub-resource;
/// of an account without record, so does an anonymous one, unless a private network is or may be involved.
pub fn reachable(cx: &Context<'_>, target: &DataTarget<'_>, compute: &ComputeView<'_>, workspace: Known<&Workspace>) -> Proof {
    let origin = compute.origin(&workspace);
    let needed = SubResource::needed(target.store);
    let claim = || format!("requests from {} reach account `{}`", origin.describe(), target.account_name);
    if needed.is_empty() {
        let says = "Data Lake Storage Gen1 is judged by its ACLs and no other gate";
        return Proof::allowed(|| Leaf::new(claim(), Evidence::new(EvidenceKind::Rule, "adls-gen1-url", says)));
    }
    match &target.account {
        Known::Missing(missing) => {
            let parts = needed.iter().map(|sub| unrecorded(cx, target, &origin, *sub, missing));
            Proof::all(claim, parts.collect())
        }
        Known::Known(account) => {
            let proven = needed.iter().find_map(|sub| from_own_subnet(cx, &account.name, &origin, *sub));
            let mut parts: Vec<Proof> = account::enabled(cx, account).into_iter().map(|state| settled_by(state, proven)).collect();
            parts.extend(needed.iter().map(|sub| sub_resource(cx, account, &origin, *sub)));
            Proof::all(claim, parts)
        }
    }
}

/// A state that could not be looked up is shown by a request that was answered.
fn settled_by(state: Proof, probe: Option<&Probe>) -> Proof {
    match (state.verdict(), probe) {
        (Verdict::Undetermined, Some(probe)) => Proof::allowed(|| Leaf::new(state.claim(), probe::evidence(probe))),
        (Verdict::Undetermined | Verdict::Allowed | Verdict::Denied, _) => state,
    }
}

fn from_own_subnet<'a>(cx: &Context<'a>, account: &str, origin: &NetworkOrigin<'_>, sub: SubResource) -> Option<&'a Probe> {
    match origin {
        NetworkOrigin::Subnet { subnet, .. } => probe::from_subnet(cx, account, sub, subnet),
        NetworkOrigin::Managed { .. } | NetworkOrigin::Public { .. } | NetworkOrigin::Unknown { .. } => None,
    }
}

/// A sub-resource of an account the snapshot does not hold: only a probe tells.
fn unrecorded(cx: &Context<'_>, target: &DataTarget<'_>, origin: &NetworkOrigin<'_>, sub: SubResource, missing: &Missing) -> Proof {
    let claim = || format!("a request from {} reaches `{sub}` of account `{}`", origin.describe(), target.account_name);
    let own = from_own_subnet(cx, &target.account_name, origin, sub);
    let public = if origin.may_be_private() { None } else { probe::from_anywhere(cx, &target.account_name, sub) };
    match own.or(public) {
        Some(probe) => Proof::allowed(|| Leaf::new(claim(), probe::evidence(probe))),
        None => Proof::unknown(claim, missing),
    }
}

/// Whether requests from `origin` reach one sub-resource: by probe, by the public endpoint, by a private endpoint.
pub fn sub_resource(cx: &Context<'_>, account: &StorageAccount, origin: &NetworkOrigin<'_>, sub: SubResource) -> Proof {
    let claim = || format!("a request from {} reaches `{sub}` of account `{}`", origin.describe(), account.name);
    let mut ways = Vec::new();
    if let Some(probe) = from_own_subnet(cx, &account.name, origin, sub) {
        ways.push(Proof::allowed(|| Leaf::new(claim(), probe::evidence(probe))));
    }
    ways.push(public_endpoint(cx, account, origin, sub));
    ways.push(match origin {
        NetworkOrigin::Subnet { subnet, .. } => private_endpoint::leads(cx, account, subnet, sub),
        NetworkOrigin::Managed { workspace, .. } => managed::private_endpoint(cx, account, workspace, sub),
        NetworkOrigin::Public { .. } => private_endpoint::none(account, sub, origin.evidence()),
        NetworkOrigin::Unknown { missing, .. } => {
            Proof::unknown(|| format!("a private endpoint leads from the compute to `{sub}` of account `{}`", account.name), missing)
        }
    });
    Proof::any(claim, ways)
}

/// The way over the public endpoint: out of the compute's network, and in through the firewall.
fn public_endpoint(cx: &Context<'_>, account: &StorageAccount, origin: &NetworkOrigin<'_>, sub: SubResource) -> Proof {
    let admitted = firewall::admits(cx, account, origin);
    let claim = || format!("a request reaches `{sub}` of account `{}` over its public endpoint", account.name);
    let out = match origin {
        NetworkOrigin::Managed { workspace, approved_only: true } => managed::egress(cx, account, workspace, sub),
        NetworkOrigin::Unknown { egress: Some(missing), .. } => {
            Proof::unknown(|| format!("the compute's network lets requests to account `{}` out", account.name), missing)
        }
        NetworkOrigin::Managed { approved_only: false, .. }
        | NetworkOrigin::Unknown { egress: None, .. }
        | NetworkOrigin::Subnet { .. }
        | NetworkOrigin::Public { .. } => return admitted,
    };
    Proof::all(claim, vec![out, admitted])
}
