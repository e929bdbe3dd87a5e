//! What each deployment can read: `canread check` for every deployment and every input.
//!
//! Inputs that lead to one place, and deployments on one compute, are decided once: what is asked of an input depends on
//! the compute and not on the deployment, and what is asked of an invocation does not depend on the input.

use super::{ReviewQuestion, classes};
use crate::eval::{DataFinding, DataQuestion, Evidence, JobFinding, JobQuestion, JobTarget, Summary, Until, Verdict, check};
use crate::model::{
    BatchDeployment, CredentialUsed, DataVersion, Direction, InputReference, Missing, ReferenceContext, ReferenceOrigin, RequirementId,
    Scope, Snapshot,
};
use crate::rules::RuleSet;
use std::collections::{BTreeMap, BTreeSet};

/// One deployment with one input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// ARM id of the deployment.
    pub deployment: Scope,
    /// The input's reference, without secrets.
    pub input: String,
    /// What `canread check` says of the job: the input and the invocation together.
    pub verdict: Verdict,
    /// Whose credentials are used; empty where that is not known.
    pub credentials_used: Vec<CredentialUsed>,
    /// When an `allowed` ends.
    pub valid_until: Option<Until>,
    /// Requirements that are denied.
    pub denied: BTreeSet<RequirementId>,
    /// Requirements that are undetermined.
    pub undetermined: BTreeSet<RequirementId>,
    /// What is missing for a decision.
    pub missing: BTreeSet<Missing>,
    /// What it comes to whoever invokes: the requirements that are not about the invoker.
    pub(super) without_invoker: Verdict,
    /// Of those the first that is denied: in a sentence, and what it rests on.
    pub(super) because: Option<(String, Evidence)>,
    /// What is missing of those.
    pub(super) missing_without_invoker: BTreeSet<Missing>,
    /// The account behind the input.
    pub(super) account: Option<String>,
}

/// An input, decided for one kind of deployment.
struct Decided {
    summary: Summary,
    credentials_used: Vec<CredentialUsed>,
    denied: BTreeSet<RequirementId>,
    undetermined: BTreeSet<RequirementId>,
    without_invoker: Verdict,
    because: Option<(String, Evidence)>,
    missing_without_invoker: BTreeSet<Missing>,
    account: Option<String>,
}

/// Every deployment of the workspace with every input, by deployment and then in the order of the inputs.
pub(super) fn matrix(question: &ReviewQuestion, snapshot: &Snapshot, rules: &RuleSet) -> Vec<Cell> {
    let inputs = if question.inputs.is_empty() { registered(question, snapshot) } else { question.inputs.clone() };
    let (alike, of_input) = classes::inputs(&inputs, &question.workspace, snapshot, rules);
    let mut decided: BTreeMap<String, Vec<Decided>> = BTreeMap::new();
    let mut cells = Vec::new();
    let own = |deployment: &&BatchDeployment| question.workspace.contains(&deployment.id);
    for deployment in snapshot.facts().deployments.values().filter(own) {
        let Some(job) = job_question(question, deployment) else { continue };
        let invocation = check(&job, snapshot, rules);
        let answers = decided.entry(classes::deployment(deployment, &inputs)).or_insert_with(|| {
            let asked = JobQuestion { inputs: alike.clone(), ..job.clone() };
            check(&asked, snapshot, rules).inputs.iter().map(Decided::of).collect()
        });
        for (input, class) in inputs.iter().zip(&of_input) {
            if let Some(answer) = answers.get(*class) {
                cells.push(cell(deployment, input, &invocation, answer));
            }
        }
    }
    cells
}

fn cell(deployment: &BatchDeployment, input: &DataQuestion, invocation: &JobFinding, answer: &Decided) -> Cell {
    let verdict = Verdict::all([invocation.verdict(), answer.summary.verdict]);
    let valid_until = match verdict {
        Verdict::Allowed => [invocation.valid_until(), answer.summary.valid_until.clone()].into_iter().flatten().min(),
        Verdict::Denied | Verdict::Undetermined => None,
    };
    let of_invocation = |wanted: Verdict| {
        let counting = invocation.requirements().filter(move |one| one.counts && one.verdict() == wanted);
        counting.map(|one| one.id).collect::<BTreeSet<_>>()
    };
    let lacking = invocation.requirements().filter(|one| one.counts).flat_map(|one| one.proof.missing());
    // A decided cell waits for nothing.
    let missing = match verdict {
        Verdict::Undetermined => lacking.chain(answer.summary.missing.iter().cloned()).collect(),
        Verdict::Allowed | Verdict::Denied => BTreeSet::new(),
    };
    Cell {
        deployment: deployment.id.clone(),
        input: input.reference.text.clone(),
        verdict,
        credentials_used: answer.credentials_used.clone(),
        valid_until,
        denied: &of_invocation(Verdict::Denied) | &answer.denied,
        undetermined: &of_invocation(Verdict::Undetermined) | &answer.undetermined,
        missing,
        without_invoker: answer.without_invoker,
        because: answer.because.clone(),
        missing_without_invoker: answer.missing_without_invoker.clone(),
        account: answer.account.clone(),
    }
}

/// Whether a requirement of an input asks about whoever invokes.
fn is_of_invoker(id: RequirementId) -> bool {
    match id {
        // What lies below a folder is asked of all readers together, the invoker among them.
        RequirementId::InputUpload
        | RequirementId::CredentialRetrievable
        | RequirementId::AccessRead
        | RequirementId::JobInvoke
        | RequirementId::DataReadable => true,
        RequirementId::InputRecognised
        | RequirementId::InputSupported
        | RequirementId::InputExists
        | RequirementId::InputType
        | RequirementId::JobEndpoint
        | RequirementId::CredentialSharedKey
        | RequirementId::CredentialSas
        | RequirementId::CredentialServicePrincipal
        | RequirementId::ComputeIdentity
        | RequirementId::AccountReachable
        | RequirementId::AccountTenant
        | RequirementId::AccessMount
        | RequirementId::AccessAnonymous
        | RequirementId::OutputWritable
        | RequirementId::RuntimeBatch => false,
    }
}

impl Decided {
    fn of(finding: &DataFinding) -> Self {
        let counting = || finding.requirements.iter().filter(|one| one.counts);
        let with = |wanted: Verdict| counting().filter(|one| one.verdict() == wanted).map(|one| one.id).collect();
        let of_others = || counting().filter(|one| !is_of_invoker(one.id));
        let because = of_others().find(|one| one.verdict() == Verdict::Denied).and_then(|one| {
            let leaf = one.proof.leaves().into_iter().find(|(_, verdict, _)| *verdict == Verdict::Denied)?;
            Some((one.summary.clone(), leaf.2.evidence.clone()))
        });
        Decided {
            summary: Summary::of(&finding.requirements),
            credentials_used: finding.rule.as_ref().map(|rule| rule.credentials_used.clone()).unwrap_or_default(),
            denied: with(Verdict::Denied),
            undetermined: with(Verdict::Undetermined),
            without_invoker: Verdict::all(of_others().map(|one| one.verdict())),
            because,
            missing_without_invoker: of_others().flat_map(|one| one.proof.missing()).collect(),
            account: finding.resolved.account.clone(),
        }
    }
}

/// The invocation of a deployment, without inputs.
pub(super) fn job_question(question: &ReviewQuestion, deployment: &BatchDeployment) -> Option<JobQuestion> {
    let endpoint = deployment.id.segment_after("batchendpoints")?;
    Some(JobQuestion {
        workspace: question.workspace.clone(),
        target: JobTarget::Endpoint { name: endpoint.to_owned(), deployment: Some(deployment.id.name().to_owned()) },
        invoker: question.invoker.clone(),
        inputs: Vec::new(),
        outputs: Vec::new(),
        edition: question.edition,
        disputed: question.disputed,
        storage_suffix: question.storage_suffix.clone(),
        at: question.at,
        until: question.at,
        assume_below: question.assume_below,
    })
}

/// A data asset and the version of it that jobs would be given.
struct Asset<'a> {
    name: &'a str,
    latest: Option<&'a str>,
    newest: Option<&'a DataVersion>,
}

impl<'a> Asset<'a> {
    /// Archived versions last; else the one the asset calls its latest, the youngest, the highest number.
    fn rank(&self, version: &DataVersion) -> impl Ord + use<'a> {
        let is_latest = self.latest == Some(version.version.as_str());
        (!version.is_archived, is_latest, version.created_at, version.version.parse::<u64>().ok())
    }
}

/// Every data asset of the workspace, by its newest version that is not archived; by name.
fn registered(question: &ReviewQuestion, snapshot: &Snapshot) -> Vec<DataQuestion> {
    let (workspace, facts) = (&question.workspace, snapshot.facts());
    let mut assets: BTreeMap<String, Asset<'_>> = BTreeMap::new();
    for asset in facts.data_assets.values().filter(|asset| workspace.contains(&asset.id)) {
        let name = asset.id.name();
        assets.insert(name.to_lowercase(), Asset { name, latest: asset.latest_version.as_deref(), newest: None });
    }
    for version in facts.data_versions.values().filter(|version| workspace.contains(&version.id)) {
        let name = version.id.segment_after("data").unwrap_or_default();
        let asset = assets.entry(name.to_lowercase()).or_insert(Asset { name, latest: None, newest: None });
        if asset.newest.is_none_or(|known| asset.rank(known) < asset.rank(version)) {
            asset.newest = Some(version);
        }
    }
    let reference = |asset: &Asset<'_>| match asset.newest {
        Some(version) if version.is_archived => None,
        Some(version) => Some(format!("azureml:{}:{}", asset.name, version.version)),
        None => Some(format!("azureml:{}@latest", asset.name)),
    };
    assets.values().filter_map(reference).map(|text| data_question(&text, question)).collect()
}

fn data_question(reference: &str, question: &ReviewQuestion) -> DataQuestion {
    let context = ReferenceContext {
        origin: ReferenceOrigin::CommandLine,
        direction: Direction::Input,
        storage_suffix: &question.storage_suffix,
        workspace: Some(&question.workspace),
    };
    DataQuestion { name: "input".to_owned(), reference: InputReference::parse(reference, &context), declared: None }
}
