//! Every seed of `fuzz/seeds` through the entry that the fuzzer runs.

use crate::fuzz_entry::{Reached, TARGETS, run};
use canread::eval::Verdict;
use std::path::Path;

type Promise = (&'static str, fn(Reached) -> bool);

/// What the beginning of a seed's file name promises.
fn promised(file: &str) -> Option<fn(Reached) -> bool> {
    let promises: [Promise; 5] = [
        ("allowed-", |reached| reached == Reached::Judged(Verdict::Allowed)),
        ("denied-", |reached| reached == Reached::Judged(Verdict::Denied)),
        ("open-", |reached| reached == Reached::Judged(Verdict::Undetermined)),
        ("read-", |reached| reached == Reached::Read),
        ("bad-", |reached| reached == Reached::Refused),
    ];
    promises.into_iter().find(|(start, _)| file.starts_with(start)).map(|(_, holds)| holds)
}

#[test]
fn every_seed_reaches_what_its_name_promises() {
    let mut wrong: Vec<String> = Vec::new();
    for (target, _) in TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
        let mut refused = 0;
        let mut understood = 0;
        for file in std::fs::read_dir(&folder).expect("a folder of seeds for each target") {
            let path = file.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            let reached = run(target, &std::fs::read(&path).expect("a seed"));
            let holds = promised(&name).expect("a seed's name begins with allowed-, denied-, open-, read- or bad-");
            if !holds(reached) {
                wrong.push(format!("{target}/{name} came to {reached:?}"));
            }
            *(if reached == Reached::Refused { &mut refused } else { &mut understood }) += 1;
        }
        assert!(refused >= 3 && understood >= 3, "{target}: {refused} seeds are refused and {understood} understood");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
