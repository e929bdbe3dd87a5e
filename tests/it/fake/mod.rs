//! A fake Azure on loopback, driven by a contract snapshot: Resource Manager, Graph, dfs and blob, each on a port of its
//! own, with paging, odd casing, latency and every fault; over sockets ([`Fake`]) or within the process ([`Memory`]).
#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests may fail loudly")]
#![expect(dead_code, unused_imports, reason = "more can go wrong with the fake than is asked of it yet")]
#![expect(clippy::disallowed_methods, reason = "a test server has threads, files and clocks")]

mod arm;
mod authorization;
mod faults;
mod graph;
mod guard;
mod http;
mod memory;
mod run;
mod storage;
mod world;

pub(crate) use arm::{PLANTED_CLIENT_SECRET, PLANTED_SIGNATURE, planted_key};
pub(crate) use faults::{Fault, Retype, Spoil};
pub(crate) use memory::{Answer, Collection, Memory, paused, replayed};
pub(crate) use run::{Ran, Tokens, canread};

use base64::Engine as _;
use http::{Handler, Request, Response, Server};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use world::World;

/// Which listener a request came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Service {
    Arm,
    Graph,
    Dfs,
    Blob,
    /// An origin that is no part of the cloud: nothing may ever come here.
    Foreign,
}

const SERVICES: [Service; 5] = [Service::Arm, Service::Graph, Service::Dfs, Service::Blob, Service::Foreign];

/// How the fake behaves.
#[derive(Debug, Default)]
pub(crate) struct Options {
    /// Records a page; none means one page.
    pub(crate) page_size: Option<usize>,
    /// Ids in another casing than they were asked in, and nulls where members may be absent.
    pub(crate) odd: bool,
    /// Before each answer.
    pub(crate) latency: Duration,
    pub(crate) faults: Vec<Fault>,
    /// The test itself asks what the program never may.
    pub(crate) unguarded: bool,
}

/// One request, as the fake saw it.
#[derive(Clone, Debug)]
pub(crate) struct Logged {
    pub(crate) service: Service,
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    /// The whole `Authorization` header, or empty.
    pub(crate) authorization: String,
    /// The first wave is 1; 0 over sockets, where waves are not measured.
    pub(crate) wave: usize,
}

/// What all listeners share.
#[derive(Debug)]
pub(crate) struct Cloud {
    pub(crate) world: World,
    pub(crate) options: Options,
    origins: OnceLock<Vec<String>>,
    log: Mutex<Vec<Logged>>,
    counter: AtomicUsize,
    /// Requests that the program must never make.
    breaches: Mutex<Vec<String>>,
}

impl Cloud {
    /// The state of a snapshot behind a desk for each service, and the tokens they take.
    fn set_up(snapshot: &str, options: Options) -> (Arc<Self>, Tokens, Vec<Desk>) {
        let world = World::read(snapshot);
        let tokens =
            Tokens { arm: Some(token(&world, "arm")), graph: Some(token(&world, "graph")), storage: Some(token(&world, "storage")) };
        let cloud = Arc::new(Cloud {
            world,
            options,
            origins: OnceLock::new(),
            log: Mutex::default(),
            counter: AtomicUsize::new(1),
            breaches: Mutex::default(),
        });
        let desk = |service: Service| {
            let token = match service {
                Service::Arm => &tokens.arm,
                Service::Graph => &tokens.graph,
                Service::Dfs | Service::Blob | Service::Foreign => &tokens.storage,
            };
            Desk { cloud: Arc::clone(&cloud), service, token: token.clone().unwrap_or_default() }
        };
        let desks = SERVICES.into_iter().map(desk).collect();
        (cloud, tokens, desks)
    }

    /// The text of the file for `--cloud`.
    fn file(&self) -> String {
        let origin = |service: Service| self.origin(service);
        format!(
            "resource_manager = \"{}\"\nmicrosoft_graph = \"{}/\"\nactive_directory = \"https://login.invalid\"\nblob_endpoint = \"{}/{{account}}\"\ndfs_endpoint = \"{}/{{account}}\"\n",
            origin(Service::Arm),
            origin(Service::Graph),
            origin(Service::Blob),
            origin(Service::Dfs)
        )
    }

    /// `http://127.0.0.1:PORT` of a service.
    pub(crate) fn origin(&self, service: Service) -> String {
        let at = SERVICES.iter().position(|one| *one == service);
        at.and_then(|at| self.origins.get()?.get(at).cloned()).unwrap_or_default()
    }
    /// Whatever a test is about: nothing was written, and no token went elsewhere.
    fn assert_guarded(&self) {
        let breaches = self.breaches.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(breaches.is_empty() || std::thread::panicking(), "{}", breaches.join("\n"));
    }
    /// Another number each time.
    fn count(&self) -> usize {
        self.counter.fetch_add(1, Ordering::Relaxed)
    }
}

/// An error as the Resource Manager writes it.
pub(crate) fn error(status: u16, code: &str, message: &str) -> Response {
    Response::json(status, &json!({ "error": { "code": code, "message": message } }))
}

/// An error as storage writes it.
pub(crate) fn storage_error(status: u16, code: &str) -> Response {
    let body = format!("<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>{code}</Code><Message>a planted fault</Message></Error>");
    Response::new(status).with("x-ms-error-code", code).with("content-type", "application/xml").body(body)
}

/// One page of a list, with the link to the next.
pub(crate) fn page(cloud: &Cloud, request: &Request, records: Vec<Value>) -> Response {
    let Some(size) = cloud.options.page_size else { return Response::json(200, &json!({ "value": records })) };
    let graph = request.target.starts_with("/v1.0/");
    let start = request.parameter("$skiptoken").and_then(|text| text.parse().ok()).unwrap_or(0_usize);
    let rows: Vec<&Value> = records.iter().skip(start).take(size).collect();
    let mut body = json!({ "value": rows });
    let next = (start + size < records.len()).then(|| {
        let service = if graph { Service::Graph } else { Service::Arm };
        let base = request.target.split("$skiptoken=").next().unwrap_or_default().trim_end_matches(['&', '?']).to_owned();
        let sign = if base.contains('?') { '&' } else { '?' };
        format!("{}{base}{sign}$skiptoken={}", cloud.origin(service), start + size)
    });
    if let (Some(members), true) = (body.as_object_mut(), next.is_some() || cloud.options.odd) {
        let name = if graph { "@odata.nextLink" } else { "nextLink" };
        members.insert(name.to_owned(), next.map_or(Value::Null, Value::String));
    }
    Response::json(200, &body)
}

/// The casing that some providers answer in, whatever was asked.
fn respell(value: &mut Value) {
    match value {
        Value::String(text) if text.starts_with("/subscriptions/") => {
            *text = text
                .replace("/resourceGroups/", "/resourcegroups/")
                .replace("Microsoft.MachineLearningServices", "microsoft.machinelearningservices");
            *text = text.replace("Microsoft.Authorization/roleDefinitions", "microsoft.authorization/roledefinitions");
        }
        Value::Array(items) => items.iter_mut().for_each(respell),
        Value::Object(members) => members.values_mut().for_each(respell),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[derive(Debug)]
struct Desk {
    cloud: Arc<Cloud>,
    service: Service,
    token: String,
}

impl Handler for Desk {
    fn answer(&self, request: &Request) -> Response {
        let answer = self.reply(request, 0);
        let pause = self.cloud.options.latency + answer.delay;
        if !pause.is_zero() {
            std::thread::sleep(pause);
        }
        answer
    }
}

impl Desk {
    /// Notes the request and answers it, spoiled where a fault strikes.
    fn reply(&self, request: &Request, wave: usize) -> Response {
        let cloud = self.cloud.as_ref();
        if !cloud.options.unguarded
            && let Some(breach) = guard::breach(self.service, request)
        {
            cloud.breaches.lock().unwrap_or_else(PoisonError::into_inner).push(breach);
        }
        cloud.log.lock().unwrap_or_else(PoisonError::into_inner).push(Logged {
            service: self.service,
            method: request.method.clone(),
            target: request.target.clone(),
            authorization: request.header("authorization").unwrap_or_default().to_owned(),
            wave,
        });
        faults::strike(cloud, self.service, request, || self.serve(request))
    }

    fn serve(&self, request: &Request) -> Response {
        let authorization = request.header("authorization");
        let mine = authorization.is_some_and(|header| header == format!("Bearer {}", self.token));
        let mut answer = match self.service {
            Service::Foreign => Response::json(200, &json!({ "value": [] })),
            Service::Arm | Service::Graph if authorization.is_none() => error(401, "AuthenticationFailed", "Authentication failed."),
            Service::Arm | Service::Graph if !mine => error(401, "InvalidAuthenticationToken", "The access token is invalid."),
            Service::Arm => arm::answer(&self.cloud, request),
            Service::Graph => graph::answer(&self.cloud, request),
            Service::Dfs if !mine => storage_error(401, "InvalidAuthenticationInfo"),
            Service::Dfs => storage::dfs(&self.cloud, request),
            // A key or a SAS is taken as it is: judging signatures is Azurite's part.
            Service::Blob if authorization.is_some_and(|header| header.starts_with("Bearer")) && !mine => {
                storage_error(401, "InvalidAuthenticationInfo")
            }
            Service::Blob => storage::blob(&self.cloud, request),
        };
        if self.cloud.options.odd
            && matches!(self.service, Service::Arm)
            && answer.status == 200
            && let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body)
        {
            respell(&mut body);
            answer.body = body.to_string().into_bytes();
        }
        answer
    }
}

/// The running fake; ends when dropped.
#[derive(Debug)]
pub(crate) struct Fake {
    cloud: Arc<Cloud>,
    servers: Vec<Server>,
    folder: PathBuf,
    pub(crate) tokens: Tokens,
}

static NUMBER: AtomicUsize = AtomicUsize::new(0);

impl Fake {
    /// Serves the state of a snapshot.
    pub(crate) fn start(snapshot: &str, options: Options) -> Self {
        let (cloud, tokens, desks) = Cloud::set_up(snapshot, options);
        let servers: Vec<Server> = desks.into_iter().map(|desk| Server::start(Arc::new(desk))).collect();
        let _ = cloud.origins.set(servers.iter().map(Server::origin).collect());
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("canread-fake-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder for temporary files");
        let fake = Fake { cloud, servers, folder, tokens };
        std::fs::write(fake.cloud_file(), fake.cloud.file()).expect("a file in a folder just made");
        fake
    }

    /// The file for `--cloud`.
    pub(crate) fn cloud_file(&self) -> PathBuf {
        self.folder.join("cloud.toml")
    }
    /// A place for a file of a test, gone with the fake.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
    /// The origin of a service.
    pub(crate) fn origin(&self, service: Service) -> String {
        self.cloud.origin(service)
    }
    /// Every request so far, in order of arrival.
    pub(crate) fn log(&self) -> Vec<Logged> {
        self.cloud.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
    /// The number of listeners; all of them end with the fake.
    pub(crate) fn listeners(&self) -> usize {
        self.servers.len()
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
        self.cloud.assert_guarded();
    }
}

/// A token as Entra ID makes them, except that nobody signed it; the last part is the canary.
fn token(world: &World, audience: &str) -> String {
    let encode = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
    let oid = world.signed_in.clone().unwrap_or_default();
    let name = world.signed_in_name.clone().unwrap_or_default();
    let claims = json!({ "aud": audience, "oid": oid, "tid": world.tenant, "upn": name, "unique_name": name, "idtyp": "user", "exp": 4_102_444_800_u64 });
    format!("{}.{}.canary-token-{audience}-0000", encode("{\"alg\":\"none\",\"typ\":\"JWT\"}"), encode(&claims.to_string()))
}
