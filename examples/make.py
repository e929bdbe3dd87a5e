#!/usr/bin/env python3
"""Writes the example snapshots beside this file: `python3 examples/make.py`.

Everything here is made up. `heart.jsonl` is a whole workspace with a datastore for every row of the credential table,
`clean.jsonl` one that a security review finds nothing to mend in; the others are the smallest state that shows one cause.
Ids derive from names, so the same bytes come out every time. With `--check` nothing is written; the exit code says whether
the files are fresh. Only the standard library is used.
"""

import json
import pathlib
import sys
import uuid

HERE = pathlib.Path(__file__).parent
COLLECTED = "2026-11-20T08:00:00Z"


def guid(name):
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "https://contoso.example/" + name))


TENANT = guid("tenant")
SUBSCRIPTION = guid("subscription")
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-heart"
WORKSPACE = f"{GROUP}/providers/Microsoft.MachineLearningServices/workspaces/mlw-heart"
VNET = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet-heart"
SUBNET = f"{VNET}/subnets/snet-training"

ANA = guid("ana")
RESEARCHERS = guid("group/heart-researchers")
ENGINEERS = guid("group/ml-engineers")
WORKSPACE_IDENTITY = guid("identity/workspace")
CLUSTER_IDENTITY = guid("identity/cluster")
INGEST_APP = guid("app/ingest")
INGEST = guid("service-principal/ingest")

# Built-in roles: their ids and permissions are Azure's.
ROLES = {
    "Storage Blob Data Reader": (
        "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
        {
            "actions": [
                "Microsoft.Storage/storageAccounts/blobServices/containers/read",
                "Microsoft.Storage/storageAccounts/blobServices/generateUserDelegationKey/action",
            ],
            "dataActions": ["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"],
        },
    ),
    "Reader": ("acdd72a7-3385-48ef-bd42-f606fba81ae7", {"actions": ["*/read"]}),
    "Contributor": (
        "b24988ac-6180-42a0-ab88-20f7382dd24c",
        {
            "actions": ["*"],
            "notActions": [
                "Microsoft.Authorization/*/Delete",
                "Microsoft.Authorization/*/Write",
                "Microsoft.Authorization/elevateAccess/Action",
            ],
        },
    ),
    # Their definitions are taken from the rules.
    "AzureML Data Scientist": ("f6c7c914-8db3-469d-8ca1-694a8f32e121", None),
    "Storage Blob Data Contributor": ("ba92f5b4-2d11-453d-a403-e96b0029c9fe", None),
    "Storage Table Data Contributor": ("0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3", None),
    "Storage Queue Data Contributor": ("974c5e8b-45b9-4653-ba55-5f855dd0fb88", None),
}


def account_id(name):
    return f"{GROUP}/providers/Microsoft.Storage/storageAccounts/{name}"


def container_id(account, name):
    return f"{account_id(account)}/blobServices/default/containers/{name}"


def datastore_id(name):
    return f"{WORKSPACE}/datastores/{name}"


class State:
    """Records of one snapshot, in the order they are added."""

    def __init__(self):
        self.records = []
        self.roles = set()
        self.line(
            kind="snapshot",
            version=1,
            tool="examples/make.py",
            cloud="AzureCloud",
            collected_at=COLLECTED,
            tenant_id=TENANT,
            signed_in={"object_id": ANA, "name": "ana@contoso.com"},
        )

    def line(self, **record):
        self.records.append(record)

    def resource(self, id, type, properties, **more):
        body = {"id": id, "name": id.rsplit("/", 1)[1], "type": type, **more, "properties": properties}
        self.line(kind="resource", body=body)

    # Azure Machine Learning

    def workspace(self, **properties):
        self.resource(
            WORKSPACE,
            "Microsoft.MachineLearningServices/workspaces",
            {
                "storageAccount": account_id("stmlwheart"),
                "publicNetworkAccess": "Enabled",
                "managedNetwork": {"isolationMode": "Disabled"},
                **properties,
            },
            location="westeurope",
            identity={"type": "SystemAssigned", "principalId": WORKSPACE_IDENTITY, "tenantId": TENANT},
        )

    def endpoint(self):
        endpoint = f"{WORKSPACE}/batchEndpoints/heart-classifier-batch"
        self.resource(
            endpoint,
            "Microsoft.MachineLearningServices/workspaces/batchEndpoints",
            {"authMode": "AADToken", "defaults": {"deploymentName": "classifier-xgboost"}, "provisioningState": "Succeeded"},
            location="westeurope",
            systemData={"createdAt": "2026-03-02T09:12:44Z"},
        )
        self.resource(
            f"{endpoint}/deployments/classifier-xgboost",
            "Microsoft.MachineLearningServices/workspaces/batchEndpoints/deployments",
            {
                "compute": f"{WORKSPACE}/computes/cpu-cluster",
                "model": {"referenceType": "Id", "assetId": f"{WORKSPACE}/models/heart-classifier/versions/4"},
                "errorThreshold": 0,
                "resources": {"instanceCount": 2},
            },
            location="westeurope",
        )

    def cluster(self, identity="system", subnet=None):
        if identity == "system":
            identity = {"type": "SystemAssigned", "principalId": CLUSTER_IDENTITY, "tenantId": TENANT}
        own = {"vmSize": "STANDARD_DS3_V2"}
        if subnet:
            own["subnet"] = {"id": subnet}
        self.resource(
            f"{WORKSPACE}/computes/cpu-cluster",
            "Microsoft.MachineLearningServices/workspaces/computes",
            {"computeType": "AmlCompute", "provisioningState": "Succeeded", "properties": own},
            location="westeurope",
            **({"identity": identity} if identity else {}),
        )

    def datastore(self, name, credentials="None", is_default=False, **where):
        stored = {"credentialsType": credentials} if isinstance(credentials, str) else credentials
        self.resource(
            datastore_id(name),
            "Microsoft.MachineLearningServices/workspaces/datastores",
            {**where, "endpoint": "core.windows.net", "protocol": "https", "isDefault": is_default, "credentials": stored},
            systemData={"createdAt": "2026-03-02T09:01:10Z", "lastModifiedAt": "2026-03-02T09:01:10Z"},
        )

    def blob_datastore(self, name, account, container, credentials="None", **more):
        self.datastore(name, credentials, datastoreType="AzureBlob", accountName=account, containerName=container, **more)

    def lake_datastore(self, name, account, filesystem, credentials="None"):
        self.datastore(name, credentials, datastoreType="AzureDataLakeGen2", accountName=account, filesystem=filesystem)

    def default_datastore(self):
        self.account("stmlwheart")
        self.container("stmlwheart", "azureml-blobstore")
        self.blob_datastore("workspaceblobstore", "stmlwheart", "azureml-blobstore", "AccountKey", is_default=True)

    def asset(self, name, uri, kind="uri_folder", version="1"):
        id = f"{WORKSPACE}/data/{name}"
        type = "Microsoft.MachineLearningServices/workspaces/data"
        self.resource(id, type, {"dataType": kind, "latestVersion": version})
        self.resource(f"{id}/versions/{version}", f"{type}/versions", {"dataType": kind, "dataUri": uri, "isArchived": False})

    # storage

    def account(self, name, hns=False, **properties):
        self.resource(
            account_id(name),
            "Microsoft.Storage/storageAccounts",
            {
                "isHnsEnabled": hns,
                "allowSharedKeyAccess": True,
                "allowBlobPublicAccess": False,
                "publicNetworkAccess": "Enabled",
                "networkAcls": {"defaultAction": "Allow", "bypass": "AzureServices", "virtualNetworkRules": [], "ipRules": []},
                "privateEndpointConnections": [],
                "statusOfPrimary": "available",
                "keyCreationTime": {"key1": "2026-02-27T14:20:00Z", "key2": "2026-02-27T14:20:00Z"},
                **properties,
            },
            kind="StorageV2",
            location="westeurope",
        )

    def container(self, account, name, public="None"):
        type = "Microsoft.Storage/storageAccounts/blobServices/containers"
        self.resource(container_id(account, name), type, {"publicAccess": public})

    def acl(self, account, filesystem, path, acl, is_directory=True):
        self.line(
            kind="path_access",
            account=account,
            filesystem=filesystem,
            path=path,
            is_directory=is_directory,
            owner="$superuser",
            group="$superuser",
            acl=acl,
        )

    # people, roles, what is complete

    def object(self, kind, id, name, **more):
        body = {"@odata.type": f"#microsoft.graph.{kind}", "id": id, "displayName": name, **more}
        self.line(kind="directory_object", body=body)

    def people(self, memberships=True):
        self.object("user", ANA, "Ana Silva", userPrincipalName="ana@contoso.com")
        self.object("group", RESEARCHERS, "heart-researchers", securityEnabled=True)
        self.object("group", ENGINEERS, "ml-engineers", securityEnabled=True)
        managed = {"servicePrincipalType": "ManagedIdentity"}
        self.object("servicePrincipal", WORKSPACE_IDENTITY, "mlw-heart", appId=guid("app/workspace"), **managed)
        self.object("servicePrincipal", CLUSTER_IDENTITY, "mlw-heart/computes/cpu-cluster", appId=guid("app/cluster"), **managed)
        if memberships:
            self.line(kind="membership", member=ANA, transitive_groups=[RESEARCHERS, ENGINEERS])
            self.line(kind="membership", member=CLUSTER_IDENTITY, transitive_groups=[])

    def assign(self, role, scope, principal, type):
        role_id, permissions = ROLES[role]
        definition = f"/providers/Microsoft.Authorization/roleDefinitions/{role_id}"
        if permissions and role not in self.roles:
            self.roles.add(role)
            full = {"actions": [], "notActions": [], "dataActions": [], "notDataActions": [], **permissions}
            properties = {"roleName": role, "type": "BuiltInRole", "permissions": [full], "assignableScopes": ["/"]}
            type_name = "Microsoft.Authorization/roleDefinitions"
            self.line(
                kind="role_definition",
                body={"id": definition, "name": role_id, "type": type_name, "properties": properties},
            )
        name = guid(f"assignment/{role}/{scope}/{principal}")
        self.line(
            kind="role_assignment",
            body={
                "id": f"{scope}/providers/Microsoft.Authorization/roleAssignments/{name}",
                "name": name,
                "type": "Microsoft.Authorization/roleAssignments",
                "properties": {
                    "roleDefinitionId": f"/subscriptions/{SUBSCRIPTION}{definition}",
                    "principalId": principal,
                    "principalType": type,
                    "scope": scope,
                    "createdOn": "2026-03-02T10:00:00Z",
                },
            },
        )

    def cover(self, what, scope, **more):
        self.line(kind="coverage", what=what, scope=scope, **more)

    def everything(self):
        self.line(kind="subscription", subscription_id=SUBSCRIPTION, state="Enabled", tenant_id=TENANT, management_groups=[TENANT])
        self.line(kind="coverage", what="everything")

    def text(self):
        return "".join(json.dumps(record, separators=(",", ":")) + "\n" for record in self.records)


def job(**cluster):
    """A workspace with endpoint, cluster and people; its engineers may invoke."""
    state = State()
    state.workspace()
    state.endpoint()
    state.cluster(**cluster)
    state.default_datastore()
    state.people()
    state.assign("Contributor", WORKSPACE, ENGINEERS, "Group")
    return state


def blob(state, credentials="None", **account):
    """The blob store of the example, with its data asset."""
    state.account("stheart", **account)
    state.container("stheart", "trials")
    state.blob_datastore("heart_blob", "stheart", "trials", credentials)
    state.asset("heart-dataset-unlabeled", f"azureml:/{datastore_id('heart_blob')}/paths/unlabeled/", version="2")


def invoker_reads(state):
    state.assign("Storage Blob Data Reader", account_id("stheart"), RESEARCHERS, "Group")


def cluster_reads(state):
    state.assign("Storage Blob Data Reader", container_id("stheart", "trials"), CLUSTER_IDENTITY, "ServicePrincipal")


def named(*ids, base="r-x", mask="r-x"):
    """The ACL of a file, or of a folder that hands nothing down."""
    return "user::rwx," + "".join(f"user:{id}:{base}," for id in ids) + f"group::r-x,mask::{mask},other::---"


def folder(*ids):
    """A folder that is open to `ids`, as will be what is created in it."""
    own = named(*ids)
    return own + "," + ",".join(f"default:{entry}" for entry in own.split(","))


# --- the whole workspace ---------------------------------------------------------------------------------------------


def heart():
    """A store for every row of the credential table, and all of it works."""
    state = job()
    blob(state)
    invoker_reads(state)
    cluster_reads(state)
    state.blob_datastore("heart_blob_key", "stheart", "trials", "AccountKey")
    state.asset("heart-dataset-by-key", datastore_uri("heart_blob_key", "unlabeled/"))
    state.blob_datastore("heart_blob_sas", "stheart", "trials", "Sas")
    sas = "sv=2024-11-04&sr=c&sp=rl&spr=https&st=2026-11-01T00%3A00%3A00Z&se=2027-02-01T00%3A00%3A00Z"
    state.line(kind="stored_credential", datastore=datastore_id("heart_blob_sas"), credentials_type="Sas", sas=sas)
    state.asset("heart-dataset-by-sas", datastore_uri("heart_blob_sas", "unlabeled/"))
    state.asset("heart-trials-table", datastore_uri("heart_blob", "table/"), kind="mltable")
    lake(state)
    gen1(state)
    state.account("stheartopen", allowBlobPublicAccess=True)
    state.container("stheartopen", "public", public="Container")
    state.everything()
    return state


def datastore_uri(name, path):
    short = WORKSPACE.split("/")
    return f"azureml://subscriptions/{short[2]}/resourcegroups/{short[4]}/workspaces/{short[8]}/datastores/{name}/paths/{path}"


def lake(state):
    """File system `raw` is open by role, `clinic` by ACL alone."""
    state.account("dlsheart", hns=True)
    for filesystem in ("raw", "clinic"):
        state.container("dlsheart", filesystem)
    for who, type in ((RESEARCHERS, "Group"), (CLUSTER_IDENTITY, "ServicePrincipal")):
        state.assign("Storage Blob Data Reader", container_id("dlsheart", "raw"), who, type)
    state.lake_datastore("heart_lake", "dlsheart", "raw")
    principal = {
        "credentialsType": "ServicePrincipal",
        "clientId": INGEST_APP,
        "tenantId": TENANT,
        "authorityUrl": "https://login.microsoftonline.com",
        "resourceUrl": "https://storage.azure.com/",
    }
    state.lake_datastore("heart_lake_sp", "dlsheart", "raw", principal)
    state.asset("heart-dataset-by-sp", datastore_uri("heart_lake_sp", "unlabeled/"))
    secret = {"keyId": guid("secret/ingest"), "startDateTime": "2026-02-20T00:00:00Z", "endDateTime": "2027-02-20T00:00:00Z"}
    state.object(
        "servicePrincipal",
        INGEST,
        "sp-heart-ingest",
        appId=INGEST_APP,
        servicePrincipalType="Application",
        appOwnerOrganizationId=TENANT,
        accountEnabled=True,
        passwordCredentials=[secret],
    )
    state.line(kind="membership", member=INGEST, transitive_groups=[])
    state.assign("Storage Blob Data Reader", container_id("dlsheart", "raw"), INGEST, "ServicePrincipal")
    readers = folder(ANA, CLUSTER_IDENTITY)
    state.acl("dlsheart", "clinic", "/", named(ANA, CLUSTER_IDENTITY, base="--x"))
    state.acl("dlsheart", "clinic", "/patients", readers)
    state.acl("dlsheart", "clinic", "/patients/2026", readers)
    for month in ("01", "02"):
        state.acl("dlsheart", "clinic", f"/patients/2026/{month}.csv", named(ANA, CLUSTER_IDENTITY, base="r--", mask="r--"), False)
    state.cover("path_access", "dlsheart/clinic/patients/2026", below=True)


def gen1(state):
    id = f"{GROUP}/providers/Microsoft.DataLakeStore/accounts/contosoheart"
    state.resource(id, "Microsoft.DataLakeStore/accounts", {"state": "Active"}, location="westeurope")
    state.datastore("heart_gen1", datastoreType="AzureDataLakeGen1", storeName="contosoheart")
    state.acl("contosoheart", "", "/", named(ANA, CLUSTER_IDENTITY, base="--x"))
    state.acl("contosoheart", "", "/trials", folder(ANA, CLUSTER_IDENTITY))
    state.acl("contosoheart", "", "/trials/2019.csv", named(ANA, CLUSTER_IDENTITY, base="r--", mask="r--"), False)
    state.cover("path_access", "contosoheart//trials", below=True)


def private_endpoints(account, groups):
    """The connections an account lists, and the private endpoints behind them in the cluster's network."""
    approved = {"status": "Approved"}
    connections, endpoints = [], []
    for group in groups:
        id = f"{GROUP}/providers/Microsoft.Network/privateEndpoints/pe-{account}-{group}"
        properties = {"privateEndpoint": {"id": id}, "privateLinkServiceConnectionState": approved, "groupIds": [group]}
        connections.append({"id": f"{account_id(account)}/privateEndpointConnections/{account}.{group}", "properties": properties})
        link = {"privateLinkServiceId": account_id(account), "groupIds": [group], "privateLinkServiceConnectionState": approved}
        endpoints.append((id, {"subnet": {"id": f"{VNET}/subnets/snet-endpoints"}, "privateLinkServiceConnections": [{"name": group, "properties": link}]}))
    return connections, endpoints


def clean():
    """A workspace that a security review finds nothing to mend in: no keys, no open network, no right too many."""
    identity = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-scoring"
    state = State()
    state.workspace(systemDatastoresAuthMode="identity")
    state.endpoint()
    users = {identity: {"principalId": CLUSTER_IDENTITY, "clientId": guid("app/cluster")}}
    state.cluster({"type": "UserAssigned", "tenantId": TENANT, "userAssignedIdentities": users}, subnet=SUBNET)
    network(state)
    closed = {"publicNetworkAccess": "Disabled", "allowSharedKeyAccess": False}
    for account, groups in (("stmlwheart", ("blob", "file", "queue", "table")), ("stheart", ("blob",))):
        connections, endpoints = private_endpoints(account, groups)
        state.account(account, **closed, privateEndpointConnections=connections)
        for id, properties in endpoints:
            state.resource(id, "Microsoft.Network/privateEndpoints", properties, location="westeurope")
    state.container("stmlwheart", "azureml-blobstore")
    state.blob_datastore("workspaceblobstore", "stmlwheart", "azureml-blobstore", is_default=True)
    state.container("stheart", "trials")
    state.blob_datastore("heart_blob", "stheart", "trials")
    state.asset("heart-dataset-unlabeled", datastore_uri("heart_blob", "unlabeled/"), version="2")
    state.people()
    state.assign("AzureML Data Scientist", WORKSPACE, ENGINEERS, "Group")
    state.assign("Storage Blob Data Reader", container_id("stheart", "trials"), RESEARCHERS, "Group")
    cluster_reads(state)
    for role, scope in (
        ("Storage Blob Data Contributor", container_id("stmlwheart", "azureml-blobstore")),
        ("Storage Table Data Contributor", account_id("stmlwheart")),
        ("Storage Queue Data Contributor", account_id("stmlwheart")),
    ):
        state.assign(role, scope, CLUSTER_IDENTITY, "ServicePrincipal")
    state.everything()
    return state


# --- denied ----------------------------------------------------------------------------------------------------------


def role_on_workspace_identity():
    """The workspace's identity got the role; the nodes use the cluster's."""
    state = job()
    blob(state)
    invoker_reads(state)
    state.assign("Storage Blob Data Reader", container_id("stheart", "trials"), WORKSPACE_IDENTITY, "ServicePrincipal")
    state.everything()
    return state


def role_moved():
    """The state after `role_on_workspace_identity` was mended: the role is the cluster's, keys are off, TLS 1.3 is asked for."""
    state = job()
    blob(state, allowSharedKeyAccess=False, minimumTlsVersion="TLS1_3")
    invoker_reads(state)
    cluster_reads(state)
    state.everything()
    return state


def contributor_is_no_data_role():
    """Contributor on the account manages it, and reads no blob."""
    state = job()
    blob(state)
    invoker_reads(state)
    state.assign("Contributor", account_id("stheart"), CLUSTER_IDENTITY, "ServicePrincipal")
    state.everything()
    return state


def no_identity():
    state = job(identity=None)
    blob(state)
    invoker_reads(state)
    state.everything()
    return state


def acl_no_execute():
    """The folder is open, the one above it is not."""
    state = job()
    state.account("dlsheart", hns=True)
    state.container("dlsheart", "clinic")
    state.acl("dlsheart", "clinic", "/", named(ANA, CLUSTER_IDENTITY, base="--x"))
    state.acl("dlsheart", "clinic", "/patients", folder(ANA))
    state.acl("dlsheart", "clinic", "/patients/2026", folder(ANA, CLUSTER_IDENTITY))
    state.acl("dlsheart", "clinic", "/patients/2026/01.csv", named(ANA, CLUSTER_IDENTITY, base="r--", mask="r--"), False)
    state.cover("path_access", "dlsheart/clinic/patients/2026", below=True)
    state.everything()
    return state


def with_sas(sas):
    state = job()
    blob(state, "Sas")
    state.line(kind="stored_credential", datastore=datastore_id("heart_blob"), credentials_type="Sas", sas=sas)
    state.everything()
    return state


def sas_expired():
    return with_sas("sv=2024-11-04&sr=c&sp=rl&spr=https&st=2026-08-01T00%3A00%3A00Z&se=2026-11-01T00%3A00%3A00Z")


def sas_without_list():
    return with_sas("sv=2024-11-04&sr=c&sp=r&spr=https&st=2026-11-01T00%3A00%3A00Z&se=2027-02-01T00%3A00%3A00Z")


def shared_key_disabled():
    """A policy turned keys off; the datastore still holds one."""
    state = job()
    blob(state, "AccountKey", allowSharedKeyAccess=False)
    state.everything()
    return state


def network(state):
    subnets = [
        {"id": SUBNET, "name": "snet-training", "properties": {"addressPrefix": "10.20.1.0/24", "serviceEndpoints": []}},
        {"id": f"{VNET}/subnets/snet-endpoints", "name": "snet-endpoints", "properties": {"addressPrefix": "10.20.2.0/24"}},
    ]
    properties = {"addressSpace": {"addressPrefixes": ["10.20.0.0/16"]}, "subnets": subnets, "virtualNetworkPeerings": []}
    state.resource(VNET, "Microsoft.Network/virtualNetworks", properties, location="westeurope")


def firewall():
    """The account admits another subnet and trusted services; the cluster is neither."""
    state = job(subnet=SUBNET)
    network(state)
    other = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet-office/subnets/snet-desks"
    rules = {
        "defaultAction": "Deny",
        "bypass": "AzureServices",
        "ipRules": [],
        "virtualNetworkRules": [{"id": other, "action": "Allow", "state": "Succeeded"}],
    }
    blob(state, networkAcls=rules)
    invoker_reads(state)
    cluster_reads(state)
    state.everything()
    return state


def private_endpoint_no_dfs():
    """A Gen2 account needs a private endpoint for `blob` and one for `dfs`."""
    state = job(subnet=SUBNET)
    network(state)
    endpoint = f"{GROUP}/providers/Microsoft.Network/privateEndpoints/pe-dlsheart-blob"
    approved = {"status": "Approved"}
    connection = {
        "id": f"{account_id('dlsheart')}/privateEndpointConnections/dlsheart.blob",
        "properties": {"privateEndpoint": {"id": endpoint}, "privateLinkServiceConnectionState": approved, "groupIds": ["blob"]},
    }
    state.account("dlsheart", hns=True, publicNetworkAccess="Disabled", privateEndpointConnections=[connection])
    state.container("dlsheart", "raw")
    link = {
        "name": "blob",
        "properties": {
            "privateLinkServiceId": account_id("dlsheart"),
            "groupIds": ["blob"],
            "privateLinkServiceConnectionState": approved,
        },
    }
    properties = {"subnet": {"id": f"{VNET}/subnets/snet-endpoints"}, "privateLinkServiceConnections": [link]}
    state.resource(endpoint, "Microsoft.Network/privateEndpoints", properties, location="westeurope")
    state.lake_datastore("heart_lake", "dlsheart", "raw")
    for who, type in ((RESEARCHERS, "Group"), (CLUSTER_IDENTITY, "ServicePrincipal")):
        state.assign("Storage Blob Data Reader", container_id("dlsheart", "raw"), who, type)
    state.everything()
    return state


def invoker_is_reader():
    """Ana may look at the workspace; that is not enough to invoke or to fetch the stored key."""
    state = State()
    state.workspace()
    state.endpoint()
    state.cluster()
    state.default_datastore()
    state.people()
    state.assign("Reader", WORKSPACE, ANA, "User")
    blob(state, "AccountKey")
    state.everything()
    return state


def wrong_path():
    """All blobs of the container are listed: the asset's folder is not among them."""
    state = job()
    state.account("stheart")
    state.container("stheart", "trials")
    state.blob_datastore("heart_blob", "stheart", "trials")
    state.asset("heart-dataset-unlabeled", datastore_uri("heart_blob", "Unlabeled/"))
    invoker_reads(state)
    cluster_reads(state)
    for name in ("unlabeled/a.csv", "unlabeled/b.csv"):
        state.line(kind="path", account="stheart", container="trials", path=name, exists=True, is_directory=False, access_tier="Hot")
    state.cover("paths", "stheart/trials")
    state.everything()
    return state


# --- undetermined ----------------------------------------------------------------------------------------------------


def partial(state, memberships=(CLUSTER_IDENTITY,)):
    """Collected piece by piece, in place of `everything`."""
    state.line(kind="subscription", subscription_id=SUBSCRIPTION, state="Enabled", tenant_id=TENANT, management_groups=[])
    for scope in (WORKSPACE, container_id("stheart", "trials")):
        for what in ("role_assignments", "deny_assignments", "schedule_instances"):
            state.cover(what, scope)
    state.cover("workspace", WORKSPACE)
    state.cover("resource", account_id("stheart"))
    for member in memberships:
        state.cover("memberships", member)


def memberships_unknown():
    """The role is on a group; whether the invoker is in it nobody was allowed to see."""
    state = State()
    state.workspace()
    state.endpoint()
    state.cluster()
    state.default_datastore()
    state.people(memberships=False)
    state.assign("Contributor", WORKSPACE, ANA, "User")
    blob(state)
    invoker_reads(state)
    cluster_reads(state)
    partial(state)
    state.line(
        kind="gap",
        what="memberships",
        scope=ANA,
        status=403,
        code="Authorization_RequestDenied",
        message="Insufficient privileges to complete the operation.",
    )
    return state


def assignments_forbidden():
    """Whoever collected may not read the role assignments of the storage account."""
    state = job()
    blob(state)
    state.line(kind="subscription", subscription_id=SUBSCRIPTION, state="Enabled", tenant_id=TENANT, management_groups=[])
    for what in ("role_assignments", "deny_assignments", "schedule_instances"):
        state.cover(what, WORKSPACE)
        state.line(
            kind="gap",
            what=what,
            scope=account_id("stheart"),
            status=403,
            code="AuthorizationFailed",
            message="The client does not have authorization to perform the action.",
        )
    state.cover("workspace", WORKSPACE)
    state.cover("resource", account_id("stheart"))
    return state


def several_identities():
    """Two user-assigned identities, and only one of them has the role."""
    ids = {name: f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}" for name in ("id-scoring", "id-training")}
    users = {id: {"principalId": guid(f"identity/{name}"), "clientId": guid(f"app/{name}")} for name, id in ids.items()}
    state = job(identity={"type": "UserAssigned", "tenantId": TENANT, "userAssignedIdentities": users})
    for name in ids:
        state.object("servicePrincipal", guid(f"identity/{name}"), name, servicePrincipalType="ManagedIdentity")
        state.line(kind="membership", member=guid(f"identity/{name}"), transitive_groups=[])
    blob(state)
    invoker_reads(state)
    state.assign("Storage Blob Data Reader", container_id("stheart", "trials"), guid("identity/id-scoring"), "ServicePrincipal")
    state.everything()
    return state


EXAMPLES = [
    heart,
    clean,
    role_on_workspace_identity,
    role_moved,
    contributor_is_no_data_role,
    no_identity,
    acl_no_execute,
    sas_expired,
    sas_without_list,
    shared_key_disabled,
    firewall,
    private_endpoint_no_dfs,
    invoker_is_reader,
    wrong_path,
    memberships_unknown,
    assignments_forbidden,
    several_identities,
]


def main():
    stale = []
    for example in EXAMPLES:
        path = HERE / (example.__name__.replace("_", "-") + ".jsonl")
        text = example().text()
        if "--check" in sys.argv[1:]:
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                stale.append(path.name)
        else:
            path.write_text(text, encoding="utf-8", newline="\n")
    if stale:
        sys.exit(f"stale: {', '.join(stale)}; run python3 examples/make.py")


if __name__ == "__main__":
    main()
