//! Gates that stand before any identity: account and subscription state, network, tenant, anonymous access, and what the
//! batch runtime needs besides.

mod account;
mod anonymous;
mod firewall;
mod managed;
mod origin;
mod peering;
mod private_endpoint;
mod probe;
mod reachable;
mod runtime;
mod tenant;

pub use anonymous::{Anonymous, anonymous};
pub use origin::{ComputeView, NetworkOrigin};
pub use reachable::{SubResource, reachable, sub_resource};
pub use runtime::{MayAct, auth_mode, runtime_batch, silent_partial_reads};
pub use tenant::tenant;

use super::{Evidence, EvidenceKind};
use crate::model::{Scope, StorageAccount};

fn resource(id: &Scope, says: impl Into<String>) -> Evidence {
    Evidence::new(EvidenceKind::Resource, id.as_str(), says)
}

fn of_account(account: &StorageAccount, says: impl Into<String>) -> Evidence {
    resource(&account.id, says)
}

/// Whether a state word of Azure is `word`; Azure's own spelling varies in case between services.
fn is(state: &str, word: &str) -> bool {
    state.eq_ignore_ascii_case(word)
}

/// A region name as service tags, `location` and display names have in common: lower case, without blanks.
fn region(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase()
}
