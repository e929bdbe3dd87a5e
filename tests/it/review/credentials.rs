//! Findings about what datastores store.

use super::{clean, evidence, message, of, resource, review, store, stored, waits_for, where_found};
use crate::world2::{ANA, SP, SP_APP, TENANT, World, account_id, store_id, workspace};
use serde_json::json;

fn grant_of(world: &World, name: &str) -> String {
    format!("role_assignment {}", world.get(name, "/body/id").as_str().unwrap_or_default())
}

#[test]
fn a_stored_key_is_found_with_who_can_fetch_it() {
    let mut world = clean();
    assert!(of(&review(&world, &[]), "shared-key-datastore").is_empty());
    world.datastore("keyed", store("AccountKey"));
    let answer = review(&world, &[]);
    assert_eq!(where_found(&answer, "shared-key-datastore"), [format!("high {}", store_id("keyed"))]);
    assert_eq!(evidence(&answer, "shared-key-datastore"), [resource(&store_id("keyed")), grant_of(&world, "ana invokes")]);
    assert!(message(&answer, "shared-key-datastore").ends_with("one principal can fetch it: Ana"), "{}", answer.out);
    assert_eq!(answer.code, 5);
    assert_eq!(answer.json["review"], 1);
    // A deny assignment takes the right to fetch it away, not the key.
    world.put("deny", json!({"kind":"deny_assignment","body":{"id":format!("{}/providers/Microsoft.Authorization/denyAssignments/d",workspace()),
        "properties":{"denyAssignmentName":"no","permissions":[{"actions":["*/listSecrets/action"],"notActions":[],"dataActions":[],"notDataActions":[]}],
        "scope":workspace(),"principals":[{"id":ANA,"type":"User"}],"excludePrincipals":[]}}}));
    let answer = review(&world, &[]);
    assert_eq!(evidence(&answer, "shared-key-datastore"), [resource(&store_id("keyed"))]);
    assert!(message(&answer, "shared-key-datastore").ends_with("nobody is known to be able to fetch it"), "{}", answer.out);
}

#[test]
fn who_can_fetch_a_key_is_never_guessed() {
    let mut world = World::open();
    world.coverage("workspace", &workspace());
    let answer = review(&world, &[]);
    assert_eq!(where_found(&answer, "shared-key-datastore"), [format!("high {}", store_id("keyed"))], "{}", answer.err);
    let waits = waits_for(&answer, "shared-key-datastore");
    assert!(waits.contains(&format!("role_assignments {}", store_id("keyed"))), "{waits:?}");
    assert!(waits.contains(&format!("deny_assignments {}", store_id("keyed"))), "{waits:?}");
    assert!(message(&answer, "shared-key-datastore").contains("perhaps also Ana"), "{}", message(&answer, "shared-key-datastore"));
    // Without the list of datastores there may be more of them.
    let mut world = World::open();
    let waits = waits_for(&review(&world, &[]), "shared-key-datastore");
    assert!(waits.contains(&format!("workspace {}", workspace())), "{waits:?}");
    world.drop("store keyed");
    let answer = review(&world, &[]);
    assert!(of(&answer, "shared-key-datastore").is_empty() && of(&answer, "review-incomplete").len() == 1, "{}", answer.out);
}

#[test]
fn a_key_of_the_workspaces_own_datastore_is_only_noted_unless_the_account_holds_data() {
    let mut world = clean();
    let own =
        json!({"datastoreType":"AzureBlob","accountName":"jobs","containerName":"azureml","credentials":{"credentialsType":"AccountKey"}});
    world.resource(
        "jobs",
        json!({"id":account_id("jobs"),"properties":{"isHnsEnabled":false,"allowBlobPublicAccess":false,"publicNetworkAccess":"Disabled"}}),
    );
    world.datastore("workspaceblobstore", own.clone());
    let answer = review(&world, &[]);
    assert_eq!(where_found(&answer, "shared-key-datastore"), [format!("info {}", store_id("workspaceblobstore"))]);
    assert_eq!(where_found(&answer, "system-datastores-key-mode"), [format!("info {}", workspace())]);
    assert_eq!(evidence(&answer, "system-datastores-key-mode"), [resource(&workspace()), resource(&store_id("workspaceblobstore"))]);
    assert_eq!(answer.code, 0, "{}", answer.out);
    world.datastore(
        "patients",
        json!({"datastoreType":"AzureBlob","accountName":"jobs","containerName":"p","credentials":{"credentialsType":"None"}}),
    );
    let answer = review(&world, &[]);
    assert_eq!(where_found(&answer, "shared-key-datastore"), [format!("high {}", store_id("workspaceblobstore"))]);
    world.datastore("workspaceblobstore", {
        let mut body = own;
        body["credentials"] = json!({"credentialsType":"None"});
        body
    });
    let answer = review(&world, &[]);
    assert!(of(&answer, "shared-key-datastore").is_empty() && of(&answer, "system-datastores-key-mode").is_empty());
}

#[test]
fn a_system_datastore_that_disagrees_with_the_mode_is_found() {
    let mut world = clean();
    world.datastore("workspaceblobstore", store("AccountKey"));
    world.set("workspace", "/body/properties/systemDatastoresAuthMode", json!("identity"));
    let answer = review(&world, &[]);
    assert_eq!(where_found(&answer, "system-datastores-disagree"), [format!("medium {}", store_id("workspaceblobstore"))]);
    assert_eq!(evidence(&answer, "system-datastores-disagree"), [resource(&store_id("workspaceblobstore")), resource(&workspace())]);
    world.set("workspace", "/body/properties/systemDatastoresAuthMode", json!("accesskey"));
    assert!(of(&review(&world, &[]), "system-datastores-disagree").is_empty());
    world.set("workspace", "/body/properties/systemDatastoresAuthMode", json!("identity"));
    world.datastore("workspaceblobstore", store("None"));
    assert!(of(&review(&world, &[]), "system-datastores-disagree").is_empty());
    // A workspace that was not collected has no mode to compare with.
    let mut world = World::open();
    world.datastore("workspaceblobstore", store("AccountKey"));
    world.drop("workspace");
    assert!(waits_for(&review(&world, &[]), "system-datastores-disagree").contains(&format!("resource {}", workspace())));
}

#[test]
fn a_sas_is_found_when_it_ends_before_the_horizon() {
    let mut world = clean();
    world.sas("shared", "sv=2024-11-04&sr=c&sp=rl&spr=https&st=2026-11-01T00:00:00Z&se=2026-12-10T00:00:00Z");
    let answer = review(&world, &[]);
    assert_eq!(where_found(&answer, "sas-expiring"), [format!("medium {}", store_id("shared"))]);
    assert_eq!(evidence(&answer, "sas-expiring"), [stored("shared")]);
    assert!(message(&answer, "sas-expiring").contains("2026-12-10T00:00:00Z"));
    assert_eq!(where_found(&answer, "sas-datastore"), [format!("medium {}", store_id("shared"))]);
    assert!(of(&review(&world, &["--horizon", "10d"]), "sas-expiring").is_empty());
    let answer = world.run(&["review", "--at", "2026-12-10T00:00:00Z", "-o", "json"]);
    assert_eq!(where_found(&answer, "sas-expiring"), [format!("high {}", store_id("shared"))]);
    // The key a user delegation SAS was signed with may end earlier.
    let oid = "&skoid=a0000000-0000-0000-0000-000000000001&sktid=11111111-0000-0000-0000-000000000001";
    world.sas(
        "shared",
        &format!(
            "sv=2024-11-04&sr=c&sp=rl&se=2027-12-10T00:00:00Z{oid}&skt=2026-11-20T00:00:00Z&ske=2026-11-27T00:00:00Z&sks=b&skv=2024-11-04"
        ),
    );
    assert!(message(&review(&world, &[]), "sas-expiring").contains("2026-11-27T00:00:00Z"));
    world.sas("shared", "sv=2024-11-04&sr=c&si=policy");
    assert!(waits_for(&review(&world, &[]), "sas-expiring").contains(&"open_question stored-access-policy".to_owned()));
    world.drop("stored shared").drop("closed");
    assert!(waits_for(&review(&world, &[]), "sas-expiring").contains(&format!("stored_credential {}", store_id("shared"))));
}

#[test]
fn a_sas_that_outlives_the_accounts_policy_is_found() {
    let mut world = clean();
    world.sas("shared", "sv=2024-11-04&sr=c&sp=rl&st=2026-11-01T00:00:00Z&se=2027-12-10T00:00:00Z");
    assert!(of(&review(&world, &[]), "sas-outlives-policy").is_empty(), "no policy, nothing to outlive");
    world.set("acct", "/body/properties/sasPolicy", json!({"sasExpirationPeriod":"07.00:00:00","expirationAction":"Log"}));
    let answer = review(&world, &[]);
    assert_eq!(where_found(&answer, "sas-outlives-policy"), [format!("medium {}", store_id("shared"))]);
    assert_eq!(evidence(&answer, "sas-outlives-policy"), [stored("shared"), resource(&account_id("acct"))]);
    world.sas("shared", "sv=2024-11-04&sr=c&sp=rl&st=2026-11-21T00:00:00Z&se=2026-11-28T00:00:00Z");
    assert!(of(&review(&world, &[]), "sas-outlives-policy").is_empty());
    world.sas("shared", "sv=2024-11-04&sr=c&sp=rl&se=2026-11-28T00:00:00Z");
    assert!(waits_for(&review(&world, &[]), "sas-outlives-policy").contains(&"open_question sas-expiration-policy".to_owned()));
}

#[test]
fn a_sas_that_permits_more_than_reading_is_found() {
    let mut world = clean();
    let ends = "st=2026-11-01T00:00:00Z&se=2027-12-10T00:00:00Z";
    world.sas("shared", &format!("sv=2024-11-04&sr=c&sp=rl&spr=https&{ends}"));
    assert!(of(&review(&world, &[]), "sas-too-broad").is_empty());
    world.sas("shared", &format!("sv=2024-11-04&sr=c&sp=rdl&spr=https&{ends}"));
    let answer = review(&world, &[]);
    assert_eq!(where_found(&answer, "sas-too-broad"), [format!("high {}", store_id("shared"))]);
    assert_eq!(evidence(&answer, "sas-too-broad"), [stored("shared")]);
    assert!(message(&answer, "sas-too-broad").contains("permissions `d`"));
    world.sas("shared", &format!("sv=2024-11-04&ss=bf&srt=co&sp=rl&spr=https,http&{ends}"));
    let answer = review(&world, &[]);
    assert_eq!(where_found(&answer, "sas-too-broad"), [format!("medium {}", store_id("shared"))]);
    for part in ["account SAS", "services `f`", "in the clear"] {
        assert!(message(&answer, "sas-too-broad").contains(part), "{part}: {}", message(&answer, "sas-too-broad"));
    }
    // Outputs go to the default datastore, so that writing is needed there, and deleting is not.
    world.set("store plain", "/body/properties/isDefault", json!(false));
    world.sas("shared", &format!("sv=2024-11-04&sr=c&sp=rwl&spr=https&{ends}"));
    world.set("store shared", "/body/properties/isDefault", json!(true));
    assert!(of(&review(&world, &[]), "sas-too-broad").is_empty());
    world.sas("shared", &format!("sv=2024-11-04&sr=c&sp=rwdl&spr=https&{ends}"));
    world.set("store shared", "/body/properties/isDefault", json!(true));
    assert!(message(&review(&world, &[]), "sas-too-broad").contains("permissions `d`"));
    assert_eq!(waits_for(&review(&world, &[]), "sas-too-broad"), Vec::<String>::new());
}

/// A Gen2 datastore that stores a service principal, with one secret that ends then.
fn with_secret(end: &str) -> World {
    let mut world = clean();
    world.datastore(
        "sp",
        json!({"datastoreType":"AzureDataLakeGen2","accountName":"lake","filesystem":"fs",
        "credentials":{"credentialsType":"ServicePrincipal","clientId":SP_APP,"tenantId":TENANT}}),
    );
    world.put("person sp", json!({"kind":"directory_object","body":{"@odata.type":"#microsoft.graph.servicePrincipal","id":SP,"appId":SP_APP,
        "displayName":"ingest","accountEnabled":true,"passwordCredentials":[{"keyId":"k","startDateTime":"2026-01-01T00:00:00Z","endDateTime":end}]}}));
    world
}

#[test]
fn a_service_principal_whose_secret_ends_is_found() {
    let answer = review(&with_secret("2026-12-01T00:00:00Z"), &[]);
    assert_eq!(where_found(&answer, "service-principal-secret-expiring"), [format!("medium {}", store_id("sp"))]);
    assert_eq!(evidence(&answer, "service-principal-secret-expiring"), [format!("directory_object {SP}")]);
    assert_eq!(where_found(&answer, "service-principal-datastore"), [format!("low {}", store_id("sp"))]);
    let answer = review(&with_secret("2026-11-01T00:00:00Z"), &[]);
    assert_eq!(where_found(&answer, "service-principal-secret-expiring"), [format!("high {}", store_id("sp"))]);
    assert_eq!(evidence(&answer, "service-principal-secret-expiring"), [format!("directory_object {SP}")]);
    assert!(of(&review(&with_secret("2027-11-01T00:00:00Z"), &[]), "service-principal-secret-expiring").is_empty());
    let mut world = with_secret("2026-12-01T00:00:00Z");
    world.drop("person sp").drop("closed");
    assert!(waits_for(&review(&world, &[]), "service-principal-secret-expiring").contains(&format!("directory_object {SP_APP}")));
}
