//! `account/reachable`, rule by rule.

use super::world::*;
use canread::eval::Judgement;
use canread::eval::Verdict::{self, Allowed, Denied, Undetermined};
use canread::model::*;

/// What a case must show: the verdict, evidence of leaves of that verdict, and what is missing.
struct Case {
    name: &'static str,
    world: World,
    verdict: Verdict,
    /// Among the evidence of leaves with the verdict above.
    evidence: Vec<String>,
    missing: Vec<String>,
}

fn case(name: &'static str, world: World, verdict: Verdict, evidence: &[&str]) -> Case {
    Case { name, world, verdict, evidence: evidence.iter().map(|id| (*id).to_owned()).collect(), missing: Vec::new() }
}
fn unknown(name: &'static str, world: World, missing: &[&str]) -> Case {
    Case { name, world, verdict: Undetermined, evidence: Vec::new(), missing: missing.iter().map(|m| (*m).to_owned()).collect() }
}

fn hold(cases: Vec<Case>) {
    for case in cases {
        let proof = case.world.reach();
        assert_eq!(proof.verdict(), case.verdict, "{}: {proof:#?}", case.name);
        let found = evidence(&proof, case.verdict);
        for id in &case.evidence {
            assert!(found.contains(id), "{}: {id} not among {found:?}", case.name);
        }
        assert_eq!(missing(&proof), case.missing, "{}", case.name);
    }
}

fn with_rules(world: World, change: impl FnOnce(&mut NetworkRules)) -> World {
    let mut rules = deny();
    change(&mut rules);
    world.account(|account| account.network_rules = Some(rules))
}
fn names_subnet(network_name: &str, state: Option<&str>) -> VirtualNetworkRule {
    VirtualNetworkRule { subnet: subnet_id(network_name, "nodes"), state: state.map(str::to_owned) }
}
fn with_subnet_rule(world: World, network_name: &str, state: Option<&str>) -> World {
    with_rules(world, |rules| rules.virtual_network_rules.push(names_subnet(network_name, state)))
}
fn listed(world: World, name: &str, status: &str) -> World {
    world.account(|account| account.private_endpoint_connections.get_or_insert_default().push(connection(name, status)))
}

#[test]
fn subscription_and_account_state() {
    let state = |word: &str| World::open().facts(|facts| drop(facts.subscriptions.insert(SubscriptionId::new(SUB), subscription(word))));
    let without = |cover: bool| {
        World::open().facts(|facts| {
            facts.subscriptions.clear();
            if !cover {
                facts.coverage.clear();
            }
        })
    };
    let account_state = |primary: &str, provisioning: &str| {
        World::open().account(|account| {
            account.status_of_primary = Some(primary.to_owned());
            account.provisioning_state = Some(provisioning.to_owned());
        })
    };
    hold(vec![
        case("open account", World::open(), Allowed, &[SUB, ACCOUNT]),
        case("past due", state("PastDue"), Allowed, &[SUB]),
        case("disabled", state("Disabled"), Denied, &[SUB]),
        case("deleted", state("Deleted"), Denied, &[SUB]),
        unknown("a state nobody documents", state("Expired"), &["open_question:subscription-state"]),
        case("covered, no record: Enabled", without(true), Allowed, &["everything", ACCOUNT]),
        unknown("not covered", without(false), &["subscription:11111111-0000-0000-0000-000000000001"]),
        case("primary unavailable", account_state("unavailable", "Succeeded"), Denied, &[ACCOUNT]),
        unknown("being created", account_state("available", "Creating"), &["open_question:account-state"]),
    ]);
    let warned = |world: World| world.reach().warnings().into_iter().map(|warning| warning.id).collect::<Vec<_>>();
    assert_eq!(warned(state("Warned")), [WarningId::AccountNote]);
    assert_eq!(warned(World::open()), []);
    assert_eq!(warned(World::open().account(|a| a.customer_managed_key = true)), [WarningId::AccountEncryption]);
    assert_eq!(warned(World::open().account(|a| a.minimum_tls_version = Some("TLS1_3".to_owned()))), [WarningId::AccountNote]);
}

#[test]
fn public_network_access_outweighs_the_firewall() {
    let access = |access: PublicNetworkAccess| World::open().account(|account| account.public_network_access = access);
    let allow = NetworkRules { default_action: DefaultAction::Allow, ..deny() };
    hold(vec![
        case("disabled", access(PublicNetworkAccess::Disabled), Denied, &[ACCOUNT]),
        case(
            "disabled, default Allow",
            access(PublicNetworkAccess::Disabled).account(|a| a.network_rules = Some(allow.clone())),
            Denied,
            &[ACCOUNT],
        ),
        case("enabled, default Allow", World::open().account(|a| a.network_rules = Some(allow.clone())), Allowed, &[ACCOUNT]),
        unknown("perimeter", access(PublicNetworkAccess::SecuredByPerimeter), &["open_question:network-security-perimeter"]),
        unknown("a new value", access(PublicNetworkAccess::Other("New".to_owned())), &["open_question:public-network-access"]),
    ]);
}

#[test]
fn firewall_rules() {
    let subnet_of_nodes = subnet_id("own", "nodes");
    let storage = ["Microsoft.Storage"];
    let own = |services: &[&str]| with_subnet_rule(World::in_subnet().subnet(services), "own", Some("Succeeded"));
    let elsewhere = |services: &[&str]| own(services).account(|account| account.location = Some("westus".to_owned()));
    hold(vec![
        case("deny, no rule", World::open().account(|a| a.network_rules = Some(deny())), Denied, &[ACCOUNT]),
        case("rule for the subnet", own(&storage), Allowed, &[ACCOUNT, subnet_of_nodes.as_str()]),
        case("rule without state", with_subnet_rule(World::in_subnet().subnet(&storage), "own", None), Allowed, &[ACCOUNT]),
        case("subnet without service endpoint", own(&[]), Denied, &[subnet_of_nodes.as_str()]),
        case("service endpoint of another service", own(&["Microsoft.KeyVault"]), Denied, &[subnet_of_nodes.as_str()]),
        case("other region, global service endpoint", elsewhere(&["Microsoft.Storage.Global"]), Allowed, &[subnet_of_nodes.as_str()]),
        unknown("other region", elsewhere(&storage), &["open_question:service-endpoint-region"]),
        unknown(
            "subnet not collected",
            with_subnet_rule(World::in_subnet(), "own", None).facts(|facts| {
                facts.coverage.clear();
                facts.gaps.push(gap(What::Resource, subnet_id("own", "nodes").as_str()));
            }),
            &[&format!("resource:{subnet_of_nodes}")],
        ),
        case("rule for another network", with_subnet_rule(World::in_subnet().subnet(&storage), "other", None), Denied, &[ACCOUNT]),
        case(
            "subnet was deleted",
            with_subnet_rule(World::in_subnet().subnet(&storage), "own", Some("NetworkSourceDeleted")),
            Denied,
            &[ACCOUNT],
        ),
        unknown(
            "rule being provisioned",
            with_subnet_rule(World::in_subnet().subnet(&storage), "own", Some("Provisioning")),
            &["open_question:virtual-network-rule-state"],
        ),
        case("compute without subnet", with_subnet_rule(World::open(), "own", None), Denied, &[ACCOUNT]),
        unknown(
            "only an address rule",
            with_rules(World::open(), |r| r.ip_rules.push("203.0.113.7".to_owned())),
            &["open_question:ip-rule"],
        ),
        case("trusted services", with_rules(World::open(), |r| r.bypass = Some("Logging, AzureServices".to_owned())), Denied, &[ACCOUNT]),
        case(
            "rule for the workspace",
            with_rules(World::open(), |r| r.resource_access_rules.push(WORKSPACE.to_owned())),
            Denied,
            &[ACCOUNT],
        ),
    ]);
}

#[test]
fn near_misses_are_listed() {
    let world = with_rules(World::in_subnet().subnet(&["Microsoft.Storage"]), |rules| {
        rules.virtual_network_rules.push(names_subnet("other", None));
        rules.bypass = Some("AzureServices".to_owned());
        rules.resource_access_rules.push(WORKSPACE.to_owned());
    });
    let proof = listed(world, "pending", "Pending").reach();
    assert_eq!(proof.verdict(), Denied);
    let says: Vec<String> = proof
        .leaves()
        .into_iter()
        .filter(|(_, verdict, _)| *verdict == Denied)
        .map(|(_, _, leaf)| format!("{}: {}", leaf.evidence.id.rsplit('/').next().unwrap(), leaf.evidence.says))
        .collect();
    assert_eq!(
        says,
        [
            "acct: the rule names another subnet",
            "acct: bypass AzureServices admits the workspace's own identity, not the nodes of its computes",
            "acct: a rule for a resource instance admits that resource's own identity, not the nodes of a compute",
            "pending: the connection is Pending, not Approved",
        ]
    );
}

#[test]
fn a_closed_world_without_the_subnet_is_an_assumption() {
    let proof = with_subnet_rule(World::in_subnet(), "own", None).reach();
    assert_eq!(proof.verdict(), Allowed);
    let assumed: Vec<_> = proof.assumptions().into_iter().collect();
    assert_eq!(assumed, [format!("subnet `{}` has the service endpoint that its virtual network rule needs", subnet_id("own", "nodes"))]);
}

#[test]
fn private_endpoints() {
    let pe = endpoint_id("pe");
    let world = |groups: &[&str], status: &str, network_name: &str| {
        let endpoint = private_endpoint("pe", subnet_id(network_name, "endpoints"), groups, "Approved");
        listed(World::in_subnet().private(), "pe", status).endpoint(endpoint)
    };
    let two = world(&["blob"], "Approved", "own");
    let two = listed(two, "pe2", "Approved").endpoint(private_endpoint("pe2", subnet_id("own", "endpoints"), &["dfs"], "Approved"));
    hold(vec![
        case("none at all", World::in_subnet().private(), Denied, &[ACCOUNT]),
        case("approved, same network", world(&["blob"], "Approved", "own"), Allowed, &[pe.as_str()]),
        case("pending", world(&["blob"], "Pending", "own"), Denied, &[pe.as_str()]),
        case("rejected", world(&["blob"], "Rejected", "own"), Denied, &[pe.as_str()]),
        case("disconnected", world(&["blob"], "Disconnected", "own"), Denied, &[pe.as_str()]),
        case("another sub-resource", world(&["file"], "Approved", "own"), Denied, &[pe.as_str()]),
        case("Gen2, blob only", world(&["blob"], "Approved", "own").gen2(), Denied, &[pe.as_str()]),
        case("Gen2, blob and dfs", two.gen2(), Allowed, &[pe.as_str(), endpoint_id("pe2").as_str()]),
    ]);
}

#[test]
fn private_endpoints_that_are_known_in_part() {
    let pe = endpoint_id("pe");
    let endpoint = || private_endpoint("pe", subnet_id("own", "endpoints"), &["blob"], "Approved");
    let approved = || listed(World::in_subnet().private(), "pe", "Approved").endpoint(endpoint());
    let unrecorded = |cover: bool| {
        listed(World::in_subnet().private(), "pe", "Approved").facts(|facts| {
            if !cover {
                facts.coverage.clear();
            }
        })
    };
    hold(vec![
        unknown("resource not in a closed world", unrecorded(true), &[&format!("resource:{pe}")]),
        unknown("resource not collected", unrecorded(false), &[&format!("resource:{pe}")]),
        unknown(
            "account and endpoint disagree",
            World::in_subnet().private().endpoint(endpoint()),
            &["open_question:private-endpoint-ends"],
        ),
        case(
            "list not in the body, endpoint recorded",
            World::in_subnet().private().account(|a| a.private_endpoint_connections = None).endpoint(endpoint()),
            Allowed,
            &[pe.as_str()],
        ),
        case(
            "list not in the body, closed world",
            World::in_subnet().private().account(|a| a.private_endpoint_connections = None),
            Denied,
            &[ACCOUNT],
        ),
        unknown(
            "list not in the body",
            World::in_subnet().private().account(|a| a.private_endpoint_connections = None).facts(|facts| facts.coverage.clear()),
            &[&format!("resource:{ACCOUNT}/privateEndpointConnections")],
        ),
        case(
            "compute outside every network",
            World { compute: Some(compute(None)), ..approved() },
            Denied,
            &[&format!("{WORKSPACE}/computes/cpu")],
        ),
        case(
            "perimeter",
            approved().account(|a| a.public_network_access = PublicNetworkAccess::SecuredByPerimeter),
            Allowed,
            &[pe.as_str()],
        ),
    ]);
}

#[test]
fn a_private_endpoint_assumes_name_resolution_and_an_open_account_does_not() {
    let endpoint = private_endpoint("pe", subnet_id("own", "endpoints"), &["blob"], "Approved");
    let world = listed(World::in_subnet(), "pe", "Approved").endpoint(endpoint);
    assert_eq!(world.reach().assumptions().len(), 0);
    let assumed: Vec<_> = world.private().reach().assumptions().into_iter().collect();
    assert_eq!(assumed, [format!("name resolution in `{}` gives the private address of `{}`", network("own"), endpoint_id("pe"))]);
}

#[test]
fn peering_decides_for_another_network() {
    let base = || {
        let endpoint = private_endpoint("pe", subnet_id("hub", "endpoints"), &["blob"], "Approved");
        listed(World::in_subnet().private(), "pe", "Approved").endpoint(endpoint)
    };
    let ends = |one: Vec<Peering>, other: Vec<Peering>| base().peerings("own", one).peerings("hub", other);
    let to_hub = || peering("own", "hub", "Connected");
    let to_own = || peering("hub", "own", "Connected");
    let closed = Peering { allow_access: Some(false), ..to_own() };
    let (own, hub) = (network("own"), network("hub"));
    hold(vec![
        unknown("nothing known of the networks", base(), &[&format!("resource:{hub}"), &format!("resource:{own}")]),
        case(
            "peered",
            ends(vec![to_hub()], vec![to_own()]),
            Allowed,
            &[endpoint_id("pe").as_str(), peering_id("own", "hub").as_str(), peering_id("hub", "own").as_str()],
        ),
        case("not peered", ends(Vec::new(), Vec::new()), Denied, &[own.as_str(), hub.as_str()]),
        case("initiated only", ends(vec![peering("own", "hub", "Initiated")], Vec::new()), Denied, &[peering_id("own", "hub").as_str()]),
        case(
            "disconnected",
            ends(vec![peering("own", "hub", "Disconnected")], vec![to_own()]),
            Denied,
            &[peering_id("own", "hub").as_str()],
        ),
        case("access not allowed at the other end", ends(vec![to_hub()], vec![closed]), Denied, &[peering_id("hub", "own").as_str()]),
        unknown("other end not known", base().peerings("own", vec![to_hub()]), &[&format!("resource:{hub}")]),
        unknown(
            "both peered with a third",
            ends(vec![peering("own", "third", "Connected")], vec![peering("hub", "third", "Connected")]),
            &["open_question:network-transit"],
        ),
    ]);
}

#[test]
fn managed_network() {
    use IsolationMode::{AllowInternetOutbound, AllowOnlyApprovedOutbound, Disabled};
    let rule = rule_id("r");
    let tag = |tag: &str| Some(vec![destination_rule("r", "ServiceTag", tag)]);
    let name = |name: &str| Some(vec![destination_rule("r", "FQDN", name)]);
    let approved = |rules: Option<Vec<OutboundRule>>| World::managed(AllowOnlyApprovedOutbound, rules);
    let outbound_rules = format!("resource:{WORKSPACE}/outboundRules");
    let uncovered = |world: World| {
        world.facts(|facts| {
            facts.coverage.clear();
            facts.coverage.push(CoverageRecord { what: What::Workspace, scope: WORKSPACE.to_owned(), principal: None, below: false });
        })
    };
    hold(vec![
        case("disabled is none", World::managed(Disabled, None), Allowed, &[ACCOUNT]),
        case("open, internet outbound", World::managed(AllowInternetOutbound, None), Allowed, &[ACCOUNT]),
        case("open, only approved, no rule", approved(Some(Vec::new())), Denied, &[WORKSPACE]),
        case("open, only approved, closed world", approved(None), Denied, &[WORKSPACE]),
        unknown("open, only approved, rules not collected", uncovered(approved(None)), &[&outbound_rules]),
        case("service tag", approved(tag("Storage")), Allowed, &[&rule]),
        case("service tag of the region", approved(tag("Storage.NorthEurope")), Allowed, &[&rule]),
        case("service tag of another region", approved(tag("Storage.WestUS")), Denied, &[WORKSPACE]),
        case("service tag of another service", approved(tag("Sql")), Denied, &[WORKSPACE]),
        case("host name", approved(name("acct.blob.core.windows.net")), Allowed, &[&rule]),
        case("wildcard name", approved(name("*.blob.core.windows.net")), Allowed, &[&rule]),
        case("another host", approved(name("other.blob.core.windows.net")), Denied, &[WORKSPACE]),
        case("host name of blob, Gen2", approved(name("acct.blob.core.windows.net")).gen2(), Denied, &[WORKSPACE]),
    ]);
}

#[test]
fn managed_network_with_private_endpoints() {
    use IsolationMode::{AllowInternetOutbound, AllowOnlyApprovedOutbound};
    let rule = rule_id("r");
    let blob = || endpoint_rule("r", "blob", "Active");
    let approved = |rules: Option<Vec<OutboundRule>>| World::managed(AllowOnlyApprovedOutbound, rules);
    let default = |world: World| {
        world.facts(|facts| facts.workspaces.values_mut().for_each(|workspace| workspace.storage_account = Some(Scope::new(ACCOUNT))))
    };
    hold(vec![
        case("private, no rule", World::managed(AllowInternetOutbound, Some(Vec::new())).private(), Denied, &[WORKSPACE, ACCOUNT]),
        case("private, rule", World::managed(AllowInternetOutbound, Some(vec![blob()])).private(), Allowed, &[&rule]),
        case("private, rule, only approved", approved(Some(vec![blob()])).private(), Allowed, &[&rule]),
        case("private, rule for blob, Gen2", approved(Some(vec![blob()])).private().gen2(), Denied, &[&rule, ACCOUNT]),
        case("private, inactive rule", approved(Some(vec![endpoint_rule("r", "blob", "Inactive")])).private(), Denied, &[&rule]),
        unknown(
            "private, rule being provisioned",
            approved(Some(vec![endpoint_rule("r", "blob", "Provisioning")])).private(),
            &["open_question:outbound-rule-status"],
        ),
        unknown(
            "active rule, refused at the account",
            listed(approved(Some(vec![blob()])).private(), "m", "Rejected"),
            &["open_question:outbound-rule-approval"],
        ),
        unknown(
            "default storage, required rule not listed",
            default(World::managed(AllowInternetOutbound, Some(Vec::new())).private()),
            &["open_question:outbound-rule-required"],
        ),
        case(
            "private endpoint of the customer's network is of no use",
            listed(World::managed(AllowInternetOutbound, Some(Vec::new())).private(), "pe", "Approved").endpoint(private_endpoint(
                "pe",
                subnet_id("own", "endpoints"),
                &["blob"],
                "Approved",
            )),
            Denied,
            &[WORKSPACE],
        ),
        case("rule for a subnet", with_subnet_rule(World::managed(AllowInternetOutbound, None), "own", None), Denied, &[ACCOUNT]),
    ]);
}

#[test]
fn an_unknown_compute_is_decidable_for_open_accounts_only() {
    let unknown_compute = |world: World| World { compute: None, ..world };
    let kubernetes = |world: World| World {
        compute: Some(Compute { compute_type: ComputeType::Kubernetes { resource_id: None }, ..compute(None) }),
        ..world
    };
    let no_workspace = |world: World| {
        world.facts(|facts| {
            facts.workspaces.clear();
            facts.gaps.push(gap(What::Resource, WORKSPACE));
        })
    };
    let cpu = format!("resource:{WORKSPACE}/computes/cpu");
    let gone = format!("resource:{WORKSPACE}");
    hold(vec![
        case("open", unknown_compute(World::open()), Allowed, &[ACCOUNT]),
        unknown("private", unknown_compute(World::open().private()), &[&cpu]),
        unknown("firewall", unknown_compute(with_subnet_rule(World::open(), "own", None)), &[&cpu]),
        unknown(
            "open, but only approved gets out",
            unknown_compute(World::managed(IsolationMode::AllowOnlyApprovedOutbound, None)),
            &[&cpu],
        ),
        unknown("open, workspace not known either", no_workspace(unknown_compute(World::open())), &[&gone, &cpu]),
        unknown("open, workspace not known", no_workspace(World::open()), &[&gone]),
        case("open, own subnet, workspace not known", no_workspace(World::in_subnet()), Allowed, &[ACCOUNT]),
        case("Kubernetes, open", kubernetes(World::open()), Allowed, &[ACCOUNT]),
        unknown("Kubernetes, private", kubernetes(World::open().private()), &["open_question:compute-network"]),
    ]);
}

/// With a query, which evidence leaves out.
const BLOB_URL: &str = "https://acct.blob.core.windows.net/c/a?sv=2022";

#[test]
fn probes() {
    use ProbeCredential::Stored;
    let nodes = || Some(subnet_id("own", "nodes"));
    let other = || Some(subnet_id("own", "other"));
    let (blob, dfs) = (BLOB_URL, "https://acct.dfs.core.windows.net/c/a");
    let failed = |world: World| world.facts(|facts| facts.probes[0].list = Some(ProbeAnswer::Error("AuthorizationFailure".to_owned())));
    let silent = |world: World| failed(world).facts(|facts| facts.probes[0].read = None);
    hold(vec![
        case(
            "from the nodes' subnet",
            World::in_subnet().private().probe(blob, Stored, nodes()),
            Allowed,
            &["https://acct.blob.core.windows.net/c/a"],
        ),
        case("from another subnet", World::in_subnet().private().probe(blob, Stored, other()), Denied, &[ACCOUNT]),
        case("anonymous", World::open().private().probe(blob, ProbeCredential::Anonymous, None), Denied, &[ACCOUNT]),
        case("from nowhere", World::in_subnet().private().probe(blob, Stored, None), Denied, &[ACCOUNT]),
        case(
            "one answer is enough",
            failed(World::in_subnet().private().probe(blob, Stored, nodes())),
            Allowed,
            &["https://acct.blob.core.windows.net/c/a"],
        ),
        case("refused", silent(World::in_subnet().private().probe(blob, Stored, nodes())), Denied, &[ACCOUNT]),
        case("Gen2 by blob", World::in_subnet().private().gen2().probe(blob, Stored, nodes()), Denied, &[ACCOUNT]),
        case("Gen2 by dfs", World::in_subnet().private().gen2().probe(dfs, Stored, nodes()), Allowed, &[dfs]),
        case(
            "another account",
            World::in_subnet().private().probe("https://acct2.blob.core.windows.net/c/a", Stored, nodes()),
            Denied,
            &[ACCOUNT],
        ),
    ]);
}

#[test]
fn probes_of_an_account_without_record() {
    use ProbeCredential::{Anonymous, Stored};
    let nodes = || Some(subnet_id("own", "nodes"));
    let other = || Some(subnet_id("own", "other"));
    let blob = BLOB_URL;
    let foreign = |world: World| world.facts(|facts| facts.storage_accounts.clear());
    let account_missing = "resource:storageAccounts/acct";
    hold(vec![
        unknown("account without record", foreign(World::open()), &[account_missing]),
        case(
            "anonymous, account without record",
            foreign(World::open().probe(blob, Anonymous, None)),
            Allowed,
            &["https://acct.blob.core.windows.net/c/a"],
        ),
        unknown("stored credential, account without record", foreign(World::open().probe(blob, Stored, None)), &[account_missing]),
        unknown("anonymous, private network involved", foreign(World::in_subnet().probe(blob, Anonymous, None)), &[account_missing]),
        unknown("anonymous, from some subnet", foreign(World::open().probe(blob, Anonymous, other())), &[account_missing]),
        unknown(
            "anonymous, managed network",
            foreign(World::managed(IsolationMode::AllowInternetOutbound, None).probe(blob, Anonymous, None)),
            &[account_missing],
        ),
        case(
            "from the nodes' subnet, account without record",
            foreign(World::in_subnet().probe(blob, Stored, nodes())),
            Allowed,
            &["https://acct.blob.core.windows.net/c/a"],
        ),
        case(
            "zoned endpoint",
            foreign(World::open().probe("https://acct.z12.blob.storage.azure.net/c/a", Anonymous, None)),
            Allowed,
            &["https://acct.z12.blob.storage.azure.net/c/a"],
        ),
    ]);
}
