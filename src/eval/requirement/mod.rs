//! The requirements of a read, each judged by one function.

mod data;
mod identity;
mod invoke;
mod output;
mod stored;

pub use data::{Readers, data_readable};
pub use identity::{IdentityQuestion, identities};
pub use invoke::{invoker_may, job_invoke, may_invoke};
pub use output::{implicit_output, output, upload};
pub use stored::{LIST_SECRETS, StoredQuestion, stored_credential, stored_opens, stored_parts, stored_reader, stored_tenant};

use super::{Context, DataTarget, Judgement, Proof, Verdict, data_access};
use crate::model::{Known, Missing, Operation, SecurityPrincipal};

/// Whether one principal may do every one of `operations` on the data.
pub fn may(cx: &Context<'_>, principal: &Known<SecurityPrincipal>, operations: &[Operation], target: &DataTarget<'_>) -> Proof {
    let words = operations.iter().map(|operation| operation.as_str()).collect::<Vec<_>>().join(" and ");
    let who = match principal {
        Known::Known(principal) => principal,
        Known::Missing(missing) => return Proof::unknown(|| format!("the principal may {words} {}", target.describe()), missing),
    };
    let claim = || format!("{} may {words} {}", who.label(), target.describe());
    let Some(id) = &who.object_id else {
        return Proof::unknown(claim, &super::nobody_signed_in());
    };
    let identities = cx.snapshot.identities(id);
    let parts = operations.iter().map(|operation| data_access::<Proof>(cx, &identities, *operation, target).judgement);
    Proof::all(claim, parts.collect())
}

/// The whole of what is asked of each identity a compute may mount with: all must hold, or none does, else it is open,
/// for which of several is the default the service does not say. `others_hold` where more of them hold than are listed.
fn several(proofs: Vec<Proof>, others_hold: bool) -> Proof {
    let is = |verdict: Verdict| move |proof: &Proof| proof.verdict() == verdict;
    let agree = |verdict: Verdict| proofs.iter().all(is(verdict));
    if agree(Verdict::Denied) && !others_hold {
        return Proof::any(|| "it holds of an identity the compute may mount with".to_owned(), proofs);
    }
    if proofs.len() == 1 && !others_hold || !proofs.iter().any(is(Verdict::Denied)) {
        return Proof::all(|| "it holds of every identity the compute may mount with".to_owned(), proofs);
    }
    let text = "the default identity mounts, and which of several is the default the service does not say";
    let open = Missing::open("several-identities", text);
    let unless = |proof: Proof| {
        if proof.verdict() != Verdict::Denied {
            return proof;
        }
        let claim = format!("{}, or another identity mounts", proof.claim());
        Proof::any(|| claim, vec![Proof::unknown(|| "another identity is the default".to_owned(), &open), proof])
    };
    Proof::all(|| "it holds of the identity that mounts".to_owned(), proofs.into_iter().map(unless).collect())
}
