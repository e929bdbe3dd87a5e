//! The Azure crates of the 0.21 line behind the bridge: pages, records as they came, fences, silence.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "helpers of tests fail by panicking")]

use crate::fake::{Fake, Fault, Options, Service, Spoil};
use crate::live_carrier::{carrier, wait};
use canread::collect::{AuthorizationList, AuthorizationSource, Listed, TypedAuthorization};
use serde_json::{Value, json};
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

const GROUP: &str = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg";
const LISTS: [(AuthorizationList, &str); 5] = [
    (AuthorizationList::RoleAssignments, "roleAssignments"),
    (AuthorizationList::RoleDefinitions, "roleDefinitions"),
    (AuthorizationList::DenyAssignments, "denyAssignments"),
    (AuthorizationList::ActiveInstances, "roleAssignmentScheduleInstances"),
    (AuthorizationList::EligibleInstances, "roleEligibilityScheduleInstances"),
];

/// Three records of each kind, one of them with members that the crate's models do not know or cannot read.
fn world() -> String {
    let mut lines = vec![json!({"kind": "snapshot", "version": 1, "tenant_id": "t", "signed_in": {"object_id": "ana"}})];
    let kinds = [
        "role_assignment",
        "role_definition",
        "deny_assignment",
        "role_assignment_schedule_instance",
        "role_eligibility_schedule_instance",
    ];
    for (kind, (_, provider)) in kinds.into_iter().zip(LISTS) {
        for name in ["a", "b", "c"] {
            let id = format!("{GROUP}/providers/Microsoft.Authorization/{provider}/{name}");
            let mut properties = json!({"scope": GROUP, "principalId": "ana", "roleDefinitionId": "r", "assignableScopes": ["/"],
                "permissions": [{"actions": ["*"], "notActions": [], "dataActions": [], "notDataActions": [], "condition": "true", "conditionVersion": "2.0"}],
                "newlyInvented": {"deep": [1]}});
            if name == "b" {
                properties["createdOn"] = json!("long ago");
                properties["condition"] = Value::Null;
                properties["principalType"] = json!("Robot");
            }
            lines.push(json!({"kind": kind, "body": {"id": id, "name": name, "properties": properties}}));
        }
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn client(fake: &Fake) -> TypedAuthorization {
    TypedAuthorization::new(carrier(fake), fake.origin(Service::Arm).parse().expect("a URL"))
}

fn list(fake: &Fake, list: AuthorizationList, scope: &str, filter: Option<&str>) -> Listed {
    wait(client(fake).list(list, scope, filter))
}

fn records(listed: &Listed) -> Vec<Value> {
    listed.pages.iter().flat_map(|page| page["value"].as_array().cloned().unwrap_or_default()).collect()
}

fn code(listed: &Listed) -> &str {
    listed.trouble.as_ref().map_or("", |trouble| trouble.code.as_str())
}

#[test]
fn every_list_comes_whole_and_as_it_was_sent() {
    for page_size in [None, Some(1), Some(2)] {
        let fake = Fake::start(&world(), Options { page_size, ..Options::default() });
        for (kind, provider) in LISTS {
            let listed = list(&fake, kind, GROUP, None);
            assert_eq!(listed.trouble, None, "{provider} {page_size:?}");
            let records = records(&listed);
            let names: Vec<&str> = records.iter().filter_map(|record| record["name"].as_str()).collect();
            assert_eq!(names, ["a", "b", "c"], "{provider} {page_size:?}");
            assert!(records.iter().all(|record| record["properties"]["newlyInvented"]["deep"][0] == 1), "{provider}");
            assert!(records.iter().all(|record| record["properties"]["permissions"][0]["condition"] == "true"), "{provider}");
        }
        assert!(fake.log().iter().all(|request| request.method == "GET" && !request.target.starts_with("//")));
        assert!(fake.log().iter().all(|request| request.authorization.ends_with("canary-token-arm-0000")));
    }
}

#[test]
fn filters_and_the_root_reach_the_service() {
    let fake = Fake::start(&world(), Options::default());
    assert_eq!(records(&list(&fake, AuthorizationList::RoleAssignments, GROUP, Some("principalId eq 'bo'"))).len(), 0);
    assert_eq!(records(&list(&fake, AuthorizationList::RoleAssignments, GROUP, Some("atScope()"))).len(), 3);
    let root = list(&fake, AuthorizationList::RoleAssignments, "/", None);
    assert_eq!((root.trouble, root.pages.len()), (None, 1));
    let asked = fake.log().last().map(|request| request.target.clone());
    assert_eq!(asked.as_deref(), Some("/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01"));
}

#[test]
fn one_definition_is_asked_by_its_name() {
    let fake = Fake::start(&world(), Options::default());
    let found = wait(client(&fake).role_definition(GROUP, "b")).expect("the definition");
    assert_eq!(found["properties"]["createdOn"], "long ago");
    let missing = wait(client(&fake).role_definition(GROUP, "zzz")).expect_err("no such definition");
    assert_eq!(missing.status, Some(404));
}

#[test]
fn a_failed_list_is_never_an_empty_one() {
    let cases = [
        (Spoil::Status(401, "AuthenticationFailed"), "AuthenticationFailed"),
        (Spoil::Status(403, "AuthorizationFailed"), "AuthorizationFailed"),
        (Spoil::Status(404, "SubscriptionNotFound"), "SubscriptionNotFound"),
        (Spoil::Status(503, "ServerBusy"), "ServerBusy"),
        (Spoil::RetryAfter(429, 1), "TooManyRequests"),
        (Spoil::Expired, "ExpiredAuthenticationToken"),
        (Spoil::Reset, "Network"),
        (Spoil::Truncated, "Network"),
        (Spoil::Html, "NotJson"),
        (Spoil::NotJson, "NotJson"),
        (Spoil::NoValue, "NoValue"),
        (Spoil::NullValue, "NoValue"),
        (Spoil::EndlessPages, "EndlessPages"),
        (Spoil::ForeignPage, "ForeignLink"),
        (Spoil::Redirect, "Redirect"),
    ];
    for (spoil, expected) in cases {
        let what = format!("{spoil:?}");
        let fake = Fake::start(&world(), Options { faults: vec![Fault::always(None, "", spoil)], ..Options::default() });
        for (kind, provider) in LISTS {
            let listed = list(&fake, kind, GROUP, None);
            assert_eq!(code(&listed), expected, "{provider} {what}: {:?}", listed.trouble);
        }
        assert!(fake.log().iter().all(|request| request.service == Service::Arm), "{what}: a token went to another origin");
    }
}

#[test]
fn a_list_that_never_ends_is_cut() {
    let fake = Fake::start(&world(), Options { faults: vec![Fault::always(None, "", Spoil::FreshPages)], ..Options::default() });
    let listed = list(&fake, AuthorizationList::DenyAssignments, GROUP, None);
    assert_eq!((code(&listed), fake.log().len()), ("EndlessPages", 1_000));
}

#[test]
fn pages_before_a_failure_are_kept_beside_it() {
    let faults = vec![Fault::always(None, "skiptoken=2", Spoil::Status(403, "AuthorizationFailed"))];
    let fake = Fake::start(&world(), Options { page_size: Some(1), faults, ..Options::default() });
    let listed = list(&fake, AuthorizationList::DenyAssignments, GROUP, None);
    assert_eq!((records(&listed).len(), code(&listed)), (2, "AuthorizationFailed"));
}

/// Everything that was logged.
#[derive(Clone, Default)]
struct Journal(Arc<Mutex<Vec<u8>>>);

impl Write for Journal {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What `work` logs at the lowest level.
pub(crate) fn journal_of(work: impl FnOnce()) -> String {
    let journal = Journal::default();
    let writer = journal.clone();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone()).finish();
    tracing::subscriber::with_default(subscriber, work);
    let bytes = journal.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn nothing_of_the_old_crates_is_logged_and_the_carrier_still_is() {
    let fake = Fake::start(&world(), Options { page_size: Some(1), ..Options::default() });
    let journal = journal_of(|| {
        let listed = list(&fake, AuthorizationList::RoleAssignments, GROUP, None);
        assert_eq!(records(&listed).len(), 3);
    });
    assert_eq!(journal.matches("the carrier sends a request").count(), 3, "{journal}");
    assert!(!journal.contains("canary") && !journal.contains("placeholder") && !journal.contains("azure_core"), "{journal}");
}
