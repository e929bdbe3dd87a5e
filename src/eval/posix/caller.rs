//! Which entries of an ACL speak of the principal.

use crate::model::{DirectoryObject, Found, Identities, Lookup, Missing, ObjectId, PrincipalKind, Snapshot, What};

/// Groups a token can carry; of a member of more, the service sees only some.
///
/// Source: "Access control model in Azure Data Lake Storage", limits on groups.
const GROUPS_IN_A_TOKEN: usize = 200;

/// The owning group of a Gen1 root, a placeholder that nobody is in.
const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

/// Whether an id of an ACL means the principal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Match {
    Yes,
    No,
    Maybe(Unknown),
}

/// Why that cannot be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unknown {
    /// The principal's groups are not all known.
    Memberships,
    /// It is in more groups than a token carries.
    TooManyGroups,
    /// The entry bears a user principal name, and the principal's is not known.
    UserName,
}

/// The principal that an ACL is asked about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Caller<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) who: &'a Identities,
    pub(super) object: Option<&'a DirectoryObject>,
}

impl<'a> Caller<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, who: &'a Identities) -> Self {
        Caller { snapshot, who, object: snapshot.facts().directory.get(&who.principal) }
    }

    /// Name and object id, for claims.
    pub(super) fn label(&self) -> String {
        match self.object.and_then(DirectoryObject::name) {
            Some(name) => format!("{name} ({})", self.who.principal),
            None => self.who.principal.to_string(),
        }
    }

    /// Whether `id`, an owner or a `user:` entry, is the principal. `$superuser` is nobody: only account keys and SAS act
    /// as it, and a `user:` entry is never matched with a group. Ids are object ids; a user principal name is what tools write that were not told `upn=false`.
    pub(super) fn is(&self, id: &ObjectId) -> Match {
        if *id == self.who.principal {
            let is_group = self.object.and_then(|object| object.kind) == Some(PrincipalKind::Group);
            return if is_group { Match::No } else { Match::Yes };
        }
        if !id.key().contains('@') {
            return Match::No;
        }
        let Some(object) = self.object else {
            return Match::Maybe(Unknown::UserName);
        };
        match (object.kind, &object.user_principal_name) {
            (Some(PrincipalKind::User) | None, Some(name)) if name.to_lowercase() == id.key() => Match::Yes,
            (Some(PrincipalKind::User) | None, None) => Match::Maybe(Unknown::UserName),
            (Some(PrincipalKind::User) | None, Some(_)) => Match::No,
            (Some(PrincipalKind::Group | PrincipalKind::ServicePrincipal), _) => Match::No,
            (Some(PrincipalKind::ManagedIdentity | PrincipalKind::Application), _) => Match::No,
        }
    }

    /// Whether the principal is in the group `id`. A user's own id as owning group grants nothing.
    pub(super) fn is_in(&self, id: &ObjectId) -> Match {
        if id.key() == NOBODY || id.key().starts_with('$') {
            return Match::No;
        }
        if *id == self.who.principal {
            return if self.kind_of(id) == Some(PrincipalKind::Group) { Match::Yes } else { Match::No };
        }
        if self.who.groups.contains(id) {
            let all_seen = self.who.groups.len() <= GROUPS_IN_A_TOKEN;
            return if all_seen { Match::Yes } else { Match::Maybe(Unknown::TooManyGroups) };
        }
        match (&self.who.missing, self.kind_of(id)) {
            (None, _) => Match::No,
            (Some(_), None | Some(PrincipalKind::Group)) => Match::Maybe(Unknown::Memberships),
            (Some(_), Some(PrincipalKind::User | PrincipalKind::ServicePrincipal)) => Match::No,
            (Some(_), Some(PrincipalKind::ManagedIdentity | PrincipalKind::Application)) => Match::No,
        }
    }

    fn kind_of(&self, id: &ObjectId) -> Option<PrincipalKind> {
        self.snapshot.facts().directory.get(id)?.kind
    }

    /// What would settle a [`Match::Maybe`].
    pub(super) fn missing(&self, unknown: Unknown) -> Missing {
        let principal = &self.who.principal;
        let not_collected = || Missing::new(What::Memberships, principal.as_str(), &Lookup::NotCollected);
        match unknown {
            Unknown::Memberships => self.who.missing.clone().unwrap_or_else(not_collected),
            Unknown::TooManyGroups => Missing::open(
                "groups-over-200",
                format!("{principal} is in more than {GROUPS_IN_A_TOKEN} groups; which of them its token carries is not documented"),
            ),
            Unknown::UserName => match self.snapshot.directory_object(principal.as_str()) {
                Found::Missing(missing) => missing,
                Found::Here(_) | Found::Absent(_) => Missing::new(What::DirectoryObject, principal.as_str(), &Lookup::NotCollected),
            },
        }
    }
}
