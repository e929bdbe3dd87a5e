//! The bridge over the program's own transport: the real token below, retries, fences.
#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking")]

use crate::fake::{Answer, Fake, Fault, Memory, Options, Service, Spoil, paused, replayed};
use crate::live_ask::Ask;
use crate::live_carrier::wait;
use crate::live_world::{LiveWorld, workspace};
use azure_core::credentials::Secret;
use canread::collect::{
    self, AuthorizationList, AuthorizationSource, Call, Endpoints, Listed, Plan, Reply, ServiceCarrier, SignInEnvironment, Target,
    Transport, Trouble, TypedAuthorization, Verb, http_client, sign_in,
};
use canread::eval::Verdict;
use canread::model::Scope;
use std::sync::Arc;
use std::time::Duration;

const GROUP: &str = "/subscriptions/5d0c3b1e-0000-4000-8000-000000000001/resourceGroups/rg";

fn list(fake: &Fake, limit: Duration) -> Listed {
    wait(async {
        let endpoints = Endpoints::from_toml(&std::fs::read_to_string(fake.cloud_file()).expect("a file")).expect("a cloud");
        let environment = SignInEnvironment { token_arm: fake.tokens.arm.clone().map(Secret::from), ..SignInEnvironment::default() };
        let tokens = sign_in(&environment, &endpoints).await.expect("ready tokens");
        let endpoint = endpoints.arm("").expect("a URL");
        let transport = Arc::new(Transport::new(endpoints, tokens, http_client().expect("a client"), limit));
        let carrier = Arc::new(ServiceCarrier::resource_manager(transport));
        TypedAuthorization::new(carrier, endpoint).list(AuthorizationList::RoleAssignments, GROUP, None).await
    })
}

fn with(faults: Vec<Fault>) -> Fake {
    Fake::start(&LiveWorld::new().text(), Options { faults, ..Options::default() })
}

fn records(listed: &Listed) -> usize {
    listed.pages.iter().filter_map(|page| page["value"].as_array()).map(Vec::len).sum()
}

#[test]
fn what_passes_is_tried_again() {
    let passing = [
        Spoil::RetryAfter(429, 1),
        Spoil::RetryAfter(503, 1),
        Spoil::Status(500, "InternalServerError"),
        Spoil::Reset,
        Spoil::Truncated,
        Spoil::Html,
    ];
    for spoil in passing {
        let what = format!("{spoil:?}");
        let fake = with(vec![Fault::always(Some(Service::Arm), "", spoil).times(1)]);
        let listed = list(&fake, Duration::from_secs(30));
        assert_eq!((listed.trouble.as_ref(), records(&listed)), (None, 1), "{what}");
        let log = fake.log();
        assert_eq!(log.len(), 2, "{what}");
        assert!(log.iter().all(|request| request.authorization.ends_with("canary-token-arm-0000")), "{what}");
    }
}

/// What a list gives in memory, how many requests that took, and how long on the paused clock.
fn listed(spoil: Spoil, times: usize) -> (Listed, usize, Duration) {
    let faults = vec![Fault::always(None, "", spoil).times(times)];
    let memory = Memory::new(&LiveWorld::new().text(), Options { faults, ..Options::default() });
    paused(async {
        let began = tokio::time::Instant::now();
        let transport = Arc::new(memory.transport(Duration::from_secs(120)));
        let carrier = Arc::new(ServiceCarrier::resource_manager(transport));
        let endpoint = memory.endpoints().arm("").expect("a URL");
        let listed = TypedAuthorization::new(carrier, endpoint).list(AuthorizationList::RoleAssignments, GROUP, None).await;
        (listed, memory.log().len(), began.elapsed())
    })
}

#[test]
fn what_stays_is_a_trouble_within_the_time() {
    let seconds = Duration::from_secs;
    // An answer takes a second; pauses without a word of the server are 0.25, 0.5 and 1 s.
    let backed_off = (4, Duration::from_millis(5_750));
    let cases = [
        (Spoil::Status(403, "AuthorizationFailed"), "AuthorizationFailed", (1, seconds(1))),
        (Spoil::Status(401, "InvalidAuthenticationToken"), "InvalidAuthenticationToken", (1, seconds(1))),
        (Spoil::Status(404, "SubscriptionNotFound"), "SubscriptionNotFound", (1, seconds(1))),
        (Spoil::Redirect, "Redirect", (1, seconds(1))),
        (Spoil::Status(500, "InternalServerError"), "InternalServerError", backed_off),
        (Spoil::Status(429, "TooManyRequests"), "TooManyRequests", backed_off),
        (Spoil::Html, "NotJson", backed_off),
        (Spoil::Reset, "NoAnswer", backed_off),
        (Spoil::Truncated, "CutAnswer", backed_off),
        // Twelve tries at most, eleven waits of two seconds between them.
        (Spoil::RetryAfter(429, 2), "TooManyRequests", (12, seconds(34))),
        // A wait beyond the end is not begun.
        (Spoil::RetryAfter(503, 600), "TooManyRequests", (1, seconds(1))),
        (Spoil::EndlessPages, "EndlessPages", (1, seconds(1))),
        (Spoil::ForeignPage, "ForeignLink", (1, seconds(1))),
    ];
    for (spoil, expected, cost) in cases {
        let what = format!("{spoil:?}");
        let (listed, requests, took) = listed(spoil, usize::MAX);
        assert_eq!(listed.trouble.map(|trouble| trouble.code).as_deref(), Some(expected), "{what}");
        assert_eq!((requests, took), cost, "{what}");
    }
    for spoil in [Spoil::Stalled, Spoil::Slow(seconds(90))] {
        let what = format!("{spoil:?}");
        let (listed, requests, took) = listed(spoil, usize::MAX);
        assert_eq!(listed.trouble.map(|trouble| trouble.code).as_deref(), Some("Timeout"), "{what}");
        assert!(requests <= 4 && took <= seconds(60), "{what}: {requests}, {took:?}");
    }
}

#[test]
fn a_wait_that_was_asked_for_is_kept_and_no_longer() {
    let (listed, requests, took) = listed(Spoil::RetryAfter(429, 30), 1);
    assert_eq!((listed.trouble, requests, took), (None, 2, Duration::from_secs(32)));
    assert_eq!(listed.pages.len(), 1);
}

/// Sends one call in memory; how many requests went out.
fn sent(call: Call) -> (Result<Reply, Trouble>, usize) {
    let memory = Memory::new(&LiveWorld::new().text(), Options { unguarded: true, ..Options::default() });
    paused(async {
        let reply = memory.transport(Duration::from_secs(60)).send(&call).await;
        (reply, memory.log().len())
    })
}

#[test]
fn what_is_no_read_of_the_cloud_is_refused_before_it_is_sent() {
    let url = |text: &str| text.parse::<url::Url>().expect("a URL");
    let post = |service, text: &str| Call { verb: Verb::Post("{}".to_owned()), ..Call::get(service, url(text)) };
    let of_account = |account: &str, text: &str| Call { account: Some(account.to_owned()), ..Call::get(collect::Service::Blob, url(text)) };
    let arm = collect::Service::ResourceManager;
    let graph = collect::Service::Graph;
    // Ports of the fake: 1 Resource Manager, 2 Graph, 3 dfs, 4 blob, 5 another origin.
    let refused = [
        (post(arm, "http://127.0.0.1:1/subscriptions/s/providers/Microsoft.Storage/storageAccounts/a/listKeys"), "NotReadOnly"),
        (post(arm, "http://127.0.0.1:1/subscriptions/s/resourceGroups/g/providers/Microsoft.X/listSecrets"), "NotReadOnly"),
        (post(graph, "http://127.0.0.1:2/v1.0/users"), "NotReadOnly"),
        (post(graph, "http://127.0.0.1:2/v1.0/applications/a/addPassword"), "NotReadOnly"),
        (Call { verb: Verb::Post("{}".to_owned()), ..of_account("acct", "http://127.0.0.1:4/acct/c") }, "NotReadOnly"),
        (Call::get(arm, url("http://127.0.0.1:5/subscriptions/s")), "ForeignHost"),
        (Call::get(arm, url("http://127.0.0.1:2/v1.0/me")), "ForeignHost"),
        (Call::get(arm, url("https://127.0.0.1:1/subscriptions/s")), "ForeignHost"),
        (of_account("acct", "http://127.0.0.1:4/other/c"), "ForeignHost"),
        (of_account("evil.example/x", "http://127.0.0.1:4/evil.example/x"), "ForeignHost"),
    ];
    for (call, code) in refused {
        let what = format!("{call:?}");
        let (reply, requests) = sent(call);
        assert_eq!((reply.expect_err("a refusal").code.as_str(), requests), (code, 0), "{what}");
    }
    let (reply, requests) = sent(Call::get(graph, url("http://127.0.0.1:2/v1.0/me")));
    assert_eq!((reply.map(|reply| reply.status), requests), (Ok(200), 1));
}

#[test]
fn a_body_that_never_ends_is_cut_off() {
    let id = "/subscriptions/s";
    let huge = Answer { path_end: id.to_owned(), status: 200, headers: Vec::new(), body: vec![b' '; 64 * 1024 * 1024 + 1] };
    let memory = Memory::new(&LiveWorld::new().text(), Options::default());
    let plan = Plan { workspace: Some(Scope::new(&workspace())), targets: vec![Target::Compute(Scope::new(id))], ..Plan::default() };
    let file = replayed(&memory, vec![huge], &plan);
    assert!(file.lines().any(|line| line.contains("TooLong") && line.contains(&format!("\"{id}\""))), "{file}");
}

#[test]
fn no_token_goes_to_a_host_that_a_datastore_names() {
    for account in ["evil.example/x", "evil.example", "x@evil.example", "a.blob.evil.example#", "UPPER", ""] {
        let mut world = LiveWorld::new();
        world.datastore("data", "AzureBlob", account, "raw", "None").datastore("lake", "AzureDataLakeGen2", account, "raw", "None");
        for store in ["data", "lake"] {
            let ask = Ask::folder(&format!("azureml://datastores/{store}/paths/in"));
            let memory = Memory::new(&world.text(), Options::default());
            let collection = memory.collect(&ask.plan(), Duration::from_secs(60));
            let data = collection.log.iter().filter(|request| [Service::Blob, Service::Dfs, Service::Foreign].contains(&request.service));
            let elsewhere: Vec<_> = data.filter(|request| !request.target.starts_with("/upper/")).collect();
            assert!(elsewhere.is_empty(), "{account}: {elsewhere:?}");
            assert_ne!(ask.judge(&collection.file).verdict(), Verdict::Allowed, "{account}");
        }
    }
}
