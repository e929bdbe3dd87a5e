//! A small closed world as snapshot lines, and whole commands run over it in this process.
#![expect(clippy::panic, clippy::expect_used, clippy::indexing_slicing, reason = "helpers of tests fail by panicking")]
#![expect(clippy::disallowed_methods, reason = "tests write snapshots to temporary files")]

use canread::run::Surroundings;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

pub(crate) const AT: &str = "2026-11-22T12:00:00Z";
pub(crate) const TENANT: &str = "11111111-0000-0000-0000-000000000001";
pub(crate) const OTHER_TENANT: &str = "22222222-0000-0000-0000-000000000002";
pub(crate) const SUBSCRIPTION: &str = "aaaaaaaa-0000-0000-0000-00000000000a";
pub(crate) const ANA: &str = "a0000000-0000-0000-0000-000000000001";
pub(crate) const CLUSTER: &str = "c0000000-0000-0000-0000-000000000001";
pub(crate) const SP: &str = "50000000-0000-0000-0000-000000000001";
pub(crate) const SP_APP: &str = "5a000000-0000-0000-0000-000000000001";
pub(crate) const TEAM: &str = "60000000-0000-0000-0000-000000000001";
pub(crate) const READER: &str = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1";
pub(crate) const WRITER: &str = "ba92f5b4-2d11-453d-a403-e96b0029c9fe";
pub(crate) const CONTRIBUTOR: &str = "b24988ac-6180-42a0-ab88-20f7382dd24c";

pub(crate) fn group() -> String {
    format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/rg")
}
pub(crate) fn workspace() -> String {
    format!("{}/providers/Microsoft.MachineLearningServices/workspaces/ws", group())
}
pub(crate) fn account_id(name: &str) -> String {
    format!("{}/providers/Microsoft.Storage/storageAccounts/{name}", group())
}
pub(crate) fn store_id(name: &str) -> String {
    format!("{}/datastores/{name}", workspace())
}
pub(crate) fn subnet(network: &str) -> String {
    format!("{}/providers/Microsoft.Network/virtualNetworks/{network}/subnets/nodes", group())
}

/// The lines of a snapshot, each under a name by which a test changes or drops it.
#[derive(Clone)]
pub(crate) struct World {
    lines: BTreeMap<String, Value>,
    serial: usize,
}

impl World {
    /// Endpoint `scoring` on cluster `cpu`, which has a system-assigned identity; account `acct` with container `c` and
    /// HNS account `lake` with file system `fs`; a credential-less datastore for each (`plain`, `gen2`), `keyed` with a key.
    /// Ana invokes as Contributor; she and the cluster hold Blob Data Reader on `acct`. Closed world.
    pub(crate) fn new() -> Self {
        let mut world = World { lines: BTreeMap::new(), serial: 0 };
        world.put(
            "0 header",
            json!({"kind":"snapshot","version":1,"tool":"test","cloud":"AzureCloud","collected_at":"2026-11-22T10:00:00Z",
            "tenant_id":TENANT,"signed_in":{"object_id":ANA,"name":"ana@contoso.com"}}),
        );
        world.put("closed", json!({"kind":"coverage","what":"everything"}));
        world.resource("workspace", json!({"id":workspace(),"location":"westeurope","identity":{"type":"SystemAssigned","principalId":"77000000-0000-0000-0000-000000000001","tenantId":TENANT},
            "properties":{"storageAccount":account_id("acct"),"publicNetworkAccess":"Enabled"}}));
        let endpoint = format!("{}/batchEndpoints/scoring", workspace());
        world.resource("endpoint", json!({"id":endpoint,"properties":{"authMode":"AADToken","defaults":{"deploymentName":"blue"},"provisioningState":"Succeeded"}}));
        let compute = format!("{}/computes/cpu", workspace());
        world.resource("deployment", json!({"id":format!("{endpoint}/deployments/blue"),"properties":{"compute":compute,"errorThreshold":0,"provisioningState":"Succeeded"}}));
        world.resource(
            "compute",
            json!({"id":compute,"identity":{"type":"SystemAssigned","principalId":CLUSTER,"tenantId":TENANT},
            "properties":{"computeType":"AmlCompute","provisioningState":"Succeeded","properties":{}}}),
        );
        for (name, hns, container) in [("acct", false, "c"), ("lake", true, "fs")] {
            world.resource(name, json!({"id":account_id(name),"location":"westeurope","kind":"StorageV2","properties":{"provisioningState":"Succeeded","statusOfPrimary":"available",
                "isHnsEnabled":hns,"allowBlobPublicAccess":false,"publicNetworkAccess":"Enabled","networkAcls":{"defaultAction":"Allow","bypass":"AzureServices"},"privateEndpointConnections":[]}}));
            world.resource(&format!("{name} container"), json!({"id":format!("{}/blobServices/default/containers/{container}", account_id(name)),"properties":{"publicAccess":"None"}}));
        }
        world.datastore("plain", json!({"datastoreType":"AzureBlob","accountName":"acct","containerName":"c","isDefault":true,"credentials":{"credentialsType":"None"}}));
        world.datastore("keyed", json!({"datastoreType":"AzureBlob","accountName":"acct","containerName":"c","credentials":{"credentialsType":"AccountKey","secrets":{"secretsType":"AccountKey"}}}));
        world.datastore(
            "gen2",
            json!({"datastoreType":"AzureDataLakeGen2","accountName":"lake","filesystem":"fs","credentials":{"credentialsType":"None"}}),
        );
        world.person(ANA, "user", "Ana");
        world.person(CLUSTER, "servicePrincipal", "ws/computes/cpu");
        world.assign("ana invokes", CONTRIBUTOR, ANA, &group());
        world.assign("ana reads", READER, ANA, &account_id("acct"));
        world.assign("cluster reads", READER, CLUSTER, &account_id("acct"));
        world
    }

    /// The same without the claim that nothing is missing.
    pub(crate) fn open() -> Self {
        let mut world = World::new();
        world.drop("closed");
        world
    }

    pub(crate) fn put(&mut self, name: &str, line: Value) -> &mut Self {
        self.lines.insert(name.to_owned(), line);
        self
    }
    pub(crate) fn add(&mut self, line: Value) -> &mut Self {
        self.serial += 1;
        let name = format!("added {:06}", self.serial);
        self.put(&name, line)
    }
    pub(crate) fn resource(&mut self, name: &str, body: Value) -> &mut Self {
        self.put(name, json!({"kind":"resource","body":body}))
    }
    pub(crate) fn drop(&mut self, name: &str) -> &mut Self {
        assert!(self.lines.remove(name).is_some(), "no line `{name}`");
        self
    }
    /// A value inside a line by JSON pointer.
    pub(crate) fn get(&self, name: &str, pointer: &str) -> Value {
        self.lines.get(name).and_then(|line| line.pointer(pointer)).cloned().unwrap_or_default()
    }
    /// Sets a value inside a line by JSON pointer, making objects on the way.
    pub(crate) fn set(&mut self, name: &str, pointer: &str, value: Value) -> &mut Self {
        let mut at = self.lines.get_mut(name).unwrap_or_else(|| panic!("no line `{name}`"));
        for key in pointer.split('/').skip(1) {
            if !at.is_object() {
                *at = json!({});
            }
            at = at.as_object_mut().expect("an object").entry(key.to_owned()).or_insert(Value::Null);
        }
        *at = value;
        self
    }
    pub(crate) fn datastore(&mut self, name: &str, properties: Value) -> &mut Self {
        self.resource(&format!("store {name}"), json!({"id":store_id(name),"properties":properties}))
    }
    /// A blob datastore over `acct/c` with a SAS, and what is known of it: the query without `sig`.
    pub(crate) fn sas(&mut self, name: &str, query: &str) -> &mut Self {
        self.datastore(name, json!({"datastoreType":"AzureBlob","accountName":"acct","containerName":"c","credentials":{"credentialsType":"Sas","secrets":{"secretsType":"Sas"}}}));
        self.put(
            &format!("stored {name}"),
            json!({"kind":"stored_credential","datastore":store_id(name),"credentials_type":"Sas","sas":query}),
        )
    }
    pub(crate) fn person(&mut self, id: &str, kind: &str, name: &str) -> &mut Self {
        let mut line = json!({"kind":"directory_object","@odata.type":format!("#microsoft.graph.{kind}"),"id":id,"displayName":name});
        if kind == "user" {
            line["userPrincipalName"] = json!(format!("{}@contoso.com", name.to_lowercase()));
        }
        let body = line.as_object_mut().map(|fields| {
            let mut body = fields.clone();
            body.remove("kind");
            body
        });
        self.put(&format!("person {id}"), json!({"kind":"directory_object","body":body}))
    }
    pub(crate) fn assign(&mut self, name: &str, role: &str, principal: &str, scope: &str) -> &mut Self {
        self.serial += 1;
        let id = format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{:08}-0000-0000-0000-000000000000", self.serial);
        let body = json!({"id":id,"properties":{"roleDefinitionId":format!("/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{role}"),"principalId":principal,"scope":scope}});
        self.put(name, json!({"kind":"role_assignment","body":body}))
    }
    pub(crate) fn deny(&mut self, name: &str, principal: &str, scope: &str, data_action: &str) -> &mut Self {
        let id = format!("{scope}/providers/Microsoft.Authorization/denyAssignments/d0000000-0000-0000-0000-00000000000d");
        self.put(name, json!({"kind":"deny_assignment","body":{"id":id,"properties":{"denyAssignmentName":name,"permissions":[{"actions":[],"notActions":[],"dataActions":[data_action],"notDataActions":[]}],
            "scope":scope,"doNotApplyToChildScopes":false,"principals":[{"id":principal,"type":"User"}],"excludePrincipals":[]}}}))
    }
    /// An ACL of `lake/fs`.
    pub(crate) fn acl(&mut self, path: &str, directory: bool, acl: &str) -> &mut Self {
        self.put(
            &format!("acl {path}"),
            json!({"kind":"path_access","account":"lake","filesystem":"fs","path":path,"is_directory":directory,
            "owner":"$superuser","group":"$superuser","permissions":"rwxr-x---+","acl":acl}),
        )
    }
    pub(crate) fn coverage(&mut self, what: &str, scope: &str) -> &mut Self {
        self.add(json!({"kind":"coverage","what":what,"scope":scope}))
    }

    pub(crate) fn text(&self) -> String {
        self.lines.values().map(|line| format!("{line}\n")).collect()
    }

    /// `canread check -n scoring … -o json`, at [`AT`].
    pub(crate) fn check(&self, words: &[&str]) -> Answer {
        self.run(&[&["check", "-n", "scoring", "--at", AT, "-o", "json"], words].concat())
    }
    /// An input of a check, by reference.
    pub(crate) fn input(&self, reference: &str) -> Answer {
        self.check(&["--input", reference])
    }
    pub(crate) fn output(&self, reference: &str) -> Answer {
        self.check(&["--output-path", reference])
    }
    pub(crate) fn access(&self, principal: &str, operation: &str, url: &str) -> Answer {
        self.access_with(principal, operation, url, &[])
    }
    pub(crate) fn access_with(&self, principal: &str, operation: &str, url: &str, words: &[&str]) -> Answer {
        self.run(&[&["access", "--principal", principal, "--operation", operation, url, "--at", AT, "-o", "json"], words].concat())
    }
    /// Any command, with `--snapshot` added.
    pub(crate) fn run(&self, words: &[&str]) -> Answer {
        let file = Temporary::new("jsonl", self.text().as_bytes());
        run(&[words, &["--snapshot", file.path()]].concat())
    }
    /// Answers of a batch, one parsed line each.
    pub(crate) fn batch(&self, command: &str, questions: &str, words: &[&str]) -> (u8, Vec<Value>, Answer) {
        let lines = Temporary::new("questions", questions.as_bytes());
        let answer = self.run(&[&[command, "--batch", lines.path(), "--at", AT], words].concat());
        let parse = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        (answer.code, answer.out.lines().map(parse).collect(), answer)
    }
}

/// A file that is removed with the value.
pub(crate) struct Temporary(PathBuf);

impl Temporary {
    pub(crate) fn new(extension: &str, bytes: &[u8]) -> Self {
        static SERIAL: AtomicUsize = AtomicUsize::new(0);
        let name = format!("canread-it-{}-{}.{extension}", std::process::id(), SERIAL.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, bytes).expect("a temporary file can be written");
        Temporary(path)
    }
    pub(crate) fn path(&self) -> &str {
        self.0.to_str().expect("an UTF-8 path")
    }
    pub(crate) fn read(&self) -> String {
        std::fs::read_to_string(&self.0).expect("the file can be read")
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Runs a command line in this process.
pub(crate) fn run(words: &[&str]) -> Answer {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = match canread::cli::parse(std::iter::once("canread").chain(words.iter().copied())) {
        Ok(request) => {
            let needs_state = ["check", "access", "snapshot"].contains(&words[0]);
            assert!(!needs_state || words.contains(&"--snapshot"), "without a snapshot this test would ask Azure: {words:?}");
            canread::run::run(request, Surroundings::default(), &mut out, &mut err)
        }
        Err(exit) => {
            if exit.to_stderr {
                err = exit.text.into_bytes()
            } else {
                out = exit.text.into_bytes()
            }
            exit.code
        }
    };
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
    let out = text(out);
    let json = serde_json::from_str(&out).unwrap_or(Value::Null);
    Answer { code, out, err: text(err), json }
}

/// What a command printed.
pub(crate) struct Answer {
    pub(crate) code: u8,
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) json: Value,
}

impl Answer {
    pub(crate) fn verdict(&self) -> &str {
        self.json["verdict"].as_str().unwrap_or_else(|| panic!("no verdict: {}\n{}", self.out, self.err))
    }
    fn requirements(&self) -> Vec<&Value> {
        let data = ["inputs", "outputs"].into_iter().filter_map(|key| self.json[key].as_array()).flatten();
        let lists = data.map(|data| &data["requirements"]).chain([&self.json["invoke"]["requirements"]]);
        lists.filter_map(Value::as_array).flatten().collect()
    }
    /// `id=verdict` of every requirement, in order.
    pub(crate) fn ids(&self) -> Vec<String> {
        let word = |value: &Value| value.as_str().unwrap_or("?").to_owned();
        self.requirements().iter().map(|one| format!("{}={}", word(&one["id"]), word(&one["verdict"]))).collect()
    }
    pub(crate) fn requirement(&self, id: &str) -> &Value {
        let found = self.requirements().into_iter().find(|one| one["id"] == id);
        found.unwrap_or_else(|| panic!("no `{id}` among {:?}\n{}", self.ids(), self.err))
    }
    /// Verdict of the first requirement of this id.
    pub(crate) fn of(&self, id: &str) -> &str {
        self.requirement(id)["verdict"].as_str().unwrap_or("?")
    }
    pub(crate) fn has(&self, id: &str) -> bool {
        self.requirements().iter().any(|one| one["id"] == id)
    }
    /// `kind id` of all evidence under a node that bears `verdict`.
    pub(crate) fn evidence(&self, id: &str) -> Vec<String> {
        let mut found = Vec::new();
        leaves(&self.requirement(id)["proof"], &mut found);
        found
    }
    pub(crate) fn warnings(&self) -> Vec<&str> {
        let all = self.json["warnings"].as_array().into_iter().flatten();
        all.filter_map(|warning| warning["id"].as_str()).collect()
    }
    pub(crate) fn warning(&self, id: &str) -> String {
        let all = self.json["warnings"].as_array().into_iter().flatten();
        all.filter(|warning| warning["id"] == id).filter_map(|warning| warning["message"].as_str()).collect::<Vec<_>>().join("\n")
    }
    /// `what scope` of everything missing.
    pub(crate) fn missing(&self) -> Vec<String> {
        let data = ["inputs", "outputs"].into_iter().filter_map(|key| self.json[key].as_array()).flatten();
        let lists = data.map(|data| &data["missing"]).chain([&self.json["invoke"]["missing"], &self.json["missing"]]);
        let word = |value: &Value| value.as_str().unwrap_or("?").to_owned();
        lists.filter_map(Value::as_array).flatten().map(|one| format!("{} {}", word(&one["what"]), word(&one["scope"]))).collect()
    }
    pub(crate) fn assumptions(&self) -> String {
        let data = ["inputs", "outputs"].into_iter().filter_map(|key| self.json[key].as_array()).flatten();
        data.flat_map(|data| data["assumptions"].as_array().into_iter().flatten()).map(|one| format!("{one}\n")).collect()
    }
}

fn leaves(node: &Value, found: &mut Vec<String>) {
    if let Some(evidence) = node.get("evidence") {
        let all = evidence.as_array().map_or_else(|| vec![evidence], |all| all.iter().collect());
        found.extend(all.into_iter().map(|one| {
            let word = |key: &str| one[key].as_str().unwrap_or("").to_owned();
            format!("{} {} {}", word("kind"), word("id"), word("says"))
        }));
    }
    for key in ["all", "any"] {
        for child in node[key].as_array().into_iter().flatten() {
            leaves(child, found);
        }
    }
}
