//! `data/readable`: nothing that is read is archived, and no file below a folder is closed to a reader.

use crate::eval::{Context, DataTarget, Extent, Judgement, Proof, RequirementFinding, Verdict, Warning, data_access, posix, rbac};
use crate::model::{Known, Missing, Operation, RequirementId, SecurityPrincipal, StoreKind, WarningId};

/// The principals whose own rights open what lies below a folder; none where a stored key or SAS, or public access does.
#[derive(Debug, Default)]
pub struct Readers {
    /// Each of them reads.
    pub each: Vec<SecurityPrincipal>,
    /// One of these mounts, and which one the service does not say.
    pub one_of: Vec<SecurityPrincipal>,
    /// What is missing to know who mounts.
    pub unknown: Option<Missing>,
    /// Documents disagree whether it reads at all, and the question says that this only warns.
    pub advisory: Option<SecurityPrincipal>,
}

/// Judges the data itself.
pub fn data_readable(cx: &Context<'_>, target: &DataTarget<'_>, readers: &Readers) -> (RequirementFinding, Vec<Warning>) {
    let mut parts: Vec<Proof> = vec![posix::archived_below::<Proof>(cx, target)];
    let mut warnings = Vec::new();
    for (proof, notes) in readers.each.iter().filter_map(|reader| below(cx, target, reader)) {
        parts.push(proof);
        warnings.extend(notes);
    }
    let (mounts, notes): (Vec<Proof>, Vec<Vec<Warning>>) = readers.one_of.iter().filter_map(|reader| below(cx, target, reader)).unzip();
    warnings.extend(notes.into_iter().flatten());
    // One whose roles open all of it, or that is refused the folder itself, has nothing asked here.
    let open_to_others = mounts.len() < readers.one_of.len();
    if !mounts.is_empty() {
        parts.push(super::several(mounts, open_to_others));
    }
    if let Some(missing) = readers.unknown.as_ref().filter(|_| target.extent == Extent::Folder && may_have_acls(target)) {
        parts.push(Proof::unknown(|| format!("no file below {} is closed to whoever mounts it", target.describe()), missing));
    }
    if let Some((proof, _)) = readers.advisory.as_ref().and_then(|reader| below(cx, target, reader))
        && proof.verdict() != Verdict::Allowed
    {
        let text = format!("{}: {} ({})", RequirementId::DataReadable, proof.claim(), proof.verdict());
        warnings.push(Warning::new(WarningId::AccessRead, text));
    }
    let proof = Proof::all(|| format!("all of {} can be read", target.describe()), parts);
    let summary = match proof.verdict() {
        Verdict::Allowed => format!("nothing known in {} is archived or closed", target.describe()),
        Verdict::Denied => format!("something in {} is archived or closed to a reader", target.describe()),
        Verdict::Undetermined => format!("not known whether everything in {} is open to the readers", target.describe()),
    };
    (RequirementFinding::new(RequirementId::DataReadable, summary, proof), warnings)
}

/// Whether single files can be closed to a reader: not on an account that is known to have no hierarchical namespace.
fn may_have_acls(target: &DataTarget<'_>) -> bool {
    target.store == StoreKind::AdlsGen1
        || match &target.account {
            Known::Known(account) => account.is_hns_enabled,
            Known::Missing(_) => true,
        }
}

/// Where list or read rests on an ACL, or may, the ACLs below must be open; where a role grants, files below need none.
/// `None` where the folder itself is already refused: that is said elsewhere.
fn below(cx: &Context<'_>, target: &DataTarget<'_>, reader: &SecurityPrincipal) -> Option<(Proof, Vec<Warning>)> {
    let id = reader.object_id.as_ref()?;
    if target.extent == Extent::File {
        return None;
    }
    let who = cx.snapshot.identities(id);
    let access = [Operation::List, Operation::Read].map(|operation| data_access::<Verdict>(cx, &who, operation, target));
    let by_roles = Verdict::all(access.iter().map(|one| one.by_rbac));
    let by_entries = Verdict::all(access.iter().map(|one| one.by_rbac.max(one.by_acl)));
    if by_roles == Verdict::Allowed || by_entries == Verdict::Denied || access.iter().all(|one| one.by_acl == Verdict::Denied) {
        return None;
    }
    let open: Proof = posix::readable_below(cx, &who, target);
    let warnings = posix::default_acl_note(cx, &who, target).into_iter().collect();
    let claim = || format!("no file below {} is closed to {}", target.describe(), reader.label());
    if by_roles == Verdict::Denied {
        return Some((open, warnings));
    }
    let roles = rbac::data_operation::<Proof>(cx, &who, Operation::Read, target);
    let roles = roles.together(|| format!("Azure RBAC lets {} read all of {}", reader.label(), target.describe()));
    Some((Proof::any(claim, vec![roles, open]), warnings))
}
