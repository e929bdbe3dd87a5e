//! Inputs and outputs of a job, from options and the file of `-f`.

use super::Source;
use super::inputs_file::{FileEntry, FileJob};
use crate::model::{DeclaredType, ReferenceOrigin, ReferenceText};
use std::fmt;

/// Name of the input that `--input REF` gives without one.
pub const UNNAMED_INPUT: &str = "input";
/// Name of the output that `--output-path` gives.
pub const UNNAMED_OUTPUT: &str = "output";

/// `--input REF` or `--input NAME=REF`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputOption {
    /// Name, where it was given.
    pub name: Option<String>,
    /// Reference.
    pub reference: ReferenceText,
}

impl InputOption {
    /// Splits at the first `=`, where what precedes it is a name: letters, digits and `_`, no digit first.
    ///
    /// ```
    /// use canread::cli::job::InputOption;
    /// assert_eq!(InputOption::new("heart=azureml:heart:1").name.as_deref(), Some("heart"));
    /// assert_eq!(InputOption::new("https://acct.blob.core.windows.net/c?sp=r").name, None);
    /// ```
    pub fn new(text: &str) -> Self {
        match text.split_once('=') {
            Some((name, reference)) if is_input_name(name) => {
                InputOption { name: Some(name.to_owned()), reference: ReferenceText::new(reference) }
            }
            Some(_) | None => InputOption { name: None, reference: ReferenceText::new(text) },
        }
    }
}

fn is_input_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Inputs or outputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// `inputs`.
    Inputs,
    /// `outputs`.
    Outputs,
}

/// What a `--set` key names of an input or output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attribute {
    /// `.path`.
    Path,
    /// `.type`.
    Type,
    /// `.default`, `.value`, or nothing after the name: a literal.
    Literal,
    /// `.mode` and others that do not bear on access.
    Other,
}

/// One `--set`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Assignment {
    /// Of an input or output.
    Data {
        /// Which side.
        side: Side,
        /// Name of the input or output.
        name: String,
        /// What of it.
        attribute: Attribute,
        /// Value.
        value: ReferenceText,
    },
    /// Of something that does not bear on access.
    Ignored(String),
}

/// Reads the words after `--set`: `key=value`, or `key` and `value` as two words.
///
/// # Errors
/// A key without value, or one that looks like an input's and is none: to leave it out silently would answer another
/// question than the one asked.
pub fn assignments(words: &[String]) -> Result<Vec<Assignment>, String> {
    let is_key = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "_-.[]".contains(c));
    let pair = |word: &'_ str| word.split_once('=').filter(|(key, _)| is_key(key)).map(|(key, value)| (key.to_owned(), value.to_owned()));
    let mut found = Vec::new();
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        if let Some((key, value)) = pair(word) {
            found.push(assignment(&key, &value)?);
            continue;
        }
        if !is_key(word) {
            return Err(format!("`{word}` after --set is no key=value"));
        }
        match rest.next() {
            Some(next) if !pair(next).is_some_and(|(key, _)| key.starts_with("inputs.") || key.starts_with("outputs.")) => {
                found.push(assignment(word, next)?);
            }
            Some(_) | None => return Err(format!("`{word}` after --set has no value; write {word}=VALUE")),
        }
    }
    Ok(found)
}

fn assignment(key: &str, value: &str) -> Result<Assignment, String> {
    let mut parts = key.splitn(3, '.');
    let (first, name, attribute) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    let side = match first {
        "inputs" => Side::Inputs,
        "outputs" => Side::Outputs,
        _ if ["input", "output", "inputs", "outputs"].contains(&first.to_ascii_lowercase().as_str()) => {
            return Err(format!("--set knows no `{key}`; write inputs.NAME.path or outputs.NAME.path"));
        }
        _ => return Ok(Assignment::Ignored(key.to_owned())),
    };
    let Some(name) = name.filter(|name| !name.is_empty()) else {
        return Err(format!("`{key}` after --set names no input or output; write {first}.NAME.path"));
    };
    let attribute = match attribute {
        Some("path") => Attribute::Path,
        Some("type") => Attribute::Type,
        Some("default" | "value") => Attribute::Literal,
        Some("mode" | "description" | "optional" | "min" | "max" | "enum") => Attribute::Other,
        None if value.to_ascii_lowercase().starts_with("azureml:") => {
            return Err(format!("`{key}` after --set is a literal; write {key}.path for data"));
        }
        None => Attribute::Literal,
        Some(other) => return Err(format!("--set knows no `{other}` of an input or output; write {first}.{name}.path")),
    };
    Ok(Assignment::Data { side, name: name.to_owned(), attribute, value: ReferenceText::new(value) })
}

/// Inputs and outputs as the options name them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobOptions {
    /// `--input`.
    pub inputs: Vec<InputOption>,
    /// `--input-type`.
    pub input_type: Option<DeclaredType>,
    /// `--set`.
    pub set: Vec<Assignment>,
    /// `-f`.
    pub file: Option<Source>,
    /// `--output-path`.
    pub output_path: Option<ReferenceText>,
}

/// An input or output that is data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobData {
    /// Name.
    pub name: String,
    /// Reference.
    pub reference: ReferenceText,
    /// Declared type; `None`: the asset's own, else `uri_folder`.
    pub declared: Option<DeclaredType>,
    /// Where it was written.
    pub origin: ReferenceOrigin,
    /// Line of the reference in the file of `-f`, where it stands there.
    pub line: Option<u64>,
}

/// Inputs and outputs of a job, in the order they were first named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobInputs {
    /// Data inputs.
    pub inputs: Vec<JobData>,
    /// Outputs with a path of their own.
    pub outputs: Vec<JobData>,
    /// Names of literal inputs, which are not judged.
    pub literals: Vec<String>,
    /// Notes for standard error.
    pub notes: Vec<String>,
}

/// Why inputs and outputs cannot be read; the text is safe to print.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobError {
    /// The options contradict each other or are incomplete: exit code 2.
    Usage(String),
    /// The file cannot be understood: exit code 1.
    File(String),
}

impl fmt::Display for JobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (JobError::Usage(text) | JobError::File(text)) = self;
        f.write_str(&crate::model::redacted(text))
    }
}

impl JobOptions {
    /// Puts file and options together as `az` does: `--set` overrides the file. `--input NAME=REF` overrides the file's
    /// input of that name; an unnamed `--input` stands alone.
    ///
    /// # Errors
    /// Contradictions between options, and data without a path.
    pub fn resolve(&self, file: Option<FileJob>) -> Result<JobInputs, JobError> {
        let FileJob { inputs, outputs, notes } = file.unwrap_or_default();
        let mut job = Draft { inputs, outputs, notes };
        self.add_inputs(&mut job)?;
        if let Some(path) = &self.output_path {
            job.outputs.push(FileEntry::data(UNNAMED_OUTPUT, path.clone(), ReferenceOrigin::CommandLine));
        }
        for assignment in &self.set {
            self.apply(&mut job, assignment)?;
        }
        self.reject_company(&job)?;
        job.finish()
    }

    fn add_inputs(&self, job: &mut Draft) -> Result<(), JobError> {
        for (at, option) in self.inputs.iter().enumerate() {
            let name = option.name.as_deref().unwrap_or(UNNAMED_INPUT);
            let before = self.inputs.iter().take(at);
            if before.clone().any(|other| other.name.is_none()) || at > 0 && option.name.is_none() {
                return Err(JobError::Usage("only a single input can go without a name; write --input NAME=REF for each".to_owned()));
            }
            if before.into_iter().any(|other| other.name.as_deref() == Some(name)) {
                return Err(JobError::Usage(format!("input `{name}` is given twice")));
            }
            let declared = self.input_type.as_ref().map(|declared| declared.as_str().to_owned());
            change(&mut job.inputs, name, |entry| {
                let declared = declared.or(entry.declared.take());
                *entry = FileEntry { declared, ..FileEntry::data(name, option.reference.clone(), ReferenceOrigin::CommandLine) };
            });
        }
        Ok(())
    }

    fn apply(&self, job: &mut Draft, assignment: &Assignment) -> Result<(), JobError> {
        let Assignment::Data { side, name, attribute, value } = assignment else {
            return Ok(());
        };
        let by_input = |option: &InputOption| option.name.as_deref().unwrap_or(UNNAMED_INPUT) == name;
        if *side == Side::Inputs && *attribute == Attribute::Path && self.inputs.iter().any(by_input) {
            return Err(JobError::Usage(format!("input `{name}` is given twice, by --input and by --set")));
        }
        let entries = match side {
            Side::Inputs => &mut job.inputs,
            Side::Outputs => &mut job.outputs,
        };
        change(entries, name, |entry| match attribute {
            Attribute::Path => entry.path = Some((value.clone(), ReferenceOrigin::CommandLine)),
            Attribute::Type => entry.declared = Some(value.expose().to_owned()),
            Attribute::Literal => entry.literal = true,
            Attribute::Other => {}
        });
        Ok(())
    }

    /// An unnamed `--input` beside other data inputs: `az` would drop one of them silently.
    fn reject_company(&self, job: &Draft) -> Result<(), JobError> {
        let unnamed = self.inputs.iter().any(|option| option.name.is_none());
        match job.inputs.iter().find(|entry| entry.name != UNNAMED_INPUT && entry.path.is_some()) {
            Some(other) if unnamed => Err(JobError::Usage(format!(
                "an --input without a name stands alone, but there is input `{}` too; write --input NAME=REF",
                other.name
            ))),
            Some(_) | None => Ok(()),
        }
    }
}

struct Draft {
    inputs: Vec<FileEntry>,
    outputs: Vec<FileEntry>,
    notes: Vec<String>,
}

/// Changes the entry of that name, which is added where there is none.
fn change(entries: &mut Vec<FileEntry>, name: &str, change: impl FnOnce(&mut FileEntry)) {
    match entries.iter_mut().find(|entry| entry.name == name) {
        Some(entry) => change(entry),
        None => {
            let mut entry = FileEntry::new(name);
            change(&mut entry);
            entries.push(entry);
        }
    }
}

impl Draft {
    fn finish(self) -> Result<JobInputs, JobError> {
        let mut job = JobInputs { notes: self.notes, ..JobInputs::default() };
        for entry in self.inputs {
            if entry.is_literal() {
                if entry.path.is_some() {
                    return Err(entry.error("is a literal by its type and has a `path` too; for data, write type uri_folder or uri_file"));
                }
                job.literals.push(entry.name);
                continue;
            }
            match entry.clone().into_data() {
                Some(data) => job.inputs.push(data),
                None => return Err(entry.error("has no `path`")),
            }
        }
        // An output without a path goes to the default datastore.
        job.outputs = self.outputs.into_iter().filter_map(FileEntry::into_data).collect();
        Ok(job)
    }
}
