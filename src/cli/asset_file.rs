//! The YAML of `az ml … create -f`: a deployment, compute, datastore or data asset, as the body its REST call would have.
//!
//! Only what decides access is taken over; a secret in the file is seen as "there is one" and goes no further.

use super::inputs_file::yaml_options;
use crate::model::redacted;
use serde_json::{Map, Value, json};

/// What a file describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AssetKind {
    /// `az ml datastore create`.
    Datastore,
    /// `az ml data create`.
    Data,
    /// `az ml compute create`.
    Compute,
    /// `az ml batch-deployment create`.
    Deployment,
}

impl AssetKind {
    /// For people.
    pub fn as_str(self) -> &'static str {
        match self {
            AssetKind::Datastore => "datastore",
            AssetKind::Data => "data asset",
            AssetKind::Compute => "compute",
            AssetKind::Deployment => "deployment",
        }
    }
}

/// A resource that is not deployed yet.
#[derive(Clone, Debug, PartialEq)]
pub struct AssetFile {
    /// What it is.
    pub kind: AssetKind,
    /// Its name.
    pub name: String,
    /// Of a deployment: its endpoint, where the file names it.
    pub endpoint: Option<String>,
    /// Of a data asset: its version, where the file names it.
    pub version: Option<String>,
    /// The body, without `id`.
    pub body: Value,
    /// Of a datastore that stores a SAS: the public part of the token.
    pub sas: Option<String>,
    /// Of a data asset: a local path, which would be uploaded to the default datastore.
    pub local: Option<String>,
}

/// Longest file that is read as one.
const LONGEST: usize = 4 * 1024 * 1024;

/// Reads a file.
///
/// # Errors
/// One sentence with the file's name; never any text that may be a secret.
pub fn parse_asset_file(kind: AssetKind, file: &str, text: &str) -> Result<AssetFile, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.len() > LONGEST {
        return Err(format!("{file}: longer than {} MiB, which no {} is", LONGEST / (1024 * 1024), kind.as_str()));
    }
    let root: Value = serde_saphyr::from_str_with_options(text, yaml_options()).map_err(|error| {
        let line = error.location().map(|at| format!(":{}", at.line())).unwrap_or_default();
        let message = error.without_snippet().to_string();
        redacted(&format!("{file}{line}: no valid YAML: {}", message.lines().next().unwrap_or_default()))
    })?;
    let Value::Object(keys) = root else {
        return Err(format!("{file}: expected the keys of a {}", kind.as_str()));
    };
    let file = File { name: file, keys: &keys };
    match kind {
        AssetKind::Datastore => file.datastore(),
        AssetKind::Data => file.data(),
        AssetKind::Compute => file.compute(),
        AssetKind::Deployment => file.deployment(),
    }
}

struct File<'a> {
    name: &'a str,
    keys: &'a Map<String, Value>,
}

/// A value as text: YAML reads `1` as a number where az takes it for a name.
fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

impl File<'_> {
    fn text(&self, key: &str) -> Option<String> {
        self.keys.get(key).and_then(as_text)
    }

    fn need(&self, key: &str) -> Result<String, String> {
        self.text(key).ok_or_else(|| format!("{}: `{key}` is missing or no text", self.name))
    }

    /// A name becomes part of an id.
    fn own_name(&self) -> Result<String, String> {
        let name = self.need("name")?;
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '<' | '>');
        if name.len() > 255 || !name.chars().all(plain) {
            return Err(format!("{}: `name` holds other characters than letters, digits, `-`, `_` and `.`", self.name));
        }
        Ok(name)
    }

    /// Some of the keys under the names that the REST API gives them.
    fn renamed(&self, names: &[(&str, &str)]) -> Map<String, Value> {
        let take = |(from, to): &(&str, &str)| Some(((*to).to_owned(), Value::String(self.text(from)?)));
        names.iter().filter_map(take).collect()
    }

    fn asset(&self, kind: AssetKind, name: String, body: Value) -> AssetFile {
        AssetFile { kind, name, endpoint: None, version: None, body, sas: None, local: None }
    }

    fn datastore(&self) -> Result<AssetFile, String> {
        let name = self.own_name()?;
        let kind = self.need("type")?;
        let rest_type = match kind.to_ascii_lowercase().replace('-', "_").as_str() {
            "azure_blob" => "AzureBlob",
            "azure_data_lake_gen2" => "AzureDataLakeGen2",
            "azure_data_lake_gen1" => "AzureDataLakeGen1",
            "azure_file" => "AzureFile",
            "one_lake" => "OneLake",
            _ => return Err(format!("{}: `type` is no kind of datastore", self.name)),
        };
        let mut properties = self.renamed(&[
            ("account_name", "accountName"),
            ("container_name", "containerName"),
            ("filesystem", "filesystem"),
            ("file_share_name", "fileShareName"),
            ("store_name", "storeName"),
            ("endpoint", "endpoint"),
            ("protocol", "protocol"),
        ]);
        for (needed, key) in [("AzureBlob", "container_name"), ("AzureDataLakeGen2", "filesystem"), ("AzureDataLakeGen1", "store_name")] {
            if rest_type == needed {
                self.need(key)?;
            }
        }
        let (credentials, sas) = self.credentials()?;
        properties.insert("datastoreType".to_owned(), rest_type.into());
        properties.insert("credentials".to_owned(), credentials);
        Ok(AssetFile { sas, ..self.asset(AssetKind::Datastore, name, json!({"properties": properties})) })
    }

    /// Which kind of credential is stored; of a SAS its public part.
    fn credentials(&self) -> Result<(Value, Option<String>), String> {
        let none = || (json!({"credentialsType": "None"}), None);
        let keys = match self.keys.get("credentials") {
            None | Some(Value::Null) => return Ok(none()),
            Some(Value::Object(keys)) => keys,
            Some(Value::String(_) | Value::Array(_) | Value::Number(_) | Value::Bool(_)) => {
                return Err(format!("{}: `credentials` must hold keys", self.name));
            }
        };
        let has = |key: &str| keys.contains_key(key);
        let of = |key: &str| keys.get(key).and_then(as_text);
        let principal = |kind: &str| {
            json!({"credentialsType": kind, "clientId": of("client_id"), "tenantId": of("tenant_id"),
                   "authorityUrl": of("authority_url"), "resourceUrl": of("resource_url"), "thumbprint": of("thumbprint")})
        };
        Ok(if has("account_key") {
            (json!({"credentialsType": "AccountKey"}), None)
        } else if has("sas_token") {
            (json!({"credentialsType": "Sas"}), of("sas_token").map(|token| without_signature(&token)))
        } else if has("client_secret") {
            (principal("ServicePrincipal"), None)
        } else if has("certificate") || has("thumbprint") {
            (principal("Certificate"), None)
        } else if keys.is_empty() {
            none()
        } else {
            return Err(format!(
                "{}: `credentials` is of no known kind: expected account_key, sas_token, client_secret or certificate",
                self.name
            ));
        })
    }

    fn data(&self) -> Result<AssetFile, String> {
        if self.keys.contains_key("trigger") || self.keys.contains_key("import_data") {
            return Err(format!("{}: this is a schedule of imports, no data asset", self.name));
        }
        let name = self.own_name()?;
        let path = self.need("path")?;
        let is_remote = path.contains("://") || path.starts_with("azureml:") || path.starts_with("/subscriptions/");
        let kind = self.text("type").unwrap_or_else(|| "uri_folder".to_owned());
        let uri = is_remote.then(|| path.clone());
        let body = json!({"properties": {"dataType": kind, "dataUri": uri, "isArchived": false}});
        let local = (!is_remote).then_some(path);
        Ok(AssetFile { version: self.text("version"), local, ..self.asset(AssetKind::Data, name, body) })
    }

    fn compute(&self) -> Result<AssetFile, String> {
        let name = self.own_name()?;
        let kind = self.need("type")?;
        let rest_type = match kind.to_ascii_lowercase().as_str() {
            "amlcompute" => "AmlCompute".to_owned(),
            "computeinstance" => "ComputeInstance".to_owned(),
            "kubernetes" => "Kubernetes".to_owned(),
            "virtualmachine" => "VirtualMachine".to_owned(),
            "synapsespark" => "SynapseSpark".to_owned(),
            _ => kind,
        };
        let mut inner = Map::new();
        if let Some(settings) = self.keys.get("network_settings").and_then(Value::as_object) {
            let (network, subnet) = (settings.get("vnet_name").and_then(as_text), settings.get("subnet").and_then(as_text));
            if let Some(subnet) = subnet {
                inner.insert("subnet".to_owned(), json!({"id": subnet, "virtualNetwork": network}));
            }
        }
        if let Some(public) = self.keys.get("enable_node_public_ip").and_then(Value::as_bool) {
            inner.insert("enableNodePublicIp".to_owned(), public.into());
        }
        let mut properties = json!({"computeType": rest_type, "provisioningState": "Succeeded", "properties": inner});
        if let (Some(id), Some(fields)) = (self.text("resource_id"), properties.as_object_mut()) {
            fields.insert("resourceId".to_owned(), id.into());
        }
        let mut body = json!({"properties": properties, "identity": self.identity()?});
        if let (Some(location), Some(fields)) = (self.text("location"), body.as_object_mut()) {
            fields.insert("location".to_owned(), location.into());
        }
        Ok(self.asset(AssetKind::Compute, name, body))
    }

    fn identity(&self) -> Result<Value, String> {
        let keys = match self.keys.get("identity") {
            None | Some(Value::Null) => return Ok(json!({"type": "None"})),
            Some(Value::Object(keys)) => keys,
            Some(Value::String(_) | Value::Array(_) | Value::Number(_) | Value::Bool(_)) => {
                return Err(format!("{}: `identity` must hold keys", self.name));
            }
        };
        let kind = keys.get("type").and_then(as_text).unwrap_or_default().to_ascii_lowercase().replace('_', "");
        Ok(match kind.as_str() {
            "systemassigned" => json!({"type": "SystemAssigned"}),
            "userassigned" => {
                let listed = keys.get("user_assigned_identities").and_then(Value::as_array);
                let id = |item: &Value| as_text(item).or_else(|| item.get("resource_id").and_then(as_text));
                let ids: Map<String, Value> = listed.into_iter().flatten().filter_map(id).map(|id| (id, json!({}))).collect();
                json!({"type": "UserAssigned", "userAssignedIdentities": ids})
            }
            "none" | "" => json!({"type": "None"}),
            _ => return Err(format!("{}: `identity.type` must be system_assigned or user_assigned", self.name)),
        })
    }

    fn deployment(&self) -> Result<AssetFile, String> {
        let name = self.own_name()?;
        let settings = self.keys.get("settings").and_then(Value::as_object);
        let of_settings = |key: &str| settings.and_then(|settings| settings.get(key));
        let compute = self.text("compute").or_else(|| of_settings("default_compute").and_then(as_text));
        let mut properties = Map::new();
        if let Some(compute) = compute {
            properties.insert("compute".to_owned(), compute.into());
        }
        if let Some(threshold) = self.keys.get("error_threshold").or_else(|| of_settings("error_threshold")).and_then(Value::as_i64) {
            properties.insert("errorThreshold".to_owned(), threshold.into());
        }
        let is_pipeline = self.text("type").is_some_and(|kind| kind.eq_ignore_ascii_case("pipeline"));
        if is_pipeline || self.keys.contains_key("component") || self.keys.contains_key("job_definition") {
            // Only a component that is registered can be looked up; one in a file beside this is not read.
            let registered = self.text("component").filter(|component| component.starts_with("azureml:"));
            let configuration = json!({"deploymentConfigurationType": "PipelineComponent", "componentId": registered});
            properties.insert("deploymentConfiguration".to_owned(), configuration);
        }
        let endpoint = self.text("endpoint_name");
        Ok(AssetFile { endpoint, ..self.asset(AssetKind::Deployment, name, json!({"properties": properties})) })
    }
}

/// A token without `?` and without its signature.
fn without_signature(token: &str) -> String {
    let query = token.trim().trim_start_matches('?');
    let kept = query.split('&').filter(|pair| !pair.to_ascii_lowercase().trim_start().starts_with("sig="));
    kept.collect::<Vec<_>>().join("&")
}
