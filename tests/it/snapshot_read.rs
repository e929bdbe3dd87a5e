//! The snapshot reader: what it accepts, what it refuses, and in which words.

use canread::model::*;
use canread::snapshot::{Loaded, ReadErrors, read, read_path};
use proptest::prelude::*;
use std::io::Write;

const HEAD: &str = r#"{"kind":"snapshot","version":1,"tenant_id":"99999999-0000-0000-0000-000000000009"}"#;
const RG: &str = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg";
const WORKSPACE: &str =
    "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/w";
const ACCOUNT: &str =
    "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/Acct";
const ANA: &str = "aaaaaaaa-0000-0000-0000-000000000001";
const ROLE: &str = "/providers/Microsoft.Authorization/roleDefinitions/2a2b9908-6ea1-4ae2-8e65-a410df84e7d1";

fn load(lines: &[String]) -> Result<Loaded, ReadErrors> {
    let text = std::iter::once(HEAD.to_owned()).chain(lines.iter().cloned()).collect::<Vec<_>>().join("\n");
    read(text.as_bytes(), "f.jsonl")
}

#[expect(clippy::panic, reason = "a file that must load shows why it does not")]
fn good(lines: &[String]) -> Loaded {
    load(lines).unwrap_or_else(|errors| panic!("{errors}"))
}

/// Facts of a file that must load without warnings.
fn facts(lines: &[String]) -> Facts {
    let loaded = good(lines);
    assert_eq!(loaded.warnings, []);
    loaded.snapshot.into_facts()
}

fn bad(lines: &[String]) -> String {
    load(lines).map(|_| "it loaded".to_owned()).unwrap_or_else(|errors| errors.to_string())
}

fn resource(id: &str, kind: &str, rest: &str) -> String {
    let kind = if kind.is_empty() { String::new() } else { format!(r#","type":"{kind}""#) };
    let rest = if rest.is_empty() { String::new() } else { format!(",{rest}") };
    format!(r#"{{"kind":"resource","body":{{"id":"{id}"{kind}{rest}}}}}"#)
}

fn assignment(id: &str, scope: &str) -> String {
    let properties = format!(r#"{{"roleDefinitionId":"{ROLE}","principalId":"{ANA}","principalType":"User"{scope}}}"#);
    format!(r#"{{"kind":"role_assignment","body":{{"id":"{id}","properties":{properties}}}}}"#)
}

fn text(line: &str) -> String {
    line.to_owned()
}

// ── the file as a whole ──────────────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn the_head_is_read_and_must_come_first() {
    let head = r#"{"kind":"snapshot","version":1,"tool":"canread 0.1.0","cloud":"AzureCloud","collected_at":"2026-11-22T10:00:00Z","tenant_id":"t","signed_in":{"object_id":"o","name":"ana"}}"#;
    let header = read(head.as_bytes(), "x").unwrap().snapshot.into_facts().header;
    assert_eq!((header.tool.as_deref(), header.cloud.as_deref()), (Some("canread 0.1.0"), Some("AzureCloud")));
    assert_eq!(header.collected_at.map(|at| at.unix_timestamp()), Some(1_795_341_600));
    assert_eq!(header.signed_in, Some(SignedIn { object_id: ObjectId::new("o"), name: Some("ana".to_owned()) }));
    let late = read(format!("{}\n{HEAD}\n", text(r#"{"kind":"coverage","what":"everything"}"#)).as_bytes(), "x").unwrap_err();
    assert_eq!(late.to_string(), "x:1: the first record must be of kind `snapshot`");
    assert_eq!(read(&b"\n \r\n"[..], "x").unwrap_err().to_string(), "x: is empty: a snapshot starts with a record of kind `snapshot`");
    let newer = read(&b"{\"kind\":\"snapshot\",\"version\":2}\n{\"kind\":\"role_assignment\",\"body\":7}"[..], "x").unwrap_err();
    assert_eq!(newer.to_string(), "x:1: the file has version 2, newer than 1, the newest this canread reads: update canread");
    assert_eq!(read(&b"{\"kind\":\"snapshot\"}"[..], "x").unwrap_err().to_string(), "x:1: `/version`: is missing");
    assert_eq!(facts(&[text(HEAD)]).header.tenant_id, Some(TenantId::new("99999999-0000-0000-0000-000000000009")));
    assert!(
        bad(&[text(r#"{"kind":"snapshot","version":1}"#)])
            .starts_with("f.jsonl:2: a second `snapshot` record differs from the one on line 1")
    );
}

#[test]
fn bom_crlf_empty_lines_and_a_missing_last_newline_are_fine() {
    let file = format!("\u{feff}{HEAD}\r\n\r\n   \n\t{}\r\n", r#"{"what":"everything", "kind" : "coverage"}"#);
    let facts = read(file.as_bytes(), "x").unwrap().snapshot.into_facts();
    assert_eq!((facts.coverage.len(), facts.coverage[0].what), (1, What::Everything));
}

#[test]
fn every_bad_line_is_listed_up_to_twenty() {
    let lines: Vec<String> = (0..30).map(|_| text("{")).collect();
    let errors = load(&lines).unwrap_err();
    assert_eq!((errors.problems.len(), errors.more), (20, 10));
    let message = errors.to_string();
    assert!(message.starts_with("f.jsonl:2: not JSON: ends in the middle of a value; the file may be cut\nf.jsonl:3: "), "{message}");
    assert!(message.ends_with("f.jsonl: and 10 more"), "{message}");
    let mixed = bad(&[text("nonsense"), text("[1]"), text("{}"), text(r#"{"kind":7}"#), text(r#"{"kind":null}"#), text("7")]);
    let expected = [
        "f.jsonl:2: not JSON: expected ident at column 2",
        "f.jsonl:3: `/kind`: expected a string, found integer",
        "f.jsonl:4: `/kind`: is missing",
        "f.jsonl:5: `/kind`: expected a string, found integer",
        "f.jsonl:6: `/kind`: is missing",
        "f.jsonl:7: `/`: expected an object, found integer",
    ];
    for (got, expected) in mixed.lines().zip(expected) {
        assert!(got == expected || expected.starts_with("f.jsonl:3"), "{got} / {expected}");
    }
    assert_eq!(mixed.lines().count(), 6);
}

#[test]
fn wrong_types_name_their_place_and_never_the_value() {
    let cases = [
        (
            resource(ACCOUNT, "Microsoft.Storage/storageAccounts", r#""properties":{"isHnsEnabled":"s3cr\u001bet"}"#),
            "`/body/properties/isHnsEnabled`: expected a boolean, found string",
        ),
        (
            resource(ACCOUNT, "Microsoft.Storage/storageAccounts", r#""properties":{"networkAcls":{"defaultAction":"Perhaps"}}"#),
            "`/body/properties/networkAcls/defaultAction`: expected Allow or Deny",
        ),
        (text(r#"{"kind":"membership","member":"a","transitive_groups":"b"}"#), "`/transitive_groups`: expected a sequence, found string"),
        (
            text(r#"{"kind":"membership","member":"a","transitive_groups":["b",{}]}"#),
            "`/transitive_groups/1`: expected a string, found object",
        ),
        (text(r#"{"kind":"membership","member":"a"}"#), "`/transitive_groups`: is missing"),
        (text(r#"{"kind":"membership","member":"a","member":"b","transitive_groups":[]}"#), "`/member`: duplicate field `member`"),
        (text(r#"{"kind":"role_assignment","body":{"id":"/x"}}"#), "`/body/properties`: is missing"),
        (text(r#"{"kind":"role_assignment"}"#), "`/body`: is missing"),
        (
            text(r#"{"kind":"role_assignment","body":{"value":[{"id":"/x","properties":{"roleDefinitionId":"r"}}]}}"#),
            "`/body/value/0/properties/principalId`: is missing",
        ),
        (text(r#"{"kind":"resource","body":{"value":[{"id":""}]}}"#), "`/body/value/0/id`: is missing"),
        (text(r#"{"kind":"resource","body":{"error":{"code":"AuthorizationFailed"}}}"#), "`/body/id`: is missing"),
        (text(r#"{"kind":"gap","what":"resource","scope":"/x","status":70000}"#), "`/status`: expected u16, found integer"),
        (text(r#"{"kind":"coverage","what":"resource"}"#), "`/scope`: is missing"),
        (text(r#"{"kind":"coverage","what":"everything","scope":"/subscriptions/x"}"#), "`/scope`: `everything` has no scope"),
        (text(r#"{"kind":"probe","url":"https://x","credential":"mine"}"#), "`/credential`: expected `anonymous`, `stored` or `token`"),
        (
            assignment("/x", r#","scope":"/","createdOn":"yesterday""#),
            "`/body/properties/createdOn`: expected a time such as 2026-11-22T10:00:00Z",
        ),
    ];
    for (line, message) in cases {
        assert_eq!(bad(std::slice::from_ref(&line)), format!("f.jsonl:2: {message}"), "{line}");
    }
}

#[test]
fn a_name_from_the_file_is_printed_without_its_control_characters() {
    let conflict = bad(&[
        resource("/x/\\u001b[31mred\\u202e", "Microsoft.Storage/storageAccounts", ""),
        resource("/x/\\u001b[31mred\\u202e", "Microsoft.Storage/storageAccounts", r#""location":"elsewhere""#),
    ]);
    assert!(conflict.contains(r"/x/\u{1b}[31mred\u{202e}") && !conflict.contains('\u{1b}') && !conflict.contains('\u{202e}'), "{conflict}");
    let unknown = good(&[text("{\"kind\":\"a\\u0007b\"}")]).warnings;
    assert!(unknown[0].message.contains(r"`a\u{7}b`"), "{unknown:?}");
}

#[test]
fn invalid_utf8_utf16_and_binary_are_refused() {
    let mut file = format!("{HEAD}\n{{\"kind\":\"membership\",\"member\":\"").into_bytes();
    file.extend_from_slice(b"\xff\"}\n");
    assert_eq!(read(file.as_slice(), "x").unwrap_err().to_string(), "x:2: is not UTF-8 (byte 32)");
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(HEAD.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    assert_eq!(read(utf16.as_slice(), "x").unwrap_err().to_string(), "x: is UTF-16; save it as UTF-8");
    let binary: Vec<u8> = (0..200_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let errors = read(binary.as_slice(), "x").unwrap_err();
    assert!(errors.problems.len() <= 20 && !errors.problems.is_empty());
}

#[test]
fn depth_and_length_are_bounded() {
    let deep = format!(r#"{{"kind":"resource","body":{{"id":"/x","a":{}1{}}}}}"#, "[".repeat(10_000), "]".repeat(10_000));
    let unknown = format!(r#"{{"kind":"future","body":{}}}"#, "[".repeat(10_000));
    for line in [deep, unknown] {
        assert_eq!(bad(&[line]), "f.jsonl:2: is nested more than 100 levels deep");
    }
    let flat = format!(r#"{{"kind":"future","x":[{}[]]}}"#, "[[[]]],".repeat(10_000));
    assert_eq!(good(&[flat]).warnings.len(), 1);
    let long = format!(r#"{{"kind":"path","account":"a","container":"c","path":"{}"}}"#, "x/".repeat(5_000_000));
    assert_eq!(facts(&[long]).paths.len(), 1);
    let head = format!("{HEAD}\n");
    let too_long = std::io::Read::chain(head.as_bytes(), std::io::Read::take(std::io::repeat(b' '), 300 << 20));
    assert_eq!(read(too_long, "x").unwrap_err().to_string(), "x:2: is longer than 256 MiB");
}

#[test]
fn zstd_is_read_and_its_damage_named() {
    let plain = format!("{HEAD}\n{}\n", assignment("/a", r#","scope":"/""#));
    let packed = zstd::encode_all(plain.as_bytes(), 3).unwrap();
    assert_eq!(read(packed.as_slice(), "x").unwrap().snapshot.facts().role_assignments.len(), 1);
    let cut = read(&packed[..packed.len() - 4], "x").unwrap_err().to_string();
    assert!(cut.starts_with("x: the zstd data end in the middle, after line ") && cut.ends_with(": the file is cut"), "{cut}");
    let mut broken = packed.clone();
    broken[4] |= 0x08;
    let damaged = read(broken.as_slice(), "x").unwrap_err().to_string();
    assert!(damaged.starts_with("x: the zstd data are damaged"), "{damaged}");
    let mut wide = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
    wide.window_log(28).unwrap();
    wide.write_all(plain.as_bytes()).unwrap();
    assert!(read(wide.finish().unwrap().as_slice(), "x").unwrap_err().to_string().contains("need a window over 128 MiB"));
}

#[test]
fn files_are_opened_by_path_and_extension() {
    let folder = std::env::temp_dir().join(format!("canread-snapshot-{}", std::process::id()));
    #[expect(clippy::disallowed_methods, reason = "the test writes the files it reads")]
    let write = |name: &str, bytes: &[u8]| {
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    assert!(read_path(&write("a.jsonl", HEAD.as_bytes())).is_ok());
    assert!(read_path(&write("a.jsonl.zst", &zstd::encode_all(HEAD.as_bytes(), 1).unwrap())).is_ok());
    assert!(read_path(&write("b.jsonl", &zstd::encode_all(HEAD.as_bytes(), 1).unwrap())).is_ok(), "zstd by its first bytes");
    let lie = write("c.ZST", HEAD.as_bytes());
    assert_eq!(read_path(&lie).unwrap_err().to_string(), format!("{lie}: is named .zst but is not zstd"));
    let none = read_path("/nonexistent/file.jsonl").unwrap_err().to_string();
    assert!(none.starts_with("/nonexistent/file.jsonl: cannot be opened: "), "{none}");
    std::fs::remove_dir_all(&folder).unwrap();
}

// ── unknown things, duplicates, secrets ──────────────────────────────────────────────────────────────────────────────────

#[test]
fn what_is_unknown_is_ignored_with_one_warning_a_sort() {
    let loaded = good(&[
        text(r#"{"kind":"future","x":1}"#),
        text(r#"{"kind":"future","y":2}"#),
        text(r#"{"kind":"membership","member":"a","transitive_groups":[],"since":1}"#),
        text(r#"{"kind":"membership","member":"b","transitive_groups":[],"since":2}"#),
        text(r#"{"kind":"coverage","what":"galaxies","scope":"/"}"#),
        text(r#"{"kind":"coverage","what":"open_question","scope":"/"}"#),
        text(r#"{"kind":"gap","what":"galaxies","scope":"/"}"#),
        resource(ACCOUNT, "Microsoft.Storage/storageAccounts", r#""unknownToUs":1,"properties":{"alsoUnknown":{}}"#),
    ]);
    let messages: Vec<&str> = loaded.warnings.iter().map(|warning| warning.message.as_str()).collect();
    let expected = [
        "line 2: records of kind `future` are not known and ignored",
        "line 4: the field `since` of `membership` is not known and ignored",
        "line 6: `what` `galaxies` is not known and the record ignored",
        "line 7: `what` `open_question` is not known and the record ignored",
    ];
    assert_eq!(messages, expected);
    assert!(loaded.warnings.iter().all(|warning| warning.id == WarningId::SnapshotUnknown));
    let facts = loaded.snapshot.into_facts();
    assert_eq!((facts.coverage.len(), facts.gaps.len(), facts.memberships.len(), facts.storage_accounts.len()), (0, 0, 2, 1));
}

#[test]
fn identical_duplicates_are_ignored_and_differing_ones_named_with_both_lines() {
    let path =
        |tier: &str| format!(r#"{{"kind":"path","account":"A","container":"c","path":"/a/b","exists":true,"access_tier":"{tier}"}}"#);
    let acl = |acl: &str| {
        format!(
            r#"{{"kind":"path_access","account":"a","filesystem":"f","path":"a","is_directory":true,"owner":"o","group":"g","acl":"{acl}"}}"#
        )
    };
    let role = |action: &str| {
        format!(
            r#"{{"kind":"role_definition","body":{{"id":"{ROLE}","properties":{{"roleName":"R","type":"BuiltInRole","permissions":[{{"actions":["{action}"]}}]}}}}}}"#
        )
    };
    let object = |name: &str| {
        format!(r##"{{"kind":"directory_object","body":{{"@odata.type":"#microsoft.graph.user","id":"{ANA}","displayName":"{name}"}}}}"##)
    };
    let subscription = |state: &str| format!(r#"{{"kind":"subscription","subscription_id":"s","state":"{state}"}}"#);
    let pairs = [
        (resource(ACCOUNT, "", ""), resource(&ACCOUNT.to_uppercase(), "", r#""location":"x""#)),
        (resource(WORKSPACE, "", ""), resource(WORKSPACE, "", r#""location":"x""#)),
        (
            resource(&format!("{ACCOUNT}/blobServices/default/containers/c"), "", ""),
            resource(&format!("{ACCOUNT}/blobServices/default/containers/c"), "", r#""properties":{"publicAccess":"Blob"}"#),
        ),
        (
            resource("/g/providers/Microsoft.DataLakeStore/accounts/l", "", ""),
            resource("/g/providers/Microsoft.DataLakeStore/accounts/l", "", r#""properties":{"state":"Active"}"#),
        ),
        (assignment("/a", r#","scope":"/""#), assignment("/A", r#","scope":"/subscriptions/s""#)),
        (path("Hot"), path("Archive")),
        (acl("user::rwx"), acl("user::r-x")),
        (role("*"), role("*/read")),
        (object("Ana"), object("Anna")),
        (subscription("Enabled"), subscription("Disabled")),
        (
            text(r#"{"kind":"membership","member":"a","transitive_groups":["b"]}"#),
            text(r#"{"kind":"membership","member":"A","transitive_groups":[]}"#),
        ),
        (
            text(r#"{"kind":"stored_credential","datastore":"/d","credentials_type":"Sas","sas":"sv=1"}"#),
            text(r#"{"kind":"stored_credential","datastore":"/D","credentials_type":"Sas","sas":"sv=2"}"#),
        ),
    ];
    for (one, other) in pairs {
        assert_eq!(good(&[one.clone(), one.clone()]).warnings, [], "{one}");
        let message = bad(&[one.clone(), text(""), other.clone()]);
        assert!(message.starts_with("f.jsonl:4: the ") && message.contains("differs from the one on line 2"), "{message}");
    }
    let twice =
        facts(&[text(r#"{"kind":"coverage","what":"everything"}"#), text(r#"{"kind":"coverage","what":"everything","scope":null}"#)]);
    assert_eq!(twice.coverage.len(), 1);
    let subscriptions = ["/subscriptions/a", "/subscriptions/b"];
    let same_role: Vec<String> = subscriptions.iter().map(|scope| role("*").replace(ROLE, &format!("{scope}{ROLE}"))).collect();
    assert_eq!(facts(&same_role).role_definitions.len(), 1, "a built-in role has an id in every subscription");
}

#[test]
fn secrets_are_warned_about_and_neither_kept_nor_echoed() {
    const SECRET: &str = "Zm9vYmFyYmF6";
    let lines = [
        format!(r#"{{"kind":"stored_credential","datastore":"/d","credentials_type":"Sas","sas":"?sv=1&sig={SECRET}&se=2"}}"#),
        format!(
            r#"{{"kind":"probe","url":"https://a.blob.core.windows.net/c?sig={SECRET}","credential":"stored","at":"2026-01-01T00:00:00Z"}}"#
        ),
        resource(
            &format!("{WORKSPACE}/data/n/versions/1"),
            "",
            &format!(r#""properties":{{"dataUri":"https://a/c?se=1&s\u0069g={SECRET}"}}"#),
        ),
        resource(
            &format!("{WORKSPACE}/datastores/d"),
            "",
            &format!(
                r#""properties":{{"datastoreType":"AzureBlob","accountName":"a","containerName":"c","credentials":{{"credentialsType":"AccountKey","secrets":{{"secretsType":"AccountKey","key":"{SECRET}"}}}}}}"#
            ),
        ),
        format!(r#"{{"kind":"gap","what":"resource","scope":"/x","message":"Bearer eyJhbGciOiJSUzI1NiIsInR5c{SECRET}.x.y"}}"#),
        format!(
            r#"{{"kind":"directory_object","body":{{"id":"{ANA}","appId":"x","passwordCredentials":[{{"keyId":"k","secretText":"{SECRET}"}}]}}}}"#
        ),
        resource(
            &format!("{WORKSPACE}/batchEndpoints/e/deployments/d"),
            "",
            &format!(r#""properties":{{"environmentVariables":{{"A":"{SECRET}","B":7}}}}"#),
        ),
    ];
    let loaded = good(&lines);
    let expected = [
        "2: `/sas`",
        "3: `/url`",
        "4: `/body/properties/dataUri`",
        "5: `/body/properties/credentials/secrets/key`",
        "6: `/message`",
        "7: `/body/passwordCredentials/0/secretText`",
        "8: `/body/properties/environmentVariables/A`",
        "8: `/body/properties/environmentVariables/B`",
    ];
    let got: Vec<String> = loaded.warnings.iter().map(|warning| warning.message.clone()).collect();
    let expected: Vec<String> =
        expected.iter().map(|place| format!("line {place} holds a secret; it was not kept; take it out of the file")).collect();
    assert_eq!(got, expected);
    assert!(loaded.warnings.iter().all(|warning| warning.id == WarningId::SnapshotSecret));
    let facts = loaded.snapshot.into_facts();
    assert!(!format!("{facts:?}").contains(SECRET));
    assert_eq!(facts.stored_credentials[&Scope::new("/d")].sas.as_deref(), Some("sv=1&se=2"));
    assert_eq!(facts.probes[0].url, "https://a.blob.core.windows.net/c");
    assert_eq!(facts.data_versions.values().next().unwrap().data_uri.as_deref(), Some("https://a/c?se=1"));
    assert_eq!(facts.datastores.values().next().unwrap().credential, CredentialSource::AccountKey);
    let message = bad(&[format!(r#"{{"kind":"probe","url":7,"list":"sig={SECRET}","credential":"{SECRET}"}}"#)]);
    assert!(!message.contains(SECRET), "{message}");
}

// ── records ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn own_records_become_facts() {
    let facts = facts(&[
        text(
            r#"{"kind":"subscription","subscription_id":"/subscriptions/S1","state":"Warned","tenant_id":"T","management_groups":["near","/providers/Microsoft.Management/managementGroups/Root"]}"#,
        ),
        text(r#"{"kind":"subscription","subscription_id":"s2"}"#),
        text(
            r#"{"kind":"path_access","account":"Lake","filesystem":"","path":"/a//b/","is_directory":false,"owner":"$superuser","group":"g","permissions":"rwxr-x---+","acl":"user::rwx"}"#,
        ),
        text(
            r#"{"kind":"path","account":"Acct","container":"c","path":"/a/b.csv","exists":false,"is_directory":false,"access_tier":"Hot","tags":{"key":"v"},"encryption_scope":"s"}"#,
        ),
        text(r#"{"kind":"path","account":"Acct","container":"c","path":""}"#),
        text(
            r#"{"kind":"probe","url":"https://a/c","credential":"anonymous","at":"2026-01-01T00:00:00Z","from":"/subnet","list":"ok","read":"AuthorizationFailure"}"#,
        ),
        text(r#"{"kind":"coverage","what":"path_access","scope":"lake/a","below":true}"#),
        text(
            r#"{"kind":"gap","what":"role_assignments","scope":"/","principal":"p","status":403,"code":"AuthorizationFailed","message":"no"}"#,
        ),
    ]);
    let groups = facts.subscriptions["s1"].management_groups.clone().unwrap();
    assert_eq!(groups, [Scope::management_group("near"), Scope::management_group("root")]);
    assert_eq!((facts.subscriptions["s2"].state.clone(), facts.subscriptions["s2"].management_groups.clone()), (None, None));
    let access = &facts.path_access[&("lake".to_owned(), String::new())][&StorePath::new("a/b")];
    assert_eq!((access.owner.as_str(), access.permissions.as_deref(), access.is_directory), ("$superuser", Some("rwxr-x---+"), false));
    let paths = &facts.paths[&("acct".to_owned(), "c".to_owned())];
    assert!(!paths[&StorePath::new("a/b.csv")].exists && paths[&StorePath::root()].exists);
    assert_eq!(paths[&StorePath::new("a/b.csv")].tags.clone().unwrap()["key"], "v");
    let probe = &facts.probes[0];
    assert_eq!((probe.list.clone(), probe.from.clone()), (Some(ProbeAnswer::Ok), Some(Scope::new("/subnet"))));
    assert_eq!(probe.read, Some(ProbeAnswer::Error("AuthorizationFailure".to_owned())));
    assert!(facts.coverage[0].below);
    assert_eq!((facts.gaps[0].status, facts.gaps[0].principal.clone()), (Some(403), Some(ObjectId::new("P"))));
}

#[test]
fn role_assignments_take_their_scope_from_where_it_is_said() {
    let group = "/providers/Microsoft.Management/managementGroups/g";
    let facts = facts(&[
        assignment(&format!("{group}/providers/Microsoft.Authorization/roleAssignments/1"), ""),
        assignment("/providers/Microsoft.Authorization/roleAssignments/2", r#","condition":"","conditionVersion":null"#),
        assignment("/any/providers/Microsoft.Authorization/roleAssignments/3", &format!(r#","scope":"{RG}/","condition":"x""#)),
        text(
            r#"{"kind":"role_assignment","body":{"id":"/providers/Microsoft.Authorization/roleAssignments/4","properties":{"roleDefinitionId":"Microsoft.KeyVault/providers/Microsoft.Authorization/roleDefinitions/5","principalId":"p","scope":"/"}}}"#,
        ),
    ]);
    let scopes: Vec<&str> = facts.role_assignments.iter().map(|assignment| assignment.scope.as_str()).collect();
    assert_eq!(scopes, [group, "/", RG]);
    assert_eq!(facts.role_assignments[0].role, RoleId::new("2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"));
    assert_eq!((facts.role_assignments[1].condition.as_deref(), facts.role_assignments[2].condition.as_deref()), (None, Some("x")));
    assert_eq!(facts.other_resources.len(), 1, "an assignment of a Managed HSM grants nothing in Azure");
}

#[test]
fn deny_assignments_know_everyone_in_every_spelling() {
    let principals = [
        r#"{"id":"00000000-0000-0000-0000-000000000000","type":"SystemDefined"}"#,
        r#"{"id":"00000000000000000000000000000000","type":"Everyone"}"#,
        r#"{"id":"F9E08843D2B74DBCA5845E88A7E229A6","type":"Group"}"#,
    ];
    let line = format!(
        r#"{{"kind":"deny_assignment","body":{{"value":[{{"id":"{RG}/providers/Microsoft.Authorization/denyAssignments/d","properties":{{"denyAssignmentName":"n","permissions":[{{"actions":["*"],"notActions":["*/read"],"condition":"c"}}],"principals":[{}],"excludePrincipals":null,"isSystemProtected":true}}}}]}}}}"#,
        principals.join(",")
    );
    let deny = facts(&[line]).deny_assignments.remove(0);
    assert_eq!(deny.principals.iter().map(|principal| principal.everyone).collect::<Vec<_>>(), [true, true, false]);
    assert_eq!(
        (deny.principals[2].id.clone(), deny.principals[2].hint),
        (ObjectId::new("f9e08843-d2b7-4dbc-a584-5e88a7e229a6"), PrincipalHint::Group)
    );
    assert_eq!((deny.scope.as_str(), deny.is_system_protected, deny.do_not_apply_to_child_scopes), (RG, true, false));
    assert_eq!((deny.permissions[0].condition.as_deref(), deny.exclude_principals.len()), (Some("c"), 0));
}

#[test]
fn role_definitions_are_read_in_old_and_new_shapes() {
    let body =
        |id: &str, properties: &str| format!(r#"{{"kind":"role_definition","body":{{"id":"{id}","name":"x","properties":{properties}}}}}"#);
    let facts = facts(&[
        body(
            "/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/R1",
            r#"{"roleName":"Old","type":"BuiltInRole","permissions":[{"actions":["a"],"notActions":[]}]}"#,
        ),
        body(
            "/providers/Microsoft.Authorization/roleDefinitions/r2",
            r#"{"roleName":"New","roleType":"CustomRole","permissions":[{"dataActions":["d"],"notDataActions":["n"],"condition":null}]}"#,
        ),
        body(
            "Microsoft.KeyVault/providers/Microsoft.Authorization/roleDefinitions/r3",
            r#"{"roleName":"HSM","type":"AKVBuiltInRole","permissions":[]}"#,
        ),
    ]);
    let (old, new) = (&facts.role_definitions["r1"], &facts.role_definitions["r2"]);
    assert_eq!((old.role_type, new.role_type), (RoleType::BuiltIn, RoleType::Custom));
    assert_eq!((old.permissions[0].data_actions.len(), new.permissions[0].not_data_actions[0].as_str()), (0, "n"));
    assert_eq!((facts.role_definitions.len(), facts.other_resources.len()), (2, 1));
}

#[test]
fn pim_instances_of_both_kinds_are_read() {
    let line = |kind: &str, extra: &str| {
        format!(
            r#"{{"kind":"{kind}","body":{{"id":"/i","properties":{{"principalId":"{ANA}","roleDefinitionId":"{ROLE}","scope":"{RG}","startDateTime":"2021-09-14T23:16:37.2Z","endDateTime":null{extra}}}}}}}"#
        )
    };
    let facts = facts(&[
        line("role_assignment_schedule_instance", r#","originRoleAssignmentId":"/A","assignmentType":"Activated""#),
        line("role_eligibility_schedule_instance", r#","condition":"""#),
    ]);
    let (active, eligible) = (&facts.assignment_instances[0], &facts.eligibility_instances[0]);
    assert_eq!((active.origin_role_assignment.clone(), active.end), (Some(Scope::new("/a")), None));
    assert_eq!(active.start.map(|at| at.unix_timestamp()), Some(1_631_661_397));
    assert_eq!((eligible.condition.clone(), eligible.scope.as_str()), (None, RG));
}

#[test]
fn kinds_of_directory_objects_are_told_or_inferred() {
    let cases = [
        (r##""@odata.type":"#microsoft.graph.user""##, Some(PrincipalKind::User)),
        (
            r##""@odata.type":"#microsoft.graph.servicePrincipal","servicePrincipalType":"ManagedIdentity""##,
            Some(PrincipalKind::ManagedIdentity),
        ),
        (
            r##""@odata.type":"#microsoft.graph.servicePrincipal","servicePrincipalType":"Application""##,
            Some(PrincipalKind::ServicePrincipal),
        ),
        (r##""@odata.type":"#microsoft.graph.group""##, Some(PrincipalKind::Group)),
        (r##""@odata.type":"#microsoft.graph.application""##, Some(PrincipalKind::Application)),
        (r##""@odata.type":"#microsoft.graph.device""##, None),
        (r##""userPrincipalName":"a@b""##, Some(PrincipalKind::User)),
        (r##""securityEnabled":true"##, Some(PrincipalKind::Group)),
        (r##""appId":"x","servicePrincipalType":"ManagedIdentity""##, Some(PrincipalKind::ManagedIdentity)),
        (r##""appId":"x","identifierUris":[]"##, Some(PrincipalKind::Application)),
        (r##""@odata.context":"https://graph/v1.0/$metadata#applications/$entity","appId":"x""##, Some(PrincipalKind::Application)),
        (r##""@odata.context":"https://graph/v1.0/$metadata#groups""##, Some(PrincipalKind::Group)),
        (r##""displayName":"?""##, None),
    ];
    for (fields, kind) in cases {
        let facts = facts(&[format!(r#"{{"kind":"directory_object","body":{{"id":"{ANA}",{fields}}}}}"#)]);
        assert_eq!(facts.directory[ANA].kind, kind, "{fields}");
    }
    let page = facts(&[format!(
        r##"{{"kind":"directory_object","body":{{"@odata.context":"x#users(id)","value":[{{"id":"{ANA}","customSecurityAttributes":{{"@odata.type":"x","Eng":{{"@odata.type":"y","L@odata.type":"#Collection(String)","L":["a"],"N":null}}}},"keyCredentials":[{{"keyId":"k","key":"public","endDateTime":"2027-01-01T00:00:00Z"}}]}}]}}}}"##
    )]);
    let object = &page.directory[ANA];
    assert_eq!(object.kind, Some(PrincipalKind::User));
    assert_eq!(object.custom_security_attributes.clone().unwrap()["Eng"].keys().collect::<Vec<_>>(), ["L"]);
    assert!(object.key_credentials.clone().unwrap()[0].end.is_some() && object.password_credentials.is_none());
}

#[test]
fn resources_get_the_defaults_of_their_models() {
    let facts = facts(&[
        resource(ACCOUNT, "microsoft.storage/STORAGEACCOUNTS", ""),
        resource(&format!("{ACCOUNT}/blobServices/default/containers/C1"), "", r#""properties":{"publicAccess":null}"#),
        resource(WORKSPACE, "", ""),
        resource(
            &format!("{WORKSPACE}/computes/c"),
            "",
            r#""identity":null,"properties":{"computeType":"AmlCompute","properties":{"subnet":null}}"#,
        ),
        resource(
            &format!("{WORKSPACE}/datastores/d"),
            "",
            r#""properties":{"datastoreType":"AzureDataLakeGen2","accountName":"Lake","filesystem":"fs","credentials":null}"#,
        ),
        resource(&format!("{WORKSPACE}/models/m"), "", ""),
    ]);
    let account = &facts.storage_accounts["acct"];
    assert_eq!((account.is_hns_enabled, account.allow_shared_key_access, account.allow_blob_public_access), (false, true, None));
    assert_eq!((account.public_network_access.clone(), account.network_rules.clone()), (PublicNetworkAccess::Enabled, None));
    assert_eq!(facts.containers[&("acct".to_owned(), "C1".to_owned())].public_access, None);
    let compute = facts.computes.values().next().unwrap();
    assert_eq!((compute.identity.clone(), compute.compute_type.clone()), (Identity::none(), ComputeType::AmlCompute));
    let store = facts.datastores.values().next().unwrap();
    assert_eq!(store.target, DatastoreTarget::AdlsGen2 { account: "lake".to_owned(), filesystem: "fs".to_owned() });
    assert_eq!((store.credential.clone(), store.is_default), (CredentialSource::None, false));
    assert_eq!(facts.other_resources.len(), 1);
}

#[test]
fn deployments_name_their_compute_wherever_it_stands() {
    let deployment = |name: &str, properties: &str| {
        resource(&format!("{WORKSPACE}/batchEndpoints/e/deployments/{name}"), "", &format!(r#""properties":{properties}"#))
    };
    let facts = facts(&[
        deployment("model", r#"{"compute":"azureml:cpu","errorThreshold":-1,"environmentVariables":{}}"#),
        deployment("old", r#"{"compute":{"target":"cpu","instanceCount":1}}"#),
        deployment(
            "pipeline",
            r#"{"deploymentConfiguration":{"deploymentConfigurationType":"PipelineComponent","componentId":{"assetId":"/c/1"},"settings":{"default_compute":"batch","continue_on_step_failure":false}}}"#,
        ),
        resource(
            &format!("{WORKSPACE}/components/c/versions/1"),
            "",
            r#""properties":{"componentSpec":{"type":"pipeline","jobs":{"a":{"compute":"azureml:gpu"},"b":{"identity":{"type":"user_identity"}},"c":{"identity":{"type":"managed"}}}}}"#,
        ),
    ]);
    let computes: Vec<Option<&str>> = facts.deployments.values().map(|deployment| deployment.compute.as_deref()).collect();
    assert_eq!(computes, [Some("cpu"), Some("cpu"), Some("batch")]);
    let kinds: Vec<bool> = facts.deployments.values().map(|deployment| deployment.kind == DeploymentKind::Model).collect();
    assert_eq!(kinds, [true, true, false]);
    let component = facts.components.values().next().unwrap();
    assert_eq!((component.step_computes.clone(), component.user_identity_steps.clone()), (vec![(text("a"), text("gpu"))], vec![text("b")]));
}

#[test]
#[expect(clippy::too_many_lines, reason = "one file of every record that is joined")]
fn what_comes_apart_is_joined() {
    let network = format!("{RG}/providers/Microsoft.Network/virtualNetworks/v");
    let uai = format!("{RG}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/u");
    let facts = facts(&[
        resource(
            &format!("{ACCOUNT}/privateEndpointConnections/p"),
            "",
            &format!(
                r#""properties":{{"privateEndpoint":{{"id":"{RG}/pe"}},"privateLinkServiceConnectionState":{{"status":"Approved"}}}}"#
            ),
        ),
        resource(ACCOUNT, "", r#""properties":{"privateEndpointConnections":[]}"#),
        resource(
            &format!("{network}/virtualNetworkPeerings/p"),
            "",
            r#""properties":{"remoteVirtualNetwork":{"id":"/other"},"peeringState":"Connected","allowVirtualNetworkAccess":true}"#,
        ),
        resource(
            &network,
            "",
            &format!(
                r#""properties":{{"subnets":[{{"id":"{network}/subnets/s","properties":{{"serviceEndpoints":[{{"service":"Microsoft.Storage","provisioningState":"Succeeded"}}]}}}}]}}"#
            ),
        ),
        resource(
            &format!("{WORKSPACE}/outboundRules/b"),
            "",
            r#""properties":{"type":"PrivateEndpoint","status":"Active","destination":{"serviceResourceId":"/acct","subresourceTarget":"blob","sparkEnabled":false}}"#,
        ),
        resource(
            &format!("{WORKSPACE}/managedNetworks/default/outboundRules/c"),
            "",
            r#""properties":{"type":"FQDN","destination":"pypi.org"}"#,
        ),
        resource(
            WORKSPACE,
            "",
            r#""properties":{"managedNetwork":{"isolationMode":"AllowOnlyApprovedOutbound","outboundRules":{"a":{"type":"ServiceTag","destination":{"serviceTag":"AzureActiveDirectory","protocol":"TCP"}}}}}"#,
        ),
        resource(
            &format!("{WORKSPACE}/computes/c"),
            "",
            &format!(
                r#""identity":{{"type":"UserAssigned","principalId":"00000000-0000-0000-0000-000000000000","userAssignedIdentities":{{"{}":{{}}}}}},"properties":{{"computeType":"AmlCompute"}}"#,
                uai.to_uppercase()
            ),
        ),
        resource(&uai, "", &format!(r#""properties":{{"principalId":"{ANA}","clientId":"cc","tenantId":"tt"}}"#)),
    ]);
    let connections = facts.storage_accounts["acct"].private_endpoint_connections.clone().unwrap();
    assert_eq!((connections.len(), connections[0].status.as_deref()), (1, Some("Approved")));
    assert_eq!(facts.virtual_networks[&Scope::new(&network)].peerings, None);
    let peerings = facts.peerings[&Scope::new(&network)].clone();
    assert_eq!((peerings.len(), peerings[0].remote.clone()), (1, Some(Scope::new("/other"))));
    assert_eq!(facts.subnets[&Scope::new(&format!("{network}/subnets/s"))].service_endpoints.len(), 1);
    let rules = facts.workspaces.values().next().unwrap().outbound_rules.clone().unwrap();
    assert_eq!(rules.iter().map(|rule| rule.name.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!((rules[0].destination.as_deref(), rules[1].sub_resource.as_deref()), (Some("AzureActiveDirectory"), Some("blob")));
    assert_eq!(facts.outbound_rules.values().next().unwrap().len(), 2);
    let identity = facts.computes.values().next().unwrap().identity.clone();
    assert_eq!((identity.user_assigned[0].principal_id.clone(), identity.principal_id), (Some(ObjectId::new(ANA)), None));
    assert_eq!((identity.user_assigned[0].client_id.clone(), identity.tenant_id), (Some(AppId::new("cc")), Some(TenantId::new("tt"))));
}

// ── anything at all ──────────────────────────────────────────────────────────────────────────────────────────────────────

fn seeds() -> Vec<String> {
    vec![
        text(HEAD),
        assignment("/a", r#","scope":"/","condition":"é\u0041""#),
        text(r#"{"kind":"membership","member":"a","transitive_groups":["b","c"]}"#),
        text(r#"{"kind":"gap","what":"paths","scope":"a/c/d","below":true,"status":403}"#),
        resource(
            ACCOUNT,
            "",
            r#""properties":{"networkAcls":{"defaultAction":"Deny","virtualNetworkRules":[{"id":"/s"}]},"x":"?sig=abc"}"#,
        ),
        text(r#"{"kind":"directory_object","body":{"value":[{"id":"x","passwordCredentials":[{"endDateTime":"2027-01-01T00:00:00Z"}]}]}}"#),
    ]
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), magic in any::<bool>()) {
        let mut file = if magic { vec![0x28, 0xb5, 0x2f, 0xfd] } else { Vec::new() };
        file.extend(bytes);
        if let Err(errors) = read(file.as_slice(), "x") {
            prop_assert!(!errors.problems.is_empty() && errors.problems.len() <= 20);
            prop_assert!(!errors.to_string().chars().any(|c| c.is_control() && c != '\n'));
        }
    }

    #[test]
    fn mutated_lines_never_panic(which in 0..6usize, at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let mut line = seeds().swap_remove(which).into_bytes();
        let at = at.index(line.len());
        if cut { line.truncate(at) } else { line[at] = byte }
        let file = [HEAD.as_bytes(), b"\n", &line].concat();
        if let Err(errors) = read(file.as_slice(), "x") {
            prop_assert!(errors.problems.iter().all(|problem| problem.line.is_some_and(|line| (1..=3).contains(&line))));
            prop_assert!(!errors.to_string().chars().any(|c| c.is_control() && c != '\n'));
        }
    }
}
