//! Ignoring case, once and the same everywhere.

/// Lower-cases by Unicode's simple mapping: one character to one character, accents kept.
///
/// `to_lowercase` maps `İ` to two characters; the simple mapping keeps positions and is what SQLite's side stores.
#[must_use]
pub fn fold(text: &str) -> String {
    text.chars().map(fold_char).collect()
}

fn fold_char(c: char) -> char {
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(only), None) => only,
        // U+0130 is the one character whose full mapping is longer; its simple mapping is a plain i.
        (Some(first), Some(_)) => first,
        (None, _) => c,
    }
}
