//! Role definitions, role assignments, deny assignments and PIM schedule instances.

use super::{Action, ActionPattern, ObjectId, Plane, RoleId, Scope, Timestamp};

/// One entry of a definition's `permissions` array.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permission {
    /// `actions`.
    pub actions: Vec<ActionPattern>,
    /// `notActions`: subtracted from `actions` of this entry; not a deny.
    pub not_actions: Vec<ActionPattern>,
    /// `dataActions`.
    pub data_actions: Vec<ActionPattern>,
    /// `notDataActions`.
    pub not_data_actions: Vec<ActionPattern>,
    /// Condition on the entry itself (seen on built-in roles and in the deny-assignment specification).
    pub condition: Option<String>,
}

/// Why an entry does or does not cover an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage<'a> {
    /// The pattern that covers it.
    Granted(&'a ActionPattern),
    /// Covered, but taken away by this `notActions` or `notDataActions` pattern.
    Excluded(&'a ActionPattern),
    /// No pattern names it.
    NotNamed,
}

impl Permission {
    /// How this entry stands to `action` on `plane`.
    pub fn covers(&self, action: &Action, plane: Plane) -> Coverage<'_> {
        let (granted, excluded) = match plane {
            Plane::Management => (&self.actions, &self.not_actions),
            Plane::Data => (&self.data_actions, &self.not_data_actions),
        };
        let Some(by) = granted.iter().find(|pattern| pattern.matches(action)) else {
            return Coverage::NotNamed;
        };
        match excluded.iter().find(|pattern| pattern.matches(action)) {
            Some(pattern) => Coverage::Excluded(pattern),
            None => Coverage::Granted(by),
        }
    }
}

/// Who defined a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RoleType {
    /// Defined by Azure.
    BuiltIn,
    /// Defined in the tenant.
    Custom,
}

/// A role definition. Entries of `permissions` are computed each on its own and then united.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleDefinition {
    /// GUID.
    pub id: RoleId,
    /// ARM id as in the source.
    pub arm_id: Scope,
    /// `roleName`.
    pub name: String,
    /// Built-in or custom.
    pub role_type: RoleType,
    /// The permission entries.
    pub permissions: Vec<Permission>,
}

/// What an assignment says of its principal's kind. A hint only: matching is by object id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PrincipalHint {
    /// `User`.
    User,
    /// `Group` or `ForeignGroup`.
    Group,
    /// `ServicePrincipal` (managed identities too) or another kind that is no group, such as `Device`.
    ServicePrincipal,
    /// Absent, or a kind this version does not know: may be a group.
    Unknown,
}

/// A role assignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleAssignment {
    /// ARM id.
    pub id: Scope,
    /// Role definition's GUID.
    pub role: RoleId,
    /// `roleDefinitionId` as in the source.
    pub role_arm_id: Scope,
    /// Assignee.
    pub principal: ObjectId,
    /// `principalType`.
    pub principal_hint: PrincipalHint,
    /// `properties.scope`, or what precedes the last `/providers/Microsoft.Authorization/` of the id.
    pub scope: Scope,
    /// ABAC condition text; never empty.
    pub condition: Option<String>,
    /// `conditionVersion`.
    pub condition_version: Option<String>,
    /// `createdOn`.
    pub created_on: Option<Timestamp>,
    /// `updatedOn`.
    pub updated_on: Option<Timestamp>,
}

/// One of a deny assignment's `principals` or `excludePrincipals`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DenyPrincipal {
    /// Object id.
    pub id: ObjectId,
    /// Kind, as the deny assignment says it.
    pub hint: PrincipalHint,
    /// The "all principals" entry: nil GUID (or `Everyone`), type `SystemDefined`.
    pub everyone: bool,
}

/// A deny assignment: blocks what it covers whatever roles grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DenyAssignment {
    /// ARM id.
    pub id: Scope,
    /// `denyAssignmentName`.
    pub name: String,
    /// What is blocked.
    pub permissions: Vec<Permission>,
    /// Where.
    pub scope: Scope,
    /// Blocks at the scope itself only.
    pub do_not_apply_to_child_scopes: bool,
    /// Whom.
    pub principals: Vec<DenyPrincipal>,
    /// Whom not.
    pub exclude_principals: Vec<DenyPrincipal>,
    /// Created by Azure, not editable.
    pub is_system_protected: bool,
    /// Condition text (semantics undocumented).
    pub condition: Option<String>,
}

/// Times of an active PIM assignment (`roleAssignmentScheduleInstances`): they bound the role assignment they name;
/// alone they grant nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssignmentScheduleInstance {
    /// ARM id.
    pub id: Scope,
    /// `originRoleAssignmentId`.
    pub origin_role_assignment: Option<Scope>,
    /// `assignmentType`: `Assigned` or `Activated`, as in the source.
    pub assignment_type: Option<String>,
    /// Assignee.
    pub principal: ObjectId,
    /// Role definition's GUID.
    pub role: RoleId,
    /// Scope.
    pub scope: Scope,
    /// Effective from.
    pub start: Option<Timestamp>,
    /// Effective before; absent: permanent.
    pub end: Option<Timestamp>,
}

/// An eligible PIM assignment: grants nothing until it is activated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EligibilityScheduleInstance {
    /// ARM id.
    pub id: Scope,
    /// Who may activate it.
    pub principal: ObjectId,
    /// Role definition's GUID.
    pub role: RoleId,
    /// Scope.
    pub scope: Scope,
    /// May be activated from.
    pub start: Option<Timestamp>,
    /// May be activated before.
    pub end: Option<Timestamp>,
    /// ABAC condition text.
    pub condition: Option<String>,
}
