//! One line as a record: its kind, its body, and why it cannot be used.

use super::error::json_error;
use super::raw::{Flaw, Text};
use super::store::Refused;
use serde::Deserialize;

/// Why a line could not be used.
pub(super) enum Stop {
    /// The line is bad.
    Bad(String),
    /// So is the file.
    TooNew(String),
}

impl Stop {
    /// A flaw in the body, or in one item of a page of bodies.
    pub(super) fn at(above: &str, flaw: Flaw) -> Self {
        let Flaw { at, message } = flaw;
        Stop::Bad(format!("`{above}{at}`: {message}"))
    }
}

impl From<Flaw> for Stop {
    fn from(flaw: Flaw) -> Self {
        Stop::at("", flaw)
    }
}

impl From<Refused> for Stop {
    fn from(message: Refused) -> Self {
        Stop::Bad(message)
    }
}

pub(super) fn no_body() -> Stop {
    Stop::Bad("`/body`: is missing".to_owned())
}

/// The records of a body with their JSON pointers: itself, or the page it is.
pub(super) fn items<T>(body: T, page: Option<Vec<T>>) -> impl Iterator<Item = (String, T)> {
    let (single, page) = if page.is_some() { (None, page) } else { (Some(body), None) };
    let single = single.into_iter().map(|body| ("/body".to_owned(), body));
    single.chain(page.into_iter().flatten().enumerate().map(|(at, item)| (format!("/body/value/{at}"), item)))
}

/// Parses `text`; an error names the place below `above`.
pub(super) fn parse<'a, T: Deserialize<'a>>(text: &'a str, whole: &str, above: &str) -> Result<T, Stop> {
    serde_json::from_str(text).map_err(|error| Stop::Bad(json_error(&error, whole, above)))
}

/// The kind of a record: what every line that canread writes starts with, else what a look through the line finds.
pub(super) fn kind_of(text: &str) -> Result<std::borrow::Cow<'_, str>, Stop> {
    let quick = text.strip_prefix("{\"kind\":\"").and_then(|rest| rest.split_once('"')).map(|(kind, _)| kind);
    if let Some(kind) = quick.filter(|kind| !kind.contains('\\')) {
        return Ok(kind.into());
    }
    #[derive(Deserialize)]
    #[serde(expecting = "an object")]
    struct Peek<'a> {
        #[serde(borrow)]
        kind: Option<Text<'a>>,
    }
    let peek: Peek<'_> = parse(text, text, "")?;
    match peek.kind {
        Some(kind) => Ok(kind.to_string().into()),
        None => Err(Stop::Bad("`/kind`: is missing".to_owned())),
    }
}
