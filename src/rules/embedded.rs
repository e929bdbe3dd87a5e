//! The rules that are part of the program.

use super::{RuleErrors, RuleSet};
use std::sync::OnceLock;

/// Name and text of every rule file in the binary.
pub(super) const FILES: &[(&str, &str)] = &[
    ("rules/credentials.toml", include_str!("../../rules/credentials.toml")),
    ("rules/operations.toml", include_str!("../../rules/operations.toml")),
    ("rules/roles.toml", include_str!("../../rules/roles.toml")),
    ("rules/texts.toml", include_str!("../../rules/texts.toml")),
    ("rules/lookups.toml", include_str!("../../rules/lookups.toml")),
    ("rules/attributes.toml", include_str!("../../rules/attributes.toml")),
    ("rules/findings.toml", include_str!("../../rules/findings.toml")),
    ("rules/errors.toml", include_str!("../../rules/errors.toml")),
    ("rules/fixes.toml", include_str!("../../rules/fixes.toml")),
];

static RULES: OnceLock<Result<RuleSet, RuleErrors>> = OnceLock::new();

impl RuleSet {
    /// The rules that are part of the program, read once.
    ///
    /// # Errors
    /// Never in a build whose tests passed: they hold these files valid. It is an error and not a panic, so that a
    /// broken build says file and line.
    pub fn embedded() -> Result<&'static RuleSet, &'static RuleErrors> {
        RULES.get_or_init(|| RuleSet::parse(FILES)).as_ref()
    }
}
