//! Each rule of Azure RBAC in a case of its own: the verdict, and the records it rests on.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail by panicking")]

use crate::embedded_rules;
use crate::worlds::{
    self, BLOBS_READ, DATA_OWNER, DATA_READER, LIST_KEYS, NOW, OWNER, READER, WORKSPACE_READ, account_scope, container_of,
};
use canread::eval::Verdict::{Allowed, Denied, Undetermined};
use canread::eval::rbac::{DataRbac, data_not_denied, data_operation, key_side_path, management, one_action};
use canread::eval::{Context, DataTarget, EvidenceKind, Extent, Judgement, LeafNode, Origin, Proof, Verdict};
use canread::model::{
    Action, AppId, DirectoryObject, Facts, Identity, IdentityType, Missing, ObjectId, Operation, Permission, Plane, PrincipalHint,
    PrincipalKind, RoleAssignment, RoleId, Scope, Snapshot, StoreKind, StorePath, Subscription, SubscriptionId, WarningId, What, Workspace,
};
use std::collections::BTreeSet;
use time::Duration;

/// Facts about Ana and one resource, and what is asked about them.
struct Case {
    facts: Facts,
    account: &'static str,
    hours: i64,
}

impl Case {
    /// A closed world in which nobody holds anything.
    fn closed() -> Self {
        Case { facts: worlds::closed(), account: "acct", hours: 0 }
    }
    /// On the account with a hierarchical namespace.
    fn on_lake(mut self) -> Self {
        self.account = "lake";
        self
    }
    fn container(&self) -> Scope {
        container_of(self.account, "c1")
    }
    /// Ana, or someone else, holds a role; gives the assignment's ARM id.
    fn assign(&mut self, id: &str, role: &str, principal: &str, scope: &Scope) -> &mut RoleAssignment {
        self.facts.role_assignments.push(worlds::assignment(id, role, principal, scope));
        self.facts.role_assignments.last_mut().unwrap()
    }
    fn define(&mut self, id: &str, permission: Permission) {
        self.facts.role_definitions.insert(RoleId::new(id), worlds::role(id, id, vec![permission]));
    }
    fn member_of(&mut self, groups: &[&str]) {
        self.facts.memberships.insert(ObjectId::new("ana"), groups.iter().map(|id| ObjectId::new(id)).collect());
    }
    fn forget(&mut self, what: What, scope: &str) {
        self.facts.gaps.push(worlds::gap(what, scope));
    }
    fn under(&mut self, groups: Option<&[&str]>) {
        let id = SubscriptionId::new(worlds::SUBSCRIPTIONS[0]);
        let management_groups = groups.map(|names| names.iter().map(|name| Scope::management_group(name)).collect());
        self.facts.subscriptions.insert(id.clone(), Subscription { id, state: None, tenant_id: None, management_groups });
    }
    fn with<T>(&self, ask: impl FnOnce(&Context<'_>, &DataTarget<'_>) -> T) -> T {
        let snapshot = Snapshot::new(self.facts.clone());
        let until = NOW + Duration::hours(self.hours);
        let cx = Context { snapshot: &snapshot, rules: embedded_rules(), at: NOW, until, assume_below: false };
        let target = DataTarget {
            account_name: self.account.to_owned(),
            account: snapshot.storage_account(self.account),
            container: "c1".to_owned(),
            path: StorePath::new("in"),
            extent: Extent::File,
            store: StoreKind::Blob,
            origin: Origin::Unknown,
            by_url_alone: false,
        };
        ask(&cx, &target)
    }
    /// May Ana read?
    fn read(&self) -> Proof {
        self.read_by("ana")
    }
    fn read_by(&self, principal: &str) -> Proof {
        self.parts(principal).together(|| "it is permitted".to_owned())
    }
    fn parts(&self, principal: &str) -> DataRbac<Proof> {
        self.with(|cx, target| data_operation(cx, &cx.snapshot.identities(&ObjectId::new(principal)), Operation::Read, target))
    }
    /// May Ana do this at the account?
    fn manage(&self, action: &str) -> Proof {
        let ana = ObjectId::new("ana");
        let at = account_scope(self.account);
        self.with(|cx, _| {
            management(cx, &cx.snapshot.identities(&ana), &Action::new(action), &at).together(|| "it is permitted".to_owned())
        })
    }
}

/// Ids that leaves of this verdict cite, of one kind.
fn cited(proof: &Proof, verdict: Verdict, kind: EvidenceKind) -> Vec<String> {
    leaves(proof, verdict, kind).map(|(_, leaf)| leaf.evidence.id.clone()).collect()
}

fn leaves(proof: &Proof, verdict: Verdict, kind: EvidenceKind) -> impl Iterator<Item = (&str, &LeafNode)> {
    let all = proof.leaves().into_iter();
    all.filter(move |(_, its, leaf)| *its == verdict && leaf.evidence.kind == kind).map(|(claim, _, leaf)| (claim, leaf))
}

/// What the first leaf that cites the id says.
fn says(proof: &Proof, id: &str) -> String {
    let leaf = proof.leaves().into_iter().find(|(_, _, leaf)| leaf.evidence.id == id);
    leaf.unwrap_or_else(|| panic!("no leaf cites {id}: {proof:#?}")).2.evidence.says.clone()
}

fn assignment_id(scope: &Scope, id: &str) -> String {
    scope.join(&format!("providers/Microsoft.Authorization/roleAssignments/{id}")).to_string()
}

fn deny_id(scope: &Scope, id: &str) -> String {
    scope.join(&format!("providers/Microsoft.Authorization/denyAssignments/{id}")).to_string()
}

fn missing(proof: &Proof) -> Vec<(What, String)> {
    proof.missing().into_iter().map(|missing: Missing| (missing.what, missing.scope)).collect()
}

const ROLE_ASSIGNMENT: EvidenceKind = EvidenceKind::RoleAssignment;
const DENY_ASSIGNMENT: EvidenceKind = EvidenceKind::DenyAssignment;

fn deny_reads() -> Permission {
    worlds::permission(&[], &[], &["*/blobs/read"], &[])
}

// Grants and scopes.

#[test]
fn a_data_role_grants_at_its_scope_and_below() {
    for scope in [
        container_of("acct", "c1"),
        account_scope("acct"),
        Scope::new(&format!("/subscriptions/{}", worlds::SUBSCRIPTIONS[0])),
        Scope::root(),
    ] {
        let mut case = Case::closed();
        case.assign("a", DATA_READER, "ana", &scope);
        let proof = case.read();
        assert_eq!(proof.verdict(), Allowed);
        assert_eq!(cited(&proof, Allowed, ROLE_ASSIGNMENT), [assignment_id(&scope, "a")]);
        assert_eq!(cited(&proof, Allowed, EvidenceKind::Coverage), ["everything"], "no deny assignment is known to apply");
        assert_eq!(proof.assumptions(), BTreeSet::from(["built-in role `Storage Blob Data Reader` is as in rules/roles.toml".to_owned()]));
    }
}

#[test]
fn an_allowed_proof_lists_every_granting_assignment_and_no_failure() {
    let mut case = Case::closed();
    let (account, container) = (account_scope("acct"), case.container());
    case.assign("near", DATA_READER, "ana", &container);
    case.assign("far", DATA_OWNER, "ana", &account);
    case.assign("not", READER, "ana", &account);
    let proof = case.read();
    assert_eq!(cited(&proof, Allowed, ROLE_ASSIGNMENT), [assignment_id(&container, "near"), assignment_id(&account, "far")]);
    assert!(cited(&proof, Denied, ROLE_ASSIGNMENT).is_empty());
}

#[test]
fn a_scope_that_does_not_cover_the_resource_is_a_near_miss() {
    let mut case = Case::closed();
    let (alike, sibling, below) = (container_of("acct", "c10"), account_scope("acct2"), case.container());
    case.assign("alike", DATA_READER, "ana", &alike);
    case.assign("sibling", DATA_READER, "ana", &sibling);
    let proof = case.read();
    assert_eq!(proof.verdict(), Denied);
    assert_eq!(
        cited(&proof, Denied, ROLE_ASSIGNMENT),
        [assignment_id(&alike, "alike"), assignment_id(&sibling, "sibling")],
        "nearest first"
    );
    assert!(says(&proof, &assignment_id(&alike, "alike")).contains("`c10` only looks alike"));
    assert!(says(&proof, &assignment_id(&sibling, "sibling")).contains("does not cover"));
    let mut case = Case::closed();
    case.define("keys", worlds::permission(&["*/listKeys/action"], &[], &[], &[]));
    case.assign("below", "keys", "ana", &below);
    let proof = case.manage(LIST_KEYS);
    assert_eq!(proof.verdict(), Denied);
    assert!(says(&proof, &assignment_id(&below, "below")).contains("not inherited upwards"));
}

#[test]
fn a_management_role_is_no_data_role() {
    let mut case = Case::closed();
    let account = account_scope("acct");
    case.assign("owner", OWNER, "ana", &account);
    case.assign("reader", READER, "ana", &account);
    let proof = case.read();
    assert_eq!(proof.verdict(), Denied);
    assert_eq!(cited(&proof, Denied, ROLE_ASSIGNMENT), [assignment_id(&account, "owner"), assignment_id(&account, "reader")]);
    assert!(says(&proof, &assignment_id(&account, "owner")).starts_with("grants keys (listKeys), not blobs/read"));
    assert!(says(&proof, &assignment_id(&account, "reader")).contains("without any data action"));
    assert!(proof.assumptions().contains("built-in role `Owner` is as in rules/roles.toml"));
    assert_eq!(case.manage(LIST_KEYS).verdict(), Allowed);
}

#[test]
fn keys_are_a_side_path_and_never_access() {
    let mut case = Case::closed();
    let account = account_scope("acct");
    case.assign("owner", OWNER, "ana", &account);
    let ana = ObjectId::new("ana");
    let path =
        |case: &Case| case.with(|cx, target| key_side_path::<Proof>(cx, &cx.snapshot.identities(&ana), target.account.value().unwrap()));
    let near = path(&case).expect("an owner gets keys");
    assert_eq!(near.verdict(), Denied);
    assert_eq!(cited(&near, Denied, ROLE_ASSIGNMENT), [assignment_id(&account, "owner")]);
    assert!(near.claim().contains("can fetch the keys of `acct`"));
    case.facts.storage_accounts.get_mut("acct").unwrap().allow_shared_key_access = false;
    assert_eq!(path(&case), None, "keys open nothing");
    assert_eq!(path(&Case::closed()), None, "no role gives keys");
}

#[test]
fn an_exclusion_is_no_deny_but_takes_away_from_its_own_role() {
    let mut case = Case::closed();
    let account = account_scope("acct");
    case.define("minus", worlds::permission(&[], &[], &["*"], &["*/BLOBS/read"]));
    case.assign("minus", "minus", "ana", &account);
    let proof = case.read();
    assert_eq!(proof.verdict(), Denied);
    let why = says(&proof, &assignment_id(&account, "minus"));
    assert!(why.contains("`*` would grant it, but its notDataActions take it away by `*/BLOBS/read`"), "{why}");
    case.assign("other", DATA_READER, "ana", &account);
    assert_eq!(cited(&case.read(), Allowed, ROLE_ASSIGNMENT), [assignment_id(&account, "other")]);
}

#[test]
fn whether_a_middle_star_covers_no_segment_is_left_open() {
    let mut case = Case::closed();
    let account = account_scope("acct");
    case.define("star", worlds::permission(&["Microsoft.MachineLearningServices/workspaces/*/read"], &[], &[], &[]));
    case.assign("star", "star", "ana", &account);
    let proof = case.manage(WORKSPACE_READ);
    assert_eq!(proof.verdict(), Undetermined);
    assert_eq!(missing(&proof), [(What::OpenQuestion, "zero-segment-wildcard".to_owned())]);
    assert_eq!(case.manage("Microsoft.MachineLearningServices/workspaces/jobs/read").verdict(), Allowed);
}

// Groups.

#[test]
fn a_grant_reaches_through_a_transitive_group() {
    let mut case = Case::closed();
    let account = account_scope("acct");
    case.member_of(&["g1", "outer"]);
    case.assign("a", DATA_READER, "outer", &account).principal_hint = PrincipalHint::Group;
    let proof = case.read();
    assert_eq!(proof.verdict(), Allowed);
    assert!(says(&proof, &assignment_id(&account, "a")).ends_with("through group outer"));
    case.member_of(&["g1"]);
    let proof = case.read();
    assert_eq!(proof.verdict(), Denied);
    assert_eq!(says(&proof, &assignment_id(&account, "a")), "is held by group outer, which ana is not a member of");
}

#[test]
fn unknown_memberships_leave_open_only_grants_to_what_may_be_a_group() {
    let account = account_scope("acct");
    let judged = |hint: PrincipalHint, kind: Option<PrincipalKind>| {
        let mut case = Case::closed();
        case.forget(What::Memberships, "ana");
        case.assign("a", DATA_READER, "x", &account).principal_hint = hint;
        case.facts.directory.extend(kind.map(|kind| (ObjectId::new("x"), worlds::directory_object("x", kind))));
        case.read()
    };
    for hint in [PrincipalHint::Group, PrincipalHint::Unknown] {
        let proof = judged(hint, None);
        assert_eq!(proof.verdict(), Undetermined);
        assert_eq!(missing(&proof), [(What::Memberships, "ana".to_owned())]);
        assert_eq!(cited(&proof, Undetermined, ROLE_ASSIGNMENT), [assignment_id(&account, "a")]);
        assert_eq!(judged(hint, Some(PrincipalKind::User)).verdict(), Denied, "the directory says it is no group");
    }
    for hint in [PrincipalHint::User, PrincipalHint::ServicePrincipal] {
        assert_eq!(judged(hint, None).verdict(), Denied);
        assert_eq!(judged(hint, Some(PrincipalKind::Group)).verdict(), Undetermined, "the directory says it is a group");
    }
}

#[test]
fn unknown_memberships_open_nothing_that_would_not_grant() {
    let mut case = Case::closed();
    case.forget(What::Memberships, "ana");
    case.assign("other-role", READER, "g1", &account_scope("acct"));
    case.assign("other-scope", DATA_READER, "g1", &container_of("acct", "c10"));
    assert_eq!(case.read().verdict(), Denied);
    case.assign("own", DATA_READER, "ana", &account_scope("acct"));
    assert_eq!(case.read().verdict(), Allowed, "a grant of her own does not need them");
}

#[test]
fn a_failed_look_up_for_a_group_leaves_its_members_open() {
    let mut case = Case::closed();
    case.member_of(&["g1"]);
    case.forget(What::RoleAssignments, account_scope("acct").as_str());
    case.facts.gaps[0].principal = Some(ObjectId::new("g1"));
    let proof = case.read();
    assert_eq!(proof.verdict(), Undetermined);
    assert_eq!(missing(&proof), [(What::RoleAssignments, case.container().to_string())]);
    case.member_of(&[]);
    assert_eq!(case.read().verdict(), Denied);
    case.facts.memberships.clear();
    case.forget(What::Memberships, "ana");
    assert_eq!(case.read().verdict(), Undetermined, "she may be a member of g1");
}

// Management groups.

#[test]
fn a_management_group_reaches_only_what_its_chain_names() {
    let prod = Scope::management_group("prod");
    let mut case = Case::closed();
    case.assign("a", DATA_READER, "ana", &prod);
    case.under(Some(&["dev", "prod"]));
    assert_eq!(cited(&case.read(), Allowed, ROLE_ASSIGNMENT), [assignment_id(&prod, "a")]);
    case.under(Some(&["dev"]));
    let proof = case.read();
    assert_eq!(proof.verdict(), Denied);
    assert!(says(&proof, &assignment_id(&prod, "a")).starts_with("management group `prod` is not above"));
    case.under(None);
    let proof = case.read();
    assert_eq!(proof.verdict(), Undetermined);
    assert_eq!(missing(&proof), [(What::Subscription, worlds::SUBSCRIPTIONS[0].to_owned())]);
    assert_eq!(cited(&proof, Undetermined, ROLE_ASSIGNMENT), [assignment_id(&prod, "a")]);
}

#[test]
fn an_unknown_chain_and_unknown_memberships_are_both_named() {
    let mut case = Case::closed();
    case.under(None);
    case.forget(What::Memberships, "ana");
    case.assign("a", DATA_READER, "g1", &Scope::management_group("prod"));
    let proof = case.read();
    assert_eq!(proof.verdict(), Undetermined);
    assert_eq!(missing(&proof), [(What::Memberships, "ana".to_owned()), (What::Subscription, worlds::SUBSCRIPTIONS[0].to_owned())]);
}

// What was not collected.

#[test]
fn an_incomplete_list_of_assignments_leaves_a_denial_open() {
    let mut case = Case::closed();
    let account = account_scope("acct");
    case.facts.coverage = vec![
        worlds::coverage(What::DenyAssignments, account.as_str()),
        worlds::coverage(What::Subscription, worlds::SUBSCRIPTIONS[0]),
        worlds::coverage(What::Memberships, "ana"),
    ];
    let proof = case.read();
    assert_eq!(proof.verdict(), Undetermined);
    let wanted = proof.missing().into_iter().next().unwrap();
    assert_eq!(
        (wanted.what, wanted.scope, wanted.principal),
        (What::RoleAssignments, case.container().to_string(), Some(ObjectId::new("ana")))
    );
    case.assign("a", DATA_READER, "ana", &account);
    assert_eq!(case.read().verdict(), Allowed);
    case.facts.role_assignments.clear();
    case.facts.coverage.push(worlds::coverage(What::RoleAssignments, account.as_str()));
    let proof = case.read();
    assert_eq!(proof.verdict(), Denied);
    assert_eq!(cited(&proof, Denied, EvidenceKind::Coverage), [format!("role_assignments:{account}")]);
}

#[test]
fn a_custom_role_that_was_not_collected_may_grant() {
    let mut case = Case::closed();
    let account = account_scope("acct");
    case.assign("a", "never-collected", "ana", &account);
    let proof = case.read();
    assert_eq!(proof.verdict(), Undetermined);
    assert_eq!(missing(&proof), [(What::RoleDefinitions, account.to_string())]);
    assert_eq!(cited(&proof, Undetermined, ROLE_ASSIGNMENT), [assignment_id(&account, "a")]);
}

#[test]
fn a_collected_definition_wins_over_the_built_in_one() {
    let mut case = Case::closed();
    let account = account_scope("acct");
    case.define(DATA_READER, worlds::permission(&["*/read"], &[], &[], &[]));
    case.assign("a", DATA_READER, "ana", &account);
    let proof = case.read();
    assert_eq!((proof.verdict(), proof.assumptions()), (Denied, BTreeSet::new()));
    assert_eq!(cited(&proof, Denied, ROLE_ASSIGNMENT), [assignment_id(&account, "a")]);
}

#[test]
fn an_account_that_is_not_there_is_what_is_missing() {
    let mut case = Case::closed();
    case.facts.storage_accounts.clear();
    let parts = case.parts("ana");
    assert_eq!(parts.not_denied(), Undetermined);
    assert_eq!(missing(&parts.together(String::new)), [(What::Resource, "storageAccounts/acct".to_owned())]);
}

// Time.

#[test]
fn an_instance_bounds_its_assignment() {
    let account = account_scope("acct");
    let hour = |hours: i64| Some(NOW + Duration::hours(hours));
    let with = |windows: &[(i64, i64)], hours: i64| {
        let mut case = Case::closed();
        case.hours = hours;
        let made = case.assign("a", DATA_READER, "ana", &account).clone();
        for (at, (start, end)) in windows.iter().enumerate() {
            case.facts.assignment_instances.push(worlds::instance(&format!("i{at}"), &made, hour(*start), hour(*end)));
        }
        case.read()
    };
    let active = with(&[(-1, 2)], 0);
    assert_eq!((active.verdict(), active.valid_until().map(|until| until.at)), (Allowed, hour(2)));
    assert_eq!(cited(&active, Allowed, ROLE_ASSIGNMENT), [assignment_id(&account, "a")]);
    let cases = [
        (&[(-3, -1)][..], 0, "ended at"),
        (&[(1, 2)], 0, "begins at"),
        (&[(-1, 2)], 2, "before the end of the period"),
        (&[(-3, 0)], 0, "ended at"),
    ];
    for (windows, hours, wanted) in cases {
        let proof = with(windows, hours);
        assert_eq!(proof.verdict(), Denied, "{windows:?}");
        let (_, leaf) = leaves(&proof, Denied, EvidenceKind::ScheduleInstance).next().expect("the instance is cited");
        assert!(leaf.evidence.id.ends_with("roleAssignmentScheduleInstances/i0") && leaf.evidence.says.contains(wanted), "{leaf:?}");
    }
    let united = with(&[(4, 9), (-1, 3), (3, 4)], 6);
    assert_eq!((united.verdict(), united.valid_until().map(|until| until.at)), (Allowed, hour(9)));
    assert_eq!(with(&[(5, 9), (-1, 3), (3, 4)], 6).verdict(), Denied, "an hour is missing");
}

#[test]
fn without_instances_an_assignment_is_permanent_by_assumption_unless_they_are_known() {
    let mut case = Case::closed();
    let account = account_scope("acct");
    case.assign("a", DATA_READER, "ana", &account);
    let permanent = format!("role assignment {} is permanent: PIM schedule instances were not collected", assignment_id(&account, "a"));
    assert!(!case.read().assumptions().contains(&permanent));
    case.forget(What::ScheduleInstances, account.as_str());
    let proof = case.read();
    assert_eq!((proof.verdict(), proof.valid_until()), (Allowed, None));
    assert!(proof.assumptions().contains(&permanent), "{:?}", proof.assumptions());
}

#[test]
fn of_several_grants_the_longest_counts() {
    let mut case = Case::closed();
    let account = account_scope("acct");
    for (id, hours) in [("a", 2), ("b", 5)] {
        let made = case.assign(id, DATA_READER, "ana", &account).clone();
        case.facts.assignment_instances.push(worlds::instance(id, &made, None, Some(NOW + Duration::hours(hours))));
    }
    assert_eq!(case.read().valid_until().map(|until| until.at), Some(NOW + Duration::hours(5)));
}

#[test]
fn an_eligible_assignment_never_grants() {
    let mut case = Case::closed();
    let account = account_scope("acct");
    let made = worlds::eligibility("e", DATA_READER, "ana", &account);
    let id = made.id.to_string();
    case.facts.eligibility_instances.push(made);
    let proof = case.read();
    assert_eq!(proof.verdict(), Denied);
    assert_eq!(cited(&proof, Denied, EvidenceKind::EligibilityInstance), std::slice::from_ref(&id));
    assert_eq!(says(&proof, &id), "eligible, not active: would work after activation");
    case.facts.eligibility_instances[0].end = Some(NOW);
    assert!(cited(&case.read(), Denied, EvidenceKind::EligibilityInstance).is_empty(), "it can no longer be activated");
}

#[test]
fn a_fresh_grant_is_a_warning() {
    let warned = |age: Duration| {
        let mut case = Case::closed();
        case.assign("a", DATA_READER, "ana", &account_scope("acct")).updated_on = Some(NOW - age);
        let proof = case.read();
        assert_eq!(proof.verdict(), Allowed);
        proof.warnings().iter().any(|warning| warning.id == WarningId::PlatformPropagation)
    };
    assert!(warned(Duration::minutes(5)));
    assert!(!warned(Duration::days(2)));
}

// Conditions.

#[test]
fn a_condition_that_is_not_decided_leaves_its_grant_open() {
    let mut case = Case::closed();
    let account = account_scope("acct");
    case.assign("a", DATA_READER, "ana", &account).condition = Some(worlds::UNDECIDED.to_owned());
    let proof = case.read();
    assert_eq!(proof.verdict(), Undetermined);
    assert_eq!(cited(&proof, Undetermined, ROLE_ASSIGNMENT), [assignment_id(&account, "a")]);
    assert!(proof.missing().iter().all(|missing| missing.what == What::OpenQuestion), "{:?}", proof.missing());
    case.assign("plain", DATA_READER, "ana", &account);
    assert_eq!(case.read().verdict(), Allowed, "an assignment without condition bypasses it");
}

#[test]
fn a_condition_of_the_role_definition_counts_too() {
    let mut case = Case::closed();
    let account = account_scope("acct");
    case.define("r", Permission { condition: Some(worlds::UNDECIDED.to_owned()), ..worlds::permission(&[], &[], &[BLOBS_READ], &[]) });
    case.assign("a", "r", "ana", &account);
    let proof = case.read();
    assert_eq!(proof.verdict(), Undetermined);
    assert_eq!(cited(&proof, Undetermined, EvidenceKind::RoleDefinition).len(), 1);
    case.facts.role_assignments[0].condition = Some(worlds::UNDECIDED.to_owned());
    assert_eq!(case.read().verdict(), Undetermined);
}

// Denies.

/// Ana may read but for one deny assignment.
fn denied_by(change: impl FnOnce(&mut Case)) -> (Case, Proof) {
    let mut case = Case::closed();
    let account = account_scope("acct");
    case.assign("a", DATA_READER, "ana", &account);
    case.facts.deny_assignments.push(worlds::deny("d", deny_reads(), vec![worlds::everyone()], &account));
    change(&mut case);
    let proof = case.read();
    (case, proof)
}

#[test]
fn a_deny_for_everyone_blocks_whatever_grants() {
    let (case, proof) = denied_by(|_| {});
    assert_eq!(proof.verdict(), Denied);
    assert_eq!(cited(&proof, Denied, DENY_ASSIGNMENT), [deny_id(&account_scope("acct"), "d")]);
    assert_eq!(cited(&proof, Allowed, ROLE_ASSIGNMENT), [assignment_id(&account_scope("acct"), "a")], "the grant is still shown");
    let parts = case.parts("ana");
    assert_eq!(parts.not_denied(), Denied);
    let ana = ObjectId::new("ana");
    let alone: Proof = case.with(|cx, target| data_not_denied(cx, &cx.snapshot.identities(&ana), Operation::Read, target));
    assert_eq!((alone.verdict(), cited(&alone, Denied, DENY_ASSIGNMENT).len()), (Denied, 1));
}

#[test]
fn a_deny_spares_whom_it_excludes() {
    let exclude = |id: &'static str| {
        move |case: &mut Case| case.facts.deny_assignments[0].exclude_principals.push(worlds::deny_principal(id, PrincipalHint::Unknown))
    };
    let (_, proof) = denied_by(exclude("ana"));
    assert_eq!(proof.verdict(), Allowed);
    assert_eq!(says(&proof, &deny_id(&account_scope("acct"), "d")), "it excludes the principal");
    let (mut case, proof) = denied_by(exclude("g1"));
    assert_eq!(proof.verdict(), Denied);
    case.member_of(&["g1"]);
    assert_eq!(case.read().verdict(), Allowed);
    case.facts.memberships.clear();
    case.forget(What::Memberships, "ana");
    let proof = case.read();
    assert_eq!(proof.verdict(), Undetermined);
    assert_eq!(missing(&proof), [(What::Memberships, "ana".to_owned())]);
    assert_eq!(cited(&proof, Undetermined, DENY_ASSIGNMENT), [deny_id(&account_scope("acct"), "d")]);
}

#[test]
fn a_deny_for_a_group_may_block_while_memberships_are_unknown() {
    let name = |case: &mut Case| case.facts.deny_assignments[0].principals = vec![worlds::deny_principal("g1", PrincipalHint::Group)];
    let (mut case, proof) = denied_by(name);
    assert_eq!(proof.verdict(), Allowed);
    case.member_of(&["g1"]);
    assert_eq!(case.read().verdict(), Denied);
    case.facts.memberships.clear();
    case.forget(What::Memberships, "ana");
    assert_eq!(case.read().verdict(), Undetermined);
    case.facts.role_assignments.clear();
    assert_eq!(case.read().verdict(), Denied, "nothing grants, blocked or not");
}

#[test]
fn a_deny_may_apply_to_its_own_scope_only() {
    let mut case = Case::closed();
    let account = account_scope("acct");
    case.assign("a", OWNER, "ana", &account);
    case.facts.deny_assignments.push(worlds::deny(
        "d",
        worlds::permission(&["*"], &["*/read"], &["*"], &[]),
        vec![worlds::everyone()],
        &account,
    ));
    case.facts.deny_assignments[0].do_not_apply_to_child_scopes = true;
    assert_eq!(cited(&case.manage(LIST_KEYS), Denied, DENY_ASSIGNMENT), [deny_id(&account, "d")]);
    assert_eq!(case.manage("Microsoft.Storage/storageAccounts/read").verdict(), Allowed, "its notActions let reads through");
    case.assign("b", DATA_READER, "ana", &account);
    assert_eq!(case.read().verdict(), Allowed, "the container is a child scope");
}

#[test]
fn a_deny_at_a_management_group_may_block_while_the_chain_is_unknown() {
    let prod = Scope::management_group("prod");
    let (mut case, proof) = denied_by(|case| {
        case.facts.deny_assignments[0] = worlds::deny("d", deny_reads(), vec![worlds::everyone()], &Scope::management_group("prod"));
        case.under(None);
    });
    assert_eq!(proof.verdict(), Undetermined);
    assert_eq!(cited(&proof, Undetermined, DENY_ASSIGNMENT), [deny_id(&prod, "d")]);
    case.under(Some(&["prod"]));
    assert_eq!(case.read().verdict(), Denied);
    case.under(Some(&[]));
    assert_eq!(case.read().verdict(), Allowed);
}

#[test]
fn a_condition_on_a_deny_leaves_it_open() {
    let (_, proof) = denied_by(|case| case.facts.deny_assignments[0].condition = Some(worlds::UNDECIDED.to_owned()));
    assert_eq!(proof.verdict(), Undetermined);
    assert_eq!(missing(&proof), [(What::OpenQuestion, "deny-condition".to_owned())]);
}

#[test]
fn denies_that_were_not_listed_leave_a_grant_open_and_a_denial_closed() {
    let mut case = Case::closed();
    let account = account_scope("acct");
    case.forget(What::DenyAssignments, account.as_str());
    assert_eq!(case.read().verdict(), Denied, "nothing grants");
    case.assign("a", DATA_READER, "ana", &account);
    let proof = case.read();
    assert_eq!(proof.verdict(), Undetermined);
    assert_eq!(missing(&proof), [(What::DenyAssignments, case.container().to_string())]);
    let because = proof.missing().into_iter().next().and_then(|missing| missing.because);
    assert_eq!(because.as_deref(), Some("403 AuthorizationFailed"));
}

// Data on a hierarchical namespace.

#[test]
fn the_super_user_action_grants_only_on_a_hierarchical_namespace() {
    for (account, wanted) in [("lake", Allowed), ("acct", Denied)] {
        let mut case = Case { account, ..Case::closed() };
        case.define("super", worlds::permission(&[], &[], &[worlds::SUPER_USER], &[]));
        case.assign("a", "super", "ana", &account_scope(account));
        let proof = case.read();
        assert_eq!(proof.verdict(), wanted);
        assert_eq!(cited(&proof, wanted, ROLE_ASSIGNMENT), [assignment_id(&account_scope(account), "a")]);
    }
}

#[test]
fn denies_count_for_each_data_action_apart() {
    let mut case = Case::closed().on_lake();
    let account = account_scope("lake");
    case.assign("a", DATA_READER, "ana", &account);
    case.facts.deny_assignments.push(worlds::deny(
        "d",
        worlds::permission(&[], &[], &[worlds::SUPER_USER], &[]),
        vec![worlds::everyone()],
        &account,
    ));
    let parts = case.parts("ana");
    assert_eq!(parts.not_denied(), Denied, "an ACL's effect would not be documented");
    let proof = parts.together(|| "it is permitted".to_owned());
    assert_eq!(proof.verdict(), Allowed, "reading itself is not blocked");
    case.facts.deny_assignments[0].permissions = vec![worlds::permission(&[], &[], &["*/blobs/*"], &[])];
    assert_eq!(case.read().verdict(), Denied);
}

#[test]
fn one_action_of_the_data_plane_can_be_asked_about() {
    let mut case = Case::closed();
    case.define("tags", worlds::permission(&[], &[], &["*/tags/read"], &[]));
    case.assign("a", "tags", "ana", &account_scope("acct"));
    let (ana, tags) = (ObjectId::new("ana"), Action::new("Microsoft.Storage/storageAccounts/blobServices/containers/blobs/tags/read"));
    let ask = |plane| case.with(|cx, _| one_action::<Verdict>(cx, &cx.snapshot.identities(&ana), &tags, plane, &case.container()).granted);
    assert_eq!((ask(Plane::Data), ask(Plane::Management)), (Allowed, Denied));
}

// Near misses that belong to others.

#[test]
fn a_grant_to_the_application_id_is_named() {
    let mut case = Case::closed();
    let account = account_scope("acct");
    let app = Some(AppId::new("app-id"));
    let object = |id, kind| DirectoryObject { app_id: app.clone(), ..worlds::directory_object(id, kind) };
    case.facts.directory.insert(ObjectId::new("sp"), object("sp", PrincipalKind::ServicePrincipal));
    case.facts.directory.insert(ObjectId::new("registration"), object("registration", PrincipalKind::Application));
    case.assign("by-app-id", DATA_READER, "app-id", &account);
    case.assign("by-registration", DATA_READER, "registration", &account);
    let proof = case.read_by("sp");
    assert_eq!(proof.verdict(), Denied);
    assert!(says(&proof, &assignment_id(&account, "by-app-id")).contains("the application id, not to the service principal sp"));
    assert!(says(&proof, &assignment_id(&account, "by-registration")).contains("the app registration"));
}

#[test]
fn what_another_identity_holds_is_named_with_whose_identity_it_is() {
    let mut case = Case::closed();
    let account = account_scope("acct");
    let id = Scope::new("/subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws");
    let principal_id = Some(ObjectId::new("ws-mi"));
    let identity = Identity { identity_type: IdentityType::SystemAssigned, principal_id, ..Identity::none() };
    case.facts.workspaces.insert(id.clone(), workspace(id, identity));
    case.assign("a", DATA_READER, "ws-mi", &account).principal_hint = PrincipalHint::ServicePrincipal;
    case.assign("far", DATA_READER, "someone", &Scope::root());
    let proof = case.read();
    assert_eq!(proof.verdict(), Denied);
    assert_eq!(cited(&proof, Denied, ROLE_ASSIGNMENT), [assignment_id(&account, "a")]);
    assert_eq!(says(&proof, &assignment_id(&account, "a")), "is held by ws-mi (identity of workspace `ws`), not by ana");
}

fn workspace(id: Scope, identity: Identity) -> Workspace {
    Workspace {
        id,
        workspace_id: None,
        location: None,
        kind: None,
        storage_account: None,
        identity,
        system_datastores_auth_mode: None,
        customer_managed_key: false,
        public_network_access: None,
        hbi: None,
        v1_legacy_mode: None,
        isolation_mode: None,
        outbound_rules: None,
        tenant_id: None,
    }
}

#[test]
fn likelier_causes_come_first_and_beyond_twelve_only_the_number_is_told() {
    let mut case = Case::closed();
    let account = account_scope("acct");
    for at in 10..30 {
        case.define(&format!("r{at}"), worlds::permission(&["*/read"], &[], &[], &[]));
        case.assign(&format!("a{at}"), &format!("r{at}"), "ana", &account);
    }
    let ended = case.assign("ended", DATA_READER, "ana", &Scope::root()).clone();
    case.facts.assignment_instances.push(worlds::instance("i", &ended, None, Some(NOW - Duration::HOUR)));
    let proof = case.read();
    let denied: Vec<&str> = proof.leaves().into_iter().filter(|(_, verdict, _)| *verdict == Denied).map(|(claim, _, _)| claim).collect();
    assert_eq!(denied.len(), 14, "twelve, the rest, and the complete list: {denied:#?}");
    assert!(denied[0].contains("Storage Blob Data Reader"), "{denied:#?}");
    assert_eq!(denied[12], "and 9 more");
    assert_eq!(cited(&proof, Denied, EvidenceKind::ScheduleInstance).len(), 1);
}

#[test]
fn of_many_grants_that_all_miss_the_same_a_dozen_are_listed() {
    let mut case = Case::closed();
    case.forget(What::Memberships, "ana");
    for at in 10..30 {
        case.assign(&format!("a{at}"), DATA_READER, &format!("g{at}"), &account_scope("acct"));
    }
    let proof = case.read();
    assert_eq!(proof.verdict(), Undetermined);
    assert_eq!(cited(&proof, Undetermined, ROLE_ASSIGNMENT).len(), 12);
    assert_eq!(missing(&proof), [(What::Memberships, "ana".to_owned())]);
    let claims: Vec<&str> = proof.leaves().into_iter().map(|(claim, _, _)| claim).collect();
    assert!(claims.contains(&"one of 8 more role assignments to groups that ana may be a member of grants it"), "{claims:#?}");
}
