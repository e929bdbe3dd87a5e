//! `[[lookup]]`: how a missing look-up can be made, as a command with its values filled in.

use super::LookupRule;
use super::entry::Entry;
use crate::model::{Missing, Scope, StorePath, What};

/// What a command may hold in braces.
const PLACEHOLDERS: &[&str] =
    &["scope", "principal", "account", "container", "path", "name", "subscription", "resource_group", "workspace"];

pub(super) fn read(entry: &mut Entry<'_, '_>) -> Option<LookupRule> {
    let what = entry.word("what");
    let how = entry.text("how");
    let how_for = entry.text_map("how_for");
    let needs = entry.text("needs");
    let provenance = entry.provenance();
    for (key, command) in how.iter().map(|how| ("how", how)).chain(how_for.values().map(|how| ("how_for", how))) {
        if let Some(fault) = command_fault(command) {
            entry.wrong_at(key, fault);
        }
    }
    let how_for = how_for.into_iter().map(|(shape, how)| (shape.to_lowercase(), how)).collect();
    Some(LookupRule { what: what?, how: how?, how_for, needs: needs?, provenance: provenance? })
}

/// A piece of a command: text as it is, or a value to fill in.
enum Piece<'a> {
    Text(&'a str),
    Value(&'a str),
}

/// Splits a command at its placeholders. Braces around anything but a lower-case word are text, as in JSON.
fn pieces(command: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = command;
    while let Some((before, after)) = rest.split_once('{') {
        let inside = after.split_once('}').filter(|(name, _)| is_word(name));
        match inside {
            Some((name, tail)) => {
                found.push(Piece::Text(before));
                found.push(Piece::Value(name));
                rest = tail;
            }
            None => {
                let at = rest.len() - after.len();
                found.push(Piece::Text(rest.get(..at).unwrap_or_default()));
                rest = after;
            }
        }
    }
    found.push(Piece::Text(rest));
    found
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}

/// What is wrong with a command. Values are written between single quotes, the one place where a shell takes every
/// character for itself: they come from Azure and from users.
fn command_fault(command: &str) -> Option<String> {
    let mut quotes = 0;
    for piece in pieces(command) {
        match piece {
            Piece::Text(text) => quotes += text.matches('\'').count(),
            Piece::Value(name) if !PLACEHOLDERS.contains(&name) => {
                return Some(format!("unknown placeholder `{{{name}}}`; known are `{}`", PLACEHOLDERS.join("`, `")));
            }
            Piece::Value(name) if quotes % 2 == 0 => {
                return Some(format!("placeholder `{{{name}}}` must stand between single quotes"));
            }
            Piece::Value(_) => {}
        }
    }
    None
}

impl LookupRule {
    /// The command for one missing thing, ready for a POSIX shell; a value that is not known reads `<name>`.
    ///
    /// ```
    /// use canread::model::{Lookup, Missing, What};
    /// use canread::rules::RuleSet;
    /// let rules = RuleSet::embedded().map_err(ToString::to_string)?;
    /// let missing = Missing::new(What::Memberships, "1c0f8f0e-0000-0000-0000-000000000001", &Lookup::NotCollected);
    /// let command = rules.lookup(What::Memberships).map(|rule| rule.command(&missing)).unwrap_or_default();
    /// assert!(command.contains("/1c0f8f0e-0000-0000-0000-000000000001/getMemberGroups"), "{command}");
    /// # Ok::<(), String>(())
    /// ```
    pub fn command(&self, missing: &Missing) -> String {
        let how = self.how_for.get(&shape(missing)).unwrap_or(&self.how);
        let mut command = String::new();
        for piece in pieces(how) {
            match piece {
                Piece::Text(text) => command.push_str(text),
                Piece::Value(name) => {
                    let value = value_of(missing, name);
                    command.push_str(&value.unwrap_or_else(|| format!("<{name}>")).replace('\'', "'\\''"));
                }
            }
        }
        command
    }
}

/// Account, container and path of a scope that names a path.
fn path_parts(scope: &str) -> (&str, &str, StorePath) {
    let mut parts = scope.trim_start_matches('/').splitn(3, '/');
    let account = parts.next().unwrap_or_default();
    let container = parts.next().unwrap_or_default();
    (account, container, StorePath::new(parts.next().unwrap_or_default()))
}

fn names_a_path(what: What) -> bool {
    match what {
        What::PathAccess | What::Paths => true,
        What::RoleAssignments
        | What::DenyAssignments
        | What::ScheduleInstances
        | What::RoleDefinitions
        | What::Memberships
        | What::DirectoryObject
        | What::Subscription
        | What::Resource
        | What::Workspace
        | What::Data
        | What::StoredCredential
        | What::Everything
        | What::OpenQuestion => false,
    }
}

/// The key of `how_for`: `root` or `path` for paths; the resource type for ARM ids; `name` for what is no full ARM id.
fn shape(missing: &Missing) -> String {
    if names_a_path(missing.what) {
        let (_, _, path) = path_parts(&missing.scope);
        return if path.is_root() { "root" } else { "path" }.to_owned();
    }
    if !missing.scope.starts_with('/') {
        return "name".to_owned();
    }
    let scope = Scope::new(&missing.scope);
    scope.key().rsplit('/').nth(1).unwrap_or_default().to_owned()
}

/// The value of a placeholder; `None` where `missing` does not say it.
fn value_of(missing: &Missing, name: &str) -> Option<String> {
    // Of the root scope only the slash remains, which a URL must not repeat.
    if name == "scope" && missing.scope == "/" {
        return Some(String::new());
    }
    let scope = Scope::new(&missing.scope);
    let (account, container, path) = path_parts(&missing.scope);
    let of_path = |text: &str| names_a_path(missing.what).then(|| text.to_owned());
    let value = match name {
        "scope" => Some(missing.scope.trim_end_matches('/').to_owned()),
        "principal" => missing.principal.as_ref().map(|principal| principal.as_str().to_owned()),
        "account" => of_path(account),
        "container" => of_path(container),
        "path" => of_path(path.as_str()),
        "name" => Some(scope.name().to_owned()),
        "subscription" => {
            let bare = (missing.what == What::Subscription && !missing.scope.contains('/')).then(|| missing.scope.clone());
            scope.subscription().map(|id| id.as_str().to_owned()).or(bare)
        }
        "resource_group" => scope.resource_group().map(str::to_owned),
        "workspace" => scope.segment_after("workspaces").map(str::to_owned),
        _ => None,
    };
    value.filter(|value| !value.is_empty())
}
