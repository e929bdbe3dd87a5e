//! Permission bits, and the short form that tools print.

use super::AclError;
use std::fmt;

/// Read, write and execute.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bits(u8);

impl Bits {
    /// `---`
    pub const NONE: Bits = Bits(0);
    /// `--x`: pass through a folder; means nothing on a file.
    pub const EXECUTE: Bits = Bits(1);
    /// `-w-`
    pub const WRITE: Bits = Bits(2);
    /// `-wx`: create and delete in a folder.
    pub const WRITE_EXECUTE: Bits = Bits(3);
    /// `r--`
    pub const READ: Bits = Bits(4);
    /// `r-x`: list a folder.
    pub const READ_EXECUTE: Bits = Bits(5);
    /// `rw-`
    pub const READ_WRITE: Bits = Bits(6);
    /// `rwx`
    pub const ALL: Bits = Bits(7);

    /// The three lowest bits of `value`, as an octal digit counts them.
    pub fn from_octal(value: u8) -> Bits {
        Bits(value & 7)
    }
    /// Reads `rwx`, `r-x`, …: three letters, lower case.
    pub fn parse(text: &str) -> Option<Bits> {
        let [read, write, execute] = text.as_bytes() else {
            return None;
        };
        let bit = |byte: u8, letter: u8, value: u8| match byte {
            b'-' => Some(0),
            found if found == letter => Some(value),
            _ => None,
        };
        Some(Bits(bit(*read, b'r', 4)? | bit(*write, b'w', 2)? | bit(*execute, b'x', 1)?))
    }
    /// Whether every bit of `wanted` is here.
    pub fn contains(self, wanted: Bits) -> bool {
        self.0 & wanted.0 == wanted.0
    }
    /// The bits both have.
    pub fn and(self, other: Bits) -> Bits {
        Bits(self.0 & other.0)
    }
    /// The bits either has.
    pub fn or(self, other: Bits) -> Bits {
        Bits(self.0 | other.0)
    }
    /// The bits of this that `other` lacks.
    pub fn without(self, other: Bits) -> Bits {
        Bits(self.0 & !other.0)
    }
}

impl fmt::Display for Bits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (value, letter) in [(4, "r"), (2, "w"), (1, "x")] {
            f.write_str(if self.0 & value == 0 { "-" } else { letter })?;
        }
        Ok(())
    }
}
impl fmt::Debug for Bits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The short form of an ACL: `rwxr-x---+` (Gen2) or `750` (Gen1).
///
/// INVARIANT: where `extended` is set the middle bits are those of the mask, not of the owning group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permissions {
    /// Owning user.
    pub owner: Bits,
    /// Owning group, or the mask of an extended list.
    pub group: Bits,
    /// Everyone else.
    pub other: Bits,
    /// The sticky bit: who may delete and rename, never who may read.
    pub sticky: bool,
    /// A trailing `+`: the list has more than the three base entries. Octal text never says so.
    pub extended: bool,
}

impl Permissions {
    /// Reads the symbolic form (`t` and `T` for the sticky bit, `+` at the end) or three or four octal digits.
    ///
    /// ```
    /// use canread::model::Permissions;
    /// assert_eq!(Permissions::parse("rwxr-x--T+").unwrap().to_string(), "rwxr-x--T+");
    /// assert_eq!(Permissions::parse("1750").unwrap().to_string(), "rwxr-x--T");
    /// assert!(Permissions::parse("rwxr-x").is_err());
    /// ```
    ///
    /// # Errors
    /// Says that the text is neither form.
    pub fn parse(text: &str) -> Result<Permissions, AclError> {
        let text = text.trim();
        let read = if text.bytes().all(|byte| byte.is_ascii_digit()) { Self::octal(text) } else { Self::symbolic(text) };
        read.ok_or_else(|| AclError::permissions(text))
    }

    fn octal(text: &str) -> Option<Permissions> {
        if !(3..=4).contains(&text.len()) {
            return None;
        }
        let value = u16::from_str_radix(text, 8).ok().filter(|value| *value < 0o2000)?;
        let digit = |shift: u16| Bits::from_octal(u8::try_from(value >> shift & 7).unwrap_or_default());
        Some(Permissions { owner: digit(6), group: digit(3), other: digit(0), sticky: value & 0o1000 != 0, extended: false })
    }

    fn symbolic(text: &str) -> Option<Permissions> {
        let (bits, extended) = text.strip_suffix('+').map_or((text, false), |bits| (bits, true));
        if bits.len() != 9 {
            return None;
        }
        let (owner, group) = (Bits::parse(bits.get(0..3)?)?, Bits::parse(bits.get(3..6)?)?);
        let other = bits.get(6..9)?;
        let (other, sticky) = match other.strip_suffix(['t', 'T']) {
            Some(start) => (format!("{start}{}", if other.ends_with('t') { 'x' } else { '-' }), true),
            None => (other.to_owned(), false),
        };
        Some(Permissions { owner, group, other: Bits::parse(&other)?, sticky, extended })
    }
}

impl fmt::Display for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut other = self.other.to_string();
        if self.sticky {
            let execute = other.pop();
            other.push(if execute == Some('x') { 't' } else { 'T' });
        }
        write!(f, "{}{}{other}{}", self.owner, self.group, if self.extended { "+" } else { "" })
    }
}
