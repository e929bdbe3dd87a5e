//! Datastores that store a credential, by whole commands.

use super::world2::*;
use serde_json::{Value, json};

/// Collects what does not come out as wanted, so that one run names every deviation.
#[derive(Default)]
pub(crate) struct Deviations(Vec<String>);

impl Deviations {
    /// Exit code, and `id=verdict` of those named.
    pub(crate) fn check(&mut self, case: &str, answer: &Answer, code: u8, wanted: &[&str]) {
        let ids = answer.ids();
        let absent: Vec<_> = wanted
            .iter()
            .filter(|one| match one.strip_prefix('-') {
                Some(id) => answer.has(id),
                None => !ids.iter().any(|id| id == *one),
            })
            .collect();
        if answer.code != code || !absent.is_empty() {
            self.0.push(format!(
                "{case}: exit {} (wanted {code}), lacking {absent:?} in {ids:?}\n   {}\n   {:?}",
                answer.code,
                answer.err,
                answer.missing()
            ));
        }
    }
    pub(crate) fn cites(&mut self, case: &str, answer: &Answer, id: &str, evidence: &str) {
        if !answer.has(id) || !answer.evidence(id).iter().any(|one| one.to_lowercase().contains(&evidence.to_lowercase())) {
            self.0.push(format!("{case}: {id} does not cite `{evidence}`: {:#?}", answer.has(id).then(|| answer.evidence(id))));
        }
    }
    pub(crate) fn that(&mut self, case: &str, holds: bool, shown: impl std::fmt::Debug) {
        if !holds {
            self.0.push(format!("{case}: {shown:?}"));
        }
    }
    pub(crate) fn none(self) {
        assert!(self.0.is_empty(), "{} deviations\n{}", self.0.len(), self.0.join("\n"));
    }
}

const FOLDER: &str = "azureml://datastores/signed/paths/a/";
const GOOD: &str = "sv=2022-11-02&sr=c&sp=rl&st=2026-11-01T00:00:00Z&se=2026-12-24T00:00:00Z&spr=https";

fn signed(query: &str) -> World {
    let mut world = World::new();
    world.sas("signed", query);
    world
}

#[test]
fn every_field_of_a_stored_sas_decides() {
    let mut d = Deviations::default();
    let cases: &[(&str, u8, &str)] = &[
        (GOOD, 0, "allowed"),
        ("sv=2022-11-02&sr=c&sp=rl&se=2026-12-24T00:00:00Z", 0, "allowed"),
        ("sv=2022-11-02&sr=c&sp=r&se=2026-12-24T00:00:00Z", 3, "denied"),
        ("sv=2022-11-02&sr=c&sp=l&se=2026-12-24T00:00:00Z", 3, "denied"),
        ("sv=2022-11-02&sr=c&sp=rl&se=2026-11-22T12:00:00Z", 3, "denied"),
        ("sv=2022-11-02&sr=c&sp=rl&se=2026-11-22T12:00:01Z", 0, "allowed"),
        ("sv=2022-11-02&sr=c&sp=rl&st=2026-11-22T12:00:00Z&se=2026-12-24T00:00:00Z", 0, "allowed"),
        ("sv=2022-11-02&sr=c&sp=rl&st=2026-11-22T12:00:01Z&se=2026-12-24T00:00:00Z", 3, "denied"),
        ("sv=2022-11-02&sr=c&sp=rl", 3, "denied"),
        ("sv=2022-11-02&sr=c&si=policy", 4, "undetermined"),
        ("sv=2022-11-02&sr=c&sp=rl&se=2026-12-24T00:00:00Z&si=policy", 4, "undetermined"),
        ("sv=2022-11-02&sr=c&sp=r&se=2026-12-24T00:00:00Z&si=policy", 3, "denied"),
        ("sv=2022-11-02&sr=c&sp=rl&se=2026-01-01T00:00:00Z&si=policy", 3, "denied"),
        ("sv=2022-11-02&sr=b&sp=rl&se=2026-12-24T00:00:00Z", 3, "denied"),
        ("sv=2022-11-02&sr=c&sp=rl&se=2026-12-24T00:00:00Z&spr=http", 3, "denied"),
        ("sv=2022-11-02&sr=c&sp=rl&se=2026-12-24T00:00:00Z&spr=https,http", 0, "allowed"),
        ("sv=2022-11-02&sr=c&sp=rl&se=2026-12-24T00:00:00Z&sip=1.2.3.4", 4, "undetermined"),
        ("sv=2022-11-02&sr=d&sdd=1&sp=rl&se=2026-12-24T00:00:00Z", 3, "denied"),
        ("sv=2022-11-02&ss=b&srt=co&sp=rl&se=2026-12-24T00:00:00Z", 0, "allowed"),
        ("sv=2022-11-02&ss=bfqt&srt=sco&sp=rwdlacup&se=2026-12-24T00:00:00Z", 0, "allowed"),
        ("sv=2022-11-02&ss=f&srt=co&sp=rl&se=2026-12-24T00:00:00Z", 3, "denied"),
        ("sv=2022-11-02&ss=b&srt=o&sp=rl&se=2026-12-24T00:00:00Z", 3, "denied"),
        ("sv=2022-11-02&ss=b&srt=c&sp=rl&se=2026-12-24T00:00:00Z", 3, "denied"),
        ("sv=2022-11-02&sp=rl&se=2026-12-24T00:00:00Z", 3, "denied"),
        ("sv=2022-11-02&sr=c&sp=rl&sp=rl&se=2026-12-24T00:00:00Z", 4, "undetermined"),
        ("sv=2022-11-02&sr=c&sp=&se=2026-12-24T00:00:00Z", 4, "undetermined"),
        ("sv=2022-11-02&sr=c&sp=rl&se=soon", 4, "undetermined"),
        ("sv=2022-11-02&sr=c&sp=rl&se=2026-12-24T00:00:00Z&se=2027-12-24T00:00:00Z", 4, "undetermined"),
        ("sv=2022-11-02&sr=c&sp=rl&se=2026-12-24T00:00:00Z&szz=1", 4, "undetermined"),
        ("sv=2022-11-02&ss=bfqt&srt=sco&sp=rwdlacupiytfx&se=2026-12-24T00:00:00Z&spr=https", 0, "allowed"),
        ("sv=2022-11-02&sr=c&sp=rlu&se=2026-12-24T00:00:00Z", 4, "undetermined"),
        ("sv=2022-11-02&sr=c&sp=%FFrl&se=2026-12-24T00:00:00Z", 4, "undetermined"),
        ("sv=never&sr=c&sp=rl&se=2026-12-24T00:00:00Z", 3, "denied"),
        ("", 4, "undetermined"),
    ];
    for (query, code, verdict) in cases {
        let answer = signed(query).input(FOLDER);
        d.check(
            query,
            &answer,
            *code,
            &[
                &format!("credential/sas={verdict}"),
                "credential/retrievable=allowed",
                "account/reachable=allowed",
                "-compute/identity",
                "-access/mount",
                "-access/read",
            ],
        );
    }
    d.none();
}

#[test]
fn a_user_delegation_sas_is_as_good_as_its_issuer() {
    let mut d = Deviations::default();
    let token = |issuer: &str| {
        format!(
            "sv=2022-11-02&sr=c&sp=rl&se=2026-12-24T00:00:00Z&skoid={issuer}&sktid={TENANT}&skt=2026-11-20T00:00:00Z&ske=2026-12-25T00:00:00Z&sks=b&skv=2022-11-02"
        )
    };
    let mut world = signed(&token(ANA));
    world.set("acct", "/body/properties/allowSharedKeyAccess", json!(false));
    d.check("issuer reads, keys off", &world.input(FOLDER), 0, &["credential/sas=allowed", "-credential/shared-key"]);
    world.drop("ana reads");
    let answer = world.input(FOLDER);
    d.check("issuer lacks a role", &answer, 3, &["credential/sas=denied"]);
    let mut late = signed(&token(ANA).replace("ske=2026-12-25", "ske=2026-11-21"));
    d.check("key expired", &late.input(FOLDER), 3, &["credential/sas=denied"]);
    late = signed(&token(ANA).replace("&sktid", "&xktid"));
    let answer = late.input(FOLDER);
    d.that("tenant of the key missing", answer.code == 3 || answer.code == 4, answer.ids());
    let mut foreign = signed(&token(ANA).replace(TENANT, OTHER_TENANT));
    let answer = foreign.input(FOLDER);
    d.that("key of another tenant", answer.code != 0, answer.ids());
    foreign.drop("closed");
    let answer = foreign.input(FOLDER);
    d.that("key of another tenant, open world", answer.code != 0, answer.ids());
    let unknown = signed(&token("99999999-0000-0000-0000-000000000009"));
    d.check("issuer holds nothing", &unknown.input(FOLDER), 3, &["credential/sas=denied"]);
    d.none();
}

#[test]
fn shared_keys_switched_off_stop_keys_and_what_they_sign() {
    let mut d = Deviations::default();
    let off = |mut world: World| {
        world.set("acct", "/body/properties/allowSharedKeyAccess", json!(false));
        world
    };
    let key = off(World::new()).input("azureml://datastores/keyed/paths/a/");
    d.check(
        "account key",
        &key,
        3,
        &["credential/shared-key=denied", "credential/retrievable=allowed", "account/reachable=allowed", "data/readable=allowed"],
    );
    d.cites("account key", &key, "credential/shared-key", &account_id("acct"));
    d.check("service SAS", &off(signed(GOOD)).input(FOLDER), 3, &["credential/shared-key=denied", "credential/sas=allowed"]);
    d.check(
        "account SAS",
        &off(signed("sv=2022-11-02&ss=b&srt=co&sp=rl&se=2026-12-24T00:00:00Z")).input(FOLDER),
        3,
        &["credential/shared-key=denied"],
    );
    let mut unread = off(signed(GOOD));
    unread.drop("stored signed");
    let answer = unread.input(FOLDER);
    d.check("SAS not read", &answer, 4, &["credential/shared-key=undetermined", "credential/sas=undetermined"]);
    d.that("names what is missing", answer.missing().iter().any(|one| one.starts_with("stored_credential")), answer.missing());
    let mut null = World::new();
    null.set("acct", "/body/properties/allowSharedKeyAccess", Value::Null);
    d.check("null allows", &null.input("azureml://datastores/keyed/paths/a/"), 0, &["credential/shared-key=allowed"]);
    d.none();
}

#[test]
fn the_invoker_must_be_able_to_fetch_what_is_stored() {
    let mut d = Deviations::default();
    let mut world = World::new();
    world.drop("ana invokes");
    let answer = world.input("azureml://datastores/keyed/paths/a/");
    d.check("no management role", &answer, 3, &["credential/retrievable=denied", "job/invoke=denied", "credential/shared-key=allowed"]);
    let mut open = World::open();
    open.drop("ana invokes");
    let answer = open.input("azureml://datastores/keyed/paths/a/");
    d.check("nothing covered", &answer, 4, &["credential/retrievable=undetermined", "job/invoke=undetermined"]);
    let mut nobody = World::new();
    nobody.set("0 header", "/signed_in", Value::Null);
    let answer = nobody.input("azureml://datastores/keyed/paths/a/");
    d.check(
        "nobody signed in",
        &answer,
        4,
        &["job/invoke=undetermined", "credential/retrievable=undetermined", "credential/shared-key=allowed"],
    );
    let answer = nobody.input("azureml://datastores/plain/paths/a/");
    d.check("nobody signed in, by identity", &answer, 4, &["job/invoke=undetermined", "access/read=undetermined", "access/mount=allowed"]);
    let mut neither = World::new();
    neither.drop("ana reads").drop("cluster reads");
    d.check(
        "no data role matters not with a key",
        &neither.input("azureml://datastores/keyed/paths/a/"),
        0,
        &["-access/mount", "-access/read", "-compute/identity"],
    );
    neither.set("compute", "/body/identity", Value::Null);
    d.check("nor a cluster identity", &neither.input("azureml://datastores/keyed/paths/a/"), 0, &["-compute/identity"]);
    d.none();
}

fn by_principal(certificate: bool) -> World {
    let mut world = World::new();
    let kind = if certificate { "Certificate" } else { "ServicePrincipal" };
    world.datastore("sp", json!({"datastoreType":"AzureDataLakeGen2","accountName":"lake","filesystem":"fs",
        "credentials":{"credentialsType":kind,"clientId":SP_APP,"tenantId":TENANT,"thumbprint":"AB","authorityUrl":"https://login.microsoftonline.com","resourceUrl":"https://storage.azure.com/","secrets":{"secretsType":kind}}}));
    world.person(SP, "servicePrincipal", "loader").set(&format!("person {SP}"), "/body/appId", json!(SP_APP));
    world.set(
        &format!("person {SP}"),
        "/body/passwordCredentials",
        json!([{"keyId":"k1","startDateTime":"2026-01-01T00:00:00Z","endDateTime":"2027-01-01T00:00:00Z"}]),
    );
    world.assign("sp reads", READER, SP, &account_id("lake"));
    world
}

#[test]
#[expect(clippy::too_many_lines, reason = "a list of cases")]
fn a_stored_service_principal_reads_by_its_own_grants() {
    let mut d = Deviations::default();
    let folder = "azureml://datastores/sp/paths/a/";
    let principal = "credential/service-principal";
    let world = by_principal(false);
    let answer = world.input(folder);
    d.check(
        "by role",
        &answer,
        0,
        &[
            "credential/service-principal=allowed",
            "credential/retrievable=allowed",
            "account/tenant=allowed",
            "data/readable=allowed",
            "-access/mount",
            "-credential/shared-key",
        ],
    );
    d.cites("by role", &answer, principal, "roleAssignments");
    d.that(
        "ends with the secret",
        answer.json["inputs"][0]["valid_until"] == "2027-01-01T00:00:00Z",
        &answer.json["inputs"][0]["valid_until"],
    );
    d.that(
        "role is store_credential",
        answer.requirement(principal)["principal"]["role"] == "store_credential",
        answer.requirement(principal)["principal"].clone(),
    );
    let mut expired = world.clone();
    expired.set(
        &format!("person {SP}"),
        "/body/passwordCredentials",
        json!([{"endDateTime":"2026-11-22T12:00:00Z"},{"endDateTime":"2025-01-01T00:00:00Z"}]),
    );
    let answer = expired.input(folder);
    d.check("all secrets expired", &answer, 3, &["credential/service-principal=denied"]);
    d.cites("all secrets expired", &answer, principal, SP);
    expired.set(
        &format!("person {SP}"),
        "/body/passwordCredentials",
        json!([{"endDateTime":"2026-11-22T12:00:01Z"},{"endDateTime":"2025-01-01T00:00:00Z"}]),
    );
    d.check("one is left", &expired.input(folder), 0, &["credential/service-principal=allowed"]);
    let mut none = world.clone();
    none.drop("sp reads");
    d.check("no grant, ACLs unknown", &none.input(folder), 4, &["credential/service-principal=undetermined"]);
    none.acl("/", true, "user::rwx,group::r-x,mask::r-x,other::---").acl("/a", true, "user::rwx,group::r-x,mask::r-x,other::---");
    d.check("no grant", &none.input(folder), 3, &["credential/service-principal=denied"]);
    let acl = format!("user::rwx,user:{SP}:r-x,group::r-x,mask::r-x,other::---");
    none.acl("/", true, &acl).acl("/a", true, &acl);
    d.check("by ACL, below not covered", &none.input(folder), 0, &["credential/service-principal=allowed", "data/readable=allowed"]);
    let mut open = none.clone();
    open.drop("closed")
        .coverage("role_assignments", &group())
        .coverage("role_assignments", "/")
        .coverage("deny_assignments", "/")
        .coverage("subscription", SUBSCRIPTION)
        .coverage("memberships", SP)
        .coverage("memberships", ANA)
        .coverage("workspace", &workspace());
    let answer = open.input(folder);
    d.check("by ACL, open world", &answer, 4, &["credential/service-principal=allowed", "data/readable=undetermined"]);
    d.that("names path_access", answer.missing().iter().any(|one| one.starts_with("path_access lake/fs/a")), answer.missing());
    open.add(json!({"kind":"coverage","what":"path_access","scope":"lake/fs/a","below":true}));
    d.check("by ACL, covered", &open.input(folder), 0, &["data/readable=allowed"]);
    open.acl("/a/secret.csv", false, "user::rw-,group::r--,mask::r--,other::---");
    let answer = open.input(folder);
    d.check("a closed file", &answer, 3, &["credential/service-principal=allowed", "data/readable=denied"]);
    d.cites("a closed file", &answer, "data/readable", "secret.csv");
    let mut gone = world.clone();
    gone.drop(&format!("person {SP}"));
    let answer = gone.input(folder);
    d.check("does not exist", &answer, 3, &["credential/service-principal=denied"]);
    gone.drop("closed");
    let answer = gone.input(folder);
    d.that("not known to exist", answer.of(principal) == "undetermined", answer.ids());
    d.that("asks for the object", answer.missing().iter().any(|one| one == &format!("directory_object {SP_APP}")), answer.missing());
    let mut foreign = world.clone();
    foreign.set("store sp", "/body/properties/credentials/tenantId", json!(OTHER_TENANT));
    let answer = foreign.input(folder);
    d.that("of another tenant", answer.code == 3 && answer.of("account/tenant") == "denied", (answer.code, answer.ids()));
    let answer = by_principal(true).input(folder);
    d.check("certificate", &answer, answer.code, &["credential/retrievable=allowed"]);
    d.that("certificate", answer.has(principal) && answer.of(principal) != "denied", answer.ids());
    d.none();
}

#[test]
fn a_secret_on_the_application_counts_for_its_service_principal() {
    let mut d = Deviations::default();
    let mut world = by_principal(false);
    world.set(&format!("person {SP}"), "/body/passwordCredentials", json!([]));
    world.person("5b000000-0000-0000-0000-000000000001", "application", "loader");
    world.set("person 5b000000-0000-0000-0000-000000000001", "/body/appId", json!(SP_APP));
    world.set("person 5b000000-0000-0000-0000-000000000001", "/body/passwordCredentials", json!([{"endDateTime":"2026-10-01T00:00:00Z"}]));
    d.check("expired on the application", &world.input("azureml://datastores/sp/paths/a/"), 3, &["credential/service-principal=denied"]);
    world.set("person 5b000000-0000-0000-0000-000000000001", "/body/passwordCredentials", json!([{"endDateTime":"2027-10-01T00:00:00Z"}]));
    d.check("valid on the application", &world.input("azureml://datastores/sp/paths/a/"), 0, &["credential/service-principal=allowed"]);
    d.none();
}

#[test]
fn odd_kinds_of_credential_are_never_allowed() {
    let mut d = Deviations::default();
    let mut world = World::new();
    world.datastore(
        "odd",
        json!({"datastoreType":"AzureBlob","accountName":"acct","containerName":"c","credentials":{"credentialsType":"Kerberos"}}),
    );
    let answer = world.input("azureml://datastores/odd/paths/a/");
    d.that("unknown kind", answer.code == 4, (answer.code, answer.ids()));
    for none in [json!({"credentialsType":"None"}), json!({"credentialsType":"none"}), Value::Null, json!({})] {
        world.datastore("odd", json!({"datastoreType":"AzureBlob","accountName":"acct","containerName":"c","credentials":none}));
        let answer = world.input("azureml://datastores/odd/paths/a/");
        d.check(&format!("none as {none}"), &answer, 0, &["access/mount=allowed", "access/read=allowed", "-credential/retrievable"]);
        d.that("row", answer.json["inputs"][0]["rule"]["id"] == "datastore-without-credential", &answer.json["inputs"][0]["rule"]);
    }
    d.none();
}

#[test]
fn probes_and_key_dates_decide_whether_the_key_is_current() {
    let mut d = Deviations::default();
    let folder = "azureml://datastores/keyed/paths/a/";
    let mut world = World::new();
    d.that("an assumption", world.input(folder).assumptions().contains("is the current one"), world.input(folder).assumptions());
    world.set("store keyed", "/body/systemData", json!({"lastModifiedAt":"2026-01-01T00:00:00Z","createdAt":"2026-01-01T00:00:00Z"}));
    world.set("acct", "/body/properties/keyCreationTime", json!({"key1":"2026-06-01T00:00:00Z","key2":"2025-06-01T00:00:00Z"}));
    let answer = world.input(folder);
    d.check("one key is younger", &answer, 0, &["credential/shared-key=allowed"]);
    d.that("warned", answer.warnings().contains(&"credential/key-age"), answer.warnings());
    world.set("acct", "/body/properties/keyCreationTime", json!({"key1":"2026-06-01T00:00:00Z","key2":"2026-06-02T00:00:00Z"}));
    let answer = world.input(folder);
    d.that("both keys are younger", answer.of("credential/shared-key") != "allowed", (answer.code, answer.ids()));
    let probe = |list: &str, read: &str, at: &str| json!({"kind":"probe","url":"https://acct.blob.core.windows.net/c/a/","credential":"stored","at":at,"list":list,"read":read});
    world.put("probe", probe("ok", "ok", "2026-11-22T10:00:00Z"));
    d.check("probe of later than the keys", &world.input(folder), 0, &["credential/shared-key=allowed", "data/readable=allowed"]);
    world.put("probe", probe("AuthenticationFailed", "AuthenticationFailed", "2026-11-22T10:00:00Z"));
    d.check("a refused probe", &world.input(folder), 3, &["credential/shared-key=denied"]);
    let mut sas = signed(GOOD);
    sas.put("probe", probe("ok", "AuthorizationPermissionMismatch", "2026-11-22T10:00:00Z"));
    d.check("a SAS refused to read", &sas.input(FOLDER), 3, &["credential/sas=denied"]);
    let mut policy = signed("sv=2022-11-02&sr=c&sp=rl&se=2026-12-24T00:00:00Z&si=policy");
    policy.put("probe", probe("ok", "ok", "2026-11-22T10:00:00Z"));
    d.check("a probe settles a policy", &policy.input(FOLDER), 0, &["credential/sas=allowed"]);
    policy.put("probe", probe("ok", "ok", "2026-11-23T10:00:00Z"));
    d.check("not one of later", &policy.input(FOLDER), 4, &["credential/sas=undetermined"]);
    d.none();
}

#[test]
#[expect(clippy::too_many_lines, reason = "a list of cases")]
fn an_account_the_file_does_not_hold_is_unknown() {
    let mut d = Deviations::default();
    for closed in [true, false] {
        let mut world = if closed { World::new() } else { World::open() };
        let blob = |name: &str, credentials: Value| {
            (name.to_owned(), json!({"datastoreType":"AzureBlob","accountName":"elsewhere","containerName":"c","credentials":credentials}))
        };
        for (name, body) in [
            blob("far-plain", json!({"credentialsType":"None"})),
            blob("far-key", json!({"credentialsType":"AccountKey"})),
            blob("far-sas", json!({"credentialsType":"Sas"})),
            blob("far-sp", json!({"credentialsType":"ServicePrincipal","clientId":SP_APP,"tenantId":TENANT})),
        ] {
            world.datastore(&name, body);
        }
        world.put("stored", json!({"kind":"stored_credential","datastore":store_id("far-sas"),"credentials_type":"Sas","sas":GOOD}));
        world.person(SP, "servicePrincipal", "loader").set(&format!("person {SP}"), "/body/appId", json!(SP_APP));
        let retrievable = if closed { "credential/retrievable=allowed" } else { "credential/retrievable=undetermined" };
        let key = world.input("azureml://datastores/far-key/paths/a/");
        d.check("key", &key, 4, &["credential/shared-key=undetermined", "account/reachable=undetermined", retrievable]);
        let sas = world.input("azureml://datastores/far-sas/paths/a/");
        d.check("sas", &sas, 4, &["credential/shared-key=undetermined", "account/reachable=undetermined"]);
        let sp = world.input("azureml://datastores/far-sp/paths/a/");
        d.check(
            "sp",
            &sp,
            4,
            &[
                "credential/service-principal=undetermined",
                "account/reachable=undetermined",
                "account/tenant=undetermined",
                "data/readable=undetermined",
            ],
        );
        for reference in [
            "azureml://datastores/far-plain/paths/a/",
            "https://elsewhere.blob.core.windows.net/c/a/",
            "https://elsewhere.dfs.core.windows.net/c/a/",
        ] {
            let answer = world.input(reference);
            d.check(
                reference,
                &answer,
                4,
                &[
                    "account/reachable=undetermined",
                    "account/tenant=undetermined",
                    "access/mount=undetermined",
                    "access/read=undetermined",
                    "data/readable=undetermined",
                ],
            );
            d.that("names the account", answer.missing().iter().any(|one| one.to_lowercase().contains("elsewhere")), answer.missing());
        }
        for url in [
            "https://elsewhere.blob.core.windows.net/c/a.csv",
            "abfss://c@elsewhere.dfs.core.windows.net/a.csv",
            "adl://elsewhere.azuredatalakestore.net/a.csv",
        ] {
            for operation in ["list", "read", "write"] {
                let answer = world.access(ANA, operation, url);
                d.that(
                    &format!("access {operation} {url}"),
                    answer.code == 4 && answer.verdict() == "undetermined",
                    (answer.code, &answer.out, &answer.err),
                );
                d.that("names something", answer.code != 4 || !answer.missing().is_empty(), answer.missing());
            }
        }
        world.put("probe", json!({"kind":"probe","url":"https://elsewhere.blob.core.windows.net/c/a/","credential":"anonymous","at":"2026-11-22T10:00:00Z","list":"ok","read":"ok"}));
        let answer = world.input("https://elsewhere.blob.core.windows.net/c/a/");
        d.check(
            "an anonymous probe",
            &answer,
            if closed { 0 } else { 4 },
            &[
                "access/anonymous=allowed",
                "account/reachable=allowed",
                "data/readable=allowed",
                "-access/mount",
                "-access/read",
                "-account/tenant",
                "-compute/identity",
            ],
        );
        d.that(
            "anonymous is what is used",
            answer.json["inputs"][0]["rule"]["credentials_used"] == json!(["anonymous"]),
            &answer.json["inputs"][0]["rule"],
        );
        world.set("compute", "/body/properties/properties/subnet", json!({"id":subnet("own")}));
        let answer = world.input("https://elsewhere.blob.core.windows.net/c/a/");
        d.check("but a private network", &answer, 4, &["access/anonymous=allowed", "account/reachable=undetermined"]);
    }
    d.none();
}
