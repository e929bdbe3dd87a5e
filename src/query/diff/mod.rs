//! What changed between two states: access gained and lost, job verdicts, and what changed without effect on either.
//!
//! Both states are asked about everybody and everything either of them names, at one moment. Nothing is compared but the
//! answers of `eval`; the records that made the difference are those that both the answers cite and the states differ in.

mod access;
mod cites;
mod fields;
mod jobs;
mod places;
mod records;

pub use records::{Change, ChangedRecord};

use crate::eval::{Context, DataTarget, EvidenceKind, Verdict};
use crate::model::{Operation, RequirementId, Scope, SecurityPrincipal};
use std::collections::BTreeSet;

/// One piece of data, in both states.
#[derive(Clone, Debug)]
pub struct Only<'a> {
    /// The reference as given, without secrets.
    pub reference: String,
    /// As an input of a job.
    pub input: crate::model::Parsed,
    /// Where it leads before; `None`: nowhere.
    pub before: Option<DataTarget<'a>>,
    /// Where it leads after.
    pub after: Option<DataTarget<'a>>,
    /// Workspaces whose jobs are asked about.
    pub workspace: Option<Scope>,
}

/// The question. Both contexts ask about the same moment.
#[derive(Debug)]
pub struct DiffQuestion<'q, 'a> {
    /// The earlier state.
    pub before: &'q Context<'a>,
    /// The later state.
    pub after: &'q Context<'a>,
    /// Suffix of the storage endpoints of the cloud asked about.
    pub storage_suffix: &'q str,
    /// Only this reference; `None`: everything.
    pub only: Option<&'q Only<'a>>,
}

/// By which kind of way somebody gets at data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Via {
    /// Without signing in.
    Anonymous,
    /// By roles and ACLs: the answer of `canread access`.
    Access,
    /// With something a datastore stores.
    StoredCredential,
    /// With the account's keys.
    AccountKey,
}

impl Via {
    /// The word reports use.
    pub fn as_str(self) -> &'static str {
        match self {
            Via::Anonymous => "anonymous",
            Via::Access => "access",
            Via::StoredCredential => "stored_credential",
            Via::AccountKey => "account_key",
        }
    }
}

/// Access of one principal that changed.
#[derive(Clone, Debug)]
pub struct AccessChange {
    /// Whose; without object id: a crowd.
    pub principal: SecurityPrincipal,
    /// List, read or write.
    pub operation: Operation,
    /// URL of the data, or the reference that was asked about. What lies below and changed alike is not repeated.
    pub target: String,
    /// Data assets and datastores that lead there or below.
    pub registered: BTreeSet<String>,
    /// By which kind of way.
    pub via: Via,
    /// Before.
    pub before: Verdict,
    /// After.
    pub after: Verdict,
    /// The records that made the difference.
    pub because: Vec<ChangedRecord>,
}

/// A requirement whose verdict changed; `None`: it does not apply.
pub type RequirementChange = (RequirementId, Option<Verdict>, Option<Verdict>);

/// A job whose verdict changed.
#[derive(Clone, Debug)]
pub struct JobChange {
    /// Its deployment.
    pub deployment: Scope,
    /// What it reads.
    pub input: String,
    /// Who invokes; `None`: nobody is signed in in either state.
    pub invoker: Option<SecurityPrincipal>,
    /// Before.
    pub before: Verdict,
    /// After.
    pub after: Verdict,
    /// Its requirements whose verdict changed.
    pub requirements: Vec<RequirementChange>,
    /// The records that made the difference.
    pub because: Vec<ChangedRecord>,
}

/// The answer.
#[derive(Clone, Debug, Default)]
pub struct DiffFinding {
    /// Access that changed, by principal, target and operation.
    pub changes: Vec<AccessChange>,
    /// Jobs whose verdict changed.
    pub jobs: Vec<JobChange>,
    /// Records that differ and changed neither access nor a job asked about.
    pub configuration: Vec<ChangedRecord>,
}

impl DiffFinding {
    /// Whether nobody's access and no job's verdict changed.
    pub fn is_unchanged(&self) -> bool {
        self.changes.is_empty() && self.jobs.is_empty()
    }
}

/// Answers the question.
pub fn diff(question: &DiffQuestion<'_, '_>) -> DiffFinding {
    let (before, after) = (question.before.snapshot.facts(), question.after.snapshot.facts());
    let changed = records::changed_records(before, after, question.after.rules);
    if changed.is_empty() {
        return DiffFinding::default();
    }
    let assignments = cites::Assignments::of(before, after);
    let differing = Differing { changed: &changed, assignments };
    let changes = access::changes(question, &differing);
    let jobs = jobs::changes(question, &differing);
    let cited: BTreeSet<&ChangedRecord> =
        changes.iter().flat_map(|one| &one.because).chain(jobs.iter().flat_map(|one| &one.because)).collect();
    // That something was looked up or not is no configuration.
    let is_look_up = |record: &ChangedRecord| matches!(record.kind, EvidenceKind::Coverage | EvidenceKind::Gap);
    let configuration = changed.iter().filter(|record| !cited.contains(record) && !is_look_up(record)).cloned().collect();
    DiffFinding { configuration, changes, jobs }
}

/// What differs, and what is needed to say why.
struct Differing<'d> {
    changed: &'d [ChangedRecord],
    assignments: cites::Assignments<'d>,
}

impl Differing<'_> {
    /// The changed records that an answer cites; where it cites none, all of them: one of them it must be.
    fn because(&self, cites: &cites::Cites, question: &DiffQuestion<'_, '_>) -> Vec<ChangedRecord> {
        let (before, after) = (question.before.snapshot.facts(), question.after.snapshot.facts());
        let found = cites.among(self.changed, before, after);
        if found.is_empty() { self.changed.to_vec() } else { found }
    }
}
