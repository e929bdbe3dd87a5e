//! `canread check` of several jobs at once, asked as from the command line.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

use crate::world2::*;
use serde_json::{Value, json};

const REFERENCE: &str = "azureml://datastores/plain/paths/in";

fn check(world: &World, words: &[&str]) -> Answer {
    world.run(&[&["check", "--at", AT, "-o", "json", "--input", REFERENCE], words].concat())
}

/// Endpoint `second` with deployments `green` on the good cluster and `red` on one without identity.
fn two_endpoints() -> World {
    let mut world = World::new();
    let endpoint = format!("{}/batchEndpoints/second", workspace());
    let compute = |name: &str| format!("{}/computes/{name}", workspace());
    world.resource("second", json!({"id":endpoint,"properties":{"authMode":"AADToken","defaults":{"deploymentName":"green"}}}));
    for (name, on) in [("green", "cpu"), ("red", "bare")] {
        let id = format!("{endpoint}/deployments/{name}");
        world.resource(name, json!({"id":id,"properties":{"compute":compute(on),"errorThreshold":0}}));
    }
    world.resource("bare", json!({"id":compute("bare"),"properties":{"computeType":"AmlCompute","properties":{}}}));
    world
}

/// `endpoint/deployment=verdict` of every job, in order.
fn jobs(answer: &Answer) -> Vec<String> {
    let name = |value: &Value| value.as_str().and_then(|id| id.rsplit('/').next()).unwrap_or("?").to_owned();
    let all = answer.json["jobs"].as_array().expect("jobs");
    let of = |one: &Value| format!("{}/{}={}", name(&one["job"]["endpoint"]), name(&one["job"]["deployment"]), name(&one["verdict"]));
    all.iter().map(of).collect()
}

#[test]
fn each_endpoint_named_is_answered_as_alone_and_the_whole_is_the_least() {
    let world = two_endpoints();
    let answer = check(&world, &["-n", "scoring", "--name", "second"]);
    assert_eq!(jobs(&answer), ["scoring/blue=allowed", "second/green=allowed"]);
    assert_eq!((answer.code, answer.verdict()), (0, "allowed"));
    for (at, name) in ["scoring", "second"].into_iter().enumerate() {
        assert_eq!(answer.json["jobs"][at], check(&world, &["-n", name]).json, "{name}");
    }
}

#[test]
fn all_deployments_of_the_workspace_or_of_those_named() {
    let world = two_endpoints();
    let answer = check(&world, &["--all-deployments"]);
    assert_eq!(jobs(&answer), ["scoring/blue=allowed", "second/green=allowed", "second/red=denied"]);
    assert_eq!((answer.code, answer.verdict(), &answer.json["missing"]), (3, "denied", &json!([])));
    let one = check(&world, &["--all-deployments", "-n", "scoring"]);
    assert_eq!((jobs(&one), one.code), (vec!["scoring/blue=allowed".to_owned()], 0));
}

#[test]
fn a_denied_job_outweighs_an_undetermined_one() {
    let mut world = two_endpoints();
    world.add(json!({"kind":"gap","what":"resource","scope":format!("{}/batchEndpoints/unknown", workspace()),"status":403,"code":"x"}));
    let undetermined = check(&world, &["-n", "scoring", "-n", "unknown"]);
    assert_eq!((undetermined.code, undetermined.verdict()), (4, "undetermined"));
    let denied = check(&world, &["-n", "unknown", "-n", "nowhere", "-n", "scoring"]);
    assert_eq!((denied.code, denied.verdict()), (3, "denied"));
}

#[test]
fn deployments_that_were_not_collected_leave_the_whole_open() {
    let mut world = World::open();
    let named = check(&world, &["--all-deployments", "-n", "scoring"]);
    assert_eq!(named.json["missing"][0]["what"], "workspace");
    assert_ne!(named.verdict(), "allowed");
    // With the workspace covered it is only what the job itself lacks.
    world.coverage("workspace", &workspace());
    assert_eq!(check(&world, &["--all-deployments"]).json["missing"], json!([]));
}

#[test]
fn the_table_has_a_line_a_job_what_fails_first() {
    let world = two_endpoints();
    let answer = world.run(&["check", "--at", AT, "--input", REFERENCE, "--all-deployments"]);
    let lines: Vec<&str> = answer.out.lines().collect();
    assert_eq!(lines.len(), 3, "{}", answer.out);
    assert!(lines[0].starts_with("DENIED   second/red on bare") && lines[0].contains("(compute/identity"), "{}", lines[0]);
    assert!(lines[1].starts_with("ALLOWED  scoring/blue on cpu") && lines[2].starts_with("ALLOWED  second/green on cpu"), "{}", answer.out);
}

#[test]
fn what_speaks_of_one_endpoint_only_is_refused_for_several() {
    let world = two_endpoints();
    for words in [
        &["-n", "scoring", "-n", "second", "-d", "blue"][..],
        &["--all-deployments", "-d", "blue"],
        &["--all-deployments", "--compute", "cpu"],
        &["-n", "scoring", "--compute", "cpu"],
        &["-n", "scoring", "-n", "second", "--batch", "x"],
        &["--all-deployments", "--batch", "x"],
    ] {
        let answer = check(&world, words);
        assert_eq!((answer.code, answer.out.as_str()), (2, ""), "{words:?}");
    }
    let mut empty = World::new();
    for line in ["endpoint", "deployment"] {
        empty.drop(line);
    }
    assert_eq!(check(&empty, &["--all-deployments"]).code, 1);
}
