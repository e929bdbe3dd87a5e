//! Conditions on requests for data: which attributes they carry, and what the proof says.

use super::instant;
use canread::eval::condition::{DataRequest, holds, holds_for_action};
use canread::eval::{Context, DataTarget, Evidence, EvidenceKind, Extent, Origin, Proof, Verdict};
use canread::model::{
    Action, Availability, CoverageRecord, DirectoryObject, Facts, Known, ObjectId, Operation, PathRecord, PrivateEndpoint,
    PrivateEndpointConnection, PrivateLinkConnection, PublicNetworkAccess, Scope, Snapshot, StorageAccount, StoreKind, StorePath, Subnet,
    WarningId, What,
};
use serde_json::json;
use std::collections::BTreeMap;

use Verdict::{Allowed, Denied, Undetermined};

const B: &str = "Microsoft.Storage/storageAccounts/blobServices/containers";
const READ: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read";
const SUPER: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/runAsSuperUser/action";
const ASSIGNMENT: &str = "/subscriptions/s/providers/Microsoft.Authorization/roleAssignments/a";
const NETWORK: &str = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/net";
const ENDPOINT: &str = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/privateEndpoints/pe";

fn account(is_hns_enabled: bool) -> StorageAccount {
    StorageAccount {
        id: Scope::new("/subscriptions/s/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/acct"),
        name: "acct".to_owned(),
        is_hns_enabled,
        allow_shared_key_access: true,
        allow_blob_public_access: None,
        public_network_access: PublicNetworkAccess::Enabled,
        network_rules: None,
        private_endpoint_connections: Some(Vec::new()),
        minimum_tls_version: None,
        sas_policy: None,
        key_expiration_days: None,
        key_creation_time: BTreeMap::new(),
        customer_managed_key: false,
        status_of_primary: None,
        provisioning_state: None,
        location: None,
        primary_endpoints: BTreeMap::new(),
        default_to_oauth: None,
        kind: None,
    }
}

/// A question, with the parts that the tests vary.
struct Ask {
    facts: Facts,
    account: Option<StorageAccount>,
    path: &'static str,
    extent: Extent,
    store: StoreKind,
    origin: Origin,
    action: &'static str,
    operation: Operation,
}

impl Ask {
    /// `read` of one file on a Blob account.
    fn file(path: &'static str) -> Self {
        let (facts, account) = (Facts::default(), Some(account(false)));
        let origin = Origin::Unknown;
        Ask { facts, account, path, extent: Extent::File, store: StoreKind::Blob, origin, action: READ, operation: Operation::Read }
    }
    fn folder(path: &'static str) -> Self {
        Ask { extent: Extent::Folder, ..Ask::file(path) }
    }
    fn list(path: &'static str) -> Self {
        Ask { operation: Operation::List, ..Ask::folder(path) }
    }
    fn from(self, origin: Origin) -> Self {
        Ask { origin, ..self }
    }
    fn on_lake(self) -> Self {
        Ask { account: Some(account(true)), store: StoreKind::AdlsGen2, ..self }
    }

    fn proof(&self, condition: &str) -> Proof {
        let snapshot = Snapshot::new(self.facts.clone());
        let at = instant("2026-11-22T10:00:00Z");
        let rules = crate::embedded_rules();
        let cx = Context { snapshot: &snapshot, rules, at, until: at, assume_below: false };
        let account = self.account.as_ref().map_or_else(|| snapshot.storage_account("acct"), Known::Known);
        let target = DataTarget {
            account_name: "acct".to_owned(),
            account,
            container: "c".to_owned(),
            path: StorePath::new(self.path),
            extent: self.extent,
            store: self.store,
            origin: self.origin.clone(),
            by_url_alone: false,
        };
        let action = Action::new(self.action);
        let suboperation = if self.operation == Operation::List && self.action == READ { "Blob.List" } else { "" };
        let principal = ObjectId::new("ana");
        let request = DataRequest { action: &action, suboperation, operation: self.operation, target: &target, principal: &principal };
        let evidence = || Evidence::new(EvidenceKind::RoleAssignment, ASSIGNMENT, "its condition");
        let proof: Proof = holds(&cx, condition, request, evidence());
        let bare: Verdict = holds(&cx, condition, request, evidence());
        assert_eq!(canread::eval::Judgement::verdict(&proof), bare, "one algorithm, two answers");
        assert!(proof.leaves().iter().all(|(_, _, leaf)| leaf.evidence.id == ASSIGNMENT));
        proof
    }

    fn verdict(&self, condition: &str) -> Verdict {
        canread::eval::Judgement::verdict(&self.proof(condition))
    }

    fn missing(&self, condition: &str) -> Vec<String> {
        self.proof(condition).missing().into_iter().map(|missing| format!("{}:{}", missing.what, missing.scope)).collect()
    }
}

fn path_like(pattern: &str) -> String {
    format!(
        "((!(ActionMatches{{'{READ}'}} AND NOT SubOperationMatches{{'Blob.List'}})) OR (@Resource[{B}/blobs:path] StringLike '{pattern}'))"
    )
}

#[test]
fn a_folder_is_decided_for_every_path_below_it() {
    let condition = path_like("in/*");
    assert_eq!(Ask::folder("in").verdict(&condition), Allowed);
    assert_eq!(Ask::folder("in/2024").verdict(&condition), Allowed);
    assert_eq!(Ask::folder("out").verdict(&condition), Denied);
    assert_eq!(Ask::folder("in2").verdict(&condition), Denied);
    assert_eq!(Ask::folder("").verdict(&condition), Undetermined);
    assert_eq!(Ask::folder("").missing(&condition), ["open_question:condition-path"]);
    assert_eq!(Ask::file("in/a.csv").verdict(&condition), Allowed);
    assert_eq!(Ask::file("IN/a.csv").verdict(&condition), Denied);
    let proof = Ask::folder("out").proof(&condition);
    assert_eq!(proof.claim(), format!("the condition is not met: `@Resource[{B}/blobs:path] StringLike 'in/*'` is false"));
}

#[test]
fn list_and_read_may_differ() {
    let read_only = path_like("in/*");
    assert_eq!(Ask::list("out").verdict(&read_only), Allowed, "listing is not targeted");
    let list = format!(
        "((!(ActionMatches{{'{READ}'}} AND SubOperationMatches{{'Blob.List'}})) OR (@Request[{B}/blobs:prefix] StringStartsWith 'in/'))"
    );
    let proof = Ask::list("in").proof(&list);
    assert_eq!((canread::eval::Judgement::verdict(&proof), proof.assumptions().len()), (Allowed, 1), "{proof:?}");
    assert_eq!(Ask::list("out").verdict(&list), Denied);
    assert_eq!(Ask::list("").verdict(&list), Undetermined);
    assert_eq!(Ask::file("x").verdict(&list), Allowed, "reading is not targeted");
    let before_suboperations = format!("(!(ActionMatches{{'{READ}'}})) OR @Resource[{B}/blobs:path] StringLike 'in/*'");
    let proof = Ask::list("in").proof(&before_suboperations);
    assert_eq!(canread::eval::Judgement::verdict(&proof), Denied, "a list carries no path");
    assert!(proof.claim().contains(&format!("the request has no @Resource[{B}/blobs:path]")), "{}", proof.claim());
}

#[test]
fn lists_through_dfs_are_decided_where_their_name_does_not_matter() {
    let by_container = format!("@Resource[{B}:name] StringEquals 'c'");
    assert_eq!(Ask::list("in").on_lake().verdict(&by_container), Allowed);
    assert_eq!(Ask::list("in").on_lake().verdict(&by_container.replace("'c'", "'d'")), Denied);
    assert_eq!(Ask::list("in/x").on_lake().verdict(&path_like("in/*")), Allowed, "as Blob.List or not");
    let ask = Ask::list("out").on_lake();
    assert_eq!(ask.missing(&path_like("in/*")), ["open_question:dfs-list-suboperation"]);
    let super_user = Ask { action: SUPER, ..Ask::list("out").on_lake() };
    let owner = format!("(!(ActionMatches{{'{SUPER}'}})) OR @Resource[{B}/blobs:path] StringLike 'in/*'");
    assert_eq!(super_user.verdict(&owner), Denied);
    assert_eq!(Ask { path: "in/x", ..super_user }.verdict(&owner), Allowed);
}

#[test]
fn plain_requests_carry_these_attributes() {
    let version = format!("@Resource[{B}/blobs:isCurrentVersion] BoolEquals true");
    assert_eq!(Ask::file("x").verdict(&version), Allowed);
    assert_eq!(Ask::list("x").verdict(&version), Denied);
    assert_eq!(
        Ask::file("x").verdict(&format!("NOT Exists @Request[{B}/blobs:versionId] AND NOT Exists @Request[{B}/blobs:snapshot]")),
        Allowed
    );
    assert_eq!(Ask::file("x").verdict("@Resource[Microsoft.Storage/storageAccounts:name] StringEquals 'acct'"), Allowed);
    let hns = "@Resource[Microsoft.Storage/storageAccounts:isHnsEnabled] BoolEquals true";
    assert_eq!((Ask::file("x").verdict(hns), Ask::file("x").on_lake().verdict(hns)), (Denied, Allowed));
    let unknown = Ask { account: None, ..Ask::file("x") };
    assert_eq!(unknown.missing(hns), ["resource:storageAccounts/acct"]);
    let legacy = format!("@Resource[{B}:ContainerName] StringEquals 'c'");
    assert_eq!(Ask::file("x").missing(&legacy), ["open_question:condition-attribute"]);
    let two = format!("{legacy} AND @Environment[isPrivateLink] BoolEquals true");
    assert_eq!(Ask::file("x").missing(&two), ["open_question:condition-attribute", "open_question:request-origin"]);
}

fn path(path: &str, tags: Option<&[(&str, &str)]>) -> PathRecord {
    let tags = tags.map(|tags| tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect());
    PathRecord {
        account: "acct".to_owned(),
        container: "c".to_owned(),
        path: StorePath::new(path),
        exists: true,
        is_directory: Some(false),
        access_tier: None,
        tags,
        encryption_scope: Some("s".to_owned()),
    }
}

fn with_paths(records: Vec<PathRecord>) -> Facts {
    let mut facts = Facts::default();
    let records = records.into_iter().map(|record| (record.path.clone(), record)).collect();
    facts.paths.insert(("acct".to_owned(), "c".to_owned()), records);
    facts
}

#[test]
fn tags_and_encryption_scopes_are_those_of_the_files() {
    let tag = format!("@Resource[{B}/blobs/tags:Project<$key_case_sensitive$>] StringEquals 'Cascade'");
    let project = [("Project", "Cascade")];
    let facts = with_paths(vec![
        path("in/a", Some(&project)),
        path("in/b", Some(&[("Project", "Baker")])),
        path("in/c", Some(&[("project", "Cascade")])),
        path("in/d", None),
        path("same/a", Some(&project)),
        path("same/b", Some(&project)),
    ]);
    let file = |path| Ask { facts: facts.clone(), ..Ask::file(path) };
    assert_eq!(file("in/a").verdict(&tag), Allowed);
    assert_eq!(file("in/b").verdict(&tag), Denied);
    assert_eq!(file("in/c").verdict(&tag), Denied, "keys are case-sensitive");
    assert_eq!(file("in/d").missing(&tag), ["paths:acct/c/in/d"]);
    assert_eq!(file("in/e").missing(&tag), ["paths:acct/c/in/e"]);
    assert_eq!(Ask { facts: facts.clone(), ..Ask::file("in/a").on_lake() }.verdict(&tag), Denied, "no tags with a hierarchical namespace");
    let keys = format!("@Resource[{B}/blobs/tags&$keys$&] ForAllOfAnyValues:StringEquals {{'Project', 'Program'}}");
    assert_eq!((file("in/a").verdict(&keys), file("in/c").verdict(&keys)), (Allowed, Denied));
    let scope = "@Resource[Microsoft.Storage/storageAccounts/encryptionScopes:name] ForAnyOfAnyValues:StringEquals {'s'}";
    assert_eq!(file("in/d").verdict(scope), Allowed);
    assert_eq!(file("in/e").missing(scope), ["paths:acct/c/in/e"]);

    let mut covered = facts.clone();
    covered.coverage.push(CoverageRecord { what: What::Paths, scope: "acct/c".to_owned(), principal: None, below: false });
    let folder = |path, facts: &Facts| Ask { facts: facts.clone(), ..Ask::folder(path) };
    assert_eq!(folder("same", &covered).verdict(&tag), Allowed);
    assert_eq!(folder("same", &facts).missing(&tag), ["paths:acct/c/same"], "there may be other files");
    assert_eq!(folder("in", &covered).missing(&tag), ["open_question:condition-files-differ"]);
    assert_eq!(folder("empty", &covered).missing(&tag), ["paths:acct/c/empty"]);
}

#[test]
fn custom_security_attributes_are_those_of_the_directory() {
    let mut object = DirectoryObject {
        id: ObjectId::new("ana"),
        kind: None,
        display_name: None,
        app_id: None,
        user_principal_name: None,
        mail: None,
        account_enabled: None,
        app_owner_tenant: None,
        password_credentials: None,
        key_credentials: None,
        created: None,
        custom_security_attributes: None,
    };
    let condition = |rest: &str| format!("@Principal[Microsoft.Directory/CustomSecurityAttributes/Id:Engineering_{rest}");
    let is_cascade = condition("Project] ForAnyOfAnyValues:StringEquals {'Cascade'}");
    let ask = |object: &DirectoryObject| {
        let mut facts = Facts::default();
        facts.directory.insert(object.id.clone(), object.clone());
        Ask { facts, ..Ask::file("x") }
    };
    assert_eq!(Ask::file("x").missing(&is_cascade), ["directory_object:ana"]);
    assert_eq!(ask(&object).missing(&is_cascade), ["directory_object:ana"], "the key was not collected");
    let set = json!({"@odata.type": "x", "Project": ["Baker", "Cascade"], "Level": 3, "Cleared": true, "Ratio": 1.5});
    let set = set.as_object().expect("an object").clone().into_iter().collect();
    object.custom_security_attributes = Some(BTreeMap::from([("Engineering".to_owned(), set)]));
    let ask = ask(&object);
    assert_eq!(ask.verdict(&is_cascade), Allowed);
    assert_eq!(ask.verdict(&condition("project] ForAllOfAnyValues:StringEquals {'Cascade'}")), Denied);
    assert_eq!(ask.verdict(&condition("Level] NumericGreaterThan 2")), Allowed);
    assert_eq!(ask.verdict(&condition("Cleared] BoolEquals true")), Allowed);
    assert_eq!(ask.verdict(&condition("Other] StringEquals 'x'")), Denied, "collected and not there");
    assert_eq!(ask.missing(&condition("Ratio] NumericEquals 1")), ["open_question:condition-kind-of-value"]);
}

#[test]
fn the_network_is_known_as_far_as_the_origin_is() {
    let link = "@Environment[isPrivateLink] BoolEquals true";
    let subnet = format!(
        "@Environment[Microsoft.Network/virtualNetworks/subnets] StringEqualsIgnoreCase '{}'",
        format!("{NETWORK}/subnets/A").to_uppercase()
    );
    let endpoint = format!("@Environment[Microsoft.Network/privateEndpoints] StringEqualsIgnoreCase '{ENDPOINT}'");
    let from = || Origin::Subnet(Scope::new(&format!("{NETWORK}/subnets/a")));
    for condition in [link, &subnet, &endpoint] {
        assert_eq!(Ask::file("x").missing(condition), ["open_question:request-origin"], "{condition}");
        assert_eq!(Ask::file("x").from(Origin::Public).verdict(condition), Denied, "{condition}");
    }
    assert_eq!(Ask::file("x").from(from()).verdict(&subnet), Allowed);
    assert_eq!(Ask::file("x").from(from()).verdict(link), Denied, "the account has no private endpoint");
    let unsaid = Some(StorageAccount { private_endpoint_connections: None, ..account(false) });
    assert_eq!(Ask { account: unsaid, ..Ask::file("x").from(from()) }.missing(link).len(), 1);

    let connection = PrivateEndpointConnection {
        private_endpoint: Some(Scope::new(ENDPOINT)),
        status: Some("Approved".to_owned()),
        group_ids: Vec::new(),
    };
    let linked = || Some(StorageAccount { private_endpoint_connections: Some(vec![connection.clone()]), ..account(false) });
    let mut ask = Ask { account: linked(), ..Ask::file("x").from(from()) };
    assert_eq!(ask.missing(link), [format!("resource:{ENDPOINT}")]);
    let service = Some(account(false).id);
    let lead = PrivateLinkConnection { service, group_ids: vec!["blob".to_owned()], status: Some("Approved".to_owned()) };
    let subnet_of_endpoint = Some(Scope::new(&format!("{NETWORK}/subnets/b")));
    let there = PrivateEndpoint { id: Scope::new(ENDPOINT), subnet: subnet_of_endpoint, connections: vec![lead] };
    ask.facts.private_endpoints.insert(there.id.clone(), there.clone());
    let proof = ask.proof(link);
    assert_eq!((canread::eval::Judgement::verdict(&proof), proof.assumptions().len()), (Allowed, 1));
    assert_eq!(ask.verdict(&endpoint), Allowed);
    assert_eq!(ask.missing(&subnet), ["open_question:request-subnet"]);
    let elsewhere = PrivateEndpoint { subnet: Some(Scope::new(&format!("{NETWORK}2/subnets/b"))), ..there };
    ask.facts.private_endpoints.insert(elsewhere.id.clone(), elsewhere);
    assert_eq!(ask.missing(link), ["open_question:request-private-link"]);

    let mut hidden = Ask::file("x").from(from());
    let id = Scope::new(&format!("{NETWORK}/subnets/a"));
    hidden.facts.subnets.insert(id.clone(), Subnet { id: id.clone(), service_endpoints: Vec::new() });
    assert_eq!(hidden.missing(&subnet), ["open_question:request-subnet"]);
    let served = Subnet { id: id.clone(), service_endpoints: vec![("Microsoft.Storage".to_owned(), None)] };
    hidden.facts.subnets.insert(id, served);
    assert_eq!(hidden.verdict(&subnet), Allowed);
}

#[test]
fn what_cannot_be_read_stays_open_and_guid_operators_grant_nothing() {
    let proof = Ask::file("x").proof("Exists @Resource[a");
    let missing: Vec<_> = proof.missing().into_iter().collect();
    assert_eq!(missing.len(), 1);
    assert_eq!(missing[0].scope, "condition-unreadable");
    assert!(missing[0].because.as_ref().is_some_and(|because| because.contains("at character 7")), "{missing:?}");
    let proof = Ask::file("x").proof("@Resource[a] GuidEquals 8e3af657-a8ff-443c-a75c-2fe8c4bcb635 OR 1 NumericEquals 1");
    assert_eq!(canread::eval::Judgement::verdict(&proof), Denied);
    assert_eq!(proof.warnings().into_iter().map(|warning| warning.id).collect::<Vec<_>>(), [WarningId::ConditionUnsupported]);
}

#[test]
fn a_condition_on_time_ends_the_answer() {
    let condition = "@Environment[UtcNow] DateTimeLessThan '2026-12-01T00:00:00.0Z'";
    let proof = Ask::file("x").proof(condition);
    assert_eq!(canread::eval::Judgement::verdict(&proof), Allowed);
    let until = proof.valid_until().expect("it ends");
    assert_eq!(until.at, instant("2026-12-01T00:00:00Z"));
    assert!(until.what.contains(condition), "{}", until.what);
    assert_eq!(Ask::file("x").verdict(&condition.replace("2026-12", "2026-11")), Denied);
}

/// The table that the lint prints and the code that gives values speak of the same attributes.
#[test]
fn every_attribute_of_the_rules_has_a_value_or_a_reason_of_its_own() {
    let rules = crate::embedded_rules();
    for rule in rules.attributes() {
        let rest = match (rule.starts_with, rule.name.key().ends_with("id:")) {
            (false, _) => "",
            (true, true) => "Set_Name",
            (true, false) => ":Key<$key_case_sensitive$>",
        };
        let condition = format!("Exists @{}[{}{rest}]", rule.from.as_str(), rule.name.as_str());
        for ask in [Ask::file("x"), Ask::list("x")] {
            let missing = ask.missing(&condition);
            assert!(!missing.contains(&"open_question:condition-attribute".to_owned()), "{condition}: {missing:?}");
            if rule.availability == Availability::Known {
                assert_eq!(missing, Vec::<String>::new(), "{condition}");
            }
        }
    }
}

#[test]
fn actions_without_data_are_decided_where_the_condition_spares_them() {
    let (snapshot, at) = (Snapshot::new(Facts::default()), instant("2026-11-22T10:00:00Z"));
    let cx = Context { snapshot: &snapshot, rules: crate::embedded_rules(), at, until: at, assume_below: false };
    let action = Action::new("Microsoft.Storage/storageAccounts/listKeys/action");
    let verdict = |condition: &str| -> Verdict {
        holds_for_action(&cx, condition, &action, Evidence::new(EvidenceKind::RoleAssignment, ASSIGNMENT, "its condition"))
    };
    assert_eq!(verdict(&path_like("in/*")), Allowed);
    assert_eq!(verdict("@Environment[UtcNow] DateTimeLessThan '2026-01-01T00:00:00Z'"), Denied);
    assert_eq!(verdict("@Resource[Microsoft.Storage/storageAccounts:name] StringEquals 'acct'"), Undetermined);
    assert_eq!(verdict("("), Undetermined);
}
