//! `explain --job`: the job's own record is fetched, says what to ask, and the state decides.

use crate::fake::{Fake, Options, Ran, canread};
use crate::live_world::{AT, LiveWorld, WORKSPACE, workspace};
use serde_json::{Value, json};

/// A world whose invoker may not read, and a job that failed in it.
fn world() -> String {
    let mut world = LiveWorld::new();
    world.account("blobdata", false, "raw").folder("blobdata", "raw").readers("blobdata", false);
    let failure = "ScriptExecution.StreamAccess.Authentication: StreamError(PermissionDenied(Some(This request is not authorized to \
                   perform this operation using this permission. AuthorizationPermissionMismatch)))";
    let job = json!({"kind": "resource", "body": {"id": format!("{}/jobs/nightly-7", workspace()), "name": "nightly-7",
        "systemData": {"createdBy": "ana@contoso.example"},
        "properties": {"jobType": "Pipeline", "status": "Failed", "tags": {"failure": failure},
            "properties": {"azureml.endpointname": "batch"},
            "inputs": {"raw": {"jobInputType": "uri_folder", "uri": "https://blobdata.blob.core.windows.net/raw/in"}}}}});
    format!("{}\n{job}\n", world.text().trim_end())
}

fn explain(fake: &Fake, name: &str) -> Ran {
    let mut arguments = vec!["explain", "--job", name, "--at", AT, "-o", "json"];
    arguments.extend(WORKSPACE);
    canread(fake, &fake.tokens, &arguments, &[])
}

#[test]
fn a_jobs_record_says_what_to_ask_and_the_state_decides() {
    let fake = Fake::start(&world(), Options::default());
    let ran = explain(&fake, "nightly-7");
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("record of job nightly-7: status Failed, endpoint batch"), "{}", ran.err);
    let answer: Value = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}", ran.out));
    let codes: Vec<&str> = answer["signals"].as_array().into_iter().flatten().filter_map(|one| one["code"].as_str()).collect();
    assert!(codes.contains(&"AuthorizationPermissionMismatch"), "{codes:?}");
    assert_eq!((&answer["causes"][0]["requirement"], &answer["causes"][0]["status"]), (&json!("access/read"), &json!("confirmed")));
    assert_eq!(answer["verdict"], "denied");
}

#[test]
fn a_job_that_is_not_there_is_one_clear_line() {
    let fake = Fake::start(&world(), Options::default());
    let ran = explain(&fake, "another");
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.err.contains("cannot read job") && ran.err.contains("/jobs/another: ResourceNotFound"), "{}", ran.err);
}

#[test]
fn a_name_that_leads_elsewhere_is_refused_before_anything_is_asked() {
    let fake = Fake::start(&world(), Options::default());
    for name in ["../computes/cpu", "a/b", "a?b", ""] {
        assert_eq!(explain(&fake, name).code, 2, "{name}");
    }
    assert!(fake.log().is_empty());
}
