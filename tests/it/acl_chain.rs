//! ACLs along a path: what decides, what is missing, what is worth a warning.

use crate::acl_world::{ACCOUNT, Asked, account, add, dir, file, gen1_lake, ids, lake, missing, path_line, record, who};
use canread::eval::{Extent, Judgement, Proof, Verdict};
use canread::model::{
    AppId, CoverageRecord, DirectoryObject, Facts, GapRecord, Identities, Lookup, Missing, ObjectId, Operation, PathAccess, PrincipalKind,
    Snapshot, StoreKind, StorePath, WarningId, What,
};

const ANA: &str = "11111111-1111-4111-8111-111111111111";
const TEAM: &str = "22222222-2222-4222-8222-222222222222";
const APP: &str = "33333333-3333-4333-8333-333333333333";
const REGISTRATION: &str = "44444444-4444-4444-8444-444444444444";
const CLOSED: &str = "user::rwx,group::---,other::---";

fn ana() -> Identities {
    who(ANA, &[])
}

fn open_to(id: &str, bits: &str) -> String {
    format!("user::rwx,user:{id}:{bits},group::---,mask::rwx,other::---")
}

/// `/`, `/a` and the file `/a/f`, open to Ana.
fn open_lake() -> Facts {
    let mut facts = lake();
    dir(&mut facts, "/", &open_to(ANA, "--x"));
    dir(&mut facts, "/a", &open_to(ANA, "--x"));
    file(&mut facts, "/a/f", &open_to(ANA, "r--"));
    facts
}

fn read(facts: Facts, who: &Identities) -> Proof {
    let snapshot = Snapshot::new(facts);
    Asked::file(&snapshot, "/a/f").operation(who, Operation::Read)
}

fn coverage(what: What, scope: &str, below: bool) -> CoverageRecord {
    CoverageRecord { what, scope: scope.to_owned(), principal: None, below }
}

fn gap(what: What, scope: &str) -> GapRecord {
    GapRecord {
        what,
        scope: scope.to_owned(),
        principal: None,
        below: false,
        status: Some(403),
        code: Some("AuthorizationPermissionMismatch".to_owned()),
        message: None,
        needs: None,
    }
}

fn object(id: &str, kind: PrincipalKind, app: Option<&str>) -> DirectoryObject {
    DirectoryObject {
        id: ObjectId::new(id),
        kind: Some(kind),
        display_name: Some("ana".to_owned()),
        app_id: app.map(AppId::new),
        user_principal_name: None,
        mail: None,
        account_enabled: None,
        app_owner_tenant: None,
        password_credentials: None,
        key_credentials: None,
        created: None,
        custom_security_attributes: None,
    }
}

fn entry_warnings(proof: &Proof) -> Vec<String> {
    let entries = proof.warnings().into_iter().filter(|warning| warning.id == WarningId::AclEntry);
    entries.map(|warning| warning.message).collect()
}

#[test]
fn an_open_chain_names_every_path_and_entry() {
    let proof = read(open_lake(), &ana());
    assert_eq!(proof.verdict(), Verdict::Allowed);
    assert_eq!(ids(&proof, Verdict::Allowed), ["lake/fs/", "lake/fs/a", "lake/fs/a/f"]);
    let (claim, _, leaf) = proof.leaves()[2];
    assert_eq!(claim, format!("{ANA} has `r--` on /a/f"));
    assert_eq!(leaf.evidence.says, format!("`user:{ANA}:r-- & mask::rwx = r--`"));
    assert!(proof.warnings().is_empty());
}

#[test]
fn the_first_closed_folder_is_named_and_the_rest_still_judged() {
    let mut facts = open_lake();
    dir(&mut facts, "/", CLOSED);
    file(&mut facts, "/a/f", &open_to(ANA, "-wx"));
    let proof = read(facts, &ana());
    assert_eq!(proof.verdict(), Verdict::Denied);
    assert_eq!(ids(&proof, Verdict::Denied), ["lake/fs/", "lake/fs/a/f"]);
    assert!(proof.claim().ends_with("(first closed: /)"), "{}", proof.claim());
}

#[test]
fn an_acl_that_was_not_collected_is_missing_with_the_reason_of_its_gap() {
    let mut facts = open_lake();
    facts.path_access.values_mut().for_each(|paths| drop(paths.remove(&StorePath::new("a"))));
    facts.coverage.push(coverage(What::Everything, "", false));
    let proof = read(facts.clone(), &ana());
    assert_eq!((proof.verdict(), missing(&proof)), (Verdict::Undetermined, vec!["path_access:lake/fs/a".to_owned()]));
    assert_eq!(proof.missing().first().and_then(|missing| missing.because.as_deref()), None);
    facts.gaps.push(gap(What::PathAccess, "lake/fs/a"));
    let proof = read(facts, &ana());
    let because = proof.missing().first().and_then(|missing| missing.because.clone());
    assert_eq!(because.as_deref(), Some("403 AuthorizationPermissionMismatch"));
}

#[test]
fn a_malformed_acl_is_undetermined_and_names_record_and_entry() {
    let mut facts = open_lake();
    dir(&mut facts, "/a", "user::rwx,group::rwx,other::rwx,mask::rw");
    let proof = read(facts, &ana());
    assert_eq!((proof.verdict(), missing(&proof)), (Verdict::Undetermined, vec!["path_access:lake/fs/a".to_owned()]));
    assert_eq!(ids(&proof, Verdict::Undetermined), ["lake/fs/a"]);
    let because = proof.missing().first().and_then(|missing| missing.because.clone()).expect("a reason");
    assert!(because.contains("entry 4 (`mask::rw`)"), "{because}");
}

#[test]
fn only_accounts_with_a_hierarchical_namespace_have_acls() {
    let mut facts = open_lake();
    facts.storage_accounts.insert(ACCOUNT.to_owned(), account(false));
    let proof = read(facts, &ana());
    assert_eq!((proof.verdict(), ids(&proof, Verdict::Denied)), (Verdict::Denied, vec![account(false).id.to_string()]));
    let mut facts = open_lake();
    facts.storage_accounts.clear();
    facts.coverage.push(coverage(What::Everything, "", false));
    let proof = read(facts, &ana());
    assert_eq!((proof.verdict(), missing(&proof)), (Verdict::Undetermined, vec!["resource:storageAccounts/lake".to_owned()]));
}

#[test]
fn unknown_groups_matter_only_where_an_entry_would_grant() {
    let unknown = Identities { missing: Some(Missing::new(What::Memberships, ANA, &Lookup::NotCollected)), ..ana() };
    let grants = format!("user::rwx,group::---,group:{TEAM}:r--,mask::r--,other::---");
    let mut facts = open_lake();
    file(&mut facts, "/a/f", &grants);
    assert_eq!(read(facts.clone(), &ana()).verdict(), Verdict::Denied);
    assert_eq!(read(facts.clone(), &who(ANA, &[TEAM])).verdict(), Verdict::Allowed);
    let proof = read(facts.clone(), &unknown);
    assert_eq!((proof.verdict(), missing(&proof)), (Verdict::Undetermined, vec![format!("memberships:{ANA}")]));
    file(&mut facts, "/a/f", &grants.replace("mask::r--", "mask::---"));
    assert_eq!(read(facts.clone(), &unknown).verdict(), Verdict::Denied);
    // What the directory knows to be a person is nobody's group.
    file(&mut facts, "/a/f", &grants);
    facts.directory.insert(ObjectId::new(TEAM), object(TEAM, PrincipalKind::User, None));
    assert_eq!(read(facts, &unknown).verdict(), Verdict::Denied);
}

#[test]
fn more_groups_than_a_token_carries_are_an_open_question() {
    let mut facts = open_lake();
    file(&mut facts, "/a/f", &format!("user::rwx,group::---,group:{TEAM}:r--,mask::r--,other::---"));
    let names: Vec<String> = (0..200).map(|n| format!("group-{n}")).collect();
    let mut many = who(ANA, &names.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(read(facts.clone(), &many).verdict(), Verdict::Denied);
    many.groups.insert(ObjectId::new(TEAM));
    let proof = read(facts, &many);
    assert_eq!((proof.verdict(), missing(&proof)), (Verdict::Undetermined, vec!["open_question:groups-over-200".to_owned()]));
}

#[test]
fn a_user_principal_name_in_an_entry_is_compared_with_the_directory() {
    let mut facts = open_lake();
    file(&mut facts, "/a/f", &open_to("Ana@contoso.com", "r--"));
    let proof = read(facts.clone(), &ana());
    assert_eq!((proof.verdict(), missing(&proof)), (Verdict::Undetermined, vec![format!("directory_object:{ANA}")]));
    for (name, expected) in [("ana@Contoso.com", Verdict::Allowed), ("bob@contoso.com", Verdict::Denied)] {
        let user = DirectoryObject { user_principal_name: Some(name.to_owned()), ..object(ANA, PrincipalKind::User, None) };
        facts.directory.insert(ObjectId::new(ANA), user);
        assert_eq!(read(facts.clone(), &ana()).verdict(), expected, "{name}");
    }
    facts.directory.insert(ObjectId::new(ANA), object(ANA, PrincipalKind::ManagedIdentity, None));
    assert_eq!(read(facts, &ana()).verdict(), Verdict::Denied);
}

#[test]
fn entries_with_the_wrong_id_are_noticed() {
    let cases = [
        (APP, "user", "bears the application id"),
        (REGISTRATION, "user", "object id of the app registration"),
        (TEAM, "user", "is a group"),
        (ANA, "group", "is no group"),
        ("55555555-5555-4555-8555-555555555555", "user", "no object of the directory bears"),
    ];
    for (id, kind, expected) in cases {
        let mut facts = open_lake();
        file(&mut facts, "/a/f", &format!("user::rwx,{kind}:{id}:r--,group::---,mask::rwx,other::---"));
        facts.directory.insert(ObjectId::new(ANA), object(ANA, PrincipalKind::ServicePrincipal, Some(APP)));
        facts.directory.insert(ObjectId::new(REGISTRATION), object(REGISTRATION, PrincipalKind::Application, Some(APP)));
        facts.coverage.push(coverage(What::DirectoryObject, "55555555-5555-4555-8555-555555555555", false));
        let proof = read(facts, &who(ANA, &[TEAM]));
        assert_eq!(proof.verdict(), Verdict::Denied, "{expected}");
        let warnings = entry_warnings(&proof);
        assert!(matches!(warnings.as_slice(), [one] if one.contains(expected)), "{expected}: {warnings:?}");
    }
    // Nothing is said of an id that nobody looked up.
    let mut facts = open_lake();
    file(&mut facts, "/a/f", &open_to("66666666-6666-4666-8666-666666666666", "r--"));
    assert_eq!(entry_warnings(&read(facts, &ana())), Vec::<String>::new());
}

#[test]
fn the_owner_is_decided_alone_and_can_grant_itself() {
    let mut facts = open_lake();
    add(&mut facts, record("/a/f", false, ANA, "$superuser", "user::-w-,user:x:r--,group::rwx,mask::rwx,other::rwx"));
    let proof = read(facts, &ana());
    assert_eq!((proof.verdict(), ids(&proof, Verdict::Denied)), (Verdict::Denied, vec!["lake/fs/a/f".to_owned()]));
    assert!(entry_warnings(&proof)[0].contains("owns /a/f and can change its ACL"));
}

#[test]
fn default_entries_the_super_user_and_the_nobody_group_grant_nothing() {
    let everything = "user::rwx,group::rwx,other::---,default:user::rwx,default:group::rwx,default:other::rwx";
    let nobody = "00000000-0000-0000-0000-000000000000";
    for (owner, group) in [("$superuser", "$superuser"), ("other", nobody), ("other", ANA)] {
        let mut facts = open_lake();
        add(&mut facts, record("/a/f", false, owner, group, everything));
        let unknown = Identities { missing: Some(Missing::new(What::Memberships, ANA, &Lookup::NotCollected)), ..ana() };
        assert_eq!(read(facts, &unknown).verdict(), Verdict::Denied, "{owner} {group}");
    }
}

#[test]
fn a_folder_is_listed_and_read_with_read_and_execute() {
    for (bits, expected) in [("r-x", Verdict::Allowed), ("--x", Verdict::Denied), ("r--", Verdict::Denied)] {
        let mut facts = open_lake();
        dir(&mut facts, "/a", &open_to(ANA, bits));
        let snapshot = Snapshot::new(facts);
        for operation in [Operation::List, Operation::Read] {
            let proof = Asked::folder(&snapshot, "/a").operation(&ana(), operation);
            assert_eq!(proof.verdict(), expected, "{operation} {bits}");
            let ids = ids(&proof, expected);
            assert_eq!(ids.last().map(String::as_str), Some("lake/fs/a"));
        }
    }
    let snapshot = Snapshot::new(open_lake());
    let proof = Asked::folder(&snapshot, "/a/f").operation(&ana(), Operation::List);
    assert_eq!(missing(&proof), ["open_question:list-of-a-file"]);
}

fn write(facts: Facts, path: &str, extent: Extent) -> Proof {
    let snapshot = Snapshot::new(facts);
    Asked { extent, ..Asked::file(&snapshot, path) }.operation(&ana(), Operation::Write)
}

#[test]
fn writing_asks_the_file_where_it_exists_and_its_parent_where_it_does_not() {
    let mut facts = open_lake();
    file(&mut facts, "/a/f", &open_to(ANA, "-w-"));
    let proof = write(facts.clone(), "/a/f", Extent::File);
    assert_eq!(proof.verdict(), Verdict::Allowed);
    assert_eq!(ids(&proof, Verdict::Allowed), ["lake/fs/", "lake/fs/a", "lake/fs/a/f"]);
    // Nobody knows whether it is there: the file and the listing are both asked for.
    let proof = write(facts.clone(), "/a/new", Extent::File);
    assert_eq!(
        (proof.verdict(), missing(&proof)),
        (Verdict::Undetermined, vec!["path_access:lake/fs/a/new".to_owned(), "paths:lake/fs/a/new".to_owned()])
    );
    path_line(&mut facts, "/a/new", false, None);
    let proof = write(facts.clone(), "/a/new", Extent::File);
    assert_eq!((proof.verdict(), ids(&proof, Verdict::Denied)), (Verdict::Denied, vec!["lake/fs/a".to_owned()]));
    dir(&mut facts, "/a", &open_to(ANA, "-wx"));
    let proof = write(facts.clone(), "/a/new", Extent::File);
    assert_eq!((proof.verdict(), ids(&proof, Verdict::Allowed)), (Verdict::Allowed, vec!["lake/fs/".to_owned(), "lake/fs/a".to_owned()]));
    // Coverage proves absence as well, and an ACL proves presence under it.
    facts.paths.clear();
    facts.coverage.push(coverage(What::Paths, "lake/fs", false));
    assert_eq!(write(facts.clone(), "/a/new", Extent::File).verdict(), Verdict::Allowed);
    file(&mut facts, "/a/f", &open_to(ANA, "r--"));
    assert_eq!(ids(&write(facts.clone(), "/a/f", Extent::File), Verdict::Denied), ["lake/fs/a/f"]);
    // A closed root denies whatever else is not known.
    dir(&mut facts, "/", CLOSED);
    facts.coverage.clear();
    assert_eq!(write(facts, "/a/new", Extent::File).verdict(), Verdict::Denied);
}

#[test]
fn folders_that_would_have_to_be_made_on_the_way_are_an_open_question() {
    let mut facts = open_lake();
    facts.coverage.push(coverage(What::Paths, "lake/fs", false));
    assert_eq!(ids(&write(facts.clone(), "/a/b/c/new", Extent::File), Verdict::Denied), ["lake/fs/a"]);
    dir(&mut facts, "/a", &open_to(ANA, "-wx"));
    let proof = write(facts.clone(), "/a/b/c/new", Extent::File);
    assert_eq!((proof.verdict(), missing(&proof)), (Verdict::Undetermined, vec!["open_question:parent-absent".to_owned()]));
    // A folder in which something is known to lie exists, and its own ACL is missing.
    path_line(&mut facts, "/a/b/c/other", true, None);
    assert_eq!(missing(&write(facts.clone(), "/a/b/c/new", Extent::File)), ["path_access:lake/fs/a/b", "path_access:lake/fs/a/b/c"]);
    // Into a folder one writes with `-wx` on it.
    assert_eq!(write(facts.clone(), "/a", Extent::Folder).verdict(), Verdict::Allowed);
    assert_eq!(ids(&write(facts, "/", Extent::Folder), Verdict::Denied), ["lake/fs/"]);
}

#[test]
fn gen1_has_the_same_check_without_a_file_system() {
    let mut facts = gen1_lake();
    let gen1 = |path: &str, is_directory, acl: &str, permissions: &str| PathAccess {
        filesystem: String::new(),
        permissions: Some(permissions.to_owned()),
        ..record(path, is_directory, "o", "00000000-0000-0000-0000-000000000000", acl)
    };
    add(&mut facts, gen1("/", true, "user::rwx,group::rwx,other::--x", "771"));
    add(&mut facts, gen1("/f", false, &format!("user:{ANA}:r--,group::---"), "770"));
    let ask = |facts: &Facts| {
        let snapshot = Snapshot::new(facts.clone());
        Asked { store: StoreKind::AdlsGen1, ..Asked::file(&snapshot, "/f") }.operation(&ana(), Operation::Read)
    };
    let proof = ask(&facts);
    assert_eq!((proof.verdict(), ids(&proof, Verdict::Allowed)), (Verdict::Allowed, vec!["lake/".to_owned(), "lake/f".to_owned()]));
    add(&mut facts, gen1("/f", false, &format!("user:{ANA}:r--,group::---"), "700"));
    assert_eq!(ids(&ask(&facts), Verdict::Denied), ["lake/f"]);
    facts.gen1_accounts.clear();
    assert_eq!(missing(&ask(&facts)), ["resource:Microsoft.DataLakeStore/accounts/lake"]);
}
