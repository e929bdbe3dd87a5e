//! Which jobs' verdicts changed: each deployment with each registered input.

use super::cites::Cites;
use super::places::workspaces;
use super::{DiffQuestion, Differing, JobChange, RequirementChange};
use crate::eval::{
    self, Context, DataQuestion, JobFinding, JobQuestion, JobTarget, Proof, RequirementFinding, Verdict, check_without_advice,
};
use crate::model::{
    Disputed, Edition, Facts, InputReference, ObjectId, Parsed, ReferenceContext, ReferenceOrigin, RequirementId, RoleAssignment, Scope,
    container_scope,
};
use std::collections::{BTreeMap, BTreeSet};

/// Every change, by deployment and input.
pub(super) fn changes(question: &DiffQuestion<'_, '_>, differing: &Differing<'_>) -> Vec<JobChange> {
    let (before, after) = (question.before.snapshot.facts(), question.after.snapshot.facts());
    let invokers: BTreeSet<&ObjectId> =
        [before, after].into_iter().filter_map(|facts| facts.header.signed_in.as_ref()).map(|one| &one.object_id).collect();
    let invokers: Vec<Option<&ObjectId>> = if invokers.is_empty() { vec![None] } else { invokers.into_iter().map(Some).collect() };
    let mut found = Vec::new();
    for workspace in workspaces(before, after) {
        let inputs = inputs(question, &workspace);
        for deployment in deployments(before, after, &workspace) {
            for input in &inputs {
                for invoker in &invokers {
                    let job = Job { workspace: &workspace, deployment: &deployment, input, invoker: *invoker };
                    found.extend(job.compare(question, differing));
                }
            }
        }
    }
    found
}

fn deployments(before: &Facts, after: &Facts, workspace: &Scope) -> BTreeSet<Scope> {
    let all = before.deployments.keys().chain(after.deployments.keys());
    all.filter(|id| workspace.contains(id)).cloned().collect()
}

/// The latest version of each data asset, and each datastore.
fn inputs(question: &DiffQuestion<'_, '_>, workspace: &Scope) -> Vec<(String, Parsed)> {
    if let Some(only) = question.only {
        let asked = only.workspace.as_ref().is_none_or(|own| own == workspace);
        return if asked { vec![(only.reference.clone(), only.input.clone())] } else { Vec::new() };
    }
    let mut texts: BTreeSet<String> = BTreeSet::new();
    for cx in [question.before, question.after] {
        let facts = cx.snapshot.facts();
        let versions = facts.data_versions.values().filter(|version| workspace.contains(&version.id) && !version.is_archived);
        texts.extend(versions.map(|version| format!("azureml:{}@latest", version.asset)));
        let stores = facts.datastores.values().filter(|store| workspace.contains(&store.id));
        texts.extend(stores.map(|store| format!("azureml://datastores/{}/paths/", store.id.name())));
    }
    let suffix = question.storage_suffix;
    let context =
        ReferenceContext { storage_suffix: suffix, workspace: Some(workspace), ..ReferenceContext::new(ReferenceOrigin::Service) };
    texts.into_iter().map(|text| (text.clone(), InputReference::parse(&text, &context))).collect()
}

/// One job.
struct Job<'q> {
    workspace: &'q Scope,
    deployment: &'q Scope,
    input: &'q (String, Parsed),
    invoker: Option<&'q ObjectId>,
}

impl Job<'_> {
    fn ask(&self, cx: &Context<'_>, storage_suffix: &str) -> JobFinding {
        let endpoint = self.deployment.segment_after("batchendpoints").unwrap_or_default().to_owned();
        let (name, reference) = self.input;
        let question = JobQuestion {
            workspace: self.workspace.clone(),
            target: JobTarget::Endpoint { name: endpoint, deployment: Some(self.deployment.name().to_owned()) },
            invoker: self.invoker.cloned(),
            inputs: vec![DataQuestion { name: name.clone(), reference: reference.clone(), declared: None }],
            outputs: Vec::new(),
            edition: Edition::Current,
            disputed: Disputed::Deny,
            storage_suffix: storage_suffix.to_owned(),
            at: cx.at,
            until: cx.until,
            assume_below: cx.assume_below,
        };
        check_without_advice(&question, cx.snapshot, cx.rules)
    }

    /// Where the job's permissions are asked for: its deployment, its datastore, the container it reads.
    fn places(&self, cx: &Context<'_>, finding: &JobFinding) -> Vec<Scope> {
        let resolved = finding.inputs.first().map(|input| &input.resolved);
        let account = resolved.and_then(|resolved| cx.snapshot.facts().storage_accounts.get(resolved.account.as_deref()?));
        let container = account.and_then(|account| Some(container_scope(&account.id, resolved?.container.as_deref()?)));
        let datastore = resolved.and_then(|resolved| resolved.datastore.clone());
        [Some(self.deployment.clone()), datastore, container].into_iter().flatten().collect()
    }

    fn compare(&self, question: &DiffQuestion<'_, '_>, differing: &Differing<'_>) -> Option<JobChange> {
        let was = self.ask(question.before, question.storage_suffix);
        let is = self.ask(question.after, question.storage_suffix);
        let (before, after) = (was.verdict(), is.verdict());
        if before == after {
            return None;
        }
        let requirements = requirements(&was, &is);
        let changed: BTreeSet<RequirementId> = requirements.iter().map(|(id, ..)| *id).collect();
        let proofs = |finding: &'_ JobFinding| -> Vec<Proof> {
            finding.requirements().filter(|one| one.counts && changed.contains(&one.id)).map(|one| one.proof.clone()).collect()
        };
        let (old, new) = (proofs(&was), proofs(&is));
        let mut cites = Cites::between(&old.iter().collect::<Vec<_>>(), &new.iter().collect::<Vec<_>>());
        for (cx, finding) in [(question.before, &was), (question.after, &is)] {
            for requirement in finding.requirements().filter(|one| one.counts && changed.contains(&one.id)) {
                let places = self.places(cx, finding);
                cite(&mut cites, cx, requirement, self.invoker, &places, differing);
            }
        }
        Some(JobChange {
            deployment: self.deployment.clone(),
            input: self.input.0.clone(),
            invoker: is.job.invoker.or(was.job.invoker),
            before,
            after,
            requirements,
            because: differing.because(&cites, question),
        })
    }
}

/// What a requirement rests on, for whoever it is asked of.
fn cite(
    cites: &mut Cites,
    cx: &Context<'_>,
    requirement: &RequirementFinding,
    invoker: Option<&ObjectId>,
    places: &[Scope],
    differing: &Differing<'_>,
) {
    let asked = requirement.principal.as_ref().and_then(|principal| principal.object_id.as_ref()).or(invoker);
    let who = asked.map(|id| cx.snapshot.identities(id));
    let reaches = |scope: &Scope| scope.is_management_group() || places.iter().any(|place| scope.contains(place));
    let counts = |one: &RoleAssignment| reaches(&one.scope) && who.as_ref().is_none_or(|who| who.contains(&one.principal));
    cites.add(&requirement.proof, asked, &counts, &differing.assignments);
}

/// The counting requirements whose verdict differs, or that apply in one state only.
fn requirements(was: &JobFinding, is: &JobFinding) -> Vec<RequirementChange> {
    let verdicts = |finding: &JobFinding| -> BTreeMap<RequirementId, Verdict> {
        let mut found: BTreeMap<RequirementId, Verdict> = BTreeMap::new();
        for one in finding.requirements().filter(|one| one.counts) {
            let verdict = found.entry(one.id).or_insert(Verdict::Allowed);
            *verdict = (*verdict).min(eval::RequirementFinding::verdict(one));
        }
        found
    };
    let (old, new) = (verdicts(was), verdicts(is));
    let ids: BTreeSet<RequirementId> = old.keys().chain(new.keys()).copied().collect();
    let pairs = ids.into_iter().map(|id| (id, old.get(&id).copied(), new.get(&id).copied()));
    pairs.filter(|(_, before, after)| before != after).collect()
}
