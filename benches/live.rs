//! How much longer a live collection takes than its dependent waves: every answer of a fake Azure on loopback takes 50 ms,
//! so that waves × 50 ms is what no program could be faster than.
#![expect(clippy::expect_used, clippy::print_stdout, reason = "a bench may fail loudly, and prints")]
#![expect(clippy::disallowed_methods, reason = "a bench measures time")]

#[path = "../tests/it/fake/mod.rs"]
mod fake;
#[expect(dead_code, reason = "a bench needs a part of what tests need")]
#[path = "../tests/it/live_ask.rs"]
mod live_ask;
#[expect(dead_code, unused_imports, reason = "a bench needs a part of what tests need")]
#[path = "../tests/it/live_counts.rs"]
mod live_counts;
#[expect(dead_code, reason = "a bench needs a part of what tests need")]
#[path = "../tests/it/live_world.rs"]
mod live_world;

use azure_core::credentials::Secret;
use canread::collect::{
    self, Endpoints, Plan, Progress, ServiceCarrier, SignInEnvironment, Transport, TypedAuthorization, http_client, sign_in,
};
use canread::rules::RuleSet;
use fake::{Fake, Memory, Options};
use std::sync::Arc;
use std::time::{Duration, Instant};

const LATENCY: Duration = Duration::from_millis(50);
const LIMIT: Duration = Duration::from_secs(60);
/// Collections of each kind; the median is reported.
const RUNS: usize = 9;

/// What the modules of the tests ask of their root.
fn embedded_rules() -> &'static RuleSet {
    RuleSet::embedded().expect("the embedded rules are valid")
}

struct Unheard;

impl Progress for Unheard {
    fn look_ups(&self, _: usize, _: usize) {}
}

/// One collection over sockets, with connections and client made anew, as a process does it.
fn collected(fake: &Fake, endpoints: &Endpoints, plan: &Plan) -> Duration {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let secret = |token: &Option<String>| token.clone().map(Secret::from);
        let environment = SignInEnvironment {
            token_arm: secret(&fake.tokens.arm),
            token_graph: secret(&fake.tokens.graph),
            token_storage: secret(&fake.tokens.storage),
            ..SignInEnvironment::default()
        };
        let tokens = sign_in(&environment, endpoints).await.expect("ready tokens");
        let http = http_client().expect("a client");
        let began = Instant::now();
        let transport = Arc::new(Transport::new(endpoints.clone(), tokens, http, LIMIT));
        let carrier = Arc::new(ServiceCarrier::resource_manager(Arc::clone(&transport)));
        let source = TypedAuthorization::new(carrier, endpoints.arm("").expect("a URL"));
        let collected = collect::collect(&transport, &source, plan, &Unheard).await;
        let took = began.elapsed();
        assert!(collected.gaps.is_empty(), "{:?}", collected.gaps);
        took
    })
}

fn main() {
    // `cargo test --benches` only asks whether it runs.
    let runs = if std::env::args().any(|argument| argument == "--bench") { RUNS } else { 1 };
    println!("| input | requests | waves | wall time | ÷ (waves × 50 ms) |\n|---|---|---|---|---|");
    for (name, world, ask) in live_counts::kinds() {
        let plan = ask.plan();
        let counted = Memory::new(&world.text(), Options::default()).collect(&plan, LIMIT);
        let waves = u32::try_from(counted.took.as_secs()).expect("a small number");
        let fake = Fake::start(&world.text(), Options { latency: LATENCY, ..Options::default() });
        let endpoints = Endpoints::from_toml(&std::fs::read_to_string(fake.cloud_file()).expect("a file")).expect("a cloud");
        let mut times: Vec<Duration> = (0..runs).map(|_| collected(&fake, &endpoints, &plan)).collect();
        times.sort_unstable();
        let median = times.get(times.len() / 2).copied().unwrap_or_default();
        let least = LATENCY * waves;
        let ratio = median.as_secs_f64() / least.as_secs_f64();
        println!("| {name} | {} | {waves} | {} ms | {ratio:.2} |", counted.log.len(), median.as_millis());
    }
}
