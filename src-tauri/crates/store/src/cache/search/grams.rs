//! What goes into the two text indexes, and how they are asked.
//!
//! The trigram index skips NUL and takes a few characters for one another. Those are replaced when they are written,
//! and whoever asks for one of them has the users that were found looked at again ([`is_lossy`]).

use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Closes every value, so that "ends with" is a phrase too, and keeps values apart in the shared column.
const END: char = '\u{1}';
/// Stands for NUL and for [`END`] inside values.
const STAND_IN: char = '\u{2}';
/// Longer words are looked for by their beginning, and the users looked at again.
pub(super) const LONGEST_PHRASE: usize = 64;

/// Whether the indexes cannot tell this text from others.
pub(super) fn is_lossy(text: &str) -> bool {
    text.contains(['\0', END, STAND_IN, '\u{fffd}', '\u{fffe}', '\u{ffff}']) || text.chars().count() > LONGEST_PHRASE
}

/// A value as it is written into the trigram index.
pub(in crate::cache) fn trigram_text(folded: &str) -> String {
    let mut text: String = folded.chars().map(stand_in).collect();
    text.push(END);
    text
}

/// The characters and pairs of a value, as words of the short index.
pub(in crate::cache) fn gram_text(folded: &str) -> String {
    let text: Vec<char> = folded.chars().map(stand_in).chain([END]).collect();
    let mut seen = BTreeSet::new();
    for (i, first) in text.iter().enumerate() {
        seen.insert((*first, None));
        if let Some(second) = text.get(i + 1) {
            seen.insert((*first, Some(*second)));
        }
    }
    let mut words = String::with_capacity(seen.len() * 6);
    for (first, second) in seen {
        push_gram(&mut words, first, second);
        words.push(' ');
    }
    words
}

fn stand_in(c: char) -> char {
    if matches!(c, '\0' | END) { STAND_IN } else { c }
}

/// `61` or `61g62`
fn push_gram(words: &mut String, first: char, second: Option<char>) {
    // Writing to a string does not fail.
    let _ = write!(words, "{:x}", u32::from(first));
    if let Some(second) = second {
        let _ = write!(words, "g{:x}", u32::from(second));
    }
}

/// A question to one of the indexes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Question {
    Trigrams(String),
    Grams(String),
}

/// Asks for a text that is contained, in one column or anywhere; `at_end` for values that end with it. Not empty.
pub(super) fn question(text: &str, column: Option<usize>, at_end: bool) -> Question {
    let mut wanted: Vec<char> = text.chars().map(stand_in).collect();
    if wanted.len() > LONGEST_PHRASE {
        // What follows is looked at in the users themselves.
        wanted.truncate(LONGEST_PHRASE);
    } else if at_end {
        wanted.push(END);
    }
    let limit = column.map(|column| format!("f{column} : ")).unwrap_or_default();
    if let [first, rest @ ..] = wanted.as_slice()
        && rest.len() < 2
    {
        let mut gram = String::new();
        push_gram(&mut gram, *first, rest.first().copied());
        return Question::Grams(format!("{limit}\"{gram}\""));
    }
    // Within quotes only the quote is special, and it is doubled.
    let phrase: String = wanted.into_iter().collect();
    Question::Trigrams(format!("{limit}\"{}\"", phrase.replace('"', "\"\"")))
}

#[cfg(test)]
mod tests {
    use super::{Question, gram_text, is_lossy, question, trigram_text};

    #[test]
    fn a_value_is_closed_and_holds_no_other_mark() {
        assert_eq!(trigram_text("a\0b\u{1}"), "a\u{2}b\u{2}\u{1}");
        assert!(is_lossy("a\0b") && is_lossy("\u{1}") && !is_lossy("a\"b"));
    }

    #[test]
    fn short_words_are_asked_as_grams_and_long_ones_as_phrases() {
        assert_eq!(gram_text("aa"), "1 61 61g1 61g61 ");
        assert_eq!(question("a", None, false), Question::Grams("\"61\"".to_owned()));
        assert_eq!(question("a", Some(3), true), Question::Grams("f3 : \"61g1\"".to_owned()));
        assert_eq!(question("ab", None, true), Question::Trigrams("\"ab\u{1}\"".to_owned()));
        assert_eq!(question("a\"b", None, false), Question::Trigrams("\"a\"\"b\"".to_owned()));
    }
}
