//! Paths and ACLs.

use super::super::*;
use super::Snapshot;
use super::index::{below_key, path_key, pick};
use std::collections::BTreeMap;

/// Paths and ACLs.
impl Snapshot {
    /// The `path` record of exactly this path.
    pub fn path_record(&self, account: &str, container: &str, path: &StorePath) -> Option<&PathRecord> {
        self.facts.paths.get(&(account.to_lowercase(), container.to_owned()))?.get(path)
    }

    /// `path` records strictly below a folder, in path order.
    pub fn path_records_below<'a>(&'a self, account: &str, container: &str, folder: &StorePath) -> impl Iterator<Item = &'a PathRecord> {
        below(self.facts.paths.get(&(account.to_lowercase(), container.to_owned())), folder)
    }

    /// The ACL record of exactly this path.
    pub fn path_access(&self, account: &str, filesystem: &str, path: &StorePath) -> Option<&PathAccess> {
        self.facts.path_access.get(&(account.to_lowercase(), filesystem.to_owned()))?.get(path)
    }

    /// ACL records strictly below a folder, in path order.
    pub fn path_access_below<'a>(&'a self, account: &str, filesystem: &str, folder: &StorePath) -> impl Iterator<Item = &'a PathAccess> {
        below(self.facts.path_access.get(&(account.to_lowercase(), filesystem.to_owned())), folder)
    }

    /// Whether a path without `path` record is known not to exist, and whether everything below it is recorded: `paths`
    /// coverage of the container or of a prefix, and no gap at, above or below the path. The closed world of `everything`
    /// does not settle it.
    pub fn paths_lookup(&self, account: &str, container: &str, path: &StorePath) -> Lookup<'_> {
        let keys = keys_above(account, container, path);
        let keys: Vec<(What, &str)> = keys.iter().map(|key| (What::Paths, key.as_str())).collect();
        match self.gap_below(What::Paths, &path_key(&account.to_lowercase(), container, path)) {
            Some(gap) => Lookup::Gap(gap),
            None => self.settled_by(&keys, false),
        }
    }

    /// Whether the ACL of exactly this path was looked up. The closed world of `everything` does not settle it: an ACL that
    /// is needed and not in the file is unknown.
    pub fn path_access_lookup(&self, account: &str, filesystem: &str, path: &StorePath) -> Lookup<'_> {
        let own = path_key(&account.to_lowercase(), filesystem, path);
        match (self.settled_by(&[(What::PathAccess, &own)], false), self.recursive_record(account, filesystem, path)) {
            (Lookup::Gap(gap), _) | (_, Lookup::Gap(gap)) => Lookup::Gap(gap),
            (Lookup::Complete(record), _) | (Lookup::NotCollected, Lookup::Complete(record)) => Lookup::Complete(record),
            (Lookup::NotCollected, Lookup::NotCollected) => Lookup::NotCollected,
        }
    }

    /// Whether every path below a folder has its ACL in the file: `path_access` coverage with `below` at the folder or
    /// above, or `everything` where the folder itself is recorded. A gap at, above (with `below`) or below it outweighs.
    pub fn path_access_below_lookup(&self, account: &str, filesystem: &str, folder: &StorePath) -> Lookup<'_> {
        let own = path_key(&account.to_lowercase(), filesystem, folder);
        let here_or_below = || self.first_gap(What::PathAccess, &own).or_else(|| self.gap_below(What::PathAccess, &own));
        if let Some(gap) = self.nothing_known().or_else(here_or_below) {
            return Lookup::Gap(gap);
        }
        let recursive = self.recursive_record(account, filesystem, folder);
        match (recursive, self.closed_world()) {
            (Lookup::NotCollected, Some(all)) if self.path_access(account, filesystem, folder).is_some() => Lookup::Complete(Some(all)),
            (Lookup::Complete(_) | Lookup::Gap(_) | Lookup::NotCollected, Some(_) | None) => recursive,
        }
    }

    /// A `path_access` record with `below` at `path` or above.
    fn recursive_record(&self, account: &str, filesystem: &str, path: &StorePath) -> Lookup<'_> {
        let keys = keys_above(account, filesystem, path);
        let mut gaps = keys.iter().flat_map(|key| pick(&self.facts.gaps, self.index.gaps_at(What::PathAccess, key)));
        if let Some(gap) = gaps.find(|gap| gap.below) {
            return Lookup::Gap(gap);
        }
        let mut covers = keys.iter().flat_map(|key| pick(&self.facts.coverage, self.index.coverage_at(What::PathAccess, key)));
        match covers.find(|record| record.below) {
            Some(record) => Lookup::Complete(Some(record)),
            None => Lookup::NotCollected,
        }
    }

    /// A failed look-up of something strictly below.
    pub(super) fn gap_below(&self, what: What, key: &str) -> Option<&GapRecord> {
        let records = self.index.gaps(what)?;
        below_key(&records.every, key).flatten().find_map(|at| self.facts.gaps.get(*at as usize))
    }
}

/// Keys of a path and of everything above it in its container.
fn keys_above(account: &str, container: &str, path: &StorePath) -> Vec<String> {
    let account = account.to_lowercase();
    self_and_above(path).map(|prefix| path_key(&account, container, &prefix)).collect()
}

fn self_and_above(path: &StorePath) -> impl Iterator<Item = StorePath> + '_ {
    std::iter::once(path.clone()).chain(path.ancestors())
}

/// The entries of `map` strictly below `folder`.
fn below<'a, T>(map: Option<&'a BTreeMap<StorePath, T>>, folder: &StorePath) -> impl Iterator<Item = &'a T> {
    let first = folder.first_below();
    let folder = folder.clone();
    map.into_iter().flat_map(move |map| map.range(first.clone()..)).take_while(move |(path, _)| folder.is_above(path)).map(|(_, item)| item)
}
