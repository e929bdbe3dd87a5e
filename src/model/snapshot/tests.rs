//! Every look-up rule of the contract's `what` table.

use super::*;

const SUBSCRIPTION: &str = "/subscriptions/11111111-1111-1111-1111-111111111111";
const ACCOUNT: &str =
    "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/acct";
const WORKSPACE: &str =
    "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/w";
const ANA: &str = "aaaaaaaa-0000-0000-0000-000000000001";
const BEN: &str = "bbbbbbbb-0000-0000-0000-000000000002";

fn covered(what: What, scope: &str) -> CoverageRecord {
    CoverageRecord { what, scope: scope.to_owned(), principal: None, below: false }
}

fn failed(what: What, scope: &str) -> GapRecord {
    GapRecord { what, scope: scope.to_owned(), principal: None, below: false, status: Some(403), code: None, message: None, needs: None }
}

fn snapshot(coverage: Vec<CoverageRecord>, gaps: Vec<GapRecord>) -> Snapshot {
    Snapshot::new(Facts { coverage, gaps, ..Facts::default() })
}

fn with_chain(mut facts: Facts, chain: Option<&[&str]>) -> Facts {
    let id = SubscriptionId::new("11111111-1111-1111-1111-111111111111");
    let management_groups = chain.map(|groups| groups.iter().map(|group| Scope::management_group(group)).collect());
    let record = Subscription { id: id.clone(), state: Some("Enabled".to_owned()), tenant_id: None, management_groups };
    facts.subscriptions.insert(id, record);
    facts
}

/// `complete`, `gap` or `unknown`.
fn word(lookup: Lookup<'_>) -> &'static str {
    match lookup {
        Lookup::Complete(_) => "complete",
        Lookup::Gap(_) => "gap",
        Lookup::NotCollected => "unknown",
    }
}

fn found<T>(found: Found<'_, T>) -> &'static str {
    match found {
        Found::Here(_) => "here",
        Found::Absent(_) => "absent",
        Found::Missing(missing) if missing.because.is_some() => "gap",
        Found::Missing(_) => "unknown",
    }
}

fn assignments(snapshot: &Snapshot, scope: &str, principal: Option<&str>) -> &'static str {
    let principal = principal.map(ObjectId::new);
    word(snapshot.assignments_lookup(What::RoleAssignments, &Scope::new(scope), principal.as_ref()))
}

#[test]
fn assignment_coverage_reaches_at_above_and_below_its_scope() {
    let group = format!("{SUBSCRIPTION}/resourceGroups/RG");
    let s = snapshot(vec![covered(What::RoleAssignments, &group)], vec![]);
    let container = format!("{ACCOUNT}/blobServices/default/containers/c");
    for scope in [group.as_str(), ACCOUNT, &container, SUBSCRIPTION, "/"] {
        assert_eq!(assignments(&s, scope, None), "complete", "{scope}");
    }
    for scope in [format!("{SUBSCRIPTION}/resourceGroups/rg-2"), "/subscriptions/2".to_owned(), format!("{group}2/providers/x/y/z")] {
        assert_eq!(assignments(&s, &scope, None), "unknown", "{scope}");
    }
    let deny = word(s.assignments_lookup(What::DenyAssignments, &Scope::new(ACCOUNT), None));
    assert_eq!(deny, "unknown", "one kind says nothing of another");
}

#[test]
fn coverage_for_a_principal_settles_only_that_principal() {
    let mut record = covered(What::RoleAssignments, ACCOUNT);
    record.principal = Some(ObjectId::new(ANA));
    let s = snapshot(vec![record], vec![]);
    assert_eq!(assignments(&s, ACCOUNT, Some(ANA)), "complete");
    assert_eq!(assignments(&s, ACCOUNT, Some(BEN)), "unknown");
    assert_eq!(assignments(&s, ACCOUNT, None), "unknown");
}

#[test]
fn a_gap_on_the_line_outweighs_coverage() {
    let everything = || vec![covered(What::RoleAssignments, SUBSCRIPTION), covered(What::Everything, "")];
    let s = snapshot(everything(), vec![failed(What::RoleAssignments, ACCOUNT)]);
    assert_eq!(assignments(&s, ACCOUNT, Some(ANA)), "gap");
    assert_eq!(assignments(&s, &format!("{ACCOUNT}/blobServices/default/containers/c"), None), "gap");
    assert_eq!(assignments(&s, SUBSCRIPTION, None), "gap");
    assert_eq!(assignments(&s, &format!("{ACCOUNT}2"), None), "complete", "a neighbour is not on the line");

    let mut bound = failed(What::RoleAssignments, ACCOUNT);
    bound.principal = Some(ObjectId::new(ANA));
    let s = snapshot(everything(), vec![bound]);
    assert_eq!(assignments(&s, ACCOUNT, Some(ANA)), "gap");
    assert_eq!(assignments(&s, ACCOUNT, Some(BEN)), "complete");
    assert_eq!(assignments(&s, ACCOUNT, None), "gap", "a question about nobody in particular concerns everybody's gaps");

    let s = snapshot(everything(), vec![failed(What::Everything, "")]);
    assert_eq!(assignments(&s, ACCOUNT, None), "gap");
}

#[test]
fn a_management_group_counts_where_the_chain_says_so() {
    let group = "/providers/Microsoft.Management/managementGroups/Corp";
    let facts = |coverage, gaps| Facts { coverage, gaps, ..Facts::default() };
    let cover = || facts(vec![covered(What::RoleAssignments, group)], vec![]);
    let gap = || facts(vec![covered(What::RoleAssignments, ACCOUNT)], vec![failed(What::RoleAssignments, group)]);
    for (chain, covers, fails) in
        [(Some(&["team", "corp"][..]), "complete", "gap"), (Some(&["other"][..]), "unknown", "complete"), (None, "unknown", "gap")]
    {
        assert_eq!(assignments(&Snapshot::new(with_chain(cover(), chain)), ACCOUNT, None), covers, "{chain:?}");
        assert_eq!(assignments(&Snapshot::new(with_chain(gap(), chain)), ACCOUNT, None), fails, "{chain:?}");
    }
    let below = Snapshot::new(with_chain(facts(vec![covered(What::RoleAssignments, ACCOUNT)], vec![]), Some(&["corp"])));
    assert_eq!(assignments(&below, group, None), "complete", "a record below a group covers what is above it");
    assert_eq!(assignments(&Snapshot::new(cover()), ACCOUNT, None), "unknown", "no subscription record: chain unknown");

    let known = Snapshot::new(with_chain(Facts::default(), Some(&["corp", "root"])));
    let subscription = Scope::new(SUBSCRIPTION);
    let (keys, missing) = known.scopes_above(&subscription);
    assert_eq!(missing, None);
    assert_eq!(keys.iter().filter(|key| key.contains("managementgroups/")).count(), 2);
    assert_eq!(keys.last(), Some(&"/"));
    let unknown = Snapshot::new(with_chain(Facts::default(), None));
    assert_eq!(unknown.scopes_above(&Scope::new(ACCOUNT)).1.map(|missing| missing.what), Some(What::Subscription));
}

#[test]
fn role_definitions_listed_below_hold_those_assignable_above() {
    let s = snapshot(vec![covered(What::RoleDefinitions, ACCOUNT)], vec![]);
    assert_eq!(word(s.role_definitions_lookup(&Scope::new(SUBSCRIPTION))), "complete");
    let above = snapshot(vec![covered(What::RoleDefinitions, SUBSCRIPTION)], vec![]);
    assert_eq!(word(above.role_definitions_lookup(&Scope::new(ACCOUNT))), "unknown");
    let gap = snapshot(vec![covered(What::RoleDefinitions, ACCOUNT)], vec![failed(What::RoleDefinitions, SUBSCRIPTION)]);
    assert_eq!(word(gap.role_definitions_lookup(&Scope::new(ACCOUNT))), "gap");
}

#[test]
fn a_membership_line_is_complete_unless_its_look_up_failed() {
    let ana = ObjectId::new(ANA);
    let mut facts = Facts::default();
    facts.memberships.insert(ana.clone(), [ObjectId::new(BEN)].into());
    let s = Snapshot::new(facts.clone());
    assert!(s.identities(&ana).missing.is_none() && s.identities(&ana).contains(&ObjectId::new(&BEN.to_uppercase())));
    assert_eq!(s.identities(&ObjectId::new(BEN)).missing.map(|missing| missing.what), Some(What::Memberships));
    facts.gaps = vec![failed(What::Memberships, &ANA.to_uppercase())];
    assert!(Snapshot::new(facts).identities(&ana).missing.is_some());
    let covered_only = snapshot(vec![covered(What::Memberships, ANA)], vec![]);
    assert!(covered_only.identities(&ana).missing.is_none());
    assert!(snapshot(vec![covered(What::Everything, "")], vec![]).identities(&ana).missing.is_none());
}

#[test]
fn a_directory_object_is_found_by_object_id_or_its_service_principal_by_app_id() {
    let object = |id: &str, app: Option<&str>, kind| DirectoryObject {
        id: ObjectId::new(id),
        kind: Some(kind),
        display_name: None,
        app_id: app.map(AppId::new),
        user_principal_name: None,
        mail: None,
        account_enabled: None,
        app_owner_tenant: None,
        password_credentials: None,
        key_credentials: None,
        created: None,
        custom_security_attributes: None,
    };
    let app = "cccccccc-0000-0000-0000-000000000003";
    let registration = object(ANA, Some(app), PrincipalKind::Application);
    let principal = object(BEN, Some(app), PrincipalKind::ServicePrincipal);
    let mut facts = Facts { coverage: vec![covered(What::DirectoryObject, &app.to_uppercase())], ..Facts::default() };
    facts.directory.insert(registration.id.clone(), registration.clone());
    assert_eq!(found(Snapshot::new(facts.clone()).directory_object(app)), "absent", "a registration is no principal");
    facts.directory.insert(principal.id.clone(), principal.clone());
    let s = Snapshot::new(facts);
    assert_eq!(s.directory_object(app), Found::Here(&principal));
    assert_eq!(s.directory_object(ANA), Found::Here(&registration));
    assert_eq!(found(s.directory_object("dddddddd-0000-0000-0000-000000000004")), "unknown");
}

#[test]
fn a_subscription_has_the_contracts_defaults_under_coverage_only() {
    let id = SubscriptionId::new("11111111-1111-1111-1111-111111111111");
    let tenant = Some(TenantId::new(BEN));
    for coverage in [covered(What::Subscription, "11111111-1111-1111-1111-111111111111"), covered(What::Everything, "")] {
        let header = Header { tenant_id: tenant.clone(), ..Header::default() };
        let s = Snapshot::new(Facts { header, coverage: vec![coverage], ..Facts::default() });
        let state = s.subscription(&id);
        assert_eq!((state.state, state.recorded), (Known::Known("Enabled".to_owned()), false));
        assert_eq!((state.tenant, state.chain), (Known::Known(tenant.clone()), Known::Known(vec![])));
    }
    let state = Snapshot::new(Facts::default()).subscription(&id);
    assert!(state.state.value().is_none() && state.tenant.value().is_none() && state.chain.value().is_none());
    let mut facts = with_chain(Facts::default(), None);
    facts.coverage = vec![covered(What::Everything, "")];
    let state = Snapshot::new(facts).subscription(&id);
    assert!(state.recorded && state.chain.value().is_none(), "a line without the key says that the chain is unknown");
}

#[test]
fn workspace_and_data_coverage_reach_their_own_kinds_only() {
    let kinds = [
        ("computes/c", "complete", "unknown"),
        ("batchEndpoints/e", "complete", "unknown"),
        ("batchEndpoints/e/deployments/d", "complete", "unknown"),
        ("datastores/d", "complete", "unknown"),
        ("data/n", "unknown", "complete"),
        ("data/n/versions/1", "unknown", "complete"),
        ("components/n/versions/1", "unknown", "unknown"),
    ];
    let by_workspace = snapshot(vec![covered(What::Workspace, &WORKSPACE.to_uppercase())], vec![]);
    let by_data = snapshot(vec![covered(What::Data, WORKSPACE)], vec![]);
    for (kind, workspace, data) in kinds {
        let id = Scope::new(&format!("{WORKSPACE}/{kind}"));
        assert_eq!(word(by_workspace.resource_lookup(&id)), workspace, "{kind}");
        assert_eq!(word(by_data.resource_lookup(&id)), data, "{kind}");
        assert_eq!(word(snapshot(vec![covered(What::Resource, id.as_str())], vec![]).resource_lookup(&id)), "complete", "{kind}");
    }
    let asset = snapshot(vec![covered(What::Data, &format!("{WORKSPACE}/data/n"))], vec![]);
    assert_eq!(word(asset.resource_lookup(&Scope::new(&format!("{WORKSPACE}/data/n/versions/7")))), "complete");
    assert_eq!(word(asset.versions_of(&Scope::new(&format!("{WORKSPACE}/data/n"))).1), "complete");
    assert_eq!(word(asset.versions_of(&Scope::new(&format!("{WORKSPACE}/data/m"))).1), "unknown");
    assert_eq!(word(by_workspace.resource_lookup(&Scope::new(WORKSPACE))), "unknown", "not the workspace itself");
    let odd = WORKSPACE.replace("/rg/", "/workspaces/");
    let s = snapshot(vec![covered(What::Workspace, &odd)], vec![]);
    assert_eq!(word(s.resource_lookup(&Scope::new(&format!("{odd}/computes/c")))), "complete", "a group called `workspaces`");
    assert_eq!(found(by_workspace.default_datastore(&Scope::new(WORKSPACE))), "absent");
}

#[test]
fn the_closed_world_leaves_out_paths_acls_and_foreign_accounts() {
    let s = snapshot(vec![covered(What::Everything, "")], vec![]);
    assert_eq!(assignments(&s, ACCOUNT, Some(ANA)), "complete");
    assert_eq!(found(s.compute(&Scope::new(&format!("{WORKSPACE}/computes/c")))), "absent");
    assert_eq!(found(s.stored_credential(&Scope::new(&format!("{WORKSPACE}/datastores/d")))), "absent");
    assert_eq!(word(s.paths_lookup("acct", "c", &StorePath::new("a"))), "unknown");
    assert_eq!(word(s.path_access_lookup("acct", "c", &StorePath::new("a"))), "unknown");
    assert_eq!(word(s.path_access_below_lookup("acct", "c", &StorePath::new("a"))), "unknown");
    assert_eq!(word(s.resource_lookup(&Scope::new(ACCOUNT))), "unknown");
    assert_eq!(word(s.resource_lookup(&Scope::new(&format!("{ACCOUNT}/blobServices/default/containers/c")))), "unknown");
    assert!(s.storage_account("acct").value().is_none());
    let gap = snapshot(vec![], vec![failed(What::Resource, ACCOUNT)]);
    assert!(matches!(gap.storage_account("ACCT"), Known::Missing(missing) if missing.because.is_some()));
}

fn acl(path: &str) -> PathAccess {
    PathAccess {
        account: "acct".to_owned(),
        filesystem: "fs".to_owned(),
        path: StorePath::new(path),
        is_directory: true,
        owner: "$superuser".to_owned(),
        group: "$superuser".to_owned(),
        permissions: None,
        acl: "user::rwx,group::r-x,other::---".to_owned(),
    }
}

#[test]
fn acl_coverage_is_for_one_path_unless_it_says_below() {
    let below = |path: &str| CoverageRecord { below: true, ..covered(What::PathAccess, path) };
    let ask = |s: &Snapshot, path: &str| {
        let path = StorePath::new(path);
        (word(s.path_access_lookup("ACCT", "fs", &path)), word(s.path_access_below_lookup("acct", "fs", &path)))
    };
    let one = snapshot(vec![covered(What::PathAccess, "Acct/fs/a")], vec![]);
    assert_eq!(ask(&one, "a"), ("complete", "unknown"));
    assert_eq!((ask(&one, "a/b"), ask(&one, "A"), ask(&one, "")), (("unknown", "unknown"), ("unknown", "unknown"), ("unknown", "unknown")));
    for root in ["acct/fs/", "acct/fs"] {
        let all = snapshot(vec![below(root)], vec![]);
        assert_eq!((ask(&all, ""), ask(&all, "a/b")), (("complete", "complete"), ("complete", "complete")), "{root}");
    }
    let part = snapshot(vec![below("acct/fs/a")], vec![failed(What::PathAccess, "acct/fs/a/b/c")]);
    assert_eq!((ask(&part, "a"), ask(&part, "a/b/c"), ask(&part, "a/x")), (("complete", "gap"), ("gap", "gap"), ("complete", "complete")));
    let lost = GapRecord { below: true, ..failed(What::PathAccess, "acct/fs/a") };
    let lost = snapshot(vec![below("acct/fs/"), covered(What::PathAccess, "acct/fs/a/b")], vec![lost]);
    assert_eq!((ask(&lost, "a/b"), ask(&lost, "ab")), (("gap", "gap"), ("complete", "complete")));
    let gen1 = snapshot(vec![below("lake/a")], vec![]);
    assert_eq!(word(gen1.path_access_lookup("lake", "", &StorePath::new("/a/b"))), "complete", "Gen1 has no file system");
}

#[test]
fn everything_closes_a_recorded_folder_for_acls_below_it() {
    let mut facts = Facts { coverage: vec![covered(What::Everything, "")], ..Facts::default() };
    facts.path_access.entry(("acct".to_owned(), "fs".to_owned())).or_default().insert(StorePath::new("a"), acl("a"));
    let s = Snapshot::new(facts);
    assert_eq!(word(s.path_access_below_lookup("acct", "fs", &StorePath::new("a"))), "complete");
    assert_eq!(word(s.path_access_below_lookup("acct", "fs", &StorePath::new("b"))), "unknown");
    assert_eq!(word(s.path_access_lookup("acct", "fs", &StorePath::new("a/b"))), "unknown");
}

#[test]
fn paths_coverage_is_by_container_or_prefix() {
    let ask = |s: &Snapshot, path: &str| word(s.paths_lookup("Acct", "c", &StorePath::new(path)));
    let container = snapshot(vec![covered(What::Paths, "acct/c")], vec![]);
    assert_eq!((ask(&container, "a/b"), ask(&container, "")), ("complete", "complete"));
    let prefix = snapshot(vec![covered(What::Paths, "acct/c/a/")], vec![]);
    assert_eq!(
        (ask(&prefix, "a"), ask(&prefix, "a/b"), ask(&prefix, "ab"), ask(&prefix, "")),
        ("complete", "complete", "unknown", "unknown")
    );
    let hole = snapshot(vec![covered(What::Paths, "acct/c")], vec![failed(What::Paths, "acct/c/a/b")]);
    assert_eq!((ask(&hole, "a"), ask(&hole, "a/b/c"), ask(&hole, "x")), ("gap", "gap", "complete"));
}
