//! Every fault at every look-up: nothing of it turns a verdict into another one, only into "not known"; and it ends in time.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "helpers of tests fail by panicking")]

use crate::fake::{Fault, Logged, Memory, Options, Retype, Service, Spoil};
use crate::live_ask::Ask;
use crate::live_counts::kinds;
use crate::live_world::LiveWorld;
use canread::eval::Verdict;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// On the paused clock.
const LIMIT: Duration = Duration::from_secs(60);

fn spoils() -> Vec<Spoil> {
    vec![
        Spoil::Status(401, "AuthenticationFailed"),
        Spoil::Expired,
        Spoil::Status(403, "AuthorizationFailed"),
        Spoil::Status(404, "ResourceNotFound"),
        Spoil::Page(404),
        Spoil::Status(404, "SubscriptionNotFound"),
        Spoil::Status(429, "TooManyRequests"),
        Spoil::RetryAfter(429, 1),
        Spoil::RetryAfter(429, 600),
        Spoil::RetryAfter(503, 2),
        Spoil::Status(500, "InternalServerError"),
        Spoil::Page(502),
        Spoil::Reset,
        Spoil::Truncated,
        Spoil::Stalled,
        Spoil::Slow(Duration::from_secs(90)),
        Spoil::Html,
        Spoil::NotJson,
        Spoil::NoValue,
        Spoil::NullValue,
        Spoil::Body(""),
        Spoil::Body("null"),
        Spoil::Body("[]"),
        Spoil::Body("{\"value\":{}}"),
        Spoil::Body("{\"value\":[null]}"),
        Spoil::Body("{\"value\":[{}]}"),
        Spoil::Body("{\"value\":[\"text\"]}"),
        Spoil::Retyped(Retype::TextToNumber),
        Spoil::Retyped(Retype::FlagToText),
        Spoil::Retyped(Retype::NumberToText),
        Spoil::Retyped(Retype::ObjectToList),
        Spoil::Retyped(Retype::ListToObject),
        Spoil::OddKeys,
        Spoil::NoProperties,
        Spoil::EndlessPages,
        Spoil::FreshPages,
        Spoil::ForeignPage,
        Spoil::Redirect,
    ]
}

/// One of each way to go wrong: nothing came, half came, another thing came.
fn few() -> Vec<Spoil> {
    vec![
        Spoil::Status(403, "AuthorizationFailed"),
        Spoil::Page(404),
        Spoil::Retyped(Retype::TextToNumber),
        Spoil::OddKeys,
        Spoil::NoProperties,
        Spoil::EndlessPages,
    ]
}

/// A service that says that one thing does not exist is believed.
fn says_absent(request: &Logged, spoil: &Spoil) -> bool {
    let target = request.target.to_ascii_lowercase();
    let one_resource = request.service == Service::Arm
        && request.method == "GET"
        && !target.contains("microsoft.authorization")
        && target
            .split('?')
            .next()
            .is_some_and(|path| path.rsplit_once("/providers/").is_some_and(|(_, rest)| rest.split('/').count() % 2 == 1));
    matches!(spoil, Spoil::Status(404, "ResourceNotFound")) && (one_resource || request.method == "HEAD")
}

/// Where a verdict turned into another one: to "not known" is no change.
fn turned(truth: &BTreeMap<String, Verdict>, said: &BTreeMap<String, Verdict>) -> Vec<String> {
    let differs = |key: &&String| match (truth.get(*key), said.get(*key)) {
        (Some(truth), Some(said)) => said != truth && *said != Verdict::Undetermined,
        // What is denied early leaves later requirements out, and the other way round.
        (None, Some(_)) | (Some(_), None) | (None, None) => false,
    };
    said.keys().filter(differs).map(|key| format!("{key}: {:?} became {:?}", truth.get(key), said.get(key))).collect()
}

/// Tries spoils at every look-up of a question that was not tried before; what is wrong, in words.
fn tried(name: &str, state: &str, ask: &Ask, spoils: &[Spoil], seen: &mut BTreeSet<(Service, String)>) -> Vec<String> {
    let truth = ask.judge(state).requirements();
    let calm = Memory::new(state, Options::default()).collect(&ask.plan(), LIMIT);
    let mut judged: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut wrong = Vec::new();
    for request in calm.log {
        if !seen.insert((request.service, request.target.clone())) {
            continue;
        }
        for spoil in spoils.iter().filter(|spoil| !says_absent(&request, spoil)) {
            let what = format!("{name}, {spoil:?} at {:?} {} {}", request.service, request.method, request.target);
            let faults = vec![Fault::of_target(request.service, &request.target, spoil.clone())];
            let collection = Memory::new(state, Options { faults, ..Options::default() }).collect(&ask.plan(), LIMIT);
            if collection.took > LIMIT + Duration::from_secs(1) {
                wrong.push(format!("{what}: took {:?}", collection.took));
            }
            let found = judged.entry(collection.file).or_insert_with_key(|file| turned(&truth, &ask.judge(file).requirements()));
            wrong.extend(found.iter().map(|found| format!("{what}: {found}")));
        }
    }
    wrong
}

/// Every question that is allowed: each of its look-ups, each only where no question before it had it.
fn hold_allowed(names: &[&str], spoils: &[Spoil]) {
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for (name, world, ask) in kinds().into_iter().filter(|(name, ..)| names.contains(name)) {
        assert_eq!(ask.judge(&world.text()).verdict(), Verdict::Allowed, "{name}");
        wrong.extend(tried(name, &world.text(), &ask, spoils, &mut seen));
    }
    assert!(!seen.is_empty());
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn no_fault_turns_the_verdict_of_a_blob_url() {
    hold_allowed(&["blob URL"], &spoils());
}

#[test]
fn no_fault_turns_the_verdict_of_a_gen2_datastore() {
    hold_allowed(&["Gen2 datastore"], &spoils());
}

#[test]
fn no_fault_turns_the_verdict_through_an_asset_or_a_stored_credential() {
    hold_allowed(&["asset by label", "asset by version", "datastore with SAS", "blob URL on a cluster", "local path"], &few());
}

/// Worlds in which something forbids, each of them otherwise open.
fn forbidding() -> Vec<(&'static str, LiveWorld, Ask)> {
    let of = |name: &str| {
        let (_, world, ask) = kinds().into_iter().find(|(kind, ..)| *kind == name).expect("a kind of input");
        (world, ask)
    };
    let with = |name: &'static str, kind: &str, change: &dyn Fn(&mut LiveWorld)| {
        let (mut world, ask) = of(kind);
        change(&mut world);
        (name, world, ask)
    };
    vec![
        with("a deny assignment", "blob URL", &|world| {
            world.denied("blobdata");
        }),
        with("a firewall", "blob URL", &|world| {
            world.change("/storageAccounts/blobdata", |body| body["properties"]["networkAcls"]["defaultAction"] = "Deny".into());
        }),
        with("a grant with a condition", "blob URL", &|world| {
            world.change("/roleAssignments/a-cluster-reads", |body| {
                let never = "((@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name] StringEquals 'other'))";
                body["properties"]["condition"] = never.into();
                body["properties"]["conditionVersion"] = "2.0".into();
            });
        }),
        with("no identity", "datastore without credential", &|world| {
            world.change("/computes/cpu", |body| drop(body.as_object_mut().map(|body| body.remove("identity"))));
        }),
        with("keys switched off", "datastore with key", &|world| {
            world.change("/storageAccounts/blobdata", |body| body["properties"]["allowSharedKeyAccess"] = false.into());
        }),
        with("an ACL without execute", "Gen2 datastore", &|world| {
            let root = world.lines.iter_mut().find(|line| line["kind"] == "path_access" && line["path"] == "/").expect("an ACL");
            root["acl"] = "user::rwx,group::---,mask::rwx,other::---".into();
        }),
    ]
}

#[test]
fn no_fault_opens_what_is_closed() {
    let mut wrong = Vec::new();
    for (name, world, ask) in forbidding() {
        assert_eq!(ask.judge(&world.text()).verdict(), Verdict::Denied, "{name}");
        wrong.extend(tried(name, &world.text(), &ask, &few(), &mut BTreeSet::new()));
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

/// The one look-up whose failure is no gap: what a subscription's accounts are is asked only to save time.
fn is_hint(request: &Logged) -> bool {
    request.target.to_ascii_lowercase().contains("microsoft.resourcegraph")
}

#[test]
fn each_refused_look_up_is_a_gap_with_its_code_and_permission() {
    let mut wrong = Vec::new();
    for (name, world, ask) in
        kinds().into_iter().filter(|(name, ..)| ["Gen2 datastore", "asset by label", "datastore with SAS"].contains(name))
    {
        let state = world.text();
        for request in Memory::new(&state, Options::default()).collect(&ask.plan(), LIMIT).log {
            let what = format!("{name}, {:?} {} {}", request.service, request.method, request.target);
            let faults = vec![Fault::of_target(request.service, &request.target, Spoil::Status(403, "AuthorizationFailed"))];
            let file = Memory::new(&state, Options { faults, ..Options::default() }).collect(&ask.plan(), LIMIT).file;
            let gaps: Vec<serde_json::Value> = file
                .lines()
                .filter_map(|line| serde_json::from_str(line).ok())
                .filter(|line: &serde_json::Value| line["kind"] == "gap" && line["code"] == "AuthorizationFailed")
                .collect();
            let named = |gap: &serde_json::Value| gap["needs"].as_str().is_some_and(|needs| needs.starts_with("Microsoft"));
            if gaps.is_empty() && !is_hint(&request) || !gaps.iter().all(named) {
                wrong.push(format!("{what}: {gaps:?}"));
            }
            let judged = ask.judge(&file);
            let told = judged.missing().iter().any(|missing| missing.contains("403 AuthorizationFailed; needs Microsoft"));
            if judged.verdict() == Verdict::Undetermined && !told {
                wrong.push(format!("{what}: missing {:?}", judged.missing()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_grant_that_was_read_before_a_bad_link_counts_and_a_list_that_was_not_read_denies_nothing() {
    let (_, world, ask) = kinds().into_iter().find(|(name, ..)| *name == "blob URL").expect("a kind of input");
    let list = "/storageaccounts/blobdata/providers/microsoft.authorization/roleassignments";
    let denies = "/storageaccounts/blobdata/providers/microsoft.authorization/denyassignments";
    for spoil in [Spoil::EndlessPages, Spoil::ForeignPage, Spoil::FreshPages] {
        let verdict = |part: &str, page_size: Option<usize>| {
            let faults = vec![Fault::always(Some(Service::Arm), part, spoil.clone())];
            let memory = Memory::new(&world.text(), Options { faults, page_size, ..Options::default() });
            ask.judge(&memory.collect(&ask.plan(), LIMIT).file)
        };
        // All three grants stand on the page before the link: what was seen is true, and no grant takes another away.
        assert_eq!(verdict(list, None).verdict(), Verdict::Allowed, "{spoil:?}");
        // Two of the three stand behind it: nobody knows, and what is missing is named.
        let half = verdict(list, Some(1));
        assert_eq!(half.verdict(), Verdict::Undetermined, "{spoil:?}");
        assert!(half.missing().iter().any(|missing| missing.starts_with("role_assignments")), "{:?}", half.missing());
        // A deny may stand behind any link.
        let unsure = verdict(denies, None);
        assert_eq!(unsure.verdict(), Verdict::Undetermined, "{spoil:?}");
        assert!(unsure.missing().iter().any(|missing| missing.starts_with("deny_assignments")), "{:?}", unsure.missing());
    }
}
