//! The job: endpoint, deployment, compute, who invokes and what for; and which workspace is meant.

use crate::scenario::*;
use serde_json::{Value, json};

const STORE: &str = "azureml://datastores/store/paths/in";
const ROLE: &str = "dddddddd-0000-0000-0000-000000000001";

fn endpoint_of(world: &World, arguments: &[&str]) -> (String, Vec<String>) {
    let answer = world.check(&[&["--input", STORE], arguments].concat());
    (answer.verdict_of("job/endpoint").to_owned(), answer.missing_for_invoke())
}

fn decided(verdict: &str) -> (String, Vec<String>) {
    (verdict.to_owned(), Vec::new())
}

#[test]
fn endpoint_deployment_and_compute_must_exist() {
    assert_eq!(endpoint_of(&World::closed(), &[]), decided("allowed"));
    assert_eq!(endpoint_of(&World::closed(), &["-d", "dep"]), decided("allowed"));
    assert_eq!(endpoint_of(&World::closed(), &["-d", "nowhere"]).0, "denied");
    for (end, what) in [
        ("batchendpoints/ep", "batchEndpoints/ep"),
        ("deployments/dep", "batchEndpoints/ep/deployments/dep"),
        ("computes/cpu", "computes/cpu"),
    ] {
        let (verdict, _) = endpoint_of(&World::closed().without(end), &["-d", "dep"]);
        assert_eq!(verdict, "denied", "{end}");
        let (verdict, missing) = endpoint_of(&World::open().without(end), &["-d", "dep"]);
        assert_eq!(verdict, "undetermined", "{end}");
        assert_eq!(missing, [format!("resource {}", ml(what))]);
        let failed = World::closed().without(end).put(gap("resource", &ml(what)));
        assert_eq!(endpoint_of(&failed, &["-d", "dep"]), ("undetermined".to_owned(), vec![format!("resource {}", ml(what))]));
    }
}

#[test]
fn the_endpoint_proves_its_workspace() {
    let world = World::open().without("workspaces/ws");
    let answer = world.check(&["--input", STORE]);
    assert_eq!(answer.verdict_of("job/endpoint"), "allowed");
    assert_eq!(answer.verdict_of("input/supported"), "undetermined");
    assert_eq!(answer.missing(), [format!("resource {}", workspace_id("ws"))]);
}

#[test]
fn without_a_default_deployment_one_must_be_named() {
    let world = World::closed().set("batchendpoints/ep", "/body/properties/defaults", Value::Null);
    assert_eq!(endpoint_of(&world, &[]).0, "denied");
    assert_eq!(endpoint_of(&world, &["-d", "dep"]), decided("allowed"));
    let answer = world.check(&["--input", STORE]);
    assert_eq!(answer.report["job"]["deployment"], Value::Null);
    assert_eq!(answer.verdict(), "denied");
}

#[test]
fn kinds_of_compute() {
    let with = |kind: &str, properties: Value| {
        let mut properties = properties;
        properties["computeType"] = json!(kind);
        World::closed().set("computes/cpu", "/body/properties", properties)
    };
    let resource_id = |kind: &str| json!({"resourceId": format!("{}/providers/{kind}/x", group_id())});
    let kubernetes = with("Kubernetes", resource_id("Microsoft.ContainerService/managedClusters"));
    let answer = kubernetes.check(&["--input", STORE]);
    assert_eq!(answer.verdict_of("job/endpoint"), "allowed");
    assert_eq!(answer.verdict_of("compute/identity"), "undetermined");
    assert_eq!(answer.verdict_of("access/mount"), "undetermined");
    assert_eq!(answer.verdict(), "undetermined");
    assert!(answer.missing().contains(&"open_question kubernetes-identity".to_owned()), "{:?}", answer.missing());
    let keyed = kubernetes.put(blob_store("keyed", "AccountKey")).put(grant("ana-all", ANA, CONTRIBUTOR, &group_id()));
    let answer = keyed.check(&["--input", "azureml://datastores/keyed/paths/in"]);
    assert!(!answer.ids().contains(&"compute/identity"));
    assert_eq!(answer.verdict(), "allowed");
    let arc = with("Kubernetes", resource_id("Microsoft.Kubernetes/connectedClusters"));
    assert_eq!(arc.check(&["--input", STORE]).verdict_of("job/endpoint"), "denied");
    assert_eq!(endpoint_of(&with("ComputeInstance", json!({})), &[]).0, "denied");
    let (verdict, missing) = endpoint_of(&with("Databricks", json!({})), &[]);
    assert_eq!((verdict.as_str(), missing.as_slice()), ("undetermined", &["open_question compute-type".to_owned()][..]));
}

/// A deployment of a pipeline component whose default compute is `cpu`.
fn pipeline(settings: Value, steps: Option<Value>) -> World {
    let component = ml("components/pipe/versions/1");
    let deployment = resource(
        &ml("batchEndpoints/ep/deployments/dep"),
        json!({"properties": {"deploymentConfiguration": {"deploymentConfigurationType": "PipelineComponent",
            "componentId": {"referenceType": "Id", "assetId": component}, "settings": settings}}}),
    );
    let definition = steps.map(|steps| resource(&component, json!({"properties": {"componentSpec": {"type": "pipeline", "jobs": steps}}})));
    World::closed().put(deployment).put_all(definition).put(cluster("gpu", system_assigned()))
}

#[test]
fn pipeline_components_run_on_their_default_compute() {
    let unknown = pipeline(json!({"default_compute": "cpu"}), None);
    let answer = unknown.check(&["--input", STORE]);
    assert_eq!(answer.verdict(), "allowed");
    assert_eq!(answer.report["job"]["compute"], json!(ml("computes/cpu")));
    let assumed = answer.report["invoke"]["assumptions"].to_string();
    assert!(assumed.contains("default compute"), "{assumed}");
    let plain =
        pipeline(json!({"default_compute": "azureml:cpu"}), Some(json!({"one": {"type": "command"}, "two": {"compute": "azureml:cpu"}})));
    let answer = plain.check(&["--input", STORE]);
    assert_eq!(answer.verdict(), "allowed");
    assert!(!answer.report["invoke"]["assumptions"].to_string().contains("default compute"));
    let other = pipeline(json!({"default_compute": ml("computes/cpu")}), Some(json!({"one": {"compute": "azureml:gpu"}})));
    let answer = other.check(&["--input", STORE]);
    assert_eq!(answer.verdict(), "undetermined");
    assert_eq!(answer.verdict_of("job/endpoint"), "undetermined");
    for id in ["compute/identity", "access/mount"] {
        assert_eq!(answer.verdict_of(id), "undetermined", "{id}");
    }
    assert!(answer.missing().contains(&"open_question pipeline-steps".to_owned()));
    let nothing = pipeline(json!({}), None).check(&["--input", STORE]);
    assert_eq!(nothing.verdict_of("job/endpoint"), "undetermined");
}

#[test]
fn a_component_is_found_by_its_short_name_too() {
    let world = pipeline(json!({"default_compute": "cpu"}), Some(json!({"one": {"compute": "gpu"}})));
    let world = world.set("deployments/dep", "/body/properties/deploymentConfiguration/componentId", json!("azureml:pipe:1"));
    assert_eq!(world.check(&["--input", STORE]).verdict_of("job/endpoint"), "undetermined");
}

/// The actions without which a job cannot be created.
const FAIL_SET: [&str; 5] =
    ["batchEndpoints/read", "batchEndpoints/jobs/write", "datastores/read", "experiments/runs/submit/action", "experiments/runs/write"];

fn with_actions(actions: &[&str]) -> World {
    let full: Vec<String> = actions.iter().map(|one| format!("Microsoft.MachineLearningServices/workspaces/{one}")).collect();
    let full: Vec<&str> = full.iter().map(String::as_str).collect();
    let role = custom_role(ROLE, "Invoker", &full, &[]);
    World::closed().without("ana-science").put(role).put(grant("ana-custom", ANA, ROLE, &workspace_id("ws")))
}

#[test]
fn invoking_needs_the_fail_set_and_warns_of_the_rest() {
    let answer = with_actions(&FAIL_SET).check(&["--input", STORE]);
    assert_eq!(answer.verdict(), "allowed");
    assert_eq!(answer.verdict_of("job/invoke"), "allowed");
    let warning = answer.warning("job/invoke");
    assert!(warning.contains("workspaces/computes/read") && warning.contains("experiments/read"), "{warning}");
    let granting = grant_id("ana-custom", &workspace_id("ws"));
    assert!(answer.evidence("job/invoke").contains(&granting));
    for lacking in FAIL_SET {
        let rest: Vec<&str> = FAIL_SET.into_iter().filter(|one| *one != lacking).collect();
        let answer = with_actions(&rest).check(&["--input", STORE]);
        assert_eq!(answer.verdict_of("job/invoke"), "denied", "{lacking}");
        assert_eq!(answer.verdict(), "denied");
        let near = answer.evidence("job/invoke");
        assert!(near.contains(&granting), "the near miss is listed: {near:?}");
    }
    let other: Vec<&str> = FAIL_SET
        .into_iter()
        .map(|one| if one == "batchEndpoints/jobs/write" { "batchEndpoints/deployments/jobs/write" } else { one })
        .collect();
    assert_eq!(with_actions(&other).check(&["--input", STORE]).verdict_of("job/invoke"), "allowed");
}

#[test]
fn a_data_scientist_lacks_two_actions_that_only_warn() {
    let answer = World::closed().check(&["--input", STORE]);
    let warning = answer.warning("job/invoke");
    assert!(warning.contains("workspaces/read") && warning.contains("computes/listKeys/action"), "{warning}");
    assert!(warning.contains(" 2 "), "just two: {warning}");
    assert_eq!(answer.warning_ids().iter().filter(|id| **id == "job/invoke").count(), 1);
    assert_eq!(answer.verdict(), "allowed");
    let contributor = World::closed().without("ana-science").put(grant("ana-all", ANA, CONTRIBUTOR, &group_id()));
    let answer = contributor.check(&["--input", STORE]);
    assert!(!answer.warning_ids().contains(&"job/invoke"));
    let reader = World::closed().without("ana-science").put(grant("ana-reads", ANA, READER, &group_id()));
    assert_eq!(reader.check(&["--input", STORE]).verdict_of("job/invoke"), "denied");
}

#[test]
fn denies_and_groups_count_for_invoking() {
    let action = "Microsoft.MachineLearningServices/workspaces/batchEndpoints/jobs/write";
    let also = "Microsoft.MachineLearningServices/workspaces/batchEndpoints/deployments/jobs/write";
    let one = World::closed().put(deny("no-jobs", ANA, &workspace_id("ws"), &[action], &[]));
    assert_eq!(one.check(&[]).verdict_of("job/invoke"), "allowed", "the other action of the pair is left");
    let both = World::closed().put(deny("no-jobs", ANA, &workspace_id("ws"), &[action, also], &[]));
    let answer = both.check(&[]);
    assert_eq!(answer.verdict_of("job/invoke"), "denied");
    let id = format!("{}/providers/Microsoft.Authorization/denyAssignments/no-jobs", workspace_id("ws"));
    assert!(answer.evidence("job/invoke").contains(&id));
    let world = World::closed().without("ana-science").put(grant("team", GROUP, DATA_SCIENTIST, &workspace_id("ws")));
    assert_eq!(world.check(&[]).verdict_of("job/invoke"), "denied", "no membership in a closed world");
    let member = world.clone().put(json!({"kind": "membership", "member": ANA, "transitive_groups": [GROUP]}));
    assert_eq!(member.check(&[]).verdict_of("job/invoke"), "allowed");
    let failed = world.put(gap("memberships", ANA)).check(&[]);
    assert_eq!(failed.verdict_of("job/invoke"), "undetermined");
    assert_eq!(failed.missing_for_invoke(), [format!("memberships {ANA}")]);
}

#[test]
fn a_missing_custom_role_may_grant() {
    let world = World::closed().without("ana-science").put(grant("ana-custom", ANA, ROLE, &workspace_id("ws")));
    let answer = world.check(&["--input", STORE]);
    assert_eq!(answer.verdict_of("job/invoke"), "undetermined");
    assert!(answer.missing_for_invoke().iter().any(|one| one.starts_with("role_definitions ")), "{:?}", answer.missing_for_invoke());
}

#[test]
fn nobody_signed_in_leaves_just_what_the_invoker_does_open() {
    let answer = World::closed().nobody().check(&["--input", STORE]);
    assert_eq!(answer.verdict(), "undetermined");
    assert_eq!(answer.report["job"]["invoker"], Value::Null);
    let open: Vec<String> = answer.requirements().into_iter().chain(answer.invoke()).filter(|one| !one.ends_with(" allowed")).collect();
    assert_eq!(open, ["access/read undetermined", "job/invoke undetermined"]);
    assert!(answer.missing().iter().all(|one| one.starts_with("open_question ")));
    let named = World::closed().nobody().check(&["--input", STORE, "--as", ANA]);
    assert_eq!(named.verdict(), "allowed");
}

#[test]
fn the_invoker_is_found_by_any_of_its_names() {
    let app = "eeeeeeee-0000-0000-0000-000000000001";
    let robot = "aaaaaaaa-0000-0000-0000-000000000009";
    let registration = json!({"kind": "directory_object", "body": {"@odata.type": "#microsoft.graph.application",
        "id": "aaaaaaaa-0000-0000-0000-00000000000a", "appId": app, "displayName": "robot"}});
    let world = World::closed().put_all([person(BEN, "Ben"), service_principal(robot, app, "robot"), registration]);
    let who = |text: &str| {
        let answer = world.check(&["--as", text]);
        (answer.report["job"]["invoker"]["object_id"].clone(), answer.report["job"]["invoker"]["type"].clone())
    };
    assert_eq!(who(BEN), (json!(BEN), json!("User")));
    assert_eq!(who(&BEN.to_uppercase()), (json!(BEN), json!("User")));
    assert_eq!(who("BEN@contoso.com"), (json!(BEN), json!("User")));
    assert_eq!(who("ben"), (json!(BEN), json!("User")));
    assert_eq!(who(app), (json!(robot), json!("ServicePrincipal")));
    assert_eq!(who("robot"), (json!(robot), json!("ServicePrincipal")));
    assert_eq!(who("ana@contoso.com").0, json!(ANA));
    assert_eq!(world.check(&["--as", BEN]).verdict_of("job/invoke"), "denied");
    // The cluster's identity has no directory object; its assignments show that it is there.
    assert_eq!(who(CLUSTER).0, json!(CLUSTER));
}

#[test]
fn an_unknown_or_ambiguous_invoker_fails_with_candidates() {
    let second = "aaaaaaaa-0000-0000-0000-000000000003";
    let world = World::closed().put_all([person(BEN, "Ben Miller"), person(second, "Ben Miller")]);
    let answer = world.check(&["--as", "Ben Miller"]);
    assert_eq!(answer.code, 1);
    assert!(answer.errors.contains(BEN) && answer.errors.contains(second), "{}", answer.errors);
    let answer = world.check(&["--as", "Ben"]);
    assert_eq!(answer.code, 1);
    assert!(answer.errors.contains(BEN), "near: {}", answer.errors);
    assert_eq!(world.check(&["--as", "nobody@contoso.com"]).code, 1);
    assert_eq!(World::open().check(&["--as", "nobody@contoso.com"]).code, 1);
    // In an open world an object id need not be in the file.
    let team = World::open().put(grant("team", GROUP, DATA_SCIENTIST, &workspace_id("ws")));
    let stranger = team.check(&["--input", STORE, "--as", "aaaaaaaa-0000-0000-0000-0000000000ff"]);
    assert_eq!(stranger.verdict_of("job/invoke"), "undetermined");
    // Another principal of the name of whoever is signed in.
    let twin = World::closed().put(person(BEN, "ana@contoso.com")).check(&["--as", "ana@contoso.com"]);
    assert_eq!(twin.code, 1, "{twin:?}");
}

#[test]
fn a_principal_of_an_acl_alone_is_known() {
    let world = World::closed().put(acl("/", true, &format!("user::rwx,user:{BEN}:r-x,group::r-x,mask::r-x,other::---")));
    assert_eq!(world.check(&["--as", BEN]).report["job"]["invoker"]["object_id"], json!(BEN));
}

#[test]
fn a_compute_is_asked_about_without_invocation() {
    for name in ["cpu", &ml("computes/cpu")] {
        let answer = World::closed().ask(&["--compute", name, "--input", STORE]);
        assert_eq!(answer.verdict(), "allowed", "{answer:#?}");
        assert_eq!(answer.report["invoke"], Value::Null);
        assert_eq!(answer.report["job"]["endpoint"], Value::Null);
        assert_eq!(answer.report["job"]["deployment"], Value::Null);
        assert_eq!(answer.report["job"]["compute"], json!(ml("computes/cpu")));
        assert!(!answer.ids().contains(&"job/invoke"));
    }
    let gone = World::closed().ask(&["--compute", "nowhere", "--input", STORE]);
    assert_eq!(gone.verdict(), "denied");
    let unknown = World::open().ask(&["--compute", "nowhere", "--input", STORE]);
    assert_eq!(unknown.verdict(), "undetermined");
    assert!(unknown.missing().contains(&format!("resource {}", ml("computes/nowhere"))));
    assert_eq!(World::closed().ask(&["--input", STORE]).code, 2);
}

#[test]
fn of_several_workspaces_one_must_be_named() {
    let second = resource(&workspace_id("ws2"), json!({"properties": {"encryption": {"status": "Disabled"}}}));
    let world = World::closed().put(second);
    let answer = world.check(&["--input", STORE]);
    assert_eq!(answer.code, 1);
    assert!(answer.errors.contains("-w ws ") && answer.errors.contains("-w ws2"), "{}", answer.errors);
    assert_eq!(world.check(&["--input", STORE, "-g", "rg", "-w", "WS"]).verdict(), "allowed");
    assert_eq!(world.check(&["--input", STORE, "-w", "ws2"]).verdict_of("job/endpoint"), "denied");
    let wrong = world.check(&["--input", STORE, "-w", "ws3"]);
    assert_eq!(wrong.code, 1);
    assert!(wrong.errors.contains("-w ws2"), "{}", wrong.errors);
    assert_eq!(world.check(&["--input", STORE, "-g", "rg"]).code, 1);
}
