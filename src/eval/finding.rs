//! Answers: a verdict for each requirement, with its proof.

use super::{Judgement, Proof, Until, Verdict, Warning};
use crate::model::{CredentialUsed, Edition, GrantedBy, Missing, RequirementId, Scope, SecurityPrincipal, StoreKind, StorePath};
use std::collections::BTreeSet;

/// One requirement, judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequirementFinding {
    /// Which.
    pub id: RequirementId,
    /// Whether Microsoft's own pages disagree about it.
    pub disputed: bool,
    /// Whether it counts towards the verdict.
    pub counts: bool,
    /// Whom it is asked of, where it is asked of one principal.
    pub principal: Option<SecurityPrincipal>,
    /// One sentence.
    pub summary: String,
    /// Why.
    pub proof: Proof,
}

impl RequirementFinding {
    /// A requirement that counts and is not disputed.
    pub fn new(id: RequirementId, summary: impl Into<String>, proof: Proof) -> Self {
        RequirementFinding { id, disputed: false, counts: true, principal: None, summary: summary.into(), proof }
    }

    /// Asked of one principal.
    pub fn of(mut self, principal: Option<SecurityPrincipal>) -> Self {
        self.principal = principal;
        self
    }

    /// Its verdict.
    pub fn verdict(&self) -> Verdict {
        self.proof.verdict()
    }
}

/// What a set of requirements comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Least verdict of those that count.
    pub verdict: Verdict,
    /// What is missing, of those that count.
    pub missing: BTreeSet<Missing>,
    /// Assumptions, of all.
    pub assumptions: BTreeSet<String>,
    /// When an `allowed` ends.
    pub valid_until: Option<Until>,
}

impl Summary {
    /// Sums up requirements. Without any that counts the verdict is undetermined: nothing was examined.
    pub fn of(requirements: &[RequirementFinding]) -> Self {
        let counting = || requirements.iter().filter(|requirement| requirement.counts);
        let verdict = Verdict::all(counting().map(RequirementFinding::verdict));
        let valid_until = match verdict {
            Verdict::Allowed => counting().filter_map(|requirement| requirement.proof.valid_until()).min(),
            Verdict::Denied | Verdict::Undetermined => None,
        };
        Summary {
            verdict,
            missing: counting().flat_map(|requirement| requirement.proof.missing()).collect(),
            assumptions: requirements.iter().flat_map(|requirement| requirement.proof.assumptions()).collect(),
            valid_until,
        }
    }
}

/// What a reference turned out to mean.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolved {
    /// Version of a data asset.
    pub data_asset: Option<Scope>,
    /// Datastore.
    pub datastore: Option<Scope>,
    /// Kind of store.
    pub store: Option<StoreKind>,
    /// Account.
    pub account: Option<String>,
    /// Container or file system.
    pub container: Option<String>,
    /// Path, decoded.
    pub path: Option<StorePath>,
    /// `uri_folder` or `uri_file`.
    pub input_type: Option<&'static str>,
}

/// The table row that was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppliedRule {
    /// Row id.
    pub id: String,
    /// Edition.
    pub edition: Edition,
    /// Whose credentials are used.
    pub credentials_used: Vec<CredentialUsed>,
    /// What grants access.
    pub granted_by: Vec<GrantedBy>,
    /// Source.
    pub source: String,
    /// When it was read.
    pub retrieved: String,
}

/// An input or an output, judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataFinding {
    /// Its name.
    pub name: String,
    /// The reference as given, without secrets.
    pub reference: String,
    /// What it means.
    pub resolved: Resolved,
    /// The row that was applied; `None` where the reference did not get that far.
    pub rule: Option<AppliedRule>,
    /// Its requirements, in order.
    pub requirements: Vec<RequirementFinding>,
    /// Warnings besides those in proofs.
    pub warnings: Vec<Warning>,
}

/// The job, as far as it was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobSummary {
    /// Endpoint.
    pub endpoint: Option<Scope>,
    /// Deployment.
    pub deployment: Option<Scope>,
    /// Compute.
    pub compute: Option<Scope>,
    /// Whoever invokes.
    pub invoker: Option<SecurityPrincipal>,
}

/// The answer to a job question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobFinding {
    /// The job.
    pub job: JobSummary,
    /// `job/endpoint`, which counts also where nothing is read or written.
    pub endpoint: RequirementFinding,
    /// Inputs, in the order given.
    pub inputs: Vec<DataFinding>,
    /// Outputs, in the order given.
    pub outputs: Vec<DataFinding>,
    /// `job/endpoint`, `job/invoke` and advisories; `None` where the question names a compute.
    pub invoke: Option<Vec<RequirementFinding>>,
    /// Warnings besides those in proofs.
    pub warnings: Vec<Warning>,
}

impl JobFinding {
    /// Every requirement: those of inputs, outputs and the invocation, and the job's own.
    pub fn requirements(&self) -> impl Iterator<Item = &RequirementFinding> {
        let data = self.inputs.iter().chain(&self.outputs).flat_map(|finding| &finding.requirements);
        data.chain(self.invoke.iter().flatten()).chain([&self.endpoint])
    }

    /// The verdict of the whole job.
    pub fn verdict(&self) -> Verdict {
        Verdict::all(self.requirements().filter(|requirement| requirement.counts).map(RequirementFinding::verdict))
    }

    /// When an `allowed` of the whole ends: the first of its parts.
    pub fn valid_until(&self) -> Option<Until> {
        match self.verdict() {
            Verdict::Allowed => self.requirements().filter(|one| one.counts).filter_map(|one| one.proof.valid_until()).min(),
            Verdict::Denied | Verdict::Undetermined => None,
        }
    }

    /// Every warning, each once, in order of id.
    pub fn all_warnings(&self) -> BTreeSet<Warning> {
        let in_proofs = self.requirements().flat_map(|requirement| requirement.proof.warnings());
        let in_data = self.inputs.iter().chain(&self.outputs).flat_map(|finding| finding.warnings.iter().cloned());
        in_proofs.chain(in_data).chain(self.warnings.iter().cloned()).collect()
    }
}
