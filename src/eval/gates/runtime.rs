//! `runtime/batch`: what the batch runtime itself needs of the workspace's default storage. Advisory.

use super::reachable::sub_resource;
use super::{ComputeView, NetworkOrigin, SubResource, of_account, resource};
use crate::eval::{Context, Evidence, Judgement, Leaf, Proof, Verdict, Warning};
use crate::model::{
    Action, BatchDeployment, Compute, CredentialSource, Datastore, DefaultAction, DeploymentKind, Found, Identity, IdentityType, Known,
    Lookup, Missing, ObjectId, Plane, PublicNetworkAccess, Scope, StorageAccount, WarningId, Workspace,
};

/// Judges whether a principal may perform an operation at a scope.
pub type MayAct<'a> = dyn Fn(&ObjectId, &Action, Plane, &Scope) -> Proof + 'a;

/// Data actions of the built-in roles Storage Table Data Contributor and Storage Queue Data Contributor.
const TABLE_AND_QUEUE: [&str; 9] = [
    "Microsoft.Storage/storageAccounts/tableServices/tables/entities/read",
    "Microsoft.Storage/storageAccounts/tableServices/tables/entities/write",
    "Microsoft.Storage/storageAccounts/tableServices/tables/entities/delete",
    "Microsoft.Storage/storageAccounts/tableServices/tables/entities/add/action",
    "Microsoft.Storage/storageAccounts/tableServices/tables/entities/update/action",
    "Microsoft.Storage/storageAccounts/queueServices/queues/messages/read",
    "Microsoft.Storage/storageAccounts/queueServices/queues/messages/write",
    "Microsoft.Storage/storageAccounts/queueServices/queues/messages/delete",
    "Microsoft.Storage/storageAccounts/queueServices/queues/messages/process/action",
];

const PRIVATE_NEEDS: [SubResource; 4] = [SubResource::Blob, SubResource::File, SubResource::Queue, SubResource::Table];

/// What the batch runtime needs besides the input: `runtime/batch`, a proof each, with the sentence to warn with where it is
/// not allowed. A need that does not arise is left out; the answer may be empty.
///
/// * Shared keys off on the default storage: a user-assigned identity with Storage Table and Queue Data Contributor there.
///   Source: "Disable shared key access for your workspace's storage account".
/// * Default storage behind private endpoints: one each for blob, file, queue and table. Source: "Network isolation in
///   batch endpoints".
/// * Default datastore without credential: the workspace's identity can fetch keys (Storage Account Contributor). Source:
///   Azure/azureml-examples issue 2501.
pub fn runtime_batch(
    cx: &Context<'_>,
    workspace: &Known<&Workspace>,
    compute: &ComputeView<'_>,
    default_store: &Found<'_, Datastore>,
    may: &MayAct<'_>,
) -> Vec<(Proof, Warning)> {
    let workspace_here = match workspace {
        Known::Known(workspace) => *workspace,
        Known::Missing(missing) => return vec![default_storage_unknown(missing)],
    };
    let account = match default_storage(cx, workspace_here) {
        Ok(account) => account,
        Err(missing) => return vec![default_storage_unknown(&missing)],
    };
    let needs = [
        shared_key_off(account, compute, may),
        private_default_storage(cx, account, &compute.origin(workspace)),
        credential_less_default(workspace_here, account, default_store, may),
    ];
    needs.into_iter().flatten().collect()
}

fn warn(message: String) -> Warning {
    Warning::new(WarningId::RuntimeBatch, message)
}

fn default_storage<'a>(cx: &Context<'a>, workspace: &Workspace) -> Result<&'a StorageAccount, Missing> {
    let Some(id) = &workspace.storage_account else {
        return Err(Missing::resource(&workspace.id, &Lookup::NotCollected));
    };
    match cx.snapshot.storage_account(id.name()) {
        Known::Known(account) => Ok(account),
        Known::Missing(missing) => Err(Missing { scope: id.as_str().to_owned(), ..missing }),
    }
}

fn default_storage_unknown(missing: &Missing) -> (Proof, Warning) {
    let proof = Proof::unknown(|| "the batch runtime can use the workspace's default storage".to_owned(), missing);
    (
        proof,
        warn(format!("what the batch runtime needs of the workspace's default storage could not be judged: {} is missing", missing.scope)),
    )
}

/// Without shared keys the runtime uses tables and queues by identity, and only by a user-assigned one.
fn shared_key_off(account: &StorageAccount, compute: &ComputeView<'_>, may: &MayAct<'_>) -> Option<(Proof, Warning)> {
    if account.allow_shared_key_access {
        return None;
    }
    let name = &account.name;
    let claim = || format!("the batch runtime may use tables and queues of the default storage `{name}` without a shared key");
    let off =
        Proof::allowed(|| Leaf::new(format!("account `{name}` refuses shared keys"), of_account(account, "allowSharedKeyAccess is false")));
    let proof = match compute {
        ComputeView::Unknown(missing) => Proof::unknown(claim, missing),
        ComputeView::Known(compute) => Proof::all(claim, vec![off, table_and_queue(compute, account, may)]),
    };
    let text = format!(
        "the default storage `{name}` refuses shared keys: the batch runtime then needs a user-assigned identity on the compute with \
         Storage Table Data Contributor and Storage Queue Data Contributor on that account"
    );
    Some((proof, warn(text)))
}

fn table_and_queue(compute: &Compute, account: &StorageAccount, may: &MayAct<'_>) -> Proof {
    let identities = &compute.identity.user_assigned;
    match compute.identity.identity_type {
        IdentityType::UserAssigned | IdentityType::SystemAssignedUserAssigned if !identities.is_empty() => {}
        IdentityType::UserAssigned | IdentityType::SystemAssignedUserAssigned | IdentityType::SystemAssigned | IdentityType::None => {
            let claim = || format!("compute `{}` has a user-assigned identity", compute.id.name());
            return Proof::denied(|| Leaf::new(claim(), resource(&compute.id, "no user-assigned identity")));
        }
    }
    let each: Vec<Proof> =
        identities.iter().map(|identity| holds_all(&identity.id, identity.principal_id.as_ref(), account, may)).collect();
    several(format!("the identity of compute `{}` holds the table and queue roles", compute.id.name()), &compute.id, each)
}

/// Several identities, of which the one in use is not known: all must hold; where only some do, nothing is known.
fn several(claim: String, compute: &Scope, each: Vec<Proof>) -> Proof {
    let verdicts: Vec<_> = each.iter().map(Judgement::verdict).collect();
    let best = Verdict::any(verdicts.iter().copied());
    if Verdict::all(verdicts) == best {
        return Proof::all(|| claim, each);
    }
    let question = format!("which of the user-assigned identities of `{compute}` the runtime uses is not documented");
    let open = Proof::unknown(|| "the identity in use is one that holds the roles".to_owned(), &Missing::open("first-identity", question));
    Proof::all(|| claim.clone(), vec![Proof::any(|| claim.clone(), each), open])
}

fn holds_all(identity: &Scope, principal: Option<&ObjectId>, account: &StorageAccount, may: &MayAct<'_>) -> Proof {
    let claim = || format!("identity `{}` may use tables and queues of `{}`", identity.name(), account.name);
    let Some(principal) = principal else {
        return Proof::unknown(claim, &Missing::resource(identity, &Lookup::NotCollected));
    };
    let parts = TABLE_AND_QUEUE.iter().map(|action| may(principal, &Action::new(action), Plane::Data, &account.id));
    Proof::all(claim, parts.collect())
}

/// A default storage that is not open to all must be reachable on the four services the runtime uses.
fn private_default_storage(cx: &Context<'_>, account: &StorageAccount, origin: &NetworkOrigin<'_>) -> Option<(Proof, Warning)> {
    let open = match account.public_network_access {
        PublicNetworkAccess::Enabled => account.network_rules.as_ref().is_none_or(|rules| rules.default_action == DefaultAction::Allow),
        PublicNetworkAccess::Disabled | PublicNetworkAccess::SecuredByPerimeter | PublicNetworkAccess::Other(_) => false,
    };
    if open {
        return None;
    }
    let name = &account.name;
    let parts = PRIVATE_NEEDS.iter().map(|sub| sub_resource(cx, account, origin, *sub)).collect();
    let proof = Proof::all(|| format!("the batch runtime reaches blob, file, queue and table of the default storage `{name}`"), parts);
    let text = format!(
        "the default storage `{name}` is not open to all networks: the batch runtime needs to reach its blob, file, queue and table \
         endpoints, by four private endpoints where it is private"
    );
    Some((proof, warn(text)))
}

/// A pipeline job over a credential-less default datastore has failed where the workspace's identity could not fetch keys.
fn credential_less_default(
    workspace: &Workspace,
    account: &StorageAccount,
    default_store: &Found<'_, Datastore>,
    may: &MayAct<'_>,
) -> Option<(Proof, Warning)> {
    let claim = || format!("the identity of workspace `{}` may manage the default storage `{}`", workspace.id.name(), account.name);
    let text = format!(
        "the default datastore stores no credential: some batch jobs then fail unless the identity of workspace `{}` holds Storage Account \
         Contributor on `{}`",
        workspace.id.name(),
        account.name
    );
    let store = match default_store {
        Found::Here(store) => store,
        Found::Absent(by) => {
            let leaf = Leaf::new("the workspace has a default datastore", Evidence::coverage(*by, "no datastore is the default one"));
            return Some((Proof::denied(|| leaf), warn(format!("workspace `{}` has no default datastore", workspace.id.name()))));
        }
        Found::Missing(missing) => return Some((Proof::unknown(claim, missing), warn(text))),
    };
    match &store.credential {
        CredentialSource::None => {}
        CredentialSource::AccountKey
        | CredentialSource::Sas
        | CredentialSource::ServicePrincipal { .. }
        | CredentialSource::Certificate { .. }
        | CredentialSource::Other(_) => return None,
    }
    let stores = Proof::allowed(|| Leaf::new("the default datastore stores no credential", resource(&store.id, "credentialsType is None")));
    Some((Proof::all(claim, vec![stores, workspace_identity(workspace, account, may)]), warn(text)))
}

fn workspace_identity(workspace: &Workspace, account: &StorageAccount, may: &MayAct<'_>) -> Proof {
    let claim = || format!("an identity of workspace `{}` may fetch the keys of `{}`", workspace.id.name(), account.name);
    let action = Action::new("Microsoft.Storage/storageAccounts/listKeys/action");
    let principals = principals(&workspace.identity);
    if principals.is_empty() {
        return Proof::denied(|| Leaf::new(claim(), resource(&workspace.id, "the workspace has no identity")));
    }
    let each = principals.into_iter().map(|principal| match principal {
        Some(principal) => may(principal, &action, Plane::Management, &account.id),
        None => Proof::unknown(claim, &Missing::resource(&workspace.id, &Lookup::NotCollected)),
    });
    Proof::any(claim, each.collect())
}

/// Object ids of an identity block; `None` inside: not in the body.
fn principals(identity: &Identity) -> Vec<Option<&ObjectId>> {
    let user_assigned = || identity.user_assigned.iter().map(|one| one.principal_id.as_ref());
    match identity.identity_type {
        IdentityType::None => Vec::new(),
        IdentityType::SystemAssigned => vec![identity.principal_id.as_ref()],
        IdentityType::UserAssigned => user_assigned().collect(),
        IdentityType::SystemAssignedUserAssigned => std::iter::once(identity.principal_id.as_ref()).chain(user_assigned()).collect(),
    }
}

/// `workspace/auth-mode`: the workspace's mode for system datastores and what its default datastore stores disagree. What is
/// stored is the truth; the mode is only compared.
///
/// `UserDelegationSAS` is in generated clients only and says nothing comparable.
pub fn auth_mode(workspace: &Workspace, default_store: &Datastore) -> Option<Warning> {
    let mode = workspace.system_datastores_auth_mode.as_deref()?;
    let stores = match default_store.credential {
        CredentialSource::None => "no credential",
        CredentialSource::AccountKey => "an account key",
        CredentialSource::Sas => "a SAS",
        CredentialSource::ServicePrincipal { .. } => "a service principal",
        CredentialSource::Certificate { .. } => "a certificate",
        CredentialSource::Other(_) => "a credential of an unknown kind",
    };
    let without = default_store.credential == CredentialSource::None;
    let agree = match mode.to_lowercase().as_str() {
        "identity" => without,
        "accesskey" => !without,
        // Text from the service, not an enum of ours.
        _ => true,
    };
    let text = || {
        format!(
            "workspace `{}` says systemDatastoresAuthMode `{mode}`, and its default datastore `{}` stores {stores}; what is stored decides",
            workspace.id.name(),
            default_store.id.name()
        )
    };
    (!agree).then(|| Warning::new(WarningId::WorkspaceAuthMode, text()))
}

/// What to say of a model deployment over data that is readable only in part: files that fail are skipped, and the job can
/// end as completed. `None`: the deployment counts failures.
///
/// Source: "CLI (v2) batch deployment YAML schema": `error_threshold` is -1 unless set.
pub fn silent_partial_reads(deployment: &BatchDeployment) -> Option<Warning> {
    match deployment.kind {
        DeploymentKind::PipelineComponent { .. } => return None,
        DeploymentKind::Model => {}
    }
    let threshold = deployment.error_threshold.unwrap_or(-1);
    let text = || {
        format!(
            "deployment `{}` ignores every failure (errorThreshold -1): files it cannot read are skipped, and the job can still end as completed",
            deployment.id.name()
        )
    };
    (threshold == -1).then(|| warn(text()))
}
