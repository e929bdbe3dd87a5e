//! Questions about every path below a folder, against paths drawn at random.

use canread::eval::condition::PathSet;
use canread::model::{Case, LikePattern, fold_text};
use proptest::prelude::*;

/// `StringLike` by plain recursion over prefixes: slow and obvious.
fn like(pattern: &[char], text: &[char]) -> bool {
    match pattern {
        [] => text.is_empty(),
        ['*', rest @ ..] => (0..=text.len()).any(|skipped| like(rest, &text[skipped..])),
        ['?', rest @ ..] => !text.is_empty() && like(rest, &text[1..]),
        ['\\', escaped @ ('*' | '?'), rest @ ..] => text.first() == Some(escaped) && like(rest, &text[1..]),
        [c, rest @ ..] => text.first() == Some(c) && like(rest, &text[1..]),
    }
}

fn slow_like(pattern: &str, text: &str, case: Case) -> bool {
    let chars = |text: &str| match case {
        Case::Sensitive => text.chars().collect::<Vec<_>>(),
        Case::Ignored => fold_text(text).chars().collect(),
    };
    like(&chars(pattern), &chars(text))
}

fn case() -> impl Strategy<Value = Case> {
    prop_oneof![Just(Case::Sensitive), Just(Case::Ignored)]
}

/// Every text of at most `length` characters over a small alphabet with one character that no pattern names.
fn every_text(length: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut last = all.clone();
    for _ in 0..length {
        last = last.iter().flat_map(|text| ['a', 'B', '/', 'z'].map(|c| format!("{text}{c}"))).collect();
        all.extend(last.iter().cloned());
    }
    all
}

fn agree(answer: Option<bool>, members: &[String], holds: impl Fn(&str) -> bool) -> Result<(), TestCaseError> {
    let some = members.iter().any(|member| holds(member));
    let all = members.iter().all(|member| holds(member));
    match answer {
        Some(true) => prop_assert!(all, "said true of all"),
        Some(false) => prop_assert!(!some, "said true of none"),
        None => {}
    }
    Ok(())
}

proptest! {
    #[test]
    fn like_equals_plain_recursion(pattern in "[aB/*?\\\\]{0,8}", text in "[aAbB/*?\\\\]{0,8}", case in case()) {
        prop_assert_eq!(LikePattern::new(&pattern).matches(&text, case), slow_like(&pattern, &text, case));
    }

    #[test]
    fn answers_hold_for_every_path(
        folder in "([aAbB]{1,2}(/[aAbB]{1,2})?)?",
        value in "[aAbB/*?]{0,6}",
        case in case(),
        with_folder in any::<bool>(),
    ) {
        let set = if with_folder { PathSet::at_or_below(&folder) } else { PathSet::below(&folder) };
        let mut members: Vec<String> = every_text(4).iter().map(|rest| format!("{}{rest}", set.prefix())).collect();
        if with_folder {
            members.push(folder);
        }
        prop_assert!(members.iter().all(|member| set.contains(member)));
        agree(set.equals(&value, case), &members, |path| case.equal(path, &value))?;
        agree(set.starts_with(&value, case), &members, |path| case.starts_with(path, &value))?;
        agree(set.like(&value, case), &members, |path| slow_like(&value, path, case))?;
    }

    /// The other direction: where the members at hand agree, and there are enough of them to tell (all texts as long as the
    /// pattern), the answer is not `None`.
    #[test]
    fn like_is_undecided_only_where_paths_differ(folder in "[aB]{0,2}", pattern in "[aB/*?]{0,5}", case in case()) {
        let set = PathSet::below(&folder);
        let members: Vec<String> = every_text(5).iter().map(|rest| format!("{}{rest}", set.prefix())).collect();
        let some = members.iter().any(|member| slow_like(&pattern, member, case));
        let all = members.iter().all(|member| slow_like(&pattern, member, case));
        let expected = match (some, all) {
            (false, _) => Some(false),
            (true, true) => Some(true),
            (true, false) => None,
        };
        prop_assert_eq!(set.like(&pattern, case), expected);
    }
}

#[test]
fn folders_against_patterns() {
    let cases = [
        ("in", "in/*", Some(true)),
        ("in/2024", "in/*", Some(true)),
        ("", "in/*", None),
        ("out", "in/*", Some(false)),
        ("in2", "in*", Some(true)),
        ("in", "*", Some(true)),
        ("", "*", Some(true)),
        ("in", "*?", Some(true)),
        ("", "*?", None),
        ("in", "in/*.csv", None),
        ("in", "In/*", Some(false)),
        ("in", "", Some(false)),
    ];
    for (folder, pattern, expected) in cases {
        assert_eq!(PathSet::below(folder).like(pattern, Case::Sensitive), expected, "{folder} {pattern}");
    }
    assert_eq!(PathSet::below("in").like("IN/*", Case::Ignored), Some(true));
    assert_eq!(PathSet::at_or_below("in").like("in/*", Case::Sensitive), None);
    assert_eq!(PathSet::at_or_below("in").like("in*", Case::Sensitive), Some(true));
}
