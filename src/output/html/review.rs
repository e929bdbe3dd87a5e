//! The page of `review`: what was found, the matrix, each finding with its evidence to unfold.

use super::parts::{filters, missing, warnings};
use super::{Page, mark, prose, text};
use crate::model::Severity;
use crate::output::review::{deployment, headline};
use crate::output::table::who_is;
use crate::output::text::shortened;
use crate::report::{CellReport, FindingReport, MissingReport, ReviewReport, SuppressedReport};
use crate::rules::RuleSet;
use maud::{Markup, html};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

/// Writes the page.
///
/// # Errors
/// Those of the writer.
pub fn review(report: &ReviewReport, rules: &RuleSet, out: &mut dyn Write) -> io::Result<()> {
    let severities: Vec<&str> = Severity::ALL.into_iter().rev().map(Severity::as_str).collect();
    let lacking: Vec<MissingReport> = report.missing.iter().map(|one| one.missing.clone()).collect();
    let main = html! {
        (summary(report))
        (matrix(&report.matrix))
        section aria-labelledby="findings" {
            h2 id="findings" { "Findings" }
            @if report.findings.is_empty() { p { "None." } }
            @else {
                (filters(&severities))
                div.items { @for finding in &report.findings { (found(finding, rules)) } }
            }
        }
        (suppressed(&report.suppressed))
        @if !lacking.is_empty() {
            section aria-labelledby="missing" { h2 id="missing" { "Not judged" } (missing(&lacking)) }
        }
        (warnings(&report.warnings, rules))
    };
    let header = html! {
        p.kicker { "canread review" }
        h1 { (prose(&headline(report))) }
        dl.facts {
            div { dt { "Asked about" } dd { (text(&report.at)) } }
            div { dt { "About to end" } dd { "before " (text(&report.horizon)) } }
            @if let Some(invoker) = &report.invoker { div { dt { "Matrix for" } dd { (text(&who_is(invoker))) } } }
        }
        p { code { (text(&report.workspace)) } }
    };
    Page {
        title: format!("canread review: {}", text(report.workspace.rsplit('/').next().unwrap_or_default())),
        tool: &report.tool,
        header,
        main,
    }
    .write(out)
}

fn summary(report: &ReviewReport) -> Markup {
    html! {
        section aria-labelledby="summary" {
            h2 id="summary" { "Summary" }
            table.counts {
                thead { tr { @for severity in Severity::ALL.into_iter().rev() { th scope="col" { (severity.as_str()) } } } }
                tbody { tr { @for severity in Severity::ALL.into_iter().rev() { td { (report.count(severity)) } } } }
            }
        }
    }
}

/// Deployments down, inputs across would be wide: inputs down, deployments across.
fn matrix(cells: &[CellReport]) -> Markup {
    let deployments: BTreeMap<&str, String> = cells.iter().map(|cell| (cell.deployment.as_str(), deployment(cell))).collect();
    let inputs: BTreeSet<&str> = cells.iter().map(|cell| cell.input.as_str()).collect();
    let by_place: BTreeMap<(&str, &str), &CellReport> =
        cells.iter().map(|cell| ((cell.input.as_str(), cell.deployment.as_str()), cell)).collect();
    html! {
        @if !cells.is_empty() {
            section aria-labelledby="matrix" {
                h2 id="matrix" { "What deployments can read" }
                div.scroll tabindex="0" role="region" aria-label="Verdict of each deployment and input" {
                    table {
                        thead { tr { th scope="col" { "Input" } @for name in deployments.values() { th scope="col" { (text(name)) } } } }
                        tbody {
                            @for input in &inputs {
                                tr {
                                    th scope="row" { code { (text(input)) } }
                                    @for id in deployments.keys() { td { @if let Some(one) = by_place.get(&(*input, *id)) { (verdict(one)) } @else { "—" } } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn verdict(cell: &CellReport) -> Markup {
    let used: Vec<String> = cell.credentials_used.iter().map(|used| used.replace('_', " ")).collect();
    html! {
        (mark(&cell.verdict, true))
        @for id in cell.denied.iter().chain(&cell.undetermined) { " " code { (text(id)) } }
        @if !used.is_empty() { br; span.evidence { (text(&used.join(", "))) } }
        @if let Some(until) = &cell.valid_until { br; "until " (text(until)) }
    }
}

/// A severity as a mark; the word says it, the colour only helps.
fn severity_mark(severity: &str) -> Markup {
    let class = match severity {
        "critical" | "high" => "mark denied",
        "medium" => "mark undetermined",
        _ => "mark",
    };
    html! { span class=(class) { (text(severity)) } }
}

fn found(finding: &FindingReport, rules: &RuleSet) -> Markup {
    let rule = rules.findings().iter().find(|rule| rule.id == finding.id);
    html! {
        details.item data-verdict=(finding.severity) {
            summary { (severity_mark(&finding.severity)) " " code { (text(&finding.id)) } " " span.says { (prose(&shortened(&finding.message))) } }
            div.inside {
                p { (text(&finding.title)) }
                p { "Resource " code { (text(&finding.resource)) } }
                p { "To do: " (prose(&finding.fix)) }
                details.proof {
                    summary { "Evidence" }
                    ul.tree {
                        @for one in &finding.evidence {
                            li { (prose(&shortened(&one.says))) " " span.evidence { (text(&one.kind)) " " code { (text(&one.id)) } } }
                        }
                    }
                }
                @if let Some(rule) = rule {
                    details.explanation {
                        summary { "Why it matters" }
                        p { (rule.why) }
                        p.source { "Source: " (rule.provenance.source) }
                    }
                }
            }
        }
    }
}

fn suppressed(all: &[SuppressedReport]) -> Markup {
    html! {
        @if !all.is_empty() {
            section aria-labelledby="suppressed" {
                h2 id="suppressed" { "Suppressed" }
                ul {
                    @for one in all {
                        li {
                            code { (text(&one.finding.id)) } " " code { (text(&shortened(&one.finding.resource))) } ": " (prose(&one.reason))
                            ", until " (text(&one.until))
                        }
                    }
                }
            }
        }
    }
}
