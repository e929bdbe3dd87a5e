//! Several jobs for people: a line each, what fails first.

use super::table::{Style, missing, predicate, subject};
use super::text::wrapped;
use crate::report::{ChecksReport, Report};
use std::io::{self, Write};

/// Writes one line for each job.
///
/// # Errors
/// Those of the writer.
pub fn table(report: &ChecksReport, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut jobs: Vec<&Report> = report.jobs.iter().collect();
    jobs.sort_by_key(|job| match job.verdict.as_str() {
        "denied" => 0,
        "allowed" => 2,
        _ => 1,
    });
    let width = jobs.iter().map(|job| job.verdict.len()).max().unwrap_or_default();
    let indent = " ".repeat(width + 2);
    for job in jobs {
        let mut text = format!("{}: {}", subject(job), predicate(job));
        let failing = failing(job);
        if !failing.is_empty() {
            text.push_str(&format!(" ({})", failing.join(", ")));
        }
        let lines = wrapped(&indent, &indent, &text, style.columns());
        write!(out, "{}  {}", style.word(&job.verdict.to_uppercase(), &job.verdict, width), lines.trim_start())?;
    }
    missing(&report.missing, style, out)
}

/// Ids of the requirements that decide, each once.
fn failing(job: &Report) -> Vec<&str> {
    let data = job.inputs.iter().chain(&job.outputs).flat_map(|data| &data.requirements);
    let all = data.chain(job.invoke.iter().flat_map(|invoke| &invoke.requirements));
    let mut ids: Vec<&str> = Vec::new();
    for one in all.filter(|one| one.counts && one.verdict == job.verdict && job.verdict != "allowed") {
        if !ids.contains(&one.id.as_str()) {
            ids.push(&one.id);
        }
    }
    ids
}
