//! Input references: every spelling Azure ML documents for the data of a batch job, read into what it names.

mod azureml;
mod client;
mod decode;
mod parse;
mod print;
mod redact;
mod storage_url;

pub use redact::{REDACTED, ReferenceText, redacted};

use super::{Folded, Scope, StoreKind, StorePath};
use std::fmt;

/// Suffix of the storage endpoints of the public cloud.
pub const PUBLIC_STORAGE_SUFFIX: &str = "core.windows.net";

/// Suffixes of the storage endpoints of the named clouds: public, China, US government.
/// Source: endpoints that `az cloud show` lists for each cloud.
pub const STORAGE_SUFFIXES: [&str; 3] = [PUBLIC_STORAGE_SUFFIX, "core.chinacloudapi.cn", "core.usgovcloudapi.net"];

/// The workspace a reference names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorkspaceRef {
    /// By its ARM id.
    Arm(Scope),
    /// By region and name or GUID (`azureml://locations/…`).
    Location {
        /// Region.
        location: Folded,
        /// Name or GUID.
        workspace: Folded,
    },
}

/// Which version of an asset a reference names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AssetVersion {
    /// This one.
    Version(String),
    /// The one that bears this label; `latest` is the newest.
    Label(String),
}

/// A URL into a storage account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StorageUrl {
    /// Blob, Gen2 (`dfs` endpoint) or Gen1.
    pub store: StoreKind,
    /// Account, lower case.
    pub account: String,
    /// Container or file system; "" for Gen1.
    pub container: String,
    /// Path, decoded.
    pub path: StorePath,
    /// What follows the service in the host, lower case: `core.windows.net`, or `z12.storage.azure.net` of a DNS zone.
    pub suffix: String,
    /// Whether the suffix is not that of the cloud asked about: an account of the same name there is another one.
    pub foreign_cloud: bool,
    /// The SAS in the query, without its signature and without `?`.
    pub sas: Option<String>,
}

/// What an input or output reference names.
///
/// Its `Display` is the one canonical spelling, which reads back as the same reference; it never holds a signature.
///
/// ```
/// use canread::model::{InputReference, ReferenceContext, ReferenceOrigin};
/// let context = ReferenceContext::new(ReferenceOrigin::CommandLine);
/// let parsed = InputReference::parse("wasbs://Data@acct.blob.core.windows.net/x", &context);
/// assert!(parsed.outcome.unwrap_err().reason.contains("upper-case"));
/// let parsed = InputReference::parse("wasbs://data@acct.blob.core.windows.net/a%20b/", &context);
/// assert_eq!(parsed.outcome.unwrap().to_string(), "https://acct.blob.core.windows.net/data/a%20b");
/// assert_eq!(parsed.client.unwrap().instead.unwrap(), "https://acct.blob.core.windows.net/data/a%20b");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InputReference {
    /// A version of a data asset.
    DataAsset {
        /// Asset.
        name: Folded,
        /// Version.
        version: AssetVersion,
        /// Workspace; `None`: that of the endpoint.
        workspace: Option<WorkspaceRef>,
    },
    /// A path in a datastore.
    Datastore {
        /// Datastore.
        name: Folded,
        /// Path, decoded.
        path: StorePath,
        /// Workspace; `None`: that of the endpoint.
        workspace: Option<WorkspaceRef>,
    },
    /// A data asset of a registry.
    RegistryAsset {
        /// Registry.
        registry: Folded,
        /// Asset.
        name: Folded,
        /// Version.
        version: AssetVersion,
    },
    /// A V1 dataset (`…/datasets/…`).
    V1Dataset {
        /// Dataset.
        name: Folded,
        /// Version, where the reference names one.
        version: Option<String>,
        /// Workspace; `None`: that of the endpoint.
        workspace: Option<WorkspaceRef>,
    },
    /// A URL into a storage account.
    Storage(StorageUrl),
    /// A URL into a file share: batch endpoints read none.
    FileShare {
        /// Account, lower case.
        account: String,
        /// Share.
        share: String,
        /// Path, decoded.
        path: StorePath,
        /// What follows `file.` in the host.
        suffix: String,
    },
    /// A URL into OneLake: batch endpoints read none.
    OneLake {
        /// Workspace, item and path, decoded.
        path: StorePath,
        /// Host, lower case.
        host: String,
    },
    /// An `https` URL whose host is no storage endpoint of a known cloud: another server, or a custom domain in front of
    /// an account.
    OtherUrl {
        /// Host, lower case, with its port.
        host: String,
        /// Path, decoded.
        path: StorePath,
    },
    /// A local path, which the client uploads to the workspace's default datastore.
    Local(String),
}

/// How a reference was spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Spelling {
    /// `azureml:name:version`, `azureml:name@label`.
    AssetPrefixed,
    /// `name:version`, `name@label`.
    AssetBare,
    /// `azureml:/name@label`, as older pages had it.
    AssetSlash,
    /// `/subscriptions/…`.
    ArmId,
    /// `azureml:/subscriptions/…`.
    ArmIdPrefixed,
    /// `azureml://datastores/…`.
    DatastoreUri,
    /// `azureml://subscriptions/…`.
    LongUri,
    /// `azureml://locations/…`.
    LocationUri,
    /// `azureml://registries/…`.
    RegistryUri,
    /// `https://…`.
    Https,
    /// `wasb://…`, `wasbs://…`.
    Wasb,
    /// `abfs://…`, `abfss://…`.
    Abfs,
    /// `adl://…`.
    Adl,
    /// A local path.
    Local,
}

/// Where a reference was written: it decides what the client does with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReferenceOrigin {
    /// An option of the command line, as of `az ml batch-endpoint invoke`.
    CommandLine,
    /// The YAML file of `az ml batch-endpoint invoke --file`.
    YamlFile,
    /// The body of a REST call: no client stands between.
    RestBody,
    /// What the service itself stores, such as the `dataUri` of an asset's version.
    Service,
}

/// Whether data is read or written there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Read.
    Input,
    /// Written.
    Output,
}

/// What a reference's reading depends on.
#[derive(Clone, Copy, Debug)]
pub struct ReferenceContext<'a> {
    /// Where it was written.
    pub origin: ReferenceOrigin,
    /// Input or output.
    pub direction: Direction,
    /// Suffix of the storage endpoints of the cloud asked about. Those of the named clouds are recognised besides.
    pub storage_suffix: &'a str,
    /// The endpoint's workspace, where known: for the spelling that works.
    pub workspace: Option<&'a Scope>,
}

impl ReferenceContext<'static> {
    /// An input in the public cloud.
    pub fn new(origin: ReferenceOrigin) -> Self {
        ReferenceContext { origin, direction: Direction::Input, storage_suffix: PUBLIC_STORAGE_SUFFIX, workspace: None }
    }
}

/// Why a text is no reference, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong with it.
    pub reason: String,
    /// What to write instead.
    pub way_out: String,
}

impl Refusal {
    fn new(reason: impl Into<String>, way_out: impl Into<String>) -> Self {
        Refusal { reason: shown(&reason.into()), way_out: shown(&way_out.into()) }
    }
}

/// Safe to print, and cut where it is longer than anyone reads.
fn shown(text: &str) -> String {
    const LONGEST: usize = 400;
    let text = redacted(text);
    match text.char_indices().nth(LONGEST).and_then(|(at, _)| text.get(..at)) {
        Some(start) => format!("{start}…"),
        None => text,
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.reason, self.way_out)
    }
}

/// What the current client does with a reference that the service may take: it refuses it, or means something else by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientNote {
    /// What it does.
    pub why: String,
    /// The spelling that works, where there is one.
    pub instead: Option<String>,
}

/// A reference as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// As it was written, safe to print.
    pub text: String,
    /// What it names, or why it names nothing (`input/recognised`).
    pub outcome: Result<InputReference, Refusal>,
    /// How it was spelled, where it was recognised.
    pub spelling: Option<Spelling>,
    /// For warning `client/reference`.
    pub client: Option<ClientNote>,
}

/// The type an input or output is declared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeclaredType {
    /// `uri_file`, in REST bodies `UriFile`.
    UriFile,
    /// `uri_folder`, in REST bodies `UriFolder`.
    UriFolder,
    /// `mltable`, in REST bodies `MLTable`: batch endpoints support none.
    MlTable,
    /// Another, such as `mlflow_model`.
    Other(String),
}

impl DeclaredType {
    /// Reads a type in the spelling of YAML files or of REST bodies, any case.
    pub fn parse(text: &str) -> Self {
        match text.trim().to_ascii_lowercase().replace('_', "").as_str() {
            "urifile" => DeclaredType::UriFile,
            "urifolder" => DeclaredType::UriFolder,
            "mltable" => DeclaredType::MlTable,
            // Reports repeat the word, and whatever stands in a file may stand in the wrong place.
            _ => DeclaredType::Other(redacted(text.trim())),
        }
    }
    /// The word reports use.
    pub fn as_str(&self) -> &str {
        match self {
            DeclaredType::UriFile => "uri_file",
            DeclaredType::UriFolder => "uri_folder",
            DeclaredType::MlTable => "mltable",
            DeclaredType::Other(text) => text,
        }
    }
}
