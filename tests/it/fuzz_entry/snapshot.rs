//! `snapshot`: a file of any bytes, read, then asked one job and one access question per principal.

use super::planted::{assert_hidden, plant};
use super::{Reached, world};
use canread::eval::{self, AccessFinding, DataQuestion, JobQuestion, JobTarget, Judgement, Proof, Verdict};
use canread::model::{
    Direction, Disputed, Edition, InputReference, ObjectId, Operation, ReferenceContext, ReferenceOrigin, RolePlayed, Scope, Snapshot,
    StorageUrl,
};
use canread::output::{json, table};
use canread::report::{AccessReport, Report};

const MARKS: [&str; 5] = ["@1", "@2", "@3", "@4", "@5"];
/// Questions are asked of so many workspaces, endpoints and principals of a file.
const SOME: usize = 3;
const REFERENCES: [&str; 6] = [
    "azureml:heart@latest",
    "azureml://datastores/sas/paths/a/",
    "azureml://datastores/open/paths/a/",
    "azureml://datastores/key/paths/a/f.csv",
    "https://lake.blob.core.windows.net/raw/a",
    "abfss://raw@lake.dfs.core.windows.net/a",
];

pub(crate) fn run(bytes: &[u8]) -> Reached {
    let planted = plant(bytes, &MARKS);
    // Files that are not text reach the reader as they are.
    let file = if planted.1 { planted.0.into_bytes() } else { bytes.to_vec() };
    let loaded = match canread::snapshot::read(file.as_slice(), "f.jsonl") {
        Ok(loaded) => loaded,
        Err(errors) => {
            assert_hidden(&format!("{errors:?} {errors}"), "the errors");
            assert!(!errors.problems.is_empty() && errors.problems.len() <= 20, "{} problems", errors.problems.len());
            return Reached::Refused;
        }
    };
    assert_hidden(&format!("{:?}", loaded.warnings), "the warnings");
    let snapshot = loaded.snapshot;
    let mut verdict = access(&snapshot);
    for workspace in workspaces(&snapshot) {
        for target in targets(&snapshot, &workspace) {
            verdict = Some(check(&snapshot, &workspace, target));
        }
    }
    verdict.map_or(Reached::Read, Reached::Judged)
}

fn workspaces(snapshot: &Snapshot) -> Vec<Scope> {
    snapshot.facts().workspaces.keys().take(SOME).cloned().collect()
}

fn targets(snapshot: &Snapshot, workspace: &Scope) -> Vec<JobTarget> {
    let of = |id: &&Scope| id.cut_after("workspaces").as_ref() == Some(workspace);
    let (endpoints, computes) = (snapshot.facts().endpoints.keys(), snapshot.facts().computes.keys());
    let endpoints = endpoints.filter(of).take(SOME).map(|id| JobTarget::Endpoint { name: id.name().to_owned(), deployment: None });
    endpoints.chain(computes.filter(of).take(1).map(|id| JobTarget::Compute(id.as_str().to_owned()))).collect()
}

fn check(snapshot: &Snapshot, workspace: &Scope, target: JobTarget) -> Verdict {
    let data = |name: String, text: &str, direction| {
        let context = ReferenceContext { direction, workspace: Some(workspace), ..ReferenceContext::new(ReferenceOrigin::CommandLine) };
        DataQuestion { name, reference: InputReference::parse(text, &context), declared: None }
    };
    let question = JobQuestion {
        workspace: workspace.clone(),
        target,
        invoker: snapshot.facts().header.signed_in.as_ref().map(|signed_in| signed_in.object_id.clone()),
        inputs: REFERENCES.iter().enumerate().map(|(at, text)| data(format!("i{at}"), text, Direction::Input)).collect(),
        outputs: vec![data("o".to_owned(), "azureml://datastores/key/paths/out/", Direction::Output)],
        edition: Edition::Current,
        disputed: Disputed::Deny,
        at: world::AT,
        until: world::AT,
        storage_suffix: canread::model::PUBLIC_STORAGE_SUFFIX.to_owned(),
        assume_below: false,
    };
    let finding = eval::check(&question, snapshot, world::rules());
    let report = Report::of_job(&finding, question.edition, question.at, world::rules());
    let mut out = Vec::new();
    json::pretty(&report, &mut out).expect("memory can be written to");
    table::job(&report, table::Style { color: false, width: 100, verbose: true }, &mut out).expect("memory can be written to");
    assert_printable(&out);
    finding.verdict()
}

fn access(snapshot: &Snapshot) -> Option<Verdict> {
    let principals: Vec<ObjectId> = snapshot.facts().directory.keys().take(SOME).cloned().collect();
    let url = StorageUrl::parse(REFERENCES.last().expect("a URL"), "core.windows.net").expect("a storage URL");
    let mut last = None;
    for id in principals {
        let cx = world::context(snapshot);
        let target = eval::url_target(&cx, &url);
        let who = snapshot.identities(&id);
        for operation in [Operation::List, Operation::Read, Operation::Write] {
            let proof: Proof = eval::access(&cx, &who, operation, &target);
            let verdict: Verdict = eval::access(&cx, &who, operation, &target);
            assert_eq!(proof.verdict(), verdict, "proof and bare verdict differ: {proof:#?}");
            let principal = eval::principal(&cx, &id, RolePlayed::JobIdentity, None);
            let report = AccessReport::of(&AccessFinding { principal, operation, url: url.to_string(), proof }, world::rules());
            let mut out = Vec::new();
            json::line(&report, &mut out).expect("memory can be written to");
            table::access(&report, table::Style { color: false, width: 100, verbose: true }, &mut out).expect("memory can be written to");
            assert_printable(&out);
            last = Some(verdict);
        }
    }
    last
}

/// No secret, and nothing that a terminal would act on.
fn assert_printable(out: &[u8]) {
    let text = std::str::from_utf8(out).expect("output is UTF-8");
    assert_hidden(text, "the report");
    let acts = |c: char| c.is_control() && c != '\n' || ('\u{202a}'..='\u{202e}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c);
    assert!(!text.contains(acts), "a control character in the report: {text:?}");
}
