//! Paths in a container and what is known of them.

use super::{Scope, Timestamp};
use std::collections::BTreeMap;
use std::fmt;

/// A path in a container or file system: decoded, without leading or trailing slash, no empty segments. The root is "".
///
/// Case counts. `..` and `.` are ordinary names to Azure Storage and are kept as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StorePath(String);

impl StorePath {
    /// Reads a path; leading, trailing and doubled slashes do not count.
    pub fn new(text: &str) -> Self {
        let segments: Vec<&str> = text.split('/').filter(|segment| !segment.is_empty()).collect();
        StorePath(segments.join("/"))
    }
    /// The root of the container.
    pub fn root() -> Self {
        StorePath(String::new())
    }
    /// Without leading slash; "" for the root.
    pub fn as_str(&self) -> &str {
        &self.0
    }
    /// Whether this is the root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }
    /// Every folder above this path, the root first; nothing for the root itself.
    ///
    /// ```
    /// use canread::model::StorePath;
    /// let above: Vec<String> = StorePath::new("a/b/c").ancestors().map(|p| p.to_string()).collect();
    /// assert_eq!(above, ["/", "/a", "/a/b"]);
    /// ```
    pub fn ancestors(&self) -> impl Iterator<Item = StorePath> + '_ {
        let root = (!self.is_root()).then(StorePath::root);
        let inner = self.0.match_indices('/').filter_map(|(at, _)| self.0.get(..at)).map(|s| StorePath(s.to_owned()));
        root.into_iter().chain(inner)
    }
    /// The folder this path lies in; `None` for the root.
    pub fn parent(&self) -> Option<StorePath> {
        if self.is_root() {
            return None;
        }
        Some(self.0.rsplit_once('/').map_or_else(StorePath::root, |(above, _)| StorePath(above.to_owned())))
    }
    /// A bound no greater than any path below this one and greater than every path before those: for ordered maps.
    pub(crate) fn first_below(&self) -> StorePath {
        if self.is_root() { StorePath("\0".to_owned()) } else { StorePath(format!("{}/", self.0)) }
    }
    /// Whether `other` lies below this path (a path does not lie below itself).
    pub fn is_above(&self, other: &StorePath) -> bool {
        if self.is_root() {
            return !other.is_root();
        }
        other.0.strip_prefix(&self.0).is_some_and(|rest| rest.starts_with('/'))
    }
}

/// With a leading slash, as ACL tools print it.
impl fmt::Display for StorePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}", self.0)
    }
}

/// A `path_access` record: owner, owning group and ACL of one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathAccess {
    /// Account, lower case.
    pub account: String,
    /// File system; "" for Gen1.
    pub filesystem: String,
    /// Path.
    pub path: StorePath,
    /// Folder or file.
    pub is_directory: bool,
    /// Owning user: an object id or `$superuser`.
    pub owner: String,
    /// Owning group: an object id or `$superuser`.
    pub group: String,
    /// Symbolic permissions, as in the source.
    pub permissions: Option<String>,
    /// ACL text, as in the source: it is parsed where it is judged, so that a malformed one is an unknown and not an
    /// unreadable file.
    pub acl: String,
}

impl PathAccess {
    /// The id a proof cites it by: `account/filesystem/path`.
    pub fn id(&self) -> String {
        path_id(&self.account, &self.filesystem, &self.path)
    }
}

/// `account/filesystem/path`, the form `coverage` and `gap` use; of Gen1, which has no file systems, `account/path`.
pub fn path_id(account: &str, container: &str, path: &StorePath) -> String {
    if container.is_empty() { format!("{account}{path}") } else { format!("{account}/{container}{path}") }
}

/// A `path` record: existence, kind and tier of one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathRecord {
    /// Account, lower case.
    pub account: String,
    /// Container.
    pub container: String,
    /// Path.
    pub path: StorePath,
    /// Whether it exists.
    pub exists: bool,
    /// Folder or file, where known.
    pub is_directory: Option<bool>,
    /// `Hot`, `Cool`, `Cold`, `Archive`, as in the source.
    pub access_tier: Option<String>,
    /// Index tags; `None`: not collected.
    pub tags: Option<BTreeMap<String, String>>,
    /// Encryption scope; `None`: not collected.
    pub encryption_scope: Option<String>,
}

impl PathRecord {
    /// The id a proof cites it by.
    pub fn id(&self) -> String {
        path_id(&self.account, &self.container, &self.path)
    }
}

/// A `stored_credential` record: the public part of what a datastore stores.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredCredential {
    /// Datastore.
    pub datastore: Scope,
    /// `credentials_type`, as in the source.
    pub credentials_type: String,
    /// SAS query without `?` and without `sig`; parsed where it is judged.
    pub sas: Option<String>,
}

/// Which credential a probe used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProbeCredential {
    /// None.
    Anonymous,
    /// The one the datastore stores.
    Stored,
    /// A token of whoever was signed in.
    Token,
}

/// Answer of one probing request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProbeAnswer {
    /// It worked.
    Ok,
    /// The error code.
    Error(String),
}

/// A `probe` record: a list and a one-byte read that were tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// URL, as in the source.
    pub url: String,
    /// Credential used.
    pub credential: ProbeCredential,
    /// When.
    pub at: Option<Timestamp>,
    /// Subnet it was sent from.
    pub from: Option<Scope>,
    /// Answer to the list; `None`: not tried.
    pub list: Option<ProbeAnswer>,
    /// Answer to the read; `None`: not tried.
    pub read: Option<ProbeAnswer>,
}

/// A `subscription` record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Id.
    pub id: super::SubscriptionId,
    /// `state`; `None`: not in the record.
    pub state: Option<String>,
    /// Tenant.
    pub tenant_id: Option<super::TenantId>,
    /// Management groups, nearest first; `None`: chain unknown.
    pub management_groups: Option<Vec<Scope>>,
}
