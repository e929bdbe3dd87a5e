//! Whole jobs on random worlds: against the reference, and the laws that hold on every one of them.
//!
//! Of a fact `f` three worlds are compared: `with` it, `without` it (its look-up found nothing), and with it `forgotten` (its
//! look-up failed). What is decided where it is forgotten must be decided alike in the other two: so a failed look-up never
//! gives an answer, least of all `allowed`, that could have been another, and filling it in changes only `undetermined`.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "helpers of tests fail by panicking")]

use crate::embedded_rules;
use crate::job_worlds::{self, REFERENCES, facts_of, forget, question, random_deny, random_grant, snapshot};
use crate::reference::job::{Judge, Verdicts};
use crate::scenario::{World, workspace_id};
use crate::worlds::Rng;
use canread::eval::{self, Context, DataTarget, JobFinding, Judgement, Proof, RequirementFinding, Verdict};
use canread::model::{DeclaredType, Disputed, ObjectId, Operation, RequirementId, Snapshot, StorageUrl};
use serde_json::Value;
use std::collections::BTreeSet;

fn answer(snapshot: &Snapshot, reference: &str) -> JobFinding {
    eval::check(&question(snapshot, reference, None, Disputed::Deny), snapshot, embedded_rules())
}

fn verdicts(findings: &[RequirementFinding]) -> Verdicts {
    findings.iter().filter(|finding| finding.counts).map(|finding| (finding.id, finding.verdict())).collect()
}

#[test]
fn a_job_equals_the_reference() {
    const WORLDS: u64 = 1_500;
    let mut seen: std::collections::BTreeMap<RequirementId, [u64; 3]> = Default::default();
    for seed in 0..WORLDS {
        let mut rng = Rng::new(seed);
        let world = if seed % 3 == 0 { job_worlds::complete(&mut rng) } else { job_worlds::partial(&mut rng) };
        let snapshot = snapshot(&world);
        let judge = Judge::new(snapshot.facts(), embedded_rules(), &workspace_id("ws"));
        for _ in 0..3 {
            let reference = *rng.pick(&REFERENCES);
            let declared = rng.chance(15).then(|| rng.chance(50));
            let word = declared.map(|file| if file { DeclaredType::UriFile } else { DeclaredType::UriFolder });
            let asked = question(&snapshot, reference, word, Disputed::Deny);
            let finding = eval::check(&asked, &snapshot, embedded_rules());
            let invoker = asked.invoker.as_ref();
            let of_input = judge.input(reference, declared, invoker);
            assert_eq!(verdicts(&finding.inputs[0].requirements), of_input, "world {seed}, {reference} {declared:?}\n{}", world.text());
            let of_job = judge.invocation(invoker);
            assert_eq!(verdicts(finding.invoke.as_deref().expect("an endpoint")), of_job, "world {seed}\n{}", world.text());
            assert_eq!(finding.verdict(), of_input.values().chain(of_job.values()).copied().min().expect("requirements"));
            for (id, verdict) in of_input.iter().chain(&of_job) {
                seen.entry(*id).or_default()[*verdict as usize] += 1;
            }
        }
    }
    let total: u64 = seen.values().flatten().sum();
    assert!(total > 25_000, "requirements compared: {total}");
    // A comparison is worth something only where every verdict that an id can have occurs.
    let always: BTreeSet<RequirementId> = [RequirementId::InputRecognised, RequirementId::AccessAnonymous].into();
    for (id, counts) in &seen {
        let least = if *id == RequirementId::InputType { 1 } else { 8 };
        assert!(always.contains(id) || counts.iter().all(|count| *count >= least), "{id} is lopsided: {counts:?} of {seen:?}");
    }
}

/// What is compared of an answer: the whole, and each requirement that applies.
fn parts(finding: &JobFinding) -> Vec<(String, Verdict)> {
    let mut parts = vec![("whole".to_owned(), finding.verdict())];
    parts.extend(finding.requirements().filter(|one| one.counts).map(|one| (one.id.to_string(), one.verdict())));
    parts
}

/// What is decided in the first answer and decided otherwise in the second. The verdict of the whole is always compared, a
/// requirement where both answers have it, save two:
/// * `data/readable` asks nothing of an invoker who is not known, or of a reader who is refused the folder itself;
/// * `input/exists` lists what it assumes.
fn decided_otherwise(forgotten: &JobFinding, other: &JobFinding) -> Vec<(String, Verdict, Verdict)> {
    let (these, those) = (parts(forgotten), parts(other));
    let open = |id: &str| these.iter().any(|(name, verdict)| name == id && *verdict == Verdict::Undetermined);
    let refused = ACCESS.iter().any(|id| those.iter().any(|(name, verdict)| name == id && *verdict == Verdict::Denied));
    let assumes = || forgotten.requirements().any(|one| one.id == RequirementId::InputExists && !one.proof.assumptions().is_empty());
    let is_exempt = |name: &str| match name {
        "data/readable" => refused || ACCESS.iter().any(|id| open(id)),
        "input/exists" => assumes(),
        _ => false,
    };
    let decided = these.iter().filter(|(name, verdict)| *verdict != Verdict::Undetermined && !is_exempt(name));
    let there = |name: &str| those.iter().find(|(other, _)| other == name).map(|(_, verdict)| *verdict);
    let changed = |(name, verdict): &(String, Verdict)| Some((name.clone(), *verdict, there(name).filter(|there| there != verdict)?));
    decided.filter_map(changed).collect()
}

/// Whoever reads.
const ACCESS: [&str; 3] = ["access/mount", "access/read", "credential/service-principal"];

/// Facts that the contract turns into listed assumptions where they are not known: that a path and its container exist, that
/// it is a folder or file as asked, and is not archived.
fn is_assumed(line: &Value) -> bool {
    let id = line["body"]["id"].as_str().unwrap_or_default();
    line["kind"] == "path" || id.contains("/blobServices/")
}

#[test]
fn a_forgotten_fact_decides_nothing_that_it_could_have_changed() {
    let (mut opened, mut kept) = (0, 0);
    for seed in 0..500 {
        let mut rng = Rng::new(10_000 + seed);
        let world = if seed % 2 == 0 { job_worlds::complete(&mut rng) } else { job_worlds::partial(&mut rng) };
        let with = snapshot(&world);
        for _ in 0..4 {
            let at = *rng.pick(&facts_of(&world));
            let line = world.lines[at].clone();
            let mut less = world.clone();
            less.lines.remove(at);
            let (without, forgotten) = (snapshot(&less), snapshot(&forget(world.clone(), at)));
            for _ in 0..2 {
                let reference = *rng.pick(&REFERENCES);
                let [with, without, forgotten] = [&with, &without, &forgotten].map(|snapshot| answer(snapshot, reference));
                let context = || format!("world {seed}, {reference}, forgotten: {line}\n{}", world.text());
                if is_assumed(&line) {
                    let assumes = forgotten.requirements().any(|one| !one.proof.assumptions().is_empty());
                    assert!(forgotten.verdict() != Verdict::Allowed || assumes, "nothing is said of what was assumed: {}", context());
                    continue;
                }
                for (what, other) in [("with it", &with), ("without it", &without)] {
                    let otherwise = decided_otherwise(&forgotten, other);
                    assert!(otherwise.is_empty(), "decided {what} otherwise: {otherwise:?}; {}", context());
                }
                opened += u64::from(forgotten.verdict() != with.verdict());
                kept += u64::from(forgotten.verdict() == with.verdict() && with.verdict() != Verdict::Undetermined);
            }
        }
    }
    assert!(opened > 100 && kept > 500, "too few of the forgotten facts mattered, or too many: {opened}, {kept}");
}

#[test]
fn a_deny_never_raises_and_a_grant_never_lowers() {
    let mut moved = [0_u64; 2];
    for seed in 0..1_200 {
        let mut rng = Rng::new(20_000 + seed);
        let world = job_worlds::partial(&mut rng);
        let denied = snapshot(&world.clone().put(random_deny(&mut rng, "added")));
        let granted = snapshot(&world.clone().put(random_grant(&mut rng, "added")));
        let before = snapshot(&world);
        let reference = *rng.pick(&REFERENCES);
        let [before, less, more] = [&before, &denied, &granted].map(|snapshot| parts(&answer(snapshot, reference)));
        for (name, was) in &before {
            let now = |after: &[(String, Verdict)]| after.iter().find(|(other, _)| other == name).map(|(_, verdict)| *verdict);
            let (less, more) = (now(&less), now(&more));
            assert!(less.is_none_or(|less| less <= *was), "a deny raised {name} from {was} to {less:?}: world {seed}\n{}", world.text());
            assert!(more.is_none_or(|more| more >= *was), "a grant lowered {name} from {was} to {more:?}: world {seed}\n{}", world.text());
            moved[0] += u64::from(less.is_some_and(|less| less < *was));
            moved[1] += u64::from(more.is_some_and(|more| more > *was));
        }
    }
    assert!(moved.iter().all(|count| *count > 60), "too few of the added facts mattered: {moved:?}");
}

/// The lines after the head in another order.
fn shuffled(rng: &mut Rng, world: &World) -> World {
    let mut other = world.clone();
    for at in (2..other.lines.len()).rev() {
        let with = 1 + rng.below(at as u64) as usize;
        other.lines.swap(at, with);
    }
    other
}

#[test]
fn the_order_of_lines_does_not_show_and_exit_code_verdict_and_requirements_agree() {
    for seed in 0..150 {
        let mut rng = Rng::new(30_000 + seed);
        let world = job_worlds::partial(&mut rng);
        let other = shuffled(&mut rng, &world);
        assert_ne!(world.lines, other.lines);
        let arguments = ["--input", rng.pick::<&str>(&REFERENCES), "--output-path", "azureml://datastores/store/paths/out"];
        let (one, two) = (world.check(&arguments), other.check(&arguments));
        assert_eq!((one.code, &one.errors), (two.code, &two.errors), "world {seed}");
        assert_eq!(one.report.to_string(), two.report.to_string(), "world {seed}\n{}", world.text());
        let report = &one.report;
        let data = report["inputs"].as_array().into_iter().chain(report["outputs"].as_array()).flatten();
        let mut least = Vec::new();
        for part in data.chain([&report["invoke"]]) {
            let counting = part["requirements"].as_array().expect("requirements").iter().filter(|one| one["counts"] == true);
            let of_part = counting.map(|one| rank(&one["verdict"])).min().expect("one counts");
            assert_eq!(of_part, rank(&part["verdict"]), "world {seed}: {part}");
            least.push(of_part);
        }
        assert_eq!(least.iter().min(), Some(&rank(&report["verdict"])), "world {seed}");
        // Which also compares it with the exit code.
        one.verdict();
    }
}

fn rank(verdict: &Value) -> usize {
    ["denied", "undetermined", "allowed"].iter().position(|word| verdict == word).expect("a verdict")
}

#[test]
fn answers_of_a_batch_are_those_of_single_questions() {
    for seed in 0..25 {
        let mut rng = Rng::new(40_000 + seed);
        let world = job_worlds::partial(&mut rng);
        let lines: Vec<String> =
            REFERENCES.iter().map(|reference| format!("{}\n", serde_json::json!({"id": reference, "input": reference}))).collect();
        let answers = world.batch(&lines.concat());
        assert_eq!(answers.len(), REFERENCES.len());
        for (reference, line) in REFERENCES.iter().zip(&answers) {
            let single = world.check(&["--input", reference]);
            assert_eq!((&line["id"], &line["verdict"]), (&serde_json::json!(reference), &single.report["verdict"]), "world {seed}: {line}");
            for word in ["denied", "undetermined"] {
                let parts = [&single.report["inputs"][0], &single.report["invoke"]];
                let all = parts.into_iter().flat_map(|part| part["requirements"].as_array().expect("requirements"));
                let wanted: BTreeSet<&str> =
                    all.filter(|one| one["counts"] == true && one["verdict"] == word).filter_map(|one| one["id"].as_str()).collect();
                let given: Vec<&str> = line[word].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
                assert_eq!(given.iter().copied().collect::<BTreeSet<_>>(), wanted, "world {seed}, {reference}");
                assert_eq!(given.len(), wanted.len(), "each once: {line}");
            }
        }
    }
}

#[test]
fn a_bare_verdict_is_that_of_the_proof() {
    let urls = [
        "https://acct.blob.core.windows.net/data/in/a.csv",
        "https://lake.dfs.core.windows.net/fs/in/a.csv",
        "abfss://fs@lake.dfs.core.windows.net/in",
    ];
    let mut seen = [0_u64; 3];
    for seed in 0..900 {
        let mut rng = Rng::new(50_000 + seed);
        let snapshot = snapshot(&job_worlds::partial(&mut rng));
        let cx = Context { snapshot: &snapshot, rules: embedded_rules(), at: job_worlds::AT, until: job_worlds::AT, assume_below: false };
        for url in urls {
            let id =
                ObjectId::new(rng.pick::<&str>(&[crate::scenario::ANA, crate::scenario::CLUSTER, crate::scenario::BEN, job_worlds::SP]));
            let operation = *rng.pick(Operation::ALL);
            let target: DataTarget<'_> = eval::url_target(&cx, &StorageUrl::parse(url, "core.windows.net").expect("a storage URL"));
            let who = snapshot.identities(&id);
            let verdict: Verdict = eval::access(&cx, &who, operation, &target);
            let proof: Proof = eval::access(&cx, &who, operation, &target);
            assert_eq!(verdict, proof.verdict(), "world {seed}: {id} {operation} {url}\n{proof:#?}");
            assert_eq!(verdict == Verdict::Undetermined, !proof.missing().is_empty(), "world {seed}\n{proof:#?}");
            seen[verdict as usize] += 1;
        }
    }
    assert!(seen.iter().all(|count| *count > 100), "{seen:?}");
}
