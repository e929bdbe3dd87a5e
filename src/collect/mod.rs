//! Live collection from Azure: the only part that speaks HTTP, and the only async code.

mod arm;
mod authorization;
mod cloud;
mod engine;
mod follow;
mod get;
mod graph;
mod plan;
mod record;
mod retry;
mod signin;
mod storage;
mod transport;
mod trouble;
mod xml;

pub use authorization::{AuthorizationList, AuthorizationSource, Listed};
pub use cloud::{Audience, Endpoints, Service, is_account_name};
pub use engine::{Collected, Progress, collect};
pub use get::PlainAuthorization;
pub use plan::{Plan, Target};
pub use retry::Deadline;
pub use signin::{Identity, SignInEnvironment, Tokens, sign_in, variable};
pub use transport::{Auth, Call, Reply, Transport, Verb, http_client};
pub use trouble::Trouble;
