//! `credential/sas`: whether the stored SAS covers kind, scope, permissions, protocol and time.
//!
//! Source: "Create a service SAS", "Create an account SAS", "Create a user delegation SAS", "Shared access signature error
//! codes" (Azure Storage REST reference).

use super::key::{assumption, key_is_current};
use super::{AccessOf, POLICY_QUESTION, Part, ProbeFindings, Record, Settles, clock, delegation, permissions, policy, scope};
use crate::eval::{Context, DataTarget, EvidenceKind, Judgement, Origin, ProbeQuery, ProbeReach, Proof};
use crate::model::{
    Datastore, Found, Lookup, Missing, Operation, ProbeCredential, SasFault, SasKind, SasProtocol, SasResource, SasToken, StoredCredential,
    What,
};
use time::macros::date;

/// The first version of an account SAS.
const ACCOUNT_VERSION: time::Date = date!(2015 - 04 - 05);

/// How a user delegation SAS asks about the principals it names.
#[derive(Clone, Copy)]
pub struct SasGrants<'a> {
    /// The issuer (`skoid`): by role assignments alone, for ACLs are not asked.
    pub issuer: AccessOf<'a>,
    /// An agent that the issuer has not authorized (`suoid`): by ACLs alone.
    pub agent: AccessOf<'a>,
}

/// Codes of refusals that are about the SAS itself.
const REFUSALS: [&str; 6] = [
    "AuthenticationFailed",
    "InvalidAuthenticationInfo",
    "AuthorizationPermissionMismatch",
    "AuthorizationProtocolMismatch",
    "AuthorizationResourceTypeMismatch",
    "AuthorizationServiceMismatch",
];

/// `credential/sas`: whether the stored SAS permits `operations` on `target` throughout the period asked about.
///
/// Fields that Azure's documentation says it refuses deny; fields that are broken in a way it does not describe, and what
/// a token does not carry (names, the address of the compute, a stored access policy), leave it undetermined. A probe with
/// the stored credential settles the latter, never a broken field.
pub fn sas(
    cx: &Context<'_>,
    store: &Datastore,
    stored: &Found<'_, StoredCredential>,
    target: &DataTarget<'_>,
    operations: &[Operation],
    grants: &SasGrants<'_>,
) -> Proof {
    let claim = || format!("the stored SAS covers {}", target.describe());
    let token = match token_of(store, stored) {
        Ok(token) => token,
        Err(part) => {
            let findings = probes(cx, None, target, operations);
            let from = origin_subnet(target);
            let mut parts: Vec<Proof> = findings.refusals().collect();
            parts.push(findings.settle(cx, from, part));
            return Proof::all(claim, parts);
        }
    };
    let record = Record { kind: EvidenceKind::StoredCredential, id: store.id.as_str() };
    let mut parts = fields(cx, record, &token, target, operations);
    if token.kind() == SasKind::UserDelegation {
        parts.extend(delegation::delegated(cx, record, &token, target, operations, grants));
    }
    parts.extend(policy::expiration_policy(&token, target));
    let findings = probes(cx, Some(&token), target, operations);
    parts.push(Part::hard(signature(store, record, &token, target, &findings)));
    let from = origin_subnet(target);
    let proofs = findings.refusals().chain(parts.into_iter().map(|part| findings.settle(cx, from, part))).collect();
    Proof::all(claim, proofs)
}

/// The token, or why there is none to judge.
fn token_of(store: &Datastore, stored: &Found<'_, StoredCredential>) -> Result<SasToken, Part> {
    let claim = || "what is stored is known".to_owned();
    let fresh = |proof| Part { proof, settles: Settles::FreshProbe };
    let not_collected = || Missing::new(What::StoredCredential, store.id.as_str(), &Lookup::NotCollected);
    let text = match stored {
        Found::Here(record) => record.sas.as_deref(),
        Found::Absent(_) => None,
        Found::Missing(missing) => return Err(fresh(Proof::unknown(claim, missing))),
    };
    let text = text.ok_or_else(|| fresh(Proof::unknown(claim, &not_collected())))?;
    SasToken::parse(text).map_err(|error| {
        let record = Record { kind: EvidenceKind::StoredCredential, id: store.id.as_str() };
        Part::hard(Proof::undetermined(|| (record.leaf(claim(), error.to_string()), not_collected())))
    })
}

/// The fields that every kind is judged by.
fn fields(cx: &Context<'_>, record: Record<'_>, token: &SasToken, target: &DataTarget<'_>, operations: &[Operation]) -> Vec<Part> {
    let mut parts = vec![Part::hard(kind(record, token))];
    parts.extend(faults(record, token));
    parts.extend(version(record, token));
    parts.extend(clock::validity(cx, record, token));
    parts.extend(protocol(record, token));
    parts.extend(scope::reached(record, token, target));
    for operation in operations {
        parts.extend(permissions::permitted(cx, record, token, target, *operation));
    }
    parts.extend(unjudged(record, token, operations));
    parts
}

fn kind(record: Record<'_>, token: &SasToken) -> Proof {
    let claim = "the SAS is of a known kind";
    match token.kind() {
        SasKind::Invalid(reason) => record.denied(claim, reason),
        kind @ (SasKind::Account | SasKind::Service | SasKind::UserDelegation) => record.allowed(claim, kind.to_string()),
    }
}

/// Broken fields. Only of `sv` it is documented what Azure does with one that is not well formed.
fn faults(record: Record<'_>, token: &SasToken) -> Vec<Part> {
    let broken = |(name, fault): (&'static str, SasFault)| {
        let (claim, says) = (format!("`{name}` is well formed"), format!("`{name}` {}", fault.says()));
        Part::hard(match (name, fault) {
            ("sv", SasFault::Form) => record.denied(claim, says),
            (_, SasFault::Empty | SasFault::Repeated | SasFault::Encoding | SasFault::Spelling | SasFault::Form) => {
                let question = format!("what does Azure make of a SAS whose `{name}` {}?", fault.says());
                record.open(claim, says, "sas-malformed", &question)
            }
        })
    };
    token.faults().into_iter().map(broken).collect()
}

fn version(record: Record<'_>, token: &SasToken) -> Option<Part> {
    let claim = "`sv` is a version that knows this kind";
    match (token.kind(), token.version.value(), token.version.is_present()) {
        (SasKind::Account, Some(version), _) if *version < ACCOUNT_VERSION => {
            Some(Part::hard(record.denied(claim, format!("`sv` is `{version}`; an account SAS needs {ACCOUNT_VERSION} or later"))))
        }
        (SasKind::Account, None, false) => Some(Part::hard(record.denied(claim, "no `sv`, which an account SAS must have"))),
        (SasKind::Service, None, false) => {
            let question = "is a service SAS without `sv`, as the first versions were, still taken?";
            Some(Part::settled_by_probe(record.open(claim, "no `sv`", "sas-without-version", question)))
        }
        (SasKind::Account | SasKind::Service, Some(version), _) => Some(Part::hard(record.allowed(claim, format!("`sv` is `{version}`")))),
        (SasKind::Account | SasKind::Service | SasKind::UserDelegation | SasKind::Invalid(_), _, _) => None,
    }
}

fn protocol(record: Record<'_>, token: &SasToken) -> Option<Part> {
    let claim = "`spr` permits https";
    Some(Part::hard(match token.protocol.value()? {
        SasProtocol::Https => record.allowed(claim, "`spr` is `https`"),
        SasProtocol::HttpsAndHttp => record.allowed(claim, "`spr` is `https,http`"),
        SasProtocol::Http => record.denied(claim, "`spr` is `http`"),
    }))
}

/// What stands in the token and cannot be judged from it.
fn unjudged(record: Record<'_>, token: &SasToken, operations: &[Operation]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut open = |settles, claim: &str, says: &str, name: &str, question: &str| {
        parts.push(Part { proof: record.open(claim, says, name, question), settles });
    };
    if token.source_addresses.value().is_some() {
        let question = "from which address do the requests of the compute come? nothing collected says";
        open(Settles::SameSource, "`sip` covers the compute's address", "`sip` is there", "sas-source-address", question);
    }
    if token.policy.value().is_some() {
        open(Settles::Probe, "the stored access policy holds", "`si` names one", "stored-access-policy", POLICY_QUESTION);
    }
    if token.request_headers.value().is_some() || token.request_queries.value().is_some() {
        let question = "do the job's requests carry the headers and parameters that `srh` and `srq` demand?";
        open(Settles::Probe, "requests carry what the SAS demands", "`srh` or `srq` is there", "sas-signed-request", question);
    }
    if token.delegated_user.value().is_some() || token.delegated_tenant.value().is_some() {
        let question = "is the SAS taken from a job, that does not sign in as the user it is made out to?";
        open(Settles::Probe, "the SAS may be used by the job", "`sduoid` or `skdutid` is there", "sas-delegated-user", question);
    }
    if token.encryption_scope.value().is_some() && operations.contains(&Operation::Write) {
        let question = "may blobs of the container be written with the SAS's encryption scope?";
        open(Settles::Never, "the encryption scope can be used", "`ses` is there", "sas-encryption-scope", question);
    }
    for name in &token.unknown {
        let question = format!("what does the field `{name}` restrict? this version does not know it");
        open(Settles::Probe, "every field is known", &format!("`{name}` is there"), "sas-unknown-field", &question);
    }
    parts.extend(contradictions(record, token));
    parts
}

/// Fields of one kind in a token of another, and letters in an order that is documented as invalid: what Azure does is not
/// said.
fn contradictions(record: Record<'_>, token: &SasToken) -> Option<Part> {
    let kind = token.kind();
    let account = token.services.is_present() || token.resource_types.is_present();
    let resource = token.resource.is_present() || token.directory_depth.is_present();
    let depth = token.directory_depth.is_present() && token.resource.value() != Some(&SasResource::Directory);
    let key = token.key_service.is_present() || token.key_version.is_present();
    let agent = token.authorized_agent.is_present() || token.unauthorized_agent.is_present();
    // `u` (update of tables and queues) is a letter of account SAS only.
    let disordered = token.permissions.value().is_some_and(|sp| !sp.in_order || sp.letters.contains('u'));
    let foreign = match kind {
        SasKind::Account => resource || key || agent || token.policy.is_present(),
        SasKind::Service => account || depth || key || agent || disordered,
        SasKind::UserDelegation => account || depth || disordered || token.policy.is_present(),
        SasKind::Invalid(_) => false,
    };
    foreign.then(|| {
        let says = if disordered {
            "`sp` is not in the documented order or has letters of another kind, or there are fields of another kind"
        } else {
            "it has fields of another kind"
        };
        let question = format!("what does Azure make of these fields of a {kind}?");
        Part::hard(record.open("the fields fit together", says, "sas-contradiction", &question))
    })
}

/// That the signature, which is not collected, is right.
fn signature(store: &Datastore, record: Record<'_>, token: &SasToken, target: &DataTarget<'_>, findings: &ProbeFindings<'_>) -> Proof {
    match token.kind() {
        SasKind::UserDelegation => {
            let claim = "the SAS is signed with a key that was not revoked";
            Proof::allowed(|| record.leaf(claim, "nothing collected says otherwise").assuming(assumption(store, "SAS")))
        }
        SasKind::Account | SasKind::Service | SasKind::Invalid(_) => {
            key_is_current(store, target.account.value().copied(), "SAS", findings.worked)
        }
    }
}

fn origin_subnet<'a>(target: &'a DataTarget<'_>) -> Option<&'a crate::model::Scope> {
    match &target.origin {
        Origin::Subnet(subnet) => Some(subnet),
        Origin::Unknown | Origin::Public => None,
    }
}

/// Probes that say something about the target: of a SAS for a whole container or account all in the container, of one for
/// a directory those at or above the target, else those of the target itself.
fn probes<'a>(cx: &Context<'a>, token: Option<&SasToken>, target: &DataTarget<'_>, operations: &[Operation]) -> ProbeFindings<'a> {
    let reach = match token.map(|token| (token.kind(), token.resource.value())) {
        Some((SasKind::Account, _) | (SasKind::Service, Some(SasResource::Container))) => ProbeReach::Container,
        Some((SasKind::Service, Some(SasResource::Directory))) => ProbeReach::AtOrAbove,
        Some((SasKind::Service | SasKind::UserDelegation | SasKind::Invalid(_), _)) | None => ProbeReach::Exact,
    };
    let start = token.and_then(|token| token.start.value()).copied();
    let key_start = token.and_then(|token| token.key_start.value()).copied();
    let query = ProbeQuery {
        credential: ProbeCredential::Stored,
        account: &target.account_name,
        container: &target.container,
        path: &target.path,
        reach,
        at: cx.at,
        not_before: start.max(key_start),
        codes: &REFUSALS,
    };
    ProbeFindings::new(cx, &query, operations)
}
