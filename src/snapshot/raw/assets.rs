//! Datastores, data assets and components of Azure Machine Learning.

use super::{Flaw, Lenient, When, filled};
use crate::model::*;
use serde::Deserialize;
use std::collections::BTreeMap;

/// `systemData`.
#[derive(Deserialize, Default)]
#[serde(expecting = "an object", rename_all = "camelCase")]
struct SystemData {
    created_at: Option<When>,
    last_modified_at: Option<When>,
}

/// A datastore.
#[derive(Deserialize)]
#[serde(expecting = "an object", rename_all = "camelCase")]
pub(in crate::snapshot) struct RawDatastore {
    properties: Option<DatastoreProperties>,
    system_data: Option<SystemData>,
}
#[derive(Deserialize, Default)]
#[serde(expecting = "an object", rename_all = "camelCase")]
struct DatastoreProperties {
    /// The preview of 2021 has everything but `isDefault` in here.
    contents: Option<Box<DatastoreProperties>>,
    #[serde(alias = "contentsType")]
    datastore_type: Option<String>,
    is_default: Option<bool>,
    account_name: Option<String>,
    container_name: Option<String>,
    #[serde(alias = "fileSystem")]
    filesystem: Option<String>,
    store_name: Option<String>,
    file_share_name: Option<String>,
    endpoint: Option<String>,
    protocol: Option<String>,
    subscription_id: Option<String>,
    resource_group: Option<String>,
    credentials: Option<RawCredentials>,
}
#[derive(Deserialize)]
#[serde(expecting = "an object", rename_all = "camelCase")]
struct RawCredentials {
    credentials_type: Option<String>,
    client_id: Option<String>,
    tenant_id: Option<String>,
    authority_url: Option<String>,
    resource_url: Option<String>,
    thumbprint: Option<String>,
}

fn credential(raw: Option<RawCredentials>) -> CredentialSource {
    let Some(raw) = raw else {
        return CredentialSource::None;
    };
    let kind = raw.credentials_type.unwrap_or_default();
    let (client_id, tenant_id) = (filled(raw.client_id).map(|id| AppId::new(&id)), filled(raw.tenant_id).map(|id| TenantId::new(&id)));
    match kind.to_ascii_lowercase().as_str() {
        "" | "none" => CredentialSource::None,
        "accountkey" => CredentialSource::AccountKey,
        "sas" => CredentialSource::Sas,
        "serviceprincipal" => {
            let (authority_url, resource_url) = (filled(raw.authority_url), filled(raw.resource_url));
            CredentialSource::ServicePrincipal { client_id, tenant_id, authority_url, resource_url }
        }
        "certificate" => CredentialSource::Certificate { client_id, tenant_id, thumbprint: filled(raw.thumbprint) },
        _ => CredentialSource::Other(kind),
    }
}

impl RawDatastore {
    pub(in crate::snapshot) fn valid(self, id: Scope) -> Datastore {
        let mut own = self.properties.unwrap_or_default();
        let is_default = own.is_default.unwrap_or(false);
        if let Some(contents) = own.contents.take() {
            own = *contents;
        }
        let account = filled(own.account_name).map(|name| name.to_lowercase());
        let kind = own.datastore_type.unwrap_or_default();
        let target = match (kind.to_ascii_lowercase().as_str(), account, filled(own.container_name), filled(own.filesystem)) {
            ("azureblob", Some(account), Some(container), _) => DatastoreTarget::Blob { account, container },
            ("azuredatalakegen2", Some(account), _, Some(filesystem)) => DatastoreTarget::AdlsGen2 { account, filesystem },
            ("azuredatalakegen1", ..) if own.store_name.is_some() => {
                DatastoreTarget::AdlsGen1 { store: own.store_name.unwrap_or_default().to_lowercase() }
            }
            ("azurefile", account, ..) => DatastoreTarget::File { account, share: filled(own.file_share_name) },
            ("onelake", ..) => DatastoreTarget::OneLake,
            _ => DatastoreTarget::Other(kind),
        };
        Datastore {
            id,
            target,
            credential: credential(own.credentials),
            is_default,
            endpoint: filled(own.endpoint),
            protocol: filled(own.protocol),
            subscription_id: filled(own.subscription_id).map(|id| SubscriptionId::new(&id)),
            resource_group: filled(own.resource_group),
            last_modified_at: self.system_data.and_then(|data| When::of(data.last_modified_at)),
        }
    }
}

/// A data asset or a version of one.
#[derive(Deserialize)]
#[serde(expecting = "an object", rename_all = "camelCase")]
pub(in crate::snapshot) struct RawData {
    properties: Option<DataProperties>,
    system_data: Option<SystemData>,
}
#[derive(Deserialize, Default)]
#[serde(expecting = "an object", rename_all = "camelCase")]
struct DataProperties {
    data_type: Option<String>,
    data_uri: Option<String>,
    latest_version: Option<String>,
    is_archived: Option<bool>,
    aliases: Option<Vec<String>>,
    labels: Option<Vec<String>>,
}

fn data_type(text: Option<String>) -> Option<DataType> {
    filled(text).map(|text| match text.replace('_', "").to_ascii_lowercase().as_str() {
        "urifile" => DataType::UriFile,
        "urifolder" => DataType::UriFolder,
        "mltable" => DataType::MlTable,
        _ => DataType::Other(text),
    })
}

impl RawData {
    pub(in crate::snapshot) fn asset(self, id: Scope) -> DataAsset {
        let own = self.properties.unwrap_or_default();
        DataAsset { id, data_type: data_type(own.data_type), latest_version: filled(own.latest_version) }
    }

    pub(in crate::snapshot) fn version(self, id: Scope) -> DataVersion {
        let own = self.properties.unwrap_or_default();
        let mut labels = own.labels.unwrap_or_default();
        labels.extend(own.aliases.unwrap_or_default());
        DataVersion {
            asset: Folded::new(id.segment_after("data").unwrap_or_default()),
            version: id.name().to_owned(),
            data_type: data_type(own.data_type),
            data_uri: filled(own.data_uri),
            is_archived: own.is_archived.unwrap_or(false),
            labels,
            created_at: self.system_data.and_then(|data| When::of(data.created_at)),
            id,
        }
    }
}

/// A component version.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
pub(in crate::snapshot) struct RawComponent {
    properties: Option<ComponentProperties>,
}
#[derive(Deserialize)]
#[serde(expecting = "an object", rename_all = "camelCase")]
struct ComponentProperties {
    component_spec: Option<ComponentSpec>,
}
#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct ComponentSpec {
    jobs: Option<BTreeMap<String, Step>>,
}
#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Step {
    compute: Option<StepCompute>,
    identity: Option<StepIdentity>,
}
/// A name, or in pipelines of the service itself an object with `target`.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a string or an object")]
enum StepCompute {
    Name(String),
    Target { target: Option<String> },
}
#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct StepIdentity {
    #[serde(rename = "type", alias = "identityType")]
    kind: Option<Lenient>,
}

impl RawComponent {
    pub(in crate::snapshot) fn valid(self, id: Scope) -> Result<ComponentVersion, Flaw> {
        let steps = self.properties.and_then(|own| own.component_spec).and_then(|spec| spec.jobs).unwrap_or_default();
        let mut version = ComponentVersion { id, step_computes: Vec::new(), user_identity_steps: Vec::new() };
        for (name, step) in steps {
            let kind = step.identity.and_then(|identity| identity.kind).and_then(|kind| kind.0).unwrap_or_default();
            if matches!(kind.replace('_', "").to_ascii_lowercase().as_str(), "useridentity" | "user") {
                version.user_identity_steps.push(name.clone());
            }
            let compute = step.compute.and_then(|compute| match compute {
                StepCompute::Name(name) => Some(name),
                StepCompute::Target { target } => target,
            });
            if let Some(compute) = filled(compute) {
                version.step_computes.push((name, compute.strip_prefix("azureml:").map(str::to_owned).unwrap_or(compute)));
            }
        }
        Ok(version)
    }
}
