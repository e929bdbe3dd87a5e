//! The evaluator's types in the report's words.

use super::{EvidenceReport, MissingReport, PrincipalReport, ProofReport, RequirementReport, WarningReport};
use crate::eval::{Evidence, Judgement, Node, Proof, RequirementFinding, Until, Warning};
use crate::model::{Missing, PrincipalKind, RolePlayed, SecurityPrincipal, StoreKind, Timestamp, What};
use crate::rules::RuleSet;
use time::format_description::well_known::Rfc3339;

/// RFC 3339, as reports print times. A year beyond 9999 cannot be printed and reads "never".
pub fn rfc3339(at: Timestamp) -> String {
    at.format(&Rfc3339).unwrap_or_else(|_| "never".to_owned())
}

pub(super) fn until(until: Option<Until>) -> Option<String> {
    until.map(|until| rfc3339(until.at))
}

/// Kind of a principal, in the report's words.
pub fn principal_kind(kind: PrincipalKind) -> &'static str {
    match kind {
        PrincipalKind::User => "User",
        PrincipalKind::Group => "Group",
        PrincipalKind::ServicePrincipal => "ServicePrincipal",
        PrincipalKind::ManagedIdentity => "ManagedIdentity",
        PrincipalKind::Application => "Application",
    }
}

/// Part a principal plays, in the report's words.
pub fn role_played(role: RolePlayed) -> &'static str {
    match role {
        RolePlayed::JobIdentity => "job_identity",
        RolePlayed::ComputeIdentity => "compute_identity",
        RolePlayed::StoreCredential => "store_credential",
    }
}

/// Kind of a store, in the report's words.
pub fn store_kind(store: StoreKind) -> &'static str {
    match store {
        StoreKind::Blob => "blob",
        StoreKind::AdlsGen1 => "adls_gen1",
        StoreKind::AdlsGen2 => "adls_gen2",
    }
}

impl From<&SecurityPrincipal> for PrincipalReport {
    fn from(principal: &SecurityPrincipal) -> Self {
        PrincipalReport {
            object_id: principal.object_id.as_ref().map(ToString::to_string),
            name: principal.name.clone(),
            kind: principal.kind.map(|kind| principal_kind(kind).to_owned()),
            role: Some(role_played(principal.role).to_owned()),
        }
    }
}

impl From<&Evidence> for EvidenceReport {
    fn from(evidence: &Evidence) -> Self {
        EvidenceReport { kind: evidence.kind.as_str().to_owned(), id: evidence.id.clone(), says: evidence.says.clone() }
    }
}

impl From<&Proof> for ProofReport {
    fn from(proof: &Proof) -> Self {
        let mut report =
            ProofReport { claim: proof.claim().to_owned(), verdict: proof.verdict().to_string(), all: None, any: None, evidence: None };
        match proof.node() {
            Node::All(parts) => report.all = Some(parts.iter().map(ProofReport::from).collect()),
            Node::Any(parts) => report.any = Some(parts.iter().map(ProofReport::from).collect()),
            Node::Leaf(leaf) => report.evidence = Some(EvidenceReport::from(&leaf.evidence)),
        }
        report
    }
}

impl From<&RequirementFinding> for RequirementReport {
    fn from(finding: &RequirementFinding) -> Self {
        RequirementReport {
            id: finding.id.to_string(),
            verdict: finding.verdict().to_string(),
            disputed: finding.disputed,
            counts: finding.counts,
            principal: finding.principal.as_ref().map(PrincipalReport::from),
            summary: finding.summary.clone(),
            proof: ProofReport::from(&finding.proof),
            valid_until: until(finding.proof.valid_until()),
            valid_until_because: finding.proof.valid_until().map(|until| until.what),
        }
    }
}

impl From<&Warning> for WarningReport {
    fn from(warning: &Warning) -> Self {
        WarningReport { id: warning.id.to_string(), message: warning.message.clone() }
    }
}

/// What is missing, with the command that would get it, from `rules/lookups.toml`.
pub fn missing_report(missing: &Missing, rules: &RuleSet) -> MissingReport {
    let how = match missing.what {
        What::OpenQuestion => missing.because.clone().unwrap_or_else(|| "no look-up decides this".to_owned()),
        what @ (What::RoleAssignments
        | What::DenyAssignments
        | What::ScheduleInstances
        | What::RoleDefinitions
        | What::Memberships
        | What::DirectoryObject
        | What::Subscription
        | What::Resource
        | What::Workspace
        | What::Data
        | What::StoredCredential
        | What::PathAccess
        | What::Paths
        | What::Everything) => {
            rules.lookup(what).map_or_else(|| format!("collect `{what}` of {}", missing.scope), |rule| rule.command(missing))
        }
    };
    MissingReport {
        what: missing.what.to_string(),
        scope: missing.scope.clone(),
        principal: missing.principal.as_ref().map(ToString::to_string),
        because: missing.because.clone(),
        how,
    }
}

pub(super) fn missing_reports<'a>(missing: impl IntoIterator<Item = &'a Missing>, rules: &RuleSet) -> Vec<MissingReport> {
    missing.into_iter().map(|missing| missing_report(missing, rules)).collect()
}
