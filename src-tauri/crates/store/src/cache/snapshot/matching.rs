//! Whom a condition holds for: all at once, or one user after the other.

use std::sync::Arc;

use model::query::{Bound, Moment};

use super::Snapshot;
use super::bits::Bits;
use super::block::{Block, Column, ROWS, WORDS};
use super::few::{Few, Value};
use super::instants::split;
use super::needle::Needle;
use super::texts::{Cell, Texts};
use crate::cache::fields::{ENABLED, FIRST_ATTRIBUTE, USERNAME};

/// A condition whose questions to other tables have been answered.
pub(in crate::cache) enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    /// In the user name or any attribute.
    Anywhere(Needle),
    /// In one text field.
    Text(u16, Needle),
    /// The field's text as it came. Where there are many values the ids are given.
    Exactly(u16, String, Bits),
    Present(u16),
    Enabled(bool),
    When(Moment, Bound),
    /// These ids.
    Among(Arc<Bits>),
    Everybody,
    Nobody,
}

/// A condition made ready for one block: each value that many users share has been looked at once.
pub(in crate::cache) enum Prepared<'a> {
    All(Vec<Prepared<'a>>),
    Any(Vec<Prepared<'a>>),
    Not(Box<Prepared<'a>>),
    Always(bool),
    /// Numbers of values that fit.
    Codes(&'a Few, Vec<bool>),
    Texts(&'a Block, &'a Texts, &'a Needle),
    Present(&'a Texts),
    When(&'a Block, Moment, Bound),
    /// Ids from `base` on.
    Among(&'a Bits, u32),
}

impl Snapshot {
    /// The ids of everybody for whom the condition holds.
    pub(in crate::cache) fn matching(&self, condition: &Condition) -> Bits {
        let make = |number: usize| {
            let mut rows = Bits::none(WORDS);
            if let (Some(block), Ok(base)) = (self.blocks.get(number), u32::try_from(number)) {
                block.prepare(condition, base * ROWS).fill(block, &mut rows);
                rows.combine(block.live.words(), |row, live| row & live);
            }
            rows
        };
        // Half of the blocks each, as soon as there are enough of them to be worth a thread.
        let half = if self.blocks.len() > 8 { self.blocks.len() / 2 } else { self.blocks.len() };
        let (first, second) = std::thread::scope(|scope| {
            let second = (half < self.blocks.len())
                .then(|| scope.spawn(|| (half..self.blocks.len()).map(make).collect::<Vec<_>>()));
            let first: Vec<Bits> = (0..half).map(make).collect();
            (first, second.map(std::thread::ScopedJoinHandle::join))
        });
        let second = match second {
            None => Vec::new(),
            Some(Ok(rows)) => rows,
            Some(Err(panic)) => std::panic::resume_unwind(panic),
        };
        let mut ids = Bits::default();
        first.iter().chain(&second).for_each(|rows| ids.extend_words(&rows.words()[..WORDS]));
        ids
    }

    /// The condition made ready for the block of an id, and the id's row in it.
    pub(in crate::cache) fn prepare<'a>(&'a self, condition: &'a Condition, block: u32) -> Option<Prepared<'a>> {
        let found = self.blocks.get(usize::try_from(block).ok()?)?;
        Some(found.prepare(condition, block * ROWS))
    }

    /// Rows with a folded value in columns of many values, where the value as it came is not known.
    pub(in crate::cache) fn unsure(&self, field: u16, needle: &Needle) -> Bits {
        self.each_block(|block, rows| {
            if let Some(Column::Many(texts)) = block.columns.get(&field) {
                Prepared::Texts(block, texts, needle).fill(block, rows);
                rows.combine(block.live.words(), |row, live| row & live);
            }
        })
    }
}

impl Block {
    fn prepare<'a>(&'a self, condition: &'a Condition, base: u32) -> Prepared<'a> {
        let each = |parts: &'a [Condition]| parts.iter().map(|part| self.prepare(part, base)).collect();
        match condition {
            Condition::All(parts) => Prepared::All(each(parts)),
            Condition::Any(parts) => Prepared::Any(each(parts)),
            Condition::Not(inner) => Prepared::Not(Box::new(self.prepare(inner, base))),
            Condition::Anywhere(needle) => self.anywhere(needle),
            Condition::Text(USERNAME, needle) => Prepared::Texts(self, &self.names, needle),
            Condition::Text(field, needle) => self.text(*field, needle),
            Condition::Exactly(field, text, sure) => match self.columns.get(field) {
                Some(Column::Few(few)) => coded(few, |value| value.raw() == text),
                _ => Prepared::Among(sure, base),
            },
            Condition::Present(field) => match self.columns.get(field) {
                Some(Column::Few(few)) => coded(few, |_| true),
                Some(Column::Many(texts)) => Prepared::Present(texts),
                None => Prepared::Always(*field < FIRST_ATTRIBUTE),
            },
            Condition::Enabled(enabled) => match self.columns.get(&ENABLED) {
                Some(Column::Few(few)) => coded(few, |value| (value.raw() == "yes") == *enabled),
                _ => Prepared::Always(false),
            },
            Condition::When(moment, bound) => Prepared::When(self, *moment, *bound),
            Condition::Among(ids) => Prepared::Among(ids, base),
            Condition::Everybody => Prepared::Always(true),
            Condition::Nobody => Prepared::Always(false),
        }
    }

    fn text<'a>(&'a self, field: u16, needle: &'a Needle) -> Prepared<'a> {
        match self.columns.get(&field) {
            Some(Column::Few(few)) => coded(few, |value| needle.fits(value.folded().as_bytes())),
            Some(Column::Many(texts)) => Prepared::Texts(self, texts, needle),
            None => Prepared::Always(false),
        }
    }

    /// What is not looked at is left out: columns in which none of the word's characters are, and values without it.
    fn anywhere<'a>(&'a self, needle: &'a Needle) -> Prepared<'a> {
        let mut parts = Vec::new();
        for column in self.columns.range(FIRST_ATTRIBUTE..).map(|(_, column)| column) {
            match column {
                Column::Few(few) => match coded(few, |value| needle.fits(value.folded().as_bytes())) {
                    Prepared::Always(false) => {}
                    part => parts.push(part),
                },
                Column::Many(texts) if texts.may_hold(needle) => parts.push(Prepared::Texts(self, texts, needle)),
                Column::Many(_) => {}
            }
        }
        if self.names.may_hold(needle) {
            parts.push(Prepared::Texts(self, &self.names, needle));
        }
        if parts.is_empty() { Prepared::Always(false) } else { Prepared::Any(parts) }
    }
}

fn coded(few: &Few, fits: impl Fn(&Value) -> bool) -> Prepared<'_> {
    let wanted: Vec<bool> = std::iter::once(false).chain(few.values().iter().map(fits)).collect();
    if wanted.contains(&true) { Prepared::Codes(few, wanted) } else { Prepared::Always(false) }
}

fn within(bound: Bound, at: super::instants::Instant) -> bool {
    match bound {
        Bound::From(first) => at >= split(first),
        Bound::Before(end) => at < split(end),
    }
}

impl Prepared<'_> {
    /// Whether it holds for one user, by the row in the block.
    pub(in crate::cache) fn holds(&self, row: u32) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(row)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(row)),
            Self::Not(inner) => !inner.holds(row),
            Self::Always(always) => *always,
            Self::Codes(few, wanted) => wanted.get(few.code(row)).copied().unwrap_or(false),
            Self::Texts(block, texts, needle) => match texts.get(row) {
                Cell::Absent => false,
                Cell::Name => needle.fits(block.name(row)),
                Cell::Text(text) => needle.fits(text),
            },
            Self::Present(texts) => texts.get(row) != Cell::Absent,
            Self::When(block, moment, bound) => within(*bound, block.instant(*moment == Moment::Created, row)),
            Self::Among(ids, base) => ids.contains(base + row),
        }
    }

    /// Adds the rows for which it holds to a set that is empty.
    fn fill(&self, block: &Block, rows: &mut Bits) {
        match self {
            Self::All(parts) => {
                rows.combine(&[u64::MAX; WORDS], |_, all| all);
                for part in parts {
                    let other = part.filled(block);
                    rows.combine(other.words(), |one, other| one & other);
                    if rows.words().iter().all(|word| *word == 0) {
                        return;
                    }
                }
            }
            Self::Any(parts) => {
                for part in parts {
                    let other = part.filled(block);
                    rows.combine(other.words(), |one, other| one | other);
                }
            }
            Self::Not(inner) => {
                let other = inner.filled(block);
                rows.combine(other.words(), |_, other| !other);
            }
            Self::Always(always) => rows.combine(&[u64::MAX; WORDS], |_, all| if *always { all } else { 0 }),
            Self::Codes(few, wanted) => few.each(wanted, |row| rows.insert(row)),
            Self::Texts(block, texts, needle) => {
                texts.find(needle, rows);
                if texts.any_names() {
                    let mut named = Bits::none(WORDS);
                    block.names.find(needle, &mut named);
                    named.iter().filter(|row| texts.get(*row) == Cell::Name).for_each(|row| rows.insert(row));
                }
            }
            Self::Present(texts) => {
                block.live.iter().filter(|row| texts.get(*row) != Cell::Absent).for_each(|row| rows.insert(row));
            }
            Self::When(block, moment, _) => {
                let instants = if *moment == Moment::Created { &block.created } else { &block.modified };
                (0..instants.rows()).filter(|row| self.holds(*row)).for_each(|row| rows.insert(row));
            }
            Self::Among(ids, base) => {
                let from = usize::try_from(base / 64).unwrap_or(usize::MAX);
                let words = ids.words().get(from..).unwrap_or_default();
                rows.combine(&words[..words.len().min(WORDS)], |_, word| word);
            }
        }
    }

    fn filled(&self, block: &Block) -> Bits {
        let mut rows = Bits::none(WORDS);
        self.fill(block, &mut rows);
        rows
    }
}
