//! Queries as people see them: quoting, and chips for the query bar.

use super::lexer::{Head, Kind, Token, is_or, lex};
use super::parse::LONGEST_QUERY;
use super::{Asked, Field, Fields, parse};

/// Writes any text so that a query takes it literally, as a word or as the value after an operator.
///
/// Quotes are used only where they are needed; an empty text becomes `""`, which no query accepts.
#[must_use]
pub fn quote(text: &str) -> String {
    let special = |c: char| c.is_whitespace() || matches!(c, '"' | '(' | ')' | ':' | '=' | '<' | '>');
    let chars: Vec<char> = text.chars().collect();
    let needed = text.is_empty()
        || chars.iter().any(|c| special(*c))
        || text.starts_with(['-', '*'])
        || text.ends_with('*')
        || is_or(&chars);
    if needed { quoted(text) } else { text.to_owned() }
}

/// The same with quotes in any case.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// One part of a query that the query bar shows, and removes, as a whole. All parts hold together (*and*).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chip {
    /// The part as it was written, `-` included.
    pub text: String,
    /// Where it begins, in characters.
    pub start: usize,
    /// Where it ends, exclusive.
    pub end: usize,
    /// Field and operator as written (`group:`, `custom:tenant=`, `created>`); empty for words and compounds.
    pub key: String,
    /// The value without quotes; for compounds the text without its `-`.
    pub value: String,
    /// Does a `-` stand before it?
    pub negated: bool,
    /// What it is about.
    pub kind: ChipKind,
}

/// What a chip is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChipKind {
    /// A word that is looked for everywhere.
    Text,
    /// A field's text.
    Field,
    /// The status.
    Status,
    /// A group.
    Group,
    /// Whether sign-in is enabled.
    Enabled,
    /// `created`, `modified`
    Date,
    /// `has:`, `missing:`
    Presence,
    /// `dup:`
    Duplicate,
    /// Parentheses or `or`.
    Compound,
    /// Something that [`parse`] refuses; the error says why.
    Wrong,
}

/// Cuts a query into chips: its top-level *and* terms, or one chip for everything when `or` stands at the top.
///
/// Works on queries that are wrong, too, so that the bar does not flicker while somebody types.
#[must_use]
pub fn chips(text: &str, fields: &Fields, asked: &Asked) -> Vec<Chip> {
    let chars: Vec<char> = text.chars().collect();
    let tokens = if text.len() > LONGEST_QUERY { Vec::new() } else { lex(&chars, fields) };
    let parts = split(&tokens).unwrap_or_else(|| vec![&tokens[..]]);
    let mut chips: Vec<Chip> = parts.into_iter().filter_map(|part| chip(&chars, part, fields, asked)).collect();
    if chips.is_empty() && !text.trim().is_empty() {
        chips.push(Chip { kind: ChipKind::Wrong, ..whole(&chars, 0, chars.len()) });
    }
    chips
}

/// The top-level parts; `None` when the query cannot be cut.
fn split(tokens: &[Token]) -> Option<Vec<&[Token]>> {
    let mut parts = Vec::new();
    let (mut begun, mut depth) = (0, 0_usize);
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth = depth.checked_sub(1)?,
            Kind::Or if depth == 0 => return None,
            _ => {}
        }
        let attached = token.kind == Kind::Minus && tokens.get(at + 1).is_some_and(|next| next.start == token.end);
        if depth == 0 && !attached {
            parts.push(&tokens[begun..=at]);
            begun = at + 1;
        }
    }
    (begun == tokens.len()).then_some(parts)
}

fn whole(chars: &[char], start: usize, end: usize) -> Chip {
    let text: String = chars[start..end].iter().collect();
    Chip { value: text.clone(), text, start, end, key: String::new(), negated: false, kind: ChipKind::Compound }
}

fn chip(chars: &[char], part: &[Token], fields: &Fields, asked: &Asked) -> Option<Chip> {
    let (first, last) = (part.first()?, part.last()?);
    let mut chip = whole(chars, first.start, last.end);
    let dashes = part.iter().take_while(|token| token.kind == Kind::Minus).count();
    // A dash negates the whole part only when the part is one term or one group.
    if let [token, rest @ ..] = &part[dashes..]
        && (rest.is_empty() || split(&part[dashes..]).is_some_and(|parts| parts.len() == 1))
    {
        chip.negated = dashes % 2 == 1;
        chip.value = chars[token.start..last.end].iter().collect();
        if let Kind::Term(written) = &token.kind {
            chip.kind = kind(&written.head);
            if !matches!(written.head, Head::None | Head::Unknown { .. }) {
                chip.key = chars[token.start..written.value.start].iter().collect();
            }
            chip.value.clone_from(&written.value.text);
        }
    }
    if parse(&chip.text, fields, asked).is_err() {
        chip.kind = ChipKind::Wrong;
    }
    Some(chip)
}

fn kind(head: &Head) -> ChipKind {
    use super::lexer::Keyword::{Dup, Has, Missing};
    match head {
        Head::None => ChipKind::Text,
        Head::Field(Field::Status, _) => ChipKind::Status,
        Head::Field(Field::Group, _) => ChipKind::Group,
        Head::Field(Field::Enabled, _) => ChipKind::Enabled,
        Head::Field(Field::Created | Field::Modified, _) => ChipKind::Date,
        Head::Field(..) => ChipKind::Field,
        Head::Keyword(Has | Missing) => ChipKind::Presence,
        Head::Keyword(Dup) => ChipKind::Duplicate,
        Head::Unknown { .. } => ChipKind::Wrong,
    }
}
