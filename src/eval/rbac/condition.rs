//! Conditions of role assignments, role definitions and deny assignments.

use super::text;
use crate::eval::condition::{DataRequest, holds, holds_for_action};
use crate::eval::{Context, DataTarget, Evidence, EvidenceKind, Judgement, Verdict};
use crate::model::{Action, Missing, ObjectId, Operation, Plane, RoleDefinition, Scope};

/// Which record carries the condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConditionOf<'a> {
    /// A role assignment with this ARM id.
    RoleAssignment(&'a Scope),
    /// A permission entry of a role definition with this ARM id.
    RoleDefinition(&'a Scope),
    /// A deny assignment with this ARM id, or one of its permission entries.
    DenyAssignment(&'a Scope),
}

impl ConditionOf<'_> {
    /// The record as evidence.
    pub fn evidence(&self, says: impl Into<String>) -> Evidence {
        let (kind, id) = match self {
            ConditionOf::RoleAssignment(id) => (EvidenceKind::RoleAssignment, id),
            ConditionOf::RoleDefinition(id) => (EvidenceKind::RoleDefinition, id),
            ConditionOf::DenyAssignment(id) => (EvidenceKind::DenyAssignment, id),
        };
        Evidence::new(kind, id.as_str(), says)
    }
}

/// A condition, and everything its evaluation may depend on.
#[derive(Clone, Copy, Debug)]
pub struct ConditionQuestion<'a> {
    /// Which record carries it.
    pub of: ConditionOf<'a>,
    /// Its text.
    pub text: &'a str,
    /// `conditionVersion`, where the record has one.
    pub version: Option<&'a str>,
    /// The role behind it; `None` for deny assignments and roles that are not known. (Some operators do not work on
    /// roles with storage data actions.)
    pub role: Option<&'a RoleDefinition>,
    /// The action asked about.
    pub action: &'a Action,
    /// Its plane.
    pub plane: Plane,
    /// Its suboperation; "" for none.
    pub suboperation: &'a str,
    /// The operation, where data is asked about.
    pub operation: Option<Operation>,
    /// The data, where data is asked about.
    pub target: Option<&'a DataTarget<'a>>,
    /// Who asks.
    pub principal: &'a ObjectId,
    /// The resource asked about.
    pub resource: &'a Scope,
    /// Scope of the assignment that carries the condition or whose role carries it.
    pub assigned_at: &'a Scope,
}

/// Whether the condition lets the action through.
pub fn condition_holds<J: Judgement>(cx: &Context<'_>, question: &ConditionQuestion<'_>) -> J {
    let evidence = question.of.evidence(text::one_line(question.text));
    match (question.operation, question.target) {
        (Some(operation), Some(target)) => {
            let ConditionQuestion { action, suboperation, principal, .. } = *question;
            holds(cx, question.text, DataRequest { action, suboperation, operation, target, principal }, evidence)
        }
        (_, _) => holds_for_action(cx, question.text, question.action, evidence),
    }
}

/// A condition on the role definition's entry beside one on the assignment. How Azure combines them is not documented, so
/// they decide only where they agree.
pub(super) fn both_conditions<J: Judgement>(role: J, assignment: J) -> J {
    let agree = role.verdict() == assignment.verdict();
    let both = J::all(|| "the conditions of role definition and assignment hold".to_owned(), vec![role, assignment]);
    if agree {
        return both;
    }
    let question = "how a condition on the role definition combines with one on the assignment is not documented";
    let missing = Missing::open("role-definition-condition", question);
    let open = J::unknown(|| "one of the two conditions is enough".to_owned(), &missing);
    J::any(|| "the conditions of role definition and assignment let it through".to_owned(), vec![both, open])
}

/// Whether a deny assignment that carries conditions blocks. What a condition does to a deny is not documented (the REST
/// specification has the field, no page describes it), so whichever way it turns out the deny may block and may not.
pub(super) fn deny_with_condition(cx: &Context<'_>, questions: &[ConditionQuestion<'_>]) -> (Missing, String) {
    let held: Vec<String> = questions
        .iter()
        .map(|question| {
            let word = match condition_holds::<Verdict>(cx, question) {
                Verdict::Allowed => "holds",
                Verdict::Denied => "does not hold",
                Verdict::Undetermined => "was not decided",
            };
            format!("as a condition of a role assignment it {word}: {}", text::one_line(question.text))
        })
        .collect();
    (Missing::open("deny-condition", "what a condition on a deny assignment does is not documented"), held.join("; "))
}
