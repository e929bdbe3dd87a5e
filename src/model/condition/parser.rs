//! Tokens into a tree, by recursive descent with an explicit limit on depth.

use super::lexer::{Lexer, Token, clip};
use super::{
    Attribute, AttributeName, AttributeSource, Comparison, ConditionError, ConditionProblem, Connective, Expr, ExprKind, Literal,
    MAX_CONDITION_BYTES, MAX_CONDITION_DEPTH, Operand, Operator, Span,
};
use crate::model::ActionPattern;

/// The tree, and how many tokens and rules it took.
pub(super) fn parse(text: &str) -> Result<(Expr, usize), ConditionError> {
    if text.len() > MAX_CONDITION_BYTES {
        let end = (0..=MAX_CONDITION_BYTES).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
        return Err(ConditionError::new(ConditionProblem::TooLong, text, end));
    }
    if text.trim().is_empty() {
        return Err(ConditionError::new(ConditionProblem::Empty, text, 0));
    }
    let mut parser = Parser::new(text)?;
    let root = parser.chain(0)?;
    if parser.token == Token::End { Ok((root, parser.steps)) } else { Err(parser.expected("AND, OR or the end of the condition")) }
}

struct Parser<'a> {
    text: &'a str,
    lexer: Lexer<'a>,
    /// The token that is looked at.
    token: Token<'a>,
    span: Span,
    /// End of the token before it.
    last_end: usize,
    steps: usize,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Result<Self, ConditionError> {
        let mut lexer = Lexer::new(text);
        let (token, span) = lexer.next()?;
        Ok(Parser { text, lexer, token, span, last_end: 0, steps: 1 })
    }

    fn advance(&mut self) -> Result<(), ConditionError> {
        self.steps += 1;
        self.last_end = self.span.end;
        (self.token, self.span) = self.lexer.next()?;
        Ok(())
    }

    fn error(&self, problem: ConditionProblem) -> ConditionError {
        ConditionError::new(problem, self.text, self.span.start)
    }

    fn expected(&self, expected: &'static str) -> ConditionError {
        self.error(ConditionProblem::Expected { expected, found: self.token.describe() })
    }

    fn expect(&mut self, token: Token<'_>, expected: &'static str) -> Result<(), ConditionError> {
        if self.token == token { self.advance() } else { Err(self.expected(expected)) }
    }

    fn connective(&self) -> Option<Connective> {
        if self.token == Token::And || self.is_keyword("and") {
            Some(Connective::And)
        } else if self.token == Token::Or || self.is_keyword("or") {
            Some(Connective::Or)
        } else {
            None
        }
    }

    fn is_keyword(&self, keyword: &str) -> bool {
        matches!(self.token, Token::Word(word) if word.eq_ignore_ascii_case(keyword))
    }

    /// Operands joined by connectives, up to what is neither.
    fn chain(&mut self, depth: usize) -> Result<Expr, ConditionError> {
        self.steps += 1;
        let start = self.span.start;
        let first = self.unary(depth)?;
        let mut rest = Vec::new();
        while let Some(connective) = self.connective() {
            self.advance()?;
            rest.push((connective, self.unary(depth)?));
        }
        let Some(joined) = rest.first().map(|(connective, _)| *connective) else {
            return Ok(first);
        };
        let span = Span { start, end: self.last_end };
        if rest.iter().any(|(connective, _)| *connective != joined) {
            return Ok(Expr { span, kind: ExprKind::Mixed { first: Box::new(first), rest } });
        }
        let parts = std::iter::once(first).chain(rest.into_iter().map(|(_, part)| part)).collect();
        let kind = match joined {
            Connective::And => ExprKind::All(parts),
            Connective::Or => ExprKind::Any(parts),
        };
        Ok(Expr { span, kind })
    }

    /// A negation, a parenthesis, or an expression without connectives.
    fn unary(&mut self, depth: usize) -> Result<Expr, ConditionError> {
        self.steps += 1;
        if depth >= MAX_CONDITION_DEPTH {
            return Err(self.error(ConditionProblem::TooDeep));
        }
        let start = self.span.start;
        if self.token == Token::OpenParenthesis {
            self.advance()?;
            let inner = self.chain(depth + 1)?;
            self.expect(Token::CloseParenthesis, "AND, OR or `)`")?;
            return Ok(inner);
        }
        let kind = if self.token == Token::Bang || self.is_keyword("not") {
            self.advance()?;
            ExprKind::Not(Box::new(self.unary(depth + 1)?))
        } else {
            self.simple()?
        };
        Ok(Expr { span: Span { start, end: self.last_end }, kind })
    }

    fn simple(&mut self) -> Result<ExprKind, ConditionError> {
        if self.is_keyword("exists") {
            self.advance()?;
            return match self.attribute()? {
                Some(attribute) => Ok(ExprKind::Exists(attribute)),
                None => Err(self.expected("an attribute after Exists")),
            };
        }
        if self.is_keyword("actionmatches") {
            return self.patterns().map(ExprKind::ActionMatches);
        }
        if self.is_keyword("suboperationmatches") {
            return self.patterns().map(ExprKind::SubOperationMatches);
        }
        let left = self.operand("an expression")?;
        let operator = self.operator()?;
        let right = self.operand("a value or an attribute")?;
        Ok(ExprKind::Compare(Comparison { left, operator, right }))
    }

    /// The braces of a function.
    fn patterns(&mut self) -> Result<Vec<ActionPattern>, ConditionError> {
        self.advance()?;
        self.expect(Token::OpenBrace, "`{`")?;
        let mut patterns = Vec::new();
        loop {
            self.steps += 1;
            let Token::Text(text) = self.token else {
                return Err(self.expected("a text in single quotes"));
            };
            patterns.push(ActionPattern::new(text));
            self.advance()?;
            if self.end_of_braces()? {
                return Ok(patterns);
            }
        }
    }

    /// After a member of braces: whether they end; else the comma is read.
    fn end_of_braces(&mut self) -> Result<bool, ConditionError> {
        if self.token == Token::CloseBrace {
            self.advance()?;
            return Ok(true);
        }
        self.expect(Token::Comma, "`,` or `}`")?;
        Ok(false)
    }

    fn attribute(&mut self) -> Result<Option<Attribute>, ConditionError> {
        let Token::Attribute { source, name } = self.token else {
            return Ok(None);
        };
        let Some(source) = AttributeSource::parse(source) else {
            return Err(self.error(ConditionProblem::Source(clip(source))));
        };
        if name.trim().is_empty() {
            return Err(self.error(ConditionProblem::NoName));
        }
        self.advance()?;
        Ok(Some(Attribute { source, name: AttributeName::new(name) }))
    }

    fn operand(&mut self, expected: &'static str) -> Result<Operand, ConditionError> {
        self.steps += 1;
        if let Some(attribute) = self.attribute()? {
            return Ok(Operand::Attribute(attribute));
        }
        if self.token != Token::OpenBrace {
            return self.literal(expected).map(Operand::Value);
        }
        self.advance()?;
        let mut values = Vec::new();
        loop {
            self.steps += 1;
            values.push(self.literal("a value")?);
            if self.end_of_braces()? {
                return Ok(Operand::Set(values));
            }
        }
    }

    fn operator(&mut self) -> Result<Operator, ConditionError> {
        let Token::Word(word) = self.token else {
            return Err(self.expected("an operator"));
        };
        if self.connective().is_some() {
            return Err(self.expected("an operator"));
        }
        let Some(operator) = Operator::parse(word) else {
            return Err(self.error(ConditionProblem::Operator(clip(word))));
        };
        self.advance()?;
        Ok(operator)
    }

    fn literal(&mut self, expected: &'static str) -> Result<Literal, ConditionError> {
        let literal = if let Token::Text(text) = self.token {
            Literal::Text(text.to_owned())
        } else if let (Token::Word(word), None) = (self.token, self.connective()) {
            self.bare_literal(word)?
        } else {
            return Err(self.expected(expected));
        };
        self.advance()?;
        Ok(literal)
    }

    /// GUIDs stand without quotes, with hyphens or (in roles that Azure ships) without. 32 decimal digits are no integer
    /// that fits, so the two never meet.
    fn bare_literal(&self, word: &str) -> Result<Literal, ConditionError> {
        if word.eq_ignore_ascii_case("true") {
            return Ok(Literal::Bool(true));
        }
        if word.eq_ignore_ascii_case("false") {
            return Ok(Literal::Bool(false));
        }
        if is_guid(word) {
            return Ok(Literal::Guid(word.to_owned()));
        }
        let digits = word.strip_prefix('-').unwrap_or(word);
        if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
            return word.parse().map(Literal::Integer).map_err(|_| self.error(ConditionProblem::Integer(clip(word))));
        }
        Err(self.error(ConditionProblem::Value(clip(word))))
    }
}

/// 32 hexadecimal digits, bare or grouped 8-4-4-4-12.
fn is_guid(word: &str) -> bool {
    let hexadecimal = |part: &str| part.bytes().all(|b| b.is_ascii_hexdigit());
    let lengths: Vec<usize> = word.split('-').map(str::len).take(6).collect();
    (lengths == [32] || lengths == [8, 4, 4, 4, 12]) && word.split('-').all(hexadecimal)
}
