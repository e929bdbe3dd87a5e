//! Text that Azure compares without regard to case.

use std::borrow::Borrow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// A name or id that is compared case-insensitively and printed as it was written.
///
/// Two values are equal when their lower-cased forms are; `Display` gives the original spelling, so that reports
/// show ids as the snapshot holds them.
///
/// ```
/// use canread::model::Folded;
/// let id = Folded::new("Rg-Prod");
/// assert_eq!(id, Folded::new("rg-prod"));
/// assert_eq!(id.to_string(), "Rg-Prod");
/// ```
///
/// INVARIANT: `shared` is the key, followed by the text where the two differ; one allocation, for tenants have millions.
#[derive(Clone)]
pub struct Folded {
    shared: Arc<str>,
    key_end: usize,
}

impl Folded {
    /// Keeps `text` and computes the key it is compared by.
    pub fn new(text: &str) -> Self {
        if text.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase()) {
            return Folded { shared: Arc::from(text), key_end: text.len() };
        }
        if !text.is_ascii() {
            return Folded::with_key(text, &text.to_lowercase());
        }
        let mut both = String::with_capacity(2 * text.len());
        both.push_str(text);
        both.make_ascii_lowercase();
        both.push_str(text);
        Folded { shared: Arc::from(both), key_end: text.len() }
    }

    /// As [`Folded::new`], with a key that the caller has already brought into the form it is compared by.
    pub(crate) fn with_key(text: &str, key: &str) -> Self {
        let shared = if text == key { Arc::from(key) } else { Arc::from([key, text].concat()) };
        Folded { shared, key_end: key.len() }
    }

    /// This, a slash, and `rest`.
    pub(crate) fn joined(&self, rest: &str) -> Self {
        let (key, text) = (self.key(), self.as_str());
        let mut both = String::with_capacity(key.len() + text.len() + 2 * rest.len() + 2);
        both.push_str(key);
        both.push('/');
        both.push_str(&rest.to_lowercase());
        let key_end = both.len();
        both.push_str(text);
        both.push('/');
        both.push_str(rest);
        if both.get(..key_end) == both.get(key_end..) {
            both.truncate(key_end);
        }
        Folded { shared: Arc::from(both), key_end }
    }

    /// The original spelling.
    #[inline]
    pub fn as_str(&self) -> &str {
        if self.key_end == self.shared.len() { &self.shared } else { self.shared.get(self.key_end..).unwrap_or_default() }
    }

    /// The lower-cased form that comparisons use.
    #[inline]
    pub fn key(&self) -> &str {
        self.shared.get(..self.key_end).unwrap_or_default()
    }
}

impl PartialEq for Folded {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}
impl Eq for Folded {}
impl PartialOrd for Folded {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Folded {
    #[inline]
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(other.key())
    }
}
impl Hash for Folded {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}
/// Maps keyed by `Folded` can be asked with a key that is already lower case.
impl Borrow<str> for Folded {
    fn borrow(&self) -> &str {
        self.key()
    }
}
impl fmt::Display for Folded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
impl fmt::Debug for Folded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}
impl From<&str> for Folded {
    fn from(text: &str) -> Self {
        Folded::new(text)
    }
}

#[cfg(test)]
mod tests {
    use super::Folded;

    #[test]
    fn text_and_key_come_back_whatever_their_lengths() {
        for text in ["", "a", "A", "Rg-Prod", "İ", "STRASSE ẞ", " "] {
            let folded = Folded::new(text);
            assert_eq!((folded.as_str(), folded.key()), (text, text.to_lowercase().as_str()));
        }
        for (text, key) in [("{}", ""), ("A-B", "ab"), ("ab", "a-b"), ("x", "x")] {
            let folded = Folded::with_key(text, key);
            assert_eq!((folded.as_str(), folded.key()), (text, key));
        }
        for (text, rest) in [("/a", "b"), ("/A", "b"), ("/a", "B/İ"), ("", "x")] {
            let (joined, whole) = (Folded::new(text).joined(rest), format!("{text}/{rest}"));
            assert_eq!((joined.as_str(), joined.key()), (whole.as_str(), whole.to_lowercase().as_str()));
        }
    }
}
