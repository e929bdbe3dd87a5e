//! `who` for people: one block a principal, the ways below it.

use super::escape;
use super::table::{Style, assumptions, missing, who_is};
use super::text::{shortened, wrapped};
use crate::report::{NearMissReport, ReaderReport, ThroughReport, WhoReport};
use std::io::{self, Write};

/// Most known members of a group that are named in the table.
const NAMED: usize = 5;

/// Writes the answer.
///
/// # Errors
/// Those of the writer.
pub fn table(report: &WhoReport, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut head = headline(report);
    if !report.missing.is_empty() {
        head.push_str("; the list may not be complete, see below");
    }
    write!(out, "{}", wrapped("", "  ", &head, style.columns()))?;
    if report.reference != report.url {
        write!(out, "{}", wrapped("", "  ", &format!("asked about as {}", escape(&report.reference)), style.columns()))?;
    }
    for reader in &report.readers {
        self::reader(reader, report, style, out)?;
    }
    for miss in &report.near_misses {
        near_miss(miss, style, out)?;
    }
    if !(report.missing.is_empty() && report.assumptions.is_empty()) {
        writeln!(out)?;
    }
    missing(&report.missing, style, out)?;
    assumptions(&report.assumptions, style, out)
}

/// Crowds by name, everybody else by number.
fn headline(report: &WhoReport) -> String {
    let of = |verdict: &str| -> Vec<&ReaderReport> { report.readers.iter().filter(|reader| reader.verdict == verdict).collect() };
    let is_crowd = |reader: &&ReaderReport| reader.principal.object_id.is_none();
    let (can, perhaps) = (of("allowed"), of("undetermined"));
    let mut subjects: Vec<String> = can.iter().copied().filter(is_crowd).map(|reader| who_is(&reader.principal)).collect();
    match can.len() - subjects.len() {
        0 => {}
        1 => subjects.push("1 principal".to_owned()),
        people => subjects.push(format!("{people} principals")),
    }
    let (operation, url) = (&report.operation, escape(&report.url));
    let mut head = match subjects.is_empty() {
        true if perhaps.is_empty() => format!("nobody that the records name can {operation} {url}"),
        true => format!("of nobody is it certain that they can {operation} {url}"),
        false => format!("{} can {operation} {url}", subjects.join(" and ")),
    };
    if !perhaps.is_empty() {
        head.push_str(&format!("; {}{} perhaps can", perhaps.len(), if can.is_empty() { "" } else { " more" }));
    }
    head
}

fn reader(reader: &ReaderReport, report: &WhoReport, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut name = who_is(&reader.principal);
    if let (Some(id), Some(_)) = (&reader.principal.object_id, &reader.principal.name) {
        name.push_str(&format!(" ({})", escape(id)));
    }
    if let Some(kind) = &reader.principal.kind {
        name.push_str(&format!(", {kind}"));
    }
    let indent = " ".repeat(reader.verdict.len() + 2);
    let lines = wrapped(&indent, &indent, &name, style.columns());
    write!(out, "\n{}  {}", style.word(&reader.verdict, &reader.verdict, 0), lines.trim_start())?;
    for way in &reader.through {
        self::way(way, style, out)?;
    }
    if let Some(members) = &reader.members {
        write!(out, "{}", wrapped("  ", "    ", &known_members(members, report), style.columns()))?;
    }
    for one in reader.missing.iter().filter(|_| reader.verdict == "undetermined") {
        let text = if one.what == "open_question" {
            one.how.clone()
        } else {
            let because = one.because.as_deref().map_or_else(String::new, |because| format!(" ({because})"));
            format!("{} of {}{because} not known", one.what.replace('_', " "), one.scope)
        };
        write!(out, "{}", wrapped("  unknown: ", "    ", &shortened(&escape(&text)), style.columns()))?;
    }
    Ok(())
}

fn known_members(members: &[String], report: &WhoReport) -> String {
    let name = |id: &String| {
        let of_id = |reader: &&ReaderReport| reader.principal.object_id.as_ref() == Some(id);
        report.readers.iter().find(of_id).map_or_else(|| escape(id), |reader| who_is(&reader.principal))
    };
    let named: Vec<String> = members.iter().take(NAMED).map(name).collect();
    match members.len() {
        0 => "no member of it is known".to_owned(),
        more if more > NAMED => format!("known members: {} and {} more", named.join(", "), more - NAMED),
        _ => format!("known members: {}", named.join(", ")),
    }
}

fn way(way: &ThroughReport, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let perhaps = if way.verdict == "allowed" { "" } else { "perhaps " };
    let kind = match way.kind.as_str() {
        "role_assignment" => "role",
        "acl" => "ACL",
        "stored_credential" => "stored credential",
        "account_key" => "account key",
        other => other,
    };
    let says = shortened(&escape(&way.says));
    let says = if kind == "role" { says.strip_prefix("role ").unwrap_or(&says).to_owned() } else { says };
    write!(out, "{}", wrapped(&format!("  {perhaps}by {kind}: "), "    ", &says, style.columns()))?;
    if style.verbose {
        writeln!(out, "    [{} {}]", way.kind, escape(&way.id))?;
    }
    Ok(())
}

fn near_miss(miss: &NearMissReport, style: Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n{}  {} holds what does not suffice:", style.word("denied", "denied", 0), who_is(&miss.principal))?;
    for reason in &miss.because {
        let text = format!("{}: {}", reason.claim, reason.evidence.says);
        write!(out, "{}", wrapped("  ", "    ", &shortened(&escape(&text)), style.columns()))?;
        writeln!(out, "    [{} {}]", reason.evidence.kind, escape(&reason.evidence.id))?;
    }
    Ok(())
}
