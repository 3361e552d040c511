//! A text for each of some thousand users, side by side, so that a word is found by reading memory once.

use std::collections::HashMap;

use super::bits::Bits;
use super::needle::{MARK, Needle};

/// A text that is the user name; no byte of UTF-8 either.
const SAME: u8 = 0xfe;
/// So many texts that were replaced are kept apart before all are written anew.
const MOST_MOVED: usize = 1_024;

/// What a row has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cell<'a> {
    /// Nothing.
    Absent,
    /// The user name, folded.
    Name,
    /// A folded text.
    Text(&'a [u8]),
}

impl<'a> Cell<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        match bytes {
            [] => Self::Absent,
            [SAME] => Self::Name,
            text => Self::Text(text),
        }
    }

    fn bytes(self) -> &'a [u8] {
        match self {
            Self::Absent => &[],
            Self::Name => &[SAME],
            Self::Text(text) => text,
        }
    }
}

/// Folded texts by row. A row that was set before its turn or again is kept apart in `moved`.
#[derive(Clone)]
pub(in crate::cache) struct Texts {
    starts: Vec<u32>,
    bytes: Vec<u8>,
    moved: HashMap<u32, Box<[u8]>>,
    /// Whether a row is the user name.
    any_names: bool,
    /// Which bytes occur at all: most words cannot be in a column of digits.
    occurs: Box<[bool; 256]>,
}

impl Default for Texts {
    fn default() -> Self {
        let (starts, bytes, moved) = (Vec::new(), vec![MARK], HashMap::new());
        Self { starts, bytes, moved, any_names: false, occurs: Box::new([false; 256]) }
    }
}

impl Texts {
    pub(super) fn get(&self, row: u32) -> Cell<'_> {
        if !self.moved.is_empty()
            && let Some(moved) = self.moved.get(&row)
        {
            return Cell::of(moved);
        }
        let row = usize::try_from(row).unwrap_or(usize::MAX);
        let Some(start) = self.starts.get(row).map(|start| place(*start)) else { return Cell::Absent };
        let next = self.starts.get(row + 1).map_or(self.bytes.len(), |next| place(*next));
        Cell::of(self.bytes.get(start..next - 1).unwrap_or_default())
    }

    pub(super) fn set(&mut self, row: u32, cell: Cell<'_>) {
        self.any_names |= cell == Cell::Name;
        if let Cell::Text(text) = cell {
            text.iter().for_each(|byte| self.occurs[usize::from(*byte)] = true);
        }
        let at = usize::try_from(row).unwrap_or(usize::MAX);
        if at < self.starts.len() {
            if self.get(row) != cell {
                self.moved.insert(row, cell.bytes().into());
                if self.moved.len() > MOST_MOVED {
                    self.write_anew();
                }
            }
            return;
        }
        while self.starts.len() < at {
            self.push(&[]);
        }
        self.push(cell.bytes());
    }

    fn push(&mut self, text: &[u8]) {
        // A block's texts are far below four gigabytes: Cognito allows 2,048 characters in a value.
        self.starts.push(u32::try_from(self.bytes.len()).unwrap_or(u32::MAX));
        self.bytes.extend_from_slice(text);
        self.bytes.push(MARK);
    }

    fn write_anew(&mut self) {
        let mut anew = Self { occurs: self.occurs.clone(), any_names: self.any_names, ..Self::default() };
        for row in (0..).take(self.starts.len()) {
            anew.push(self.get(row).bytes());
        }
        *self = anew;
    }

    /// Takes the texts of rows out, also from where they are kept side by side.
    pub(super) fn forget(&mut self, rows: &[u32]) {
        rows.iter().for_each(|row| self.set(*row, Cell::Absent));
        self.write_anew();
    }

    /// Gives back the room that growing has left.
    pub(super) fn shrink(&mut self) {
        self.starts.shrink_to_fit();
        self.bytes.shrink_to_fit();
    }

    pub(super) fn any_names(&self) -> bool {
        self.any_names
    }

    /// Whether a text of this column may fit.
    pub(super) fn may_hold(&self, needle: &Needle) -> bool {
        needle.text().iter().all(|byte| self.occurs[usize::from(*byte)])
    }

    /// Marks the rows with a text that fits; rows that are the user name are not among them.
    pub(super) fn find(&self, needle: &Needle, found: &mut Bits) {
        if !self.may_hold(needle) {
            return;
        }
        let (mut from, mut row) = (0, 0);
        while let Some(hit) = self.bytes.get(from..).and_then(|rest| needle.find(rest)) {
            let at = u32::try_from(from + hit + usize::from(needle.at_start())).unwrap_or(u32::MAX);
            row = self.row_of(at, row);
            let id = u32::try_from(row).unwrap_or(u32::MAX);
            if self.moved.is_empty() || !self.moved.contains_key(&id) {
                found.insert(id);
            }
            row += 1;
            // From the mark before the next text on.
            let Some(next) = self.starts.get(row) else { break };
            from = place(*next) - 1;
        }
        for (row, text) in &self.moved {
            if let Cell::Text(text) = Cell::of(text)
                && needle.fits(text)
            {
                found.insert(*row);
            }
        }
    }

    /// The row whose text a place is in, which is not before `from`. Near by it is walked to.
    fn row_of(&self, at: u32, from: usize) -> usize {
        let mut row = from;
        for _ in 0..8 {
            match self.starts.get(row + 1) {
                Some(next) if *next <= at => row += 1,
                _ => return row,
            }
        }
        row + self.starts[row..].partition_point(|start| *start <= at).saturating_sub(1)
    }
}

fn place(start: u32) -> usize {
    usize::try_from(start).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::{Bits, Cell, MOST_MOVED, Needle, Texts};

    fn rows(texts: &Texts, needle: &Needle) -> Vec<u32> {
        let mut found = Bits::default();
        texts.find(needle, &mut found);
        found.iter().collect()
    }

    #[test]
    fn texts_are_found_whole_at_either_end_and_inside_and_never_across() {
        let mut texts = Texts::default();
        for (row, text) in ["ab", "ab", "", "cab", "abc", "b", "a"].into_iter().enumerate() {
            let cell = if text.is_empty() { Cell::Absent } else { Cell::Text(text.as_bytes()) };
            texts.set(u32::try_from(row).unwrap_or_default(), cell);
        }
        texts.set(9, Cell::Name);
        for (text, at_start, at_end, expected) in [
            ("ab", false, false, vec![0, 1, 3, 4]),
            ("ab", true, false, vec![0, 1, 4]),
            ("ab", false, true, vec![0, 1, 3]),
            ("ab", true, true, vec![0, 1]),
            ("ba", false, false, vec![]),
            ("z", false, false, vec![]),
        ] {
            let needle = Needle::new(text, at_start, at_end);
            assert_eq!(rows(&texts, &needle), expected, "{text} {at_start} {at_end}");
            let one_by_one = (0..10).filter(|row| matches!(texts.get(*row), Cell::Text(text) if needle.fits(text)));
            assert_eq!(one_by_one.collect::<Vec<_>>(), expected);
        }
        assert_eq!((texts.get(8), texts.get(9), texts.get(10)), (Cell::Absent, Cell::Name, Cell::Absent));
    }

    #[test]
    fn what_is_set_again_takes_the_place_of_what_was_there() {
        let mut texts = Texts::default();
        let rows_of = u32::try_from(MOST_MOVED + 50).unwrap_or_default();
        for row in 0..rows_of {
            texts.set(row, Cell::Text(b"old"));
        }
        for row in 0..rows_of {
            texts.set(row, if row % 2 == 0 { Cell::Text(b"new") } else { Cell::Absent });
            if row == 20 || row == rows_of - 1 {
                let changed = row + 1;
                let news: Vec<u32> = (0..changed).filter(|row| row % 2 == 0).collect();
                assert_eq!(rows(&texts, &Needle::new("new", true, true)), news);
                assert_eq!(rows(&texts, &Needle::new("old", false, false)), (changed..rows_of).collect::<Vec<_>>());
            }
        }
    }
}
