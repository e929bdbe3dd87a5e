//! Entries that cannot mean what they seem to: what a person should know where an ACL does not grant.

use super::caller::{Caller, Match};
use super::node::Node;
use crate::eval::{Leaf, Warning};
use crate::model::{AclEntry, AclTag, AppId, DirectoryObject, Found, ObjectId, PrincipalKind, WarningId};

/// Longest list of ids in one warning.
const NAMED: usize = 5;

/// The leaf with a warning for each near miss in the node's ACL.
pub(super) fn attach(node: &Node<'_>, leaf: Leaf) -> Leaf {
    let warn = |leaf: Leaf, message: String| leaf.warning(Warning::new(WarningId::AclEntry, message));
    let mut leaf = leaf;
    let path = &node.record.path;
    if node.caller.is(&ObjectId::new(&node.record.owner)) == Match::Yes {
        let message = format!("{} owns {path} and can change its ACL: it can grant itself what it lacks", node.caller.label());
        leaf = warn(leaf, message);
    }
    let mut deleted = Vec::new();
    for entry in node.acl.entries().filter(|entry| !entry.default) {
        let Some(id) = named(&entry) else {
            continue;
        };
        match near_miss(node.caller, &entry, id) {
            Some(why) => leaf = warn(leaf, format!("the entry `{entry}` on {path} grants {} nothing: {why}", node.caller.label())),
            None if is_gone(node.caller, id) => deleted.push(entry.to_string()),
            None => {}
        }
    }
    if deleted.is_empty() {
        return leaf;
    }
    let more = if deleted.len() > NAMED { format!(" and {} more", deleted.len() - NAMED) } else { String::new() };
    let listed = deleted.iter().take(NAMED).map(|entry| format!("`{entry}`")).collect::<Vec<_>>().join(", ");
    let why = "name ids that no object of the directory bears; a principal that was deleted and made again has a new object id";
    warn(leaf, format!("entries on {path}, {listed}{more}, {why}"))
}

fn named(entry: &AclEntry) -> Option<&ObjectId> {
    match &entry.tag {
        AclTag::User(id) | AclTag::Group(id) => Some(id),
        AclTag::Owner | AclTag::OwningGroup | AclTag::Mask | AclTag::Other => None,
    }
}

/// Why an entry that seems meant for the principal is not taken for it.
fn near_miss(caller: Caller<'_>, entry: &AclEntry, id: &ObjectId) -> Option<String> {
    let own = caller.object.and_then(|object| object.app_id.as_ref());
    if own.is_some_and(|app| app.key() == id.key()) {
        return Some(format!("it bears the application id; an ACL must bear the object id {}", caller.who.principal));
    }
    if own.is_some_and(|app| is_registration(caller, id, app)) {
        let why = "it bears the object id of the app registration; an ACL must bear that of the service principal";
        return Some(format!("{why}, {}", caller.who.principal));
    }
    match &entry.tag {
        AclTag::User(id) if caller.who.groups.contains(id) || (*id == caller.who.principal && caller.is(id) == Match::No) => {
            Some(format!("{id} is a group, and a `user:` entry is never matched with groups; write `group:{id}:…`"))
        }
        AclTag::Group(id) if *id == caller.who.principal && caller.is_in(id) == Match::No => {
            Some(format!("{id} is no group, and a `group:` entry is only matched with groups; write `user:{id}:…`"))
        }
        AclTag::User(_) | AclTag::Group(_) => None,
        AclTag::Owner | AclTag::OwningGroup | AclTag::Mask | AclTag::Other => None,
    }
}

/// Whether `id` is the object id of the registration behind the principal's application.
fn is_registration(caller: Caller<'_>, id: &ObjectId, app: &AppId) -> bool {
    let registered = |object: &DirectoryObject| object.kind == Some(PrincipalKind::Application) && object.app_id.as_ref() == Some(app);
    caller.snapshot.facts().directory.get(id).is_some_and(registered)
}

/// Whether the directory is known not to hold `id`, under any id of any object.
fn is_gone(caller: Caller<'_>, id: &ObjectId) -> bool {
    let known = *id == caller.who.principal || caller.who.groups.contains(id) || id.key().contains(['@', '$']);
    !known && matches!(caller.snapshot.directory_object(id.as_str()), Found::Absent(_))
}
