//! Tokens to a tree: parentheses, `-`, *and*, `or`.

use super::error::shown;
use super::lexer::{Kind, Token, lex};
use super::term::Context;
use super::{Asked, Expr, Fields, ParseError, UserQuery};

/// The longest query, in bytes.
pub const LONGEST_QUERY: usize = 64 * 1024;
/// The most terms of a query.
pub const MOST_TERMS: usize = 1000;
/// The most parentheses inside each other.
pub const DEEPEST_NESTING: usize = 100;

/// Reads a query. Empty text, or white space alone, is everybody.
///
/// Takes time in proportion to the text and never recurses deeper than [`DEEPEST_NESTING`]. Beyond what the language's
/// definition says:
/// - names of fields, `has`, `missing` and `dup` may be written in any ASCII case; an exact name wins;
/// - a word ends at Unicode white space or a parenthesis; other invisible characters belong to the word;
/// - quoted and unquoted pieces may stand together (`given_name:"Mary Ann"*`);
/// - a backslash is special only in quotes and only before `"` and `\`;
/// - in a word without a field, and after `=`, a star is an ordinary character;
/// - an age in days, weeks, months or years goes by the calendar of the zone; hours are exact;
/// - `--a` is `a`.
///
/// # Errors
/// [`ParseError`] for the first mistake.
pub fn parse(text: &str, fields: &Fields, asked: &Asked) -> Result<UserQuery, ParseError> {
    if text.len() > LONGEST_QUERY {
        let end = text.chars().count();
        let found = format!("a query of {} KiB", text.len() / 1024);
        return Err(ParseError::new(0, end, found, format!("at most {} KiB", LONGEST_QUERY / 1024)));
    }
    let chars: Vec<char> = text.chars().collect();
    let tokens = lex(&chars, fields);
    let terms = || tokens.iter().filter(|token| matches!(token.kind, Kind::Term(_)));
    if let Some(first_too_many) = terms().nth(MOST_TERMS) {
        let found = format!("{} terms", terms().count());
        let expected = format!("at most {MOST_TERMS} terms (a list of people can be pasted and looked up instead)");
        return Err(ParseError::new(first_too_many.start, chars.len(), found, expected));
    }
    let context = Context { chars: &chars, fields, asked };
    let mut parser = Parser { context, tokens: &tokens, next: 0, depth: 0 };
    if tokens.is_empty() {
        return Ok(UserQuery::default());
    }
    let expr = parser.any()?;
    match parser.peek() {
        None => Ok(UserQuery { expr: Some(expr) }),
        // Whatever else can follow belongs to the expression.
        Some(extra) => Err(unopened(extra)),
    }
}

struct Parser<'a> {
    context: Context<'a>,
    tokens: &'a [Token],
    next: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.next)
    }

    fn take(&mut self, kind: &Kind) -> Option<&'a Token> {
        let token = self.peek().filter(|token| token.kind == *kind)?;
        self.next += 1;
        Some(token)
    }

    fn any(&mut self) -> Result<Expr, ParseError> {
        let mut arms = vec![self.all()?];
        while let Some(or) = self.take(&Kind::Or) {
            if matches!(self.peek().map(|token| &token.kind), None | Some(Kind::Close | Kind::Or)) {
                return Err(dangling_or(or, "nothing after it"));
            }
            arms.push(self.all()?);
        }
        Ok(if arms.len() == 1 { arms.swap_remove(0) } else { Expr::Or(arms) })
    }

    fn all(&mut self) -> Result<Expr, ParseError> {
        let mut parts = vec![self.one()?];
        while matches!(self.peek().map(|token| &token.kind), Some(Kind::Open | Kind::Minus | Kind::Term(_))) {
            parts.push(self.one()?);
        }
        Ok(if parts.len() == 1 { parts.swap_remove(0) } else { Expr::And(parts) })
    }

    fn one(&mut self) -> Result<Expr, ParseError> {
        let mut negated = false;
        while let Some(minus) = self.take(&Kind::Minus) {
            negated = !negated;
            let adjacent = self.peek().is_some_and(|next| {
                next.start == minus.end && matches!(next.kind, Kind::Term(_) | Kind::Open | Kind::Minus)
            });
            if !adjacent {
                return Err(self.lone_minus(minus));
            }
        }
        let expr = self.unit()?;
        Ok(if negated { Expr::Not(Box::new(expr)) } else { expr })
    }

    fn unit(&mut self) -> Result<Expr, ParseError> {
        let end = self.context.chars.len();
        let Some(token) = self.peek() else {
            return Err(ParseError::new(end, end, "the end of the query", "a term"));
        };
        match &token.kind {
            Kind::Term(written) => {
                self.next += 1;
                self.context.understand(token, written)
            }
            Kind::Open => self.group(token),
            Kind::Or => Err(dangling_or(token, "nothing before it")),
            Kind::Minus => Err(self.lone_minus(token)),
            Kind::Close => Err(unopened(token)),
        }
    }

    fn group(&mut self, open: &Token) -> Result<Expr, ParseError> {
        self.next += 1;
        self.depth += 1;
        if self.depth > DEEPEST_NESTING {
            let found = format!("more than {DEEPEST_NESTING} parentheses inside each other");
            return Err(ParseError::new(open.start, open.end, found, "fewer of them"));
        }
        if let Some(close) = self.take(&Kind::Close) {
            let error = ParseError::new(open.start, close.end, "empty parentheses", "a term between them");
            return Err(error.offer_text(&self.context.raw(open.start, close.end)));
        }
        let end = self.context.chars.len();
        let unclosed = || {
            let expected = format!("“)” for the “(” at character {}", open.start + 1);
            ParseError::new(end, end, "the end of the query", expected).offer("close the parenthesis", ")")
        };
        if self.peek().is_none() {
            return Err(unclosed());
        }
        let expr = self.any()?;
        self.depth -= 1;
        self.take(&Kind::Close).map(|_| expr).ok_or_else(unclosed)
    }

    fn lone_minus(&self, minus: &Token) -> ParseError {
        ParseError::new(minus.start, minus.end, "a “-” that stands alone", "a term or a parenthesis directly after it")
            .offer_text("-")
    }
}

fn dangling_or(or: &Token, why: &str) -> ParseError {
    ParseError::new(or.start, or.end, format!("“or” with {why}"), "a term on both sides of it").offer_text("or")
}

fn unopened(close: &Token) -> ParseError {
    let found = format!("{} with no “(” before it", shown(")"));
    ParseError::new(close.start, close.end, found, "a term or the end of the query").offer_text(")")
}
