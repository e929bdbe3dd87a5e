//! The smallest fix, proven: proposes changes, evaluates again, keeps what makes the whole job allowed, and ranks it by the
//! access it opens.

mod acl;
mod change;
mod make;
mod measure;
mod propose;
mod render;
mod scene;
mod search;
mod slice;
mod words;

pub use change::{Change, LakePath, ObjectOrScope, RoleGrant, ask, compute_of_identity_to_come, identity_to_come};
pub use make::{apply, can_be_absent, introduce_identity};
pub use measure::{Access, Measure};
pub use render::{Command, Shell};

use crate::eval::{Context, JobFinding, JobQuestion, RequirementFinding, Summary, Verdict};
use crate::model::{ObjectId, RequirementId, Snapshot, StorePath};
use crate::rules::RuleSet;
use measure::{Allowed, Ground, Place, in_state};
use scene::Scene;
use search::Base;
use std::collections::BTreeSet;

/// Most fixes that are given.
const MOST: usize = 3;

/// A set of changes that mends a job: evaluated again, and minimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobFix {
    /// The changes, in the order in which they are to be made.
    pub changes: Vec<Change>,
    /// Each change in one sentence.
    pub says: Vec<String>,
    /// The whole in one sentence, with what it opens.
    pub summary: String,
    /// Names of the inputs and outputs it concerns.
    pub inputs: Vec<String>,
    /// The requirements it mends.
    pub requirements: Vec<RequirementId>,
    /// Whether the whole job is allowed with it; false: nothing is denied any more, and something still is not known.
    pub verified: bool,
    /// What it opens.
    pub measure: Measure,
    /// Whom it opens something to that is no identity of the job, by name.
    pub others: Vec<String>,
    /// Commands; none for what a person has to decide.
    pub commands: Vec<Command>,
    /// Bicep; `None` where Bicep has no way to say it.
    pub bicep: Option<String>,
    /// Terraform (azurerm); `None` where it has no way to say it.
    pub terraform: Option<String>,
}

impl JobFix {
    /// Extra access: principal × operation × container that become allowed.
    pub fn cost(&self) -> u64 {
        u64::try_from(self.measure.opened.len()).unwrap_or(u64::MAX)
    }
    /// The commands as lines for a shell.
    pub fn az(&self, shell: Shell) -> Vec<String> {
        self.commands.iter().map(|command| command.line(shell)).collect()
    }
}

/// Fixes, least access first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fixes {
    /// The fixes.
    pub list: Vec<JobFix>,
    /// The search ended at its bound: there may be others.
    pub cut: bool,
}

/// The fixes of a job that is not allowed. Each, made in a copy of the state, makes the whole job allowed; each is minimal.
/// Where something that is not known stands against that, one that at least leaves nothing denied, and says so.
///
/// Ranked by whether it opens anything to others than the job's identities, by the access it opens, then by the number of
/// changes.
pub fn for_job(snapshot: &Snapshot, rules: &RuleSet, question: &JobQuestion, finding: &JobFinding) -> Fixes {
    if finding.verdict() == Verdict::Allowed {
        return Fixes::default();
    }
    let whole = Scene::of(snapshot, rules, question);
    let part = slice::relevant(&whole);
    let snapshot = part.as_ref().unwrap_or(snapshot);
    let base = Base { snapshot, rules, question };
    let found = search::search(base);
    let verified = !found.solutions.is_empty();
    let sets = if verified { &found.solutions } else { &found.partial };
    if sets.is_empty() {
        return Fixes { list: Vec::new(), cut: found.cut };
    }
    let scene = Scene::of(snapshot, rules, question);
    let asked = places(&scene);
    let all: Vec<&Change> = sets.iter().flat_map(|(changes, _)| changes).collect();
    let ground = Ground::of(&scene.cx, &asked, &question.workspace, &all);
    let before = ground.allowed(&scene.cx);
    let judged = sets.iter().map(|(changes, cost)| weigh(&scene, &ground, &before, changes, *cost));
    let ranked = ranked(judged.collect());
    Fixes { list: ranked.into_iter().take(MOST).map(|one| told(&scene, one, verified)).collect(), cut: found.cut }
}

/// The facts that a job's answer rests on: asked of them the question has the same answer.
pub fn relevant(snapshot: &Snapshot, rules: &RuleSet, question: &JobQuestion) -> Snapshot {
    Snapshot::new(slice::cut(&Scene::of(snapshot, rules, question)))
}

/// What is opened and closed between two states of the world, where the job reads and writes and where `changes` act.
pub fn effect(before: &Snapshot, after: &Snapshot, rules: &RuleSet, question: &JobQuestion, changes: &[Change]) -> Measure {
    let (old, new) = (Scene::of(before, rules, question), Scene::of(after, rules, question));
    let mut asked = places(&old);
    asked.extend(places(&new));
    asked.extend(changes.iter().flat_map(|change| measure::places_of(after.facts(), change)));
    asked.extend(changes.iter().flat_map(|change| measure::places_of(before.facts(), change)));
    let changes: Vec<&Change> = changes.iter().collect();
    let ground = Ground::of(&old.cx, &asked, &question.workspace, &changes).and_of(after.facts(), &changes);
    ground.allowed(&old.cx).measure(&ground.allowed(&new.cx))
}

/// A change in one sentence without its full stop, with the names that `snapshot` knows.
pub fn says(snapshot: &Snapshot, change: &Change) -> String {
    words::change(snapshot, change)
}

/// Where the job reads and writes.
fn places(scene: &Scene<'_>) -> Vec<Place> {
    let data = scene.finding.inputs.iter().chain(&scene.finding.outputs);
    let place = |data| {
        let target = scene.target(data)?;
        let folder = target.extent == crate::eval::Extent::Folder;
        let path: StorePath = target.path;
        Some(Place { account: target.account_name, container: target.container, path, folder })
    };
    data.filter_map(place).collect()
}

/// A solution with what it opens.
struct Weighed {
    changes: Vec<Change>,
    measure: Measure,
    others: Vec<ObjectId>,
    cost: u64,
}

impl Weighed {
    fn rank(&self) -> (usize, usize, usize, usize, usize, u64, &[Change]) {
        let Measure { opened, places, actions, .. } = &self.measure;
        (self.others.len(), opened.len(), *places, *actions, self.changes.len(), self.cost, &self.changes)
    }

    /// Whether this makes changes of the same kinds as `other`, opens all that it opens, and more, with no fewer changes.
    fn is_worse_than(&self, other: &Weighed) -> bool {
        let (own, than) = (&self.measure, &other.measure);
        let kinds = |weighed: &Weighed| -> BTreeSet<_> { weighed.changes.iter().map(Change::kind).collect() };
        if kinds(self) != kinds(other) {
            return false;
        }
        let more = own.opened.is_superset(&than.opened) && own.places >= than.places && own.actions >= than.actions;
        let strictly = (own.opened.len(), own.places, own.actions, self.cost) > (than.opened.len(), than.places, than.actions, other.cost);
        more && strictly && self.changes.len() >= other.changes.len()
    }
}

fn weigh(scene: &Scene<'_>, ground: &Ground, before: &Allowed, changes: &BTreeSet<Change>, cost: u64) -> Weighed {
    let changes: Vec<Change> = changes.iter().cloned().collect();
    let after = apply(scene.cx.snapshot, &changes);
    let question = ask(scene.question, &changes);
    let measure = before.measure(&ground.allowed(&in_state(&scene.cx, &after)));
    let mut own: BTreeSet<ObjectId> = scene.own_identities().into_iter().collect();
    own.extend(Scene::of(&after, scene.cx.rules, &question).own_identities());
    let others = measure.others(&own).into_iter().collect();
    Weighed { changes, measure, others, cost }
}

fn ranked(mut all: Vec<Weighed>) -> Vec<Weighed> {
    all.sort_by(|one, other| one.rank().cmp(&other.rank()));
    let mut kept: Vec<Weighed> = Vec::new();
    for one in all {
        if !kept.iter().any(|better| one.is_worse_than(better)) {
            kept.push(one);
        }
    }
    kept
}

fn told(scene: &Scene<'_>, weighed: Weighed, verified: bool) -> JobFix {
    let Weighed { changes, measure, others, .. } = weighed;
    let unmet = |requirements: &[RequirementFinding]| Summary::of(requirements).verdict != Verdict::Allowed;
    let data = scene.finding.inputs.iter().chain(&scene.finding.outputs);
    let inputs = data.filter(|one| unmet(&one.requirements)).map(|one| one.name.clone()).collect();
    let mended = scene.unmet().into_iter().filter(|(requirement, _)| verified || requirement.verdict() == Verdict::Denied);
    let requirements: BTreeSet<RequirementId> = mended.map(|(requirement, _)| requirement.id).collect();
    let cx: &Context<'_> = &scene.cx;
    let others: Vec<String> = others.iter().map(|id| words::name(cx.snapshot, id)).collect();
    let says: Vec<String> = changes.iter().map(|change| words::change(cx.snapshot, change)).collect();
    JobFix {
        summary: words::summary(cx.snapshot, &changes, &measure, &others, verified),
        verified,
        commands: render::commands(scene, &changes),
        bicep: render::bicep(scene, &changes),
        terraform: render::terraform(scene, &changes),
        inputs,
        requirements: requirements.into_iter().collect(),
        says,
        measure,
        others,
        changes,
    }
}
