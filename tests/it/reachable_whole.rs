//! `account/reachable`, public containers, tiers and notes, by whole commands.

use super::credentials_whole::Deviations;
use super::world2::*;
use serde_json::{Value, json};

const BLOB: &str = "azureml://datastores/keyed/paths/a/";

/// The cluster in subnet `own/nodes`, which has a service endpoint for storage.
fn in_a_network() -> World {
    let mut world = World::new();
    world.set("compute", "/body/properties/properties/subnet", json!({"id":subnet("own")}));
    let network = |name: &str| subnet(name).replace("/subnets/nodes", "");
    for name in ["own", "other"] {
        world.resource(name, json!({"id":network(name),"properties":{"subnets":[{"id":subnet(name),"properties":{"serviceEndpoints":[{"service":"Microsoft.Storage","provisioningState":"Succeeded"}]}}],"virtualNetworkPeerings":[]}}));
    }
    world
}

fn endpoint(world: &mut World, account: &str, name: &str, network: &str, group: &str, status: &str) {
    let id = format!("{}/providers/Microsoft.Network/privateEndpoints/{name}", super::world2::group());
    let state = json!({"status":status});
    world.resource(name, json!({"id":id,"properties":{"subnet":{"id":subnet(network)},
        "privateLinkServiceConnections":[{"properties":{"privateLinkServiceId":account_id(account),"groupIds":[group],"privateLinkServiceConnectionState":state}}]}}));
    let connection = json!({"properties":{"privateEndpoint":{"id":id},"privateLinkServiceConnectionState":state,"groupIds":[group]}});
    let pointer = "/body/properties/privateEndpointConnections";
    let mut all = world.get(account, pointer).as_array().cloned().unwrap_or_default();
    all.push(connection);
    world.set(account, pointer, Value::Array(all));
}

#[test]
#[expect(clippy::too_many_lines, reason = "a list of cases")]
fn the_firewall_admits_by_subnet_and_by_nothing_else_that_is_known() {
    let mut d = Deviations::default();
    let deny = |acls: Value| {
        let mut world = in_a_network();
        world.set("acct", "/body/properties/networkAcls", acls);
        world
    };
    let nothing = deny(json!({"defaultAction":"Deny","bypass":"None"}));
    let answer = nothing.input(BLOB);
    d.check("deny", &answer, 3, &["account/reachable=denied", "credential/shared-key=allowed"]);
    d.cites("deny", &answer, "account/reachable", &account_id("acct"));
    d.check("rule for the subnet", &deny(json!({"defaultAction":"Deny","virtualNetworkRules":[{"id":subnet("own").to_uppercase(),"state":"Succeeded","action":"Allow"}]})).input(BLOB), 0, &["account/reachable=allowed"]);
    d.check(
        "rule for another",
        &deny(json!({"defaultAction":"Deny","virtualNetworkRules":[{"id":subnet("other"),"state":"Succeeded"}]})).input(BLOB),
        3,
        &["account/reachable=denied"],
    );
    d.check(
        "rule for a longer name",
        &deny(json!({"defaultAction":"Deny","virtualNetworkRules":[{"id":format!("{}2", subnet("own"))}]})).input(BLOB),
        3,
        &["account/reachable=denied"],
    );
    d.check(
        "trusted services",
        &deny(json!({"defaultAction":"Deny","bypass":"Logging, Metrics, AzureServices"})).input(BLOB),
        3,
        &["account/reachable=denied"],
    );
    d.check(
        "rule for the workspace",
        &deny(json!({"defaultAction":"Deny","resourceAccessRules":[{"tenantId":TENANT,"resourceId":workspace()}]})).input(BLOB),
        3,
        &["account/reachable=denied"],
    );
    d.check(
        "rule for an address",
        &deny(json!({"defaultAction":"Deny","ipRules":[{"value":"1.2.3.4","action":"Allow"}]})).input(BLOB),
        4,
        &["account/reachable=undetermined"],
    );
    d.check("default Allow", &deny(json!({"defaultAction":"Allow"})).input(BLOB), 0, &["account/reachable=allowed"]);
    d.check(
        "default Allow outweighed",
        &{
            let mut world = deny(json!({"defaultAction":"Allow"}));
            world.set("acct", "/body/properties/publicNetworkAccess", json!("Disabled"));
            world
        }
        .input(BLOB),
        3,
        &["account/reachable=denied"],
    );
    d.check(
        "a rule outweighed",
        &{
            let mut world = deny(json!({"defaultAction":"Deny","virtualNetworkRules":[{"id":subnet("own")}]}));
            world.set("acct", "/body/properties/publicNetworkAccess", json!("Disabled"));
            world
        }
        .input(BLOB),
        3,
        &["account/reachable=denied"],
    );
    d.check(
        "perimeter",
        &{
            let mut world = in_a_network();
            world.set("acct", "/body/properties/publicNetworkAccess", json!("SecuredByPerimeter"));
            world
        }
        .input(BLOB),
        4,
        &["account/reachable=undetermined"],
    );
    let mut public = World::new();
    public.set("acct", "/body/properties/networkAcls", json!({"defaultAction":"Deny","bypass":"AzureServices"}));
    d.check("no subnet, deny", &public.input(BLOB), 3, &["account/reachable=denied"]);
    d.none();
}

#[test]
fn private_endpoints_lead_by_sub_resource_and_network() {
    let mut d = Deviations::default();
    let closed = || {
        let mut world = in_a_network();
        for account in ["acct", "lake"] {
            world.set(account, "/body/properties/publicNetworkAccess", json!("Disabled"));
        }
        world.assign("lake reads", READER, CLUSTER, &account_id("lake")).assign("ana lake", READER, ANA, &account_id("lake"));
        world
    };
    let mut world = closed();
    endpoint(&mut world, "acct", "pe1", "own", "blob", "Approved");
    let answer = world.input(BLOB);
    d.check("own network", &answer, 0, &["account/reachable=allowed"]);
    d.cites("own network", &answer, "account/reachable", "privateEndpoints/pe1");
    d.that("DNS is assumed", answer.assumptions().contains("name resolution"), answer.assumptions());
    world = closed();
    endpoint(&mut world, "acct", "pe1", "own", "dfs", "Approved");
    d.check("wrong sub-resource", &world.input(BLOB), 3, &["account/reachable=denied"]);
    world = closed();
    endpoint(&mut world, "acct", "pe1", "own", "blob", "Pending");
    d.check("pending", &world.input(BLOB), 3, &["account/reachable=denied"]);
    world = closed();
    endpoint(&mut world, "lake", "pe1", "own", "blob", "Approved");
    d.check("Gen2 with blob alone", &world.input("azureml://datastores/gen2/paths/a/"), 3, &["account/reachable=denied"]);
    endpoint(&mut world, "lake", "pe2", "own", "dfs", "Approved");
    d.check("Gen2 with both", &world.input("azureml://datastores/gen2/paths/a/"), 0, &["account/reachable=allowed"]);
    world = closed();
    endpoint(&mut world, "acct", "pe1", "other", "blob", "Approved");
    let answer = world.input(BLOB);
    d.that("other network, no peering in a closed world", answer.of("account/reachable") != "allowed", answer.ids());
    world.drop("closed");
    world.set("own", "/body/properties", json!({"subnets":[]})).set("other", "/body/properties", json!({"subnets":[]}));
    let answer = world.input(BLOB);
    d.that("other network, peering unknown", answer.of("account/reachable") == "undetermined", answer.ids());
    world = closed();
    endpoint(&mut world, "acct", "pe1", "other", "blob", "Approved");
    let peering = |from: &str, to: &str| json!([{"id":format!("{}/virtualNetworkPeerings/p", subnet(from).replace("/subnets/nodes", "")),"properties":{"peeringState":"Connected","allowVirtualNetworkAccess":true,"remoteVirtualNetwork":{"id":subnet(to).replace("/subnets/nodes", "")}}}]);
    world.set("own", "/body/properties/virtualNetworkPeerings", peering("own", "other")).set(
        "other",
        "/body/properties/virtualNetworkPeerings",
        peering("other", "own"),
    );
    d.check("peered", &world.input(BLOB), 0, &["account/reachable=allowed"]);
    world.set("own", "/body/properties/virtualNetworkPeerings/0/properties/peeringState", json!("Disconnected"));
    world.set("own", "/body/properties/virtualNetworkPeerings", json!([{"properties":{"peeringState":"Disconnected","allowVirtualNetworkAccess":true,"remoteVirtualNetwork":{"id":subnet("other").replace("/subnets/nodes", "")}}}]));
    let answer = world.input(BLOB);
    d.that("peering is down", answer.of("account/reachable") != "allowed", answer.ids());
    world = closed();
    world.set("compute", "/body/properties/properties/subnet", Value::Null);
    endpoint(&mut world, "acct", "pe1", "own", "blob", "Approved");
    let answer = world.input(BLOB);
    d.that("a cluster in no network", answer.of("account/reachable") != "allowed", answer.ids());
    d.none();
}

#[test]
fn a_managed_network_goes_by_its_outbound_rules() {
    let mut d = Deviations::default();
    let managed = |mode: &str, rules: Value| {
        let mut world = World::new();
        world.set("workspace", "/body/properties/managedNetwork", json!({"isolationMode":mode,"outboundRules":rules}));
        world.set("acct", "/body/properties/publicNetworkAccess", json!("Disabled"));
        world
    };
    let rule = |account: &str, sub: &str, status: &str| json!({"r":{"type":"PrivateEndpoint","status":status,"category":"UserDefined","destination":{"serviceResourceId":account_id(account),"subresourceTarget":sub}}});
    d.check("a rule", &managed("AllowInternetOutbound", rule("acct", "blob", "Active")).input(BLOB), 0, &["account/reachable=allowed"]);
    let answer = managed("AllowInternetOutbound", rule("lake", "blob", "Active")).input(BLOB);
    d.that("a rule for another account", answer.of("account/reachable") != "allowed", answer.ids());
    let answer = managed("AllowInternetOutbound", rule("acct", "blob", "Inactive")).input(BLOB);
    d.that("an inactive rule", answer.of("account/reachable") != "allowed", answer.ids());
    let mut open = managed("AllowOnlyApprovedOutbound", json!({}));
    open.set("acct", "/body/properties/publicNetworkAccess", json!("Enabled"));
    let answer = open.input(BLOB);
    d.that("only approved outbound", answer.of("account/reachable") != "allowed", answer.ids());
    open.set("workspace", "/body/properties/managedNetwork/isolationMode", json!("AllowInternetOutbound"));
    d.check("internet outbound", &open.input(BLOB), 0, &["account/reachable=allowed"]);
    d.none();
}

#[test]
fn account_and_subscription_must_serve_requests() {
    let mut d = Deviations::default();
    for (state, code, verdict) in [("Enabled", 0, "allowed"), ("Warned", 0, "allowed"), ("Disabled", 3, "denied"), ("Deleted", 3, "denied")]
    {
        let mut world = World::new();
        world.add(json!({"kind":"subscription","subscription_id":SUBSCRIPTION,"state":state,"tenant_id":TENANT,"management_groups":[]}));
        let answer = world.input(BLOB);
        d.check(state, &answer, code, &[&format!("account/reachable={verdict}")]);
        d.cites(state, &answer, "account/reachable", SUBSCRIPTION);
    }
    let mut world = World::new();
    world.set("acct", "/body/properties/statusOfPrimary", json!("unavailable"));
    d.check("unavailable", &world.input(BLOB), 3, &["account/reachable=denied"]);
    let mut open = World::open();
    open.coverage("resource", &account_id("acct"));
    let answer = open.input(BLOB);
    d.check("subscription unknown", &answer, 4, &["account/reachable=undetermined"]);
    d.that("names it", answer.missing().iter().any(|one| one == &format!("subscription {SUBSCRIPTION}")), answer.missing());
    let mut other = World::new();
    other.add(
        json!({"kind":"subscription","subscription_id":SUBSCRIPTION,"state":"Enabled","tenant_id":OTHER_TENANT,"management_groups":[]}),
    );
    let answer = other.input("azureml://datastores/plain/paths/a/");
    d.check("account of another tenant", &answer, 3, &["account/tenant=denied"]);
    other.set("compute", "/body/identity/tenantId", json!(OTHER_TENANT));
    let answer = other.input("azureml://datastores/plain/paths/a/");
    d.check("invoker of another tenant", &answer, 3, &["account/tenant=denied"]);
    d.none();
}

#[test]
fn a_probe_proves_reach_only_from_the_computes_subnet() {
    let mut d = Deviations::default();
    let mut world = in_a_network();
    world.set("acct", "/body/properties/publicNetworkAccess", json!("SecuredByPerimeter"));
    let probe = |from: Value, credential: &str| json!({"kind":"probe","url":"https://acct.blob.core.windows.net/c/a","credential":credential,"at":"2026-11-22T10:00:00Z","from":from,"list":"ok","read":"ok"});
    world.put("probe", probe(json!(subnet("own")), "stored"));
    d.check("from it", &world.input(BLOB), 0, &["account/reachable=allowed"]);
    let mut stopped = world.clone();
    stopped.put("newer", json!({"kind":"probe","url":"https://acct.blob.core.windows.net/c/b","credential":"stored","at":"2026-11-22T11:00:00Z","from":subnet("own"),"list":"AuthorizationFailure","read":"AuthorizationFailure"}));
    d.check("from it, and later stopped", &stopped.input(BLOB), 4, &["account/reachable=undetermined"]);
    stopped.set("newer", "/at", json!("2026-11-22T12:00:01Z"));
    d.check("stopped later than asked", &stopped.input(BLOB), 0, &["account/reachable=allowed"]);
    world.put("probe", probe(json!(subnet("other")), "stored"));
    d.check("from another", &world.input(BLOB), 4, &["account/reachable=undetermined"]);
    world.put("probe", probe(Value::Null, "stored"));
    d.check("from anywhere", &world.input(BLOB), 4, &["account/reachable=undetermined"]);
    world.put("probe", probe(Value::Null, "anonymous"));
    d.check("anonymous, a private network", &world.input(BLOB), 4, &["account/reachable=undetermined"]);
    d.none();
}

#[test]
fn public_containers_need_nobody() {
    let mut d = Deviations::default();
    let url = "https://acct.blob.core.windows.net/c/a/";
    let file = "https://acct.blob.core.windows.net/c/a.csv";
    let public = |account: Value, container: &str| {
        let mut world = World::new();
        world.set("acct", "/body/properties/allowBlobPublicAccess", account).set(
            "acct container",
            "/body/properties/publicAccess",
            json!(container),
        );
        world.drop("ana reads").drop("cluster reads").set("compute", "/body/identity", Value::Null);
        world
    };
    let of_file = |world: &World| world.check(&["--input", file, "--input-type", "uri_file"]);
    d.check(
        "container",
        &public(json!(true), "Container").input(url),
        0,
        &["access/anonymous=allowed", "account/reachable=allowed", "data/readable=allowed", "-compute/identity", "-access/read"],
    );
    d.check(
        "blob, folder",
        &public(json!(true), "Blob").input(url),
        3,
        &["compute/identity=denied", "access/read=denied", "-access/mount", "-access/anonymous"],
    );
    d.check("blob, file", &of_file(&public(json!(true), "Blob")), 0, &["access/anonymous=allowed"]);
    d.check("none", &of_file(&public(json!(true), "None")), 3, &["compute/identity=denied", "access/read=denied"]);
    d.check("switched off", &of_file(&public(json!(false), "Container")), 3, &["compute/identity=denied"]);
    let unknown = of_file(&public(Value::Null, "Container"));
    d.check("not said", &unknown, 4, &["compute/identity=undetermined", "access/read=undetermined"]);
    d.that("names the account", unknown.missing().iter().any(|one| one.contains("storageAccounts/acct")), unknown.missing());
    let mut unread = public(json!(true), "Container");
    unread.drop("acct container").drop("closed");
    let answer = of_file(&unread);
    d.that("container unknown", answer.of("compute/identity") == "undetermined", answer.ids());
    d.that("names the container", answer.missing().iter().any(|one| one.contains("containers/c")), answer.missing());
    let mut shut = public(json!(true), "Container");
    shut.set("acct", "/body/properties/networkAcls", json!({"defaultAction":"Deny"}));
    d.check("public, but the network is shut", &shut.input(url), 3, &["account/reachable=denied", "access/anonymous=allowed"]);
    let mut probed = public(Value::Null, "Container");
    let probe =
        |list: &str, read: &str, at: &str| json!({"kind":"probe","url":url,"credential":"anonymous","at":at,"list":list,"read":read});
    probed.put("probe", probe("ok", "ok", "2026-11-22T09:00:00Z"));
    d.check("probed", &probed.input(url), 0, &["access/anonymous=allowed"]);
    probed.put("probe newer", probe("PublicAccessNotPermitted", "PublicAccessNotPermitted", "2026-11-22T10:00:00Z"));
    let answer = probed.input(url);
    d.that("probed again and refused", answer.code != 0 && !answer.has("access/anonymous"), answer.ids());
    probed.drop("probe").put("probe newer", probe("ok", "ok", "2026-11-23T09:00:00Z"));
    let answer = probed.input(url);
    d.that("probed later than asked", answer.code != 0, answer.ids());
    d.none();
}

#[test]
fn archived_files_cannot_be_read() {
    let mut d = Deviations::default();
    let path = |name: &str, tier: &str| json!({"kind":"path","account":"acct","container":"c","path":name,"exists":true,"is_directory":false,"access_tier":tier});
    let mut world = World::new();
    world.put("one", path("a/one.csv", "Hot")).put("two", path("a/two.csv", "Archive"));
    for reference in [BLOB, "azureml://datastores/plain/paths/a/"] {
        let answer = world.input(reference);
        d.check(reference, &answer, 3, &["data/readable=denied", "input/exists=allowed"]);
        d.cites(reference, &answer, "data/readable", "a/two.csv");
    }
    let file = |name: &str| world.check(&["--input", &format!("azureml://datastores/plain/paths/{name}"), "--input-type", "uri_file"]);
    d.check("a hot file", &file("a/one.csv"), 0, &["data/readable=allowed"]);
    d.check("an archived file", &file("a/two.csv"), 3, &["data/readable=denied"]);
    world.put("two", path("b/two.csv", "Archive"));
    d.check("archived elsewhere", &world.input(BLOB), 0, &["data/readable=allowed"]);
    d.none();
}

#[test]
fn keys_of_customers_and_tls_are_noted() {
    let mut d = Deviations::default();
    let mut world = World::new();
    world.set("acct", "/body/properties/encryption", json!({"keySource":"Microsoft.Keyvault"})).set(
        "acct",
        "/body/properties/minimumTlsVersion",
        json!("TLS1_3"),
    );
    let answer = world.input(BLOB);
    d.check("allowed all the same", &answer, 0, &["account/reachable=allowed"]);
    d.that("notes", answer.warnings().len() >= 2 && answer.err.contains("customer-managed key") && answer.err.contains("TLS"), &answer.err);
    d.none();
}
