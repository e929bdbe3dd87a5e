//! A condition, for those who write conditions: what it targets, needs, and where it is doubtful.

use super::Question;
use crate::model::{
    Action, ActionPattern, AttributeUse, Availability, BaseOperator, Comparison, Condition, ConditionNote, ConditionReport, Expr, ExprKind,
    Operand, Span, TreeLine,
};
use crate::rules::RuleSet;

/// What a condition says, needs, and where it is doubtful.
///
/// ```
/// use canread::eval::condition::lint;
/// use canread::model::{Availability, Condition};
/// use canread::rules::RuleSet;
/// let rules = RuleSet::embedded().unwrap();
/// let condition = Condition::parse("Exists @Request[Microsoft.Storage/storageAccounts/blobServices/containers/blobs:versionId]").unwrap();
/// assert_eq!(lint(&condition, rules).attributes[0].availability, Availability::Absent);
/// ```
pub fn lint(condition: &Condition, rules: &RuleSet) -> ConditionReport {
    let mut report = ConditionReport {
        text: condition.to_string(),
        tree: Vec::new(),
        actions: Vec::new(),
        suboperations: Vec::new(),
        attributes: Vec::new(),
        notes: Vec::new(),
    };
    draw(condition.root(), 0, &mut report.tree);
    condition.root().visit(&mut |expr| collect(expr, condition, rules, &mut report));
    missing_super_user(condition, &mut report);
    report
}

/// The tree, one line an expression; as deep as the parser allows.
fn draw(expr: &Expr, depth: usize, lines: &mut Vec<TreeLine>) {
    let mut line = |text: String| lines.push(TreeLine { depth, text });
    match &expr.kind {
        ExprKind::Any(parts) => {
            line("OR".to_owned());
            parts.iter().for_each(|part| draw(part, depth + 1, lines));
        }
        ExprKind::All(parts) => {
            line("AND".to_owned());
            parts.iter().for_each(|part| draw(part, depth + 1, lines));
        }
        ExprKind::Mixed { first, rest } => {
            line("AND and OR without parentheses".to_owned());
            draw(first, depth + 1, lines);
            for (connective, part) in rest {
                lines.push(TreeLine { depth: depth + 1, text: connective.to_string() });
                draw(part, depth + 1, lines);
            }
        }
        ExprKind::Not(inner) => {
            line("NOT".to_owned());
            draw(inner, depth + 1, lines);
        }
        ExprKind::Exists(_) | ExprKind::ActionMatches(_) | ExprKind::SubOperationMatches(_) | ExprKind::Compare(_) => {
            line(expr.to_string());
        }
    }
}

fn collect(expr: &Expr, condition: &Condition, rules: &RuleSet, report: &mut ConditionReport) {
    match &expr.kind {
        ExprKind::ActionMatches(patterns) => add_patterns(&mut report.actions, patterns),
        ExprKind::SubOperationMatches(patterns) => add_patterns(&mut report.suboperations, patterns),
        ExprKind::Mixed { .. } => note(report, condition, expr.span, sentence(Question::MixedConnectives)),
        ExprKind::Compare(comparison) => check(comparison, expr.span, condition, report),
        ExprKind::Any(_) | ExprKind::All(_) | ExprKind::Not(_) | ExprKind::Exists(_) => {}
    }
    for attribute in expr.attributes() {
        let known = |used: &AttributeUse| used.source == attribute.source && used.name.eq_ignore_ascii_case(attribute.name.as_str());
        if report.attributes.iter().any(known) {
            continue;
        }
        let (availability, explanation) = match rules.attribute(attribute) {
            Some(rule) => (rule.availability, rule.note.as_str()),
            None => (Availability::Unknown, "canread does not know this attribute"),
        };
        let name = attribute.name.as_str().to_owned();
        report.attributes.push(AttributeUse { source: attribute.source, name, availability, note: explanation.to_owned() });
    }
}

fn add_patterns(known: &mut Vec<String>, patterns: &[ActionPattern]) {
    for pattern in patterns {
        if !known.iter().any(|text| text.eq_ignore_ascii_case(pattern.as_str())) {
            known.push(pattern.as_str().to_owned());
        }
    }
}

fn note(report: &mut ConditionReport, condition: &Condition, span: Span, message: impl Into<String>) {
    let position = condition.text().get(..span.start).unwrap_or_default().chars().count();
    report.notes.push(ConditionNote { span, position, message: message.into() });
}

fn sentence(question: Question) -> String {
    format!("it {}", question.says())
}

/// What is doubtful in a comparison.
fn check(comparison: &Comparison, span: Span, condition: &Condition, report: &mut ConditionReport) {
    let base = comparison.operator.base;
    match comparison.operator.quantifier {
        Some(_) if !base.takes_quantifier() => note(report, condition, span, sentence(Question::QuantifierOfOperator)),
        Some(_) => {}
        None => {
            let is_list = |operand: &Operand| matches!(operand, Operand::Set(values) if values.len() > 1);
            if is_list(&comparison.left) || is_list(&comparison.right) {
                note(report, condition, span, sentence(Question::ManyValues));
            }
        }
    }
    if matches!(base, BaseOperator::Guid { .. }) {
        note(report, condition, span, "on a role with storage data actions a GUID operator makes every access fail");
    }
    if base.is_negated() && comparison.attributes().next().is_some() {
        note(report, condition, span, "whether a negated comparison holds where the request lacks the attribute is not documented");
    }
}

const READ: &str = "microsoft.storage/storageaccounts/blobservices/containers/blobs/read";
const SUPER_USER: &str = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/runAsSuperUser/action";

/// Roles such as Storage Blob Data Owner hold the super-user action, which permits every data operation on accounts with a
/// hierarchical namespace; a condition that does not target it is passed by there.
fn missing_super_user(condition: &Condition, report: &mut ConditionReport) {
    let targets = |name: &str| report.actions.iter().any(|pattern| ActionPattern::new(pattern).matches(&Action::new(name)));
    if targets(READ) && !targets(SUPER_USER) {
        let message = format!("a role that also holds `{SUPER_USER}` escapes this condition on accounts with a hierarchical namespace");
        note(report, condition, condition.root().span, message);
    }
}
