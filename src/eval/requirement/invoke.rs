//! `job/invoke` and `credential/retrievable`: what the invoker must be allowed in Azure Resource Manager.

use crate::eval::{Context, Evidence, EvidenceKind, JobView, Judgement, Leaf, Proof, RequirementFinding, Verdict, Warning, rbac};
use crate::model::{Action, Identities, Known, Missing, RequirementId, Scope, SecurityPrincipal, WarningId, What};
use crate::rules::{InvokeAction, InvokeScope, OnMissing};
use std::collections::BTreeMap;

/// Whether the invoker may do `action` at `scope`.
pub fn invoker_may<J: Judgement>(cx: &Context<'_>, invoker: &Known<SecurityPrincipal>, action: &Action, scope: &Scope) -> J {
    let claim = || format!("the invoker holds `{action}`");
    match invoker_identities(cx, invoker) {
        Known::Known(who) => rbac::management::<J>(cx, &who, action, scope).together(claim),
        Known::Missing(missing) => J::unknown(claim, &missing),
    }
}

/// The invoker with its groups.
fn invoker_identities(cx: &Context<'_>, invoker: &Known<SecurityPrincipal>) -> Known<Identities> {
    match invoker {
        Known::Known(SecurityPrincipal { object_id: Some(id), .. }) => Known::Known(cx.snapshot.identities(id)),
        Known::Known(SecurityPrincipal { object_id: None, .. }) => Known::Missing(crate::eval::nobody_signed_in()),
        Known::Missing(missing) => Known::Missing(missing.clone()),
    }
}

/// Whether whoever invokes holds every action of the deny set: the proof of `job/invoke`, or its verdict alone.
///
/// Source of the list: "Authorization on batch endpoints", 35 actions. Which of them denies is data, in
/// `rules/operations.toml`.
pub fn may_invoke<J: Judgement>(cx: &Context<'_>, job: &JobView<'_>) -> J {
    let mut required: Vec<J> = Vec::new();
    let mut alternatives: BTreeMap<&str, Vec<J>> = BTreeMap::new();
    for rule in cx.rules.invoke_actions().iter().filter(|rule| rule.on_missing == OnMissing::Deny) {
        let held = invoker_may(cx, &job.invoker, &rule.action, invoke_scope(job, rule.scope));
        match &rule.any_of {
            Some(group) => alternatives.entry(group).or_default().push(held),
            None => required.push(held),
        }
    }
    for (group, held) in alternatives {
        required.push(J::any(|| format!("the invoker holds one of the actions for `{group}`"), held));
    }
    if required.is_empty() {
        let evidence = Evidence::new(EvidenceKind::Rule, "operations.toml", "the rules name no action whose lack denies");
        return J::allowed(|| Leaf::new("the invoker may create a batch job", evidence));
    }
    J::all(|| "the invoker holds the actions without which a batch job cannot be created".to_owned(), required)
}

/// `job/invoke`: every action of the deny set must be held; each missing one of the others is a warning, where `advise` asks
/// for warnings.
pub fn job_invoke(cx: &Context<'_>, job: &JobView<'_>, with_assets: bool, advise: bool) -> (RequirementFinding, Vec<Warning>) {
    let documented = cx.rules.invoke_actions().iter().filter(|rule| rule.on_missing == OnMissing::Warn);
    let asked = documented.filter(|rule| advise && (!rule.for_assets || with_assets));
    let lacks = |rule: &&InvokeAction| is_lacking(cx, &job.invoker, &rule.action, invoke_scope(job, rule.scope));
    let lacking: Vec<&InvokeAction> = asked.filter(lacks).collect();
    let proof: Proof = may_invoke(cx, job);
    let summary = match (&job.invoker, proof.verdict()) {
        (Known::Known(who), Verdict::Allowed) => format!("{} may create batch jobs here", who.label()),
        (Known::Known(who), Verdict::Denied) => format!("{} lacks {}", who.label(), lacked(&proof)),
        (Known::Known(who), Verdict::Undetermined) => format!("not known whether {} may create batch jobs here", who.label()),
        (Known::Missing(_), _) => "who invokes is not known".to_owned(),
    };
    let finding = RequirementFinding::new(RequirementId::JobInvoke, summary, proof).of(job.invoker.value().cloned());
    (finding, warnings(&lacking))
}

/// Denied, or open only for what no look-up decides: `workspaces/*/read` may or may not cover `workspaces/read`.
fn is_lacking(cx: &Context<'_>, invoker: &Known<SecurityPrincipal>, action: &Action, scope: &Scope) -> bool {
    let open = |missing: &Missing| missing.what == What::OpenQuestion && *missing != crate::eval::nobody_signed_in();
    let bare = match invoker_identities(cx, invoker) {
        Known::Known(who) => rbac::management::<Verdict>(cx, &who, action, scope).together(String::new),
        Known::Missing(_) => Verdict::Undetermined,
    };
    match bare {
        Verdict::Allowed => false,
        Verdict::Denied => true,
        Verdict::Undetermined => invoker_may::<Proof>(cx, invoker, action, scope).missing().iter().all(open),
    }
}

/// The claims of the denied parts, for one sentence.
fn lacked(proof: &Proof) -> String {
    let denied: Vec<&str> = proof.children().iter().filter(|part| part.verdict() == Verdict::Denied).map(Proof::claim).collect();
    let short = |claim: &str| claim.trim_start_matches("the invoker holds ").to_owned();
    match denied.as_slice() {
        [] => "a required action".to_owned(),
        [one] => short(one),
        [one, rest @ ..] => format!("{} and {} more", short(one), rest.len()),
    }
}

fn warnings(lacking: &[&InvokeAction]) -> Vec<Warning> {
    let [first, rest @ ..] = lacking else {
        return Vec::new();
    };
    let prefix = "Microsoft.MachineLearningServices/";
    let mut names: Vec<&str> = vec![first.action.as_str().trim_start_matches(prefix)];
    names.extend(rest.iter().map(|rule| rule.action.as_str().trim_start_matches(prefix)));
    let message = format!(
        "the invoker lacks {} of the actions that the documentation lists for invoking; jobs seem to run without: {}",
        names.len(),
        names.join(", ")
    );
    vec![Warning::new(WarningId::JobInvoke, message)]
}

fn invoke_scope<'a>(job: &'a JobView<'_>, scope: InvokeScope) -> &'a Scope {
    match scope {
        InvokeScope::Workspace => &job.workspace_id,
        InvokeScope::Endpoint => job.endpoint_id.as_ref().unwrap_or(&job.workspace_id),
        InvokeScope::Deployment => job.deployment_id.as_ref().or(job.endpoint_id.as_ref()).unwrap_or(&job.workspace_id),
    }
}
