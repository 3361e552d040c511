//! What could be written where the cursor stands.
//!
//! The pure part: it says what is wanted; whoever has the pool's data fills in groups, statuses and frequent values.

use super::lexer::{Head, Keyword, Kind, Token, Written, lex, value};
use super::parse::LONGEST_QUERY;
use super::{Field, Fields, Moment, fold};

/// What is wanted at the cursor. Positions are in characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Where the text begins that a chosen item replaces.
    pub start: usize,
    /// Where it ends, exclusive.
    pub end: usize,
    /// What stands before the cursor, quotes resolved and a leading star dropped: items should contain or begin with it.
    pub prefix: String,
    /// The kind of item.
    pub what: Sought,
}

/// A kind of completion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sought {
    /// A new term: [`Wanted::names`] gives `email:`, `has:` and so on.
    Term,
    /// The name of a field after `has:`, `missing:`, `dup:`: [`Wanted::names`] gives them.
    Name,
    /// A value of this field; write it with [`super::quote`].
    Value(Field),
    /// A date, an instant or an age.
    Time(Moment),
    /// `>`, `>=`, `<`, `<=`: somebody wrote `created:`. The span is the whole term; write `created>`.
    Comparison(Moment),
    /// Nothing: the cursor stands in quoted text, or the query is too long.
    Nothing,
}

/// Says what is wanted at `cursor`, in characters (see [`super::char_offset`]). A cursor past the end is at the end.
#[must_use]
pub fn complete(text: &str, cursor: usize, fields: &Fields) -> Wanted {
    let chars: Vec<char> = text.chars().collect();
    let cursor = cursor.min(chars.len());
    if text.len() > LONGEST_QUERY {
        return Wanted { start: cursor, end: cursor, prefix: String::new(), what: Sought::Nothing };
    }
    let here = lex(&chars, fields)
        .into_iter()
        .find(|token| matches!(token.kind, Kind::Term(_) | Kind::Or) && token.start <= cursor && cursor <= token.end);
    match here {
        Some(Token { start, end, kind: Kind::Term(written) }) => in_term(&chars, cursor, (start, end), &written),
        Some(or) => term(&chars, or.start, cursor, or.end),
        None => term(&chars, cursor, cursor, cursor),
    }
}

fn term(chars: &[char], start: usize, cursor: usize, end: usize) -> Wanted {
    Wanted { start, end, prefix: chars[start..cursor].iter().collect(), what: Sought::Term }
}

fn in_term(chars: &[char], cursor: usize, (start, end): (usize, usize), written: &Written) -> Wanted {
    let in_value = cursor >= written.value.start;
    let what = match &written.head {
        Head::None if chars[start] == '"' => Sought::Nothing,
        Head::None | Head::Unknown { .. } => return term(chars, start, cursor, end),
        // The cursor is still in the name: an item brings its own operator.
        _ if !in_value => return term(chars, start, cursor, written.value.start),
        Head::Keyword(_) => Sought::Name,
        Head::Field(field, op) => match (field.moment(), op.compares()) {
            (None, _) => Sought::Value(field.clone()),
            (Some(moment), true) => Sought::Time(moment),
            (Some(moment), false) => {
                return Wanted { start, end, prefix: String::new(), what: Sought::Comparison(moment) };
            }
        },
    };
    let before = value(&chars[..cursor], written.value.start);
    let prefix = if before.star_first { before.text.chars().skip(1).collect() } else { before.text };
    Wanted { start: written.value.start, end: written.value.end, prefix, what }
}

impl Wanted {
    /// The names that fit: for [`Sought::Term`] with what must follow (`email:`, `created>`, `has:`), for
    /// [`Sought::Name`] bare; names that begin with the prefix first. Empty for everything else.
    #[must_use]
    pub fn names(&self, fields: &Fields) -> Vec<String> {
        let all: Vec<String> = match self.what {
            Sought::Name => fields.names().to_vec(),
            Sought::Term => {
                let follow = |name: &str| if Field::named(name).moment().is_some() { '>' } else { ':' };
                let keywords = Keyword::ALL.into_iter().map(|keyword| format!("{}:", keyword.name()));
                fields.names().iter().map(|name| format!("{name}{}", follow(name))).chain(keywords).collect()
            }
            _ => Vec::new(),
        };
        let prefix = fold(&self.prefix);
        let (begin, rest): (Vec<String>, Vec<String>) =
            all.into_iter().partition(|name| fold(name).starts_with(&prefix));
        let within = |name: &String| prefix.chars().count() >= 2 && fold(name).contains(&prefix);
        begin.into_iter().chain(rest.into_iter().filter(within)).collect()
    }
}
