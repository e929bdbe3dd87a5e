//! Access control lists that give less than they seem to: masks, and folders that close what is created in them later.

use crate::eval::{Context, DataTarget, Evidence, EvidenceKind, Extent, Origin, Proof, Verdict, data_access, posix};
use crate::model::{
    Acl, AclTag, Bits, ContainerKey, Datastore, Identities, Known, Masked, Missing, ObjectId, Operation, PathAccess, StoreKind, StorePath,
    What, path_id,
};
use crate::review::Occurrence;
use crate::review::found::Detected;
use crate::review::holders::named;
use crate::review::identities::of_computes;
use crate::review::subject::{Subject, store_target};
use std::collections::{BTreeMap, BTreeSet};

/// Most paths that a finding cites.
const CITED: usize = 10;

/// The paths of one file system that share a trouble, first of all the highest.
#[derive(Default)]
pub(super) struct Paths {
    pub(super) evidence: Vec<Evidence>,
    pub(super) count: usize,
}

impl Paths {
    pub(super) fn add(&mut self, record: &PathAccess, says: impl Into<String>) {
        self.count += 1;
        if self.evidence.len() < CITED {
            self.evidence.push(Evidence::new(EvidenceKind::PathAccess, record.id(), says));
        }
    }

    /// Id of the first path.
    pub(super) fn first(&self) -> String {
        self.evidence.first().map(|evidence| evidence.id.clone()).unwrap_or_default()
    }

    pub(super) fn and_more(&self) -> String {
        match self.count {
            0 | 1 => String::new(),
            many => format!(" and {} more paths", many - 1),
        }
    }
}

/// Every ACL record of the subject's accounts, with its list; one that cannot be read is missing.
pub(super) fn each_acl(
    subject: &Subject<'_>,
    detected: &mut Detected,
    mut look: impl FnMut(&ContainerKey, &PathAccess, &Acl, &mut Detected),
) {
    let facts = subject.cx.snapshot.facts();
    detected.missing.extend(subject.accounts_missing.iter().chain(&subject.parts_missing).cloned());
    detected.missing.extend(subject.stores.iter().filter_map(|store| unlisted(subject, store)));
    let own = |account: &String| subject.accounts.iter().any(|one| one.name == *account) || facts.gen1_accounts.contains_key(account);
    for (key, paths) in facts.path_access.iter().filter(|((account, _), _)| own(account)) {
        for record in paths.values() {
            match record.parsed_acl() {
                Ok(acl) => look(key, record, &acl, detected),
                Err(error) => {
                    let because = Some(format!("the recorded ACL cannot be read: {error}"));
                    detected.missing.insert(Missing { what: What::PathAccess, scope: record.id(), principal: None, because });
                }
            }
        }
    }
}

/// What is missing of the ACLs behind a datastore, where its account has ACLs.
fn unlisted(subject: &Subject<'_>, store: &Datastore) -> Option<Missing> {
    let target = store_target(&subject.cx, store)?;
    let has_acls = matches!(&target.account, Known::Known(account) if account.is_hns_enabled);
    let (account, filesystem) = (&target.account_name, &target.container);
    let lookup = subject.cx.snapshot.path_access_below_lookup(account, filesystem, &target.path);
    (has_acls && !lookup.is_complete()).then(|| Missing::new(What::PathAccess, path_id(account, filesystem, &target.path), &lookup))
}

/// Named entries, users before groups.
fn named_entries(acl: &Acl) -> impl Iterator<Item = (AclTag, &ObjectId, Masked)> {
    let users = acl.named_users().map(|(id, bits)| (AclTag::User(id.clone()), id, bits));
    users.chain(acl.named_groups().map(|(id, bits)| (AclTag::Group(id.clone()), id, bits)))
}

/// Entries of which the mask takes what reading needs. Execute means nothing on a file.
pub(super) fn masked(subject: &Subject<'_>) -> Detected {
    let mut detected = Detected::default();
    let mut found: BTreeMap<(ContainerKey, ObjectId), Paths> = BTreeMap::new();
    each_acl(subject, &mut detected, |key, record, acl, _| {
        let needed = if record.is_directory { Bits::READ_EXECUTE } else { Bits::READ };
        for (tag, id, bits) in named_entries(acl) {
            let (written, left) = (bits.written().and(needed), bits.under(acl.mask()).and(needed));
            if written != left {
                let mask = acl.mask().bits().map(|mask| mask.to_string()).unwrap_or_default();
                let says = format!("`{tag}:{}` under `mask::{mask}` is `{}`", bits.written(), bits.under(acl.mask()));
                found.entry((key.clone(), id.clone())).or_default().add(record, says);
            }
        }
    });
    for ((_, id), paths) in found {
        let message = format!(
            "the mask on {}{} takes from {} what its entry was written for",
            paths.first(),
            paths.and_more(),
            named(&subject.cx, &id)
        );
        detected.found.push(Occurrence::new(paths.first(), message, paths.evidence));
    }
    detected
}

/// Folders that a reader lists by ACL alone, and in which files that are created later will be closed to it.
pub(super) fn closed_to_new_files(subject: &Subject<'_>) -> Detected {
    let cx = &subject.cx;
    let (identities, missing) = of_computes(subject);
    let mut detected = Detected { missing, ..Detected::default() };
    let readers: BTreeSet<ObjectId> = identities.into_keys().chain(subject.question.invoker.clone()).collect();
    let readers: Vec<Identities> = readers.iter().map(|id| cx.snapshot.identities(id)).collect();
    each_acl(subject, &mut detected, |(account, filesystem), record, acl, detected| {
        if !record.is_directory || filesystem.is_empty() {
            return;
        }
        let target = folder(cx, account, filesystem, &record.path);
        let mut closed: Vec<&ObjectId> = Vec::new();
        for who in &readers {
            let access = data_access::<Verdict>(cx, who, Operation::List, &target);
            match (access.by_rbac, access.by_acl) {
                (Verdict::Denied, Verdict::Allowed) => closed.extend(posix::default_acl_note(cx, who, &target).map(|_| &who.principal)),
                // Where a role grants it no ACL matters; where an ACL does not, nobody reads there today.
                (Verdict::Allowed, _) | (_, Verdict::Denied) => {}
                (Verdict::Undetermined, _) | (Verdict::Denied, Verdict::Undetermined) => {
                    detected.lacks(&data_access::<Proof>(cx, who, Operation::List, &target).judgement);
                }
            }
        }
        if closed.is_empty() {
            return;
        }
        let names: Vec<String> = closed.iter().map(|id| named(cx, id)).collect();
        let why = if acl.has_default() { "its default entries do not let them read" } else { "it has no default entries" };
        let message = format!("files created in {} later will be closed to {}: {why}", record.id(), names.join(", "));
        let evidence = vec![Evidence::new(EvidenceKind::PathAccess, record.id(), why)];
        detected.found.push(Occurrence::new(record.id(), message, evidence).under((!acl.has_default()).then_some("no_default_entries")));
    });
    detected
}

fn folder<'a>(cx: &Context<'a>, account: &str, filesystem: &str, path: &StorePath) -> DataTarget<'a> {
    DataTarget {
        account_name: account.to_owned(),
        account: cx.snapshot.storage_account(account),
        container: filesystem.to_owned(),
        path: path.clone(),
        extent: Extent::Folder,
        store: StoreKind::AdlsGen2,
        origin: Origin::Unknown,
        by_url_alone: true,
    }
}
