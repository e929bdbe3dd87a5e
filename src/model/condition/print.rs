//! The tree as text again, on one line, in the page's spelling.

use super::{Attribute, Comparison, Connective, Expr, ExprKind, Literal, Operand};
use crate::model::ActionPattern;
use std::fmt;

impl fmt::Display for Connective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Connective::And => "AND",
            Connective::Or => "OR",
        })
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ExprKind::Any(parts) => chain(f, parts, Connective::Or),
            ExprKind::All(parts) => chain(f, parts, Connective::And),
            ExprKind::Mixed { first, rest } => {
                operand(f, first)?;
                rest.iter().try_for_each(|(connective, part)| {
                    write!(f, " {connective} ")?;
                    operand(f, part)
                })
            }
            ExprKind::Not(inner) if is_function(inner) => write!(f, "!({inner})"),
            ExprKind::Not(inner) => {
                f.write_str("NOT ")?;
                operand(f, inner)
            }
            ExprKind::Exists(attribute) => write!(f, "Exists {attribute}"),
            ExprKind::ActionMatches(patterns) => function(f, "ActionMatches", patterns),
            ExprKind::SubOperationMatches(patterns) => function(f, "SubOperationMatches", patterns),
            ExprKind::Compare(comparison) => comparison.fmt(f),
        }
    }
}

/// The page writes negated functions as `!(ActionMatches{…})`.
fn is_function(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::ActionMatches(_) | ExprKind::SubOperationMatches(_))
}

fn chain(f: &mut fmt::Formatter<'_>, parts: &[Expr], connective: Connective) -> fmt::Result {
    parts.iter().enumerate().try_for_each(|(at, part)| {
        if at > 0 {
            write!(f, " {connective} ")?;
        }
        operand(f, part)
    })
}

/// An expression where only one without connectives may stand.
fn operand(f: &mut fmt::Formatter<'_>, expr: &Expr) -> fmt::Result {
    match &expr.kind {
        ExprKind::Any(_) | ExprKind::All(_) | ExprKind::Mixed { .. } => write!(f, "({expr})"),
        ExprKind::Not(_) | ExprKind::Exists(_) | ExprKind::ActionMatches(_) | ExprKind::SubOperationMatches(_) | ExprKind::Compare(_) => {
            write!(f, "{expr}")
        }
    }
}

fn function(f: &mut fmt::Formatter<'_>, name: &str, patterns: &[ActionPattern]) -> fmt::Result {
    write!(f, "{name}{{")?;
    for (at, pattern) in patterns.iter().enumerate() {
        write!(f, "{}'{pattern}'", if at > 0 { ", " } else { "" })?;
    }
    f.write_str("}")
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "@{}[{}]", self.source.as_str(), self.name.as_str())
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Literal::Text(text) => write!(f, "'{text}'"),
            Literal::Integer(value) => write!(f, "{value}"),
            Literal::Bool(value) => write!(f, "{value}"),
            Literal::Guid(text) => f.write_str(text),
        }
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Operand::Attribute(attribute) => attribute.fmt(f),
            Operand::Value(value) => value.fmt(f),
            Operand::Set(values) => {
                f.write_str("{")?;
                for (at, value) in values.iter().enumerate() {
                    write!(f, "{}{value}", if at > 0 { ", " } else { "" })?;
                }
                f.write_str("}")
            }
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.left, self.operator, self.right)
    }
}
