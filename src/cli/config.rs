//! What was asked, in plain and valid values.

use super::ExplainArgs;
use super::ReviewArgs;
use super::job::JobOptions;
use crate::model::{Disputed, Edition, Operation, ReferenceText, Scope, Timestamp};
use std::path::PathBuf;
use time::Duration;

/// A command with its options.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// How and where results are written.
    pub output: OutputArgs,
    /// What is asked.
    pub command: Command,
    /// Notes for standard error, such as an output format that only `az` has.
    pub notes: Vec<String>,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Can this job read its inputs?
    Check(Box<CheckArgs>),
    /// May this principal do that on this URL?
    Access(Box<AccessArgs>),
    /// Who can do that there?
    Who(Box<super::WhoArgs>),
    /// What changed?
    Diff(Box<super::DiffArgs>),
    /// What is over-permitted, fragile or about to end?
    Review(Box<ReviewArgs>),
    /// What does this log say about denied access?
    Explain(Box<ExplainArgs>),
    /// Collect the state into a file.
    Snapshot(Box<SnapshotArgs>),
    /// Print the rules.
    Rules(RulesArgs),
    /// Print completions.
    Completions(Shell),
    /// Print the man page.
    Man,
}

/// A shell that completions are made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the name of the shell")]
pub enum Shell {
    Bash,
    Elvish,
    Fish,
    PowerShell,
    Zsh,
}

/// Format of results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OutputFormat {
    /// For people.
    Table,
    /// The contract's JSON.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// JUnit XML.
    Junit,
    /// Markdown.
    Markdown,
    /// One self-contained page.
    Html,
    /// GitHub workflow annotations.
    Github,
    /// Azure DevOps logging commands.
    AzureDevops,
}

/// Whether colours are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ColorChoice {
    /// On a terminal without `NO_COLOR`.
    Auto,
    /// Yes.
    Always,
    /// No.
    Never,
}

/// How and where results are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputArgs {
    /// Format.
    pub format: OutputFormat,
    /// File; `None`: standard output.
    pub file: Option<PathBuf>,
    /// Colours.
    pub color: ColorChoice,
    /// Only the exit code.
    pub quiet: bool,
    /// Show met requirements whole.
    pub verbose: bool,
}

/// A file, or standard input (`-`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// `-`.
    Stdin,
    /// A file.
    File(PathBuf),
}

impl Source {
    /// Reads `-` as standard input.
    pub fn new(path: PathBuf) -> Self {
        if path.as_os_str() == "-" { Source::Stdin } else { Source::File(path) }
    }
}

/// A cloud.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cloud {
    /// `AzureCloud`.
    Public,
    /// `AzureUSGovernment`.
    UsGovernment,
    /// `AzureChinaCloud`.
    China,
    /// A TOML file that names the endpoints.
    File(PathBuf),
}

impl Cloud {
    /// Suffix of the storage endpoints of a named cloud; a file says its own.
    pub fn storage_suffix(&self) -> Option<&'static str> {
        match self {
            Cloud::Public => Some("core.windows.net"),
            Cloud::UsGovernment => Some("core.usgovcloudapi.net"),
            Cloud::China => Some("core.chinacloudapi.cn"),
            Cloud::File(_) => None,
        }
    }

    /// Reads the name of a cloud, any case, as `snapshot` lines carry it.
    pub fn from_name(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "azurecloud" => Some(Cloud::Public),
            "azureusgovernment" => Some(Cloud::UsGovernment),
            "azurechinacloud" => Some(Cloud::China),
            _ => None,
        }
    }
}

/// The workspace, as far as it was said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkspaceArgs {
    /// Subscription id.
    pub subscription: Option<String>,
    /// Resource group.
    pub resource_group: Option<String>,
    /// Workspace.
    pub workspace: Option<String>,
}

/// Where the state comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StateArgs {
    /// Snapshot; `None`: live.
    pub snapshot: Option<Source>,
    /// Workspace.
    pub workspace: WorkspaceArgs,
    /// Cloud; `None`: not said.
    pub cloud: Option<Cloud>,
    /// Longest time live collection may take.
    pub timeout: Duration,
    /// Most paths below a folder whose ACLs are collected live.
    pub max_paths: usize,
    /// Age from which a snapshot is refused, measured at [`StateArgs::at`].
    pub max_age: Option<Duration>,
    /// Moment asked about; `None`: now.
    pub at: Option<Timestamp>,
    /// Folder of rule files.
    pub rules: Option<PathBuf>,
}

/// What runs the job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobTarget {
    /// A batch endpoint.
    Endpoint {
        /// Name.
        name: String,
        /// Deployment; `None`: the endpoint's default.
        deployment: Option<String>,
    },
    /// A cluster, by name or ARM id.
    Compute(String),
}

/// From which verdict on `check` fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    /// An undetermined answer exits with 0.
    Denied,
    /// An undetermined answer exits with 4.
    Undetermined,
}

impl JobTarget {
    /// The endpoint's name, where one is meant.
    pub fn endpoint(&self) -> Option<&str> {
        match self {
            JobTarget::Endpoint { name, .. } => Some(name),
            JobTarget::Compute(_) => None,
        }
    }
}

impl CheckArgs {
    /// What runs the jobs that are named.
    pub fn targets(&self) -> impl Iterator<Item = &JobTarget> {
        self.target.iter().chain(&self.more)
    }

    /// Whether several jobs may be asked about, so that each is answered by a line.
    pub fn is_about_several(&self) -> bool {
        self.all_deployments || !self.more.is_empty()
    }
}

/// `canread check`.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckArgs {
    /// What is to be assumed.
    pub what_if: super::WhatIfArgs,
    /// State.
    pub state: StateArgs,
    /// What runs the job. `None` only with `batch`, whose lines then say it.
    pub target: Option<JobTarget>,
    /// Further endpoints, beyond `target`.
    pub more: Vec<JobTarget>,
    /// Every deployment of the endpoints, or of the workspace's where none is named.
    pub all_deployments: bool,
    /// `-d` without `-n`, for the lines of a batch.
    pub deployment: Option<String>,
    /// Inputs and outputs.
    pub job: JobOptions,
    /// Who invokes; `None`: who is signed in.
    pub principal: Option<String>,
    /// Edition of the credential table.
    pub edition: Edition,
    /// What an unmet disputed requirement does.
    pub disputed: Disputed,
    /// What the exit code tells.
    pub fail_on: FailOn,
    /// How long the job runs; `None`: a moment is asked about.
    pub period: Option<Duration>,
    /// Take ACLs below a folder that were not collected as open.
    pub assume_below: bool,
    /// Try the stored credential; live only.
    pub probe: bool,
    /// Questions, one a line.
    pub batch: Option<Source>,
}

/// Where a request comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestOrigin {
    /// The public internet.
    Public,
    /// A subnet.
    Subnet(Scope),
}

/// `canread access`.
#[derive(Clone, Debug, PartialEq)]
pub struct AccessArgs {
    /// State; its `at` is the default of batch lines.
    pub state: StateArgs,
    /// Principal; `None` only with `batch`.
    pub principal: Option<String>,
    /// Operation; `None` only with `batch`.
    pub operation: Option<Operation>,
    /// URL; `None` only with `batch`.
    pub url: Option<ReferenceText>,
    /// Where the request comes from.
    pub from: Option<RequestOrigin>,
    /// Take ACLs below a folder that were not collected as open.
    pub assume_below: bool,
    /// Questions, one a line.
    pub batch: Option<Source>,
}

/// `canread snapshot`.
#[derive(Clone, Debug, PartialEq)]
pub struct SnapshotArgs {
    /// State; its snapshot is one whose ids and names are to be replaced.
    pub state: StateArgs,
    /// Only what this job needs; `None`: the whole workspace.
    pub only: Option<OnlyArgs>,
    /// Print the role that collecting needs.
    pub role: bool,
    /// The role is to allow probes too.
    pub probe: bool,
    /// Exit code 4 where a look-up failed.
    pub fail_on_gap: bool,
    /// Ids and names are replaced.
    pub pseudonymise: bool,
    /// Goes on where an earlier run ended.
    pub resume: bool,
}

/// The job that `snapshot --only` collects for.
#[derive(Clone, Debug, PartialEq)]
pub struct OnlyArgs {
    /// What runs it.
    pub target: JobTarget,
    /// Inputs and outputs.
    pub job: JobOptions,
    /// Who invokes.
    pub principal: Option<String>,
}

/// A JSON Schema that `rules --schema` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SchemaName {
    /// The report of `check`.
    Report,
    /// A line of a snapshot.
    Snapshot,
    /// The answer of `access`.
    Access,
    /// The answer of `check` about several jobs.
    Checks,
    /// The answer of `who`.
    Who,
    /// The answer of `diff`.
    Diff,
    /// The answer of `review`.
    Review,
    /// The answer of `explain`.
    Explain,
}

/// The text of a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConditionText {
    /// On standard input.
    Stdin,
    /// Given as it is.
    Given(String),
}

/// `canread rules`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulesArgs {
    /// Explain this id only.
    pub id: Option<String>,
    /// Print this schema.
    pub schema: Option<SchemaName>,
    /// Read this condition.
    pub condition: Option<ConditionText>,
    /// Folder of rule files.
    pub rules: Option<PathBuf>,
}
