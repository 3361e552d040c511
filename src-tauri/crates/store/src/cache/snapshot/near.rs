//! Words that are nearly a given one, as people misspell them on the telephone.

use std::collections::HashMap;
use std::ops::Range;

use model::query::{Field, fold};

use super::Snapshot;
use super::block::{Block, Column};
use super::texts::Cell;
use crate::cache::Spelling;
use crate::cache::fields::USERNAME;

/// So many blocks are looked at, which are two million users.
const MOST_BLOCKS: usize = 128;
/// Words of a value that are looked at.
const MOST_WORDS: usize = 32;
/// Longer texts have no near ones.
const LONGEST: usize = 64;
/// Different spellings that are counted in a half of the pool.
const MOST_COUNTED: usize = 4_096;
/// Spellings that are told.
const MOST_TOLD: usize = 64;

/// Spellings with how far they are and how many values have them.
type Found = HashMap<String, (usize, u64)>;

/// A text whose near spellings are looked for.
struct Wanted {
    text: String,
    letters: usize,
    words: usize,
    signs: u64,
    /// How far a spelling may be.
    most: usize,
}

impl Wanted {
    /// `None` for a text that has no near spellings.
    fn new(text: &str) -> Option<Self> {
        let text = fold(text.trim());
        let letters = text.chars().count();
        let most = match letters {
            0..3 => return None,
            3..8 => 1,
            8..=LONGEST => 2,
            _ => return None,
        };
        let mut spans = Vec::new();
        words(text.as_bytes(), &mut spans);
        let words = spans.len();
        (words > 0).then(|| Self { letters, words, signs: signs(text.as_bytes()), most, text })
    }

    /// How far a spelling is; `None` when it is too far, or no other one. What is cheap to see is looked at first.
    fn distance(&self, span: &[u8]) -> Option<usize> {
        // A letter takes one to four bytes.
        if span.len() + self.most < self.letters || span.len() > 4 * (self.letters + self.most) {
            return None;
        }
        // Each step changes at most two of the signs.
        if (signs(span) ^ self.signs).count_ones() as usize > 2 * self.most {
            return None;
        }
        let span = std::str::from_utf8(span).ok()?;
        let letters = span.chars().count();
        let short = self.letters == 3 && (letters != 3 || span.chars().next() != self.text.chars().next());
        if short || letters.abs_diff(self.letters) > self.most || span.contains(&*self.text) {
            return None;
        }
        Some(strsim::osa_distance(span, &self.text)).filter(|distance| (1..=self.most).contains(distance))
    }

    /// Looks at a value, which so many users have.
    fn look(&self, value: &[u8], users: u64, spans: &mut Vec<Range<usize>>, found: &mut Found) {
        words(value, spans);
        for words in self.words.saturating_sub(1).max(1)..=self.words + 1 {
            for run in spans.windows(words) {
                let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
                let span = &value[first.start..last.end];
                let Some(distance) = self.distance(span) else { continue };
                let Ok(text) = std::str::from_utf8(span) else { continue };
                if let Some((_, values)) = found.get_mut(text) {
                    *values += users;
                } else if found.len() < MOST_COUNTED {
                    found.insert(text.to_owned(), (distance, users));
                }
            }
        }
    }
}

impl Snapshot {
    /// As [`crate::Cache::near`].
    pub(in crate::cache) fn near(&self, fields: &[Field], text: &str) -> Vec<Spelling> {
        let Some(wanted) = Wanted::new(text) else { return Vec::new() };
        let fields: Vec<u16> = fields.iter().filter_map(|field| self.fields.id(field)).collect();
        let blocks = &self.blocks[..self.blocks.len().min(MOST_BLOCKS)];
        let look = |blocks: &[std::sync::Arc<Block>]| {
            let (mut found, mut spans) = (Found::new(), Vec::new());
            for block in blocks {
                fields.iter().for_each(|field| block.near(*field, &wanted, &mut spans, &mut found));
            }
            found
        };
        // Half of the blocks each, as soon as there are enough of them to be worth a thread.
        let half = if blocks.len() > 8 { blocks.len() / 2 } else { blocks.len() };
        let (mut found, second) = std::thread::scope(|scope| {
            let second = (half < blocks.len()).then(|| scope.spawn(|| look(&blocks[half..])));
            (look(&blocks[..half]), second.map(std::thread::ScopedJoinHandle::join))
        });
        match second {
            None => {}
            Some(Ok(second)) => second.into_iter().for_each(|(text, (distance, values))| {
                found.entry(text).or_insert((distance, 0)).1 += values;
            }),
            Some(Err(panic)) => std::panic::resume_unwind(panic),
        }
        let told = found.into_iter().map(|(text, (distance, values))| Spelling { text, distance, values });
        let mut told: Vec<Spelling> = told.collect();
        told.sort_unstable_by(|a, b| {
            a.distance.cmp(&b.distance).then(b.values.cmp(&a.values)).then_with(|| a.text.cmp(&b.text))
        });
        told.truncate(MOST_TOLD);
        told
    }
}

impl Block {
    fn near(&self, field: u16, wanted: &Wanted, spans: &mut Vec<Range<usize>>, found: &mut Found) {
        let texts = match self.columns.get(&field) {
            _ if field == USERNAME => &self.names,
            Some(Column::Few(few)) => {
                let mut users = vec![0_u64; few.values().len() + 1];
                self.live.iter().for_each(|row| users[few.code(row)] += 1);
                for (value, users) in few.values().iter().zip(users.into_iter().skip(1)).filter(|(_, users)| *users > 0)
                {
                    wanted.look(value.folded().as_bytes(), users, spans, found);
                }
                return;
            }
            Some(Column::Many(texts)) => texts,
            None => return,
        };
        for row in self.live.iter() {
            match texts.get(row) {
                Cell::Text(text) => wanted.look(text, 1, spans, found),
                Cell::Name => wanted.look(self.name(row), 1, spans, found),
                Cell::Absent => {}
            }
        }
    }
}

/// The words of a text: runs of letters and digits. What is no ASCII counts as a letter.
fn words(text: &[u8], spans: &mut Vec<Range<usize>>) {
    spans.clear();
    let mut from = None;
    for (at, byte) in text.iter().enumerate() {
        let inside = byte.is_ascii_alphanumeric() || !byte.is_ascii();
        match (from, inside) {
            (None, true) => from = Some(at),
            (Some(start), false) => {
                spans.push(start..at);
                from = None;
                if spans.len() == MOST_WORDS {
                    return;
                }
            }
            _ => {}
        }
    }
    spans.extend(from.map(|start| start..text.len()));
}

/// Which letters a text has, as bits: a letter that is no ASCII is one sign, however many there are.
fn signs(text: &[u8]) -> u64 {
    text.iter().fold(0, |signs, byte| {
        signs
            | match byte {
                b'a'..=b'z' => 1 << (byte - b'a'),
                b'0'..=b'9' => 1 << (26 + byte - b'0'),
                128.. => 1 << 36,
                _ => 1 << 37,
            }
    })
}
