//! The arguments as the parser sees them. No type here has a `Debug`: they may hold a URL with a SAS.

use super::times::{parse_duration, parse_time};
use crate::model::Timestamp;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use time::Duration;

const EXAMPLES: &str = "\
Examples:
  canread check -n scoring --input azureml:heart@latest -g rg -w ws
  canread check -n scoring -f inputs.yml --snapshot state.jsonl

`canread check` takes the arguments of `az ml batch-endpoint invoke`.
Exit codes: 0 allowed, 1 failure, 2 usage, 3 denied, 4 undetermined.";

/// Can an Azure Machine Learning batch job read its input? Through which credential, granted by what, and if not, why.
#[derive(Parser)]
#[command(name = "canread", bin_name = "canread", version, about, after_help = EXAMPLES, infer_long_args = true, arg_required_else_help = true)]
pub(super) struct Cli {
    #[command(flatten)]
    pub(super) output: Output,
    #[command(subcommand)]
    pub(super) command: Commands,
}

#[derive(Subcommand)]
pub(super) enum Commands {
    /// Can this batch job read its inputs and write its outputs?
    #[command(infer_long_args = true, after_help = CHECK_EXAMPLES)]
    Check(Box<Check>),
    /// May this principal list, read or write at this URL?
    #[command(infer_long_args = true, after_help = ACCESS_EXAMPLES)]
    Access(Box<Access>),
    /// Which principals can read (list, write) this, and through what?
    #[command(infer_long_args = true, after_help = super::who::EXAMPLES)]
    Who(Box<super::who::Who>),
    /// What changed between two snapshots: access gained and lost, and why?
    #[command(infer_long_args = true, after_help = super::diff::EXAMPLES)]
    Diff(Box<super::diff::Diff>),
    /// Security findings for a workspace: what is over-permitted, fragile or about to expire.
    #[command(infer_long_args = true, after_help = super::review::EXAMPLES)]
    Review(Box<super::review::Review>),
    /// Which layer denied access, what is the cause, and what does the state prove?
    #[command(infer_long_args = true, after_help = super::explain::EXAMPLES)]
    Explain(Box<super::explain::Explain>),
    /// Collect the state once from Azure into a file that every other command can use offline.
    #[command(infer_long_args = true, after_help = SNAPSHOT_EXAMPLES)]
    Snapshot(Box<Snapshot>),
    /// Print the credential table and the other rules, each with its source.
    #[command(infer_long_args = true, after_help = RULES_EXAMPLES)]
    Rules(Rules),
    /// Print completions for a shell.
    #[command(after_help = "Example:\n  canread completions bash > ~/.local/share/bash-completion/completions/canread")]
    Completions {
        /// Shell.
        shell: ShellArg,
    },
    /// Print the man page.
    #[command(after_help = "Example:\n  canread man | man -l -")]
    Man,
}

// Lines are kept short, for help texts are wrapped at the width of the terminal and are to be copied as they are.
const CHECK_EXAMPLES: &str = "\
Examples:
  canread check -n scoring --input azureml:heart@latest

  canread check -n scoring -d blue --input-type uri_file \\
    --input https://acct.blob.core.windows.net/data/a.csv

  canread check -n scoring --set inputs.heart.type=uri_folder \\
    inputs.heart.path=azureml://datastores/raw/paths/heart

  canread check -n scoring -f inputs.yml --as ana@contoso.com \\
    --at 2026-12-24T02:00:00Z --snapshot state.jsonl -o json

  canread check --compute cpu-cluster \\
    --input data=azureml:heart:3 --input labels=azureml:labels:1

  canread check --all-deployments --input azureml:heart@latest
  canread check -n scoring --input azureml:heart@latest \\
    --grant ana@contoso.com=2a2b9908-6ea1-4ae2-8e65-a410df84e7d1@acct

  canread check --snapshot state.jsonl --batch questions.jsonl";

const ACCESS_EXAMPLES: &str = "\
Examples:
  canread access --principal ana@contoso.com --operation read \\
    https://acct.blob.core.windows.net/data/a.csv

  canread access --principal ana@contoso.com --operation list \\
    abfss://raw@acct.dfs.core.windows.net/heart --snapshot state.jsonl";

const SNAPSHOT_EXAMPLES: &str = "\
Examples:
  canread snapshot -g rg -w ws --output-file state.jsonl.zst

  canread snapshot -g rg -w ws --output-file state.jsonl \\
    --only -n scoring --input azureml:heart@latest

  canread snapshot --pseudonymise --snapshot state.jsonl --output-file shown.jsonl

  canread snapshot --role > role.json

Exit codes: 0 collected (4 with --fail-on-gap where a look-up failed), 1 failure, 2 usage.";

const RULES_EXAMPLES: &str = "\
Examples:
  canread rules
  canread rules access/mount
  canread rules --condition -
  canread rules --schema report > report.schema.json";

#[derive(Args)]
#[command(next_help_heading = "Output")]
pub(super) struct Output {
    /// Format of the results.
    #[arg(short, long, global = true, value_name = "FORMAT", default_value = "table", ignore_case = true)]
    pub(super) output: FormatArg,
    /// Write the results to this file.
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) output_file: Option<PathBuf>,
    /// When to use colours; NO_COLOR is heeded.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(super) color: ColorArg,
    /// Print no results: only the exit code tells.
    #[arg(short, long, global = true)]
    pub(super) quiet: bool,
    /// Show met requirements whole.
    #[arg(short, long, global = true)]
    pub(super) verbose: bool,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum FormatArg {
    Table,
    Json,
    Sarif,
    Junit,
    Markdown,
    Html,
    Github,
    Azuredevops,
    // What only `az` has: read as `table`, so that its lines can be taken as they are.
    #[value(hide = true)]
    Tsv,
    #[value(hide = true)]
    Yaml,
    #[value(hide = true)]
    Yamlc,
    #[value(hide = true)]
    Jsonc,
    #[value(hide = true)]
    None,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum ColorArg {
    Auto,
    Always,
    Never,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum ShellArg {
    Bash,
    Elvish,
    Fish,
    #[value(name = "powershell")]
    PowerShell,
    Zsh,
}

#[derive(Args)]
#[command(next_help_heading = "State")]
pub(super) struct State {
    /// Snapshot file to answer from, without any network; - is standard input.
    #[arg(long, value_name = "FILE")]
    pub(super) snapshot: Option<PathBuf>,
    /// Subscription id.
    #[arg(long, value_name = "ID")]
    pub(super) subscription: Option<String>,
    /// Resource group of the workspace.
    #[arg(short = 'g', long, value_name = "NAME")]
    pub(super) resource_group: Option<String>,
    /// Workspace.
    #[arg(short = 'w', long, value_name = "NAME")]
    pub(super) workspace_name: Option<String>,
    /// AzureCloud, AzureUSGovernment, AzureChinaCloud, or a TOML file that names the endpoints.
    #[arg(long, value_name = "NAME|FILE")]
    pub(super) cloud: Option<String>,
    /// Longest time live collection may take.
    #[arg(long, value_name = "DURATION", default_value = "120s", value_parser = parse_duration)]
    pub(super) timeout: Duration,
    /// Most paths below a folder whose ACLs are collected live.
    #[arg(long, value_name = "COUNT", default_value_t = 1000)]
    pub(super) max_paths: usize,
    /// Refuse a snapshot older than this, such as 6h or 30d.
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub(super) max_age: Option<Duration>,
    /// Moment asked about, RFC 3339; now if left out.
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(super) at: Option<Timestamp>,
    /// Folder of rule files to use or override.
    #[arg(long, value_name = "DIR")]
    pub(super) rules: Option<PathBuf>,
}

#[derive(Args)]
pub(super) struct Check {
    #[command(flatten)]
    pub(super) job: Job,
    /// Every deployment of the endpoints named, or of the workspace's, one line each.
    #[arg(long, help_heading = "Job", conflicts_with_all = ["deployment_name", "compute", "batch"])]
    pub(super) all_deployments: bool,
    #[command(flatten)]
    pub(super) question: Question,
    #[command(flatten)]
    pub(super) what_if: super::what_if::WhatIf,
    #[command(flatten)]
    pub(super) state: State,
    #[command(flatten)]
    pub(super) ignored: Ignored,
}

#[derive(Args)]
#[command(next_help_heading = "Job")]
pub(super) struct Job {
    /// Batch endpoint; check takes several, one line each.
    #[arg(short = 'n', long, value_name = "ENDPOINT", conflicts_with = "compute")]
    pub(super) name: Vec<String>,
    /// Deployment; the endpoint's default if left out.
    #[arg(short = 'd', long, value_name = "NAME", conflicts_with = "compute")]
    pub(super) deployment_name: Option<String>,
    /// Ask about a compute cluster instead of an endpoint, by name or ARM id.
    #[arg(long, value_name = "NAME|ID")]
    pub(super) compute: Option<String>,
    /// Input: a data asset, datastore path, URL or local path; NAME=REF names it and may be repeated.
    #[arg(short = 'i', long, value_name = "[NAME=]REF")]
    pub(super) input: Vec<String>,
    /// Type of the inputs given with --input.
    #[arg(short = 't', long, value_name = "TYPE", ignore_case = true)]
    pub(super) input_type: Option<TypeArg>,
    /// Inputs and outputs: the inputs.yml of az, or the JSON body of a REST call.
    #[arg(short = 'f', alias = "f", long, value_name = "FILE")]
    pub(super) file: Option<PathBuf>,
    /// Set inputs.NAME.path, inputs.NAME.type, outputs.NAME.path; several may follow.
    #[arg(long, value_name = "KEY=VALUE", num_args = 1.., allow_negative_numbers = true)]
    pub(super) set: Vec<String>,
    /// Where the output goes.
    #[arg(long, value_name = "REF")]
    pub(super) output_path: Option<String>,
}

#[derive(Args)]
#[command(next_help_heading = "Question")]
pub(super) struct Question {
    /// Who invokes: object id, user principal name, application id or display name; who is signed in if left out.
    #[arg(long = "as", value_name = "PRINCIPAL")]
    pub(super) principal: Option<String>,
    #[command(flatten)]
    pub(super) judging: Judging,
    /// Verdict from which on the exit code is not 0: with denied, an undetermined answer passes, with a note.
    #[arg(long, value_name = "VERDICT", default_value = "undetermined")]
    pub(super) fail_on: FailOnArg,
    /// Ask about a job that runs this long, such as 6h: allowed only if allowed throughout.
    #[arg(long = "for", value_name = "DURATION", value_parser = parse_duration)]
    pub(super) period: Option<Duration>,
    /// Live: try the stored credential with a list and a read of one byte.
    #[arg(long, conflicts_with = "snapshot")]
    pub(super) probe: bool,
    /// Answer many questions, one JSON object a line; - is standard input.
    #[arg(long, value_name = "FILE")]
    pub(super) batch: Option<PathBuf>,
}

/// By what a job is judged: the same wherever one is.
#[derive(Args)]
pub(super) struct Judging {
    /// Edition of the credential table.
    #[arg(long, value_name = "EDITION", default_value = "current")]
    pub(super) table: EditionArg,
    /// What an unmet requirement does that Microsoft's own pages disagree about.
    #[arg(long, value_name = "EFFECT", default_value = "deny")]
    pub(super) disputed: DisputedArg,
    /// Assume that ACLs below a folder which were not collected are open.
    #[arg(long)]
    pub(super) assume_below: bool,
}

/// What `az ml batch-endpoint invoke` takes and what does not bear on access.
#[derive(Args)]
#[command(next_help_heading = "Accepted from az, without effect")]
pub(super) struct Ignored {
    #[arg(long, value_name = "NAME", help = "Name of the job")]
    job_name: Option<String>,
    #[arg(long, value_name = "NAME", help = "Name of the experiment")]
    experiment_name: Option<String>,
    #[arg(short = 'c', long, value_name = "COUNT", help = "Number of nodes")]
    instance_count: Option<String>,
    #[arg(short = 'm', long, value_name = "SIZE", help = "Files in a mini-batch")]
    mini_batch_size: Option<String>,
    #[arg(long, value_name = "QUERY", help = "JMESPath query of az")]
    query: Option<String>,
    #[arg(long, help = "Warnings are shown nevertheless")]
    only_show_errors: bool,
    #[arg(long, help = "Log of az")]
    debug: bool,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum TypeArg {
    #[value(name = "uri_folder", alias = "urifolder")]
    UriFolder,
    #[value(name = "uri_file", alias = "urifile")]
    UriFile,
    /// Batch endpoints do not take it
    #[value(name = "mltable")]
    MlTable,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum EditionArg {
    Current,
    Seed,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum DisputedArg {
    Deny,
    Warn,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum FailOnArg {
    Denied,
    Undetermined,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum OperationArg {
    List,
    Read,
    Write,
}

#[derive(Args)]
pub(super) struct Access {
    /// URL of a container, folder or file: https, abfss, wasbs or adl.
    #[arg(value_name = "URL", required_unless_present = "batch")]
    pub(super) url: Option<String>,
    /// Object id, user principal name, application id or display name.
    #[arg(long, value_name = "PRINCIPAL", required_unless_present = "batch")]
    pub(super) principal: Option<String>,
    /// What the principal wants to do.
    #[arg(long, value_name = "OPERATION", required_unless_present = "batch")]
    pub(super) operation: Option<OperationArg>,
    /// Where the request comes from: public, or the ARM id of a subnet.
    #[arg(long, value_name = "public|SUBNET_ID")]
    pub(super) from: Option<String>,
    /// Assume that ACLs below a folder which were not collected are open.
    #[arg(long)]
    pub(super) assume_below: bool,
    /// Answer many questions, one JSON object a line; - is standard input.
    #[arg(long, value_name = "FILE")]
    pub(super) batch: Option<PathBuf>,
    #[command(flatten)]
    pub(super) state: State,
}

#[derive(Args)]
pub(super) struct Snapshot {
    /// Only what this question needs; the arguments of check follow.
    #[arg(long)]
    pub(super) only: bool,
    /// Print the least-privilege role that collecting needs, and collect nothing.
    #[arg(long)]
    pub(super) role: bool,
    /// With --role: include what a probe of stored credentials needs.
    #[arg(long, requires = "role")]
    pub(super) probe: bool,
    /// Exit with 4 where a look-up failed.
    #[arg(long)]
    pub(super) fail_on_gap: bool,
    /// Replace ids and names, each by the same everywhere, so that the file can be shown to others; with --snapshot those of that file.
    #[arg(long)]
    pub(super) pseudonymise: bool,
    /// Go on where an earlier run for this output file was broken off.
    #[arg(long)]
    pub(super) resume: bool,
    /// With --only: who invokes; who is signed in if left out.
    #[arg(long = "as", value_name = "PRINCIPAL")]
    pub(super) principal: Option<String>,
    #[command(flatten)]
    pub(super) job: Job,
    #[command(flatten)]
    pub(super) state: State,
    #[command(flatten)]
    pub(super) ignored: Ignored,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum SchemaArg {
    Report,
    Snapshot,
    Access,
    Checks,
    Who,
    Diff,
    Review,
    Explain,
}

#[derive(Args)]
pub(super) struct Rules {
    /// Explain this id: a requirement, a warning, a row of the table, an error code.
    pub(super) id: Option<String>,
    /// Print a JSON Schema.
    #[arg(long, value_name = "NAME", conflicts_with = "id")]
    pub(super) schema: Option<SchemaArg>,
    /// Read a condition of a role assignment and say what it asks for; - is standard input.
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["id", "schema"])]
    pub(super) condition: Option<String>,
    /// Folder of rule files to use or override.
    #[arg(long, value_name = "DIR")]
    pub(super) rules: Option<PathBuf>,
}
