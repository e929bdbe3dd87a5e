//! Role assignments, role definitions, deny assignments and PIM instances.

use super::trouble::Trouble;
use futures::future::BoxFuture;
use serde_json::Value;

/// A list of `Microsoft.Authorization`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AuthorizationList {
    /// `roleAssignments`.
    RoleAssignments,
    /// `roleDefinitions`.
    RoleDefinitions,
    /// `denyAssignments`.
    DenyAssignments,
    /// `roleAssignmentScheduleInstances`: PIM, active.
    ActiveInstances,
    /// `roleEligibilityScheduleInstances`: PIM, eligible.
    EligibleInstances,
}

/// What a list gave. Where `trouble` is set, `pages` is what came before it.
#[derive(Clone, Debug, Default)]
pub struct Listed {
    /// Bodies as they came, each an object with a `value` array.
    pub pages: Vec<Value>,
    /// Why the list is not whole.
    pub trouble: Option<Trouble>,
}

/// Who answers questions about `Microsoft.Authorization`.
pub trait AuthorizationSource: Send + Sync {
    /// Lists at a scope (`/`, `/subscriptions/…`; a leading slash does not count), with an OData filter such as
    /// `atScope()`.
    fn list<'a>(&'a self, list: AuthorizationList, scope: &'a str, filter: Option<&'a str>) -> BoxFuture<'a, Listed>;

    /// One role definition by the last part of its id.
    fn role_definition<'a>(&'a self, scope: &'a str, id: &'a str) -> BoxFuture<'a, Result<Value, Trouble>>;
}
