//! A job question with its answer in one state, as far as proposals need it.

use crate::eval::gates::ComputeView;
use crate::eval::{
    ComputeIdentities, Context, DataFinding, DataTarget, Extent, JobFinding, JobQuestion, JobView, Origin, RequirementFinding, Verdict,
    check, compute_identities, view,
};
use crate::model::{Known, ObjectId, RequirementId, Snapshot, StoreKind};
use crate::rules::RuleSet;

/// One state, the question asked of it, and the answer.
pub(super) struct Scene<'a> {
    pub(super) cx: Context<'a>,
    pub(super) question: &'a JobQuestion,
    pub(super) finding: JobFinding,
    pub(super) view: JobView<'a>,
    pub(super) compute: ComputeIdentities,
}

impl<'a> Scene<'a> {
    pub(super) fn of(snapshot: &'a Snapshot, rules: &'a RuleSet, question: &'a JobQuestion) -> Self {
        let cx = Context { snapshot, rules, at: question.at, until: question.until, assume_below: question.assume_below };
        let view = view(&cx, question);
        let compute = compute_identities(&cx, &view.compute);
        Scene { cx, question, finding: check(question, snapshot, rules), view, compute }
    }

    /// Requirements that count and are not met, each with the input or output it belongs to; denied ones first, for what
    /// is undetermined may be settled by what mends them.
    pub(super) fn unmet(&self) -> Vec<(&RequirementFinding, Option<&DataFinding>)> {
        let data = self.finding.inputs.iter().chain(&self.finding.outputs);
        let of_data = data.flat_map(|one| one.requirements.iter().map(move |requirement| (requirement, Some(one))));
        let of_job = self.finding.invoke.iter().flatten().chain([&self.finding.endpoint]).map(|requirement| (requirement, None));
        let mut unmet: Vec<_> =
            of_job.chain(of_data).filter(|(requirement, _)| requirement.counts && requirement.verdict() != Verdict::Allowed).collect();
        unmet.sort_by_key(|(requirement, _)| (requirement.verdict(), requirement.id));
        unmet
    }

    /// Whoever invokes.
    pub(super) fn invoker(&self) -> Option<&ObjectId> {
        self.view.invoker.value().and_then(|invoker| invoker.object_id.as_ref())
    }

    /// Every identity the compute may mount with; nothing where one of them is not known.
    pub(super) fn mounts(&self) -> Vec<&ObjectId> {
        let all: Option<Vec<_>> =
            self.compute.candidates.iter().map(|one| one.value().and_then(|principal| principal.object_id.as_ref())).collect();
        all.unwrap_or_default()
    }

    /// Those whose access a requirement is about.
    pub(super) fn principals(&self, requirement: &RequirementFinding, data: Option<&DataFinding>) -> Vec<ObjectId> {
        let own = || requirement.principal.as_ref().and_then(|principal| principal.object_id.clone());
        let mut found: Vec<ObjectId> = match requirement.id {
            RequirementId::AccessMount => self.mounts().into_iter().cloned().collect(),
            RequirementId::OutputWritable => self.mounts().into_iter().cloned().collect(),
            RequirementId::DataReadable => self.readers(data),
            RequirementId::CredentialServicePrincipal => own().into_iter().collect(),
            RequirementId::AccessRead | RequirementId::JobInvoke | RequirementId::CredentialRetrievable | RequirementId::InputUpload => {
                self.invoker().cloned().into_iter().collect()
            }
            RequirementId::InputRecognised
            | RequirementId::InputSupported
            | RequirementId::InputExists
            | RequirementId::InputType
            | RequirementId::JobEndpoint
            | RequirementId::CredentialSharedKey
            | RequirementId::CredentialSas
            | RequirementId::ComputeIdentity
            | RequirementId::AccountReachable
            | RequirementId::AccountTenant
            | RequirementId::AccessAnonymous
            | RequirementId::RuntimeBatch => Vec::new(),
        };
        found.dedup();
        found
    }

    /// Those that read an input by their own rights.
    fn readers(&self, data: Option<&DataFinding>) -> Vec<ObjectId> {
        let asked = [RequirementId::AccessMount, RequirementId::AccessRead, RequirementId::CredentialServicePrincipal];
        let requirements = data.into_iter().flat_map(|data| &data.requirements).filter(|one| one.counts && asked.contains(&one.id));
        requirements.flat_map(|one| self.principals(one, data)).collect()
    }

    /// Every identity of the job: what a fix may open something to without saying so.
    pub(super) fn own_identities(&self) -> Vec<ObjectId> {
        let stored = self.finding.requirements().filter_map(|one| one.principal.as_ref()).filter_map(|one| one.object_id.clone());
        let own = self.invoker().cloned().into_iter().chain(self.mounts().into_iter().cloned());
        own.chain(stored).collect()
    }

    /// The data of an input or output.
    pub(super) fn target(&self, data: &DataFinding) -> Option<DataTarget<'a>> {
        let resolved = &data.resolved;
        let store = resolved.store?;
        let account_name = resolved.account.clone()?.to_lowercase();
        let account = match store {
            StoreKind::Blob | StoreKind::AdlsGen2 => self.cx.snapshot.storage_account(&account_name),
            StoreKind::AdlsGen1 => return None,
        };
        Some(DataTarget {
            account_name,
            account,
            container: resolved.container.clone()?,
            path: resolved.path.clone()?,
            extent: if resolved.input_type == Some("uri_file") { Extent::File } else { Extent::Folder },
            store,
            origin: self.origin(),
            by_url_alone: false,
        })
    }

    fn origin(&self) -> Origin {
        let workspace = match &self.view.workspace {
            Known::Known(workspace) => Known::Known(*workspace),
            Known::Missing(missing) => Known::Missing(missing.clone()),
        };
        let compute = match &self.view.compute {
            Known::Known(compute) => ComputeView::Known(compute),
            Known::Missing(missing) => ComputeView::Unknown(missing.clone()),
        };
        compute.origin(&workspace).request_origin()
    }
}
