//! `diff` for people: access gained and lost first, then jobs, then what changed without effect on either.

use super::escape;
use super::table::{Style, who_is};
use super::text::{shortened, wrapped};
use crate::report::{AccessChangeReport, ChangedRecordReport, DiffReport, JobChangeReport, PrincipalReport};
use std::io::{self, Write};

/// Writes the answer.
///
/// # Errors
/// Those of the writer.
pub fn table(report: &DiffReport, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let of = report.only.as_deref().map_or_else(String::new, |only| format!(" of {}", escape(only)));
    if report.unchanged {
        let text = format!("unchanged{of}: nobody gained or lost access, and no job's verdict changed");
        write!(out, "{}", wrapped("", "  ", &text, style.columns()))?;
    } else {
        write!(out, "{}", wrapped("", "  ", &format!("CHANGED{of}: {}", counts(report)), style.columns()))?;
    }
    for group in grouped(&report.changes) {
        access(&group, style, out)?;
    }
    for jobs in jobs_alike(&report.jobs) {
        self::job(&jobs, style, out)?;
    }
    if !report.configuration.is_empty() {
        writeln!(out, "\nwithout effect on access:")?;
        for record in &report.configuration {
            self::record("  ", record, style, out)?;
        }
    }
    Ok(())
}

fn counts(report: &DiffReport) -> String {
    let count = |wanted: &str| report.changes.iter().filter(|one| mark(&one.before, &one.after).1 == wanted).count();
    let mut parts = Vec::new();
    for (mark, word) in [("+", "access gained"), ("-", "access lost"), ("?", "not certain before or after")] {
        match count(mark) {
            0 => {}
            count => parts.push(format!("{word} {}", times(count))),
        }
    }
    match report.jobs.len() {
        0 => {}
        1 => parts.push("the verdict of 1 job changed".to_owned()),
        jobs => parts.push(format!("the verdicts of {jobs} jobs changed")),
    }
    parts.join(", ")
}

fn times(count: usize) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

/// Gained, lost, and what was not or is not certain.
fn mark(before: &str, after: &str) -> (u8, &'static str) {
    match (before, after) {
        ("denied", "allowed") => (0, "+"),
        ("allowed", "denied") => (1, "-"),
        _ => (2, "?"),
    }
}

/// Rows of one place and one reason: whom they are about and which operations, each of them for each.
struct Group<'r> {
    first: &'r AccessChangeReport,
    principals: Vec<&'r PrincipalReport>,
    operations: Vec<&'r str>,
}

impl Group<'_> {
    fn mark(&self) -> (u8, &'static str) {
        mark(&self.first.before, &self.first.after)
    }
}

/// Same place, way, verdicts and reasons.
fn alike(one: &AccessChangeReport, other: &AccessChangeReport) -> bool {
    let ids = |change: &AccessChangeReport| change.because.iter().map(|record| record.id.clone()).collect::<Vec<_>>();
    (&one.target, &one.via, &one.before, &one.after) == (&other.target, &other.via, &other.before, &other.after) && ids(one) == ids(other)
}

/// Rows together that differ in nothing but the operation, and then in nothing but the principal.
fn grouped(changes: &[AccessChangeReport]) -> Vec<Group<'_>> {
    let same = |one: &PrincipalReport, other: &PrincipalReport| (&one.object_id, &one.name) == (&other.object_id, &other.name);
    let mut each: Vec<Group<'_>> = Vec::new();
    for change in changes {
        let fits = |group: &&mut Group<'_>| alike(group.first, change) && same(&group.first.principal, &change.principal);
        match each.iter_mut().rev().find(fits) {
            Some(group) => group.operations.push(&change.operation),
            None => each.push(Group { first: change, principals: vec![&change.principal], operations: vec![&change.operation] }),
        }
    }
    let mut all: Vec<Group<'_>> = Vec::new();
    for group in each {
        match all.iter_mut().find(|known| alike(known.first, group.first) && known.operations == group.operations) {
            Some(known) => known.principals.extend(group.principals),
            None => all.push(group),
        }
    }
    all.sort_by(|one, other| (one.mark(), &one.first.target).cmp(&(other.mark(), &other.first.target)));
    all
}

fn access(group: &Group<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let (first, (_, mark)) = (group.first, group.mark());
    let via = match first.via.as_str() {
        "stored_credential" => " with a stored credential",
        "account_key" => " with the account's keys",
        _ => "",
    };
    let names: Vec<String> = group.principals.iter().map(|principal| who_is(principal)).collect();
    let (operations, target) = (group.operations.join(", "), escape(&first.target));
    let text = format!("{}: {operations} {target}{via}: {} → {}", names.join(", "), first.before, first.after);
    let lines = wrapped("  ", "    ", &text, style.columns());
    write!(out, "\n{} {}", style.word(mark, &first.after, 0), lines.trim_start())?;
    for name in first.registered.iter().filter(|_| style.verbose) {
        writeln!(out, "    reached as {}", escape(name))?;
    }
    first.because.iter().try_for_each(|one| record("    ", one, style, out))
}

/// Jobs of one deployment that changed alike and for the same reasons, whatever they read.
fn jobs_alike(jobs: &[JobChangeReport]) -> Vec<Vec<&JobChangeReport>> {
    let key = |job: &JobChangeReport| {
        let invoker = job.invoker.as_ref().and_then(|invoker| invoker.object_id.clone());
        let requirements: Vec<_> = job.requirements.iter().map(|one| (one.id.clone(), one.before.clone(), one.after.clone())).collect();
        let because: Vec<_> = job.because.iter().map(|record| record.id.clone()).collect();
        (job.deployment.clone(), invoker, job.before.clone(), job.after.clone(), requirements, because)
    };
    let mut groups: Vec<Vec<&JobChangeReport>> = Vec::new();
    for job in jobs {
        match groups.iter_mut().find(|group| group.first().is_some_and(|first| key(first) == key(job))) {
            Some(group) => group.push(job),
            None => groups.push(vec![job]),
        }
    }
    groups
}

fn job(jobs: &[&JobChangeReport], style: Style, out: &mut dyn Write) -> io::Result<()> {
    let Some(job) = jobs.first() else { return Ok(()) };
    let inputs: Vec<String> = jobs.iter().map(|job| escape(&job.input)).collect();
    let by = job.invoker.as_ref().map_or_else(String::new, |invoker| format!(", invoked by {}", who_is(invoker)));
    let endpoint = job.deployment.rsplit('/').nth(2).unwrap_or_default();
    let name = format!("{}/{}", escape(endpoint), escape(job.deployment.rsplit('/').next().unwrap_or_default()));
    let text = format!("job {name} reading {}{by}: {} → {}", inputs.join(", "), job.before, job.after);
    let (_, mark) = mark(&job.before, &job.after);
    let lines = wrapped("  ", "    ", &shortened(&text), style.columns());
    write!(out, "\n{} {}", style.word(mark, &job.after, 0), lines.trim_start())?;
    for one in &job.requirements {
        let word = |verdict: &Option<String>| verdict.clone().unwrap_or_else(|| "not asked".to_owned());
        writeln!(out, "    {}: {} → {}", one.id, word(&one.before), word(&one.after))?;
    }
    job.because.iter().try_for_each(|one| record("    ", one, style, out))
}

/// A record, by kind and id, and what differs. An assignment is known by what it says, not by its id; of a resource or ACL that
/// came or went the id says enough.
fn record(indent: &str, record: &ChangedRecordReport, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let by_words = matches!(record.kind.as_str(), "role_assignment" | "deny_assignment" | "role_assignment_schedule_instance");
    let by_id = record.change != "changed" && matches!(record.kind.as_str(), "resource" | "path_access" | "role_definition");
    let id = if style.verbose { escape(&record.id) } else { shortened(&escape(&record.id)) };
    let says = shortened(&escape(&record.says));
    let text = match (by_words && !style.verbose, (by_id && !style.verbose) || says.is_empty()) {
        (true, _) => format!(": {says}"),
        (false, true) => format!(" {id}"),
        (false, false) => format!(" {id}: {says}"),
    };
    let line = format!("{}{text}", record.kind.replace('_', " "));
    write!(out, "{}", wrapped(&format!("{indent}{} ", record.change), &format!("{indent}  "), &line, style.columns()))
}
