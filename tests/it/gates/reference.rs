//! A slow, obvious judge of reachability over every combination of a small set of facts, and the laws over the same worlds.

use super::world::*;
use canread::eval::Judgement;
use canread::eval::Verdict::{self, Allowed, Denied, Undetermined};
use canread::model::*;

#[derive(Clone, Copy, Debug, PartialEq)]
enum From {
    Subnet,
    Public,
    Kubernetes,
    NoCompute,
    NoWorkspace,
    ManagedInternet,
    ManagedApproved,
}
#[derive(Clone, Copy, Debug, PartialEq)]
enum Access {
    Enabled,
    Disabled,
    Perimeter,
}
#[derive(Clone, Copy, Debug, PartialEq)]
enum Firewall {
    Absent,
    Allow,
    Deny,
}
#[derive(Clone, Copy, Debug, PartialEq)]
enum SubnetRule {
    None,
    Other,
    Own(Option<bool>),
}
#[derive(Clone, Copy, Debug, PartialEq)]
enum Endpoint {
    None,
    Pending,
    Blob,
    Both,
    Unrecorded,
    Peered,
    Unpeered,
    NetworksUnknown,
}
#[derive(Clone, Copy, Debug, PartialEq)]
enum Outbound {
    None,
    NotCollected,
    Blob,
    Both,
    Inactive,
    Tag,
    BlobName,
}
#[derive(Clone, Copy, Debug, PartialEq)]
enum Probed {
    No,
    Blob,
    Dfs,
}

#[derive(Clone, Copy, Debug)]
struct Case {
    from: From,
    subscription: Option<bool>,
    access: Access,
    firewall: Firewall,
    rule: SubnetRule,
    address: bool,
    endpoint: Endpoint,
    outbound: Outbound,
    gen2: bool,
    probed: Probed,
}

/// What a person would say who reads the rules one by one.
fn expected(case: &Case) -> Verdict {
    let state = match case.subscription {
        Some(true) => Allowed,
        Some(false) => Denied,
        None if case.from == From::Subnet && (case.probed == Probed::Dfs || case.probed == Probed::Blob) => Allowed,
        None => Undetermined,
    };
    let mut worst = state;
    for dfs in [false, true] {
        if dfs && !case.gen2 {
            continue;
        }
        worst = worst.min(one(case, dfs));
    }
    worst
}

fn one(case: &Case, dfs: bool) -> Verdict {
    let probed = case.from == From::Subnet && (case.probed == Probed::Dfs || (case.probed == Probed::Blob && !dfs));
    if probed {
        return Allowed;
    }
    public(case, dfs).max(private(case, dfs))
}

fn public(case: &Case, dfs: bool) -> Verdict {
    let out = match (case.from, case.outbound) {
        (From::NoWorkspace, _) => Undetermined,
        (From::ManagedApproved, Outbound::Tag) => Allowed,
        (From::ManagedApproved, Outbound::BlobName) if !dfs => Allowed,
        (From::ManagedApproved, Outbound::NotCollected) => Undetermined,
        (From::ManagedApproved, _) => Denied,
        _ => Allowed,
    };
    let unknown_place = matches!(case.from, From::Kubernetes | From::NoCompute | From::NoWorkspace);
    let inward = match (case.access, case.firewall) {
        (Access::Disabled, _) => Denied,
        (Access::Perimeter, _) => Undetermined,
        (Access::Enabled, Firewall::Absent | Firewall::Allow) => Allowed,
        (Access::Enabled, Firewall::Deny) => {
            let by_subnet = match case.rule {
                SubnetRule::None => Denied,
                _ if unknown_place => Undetermined,
                SubnetRule::Own(Some(true)) if case.from == From::Subnet => Allowed,
                SubnetRule::Own(None) if case.from == From::Subnet => Undetermined,
                SubnetRule::Other | SubnetRule::Own(_) => Denied,
            };
            if case.address { by_subnet.max(Undetermined) } else { by_subnet }
        }
    };
    out.min(inward)
}

fn private(case: &Case, dfs: bool) -> Verdict {
    match case.from {
        From::Public => Denied,
        From::Kubernetes | From::NoCompute | From::NoWorkspace => Undetermined,
        From::Subnet => match case.endpoint {
            Endpoint::None | Endpoint::Pending | Endpoint::Unpeered => Denied,
            Endpoint::Both | Endpoint::Peered => Allowed,
            Endpoint::Blob if dfs => Denied,
            Endpoint::Blob => Allowed,
            Endpoint::Unrecorded | Endpoint::NetworksUnknown => Undetermined,
        },
        From::ManagedInternet | From::ManagedApproved => match case.outbound {
            Outbound::NotCollected => Undetermined,
            // A rule that is active says so; a list that holds only a refused connection speaks against it.
            Outbound::Both if case.endpoint == Endpoint::Pending => Undetermined,
            Outbound::Blob if case.endpoint == Endpoint::Pending && !dfs => Undetermined,
            Outbound::Both => Allowed,
            Outbound::Blob if !dfs => Allowed,
            Outbound::None | Outbound::Inactive | Outbound::Tag | Outbound::BlobName | Outbound::Blob => Denied,
        },
    }
}

fn build(case: &Case) -> World {
    let mut world = match case.from {
        From::Subnet => World::in_subnet(),
        From::Public | From::Kubernetes | From::NoCompute | From::NoWorkspace => World::open(),
        From::ManagedInternet => World::managed(IsolationMode::AllowInternetOutbound, outbound_rules(case.outbound)),
        From::ManagedApproved => World::managed(IsolationMode::AllowOnlyApprovedOutbound, outbound_rules(case.outbound)),
    };
    match case.from {
        From::Kubernetes => world.compute.as_mut().unwrap().compute_type = ComputeType::Kubernetes { resource_id: None },
        From::NoCompute => world.compute = None,
        From::NoWorkspace => {
            world.facts.workspaces.clear();
            world.facts.gaps.push(gap(What::Resource, WORKSPACE));
        }
        From::Subnet | From::Public | From::ManagedInternet | From::ManagedApproved => {}
    }
    if case.outbound == Outbound::NotCollected {
        world.facts.gaps.push(gap(What::Resource, &format!("{WORKSPACE}/outboundRules")));
    }
    match case.subscription {
        Some(enabled) => {
            let record = subscription(if enabled { "Enabled" } else { "Disabled" });
            world.facts.subscriptions.insert(SubscriptionId::new(SUB), record);
        }
        None => {
            world.facts.subscriptions.clear();
            world.facts.gaps.push(gap(What::Subscription, SUB));
        }
    }
    world = match case.probed {
        Probed::No => world,
        Probed::Blob => world.probe("https://acct.blob.core.windows.net/c", ProbeCredential::Stored, Some(subnet_id("own", "nodes"))),
        Probed::Dfs => world.probe("https://acct.dfs.core.windows.net/c", ProbeCredential::Stored, Some(subnet_id("own", "nodes"))),
    };
    if case.gen2 {
        world = world.gen2();
    }
    endpoints(firewall(world, case), case.endpoint)
}

fn outbound_rules(outbound: Outbound) -> Option<Vec<OutboundRule>> {
    match outbound {
        Outbound::NotCollected => None,
        Outbound::None => Some(Vec::new()),
        Outbound::Blob => Some(vec![endpoint_rule("b", "blob", "Active")]),
        Outbound::Both => Some(vec![endpoint_rule("b", "blob", "Active"), endpoint_rule("d", "dfs", "Active")]),
        Outbound::Inactive => Some(vec![endpoint_rule("b", "blob", "Inactive"), endpoint_rule("d", "dfs", "Inactive")]),
        Outbound::Tag => Some(vec![destination_rule("t", "ServiceTag", "Storage.NorthEurope")]),
        Outbound::BlobName => Some(vec![destination_rule("n", "FQDN", "*.blob.core.windows.net")]),
    }
}

fn firewall(world: World, case: &Case) -> World {
    let mut rules = deny();
    if case.address {
        rules.ip_rules.push("203.0.113.0/24".to_owned());
    }
    let rule = |network_name: &str| VirtualNetworkRule { subnet: subnet_id(network_name, "nodes"), state: None };
    let mut world = world;
    match case.rule {
        SubnetRule::None => {}
        SubnetRule::Other => rules.virtual_network_rules.push(rule("other")),
        SubnetRule::Own(endpoint) => {
            rules.virtual_network_rules.push(rule("own"));
            world = match endpoint {
                Some(true) => world.subnet(&["Microsoft.Storage"]),
                Some(false) => world.subnet(&[]),
                None => world.facts(|facts| facts.gaps.push(gap(What::Resource, subnet_id("own", "nodes").as_str()))),
            };
        }
    }
    world.account(|account| {
        account.public_network_access = match case.access {
            Access::Enabled => PublicNetworkAccess::Enabled,
            Access::Disabled => PublicNetworkAccess::Disabled,
            Access::Perimeter => PublicNetworkAccess::SecuredByPerimeter,
        };
        account.network_rules = match case.firewall {
            Firewall::Absent => None,
            Firewall::Allow => Some(NetworkRules { default_action: DefaultAction::Allow, ..rules }),
            Firewall::Deny => Some(rules),
        };
    })
}

fn endpoints(world: World, endpoint: Endpoint) -> World {
    let add = |world: World, network_name: &str, groups: &[&str], status: &str| {
        world.account(|account| account.private_endpoint_connections = Some(vec![connection("pe", status)])).endpoint(private_endpoint(
            "pe",
            subnet_id(network_name, "endpoints"),
            groups,
            status,
        ))
    };
    let both = ["blob", "dfs"];
    match endpoint {
        Endpoint::None => world,
        Endpoint::Pending => add(world, "own", &both, "Pending"),
        Endpoint::Blob => add(world, "own", &["blob"], "Approved"),
        Endpoint::Both => add(world, "own", &both, "Approved"),
        Endpoint::Unrecorded => world.account(|account| account.private_endpoint_connections = Some(vec![connection("pe", "Approved")])),
        Endpoint::Peered => add(world, "hub", &both, "Approved")
            .peerings("own", vec![peering("own", "hub", "Connected")])
            .peerings("hub", vec![peering("hub", "own", "Connected")]),
        Endpoint::Unpeered => add(world, "hub", &both, "Approved").peerings("own", Vec::new()).peerings("hub", Vec::new()),
        Endpoint::NetworksUnknown => add(world, "hub", &both, "Approved"),
    }
}

/// Every combination; what cannot matter from a place (outbound rules to a subnet, say) takes one or two values there.
fn cases() -> Vec<Case> {
    use Endpoint::{Blob, Both, NetworksUnknown, Peered, Pending, Unpeered, Unrecorded};
    let places =
        [From::Subnet, From::Public, From::Kubernetes, From::NoCompute, From::NoWorkspace, From::ManagedInternet, From::ManagedApproved];
    let all_endpoints = [Endpoint::None, Pending, Blob, Both, Unrecorded, Peered, Unpeered, NetworksUnknown];
    let all_outbound =
        [Outbound::None, Outbound::NotCollected, Outbound::Blob, Outbound::Both, Outbound::Inactive, Outbound::Tag, Outbound::BlobName];
    let all_rules = [SubnetRule::None, SubnetRule::Other, SubnetRule::Own(Some(true)), SubnetRule::Own(Some(false)), SubnetRule::Own(None)];
    let mut cases = Vec::new();
    for from in places {
        let managed = matches!(from, From::ManagedInternet | From::ManagedApproved);
        let endpoints: &[Endpoint] = if from == From::Subnet { &all_endpoints } else { &all_endpoints[..4] };
        let outbound: &[Outbound] = if managed { &all_outbound } else { &all_outbound[..1] };
        let rules: &[SubnetRule] = if from == From::Subnet { &all_rules } else { &all_rules[..3] };
        let probes: &[Probed] = if from == From::Subnet { &[Probed::No, Probed::Blob, Probed::Dfs] } else { &[Probed::No] };
        for subscription in [Some(true), Some(false), None] {
            for access in [Access::Enabled, Access::Disabled, Access::Perimeter] {
                for firewall in [Firewall::Absent, Firewall::Allow, Firewall::Deny] {
                    for rule in rules {
                        for address in [false, true] {
                            for endpoint in endpoints {
                                for outbound in outbound {
                                    for gen2 in [false, true] {
                                        for probed in probes {
                                            cases.push(Case {
                                                from,
                                                subscription,
                                                access,
                                                firewall,
                                                rule: *rule,
                                                address,
                                                endpoint: *endpoint,
                                                outbound: *outbound,
                                                gen2,
                                                probed: *probed,
                                            });
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
    cases
}

#[test]
fn every_combination_equals_the_reference() {
    let cases = cases();
    let mut seen = [0usize; 3];
    for case in &cases {
        let proof = build(case).reach();
        let verdict = proof.verdict();
        assert_eq!(verdict, expected(case), "{case:?}: {proof:#?}");
        assert_eq!(verdict == Undetermined, !proof.missing().is_empty(), "{case:?}: an undetermined proof names what is missing");
        let at = Verdict::ALL.iter().position(|one| *one == verdict).unwrap();
        seen[at] += 1;
    }
    assert!(cases.len() > 10_000, "{}", cases.len());
    assert!(seen.iter().all(|count| *count > 100), "every verdict occurs: {seen:?} of {}", cases.len());
}

/// Worlds in which one recorded fact is replaced by the gap of its look-up.
fn with_one_gap(world: &World) -> Vec<(String, World)> {
    let mut worlds = Vec::new();
    let mut add = |name: String, changed: World| worlds.push((name, changed));
    for id in world.facts.subnets.keys() {
        add(format!("subnet {id}"), lose(world, id, |facts| drop(facts.subnets.remove(id))));
    }
    for id in world.facts.private_endpoints.keys() {
        add(format!("endpoint {id}"), lose(world, id, |facts| drop(facts.private_endpoints.remove(id))));
    }
    for id in world.facts.virtual_networks.keys() {
        add(format!("network {id}"), lose(world, id, |facts| drop(facts.virtual_networks.remove(id))));
    }
    for id in world.facts.workspaces.keys() {
        add(format!("workspace {id}"), lose(world, id, |facts| drop(facts.workspaces.remove(id))));
    }
    let account = Scope::new(ACCOUNT);
    add("account".to_owned(), lose(world, &account, |facts| facts.storage_accounts.clear()));
    add("compute".to_owned(), World { compute: None, ..world.clone() });
    let subscription = world.clone().facts(|facts| {
        facts.subscriptions.clear();
        facts.gaps.push(gap(What::Subscription, SUB));
    });
    add("subscription".to_owned(), subscription);
    worlds
}

fn lose(world: &World, id: &Scope, remove: impl FnOnce(&mut Facts)) -> World {
    world.clone().facts(|facts| {
        remove(facts);
        facts.gaps.push(gap(What::Resource, id.as_str()));
    })
}

#[test]
fn a_gap_in_place_of_a_fact_only_ever_takes_away_certainty() {
    let mut compared = 0;
    for case in cases().iter().filter(|case| case.probed == Probed::No && case.subscription == Some(true)) {
        let world = build(case);
        let before = world.reach().verdict();
        for (name, changed) in with_one_gap(&world) {
            let after = changed.reach().verdict();
            assert!(after == before || after == Undetermined, "{case:?} without {name}: {before} became {after}");
            compared += 1;
        }
    }
    assert!(compared > 10_000, "{compared}");
}

#[test]
fn denying_by_default_never_raises_a_verdict() {
    for case in cases().iter().filter(|case| case.firewall != Firewall::Deny) {
        let denying = Case { firewall: Firewall::Deny, ..*case };
        assert!(build(&denying).reach().verdict() <= build(case).reach().verdict(), "{case:?}");
    }
}
