//! The managed network of a workspace: its private endpoints and what it lets out.

use super::reachable::SubResource;
use super::{is, region, resource};
use crate::eval::{Context, Judgement, Leaf, Proof, Verdict};
use crate::model::{Lookup, Missing, OutboundRule, Scope, StorageAccount, What, Workspace};

/// Whether an outbound rule of type private endpoint leads to `sub` of `account`.
///
/// Source: "Workspace managed virtual network isolation", outbound rules and list of required rules.
pub(super) fn private_endpoint(cx: &Context<'_>, account: &StorageAccount, workspace: &Workspace, sub: SubResource) -> Proof {
    let claim = || format!("a private endpoint of the managed network leads to `{sub}` of account `{}`", account.name);
    let (rules, unlisted) = rules(cx, workspace);
    let mut parts: Vec<Proof> = rules
        .iter()
        .filter(|rule| is(&rule.rule_type, "PrivateEndpoint"))
        .filter_map(|rule| private_endpoint_rule(account, workspace, rule, sub))
        .collect();
    if parts.iter().all(|part| part.verdict() == Verdict::Denied) {
        parts.extend(required_rule(account, workspace, sub));
    }
    parts.extend(another(unlisted));
    if parts.is_empty() {
        let says = "no outbound rule of the managed network is a private endpoint to this account";
        return Proof::denied(|| Leaf::new(claim(), resource(&workspace.id, says)));
    }
    Proof::any(claim, parts)
}

/// The outbound rules that are known, and what is missing to know that they are all. A list in the workspace's body is whole;
/// of rules that came as records of their own, or not at all, only a closed world says that there are no others. Coverage of
/// the workspace does not, for it speaks of endpoints, deployments, computes and datastores.
fn rules<'a>(cx: &Context<'a>, workspace: &'a Workspace) -> (&'a [OutboundRule], Option<Missing>) {
    if let Some(rules) = &workspace.outbound_rules {
        return (rules, None);
    }
    let known = cx.snapshot.facts().outbound_rules.get(&workspace.id).map_or(&[][..], Vec::as_slice);
    let collection = workspace.id.join("outboundRules");
    let missing = match cx.snapshot.resource_lookup(&collection) {
        Lookup::Complete(Some(record)) if matches!(record.what, What::Everything | What::Resource) => None,
        Lookup::Complete(_) => Some(Missing::resource(&collection, &Lookup::NotCollected)),
        failed @ (Lookup::Gap(_) | Lookup::NotCollected) => Some(Missing::resource(&collection, &failed)),
    };
    (known, missing)
}

/// A rule that may be there without being known.
fn another(unlisted: Option<Missing>) -> Option<Proof> {
    unlisted.map(|missing| Proof::unknown(|| "another outbound rule does".to_owned(), &missing))
}

fn rule_id(workspace: &Workspace, rule: &OutboundRule) -> Scope {
    workspace.id.join(&format!("outboundRules/{}", rule.name))
}

/// What a private endpoint rule does for the account; `None`: it leads elsewhere.
fn private_endpoint_rule(account: &StorageAccount, workspace: &Workspace, rule: &OutboundRule, sub: SubResource) -> Option<Proof> {
    let id = rule_id(workspace, rule);
    let claim = || format!("outbound rule `{}` leads to `{sub}` of account `{}`", rule.name, account.name);
    let Some(service) = &rule.service_resource else {
        return Some(Proof::unknown(claim, &Missing::resource(&id, &Lookup::NotCollected)));
    };
    if *service != account.id {
        return None;
    }
    Some(match rule.sub_resource.as_deref() {
        None => Proof::unknown(claim, &Missing::resource(&id, &Lookup::NotCollected)),
        Some(other) if !is(other, sub.as_str()) => {
            let says = format!("the rule leads to `{other}` of this account, and not to `{sub}`");
            Proof::denied(|| Leaf::new(claim(), resource(&id, says)))
        }
        Some(_) => active(&id, rule, claim, |leaf| approved_there(account, leaf, rule)),
    })
}

/// Judges the status of a rule that fits; `holds` makes the proof where it is active.
fn active(id: &Scope, rule: &OutboundRule, claim: impl Fn() -> String, holds: impl FnOnce(Leaf) -> Proof) -> Proof {
    let leaf = |says: String| Leaf::new(claim(), resource(id, says));
    match rule.status.as_deref() {
        None => Proof::unknown(&claim, &Missing::resource(id, &Lookup::NotCollected)),
        Some(status) if is(status, "Active") => holds(leaf(format!("{} rule, status Active", rule.rule_type))),
        Some(status) if ["Inactive", "Failed", "Deleting"].iter().any(|word| is(status, word)) => {
            Proof::denied(|| leaf(format!("{} rule, status {status}", rule.rule_type)))
        }
        Some(status) => {
            let question = format!("whether an outbound rule works while its status is {status} is not documented");
            Proof::undetermined(|| {
                (leaf(format!("{} rule, status {status}", rule.rule_type)), Missing::open("outbound-rule-status", question))
            })
        }
    }
}

/// The other end of an active rule: the account's own list of connections. It names endpoints of the managed network by ids
/// that the workspace does not show, so that only a list without any approved one speaks against the rule.
fn approved_there(account: &StorageAccount, leaf: Leaf, rule: &OutboundRule) -> Proof {
    let Some(connections) = &account.private_endpoint_connections else {
        return Proof::allowed(|| leaf);
    };
    if connections.iter().any(|connection| connection.status.as_deref().is_some_and(|status| is(status, "Approved"))) {
        return Proof::allowed(|| leaf);
    }
    if connections.is_empty() {
        let assumption =
            format!("the private endpoint of outbound rule `{}` is approved at account `{}`, as its status says", rule.name, account.name);
        return Proof::allowed(|| leaf.assuming(assumption));
    }
    let question = format!("outbound rule `{}` is active, and account `{}` lists no approved private endpoint", rule.name, account.name);
    Proof::undetermined(|| (leaf, Missing::open("outbound-rule-approval", question)))
}

/// Required rules for the workspace's default storage are made by the service, and older answers leave them out.
fn required_rule(account: &StorageAccount, workspace: &Workspace, sub: SubResource) -> Option<Proof> {
    let default = workspace.storage_account.as_ref() == Some(&account.id);
    if !default || !matches!(sub, SubResource::Blob | SubResource::File) {
        return None;
    }
    let question = format!(
        "the service makes a private endpoint to `{sub}` of the workspace's default storage by itself, and the outbound rules do not list it"
    );
    let leaf = Leaf::new(
        format!("a required rule leads to `{sub}` of the default storage `{}`", account.name),
        resource(&workspace.id, "storageAccount of the workspace"),
    );
    Some(Proof::undetermined(|| (leaf, Missing::open("outbound-rule-required", question))))
}

/// Whether a managed network that lets out only what is approved lets requests to the public endpoint of `sub` out.
pub(super) fn egress(cx: &Context<'_>, account: &StorageAccount, workspace: &Workspace, sub: SubResource) -> Proof {
    let claim = || format!("the managed network lets requests to the public `{sub}` endpoint of account `{}` out", account.name);
    let (rules, unlisted) = rules(cx, workspace);
    let mut parts: Vec<Proof> = rules.iter().filter_map(|rule| egress_rule(account, workspace, rule, sub)).collect();
    parts.extend(another(unlisted));
    if parts.is_empty() {
        let says = "isolation mode AllowOnlyApprovedOutbound, and no service tag or FQDN rule covers this host";
        return Proof::denied(|| Leaf::new(claim(), resource(&workspace.id, says)));
    }
    Proof::any(claim, parts)
}

/// What a service tag or FQDN rule does for the host of the account; `None`: it covers another.
fn egress_rule(account: &StorageAccount, workspace: &Workspace, rule: &OutboundRule, sub: SubResource) -> Option<Proof> {
    let id = rule_id(workspace, rule);
    let destination = rule.destination.as_deref()?.trim();
    let claim = || format!("outbound rule `{}` ({destination}) covers the `{sub}` endpoint of account `{}`", rule.name, account.name);
    let by_tag = is(&rule.rule_type, "ServiceTag");
    if by_tag {
        match tag_covers(destination, account.location.as_deref()) {
            Some(true) => {}
            Some(false) => return None,
            None => return Some(Proof::unknown(claim, &Missing::resource(&account.id, &Lookup::NotCollected))),
        }
    } else if !is(&rule.rule_type, "FQDN") || !name_covers(destination, account, sub) {
        return None;
    }
    let assumption = format!("outbound rule `{}` allows TCP port 443", rule.name);
    Some(active(&id, rule, claim, |leaf| Proof::allowed(|| if by_tag { leaf.assuming(assumption) } else { leaf })))
}

/// Whether a service tag covers storage in `location`; `None`: the tag is regional and the account's region unknown.
/// Source: "Virtual network service tags": `Storage`, `AzureCloud`, each also by region.
fn tag_covers(tag: &str, location: Option<&str>) -> Option<bool> {
    let (name, of_region) = tag.split_once('.').map_or((tag, None), |(name, of_region)| (name, Some(of_region)));
    if !is(name, "Storage") && !is(name, "AzureCloud") {
        return Some(false);
    }
    match (of_region, location) {
        (None, _) => Some(true),
        (Some(_), None) => None,
        (Some(tagged), Some(location)) => Some(region(tagged) == region(location)),
    }
}

fn name_covers(destination: &str, account: &StorageAccount, sub: SubResource) -> bool {
    let wanted = destination.to_lowercase();
    let endpoint = account.primary_endpoints.get(sub.as_str()).map(|url| url.to_lowercase());
    let host = endpoint.as_deref().map(|url| url.trim_start_matches("https://").trim_end_matches('/'));
    match (host, wanted.strip_prefix('*')) {
        (Some(host), Some(suffix)) => suffix.starts_with('.') && host.ends_with(suffix),
        (Some(host), None) => host == wanted,
        (None, Some(suffix)) => suffix.starts_with(&format!(".{sub}.")),
        (None, None) => wanted.starts_with(&format!("{}.{sub}.", account.name)),
    }
}
