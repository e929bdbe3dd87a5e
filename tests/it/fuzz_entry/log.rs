//! `log`: a log of any bytes, read whole and in pieces, explained without state and with a small one.

use super::planted::{assert_hidden, plant};
use super::{Reached, world};
use canread::explain::{Asked, Catalogue, Log, LogReader, State, explain};
use canread::model::{Disputed, Edition, PUBLIC_STORAGE_SUFFIX, Snapshot};
use canread::output::{explain as text, json, table::Style};
use canread::report::ExplainReport;
use std::sync::OnceLock;

const MARKS: [&str; 5] = ["@1", "@2", "@3", "@4", "@5"];
const WORLD: &[u8] = include_bytes!("../../../fuzz/seeds/snapshot/allowed-world");

fn catalogue() -> &'static Catalogue<'static> {
    static CATALOGUE: OnceLock<Catalogue<'static>> = OnceLock::new();
    CATALOGUE.get_or_init(|| Catalogue::new(world::rules()))
}

fn snapshot() -> &'static Snapshot {
    static SNAPSHOT: OnceLock<Snapshot> = OnceLock::new();
    SNAPSHOT.get_or_init(|| canread::snapshot::read(WORLD, "world.jsonl").expect("a seed that is read").snapshot)
}

pub(crate) fn run(bytes: &[u8]) -> Reached {
    let (text, planted) = plant(bytes, &MARKS);
    let bytes = if planted { text.as_bytes() } else { bytes };
    let log = read(bytes, bytes.len().max(1));
    assert_eq!(log, read(bytes, 7), "a log that is cut reads otherwise");
    if log.signals.is_empty() {
        return Reached::Refused;
    }
    let alone = explain(log.clone(), world::rules(), None);
    assert!(!alone.causes.is_empty() || alone.log.signals.iter().all(|signal| signal.causes.is_empty()), "a signal without cause");
    print(&ExplainReport::of(&alone, None));
    let workspace = snapshot().facts().workspaces.keys().next().expect("a workspace").clone();
    let asked = Asked {
        workspace,
        target: None,
        invoker: None,
        inputs: Vec::new(),
        outputs: Vec::new(),
        edition: Edition::Current,
        disputed: Disputed::Deny,
        storage_suffix: PUBLIC_STORAGE_SUFFIX.to_owned(),
        at: world::AT,
        assume_below: false,
    };
    let state = State { snapshot: snapshot(), asked: &asked, before: Some(snapshot()) };
    let judged = explain(log, world::rules(), Some(&state));
    assert!(judged.causes.iter().map(|cause| cause.status).is_sorted(), "causes are not in order");
    print(&ExplainReport::of(&judged, Some(world::AT)));
    judged.verdict.map_or(Reached::Read, Reached::Judged)
}

fn read(bytes: &[u8], piece: usize) -> Log {
    let mut reader = LogReader::new(catalogue());
    bytes.chunks(piece).for_each(|piece| reader.push(piece));
    reader.finish()
}

/// No secret, and nothing that a terminal would act on.
fn print(report: &ExplainReport) {
    let mut out = Vec::new();
    json::pretty(report, &mut out).expect("memory can be written to");
    text::table(report, Style { color: false, width: 100, verbose: true }, &mut out).expect("memory can be written to");
    let shown = std::str::from_utf8(&out).expect("output is UTF-8");
    assert_hidden(shown, "the report");
    assert!(!shown.chars().any(|c| c != '\n' && canread::model::acts_on_terminals(c)), "a control character in the report: {shown:?}");
}
