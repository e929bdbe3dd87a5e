//! `sas`: a token's query, read, and judged as the stored credential of a datastore in a world that else allows.

use super::planted::{assert_hidden, plant};
use super::{Reached, world};
use canread::eval::credential::{SasGrants, sas};
use canread::eval::{DataTarget, Evidence, EvidenceKind, Extent, Judgement, Leaf, Origin, Proof, Verdict};
use canread::model::{
    Found, Missing, ObjectId, Operation, SasError, SasKind, SasToken, Snapshot, StoreKind, StorePath, StoredCredential, redacted,
};

/// Marks whose secret no documented field of a token can hold.
const MARKS: [&str; 4] = ["@1", "@4", "@5", "@6"];

pub(crate) fn run(bytes: &[u8]) -> Reached {
    let (text, _) = plant(bytes, &MARKS);
    let token = SasToken::parse(&text);
    assert_hidden(&format!("{token:?}"), "the token");
    if !text.contains("://") {
        let twice = SasToken::parse(&format!("?{text}"));
        assert!(text.trim().starts_with('?') || text.starts_with(char::is_whitespace) || twice == token, "`?` changes the token");
    }
    let proof = judge(&text);
    assert_hidden(&format!("{proof:?}"), "the proof");
    match &token {
        Ok(token) => {
            assert_sound(token, proof.verdict());
            Reached::Judged(proof.verdict())
        }
        Err(SasError::Empty | SasError::NoField) => {
            assert_ne!(proof.verdict(), Verdict::Allowed, "no token, and yet allowed");
            Reached::Refused
        }
    }
}

/// `credential/sas` for a folder of the world.
fn judge(text: &str) -> Proof {
    let mut facts = world::facts();
    let id = world::workspace().join("datastores/sas");
    let record = StoredCredential { datastore: id.clone(), credentials_type: "Sas".to_owned(), sas: Some(text.to_owned()) };
    assert_hidden(&format!("{record:?}"), "the record");
    facts.stored_credentials.insert(id.clone(), record);
    let snapshot = Snapshot::new(facts);
    let Found::Here(store) = snapshot.datastore(&id) else { return Proof::unknown(String::new, &Missing::open("world", "no store")) };
    let target = DataTarget {
        account_name: "lake".to_owned(),
        account: snapshot.storage_account("lake"),
        container: "raw".to_owned(),
        path: StorePath::new("a/b"),
        extent: Extent::Folder,
        store: StoreKind::Blob,
        origin: Origin::Unknown,
        by_url_alone: false,
    };
    let grant = |id: &ObjectId, operation: Operation| {
        Proof::allowed(|| Leaf::new(format!("{id} may {operation}"), Evidence::new(EvidenceKind::RoleAssignment, "grant", "as set up")))
    };
    let grants = SasGrants { issuer: &grant, agent: &grant };
    sas(&world::context(&snapshot), store, &snapshot.stored_credential(&id), &target, target.read_operations(), &grants)
}

/// Conditions without which no token lists and reads a folder; a verdict that ignores one is a wrong `allowed`.
fn assert_sound(token: &SasToken, verdict: Verdict) {
    let letters = token.permissions.value().map(|sp| sp.letters.as_str()).unwrap_or_default();
    let needed = [
        ("no fault", token.faults().is_empty()),
        ("a known kind", !matches!(token.kind(), SasKind::Invalid(_))),
        ("list and read", letters.contains('l') && letters.contains('r')),
        ("an end to come", token.expiry.value().is_some_and(|end| *end > world::AT)),
        ("a start that came", token.start.value().is_none_or(|start| *start <= world::AT)),
        ("no unknown field", token.unknown.is_empty()),
    ];
    for (what, holds) in needed {
        assert!(holds || verdict != Verdict::Allowed, "allowed without {what}: {}", redacted(&format!("{token:?}")));
    }
}
