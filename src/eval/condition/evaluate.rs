//! The tree of a condition, in Kleene's logic.

use super::compare::compare;
use super::{AttributeValue, Clause, ConditionRequest, Grants, Outcome, Question, Reason, Value};
use crate::model::{Action, Attribute, Condition, Connective, Expr, ExprKind, Missing, Timestamp};
use std::collections::BTreeSet;
use time::Duration;

/// A value, and the first moment at which it may be another.
pub(super) struct Judged {
    pub(super) value: Value,
    pub(super) flips: Option<Timestamp>,
}

impl Judged {
    pub(super) fn constant(value: bool) -> Self {
        Judged { value: Value::of(value), flips: None }
    }
    pub(super) fn undecided(reasons: BTreeSet<Reason>) -> Self {
        Judged { value: Value::Unknown(reasons), flips: None }
    }
}

/// How often a moment of change is followed by the next to see whether the whole changes.
const MOST_FLIPS: usize = 16;

/// What becomes of a condition in a request.
pub fn evaluate<'c>(condition: &'c Condition, request: &ConditionRequest<'_>) -> Outcome<'c> {
    let mut run = Run::new(condition, *request);
    let judged = run.expr(condition.root());
    let mut deciding = run.clauses;
    if deciding.iter().any(|clause| is_about_attributes(clause.expr)) {
        deciding.retain(|clause| is_about_attributes(clause.expr));
    }
    let undocumented = match &judged.value {
        Value::Unknown(reasons) => reasons.iter().any(|reason| matches!(reason, Reason::Ambiguous(..))),
        Value::True | Value::False => false,
    };
    let flips_at = settle(condition, request, &judged);
    Outcome { value: judged.value, deciding, flips_at, undocumented, steps: run.steps }
}

/// One part may change while the whole does not: goes from change to change until the whole does, at that moment or just
/// after it.
fn settle(condition: &Condition, request: &ConditionRequest<'_>, judged: &Judged) -> Option<Timestamp> {
    let mut flips = judged.flips?;
    let Some(now) = judged.value.known() else { return Some(flips) };
    let at = |moment| Run::new(condition, ConditionRequest { at: moment, until: moment, ..*request }).expr(condition.root());
    for _ in 0..MOST_FLIPS {
        let Some(after) = flips.checked_add(Duration::NANOSECOND) else { break };
        let later = at(after);
        if later.value.known() != Some(now) || at(flips).value.known() != Some(now) {
            break;
        }
        flips = later.flips?;
    }
    Some(flips)
}

/// What an outcome means for the assignment: true grants; false does not; undecided only because the request lacks
/// attributes does not either ("will fail the authorization access check", "Actions and attributes for Azure role assignment
/// conditions for Azure Blob Storage", suboperations); everything else is not known.
pub fn grants(outcome: &Outcome<'_>) -> Grants {
    match &outcome.value {
        Value::True => Grants::Granted,
        Value::False => Grants::NotGranted,
        Value::Unknown(reasons) => {
            let missing: BTreeSet<Missing> = reasons.iter().filter_map(Reason::missing).collect();
            if missing.is_empty() { Grants::NotGranted } else { Grants::Undetermined(missing) }
        }
    }
}

fn is_about_attributes(expr: &Expr) -> bool {
    match expr.kind {
        ExprKind::Exists(_) | ExprKind::Compare(_) => true,
        ExprKind::ActionMatches(_) | ExprKind::SubOperationMatches(_) => false,
        ExprKind::Any(_) | ExprKind::All(_) | ExprKind::Mixed { .. } | ExprKind::Not(_) => true,
    }
}

/// One pass over a tree.
pub(super) struct Run<'c, 'r> {
    condition: &'c Condition,
    pub(super) request: ConditionRequest<'r>,
    suboperation: Option<Action>,
    /// Clauses that decided what has been looked at so far; connectives take back those that turned out not to matter.
    clauses: Vec<Clause<'c>>,
    pub(super) steps: usize,
}

impl<'c, 'r> Run<'c, 'r> {
    fn new(condition: &'c Condition, request: ConditionRequest<'r>) -> Self {
        let suboperation = request.suboperation.filter(|name| !name.is_empty()).map(Action::new);
        Run { condition, request, suboperation, clauses: Vec::new(), steps: 0 }
    }

    /// Not deeper than [`crate::model::MAX_CONDITION_DEPTH`], for the parser refuses what is.
    fn expr(&mut self, expr: &'c Expr) -> Judged {
        self.steps += 1;
        let judged = match &expr.kind {
            ExprKind::Any(parts) => return self.chain(parts, true),
            ExprKind::All(parts) => return self.chain(parts, false),
            ExprKind::Mixed { first, rest } => return self.mixed(expr, first, rest),
            ExprKind::Not(inner) => {
                let inner = self.expr(inner);
                return Judged { value: inner.value.negated(), flips: inner.flips };
            }
            ExprKind::Exists(attribute) => self.exists(attribute),
            ExprKind::ActionMatches(patterns) => Judged::constant(patterns.iter().any(|pattern| pattern.matches(self.request.action))),
            ExprKind::SubOperationMatches(patterns) => {
                let current = self.suboperation.as_ref();
                Judged::constant(current.is_some_and(|name| patterns.iter().any(|pattern| pattern.matches(name))))
            }
            ExprKind::Compare(comparison) => {
                let clause = self.condition.slice(expr.span);
                compare(self, comparison, clause)
            }
        };
        let text = self.condition.slice(expr.span);
        self.clauses.push(Clause { text, span: expr.span, value: judged.value.clone(), expr });
        judged
    }

    /// `OR` (`absorbing` is true: one true operand makes the whole true) or `AND` (false).
    fn chain(&mut self, parts: &'c [Expr], absorbing: bool) -> Judged {
        let start = self.clauses.len();
        let mut whole = Judged::constant(!absorbing);
        for part in parts {
            let mark = self.clauses.len();
            let judged = self.expr(part);
            match (whole.value.known(), judged.value.known()) {
                (Some(old), Some(new)) if old == new => {
                    if old == absorbing {
                        self.clauses.truncate(mark);
                        whole.flips = later(whole.flips, judged.flips);
                    } else {
                        whole.flips = earlier(whole.flips, judged.flips);
                    }
                }
                (Some(old), _) if old == absorbing => self.clauses.truncate(mark),
                (None, Some(new)) if new != absorbing => self.clauses.truncate(mark),
                (None, None) => whole = both_undecided(whole, judged),
                (Some(_) | None, _) => {
                    self.clauses.drain(start..mark);
                    whole = judged;
                }
            }
            if whole.value.known() == Some(absorbing) && whole.flips.is_none() {
                break;
            }
        }
        whole
    }

    /// AND and OR without parentheses. Reading AND as the tighter one gives the greatest value of all groupings, reading OR
    /// so the least, so where the two agree every grouping does.
    fn mixed(&mut self, whole: &'c Expr, first: &'c Expr, rest: &'c [(Connective, Expr)]) -> Judged {
        let first = self.expr(first);
        let rest: Vec<(Connective, Judged)> = rest.iter().map(|(connective, part)| (*connective, self.expr(part))).collect();
        let all = || std::iter::once(&first).chain(rest.iter().map(|(_, judged)| judged));
        let flips = all().fold(None, |flips, judged| earlier(flips, judged.flips));
        let known: Vec<(Connective, Option<bool>)> = rest.iter().map(|(connective, judged)| (*connective, judged.value.known())).collect();
        let and_first = grouped(first.value.known(), &known, Connective::And);
        let or_first = grouped(first.value.known(), &known, Connective::Or);
        if let (Some(one), Some(other)) = (and_first, or_first)
            && one == other
        {
            return Judged { value: Value::of(one), flips };
        }
        let mut reasons: BTreeSet<Reason> = all().filter_map(|judged| reasons(&judged.value)).flatten().cloned().collect();
        if and_first != or_first {
            reasons.insert(Reason::Ambiguous(self.condition.slice(whole.span).to_owned(), Question::MixedConnectives));
        }
        Judged { value: Value::Unknown(reasons), flips }
    }

    fn exists(&self, attribute: &Attribute) -> Judged {
        match self.attribute(attribute) {
            AttributeValue::One(_) | AttributeValue::Paths(_) | AttributeValue::Now => Judged::constant(true),
            AttributeValue::Many(values) if !values.is_empty() => Judged::constant(true),
            AttributeValue::Absent => Judged::constant(false),
            AttributeValue::Unknown(missing) => Judged::undecided(BTreeSet::from([Reason::Unknown(attribute.to_string(), missing)])),
            AttributeValue::Many(_) => {
                Judged::undecided(BTreeSet::from([Reason::Ambiguous(format!("Exists {attribute}"), Question::NoValues)]))
            }
        }
    }

    /// What is known of an attribute. Conditions of 2021 ask for the suboperation as an attribute; none is an empty text.
    pub(super) fn attribute(&self, attribute: &Attribute) -> AttributeValue<'r> {
        if attribute.name.key() == "suboperation" {
            return AttributeValue::One(super::Datum::text(self.request.suboperation.unwrap_or_default()));
        }
        self.request.attributes.get(attribute.source, &attribute.name)
    }
}

/// Value of a chain in which `tight` binds tighter.
fn grouped(first: Option<bool>, rest: &[(Connective, Option<bool>)], tight: Connective) -> Option<bool> {
    let tight_absorbs = tight == Connective::Or;
    let join = |one: Option<bool>, other: Option<bool>, absorbing: bool| match (one, other) {
        (Some(value), _) | (_, Some(value)) if value == absorbing => Some(absorbing),
        (Some(_), Some(_)) => Some(!absorbing),
        (_, _) => None,
    };
    let mut whole = Some(tight_absorbs);
    let mut group = first;
    for (connective, value) in rest {
        if *connective == tight {
            group = join(group, *value, tight_absorbs);
        } else {
            whole = join(whole, group, !tight_absorbs);
            group = *value;
        }
    }
    join(whole, group, !tight_absorbs)
}

fn reasons(value: &Value) -> Option<&BTreeSet<Reason>> {
    match value {
        Value::True | Value::False => None,
        Value::Unknown(reasons) => Some(reasons),
    }
}

fn both_undecided(one: Judged, other: Judged) -> Judged {
    let flips = earlier(one.flips, other.flips);
    let all = [one.value, other.value].iter().filter_map(reasons).flatten().cloned().collect();
    Judged { value: Value::Unknown(all), flips }
}

/// The earlier of two moments; `None` is never.
fn earlier(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    one.into_iter().chain(other).min()
}

/// The later of two moments; `None` is never.
fn later(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    one.zip(other).map(|(one, other)| one.max(other))
}
