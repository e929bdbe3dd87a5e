//! A job's own record, as Azure Resource Manager or `az ml job show` gives it: what ran, on what, for whom, and what it read.

use crate::model::Scope;
use serde_json::{Map, Value};

/// Data of a job: its name, its reference, and its type in the words of the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobRecordData {
    /// Name of the input or output.
    pub name: String,
    /// Its reference; it may bear a secret.
    pub uri: String,
    /// Its type.
    pub kind: Option<String>,
}

/// What a job's record says, as far as an explanation needs it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobRecord {
    /// Its name.
    pub name: String,
    /// `status`.
    pub status: Option<String>,
    /// Batch endpoint.
    pub endpoint: Option<String>,
    /// Deployment.
    pub deployment: Option<String>,
    /// Compute: an ARM id or a name.
    pub compute: Option<String>,
    /// Whoever made it: a name, or an application's id.
    pub created_by: Option<String>,
    /// Inputs that are data.
    pub inputs: Vec<JobRecordData>,
    /// Outputs with a place of their own.
    pub outputs: Vec<JobRecordData>,
}

impl JobRecord {
    /// Reads the body of `GET …/jobs/NAME`, a batch endpoint's answer to an invocation, or what `az ml job show -o json` prints;
    /// `None` for what is no job. What the record does not say stays unknown.
    ///
    /// ```
    /// let body = serde_json::json!({"id": "/subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/w/jobs/j",
    ///     "properties": {"status": "Failed", "properties": {"azureml.endpointname": "scoring"}}});
    /// let record = canread::explain::JobRecord::read(&body).unwrap();
    /// assert_eq!((record.name.as_str(), record.endpoint.as_deref()), ("j", Some("scoring")));
    /// ```
    pub fn read(body: &Value) -> Option<Self> {
        let id = Scope::new(body.get("id")?.as_str()?);
        let name = id.segment_after("jobs")?.to_owned();
        let text = |pointers: &[&str]| {
            let values = pointers.iter().filter_map(|pointer| body.pointer(pointer)?.as_str());
            values.map(str::to_owned).find(|text| !text.is_empty())
        };
        let places = ["/properties/properties", "/properties/tags", "/properties", "/tags"];
        let noted = |name: &str| places.iter().find_map(|at| field(body.pointer(at), &[name]));
        let of_id = |kind: &str| id.segment_after(kind).map(str::to_owned);
        Some(JobRecord {
            name,
            status: text(&["/properties/status", "/status"]),
            endpoint: of_id("batchendpoints").or_else(|| noted("azureml.endpointname")),
            deployment: of_id("deployments").or_else(|| noted("azureml.deploymentname")),
            compute: text(&["/properties/computeId", "/properties/compute/target", "/compute"])
                .or_else(|| noted("azureml.defaultComputeName")),
            created_by: text(&["/systemData/createdBy", "/creation_context/created_by"]),
            inputs: data(body, &["/properties/inputs", "/properties/inputData", "/inputs"], &["jobInputType", "type"]),
            outputs: data(body, &["/properties/outputs", "/properties/outputData", "/outputs"], &["jobOutputType", "type"]),
        })
    }
}

/// A text field by one of its names, in any case.
fn field(of: Option<&Value>, names: &[&str]) -> Option<String> {
    let fields = of.and_then(Value::as_object)?;
    let is_one = |known: &str| names.iter().any(|name| known.eq_ignore_ascii_case(name));
    let found = fields.iter().find(|(known, _)| is_one(known)).and_then(|(_, value)| value.as_str());
    found.filter(|text| !text.is_empty()).map(str::to_owned)
}

fn data(body: &Value, places: &[&str], kinds: &[&str]) -> Vec<JobRecordData> {
    let fields: Option<&Map<String, Value>> = places.iter().find_map(|at| body.pointer(at).and_then(Value::as_object));
    let one = |(name, value): (&String, &Value)| {
        let uri = field(Some(value), &["uri", "path"])?;
        Some(JobRecordData { name: name.clone(), uri, kind: field(Some(value), kinds) })
    };
    fields.into_iter().flatten().filter_map(one).collect()
}
