//! Operators of comparisons. Source: "Azure role assignment condition format and syntax".

use super::Case;
use std::fmt;

/// How many of the values on either side must satisfy the operator ("cross product comparison operators").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Quantifier {
    /// Some left value, with some right one.
    AnyOfAny,
    /// Every left value, each with some right one.
    AllOfAny,
    /// Some left value, with every right one.
    AnyOfAll,
    /// Every left value, with every right one.
    AllOfAll,
}

impl Quantifier {
    /// Every quantifier.
    pub const ALL: [Quantifier; 4] = [Quantifier::AnyOfAny, Quantifier::AllOfAny, Quantifier::AnyOfAll, Quantifier::AllOfAll];

    /// The word conditions use.
    pub fn as_str(self) -> &'static str {
        match self {
            Quantifier::AnyOfAny => "ForAnyOfAnyValues",
            Quantifier::AllOfAny => "ForAllOfAnyValues",
            Quantifier::AnyOfAll => "ForAnyOfAllValues",
            Quantifier::AllOfAll => "ForAllOfAllValues",
        }
    }
}

/// What a string operator asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StringRelation {
    /// `StringEquals`.
    Equals,
    /// `StringStartsWith`.
    StartsWith,
    /// `StringLike`.
    Like,
}

/// What an operator on ordered values asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are the operators' own")]
pub enum Order {
    Equals,
    NotEquals,
    LessThan,
    LessThanEquals,
    GreaterThan,
    GreaterThanEquals,
}

impl Order {
    /// Every relation.
    pub const ALL: [Order; 6] =
        [Order::Equals, Order::NotEquals, Order::LessThan, Order::LessThanEquals, Order::GreaterThan, Order::GreaterThanEquals];

    /// Its part of the operator's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Order::Equals => "Equals",
            Order::NotEquals => "NotEquals",
            Order::LessThan => "LessThan",
            Order::LessThanEquals => "LessThanEquals",
            Order::GreaterThan => "GreaterThan",
            Order::GreaterThanEquals => "GreaterThanEquals",
        }
    }

    /// Whether two values stand in this relation.
    pub fn holds<T: Ord>(self, left: &T, right: &T) -> bool {
        match self {
            Order::Equals => left == right,
            Order::NotEquals => left != right,
            Order::LessThan => left < right,
            Order::LessThanEquals => left <= right,
            Order::GreaterThan => left > right,
            Order::GreaterThanEquals => left >= right,
        }
    }

    /// The relation with its sides exchanged.
    pub fn mirrored(self) -> Order {
        match self {
            Order::Equals => Order::Equals,
            Order::NotEquals => Order::NotEquals,
            Order::LessThan => Order::GreaterThan,
            Order::LessThanEquals => Order::GreaterThanEquals,
            Order::GreaterThan => Order::LessThan,
            Order::GreaterThanEquals => Order::LessThanEquals,
        }
    }
}

/// An operator without its quantifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BaseOperator {
    /// `String…`.
    String {
        /// What is asked.
        relation: StringRelation,
        /// `Not`.
        negated: bool,
        /// `IgnoreCase`.
        case: Case,
    },
    /// `Numeric…`: integers only.
    Numeric(Order),
    /// `DateTime…`.
    DateTime(Order),
    /// `BoolEquals`, `BoolNotEquals`.
    Bool {
        /// `Not`.
        negated: bool,
    },
    /// `GuidEquals`, `GuidNotEquals`: case does not count.
    Guid {
        /// `Not`.
        negated: bool,
    },
}

impl BaseOperator {
    /// Reads an operator, any case: recorded conditions have `stringEquals` and `boolequals`.
    pub fn parse(word: &str) -> Option<BaseOperator> {
        let word = word.to_ascii_lowercase();
        if let Some(rest) = word.strip_prefix("string") {
            let (rest, case) = rest.strip_suffix("ignorecase").map_or((rest, Case::Sensitive), |rest| (rest, Case::Ignored));
            let (rest, negated) = rest.strip_prefix("not").map_or((rest, false), |rest| (rest, true));
            let relation = match rest {
                "equals" => StringRelation::Equals,
                "startswith" => StringRelation::StartsWith,
                "like" => StringRelation::Like,
                _ => return None,
            };
            return Some(BaseOperator::String { relation, negated, case });
        }
        let order = |rest: &str| Order::ALL.into_iter().find(|order| order.as_str().eq_ignore_ascii_case(rest));
        let negated = |rest: &str| match order(rest)? {
            Order::Equals => Some(false),
            Order::NotEquals => Some(true),
            Order::LessThan | Order::LessThanEquals | Order::GreaterThan | Order::GreaterThanEquals => None,
        };
        if let Some(rest) = word.strip_prefix("numeric") {
            order(rest).map(BaseOperator::Numeric)
        } else if let Some(rest) = word.strip_prefix("datetime") {
            order(rest).map(BaseOperator::DateTime)
        } else if let Some(rest) = word.strip_prefix("bool") {
            negated(rest).map(|negated| BaseOperator::Bool { negated })
        } else {
            negated(word.strip_prefix("guid")?).map(|negated| BaseOperator::Guid { negated })
        }
    }

    /// Whether this is one of the `…Not…` operators.
    pub fn is_negated(self) -> bool {
        match self {
            BaseOperator::String { negated, .. } | BaseOperator::Bool { negated } | BaseOperator::Guid { negated } => negated,
            BaseOperator::Numeric(order) | BaseOperator::DateTime(order) => order == Order::NotEquals,
        }
    }

    /// Whether the page lists the operator among those that a quantifier may stand before.
    pub fn takes_quantifier(self) -> bool {
        match self {
            BaseOperator::String { relation, .. } => relation != StringRelation::StartsWith,
            BaseOperator::Numeric(_) | BaseOperator::Guid { .. } => true,
            BaseOperator::DateTime(_) | BaseOperator::Bool { .. } => false,
        }
    }
}

impl fmt::Display for BaseOperator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let not = if self.is_negated() { "Not" } else { "" };
        match self {
            BaseOperator::String { relation, case, .. } => {
                let relation = match relation {
                    StringRelation::Equals => "Equals",
                    StringRelation::StartsWith => "StartsWith",
                    StringRelation::Like => "Like",
                };
                let case = if *case == Case::Ignored { "IgnoreCase" } else { "" };
                write!(f, "String{not}{relation}{case}")
            }
            BaseOperator::Numeric(order) => write!(f, "Numeric{}", order.as_str()),
            BaseOperator::DateTime(order) => write!(f, "DateTime{}", order.as_str()),
            BaseOperator::Bool { .. } => write!(f, "Bool{not}Equals"),
            BaseOperator::Guid { .. } => write!(f, "Guid{not}Equals"),
        }
    }
}

/// An operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Operator {
    /// What stands before the colon.
    pub quantifier: Option<Quantifier>,
    /// What is asked of each pair of values.
    pub base: BaseOperator,
}

impl Operator {
    /// Reads an operator with or without quantifier, any case.
    ///
    /// ```
    /// use canread::model::Operator;
    /// let operator = Operator::parse("forAnyOfAnyValues:stringNotEqualsIgnoreCase").unwrap();
    /// assert_eq!(operator.to_string(), "ForAnyOfAnyValues:StringNotEqualsIgnoreCase");
    /// assert!(Operator::parse("StringContains").is_none());
    /// ```
    pub fn parse(word: &str) -> Option<Operator> {
        let (quantifier, base) = match word.split_once(':') {
            None => (None, word),
            Some((before, base)) => {
                (Some(Quantifier::ALL.into_iter().find(|quantifier| quantifier.as_str().eq_ignore_ascii_case(before))?), base)
            }
        };
        Some(Operator { quantifier, base: BaseOperator::parse(base)? })
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.quantifier {
            Some(quantifier) => write!(f, "{}:{}", quantifier.as_str(), self.base),
            None => fmt::Display::fmt(&self.base, f),
        }
    }
}
