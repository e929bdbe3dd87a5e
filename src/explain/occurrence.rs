//! A stretch of log around what says "denied": which errors it holds, which of them wrap which, and what it says of each.

use super::catalogue::{Catalogue, Company, Hit, Told};
use super::details;
use super::signal::Signal;
use crate::model::masked;
use crate::rules::{ErrorCase, ErrorRule, Wrapper};
use std::ops::Range;

/// A stretch of normalised log.
pub(super) struct Stretch {
    /// Its text.
    pub(super) text: String,
    /// Offset of its start in the log.
    pub(super) start: u64,
    /// Whether it is all there is of the log.
    pub(super) is_whole: bool,
}

/// How far company may stand from the words that need it.
const NEAR: usize = 600;
/// Hits of one error that are no further apart are one occurrence.
const TOGETHER: usize = 500;
/// A log that says hardly more than a word is that word: nobody says it by accident.
const BARE: usize = 12;
/// Longest rest of a code that the rules know only the beginning of.
const LONGEST_CODE: usize = 20;
/// Longest excerpt before and after the text that was found.
const EXCERPT: (usize, usize) = (140, 220);

/// One error at one place.
struct Occurrence<'r> {
    rule: &'r ErrorRule,
    number: usize,
    range: Range<usize>,
    /// The first hit: what an excerpt is cut around.
    first: Range<usize>,
}

/// The signals of a stretch: innermost first, what wraps them after.
pub(super) fn read(stretch: &Stretch, hits: &[Hit], catalogue: &Catalogue<'_>, line: &dyn Fn(u64) -> u64) -> Vec<Signal> {
    let company = catalogue.company(&stretch.text);
    let mut found = occurrences(stretch, hits, catalogue, &company);
    if found.iter().any(|one| one.rule.wrapper != Some(Wrapper::Fallback)) {
        found.retain(|one| one.rule.wrapper != Some(Wrapper::Fallback));
    }
    found.sort_by_key(|one| (one.rule.wrapper.is_some(), one.range.start));
    let innermost = found.iter().find(|one| one.rule.wrapper.is_none());
    let inner_code = innermost.map(|one| one.rule.code.clone());
    let boundaries: Vec<Range<usize>> = found.iter().filter(|one| one.rule.wrapper.is_none()).map(|one| one.range.clone()).collect();
    let masked_text = masked(&stretch.text);
    let mut signals = Vec::new();
    for one in &found {
        let window = match one.rule.wrapper {
            None => window(&one.range, &boundaries, stretch.text.len()),
            Some(_) => around(&one.range, &same_rule(&found, one.number), &stretch.text),
        };
        let case = case(one, catalogue, &company, &window);
        let rule = one.rule;
        let text = stretch.text.get(window.clone()).unwrap_or_default();
        let at = one.range.start.saturating_sub(window.start)..one.range.end.saturating_sub(window.start);
        let said = stretch.text.get(one.first.clone()).unwrap_or_default();
        let outranked = rule.wrapper == Some(Wrapper::Yields) && innermost.is_some();
        signals.push(Signal {
            code: code(rule, said),
            rule: rule.code.clone(),
            layer: rule.layer,
            title: case.and_then(|case| case.title.clone()).unwrap_or_else(|| rule.title.clone()),
            says: excerpt(&masked_text, said),
            details: details::read(text, &at),
            wraps: inner_code.clone().filter(|_| rule.wrapper.is_some()),
            leads: rule.wrapper == Some(Wrapper::Leads),
            causes: if outranked { Vec::new() } else { case.map_or(&rule.causes, |case| &case.causes).clone() },
            notices: rule.notices.clone(),
            line: line(stretch.start + one.range.start as u64),
            count: 1,
        });
    }
    signals
}

/// The errors of a stretch: hits that stand inside a longer text of another error, or lack the company they need, are none.
fn occurrences<'r>(stretch: &Stretch, hits: &[Hit], catalogue: &Catalogue<'r>, company: &[Company]) -> Vec<Occurrence<'r>> {
    let place = |hit: &Hit| {
        let at = |offset: u64| usize::try_from(offset.saturating_sub(stretch.start)).unwrap_or(usize::MAX).min(stretch.text.len());
        at(hit.start)..at(hit.end)
    };
    let mut sorted: Vec<&Hit> = hits.iter().collect();
    sorted.sort_by_key(|hit| (hit.start, std::cmp::Reverse(hit.end)));
    let mut found: Vec<Occurrence<'r>> = Vec::new();
    // Sorted so, a hit that holds this one stands before it.
    let mut longest: Option<&Hit> = None;
    for hit in sorted {
        let inside =
            longest.is_some_and(|outer| outer.end >= hit.end && outer.rule != hit.rule && (outer.start, outer.end) != (hit.start, hit.end));
        if longest.is_none_or(|outer| hit.end > outer.end) {
            longest = Some(hit);
        }
        let mut range = place(hit);
        if inside || hit.told == Told::Word && !has_company(stretch, hit, &range, catalogue, company) {
            continue;
        }
        let Some(rule) = catalogue.error(hit) else { continue };
        if is_open(rule) {
            let rest = stretch.text.get(range.end..).unwrap_or_default();
            range.end += rest.bytes().take(LONGEST_CODE).take_while(u8::is_ascii_alphanumeric).count();
        }
        let same = found.iter_mut().rev().find(|one| one.number == hit.rule && range.start <= one.range.end + TOGETHER);
        match same {
            Some(one) => one.range.end = one.range.end.max(range.end),
            None => found.push(Occurrence { rule, number: hit.rule, first: range.clone(), range }),
        }
    }
    found
}

fn has_company(stretch: &Stretch, hit: &Hit, range: &Range<usize>, catalogue: &Catalogue<'_>, company: &[Company]) -> bool {
    if stretch.is_whole && stretch.text.chars().filter(|c| c.is_alphanumeric()).take(range.len() + BARE + 1).count() <= range.len() + BARE {
        return true;
    }
    let wanted = catalogue.near(hit.rule);
    company.iter().any(|one| wanted.contains(&one.text) && one.at + NEAR >= range.start && one.at <= range.end + NEAR)
}

/// The part of a stretch that speaks of one occurrence: up to its neighbours.
fn window(own: &Range<usize>, all: &[Range<usize>], length: usize) -> Range<usize> {
    let before = all.iter().filter(|other| other.end <= own.start).map(|other| other.end).max();
    let after = all.iter().filter(|other| other.start >= own.end).map(|other| other.start).min();
    before.unwrap_or(0)..after.unwrap_or(length)
}

/// How far a wrapper is read around itself.
const WRAPPED: usize = 4 * 1024;

/// Where one rule's errors stand.
fn same_rule(found: &[Occurrence<'_>], number: usize) -> Vec<Range<usize>> {
    found.iter().filter(|one| one.number == number).map(|one| one.range.clone()).collect()
}

/// The part of a stretch that speaks of a wrapper: what it wraps stands in it too.
fn around(own: &Range<usize>, same: &[Range<usize>], text: &str) -> Range<usize> {
    let own_part = window(own, same, text.len());
    let (mut from, mut to) = (own_part.start.max(own.start.saturating_sub(WRAPPED)), own_part.end.min(own.end + WRAPPED));
    while !text.is_char_boundary(from) {
        from += 1;
    }
    while !text.is_char_boundary(to) {
        to -= 1;
    }
    from..to
}

/// The first case of an error one of whose texts stands in its part of the stretch.
fn case<'r>(one: &Occurrence<'r>, catalogue: &Catalogue<'r>, company: &[Company], window: &Range<usize>) -> Option<&'r ErrorCase> {
    let holds = |texts: &[usize]| company.iter().any(|found| texts.contains(&found.text) && window.contains(&found.at));
    let at = catalogue.cases(one.number).iter().position(|texts| holds(texts))?;
    one.rule.cases.get(at)
}

/// Whether the rule stands for several codes that begin alike.
fn is_open(rule: &ErrorRule) -> bool {
    rule.patterns.iter().chain(&rule.words).any(|text| text.ends_with('*'))
}

/// The code as the text bears it, where the rule stands for several.
fn code(rule: &ErrorRule, said: &str) -> String {
    if is_open(rule) { said.to_owned() } else { rule.code.clone() }
}

/// The sentence around what was found, masked. It is sought in the masked text, where a secret has lost its place.
fn excerpt(masked: &str, said: &str) -> String {
    let at = masked.find(said).unwrap_or_default();
    let line_start = masked.get(..at).and_then(|head| head.rfind('\n')).map_or(0, |at| at + 1);
    let line_end = masked.get(at + said.len()..).and_then(|tail| tail.find('\n')).map_or(masked.len(), |more| at + said.len() + more);
    let (mut from, mut to) = (line_start.max(at.saturating_sub(EXCERPT.0)), line_end.min(at + said.len() + EXCERPT.1));
    while !masked.is_char_boundary(from) {
        from += 1;
    }
    while !masked.is_char_boundary(to) {
        to -= 1;
    }
    // Where it is cut, at a blank: half a word is of no use, and half a secret is one.
    if from > line_start {
        from = masked.get(from..at).and_then(|head| head.find(' ')).map_or(at, |blank| from + blank + 1);
    }
    if to < line_end {
        let tail = masked.get(at + said.len()..to).and_then(|tail| tail.rfind(' '));
        to = tail.map_or(to.min(at + said.len()), |blank| at + said.len() + blank);
    }
    let mut text = masked.get(from..to).unwrap_or_default().trim().replace('\n', " ");
    if from > line_start {
        text.insert_str(0, "… ");
    }
    if to < line_end {
        text.push_str(" …");
    }
    text
}
