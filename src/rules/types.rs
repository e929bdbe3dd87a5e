//! Valid rules.

use super::FindingRule;
use super::{CauseRule, ErrorRule, KnownIssue};
use crate::model::{
    Action, AttributeName, AttributeSource, Availability, Cause, CredentialUsed, Edition, GrantedBy, InputSource, Operation, RequirementId,
    RoleDefinition, RoleId, StoreKind, WarningId, What,
};
use std::collections::BTreeMap;

/// Where a rule comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// Document or code it was read in.
    pub source: String,
    /// Date of the wording, `YYYY-MM-DD`: the page's own where it bears one, else the day it was read.
    pub retrieved: String,
}

/// A row of the credential table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialRule {
    /// Row id; the same in every edition.
    pub id: String,
    /// Edition.
    pub edition: Edition,
    /// Input the row speaks of.
    pub input: InputSource,
    /// Whether a credential is stored; `None`: does not apply (URLs).
    pub credential: Option<bool>,
    /// Whose credentials are used.
    pub credentials_used: Vec<CredentialUsed>,
    /// What grants access, by the store behind the input. For Gen2, RBAC and POSIX mean either.
    pub granted_by: BTreeMap<StoreKind, Vec<GrantedBy>>,
    /// One sentence for people.
    pub says: String,
    /// What other pages say against it.
    pub disputes: Vec<String>,
    /// Source.
    pub provenance: Provenance,
}

/// A data action that permits an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataAction {
    /// The data action.
    pub action: Action,
    /// Suboperation, for conditions; "" for none.
    pub suboperation: String,
    /// Only on accounts with a hierarchical namespace.
    pub hns_only: bool,
}

/// What an operation needs on a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationRule {
    /// Store.
    pub store: StoreKind,
    /// Operation.
    pub operation: Operation,
    /// Data actions, any one of which suffices; empty where RBAC grants nothing (Gen1).
    pub data_actions: Vec<DataAction>,
    /// Letters of `sp` a SAS needs, all of them.
    pub sas_permissions: String,
    /// Letters of `srt` an account SAS needs, all of them.
    pub sas_resource_types: String,
    /// What ACLs must grant, in words; empty where the store knows none.
    pub acl: String,
    /// Source.
    pub provenance: Provenance,
}

/// Where an invoke action must be held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InvokeScope {
    /// The workspace.
    Workspace,
    /// The batch endpoint.
    Endpoint,
    /// The deployment.
    Deployment,
}

/// What lacking an invoke action does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OnMissing {
    /// A job cannot be created: `job/invoke` is denied.
    Deny,
    /// The stored credential cannot be fetched: judged by `credential/retrievable`.
    Credential,
    /// Documented, but jobs seem to run without: a warning.
    Warn,
}

/// One of the ARM actions the documentation lists for invoking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvokeAction {
    /// The action.
    pub action: Action,
    /// Where it must be held.
    pub scope: InvokeScope,
    /// What lacking it does.
    pub on_missing: OnMissing,
    /// Actions with the same group are alternatives: one suffices.
    pub any_of: Option<String>,
    /// Only asked for when an input is a data asset.
    pub for_assets: bool,
    /// Source.
    pub provenance: Provenance,
}

/// Explanation of a requirement or warning id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdText {
    /// One line: what holds.
    pub title: String,
    /// A paragraph: why it matters, how it is judged.
    pub text: String,
    /// Source.
    pub provenance: Provenance,
}

/// How a missing look-up can be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookupRule {
    /// Kind of look-up.
    pub what: What,
    /// Command with placeholders in braces; [`LookupRule::command`] fills them in.
    pub how: String,
    /// Commands in its place for scopes of another shape: by resource type in lower case, `name` for what is no full ARM
    /// id, `root` for the root of a container.
    pub how_for: BTreeMap<String, String>,
    /// Permission that the look-up needs, for people.
    pub needs: String,
    /// Source.
    pub provenance: Provenance,
}

/// An attribute that conditions may read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeRule {
    /// Where it comes from.
    pub from: AttributeSource,
    /// Its name, or what its name begins with.
    pub name: AttributeName,
    /// Whether it stands for every name that begins with `name`.
    pub starts_with: bool,
    /// How far canread can know it.
    pub availability: Availability,
    /// How, or why not: one sentence.
    pub note: String,
    /// Source.
    pub provenance: Provenance,
}

/// A built-in role, with what canread says about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuiltInRole {
    /// Its definition.
    pub definition: RoleDefinition,
    /// What it means for reading data, one sentence.
    pub note: String,
    /// Source.
    pub provenance: Provenance,
}

/// Every rule, valid and indexed. The default holds none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleSet {
    pub(super) credentials: Vec<CredentialRule>,
    pub(super) operations: Vec<OperationRule>,
    pub(super) invoke: Vec<InvokeAction>,
    pub(super) roles: BTreeMap<RoleId, BuiltInRole>,
    pub(super) requirements: BTreeMap<RequirementId, IdText>,
    pub(super) warnings: BTreeMap<WarningId, IdText>,
    pub(super) lookups: BTreeMap<What, LookupRule>,
    pub(super) attributes: Vec<AttributeRule>,
    pub(super) findings: Vec<FindingRule>,
    pub(super) errors: Vec<ErrorRule>,
    pub(super) causes: BTreeMap<Cause, CauseRule>,
    pub(super) issues: Vec<KnownIssue>,
    pub(super) fixes: Vec<super::FixRule>,
}

impl RuleSet {
    /// The row for an input. The linter holds that exactly one row matches every combination that occurs; `None` can
    /// therefore only be had with a foreign rule set.
    pub fn row(&self, edition: Edition, input: InputSource, credential: Option<bool>) -> Option<&CredentialRule> {
        self.credentials.iter().find(|row| row.edition == edition && row.input == input && row.credential == credential)
    }
    /// Every row, in file order.
    pub fn rows(&self) -> &[CredentialRule] {
        &self.credentials
    }
    /// What an operation needs on a store.
    pub fn operation(&self, store: StoreKind, operation: Operation) -> Option<&OperationRule> {
        self.operations.iter().find(|rule| rule.store == store && rule.operation == operation)
    }
    /// Every operation rule, in file order.
    pub fn operations(&self) -> &[OperationRule] {
        &self.operations
    }
    /// The ARM actions for invoking, in file order.
    pub fn invoke_actions(&self) -> &[InvokeAction] {
        &self.invoke
    }
    /// A built-in role.
    pub fn built_in_role(&self, id: &RoleId) -> Option<&BuiltInRole> {
        self.roles.get(id)
    }
    /// Every built-in role known to the rules.
    pub fn built_in_roles(&self) -> impl Iterator<Item = &BuiltInRole> {
        self.roles.values()
    }
    /// Explanation of a requirement.
    pub fn requirement(&self, id: RequirementId) -> Option<&IdText> {
        self.requirements.get(&id)
    }
    /// Explanation of a warning.
    pub fn warning(&self, id: WarningId) -> Option<&IdText> {
        self.warnings.get(&id)
    }
    /// How a missing look-up can be made.
    pub fn lookup(&self, what: What) -> Option<&LookupRule> {
        self.lookups.get(&what)
    }
    /// Every requirement's explanation, in the order reports list them.
    pub fn requirements(&self) -> impl Iterator<Item = (RequirementId, &IdText)> {
        self.requirements.iter().map(|(id, text)| (*id, text))
    }
    /// Every warning's explanation.
    pub fn warnings(&self) -> impl Iterator<Item = (WarningId, &IdText)> {
        self.warnings.iter().map(|(id, text)| (*id, text))
    }
    /// Every kind of look-up, in the contract's order.
    pub fn lookups(&self) -> impl Iterator<Item = &LookupRule> {
        self.lookups.values()
    }
    /// Every finding of the security review, in file order.
    pub fn findings(&self) -> &[FindingRule] {
        &self.findings
    }
}
