//! From the parser's types to plain and valid values.

use super::args::{
    Access, Check, Cli, ColorArg, Commands, DisputedArg, EditionArg, FailOnArg, FormatArg, Job, OperationArg, Output, Rules, SchemaArg,
    ShellArg, Snapshot, State, TypeArg,
};
use super::job::{self, JobOptions};
use super::{
    AccessArgs, CheckArgs, Cloud, ColorChoice, Command, ConditionText, Exit, FailOn, JobTarget, OnlyArgs, OutputArgs, OutputFormat,
    Request, RequestOrigin, RulesArgs, SchemaName, Shell, SnapshotArgs, Source, StateArgs, WorkspaceArgs,
};
use crate::model::{DeclaredType, Disputed, Edition, Operation, ReferenceText, Scope};
use std::path::PathBuf;

pub(super) fn request(cli: Cli) -> Result<Request, Exit> {
    let mut notes = Vec::new();
    let output = output(cli.output, &mut notes);
    let command = match cli.command {
        Commands::Check(check) => Command::Check(Box::new(self::check(*check)?)),
        Commands::Access(access) => Command::Access(Box::new(self::access(*access)?)),
        Commands::Who(who) => Command::Who(Box::new(super::who::convert(*who)?)),
        Commands::Diff(diff) => Command::Diff(Box::new(super::diff::convert(*diff)?)),
        Commands::Review(review) => Command::Review(Box::new(super::review::review(*review)?)),
        Commands::Explain(explain) => Command::Explain(Box::new(super::explain::arguments(*explain)?)),
        Commands::Snapshot(snapshot) => Command::Snapshot(Box::new(self::snapshot(*snapshot)?)),
        Commands::Rules(rules) => Command::Rules(self::rules(rules)),
        Commands::Completions { shell } => Command::Completions(self::shell(shell)),
        Commands::Man => Command::Man,
    };
    Ok(Request { output, command, notes })
}

fn shell(shell: ShellArg) -> Shell {
    match shell {
        ShellArg::Bash => Shell::Bash,
        ShellArg::Elvish => Shell::Elvish,
        ShellArg::Fish => Shell::Fish,
        ShellArg::PowerShell => Shell::PowerShell,
        ShellArg::Zsh => Shell::Zsh,
    }
}

fn output(output: Output, notes: &mut Vec<String>) -> OutputArgs {
    let mut only_az = |name: &str| {
        notes.push(format!("output format `{name}` is az's own; using `table`"));
        OutputFormat::Table
    };
    let format = match output.output {
        FormatArg::Table => OutputFormat::Table,
        FormatArg::Json => OutputFormat::Json,
        FormatArg::Sarif => OutputFormat::Sarif,
        FormatArg::Junit => OutputFormat::Junit,
        FormatArg::Markdown => OutputFormat::Markdown,
        FormatArg::Html => OutputFormat::Html,
        FormatArg::Github => OutputFormat::Github,
        FormatArg::Azuredevops => OutputFormat::AzureDevops,
        FormatArg::Tsv => only_az("tsv"),
        FormatArg::Yaml => only_az("yaml"),
        FormatArg::Yamlc => only_az("yamlc"),
        FormatArg::Jsonc => only_az("jsonc"),
        FormatArg::None => only_az("none"),
    };
    let color = match output.color {
        ColorArg::Auto => ColorChoice::Auto,
        ColorArg::Always => ColorChoice::Always,
        ColorArg::Never => ColorChoice::Never,
    };
    OutputArgs { format, file: output.output_file, color, quiet: output.quiet, verbose: output.verbose }
}

pub(super) fn state(state: State) -> Result<StateArgs, Exit> {
    let workspace =
        WorkspaceArgs { subscription: state.subscription, resource_group: state.resource_group, workspace: state.workspace_name };
    Ok(StateArgs {
        snapshot: state.snapshot.map(Source::new),
        workspace,
        cloud: state.cloud.as_deref().map(cloud).transpose()?,
        timeout: state.timeout,
        max_paths: state.max_paths,
        max_age: state.max_age,
        at: state.at,
        rules: state.rules,
    })
}

/// A name, or a file: what ends in `.toml` or has a separator in it.
pub(super) fn cloud(text: &str) -> Result<Cloud, Exit> {
    if let Some(named) = Cloud::from_name(text) {
        return Ok(named);
    }
    if text.to_ascii_lowercase().ends_with(".toml") || text.contains(['/', '\\']) {
        return Ok(Cloud::File(PathBuf::from(text)));
    }
    Err(Exit::usage(&format!("unknown cloud `{text}`; write AzureCloud, AzureUSGovernment, AzureChinaCloud or the path of a .toml file")))
}

fn check(check: Check) -> Result<CheckArgs, Exit> {
    let Check { job, all_deployments, question, what_if, state, ignored: _ } = check;
    let state = self::state(state)?;
    let target = match job_target(&job) {
        None if question.batch.is_none() && !all_deployments => return Err(no_target()),
        target => target,
    };
    let more = further_targets(&job)?;
    if question.batch.is_some() && !more.is_empty() {
        return Err(Exit::usage("with `--batch` the lines name the endpoints; give at most one as their default"));
    }
    one_standard_input(&[
        state.snapshot.as_ref(),
        question.batch.clone().map(Source::new).as_ref(),
        job.file.clone().map(Source::new).as_ref(),
    ])?;
    let what_if = super::what_if::what_if(what_if)?;
    if what_if.is_asked() && question.batch.is_some() {
        return Err(Exit::usage("`--batch` asks about the state as it is; leave out `--grant`, `--acl`, `--without` and the files of az"));
    }
    Ok(CheckArgs {
        what_if,
        state,
        target,
        more,
        all_deployments,
        deployment: job.deployment_name.clone(),
        job: job_options(job)?,
        principal: question.principal,
        edition: edition(question.judging.table),
        disputed: disputed(question.judging.disputed),
        fail_on: match question.fail_on {
            FailOnArg::Denied => FailOn::Denied,
            FailOnArg::Undetermined => FailOn::Undetermined,
        },
        period: question.period,
        assume_below: question.judging.assume_below,
        probe: question.probe,
        batch: question.batch.map(Source::new),
    })
}

pub(super) fn edition(edition: EditionArg) -> Edition {
    match edition {
        EditionArg::Current => Edition::Current,
        EditionArg::Seed => Edition::Seed,
    }
}

pub(super) fn disputed(disputed: DisputedArg) -> Disputed {
    match disputed {
        DisputedArg::Deny => Disputed::Deny,
        DisputedArg::Warn => Disputed::Warn,
    }
}

pub(super) fn declared(declared: TypeArg) -> DeclaredType {
    match declared {
        TypeArg::UriFile => DeclaredType::UriFile,
        TypeArg::UriFolder => DeclaredType::UriFolder,
        TypeArg::MlTable => DeclaredType::MlTable,
    }
}

pub(super) fn job_target(job: &Job) -> Option<JobTarget> {
    match (job.name.first(), &job.compute) {
        (Some(name), _) => Some(JobTarget::Endpoint { name: name.clone(), deployment: job.deployment_name.clone() }),
        (None, Some(compute)) => Some(JobTarget::Compute(compute.clone())),
        (None, None) => None,
    }
}

/// The endpoints after the first. A deployment belongs to one endpoint.
fn further_targets(job: &Job) -> Result<Vec<JobTarget>, Exit> {
    let more: Vec<JobTarget> = job.name.iter().skip(1).map(|name| JobTarget::Endpoint { name: name.clone(), deployment: None }).collect();
    if !more.is_empty() && job.deployment_name.is_some() {
        return Err(Exit::usage("`-d` names a deployment of one endpoint; leave it out, or name one endpoint"));
    }
    Ok(more)
}

fn no_target() -> Exit {
    Exit::usage("name the batch endpoint with -n, or a cluster with --compute")
}

fn snapshot(snapshot: Snapshot) -> Result<SnapshotArgs, Exit> {
    let Snapshot { only, role, probe, fail_on_gap, pseudonymise, resume, principal, job, state, ignored: _ } = snapshot;
    let state = self::state(state)?;
    if state.snapshot.is_some() && (!pseudonymise || only || resume || role) {
        return Err(Exit::usage("`snapshot` collects from Azure; it takes a `--snapshot` only to `--pseudonymise` it"));
    }
    if job.name.len() > 1 {
        return Err(Exit::usage("`snapshot --only` collects for one endpoint; leave `--only` out to collect the whole workspace"));
    }
    let only = if only {
        let target = job_target(&job).ok_or_else(no_target)?;
        Some(OnlyArgs { target, job: job_options(job)?, principal })
    } else if job_target(&job).is_some() || !job.input.is_empty() || job.file.is_some() || principal.is_some() {
        return Err(Exit::usage("the arguments of a job follow `--only`; without it the whole workspace is collected"));
    } else {
        None
    };
    Ok(SnapshotArgs { state, only, role, probe, fail_on_gap, pseudonymise, resume })
}

pub(super) fn one_standard_input(sources: &[Option<&Source>]) -> Result<(), Exit> {
    if sources.iter().filter(|source| **source == Some(&Source::Stdin)).count() > 1 {
        return Err(Exit::usage("standard input can be read only once, but `-` stands for several files"));
    }
    Ok(())
}

pub(super) fn job_options(args: Job) -> Result<JobOptions, Exit> {
    let input_type = args.input_type.map(declared);
    Ok(JobOptions {
        inputs: args.input.iter().map(|text| job::InputOption::new(text)).collect(),
        input_type,
        set: job::assignments(&args.set).map_err(|message| Exit::usage(&message))?,
        file: args.file.map(Source::new),
        output_path: args.output_path.map(ReferenceText::new),
    })
}

fn access(access: Access) -> Result<AccessArgs, Exit> {
    let batch = access.batch.map(Source::new);
    let state = state(access.state)?;
    one_standard_input(&[state.snapshot.as_ref(), batch.as_ref()])?;
    let operation = access.operation.map(self::operation);
    let from = access.from.as_deref().map(request_origin).transpose().map_err(|message| Exit::usage(&message))?;
    let url = access.url.map(ReferenceText::new);
    Ok(AccessArgs { state, principal: access.principal, operation, url, from, assume_below: access.assume_below, batch })
}

pub(super) fn operation(operation: OperationArg) -> Operation {
    match operation {
        OperationArg::List => Operation::List,
        OperationArg::Read => Operation::Read,
        OperationArg::Write => Operation::Write,
    }
}

/// `public`, or the ARM id of a subnet.
pub(super) fn request_origin(text: &str) -> Result<RequestOrigin, String> {
    if text.eq_ignore_ascii_case("public") {
        return Ok(RequestOrigin::Public);
    }
    let scope = Scope::new(text);
    if scope.subscription().is_some() && scope.segment_after("subnets").is_some_and(|name| scope.name() == name) {
        return Ok(RequestOrigin::Subnet(scope));
    }
    Err(format!("`{text}` is neither `public` nor the ARM id of a subnet"))
}

fn rules(rules: Rules) -> RulesArgs {
    let schema = rules.schema.map(|schema| match schema {
        SchemaArg::Report => SchemaName::Report,
        SchemaArg::Snapshot => SchemaName::Snapshot,
        SchemaArg::Access => SchemaName::Access,
        SchemaArg::Checks => SchemaName::Checks,
        SchemaArg::Who => SchemaName::Who,
        SchemaArg::Diff => SchemaName::Diff,
        SchemaArg::Review => SchemaName::Review,
        SchemaArg::Explain => SchemaName::Explain,
    });
    let condition = rules.condition.map(|text| match text.as_str() {
        "-" => ConditionText::Stdin,
        _ => ConditionText::Given(text),
    });
    RulesArgs { id: rules.id, schema, condition, rules: rules.rules }
}
