//! From a reference to the data behind it: asset → version → datastore or URL → account, container, path.

mod asset;
mod place;

use super::{
    Context, DataQuestion, DataTarget, Evidence, EvidenceKind, Extent, JobView, Judgement, Leaf, Origin, Proof, Resolved, Verdict,
};
use crate::model::{
    BatchEndpoint, DataType, Datastore, DeclaredType, Found, InputReference, InputSource, Known, Missing, Scope, StorageUrl, StoreKind,
    StorePath, Timestamp, Workspace, WorkspaceRef,
};
use place::{datastore_place, storage_place};
use time::macros::datetime;

pub use place::Place;

/// Batch endpoints created from this day on take no V1 datasets: it is the API version that dropped them.
/// Source: "Create jobs and input data for batch endpoints".
const V1_DROPPED: Timestamp = datetime!(2022-05-01 0:00 UTC);

/// A reference, resolved as far as the snapshot goes.
#[derive(Debug)]
pub(super) struct Resolution<'a> {
    /// For the report.
    pub resolved: Resolved,
    /// `input/supported`.
    pub supported: Proof,
    /// `input/exists`.
    pub exists: Proof,
    /// The part of it that an output needs: asset, datastore, container, but not the path.
    pub container: Proof,
    /// `input/type`.
    pub fits: Option<Proof>,
    /// The data, or what is missing to know where it is.
    pub place: Known<Place<'a>>,
    /// The reference is a local path that is uploaded first.
    pub uploads: bool,
}

/// Everything found out on the way to the place.
#[derive(Debug, Default)]
struct Trail {
    resolved: Resolved,
    supported: Vec<Proof>,
    exists: Vec<Proof>,
    asset_type: Option<DataType>,
}

/// Resolves one reference. `origin` is where the job's requests come from.
pub(super) fn resolve<'a>(
    cx: &Context<'a>,
    job: &JobView<'a>,
    question: &DataQuestion,
    reference: &InputReference,
    origin: &Origin,
) -> Resolution<'a> {
    let mut trail = Trail::default();
    trail.supported.push(workspace_supports(&job.workspace, &job.workspace_id));
    let mut place = named_place(cx, job, reference, &mut trail);
    trail.supported.extend(type_supported(question.declared.as_ref(), trail.asset_type.as_ref(), &question.reference.text));
    let extent = extent_of(question.declared.as_ref(), trail.asset_type.as_ref());
    trail.resolved.input_type = Some(match extent {
        Extent::File => "uri_file",
        Extent::Folder => "uri_folder",
    });
    trail.supported.extend(kind_unknown(reference, &place, &trail));
    let uploads = matches!(reference, InputReference::Local(_));
    let mut fits = None;
    let mut container: Vec<Proof> = Vec::new();
    if let Known::Known(place) = &mut place {
        place.target.extent = extent;
        place.target.origin = origin.clone();
        trail.resolved.store = Some(place.target.store);
        trail.resolved.account = Some(place.target.account_name.clone());
        trail.resolved.container = Some(place.target.container.clone()).filter(|_| place.target.store != StoreKind::AdlsGen1);
        trail.resolved.path = Some(place.target.path.clone());
        trail.supported.extend(place::store_supported(cx, place));
        if !uploads {
            trail.exists.extend(place::container_exists(cx, place));
            container.clone_from(&trail.exists);
            trail.exists.push(place::path_exists(cx, place));
            fits = Some(place::type_fits(cx, place, trail.asset_type.as_ref()));
        }
    }
    if trail.exists.is_empty() {
        let evidence = Evidence::new(EvidenceKind::Question, question.reference.text.as_str(), "it names data that is uploaded first");
        trail.exists.push(Proof::allowed(|| Leaf::new("what the reference names exists", evidence)));
    }
    if container.is_empty() {
        container.clone_from(&trail.exists);
    }
    Resolution {
        container: Proof::all(|| "the place to write to exists".to_owned(), container),
        resolved: trail.resolved,
        supported: Proof::all(|| "batch endpoints support the input".to_owned(), trail.supported),
        exists: Proof::all(|| "what the reference names exists".to_owned(), trail.exists),
        fits,
        place,
        uploads,
    }
}

fn named_place<'a>(cx: &Context<'a>, job: &JobView<'a>, reference: &InputReference, trail: &mut Trail) -> Known<Place<'a>> {
    match reference {
        InputReference::DataAsset { name, version, workspace } => {
            let foreign = match workspace_of(job, workspace.as_ref()) {
                Ok(scope) => scope,
                Err(missing) => return unknown(trail, "the workspace the reference names is the endpoint's", missing),
            };
            asset::asset_place(cx, job, &foreign, name.as_str(), version, trail)
        }
        InputReference::Datastore { name, path, workspace } => {
            let scope = match workspace_of(job, workspace.as_ref()) {
                Ok(scope) => scope,
                Err(missing) => return unknown(trail, "the workspace the reference names is the endpoint's", missing),
            };
            datastore_place(cx, job, &scope, name.as_str(), path, InputSource::Datastore, trail)
        }
        InputReference::Storage(url) => Known::Known(storage_place(cx, url, None)),
        InputReference::Local(_) => match cx.snapshot.default_datastore(&job.workspace_id) {
            Found::Here(store) => {
                let path = crate::model::StorePath::new("LocalUpload");
                datastore_place(cx, job, &job.workspace_id, store.id.name(), &path, InputSource::Datastore, trail)
            }
            Found::Absent(record) => {
                let claim = "the workspace has a default datastore to upload to";
                trail
                    .exists
                    .push(Proof::denied(|| Leaf::new(claim, Evidence::coverage(record, "no datastore of the workspace is the default"))));
                Known::Missing(Missing::open("no-default-datastore", "the workspace has no default datastore"))
            }
            Found::Missing(missing) => unknown(trail, "the workspace's default datastore is known", missing),
        },
        InputReference::RegistryAsset { registry, .. } => {
            let question = format!("who reads the storage of registry `{registry}` is not documented; copy the asset into the workspace");
            unknown(trail, "the registry's asset can be read", Missing::open("registry-asset", question))
        }
        InputReference::V1Dataset { name, .. } => v1_dataset(cx, job, name.as_str(), trail),
        InputReference::FileShare { account, share, .. } => {
            let text = format!("{account}/{share}");
            unsupported(
                trail,
                &text,
                "it is a file share; batch endpoints read Blob, Data Lake Gen1 and Gen2 only; copy the data to a container",
            )
        }
        InputReference::OneLake { host, .. } => {
            unsupported(trail, host, "it is OneLake; batch endpoints read Blob, Data Lake Gen1 and Gen2 only; copy the data to a container")
        }
        InputReference::OtherUrl { host, .. } => {
            let question = format!("`{host}` is no Azure storage endpoint; whether batch endpoints read other hosts is not documented");
            let missing = Missing::open("other-host", question);
            trail.supported.push(Proof::unknown(|| "the reference leads to an Azure store".to_owned(), &missing));
            unknown(trail, "what the URL names exists", missing)
        }
    }
}

/// An asset that was not found may be an MLTable, a datastore a file share: where the look-up is missing, so is what it
/// would have said of the kind. Of what is known not to exist nothing more is asked.
fn kind_unknown(reference: &InputReference, place: &Known<Place<'_>>, trail: &Trail) -> Option<Proof> {
    let missing = match (reference, place) {
        (
            InputReference::DataAsset { .. } | InputReference::Datastore { .. } | InputReference::RegistryAsset { .. },
            Known::Missing(missing),
        ) => missing,
        (
            InputReference::DataAsset { .. }
            | InputReference::Datastore { .. }
            | InputReference::RegistryAsset { .. }
            | InputReference::Storage(_)
            | InputReference::Local(_)
            | InputReference::V1Dataset { .. }
            | InputReference::FileShare { .. }
            | InputReference::OneLake { .. }
            | InputReference::OtherUrl { .. },
            Known::Known(_) | Known::Missing(_),
        ) => return None,
    };
    let open = trail.exists.iter().any(|proof| proof.verdict() == Verdict::Undetermined);
    let absent = trail.exists.iter().any(|proof| proof.verdict() == Verdict::Denied);
    (open && !absent).then(|| Proof::unknown(|| "batch endpoints read what the reference leads to".to_owned(), missing))
}

/// The look-up that would have led on is missing.
fn unknown<'a>(trail: &mut Trail, claim: &str, missing: Missing) -> Known<Place<'a>> {
    trail.exists.push(Proof::unknown(|| claim.to_owned(), &missing));
    Known::Missing(missing)
}

fn unsupported<'a>(trail: &mut Trail, what: &str, says: &str) -> Known<Place<'a>> {
    let evidence = Evidence::new(EvidenceKind::Question, what, says);
    trail.supported.push(Proof::denied(|| Leaf::new("batch endpoints support the kind of store", evidence)));
    Known::Missing(Missing::open("unsupported", says))
}

/// The workspace a reference names: the endpoint's own, or another by its ARM id.
fn workspace_of(job: &JobView<'_>, named: Option<&WorkspaceRef>) -> Result<Scope, Missing> {
    match named {
        None => Ok(job.workspace_id.clone()),
        Some(WorkspaceRef::Arm(scope)) => Ok(scope.clone()),
        Some(WorkspaceRef::Location { workspace, .. }) => {
            let guid = job.workspace.value().and_then(|record| record.workspace_id.as_deref());
            let same = job.workspace_id.name().eq_ignore_ascii_case(workspace.as_str())
                || guid.is_some_and(|guid| guid.eq_ignore_ascii_case(workspace.as_str()));
            if same {
                return Ok(job.workspace_id.clone());
            }
            let question = format!("`{workspace}` is not the endpoint's workspace; by region and name alone it cannot be found");
            Err(Missing::open("other-workspace", question))
        }
    }
}

/// Workspaces with a customer-managed key have no batch deployments. Source: "Secure batch endpoints", limitations.
fn workspace_supports(workspace: &Known<&Workspace>, id: &Scope) -> Proof {
    let claim = || "the workspace has no customer-managed key".to_owned();
    match workspace {
        Known::Known(record) if record.customer_managed_key => Proof::denied(|| {
            let says = "`encryption.status` is Enabled; batch deployments do not support workspaces with a customer-managed key";
            Leaf::new(claim(), Evidence::new(EvidenceKind::Resource, record.id.as_str(), says))
        }),
        Known::Known(record) => {
            Proof::allowed(|| Leaf::new(claim(), Evidence::new(EvidenceKind::Resource, record.id.as_str(), "none is enabled")))
        }
        Known::Missing(missing) => {
            let missing = if missing.what == crate::model::What::OpenQuestion {
                Missing::resource(id, &crate::model::Lookup::NotCollected)
            } else {
                missing.clone()
            };
            Proof::unknown(claim, &missing)
        }
    }
}

/// `uri_file` and `uri_folder` only. Source: "Create jobs and input data for batch endpoints".
fn type_supported(declared: Option<&DeclaredType>, asset: Option<&DataType>, text: &str) -> Option<Proof> {
    let claim = || "the type is one that batch endpoints read (uri_file, uri_folder)".to_owned();
    let denied = |says: String| Some(Proof::denied(|| Leaf::new(claim(), Evidence::new(EvidenceKind::Question, text, says))));
    let tables = "MLTable inputs are not supported by batch endpoints; register the folder as `uri_folder`";
    match (declared, asset) {
        (_, Some(DataType::MlTable)) => denied(format!("the asset is an MLTable: {tables}")),
        (Some(DeclaredType::MlTable), _) => denied(tables.to_owned()),
        (Some(DeclaredType::Other(other)), _) => denied(format!("type `{other}` is not supported by batch endpoints")),
        (_, Some(DataType::Other(other))) => {
            let question = format!("whether batch endpoints read data assets of type `{other}` is not documented");
            Some(Proof::unknown(claim, &Missing::open("asset-type", question)))
        }
        (Some(DeclaredType::UriFile | DeclaredType::UriFolder) | None, Some(DataType::UriFile | DataType::UriFolder) | None) => None,
    }
}

/// The declared type, else the asset's own, else `uri_folder`.
fn extent_of(declared: Option<&DeclaredType>, asset: Option<&DataType>) -> Extent {
    match (declared, asset) {
        (Some(DeclaredType::UriFile), _) => Extent::File,
        (Some(DeclaredType::UriFolder | DeclaredType::MlTable | DeclaredType::Other(_)), _) => Extent::Folder,
        (None, Some(DataType::UriFile)) => Extent::File,
        (None, Some(DataType::UriFolder | DataType::MlTable | DataType::Other(_)) | None) => Extent::Folder,
    }
}

fn v1_dataset<'a>(cx: &Context<'a>, job: &JobView<'a>, name: &str, trail: &mut Trail) -> Known<Place<'a>> {
    let claim = || "the endpoint still takes V1 datasets".to_owned();
    let endpoint: Option<&BatchEndpoint> = job.endpoint_id.as_ref().and_then(|id| match cx.snapshot.endpoint(id) {
        Found::Here(endpoint) => Some(endpoint),
        Found::Absent(_) | Found::Missing(_) => None,
    });
    let way_out = "register the data as a `uri_folder` data asset";
    let proof = match endpoint.and_then(|endpoint| Some((endpoint, endpoint.created_at?))) {
        Some((endpoint, created)) if created >= V1_DROPPED => Proof::denied(|| {
            let says = format!("`{name}` is a V1 dataset, which endpoints created since 2022-05-01 do not take; {way_out}");
            Leaf::new(claim(), Evidence::new(EvidenceKind::Resource, endpoint.id.as_str(), says))
        }),
        Some(_) | None => {
            let question = format!("only endpoints created before 2022-05-01 may still take V1 dataset `{name}`; {way_out}");
            Proof::unknown(claim, &Missing::open("v1-dataset", question))
        }
    };
    let open = proof.missing().into_iter().next();
    trail.supported.push(proof);
    let leads = || Missing::open("v1-dataset", format!("what V1 dataset `{name}` leads to is not part of the snapshot; {way_out}"));
    unknown(trail, "the V1 dataset exists", open.unwrap_or_else(leads))
}

/// The place a path in a datastore names; `None` for stores that batch endpoints do not read.
pub fn datastore_target<'a>(cx: &Context<'a>, job: &JobView<'a>, store: &'a Datastore, path: &StorePath) -> Option<Place<'a>> {
    place::place_of(cx, job, store, path, InputSource::Datastore)
}

/// Whether the container of a place exists; `None` where nothing says that it does not.
pub(super) fn container_exists(cx: &Context<'_>, place: &Place<'_>) -> Option<Proof> {
    place::container_exists(cx, place)
}

/// The data a storage URL names, asked about alone.
pub fn url_target<'a>(cx: &Context<'a>, url: &StorageUrl) -> DataTarget<'a> {
    DataTarget { by_url_alone: true, ..storage_place(cx, url, None).target }
}

/// Where a reference leads, with no job around it.
#[derive(Debug)]
pub struct Located<'a> {
    /// The data, asked about alone, or what is missing to know where it is.
    pub target: Known<DataTarget<'a>>,
    /// Folder or file, where the asset it leads through says so.
    pub extent: Option<Extent>,
    /// For the report.
    pub resolved: Resolved,
    /// Why it leads nowhere, where that is known: no such asset or datastore, or no store that has readers.
    pub refused: Option<Proof>,
}

/// Resolves a reference without a job. What it names is asked about as a URL would be: no row of the credential table.
pub fn locate<'a>(cx: &Context<'a>, workspace: &Scope, storage_suffix: &str, reference: &InputReference) -> Located<'a> {
    let job = JobView::of_workspace(cx, workspace, storage_suffix);
    let mut trail = Trail::default();
    let place = named_place(cx, &job, reference, &mut trail);
    let extent = match &trail.asset_type {
        Some(DataType::UriFile) => Some(Extent::File),
        Some(DataType::UriFolder | DataType::MlTable) => Some(Extent::Folder),
        Some(DataType::Other(_)) | None => None,
    };
    let target = match place {
        Known::Known(place) => Known::Known(DataTarget { by_url_alone: true, ..place.target }),
        Known::Missing(missing) => Known::Missing(missing),
    };
    if let Known::Known(target) = &target {
        trail.resolved.store = Some(target.store);
        trail.resolved.account = Some(target.account_name.clone());
        trail.resolved.container = Some(target.container.clone()).filter(|_| target.store != StoreKind::AdlsGen1);
        trail.resolved.path = Some(target.path.clone());
        trail.resolved.input_type = extent.map(|extent| match extent {
            Extent::File => "uri_file",
            Extent::Folder => "uri_folder",
        });
    }
    let refused = trail.supported.into_iter().chain(trail.exists).find(|proof| proof.verdict() == Verdict::Denied);
    Located { target, extent, resolved: trail.resolved, refused }
}
