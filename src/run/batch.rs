//! `--batch`: one question a line, one answer a line, in input order, a line at a time.

use super::access::{self, Ask};
use super::live::Asked;
use super::state::{self, State};
use super::{Failure, Streams, check, only_table_or_json};
use crate::cli::batch::{AccessDefaults, CheckDefaults, LineError, parse_access_line, parse_check_line};
use crate::cli::{AccessArgs, CheckArgs, OutputArgs, Source};
use crate::eval::{self, Verdict};
use crate::output::json;
use crate::report::BatchReport;
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use serde::Serialize;
use std::io::{self, BufRead, BufReader, Write};

/// Longest line of a batch, in bytes: longer ones cost one error and no memory.
const LONGEST_LINE: usize = 1024 * 1024;

/// The answer to a line that cannot be judged.
#[derive(Serialize)]
struct Malformed {
    id: Option<serde_json::Value>,
    error: String,
}

pub(super) fn check(args: &CheckArgs, lines: &Source, output: &OutputArgs, streams: &mut Streams<'_>) -> Result<u8, Failure> {
    let job = check::job_inputs(args)?;
    let defaults = CheckDefaults::new(args, job);
    let lines = Lines::of(lines, args.state.snapshot.is_none())?;
    let questions: Vec<_> = lines.at_hand().filter_map(|line| parse_check_line(line, &defaults).ok()).collect();
    let asked = Asked {
        targets: questions.iter().map(|question| &question.target).collect(),
        jobs: questions.iter().map(|question| &question.job).collect(),
        principals: questions.iter().filter_map(|question| question.principal.as_deref()).collect(),
        probe: args.probe,
        ..Asked::default()
    };
    let state = load(&args.state, &lines, output, &asked, streams)?;
    answer_all(&lines, output, streams, |line| {
        let question = parse_check_line(line, &defaults)?;
        let at = question.at.unwrap_or(state.at);
        let id = question.id.clone();
        let asked = check::question(args, &state, &question.target, &question.job, question.principal.as_deref(), at);
        let asked = asked.map_err(|failure| (id.clone(), failure.to_string()))?;
        Ok(BatchReport::of_job(id, &eval::check_without_advice(&asked, &state.snapshot, &state.rules)))
    })
}

pub(super) fn access(args: &AccessArgs, lines: &Source, output: &OutputArgs, streams: &mut Streams<'_>) -> Result<u8, Failure> {
    let defaults = AccessDefaults::new(args);
    let lines = Lines::of(lines, args.state.snapshot.is_none())?;
    let questions: Vec<_> = lines.at_hand().filter_map(|line| parse_access_line(line, &defaults).ok()).collect();
    let asked = Asked {
        urls: questions.iter().map(|question| &question.url).collect(),
        principals: questions.iter().map(|question| question.principal.as_str()).collect(),
        ..Asked::default()
    };
    let state = load(&args.state, &lines, output, &asked, streams)?;
    answer_all(&lines, output, streams, |line| {
        let question = parse_access_line(line, &defaults)?;
        let ask = Ask {
            principal: &question.principal,
            operation: question.operation,
            url: &question.url,
            from: question.from.as_ref(),
            at: question.at.unwrap_or(state.at),
            assume_below: args.assume_below,
        };
        let (_, verdict) = access::judge::<Verdict>(&state, &ask).map_err(|failure| (question.id.clone(), failure.to_string()))?;
        Ok(BatchReport::of_access(question.id, verdict))
    })
}

/// Where the questions come from.
enum Lines<'a> {
    /// Read as they are answered.
    Streamed(&'a Source),
    /// Read whole, because what they ask about is collected first.
    AtHand(String),
}

impl<'a> Lines<'a> {
    fn of(source: &'a Source, is_live: bool) -> Result<Self, Failure> {
        Ok(if is_live { Lines::AtHand(state::read_source(source)?) } else { Lines::Streamed(source) })
    }

    fn at_hand(&self) -> impl Iterator<Item = &str> {
        let text = match self {
            Lines::AtHand(text) => text.as_str(),
            Lines::Streamed(_) => "",
        };
        text.lines().map(str::trim).filter(|line| !line.is_empty())
    }
}

fn load(
    args: &crate::cli::StateArgs,
    lines: &Lines<'_>,
    output: &OutputArgs,
    asked: &Asked<'_>,
    streams: &mut Streams<'_>,
) -> Result<State, Failure> {
    // A batch has one form, lines of JSON; what a command has besides is taken for it.
    only_table_or_json(output, "--batch")?;
    if matches!(lines, Lines::Streamed(Source::Stdin)) && args.snapshot == Some(Source::Stdin) {
        return Err(Failure::usage("`--snapshot -` and `--batch -` both read standard input; give one of them a file"));
    }
    let state = state::load_for(args, asked, streams)?;
    for warning in &state.warnings {
        streams.note("warning", &format!("{}: {}", warning.id, warning.message));
    }
    Ok(state)
}

/// Answers line by line. 1 if any line was malformed, else 0.
fn answer_all(
    lines: &Lines<'_>,
    output: &OutputArgs,
    streams: &mut Streams<'_>,
    answer: impl Fn(&str) -> Result<BatchReport, LineError> + Sync,
) -> Result<u8, Failure> {
    let mut malformed = false;
    let mut work = |out: &mut dyn Write| -> io::Result<()> {
        let mut out = io::BufWriter::new(out);
        let mut waiting = Waiting::default();
        each_line(lines, |line, is_last_at_hand| {
            waiting.push(line);
            // Whoever asks line by line gets each answer before the next question.
            if is_last_at_hand || waiting.is_full() {
                malformed |= waiting.answer(&answer, &mut out)?;
                out.flush()?;
            }
            Ok(())
        })?;
        malformed |= waiting.answer(&answer, &mut out)?;
        out.flush()
    };
    super::write_result(output, streams, &mut work)?;
    if output.quiet && output.file.is_none() {
        work(&mut io::sink()).map_err(Failure::from)?;
    }
    Ok(u8::from(malformed))
}

/// Most lines that are answered together.
const MOST_LINES: usize = 1024;

/// Most text that waits to be answered, in bytes.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// Lines that were read and are answered together, on all cores. What they are asked of does not change and no line knows of
/// another, so that neither the number of cores nor of lines shows.
#[derive(Default)]
struct Waiting {
    lines: Vec<Result<String, String>>,
    bytes: usize,
}

impl Waiting {
    fn push(&mut self, line: Result<&str, String>) {
        self.bytes += line.as_ref().map_or(0, |line| line.len());
        self.lines.push(line.map(str::to_owned));
    }

    fn is_full(&self) -> bool {
        self.lines.len() >= MOST_LINES || self.bytes >= MOST_BYTES
    }

    /// Answers what waits, in the order it was read. Whether a line was malformed.
    fn answer(&mut self, answer: &(impl Fn(&str) -> Result<BatchReport, LineError> + Sync), out: &mut dyn Write) -> io::Result<bool> {
        let lines = std::mem::take(&mut self.lines);
        self.bytes = 0;
        let one = |line: Result<String, String>| -> io::Result<(Vec<u8>, bool)> {
            let mut text = Vec::new();
            match line.map_err(|error| (None, error)).and_then(|line| answer(&line)) {
                Ok(report) => json::line(&report, &mut text)?,
                Err((id, error)) => {
                    json::line(&Malformed { id, error: crate::model::redacted(&error) }, &mut text)?;
                    return Ok((text, true));
                }
            }
            Ok((text, false))
        };
        let answers: Vec<(Vec<u8>, bool)> = match lines.len() {
            0 | 1 => lines.into_iter().map(one).collect::<io::Result<_>>()?,
            _ => lines.into_par_iter().map(one).collect::<io::Result<_>>()?,
        };
        let mut any = false;
        for (text, malformed) in answers {
            any |= malformed;
            out.write_all(&text)?;
        }
        Ok(any)
    }
}

#[expect(clippy::disallowed_methods, reason = "files are read here and handed down")]
fn each_line(lines: &Lines<'_>, handle: impl FnMut(Result<&str, String>, bool) -> io::Result<()>) -> io::Result<()> {
    match lines {
        Lines::AtHand(text) => read_lines(BufReader::new(text.as_bytes()), handle),
        Lines::Streamed(Source::Stdin) => read_lines(BufReader::new(io::stdin().lock()), handle),
        Lines::Streamed(Source::File(path)) => {
            let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
            read_lines(BufReader::new(std::fs::File::open(path).map_err(named)?), handle)
        }
    }
}

/// Hands over each line without its end; blank lines do not count. A line that is too long, or no UTF-8, is handed over as
/// what is wrong with it. With each goes whether reading on may have to wait.
fn read_lines<R: io::Read>(
    mut source: BufReader<R>,
    mut handle: impl FnMut(Result<&str, String>, bool) -> io::Result<()>,
) -> io::Result<()> {
    let mut line: Vec<u8> = Vec::new();
    loop {
        line.clear();
        let mut limited = io::Read::take(&mut source, LONGEST_LINE as u64 + 1);
        if limited.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        if line.len() > LONGEST_LINE && !line.ends_with(b"\n") {
            skip_line(&mut source)?;
            handle(Err(format!("the line is longer than {} KiB", LONGEST_LINE / 1024)), source.buffer().is_empty())?;
            continue;
        }
        let is_last_at_hand = source.buffer().is_empty();
        match std::str::from_utf8(&line) {
            Ok(text) if text.trim().is_empty() => {}
            Ok(text) => handle(Ok(text.trim()), is_last_at_hand)?,
            Err(_) => handle(Err("the line is not UTF-8 text".to_owned()), is_last_at_hand)?,
        }
    }
}

fn skip_line(source: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = source.fill_buf()?;
        if buffer.is_empty() {
            return Ok(());
        }
        match buffer.iter().position(|byte| *byte == b'\n') {
            Some(at) => {
                source.consume(at + 1);
                return Ok(());
            }
            None => {
                let length = buffer.len();
                source.consume(length);
            }
        }
    }
}
