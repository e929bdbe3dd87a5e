//! No secret of a snapshot or an argument is ever printed, whatever the command, the verbosity and the error.

use super::world2::*;
use serde_json::{Value, json};

/// Canaries: text that must not come out, each of its own.
struct Canaries(Vec<String>);

impl Canaries {
    fn new() -> Self {
        Canaries(Vec::new())
    }
    fn secret(&mut self) -> String {
        let canary = format!("CANARY{:03}qZx", self.0.len());
        self.0.push(canary.clone());
        canary
    }
    fn url(&mut self) -> String {
        format!("https://acct.blob.core.windows.net/c/a/?sv=2022-11-02&sr=c&sp=rl&se=2026-12-24T00:00:00Z&sig={}%3D", self.secret())
    }
    #[track_caller]
    fn absent(&self, words: &[&str], text: &str) {
        for canary in &self.0 {
            assert!(!text.contains(canary.as_str()), "{canary} came out of {words:?}:\n{text}");
        }
    }
}

fn planted(canaries: &mut Canaries) -> World {
    let mut world = World::new();
    let mut c = || canaries.secret();
    world.set("store keyed", "/body/properties/credentials/secrets", json!({"secretsType":"AccountKey","key":format!("{}==", c())}));
    world.sas("signed", &format!("sv=2022-11-02&sr=c&sp=rl&se=2026-12-24T00:00:00Z&sig={}", c()));
    world.set("store signed", "/body/properties/credentials/secrets", json!({"secretsType":"Sas","sasToken":format!("?sv=1&sig={}", c())}));
    world.datastore("sp", json!({"datastoreType":"AzureBlob","accountName":"acct","containerName":"c","credentials":{"credentialsType":"ServicePrincipal","clientId":SP_APP,"tenantId":TENANT,
        "secrets":{"secretsType":"ServicePrincipal","clientSecret":c()},"authorityUrl":format!("https://user:{}@login.evil.example/?sig={}", c(), c()),"resourceUrl":format!("https://x/?sig={}", c())}}));
    world.person(SP, "servicePrincipal", "loader").set(&format!("person {SP}"), "/body/appId", json!(SP_APP));
    world.set(&format!("person {SP}"), "/body/passwordCredentials", json!([{"secretText":c(),"endDateTime":"2025-01-01T00:00:00Z"}]));
    world.set("compute", "/body/properties/properties/userAccountCredentials", json!({"adminUserName":"root","adminUserPassword":c()}));
    world.set(
        "deployment",
        "/body/properties/environmentVariables",
        json!({"KEY":c(),"CONN":format!("DefaultEndpointsProtocol=https;AccountKey={}", c())}),
    );
    world.set("endpoint", "/body/properties/scoringUri", json!(format!("https://x/?sig={}", c())));
    world.set("workspace", "/body/properties/keys", json!({"secrets":[c()]}));
    let version =
        |uri: String| json!({"id":format!("{}/data/heart/versions/1", workspace()),"properties":{"dataType":"uri_folder","dataUri":uri}});
    world.resource(
        "heart",
        version(format!("https://acct.blob.core.windows.net/c/a/?sv=2022-11-02&sr=c&sp=rl&se=2026-12-24T00:00:00Z&sig={}", c())),
    );
    world.resource("odd uri", json!({"id":format!("{}/data/odd/versions/1", workspace()),"properties":{"dataType":"uri_folder","dataUri":format!("ftp://user:{}@x/?SIG={}", c(), c())}}));
    world.add(json!({"kind":"probe","url":format!("https://acct.blob.core.windows.net/c/a/?sig={}", c()),"credential":"stored","at":"2026-11-22T10:00:00Z","list":"AuthenticationFailed","read":format!("https://x/?sig={}", c())}));
    world.add(json!({"kind":"gap","what":"stored_credential","scope":store_id("keyed"),"status":403,"code":"X","message":format!("https://x/?sv=1&sig={}", c())}));
    world.add(json!({"kind":"gap","what":"role_assignments","scope":account_id("lake"),"status":403,"code":format!("sig={}", c()),"message":format!("Bearer eyJ0eXAiOiJKV1QiLCJhbGciOiJ{}", c())}));
    world.add(json!({"kind":"directory_object","body":{"@odata.type":"#microsoft.graph.user","id":"a0000000-0000-0000-0000-00000000000f","displayName":format!("x?sig={}", c())}}));
    world.add(json!({"kind":format!("odd?sig={}", c()),"token":c()}));
    world.add(json!({"kind":"membership","member":SP,"transitive_groups":[],format!("sig={}", c()):1}));
    world
}

#[expect(clippy::too_many_lines, reason = "a list of cases")]
fn everything(canaries: &mut Canaries, world: &World) {
    let url = canaries.url();
    let odd = format!("https://user:{}@acct.blob.core.windows.net/c/a", canaries.secret());
    let encoded = format!("https://acct.blob.core.windows.net/c/a%3Fsv%3D1%26sig%3D{}", canaries.secret());
    let bare = format!("?sv=1&sig={}", canaries.secret());
    let connection = format!("DefaultEndpointsProtocol=https;AccountName=a;AccountKey={}==;EndpointSuffix=x", canaries.secret());
    let references = [
        "azureml://datastores/keyed/paths/a/",
        "azureml://datastores/signed/paths/a/",
        "azureml://datastores/sp/paths/a/",
        "azureml://datastores/gen2/paths/a/",
        "azureml:heart:1",
        "azureml:odd:1",
        &url,
        &odd,
        &encoded,
        &bare,
        &connection,
    ];
    let batch = Temporary::new(
        "questions",
        references
            .iter()
            .map(|reference| {
                format!("{}\n{}x\n", json!({"id":1,"input":reference,"name":"scoring"}), json!({"id":reference,"input":reference}))
            })
            .collect::<String>()
            .as_bytes(),
    );
    let yaml = Temporary::new(
        "yml",
        format!("inputs:\n  a:\n    path: '{url}'\n    type: uri_folder\n  b: [\n    sig={}", canaries.secret()).as_bytes(),
    );
    let mut lines: Vec<Vec<&str>> = vec![
        vec!["check", "-n", "scoring", "--batch", batch.path()],
        vec!["access", "--batch", batch.path()],
        vec!["check", "-n", "scoring", "-f", yaml.path()],
    ];
    for reference in references {
        lines.push(vec!["check", "-n", "scoring", "--input", reference]);
        lines.push(vec!["check", "-n", "scoring", "--input", reference, "--input-type", "uri_file", "--output-path", reference]);
        lines.push(vec!["check", "--compute", reference, "--input", reference]);
        lines.push(vec!["check", "-n", reference, "-d", reference]);
        lines.push(vec!["check", "-n", "scoring", "--as", reference, "--input", reference]);
        lines.push(vec!["check", "-n", "scoring", "-f", reference]);
        lines.push(vec!["check", "-n", "scoring", "--set", reference]);
        lines.push(vec!["check", "-n", "scoring", "--at", reference]);
        lines.push(vec!["check", "-n", "scoring", "--rules", reference]);
        lines.push(vec!["check", "-n", "scoring", "--cloud", reference]);
        lines.push(vec!["check", "-n", "scoring", "-w", reference, "--input", reference]);
        lines.push(vec!["check", "-n", "scoring", "-o", reference]);
        lines.push(vec!["check", "-n", "scoring", "--batch", reference]);
        lines.push(vec!["check", reference]);
        lines.push(vec![reference]);
        lines.push(vec!["rules", reference]);
        lines.push(vec!["access", "--principal", ANA, "--operation", "read", reference]);
        lines.push(vec!["access", "--principal", reference, "--operation", "read", &url]);
        lines.push(vec!["access", "--principal", ANA, "--operation", reference, &url]);
        lines.push(vec!["access", "--principal", ANA, "--operation", "read", "--from", reference, &url]);
    }
    for words in &lines {
        for more in [&[][..], &["-v"], &["-o", "json"], &["--debug"]] {
            let words = [&words[..], more].concat();
            let answer =
                if words.first().is_some_and(|word| *word == "rules" || word.contains(':')) { run(&words) } else { world.run(&words) };
            canaries.absent(&words, &answer.out);
            canaries.absent(&words, &answer.err);
        }
    }
    let out = Temporary::new("out", b"");
    world.run(&["check", "-n", "scoring", "--at", AT, "--input", &url, "-o", "json", "--output-file", out.path()]);
    assert!(out.read().contains("\"report\""));
    canaries.absent(&["--output-file"], &out.read());
}

#[test]
fn planted_secrets_never_come_out() {
    let mut canaries = Canaries::new();
    let world = planted(&mut canaries);
    let answer = world.input("azureml://datastores/keyed/paths/a/");
    assert!(answer.json.is_object(), "{}", answer.err);
    assert!(answer.warnings().contains(&"snapshot/secret"), "{:?}", answer.warnings());
    everything(&mut canaries, &world);
}

#[test]
fn nor_where_the_snapshot_cannot_be_read() {
    let mut canaries = Canaries::new();
    let good = planted(&mut canaries).text();
    let mut lines: Vec<String> = good.lines().map(str::to_owned).collect();
    let secret = canaries.secret();
    let broken = [
        json!({"kind":"resource","body":{"id":account_id("third"),"properties":{"isHnsEnabled":secret}}}).to_string(),
        json!({"kind":"resource","body":secret}).to_string(),
        json!({"kind":{"x":secret}}).to_string(),
        format!("{{\"kind\":\"resource\",\"{secret}"),
        secret.clone(),
        json!({"kind":"probe","url":"https://x/c","credential":secret,"at":secret}).to_string(),
        json!({"kind":"path_access","account":"lake","filesystem":"fs","path":"/q","is_directory":true,"owner":"x","group":"x","permissions":secret,"acl":7}).to_string(),
        json!({"kind":"stored_credential","datastore":store_id("signed"),"credentials_type":"Sas","sas":format!("sv=1&sig={secret}")}).to_string(),
        json!({"kind":"role_definition","body":{"id":secret,"properties":Value::Null}}).to_string(),
    ];
    for bad in broken {
        lines.push(bad);
        let file = Temporary::new("jsonl", lines.join("\n").as_bytes());
        let words = ["check", "-n", "scoring", "--input", "azureml://datastores/keyed/paths/a/", "--snapshot", file.path()];
        let answer = run(&words);
        canaries.absent(&words, &answer.out);
        canaries.absent(&words, &answer.err);
        lines.pop();
    }
}
