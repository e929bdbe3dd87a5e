//! How many requests and how many dependent waves each kind of input costs: counted, on a clock that stands still.

use crate::fake::{Collection, Memory, Options};
use crate::live_ask::Ask;
use crate::live_world::LiveWorld;
use canread::eval::Verdict;
use serde_json::json;
use std::time::Duration;

/// The worlds and questions that are counted.
pub(crate) fn kinds() -> Vec<(&'static str, LiveWorld, Ask)> {
    let mut blob = LiveWorld::new();
    blob.account("blobdata", false, "raw").folder("blobdata", "raw").readers("blobdata", true);
    blob.datastore("data", "AzureBlob", "blobdata", "raw", "None").stored("data", "None", None);
    let mut key = LiveWorld::new();
    key.account("blobdata", false, "raw").folder("blobdata", "raw");
    key.datastore("data", "AzureBlob", "blobdata", "raw", "AccountKey").stored("data", "AccountKey", None);
    let mut sas = LiveWorld::new();
    sas.account("blobdata", false, "raw").folder("blobdata", "raw");
    sas.datastore("data", "AzureBlob", "blobdata", "raw", "Sas");
    sas.stored("data", "Sas", Some("sv=2022-11-02&sr=c&sp=rl&se=2027-01-01T00:00:00Z"));
    let mut lake = LiveWorld::new();
    lake.account("lakedata", true, "files").folder("lakedata", "files").acls("lakedata", "files");
    lake.datastore("data", "AzureDataLakeGen2", "lakedata", "files", "None").stored("data", "None", None);
    let mut asset = blob.clone();
    asset.asset("set", "1", "azureml://datastores/gone/paths/in/").asset("set", "2", "azureml://datastores/data/paths/in/");
    let path = "azureml://datastores/data/paths/in";
    let url = "https://blobdata.blob.core.windows.net/raw/in";
    let gen2 = "https://lakedata.dfs.core.windows.net/files/in";
    vec![
        ("datastore without credential", blob.clone(), Ask::folder(path)),
        ("datastore with key", key, Ask::folder(path)),
        ("datastore with SAS", sas, Ask::folder(path)),
        ("Gen2 datastore", lake.clone(), Ask::folder(path)),
        ("asset by version", asset.clone(), Ask::folder("azureml:set:2")),
        ("asset by label", asset.clone(), Ask::folder("azureml:set@latest")),
        ("blob URL", blob.clone(), Ask::folder(url)),
        ("Gen2 URL", lake, Ask::folder(gen2)),
        ("blob URL on a cluster", blob.clone(), Ask::folder(url).on_cluster()),
        ("blob URL, deployment named", blob.clone(), Ask::folder(url).deployed("blue")),
        ("local path", blob, Ask::folder("./data")),
    ]
}

/// Path trees (lists, and ACLs below the input) and further pages are apart from the waves.
fn is_apart(target: &str) -> bool {
    target.contains("/in/a.csv") || target.contains("skiptoken") || target.contains("resource=filesystem") || target.contains("comp=list")
}

fn waves(collection: &Collection) -> usize {
    collection.log.iter().filter(|request| !is_apart(&request.target)).map(|request| request.wave).max().unwrap_or(0)
}

fn told(collection: &Collection) -> String {
    collection
        .log
        .iter()
        .map(|request| format!("  {} {:?} {} {}\n", request.wave, request.service, request.method, request.target))
        .collect()
}

/// Requests, and waves that wait for one another, by kind of input. Where an asset must be resolved first a wave is added.
const COSTS: [(&str, usize, usize); 11] = [
    ("datastore without credential", 34, 2),
    ("datastore with key", 34, 2),
    ("datastore with SAS", 35, 2),
    ("Gen2 datastore", 38, 2),
    ("asset by version", 35, 3),
    ("asset by label", 36, 3),
    ("blob URL", 33, 2),
    ("Gen2 URL", 37, 2),
    ("blob URL on a cluster", 31, 2),
    ("blob URL, deployment named", 33, 2),
    ("local path", 23, 2),
];

#[test]
fn each_kind_of_input_costs_what_it_must() {
    for ((name, world, ask), (of, requests, most)) in kinds().into_iter().zip(COSTS) {
        assert_eq!(name, of);
        let memory = Memory::new(&world.text(), Options::default());
        let collection = memory.collect(&ask.plan(), Duration::from_secs(60));
        assert_eq!(collection.gaps, Vec::<String>::new(), "{name}");
        assert_eq!(ask.judge(&collection.file).verdict(), Verdict::Allowed, "{name}");
        assert_eq!((collection.log.len(), waves(&collection)), (requests, most), "{name}\n{}", told(&collection));
    }
}

const SUBSCRIPTION: &str = "/subscriptions/5d0c3b1e-0000-4000-8000-000000000001";
const FOREIGN: &str = "/subscriptions/5d0c3b1e-0000-4000-8000-000000000002";

#[test]
fn an_account_of_another_subscription_costs_no_further_wave() {
    let (_, world, ask) = kinds().into_iter().find(|(name, ..)| *name == "blob URL").expect("a kind of input");
    let account = "/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/blobdata";
    let foreign = json!({"kind": "subscription", "subscription_id": "5d0c3b1e-0000-4000-8000-000000000002", "state": "Enabled",
        "tenant_id": "5d0c3b1e-0000-4000-8000-0000000000aa", "management_groups": ["dev", "5d0c3b1e-0000-4000-8000-0000000000aa"]});
    let state = format!("{}{foreign}\n", world.text().replace(&format!("{SUBSCRIPTION}{account}"), &format!("{FOREIGN}{account}")));
    let memory = Memory::new(&state, Options::default());
    let collection = memory.collect(&ask.plan(), Duration::from_secs(60));
    assert_eq!(ask.judge(&collection.file).requirements(), ask.judge(&state).requirements());
    assert_eq!(ask.judge(&state).verdict(), Verdict::Allowed);
    // State and management groups of the other subscription: two requests more.
    assert_eq!((collection.log.len(), waves(&collection)), (35, 2), "{}", told(&collection));
}

#[test]
fn a_private_endpoint_in_the_network_of_the_cluster_costs_no_further_wave() {
    let group = format!("{SUBSCRIPTION}/resourceGroups/rg/providers");
    let network = format!("{group}/Microsoft.Network/virtualNetworks/nodes");
    let (subnet, other) = (format!("{network}/subnets/cluster"), format!("{network}/subnets/endpoints"));
    let endpoint = format!("{group}/Microsoft.Network/privateEndpoints/blobdata-blob");
    for (name, requests, most) in [("blob URL", 36, 2), ("datastore without credential", 37, 2), ("asset by label", 39, 3)] {
        let (_, mut world, ask) = kinds().into_iter().find(|(kind, ..)| *kind == name).expect("a kind of input");
        world.change("/computes/cpu", |body| body["properties"]["properties"]["subnet"] = json!({"id": subnet}));
        world.change("/storageAccounts/blobdata", |body| {
            body["properties"]["publicNetworkAccess"] = "Disabled".into();
            body["properties"]["privateEndpointConnections"] = json!([{"id": "c", "name": "c", "properties": {"privateEndpoint": {"id": endpoint},
                "groupIds": ["blob"], "privateLinkServiceConnectionState": {"status": "Approved"}}}]);
        });
        let connection = json!({"properties": {"privateLinkServiceId": format!("{group}/Microsoft.Storage/storageAccounts/blobdata"),
            "groupIds": ["blob"], "privateLinkServiceConnectionState": {"status": "Approved"}}});
        for body in [
            json!({"id": network, "name": "nodes", "properties": {"virtualNetworkPeerings": [], "subnets": []}}),
            json!({"id": subnet, "name": "cluster", "properties": {"addressPrefix": "10.0.0.0/24", "serviceEndpoints": []}}),
            json!({"id": endpoint, "name": "blobdata-blob", "properties": {"subnet": {"id": other}, "provisioningState": "Succeeded",
                "privateLinkServiceConnections": [connection]}}),
        ] {
            world.lines.push(json!({"kind": "resource", "body": body}));
        }
        let memory = Memory::new(&world.text(), Options::default());
        let collection = memory.collect(&ask.plan(), Duration::from_secs(60));
        assert_eq!(ask.judge(&collection.file).requirements(), ask.judge(&world.text()).requirements(), "{name}");
        assert_eq!(ask.judge(&world.text()).verdict(), Verdict::Allowed, "{name}");
        assert_eq!((collection.log.len(), waves(&collection)), (requests, most), "{name}\n{}", told(&collection));
    }
}
