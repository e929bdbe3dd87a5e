//! Where in a line a byte stands, as a JSON pointer.

use crate::model::redacted;

/// An open object or array, and what in it is being read.
enum Open {
    Object(Option<String>),
    Array(usize),
}

/// The JSON pointer of the value that holds byte `offset` of `text`; text that is not JSON gives some pointer.
pub(super) fn pointer_at(text: &str, offset: usize) -> String {
    let bytes = text.as_bytes();
    let mut open: Vec<Open> = Vec::new();
    let mut at = 0;
    while at < offset.min(bytes.len()) {
        match bytes.get(at) {
            Some(b'{') => open.push(Open::Object(None)),
            Some(b'[') => open.push(Open::Array(0)),
            Some(b'}' | b']') => drop(open.pop()),
            Some(b',') => match open.last_mut() {
                Some(Open::Object(key)) => *key = None,
                Some(Open::Array(index)) => *index += 1,
                None => {}
            },
            Some(b'"') => {
                let end = end_of_string(bytes, at + 1);
                if let Some(Open::Object(key @ None)) = open.last_mut() {
                    *key = text.get(at + 1..end).map(str::to_owned);
                }
                at = end;
            }
            Some(_) | None => {}
        }
        at += 1;
    }
    let mut pointer = String::new();
    for level in &open {
        match level {
            Open::Object(Some(key)) => push(&mut pointer, key),
            Open::Array(index) => push(&mut pointer, &index.to_string()),
            Open::Object(None) => {}
        }
    }
    if pointer.is_empty() { "/".to_owned() } else { pointer }
}

/// Whether `text` nests deeper than `limit` objects and arrays.
pub(super) fn is_deeper_than(text: &str, limit: usize) -> bool {
    let bytes = text.as_bytes();
    // `[` is `{` without one bit; parts of 255 bytes let the count run many bytes at a time.
    let in_part = |part: &[u8]| usize::from(part.iter().map(|byte| u8::from(byte | 0x20 == b'{')).sum::<u8>());
    let opening: usize = bytes.chunks(255).map(in_part).sum();
    if opening <= limit {
        return false;
    }
    let (mut depth, mut at) = (0usize, 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => at = end_of_string(bytes, at + 1),
            _ => {}
        }
        if depth > limit {
            return true;
        }
        at += 1;
    }
    false
}

/// Appends one segment, without a secret that a name may hold: escaped it would no longer look like one.
pub(super) fn push(pointer: &mut String, segment: &str) {
    pointer.push('/');
    for c in redacted(segment).chars() {
        match c {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            other => pointer.push(other),
        }
    }
}

/// Offset of the quote that ends the string whose text starts at `at`.
fn end_of_string(bytes: &[u8], mut at: usize) -> usize {
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::{is_deeper_than, pointer_at};

    #[test]
    fn depth_counts_what_is_open_at_once() {
        assert!(is_deeper_than("[[{", 2) && !is_deeper_than("[[]", 2) && !is_deeper_than("[][][]", 1));
        assert!(!is_deeper_than(r#"["[[[\"[[["]"#, 1));
    }

    #[test]
    fn the_pointer_names_the_value_that_was_just_read() {
        let text = r#"{"a":{"b/c":[1,{"d":"x\"y"}]},"e":2}"#;
        let at = |part: &str| pointer_at(text, text.find(part).unwrap() + part.len());
        assert_eq!(at(r#""x\"y""#), "/a/b~1c/1/d");
        assert_eq!(at("[1"), "/a/b~1c/0");
        assert_eq!(at(":2"), "/e");
        assert_eq!(at(r#"[1,"#), "/a/b~1c/1");
        assert_eq!(pointer_at("[[[", 2), "/0/0");
        assert_eq!(pointer_at("", 9), "/");
    }
}
