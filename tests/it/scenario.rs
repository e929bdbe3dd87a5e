//! A small tenant as lines of a snapshot file, and `canread check` asked of it as from the command line.
//!
//! Every world starts whole: an invoker, a cluster with an identity, an endpoint with a default deployment, a datastore
//! without credential, and everything granted. A test changes what it is about.
#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "helpers of tests fail by panicking")]

use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};

pub(crate) const SUBSCRIPTION: &str = "11111111-1111-1111-1111-111111111111";
pub(crate) const TENANT: &str = "22222222-2222-2222-2222-222222222222";
pub(crate) const OTHER_TENANT: &str = "33333333-3333-3333-3333-333333333333";
/// Whoever is signed in.
pub(crate) const ANA: &str = "aaaaaaaa-0000-0000-0000-000000000001";
/// The cluster's identity.
pub(crate) const CLUSTER: &str = "bbbbbbbb-0000-0000-0000-000000000001";
/// Somebody with no grants.
pub(crate) const BEN: &str = "aaaaaaaa-0000-0000-0000-000000000002";
pub(crate) const GROUP: &str = "cccccccc-0000-0000-0000-000000000001";
/// The moment that questions ask about unless they say otherwise.
pub(crate) const NOW: &str = "2026-11-22T10:00:00Z";

/// Built-in roles by what they are called here.
pub(crate) const BLOB_READER: &str = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1";
pub(crate) const DATA_SCIENTIST: &str = "f6c7c914-8db3-469d-8ca1-694a8f32e121";
pub(crate) const CONTRIBUTOR: &str = "b24988ac-6180-42a0-ab88-20f7382dd24c";
pub(crate) const READER: &str = "acdd72a7-3385-48ef-bd42-f606fba81ae7";

pub(crate) fn group_id() -> String {
    format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/rg")
}

pub(crate) fn workspace_id(name: &str) -> String {
    format!("{}/providers/Microsoft.MachineLearningServices/workspaces/{name}", group_id())
}

/// Id of something in workspace `ws`.
pub(crate) fn ml(rest: &str) -> String {
    format!("{}/{rest}", workspace_id("ws"))
}

pub(crate) fn account_id(name: &str) -> String {
    format!("{}/providers/Microsoft.Storage/storageAccounts/{name}", group_id())
}

pub(crate) fn container_id(account: &str, name: &str) -> String {
    format!("{}/blobServices/default/containers/{name}", account_id(account))
}

pub(crate) fn resource(id: &str, body: Value) -> Value {
    let mut body = body;
    body["id"] = json!(id);
    json!({"kind": "resource", "body": body})
}

pub(crate) fn datastore(name: &str, properties: Value) -> Value {
    resource(&ml(&format!("datastores/{name}")), json!({"properties": properties}))
}

/// A blob datastore on `acct/data`, or an ADLS Gen2 one on `lake/fs`.
pub(crate) fn blob_store(name: &str, credentials: &str) -> Value {
    let credentials = json!({"credentialsType": credentials});
    datastore(
        name,
        json!({"datastoreType": "AzureBlob", "isDefault": name == "store", "accountName": "acct", "containerName": "data",
               "endpoint": "core.windows.net", "protocol": "https", "credentials": credentials}),
    )
}

pub(crate) fn lake_store(name: &str, credentials: &str) -> Value {
    datastore(
        name,
        json!({"datastoreType": "AzureDataLakeGen2", "accountName": "lake", "filesystem": "fs",
               "credentials": {"credentialsType": credentials}}),
    )
}

pub(crate) fn data_version(name: &str, version: &str, kind: &str, uri: &str) -> Value {
    resource(
        &ml(&format!("data/{name}/versions/{version}")),
        json!({"properties": {"dataType": kind, "dataUri": uri, "isArchived": false}}),
    )
}

pub(crate) fn cluster(name: &str, identity: Value) -> Value {
    resource(
        &ml(&format!("computes/{name}")),
        json!({"location": "westeurope", "identity": identity,
               "properties": {"computeType": "AmlCompute", "provisioningState": "Succeeded", "properties": {"vmSize": "s"}}}),
    )
}

pub(crate) fn system_assigned() -> Value {
    json!({"type": "SystemAssigned", "principalId": CLUSTER, "tenantId": TENANT})
}

/// Several user-assigned identities, by name and object id.
pub(crate) fn user_assigned(kind: &str, users: &[(&str, &str)]) -> Value {
    let mut map = serde_json::Map::new();
    for (name, object) in users {
        let id = format!("{}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}", group_id());
        map.insert(id, json!({"principalId": object, "clientId": object}));
    }
    json!({"type": kind, "tenantId": TENANT, "userAssignedIdentities": map})
}

pub(crate) fn account(name: &str, properties: Value) -> Value {
    resource(&account_id(name), json!({"location": "westeurope", "kind": "StorageV2", "properties": properties}))
}

pub(crate) fn container(account: &str, name: &str, public: &str) -> Value {
    resource(&container_id(account, name), json!({"properties": {"publicAccess": public}}))
}

/// An assignment of a built-in role; its id ends in `name`.
pub(crate) fn grant(name: &str, principal: &str, role: &str, scope: &str) -> Value {
    json!({"kind": "role_assignment", "body": {
        "id": grant_id(name, scope),
        "properties": {"scope": scope, "principalId": principal, "principalType": kind_of(principal),
            "roleDefinitionId": format!("/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{role}")}}})
}

/// As Azure fills in `principalType`.
fn kind_of(principal: &str) -> &'static str {
    match principal.get(..1) {
        Some("a") => "User",
        Some("c") => "Group",
        _ => "ServicePrincipal",
    }
}

pub(crate) fn grant_id(name: &str, scope: &str) -> String {
    format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{name}")
}

pub(crate) fn custom_role(guid: &str, name: &str, actions: &[&str], data_actions: &[&str]) -> Value {
    json!({"kind": "role_definition", "body": {
        "id": format!("/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{guid}"),
        "name": guid,
        "properties": {"roleName": name, "type": "CustomRole", "assignableScopes": [format!("/subscriptions/{SUBSCRIPTION}")],
            "permissions": [{"actions": actions, "notActions": [], "dataActions": data_actions, "notDataActions": []}]}}})
}

pub(crate) fn deny(name: &str, principal: &str, scope: &str, actions: &[&str], data_actions: &[&str]) -> Value {
    json!({"kind": "deny_assignment", "body": {
        "id": format!("{scope}/providers/Microsoft.Authorization/denyAssignments/{name}"),
        "properties": {"denyAssignmentName": name, "scope": scope, "doNotApplyToChildScopes": false,
            "permissions": [{"actions": actions, "notActions": [], "dataActions": data_actions, "notDataActions": []}],
            "principals": [{"id": principal, "type": "User"}], "excludePrincipals": [], "isSystemProtected": true}}})
}

pub(crate) fn person(id: &str, name: &str) -> Value {
    json!({"kind": "directory_object", "body": {"@odata.type": "#microsoft.graph.user", "id": id, "displayName": name,
        "userPrincipalName": format!("{}@contoso.com", name.to_lowercase())}})
}

pub(crate) fn service_principal(id: &str, app: &str, name: &str) -> Value {
    json!({"kind": "directory_object", "body": {"@odata.type": "#microsoft.graph.servicePrincipal", "id": id, "appId": app,
        "displayName": name, "servicePrincipalType": "Application"}})
}

pub(crate) fn acl(path: &str, is_directory: bool, entries: &str) -> Value {
    json!({"kind": "path_access", "account": "lake", "filesystem": "fs", "path": path, "is_directory": is_directory,
        "owner": "$superuser", "group": "$superuser", "permissions": "rwxr-x---+", "acl": entries})
}

pub(crate) fn path(account: &str, container: &str, path: &str, rest: Value) -> Value {
    let mut line = json!({"kind": "path", "account": account, "container": container, "path": path, "exists": true});
    for (key, value) in rest.as_object().into_iter().flatten() {
        line[key.as_str()] = value.clone();
    }
    line
}

pub(crate) fn coverage(what: &str, scope: &str) -> Value {
    json!({"kind": "coverage", "what": what, "scope": scope})
}

pub(crate) fn gap(what: &str, scope: &str) -> Value {
    json!({"kind": "gap", "what": what, "scope": scope, "status": 403, "code": "AuthorizationFailed", "message": "no"})
}

/// Lines of a snapshot file.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) lines: Vec<Value>,
}

impl World {
    /// The whole world, and nothing beyond it.
    pub(crate) fn closed() -> Self {
        World { lines: vec![json!({"kind": "coverage", "what": "everything"})] }.furnished()
    }

    /// The same facts with only what a decision needs covered.
    pub(crate) fn open() -> Self {
        let scope = format!("/subscriptions/{SUBSCRIPTION}");
        let mut lines: Vec<Value> =
            ["role_assignments", "deny_assignments", "schedule_instances"].iter().map(|what| coverage(what, &scope)).collect();
        lines.extend([ANA, CLUSTER].map(|id| json!({"kind": "membership", "member": id, "transitive_groups": []})));
        lines.push(json!({"kind": "subscription", "subscription_id": SUBSCRIPTION, "state": "Enabled", "tenant_id": TENANT,
            "management_groups": []}));
        World { lines }.furnished()
    }

    fn furnished(mut self) -> Self {
        let head = json!({"kind": "snapshot", "version": 1, "tool": "canread 0.1.0", "cloud": "AzureCloud", "collected_at": NOW,
            "tenant_id": TENANT, "signed_in": {"object_id": ANA, "name": "ana@contoso.com"}});
        self.lines.insert(0, head);
        self.lines.extend([
            resource(
                &workspace_id("ws"),
                json!({"location": "westeurope", "properties": {
                "workspaceId": "99999999-0000-0000-0000-000000000001", "storageAccount": account_id("acct"),
                "encryption": {"status": "Disabled"}, "systemDatastoresAuthMode": "identity"}}),
            ),
            resource(
                &ml("batchEndpoints/ep"),
                json!({"properties": {"authMode": "AADToken", "defaults": {"deploymentName": "dep"},
                "provisioningState": "Succeeded"}, "systemData": {"createdAt": "2025-01-01T00:00:00Z"}}),
            ),
            resource(&ml("batchEndpoints/ep/deployments/dep"), json!({"properties": {"compute": ml("computes/cpu"), "errorThreshold": 0}})),
            cluster("cpu", system_assigned()),
            blob_store("store", "None"),
            lake_store("lakestore", "None"),
            account(
                "acct",
                json!({"isHnsEnabled": false, "allowSharedKeyAccess": true, "allowBlobPublicAccess": false,
                "publicNetworkAccess": "Enabled", "networkAcls": {"defaultAction": "Allow", "bypass": "None"}}),
            ),
            account(
                "lake",
                json!({"isHnsEnabled": true, "allowSharedKeyAccess": true, "allowBlobPublicAccess": false,
                "publicNetworkAccess": "Enabled", "networkAcls": {"defaultAction": "Allow", "bypass": "None"}}),
            ),
            container("acct", "data", "None"),
            container("lake", "fs", "None"),
            person(ANA, "Ana"),
            grant("ana-science", ANA, DATA_SCIENTIST, &workspace_id("ws")),
            grant("ana-data", ANA, BLOB_READER, &account_id("acct")),
            grant("mi-data", CLUSTER, BLOB_READER, &container_id("acct", "data")),
            grant("mi-out", CLUSTER, "ba92f5b4-2d11-453d-a403-e96b0029c9fe", &account_id("acct")),
        ]);
        self
    }

    /// Adds a line in place of the one it replaces: the same resource, assignment, path or object.
    pub(crate) fn put(mut self, line: Value) -> Self {
        let key = identity(&line);
        self.lines.retain(|other| identity(other) != key);
        self.lines.push(line);
        self
    }

    pub(crate) fn put_all(self, lines: impl IntoIterator<Item = Value>) -> Self {
        lines.into_iter().fold(self, World::put)
    }

    /// Without the resource, assignment or object whose id ends so; panics where there is none, lest a test prove nothing.
    pub(crate) fn without(mut self, end: &str) -> Self {
        let before = self.lines.len();
        self.lines.retain(|line| !identity(line).1.ends_with(&end.to_lowercase()));
        assert!(self.lines.len() < before, "no line ends in {end}");
        self
    }

    /// Changes one value in the line whose id ends so.
    pub(crate) fn set(mut self, end: &str, pointer: &str, value: Value) -> Self {
        let line = self.lines.iter_mut().find(|line| identity(line).1.ends_with(&end.to_lowercase()));
        let line = line.unwrap_or_else(|| panic!("no line ends in {end}"));
        let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
        line.pointer_mut(parent).unwrap_or_else(|| panic!("no {parent} in {end}"))[key] = value;
        self
    }

    /// Nobody is signed in.
    pub(crate) fn nobody(mut self) -> Self {
        self.lines[0]["signed_in"] = Value::Null;
        self
    }

    pub(crate) fn text(&self) -> String {
        self.lines.iter().map(|line| format!("{line}\n")).collect()
    }

    /// `canread check -n ep ARGUMENTS`.
    pub(crate) fn check(&self, arguments: &[&str]) -> Answer {
        self.ask(&[&["-n", "ep"], arguments].concat())
    }

    /// `canread check ARGUMENTS`, in this process, with the file as standard input would be.
    pub(crate) fn ask(&self, arguments: &[&str]) -> Answer {
        let (code, out, errors) = self.run(arguments);
        Answer { code, report: serde_json::from_slice(&out).unwrap_or(Value::Null), errors }
    }

    /// The answers to `canread check -n ep --batch` with these questions, one a line.
    pub(crate) fn batch(&self, questions: &str) -> Vec<Value> {
        let file = TemporaryFile::new(questions);
        let (_, out, errors) = self.run(&["-n", "ep", "--batch", &file.path]);
        let lines = std::str::from_utf8(&out).expect("text").lines();
        lines.map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}; {errors}"))).collect()
    }

    fn run(&self, arguments: &[&str]) -> (u8, Vec<u8>, String) {
        let file = TemporaryFile::new(&self.text());
        let mut line = vec!["canread", "check", "--snapshot", &file.path, "-o", "json"];
        if !arguments.contains(&"--at") {
            line.extend(["--at", NOW]);
        }
        line.extend(arguments);
        let request = match canread::cli::parse(&line) {
            Ok(request) => request,
            Err(exit) => return (exit.code, Vec::new(), exit.text),
        };
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let code = canread::run::run(request, canread::run::Surroundings::default(), &mut out, &mut err);
        (code, out, String::from_utf8(err).expect("text"))
    }
}

/// What a line is about: lines of the same identity replace each other.
pub(crate) fn identity(line: &Value) -> (String, String) {
    let text = |pointer: &str| line.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_lowercase();
    let kind = text("/kind");
    let id = match kind.as_str() {
        "path" => format!("{}/{}/{}", text("/account"), text("/container"), text("/path")),
        "path_access" => format!("{}/{}/{}", text("/account"), text("/filesystem"), text("/path")),
        "membership" => text("/member"),
        "subscription" => text("/subscription_id"),
        "stored_credential" => text("/datastore"),
        "coverage" | "gap" => format!("{}:{}", text("/what"), text("/scope")),
        "probe" => text("/url"),
        _ => text("/body/id"),
    };
    (kind, id)
}

struct TemporaryFile {
    path: String,
}

impl TemporaryFile {
    fn new(text: &str) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let name = format!("canread-scenario-{}-{}.jsonl", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, text).expect("a temporary file can be written");
        TemporaryFile { path: path.to_string_lossy().into_owned() }
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// What `check` answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) code: u8,
    pub(crate) report: Value,
    pub(crate) errors: String,
}

fn str_of(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

impl Answer {
    /// Exit code and verdict of the whole, which must agree.
    pub(crate) fn verdict(&self) -> &str {
        let verdict = self.report["verdict"].as_str().unwrap_or_else(|| panic!("exit {}: {}", self.code, self.errors));
        let code = match verdict {
            "allowed" => 0,
            "denied" => 3,
            "undetermined" => 4,
            other => panic!("no verdict: {other}"),
        };
        assert_eq!(self.code, code, "the exit code is that of the verdict {verdict}");
        verdict
    }

    pub(crate) fn input(&self) -> &Value {
        &self.report["inputs"][0]
    }

    /// `id verdict` of each requirement of the first input, in order.
    pub(crate) fn requirements(&self) -> Vec<String> {
        lines_of(self.input())
    }

    /// `id verdict` of each requirement of the invocation.
    pub(crate) fn invoke(&self) -> Vec<String> {
        lines_of(&self.report["invoke"])
    }

    /// Ids of the first input's requirements.
    pub(crate) fn ids(&self) -> Vec<&str> {
        self.input()["requirements"].as_array().expect("requirements").iter().map(|one| str_of(&one["id"])).collect()
    }

    /// One requirement of the first input or of the invocation.
    pub(crate) fn requirement(&self, id: &str) -> &Value {
        let parts = [self.input(), &self.report["invoke"]];
        let mut all = parts.into_iter().filter_map(|part| part["requirements"].as_array()).flatten();
        all.find(|one| one["id"] == id).unwrap_or_else(|| panic!("no {id} among {:?} {:?}", self.requirements(), self.report["invoke"]))
    }

    pub(crate) fn verdict_of(&self, id: &str) -> &str {
        str_of(&self.requirement(id)["verdict"])
    }

    /// Ids of the evidence of one requirement, those of leaves with its own verdict first.
    pub(crate) fn evidence(&self, id: &str) -> Vec<String> {
        let mut found = Vec::new();
        leaves(&self.requirement(id)["proof"], &mut found);
        found.iter().map(|leaf| str_of(&leaf["evidence"]["id"]).to_owned()).collect()
    }

    /// `what scope` of what is missing for the first input.
    pub(crate) fn missing(&self) -> Vec<String> {
        missing_of(self.input())
    }

    pub(crate) fn missing_for_invoke(&self) -> Vec<String> {
        missing_of(&self.report["invoke"])
    }

    pub(crate) fn assumptions(&self) -> Vec<&str> {
        self.input()["assumptions"].as_array().expect("assumptions").iter().map(str_of).collect()
    }

    pub(crate) fn warning_ids(&self) -> Vec<&str> {
        self.report["warnings"].as_array().expect("warnings").iter().map(|one| str_of(&one["id"])).collect()
    }

    pub(crate) fn warning(&self, id: &str) -> &str {
        let all = self.report["warnings"].as_array().expect("warnings");
        all.iter().find(|one| one["id"] == id).map_or_else(|| panic!("no {id} among {all:?}"), |one| str_of(&one["message"]))
    }
}

fn lines_of(part: &Value) -> Vec<String> {
    let all = part["requirements"].as_array().unwrap_or_else(|| panic!("no requirements in {part}"));
    all.iter().map(|one| format!("{} {}", str_of(&one["id"]), str_of(&one["verdict"]))).collect()
}

fn missing_of(part: &Value) -> Vec<String> {
    let all = part["missing"].as_array().expect("missing");
    for one in all {
        assert!(!str_of(&one["how"]).is_empty(), "it says how to get it: {one}");
    }
    all.iter().map(|one| format!("{} {}", str_of(&one["what"]), str_of(&one["scope"]))).collect()
}

pub(crate) fn leaves<'a>(proof: &'a Value, found: &mut Vec<&'a Value>) {
    let parts = proof["all"].as_array().or(proof["any"].as_array());
    match parts {
        Some(parts) => parts.iter().for_each(|part| leaves(part, found)),
        None => found.push(proof),
    }
}
