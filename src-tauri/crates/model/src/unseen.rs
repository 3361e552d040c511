//! Characters that are not seen for what they are.

/// Whether it formats other text and shows nothing itself: Unicode's category `Cf` as far as anything obeys it, soft hyphens,
/// marks of direction, joiners and tags among them.
#[must_use]
pub fn is_format(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
        || matches!(c, '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e007f}')
}

/// Whether it acts or hides instead of being seen, wherever it stands: controls, what formats, ends of lines and paragraphs,
/// fillers and blanks that are no spaces. A variation selector is none: it says how the character before it looks, as that of
/// an emoji or of a name in Japanese.
#[must_use]
pub fn is_unseen(c: char) -> bool {
    c.is_control()
        || is_format(c)
        || matches!(c, '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}')
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}')
}

/// Whether a text with it may look like another text: what [`is_unseen`], variation selectors, and what no two fonts show
/// alike (for private use). Only what is refused altogether, as links are, is held to that; values of people have emoji.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    is_unseen(c) || matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0080}'..='\u{10ffff}')
}

#[cfg(test)]
mod tests {
    use super::{is_format, is_hidden, is_unseen};

    #[test]
    fn what_is_not_seen_is_told_from_what_is() {
        for c in
            ['\u{1b}', '\u{ad}', '\u{61c}', '\u{202e}', '\u{2066}', '\u{feff}', '\u{e0041}', '\u{1bca0}', '\u{1d173}']
        {
            assert!(is_unseen(c) && is_hidden(c) && (is_format(c) || c.is_control()), "{}", c.escape_unicode());
        }
        for c in ['\u{34f}', '\u{17b4}', '\u{180b}', '\u{2028}', '\u{2800}', '\u{3164}', '\u{fff0}'] {
            assert!(is_unseen(c) && is_hidden(c) && !is_format(c), "{}", c.escape_unicode());
        }
        for c in ['\u{fe00}', '\u{fe0f}', '\u{e0100}', '\u{e000}', '\u{10fffd}'] {
            assert!(is_hidden(c) && !is_unseen(c), "{}", c.escape_unicode());
        }
        assert!("Zoë 山田 👩 ក ⠁ é".chars().all(|c| !is_hidden(c)));
    }
}
