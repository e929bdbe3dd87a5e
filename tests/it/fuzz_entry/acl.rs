//! `acl`: the text of an ACL, read, written, and asked about one folder and its file.

use super::{Reached, world};
use canread::eval::posix::data_operation;
use canread::eval::{DataTarget, Extent, Judgement, Origin, Proof, Verdict};
use canread::model::{Acl, Bits, Identities, ObjectId, Operation, PathAccess, Snapshot, StoreKind, StorePath};

/// The owning user of the path.
const OWNER: &str = "00000007-0000-4000-8000-000000000000";

/// Principals asked about; the verdict that counts for a seed is that of the last.
const ASKED: [&str; 4] = ["$superuser", world::STRANGER, OWNER, world::ANA];

pub(crate) fn run(bytes: &[u8]) -> Reached {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let acl = Acl::parse(&text);
    if let Ok(acl) = &acl {
        assert_round_trip(acl, &text);
    }
    for permissions in ["rwxr-x---", "rwxr-x---+", "640", &text] {
        if let Ok(acl) = Acl::parse_gen1(&text, permissions) {
            assert_round_trip(&acl, &text);
        }
    }
    let verdict = judge(&text, acl.as_ref().ok());
    if acl.is_ok() { Reached::Judged(verdict) } else { Reached::Refused }
}

fn assert_round_trip(acl: &Acl, text: &str) {
    let written = acl.to_string();
    assert_eq!(Acl::parse(&written).as_ref(), Ok(acl), "`{written}` reads back otherwise");
    let more = acl.entries().count().saturating_sub(text.split(',').count());
    assert!(more <= 4, "more entries than text: {written}");
    let child = acl.of_new_file();
    assert_eq!(Acl::parse(&child.to_string()), Ok(child));
}

/// Every operation of every principal; the verdict of the last.
fn judge(text: &str, acl: Option<&Acl>) -> Verdict {
    let mut facts = world::facts();
    let record = |path: &str, is_directory: bool, acl: &str| PathAccess {
        account: "lake".to_owned(),
        filesystem: "raw".to_owned(),
        path: StorePath::new(path),
        is_directory,
        owner: OWNER.to_owned(),
        group: world::GROUP.to_owned(),
        permissions: None,
        acl: acl.to_owned(),
    };
    let records = [
        record("", true, "user::rwx,group::rwx,other::rwx"),
        record("d", true, text),
        record("d/f", false, text),
        record("o", true, "user::rwx,group::rwx,other::rwx"),
        record("o/f", false, text),
    ];
    let paths = records.into_iter().map(|record| (record.path.clone(), record)).collect();
    facts.path_access.insert(("lake".to_owned(), "raw".to_owned()), paths);
    let snapshot = Snapshot::new(facts);
    let mut last = Verdict::Denied;
    for principal in ASKED {
        let who = snapshot.identities(&ObjectId::new(principal));
        for (path, extent, operation, want) in [
            ("d", Extent::Folder, Operation::List, Bits::READ_EXECUTE),
            ("d/f", Extent::File, Operation::Write, Bits::WRITE),
            ("o/f", Extent::File, Operation::Read, Bits::READ),
        ] {
            last = ask(&snapshot, &who, path, extent, operation);
            let someone = acl.is_some_and(|acl| grants_to_someone(acl, want));
            assert!(last != Verdict::Allowed || someone, "{principal}: {operation} of {path} allowed by {text:?}");
        }
    }
    last
}

/// Whether one entry of the list alone grants `want`: no decision adds entries up.
fn grants_to_someone(acl: &Acl, want: Bits) -> bool {
    let named = acl.named_users().chain(acl.named_groups()).map(|(_, bits)| bits.under(acl.mask()));
    named.chain([acl.owner(), acl.owning_group().under(acl.mask()), acl.other()]).any(|bits| bits.contains(want))
}

fn ask(snapshot: &Snapshot, who: &Identities, path: &str, extent: Extent, operation: Operation) -> Verdict {
    let target = DataTarget {
        account_name: "lake".to_owned(),
        account: snapshot.storage_account("lake"),
        container: "raw".to_owned(),
        path: StorePath::new(path),
        extent,
        store: StoreKind::AdlsGen2,
        origin: Origin::Unknown,
        by_url_alone: true,
    };
    let cx = world::context(snapshot);
    let proof: Proof = data_operation(&cx, who, operation, &target);
    let verdict: Verdict = data_operation(&cx, who, operation, &target);
    assert_eq!(proof.verdict(), verdict, "proof and bare verdict differ: {proof:#?}");
    assert!(verdict != Verdict::Undetermined || !proof.missing().is_empty(), "undetermined, and nothing missing: {proof:#?}");
    verdict
}
