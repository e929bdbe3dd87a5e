//! ACL entries: execute on the folders above that lack it, read (and execute) on what is read.

use super::{Change, Scene, Unmet};
use crate::eval::{DataTarget, Extent, Verdict, data_access, posix};
use crate::fix::change::LakePath;
use crate::model::{AclTag, Bits, Identities, Known, ObjectId, PathAccess, PrincipalKind, StorePath};
use std::collections::BTreeSet;

/// Most paths below a folder that get entries of their own in place of one recursive change.
const MOST_SINGLE: usize = 5;

/// Most paths below a folder whose masks are widened one by one.
const MOST_MASKS: usize = 50;

/// One set for everybody of the requirement whom neither a role nor an ACL lets through.
pub(super) fn entries(scene: &Scene<'_>, unmet: Unmet<'_>) -> Vec<BTreeSet<Change>> {
    let Some(target) = unmet.data.and_then(|data| scene.target(data)) else {
        return Vec::new();
    };
    if !matches!(&target.account, Known::Known(account) if account.is_hns_enabled) {
        return Vec::new();
    }
    let mut changes = BTreeSet::new();
    for who in scene.principals(unmet.requirement, unmet.data) {
        let identities = scene.cx.snapshot.identities(&who);
        let by_roles = target
            .read_operations()
            .iter()
            .all(|operation| data_access::<Verdict>(&scene.cx, &identities, *operation, &target).by_rbac == Verdict::Allowed);
        if by_roles {
            continue;
        }
        // An identity that is still to come has no id to write into a list.
        if crate::fix::change::compute_of_identity_to_come(&who).is_some() || !for_one(scene, &target, &who, &identities, &mut changes) {
            return Vec::new();
        }
    }
    vec![changes]
}

/// The entries one principal needs; false where a list is not known, so that nothing can be said.
fn for_one(scene: &Scene<'_>, target: &DataTarget<'_>, who: &ObjectId, identities: &Identities, changes: &mut BTreeSet<Change>) -> bool {
    let list = Lists { scene, target, who, identities };
    for above in target.path.ancestors() {
        if !list.has(&above, Bits::EXECUTE) && !list.add(&above, Bits::EXECUTE, changes) {
            return false;
        }
    }
    let Some(record) = list.record(&target.path) else {
        return false;
    };
    if !record.is_directory || target.extent == Extent::File {
        return list.has(&target.path, Bits::READ) || list.add(&target.path, Bits::READ, changes);
    }
    list.folder(changes)
}

/// The lists of one file system, asked for one principal.
struct Lists<'s, 'a> {
    scene: &'s Scene<'a>,
    target: &'s DataTarget<'a>,
    who: &'s ObjectId,
    identities: &'s Identities,
}

impl<'s> Lists<'s, '_> {
    fn record(&self, path: &StorePath) -> Option<&'s PathAccess> {
        self.scene.cx.snapshot.path_access(&self.target.account_name, &self.target.container, path)
    }

    fn has(&self, path: &StorePath, want: Bits) -> bool {
        let (account, filesystem) = (&self.target.account_name, &self.target.container);
        posix::grants::<Verdict>(&self.scene.cx, self.identities, account, filesystem, path, want) == Verdict::Allowed
    }

    fn at(&self, path: &StorePath) -> LakePath {
        LakePath { account: self.target.account_name.clone(), filesystem: self.target.container.clone(), path: path.clone() }
    }

    /// What speaks of the principal: the owner's entry decides before any named one.
    fn tag(&self, record: &PathAccess) -> AclTag {
        if ObjectId::new(&record.owner) == *self.who {
            return AclTag::Owner;
        }
        let directory = &self.scene.cx.snapshot.facts().directory;
        match directory.get(self.who).and_then(|object| object.kind) {
            Some(PrincipalKind::Group) => AclTag::Group(self.who.clone()),
            Some(PrincipalKind::User | PrincipalKind::ServicePrincipal | PrincipalKind::ManagedIdentity | PrincipalKind::Application)
            | None => AclTag::User(self.who.clone()),
        }
    }

    fn add(&self, path: &StorePath, bits: Bits, changes: &mut BTreeSet<Change>) -> bool {
        let Some(record) = self.record(path).filter(|record| record.parsed_acl().is_ok()) else {
            return false;
        };
        changes.insert(Change::SetAcl { at: self.at(path), tag: self.tag(record), bits })
    }

    /// The folder itself and everything below it.
    fn folder(&self, changes: &mut BTreeSet<Change>) -> bool {
        let path = &self.target.path;
        let snapshot = self.scene.cx.snapshot;
        let below: Vec<&PathAccess> = snapshot.path_access_below(&self.target.account_name, &self.target.container, path).collect();
        let needs = |record: &PathAccess| if record.is_directory { Bits::READ_EXECUTE } else { Bits::READ };
        let closed: Vec<&PathAccess> = below.iter().copied().filter(|record| !self.has(&record.path, needs(record))).collect();
        if self.has(path, Bits::READ_EXECUTE) && closed.len() <= MOST_SINGLE {
            return closed.into_iter().all(|record| self.add(&record.path, needs(record), changes));
        }
        let Some(own) = self.record(path) else {
            return false;
        };
        changes.insert(Change::AclBelow { at: self.at(path), tag: AclTag::User(self.who.clone()) });
        let narrow = |record: &&&PathAccess| {
            let mask = record.parsed_acl().ok().and_then(|acl| acl.mask().bits());
            mask.is_some_and(|mask| !mask.contains(needs(record))) || self.tag(record) == AclTag::Owner
        };
        let all: Vec<&PathAccess> = std::iter::once(own).chain(below).collect();
        let single: Vec<&&PathAccess> = all.iter().filter(narrow).collect();
        single.len() <= MOST_MASKS && single.into_iter().all(|record| self.add(&record.path, needs(record), changes))
    }
}
