//! The review for people: how many findings, the matrix, each finding with what to do, what could not be judged.

use super::escape;
use super::table::Style;
use super::text::{shortened, wrapped};
use crate::model::Severity;
use crate::report::{CellReport, FindingReport, MissingReport, ReviewReport};
use std::collections::BTreeSet;
use std::io::{self, Write};

/// Most evidence that is listed for a finding without `-v`.
const EVIDENCE: usize = 3;
/// Most look-ups that are listed without `-v`.
const LOOKUPS: usize = 10;
/// Columns of a verdict with its padding.
const VERDICT: usize = 14;
/// Most findings that a look-up's line names without `-v`.
const WAITING: usize = 4;
/// Most rows of the matrix that are listed without `-v`.
const ROWS: usize = 40;

/// Writes the report.
///
/// # Errors
/// Those of the writer.
pub fn table(report: &ReviewReport, style: Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", wrapped("", "  ", &headline(report), style.columns()).trim_end())?;
    matrix(report, style, out)?;
    let (notes, findings): (Vec<_>, Vec<_>) = report.findings.iter().partition(|finding| finding.severity == Severity::Info.as_str());
    each(&findings, style, out)?;
    self::notes(&notes, style, out)?;
    suppressed(report, style, out)?;
    missing(report, style, out)
}

/// What was found, in a sentence.
pub(super) fn headline(report: &ReviewReport) -> String {
    let counts: Vec<String> = Severity::ALL
        .into_iter()
        .rev()
        .filter_map(|severity| Some((severity, report.count(severity))).filter(|(_, count)| *count > 0))
        .map(|(severity, count)| format!("{count} {severity}"))
        .collect();
    let workspace = escape(report.workspace.rsplit('/').next().unwrap_or_default());
    let new = if report.known.is_some() { "new " } else { "" };
    let found = match report.findings.len() {
        0 => format!("no {new}findings"),
        1 => format!("1 {new}finding ({})", counts.join(", ")),
        many => format!("{many} {new}findings ({})", counts.join(", ")),
    };
    let besides = [
        report.known.filter(|known| *known > 0).map(|known| format!("{known} known from the baseline")),
        Some(report.suppressed.len()).filter(|count| *count > 0).map(|count| format!("{count} suppressed")),
    ];
    let besides: Vec<String> = besides.into_iter().flatten().collect();
    let besides = if besides.is_empty() { String::new() } else { format!("; {}", besides.join(", ")) };
    format!("Review of workspace {workspace}: {found}{besides}")
}

fn matrix(report: &ReviewReport, style: Style, out: &mut dyn Write) -> io::Result<()> {
    if report.matrix.is_empty() {
        return writeln!(out, "\nNo deployment with a registered input; name inputs with `--input`.");
    }
    let invoker = report.invoker.as_ref().and_then(|who| who.name.as_deref().or(who.object_id.as_deref()));
    let who = invoker.map_or_else(|| "nobody in particular (give `--as`)".to_owned(), escape);
    writeln!(out, "\n{}", wrapped("", "  ", &format!("What deployments can read, invoked by {who}"), style.columns()).trim_end())?;
    let shown = if style.verbose { report.matrix.len() } else { report.matrix.len().min(ROWS) };
    let mut last = None;
    for row in report.matrix.iter().take(shown) {
        if last != Some(&row.deployment) {
            writeln!(out, "  {}", deployment(row))?;
            last = Some(&row.deployment);
        }
        self::row(row, style, out)?;
    }
    match report.matrix.len() - shown {
        0 => Ok(()),
        more => writeln!(out, "  and {more} more; `-v` lists them"),
    }
}

/// A deployment by its own name and its endpoint's.
pub(super) fn deployment(row: &CellReport) -> String {
    let mut parts = row.deployment.rsplit('/');
    let (name, endpoint) = (parts.next().unwrap_or_default(), parts.nth(1).unwrap_or_default());
    format!("{}/{}", escape(endpoint), escape(name))
}

fn row(row: &CellReport, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let word = style.word(&row.verdict, &row.verdict, VERDICT);
    let mut text = escape(&row.input);
    let because = match row.verdict.as_str() {
        "allowed" => {
            let by: Vec<&str> = row.credentials_used.iter().map(|used| credential(used)).collect();
            let until = row.valid_until.as_deref().map_or_else(String::new, |until| format!("; until {until}"));
            format!("by {}{until}", by.join(" and "))
        }
        "denied" => row.denied.join(", "),
        _ => format!("not known: {}", row.undetermined.join(", ")),
    };
    text.push_str(&format!(" - {because}"));
    // The word may hold colour codes, which take no columns.
    let blank = " ".repeat(VERDICT + 4);
    let lines = wrapped(&blank, &format!("{blank}  "), &text, style.columns());
    write!(out, "    {word}{}", lines.trim_start())
}

/// Whose credential, in words.
fn credential(used: &str) -> &str {
    match used {
        "job_identity" => "the invoker",
        "compute_identity" => "the compute",
        "store_credential" => "the stored credential",
        "anonymous" => "anyone",
        other => other,
    }
}

fn each(findings: &[&FindingReport], style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut last = None;
    for one in findings {
        finding(one, last == Some(&one.id), style, out)?;
        last = Some(&one.id);
    }
    Ok(())
}

/// One finding. `again`: the one before it was of the same id, so that what to do was just said.
fn finding(finding: &FindingReport, again: bool, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let word = finding.severity.to_uppercase();
    let blank = " ".repeat(word.len() + 2);
    let lines = wrapped(&blank, "  ", &format!("{}: {}", escape(&finding.id), shortened(&escape(&finding.message))), style.columns());
    write!(out, "\n{}  {}", style.severity(&word, &finding.severity), lines.trim_start())?;
    let short = |text: String| if style.verbose { text } else { shortened(&text) };
    let mut evidence = finding.evidence.as_slice();
    // What the resource itself says stands beside its id.
    let own = evidence.split_first().filter(|(first, _)| first.id.eq_ignore_ascii_case(&finding.resource));
    let mut on = escape(&finding.resource);
    if let Some((first, rest)) = own {
        on.push_str(&format!(": {}", escape(&first.says)));
        evidence = rest;
    }
    write!(out, "{}", wrapped("  on ", "    ", &short(on), style.columns()))?;
    let shown = if style.verbose { evidence.len() } else { evidence.len().min(EVIDENCE) };
    for one in evidence.iter().take(shown) {
        let text = format!("{} {}: {}", one.kind.replace('_', " "), escape(&one.id), escape(&one.says));
        write!(out, "{}", wrapped("    ", "      ", &short(text), style.columns()))?;
    }
    if evidence.len() > shown {
        writeln!(out, "    and {} more records; `-v` lists them", evidence.len() - shown)?;
    }
    let fix = if again && !style.verbose { "as above".to_owned() } else { escape(&finding.fix) };
    write!(out, "{}", wrapped("  fix: ", "    ", &fix, style.columns()))
}

/// Findings that there is nothing to mend about, short.
fn notes(notes: &[&FindingReport], style: Style, out: &mut dyn Write) -> io::Result<()> {
    if notes.is_empty() {
        return Ok(());
    }
    if style.verbose {
        return each(notes, style, out);
    }
    writeln!(out, "\n{}", style.severity("INFO", "info"))?;
    for note in notes {
        let text = format!("{}: {}", escape(&note.id), shortened(&escape(&note.message)));
        write!(out, "{}", wrapped("  ", "    ", &text, style.columns()))?;
    }
    Ok(())
}

fn suppressed(report: &ReviewReport, style: Style, out: &mut dyn Write) -> io::Result<()> {
    if report.suppressed.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nSuppressed")?;
    for one in &report.suppressed {
        let what =
            format!("{} on {} until {}: {}", one.finding.id, shortened(&escape(&one.finding.resource)), one.until, escape(&one.reason));
        write!(out, "{}", wrapped("  ", "    ", &what, style.columns()))?;
    }
    Ok(())
}

/// What was not collected, each with the command that gets it: on a line of its own and unbroken, to be copied. What one
/// command gets for several principals is said once.
fn missing(report: &ReviewReport, style: Style, out: &mut dyn Write) -> io::Result<()> {
    if report.missing.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nNot known, so neither found nor ruled out")?;
    let mut said: Vec<(&MissingReport, BTreeSet<&str>)> = Vec::new();
    for one in &report.missing {
        let findings = one.findings.iter().map(String::as_str);
        match said.iter_mut().find(|(known, _)| known.how == one.missing.how && known.because == one.missing.because) {
            Some((_, known)) => known.extend(findings),
            None => said.push((&one.missing, findings.collect())),
        }
    }
    let shown = if style.verbose { said.len() } else { said.len().min(LOOKUPS) };
    for (missing, findings) in said.iter().take(shown) {
        write!(out, "{}", lookup(missing, findings, style))?;
    }
    match said.len() - shown {
        0 => Ok(()),
        more => writeln!(out, "  and {more} more; `-v` lists them"),
    }
}

fn lookup(missing: &MissingReport, findings: &BTreeSet<&str>, style: Style) -> String {
    let named = if style.verbose { findings.len() } else { findings.len().min(WAITING) };
    let mut waiting = findings.iter().take(named).copied().collect::<Vec<_>>().join(", ");
    if findings.len() > named {
        waiting += &format!(" and {} more", findings.len() - named);
    }
    if missing.what == "open_question" {
        return wrapped("  open question: ", "    ", &format!("{} (for {waiting})", shortened(&escape(&missing.how))), style.columns());
    }
    let because = missing.because.as_deref().map_or_else(String::new, |because| format!(" ({})", escape(because)));
    let what = format!("{} of {}{because}, for {waiting}", missing.what.replace('_', " "), shortened(&escape(&missing.scope)));
    format!("{}    {}\n", wrapped("  missing: ", "    ", &what, style.columns()), escape(&missing.how))
}
