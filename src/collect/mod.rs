//! Live collection from Azure: the only part that speaks HTTP, and the only async code.

mod arm;
mod authorization;
mod bridge;
mod carrier;
mod certificate;
mod client;
mod cloud;
mod engine;
mod follow;
mod get;
mod graph;
mod journal;
mod permission;
mod plan;
#[cfg(feature = "probe")]
mod probe;
mod record;
mod retry;
mod secrets;
mod shape;
mod signin;
mod storage;
mod transport;
mod trouble;
mod typed;
mod xml;

pub use arm::job;
pub use authorization::{AuthorizationList, AuthorizationSource, Listed};
pub use bridge::{Attach, Carrier, Incoming, Outgoing};
pub use carrier::ServiceCarrier;
pub use client::http_client;
pub use cloud::{Audience, Endpoints, Service, is_account_name};
pub use engine::{Collected, Progress, collect, go_on};
pub use journal::{Journal, NoJournal};
pub use plan::{Plan, Target};
#[cfg(feature = "probe")]
pub use probe::{ProbeSecret, ProbeTarget, Tried, probe};
pub use retry::Deadline;
pub use signin::{Identity, SignInEnvironment, Tokens, sign_in, variable};
pub use transport::{Auth, Call, Reply, Transport, Verb};
pub use trouble::Trouble;
pub use typed::TypedAuthorization;
