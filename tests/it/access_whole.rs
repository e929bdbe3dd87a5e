//! `canread access`, by whole commands.

#![expect(clippy::indexing_slicing, reason = "a JSON value answers any key")]

use super::credentials_whole::Deviations;
use super::world2::*;
use serde_json::json;

const FILE: &str = "https://acct.blob.core.windows.net/c/a.csv";
const LAKE: &str = "https://lake.dfs.core.windows.net/fs/a/x.csv";
const NONE: &str = "user::rwx,group::r-x,mask::r-x,other::---";

fn is(d: &mut Deviations, case: &str, answer: &Answer, code: u8) {
    let verdict = ["allowed", "?", "?", "denied", "undetermined"][usize::from(code)];
    d.that(
        case,
        answer.code == code && answer.json["verdict"] == verdict && answer.json["access"] == 1,
        (answer.code, &answer.json["verdict"], answer.missing(), &answer.err),
    );
    d.that(&format!("{case}: missing iff undetermined"), code == 3 || (code == 4) != answer.missing().is_empty(), answer.missing());
}

#[test]
fn roles_grant_by_operation() {
    let mut d = Deviations::default();
    let mut world = World::new();
    for (operation, code) in [("list", 0), ("read", 0), ("write", 3)] {
        for url in [FILE, "wasbs://c@acct.blob.core.windows.net/a.csv", "https://ACCT.blob.core.windows.net/c/a.csv"] {
            is(&mut d, &format!("{operation} {url}"), &world.access(ANA, operation, url), code);
        }
        is(&mut d, "by name", &world.access("ana@contoso.com", operation, FILE), code);
        is(&mut d, "by display name", &world.access("Ana", operation, FILE), code);
    }
    world.assign("ana writes", WRITER, ANA, &format!("{}/blobServices/default/containers/c", account_id("acct")));
    is(&mut d, "write by container", &world.access(ANA, "write", FILE), 0);
    is(&mut d, "another container", &world.access(ANA, "write", "https://acct.blob.core.windows.net/c2/a.csv"), 3);
    world.assign("team reads", READER, TEAM, &account_id("lake")).person(TEAM, "group", "team");
    is(&mut d, "the group itself", &world.access(TEAM, "read", LAKE), 0);
    let answer = world.access(ANA, "read", LAKE);
    d.that("not a member", answer.code != 0, answer.code);
    world.add(json!({"kind":"membership","member":ANA,"transitive_groups":[TEAM]}));
    is(&mut d, "a member", &world.access(ANA, "read", LAKE), 0);
    world.deny("deny", ANA, &account_id("lake"), "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read");
    let answer = world.access(ANA, "read", LAKE);
    d.that("a deny", answer.code != 0, answer.code);
    world.deny("deny", ANA, &account_id("acct"), "Microsoft.Storage/*");
    let answer = world.access(ANA, "read", FILE);
    is(&mut d, "a deny without ACLs", &answer, 3);
    d.that("cites the deny", answer.out.contains("denyAssignments/d0000000"), &answer.out);
    let mut management = World::new();
    management.drop("ana reads");
    let answer = management.access(ANA, "read", FILE);
    is(&mut d, "Contributor is no data role", &answer, 3);
    let mut conditional = World::new();
    conditional.set(
        "ana reads",
        "/body/properties/condition",
        json!("@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name] StringEquals 'zzz'"),
    );
    conditional.set("ana reads", "/body/properties/conditionVersion", json!("2.0"));
    let answer = conditional.access(ANA, "read", FILE);
    d.that("a condition never simply grants", answer.code != 0, answer.code);
    d.none();
}

#[test]
fn principals_that_are_not_known_are_failures_or_open() {
    let mut d = Deviations::default();
    let world = World::new();
    let failed = |answer: &Answer| answer.code == 1 && answer.out.is_empty() && answer.err.starts_with("error: ");
    for name in ["nobody@contoso.com", "anna", "99999999-0000-0000-0000-000000000009"] {
        let answer = world.access(name, "read", FILE);
        d.that(name, failed(&answer) && answer.err.contains(name), (answer.code, &answer.err));
    }
    let mut two = World::new();
    two.person("a0000000-0000-0000-0000-000000000002", "user", "Ana");
    let answer = two.access("Ana", "read", FILE);
    d.that(
        "ambiguous",
        failed(&answer) && answer.err.contains(ANA) && answer.err.contains("a0000000-0000-0000-0000-000000000002"),
        &answer.err,
    );
    let open = World::open();
    let answer = open.access("99999999-0000-0000-0000-000000000009", "read", FILE);
    is(&mut d, "open world", &answer, 4);
    let answer = world.run(&["access", "--principal", ANA, "--operation", "read", FILE, "--from", "nowhere"]);
    d.that("--from nonsense", answer.code == 2, (answer.code, &answer.err));
    for from in ["public", &subnet("own")] {
        is(&mut d, from, &world.access_with(ANA, "read", FILE, &["--from", from]), 0);
    }
    for words in
        [vec!["access", FILE], vec!["access", "--principal", ANA, FILE], vec!["access", "--principal", ANA, "--operation", "erase", FILE]]
    {
        let answer = world.run(&words);
        d.that("usage", answer.code == 2 && answer.out.is_empty(), (answer.code, &answer.err));
    }
    d.none();
}

#[test]
fn acls_grant_where_roles_do_not() {
    let mut d = Deviations::default();
    let own = format!("user::rwx,user:{ANA}:r-x,group::r-x,mask::r-x,other::---");
    let file = |entry: &str| format!("user::rw-,user:{ANA}:{entry},group::r--,mask::rwx,other::---");
    let mut world = World::new();
    let answer = world.access(ANA, "read", LAKE);
    is(&mut d, "no ACL collected", &answer, 4);
    d.that("asks for the ACLs", answer.missing().iter().any(|one| one.starts_with("path_access lake/fs/")), answer.missing());
    world.acl("/", true, &own).acl("/a", true, &own).acl("/a/x.csv", false, &file("r--"));
    for url in [
        LAKE,
        "abfss://fs@lake.dfs.core.windows.net/a/x.csv",
        "https://lake.blob.core.windows.net/fs/a/x.csv",
        "https://lake.dfs.core.windows.net/fs//a/x.csv",
    ] {
        is(&mut d, url, &world.access(ANA, "read", url), 0);
    }
    is(&mut d, "list the folder", &world.access(ANA, "list", "https://lake.dfs.core.windows.net/fs/a"), 0);
    is(&mut d, "write", &world.access(ANA, "write", LAKE), 3);
    world.acl("/a/x.csv", false, &file("-w-"));
    is(&mut d, "write the file", &world.access(ANA, "write", LAKE), 0);
    is(&mut d, "read it not", &world.access(ANA, "read", LAKE), 3);
    world.acl("/a/x.csv", false, &file("rw-").replace("mask::rwx", "mask::--x"));
    is(&mut d, "masked", &world.access(ANA, "read", LAKE), 3);
    world.acl("/a/x.csv", false, &file("r--")).acl("/", true, NONE);
    let answer = world.access(ANA, "read", LAKE);
    is(&mut d, "no x on the root", &answer, 3);
    d.that("cites the root", answer.out.contains("lake/fs/"), &answer.out);
    world.acl("/", true, &own).acl("/a", true, "user::rwx,group::r-x,mask::---,other::r-x");
    let answer = world.access(ANA, "read", LAKE);
    is(&mut d, "mask on other", &answer, 4);
    d.that("named", answer.missing().iter().any(|one| one.contains("mask")), answer.missing());
    world.acl("/a", true, &own).deny("deny", ANA, &account_id("lake"), "Microsoft.Storage/*");
    let answer = world.access(ANA, "read", LAKE);
    is(&mut d, "ACL after a deny", &answer, 4);
    d.that("named", answer.missing().iter().any(|one| one == "open_question acl-after-deny"), answer.missing());
    world.drop("deny").acl("/", true, NONE).assign("lake reads", READER, ANA, &account_id("lake"));
    is(&mut d, "roles first", &world.access(ANA, "read", LAKE), 0);
    let mut groups = World::new();
    let team = format!("user::rwx,group::---,group:{TEAM}:r-x,mask::r-x,other::---");
    groups.person(TEAM, "group", "team").acl("/", true, &team).acl("/a", true, &team).acl("/a/x.csv", false, &team);
    is(&mut d, "a group as principal", &groups.access(TEAM, "read", LAKE), 0);
    is(&mut d, "no member", &groups.access(ANA, "read", LAKE), 3);
    groups.add(json!({"kind":"membership","member":ANA,"transitive_groups":[TEAM]}));
    is(&mut d, "a member", &groups.access(ANA, "read", LAKE), 0);
    groups.acl("/a/x.csv", false, "user::rwx,group::---,default:user::rwx,other::---");
    is(&mut d, "default entries grant nothing", &groups.access(ANA, "read", LAKE), 3);
    groups.acl("/a/x.csv", false, "user::rwx,group::r--,other::r");
    let answer = groups.access(ANA, "read", LAKE);
    d.that("a malformed ACL", matches!(answer.code, 1 | 4), (answer.code, &answer.err));
    d.none();
}

#[test]
fn creating_a_file_needs_the_parent() {
    let mut d = Deviations::default();
    let x = format!("user::rwx,user:{ANA}:--x,group::r-x,mask::rwx,other::---");
    let wx = format!("user::rwx,user:{ANA}:-wx,group::r-x,mask::rwx,other::---");
    let mut world = World::new();
    world.acl("/", true, &x).acl("/a", true, &wx);
    let absent = json!({"kind":"path","account":"lake","container":"fs","path":"a/x.csv","exists":false});
    let answer = world.access(ANA, "write", LAKE);
    is(&mut d, "not known to be absent", &answer, 4);
    world.put("line", absent.clone());
    is(&mut d, "absent by a line", &world.access(ANA, "write", LAKE), 0);
    world.drop("line").coverage("paths", "lake/fs/a");
    is(&mut d, "absent by coverage", &world.access(ANA, "write", LAKE), 0);
    world.acl("/a", true, &x);
    is(&mut d, "no w on the parent", &world.access(ANA, "write", LAKE), 3);
    world.acl("/a", true, &wx).acl("/", true, NONE);
    is(&mut d, "no x on the root", &world.access(ANA, "write", LAKE), 3);
    let mut gap = World::new();
    gap.acl("/", true, &x)
        .acl("/a", true, &wx)
        .coverage("paths", "lake/fs")
        .add(json!({"kind":"gap","what":"paths","scope":"lake/fs","status":403,"code":"X","message":"m"}));
    is(&mut d, "a gap outweighs coverage", &gap.access(ANA, "write", LAKE), 4);
    let mut elsewhere = World::new();
    elsewhere.acl("/", true, &x).acl("/a", true, &wx).coverage("paths", "lake/fs/b").coverage("paths", "lake/fs/aa");
    is(&mut d, "coverage of another folder", &elsewhere.access(ANA, "write", LAKE), 4);
    d.none();
}

#[test]
fn gen1_answers_by_its_acls_at_any_time() {
    let mut d = Deviations::default();
    let url = "adl://old.azuredatalakestore.net/a/x.csv";
    let mut world = World::new();
    world.resource(
        "gen1",
        json!({"id":format!("{}/providers/Microsoft.DataLakeStore/accounts/old", group()),"properties":{"state":"Active"}}),
    );
    let acl = |path: &str, directory: bool, entry: &str| json!({"kind":"path_access","account":"old","filesystem":"","path":path,"is_directory":directory,"owner":"$superuser","group":"$superuser","permissions":"rwxr-x---+","acl":format!("user::rwx,user:{ANA}:{entry},group::r-x,mask::rwx,other::---")});
    is(&mut d, "unknown ACLs", &world.access(ANA, "read", url), 4);
    world.put("1", acl("/", true, "--x")).put("2", acl("/a", true, "--x")).put("3", acl("/a/x.csv", false, "r--"));
    let answer = world.access(ANA, "read", url);
    is(&mut d, "open", &answer, 0);
    d.that("store/retired", answer.err.contains("store/retired"), &answer.err);
    is(&mut d, "write", &world.access(ANA, "write", url), 3);
    is(
        &mut d,
        "long ago",
        &world.run(&["access", "--principal", ANA, "--operation", "read", url, "--at", "2020-01-01T00:00:00Z", "-o", "json"]),
        0,
    );
    let answer = world.input(url);
    d.check("as an input now", &answer, 3, &["input/supported=denied", "-input/exists", "-access/read"]);
    d.that("client/reference", answer.warnings().contains(&"client/reference"), answer.warnings());
    d.none();
}
