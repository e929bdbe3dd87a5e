//! The changed world of `check --grant`, `--acl`, `--without` and the files of az.

use super::Failure;
use super::state::{self, State};
use crate::cli::asset_file::{AssetFile, AssetKind, parse_asset_file};
use crate::cli::{AclText, GrantText, Source, WhatIfArgs};
use crate::fix::{self, Change, LakePath, ObjectOrScope, RoleGrant, identity_to_come};
use crate::model::{
    AclTag, Facts, ObjectId, PUBLIC_STORAGE_SUFFIX, RoleId, Scope, Snapshot, StorageUrl, StorePath, container_scope, redacted,
};
use crate::snapshot;
use serde_json::{Value, json};

/// The world after what the options assume, and what that is.
pub(super) struct Changed {
    pub(super) snapshot: Snapshot,
    pub(super) changes: Vec<Change>,
    pub(super) says: Vec<String>,
}

/// Makes the changes; `None` where the options assume nothing.
pub(super) fn changed(state: &State, args: &WhatIfArgs, workspace: &Scope) -> Result<Option<Changed>, Failure> {
    if !args.is_asked() {
        return Ok(None);
    }
    let mut says = Vec::new();
    let mut facts = state.snapshot.facts().clone();
    for (kind, source) in &args.files {
        says.push(deploy(&mut facts, workspace, *kind, source)?);
    }
    let deployed = Snapshot::new(facts);
    let mut changes = Vec::new();
    for grant in &args.grants {
        changes.push(Change::GrantRole(role_grant(state, &deployed, workspace, grant)?));
    }
    for acl in &args.acls {
        changes.push(acl_entry(state, &deployed, acl)?);
    }
    for id in &args.without {
        if !fix::can_be_absent(deployed.facts(), id) {
            let text = redacted(id);
            return Err(Failure::new(format!(
                "`--without {text}`: no role or deny assignment, PIM instance, membership, endpoint, deployment, compute, datastore, data version or private endpoint of the snapshot bears this id"
            )));
        }
        changes.push(Change::Without(ObjectOrScope(id.clone())));
    }
    let snapshot = fix::apply(&deployed, &changes);
    says.extend(changes.iter().map(|change| fix::says(&snapshot, change)));
    Ok(Some(Changed { snapshot, changes, says }))
}

fn role_grant(state: &State, snapshot: &Snapshot, workspace: &Scope, text: &GrantText) -> Result<RoleGrant, Failure> {
    let (role, role_name) = role(state, snapshot, &text.role)?;
    let principal = principal(snapshot, &text.principal)?;
    let scope = scope(snapshot, workspace, &text.scope)?;
    Ok(RoleGrant { principal, role, role_name, scope, condition: None })
}

/// A principal of the snapshot by id or name.
fn principal(snapshot: &Snapshot, text: &str) -> Result<ObjectId, Failure> {
    state::principal(snapshot, Some(text))?.ok_or_else(|| Failure::new(format!("no principal `{}` in the snapshot", redacted(text))))
}

/// A role by GUID or name, of the snapshot or a built-in one.
fn role(state: &State, snapshot: &Snapshot, text: &str) -> Result<(RoleId, String), Failure> {
    let own = snapshot.facts().role_definitions.values();
    let built_in = state.rules.built_in_roles().map(|role| &role.definition);
    let wanted = RoleId::new(text.rsplit('/').next().unwrap_or(text));
    let mut all = own.chain(built_in).filter(|role| role.id == wanted || role.name.eq_ignore_ascii_case(text));
    match all.next() {
        Some(role) => Ok((role.id.clone(), role.name.clone())),
        None => {
            let text = redacted(text);
            Err(Failure::new(format!(
                "no role `{text}`; name a role of the snapshot, or a built-in one of `canread rules`, by name or GUID"
            )))
        }
    }
}

/// An ARM id, an account, `account/container`, or the workspace's name.
fn scope(snapshot: &Snapshot, workspace: &Scope, text: &str) -> Result<Scope, Failure> {
    if text.starts_with('/') {
        return Ok(Scope::new(text));
    }
    if text.eq_ignore_ascii_case(workspace.name()) {
        return Ok(workspace.clone());
    }
    let (account, container) = text.split_once('/').map_or((text, None), |(account, container)| (account, Some(container)));
    let known = snapshot.facts().storage_accounts.get(&account.to_lowercase());
    match (known, container.map(|name| name.trim_matches('/'))) {
        (Some(account), None | Some("")) => Ok(account.id.clone()),
        (Some(account), Some(container)) if !container.contains('/') => Ok(container_scope(&account.id, container)),
        (Some(_), Some(_)) => Err(Failure::new(format!("`{}`: roles are granted on containers and above, not on paths", redacted(text)))),
        (None, _) => {
            let known: Vec<&str> = snapshot.facts().storage_accounts.keys().map(String::as_str).take(10).collect();
            Err(Failure::new(format!(
                "`{}` is no ARM id and names no account of the snapshot; it holds: {}",
                redacted(text),
                if known.is_empty() { "none".to_owned() } else { known.join(", ") }
            )))
        }
    }
}

fn acl_entry(state: &State, snapshot: &Snapshot, text: &AclText) -> Result<Change, Failure> {
    let at = lake_path(state, &text.path)?;
    if snapshot.path_access(&at.account, &at.filesystem, &at.path).is_none() {
        let known = snapshot.facts().path_access.get(&(at.account.clone(), at.filesystem.clone())).map_or(0, |paths| paths.len());
        return Err(Failure::new(format!(
            "the snapshot holds no ACL of `{}/{}{}` to change ({known} of that file system)",
            at.account, at.filesystem, at.path
        )));
    }
    let tag = match &text.tag {
        AclTag::User(id) => AclTag::User(principal(snapshot, id.as_str())?),
        AclTag::Group(id) => AclTag::Group(principal(snapshot, id.as_str())?),
        AclTag::Owner => AclTag::Owner,
        AclTag::OwningGroup => AclTag::OwningGroup,
        AclTag::Mask => AclTag::Mask,
        AclTag::Other => AclTag::Other,
    };
    Ok(Change::WriteAcl { at, default: text.default, tag, bits: text.bits })
}

/// `account/filesystem/path`, or a URL.
fn lake_path(state: &State, text: &str) -> Result<LakePath, Failure> {
    if text.contains("://") {
        let url = StorageUrl::parse(text, &state.storage_suffix)
            .or_else(|_| StorageUrl::parse(text, PUBLIC_STORAGE_SUFFIX))
            .map_err(|refusal| Failure::new(format!("`--acl {}`: {refusal}", redacted(text))))?;
        return Ok(LakePath { account: url.account.to_lowercase(), filesystem: url.container, path: url.path });
    }
    let mut parts = text.trim_start_matches('/').splitn(3, '/');
    let (Some(account), Some(filesystem)) = (parts.next(), parts.next().filter(|name| !name.is_empty())) else {
        return Err(Failure::usage(format!("`--acl {}`: write ACCOUNT/FILESYSTEM/PATH before the `=`", redacted(text))));
    };
    let path = StorePath::new(parts.next().unwrap_or_default());
    Ok(LakePath { account: account.to_lowercase(), filesystem: filesystem.to_owned(), path })
}

/// Puts the resource of a file in place of the record of its name; returns what that is.
fn deploy(facts: &mut Facts, workspace: &Scope, kind: AssetKind, source: &Source) -> Result<String, Failure> {
    let file = match source {
        Source::Stdin => "standard input".to_owned(),
        Source::File(path) => path.display().to_string(),
    };
    let asset = parse_asset_file(kind, &file, &state::read_source(source)?).map_err(Failure::new)?;
    let id = id_of(facts, workspace, &asset, &file)?;
    let mut body = asset.body.clone();
    if let (Some(path), Some(slot)) = (&asset.local, body.pointer_mut("/properties/dataUri")) {
        *slot = uploaded(facts, workspace, path).into();
    }
    complete(facts, workspace, &id, &mut body);
    let mut lines = vec![json!({"kind": "snapshot", "version": snapshot::VERSION})];
    if let Some(fields) = body.as_object_mut() {
        fields.insert("id".to_owned(), id.as_str().into());
    }
    lines.push(json!({"kind": "resource", "body": body}));
    if let Some(sas) = &asset.sas {
        lines.push(json!({"kind": "stored_credential", "datastore": id.as_str(), "credentials_type": "Sas", "sas": sas}));
    }
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let read =
        snapshot::read(text.as_bytes(), &file).map_err(|_| Failure::new(format!("{file}: no {} that can be judged", kind.as_str())))?;
    let new = read.snapshot.into_facts();
    facts.stored_credentials.remove(&id);
    facts.stored_credentials.extend(new.stored_credentials);
    facts.computes.extend(new.computes);
    facts.deployments.extend(new.deployments);
    facts.datastores.extend(new.datastores);
    facts.data_versions.extend(new.data_versions);
    if kind == AssetKind::Compute {
        name_new_identity(facts, &id);
    }
    if kind == AssetKind::Data {
        latest(facts, &id);
    }
    Ok(format!("{} `{}` as in {file}", kind.as_str(), asset.name))
}

fn id_of(facts: &Facts, workspace: &Scope, asset: &AssetFile, file: &str) -> Result<Scope, Failure> {
    let name = &asset.name;
    Ok(match asset.kind {
        AssetKind::Datastore => workspace.join(&format!("datastores/{name}")),
        AssetKind::Compute => workspace.join(&format!("computes/{name}")),
        AssetKind::Data => {
            let of = workspace.join(&format!("data/{name}"));
            let version = asset.version.clone().unwrap_or_else(|| next_version(facts, &of).to_string());
            of.join(&format!("versions/{version}"))
        }
        AssetKind::Deployment => {
            let endpoint = asset.endpoint.as_deref().ok_or_else(|| Failure::new(format!("{file}: `endpoint_name` is missing")))?;
            workspace.join(&format!("batchEndpoints/{endpoint}/deployments/{name}"))
        }
    })
}

/// The service counts versions up where none is named.
fn next_version(facts: &Facts, asset: &Scope) -> u64 {
    let numbers = facts.data_versions.keys().filter(|id| asset.contains(id)).filter_map(|id| id.name().parse::<u64>().ok());
    numbers.max().unwrap_or(0).saturating_add(1)
}

/// A local path is uploaded to the default datastore when the asset is made.
fn uploaded(facts: &Facts, workspace: &Scope, path: &str) -> String {
    let own = facts.datastores.values().find(|store| store.is_default && workspace.contains(&store.id));
    let store = own.map_or("workspaceblobstore", |store| store.id.name());
    let name = StorePath::new(&path.replace('\\', "/"));
    let last = name.as_str().rsplit('/').next().unwrap_or_default();
    format!("azureml://datastores/{store}/paths/LocalUpload/{last}")
}

/// What the record there is says and the file leaves out: the object ids of identities, the region, the name of a subnet.
fn complete(facts: &Facts, workspace: &Scope, id: &Scope, body: &mut Value) {
    let there = facts.computes.get(id);
    if let Some(identity) = body.get_mut("identity") {
        let of = |user: &str| {
            let user = Scope::new(user);
            let own = facts.managed_identities.get(&user).map(|one| (one.principal_id.clone(), one.client_id.clone()));
            own.or_else(|| {
                let blocks = facts.computes.values().flat_map(|compute| &compute.identity.user_assigned);
                blocks.into_iter().find(|one| one.id == user).map(|one| (one.principal_id.clone(), one.client_id.clone()))
            })
        };
        if identity.get("type").and_then(Value::as_str) == Some("SystemAssigned") {
            let kept = there.and_then(|compute| compute.identity.principal_id.clone()).unwrap_or_else(|| identity_to_come(id));
            if let Some(fields) = identity.as_object_mut() {
                fields.insert("principalId".to_owned(), kept.as_str().into());
            }
        }
        if let Some(users) = identity.get_mut("userAssignedIdentities").and_then(Value::as_object_mut) {
            for (user, slot) in users {
                if let Some((Some(principal), client)) = of(user) {
                    *slot = json!({"principalId": principal.as_str(), "clientId": client.map(|id| id.as_str().to_owned())});
                }
            }
        }
        let tenant = there.and_then(|compute| compute.identity.tenant_id.clone()).or_else(|| facts.header.tenant_id.clone());
        if let (Some(tenant), Some(fields)) = (tenant, identity.as_object_mut()) {
            fields.insert("tenantId".to_owned(), tenant.as_str().into());
        }
    }
    let region = there
        .and_then(|compute| compute.location.clone())
        .or_else(|| facts.workspaces.get(workspace).and_then(|workspace| workspace.location.clone()));
    if let (Some(region), Some(fields)) = (region, body.as_object_mut()) {
        fields.entry("location").or_insert_with(|| region.into());
    }
    if let Some(subnet) = body.pointer_mut("/properties/properties/subnet") {
        let (name, network) = (subnet.get("id").and_then(Value::as_str), subnet.get("virtualNetwork").and_then(Value::as_str));
        if let (Some(name), Some(network), Some(group)) = (name, network, workspace.cut_after("resourcegroups"))
            && !name.starts_with('/')
        {
            let id = group.join(&format!("providers/Microsoft.Network/virtualNetworks/{network}/subnets/{name}"));
            *subnet = json!({"id": id.as_str()});
        }
    }
}

fn name_new_identity(facts: &mut Facts, compute: &Scope) {
    let own = facts.computes.get(compute).and_then(|one| one.identity.principal_id.as_ref());
    if own == Some(&identity_to_come(compute)) {
        fix::introduce_identity(&mut facts.memberships, &mut facts.directory, compute);
    }
}

/// The new version is the latest.
fn latest(facts: &mut Facts, version: &Scope) {
    let Some(asset) = version.cut_after("data") else { return };
    let name = version.name().to_owned();
    if let Some(record) = facts.data_assets.get_mut(&asset) {
        record.latest_version = Some(name);
        return;
    }
    let earlier = facts.data_versions.iter_mut().filter(|(id, _)| asset.contains(id) && *id != version);
    earlier.for_each(|(_, one)| one.labels.retain(|label| label != "latest"));
    if let Some(new) = facts.data_versions.get_mut(version) {
        new.labels.push("latest".to_owned());
    }
}
