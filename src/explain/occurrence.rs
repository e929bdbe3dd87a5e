//! A stretch of log around what says "denied": which errors it holds, which of them wrap which, and what it says of each.

use super::catalogue::{Catalogue, Company, Hit, Told};
use super::details;
use super::signal::Signal;
use crate::model::masked;
use crate::rules::{ErrorCase, ErrorRule, Wrapper};
use std::collections::BTreeMap;
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
/// How far before the text that was found masking begins.
const MASKED: usize = 2 * 1024;

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
    let mut company = catalogue.company(&stretch.text);
    company.sort_by_key(|one| one.at);
    let mut found = occurrences(stretch, hits, catalogue, &company);
    if found.iter().any(|one| one.rule.wrapper != Some(Wrapper::Fallback)) {
        found.retain(|one| one.rule.wrapper != Some(Wrapper::Fallback));
    }
    found.sort_by_key(|one| (one.rule.wrapper.is_some(), one.range.start));
    let inner_code = found.iter().find(|one| one.rule.wrapper.is_none()).map(|one| one.rule.code.clone());
    let windows = windows(&found, &stretch.text);
    let signal = |(one, window): (&Occurrence<'_>, &Range<usize>)| {
        let rule = one.rule;
        let case = case(one, catalogue, &company, window);
        let text = stretch.text.get(window.clone()).unwrap_or_default();
        let at = one.range.start.saturating_sub(window.start)..one.range.end.saturating_sub(window.start);
        let outranked = rule.wrapper == Some(Wrapper::Yields) && inner_code.is_some();
        Signal {
            code: code(rule, stretch.text.get(one.first.clone()).unwrap_or_default()),
            rule: rule.code.clone(),
            layer: rule.layer,
            title: case.and_then(|case| case.title.clone()).unwrap_or_else(|| rule.title.clone()),
            says: excerpt(&stretch.text, &one.first),
            details: details::read(text, &at),
            wraps: inner_code.clone().filter(|_| rule.wrapper.is_some()),
            leads: rule.wrapper == Some(Wrapper::Leads),
            causes: if outranked { Vec::new() } else { case.map_or(&rule.causes, |case| &case.causes).clone() },
            notices: rule.notices.clone(),
            line: line(stretch.start + one.range.start as u64),
            count: 1,
        }
    };
    found.iter().zip(&windows).map(signal).collect()
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
    let mut last_of: BTreeMap<usize, usize> = BTreeMap::new();
    // Sorted so, a hit that holds this one stands before it.
    let mut longest: Option<&Hit> = None;
    for hit in sorted {
        let holds = |outer: &&Hit| outer.end >= hit.end && outer.rule != hit.rule && (outer.start, outer.end) != (hit.start, hit.end);
        let inside = longest.as_ref().is_some_and(holds);
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
        let same = last_of.get(&hit.rule).and_then(|at| found.get_mut(*at)).filter(|one| range.start <= one.range.end + TOGETHER);
        match same {
            Some(one) => one.range.end = one.range.end.max(range.end),
            None => {
                last_of.insert(hit.rule, found.len());
                found.push(Occurrence { rule, number: hit.rule, first: range.clone(), range });
            }
        }
    }
    found
}

/// What stands between two offsets; `company` is in order.
fn between(company: &[Company], from: usize, to: usize) -> &[Company] {
    let start = company.partition_point(|one| one.at < from);
    let end = company.partition_point(|one| one.at < to);
    company.get(start..end).unwrap_or_default()
}

fn has_company(stretch: &Stretch, hit: &Hit, range: &Range<usize>, catalogue: &Catalogue<'_>, company: &[Company]) -> bool {
    let most = range.len() + BARE;
    if stretch.is_whole && stretch.text.chars().filter(|c| c.is_alphanumeric()).take(most + 1).count() <= most {
        return true;
    }
    let wanted = catalogue.near(hit.rule);
    between(company, range.start.saturating_sub(NEAR), range.end + NEAR).iter().any(|one| wanted.contains(&one.text))
}

/// How far a wrapper is read around itself.
const WRAPPED: usize = 4 * 1024;

/// The part of a stretch that speaks of each occurrence: up to its neighbours. What a wrapper wraps stands in its part too, which
/// reaches to the next of its own kind.
fn windows(found: &[Occurrence<'_>], text: &str) -> Vec<Range<usize>> {
    let mut windows: Vec<Range<usize>> = vec![0..text.len(); found.len()];
    let mut before: BTreeMap<Option<usize>, usize> = BTreeMap::new();
    for (at, one) in found.iter().enumerate() {
        let kind = one.rule.wrapper.map(|_| one.number);
        if let Some(earlier) = before.insert(kind, at) {
            let end = found.get(earlier).map_or(0, |earlier| earlier.range.end).min(one.range.start);
            if let Some(window) = windows.get_mut(earlier) {
                window.end = one.range.start.max(window.start);
            }
            if let Some(window) = windows.get_mut(at) {
                window.start = end;
            }
        }
    }
    for (window, one) in windows.iter_mut().zip(found).filter(|(_, one)| one.rule.wrapper.is_some()) {
        window.start = floor(text, window.start.max(one.range.start.saturating_sub(WRAPPED)));
        window.end = floor(text, window.end.min(one.range.end + WRAPPED));
    }
    windows
}

/// The nearest offset at or before one that begins a character.
fn floor(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The first case of an error one of whose texts stands in its part of the stretch.
fn case<'r>(one: &Occurrence<'r>, catalogue: &Catalogue<'r>, company: &[Company], window: &Range<usize>) -> Option<&'r ErrorCase> {
    let here = between(company, window.start, window.end);
    let holds = |texts: &[usize]| here.iter().any(|found| texts.contains(&found.text));
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

/// The sentence around what was found, masked.
///
/// It is masked before it is cut, from far before its beginning: what names a secret must not be cut from it.
fn excerpt(text: &str, first: &Range<usize>) -> String {
    let said = text.get(first.clone()).unwrap_or_default();
    let (from, to) = (floor(text, first.start.saturating_sub(MASKED)), floor(text, first.end + EXCERPT.1));
    let mut part = text.get(from..to).unwrap_or_default();
    if from > 0 {
        // The rest of a word may be the rest of a secret.
        part = part.split_once([' ', '\n']).map_or("", |(_, rest)| rest);
    }
    let masked = masked(part);
    let Some(at) = masked.rfind(said) else { return said.replace('\n', " ") };
    let end = at + said.len();
    let line_start = masked.get(..at).and_then(|head| head.rfind('\n')).map_or(0, |at| at + 1);
    let line_end = masked.get(end..).and_then(|tail| tail.find('\n')).map(|more| end + more);
    let mut begin = line_start;
    if at - line_start > EXCERPT.0 {
        let cut = floor(&masked, at - EXCERPT.0);
        begin = masked.get(cut..at).and_then(|head| head.find(' ')).map_or(at, |blank| cut + blank + 1);
    }
    let is_cut = line_end.is_none() && to < text.len();
    let mut stop = line_end.unwrap_or(masked.len());
    if is_cut {
        stop = masked.get(end..).and_then(|tail| tail.rfind(' ')).map_or(end, |blank| end + blank);
    }
    let sentence = masked.get(begin..stop).unwrap_or_default().trim().replace('\n', " ");
    format!("{}{sentence}{}", if begin > line_start { "… " } else { "" }, if is_cut { " …" } else { "" })
}
