//! Signing in with a client certificate: a JSON web token, signed with its key, stands for the secret.
//!
//! Source: "Microsoft identity platform application authentication certificate credentials". (The credential of
//! `azure_identity` for this would bring OpenSSL.)

use azure_core::error::{Error, ErrorKind};
use azure_core::http::ClientMethodOptions;
use azure_identity::ClientAssertion;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};
use rustls::SignatureScheme;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::SigningKey;
use serde_json::json;
use std::fmt;
use std::sync::Arc;
use zeroize::Zeroizing;

/// How long an assertion holds, in seconds.
const LIFETIME: i64 = 600;

/// A certificate with its key, for one application.
pub(super) struct Certificate {
    /// `<authority>/<tenant>/oauth2/v2.0/token`.
    audience: String,
    client_id: String,
    chain: Vec<CertificateDer<'static>>,
    key: Arc<dyn SigningKey>,
    /// The certificate goes along, for applications that trust its subject and issuer.
    sends_chain: bool,
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

impl Certificate {
    /// Reads a PEM text that holds the certificate, first of its chain, and its RSA key.
    ///
    /// # Errors
    /// What is wrong with it, without what is in it.
    pub(super) fn new(pem: &Zeroizing<String>, audience: String, client_id: String, sends_chain: bool) -> Result<Self, String> {
        let is_closed = pem.contains("ENCRYPTED PRIVATE KEY") || pem.contains("Proc-Type: 4,ENCRYPTED");
        if is_closed {
            return Err("its key is encrypted; only a PEM file with a plain key is read".to_owned());
        }
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
        let chain = chain.map_err(|_| "it is not PEM".to_owned())?;
        if chain.is_empty() {
            return Err("it holds no certificate; a PEM file with certificate and key is needed (a .pfx is not read)".to_owned());
        }
        let key = PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| "it holds no private key".to_owned())?;
        let key = rustls::crypto::ring::sign::any_supported_type(&key).map_err(|_| "its private key cannot be used".to_owned())?;
        if key.choose_scheme(&[SignatureScheme::RSA_PSS_SHA256]).is_none() {
            return Err("its private key is not RSA, the only kind that Microsoft Entra ID takes".to_owned());
        }
        Ok(Certificate { audience, client_id, chain, key, sends_chain })
    }

    /// The token, signed; `now` in seconds since 1970.
    pub(super) fn assertion(&self, now: i64) -> Result<String, String> {
        let encode = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let certificate = self.chain.first().ok_or("no certificate")?;
        let mut header = json!({"alg": "PS256", "typ": "JWT", "x5t#S256": URL_SAFE_NO_PAD.encode(digest(&SHA256, certificate))});
        if let (true, Some(header)) = (self.sends_chain, header.as_object_mut()) {
            let chain: Vec<String> = self.chain.iter().map(|certificate| STANDARD.encode(certificate)).collect();
            header.insert("x5c".to_owned(), chain.into());
        }
        let mut number = [0_u8; 16];
        SystemRandom::new().fill(&mut number).map_err(|_| "the system gives no random numbers")?;
        let claims = json!({"aud": self.audience, "iss": self.client_id, "sub": self.client_id, "jti": URL_SAFE_NO_PAD.encode(number),
            "iat": now, "nbf": now, "exp": now + LIFETIME});
        let text = format!("{}.{}", encode(&header), encode(&claims));
        let signer = self.key.choose_scheme(&[SignatureScheme::RSA_PSS_SHA256]).ok_or("the key is not RSA")?;
        let signature = signer.sign(text.as_bytes()).map_err(|_| "the key signs nothing")?;
        Ok(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

#[async_trait::async_trait]
impl ClientAssertion for Certificate {
    #[expect(clippy::disallowed_methods, reason = "an assertion holds for some minutes from now")]
    async fn secret(&self, _: Option<ClientMethodOptions<'_>>) -> azure_core::Result<String> {
        let now = time::OffsetDateTime::now_utc().unix_timestamp();
        self.assertion(now).map_err(|reason| Error::with_message(ErrorKind::Credential, reason))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn what_is_no_certificate_is_said_without_showing_it() {
        let of = |text: &str| Certificate::new(&Zeroizing::new(text.to_owned()), "a".to_owned(), "c".to_owned(), false).unwrap_err();
        assert!(of("canary").contains("no certificate"));
        assert!(of("-----BEGIN ENCRYPTED PRIVATE KEY-----\ncanary").contains("encrypted"));
        let certificate = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
        assert!(of(certificate).contains("no private key"));
        assert!(of(&format!("{certificate}-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n")).contains("cannot be used"));
    }

    /// Made and verified by OpenSSL, where that is installed.
    #[test]
    #[expect(clippy::disallowed_methods, reason = "tests hand files to OpenSSL")]
    fn the_assertion_is_signed_with_the_key_of_the_certificate() {
        let folder = std::env::temp_dir().join(format!("canread-certificate-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = |name: &str| folder.join(name).to_string_lossy().into_owned();
        let openssl = |arguments: &[&str]| Command::new("openssl").args(arguments).output().is_ok_and(|output| output.status.success());
        let (key, certificate, public) = (path("key.pem"), path("certificate.pem"), path("public.pem"));
        let made =
            openssl(&["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", &key, "-out", &certificate, "-subj", "/CN=canread"]);
        if !made {
            eprintln!("skipped: signing in with a certificate (no openssl)");
            std::fs::remove_dir_all(&folder).unwrap();
            return;
        }
        let pem = [&certificate, &key].map(|path| std::fs::read_to_string(path).unwrap()).concat();
        let signer =
            Certificate::new(&Zeroizing::new(pem), "https://login.example/t/oauth2/v2.0/token".to_owned(), "app".to_owned(), true).unwrap();
        let token = signer.assertion(1_000).unwrap();
        let parts: Vec<&str> = token.split('.').collect();
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).unwrap();
        let json = |part: &str| serde_json::from_slice::<serde_json::Value>(&decode(part)).unwrap();
        let (header, claims) = (json(parts[0]), json(parts[1]));
        assert_eq!((&header["alg"], &claims["iss"], &claims["exp"]), (&"PS256".into(), &"app".into(), &1_600.into()));
        assert_eq!(header["x5c"].as_array().map(Vec::len), Some(1));
        assert_eq!(claims["aud"], "https://login.example/t/oauth2/v2.0/token");
        std::fs::write(path("text"), format!("{}.{}", parts[0], parts[1])).unwrap();
        std::fs::write(path("signature"), decode(parts[2])).unwrap();
        assert!(openssl(&["x509", "-in", &certificate, "-pubkey", "-noout", "-out", &public]));
        let (text, signature) = (path("text"), path("signature"));
        let pss = ["-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:32"];
        assert!(openssl(&[&["dgst", "-sha256"], &pss[..], &["-verify", &public, "-signature", &signature, &text]].concat()));
        assert!(!format!("{signer:?}").contains("PRIVATE"));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
