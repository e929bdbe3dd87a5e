//! Storage: access control and path lists of the dfs endpoint, lists and blobs of the blob endpoint.

use super::Cloud;
use super::http::{Request, Response};
use super::world::text;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The parts of `/{account}/{container}/{path}`.
struct Place {
    account: String,
    container: String,
    path: String,
}

fn place_of(request: &Request) -> Option<Place> {
    let path = request.path();
    let mut parts = path.trim_start_matches('/').splitn(3, '/');
    let account = parts.next()?.to_owned();
    let container = parts.next().unwrap_or_default().to_owned();
    let path = parts.next().unwrap_or_default().trim_matches('/').to_owned();
    Some(Place { account, container, path })
}

fn refuse(status: u16, code: &str) -> Response {
    let body = format!("<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>{code}</Code><Message>{code}</Message></Error>");
    Response::new(status).with("x-ms-error-code", code).with("content-type", "application/xml").body(body)
}

/// What the file says about a path.
enum Existence {
    Exists {
        is_directory: bool,
    },
    Absent,
    /// Nothing is recorded and nothing covers it.
    Unknown,
}

fn existence(cloud: &Cloud, place: &Place) -> Existence {
    let key = format!("{}/{}/{}", place.account, place.container, place.path);
    if place.path.is_empty() {
        return Existence::Exists { is_directory: true };
    }
    let recorded = cloud.world.paths.get(&key);
    if recorded.is_some_and(|record| record.get("exists") == Some(&Value::Bool(false))) {
        return Existence::Absent;
    }
    if let Some(record) = recorded.or_else(|| cloud.world.access.get(&key)) {
        return Existence::Exists { is_directory: record.get("is_directory") == Some(&Value::Bool(true)) };
    }
    let below = format!("{key}/");
    if cloud.world.paths.keys().chain(cloud.world.access.keys()).any(|known| known.starts_with(&below)) {
        return Existence::Exists { is_directory: true };
    }
    match cloud.world.covers("paths", &key) {
        true => Existence::Absent,
        false => Existence::Unknown,
    }
}

/// Every recorded path below a folder: name, whether it is a folder.
fn below(cloud: &Cloud, place: &Place, prefix: &str) -> Vec<(String, bool)> {
    let base = format!("{}/{}/", place.account, place.container);
    let mut all: BTreeSet<(String, bool)> = BTreeSet::new();
    for (key, record) in cloud.world.paths.iter().chain(&cloud.world.access) {
        let Some(name) = key.strip_prefix(&base) else { continue };
        let exists = record.get("exists") != Some(&Value::Bool(false));
        if exists && !name.is_empty() && name.starts_with(prefix) {
            all.insert((name.to_owned(), record.get("is_directory") == Some(&Value::Bool(true))));
        }
    }
    all.into_iter().collect()
}

fn gate(cloud: &Cloud, place: &Place) -> Option<Response> {
    if cloud.world.account(&place.account).is_none() {
        return Some(refuse(404, "ResourceNotFound"));
    }
    let known = cloud.world.container(&place.account, &place.container).is_some();
    let seen = !below(cloud, place, "").is_empty();
    (!place.container.is_empty() && !known && !seen).then(|| refuse(404, "ContainerNotFound"))
}

/// Answers a request to the dfs endpoint.
pub(crate) fn dfs(cloud: &Cloud, request: &Request) -> Response {
    let Some(place) = place_of(request) else { return refuse(400, "InvalidUri") };
    if request.header("x-ms-version").is_none() {
        return refuse(400, "MissingRequiredHeader");
    }
    if let Some(refused) = gate(cloud, &place) {
        return refused;
    }
    match (request.method.as_str(), request.parameter("resource"), request.parameter("action")) {
        ("GET", Some(_), _) => list_paths(cloud, request, &place),
        ("HEAD", _, Some(_)) => access_control(cloud, &place),
        ("HEAD", ..) => properties(cloud, &place),
        _ => refuse(405, "UnsupportedHttpVerb"),
    }
}

fn access_control(cloud: &Cloud, place: &Place) -> Response {
    let hierarchical =
        cloud.world.account(&place.account).and_then(|body| body.pointer("/properties/isHnsEnabled")) == Some(&Value::Bool(true));
    if !hierarchical {
        return refuse(400, "FeatureNotSupportedForAccount");
    }
    let key = format!("{}/{}/{}", place.account, place.container, place.path);
    if let Some(record) = cloud.world.access.get(&key) {
        let kind = if record.get("is_directory") == Some(&Value::Bool(true)) { "directory" } else { "file" };
        return Response::new(200)
            .with("x-ms-owner", text(record, "/owner"))
            .with("x-ms-group", text(record, "/group"))
            .with("x-ms-permissions", text(record, "/permissions"))
            .with("x-ms-acl", text(record, "/acl"))
            .with("x-ms-resource-type", kind);
    }
    match existence(cloud, place) {
        Existence::Absent => refuse(404, "PathNotFound"),
        Existence::Exists { .. } | Existence::Unknown => refuse(403, "AuthorizationPermissionMismatch"),
    }
}

fn properties(cloud: &Cloud, place: &Place) -> Response {
    match existence(cloud, place) {
        Existence::Absent => refuse(404, "PathNotFound"),
        Existence::Unknown => refuse(403, "AuthorizationPermissionMismatch"),
        Existence::Exists { is_directory } => {
            let key = format!("{}/{}/{}", place.account, place.container, place.path);
            let tier = cloud.world.paths.get(&key).map(|record| text(record, "/access_tier")).unwrap_or_default();
            let answer = Response::new(200).with("x-ms-resource-type", if is_directory { "directory" } else { "file" });
            if tier.is_empty() { answer } else { answer.with("x-ms-access-tier", tier) }
        }
    }
}

fn list_paths(cloud: &Cloud, request: &Request, place: &Place) -> Response {
    let directory = request.parameter("directory").unwrap_or_default();
    let directory = directory.trim_matches('/');
    let folder = Place { account: place.account.clone(), container: place.container.clone(), path: directory.to_owned() };
    match existence(cloud, &folder) {
        Existence::Absent => return refuse(404, "PathNotFound"),
        Existence::Unknown => return refuse(403, "AuthorizationPermissionMismatch"),
        Existence::Exists { .. } => {}
    }
    let prefix = if directory.is_empty() { String::new() } else { format!("{directory}/") };
    let recursive = request.parameter("recursive").is_some_and(|text| text.eq_ignore_ascii_case("true"));
    let direct = |name: &str| !name.get(prefix.len()..).unwrap_or_default().contains('/');
    let all: Vec<(String, bool)> = below(cloud, place, &prefix).into_iter().filter(|(name, _)| recursive || direct(name)).collect();
    let asked = request.parameter("maxResults").and_then(|text| text.parse().ok()).unwrap_or(5000_usize);
    let size = cloud.options.page_size.unwrap_or(5000).min(asked).max(1);
    let start = request.parameter("continuation").and_then(|text| text.parse().ok()).unwrap_or(0_usize);
    let rows: Vec<Value> =
        all.iter().skip(start).take(size).map(|(name, is_directory)| path_row(cloud, place, name, *is_directory)).collect();
    let answer = Response::json(200, &json!({ "paths": rows }));
    if start + size < all.len() { answer.with("x-ms-continuation", (start + size).to_string()) } else { answer }
}

/// The service writes booleans and numbers as text, and leaves `isDirectory` out for a file.
fn path_row(cloud: &Cloud, place: &Place, name: &str, is_directory: bool) -> Value {
    let access = cloud.world.access.get(&format!("{}/{}/{name}", place.account, place.container));
    let of = |pointer: &str| access.map(|record| text(record, pointer)).unwrap_or_default();
    let mut row =
        json!({ "name": name, "contentLength": "10", "owner": of("/owner"), "group": of("/group"), "permissions": of("/permissions") });
    if is_directory && let Some(row) = row.as_object_mut() {
        row.insert("isDirectory".to_owned(), Value::String("true".to_owned()));
    }
    row
}

/// Answers a request to the blob endpoint.
pub(crate) fn blob(cloud: &Cloud, request: &Request) -> Response {
    let Some(place) = place_of(request) else { return refuse(400, "InvalidUri") };
    if let Some(refused) = gate(cloud, &place).or_else(|| anonymous(cloud, request, &place)) {
        return refused;
    }
    let list = request.parameter("comp").is_some_and(|comp| comp == "list");
    match request.method.as_str() {
        "GET" if list => list_blobs(cloud, request, &place),
        "GET" | "HEAD" => one_blob(cloud, request, &place),
        _ => refuse(405, "UnsupportedHttpVerb"),
    }
}

/// Without any credential only what is public answers.
fn anonymous(cloud: &Cloud, request: &Request, place: &Place) -> Option<Response> {
    if request.header("authorization").is_some() || request.parameter("sig").is_some() {
        return None;
    }
    let account = cloud.world.account(&place.account)?;
    if account.pointer("/properties/allowBlobPublicAccess") != Some(&Value::Bool(true)) {
        return Some(refuse(409, "PublicAccessNotPermitted"));
    }
    let level = cloud.world.container(&place.account, &place.container).map(|body| text(body, "/properties/publicAccess"));
    let list = request.parameter("comp").is_some_and(|comp| comp == "list");
    match level.map(str::to_ascii_lowercase).as_deref() {
        Some("container") => None,
        Some("blob") if !list => None,
        _ => Some(refuse(404, "ResourceNotFound")),
    }
}

fn list_blobs(cloud: &Cloud, request: &Request, place: &Place) -> Response {
    let prefix = request.parameter("prefix").unwrap_or_default();
    let delimiter = request.parameter("delimiter").filter(|text| !text.is_empty());
    let mut files: Vec<String> = Vec::new();
    let mut folders: BTreeSet<String> = BTreeSet::new();
    for (name, is_directory) in below(cloud, place, &prefix) {
        let rest = name.get(prefix.len()..).unwrap_or_default();
        match delimiter.as_deref().and_then(|delimiter| rest.find(delimiter)) {
            Some(at) => drop(folders.insert(format!("{prefix}{}/", rest.get(..at).unwrap_or_default()))),
            None if is_directory => {}
            None => files.push(name),
        }
    }
    let size = cloud.options.page_size.unwrap_or(5000).max(1);
    let asked = request.parameter("maxresults").and_then(|text| text.parse().ok()).unwrap_or(size);
    let size = size.min(asked);
    let start = request.parameter("marker").and_then(|text| text.parse().ok()).unwrap_or(0_usize);
    let next = if start + size < files.len() { (start + size).to_string() } else { String::new() };
    let mut body = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults><Blobs>");
    for name in files.iter().skip(start).take(size) {
        body.push_str(&blob_row(cloud, place, name));
    }
    for name in folders {
        body.push_str(&format!("<BlobPrefix><Name>{}</Name></BlobPrefix>", escape(&name)));
    }
    body.push_str(&format!("</Blobs><NextMarker>{next}</NextMarker></EnumerationResults>"));
    Response::new(200).with("content-type", "application/xml").body(body)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

fn tier(cloud: &Cloud, place: &Place, name: &str) -> String {
    let record = cloud.world.paths.get(&format!("{}/{}/{name}", place.account, place.container));
    record.map(|record| text(record, "/access_tier")).filter(|tier| !tier.is_empty()).unwrap_or("Hot").to_owned()
}

fn blob_row(cloud: &Cloud, place: &Place, name: &str) -> String {
    let tier = tier(cloud, place, name);
    let date = "Sun, 22 Nov 2026 10:00:00 GMT";
    format!(
        "<Blob><Name>{}</Name><Properties><Creation-Time>{date}</Creation-Time><Last-Modified>{date}</Last-Modified><Etag>0x8D</Etag>\
         <Content-Length>10</Content-Length><Content-Type>text/plain</Content-Type><BlobType>BlockBlob</BlobType><AccessTier>{tier}</AccessTier>\
         <LeaseStatus>unlocked</LeaseStatus><LeaseState>available</LeaseState><ServerEncrypted>true</ServerEncrypted></Properties></Blob>",
        escape(name)
    )
}

fn one_blob(cloud: &Cloud, request: &Request, place: &Place) -> Response {
    if place.path.is_empty() {
        return Response::new(200).with("x-ms-lease-state", "available");
    }
    let hierarchical =
        cloud.world.account(&place.account).and_then(|body| body.pointer("/properties/isHnsEnabled")) == Some(&Value::Bool(true));
    match existence(cloud, place) {
        Existence::Absent => return refuse(404, "BlobNotFound"),
        Existence::Unknown => return refuse(403, "AuthorizationPermissionMismatch"),
        // A flat account has no folders, only names with slashes.
        Existence::Exists { is_directory: true } if !hierarchical => return refuse(404, "BlobNotFound"),
        Existence::Exists { is_directory: true } => return Response::new(200).with("x-ms-meta-hdi_isfolder", "true"),
        Existence::Exists { is_directory: false } => {}
    }
    let ranged = request.header("range").or_else(|| request.header("x-ms-range")).is_some();
    let answer = Response::new(if ranged { 206 } else { 200 })
        .with("x-ms-blob-type", "BlockBlob")
        .with("x-ms-access-tier", tier(cloud, place, &place.path))
        .with("x-ms-creation-time", "Sun, 22 Nov 2026 10:00:00 GMT")
        .with("last-modified", "Sun, 22 Nov 2026 10:00:00 GMT")
        .with("date", "Sun, 22 Nov 2026 10:00:00 GMT")
        .with("etag", "\"0x8D\"")
        .with("x-ms-request-id", "00000000-0000-0000-0000-000000000000")
        .with("x-ms-version", "2022-11-02")
        .with("x-ms-lease-status", "unlocked")
        .with("x-ms-lease-state", "available")
        .with("x-ms-server-encrypted", "true")
        .with("content-type", "text/plain");
    if ranged { answer.with("content-range", "bytes 0-0/10").body("x") } else { answer.body("0123456789") }
}
