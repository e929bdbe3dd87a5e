//! An invented tenant as the lines of a snapshot file: deterministic, of realistic shape, any size.
//!
//! The shape: a tree of management groups with subscriptions at its leaves; most assignments at resource groups and
//! resources, few above; groups of Zipf-like sizes, nested; some custom roles, conditions, PIM times and deny assignments;
//! data lakes with a few ACLs; in the first subscription a workspace whose batch endpoint reads one of the containers.

use std::fmt::Write as _;
use std::io::{self, Write};

/// How much of everything there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Every name and choice follows from it.
    pub(crate) seed: u64,
    /// Role assignments.
    pub(crate) assignments: usize,
    /// Subscriptions.
    pub(crate) subscriptions: usize,
    /// Storage accounts.
    pub(crate) accounts: usize,
    /// Users.
    pub(crate) users: usize,
    /// Groups.
    pub(crate) groups: usize,
    /// Service principals and managed identities.
    pub(crate) service_principals: usize,
}

/// Containers of every account.
pub(crate) const CONTAINERS: usize = 3;
/// Resource groups of every subscription.
const RESOURCE_GROUPS: usize = 12;
/// The batch endpoint of the workspace.
pub(crate) const ENDPOINT: &str = "scoring";
/// The data asset of the workspace: a folder in the default datastore, which stores no credential.
pub(crate) const ASSET: &str = "training-data";

impl Shape {
    /// A tenant of that many role assignments, the rest in proportion: a subscription holds at most 4,000.
    pub(crate) fn of_assignments(seed: u64, assignments: usize) -> Self {
        Shape {
            seed,
            assignments,
            subscriptions: (assignments / 2_000).max(1),
            accounts: (assignments / 100).max(2),
            users: (assignments / 10).max(20),
            groups: (assignments / 40).max(10),
            service_principals: (assignments / 10).max(20),
        }
    }

    /// Object id of a user.
    pub(crate) fn user(&self, number: usize) -> String {
        self.guid("user", number)
    }
    /// Name of an account.
    pub(crate) fn account_name(&self, number: usize) -> String {
        format!("st{:06x}{number:05}", self.seed & 0xff_ffff)
    }
    /// Whether an account has a hierarchical namespace: every other one.
    pub(crate) fn is_lake(&self, account: usize) -> bool {
        account % 2 == 1
    }
    /// Name of a container.
    pub(crate) fn container_name(&self, number: usize) -> String {
        ["raw", "curated", "models"].get(number).map_or_else(|| format!("container{number}"), |name| (*name).to_owned())
    }
    fn subscription(&self, number: usize) -> String {
        format!("/subscriptions/{}", self.guid("subscription", number))
    }
    fn resource_group(&self, subscription: usize, number: usize) -> String {
        let kind = match number % 4 {
            0 => "data",
            1 => "ml",
            2 => "app",
            _ => "net",
        };
        format!("{}/resourceGroups/rg-{number:02}-{kind}", self.subscription(subscription))
    }
    fn account(&self, number: usize) -> String {
        let (subscription, group) = (number % self.subscriptions, number / self.subscriptions % RESOURCE_GROUPS);
        let name = self.account_name(number);
        format!("{}/providers/Microsoft.Storage/storageAccounts/{name}", self.resource_group(subscription, group))
    }
    fn container(&self, account: usize, number: usize) -> String {
        format!("{}/blobServices/default/containers/{}", self.account(account), self.container_name(number))
    }
    fn workspace(&self) -> String {
        format!("{}/providers/Microsoft.MachineLearningServices/workspaces/ml-main", self.resource_group(0, 1))
    }
    fn management_group(&self, number: usize) -> String {
        format!("mg-{number:02}")
    }
    fn management_groups(&self) -> usize {
        1 + (self.subscriptions / 8).clamp(1, 40)
    }
    /// The n-th id of a kind, in the form of a GUID.
    fn guid(&self, kind: &str, number: usize) -> String {
        let salt = kind.bytes().fold(self.seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        let mut rng = Rng(salt ^ (number as u64).wrapping_mul(0x2545_f491_4f6c_dd1d));
        let (high, low) = (rng.next(), rng.next());
        format!("{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}", high >> 32, high >> 16 & 0xffff, high & 0xfff, low >> 52, low & 0xffff_ffff_ffff)
    }
}

/// SplitMix64.
struct Rng(u64);

impl Rng {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    /// In `0..n`; 0 for an empty range.
    fn below(&mut self, n: usize) -> usize {
        (self.next() % (n as u64).max(1)) as usize
    }
    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
    /// In `0..n`, small numbers more often: the share of `k` falls about as `1/k`.
    fn zipf(&mut self, n: usize) -> usize {
        let unit = (self.next() >> 11) as f64 / (1_u64 << 53) as f64;
        ((n as f64 + 1.0).powf(unit) as usize).saturating_sub(1).min(n.saturating_sub(1))
    }
    /// An index, by weights.
    fn weighted(&mut self, weights: &[usize]) -> usize {
        let mut left = self.below(weights.iter().sum());
        for (at, weight) in weights.iter().enumerate() {
            if left < *weight {
                return at;
            }
            left -= weight;
        }
        0
    }
}

/// GUID, and how often it is assigned.
const BUILT_IN: [(&str, usize); 12] = [
    ("acdd72a7-3385-48ef-bd42-f606fba81ae7", 25), // Reader
    ("b24988ac-6180-42a0-ab88-20f7382dd24c", 25), // Contributor
    ("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", 6),  // Owner
    ("18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", 2),  // User Access Administrator
    ("2a2b9908-6ea1-4ae2-8e65-a410df84e7d1", 10), // Storage Blob Data Reader
    ("ba92f5b4-2d11-453d-a403-e96b0029c9fe", 10), // Storage Blob Data Contributor
    ("b7e6dc6d-f1e8-4753-8033-0f276bb0955b", 2),  // Storage Blob Data Owner
    ("f6c7c914-8db3-469d-8ca1-694a8f32e121", 4),  // AzureML Data Scientist
    ("4633458b-17de-408a-b874-0445c86b69e6", 6),  // Key Vault Secrets User
    ("f1a07417-d97a-45cb-824c-7a7467783830", 2),  // Managed Identity Operator
    ("43d0d8ad-25c7-4714-9337-8ba259a9fe05", 4),  // Monitoring Reader
    ("7f951dda-4ed3-4680-a7ca-43fe172d538d", 4),  // AcrPull
];
const CUSTOM_ROLES: usize = 5;

/// Writes the tenant.
///
/// # Errors
/// Those of `out`.
pub(crate) fn write(shape: &Shape, out: &mut dyn Write) -> io::Result<()> {
    let mut tenant = Tenant { shape, rng: Rng(shape.seed), out };
    tenant.head()?;
    tenant.subscriptions()?;
    tenant.directory()?;
    tenant.roles()?;
    tenant.storage()?;
    tenant.workspace()?;
    for number in 0..shape.assignments {
        tenant.assignment(number)?;
    }
    tenant.denies()?;
    writeln!(tenant.out, r#"{{"kind":"coverage","what":"everything"}}"#)?;
    tenant.out.flush()
}

struct Tenant<'a> {
    shape: &'a Shape,
    rng: Rng,
    out: &'a mut dyn Write,
}

impl Tenant<'_> {
    fn line(&mut self, text: std::fmt::Arguments<'_>) -> io::Result<()> {
        self.out.write_fmt(text)?;
        self.out.write_all(b"\n")
    }

    fn tenant_id(&self) -> String {
        self.shape.guid("tenant", 0)
    }

    fn head(&mut self) -> io::Result<()> {
        let (tenant, user) = (self.tenant_id(), self.shape.user(0));
        self.line(format_args!(
            r#"{{"kind":"snapshot","version":1,"tool":"tenant generator","cloud":"AzureCloud","collected_at":"2026-11-22T10:00:00Z","tenant_id":"{tenant}","signed_in":{{"object_id":"{user}","name":"user0@contoso.example"}}}}"#
        ))
    }

    fn subscriptions(&mut self) -> io::Result<()> {
        let (shape, tenant) = (self.shape, self.tenant_id());
        for number in 0..shape.subscriptions {
            let id = shape.guid("subscription", number);
            let leaf = shape.management_group(1 + number % (shape.management_groups() - 1));
            let root = shape.management_group(0);
            self.line(format_args!(
                r#"{{"kind":"subscription","subscription_id":"{id}","state":"Enabled","tenant_id":"{tenant}","management_groups":["{leaf}","{root}"]}}"#
            ))?;
        }
        Ok(())
    }

    fn directory(&mut self) -> io::Result<()> {
        let shape = self.shape;
        for number in 0..shape.users {
            let id = shape.user(number);
            self.line(format_args!(
                r##"{{"kind":"directory_object","body":{{"@odata.type":"#microsoft.graph.user","id":"{id}","displayName":"User {number}","userPrincipalName":"user{number}@contoso.example","mail":"user{number}@contoso.example","accountEnabled":true,"userType":"Member","createdDateTime":"2024-03-01T08:00:00Z"}}}}"##
            ))?;
        }
        for number in 0..shape.groups {
            let id = shape.guid("group", number);
            self.line(format_args!(
                r##"{{"kind":"directory_object","body":{{"@odata.type":"#microsoft.graph.group","id":"{id}","displayName":"sg-team-{number}","mailEnabled":false,"securityEnabled":true,"groupTypes":[],"createdDateTime":"2024-03-01T08:00:00Z"}}}}"##
            ))?;
        }
        for number in 0..shape.service_principals {
            let (id, app) = (shape.guid("principal", number), shape.guid("app", number));
            let kind = if number % 3 == 0 { "Application" } else { "ManagedIdentity" };
            self.line(format_args!(
                r##"{{"kind":"directory_object","body":{{"@odata.type":"#microsoft.graph.servicePrincipal","id":"{id}","appId":"{app}","displayName":"app-{number}","servicePrincipalType":"{kind}","accountEnabled":true}}}}"##
            ))?;
        }
        for number in 0..shape.users {
            self.membership(&shape.user(number))?;
        }
        for number in 0..shape.service_principals {
            self.membership(&shape.guid("principal", number))?;
        }
        Ok(())
    }

    /// Groups of one member: up to fifteen, larger groups more often; a group above another comes with it.
    fn membership(&mut self, member: &str) -> io::Result<()> {
        let mut groups: Vec<usize> = Vec::new();
        for _ in 0..self.rng.zipf(16) {
            let group = self.rng.zipf(self.shape.groups);
            groups.push(group);
            // The group whose number is a quarter is the parent of every third one.
            if group.is_multiple_of(3) && group > 0 {
                groups.push(group / 4);
            }
        }
        groups.sort_unstable();
        groups.dedup();
        let ids: Vec<String> = groups.iter().map(|group| format!("\"{}\"", self.shape.guid("group", *group))).collect();
        let ids = ids.join(",");
        self.line(format_args!(r#"{{"kind":"membership","member":"{member}","transitive_groups":[{ids}]}}"#))
    }

    fn roles(&mut self) -> io::Result<()> {
        let permissions = [
            r#"{"actions":["*/read"],"notActions":[],"dataActions":[],"notDataActions":[]}"#,
            r#"{"actions":["Microsoft.Storage/storageAccounts/read","Microsoft.Storage/storageAccounts/blobServices/*"],"notActions":["Microsoft.Storage/storageAccounts/blobServices/containers/delete"],"dataActions":["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/*"],"notDataActions":["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete"]}"#,
            r#"{"actions":["Microsoft.MachineLearningServices/workspaces/*"],"notActions":["Microsoft.MachineLearningServices/workspaces/delete"],"dataActions":[],"notDataActions":[]}"#,
            r#"{"actions":["Microsoft.Compute/virtualMachines/start/action","Microsoft.Compute/virtualMachines/restart/action"],"notActions":[],"dataActions":[],"notDataActions":[]}"#,
            r#"{"actions":[],"notActions":[],"dataActions":["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"],"notDataActions":[]}"#,
        ];
        let root = self.shape.management_group(0);
        for (number, permissions) in permissions.iter().enumerate() {
            let id = self.shape.guid("role", number);
            self.line(format_args!(
                r#"{{"kind":"role_definition","body":{{"properties":{{"roleName":"Custom {number}","type":"CustomRole","description":"A role of the tenant's own","assignableScopes":["/providers/Microsoft.Management/managementGroups/{root}"],"permissions":[{permissions}]}},"id":"/providers/Microsoft.Authorization/roleDefinitions/{id}","type":"Microsoft.Authorization/roleDefinitions","name":"{id}"}}}}"#
            ))?;
        }
        Ok(())
    }

    fn storage(&mut self) -> io::Result<()> {
        let shape = self.shape;
        for account in 0..shape.accounts {
            let (id, name, lake) = (shape.account(account), shape.account_name(account), shape.is_lake(account));
            self.line(format_args!(
                r#"{{"kind":"resource","body":{{"id":"{id}","name":"{name}","type":"Microsoft.Storage/storageAccounts","location":"westeurope","kind":"StorageV2","properties":{{"isHnsEnabled":{lake},"allowBlobPublicAccess":false,"publicNetworkAccess":"Enabled","networkAcls":{{"bypass":"AzureServices","virtualNetworkRules":[],"ipRules":[],"defaultAction":"Allow"}},"minimumTlsVersion":"TLS1_2","privateEndpointConnections":[],"provisioningState":"Succeeded","statusOfPrimary":"available","primaryEndpoints":{{"blob":"https://{name}.blob.core.windows.net/","dfs":"https://{name}.dfs.core.windows.net/"}}}}}}}}"#
            ))?;
            for container in 0..CONTAINERS {
                let (id, container_name) = (shape.container(account, container), shape.container_name(container));
                self.line(format_args!(
                    r#"{{"kind":"resource","body":{{"id":"{id}","name":"{container_name}","type":"Microsoft.Storage/storageAccounts/blobServices/containers","properties":{{"publicAccess":"None","deleted":false}}}}}}"#
                ))?;
                if lake && container == 0 {
                    self.acls(&name, &container_name)?;
                }
            }
        }
        Ok(())
    }

    /// Root, three folders and two files in each, opened for some groups and users.
    fn acls(&mut self, account: &str, filesystem: &str) -> io::Result<()> {
        let mut paths = vec![("/".to_owned(), true)];
        for folder in ["2024", "2025", "2026"] {
            paths.push((format!("/{folder}"), true));
            paths.extend(["part-0.parquet", "part-1.parquet"].map(|file| (format!("/{folder}/{file}"), false)));
        }
        let owner = self.random_user();
        for (path, is_directory) in paths {
            let mut acl = String::from("user::rwx,group::r-x,mask::r-x,other::---");
            for _ in 0..self.rng.below(4) {
                let group = self.rng.zipf(self.shape.groups);
                // Writing to a string cannot fail.
                let _ = write!(acl, ",group:{}:r-x", self.shape.guid("group", group));
            }
            self.line(format_args!(
                r#"{{"kind":"path_access","account":"{account}","filesystem":"{filesystem}","path":"{path}","is_directory":{is_directory},"owner":"{owner}","group":"$superuser","permissions":"rwxr-x---+","acl":"{acl}"}}"#
            ))?;
        }
        Ok(())
    }

    fn random_user(&mut self) -> String {
        let number = self.rng.below(self.shape.users);
        self.shape.user(number)
    }

    fn workspace(&mut self) -> io::Result<()> {
        let (workspace, account, name) = (self.shape.workspace(), self.shape.account(0), self.shape.account_name(0));
        let (identity, container) = (self.shape.guid("principal", 1), self.shape.container_name(0));
        let bodies = [
            format!(
                r#"{{"id":"{workspace}","type":"Microsoft.MachineLearningServices/workspaces","location":"westeurope","identity":{{"type":"SystemAssigned","principalId":"{identity}"}},"properties":{{"storageAccount":"{account}","publicNetworkAccess":"Enabled"}}}}"#
            ),
            format!(
                r#"{{"id":"{workspace}/computes/cpu-cluster","type":"Microsoft.MachineLearningServices/workspaces/computes","location":"westeurope","identity":{{"type":"SystemAssigned","principalId":"{identity}"}},"properties":{{"computeType":"AmlCompute","provisioningState":"Succeeded","properties":{{"enableNodePublicIp":true}}}}}}"#
            ),
            format!(
                r#"{{"id":"{workspace}/batchEndpoints/{ENDPOINT}","type":"Microsoft.MachineLearningServices/workspaces/batchEndpoints","properties":{{"authMode":"AADToken","defaults":{{"deploymentName":"blue"}},"provisioningState":"Succeeded"}}}}"#
            ),
            format!(
                r#"{{"id":"{workspace}/batchEndpoints/{ENDPOINT}/deployments/blue","type":"Microsoft.MachineLearningServices/workspaces/batchEndpoints/deployments","properties":{{"compute":"{workspace}/computes/cpu-cluster","errorThreshold":0,"provisioningState":"Succeeded"}}}}"#
            ),
            format!(
                r#"{{"id":"{workspace}/datastores/workspaceblobstore","type":"Microsoft.MachineLearningServices/workspaces/datastores","properties":{{"datastoreType":"AzureBlob","accountName":"{name}","containerName":"{container}","isDefault":true,"credentials":{{"credentialsType":"None"}}}}}}"#
            ),
            format!(
                r#"{{"id":"{workspace}/data/{ASSET}","type":"Microsoft.MachineLearningServices/workspaces/data","properties":{{"dataType":"uri_folder","latestVersion":"3"}}}}"#
            ),
            format!(
                r#"{{"id":"{workspace}/data/{ASSET}/versions/3","type":"Microsoft.MachineLearningServices/workspaces/data/versions","properties":{{"dataType":"uri_folder","dataUri":"azureml://datastores/workspaceblobstore/paths/2026/"}}}}"#
            ),
        ];
        for body in bodies {
            self.line(format_args!(r#"{{"kind":"resource","body":{body}}}"#))?;
        }
        Ok(())
    }

    /// Where the n-th assignment stands: most at resource groups and resources. Those above are few in any tenant, however
    /// large: a management group holds at most 500, and here far fewer.
    fn scope(&mut self) -> String {
        let shape = self.shape;
        let account = self.rng.below(shape.accounts);
        let subscription = account % shape.subscriptions;
        match self.rng.weighted(&[1, 60, 439, 300, 200]) {
            0 => {
                let number = self.rng.below(shape.management_groups());
                format!("/providers/Microsoft.Management/managementGroups/{}", shape.management_group(number))
            }
            1 => shape.subscription(subscription),
            2 => {
                let number = self.rng.below(RESOURCE_GROUPS);
                shape.resource_group(subscription, number)
            }
            3 => shape.account(account),
            _ => {
                let number = self.rng.below(CONTAINERS);
                shape.container(account, number)
            }
        }
    }

    fn principal(&mut self) -> (String, &'static str) {
        match self.rng.weighted(&[30, 40, 30]) {
            0 => (self.random_user(), "User"),
            1 => {
                let number = self.rng.zipf(self.shape.groups);
                (self.shape.guid("group", number), "Group")
            }
            _ => {
                let number = self.rng.below(self.shape.service_principals);
                (self.shape.guid("principal", number), "ServicePrincipal")
            }
        }
    }

    fn role(&mut self) -> String {
        if self.rng.chance(6) {
            let number = self.rng.below(CUSTOM_ROLES);
            return self.shape.guid("role", number);
        }
        let at = self.rng.weighted(&BUILT_IN.map(|(_, weight)| weight));
        BUILT_IN.get(at).map_or_else(String::new, |(id, _)| (*id).to_owned())
    }

    fn assignment(&mut self, number: usize) -> io::Result<()> {
        let (scope, (principal, kind), role) = (self.scope(), self.principal(), self.role());
        let (name, author) = (self.shape.guid("assignment", number), self.random_user());
        let subscription = scope.split("/resourceGroups").next().filter(|head| head.starts_with("/subscriptions")).unwrap_or_default();
        let definition = format!("{subscription}/providers/Microsoft.Authorization/roleDefinitions/{role}");
        let (condition, version) = match self.rng.chance(1) {
            true => (
                r#""((!(ActionMatches{'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read'})) OR (@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name] StringEquals 'raw'))""#,
                r#""2.0""#,
            ),
            false => ("null", "null"),
        };
        let (month, day) = (1 + self.rng.below(12), 1 + self.rng.below(28));
        let created = format!("2025-{month:02}-{day:02}T08:15:30.1234567Z");
        let id = format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{name}");
        self.line(format_args!(
            r#"{{"kind":"role_assignment","body":{{"properties":{{"roleDefinitionId":"{definition}","principalId":"{principal}","principalType":"{kind}","scope":"{scope}","condition":{condition},"conditionVersion":{version},"createdOn":"{created}","updatedOn":"{created}","createdBy":"{author}","updatedBy":"{author}","delegatedManagedIdentityResourceId":null,"description":null}},"id":"{id}","type":"Microsoft.Authorization/roleAssignments","name":"{name}"}}}}"#
        ))?;
        if self.rng.chance(2) {
            let instance = self.shape.guid("instance", number);
            self.line(format_args!(
                r#"{{"kind":"role_assignment_schedule_instance","body":{{"properties":{{"originRoleAssignmentId":"{id}","assignmentType":"Activated","principalId":"{principal}","roleDefinitionId":"{definition}","scope":"{scope}","startDateTime":"2026-11-22T08:00:00Z","endDateTime":"2026-11-22T16:00:00Z","status":"Provisioned"}},"id":"{scope}/providers/Microsoft.Authorization/roleAssignmentScheduleInstances/{instance}","type":"Microsoft.Authorization/roleAssignmentScheduleInstances","name":"{instance}"}}}}"#
            ))?;
        }
        Ok(())
    }

    /// One for a resource group of every fourth subscription, as managed applications leave them.
    fn denies(&mut self) -> io::Result<()> {
        for number in 0..self.shape.subscriptions.div_ceil(4) {
            let scope = self.shape.resource_group(number * 4, 3);
            let (name, except) = (self.shape.guid("deny", number), self.shape.guid("principal", 0));
            self.line(format_args!(
                r#"{{"kind":"deny_assignment","body":{{"properties":{{"denyAssignmentName":"managed application {number}","permissions":[{{"actions":["*"],"notActions":["*/read"],"dataActions":[],"notDataActions":[]}}],"scope":"{scope}","doNotApplyToChildScopes":false,"principals":[{{"id":"00000000-0000-0000-0000-000000000000","type":"SystemDefined"}}],"excludePrincipals":[{{"id":"{except}","type":"ServicePrincipal"}}],"isSystemProtected":true}},"id":"{scope}/providers/Microsoft.Authorization/denyAssignments/{name}","type":"Microsoft.Authorization/denyAssignments","name":"{name}"}}}}"#
            ))?;
        }
        Ok(())
    }
}
