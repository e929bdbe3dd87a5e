//! The hosts of a cloud: the only ones that are ever spoken to.

use crate::model::PUBLIC_STORAGE_SUFFIX;
use serde::Deserialize;
use url::Url;

/// A service of a cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// Azure Resource Manager.
    ResourceManager,
    /// Microsoft Graph.
    Graph,
    /// Blob endpoints of storage accounts.
    Blob,
    /// Data Lake endpoints of storage accounts.
    Dfs,
}

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Audience {
    /// Azure Resource Manager.
    ResourceManager,
    /// Microsoft Graph.
    Graph,
    /// Azure Storage.
    Storage,
}

impl Service {
    /// The audience of the tokens that the service takes.
    pub fn audience(self) -> Audience {
        match self {
            Service::ResourceManager => Audience::ResourceManager,
            Service::Graph => Audience::Graph,
            Service::Blob | Service::Dfs => Audience::Storage,
        }
    }
}

/// The endpoints of a cloud.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// Name, as the `snapshot` record carries it.
    pub name: String,
    resource_manager: Url,
    microsoft_graph: Url,
    active_directory: Url,
    blob: Template,
    dfs: Template,
    storage_suffix: String,
}

/// What `--cloud FILE.toml` holds.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CloudFile {
    resource_manager: String,
    microsoft_graph: String,
    active_directory: String,
    blob_endpoint: String,
    dfs_endpoint: String,
    storage_suffix: Option<String>,
    name: Option<String>,
}

/// An endpoint with `{account}` in its host or path.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Template(String);

const ACCOUNT: &str = "{account}";

/// A storage account's name: 3 to 24 lower-case letters and digits. Source: "Storage account overview", account name.
pub fn is_account_name(name: &str) -> bool {
    (3..=24).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

impl Template {
    fn new(key: &str, text: &str) -> Result<Self, String> {
        let text = text.trim().trim_end_matches('/');
        if text.matches(ACCOUNT).count() != 1 {
            return Err(format!("`{key}` must hold `{{account}}` once, such as https://{{account}}.blob.core.windows.net"));
        }
        endpoint(key, &text.replace(ACCOUNT, "account0"))?;
        Ok(Template(text.to_owned()))
    }

    /// The endpoint of an account, without trailing slash in its path.
    fn of(&self, account: &str) -> Option<Url> {
        if !is_account_name(account) {
            return None;
        }
        Url::parse(&self.0.replace(ACCOUNT, account)).ok()
    }
}

/// Whether a host is this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// A base URL: https, or http on this machine; no user, query or fragment.
fn endpoint(key: &str, text: &str) -> Result<Url, String> {
    let url = Url::parse(text.trim().trim_end_matches('/')).map_err(|error| format!("`{key}` is no URL: {error}"))?;
    let fits = match url.scheme() {
        "https" => true,
        "http" => is_loopback(&url),
        _ => false,
    };
    if !fits {
        return Err(format!("`{key}` must be https; plain http is for loopback addresses only"));
    }
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
        return Err(format!("`{key}` must be a bare address, without user, query or fragment"));
    }
    Ok(url)
}

impl Endpoints {
    /// The endpoints of a named cloud, any case; `None`: no such cloud.
    pub fn named(name: &str) -> Option<Self> {
        let (name, arm, graph, login, suffix) = match name.to_ascii_lowercase().as_str() {
            "azurecloud" => {
                ("AzureCloud", "management.azure.com", "graph.microsoft.com", "login.microsoftonline.com", PUBLIC_STORAGE_SUFFIX)
            }
            "azureusgovernment" => (
                "AzureUSGovernment",
                "management.usgovcloudapi.net",
                "graph.microsoft.us",
                "login.microsoftonline.us",
                "core.usgovcloudapi.net",
            ),
            "azurechinacloud" => (
                "AzureChinaCloud",
                "management.chinacloudapi.cn",
                "microsoftgraph.chinacloudapi.cn",
                "login.chinacloudapi.cn",
                "core.chinacloudapi.cn",
            ),
            _ => return None,
        };
        let https = |host: &str| Url::parse(&format!("https://{host}")).ok();
        Some(Endpoints {
            name: name.to_owned(),
            resource_manager: https(arm)?,
            microsoft_graph: https(graph)?,
            active_directory: https(login)?,
            blob: Template(format!("https://{ACCOUNT}.blob.{suffix}")),
            dfs: Template(format!("https://{ACCOUNT}.dfs.{suffix}")),
            storage_suffix: suffix.to_owned(),
        })
    }

    /// The endpoints that the text of a `--cloud` file names.
    ///
    /// # Errors
    /// What is wrong with it, without the file's name.
    pub fn from_toml(text: &str) -> Result<Self, String> {
        let file: CloudFile = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        let active_directory = endpoint("active_directory", &file.active_directory)?;
        if active_directory.scheme() != "https" {
            return Err("`active_directory` must be https".to_owned());
        }
        Ok(Endpoints {
            name: file.name.unwrap_or_else(|| "custom".to_owned()),
            resource_manager: endpoint("resource_manager", &file.resource_manager)?,
            microsoft_graph: endpoint("microsoft_graph", &file.microsoft_graph)?,
            active_directory,
            blob: Template::new("blob_endpoint", &file.blob_endpoint)?,
            dfs: Template::new("dfs_endpoint", &file.dfs_endpoint)?,
            storage_suffix: file.storage_suffix.unwrap_or_else(|| PUBLIC_STORAGE_SUFFIX.to_owned()),
        })
    }

    /// The suffix references to storage are recognised by.
    pub fn storage_suffix(&self) -> &str {
        &self.storage_suffix
    }

    /// The authority tokens are asked of.
    pub fn active_directory(&self) -> &Url {
        &self.active_directory
    }

    /// The scope that is asked for in a token request.
    pub fn token_scope(&self, audience: Audience) -> String {
        let of = |url: &Url| format!("{}/.default", url.as_str().trim_end_matches('/'));
        match audience {
            Audience::ResourceManager => of(&self.resource_manager),
            Audience::Graph => of(&self.microsoft_graph),
            Audience::Storage => "https://storage.azure.com/.default".to_owned(),
        }
    }

    /// Whether every endpoint that gets a token is https: what a sign-in asks for.
    pub fn is_all_https(&self) -> bool {
        let templates = [&self.blob, &self.dfs].iter().all(|template| template.0.starts_with("https://"));
        templates && [&self.resource_manager, &self.microsoft_graph].iter().all(|url| url.scheme() == "https")
    }

    /// A URL of Azure Resource Manager; `path_and_query` starts with a slash.
    pub fn arm(&self, path_and_query: &str) -> Option<Url> {
        joined(&self.resource_manager, path_and_query)
    }

    /// A URL of Microsoft Graph; `path_and_query` starts with `/v1.0/`.
    pub fn graph(&self, path_and_query: &str) -> Option<Url> {
        joined(&self.microsoft_graph, path_and_query)
    }

    /// The blob endpoint of an account; `None`: the name is none of an account.
    pub fn blob(&self, account: &str) -> Option<Url> {
        self.blob.of(account)
    }

    /// The Data Lake endpoint of an account; `None`: the name is none of an account.
    pub fn dfs(&self, account: &str) -> Option<Url> {
        self.dfs.of(account)
    }

    /// Whether `url` is of this service in this cloud: the fence that every request passes.
    pub fn admits(&self, service: Service, account: Option<&str>, url: &Url) -> bool {
        let base = match service {
            Service::ResourceManager => Some(self.resource_manager.clone()),
            Service::Graph => Some(self.microsoft_graph.clone()),
            Service::Blob => account.and_then(|account| self.blob(account)),
            Service::Dfs => account.and_then(|account| self.dfs(account)),
        };
        base.is_some_and(|base| is_below(&base, url))
    }
}

fn joined(base: &Url, path_and_query: &str) -> Option<Url> {
    Url::parse(&format!("{}{path_and_query}", base.as_str().trim_end_matches('/'))).ok()
}

/// Whether `url` has the origin of `base` and its path is that of `base` or below it.
fn is_below(base: &Url, url: &Url) -> bool {
    let folder = base.path().trim_end_matches('/');
    let in_folder = url.path().strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    base.origin() == url.origin() && in_folder && url.username().is_empty() && url.password().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOOPBACK: &str = "resource_manager = 'http://127.0.0.1:9/arm/'\nmicrosoft_graph = 'http://127.0.0.1:9/graph'\n\
        active_directory = 'https://127.0.0.1:9/'\nblob_endpoint = 'http://127.0.0.1:9/blob/{account}'\n\
        dfs_endpoint = 'http://127.0.0.1:9/dfs/{account}/'\n";

    #[test]
    fn a_file_may_name_loopback_over_http_and_nothing_else_over_http() {
        let cloud = Endpoints::from_toml(LOOPBACK).unwrap();
        assert_eq!(cloud.arm("/subscriptions/s").unwrap().as_str(), "http://127.0.0.1:9/arm/subscriptions/s");
        assert_eq!(cloud.blob("acct").unwrap().as_str(), "http://127.0.0.1:9/blob/acct");
        assert!(!cloud.is_all_https());
        for (from, to) in [
            ("http://127.0.0.1:9/arm/", "http://10.0.0.1/"),
            ("https://127.0.0.1:9/", "http://127.0.0.1:9/"),
            ("/blob/{account}", "/blob"),
            ("http://127.0.0.1:9/graph", "https://user:x@graph"),
        ] {
            assert!(Endpoints::from_toml(&LOOPBACK.replace(from, to)).is_err(), "{to}");
        }
    }

    #[test]
    fn the_fence_is_origin_path_and_account() {
        let cloud = Endpoints::named("azurecloud").unwrap();
        let url = |text: &str| Url::parse(text).unwrap();
        assert!(cloud.admits(Service::ResourceManager, None, &url("https://management.azure.com/subscriptions?x=1")));
        assert!(cloud.admits(Service::Blob, Some("acct"), &url("https://acct.blob.core.windows.net/c/a")));
        for (service, account, text) in [
            (Service::ResourceManager, None, "https://management.azure.com.evil.example/"),
            (Service::ResourceManager, None, "http://management.azure.com/"),
            (Service::ResourceManager, None, "https://management.azure.com:444/"),
            (Service::ResourceManager, None, "https://user@management.azure.com/"),
            (Service::Graph, None, "https://management.azure.com/"),
            (Service::Blob, Some("acct"), "https://other.blob.core.windows.net/c"),
            (Service::Blob, Some("acct"), "https://acct.dfs.core.windows.net/c"),
            (Service::Blob, Some("evil.example/x"), "https://evil.example/x.blob.core.windows.net/"),
            (Service::Blob, None, "https://acct.blob.core.windows.net/c"),
        ] {
            assert!(!cloud.admits(service, account, &url(text)), "{text}");
        }
        let path_style = Endpoints::from_toml(LOOPBACK).unwrap();
        assert!(path_style.admits(Service::Blob, Some("acct"), &url("http://127.0.0.1:9/blob/acct/c")));
        assert!(!path_style.admits(Service::Blob, Some("acct"), &url("http://127.0.0.1:9/blob/acct2/c")));
    }
}
