//! Which syntax a text is written in.

use super::decode::decode;
use super::redact::{holds_secret, names_a_user};
use super::{
    InputReference, Parsed, ReferenceContext, ReferenceOrigin, Refusal, Spelling, StorageUrl, azureml, client, redacted, storage_url,
};

/// A reference and how it was spelled.
pub(super) type Recognised = Result<(InputReference, Spelling), Refusal>;

/// The syntaxes, for texts in none of them.
pub(super) const SYNTAXES: &str =
    "write `azureml:NAME:VERSION`, `azureml://datastores/NAME/paths/PATH` or `https://ACCOUNT.blob.core.windows.net/CONTAINER/PATH`";

impl InputReference {
    /// Reads a reference in any documented syntax. Never panics, and takes time linear in the text.
    ///
    /// Source: "Create jobs and input data for batch endpoints" and "Access data in a job", each with the syntaxes it
    /// shows; what the client accepts is read from the `azure-ai-ml` package.
    pub fn parse(text: &str, context: &ReferenceContext<'_>) -> Parsed {
        let trimmed = text.trim();
        let (outcome, spelling) = match recognise(trimmed, context) {
            Ok((reference, spelling)) => (Ok(reference), Some(spelling)),
            Err(refusal) => (Err(refusal), None),
        };
        let client = outcome.as_ref().ok().and_then(|reference| client::note(trimmed, reference, context));
        Parsed { text: redacted(trimmed), outcome, spelling, client }
    }
}

impl StorageUrl {
    /// Reads a URL into a storage account, as `access` takes it: `https`, `abfss`, `wasbs`, `adl`.
    ///
    /// # Errors
    /// Why it is none; no `azureml:` reference or other server is one.
    pub fn parse(text: &str, storage_suffix: &str) -> Result<StorageUrl, Refusal> {
        let context = ReferenceContext { storage_suffix, ..ReferenceContext::new(ReferenceOrigin::Service) };
        match recognise(text.trim(), &context)?.0 {
            InputReference::Storage(url) => Ok(url),
            InputReference::DataAsset { .. }
            | InputReference::Datastore { .. }
            | InputReference::RegistryAsset { .. }
            | InputReference::V1Dataset { .. }
            | InputReference::FileShare { .. }
            | InputReference::OneLake { .. }
            | InputReference::OtherUrl { .. }
            | InputReference::Local(_) => Err(Refusal::new(
                format!("`{}` is no URL of a blob container or Data Lake file system", text.trim()),
                "write `https://ACCOUNT.blob.core.windows.net/CONTAINER/PATH`",
            )),
        }
    }
}

/// What precedes `://`, where that is a scheme, and what follows.
pub(super) fn split_scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once("://")?;
    let starts = scheme.starts_with(|c: char| c.is_ascii_alphabetic());
    (starts && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))).then_some((scheme, rest))
}

/// `text` without `prefix`, which is compared without regard to case.
pub(super) fn strip_prefix_folded<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

/// Whatever was recognised, no part of it may be a password: a scheme that stands twice makes one look like a path.
fn recognise(text: &str, context: &ReferenceContext<'_>) -> Recognised {
    let recognised = by_syntax(text, context)?;
    if names_a_user(text) || decode(text).is_ok_and(|text| names_a_user(&text)) {
        return Err(Refusal::new("the reference holds a user name or password", "remove what stands before the `@`"));
    }
    Ok(recognised)
}

fn by_syntax(text: &str, context: &ReferenceContext<'_>) -> Recognised {
    if text.is_empty() {
        return Err(Refusal::new("the reference is empty", SYNTAXES));
    }
    if text.contains(char::is_control) {
        return Err(Refusal::new("the reference holds a line break or another control character", "write it on one line"));
    }
    if strip_prefix_folded(text, "https://").is_none() && holds_secret(text) {
        return Err(Refusal::new(
            "the reference holds a secret where none can stand",
            "remove it; a SAS belongs in a datastore, or after the `?` of an `https` URL",
        ));
    }
    if let Some(rest) = strip_prefix_folded(text, "azureml:") {
        return azureml::prefixed(rest);
    }
    if strip_prefix_folded(text, "/subscriptions/").is_some() {
        return azureml::arm_id(text).map(|reference| (reference, Spelling::ArmId));
    }
    match split_scheme(text) {
        Some((scheme, rest)) => storage_url::parse(&scheme.to_ascii_lowercase(), rest, context),
        None => without_scheme(text, context),
    }
}

/// A local path, or an asset without `azureml:`.
fn without_scheme(text: &str, context: &ReferenceContext<'_>) -> Recognised {
    let mut chars = text.chars();
    let drive = chars.next().is_some_and(|c| c.is_ascii_alphabetic())
        && chars.next() == Some(':')
        && chars.next().is_some_and(|c| c == '\\' || c == '/');
    let absolute = drive || text.starts_with('/');
    if !absolute && (text.contains(':') || text.contains('@')) {
        return azureml::asset(text).map(|reference| (reference, Spelling::AssetBare));
    }
    if !absolute && storage_url::starts_with_storage_host(text, context) {
        return Err(Refusal::new("the URL has no scheme, so it reads as a local path", "put `https://` in front"));
    }
    match context.origin {
        ReferenceOrigin::CommandLine | ReferenceOrigin::YamlFile => Ok((InputReference::Local(text.to_owned()), Spelling::Local)),
        ReferenceOrigin::RestBody => Err(Refusal::new(
            format!("`{text}` is a local path, which no REST call uploads"),
            "upload it first and name the datastore path",
        )),
        ReferenceOrigin::Service => Err(Refusal::new(format!("`{text}` is no URL of data"), SYNTAXES)),
    }
}
