//! From a query to a [`SasToken`], in one pass.

use super::time::{parse_date, parse_sas_time};
use super::{SasError, SasFault, SasField, SasPermissions, SasProtocol, SasResource, SasToken};
use crate::model::{ObjectId, TenantId};
use percent_encoding::percent_decode_str;
use std::collections::BTreeMap;

/// The fields whose value decides something.
const DECISIVE: [&str; 24] = [
    "sv", "sp", "st", "se", "sip", "spr", "ses", "sr", "si", "sdd", "ss", "srt", "skoid", "sktid", "skt", "ske", "sks", "skv", "saoid",
    "suoid", "sduoid", "skdutid", "srh", "srq",
];

/// Fields that are part of a SAS and decide nothing about access: response headers and a correlation id for logs.
const IDLE: [&str; 6] = ["rscc", "rscd", "rsce", "rscl", "rsct", "scid"];

/// The permission letters in the order they must be written in; last the one that only an account SAS has, whose letters
/// may stand in any order (the portal writes `rwdlacupiytfx`).
///
/// Source: "Create a service SAS", "Create an account SAS", specify permissions (Azure Storage REST reference).
const PERMISSION_ORDER: &str = "racwdxyltfmeopiu";

/// Longest name of an unknown parameter that is kept; real field names have at most seven letters.
const LONGEST_NAME: usize = 8;

type Raw = Result<String, SasFault>;

impl SasToken {
    /// Reads the URL-encoded query of a SAS, with or without `?`; of a whole URL, its query. Linear in the text's length.
    ///
    /// A field that cannot be used is kept as [`SasField::Malformed`], for a token is judged by what Azure would do with
    /// it. The signature is dropped.
    ///
    /// # Errors
    /// [`SasError`] where the text has no field of a SAS.
    ///
    /// ```
    /// use canread::model::{SasKind, SasToken};
    /// let token = SasToken::parse("?sv=2023-11-03&sr=c&sp=rl&se=2026-12-31&sig=c2VjcmV0").unwrap();
    /// assert_eq!(token.kind(), SasKind::Service);
    /// assert!(token.signature_present && !format!("{token:?}").contains("c2VjcmV0"));
    /// ```
    pub fn parse(query: &str) -> Result<SasToken, SasError> {
        let query = query_of(query.trim());
        if query.is_empty() {
            return Err(SasError::Empty);
        }
        let mut reader = Reader::default();
        query.split('&').for_each(|pair| reader.read(pair));
        if !reader.any {
            return Err(SasError::NoField);
        }
        Ok(reader.into_token())
    }
}

/// What has been read so far.
#[derive(Default)]
struct Reader {
    signature_present: bool,
    any: bool,
    fields: BTreeMap<&'static str, Raw>,
    unknown: Vec<String>,
}

impl Reader {
    fn read(&mut self, pair: &str) {
        let (raw_name, raw_value) = pair.split_once('=').unwrap_or((pair, ""));
        let Ok(name) = decode(raw_name) else { return };
        let lower = name.to_ascii_lowercase();
        if lower == "sig" {
            (self.signature_present, self.any) = (true, true);
        } else if let Some(known) = DECISIVE.into_iter().find(|known| *known == lower) {
            self.any = true;
            let value = if name == known { value_of(raw_value) } else { Err(SasFault::Spelling) };
            self.fields.entry(known).and_modify(|earlier| *earlier = Err(SasFault::Repeated)).or_insert(value);
        } else if IDLE.contains(&lower.as_str()) {
            self.any = true;
        } else if pair.contains('=') && lower.starts_with('s') && lower.len() <= LONGEST_NAME && is_word(&lower) {
            self.unknown.push(lower);
        }
    }

    fn into_token(mut self) -> SasToken {
        self.unknown.sort();
        self.unknown.dedup();
        SasToken {
            signature_present: self.signature_present,
            version: self.take("sv", parse_date),
            permissions: self.take("sp", permissions),
            start: self.take("st", parse_sas_time),
            expiry: self.take("se", parse_sas_time),
            source_addresses: self.take("sip", addresses),
            protocol: self.take("spr", protocol),
            encryption_scope: self.take("ses", |_| Some(())),
            resource: self.take("sr", resource),
            policy: self.take("si", |_| Some(())),
            directory_depth: self.take("sdd", depth),
            services: self.take("ss", |text| letters(text, "bqtf")),
            resource_types: self.take("srt", |text| letters(text, "sco")),
            issuer: self.take("skoid", |text| guid(text).map(ObjectId::new)),
            issuer_tenant: self.take("sktid", |text| guid(text).map(TenantId::new)),
            key_start: self.take("skt", parse_sas_time),
            key_expiry: self.take("ske", parse_sas_time),
            key_service: self.take("sks", |text| letters(text, "bqtf")),
            key_version: self.take("skv", parse_date),
            authorized_agent: self.take("saoid", |text| guid(text).map(ObjectId::new)),
            unauthorized_agent: self.take("suoid", |text| guid(text).map(ObjectId::new)),
            delegated_user: self.take("sduoid", |_| Some(())),
            delegated_tenant: self.take("skdutid", |_| Some(())),
            request_headers: self.take("srh", |_| Some(())),
            request_queries: self.take("srq", |_| Some(())),
            unknown: self.unknown,
        }
    }

    fn take<T>(&mut self, name: &str, read: impl FnOnce(&str) -> Option<T>) -> SasField<T> {
        match self.fields.remove(name) {
            None => SasField::Absent,
            Some(Err(fault)) => SasField::Malformed(fault),
            Some(Ok(text)) => read(&text).map_or(SasField::Malformed(SasFault::Form), SasField::Value),
        }
    }
}

/// The query of a URL; of a bare query, itself without the `?` in front.
fn query_of(text: &str) -> &str {
    match text.split_once('?') {
        Some((before, query)) if before.is_empty() || before.contains("://") => query,
        Some(_) | None => text,
    }
}

fn value_of(raw: &str) -> Raw {
    let text = decode(raw)?;
    if text.is_empty() { Err(SasFault::Empty) } else { Ok(text) }
}

/// Decodes percent-encoding strictly: a `%` without two hex digits, bytes that are no UTF-8, and control characters are
/// refused.
fn decode(raw: &str) -> Raw {
    let mut rest = raw;
    while let Some((_, after)) = rest.split_once('%') {
        let hex = after.as_bytes().get(..2).is_some_and(|pair| pair.iter().all(u8::is_ascii_hexdigit));
        if !hex {
            return Err(SasFault::Encoding);
        }
        rest = after;
    }
    let text = percent_decode_str(raw).decode_utf8().map_err(|_| SasFault::Encoding)?;
    if text.chars().any(char::is_control) { Err(SasFault::Encoding) } else { Ok(text.into_owned()) }
}

fn is_word(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_lowercase())
}

/// Letters of `alphabet`, none of them twice.
fn letters(text: &str, alphabet: &str) -> Option<String> {
    let known = text.len() <= alphabet.len() && text.chars().all(|letter| alphabet.contains(letter));
    let twice = || text.char_indices().any(|(at, letter)| text.get(..at).is_some_and(|before| before.contains(letter)));
    (known && !twice()).then(|| text.to_owned())
}

fn permissions(text: &str) -> Option<SasPermissions> {
    let letters = letters(text, PERMISSION_ORDER)?;
    let in_order = letters.chars().map(|letter| PERMISSION_ORDER.find(letter)).is_sorted();
    Some(SasPermissions { letters, in_order })
}

fn protocol(text: &str) -> Option<SasProtocol> {
    match text {
        "https" => Some(SasProtocol::Https),
        "https,http" | "http,https" => Some(SasProtocol::HttpsAndHttp),
        "http" => Some(SasProtocol::Http),
        _ => None,
    }
}

fn resource(text: &str) -> Option<SasResource> {
    match text {
        "b" => Some(SasResource::Blob),
        "bs" => Some(SasResource::BlobSnapshot),
        "bv" => Some(SasResource::BlobVersion),
        "c" => Some(SasResource::Container),
        "d" => Some(SasResource::Directory),
        "s" => Some(SasResource::Share),
        "f" => Some(SasResource::File),
        _ => None,
    }
}

fn depth(text: &str) -> Option<u32> {
    let plain = text.len() <= 9 && text.bytes().all(|b| b.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

/// One address, or two with `-` between.
fn addresses(text: &str) -> Option<()> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let valid = |address: &str| address.parse::<std::net::IpAddr>().is_ok();
    (valid(first) && valid(last)).then_some(())
}

/// A GUID with hyphens.
fn guid(text: &str) -> Option<&str> {
    let form = |(at, byte): (usize, u8)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    (text.len() == 36 && text.bytes().enumerate().all(form)).then_some(text)
}
