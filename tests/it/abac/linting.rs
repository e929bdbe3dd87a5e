//! The lint, and how it is printed.

use super::parse;
use canread::model::{Availability, Condition, ConditionReport};
use canread::output::condition::{error_text, json, text};

const READ: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read";

fn lint(condition: &Condition) -> ConditionReport {
    canread::eval::condition::lint(condition, crate::embedded_rules())
}

fn sample() -> String {
    format!(
        "(!(ActionMatches{{'{READ}'}} AND NOT SubOperationMatches{{'Blob.List'}})) OR (@Resource[Microsoft.Storage/storageAccounts:name] \
         StringEquals 'a' AND @Principal[Microsoft.Directory/CustomSecurityAttributes/Id:E_P] StringNotEquals @Resource[x\u{202e}:y])"
    )
}

#[test]
fn it_names_what_is_targeted_needed_and_doubtful() {
    let report = lint(&parse(&sample()));
    assert_eq!((report.actions.as_slice(), report.suboperations.as_slice()), (&[READ.to_owned()][..], &["Blob.List".to_owned()][..]));
    let attributes: Vec<_> = report.attributes.iter().map(|used| (used.name.as_str(), used.availability)).collect();
    let expected = [
        ("Microsoft.Storage/storageAccounts:name", Availability::Known),
        ("Microsoft.Directory/CustomSecurityAttributes/Id:E_P", Availability::Sometimes),
        ("x\u{202e}:y", Availability::Unknown),
    ];
    assert_eq!(attributes, expected);
    let notes: Vec<&str> = report.notes.iter().map(|note| note.message.as_str()).collect();
    assert_eq!(notes.len(), 2, "{notes:?}");
    assert!(notes[0].starts_with("whether a negated comparison"), "{notes:?}");
    assert!(notes[1].contains("runAsSuperUser/action` escapes this condition"), "{notes:?}");
    assert_eq!(report.tree.iter().map(|line| line.depth).collect::<Vec<_>>(), [0, 1, 2, 3, 3, 4, 1, 2, 2]);
}

#[test]
fn doubtful_operators_are_noted_where_they_stand() {
    let cases = [
        ("Exists @Request[a] OR Exists @Request[b] AND Exists @Request[c]", 0, "without parentheses"),
        ("Exists @Request[ä] OR (@Request[b] GuidEquals 8e3af657a8ff443ca75c2fe8c4bcb635)", 23, "GUID operator"),
        ("@Request[b] StringEquals {'a', 'b'}", 0, "without a quantifier"),
        ("@Request[b] ForAnyOfAnyValues:BoolEquals {true}", 0, "has a quantifier"),
    ];
    for (written, position, message) in cases {
        let report = lint(&parse(written));
        assert_eq!(report.notes.len(), 1, "{:?}", report.notes);
        assert_eq!(report.notes[0].position, position, "{written}");
        assert!(report.notes[0].message.contains(message), "{}", report.notes[0].message);
    }
    assert!(lint(&parse("@Resource[Microsoft.Storage/storageAccounts:name] StringEquals 'a'")).notes.is_empty());
}

#[test]
fn text_is_safe_for_terminals_and_json_is_whole() {
    let report = lint(&parse(&sample()));
    let printed = text(&report);
    assert!(!printed.contains('\u{202e}') && printed.contains("\\u{202e}"), "{printed}");
    assert!(printed.contains("Tree\n  OR\n    NOT\n      AND\n"), "{printed}");
    for title in ["Actions it targets", "Suboperations", "Attributes it needs", "To look at"] {
        assert!(printed.contains(title), "{printed}");
    }
    let whole = json(&report);
    assert_eq!(whole["condition"], parse(&sample()).to_string());
    assert_eq!(whole["attributes"][1]["availability"], "sometimes");
    assert_eq!(whole["notes"].as_array().map(Vec::len), Some(2));
    let error = Condition::parse("Exists @Request[a] Is").expect_err("no connective");
    let expected =
        "expected AND, OR or the end of the condition, found `Is` (at character 19)\n  Exists @Request[a] Is\n                     ^\n";
    assert_eq!(error_text(&error), expected);
}
