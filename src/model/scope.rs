//! ARM ids as scopes.

use super::{Folded, SubscriptionId};
use std::borrow::Borrow;
use std::fmt;

/// A case-folded ARM path: the root `/`, a management group, a subscription, a resource group or a resource.
///
/// ```
/// use canread::model::Scope;
/// let account = Scope::new("/subscriptions/S/resourcegroups/rg/providers/Microsoft.Storage/storageAccounts/a");
/// let container = Scope::new("/subscriptions/s/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/a/blobServices/default/containers/c1");
/// assert!(account.contains(&container));
/// assert!(!Scope::new("/subscriptions/s/resourceGroups/r").contains(&account));
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope(Folded);

const MANAGEMENT_GROUPS: &str = "/providers/microsoft.management/managementgroups/";

impl Scope {
    /// Reads a scope; surrounding white space, a missing leading and any trailing slash do not count.
    pub fn new(text: &str) -> Self {
        let trimmed = text.trim();
        let body = trimmed.trim_end_matches('/');
        if body.is_empty() {
            return Scope(Folded::new("/"));
        }
        if body.starts_with('/') { Scope(Folded::new(body)) } else { Scope(Folded::new(&format!("/{body}"))) }
    }

    /// The root scope `/`.
    pub fn root() -> Self {
        Scope(Folded::new("/"))
    }

    /// The scope of a management group, from its name or its full id.
    pub fn management_group(name_or_id: &str) -> Self {
        if name_or_id.contains('/') {
            Scope::new(name_or_id)
        } else {
            Scope::new(&format!("/providers/Microsoft.Management/managementGroups/{name_or_id}"))
        }
    }

    /// The scope of a subscription.
    pub fn subscription_scope(id: &SubscriptionId) -> Self {
        Scope::new(&format!("/subscriptions/{id}"))
    }

    /// As it was written, without trailing slash.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Lower-cased form.
    pub fn key(&self) -> &str {
        self.0.key()
    }

    /// Whether this is `/`.
    pub fn is_root(&self) -> bool {
        self.key() == "/"
    }

    /// Whether this is a management group (and not something below one).
    pub fn is_management_group(&self) -> bool {
        self.key().strip_prefix(MANAGEMENT_GROUPS).is_some_and(|rest| !rest.contains('/'))
    }

    /// Whether `other` is this scope or lies below it by its path, whole segments compared.
    ///
    /// The root contains everything. A management group contains a subscription only through the subscription's
    /// chain, which the path does not show: ask the snapshot for that.
    pub fn contains(&self, other: &Scope) -> bool {
        let (outer, inner) = (self.key(), other.key());
        outer == "/" || inner == outer || inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'))
    }

    /// This scope and every scope above it that its path names, nearest first, as lower-case keys; the root comes last.
    ///
    /// Management groups above the subscription are not in the path and not in this list.
    pub fn ancestor_keys(&self) -> impl Iterator<Item = &str> {
        let key = self.key();
        let own = (key != "/").then_some(key);
        let above = key.char_indices().rev().filter(|(at, c)| *c == '/' && *at > 0).filter_map(move |(at, _)| key.get(..at));
        own.into_iter().chain(above).chain(std::iter::once("/"))
    }

    /// The subscription this scope lies in.
    pub fn subscription(&self) -> Option<SubscriptionId> {
        self.segment_after("subscriptions").map(SubscriptionId::new)
    }

    /// Name of the resource group this scope lies in.
    pub fn resource_group(&self) -> Option<&str> {
        self.segment_after("resourcegroups")
    }

    /// The name that follows the type segment `name` (lower case), in its original spelling. Types and names alternate, so
    /// that a resource group called `workspaces` is no workspace.
    pub fn segment_after(&self, name: &str) -> Option<&str> {
        self.pairs().find(|(kind, ..)| kind.eq_ignore_ascii_case(name)).map(|(_, value, _)| value).filter(|value| !value.is_empty())
    }

    /// Pairs of type and name, with the offset at which the name ends.
    fn pairs(&self) -> impl Iterator<Item = (&str, &str, usize)> {
        let text = self.as_str();
        let mut segments = text.get(1..).unwrap_or_default().split('/');
        let mut end = 0;
        std::iter::from_fn(move || {
            let (kind, value) = (segments.next()?, segments.next()?);
            end += kind.len() + value.len() + 2;
            Some((kind, value, end))
        })
    }

    /// The last segment: the name of the resource.
    pub fn name(&self) -> &str {
        self.as_str().rsplit('/').next().unwrap_or_default()
    }

    /// The scope made of the path up to and including the value that follows segment `name` (lower case).
    ///
    /// `…/workspaces/w/datastores/d` cut at `workspaces` is `…/workspaces/w`.
    pub fn cut_after(&self, name: &str) -> Option<Scope> {
        let (_, _, end) = self.pairs().find(|(kind, ..)| kind.eq_ignore_ascii_case(name))?;
        self.as_str().get(..end).map(Scope::new)
    }

    /// A scope below this one: `rest` is appended with a slash.
    pub fn join(&self, rest: &str) -> Scope {
        let rest = rest.trim_end().trim_end_matches('/');
        match (self.is_root(), rest.is_empty()) {
            (true, _) => Scope::new(rest),
            (false, true) => self.clone(),
            (false, false) => Scope(self.0.joined(rest)),
        }
    }
}

impl Borrow<str> for Scope {
    fn borrow(&self) -> &str {
        self.0.key()
    }
}
impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::Scope;

    #[test]
    fn ancestors_go_from_the_resource_to_the_root() {
        let scope = Scope::new("/subscriptions/S/resourceGroups/rg/");
        let keys: Vec<_> = scope.ancestor_keys().collect();
        assert_eq!(
            keys,
            ["/subscriptions/s/resourcegroups/rg", "/subscriptions/s/resourcegroups", "/subscriptions/s", "/subscriptions", "/"]
        );
        assert_eq!(Scope::root().ancestor_keys().collect::<Vec<_>>(), ["/"]);
    }

    #[test]
    fn cut_after_keeps_the_spelling() {
        let scope = Scope::new("/subscriptions/S/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/W/datastores/d");
        let workspace = scope.cut_after("workspaces").map(|s| s.to_string());
        assert_eq!(
            workspace.as_deref(),
            Some("/subscriptions/S/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/W")
        );
        assert!(scope.cut_after("computes").is_none());
        let odd = Scope::new("/subscriptions/S/resourceGroups/workspaces/providers/Microsoft.X/data");
        assert!(odd.cut_after("workspaces").is_none() && odd.segment_after("providers") == Some("Microsoft.X"));
        assert_eq!(odd.resource_group(), Some("workspaces"));
    }
}
