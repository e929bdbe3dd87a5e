//! Whether the certificate of a stored service principal is one that its application knows.
//!
//! Source: `keyCredential` (Microsoft Graph): `customKeyIdentifier` is by default the certificate's thumbprint, in base64.

use super::Record;
use super::key::assumption;
use super::service_principal::{application, ends};
use crate::eval::{Context, EvidenceKind, Judgement, Proof, Until, Window};
use crate::model::{CredentialPeriod, Datastore, DirectoryObject};

/// That the stored certificate can still be one that is valid: denied where the one of its thumbprint, or every known one,
/// has expired.
pub(super) fn certificate(cx: &Context<'_>, store: &Datastore, principal: &DirectoryObject, thumbprint: Option<&str>) -> Proof {
    let application = application(cx, principal);
    let lists = [Some(principal), application].map(|object| object.and_then(|object| object.key_credentials.as_deref()));
    let known: Vec<&CredentialPeriod> = lists.iter().flatten().copied().flatten().collect();
    let record = Record { kind: EvidenceKind::DirectoryObject, id: application.unwrap_or(principal).id.as_str() };
    let claim = "the stored certificate of the service principal is valid";
    let assumed = assumption(store, "service principal's certificate");
    if known.is_empty() {
        if lists.iter().all(Option::is_some) {
            return record.denied(claim, "neither the application nor the service principal has a certificate");
        }
        return Proof::allowed(|| record.leaf(claim, "no certificates were collected").assuming(assumed));
    }
    let wanted = thumbprint.map(hex_digits);
    let same = |certificate: &&&CredentialPeriod| {
        let identifier = certificate.custom_key_identifier.as_deref();
        wanted.is_some() && identifier.map(thumbprint_of) == wanted
    };
    let matching: Vec<&CredentialPeriod> = known.iter().filter(same).copied().collect();
    let candidates = if matching.is_empty() { &known } else { &matching };
    let valid: Vec<_> = candidates.iter().filter(|one| cx.window(one.start, one.end) == Window::Holds).collect();
    if valid.is_empty() {
        return record.denied(claim, format!("no certificate that it can be is valid: {}", ends(candidates)));
    }
    if wanted.is_some() && matching.is_empty() {
        let question = "is the stored certificate one of the application's? none bears its thumbprint as identifier";
        return record.open(claim, "another identifier on every certificate", "certificate-thumbprint", question);
    }
    // No end among the valid ones means that none is known.
    let ends: Option<Vec<_>> = valid.iter().map(|one| one.end).collect();
    let until = ends.and_then(|ends| ends.into_iter().max());
    let until = until.map(|at| Until { at, what: "the certificate of the stored service principal expires".to_owned() });
    let leaf = record.leaf(claim, format!("{} of {} certificates valid", valid.len(), known.len())).until(until);
    Proof::allowed(|| if matching.is_empty() { leaf.assuming(assumed) } else { leaf })
}

/// The hex digits of a thumbprint, upper case, whatever separates them.
fn hex_digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_hexdigit).map(|digit| digit.to_ascii_uppercase()).collect()
}

/// An identifier as a thumbprint: of a SHA-1 or SHA-256 hash, in hex as the command line prints it, or in base64.
fn thumbprint_of(identifier: &str) -> String {
    let hex = hex_digits(identifier);
    let is_hex = matches!(hex.len(), 40 | 64) && identifier.chars().all(|c| c.is_ascii_hexdigit() || c == ':' || c == ' ');
    if is_hex { hex } else { from_base64(identifier).unwrap_or_default() }
}

/// Base64 as upper-case hex.
fn from_base64(text: &str) -> Option<String> {
    let mut hex = String::new();
    let (mut bits, mut count) = (0u32, 0u32);
    for byte in text.trim_end_matches('=').bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            hex.push_str(&format!("{:02X}", (bits >> count) & 0xFF));
        }
    }
    Some(hex)
}
