//! Foreign text where a spreadsheet, a terminal or a browser would obey it.

/// A value that no spreadsheet takes for a formula: what would be one begins with `'`.
#[must_use]
pub fn defused(value: &str) -> String {
    let dangerous = |c: char| {
        matches!(
            c,
            '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '\0' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}'
        )
    };
    let first = value.chars().next();
    let visible = value.trim_start().chars().next();
    if first.is_some_and(dangerous) || visible.is_some_and(dangerous) { format!("'{value}") } else { value.to_owned() }
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
    use super::{defused, is_obeyed};

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
