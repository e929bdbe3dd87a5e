//! A workspace that live tests ask about, as a contract snapshot: an endpoint on a cluster with an identity, and whatever
//! data a test adds.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "helpers of tests fail by panicking")]

use serde_json::{Value, json};

pub(crate) const AT: &str = "2026-11-22T12:00:00Z";
const SUBSCRIPTION: &str = "5d0c3b1e-0000-4000-8000-000000000001";
const TENANT: &str = "5d0c3b1e-0000-4000-8000-0000000000aa";
const INVOKER: &str = "5d0c3b1e-0000-4000-8000-0000000000b1";
const CLUSTER: &str = "5d0c3b1e-0000-4000-8000-0000000000b2";
const READER: &str = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1";
const CONTRIBUTOR: &str = "b24988ac-6180-42a0-ab88-20f7382dd24c";

/// Arguments that name the workspace.
pub(crate) const WORKSPACE: [&str; 6] = ["--subscription", SUBSCRIPTION, "-g", "rg", "-w", "ws"];

fn group() -> String {
    format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/rg")
}

/// The id of the workspace.
pub(crate) fn workspace() -> String {
    format!("{}/providers/Microsoft.MachineLearningServices/workspaces/ws", group())
}

/// The id of a datastore.
pub(crate) fn datastore_id(name: &str) -> String {
    format!("{}/datastores/{name}", workspace())
}

fn account_id(name: &str) -> String {
    format!("{}/providers/Microsoft.Storage/storageAccounts/{name}", group())
}

fn resource(id: &str, kind: &str, rest: &Value) -> Value {
    let name = id.rsplit('/').next().unwrap_or_default();
    let mut body = json!({"id": id, "name": name, "type": kind, "location": "northeurope"});
    if let (Some(body), Some(rest)) = (body.as_object_mut(), rest.as_object()) {
        body.extend(rest.clone());
    }
    json!({"kind": "resource", "body": body})
}

/// A snapshot in the making.
#[derive(Clone, Debug)]
pub(crate) struct LiveWorld {
    pub(crate) lines: Vec<Value>,
}

impl LiveWorld {
    /// Workspace, endpoint, deployment, cluster, and an invoker who is Contributor of the resource group.
    pub(crate) fn new() -> Self {
        let ml = "Microsoft.MachineLearningServices/workspaces";
        let ws = workspace();
        let user = json!({"@odata.type": "#microsoft.graph.user", "id": INVOKER, "displayName": "Ana", "userPrincipalName": "ana@contoso.example", "accountEnabled": true});
        let cluster = json!({"@odata.type": "#microsoft.graph.servicePrincipal", "id": CLUSTER, "displayName": "ws/computes/cpu",
            "appId": "5d0c3b1e-0000-4000-8000-0000000000c2", "servicePrincipalType": "ManagedIdentity", "accountEnabled": true});
        let lines = vec![
            json!({"kind": "snapshot", "version": 1, "tool": "canread 0.1.0", "cloud": "AzureCloud", "collected_at": "2026-11-22T10:00:00Z", "tenant_id": TENANT,
                "signed_in": {"object_id": INVOKER, "name": "ana@contoso.example"}}),
            json!({"kind": "subscription", "subscription_id": SUBSCRIPTION, "state": "Enabled", "tenant_id": TENANT, "management_groups": ["dev", TENANT]}),
            json!({"kind": "directory_object", "body": user}),
            json!({"kind": "directory_object", "body": cluster}),
            json!({"kind": "membership", "member": INVOKER, "transitive_groups": []}),
            json!({"kind": "membership", "member": CLUSTER, "transitive_groups": []}),
            resource(
                &ws,
                ml,
                &json!({"properties": {"workspaceId": "w", "storageAccount": account_id("defaultstore"), "publicNetworkAccess": "Enabled",
                "v1LegacyMode": false, "managedNetwork": {"isolationMode": "Disabled"}, "tenantId": TENANT, "provisioningState": "Succeeded",
                "systemDatastoresAuthMode": "accesskey", "privateEndpointConnections": []}}),
            ),
            resource(
                &format!("{ws}/computes/cpu"),
                &format!("{ml}/computes"),
                &json!({
                "identity": {"type": "SystemAssigned", "principalId": CLUSTER, "tenantId": TENANT},
                "properties": {"computeType": "AmlCompute", "provisioningState": "Succeeded", "properties": {"subnet": null, "enableNodePublicIp": true}}}),
            ),
            resource(
                &format!("{ws}/batchEndpoints/batch"),
                &format!("{ml}/batchEndpoints"),
                &json!({"properties": {"authMode": "AADToken",
                "provisioningState": "Succeeded", "defaults": {"deploymentName": "blue"}}, "systemData": {"createdAt": "2026-03-02T09:30:00Z"}}),
            ),
            resource(
                &format!("{ws}/batchEndpoints/batch/deployments/blue"),
                &format!("{ml}/batchEndpoints/deployments"),
                &json!({
                "properties": {"compute": format!("{ws}/computes/cpu"), "provisioningState": "Succeeded", "environmentVariables": {}}}),
            ),
        ];
        let mut world = LiveWorld { lines };
        world.account("defaultstore", false, "artifacts").assignment("a-contributor", CONTRIBUTOR, INVOKER, &group());
        world.datastore("workspaceblobstore", "AzureBlob", "defaultstore", "artifacts", "AccountKey").stored(
            "workspaceblobstore",
            "AccountKey",
            None,
        );
        world.definition(
            CONTRIBUTOR,
            "Contributor",
            &json!({"actions": ["*"], "notActions": ["Microsoft.Authorization/*/Write"], "dataActions": [], "notDataActions": []}),
        );
        world.definition(READER, "Storage Blob Data Reader", &json!({"actions": ["Microsoft.Storage/storageAccounts/blobServices/containers/read"],
            "notActions": [], "dataActions": ["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"], "notDataActions": []}));
        world
    }

    fn definition(&mut self, id: &str, name: &str, permission: &Value) {
        let full = format!("/providers/Microsoft.Authorization/roleDefinitions/{id}");
        self.lines
            .push(json!({"kind": "role_definition", "body": {"id": full, "name": id, "type": "Microsoft.Authorization/roleDefinitions",
            "properties": {"roleName": name, "type": "BuiltInRole", "assignableScopes": ["/"], "permissions": [permission]}}}));
    }

    /// A storage account with one container.
    pub(crate) fn account(&mut self, name: &str, hierarchical: bool, container: &str) -> &mut Self {
        let id = account_id(name);
        let properties = json!({"properties": {"isHnsEnabled": hierarchical, "allowSharedKeyAccess": true, "allowBlobPublicAccess": false,
            "publicNetworkAccess": "Enabled", "privateEndpointConnections": [], "networkAcls": {"bypass": "AzureServices", "defaultAction": "Allow",
            "ipRules": [], "virtualNetworkRules": [], "resourceAccessRules": []}, "primaryEndpoints": {}, "statusOfPrimary": "available",
            "provisioningState": "Succeeded", "keyCreationTime": {"key1": "2025-02-03T09:00:00Z", "key2": "2025-02-03T09:00:00Z"}}});
        self.lines.push(resource(&id, "Microsoft.Storage/storageAccounts", &properties));
        let container = format!("{id}/blobServices/default/containers/{container}");
        self.lines.push(resource(
            &container,
            "Microsoft.Storage/storageAccounts/blobServices/containers",
            &json!({"properties": {"publicAccess": "None"}}),
        ));
        self
    }

    /// A role for a principal at a scope.
    fn assignment(&mut self, name: &str, role: &str, principal: &str, scope: &str) -> &mut Self {
        let id = format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{name}");
        self.lines.push(json!({"kind": "role_assignment", "body": {"id": id, "name": name, "type": "Microsoft.Authorization/roleAssignments", "properties": {
            "roleDefinitionId": format!("/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{role}"), "principalId": principal,
            "principalType": "User", "scope": scope, "condition": null, "createdOn": "2026-02-10T08:00:00Z", "updatedOn": "2026-02-10T08:00:00Z"}}}));
        self
    }

    /// The cluster, and where asked the invoker, may read the data of an account.
    pub(crate) fn readers(&mut self, account: &str, invoker_too: bool) -> &mut Self {
        self.assignment("a-cluster-reads", READER, CLUSTER, &account_id(account));
        if invoker_too {
            self.assignment("a-invoker-reads", READER, INVOKER, &account_id(account));
        }
        self
    }

    /// A datastore of the workspace.
    pub(crate) fn datastore(&mut self, name: &str, kind: &str, account: &str, container: &str, credentials: &str) -> &mut Self {
        let place = if kind == "AzureBlob" { "containerName" } else { "filesystem" };
        let mut properties = json!({"isDefault": name == "workspaceblobstore", "datastoreType": kind, "accountName": account, "endpoint": "core.windows.net",
            "protocol": "https", "credentials": {"credentialsType": credentials}, "subscriptionId": SUBSCRIPTION, "resourceGroup": "rg"});
        properties[place] = json!(container);
        let rest = json!({"properties": properties, "systemData": {"createdAt": "2026-04-01T10:00:00Z", "lastModifiedAt": "2026-05-20T10:00:00Z"}});
        self.lines.push(resource(&datastore_id(name), "Microsoft.MachineLearningServices/workspaces/datastores", &rest));
        self
    }

    /// What a datastore stores, without its secret.
    pub(crate) fn stored(&mut self, datastore: &str, kind: &str, sas: Option<&str>) -> &mut Self {
        let mut record = json!({"kind": "stored_credential", "datastore": datastore_id(datastore), "credentials_type": kind});
        if let Some(sas) = sas {
            record["sas"] = json!(sas);
        }
        self.lines.push(record);
        self
    }

    /// A version of a data asset.
    pub(crate) fn asset(&mut self, name: &str, version: &str, uri: &str) -> &mut Self {
        let rest = json!({"properties": {"dataType": "uri_folder", "dataUri": uri, "isAnonymous": false, "isArchived": false},
            "systemData": {"createdAt": format!("2026-05-0{version}T10:00:00Z")}});
        let id = format!("{}/data/{name}/versions/{version}", workspace());
        self.lines.push(resource(&id, "Microsoft.MachineLearningServices/workspaces/data/versions", &rest));
        self
    }

    /// A folder `in` with one file.
    pub(crate) fn folder(&mut self, account: &str, container: &str) -> &mut Self {
        for (path, is_directory) in [("in", true), ("in/a.csv", false)] {
            self.lines.push(json!({"kind": "path", "account": account, "container": container, "path": path, "exists": true, "is_directory": is_directory}));
        }
        self
    }

    /// ACLs of the root, `in` and its file that let the invoker and the cluster read.
    pub(crate) fn acls(&mut self, account: &str, filesystem: &str) -> &mut Self {
        for (path, is_directory, bits) in [("/", true, "--x"), ("/in", true, "r-x"), ("/in/a.csv", false, "r--")] {
            let acl = format!("user::rwx,user:{INVOKER}:{bits},user:{CLUSTER}:{bits},group::---,mask::rwx,other::---");
            self.lines.push(
                json!({"kind": "path_access", "account": account, "filesystem": filesystem, "path": path, "is_directory": is_directory,
                "owner": "$superuser", "group": "$superuser", "permissions": "rwxrwx---+", "acl": acl}),
            );
        }
        self
    }

    /// Changes the body of a resource whose id ends so.
    pub(crate) fn change(&mut self, end: &str, change: impl Fn(&mut Value)) -> &mut Self {
        let mut bodies = self.lines.iter_mut().filter_map(|line| line.get_mut("body"));
        let body = bodies.find(|body| body["id"].as_str().is_some_and(|id| id.ends_with(end)));
        change(body.expect("a resource of the world"));
        self
    }

    /// Nobody may read blobs of an account, whatever was granted.
    pub(crate) fn denied(&mut self, account: &str) -> &mut Self {
        let scope = account_id(account);
        let id = format!("{scope}/providers/Microsoft.Authorization/denyAssignments/a-deny");
        let everyone = json!({"id": "00000000-0000-0000-0000-000000000000", "type": "SystemDefined"});
        let permission = json!({"actions": [], "notActions": [], "notDataActions": [],
            "dataActions": ["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"]});
        self.lines.push(
            json!({"kind": "deny_assignment", "body": {"id": id, "name": "a-deny", "type": "Microsoft.Authorization/denyAssignments",
            "properties": {"denyAssignmentName": "closed", "scope": scope, "permissions": [permission], "principals": [everyone],
            "excludePrincipals": [], "doNotApplyToChildScopes": false, "isSystemProtected": false}}}),
        );
        self
    }

    /// The file, closed: what it does not hold does not exist.
    pub(crate) fn text(&self) -> String {
        let closed = json!({"kind": "coverage", "what": "everything"});
        self.lines.iter().chain([&closed]).map(|line| format!("{line}\n")).collect()
    }
}
