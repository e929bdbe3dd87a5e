//! The proof tree: why a verdict is what it is.

use super::Verdict;
use crate::model::{CoverageRecord, GapRecord, Lookup, Missing, Timestamp, WarningId};
use std::collections::BTreeSet;

/// What kind of thing a leaf cites.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is named after the snapshot record it stands for")]
pub enum EvidenceKind {
    Resource,
    RoleDefinition,
    RoleAssignment,
    DenyAssignment,
    ScheduleInstance,
    EligibilityInstance,
    DirectoryObject,
    Membership,
    Subscription,
    PathAccess,
    Path,
    StoredCredential,
    Probe,
    Coverage,
    Gap,
    /// Nothing was collected and no look-up failed.
    NotCollected,
    /// A row or entry of `rules/`.
    Rule,
    /// The question itself: what the user wrote.
    Question,
    /// The head of the snapshot.
    Snapshot,
}

impl EvidenceKind {
    /// The word reports use.
    pub fn as_str(self) -> &'static str {
        match self {
            EvidenceKind::Resource => "resource",
            EvidenceKind::RoleDefinition => "role_definition",
            EvidenceKind::RoleAssignment => "role_assignment",
            EvidenceKind::DenyAssignment => "deny_assignment",
            EvidenceKind::ScheduleInstance => "role_assignment_schedule_instance",
            EvidenceKind::EligibilityInstance => "role_eligibility_schedule_instance",
            EvidenceKind::DirectoryObject => "directory_object",
            EvidenceKind::Membership => "membership",
            EvidenceKind::Subscription => "subscription",
            EvidenceKind::PathAccess => "path_access",
            EvidenceKind::Path => "path",
            EvidenceKind::StoredCredential => "stored_credential",
            EvidenceKind::Probe => "probe",
            EvidenceKind::Coverage => "coverage",
            EvidenceKind::Gap => "gap",
            EvidenceKind::NotCollected => "not_collected",
            EvidenceKind::Rule => "rule",
            EvidenceKind::Question => "question",
            EvidenceKind::Snapshot => "snapshot",
        }
    }
}

/// What a leaf rests on: a snapshot record, a rule row, a gap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Kind of record.
    pub kind: EvidenceKind,
    /// Its id: an ARM id, an object id, `account/container/path`, a rule id.
    pub id: String,
    /// What it says, as far as it matters here.
    pub says: String,
}

impl Evidence {
    /// Evidence of one record.
    pub fn new(kind: EvidenceKind, id: impl Into<String>, says: impl Into<String>) -> Self {
        Evidence { kind, id: id.into(), says: says.into() }
    }

    /// The record that makes a list complete.
    pub fn coverage(record: Option<&CoverageRecord>, says: impl Into<String>) -> Self {
        let id = record.map_or_else(|| "everything".to_owned(), CoverageRecord::id);
        Evidence::new(EvidenceKind::Coverage, id, says)
    }

    /// A look-up that failed.
    pub fn gap(record: &GapRecord) -> Self {
        Evidence::new(EvidenceKind::Gap, record.id(), record.reason())
    }

    /// Whatever `lookup` rests on.
    pub fn lookup(lookup: &Lookup<'_>, missing: &Missing) -> Self {
        match lookup {
            Lookup::Complete(record) => Evidence::coverage(*record, "nothing of this kind is missing"),
            Lookup::Gap(gap) => Evidence::gap(gap),
            Lookup::NotCollected => Evidence::missing(missing),
        }
    }

    /// What is missing, as evidence.
    pub fn missing(missing: &Missing) -> Self {
        let id = format!("{}:{}", missing.what, missing.scope);
        match &missing.because {
            Some(because) => Evidence::new(EvidenceKind::Gap, id, because.clone()),
            None => Evidence::new(EvidenceKind::NotCollected, id, "not collected"),
        }
    }
}

/// A moment at which something known ends an `allowed`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Until {
    /// When.
    pub at: Timestamp,
    /// What ends then, in a few words.
    pub what: String,
}

/// A warning: never changes a verdict.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Warning {
    /// Id.
    pub id: WarningId,
    /// One sentence.
    pub message: String,
}

impl Warning {
    /// A warning.
    pub fn new(id: WarningId, message: impl Into<String>) -> Self {
        Warning { id, message: message.into() }
    }
}

/// The end of a branch: one claim and the evidence for its verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// What is claimed.
    pub claim: String,
    /// What the verdict rests on.
    pub evidence: Evidence,
    /// What was assumed.
    pub assumptions: Vec<String>,
    /// When it ends, if it is allowed.
    pub until: Option<Until>,
    /// What a reader should know besides.
    pub warnings: Vec<Warning>,
}

impl Leaf {
    /// A claim with its evidence.
    pub fn new(claim: impl Into<String>, evidence: Evidence) -> Self {
        Leaf { claim: claim.into(), evidence, assumptions: Vec::new(), until: None, warnings: Vec::new() }
    }
    /// With an assumption that reports list.
    pub fn assuming(mut self, assumption: impl Into<String>) -> Self {
        self.assumptions.push(assumption.into());
        self
    }
    /// With the moment it ends.
    pub fn until(mut self, until: Option<Until>) -> Self {
        self.until = until;
        self
    }
    /// With a warning.
    pub fn warning(mut self, warning: Warning) -> Self {
        self.warnings.push(warning);
        self
    }
}

/// What evaluation builds: the bare [`Verdict`] for bulk questions, or the whole [`Proof`]. One algorithm, written once
/// over this trait, yields either, so that no second decision path can drift from the first.
pub trait Judgement: Sized {
    /// Whether claims and near misses are wanted: where they are not, candidates that cannot change the verdict need not
    /// be visited.
    const EXPLAINS: bool;
    /// Holds.
    fn allowed(leaf: impl FnOnce() -> Leaf) -> Self;
    /// Does not hold.
    fn denied(leaf: impl FnOnce() -> Leaf) -> Self;
    /// Not known; the second value says what is missing, and there is always something.
    fn undetermined(leaf: impl FnOnce() -> (Leaf, Missing)) -> Self;
    /// Every part must hold. Without parts: undetermined, for nothing was examined.
    fn all(claim: impl FnOnce() -> String, parts: Vec<Self>) -> Self;
    /// One part suffices. Without parts: denied.
    fn any(claim: impl FnOnce() -> String, parts: Vec<Self>) -> Self;
    /// The verdict.
    fn verdict(&self) -> Verdict;

    /// A claim that only lacks a look-up: undetermined, with the look-up as evidence.
    fn unknown(claim: impl FnOnce() -> String, missing: &Missing) -> Self {
        Self::undetermined(|| (Leaf::new(claim(), Evidence::missing(missing)), missing.clone()))
    }
}

impl Judgement for Verdict {
    const EXPLAINS: bool = false;
    fn allowed(_: impl FnOnce() -> Leaf) -> Self {
        Verdict::Allowed
    }
    fn denied(_: impl FnOnce() -> Leaf) -> Self {
        Verdict::Denied
    }
    fn undetermined(_: impl FnOnce() -> (Leaf, Missing)) -> Self {
        Verdict::Undetermined
    }
    fn all(_: impl FnOnce() -> String, parts: Vec<Self>) -> Self {
        Verdict::all(parts)
    }
    fn any(_: impl FnOnce() -> String, parts: Vec<Self>) -> Self {
        Verdict::any(parts)
    }
    fn verdict(&self) -> Verdict {
        *self
    }
}

/// A claim, its verdict, and why.
///
/// INVARIANT: the verdict is that of the node (least of `all`, greatest of `any`), and an undetermined leaf names what is
/// missing. The fields are private so that only the constructors of [`Judgement`] can make one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    claim: String,
    verdict: Verdict,
    node: Node,
}

/// What a proof consists of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// Every child must hold.
    All(Vec<Proof>),
    /// One child suffices.
    Any(Vec<Proof>),
    /// The end of a branch.
    Leaf(Box<LeafNode>),
}

/// A leaf's contents, besides its claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeafNode {
    /// What it rests on.
    pub evidence: Evidence,
    /// What is missing, if it is undetermined.
    pub missing: Option<Missing>,
    /// What was assumed.
    pub assumptions: Vec<String>,
    /// When it ends, if it is allowed.
    pub until: Option<Until>,
    /// Warnings.
    pub warnings: Vec<Warning>,
}

impl Proof {
    fn leaf(verdict: Verdict, leaf: Leaf, missing: Option<Missing>) -> Self {
        let Leaf { claim, evidence, assumptions, until, warnings } = leaf;
        Proof { claim, verdict, node: Node::Leaf(Box::new(LeafNode { evidence, missing, assumptions, until, warnings })) }
    }

    /// What is claimed.
    pub fn claim(&self) -> &str {
        &self.claim
    }

    /// The node.
    pub fn node(&self) -> &Node {
        &self.node
    }

    /// The children, if this is no leaf.
    pub fn children(&self) -> &[Proof] {
        match &self.node {
            Node::All(parts) | Node::Any(parts) => parts,
            Node::Leaf(_) => &[],
        }
    }

    /// Every leaf, depth first.
    pub fn leaves(&self) -> Vec<(&str, Verdict, &LeafNode)> {
        let mut found = Vec::new();
        self.collect_leaves(&mut found);
        found
    }

    fn collect_leaves<'a>(&'a self, found: &mut Vec<(&'a str, Verdict, &'a LeafNode)>) {
        match &self.node {
            Node::Leaf(leaf) => found.push((&self.claim, self.verdict, leaf)),
            Node::All(parts) | Node::Any(parts) => parts.iter().for_each(|part| part.collect_leaves(found)),
        }
    }

    /// What is missing for a decision: that of every undetermined leaf on an undetermined branch; nothing if decided.
    pub fn missing(&self) -> BTreeSet<Missing> {
        let mut found = BTreeSet::new();
        self.collect_missing(&mut found);
        found
    }

    fn collect_missing(&self, found: &mut BTreeSet<Missing>) {
        if self.verdict != Verdict::Undetermined {
            return;
        }
        match &self.node {
            Node::Leaf(leaf) => found.extend(leaf.missing.clone()),
            Node::All(parts) | Node::Any(parts) => parts.iter().for_each(|part| part.collect_missing(found)),
        }
    }

    /// The assumptions the verdict rests on. Of alternatives that hold, the one with the fewest.
    pub fn assumptions(&self) -> BTreeSet<String> {
        match (&self.node, self.verdict) {
            (Node::Leaf(leaf), _) => leaf.assumptions.iter().cloned().collect(),
            (Node::All(parts), Verdict::Denied) => {
                parts.iter().filter(|part| part.verdict == Verdict::Denied).flat_map(Proof::assumptions).collect()
            }
            (Node::Any(parts), Verdict::Allowed) => {
                let holding = parts.iter().filter(|part| part.verdict == Verdict::Allowed).map(Proof::assumptions);
                holding.min_by_key(BTreeSet::len).unwrap_or_default()
            }
            (Node::All(parts) | Node::Any(parts), _) => parts.iter().flat_map(Proof::assumptions).collect(),
        }
    }

    /// Every warning in the tree.
    pub fn warnings(&self) -> BTreeSet<Warning> {
        self.leaves().into_iter().flat_map(|(_, _, leaf)| leaf.warnings.iter().cloned()).collect()
    }

    /// When an `allowed` stops holding by what is known: least over `all`, greatest over the alternatives that hold.
    pub fn valid_until(&self) -> Option<Until> {
        if self.verdict != Verdict::Allowed {
            return None;
        }
        match &self.node {
            Node::Leaf(leaf) => leaf.until.clone(),
            Node::All(parts) => parts.iter().filter_map(Proof::valid_until).min(),
            Node::Any(parts) => {
                let holding = parts.iter().filter(|part| part.verdict == Verdict::Allowed).map(Proof::valid_until);
                holding.reduce(|one, other| match (one, other) {
                    (Some(one), Some(other)) => Some(one.max(other)),
                    (None, _) | (_, None) => None,
                })?
            }
        }
    }
}

impl Judgement for Proof {
    const EXPLAINS: bool = true;
    fn allowed(leaf: impl FnOnce() -> Leaf) -> Self {
        Proof::leaf(Verdict::Allowed, leaf(), None)
    }
    fn denied(leaf: impl FnOnce() -> Leaf) -> Self {
        Proof::leaf(Verdict::Denied, leaf(), None)
    }
    fn undetermined(leaf: impl FnOnce() -> (Leaf, Missing)) -> Self {
        let (leaf, missing) = leaf();
        Proof::leaf(Verdict::Undetermined, leaf, Some(missing))
    }
    fn all(claim: impl FnOnce() -> String, parts: Vec<Self>) -> Self {
        if parts.is_empty() {
            let nothing = Missing::open("nothing-examined", "nothing was examined; please report this as a bug");
            return Proof::unknown(claim, &nothing);
        }
        let verdict = Verdict::all(parts.iter().map(|part| part.verdict));
        Proof { claim: claim(), verdict, node: Node::All(parts) }
    }
    fn any(claim: impl FnOnce() -> String, parts: Vec<Self>) -> Self {
        let verdict = Verdict::any(parts.iter().map(|part| part.verdict));
        Proof { claim: claim(), verdict, node: Node::Any(parts) }
    }
    fn verdict(&self) -> Verdict {
        self.verdict
    }
}
