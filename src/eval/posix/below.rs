//! The paths below a folder: whether any of them is closed.

use super::caller::Caller;
use super::node::{self, Node};
use crate::eval::{Context, DataTarget, Evidence, EvidenceKind, Extent, Judgement, Leaf, Verdict, Warning};
use crate::model::{Bits, Identities, Lookup, Missing, PathAccess, StorePath, WarningId, What, path_id};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Undetermined paths that a proof names one by one; the claim counts the rest.
const NAMED: usize = 10;

/// Assumed with `--assume-below`.
const ASSUMED: &str = "ACLs below the folder that were not collected are open";

/// Whether ACLs let `who` read everything below the target's folder: `r-x` on every folder, `r--` on every file.
///
/// The folder itself and those above it are [`super::data_operation`]'s question. ACLs that were not collected are unknown,
/// or assumed open where the context says so. Source: "Access control lists in Azure Data Lake Storage", Common scenarios.
pub fn readable_below<J: Judgement>(cx: &Context<'_>, who: &Identities, target: &DataTarget<'_>) -> J {
    if target.extent == Extent::File {
        let evidence = || Evidence::new(EvidenceKind::Question, target.describe(), "one file is read, and nothing lies below it");
        return J::allowed(|| Leaf::new(format!("no file below {} is closed", target.describe()), evidence()));
    }
    if let Err(gate) = super::gate(cx.snapshot, target) {
        return gate;
    }
    let caller = Caller::new(cx.snapshot, who);
    let walk = Walk::below(cx, caller, target, J::EXPLAINS);
    let claim = |rest: String| format!("ACLs let {} read every path below {}{rest}", caller.label(), target.describe());
    if let Some((first, count)) = walk.closed {
        let part: J = node::judge_record(caller, first, wanted(first));
        let more = count - 1;
        let rest = if more == 0 { String::new() } else { format!("; {more} more are closed") };
        return J::all(|| claim(format!(" (first closed: {}{rest})", first.path)), vec![part]);
    }
    let mut parts = walk.unknown_parts::<J>(caller);
    if !cx.assume_below {
        parts.extend(walk.missing_parts::<J>(caller, target));
    }
    let unknown = walk.unknown.len() + if cx.assume_below { 0 } else { walk.missing.len() };
    let lookup = cx.snapshot.path_access_below_lookup(&target.account_name, &target.container, &target.path);
    parts.push(covered(cx, caller, target, &lookup, &walk));
    let rest = if unknown > NAMED { format!(" ({} more are not known)", unknown - NAMED) } else { String::new() };
    J::all(|| claim(rest), parts)
}

/// What one path must give for the folder to be read whole.
fn wanted(record: &PathAccess) -> Bits {
    if record.is_directory { Bits::READ_EXECUTE } else { Bits::READ }
}

/// The leaf on whether the collected paths are all there are.
fn covered<J: Judgement>(cx: &Context<'_>, caller: Caller<'_>, target: &DataTarget<'_>, lookup: &Lookup<'_>, walk: &Walk<'_>) -> J {
    let missing = Missing::new(What::PathAccess, path_id(&target.account_name, &target.container, &target.path), lookup);
    let claim = || format!("all paths below {} were collected; {} of them are open to {}", target.path, walk.open, caller.label());
    let assumes = cx.assume_below && (!lookup.is_complete() || !walk.missing.is_empty());
    if !lookup.is_complete() && !assumes {
        return J::unknown(claim, &missing);
    }
    J::allowed(|| {
        let leaf = Leaf::new(claim(), Evidence::lookup(lookup, &missing));
        if assumes { leaf.assuming(ASSUMED) } else { leaf }
    })
}

/// What one pass over everything below a folder finds. Each record is judged once; records that share owner, group, kind
/// and ACL text, as inherited ones do, share the verdict.
#[derive(Default)]
struct Walk<'a> {
    open: usize,
    /// The first closed path and how many there are.
    closed: Option<(&'a PathAccess, usize)>,
    /// Recorded, but undecided.
    unknown: Vec<&'a PathAccess>,
    /// Known to be there, without an ACL record.
    missing: BTreeSet<StorePath>,
}

impl<'a> Walk<'a> {
    fn below(cx: &Context<'a>, caller: Caller<'_>, target: &DataTarget<'_>, explains: bool) -> Walk<'a> {
        let (account, container, folder) = (&target.account_name, &target.container, &target.path);
        let key = (account.clone(), container.clone());
        let recorded = cx.snapshot.facts().path_access.get(&key);
        let mut walk = Walk::default();
        let mut verdicts: HashMap<(&str, &str, &str, Option<&str>, bool), Verdict> = HashMap::new();
        for record in cx.snapshot.path_access_below(account, container, folder) {
            let same = (&*record.owner, &*record.group, &*record.acl, record.permissions.as_deref(), record.is_directory);
            let verdict = *verdicts.entry(same).or_insert_with(|| node::judge_record(caller, record, wanted(record)));
            match verdict {
                Verdict::Allowed => walk.open += 1,
                Verdict::Undetermined => walk.unknown.push(record),
                Verdict::Denied => walk.closed = Some(walk.closed.map_or((record, 1), |(first, count)| (first, count + 1))),
            }
            if verdict == Verdict::Denied && !explains {
                return walk;
            }
            walk.note_missing(recorded, folder, record.path.parent());
        }
        for record in cx.snapshot.path_records_below(account, container, folder).filter(|record| record.exists) {
            walk.note_missing(recorded, folder, Some(record.path.clone()));
        }
        walk
    }

    /// Notes `path` and the folders between it and `folder` that have no ACL record.
    fn note_missing(&mut self, recorded: Option<&BTreeMap<StorePath, PathAccess>>, folder: &StorePath, path: Option<StorePath>) {
        let mut next = path;
        while let Some(path) = next.filter(|path| folder.is_above(path)) {
            if recorded.is_some_and(|map| map.contains_key(&path)) || self.missing.contains(&path) {
                return;
            }
            next = path.parent();
            self.missing.insert(path);
        }
    }

    fn unknown_parts<J: Judgement>(&self, caller: Caller<'_>) -> Vec<J> {
        self.unknown.iter().take(NAMED).map(|record| node::judge_record(caller, record, wanted(record))).collect()
    }

    fn missing_parts<J: Judgement>(&self, caller: Caller<'_>, target: &DataTarget<'_>) -> Vec<J> {
        let part = |path: &StorePath| {
            let missing = node::missing_acl(caller, &target.account_name, &target.container, path);
            J::unknown(|| format!("the ACL of {path} lets {} read it", caller.label()), &missing)
        };
        self.missing.iter().take(NAMED).map(part).collect()
    }
}

/// A warning where files that are created in the folder later would be closed to `who`: default entries only seed new
/// children, and without them a new file is open to its owner and its owning group alone.
///
/// Nothing is said where the folder's ACL is not known, or the answer hangs on unknown groups.
pub fn default_acl_note(cx: &Context<'_>, who: &Identities, target: &DataTarget<'_>) -> Option<Warning> {
    if target.extent == Extent::File || super::gate::<Verdict>(cx.snapshot, target).is_err() {
        return None;
    }
    let record = cx.snapshot.path_access(&target.account_name, &target.container, &target.path).filter(|record| record.is_directory)?;
    let acl = record.parsed_acl().ok()?;
    let caller = Caller::new(cx.snapshot, who);
    let new_file = PathAccess { is_directory: false, owner: "$superuser".to_owned(), ..record.clone() };
    let verdict: Verdict = Node { caller, record: &new_file, acl: &acl.of_new_file() }.judge(Bits::READ);
    if verdict != Verdict::Denied {
        return None;
    }
    let why = if acl.has_default() { "its default entries do not give `r--`" } else { "it has no default entries" };
    let message = format!("files created in {} later will be closed to {}: {why}", target.describe(), caller.label());
    Some(Warning::new(WarningId::AclDefault, message))
}
