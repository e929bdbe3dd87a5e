//! The public endpoint of an account and its firewall.

use super::{NetworkOrigin, is, of_account, region, resource};
use crate::eval::{Context, Judgement, Leaf, Proof};
use crate::model::{DefaultAction, Found, Missing, NetworkRules, PublicNetworkAccess, Scope, StorageAccount, Subnet, VirtualNetworkRule};

/// Whether the public endpoint of `account` takes requests from `origin`.
///
/// `publicNetworkAccess: Disabled` outweighs `networkAcls`, whose default may still read `Allow`. The firewall applies to
/// keys, SAS, tokens and anonymous requests alike. Source: "Azure Storage firewall rules" and "Limitations and
/// restrictions for Azure Storage firewall".
pub(super) fn admits(cx: &Context<'_>, account: &StorageAccount, origin: &NetworkOrigin<'_>) -> Proof {
    let claim = || format!("the public endpoint of account `{}` takes requests from {}", account.name, origin.describe());
    match &account.public_network_access {
        PublicNetworkAccess::Disabled => {
            Proof::denied(|| Leaf::new(claim(), of_account(account, "publicNetworkAccess is Disabled: only private endpoints lead here")))
        }
        PublicNetworkAccess::SecuredByPerimeter => {
            let question = format!("the rules of the network security perimeter around account `{}` are not evaluated", account.name);
            let leaf = || Leaf::new(claim(), of_account(account, "publicNetworkAccess is SecuredByPerimeter"));
            Proof::undetermined(|| (leaf(), Missing::open("network-security-perimeter", question)))
        }
        PublicNetworkAccess::Other(value) => {
            let says = format!("publicNetworkAccess is `{value}`");
            let question = format!("what {says} means for account `{}` is not known to this version", account.name);
            Proof::undetermined(|| (Leaf::new(claim(), of_account(account, says)), Missing::open("public-network-access", question)))
        }
        PublicNetworkAccess::Enabled => match &account.network_rules {
            None => Proof::allowed(|| Leaf::new(claim(), of_account(account, "public network access is enabled and there is no firewall"))),
            Some(rules) => match rules.default_action {
                DefaultAction::Allow => {
                    Proof::allowed(|| Leaf::new(claim(), of_account(account, "public network access is enabled, defaultAction is Allow")))
                }
                DefaultAction::Deny => Proof::any(claim, candidates(cx, account, rules, origin)),
            },
        },
    }
}

/// Every rule of a firewall that denies by default, with what it does for `origin`.
fn candidates(cx: &Context<'_>, account: &StorageAccount, rules: &NetworkRules, origin: &NetworkOrigin<'_>) -> Vec<Proof> {
    let mut parts: Vec<Proof> = rules.virtual_network_rules.iter().map(|rule| virtual_network_rule(cx, account, rule, origin)).collect();
    parts.extend(address_rules(account, rules));
    parts.extend(trusted_services(account, rules));
    parts.extend(rules.resource_access_rules.iter().map(|instance| resource_instance(account, instance)));
    if parts.is_empty() {
        let claim = format!("a firewall rule of account `{}` admits {}", account.name, origin.describe());
        parts.push(Proof::denied(|| Leaf::new(claim, of_account(account, "defaultAction is Deny and there is no rule"))));
    }
    parts
}

fn virtual_network_rule(cx: &Context<'_>, account: &StorageAccount, rule: &VirtualNetworkRule, origin: &NetworkOrigin<'_>) -> Proof {
    let claim = || format!("virtual network rule for subnet `{}` admits {}", rule.subnet, origin.describe());
    let fails = |says: &str| Proof::denied(|| Leaf::new(claim(), of_account(account, says)));
    let (subnet, location) = match origin {
        NetworkOrigin::Unknown { missing, .. } => return Proof::unknown(claim, missing),
        NetworkOrigin::Public { .. } => return fails("the rule names a subnet, and the compute is in none"),
        NetworkOrigin::Managed { .. } => {
            return fails("the rule names a subnet, and the compute is in the managed network of its workspace");
        }
        NetworkOrigin::Subnet { subnet, .. } if **subnet != rule.subnet => return fails("the rule names another subnet"),
        NetworkOrigin::Subnet { subnet, location } => (*subnet, *location),
    };
    let named = match rule.state.as_deref() {
        None => Proof::allowed(|| Leaf::new(claim(), of_account(account, "virtualNetworkRules names the subnet"))),
        Some(state) if is(state, "Succeeded") => {
            Proof::allowed(|| Leaf::new(claim(), of_account(account, "virtualNetworkRules names the subnet, state Succeeded")))
        }
        Some(state) if is(state, "NetworkSourceDeleted") => {
            return fails("state NetworkSourceDeleted: the rule was made for a subnet that was deleted since");
        }
        Some(state) => {
            let question = format!("whether a virtual network rule admits while its state is {state} is not documented");
            let leaf = Leaf::new(claim(), of_account(account, format!("virtualNetworkRules names the subnet, state {state}")));
            Proof::undetermined(|| (leaf, Missing::open("virtual-network-rule-state", question)))
        }
    };
    Proof::all(claim, vec![named, service_endpoint(cx, account, subnet, location)])
}

/// A virtual network rule recognises a subnet by what its service endpoint for storage sends along; without one, requests
/// come from a public address. Source: "Azure Storage firewall rules", virtual network rules; "Create a virtual network
/// rule for Azure Storage".
fn service_endpoint(cx: &Context<'_>, account: &StorageAccount, subnet: &Scope, location: Option<&str>) -> Proof {
    let claim = || format!("subnet `{subnet}` has a service endpoint for storage");
    let record = match cx.snapshot.subnet(subnet) {
        Found::Here(record) => record,
        Found::Missing(missing) => return Proof::unknown(claim, &missing),
        // A closed world without a record for a subnet that compute and rule both name: it exists, for the compute is in it.
        Found::Absent(_) => {
            let assumption = format!("subnet `{subnet}` has the service endpoint that its virtual network rule needs");
            let evidence = of_account(account, "a virtual network rule is made for a subnet with a service endpoint");
            return Proof::allowed(|| Leaf::new(claim(), evidence).assuming(assumption));
        }
    };
    let endpoint = |service: &str| record.service_endpoints.iter().find(|(name, _)| is(name, service));
    if let Some((name, state)) = endpoint("Microsoft.Storage.Global") {
        return provisioned(record, name, state.as_deref());
    }
    let Some((name, state)) = endpoint("Microsoft.Storage") else {
        let says = "no service endpoint for Microsoft.Storage: the firewall sees a public address and not the subnet";
        return Proof::denied(|| Leaf::new(claim(), resource(&record.id, says)));
    };
    if let (Some(here), Some(there)) = (location, account.location.as_deref())
        && region(here) != region(there)
    {
        let says = format!("Microsoft.Storage, nodes in {here}, account in {there}");
        let question = "a service endpoint for Microsoft.Storage reaches accounts of its own region and that region's pair; which regions \
                        are pairs is not evaluated";
        return Proof::undetermined(|| {
            (Leaf::new(claim(), resource(&record.id, says)), Missing::open("service-endpoint-region", question))
        });
    }
    provisioned(record, name, state.as_deref())
}

fn provisioned(subnet: &Subnet, service: &str, state: Option<&str>) -> Proof {
    let claim = || format!("subnet `{}` has a service endpoint for storage", subnet.id);
    match state.filter(|state| !is(state, "Succeeded")) {
        None => Proof::allowed(|| Leaf::new(claim(), resource(&subnet.id, format!("serviceEndpoints holds {service}")))),
        Some(state) => {
            let says = format!("serviceEndpoints holds {service}, provisioningState {state}");
            let question = format!("whether a service endpoint works while its provisioningState is {state} is not documented");
            Proof::undetermined(|| (Leaf::new(claim(), resource(&subnet.id, says)), Missing::open("service-endpoint-state", question)))
        }
    }
}

/// Addresses of nodes are not known, and rules for addresses have no effect on callers of the account's own region: one of
/// them may admit, and nothing in a snapshot decides it.
fn address_rules(account: &StorageAccount, rules: &NetworkRules) -> Option<Proof> {
    const SHOWN: usize = 5;
    if rules.ip_rules.is_empty() {
        return None;
    }
    let shown = rules.ip_rules.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = rules.ip_rules.len().saturating_sub(SHOWN);
    let ranges = if more == 0 { shown } else { format!("{shown} and {more} more") };
    let question = "from which public addresses the nodes of the compute call is not known, and address rules have no effect on callers of \
                    the account's own region";
    let leaf = Leaf::new(
        format!("a rule for addresses of account `{}` admits the compute", account.name),
        of_account(account, format!("ipRules: {ranges}")),
    );
    Some(Proof::undetermined(|| (leaf, Missing::open("ip-rule", question))))
}

/// The workspace is on the list of trusted services; its cluster nodes are not the workspace. Source: "Trusted Azure
/// services for Azure Storage network security".
fn trusted_services(account: &StorageAccount, rules: &NetworkRules) -> Option<Proof> {
    let trusted = rules.bypass.as_deref()?.split(',').any(|part| is(part.trim(), "AzureServices"));
    let says = "bypass AzureServices admits the workspace's own identity, not the nodes of its computes";
    let claim = || format!("the exception for trusted services of account `{}` admits the compute", account.name);
    trusted.then(|| Proof::denied(|| Leaf::new(claim(), of_account(account, says))))
}

fn resource_instance(account: &StorageAccount, instance: &str) -> Proof {
    let says = "a rule for a resource instance admits that resource's own identity, not the nodes of a compute";
    Proof::denied(|| Leaf::new(format!("resource instance rule for `{instance}` admits the compute"), of_account(account, says)))
}
