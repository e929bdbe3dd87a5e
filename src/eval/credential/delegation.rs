//! User delegation SAS: the key's window, the issuer's own grants, the agent.
//!
//! Source: "Troubleshoot 403 errors in Azure Blob Storage", user delegation SAS tokens; "Create a user delegation SAS"
//! (Azure Storage REST reference); "Access control lists in Azure Data Lake Storage", SAS.

use super::sas::SasGrants;
use super::{AccessOf, Part, Record, clock};
use crate::eval::{Context, DataTarget, Judgement, Proof};
use crate::model::{Known, ObjectId, Operation, SasField, SasToken, StorageAccount};
use time::macros::date;

/// The first version with user delegation.
const FIRST_VERSION: time::Date = date!(2018 - 11 - 09);
/// The first version with agents (`saoid`, `suoid`).
const AGENT_VERSION: time::Date = date!(2020 - 02 - 10);

/// Everything that only a user delegation SAS asks for.
pub(super) fn delegated(
    cx: &Context<'_>,
    record: Record<'_>,
    token: &SasToken,
    target: &DataTarget<'_>,
    operations: &[Operation],
    grants: &SasGrants<'_>,
) -> Vec<Part> {
    let mut parts = mandatory(record, token);
    parts.extend(key_window(cx, record, token));
    parts.extend(key_fields(record, token));
    parts.extend(tenant(cx, record, token, target));
    parts.extend(agents(record, token, target));
    if let SasField::Value(issuer) = &token.issuer {
        parts.push(principal("issuer of the SAS", issuer, operations, grants.issuer));
    }
    if let SasField::Value(agent) = &token.unauthorized_agent {
        parts.push(principal("agent of the SAS (`suoid`), by ACL,", agent, operations, grants.agent));
    }
    parts
}

fn principal(who: &str, id: &ObjectId, operations: &[Operation], access: AccessOf<'_>) -> Part {
    let each = operations.iter().map(|operation| access(id, *operation)).collect();
    Part::settled_by_probe(Proof::all(|| format!("the {who} {id} may do itself what the SAS is used for"), each))
}

/// `sv`, `skoid`, `sktid`, `skt`, `ske`: without one of them authentication fails.
fn mandatory(record: Record<'_>, token: &SasToken) -> Vec<Part> {
    let fields = [
        ("sv", token.version.is_present()),
        ("sktid", token.issuer_tenant.is_present()),
        ("skt", token.key_start.is_present()),
        ("ske", token.key_expiry.is_present()),
    ];
    let absent = fields.iter().filter(|(_, present)| !present);
    let mut parts: Vec<Part> = absent
        .map(|(name, _)| {
            Part::hard(record.denied(format!("`{name}` is there"), format!("no `{name}`, which a user delegation SAS must have")))
        })
        .collect();
    if let SasField::Value(version) = &token.version {
        let claim = format!("`sv` knows user delegation ({FIRST_VERSION} or later)");
        let says = format!("`sv` is `{version}`");
        parts.push(Part::hard(if *version < FIRST_VERSION { record.denied(claim, says) } else { record.allowed(claim, says) }));
    }
    parts
}

fn key_window(cx: &Context<'_>, record: Record<'_>, token: &SasToken) -> Vec<Part> {
    let mut parts = Vec::new();
    let outside = |claim: &str, says: &str| Part::hard(record.denied(claim, says));
    if let SasField::Value(start) = &token.key_start {
        parts.push(Part::hard(clock::opens(cx, record, "skt", *start)));
        if token.start.value().is_some_and(|st| st < start) {
            parts.push(outside("`st` lies in the window of the user delegation key", "`st` is before `skt`"));
        }
    }
    if let SasField::Value(end) = &token.key_expiry {
        parts.push(Part::hard(clock::closes(cx, record, "ske", *end, "the user delegation key behind the stored SAS expires")));
        if token.expiry.value().is_some_and(|se| se > end) {
            parts.push(outside("`se` lies in the window of the user delegation key", "`se` is after `ske`"));
        }
    }
    parts
}

/// `sks` and `skv`. The list of what makes authentication fail does not name them, every generator writes them.
fn key_fields(record: Record<'_>, token: &SasToken) -> Option<Part> {
    if let SasField::Value(services) = &token.key_service
        && !services.contains('b')
    {
        let question = "does Azure take a user delegation key of another service for blobs?";
        let proof = record.open("`sks` covers the blob service", format!("`sks` is `{services}`"), "sas-key-service", question);
        return Some(Part::settled_by_probe(proof));
    }
    let lacking = !token.key_service.is_present() || !token.key_version.is_present();
    lacking.then(|| {
        let assumption = "`sks` and `skv` of the user delegation key were left out of the record, and are right in the stored SAS";
        Part::hard(Proof::allowed(|| record.leaf("the key's own fields are there", "no `sks` or no `skv`").assuming(assumption)))
    })
}

/// The issuer's tenant must be the account's, as far as is known; whether it is theirs to read is asked of the issuer.
fn tenant(cx: &Context<'_>, record: Record<'_>, token: &SasToken, target: &DataTarget<'_>) -> Option<Part> {
    let issuer = token.issuer_tenant.value()?;
    let subscription = target.account.value()?.id.subscription()?;
    let tenant = cx.snapshot.subscription(&subscription).tenant.value().cloned().flatten()?;
    (tenant != *issuer).then(|| {
        let says = format!("`sktid` is `{issuer}`, the account's tenant is `{tenant}`");
        let question = "does the account take a user delegation key of another tenant?";
        Part::settled_by_probe(record.open("the issuer is of the account's tenant", says, "sas-issuer-tenant", question))
    })
}

/// `saoid` and `suoid`: one at most, only with a hierarchical namespace.
fn agents(record: Record<'_>, token: &SasToken, target: &DataTarget<'_>) -> Vec<Part> {
    let (authorized, unauthorized) = (token.authorized_agent.is_present(), token.unauthorized_agent.is_present());
    if !authorized && !unauthorized {
        return Vec::new();
    }
    let mut parts = vec![Part::settled_by_probe(namespace(record, &target.account))];
    let claim = "the SAS names its agent as it may";
    if authorized && unauthorized {
        parts.push(Part::hard(record.denied(claim, "`saoid` and `suoid` exclude each other")));
    }
    if token.version.value().is_some_and(|version| *version < AGENT_VERSION) {
        let question = "what does Azure make of an agent in a SAS of a version before 2020-02-10?";
        parts.push(Part::hard(record.open(claim, "`sv` is too old for `saoid` and `suoid`", "sas-agent-version", question)));
    }
    if let (SasField::Value(agent), false) = (&token.authorized_agent, unauthorized) {
        parts.push(Part::hard(record.allowed(claim, format!("`saoid` {agent} needs no grants of its own"))));
    }
    parts
}

fn namespace(record: Record<'_>, account: &Known<&StorageAccount>) -> Proof {
    let claim = "the account has a hierarchical namespace, which an agent in a SAS needs";
    match account {
        Known::Known(account) if account.is_hns_enabled => record.allowed(claim, "the account has one"),
        Known::Known(_) => record.denied(claim, "the account has none"),
        Known::Missing(missing) => Proof::unknown(|| claim.to_owned(), missing),
    }
}
