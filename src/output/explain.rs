//! `canread explain` for people: the likeliest cause first, then what was said, every cause, and what would decide.

use super::escape;
use super::table::Style;
use super::text::{shortened, wrapped};
use crate::report::{CauseReport, ExplainReport, SignalReport};
use std::io::{self, Write};

/// What is said where nothing in the text is about access.
pub const NOTHING: &str = "no access-denied signal found";

/// The notice that stands in the headline.
const SUFFICIENT: &str = "configuration-sufficient";

/// Details in the order they are read in; those of a place are put together.
const DETAILS: [(&str, &str); 14] = [
    ("principal", "principal"),
    ("object_id", "object id"),
    ("app_id", "application id"),
    ("action", "action"),
    ("scope", "scope"),
    ("reference", "reference"),
    ("account", "account"),
    ("container", "container"),
    ("path", "path"),
    ("registry", "registry"),
    ("sas_expiry", "SAS ends"),
    ("status", "status"),
    ("request_id", "request id"),
    ("time", "time"),
];

/// Writes the report.
///
/// # Errors
/// Those of the writer.
pub fn table(report: &ExplainReport, style: Style, out: &mut dyn Write) -> io::Result<()> {
    if report.signals.is_empty() {
        return writeln!(out, "{NOTHING}");
    }
    headline(report, style, out)?;
    for signal in &report.signals {
        self::signal(signal, style, out)?;
    }
    if report.more_signals > 0 {
        writeln!(out, "and {} more of the like", report.more_signals)?;
    }
    writeln!(out, "\n{}", if report.at.is_some() { "causes, by the state" } else { "causes, likeliest first" })?;
    let statuses = report.causes.iter().map(|cause| cause.status.len()).max().unwrap_or_default();
    for cause in &report.causes {
        self::cause(cause, report.at.is_some(), statuses, style, out)?;
    }
    // That the configuration is sufficient stands at the top.
    for notice in report.notices.iter().filter(|notice| notice.id != SUFFICIENT) {
        write!(out, "{}", wrapped("  note: ", "    ", &shortened(&escape(&notice.message)), style.columns()))?;
    }
    for issue in &report.known_issues {
        let text = format!("{} {} ({})", escape(&issue.title), escape(&issue.way_out), escape(&issue.source));
        write!(out, "{}", wrapped("  known issue: ", "    ", &text, style.columns()))?;
    }
    if report.at.is_none() {
        writeln!(out, "\nwhat would decide")?;
        for command in &report.commands {
            writeln!(out, "  {}", escape(command))?;
        }
    }
    Ok(())
}

/// The likeliest cause in one sentence.
fn headline(report: &ExplainReport, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let sufficient = report.notices.iter().find(|notice| notice.id == SUFFICIENT);
    let first = report.causes.first();
    let (word, colour, text) = match (sufficient, first) {
        (Some(notice), _) => ("SUFFICIENT", "allowed", notice.message.clone()),
        (None, Some(cause)) => {
            let word = match (cause.status.as_str(), report.at.is_some()) {
                ("confirmed", _) => "CONFIRMED",
                ("refuted", _) => "REFUTED",
                (_, true) => "POSSIBLE",
                (_, false) => "LIKELIEST",
            };
            (word, colour(&cause.status), format!("{}: {}", cause.requirement, cause.means))
        }
        (None, None) => return Ok(()),
    };
    let lines = wrapped(&" ".repeat(word.len() + 2), "  ", &shortened(&escape(&text)), style.columns());
    write!(out, "{}  {}", style.word(word, colour, 0), lines.trim_start())
}

fn colour(status: &str) -> &'static str {
    match status {
        "confirmed" => "denied",
        "refuted" => "allowed",
        _ => "undetermined",
    }
}

fn signal(signal: &SignalReport, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let times = if signal.count > 1 { format!(", {} times", signal.count) } else { String::new() };
    let head = format!("{} ({}, line {}{times})", escape(&signal.code), layer(&signal.layer), signal.line);
    // What it wraps says the rest.
    if signal.wraps.is_some() {
        let text = format!("{head}: {}", escape(&signal.means));
        return write!(out, "{}", wrapped("  wrapped in: ", "    ", &text, style.columns()));
    }
    writeln!(out, "\n{head}")?;
    write!(out, "{}", wrapped("  ", "  ", &escape(&signal.means), style.columns()))?;
    write!(out, "{}", wrapped("  says: ", "    ", &escape(&signal.says), style.columns()))?;
    let known = DETAILS.iter().filter_map(|(name, word)| Some(format!("{word} {}", signal.details.get(*name)?)));
    let known = known.collect::<Vec<_>>().join(", ");
    if known.is_empty() {
        return Ok(());
    }
    write!(out, "{}", wrapped("  reveals: ", "    ", &escape(&known), style.columns()))
}

/// Who says it, in words.
fn layer(layer: &str) -> &str {
    match layer {
        "storage" => "Azure Storage",
        "entra" => "Entra ID",
        "arm" => "Azure Resource Manager",
        "aml_service" => "Azure Machine Learning",
        "runtime" => "data runtime on the node",
        "batch_frontend" => "front end of the batch endpoint",
        "client" => "client",
        "node_identity" => "identity of the node",
        other => other,
    }
}

fn cause(cause: &CauseReport, judged: bool, statuses: usize, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mark = if judged { style.word(&cause.status, colour(&cause.status), statuses) } else { String::new() };
    let indent = if judged { " ".repeat(statuses + 4) } else { "    ".to_owned() };
    let text = wrapped(&indent, &indent, &shortened(&escape(&cause.because)), style.columns());
    writeln!(out, "  {mark}{}{}", if judged { "  " } else { "" }, cause.requirement)?;
    write!(out, "{text}")?;
    // What the state has settled need not be looked up by hand.
    if cause.status == "possible" && !cause.check.is_empty() {
        write!(out, "{}", wrapped(&format!("{indent}check: "), &format!("{indent}  "), &escape(&cause.check), style.columns()))?;
    }
    // The one that opens least; JSON lists the others.
    if let Some(fix) = cause.fixes.first() {
        write!(out, "{}", wrapped(&format!("{indent}fix: "), &format!("{indent}  "), &shortened(&escape(&fix.summary)), style.columns()))?;
        for line in &fix.az {
            writeln!(out, "{indent}  {}", escape(line))?;
        }
    }
    Ok(())
}
