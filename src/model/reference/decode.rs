//! Percent-encoding and the names of accounts, containers and assets.

use super::super::StorePath;
use super::redact::holds_secret;
use percent_encoding::percent_decode_str;

/// Decodes percent-encoding strictly: every `%` starts two hexadecimal digits, and the result is UTF-8 without NUL.
pub(super) fn decode(text: &str) -> Result<String, String> {
    let mut parts = text.split('%');
    parts.next();
    let whole = |part: &str| part.as_bytes().get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
    if !parts.all(whole) {
        return Err("a `%` that starts no two hexadecimal digits: write `%25` for a percent sign".to_owned());
    }
    let decoded = percent_decode_str(text).decode_utf8().map_err(|_| "percent-encoded bytes that are no UTF-8".to_owned())?;
    if decoded.contains('\0') {
        return Err("a NUL character".to_owned());
    }
    Ok(decoded.into_owned())
}

/// Decodes a path; `.` segments do not count, `..` segments are refused: clients resolve them before they ask, storage
/// does not, so what they name is not certain.
pub(super) fn store_path(text: &str) -> Result<StorePath, String> {
    let decoded = decode(text)?;
    // Asked before slashes are joined, which hides the `://` in front of a password.
    if holds_secret(&decoded) {
        return Err("a secret: remove it".to_owned());
    }
    let segments: Vec<&str> = decoded.split('/').filter(|segment| *segment != ".").collect();
    if segments.contains(&"..") {
        return Err("a `..` segment: write the path it leads to".to_owned());
    }
    Ok(StorePath::new(&segments.join("/")))
}

/// Checks the name of a storage account: up to 24 lower-case letters and digits. A name that is too short reads as one all
/// the same: whether there is such an account the snapshot says.
/// Source: "Resource naming rules and restrictions", Microsoft.Storage.
pub(super) fn account_name(name: &str) -> Result<(), String> {
    let fits = (1..=24).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if fits { Ok(()) } else { Err(format!("`{name}` is no storage account name (up to 24 lower-case letters and digits)")) }
}

/// Checks the name of a container: at most 63 lower-case letters, digits and single hyphens between them, or a system
/// container. Azure makes none of fewer than 3; a shorter one is taken all the same, for the facts say whether it exists.
/// Source: "Naming and referencing containers, blobs, and metadata".
pub(super) fn container_name(name: &str) -> Result<(), String> {
    if ["$root", "$web", "$logs", "$blobchangefeed"].contains(&name) {
        return Ok(());
    }
    if name.bytes().any(|b| b.is_ascii_uppercase()) {
        return Err(format!("container `{name}` has upper-case letters, which no container name has"));
    }
    let fits = (1..=63).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !name.starts_with('-')
        && !name.ends_with('-')
        && !name.contains("--");
    if fits { Ok(()) } else { Err(format!("`{name}` is no container name (up to 63 lower-case letters, digits and single hyphens)")) }
}

/// Whether `name` can be the name of a workspace's asset or datastore, or an asset's version or label.
pub(super) fn is_asset_name(name: &str) -> bool {
    let inner = |c: char| c.is_alphanumeric() || "_-.".contains(c);
    !name.is_empty() && name.len() <= 255 && name.chars().all(inner) && name.chars().any(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::{account_name, container_name, decode, store_path};

    #[test]
    fn decoding_is_strict() {
        assert_eq!(decode("a%20b%C3%A9%2F").as_deref(), Ok("a bé/"));
        for bad in ["%", "%2", "%zz", "%+1", "%FF", "%C3", "%00", "a%é"] {
            assert!(decode(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn paths_lose_what_does_not_count() {
        assert_eq!(store_path("//a/./b//").map(|p| p.to_string()).as_deref(), Ok("/a/b"));
        assert_eq!(store_path("...").map(|p| p.to_string()).as_deref(), Ok("/..."));
        assert!(store_path("a/../b").is_err());
        assert!(store_path("a/%2e%2E/b").is_err());
        assert!(store_path("a%2F..").is_err());
    }

    #[test]
    fn names() {
        for good in ["a", "abc", "a1b2c3d4e5f6a1b2c3d4e5f6"] {
            assert_eq!(account_name(good), Ok(()));
        }
        for bad in ["", "abc-d", "Abc", "a1b2c3d4e5f6a1b2c3d4e5f6x"] {
            assert!(account_name(bad).is_err(), "{bad}");
        }
        for good in ["abc", "c", "fs", "a-b-c", "$web", "$root", "$logs", "123"] {
            assert_eq!(container_name(good), Ok(()));
        }
        for bad in ["", "-", "-ab", "ab-", "a--b", "Abc", "a.b", "$other", "a_b"] {
            assert!(container_name(bad).is_err(), "{bad}");
        }
    }
}
