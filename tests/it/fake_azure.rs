//! The fake answers as Azure does: otherwise tests against it would prove nothing.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "helpers of tests fail by panicking")]

use crate::fake::{Fake, Fault, Options, Service, Spoil};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

const SUBSCRIPTION: &str = "11111111-1111-1111-1111-111111111111";
const GROUP: &str = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg";

fn world() -> String {
    let account = format!("{GROUP}/providers/Microsoft.Storage/storageAccounts/lake");
    let assignment = |name: &str, scope: &str, principal: &str| {
        json!({"kind": "role_assignment", "body": {"id": format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{name}"), "name": name,
            "properties": {"scope": scope, "principalId": principal, "roleDefinitionId": "/providers/Microsoft.Authorization/roleDefinitions/r"}}})
    };
    let acl = |path: &str| {
        json!({"kind": "path_access", "account": "lake", "filesystem": "fs", "path": path, "is_directory": true, "owner": "$superuser",
            "group": "$superuser", "permissions": "rwxr-x---", "acl": "user::rwx,group::r-x,other::---"})
    };
    let lines = [
        json!({"kind": "snapshot", "version": 1, "tenant_id": "t", "signed_in": {"object_id": "ana", "name": "ana@contoso.example"}}),
        json!({"kind": "subscription", "subscription_id": SUBSCRIPTION, "state": "Enabled", "tenant_id": "t", "management_groups": ["dev", "top"]}),
        json!({"kind": "resource", "body": {"id": account, "name": "lake", "type": "Microsoft.Storage/storageAccounts", "properties": {"isHnsEnabled": true}}}),
        json!({"kind": "resource", "body": {"id": format!("{account}/blobServices/default/containers/fs"), "name": "fs", "properties": {"publicAccess": "None"}}}),
        assignment("at-top", "/providers/Microsoft.Management/managementGroups/top", "g"),
        assignment("at-group", GROUP, "ana"),
        assignment("below", &account, "bo"),
        assignment("elsewhere", "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg-2", "ana"),
        json!({"kind": "membership", "member": "ana", "transitive_groups": ["g"]}),
        json!({"kind": "directory_object", "body": {"@odata.type": "#microsoft.graph.user", "id": "ana", "userPrincipalName": "ana@contoso.example"}}),
        acl("/"),
        acl("/a"),
        acl("/a/b"),
        json!({"kind": "coverage", "what": "everything"}),
    ];
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// Status, head and body of one request over a plain socket.
fn ask(fake: &Fake, service: Service, method: &str, target: &str, body: &str) -> (u16, String, String) {
    let token = match service {
        Service::Arm => &fake.tokens.arm,
        Service::Graph => &fake.tokens.graph,
        Service::Dfs | Service::Blob | Service::Foreign => &fake.tokens.storage,
    };
    let host = fake.origin(service).trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(&host).expect("the fake listens");
    let length = body.len();
    let token = token.as_deref().unwrap_or_default();
    write!(stream, "{method} {target} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\nx-ms-version: 2023-11-03\r\ncontent-length: {length}\r\n\r\n{body}")
        .expect("the fake reads");
    stream.set_read_timeout(Some(Duration::from_millis(300))).expect("a time limit");
    let mut bytes = Vec::new();
    // The connection stays open: what came until the limit is the answer.
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_default();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    (status, head.to_owned(), body.to_owned())
}

fn names(body: &str) -> Vec<String> {
    let body: Value = serde_json::from_str(body).expect("JSON");
    let rows = body["value"].as_array().cloned().unwrap_or_default();
    rows.iter().map(|row| row["name"].as_str().or(row.as_str()).unwrap_or_default().to_owned()).collect()
}

fn assignments(fake: &Fake, scope: &str, filter: &str) -> Vec<String> {
    let target = format!("{scope}/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01{filter}");
    names(&ask(fake, Service::Arm, "GET", &target, "").2)
}

#[test]
fn assignments_are_listed_at_above_and_below_a_scope() {
    let fake = Fake::start(&world(), Options::default());
    assert_eq!(assignments(&fake, GROUP, ""), ["at-top", "at-group", "below"]);
    assert_eq!(assignments(&fake, GROUP, "&$filter=atScope()"), ["at-top", "at-group"]);
    assert_eq!(assignments(&fake, GROUP, "&$filter=principalId%20eq%20'ana'"), ["at-group"]);
    assert_eq!(assignments(&fake, GROUP, "&$filter=assignedTo('ana')"), ["at-top", "at-group"]);
    assert_eq!(assignments(&fake, "/providers/Microsoft.Management/managementGroups/DEV", "&$filter=atScope()"), ["at-top"]);
    assert_eq!(fake.listeners(), 5);
}

#[test]
fn lists_are_paged_within_their_origin() {
    let fake = Fake::start(&world(), Options { page_size: Some(2), ..Options::default() });
    let target = format!("{GROUP}/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01");
    let (_, _, body) = ask(&fake, Service::Arm, "GET", &target, "");
    assert_eq!(names(&body), ["at-top", "at-group"]);
    let body: Value = serde_json::from_str(&body).expect("JSON");
    let next = body["nextLink"].as_str().expect("another page");
    let target = next.strip_prefix(&fake.origin(Service::Arm)).expect("of the same origin");
    let (_, _, body) = ask(&fake, Service::Arm, "GET", target, "");
    assert_eq!(names(&body), ["below"]);
    assert!(!body.contains("nextLink"), "{body}");
}

#[test]
fn the_resource_manager_is_strict_about_paths_versions_and_tokens() {
    let fake = Fake::start(&world(), Options { unguarded: true, ..Options::default() });
    let account = format!("{GROUP}/PROVIDERS/microsoft.storage/STORAGEACCOUNTS/LAKE");
    assert_eq!(ask(&fake, Service::Arm, "GET", &account, "").0, 400);
    assert_eq!(ask(&fake, Service::Arm, "GET", &format!("{account}?api-version=1"), "").0, 200);
    assert_eq!(ask(&fake, Service::Arm, "GET", &format!("/{account}?api-version=1"), "").0, 404);
    assert_eq!(ask(&fake, Service::Arm, "PUT", &format!("{account}?api-version=1"), "").0, 405);
    let list = format!("{GROUP}/providers/Microsoft.Storage/storageAccounts/lake/blobServices/default/containers?api-version=1");
    assert_eq!(names(&ask(&fake, Service::Arm, "GET", &list, "").2), ["fs"]);
    let mine = fake.log().iter().all(|request| request.authorization.ends_with("canary-token-arm-0000"));
    assert!(mine, "{:?}", fake.log());
}

#[test]
fn graph_knows_members_and_objects() {
    let fake = Fake::start(&world(), Options { unguarded: true, ..Options::default() });
    let (status, _, body) =
        ask(&fake, Service::Graph, "POST", "/v1.0/directoryObjects/ana/getMemberGroups", "{\"securityEnabledOnly\":true}");
    assert_eq!((status, names(&body)), (200, vec!["g".to_owned()]));
    let (_, _, body) = ask(&fake, Service::Graph, "POST", "/v1.0/directoryObjects/getByIds", "{\"ids\":[\"ana\",\"nobody\"]}");
    assert!(body.contains("ana@contoso.example"), "{body}");
    assert_eq!(ask(&fake, Service::Graph, "GET", "/v1.0/users/bo@contoso.example", "").0, 404);
    let batch = "{\"requests\":[{\"id\":\"1\",\"method\":\"GET\",\"url\":\"/users/ana@contoso.example\"}]}";
    let (_, _, body) = ask(&fake, Service::Graph, "POST", "/v1.0/$batch", batch);
    let body: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!((&body["responses"][0]["status"], &body["responses"][0]["body"]["id"]), (&json!(200), &json!("ana")));
}

#[test]
fn access_control_comes_in_headers_and_path_lists_continue() {
    let fake = Fake::start(&world(), Options { page_size: Some(1), ..Options::default() });
    let (status, head, _) = ask(&fake, Service::Dfs, "HEAD", "/lake/fs/a?action=getAccessControl&upn=false", "");
    assert_eq!(status, 200);
    assert!(head.contains("x-ms-acl: user::rwx,group::r-x,other::---") && head.contains("x-ms-owner: $superuser"), "{head}");
    let (status, head, _) = ask(&fake, Service::Dfs, "HEAD", "/lake/fs/zzz?action=getAccessControl", "");
    assert_eq!(status, 403, "neither recorded nor covered: {head}");
    let (_, head, body) = ask(&fake, Service::Dfs, "GET", "/lake/fs?resource=filesystem&recursive=true", "");
    assert!(head.contains("x-ms-continuation: 1") && body.contains("\"name\":\"a\""), "{head} {body}");
    let (_, head, body) = ask(&fake, Service::Dfs, "GET", "/lake/fs?resource=filesystem&recursive=true&continuation=1", "");
    assert!(!head.contains("x-ms-continuation") && body.contains("\"name\":\"a/b\""), "{head} {body}");
}

#[test]
fn faults_strike_where_and_as_often_as_told() {
    let faults = vec![
        Fault::always(Some(Service::Arm), "denyAssignments", Spoil::Status(403, "AuthorizationFailed")),
        Fault::always(None, "roleAssignments", Spoil::RetryAfter(429, 1)).times(1),
        Fault::always(None, "roleDefinitions", Spoil::Truncated),
        Fault::always(None, "roleEligibility", Spoil::Reset),
    ];
    let fake = Fake::start(&world(), Options { faults, ..Options::default() });
    let at = |kind: &str| format!("{GROUP}/providers/Microsoft.Authorization/{kind}?api-version=2022-04-01");
    let (status, _, body) = ask(&fake, Service::Arm, "GET", &at("denyAssignments"), "");
    assert_eq!(status, 403);
    assert!(body.contains("AuthorizationFailed"), "{body}");
    let (status, head, _) = ask(&fake, Service::Arm, "GET", &at("roleAssignments"), "");
    assert_eq!(status, 429);
    assert!(head.contains("retry-after: 1"), "{head}");
    assert_eq!(ask(&fake, Service::Arm, "GET", &at("roleAssignments"), "").0, 200);
    let (_, head, body) = ask(&fake, Service::Arm, "GET", &at("roleDefinitions"), "");
    assert!(head.contains("content-length: 12") && body.len() == 6, "{head} {body}");
    assert_eq!(ask(&fake, Service::Arm, "GET", &at("roleEligibilityScheduleInstances"), "").0, 0);
}
