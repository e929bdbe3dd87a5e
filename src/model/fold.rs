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
#[derive(Clone)]
pub struct Folded {
    text: Arc<str>,
    key: Arc<str>,
}

impl Folded {
    /// Keeps `text` and computes the key it is compared by.
    pub fn new(text: &str) -> Self {
        let shared: Arc<str> = Arc::from(text);
        let plain = text.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase());
        let key = if plain { Arc::clone(&shared) } else { lower(text) };
        Folded { text: shared, key }
    }

    /// As [`Folded::new`], with a key that the caller has already brought into the form it is compared by.
    pub(crate) fn with_key(text: &str, key: &str) -> Self {
        let shared: Arc<str> = Arc::from(text);
        let key = if text == key { Arc::clone(&shared) } else { Arc::from(key) };
        Folded { text: shared, key }
    }

    /// The original spelling.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The lower-cased form that comparisons use.
    pub fn key(&self) -> &str {
        &self.key
    }
}

/// Lower-cased, without an intermediate copy where the text is ASCII.
fn lower(text: &str) -> Arc<str> {
    if !text.is_ascii() {
        return Arc::from(text.to_lowercase());
    }
    let mut key: Arc<str> = Arc::from(text);
    if let Some(key) = Arc::get_mut(&mut key) {
        key.make_ascii_lowercase();
    }
    key
}

impl PartialEq for Folded {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}
impl Eq for Folded {}
impl PartialOrd for Folded {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Folded {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key.cmp(&other.key)
    }
}
impl Hash for Folded {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}
/// Maps keyed by `Folded` can be asked with a key that is already lower case.
impl Borrow<str> for Folded {
    fn borrow(&self) -> &str {
        &self.key
    }
}
impl fmt::Display for Folded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
impl fmt::Debug for Folded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.text, f)
    }
}
impl From<&str> for Folded {
    fn from(text: &str) -> Self {
        Folded::new(text)
    }
}
