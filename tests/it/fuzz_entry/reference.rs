//! `reference`: an input reference in every context it may be written in, its canonical spelling, and what hides secrets.

use super::Reached;
use super::planted::{assert_hidden, plant};
use canread::model::{
    Direction, InputReference, Parsed, ReferenceContext, ReferenceOrigin, ReferenceText, STORAGE_SUFFIXES, StorageUrl, redacted,
};

const MARKS: [&str; 5] = ["@1", "@2", "@3", "@4", "@5"];

pub(crate) fn run(bytes: &[u8]) -> Reached {
    let (text, _) = plant(bytes, &MARKS);
    assert_redacted(&text);
    let mut reached = Reached::Refused;
    for origin in [ReferenceOrigin::CommandLine, ReferenceOrigin::YamlFile, ReferenceOrigin::RestBody, ReferenceOrigin::Service] {
        for direction in [Direction::Input, Direction::Output] {
            let workspace = super::world::workspace();
            for known in [None, Some(&workspace)] {
                let context = ReferenceContext { direction, workspace: known, ..ReferenceContext::new(origin) };
                let parsed = InputReference::parse(&text, &context);
                assert_hidden(&format!("{parsed:?}"), "the parsed reference");
                if assert_canonical(&parsed, &context) {
                    reached = Reached::Read;
                }
            }
        }
    }
    for suffix in STORAGE_SUFFIXES {
        match StorageUrl::parse(&text, suffix) {
            Ok(url) => {
                assert_hidden(&format!("{url:?} {url}"), "the URL");
                assert_eq!(StorageUrl::parse(&url.to_string(), suffix).as_ref(), Ok(&url), "`{url}` reads back otherwise");
            }
            Err(refusal) => assert_hidden(&format!("{refusal:?} {refusal}"), "the refusal"),
        }
    }
    reached
}

/// The canonical spelling names the same thing, is its own canonical spelling, and holds no secret. False: not recognised.
fn assert_canonical(parsed: &Parsed, context: &ReferenceContext<'_>) -> bool {
    let Ok(reference) = &parsed.outcome else {
        return false;
    };
    let written = reference.to_string();
    assert_hidden(&written, "the canonical spelling");
    let again = InputReference::parse(&written, context);
    assert_eq!(again.outcome.as_ref(), Ok(reference), "`{written}` reads back otherwise");
    true
}

/// Redaction hides every planted secret, and finds nothing left when it runs again.
fn assert_redacted(text: &str) {
    let once = redacted(text);
    assert_hidden(&once, "redacted text");
    assert_eq!(redacted(&once), once, "redaction is not stable");
    assert_hidden(&format!("{:?}", ReferenceText::new(text)), "the text's Debug");
}
