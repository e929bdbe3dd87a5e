//! Fixes as commands and templates. Nothing here is ever run.

mod az;
mod quote;

pub use quote::{Command, Shell};

use super::change::Change;
use super::scene::Scene;
use crate::model::Facts;

/// The commands that make the changes, in order; each sees the state that those before it left.
pub(super) fn commands(scene: &Scene<'_>, changes: &[Change]) -> Vec<Command> {
    let mut facts: Facts = scene.cx.snapshot.facts().clone();
    let mut commands = Vec::new();
    for change in changes {
        commands.extend(az::commands(&facts, change));
        change.make(&mut facts);
    }
    commands
}
