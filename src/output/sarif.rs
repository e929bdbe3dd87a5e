//! SARIF 2.1.0 (OASIS "Static Analysis Results Interchange Format").
//!
//! A result is what fails or is worth a warning; what is met is counted in the run's properties. An undetermined requirement
//! is a result of kind `fail`: kind `open` would be nearer, but must have level `none`, which code-scanning services do not
//! show, and the command does fail.

use super::json;
use super::notice::{FilePlace, Level, Notice, Notices, Remedy, Rule, Status};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Write};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    automation_details: AutomationDetails,
    invocations: [Invocation; 1],
    results: Vec<SarifResult<'a>>,
    properties: BTreeMap<&'static str, String>,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<ReportingDescriptor<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReportingDescriptor<'a> {
    id: &'a str,
    short_description: Message<'a>,
    full_description: Message<'a>,
    help: Message<'a>,
    default_configuration: Configuration,
    properties: RuleProperties<'a>,
}

#[derive(Serialize)]
struct RuleProperties<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    source: &'a str,
    #[serde(skip_serializing_if = "<[&str]>::is_empty")]
    tags: &'static [&'static str],
    #[serde(rename = "security-severity", skip_serializing_if = "Option::is_none")]
    security_severity: Option<&'static str>,
}

#[derive(Serialize)]
struct Message<'a> {
    text: &'a str,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct AutomationDetails {
    id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult<'a> {
    rule_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: OwnMessage,
    locations: Vec<Location<'a>>,
    partial_fingerprints: BTreeMap<&'static str, &'a str>,
    properties: Properties<'a>,
}

#[derive(Serialize)]
struct OwnMessage {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    physical_location: Option<PhysicalLocation>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<LogicalLocation<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation<'a> {
    name: &'a str,
    fully_qualified_name: &'a str,
    kind: &'static str,
}

#[derive(Serialize)]
struct Properties<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    part: &'a str,
    #[serde(flatten)]
    facts: &'a BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "<[Remedy]>::is_empty")]
    fixes: &'a [Remedy],
}

/// Writes the log, indented.
///
/// # Errors
/// Those of the writer.
pub fn sarif(notices: &Notices, out: &mut dyn Write) -> io::Result<()> {
    let mut properties: BTreeMap<&'static str, String> = notices.facts.clone();
    properties.insert("verdict", notices.outcome.clone());
    properties.insert("headline", notices.headline.clone());
    properties.extend(notices.at.clone().map(|at| ("at", at)));
    let met = notices.parts.iter().flat_map(|part| &part.notices).filter(|notice| notice.status == Status::Met).count();
    properties.insert("met", met.to_string());
    let results = notices
        .told()
        .into_iter()
        .map(|(part, level, notice)| result(part, level, notice, &notices.rules, notices.snapshot.as_deref()))
        .collect();
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "canread",
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    rules: notices.rules.iter().map(descriptor).collect(),
                },
            },
            automation_details: AutomationDetails { id: category(notices) },
            invocations: [Invocation { execution_successful: true }],
            results,
            properties,
        }],
    };
    json::pretty(&log, out)
}

/// What tells this question's results from others' of the same commit. A service takes what stands before the last slash.
fn category(notices: &Notices) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || "-._".contains(c) { c } else { '-' };
    let names = notices.subject.iter().map(|name| name.chars().map(safe).collect::<String>() + "/");
    format!("canread/{}/", notices.command) + &names.collect::<String>()
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

fn descriptor(rule: &Rule) -> ReportingDescriptor<'_> {
    let text = if rule.text.is_empty() { &rule.title } else { &rule.text };
    ReportingDescriptor {
        id: &rule.id,
        short_description: Message { text: &rule.title },
        full_description: Message { text },
        help: Message { text },
        default_configuration: Configuration { level: word(rule.level) },
        properties: RuleProperties {
            source: &rule.source,
            tags: if rule.security.is_some() { &["security"] } else { &[] },
            security_severity: rule.security,
        },
    }
}

fn result<'a>(part: &'a str, level: Level, notice: &'a Notice, rules: &[Rule], snapshot: Option<&str>) -> SarifResult<'a> {
    let resource = notice.resource.as_deref();
    // Services that show code want a file for everything; what is about none was found in the snapshot.
    let analysed = || snapshot.map(|path| FilePlace { path: path.to_owned(), line: None });
    let location = Location {
        physical_location: notice.file.clone().or_else(analysed).as_ref().map(physical),
        logical_locations: resource.map(logical).into_iter().collect(),
    };
    let nowhere = location.physical_location.is_none() && location.logical_locations.is_empty();
    SarifResult {
        rule_id: &notice.rule,
        rule_index: rules.iter().position(|rule| rule.id == notice.rule),
        level: word(level),
        message: OwnMessage { text: notice.sentence() },
        locations: if nowhere { Vec::new() } else { vec![location] },
        partial_fingerprints: BTreeMap::from([("canread/v1", notice.fingerprint.as_str())]),
        properties: Properties { part, facts: &notice.facts, fixes: &notice.remedies },
    }
}

fn logical(id: &str) -> LogicalLocation<'_> {
    let name = id.trim_end_matches('/').rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or(id);
    LogicalLocation { name, fully_qualified_name: id, kind: "resource" }
}

fn physical(file: &FilePlace) -> PhysicalLocation {
    PhysicalLocation {
        artifact_location: ArtifactLocation { uri: uri(&file.path) },
        region: file.line.map(|start_line| Region { start_line }),
    }
}

/// What a path segment of a URI may hold as it is (RFC 3986), and the slash. A colon is not among it: at the beginning of a
/// relative path it would end a scheme.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// A path as a URI: relative as it is, absolute as `file:`.
fn uri(path: &str) -> String {
    // On Windows a path may be written with either slash, and an absolute one begins with a drive.
    let slashed = if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() };
    let slashed = slashed.strip_prefix("./").unwrap_or(&slashed);
    let encoded = utf8_percent_encode(slashed, SEGMENT).to_string();
    let drive = cfg!(windows) && slashed.as_bytes().get(1) == Some(&b':');
    match (slashed.starts_with('/'), drive) {
        (true, _) => format!("file://{encoded}"),
        (false, true) => format!("file:///{encoded}"),
        (false, false) => encoded,
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn paths_become_uris() {
        for (path, uri) in [
            ("inputs.yml", "inputs.yml"),
            ("./a b/ü.yml", "a%20b/%C3%BC.yml"),
            ("/srv/x.yml", "file:///srv/x.yml"),
            ("a:b?#.yml", "a%3Ab%3F%23.yml"),
        ] {
            assert_eq!(super::uri(path), uri);
        }
    }
}
