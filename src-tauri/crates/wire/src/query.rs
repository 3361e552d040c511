//! The query bar: chips, errors in place, completion. Positions are UTF-16 units, because that is what a text field counts.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::query::{self, Asked, Chip, Fields, ParseError, utf16_offset};
use serde::{Deserialize, Serialize};
use specta::Type;

/// Reads a query without running it.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ParseQuery {
    /// The query as typed.
    pub query: String,
}

/// Asks how a query may go on.
#[derive(Debug, Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CompleteQuery {
    /// The query as typed.
    pub query: String,
    /// Where the cursor is.
    pub cursor: u32,
}

/// A query's terms, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ParsedView {
    /// The parts in order, also of a query that is wrong.
    pub chips: Vec<ChipView>,
    /// What is wrong; `null` when it can be run.
    pub error: Option<QueryErrorView>,
}

/// A term as a chip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ChipView {
    /// Where it begins.
    pub start_utf16: u32,
    /// Where it ends.
    pub end_utf16: u32,
    /// As typed.
    pub text: String,
    /// The field; `null` for a word that is looked for anywhere.
    pub field: Option<String>,
    /// `:`, `=`, `>`, `>=`, `<`, `<=`; `null` for a word or a compound.
    pub operator: Option<String>,
    /// What is looked for.
    pub value: String,
    /// Whether it is negated.
    pub negated: bool,
}

impl ChipView {
    fn new(text: &str, chip: &Chip) -> Self {
        let field = chip.key.trim_end_matches([':', '=', '<', '>']);
        let operator = &chip.key[field.len()..];
        let given = |part: &str| (!part.is_empty()).then(|| part.to_owned());
        Self {
            start_utf16: offset(utf16_offset(text, chip.start)),
            end_utf16: offset(utf16_offset(text, chip.end)),
            text: chip.text.clone(),
            field: given(field),
            operator: given(operator),
            value: chip.value.clone(),
            negated: chip.negated,
        }
    }
}

/// What is wrong with a query, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct QueryErrorView {
    /// Where it begins.
    pub start_utf16: u32,
    /// Where it ends.
    pub end_utf16: u32,
    /// What was found and what was expected.
    pub message: String,
    /// What could be meant.
    pub suggestions: Vec<SuggestionView>,
}

impl QueryErrorView {
    fn new(text: &str, error: &ParseError) -> Self {
        let (start, end) = error.utf16(text);
        let suggestion =
            |s: &query::Suggestion| SuggestionView { label: s.label.clone(), replacement: s.replacement.clone() };
        Self {
            start_utf16: offset(start),
            end_utf16: offset(end),
            message: error.message(),
            suggestions: error.suggestions.iter().map(suggestion).collect(),
        }
    }
}

impl ParsedView {
    /// Reads a query as it is meant by a pool's `fields`, at this time and in this zone.
    #[must_use]
    pub fn new(text: &str, fields: &Fields, now: Timestamp, zone: TimeZone) -> Self {
        let asked = Asked { now, zone };
        let error = query::parse(text, fields, &asked).err();
        Self {
            chips: query::chips(text, fields, &asked).iter().map(|chip| ChipView::new(text, chip)).collect(),
            error: error.map(|error| QueryErrorView::new(text, &error)),
        }
    }
}

fn offset(units: usize) -> u32 {
    u32::try_from(units).unwrap_or(u32::MAX)
}

/// A way to repair a query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SuggestionView {
    /// What the button says.
    pub label: String,
    /// What stands in place of the wrong part.
    pub replacement: String,
}

/// How a query may go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CompletionView {
    /// Where the part that is replaced begins.
    pub start: u32,
    /// Where it ends.
    pub end: u32,
    /// What could stand there, the likeliest first.
    pub items: Vec<CompletionItemView>,
}

/// One way to go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CompletionItemView {
    /// The text to put there.
    pub insert: String,
    /// What the list shows. May hold foreign text.
    pub label: String,
    /// What it is, or how often it occurs.
    pub detail: Option<String>,
    /// `field`, `group`, `status`, `value`, `time`.
    pub kind: CompletionKind,
}

/// What an item of a completion is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum CompletionKind {
    /// A field's name, or `has:` and its like.
    Field,
    /// A group.
    Group,
    /// A status.
    Status,
    /// A value that several people have.
    Value,
    /// A date, an age or a comparison.
    Time,
}

impl From<&console::Completion> for CompletionView {
    fn from(completion: &console::Completion) -> Self {
        let item = |item: &console::CompletionItem| CompletionItemView {
            insert: item.insert.clone(),
            label: item.label.clone(),
            detail: item.detail.clone(),
            kind: match item.kind {
                console::CompletionKind::Field => CompletionKind::Field,
                console::CompletionKind::Group => CompletionKind::Group,
                console::CompletionKind::Status => CompletionKind::Status,
                console::CompletionKind::Value => CompletionKind::Value,
                console::CompletionKind::Time => CompletionKind::Time,
            },
        };
        Self {
            start: offset(completion.start),
            end: offset(completion.end),
            items: completion.items.iter().map(item).collect(),
        }
    }
}
