//! Reading the text of an ACL: one pass, linear in its length.

use super::{Acl, AclError, AclErrorKind, AclTag, Bits, Entries, Mask, Masked, Permissions};
use crate::model::ObjectId;
use std::collections::BTreeMap;

impl Acl {
    /// Reads `[default:]type:[id]:permissions,…` as the service returns it.
    ///
    /// Keywords may be in either case, spaces around a comma do not count, the order is free. Default entries need not be
    /// complete, for they never grant. Source: "Path - Get Properties", `x-ms-acl`.
    ///
    /// ```
    /// use canread::model::Acl;
    /// let error = Acl::parse("user::rwx,group::r-x,mask:r-x,other::---").unwrap_err();
    /// assert_eq!(error.to_string(), "entry 3 (`mask:r-x`): an entry is written `[default:]type:[id]:permissions`");
    /// ```
    ///
    /// # Errors
    /// Says which entry is wrong and why, or which base entry is missing.
    pub fn parse(text: &str) -> Result<Acl, AclError> {
        let (access, default) = read(text)?;
        complete(access, default)
    }

    /// Reads a Gen1 list: `user::`, `other::`, the mask of a list with named entries and the `group::` of one without come
    /// from the octal permissions where the list lacks them.
    ///
    /// Source: WebHDFS `GETACLSTATUS`, `AclStatus`: `permission` holds owner, group (the mask, if there is one) and other.
    ///
    /// # Errors
    /// As [`Acl::parse`]; also where the permissions would be needed and cannot be read.
    pub fn parse_gen1(text: &str, permissions: &str) -> Result<Acl, AclError> {
        let (mut access, default) = if text.trim().is_empty() { Default::default() } else { read(text)? };
        let named = !access.users.is_empty() || !access.groups.is_empty();
        let full = access.owner.is_some() && access.group.is_some() && access.other.is_some() && (access.mask.0.is_some() || !named);
        if !full {
            let short = Permissions::parse(permissions)?;
            access.owner.get_or_insert(short.owner);
            access.other.get_or_insert(short.other);
            if named {
                access.mask.0.get_or_insert(short.group);
            } else if access.mask.0.is_none() && !short.extended {
                access.group.get_or_insert(Masked(short.group));
            }
        }
        complete(access, default)
    }
}

fn complete(access: Entries, default: Entries) -> Result<Acl, AclError> {
    let owner = access.owner.ok_or(AclError::whole(AclErrorKind::NoOwner))?;
    let group = access.group.ok_or(AclError::whole(AclErrorKind::NoGroup))?;
    let other = access.other.ok_or(AclError::whole(AclErrorKind::NoOther))?;
    Ok(Acl { owner, group, other, access, default })
}

/// The access and the default entries.
fn read(text: &str) -> Result<(Entries, Entries), AclError> {
    if text.trim_matches(SPACES).is_empty() {
        return Err(AclError::whole(AclErrorKind::Empty));
    }
    let (mut access, mut default) = (Entries::default(), Entries::default());
    for (at, entry) in text.split(',').enumerate() {
        let entry = entry.trim_matches(SPACES);
        let (is_default, tag, bits) = read_entry(entry).map_err(|kind| AclError::entry(at, entry, kind))?;
        let list = if is_default { &mut default } else { &mut access };
        list.add(tag, bits).map_err(|kind| AclError::entry(at, entry, kind))?;
    }
    Ok((access, default))
}

/// What may stand around a comma.
const SPACES: [char; 2] = [' ', '\t'];

fn read_entry(entry: &str) -> Result<(bool, AclTag, Bits), AclErrorKind> {
    if entry.is_empty() {
        return Err(AclErrorKind::EmptyEntry);
    }
    if entry.chars().any(char::is_control) {
        return Err(AclErrorKind::Control);
    }
    let mut fields = entry.splitn(5, ':');
    let (first, second, third) = (fields.next(), fields.next(), fields.next());
    let (is_default, kind, id, bits) = match (first, second, third, fields.next(), fields.next()) {
        (Some(kind), Some(id), Some(bits), None, _) => (false, kind, id, bits),
        (Some(scope), Some(kind), Some(id), Some(bits), None) if scope.eq_ignore_ascii_case("default") => (true, kind, id, bits),
        (Some(_), Some(_), Some(_), Some(_), None) => return Err(AclErrorKind::Scope),
        _ => return Err(AclErrorKind::Form),
    };
    let tag = read_tag(kind, id)?;
    Ok((is_default, tag, Bits::parse(bits).ok_or(AclErrorKind::Permissions)?))
}

fn read_tag(kind: &str, id: &str) -> Result<AclTag, AclErrorKind> {
    let tag = match (kind.to_ascii_lowercase().as_str(), id) {
        ("user", "") => AclTag::Owner,
        ("user", id) => AclTag::User(ObjectId::new(id)),
        ("group", "") => AclTag::OwningGroup,
        ("group", id) => AclTag::Group(ObjectId::new(id)),
        ("mask", "") => AclTag::Mask,
        ("other", "") => AclTag::Other,
        ("mask" | "other", _) => return Err(AclErrorKind::Id),
        _ => return Err(AclErrorKind::Type),
    };
    Ok(tag)
}

impl Entries {
    fn add(&mut self, tag: AclTag, bits: Bits) -> Result<(), AclErrorKind> {
        match tag {
            AclTag::Owner => once(&mut self.owner, bits),
            AclTag::User(id) => named(&mut self.users, id, bits),
            AclTag::OwningGroup => once(&mut self.group, Masked(bits)),
            AclTag::Group(id) => named(&mut self.groups, id, bits),
            AclTag::Mask => {
                let Mask(mask) = &mut self.mask;
                once(mask, bits).map_err(|_| AclErrorKind::SecondMask)
            }
            AclTag::Other => once(&mut self.other, bits),
        }
    }
}

fn once<T>(slot: &mut Option<T>, value: T) -> Result<(), AclErrorKind> {
    match slot.replace(value) {
        Some(_) => Err(AclErrorKind::Duplicate),
        None => Ok(()),
    }
}

fn named(entries: &mut BTreeMap<ObjectId, Masked>, id: ObjectId, bits: Bits) -> Result<(), AclErrorKind> {
    match entries.insert(id, Masked(bits)) {
        Some(_) => Err(AclErrorKind::Duplicate),
        None => Ok(()),
    }
}
