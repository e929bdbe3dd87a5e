//! The check of one path: which class of entries decides, and what it grants.

use super::caller::{Caller, Match, Unknown};
use super::notice;
use crate::eval::{Evidence, EvidenceKind, Judgement, Leaf, Verdict};
use crate::model::{Acl, AclError, AclTag, Bits, Lookup, Masked, Missing, ObjectId, PathAccess, StorePath, What};

/// One path with its ACL, and the principal it is asked about.
pub(super) struct Node<'a> {
    pub(super) caller: Caller<'a>,
    pub(super) record: &'a PathAccess,
    pub(super) acl: &'a Acl,
}

/// An entry that speaks, or may speak, of the principal.
struct Candidate {
    tag: AclTag,
    /// What it grants after the mask.
    grants: Bits,
    /// As written, with the mask spelled out where one applies.
    text: String,
}

/// Whether the ACL in `record` grants all of `want`.
///
/// A malformed ACL is unknown, and names the record and the entry. Source: "Access control lists in Azure Data Lake
/// Storage", How permissions are evaluated.
pub(super) fn judge_record<J: Judgement>(caller: Caller<'_>, record: &PathAccess, want: Bits) -> J {
    match record.parsed_acl() {
        Ok(acl) => Node { caller, record, acl: &acl }.judge(want),
        Err(error) => malformed(caller, record, want, &error),
    }
}

/// As [`judge_record`], where there may be no record.
pub(super) fn judge_path<J: Judgement>(caller: Caller<'_>, account: &str, filesystem: &str, path: &StorePath, want: Bits) -> J {
    match caller.snapshot.path_access(account, filesystem, path) {
        Some(record) => judge_record(caller, record, want),
        None => {
            let missing = missing_acl(caller, account, filesystem, path);
            J::unknown(|| format!("the ACL of {path} gives {} {}", caller.label(), purpose(want)), &missing)
        }
    }
}

/// The ACL of `path` as something to look up.
pub(super) fn missing_acl(caller: Caller<'_>, account: &str, filesystem: &str, path: &StorePath) -> Missing {
    let lookup = match caller.snapshot.path_access_lookup(account, filesystem, path) {
        Lookup::Gap(gap) => Lookup::Gap(gap),
        Lookup::Complete(_) | Lookup::NotCollected => Lookup::NotCollected,
    };
    Missing::new(What::PathAccess, crate::model::path_id(account, filesystem, path), &lookup)
}

fn malformed<J: Judgement>(caller: Caller<'_>, record: &PathAccess, want: Bits, error: &AclError) -> J {
    J::undetermined(|| {
        let because = format!("the recorded ACL cannot be read: {error}");
        let claim = format!("the ACL of {} gives {} {}", record.path, caller.label(), purpose(want));
        let leaf = Leaf::new(claim, Evidence::new(EvidenceKind::PathAccess, record.id(), because.clone()));
        (leaf, Missing { what: What::PathAccess, scope: record.id(), principal: None, because: Some(because) })
    })
}

/// What the bits are wanted for, in the words of the tables: `--x`, …
fn purpose(want: Bits) -> String {
    format!("`{want}`")
}

impl Node<'_> {
    /// The decision, in the documented order: owning user, named user, groups, other.
    pub(super) fn judge<J: Judgement>(&self, want: Bits) -> J {
        let owner = ObjectId::new(&self.record.owner);
        match self.caller.is(&owner) {
            Match::Yes => self.decided(want, &self.owner()),
            Match::No => self.named_users(want),
            Match::Maybe(unknown) => self.either(want, &self.owner(), self.named_users(want), unknown),
        }
    }

    /// A named user's entry decides, even where it is weaker than what groups or other would give.
    fn named_users<J: Judgement>(&self, want: Bits) -> J {
        let mut perhaps = Vec::new();
        for (id, bits) in self.acl.named_users() {
            match self.caller.is(id) {
                Match::Yes => return self.decided(want, &self.masked(AclTag::User(id.clone()), bits)),
                Match::No => {}
                Match::Maybe(unknown) => perhaps.push((self.masked(AclTag::User(id.clone()), bits), unknown)),
            }
        }
        let rest = self.groups_and_other(want);
        perhaps.iter().fold(rest, |rest, (candidate, unknown)| self.either(want, candidate, rest, *unknown))
    }

    /// Each group is tried alone, bits of several are not added up; where none grants, other still may.
    fn groups_and_other<J: Judgement>(&self, want: Bits) -> J {
        let mut parts: Vec<J> = Vec::new();
        let owning = ObjectId::new(&self.record.group);
        let own = std::iter::once((&owning, AclTag::OwningGroup, self.acl.owning_group()));
        let named = self.acl.named_groups().map(|(id, bits)| (id, AclTag::Group(id.clone()), bits));
        for (id, tag, bits) in own.chain(named) {
            let grants = bits.under(self.acl.mask()).contains(want);
            match (self.caller.is_in(id), grants) {
                (Match::Yes, true) => return self.decided(want, &self.masked(tag, bits)),
                (Match::Yes, false) if J::EXPLAINS => parts.push(self.decided(want, &self.masked(tag, bits))),
                (Match::Maybe(unknown), true) => parts.push(self.perhaps(want, &self.masked(tag, bits), unknown)),
                (Match::Yes | Match::Maybe(_), false) | (Match::No, _) => {}
            }
        }
        let other = self.other(want);
        if parts.is_empty() {
            return other;
        }
        parts.push(other);
        J::any(|| format!("a group or `other` gives {} {} on {}", self.caller.label(), purpose(want), self.record.path), parts)
    }

    /// Everyone else. The documented code masks these bits, the documented prose does not: where that decides, it is open.
    fn other<J: Judgement>(&self, want: Bits) -> J {
        let (plain, masked) = (self.acl.other(), self.acl.mask().limit(self.acl.other()));
        let candidate = Candidate { tag: AclTag::Other, grants: masked, text: format!("other::{plain}") };
        if plain.contains(want) == masked.contains(want) {
            return self.decided(want, &candidate);
        }
        J::undetermined(|| {
            let mask = self.acl.mask().bits().unwrap_or(Bits::ALL);
            let says = format!("{} grants {}, under mask::{mask} it would not", candidate.text, purpose(want));
            let claim = format!("{} gives {} {} on {}", candidate.text, self.caller.label(), purpose(want), self.record.path);
            let question = "Microsoft's code for the check applies the mask to `other`, its text on the mask does not";
            (notice::attach(self, self.cite(claim, says)), Missing::open("mask-on-other", question))
        })
    }

    /// One of two outcomes, by a fact that is not known; where both agree it does not matter.
    fn either<J: Judgement>(&self, want: Bits, candidate: &Candidate, rest: J, unknown: Unknown) -> J {
        let first: Verdict = self.decided(want, candidate);
        if first == rest.verdict() { rest } else { self.perhaps(want, candidate, unknown) }
    }

    fn perhaps<J: Judgement>(&self, want: Bits, candidate: &Candidate, unknown: Unknown) -> J {
        J::undetermined(|| {
            let missing = self.caller.missing(unknown);
            let claim = format!(
                "`{}` speaks of {} and decides about {} on {}",
                candidate.text,
                self.caller.label(),
                purpose(want),
                self.record.path
            );
            let why = missing.because.clone().unwrap_or_else(|| format!("{} {} not collected", missing.what, missing.scope));
            (self.cite(claim, format!("`{}`; whether it applies is not known: {why}", candidate.text)), missing)
        })
    }

    /// The entry decides.
    fn decided<J: Judgement>(&self, want: Bits, candidate: &Candidate) -> J {
        let text = &candidate.text;
        let claim = || format!("{} has {} on {}", self.caller.label(), purpose(want), self.record.path);
        if candidate.grants.contains(want) {
            return J::allowed(|| self.cite(claim(), format!("`{text}`")));
        }
        J::denied(|| {
            let lacks = want.without(candidate.grants);
            let why = why_it_decides(&candidate.tag);
            let leaf = self.cite(claim(), format!("`{text}` lacks `{lacks}`{}", why.unwrap_or_default()));
            if why.is_some() { notice::attach(self, leaf) } else { leaf }
        })
    }

    fn owner(&self) -> Candidate {
        let bits = self.acl.owner();
        Candidate { tag: AclTag::Owner, grants: bits, text: format!("user::{bits}") }
    }

    fn masked(&self, tag: AclTag, bits: Masked) -> Candidate {
        let grants = bits.under(self.acl.mask());
        let written = bits.written();
        let text = match self.acl.mask().bits() {
            Some(mask) => format!("{tag}:{written} & mask::{mask} = {grants}"),
            None => format!("{tag}:{written}"),
        };
        Candidate { tag, grants, text }
    }

    fn cite(&self, claim: String, says: String) -> Leaf {
        Leaf::new(claim, Evidence::new(EvidenceKind::PathAccess, self.record.id(), says))
    }
}

/// Why nothing after an entry of this kind is looked at; `None` where something is.
fn why_it_decides(tag: &AclTag) -> Option<&'static str> {
    match tag {
        AclTag::Owner => Some("; the owning user's entry decides alone"),
        AclTag::User(_) => Some("; a named user's entry decides alone"),
        AclTag::Other => Some("; no entry for the principal or one of its groups grants it"),
        AclTag::OwningGroup | AclTag::Group(_) | AclTag::Mask => None,
    }
}
