//! `diff` on random worlds: nothing without a difference, the inverse the other way round, every row what `access` answers,
//! no row left out, and the record that was changed named as the reason.
#![expect(clippy::expect_used, reason = "tests fail by panicking")]

use crate::embedded_rules;
use crate::job_worlds::{self, facts_of, forget, random_deny, random_grant, snapshot};
use crate::scenario::World;
use crate::worlds::Rng;
use canread::eval::{self, Context, DataTarget, EvidenceKind, Verdict};
use canread::fix;
use canread::model::{Disputed, ObjectId, Operation, Snapshot, StorageUrl};
use canread::query::Population;
use canread::query::diff::{Change, ChangedRecord, DiffFinding, DiffQuestion, Via, diff};
use std::collections::BTreeSet;

fn context(snapshot: &Snapshot) -> Context<'_> {
    Context { snapshot, rules: embedded_rules(), at: job_worlds::AT, until: job_worlds::AT, assume_below: false }
}

fn compare(before: &Snapshot, after: &Snapshot) -> DiffFinding {
    diff(&DiffQuestion { before: &context(before), after: &context(after), storage_suffix: "core.windows.net", only: None })
}

/// A world, and the same with something else in it.
fn pair(seed: u64) -> (World, World) {
    let mut rng = Rng::new(90_000 + seed);
    let world = if seed.is_multiple_of(2) { job_worlds::complete(&mut rng) } else { job_worlds::partial(&mut rng) };
    let mut other = world.clone();
    for _ in 0..1 + rng.below(2) {
        other = match rng.below(5) {
            0 | 1 => other.put(random_grant(&mut rng, "added")),
            2 => other.put(random_deny(&mut rng, "added")),
            3 => {
                let at = *rng.pick(&facts_of(&other));
                forget(other, at)
            }
            _ => {
                let at = *rng.pick(&facts_of(&other));
                other.lines.remove(at);
                other
            }
        };
    }
    (world, other)
}

type Row = (Option<ObjectId>, Option<String>, Operation, String, Via, Verdict, Verdict, BTreeSet<(String, String)>);

/// The rows, in no order; `turned`: as the inverse would have them.
fn rows(finding: &DiffFinding, turned: bool) -> Vec<Row> {
    let reasons = |because: &[ChangedRecord]| -> BTreeSet<(String, String)> {
        because.iter().map(|record| (record.id.clone(), change(record.change, turned).to_owned())).collect()
    };
    let row = |one: &canread::query::diff::AccessChange| {
        let (before, after) = if turned { (one.after, one.before) } else { (one.before, one.after) };
        let crowd = one.principal.object_id.is_none().then(|| one.principal.label());
        (one.principal.object_id.clone(), crowd, one.operation, one.target.clone(), one.via, before, after, reasons(&one.because))
    };
    let mut rows: Vec<Row> = finding.changes.iter().map(row).collect();
    rows.sort_by_key(|row| format!("{row:?}"));
    rows
}

fn change(change: Change, turned: bool) -> &'static str {
    match (change, turned) {
        (Change::Added, false) | (Change::Removed, true) => "added",
        (Change::Removed, false) | (Change::Added, true) => "removed",
        (Change::Changed, _) => "changed",
    }
}

#[test]
fn a_world_and_itself_in_another_order_are_unchanged() {
    for seed in 0..40 {
        let (world, _) = pair(seed);
        let mut other = world.clone();
        other.lines[1..].reverse();
        let finding = compare(&snapshot(&world), &snapshot(&other));
        assert!(finding.is_unchanged() && finding.configuration.is_empty(), "world {seed}: {finding:#?}");
    }
}

#[test]
fn the_other_way_round_is_the_inverse() {
    let mut seen = 0;
    for seed in 0..40 {
        let (world, other) = pair(seed);
        let (before, after) = (snapshot(&world), snapshot(&other));
        let (there, back) = (compare(&before, &after), compare(&after, &before));
        assert_eq!(rows(&there, false), rows(&back, true), "world {seed}");
        let jobs = |finding: &DiffFinding, turned: bool| -> BTreeSet<String> {
            let verdicts = |before, after| if turned { (after, before) } else { (before, after) };
            finding.jobs.iter().map(|job| format!("{} {} {:?}", job.deployment, job.input, verdicts(job.before, job.after))).collect()
        };
        assert_eq!(jobs(&there, false), jobs(&back, true), "world {seed}");
        let ids = |finding: &DiffFinding| -> BTreeSet<String> { finding.configuration.iter().map(|record| record.id.clone()).collect() };
        assert_eq!(ids(&there), ids(&back), "world {seed}");
        seen += there.changes.len();
    }
    assert!(seen > 100, "{seen}");
}

const PLACES: [(&str, &str); 3] = [
    ("https://acct.blob.core.windows.net/data", ""),
    ("https://lake.dfs.core.windows.net/fs", ""),
    ("https://lake.dfs.core.windows.net/fs/in", "https://lake.dfs.core.windows.net/fs"),
];

fn access(cx: &Context<'_>, who: &ObjectId, operation: Operation, url: &str) -> Verdict {
    let target = eval::url_target(cx, &StorageUrl::parse(url, "core.windows.net").expect("a storage URL"));
    let extent = eval::asked_extent(cx, &target, operation);
    eval::access(cx, &cx.snapshot.identities(who), operation, &DataTarget { extent, ..target })
}

#[test]
fn a_row_is_what_access_answers_and_none_is_left_out() {
    let mut seen = [0_u64; 2];
    for seed in 0..40 {
        let (world, other) = pair(seed);
        let (before, after) = (snapshot(&world), snapshot(&other));
        let (was, is) = (context(&before), context(&after));
        let finding = compare(&before, &after);
        for row in finding.changes.iter().filter(|row| row.via == Via::Access) {
            let Some(id) = &row.principal.object_id else { continue };
            let asked = (access(&was, id, row.operation, &row.target), access(&is, id, row.operation, &row.target));
            assert_eq!((row.before, row.after), asked, "world {seed}: {row:#?}");
            seen[0] += 1;
        }
        let people = |snapshot| Population::of(snapshot).members().iter().map(|member| member.who.principal.clone()).collect::<Vec<_>>();
        let everybody: BTreeSet<ObjectId> = people(&before).into_iter().chain(people(&after)).collect();
        for (url, above) in PLACES {
            for operation in Operation::ALL {
                for id in &everybody {
                    let verdicts = (access(&was, id, *operation, url), access(&is, id, *operation, url));
                    if verdicts.0 == verdicts.1 {
                        continue;
                    }
                    let said = finding.changes.iter().any(|row| {
                        let here = row.target == url || row.target == above;
                        let same = row.principal.object_id.as_ref() == Some(id) && row.operation == *operation && row.via == Via::Access;
                        here && same && (row.before, row.after) == verdicts
                    });
                    // A place that no record of either world names is not compared.
                    let named = finding.changes.iter().any(|row| row.target == url) || above.is_empty();
                    assert!(said || !named, "world {seed}: {id} {operation} {url} {verdicts:?}: {:#?}", finding.changes);
                    seen[1] += u64::from(said);
                }
            }
        }
    }
    assert!(seen.iter().all(|count| *count > 50), "{seen:?}");
}

#[test]
fn one_changed_record_is_the_reason_for_everything() {
    let mut seen = 0;
    for seed in 0..40 {
        let mut rng = Rng::new(95_000 + seed);
        let world = job_worlds::partial(&mut rng);
        let line = if rng.chance(70) { random_grant(&mut rng, "added") } else { random_deny(&mut rng, "added") };
        let id = line["body"]["id"].as_str().expect("an id").to_owned();
        let finding = compare(&snapshot(&world), &snapshot(&world.clone().put(line)));
        let reasons = finding.changes.iter().map(|one| &one.because).chain(finding.jobs.iter().map(|one| &one.because));
        for because in reasons {
            assert_eq!(
                because.iter().map(|record| (record.id.as_str(), record.change)).collect::<Vec<_>>(),
                [(id.as_str(), Change::Added)]
            );
            seen += 1;
        }
        // Without effect, it is listed apart, and only then.
        let apart = finding.configuration.iter().any(|record| record.id == id);
        assert_eq!(apart, finding.is_unchanged(), "world {seed}: {finding:#?}");
    }
    assert!(seen > 20, "{seen}");
}

#[test]
fn of_several_changed_records_those_that_matter_are_named() {
    let (mut seen, mut all) = (0, 0);
    for seed in 0..40 {
        let mut rng = Rng::new(97_000 + seed);
        let world = job_worlds::complete(&mut rng);
        let line = random_grant(&mut rng, "added");
        let id = line["body"]["id"].as_str().expect("an id").to_owned();
        // Of the second record nothing can depend: a custom role that nobody holds.
        let role = crate::scenario::custom_role("dddddddd-0000-0000-0000-000000000099", "unused", &["*"], &["*"]);
        let finding = compare(&snapshot(&world), &snapshot(&world.clone().put(line).put(role)));
        for because in finding.changes.iter().map(|one| &one.because).chain(finding.jobs.iter().map(|one| &one.because)) {
            assert_eq!(because.iter().map(|record| record.id.as_str()).collect::<Vec<_>>(), [id.as_str()], "world {seed}");
            seen += 1;
        }
        assert!(finding.configuration.iter().any(|record| record.id.ends_with("000000000099")), "world {seed}");
        all += 1;
    }
    assert!(seen > 20 && all == 40, "{seen}");
}

#[test]
fn a_world_and_its_fixed_copy_differ_in_the_fix_alone() {
    let reference = "azureml:folder@latest";
    let mut seen = 0;
    for seed in 0..60 {
        let mut rng = Rng::new(99_000 + seed);
        let before = snapshot(&job_worlds::complete(&mut rng));
        let question = job_worlds::question(&before, reference, None, Disputed::Deny);
        let finding = eval::check(&question, &before, embedded_rules());
        let fixes = fix::for_job(&before, embedded_rules(), &question, &finding);
        let Some(fix) = fixes.list.first().filter(|fix| fix.verified && fix::ask(&question, &fix.changes) == question) else { continue };
        let found = compare(&before, &fix::apply(&before, &fix.changes));
        let job = found.jobs.iter().find(|job| job.input == reference).expect("the job that was mended");
        assert_eq!((job.before, job.after), (finding.verdict(), Verdict::Allowed), "world {seed}");
        assert!(!job.because.is_empty());
        // Every change of a fix is needed, so that none of the records it touches is without effect, save what was open already
        // among the paths that a recursive one goes through; and none closes anything.
        let apart: Vec<&ChangedRecord> = found.configuration.iter().filter(|record| record.kind != EvidenceKind::PathAccess).collect();
        assert!(apart.is_empty(), "world {seed}: {:?}\n{apart:#?}", fix.changes);
        let lost = found.changes.iter().filter(|row| row.after < row.before).count();
        assert_eq!(lost, 0, "world {seed}: {:?}\n{:#?}", fix.changes, found.changes);
        seen += 1;
    }
    assert!(seen > 5, "{seen}");
}
