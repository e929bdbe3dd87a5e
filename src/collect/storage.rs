//! Look-ups of the data plane: ACLs, existence, tier, what is below a folder.

use super::cloud::Service;
use super::plan::{DataPath, Gathered, Want};
use super::record::LookupPlace;
use super::transport::{Auth, Call, Reply, Transport, Verb};
use super::trouble::Trouble;
use super::xml;
use crate::model::{StorePath, What};
use futures::StreamExt;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const VERSION: &str = "2023-11-03";
/// Entries in one page of a list.
const PAGE: usize = 5_000;
/// ACLs that are asked for at a time; the transport bounds further.
const AT_A_TIME: usize = 32;

/// A call to an account's endpoint: the path within a container, and a query.
fn call(
    transport: &Transport,
    verb: Verb,
    service: Service,
    at: &DataPath,
    path: &StorePath,
    query: &[(&str, &str)],
) -> Result<Call, Trouble> {
    let bad = || Trouble::own("BadName", "account, container and path make no URL of this cloud");
    let base = match service {
        Service::Blob => transport.endpoints().blob(&at.account),
        Service::Dfs => transport.endpoints().dfs(&at.account),
        Service::ResourceManager | Service::Graph => None,
    };
    let mut url = base.ok_or_else(bad)?;
    let is_plain = |name: &str| !name.is_empty() && name != "." && name != ".." && !name.contains(['/', '\\']);
    // The URL parser resolves dot segments even where they are encoded, which would name another path.
    if !is_plain(&at.container) || path.as_str().split('/').any(|part| part == "." || part == "..") {
        return Err(bad());
    }
    {
        let mut segments = url.path_segments_mut().map_err(|()| bad())?;
        segments.pop_if_empty().push(&at.container);
        // The root of a file system is `/container/`.
        segments.extend(path.as_str().split('/'));
    }
    if query.iter().any(|(name, _)| *name == "resource" || *name == "restype") {
        let container = url.path().trim_end_matches('/').to_owned();
        url.set_path(&container);
    }
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    let headers = vec![("x-ms-version".to_owned(), VERSION.to_owned())];
    Ok(Call { verb, service, account: Some(at.account.clone()), url, auth: Auth::Token, headers })
}

/// The ACL of a path; `None`: it does not exist.
async fn access(transport: &Transport, at: &DataPath, path: &StorePath) -> Result<Option<Reply>, Trouble> {
    let query = [("action", "getAccessControl"), ("upn", "false")];
    let reply = transport.send(&call(transport, Verb::Head, Service::Dfs, at, path, &query)?).await?;
    match reply.status {
        200..=299 if reply.header("x-ms-acl").is_some() => Ok(Some(reply)),
        200..=299 => Err(Trouble::answer(reply.status, "NoAcl", "the answer bears no ACL")),
        404 if is_absent(&reply) => Ok(None),
        _ => Err(reply.trouble()),
    }
}

/// Codes by which storage says that a path, or what holds it, does not exist. Source: "Blob Storage error codes", "Data Lake
/// Storage error codes".
const ABSENT: [&str; 5] = ["PathNotFound", "BlobNotFound", "ResourceNotFound", "ContainerNotFound", "FilesystemNotFound"];

/// Whether storage itself said so: any other 404 is of something on the way.
fn is_absent(reply: &Reply) -> bool {
    ABSENT.contains(&reply.trouble().code.as_str())
}

fn access_line(at: &DataPath, path: &StorePath, is_directory: bool, reply: &Reply) -> Value {
    let header = |name: &str| reply.header(name).map_or(Value::Null, Value::from);
    json!({"kind": "path_access", "account": at.account, "filesystem": at.container, "path": path.to_string(), "is_directory": is_directory,
        "owner": header("x-ms-owner"), "group": header("x-ms-group"), "permissions": header("x-ms-permissions"), "acl": header("x-ms-acl")})
}

/// Existence, kind and tier of one path.
#[derive(Default)]
struct PathFacts {
    exists: bool,
    is_directory: Option<bool>,
    tier: Option<String>,
    encryption_scope: Option<String>,
}

fn path_line(at: &DataPath, path: &StorePath, facts: &PathFacts) -> Value {
    let mut line = Map::new();
    let mut put = |name: &str, value: Value| {
        line.insert(name.to_owned(), value);
    };
    put("kind", "path".into());
    put("account", at.account.clone().into());
    put("container", at.container.clone().into());
    put("path", path.as_str().into());
    put("exists", facts.exists.into());
    if let Some(is_directory) = facts.is_directory {
        put("is_directory", is_directory.into());
    }
    if let Some(tier) = facts.tier.as_ref().filter(|tier| !tier.is_empty()) {
        put("access_tier", tier.clone().into());
    }
    if let Some(scope) = facts.encryption_scope.as_ref().filter(|scope| !scope.is_empty()) {
        put("encryption_scope", scope.clone().into());
    }
    Value::Object(line)
}

/// A folder above a path that matters.
pub(super) async fn ancestor(transport: &Transport, want: &Want, at: &DataPath) -> Gathered {
    match access(transport, at, &at.path).await {
        Ok(Some(reply)) => Gathered { lines: vec![access_line(at, &at.path, true, &reply)], whole: true, ..Gathered::default() },
        Ok(None) if at.path.is_root() => {
            Gathered::failed(want, &Trouble::answer(404, "FilesystemNotFound", "the file system was not found"))
        }
        Ok(None) => {
            let facts = PathFacts::default();
            Gathered { lines: vec![path_line(at, &at.path, &facts)], whole: true, ..Gathered::default() }
        }
        Err(trouble) => Gathered::failed(want, &trouble),
    }
}

/// A path itself: properties, and its ACL where there are ACLs.
pub(super) async fn leaf(transport: &Transport, want: &Want, at: &DataPath, descend: bool, most: usize) -> Gathered {
    if at.hierarchical {
        hierarchical_leaf(transport, want, at, descend).await
    } else {
        flat_leaf(transport, want, at, descend, most).await
    }
}

async fn properties(transport: &Transport, service: Service, at: &DataPath) -> Result<PathFacts, Trouble> {
    let reply = transport.send(&call(transport, Verb::Head, service, at, &at.path, &[])?).await?;
    let header = |name: &str| reply.header(name).map(str::to_owned);
    match reply.status {
        200..=299 => {
            let marks = ["x-ms-resource-type", "x-ms-blob-type", "x-ms-meta-hdi_isfolder"];
            if marks.iter().all(|mark| reply.header(mark).is_none()) {
                return Err(Trouble::answer(reply.status, "NotStorage", "the answer is not one of Azure Storage"));
            }
            let kind = reply.header("x-ms-resource-type").map(|kind| kind.eq_ignore_ascii_case("directory"));
            let folder_mark = reply.header("x-ms-meta-hdi_isfolder").is_some_and(|mark| mark.eq_ignore_ascii_case("true"));
            let is_directory = kind.or(if folder_mark { Some(true) } else { (service == Service::Blob).then_some(false) });
            Ok(PathFacts {
                exists: true,
                is_directory,
                tier: header("x-ms-access-tier"),
                encryption_scope: header("x-ms-encryption-scope"),
            })
        }
        404 if is_absent(&reply) => Ok(PathFacts::default()),
        _ => Err(reply.trouble()),
    }
}

async fn hierarchical_leaf(transport: &Transport, want: &Want, at: &DataPath, descend: bool) -> Gathered {
    let below = || if descend { vec![Want::Below(at.clone())] } else { Vec::new() };
    if at.path.is_root() {
        let gathered = ancestor(transport, want, at).await;
        let next = if gathered.whole { below() } else { Vec::new() };
        return Gathered { next, ..gathered };
    }
    let (facts, acl) = futures::join!(properties(transport, Service::Dfs, at), access(transport, at, &at.path));
    let mut gathered = Gathered { whole: true, ..Gathered::default() };
    let is_directory = match &facts {
        Ok(facts) => {
            gathered.lines.push(path_line(at, &at.path, facts));
            facts.is_directory
        }
        Err(trouble) => {
            gathered.gaps.push((LookupPlace::new(What::Paths, at.id()), trouble.clone()));
            None
        }
    };
    match acl {
        Ok(Some(reply)) => {
            let from_acl = reply.header("x-ms-resource-type").map(|kind| kind.eq_ignore_ascii_case("directory"));
            match is_directory.or(from_acl) {
                Some(folder) => {
                    gathered.lines.push(access_line(at, &at.path, folder, &reply));
                    gathered.next = if folder { below() } else { Vec::new() };
                }
                None => {
                    let trouble = Trouble::own("NoType", "no answer says whether the path is a folder");
                    gathered.gaps.push((LookupPlace::new(What::PathAccess, at.id()), trouble));
                }
            }
        }
        Ok(None) => {}
        Err(trouble) => gathered.gaps.push((LookupPlace::new(What::PathAccess, at.id()), trouble)),
    }
    gathered
}

async fn flat_leaf(transport: &Transport, want: &Want, at: &DataPath, descend: bool, most: usize) -> Gathered {
    let own = async { if at.path.is_root() { Ok(PathFacts::default()) } else { properties(transport, Service::Blob, at).await } };
    let listed = async {
        if descend || !at.path.is_root() {
            blobs(transport, at, if descend { most } else { 1 }).await
        } else {
            Ok((BTreeMap::new(), false))
        }
    };
    let (own, listed) = futures::join!(own, listed);
    let (own, (below, complete)) = match (own, listed) {
        (Ok(own), Ok(listed)) => (own, listed),
        // Whoever may read but not list still knows of the path itself.
        (Ok(own), Err(trouble)) if own.exists => {
            return Gathered { lines: vec![path_line(at, &at.path, &own)], ..Gathered::failed(want, &trouble) };
        }
        (Err(trouble), _) | (_, Err(trouble)) => return Gathered::failed(want, &trouble),
    };
    let mut gathered = Gathered { whole: true, ..Gathered::default() };
    if !at.path.is_root() {
        let facts = if own.exists {
            own
        } else {
            PathFacts { exists: !below.is_empty(), is_directory: (!below.is_empty()).then_some(true), ..own }
        };
        // A list that was cut before its first entry says nothing of what is below.
        if facts.exists || complete {
            gathered.lines.push(path_line(at, &at.path, &facts));
        }
    }
    gathered.lines.extend(below.iter().map(|(path, facts)| path_line(at, path, facts)));
    if complete && descend {
        gathered.coverage.push(LookupPlace::new(What::Paths, at.id()));
    } else if descend {
        gathered.notes.push(cut(at, most));
    }
    gathered
}

/// Blobs below a folder, and whether these are all.
async fn blobs(transport: &Transport, at: &DataPath, most: usize) -> Result<(BTreeMap<StorePath, PathFacts>, bool), Trouble> {
    let prefix = if at.path.is_root() { String::new() } else { format!("{}/", at.path.as_str()) };
    let size = most.clamp(1, PAGE).to_string();
    let mut found = BTreeMap::new();
    let mut marker = String::new();
    loop {
        let mut query = vec![("restype", "container"), ("comp", "list"), ("maxresults", size.as_str())];
        query.extend((!prefix.is_empty()).then_some(("prefix", prefix.as_str())));
        query.extend((!marker.is_empty()).then_some(("marker", marker.as_str())));
        let call = call(transport, Verb::Get, Service::Blob, at, &StorePath::root(), &query)?;
        let reply = transport.send_checked(&call, |reply| xml::blobs(&reply.body).err()).await?;
        if !reply.is_success() {
            return Err(reply.trouble());
        }
        let page = xml::blobs(&reply.body)?;
        for blob in page.blobs {
            let facts =
                PathFacts { exists: true, is_directory: Some(blob.is_directory), tier: blob.tier, encryption_scope: blob.encryption_scope };
            found.insert(StorePath::new(&blob.name), facts);
        }
        match page.next {
            None => return Ok((found, true)),
            Some(_) if found.len() >= most => return Ok((found, false)),
            Some(next) if next == marker => return Err(Trouble::own("PageLoop", "the links to further pages lead in a circle")),
            Some(next) => marker = next,
        }
    }
}

/// Everything below a folder of a hierarchical namespace, with its ACLs, `most` paths at most.
pub(super) async fn below(transport: &Transport, want: &Want, at: &DataPath, most: usize) -> Gathered {
    // The list of paths has the folders, the list of blobs the tiers; without the second, tiers are not collected.
    let (listed, blobs) = futures::join!(paths(transport, at, most), blobs(transport, at, most));
    let (paths, complete) = match listed {
        Ok(listed) => listed,
        Err(trouble) => return Gathered::failed(want, &trouble),
    };
    let mut tiers = blobs.map(|(blobs, _)| blobs).unwrap_or_default();
    let mut gathered = Gathered { whole: complete, ..Gathered::default() };
    let acls: Vec<(StorePath, bool, Result<Option<Reply>, Trouble>)> = futures::stream::iter(paths)
        .map(|(path, is_directory)| async move {
            let acl = access(transport, at, &path).await;
            (path, is_directory, acl)
        })
        .buffer_unordered(AT_A_TIME)
        .collect()
        .await;
    for (path, is_directory, acl) in acls {
        let exists = !matches!(acl, Ok(None));
        let told = tiers.remove(&path).unwrap_or_default();
        gathered.lines.push(path_line(at, &path, &PathFacts { exists, is_directory: Some(is_directory), ..told }));
        match acl {
            Ok(Some(reply)) => gathered.lines.push(access_line(at, &path, is_directory, &reply)),
            Ok(None) => {}
            Err(trouble) => {
                let id = DataPath { path, ..at.clone() }.id();
                gathered.gaps.push((LookupPlace::new(What::PathAccess, id), trouble));
            }
        }
    }
    if complete {
        gathered.coverage.extend(want.places());
    } else {
        gathered.notes.push(cut(at, most));
    }
    gathered
}

/// Said where not everything below a folder was read.
fn cut(at: &DataPath, most: usize) -> String {
    format!("below {} only the first {most} paths were read; `--max-paths` reads more", at.id())
}

/// Paths below a folder, and whether these are all.
async fn paths(transport: &Transport, at: &DataPath, most: usize) -> Result<(Vec<(StorePath, bool)>, bool), Trouble> {
    let size = most.clamp(1, PAGE).to_string();
    let mut found: Vec<(StorePath, bool)> = Vec::new();
    let mut continuation = String::new();
    loop {
        let mut query = vec![("resource", "filesystem"), ("recursive", "true"), ("upn", "false"), ("maxResults", size.as_str())];
        query.extend((!at.path.is_root()).then_some(("directory", at.path.as_str())));
        query.extend((!continuation.is_empty()).then_some(("continuation", continuation.as_str())));
        let call = call(transport, Verb::Get, Service::Dfs, at, &StorePath::root(), &query)?;
        let reply = transport.send_checked(&call, |reply| entries(reply).err()).await?;
        if !reply.is_success() {
            return Err(reply.trouble());
        }
        for entry in entries(&reply)? {
            if found.len() >= most {
                return Ok((found, false));
            }
            found.push(entry);
        }
        match reply.header("x-ms-continuation").filter(|next| !next.is_empty()) {
            None => return Ok((found, true)),
            Some(next) if next == continuation => return Err(Trouble::own("PageLoop", "the links to further pages lead in a circle")),
            Some(_) if found.len() >= most => return Ok((found, false)),
            Some(next) => continuation = next.to_owned(),
        }
    }
}

/// `isDirectory` is a text, and absent for files. Source: Data Lake Storage REST API, Path - List.
fn entries(reply: &Reply) -> Result<Vec<(StorePath, bool)>, Trouble> {
    let flaw = |message: &str| Trouble::answer(reply.status, "NotJson", message);
    let body: Value = serde_json::from_slice(&reply.body).map_err(|_| flaw("the list of paths is not JSON"))?;
    let paths = body.get("paths").and_then(Value::as_array).ok_or_else(|| flaw("the answer has no `paths` array"))?;
    let entry = |path: &Value| {
        let name = path.get("name").and_then(Value::as_str)?;
        let is_directory = path.get("isDirectory").is_some_and(|value| value.as_bool() == Some(true) || value.as_str() == Some("true"));
        Some((StorePath::new(name), is_directory))
    };
    paths.iter().map(entry).collect::<Option<Vec<_>>>().ok_or_else(|| flaw("a path in the list has no name"))
}
