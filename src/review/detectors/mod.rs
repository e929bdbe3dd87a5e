//! What looks for findings: one file each.

mod account_keys;
mod acl;
mod acl_ids;
mod broad_grant;
mod conditions;
mod conditions_bypassed;
mod deleted_principal;
mod firewall;
mod grant_lapses;
mod may_act;
mod public;
mod reads_nothing;
mod sas;
mod secrets;
mod shared_identity;
mod stored;
mod sub_resource;
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
        Detector::MayAct(may) => may_act::may_act(subject, may),
        Detector::BroadGrant => broad_grant::broad(subject),
        Detector::SharedIdentity => shared_identity::shared(subject),
        Detector::SubResource => sub_resource::unreached(subject),
        Detector::DeletedPrincipal => deleted_principal::deleted(subject),
        Detector::GrantLapses => grant_lapses::lapses(subject),
        Detector::ConditionBypassed(by) => conditions_bypassed::bypassed(subject, *by),
        Detector::ConditionDoubtful(trouble) => conditions::doubtful(subject, *trouble),
        Detector::AclMask => acl::masked(subject),
        Detector::AclDefault => acl::closed_to_new_files(subject),
        Detector::AclForeignId(names) => acl_ids::foreign(subject, *names),
        Detector::ReadsNothing => reads_nothing::reads_nothing(subject),
        Detector::Incomplete | Detector::SuppressionExpired | Detector::SuppressionUnmatched => Detected::default(),
    }
}
