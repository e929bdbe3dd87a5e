//! What a tired person reads in ten seconds: the verdict, then one line a requirement, then what to do.

use super::escape;
use crate::report::{AccessReport, DataReport, InvokeReport, MissingReport, PrincipalReport, ProofReport, Report, RequirementReport};
use comfy_table::{Attribute, Cell, Color, ColumnConstraint, ContentArrangement, Table, Width, presets};
use std::io::{self, Write};

/// How to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Use colour.
    pub color: bool,
    /// Columns available.
    pub width: u16,
    /// Show met requirements and proofs whole.
    pub verbose: bool,
}

/// Writes the report of a job question.
///
/// # Errors
/// Those of the writer.
pub fn job(report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}  {}", headline(&report.verdict, style), headline_text(report))?;
    for input in &report.inputs {
        data(input, "input", style, out)?;
    }
    for output in &report.outputs {
        data(output, "output", style, out)?;
    }
    if let Some(part) = &report.invoke {
        invoke(part, style, out)?;
    }
    Ok(())
}

/// Writes the report of an access question.
///
/// # Errors
/// Those of the writer.
pub fn access(report: &AccessReport, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let who = who(&report.principal);
    let may = match report.verdict.as_str() {
        "allowed" => "may",
        "denied" => "may not",
        _ => "may or may not (not known)",
    };
    writeln!(out, "{}  {} {may} {} {}", headline(&report.verdict, style), who, report.operation, escape(&report.url))?;
    writeln!(out, "  because {}", because(&report.proof))?;
    if let Some(until) = &report.valid_until {
        writeln!(out, "  until {until}")?;
    }
    if style.verbose || report.verdict == "denied" {
        proof(&report.proof, 1, style.verbose, out)?;
    }
    missing(&report.missing, out)?;
    assumptions(&report.assumptions, out)
}

fn headline(verdict: &str, style: Style) -> String {
    let word = verdict.to_uppercase();
    if style.color { format!("\u{1b}[1;{}m{word}\u{1b}[0m", color_code(verdict)) } else { word }
}

fn color_code(verdict: &str) -> u8 {
    match verdict {
        "allowed" => 32,
        "denied" => 31,
        _ => 33,
    }
}

fn color_of(verdict: &str) -> Color {
    match verdict {
        "allowed" => Color::Green,
        "denied" => Color::Red,
        _ => Color::Yellow,
    }
}

fn headline_text(report: &Report) -> String {
    let short = |id: &Option<String>| id.as_deref().and_then(|id| id.rsplit('/').next()).map(escape);
    let job = match (short(&report.job.endpoint), short(&report.job.deployment), short(&report.job.compute)) {
        (Some(endpoint), Some(deployment), Some(compute)) => format!("{endpoint}/{deployment} on {compute}"),
        (Some(endpoint), Some(deployment), None) => format!("{endpoint}/{deployment}"),
        (Some(endpoint), None, _) => endpoint,
        (None, _, Some(compute)) => format!("a job on {compute}"),
        (None, _, None) => "the job".to_owned(),
    };
    let invoker = report.job.invoker.as_ref().map_or_else(String::new, |invoker| format!(", invoked by {}", who(invoker)));
    let what = match (report.inputs.len(), report.outputs.len()) {
        (0, 0) => "be invoked",
        (1, 0) => "read its input",
        (_, 0) => "read its inputs",
        (0, _) => "write its output",
        (_, _) => "read its inputs and write its outputs",
    };
    match report.verdict.as_str() {
        "allowed" => format!("{job}{invoker} can {what}"),
        "denied" => format!("{job}{invoker} cannot {what}"),
        _ => format!("{job}{invoker}: not known whether it can {what}"),
    }
}

/// A principal in a few words: its name and what it is.
fn who(principal: &PrincipalReport) -> String {
    let name = principal.name.as_deref().or(principal.object_id.as_deref()).unwrap_or("somebody unknown");
    escape(name)
}

fn data(data: &DataReport, word: &str, style: Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out)?;
    writeln!(out, "{word} {}: {}", escape(&data.name), escape(&data.reference))?;
    if let Some(place) = place(data) {
        writeln!(out, "  is {place}")?;
    }
    if let Some(rule) = &data.rule {
        let used: Vec<String> = rule.credentials_used.iter().map(|used| used.replace('_', " ")).collect();
        writeln!(
            out,
            "  read by {}; granted by {} ({}, {})",
            used.join(" + "),
            rule.access_granted_by.join(" or "),
            rule.id,
            rule.edition
        )?;
    }
    requirements(&data.requirements, style, out)?;
    if let Some(until) = &data.valid_until {
        writeln!(out, "  holds until {until}")?;
    }
    missing(&data.missing, out)?;
    assumptions(&data.assumptions, out)
}

fn place(data: &DataReport) -> Option<String> {
    let resolved = &data.resolved;
    let account = resolved.account.as_deref()?;
    let mut text = match resolved.store.as_deref() {
        Some("adls_gen1") => format!("ADLS Gen1 `{}`", escape(account)),
        Some("adls_gen2") => format!("ADLS Gen2 `{}/{}`", escape(account), escape(resolved.container.as_deref().unwrap_or("?"))),
        _ => format!("Blob `{}/{}`", escape(account), escape(resolved.container.as_deref().unwrap_or("?"))),
    };
    match resolved.path.as_deref() {
        None | Some("") => {}
        Some(path) => text.push_str(&format!(" path `{}`", escape(path))),
    }
    if let Some(kind) = &resolved.input_type {
        text.push_str(&format!(" ({kind})"));
    }
    if let Some(store) = resolved.datastore.as_deref().and_then(|id| id.rsplit('/').next()) {
        text.push_str(&format!(", datastore `{}`", escape(store)));
    }
    Some(text)
}

fn invoke(part: &InvokeReport, style: Style, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out)?;
    writeln!(out, "invocation")?;
    requirements(&part.requirements, style, out)?;
    missing(&part.missing, out)?;
    assumptions(&part.assumptions, out)
}

/// One row a requirement. Without `-v`, what is met is counted in one row.
fn requirements(all: &[RequirementReport], style: Style, out: &mut dyn Write) -> io::Result<()> {
    let shown: Vec<&RequirementReport> = all.iter().filter(|one| style.verbose || one.verdict != "allowed").collect();
    let met = all.len() - shown.len();
    if style.verbose {
        for one in &shown {
            writeln!(out, "  {:<13} {:<28} {}", verdict_word(one), one.id, escape(&one.summary))?;
            proof(&one.proof, 3, true, out)?;
        }
        return Ok(());
    }
    if !shown.is_empty() {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(style.width.max(60));
        for one in &shown {
            let mut verdict = Cell::new(format!("  {}", verdict_word(one)));
            if style.color {
                verdict = verdict.fg(color_of(&one.verdict)).add_attribute(Attribute::Bold);
            }
            let text = format!("{}\nbecause {}", escape(&one.summary), because(&one.proof));
            table.add_row(vec![verdict, Cell::new(&one.id), Cell::new(text)]);
        }
        if let Some(column) = table.column_mut(0) {
            column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(16))).set_padding((0, 1));
        }
        if let Some(column) = table.column_mut(1) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
        if style.color {
            table.enforce_styling();
        } else {
            table.force_no_tty();
        }
        for line in table.lines() {
            writeln!(out, "{}", line.trim_end())?;
        }
    }
    if met > 0 {
        writeln!(out, "  {met} requirement{} met (`-v` shows them)", if met == 1 { "" } else { "s" })?;
    }
    Ok(())
}

fn verdict_word(one: &RequirementReport) -> String {
    if one.counts { one.verdict.clone() } else { format!("({})", one.verdict) }
}

/// The leaf that decides, in words: of a denied proof the first reason, the closest near miss first.
fn because(proof: &ProofReport) -> String {
    let leaf = decisive(proof);
    let says = leaf.evidence.as_ref().map_or_else(String::new, |evidence| format!(": {}", escape(&evidence.says)));
    format!("{}{says}", escape(&leaf.claim))
}

fn decisive(proof: &ProofReport) -> &ProofReport {
    let parts = proof.all.as_deref().or(proof.any.as_deref()).unwrap_or_default();
    match parts.iter().find(|part| part.verdict == proof.verdict) {
        Some(part) => decisive(part),
        None => proof,
    }
}

/// The tree, indented. Without `whole`, branches that agree with their parent only.
fn proof(node: &ProofReport, depth: usize, whole: bool, out: &mut dyn Write) -> io::Result<()> {
    let indent = "  ".repeat(depth);
    let (parts, joint) = match (&node.all, &node.any) {
        (Some(parts), _) => (parts.as_slice(), " (all of)"),
        (None, Some(parts)) => (parts.as_slice(), " (any of)"),
        (None, None) => (&[][..], ""),
    };
    match &node.evidence {
        Some(evidence) => {
            writeln!(out, "{indent}{:<12} {}: {}", node.verdict, escape(&node.claim), escape(&evidence.says))?;
            writeln!(out, "{indent}             [{} {}]", evidence.kind, escape(&evidence.id))?;
        }
        None => writeln!(out, "{indent}{:<12} {}{joint}", node.verdict, escape(&node.claim))?,
    }
    for part in parts.iter().filter(|part| whole || part.verdict == node.verdict) {
        proof(part, depth + 1, whole, out)?;
    }
    Ok(())
}

fn missing(all: &[MissingReport], out: &mut dyn Write) -> io::Result<()> {
    if all.is_empty() {
        return Ok(());
    }
    writeln!(out, "  missing for a decision:")?;
    for one in all {
        let because =
            one.because.as_deref().filter(|_| one.what != "open_question").map_or_else(String::new, |because| format!(" ({because})"));
        writeln!(out, "    {} {}{}", one.what, escape(&one.scope), escape(&because))?;
        writeln!(out, "      get it: {}", escape(&one.how))?;
    }
    Ok(())
}

fn assumptions(all: &[String], out: &mut dyn Write) -> io::Result<()> {
    for one in all {
        writeln!(out, "  assumed: {}", escape(one))?;
    }
    Ok(())
}
