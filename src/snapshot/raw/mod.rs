//! Lines as serde reads them: borrowed where the kind is frequent, wrong types refused, `null` as absent. One file an area.

pub(super) mod assets;
pub(super) mod assignment;
pub(super) mod directory;
pub(super) mod ml;
pub(super) mod network;
pub(super) mod own;
pub(super) mod role;
pub(super) mod storage;

use crate::model::{Scope, Timestamp};
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;
use time::format_description::well_known::Rfc3339;

/// A string, borrowed from the line where it has no escapes.
#[derive(Clone, Debug)]
pub(super) struct Text<'a>(Cow<'a, str>);

impl std::ops::Deref for Text<'_> {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Strings;
        impl<'de> Visitor<'de> for Strings {
            type Value = Text<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Strings)
    }
}

/// A time as RFC 3339; without an offset it is UTC, empty it is none.
#[derive(Clone, Copy, Debug)]
pub(super) struct When(Option<Timestamp>);

impl When {
    pub(super) fn of(when: Option<When>) -> Option<Timestamp> {
        when.and_then(|when| when.0)
    }
}

impl<'de> Deserialize<'de> for When {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Times;
        impl Visitor<'_> for Times {
            type Value = When;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<When, E> {
                if text.is_empty() {
                    return Ok(When(None));
                }
                let read = usual_time(text).map_or_else(|| any_time(text), Ok);
                read.map(|at| When(Some(at))).map_err(|_| Error::custom("expected a time such as 2026-11-22T10:00:00Z"))
            }
        }
        deserializer.deserialize_str(Times)
    }
}

fn any_time(text: &str) -> Result<Timestamp, time::error::Parse> {
    Timestamp::parse(text, &Rfc3339).or_else(|_| Timestamp::parse(&format!("{text}Z"), &Rfc3339))
}

/// The form nearly every time has, `2026-11-22T10:00:00.1234567Z`, read without the general parser; `None`: another form.
fn usual_time(text: &str) -> Option<Timestamp> {
    let (head, fraction) = (text.get(..19)?.as_bytes(), text.get(19..)?.strip_suffix('Z')?);
    let number = |from: usize, to: usize| {
        head.get(from..to)?.iter().try_fold(0u32, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0')))
    };
    let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if separators.iter().any(|(at, byte)| head.get(*at) != Some(byte)) {
        return None;
    }
    let digits = if fraction.is_empty() { "0" } else { fraction.strip_prefix('.')? };
    if digits.is_empty() || digits.len() > 9 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let scale = 10u32.pow(9 - u32::try_from(digits.len()).ok()?);
    let nanoseconds = digits.parse::<u32>().ok()?.checked_mul(scale)?;
    let small = |value: u32| u8::try_from(value).ok();
    let month = time::Month::try_from(small(number(5, 7)?)?).ok()?;
    let date = time::Date::from_calendar_date(i32::try_from(number(0, 4)?).ok()?, month, small(number(8, 10)?)?).ok()?;
    let clock = (small(number(11, 13)?)?, small(number(14, 16)?)?, small(number(17, 19)?)?);
    Some(date.with_hms_nano(clock.0, clock.1, clock.2, nanoseconds).ok()?.assume_utc())
}

/// A string where there is one; whatever else stands there is passed over.
#[derive(Clone, Debug)]
pub(super) struct Lenient(pub(super) Option<String>);

impl<'de> Deserialize<'de> for Lenient {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Anything;
        impl<'de> Visitor<'de> for Anything {
            type Value = Lenient;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Lenient, E> {
                Ok(Lenient(Some(text.to_owned())))
            }
            fn visit_bool<E: Error>(self, _: bool) -> Result<Lenient, E> {
                Ok(Lenient(None))
            }
            fn visit_i64<E: Error>(self, _: i64) -> Result<Lenient, E> {
                Ok(Lenient(None))
            }
            fn visit_u64<E: Error>(self, _: u64) -> Result<Lenient, E> {
                Ok(Lenient(None))
            }
            fn visit_f64<E: Error>(self, _: f64) -> Result<Lenient, E> {
                Ok(Lenient(None))
            }
            fn visit_unit<E: Error>(self) -> Result<Lenient, E> {
                Ok(Lenient(None))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Lenient, A::Error> {
                while items.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Lenient(None))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Lenient, A::Error> {
                while fields.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Lenient(None))
            }
        }
        deserializer.deserialize_any(Anything)
    }
}

/// `{"id": "…"}`: a reference to a resource.
#[derive(serde::Deserialize)]
#[serde(expecting = "an object")]
pub(super) struct Reference {
    id: Option<String>,
}

impl Reference {
    pub(super) fn scope(reference: Option<Reference>) -> Option<Scope> {
        scope_of(reference.and_then(|reference| reference.id))
    }
}

/// A string that says something: absent and empty are the same.
pub(super) fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

pub(super) fn scope_of(text: Option<String>) -> Option<Scope> {
    filled(text).map(|text| Scope::new(&text))
}

/// The GUID of all zeros stands for "none" where an identity is optional.
pub(super) fn is_nil(id: &str) -> bool {
    let mut digits = id.bytes().filter(|b| !matches!(b, b'-' | b'{' | b'}')).peekable();
    digits.peek().is_some() && digits.all(|b| b == b'0')
}

/// What is wrong with the contents of a body: the place in it, and what.
#[derive(Debug)]
pub(super) struct Flaw {
    /// JSON pointer in the body.
    pub(super) at: String,
    /// What is wrong.
    pub(super) message: String,
}

impl Flaw {
    pub(super) fn new(at: &str, message: impl Into<String>) -> Self {
        Flaw { at: at.to_owned(), message: message.into() }
    }

    /// The field is missing, null or empty.
    pub(super) fn missing(at: &str) -> Self {
        Flaw::new(at, "is missing")
    }
}

/// The value, or the flaw that it is missing.
pub(super) fn required<T>(value: Option<T>, at: &str) -> Result<T, Flaw> {
    value.ok_or_else(|| Flaw::missing(at))
}

/// A text that must say something.
pub(super) fn required_text<'a>(value: &'a Option<Text<'_>>, at: &str) -> Result<&'a str, Flaw> {
    value.as_deref().filter(|text| !text.trim().is_empty()).ok_or_else(|| Flaw::missing(at))
}

/// What precedes the last `/providers/Microsoft.Authorization/` of the id of an assignment: its scope. The id of one on a
/// management group holds an earlier `/providers/`. Source: "Understand scope for Azure RBAC".
pub(super) fn scope_of_extension(id: &str) -> Option<&str> {
    let end = id.to_ascii_lowercase().rfind("/providers/microsoft.authorization/")?;
    id.get(..end).map(|scope| if scope.is_empty() { "/" } else { scope })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_assignments_scope_is_cut_at_the_last_provider() {
        let cut =
            |scope: &str| scope_of_extension(&format!("{scope}/providers/Microsoft.authorization/roleAssignments/x")).map(str::to_owned);
        for scope in
            ["/providers/Microsoft.Management/managementGroups/g", "/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/d"]
        {
            assert_eq!(cut(scope).as_deref(), Some(scope));
        }
        assert_eq!(cut("").as_deref(), Some("/"));
        assert_eq!(scope_of_extension("/subscriptions/s"), None);
    }

    #[test]
    fn times_are_read_with_seven_digits_and_without_offset() {
        let at = |text: &str| serde_json::from_str::<When>(&format!("\"{text}\"")).ok().map(|when| when.0.map(Timestamp::unix_timestamp));
        assert_eq!(at("2025-02-03T09:00:00.1234567Z"), Some(Some(1_738_573_200)));
        assert_eq!(at("2025-02-03T10:00:00.1234567+01:00"), Some(Some(1_738_573_200)));
        assert_eq!(at("2025-02-03T09:00:00"), Some(Some(1_738_573_200)));
        assert_eq!((at(""), at("yesterday")), (Some(None), None));
    }

    #[test]
    fn the_short_way_to_a_time_agrees_with_the_long_one() {
        let usual = ["2025-02-03T09:00:00Z", "2024-02-29T23:59:59.1234567Z", "0001-01-01T00:00:00.5Z", "9999-12-31T00:00:00.999999999Z"];
        for text in usual {
            assert_eq!(usual_time(text), any_time(text).ok(), "{text}");
            assert!(usual_time(text).is_some(), "{text}");
        }
        for text in
            ["2025-02-30T00:00:00Z", "2025-02-03 09:00:00Z", "2025-02-03T09:00:00.Z", "2025-02-03T24:00:00Z", "+025-02-03T09:00:00Z", "é"]
        {
            assert_eq!(usual_time(text), None, "{text}");
        }
    }

    #[test]
    fn nil_is_all_zeros_in_any_spelling() {
        assert!(is_nil("00000000-0000-0000-0000-000000000000") && is_nil("{00000000000000000000000000000000}"));
        assert!(!is_nil("") && !is_nil("-") && !is_nil("00000000-0000-0000-0000-000000000001"));
    }
}
