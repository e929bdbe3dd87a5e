//! Questions about everybody: who can do something with data (`canread who`), and what changed between two states
//! (`canread diff`). Both ask `eval` for each class of principals and read its trees; neither decides anything itself.

mod classes;
pub mod diff;
mod population;
mod relevant;
mod through;
mod ways;
mod who;

pub use classes::Partition;
pub use population::{Member, Population};
pub use relevant::{Relevant, relevant_to_action, relevant_to_data};
pub use through::{Through, ThroughKind};
pub use ways::{Way, WayKind, ways};
pub use who::{NearMiss, Reader, WhoFinding, WhoQuestion, who};
