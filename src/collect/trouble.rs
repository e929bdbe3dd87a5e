//! Why a look-up failed: what becomes a `gap`.

use crate::model::redacted;
use serde_json::Value;
use std::fmt;

/// Code of a 404 whose sender gives none.
const UNNAMED: &str = "UnnamedNotFound";
/// Longest message that is kept, in characters.
const LONGEST_MESSAGE: usize = 600;

/// A look-up that failed. Its texts hold no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// HTTP status, where there was an answer.
    pub status: Option<u16>,
    /// Error code: the service's, or one of canread's own (`NotJson`, `Timeout`, …).
    pub code: String,
    /// For people.
    pub message: String,
}

impl Trouble {
    /// A failure without an answer of the service.
    pub fn own(code: &str, message: impl AsRef<str>) -> Self {
        Trouble { status: None, code: code.to_owned(), message: tidy(message.as_ref()) }
    }

    /// An answer that is not what was asked for.
    pub fn answer(status: u16, code: &str, message: impl AsRef<str>) -> Self {
        Trouble { status: Some(status), code: tidy(code), message: tidy(message.as_ref()) }
    }

    /// Reads the error of an answer: the code of a header, else that of an ARM, Graph or storage body.
    pub fn of_answer(status: u16, code_header: Option<&str>, body: &[u8]) -> Self {
        let (mut code, mut message) = (None, None);
        if let Ok(value) = serde_json::from_slice::<Value>(body) {
            let error = value.get("error").unwrap_or(&value);
            let text = |name: &str| error.get(name).and_then(Value::as_str).map(str::to_owned);
            (code, message) = (text("code"), text("message"));
        } else if let Ok(text) = std::str::from_utf8(body) {
            (code, message) = (between(text, "<Code>", "</Code>"), between(text, "<Message>", "</Message>"));
        }
        let code = code_header.map(str::to_owned).or(code).unwrap_or_else(|| word(status).to_owned());
        let message = message.unwrap_or_else(|| format!("the service answered {status}"));
        Trouble::answer(status, &code, message)
    }

    /// Whether there was no answer to the question itself, so that asking later may help.
    pub fn is_passing(&self) -> bool {
        match self.status {
            Some(status) => matches!(status, 408 | 429 | 500..=599),
            None => ["Timeout", "NoAnswer", "CutAnswer"].contains(&self.code.as_str()),
        }
    }

    /// Whether the service itself said that what was asked for does not exist; a 404 that names no reason may be that of
    /// anything on the way.
    pub fn is_not_found(&self) -> bool {
        self.status == Some(404) && self.code != UNNAMED
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(status) = self.status {
            write!(f, "{status} ")?;
        }
        write!(f, "{}: {}", self.code, self.message)
    }
}

fn word(status: u16) -> &'static str {
    match status {
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => UNNAMED,
        429 => "TooManyRequests",
        300..=399 => "Redirect",
        500..=599 => "ServerError",
        _ => "UnexpectedStatus",
    }
}

fn between(text: &str, start: &str, end: &str) -> Option<String> {
    let (_, rest) = text.split_once(start)?;
    rest.split_once(end).map(|(inner, _)| inner.to_owned())
}

/// Without secrets and not too long.
fn tidy(text: &str) -> String {
    let short: String = text.chars().take(LONGEST_MESSAGE).collect();
    redacted(&short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_arm_graph_and_storage_are_read() {
        let arm = Trouble::of_answer(403, None, br#"{"error":{"code":"AuthorizationFailed","message":"no"}}"#);
        assert_eq!((arm.status, arm.code.as_str(), arm.message.as_str()), (Some(403), "AuthorizationFailed", "no"));
        let xml = Trouble::of_answer(404, None, b"<?xml version='1.0'?><Error><Code>BlobNotFound</Code><Message>m</Message></Error>");
        assert_eq!((xml.code.as_str(), xml.message.as_str()), ("BlobNotFound", "m"));
        let head = Trouble::of_answer(403, Some("AuthorizationPermissionMismatch"), b"");
        assert_eq!(head.code, "AuthorizationPermissionMismatch");
        let html = Trouble::of_answer(502, None, b"<html>");
        assert_eq!(html.code, "ServerError");
        let proxy = Trouble::of_answer(404, None, b"<html>no such page</html>");
        assert!(!proxy.is_not_found() && Trouble::of_answer(404, Some("BlobNotFound"), b"").is_not_found());
        let secret =
            Trouble::of_answer(403, None, br#"{"error":{"code":"X","message":"see https://a.blob.core.windows.net/c?sv=1&sig=abc"}}"#);
        assert!(!secret.message.contains("abc"), "{secret}");
    }
}
