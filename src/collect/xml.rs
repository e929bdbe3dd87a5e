//! The list of blobs, the one answer of storage that is XML.

use super::trouble::Trouble;

/// A blob of a list.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Blob {
    pub(super) name: String,
    pub(super) is_directory: bool,
    pub(super) tier: Option<String>,
    pub(super) encryption_scope: Option<String>,
}

/// A page of a list.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Blobs {
    pub(super) blobs: Vec<Blob>,
    pub(super) next: Option<String>,
}

/// Reads `EnumerationResults`. Names are never split by markup, so that the text between two tags is all there is to read.
pub(super) fn blobs(body: &[u8]) -> Result<Blobs, Trouble> {
    let flaw = |message: &str| Trouble::answer(200, "NotXml", message);
    let text = std::str::from_utf8(body).map_err(|_| flaw("the list of blobs is not UTF-8"))?;
    let text = text.trim_start_matches('\u{feff}').trim();
    if !text.contains("<EnumerationResults") || !text.ends_with("</EnumerationResults>") {
        return Err(flaw("the answer is no whole list of blobs"));
    }
    let mut page = Blobs { next: element(text, "NextMarker").filter(|marker| !marker.is_empty()), ..Blobs::default() };
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("<Blob>") {
        let (blob, after) = after.split_once("</Blob>").ok_or_else(|| flaw("a blob in the list has no end"))?;
        rest = after;
        let name = name(blob).ok_or_else(|| flaw("a blob in the list has no name"))?;
        let kind = element(blob, "ResourceType");
        let is_directory = kind.is_some_and(|kind| kind.eq_ignore_ascii_case("directory"))
            || element(blob, "hdi_isfolder").is_some_and(|mark| mark.eq_ignore_ascii_case("true"));
        page.blobs.push(Blob { name, is_directory, tier: element(blob, "AccessTier"), encryption_scope: element(blob, "EncryptionScope") });
    }
    Ok(page)
}

/// A name; one with characters that XML cannot hold is percent-encoded and says so.
fn name(blob: &str) -> Option<String> {
    if let Some(plain) = element(blob, "Name") {
        return Some(plain);
    }
    let (_, rest) = blob.split_once("<Name Encoded=\"true\">")?;
    let (encoded, _) = rest.split_once("</Name>")?;
    percent_encoding::percent_decode_str(&unescape(encoded)).decode_utf8().ok().map(|name| name.into_owned())
}

fn element(text: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    rest.split_once(&format!("</{name}>")).map(|(inner, _)| unescape(inner))
}

fn unescape(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        let Some((entity, tail)) = after.split_once(';') else {
            plain.push('&');
            plain.push_str(after);
            return plain;
        };
        plain.push(match entity {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            other => numbered(other).unwrap_or('\u{fffd}'),
        });
        rest = tail;
    }
    plain.push_str(rest);
    plain
}

fn numbered(entity: &str) -> Option<char> {
    let digits = entity.strip_prefix('#')?;
    let code = match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16),
        None => digits.parse(),
    };
    code.ok().and_then(char::from_u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tiers_and_the_marker_are_read() {
        let text = "\u{feff}<?xml version=\"1.0\"?><EnumerationResults><Blobs><Blob><Name>a &amp; b/&#x41;.csv</Name><Properties>\
            <AccessTier>Archive</AccessTier></Properties></Blob><Blob><Name Encoded=\"true\">x%EF%BF%BE</Name><Properties>\
            <ResourceType>directory</ResourceType></Properties></Blob></Blobs><NextMarker>m</NextMarker></EnumerationResults>";
        let page = blobs(text.as_bytes()).unwrap();
        assert_eq!(page.next.as_deref(), Some("m"));
        assert_eq!((page.blobs[0].name.as_str(), page.blobs[0].tier.as_deref()), ("a & b/A.csv", Some("Archive")));
        assert_eq!((page.blobs[1].name.as_str(), page.blobs[1].is_directory), ("x\u{fffe}", true));
    }

    #[test]
    fn what_is_cut_or_html_is_no_list() {
        for text in [
            "",
            "<html></html>",
            "<EnumerationResults><Blobs><Blob><Name>a</Name>",
            "<EnumerationResults><Blob></Blob></EnumerationResults>",
        ] {
            assert!(blobs(text.as_bytes()).is_err(), "{text}");
        }
        assert_eq!(blobs(b"<EnumerationResults><Blobs /><NextMarker /></EnumerationResults>").unwrap(), Blobs::default());
    }
}
