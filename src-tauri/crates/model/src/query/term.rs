//! One written term to its meaning.

use super::error::{nearest, shown};
use super::lexer::{Head, Keyword, Op, Token, Value, Written};
use super::when::Point;
use super::{Asked, Expr, Field, Fields, Moment, ParseError, Pattern, Term, fold};

/// What understanding a term needs to know.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) chars: &'a [char],
    pub(super) fields: &'a Fields,
    pub(super) asked: &'a Asked,
}

impl Context<'_> {
    pub(super) fn raw(&self, start: usize, end: usize) -> String {
        self.chars[start..end].iter().collect()
    }

    /// Gives a term its meaning, or says what is wrong with it.
    pub(super) fn understand(&self, token: &Token, written: &Written) -> Result<Expr, ParseError> {
        if let Some(quote) = written.value.unclosed {
            return Err(self.unclosed_quote(quote, token.end));
        }
        match &written.head {
            Head::Unknown { name_end } => Err(self.unknown_field(token, *name_end, &written.value)),
            Head::Keyword(keyword) => self.keyword(token, *keyword, &written.value),
            _ if written.value.text.is_empty() => Err(self.empty_value(token, &written.head)),
            Head::None => Ok(Expr::Term(Term::Anywhere(fold(&written.value.text)))),
            Head::Field(field, op) => {
                let value = &written.value;
                let term = match (field.moment(), field) {
                    (Some(moment), _) => self.instant(token, (field, moment), *op, value)?,
                    (None, Field::Enabled) => self.enabled(token, *op, value)?,
                    (None, _) => self.text(token, field, *op, value)?,
                };
                Ok(Expr::Term(term))
            }
        }
    }

    fn text(&self, token: &Token, field: &Field, op: Op, value: &Value) -> Result<Term, ParseError> {
        let pattern = match op {
            Op::Has => match pattern(field, value) {
                Some(pattern) => pattern,
                None => return Ok(Term::Present(field.clone())),
            },
            Op::Is => Pattern::Exactly(value.text.clone()),
            _ => return Err(self.not_comparable(token, field, value)),
        };
        Ok(Term::Text(field.clone(), pattern))
    }

    fn instant(
        &self,
        token: &Token,
        (field, moment): (&Field, Moment),
        op: Op,
        value: &Value,
    ) -> Result<Term, ParseError> {
        if op == Op::Has && only_stars(value) {
            return Ok(Term::Present(field.clone()));
        }
        let point = Point::read(&value.text, self.asked);
        if !op.compares() {
            return Err(self.needs_comparison(token, field, value, point.is_some()));
        }
        point
            .and_then(|point| point.bound(op))
            .map(|bound| Term::When(moment, bound))
            .ok_or_else(|| self.not_a_time(value))
    }

    fn enabled(&self, token: &Token, op: Op, value: &Value) -> Result<Term, ParseError> {
        if op.compares() {
            return Err(self.not_comparable(token, &Field::Enabled, value));
        }
        if op == Op::Has && only_stars(value) {
            return Ok(Term::Present(Field::Enabled));
        }
        let text = if op == Op::Has { fold(&value.text) } else { value.text.clone() };
        match text.as_str() {
            "yes" => Ok(Term::Enabled(true)),
            "no" => Ok(Term::Enabled(false)),
            _ => Err(ParseError::new(token.start, token.end, shown(&value.text), "enabled:yes or enabled:no")
                .offer_written("enabled:yes")
                .offer_written("enabled:no")),
        }
    }

    fn keyword(&self, token: &Token, keyword: Keyword, value: &Value) -> Result<Expr, ParseError> {
        let name = keyword.name();
        if value.text.is_empty() {
            return Err(ParseError::new(
                token.start,
                token.end,
                format!("“{name}:” with no field after it"),
                format!("the name of a field, such as {name}:email"),
            )
            .offer_text(&self.raw(token.start, token.end)));
        }
        let names = self.fields.names();
        let known = names
            .iter()
            .find(|known| **known == value.text)
            .or_else(|| names.iter().find(|known| known.eq_ignore_ascii_case(&value.text)));
        let Some(known) = known else {
            let found = format!("the unknown field {}", shown(&value.text));
            let error = ParseError::new(value.start, value.end, found, format!("a field of this pool after “{name}:”"));
            return Err(nearest(&value.text, names.iter().map(String::as_str))
                .into_iter()
                .fold(error, ParseError::offer_written));
        };
        let field = Field::named(known);
        Ok(match keyword {
            Keyword::Has => Expr::Term(Term::Present(field)),
            Keyword::Missing => Expr::Not(Box::new(Expr::Term(Term::Present(field)))),
            Keyword::Dup => Expr::Term(Term::Duplicate(field)),
        })
    }

    fn unclosed_quote(&self, quote: usize, end: usize) -> ParseError {
        let raw = self.raw(quote, end);
        let backslashes = raw.chars().rev().take_while(|c| *c == '\\').count();
        // A last lone backslash would swallow the quote that is added.
        let closed = format!("{raw}{}\"", if backslashes % 2 == 1 { "\\" } else { "" });
        ParseError::new(quote, end, "a quote that is never closed", "a second \" (inside quotes write \\\" and \\\\)")
            .offer("close the quote", closed)
    }

    fn unknown_field(&self, token: &Token, name_end: usize, value: &Value) -> ParseError {
        let name = self.raw(token.start, name_end);
        let rest = self.raw(name_end, token.end);
        if let Some(known) = self.fields.names().iter().find(|known| known.eq_ignore_ascii_case(&name)) {
            let found = format!("the field {} with nothing after it", shown(&name));
            return ParseError::new(token.start, token.end, found, format!("a value, such as {known}:text"))
                .offer_written(format!("has:{known}"))
                .offer_written(format!("missing:{known}"))
                .offer_text(&value.text);
        }
        let found = if name.is_empty() {
            format!("{} with no field before it", shown(&rest))
        } else {
            format!("the unknown field {}", shown(&name))
        };
        let keywords = if rest.starts_with(':') { &Keyword::ALL[..] } else { &[] };
        let names = self.fields.names().iter().map(String::as_str).chain(keywords.iter().map(|k| k.name()));
        let error = ParseError::new(token.start, token.end, found, "a field of this pool, or the text in quotes")
            .offer_text(&value.text);
        nearest(&name, names)
            .into_iter()
            .fold(error, |error, near| error.offer(format!("the field {near}"), format!("{near}{rest}")))
    }

    fn empty_value(&self, token: &Token, head: &Head) -> ParseError {
        let raw = self.raw(token.start, token.end);
        let Head::Field(field, _) = head else {
            return ParseError::new(token.start, token.end, "empty quotes", "a text between the quotes");
        };
        let found = format!("{} with nothing after it", shown(&raw));
        match field {
            Field::Created | Field::Modified => ParseError::new(token.start, token.end, found, times(field.name())),
            Field::Enabled => ParseError::new(token.start, token.end, found, "enabled:yes or enabled:no")
                .offer_written("enabled:yes")
                .offer_written("enabled:no"),
            _ => ParseError::new(token.start, token.end, found, format!("a value, such as {field}:text"))
                .offer_written(format!("has:{field}"))
                .offer_written(format!("missing:{field}"))
                .offer_text(&raw),
        }
    }

    fn not_comparable(&self, token: &Token, field: &Field, value: &Value) -> ParseError {
        let found = format!("a comparison of the field “{field}”");
        let expected = format!("{field}:text or {field}=text (only created and modified can be compared)");
        let raw = self.raw(token.start, value.start);
        ParseError::new(token.start, token.end, found, expected)
            .offer_written(format!("{field}:{}", self.raw(value.start, value.end)))
            .offer_text(&format!("{raw}{}", value.text))
    }

    fn needs_comparison(&self, token: &Token, field: &Field, value: &Value, is_time: bool) -> ParseError {
        let found = shown(&self.raw(token.start, token.end));
        let written = self.raw(value.start, value.end);
        let error = ParseError::new(token.start, token.end, found, times(field.name()));
        if is_time {
            error
                .offer_written(format!("{field}>={written}"))
                .offer_written(format!("{field}<={written}"))
                .offer_written(format!("({field}>={written} {field}<={written})"))
        } else if written.starts_with(['<', '>']) {
            error.offer_written(format!("{field}{written}"))
        } else {
            error
        }
    }

    fn not_a_time(&self, value: &Value) -> ParseError {
        let text = &value.text;
        let error = ParseError::new(
            value.start,
            value.end,
            shown(text),
            "a date such as 2026-01-31, an instant such as 2026-01-31T18:00:00Z or an age such as 30d (h d w mo y)",
        );
        // An instant without its zone, and minutes that were meant as months.
        [format!("{text}Z"), format!("{text}o")]
            .into_iter()
            .filter(|better| Point::read(better, self.asked).is_some())
            .fold(error, ParseError::offer_written)
    }
}

fn times(field: &str) -> String {
    format!(
        "{field}>X, {field}>=X, {field}<X or {field}<=X, where X is a date (2026-01-31), an instant or an age (30d)"
    )
}

fn only_stars(value: &Value) -> bool {
    value.star_first && value.star_last && value.text.chars().count() <= 2
}

/// The pattern of `field:value`; `None` when it asks for nothing but presence.
fn pattern(field: &Field, value: &Value) -> Option<Pattern> {
    let mut text = value.text.as_str();
    if value.star_first {
        text = text.strip_prefix('*').unwrap_or(text);
    }
    if value.star_last {
        text = text.strip_suffix('*').unwrap_or(text);
    }
    if text.is_empty() {
        return None;
    }
    let text = fold(text);
    Some(match (value.star_first, value.star_last) {
        (false, false) if matches!(field, Field::Status | Field::Group) => Pattern::Equals(text),
        (false, false) | (true, true) => Pattern::Contains(text),
        (false, true) => Pattern::StartsWith(text),
        (true, false) => Pattern::EndsWith(text),
    })
}
