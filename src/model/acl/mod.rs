//! Access control lists of Data Lake Storage: the POSIX draft's entries, with object ids in place of names.

mod error;
mod parse;
mod permissions;

pub use error::*;
pub use permissions::*;

use super::{ObjectId, PathAccess};
use std::collections::BTreeMap;
use std::fmt;

/// What limits the entries of named users, the owning group and named groups: the `mask` entry, or nothing where there is
/// none.
///
/// A type of its own, because [`Masked`] bits can only be used together with it. Source: "Access control lists in Azure
/// Data Lake Storage", The mask.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mask(Option<Bits>);

impl Mask {
    /// The bits of the `mask` entry; `None` where the list has no such entry.
    pub fn bits(self) -> Option<Bits> {
        self.0
    }
    /// What is left of `bits` under the mask. A list without mask entry limits nothing.
    pub fn limit(self, bits: Bits) -> Bits {
        self.0.map_or(bits, |mask| bits.and(mask))
    }
}

/// Bits of an entry that the mask limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Masked(Bits);

impl Masked {
    /// As the entry is written: for people, never for a decision.
    pub fn written(self) -> Bits {
        self.0
    }
    /// What the entry grants under the mask of its list.
    pub fn under(self, mask: Mask) -> Bits {
        mask.limit(self.0)
    }
}

/// Whom an entry speaks of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AclTag {
    /// `user::`, the owning user.
    Owner,
    /// `user:ID:`, one user, service principal or managed identity.
    User(ObjectId),
    /// `group::`, the owning group.
    OwningGroup,
    /// `group:ID:`, one group.
    Group(ObjectId),
    /// `mask::`.
    Mask,
    /// `other::`, everyone else.
    Other,
}

impl fmt::Display for AclTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AclTag::Owner => f.write_str("user:"),
            AclTag::User(id) => write!(f, "user:{id}"),
            AclTag::OwningGroup => f.write_str("group:"),
            AclTag::Group(id) => write!(f, "group:{id}"),
            AclTag::Mask => f.write_str("mask:"),
            AclTag::Other => f.write_str("other:"),
        }
    }
}

/// One entry of an access or default list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AclEntry {
    /// Whether it only seeds children created later.
    pub default: bool,
    /// Whom it speaks of.
    pub tag: AclTag,
    /// Its bits, before any mask.
    pub bits: Bits,
}

impl fmt::Display for AclEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scope = if self.default { "default:" } else { "" };
        write!(f, "{scope}{}:{}", self.tag, self.bits)
    }
}

/// Entries as they were read, access or default, before the base entries are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Entries {
    owner: Option<Bits>,
    users: BTreeMap<ObjectId, Masked>,
    group: Option<Masked>,
    groups: BTreeMap<ObjectId, Masked>,
    mask: Mask,
    other: Option<Bits>,
}

impl Entries {
    fn list(&self, default: bool) -> impl Iterator<Item = AclEntry> + '_ {
        let entry = move |tag, bits| AclEntry { default, tag, bits };
        let users = self.users.iter().map(move |(id, bits)| entry(AclTag::User(id.clone()), bits.0));
        let groups = self.groups.iter().map(move |(id, bits)| entry(AclTag::Group(id.clone()), bits.0));
        let owner = self.owner.map(|bits| entry(AclTag::Owner, bits));
        let group = self.group.map(|bits| entry(AclTag::OwningGroup, bits.0));
        let mask = self.mask.0.map(|bits| entry(AclTag::Mask, bits));
        let other = self.other.map(|bits| entry(AclTag::Other, bits));
        owner.into_iter().chain(users).chain(group).chain(groups).chain(mask).chain(other)
    }
}

/// An access control list with its base entries present, no entry twice and its mask at hand.
///
/// ```
/// use canread::model::{Acl, Bits, ObjectId};
/// let acl = Acl::parse("user::rwx,user:ana:rwx,group::r-x,mask::r-x,other::---").unwrap();
/// let (id, bits) = acl.named_users().next().unwrap();
/// assert_eq!(*id, ObjectId::new("ana"));
/// assert_eq!(bits.under(acl.mask()), Bits::READ_EXECUTE);
/// assert_eq!(acl.to_string(), "user::rwx,user:ana:rwx,group::r-x,mask::r-x,other::---");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acl {
    owner: Bits,
    group: Masked,
    other: Bits,
    access: Entries,
    default: Entries,
}

impl Acl {
    /// Bits of the owning user; no mask limits them.
    pub fn owner(&self) -> Bits {
        self.owner
    }
    /// Named users, service principals and managed identities, by id.
    pub fn named_users(&self) -> impl Iterator<Item = (&ObjectId, Masked)> {
        self.access.users.iter().map(|(id, bits)| (id, *bits))
    }
    /// Bits of the owning group.
    pub fn owning_group(&self) -> Masked {
        self.group
    }
    /// Named groups, by id.
    pub fn named_groups(&self) -> impl Iterator<Item = (&ObjectId, Masked)> {
        self.access.groups.iter().map(|(id, bits)| (id, *bits))
    }
    /// Bits of everyone else, before any mask: whether the mask limits them is documented both ways.
    pub fn other(&self) -> Bits {
        self.other
    }
    /// The mask.
    pub fn mask(&self) -> Mask {
        self.access.mask
    }
    /// Every entry, access before default, in the order the service writes them.
    pub fn entries(&self) -> impl Iterator<Item = AclEntry> + '_ {
        self.access.list(false).chain(self.default.list(true))
    }
    /// Whether there are default entries, which seed the children created later and never grant on the path itself.
    pub fn has_default(&self) -> bool {
        self.default != Entries::default()
    }

    /// The list a file created in this folder starts with: the default entries; without any, what the usual umask 027
    /// leaves, namely `user::rw-,group::r--,other::---`. A base entry that the default list lacks grants nothing.
    ///
    /// Source: "Access control lists in Azure Data Lake Storage", Default permissions on new files and directories.
    pub fn of_new_file(&self) -> Acl {
        if !self.has_default() {
            let (owner, group, other) = (Bits::READ_WRITE, Masked(Bits::READ), Bits::NONE);
            let access = Entries { owner: Some(owner), group: Some(group), other: Some(other), ..Entries::default() };
            return Acl { owner, group, other, access, default: Entries::default() };
        }
        let mut access = self.default.clone();
        let owner = *access.owner.get_or_insert(Bits::NONE);
        let group = *access.group.get_or_insert(Masked(Bits::NONE));
        let other = *access.other.get_or_insert(Bits::NONE);
        Acl { owner, group, other, access, default: Entries::default() }
    }
}

/// Canonical text: the order of the service, ids as they were written.
impl fmt::Display for Acl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, entry) in self.entries().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            write!(f, "{comma}{entry}")?;
        }
        Ok(())
    }
}

impl PathAccess {
    /// The record's ACL. For Gen1, whose service keeps base entries and mask in the octal `permissions`, those fill what
    /// the list lacks.
    ///
    /// # Errors
    /// Says which entry of the text is wrong and why.
    pub fn parsed_acl(&self) -> Result<Acl, AclError> {
        match &self.permissions {
            Some(permissions) if self.filesystem.is_empty() => Acl::parse_gen1(&self.acl, permissions),
            Some(_) | None => Acl::parse(&self.acl),
        }
    }
}
