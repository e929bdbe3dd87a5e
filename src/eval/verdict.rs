//! Three values, ordered.

use std::fmt;

/// An answer in Kleene's three-valued logic: `Denied < Undetermined < Allowed`, "and" is the least, "or" the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// No.
    Denied,
    /// Something that would decide is not known.
    Undetermined,
    /// Yes.
    Allowed,
}

impl Verdict {
    /// Every value, least first.
    pub const ALL: [Verdict; 3] = [Verdict::Denied, Verdict::Undetermined, Verdict::Allowed];

    /// The word reports use.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Denied => "denied",
            Verdict::Undetermined => "undetermined",
            Verdict::Allowed => "allowed",
        }
    }

    /// The whole of parts (contract section 2). Nothing examined proves nothing.
    pub fn all(parts: impl IntoIterator<Item = Verdict>) -> Verdict {
        parts.into_iter().min().unwrap_or(Verdict::Undetermined)
    }

    /// The best of alternatives; without alternatives, denied.
    pub fn any(parts: impl IntoIterator<Item = Verdict>) -> Verdict {
        parts.into_iter().max().unwrap_or(Verdict::Denied)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
