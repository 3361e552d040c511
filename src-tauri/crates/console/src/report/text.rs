//! Foreign text on paper: what a browser, a spreadsheet or a base font of PDF would misread.

use crate::foreign::is_unseen;

/// Text in HTML.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // What changes the reading direction, or is not seen, is written out.
            c if is_unseen(c) => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    safe
}

/// Text in the encoding of PDF's base fonts; a `?` for what they lack.
pub(super) fn win_ansi(text: &str) -> Vec<u8> {
    let byte = |c: char| match c {
        // A soft hyphen would not be seen.
        '\u{ad}' => b'?',
        ' '..='~' | '\u{a0}'..='\u{ff}' => u8::try_from(u32::from(c)).unwrap_or(b'?'),
        '–' => 0x96,
        '—' => 0x97,
        '‘' => 0x91,
        '’' => 0x92,
        '“' => 0x93,
        '”' => 0x94,
        '…' => 0x85,
        '€' => 0x80,
        _ => b'?',
    };
    text.chars().map(byte).collect()
}

/// Widths of Helvetica from the space to the tilde, in thousandths of the size (Adobe's font metrics).
const HELVETICA: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
    260, 334, 584,
];

/// How wide a text is in Helvetica of a size, in points, or a little wider. Bold is wider by up to a quarter.
pub(super) fn width(text: &str, size: f32) -> f32 {
    let of = |byte: u8| match byte {
        b' '..=b'~' => HELVETICA.get(usize::from(byte - b' ')).copied().unwrap_or(1000),
        // An ellipsis, a long dash, Æ and æ; then capitals with accents, and the rest.
        0x85 | 0x97 | 0xc6 | 0xe6 => 1000,
        0xa9 | 0xae | 0xbc..=0xbe => 834,
        0xc0..=0xdf => 778,
        _ => 611,
    };
    win_ansi(text).into_iter().map(|byte| f32::from(of(byte))).sum::<f32>() * size / 1000.0
}

/// A text in lines that are no wider than `room`; a word that is wider is cut.
pub(super) fn wrapped(text: &str, size: f32, room: f32) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        for piece in pieces(word, size, room) {
            let line = lines.last().cloned().unwrap_or_default();
            let longer = if line.is_empty() { piece.clone() } else { format!("{line} {piece}") };
            match lines.last_mut() {
                Some(last) if width(&longer, size) <= room => *last = longer,
                _ => lines.push(piece),
            }
        }
    }
    lines.retain(|line| !line.is_empty());
    lines
}

fn pieces(word: &str, size: f32, room: f32) -> Vec<String> {
    let mut pieces = vec![String::new()];
    for c in word.chars() {
        let full = pieces.last().is_some_and(|piece| !piece.is_empty() && width(&format!("{piece}{c}"), size) > room);
        if full {
            pieces.push(String::new());
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push(c);
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::{escaped, win_ansi, wrapped};

    #[test]
    fn foreign_text_is_only_text() {
        assert_eq!(escaped("<b a='x'>&\u{202e}"), "&lt;b a=&#39;x&#39;&gt;&amp;\u{fffd}");
        for hidden in ['\u{ad}', '\u{61c}', '\u{feff}', '\u{2028}', '\u{e0041}'] {
            assert_eq!(escaped(&format!("a{hidden}b")), "a\u{fffd}b");
            assert_eq!(win_ansi(&hidden.to_string()), [b'?']);
        }
        assert_eq!(win_ansi("1 × “é” – 山"), [b'1', b' ', 0xd7, b' ', 0x93, 0xe9, 0x94, b' ', 0x96, b' ', b'?']);
    }

    #[test]
    fn text_is_broken_between_words_and_long_words_are_cut() {
        assert_eq!(wrapped("one two three", 10.0, 40.0), ["one two", "three"]);
        assert_eq!(wrapped("aaaaaaaaaa", 10.0, 30.0), ["aaaaa", "aaaaa"]);
    }
}
