//! May one principal list, read or write data? RBAC first, ACLs where RBAC grants nothing.

use super::{Context, DataTarget, Evidence, EvidenceKind, Extent, Judgement, Leaf, Proof, Verdict, Warning, posix, rbac};
use crate::model::{Identities, Known, Missing, Operation, SecurityPrincipal, StoreKind, WarningId};
use crate::rules::CredentialRule;
use time::macros::datetime;

/// Azure Data Lake Storage Gen1 was retired on this day. Source: Azure Advisor, service retirement.
pub const GEN1_RETIRED: crate::model::Timestamp = datetime!(2024-02-29 0:00 UTC);

/// Access of one principal to data by one operation.
#[derive(Clone, Debug)]
pub struct DataAccess<J> {
    /// Whether it may, and why.
    pub judgement: J,
    /// What role assignments and denies alone come to.
    pub by_rbac: Verdict,
    /// What ACLs alone come to; denied where the store has none.
    pub by_acl: Verdict,
}

/// Whether `who` may do `operation` on `target` by RBAC or, failing that, by ACL.
///
/// ACLs only add to what roles grant; whether one still grants after a deny assignment is not documented, so it then
/// decides nothing. Source: "Access control model in Azure Data Lake Storage", how permissions are evaluated.
pub fn data_access<J: Judgement>(cx: &Context<'_>, who: &Identities, operation: Operation, target: &DataTarget<'_>) -> DataAccess<J> {
    let claim = || format!("{} may {operation} {}", who_is(cx, who), target.describe());
    if target.store == StoreKind::AdlsGen1 {
        let acl: J = posix::data_operation(cx, who, operation, target);
        let by_acl = acl.verdict();
        return DataAccess { judgement: J::all(claim, vec![acl]), by_rbac: Verdict::Denied, by_acl };
    }
    let rbac = rbac::data_operation::<J>(cx, who, operation, target);
    let not_denied = rbac.not_denied();
    let by_roles = rbac.together(|| format!("Azure RBAC lets {} {operation} {}", who_is(cx, who), target.describe()));
    let by_rbac = by_roles.verdict();
    let hns = matches!(&target.account, Known::Known(account) if account.is_hns_enabled);
    if !hns || by_rbac == Verdict::Allowed {
        // Of an account that is not known it is not known either whether it has ACLs.
        let may_have_acls = matches!(&target.account, Known::Missing(_)) && by_rbac != Verdict::Allowed;
        let by_acl = if may_have_acls { Verdict::Undetermined } else { Verdict::Denied };
        return DataAccess { judgement: J::all(claim, vec![by_roles]), by_rbac, by_acl };
    }
    let acl: J = posix::data_operation(cx, who, operation, target);
    let by_acl_alone = acl.verdict();
    let mut parts = vec![acl];
    match not_denied {
        Verdict::Allowed => {}
        // Whether one blocks is what has to be known first.
        Verdict::Undetermined => parts.insert(0, rbac::data_not_denied(cx, who, operation, target)),
        Verdict::Denied => {
            let question = "whether an ACL still grants after a deny assignment blocks the role is not documented";
            let missing = Missing::open("acl-after-deny", question);
            parts.insert(0, J::unknown(|| "ACLs decide although a deny assignment blocks".to_owned(), &missing));
        }
    }
    if let Some(missing) = acl_over_blob_endpoint(target) {
        parts.push(J::unknown(|| "ACLs grant what is asked through the Blob endpoint".to_owned(), &missing));
    }
    let by_acl = if parts.len() > 1 { by_acl_alone.min(Verdict::Undetermined) } else { by_acl_alone };
    let by_entries = J::all(|| format!("ACLs let {} {operation} {}", who_is(cx, who), target.describe()), parts);
    DataAccess { judgement: J::any(claim, vec![by_roles, by_entries]), by_rbac, by_acl }
}

/// The credential table names RBAC alone for Blob inputs; the storage pages say ACLs hold for both endpoints of an account
/// with a hierarchical namespace. They disagree only where an ACL alone would grant, which is therefore left open.
fn acl_over_blob_endpoint(target: &DataTarget<'_>) -> Option<Missing> {
    let question = "the credential table lets only RBAC grant on Blob inputs, the storage pages let ACLs grant on both endpoints; \
                    use the `abfss://` or `dfs` spelling, or a Data Lake Gen2 datastore";
    (target.store == StoreKind::Blob && !target.by_url_alone).then(|| Missing::open("acl-over-blob-endpoint", question))
}

/// A name for claims: that of the directory, else the object id.
pub fn who_is(cx: &Context<'_>, who: &Identities) -> String {
    let object = cx.snapshot.facts().directory.get(&who.principal);
    object.and_then(|object| object.name()).map_or_else(|| who.principal.to_string(), str::to_owned)
}

/// The answer to an access question.
#[derive(Clone, Debug)]
pub struct AccessFinding {
    /// Who.
    pub principal: SecurityPrincipal,
    /// What.
    pub operation: Operation,
    /// Where, without secrets.
    pub url: String,
    /// Whether, and why.
    pub proof: Proof,
}

/// Whether an access question is about a folder or a file: a list is of a folder; what is read or written is a file, unless
/// a record says that it is a folder.
pub fn asked_extent(cx: &Context<'_>, target: &DataTarget<'_>, operation: Operation) -> Extent {
    let (account, container, path) = (&target.account_name, &target.container, &target.path);
    let by_acl = cx.snapshot.path_access(account, container, path).map(|record| record.is_directory);
    let by_path = cx.snapshot.path_record(account, container, path).and_then(|record| record.is_directory);
    let is_folder = operation == Operation::List || path.is_root() || by_acl.or(by_path) == Some(true);
    if is_folder { Extent::Folder } else { Extent::File }
}

/// Answers an access question: RBAC, conditions, deny assignments and ACLs, with no job around them.
pub fn access<J: Judgement>(cx: &Context<'_>, who: &Identities, operation: Operation, target: &DataTarget<'_>) -> J {
    let judgement = data_access::<J>(cx, who, operation, target).judgement;
    if target.store != StoreKind::AdlsGen1 || !J::EXPLAINS {
        return judgement;
    }
    let claim = "the account is of Data Lake Storage Gen1, whose ACLs are asked about";
    let leaf = Leaf::new(claim, Evidence::new(EvidenceKind::Question, target.account_name.as_str(), "an `adl` reference"));
    let warning =
        Warning::new(WarningId::StoreRetired, "Azure Data Lake Storage Gen1 was retired on 2024-02-29; its ACLs are judged all the same");
    J::all(|| "by ACLs".to_owned(), vec![J::allowed(|| leaf.warning(warning)), judgement])
}

/// What of a row's text is printed for a store.
pub fn granted_by(rule: &CredentialRule, store: StoreKind) -> Vec<crate::model::GrantedBy> {
    rule.granted_by.get(&store).cloned().unwrap_or_default()
}
