//! A changed world in the report.

use super::{PrincipalReport, Report};
use crate::eval::{Context, Verdict, principal};
use crate::fix::{Access, Measure};
use crate::model::RolePlayed;
use schemars::JsonSchema;
use serde::Serialize;

/// What was assumed to be changed.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct WhatIfReport {
    /// The changes, one sentence each.
    pub changes: Vec<String>,
    /// The verdict of the whole job without them.
    pub verdict_before: String,
    /// Who could do what in which container only with them.
    pub gained: Vec<AccessEffectReport>,
    /// Who could do what in which container only without them.
    pub lost: Vec<AccessEffectReport>,
}

/// One principal, one operation, one container.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AccessEffectReport {
    /// Who.
    pub principal: PrincipalReport,
    /// `list`, `read` or `write`.
    pub operation: String,
    /// `account/container`.
    pub target: String,
}

impl WhatIfReport {
    /// The report of changes and their measured effect; names are those of the state after them.
    pub fn of(changes: Vec<String>, before: Verdict, effect: &Measure, cx: &Context<'_>) -> Self {
        let one = |access: &Access| AccessEffectReport {
            principal: PrincipalReport {
                role: None,
                ..PrincipalReport::from(&principal(cx, &access.principal, RolePlayed::JobIdentity, None))
            },
            operation: access.operation.to_string(),
            target: format!("{}/{}", access.account, access.container),
        };
        WhatIfReport {
            changes,
            verdict_before: before.to_string(),
            gained: effect.opened.iter().map(one).collect(),
            lost: effect.closed.iter().map(one).collect(),
        }
    }
}

impl Report {
    /// With what was assumed.
    pub fn with_what_if(mut self, what_if: Option<WhatIfReport>) -> Self {
        self.what_if = what_if;
        self
    }
}
