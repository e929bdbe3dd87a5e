//! What looks for a finding, with what parameters.

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
        ReadsNothing = "reads_nothing",
        Incomplete = "incomplete",
        SuppressionExpired = "suppression_expired",
        SuppressionUnmatched = "suppression_unmatched";
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
            Detector::SystemKeyMode
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
            Detector::SystemKeyMode
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
        Name::ReadsNothing => Detector::ReadsNothing,
        Name::Incomplete => Detector::Incomplete,
        Name::SuppressionExpired => Detector::SuppressionExpired,
        Name::SuppressionUnmatched => Detector::SuppressionUnmatched,
    })
}
