//! Requirements where identities read: the compute's mounts, the job's reads, or nobody need be known for public data.

use super::{may, several};
use crate::eval::gates::{Anonymous, anonymous, tenant};
use crate::eval::{ComputeIdentities, Context, DataTarget, JobView, Judgement, Place, Proof, RequirementFinding, Verdict};
use crate::model::{Disputed, Known, Missing, Operation, RequirementId, SecurityPrincipal, StoreKind, TenantId};

/// What the identity requirements are asked of.
#[derive(Debug)]
pub struct IdentityQuestion<'q, 'a> {
    /// The job.
    pub job: &'q JobView<'a>,
    /// Who may be the one that mounts.
    pub compute: &'q ComputeIdentities,
    /// The data.
    pub place: &'q Place<'a>,
    /// Whether the table's row asks for the compute identity.
    pub compute_counts: bool,
    /// What an unmet disputed requirement does.
    pub disputed: Disputed,
}

/// `compute/identity`, `account/tenant`, `access/mount`, `access/read`, or `access/anonymous` in their place.
#[derive(Debug)]
pub struct Identities {
    /// The requirements, in order.
    pub requirements: Vec<RequirementFinding>,
    /// Public access replaced the identities.
    pub anonymous: bool,
}

/// Judges who mounts and who reads.
pub fn identities(cx: &Context<'_>, question: &IdentityQuestion<'_, '_>) -> Identities {
    let mut requirements = vec![compute_identity(question)];
    if question.place.target.store != StoreKind::AdlsGen1 {
        requirements.push(account_tenant(cx, question));
    }
    if question.compute.proof.verdict() != Verdict::Denied {
        requirements.push(access_mount(cx, question));
    }
    requirements.push(access_read(cx, question));
    if question.place.sas_in_url {
        let text = "the URL bears a SAS; whether a batch job uses it is not documented; store it in a datastore";
        let open = Proof::unknown(|| "the SAS in the URL opens the data".to_owned(), &Missing::open("sas-in-input", text));
        requirements = opened_by(requirements, &open, question);
    }
    let met = requirements.iter().all(|requirement| requirement.verdict() == Verdict::Allowed);
    if met {
        return Identities { requirements, anonymous: false };
    }
    match anonymous(cx, &question.place.target) {
        Anonymous::Public(proof) => {
            let summary = format!("{} is public: nobody need be known to read it", question.place.target.describe());
            let finding = RequirementFinding::new(RequirementId::AccessAnonymous, summary, proof);
            Identities { requirements: vec![finding], anonymous: true }
        }
        Anonymous::NotPublic(_) => Identities { requirements, anonymous: false },
        Anonymous::Unknown(proof, _) => Identities { requirements: opened_by(requirements, &proof, question), anonymous: false },
    }
}

/// Turns what is denied into undetermined: what `open` claims is not known, and would open the data all the same. With
/// that the identity is open, and so is what it would do.
fn opened_by(requirements: Vec<RequirementFinding>, open: &Proof, question: &IdentityQuestion<'_, '_>) -> Vec<RequirementFinding> {
    let mut found = Vec::new();
    for mut finding in requirements {
        let denied = finding.verdict() == Verdict::Denied;
        if denied {
            finding.summary = format!("{}, unless {}", finding.summary, open.claim());
            finding.proof = Proof::any(|| "by identity, or without one".to_owned(), vec![open.clone(), finding.proof]);
        }
        let mounts = denied && finding.id == RequirementId::ComputeIdentity;
        found.push(finding);
        if mounts {
            let summary = format!("nothing mounts {}, unless {}", question.place.target.describe(), open.claim());
            let mount = RequirementFinding::new(RequirementId::AccessMount, summary, open.clone());
            found.push(counting(mount, question.compute_counts));
        }
    }
    found.sort_by_key(|finding| finding.id);
    found
}

fn counting(finding: RequirementFinding, counts: bool) -> RequirementFinding {
    RequirementFinding { counts, ..finding }
}

fn compute_identity(question: &IdentityQuestion<'_, '_>) -> RequirementFinding {
    let name = question.job.compute_id.as_ref().map_or("the compute", |id| id.name());
    let proof = question.compute.proof.clone();
    let summary = match proof.verdict() {
        Verdict::Allowed => format!("compute `{name}` has a managed identity"),
        Verdict::Denied => format!("compute `{name}` has no managed identity, so nothing can mount the data"),
        Verdict::Undetermined => format!("not known which managed identity compute `{name}` mounts with"),
    };
    let principal = single(question.compute).cloned();
    counting(RequirementFinding::new(RequirementId::ComputeIdentity, summary, proof).of(principal), question.compute_counts)
}

/// The one candidate, where there is just one and it is known.
fn single(compute: &ComputeIdentities) -> Option<&SecurityPrincipal> {
    match compute.candidates.as_slice() {
        [Known::Known(principal)] => Some(principal),
        _ => None,
    }
}

fn account_tenant(cx: &Context<'_>, question: &IdentityQuestion<'_, '_>) -> RequirementFinding {
    let mut principals: Vec<(SecurityPrincipal, Known<Option<TenantId>>)> = Vec::new();
    if question.compute_counts {
        principals.extend(compute_in_tenant(cx, question.job, question.compute));
    }
    if let Known::Known(invoker) = &question.job.invoker {
        principals.push((invoker.clone(), Known::Known(cx.snapshot.facts().header.tenant_id.clone())));
    }
    let unknown_compute = match &question.job.compute {
        Known::Missing(missing) if question.compute_counts => Some(missing),
        Known::Missing(_) | Known::Known(_) => None,
    };
    let proof = if let Some(missing) = unknown_compute {
        Proof::unknown(|| "identities and account live in one tenant".to_owned(), missing)
    } else if principals.is_empty() {
        let missing = question.job.invoker.clone();
        let missing = match missing {
            Known::Missing(missing) => missing,
            Known::Known(_) => crate::eval::nobody_signed_in(),
        };
        Proof::unknown(|| "identities and account live in one tenant".to_owned(), &missing)
    } else {
        tenant(cx, &question.place.target, &principals)
    };
    let account = &question.place.target.account_name;
    let summary = match proof.verdict() {
        Verdict::Allowed => format!("identities and account `{account}` live in one tenant"),
        Verdict::Denied => format!("account `{account}` lives in another tenant than an identity that reads it"),
        Verdict::Undetermined => format!("not known whether account `{account}` lives in the identities' tenant"),
    };
    RequirementFinding::new(RequirementId::AccountTenant, summary, proof)
}

/// The identities the compute may mount with, each with its tenant.
pub(super) fn compute_in_tenant(
    cx: &Context<'_>,
    job: &JobView<'_>,
    compute: &ComputeIdentities,
) -> Vec<(SecurityPrincipal, Known<Option<TenantId>>)> {
    let tenant = compute_tenant(cx, job);
    compute.candidates.iter().filter_map(Known::value).map(|principal| (principal.clone(), tenant.clone())).collect()
}

/// A managed identity lives in the tenant of its resource's subscription.
fn compute_tenant(cx: &Context<'_>, job: &JobView<'_>) -> Known<Option<TenantId>> {
    let own = job.compute.value().and_then(|compute| compute.identity.tenant_id.clone());
    if own.is_some() {
        return Known::Known(own);
    }
    match job.compute_id.as_ref().and_then(crate::model::Scope::subscription) {
        Some(subscription) => cx.snapshot.subscription(&subscription).tenant,
        None => Known::Known(cx.snapshot.facts().header.tenant_id.clone()),
    }
}

/// Whether whoever mounts may list and read: undetermined where it is not known who that is. Of several candidates the
/// service does not say which is used: all must, or none does, else it is open.
fn access_mount(cx: &Context<'_>, question: &IdentityQuestion<'_, '_>) -> RequirementFinding {
    let target = &question.place.target;
    let operations = target.read_operations();
    let proof = by_compute(cx, question.compute, operations, target);
    let name = single(question.compute).map_or_else(|| "the compute's identity".to_owned(), SecurityPrincipal::label);
    let summary = match proof.verdict() {
        Verdict::Allowed => format!("{name} may mount {}", target.describe()),
        Verdict::Denied => format!("{name} may not list and read {}, so the mount fails", target.describe()),
        Verdict::Undetermined => format!("not known whether {name} may mount {}", target.describe()),
    };
    let finding = RequirementFinding::new(RequirementId::AccessMount, summary, proof).of(single(question.compute).cloned());
    counting(finding, question.compute_counts)
}

/// Whether whoever of the compute's identities is used may do every one of `operations`: undetermined where it is not known
/// which identity that is. Of several candidates the service does not say which is used.
pub(super) fn by_compute(cx: &Context<'_>, compute: &ComputeIdentities, operations: &[Operation], target: &DataTarget<'_>) -> Proof {
    let premise = &compute.proof;
    let mut proofs: Vec<Proof> = compute.candidates.iter().map(|candidate| may(cx, candidate, operations, target)).collect();
    match (premise.verdict(), premise.missing().pop_first(), proofs.len(), proofs.pop()) {
        (Verdict::Undetermined, Some(missing), ..) => {
            Proof::unknown(|| format!("the compute's identity may use {}", target.describe()), &missing)
        }
        (_, _, 1, Some(only)) => only,
        (_, _, _, Some(last)) => {
            proofs.push(last);
            several(proofs, false)
        }
        (.., None) => Proof::unknown(|| "an identity mounts".to_owned(), &Missing::open("no-candidate", "the compute names no identity")),
    }
}

/// Whether the invoker may list and read. Microsoft's pages disagree on whether this is asked at all ("Authorization on batch
/// endpoints" against "Data administration" and "Set up service authentication").
fn access_read(cx: &Context<'_>, question: &IdentityQuestion<'_, '_>) -> RequirementFinding {
    let target = &question.place.target;
    let proof = may(cx, &question.job.invoker, target.read_operations(), target);
    let name = question.job.invoker.value().map_or_else(|| "whoever invokes".to_owned(), SecurityPrincipal::label);
    let summary = match proof.verdict() {
        Verdict::Allowed => format!("{name} (the job's identity) may read {}", target.describe()),
        Verdict::Denied => format!("{name} (the job's identity) may not list and read {}", target.describe()),
        Verdict::Undetermined => format!("not known whether {name} (the job's identity) may read {}", target.describe()),
    };
    let finding = RequirementFinding::new(RequirementId::AccessRead, summary, proof).of(question.job.invoker.value().cloned());
    RequirementFinding { disputed: true, counts: question.disputed == Disputed::Deny, ..finding }
}
