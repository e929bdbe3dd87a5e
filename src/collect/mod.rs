//! Live collection from Azure: the only part that speaks HTTP, and the only async code.

mod authorization;
mod bridge;
#[cfg(feature = "probe")]
mod probe;
mod trouble;

pub use authorization::{AuthorizationList, AuthorizationSource, Listed, TypedAuthorization};
pub use bridge::{Attach, Carrier, Incoming, Outgoing};
#[cfg(feature = "probe")]
pub use probe::{ProbeSecret, ProbeTarget, Tried, probe};
pub use trouble::Trouble;
