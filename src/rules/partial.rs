//! Rule sets that hold one kind of rule only.

use super::{OperationRule, RuleSet};
use std::collections::BTreeMap;

impl RuleSet {
    /// A rule set of operations alone: enough to judge a stored credential by itself, as tests do.
    pub fn of_operations(operations: Vec<OperationRule>) -> RuleSet {
        RuleSet {
            credentials: Vec::new(),
            operations,
            invoke: Vec::new(),
            roles: BTreeMap::new(),
            requirements: BTreeMap::new(),
            warnings: BTreeMap::new(),
            lookups: BTreeMap::new(),
            attributes: Vec::new(),
            findings: Vec::new(),
        }
    }
}
