//! From a request to an exit code: reads files, clock and environment, asks `eval`, hands the answer to `output`.

mod access;
mod batch;
mod check;
mod checks;
#[cfg(feature = "collect")]
mod collected;
mod diff;
mod explain;
mod live;
#[cfg(feature = "collect")]
mod partial;
mod present;
#[cfg(feature = "collect")]
mod progress;
mod review;
mod role;
mod rules;
mod snapshot;
mod state;
mod what_if;
mod who;

use crate::cli::{self, ColorChoice, Command, OutputArgs, OutputFormat, Request};
use crate::eval::Verdict;
use crate::model::redacted;
use crate::output::{self, table::Style};
use std::fmt;
use std::io::{self, Write};

/// What ends a command early: one message and an exit code.
#[derive(Debug)]
pub(crate) struct Failure {
    /// 1 for failures, 2 for usage errors.
    code: u8,
    /// Lines for standard error.
    message: String,
}

impl Failure {
    fn new(message: impl Into<String>) -> Self {
        Failure { code: 1, message: message.into() }
    }
    fn usage(message: impl Into<String>) -> Self {
        Failure { code: 2, message: message.into() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Failure::new(format!("cannot write: {error}"))
    }
}

/// What the process was started in, as far as it matters.
#[derive(Clone, Copy, Debug, Default)]
pub struct Surroundings {
    /// Standard output is a terminal.
    pub terminal: bool,
    /// Columns of the terminal, where known.
    pub columns: Option<u16>,
}

/// The exit code of a verdict (contract section 1).
fn exit_code(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Allowed => 0,
        Verdict::Denied => 3,
        Verdict::Undetermined => 4,
    }
}

/// Where results and messages go.
pub(crate) struct Streams<'a> {
    out: &'a mut dyn Write,
    err: &'a mut dyn Write,
    quiet: bool,
}

impl Streams<'_> {
    /// A line on standard error, escaped.
    fn note(&mut self, word: &str, text: &str) {
        if !self.quiet {
            // A message that cannot be written is lost, not a reason to give another answer.
            let _ = writeln!(self.err, "{word}: {}", output::escape_lines(&redacted(text)));
        }
    }
}

/// Runs a request; returns the exit code.
pub fn run(request: Request, surroundings: Surroundings, out: &mut dyn Write, err: &mut dyn Write) -> u8 {
    let quiet = request.output.quiet;
    let mut streams = Streams { out, err, quiet };
    for note in &request.notes {
        streams.note("note", note);
    }
    match dispatch(&request, surroundings, &mut streams) {
        Ok(code) => code,
        Err(failure) => {
            let _ = writeln!(streams.err, "error: {}", output::escape_lines(&redacted(&failure.to_string())));
            failure.code
        }
    }
}

fn dispatch(request: &Request, surroundings: Surroundings, streams: &mut Streams<'_>) -> Result<u8, Failure> {
    let args = &request.output;
    let style = style(args, surroundings);
    match &request.command {
        Command::Check(check) => match &check.batch {
            Some(lines) => batch::check(check, lines, args, streams),
            None if check.is_about_several() => checks::checks(check, args, style, streams),
            None => check::check(check, args, style, streams),
        },
        Command::Access(access) => match &access.batch {
            Some(lines) => batch::access(access, lines, args, streams),
            None => access::access(access, args, style, streams),
        },
        Command::Who(who) => who::who(who, args, style, streams),
        Command::Diff(diff) => diff::diff(diff, args, style, streams),
        Command::Review(review) => review::review(review, args, style, streams),
        Command::Explain(explain) => explain::explain(explain, args, style, streams),
        Command::Snapshot(snapshot) => snapshot::snapshot(snapshot, args, surroundings, streams),
        Command::Rules(rules) => rules::rules(rules, args, style, streams),
        Command::Completions(shell) => {
            write_result(args, streams, |out| out.write_all(&cli::completions(*shell)))?;
            Ok(0)
        }
        Command::Man => {
            let page = cli::man()?;
            write_result(args, streams, |out| out.write_all(&page))?;
            Ok(0)
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the environment is read here and handed down")]
fn style(args: &OutputArgs, surroundings: Surroundings) -> Style {
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let color = match args.color {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => surroundings.terminal && args.file.is_none() && !no_color,
    };
    let width = surroundings.columns.filter(|_| args.file.is_none()).unwrap_or(120);
    Style { color, width, verbose: args.verbose }
}

/// Writes a result to standard output or to `--output-file`; nothing with `-q`.
#[expect(clippy::disallowed_methods, reason = "`run` is where files are written")]
fn write_result(args: &OutputArgs, streams: &mut Streams<'_>, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    if args.quiet && args.file.is_none() {
        return Ok(());
    }
    let Some(path) = &args.file else {
        return match write(streams.out).and_then(|()| streams.out.flush()) {
            // Whoever read the results has seen enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other.map_err(Failure::from),
        };
    };
    let named = |error: io::Error| Failure::new(format!("cannot write {}: {error}", path.display()));
    let mut file = io::BufWriter::new(std::fs::File::create(path).map_err(named)?);
    write(&mut file).and_then(|()| file.flush()).map_err(named)
}

/// The formats every command has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Table,
    Json,
}

/// Refuses formats that a command does not have.
fn only_table_or_json(args: &OutputArgs, command: &str) -> Result<Form, Failure> {
    let word = match args.format {
        OutputFormat::Table => return Ok(Form::Table),
        OutputFormat::Json => return Ok(Form::Json),
        OutputFormat::Sarif => "sarif",
        OutputFormat::Junit => "junit",
        OutputFormat::Markdown => "markdown",
        OutputFormat::Html => "html",
        OutputFormat::Github => "github",
        OutputFormat::AzureDevops => "azuredevops",
    };
    Err(Failure::usage(format!("`{command}` has no `{word}` output; use `-o table` or `-o json`")))
}
