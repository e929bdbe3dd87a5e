//! Every fault at every look-up: nothing of it turns a verdict into another one, only into "not known"; and it ends in time.

use crate::fake::{Fault, Logged, Memory, Options, Retype, Service, Spoil};
use crate::live_ask::{Ask, Judged};
use crate::live_counts::kinds;
use crate::live_world::LiveWorld;
use canread::eval::Verdict;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

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

/// Tries every spoil at every look-up of a question; what is wrong, in words.
fn tried(name: &str, world: &LiveWorld, ask: &Ask) -> Vec<String> {
    let state = world.text();
    let truth: Judged = ask.judge(&state);
    let calm = Memory::new(&state, Options::default()).collect(&ask.plan(), LIMIT);
    let mut places = BTreeSet::new();
    let look_ups: Vec<&Logged> = calm.log.iter().filter(|request| places.insert((request.service, &request.target))).collect();
    let mut judged: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut wrong = Vec::new();
    for request in look_ups {
        for spoil in spoils().into_iter().filter(|spoil| !says_absent(request, spoil)) {
            let what = format!("{name}, {spoil:?} at {:?} {} {}", request.service, request.method, request.target);
            let faults = vec![Fault::of_target(request.service, &request.target, spoil)];
            let collection = Memory::new(&state, Options { faults, ..Options::default() }).collect(&ask.plan(), LIMIT);
            if collection.took > LIMIT + Duration::from_secs(1) {
                wrong.push(format!("{what}: took {:?}", collection.took));
            }
            let found = judged
                .entry(collection.file.clone())
                .or_insert_with(|| turned(&truth.requirements(), &ask.judge(&collection.file).requirements()));
            wrong.extend(found.iter().map(|found| format!("{what}: {found}")));
        }
    }
    wrong
}

fn hold(names: &[&str]) {
    let mut wrong = Vec::new();
    for (name, world, ask) in kinds().into_iter().filter(|(name, ..)| names.contains(name)) {
        wrong.extend(tried(name, &world, &ask));
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn no_fault_turns_the_verdict_of_a_blob_url() {
    hold(&["blob URL"]);
}
