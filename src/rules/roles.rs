//! `[[role]]`: a built-in role.

use super::BuiltInRole;
use super::entry::Entry;
use crate::model::{Permission, RoleDefinition, RoleId, RoleType, Scope};

pub(super) fn read(entry: &mut Entry<'_, '_>) -> Option<BuiltInRole> {
    let id = entry.text("id");
    let name = entry.text("name");
    let note = entry.text("note");
    let listed = entry.tables("permissions", |permission| Some(read_permission(permission)));
    let provenance = entry.provenance();
    if listed.is_empty() {
        entry.wrong("a role without permissions; add [[role.permissions]]");
    }
    let id = id?;
    if !is_guid(&id) {
        entry.wrong_at("id", format!("`{id}` is no GUID; a role's id is the last segment of its ARM id"));
    }
    let definition = RoleDefinition {
        id: RoleId::new(&id),
        arm_id: Scope::new(&format!("/providers/Microsoft.Authorization/roleDefinitions/{id}")),
        name: name?,
        role_type: RoleType::BuiltIn,
        permissions: listed,
    };
    Some(BuiltInRole { definition, note: note?, provenance: provenance? })
}

fn read_permission(entry: &mut Entry<'_, '_>) -> Permission {
    let permission = Permission {
        actions: entry.patterns("actions"),
        not_actions: entry.patterns("not_actions"),
        data_actions: entry.patterns("data_actions"),
        not_data_actions: entry.patterns("not_data_actions"),
        condition: entry.optional_text("condition"),
    };
    if permission.actions.is_empty() && permission.data_actions.is_empty() && entry.is_clean() {
        entry.wrong("permissions that grant nothing; list `actions` or `data_actions`");
    }
    permission
}

fn is_guid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}
