//! `credential/shared-key`, `credential/service-principal`, and the probes.

use crate::stored_world::{AT, World, assert_rests, missing, store_id, warnings, world};
use canread::eval::Judgement;
use canread::eval::Verdict::{self, Allowed, Denied, Undetermined};
use canread::eval::{probe_target, probes_for};
use canread::model::{
    AppId, CredentialPeriod, CredentialSource, DirectoryObject, ObjectId, PrincipalKind, Snapshot, StorePath, TenantId, Timestamp,
};
use time::Duration;
use time::macros::datetime;

const SERVICE: &str = "sv=2023-11-03&sr=c&sp=rl&se=2026-07-01";
const DELEGATED: &str = "sv=2023-11-03&sr=c&sp=rl&se=2026-07-01&skoid=11111111-1111-1111-1111-111111111111";
const APP: &str = "cccccccc-cccc-cccc-cccc-cccccccccccc";
const PRINCIPAL: &str = "dddddddd-dddd-dddd-dddd-dddddddddddd";
const APPLICATION: &str = "eeeeeeee-eeee-eeee-eeee-eeeeeeeeeeee";
const PROBE: &str = "https://acct.blob.core.windows.net/raw/a/b";

fn key_world() -> World {
    let mut world = world();
    world.store.credential = CredentialSource::AccountKey;
    world
}

fn refusing(mut world: World) -> World {
    world.account.allow_shared_key_access = false;
    world
}

#[test]
fn an_account_that_refuses_shared_keys_refuses_what_they_sign() {
    let account = world().account.id;
    let key = |world: &World| world.shared_key().expect("applies");
    assert_rests(&key(&key_world()), Allowed, account.as_str(), "`allowSharedKeyAccess` is true");
    assert_rests(&key(&refusing(key_world())), Denied, account.as_str(), "`allowSharedKeyAccess` is false");
    assert_rests(&key(&refusing(world().with_sas(SERVICE))), Denied, account.as_str(), "`allowSharedKeyAccess` is false");
    assert_rests(&key(&refusing(world().with_sas("ss=b&srt=co"))), Denied, account.as_str(), "`allowSharedKeyAccess` is false");
    assert!(refusing(world().with_sas(DELEGATED)).shared_key().is_none());
    for none in [CredentialSource::None, stored_secret()] {
        let mut world = refusing(world());
        world.store.credential = none;
        assert!(world.shared_key().is_none());
    }
}

#[test]
fn a_sas_of_unknown_kind_is_refused_only_perhaps() {
    let account = world().account.id;
    let unknown = refusing(world()).shared_key().expect("applies");
    assert_rests(&unknown, Undetermined, account.as_str(), "`allowSharedKeyAccess` is false");
    assert_eq!(missing(&unknown), [format!("stored_credential:{}", store_id("data"))]);
    let invalid = refusing(world().with_sas("sp=rl")).shared_key().expect("applies");
    assert_eq!(missing(&invalid), ["open_question:sas-kind"]);
    assert_rests(&world().shared_key().expect("applies"), Allowed, account.as_str(), "`allowSharedKeyAccess` is true");
    let other = |world: World| {
        let mut world = world;
        world.store.credential = CredentialSource::Other("Kerberos".to_owned());
        world.shared_key().expect("may apply")
    };
    assert_eq!(other(world()).verdict(), Allowed);
    assert_eq!(missing(&other(refusing(world()))), ["open_question:credential-kind"]);
}

#[test]
fn an_account_that_was_not_collected_is_missing_unless_a_probe_worked() {
    let unknown = |world: World| World { account_known: false, ..world };
    let proof = unknown(key_world()).shared_key().expect("applies");
    assert_eq!((proof.verdict(), missing(&proof)), (Undetermined, vec!["resource:storageAccounts/acct".to_owned()]));
    let proof = unknown(key_world()).with_probe("a/b", AT - Duration::HOUR, "ok", "").shared_key().expect("applies");
    assert_rests(&proof, Allowed, PROBE, "answered `ok`");
    let later = unknown(key_world()).with_probe("a/b", AT + Duration::HOUR, "ok", "ok").shared_key().expect("applies");
    assert_eq!(later.verdict(), Undetermined);
}

#[test]
fn that_the_stored_key_is_current_is_assumed_until_something_says_otherwise() {
    let written = datetime!(2026-01-01 0:00 UTC);
    let with = |keys: &[(&str, Option<Timestamp>)]| {
        let mut world = key_world();
        world.account.key_creation_time = keys.iter().map(|(name, at)| ((*name).to_owned(), *at)).collect();
        world
    };
    let (old, new) = (Some(written - Duration::DAY), Some(written + Duration::DAY));
    let judge = |world: &World| world.shared_key().expect("applies");
    let account = world().account.id;
    for keys in [&[][..], &[("key1", old), ("key2", old)], &[("key1", Some(written)), ("key2", None)]] {
        let proof = judge(&with(keys));
        assert_rests(&proof, Allowed, store_id("data").as_str(), "nothing collected says otherwise");
        assert_eq!(proof.assumptions().len(), 1);
        assert!(warnings(&proof).is_empty());
    }
    for keys in [[("key1", new), ("key2", old)], [("key1", new), ("key2", None)]] {
        let proof = judge(&with(&keys));
        assert_rests(&proof, Allowed, account.as_str(), "1 of 2 keys");
        assert_eq!((warnings(&proof), proof.assumptions().len()), (vec!["credential/key-age"], 1));
    }
    let both = [("key1", new), ("key2", new)];
    assert_rests(&judge(&with(&both)), Denied, account.as_str(), "2 of 2 keys");
    let mut system = with(&both);
    system.store.id = store_id("workspaceblobstore");
    assert_rests(&judge(&system), Allowed, account.as_str(), "2 of 2 keys");
    let mut undated = with(&both);
    undated.store.last_modified_at = None;
    assert_rests(&judge(&undated), Allowed, store_id("data").as_str(), "nothing collected says otherwise");
    let tried = with(&both).with_probe("x", AT, "ok", "ok");
    assert_rests(&judge(&tried), Allowed, "https://acct.blob.core.windows.net/raw/x", "answered `ok`");
    let before_rotation = with(&both).with_probe("x", written, "ok", "ok");
    assert_eq!(judge(&before_rotation).verdict(), Denied);
    let sas = World { account: with(&both).account, ..world() }.with_sas(&format!("{SERVICE}&st=2026-06-01")).sas();
    assert_rests(&sas, Denied, account.as_str(), "2 of 2 keys");
}

#[test]
fn a_refused_key_is_denied() {
    for code in ["AuthenticationFailed", "KeyBasedAuthenticationNotPermitted"] {
        let proof = key_world().with_probe("a/b", AT, code, code).shared_key().expect("applies");
        assert_rests(&proof, Denied, PROBE, code);
    }
    for code in ["AuthorizationFailure", "ContainerNotFound", "AuthorizationPermissionMismatch"] {
        assert_eq!(key_world().with_probe("a/b", AT, code, code).shared_key().expect("applies").verdict(), Allowed, "{code}");
    }
    // Of a SAS, a wrong signature is a matter of `credential/sas`.
    let sas = world().with_sas(SERVICE).with_probe("a/b", AT, "AuthenticationFailed", "AuthenticationFailed");
    assert_eq!(sas.shared_key().expect("applies").verdict(), Allowed);
}

#[test]
fn probes_are_found_by_account_container_and_path() {
    let target = |url: &str| probe_target(url).map(|t| format!("{}|{}|{}", t.account, t.container, t.path));
    assert_eq!(target("https://Acct.blob.core.windows.net/raw/A%2Fb//c/?x").as_deref(), Some("acct|raw|/A/b/c"));
    assert_eq!(target("https://acct.dfs.core.usgovcloudapi.net/raw").as_deref(), Some("acct|raw|/"));
    assert_eq!(target("http://127.0.0.1:10000/devacct/raw/p").as_deref(), Some("devacct|raw|/p"));
    for url in ["", "raw/p", "https://acct.blob.core.windows.net", "https://acct.blob.core.windows.net/", "https://a/%ff/x", "mailto:a@b"] {
        assert_eq!(target(url), None, "{url}");
    }
    let world = world().with_probe("old", AT - Duration::HOUR, "ok", "").with_probe("new", AT, "ok", "").with_probe("", AT, "ok", "");
    let snapshot = Snapshot::new(world.facts);
    let paths: Vec<String> = probes_for(&snapshot, "ACCT", "raw").into_iter().map(|(_, path)| path.to_string()).collect();
    assert_eq!(paths, ["/", "/new", "/old"]);
    assert!(probes_for(&snapshot, "acct", "Raw").is_empty() && probes_for(&snapshot, "other", "raw").is_empty());
    assert_eq!(StorePath::new("a//b/"), StorePath::new("/a/b"));
}

fn stored_secret() -> CredentialSource {
    CredentialSource::ServicePrincipal {
        client_id: Some(AppId::new(APP)),
        tenant_id: Some(TenantId::new(crate::stored_world::TENANT)),
        authority_url: Some("https://login.microsoftonline.com".to_owned()),
        resource_url: Some("https://storage.azure.com/".to_owned()),
    }
}

fn object(id: &str, kind: PrincipalKind) -> DirectoryObject {
    DirectoryObject {
        id: ObjectId::new(id),
        kind: Some(kind),
        display_name: None,
        app_id: Some(AppId::new(APP)),
        user_principal_name: None,
        mail: None,
        account_enabled: Some(true),
        app_owner_tenant: None,
        password_credentials: None,
        key_credentials: None,
        created: None,
        custom_security_attributes: None,
    }
}

fn period(start: Timestamp, end: Timestamp) -> CredentialPeriod {
    CredentialPeriod { key_id: None, start: Some(start), end: Some(end), custom_key_identifier: None }
}

fn principal_world() -> World {
    let mut world = world();
    world.store.credential = stored_secret();
    world.facts.directory.insert(ObjectId::new(PRINCIPAL), object(PRINCIPAL, PrincipalKind::ServicePrincipal));
    world
}

#[test]
fn a_service_principal_reads_by_its_own_grants() {
    for verdict in Verdict::ALL {
        let proof = principal_world().service_principal(verdict);
        assert_rests(&proof, verdict, &format!("grant-of-{PRINCIPAL}"), "may list");
    }
    let proof = principal_world().service_principal(Allowed);
    assert!(proof.assumptions().iter().any(|assumed| assumed.contains("service principal's secret")));
    assert!(warnings(&proof).is_empty());
}

#[test]
fn a_service_principal_must_exist_and_be_enabled() {
    let gone = || {
        let mut world = principal_world();
        world.facts.directory.clear();
        world
    };
    let proof = gone().service_principal(Allowed);
    assert_eq!((proof.verdict(), missing(&proof)), (Undetermined, vec![format!("directory_object:{APP}")]));
    assert_rests(&gone().closed().service_principal(Allowed), Denied, "everything", APP);
    // Nothing is known of another tenant's directory.
    let mut foreign = gone().closed();
    foreign.store.credential = CredentialSource::ServicePrincipal {
        client_id: Some(AppId::new(APP)),
        tenant_id: Some(TenantId::new("77777777-7777-7777-7777-777777777777")),
        authority_url: None,
        resource_url: None,
    };
    assert_eq!(missing(&foreign.service_principal(Allowed)), [format!("directory_object:{APP}")]);
    // The application is not what is granted anything.
    let mut application = gone();
    application.facts.directory.insert(ObjectId::new(APPLICATION), object(APPLICATION, PrincipalKind::Application));
    assert_eq!(missing(&application.service_principal(Allowed)), [format!("directory_object:{APP}")]);
    let mut odd = gone();
    odd.facts.directory.insert(ObjectId::new(APP), object(APP, PrincipalKind::Application));
    assert_eq!(missing(&odd.service_principal(Allowed)), [format!("directory_object:{APP}")]);
    let mut nameless = principal_world();
    nameless.store.credential =
        CredentialSource::ServicePrincipal { client_id: None, tenant_id: None, authority_url: None, resource_url: None };
    assert_eq!(missing(&nameless.service_principal(Allowed)), [format!("resource:{}", store_id("data"))]);
    for (enabled, verdict, says) in [(Some(false), Denied, "is false"), (None, Allowed, "was not collected")] {
        let mut world = principal_world();
        world.facts.directory.get_mut(&ObjectId::new(PRINCIPAL)).expect("there").account_enabled = enabled;
        assert_rests(&world.service_principal(Allowed), verdict, PRINCIPAL, says);
    }
    let mut none = principal_world();
    none.store.credential = CredentialSource::None;
    assert_rests(&none.service_principal(Allowed), Denied, store_id("data").as_str(), "stores no service principal");
}

#[test]
fn secrets_expire() {
    let start = datetime!(2025-06-01 0:00 UTC);
    let soon = datetime!(2026-06-20 0:00 UTC);
    let late = datetime!(2026-12-01 0:00 UTC);
    let with = |own: Option<&[CredentialPeriod]>, applications: Option<&[CredentialPeriod]>| {
        let mut world = principal_world();
        world.facts.directory.get_mut(&ObjectId::new(PRINCIPAL)).expect("there").password_credentials = own.map(<[_]>::to_vec);
        if let Some(secrets) = applications {
            let mut application = object(APPLICATION, PrincipalKind::Application);
            application.password_credentials = Some(secrets.to_vec());
            world.facts.directory.insert(application.id.clone(), application);
        }
        world
    };
    let expired = period(start, AT);
    let valid = [period(start, soon), period(start, late), expired.clone()];
    let proof = with(None, Some(&valid)).service_principal(Allowed);
    assert_rests(&proof, Allowed, APPLICATION, "2 of 3 secrets valid");
    assert_eq!(proof.valid_until().map(|until| until.at), Some(late));
    assert_rests(
        &with(Some(&[]), Some(std::slice::from_ref(&expired))).service_principal(Allowed),
        Denied,
        APPLICATION,
        "0 of 1 secrets valid",
    );
    assert_rests(&with(Some(std::slice::from_ref(&expired)), None).service_principal(Allowed), Denied, PRINCIPAL, "0 of 1 secrets valid");
    assert_rests(&with(Some(&[]), Some(&[])).service_principal(Allowed), Denied, APPLICATION, "neither");
    assert_rests(&with(Some(&[]), None).service_principal(Allowed), Allowed, PRINCIPAL, "no secrets were collected");
    assert_rests(&with(None, Some(&[period(late, late)])).service_principal(Allowed), Denied, APPLICATION, "0 of 1");
    // A period is asked about: one secret must last for all of it.
    let world = World { until: soon, ..with(None, Some(&[period(start, soon)])) };
    assert_rests(&world.service_principal(Allowed), Denied, APPLICATION, "0 of 1");
    // A secret younger than the datastore's last change cannot well be the stored one.
    let young = with(None, Some(&[period(datetime!(2026-03-01 0:00 UTC), late)])).service_principal(Allowed);
    assert_eq!((young.verdict(), warnings(&young)), (Allowed, vec!["credential/key-age"]));
}

#[test]
fn certificates_are_matched_by_thumbprint() {
    let hex = "0123456789ABCDEF0123456789ABCDEF01234567";
    let base64 = "ASNFZ4mrze8BI0VniavN7wEjRWc=";
    let start = datetime!(2025-06-01 0:00 UTC);
    let late = datetime!(2026-12-01 0:00 UTC);
    let certificate =
        |identifier: Option<&str>, end| CredentialPeriod { custom_key_identifier: identifier.map(str::to_owned), ..period(start, end) };
    let judge = |known: Option<Vec<CredentialPeriod>>, thumbprint: Option<&str>| {
        let mut world = principal_world();
        world.store.credential =
            CredentialSource::Certificate { client_id: Some(AppId::new(APP)), tenant_id: None, thumbprint: thumbprint.map(str::to_owned) };
        world.facts.directory.get_mut(&ObjectId::new(PRINCIPAL)).expect("there").key_credentials = known;
        world.service_principal(Allowed)
    };
    let spelled = "01:23:45:67:89:ab:cd:ef:01:23:45:67:89:ab:cd:ef:01:23:45:67";
    for identifier in [hex, base64] {
        let proof = judge(Some(vec![certificate(Some(identifier), late), certificate(Some("other"), AT)]), Some(spelled));
        assert_rests(&proof, Allowed, PRINCIPAL, "1 of 2 certificates valid");
        assert_eq!(proof.valid_until().map(|until| until.at), Some(late));
        let proof = judge(Some(vec![certificate(Some(identifier), AT), certificate(Some("other"), late)]), Some(spelled));
        assert_rests(&proof, Denied, PRINCIPAL, "no certificate");
    }
    let strange = judge(Some(vec![certificate(Some("other"), late)]), Some(hex));
    assert_rests(&strange, Undetermined, PRINCIPAL, "another identifier");
    assert_eq!(missing(&strange), ["open_question:certificate-thumbprint"]);
    assert_rests(&judge(Some(vec![certificate(None, AT)]), Some(hex)), Denied, PRINCIPAL, "no certificate");
    assert_rests(&judge(Some(vec![certificate(None, late)]), None), Allowed, PRINCIPAL, "1 of 1");
    assert_rests(&judge(None, Some(hex)), Allowed, PRINCIPAL, "no certificates were collected");
}

#[test]
fn urls_of_another_cloud_are_worth_a_note() {
    let note = |authority: &str, resource: &str, cloud: Option<&str>| {
        let mut world = principal_world();
        world.facts.header.cloud = cloud.map(str::to_owned);
        world.store.credential = CredentialSource::ServicePrincipal {
            client_id: Some(AppId::new(APP)),
            tenant_id: None,
            authority_url: Some(authority.to_owned()),
            resource_url: Some(resource.to_owned()),
        };
        let proof = world.service_principal(Allowed);
        assert_eq!(proof.verdict(), Allowed);
        warnings(&proof).len()
    };
    let (authority, resource) = ("https://login.microsoftonline.com/", "https://storage.azure.com");
    assert_eq!(note(authority, resource, None), 0);
    assert_eq!(note(authority, "https://acct.blob.core.windows.net", None), 0);
    assert_eq!(note(authority, "https://datalake.azure.net/", None), 1);
    assert_eq!(note("https://login.chinacloudapi.cn", resource, None), 1);
    assert_eq!(note("https://login.chinacloudapi.cn", resource, Some("AzureChinaCloud")), 0);
    assert_eq!(note(authority, resource, Some("AzureUSGovernment")), 1);
    assert_eq!(note("nonsense", "nonsense", None), 2);
}

#[test]
fn a_probe_settles_what_is_not_known_of_a_service_principal() {
    let before = AT - Duration::HOUR;
    let unsure = |world: World| world.service_principal(Undetermined);
    let proof = unsure(principal_world().with_probe("a/b", before, "ok", "ok"));
    assert_rests(&proof, Allowed, PROBE, "answered `ok`");
    for (path, list, read) in [("a", "ok", "ok"), ("a/b", "ok", ""), ("a/b", "ok", "BlobNotFound")] {
        assert_eq!(unsure(principal_world().with_probe(path, before, list, read)).verdict(), Undetermined, "{path} {list} {read}");
    }
    let refused = principal_world().with_probe("a/b", before, "ok", "AuthorizationPermissionMismatch").service_principal(Allowed);
    assert_rests(&refused, Denied, PROBE, "AuthorizationPermissionMismatch");
    let denied = principal_world().with_probe("a/b", before, "ok", "ok").service_principal(Denied);
    assert_rests(&denied, Denied, &format!("grant-of-{PRINCIPAL}"), "may read");
}
