//! `canread explain`.

use super::live::{self, Needs};
use super::state::{self, State};
use super::{Failure, Form, Streams, check, only_table_or_json, write_result};
use crate::cli::job::{JobData, JobInputs};
use crate::cli::{ExplainArgs, JobTarget, LogText, OutputArgs, Source, WorkspaceArgs};
use crate::explain::{self, Asked, Catalogue, JobRecord, JobRecordData, Log, LogReader};
use crate::model::{DeclaredType, Direction, ReferenceOrigin, ReferenceText, Scope, Snapshot, masked};
use crate::output::{explain as text, json, table::Style};
use crate::report::ExplainReport;
use crate::rules::RuleSet;
use crate::snapshot;
use std::io::{IsTerminal, Read};

/// Bytes of a log that are read at once.
const PIECE: usize = 64 * 1024;
/// Largest record of a job that is read as one.
const LARGEST_RECORD: usize = 1024 * 1024;

pub(super) fn explain(args: &ExplainArgs, output: &OutputArgs, style: Style, streams: &mut Streams<'_>) -> Result<u8, Failure> {
    let form = only_table_or_json(output, "explain")?;
    let rules = state::load_rules(args.state.rules.as_deref())?;
    let mut job = check::inputs_of(&args.job)?;
    for note in &job.notes {
        streams.note("note", note);
    }
    let (log, record) = read(args, &rules, streams)?;
    let args = &match record {
        Some(record) => with_record(args, &mut job, record, streams),
        None => args.clone(),
    };
    let state = load(args, &job, &log, streams)?;
    let before = args.before.as_ref().map(older).transpose()?;
    let asked = state.as_ref().map(|state| asked(args, state, &job, &log)).transpose()?;
    let judged = state.as_ref().zip(asked.as_ref());
    let judged = judged.map(|(state, asked)| explain::State { snapshot: &state.snapshot, asked, before: before.as_ref() });
    let explanation = explain::explain(log, &rules, judged.as_ref());
    let mut report = ExplainReport::of(&explanation, state.as_ref().map(|state| state.at));
    report.warnings = state.map(|state| state.warnings).unwrap_or_default();
    for warning in &report.warnings {
        streams.note("warning", &format!("{}: {}", warning.id, warning.message));
    }
    write_result(output, streams, |out| match form {
        Form::Json => json::pretty(&report, out),
        Form::Table => text::table(&report, style, out),
    })?;
    Ok(0)
}

/// Reads the log in one pass, of whatever size.
#[expect(clippy::disallowed_methods, reason = "files are read here and handed down")]
fn read(args: &ExplainArgs, rules: &RuleSet, streams: &mut Streams<'_>) -> Result<(Log, Option<JobRecord>), Failure> {
    let catalogue = Catalogue::new(rules);
    let mut reader = Reader { log: LogReader::new(&catalogue), head: Vec::new() };
    match &args.log {
        LogText::Job(name) => reader.push(live::job(&args.state, name, streams)?.as_bytes()),
        LogText::Given(text) => reader.push(text.expose().as_bytes()),
        LogText::Read(Source::Stdin) => {
            if std::io::stdin().is_terminal() {
                streams.note("note", "reading the log from standard input; end it with Ctrl-D, or name a file");
            }
            pump(std::io::stdin().lock(), &mut reader).map_err(|error| Failure::new(format!("cannot read standard input: {error}")))?;
        }
        LogText::Read(Source::File(path)) => {
            let named = |error: std::io::Error| Failure::new(format!("cannot read {}: {error}", path.display()));
            let file = std::fs::File::open(path).map_err(named)?;
            pump(file, &mut reader).map_err(named)?;
        }
    }
    Ok(reader.finish())
}

/// Reads a log, which may be the record of a job.
struct Reader<'r> {
    log: LogReader<'r>,
    /// The log, as long as it may be a record.
    head: Vec<u8>,
}

impl Reader<'_> {
    fn push(&mut self, bytes: &[u8]) {
        self.log.push(bytes);
        if self.head.len() <= LARGEST_RECORD {
            self.head.extend_from_slice(bytes);
        }
    }

    fn finish(self) -> (Log, Option<JobRecord>) {
        let small = self.head.len() <= LARGEST_RECORD;
        let body = serde_json::from_slice(&self.head).ok().filter(|_| small);
        (self.log.finish(), body.as_ref().and_then(JobRecord::read))
    }
}

/// The options, completed by what a job's own record says.
fn with_record(args: &ExplainArgs, job: &mut JobInputs, record: JobRecord, streams: &mut Streams<'_>) -> ExplainArgs {
    let said = [("status", &record.status), ("endpoint", &record.endpoint), ("compute", &record.compute), ("made by", &record.created_by)];
    let said = said.into_iter().filter_map(|(name, value)| Some(format!("{name} {}", value.as_ref()?))).collect::<Vec<_>>().join(", ");
    streams.note("note", &masked(&format!("the text is the record of job {}: {said}", record.name)));
    let data = |one: JobRecordData| JobData {
        name: one.name,
        reference: ReferenceText::new(one.uri),
        declared: one.kind.as_deref().map(DeclaredType::parse),
        origin: ReferenceOrigin::RestBody,
        line: None,
    };
    if job.inputs.is_empty() && job.outputs.is_empty() {
        job.inputs = record.inputs.into_iter().map(data).collect();
        job.outputs = record.outputs.into_iter().map(data).collect();
    }
    let endpoint = record.endpoint.map(|name| JobTarget::Endpoint { name, deployment: record.deployment });
    let target = args.target.clone().or(endpoint).or_else(|| record.compute.map(JobTarget::Compute));
    ExplainArgs { target, principal: args.principal.clone().or(record.created_by), from_record: args.principal.is_none(), ..args.clone() }
}

fn pump(mut source: impl Read, reader: &mut Reader<'_>) -> std::io::Result<()> {
    let mut piece = vec![0; PIECE];
    loop {
        match source.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(length) => reader.push(piece.get(..length).unwrap_or_default()),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// The state, where there is one to ask. Of Azure nothing is asked about a log that says nothing of access.
fn load(args: &ExplainArgs, job: &JobInputs, log: &Log, streams: &mut Streams<'_>) -> Result<Option<State>, Failure> {
    if args.state.snapshot.is_none() && (!args.live || log.signals.is_empty()) {
        return Ok(None);
    }
    let needs = Needs { target: args.target.as_ref(), job: Some(job), principal: args.principal.as_deref(), url: None, probe: false };
    let state = state::load(&args.state, &needs, streams)?;
    state.not_older(state.at)?;
    Ok(Some(state))
}

fn older(source: &Source) -> Result<Snapshot, Failure> {
    let path = match source {
        Source::Stdin => "-".to_owned(),
        Source::File(path) => path.to_string_lossy().into_owned(),
    };
    let loaded = snapshot::read_path(&path).map_err(|errors| Failure::new(errors.to_string()))?;
    Ok(loaded.snapshot)
}

/// What the options ask about.
fn asked(args: &ExplainArgs, state: &State, job: &JobInputs, log: &Log) -> Result<Asked, Failure> {
    let workspace = workspace(args, state, log)?;
    let data = |all, direction| check::data_questions(all, direction, &workspace, &state.storage_suffix);
    let (inputs, outputs) = (data(&job.inputs, Direction::Input), data(&job.outputs, Direction::Output));
    let target = args.target.as_ref().map(check::asked_target);
    let invoker = match &args.principal {
        // The name that a record bears need not be one of the directory's.
        Some(text) if args.from_record => state::principal(&state.snapshot, Some(text)).unwrap_or_default(),
        Some(text) => state::principal(&state.snapshot, Some(text))?,
        None => None,
    };
    Ok(Asked {
        workspace,
        target,
        invoker,
        inputs,
        outputs,
        edition: args.edition,
        disputed: args.disputed,
        storage_suffix: state.storage_suffix.clone(),
        at: state.at,
        assume_below: args.assume_below,
    })
}

/// The workspace that the options name, else the text, else the only one. A state without any bears on no job.
fn workspace(args: &ExplainArgs, state: &State, log: &Log) -> Result<Scope, Failure> {
    if let Some(collected) = &state.workspace {
        return Ok(collected.clone());
    }
    let of_compute = match &args.target {
        Some(JobTarget::Compute(id)) if id.starts_with('/') => Scope::new(id).cut_after("workspaces"),
        Some(JobTarget::Compute(_) | JobTarget::Endpoint { .. }) | None => None,
    };
    if let Some(workspace) = of_compute {
        return Ok(workspace);
    }
    let facts = state.snapshot.facts();
    let named = log.detail("scope").and_then(|scope| Scope::new(scope).cut_after("workspaces"));
    if let Some(named) = named.filter(|id| args.state.workspace == WorkspaceArgs::default() && facts.workspaces.contains_key(id)) {
        return Ok(named);
    }
    let holds_none = facts.workspaces.is_empty() && facts.endpoints.is_empty() && facts.computes.is_empty() && facts.datastores.is_empty();
    if holds_none && args.target.is_none() {
        return Ok(Scope::root());
    }
    state::workspace(&state.snapshot, &args.state.workspace)
}
