//! A data asset's version, and where its `dataUri` leads.

use super::place::{datastore_place, storage_place};
use super::{Place, Trail, unknown, workspace_of};
use crate::eval::{Context, Evidence, EvidenceKind, JobView, Judgement, Leaf, Proof};
use crate::model::{
    AssetVersion, DataVersion, Found, InputReference, InputSource, Known, Lookup, Missing, ReferenceContext, ReferenceOrigin, Scope, What,
};

/// Finds the version and follows its `dataUri`. The row is the asset's, also when the URI is a URL.
pub(super) fn asset_place<'a>(
    cx: &Context<'a>,
    job: &JobView<'a>,
    workspace: &Scope,
    name: &str,
    version: &AssetVersion,
    trail: &mut Trail,
) -> Known<Place<'a>> {
    let asset = workspace.join(&format!("data/{name}"));
    let found = match version {
        AssetVersion::Version(version) => cx.snapshot.data_version(&asset.join(&format!("versions/{version}"))),
        AssetVersion::Label(label) => labelled(cx, &asset, label),
    };
    let label = match version {
        AssetVersion::Version(version) => format!("data asset `{name}` version `{version}` exists"),
        AssetVersion::Label(label) => format!("data asset `{name}` has a version labelled `{label}`"),
    };
    let version = match found {
        Found::Here(version) => version,
        Found::Absent(record) => {
            let evidence = Evidence::coverage(record, format!("no record bears it among the data of {workspace}"));
            trail.exists.push(Proof::denied(|| Leaf::new(label, evidence)));
            return Known::Missing(Missing::open("does-not-exist", "the data asset does not exist"));
        }
        Found::Missing(missing) => return unknown(trail, &label, missing),
    };
    let says = format!("it leads to {}", version.data_uri.as_deref().map_or_else(|| "nothing".to_owned(), crate::model::redacted));
    trail.exists.push(Proof::allowed(|| Leaf::new(label, Evidence::new(EvidenceKind::Resource, version.id.as_str(), says))));
    trail.resolved.data_asset = Some(version.id.clone());
    let of_asset = || cx.snapshot.facts().data_assets.get(&asset).and_then(|asset| asset.data_type.clone());
    trail.asset_type = version.data_type.clone().or_else(of_asset);
    follow(cx, job, workspace, version, trail)
}

/// `workspace` is that of the asset: a `dataUri` that names none speaks of its own.
fn follow<'a>(cx: &Context<'a>, job: &JobView<'a>, workspace: &Scope, version: &DataVersion, trail: &mut Trail) -> Known<Place<'a>> {
    let claim = "the asset's `dataUri` leads to a datastore or a store";
    let open = |question: String| Missing::open("data-uri", question);
    let Some(uri) = version.data_uri.as_deref().filter(|uri| !uri.is_empty()) else {
        return unknown(trail, claim, open(format!("version `{}` has no `dataUri`", version.version)));
    };
    let context = ReferenceContext {
        workspace: Some(workspace),
        storage_suffix: &job.storage_suffix,
        ..ReferenceContext::new(ReferenceOrigin::Service)
    };
    match InputReference::parse(uri, &context).outcome {
        Ok(InputReference::Datastore { name, path, workspace: None }) => {
            datastore_place(cx, job, workspace, name.as_str(), &path, InputSource::DataAsset, trail)
        }
        Ok(InputReference::Datastore { name, path, workspace: Some(named) }) => match workspace_of(job, Some(&named)) {
            Ok(scope) => datastore_place(cx, job, &scope, name.as_str(), &path, InputSource::DataAsset, trail),
            Err(missing) => unknown(trail, claim, missing),
        },
        Ok(InputReference::Storage(url)) => Known::Known(storage_place(cx, &url, Some(InputSource::DataAsset))),
        Ok(InputReference::FileShare { .. } | InputReference::OneLake { .. }) => {
            super::unsupported(trail, uri, "the asset leads to a file share or OneLake, which batch endpoints do not read")
        }
        Ok(
            InputReference::DataAsset { .. }
            | InputReference::RegistryAsset { .. }
            | InputReference::V1Dataset { .. }
            | InputReference::OtherUrl { .. }
            | InputReference::Local(_),
        ) => unknown(trail, claim, open(format!("`{}` is neither a datastore path nor a storage URL", crate::model::redacted(uri)))),
        Err(refusal) => unknown(trail, claim, open(format!("its `dataUri` cannot be read: {}", refusal.reason))),
    }
}

/// The version a label names. `latest` is the container's `latestVersion`, as the client asks for it, else the version that
/// was created last; both need all versions known.
fn labelled<'a>(cx: &Context<'a>, asset: &Scope, label: &str) -> Found<'a, DataVersion> {
    let facts = cx.snapshot.facts();
    let (versions, lookup) = cx.snapshot.versions_of(asset);
    let by_label = versions.iter().find(|version| version.labels.iter().any(|own| own == label));
    if let Some(version) = by_label {
        return Found::Here(version);
    }
    let latest = label.eq_ignore_ascii_case("latest");
    // The asset itself may say which version is the latest: where asking it failed, the versions alone do not decide.
    let own = cx.snapshot.resource_lookup(asset);
    if let (true, Lookup::Gap(_)) = (latest && !facts.data_assets.contains_key(asset), own) {
        return Found::Missing(Missing::resource(asset, &own));
    }
    let container = facts.data_assets.get(asset).and_then(|asset| asset.latest_version.as_deref());
    if let Some(version) = container.filter(|_| latest) {
        return cx.snapshot.data_version(&asset.join(&format!("versions/{version}")));
    }
    if !lookup.is_complete() {
        return Found::Missing(Missing::new(What::Data, asset.as_str(), &lookup));
    }
    let newest = if latest { versions.into_iter().filter(|version| !version.is_archived).max_by(newer) } else { None };
    match (newest, lookup) {
        (Some(version), _) => Found::Here(version),
        (None, Lookup::Complete(record)) => Found::Absent(record),
        (None, lookup @ (Lookup::Gap(_) | Lookup::NotCollected)) => Found::Missing(Missing::new(What::Data, asset.as_str(), &lookup)),
    }
}

/// Later creation is newer; without dates the greater number, then the greater text.
fn newer(one: &&DataVersion, other: &&DataVersion) -> std::cmp::Ordering {
    let number = |version: &DataVersion| version.version.parse::<u64>().ok();
    let dates = match (one.created_at, other.created_at) {
        (Some(one), Some(other)) => one.cmp(&other),
        (Some(_), None) | (None, Some(_) | None) => std::cmp::Ordering::Equal,
    };
    dates.then_with(|| number(one).cmp(&number(other))).then_with(|| one.version.cmp(&other.version))
}
