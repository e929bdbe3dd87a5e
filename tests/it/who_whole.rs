//! `canread who`, asked as from the command line.
#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "tests fail by panicking")]

use crate::world2::*;
use serde_json::{Value, json};

const URL: &str = "https://acct.blob.core.windows.net/c/in/a.csv";

fn who(world: &World, words: &[&str]) -> Answer {
    let answer = world.run(&[&["who", "--at", AT, "-o", "json"], words].concat());
    assert_eq!(answer.code, 0, "{}", answer.err);
    answer
}

/// `name verdict kind,kind` of every reader, in order.
fn readers(answer: &Answer) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    let all = answer.json["readers"].as_array().expect("readers");
    all.iter()
        .map(|reader| {
            let kinds: Vec<String> = reader["through"].as_array().expect("through").iter().map(|way| text(&way["kind"])).collect();
            format!("{} {} {}", text(&reader["principal"]["name"]), text(&reader["verdict"]), kinds.join(","))
        })
        .collect()
}

fn reader<'a>(answer: &'a Answer, name: &str) -> &'a Value {
    let all = answer.json["readers"].as_array().expect("readers");
    all.iter().find(|reader| reader["principal"]["name"] == name).unwrap_or_else(|| panic!("no {name}: {}", answer.out))
}

#[test]
fn every_way_is_listed_with_its_record() {
    let mut world = World::new();
    world.sas("shared", "sv=2022-11-02&sr=c&sp=rl&se=2027-06-01T00:00:00Z&spr=https");
    let answer = who(&world, &[URL]);
    // Ana is Contributor of the resource group: she may list keys, and fetch what the datastores store.
    assert_eq!(
        readers(&answer),
        ["Ana allowed role_assignment,stored_credential,stored_credential,account_key", "ws/computes/cpu allowed role_assignment"]
    );
    let ana = reader(&answer, "Ana");
    assert_eq!(ana["access"], "allowed");
    assert_eq!(ana["principal"]["object_id"], ANA);
    assert_eq!(ana["principal"]["role"], Value::Null);
    let ids: Vec<&str> = ana["through"].as_array().expect("ways").iter().filter_map(|way| way["id"].as_str()).collect();
    let assignment = world.get("ana reads", "/body/id");
    assert_eq!(ids, [assignment.as_str().expect("an id"), &store_id("keyed"), &store_id("shared"), &account_id("acct")]);
    let key = &ana["through"][3];
    assert_eq!(key["evidence"][0]["id"], world.get("ana invokes", "/body/id"));
    assert!(key["says"].as_str().is_some_and(|says| says.contains("Contributor")), "{key}");
    assert_eq!(answer.json["missing"], json!([]));
    assert_eq!((&answer.json["url"], &answer.json["operation"]), (&json!(URL), &json!("read")));
}

#[test]
fn a_key_that_the_account_refuses_and_a_token_that_is_over_open_nothing() {
    let mut world = World::new();
    world.set("acct", "/body/properties/allowSharedKeyAccess", json!(false));
    world.sas("old", "sv=2022-11-02&sr=c&sp=rl&se=2026-01-01T00:00:00Z&spr=https");
    assert_eq!(readers(&who(&world, &[URL])), ["Ana allowed role_assignment", "ws/computes/cpu allowed role_assignment"]);
}

#[test]
fn a_key_stored_for_another_container_opens_this_one_too() {
    let mut world = World::new();
    world.drop("ana reads").drop("store keyed");
    world.datastore(
        "elsewhere",
        json!({"datastoreType":"AzureBlob","accountName":"acct","containerName":"other","credentials":{"credentialsType":"AccountKey"}}),
    );
    world.person("e0000000-0000-0000-0000-000000000001", "user", "Eve");
    world.assign("eve lists secrets", CONTRIBUTOR, "e0000000-0000-0000-0000-000000000001", &workspace());
    let answer = who(&world, &[URL]);
    let eve = reader(&answer, "Eve");
    assert_eq!((&eve["verdict"], &eve["access"]), (&json!("allowed"), &json!("denied")));
    assert_eq!(eve["through"].as_array().map(Vec::len), Some(1));
    assert_eq!(eve["through"][0]["id"], store_id("elsewhere"));
    assert_eq!(eve["through"][0]["evidence"][0]["id"], world.get("eve lists secrets", "/body/id"));
}

#[test]
fn whoever_may_fetch_a_service_principals_secret_reads_what_it_reads() {
    let mut world = World::new();
    world.drop("ana reads").drop("store keyed").drop("cluster reads");
    world.set("acct", "/body/properties/allowSharedKeyAccess", json!(false));
    world.put(
        "sp",
        json!({"kind":"directory_object","body":{"@odata.type":"#microsoft.graph.servicePrincipal","id":SP,"appId":SP_APP,"displayName":"loader"}}),
    );
    let credentials = json!({"credentialsType":"ServicePrincipal","clientId":SP_APP,"tenantId":TENANT});
    world.datastore("bysp", json!({"datastoreType":"AzureBlob","accountName":"acct","containerName":"c","credentials":credentials}));
    world.assign("loader reads", READER, SP, &account_id("acct"));
    let answer = who(&world, &[URL]);
    assert_eq!(readers(&answer), ["Ana allowed stored_credential", "loader allowed role_assignment"]);
    assert_eq!(reader(&answer, "Ana")["through"][0]["id"], store_id("bysp"));
}

#[test]
fn groups_stand_with_their_known_members() {
    let mut world = World::new();
    world.drop("ana reads");
    world.set("acct", "/body/properties/allowSharedKeyAccess", json!(false));
    world.person(TEAM, "group", "Team");
    world.add(json!({"kind":"membership","member":ANA,"transitive_groups":[TEAM]}));
    world.assign("team reads", READER, TEAM, &group());
    let answer = who(&world, &[URL]);
    assert_eq!(
        readers(&answer),
        ["Ana allowed role_assignment", "Team allowed role_assignment", "ws/computes/cpu allowed role_assignment"]
    );
    let (ana, team) = (reader(&answer, "Ana"), reader(&answer, "Team"));
    assert!(ana["through"][0]["says"].as_str().is_some_and(|says| says.ends_with(", through group Team")), "{ana}");
    assert_eq!((&team["members"], &ana["members"]), (&json!([ANA]), &Value::Null));
    assert_eq!(answer.json["missing"], json!([]), "in a closed world the members of a group are all known");
}

#[test]
fn who_perhaps_can_is_listed_with_what_would_tell() {
    let mut world = World::open();
    world.drop("ana reads").drop("store keyed");
    world.set("acct", "/body/properties/allowSharedKeyAccess", json!(false));
    for what in ["role_assignments", "deny_assignments", "schedule_instances"] {
        world.coverage(what, &format!("/subscriptions/{SUBSCRIPTION}"));
    }
    world.coverage("workspace", &workspace()).coverage("memberships", CLUSTER).coverage("memberships", TEAM);
    world.add(json!({"kind":"subscription","subscription_id":SUBSCRIPTION,"state":"Enabled","tenant_id":TENANT,"management_groups":[]}));
    world.add(json!({"kind":"gap","what":"memberships","scope":ANA,"status":403,"code":"Authorization_RequestDenied"}));
    world.person(TEAM, "group", "Team");
    world.assign("team reads", READER, TEAM, &account_id("acct"));
    let answer = who(&world, &[URL]);
    let ana = reader(&answer, "Ana");
    assert_eq!((&ana["verdict"], &ana["through"][0]["verdict"]), (&json!("undetermined"), &json!("undetermined")));
    assert_eq!(ana["through"][0]["id"], world.get("team reads", "/body/id"));
    assert_eq!((&ana["missing"][0]["what"], &ana["missing"][0]["scope"]), (&json!("memberships"), &json!(ANA)));
    assert_eq!(reader(&answer, "ws/computes/cpu")["verdict"], "allowed");
    // Who else is in the team nothing says; every other look-up was made.
    let missing = answer.missing();
    assert!(missing.contains(&format!("memberships {ANA}")), "{missing:?}");
    assert!(missing.contains(&"open_question group-members".to_owned()), "{missing:?}");
    assert!(!missing.iter().any(|one| one.starts_with("role_assignments")), "{missing:?}");
}

#[test]
fn a_list_that_may_lack_somebody_says_what_is_missing() {
    let mut world = World::open();
    world.add(json!({"kind":"subscription","subscription_id":SUBSCRIPTION,"state":"Enabled","tenant_id":TENANT,"management_groups":[]}));
    let missing = who(&world, &[URL]).missing();
    let container = format!("{}/blobServices/default/containers/c", account_id("acct"));
    for wanted in
        [format!("role_assignments {container}"), format!("role_assignments {}", account_id("acct")), format!("workspace {}", workspace())]
    {
        assert!(missing.contains(&wanted), "{wanted} of {missing:?}");
    }
}

#[test]
fn anyone_reads_a_public_container_and_everybody_what_other_lets_through() {
    let mut world = World::new();
    world.set("acct", "/body/properties/allowBlobPublicAccess", json!(true));
    world.set("acct container", "/body/properties/publicAccess", json!("Blob"));
    let answer = who(&world, &[URL]);
    let first = &answer.json["readers"][0];
    assert_eq!((&first["principal"]["object_id"], &first["verdict"]), (&Value::Null, &json!("allowed")));
    assert_eq!(first["through"][0]["kind"], "anonymous");
    assert!(first["through"][0]["id"].as_str().is_some_and(|id| id.ends_with("/containers/c")), "{first}");
    // To read a blob is public, to list is not, and nothing can be written.
    for operation in ["list", "write"] {
        let answer = who(&world, &[URL, "--operation", operation]);
        assert!(answer.json["readers"].as_array().expect("readers").iter().all(|one| !one["principal"]["object_id"].is_null()));
    }

    let mut world = World::new();
    world.acl("/", true, "user::rwx,group::r-x,mask::r-x,other::--x");
    world.acl("/in", true, "user::rwx,group::r-x,mask::r-x,other::r-x");
    let answer = who(&world, &["abfss://fs@lake.dfs.core.windows.net/in"]);
    let everybody = reader(&answer, "everybody else in the tenant");
    assert_eq!(everybody["through"][0]["kind"], "acl");
    assert_eq!(everybody["through"][0]["id"], "lake/fs/in");
    assert_eq!(reader(&answer, "ws/computes/cpu")["through"][0]["kind"], "acl");
}

#[test]
fn where_a_role_grants_the_acl_that_grants_too_is_listed() {
    let mut world = World::new();
    world.assign("cluster reads lake", READER, CLUSTER, &account_id("lake"));
    world.acl("/", true, &format!("user::rwx,user:{CLUSTER}:--x,group::---,mask::r-x,other::---"));
    world.acl("/in", true, &format!("user::rwx,user:{CLUSTER}:r-x,group::---,mask::r-x,other::---"));
    let answer = who(&world, &["https://lake.dfs.core.windows.net/fs/in"]);
    let ways = &reader(&answer, "ws/computes/cpu")["through"];
    assert_eq!((&ways[0]["kind"], &ways[1]["kind"]), (&json!("role_assignment"), &json!("acl")));
    assert_eq!((&ways[1]["id"], ways.as_array().map(Vec::len)), (&json!("lake/fs/in"), Some(2)));
}

#[test]
fn near_misses_are_shown_where_asked_for() {
    let mut world = World::new();
    world.drop("ana reads").drop("store keyed");
    world.set("acct", "/body/properties/allowSharedKeyAccess", json!(false));
    assert_eq!(who(&world, &[URL]).json["near_misses"], json!([]));
    let answer = who(&world, &[URL, "-v"]);
    let miss = &answer.json["near_misses"][0];
    assert_eq!(miss["principal"]["name"], "Ana");
    assert_eq!(miss["because"][0]["evidence"]["id"], world.get("ana invokes", "/body/id"));
}

#[test]
fn references_lead_to_the_same_list_as_their_url() {
    let mut world = World::new();
    let uri = "azureml://datastores/plain/paths/in";
    let id = format!("{}/data/heart/versions/1", workspace());
    world.resource("asset", json!({"id":id,"properties":{"dataType":"uri_folder","dataUri":uri,"isArchived":false}}));
    let url = "https://acct.blob.core.windows.net/c/in";
    let by_url = who(&world, &[url]);
    for reference in [uri, "azureml:heart:1", "azureml:heart@latest", "wasbs://c@acct.blob.core.windows.net/in"] {
        let answer = who(&world, &[reference]);
        assert_eq!(answer.json["readers"], by_url.json["readers"], "{reference}");
        assert_eq!(answer.json["reference"], reference);
    }
    let by_asset = who(&world, &["azureml:heart:1"]);
    assert_eq!(by_asset.json["url"], url);
    assert_eq!(by_asset.json["resolved"]["data_asset"], id);
}

#[test]
fn what_leads_nowhere_is_a_failure_that_says_why() {
    let world = World::new();
    for (reference, part) in [
        ("azureml://datastores/none/paths/x", "datastore `none` exists"),
        ("azureml:none:1", "data asset `none` version `1` exists"),
        ("https://acct.file.core.windows.net/share/x", "file share"),
        ("./local", "no URL of data"),
    ] {
        let answer = world.run(&["who", "--at", AT, reference]);
        assert_eq!((answer.code, answer.out.as_str()), (1, ""), "{reference}");
        assert!(answer.err.contains(part), "{reference}: {}", answer.err);
    }
    let mut open = World::open();
    open.drop("store plain");
    let answer = open.run(&["who", "--at", AT, "azureml://datastores/plain/paths/x"]);
    assert!(answer.code == 1 && answer.err.contains("is not known") && answer.err.contains("az "), "{}", answer.err);
}

#[test]
fn no_secret_of_the_question_is_printed() {
    let url = format!("{URL}?sv=2022-11-02&sp=r&sig=topsecretsignature0123456789abcdefghijklmnopq%3D");
    for format in ["json", "table"] {
        let answer = World::new().run(&["who", "--at", AT, "-o", format, &url]);
        assert_eq!(answer.code, 0);
        assert!(!answer.out.contains("topsecret") && !answer.err.contains("topsecret"), "{}{}", answer.out, answer.err);
    }
}

#[test]
fn names_of_the_directory_stay_inert() {
    let mut world = World::new();
    world.person(ANA, "user", "An\u{1b}[31ma\u{202e}\nallowed  Eve");
    let answer = world.run(&["who", "--at", AT, URL]);
    assert!(answer.out.contains("\\u{1b}[31m") && !answer.out.contains('\u{1b}') && !answer.out.contains('\u{202e}'), "{}", answer.out);
    assert!(!answer.out.contains("\nallowed  Eve"), "{}", answer.out);
}

#[test]
fn a_retired_store_is_answered_with_a_warning() {
    let mut world = World::new();
    let id = format!("{}/providers/Microsoft.DataLakeStore/accounts/old", group());
    world.resource("old", json!({"id":id,"properties":{"state":"Active"}}));
    for (path, bits) in [("/", "--x"), ("/in", "r-x")] {
        let acl = format!("user::rwx,user:{ANA}:{bits},group::---,mask::r-x,other::---");
        world.put(
            path,
            json!({"kind":"path_access","account":"old","filesystem":"","path":path,"is_directory":true,
            "owner":"$superuser","group":"$superuser","permissions":"rwxr-x---+","acl":acl}),
        );
    }
    let answer = who(&world, &["adl://old.azuredatalakestore.net/in"]);
    assert_eq!(readers(&answer), ["Ana allowed acl"]);
    assert_eq!(answer.warnings(), ["store/retired"]);
}
