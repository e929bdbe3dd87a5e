//! What a pipeline is told, in one shape that every format for pipelines writes in its own way.
//!
//! A command's report becomes [`Notices`]; SARIF, JUnit, Markdown, GitHub and Azure DevOps read nothing else. Texts in here
//! are as the report has them: each format escapes them by its own rules.

mod access;
mod check;
mod checks;
mod diff;
mod review;
mod who;

pub use access::access;
pub use check::{Undetermined, check};
pub use checks::checks;
pub use diff::diff;
pub use review::review;
pub use who::who;

use crate::model::{RequirementId, WarningId};
use crate::rules::RuleSet;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// How a judged thing came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// It holds.
    Met,
    /// It does not hold.
    Failed,
    /// Something is missing for a decision.
    Unknown,
    /// It does not hold, and does not count.
    Advisory,
    /// Something worth saying that is no judgement.
    Remark,
}

/// How loudly a pipeline is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The command fails because of it.
    Error,
    /// It should be looked at.
    Warning,
    /// For information.
    Note,
}

/// A command or line of code that helps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Remedy {
    /// One sentence.
    pub summary: String,
    /// Commands, each whole.
    pub commands: Vec<String>,
}

/// A line of a file that the question was written in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilePlace {
    /// Path as it was given.
    pub path: String,
    /// Line, first is 1, where it is known.
    pub line: Option<u64>,
}

/// One thing to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Id of its rule, one of [`Notices::rules`].
    pub rule: String,
    /// How it came out.
    pub status: Status,
    /// How loudly it is told; `None`: not by itself.
    pub level: Option<Level>,
    /// One sentence.
    pub message: String,
    /// Why, one sentence each: near misses, or what is missing.
    pub reasons: Vec<String>,
    /// The resource it is about: an ARM id, else an account with container and path, else a reference.
    pub resource: Option<String>,
    /// Where the question stands in a file.
    pub file: Option<FilePlace>,
    /// What mends it.
    pub remedies: Vec<Remedy>,
    /// Further facts by name, such as `valid_until`.
    pub facts: BTreeMap<&'static str, String>,
    /// The same for the same thing in every run, whatever the message says.
    pub fingerprint: String,
}

impl Notice {
    /// Message and reasons in one line.
    pub fn sentence(&self) -> String {
        let word = match self.status {
            Status::Failed | Status::Advisory => "Fails",
            Status::Unknown => "Unknown",
            Status::Met | Status::Remark => "Because",
        };
        match self.reasons.as_slice() {
            [] => self.message.clone(),
            reasons => format!("{}. {word}: {}", self.message, reasons.join("; ")),
        }
    }
}

/// Something missing for a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lack {
    /// What.
    pub what: String,
    /// Command that gets it, or the open question.
    pub how: String,
}

/// Things that belong together: an input, an output, the invocation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Its name, such as `input heart`.
    pub name: String,
    /// What it is, in words.
    pub says: String,
    /// What came out, such as a verdict.
    pub outcome: String,
    /// What there is to tell.
    pub notices: Vec<Notice>,
    /// What is missing.
    pub lacks: Vec<Lack>,
    /// What was assumed.
    pub assumptions: Vec<String>,
    /// Further facts by name.
    pub facts: BTreeMap<&'static str, String>,
}

/// What a rule id means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Id.
    pub id: String,
    /// One sentence.
    pub title: String,
    /// Explanation, with what to do.
    pub text: String,
    /// Where that was read.
    pub source: String,
    /// The loudest of its notices' levels.
    pub level: Level,
    /// Of a security finding: how bad, from 0.0 to 10.0.
    pub security: Option<&'static str>,
}

/// Everything a command has to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notices {
    /// The command.
    pub command: &'static str,
    /// What was asked about, by names: it tells one question's results from another's.
    pub subject: Vec<String>,
    /// The snapshot file that was analysed.
    pub snapshot: Option<String>,
    /// The result in a word, such as a verdict.
    pub outcome: String,
    /// Whether the exit code is 0.
    pub passed: bool,
    /// The result in a sentence.
    pub headline: String,
    /// The time asked about.
    pub at: Option<String>,
    /// Parts, in order.
    pub parts: Vec<Part>,
    /// Warnings about the whole.
    pub remarks: Vec<Notice>,
    /// The rules that notices name, in order of id.
    pub rules: Vec<Rule>,
    /// Further facts by name.
    pub facts: BTreeMap<&'static str, String>,
}

impl Notices {
    /// Everything that is told by itself, the loudest first, in order within, with the name of its part.
    pub fn told(&self) -> Vec<(&str, Level, &Notice)> {
        let in_parts = self.parts.iter().flat_map(|part| part.notices.iter().map(|notice| (part.name.as_str(), notice)));
        let all = in_parts.chain(self.remarks.iter().map(|notice| ("", notice)));
        let mut told: Vec<_> = all.filter_map(|(part, notice)| Some((part, notice.level?, notice))).collect();
        told.sort_by_key(|(_, level, _)| *level);
        told
    }
}

/// Where the question was written and the state read, for formats that point into files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// The snapshot file.
    pub snapshot: Option<String>,
    /// The file of `-f`.
    pub file: Option<String>,
    /// Names of the inputs whose reference stands in `file`, with its line where known.
    pub inputs: BTreeMap<String, Option<u64>>,
    /// The same of outputs.
    pub outputs: BTreeMap<String, Option<u64>>,
}

impl Written {
    /// Where an input or output of that name stands.
    fn place(&self, named: &BTreeMap<String, Option<u64>>, name: &str) -> Option<FilePlace> {
        let line = named.get(name)?;
        self.file.as_ref().map(|file| FilePlace { path: file.clone(), line: *line })
    }
}

/// A fingerprint of what identifies a thing.
fn fingerprint(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.finalize().iter().take(16).fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// The rules of these ids, each once; what the rule set does not explain bears its id alone.
fn rules_of<'a>(notices: impl Iterator<Item = &'a Notice>, rules: &RuleSet) -> Vec<Rule> {
    let mut found: BTreeMap<&str, Rule> = BTreeMap::new();
    for notice in notices {
        let rule = found.entry(&notice.rule).or_insert_with(|| rule(&notice.rule, rules));
        rule.level = rule.level.min(notice.level.unwrap_or(Level::Note));
    }
    found.into_values().collect()
}

fn rule(id: &str, rules: &RuleSet) -> Rule {
    let requirement = RequirementId::parse(id).and_then(|id| rules.requirement(id));
    let text = requirement.or_else(|| WarningId::parse(id).and_then(|id| rules.warning(id)));
    let (title, says, source) = match text {
        Some(text) => (text.title.clone(), text.text.clone(), text.provenance.source.clone()),
        None => (id.to_owned(), String::new(), String::new()),
    };
    Rule { id: id.to_owned(), title, text: says, source, level: Level::Note, security: None }
}
