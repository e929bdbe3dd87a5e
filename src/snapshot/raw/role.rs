//! Role definitions and deny assignments.

use super::assignment::{hint, is_of_managed_hsm};
use super::{Flaw, filled, is_nil, required, scope_of, scope_of_extension};
use crate::model::*;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(expecting = "an object", rename_all = "camelCase")]
struct RawPermission {
    actions: Option<Vec<String>>,
    not_actions: Option<Vec<String>>,
    data_actions: Option<Vec<String>>,
    not_data_actions: Option<Vec<String>>,
    condition: Option<String>,
}

impl RawPermission {
    fn valid(self) -> Permission {
        let patterns = |texts: Option<Vec<String>>| texts.unwrap_or_default().iter().map(|text| ActionPattern::new(text)).collect();
        Permission {
            actions: patterns(self.actions),
            not_actions: patterns(self.not_actions),
            data_actions: patterns(self.data_actions),
            not_data_actions: patterns(self.not_data_actions),
            condition: filled(self.condition),
        }
    }
}

fn permissions(raw: Option<Vec<RawPermission>>) -> Vec<Permission> {
    raw.unwrap_or_default().into_iter().map(RawPermission::valid).collect()
}

/// A role definition or a page of them.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(in crate::snapshot) struct RawRole {
    pub(in crate::snapshot) id: Option<String>,
    name: Option<String>,
    properties: Option<RoleProperties>,
    pub(in crate::snapshot) value: Option<Vec<RawRole>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object", rename_all = "camelCase")]
struct RoleProperties {
    role_name: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    role_type: Option<String>,
    permissions: Option<Vec<RawPermission>>,
    assignable_scopes: Option<Vec<String>>,
}

impl RawRole {
    /// The definition; `None` for one of a Managed HSM.
    pub(in crate::snapshot) fn valid(self) -> Result<Option<RoleDefinition>, Flaw> {
        let arm_id = filled(self.id).or_else(|| filled(self.name.clone()));
        let arm_id = required(arm_id, "/id")?;
        let properties = required(self.properties, "/properties")?;
        let kind = filled(properties.kind).or_else(|| filled(properties.role_type));
        let is_hsm_role = kind.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("AKVBuiltInRole"));
        if is_hsm_role || is_of_managed_hsm(&arm_id) {
            return Ok(None);
        }
        let everywhere = || properties.assignable_scopes.as_deref().is_some_and(|scopes| scopes == ["/"]);
        let role_type = match kind.as_deref().map(str::to_ascii_lowercase).as_deref() {
            Some("builtinrole" | "builtin") => RoleType::BuiltIn,
            Some("customrole" | "custom") => RoleType::Custom,
            None if everywhere() => RoleType::BuiltIn,
            Some(_) | None => RoleType::Custom,
        };
        let arm_id = Scope::new(&arm_id);
        let id = RoleId::new(arm_id.name());
        let name = filled(properties.role_name).unwrap_or_else(|| id.to_string());
        Ok(Some(RoleDefinition { id, arm_id, name, role_type, permissions: permissions(properties.permissions) }))
    }
}

/// A deny assignment or a page of them.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(in crate::snapshot) struct RawDeny {
    id: Option<String>,
    properties: Option<DenyProperties>,
    pub(in crate::snapshot) value: Option<Vec<RawDeny>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object", rename_all = "camelCase")]
struct DenyProperties {
    deny_assignment_name: Option<String>,
    permissions: Option<Vec<RawPermission>>,
    scope: Option<String>,
    do_not_apply_to_child_scopes: Option<bool>,
    principals: Option<Vec<RawPrincipal>>,
    exclude_principals: Option<Vec<RawPrincipal>>,
    is_system_protected: Option<bool>,
    condition: Option<String>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct RawPrincipal {
    id: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

impl RawPrincipal {
    /// "All principals" is the nil GUID, in whatever spelling; nobody else can bear it. Source: "Azure deny assignments".
    fn valid(self, list: &str) -> Result<DenyPrincipal, Flaw> {
        let says_everyone = self.kind.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("Everyone"));
        let id = filled(self.id).or_else(|| says_everyone.then(|| "00000000-0000-0000-0000-000000000000".to_owned()));
        let id = required(id, list)?;
        Ok(DenyPrincipal { everyone: says_everyone || is_nil(&id), hint: hint(self.kind.as_deref()), id: ObjectId::new(&id) })
    }
}

impl RawDeny {
    pub(in crate::snapshot) fn valid(self) -> Result<DenyAssignment, Flaw> {
        let id = required(filled(self.id), "/id")?;
        let properties = required(self.properties, "/properties")?;
        let scope = scope_of(properties.scope).or_else(|| scope_of_extension(&id).map(Scope::new));
        let scope = required(scope, "/properties/scope")?;
        let id = Scope::new(&id);
        let all = |list: Option<Vec<RawPrincipal>>, at: &str| -> Result<Vec<_>, Flaw> {
            list.unwrap_or_default().into_iter().map(|principal| principal.valid(at)).collect()
        };
        Ok(DenyAssignment {
            name: filled(properties.deny_assignment_name).unwrap_or_else(|| id.name().to_owned()),
            permissions: permissions(properties.permissions),
            scope,
            do_not_apply_to_child_scopes: properties.do_not_apply_to_child_scopes.unwrap_or(false),
            principals: all(properties.principals, "/properties/principals")?,
            exclude_principals: all(properties.exclude_principals, "/properties/excludePrincipals")?,
            is_system_protected: properties.is_system_protected.unwrap_or(false),
            condition: filled(properties.condition),
            id,
        })
    }
}
