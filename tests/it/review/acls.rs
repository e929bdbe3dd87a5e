//! Findings about access control lists.

use super::{clean, evidence, message, of, review, waits_for, where_found};
use crate::world2::{ANA, CLUSTER, SP, SP_APP, TEAM, World};
use serde_json::json;

/// Root and folder `a`, which Ana and the cluster list by ACL.
fn lake(folder: &str) -> World {
    let mut world = clean();
    world.acl("/", true, &format!("user::rwx,user:{ANA}:--x,user:{CLUSTER}:--x,group::---,mask::r-x,other::---"));
    world.acl("/a", true, folder);
    world
}

fn readers(more: &str) -> String {
    format!("user::rwx,user:{ANA}:r-x,user:{CLUSTER}:r-x,group::---,{more}other::---")
}

fn handed_down() -> String {
    let own = readers("mask::r-x,");
    format!("{own},{}", own.split(',').map(|entry| format!("default:{entry}")).collect::<Vec<_>>().join(","))
}

const A: &str = "path_access lake/fs/a";

#[test]
fn a_mask_that_takes_what_an_entry_was_written_for_is_found() {
    assert!(of(&review(&lake(&handed_down()), &[]), "acl-masked").is_empty());
    let answer = review(&lake(&readers("mask::--x,")), &[]);
    // One for Ana, one for the cluster.
    assert_eq!(where_found(&answer, "acl-masked"), ["medium lake/fs/a", "medium lake/fs/a"]);
    for finding in of(&answer, "acl-masked") {
        assert_eq!(
            (finding["evidence"][0]["kind"].as_str(), finding["evidence"][0]["id"].as_str()),
            (Some("path_access"), Some("lake/fs/a"))
        );
        assert!(finding["evidence"][0]["says"].as_str().is_some_and(|says| says.ends_with("under `mask::--x` is `--x`")), "{finding}");
    }
    // Execute means nothing on a file, and what is shared by many paths is said once.
    let mut world = lake(&handed_down());
    world.acl("/a/f.csv", false, &format!("user::rw-,user:{ANA}:r-x,group::---,mask::r--,other::---"));
    assert!(of(&review(&world, &[]), "acl-masked").is_empty());
    for name in ["b", "c", "d"] {
        world.acl(&format!("/a/{name}"), true, &format!("user::rwx,user:{TEAM}:r-x,group::---,mask::---,other::---"));
    }
    let answer = review(&world, &[]);
    assert_eq!(where_found(&answer, "acl-masked"), ["medium lake/fs/a/b"]);
    assert_eq!(evidence(&answer, "acl-masked"), ["path_access lake/fs/a/b", "path_access lake/fs/a/c", "path_access lake/fs/a/d"]);
    assert!(message(&answer, "acl-masked").contains("and 2 more paths"), "{}", message(&answer, "acl-masked"));
    world.acl("/a/b", true, "nonsense");
    assert!(waits_for(&review(&world, &[]), "acl-masked").contains(&"path_access lake/fs/a/b".to_owned()));
}

#[test]
fn a_folder_that_closes_new_files_to_its_readers_is_found() {
    assert!(of(&review(&lake(&handed_down()), &[]), "acl-closed-to-new-files").is_empty());
    let answer = review(&lake(&readers("mask::r-x,")), &[]);
    assert_eq!(where_found(&answer, "acl-closed-to-new-files"), ["info lake/fs/a"]);
    assert_eq!(evidence(&answer, "acl-closed-to-new-files"), [A]);
    assert!(message(&answer, "acl-closed-to-new-files").contains("ws/computes/cpu"), "{}", answer.out);
    let forgets = format!(
        "{},default:user::rwx,default:user:{ANA}:r-x,default:group::---,default:mask::r-x,default:other::---",
        readers("mask::r-x,")
    );
    let answer = review(&lake(&forgets), &[]);
    assert_eq!(where_found(&answer, "acl-closed-to-new-files"), ["medium lake/fs/a"]);
    assert_eq!(evidence(&answer, "acl-closed-to-new-files"), [A]);
    assert!(!message(&answer, "acl-closed-to-new-files").contains("Ana"), "{}", answer.out);
    // By a role no ACL is needed.
    let mut world = lake(&readers("mask::r-x,"));
    for (name, who) in [("one", ANA), ("two", CLUSTER)] {
        world.assign(name, crate::world2::READER, who, &crate::world2::account_id("lake"));
    }
    assert!(of(&review(&world, &[]), "acl-closed-to-new-files").is_empty());
    let mut world = lake(&readers("mask::r-x,"));
    world.drop("closed");
    let waits = waits_for(&review(&world, &[]), "acl-closed-to-new-files");
    assert!(waits.iter().any(|one| one.starts_with("role_assignments ")), "{waits:?}");
}

#[test]
fn ids_in_acls_that_are_no_object_ids_are_found() {
    let mut world = lake(&handed_down());
    world.put("person sp", json!({"kind":"directory_object","body":{"@odata.type":"#microsoft.graph.servicePrincipal","id":SP,"appId":SP_APP,"displayName":"ingest"}}));
    let registration = "5b000000-0000-0000-0000-00000000000b";
    world.put("app", json!({"kind":"directory_object","body":{"@odata.type":"#microsoft.graph.application","id":registration,"appId":SP_APP,"displayName":"ingest"}}));
    world.acl("/ok", true, &format!("user::rwx,user:{SP}:r-x,user:ana@contoso.com:r-x,group::---,mask::r-x,other::---"));
    for id in ["acl-names-application", "acl-names-unknown-id"] {
        assert!(of(&review(&world, &[]), id).is_empty(), "{id}");
    }
    for wrong in [SP_APP, registration] {
        world.acl("/b", true, &format!("user::rwx,user:{wrong}:r-x,group::---,mask::r-x,other::---"));
        let answer = review(&world, &[]);
        assert_eq!(where_found(&answer, "acl-names-application"), ["medium lake/fs/b"]);
        assert_eq!(evidence(&answer, "acl-names-application"), ["path_access lake/fs/b"]);
        assert!(of(&answer, "acl-names-unknown-id").is_empty());
    }
    let gone = "dead0000-0000-0000-0000-000000000002";
    world.acl("/b", true, &format!("user::rwx,group::---,group:{gone}:r-x,mask::r-x,other::---"));
    world.acl("/c", true, &format!("user::rwx,group::---,mask::r-x,other::---,default:user::rwx,default:user:{gone}:r-x,default:group::---,default:mask::r-x,default:other::---"));
    let answer = review(&world, &[]);
    assert_eq!(where_found(&answer, "acl-names-unknown-id"), ["low lake/fs/b"]);
    assert_eq!(evidence(&answer, "acl-names-unknown-id"), ["path_access lake/fs/b", "path_access lake/fs/c"]);
    world.drop("closed");
    let answer = review(&world, &[]);
    assert!(of(&answer, "acl-names-unknown-id").is_empty());
    assert!(waits_for(&answer, "acl-names-unknown-id").contains(&format!("directory_object {gone}")));
}
