//! Reading and printing.

use super::generate;
use super::parse;
use canread::model::{Condition, ConditionProblem, ExprKind, MAX_CONDITION_BYTES, MAX_CONDITION_DEPTH};
use proptest::prelude::*;

fn refused(text: &str) -> (ConditionProblem, usize) {
    let error = Condition::parse(text).expect_err(text);
    (error.problem().clone(), error.position())
}

fn expected(expected: &'static str, found: &str) -> ConditionProblem {
    ConditionProblem::Expected { expected, found: found.to_owned() }
}

#[test]
fn spellings_that_real_conditions_use_are_read() {
    let same = [
        ("@Resource[a:name]StringEquals 'x'", "@Resource[a:name] StringEquals 'x'"),
        ("@resource[A:NAME] stringEQUALS 'x'", "@Resource[a:name] StringEquals 'x'"),
        (
            "@Request[r] ForAnyOfAnyValues:GuidEquals{8b9dfcab4b774632a6df94bd07820648,8e3af657-a8ff-443c-a75c-2fe8c4bcb635}",
            "@Request[r] ForAnyOfAnyValues:GuidEquals {8b9dfcab4b774632a6df94bd07820648, 8e3af657-a8ff-443c-a75c-2fe8c4bcb635}",
        ),
        (
            "!(ActionMatches {'a/read'} && NOT SubOperationMatches{'Blob.List'})",
            "NOT (ActionMatches{'A/READ'} AND !SubOperationMatches{'blob.list'})",
        ),
        ("@Resource[HasObotoken] boolequals true", "(((@Resource[HasObotoken] BoolEquals TRUE)))\n \n"),
        ("not exists @Request[x] or Exists@Request[y]", "NOT Exists @Request[x] OR Exists @Request[y]"),
        (
            "@Resource[t/tags:My key<$key_case_sensitive$>] StringEquals'v'",
            "@Resource [t/tags:My key<$key_case_sensitive$>]\r\nStringEquals 'v'",
        ),
        ("{10, -20} ForAllOfAllValues:NumericLessThan {5,15}", "{10,-20}ForAllOfAllValues:NumericLessThan{ 5 , 15 }"),
    ];
    for (one, other) in same {
        assert_eq!(parse(one), parse(other), "{one}\n{other}");
    }
}

#[test]
fn tag_keys_keep_their_case() {
    let tag = |key: &str| {
        parse(&format!(
            "Exists @Resource[Microsoft.Storage/storageAccounts/blobServices/containers/blobs/tags:{key}<$key_case_sensitive$>]"
        ))
    };
    assert_ne!(tag("Project"), tag("project"));
}

#[test]
fn what_is_wrong_is_said_where_it_is() {
    let cases = [
        ("", ConditionProblem::Empty, 0),
        (" \n", ConditionProblem::Empty, 0),
        ("@Resource[a] StringEquals 'x", ConditionProblem::OpenText, 26),
        ("Exists @Request[a OR NOT Exists @Request[b]", ConditionProblem::OpenAttribute, 7),
        ("Exists @Context[a]", ConditionProblem::Source("Context".to_owned()), 7),
        ("Exists @Request[ ]", ConditionProblem::NoName, 7),
        ("Exists @Request", expected("`[` after the attribute's source", "`@Request`"), 15),
        ("Exists 'a'", expected("an attribute after Exists", "a text"), 7),
        ("@Request[a] IpMatch '::1'", ConditionProblem::Operator("IpMatch".to_owned()), 12),
        ("@Request[a] ForSomeValues:StringEquals 'x'", ConditionProblem::Operator("ForSomeValues:StringEquals".to_owned()), 12),
        ("@Request[a] NumericEquals 99999999999999999999", ConditionProblem::Integer("99999999999999999999".to_owned()), 26),
        ("@Request[a] StringEquals x", ConditionProblem::Value("x".to_owned()), 25),
        ("@Request[a] StringEquals 'it''s'", expected("AND, OR or the end of the condition", "a text"), 29),
        ("(Exists @Request[a]", expected("AND, OR or `)`", "the end of the condition"), 19),
        ("Exists @Request[a])", expected("AND, OR or the end of the condition", "`)`"), 18),
        ("Exists @Request[a] AND", expected("an expression", "the end of the condition"), 22),
        ("Exists @Request[a] AND OR Exists @Request[a]", expected("an expression", "`OR`"), 23),
        ("ActionMatches{}", expected("a text in single quotes", "`}`"), 14),
        ("ActionMatches{'a' 'b'}", expected("`,` or `}`", "a text"), 18),
        ("ActionMatches('a')", expected("`{`", "`(`"), 13),
        ("@Request[a] StringEquals {}", expected("a value", "`}`"), 26),
        ("@Request[a] AND Exists @Request[b]", expected("an operator", "`AND`"), 12),
        ("ü & x", ConditionProblem::Value("ü".to_owned()), 0),
        ("'ü' & x", ConditionProblem::Character("&".to_owned()), 4),
    ];
    for (text, problem, position) in cases {
        assert_eq!(refused(text), (problem, position), "{text}");
    }
}

#[test]
fn the_caret_stands_below_the_place_in_its_line() {
    let error = Condition::parse("(\n Exists @Request[ä] AND\n @Request[b] Is 'x'\n)").unwrap_err();
    assert_eq!(error.caret(), " @Request[b] Is 'x'\n             ^");
    assert_eq!(error.to_string(), "`Is` is no documented operator (at character 39)");
    let long = format!("{} Is 'x'", "Exists @Request[a] AND ".repeat(20) + "@Request[b]");
    let caret = Condition::parse(&long).unwrap_err().caret();
    let (line, below) = caret.split_once('\n').expect("two lines");
    assert!(line.chars().count() <= 72);
    assert_eq!(line.chars().nth(below.len() - 1), Some('I'));
}

#[test]
fn depth_and_length_are_limited() {
    let nested = |depth: usize| format!("{}Exists @Request[a]{}", "(".repeat(depth), ")".repeat(depth));
    assert!(Condition::parse(&nested(MAX_CONDITION_DEPTH - 1)).is_ok());
    assert_eq!(refused(&nested(MAX_CONDITION_DEPTH)), (ConditionProblem::TooDeep, MAX_CONDITION_DEPTH));
    assert_eq!(refused(&"(".repeat(MAX_CONDITION_BYTES)), (ConditionProblem::TooDeep, MAX_CONDITION_DEPTH));
    assert_eq!(refused(&"!".repeat(MAX_CONDITION_BYTES)), (ConditionProblem::TooDeep, MAX_CONDITION_DEPTH));
    assert_eq!(refused(&"NOT ".repeat(1000)), (ConditionProblem::TooDeep, MAX_CONDITION_DEPTH * 4));
    assert_eq!(refused(&"(".repeat(100_000)), (ConditionProblem::TooLong, MAX_CONDITION_BYTES));
    assert_eq!(refused(&"ü".repeat(MAX_CONDITION_BYTES)), (ConditionProblem::TooLong, MAX_CONDITION_BYTES / 2));
}

#[test]
fn steps_grow_with_the_length_and_no_faster() {
    let unit = "(Exists @Request[a] AND @Request[b] ForAnyOfAnyValues:StringEquals {'x', 'y'}) OR ";
    let steps = |times: usize| parse(&format!("{}Exists @Request[z]", unit.repeat(times))).steps();
    let (one, two, most) = (steps(1), steps(2), steps(150));
    assert_eq!(most - one, 149 * (two - one), "each repetition takes as many steps as the first");
    for text in [unit.repeat(150) + "Exists @Request[z]", "(".repeat(100) + "Exists @Request[a]" + &")".repeat(100)] {
        assert!(parse(&text).steps() <= 2 * text.len());
    }
}

#[test]
fn chains_without_parentheses_are_one_node() {
    let kinds = [
        ("Exists @Request[a] AND Exists @Request[b] AND Exists @Request[c]", "All"),
        ("Exists @Request[a] OR Exists @Request[b]", "Any"),
        ("Exists @Request[a] OR Exists @Request[b] AND Exists @Request[c]", "Mixed"),
        ("(Exists @Request[a] OR Exists @Request[b]) AND Exists @Request[c]", "All"),
        ("NOT Exists @Request[a] AND Exists @Request[b]", "All"),
    ];
    for (text, kind) in kinds {
        let got = match parse(text).root().kind {
            ExprKind::All(_) => "All",
            ExprKind::Any(_) => "Any",
            ExprKind::Mixed { .. } => "Mixed",
            ExprKind::Not(_) => "Not",
            ExprKind::Exists(_) | ExprKind::ActionMatches(_) | ExprKind::SubOperationMatches(_) | ExprKind::Compare(_) => "leaf",
        };
        assert_eq!(got, kind, "{text}");
    }
}

#[test]
fn spans_are_those_of_the_text() {
    let condition = parse(" ( NOT  Exists @Request[ä] )OR 'é'  StringEquals 'x' ");
    let mut texts = Vec::new();
    condition.root().visit(&mut |expr| texts.push(condition.slice(expr.span)));
    let whole = "( NOT  Exists @Request[ä] )OR 'é'  StringEquals 'x'";
    assert_eq!(texts, [whole, "NOT  Exists @Request[ä]", "Exists @Request[ä]", "'é'  StringEquals 'x'"]);
}

proptest! {
    #[test]
    fn printing_and_reading_gives_the_same_tree(expr in generate::expr()) {
        let printed = expr.to_string();
        prop_assume!(printed.len() <= MAX_CONDITION_BYTES);
        let again = Condition::parse(&printed).map_err(|error| TestCaseError::fail(format!("{error}: {printed}")))?;
        prop_assert_eq!(again.root(), &expr, "{}", printed);
        prop_assert_eq!(again.to_string(), printed);
    }

    #[test]
    fn any_text_is_read_or_refused_with_a_place(text in "\\PC*|[ ()!{},'@\\[\\]a-zA-Z:&|<$>*?\\\\\n-]{0,60}") {
        if let Err(error) = Condition::parse(&text) {
            prop_assert!(error.position() <= text.chars().count());
            prop_assert_eq!(error.caret().split('\n').count(), 2);
        }
    }

    #[test]
    fn pieces_of_conditions_in_any_order_are_read_or_refused(
        pieces in prop::collection::vec(prop::sample::select(&[
            "(", ")", "!", "NOT", "AND", "OR", "&&", "||", "{", "}", ",", "'a'", "'", "@Resource[x]", "@Request[", "]", "Exists",
            "ActionMatches{'a'}", "SubOperationMatches", "StringEquals", "ForAnyOfAnyValues:StringLike", "1", "true", "\n",
        ][..]), 0..40)
    ) {
        let text = pieces.join(" ");
        match Condition::parse(&text) {
            Ok(condition) => prop_assert!(condition.steps() <= 2 * text.len()),
            Err(error) => prop_assert!(error.position() <= text.chars().count()),
        }
    }
}
