//! The answer of `who`.

use super::{
    EvidenceReport, MissingReport, PrincipalReport, ResolvedReport, TOOL, WarningReport, missing_reports, resolved_report, rfc3339,
};
use crate::eval::Resolved;
use crate::model::{Operation, SecurityPrincipal, Timestamp};
use crate::query::{NearMiss, Reader, Through, WhoFinding};
use crate::rules::RuleSet;
use schemars::JsonSchema;
use serde::Serialize;

/// Answer of `who`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct WhoReport {
    /// Version of this shape.
    pub who: u32,
    /// Which canread.
    pub tool: String,
    /// The time asked about.
    pub at: String,
    /// The URL asked about, without secrets; of another reference, where it leads.
    pub url: String,
    /// The reference as given, without secrets.
    pub reference: String,
    /// What the reference means.
    pub resolved: ResolvedReport,
    /// `list`, `read` or `write`.
    pub operation: String,
    /// Who can, and who perhaps can: crowds first, then by verdict, kind and name.
    pub readers: Vec<ReaderReport>,
    /// Who holds something there that does not suffice; with `-v` only.
    pub near_misses: Vec<NearMissReport>,
    /// What keeps the list from being complete and certain.
    pub missing: Vec<MissingReport>,
    /// What was assumed.
    pub assumptions: Vec<String>,
    /// How many principals were asked about: all that any record names.
    pub principals: usize,
    /// How many kinds of them were told apart, each of which was asked about once.
    pub classes: usize,
    /// Warnings.
    pub warnings: Vec<WarningReport>,
}

/// Somebody who can, or perhaps can.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ReaderReport {
    /// Who. Without `object_id` a crowd: anyone, or everybody else in the tenant.
    pub principal: PrincipalReport,
    /// `allowed` or `undetermined`: the best of the ways.
    pub verdict: String,
    /// What `canread access` answers, which knows roles and ACLs only; null for whoever need not sign in.
    pub access: Option<String>,
    /// Through what; empty where only what is missing could tell.
    pub through: Vec<ThroughReport>,
    /// Of a group: object ids of its members, direct and indirect, as far as known.
    pub members: Option<Vec<String>>,
    /// What would decide.
    pub missing: Vec<MissingReport>,
}

/// A grant or a stored secret.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ThroughReport {
    /// `role_assignment`, `acl`, `stored_credential`, `account_key` or `anonymous`.
    pub kind: String,
    /// Id of the assignment, path, datastore, account or container.
    pub id: String,
    /// One sentence.
    pub says: String,
    /// `allowed`, or `undetermined` where something about it is not known.
    pub verdict: String,
    /// The records it rests on.
    pub evidence: Vec<EvidenceReport>,
}

/// Somebody who holds something that does not suffice.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct NearMissReport {
    /// Who.
    pub principal: PrincipalReport,
    /// What is held, and why it does not suffice.
    pub because: Vec<NearMissReason>,
}

/// Why something held does not suffice.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct NearMissReason {
    /// What it would have granted.
    pub claim: String,
    /// The record, and why it does not.
    pub evidence: EvidenceReport,
}

/// What was asked, in the words of the answer.
#[derive(Clone, Debug)]
pub struct WhoAsked {
    /// The URL, without secrets.
    pub url: String,
    /// The reference as given, without secrets.
    pub reference: String,
    /// What it means.
    pub resolved: Resolved,
    /// List, read or write.
    pub operation: Operation,
    /// When.
    pub at: Timestamp,
}

/// A principal that plays no part in a job.
pub(super) fn anybody(principal: &SecurityPrincipal) -> PrincipalReport {
    PrincipalReport { role: None, ..PrincipalReport::from(principal) }
}

impl WhoReport {
    /// The report of an answer.
    pub fn of(finding: &WhoFinding, asked: &WhoAsked, rules: &RuleSet) -> Self {
        WhoReport {
            who: 1,
            tool: TOOL.to_owned(),
            at: rfc3339(asked.at),
            url: asked.url.clone(),
            reference: asked.reference.clone(),
            resolved: resolved_report(&asked.resolved),
            operation: asked.operation.to_string(),
            readers: finding.readers.iter().map(|reader| ReaderReport::of(reader, rules)).collect(),
            near_misses: finding.near_misses.iter().map(NearMissReport::from).collect(),
            missing: missing_reports(&finding.missing, rules),
            assumptions: finding.assumptions.iter().cloned().collect(),
            principals: finding.principals,
            classes: finding.classes,
            warnings: Vec::new(),
        }
    }
}

impl ReaderReport {
    fn of(reader: &Reader, rules: &RuleSet) -> Self {
        ReaderReport {
            principal: anybody(&reader.principal),
            verdict: reader.verdict.to_string(),
            access: reader.access.map(|verdict| verdict.to_string()),
            through: reader.through.iter().map(ThroughReport::from).collect(),
            members: reader.members.as_ref().map(|members| members.iter().map(ToString::to_string).collect()),
            missing: missing_reports(&reader.missing, rules),
        }
    }
}

impl From<&Through> for ThroughReport {
    fn from(through: &Through) -> Self {
        ThroughReport {
            kind: through.kind.as_str().to_owned(),
            id: through.id.clone(),
            says: through.says.clone(),
            verdict: through.verdict.to_string(),
            evidence: through.evidence.iter().map(EvidenceReport::from).collect(),
        }
    }
}

impl From<&NearMiss> for NearMissReport {
    fn from(miss: &NearMiss) -> Self {
        let reason = |(claim, evidence): &(String, crate::eval::Evidence)| NearMissReason {
            claim: claim.clone(),
            evidence: EvidenceReport::from(evidence),
        };
        NearMissReport { principal: anybody(&miss.principal), because: miss.because.iter().map(reason).collect() }
    }
}
