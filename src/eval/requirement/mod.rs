//! The requirements of a read, each judged by one function.

mod data;
mod identity;
mod invoke;
mod output;
mod stored;

pub use data::{closed_to_invoker, data_readable, known_principals};
pub use identity::{IdentityQuestion, identities};
pub use invoke::{invoker_may, job_invoke};
pub use output::{implicit_output, output, upload};
pub use stored::{StoredQuestion, stored_credential, stored_parts, stored_reader, stored_tenant};

use super::{Context, DataTarget, Judgement, Proof, data_access};
use crate::model::{Known, Operation, SecurityPrincipal};

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
