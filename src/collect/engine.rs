//! The collection itself: each look-up goes out as soon as its inputs are known, each answer says what follows.

use super::authorization::AuthorizationSource;
use super::follow::Follow;
use super::journal::{self, Journal, NoJournal};
use super::plan::{Gathered, Plan, ProbePlace, Want};
#[cfg(feature = "probe")]
use super::probe;
use super::record::{LookupPlace, Recorder};
use super::signin::Identity;
use super::transport::Transport;
use super::{arm, graph, permission, secrets, storage};
use crate::model::{Scope, What};
use futures::StreamExt;
use futures::future::{BoxFuture, FutureExt};
use futures::stream::FuturesUnordered;
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

/// Hears how far a collection is.
pub trait Progress {
    /// `done` look-ups of the `known` ones are finished.
    fn look_ups(&self, done: usize, known: usize);
}

/// What was collected.
#[derive(Debug)]
pub struct Collected {
    /// Lines of the snapshot file, without its first.
    pub lines: Vec<String>,
    /// Every look-up that failed, in words.
    pub gaps: Vec<String>,
    /// What a person should hear besides.
    pub notes: Vec<String>,
    /// Look-ups that got no answer of the service: another try may.
    pub unanswered: usize,
    /// Who was signed in.
    pub identity: Identity,
    /// Requests that were sent.
    pub requests: usize,
    /// Longest chain of look-ups that waited for one another.
    pub waves: usize,
    cloud: String,
}

impl Collected {
    /// The snapshot file. `at` is when collection ended, RFC 3339.
    pub fn file(&self, at: &str) -> String {
        let mut head = json!({"kind": "snapshot", "version": crate::snapshot::VERSION, "tool": concat!("canread ", env!("CARGO_PKG_VERSION")),
            "cloud": self.cloud, "collected_at": at});
        if let Some(fields) = head.as_object_mut() {
            if let Some(tenant) = &self.identity.tenant_id {
                fields.insert("tenant_id".to_owned(), tenant.clone().into());
            }
            if let Some(id) = &self.identity.object_id {
                fields.insert("signed_in".to_owned(), json!({"object_id": id, "name": self.identity.name}));
            }
        }
        let mut text = head.to_string();
        text.push('\n');
        for line in &self.lines {
            text.push_str(line);
            text.push('\n');
        }
        text
    }
}

type Running<'a> = FuturesUnordered<BoxFuture<'a, (Want, usize, Gathered)>>;

/// Collects what `plan` asks for. Failed look-ups become gaps; nothing fails as a whole.
pub async fn collect(transport: &Arc<Transport>, source: &dyn AuthorizationSource, plan: &Plan, progress: &dyn Progress) -> Collected {
    go_on(transport, source, plan, progress, &NoJournal).await
}

/// As [`collect`], with the answers of an earlier run, where they are whole.
pub async fn go_on(
    transport: &Arc<Transport>,
    source: &dyn AuthorizationSource,
    plan: &Plan,
    progress: &dyn Progress,
    journal: &dyn Journal,
) -> Collected {
    let identity = transport.tokens().identity(transport.endpoints()).await;
    let mut follow = Follow::new(plan, transport.endpoints().storage_suffix());
    let mut recorder = Recorder::default();
    let (mut asked, mut whole) = (HashSet::new(), BTreeSet::new());
    let mut running: Running<'_> = FuturesUnordered::new();
    let (mut done, mut waves, mut notes, mut unanswered) = (0, 0, Vec::new(), 0);
    let start = follow.start(&identity);
    follow.attributes(&Gathered::default(), &start);
    let mut fresh: Vec<(Want, usize)> = start.into_iter().map(|want| (want, 1)).collect();
    loop {
        for (want, wave) in fresh.drain(..) {
            if asked.insert(want.clone()) {
                waves = waves.max(wave);
                let known = journal.recall(&journal::name(&want)).as_ref().and_then(journal::recalled);
                running.push(match known {
                    Some(gathered) => std::future::ready((want, wave, gathered)).boxed(),
                    None => look_up(transport, source, plan, want, wave).boxed(),
                });
            }
        }
        progress.look_ups(done, asked.len());
        let Some((want, wave, mut gathered)) = running.next().await else {
            break;
        };
        done += 1;
        if let Some(answer) = journal::kept(&want, &gathered) {
            journal.keep(&journal::name(&want), &answer);
        }
        let (places, needs) = (want.places(), permission::of(&want));
        let mut next = follow.after(&want, &gathered);
        next.append(&mut gathered.next);
        next.extend(follow.attributes(&gathered, &next));
        notes.append(&mut gathered.notes);
        unanswered += usize::from(gathered.gaps.iter().any(|(_, trouble)| trouble.is_passing()));
        let is_whole = gathered.whole;
        if record(&mut recorder, &places, &needs, gathered) && is_whole {
            whole.insert(want);
        }
        fresh = next.into_iter().map(|want| (want, wave + 1)).collect();
        if running.is_empty() && fresh.is_empty() {
            fresh = follow.leftover().into_iter().map(|want| (want, wave + 1)).collect();
        }
    }
    for (what, scope) in follow.covered(&whole) {
        recorder.coverage(&LookupPlace::new(what, scope.as_str()));
    }
    let (lines, gaps) = recorder.finish();
    Collected { lines, gaps, notes, unanswered, identity, requests: transport.requests(), waves, cloud: transport.endpoints().name.clone() }
}

async fn look_up(
    transport: &Arc<Transport>,
    source: &dyn AuthorizationSource,
    plan: &Plan,
    want: Want,
    wave: usize,
) -> (Want, usize, Gathered) {
    let gathered = match &want {
        Want::Resource(id) => arm::resource(transport, &want, id).await,
        Want::List(list, parent) => arm::list(transport, &want, *list, parent).await,
        Want::Authorization(list, scope) => arm::authorization(source, &want, *list, scope).await,
        Want::Subscription(id) => arm::subscription(transport, &want, id).await,
        Want::FindAccount(name) => arm::find_account(transport, &want, name, plan.subscription()).await,
        Want::AccountHints(id) => arm::account_hints(transport, id).await,
        Want::Principal(name) => graph::principal(transport, &want, name).await,
        Want::Objects(ids) => graph::objects(transport, &want, ids).await,
        Want::Application(id) => graph::application(transport, &want, id).await,
        Want::Memberships(id) => graph::memberships(transport, &want, id.as_str()).await,
        Want::Attributes(id) => graph::attributes(transport, id.as_str()).await,
        Want::Ancestor(at) => storage::ancestor(transport, &want, at).await,
        Want::Leaf { at, descend } => storage::leaf(transport, &want, at, *descend, plan.max_paths).await,
        Want::Below(at) => storage::below(transport, &want, at, plan.max_paths).await,
        Want::Secrets { datastore, probes } => secrets::secrets(transport, &want, datastore, probes).await,
        Want::Anonymous(place) => anonymous(transport, place).await,
    };
    (want, wave, gathered)
}

#[cfg(feature = "probe")]
async fn anonymous(transport: &Arc<Transport>, place: &ProbePlace) -> Gathered {
    let mut gathered = Gathered::default();
    probe::at_place(transport, place, &probe::ProbeSecret::Anonymous, &mut gathered).await;
    gathered
}

#[cfg(not(feature = "probe"))]
async fn anonymous(_: &Arc<Transport>, _: &ProbePlace) -> Gathered {
    Gathered::default()
}

/// `places` are those of the look-up: what it answered may not be fit for the file, and then it has failed too: `false`.
fn record(recorder: &mut Recorder, places: &[LookupPlace], needs: &str, gathered: Gathered) -> bool {
    let bodies: Vec<_> = gathered.bodies.iter().map(|(kind, body)| recorder.body(kind, body)).collect();
    let lines: Vec<_> = gathered.lines.into_iter().map(|line| recorder.line(line)).collect();
    let flaw = bodies.into_iter().chain(lines).find_map(Result::err);
    for (place, trouble) in places.iter().filter_map(|place| flaw.as_ref().map(|trouble| (place, trouble))) {
        recorder.gap(place, trouble, needs);
    }
    for place in &gathered.coverage {
        recorder.coverage(place);
    }
    for (place, trouble) in &gathered.gaps {
        recorder.gap(place, trouble, needs);
    }
    flaw.is_none()
}

/// Bodies of an answer, one by one.
pub(super) fn items(gathered: &Gathered) -> Vec<&Value> {
    gathered
        .bodies
        .iter()
        .flat_map(|(_, body)| match body.get("value").and_then(Value::as_array) {
            Some(page) => page.iter().collect::<Vec<_>>(),
            None => vec![body],
        })
        .collect()
}

/// Kinds of coverage that several look-ups make up together.
pub(super) type Covered = Vec<(What, Scope)>;
