//! What a secret looks like.

use super::redact::REDACTED;

/// What the name of a field says of the values in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// Nothing.
    None,
    /// Nothing, and neither do the names below: tags and attributes are the users' own words.
    FreeNames,
    /// Public keys: a `key` below is none.
    PublicKeys,
    /// Every value is secret.
    All,
    /// A string is secret.
    Text,
}

/// Names whose values the contract redacts.
const REDACTED_NAMES: [&str; 4] = ["environmentVariables", "adminUserPassword", "secrets", "secretText"];
/// Further names that bear a secret in bodies of `listSecrets`, `listKeys` and the like.
const SECRET_NAMES: [&str; 5] = ["key", "sasToken", "accountSasToken", "serviceSasToken", "clientSecret"];
const FREE_NAMES: [&str; 2] = ["tags", "customSecurityAttributes"];

fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

impl Rule {
    /// The rule for the field `name`; `thorough`: beyond what the contract redacts.
    pub(super) fn below(self, name: &str, thorough: bool) -> Rule {
        match self {
            Rule::All if name.eq_ignore_ascii_case("secretsType") => Rule::None,
            Rule::All => Rule::All,
            Rule::FreeNames => Rule::FreeNames,
            Rule::None | Rule::Text | Rule::PublicKeys => {
                if is_one_of(name, &REDACTED_NAMES) {
                    Rule::All
                } else if is_one_of(name, &FREE_NAMES) {
                    Rule::FreeNames
                } else if name.eq_ignore_ascii_case("keyCredentials") {
                    Rule::PublicKeys
                } else if thorough && self != Rule::PublicKeys && is_one_of(name, &SECRET_NAMES) {
                    Rule::Text
                } else {
                    self.in_array()
                }
            }
        }
    }

    /// The rule for the items of an array.
    pub(super) fn in_array(self) -> Rule {
        if self == Rule::Text { Rule::None } else { self }
    }

    /// Whether values that are no text are secret.
    pub(super) fn hides_all(self) -> bool {
        self == Rule::All
    }

    /// Whether `text` is secret for where it stands.
    pub(super) fn hides(self, text: &str) -> bool {
        (self == Rule::All || self == Rule::Text) && !text.is_empty() && text != REDACTED
    }
}

/// A text with none of these in it, no `=` and no `%`, holds no secret that is known by its looks or its name. The names
/// are without their first letter, whose case may differ.
const SIGNS: [&str; 9] = [URL, "eyJ", "ecret", "asToken", "nvironmentVariables", "assword", "\"key\"", "\"Key\"", "\\u"];
/// A sign only where the text has an `@` too: a password stands in front of one.
const URL: &str = "://";

/// Tells lines that deserve the search for secrets from those that do not, in one pass for all signs.
pub(super) struct Sieve(Option<aho_corasick::packed::Searcher>);

impl Sieve {
    pub(super) fn new() -> Self {
        Sieve(aho_corasick::packed::Searcher::new(SIGNS))
    }

    /// Whether `line` may hold a secret. Text with escapes may, for they can hide one.
    pub(super) fn may_hold_secret(&self, line: &str) -> bool {
        // A signature or an account key follows an `=`, or a `%` that spells one.
        if line.contains('=') || line.contains('%') {
            return true;
        }
        let mut has_at_sign = None;
        let mut tells = |sign: &str| sign != URL || *has_at_sign.get_or_insert_with(|| line.contains('@'));
        match &self.0 {
            Some(searcher) => searcher.find_iter(line).any(|found| line.get(found.start()..found.end()).is_some_and(&mut tells)),
            None => SIGNS.iter().any(|sign| line.contains(sign) && tells(sign)),
        }
    }
}

/// Whether a text holds a signature, a token or an account key by its looks.
pub(super) fn holds_secret(text: &str) -> bool {
    !signatures(text).is_empty() || holds_token(text) || holds_account_key(text) || crate::model::redacted(text) != text
}

/// Start and end of every non-empty `sig` parameter of a URL, a SAS or a connection string.
fn signatures(text: &str) -> Vec<(usize, usize)> {
    let lower = text.to_ascii_lowercase();
    let mut found = Vec::new();
    for (at, name) in lower.match_indices("sig=") {
        let before = lower.get(..at).and_then(|head| head.chars().next_back());
        let is_parameter = before.is_none_or(|c| matches!(c, '?' | '&' | ';' | '=' | '"' | '\'') || c.is_whitespace());
        let start = at + name.len();
        let tail = lower.get(start..).unwrap_or_default();
        let length = tail.find(|c: char| matches!(c, '&' | ';' | '#' | '"' | '\'') || c.is_whitespace()).unwrap_or(tail.len());
        if is_parameter && length > 0 && !tail.starts_with(REDACTED) {
            found.push((at, start + length));
        }
    }
    found
}

/// `text` without its `sig` parameters; `None`: it has none.
pub(super) fn cut_signature(text: &str) -> Option<String> {
    let found = signatures(text);
    if found.is_empty() {
        return None;
    }
    let mut kept = String::new();
    let mut from = 0;
    for (start, end) in found {
        kept.push_str(text.get(from..start).unwrap_or_default());
        from = end;
        if text.get(end..).is_some_and(|tail| tail.starts_with('&')) {
            from = end + 1;
        } else if kept.ends_with(['&', '?']) {
            kept.pop();
        }
    }
    kept.push_str(text.get(from..).unwrap_or_default());
    Some(kept)
}

/// A JSON web token: `eyJ` is how the base64 of `{"` starts.
fn holds_token(text: &str) -> bool {
    text.match_indices("eyJ").any(|(at, _)| {
        let starts_word = text.get(..at).and_then(|head| head.chars().next_back()).is_none_or(|c| !c.is_ascii_alphanumeric());
        let length =
            text.get(at..).unwrap_or_default().bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'-' || *b == b'_').count();
        starts_word && length >= 16
    })
}

/// A connection string with a key in it.
fn holds_account_key(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    lower.match_indices("accountkey=").any(|(at, name)| {
        let tail = lower.get(at + name.len()..).unwrap_or_default();
        !tail.is_empty() && !tail.starts_with([';', '&']) && !tail.starts_with(REDACTED)
    })
}

#[cfg(test)]
mod tests {
    use super::super::redact;
    use super::*;
    use serde_json::json;

    #[test]
    fn sig_is_cut_wherever_it_stands_in_a_url() {
        let cases = [
            ("https://a/c?sv=1&sig=X%2B&se=2", "https://a/c?sv=1&se=2"),
            ("https://a/c?sig=X&se=2", "https://a/c?se=2"),
            ("https://a/c?sv=1&sig=X", "https://a/c?sv=1"),
            ("sv=1&SIG=X&sig=Y", "sv=1"),
            ("https://a/c?sig=X#f", "https://a/c#f"),
            ("https://a/sig/design=1?x=2", "https://a/sig/design=1?x=2"),
            ("see https://a/c?sig=X now", "see https://a/c now"),
            ("sig=", "sig="),
        ];
        for (text, cut) in cases {
            assert_eq!(redact::url(text), cut, "{text}");
        }
    }

    #[test]
    fn the_contracts_names_are_redacted_at_any_depth() {
        let mut body = json!({"properties": {
            "environmentVariables": {"A": "1", "N": {"x": 2, "l": ["y"]}, "none": null},
            "userAccountCredentials": {"adminUserPassword": "p", "adminUserName": "n"},
            "credentials": {"credentialsType": "AccountKey", "secrets": {"secretsType": "AccountKey", "key": "k"}},
            "passwordCredentials": [{"secretText": "s", "hint": "abc"}, {"secretText": null}],
            "tags": {"secrets": "free"}
        }});
        redact::body(&mut body);
        let expected = json!({"properties": {
            "environmentVariables": {"A": REDACTED, "N": {"x": REDACTED, "l": [REDACTED]}, "none": null},
            "userAccountCredentials": {"adminUserPassword": REDACTED, "adminUserName": "n"},
            "credentials": {"credentialsType": "AccountKey", "secrets": {"secretsType": "AccountKey", "key": REDACTED}},
            "passwordCredentials": [{"secretText": REDACTED, "hint": "abc"}, {"secretText": null}],
            "tags": {"secrets": "free"}
        }});
        assert_eq!(body, expected);
        let again = {
            redact::body(&mut body);
            body
        };
        assert_eq!(again, expected, "redaction is done once");
        assert_eq!(redact::places(&expected.to_string()), Some(vec![]));
    }

    #[test]
    fn every_secret_is_found_once_with_its_place() {
        let line = json!({"kind": "x", "body": {"a": ["https://a/c?sig=abc"], "key": "base64==", "sasToken": "sv=1", "clientSecret": "c",
            "t": "Bearer eyJhbGciOiJSUzI1NiIsInR5cCI6.e30", "k~/": "DefaultEndpointsProtocol=https;AccountKey=abc;",
            "keyCredentials": [{"key": "public"}], "tags": {"key": "v"}, "environmentVariables": {"N": 1}, "secrets": {"secretsType": "Sas"}}});
        let text = line.to_string();
        assert!(Sieve::new().may_hold_secret(&text) && !Sieve::new().may_hold_secret(r#"{"member":"a"}"#));
        let places = redact::places(&text).unwrap();
        let expected =
            ["/body/a/0", "/body/clientSecret", "/body/environmentVariables/N", "/body/key", "/body/k~0~1", "/body/sasToken", "/body/t"];
        assert_eq!(places, expected);
        let mut value = line;
        redact::every_secret(&mut value);
        assert_eq!(redact::places(&value.to_string()), Some(vec![]));
        assert!(!value.to_string().contains("base64") && !value.to_string().contains("eyJ"));
    }
}
