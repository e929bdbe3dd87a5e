//! The account's SAS expiration policy.
//!
//! Source: "Configure an expiration policy for shared access signatures" (Azure Storage); `expirationAction` of
//! `Microsoft.Storage/storageAccounts`.

use super::{Part, Record};
use crate::eval::{DataTarget, EvidenceKind, Judgement, Proof};
use crate::model::{Known, SasKind, SasPolicy, SasToken};
use time::Duration;

/// Whether the account's policy lets a SAS of this length through; nothing where no policy is set. A SAS that an Entra
/// principal signed is spared.
pub(super) fn expiration_policy(token: &SasToken, target: &DataTarget<'_>) -> Option<Part> {
    match token.kind() {
        SasKind::UserDelegation => return None,
        SasKind::Account | SasKind::Service | SasKind::Invalid(_) => {}
    }
    let claim = "the account's SAS expiration policy lets the SAS through";
    let account = match &target.account {
        Known::Known(account) => account,
        Known::Missing(missing) => return Some(Part::settled_by_probe(Proof::unknown(|| claim.to_owned(), missing))),
    };
    let policy = account.sas_policy.as_ref()?;
    let record = Record { kind: EvidenceKind::Resource, id: account.id.as_str() };
    let says = format!("`sasPolicy`: `{}` beyond `{}`", policy.expiration_action, policy.expiration_period);
    if policy.expiration_action.eq_ignore_ascii_case("Log") || fits(policy, token) {
        return Some(Part::hard(record.allowed(claim, says)));
    }
    let question = "does the policy refuse this SAS? how `Block` is enforced is not documented, and the SAS is longer than the policy \
                    says, or has no `st` or `se` to measure";
    Some(Part::settled_by_probe(record.open(claim, says, "sas-expiration-policy", question)))
}

/// Whether the SAS is known to keep to the policy's period.
fn fits(policy: &SasPolicy, token: &SasToken) -> bool {
    exceeds_policy(policy, token) == Some(false)
}

/// Whether a SAS lives longer than an account's policy says; `None`: it has no `st` and `se` to measure, or the policy's
/// period cannot be read. A SAS that an Entra principal signed is not measured.
pub fn exceeds_policy(policy: &SasPolicy, token: &SasToken) -> Option<bool> {
    match token.kind() {
        SasKind::UserDelegation => return Some(false),
        SasKind::Account | SasKind::Service | SasKind::Invalid(_) => {}
    }
    let interval = token.start.value().zip(token.expiry.value()).map(|(start, end)| *end - *start);
    interval.zip(period(&policy.expiration_period)).map(|(interval, period)| interval > period)
}

/// Reads `DD.HH:MM:SS`.
fn period(text: &str) -> Option<Duration> {
    let (days, clock) = text.split_once('.').unwrap_or(("0", text));
    let [hours, minutes, seconds]: [&str; 3] = clock.split(':').collect::<Vec<_>>().try_into().ok()?;
    let number = |text: &str| text.parse::<u32>().ok().map(i64::from);
    let seconds = number(days)? * 86_400 + number(hours)? * 3_600 + number(minutes)? * 60 + number(seconds)?;
    Some(Duration::seconds(seconds))
}
