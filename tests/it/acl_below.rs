//! What lies below a folder: closed files, archived files, files still to come.

use crate::acl_world::{Asked, dir, file, ids, lake, missing, path_line, who};
use canread::eval::posix::{archived_below, default_acl_note, readable_below};
use canread::eval::{Extent, Judgement, Proof, Verdict};
use canread::model::{CoverageRecord, Facts, GapRecord, Identities, Lookup, Missing, Snapshot, StoreKind, WarningId, What};

const CLOSED: &str = "user::rwx,group::---,other::---";
const FILE: &str = "user::rw-,user:ana:r--,group::---,mask::r--,other::---";
const FOLDER: &str = "user::rwx,user:ana:r-x,group::---,mask::r-x,other::---";

fn ana() -> Identities {
    who("ana", &[])
}

fn covered(facts: &mut Facts, what: What, scope: &str) {
    facts.coverage.push(CoverageRecord { what, scope: scope.to_owned(), principal: None, below: true });
}

/// `/d` with two open files and a folder with one.
fn tree() -> Facts {
    let mut facts = lake();
    for path in ["/", "/d", "/d/s"] {
        dir(&mut facts, path, FOLDER);
    }
    for path in ["/d/a", "/d/b", "/d/s/c", "/e"] {
        file(&mut facts, path, FILE);
    }
    covered(&mut facts, What::PathAccess, "lake/fs/d");
    facts
}

fn below_by(facts: Facts, who: &Identities, assume_below: bool) -> Proof {
    let snapshot = Snapshot::new(facts);
    let asked = Asked { assume_below, ..Asked::folder(&snapshot, "/d") };
    let proof: Proof = readable_below(&asked.context(), who, &asked.target());
    let verdict: Verdict = readable_below(&asked.context(), who, &asked.target());
    assert_eq!(proof.verdict(), verdict, "{proof:#?}");
    proof
}

fn below(facts: Facts) -> Proof {
    below_by(facts, &ana(), false)
}

#[test]
fn all_open_and_covered_is_allowed_and_what_lies_beside_does_not_count() {
    let mut facts = tree();
    file(&mut facts, "/e", CLOSED);
    file(&mut facts, "/d-too", CLOSED);
    let proof = below(facts);
    assert_eq!((proof.verdict(), ids(&proof, Verdict::Allowed)), (Verdict::Allowed, vec!["path_access:lake/fs/d".to_owned()]));
    assert!(proof.leaves()[0].0.contains("4 of them are open"), "{proof:#?}");
    assert!(proof.assumptions().is_empty());
}

#[test]
fn the_first_closed_path_is_named_with_how_many_more() {
    let mut facts = tree();
    file(&mut facts, "/d/s/c", CLOSED);
    file(&mut facts, "/d/b", CLOSED);
    // A folder needs more than a file.
    dir(&mut facts, "/d/t", FILE);
    let proof = below(facts);
    assert_eq!((proof.verdict(), ids(&proof, Verdict::Denied)), (Verdict::Denied, vec!["lake/fs/d/b".to_owned()]));
    assert!(proof.claim().ends_with("(first closed: /d/b; 2 more are closed)"), "{}", proof.claim());
    // Closed is closed, whatever was not collected and whatever is assumed.
    let mut facts = tree();
    file(&mut facts, "/d/b", CLOSED);
    facts.coverage.clear();
    assert_eq!(below_by(facts, &ana(), true).verdict(), Verdict::Denied);
}

#[test]
fn without_coverage_the_answer_is_missing_or_assumed() {
    let mut facts = tree();
    facts.coverage.clear();
    let proof = below(facts.clone());
    assert_eq!((proof.verdict(), missing(&proof)), (Verdict::Undetermined, vec!["path_access:lake/fs/d".to_owned()]));
    let proof = below_by(facts.clone(), &ana(), true);
    assert_eq!(proof.verdict(), Verdict::Allowed);
    let assumptions: Vec<String> = proof.assumptions().into_iter().collect();
    assert_eq!(assumptions, ["ACLs below the folder that were not collected are open"]);
    // A gap outweighs coverage; the closed world covers what lies below a recorded folder.
    covered(&mut facts, What::Everything, "");
    assert_eq!(below(facts.clone()).verdict(), Verdict::Allowed);
    facts.gaps.push(GapRecord {
        what: What::PathAccess,
        scope: "lake/fs/d/s".to_owned(),
        principal: None,
        below: true,
        status: Some(403),
        code: None,
        message: None,
        needs: None,
    });
    let proof = below(facts);
    assert_eq!(proof.verdict(), Verdict::Undetermined);
    assert_eq!(proof.missing().first().and_then(|missing| missing.because.clone()).as_deref(), Some("403"));
}

#[test]
fn a_path_that_is_known_without_its_acl_is_missing() {
    let mut facts = tree();
    path_line(&mut facts, "/d/u/v", true, None);
    path_line(&mut facts, "/d/gone", false, None);
    file(&mut facts, "/d/x/y", FILE);
    let proof = below(facts.clone());
    assert_eq!(proof.verdict(), Verdict::Undetermined);
    assert_eq!(missing(&proof), ["path_access:lake/fs/d/u", "path_access:lake/fs/d/u/v", "path_access:lake/fs/d/x"]);
    let proof = below_by(facts, &ana(), true);
    assert_eq!((proof.verdict(), proof.assumptions().len()), (Verdict::Allowed, 1));
}

#[test]
fn assuming_does_not_cover_malformed_acls_or_unknown_groups() {
    let mut facts = tree();
    file(&mut facts, "/d/b", "user::rwx");
    let proof = below_by(facts, &ana(), true);
    assert_eq!((proof.verdict(), missing(&proof)), (Verdict::Undetermined, vec!["path_access:lake/fs/d/b".to_owned()]));
    let mut facts = tree();
    file(&mut facts, "/d/b", "user::rwx,group::---,group:team:r--,mask::r--,other::---");
    let unknown = Identities { missing: Some(Missing::new(What::Memberships, "ana", &Lookup::NotCollected)), ..ana() };
    let proof = below_by(facts, &unknown, true);
    assert_eq!((proof.verdict(), missing(&proof)), (Verdict::Undetermined, vec!["memberships:ana".to_owned()]));
}

#[test]
fn nothing_lies_below_a_file() {
    let snapshot = Snapshot::new(tree());
    let asked = Asked::file(&snapshot, "/d/a");
    let proof: Proof = readable_below(&asked.context(), &ana(), &asked.target());
    assert_eq!((proof.verdict(), ids(&proof, Verdict::Allowed)), (Verdict::Allowed, vec!["lake/fs/d/a".to_owned()]));
}

/// Inherited ACLs repeat; each path is still judged with its own owner and kind.
#[test]
fn a_large_tree_is_judged_once_a_path() {
    let mut facts = tree();
    for n in 0..20_000 {
        file(&mut facts, &format!("/d/s/{n:05}"), FILE);
    }
    let proof = below(facts.clone());
    assert!(proof.leaves()[0].0.contains("20004 of them are open"), "{proof:#?}");
    dir(&mut facts, "/d/s/19999", FILE);
    let proof = below(facts);
    assert_eq!(ids(&proof, Verdict::Denied), ["lake/fs/d/s/19999"]);
}

fn note(acl: &str, groups: &[&str]) -> Option<String> {
    let mut facts = lake();
    dir(&mut facts, "/d", acl);
    let snapshot = Snapshot::new(facts);
    let asked = Asked::folder(&snapshot, "/d");
    let warning = default_acl_note(&asked.context(), &who("ana", groups), &asked.target())?;
    assert_eq!(warning.id, WarningId::AclDefault);
    Some(warning.message)
}

#[test]
fn files_created_later_are_warned_about_where_they_would_be_closed() {
    let none = note(FOLDER, &[]).expect("a warning");
    assert_eq!(none, "files created in lake/fs/d later will be closed to ana: it has no default entries");
    let default = |entries: &str| format!("{FOLDER},default:user::rwx,default:group::---,{entries}default:other::---");
    assert!(note(&default(""), &[]).is_some_and(|message| message.ends_with("its default entries do not give `r--`")));
    assert_eq!(note(&default("default:user:ana:r-x,default:mask::r-x,"), &[]), None);
    assert!(note(&default("default:user:ana:r-x,default:mask::--x,"), &[]).is_some());
    assert_eq!(note(&default("default:group:team:r-x,default:mask::r-x,"), &["team"]), None);
    // Only default entries were given: the base entries that are missing give nothing.
    assert!(note(&format!("{FOLDER},default:user:bob:rwx"), &[]).is_some());
}

fn archived(facts: Facts, path: &str, extent: Extent) -> Proof {
    let snapshot = Snapshot::new(facts);
    let asked = Asked { extent, store: StoreKind::Blob, ..Asked::file(&snapshot, path) };
    let proof: Proof = archived_below(&asked.context(), &asked.target());
    let verdict: Verdict = archived_below(&asked.context(), &asked.target());
    assert_eq!(proof.verdict(), verdict);
    proof
}

fn assumed(proof: &Proof) -> Vec<String> {
    proof.assumptions().into_iter().collect()
}

#[test]
fn the_first_archived_file_is_named_in_any_case() {
    let mut facts = lake();
    path_line(&mut facts, "/d/a", true, Some("Hot"));
    path_line(&mut facts, "/d/b", true, Some("ARCHIVE"));
    path_line(&mut facts, "/d/c", true, Some("archive"));
    path_line(&mut facts, "/d/0", false, Some("Archive"));
    let proof = archived(facts.clone(), "/d", Extent::Folder);
    assert_eq!((proof.verdict(), ids(&proof, Verdict::Denied)), (Verdict::Denied, vec!["lake/fs/d/b".to_owned()]));
    assert!(proof.leaves()[0].2.evidence.says.contains("1 more are; it can be read once it is rehydrated"), "{proof:#?}");
    assert_eq!(ids(&archived(facts.clone(), "/d/c", Extent::File), Verdict::Denied), ["lake/fs/d/c"]);
    let proof = archived(facts, "/d/a", Extent::File);
    assert_eq!((proof.verdict(), ids(&proof, Verdict::Allowed)), (Verdict::Allowed, vec!["lake/fs/d/a".to_owned()]));
    assert!(proof.assumptions().is_empty());
}

#[test]
fn tiers_that_were_not_collected_are_assumed_and_said() {
    let not_listed = ["no path is archived: tiers were not collected"];
    assert_eq!(assumed(&archived(lake(), "/d", Extent::Folder)), not_listed);
    assert_eq!(assumed(&archived(lake(), "/d/a", Extent::File)), not_listed);
    let mut facts = lake();
    covered(&mut facts, What::Paths, "lake/fs");
    path_line(&mut facts, "/d/a", true, Some("Cool"));
    let proof = archived(facts.clone(), "/d", Extent::Folder);
    assert_eq!((ids(&proof, Verdict::Allowed), assumed(&proof)), (vec!["paths:lake/fs".to_owned()], Vec::new()));
    path_line(&mut facts, "/d/b", true, None);
    assert_eq!(
        assumed(&archived(facts.clone(), "/d", Extent::Folder)),
        ["no file below lake/fs/d is archived: the tier of 1 was not collected"]
    );
    assert_eq!(assumed(&archived(facts, "/d/b", Extent::File)), ["lake/fs/d/b is not archived: its tier was not collected"]);
}
