//! The query bar: chips, errors in place, completion. Positions are UTF-16 units, because that is what a text field counts.

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
    /// The terms in order; empty when there is an error.
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
    /// `:`, `=`, `>`, `>=`, `<`, `<=`; `null` for a word.
    pub operator: Option<String>,
    /// What is looked for.
    pub value: String,
    /// Whether it is negated.
    pub negated: bool,
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
    /// `field`, `value`, `group`, `status`, `operator`.
    pub kind: String,
}
