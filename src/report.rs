//! The public, versioned shape of the answers: what `-o json` prints.
//!
//! These types are a frozen copy apart from the evaluator's own, so that the evaluator may change and scripts do not.
//! Keys are never absent; a missing value is null.

mod access;
mod batch;
mod checks;
mod diff;
mod explain;
mod fixes;
mod parts;
mod review;
mod what_if;
mod who;

pub use access::*;
pub use batch::*;
pub use checks::*;
pub use diff::*;
pub use explain::*;
pub use parts::{missing_report, principal_kind, rfc3339, role_played, store_kind};
pub use review::*;
pub use what_if::{AccessEffectReport, WhatIfReport};
pub use who::*;

use parts::{missing_reports, until};

use crate::eval::{DataFinding, JobFinding, RequirementFinding, Resolved, Summary};
use crate::model::Timestamp;
use crate::rules::RuleSet;
use schemars::JsonSchema;
use serde::Serialize;

/// Name and version, as the report's `tool` says it.
pub const TOOL: &str = concat!("canread ", env!("CARGO_PKG_VERSION"));

/// Answer of `check`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Report {
    /// Version of this shape.
    pub report: u32,
    /// Which canread.
    pub tool: String,
    /// The time asked about.
    pub at: String,
    /// Edition of the credential table.
    pub table: String,
    /// Verdict of the whole.
    pub verdict: String,
    /// When an `allowed` ends, by what is known.
    pub valid_until: Option<String>,
    /// What ends then.
    pub valid_until_because: Option<String>,
    /// The job.
    pub job: JobReport,
    /// Inputs.
    pub inputs: Vec<DataReport>,
    /// Outputs.
    pub outputs: Vec<DataReport>,
    /// The invocation; null where a compute was asked about.
    pub invoke: Option<InvokeReport>,
    /// Fixes for the whole job.
    pub fixes: Vec<JobFixReport>,
    /// What was assumed to be changed, and whom that gives or takes access; null where nothing was.
    pub what_if: Option<WhatIfReport>,
    /// Warnings.
    pub warnings: Vec<WarningReport>,
}

/// The job, as far as it was found.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct JobReport {
    /// ARM id of the batch endpoint.
    pub endpoint: Option<String>,
    /// ARM id of the deployment.
    pub deployment: Option<String>,
    /// ARM id of the compute.
    pub compute: Option<String>,
    /// Whoever invokes.
    pub invoker: Option<PrincipalReport>,
}

/// A principal.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PrincipalReport {
    /// Object id.
    pub object_id: Option<String>,
    /// Name for people.
    pub name: Option<String>,
    /// `User`, `Group`, `ServicePrincipal`, `ManagedIdentity` or `Application`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// `job_identity`, `compute_identity` or `store_credential`; null in `access`.
    pub role: Option<String>,
}

/// An input or output.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DataReport {
    /// Its name.
    pub name: String,
    /// The reference as given, without secrets.
    pub reference: String,
    /// Verdict.
    pub verdict: String,
    /// When an `allowed` ends, by what is known.
    pub valid_until: Option<String>,
    /// What ends then.
    pub valid_until_because: Option<String>,
    /// What the reference means.
    pub resolved: ResolvedReport,
    /// The table row that was applied.
    pub rule: Option<RuleReport>,
    /// Requirements, in order.
    pub requirements: Vec<RequirementReport>,
    /// What is missing for a decision.
    pub missing: Vec<MissingReport>,
    /// What was assumed.
    pub assumptions: Vec<String>,
    /// Fixes that concern it.
    pub fixes: Vec<FixReport>,
}

/// What a reference means.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ResolvedReport {
    /// ARM id of the data asset's version.
    pub data_asset: Option<String>,
    /// ARM id of the datastore.
    pub datastore: Option<String>,
    /// `blob`, `adls_gen1` or `adls_gen2`.
    pub store: Option<String>,
    /// Account.
    pub account: Option<String>,
    /// Container or file system.
    pub container: Option<String>,
    /// Path, decoded, without leading or trailing slash.
    pub path: Option<String>,
    /// `uri_folder` or `uri_file`.
    #[serde(rename = "type")]
    pub input_type: Option<String>,
}

/// A row of the credential table.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RuleReport {
    /// Row id.
    pub id: String,
    /// Edition.
    pub edition: String,
    /// Whose credentials are used.
    pub credentials_used: Vec<String>,
    /// What grants access; for Gen2 `rbac` and `posix` mean either.
    pub access_granted_by: Vec<String>,
    /// Source.
    pub source: String,
    /// When it was read.
    pub retrieved: String,
}

/// One requirement, judged.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RequirementReport {
    /// Which.
    pub id: String,
    /// Verdict.
    pub verdict: String,
    /// Whether Microsoft's own pages disagree about it.
    pub disputed: bool,
    /// Whether it counts towards the verdict.
    pub counts: bool,
    /// Whom it is asked of.
    pub principal: Option<PrincipalReport>,
    /// One sentence.
    pub summary: String,
    /// Why.
    pub proof: ProofReport,
    /// When an `allowed` ends.
    pub valid_until: Option<String>,
    /// What ends then.
    pub valid_until_because: Option<String>,
}

/// A node of a proof: one of `all`, `any` or `evidence` is present.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ProofReport {
    /// What is claimed.
    pub claim: String,
    /// Verdict.
    pub verdict: String,
    /// Children, all of which must hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub all: Option<Vec<ProofReport>>,
    /// Children, one of which suffices.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub any: Option<Vec<ProofReport>>,
    /// What it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<EvidenceReport>,
}

/// A snapshot record, a rule row or a gap.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct EvidenceReport {
    /// Kind of record.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// What it says.
    pub says: String,
}

/// Something that would decide.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct MissingReport {
    /// Kind of look-up, or `open_question`.
    pub what: String,
    /// Scope, in the form `coverage` uses.
    pub scope: String,
    /// The principal it is asked for.
    pub principal: Option<String>,
    /// Why it is missing, where a look-up failed.
    pub because: Option<String>,
    /// How to get it.
    pub how: String,
}

/// Whether the job can be invoked.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct InvokeReport {
    /// Verdict.
    pub verdict: String,
    /// Requirements, in order.
    pub requirements: Vec<RequirementReport>,
    /// What is missing.
    pub missing: Vec<MissingReport>,
    /// What was assumed.
    pub assumptions: Vec<String>,
}

/// A change that makes an input readable.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct FixReport {
    /// One sentence.
    pub summary: String,
    /// Extra access it grants.
    pub cost: u64,
    /// Commands.
    pub az: Vec<String>,
    /// Bicep.
    pub bicep: Option<String>,
    /// Terraform.
    pub terraform: Option<String>,
    /// Whether evaluating again gave `allowed`.
    pub verified: bool,
}

/// A set of changes that makes the whole job allowed.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct JobFixReport {
    /// Inputs it concerns.
    pub inputs: Vec<String>,
    /// Requirements it mends.
    pub requirements: Vec<String>,
    /// Changes, one sentence each.
    pub changes: Vec<String>,
    /// The fix.
    #[serde(flatten)]
    pub fix: FixReport,
}

/// A warning.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct WarningReport {
    /// Id.
    pub id: String,
    /// One sentence.
    pub message: String,
}

/// What a reference means, in the report's words.
fn resolved_report(resolved: &Resolved) -> ResolvedReport {
    let text = |scope: &Option<crate::model::Scope>| scope.as_ref().map(ToString::to_string);
    ResolvedReport {
        data_asset: text(&resolved.data_asset),
        datastore: text(&resolved.datastore),
        store: resolved.store.map(|store| store_kind(store).to_owned()),
        account: resolved.account.clone(),
        container: resolved.container.clone(),
        path: resolved.path.as_ref().map(|path| path.as_str().to_owned()),
        input_type: resolved.input_type.map(str::to_owned),
    }
}

fn data_report(finding: &DataFinding, rules: &RuleSet) -> DataReport {
    let summary = Summary::of(&finding.requirements);
    DataReport {
        name: finding.name.clone(),
        reference: finding.reference.clone(),
        verdict: summary.verdict.to_string(),
        valid_until_because: summary.valid_until.as_ref().map(|until| until.what.clone()),
        valid_until: until(summary.valid_until),
        resolved: resolved_report(&finding.resolved),
        rule: finding.rule.as_ref().map(|rule| RuleReport {
            id: rule.id.clone(),
            edition: rule.edition.to_string(),
            credentials_used: rule.credentials_used.iter().map(ToString::to_string).collect(),
            access_granted_by: rule.granted_by.iter().map(ToString::to_string).collect(),
            source: rule.source.clone(),
            retrieved: rule.retrieved.clone(),
        }),
        requirements: finding.requirements.iter().map(RequirementReport::from).collect(),
        missing: missing_reports(&summary.missing, rules),
        assumptions: summary.assumptions.into_iter().collect(),
        fixes: Vec::new(),
    }
}

impl Report {
    /// The report of a job question.
    pub fn of_job(finding: &JobFinding, edition: crate::model::Edition, at: Timestamp, rules: &RuleSet) -> Self {
        let job = &finding.job;
        let text = |scope: &Option<crate::model::Scope>| scope.as_ref().map(ToString::to_string);
        Report {
            report: 1,
            tool: TOOL.to_owned(),
            at: rfc3339(at),
            table: edition.to_string(),
            verdict: finding.verdict().to_string(),
            valid_until_because: finding.valid_until().map(|until| until.what),
            valid_until: until(finding.valid_until()),
            job: JobReport {
                endpoint: text(&job.endpoint),
                deployment: text(&job.deployment),
                compute: text(&job.compute),
                invoker: job.invoker.as_ref().map(PrincipalReport::from),
            },
            inputs: finding.inputs.iter().map(|input| data_report(input, rules)).collect(),
            outputs: finding.outputs.iter().map(|output| data_report(output, rules)).collect(),
            invoke: finding.invoke.as_ref().map(|requirements| invoke_report(requirements, rules)),
            fixes: Vec::new(),
            what_if: None,
            warnings: finding.all_warnings().iter().map(WarningReport::from).collect(),
        }
    }
}

fn invoke_report(requirements: &[RequirementFinding], rules: &RuleSet) -> InvokeReport {
    let summary = Summary::of(requirements);
    InvokeReport {
        verdict: summary.verdict.to_string(),
        requirements: requirements.iter().map(RequirementReport::from).collect(),
        missing: missing_reports(&summary.missing, rules),
        assumptions: summary.assumptions.into_iter().collect(),
    }
}
