//! The file of `-f`: `inputs.yml` of az, or the JSON body of a REST call.

use super::job::{JobData, JobError};
use crate::model::{DeclaredType, ReferenceOrigin, ReferenceText, redacted};
use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;
use std::collections::BTreeSet;
use std::fmt;

/// A file longer than this is no list of inputs.
const LONGEST_FILE: usize = 4 * 1024 * 1024;

/// One input or output as a file or `--set` names it, perhaps not whole yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEntry {
    /// Name.
    pub name: String,
    /// `type`, `JobInputType` or `JobOutputType`.
    pub declared: Option<String>,
    /// `path` or `Uri`, and where it was written.
    pub path: Option<(ReferenceText, ReferenceOrigin)>,
    /// Whether a literal value was given.
    pub literal: bool,
    /// File and line, for errors.
    pub place: Option<String>,
    /// Line of the path in the file.
    pub line: Option<u64>,
}

/// What a file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileJob {
    /// Inputs, in file order.
    pub inputs: Vec<FileEntry>,
    /// Outputs, in file order.
    pub outputs: Vec<FileEntry>,
    /// Notes for standard error.
    pub notes: Vec<String>,
}

impl FileEntry {
    /// A name, and nothing else yet.
    pub fn new(name: &str) -> Self {
        FileEntry { name: name.to_owned(), declared: None, path: None, literal: false, place: None, line: None }
    }

    pub(super) fn data(name: &str, reference: ReferenceText, origin: ReferenceOrigin) -> Self {
        FileEntry { path: Some((reference, origin)), ..FileEntry::new(name) }
    }

    /// Whether it is a value and not data: by its type, or by having a value and no path.
    pub(super) fn is_literal(&self) -> bool {
        const LITERAL_TYPES: [&str; 9] = ["string", "number", "integer", "boolean", "literal", "str", "int", "float", "bool"];
        match &self.declared {
            Some(declared) => LITERAL_TYPES.contains(&declared.trim().to_ascii_lowercase().as_str()),
            None => self.literal && self.path.is_none(),
        }
    }

    pub(super) fn into_data(self) -> Option<JobData> {
        let (reference, origin) = self.path?;
        let line = match origin {
            ReferenceOrigin::YamlFile | ReferenceOrigin::RestBody => self.line,
            ReferenceOrigin::CommandLine | ReferenceOrigin::Service => None,
        };
        Some(JobData { name: self.name, reference, declared: self.declared.as_deref().map(DeclaredType::parse), origin, line })
    }

    /// An error about this entry: of the file where it was written there, of usage otherwise.
    pub(super) fn error(&self, what: &str) -> JobError {
        match &self.place {
            Some(place) => JobError::File(format!("{place}: input `{}` {what}", self.name)),
            None => JobError::Usage(format!("input `{}` {what}", self.name)),
        }
    }
}

/// Reads the file. Numbers of lines are those of the file.
///
/// # Errors
/// One sentence with file and line; never any text that may be a secret.
pub fn parse_inputs_file(file: &str, text: &str) -> Result<FileJob, JobError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.len() > LONGEST_FILE {
        return Err(JobError::File(format!("{file}: longer than {} MiB, which no list of inputs is", LONGEST_FILE / (1024 * 1024))));
    }
    let root = read(file, text)?;
    let reader = Reader { file };
    let Node::Map(keys) = root.value else {
        return Err(reader.error(&root, "expected `inputs:` or a REST body with `properties`"));
    };
    let rest = find(&keys, "properties");
    let az = |name: &str| keys.iter().find(|(key, _)| key == name).map(|(_, node)| node);
    match (az("inputs"), az("outputs"), rest) {
        (None, None, Some(properties)) => reader.rest_body(properties),
        (None, None, None) => {
            Err(JobError::File(format!("{file}: has neither `inputs` nor `outputs`, and no `properties` of a REST body")))
        }
        (inputs, outputs, _) => reader.az_file(inputs, outputs),
    }
}

/// Limits that keep a file of any content linear in time and bounded in memory.
pub(super) fn yaml_options() -> serde_saphyr::Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: 32,
            max_nodes: 100_000,
            max_documents: 1,
            max_aliases: 1_000,
            max_anchors: 1_000,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: 10_000,
            max_replay_stack_depth: 8,
            max_alias_expansions_per_anchor: 1_000,
        },
        with_snippet: false,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
    }
}

/// YAML, of which JSON is a part; JSON that the YAML parser refuses (tabs for indentation) is read as JSON.
fn read(file: &str, text: &str) -> Result<Spanned<Node>, JobError> {
    let error = match serde_saphyr::from_str_with_options::<Spanned<Node>>(text, yaml_options()) {
        Ok(root) => return Ok(root),
        Err(error) => error,
    };
    if text.trim_start().starts_with('{') {
        return serde_json::from_str::<Spanned<Node>>(text)
            .map_err(|error| JobError::File(redacted(&format!("{file}: no valid JSON: {error}"))));
    }
    let line = error.location().map(|at| format!(":{}", at.line())).unwrap_or_default();
    let message = error.without_snippet().to_string();
    let message = message.lines().next().unwrap_or_default();
    Err(JobError::File(redacted(&format!("{file}{line}: no valid YAML: {message}"))))
}

struct Reader<'a> {
    file: &'a str,
}

type Keys = [(String, Spanned<Node>)];

/// The value of a key in any case: REST bodies are written in either.
fn find<'a>(keys: &'a Keys, name: &str) -> Option<&'a Spanned<Node>> {
    keys.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, node)| node)
}

impl Reader<'_> {
    fn place(&self, node: &Spanned<Node>) -> String {
        match node.referenced.line() {
            0 => self.file.to_owned(),
            line => format!("{}:{line}", self.file),
        }
    }

    fn error(&self, node: &Spanned<Node>, what: &str) -> JobError {
        JobError::File(redacted(&format!("{}: {what}", self.place(node))))
    }

    fn map<'a>(&self, node: &'a Spanned<Node>, what: &str) -> Result<&'a Keys, JobError> {
        match &node.value {
            Node::Map(keys) => Ok(keys),
            Node::Null => Ok(&[]),
            Node::Scalar(_) | Node::List => Err(self.error(node, &format!("{what} must be a mapping"))),
        }
    }

    fn scalar(&self, node: Option<&Spanned<Node>>, what: &str) -> Result<Option<String>, JobError> {
        match node.map(|node| (node, &node.value)) {
            None | Some((_, Node::Null)) => Ok(None),
            Some((_, Node::Scalar(text))) => Ok(Some(text.clone())),
            Some((node, Node::Map(_) | Node::List)) => Err(self.error(node, &format!("{what} must be a text"))),
        }
    }

    fn az_file(&self, inputs: Option<&Spanned<Node>>, outputs: Option<&Spanned<Node>>) -> Result<FileJob, JobError> {
        let mut job = FileJob::default();
        for (name, node) in inputs.map(|node| self.map(node, "`inputs`")).transpose()?.unwrap_or_default() {
            let entry = self.az_entry(name, node)?;
            if let Node::Scalar(text) = &node.value
                && looks_like_data(text)
            {
                let name = &entry.name;
                job.notes.push(format!("{}: input `{name}` is a literal, for it has no `path`; it is not judged", self.place(node)));
            }
            job.inputs.push(entry);
        }
        for (name, node) in outputs.map(|node| self.map(node, "`outputs`")).transpose()?.unwrap_or_default() {
            job.outputs.push(self.az_entry(name, node)?);
        }
        Ok(job)
    }

    fn az_entry(&self, name: &str, node: &Spanned<Node>) -> Result<FileEntry, JobError> {
        // Reports repeat the name, and whatever stands in the file may stand in the wrong place.
        let name = &redacted(name);
        let place = Some(self.place(node));
        match &node.value {
            Node::Scalar(_) => Ok(FileEntry { literal: true, place, ..FileEntry::new(name) }),
            Node::Null => Ok(FileEntry { place, ..FileEntry::new(name) }),
            Node::List => Err(self.error(node, &format!("`{name}` is a list; write `path:` below its name"))),
            Node::Map(keys) => {
                let of = |key: &str| keys.iter().find(|(own, _)| own == key).map(|(_, node)| node);
                let path = self.scalar(of("path"), "`path`")?;
                Ok(FileEntry {
                    name: name.clone(),
                    declared: self.scalar(of("type"), "`type`")?,
                    path: path.map(|path| (ReferenceText::new(path), ReferenceOrigin::YamlFile)),
                    literal: of("default").or(of("value")).is_some(),
                    place,
                    line: of("path").and_then(line),
                })
            }
        }
    }

    fn rest_body(&self, properties: &Spanned<Node>) -> Result<FileJob, JobError> {
        let keys = self.map(properties, "`properties`")?;
        if let Some(old) = find(keys, "dataset").filter(|_| find(keys, "InputData").is_none()) {
            return Err(self.error(old, "`dataset` is a body of an older API; write `InputData`"));
        }
        let side = |name: &str, kind: &str| -> Result<Vec<FileEntry>, JobError> {
            let Some(node) = find(keys, name) else {
                return Ok(Vec::new());
            };
            self.map(node, &format!("`{name}`"))?.iter().map(|(name, node)| self.rest_entry(name, node, kind)).collect()
        };
        let (inputs, outputs) = (side("InputData", "JobInputType")?, side("OutputData", "JobOutputType")?);
        Ok(FileJob { inputs, outputs, notes: Vec::new() })
    }

    fn rest_entry(&self, name: &str, node: &Spanned<Node>, kind: &str) -> Result<FileEntry, JobError> {
        let name = &redacted(name);
        let keys = self.map(node, &format!("`{name}`"))?;
        let mut seen = BTreeSet::new();
        for (key, twice) in keys {
            if !seen.insert(key.to_ascii_lowercase()) {
                return Err(self.error(twice, &format!("`{key}` of `{name}` is there twice, in two casings")));
            }
        }
        let uri = self.scalar(find(keys, "Uri"), "`Uri`")?;
        Ok(FileEntry {
            name: name.to_owned(),
            declared: self.scalar(find(keys, kind), &format!("`{kind}`"))?,
            path: uri.map(|uri| (ReferenceText::new(uri), ReferenceOrigin::RestBody)),
            literal: find(keys, "Value").is_some(),
            place: Some(self.place(node)),
            line: find(keys, "Uri").and_then(line),
        })
    }
}

/// The line a value stands in, where the parser knows it.
fn line(node: &Spanned<Node>) -> Option<u64> {
    Some(node.referenced.line()).filter(|line| *line > 0)
}

fn looks_like_data(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    ["azureml:", "/subscriptions/", "https://", "wasb", "abfs", "adl://"].iter().any(|start| lower.starts_with(start))
}

/// What matters of a YAML or JSON value: scalars as text, keys in order.
#[derive(Clone, Debug)]
enum Node {
    Null,
    Scalar(String),
    Map(Vec<(String, Spanned<Node>)>),
    List,
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }
    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Scalar(value.to_string()))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Scalar(value.to_string()))
    }
    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Scalar(value.to_string()))
    }
    fn visit_i128<E>(self, value: i128) -> Result<Node, E> {
        Ok(Node::Scalar(value.to_string()))
    }
    fn visit_u128<E>(self, value: u128) -> Result<Node, E> {
        Ok(Node::Scalar(value.to_string()))
    }
    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Scalar(value.to_string()))
    }
    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Scalar(value.to_owned()))
    }
    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }
    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        Node::deserialize(deserializer)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Node::List)
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut keys: Vec<(String, Spanned<Node>)> = Vec::new();
        let mut seen = BTreeSet::new();
        while let Some((key, value)) = map.next_entry::<String, Spanned<Node>>()? {
            if !seen.insert(key.clone()) {
                return Err(A::Error::custom(format!("key `{key}` is there twice")));
            }
            keys.push((key, value));
        }
        Ok(Node::Map(keys))
    }
}
