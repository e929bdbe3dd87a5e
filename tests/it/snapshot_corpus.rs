//! Real bodies, wrapped as snapshot lines: every record becomes a fact, and every field that is modelled says what the raw
//! JSON says. The raw JSON is walked here on its own.

#![expect(clippy::indexing_slicing, clippy::disallowed_methods, reason = "these tests read files, and a missing field fails them")]

use canread::model::*;
use canread::snapshot::{Loaded, read, read_path};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

#[expect(clippy::unwrap_used, reason = "tests read the corpus, which must be readable")]
fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[expect(clippy::unwrap_used, reason = "the corpus is JSON")]
fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Bodies of the answers that a file of recordings holds: status 200 or 201, an object with an id or a page.
fn bodies(corpus: &Path, name: &str) -> Vec<Value> {
    let lines = text(&corpus.join("http").join(name));
    let records = lines.lines().map(json).filter(|record| matches!(record["status"].as_u64(), Some(200 | 201)));
    let bodies = records.map(|mut record| record["body"].take()).filter(|body| body["id"].is_string() || body["value"].is_array());
    bodies.filter(|body| items(body).iter().all(|item| item["id"].is_string())).collect()
}

/// The records of a body: itself or its page.
fn items(body: &Value) -> Vec<&Value> {
    body["value"].as_array().map_or_else(|| vec![body], |page| page.iter().collect())
}

#[expect(clippy::panic, reason = "a body that must load shows why it does not")]
fn load(kind: &str, body: &Value) -> Loaded {
    let line = serde_json::json!({ "kind": kind, "body": body });
    let file = format!("{{\"kind\":\"snapshot\",\"version\":1}}\n{line}\n");
    read(file.as_bytes(), "corpus").unwrap_or_else(|errors| panic!("{errors}\n{line}"))
}

fn facts(kind: &str, body: &Value) -> Facts {
    load(kind, body).snapshot.into_facts()
}

/// A field by its JSON pointer; null as absent.
fn at<'a>(item: &'a Value, pointer: &str) -> Option<&'a Value> {
    item.pointer(pointer).filter(|value| !value.is_null())
}

fn string(item: &Value, pointer: &str) -> Option<String> {
    at(item, pointer).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn flag(item: &Value, pointer: &str) -> Option<bool> {
    at(item, pointer).and_then(Value::as_bool)
}

fn scope(item: &Value, pointer: &str) -> Option<Scope> {
    string(item, pointer).map(|text| Scope::new(&text))
}

fn moment(item: &Value, pointer: &str) -> Option<Timestamp> {
    use time::format_description::well_known::Rfc3339;
    string(item, pointer).and_then(|text| Timestamp::parse(&text, &Rfc3339).ok())
}

fn distinct(items: &[&Value]) -> BTreeSet<Scope> {
    items.iter().filter_map(|item| scope(item, "/id")).collect()
}

fn strings(item: &Value, pointer: &str) -> Vec<String> {
    let list = at(item, pointer).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn assert_permissions(read: &[Permission], raw: &Value, id: &str) {
    let raw = raw.as_array().map(Vec::as_slice).unwrap_or_default();
    assert_eq!(read.len(), raw.len(), "{id}");
    for (read, raw) in read.iter().zip(raw) {
        // A built-in role has a pattern that ends in a blank; patterns are trimmed.
        let strings = |item: &Value, pointer: &str| strings(item, pointer).iter().map(|text| text.trim().to_owned()).collect::<Vec<_>>();
        let texts = |patterns: &[ActionPattern]| patterns.iter().map(|pattern| pattern.as_str().to_owned()).collect::<Vec<_>>();
        assert_eq!(texts(&read.actions), strings(raw, "/actions"), "{id}");
        assert_eq!(texts(&read.not_actions), strings(raw, "/notActions"), "{id}");
        assert_eq!(texts(&read.data_actions), strings(raw, "/dataActions"), "{id}");
        assert_eq!(texts(&read.not_data_actions), strings(raw, "/notDataActions"), "{id}");
        assert_eq!(read.condition, string(raw, "/condition"), "{id}");
    }
}

fn is_hsm(item: &Value) -> bool {
    let names = [string(item, "/id"), string(item, "/properties/roleDefinitionId")];
    names.into_iter().flatten().any(|id| id.starts_with("Microsoft.KeyVault/"))
}

/// How many definitions a body holds, those of Managed HSM included.
fn check_roles(body: &Value) -> usize {
    let facts = facts("role_definition", body);
    let (hsm, own): (Vec<&Value>, Vec<&Value>) = items(body).into_iter().partition(|item| is_hsm(item));
    assert_eq!(facts.role_definitions.len(), own.len());
    assert_eq!(facts.other_resources, distinct(&hsm));
    for raw in &own {
        let id = string(raw, "/id").unwrap_or_default();
        let guid = id.rsplit('/').next().unwrap_or_default().to_lowercase();
        let role = &facts.role_definitions[guid.as_str()];
        assert_eq!(role.arm_id.as_str(), id);
        assert_eq!(Some(role.name.clone()), string(raw, "/properties/roleName"));
        let kind = string(raw, "/properties/type").or_else(|| string(raw, "/properties/roleType"));
        assert_eq!(role.role_type == RoleType::BuiltIn, kind.as_deref() == Some("BuiltInRole"), "{id}");
        assert_permissions(&role.permissions, &raw["properties"]["permissions"], &id);
    }
    own.len() + hsm.len()
}

#[test]
fn role_definitions_load_without_loss() {
    let Some(corpus) = crate::corpus_folder() else { return };
    let built_in = serde_json::json!({ "value": json(&text(&corpus.join("roles/built-in-roles.json"))) });
    assert_eq!(check_roles(&built_in), 928);
    assert_eq!(check_roles(&json(&text(&corpus.join("roles/role-definitions-rest-2025-01-14.json")))), 639);
    let recorded: usize = bodies(&corpus, "role-definitions.jsonl").iter().map(check_roles).sum();
    assert!(recorded > 100, "{recorded}");
}

fn check_assignments(body: &Value) -> usize {
    let facts = facts("role_assignment", body);
    let (hsm, own): (Vec<&Value>, Vec<&Value>) = items(body).into_iter().partition(|item| is_hsm(item));
    assert_eq!(facts.other_resources, distinct(&hsm));
    assert_eq!(facts.role_assignments.len(), own.len());
    for (read, raw) in facts.role_assignments.iter().zip(&own) {
        assert_eq!(Some(read.id.as_str().to_owned()), string(raw, "/id"));
        assert_eq!(Some(read.role_arm_id.clone()), scope(raw, "/properties/roleDefinitionId"));
        assert!(read.role_arm_id.key().ends_with(read.role.key()));
        assert_eq!(Some(read.principal.as_str().to_owned()), string(raw, "/properties/principalId"));
        assert_eq!(Some(read.scope.clone()), scope(raw, "/properties/scope"));
        assert_eq!(
            (read.condition.clone(), read.condition_version.clone()),
            (string(raw, "/properties/condition"), string(raw, "/properties/conditionVersion"))
        );
        assert_eq!((read.created_on, read.updated_on), (moment(raw, "/properties/createdOn"), moment(raw, "/properties/updatedOn")));
        let hint = match string(raw, "/properties/principalType").as_deref() {
            Some("User") => PrincipalHint::User,
            Some("Group" | "ForeignGroup") => PrincipalHint::Group,
            Some("ServicePrincipal" | "MSI" | "Device") => PrincipalHint::ServicePrincipal,
            Some(_) | None => PrincipalHint::Unknown,
        };
        assert_eq!(read.principal_hint, hint, "{}", read.id);
    }
    own.len()
}

#[test]
fn role_assignments_load_without_loss() {
    let Some(corpus) = crate::corpus_folder() else { return };
    let large: usize = bodies(&corpus, "role-assignments-large.jsonl").iter().map(check_assignments).sum();
    assert_eq!(large, 267);
    let recorded: usize = bodies(&corpus, "role-assignments.jsonl").iter().map(check_assignments).sum();
    assert!(recorded > 190, "{recorded}");
}

fn check_denies(body: &Value) -> usize {
    let facts = facts("deny_assignment", body);
    let raw = items(body);
    assert_eq!(facts.deny_assignments.len(), raw.len());
    for (read, raw) in facts.deny_assignments.iter().zip(&raw) {
        assert_eq!(Some(read.id.as_str().to_owned()), string(raw, "/id"));
        assert_eq!(Some(read.name.clone()), string(raw, "/properties/denyAssignmentName"));
        assert_eq!(Some(read.scope.clone()), scope(raw, "/properties/scope"));
        assert_eq!(read.is_system_protected, flag(raw, "/properties/isSystemProtected").unwrap_or(false));
        assert_eq!(read.do_not_apply_to_child_scopes, flag(raw, "/properties/doNotApplyToChildScopes").unwrap_or(false));
        assert_permissions(&read.permissions, &raw["properties"]["permissions"], read.id.as_str());
        for (list, pointer) in [(&read.principals, "/properties/principals"), (&read.exclude_principals, "/properties/excludePrincipals")] {
            let raw = at(raw, pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            assert_eq!(list.len(), raw.len());
            for (read, raw) in list.iter().zip(raw) {
                let id = string(raw, "/id").unwrap_or_default();
                assert_eq!(read.id.as_str(), id);
                assert_eq!(read.everyone, id.bytes().all(|b| b == b'0' || b == b'-'), "{id}");
            }
        }
    }
    raw.len()
}

#[test]
fn deny_assignments_load_without_loss() {
    let Some(corpus) = crate::corpus_folder() else { return };
    let recorded: usize = bodies(&corpus, "deny-assignments.jsonl").iter().map(check_denies).sum();
    assert_eq!(recorded, 9);
}

#[test]
fn pim_instances_load_without_loss() {
    let Some(corpus) = crate::corpus_folder() else { return };
    let mut conditions = 0;
    for body in bodies(&corpus, "pim-schedule-instances.jsonl") {
        let raw = items(&body);
        if raw.iter().all(|item| string(item, "/type").is_some_and(|kind| kind.contains("Eligibility"))) {
            let facts = facts("role_eligibility_schedule_instance", &body);
            assert_eq!(facts.eligibility_instances.len(), raw.len());
            for (read, raw) in facts.eligibility_instances.iter().zip(&raw) {
                assert_eq!(Some(read.principal.as_str().to_owned()), string(raw, "/properties/principalId"));
                assert_eq!((read.start, read.end), (moment(raw, "/properties/startDateTime"), moment(raw, "/properties/endDateTime")));
                assert_eq!(
                    (Some(read.scope.clone()), read.condition.clone()),
                    (scope(raw, "/properties/scope"), string(raw, "/properties/condition"))
                );
                conditions += usize::from(read.condition.is_some());
            }
        } else {
            let facts = facts("role_assignment_schedule_instance", &body);
            assert_eq!(facts.assignment_instances.len(), raw.len());
            for (read, raw) in facts.assignment_instances.iter().zip(&raw) {
                assert_eq!(read.origin_role_assignment, scope(raw, "/properties/originRoleAssignmentId"));
                assert_eq!(read.assignment_type, string(raw, "/properties/assignmentType"));
                assert_eq!((read.start, read.end), (moment(raw, "/properties/startDateTime"), moment(raw, "/properties/endDateTime")));
            }
        }
    }
    assert!(conditions > 0, "the recordings hold conditions");
}

fn check_accounts(body: &Value) -> usize {
    let facts = facts("resource", body);
    let raw = items(body);
    assert_eq!(facts.storage_accounts.len(), raw.len());
    for raw in &raw {
        let account = &facts.storage_accounts[&string(raw, "/name").unwrap_or_default().to_lowercase()];
        let text = |pointer: &str| string(raw, pointer);
        assert_eq!(Some(account.id.as_str().to_owned()), text("/id"));
        assert_eq!(account.is_hns_enabled, flag(raw, "/properties/isHnsEnabled") == Some(true));
        assert_eq!(account.allow_shared_key_access, flag(raw, "/properties/allowSharedKeyAccess") != Some(false));
        assert_eq!(account.allow_blob_public_access, flag(raw, "/properties/allowBlobPublicAccess"));
        let access = match text("/properties/publicNetworkAccess").as_deref() {
            Some("Disabled") => PublicNetworkAccess::Disabled,
            Some("SecuredByPerimeter") => PublicNetworkAccess::SecuredByPerimeter,
            Some("Enabled") | None => PublicNetworkAccess::Enabled,
            Some(other) => PublicNetworkAccess::Other(other.to_owned()),
        };
        assert_eq!(account.public_network_access, access);
        assert_eq!(
            (account.minimum_tls_version.clone(), account.location.clone()),
            (text("/properties/minimumTlsVersion"), text("/location"))
        );
        assert_eq!((account.status_of_primary.clone(), account.kind.clone()), (text("/properties/statusOfPrimary"), text("/kind")));
        assert_eq!(account.provisioning_state, text("/properties/provisioningState"));
        assert_eq!(
            account.customer_managed_key,
            text("/properties/encryption/keySource").is_some_and(|s| s.eq_ignore_ascii_case("Microsoft.Keyvault"))
        );
        assert_eq!(account.default_to_oauth, flag(raw, "/properties/defaultToOAuthAuthentication"));
        assert_eq!(
            account.sas_policy.as_ref().map(|policy| policy.expiration_period.clone()),
            text("/properties/sasPolicy/sasExpirationPeriod")
        );
        let days = at(raw, "/properties/keyPolicy/keyExpirationPeriodInDays").and_then(Value::as_u64);
        assert_eq!(account.key_expiration_days.map(u64::from), days);
        for key in ["key1", "key2"] {
            assert_eq!(account.key_creation_time.get(key).copied().flatten(), moment(raw, &format!("/properties/keyCreationTime/{key}")));
        }
        assert_eq!(account.primary_endpoints.get("blob").cloned(), text("/properties/primaryEndpoints/blob"));
        check_network(account, raw);
    }
    raw.len()
}

fn check_network(account: &StorageAccount, raw: &Value) {
    let raw_rules = at(raw, "/properties/networkAcls");
    assert_eq!(account.network_rules.is_some(), raw_rules.is_some());
    if let (Some(rules), Some(raw)) = (&account.network_rules, raw_rules) {
        assert_eq!(rules.default_action == DefaultAction::Deny, string(raw, "/defaultAction").as_deref() == Some("Deny"));
        assert_eq!(rules.bypass, string(raw, "/bypass"));
        let list = |name: &str, field: &str| -> Vec<String> {
            let items = at(raw, name).and_then(Value::as_array).into_iter().flatten();
            items.filter_map(|item| string(item, field)).collect()
        };
        assert_eq!(rules.ip_rules, list("/ipRules", "/value"));
        let subnets: Vec<String> = rules.virtual_network_rules.iter().map(|rule| rule.subnet.as_str().to_owned()).collect();
        assert_eq!(subnets, list("/virtualNetworkRules", "/id"));
        assert_eq!(rules.resource_access_rules, list("/resourceAccessRules", "/resourceId"));
    }
    let raw = at(raw, "/properties/privateEndpointConnections").and_then(Value::as_array);
    let read = account.private_endpoint_connections.as_ref();
    assert_eq!(read.map(Vec::len), raw.map(Vec::len));
    for (read, raw) in read.into_iter().flatten().zip(raw.into_iter().flatten()) {
        assert_eq!(read.private_endpoint, scope(raw, "/properties/privateEndpoint/id"));
        assert_eq!(read.status, string(raw, "/properties/privateLinkServiceConnectionState/status"));
    }
}

#[test]
fn storage_accounts_load_without_loss() {
    let Some(corpus) = crate::corpus_folder() else { return };
    let single: usize = bodies(&corpus, "storage-accounts.jsonl").iter().map(check_accounts).sum();
    let listed: usize = bodies(&corpus, "storage-account-lists.jsonl").iter().map(check_accounts).sum();
    assert_eq!((single, listed), (82, 55));
}

/// Every resource that facts hold, by id.
fn ids(facts: &Facts) -> BTreeSet<Scope> {
    let mut ids = facts.other_resources.clone();
    ids.extend(facts.workspaces.keys().cloned());
    ids.extend(facts.computes.keys().cloned());
    ids.extend(facts.endpoints.keys().cloned());
    ids.extend(facts.deployments.keys().cloned());
    ids.extend(facts.datastores.keys().cloned());
    ids.extend(facts.data_assets.keys().cloned());
    ids.extend(facts.data_versions.keys().cloned());
    ids.extend(facts.components.keys().cloned());
    ids.extend(facts.managed_identities.keys().cloned());
    ids.extend(facts.private_endpoints.keys().cloned());
    ids.extend(facts.virtual_networks.keys().cloned());
    ids.extend(facts.subnets.keys().cloned());
    ids.extend(facts.storage_accounts.values().map(|account| account.id.clone()));
    ids.extend(facts.gen1_accounts.values().map(|account| account.id.clone()));
    ids.extend(facts.containers.values().map(|container| container.id.clone()));
    ids
}

#[test]
fn every_recorded_resource_is_held() {
    let Some(corpus) = crate::corpus_folder() else { return };
    let files = [
        ("workspaces.jsonl", 5),
        ("computes.jsonl", 5),
        ("batch-endpoints.jsonl", 9),
        ("datastores.jsonl", 15),
        ("data-assets.jsonl", 4),
        ("managed-identities.jsonl", 41),
        ("storage-arm-other.jsonl", 90),
        ("management-groups.jsonl", 40),
        ("ml-registries.jsonl", 4),
    ];
    for (file, least) in files {
        let mut count = 0;
        for body in bodies(&corpus, file) {
            let facts = facts("resource", &body);
            assert_eq!(ids(&facts), distinct(&items(&body)), "{file}");
            count += items(&body).len();
            items(&body).into_iter().for_each(|item| check_ml(&facts, item));
        }
        assert!(count >= least, "{file}: {count}");
    }
}

/// The fields of machine-learning resources, containers and identities.
fn check_ml(facts: &Facts, raw: &Value) {
    let Some(id) = scope(raw, "/id") else { return };
    let text = |pointer: &str| string(raw, pointer);
    if let Some(read) = facts.workspaces.get(&id) {
        assert_eq!(
            (read.storage_account.clone(), read.workspace_id.clone()),
            (scope(raw, "/properties/storageAccount"), text("/properties/workspaceId"))
        );
        assert_eq!(read.identity.principal_id.clone().map(|id| id.to_string()), text("/identity/principalId"));
        assert_eq!((read.kind.clone(), read.hbi), (text("/kind"), flag(raw, "/properties/hbiWorkspace")));
    }
    if let Some(read) = facts.computes.get(&id) {
        assert_eq!(read.identity.principal_id.clone().map(|id| id.to_string()), text("/identity/principalId"));
        assert_eq!(read.node_public_ip, flag(raw, "/properties/properties/enableNodePublicIp"));
        assert_eq!(read.compute_type == ComputeType::AmlCompute, text("/properties/computeType").as_deref() == Some("AmlCompute"));
    }
    if let Some(read) = facts.endpoints.get(&id) {
        assert_eq!((read.auth_mode.clone(), read.created_at), (text("/properties/authMode"), moment(raw, "/systemData/createdAt")));
        assert_eq!(read.default_deployment, text("/properties/defaults/deploymentName"));
    }
    if let Some(read) = facts.deployments.get(&id) {
        assert_eq!(read.compute, text("/properties/compute"));
        assert_eq!(read.error_threshold, at(raw, "/properties/errorThreshold").and_then(Value::as_i64));
    }
    if let Some(read) = facts.datastores.get(&id) {
        let kind = text("/properties/credentials/credentialsType");
        assert_eq!(read.credential == CredentialSource::None, matches!(kind.as_deref(), None | Some("None")));
        assert_eq!(read.is_default, flag(raw, "/properties/isDefault") == Some(true));
        let (account, container) = (text("/properties/accountName"), text("/properties/containerName"));
        match (&read.target, text("/properties/datastoreType").as_deref()) {
            (DatastoreTarget::Blob { account: a, container: c }, Some("AzureBlob")) => {
                assert_eq!((Some(a), Some(c)), (account.as_ref(), container.as_ref()))
            }
            (DatastoreTarget::AdlsGen2 { account: a, .. }, Some("AzureDataLakeGen2")) => assert_eq!(Some(a), account.as_ref()),
            (DatastoreTarget::File { account: a, share }, Some("AzureFile")) => {
                assert_eq!((a, share), (&account, &text("/properties/fileShareName")))
            }
            (other, kind) => assert!(matches!(other, DatastoreTarget::AdlsGen1 { .. }), "{other:?} {kind:?}"),
        }
    }
    if let Some(read) = facts.data_versions.get(&id) {
        assert_eq!((read.data_uri.clone(), Some(read.version.clone())), (text("/properties/dataUri"), text("/name")));
        assert_eq!(read.is_archived, flag(raw, "/properties/isArchived") == Some(true));
    }
    if let Some(read) = facts.managed_identities.get(&id) {
        assert_eq!(read.principal_id.clone().map(|id| id.to_string()), text("/properties/principalId"));
        assert_eq!(read.client_id.clone().map(|id| id.to_string()), text("/properties/clientId"));
    }
    if let Some(read) = facts.containers.values().find(|container| container.id == id) {
        let level = text("/properties/publicAccess");
        assert_eq!(read.public_access.map(|level| format!("{level:?}")), level);
    }
}

#[test]
fn directory_objects_load_without_loss() {
    let Some(corpus) = crate::corpus_folder() else { return };
    let (mut count, mut with_secrets) = (0, 0);
    for body in bodies(&corpus, "graph-members.jsonl") {
        let loaded = load("directory_object", &body);
        assert_eq!(loaded.warnings, []);
        let facts = loaded.snapshot.into_facts();
        let raw = items(&body);
        let ids: BTreeSet<ObjectId> = raw.iter().filter_map(|item| string(item, "/id")).map(|id| ObjectId::new(&id)).collect();
        assert_eq!(facts.directory.keys().cloned().collect::<BTreeSet<_>>(), ids);
        for item in raw {
            let read = &facts.directory[string(item, "/id").unwrap_or_default().to_lowercase().as_str()];
            assert_eq!(read.app_id.clone().map(|id| id.to_string()), string(item, "/appId"));
            assert_eq!(read.user_principal_name, string(item, "/userPrincipalName"));
            assert_eq!((read.account_enabled, read.created), (flag(item, "/accountEnabled"), moment(item, "/createdDateTime")));
            let secrets = at(item, "/passwordCredentials").and_then(Value::as_array);
            assert_eq!(read.password_credentials.as_ref().map(Vec::len), secrets.map(Vec::len));
            for (read, raw) in read.password_credentials.iter().flatten().zip(secrets.into_iter().flatten()) {
                assert_eq!(read.end, moment(raw, "/endDateTime"));
                with_secrets += 1;
            }
            if let Some(kind) = string(item, "/@odata.type") {
                let word = format!(
                    "#microsoft.graph.{}",
                    match read.kind {
                        Some(PrincipalKind::User) => "user",
                        Some(PrincipalKind::Group) => "group",
                        Some(PrincipalKind::ServicePrincipal | PrincipalKind::ManagedIdentity) => "servicePrincipal",
                        Some(PrincipalKind::Application) => "application",
                        None => "none",
                    }
                );
                assert_eq!(word, kind);
            }
            count += 1;
        }
    }
    assert!(count > 40 && with_secrets > 0, "{count} {with_secrets}");
}

/// Bodies of the answers in a documentation example.
fn answers(example: &Value) -> Vec<&Value> {
    let answers = example["responses"].as_object().into_iter().flat_map(|all| all.values());
    answers.map(|answer| &answer["body"]).filter(|body| items(body).iter().all(|item| item["id"].is_string())).collect()
}

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    #[expect(clippy::unwrap_used, reason = "tests read the corpus, which must be readable")]
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files_below(&path, found) } else { found.push(path) }
    }
}

#[test]
fn documentation_examples_load_without_loss() {
    let Some(corpus) = crate::corpus_folder() else { return };
    let mut files = Vec::new();
    files_below(&corpus.join("spec-examples"), &mut files);
    files.sort();
    let (mut resources, mut authorization) = (0, 0);
    for file in files {
        let example = json(&text(&file));
        for body in answers(&example) {
            let kind = string(items(body).first().copied().unwrap_or(&Value::Null), "/type").unwrap_or_default();
            match kind.rsplit('/').next().unwrap_or_default().to_ascii_lowercase().as_str() {
                "roledefinitions" => authorization += check_roles(body),
                "roleassignments" => authorization += check_assignments(body),
                "denyassignments" => authorization += check_denies(body),
                "roleassignmentscheduleinstances" => {
                    authorization += facts("role_assignment_schedule_instance", body).assignment_instances.len();
                }
                "roleeligibilityscheduleinstances" => {
                    authorization += facts("role_eligibility_schedule_instance", body).eligibility_instances.len();
                }
                "storageaccounts" if kind == "Microsoft.Storage/storageAccounts" => resources += check_accounts(body),
                _ => {
                    // One by one: made-up pages hold several resources of one id.
                    for item in items(body) {
                        assert!(distinct(&[item]).is_subset(&ids(&facts("resource", item))), "{}", file.display());
                        resources += 1;
                    }
                }
            }
        }
    }
    assert!(resources > 150 && authorization > 20, "{resources} {authorization}");
}

#[test]
fn the_example_snapshots_load_without_warnings() {
    let Some(corpus) = crate::corpus_folder() else { return };
    for name in ["blob-url.jsonl", "gen2-url-by-acl.jsonl"] {
        let path = corpus.join("../example").join(name);
        let Ok(loaded) = read_path(&path.to_string_lossy()) else { panic!("{} must load", path.display()) };
        assert_eq!(loaded.warnings, []);
        let lines = text(&path);
        let of = |kind: &str| lines.lines().filter(|line| json(line)["kind"] == kind).count();
        let facts = loaded.snapshot.into_facts();
        assert_eq!((facts.role_assignments.len(), facts.directory.len()), (of("role_assignment"), of("directory_object")));
        assert_eq!(facts.path_access.values().map(|paths| paths.len()).sum::<usize>(), of("path_access"));
        assert_eq!((ids(&facts).len(), facts.coverage.len()), (of("resource"), of("coverage")));
    }
}
