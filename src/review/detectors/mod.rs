//! What looks for findings: one file each.

mod account_keys;
mod firewall;
mod public;
mod reads_nothing;
mod sas;
mod secrets;
mod stored;
mod system;

use super::found::Detected;
use super::subject::Subject;
use crate::rules::Detector;

/// What a detector finds in the subject. What the review itself raises is found elsewhere.
pub(super) fn detect(subject: &Subject<'_>, detector: &Detector) -> Detected {
    match detector {
        Detector::StoredCredential(kinds) => stored::stored(subject, kinds),
        Detector::SystemKeyMode => system::key_mode(subject),
        Detector::AuthModeDisagrees => system::disagrees(subject),
        Detector::SharedKeyUnneeded => account_keys::unneeded(subject),
        Detector::SasExpires => sas::expires(subject),
        Detector::SasOutlivesPolicy => sas::outlives_policy(subject),
        Detector::SasBroad => sas::broad(subject),
        Detector::SecretExpires => secrets::expires(subject),
        Detector::PublicContainer => public::containers(subject),
        Detector::PublicAccount => public::accounts(subject),
        Detector::OpenFirewall => firewall::open(subject),
        Detector::ReadsNothing => reads_nothing::reads_nothing(subject),
        Detector::Incomplete | Detector::SuppressionExpired | Detector::SuppressionUnmatched => Detected::default(),
    }
}
