//! A job's own record, as Azure Resource Manager gives it: what ran, on what, for whom, and what it read.

use serde_json::{Map, Value};

/// Data of a job: its name, its reference, and its type in the words of the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobRecordData {
    /// Name of the input or output.
    pub name: String,
    /// `uri`; it may bear a secret.
    pub uri: String,
    /// `jobInputType` or `jobOutputType`.
    pub kind: Option<String>,
}

/// What a job's record says, as far as an explanation needs it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobRecord {
    /// `status`.
    pub status: Option<String>,
    /// Batch endpoint.
    pub endpoint: Option<String>,
    /// Deployment.
    pub deployment: Option<String>,
    /// Compute: an ARM id or a name.
    pub compute: Option<String>,
    /// `systemData.createdBy`: a name, or an application's id.
    pub created_by: Option<String>,
    /// Inputs that are data.
    pub inputs: Vec<JobRecordData>,
    /// Outputs with a place of their own.
    pub outputs: Vec<JobRecordData>,
}

impl JobRecord {
    /// Reads the body of `GET …/jobs/NAME`, or of a batch endpoint's answer to an invocation. What it does not say stays unknown.
    ///
    /// ```
    /// let body = serde_json::json!({"properties": {"status": "Failed", "properties": {"azureml.endpointname": "scoring"}}});
    /// let record = canread::explain::JobRecord::read(&body);
    /// assert_eq!((record.status.as_deref(), record.endpoint.as_deref()), (Some("Failed"), Some("scoring")));
    /// ```
    pub fn read(body: &Value) -> Self {
        let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
        let noted =
            |name: &str| ["/properties/properties", "/properties/tags", "/tags"].iter().find_map(|at| field(body.pointer(at), name));
        let of_id = |kind: &str| text("/id").and_then(|id| crate::model::Scope::new(&id).segment_after(kind).map(str::to_owned));
        JobRecord {
            status: text("/properties/status"),
            endpoint: of_id("batchendpoints").or_else(|| noted("azureml.endpointname")),
            deployment: of_id("deployments").or_else(|| noted("azureml.deploymentname")),
            compute: text("/properties/computeId")
                .or_else(|| text("/properties/compute/target"))
                .or_else(|| noted("azureml.defaultComputeName")),
            created_by: text("/systemData/createdBy"),
            inputs: data(body, ["/properties/inputs", "/properties/inputData"], "jobInputType"),
            outputs: data(body, ["/properties/outputs", "/properties/outputData"], "jobOutputType"),
        }
    }
}

/// A text field, its name in any case.
fn field(of: Option<&Value>, name: &str) -> Option<String> {
    let fields = of.and_then(Value::as_object)?;
    let found = fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).and_then(|(_, value)| value.as_str());
    found.filter(|text| !text.is_empty()).map(str::to_owned)
}

fn data(body: &Value, places: [&str; 2], kind: &str) -> Vec<JobRecordData> {
    let fields: Option<&Map<String, Value>> = places.iter().find_map(|at| body.pointer(at).and_then(Value::as_object));
    let one = |(name, value): (&String, &Value)| {
        let uri = field(Some(value), "uri")?;
        Some(JobRecordData { name: name.clone(), uri, kind: field(Some(value), kind) })
    };
    fields.into_iter().flatten().filter_map(one).collect()
}
