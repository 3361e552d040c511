//! Foreign text where a spreadsheet, a terminal or a browser would obey it.

pub use model::unseen::is_unseen;

/// A value of which a spreadsheet takes nothing for a formula: what would be one begins with `'`.
#[must_use]
pub fn defused(value: &str) -> String {
    let value = guarded(value, part_would_run);
    if would_run(&value) { format!("'{value}") } else { value }
}

/// Where a spreadsheet may begin another cell within a value. Quotation marks do not keep it from that: one that splits at
/// `;` heeds them only where its own cell begins, and in a row with commas that is the first cell alone.
fn splits(c: char) -> bool {
    matches!(c, ';' | '\t' | '\n' | '\r')
}

/// A value with a `'` before each part behind a split that would run there. How the value itself begins is left as it is.
fn guarded(value: &str, runs: impl Fn(&str) -> bool) -> String {
    let mut guarded = String::with_capacity(value.len());
    for (at, part) in value.split_inclusive(splits).enumerate() {
        if at > 0 && runs(part.trim_end_matches(splits)) {
            guarded.push('\'');
        }
        guarded.push_str(part);
    }
    guarded
}

/// The value that [`guarded`] gave with [`is_formula_part`].
fn unguarded(guarded: &str) -> String {
    let mut value = String::with_capacity(guarded.len());
    for (at, part) in guarded.split_inclusive(splits).enumerate() {
        let bare = part.strip_prefix('\'').filter(|bare| at > 0 && is_formula_part(bare.trim_end_matches(splits)));
        value.push_str(bare.unwrap_or(part));
    }
    value
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

/// Whether a spreadsheet may take what is behind a split for a formula. The quotation marks that a part begins with are
/// doubled in a file, and where a cell begins two of them are an empty text, behind which the rest stands bare.
fn part_would_run(part: &str) -> bool {
    would_run(part.trim_start_matches(|c: char| c == '"' || c.is_whitespace()))
}

/// A value as a cell of a file that is read back: as [`defused`], but so that [`cell_value`] gives exactly the value again.
///
/// One more `'` is put before what is a formula behind any number of `'`, and before a value that is empty there, because an
/// empty cell stands for no value.
#[must_use]
pub fn value_cell(value: &str) -> String {
    let value = guarded(value, is_formula_part);
    if is_quoted(&value) { format!("'{value}") } else { value }
}

/// The value of a cell that [`value_cell`] wrote; `None` of an empty one. Cells of other programs keep their `'` unless a
/// formula is behind it.
#[must_use]
pub fn cell_value(cell: &str) -> Option<String> {
    match cell.strip_prefix('\'') {
        Some(value) if is_quoted(value) => Some(unguarded(value)),
        _ => Some(cell).filter(|cell| !cell.is_empty()).map(unguarded),
    }
}

/// Whether a formula, or nothing, is behind any number of `'`.
fn is_quoted(value: &str) -> bool {
    value.trim_start_matches('\'').is_empty() || is_formula(value)
}

/// Whether a formula is behind any number of `'`.
fn is_formula(value: &str) -> bool {
    would_run(value.trim_start_matches('\''))
}

/// Whether a formula is behind any number of `'`, in what is behind a split.
fn is_formula_part(part: &str) -> bool {
    part_would_run(part.trim_start_matches('\''))
}

/// Text with whatever is obeyed or not seen written out instead.
#[must_use]
pub fn shown(text: &str) -> String {
    text.chars().map(|c| if is_unseen(c) { c.escape_unicode().to_string() } else { c.to_string() }).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{cell_value, defused, splits, value_cell, would_run};

    /// Whether a spreadsheet finds a formula in a cell, or in a file that has it in its second column, wherever it splits.
    fn runs(cell: &str) -> bool {
        let mut file = csv::Writer::from_writer(Vec::new());
        file.write_record(["first", cell]).unwrap();
        let file = file.into_inner().unwrap();
        let found = |delimiter: u8| {
            let mut options = csv::ReaderBuilder::new();
            let mut rows = options.has_headers(false).flexible(true).delimiter(delimiter).from_reader(&*file);
            rows.records().any(|row| row.unwrap().iter().any(|cell| would_run(cell.trim())))
        };
        would_run(cell) || cell.split(splits).any(would_run) || [b',', b';', b'\t'].into_iter().any(found)
    }

    proptest! {
        #[test]
        fn a_cell_gives_its_value_again_and_is_no_formula(
            value in "['=+\\-@ \t\r\n\0\"a＝;,<\u{202e}]{0,6}|['=;\t\" a]{0,8}",
        ) {
            let cell = value_cell(&value);
            prop_assert!(!runs(&cell));
            prop_assert!(!runs(&defused(&value)));
            prop_assert_eq!(cell_value(&cell), Some(value));
        }
    }

    #[test]
    fn a_formula_behind_what_splits_cells_is_defused_as_well() {
        for (value, cell) in [
            ("x;=HYPERLINK(\"//x\")", "x;'=HYPERLINK(\"//x\")"),
            ("x\t@y", "x\t'@y"),
            ("\t=1", "'\t'=1"),
            ("one\r\n-two\n\nthree", "one\r\n'-two\n\nthree"),
            ("a; +1;b", "a;' +1;b"),
            ("x;\"=1+1;y", "x;'\"=1+1;y"),
            ("x\t \"\" =1", "x\t' \"\" =1"),
        ] {
            assert_eq!((defused(value), value_cell(value)), (cell.to_owned(), cell.to_owned()));
        }
        assert_eq!(value_cell("a;'=1"), "a;''=1", "what has a ' already gets one more, to be told apart");
        assert_eq!(value_cell("a;'\"=1"), "a;''\"=1");
        assert_eq!(defused("a;\"b\";\"\""), "a;\"b\";\"\"");
        assert_eq!(defused("a;b, c;d"), "a;b, c;d");
    }

    #[test]
    fn cells_of_others_keep_their_apostrophes() {
        assert_eq!(cell_value("'t Hooft").as_deref(), Some("'t Hooft"));
        assert_eq!(cell_value("'+4930").as_deref(), Some("+4930"));
        assert_eq!(cell_value(""), None);
    }

    #[test]
    fn formulas_are_defused_and_nothing_else_is_touched() {
        for formula in ["=1+1", "+34123", "-1", "@x", "\tx", "  =1", "＝1", "＋1", "－1", "＠x", "\r", "\0x"] {
            assert_eq!(defused(formula), format!("'{formula}"));
        }
        for harmless in ["", "a=1", "a@b.example", "'=1", "1-2", "$1.00 – $2.00"] {
            assert_eq!(defused(harmless), harmless);
        }
    }
}
