//! Whether subscription and account serve requests at all.

use super::{is, of_account};
use crate::eval::{Context, Evidence, EvidenceKind, Judgement, Leaf, Proof, Warning};
use crate::model::{Known, Missing, StorageAccount, SubscriptionId, WarningId, What};

/// State of the account's subscription, and of the account itself, one proof each.
pub(super) fn enabled(cx: &Context<'_>, account: &StorageAccount) -> Vec<Proof> {
    vec![subscription(cx, account), state(account)]
}

/// A disabled or deleted subscription disables its accounts (`AccountIsDisabled`). Source: "Common REST API error codes";
/// "Azure subscription states".
fn subscription(cx: &Context<'_>, account: &StorageAccount) -> Proof {
    let Some(id) = account.id.subscription() else {
        let missing = Missing::open("account-subscription", format!("the id of account `{}` names no subscription", account.name));
        return Proof::unknown(|| format!("the subscription of account `{}` is enabled", account.name), &missing);
    };
    let known = cx.snapshot.subscription(&id);
    let claim = || format!("subscription `{id}` of account `{}` is enabled", account.name);
    let state = match &known.state {
        Known::Known(state) => state,
        Known::Missing(missing) => return Proof::unknown(claim, missing),
    };
    let evidence = |says: String| subscription_evidence(cx, &id, known.recorded, says);
    if is(state, "Enabled") {
        Proof::allowed(|| Leaf::new(claim(), evidence("state Enabled".to_owned())))
    } else if is(state, "Warned") || is(state, "PastDue") {
        let note = format!("subscription `{id}` of account `{}` is {state}: it still works, and will be disabled", account.name);
        let warning = Warning::new(WarningId::AccountNote, note);
        Proof::allowed(|| Leaf::new(claim(), evidence(format!("state {state}"))).warning(warning))
    } else if is(state, "Disabled") || is(state, "Deleted") {
        Proof::denied(|| Leaf::new(claim(), evidence(format!("state {state}: requests fail with AccountIsDisabled"))))
    } else {
        let question = format!("what storage does in a subscription whose state is `{state}` is not documented");
        let missing = Missing::open("subscription-state", question);
        Proof::undetermined(|| (Leaf::new(claim(), evidence(format!("state {state}"))), missing))
    }
}

/// The record a subscription's state or tenant was read from, or the coverage that stands in for one.
pub(super) fn subscription_evidence(cx: &Context<'_>, id: &SubscriptionId, recorded: bool, says: String) -> Evidence {
    if recorded {
        return Evidence::new(EvidenceKind::Subscription, id.as_str(), says);
    }
    let own = cx.snapshot.facts().coverage.iter().find(|record| {
        let named = record.scope.rsplit('/').next().unwrap_or_default();
        record.what == What::Subscription && SubscriptionId::new(named) == *id
    });
    Evidence::coverage(own, format!("{says}: nothing of this kind is missing, and no record says otherwise"))
}

/// `provisioningState` and `statusOfPrimary`, with notes on what the resource does not show.
fn state(account: &StorageAccount) -> Proof {
    let name = &account.name;
    let claim = || format!("account `{name}` is available");
    if let Some(status) = account.status_of_primary.as_deref().filter(|status| !is(status, "available")) {
        let says = format!("statusOfPrimary is {status}");
        if is(status, "unavailable") {
            return Proof::denied(|| Leaf::new(claim(), of_account(account, says)));
        }
        return Proof::undetermined(|| (Leaf::new(claim(), of_account(account, says.clone())), Missing::open("account-state", says)));
    }
    if let Some(state) = account.provisioning_state.as_deref().filter(|state| !is(state, "Succeeded")) {
        let says = format!("provisioningState is {state}");
        let question = format!("whether an account serves requests while its {says} is not documented");
        return Proof::undetermined(|| (Leaf::new(claim(), of_account(account, says)), Missing::open("account-state", question)));
    }
    let leaf = Leaf::new(claim(), of_account(account, "provisioned and available"));
    let noted = notes(account).into_iter().fold(leaf, Leaf::warning);
    Proof::allowed(|| noted)
}

fn notes(account: &StorageAccount) -> Vec<Warning> {
    let name = &account.name;
    let mut notes = Vec::new();
    if account.customer_managed_key {
        let text = format!(
            "account `{name}` is encrypted with a customer-managed key: while that key is disabled, expired or out of the \
             account's reach every request fails with 403, which the account resource does not show"
        );
        notes.push(Warning::new(WarningId::AccountEncryption, text));
    }
    // Nodes speak at least TLS 1.2; only a higher minimum can shut them out.
    if account.minimum_tls_version.as_deref().is_some_and(|version| is(version, "TLS1_3")) {
        let text = format!("account `{name}` demands TLS 1.3: clients that stop at TLS 1.2 fail with TlsVersionNotPermitted");
        notes.push(Warning::new(WarningId::AccountNote, text));
    }
    notes
}
