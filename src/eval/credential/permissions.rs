//! What a SAS permits: `sp`, and for an account SAS `ss` and `srt`.

use super::{POLICY_QUESTION, Part, Record};
use crate::eval::{Context, DataTarget, Extent, Judgement, Proof};
use crate::model::{Lookup, Missing, Operation, SasField, SasKind, SasPermissions, SasToken, What, path_id};
use crate::rules::OperationRule;

/// One part an operation: the letters of `sp` (and `srt`) it needs.
pub(super) fn permitted(
    cx: &Context<'_>,
    record: Record<'_>,
    token: &SasToken,
    target: &DataTarget<'_>,
    operation: Operation,
) -> Vec<Part> {
    let rule = cx.rules.operation(target.store, operation).filter(|rule| !rule.sas_permissions.is_empty());
    let Some(rule) = rule else {
        let question = "no rule says which letters of a SAS this store needs for it";
        let proof = record.open(format!("the SAS permits {operation}"), "no rule", "sas-operation-rule", question);
        return vec![Part::hard(proof)];
    };
    let mut parts = Vec::new();
    match &token.permissions {
        SasField::Value(sp) => parts.push(Part::hard(letters(cx, record, sp, rule, target))),
        SasField::Absent if token.policy.is_present() => {
            let says = "no `sp`: a stored access policy sets it";
            parts.push(Part::settled_by_probe(record.open(
                format!("the SAS permits {operation}"),
                says,
                "stored-access-policy",
                POLICY_QUESTION,
            )));
        }
        SasField::Absent => {
            let says = "no `sp`, and no stored access policy that could set it";
            parts.push(Part::hard(record.denied(format!("the SAS permits {operation}"), says)));
        }
        SasField::Malformed(_) => {}
    }
    if token.kind() == SasKind::Account
        && let SasField::Value(srt) = &token.resource_types
    {
        let lacking: String = rule.sas_resource_types.chars().filter(|letter| !srt.contains(*letter)).collect();
        let claim = format!("`srt` covers what {operation} asks for (`{}`)", rule.sas_resource_types);
        let says = format!("`srt` is `{srt}`");
        parts.push(Part::hard(if lacking.is_empty() { record.allowed(claim, says) } else { record.denied(claim, says) }));
    }
    parts
}

fn letters(cx: &Context<'_>, record: Record<'_>, sp: &SasPermissions, rule: &OperationRule, target: &DataTarget<'_>) -> Proof {
    let claim = || format!("`sp` permits {} (`{}`)", rule.operation, needed(rule));
    let says = || format!("`sp` is `{}`", sp.letters);
    let holds = needed(rule).chars().all(|letter| sp.letters.contains(letter));
    if holds {
        record.allowed(claim(), says())
    } else if rule.operation == Operation::Write && sp.letters.contains('c') {
        create_only(cx, record, target, claim(), says())
    } else {
        record.denied(claim(), says())
    }
}

/// The letters an operation needs. `w` creates as well as overwrites, so `c` beside it asks for nothing more.
///
/// Source: "Create a service SAS", permissions for a directory, container, or blob (Azure Storage REST reference).
fn needed(rule: &OperationRule) -> String {
    let all = rule.sas_permissions.as_str();
    all.chars().filter(|letter| !(*letter == 'c' && all.contains('w'))).collect()
}

/// `c` without `w`: a blob that does not exist can be written, one that does cannot.
fn create_only(cx: &Context<'_>, record: Record<'_>, target: &DataTarget<'_>, claim: String, says: String) -> Proof {
    if target.extent == Extent::Folder {
        let question = "are only new blobs written? the SAS permits creating them, not overwriting";
        return record.open(claim, says, "sas-create-only", question);
    }
    let (account, container, path) = (&target.account_name, &target.container, &target.path);
    let lookup = cx.snapshot.paths_lookup(account, container, path);
    match cx.snapshot.path_record(account, container, path).map(|path| path.exists) {
        Some(true) => record.denied(claim, format!("{says}, which creates only, and the blob exists")),
        Some(false) => record.allowed(claim, format!("{says}, which creates, and the blob does not exist")),
        None => match lookup {
            Lookup::Complete(_) => record.allowed(claim, format!("{says}, which creates, and the blob does not exist")),
            Lookup::Gap(_) | Lookup::NotCollected => {
                let missing = Missing::new(What::Paths, path_id(account, container, path), &lookup);
                Proof::undetermined(|| (record.leaf(claim, format!("{says}, which creates only")), missing))
            }
        },
    }
}
