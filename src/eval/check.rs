//! A job question, answered: every requirement of every input and output, and of the invocation.

use super::gates::{ComputeView, auth_mode, reachable, runtime_batch, silent_partial_reads};
use super::requirement::{
    IdentityQuestion, Readers, StoredQuestion, data_readable, identities, implicit_output, job_invoke, output, stored_credential,
    stored_reader, stored_tenant, upload,
};
use super::resolve::{Resolution, resolve};
use super::{
    AppliedRule, ComputeIdentities, Context, DataFinding, DataQuestion, Evidence, EvidenceKind, JobFinding, JobQuestion, JobSummary,
    JobTarget, JobView, Judgement, Leaf, Origin, Place, Proof, RequirementFinding, Resolved, Verdict, Warning, compute_identities,
    granted_by, view,
};
use crate::model::{
    Action, CredentialUsed, Datastore, Disputed, Found, GrantedBy, InputReference, Known, Missing, ObjectId, Plane, RequirementId, Scope,
    SecurityPrincipal, Snapshot, StoreKind, WarningId,
};
use crate::rules::{CredentialRule, RuleSet};

/// Everything the inputs and outputs of one job share.
struct Job<'q, 'a> {
    cx: &'q Context<'a>,
    question: &'q JobQuestion,
    view: &'q JobView<'a>,
    compute: ComputeIdentities,
    network: ComputeView<'a>,
    origin: Origin,
}

/// Answers a job question.
pub fn check(question: &JobQuestion, snapshot: &Snapshot, rules: &RuleSet) -> JobFinding {
    answer(question, snapshot, rules, true)
}

/// Answers a job question without the advice about the job as a whole, none of which counts: for many questions at once.
pub fn check_without_advice(question: &JobQuestion, snapshot: &Snapshot, rules: &RuleSet) -> JobFinding {
    answer(question, snapshot, rules, false)
}

fn answer(question: &JobQuestion, snapshot: &Snapshot, rules: &RuleSet, advise: bool) -> JobFinding {
    let cx = Context { snapshot, rules, at: question.at, until: question.until, assume_below: question.assume_below };
    let view = view(&cx, question);
    let network = match &view.compute {
        Known::Known(compute) => ComputeView::Known(compute),
        Known::Missing(missing) => ComputeView::Unknown(missing.clone()),
    };
    let origin = network.origin(&view.workspace).request_origin();
    let job = Job { cx: &cx, question, view: &view, compute: compute_identities(&cx, &view.compute), network, origin };
    let inputs: Vec<DataFinding> = question.inputs.iter().map(|input| job.input(input)).collect();
    let outputs: Vec<DataFinding> = question.outputs.iter().map(|output| job.output(output)).collect();
    let mut warnings = Vec::new();
    let invoke = job.invoke(advise, &mut warnings);
    if advise {
        warnings.extend(job.advice());
    }
    warnings.extend(inputs.iter().chain(&outputs).flat_map(|finding| &finding.requirements).filter_map(advisory_warning));
    let summary = JobSummary {
        endpoint: view.endpoint_id.clone(),
        deployment: view.deployment_id.clone(),
        compute: view.compute_id.clone(),
        invoker: view.invoker.value().cloned(),
    };
    JobFinding { job: summary, endpoint: job.endpoint(), inputs, outputs, invoke, warnings }
}

/// A requirement that does not count and is not allowed stands among the warnings.
fn advisory_warning(finding: &RequirementFinding) -> Option<Warning> {
    if finding.counts || finding.verdict() == Verdict::Allowed {
        return None;
    }
    Some(if finding.disputed {
        let message = format!("{} (Microsoft's pages disagree about whether it is needed)", finding.summary);
        Warning::new(WarningId::AccessRead, message)
    } else {
        let why = "edition `seed` does not ask for it, the current wording does";
        Warning::new(WarningId::RuleSuperseded, format!("{}: {} ({why})", finding.id, finding.summary))
    })
}

impl<'a> Job<'_, 'a> {
    fn invoke(&self, advise: bool, warnings: &mut Vec<Warning>) -> Option<Vec<RequirementFinding>> {
        if let JobTarget::Compute(_) = self.question.target {
            return None;
        }
        let is_asset = |input: &DataQuestion| matches!(input.reference.outcome, Ok(InputReference::DataAsset { .. }));
        let (invoke, lacking) = job_invoke(self.cx, self.view, self.question.inputs.iter().any(is_asset), advise);
        warnings.extend(lacking);
        Some(vec![self.endpoint(), invoke])
    }

    fn endpoint(&self) -> RequirementFinding {
        let proof = self.view.endpoint_proof.clone();
        let summary = match proof.verdict() {
            Verdict::Allowed => "endpoint, deployment and compute exist and are supported",
            Verdict::Denied => "the job has nothing to run on",
            Verdict::Undetermined => "not known whether endpoint, deployment and compute exist and are supported",
        };
        RequirementFinding::new(RequirementId::JobEndpoint, summary, proof)
    }

    /// Advice about the job as a whole: never more than a warning.
    fn advice(&self) -> Vec<Warning> {
        let (cx, view) = (self.cx, self.view);
        let store = cx.snapshot.default_datastore(&view.workspace_id);
        let mut warnings = Vec::new();
        let may = |id: &ObjectId, action: &Action, plane: Plane, scope: &Scope| {
            let who = cx.snapshot.identities(id);
            super::rbac::one_action::<Proof>(cx, &who, action, plane, scope).together(|| format!("{id} holds `{action}`"))
        };
        let needs = runtime_batch(cx, &view.workspace, &self.network, &store, &may);
        warnings.extend(needs.into_iter().filter(|(proof, _)| proof.verdict() != Verdict::Allowed).map(|(_, warning)| warning));
        if let (Known::Known(workspace), Found::Here(store)) = (&view.workspace, &store) {
            warnings.extend(auth_mode(workspace, store));
        }
        if self.question.outputs.is_empty() && !self.question.inputs.is_empty() {
            warnings.extend(implicit_output(cx, view, &self.compute, &self.network));
        }
        warnings
    }

    fn output(&self, question: &DataQuestion) -> DataFinding {
        let mut finding = self.finding(question);
        let reference = match &question.reference.outcome {
            Ok(reference) => reference,
            Err(_) => {
                let place = Known::Missing(Missing::open("not-recognised", "the output's reference is not recognised"));
                let premises = vec![recognised(question)];
                finding.requirements.push(output(self.cx, self.view, &self.compute, &self.network, &place, premises));
                return finding;
            }
        };
        let resolution = resolve(self.cx, self.view, question, reference, &self.origin);
        finding.resolved = resolution.resolved;
        // A folder to write need not exist yet; the container must.
        let premises = vec![recognised(question), resolution.supported, resolution.container];
        finding.requirements.push(output(self.cx, self.view, &self.compute, &self.network, &resolution.place, premises));
        finding.rule = self.applied(&resolution.place);
        finding
    }

    fn finding(&self, question: &DataQuestion) -> DataFinding {
        let warnings = question.reference.client.iter().map(|note| {
            let instead = note.instead.as_ref().map_or_else(String::new, |instead| format!("; write `{instead}`"));
            Warning::new(WarningId::ClientReference, format!("{}: {}{instead}", question.reference.text, note.why))
        });
        DataFinding {
            name: question.name.clone(),
            reference: question.reference.text.clone(),
            resolved: Resolved::default(),
            rule: None,
            requirements: Vec::new(),
            warnings: warnings.collect(),
        }
    }

    fn input(&self, question: &DataQuestion) -> DataFinding {
        let mut finding = self.finding(question);
        let first = recognised(question);
        let summary = match first.verdict() {
            Verdict::Allowed => "the reference is one of the documented spellings",
            Verdict::Denied | Verdict::Undetermined => "the reference is none of the documented spellings",
        };
        finding.requirements.push(RequirementFinding::new(RequirementId::InputRecognised, summary, first));
        let Ok(reference) = &question.reference.outcome else {
            return finding;
        };
        let resolution = resolve(self.cx, self.view, question, reference, &self.origin);
        finding.resolved = resolution.resolved.clone();
        finding.rule = self.applied(&resolution.place);
        if !self.premises(&resolution, &mut finding) {
            return finding;
        }
        if let JobTarget::Compute(_) = self.question.target {
            finding.requirements.push(self.endpoint());
        }
        match &resolution.place {
            Known::Known(place) => self.read(place, &mut finding),
            Known::Missing(missing) => {
                if !resolution.uploads {
                    let fits = Proof::unknown(|| "the type fits the data".to_owned(), missing);
                    finding.requirements.push(RequirementFinding::new(RequirementId::InputType, "not known whether its type fits", fits));
                }
                unresolved(missing, &mut finding);
                finding.requirements.sort_by_key(|requirement| requirement.id);
            }
        }
        finding
    }

    /// `input/supported`, `input/exists`, `input/upload`, `input/type`; false where the later ones are left out.
    fn premises(&self, resolution: &Resolution<'_>, finding: &mut DataFinding) -> bool {
        let words = |proof: &Proof, yes: &str, no: &str, open: &str| match proof.verdict() {
            Verdict::Allowed => yes.to_owned(),
            Verdict::Denied => no.to_owned(),
            Verdict::Undetermined => open.to_owned(),
        };
        let supported = &resolution.supported;
        let summary =
            words(supported, "batch endpoints read it", "batch endpoints do not read it", "not known whether batch endpoints read it");
        finding.requirements.push(RequirementFinding::new(RequirementId::InputSupported, summary, supported.clone()));
        if supported.verdict() == Verdict::Denied {
            return false;
        }
        let exists = &resolution.exists;
        let summary = words(exists, "what it names exists", "what it names does not exist", "not known whether what it names exists");
        finding.requirements.push(RequirementFinding::new(RequirementId::InputExists, summary, exists.clone()));
        if exists.verdict() == Verdict::Denied {
            return false;
        }
        if resolution.uploads {
            finding.requirements.push(upload(self.cx, self.view, &resolution.place));
        }
        if let Some(fits) = &resolution.fits {
            let summary = words(fits, "its type fits", "its type does not fit", "not known whether its type fits");
            finding.requirements.push(RequirementFinding::new(RequirementId::InputType, summary, fits.clone()));
        }
        true
    }

    /// The table's row for a place.
    fn row(&self, place: &Place<'_>) -> Option<&'a CredentialRule> {
        self.cx.rules.row(self.question.edition, place.source, place.credential)
    }

    fn applied(&self, place: &Known<Place<'_>>) -> Option<AppliedRule> {
        let place = place.value()?;
        let row = self.row(place)?;
        Some(AppliedRule {
            id: row.id.clone(),
            edition: row.edition,
            credentials_used: row.credentials_used.clone(),
            granted_by: granted_by(row, place.target.store),
            source: row.provenance.source.clone(),
            retrieved: row.provenance.retrieved.clone(),
        })
    }

    /// The requirements from the credential on, by the table's row.
    fn read(&self, place: &Place<'a>, finding: &mut DataFinding) {
        let Some(row) = self.row(place) else {
            let missing = Missing::open("no-rule", "no row of the credential table matches this input; see `canread rules`");
            return unresolved(&missing, finding);
        };
        let mut readers = Readers::default();
        let stored = place.datastore.filter(|_| row.credentials_used.contains(&CredentialUsed::StoreCredential));
        let mut rest = Vec::new();
        match stored {
            Some(store) => {
                let operations = place.target.read_operations();
                let question =
                    StoredQuestion { job: self.view, store, other_workspace: place.other_workspace, target: &place.target, operations };
                finding.requirements.extend(stored_credential(self.cx, &question));
                let reader = stored_reader(self.cx, store);
                rest.extend(reader.as_ref().and_then(|reader| account_tenant(self.cx, place, store, reader)));
                readers.each.extend(reader);
            }
            None => rest = self.by_identity(place, row, &mut readers, finding),
        }
        if place.target.store != StoreKind::AdlsGen1 {
            rest.push(self.reachable(place));
        }
        let (readable, notes) = data_readable(self.cx, &place.target, &readers);
        if readable.verdict() != Verdict::Allowed {
            finding.warnings.extend(self.view.deployment.and_then(silent_partial_reads));
        }
        finding.warnings.extend(notes);
        rest.push(readable);
        finding.requirements.extend(rest);
        finding.requirements.sort_by_key(|requirement| requirement.id);
        if place.sas_in_url {
            let message = "the reference holds a SAS: whoever sees the job sees it; store it in a datastore";
            finding.warnings.push(Warning::new(WarningId::ClientSecret, message));
        }
        if place.target.store == StoreKind::AdlsGen1 {
            let message = "Azure Data Lake Storage Gen1 was retired on 2024-02-29";
            finding.warnings.push(Warning::new(WarningId::StoreRetired, message));
        }
    }

    fn by_identity(
        &self,
        place: &Place<'a>,
        row: &CredentialRule,
        readers: &mut Readers,
        finding: &mut DataFinding,
    ) -> Vec<RequirementFinding> {
        let compute_counts = row.credentials_used.contains(&CredentialUsed::ComputeIdentity);
        let question = IdentityQuestion { job: self.view, compute: &self.compute, place, compute_counts, disputed: self.question.disputed };
        let judged = identities(self.cx, &question);
        if judged.anonymous {
            if let Some(rule) = &mut finding.rule {
                rule.credentials_used = vec![CredentialUsed::Anonymous];
                rule.granted_by = vec![GrantedBy::Anonymous];
            }
            return judged.requirements;
        }
        let invoker = self.view.invoker.value().cloned();
        match self.question.disputed {
            Disputed::Deny => readers.each.extend(invoker),
            Disputed::Warn => readers.advisory = invoker,
        }
        if compute_counts {
            readers.one_of = self.compute.candidates.iter().filter_map(Known::value).cloned().collect();
            readers.unknown = self.compute.candidates.iter().find_map(|candidate| candidate.missing().cloned());
        }
        judged.requirements
    }

    fn reachable(&self, place: &Place<'_>) -> RequirementFinding {
        let workspace = match &self.view.workspace {
            Known::Known(workspace) => Known::Known(*workspace),
            Known::Missing(missing) => Known::Missing(missing.clone()),
        };
        let proof = reachable(self.cx, &place.target, &self.network, workspace);
        let account = &place.target.account_name;
        let summary = match proof.verdict() {
            Verdict::Allowed => format!("the compute reaches account `{account}`"),
            Verdict::Denied => format!("the compute does not reach account `{account}`"),
            Verdict::Undetermined => format!("not known whether the compute reaches account `{account}`"),
        };
        RequirementFinding::new(RequirementId::AccountReachable, summary, proof)
    }
}

/// `account/tenant` of a stored service principal.
fn account_tenant(cx: &Context<'_>, place: &Place<'_>, store: &Datastore, reader: &SecurityPrincipal) -> Option<RequirementFinding> {
    let proof = stored_tenant(cx, &place.target, store, reader)?;
    let account = &place.target.account_name;
    let summary = match proof.verdict() {
        Verdict::Allowed => format!("the stored service principal and account `{account}` live in one tenant"),
        Verdict::Denied => format!("account `{account}` lives in another tenant than the stored service principal"),
        Verdict::Undetermined => format!("not known whether account `{account}` lives in the stored service principal's tenant"),
    };
    Some(RequirementFinding::new(RequirementId::AccountTenant, summary, proof).of(Some(reader.clone())))
}

fn recognised(question: &DataQuestion) -> Proof {
    let claim = "the reference is one of the documented spellings";
    let text = question.reference.text.as_str();
    match &question.reference.outcome {
        Ok(reference) => {
            Proof::allowed(|| Leaf::new(claim, Evidence::new(EvidenceKind::Question, text, format!("it reads as `{reference}`"))))
        }
        Err(refusal) => Proof::denied(|| Leaf::new(claim, Evidence::new(EvidenceKind::Question, text, refusal.to_string()))),
    }
}

/// What follows where it is not known where the data is: undetermined, for the same reason.
fn unresolved(missing: &Missing, finding: &mut DataFinding) {
    for (id, summary) in [
        (RequirementId::AccountReachable, "not known which account the data is in"),
        (RequirementId::DataReadable, "not known where the data is"),
    ] {
        let proof = Proof::unknown(|| "where the data is is known".to_owned(), missing);
        finding.requirements.push(RequirementFinding::new(id, summary, proof));
    }
}
