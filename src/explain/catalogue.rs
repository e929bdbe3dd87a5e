//! The texts of the rules, as automata that find all of them in one pass.

use crate::rules::{ErrorRule, RuleSet};
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

/// How an error is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// By a text that is telling by itself.
    Pattern,
    /// By a text that needs company.
    Word,
}

/// One text that tells an error.
struct Sign {
    rule: usize,
    told: Told,
    /// The word goes on: digits and letters follow.
    open: bool,
    /// Whether the text begins and ends with a letter or digit, so that it must not stand inside a longer word.
    starts_word: bool,
    ends_word: bool,
}

/// An error's text, found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hit {
    /// Which rule.
    pub(super) rule: usize,
    /// How it was told.
    pub(super) told: Told,
    /// Where it begins and ends.
    pub(super) start: u64,
    pub(super) end: u64,
}

/// A text of `near` or `when` that stands in a stretch of log.
#[derive(Clone, Copy, Debug)]
pub(super) struct Company {
    /// Its number, as [`Catalogue::near`] and [`Catalogue::when`] give it.
    pub(super) text: usize,
    /// Where it begins.
    pub(super) at: usize,
}

/// Every text of the rules that tells an error, ready to be sought: built once, used for any number of logs.
pub struct Catalogue<'r> {
    errors: Vec<&'r ErrorRule>,
    /// `None`: the rules tell no error.
    signs: Option<AhoCorasick>,
    each: Vec<Sign>,
    company: Option<AhoCorasick>,
    /// For each error, the numbers of its `near` texts, and of the `when` texts of each case.
    numbers: Vec<Numbers>,
    longest: usize,
}

struct Numbers {
    near: Vec<usize>,
    cases: Vec<Vec<usize>>,
}

/// As texts are sought: white space is folded already, case does not count.
fn automaton(texts: &[&str]) -> Option<AhoCorasick> {
    let mut builder = AhoCorasick::builder();
    builder.ascii_case_insensitive(true).match_kind(MatchKind::Standard).kind(Some(AhoCorasickKind::ContiguousNFA));
    if texts.is_empty() {
        return None;
    }
    // Texts of a rule file are far below the sizes that cannot be built.
    builder.build(texts).ok()
}

impl<'r> Catalogue<'r> {
    /// The texts of `rules`.
    pub fn new(rules: &'r RuleSet) -> Self {
        let errors: Vec<&ErrorRule> = rules.errors().iter().collect();
        let (mut texts, mut each) = (Vec::new(), Vec::new());
        for (rule, error) in errors.iter().enumerate() {
            let patterns = error.patterns.iter().map(|text| (text, Told::Pattern));
            for (text, told) in patterns.chain(error.words.iter().map(|text| (text, Told::Word))) {
                let bare = text.strip_suffix('*');
                let text = bare.unwrap_or(text);
                let wordly = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
                let (first, last) = (text.bytes().next(), text.bytes().last());
                // A sentence may be cut anywhere, a code may not stand inside a longer word.
                let ends_word = bare.is_none() && wordly(last) && !text.contains(' ');
                each.push(Sign { rule, told, open: bare.is_some(), starts_word: wordly(first), ends_word });
                texts.push(text);
            }
        }
        let mut company: Vec<&str> = Vec::new();
        let mut number = |text: &'r str| {
            company.iter().position(|known| known.eq_ignore_ascii_case(text)).unwrap_or_else(|| {
                company.push(text);
                company.len() - 1
            })
        };
        let numbers = errors.iter().map(|error| Numbers {
            near: error.near.iter().map(|text| number(text)).collect(),
            cases: error.cases.iter().map(|case| case.when.iter().map(|text| number(text)).collect()).collect(),
        });
        let numbers = numbers.collect();
        let longest = texts.iter().map(|text| text.len()).max().unwrap_or_default();
        Catalogue { errors, signs: automaton(&texts), each, company: automaton(&company), numbers, longest }
    }

    /// Length of the longest text that tells an error.
    pub(super) fn longest(&self) -> u64 {
        self.longest as u64
    }

    /// The rule of a hit.
    pub(super) fn error(&self, hit: &Hit) -> Option<&'r ErrorRule> {
        self.errors.get(hit.rule).copied()
    }

    /// Every text of an error in `text`, which begins at `base`; those that stand inside a longer word do not count. `byte` is what
    /// stands at an offset.
    pub(super) fn hits(&self, text: &[u8], base: u64, byte: impl Fn(u64) -> Option<u8>) -> Vec<Hit> {
        let Some(signs) = &self.signs else { return Vec::new() };
        // Line breaks may stand within a sentence.
        let folded: Vec<u8> = text.iter().map(|byte| if *byte == b'\n' { b' ' } else { *byte }).collect();
        let in_word = |offset: Option<u64>| offset.and_then(&byte).is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let mut found = Vec::new();
        for hit in signs.find_overlapping_iter(&folded) {
            let Some(sign) = self.each.get(hit.pattern().as_usize()) else { continue };
            let (start, end) = (base + hit.start() as u64, base + hit.end() as u64);
            let inside = sign.starts_word && in_word(start.checked_sub(1)) || sign.ends_word && in_word(Some(end));
            if !inside && (!sign.open || in_word(Some(end))) {
                found.push(Hit { rule: sign.rule, told: sign.told, start, end });
            }
        }
        found
    }

    /// Every text of `near` and `when` in a stretch of log.
    pub(super) fn company(&self, text: &str) -> Vec<Company> {
        let Some(company) = &self.company else { return Vec::new() };
        let folded = text.replace('\n', " ");
        company.find_overlapping_iter(&folded).map(|hit| Company { text: hit.pattern().as_usize(), at: hit.start() }).collect()
    }

    /// Numbers of the texts that words of this rule need near them.
    pub(super) fn near(&self, rule: usize) -> &[usize] {
        self.numbers.get(rule).map(|numbers| numbers.near.as_slice()).unwrap_or_default()
    }

    /// Numbers of the texts of each case of this rule.
    pub(super) fn cases(&self, rule: usize) -> &[Vec<usize>] {
        self.numbers.get(rule).map(|numbers| numbers.cases.as_slice()).unwrap_or_default()
    }
}
