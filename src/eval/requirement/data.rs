//! `data/readable`: nothing that is read is archived, and no file below a folder is closed to a reader.

use crate::eval::{Context, DataTarget, Extent, Judgement, Proof, RequirementFinding, Verdict, Warning, data_access, posix, rbac};
use crate::model::{Known, Operation, RequirementId, SecurityPrincipal, StoreKind, WarningId};

/// Judges the data itself. `readers` are the principals whose own rights are used; none where a stored key or SAS, or public
/// access opens everything below.
pub fn data_readable(cx: &Context<'_>, target: &DataTarget<'_>, readers: &[SecurityPrincipal]) -> (RequirementFinding, Vec<Warning>) {
    let mut parts: Vec<Proof> = Vec::new();
    let mut warnings = Vec::new();
    if target.store != StoreKind::AdlsGen1 {
        parts.push(posix::archived_below::<Proof>(cx, target));
    }
    for reader in readers {
        if let Some((proof, notes)) = below(cx, target, reader) {
            parts.push(proof);
            warnings.extend(notes);
        }
    }
    if parts.is_empty() {
        parts.push(posix::archived_below::<Proof>(cx, target));
    }
    let proof = Proof::all(|| format!("all of {} can be read", target.describe()), parts);
    let summary = match proof.verdict() {
        Verdict::Allowed => format!("nothing known in {} is archived or closed", target.describe()),
        Verdict::Denied => format!("something in {} is archived or closed to a reader", target.describe()),
        Verdict::Undetermined => format!("not known whether everything in {} is open to the readers", target.describe()),
    };
    (RequirementFinding::new(RequirementId::DataReadable, summary, proof), warnings)
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

/// The warning that something below a folder is, or may be, closed to the invoker, where that does not count.
pub fn closed_to_invoker(cx: &Context<'_>, target: &DataTarget<'_>, invoker: &SecurityPrincipal) -> Option<Warning> {
    let (proof, _) = below(cx, target, invoker)?;
    let state = match proof.verdict() {
        Verdict::Allowed => return None,
        Verdict::Denied => "is closed",
        Verdict::Undetermined => "may be closed",
    };
    let text = format!(
        "{}: something in {} {state} to {} (Microsoft's pages disagree about whether it is the invoker who reads)",
        RequirementId::DataReadable,
        target.describe(),
        invoker.label()
    );
    Some(Warning::new(WarningId::AccessRead, text))
}

/// The principals among `candidates` that are known.
pub fn known_principals(candidates: &[Known<SecurityPrincipal>]) -> impl Iterator<Item = SecurityPrincipal> + '_ {
    candidates.iter().filter_map(Known::value).cloned()
}
