//! Comparing text with and without regard to case, one character for one, and matching `StringLike` patterns.

use std::iter::FusedIterator;
use std::str::Chars;

/// Whether case counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Case {
    /// It does.
    Sensitive,
    /// It does not.
    Ignored,
}

impl Case {
    /// The character that comparisons look at. Only characters whose lower-case form is one character are changed, so that
    /// a text and its folded form have the same length and prefixes stay prefixes.
    pub fn fold(self, c: char) -> char {
        match self {
            Case::Sensitive => c,
            Case::Ignored if c.is_ascii() => c.to_ascii_lowercase(),
            Case::Ignored => {
                let mut lower = c.to_lowercase();
                match (lower.next(), lower.next()) {
                    (Some(one), None) => one,
                    (Some(_) | None, _) => c,
                }
            }
        }
    }

    /// Whether two texts are equal.
    pub fn equal(self, one: &str, other: &str) -> bool {
        match self {
            Case::Sensitive => one == other,
            Case::Ignored if one.is_ascii() && other.is_ascii() => one.eq_ignore_ascii_case(other),
            Case::Ignored => one.chars().map(|c| self.fold(c)).eq(other.chars().map(|c| self.fold(c))),
        }
    }

    /// Whether `text` starts with `prefix`.
    pub fn starts_with(self, text: &str, prefix: &str) -> bool {
        match self {
            Case::Sensitive => text.starts_with(prefix),
            Case::Ignored => {
                let mut chars = text.chars();
                prefix.chars().all(|p| chars.next().is_some_and(|c| self.fold(c) == self.fold(p)))
            }
        }
    }
}

/// `text` with every character folded.
pub fn fold_text(text: &str) -> String {
    text.chars().map(|c| Case::Ignored.fold(c)).collect()
}

/// Part of a `StringLike` pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LikeToken {
    /// `*`: any run of characters, the empty one and slashes included.
    Run,
    /// `?`: any one character.
    One,
    /// This character.
    Char(char),
}

impl LikeToken {
    /// Whether it accepts `c`; a run accepts any.
    pub fn accepts(self, c: char, case: Case) -> bool {
        match self {
            LikeToken::Run | LikeToken::One => true,
            LikeToken::Char(own) => case.fold(own) == case.fold(c),
        }
    }
}

/// The parts of a `StringLike` pattern; `\*` and `\?` are the characters themselves. Source: "Azure role assignment
/// condition format and syntax", StringLike.
#[derive(Clone, Debug)]
pub struct LikePattern<'a>(Chars<'a>);

impl<'a> LikePattern<'a> {
    /// A pattern as conditions write it.
    pub fn new(text: &'a str) -> Self {
        LikePattern(text.chars())
    }

    /// Whether the pattern matches the whole of `text`.
    ///
    /// After a run the shortest possible stretch is tried first and lengthened by one on failure; only the last run needs to
    /// be taken up again, so the cost is at most pattern × text.
    ///
    /// ```
    /// use canread::model::{Case, LikePattern};
    /// assert!(LikePattern::new("a*c?").matches("abcd", Case::Sensitive));
    /// assert!(!LikePattern::new("a*c").matches("abcd", Case::Sensitive));
    /// assert!(LikePattern::new(r"\**").matches("*/x", Case::Sensitive));
    /// ```
    pub fn matches(&self, text: &str, case: Case) -> bool {
        let mut pattern = self.clone();
        let mut rest = text.chars();
        let mut last_run: Option<(LikePattern<'a>, Chars<'_>)> = None;
        loop {
            let mut after = pattern.clone();
            let stepped = match after.next() {
                Some(LikeToken::Run) => {
                    last_run = Some((after.clone(), rest.clone()));
                    pattern = after;
                    true
                }
                Some(token @ (LikeToken::One | LikeToken::Char(_))) => {
                    let mut tail = rest.clone();
                    match tail.next() {
                        None => return false,
                        Some(c) if token.accepts(c, case) => {
                            (pattern, rest) = (after, tail);
                            true
                        }
                        Some(_) => false,
                    }
                }
                None if rest.as_str().is_empty() => return true,
                None => false,
            };
            if !stepped {
                let Some((again, from)) = &mut last_run else { return false };
                if from.next().is_none() {
                    return false;
                }
                (pattern, rest) = (again.clone(), from.clone());
            }
        }
    }
}

impl Iterator for LikePattern<'_> {
    type Item = LikeToken;
    fn next(&mut self) -> Option<LikeToken> {
        match self.0.next()? {
            '*' => Some(LikeToken::Run),
            '?' => Some(LikeToken::One),
            '\\' => match self.0.clone().next() {
                Some(escaped @ ('*' | '?')) => {
                    self.0.next();
                    Some(LikeToken::Char(escaped))
                }
                Some(_) | None => Some(LikeToken::Char('\\')),
            },
            c => Some(LikeToken::Char(c)),
        }
    }
}
impl FusedIterator for LikePattern<'_> {}
