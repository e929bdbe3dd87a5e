//! Rule sets that hold one kind of rule only.

use super::{OperationRule, RuleSet};

impl RuleSet {
    /// A rule set of operations alone: enough to judge a stored credential by itself, as tests do.
    pub fn of_operations(operations: Vec<OperationRule>) -> RuleSet {
        RuleSet { operations, ..RuleSet::default() }
    }
}
