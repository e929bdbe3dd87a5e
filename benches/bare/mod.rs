//! A bare typed parse: one struct a kind with the fields that canread keeps, nothing checked, nothing joined, nothing
//! indexed. What anyone would write who only wants the records in memory.
#![expect(dead_code, reason = "fields are parsed to be kept, not to be read")]

use serde::Deserialize;

/// Every record of a file; `S` is `String`, or `&str` that borrows from it.
#[derive(Default)]
pub(crate) struct Records<S> {
    assignments: Vec<Assignment<S>>,
    instances: Vec<Instance<S>>,
    denies: Vec<Deny<S>>,
    roles: Vec<Role<S>>,
    objects: Vec<Object<S>>,
    memberships: Vec<Membership<S>>,
    subscriptions: Vec<Subscription<S>>,
    resources: Vec<Resource<S>>,
    accesses: Vec<PathAccess<S>>,
    others: usize,
}

/// Parses a file that canread's own generator wrote: `kind` comes first.
pub(crate) fn parse<'a, S: Deserialize<'a> + Default>(text: &'a str) -> Records<S> {
    let mut records: Records<S> = Records::default();
    for line in text.lines() {
        let kind = line.strip_prefix("{\"kind\":\"").and_then(|rest| rest.split_once('"')).map(|(kind, _)| kind).expect("a kind");
        match kind {
            "role_assignment" => records.assignments.push(body(line)),
            "role_assignment_schedule_instance" => records.instances.push(body(line)),
            "deny_assignment" => records.denies.push(body(line)),
            "role_definition" => records.roles.push(body(line)),
            "directory_object" => records.objects.push(body(line)),
            "resource" => records.resources.push(body(line)),
            "membership" => records.memberships.push(record(line)),
            "subscription" => records.subscriptions.push(record(line)),
            "path_access" => records.accesses.push(record(line)),
            _ => records.others += 1,
        }
    }
    records
}

fn record<'a, T: Deserialize<'a>>(line: &'a str) -> T {
    serde_json::from_str(line).expect("a line of the generator")
}

fn body<'a, T: Deserialize<'a>>(line: &'a str) -> T {
    #[derive(Deserialize)]
    struct Line<T> {
        body: T,
    }
    record::<Line<T>>(line).body
}

#[derive(Deserialize)]
struct Assignment<S> {
    id: S,
    properties: AssignmentProperties<S>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AssignmentProperties<S> {
    role_definition_id: S,
    principal_id: S,
    principal_type: Option<S>,
    scope: S,
    condition: Option<S>,
    condition_version: Option<S>,
    created_on: Option<S>,
    updated_on: Option<S>,
}

#[derive(Deserialize)]
struct Instance<S> {
    id: S,
    properties: InstanceProperties<S>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct InstanceProperties<S> {
    origin_role_assignment_id: Option<S>,
    assignment_type: Option<S>,
    principal_id: S,
    role_definition_id: S,
    scope: S,
    start_date_time: Option<S>,
    end_date_time: Option<S>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Permission<S> {
    actions: Vec<S>,
    not_actions: Vec<S>,
    data_actions: Vec<S>,
    not_data_actions: Vec<S>,
}

#[derive(Deserialize)]
struct Deny<S> {
    id: S,
    properties: DenyProperties<S>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DenyProperties<S> {
    deny_assignment_name: S,
    permissions: Vec<Permission<S>>,
    scope: S,
    do_not_apply_to_child_scopes: bool,
    principals: Vec<DenyPrincipal<S>>,
    exclude_principals: Vec<DenyPrincipal<S>>,
    is_system_protected: bool,
}

#[derive(Deserialize)]
struct DenyPrincipal<S> {
    id: S,
    #[serde(rename = "type")]
    kind: S,
}

#[derive(Deserialize)]
struct Role<S> {
    id: S,
    name: S,
    properties: RoleProperties<S>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RoleProperties<S> {
    role_name: S,
    #[serde(rename = "type")]
    kind: S,
    permissions: Vec<Permission<S>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Object<S> {
    #[serde(rename = "@odata.type")]
    odata_type: S,
    id: S,
    app_id: Option<S>,
    display_name: Option<S>,
    user_principal_name: Option<S>,
    mail: Option<S>,
    account_enabled: Option<bool>,
    service_principal_type: Option<S>,
    created_date_time: Option<S>,
}

#[derive(Deserialize)]
struct Membership<S> {
    member: S,
    transitive_groups: Vec<S>,
}

#[derive(Deserialize)]
struct Subscription<S> {
    subscription_id: S,
    state: S,
    tenant_id: S,
    management_groups: Vec<S>,
}

#[derive(Deserialize)]
struct Resource<S> {
    id: S,
    #[serde(rename = "type")]
    kind: S,
    properties: ResourceProperties<S>,
}

/// Those of storage, by far the most frequent.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResourceProperties<S> {
    is_hns_enabled: Option<bool>,
    allow_blob_public_access: Option<bool>,
    public_network_access: Option<S>,
    minimum_tls_version: Option<S>,
    provisioning_state: Option<S>,
    public_access: Option<S>,
    deleted: Option<bool>,
}

#[derive(Deserialize)]
struct PathAccess<S> {
    account: S,
    filesystem: S,
    path: S,
    is_directory: bool,
    owner: S,
    group: S,
    permissions: Option<S>,
    acl: S,
}
