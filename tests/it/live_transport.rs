//! The bridge over the program's own transport: the real token below, retries, fences.
#![expect(clippy::expect_used, reason = "helpers of tests fail by panicking")]

use crate::fake::{Fake, Fault, Options, Service, Spoil};
use crate::live_carrier::wait;
use crate::live_world::LiveWorld;
use azure_core::credentials::Secret;
use canread::collect::{
    AuthorizationList, AuthorizationSource, Endpoints, Listed, ServiceCarrier, SignInEnvironment, Transport, TypedAuthorization,
    http_client, sign_in,
};
use std::sync::Arc;
use std::time::{Duration, Instant};

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

#[test]
fn what_stays_is_a_trouble_within_the_time() {
    let cases = [
        (Spoil::Status(403, "AuthorizationFailed"), "AuthorizationFailed"),
        (Spoil::Status(401, "InvalidAuthenticationToken"), "InvalidAuthenticationToken"),
        (Spoil::RetryAfter(429, 600), "TooManyRequests"),
        (Spoil::Html, "NotJson"),
        (Spoil::EndlessPages, "EndlessPages"),
        (Spoil::ForeignPage, "ForeignLink"),
        (Spoil::Redirect, "Redirect"),
        (Spoil::Stalled, "Timeout"),
        (Spoil::Slow(Duration::from_secs(60)), "Timeout"),
    ];
    for (spoil, expected) in cases {
        let what = format!("{spoil:?}");
        let fake = with(vec![Fault::always(None, "", spoil)]);
        let started = Instant::now();
        let listed = list(&fake, Duration::from_secs(4));
        let code = listed.trouble.map(|trouble| trouble.code);
        assert_eq!(code.as_deref(), Some(expected), "{what}");
        assert!(started.elapsed() < Duration::from_secs(10), "{what}: {:?}", started.elapsed());
        assert!(fake.log().iter().all(|request| request.service == Service::Arm), "{what}: a token went to another origin");
    }
}
