//! Text that may bear a secret, made safe to print.

use std::fmt;

/// What stands where a secret stood.
pub const REDACTED: &str = "REDACTED";

/// Keys whose values are secrets: the signature of a SAS, keys of connection strings.
const SECRET_KEYS: [&str; 3] = ["sig", "accountkey", "sharedaccesskey"];

/// Text a user wrote that may bear a secret, such as a URL with a SAS. `Debug` never shows the secret.
#[derive(Clone, PartialEq, Eq)]
pub struct ReferenceText(String);

impl ReferenceText {
    /// Keeps the text as it is.
    pub fn new(text: impl Into<String>) -> Self {
        ReferenceText(text.into())
    }
    /// The text, secrets included: for parsing only.
    pub fn expose(&self) -> &str {
        &self.0
    }
    /// The text, safe to print.
    pub fn redacted(&self) -> String {
        redacted(&self.0)
    }
}
impl fmt::Debug for ReferenceText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.redacted(), f)
    }
}

/// The text with the values of `sig` (and of the keys of connection strings) cut, in any case and in percent-encoded or
/// JSON-escaped spelling, and with the user name and password of an `https` URL cut. Linear in the text.
///
/// ```
/// use canread::model::redacted;
/// assert_eq!(redacted("https://a.blob.core.windows.net/c?sp=r&SIG=abc%2F&se=1"), "https://a.blob.core.windows.net/c?sp=r&SIG=REDACTED&se=1");
/// assert_eq!(redacted("…%3Fsp%3Dr%26s%69g%3Dabc"), "…%3Fsp%3Dr%26s%69g%3DREDACTED");
/// ```
pub fn redacted(text: &str) -> String {
    // Users once more, for a cut value may have held the mark that ended a host: what follows it belongs to the host now.
    cut_user_info(&cut_values(&cut_user_info(text)))
}

/// Whether `text` holds something that [`redacted`] cuts.
pub(super) fn holds_secret(text: &str) -> bool {
    redacted(text) != text
}

/// One character as a reader that decodes it would see it: `%53`, `%2553` and `\u0053` are all `S`.
struct Unit {
    /// Decoded; 0 for text that is not ASCII.
    byte: u8,
    /// Length of its spelling in bytes.
    len: usize,
}

fn hex(bytes: &[u8]) -> Option<u8> {
    let text = std::str::from_utf8(bytes).ok().filter(|text| text.bytes().all(|b| b.is_ascii_hexdigit()))?;
    u8::from_str_radix(text, 16).ok()
}

fn unit(rest: &[u8]) -> Option<Unit> {
    let first = *rest.first()?;
    if first == b'%' {
        // `%25` once or several times over: percent-encoded more than once.
        let doubled = rest.get(1..).unwrap_or_default().chunks_exact(2).take_while(|pair| *pair == b"25").count();
        for skipped in [doubled, doubled.saturating_sub(1)] {
            let at = 1 + 2 * skipped;
            if let Some(byte) = rest.get(at..at + 2).and_then(hex) {
                return Some(Unit { byte, len: at + 2 });
            }
        }
    }
    if rest.starts_with(b"\\u00")
        && let Some(byte) = rest.get(4..6).and_then(hex)
    {
        return Some(Unit { byte, len: 6 });
    }
    Some(Unit { byte: if first.is_ascii() { first } else { 0 }, len: 1 })
}

fn ends_value(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte.is_ascii_control() && byte != 0 || b"&\"'<>#;,`()[]{}|\\".contains(&byte)
}

fn cut_values(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut word = String::new();
    let (mut at, mut copied) = (0, 0);
    while let Some(found) = unit(bytes.get(at..).unwrap_or_default()) {
        at += found.len;
        if found.byte.is_ascii_alphanumeric() {
            // A word longer than any key need not be kept whole.
            if word.len() <= 32 {
                word.push(char::from(found.byte.to_ascii_lowercase()));
            }
            continue;
        }
        let is_secret = found.byte == b'=' && SECRET_KEYS.contains(&word.as_str());
        word.clear();
        if is_secret {
            out.push_str(text.get(copied..at).unwrap_or_default());
            let start = at;
            while let Some(next) = unit(bytes.get(at..).unwrap_or_default()).filter(|next| !ends_value(next.byte)) {
                at += next.len;
            }
            if at > start {
                out.push_str(REDACTED);
            }
            copied = at;
        }
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    out
}

fn ends_with_folded(text: &str, end: &str) -> bool {
    text.len().checked_sub(end.len()).and_then(|at| text.get(at..)).is_some_and(|tail| tail.eq_ignore_ascii_case(end))
}

/// Whether `text` names a user to sign in as, in front of whatever host: also behind a second scheme.
pub(super) fn names_a_user(text: &str) -> bool {
    cut_user_info(text) != text
}

/// Cuts `user:password@` (and, in `http` and `https`, `user@`) after each `://`.
fn cut_user_info(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(found) = rest.find("://") {
        let (before, after) = rest.split_at(found + 3);
        out.push_str(before);
        let end = after.find(|c: char| c.is_whitespace() || "/?#\"'<>".contains(c)).unwrap_or(after.len());
        // A host that ends in `://` is a scheme of its own: its colon belongs to the next round.
        let is_scheme =
            after.get(..end).is_some_and(|host| host.ends_with(':')) && after.get(end..).is_some_and(|rest| rest.starts_with("//"));
        let (authority, tail) = after.split_at(if is_scheme { end - 1 } else { end });
        let http = ends_with_folded(&out, "http://") || ends_with_folded(&out, "https://");
        let odd_port = authority.split_once(':').is_some_and(|(_, port)| !port.bytes().all(|b| b.is_ascii_digit()));
        match authority.rsplit_once('@') {
            // No port: the beginning of a password that itself holds one of the marks which end a host.
            None if http && odd_port => {
                out.push_str(REDACTED);
                rest = after.find(char::is_whitespace).and_then(|end| after.get(end..)).unwrap_or_default();
                continue;
            }
            Some((user, host)) if http || user.contains(':') => {
                out.push_str(REDACTED);
                out.push('@');
                out.push_str(host);
            }
            Some(_) | None => out.push_str(authority),
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::{ReferenceText, redacted};

    #[test]
    fn signatures_are_cut_in_every_spelling() {
        let cases = [
            ("?sig=a%2Bb%3D&se=2", "?sig=REDACTED&se=2"),
            ("SIG=abc", "SIG=REDACTED"),
            ("a?s%69G%3dabc%26se=1", "a?s%69G%3dREDACTED%26se=1"),
            ("a%253Fsv%253D1%2526sig%253Dabc%25252F%2526x", "a%253Fsv%253D1%2526sig%253DREDACTED%2526x"),
            (r#"{"u":"https://h/c?a=1\u0026sig=abc\u0026b=2"}"#, r#"{"u":"https://h/c?a=1\u0026sig=REDACTED\u0026b=2"}"#),
            (r"?a=1\u0026sig\u003dabc", r"?a=1\u0026sig\u003dREDACTED"),
            ("x&amp;sig=abc&amp;y", "x&amp;sig=REDACTED&amp;y"),
            ("one sig=abc two sig=def", "one sig=REDACTED two sig=REDACTED"),
            ("AccountName=a;AccountKey=abc==;EndpointSuffix=x", "AccountName=a;AccountKey=REDACTED;EndpointSuffix=x"),
            ("sig=é&b", "sig=REDACTED&b"),
            ("https://u:p@h/x", "https://REDACTED@h/x"),
            ("https://u@h/x", "https://REDACTED@h/x"),
            ("https://u:p/q@h/x and https://h:8443/y", "https://REDACTED and https://h:8443/y"),
            ("wasbs://xhttps://u:p@h/x", "wasbs://xhttps://REDACTED@h/x"),
            ("wasbs://https://u@h/x", "wasbs://https://REDACTED@h/x"),
            ("wasbs://c:p@h/x", "wasbs://REDACTED@h/x"),
            ("https://sig=/a,b@h/x", "https://REDACTED@h/x"),
        ];
        for (text, want) in cases {
            assert_eq!(redacted(text), want);
            assert_eq!(redacted(want), want, "cut again");
        }
    }

    #[test]
    fn other_text_is_left_alone() {
        for text in ["", "wasbs://c@a.blob.core.windows.net/p", "design=3/x", "sig", "%", "%2", "100%", "%25%25", "sig=", "é=sig"] {
            assert_eq!(redacted(text), text);
        }
    }

    #[test]
    fn debug_shows_no_secret() {
        assert_eq!(format!("{:?}", ReferenceText::new("x?sig=abc")), "\"x?sig=REDACTED\"");
    }
}
