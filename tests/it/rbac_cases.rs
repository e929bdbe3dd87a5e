//! The corpus of documented RBAC cases, decided as documented.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "helpers of tests fail by panicking")]

use crate::worlds::{self, NOW};
use crate::{corpus, embedded_rules};
use canread::eval::rbac::{Rbac, data_operation, management, one_action};
use canread::eval::{Context, DataTarget, EvidenceKind, Extent, Judgement, Origin, Proof, Verdict};
use canread::model::{
    Action, ActionPattern, DenyPrincipal, Facts, ObjectId, Operation, Permission, Plane, PrincipalHint, RoleId, Scope, Snapshot, StoreKind,
    StorePath, Subscription, SubscriptionId, What,
};
use serde_json::Value;
use time::Duration;

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn permission(value: &Value) -> Permission {
    let list = |key: &str| value[key].as_array().into_iter().flatten().map(|one| ActionPattern::new(one.as_str().unwrap())).collect();
    Permission {
        actions: list("actions"),
        not_actions: list("notActions"),
        data_actions: list("dataActions"),
        not_data_actions: list("notDataActions"),
        condition: None,
    }
}

fn principals(value: &Value) -> Vec<DenyPrincipal> {
    let one = |value: &Value| DenyPrincipal {
        everyone: text(value, "type") == "SystemDefined",
        ..worlds::deny_principal(text(value, "id"), PrincipalHint::Unknown)
    };
    value.as_array().into_iter().flatten().map(one).collect()
}

/// The cases say only how a condition turns out: one about the account's name turns out as wanted.
fn condition(case: &Value, holds: bool) -> String {
    let account = Scope::new(text(case, "resource")).segment_after("storageaccounts").unwrap_or_default().to_owned();
    let name = if holds { account } else { format!("not-{account}") };
    format!("(@Resource[Microsoft.Storage/storageAccounts:name] StringEquals '{name}')")
}

/// The case as facts of a closed world.
fn facts(case: &Value) -> Facts {
    let mut facts = Facts::default();
    facts.coverage.push(worlds::coverage(What::Everything, ""));
    for (name, definition) in case["role_definitions"].as_object().unwrap() {
        let id = RoleId::new(name);
        facts.role_definitions.insert(id, worlds::role(name, name, vec![permission(definition)]));
    }
    for (at, one) in case["role_assignments"].as_array().unwrap().iter().enumerate() {
        let (role, principal, scope) = (text(one, "role"), text(one, "principalId"), Scope::new(text(one, "scope")));
        let mut made = worlds::assignment(&format!("a{at}"), role, principal, &scope);
        made.condition = one.get("condition_result").map(|holds| condition(case, holds == true));
        match text(one, "state") {
            "eligible" => {
                facts.eligibility_instances.push(worlds::eligibility(&format!("e{at}"), role, principal, &scope));
                continue;
            }
            "expired" => facts.assignment_instances.push(worlds::instance("i", &made, None, Some(NOW - Duration::HOUR))),
            "" => {}
            other => panic!("the corpus has a state `{other}` that this test does not know"),
        }
        facts.role_assignments.push(made);
    }
    for (at, one) in case["deny_assignments"].as_array().unwrap().iter().enumerate() {
        let mut made = worlds::deny(
            &format!("d{at}"),
            permission(&one["permissions"][0]),
            principals(&one["principals"]),
            &Scope::new(text(one, "scope")),
        );
        made.exclude_principals = principals(&one["excludePrincipals"]);
        made.do_not_apply_to_child_scopes = one["doNotApplyToChildScopes"].as_bool().unwrap_or_default();
        facts.deny_assignments.push(made);
    }
    let groups = case["principal"]["transitive_groups"].as_array().unwrap().iter().map(|id| ObjectId::new(id.as_str().unwrap()));
    facts.memberships.insert(ObjectId::new(text(&case["principal"], "oid")), groups.collect());
    if let (Some(chain), Some(id)) = (case["mg_ancestors"].as_array(), Scope::new(text(case, "resource")).subscription()) {
        let chain = chain.iter().map(|group| Scope::new(group.as_str().unwrap())).collect();
        let record = Subscription { id: SubscriptionId::new(id.as_str()), state: None, tenant_id: None, management_groups: Some(chain) };
        facts.subscriptions.insert(id, record);
    }
    facts
}

/// Reading a blob is asked about as the operation, everything else as the one action it is.
fn judge(case: &Value) -> Option<Rbac<Proof>> {
    let mut facts = facts(case);
    let resource = Scope::new(text(case, "resource"));
    let action = Action::new(text(case, "action"));
    let principal = ObjectId::new(text(&case["principal"], "oid"));
    let account = resource.cut_after("storageaccounts");
    if case["is_data_action"] == true {
        let account = account.clone()?;
        facts.storage_accounts.insert(account.name().to_owned(), worlds::storage_account(account.name(), &account, false));
    }
    let snapshot = Snapshot::new(facts);
    let cx = Context { snapshot: &snapshot, rules: embedded_rules(), at: NOW, until: NOW, assume_below: false };
    let who = snapshot.identities(&principal);
    if case["is_data_action"] == false {
        return Some(management(&cx, &who, &action, &resource));
    }
    if action != Action::new(worlds::BLOBS_READ) {
        return Some(one_action(&cx, &who, &action, Plane::Data, &resource));
    }
    let target = DataTarget {
        account_name: account.as_ref()?.name().to_owned(),
        account: snapshot.storage_account(account.as_ref()?.name()),
        container: resource.name().to_owned(),
        path: StorePath::new(""),
        extent: Extent::File,
        store: StoreKind::Blob,
        origin: Origin::Unknown,
        by_url_alone: false,
    };
    data_operation(&cx, &who, Operation::Read, &target).alternatives.into_iter().next()
}

#[test]
fn the_corpus_is_decided_as_documented() {
    let Some(text_of) = corpus("rbac-cases.jsonl") else { return };
    let mut decided = 0;
    for line in text_of.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let id = text(&case, "id");
        let rbac = judge(&case).unwrap_or_else(|| panic!("{id} could not be asked"));
        let denied = rbac.not_denied.verdict() == Verdict::Denied;
        let granting: Vec<String> = rbac
            .granted
            .leaves()
            .into_iter()
            .filter(|(_, verdict, leaf)| *verdict == Verdict::Allowed && leaf.evidence.kind == EvidenceKind::RoleAssignment)
            .map(|(_, _, leaf)| leaf.evidence.id.clone())
            .collect();
        let proof = rbac.together(|| id.to_owned());
        let conditional = case["role_assignments"].as_array().unwrap().iter().any(|one| one.get("condition_result").is_some());
        let documented = if text(&case, "expect") == "allow" { Verdict::Allowed } else { Verdict::Denied };
        let only_its_condition =
            || proof.missing().iter().all(|missing| missing.what == What::OpenQuestion && missing.scope == "condition");
        let open = conditional && proof.verdict() == Verdict::Undetermined && only_its_condition();
        assert!(proof.verdict() == documented || open, "{id} is {}: {proof:#?}", proof.verdict());
        assert_eq!(denied, case["deny_assignments"].as_array().unwrap().iter().any(|deny| deny["name"] == case["deciding"]), "{id}");
        if let Some((_, scope)) = text(&case, "deciding").split_once('@') {
            assert!(granting.iter().any(|id| id.starts_with(scope)), "{id}: {scope} does not decide, but {granting:?}");
        }
        decided += 1;
    }
    assert!(decided > 30, "only {decided} cases were decided");
}
