//! Foreign text where a spreadsheet, a terminal or a browser would obey it.

/// A value that no spreadsheet takes for a formula: what would be one begins with `'`.
#[must_use]
pub fn defused(value: &str) -> String {
    if would_run(value) { format!("'{value}") } else { value.to_owned() }
}

/// Whether a spreadsheet may take a value for a formula.
fn would_run(value: &str) -> bool {
    let dangerous = |c: char| {
        matches!(
            c,
            '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '\0' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}'
        )
    };
    let first = value.chars().next();
    let visible = value.trim_start().chars().next();
    first.is_some_and(dangerous) || visible.is_some_and(dangerous)
}

/// A value as a cell of a file that is read back: as [`defused`], but so that [`cell_value`] gives exactly the value again.
///
/// One more `'` is put before what is a formula behind any number of `'`, and before what is empty there, because an empty
/// cell stands for no value.
#[must_use]
pub fn value_cell(value: &str) -> String {
    if is_quoted(value) { format!("'{value}") } else { value.to_owned() }
}

/// The value of a cell that [`value_cell`] wrote; `None` of an empty one. Cells of other programs keep their `'` unless a
/// formula is behind it.
#[must_use]
pub fn cell_value(cell: &str) -> Option<&str> {
    match cell.strip_prefix('\'') {
        Some(value) if is_quoted(value) => Some(value),
        _ => Some(cell).filter(|cell| !cell.is_empty()),
    }
}

/// Whether a formula, or nothing, is behind any number of `'`.
fn is_quoted(value: &str) -> bool {
    let behind = value.trim_start_matches('\'');
    behind.is_empty() || would_run(behind)
}

/// Whether a character is obeyed instead of shown: controls, bidirectional overrides and isolates, zero-width characters,
/// separators and tags.
#[must_use]
pub fn is_obeyed(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Text with whatever is obeyed written out instead.
#[must_use]
pub fn shown(text: &str) -> String {
    text.chars().map(|c| if is_obeyed(c) { c.escape_unicode().to_string() } else { c.to_string() }).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{cell_value, defused, is_obeyed, value_cell, would_run};

    proptest! {
        #[test]
        fn a_cell_gives_its_value_again_and_is_no_formula(value in "['=+\\-@ \t\r\n\0\"a＝;,<\u{202e}]{0,5}") {
            let cell = value_cell(&value);
            prop_assert!(!would_run(&cell));
            prop_assert_eq!(cell_value(&cell), Some(value.as_str()));
        }
    }

    #[test]
    fn cells_of_others_keep_their_apostrophes() {
        assert_eq!(cell_value("'t Hooft"), Some("'t Hooft"));
        assert_eq!(cell_value("'+4930"), Some("+4930"));
        assert_eq!(cell_value(""), None);
    }

    #[test]
    fn formulas_are_defused_and_nothing_else_is_touched() {
        for formula in ["=1+1", "+34123", "-1", "@x", "\t=1", "  =1", "＝1", "＋1", "－1", "＠x", "\r", "\0x"] {
            assert_eq!(defused(formula), format!("'{formula}"));
        }
        for harmless in ["", "a=1", "a@b.example", "'=1", "1-2", "$1.00 – $2.00"] {
            assert_eq!(defused(harmless), harmless);
        }
    }

    #[test]
    fn what_is_not_seen_is_told_from_what_is() {
        for hidden in ['\u{1b}', '\u{ad}', '\u{61c}', '\u{202e}', '\u{2066}', '\u{feff}', '\u{e0041}'] {
            assert!(is_obeyed(hidden), "{}", hidden.escape_unicode());
        }
        assert!("Zoë 山田 👩".chars().all(|c| !is_obeyed(c)));
    }
}
