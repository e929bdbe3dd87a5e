//! Changes in words.

use super::change::{Change, RoleGrant, compute_of_identity_to_come};
use super::measure::Measure;
use crate::model::{AclTag, ObjectId, Operation, Scope, Snapshot};
use std::collections::{BTreeMap, BTreeSet};

/// A principal by its name, else its object id.
pub(super) fn name(snapshot: &Snapshot, id: &ObjectId) -> String {
    if let Some(compute) = compute_of_identity_to_come(id) {
        return format!("the new identity of compute `{}`", compute.name());
    }
    let object = snapshot.facts().directory.get(id).and_then(|object| object.name());
    let signed_in = snapshot.facts().header.signed_in.as_ref().filter(|one| one.object_id == *id).and_then(|one| one.name.as_deref());
    let named = object.or(signed_in).map(str::to_owned).or_else(|| of_compute(snapshot, id));
    named.unwrap_or_else(|| id.to_string())
}

/// The name that the identity of a compute goes by.
fn of_compute(snapshot: &Snapshot, id: &ObjectId) -> Option<String> {
    let computes = snapshot.facts().computes.values();
    computes.into_iter().find_map(|compute| {
        let identity = &compute.identity;
        if identity.principal_id.as_ref() == Some(id) {
            let workspace = compute.id.segment_after("workspaces").unwrap_or_default();
            return Some(format!("{workspace}/computes/{}", compute.id.name()));
        }
        let user = identity.user_assigned.iter().find(|user| user.principal_id.as_ref() == Some(id))?;
        Some(user.id.name().to_owned())
    })
}

/// The end of an ARM id that says what it is.
fn place(scope: &Scope) -> String {
    for (kind, words) in [("containers", "container"), ("storageaccounts", "account"), ("workspaces", "workspace")] {
        if let Some(name) = scope.segment_after(kind) {
            let of = scope.segment_after("storageaccounts").filter(|_| kind == "containers");
            return of.map_or_else(|| format!("{words} `{name}`"), |account| format!("container `{account}/{name}`"));
        }
    }
    format!("`{scope}`")
}

fn tag(snapshot: &Snapshot, tag: &AclTag) -> String {
    match tag {
        AclTag::Owner => "the owning user".to_owned(),
        AclTag::User(id) | AclTag::Group(id) => name(snapshot, id),
        AclTag::OwningGroup => "the owning group".to_owned(),
        AclTag::Mask => "the mask".to_owned(),
        AclTag::Other => "everyone else".to_owned(),
    }
}

fn grant(snapshot: &Snapshot, grant: &RoleGrant) -> String {
    format!("role `{}` on {} for {}", grant.role_name, place(&grant.scope), name(snapshot, &grant.principal))
}

/// One change, one sentence without its full stop.
pub(super) fn change(snapshot: &Snapshot, change: &Change) -> String {
    match change {
        Change::Respell { input, to } => format!("write input `{input}` as `{to}`"),
        Change::DefaultDeployment { endpoint, deployment } => {
            format!("make `{deployment}` the default deployment of endpoint `{}`", endpoint.name())
        }
        Change::AttachIdentity { compute, user: None } => format!("give compute `{}` a system-assigned identity", compute.name()),
        Change::AttachIdentity { compute, user: Some(user) } => {
            format!("give compute `{}` the user-assigned identity `{}`", compute.name(), user.name())
        }
        Change::StoreByIdentity { datastore } => {
            format!("let datastore `{}` store no credential, so that identities read", datastore.name())
        }
        Change::RenewSas { datastore, sas } => {
            let field = |name: &str| sas.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).unwrap_or_default();
            let until = field("se").replace("%3A", ":");
            format!("put a new SAS into datastore `{}`, with permissions `{}` until {until}", datastore.name(), field("sp"))
        }
        Change::AllowSharedKey { account } => {
            format!("let account `{account}` take shared keys again, if no policy forbids it")
        }
        Change::SubnetRule { account, subnet } => {
            format!("admit subnet `{}` in the firewall of account `{account}`", short_subnet(subnet))
        }
        Change::PrivateEndpoint { account, sub_resource, subnet } => format!(
            "make a private endpoint to `{sub_resource}` of account `{account}` in subnet `{}`, with its private DNS zone",
            short_subnet(subnet)
        ),
        Change::OutboundRule { workspace, account, sub_resource } => format!(
            "let the managed network of workspace `{}` lead to `{sub_resource}` of account `{account}` by a private endpoint",
            workspace.name()
        ),
        Change::RemoveDeny { name, id } => {
            format!("deny assignment `{name}` is in the way and can only be lifted by whoever made it: {id}")
        }
        Change::ActivateRole { grant: active, .. } => format!("activate the eligible {}", grant(snapshot, active)),
        Change::CustomRole { principal, scope, actions } => format!(
            "custom role with {} on {} for {}",
            if actions.len() == 1 { "the one missing action".to_owned() } else { format!("the {} missing actions", actions.len()) },
            place(scope),
            name(snapshot, principal)
        ),
        Change::GrantRole(one) => grant(snapshot, one),
        Change::SetAcl { at, tag: who, bits } => {
            format!("ACL entry `{bits}` on `{}` of `{}/{}` for {}", at.path, at.account, at.filesystem, tag(snapshot, who))
        }
        Change::AclBelow { at, tag: who } => format!(
            "ACL entries `r-x` on `{}` of `{}/{}` and all below it, and for what is created there later, for {}",
            at.path,
            at.account,
            at.filesystem,
            tag(snapshot, who)
        ),
        Change::Rehydrate { at } => {
            format!("bring archived `{}` of `{}/{}` back online, which takes hours", at.path, at.account, at.filesystem)
        }
        Change::WriteAcl { at, default, tag: who, bits } => format!(
            "{}ACL entry `{bits}` on `{}` of `{}/{}` for {}",
            if *default { "default " } else { "" },
            at.path,
            at.account,
            at.filesystem,
            tag(snapshot, who)
        ),
        Change::Without(id) => format!("without `{}`", id.0),
    }
}

fn short_subnet(subnet: &Scope) -> String {
    let network = subnet.segment_after("virtualnetworks").unwrap_or_default();
    format!("{network}/{}", subnet.name())
}

/// What a measure counts, in words.
pub(super) fn opens(snapshot: &Snapshot, measure: &Measure) -> String {
    if measure.opened.is_empty() {
        return match measure.actions {
            0 => "opens nothing".to_owned(),
            1 => "opens no data, and 1 management action".to_owned(),
            more => format!("opens no data, and {more} management actions"),
        };
    }
    let mut by_principal: BTreeMap<&ObjectId, (BTreeSet<Operation>, BTreeSet<String>)> = BTreeMap::new();
    for access in &measure.opened {
        let (operations, containers) = by_principal.entry(&access.principal).or_default();
        operations.insert(access.operation);
        containers.insert(format!("{}/{}", access.account, access.container));
    }
    let mut parts: Vec<String> = Vec::new();
    for (principal, (operations, containers)) in by_principal.iter().take(3) {
        let operations: Vec<&str> = operations.iter().map(|operation| operation.as_str()).collect();
        let containers: Vec<&str> = containers.iter().take(3).map(String::as_str).collect();
        parts.push(format!("{} in {} to {}", operations.join(", "), containers.join(", "), name(snapshot, principal)));
    }
    let more = by_principal.len().saturating_sub(parts.len());
    if more > 0 {
        parts.push(format!("and to {more} more"));
    }
    format!("opens {}: {}", measure.opened.len(), parts.join("; "))
}

/// The whole in one sentence.
pub(super) fn summary(snapshot: &Snapshot, changes: &[Change], measure: &Measure, others: &[String]) -> String {
    let first = changes.first().map(|first| change(snapshot, first)).unwrap_or_default();
    let all = match changes.len() {
        0 | 1 => first,
        2 | 3 => changes.iter().map(|one| change(snapshot, one)).collect::<Vec<_>>().join("; "),
        more => format!("{first}; and {} more changes", more - 1),
    };
    let mut text = format!("{all} ({})", opens(snapshot, measure));
    if !others.is_empty() {
        let listed: Vec<&str> = others.iter().take(3).map(String::as_str).collect();
        let more = if others.len() > 3 { " and others" } else { "" };
        text.push_str(&format!("; it also opens data to {}{more}, no identity of this job", listed.join(", ")));
    }
    text
}
