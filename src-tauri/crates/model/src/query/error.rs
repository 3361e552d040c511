//! What is wrong with a query, where, and what could be written instead.

use std::fmt;

use super::fold;

/// The longest piece of a query that an error repeats, in characters.
const LONGEST_FOUND: usize = 40;

/// A query that cannot be understood. Its message says where, what was found and what was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ParseError {
    /// Where the mistake begins, counted in characters (Unicode scalar values) from 0.
    pub start: usize,
    /// Where it ends, exclusive; equal to `start` when something is missing there.
    pub end: usize,
    /// What stands there, in words.
    pub found: String,
    /// What could stand there, in words.
    pub expected: String,
    /// What to put in the place of `start..end`, the likeliest first. May be empty.
    pub suggestions: Vec<Suggestion>,
}

/// Something to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// What it does, for a button or a line of a list.
    pub label: String,
    /// The text for the whole span of the error.
    pub replacement: String,
}

impl ParseError {
    pub(super) fn new(start: usize, end: usize, found: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { start, end, found: found.into(), expected: expected.into(), suggestions: Vec::new() }
    }

    pub(super) fn offer(mut self, label: impl Into<String>, replacement: impl Into<String>) -> Self {
        let (label, replacement) = (label.into(), replacement.into());
        if !self.suggestions.iter().any(|known| known.replacement == replacement) {
            self.suggestions.push(Suggestion { label, replacement });
        }
        self
    }

    /// Offers a replacement that explains itself.
    pub(super) fn offer_written(self, replacement: impl Into<String>) -> Self {
        let replacement = replacement.into();
        self.offer(replacement.clone(), replacement)
    }

    /// Offers to search for the text as it stands.
    pub(super) fn offer_text(self, text: &str) -> Self {
        if text.is_empty() {
            return self;
        }
        self.offer(format!("search for the text {}", shown(text)), super::print::quoted(text))
    }

    /// The sentence without the position, for a place that shows the position itself.
    #[must_use]
    pub fn message(&self) -> String {
        format!("Found {}; expected {}.", self.found, self.expected)
    }

    /// The span in UTF-16 code units, as a text field of the window counts. `text` is the text that was parsed.
    #[must_use]
    pub fn utf16(&self, text: &str) -> (usize, usize) {
        (utf16_offset(text, self.start), utf16_offset(text, self.end))
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "At character {}: found {}; expected {}.", self.start + 1, self.found, self.expected)
    }
}

/// The UTF-16 offset of a character offset; past the end it is the text's length.
#[must_use]
pub fn utf16_offset(text: &str, chars: usize) -> usize {
    text.chars().take(chars).map(char::len_utf16).sum()
}

/// The character offset of a UTF-16 offset; inside a surrogate pair it is the character's start, past the end the length.
#[must_use]
pub fn char_offset(text: &str, utf16: usize) -> usize {
    let mut units = 0;
    text.chars()
        .take_while(|c| {
            units += c.len_utf16();
            units <= utf16
        })
        .count()
}

/// A piece of the query in a sentence, cut when it is long.
pub(super) fn shown(text: &str) -> String {
    let mut piece: String = text.chars().take(LONGEST_FOUND).collect();
    if piece.len() < text.len() {
        piece.push('…');
    }
    format!("“{piece}”")
}

/// The known names that somebody may have meant, the nearest first, at most three.
pub(super) fn nearest<'a>(meant: &str, names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    // Names have at most some forty characters; a cut keeps a query of 64 KiB linear.
    let meant: String = fold(meant).chars().take(64).collect();
    if meant.is_empty() {
        return Vec::new();
    }
    let mut scored: Vec<(f64, &str)> =
        names.map(|name| (likeness(&meant, &fold(name)), name)).filter(|(score, _)| *score >= 0.8).collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    scored.truncate(3);
    scored.into_iter().map(|(_, name)| name).collect()
}

fn likeness(meant: &str, name: &str) -> f64 {
    // The common beginning would make every custom attribute look like every other.
    let own = |name: &str| name.rsplit_once("custom:").map_or_else(|| name.to_owned(), |(_, own)| own.to_owned());
    let within = if meant.chars().count() >= 3 && name.contains(meant) { 0.95 } else { 0.0 };
    strsim::jaro_winkler(&own(meant), &own(name)).max(within)
}
