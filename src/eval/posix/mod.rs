//! Data Lake Storage ACLs: what the entries on a path and on the folders above it let a principal do.
//!
//! ACLs only add to what RBAC grants, so the caller asks here where RBAC grants nothing. Whether identity and account share
//! a tenant, the account key, and the super-user of a Gen1 account (its RBAC owners) are the caller's questions too.

mod archive;
mod below;
mod caller;
mod node;
mod notice;
mod write;

pub use archive::archived_below;
pub use below::{default_acl_note, readable_below};

use super::{Context, DataTarget, Evidence, EvidenceKind, Extent, Judgement, Leaf, Verdict};
use crate::model::{Bits, GapRecord, Identities, Known, Lookup, Missing, Operation, Scope, Snapshot, StoreKind, StorePath, What};
use caller::Caller;

/// Whether ACLs let `who` do `operation` on the target itself; what lies below a folder is [`readable_below`]'s question.
///
/// * read of a file: `--x` on every folder above, the root included, and `r--` on the file;
/// * list of a folder, and read of one, which begins with listing it: `--x` above and `r-x` on it;
/// * write of a file: `--x` above and `-w-` on the file where it exists, else `-wx` on its parent; of a folder: `-wx` on it.
///
/// Without a hierarchical namespace there are no ACLs: denied. Source: "Access control lists in Azure Data Lake Storage",
/// Common scenarios related to ACL permissions.
pub fn data_operation<J: Judgement>(cx: &Context<'_>, who: &Identities, operation: Operation, target: &DataTarget<'_>) -> J {
    if let Err(gate) = gate(cx.snapshot, target) {
        return gate;
    }
    let caller = Caller::new(cx.snapshot, who);
    let place = Place { account: &target.account_name, filesystem: &target.container };
    match operation {
        Operation::Read => place.chain(caller, target, None, |last| place.read(caller, target, last)),
        Operation::List => place.chain(caller, target, None, |last| place.list(caller, last)),
        Operation::Write => write::judge(caller, &place, target),
    }
}

/// Whether the ACL of one path gives `who` all of `want`: what a change to that ACL is measured by.
pub fn grants<J: Judgement>(cx: &Context<'_>, who: &Identities, account: &str, filesystem: &str, path: &StorePath, want: Bits) -> J {
    node::judge_path(Caller::new(cx.snapshot, who), account, filesystem, path, want)
}

/// Whether the target's account has ACLs at all; the verdict where it has none, or that is not known.
fn gate<J: Judgement>(snapshot: &Snapshot, target: &DataTarget<'_>) -> Result<(), J> {
    let claim = || format!("{} has access control lists", target.account_name);
    if target.store == StoreKind::AdlsGen1 {
        if snapshot.facts().gen1_accounts.contains_key(&target.account_name) {
            return Ok(());
        }
        let scope = format!("Microsoft.DataLakeStore/accounts/{}", target.account_name);
        let of_it = |gap: &&GapRecord| gap.what == What::Resource && Scope::new(&gap.scope).key().ends_with(&scope.to_lowercase());
        let lookup = snapshot.facts().gaps.iter().find(of_it).map_or(Lookup::NotCollected, Lookup::Gap);
        return Err(J::unknown(claim, &Missing::new(What::Resource, scope.clone(), &lookup)));
    }
    match &target.account {
        Known::Known(account) if account.is_hns_enabled => Ok(()),
        Known::Known(account) => Err(J::denied(|| {
            let says = "`isHnsEnabled` is not true: without a hierarchical namespace there are no ACLs";
            Leaf::new(claim(), Evidence::new(EvidenceKind::Resource, account.id.as_str(), says))
        })),
        Known::Missing(missing) => Err(J::unknown(claim, missing)),
    }
}

/// Where paths lie.
struct Place<'a> {
    account: &'a str,
    filesystem: &'a str,
}

impl Place<'_> {
    /// `--x` on every folder above `target` (above `folder`, where one is given), then `last` on what `target` itself needs.
    ///
    /// INVARIANT: a bare verdict stops at the first closed folder; a proof judges every one, so that one fix opens all.
    fn chain<J: Judgement>(
        &self,
        caller: Caller<'_>,
        target: &DataTarget<'_>,
        folder: Option<&StorePath>,
        last: impl FnOnce(&StorePath) -> J,
    ) -> J {
        let mut parts = Vec::new();
        let mut closed: Option<StorePath> = None;
        for above in target.path.ancestors().filter(|above| folder.is_none_or(|folder| above.is_above(folder))) {
            let part: J = node::judge_path(caller, self.account, self.filesystem, &above, Bits::EXECUTE);
            let is_closed = part.verdict() == Verdict::Denied;
            parts.push(part);
            if is_closed && !J::EXPLAINS {
                return J::all(String::new, parts);
            }
            if is_closed && closed.is_none() {
                closed = Some(above);
            }
        }
        let part = last(&target.path);
        if part.verdict() == Verdict::Denied && closed.is_none() {
            closed = Some(folder.unwrap_or(&target.path).clone());
        }
        parts.push(part);
        J::all(|| chain_claim(caller, target, closed.as_ref()), parts)
    }

    fn list<J: Judgement>(&self, caller: Caller<'_>, path: &StorePath) -> J {
        let record = caller.snapshot.path_access(self.account, self.filesystem, path);
        if record.is_some_and(|record| !record.is_directory) {
            let missing = Missing::open("list-of-a-file", format!("{path} is a file; what listing one needs is not documented"));
            return J::unknown(|| format!("the ACL of {path} lets {} list it", caller.label()), &missing);
        }
        node::judge_path(caller, self.account, self.filesystem, path, Bits::READ_EXECUTE)
    }

    /// What the path is decides, where its record says; else what was asked for.
    fn read<J: Judgement>(&self, caller: Caller<'_>, target: &DataTarget<'_>, path: &StorePath) -> J {
        let record = caller.snapshot.path_access(self.account, self.filesystem, path);
        let is_folder = record.map_or(target.extent == Extent::Folder, |record| record.is_directory);
        let want = if is_folder { Bits::READ_EXECUTE } else { Bits::READ };
        node::judge_path(caller, self.account, self.filesystem, path, want)
    }
}

fn chain_claim(caller: Caller<'_>, target: &DataTarget<'_>, closed: Option<&StorePath>) -> String {
    let claim = format!("ACLs on {} and the folders above it let {} through", target.describe(), caller.label());
    match closed {
        Some(path) => format!("{claim} (first closed: {path})"),
        None => claim,
    }
}
