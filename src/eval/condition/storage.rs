//! Whether the condition of an assignment lets a request for data through.

use super::attributes::{DataRequest, FactAttributes, IS_PRIVATE_LINK, PREFIX, PRIVATE_ENDPOINTS, Shape, UTC_NOW};
use super::{AttributeValue, Attributes, Clause, ConditionRequest, Grants, Outcome, Reason, Value, evaluate, grants};
use crate::eval::{Context, Evidence, Judgement, Leaf, Origin, Until, Warning};
use crate::model::{Action, AttributeName, AttributeSource, Condition, ConditionError, Missing, Operation, StoreKind, WarningId};
use std::collections::BTreeSet;

/// What a list is called in conditions.
const LIST_SUBOPERATION: &str = "Blob.List";

/// Most clauses that a claim repeats.
const MOST_CLAUSES: usize = 4;

/// Whether the condition `text` lets `request` through. One that cannot be read may hold: it never grants and never vanishes.
/// `evidence` is the record that carries the condition.
pub fn holds<J: Judgement>(cx: &Context<'_>, text: &str, request: DataRequest<'_>, evidence: Evidence) -> J {
    match Condition::parse(text) {
        Ok(condition) => holds_parsed(cx, &condition, request, evidence),
        Err(error) => unreadable(&error, evidence),
    }
}

/// As [`holds`], for an action without data around it, such as one of Azure Resource Manager: only conditions that do not
/// target it, or ask for the time alone, are decided.
pub fn holds_for_action<J: Judgement>(cx: &Context<'_>, text: &str, action: &Action, evidence: Evidence) -> J {
    match Condition::parse(text) {
        Ok(condition) => {
            let request = ConditionRequest { action, suboperation: None, attributes: &NoData, at: cx.at, until: cx.until };
            judge(&evaluate(&condition, &request), None, evidence)
        }
        Err(error) => unreadable(&error, evidence),
    }
}

/// Attributes of a request that nothing is known of but its time.
struct NoData;

impl Attributes for NoData {
    fn get(&self, source: AttributeSource, name: &AttributeName) -> AttributeValue<'_> {
        if source == AttributeSource::Environment && name.key() == UTC_NOW {
            return AttributeValue::Now;
        }
        let text = format!("the value of `@{}[{}]` in a request that reads no data", source.as_str(), name.as_str());
        AttributeValue::Unknown(Missing::open("condition-attribute", text))
    }
}

fn unreadable<J: Judgement>(error: &ConditionError, evidence: Evidence) -> J {
    J::undetermined(|| {
        let missing = Missing::open("condition-unreadable", format!("what a condition means that cannot be read: {error}"));
        (Leaf::new(format!("the condition cannot be read: {error}"), evidence), missing)
    })
}

/// As [`holds`], for a condition that was parsed before.
pub fn holds_parsed<J: Judgement>(cx: &Context<'_>, condition: &Condition, request: DataRequest<'_>, evidence: Evidence) -> J {
    if condition.uses_guid_operator() && is_storage(request) {
        return unsupported(evidence);
    }
    let shape = match request.operation {
        Operation::List if request.suboperation.eq_ignore_ascii_case(LIST_SUBOPERATION) => Shape::BlobList,
        Operation::List => Shape::OtherList,
        Operation::Read => Shape::Read,
        Operation::Write => Shape::Write,
    };
    let attributes = FactAttributes { cx, request, shape };
    let outcome = evaluate(condition, &question(cx, &attributes, request.suboperation));
    if shape != Shape::BlobList || request.target.store != StoreKind::AdlsGen2 {
        return judge(&outcome, Some(&attributes), evidence);
    }
    let unnamed = FactAttributes { shape: Shape::OtherList, ..attributes };
    let other = evaluate(condition, &question(cx, &unnamed, ""));
    dfs_list(&outcome, &other, &attributes, evidence)
}

fn question<'a>(cx: &Context<'_>, attributes: &'a FactAttributes<'_>, suboperation: &'a str) -> ConditionRequest<'a> {
    let suboperation = Some(suboperation).filter(|name| !name.is_empty());
    ConditionRequest { action: attributes.request.action, suboperation, attributes, at: cx.at, until: cx.until }
}

fn is_storage(request: DataRequest<'_>) -> bool {
    request.action.key().starts_with("microsoft.storage/")
}

/// Source: "Troubleshoot Azure RBAC", conditions: a GUID operator with a role that has storage data actions ends in
/// AuthorizationFailed.
fn unsupported<J: Judgement>(evidence: Evidence) -> J {
    J::denied(|| {
        let message = "the condition uses a GUID operator, which roles with storage data actions do not support: it grants nothing";
        let id = evidence.id.clone();
        Leaf::new(message, evidence).warning(Warning::new(WarningId::ConditionUnsupported, format!("{message} ({id})")))
    })
}

fn judge<J: Judgement>(outcome: &Outcome<'_>, attributes: Option<&FactAttributes<'_>>, evidence: Evidence) -> J {
    match grants(outcome) {
        Grants::Granted => J::allowed(|| {
            let until = outcome.flips_at.map(|at| Until { at, what: format!("the condition stops holding: {}", clauses(outcome)) });
            let leaf = Leaf::new(format!("the condition is met: {}", clauses(outcome)), evidence).until(until);
            assumptions(outcome, attributes).into_iter().fold(leaf, Leaf::assuming)
        }),
        Grants::NotGranted => J::denied(|| {
            let leaf = Leaf::new(format!("the condition is not met: {}", clauses(outcome)), evidence);
            assumptions(outcome, attributes).into_iter().fold(leaf, Leaf::assuming)
        }),
        Grants::Undetermined(missing) => undecided(&clauses(outcome), missing, &evidence),
    }
}

/// Undetermined, with a leaf for each thing that is missing.
fn undecided<J: Judgement>(clauses: &str, missing: BTreeSet<Missing>, evidence: &Evidence) -> J {
    let claim = || format!("the condition is not decided: {clauses}");
    let leaf = |missing: Missing| J::undetermined(|| (Leaf::new(claim(), evidence.clone()), missing));
    let mut leaves: Vec<J> = missing.into_iter().map(leaf).collect();
    match leaves.pop() {
        Some(only) if leaves.is_empty() => only,
        last => J::all(claim, leaves.into_iter().chain(last).collect()),
    }
}

/// A list of the `dfs` endpoint: whether it is a `Blob.List` to conditions is not documented, so it is decided only where that
/// makes no difference.
fn dfs_list<J: Judgement>(named: &Outcome<'_>, unnamed: &Outcome<'_>, attributes: &FactAttributes<'_>, evidence: Evidence) -> J {
    let mut missing = match (grants(named), grants(unnamed)) {
        (Grants::Granted, Grants::Granted) | (Grants::NotGranted, Grants::NotGranted) => {
            return judge(named, Some(attributes), evidence);
        }
        (Grants::Undetermined(one), Grants::Undetermined(other)) => return undecided(&clauses(named), &one | &other, &evidence),
        (Grants::Undetermined(one), _) | (_, Grants::Undetermined(one)) => one,
        (Grants::Granted, Grants::NotGranted) | (Grants::NotGranted, Grants::Granted) => BTreeSet::new(),
    };
    let text = "whether a list through the dfs endpoint counts as suboperation Blob.List, which this condition distinguishes";
    missing.insert(Missing::open("dfs-list-suboperation", text));
    undecided(&clauses(named), missing, &evidence)
}

/// What the answer takes for granted.
fn assumptions(outcome: &Outcome<'_>, attributes: Option<&FactAttributes<'_>>) -> Vec<String> {
    let Some(attributes) = attributes else { return Vec::new() };
    let used = |names: &[&str]| {
        let mut read = outcome.deciding.iter().flat_map(|clause| clause.expr.attributes());
        read.any(|attribute| names.contains(&attribute.name.key()))
    };
    let mut found = Vec::new();
    if attributes.shape == Shape::BlobList && used(&[PREFIX]) {
        found.push(format!("`{}` is listed with its own path, or one below it, as prefix", attributes.request.target.describe()));
    }
    let from_subnet = matches!(attributes.request.target.origin, Origin::Subnet(_));
    if from_subnet && used(&[IS_PRIVATE_LINK, PRIVATE_ENDPOINTS]) {
        found.push(format!("names of `{}` resolve as its private endpoints say", attributes.request.target.account_name));
    }
    found
}

/// The clauses that decided, with their values.
fn clauses(outcome: &Outcome<'_>) -> String {
    let mut texts: Vec<String> = outcome.deciding.iter().take(MOST_CLAUSES).map(clause).collect();
    if outcome.deciding.len() > MOST_CLAUSES {
        texts.push(format!("and {} more", outcome.deciding.len() - MOST_CLAUSES));
    }
    texts.join("; ")
}

fn clause(clause: &Clause<'_>) -> String {
    let text = clause.expr;
    match &clause.value {
        Value::True => format!("`{text}` is true"),
        Value::False => format!("`{text}` is false"),
        Value::Unknown(reasons) => {
            let why: Vec<String> = reasons.iter().map(why).collect();
            format!("`{text}` is undecided ({})", why.join(", "))
        }
    }
}

fn why(reason: &Reason) -> String {
    match reason {
        Reason::Absent(attribute) => format!("the request has no {attribute}"),
        Reason::Unknown(attribute, missing) => match &missing.because {
            Some(because) => format!("{attribute}: {because}"),
            None => format!("{attribute} is not known"),
        },
        Reason::Ambiguous(_, question) => question.says().to_owned(),
    }
}
