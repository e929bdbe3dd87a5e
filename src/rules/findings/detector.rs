//! What looks for a finding, with what parameters.

use crate::model::{Action, Plane};
use crate::rules::entry::Entry;
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
enum PlaneWord {
    Management,
    Data,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
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

/// What looks for a finding. Each is a file in `src/review/detectors`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Detector {
    /// A datastore stores a credential of one of these kinds.
    StoredCredential(Vec<StoredKind>),
    /// The datastores the workspace made for itself carry keys.
    SystemKeyMode,
    /// A system datastore and `systemDatastoresAuthMode` disagree.
    AuthModeDisagrees,
    /// An account accepts shared keys that no datastore needs.
    SharedKeyUnneeded,
    /// A stored SAS ends before the horizon.
    SasExpires,
    /// A stored SAS lives longer than the account's policy says.
    SasOutlivesPolicy,
    /// A stored SAS permits more than is needed.
    SasBroad,
    /// The secrets of a stored service principal end before the horizon.
    SecretExpires,
    /// Anyone may read a container.
    PublicContainer,
    /// An account permits public containers.
    PublicAccount,
    /// An account is open to every network.
    OpenFirewall,
    /// Somebody may do something.
    MayAct(MayAct),
    /// The identity of a compute reads by a role assignment above the container.
    BroadGrant,
    /// Several computes have one identity.
    SharedIdentity,
    /// A compute does not reach a sub-resource of an account that it needs.
    SubResource,
    /// A role assignment to a principal that the directory does not hold.
    DeletedPrincipal,
    /// A role assignment ends before the horizon.
    GrantLapses,
    /// Something lets a principal past the condition of its role assignment.
    ConditionBypassed(BypassedBy),
    /// Something is the matter with the condition of a role assignment.
    ConditionDoubtful(ConditionTrouble),
    /// The mask takes from an ACL entry what it was written for.
    AclMask,
    /// Files created in a folder later will be closed to who reads it.
    AclDefault,
    /// An ACL names what is no object id.
    AclForeignId(ForeignId),
    /// A deployment can read none of the inputs.
    ReadsNothing,
    /// Something was not collected, so that other findings could not be judged.
    Incomplete,
    /// A suppression has ended.
    SuppressionExpired,
    /// A suppression matches nothing.
    SuppressionUnmatched,
}

/// The word of a value.
fn word<T: Word + PartialEq>(value: T) -> &'static str {
    T::words().into_iter().find(|(own, _)| *own == value).map(|(_, word)| word).unwrap_or_default()
}

/// Parameters of [`Detector::MayAct`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MayAct {
    /// Who.
    pub who: Actor,
    /// What.
    pub action: Action,
    /// On which plane.
    pub plane: Plane,
    /// Where.
    pub at: ActAt,
    /// Leaves out the container of a default datastore that stores no credential: outputs are written there.
    pub spare_default_store: bool,
}

impl Detector {
    /// The word rules name it by.
    pub fn name(&self) -> &'static str {
        word(match self {
            Detector::StoredCredential(_) => Name::StoredCredential,
            Detector::SystemKeyMode => Name::SystemKeyMode,
            Detector::AuthModeDisagrees => Name::AuthModeDisagrees,
            Detector::SharedKeyUnneeded => Name::SharedKeyUnneeded,
            Detector::SasExpires => Name::SasExpires,
            Detector::SasOutlivesPolicy => Name::SasOutlivesPolicy,
            Detector::SasBroad => Name::SasBroad,
            Detector::SecretExpires => Name::SecretExpires,
            Detector::PublicContainer => Name::PublicContainer,
            Detector::PublicAccount => Name::PublicAccount,
            Detector::OpenFirewall => Name::OpenFirewall,
            Detector::MayAct(_) => Name::MayAct,
            Detector::BroadGrant => Name::BroadGrant,
            Detector::SharedIdentity => Name::SharedIdentity,
            Detector::SubResource => Name::SubResource,
            Detector::DeletedPrincipal => Name::DeletedPrincipal,
            Detector::GrantLapses => Name::GrantLapses,
            Detector::ConditionBypassed(_) => Name::ConditionBypassed,
            Detector::ConditionDoubtful(_) => Name::ConditionDoubtful,
            Detector::AclMask => Name::AclMask,
            Detector::AclDefault => Name::AclDefault,
            Detector::AclForeignId(_) => Name::AclForeignId,
            Detector::ReadsNothing => Name::ReadsNothing,
            Detector::Incomplete => Name::Incomplete,
            Detector::SuppressionExpired => Name::SuppressionExpired,
            Detector::SuppressionUnmatched => Name::SuppressionUnmatched,
        })
    }

    /// Its parameters, with the keys of the rule files.
    pub fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Detector::StoredCredential(kinds) => {
                vec![("credentials", kinds.iter().map(|kind| word(*kind)).collect::<Vec<_>>().join(", "))]
            }
            Detector::MayAct(may) => {
                let plane = word(match may.plane {
                    Plane::Management => PlaneWord::Management,
                    Plane::Data => PlaneWord::Data,
                });
                let mut all = vec![
                    ("who", word(may.who).to_owned()),
                    ("action", may.action.to_string()),
                    ("plane", plane.to_owned()),
                    ("at", word(may.at).to_owned()),
                ];
                all.extend(may.spare_default_store.then(|| ("spare_default_store", "true".to_owned())));
                all
            }
            Detector::ConditionBypassed(by) => vec![("by", word(*by).to_owned())],
            Detector::ConditionDoubtful(trouble) => vec![("trouble", word(*trouble).to_owned())],
            Detector::AclForeignId(id) => vec![("names", word(*id).to_owned())],
            Detector::SystemKeyMode
            | Detector::BroadGrant
            | Detector::SharedIdentity
            | Detector::SubResource
            | Detector::DeletedPrincipal
            | Detector::GrantLapses
            | Detector::AclMask
            | Detector::AclDefault
            | Detector::AuthModeDisagrees
            | Detector::SharedKeyUnneeded
            | Detector::SasExpires
            | Detector::SasOutlivesPolicy
            | Detector::SasBroad
            | Detector::SecretExpires
            | Detector::PublicContainer
            | Detector::PublicAccount
            | Detector::OpenFirewall
            | Detector::ReadsNothing
            | Detector::Incomplete
            | Detector::SuppressionExpired
            | Detector::SuppressionUnmatched => Vec::new(),
        }
    }

    /// What the review itself raises: exactly one finding must name each.
    pub const OF_THE_REVIEW: [(Detector, &'static str); 3] = [
        (Detector::Incomplete, "incomplete"),
        (Detector::SuppressionExpired, "suppression_expired"),
        (Detector::SuppressionUnmatched, "suppression_unmatched"),
    ];

    /// Circumstances it tells apart, for `severities`.
    pub fn circumstances(&self) -> &'static [&'static str] {
        match self {
            Detector::StoredCredential(_) => &["system"],
            Detector::SharedKeyUnneeded => &["keys_reachable"],
            Detector::SasExpires | Detector::SecretExpires => &["expired"],
            Detector::SasBroad => &["writes"],
            Detector::PublicContainer => &["read_only"],
            Detector::OpenFirewall => &["credential_opens", "private_endpoint"],
            Detector::MayAct(_) => &["system"],
            Detector::BroadGrant => &["above_account"],
            Detector::GrantLapses => &["activated"],
            Detector::AclDefault => &["no_default_entries"],
            Detector::SystemKeyMode
            | Detector::SharedIdentity
            | Detector::SubResource
            | Detector::DeletedPrincipal
            | Detector::ConditionBypassed(_)
            | Detector::ConditionDoubtful(_)
            | Detector::AclMask
            | Detector::AclForeignId(_)
            | Detector::AuthModeDisagrees
            | Detector::SasOutlivesPolicy
            | Detector::PublicAccount
            | Detector::ReadsNothing
            | Detector::Incomplete
            | Detector::SuppressionExpired
            | Detector::SuppressionUnmatched => &[],
        }
    }
}

pub(super) fn read(entry: &mut Entry<'_, '_>) -> Option<Detector> {
    Some(match entry.word::<Name>("detector")? {
        Name::StoredCredential => Detector::StoredCredential(entry.words("credentials")?),
        Name::SystemKeyMode => Detector::SystemKeyMode,
        Name::AuthModeDisagrees => Detector::AuthModeDisagrees,
        Name::SharedKeyUnneeded => Detector::SharedKeyUnneeded,
        Name::SasExpires => Detector::SasExpires,
        Name::SasOutlivesPolicy => Detector::SasOutlivesPolicy,
        Name::SasBroad => Detector::SasBroad,
        Name::SecretExpires => Detector::SecretExpires,
        Name::PublicContainer => Detector::PublicContainer,
        Name::PublicAccount => Detector::PublicAccount,
        Name::OpenFirewall => Detector::OpenFirewall,
        Name::MayAct => Detector::MayAct(may_act(entry)?),
        Name::BroadGrant => Detector::BroadGrant,
        Name::SharedIdentity => Detector::SharedIdentity,
        Name::SubResource => Detector::SubResource,
        Name::DeletedPrincipal => Detector::DeletedPrincipal,
        Name::GrantLapses => Detector::GrantLapses,
        Name::ConditionBypassed => Detector::ConditionBypassed(entry.word("by")?),
        Name::ConditionDoubtful => Detector::ConditionDoubtful(entry.word("trouble")?),
        Name::AclMask => Detector::AclMask,
        Name::AclDefault => Detector::AclDefault,
        Name::AclForeignId => Detector::AclForeignId(entry.word("names")?),
        Name::ReadsNothing => Detector::ReadsNothing,
        Name::Incomplete => Detector::Incomplete,
        Name::SuppressionExpired => Detector::SuppressionExpired,
        Name::SuppressionUnmatched => Detector::SuppressionUnmatched,
    })
}

fn may_act(entry: &mut Entry<'_, '_>) -> Option<MayAct> {
    let (who, action, plane, at) = (entry.word("who"), entry.action("action"), entry.word("plane"), entry.word("at"));
    let spare = entry.optional_flag("spare_default_store").unwrap_or_default();
    let plane = plane.map(|plane| match plane {
        PlaneWord::Management => Plane::Management,
        PlaneWord::Data => Plane::Data,
    });
    Some(MayAct { who: who?, action: action?, plane: plane?, at: at?, spare_default_store: spare })
}
