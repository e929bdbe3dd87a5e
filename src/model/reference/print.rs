//! The canonical spelling of each reference.

use super::{AssetVersion, InputReference, REDACTED, StorageUrl, WorkspaceRef};
use crate::model::{StoreKind, StorePath};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use std::fmt;

/// What would not read back as itself, or is not allowed in a URL.
const ENCODED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');
/// For one segment.
const ENCODED_NAME: &AsciiSet = &ENCODED.add(b'/');

pub(super) fn encoded(path: &StorePath) -> impl fmt::Display + '_ {
    utf8_percent_encode(path.as_str(), ENCODED)
}

fn name(text: &str) -> impl fmt::Display + '_ {
    utf8_percent_encode(text, ENCODED_NAME)
}

impl StorageUrl {
    /// `https` spelling without a SAS, with `webhdfs/v1` for Gen1: the one the client passes on.
    pub fn https(&self) -> String {
        let path = encoded(&self.path);
        match self.store {
            StoreKind::AdlsGen1 => format!("https://{}.{}/webhdfs/v1/{path}", self.account, self.suffix),
            StoreKind::Blob => self.endpoint("blob"),
            StoreKind::AdlsGen2 => self.endpoint("dfs"),
        }
    }

    fn endpoint(&self, service: &str) -> String {
        let host = match self.suffix.split_once('.') {
            // In a DNS zone the service stands between zone and suffix.
            Some((zone, rest)) if rest == "storage.azure.net" => format!("{}.{zone}.{service}.{rest}", self.account),
            Some(_) | None => format!("{}.{service}.{}", self.account, self.suffix),
        };
        let slash = if self.path.is_root() { "" } else { "/" };
        format!("https://{host}/{}{slash}{}", self.container, encoded(&self.path))
    }
}

impl fmt::Display for StorageUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.store {
            StoreKind::AdlsGen1 => write!(f, "adl://{}.{}/{}", self.account, self.suffix, encoded(&self.path))?,
            StoreKind::Blob | StoreKind::AdlsGen2 => f.write_str(&self.https())?,
        }
        match self.sas.as_deref() {
            None => Ok(()),
            Some("") => write!(f, "?sig={REDACTED}"),
            Some(sas) => write!(f, "?{sas}&sig={REDACTED}"),
        }
    }
}

/// `azureml:` form of what lies in a workspace, in front of `data/…` or `datastores/…`.
fn workspace_uri(workspace: Option<&WorkspaceRef>) -> String {
    match workspace {
        None => "azureml://".to_owned(),
        Some(WorkspaceRef::Arm(id)) => {
            let part = |segment| name(id.segment_after(segment).unwrap_or_default()).to_string();
            let (subscription, group, workspace) = (part("subscriptions"), part("resourceGroups"), part("workspaces"));
            format!("azureml://subscriptions/{subscription}/resourcegroups/{group}/workspaces/{workspace}/")
        }
        Some(WorkspaceRef::Location { location, workspace }) => {
            format!("azureml://locations/{}/workspaces/{}/", name(location.as_str()), name(workspace.as_str()))
        }
    }
}

fn version_path(version: &AssetVersion) -> String {
    match version {
        AssetVersion::Version(version) => format!("versions/{}", name(version)),
        AssetVersion::Label(label) => format!("versions/labels/{}", name(label)),
    }
}

impl fmt::Display for InputReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InputReference::DataAsset { name: asset, version, workspace: None } => match version {
                AssetVersion::Version(version) => write!(f, "azureml:{asset}:{version}"),
                AssetVersion::Label(label) => write!(f, "azureml:{asset}@{label}"),
            },
            InputReference::DataAsset { name: asset, version, workspace: Some(WorkspaceRef::Arm(id)) } => {
                write!(f, "{}/data/{}/{}", utf8_percent_encode(id.as_str(), ENCODED), name(asset.as_str()), version_path(version))
            }
            InputReference::DataAsset { name: asset, version, workspace: workspace @ Some(WorkspaceRef::Location { .. }) } => {
                write!(f, "{}data/{}/{}", workspace_uri(workspace.as_ref()), name(asset.as_str()), version_path(version))
            }
            InputReference::Datastore { name: store, path, workspace } => {
                write!(f, "{}datastores/{}/paths/{}", workspace_uri(workspace.as_ref()), name(store.as_str()), encoded(path))
            }
            InputReference::RegistryAsset { registry, name: asset, version } => {
                write!(f, "azureml://registries/{}/data/{}/{}", name(registry.as_str()), name(asset.as_str()), version_path(version))
            }
            InputReference::V1Dataset { name: set, version, workspace } => {
                let version = version.as_ref().map(|version| format!("/versions/{}", name(version))).unwrap_or_default();
                write!(f, "{}datasets/{}{version}", workspace_uri(workspace.as_ref()), name(set.as_str()))
            }
            InputReference::Storage(url) => fmt::Display::fmt(url, f),
            InputReference::FileShare { account, share, path, suffix } => {
                let slash = if path.is_root() { "" } else { "/" };
                write!(f, "https://{}/{}{slash}{}", file_host(account, suffix), name(share), encoded(path))
            }
            InputReference::OneLake { path, host } | InputReference::OtherUrl { host, path } => {
                write!(f, "https://{host}/{}", encoded(path))
            }
            InputReference::Local(path) => f.write_str(path),
        }
    }
}

fn file_host(account: &str, suffix: &str) -> String {
    match suffix.split_once('.') {
        Some((zone, rest)) if rest == "storage.azure.net" => format!("{account}.{zone}.file.{rest}"),
        Some(_) | None => format!("{account}.file.{suffix}"),
    }
}
