//! Every documented spelling of an input, with what it names and what the client does with it.
#![expect(clippy::panic, reason = "helpers of tests fail by panicking")]

use canread::model::InputReference::{DataAsset, Datastore, FileShare, Local, OneLake, OtherUrl, RegistryAsset, Storage, V1Dataset};
use canread::model::{
    AssetVersion, DeclaredType, Direction, Folded, InputReference, Parsed, ReferenceContext, ReferenceOrigin, Scope, Spelling, StorageUrl,
    StoreKind, StorePath, WorkspaceRef, redacted,
};
use proptest::prelude::*;

const WORKSPACE: &str = "/subscriptions/s1/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws";

fn read(text: &str, origin: ReferenceOrigin) -> Parsed {
    InputReference::parse(text, &ReferenceContext::new(origin))
}
fn on_command_line(text: &str) -> Parsed {
    read(text, ReferenceOrigin::CommandLine)
}
fn named(text: &str) -> InputReference {
    on_command_line(text).outcome.unwrap_or_else(|refusal| panic!("{text}: {refusal}"))
}
fn refused(text: &str) -> String {
    match on_command_line(text).outcome {
        Ok(found) => panic!("{text} was read as {found:?}"),
        Err(refusal) => refusal.to_string(),
    }
}
fn workspace() -> Option<WorkspaceRef> {
    Some(WorkspaceRef::Arm(Scope::new(WORKSPACE)))
}
fn region() -> Option<WorkspaceRef> {
    Some(WorkspaceRef::Location { location: Folded::new("westus2"), workspace: Folded::new("ws") })
}
fn asset(name: &str, version: AssetVersion, workspace: Option<WorkspaceRef>) -> InputReference {
    DataAsset { name: Folded::new(name), version, workspace }
}
fn version(text: &str) -> AssetVersion {
    AssetVersion::Version(text.to_owned())
}
fn label(text: &str) -> AssetVersion {
    AssetVersion::Label(text.to_owned())
}
fn store_path(name: &str, path: &str, workspace: Option<WorkspaceRef>) -> InputReference {
    Datastore { name: Folded::new(name), path: StorePath::new(path), workspace }
}
fn storage_url(store: StoreKind, container: &str, path: &str, suffix: &str) -> StorageUrl {
    StorageUrl {
        store,
        account: "acct".to_owned(),
        container: container.to_owned(),
        path: StorePath::new(path),
        suffix: suffix.to_owned(),
        foreign_cloud: false,
        sas: None,
    }
}
fn blob(container: &str, path: &str) -> InputReference {
    Storage(storage_url(StoreKind::Blob, container, path, "core.windows.net"))
}
fn gen2(container: &str, path: &str) -> InputReference {
    Storage(storage_url(StoreKind::AdlsGen2, container, path, "core.windows.net"))
}
fn gen1(path: &str) -> InputReference {
    Storage(storage_url(StoreKind::AdlsGen1, "", path, "azuredatalakestore.net"))
}

/// What a row of the table expects of the client: nothing to say, a working spelling, or a refusal without one.
enum Client {
    Fine,
    Write(&'static str),
    Never,
}
use Client::{Fine, Never, Write};

#[test]
#[expect(clippy::too_many_lines, reason = "one table")]
fn every_documented_syntax_names_what_it_should() {
    let arm_asset = format!("{WORKSPACE}/data/heart/versions/3");
    let prefixed_asset = format!("azureml:{WORKSPACE}/data/heart/versions/3");
    let shouted_asset = arm_asset.to_uppercase().replace("/HEART/", "/heart/").replace("/SUBSCRIPTIONS/", "/subscriptions/");
    let arm_store = format!("{WORKSPACE}/datastores/blobstore/paths/heart/x%20y/");
    let prefixed_store = format!("azureml:{WORKSPACE}/datastores/blobstore/paths/heart/x y");
    let long = "azureml://subscriptions/s1/resourcegroups/rg/workspaces/ws/datastores/blobstore/paths/heart/x%20y";
    let long_camel = "azureml://subscriptions/s1/resourceGroups/rg/workspaces/ws/datastores/blobstore/paths/heart/x%20y";
    let long_provider = "azureml://subscriptions/s1/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws/datastores/blobstore/paths/heart/x%20y";
    let rows: Vec<(&str, Spelling, InputReference, Client)> = vec![
        ("azureml:heart:3", Spelling::AssetPrefixed, asset("heart", version("3"), None), Fine),
        ("azureml:heart@latest", Spelling::AssetPrefixed, asset("heart", label("latest"), None), Fine),
        ("azureml:/heart@latest", Spelling::AssetSlash, asset("heart", label("latest"), None), Write("azureml:heart@latest")),
        ("azureml:/heart:3", Spelling::AssetSlash, asset("heart", version("3"), None), Write("azureml:heart:3")),
        ("AzureML:heart:3", Spelling::AssetPrefixed, asset("heart", version("3"), None), Fine),
        ("heart:3", Spelling::AssetBare, asset("heart", version("3"), None), Fine),
        ("heart@latest", Spelling::AssetBare, asset("heart", label("latest"), None), Fine),
        ("  heart:3\t", Spelling::AssetBare, asset("heart", version("3"), None), Fine),
        (&arm_asset, Spelling::ArmId, asset("heart", version("3"), workspace()), Fine),
        (&shouted_asset, Spelling::ArmId, asset("heart", version("3"), workspace()), Fine),
        (&prefixed_asset, Spelling::ArmIdPrefixed, asset("heart", version("3"), workspace()), Fine),
        (&arm_store, Spelling::ArmId, store_path("blobstore", "heart/x y", workspace()), Write(long)),
        (&prefixed_store, Spelling::ArmIdPrefixed, store_path("blobstore", "heart/x y", workspace()), Write(long)),
        ("azureml://datastores/d/paths/a/b", Spelling::DatastoreUri, store_path("d", "a/b", None), Fine),
        ("azureml://datastores/d/paths/a//b/", Spelling::DatastoreUri, store_path("d", "a/b", None), Fine),
        ("azureml://datastores/d/paths/./A/B", Spelling::DatastoreUri, store_path("d", "A/B", None), Fine),
        ("azureml://Datastores/d/Paths/a", Spelling::DatastoreUri, store_path("d", "a", None), Write("azureml://datastores/d/paths/a")),
        ("azureml://datastores/d/paths/", Spelling::DatastoreUri, store_path("d", "", None), Never),
        ("azureml://datastores/d", Spelling::DatastoreUri, store_path("d", "", None), Never),
        (long, Spelling::LongUri, store_path("blobstore", "heart/x y", workspace()), Fine),
        (long_camel, Spelling::LongUri, store_path("blobstore", "heart/x y", workspace()), Fine),
        (long_provider, Spelling::LongUri, store_path("blobstore", "heart/x y", workspace()), Write(long)),
        (
            "azureml://locations/westus2/workspaces/ws/data/heart/versions/3",
            Spelling::LocationUri,
            asset("heart", version("3"), region()),
            Write("azureml:heart:3"),
        ),
        (
            "azureml://locations/westus2/workspaces/ws/data/heart/versions/labels/latest",
            Spelling::LocationUri,
            asset("heart", label("latest"), region()),
            Write("azureml:heart@latest"),
        ),
        (
            "azureml://registries/reg/data/heart/versions/3",
            Spelling::RegistryUri,
            RegistryAsset { registry: Folded::new("reg"), name: Folded::new("heart"), version: version("3") },
            Never,
        ),
        ("https://acct.blob.core.windows.net/data/a/b.csv", Spelling::Https, blob("data", "a/b.csv"), Fine),
        ("https://ACCT.Blob.core.windows.NET/data/A/b.csv", Spelling::Https, blob("data", "A/b.csv"), Fine),
        ("https://acct.blob.core.windows.net:443/data//a/", Spelling::Https, blob("data", "a"), Fine),
        ("https://acct.blob.core.windows.net./data", Spelling::Https, blob("data", ""), Fine),
        ("https://acct.blob.core.windows.net/data/?", Spelling::Https, blob("data", ""), Fine),
        ("https://acct.blob.core.windows.net/data/a%2Fb%C3%A9%25", Spelling::Https, blob("data", "a/bé%"), Fine),
        ("https://acct.blob.core.windows.net/data/a+b?raw=1", Spelling::Https, blob("data", "a+b"), Fine),
        ("https://acct-secondary.blob.core.windows.net/$web/a", Spelling::Https, blob("$web", "a"), Fine),
        (
            "HTTPS://acct.blob.core.windows.net/data/a",
            Spelling::Https,
            blob("data", "a"),
            Write("https://acct.blob.core.windows.net/data/a"),
        ),
        ("https://acct.dfs.core.windows.net/fs1/a b", Spelling::Https, gen2("fs1", "a b"), Fine),
        (
            "wasbs://data@acct.blob.core.windows.net/a",
            Spelling::Wasb,
            blob("data", "a"),
            Write("https://acct.blob.core.windows.net/data/a"),
        ),
        ("wasb://data@acct.blob.core.windows.net", Spelling::Wasb, blob("data", ""), Write("https://acct.blob.core.windows.net/data")),
        ("abfss://data@acct.dfs.core.windows.net/a", Spelling::Abfs, gen2("data", "a"), Write("https://acct.dfs.core.windows.net/data/a")),
        ("ABFS://data@acct.dfs.core.windows.net/a/", Spelling::Abfs, gen2("data", "a"), Write("https://acct.dfs.core.windows.net/data/a")),
        ("adl://acct.azuredatalakestore.net/a/b", Spelling::Adl, gen1("a/b"), Write("https://acct.azuredatalakestore.net/webhdfs/v1/a/b")),
        ("https://acct.azuredatalakestore.net/webhdfs/v1/a/b?op=OPEN", Spelling::Https, gen1("a/b"), Fine),
        ("https://acct.azuredatalakestore.net/webhdfs/v10", Spelling::Https, gen1("webhdfs/v10"), Fine),
        ("data/unlabeled", Spelling::Local, Local("data/unlabeled".to_owned()), Fine),
        ("/home/u/a@b:c", Spelling::Local, Local("/home/u/a@b:c".to_owned()), Fine),
        ("C:\\data", Spelling::Local, Local("C:\\data".to_owned()), Fine),
        ("./http-logs", Spelling::Local, Local("./http-logs".to_owned()), Never),
        ("azureml:http-logs:1", Spelling::AssetPrefixed, asset("http-logs", version("1"), None), Never),
    ];
    for (text, spelling, want, client) in rows {
        let parsed = on_command_line(text);
        assert_eq!(parsed.outcome.as_ref(), Ok(&want), "{text}");
        assert_eq!(parsed.spelling, Some(spelling), "{text}");
        match (client, &parsed.client) {
            (Fine, None) => {}
            (Write(want), Some(note)) => assert_eq!(note.instead.as_deref(), Some(want), "{text}"),
            (Never, Some(note)) => assert_eq!(note.instead, None, "{text}"),
            (Fine | Write(_) | Never, note) => panic!("{text}: {note:?}"),
        }
        let yaml = read(text, ReferenceOrigin::YamlFile);
        assert_eq!(yaml, parsed, "a YAML file is read by the same client: {text}");
        assert_eq!(read(text, ReferenceOrigin::Service).client, None, "{text}");
    }
}

#[test]
fn the_working_spelling_knows_the_endpoints_workspace() {
    let scope = Scope::new(WORKSPACE);
    let context = ReferenceContext { workspace: Some(&scope), ..ReferenceContext::new(ReferenceOrigin::CommandLine) };
    let instead = |text: &str| InputReference::parse(text, &context).client.and_then(|note| note.instead);
    let own = format!("{}/datastores/d/paths/p", WORKSPACE.to_lowercase());
    assert_eq!(instead(&own).as_deref(), Some("azureml://datastores/d/paths/p"));
    let other = own.replace("/ws/", "/other/");
    assert_eq!(instead(&other).as_deref(), Some("azureml://subscriptions/s1/resourcegroups/rg/workspaces/other/datastores/d/paths/p"));
    assert_eq!(instead("azureml:http-logs:1"), Some(format!("{WORKSPACE}/data/http-logs/versions/1")));
}

#[test]
fn rest_bodies_have_no_client_between() {
    let rest = |text: &str| read(text, ReferenceOrigin::RestBody);
    for text in [
        "wasbs://data@acct.blob.core.windows.net/a",
        "adl://acct.azuredatalakestore.net/a",
        "azureml://locations/westus2/workspaces/ws/data/heart/versions/3",
        "azureml://registries/reg/data/heart/versions/3",
        "azureml://datastores/d/paths/p",
    ] {
        let parsed = rest(text);
        assert!(parsed.outcome.is_ok(), "{text}");
        assert_eq!(parsed.client, None, "{text}");
    }
    let store = rest(&format!("azureml:{WORKSPACE}/datastores/d/paths/p"));
    assert_eq!((store.outcome, store.client), (Ok(store_path("d", "p", workspace())), None));
    let short = rest("azureml:heart@latest");
    assert_eq!(short.outcome, Ok(asset("heart", label("latest"), None)));
    assert!(short.client.is_some_and(|note| note.why.contains("ARM id")));
    assert!(rest("data/unlabeled").outcome.is_err_and(|refusal| refusal.reason.contains("no REST call uploads")));
}

#[test]
fn outputs_are_not_read_by_the_client() {
    let context = ReferenceContext { direction: Direction::Output, ..ReferenceContext::new(ReferenceOrigin::CommandLine) };
    let parsed = InputReference::parse(&format!("{WORKSPACE}/datastores/d/paths/p"), &context);
    assert_eq!((parsed.outcome, parsed.client), (Ok(store_path("d", "p", workspace())), None));
}

#[test]
fn hosts_of_every_cloud_are_recognised() {
    let context = |suffix| ReferenceContext { storage_suffix: suffix, ..ReferenceContext::new(ReferenceOrigin::CommandLine) };
    let cases = [
        ("core.windows.net", "https://acct.blob.core.chinacloudapi.cn/data/p", "core.chinacloudapi.cn", true),
        ("core.chinacloudapi.cn", "https://acct.blob.core.chinacloudapi.cn/data/p", "core.chinacloudapi.cn", false),
        ("core.usgovcloudapi.net", "https://acct.blob.core.usgovcloudapi.net/data/p", "core.usgovcloudapi.net", false),
        ("core.windows.net", "https://acct.z12.blob.storage.azure.net/data/p", "z12.storage.azure.net", false),
        ("core.chinacloudapi.cn", "https://acct.z12.blob.storage.azure.net/data/p", "z12.storage.azure.net", true),
        (".Storage.Test", "wasbs://data@acct.blob.storage.test/p", "storage.test", false),
        ("storage.test", "https://acct.blob.core.windows.net/data/p", "core.windows.net", true),
    ];
    for (own, text, suffix, foreign_cloud) in cases {
        let want = StorageUrl { foreign_cloud, ..storage_url(StoreKind::Blob, "data", "p", suffix) };
        let parsed = InputReference::parse(text, &context(own));
        assert_eq!(parsed.outcome, Ok(Storage(want.clone())), "{text}");
        let again = InputReference::parse(&want.https(), &context(own));
        assert_eq!(again.outcome, Ok(Storage(want)), "{text}");
    }
    assert!(matches!(named("https://acct.blob.storage.test/data/p"), OtherUrl { .. }), "unknown without its cloud");
}

#[test]
fn what_batch_endpoints_do_not_read_is_told_apart() {
    let dataset = |text: &str, version: Option<&str>, workspace| {
        let want = V1Dataset { name: Folded::new("old"), version: version.map(str::to_owned), workspace };
        assert_eq!(named(text), want);
    };
    dataset(&format!("{WORKSPACE}/datasets/old/versions/2"), Some("2"), workspace());
    dataset(&format!("azureml:{WORKSPACE}/datasets/old"), None, workspace());
    dataset("azureml://locations/westus2/workspaces/ws/datasets/old/versions/2", Some("2"), region());
    let share =
        FileShare { account: "acct".to_owned(), share: "s1".to_owned(), path: StorePath::new("a"), suffix: "core.windows.net".to_owned() };
    assert_eq!(named("https://acct.file.core.windows.net/s1/a"), share);
    let lake = OneLake { path: StorePath::new("ws/lake.Lakehouse/Files/a"), host: "onelake.dfs.fabric.microsoft.com".to_owned() };
    assert_eq!(named("https://onelake.dfs.fabric.microsoft.com/ws/lake.Lakehouse/Files/a"), lake);
    assert_eq!(named("abfss://ws@onelake.dfs.fabric.microsoft.com/lake.Lakehouse/Files/a"), lake);
    let other = OtherUrl { host: "example.com:8443".to_owned(), path: StorePath::new("a/b") };
    assert_eq!(named("https://Example.com:8443/a/b?q=1"), other);
}

#[test]
fn a_sas_is_noticed_and_its_signature_is_nowhere() {
    let text = "https://acct.blob.core.windows.net/data/a?sv=2024-01-01&sp=rl&S%69G=c2VjcmV0%2Fc2VjcmV0%3D&se=2026-01-01";
    let parsed = on_command_line(text);
    let want = StorageUrl {
        sas: Some("sv=2024-01-01&sp=rl&se=2026-01-01".to_owned()),
        ..storage_url(StoreKind::Blob, "data", "a", "core.windows.net")
    };
    assert_eq!(parsed.outcome, Ok(Storage(want)));
    assert!(!format!("{parsed:?}").contains("c2VjcmV0"));
    assert!(parsed.text.contains("S%69G=REDACTED&se="));
    for hidden in [
        "https://acct.blob.core.windows.net/data/a%3Fsv=1%26sig%3Dc2VjcmV0",
        "azureml://datastores/d/paths/p?sig=c2VjcmV0",
        "acct.blob.core.windows.net/data?sig=c2VjcmV0",
        "wasbs://data@acct.blob.core.windows.net/a?sig=c2VjcmV0",
        "https://user:c2VjcmV0@acct.blob.core.windows.net/data",
        "https://c2VjcmV0@acct.blob.core.windows.net/data",
        "wasbs://data:c2VjcmV0@acct.blob.core.windows.net/a",
    ] {
        let parsed = on_command_line(hidden);
        assert!(parsed.outcome.is_err(), "{hidden}");
        assert!(!format!("{parsed:?}").contains("c2VjcmV0"), "{parsed:?}");
    }
    assert!(matches!(named("https://acct.blob.core.windows.net/data/a?sp=r"), Storage(StorageUrl { sas: None, .. })), "no SAS");
}

#[test]
fn access_takes_storage_urls_only() {
    let suffix = "core.windows.net";
    for (text, want) in [
        ("https://acct.blob.core.windows.net/data/a", blob("data", "a")),
        ("abfss://data@acct.dfs.core.windows.net/a", gen2("data", "a")),
        ("adl://acct.azuredatalakestore.net/a", gen1("a")),
    ] {
        assert_eq!(StorageUrl::parse(text, suffix).map(Storage), Ok(want));
    }
    for text in
        ["azureml:heart:1", "https://example.com/a", "https://acct.file.core.windows.net/s/a", "data", "https://acct.blob.core.windows.net"]
    {
        assert!(StorageUrl::parse(text, suffix).is_err(), "{text}");
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table")]
fn what_is_no_reference_says_why_and_what_to_write() {
    let cases = [
        ("", "empty"),
        ("  ", "empty"),
        ("a\nb:1", "control character"),
        ("azureml:", "names no version"),
        ("azureml:heart", "names no version"),
        ("azureml:heart:", "`` is no version"),
        ("azureml:heart@latest:1", "both a version and a label"),
        ("azureml:my data:1", "`my data` is no name"),
        ("data/a:1", "must be absolute"),
        ("azureml:datastores/d/paths/p", "azureml://datastores/"),
        ("azureml://", "no id or URI of data"),
        ("azureml://datastores", "no name of a datastore"),
        ("azureml://datastores//paths/p", "no name of a datastore"),
        ("azureml://datastores/d/path/p", "`paths` must follow"),
        ("azureml://datastores/d/paths/a/../b", "`..` segment"),
        ("azureml://datastores/d/paths/a%zz", "`%25`"),
        ("azureml://datastores/d/paths/a?b", "%3F"),
        ("azureml://datastores/d/paths/a#b", "%23"),
        ("azureml://jobs/j/outputs/o", "no data"),
        ("azureml://locations/l/data/n/versions/1", "locations/REGION"),
        ("azureml://registries/r/models/m/versions/1", "no data"),
        ("azureml://registries/r/data/n", "without a version"),
        ("azureml://subscriptions/s/resourcegroups/g/workspaces/w", "names a workspace"),
        ("/subscriptions/s/resourceGroups/g", "no id or URI of data"),
        ("/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a", "Microsoft.Storage"),
        ("/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w/data/n", "without a version"),
        ("/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w/data/n/versions/1/x", "no version"),
        ("/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w/models/m/versions/1", "`models`"),
        ("http://acct.blob.core.windows.net/data", "write `https`"),
        ("s3://bucket/a", "`s3` is not among"),
        ("file:///a", "local path alone"),
        ("https://", "host is not valid"),
        ("https://a b.blob.core.windows.net/data", "host is not valid"),
        ("https://acct.blob.core.windows.net", "no container"),
        ("https://acct.blob.core.windows.net//", "no container"),
        ("https://blob.core.windows.net/data", "no public endpoint"),
        ("https://.blob.core.windows.net/data", "`` is no storage account name"),
        ("https://my-acct.blob.core.windows.net/data", "`my-acct` is no storage account name"),
        ("https://acct.blob.core.windows.net/Data/a", "upper-case"),
        ("https://acct.blob.core.windows.net/a_b/c", "`a_b` is no container name"),
        ("https://acct.blob.core.windows.net:10000/data", "port 10000"),
        ("https://acct.blob.core.windows.net/data/a%00", "NUL"),
        ("https://acct.blob.core.windows.net/data/a%FF", "no UTF-8"),
        ("https://acct.blob.core.windows.net/data/a/%2e%2e/b", "`..` segment"),
        ("https://acct.blob.core.windows.net/data/a#b", "%23"),
        ("https://acct.blob.core.windows.net/data/a\\b", "backslash"),
        ("https://acct.blob.core.windows.net/data?restype=container&comp=list", "`restype`"),
        ("https://acct.blob.core.windows.net/data/a?snapshot=2024", "`snapshot`"),
        ("https://acct.privatelink.blob.core.windows.net/data", "no public endpoint"),
        ("https://acct.queue.core.windows.net/data", "`queue`"),
        ("https://acct.blob.storage.azure.net/data", "no public endpoint"),
        ("wasbs://acct.blob.core.windows.net/data/a", "wasbs://data@acct.blob.core.windows.net/a"),
        ("wasbs://data@acct.dfs.core.windows.net/a", "needs the `blob` endpoint"),
        ("abfss://data@acct.blob.core.windows.net/a", "needs the `dfs` endpoint"),
        ("abfss://data@example.com/a", "no endpoint"),
        ("adl://acct.blob.core.windows.net/a", "Gen1"),
        ("acct.blob.core.windows.net/data/a", "put `https://` in front"),
    ];
    for (text, want) in cases {
        let refusal = refused(text);
        assert!(refusal.contains(want), "{text:?}: {refusal}");
    }
}

#[test]
fn declared_types_are_read_in_both_spellings() {
    for (texts, want) in [
        (["uri_file", "UriFile", "URI_FILE"], DeclaredType::UriFile),
        (["uri_folder", "UriFolder", "urifolder"], DeclaredType::UriFolder),
        (["mltable", "MLTable", "MLTABLE"], DeclaredType::MlTable),
    ] {
        for text in texts {
            assert_eq!(DeclaredType::parse(text), want, "{text}");
        }
    }
    assert_eq!(DeclaredType::parse("mlflow_model"), DeclaredType::Other("mlflow_model".to_owned()));
}

fn names() -> impl Strategy<Value = Folded> {
    "[A-Za-z0-9][A-Za-z0-9_.-]{0,12}".prop_map(|text| Folded::new(&text))
}
fn paths() -> impl Strategy<Value = StorePath> {
    // Segments that hold every mark which a URL gives a meaning to; `.` and `..` name no file.
    proptest::collection::vec("[a-zA-Z0-9 %?#&=+:@.é漢\"<>-]{1,6}", 0..4)
        .prop_filter("dot segments", |parts| parts.iter().all(|part| part != "." && part != ".."))
        .prop_map(|parts| StorePath::new(&parts.join("/")))
        .prop_filter("reads as a secret", |path| redacted(path.as_str()) == path.as_str())
}
fn versions() -> impl Strategy<Value = AssetVersion> {
    ("[A-Za-z0-9][A-Za-z0-9_.-]{0,8}", any::<bool>())
        .prop_map(|(text, is_label)| if is_label { AssetVersion::Label(text) } else { AssetVersion::Version(text) })
}
fn workspaces() -> impl Strategy<Value = Option<WorkspaceRef>> {
    let arm = ("[a-f0-9-]{1,8}", "[A-Za-z0-9 ().é-]{1,8}[a-z]", names()).prop_map(|(subscription, group, workspace)| {
        let id = format!(
            "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.MachineLearningServices/workspaces/{workspace}"
        );
        Some(WorkspaceRef::Arm(Scope::new(&id)))
    });
    let location = (names(), names()).prop_map(|(location, workspace)| Some(WorkspaceRef::Location { location, workspace }));
    prop_oneof![Just(None), arm, location]
}
fn storage_urls() -> impl Strategy<Value = StorageUrl> {
    let places = prop_oneof![
        Just((StoreKind::Blob, "core.windows.net", false)),
        Just((StoreKind::AdlsGen2, "core.windows.net", false)),
        Just((StoreKind::Blob, "z7.storage.azure.net", false)),
        Just((StoreKind::AdlsGen2, "core.chinacloudapi.cn", true)),
        Just((StoreKind::AdlsGen1, "azuredatalakestore.net", false)),
    ];
    let sas = prop_oneof![Just(None), Just(Some("sv=1&sp=rl".to_owned())), Just(Some(String::new()))];
    (places, "[a-z0-9]{3,24}", "[a-z0-9]{3,20}", paths(), sas).prop_map(
        |((store, suffix, foreign_cloud), account, container, path, sas)| {
            let is_gen1 = store == StoreKind::AdlsGen1;
            let container = if is_gen1 { String::new() } else { container };
            let sas = sas.filter(|_| !is_gen1);
            StorageUrl { store, account, container, path, suffix: suffix.to_owned(), foreign_cloud, sas }
        },
    )
}
fn references() -> impl Strategy<Value = InputReference> {
    prop_oneof![
        (names(), versions(), workspaces()).prop_map(|(name, version, workspace)| DataAsset { name, version, workspace }),
        (names(), paths(), workspaces()).prop_map(|(name, path, workspace)| Datastore { name, path, workspace }),
        (names(), names(), versions()).prop_map(|(registry, name, version)| RegistryAsset { registry, name, version }),
        (names(), proptest::option::of("[0-9]{1,4}"), workspaces()).prop_map(|(name, version, workspace)| V1Dataset {
            name,
            version,
            workspace
        }),
        storage_urls().prop_map(Storage),
        paths().prop_map(|path| OtherUrl { host: "example.com".to_owned(), path }),
        paths().prop_map(|path| OneLake { path, host: "onelake.dfs.fabric.microsoft.com".to_owned() }),
        ("[a-z0-9]{3,24}", paths()).prop_map(|(account, path)| FileShare {
            account,
            share: "share".to_owned(),
            path,
            suffix: "core.windows.net".to_owned()
        }),
        "[a-z]{1,8}(/[a-zA-Z0-9 _.-]{0,8}[a-z]){0,3}".prop_map(Local),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_canonical_spelling_reads_back(reference in references()) {
        let text = reference.to_string();
        let parsed = on_command_line(&text);
        prop_assert_eq!(parsed.outcome.as_ref(), Ok(&reference), "{}", text);
        if let Some(instead) = parsed.client.and_then(|note| note.instead) {
            let again = on_command_line(&instead);
            prop_assert!(again.outcome.is_ok(), "{}", instead);
            prop_assert_eq!(again.client, None, "the spelling that works must work: {}", instead);
        }
    }

    #[test]
    fn no_text_panics_or_leaks(text in "\\PC{0,60}", lead in prop_oneof![
        Just(""), Just("azureml:"), Just("azureml://"), Just("/subscriptions/"), Just("https://"), Just("https://acct.blob.core.windows.net/"),
        Just("wasbs://"), Just("azureml://datastores/d/paths/"),
    ]) {
        for origin in [ReferenceOrigin::CommandLine, ReferenceOrigin::RestBody, ReferenceOrigin::Service] {
            let whole = format!("{lead}{text}");
            let parsed = read(&whole, origin);
            prop_assert_eq!(parsed.outcome.is_ok(), parsed.spelling.is_some());
            let secret = read(&format!("{whole}&sig=c2VjcmV0"), origin);
            prop_assert!(!format!("{:?}", secret).contains("c2VjcmV0"), "{:?}", secret);
        }
        prop_assert_eq!(redacted(&redacted(&text)), redacted(&text));
    }
}

#[test]
fn long_texts_take_linear_time() {
    for unit in ["%25", "%", "/", "a:", "://", "sig=", "@", "azureml:", "?a=b&", "..", "é"] {
        let long = format!("https://acct.blob.core.windows.net/data/{}", unit.repeat(400_000));
        let parsed = on_command_line(&long);
        if let Err(refusal) = parsed.outcome {
            assert!(refusal.to_string().len() < 4_000, "a refusal stays short");
        }
        assert!(redacted(&unit.repeat(400_000)).len() <= unit.len() * 400_000 * 2);
    }
}

/// A scheme pasted twice puts user name and password where the path begins.
#[test]
fn passwords_behind_a_second_scheme_are_refused_and_not_shown() {
    for text in [
        "https://https://me:hunter2@example.com/a",
        "HTTPS://https://me:hunter2@example.com/a",
        "https://https%3A%2F%2Fme:hunter2@example.com/a",
        "https://example.com/https://me:hunter2@example.com/a",
        "https://acct.blob.core.windows.net/data/https://me:hunter2@example.com/a",
    ] {
        for origin in [ReferenceOrigin::CommandLine, ReferenceOrigin::YamlFile, ReferenceOrigin::RestBody, ReferenceOrigin::Service] {
            let parsed = InputReference::parse(text, &ReferenceContext::new(origin));
            assert!(parsed.outcome.is_err(), "{text}: {parsed:?}");
            assert!(!format!("{parsed:?}").contains("hunter2"), "{text}: {parsed:?}");
        }
    }
}
