//! Text into tokens.

use super::{ConditionError, ConditionProblem, Span};

/// A token; texts are slices of the condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    OpenParenthesis,
    CloseParenthesis,
    OpenBrace,
    CloseBrace,
    Comma,
    /// `!`; the word `NOT` comes as a word.
    Bang,
    /// `&&`.
    And,
    /// `||`.
    Or,
    /// What stands between single quotes.
    Text(&'a str),
    /// `@Source[name]`.
    Attribute {
        source: &'a str,
        name: &'a str,
    },
    /// Keyword, operator, number or GUID.
    Word(&'a str),
    /// After the last token.
    End,
}

impl Token<'_> {
    /// For error texts; never long.
    pub(super) fn describe(self) -> String {
        match self {
            Token::OpenParenthesis => "`(`".to_owned(),
            Token::CloseParenthesis => "`)`".to_owned(),
            Token::OpenBrace => "`{`".to_owned(),
            Token::CloseBrace => "`}`".to_owned(),
            Token::Comma => "`,`".to_owned(),
            Token::Bang => "`!`".to_owned(),
            Token::And => "`&&`".to_owned(),
            Token::Or => "`||`".to_owned(),
            Token::Text(_) => "a text".to_owned(),
            Token::Attribute { .. } => "an attribute".to_owned(),
            Token::Word(word) => format!("`{}`", clip(word)),
            Token::End => "the end of the condition".to_owned(),
        }
    }
}

/// The first characters of a word, for error texts.
pub(super) fn clip(word: &str) -> String {
    const LONGEST: usize = 60;
    let mut clipped: String = word.chars().take(LONGEST).collect();
    if clipped.len() < word.len() {
        clipped.push('…');
    }
    clipped
}

/// Reads token after token.
pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Lexer { text, at: 0 }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn error(&self, problem: ConditionProblem, at: usize) -> ConditionError {
        ConditionError::new(problem, self.text, at)
    }

    /// The next token and where it stands; [`Token::End`] again and again after the last.
    pub(super) fn next(&mut self) -> Result<(Token<'a>, Span), ConditionError> {
        self.skip_blanks();
        let start = self.at;
        let token = self.read(start)?;
        Ok((token, Span { start, end: self.at }))
    }

    fn read(&mut self, start: usize) -> Result<Token<'a>, ConditionError> {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return Ok(Token::End) };
        let single = match first {
            '(' => Some(Token::OpenParenthesis),
            ')' => Some(Token::CloseParenthesis),
            '{' => Some(Token::OpenBrace),
            '}' => Some(Token::CloseBrace),
            ',' => Some(Token::Comma),
            '!' => Some(Token::Bang),
            _ => None,
        };
        if let Some(token) = single {
            self.at += 1;
            return Ok(token);
        }
        if let Some(token) = [("&&", Token::And), ("||", Token::Or)].into_iter().find(|(text, _)| rest.starts_with(text)) {
            self.at += 2;
            return Ok(token.1);
        }
        match first {
            '\'' => self.read_text(start),
            '@' => self.read_attribute(start),
            c if is_word(c) => Ok(Token::Word(self.take_word())),
            c => Err(self.error(ConditionProblem::Character(c.escape_debug().to_string()), start)),
        }
    }

    /// No escape for a quote is documented, so a text ends at the next quote.
    fn read_text(&mut self, start: usize) -> Result<Token<'a>, ConditionError> {
        let body = self.rest().get(1..).unwrap_or_default();
        let Some((text, _)) = body.split_once('\'') else {
            return Err(self.error(ConditionProblem::OpenText, start));
        };
        self.at += text.len() + 2;
        Ok(Token::Text(text))
    }

    fn take_word(&mut self) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    /// A name is everything up to `]`: `:`, `/`, `<`, `$`, `&` and blanks belong to it. Quotes, brackets, braces and `@`
    /// cannot, so that a missing `]` is found where it is missing and not at the end.
    fn read_attribute(&mut self, start: usize) -> Result<Token<'a>, ConditionError> {
        self.at += 1;
        let source = self.take_word();
        self.skip_blanks();
        let opening = self.at;
        let Some(body) = self.rest().strip_prefix('[') else {
            let found = if source.is_empty() { "`@` without a source".to_owned() } else { format!("`@{}`", clip(source)) };
            return Err(self.error(ConditionProblem::Expected { expected: "`[` after the attribute's source", found }, opening));
        };
        let end = body.find(|c| matches!(c, ']' | '[' | '@' | '\'' | '{' | '}' | '(' | ')') || (c.is_control() && !c.is_whitespace()));
        let Some(end) = end.filter(|end| body.get(*end..).is_some_and(|tail| tail.starts_with(']'))) else {
            return Err(self.error(ConditionProblem::OpenAttribute, start));
        };
        self.at = opening + 1 + end + 1;
        Ok(Token::Attribute { source, name: body.get(..end).unwrap_or_default() })
    }
}

/// Characters of keywords, operators with quantifier, numbers and GUIDs.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | ':' | '.')
}
