//! Lines of `--batch`: one JSON object a line.

use super::convert::request_origin;
use super::job::{InputOption, JobData, JobInputs, UNNAMED_INPUT, UNNAMED_OUTPUT};
use super::{AccessArgs, CheckArgs, JobTarget, RequestOrigin, parse_time};
use crate::model::{DeclaredType, Operation, ReferenceOrigin, ReferenceText, Timestamp, redacted};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Why a line is malformed: its `id`, where that can be read, and one sentence, safe to print.
pub type LineError = (Option<Value>, String);

/// What a line of `check --batch` leaves out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckDefaults {
    /// `-n` and `-d`, or `--compute`.
    pub target: Option<JobTarget>,
    /// `-d`, for lines that name another endpoint.
    pub deployment: Option<String>,
    /// Inputs and outputs of the options.
    pub job: JobInputs,
    /// `--input-type`.
    pub input_type: Option<DeclaredType>,
    /// `--as`.
    pub principal: Option<String>,
    /// `--at`.
    pub at: Option<Timestamp>,
}

impl CheckDefaults {
    /// The options, with their inputs and outputs resolved.
    pub fn new(args: &CheckArgs, job: JobInputs) -> Self {
        CheckDefaults {
            target: args.target.clone(),
            deployment: args.deployment.clone(),
            job,
            input_type: args.job.input_type.clone(),
            principal: args.principal.clone(),
            at: args.state.at,
        }
    }
}

/// A question of `check`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckQuestion {
    /// `id`, to be echoed.
    pub id: Option<Value>,
    /// What runs the job.
    pub target: JobTarget,
    /// Inputs and outputs.
    pub job: JobInputs,
    /// Who invokes; `None`: who is signed in.
    pub principal: Option<String>,
    /// When; `None`: now.
    pub at: Option<Timestamp>,
}

/// What a line of `access --batch` leaves out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccessDefaults {
    /// `--principal`.
    pub principal: Option<String>,
    /// `--operation`.
    pub operation: Option<Operation>,
    /// URL.
    pub url: Option<ReferenceText>,
    /// `--from`.
    pub from: Option<RequestOrigin>,
    /// `--at`.
    pub at: Option<Timestamp>,
}

impl AccessDefaults {
    /// The options.
    pub fn new(args: &AccessArgs) -> Self {
        AccessDefaults {
            principal: args.principal.clone(),
            operation: args.operation,
            url: args.url.clone(),
            from: args.from.clone(),
            at: args.state.at,
        }
    }
}

/// A question of `access`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessQuestion {
    /// `id`, to be echoed.
    pub id: Option<Value>,
    /// Who.
    pub principal: String,
    /// Does what.
    pub operation: Operation,
    /// Where.
    pub url: ReferenceText,
    /// From where.
    pub from: Option<RequestOrigin>,
    /// When; `None`: now.
    pub at: Option<Timestamp>,
}

#[derive(Deserialize)]
struct CheckLine {
    name: Option<String>,
    deployment_name: Option<String>,
    compute: Option<String>,
    input: Option<String>,
    input_type: Option<String>,
    output_path: Option<String>,
    #[serde(rename = "as")]
    principal: Option<String>,
    at: Option<String>,
}

#[derive(Deserialize)]
struct AccessLine {
    principal: Option<String>,
    operation: Option<String>,
    url: Option<String>,
    from: Option<String>,
    at: Option<String>,
}

/// The line's `id` and its keys. Keys not known are ignored.
fn read<T: DeserializeOwned>(line: &str) -> Result<(Option<Value>, T), LineError> {
    let value: Value = serde_json::from_str(line).map_err(|error| (None, redacted(&format!("no JSON object: {error}"))))?;
    if !value.is_object() {
        return Err((None, "no JSON object".to_owned()));
    }
    let id = value.get("id").filter(|id| !id.is_null()).cloned();
    match serde_json::from_value(value) {
        Ok(keys) => Ok((id, keys)),
        Err(error) => Err((id, redacted(&error.to_string()))),
    }
}

/// Reads a line of `check --batch`.
///
/// # Errors
/// No JSON object, a value of the wrong type, neither endpoint nor cluster named: what alone would be a usage error.
pub fn parse_check_line(line: &str, defaults: &CheckDefaults) -> Result<CheckQuestion, LineError> {
    let (id, keys) = read::<CheckLine>(line)?;
    match check_question(id.clone(), keys, defaults) {
        Ok(question) => Ok(question),
        Err(message) => Err((id, redacted(&message))),
    }
}

fn check_question(id: Option<Value>, line: CheckLine, defaults: &CheckDefaults) -> Result<CheckQuestion, String> {
    let target = target(line.name, line.deployment_name, line.compute, defaults)?;
    let declared = line.input_type.as_deref().map(input_type).transpose()?;
    let mut job = defaults.job.clone();
    match line.input {
        Some(text) => {
            let InputOption { name, reference } = InputOption::new(&text);
            let name = name.unwrap_or_else(|| UNNAMED_INPUT.to_owned());
            let declared = declared.or_else(|| defaults.input_type.clone());
            job.inputs = vec![JobData { name, reference, declared, origin: ReferenceOrigin::CommandLine, line: None }];
        }
        None if declared.is_some() => {
            for input in &mut job.inputs {
                input.declared.clone_from(&declared);
            }
        }
        None => {}
    }
    if let Some(path) = line.output_path {
        let reference = ReferenceText::new(path);
        job.outputs =
            vec![JobData { name: UNNAMED_OUTPUT.to_owned(), reference, declared: None, origin: ReferenceOrigin::CommandLine, line: None }];
    }
    let at = line.at.as_deref().map(time).transpose()?.or(defaults.at);
    Ok(CheckQuestion { id, target, job, principal: line.principal.or_else(|| defaults.principal.clone()), at })
}

fn target(
    name: Option<String>,
    deployment: Option<String>,
    compute: Option<String>,
    defaults: &CheckDefaults,
) -> Result<JobTarget, String> {
    match (name, compute, deployment, &defaults.target) {
        (Some(_), Some(_), _, _) => Err("`name` and `compute` exclude each other".to_owned()),
        (None, Some(_), Some(_), _) | (None, None, Some(_), Some(JobTarget::Compute(_))) => {
            Err("`deployment_name` needs an endpoint, not a cluster".to_owned())
        }
        (Some(name), None, deployment, _) => {
            Ok(JobTarget::Endpoint { name, deployment: deployment.or_else(|| defaults.deployment.clone()) })
        }
        (None, Some(compute), None, _) => Ok(JobTarget::Compute(compute)),
        (None, None, Some(deployment), Some(JobTarget::Endpoint { name, .. })) => {
            Ok(JobTarget::Endpoint { name: name.clone(), deployment: Some(deployment) })
        }
        (None, None, None, Some(target)) => Ok(target.clone()),
        (None, None, _, None) => Err("neither `name` nor `compute`".to_owned()),
    }
}

fn input_type(text: &str) -> Result<DeclaredType, String> {
    match DeclaredType::parse(text) {
        DeclaredType::Other(other) => Err(format!("`{other}` is no input type; write uri_folder or uri_file")),
        known @ (DeclaredType::UriFile | DeclaredType::UriFolder | DeclaredType::MlTable) => Ok(known),
    }
}

fn time(text: &str) -> Result<Timestamp, String> {
    parse_time(text).map_err(|error| format!("`at`: {error}"))
}

/// Reads a line of `access --batch`.
///
/// # Errors
/// No JSON object, a value of the wrong type, a missing principal, operation or URL.
pub fn parse_access_line(line: &str, defaults: &AccessDefaults) -> Result<AccessQuestion, LineError> {
    let (id, keys) = read::<AccessLine>(line)?;
    match access_question(id.clone(), keys, defaults) {
        Ok(question) => Ok(question),
        Err(message) => Err((id, redacted(&message))),
    }
}

fn access_question(id: Option<Value>, line: AccessLine, defaults: &AccessDefaults) -> Result<AccessQuestion, String> {
    let operation = match line.operation {
        Some(text) => Some(Operation::parse(&text).ok_or_else(|| format!("`{text}` is no operation; write list, read or write"))?),
        None => defaults.operation,
    };
    let from = line.from.as_deref().map(request_origin).transpose()?.or_else(|| defaults.from.clone());
    Ok(AccessQuestion {
        id,
        principal: line.principal.or_else(|| defaults.principal.clone()).ok_or("no `principal`")?,
        operation: operation.ok_or("no `operation`")?,
        url: line.url.map(ReferenceText::new).or_else(|| defaults.url.clone()).ok_or("no `url`")?,
        from,
        at: line.at.as_deref().map(time).transpose()?.or(defaults.at),
    })
}
