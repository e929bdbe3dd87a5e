//! How long answers take; `README.md` in this folder says what each number means.
#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::disallowed_methods, reason = "a bench that cannot go on must fail")]

mod common;

use canread::eval::{self, Judgement, Proof, Verdict};
use canread::model::Snapshot;
use common::World;
use divan::{Bencher, black_box};
use std::sync::OnceLock;

const SIZES: [usize; 3] = [1_000, 10_000, 100_000];

fn main() {
    divan::main();
}

/// Each tenant is made once.
fn world(assignments: usize) -> &'static World {
    static WORLDS: [OnceLock<World>; SIZES.len()] = [const { OnceLock::new() }; SIZES.len()];
    let at = SIZES.iter().position(|size| *size == assignments).expect("one of the sizes");
    WORLDS[at].get_or_init(|| World::of(assignments))
}

/// From facts in memory to an indexed snapshot.
#[divan::bench(args = SIZES, sample_count = 20)]
fn index(bencher: Bencher<'_, '_>, assignments: usize) {
    let facts = world(assignments).snapshot.facts();
    bencher.with_inputs(|| facts.clone()).bench_values(Snapshot::new);
}

/// A whole job question with its proofs.
#[divan::bench(args = SIZES, sample_count = 50)]
fn check(bencher: Bencher<'_, '_>, assignments: usize) {
    let world = world(assignments);
    let question = world.job();
    bencher.bench(|| eval::check(black_box(&question), &world.snapshot, common::rules()));
}

/// One access decision, one question after the other: the figure is for 256 of them.
fn access<J: Judgement>(bencher: Bencher<'_, '_>, assignments: usize) {
    let world = world(assignments);
    let prepared = world.prepared();
    bencher.counter(divan::counter::ItemsCount::new(prepared.len())).bench(|| {
        for question in &prepared {
            black_box(world.access::<J>(black_box(question)));
        }
    });
}

#[divan::bench(args = SIZES, sample_count = 50)]
fn access_verdict(bencher: Bencher<'_, '_>, assignments: usize) {
    access::<Verdict>(bencher, assignments);
}

#[divan::bench(args = SIZES, sample_count = 50)]
fn access_proof(bencher: Bencher<'_, '_>, assignments: usize) {
    access::<Proof>(bencher, assignments);
}

/// Looking principal and data up for those 256 questions.
#[divan::bench(args = SIZES, sample_count = 50)]
fn prepare(bencher: Bencher<'_, '_>, assignments: usize) {
    let world = world(assignments);
    bencher.counter(divan::counter::ItemsCount::new(world.questions.len())).bench(|| world.prepared());
}

/// The rules that are part of the program, from text to valid rules.
#[divan::bench(sample_count = 50)]
fn rules() -> canread::rules::RuleSet {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/rules/");
    let names = ["credentials.toml", "operations.toml", "roles.toml", "texts.toml", "lookups.toml", "attributes.toml"];
    let texts = names.map(|name| (name, std::fs::read_to_string(format!("{folder}{name}")).expect("a rule file")));
    let files: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (*name, text.as_str())).collect();
    canread::rules::RuleSet::parse(&files).expect("valid rules")
}
