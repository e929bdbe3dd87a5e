//! Datastore or URL → account, container, path; and whether they are there and of the right type.

use super::{Trail, unknown};
use crate::eval::GEN1_RETIRED;
use crate::eval::{Context, DataTarget, Evidence, EvidenceKind, Extent, JobView, Judgement, Leaf, Origin, Proof};
use crate::model::{
    CredentialSource, DataType, Datastore, DatastoreTarget, Found, InputSource, Known, Lookup, Missing, Scope, StorageUrl, StoreKind,
    StorePath, path_id,
};

/// Where the data of an input is, and how it was referred to.
#[derive(Clone, Debug)]
pub struct Place<'a> {
    /// The data.
    pub target: DataTarget<'a>,
    /// The datastore it was reached through.
    pub datastore: Option<&'a Datastore>,
    /// Which rows of the credential table speak of it.
    pub source: InputSource,
    /// Whether a credential is stored; `None` for URLs.
    pub credential: Option<bool>,
    /// The datastore belongs to another workspace than the endpoint.
    pub other_workspace: bool,
    /// The URL bears a SAS.
    pub sas_in_url: bool,
}

fn target<'a>(cx: &Context<'a>, store: StoreKind, account: &str, container: &str, path: &StorePath) -> DataTarget<'a> {
    let account_name = account.to_lowercase();
    let account = match store {
        StoreKind::Blob | StoreKind::AdlsGen2 => cx.snapshot.storage_account(&account_name),
        StoreKind::AdlsGen1 => Known::Missing(Missing::open("gen1-account", "a Gen1 account is no storage account")),
    };
    DataTarget {
        account_name,
        account,
        container: container.to_owned(),
        path: path.clone(),
        extent: Extent::Folder,
        store,
        origin: Origin::Unknown,
        by_url_alone: false,
    }
}

/// The place a URL names. `as_asset` where the URL is that of a data asset.
pub(super) fn storage_place<'a>(cx: &Context<'a>, url: &StorageUrl, as_asset: Option<InputSource>) -> Place<'a> {
    let mut target = target(cx, url.store, &url.account, &url.container, &url.path);
    if url.foreign_cloud {
        let question =
            format!("`{}` is not a storage suffix of the cloud asked about; the account of that name there is another one", url.suffix);
        target.account = Known::Missing(Missing::open("foreign-cloud", question));
    }
    let by_store = match url.store {
        StoreKind::Blob => InputSource::BlobUrl,
        StoreKind::AdlsGen1 => InputSource::AdlsGen1Url,
        StoreKind::AdlsGen2 => InputSource::AdlsGen2Url,
    };
    Place {
        target,
        datastore: None,
        source: as_asset.unwrap_or(by_store),
        credential: as_asset.map(|_| false),
        other_workspace: false,
        sas_in_url: url.sas.is_some(),
    }
}

/// The place a datastore path names.
pub(super) fn datastore_place<'a>(
    cx: &Context<'a>,
    job: &JobView<'a>,
    workspace: &Scope,
    name: &str,
    path: &StorePath,
    source: InputSource,
    trail: &mut Trail,
) -> Known<Place<'a>> {
    let id = workspace.join(&format!("datastores/{name}"));
    let claim = format!("datastore `{name}` exists");
    let store = match cx.snapshot.datastore(&id) {
        Found::Here(store) => store,
        Found::Absent(record) => {
            trail.exists.push(Proof::denied(|| Leaf::new(claim, Evidence::coverage(record, format!("no record bears {id}")))));
            return Known::Missing(Missing::open("does-not-exist", format!("datastore `{name}` does not exist")));
        }
        Found::Missing(missing) => {
            trail.resolved.datastore = Some(id);
            return unknown(trail, &claim, missing);
        }
    };
    trail.resolved.datastore = Some(store.id.clone());
    trail.exists.push(Proof::allowed(|| Leaf::new(claim, Evidence::new(EvidenceKind::Resource, store.id.as_str(), describe(store)))));
    match &store.target {
        DatastoreTarget::Blob { .. } | DatastoreTarget::AdlsGen2 { .. } | DatastoreTarget::AdlsGen1 { .. } => {}
        DatastoreTarget::File { .. } => {
            return super::unsupported(
                trail,
                store.id.as_str(),
                "the datastore is a file share; batch endpoints read Blob, Data Lake Gen1 and Gen2 only",
            );
        }
        DatastoreTarget::OneLake => {
            return super::unsupported(
                trail,
                store.id.as_str(),
                "the datastore is OneLake; batch endpoints read Blob, Data Lake Gen1 and Gen2 only",
            );
        }
        DatastoreTarget::Other(kind) => {
            let missing = Missing::open("datastore-type", format!("where a datastore of type `{kind}` leads is not known to this version"));
            return unknown(trail, "the datastore leads to a known store", missing);
        }
    };
    match place_of(cx, job, store, path, source) {
        Some(place) => Known::Known(place),
        None => unknown(
            trail,
            "the datastore leads to a known store",
            Missing::open("datastore-type", "where the datastore leads is not known"),
        ),
    }
}

/// The place a path in a datastore names; `None` for stores that batch endpoints do not read.
pub(super) fn place_of<'a>(
    cx: &Context<'a>,
    job: &JobView<'a>,
    store: &'a Datastore,
    path: &StorePath,
    source: InputSource,
) -> Option<Place<'a>> {
    let (kind, account, container) = match &store.target {
        DatastoreTarget::Blob { account, container } => (StoreKind::Blob, account, container.as_str()),
        DatastoreTarget::AdlsGen2 { account, filesystem } => (StoreKind::AdlsGen2, account, filesystem.as_str()),
        DatastoreTarget::AdlsGen1 { store } => (StoreKind::AdlsGen1, store, ""),
        DatastoreTarget::File { .. } | DatastoreTarget::OneLake | DatastoreTarget::Other(_) => return None,
    };
    Some(Place {
        target: target(cx, kind, account, container, path),
        datastore: Some(store),
        source,
        credential: Some(store.credential != CredentialSource::None),
        other_workspace: store.id.cut_after("workspaces").as_ref() != Some(&job.workspace_id),
        sas_in_url: false,
    })
}

fn describe(store: &Datastore) -> String {
    let credential = match &store.credential {
        CredentialSource::None => "it stores no credential".to_owned(),
        CredentialSource::AccountKey => "it stores an account key".to_owned(),
        CredentialSource::Sas => "it stores a SAS".to_owned(),
        CredentialSource::ServicePrincipal { .. } => "it stores a service principal".to_owned(),
        CredentialSource::Certificate { .. } => "it stores a certificate".to_owned(),
        CredentialSource::Other(kind) => format!("it stores a credential of type `{kind}`"),
    };
    let target = match &store.target {
        DatastoreTarget::Blob { account, container } => format!("Blob {account}/{container}"),
        DatastoreTarget::AdlsGen2 { account, filesystem } => format!("ADLS Gen2 {account}/{filesystem}"),
        DatastoreTarget::AdlsGen1 { store } => format!("ADLS Gen1 {store}"),
        DatastoreTarget::File { .. } => "a file share".to_owned(),
        DatastoreTarget::OneLake => "OneLake".to_owned(),
        DatastoreTarget::Other(kind) => format!("type `{kind}`"),
    };
    format!("{target}; {credential}")
}

/// Gen1 was retired: denied from that day on. Source: Azure Advisor, service retirement.
pub(super) fn store_supported(cx: &Context<'_>, place: &Place<'_>) -> Option<Proof> {
    if place.target.store != StoreKind::AdlsGen1 {
        return None;
    }
    let claim = "the store's service is in operation";
    let evidence = |says: &str| Evidence::new(EvidenceKind::Rule, place.target.account_name.as_str(), says);
    Some(if cx.until >= GEN1_RETIRED {
        let says = "Azure Data Lake Storage Gen1 was retired on 2024-02-29; move the data to Gen2 or Blob";
        Proof::denied(|| Leaf::new(claim, evidence(says)))
    } else {
        Proof::allowed(|| Leaf::new(claim, evidence("Azure Data Lake Storage Gen1 was in operation until 2024-02-29")))
    })
}

/// The container exists, as far as known.
pub(super) fn container_exists(cx: &Context<'_>, place: &Place<'_>) -> Option<Proof> {
    let target = &place.target;
    let (Known::Known(account), StoreKind::Blob | StoreKind::AdlsGen2) = (&target.account, target.store) else {
        return None;
    };
    let claim = format!("container `{}` exists", target.container);
    let resource = |id: &Scope, says: &str| Evidence::new(EvidenceKind::Resource, id.as_str(), says);
    match cx.snapshot.container(account, &target.container) {
        Found::Here(container) if container.deleted => {
            Some(Proof::denied(|| Leaf::new(claim, resource(&container.id, "`deleted` is true"))))
        }
        Found::Here(container) => Some(Proof::allowed(|| Leaf::new(claim, resource(&container.id, "it is in the snapshot")))),
        Found::Absent(record) if !container_is_mentioned(cx, target) => {
            let scope = crate::model::container_scope(&account.id, &target.container);
            Some(Proof::denied(|| Leaf::new(claim, Evidence::coverage(record, format!("no record bears {scope}")))))
        }
        Found::Absent(_) | Found::Missing(_) => None,
    }
}

/// Whether anything in the file lies in the container: then it exists, whatever records bear its id.
fn container_is_mentioned(cx: &Context<'_>, target: &DataTarget<'_>) -> bool {
    let key = (target.account_name.clone(), target.container.clone());
    let facts = cx.snapshot.facts();
    let probed = || !crate::eval::probes_for(cx.snapshot, &target.account_name, &target.container).is_empty();
    facts.paths.get(&key).is_some_and(|paths| paths.values().any(|path| path.exists)) || facts.path_access.contains_key(&key) || probed()
}

/// A record that says the path exists (itself, or something below it), or that it does not.
fn path_is_recorded(cx: &Context<'_>, target: &DataTarget<'_>) -> Option<(bool, Evidence)> {
    let (account, container, path) = (&target.account_name, &target.container, &target.path);
    if let Some(record) = cx.snapshot.path_record(account, container, path) {
        let says = if record.exists { "it exists" } else { "it does not exist" };
        return Some((record.exists, Evidence::new(EvidenceKind::Path, record.id(), says)));
    }
    if let Some(record) = cx.snapshot.path_access(account, container, path) {
        return Some((true, Evidence::new(EvidenceKind::PathAccess, record.id(), "its ACL was read")));
    }
    if let Some(below) = cx.snapshot.path_records_below(account, container, path).find(|record| record.exists) {
        return Some((true, Evidence::new(EvidenceKind::Path, below.id(), "it lies below")));
    }
    let below = cx.snapshot.path_access_below(account, container, path).next()?;
    Some((true, Evidence::new(EvidenceKind::PathAccess, below.id(), "it lies below")))
}

/// The path exists, as far as known; what nobody recorded is assumed to exist, and the assumption is listed.
pub(super) fn path_exists(cx: &Context<'_>, place: &Place<'_>) -> Proof {
    let target = &place.target;
    let id = path_id(&target.account_name, &target.container, &target.path);
    let claim = format!("path {} exists", target.path);
    match path_is_recorded(cx, target) {
        Some((true, evidence)) => Proof::allowed(|| Leaf::new(claim, evidence)),
        Some((false, evidence)) => Proof::denied(|| Leaf::new(claim, evidence)),
        None => match cx.snapshot.paths_lookup(&target.account_name, &target.container, &target.path) {
            Lookup::Complete(record) if !target.path.is_root() => {
                Proof::denied(|| Leaf::new(claim, Evidence::coverage(record, "no `path` record bears it")))
            }
            Lookup::Complete(_) | Lookup::Gap(_) | Lookup::NotCollected => Proof::allowed(|| {
                let evidence = Evidence::new(EvidenceKind::NotCollected, id.as_str(), "nobody recorded it");
                Leaf::new(claim, evidence).assuming(format!("{id} exists: nobody recorded it"))
            }),
        },
    }
}

/// `input/type`: the type fits the asset and, where known, the path.
pub(super) fn type_fits(cx: &Context<'_>, place: &Place<'_>, asset: Option<&DataType>) -> Proof {
    let target = &place.target;
    let wanted = match target.extent {
        Extent::File => "uri_file",
        Extent::Folder => "uri_folder",
    };
    let claim = || format!("`{wanted}` fits the data");
    let id = path_id(&target.account_name, &target.container, &target.path);
    let mismatch = match (target.extent, asset) {
        (Extent::File, Some(DataType::UriFolder)) => Some("the asset is a `uri_folder`"),
        (Extent::Folder, Some(DataType::UriFile)) => Some("the asset is a `uri_file`"),
        (Extent::File | Extent::Folder, _) => None,
    };
    if let Some(says) = mismatch {
        return Proof::denied(|| Leaf::new(claim(), Evidence::new(EvidenceKind::Question, id.as_str(), says)));
    }
    let (is_directory, evidence) = match directory_record(cx, target) {
        Some(found) => found,
        None => {
            let evidence = Evidence::new(EvidenceKind::NotCollected, id.as_str(), "no record says what the path is");
            return Proof::allowed(|| {
                Leaf::new(claim(), evidence).assuming(format!("{id} is of type {wanted}: nobody recorded what it is"))
            });
        }
    };
    match (target.extent, is_directory) {
        (Extent::File, true) => Proof::denied(|| Leaf::new(format!("{}; it is a folder, use `uri_folder`", claim()), evidence)),
        (Extent::Folder, false) => Proof::denied(|| Leaf::new(format!("{}; it is a file, use `uri_file`", claim()), evidence)),
        (Extent::File, false) | (Extent::Folder, true) => Proof::allowed(|| Leaf::new(claim(), evidence)),
    }
}

/// Whether the path is a folder, by the record that says so.
fn directory_record(cx: &Context<'_>, target: &DataTarget<'_>) -> Option<(bool, Evidence)> {
    let (account, container, path) = (&target.account_name, &target.container, &target.path);
    let word = |folder: bool| if folder { "a folder" } else { "a file" };
    if path.is_root() {
        return Some((
            true,
            Evidence::new(EvidenceKind::Question, path_id(account, container, path), "the root of a container is a folder"),
        ));
    }
    if let Some(record) = cx.snapshot.path_access(account, container, path) {
        return Some((record.is_directory, Evidence::new(EvidenceKind::PathAccess, record.id(), word(record.is_directory))));
    }
    let record = cx.snapshot.path_record(account, container, path);
    if let Some((record, folder)) = record.and_then(|record| Some((record, record.is_directory?))) {
        return Some((folder, Evidence::new(EvidenceKind::Path, record.id(), word(folder))));
    }
    let below = cx.snapshot.path_records_below(account, container, path).find(|record| record.exists)?;
    Some((true, Evidence::new(EvidenceKind::Path, below.id(), "it lies below, so the path is a folder")))
}
