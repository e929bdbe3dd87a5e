//! Operations and the patterns that role definitions name them by.

use super::Folded;
use std::fmt;

/// One operation of a resource provider, such as `Microsoft.Storage/storageAccounts/listKeys/action`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Action(Folded);

impl Action {
    /// An operation by its name, any case.
    pub fn new(name: &str) -> Self {
        Action(Folded::new(name.trim()))
    }
    /// As it was written.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
    /// Lower-cased form.
    pub fn key(&self) -> &str {
        self.0.key()
    }
}
impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// Management plane (`actions`) or data plane (`dataActions`); a pattern of one never grants on the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Plane {
    /// `actions`, `notActions`: calls to Azure Resource Manager.
    Management,
    /// `dataActions`, `notDataActions`: calls to the service that holds the data.
    Data,
}

/// A pattern of a role definition: `*` stands for any run of characters, slashes included; case does not count.
///
/// `?` is no wildcard here. Source: "Azure custom roles", wildcard permissions.
///
/// ```
/// use canread::model::{Action, ActionPattern};
/// let pattern = ActionPattern::new("Microsoft.CostManagement/exports/*");
/// assert!(pattern.matches(&Action::new("microsoft.costmanagement/EXPORTS/run/action")));
/// assert!(!ActionPattern::new("*/read").matches(&Action::new("Microsoft.Storage/storageAccounts/listKeys/action")));
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActionPattern(Folded);

impl ActionPattern {
    /// A pattern as role definitions write it.
    pub fn new(text: &str) -> Self {
        ActionPattern(Folded::new(text.trim()))
    }
    /// As it was written.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
    /// Whether the pattern covers `action`.
    pub fn matches(&self, action: &Action) -> bool {
        glob(self.0.key(), action.key())
    }
}
impl fmt::Display for ActionPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
impl fmt::Debug for ActionPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// Whole-string match in which `*` is any run. Each literal part is looked for once, left to right, so the cost is at
/// most pattern × text and needs no backtracking.
fn glob(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut tail) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        match tail.split_once(part) {
            Some((_, after)) => tail = after,
            None => return false,
        }
    }
    tail.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::{Action, ActionPattern};

    #[test]
    fn star_crosses_slashes_and_needs_the_whole_string() {
        let yes = [("*", "a/b"), ("a/*", "a/b/c"), ("a/*/read", "a/x/y/read"), ("*/read", "a/read"), ("a*b*c", "a1b2b3c"), ("a", "A")];
        let no = [("a/*/read", "a/read"), ("a/*", "a"), ("a*b", "ab1"), ("ab*ba", "aba"), ("a?", "ab"), ("", "a")];
        for (p, t) in yes {
            assert!(ActionPattern::new(p).matches(&Action::new(t)), "{p} should match {t}");
        }
        for (p, t) in no {
            assert!(!ActionPattern::new(p).matches(&Action::new(t)), "{p} should not match {t}");
        }
    }
}
