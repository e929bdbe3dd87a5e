//! `runtime/batch` and the warnings around it.

use super::world::*;
use canread::eval::Verdict::{self, Allowed, Denied, Undetermined};
use canread::eval::gates::{ComputeView, auth_mode, runtime_batch, silent_partial_reads};
use canread::eval::{Evidence, EvidenceKind, Judgement, Leaf, Proof};
use canread::model::*;
use canread::rules::RuleSet;

fn store(credential: CredentialSource) -> Datastore {
    Datastore {
        id: Scope::new(WORKSPACE).join("datastores/workspaceblobstore"),
        target: DatastoreTarget::Blob { account: "acct".to_owned(), container: "c".to_owned() },
        credential,
        is_default: true,
        endpoint: None,
        protocol: None,
        subscription_id: None,
        resource_group: None,
        last_modified_at: None,
    }
}

fn user_assigned(name: &str, principal: Option<&str>) -> UserAssignedIdentity {
    UserAssignedIdentity {
        id: Scope::new(&format!("/subscriptions/{SUB}/uai/{name}")),
        principal_id: principal.map(ObjectId::new),
        client_id: None,
    }
}

/// Object ids that hold everything; those beginning with `?` may.
fn grants(holders: &'static [&'static str]) -> impl Fn(&ObjectId, &Action, Plane, &Scope) -> Proof {
    move |principal, action, plane, scope| {
        assert_eq!(scope.as_str(), ACCOUNT);
        assert_eq!(plane == Plane::Management, action.as_str().ends_with("listKeys/action"));
        let leaf = || Leaf::new(format!("{principal} holds {action}"), Evidence::new(EvidenceKind::RoleAssignment, principal.as_str(), ""));
        if holders.contains(&principal.as_str()) {
            Proof::allowed(leaf)
        } else if principal.as_str().starts_with('?') {
            Proof::undetermined(|| (leaf(), Missing::new(What::RoleAssignments, scope.as_str(), &Lookup::NotCollected)))
        } else {
            Proof::denied(leaf)
        }
    }
}

struct Batch {
    world: World,
    credential: CredentialSource,
    holders: &'static [&'static str],
}

impl Batch {
    fn new() -> Self {
        let world = World::open().facts(|facts| {
            facts.workspaces.values_mut().for_each(|workspace| workspace.storage_account = Some(Scope::new(ACCOUNT)));
        });
        Batch { world, credential: CredentialSource::AccountKey, holders: &[] }
    }
    fn keys_off(mut self, identities: Vec<UserAssignedIdentity>, holders: &'static [&'static str]) -> Self {
        self.world = self.world.account(|account| account.allow_shared_key_access = false);
        let identity_type = if identities.is_empty() { IdentityType::SystemAssigned } else { IdentityType::UserAssigned };
        self.world.compute.as_mut().unwrap().identity = Identity { identity_type, user_assigned: identities, ..Identity::none() };
        Batch { holders, ..self }
    }
    fn judge(&self) -> Vec<Proof> {
        let mut facts = self.world.facts.clone();
        let default = store(self.credential.clone());
        facts.datastores.insert(default.id.clone(), default);
        let snapshot = Snapshot::new(facts);
        let rules = RuleSet::default();
        let id = Scope::new(WORKSPACE);
        let workspace = match snapshot.workspace(&id) {
            Found::Here(workspace) => Known::Known(workspace),
            Found::Missing(missing) => Known::Missing(missing),
            Found::Absent(_) => panic!("a workspace or a gap"),
        };
        let compute = ComputeView::Known(self.world.compute.as_ref().unwrap());
        let found = snapshot.default_datastore(&id);
        let all = runtime_batch(&context(&snapshot, &rules), &workspace, &compute, &found, &grants(self.holders));
        assert!(all.iter().all(|(_, warning)| warning.id == WarningId::RuntimeBatch));
        all.into_iter().map(|(proof, _)| proof).collect()
    }
    fn verdicts(&self) -> Vec<Verdict> {
        self.judge().iter().map(Judgement::verdict).collect()
    }
}

#[test]
fn nothing_is_needed_with_keys_an_open_account_and_a_stored_key() {
    assert_eq!(Batch::new().verdicts(), []);
}

#[test]
fn without_shared_keys_a_user_assigned_identity_needs_tables_and_queues() {
    let one = |id| vec![user_assigned("a", Some(id))];
    let two = || vec![user_assigned("a", Some("a")), user_assigned("b", Some("b"))];
    let cases = [
        ("system-assigned only", Batch::new().keys_off(Vec::new(), &[]), Denied, format!("{WORKSPACE}/computes/cpu")),
        ("holds", Batch::new().keys_off(one("a"), &["a"]), Allowed, "a".to_owned()),
        ("lacks", Batch::new().keys_off(one("a"), &[]), Denied, "a".to_owned()),
        ("may hold", Batch::new().keys_off(one("?"), &[]), Undetermined, "?".to_owned()),
        ("both hold", Batch::new().keys_off(two(), &["a", "b"]), Allowed, "b".to_owned()),
        ("one of two holds", Batch::new().keys_off(two(), &["a"]), Undetermined, "open_question:first-identity".to_owned()),
    ];
    for (name, batch, verdict, id) in cases {
        let proofs = batch.judge();
        assert_eq!(proofs.len(), 1, "{name}");
        assert_eq!(proofs[0].verdict(), verdict, "{name}: {:#?}", proofs[0]);
        assert!(evidence(&proofs[0], verdict).contains(&id), "{name}: {:?}", evidence(&proofs[0], verdict));
    }
    let nameless = Batch::new().keys_off(vec![user_assigned("a", None)], &[]).judge();
    assert_eq!(missing(&nameless[0]), [format!("resource:/subscriptions/{SUB}/uai/a")]);
}

#[test]
fn a_private_default_storage_needs_four_endpoints() {
    let with = |groups: &[&str]| {
        let mut batch = Batch::new();
        batch.world.compute = Some(compute(Some(subnet_id("own", "nodes"))));
        let endpoint = private_endpoint("pe", subnet_id("own", "endpoints"), groups, "Approved");
        batch.world = batch
            .world
            .private()
            .account(|account| account.private_endpoint_connections = Some(vec![connection("pe", "Approved")]))
            .endpoint(endpoint);
        batch.judge()
    };
    let all = with(&["blob", "file", "queue", "table"]);
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].verdict(), Allowed);
    assert_eq!(evidence(&all[0], Allowed).into_iter().collect::<Vec<_>>(), [endpoint_id("pe").to_string()]);
    let some = with(&["blob", "file", "queue"]);
    assert_eq!(some[0].verdict(), Denied);
    assert!(evidence(&some[0], Denied).contains(endpoint_id("pe").as_str()));
    assert!(some[0].leaves().iter().any(|(_, verdict, leaf)| *verdict == Denied && leaf.evidence.says.contains("and not to `table`")));
}

#[test]
fn a_default_datastore_without_credential_needs_the_workspace_identity() {
    let with = |identity: Identity, holders: &'static [&'static str]| {
        let mut batch = Batch { credential: CredentialSource::None, holders, ..Batch::new() };
        batch.world = batch.world.facts(|facts| facts.workspaces.values_mut().for_each(|workspace| workspace.identity = identity.clone()));
        batch.verdicts()
    };
    let system = |id: Option<&str>| Identity {
        identity_type: IdentityType::SystemAssigned,
        principal_id: id.map(ObjectId::new),
        ..Identity::none()
    };
    assert_eq!(with(system(Some("w")), &["w"]), [Allowed]);
    assert_eq!(with(system(Some("w")), &[]), [Denied]);
    assert_eq!(with(system(Some("?")), &[]), [Undetermined]);
    assert_eq!(with(system(None), &[]), [Undetermined]);
    assert_eq!(with(Identity::none(), &[]), [Denied]);
}

#[test]
fn an_unknown_default_storage_is_undetermined() {
    let account_gone = Batch { world: Batch::new().world.facts(|facts| facts.storage_accounts.clear()), ..Batch::new() };
    assert_eq!(account_gone.judge().iter().flat_map(missing).collect::<Vec<_>>(), [format!("resource:{ACCOUNT}")]);
    let mut workspace_gone = Batch::new();
    workspace_gone.world.facts.workspaces.clear();
    workspace_gone.world.facts.gaps.push(gap(What::Resource, WORKSPACE));
    assert_eq!(workspace_gone.judge().iter().flat_map(missing).collect::<Vec<_>>(), [format!("resource:{WORKSPACE}")]);
}

#[test]
fn mode_and_default_datastore_are_compared() {
    let warned = |mode: Option<&str>, credential: CredentialSource| {
        let workspace = Workspace { system_datastores_auth_mode: mode.map(str::to_owned), ..workspace() };
        auth_mode(&workspace, &store(credential)).map(|warning| warning.id)
    };
    assert_eq!(warned(None, CredentialSource::None), None);
    assert_eq!(warned(Some("identity"), CredentialSource::None), None);
    assert_eq!(warned(Some("accesskey"), CredentialSource::AccountKey), None);
    assert_eq!(warned(Some("identity"), CredentialSource::AccountKey), Some(WarningId::WorkspaceAuthMode));
    assert_eq!(warned(Some("AccessKey"), CredentialSource::None), Some(WarningId::WorkspaceAuthMode));
    assert_eq!(warned(Some("userdelegationsas"), CredentialSource::AccountKey), None);
}

#[test]
fn a_deployment_that_ignores_failures_is_told() {
    let warned = |kind: DeploymentKind, error_threshold: Option<i64>| {
        let id = Scope::new(WORKSPACE).join("batchEndpoints/e/deployments/d");
        silent_partial_reads(&BatchDeployment { id, kind, compute: None, error_threshold, provisioning_state: None }).is_some()
    };
    assert!(warned(DeploymentKind::Model, Some(-1)));
    assert!(warned(DeploymentKind::Model, None));
    assert!(!warned(DeploymentKind::Model, Some(0)));
    assert!(!warned(DeploymentKind::PipelineComponent { component: None }, None));
}
