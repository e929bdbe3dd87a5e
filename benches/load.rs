//! Reading a snapshot against a bare typed parse of the same bytes, and whole processes: ratios taken in one run.
//! `README.md` in this folder says what each number means.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench prints, and one that cannot go on must fail"
)]
#![expect(clippy::disallowed_methods, reason = "benches read the clock and write files")]

mod bare;
#[expect(dead_code, reason = "questions are the other bench's")]
mod common;

use std::hint::black_box;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

fn main() {
    println!(
        "{:>12} {:>8} {:>12} {:>12} {:>12} {:>8} {:>10} {:>10}",
        "assignments", "MB", "load", "bare", "borrowed", "ratio", "vs borr.", "index"
    );
    for assignments in [1_000, 10_000, 100_000] {
        ratio(assignments);
    }
    whole_process();
}

/// Pairs of loads and bare parses, one after the other; the median of each, and of their ratio.
fn ratio(assignments: usize) {
    let bytes = common::file(assignments);
    let text = std::str::from_utf8(&bytes).expect("the file is UTF-8");
    let rounds = (3_000_000 / assignments).clamp(7, 101);
    let (mut loads, mut bares, mut borrowed, mut indexes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        loads.push(timed(|| common::load(black_box(&bytes))));
        bares.push(timed(|| bare::parse::<String>(black_box(text))));
        borrowed.push(timed(|| bare::parse::<&str>(black_box(text))));
        let facts = common::load(&bytes).into_facts();
        indexes.push(timed(|| canread::model::Snapshot::new(facts)));
    }
    let ratio = |bares: &[Duration]| {
        let mut ratios: Vec<f64> = loads.iter().zip(bares).map(|(load, bare)| bare.as_secs_f64() / load.as_secs_f64()).collect();
        ratios.sort_by(f64::total_cmp);
        ratios[ratios.len() / 2]
    };
    let (against_bare, against_borrowed) = (ratio(&bares), ratio(&borrowed));
    let [load, bare, borrowed, index] = [loads, bares, borrowed, indexes].map(median);
    let mb = bytes.len() as f64 / 1e6;
    println!(
        "{assignments:>12} {mb:>8.1} {load:>12.2?} {bare:>12.2?} {borrowed:>12.2?} {against_bare:>8.2} {against_borrowed:>10.2} {index:>10.2?}"
    );
}

/// What the work takes; dropping its result is not counted.
fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    let result = black_box(work());
    let took = start.elapsed();
    drop(result);
    took
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// `canread check` from start to end, on an example-size file, beside a process that does nothing.
fn whole_process() {
    let folder = std::env::temp_dir().join(format!("canread-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for the example");
    let file = folder.join("example.jsonl");
    std::fs::write(&file, common::file(20)).expect("the example is written");
    let mut check = Command::new(env!("CARGO_BIN_EXE_canread"));
    check.args(["check", "-n", common::generate::ENDPOINT, "--at", "2026-11-22T10:00:00Z", "-o", "json", "--snapshot"]).arg(&file);
    check.args(["--input", &format!("azureml:{}@latest", common::generate::ASSET)]);
    let mut version = Command::new(env!("CARGO_BIN_EXE_canread"));
    version.arg("--version");
    let run = |command: &mut Command| {
        command.stdout(Stdio::null()).stderr(Stdio::null());
        timed(|| command.status().expect("the program starts"))
    };
    let (checks, versions): (Vec<Duration>, Vec<Duration>) = (0..101).map(|_| (run(&mut check), run(&mut version))).unzip();
    let code = check.status().expect("the program starts").code();
    println!("whole process, median of 101: check {:.2?} (exit code {code:?}), --version {:.2?}", median(checks), median(versions));
    std::fs::remove_dir_all(&folder).expect("the folder is removed");
}
