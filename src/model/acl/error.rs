//! What can be wrong with the text of an ACL.

use std::fmt;

/// Longest piece of the source that a message repeats, in characters.
const SHOWN: usize = 80;

/// Why the text of an ACL cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AclError {
    /// Which entry, counted from 1; `None`: the list as a whole.
    pub entry: Option<usize>,
    /// The entry's text with control characters escaped, cut where it is long.
    pub text: String,
    /// What is wrong.
    pub kind: AclErrorKind,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AclErrorKind {
    /// No text at all.
    #[error("the ACL is empty; an ACL holds at least `user::`, `group::` and `other::`")]
    Empty,
    /// Nothing between two commas.
    #[error("an entry is empty; remove the comma")]
    EmptyEntry,
    /// A NUL or another control character.
    #[error("it holds a control character")]
    Control,
    /// Not three parts after an optional `default`.
    #[error("an entry is written `[default:]type:[id]:permissions`")]
    Form,
    /// Something other than `default` before the type.
    #[error("only `default` may stand before the type")]
    Scope,
    /// No such type.
    #[error("the type must be `user`, `group`, `mask` or `other`")]
    Type,
    /// Not `[r-][w-][x-]`.
    #[error("the permissions must be three of `r`, `w`, `x` or `-`, in that order")]
    Permissions,
    /// An id where none belongs.
    #[error("`mask` and `other` bear no id")]
    Id,
    /// A second entry for the same.
    #[error("an entry for the same user or group stands before it")]
    Duplicate,
    /// A second mask.
    #[error("a list has one mask, and another stands before it")]
    SecondMask,
    /// No `user::`.
    #[error("the entry of the owning user, `user::`, is missing")]
    NoOwner,
    /// No `group::`.
    #[error("the entry of the owning group, `group::`, is missing")]
    NoGroup,
    /// No `other::`.
    #[error("the entry `other::` is missing")]
    NoOther,
    /// The short form is none.
    #[error("permissions are written like `rwxr-x---`, with `+` where there is an ACL, or in octal like `750`")]
    ShortForm,
}

impl AclError {
    pub(super) fn whole(kind: AclErrorKind) -> Self {
        AclError { entry: None, text: String::new(), kind }
    }
    pub(super) fn entry(at: usize, text: &str, kind: AclErrorKind) -> Self {
        AclError { entry: Some(at + 1), text: shown(text), kind }
    }
    pub(super) fn permissions(text: &str) -> Self {
        AclError { entry: None, text: shown(text), kind: AclErrorKind::ShortForm }
    }
}

/// At most [`SHOWN`] characters of `text`, none of them able to disturb a terminal.
fn shown(text: &str) -> String {
    let mut short: String = text.chars().take(SHOWN).flat_map(char::escape_debug).collect();
    if text.chars().nth(SHOWN).is_some() {
        short.push('…');
    }
    short
}

impl fmt::Display for AclError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.entry, self.text.as_str()) {
            (Some(at), text) => write!(f, "entry {at} (`{text}`): {}", self.kind),
            (None, "") => write!(f, "{}", self.kind),
            (None, text) => write!(f, "`{text}`: {}", self.kind),
        }
    }
}
impl std::error::Error for AclError {}
