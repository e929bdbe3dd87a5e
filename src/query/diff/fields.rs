//! What a record says, property by property, in Azure's names: so that a change can name what changed.

use super::Change;
use crate::model::{
    AssignmentScheduleInstance, BatchDeployment, BatchEndpoint, Compute, Container, CredentialSource, DataAsset, DataVersion, Datastore,
    DatastoreTarget, DenyAssignment, DirectoryObject, EligibilityScheduleInstance, Facts, Header, ObjectId, PathAccess, PathRecord,
    PrivateEndpoint, Probe, RoleAssignment, RoleDefinition, RoleId, StorageAccount, StoredCredential, Subscription, Timestamp, Workspace,
    redacted,
};
use crate::rules::RuleSet;
use std::collections::BTreeSet;
use std::fmt::Debug;
use time::format_description::well_known::Rfc3339;

/// Longest value that a change repeats, in characters.
const LONGEST: usize = 160;

/// Properties with their values.
pub(super) type Fields = Vec<(&'static str, String)>;

/// What a record says, in one phrase.
pub(super) fn said(fields: &Fields) -> String {
    let given = fields.iter().filter(|(_, value)| !value.is_empty());
    given.map(|(name, value)| if name.is_empty() { value.clone() } else { format!("{name} {value}") }).collect::<Vec<_>>().join(", ")
}

/// The properties that differ, each with both values.
pub(super) fn differing(before: &Fields, after: &Fields) -> String {
    let word = |value: &str| if value.is_empty() { "nothing".to_owned() } else { value.to_owned() };
    let pairs = before.iter().zip(after).filter(|((_, old), (_, new))| old != new);
    let changed: Vec<String> =
        pairs.map(|((name, old), (_, new))| format!("{} {} → {}", name, word(old), word(new)).trim().to_owned()).collect();
    if changed.is_empty() { "another of its properties".to_owned() } else { changed.join(", ") }
}

fn short(text: &str) -> String {
    let text = redacted(text);
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text,
    }
}

/// A value of the model, as its own words; nothing where there is none.
fn value<T: Debug>(value: Option<T>) -> String {
    value.map_or_else(String::new, |value| short(format!("{value:?}").trim_matches('"')))
}

fn flag(value: bool) -> String {
    value.to_string()
}

fn moment(at: Option<Timestamp>) -> String {
    at.map_or_else(String::new, |at| at.format(&Rfc3339).unwrap_or_else(|_| at.to_string()))
}

fn joined<T: ToString>(all: impl IntoIterator<Item = T>) -> String {
    short(&all.into_iter().map(|one| one.to_string()).collect::<Vec<_>>().join(" "))
}

/// Names that either state knows.
#[derive(Clone, Copy)]
pub(super) struct Names<'f> {
    pub(super) before: &'f Facts,
    pub(super) after: &'f Facts,
    pub(super) rules: &'f RuleSet,
}

impl Names<'_> {
    /// A principal by its name, else its id.
    pub(super) fn of(&self, id: &ObjectId) -> String {
        let name = |facts: &Facts| facts.directory.get(id).and_then(|object| object.name()).map(str::to_owned);
        name(self.after).or_else(|| name(self.before)).unwrap_or_else(|| id.to_string())
    }

    fn role(&self, id: &RoleId) -> String {
        let name = |facts: &Facts| facts.role_definitions.get(id).map(|role| role.name.clone());
        let collected = name(self.after).or_else(|| name(self.before));
        let built_in = || self.rules.built_in_role(id).map(|role| role.definition.name.clone());
        format!("role `{}`", collected.or_else(built_in).unwrap_or_else(|| id.to_string()))
    }

    pub(super) fn assignment(&self, one: &RoleAssignment) -> Fields {
        vec![
            ("", self.role(&one.role)),
            ("for", self.of(&one.principal)),
            ("at", one.scope.to_string()),
            ("condition", one.condition.as_deref().map(short).unwrap_or_default()),
        ]
    }

    pub(super) fn deny(&self, one: &DenyAssignment) -> Fields {
        let names = |all: &[crate::model::DenyPrincipal]| {
            joined(all.iter().map(|one| if one.everyone { "everyone".to_owned() } else { self.of(&one.id) }))
        };
        vec![
            ("", format!("`{}`", one.name)),
            ("against", names(&one.principals)),
            ("but not", names(&one.exclude_principals)),
            ("at", one.scope.to_string()),
            ("actions", joined(one.permissions.iter().flat_map(|entry| &entry.actions).map(|pattern| pattern.as_str().to_owned()))),
            (
                "dataActions",
                joined(one.permissions.iter().flat_map(|entry| &entry.data_actions).map(|pattern| pattern.as_str().to_owned())),
            ),
            ("doNotApplyToChildScopes", if one.do_not_apply_to_child_scopes { flag(true) } else { String::new() }),
        ]
    }

    pub(super) fn active(&self, one: &AssignmentScheduleInstance) -> Fields {
        vec![
            ("", self.role(&one.role)),
            ("for", self.of(&one.principal)),
            ("at", one.scope.to_string()),
            ("from", moment(one.start)),
            ("until", moment(one.end)),
        ]
    }

    pub(super) fn eligible(&self, one: &EligibilityScheduleInstance) -> Fields {
        vec![
            ("eligible for", self.role(&one.role)),
            ("is", self.of(&one.principal)),
            ("at", one.scope.to_string()),
            ("from", moment(one.start)),
            ("until", moment(one.end)),
        ]
    }

    /// Which groups somebody joined or left; nothing where none.
    pub(super) fn membership(&self, before: Option<&BTreeSet<ObjectId>>, after: Option<&BTreeSet<ObjectId>>) -> Option<(Change, String)> {
        let list = |groups: Vec<&ObjectId>| groups.into_iter().map(|group| self.of(group)).collect::<Vec<_>>().join(", ");
        let groups =
            |all: &BTreeSet<ObjectId>| if all.is_empty() { "in no group".to_owned() } else { format!("in {}", list(all.iter().collect())) };
        match (before, after) {
            (None, None) => None,
            (None, Some(after)) => Some((Change::Added, groups(after))),
            (Some(before), None) => Some((Change::Removed, groups(before))),
            (Some(before), Some(after)) if before == after => None,
            (Some(before), Some(after)) => {
                let (joined, left) = (list(after.difference(before).collect()), list(before.difference(after).collect()));
                let mut parts = Vec::new();
                if !joined.is_empty() {
                    parts.push(format!("joined {joined}"));
                }
                if !left.is_empty() {
                    parts.push(format!("left {left}"));
                }
                Some((Change::Changed, parts.join(", ")))
            }
        }
    }
}

pub(super) fn header(one: &Header) -> Fields {
    let signed_in = one.signed_in.as_ref();
    vec![
        ("cloud", one.cloud.clone().unwrap_or_default()),
        ("tenant_id", one.tenant_id.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("signed_in", signed_in.map(|one| one.object_id.to_string()).unwrap_or_default()),
    ]
}

pub(super) fn role(one: &RoleDefinition) -> Fields {
    let all = |pick: fn(&crate::model::Permission) -> &Vec<crate::model::ActionPattern>| {
        joined(one.permissions.iter().flat_map(pick).map(|pattern| pattern.as_str().to_owned()))
    };
    vec![
        ("", format!("`{}`", one.name)),
        ("actions", all(|entry| &entry.actions)),
        ("notActions", all(|entry| &entry.not_actions)),
        ("dataActions", all(|entry| &entry.data_actions)),
        ("notDataActions", all(|entry| &entry.not_data_actions)),
        ("condition", joined(one.permissions.iter().filter_map(|entry| entry.condition.clone()))),
    ]
}

pub(super) fn object(one: &DirectoryObject) -> Fields {
    vec![
        ("", one.name().unwrap_or_default().to_owned()),
        ("type", value(one.kind)),
        ("appId", one.app_id.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("userPrincipalName", one.user_principal_name.clone().unwrap_or_default()),
        ("accountEnabled", value(one.account_enabled)),
        ("passwordCredentials end", joined(one.password_credentials.iter().flatten().map(|secret| moment(secret.end)))),
        ("keyCredentials end", joined(one.key_credentials.iter().flatten().map(|key| moment(key.end)))),
    ]
}

pub(super) fn subscription(one: &Subscription) -> Fields {
    vec![
        ("state", one.state.clone().unwrap_or_default()),
        ("tenant", one.tenant_id.as_ref().map(ToString::to_string).unwrap_or_default()),
        (
            "management groups",
            one.management_groups.as_ref().map(|all| joined(all.iter().map(|group| group.name().to_owned()))).unwrap_or_default(),
        ),
    ]
}

pub(super) fn workspace(one: &Workspace) -> Fields {
    vec![
        ("storageAccount", one.storage_account.as_ref().map(|id| id.name().to_owned()).unwrap_or_default()),
        ("identity", value(one.identity.principal_id.as_ref())),
        ("systemDatastoresAuthMode", one.system_datastores_auth_mode.clone().unwrap_or_default()),
        ("publicNetworkAccess", one.public_network_access.clone().unwrap_or_default()),
        ("encryption", if one.customer_managed_key { "customer-managed key".to_owned() } else { String::new() }),
        ("isolationMode", value(one.isolation_mode)),
        ("outbound rules", joined(one.outbound_rules.iter().flatten().map(|rule| rule.name.clone()))),
    ]
}

pub(super) fn compute(one: &Compute) -> Fields {
    let users = one.identity.user_assigned.iter().map(|user| user.id.name().to_owned());
    vec![
        ("computeType", value(Some(&one.compute_type))),
        ("identity", value(Some(one.identity.identity_type))),
        ("principalId", value(one.identity.principal_id.as_ref())),
        ("userAssignedIdentities", joined(users)),
        ("subnet", one.subnet.as_ref().map(ToString::to_string).unwrap_or_default()),
        ("provisioningState", one.provisioning_state.clone().unwrap_or_default()),
    ]
}

pub(super) fn endpoint(one: &BatchEndpoint) -> Fields {
    vec![
        ("default deployment", one.default_deployment.clone().unwrap_or_default()),
        ("authMode", one.auth_mode.clone().unwrap_or_default()),
        ("provisioningState", one.provisioning_state.clone().unwrap_or_default()),
    ]
}

pub(super) fn deployment(one: &BatchDeployment) -> Fields {
    vec![
        ("compute", one.compute.clone().unwrap_or_default()),
        ("errorThreshold", value(one.error_threshold)),
        ("provisioningState", one.provisioning_state.clone().unwrap_or_default()),
    ]
}

pub(super) fn datastore(one: &Datastore) -> Fields {
    let target = match &one.target {
        DatastoreTarget::Blob { account, container } => format!("Blob {account}/{container}"),
        DatastoreTarget::AdlsGen2 { account, filesystem } => format!("ADLS Gen2 {account}/{filesystem}"),
        DatastoreTarget::AdlsGen1 { store } => format!("ADLS Gen1 {store}"),
        DatastoreTarget::File { .. } => "a file share".to_owned(),
        DatastoreTarget::OneLake => "OneLake".to_owned(),
        DatastoreTarget::Other(kind) => format!("type {kind}"),
    };
    let credential = match &one.credential {
        CredentialSource::None => "None",
        CredentialSource::AccountKey => "AccountKey",
        CredentialSource::Sas => "Sas",
        CredentialSource::ServicePrincipal { .. } => "ServicePrincipal",
        CredentialSource::Certificate { .. } => "Certificate",
        CredentialSource::Other(kind) => kind,
    };
    vec![("", target), ("credentialsType", credential.to_owned()), ("isDefault", flag(one.is_default))]
}

pub(super) fn asset(one: &DataAsset) -> Fields {
    vec![("latestVersion", one.latest_version.clone().unwrap_or_default())]
}

pub(super) fn version(one: &DataVersion) -> Fields {
    vec![
        ("dataType", value(one.data_type.as_ref())),
        ("dataUri", one.data_uri.as_deref().map(short).unwrap_or_default()),
        ("archived", if one.is_archived { flag(true) } else { String::new() }),
        ("labels", joined(&one.labels)),
    ]
}

pub(super) fn stored(one: &StoredCredential) -> Fields {
    vec![("", one.credentials_type.clone()), ("SAS", one.sas.as_deref().map(short).unwrap_or_default())]
}

pub(super) fn account(one: &StorageAccount) -> Fields {
    let rules = one.network_rules.as_ref();
    let connections = one
        .private_endpoint_connections
        .as_ref()
        .map(|all| joined(all.iter().filter_map(|one| one.private_endpoint.as_ref()).map(|endpoint| endpoint.name().to_owned())));
    vec![
        ("allowSharedKeyAccess", flag(one.allow_shared_key_access)),
        ("allowBlobPublicAccess", value(one.allow_blob_public_access)),
        ("isHnsEnabled", flag(one.is_hns_enabled)),
        ("publicNetworkAccess", value(Some(&one.public_network_access))),
        ("networkAcls.defaultAction", value(rules.map(|rules| rules.default_action))),
        ("networkAcls.bypass", rules.and_then(|rules| rules.bypass.clone()).unwrap_or_default()),
        ("networkAcls.ipRules", rules.map(|rules| joined(&rules.ip_rules)).unwrap_or_default()),
        (
            "networkAcls.virtualNetworkRules",
            rules.map(|rules| joined(rules.virtual_network_rules.iter().map(|rule| rule.subnet.to_string()))).unwrap_or_default(),
        ),
        ("privateEndpointConnections", connections.unwrap_or_default()),
        ("minimumTlsVersion", one.minimum_tls_version.clone().unwrap_or_default()),
        ("sasPolicy", value(one.sas_policy.as_ref())),
        ("keyCreationTime", joined(one.key_creation_time.iter().map(|(key, at)| format!("{key} {}", moment(*at))))),
        ("statusOfPrimary", one.status_of_primary.clone().unwrap_or_default()),
        ("provisioningState", one.provisioning_state.clone().unwrap_or_default()),
    ]
}

pub(super) fn container(one: &Container) -> Fields {
    vec![("publicAccess", value(one.public_access)), ("deleted", if one.deleted { flag(true) } else { String::new() })]
}

pub(super) fn path_access(one: &PathAccess) -> Fields {
    vec![("owner", one.owner.clone()), ("group", one.group.clone()), ("acl", one.acl.clone())]
}

pub(super) fn path(one: &PathRecord) -> Fields {
    vec![
        ("exists", flag(one.exists)),
        ("is_directory", value(one.is_directory)),
        ("access_tier", one.access_tier.clone().unwrap_or_default()),
    ]
}

pub(super) fn private_endpoint(one: &PrivateEndpoint) -> Fields {
    vec![("subnet", one.subnet.as_ref().map(ToString::to_string).unwrap_or_default()), ("connections", value(Some(&one.connections)))]
}

pub(super) fn probe(one: &Probe) -> Fields {
    vec![("at", moment(one.at)), ("list", value(one.list.as_ref())), ("read", value(one.read.as_ref()))]
}
