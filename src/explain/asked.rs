//! The job question: what the options name, completed by what the text reveals and by what the state leaves no choice about.

use super::commands;
use super::signal::Log;
use crate::eval::{DataQuestion, JobQuestion, JobTarget};
use crate::model::{
    Datastore, DatastoreTarget, DeclaredType, Direction, Disputed, Edition, Found, InputReference, ObjectId, ReferenceContext,
    ReferenceOrigin, Scope, Snapshot, Timestamp,
};

/// What the options ask about; what they leave out is taken from the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Workspace.
    pub workspace: Scope,
    /// Endpoint or compute, where one is named.
    pub target: Option<JobTarget>,
    /// Whoever invokes, where named.
    pub invoker: Option<ObjectId>,
    /// Inputs.
    pub inputs: Vec<DataQuestion>,
    /// Outputs.
    pub outputs: Vec<DataQuestion>,
    /// Edition of the credential table.
    pub edition: Edition,
    /// What an unmet disputed requirement does.
    pub disputed: Disputed,
    /// Suffix of the storage endpoints of the cloud asked about.
    pub storage_suffix: String,
    /// The moment asked about.
    pub at: Timestamp,
    /// Take ACLs below a folder that were not collected as open.
    pub assume_below: bool,
}

/// The question, and how it came about.
pub(super) struct Completed {
    /// `None`: nothing tells which job is meant.
    pub(super) question: Option<JobQuestion>,
    /// Whoever the reader thinks of: named, else signed in.
    pub(super) expected: Option<ObjectId>,
    /// The moment asked about.
    pub(super) at: Timestamp,
    /// What was taken from the text or the state, in words.
    pub(super) taken: Vec<String>,
}

/// Most datastores of one container that are judged.
const MOST: usize = 8;

impl Asked {
    pub(super) fn complete(&self, log: &Log, snapshot: &Snapshot) -> Completed {
        let signed_in = snapshot.facts().header.signed_in.as_ref().map(|signed_in| signed_in.object_id.clone());
        let expected = self.invoker.clone().or_else(|| signed_in.clone());
        let denied = commands::invoker(log).map(ObjectId::new);
        let mut taken = Vec::new();
        let target = self.target.clone().or_else(|| self.target_of(log, snapshot, &mut taken));
        let (mut inputs, mut outputs) = (self.inputs.clone(), self.outputs.clone());
        let writes = log.signals.iter().any(commands::is_about_output);
        if writes && outputs.is_empty() {
            outputs = self.data_of(log, snapshot, Direction::Output, &mut taken);
            if outputs.is_empty() {
                outputs.extend(self.default_output(snapshot, &mut taken));
            }
        } else if !writes && inputs.is_empty() {
            inputs = self.data_of(log, snapshot, Direction::Input, &mut taken);
        }
        let question = target.map(|target| JobQuestion {
            workspace: self.workspace.clone(),
            target,
            invoker: self.invoker.clone().or(denied).or(signed_in),
            inputs,
            outputs,
            edition: self.edition,
            disputed: self.disputed,
            storage_suffix: self.storage_suffix.clone(),
            at: self.at,
            until: self.at,
            assume_below: self.assume_below,
        });
        Completed { question, expected, at: self.at, taken }
    }

    /// The endpoint or compute that the text names, else the only one of the workspace.
    fn target_of(&self, log: &Log, snapshot: &Snapshot, taken: &mut Vec<String>) -> Option<JobTarget> {
        let detail = |name: &str| log.signals.iter().find_map(|signal| signal.detail(name)).map(str::to_owned);
        let facts = snapshot.facts();
        let own = |id: &&Scope| id.cut_after("workspaces").as_ref() == Some(&self.workspace);
        let endpoints: Vec<&Scope> = facts.endpoints.keys().filter(own).collect();
        let named = detail("endpoint").filter(|name| endpoints.iter().any(|id| id.name().eq_ignore_ascii_case(name)));
        if let Some(name) = named {
            taken.push(format!("batch endpoint `{name}`, which the text names"));
            return Some(JobTarget::Endpoint { name, deployment: detail("deployment") });
        }
        if let [only] = endpoints.as_slice() {
            taken.push(format!("batch endpoint `{}`, the only one of the workspace", only.name()));
            return Some(JobTarget::Endpoint { name: only.name().to_owned(), deployment: None });
        }
        let computes: Vec<&Scope> = facts.computes.keys().filter(own).collect();
        let named = detail("compute").and_then(|name| computes.iter().find(|id| id.name().eq_ignore_ascii_case(&name)));
        let compute = named.or(match computes.as_slice() {
            [only] if endpoints.is_empty() => Some(only),
            _ => None,
        });
        compute.map(|id| {
            taken.push(format!("compute `{}`", id.name()));
            JobTarget::Compute(id.as_str().to_owned())
        })
    }

    /// What the text says was read or written: a reference, the datastores that lead to the container it names, or its URL.
    fn data_of(&self, log: &Log, snapshot: &Snapshot, direction: Direction, taken: &mut Vec<String>) -> Vec<DataQuestion> {
        let mut texts: Vec<(String, String)> = Vec::new();
        for signal in &log.signals {
            if let Some(reference) = signal.detail("reference") {
                texts.push((name_of(direction, texts.len()), reference.to_owned()));
                continue;
            }
            let (Some(account), Some(container)) = (signal.detail("account"), signal.detail("container")) else { continue };
            let path = signal.detail("path").unwrap_or_default().trim_start_matches('/');
            let stores: Vec<&Datastore> =
                snapshot.datastores_of(&self.workspace).filter(|store| leads_to(store, account, container)).take(MOST).collect();
            match (stores.as_slice(), signal.detail("url")) {
                ([], Some(url)) => texts.push((name_of(direction, texts.len()), url.to_owned())),
                ([], None) => {}
                (several, _) => texts.extend(several.iter().map(|store| (store.id.name().to_owned(), datastore_path(store, path)))),
            }
        }
        texts.sort();
        texts.dedup_by(|one, other| one.1 == other.1);
        let questions: Vec<DataQuestion> = texts.into_iter().filter_map(|(name, text)| self.data(&name, &text, direction)).collect();
        taken.extend(questions.iter().map(|question| format!("{} `{}`, from the text", word(direction), question.reference.text)));
        questions
    }

    /// Where a job writes that names no output.
    fn default_output(&self, snapshot: &Snapshot, taken: &mut Vec<String>) -> Option<DataQuestion> {
        let Found::Here(store) = snapshot.default_datastore(&self.workspace) else { return None };
        taken.push(format!("output in the default datastore `{}`, for none is named", store.id.name()));
        self.data("output", &datastore_path(store, "azureml"), Direction::Output)
    }

    fn data(&self, name: &str, text: &str, direction: Direction) -> Option<DataQuestion> {
        let origin = ReferenceOrigin::RestBody;
        let context = ReferenceContext { origin, direction, storage_suffix: &self.storage_suffix, workspace: Some(&self.workspace) };
        let reference = InputReference::parse(text, &context);
        // What cannot be read was not a reference of the job, but something the log happens to hold.
        reference.outcome.as_ref().ok()?;
        let is_asset = matches!(reference.outcome, Ok(InputReference::DataAsset { .. }));
        let declared = (!is_asset && is_file(text)).then_some(DeclaredType::UriFile);
        Some(DataQuestion { name: name.to_owned(), reference, declared })
    }
}

fn word(direction: Direction) -> &'static str {
    match direction {
        Direction::Input => "input",
        Direction::Output => "output",
    }
}

fn name_of(direction: Direction, number: usize) -> String {
    if number == 0 { word(direction).to_owned() } else { format!("{}_{}", word(direction), number + 1) }
}

/// Whether the last part of a path looks like a file's name.
fn is_file(text: &str) -> bool {
    let name = text.rsplit('/').next().unwrap_or_default();
    name.rsplit_once('.').is_some_and(|(stem, ending)| !stem.is_empty() && (1..=8).contains(&ending.len()))
}

fn datastore_path(store: &Datastore, path: &str) -> String {
    format!("azureml://datastores/{}/paths/{path}", store.id.name())
}

/// Whether a datastore leads to a container.
pub(super) fn leads_to(store: &Datastore, account: &str, container: &str) -> bool {
    match &store.target {
        DatastoreTarget::Blob { account: own, container: inside } | DatastoreTarget::AdlsGen2 { account: own, filesystem: inside } => {
            own.eq_ignore_ascii_case(account) && inside == container
        }
        DatastoreTarget::AdlsGen1 { store: own } => own.eq_ignore_ascii_case(account),
        DatastoreTarget::File { .. } | DatastoreTarget::OneLake | DatastoreTarget::Other(_) => false,
    }
}
