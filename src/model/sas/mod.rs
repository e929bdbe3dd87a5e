//! Shared access signatures: what a SAS says, without its signature.

mod parse;
mod time;

pub use time::parse_sas_time;

use super::{ObjectId, StoredCredential, TenantId, Timestamp};
use std::fmt;

/// Who signed a SAS, and so what it may reach.
///
/// Source: "Create a user delegation SAS", "Create an account SAS", "Create a service SAS" (Azure Storage REST reference).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SasKind {
    /// Signed with an account key for whole services (`ss`, `srt`).
    Account,
    /// Signed with an account key for one container, directory or blob (`sr`).
    Service,
    /// Signed with a key that an Entra principal was given (`skoid`).
    UserDelegation,
    /// None of these; the reason, for people.
    Invalid(&'static str),
}

impl fmt::Display for SasKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SasKind::Account => "account SAS",
            SasKind::Service => "service SAS",
            SasKind::UserDelegation => "user delegation SAS",
            SasKind::Invalid(_) => "SAS of no known kind",
        })
    }
}

/// Why the value of a field cannot be used. The value itself is not kept: it may be a secret in the wrong place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SasFault {
    /// No value.
    Empty,
    /// More than one value.
    Repeated,
    /// Bad percent-encoding, no UTF-8, or a control character.
    Encoding,
    /// The name is written in another case.
    Spelling,
    /// The value does not have the documented form.
    Form,
}

impl SasFault {
    /// What is wrong, as the end of the sentence "the field …".
    pub fn says(self) -> &'static str {
        match self {
            SasFault::Empty => "is empty",
            SasFault::Repeated => "stands there more than once",
            SasFault::Encoding => "is not well encoded",
            SasFault::Spelling => "is spelt in another case",
            SasFault::Form => "does not have the documented form",
        }
    }
}

/// One field of a SAS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SasField<T> {
    /// Not there.
    #[default]
    Absent,
    /// A valid value.
    Value(T),
    /// There, but unusable.
    Malformed(SasFault),
}

impl<T> SasField<T> {
    /// Whether the field is there, usable or not.
    pub fn is_present(&self) -> bool {
        match self {
            SasField::Absent => false,
            SasField::Value(_) | SasField::Malformed(_) => true,
        }
    }
    /// The valid value.
    pub fn value(&self) -> Option<&T> {
        match self {
            SasField::Value(value) => Some(value),
            SasField::Absent | SasField::Malformed(_) => None,
        }
    }
    /// What is wrong with it.
    pub fn fault(&self) -> Option<SasFault> {
        match self {
            SasField::Malformed(fault) => Some(*fault),
            SasField::Absent | SasField::Value(_) => None,
        }
    }
}

/// `sr`: the resource a service or user delegation SAS is signed for. The token does not carry its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SasResource {
    /// `b`
    Blob,
    /// `bs`: a snapshot of a blob.
    BlobSnapshot,
    /// `bv`: a version of a blob.
    BlobVersion,
    /// `c`
    Container,
    /// `d`: a directory and what is below it.
    Directory,
    /// `s`: a file share.
    Share,
    /// `f`: a file of a share.
    File,
}

/// `sp`: the permission letters, none of them twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SasPermissions {
    /// The letters as written.
    pub letters: String,
    /// Whether they stand in the documented order.
    pub in_order: bool,
}

/// `spr`: the protocols a request may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SasProtocol {
    /// `https`
    Https,
    /// `https,http`
    HttpsAndHttp,
    /// `http`
    Http,
}

/// What a SAS says.
///
/// INVARIANT: the signature is never kept, nor the value of any field that is not of the documented form, so that a
/// token in `Debug` or in a claim reveals no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SasToken {
    /// Whether a `sig` was there.
    pub signature_present: bool,
    /// `sv`: version, as a date.
    pub version: SasField<::time::Date>,
    /// `sp`
    pub permissions: SasField<SasPermissions>,
    /// `st`
    pub start: SasField<Timestamp>,
    /// `se`
    pub expiry: SasField<Timestamp>,
    /// `sip`: an address or a range of addresses.
    pub source_addresses: SasField<()>,
    /// `spr`
    pub protocol: SasField<SasProtocol>,
    /// `ses`: encryption scope.
    pub encryption_scope: SasField<()>,
    /// `sr`
    pub resource: SasField<SasResource>,
    /// `si`: stored access policy of the container.
    pub policy: SasField<()>,
    /// `sdd`: how many folders deep the signed directory lies below the root.
    pub directory_depth: SasField<u32>,
    /// `ss`: letters of services.
    pub services: SasField<String>,
    /// `srt`: letters of resource types.
    pub resource_types: SasField<String>,
    /// `skoid`: object id of the issuer.
    pub issuer: SasField<ObjectId>,
    /// `sktid`: tenant of the issuer.
    pub issuer_tenant: SasField<TenantId>,
    /// `skt`: start of the user delegation key.
    pub key_start: SasField<Timestamp>,
    /// `ske`: expiry of the user delegation key.
    pub key_expiry: SasField<Timestamp>,
    /// `sks`: services the user delegation key is for.
    pub key_service: SasField<String>,
    /// `skv`: version of the user delegation key.
    pub key_version: SasField<::time::Date>,
    /// `saoid`: agent that the issuer has authorized already.
    pub authorized_agent: SasField<ObjectId>,
    /// `suoid`: agent whose own ACL rights are checked besides.
    pub unauthorized_agent: SasField<ObjectId>,
    /// `sduoid`: the only user who may use the SAS.
    pub delegated_user: SasField<()>,
    /// `skdutid`: tenant of that user.
    pub delegated_tenant: SasField<()>,
    /// `srh`: headers a request must carry.
    pub request_headers: SasField<()>,
    /// `srq`: query parameters a request must carry.
    pub request_queries: SasField<()>,
    /// Short parameter names that begin with `s` and are not known: fields of a later version may restrict. Sorted.
    pub unknown: Vec<String>,
}

impl SasToken {
    /// Kind of the token, by which fields are there (usable or not).
    pub fn kind(&self) -> SasKind {
        let key_fields = [self.issuer_tenant.is_present(), self.key_start.is_present(), self.key_expiry.is_present()];
        if self.issuer.is_present() {
            SasKind::UserDelegation
        } else if key_fields.contains(&true) {
            SasKind::Invalid("it has fields of a user delegation key but no `skoid`")
        } else if self.services.is_present() && self.resource_types.is_present() {
            SasKind::Account
        } else if self.resource.is_present() {
            SasKind::Service
        } else {
            SasKind::Invalid("it has neither `sr`, nor both `ss` and `srt`, nor `skoid`")
        }
    }

    /// Every field that decides something and is there but unusable, in the order of the struct, by its name.
    pub fn faults(&self) -> Vec<(&'static str, SasFault)> {
        let all = [
            ("sv", self.version.fault()),
            ("sp", self.permissions.fault()),
            ("st", self.start.fault()),
            ("se", self.expiry.fault()),
            ("sip", self.source_addresses.fault()),
            ("spr", self.protocol.fault()),
            ("ses", self.encryption_scope.fault()),
            ("sr", self.resource.fault()),
            ("si", self.policy.fault()),
            ("sdd", self.directory_depth.fault()),
            ("ss", self.services.fault()),
            ("srt", self.resource_types.fault()),
            ("skoid", self.issuer.fault()),
            ("sktid", self.issuer_tenant.fault()),
            ("skt", self.key_start.fault()),
            ("ske", self.key_expiry.fault()),
            ("sks", self.key_service.fault()),
            ("skv", self.key_version.fault()),
            ("saoid", self.authorized_agent.fault()),
            ("suoid", self.unauthorized_agent.fault()),
            ("sduoid", self.delegated_user.fault()),
            ("skdutid", self.delegated_tenant.fault()),
            ("srh", self.request_headers.fault()),
            ("srq", self.request_queries.fault()),
        ];
        all.into_iter().filter_map(|(name, fault)| fault.map(|fault| (name, fault))).collect()
    }
}

/// Why a text is no SAS at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SasError {
    /// Nothing there.
    #[error("the SAS is empty")]
    Empty,
    /// No field of a SAS in it. The text is not shown, for it may be a secret.
    #[error("the text has no field of a SAS; expected a query such as `sv=…&sr=c&sp=rl&se=…`")]
    NoField,
}

/// Shows what was read of the SAS, never its text: a foreign file may hold a signature.
impl fmt::Debug for StoredCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sas = self.sas.as_deref().map(SasToken::parse);
        let StoredCredential { datastore, credentials_type, sas: _ } = self;
        f.debug_struct("StoredCredential")
            .field("datastore", datastore)
            .field("credentials_type", credentials_type)
            .field("sas", &sas)
            .finish()
    }
}
