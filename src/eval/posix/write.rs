//! Creating or overwriting by ACL.

use super::caller::Caller;
use super::{Place, node};
use crate::eval::{DataTarget, Extent, Judgement, Verdict};
use crate::model::{Bits, Lookup, Missing, StorePath, What, path_id};

/// Whether a path exists, as far as that decides which right is needed.
enum Existence {
    File,
    Folder,
    Absent,
    Unknown(Missing),
}

/// `-w-` on the file where it exists, `-wx` on its parent where it does not; into a folder, `-wx` on it.
pub(super) fn judge<J: Judgement>(caller: Caller<'_>, place: &Place<'_>, target: &DataTarget<'_>) -> J {
    let path = &target.path;
    let needs = |path: &StorePath, want| node::judge_path::<J>(caller, place.account, place.filesystem, path, want);
    match existence(caller, place, target) {
        Existence::File => place.chain(caller, target, None, |file| needs(file, Bits::WRITE)),
        Existence::Folder => place.chain(caller, target, None, |folder| needs(folder, Bits::WRITE_EXECUTE)),
        Existence::Absent => {
            let (folder, is_parent) = nearest(caller, place, path);
            place.chain(caller, target, Some(&folder), |_| {
                let part = needs(&folder, Bits::WRITE_EXECUTE);
                if is_parent || part.verdict() == Verdict::Denied {
                    return part;
                }
                let question =
                    format!("the folders between {folder} and {path} do not exist; what creating them on the way needs is not documented");
                J::all(|| format!("{} may create {path}", caller.label()), vec![part, open(caller, path, question)])
            })
        }
        Existence::Unknown(missing) => place.chain(caller, target, None, |path| {
            let acl = node::missing_acl(caller, place.account, place.filesystem, path);
            let claim = || format!("{path} exists, so that its own ACL decides and not that of its parent");
            let parts = vec![J::unknown(claim, &missing), J::unknown(|| format!("the ACL of {path} lets {} write", caller.label()), &acl)];
            J::all(|| format!("{} may overwrite or create {path}", caller.label()), parts)
        }),
    }
}

fn open<J: Judgement>(caller: Caller<'_>, path: &StorePath, question: String) -> J {
    J::unknown(|| format!("{} may create the folders above {path}", caller.label()), &Missing::open("parent-absent", question))
}

/// A `path` line says best; an ACL proves that there is something; coverage alone proves that there is nothing.
fn existence(caller: Caller<'_>, place: &Place<'_>, target: &DataTarget<'_>) -> Existence {
    let path = &target.path;
    let of_kind = |is_folder| if is_folder { Existence::Folder } else { Existence::File };
    if path.is_root() {
        return Existence::Folder;
    }
    let access = caller.snapshot.path_access(place.account, place.filesystem, path).map(|record| record.is_directory);
    if let Some(record) = caller.snapshot.path_record(place.account, place.filesystem, path) {
        let kind = record.is_directory.or(access).unwrap_or(target.extent == Extent::Folder);
        return if record.exists { of_kind(kind) } else { Existence::Absent };
    }
    if let Some(is_folder) = access {
        return of_kind(is_folder);
    }
    match caller.snapshot.paths_lookup(place.account, place.filesystem, path) {
        Lookup::Complete(_) => Existence::Absent,
        lookup @ (Lookup::Gap(_) | Lookup::NotCollected) => {
            Existence::Unknown(Missing::new(What::Paths, path_id(place.account, place.filesystem, path), &lookup))
        }
    }
}

/// The lowest folder above `path` that is not known to be absent, and whether it is the parent.
fn nearest(caller: Caller<'_>, place: &Place<'_>, path: &StorePath) -> (StorePath, bool) {
    let mut folder = path.parent().unwrap_or_default();
    let mut is_parent = true;
    while is_absent(caller, place, &folder) {
        folder = folder.parent().unwrap_or_default();
        is_parent = false;
    }
    (folder, is_parent)
}

/// Whether a folder is known not to exist: no line bears it or anything in it. The root always exists.
fn is_absent(caller: Caller<'_>, place: &Place<'_>, folder: &StorePath) -> bool {
    let (snapshot, account, container) = (caller.snapshot, place.account, place.filesystem);
    if folder.is_root() || snapshot.path_access(account, container, folder).is_some() {
        return false;
    }
    if let Some(record) = snapshot.path_record(account, container, folder) {
        return !record.exists;
    }
    let implied = snapshot.path_records_below(account, container, folder).any(|record| record.exists)
        || snapshot.path_access_below(account, container, folder).next().is_some();
    !implied && snapshot.paths_lookup(account, container, folder).is_complete()
}
