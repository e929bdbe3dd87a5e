//! URLs: `https`, `wasb[s]`, `abfs[s]`, `adl`.

use super::decode::{account_name, container_name, decode, store_path};
use super::parse::{Recognised, SYNTAXES};
use super::redact::holds_secret;
use super::{InputReference, ReferenceContext, Refusal, STORAGE_SUFFIXES, Spelling, StorageUrl, redacted};
use crate::model::{StoreKind, StorePath};

/// Suffix of endpoints in a DNS zone, `ACCOUNT.zNN.blob.storage.azure.net`: public cloud.
const ZONE_SUFFIX: &str = "storage.azure.net";
const GEN1_SUFFIX: &str = ".azuredatalakestore.net";
const HTTPS_FORM: &str = "write `https://ACCOUNT.blob.core.windows.net/CONTAINER/PATH`";

/// A URL taken apart; nothing is decoded.
struct Parts<'a> {
    user: Option<&'a str>,
    host: String,
    port: Option<&'a str>,
    path: &'a str,
    query: Option<&'a str>,
}

/// What a host stands for.
enum Host {
    Storage { service: String, account: String, suffix: String },
    Gen1 { account: String },
    OneLake,
    Other,
}

/// A URL by its lower-case scheme and what follows `://`.
pub(super) fn parse(scheme: &str, rest: &str, context: &ReferenceContext<'_>) -> Recognised {
    let refused = |way_out| Err(Refusal::new(format!("`{scheme}` is not among the schemes Azure ML reads"), way_out));
    match scheme {
        "https" | "wasb" | "wasbs" | "abfs" | "abfss" | "adl" => {}
        "http" => return refused("write `https`"),
        "file" => return refused("write the local path alone"),
        _ => return refused(SYNTAXES),
    }
    let parts = take_apart(rest)?;
    let host = classify(&parts.host, context)?;
    match scheme {
        "wasb" | "wasbs" => Ok((hadoop(&parts, &host, "blob", context)?, Spelling::Wasb)),
        "abfs" | "abfss" => Ok((hadoop(&parts, &host, "dfs", context)?, Spelling::Abfs)),
        "adl" => Ok((adl(&parts, &host, context)?, Spelling::Adl)),
        _ => Ok((https(&parts, host, context)?, Spelling::Https)),
    }
}

/// Whether `text` begins with the host of a storage account.
pub(super) fn starts_with_storage_host(text: &str, context: &ReferenceContext<'_>) -> bool {
    let host = text.split(['/', '?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    match classify(&host, context) {
        Ok(Host::Storage { .. } | Host::Gen1 { .. } | Host::OneLake) => true,
        Ok(Host::Other) | Err(_) => false,
    }
}

fn take_apart(rest: &str) -> Result<Parts<'_>, Refusal> {
    let (authority, tail) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let (user, host_port) = authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
    if user.is_some_and(|user| user.contains([':', '@'])) {
        return Err(Refusal::new("the URL holds a user name and a password", "remove them; they are never shown or used"));
    }
    let (host, port) = host_port.split_once(':').map_or((host_port, None), |(host, port)| (host, Some(port)));
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let valid = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    if host.is_empty() || !host.chars().all(valid) || port.is_some_and(|port| !port.bytes().all(|b| b.is_ascii_digit())) {
        return Err(Refusal::new("the URL's host is not valid", HTTPS_FORM));
    }
    let (before, fragment) = tail.split_once('#').map_or((tail, ""), |(before, after)| (before, after));
    if !fragment.is_empty() {
        return Err(Refusal::new("the URL holds a `#`, and what follows one is never sent", "write `%23` if the name has it"));
    }
    let (path, query) = before.split_once('?').map_or((before, None), |(path, query)| (path, Some(query)));
    Ok(Parts { user, host, port: port.filter(|port| !["", "443"].contains(port)), path, query: query.filter(|query| !query.is_empty()) })
}

fn classify(host: &str, context: &ReferenceContext<'_>) -> Result<Host, Refusal> {
    if let Some(account) = host.strip_suffix(GEN1_SUFFIX) {
        return valid_account(account).map(|account| Host::Gen1 { account });
    }
    if host.ends_with(".fabric.microsoft.com") && host.split('.').any(|label| label == "onelake" || label.ends_with("-onelake")) {
        return Ok(Host::OneLake);
    }
    if let Some(before) = host.strip_suffix(ZONE_SUFFIX).and_then(|before| before.strip_suffix('.')) {
        let labels: Vec<&str> = before.split('.').collect();
        let [account, zone, service] = labels.as_slice() else {
            return Err(no_endpoint(host));
        };
        let is_zone = zone.strip_prefix('z').is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()));
        if !is_zone {
            return Err(no_endpoint(host));
        }
        return storage(account, service, format!("{zone}.{ZONE_SUFFIX}"));
    }
    let own = own_suffix(context);
    for suffix in std::iter::once(own.as_str()).chain(STORAGE_SUFFIXES).filter(|suffix| !suffix.is_empty()) {
        let Some(before) = host.strip_suffix(suffix).and_then(|before| before.strip_suffix('.')) else {
            continue;
        };
        let labels: Vec<&str> = before.split('.').collect();
        return match labels.as_slice() {
            [account, service] => storage(account, service, suffix.to_owned()),
            _ => Err(no_endpoint(host)),
        };
    }
    Ok(Host::Other)
}

fn own_suffix(context: &ReferenceContext<'_>) -> String {
    context.storage_suffix.trim().trim_matches('.').to_ascii_lowercase()
}

fn no_endpoint(host: &str) -> Refusal {
    Refusal::new(format!("`{host}` is no public endpoint of a storage account"), HTTPS_FORM)
}

fn storage(account: &str, service: &str, suffix: String) -> Result<Host, Refusal> {
    let account = valid_account(account.strip_suffix("-secondary").unwrap_or(account))?;
    match service {
        "blob" | "dfs" | "file" => Ok(Host::Storage { service: service.to_owned(), account, suffix }),
        _ => Err(Refusal::new(format!("`{service}` is no endpoint of files"), HTTPS_FORM)),
    }
}

fn valid_account(name: &str) -> Result<String, Refusal> {
    account_name(name).map_err(|reason| Refusal::new(reason, "correct the account"))?;
    Ok(name.to_owned())
}

fn https(parts: &Parts<'_>, host: Host, context: &ReferenceContext<'_>) -> Result<InputReference, Refusal> {
    if parts.user.is_some() {
        return Err(Refusal::new("the URL holds a user name", "remove it; it is never shown or used"));
    }
    let (service, account, suffix) = match host {
        Host::Other => {
            let host = parts.port.map_or_else(|| parts.host.clone(), |port| format!("{}:{port}", parts.host));
            return Ok(InputReference::OtherUrl { host, path: path_of(parts.path)? });
        }
        Host::OneLake => return Ok(InputReference::OneLake { path: path_of(parts.path)?, host: parts.host.clone() }),
        Host::Gen1 { account } => {
            no_port(parts)?;
            let path = path_of(parts.path)?;
            let inner = path.as_str().strip_prefix("webhdfs/v1").filter(|rest| rest.is_empty() || rest.starts_with('/'));
            return Ok(gen1(account, inner.map_or_else(|| path.clone(), StorePath::new), context));
        }
        Host::Storage { service, account, suffix } => (service, account, suffix),
    };
    no_port(parts)?;
    let (container, path) = container_and_path(parts.path)?;
    if service == "file" {
        return Ok(InputReference::FileShare { account, share: container, path, suffix });
    }
    container_name(&container).map_err(|reason| Refusal::new(reason, "correct the container"))?;
    let store = if service == "dfs" { StoreKind::AdlsGen2 } else { StoreKind::Blob };
    let foreign_cloud = is_foreign(&suffix, context);
    let sas = parts.query.map(query_sas).transpose()?.flatten();
    Ok(InputReference::Storage(StorageUrl { store, account, container, path, suffix, foreign_cloud, sas }))
}

fn no_port(parts: &Parts<'_>) -> Result<(), Refusal> {
    match parts.port {
        None => Ok(()),
        Some(port) => Err(Refusal::new(format!("storage accounts do not answer on port {port}"), "remove the port")),
    }
}

/// `scheme://CONTAINER@ACCOUNT.SERVICE.SUFFIX/PATH`.
fn hadoop(parts: &Parts<'_>, host: &Host, wanted: &str, context: &ReferenceContext<'_>) -> Result<InputReference, Refusal> {
    let scheme = if wanted == "blob" { "wasbs" } else { "abfss" };
    let form = format!("write `{scheme}://CONTAINER@ACCOUNT.{wanted}.core.windows.net/PATH`");
    let (service, account, suffix) = match host {
        Host::Storage { service, account, suffix } => (service, account, suffix),
        Host::OneLake => return Ok(InputReference::OneLake { path: onelake_path(parts)?, host: parts.host.clone() }),
        Host::Gen1 { .. } | Host::Other => {
            return Err(Refusal::new(format!("`{}` is no endpoint of a storage account", parts.host), form));
        }
    };
    if service != wanted {
        return Err(Refusal::new(format!("`{scheme}` needs the `{wanted}` endpoint, not `{service}`"), form));
    }
    no_port(parts)?;
    no_query(parts)?;
    let Some(container) = parts.user.filter(|user| !user.is_empty()) else {
        let (container, path) = container_and_path(parts.path).unwrap_or_else(|_| ("CONTAINER".to_owned(), StorePath::root()));
        let example = format!("write `{scheme}://{container}@{account}.{wanted}.{suffix}{path}`");
        return Err(Refusal::new("the URL names no container in front of `@`", example));
    };
    let container = decode(container).map_err(|reason| Refusal::new(format!("the container holds {reason}"), form))?;
    container_name(&container).map_err(|reason| Refusal::new(reason, "correct the container"))?;
    Ok(InputReference::Storage(StorageUrl {
        store: if wanted == "dfs" { StoreKind::AdlsGen2 } else { StoreKind::Blob },
        account: account.clone(),
        container,
        path: path_of(parts.path)?,
        suffix: suffix.clone(),
        foreign_cloud: is_foreign(suffix, context),
        sas: None,
    }))
}

fn onelake_path(parts: &Parts<'_>) -> Result<StorePath, Refusal> {
    path_of(&format!("{}/{}", parts.user.unwrap_or_default(), parts.path))
}

/// `adl://ACCOUNT.azuredatalakestore.net/PATH`.
fn adl(parts: &Parts<'_>, host: &Host, context: &ReferenceContext<'_>) -> Result<InputReference, Refusal> {
    const FORM: &str = "write `adl://ACCOUNT.azuredatalakestore.net/PATH`";
    let Host::Gen1 { account } = host else {
        return Err(Refusal::new(format!("`{}` is no Data Lake Storage Gen1 account", parts.host), FORM));
    };
    if parts.user.is_some() {
        return Err(Refusal::new("the URL holds an `@`, which `adl` has no use for", FORM));
    }
    no_port(parts)?;
    no_query(parts)?;
    Ok(gen1(account.clone(), path_of(parts.path)?, context))
}

fn gen1(account: String, path: StorePath, context: &ReferenceContext<'_>) -> InputReference {
    InputReference::Storage(StorageUrl {
        store: StoreKind::AdlsGen1,
        account,
        container: String::new(),
        path,
        suffix: GEN1_SUFFIX.trim_start_matches('.').to_owned(),
        foreign_cloud: is_foreign(ZONE_SUFFIX, context),
        sas: None,
    })
}

/// DNS zones and Gen1 exist in the public cloud only.
fn is_foreign(suffix: &str, context: &ReferenceContext<'_>) -> bool {
    let cloud = if suffix.ends_with(ZONE_SUFFIX) { super::PUBLIC_STORAGE_SUFFIX } else { suffix };
    cloud != own_suffix(context)
}

fn no_query(parts: &Parts<'_>) -> Result<(), Refusal> {
    if parts.query.is_some() {
        return Err(Refusal::new(
            "the URL holds a query, which this scheme has no use for",
            "remove it; write `%3F` if the name has a `?`",
        ));
    }
    Ok(())
}

fn path_of(raw: &str) -> Result<StorePath, Refusal> {
    let refused = |reason: String| Refusal::new(format!("the path holds {reason}"), "correct the path");
    if holds_secret(raw) || decode(raw).is_ok_and(|path| holds_secret(&path)) {
        return Err(Refusal::new("the path holds a secret", "remove it; a SAS belongs after a bare `?`"));
    }
    let path = store_path(raw).map_err(refused)?;
    if raw.contains('\\') {
        return Err(refused("a backslash".to_owned()));
    }
    Ok(path)
}

fn container_and_path(raw: &str) -> Result<(String, StorePath), Refusal> {
    let path = path_of(raw)?;
    let (container, rest) = path.as_str().split_once('/').unwrap_or((path.as_str(), ""));
    if container.is_empty() {
        return Err(Refusal::new("the URL names an account, but no container", HTTPS_FORM));
    }
    Ok((container.to_owned(), StorePath::new(rest)))
}

/// The SAS of a query, without its signature. Other parameters that storage does not act on do not count.
fn query_sas(query: &str) -> Result<Option<String>, Refusal> {
    let key = |pair: &str| decode(pair.split('=').next().unwrap_or_default()).unwrap_or_default().to_ascii_lowercase();
    let keys: Vec<String> = query.split('&').map(key).collect();
    if let Some(other) = keys.iter().find(|key| ["snapshot", "versionid", "comp", "restype"].contains(&key.as_str())) {
        return Err(Refusal::new(format!("the URL's query asks for something else than a file or folder (`{other}`)"), "remove the query"));
    }
    let has = |name: &str| keys.iter().any(|key| key == name);
    let is_sas = has("sig") || has("sv") && ["sp", "se", "si", "skoid"].into_iter().any(has);
    if !is_sas {
        return Ok(None);
    }
    let kept: Vec<&str> =
        query.split('&').zip(&keys).filter(|(pair, key)| !pair.is_empty() && *key != "sig").map(|(pair, _)| pair).collect();
    Ok(Some(redacted(&kept.join("&"))))
}
