//! The page of `check`.

use super::parts::{data, filters, fixes, invocation, part_name, warnings};
use super::{Page, mark, prose, text};
use crate::output::table::{predicate, subject};
use crate::report::Report;
use crate::rules::RuleSet;
use maud::{Markup, html};
use std::io::{self, Write};

/// Writes the page.
///
/// # Errors
/// Those of the writer.
pub fn check(report: &Report, rules: &RuleSet, out: &mut dyn Write) -> io::Result<()> {
    let sentence = format!("{}: {}", subject(report), predicate(report));
    let main = html! {
        (summary(report))
        (fixes(&report.fixes))
        (filters(&["denied", "undetermined", "allowed"]))
        @for (at, input) in report.inputs.iter().enumerate() { (data("input", at, input, report, rules)) }
        @for (at, output) in report.outputs.iter().enumerate() { (data("output", at, output, report, rules)) }
        @if let Some(invoke) = &report.invoke { (invocation(invoke, rules)) }
        (warnings(&report.warnings, rules))
    };
    Page {
        title: format!("canread check: {}: {}", report.verdict, text(&subject(report))),
        tool: &report.tool,
        header: header(report, &sentence),
        main,
    }
    .write(out)
}

fn header(report: &Report, sentence: &str) -> Markup {
    html! {
        p.kicker { "canread check" }
        h1 { (mark(&report.verdict, true)) " " (prose(sentence)) }
        dl.facts {
            div { dt { "Asked about" } dd { (text(&report.at)) } }
            @if let Some(until) = &report.valid_until {
                div { dt { "Holds until" } dd { (text(until)) @if let Some(because) = &report.valid_until_because { ": " (prose(because)) } } }
            }
            div { dt { "Credential table" } dd { "edition " (text(&report.table)) } }
        }
    }
}

/// A row for every input, output and the invocation.
fn summary(report: &Report) -> Markup {
    let sides = [("input", &report.inputs), ("output", &report.outputs)];
    html! {
        section aria-labelledby="summary" {
            h2 id="summary" { "Summary" }
            div.scroll tabindex="0" role="region" aria-label="Verdicts of all parts" {
                table {
                    thead { tr { th scope="col" { "Part" } th scope="col" { "Verdict" } th scope="col" { "Reference" } th scope="col" { "Holds until" } } }
                    tbody {
                        @for (side, all) in sides {
                            @for (at, data) in all.iter().enumerate() {
                                tr {
                                    th scope="row" { a href={ "#" (side) "-" (at) } { (part_name(side, data)) } }
                                    td { (mark(&data.verdict, true)) }
                                    td { code { (text(&data.reference)) } }
                                    td { (data.valid_until.as_deref().unwrap_or("—")) }
                                }
                            }
                        }
                        @if let Some(invoke) = &report.invoke {
                            tr {
                                th scope="row" { a href="#invocation" { "invocation" } }
                                td { (mark(&invoke.verdict, true)) }
                                td { "—" }
                                td { "—" }
                            }
                        }
                    }
                }
            }
        }
    }
}
