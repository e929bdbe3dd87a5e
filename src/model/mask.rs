//! Free text, such as a log, made safe to print: it may hold any secret in any spelling.

use super::reference::{REDACTED, redacted};

/// Ends of names whose values are secret, whatever they look like.
const SECRET_NAMES: [&str; 15] = [
    "password",
    "passwd",
    "pwd",
    "secret",
    "secrettext",
    "accountkey",
    "account_key",
    "account-key",
    "accesskey",
    "access_key",
    "apikey",
    "api_key",
    "api-key",
    "sas",
    "signature",
];
/// Schemes of an `Authorization` header: what follows is secret.
const SCHEMES: [&str; 4] = ["bearer", "sharedkey", "sharedkeylite", "basic"];
/// Shortest run of base64 that, with its padding, is taken for a key.
const KEY_LENGTH: usize = 40;
/// Shortest word that begins like a JSON web token and is taken for one.
const TOKEN_LENGTH: usize = 16;
/// Shortest word that is taken for a client secret by its mark `Q~`.
const CLIENT_SECRET_LENGTH: usize = 30;
/// A longer name is no name.
const LONGEST_NAME: usize = 64;

/// As [`redacted`], and without what a log may hold besides: bearer tokens, JSON web tokens, keys, client secrets, and the values
/// of whatever is called a password, a secret, a key or a token. Linear in the text.
///
/// ```
/// use canread::model::masked;
/// assert_eq!(masked("Authorization: Bearer abc.123 at https://h/c?sp=r&sig=x"), "Authorization: Bearer REDACTED at https://h/c?sp=r&sig=REDACTED");
/// assert_eq!(masked("client_secret='hunter2' AZUREML_RUN_TOKEN=e1"), "client_secret='REDACTED' AZUREML_RUN_TOKEN=REDACTED");
/// assert_eq!(masked("the bearer token has expired"), "the bearer token has expired");
/// ```
pub fn masked(text: &str) -> String {
    let text = redacted(text);
    let mut out = String::with_capacity(text.len());
    let mut before = Before::default();
    let mut rest = text.as_str();
    while let Some(first) = rest.chars().next() {
        if !is_word(first) {
            before.mark(first);
            out.push(first);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
            continue;
        }
        let word = run(rest, is_word);
        let value = run(rest, |c| !ends_value(c));
        let after = rest.get(word.len()..).and_then(|after| after.chars().next());
        if before.makes_secret(word, after) || looks_secret(word, value) {
            out.push_str(REDACTED);
            rest = rest.get(value.len()..).unwrap_or_default();
            before = Before::default();
        } else {
            out.push_str(word);
            rest = rest.get(word.len()..).unwrap_or_default();
            before = Before::word(word);
        }
    }
    out
}

fn run(text: &str, holds: impl Fn(char) -> bool) -> &str {
    let end = text.find(|c: char| !holds(c)).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '~' | '+' | '/')
}

fn ends_value(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '\'' | ',' | ';' | '&' | '}' | ')' | '<' | '>' | '`')
}

/// The word before a value, and what stands between.
#[derive(Default)]
struct Before {
    name: String,
    assigned: bool,
    equals: bool,
    broken: bool,
}

impl Before {
    fn word(word: &str) -> Self {
        let name = if word.len() <= LONGEST_NAME { word.trim_matches(['.', '/', '-']).to_ascii_lowercase() } else { String::new() };
        Before { name, ..Before::default() }
    }

    fn mark(&mut self, c: char) {
        match c {
            '=' => (self.assigned, self.equals) = (true, true),
            ':' => self.assigned = true,
            '"' | '\'' | '`' | '\\' | ' ' | '\t' | '>' => {}
            _ => self.broken = true,
        }
    }

    /// Whether what is called like this is secret. A scheme is followed by a blank, a name by `:` or `=`.
    fn makes_secret(&self, word: &str, after: Option<char>) -> bool {
        if self.broken || self.name.is_empty() || word == REDACTED {
            return false;
        }
        if !self.assigned && SCHEMES.contains(&self.name.as_str()) {
            if self.name.starts_with("sharedkey") {
                return after == Some(':');
            }
            let prose = word.len() <= 16 && word.chars().all(|c| c.is_ascii_lowercase());
            return after != Some('=') && !prose && !is_sentence_word(&self.name, word);
        }
        let named = |ends: &str| self.name.ends_with(ends);
        self.assigned
            && (SECRET_NAMES.iter().any(|name| named(name))
                || named("token") && (self.equals || word.chars().any(|c| !c.is_alphabetic()) && !SCHEMES.contains(&word)))
    }
}

/// `Basic` begins sentences too.
fn is_sentence_word(scheme: &str, word: &str) -> bool {
    scheme == "basic" && word.chars().all(char::is_alphabetic)
}

/// Whether a word is secret by its looks: a JSON web token, a key in base64, a client secret of Entra.
fn looks_secret(word: &str, value: &str) -> bool {
    if word.starts_with("eyJ") && word.len() >= TOKEN_LENGTH {
        return true;
    }
    if word.contains("Q~") && word.len() >= CLIENT_SECRET_LENGTH {
        return true;
    }
    let padded = value.get(word.len()..).is_some_and(|rest| rest.starts_with('='));
    padded && word.len() >= KEY_LENGTH && word.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn secrets_of_logs_are_masked() {
        let key = "A".repeat(86);
        let cases = [
            ("Bearer eyJ0eXAiOiJKV1QiLCJhbGci.x.y".to_owned(), "Bearer REDACTED"),
            ("{\"Authorization\": \"Bearer opaque-1\"}".to_owned(), "{\"Authorization\": \"Bearer REDACTED\"}"),
            ("Authorization: SharedKey acct:c2ln+/==, x".to_owned(), "Authorization: SharedKey REDACTED, x"),
            (format!("key {key}== end"), "key REDACTED end"),
            ("'access_token': 'abc1', 'n': 1".to_owned(), "'access_token': 'REDACTED', 'n': 1"),
            ("AZURE_CLIENT_SECRET=a:b=c d".to_owned(), "AZURE_CLIENT_SECRET=REDACTED d"),
            ("value abc8Q~0123456789012345678901234567 x".to_owned(), "value REDACTED x"),
            ("password: hunter".to_owned(), "password: REDACTED"),
            ("AccountName=a;AccountKey=abc==;EndpointSuffix=x".to_owned(), "AccountName=a;AccountKey=REDACTED;EndpointSuffix=x"),
        ];
        for (text, want) in cases {
            assert_eq!(masked(&text), want);
            assert_eq!(masked(want), want, "masking is done once");
        }
    }

    #[test]
    fn prose_is_left_alone() {
        for text in [
            "Bearer authorization_uri=https://login.microsoftonline.com/x resource_id=https://storage.azure.com",
            "while resolving AccessToken: CredentialUnavailableError: no",
            "Basic authentication is off; a bearer token is needed",
            "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg",
            "including the signature.\nRequestId:x",
        ] {
            assert_eq!(masked(text), text);
        }
    }
}
