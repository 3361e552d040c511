//! Looking for a text in memory.
//!
//! The loop is simple enough for the compiler to compare sixteen bytes at a time; this crate is optimised in debug builds
//! too, which a library's code would not be.

/// Before and after every text of a column; no byte of UTF-8.
pub(super) const MARK: u8 = 0xff;
/// So many places are compared at once.
const CHUNK: usize = 32;

/// A folded text that is looked for.
pub(in crate::cache) struct Needle {
    /// With a mark where it has to begin or end.
    marked: Box<[u8]>,
    at_start: bool,
    at_end: bool,
}

impl Needle {
    /// `text` is not empty.
    pub(in crate::cache) fn new(text: &str, at_start: bool, at_end: bool) -> Self {
        let mut marked = Vec::with_capacity(text.len() + 2);
        marked.extend(at_start.then_some(MARK));
        marked.extend(text.as_bytes());
        marked.extend(at_end.then_some(MARK));
        Self { marked: marked.into(), at_start, at_end }
    }

    pub(super) fn at_start(&self) -> bool {
        self.at_start
    }

    /// The text without marks.
    pub(super) fn text(&self) -> &[u8] {
        let end = self.marked.len() - usize::from(self.at_end);
        &self.marked[usize::from(self.at_start)..end]
    }

    /// Whether a value fits.
    pub(super) fn fits(&self, value: &[u8]) -> bool {
        let text = self.text();
        match (self.at_start, self.at_end) {
            (true, true) => value == text,
            (true, false) => value.starts_with(text),
            (false, true) => value.ends_with(text),
            (false, false) => find(text, value).is_some(),
        }
    }

    /// Where it is first, with its marks.
    pub(super) fn find(&self, marked: &[u8]) -> Option<usize> {
        find(&self.marked, marked)
    }
}

/// Looks at three bytes of the text first: few places have all of them.
fn find(text: &[u8], within: &[u8]) -> Option<usize> {
    let last = text.len().checked_sub(1)?;
    let places = within.len().checked_sub(last)?;
    let middle = text.len() / 2;
    let (a, b, c) = (text[0], text[middle], text[last]);
    let (firsts, middles, lasts) = (&within[..places], &within[middle..middle + places], &within[last..]);
    let is = |place: usize| firsts[place] == a && lasts[place] == c && within[place..].starts_with(text);
    let chunks = firsts.chunks_exact(CHUNK).zip(middles.chunks_exact(CHUNK)).zip(lasts.chunks_exact(CHUNK));
    let whole = places / CHUNK * CHUNK;
    for (chunk, ((first, middle), last)) in chunks.enumerate() {
        let bytes = first.iter().zip(middle).zip(last);
        let any = bytes.fold(0, |any, ((first, middle), last)| {
            any | (u8::from(*first == a) & u8::from(*middle == b) & u8::from(*last == c))
        });
        if any != 0
            && let Some(place) = (chunk * CHUNK..(chunk + 1) * CHUNK).find(|place| is(*place))
        {
            return Some(place);
        }
    }
    (whole..places).find(|place| is(*place))
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn a_text_is_found_where_the_standard_library_finds_it() {
        let within: String =
            (0..400_u32).map(|i| char::from(b'a' + u8::try_from(i * i % 7 % 3).unwrap_or(0))).collect();
        for from in 0..40 {
            for length in 1..60 {
                for text in [&within[from..from + length], "abcabcabc", "c", "zz"] {
                    let expected = within.find(text);
                    assert_eq!(find(text.as_bytes(), within.as_bytes()), expected, "{text}");
                }
                let tail = &within[400 - length..];
                assert_eq!(find(tail.as_bytes(), &within.as_bytes()[from..]), within[from..].find(tail));
            }
        }
        assert_eq!((find(b"ab", b"a"), find(b"a", b"")), (None, None));
    }
}
