//! Live collection from Azure: the only part that speaks HTTP, and the only async code.

mod authorization;
mod cloud;
mod get;
mod record;
mod retry;
mod signin;
mod transport;
mod trouble;

pub use authorization::{AuthorizationList, AuthorizationSource, Listed};
pub use cloud::{Audience, Endpoints, Service, is_account_name};
pub use get::PlainAuthorization;
pub use retry::Deadline;
pub use signin::{Identity, SignInEnvironment, Tokens, sign_in, variable};
pub use transport::{Auth, Call, Reply, Transport, Verb, http_client};
pub use trouble::Trouble;
