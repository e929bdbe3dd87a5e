//! Role assignments and PIM instances.

use super::{Flaw, Text, When, filled, is_nil, required, required_text, scope_of, scope_of_extension};
use crate::model::*;
use serde::Deserialize;

/// A role assignment or a page of them.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(in crate::snapshot) struct RawAssignment<'a> {
    #[serde(borrow)]
    pub(in crate::snapshot) id: Option<Text<'a>>,
    #[serde(borrow)]
    properties: Option<Properties<'a>>,
    #[serde(borrow)]
    pub(in crate::snapshot) value: Option<Vec<RawAssignment<'a>>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object", rename_all = "camelCase")]
struct Properties<'a> {
    #[serde(borrow)]
    role_definition_id: Option<Text<'a>>,
    #[serde(borrow)]
    principal_id: Option<Text<'a>>,
    #[serde(borrow)]
    principal_type: Option<Text<'a>>,
    #[serde(borrow)]
    scope: Option<Text<'a>>,
    condition: Option<String>,
    condition_version: Option<String>,
    created_on: Option<When>,
    updated_on: Option<When>,
}

/// Ids that many assignments share: each text is kept once.
pub(in crate::snapshot) trait Intern {
    /// The scope of this text.
    fn scope(&mut self, text: &str) -> Scope;
    /// The object id of this text.
    fn object(&mut self, text: &str) -> ObjectId;
    /// The role GUID at the end of a role definition's id.
    fn role(&mut self, definition: &str) -> RoleId;
}

/// Reads `principalType`: matching is by object id, this is a hint. Source: "RoleAssignment" of the Microsoft.Authorization
/// REST specification.
pub(in crate::snapshot) fn hint(text: Option<&str>) -> PrincipalHint {
    const KINDS: [(&str, PrincipalHint); 8] = [
        ("User", PrincipalHint::User),
        ("Group", PrincipalHint::Group),
        ("ForeignGroup", PrincipalHint::Group),
        ("ServicePrincipal", PrincipalHint::ServicePrincipal),
        ("MSI", PrincipalHint::ServicePrincipal),
        ("ManagedIdentity", PrincipalHint::ServicePrincipal),
        ("Device", PrincipalHint::ServicePrincipal),
        ("Application", PrincipalHint::ServicePrincipal),
    ];
    let text = text.unwrap_or_default();
    KINDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map_or(PrincipalHint::Unknown, |(_, hint)| *hint)
}

/// Whether an id is one of Managed HSM, which has role definitions and assignments of its own that look like Azure's, with
/// scopes such as `/` that mean the HSM. Source: "Managed HSM local RBAC".
pub(in crate::snapshot) fn is_of_managed_hsm(definition: &str) -> bool {
    let id = definition.trim_start_matches('/');
    id.get(..19).is_some_and(|head| head.eq_ignore_ascii_case("Microsoft.KeyVault/"))
}

impl RawAssignment<'_> {
    /// The assignment; `None` for one of a Managed HSM.
    pub(in crate::snapshot) fn valid(self, ids: &mut impl Intern) -> Result<Option<RoleAssignment>, Flaw> {
        let id = required_text(&self.id, "/id")?;
        let properties = required(self.properties, "/properties")?;
        let definition = required_text(&properties.role_definition_id, "/properties/roleDefinitionId")?;
        let principal = required_text(&properties.principal_id, "/properties/principalId")?;
        if is_of_managed_hsm(definition) {
            return Ok(None);
        }
        let own = properties.scope.as_deref().filter(|scope| !scope.trim().is_empty());
        let scope = own.or_else(|| scope_of_extension(id)).ok_or_else(|| Flaw::missing("/properties/scope"))?;
        Ok(Some(RoleAssignment {
            id: Scope::new(id),
            role: ids.role(definition),
            role_arm_id: ids.scope(definition),
            principal: ids.object(principal),
            principal_hint: hint(properties.principal_type.as_deref()),
            scope: ids.scope(scope),
            condition: filled(properties.condition),
            condition_version: filled(properties.condition_version),
            created_on: When::of(properties.created_on),
            updated_on: When::of(properties.updated_on),
        }))
    }
}

/// A PIM schedule instance or a page of them.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(in crate::snapshot) struct RawInstance {
    id: Option<String>,
    properties: Option<InstanceProperties>,
    pub(in crate::snapshot) value: Option<Vec<RawInstance>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object", rename_all = "camelCase")]
struct InstanceProperties {
    origin_role_assignment_id: Option<String>,
    assignment_type: Option<String>,
    principal_id: Option<String>,
    role_definition_id: Option<String>,
    scope: Option<String>,
    start_date_time: Option<When>,
    end_date_time: Option<When>,
    condition: Option<String>,
}

/// What both kinds of instance have.
struct Common {
    id: Scope,
    principal: ObjectId,
    role: RoleId,
    scope: Scope,
    rest: InstanceProperties,
}

impl RawInstance {
    /// `bounds`: whether it only bounds the assignment it names, which then says who holds which role.
    fn common(self, bounds: bool) -> Result<Common, Flaw> {
        let id = required(filled(self.id), "/id")?;
        let rest = required(self.properties, "/properties")?;
        let or_empty = |text: Option<String>| if bounds { Some(text.unwrap_or_default()) } else { text };
        let definition = required(or_empty(filled(rest.role_definition_id.clone())), "/properties/roleDefinitionId")?;
        let principal = filled(rest.principal_id.clone()).filter(|id| !is_nil(id));
        let principal = required(or_empty(principal), "/properties/principalId")?;
        let scope = scope_of(rest.scope.clone()).or_else(|| scope_of_extension(&id).map(Scope::new));
        let scope = required(scope, "/properties/scope")?;
        let role = RoleId::new(definition.trim_end_matches('/').rsplit('/').next().unwrap_or_default());
        Ok(Common { id: Scope::new(&id), principal: ObjectId::new(&principal), role, scope, rest })
    }

    pub(in crate::snapshot) fn active(self) -> Result<AssignmentScheduleInstance, Flaw> {
        let bounds = self.properties.as_ref().is_some_and(|own| own.origin_role_assignment_id.is_some());
        let Common { id, principal, role, scope, rest } = self.common(bounds)?;
        Ok(AssignmentScheduleInstance {
            id,
            origin_role_assignment: scope_of(rest.origin_role_assignment_id),
            assignment_type: filled(rest.assignment_type),
            principal,
            role,
            scope,
            start: When::of(rest.start_date_time),
            end: When::of(rest.end_date_time),
        })
    }

    pub(in crate::snapshot) fn eligible(self) -> Result<EligibilityScheduleInstance, Flaw> {
        let Common { id, principal, role, scope, rest } = self.common(false)?;
        let (start, end) = (When::of(rest.start_date_time), When::of(rest.end_date_time));
        Ok(EligibilityScheduleInstance { id, principal, role, scope, start, end, condition: filled(rest.condition) })
    }
}
