//! ACLs with entries added: the mask is widened as far as a new entry needs it, and no further.

use super::change::LakePath;
use crate::model::{Acl, AclEntry, AclTag, Bits, Facts, PathAccess};

/// The list with `tag` having at least `bits`, and a mask that lets them through.
///
/// A list that names somebody has a mask; where there was none it becomes what the group class holds, as `setfacl` makes it.
pub(super) fn with_entry(acl: &Acl, tag: &AclTag, bits: Bits) -> Acl {
    let mut entries: Vec<AclEntry> = acl.entries().collect();
    add(&mut entries, tag, bits, false);
    rebuilt(acl, entries)
}

/// The list of a folder with default entries too: what is created in it later starts with them. A list without default
/// entries gets the base ones of its own access list, for a default list that lacks them would close new files.
pub(super) fn with_default(acl: &Acl, tag: &AclTag, bits: Bits) -> Acl {
    let mut entries: Vec<AclEntry> = acl.entries().collect();
    if !acl.has_default() {
        for (base, bits) in
            [(AclTag::Owner, acl.owner()), (AclTag::OwningGroup, acl.owning_group().written()), (AclTag::Other, acl.other())]
        {
            entries.push(AclEntry { default: true, tag: base, bits });
        }
    }
    add(&mut entries, tag, bits, true);
    rebuilt(acl, entries)
}

fn add(entries: &mut Vec<AclEntry>, tag: &AclTag, bits: Bits, default: bool) {
    let is = |entry: &AclEntry, wanted: &AclTag| entry.default == default && entry.tag == *wanted;
    match entries.iter_mut().find(|entry| is(entry, tag)) {
        Some(entry) => entry.bits = entry.bits.or(bits),
        None => entries.push(AclEntry { default, tag: tag.clone(), bits }),
    }
    if matches!(tag, AclTag::Owner | AclTag::Other | AclTag::Mask) {
        return;
    }
    match entries.iter_mut().find(|entry| is(entry, &AclTag::Mask)) {
        Some(mask) => mask.bits = mask.bits.or(bits),
        None => {
            let masked = entries.iter().filter(|entry| entry.default == default && is_masked(&entry.tag));
            let bits = masked.fold(Bits::NONE, |all, entry| all.or(entry.bits));
            entries.push(AclEntry { default, tag: AclTag::Mask, bits });
        }
    }
}

fn is_masked(tag: &AclTag) -> bool {
    match tag {
        AclTag::User(_) | AclTag::OwningGroup | AclTag::Group(_) => true,
        AclTag::Owner | AclTag::Mask | AclTag::Other => false,
    }
}

/// The entries as a list; the list itself where they make none, which entries of a valid one always do.
fn rebuilt(acl: &Acl, entries: Vec<AclEntry>) -> Acl {
    let text: Vec<String> = entries.iter().map(ToString::to_string).collect();
    Acl::parse(&text.join(",")).unwrap_or_else(|_| acl.clone())
}

fn record<'a>(facts: &'a mut Facts, at: &LakePath) -> Option<&'a mut PathAccess> {
    facts.path_access.get_mut(&(at.account.clone(), at.filesystem.clone())).and_then(|paths| paths.get_mut(&at.path))
}

/// Adds an entry to the list of one path.
pub(super) fn set(facts: &mut Facts, at: &LakePath, tag: &AclTag, bits: Bits) {
    if let Some(record) = record(facts, at)
        && let Ok(acl) = record.parsed_acl()
    {
        record.acl = with_entry(&acl, tag, bits).to_string();
    }
}

/// Adds entries to the lists of a folder and of everything recorded below it. An existing mask stays: whether the service
/// widens it in a recursive change is not documented, so paths whose mask is too narrow need a change of their own.
pub(super) fn below(facts: &mut Facts, at: &LakePath, tag: &AclTag) {
    let Some(paths) = facts.path_access.get_mut(&(at.account.clone(), at.filesystem.clone())) else {
        return;
    };
    let inside = paths.iter_mut().filter(|(path, _)| **path == at.path || at.path.is_above(path));
    for (_, record) in inside {
        let Ok(acl) = record.parsed_acl() else { continue };
        let mask = acl.mask();
        let mut list = with_entry(&acl, tag, Bits::READ_EXECUTE);
        if record.is_directory {
            list = with_default(&list, tag, Bits::READ_EXECUTE);
        }
        record.acl = match mask.bits() {
            Some(bits) => with_mask(&list, bits).to_string(),
            None => list.to_string(),
        };
    }
}

fn with_mask(acl: &Acl, bits: Bits) -> Acl {
    let entry = |entry: AclEntry| if !entry.default && entry.tag == AclTag::Mask { AclEntry { bits, ..entry } } else { entry };
    rebuilt(acl, acl.entries().map(entry).collect())
}

/// Writes an entry with exactly these bits. The mask is not widened by a mask entry or a base entry; for a named one it is,
/// as `setfacl` does, so that the entry acts as it is written.
pub(super) fn write(facts: &mut Facts, at: &LakePath, default: bool, tag: &AclTag, bits: Bits) {
    let Some(record) = record(facts, at) else { return };
    let Ok(acl) = record.parsed_acl() else { return };
    let list = if default && !acl.has_default() { with_default(&acl, &AclTag::Owner, Bits::NONE) } else { acl };
    let mut entries: Vec<AclEntry> = list.entries().filter(|entry| !(entry.default == default && entry.tag == *tag)).collect();
    add(&mut entries, tag, bits, default);
    record.acl = rebuilt(&list, entries).to_string();
}
