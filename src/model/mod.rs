//! What Azure's things are, parsed and valid. This layer knows no file, network, clock or terminal.

mod acl;
mod action;
mod cause;
mod condition;
mod fold;
mod id;
mod lookup;
mod mask;
mod ml;
mod network;
mod path;
mod principal;
mod reference;
mod requirement;
mod role;
mod sas;
mod scope;
mod severity;
mod snapshot;
mod storage;
mod terminal;

pub use acl::*;
pub use action::*;
pub use cause::*;
pub use condition::*;
pub use fold::*;
pub use id::*;
pub use lookup::*;
pub use mask::masked;
pub use ml::*;
pub use network::*;
pub use path::*;
pub use principal::*;
pub use reference::*;
pub use requirement::*;
pub use role::*;
pub use sas::*;
pub use scope::*;
pub use severity::*;
pub use snapshot::*;
pub use storage::*;
pub use terminal::*;

/// A moment in time.
pub type Timestamp = time::OffsetDateTime;
