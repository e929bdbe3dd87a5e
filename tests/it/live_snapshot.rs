//! `canread snapshot`: the role, going on after a break, pseudonyms, batches that collect what they need, and who is signed in first.
#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking")]

use crate::fake::{Fake, Fault, Options, Ran, Service, Spoil, Tokens, canread};
use crate::live_world::{AT, LiveWorld, WORKSPACE};
use serde_json::Value;
use std::path::Path;

fn world() -> LiveWorld {
    let mut world = LiveWorld::new();
    world.account("blobdata", false, "raw").folder("blobdata", "raw").readers("blobdata", true);
    world.datastore("data", "AzureBlob", "blobdata", "raw", "None");
    world
}

fn snapshot(fake: &Fake, file: &Path, more: &[&str]) -> Ran {
    let place = file.to_string_lossy().into_owned();
    let mut arguments = vec!["snapshot", "--output-file", &place];
    arguments.extend(WORKSPACE);
    arguments.extend(more);
    canread(fake, &fake.tokens, &arguments, &[])
}

fn text(file: &Path) -> String {
    std::fs::read_to_string(file).expect("a file")
}

/// Lines without the head, which says when.
fn records(file: &Path) -> Vec<String> {
    text(file).lines().skip(1).map(str::to_owned).collect()
}

#[test]
fn the_role_is_a_custom_role_and_nothing_else() {
    let fake = Fake::start(&world().text(), Options::default());
    for (more, secrets) in [(&[][..], false), (&["--probe"][..], true)] {
        let mut arguments = vec!["snapshot", "--role", "--subscription", "5d0c3b1e-0000-4000-8000-000000000001"];
        arguments.extend(more);
        let ran = canread(&fake, &Tokens::default(), &arguments, &[]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let role = ran.json();
        let keys = |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&role), ["properties"]);
        let properties = &role["properties"];
        assert_eq!(keys(properties), ["assignableScopes", "description", "permissions", "roleName", "type"]);
        assert_eq!(properties["assignableScopes"][0], "/subscriptions/5d0c3b1e-0000-4000-8000-000000000001");
        let actions: Vec<&str> =
            properties["permissions"][0]["actions"].as_array().expect("actions").iter().filter_map(Value::as_str).collect();
        let (reads, others): (Vec<&str>, Vec<&str>) = actions.iter().partition(|action| action.ends_with("/read"));
        assert!(reads.len() > 15, "{reads:?}");
        assert_eq!(others.len(), usize::from(secrets), "{others:?}");
        assert!(others.iter().all(|action| action.to_lowercase().ends_with("/datastores/listsecrets/action")), "{others:?}");
        for said in ["Directory.Read.All", "Storage Blob Data", "az rest"] {
            assert!(ran.err.contains(said), "{said}: {}", ran.err);
        }
    }
    assert!(fake.log().is_empty());
}

#[test]
fn who_is_signed_in_is_said_first() {
    let fake = Fake::start(&world().text(), Options::default());
    let ran = snapshot(&fake, &fake.file("s.jsonl"), &[]);
    assert!(ran.err.starts_with("signed in as: ana@contoso.example ("), "{}", ran.err);
    assert_eq!(ran.code, 0);
}

#[test]
fn a_run_that_was_broken_off_goes_on() {
    let whole = Fake::start(&world().text(), Options::default());
    let reference = whole.file("whole.jsonl");
    assert_eq!(snapshot(&whole, &reference, &[]).code, 0);
    assert!(!whole.file("whole.jsonl.partial").exists());
    let asked = whole.log().len();

    // The first run gets no answer to some; the same server answers the second.
    let faults = vec![Fault::always(Some(Service::Graph), "", Spoil::Status(503, "ServiceUnavailable")).times(40)];
    let fake = Fake::start(&world().text(), Options { faults, ..Options::default() });
    let file = fake.file("state.jsonl");
    let first = snapshot(&fake, &file, &[]);
    assert_eq!(first.code, 0, "{}", first.err);
    assert!(first.err.contains("--resume"), "{}", first.err);
    let partial = fake.file("state.jsonl.partial");
    for secret in ["canary", "sig="] {
        assert!(!text(&partial).contains(secret), "{secret}");
    }
    let until = fake.log().len();
    let mut resumed = snapshot(&fake, &file, &["--resume"]);
    for _ in 0..3 {
        if !resumed.err.contains("--resume") {
            break;
        }
        resumed = snapshot(&fake, &file, &["--resume"]);
    }
    assert_eq!((resumed.code, records(&file)), (0, records(&reference)), "{}", resumed.err);
    assert!(resumed.err.contains("look-ups were answered since"), "{}", resumed.err);
    let again: Vec<_> = fake.log().into_iter().skip(until).filter(|request| request.service == Service::Arm).collect();
    assert!(again.len() < asked / 4, "{} of {asked} asked again", again.len());
    assert!(!partial.exists());

    let other = snapshot(&fake, &file, &["--resume", "--max-paths", "7"]);
    assert_eq!(other.code, 0, "nothing to go on with: {}", other.err);
    std::fs::write(&partial, "{\"canread_partial\":1,\"question\":\"x\",\"since\":\"y\"}\n").expect("a file");
    let other = snapshot(&fake, &file, &["--resume"]);
    assert!(other.code == 1 && other.err.contains("another question"), "{}", other.err);
}

#[test]
fn a_file_with_pseudonyms_gives_the_same_answers() {
    let fake = Fake::start(&world().text(), Options::default());
    let (plain, shown) = (fake.file("plain.jsonl"), fake.file("shown.jsonl"));
    let made = snapshot(&fake, &plain, &[]);
    assert_eq!(made.code, 0, "{}", made.err);
    let place = plain.to_string_lossy().into_owned();
    let target = shown.to_string_lossy().into_owned();
    let requests = fake.log().len();
    let renamed = canread(&fake, &Tokens::default(), &["snapshot", "--pseudonymise", "--snapshot", &place, "--output-file", &target], &[]);
    assert_eq!((renamed.code, fake.log().len()), (0, requests), "{}", renamed.err);
    for name in ["blobdata", "defaultstore", "contoso", "workspaceblobstore/", "5d0c3b1e"] {
        assert!(!text(&shown).contains(name), "{name}");
    }
    let new = |kind: &str, name: &str| {
        let lead = format!("renamed: {kind} {name} is ");
        renamed.err.lines().find_map(|line| line.strip_prefix(&lead)).unwrap_or_else(|| panic!("{lead}: {}", renamed.err)).to_owned()
    };
    let ask = |file: &str, endpoint: &str, store: &str, folder: &str| {
        let input = format!("azureml://datastores/{store}/paths/{folder}");
        let ran = canread(
            &fake,
            &Tokens::default(),
            &["check", "-n", endpoint, "--input", &input, "--at", AT, "-o", "json", "--snapshot", file],
            &[],
        );
        assert!([0, 4].contains(&ran.code), "{}", ran.err);
        ran.code
    };
    assert_eq!(ask(&place, "batch", "data", "in"), ask(&target, &new("endpoint", "batch"), &new("datastore", "data"), "zz"));
    let live = snapshot(&fake, &shown, &["--pseudonymise"]);
    assert!(live.code == 0 && !text(&shown).contains("blobdata"), "{}", live.err);
}

#[test]
fn a_live_batch_collects_what_its_lines_need() {
    let mut world = world();
    world.account("otherdata", false, "raw").datastore("other", "AzureBlob", "otherdata", "raw", "None");
    let fake = Fake::start(&world.text(), Options::default());
    let lines = fake.file("lines.jsonl");
    let line = "{\"id\":1,\"input\":\"azureml://datastores/data/paths/in\"}\nnonsense\n{\"id\":2,\"name\":\"gone\",\"input\":\"azureml:none:1\"}\n";
    std::fs::write(&lines, line).expect("a file");
    let place = lines.to_string_lossy().into_owned();
    let mut arguments = vec!["check", "-n", "batch", "--at", AT, "--batch", &place];
    arguments.extend(WORKSPACE);
    let ran = canread(&fake, &fake.tokens, &arguments, &[]);
    let answers: Vec<Value> = ran.out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!((ran.code, answers.len()), (1, 3), "{}", ran.err);
    assert_eq!((&answers[0]["verdict"], &answers[2]["verdict"]), (&"allowed".into(), &"denied".into()), "{}", ran.out);
    let log = fake.log();
    let asked = |part: &str| log.iter().any(|request| request.target.contains(part));
    assert!(asked("storageAccounts/blobdata") && !asked("otherdata") && !asked("/datastores/other"));

    std::fs::write(&lines, "{\"url\":\"https://blobdata.blob.core.windows.net/raw/in/a.csv\"}\n").expect("a file");
    let arguments = ["access", "--principal", "ana@contoso.example", "--operation", "read", "--at", AT, "--batch", &place];
    let ran = canread(&fake, &fake.tokens, &arguments, &[]);
    assert_eq!(ran.out, "{\"id\":null,\"verdict\":\"allowed\"}\n", "{}", ran.err);
}

#[test]
fn without_graph_an_object_id_is_still_one() {
    let fake = Fake::start(&world().text(), Options::default());
    let mut arguments = vec!["check", "-n", "batch", "--input", "azureml://datastores/data/paths/in", "--at", AT, "-o", "json"];
    arguments.extend(WORKSPACE);
    arguments.extend(["--as", "5d0c3b1e-0000-4000-8000-0000000000b1"]);
    let tokens = Tokens { graph: None, ..fake.tokens.clone() };
    let ran = canread(&fake, &tokens, &arguments, &[]);
    // Both read by grants of their own, so that groups decide nothing.
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let gone = canread(&fake, &tokens, &[&arguments[..arguments.len() - 1], &["5d0c3b1e-0000-4000-8000-00000000dead"]].concat(), &[]);
    // Whoever holds a grant is known not to be a group.
    assert_eq!(gone.code, 3, "{}{}", gone.out, gone.err);
}

#[test]
fn a_failed_sign_in_says_what_was_tried_and_what_each_answered() {
    let fake = Fake::start(&world().text(), Options::default());
    let file = fake.file("nowhere.toml");
    let nowhere = "https://127.0.0.1:1";
    let cloud = format!(
        "resource_manager = '{nowhere}'\nmicrosoft_graph = '{nowhere}'\nactive_directory = '{nowhere}'\nblob_endpoint = '{nowhere}/{{account}}'\n\
         dfs_endpoint = '{nowhere}/{{account}}'\n"
    );
    std::fs::write(&file, cloud).expect("a file");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_canread"));
    command.env_clear().args(["check", "-n", "batch", "--input", "azureml:a:1", "--cloud"]).arg(&file).args(WORKSPACE);
    // Nothing of the chain may leave this machine.
    command.env("AZURE_TENANT_ID", "5d0c3b1e-0000-4000-8000-0000000000aa").env("AZURE_CLIENT_ID", "5d0c3b1e-0000-4000-8000-0000000000c2");
    command
        .env("AZURE_CLIENT_SECRET", "canary-client-secret")
        .env("IDENTITY_ENDPOINT", "http://127.0.0.1:1/")
        .env("IDENTITY_HEADER", "canary-header");
    let output = command.stdin(std::process::Stdio::null()).output().expect("the program");
    let err = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(1), "{err}");
    for tried in ["  environment: ", "  workload identity: not set up", "  managed identity: ", "  az login: "] {
        assert!(err.contains(tried), "`{tried}`: {err}");
    }
    assert!(!err.contains("canary") && fake.log().is_empty(), "{err}");
}

#[test]
fn attributes_are_read_where_a_condition_asks_for_them() {
    let mut world = world();
    for line in &mut world.lines {
        if line["body"]["name"] == "a-cluster-reads" {
            line["body"]["properties"]["condition"] =
                "@Principal[Microsoft.Directory/CustomSecurityAttributes/Id:Team_Project] StringEquals 'heart'".into();
            line["body"]["properties"]["conditionVersion"] = "2.0".into();
        }
    }
    let asked = |world: &LiveWorld| {
        let fake = Fake::start(&world.text(), Options::default());
        let mut arguments = vec!["check", "-n", "batch", "--input", "azureml://datastores/data/paths/in", "--at", AT, "-o", "json"];
        arguments.extend(WORKSPACE);
        let ran = canread(&fake, &fake.tokens, &arguments, &[]);
        assert_ne!(ran.code, 1, "{}", ran.err);
        fake.log().iter().filter(|request| request.target.contains("customSecurityAttributes")).count()
    };
    assert_eq!(asked(&self::world()), 0);
    assert!(asked(&world) >= 2);
}

#[test]
fn without_resource_graph_accounts_are_still_found() {
    let reference = Fake::start(&world().text(), Options::default());
    let file = reference.file("all.jsonl");
    assert_eq!(snapshot(&reference, &file, &[]).code, 0);
    for spoil in [Spoil::Status(403, "AuthorizationFailed"), Spoil::Status(404, "NotFound")] {
        let faults = vec![Fault::always(Some(Service::Arm), "ResourceGraph", spoil)];
        let fake = Fake::start(&world().text(), Options { faults, ..Options::default() });
        let mut arguments =
            vec!["check", "-n", "batch", "--input", "https://blobdata.blob.core.windows.net/raw/in", "--at", AT, "-o", "json"];
        arguments.extend(WORKSPACE);
        let ran = canread(&fake, &fake.tokens, &arguments, &[]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let other = fake.file("all.jsonl");
        assert_eq!(snapshot(&fake, &other, &[]).code, 0);
        // Only what is above the subscription stays unknown, and says so by being left out.
        let chain = |line: &&String| !line.contains("\"kind\":\"subscription\"");
        let [found, expected] = [&other, &file].map(|file| records(file).iter().filter(chain).cloned().collect::<Vec<_>>());
        assert_eq!(found, expected);
        assert!(!text(&other).contains("management_groups"));
    }
}

#[test]
fn a_tree_that_was_cut_is_said() {
    let fake = Fake::start(&world().text(), Options::default());
    let mut arguments = vec!["check", "-n", "batch", "--input", "azureml://datastores/data/paths/in", "--at", AT, "--max-paths", "1"];
    arguments.extend(WORKSPACE);
    let mut cut = world();
    cut.folder("blobdata", "raw");
    cut.lines.push(serde_json::json!({"kind": "path", "account": "blobdata", "container": "raw", "path": "in/b.csv", "exists": true}));
    let many = Fake::start(&cut.text(), Options::default());
    let said = |fake: &Fake| canread(fake, &fake.tokens, &arguments, &[]).err.contains("only the first 1 paths were read");
    assert_eq!((said(&fake), said(&many)), (false, true));
}

#[test]
fn nothing_but_web_pages_is_nothing_at_all() {
    let fake = Fake::start(&world().text(), Options { faults: vec![Fault::always(None, "", Spoil::Html)], ..Options::default() });
    let mut arguments = vec!["check", "-n", "batch", "--input", "azureml:a:1", "--at", AT];
    arguments.extend(WORKSPACE);
    let ran = canread(&fake, &fake.tokens, &arguments, &[]);
    assert!(ran.code == 1 && ran.err.contains("nothing could be collected"), "{} {}", ran.code, ran.err);
}

#[test]
fn a_label_is_followed_where_the_asset_itself_cannot_be_read() {
    let mut world = world();
    world.asset("set", "1", "azureml://datastores/gone/paths/in/").asset("set", "2", "azureml://datastores/data/paths/in/");
    for spoil in [Spoil::Status(403, "AuthorizationFailed"), Spoil::Status(404, "ResourceNotFound")] {
        let faults = vec![Fault::always(Some(Service::Arm), "data/set?", spoil)];
        let fake = Fake::start(&world.text(), Options { faults, ..Options::default() });
        let mut arguments = vec!["check", "-n", "batch", "--input", "azureml:set@latest", "--at", AT, "-o", "json"];
        arguments.extend(WORKSPACE);
        let ran = canread(&fake, &fake.tokens, &arguments, &[]);
        assert!([0, 4].contains(&ran.code), "{}", ran.err);
        let log = fake.log();
        assert!(
            log.iter().any(|request| request.target.contains("storageAccounts/blobdata/providers/")),
            "what the asset leads to is not collected"
        );
        assert!(!log.iter().any(|request| request.target.contains("datastores/gone")));
    }
}
