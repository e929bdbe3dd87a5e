//! Other ways to write the input, and the endpoint's default deployment.

use super::{Change, Scene, Unmet};
use crate::model::{Found, InputReference, Known, StoreKind};
use std::collections::BTreeSet;

/// Most spellings that are tried.
const MOST: usize = 5;

/// What the client's note proposes; the `dfs` spelling of data that is on a hierarchical namespace.
pub(super) fn other(scene: &Scene<'_>, unmet: Unmet<'_>) -> Vec<BTreeSet<Change>> {
    let Some(data) = unmet.data else {
        return Vec::new();
    };
    let Some(asked) = scene.question.inputs.iter().find(|input| input.name == data.name) else {
        return Vec::new();
    };
    let mut texts: Vec<String> = asked.reference.client.iter().filter_map(|note| note.instead.clone()).collect();
    texts.extend(by_dfs(scene, unmet));
    if let Ok(InputReference::DataAsset { .. }) = &asked.reference.outcome {
        texts.extend(other_versions(scene, &asked.reference.text));
    }
    texts.truncate(MOST);
    let change = |to: String| BTreeSet::from([Change::Respell { input: data.name.clone(), to }]);
    texts.into_iter().filter(|text| *text != asked.reference.text).map(change).collect()
}

/// Where only ACLs grant, a Blob URL leaves open what the `dfs` one settles.
fn by_dfs(scene: &Scene<'_>, unmet: Unmet<'_>) -> Option<String> {
    let data = unmet.data?;
    let target = scene.target(data).filter(|target| target.store == StoreKind::Blob)?;
    let hns = matches!(&target.account, Known::Known(account) if account.is_hns_enabled);
    let by_url = data.resolved.datastore.is_none() && data.resolved.data_asset.is_none();
    let path = target.path.as_str();
    (hns && by_url).then(|| format!("https://{}.dfs.{}/{}/{path}", target.account_name, scene.question.storage_suffix, target.container))
}

/// The versions there are of an asset, newest name first.
fn other_versions(scene: &Scene<'_>, text: &str) -> Vec<String> {
    let name = text.trim_start_matches("azureml:").trim_start_matches('/').split([':', '@']).next().unwrap_or_default();
    if name.is_empty() || name.contains('/') {
        return Vec::new();
    }
    let asset = scene.view.workspace_id.join(&format!("data/{name}"));
    let (versions, _) = scene.cx.snapshot.versions_of(&asset);
    let live = versions.into_iter().rev().filter(|version| !version.is_archived);
    live.map(|version| format!("azureml:{name}:{}", version.version)).collect()
}

/// Each deployment of an endpoint that has no default one.
pub(super) fn default_deployment(scene: &Scene<'_>) -> Vec<BTreeSet<Change>> {
    let Some(id) = scene.view.endpoint_id.as_ref().filter(|_| scene.view.deployment_id.is_none()) else {
        return Vec::new();
    };
    let Found::Here(endpoint) = scene.cx.snapshot.endpoint(id) else {
        return Vec::new();
    };
    let own = scene.cx.snapshot.facts().deployments.keys().filter(|deployment| endpoint.id.contains(deployment));
    own.take(MOST)
        .map(|deployment| {
            BTreeSet::from([Change::DefaultDeployment { endpoint: endpoint.id.clone(), deployment: deployment.name().to_owned() }])
        })
        .collect()
}
