//! The collection itself: each look-up goes out as soon as its inputs are known, each answer says what follows.

use super::authorization::AuthorizationSource;
use super::follow::Follow;
use super::plan::{Gathered, Plan, Want};
use super::record::{LookupPlace, Recorder};
use super::signin::Identity;
use super::transport::Transport;
use super::{arm, graph, storage};
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
    let identity = transport.tokens().identity(transport.endpoints()).await;
    let mut follow = Follow::new(plan, transport.endpoints().storage_suffix());
    let mut recorder = Recorder::default();
    let (mut asked, mut whole) = (HashSet::new(), BTreeSet::new());
    let mut running: Running<'_> = FuturesUnordered::new();
    let (mut done, mut waves) = (0, 0);
    let mut fresh: Vec<(Want, usize)> = follow.start(&identity).into_iter().map(|want| (want, 1)).collect();
    loop {
        for (want, wave) in fresh.drain(..) {
            if asked.insert(want.clone()) {
                waves = waves.max(wave);
                running.push(look_up(transport, source, plan, want, wave).boxed());
            }
        }
        progress.look_ups(done, asked.len());
        let Some((want, wave, mut gathered)) = running.next().await else {
            break;
        };
        done += 1;
        let mut next = follow.after(&want, &gathered);
        next.append(&mut gathered.next);
        let is_whole = gathered.whole;
        if record(&mut recorder, &want, gathered) && is_whole {
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
    Collected { lines, gaps, identity, requests: transport.requests(), waves, cloud: transport.endpoints().name.clone() }
}

async fn look_up(transport: &Transport, source: &dyn AuthorizationSource, plan: &Plan, want: Want, wave: usize) -> (Want, usize, Gathered) {
    let gathered = match &want {
        Want::Resource(id) => arm::resource(transport, &want, id).await,
        Want::List(list, parent) => arm::list(transport, &want, *list, parent).await,
        Want::Authorization(list, scope) => arm::authorization(source, &want, *list, scope).await,
        Want::Subscription(id) => arm::subscription(transport, &want, id).await,
        Want::FindAccount(name) => arm::find_account(transport, &want, name).await,
        Want::AccountHints(id) => arm::account_hints(transport, id).await,
        Want::Principal(name) => graph::principal(transport, &want, name).await,
        Want::Objects(ids) => graph::objects(transport, &want, ids).await,
        Want::Application(id) => graph::application(transport, &want, id).await,
        Want::Memberships(id) => graph::memberships(transport, &want, id.as_str()).await,
        Want::Ancestor(at) => storage::ancestor(transport, &want, at).await,
        Want::Leaf { at, descend } => storage::leaf(transport, &want, at, *descend, plan.max_paths).await,
        Want::Below(at) => storage::below(transport, &want, at, plan.max_paths).await,
        Want::Secrets(id) => arm::secrets(transport, &want, id).await,
    };
    (want, wave, gathered)
}

/// Writes down what came; `false`: something of it is not what the service documents, and a gap besides.
fn record(recorder: &mut Recorder, want: &Want, gathered: Gathered) -> bool {
    let mut sound = true;
    for (kind, body) in &gathered.bodies {
        if let Err(trouble) = recorder.body(kind, body) {
            sound = false;
            want.places().iter().for_each(|place| recorder.gap(place, &trouble));
        }
    }
    for line in gathered.lines {
        recorder.line(line);
    }
    for place in &gathered.coverage {
        recorder.coverage(place);
    }
    for (place, trouble) in &gathered.gaps {
        recorder.gap(place, trouble);
    }
    sound
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
