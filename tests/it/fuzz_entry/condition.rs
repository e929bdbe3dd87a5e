//! `condition`: an ABAC condition, read, written, and judged on the only assignment that grants.

use super::{Reached, world};
use canread::eval::rbac::data_operation;
use canread::eval::{self, Judgement, Proof, Verdict};
use canread::model::{Condition, ObjectId, Operation, Snapshot, StorageUrl};

pub(crate) fn run(bytes: &[u8]) -> Reached {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let condition = Condition::parse(&text);
    match &condition {
        Ok(condition) => {
            let written = condition.to_string();
            assert_eq!(Condition::parse(&written).as_ref(), Ok(condition), "`{written}` reads back otherwise");
            assert!(condition.steps() <= 64 + 64 * text.len(), "{} steps for {} bytes", condition.steps(), text.len());
        }
        Err(error) => {
            assert!(error.position() <= text.chars().count(), "the error stands outside of the text");
            assert!(error.to_string().chars().count() < 1000, "{error}");
        }
    }
    judge(&text, condition.is_ok());
    if condition.is_ok() { Reached::Read } else { Reached::Refused }
}

/// Every operation of a member of the group on a blob.
fn judge(text: &str, well_formed: bool) {
    let mut facts = world::facts();
    facts.role_assignments.retain(|assignment| assignment.principal == ObjectId::new(world::GROUP));
    let is_blank = text.trim().is_empty();
    for assignment in &mut facts.role_assignments {
        assignment.condition = Some(text.to_owned());
        assignment.condition_version = Some("2.0".to_owned());
    }
    let snapshot = Snapshot::new(facts);
    let cx = world::context(&snapshot);
    let url = StorageUrl::parse("https://lake.blob.core.windows.net/raw/a/b.csv", "core.windows.net").expect("a storage URL");
    let target = eval::url_target(&cx, &url);
    let who = snapshot.identities(&ObjectId::new(world::ANA));
    for operation in [Operation::Write, Operation::List, Operation::Read] {
        let proof = data_operation::<Proof>(&cx, &who, operation, &target).together(|| "roles".to_owned());
        let verdict = data_operation::<Verdict>(&cx, &who, operation, &target).together(String::new);
        assert_eq!(proof.verdict(), verdict, "proof and bare verdict differ: {proof:#?}");
        assert!(well_formed || is_blank || verdict != Verdict::Allowed, "allowed by a condition that cannot be read: {text:?}");
        assert!(verdict != Verdict::Undetermined || !proof.missing().is_empty(), "undetermined, and nothing missing: {proof:#?}");
        assert!(operation != Operation::Write || verdict != Verdict::Allowed, "a reader writes under {text:?}");
    }
}
