//! What pages are put together from: requirements with their proofs, what is missing, fixes, warnings.

use super::chain::chain;
use super::{mark, prose, text};
use crate::model::{RequirementId, WarningId};
use crate::output::table::{input_rule, output_rule, place, reasons, who_is};
use crate::output::text::shortened;
use crate::report::{DataReport, InvokeReport, JobFixReport, MissingReport, ProofReport, Report, RequirementReport, WarningReport};
use crate::rules::{IdText, RuleSet};
use maud::{Markup, html};

/// The controls: which verdicts, which words. They need the script, which shows them.
pub(super) fn filters(verdicts: &[&str]) -> Markup {
    html! {
        form.filters id="filters" hidden aria-label="Filter what is shown" {
            @if !verdicts.is_empty() {
                fieldset {
                    legend { "Show" }
                    @for verdict in verdicts {
                        label { input type="checkbox" name="verdict" value=(verdict) checked; " " (verdict) }
                    }
                }
            }
            label.search { "Search " input type="search" name="words" autocomplete="off"; }
            div.buttons {
                button type="button" id="unfold" { "Unfold all" }
                button type="button" id="fold" { "Fold all" }
            }
            p id="count" role="status" {}
        }
    }
}

/// An input or output by side and name; the one that needs no name is called what it is.
pub(super) fn part_name(side: &str, data: &DataReport) -> String {
    if data.name == side { side.to_owned() } else { format!("{side} {}", text(&data.name)) }
}

/// An input or output: its chain, its requirements, what is missing and assumed.
pub(super) fn data(side: &str, at: usize, data: &DataReport, report: &Report, rules: &RuleSet) -> Markup {
    let id = format!("{side}-{at}");
    let rule = if side == "input" { input_rule(data) } else { output_rule(data) };
    html! {
        section.drawn aria-labelledby=(id) {
            h2 id=(id) { (part_name(side, data)) " " (mark(&data.verdict, true)) }
            (chain(&id, data, report))
            div.words {
                p { code { (text(&data.reference)) } @if let Some(place) = place(data) { ": " (text(&place)) } }
                @if !rule.is_empty() { p.rule { (prose(&rule)) } }
                @if let Some(until) = &data.valid_until {
                    p { "Holds until " (text(until)) @if let Some(because) = &data.valid_until_because { ": " (prose(&shortened(because))) } }
                }
                (requirements(&data.requirements, rules))
                (missing(&data.missing))
                (assumptions(&data.assumptions))
            }
        }
    }
}

pub(super) fn invocation(invoke: &InvokeReport, rules: &RuleSet) -> Markup {
    html! {
        section aria-labelledby="invocation" {
            h2 id="invocation" { "invocation " (mark(&invoke.verdict, true)) }
            (requirements(&invoke.requirements, rules))
            (missing(&invoke.missing))
            (assumptions(&invoke.assumptions))
        }
    }
}

/// What fails first; what is met is folded.
fn requirements(all: &[RequirementReport], rules: &RuleSet) -> Markup {
    let urgency = |one: &&RequirementReport| match (one.verdict.as_str(), one.counts) {
        ("denied", true) => 0,
        ("allowed", _) => 3,
        (_, true) => 1,
        (_, false) => 2,
    };
    let mut ordered: Vec<&RequirementReport> = all.iter().collect();
    ordered.sort_by_key(urgency);
    html! {
        div.items { @for one in ordered { (requirement(one, rules)) } }
    }
}

fn requirement(one: &RequirementReport, rules: &RuleSet) -> Markup {
    let unmet = one.verdict != "allowed";
    let text_of = RequirementId::parse(&one.id).and_then(|id| rules.requirement(id));
    html! {
        details.item data-verdict=(one.verdict) open[unmet && one.counts] {
            summary { (mark(&one.verdict, one.counts)) " " code { (text(&one.id)) } " " span.says { (prose(&shortened(&one.summary))) } }
            div.inside {
                @if one.disputed { p.disputed { "Disputed: Microsoft's own pages disagree about it." } }
                @if let Some(principal) = &one.principal {
                    p { "Asked of " (text(&who_is(principal))) @if let Some(id) = &principal.object_id { " (" code { (text(id)) } ")" } }
                }
                @if unmet {
                    ul.reasons { @for reason in reasons::texts(&one.proof) { li { (prose(&reason)) } } }
                }
                @if let Some(until) = &one.valid_until {
                    p { "Holds until " (text(until)) @if let Some(because) = &one.valid_until_because { ": " (prose(&shortened(because))) } }
                }
                details.proof { summary { "Proof" } ul.tree { (node(&one.proof)) } }
                @if let Some(of) = text_of { (explanation(of)) }
            }
        }
    }
}

fn explanation(of: &IdText) -> Markup {
    html! {
        details.explanation {
            summary { "What this requirement is" }
            p { (of.title) }
            p { (of.text) }
            p.source { "Source: " (of.provenance.source) }
        }
    }
}

/// A node of a proof with what is below it.
fn node(proof: &ProofReport) -> Markup {
    let (parts, joint) = match (&proof.all, &proof.any) {
        (Some(parts), _) => (parts.as_slice(), "all of"),
        (None, Some(parts)) => (parts.as_slice(), "any of"),
        (None, None) => (&[][..], ""),
    };
    let claim = html! {
        (mark(&proof.verdict, true)) " " (prose(&shortened(&proof.claim)))
        @if let Some(evidence) = &proof.evidence {
            ": " (prose(&shortened(&evidence.says)))
            " " span.evidence { (text(&evidence.kind)) " " code { (text(&evidence.id)) } }
        }
    };
    html! {
        li {
            @if parts.is_empty() { (claim) }
            @else {
                // What agrees with the whole leads to the answer.
                details open[true] {
                    summary { (claim) " " span.joint { (joint) } }
                    ul { @for part in parts { (node(part)) } }
                }
            }
        }
    }
}

pub(super) fn missing(all: &[MissingReport]) -> Markup {
    html! {
        @if !all.is_empty() {
            h3 { "Missing for a decision" }
            ul {
                @for one in all {
                    li {
                        @if one.what == "open_question" { "Open question: " (prose(&one.how)) }
                        @else {
                            (text(&one.what.replace('_', " "))) " of " code { (text(&shortened(&one.scope))) }
                            @if let Some(because) = &one.because { " (" (prose(because)) ")" }
                            (command(&one.how))
                        }
                    }
                }
            }
        }
    }
}

pub(super) fn assumptions(all: &[String]) -> Markup {
    html! {
        @if !all.is_empty() {
            h3 { "Assumed" }
            ul { @for one in all { li { (prose(&shortened(one))) } } }
        }
    }
}

/// A command or code to copy.
fn command(line: &str) -> Markup {
    html! { pre tabindex="0" { code { (crate::output::escape_lines(line)) } } }
}

pub(super) fn fixes(all: &[JobFixReport]) -> Markup {
    html! {
        @if !all.is_empty() {
            section aria-labelledby="fixes" {
                h2 id="fixes" { "What to do" }
                @for fix in all {
                    article.fix {
                        h3 { (prose(&fix.fix.summary)) }
                        p {
                            "Mends " @for id in &fix.requirements { code { (text(id)) } " " }
                            @if !fix.inputs.is_empty() { "of " (text(&fix.inputs.join(", "))) "; " }
                            @if fix.fix.verified { "evaluated again: allowed" } @else { "not verified" }
                        }
                        ul { @for change in &fix.changes { li { (prose(change)) } } }
                        @for line in &fix.fix.az { (command(line)) }
                        @for (name, code) in [("Bicep", &fix.fix.bicep), ("Terraform", &fix.fix.terraform)] {
                            @if let Some(code) = code { details { summary { (name) } (command(code)) } }
                        }
                    }
                }
            }
        }
    }
}

pub(super) fn warnings(all: &[WarningReport], rules: &RuleSet) -> Markup {
    html! {
        @if !all.is_empty() {
            section aria-labelledby="warnings" {
                h2 id="warnings" { "Warnings" }
                ul {
                    @for one in all {
                        li {
                            code { (text(&one.id)) } ": " (prose(&shortened(&one.message)))
                            @if let Some(of) = WarningId::parse(&one.id).and_then(|id| rules.warning(id)) { (explanation(of)) }
                        }
                    }
                }
            }
        }
    }
}
