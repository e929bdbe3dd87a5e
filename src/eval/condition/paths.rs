//! Questions about every path below a folder at once.

use crate::model::{Case, LikePattern, LikeToken};
use std::collections::BTreeSet;

/// All texts that begin with a prefix, and perhaps one text more: the paths a folder read touches.
///
/// Each question is answered `Some(true)` if it holds for every member, `Some(false)` if for none, else `None`. The set is
/// infinite on purpose: what lies below a folder tomorrow is not known today.
///
/// ```
/// use canread::eval::condition::PathSet;
/// use canread::model::Case;
/// let below = PathSet::below("in");
/// assert_eq!(below.like("in/*", Case::Sensitive), Some(true));
/// assert_eq!(below.like("out/*", Case::Sensitive), Some(false));
/// assert_eq!(below.like("in/2024/*", Case::Sensitive), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathSet {
    prefix: String,
    folder: Option<String>,
}

impl PathSet {
    /// Everything below `folder` (without slashes at its ends; "" for the root).
    pub fn below(folder: &str) -> Self {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        PathSet { prefix, folder: None }
    }

    /// Everything below `folder`, and the folder itself.
    pub fn at_or_below(folder: &str) -> Self {
        PathSet { folder: Some(folder.to_owned()), ..PathSet::below(folder) }
    }

    /// What every member but the folder itself begins with.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Whether `text` is a member.
    pub fn contains(&self, text: &str) -> bool {
        text.starts_with(&self.prefix) || self.folder.as_deref() == Some(text)
    }

    /// The answer for the members that begin with the prefix, brought together with that for the folder itself.
    fn with_folder(&self, below: Option<bool>, folder: impl FnOnce(&str) -> bool) -> Option<bool> {
        match &self.folder {
            Some(path) => below.filter(|all| *all == folder(path)),
            None => below,
        }
    }

    /// Whether the members equal `value`: never all of them, for there is more than one.
    pub fn equals(&self, value: &str, case: Case) -> Option<bool> {
        let below = if case.starts_with(value, &self.prefix) { None } else { Some(false) };
        self.with_folder(below, |path| case.equal(path, value))
    }

    /// Whether the members start with `start`.
    pub fn starts_with(&self, start: &str, case: Case) -> Option<bool> {
        let below = if case.starts_with(&self.prefix, start) {
            Some(true)
        } else if case.starts_with(start, &self.prefix) {
            None
        } else {
            Some(false)
        };
        self.with_folder(below, |path| case.starts_with(path, start))
    }

    /// Whether the members match a `StringLike` pattern.
    ///
    /// The prefix is run through the pattern, keeping every place of the pattern that can be reached. If none can, no member
    /// matches. Any place left can be completed to a match, so then some member matches. All members match if the places
    /// left accept every rest: a rest of characters that the pattern nowhere names can only be accepted by places with
    /// nothing but wildcards behind them, so those alone count, and by the length of the rest alone.
    pub fn like(&self, pattern: &str, case: Case) -> Option<bool> {
        let tokens: Vec<LikeToken> = LikePattern::new(pattern).collect();
        let mut places = after_runs(&tokens, BTreeSet::from([0]));
        for c in self.prefix.chars() {
            let stepped = places.iter().filter_map(|at| match tokens.get(*at)? {
                LikeToken::Run => Some(*at),
                token @ (LikeToken::One | LikeToken::Char(_)) => token.accepts(c, case).then_some(*at + 1),
            });
            places = after_runs(&tokens, stepped.collect());
        }
        let below = if places.is_empty() {
            Some(false)
        } else if accepts_everything(&tokens, &places) {
            Some(true)
        } else {
            None
        };
        self.with_folder(below, |path| LikePattern::new(pattern).matches(path, case))
    }
}

/// A run may be empty, so a place before one is also a place behind it.
fn after_runs(tokens: &[LikeToken], mut places: BTreeSet<usize>) -> BTreeSet<usize> {
    let behind: Vec<usize> =
        places.iter().flat_map(|start| (*start..).take_while(|at| tokens.get(*at) == Some(&LikeToken::Run)).map(|at| at + 1)).collect();
    places.extend(behind);
    places
}

/// Whether every text is accepted from at least one of the places.
fn accepts_everything(tokens: &[LikeToken], places: &BTreeSet<usize>) -> bool {
    let mut exact = BTreeSet::new();
    let mut at_least: Option<usize> = None;
    for start in places {
        let rest = tokens.get(*start..).unwrap_or_default();
        if rest.iter().any(|token| matches!(token, LikeToken::Char(_))) {
            continue;
        }
        let ones = rest.iter().filter(|token| **token == LikeToken::One).count();
        if ones == rest.len() {
            exact.insert(ones);
        } else {
            at_least = Some(at_least.map_or(ones, |least| least.min(ones)));
        }
    }
    at_least.is_some_and(|least| (0..least).all(|length| exact.contains(&length)))
}
