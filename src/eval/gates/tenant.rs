//! `account/tenant`: identities and account live in one tenant.

use super::account::subscription_evidence;
use crate::eval::{Context, DataTarget, Evidence, Judgement, Leaf, Proof};
use crate::model::{Known, Lookup, Missing, RolePlayed, SecurityPrincipal, SubscriptionId, TenantId, What};

/// What is known of the account's tenant.
struct Home {
    subscription: SubscriptionId,
    /// `None`: that of the snapshot, which it does not name.
    tenant: Option<TenantId>,
    recorded: bool,
}

/// Whether every principal lives in the account's tenant: `account/tenant`.
///
/// The account's tenant is that of its subscription. A tenant that is `None` on either side is that of the snapshot, which
/// then does not name it: two of them are the same one. Source: "Set up authentication between Azure Machine Learning and
/// other services": identity-based access across tenants is not supported.
pub fn tenant(cx: &Context<'_>, target: &DataTarget<'_>, principals: &[(SecurityPrincipal, Known<Option<TenantId>>)]) -> Proof {
    let claim = || format!("the identities that read live in the tenant of account `{}`", target.account_name);
    let home = match home(cx, target) {
        Ok(home) => home,
        Err(missing) => return Proof::unknown(claim, &missing),
    };
    let parts = principals.iter().map(|(principal, tenant)| one(cx, target, &home, principal, tenant));
    Proof::all(claim, parts.collect())
}

fn home(cx: &Context<'_>, target: &DataTarget<'_>) -> Result<Home, Missing> {
    let account = match &target.account {
        Known::Known(account) => account,
        Known::Missing(missing) => return Err(missing.clone()),
    };
    let Some(subscription) = account.id.subscription() else {
        return Err(Missing::open("account-subscription", format!("the id of account `{}` names no subscription", account.name)));
    };
    let state = cx.snapshot.subscription(&subscription);
    match state.tenant {
        Known::Known(tenant) => Ok(Home { subscription, tenant, recorded: state.recorded }),
        Known::Missing(missing) => Err(missing),
    }
}

fn one(cx: &Context<'_>, target: &DataTarget<'_>, home: &Home, principal: &SecurityPrincipal, tenant: &Known<Option<TenantId>>) -> Proof {
    let name = describe(principal);
    let claim = || format!("{name} lives in the tenant of account `{}`", target.account_name);
    let of_principal = match tenant {
        Known::Known(tenant) => tenant,
        Known::Missing(missing) => return Proof::unknown(claim, missing),
    };
    let says = |verb: &str| {
        let word = |tenant: &Option<TenantId>| tenant.as_ref().map_or_else(|| "that of the snapshot".to_owned(), |t| format!("`{t}`"));
        format!("tenant of the account: {}; {verb} tenant: {}", word(&home.tenant), word(of_principal))
    };
    let evidence = |says: String| -> Evidence { subscription_evidence(cx, &home.subscription, home.recorded, says) };
    match (&home.tenant, of_principal) {
        (Some(account), Some(own)) if account != own => Proof::denied(|| Leaf::new(claim(), evidence(says("the identity's")))),
        (Some(_), Some(_)) | (None, None) => Proof::allowed(|| Leaf::new(claim(), evidence(says("the identity's")))),
        (None, Some(_)) => Proof::unknown(claim, &missing(What::Subscription, home.subscription.as_str())),
        (Some(_), None) => {
            let id = principal.object_id.as_ref().map_or_else(|| name.clone(), ToString::to_string);
            Proof::unknown(claim, &missing(What::DirectoryObject, &id))
        }
    }
}

fn missing(what: What, scope: &str) -> Missing {
    Missing::new(what, scope, &Lookup::NotCollected)
}

fn describe(principal: &SecurityPrincipal) -> String {
    let role = match principal.role {
        RolePlayed::JobIdentity => "the job's identity",
        RolePlayed::ComputeIdentity => "the compute's identity",
        RolePlayed::StoreCredential => "the stored service principal",
    };
    match (&principal.name, &principal.object_id) {
        (Some(name), _) => format!("{role} `{name}`"),
        (None, Some(id)) => format!("{role} `{id}`"),
        (None, None) => role.to_owned(),
    }
}
