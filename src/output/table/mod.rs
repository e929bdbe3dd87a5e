//! Text for people: the verdict first, then one line a requirement with its reasons, then what to do.

mod fixes;
pub(super) mod reasons;
mod requirements;
mod what_if;

use super::escape;
use super::text::{shortened, wrapped};
use crate::report::{AccessReport, DataReport, InvokeReport, MissingReport, PrincipalReport, Report};
use std::io::{self, Write};

/// How to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Use colour.
    pub color: bool,
    /// Columns available.
    pub width: u16,
    /// Show proofs whole.
    pub verbose: bool,
}

/// Narrowest width that is laid out for.
const NARROWEST: u16 = 60;

impl Style {
    pub(super) fn columns(self) -> u16 {
        self.width.max(NARROWEST)
    }

    /// A word in the colour of its verdict, padded to `width` columns.
    pub(super) fn word(self, word: &str, verdict: &str, width: usize) -> String {
        let code = match verdict {
            "allowed" => 32,
            "denied" => 31,
            _ => 33,
        };
        let blanks = " ".repeat(width.saturating_sub(word.chars().count()));
        if self.color { format!("\u{1b}[1;{code}m{word}\u{1b}[0m{blanks}") } else { format!("{word}{blanks}") }
    }

    /// A word in the colour of its severity.
    pub(super) fn severity(self, word: &str, severity: &str) -> String {
        let code = match severity {
            "critical" | "high" => 31,
            "medium" => 33,
            _ => return word.to_owned(),
        };
        if self.color { format!("\u{1b}[1;{code}m{word}\u{1b}[0m") } else { word.to_owned() }
    }
}

/// Writes the report of a job question.
///
/// # Errors
/// Those of the writer.
pub fn job(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    headline(&report.verdict, &format!("{}: {}", subject(report), predicate(report)), style, out)?;
    if let Some(what_if) = &report.what_if {
        what_if::section(what_if, style, out)?;
    }
    for input in &report.inputs {
        data(input, &input_rule(input), style, out)?;
    }
    for output in &report.outputs {
        data(output, &output_rule(output), style, out)?;
    }
    if let Some(part) = &report.invoke {
        invoke(part, style, out)?;
    }
    fixes::list(&report.fixes, style, out)
}

/// Writes the report of an access question.
///
/// # Errors
/// Those of the writer.
pub fn access(report: &AccessReport, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let who = who_is(&report.principal);
    let (operation, url) = (&report.operation, escape(&report.url));
    let text = match report.verdict.as_str() {
        "allowed" => format!("{who} may {operation} {url}"),
        "denied" => format!("{who} may not {operation} {url}"),
        _ => format!("not known whether {who} may {operation} {url}"),
    };
    headline(&report.verdict, &text, style, out)?;
    if style.verbose {
        reasons::tree(&report.proof, 1, style, out)?;
    } else {
        reasons::brief(&report.proof, "  ", style, out)?;
    }
    holds_until(report.valid_until.as_deref(), report.valid_until_because.as_deref(), style, out)?;
    missing(&report.missing, style, out)?;
    assumptions(&report.assumptions, style, out)
}

fn headline(verdict: &str, text: &str, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let word = verdict.to_uppercase();
    // The word may hold colour codes, which take no columns.
    let lines = wrapped(&" ".repeat(word.len() + 2), "  ", text, style.columns());
    write!(out, "{}  {}", style.word(&word, verdict, 0), lines.trim_start())
}

/// The job and whoever invokes it.
pub(super) fn subject(report: &Report) -> String {
    let short = |id: &Option<String>| id.as_deref().and_then(|id| id.rsplit('/').next()).map(escape);
    let job = match (short(&report.job.endpoint), short(&report.job.deployment), short(&report.job.compute)) {
        (Some(endpoint), Some(deployment), Some(compute)) => format!("{endpoint}/{deployment} on {compute}"),
        (Some(endpoint), Some(deployment), None) => format!("{endpoint}/{deployment}"),
        (Some(endpoint), None, _) => endpoint,
        (None, _, Some(compute)) => format!("a job on {compute}"),
        (None, _, None) => "the job".to_owned(),
    };
    match &report.job.invoker {
        Some(invoker) => format!("{job}, invoked by {}", who_is(invoker)),
        None => job,
    }
}

/// What the job can or cannot do: of a denied or undetermined one only the parts that are so.
pub(super) fn predicate(report: &Report) -> String {
    let names = |all: &[DataReport]| -> Option<String> {
        let of: Vec<String> =
            all.iter().filter(|data| data.verdict == report.verdict).map(|data| format!("`{}`", escape(&data.name))).collect();
        (!of.is_empty()).then(|| of.join(", "))
    };
    let mut parts = Vec::new();
    if report.invoke.as_ref().is_some_and(|invoke| invoke.verdict == report.verdict) {
        parts.push("be invoked".to_owned());
    }
    parts.extend(names(&report.inputs).map(|names| format!("read {names}")));
    parts.extend(names(&report.outputs).map(|names| format!("write {names}")));
    let denied = report.verdict == "denied";
    let parts = if parts.is_empty() { "run".to_owned() } else { parts.join(if denied { " or " } else { " and " }) };
    match report.verdict.as_str() {
        "allowed" => format!("can {parts}"),
        "denied" => format!("cannot {parts}"),
        _ => format!("not known whether it can {parts}"),
    }
}

/// A principal by its name, else by its id.
pub(super) fn who_is(principal: &PrincipalReport) -> String {
    let name = principal.name.as_deref().or(principal.object_id.as_deref()).unwrap_or("somebody unknown");
    escape(name)
}

fn data(data: &DataReport, rule: &str, style: Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n{}: {}", escape(&data.name), escape(&data.reference))?;
    if let Some(place) = place(data) {
        write!(out, "{}", wrapped("  is ", "     ", &place, style.columns()))?;
    }
    if !rule.is_empty() {
        write!(out, "{}", wrapped("  ", "  ", rule, style.columns()))?;
    }
    requirements::list(&data.requirements, style, out)?;
    holds_until(data.valid_until.as_deref(), data.valid_until_because.as_deref(), style, out)?;
    missing(&data.missing, style, out)?;
    assumptions(&data.assumptions, style, out)
}

/// Whose credential reads, what grants it, and the table row that says so.
pub(super) fn input_rule(data: &DataReport) -> String {
    let Some(rule) = &data.rule else {
        return String::new();
    };
    let used: Vec<&str> = rule
        .credentials_used
        .iter()
        .map(|used| match used.as_str() {
            "job_identity" => "the job's identity",
            "compute_identity" => "the compute's identity",
            "store_credential" => "the credential stored in the datastore",
            "anonymous" => "anyone (public access)",
            other => other,
        })
        .collect();
    let granted: Vec<&str> = rule
        .access_granted_by
        .iter()
        .map(|by| match by.as_str() {
            "credential" => "that credential",
            "rbac" => "RBAC",
            "posix" => "POSIX ACL",
            "anonymous" => "public access",
            other => other,
        })
        .collect();
    let edition = if rule.edition == "current" { String::new() } else { format!(", edition {}", rule.edition) };
    format!("read by {}; granted by {} (rule {}{edition})", used.join(" and "), granted.join(" or "), rule.id)
}

/// An output is written with the stored credential, else by the compute's identity.
pub(super) fn output_rule(data: &DataReport) -> String {
    match &data.rule {
        None => String::new(),
        Some(rule) if rule.credentials_used.iter().any(|used| used == "store_credential") => {
            "written with the credential stored in the datastore".to_owned()
        }
        Some(_) => "written by the compute's identity".to_owned(),
    }
}

pub(super) fn place(data: &DataReport) -> Option<String> {
    let resolved = &data.resolved;
    let parts = [resolved.account.as_deref(), resolved.container.as_deref(), resolved.path.as_deref()];
    resolved.account.as_ref()?;
    let names: Vec<String> = parts.into_iter().flatten().filter(|part| !part.is_empty()).map(escape).collect();
    let store = match resolved.store.as_deref() {
        Some("adls_gen1") => "ADLS Gen1",
        Some("adls_gen2") => "ADLS Gen2",
        _ => "Blob",
    };
    let mut text = format!("{store} {}", names.join("/"));
    if let Some(kind) = &resolved.input_type {
        text.push_str(&format!(" ({kind})"));
    }
    if let Some(datastore) = resolved.datastore.as_deref().and_then(|id| id.rsplit('/').next()) {
        text.push_str(&format!(", datastore {}", escape(datastore)));
    }
    Some(text)
}

fn invoke(part: &InvokeReport, style: Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\ninvocation")?;
    requirements::list(&part.requirements, style, out)?;
    missing(&part.missing, style, out)?;
    assumptions(&part.assumptions, style, out)
}

fn holds_until(until: Option<&str>, because: Option<&str>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let Some(until) = until else {
        return Ok(());
    };
    let because = because.map_or_else(String::new, |because| format!(": {}", shortened(&escape(because))));
    write!(out, "{}", wrapped("  holds until ", "    ", &format!("{until}{because}"), style.columns()))
}

/// What would decide, each with the command that gets it: on a line of its own and unbroken, to be copied.
pub(super) fn missing(all: &[MissingReport], style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut said: Vec<String> = Vec::new();
    for one in all {
        let text = if one.what == "open_question" {
            wrapped("  open question: ", "    ", &shortened(&escape(&one.how)), style.columns())
        } else {
            let because = one.because.as_deref().map_or_else(String::new, |because| format!(" ({})", escape(because)));
            let what = format!("{} of {}{because}", one.what.replace('_', " "), shortened(&escape(&one.scope)));
            format!("{}    {}\n", wrapped("  missing: ", "    ", &what, style.columns()), escape(&one.how))
        };
        if !said.contains(&text) {
            write!(out, "{text}")?;
            said.push(text);
        }
    }
    Ok(())
}

pub(super) fn assumptions(all: &[String], style: Style, out: &mut dyn Write) -> io::Result<()> {
    for one in all {
        write!(out, "{}", wrapped("  assumed: ", "    ", &shortened(&escape(one)), style.columns()))?;
    }
    Ok(())
}
