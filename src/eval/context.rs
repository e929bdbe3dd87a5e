//! What every judgement is made from: the facts, the rules, the time.

use crate::model::{Known, Operation, Scope, Snapshot, StorageAccount, StoreKind, StorePath, Timestamp, container_scope};
use crate::rules::RuleSet;

/// The facts, the rules, and the time that is asked about.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Facts.
    pub snapshot: &'a Snapshot,
    /// Rules.
    pub rules: &'a RuleSet,
    /// The moment asked about, or the first of the period.
    pub at: Timestamp,
    /// The last moment of the period asked about; `at` where a moment is asked about. Allowed means allowed throughout.
    pub until: Timestamp,
    /// Take ACLs below a folder that were not collected as open, and list that as an assumption (`--assume-below`).
    pub assume_below: bool,
}

/// How a window of time stands to the period asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// It holds throughout.
    Holds,
    /// It begins later than the first moment.
    NotYet,
    /// It ended before, or ends within the period.
    Ended,
}

impl Context<'_> {
    /// How the window `start ≤ t < end` stands to the period asked about; a missing bound is open.
    pub fn window(&self, start: Option<Timestamp>, end: Option<Timestamp>) -> Window {
        if start.is_some_and(|start| self.at < start) {
            Window::NotYet
        } else if end.is_some_and(|end| self.until >= end) {
            Window::Ended
        } else {
            Window::Holds
        }
    }
}

/// Whether a folder is read whole, or one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Extent {
    /// The folder and everything below it.
    Folder,
    /// One file.
    File,
}

/// Where a request comes from.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Origin {
    /// Not said.
    #[default]
    Unknown,
    /// The public internet (or a network without private access to the account).
    Public,
    /// This subnet.
    Subnet(Scope),
}

/// Data in an account: what is listed, read or written.
#[derive(Clone, Debug)]
pub struct DataTarget<'a> {
    /// Account name, lower case.
    pub account_name: String,
    /// The account, where the snapshot holds it.
    pub account: Known<&'a StorageAccount>,
    /// Container or file system; "" for Gen1.
    pub container: String,
    /// Path in it, decoded.
    pub path: StorePath,
    /// Folder or file.
    pub extent: Extent,
    /// Which endpoint and kind of store the reference speaks of.
    pub store: StoreKind,
    /// Where requests come from.
    pub origin: Origin,
    /// Whether the question is about the URL alone (`access`), with no row of the credential table around it.
    pub by_url_alone: bool,
}

impl DataTarget<'_> {
    /// Scope of the container, for role assignments.
    pub fn scope(&self) -> Option<Scope> {
        self.account.value().map(|account| container_scope(&account.id, &self.container))
    }

    /// For people: `https`-less spelling of what is meant.
    pub fn describe(&self) -> String {
        match self.store {
            StoreKind::AdlsGen1 => format!("{}{}", self.account_name, self.path),
            StoreKind::Blob | StoreKind::AdlsGen2 if self.path.is_root() => format!("{}/{}", self.account_name, self.container),
            StoreKind::Blob | StoreKind::AdlsGen2 => format!("{}/{}{}", self.account_name, self.container, self.path),
        }
    }

    /// The operations a read of this extent consists of: a folder is listed and read, a file is read.
    pub fn read_operations(&self) -> &'static [Operation] {
        match self.extent {
            Extent::Folder => &[Operation::List, Operation::Read],
            Extent::File => &[Operation::Read],
        }
    }
}
