//! Each cause, confirmed or refuted by what the evaluator makes of the state.

use super::asked::Completed;
use super::causes::{CauseFinding, Status};
use super::signal::{Log, Signal};
use crate::eval::{self, Context, Evidence, EvidenceKind, JobFinding, Judgement, Proof, RequirementFinding, Verdict};
use crate::model::{Action, Cause, ErrorLayer, ObjectId, OtherCause, Plane, RequirementId, Scope, Snapshot};
use crate::rules::RuleSet;

/// What the state says of a cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Judged {
    pub(super) status: Status,
    pub(super) because: String,
    pub(super) evidence: Option<Evidence>,
}

impl Judged {
    pub(super) fn new(status: Status, because: impl Into<String>) -> Self {
        Judged { status, because: because.into(), evidence: None }
    }

    /// A cause is an unmet claim: what proves the claim refutes the cause.
    pub(super) fn by(proof: &Proof, what: &str) -> Self {
        let (leaf, evidence) = deciding(proof);
        let status = match proof.verdict() {
            Verdict::Denied => Status::Confirmed,
            Verdict::Undetermined => Status::Possible,
            Verdict::Allowed => Status::Refuted,
        };
        let what = if what.is_empty() { String::new() } else { format!("{what}: ") };
        Judged { status, because: format!("{what}{leaf}"), evidence }
    }
}

/// Most leaves that are told of one verdict.
const MOST: usize = 3;

/// The leaves that a verdict hangs on, in words: of a denied proof the near misses, of an allowed one the grants.
fn deciding(proof: &Proof) -> (String, Option<Evidence>) {
    let mut leaves = Vec::new();
    collect(proof, &mut leaves);
    let preferred = |leaf: &&&Proof| match proof.verdict() {
        Verdict::Allowed => kind(leaf).is_some_and(is_grant),
        Verdict::Denied => kind(leaf).is_some_and(|kind| kind != EvidenceKind::Coverage),
        Verdict::Undetermined => true,
    };
    let telling: Vec<&Proof> = leaves.iter().filter(preferred).copied().collect();
    let chosen = if telling.is_empty() { leaves } else { telling };
    let mut texts: Vec<String> = Vec::new();
    for text in chosen.iter().map(|leaf| sentence(leaf)) {
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    texts.truncate(if proof.verdict() == Verdict::Denied { MOST } else { 1 });
    let evidence = chosen.first().and_then(|leaf| leaf.leaves().first().map(|(_, _, leaf)| leaf.evidence.clone()));
    (texts.join("; "), evidence)
}

/// The leaves that agree with the whole. Of alternatives that hold, the first.
fn collect<'p>(proof: &'p Proof, found: &mut Vec<&'p Proof>) {
    let one_suffices = matches!(proof.node(), eval::Node::Any(_)) && proof.verdict() == Verdict::Allowed;
    let mut agreeing = proof.children().iter().filter(|part| part.verdict() == proof.verdict()).peekable();
    if agreeing.peek().is_none() {
        found.push(proof);
    }
    agreeing.take(if one_suffices { 1 } else { usize::MAX }).for_each(|part| collect(part, found));
}

fn kind(leaf: &Proof) -> Option<EvidenceKind> {
    match leaf.node() {
        eval::Node::Leaf(leaf) => Some(leaf.evidence.kind),
        eval::Node::All(_) | eval::Node::Any(_) => None,
    }
}

fn is_grant(kind: EvidenceKind) -> bool {
    kind == EvidenceKind::RoleAssignment || kind == EvidenceKind::PathAccess
}

/// A leaf in words; of an assignment without what the cause says already: the action, and to whom.
fn sentence(proof: &Proof) -> String {
    let eval::Node::Leaf(leaf) = proof.node() else { return proof.claim().to_owned() };
    let claim = match proof.claim().split_once(" grants `") {
        Some((role, _)) if leaf.evidence.kind == EvidenceKind::RoleAssignment => role,
        Some(_) | None => proof.claim(),
    };
    format!("{claim}: {}", leaf.evidence.says)
}

/// The job, judged, and what the text says of it.
pub(super) struct Judge<'a> {
    pub(super) completed: &'a Completed,
    pub(super) snapshot: &'a Snapshot,
    pub(super) rules: &'a RuleSet,
    pub(super) log: &'a Log,
    /// `None`: nothing tells which job is meant.
    pub(super) finding: Option<JobFinding>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(completed: &'a Completed, snapshot: &'a Snapshot, rules: &'a RuleSet, log: &'a Log) -> Self {
        let finding = completed.question.as_ref().map(|question| eval::check(question, snapshot, rules));
        Judge { completed, snapshot, rules, log, finding }
    }

    pub(super) fn context(&self) -> Context<'_> {
        let assume_below = self.completed.question.as_ref().is_some_and(|question| question.assume_below);
        Context { snapshot: self.snapshot, rules: self.rules, at: self.completed.at, until: self.completed.at, assume_below }
    }

    /// What the state says of a cause; `None`: it does not speak of it.
    pub(super) fn cause(&self, cause: Cause) -> Option<Judged> {
        if let Some(exact) = self.denied_action(cause) {
            return Some(exact);
        }
        match cause {
            Cause::Requirement(RequirementId::RuntimeBatch) => self.runtime(),
            Cause::Requirement(RequirementId::AccessAnonymous) => Some(self.anonymous()),
            Cause::Requirement(id) => self.requirement(id),
            Cause::Other(other) => self.other(other),
        }
    }

    /// The requirement, over all inputs and outputs. One that is denied confirms, for one failing input fails the job.
    fn requirement(&self, id: RequirementId) -> Option<Judged> {
        let finding = self.finding.as_ref()?;
        let data =
            finding.inputs.iter().chain(&finding.outputs).flat_map(|data| data.requirements.iter().map(move |one| (Some(data), one)));
        let job = finding.invoke.iter().flatten().chain([&finding.endpoint]).map(|one| (None, one));
        let mut all: Vec<(Option<&eval::DataFinding>, &RequirementFinding)> = data.chain(job).filter(|(_, one)| one.id == id).collect();
        all.sort_by_key(|(_, one)| one.verdict());
        let several = finding.inputs.len() + finding.outputs.len() > 1;
        let Some((data, worst)) = all.first() else {
            return Some(self.left_out(id, finding));
        };
        let of = data.filter(|_| several).map(|data| format!("`{}`: ", data.name)).unwrap_or_default();
        Some(Judged::by(&worst.proof, &format!("{of}{}", worst.summary)))
    }

    /// A requirement that no input has: one that was left out for an earlier one is open, any other does not arise.
    fn left_out(&self, id: RequirementId, finding: &JobFinding) -> Judged {
        let denied = |wanted: &[RequirementId]| {
            finding.requirements().find(|one| wanted.contains(&one.id) && one.verdict() == Verdict::Denied).map(|one| one.id)
        };
        let premises = [RequirementId::InputRecognised, RequirementId::InputSupported, RequirementId::InputExists];
        let above = denied(&premises).filter(|above| *above < id);
        let identity = denied(&[RequirementId::ComputeIdentity]).filter(|_| id == RequirementId::AccessMount);
        if let Some(first) = above.or(identity) {
            return Judged::new(Status::Possible, format!("not judged, for `{first}` fails before it"));
        }
        let of_output = id == RequirementId::OutputWritable;
        match (finding.inputs.is_empty(), finding.outputs.is_empty()) {
            (_, true) if of_output => Judged::new(Status::Possible, "no output is named; name it with `--output-path`"),
            (true, _) if !of_output && id != RequirementId::JobEndpoint && id != RequirementId::JobInvoke => {
                Judged::new(Status::Possible, "no input is named, and the text reveals none; name it with `--input`")
            }
            _ if finding.inputs.iter().any(|data| data.rule.is_none()) => {
                Judged::new(Status::Possible, "not judged: where the data is is not known")
            }
            _ => Judged::new(Status::Refuted, self.does_not_arise(id, finding)),
        }
    }

    fn does_not_arise(&self, id: RequirementId, finding: &JobFinding) -> String {
        let rules: Vec<&str> = finding.inputs.iter().filter_map(|data| data.rule.as_ref()).map(|rule| rule.id.as_str()).collect();
        match rules.as_slice() {
            [] => format!("`{id}` does not arise for this job"),
            [first, ..] => format!("`{id}` does not arise here, by rule `{first}`"),
        }
    }

    /// What the batch runtime needs, judged anew, for reports hold it only as a warning.
    fn runtime(&self) -> Option<Judged> {
        let question = self.completed.question.as_ref()?;
        let cx = self.context();
        let view = eval::view(&cx, question);
        let compute = match &view.compute {
            crate::model::Known::Known(compute) => eval::gates::ComputeView::Known(compute),
            crate::model::Known::Missing(missing) => eval::gates::ComputeView::Unknown(missing.clone()),
        };
        let may = |id: &ObjectId, action: &Action, plane: Plane, scope: &Scope| self.holds(id, action, plane, scope);
        let store = self.snapshot.default_datastore(&view.workspace_id);
        let mut needs = eval::gates::runtime_batch(&cx, &view.workspace, &compute, &store, &may);
        needs.sort_by_key(|(proof, _)| proof.verdict());
        Some(match needs.first() {
            Some((proof, warning)) if proof.verdict() != Verdict::Allowed => Judged::by(proof, &warning.message),
            Some((proof, _)) => Judged::by(proof, ""),
            None => Judged::new(Status::Refuted, "the default storage takes keys and stores one, so the batch runtime needs no more"),
        })
    }

    /// Anonymous requests only matter where nothing else would bear a credential.
    fn anonymous(&self) -> Judged {
        let Some(finding) = &self.finding else { return Judged::new(Status::Possible, "no job is named") };
        if finding.inputs.is_empty() {
            return Judged::new(Status::Possible, "no input is named, and the text reveals none; name it with `--input`");
        }
        let verdict = |id: RequirementId| finding.requirements().filter(|one| one.id == id).map(RequirementFinding::verdict).min();
        match (verdict(RequirementId::AccessAnonymous), verdict(RequirementId::ComputeIdentity)) {
            (Some(Verdict::Allowed), _) => Judged::new(Status::Refuted, "the data is public"),
            (Some(Verdict::Denied), _) => Judged::new(Status::Confirmed, "the data is not public"),
            (Some(Verdict::Undetermined), _) => Judged::new(Status::Possible, "not known whether the data is public"),
            (None, Some(Verdict::Allowed)) => {
                Judged::new(Status::Refuted, "the compute has an identity, so its requests are not anonymous")
            }
            (None, Some(Verdict::Denied | Verdict::Undetermined)) => {
                Judged::new(Status::Possible, "nothing proves that the data is public, and no identity is known to be there")
            }
            (None, None) => Judged::new(Status::Refuted, "the stored credential is used, so requests are not anonymous"),
        }
    }

    /// Whether a principal holds an action at a scope.
    pub(super) fn holds(&self, id: &ObjectId, action: &Action, plane: Plane, scope: &Scope) -> Proof {
        let who = self.snapshot.identities(id);
        let name = eval::who_is(&self.context(), &who);
        let claim = || format!("{name} holds `{action}` at {scope}");
        eval::rbac::one_action::<Proof>(&self.context(), &who, action, plane, scope).together(claim)
    }

    /// Where the text names principal, action and scope, exactly that is asked: for the causes that stand for a lacking role.
    fn denied_action(&self, cause: Cause) -> Option<Judged> {
        let stands_for_role = match cause {
            Cause::Requirement(id) => matches!(id, RequirementId::JobInvoke | RequirementId::CredentialRetrievable),
            Cause::Other(other) => matches!(
                other,
                OtherCause::JobSetup | OtherCause::RegistryAccess | OtherCause::KeyVaultSecret | OtherCause::WorkspaceIdentity
            ),
        };
        let signal = self.log.signals.iter().find(|signal| stands_for_role && names(signal, cause))?;
        let (id, action, scope) = (signal.detail("object_id")?, signal.detail("action")?, signal.detail("scope")?);
        if !scope.starts_with('/') || scope.contains(['<', '>', '*']) {
            return None;
        }
        let plane = if is_data_action(action) { Plane::Data } else { Plane::Management };
        let proof = self.holds(&ObjectId::new(id), &Action::new(action), plane, &Scope::new(scope));
        Some(Judged::by(&proof, ""))
    }

    /// Whether the state refutes everything it can speak of, and the job is not denied.
    pub(super) fn is_sufficient(&self, causes: &[CauseFinding]) -> bool {
        let Some(finding) = &self.finding else { return false };
        let speaks = |finding: &&CauseFinding| match finding.cause {
            Cause::Requirement(_) => true,
            Cause::Other(other) => !matches!(
                other,
                OtherCause::PlatformKnownIssue
                    | OtherCause::ClientAudience
                    | OtherCause::RegistryAccess
                    | OtherCause::KeyVaultSecret
                    | OtherCause::ClientIdentity
            ),
        };
        let mut judged = causes.iter().filter(speaks).peekable();
        judged.peek().is_some() && judged.all(|one| one.status == Status::Refuted) && finding.verdict() != Verdict::Denied
    }
}

/// Whether a signal names this cause, and it is Resource Manager or the key vault that speaks.
fn names(signal: &Signal, cause: Cause) -> bool {
    let exact = match signal.layer {
        ErrorLayer::Arm | ErrorLayer::AmlService | ErrorLayer::BatchFrontend => true,
        ErrorLayer::Storage | ErrorLayer::Entra | ErrorLayer::Runtime | ErrorLayer::Client | ErrorLayer::NodeIdentity => false,
    };
    exact && signal.causes.iter().any(|ranked| ranked.cause == cause)
}

/// Actions on what a key vault or a storage account holds are data actions.
fn is_data_action(action: &str) -> bool {
    let action = action.to_ascii_lowercase();
    let inside = ["microsoft.keyvault/vaults/secrets/", "microsoft.keyvault/vaults/keys/", "microsoft.keyvault/vaults/certificates/"];
    inside.iter().any(|start| action.starts_with(start)) && action.ends_with("/action")
        || action.starts_with("microsoft.storage/storageaccounts/blobservices/containers/blobs/")
}
