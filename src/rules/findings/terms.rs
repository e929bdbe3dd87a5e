//! The words that findings use for what detectors tell apart.

use crate::rules::words::Word;

/// Kinds of stored credential, as rules speak of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StoredKind {
    /// The key of the account.
    AccountKey,
    /// A shared access signature.
    Sas,
    /// A service principal with a secret.
    ServicePrincipal,
    /// A service principal with a certificate.
    Certificate,
}

/// Whose rights are asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Actor {
    /// Identities of the workspace's computes.
    Compute,
    /// Principals of role assignments that may invoke one of the workspace's endpoints.
    Invoker,
}

/// Where a right is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActAt {
    /// Containers that datastores lead to.
    Container,
    /// Storage accounts of the workspace.
    Account,
    /// Datastores that store a credential.
    Datastore,
}

/// What lets a principal past a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BypassedBy {
    /// Another role assignment without condition.
    Grant,
    /// The super-user action of the same role, which the condition does not target.
    SuperUser,
}

/// What is the matter with a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConditionTrouble {
    /// It cannot be read.
    Malformed,
    /// It uses an operator that makes every access fail.
    Unsupported,
    /// It asks for an attribute that nobody can know beforehand.
    UnknownAttribute,
}

/// What an ACL names in place of an object id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ForeignId {
    /// An application id, or the object id of an application registration.
    Application,
    /// An id the directory does not hold.
    Unknown,
}

macro_rules! words {
    ($($type:ident, $name:literal: $($variant:ident = $word:literal),+;)+) => {
        $(
            impl Word for $type {
                const NAME: &'static str = $name;
                fn words() -> Vec<(Self, &'static str)> {
                    vec![$(($type::$variant, $word)),+]
                }
            }
        )+
    };
}

words! {
    StoredKind, "kind of credential": AccountKey = "account_key", Sas = "sas", ServicePrincipal = "service_principal", Certificate = "certificate";
    Actor, "actor": Compute = "compute", Invoker = "invoker";
    ActAt, "place": Container = "container", Account = "account", Datastore = "datastore";
    BypassedBy, "way past a condition": Grant = "grant", SuperUser = "super_user";
    ConditionTrouble, "trouble": Malformed = "malformed", Unsupported = "unsupported_operator", UnknownAttribute = "unknown_attribute";
    ForeignId, "id": Application = "application", Unknown = "unknown";
    PlaneWord, "plane": Management = "management", Data = "data";
    Name, "detector":
        StoredCredential = "stored_credential",
        SystemKeyMode = "system_key_mode",
        AuthModeDisagrees = "auth_mode_disagrees",
        SharedKeyUnneeded = "shared_key_unneeded",
        SasExpires = "sas_expires",
        SasOutlivesPolicy = "sas_outlives_policy",
        SasBroad = "sas_broad",
        SecretExpires = "secret_expires",
        PublicContainer = "public_container",
        PublicAccount = "public_account",
        OpenFirewall = "open_firewall",
        MayAct = "may_act",
        BroadGrant = "broad_grant",
        SharedIdentity = "shared_identity",
        SubResource = "sub_resource",
        DeletedPrincipal = "deleted_principal",
        GrantLapses = "grant_lapses",
        ConditionBypassed = "condition_bypassed",
        ConditionDoubtful = "condition_doubtful",
        AclMask = "acl_mask",
        AclDefault = "acl_default",
        AclForeignId = "acl_foreign_id",
        ReadsNothing = "reads_nothing",
        Incomplete = "incomplete",
        SuppressionExpired = "suppression_expired",
        SuppressionUnmatched = "suppression_unmatched";
}

/// [`Plane`] in rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PlaneWord {
    Management,
    Data,
}

/// The detectors by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    StoredCredential,
    SystemKeyMode,
    AuthModeDisagrees,
    SharedKeyUnneeded,
    SasExpires,
    SasOutlivesPolicy,
    SasBroad,
    SecretExpires,
    PublicContainer,
    PublicAccount,
    OpenFirewall,
    MayAct,
    BroadGrant,
    SharedIdentity,
    SubResource,
    DeletedPrincipal,
    GrantLapses,
    ConditionBypassed,
    ConditionDoubtful,
    AclMask,
    AclDefault,
    AclForeignId,
    ReadsNothing,
    Incomplete,
    SuppressionExpired,
    SuppressionUnmatched,
}
