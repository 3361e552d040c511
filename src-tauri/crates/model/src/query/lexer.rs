//! Text to tokens. Total: every text has tokens, so that completion and chips also work on a query that is half written.

use super::{Field, Fields};

/// A piece of a query; positions are in characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Open,
    Close,
    Or,
    Minus,
    Term(Written),
}

/// A term as it was written, not yet understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) head: Head,
    pub(super) value: Value,
}

/// What stands before a term's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Head {
    /// Nothing: a word.
    None,
    Field(Field, Op),
    Keyword(Keyword),
    /// A name that is not known, or an operator after no name at all. `name_end` is where the name ends.
    Unknown {
        name_end: usize,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    Has,
    Is,
    Above,
    AtLeast,
    Below,
    AtMost,
}

impl Op {
    pub(super) fn compares(self) -> bool {
        !matches!(self, Self::Has | Self::Is)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keyword {
    Has,
    Missing,
    Dup,
}

impl Keyword {
    pub(super) const ALL: [Self; 3] = [Self::Has, Self::Missing, Self::Dup];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Has => "has",
            Self::Missing => "missing",
            Self::Dup => "dup",
        }
    }
}

/// A value with its quotes resolved.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Value {
    pub(super) start: usize,
    pub(super) end: usize,
    /// The text, stars included.
    pub(super) text: String,
    /// The first character is an unquoted star.
    pub(super) star_first: bool,
    /// The last character is an unquoted star. A single star is both.
    pub(super) star_last: bool,
    /// Where a quote begins that never ends.
    pub(super) unclosed: Option<usize>,
}

/// Reads a whole text.
pub(super) fn lex(chars: &[char], fields: &Fields) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        let (end, kind) = match c {
            c if c.is_whitespace() => {
                at += 1;
                continue;
            }
            '(' => (at + 1, Kind::Open),
            ')' => (at + 1, Kind::Close),
            '-' => (at + 1, Kind::Minus),
            _ => {
                let written = term(chars, at, fields);
                let end = written.value.end;
                let kind = if is_or(&chars[at..end]) { Kind::Or } else { Kind::Term(written) };
                (end, kind)
            }
        };
        tokens.push(Token { start: at, end, kind });
        at = end;
    }
    tokens
}

/// `or` in any case. Quotes would make the slice longer.
pub(super) fn is_or(written: &[char]) -> bool {
    matches!(written, ['o' | 'O', 'r' | 'R'])
}

fn term(chars: &[char], start: usize, fields: &Fields) -> Written {
    if let Some((end, name)) = known_at(chars, start, fields, |next| next.is_some_and(is_operator))
        && let Some((op, length)) = operator(&chars[end..])
    {
        return Written { head: Head::Field(Field::named(name), op), value: value(chars, end + length) };
    }
    if let Some((keyword, after)) = keyword_at(chars, start) {
        let value = match known_at(chars, after, fields, |next| next.is_none_or(ends_word)) {
            // A name may hold characters that would end a word, so it is taken whole.
            Some((end, name)) => Value { start: after, end, text: name.to_owned(), ..Value::default() },
            None => value(chars, after),
        };
        return Written { head: Head::Keyword(keyword), value };
    }
    let value = value(chars, start);
    match unknown_name(&chars[start..value.end]) {
        Some(length) => Written { head: Head::Unknown { name_end: start + length }, value },
        None => Written { head: Head::None, value },
    }
}

/// The longest known name that stands here, with its end. Only where none stands exactly, case is ignored.
fn known_at<'f>(
    chars: &[char],
    start: usize,
    fields: &'f Fields,
    follows: fn(Option<char>) -> bool,
) -> Option<(usize, &'f str)> {
    let rest = &chars[start..];
    fields
        .names()
        .iter()
        .filter_map(|name| {
            let mut length = 0;
            let mut exact = true;
            for c in name.chars() {
                let here = *rest.get(length)?;
                if !here.eq_ignore_ascii_case(&c) {
                    return None;
                }
                exact &= here == c;
                length += 1;
            }
            follows(rest.get(length).copied()).then_some((length, exact, name.as_str()))
        })
        .max_by_key(|(length, exact, _)| (*exact, *length))
        .map(|(length, _, name)| (start + length, name))
}

fn keyword_at(chars: &[char], start: usize) -> Option<(Keyword, usize)> {
    Keyword::ALL.into_iter().find_map(|keyword| {
        let length = keyword.name().len();
        let written = chars.get(start..=start + length)?;
        let same = written.iter().zip(keyword.name().chars()).all(|(a, b)| a.eq_ignore_ascii_case(&b));
        (same && written.last() == Some(&':')).then_some((keyword, start + length + 1))
    })
}

/// The length of what stands where a field's name would, when an operator says that one was meant.
fn unknown_name(word: &[char]) -> Option<usize> {
    let unquoted = word.iter().position(|c| *c == '"').unwrap_or(word.len());
    let word = &word[..unquoted];
    let first = word.iter().position(|c| is_operator(*c))?;
    let prefix: String = word[..=first].iter().collect();
    let mut from = first;
    if prefix.eq_ignore_ascii_case("dev:") && starts_with(&word[first + 1..], "custom:") {
        from += "custom:".len();
    }
    if from > first || prefix.eq_ignore_ascii_case("custom:") {
        let rest = &word[from + 1..];
        return Some(from + 1 + rest.iter().position(|c| is_operator(*c)).unwrap_or(rest.len()));
    }
    Some(first)
}

fn starts_with(chars: &[char], text: &str) -> bool {
    chars.len() >= text.len() && chars.iter().zip(text.chars()).all(|(a, b)| a.eq_ignore_ascii_case(&b))
}

fn is_operator(c: char) -> bool {
    matches!(c, ':' | '=' | '<' | '>')
}

fn ends_word(c: char) -> bool {
    c.is_whitespace() || matches!(c, '(' | ')')
}

fn operator(chars: &[char]) -> Option<(Op, usize)> {
    match chars {
        [':', ..] => Some((Op::Has, 1)),
        ['=', ..] => Some((Op::Is, 1)),
        ['>', '=', ..] => Some((Op::AtLeast, 2)),
        ['>', ..] => Some((Op::Above, 1)),
        ['<', '=', ..] => Some((Op::AtMost, 2)),
        ['<', ..] => Some((Op::Below, 1)),
        _ => None,
    }
}

/// Reads a value up to the end of the word; quoted and unquoted pieces may follow each other.
pub(super) fn value(chars: &[char], start: usize) -> Value {
    let mut read = Value { start, end: start, ..Value::default() };
    let mut quote = None;
    while let Some(&c) = chars.get(read.end) {
        if quote.is_none() && ends_word(c) {
            break;
        }
        read.end += 1;
        let literal = match (c, quote, chars.get(read.end)) {
            ('"', None, _) => {
                quote = Some(read.end - 1);
                continue;
            }
            ('"', Some(_), _) => {
                quote = None;
                continue;
            }
            ('\\', Some(_), Some(&escaped @ ('"' | '\\'))) => {
                read.end += 1;
                escaped
            }
            _ => c,
        };
        let star = quote.is_none() && literal == '*';
        read.star_first = if read.text.is_empty() { star } else { read.star_first };
        read.star_last = star;
        read.text.push(literal);
    }
    read.unclosed = quote;
    read
}
