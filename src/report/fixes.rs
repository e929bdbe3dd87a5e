//! Fixes in the report.

use super::{FixReport, JobFixReport, Report, WarningReport};
use crate::fix::{Fixes, JobFix, Shell};
use crate::model::WarningId;

impl FixReport {
    /// A fix, its commands quoted for `shell`.
    pub fn of(fix: &JobFix, shell: Shell) -> Self {
        FixReport {
            summary: fix.summary.clone(),
            cost: fix.cost(),
            az: fix.az(shell),
            bicep: fix.bicep.clone(),
            terraform: fix.terraform.clone(),
            // Only what evaluates to `allowed` becomes a fix.
            verified: true,
        }
    }
}

impl JobFixReport {
    /// A fix of the whole job.
    pub fn of(fix: &JobFix, shell: Shell) -> Self {
        JobFixReport {
            inputs: fix.inputs.clone(),
            requirements: fix.requirements.iter().map(ToString::to_string).collect(),
            changes: fix.says.clone(),
            fix: FixReport::of(fix, shell),
        }
    }
}

impl Report {
    /// With the fixes of the whole job, and each repeated at the inputs and outputs it concerns.
    pub fn with_fixes(mut self, fixes: &Fixes, shell: Shell) -> Self {
        self.fixes = fixes.list.iter().map(|fix| JobFixReport::of(fix, shell)).collect();
        for data in self.inputs.iter_mut().chain(&mut self.outputs) {
            let own = self.fixes.iter().filter(|fix| fix.inputs.contains(&data.name));
            data.fixes = own.map(|fix| fix.fix.clone()).collect();
        }
        if fixes.cut {
            let message = "the search for fixes ended at its bound: a smaller one may exist".to_owned();
            self.warnings.push(WarningReport { id: WarningId::FixCut.to_string(), message });
        }
        self
    }
}
