//! Every kind of fix is found in a world made for it, and what is printed can be used: by a shell, by the Azure CLI, by
//! Terraform.
#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "helpers of tests fail by panicking")]

use crate::command::{bless, root};
use crate::scenario::*;
use canread::fix::{Command, Shell};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const STORE: &str = "azureml://datastores/store/paths/in";
const LAKE: &str = "abfss://fs@lake.dfs.core.windows.net/in";

fn subnet() -> String {
    format!("{}/providers/Microsoft.Network/virtualNetworks/net/subnets/train", group_id())
}

fn in_subnet(world: World) -> World {
    let compute = json!({"location": "westeurope", "identity": system_assigned(), "properties": {"computeType": "AmlCompute",
        "provisioningState": "Succeeded", "properties": {"subnet": {"id": subnet()}}}});
    world.put(resource(&ml("computes/cpu"), compute)).put(resource(&subnet(), json!({"properties": {"serviceEndpoints": []}})))
}

fn sas(world: World, token: &str) -> World {
    let record = json!({"kind": "stored_credential", "datastore": ml("datastores/store"), "credentials_type": "Sas", "sas": token});
    world.put(blob_store("store", "Sas")).put(record)
}

fn lake_acls(world: World) -> World {
    world.put_all([
        acl("/", true, &format!("user::rwx,user:{ANA}:--x,group::---,mask::--x,other::---")),
        acl("in", true, &format!("user::rwx,user:{ANA}:r-x,group::r-x,mask::r-x,other::---")),
        acl("in/a.csv", false, &format!("user::rw-,user:{ANA}:r--,group::r--,mask::r--,other::---")),
    ])
}

fn eligible() -> Value {
    let id = format!("{}/providers/Microsoft.Authorization/roleEligibilityScheduleInstances/e1", workspace_id("ws"));
    let role = format!("/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{DATA_SCIENTIST}");
    json!({"kind": "role_eligibility_schedule_instance", "body": {"id": id, "properties": {"principalId": ANA, "scope": workspace_id("ws"),
        "roleDefinitionId": role, "startDateTime": "2026-01-01T00:00:00Z", "endDateTime": "2027-01-01T00:00:00Z"}}})
}

/// A user-assigned identity that no compute has.
fn unused_identity() -> Value {
    let id = format!("{}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/reader", group_id());
    resource(&id, json!({"properties": {"principalId": BEN, "clientId": "eeeeeeee-0000-0000-0000-000000000009", "tenantId": TENANT}}))
}

/// A world for each kind of change, the reference to ask about, and a word of the sentence that says it.
fn worlds() -> Vec<(&'static str, World, &'static str, &'static str)> {
    let closed = World::closed;
    let denied = json!({"defaultAction": "Deny", "bypass": "None", "ipRules": [], "virtualNetworkRules": []});
    let managed = json!({"isolationMode": "AllowOnlyApprovedOutbound", "outboundRules": {}});
    let reader = unused_identity();
    let archived = path("acct", "data", "in/old.csv", json!({"is_directory": false, "access_tier": "Archive"}));
    let expired = "sv=2022-11-02&sr=c&sp=rl&se=2026-01-01T00:00:00Z&spr=https";
    vec![
        ("grant_role", closed().without("mi-data").without("mi-out"), STORE, "role `Storage Blob Data Reader` on container"),
        ("custom_role", closed().without("ana-science"), STORE, "custom role with the"),
        ("data_scientist", closed().without("ana-science"), STORE, "role `AzureML Data Scientist` on workspace"),
        ("activate_role", closed().without("ana-science").put(eligible()), STORE, "activate the eligible role"),
        ("acl_entries", lake_acls(closed()), LAKE, "ACL entries `r-x`"),
        ("system_identity", closed().set("computes/cpu", "/body/identity", Value::Null), STORE, "a system-assigned identity"),
        (
            "user_identity",
            closed().set("computes/cpu", "/body/identity", Value::Null).put(reader).put(grant(
                "ben",
                BEN,
                BLOB_READER,
                &account_id("acct"),
            )),
            STORE,
            "the user-assigned identity `reader`",
        ),
        ("renew_sas", sas(closed(), expired), STORE, "put a new SAS"),
        ("store_by_identity", sas(closed(), expired), STORE, "store no credential"),
        (
            "allow_shared_key",
            closed().put(blob_store("store", "AccountKey")).set(
                "storageaccounts/acct",
                "/body/properties/allowSharedKeyAccess",
                json!(false),
            ),
            STORE,
            "take shared keys again",
        ),
        (
            "subnet_rule",
            in_subnet(closed()).set("storageaccounts/acct", "/body/properties/networkAcls", denied.clone()),
            STORE,
            "admit subnet",
        ),
        (
            "private_endpoint",
            in_subnet(closed()).set("storageaccounts/acct", "/body/properties/publicNetworkAccess", json!("Disabled")),
            STORE,
            "private endpoint to `blob`",
        ),
        ("outbound_rule", closed().set("workspaces/ws", "/body/properties/managedNetwork", managed), STORE, "managed network of workspace"),
        ("rehydrate", closed().put(archived), STORE, "back online"),
        (
            "default_deployment",
            closed().set("batchendpoints/ep", "/body/properties/defaults", Value::Null),
            STORE,
            "the default deployment",
        ),
        ("remove_deny", closed().put(deny("no", ANA, &workspace_id("ws"), &["*"], &[])), STORE, "can only be lifted"),
        ("respell", closed().put(data_version("rows", "2", "uri_folder", STORE)), "azureml:rows:7", "write input `input` as"),
    ]
}

/// The first fix whose changes say so, of the world made for it.
fn fix_of(name: &str, world: &World, reference: &str, says: &str) -> Value {
    let answer = world.check(&["--input", reference]);
    assert!(answer.code == 3 || answer.code == 4, "{name}: {answer:?}");
    let fixes = answer.report["fixes"].as_array().expect("a list").clone();
    let said = |fix: &Value| fix["changes"].as_array().expect("a list").iter().any(|one| one.as_str().expect("text").contains(says));
    fixes.iter().find(|fix| said(fix)).cloned().unwrap_or_else(|| panic!("{name}: none of {fixes:#?} says {says}"))
}

fn every_fix() -> Vec<(&'static str, Value)> {
    worlds().into_iter().map(|(name, world, reference, says)| (name, fix_of(name, &world, reference, says))).collect()
}

fn lines(fix: &Value, key: &str) -> Vec<String> {
    fix[key].as_array().expect("a list").iter().map(|line| line.as_str().expect("text").to_owned()).collect()
}

#[test]
fn every_kind_of_change_is_found_and_its_commands_are_those_written_down() {
    let mut text =
        String::from("# Commands of fixes, one or more of every kind, written by a test. tests/az/run parses them with the Azure CLI.\n");
    for (name, fix) in every_fix() {
        assert_eq!(fix["verified"], true, "{name}");
        let az = lines(&fix, "az");
        assert!(az.iter().all(|line| line.starts_with("az ")), "{name}: {az:?}");
        assert_eq!(az.is_empty(), ["remove_deny", "respell"].contains(&name), "{name}: only what a person decides has no command: {az:?}");
        text.push_str(&format!("\n# {name}\n"));
        az.iter().for_each(|line| text.push_str(&format!("{line}\n")));
    }
    let file = root().join("tests/az/lines.txt");
    if bless() {
        std::fs::write(&file, &text).expect("the file can be written");
    }
    let written = std::fs::read_to_string(&file).expect("tests/az/lines.txt");
    assert!(written == text, "tests/az/lines.txt is stale: CANREAD_BLESS=1 cargo test --test it fix_render\n{text}");
}

/// What `az ml` commands take. Source: MicrosoftDocs azure-docs-cli, latest/docs-ref-autogen/ml/{compute,datastore,batch-endpoint}.yml,
/// read 2026-11-25; its outbound-rule.yml lacks `set`, whose arguments are those of Microsoft's samples of managed networks.
/// `--subscription`, `--query` and `--output` are global.
const AZ_ML: &[(&str, &[&str], &[&str])] = &[
    ("az ml compute update", &["--name", "--resource-group", "--workspace-name"], &["--identity-type", "--user-assigned-identities"]),
    ("az ml compute show", &["--name", "--resource-group", "--workspace-name"], &[]),
    ("az ml datastore update", &["--resource-group", "--workspace-name"], &["--name", "--set"]),
    ("az ml batch-endpoint update", &["--name", "--resource-group", "--workspace-name"], &["--set"]),
    (
        "az ml workspace outbound-rule set",
        &["--resource-group", "--workspace-name", "--rule", "--type"],
        &["--service-resource-id", "--subresource-target"],
    ),
];
const GLOBAL: [&str; 3] = ["--subscription", "--query", "--output"];

#[test]
fn az_ml_commands_use_arguments_that_exist_and_all_that_are_needed() {
    let mut seen = BTreeSet::new();
    for (name, fix) in every_fix() {
        for line in lines(&fix, "az") {
            for command in
                line.split("$(").map(|part| part.split(")\"").next().unwrap_or_default()).filter(|part| part.starts_with("az ml "))
            {
                let (known, needed, may) = AZ_ML
                    .iter()
                    .find(|(known, ..)| command.starts_with(&format!("{known} ")))
                    .unwrap_or_else(|| panic!("{name}: no table for {command}"));
                let options: BTreeSet<&str> = command.split_whitespace().filter(|word| word.starts_with("--")).collect();
                for option in &options {
                    assert!(needed.contains(option) || may.contains(option) || GLOBAL.contains(option), "{name}: {option} in {command}");
                }
                assert!(needed.iter().all(|option| options.contains(option)), "{name}: {needed:?} in {command}");
                seen.insert(*known);
            }
        }
    }
    assert_eq!(seen.len(), AZ_ML.len(), "{seen:?}");
}

#[test]
fn terraform_is_hcl_and_bicep_is_written_where_each_change_is_a_resource() {
    let mut written = BTreeMap::new();
    for (name, fix) in every_fix() {
        let (terraform, bicep) = (fix["terraform"].as_str(), fix["bicep"].as_str());
        if let Some(terraform) = terraform {
            let body = hcl::parse(terraform).unwrap_or_else(|error| panic!("{name}: {error}\n{terraform}"));
            let kinds: Vec<&str> =
                body.blocks().filter(|block| block.identifier() == "resource").map(|block| block.labels()[0].as_str()).collect();
            assert!(!kinds.is_empty(), "{name}: {terraform}");
        }
        if terraform.is_some() || bicep.is_some() {
            written.insert(name, (terraform.unwrap_or_default().to_owned(), bicep.unwrap_or_default().to_owned()));
        }
    }
    for name in ["grant_role", "custom_role", "data_scientist", "private_endpoint"] {
        assert!(written.get(name).is_some_and(|(terraform, bicep)| !terraform.is_empty() && !bicep.is_empty()), "{name}: {written:?}");
    }
    for name in ["acl_entries", "store_by_identity", "allow_shared_key", "remove_deny"] {
        assert!(!written.contains_key(name), "{name} is no resource of its own");
    }
    let text: String = written.iter().map(|(name, (terraform, bicep))| format!("==== {name}\n{bicep}\n----\n{terraform}\n")).collect();
    insta::assert_snapshot!(text);
}

/// What a shell makes of a line: one argument a line.
fn through(shell: &str, line: &str) -> Option<Vec<String>> {
    let script = format!("set -- {line}\nfor one in \"$@\"; do printf '%s\\n' \"$one\"; done");
    let ran = std::process::Command::new(shell).args(["-c", &script]).output().ok()?;
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    Some(String::from_utf8_lossy(&ran.stdout).lines().map(str::to_owned).collect())
}

#[test]
fn a_shell_reads_back_what_was_quoted() {
    let hostile = ["a b", "it's", "$(touch /tmp/x)", "`id`", "a\"b", "*", "~", "-x", "a;b", "#", "é", "", "!x", "a&b|c", "\\n"];
    let mut command = Command::new("az x");
    for text in hostile {
        command = command.with("--name", text);
    }
    let line = command.line(Shell::Posix);
    let Some(back) = through("sh", &line) else {
        return crate::skipped("the quoting of commands needs sh");
    };
    let values: Vec<&String> = back.iter().skip(3).step_by(2).collect();
    assert_eq!(values, hostile, "{line}");
    let powershell = Command::new("az x").with("--body", r#"{"a":"it's"}"#).line(Shell::PowerShell);
    assert_eq!(powershell, r#"az x --body '{\"a\":\"it''s\"}'"#);
    let control = Command::new("az x").with("--name", "a\u{1b}[31m\u{202e}b\nc").line(Shell::Posix);
    assert_eq!(control, "az x --name 'a[31mbc'");
}
