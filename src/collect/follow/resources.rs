//! What each kind of resource leads to.

use super::lookups::{compute, kind_of, network, principals};
use super::{Follow, Place};
use crate::collect::arm::{private_endpoint, text};
use crate::collect::plan::{ListOf, ProbePlace, Target, Want};
use crate::model::{InputReference, ReferenceContext, ReferenceOrigin, Scope, StorePath};
use serde_json::Value;

impl Follow<'_> {
    /// A resource came.
    pub(super) fn resource(&mut self, want: &Want, body: &Value) -> Vec<Want> {
        let id = Scope::new(text(body, "/id"));
        if id.is_root() {
            return Vec::new();
        }
        let kind = kind_of(&id);
        match kind.as_str() {
            "workspaces" => self.workspace(&id, body),
            "workspaces/computes" => {
                self.listed.insert(id.clone(), body.clone());
                if self.plan.whole || self.relevant.contains(&id) { compute(body) } else { Vec::new() }
            }
            "workspaces/batchendpoints" => self.endpoint(&id, body),
            "workspaces/batchendpoints/deployments" => self.deployment(want, &id, body),
            "workspaces/datastores" => {
                self.listed.insert(id.clone(), body.clone());
                // Of a list that was asked for the default one, only that and what the question names matter.
                let is_default = body.pointer("/properties/isDefault").and_then(Value::as_bool) == Some(true);
                let by_list = matches!(want, Want::List(ListOf::DefaultDatastore, _));
                if by_list && !is_default && !self.datastore_paths.contains_key(&id) { Vec::new() } else { self.datastore(&id, body) }
            }
            "workspaces/data" => self.asset(want, &id, body),
            "workspaces/data/versions" => {
                self.listed.insert(id.clone(), body.clone());
                if self.plan.whole || self.relevant.contains(&id) { self.version(body) } else { Vec::new() }
            }
            "storageaccounts" => self.storage_account(&id, body),
            // Its subnet decides nothing; the network tells what it is peered with.
            "privateendpoints" => network(text(body, "/properties/subnet/id")).into_iter().skip(1).collect(),
            _ => Vec::new(),
        }
    }

    pub(super) fn workspace(&mut self, id: &Scope, body: &Value) -> Vec<Want> {
        let mut wants = Vec::new();
        if self.plan.workspace.as_ref() != Some(id) {
            return wants;
        }
        let account = Scope::new(text(body, "/properties/storageAccount"));
        wants.extend(self.account_id(&account));
        wants.extend(principals(body));
        let isolation = text(body, "/properties/managedNetwork/isolationMode");
        if !isolation.is_empty() && !isolation.eq_ignore_ascii_case("Disabled") {
            wants.push(Want::List(ListOf::OutboundRules, id.clone()));
        }
        wants
    }

    pub(super) fn endpoint(&mut self, id: &Scope, body: &Value) -> Vec<Want> {
        self.endpoints.insert(id.clone());
        if self.plan.whole {
            return vec![Want::List(ListOf::Deployments, id.clone())];
        }
        let named = self.plan.targets.iter().any(|target| {
            let Target::Endpoint { name, deployment } = target else {
                return false;
            };
            deployment.is_some() && id.name().eq_ignore_ascii_case(name)
        });
        let name = text(body, "/properties/defaults/deploymentName");
        if named || name.is_empty() {
            return Vec::new();
        }
        let deployment = id.join(&format!("deployments/{name}"));
        self.relevant.insert(deployment.clone());
        let listed = self.finished_lists.contains(&(ListOf::Deployments, id.clone()));
        match self.listed.get(&deployment).cloned() {
            Some(body) => self.deployed(&deployment, &body),
            None if listed => vec![Want::Resource(deployment)],
            None => Vec::new(),
        }
    }

    /// Of a list only the default deployment matters.
    pub(super) fn deployment(&mut self, want: &Want, id: &Scope, body: &Value) -> Vec<Want> {
        self.listed.insert(id.clone(), body.clone());
        let by_name = matches!(want, Want::Resource(_));
        if by_name || self.plan.whole || self.relevant.contains(id) { self.deployed(id, body) } else { Vec::new() }
    }

    pub(super) fn deployed(&mut self, id: &Scope, body: &Value) -> Vec<Want> {
        let mut wants = Vec::new();
        let named = [
            "/properties/compute",
            "/properties/deploymentConfiguration/settings/default_compute",
            "/properties/deploymentConfiguration/settings/defaultCompute",
        ];
        let name = named.iter().map(|pointer| text(body, pointer)).find(|name| !name.is_empty()).unwrap_or_default();
        let name = name.strip_prefix("azureml:").unwrap_or(name);
        if let Some(workspace) = id.cut_after("workspaces").filter(|_| !name.is_empty()) {
            let compute_id = if name.starts_with('/') { Scope::new(name) } else { workspace.join(&format!("computes/{name}")) };
            self.relevant.insert(compute_id.clone());
            match self.listed.get(&compute_id) {
                Some(body) => wants.extend(compute(body)),
                None if self.finished_lists.contains(&(ListOf::Computes, workspace)) => wants.push(Want::Resource(compute_id)),
                None if self.plan.targets.is_empty() && !self.plan.whole => wants.push(Want::Resource(compute_id)),
                None => {}
            }
        }
        let component = Scope::new(text(body, "/properties/deploymentConfiguration/componentId/assetId"));
        if component.segment_after("workspaces").is_some() && component.segment_after("versions").is_some() {
            wants.push(Want::Resource(component));
        }
        wants
    }

    pub(super) fn datastore(&mut self, id: &Scope, body: &Value) -> Vec<Want> {
        let property = |name: &str| text(body, &format!("/properties/{name}"));
        let container = match property("datastoreType") {
            "AzureBlob" => property("containerName"),
            "AzureDataLakeGen2" => property("filesystem"),
            _ => return Vec::new(),
        };
        let account = property("accountName").to_owned();
        let mut wants = Vec::new();
        let (subscription, group) = (property("subscriptionId"), property("resourceGroup"));
        if !subscription.is_empty() && !group.is_empty() {
            let scope =
                format!("/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Storage/storageAccounts/{account}");
            wants.extend(self.account_id(&Scope::new(&scope)));
        }
        if property("datastoreType") == "AzureDataLakeGen2" {
            wants.extend(self.kind(&account.to_lowercase(), true, false));
        }
        let root = Place { container: container.to_owned(), path: StorePath::root(), descend: false };
        wants.extend(self.place(&account, root));
        let mut probes = Vec::new();
        for (path, is_file) in self.datastore_paths.remove(id).unwrap_or_default() {
            wants.extend(self.place(&account, Place { container: container.to_owned(), path: path.clone(), descend: true }));
            let (account, container) = (account.to_lowercase(), container.to_owned());
            probes.extend(self.plan.probe.then_some(ProbePlace { account, container, path, is_file }));
        }
        match text(body, "/properties/credentials/credentialsType") {
            // The fields of a SAS decide; a key decides nothing by itself, but may be tried.
            kind @ ("Sas" | "AccountKey") => {
                let first = self.secrets_asked.insert(id.clone());
                let decides = !probes.is_empty() || (kind == "Sas" && first);
                wants.extend(decides.then(|| Want::Secrets { datastore: id.clone(), probes }));
            }
            "ServicePrincipal" | "Certificate" => {
                let client = text(body, "/properties/credentials/clientId");
                wants.extend((!client.is_empty()).then(|| Want::Application(client.to_owned())));
            }
            _ => {}
        }
        wants
    }

    pub(super) fn asset(&mut self, want: &Want, id: &Scope, body: &Value) -> Vec<Want> {
        self.assets.insert(id.clone());
        if self.plan.whole {
            return vec![Want::List(ListOf::Versions, id.clone())];
        }
        let latest = text(body, "/properties/latestVersion");
        if !matches!(want, Want::Resource(_)) || latest.is_empty() {
            return Vec::new();
        }
        let version = id.join(&format!("versions/{latest}"));
        self.relevant.insert(version.clone());
        match self.listed.get(&version).cloned() {
            Some(body) => self.version(&body),
            None if self.finished_lists.contains(&(ListOf::Versions, id.clone())) => vec![Want::Resource(version)],
            None => Vec::new(),
        }
    }

    /// Where no asset says which version is the latest, a label may mean the one made last or the one of the highest number.
    pub(super) fn unlabelled(&mut self, asset: &Scope) -> Vec<Want> {
        let is_told = self.assets.contains(asset) || !self.answered_assets.contains(asset);
        if is_told || !self.finished_lists.contains(&(ListOf::Versions, asset.clone())) {
            return Vec::new();
        }
        let versions = || self.listed.iter().filter(|(id, _)| asset.contains(id) && id.segment_after("versions").is_some());
        let last = versions().max_by_key(|(_, body)| text(body, "/systemData/createdAt").to_owned());
        let highest = versions().max_by_key(|(id, _)| id.name().parse::<u64>().ok());
        let bodies: Vec<Value> = last.into_iter().chain(highest).map(|(_, body)| body.clone()).collect();
        bodies.iter().flat_map(|body| self.version(body)).collect()
    }

    pub(super) fn version(&mut self, body: &Value) -> Vec<Want> {
        let uri = text(body, "/properties/dataUri").to_owned();
        let suffix = self.storage_suffix.clone();
        let workspace = self.plan.workspace.clone();
        let context =
            ReferenceContext { workspace: workspace.as_ref(), storage_suffix: &suffix, ..ReferenceContext::new(ReferenceOrigin::Service) };
        match InputReference::parse(&uri, &context).outcome {
            Ok(reference @ (InputReference::Datastore { .. } | InputReference::Storage(_))) => {
                let is_file = text(body, "/properties/dataType").eq_ignore_ascii_case("uri_file");
                self.reference(&reference, is_file)
            }
            Ok(_) | Err(_) => Vec::new(),
        }
    }

    pub(super) fn storage_account(&mut self, id: &Scope, body: &Value) -> Vec<Want> {
        let mut wants = self.account_id(id);
        let hierarchical = body.pointer("/properties/isHnsEnabled").and_then(Value::as_bool).unwrap_or(false);
        let connections = body.pointer("/properties/privateEndpointConnections").and_then(Value::as_array);
        wants.extend(connections.into_iter().flatten().filter_map(private_endpoint).map(Want::Resource));
        wants.extend(self.kind(&id.name().to_lowercase(), hierarchical, true));
        wants
    }
}
