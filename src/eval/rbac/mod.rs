//! Azure RBAC: deny assignments, role assignments, PIM times.
//!
//! At a resource two things must hold: no deny assignment blocks the action, and some role grants it. With what is not
//! known the two stay apart, each in three values, and their "and" is the answer: a deny applies, denied; no grant applies
//! or may apply, denied; a deny may apply, undetermined; a grant applies, allowed; else undetermined. What may or may not
//! hold is taken as independent, one unknown from another.
//!
//! Cost: number of scopes above the resource × number of identities; all assignments at those scopes are looked at only
//! while memberships are unknown, and, for near misses, in proofs.

mod ask;
mod condition;
mod deny;
mod grant;
mod matching;
mod near;
mod text;
mod window;

pub use condition::{ConditionOf, ConditionQuestion, condition_holds};
pub use near::LIST_KEYS;
pub use window::grant_end;

use super::{Context, DataTarget, Evidence, EvidenceKind, Judgement, Leaf, Proof, Verdict};
use crate::model::{Action, Identities, Known, Missing, Operation, Plane, Scope, StorageAccount, container_scope};
use crate::rules::DataAction;
use ask::{Ask, Mine, Place};

/// Most near misses, or candidates that all miss the same, that a proof lists.
const MOST_LISTED: usize = 12;

/// The two halves of RBAC at a resource.
///
/// ```
/// use canread::eval::{Verdict, rbac::Rbac};
/// let grant_in_doubt = Rbac { not_denied: Verdict::Denied, granted: Verdict::Undetermined };
/// assert_eq!(grant_in_doubt.together(String::new), Verdict::Denied);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rbac<J> {
    /// "No deny assignment blocks."
    pub not_denied: J,
    /// "Some role grants."
    pub granted: J,
}

impl<J: Judgement> Rbac<J> {
    /// Both must hold.
    pub fn together(self, claim: impl FnOnce() -> String) -> J {
        J::all(claim, vec![self.not_denied, self.granted])
    }
}

/// RBAC for an operation on data, which any one of several data actions permits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataRbac<J> {
    /// One for each data action, in the order of the rules; at least one.
    pub alternatives: Vec<Rbac<J>>,
}

impl<J: Judgement> DataRbac<J> {
    /// Whether a deny assignment blocks any of the data actions (denied) or may (undetermined). Where this is not allowed
    /// the effect of an ACL is not documented; [`data_not_denied`] gives the proof.
    pub fn not_denied(&self) -> Verdict {
        Verdict::all(self.alternatives.iter().map(|rbac| rbac.not_denied.verdict()))
    }

    /// One data action that is granted and not denied suffices.
    pub fn together(self, claim: impl Fn() -> String) -> J {
        let mut parts: Vec<J> = self.alternatives.into_iter().map(|rbac| rbac.together(&claim)).collect();
        match (parts.len(), parts.pop()) {
            (1, Some(only)) => only,
            (_, last) => {
                parts.extend(last);
                J::any(claim, parts)
            }
        }
    }
}

/// Whether `who` may do `action`, an operation of Azure Resource Manager, at `scope`.
pub fn management<J: Judgement>(cx: &Context<'_>, who: &Identities, action: &Action, scope: &Scope) -> Rbac<J> {
    one_action(cx, who, action, Plane::Management, scope)
}

/// Whether `who` may do one action at `scope`, without any data in mind: conditions that ask about data stay open.
pub fn one_action<J: Judgement>(cx: &Context<'_>, who: &Identities, action: &Action, plane: Plane, scope: &Scope) -> Rbac<J> {
    let (place, mine) = (&Place::of(cx.snapshot, scope), &Mine::of(cx.snapshot, who));
    Ask { cx, who, action, plane, suboperation: "", operation: None, target: None, resource: scope, place, mine, near: true }.rbac()
}

/// Whether RBAC lets `who` do `operation` on `target`. An account that is not in the snapshot leaves both halves unknown.
pub fn data_operation<J: Judgement>(cx: &Context<'_>, who: &Identities, operation: Operation, target: &DataTarget<'_>) -> DataRbac<J> {
    let claim = || format!("a role lets {} {operation} {}", text::principal(cx.snapshot, &who.principal), target.describe());
    let alternatives = each_action(cx, who, operation, target, |ask| ask.rbac::<J>()).unwrap_or_else(|instead| {
        vec![match instead {
            Instead::Unknown(missing) => Rbac { not_denied: J::unknown(claim, &missing), granted: J::unknown(claim, &missing) },
            Instead::Nothing(evidence) => {
                let granted = J::denied(|| Leaf::new(claim(), evidence.clone()));
                Rbac { not_denied: J::allowed(|| nothing_to_deny(evidence)), granted }
            }
        }]
    });
    DataRbac { alternatives }
}

/// "No deny assignment blocks any of the data actions that permit `operation` on `target`": the premise of an ACL's effect.
pub fn data_not_denied<J: Judgement>(cx: &Context<'_>, who: &Identities, operation: Operation, target: &DataTarget<'_>) -> J {
    let claim =
        || format!("no deny assignment stops {} from {operation} on {}", text::principal(cx.snapshot, &who.principal), target.describe());
    match each_action(cx, who, operation, target, |ask| deny::not_denied(ask)) {
        Ok(parts) => J::all(claim, parts),
        Err(Instead::Unknown(missing)) => J::unknown(claim, &missing),
        Err(Instead::Nothing(evidence)) => J::allowed(|| nothing_to_deny(evidence)),
    }
}

fn nothing_to_deny(evidence: Evidence) -> Leaf {
    Leaf::new("no deny assignment concerns the data", evidence)
}

/// Names the roles by which `who` can fetch the account's keys, as a denied near miss: whoever holds a key reads
/// everything, but a job that uses its identity does not take that path. `None` where no role gives keys, or may, or the
/// account refuses them. Source: "Access control model in Azure Data Lake Storage", Shared Key.
pub fn key_side_path<J: Judgement>(cx: &Context<'_>, who: &Identities, account: &StorageAccount) -> Option<J> {
    if !account.allow_shared_key_access {
        return None;
    }
    let keys: Proof = management(cx, who, &near::list_keys(), &account.id).together(|| "keys can be fetched".to_owned());
    let can = match keys.verdict() {
        Verdict::Denied => return None,
        Verdict::Undetermined => "may be able to",
        Verdict::Allowed => "can",
    };
    let leaves = keys.leaves();
    let (claim, _, leaf) =
        leaves.iter().find(|(_, verdict, leaf)| leaf.evidence.kind == EvidenceKind::RoleAssignment && *verdict == keys.verdict())?;
    let says = format!("{claim}; a job that uses an identity does not take this path, so it is not counted as access");
    let name = text::principal(cx.snapshot, &who.principal);
    Some(J::denied(|| {
        let claim = format!("{name} {can} fetch the keys of `{}` (listKeys) and read with them", account.name);
        Leaf::new(claim, Evidence { says, ..leaf.evidence.clone() })
    }))
}

/// Why there is no data action to ask about.
enum Instead {
    Unknown(Missing),
    Nothing(Evidence),
}

/// Asks about each data action that permits the operation: at least one, or the reason why there is none.
fn each_action<T>(
    cx: &Context<'_>,
    who: &Identities,
    operation: Operation,
    target: &DataTarget<'_>,
    answer: impl Fn(&Ask<'_>) -> T,
) -> Result<Vec<T>, Instead> {
    let Some(rule) = cx.rules.operation(target.store, operation) else {
        let question = format!("the rules do not say what {operation} needs on this kind of store");
        return Err(Instead::Unknown(Missing::open("operation-rule", question)));
    };
    let nothing = |says: &str| Instead::Nothing(Evidence::new(EvidenceKind::Rule, "operations", says));
    if rule.data_actions.is_empty() {
        return Err(nothing("Azure RBAC has no data action for this store"));
    }
    let account = match &target.account {
        Known::Known(account) => account,
        Known::Missing(missing) => return Err(Instead::Unknown(missing.clone())),
    };
    let resource = &container_scope(&account.id, &target.container);
    let (place, mine) = (&Place::of(cx.snapshot, resource), &Mine::of(cx.snapshot, who));
    let asked = rule.data_actions.iter().filter(|action| account.is_hns_enabled || !action.hns_only);
    let answers: Vec<T> = asked
        .enumerate()
        .map(|(at, DataAction { action, suboperation, .. })| {
            let (operation, target) = (Some(operation), Some(target));
            // What almost grants the first action is what almost grants the others.
            let near = at == 0;
            answer(&Ask { cx, who, action, plane: Plane::Data, suboperation, operation, target, resource, place, mine, near })
        })
        .collect();
    if answers.is_empty() {
        return Err(nothing("Azure RBAC has no data action for this operation without a hierarchical namespace"));
    }
    Ok(answers)
}
