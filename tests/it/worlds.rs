//! Seeded worlds: small tenants in which names, scopes and groups collide often, with facts left out and look-ups failed.
//!
//! The same seed gives the same world. Names are few on purpose: with many, random facts would never meet.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "helpers of tests fail by panicking")]

use canread::model::{
    Action, ActionPattern, AppId, AssignmentScheduleInstance, Container, CoverageRecord, DenyAssignment, DenyPrincipal, DirectoryObject,
    EligibilityScheduleInstance, Facts, GapRecord, ObjectId, Permission, Plane, PrincipalHint, PrincipalKind, PublicNetworkAccess,
    RoleAssignment, RoleDefinition, RoleId, RoleType, Scope, StorageAccount, Subscription, SubscriptionId, TenantId, Timestamp, What,
};
use std::collections::{BTreeMap, BTreeSet};
use time::Duration;

/// SplitMix64.
#[derive(Clone, Debug)]
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: u64) -> Self {
        Rng(seed)
    }
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    /// In `0..n`.
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }
    /// True `percent` times out of a hundred.
    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        let at = self.below(items.len() as u64) as usize;
        &items[at]
    }
}

/// The moment the worlds turn about.
pub(crate) const NOW: Timestamp = time::macros::datetime!(2026-11-22 10:00 UTC);
/// Text that no parser of conditions takes, so that it stays undecided whatever evaluates conditions.
pub(crate) const UNDECIDED: &str = "(@Resource[";

pub(crate) const BLOBS_READ: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read";
pub(crate) const SUPER_USER: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/runAsSuperUser/action";
pub(crate) const LIST_KEYS: &str = "Microsoft.Storage/storageAccounts/listKeys/action";
pub(crate) const WORKSPACE_READ: &str = "Microsoft.MachineLearningServices/workspaces/read";

pub(crate) const DATA_READER: &str = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1";
pub(crate) const DATA_OWNER: &str = "b7e6dc6d-f1e8-4753-8033-0f276bb0955b";
pub(crate) const READER: &str = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
pub(crate) const OWNER: &str = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";

pub(crate) const SUBSCRIPTIONS: [&str; 2] = ["11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"];
const GROUPS: [&str; 4] = ["g1", "g2", "g3", "g4"];
pub(crate) const PEOPLE: [&str; 4] = ["ana", "bo", "app-sp", "cluster-mi"];
/// Account, subscription index, resource group, hierarchical namespace.
pub(crate) const ACCOUNTS: [(&str, usize, &str, bool); 3] = [("acct", 0, "rg", false), ("acct2", 0, "rg-2", true), ("lake", 1, "rg", true)];
pub(crate) const CONTAINERS: [&str; 2] = ["c1", "c10"];
const MANAGEMENT_GROUPS: [&str; 3] = ["tenant-root", "prod", "dev"];
/// Custom roles that the generator may leave out of the snapshot.
pub(crate) const CUSTOM_ROLES: [&str; 7] = ["wild", "minus", "two-entries", "conditional", "middle-star", "doubtful-minus", "keys"];

pub(crate) fn account_scope(account: &str) -> Scope {
    let (name, subscription, group, _) = ACCOUNTS.iter().find(|(name, ..)| *name == account).expect("an account of the worlds");
    let subscription = SUBSCRIPTIONS[*subscription];
    Scope::new(&format!("/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Storage/storageAccounts/{name}"))
}

pub(crate) fn container_of(account: &str, container: &str) -> Scope {
    account_scope(account).join(&format!("blobServices/default/containers/{container}"))
}

/// Every scope that assignments of the worlds may have.
pub(crate) fn scopes() -> Vec<Scope> {
    let mut all = vec![Scope::root()];
    all.extend(MANAGEMENT_GROUPS.iter().map(|name| Scope::management_group(name)));
    for subscription in SUBSCRIPTIONS {
        all.push(Scope::new(&format!("/subscriptions/{subscription}")));
        all.extend(["rg", "rg-2"].iter().map(|group| Scope::new(&format!("/SUBSCRIPTIONS/{subscription}/resourcegroups/{group}"))));
    }
    for (account, ..) in ACCOUNTS {
        all.push(account_scope(account));
        all.extend(CONTAINERS.iter().map(|container| container_of(account, container)));
    }
    all
}

fn patterns(texts: &[&str]) -> Vec<ActionPattern> {
    texts.iter().map(|text| ActionPattern::new(text)).collect()
}

pub(crate) fn permission(actions: &[&str], not_actions: &[&str], data: &[&str], not_data: &[&str]) -> Permission {
    Permission {
        actions: patterns(actions),
        not_actions: patterns(not_actions),
        data_actions: patterns(data),
        not_data_actions: patterns(not_data),
        condition: None,
    }
}

pub(crate) fn role(id: &str, name: &str, permissions: Vec<Permission>) -> RoleDefinition {
    let arm_id = Scope::new(&format!("/providers/Microsoft.Authorization/roleDefinitions/{id}"));
    RoleDefinition { id: RoleId::new(id), arm_id, name: name.to_owned(), role_type: RoleType::Custom, permissions }
}

fn custom_role(id: &str) -> RoleDefinition {
    let storage = "Microsoft.Storage/storageAccounts/*";
    let permissions = match id {
        "wild" => vec![permission(&["*/read"], &[], &["*/blobs/*"], &[])],
        "minus" => vec![permission(&["*"], &["*/listKeys/*"], &["microsoft.storage/*"], &["*/BLOBS/read"])],
        "two-entries" => vec![permission(&[], &[], &["*"], &["*/blobs/*"]), permission(&[storage], &[], &["*/blobs/read"], &[])],
        "conditional" => {
            let conditional = permission(&["*"], &[], &["*"], &[]);
            let plain = permission(&["*/write"], &[], &["*/runAsSuperUser/action"], &[]);
            vec![Permission { condition: Some(UNDECIDED.to_owned()), ..conditional }, plain]
        }
        "middle-star" => vec![permission(&["Microsoft.MachineLearningServices/workspaces/*/read"], &[], &[], &[])],
        "doubtful-minus" => vec![permission(&["*"], &["Microsoft.MachineLearningServices/*/workspaces/*/read", "*/listkeys/*"], &[], &[])],
        _ => vec![permission(&["Microsoft.Storage/storageAccounts/listkeys/action"], &[], &[], &[])],
    };
    role(id, id, permissions)
}

pub(crate) fn assignment(id: &str, role: &str, principal: &str, scope: &Scope) -> RoleAssignment {
    RoleAssignment {
        id: scope.join(&format!("providers/Microsoft.Authorization/roleAssignments/{id}")),
        role: RoleId::new(role),
        role_arm_id: Scope::new(&format!("/providers/Microsoft.Authorization/roleDefinitions/{role}")),
        principal: ObjectId::new(principal),
        principal_hint: PrincipalHint::Unknown,
        scope: scope.clone(),
        condition: None,
        condition_version: None,
        created_on: None,
        updated_on: None,
    }
}

pub(crate) fn deny(id: &str, permission: Permission, principals: Vec<DenyPrincipal>, scope: &Scope) -> DenyAssignment {
    DenyAssignment {
        id: scope.join(&format!("providers/Microsoft.Authorization/denyAssignments/{id}")),
        name: id.to_owned(),
        permissions: vec![permission],
        scope: scope.clone(),
        do_not_apply_to_child_scopes: false,
        principals,
        exclude_principals: Vec::new(),
        is_system_protected: true,
        condition: None,
    }
}

pub(crate) fn deny_principal(id: &str, hint: PrincipalHint) -> DenyPrincipal {
    DenyPrincipal { id: ObjectId::new(id), hint, everyone: false }
}

pub(crate) fn everyone() -> DenyPrincipal {
    DenyPrincipal { id: ObjectId::new("00000000-0000-0000-0000-000000000000"), hint: PrincipalHint::Unknown, everyone: true }
}

pub(crate) fn directory_object(id: &str, kind: PrincipalKind) -> DirectoryObject {
    DirectoryObject {
        id: ObjectId::new(id),
        kind: Some(kind),
        display_name: None,
        app_id: None,
        user_principal_name: None,
        mail: None,
        account_enabled: None,
        app_owner_tenant: None,
        password_credentials: None,
        key_credentials: None,
        created: None,
        custom_security_attributes: None,
    }
}

pub(crate) fn storage_account(name: &str, id: &Scope, hns: bool) -> StorageAccount {
    StorageAccount {
        id: id.clone(),
        name: name.to_owned(),
        is_hns_enabled: hns,
        allow_shared_key_access: true,
        allow_blob_public_access: Some(false),
        public_network_access: PublicNetworkAccess::Enabled,
        network_rules: None,
        private_endpoint_connections: None,
        minimum_tls_version: None,
        sas_policy: None,
        key_expiration_days: None,
        key_creation_time: BTreeMap::new(),
        customer_managed_key: false,
        status_of_primary: None,
        provisioning_state: None,
        location: None,
        primary_endpoints: BTreeMap::new(),
        default_to_oauth: None,
        kind: None,
    }
}

pub(crate) fn coverage(what: What, scope: &str) -> CoverageRecord {
    CoverageRecord { what, scope: scope.to_owned(), principal: None, below: false }
}

pub(crate) fn gap(what: What, scope: &str) -> GapRecord {
    let code = Some("AuthorizationFailed".to_owned());
    GapRecord { what, scope: scope.to_owned(), principal: None, below: false, status: Some(403), code, message: None, needs: None }
}

pub(crate) fn instance(id: &str, of: &RoleAssignment, start: Option<Timestamp>, end: Option<Timestamp>) -> AssignmentScheduleInstance {
    AssignmentScheduleInstance {
        id: of.scope.join(&format!("providers/Microsoft.Authorization/roleAssignmentScheduleInstances/{id}")),
        origin_role_assignment: Some(of.id.clone()),
        assignment_type: None,
        principal: of.principal.clone(),
        role: of.role.clone(),
        scope: of.scope.clone(),
        start,
        end,
    }
}

pub(crate) fn eligibility(id: &str, role: &str, principal: &str, scope: &Scope) -> EligibilityScheduleInstance {
    EligibilityScheduleInstance {
        id: scope.join(&format!("providers/Microsoft.Authorization/roleEligibilityScheduleInstances/{id}")),
        principal: ObjectId::new(principal),
        role: RoleId::new(role),
        scope: scope.clone(),
        start: None,
        end: None,
        condition: None,
    }
}

/// A closed world without anything in it but the accounts, containers and their subscriptions.
pub(crate) fn closed() -> Facts {
    let mut facts = Facts::default();
    facts.header.tenant_id = Some(TenantId::new("tenant"));
    facts.coverage.push(coverage(What::Everything, ""));
    for (name, _, _, hns) in ACCOUNTS {
        let id = account_scope(name);
        facts.storage_accounts.insert(name.to_owned(), storage_account(name, &id, hns));
        for container in CONTAINERS {
            let scope = container_of(name, container);
            let (account, name) = (name.to_owned(), container.to_owned());
            let record = Container {
                id: scope,
                account: account.clone(),
                name: name.clone(),
                public_access: None,
                deleted: false,
                default_encryption_scope: None,
            };
            facts.containers.insert((account, name), record);
        }
    }
    facts
}

/// A random world in which everything is known: closed, every custom role there, every membership line written.
pub(crate) fn complete(rng: &mut Rng) -> Facts {
    let mut facts = closed();
    for id in SUBSCRIPTIONS {
        let mut chain: Vec<Scope> = MANAGEMENT_GROUPS.iter().filter(|_| rng.chance(50)).map(|name| Scope::management_group(name)).collect();
        chain.reverse();
        let id = SubscriptionId::new(id);
        facts.subscriptions.insert(id.clone(), Subscription { id, state: None, tenant_id: None, management_groups: Some(chain) });
    }
    for id in CUSTOM_ROLES {
        facts.role_definitions.insert(RoleId::new(id), custom_role(id));
    }
    populate(rng, &mut facts);
    let scopes = scopes();
    for at in 0..3 + rng.below(12) {
        let one = random_assignment(rng, &format!("a{at}"), &scopes);
        for n in 0..random_windows(rng) {
            let (start, end) = random_window(rng);
            facts.assignment_instances.push(instance(&format!("i{at}-{n}"), &one, start, end));
        }
        facts.role_assignments.push(one);
    }
    for at in 0..rng.below(3) {
        let eligible = random_assignment(rng, "unused", &scopes);
        facts.eligibility_instances.push(eligibility(
            &format!("e{at}"),
            eligible.role.as_str(),
            eligible.principal.as_str(),
            &eligible.scope,
        ));
    }
    for at in 0..rng.below(3) {
        facts.deny_assignments.push(random_deny(rng, &format!("d{at}"), &scopes));
    }
    facts
}

/// Directory and nested groups.
fn populate(rng: &mut Rng, facts: &mut Facts) {
    let kinds = [PrincipalKind::User, PrincipalKind::User, PrincipalKind::ServicePrincipal, PrincipalKind::ManagedIdentity];
    let objects = PEOPLE.iter().zip(kinds).chain(GROUPS.iter().map(|id| (id, PrincipalKind::Group)));
    for (id, kind) in objects {
        let app_id = (kind == PrincipalKind::ServicePrincipal).then(|| AppId::new("app-id"));
        if rng.chance(70) {
            facts.directory.insert(ObjectId::new(id), DirectoryObject { app_id, ..directory_object(id, kind) });
        }
    }
    // Parents have a higher number, so there is no cycle; then the closure, for lines are transitive.
    let mut parents: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (at, id) in GROUPS.iter().enumerate().rev() {
        let direct: Vec<&str> = GROUPS[at + 1..].iter().copied().filter(|_| rng.chance(30)).collect();
        let above = direct.iter().flat_map(|parent| parents[parent].iter().copied()).collect::<Vec<_>>();
        parents.insert(id, direct.into_iter().chain(above).collect());
    }
    for id in PEOPLE {
        let direct: Vec<&str> = GROUPS.iter().copied().filter(|_| rng.chance(25)).collect();
        let all = direct.iter().flat_map(|group| parents[group].iter().copied()).chain(direct.iter().copied());
        facts.memberships.insert(ObjectId::new(id), all.map(ObjectId::new).collect());
    }
}

fn random_principal(rng: &mut Rng) -> (&'static str, PrincipalHint) {
    let (id, right) = if rng.chance(50) {
        (*rng.pick(&GROUPS), PrincipalHint::Group)
    } else {
        (*rng.pick(&PEOPLE), *rng.pick(&[PrincipalHint::User, PrincipalHint::ServicePrincipal]))
    };
    (id, if rng.chance(25) { PrincipalHint::Unknown } else { right })
}

pub(crate) fn random_assignment(rng: &mut Rng, id: &str, scopes: &[Scope]) -> RoleAssignment {
    let roles = [&CUSTOM_ROLES[..], &[DATA_READER, DATA_READER, DATA_OWNER, READER, OWNER, "never-collected"]].concat();
    let (principal, hint) = random_principal(rng);
    let role = *rng.pick(&roles);
    let mut one = assignment(id, role, principal, rng.pick(scopes));
    one.principal_hint = hint;
    one.condition = rng.chance(15).then(|| UNDECIDED.to_owned());
    one
}

pub(crate) fn random_deny(rng: &mut Rng, id: &str, scopes: &[Scope]) -> DenyAssignment {
    let permissions = [
        permission(&["*"], &["*/read"], &[], &[]),
        permission(&[], &[], &["*/blobs/read"], &[]),
        permission(&["*/listKeys/action"], &[], &["*"], &["*/blobs/read"]),
        permission(&["*/workspaces/*/read"], &[], &[], &[]),
        permission(&["*"], &["*/workspaces/*/read"], &["*"], &[]),
        Permission { condition: Some(UNDECIDED.to_owned()), ..permission(&["*"], &[], &["*"], &[]) },
    ];
    let named = |percent: u64, rng: &mut Rng| -> Vec<DenyPrincipal> {
        let mut list = Vec::new();
        while rng.chance(percent) {
            let (id, hint) = random_principal(rng);
            list.push(deny_principal(id, hint));
        }
        list
    };
    let mut one = deny(id, rng.pick(&permissions).clone(), named(60, rng), rng.pick(scopes));
    if rng.chance(40) {
        one.principals.push(everyone());
    }
    one.exclude_principals = named(35, rng);
    one.do_not_apply_to_child_scopes = rng.chance(30);
    one.condition = rng.chance(10).then(|| UNDECIDED.to_owned());
    one
}

fn random_windows(rng: &mut Rng) -> u64 {
    if rng.chance(70) { 0 } else { 1 + rng.below(3) }
}

/// Bounds on whole hours, at most ten from now.
fn random_window(rng: &mut Rng) -> (Option<Timestamp>, Option<Timestamp>) {
    let start = rng.below(16) as i64 - 10;
    let end = start + 1 + rng.below(10) as i64;
    let at = |hour: i64| NOW + Duration::hours(hour);
    (rng.chance(80).then(|| at(start)), rng.chance(80).then(|| at(end)))
}

/// A random world of which parts were not collected and some look-ups failed.
pub(crate) fn partial(rng: &mut Rng) -> Facts {
    let mut facts = complete(rng);
    let scopes = scopes();
    if rng.chance(70) {
        facts.coverage.clear();
        for what in [What::RoleAssignments, What::DenyAssignments, What::ScheduleInstances] {
            for scope in scopes.iter().filter(|scope| !scope.is_root()) {
                if rng.chance(22) {
                    let principal = rng.chance(40).then(|| ObjectId::new(rng.pick::<&str>(&PEOPLE)));
                    facts.coverage.push(CoverageRecord { principal, ..coverage(what, scope.as_str()) });
                }
            }
        }
    }
    for id in PEOPLE {
        if rng.chance(25) {
            facts.memberships.remove(&ObjectId::new(id));
            if rng.chance(40) {
                facts.gaps.push(gap(What::Memberships, id));
            }
        }
    }
    for id in SUBSCRIPTIONS {
        if rng.chance(20) {
            facts.subscriptions.remove(&SubscriptionId::new(id));
            facts.gaps.push(gap(What::Subscription, id));
        } else if rng.chance(10) {
            facts.subscriptions.entry(SubscriptionId::new(id)).and_modify(|record| record.management_groups = None);
        }
    }
    for id in CUSTOM_ROLES {
        if rng.chance(8) {
            facts.role_definitions.remove(&RoleId::new(id));
        }
    }
    for what in [What::RoleAssignments, What::DenyAssignments, What::ScheduleInstances, What::Everything] {
        if rng.chance(5) {
            let ids = [&PEOPLE[..], &GROUPS[..]].concat();
            let principal = rng.chance(50).then(|| ObjectId::new(rng.pick::<&str>(&ids)));
            facts.gaps.push(GapRecord { principal, ..gap(what, rng.pick(&scopes).as_str()) });
        }
    }
    facts
}

/// A question of the worlds about one action.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) principal: ObjectId,
    pub(crate) action: Action,
    pub(crate) plane: Plane,
    pub(crate) resource: Scope,
    pub(crate) at: Timestamp,
    pub(crate) until: Timestamp,
}

pub(crate) fn question(rng: &mut Rng) -> Question {
    let (account, ..) = *rng.pick(&ACCOUNTS);
    let (action, plane) = *rng.pick(&[
        (BLOBS_READ, Plane::Data),
        (BLOBS_READ, Plane::Data),
        (SUPER_USER, Plane::Data),
        (LIST_KEYS, Plane::Management),
        (WORKSPACE_READ, Plane::Management),
        ("Microsoft.Storage/storageAccounts/READ", Plane::Management),
    ]);
    let resource = match plane {
        Plane::Data => container_of(account, rng.pick::<&str>(&CONTAINERS)),
        Plane::Management if rng.chance(70) => account_scope(account),
        Plane::Management => {
            let below: Vec<Scope> = scopes().into_iter().filter(|scope| scope.subscription().is_some()).collect();
            rng.pick(&below).clone()
        }
    };
    let until = NOW + Duration::hours(*rng.pick(&[0, 0, 3]));
    Question { principal: ObjectId::new(rng.pick::<&str>(&PEOPLE)), action: Action::new(action), plane, resource, at: NOW, until }
}
