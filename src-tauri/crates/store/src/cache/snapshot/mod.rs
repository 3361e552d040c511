//! The users of a pool in memory, field by field: what every search looks at.
//!
//! Rows on disk stay the truth. A snapshot is of one revision; it is brought to the next by reading the rows that have a
//! newer one. Blocks that did not change are shared between the two, so that a search that is under way keeps what it
//! began with.

mod bits;
mod block;
mod entries;
mod few;
mod instants;
mod matching;
mod needle;
mod order;
mod texts;

pub(super) use bits::Bits;
pub(super) use instants::split;
pub(super) use matching::{Condition, Prepared};
pub(super) use needle::Needle;
pub(super) use order::{By, Sorting, Value};

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use rusqlite::Connection;

use super::Result;
use super::fields::{CREATED, FieldMap, MODIFIED};
use block::{Block, Column, ROWS, WORDS};

pub(super) const ALL: &str = "SELECT id, username, body FROM users ORDER BY id";
pub(super) const CHANGED: &str = "SELECT id, username, body FROM users WHERE revision > ?1";
pub(super) const GONE: &str = "SELECT user FROM gone WHERE revision > ?1";

/// Everybody, as of one revision.
#[derive(Clone, Default)]
pub(super) struct Snapshot {
    pub(super) revision: u64,
    pub(super) fields: FieldMap,
    blocks: Vec<Arc<Block>>,
    /// Of the entries of all blocks, also of those that come.
    hasher: RandomState,
    /// The ids of all users.
    everybody: Arc<Bits>,
}

/// Where a value was met first.
pub(super) enum Met {
    /// As it came.
    Raw(String),
    /// In the row of this id.
    In(u32),
}

impl Snapshot {
    /// Reads everybody.
    pub(super) fn load(connection: &Connection, revision: u64) -> Result<Self> {
        let mut snapshot = Self { revision, fields: FieldMap::load(connection)?, ..Self::default() };
        let mut statement = connection.prepare_cached(ALL)?;
        let mut rows = statement.query([])?;
        let mut block = Block::default();
        let mut number = 0;
        while let Some(row) = rows.next()? {
            let id: u32 = row.get(0)?;
            if id / ROWS != number {
                snapshot.push_until(number, std::mem::take(&mut block));
                number = id / ROWS;
            }
            let text = |column: usize| row.get_ref(column);
            let name = text(1)?.as_str().map_err(rusqlite::Error::from)?;
            block.put(id % ROWS, name, text(2)?.as_blob().map_err(rusqlite::Error::from)?)?;
        }
        snapshot.push_until(number, block);
        snapshot.gather();
        Ok(snapshot)
    }

    fn push_until(&mut self, number: u32, mut block: Block) {
        let number = usize::try_from(number).unwrap_or(usize::MAX);
        self.blocks.resize_with(number, Arc::default);
        block.shrink();
        self.blocks.push(Arc::new(block));
    }

    /// Reads what changed since.
    pub(super) fn refreshed(&self, connection: &Connection, revision: u64) -> Result<Self> {
        let since = self.revision.cast_signed();
        let mut next = Self { revision, fields: FieldMap::load(connection)?, ..self.clone() };
        let mut statement = connection.prepare_cached(GONE)?;
        let gone = statement.query_map([since], |row| row.get::<_, u32>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
        let mut statement = connection.prepare_cached(CHANGED)?;
        let changed = statement.query_map([since], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let mut changed = changed.collect::<rusqlite::Result<Vec<(u32, String, Vec<u8>)>>>()?;
        if gone.is_empty() && changed.is_empty() {
            return Ok(next);
        }
        for id in gone {
            next.block(id).remove(id % ROWS);
        }
        // Rows that come in their order are the cheapest to add.
        changed.sort_unstable_by_key(|(id, ..)| *id);
        for (id, name, body) in changed {
            next.block(id).put(id % ROWS, &name, &body)?;
        }
        next.gather();
        Ok(next)
    }

    fn block(&mut self, id: u32) -> &mut Block {
        let number = usize::try_from(id / ROWS).unwrap_or(usize::MAX);
        if self.blocks.len() <= number {
            self.blocks.resize_with(number + 1, Arc::default);
        }
        let block = Arc::make_mut(&mut self.blocks[number]);
        block.entries.forget();
        block
    }

    fn gather(&mut self) {
        self.everybody = Arc::new(self.each_block(|block, bits| bits.combine(block.live.words(), |_, live| live)));
    }

    /// A set of ids, made block by block.
    fn each_block(&self, fill: impl Fn(&Block, &mut Bits)) -> Bits {
        let mut ids = Bits::default();
        for block in &self.blocks {
            let mut rows = Bits::none(WORDS);
            fill(block, &mut rows);
            ids.extend_words(&rows.words()[..WORDS]);
        }
        ids
    }

    pub(super) fn everybody(&self) -> &Arc<Bits> {
        &self.everybody
    }

    /// The block of an id with the row in it.
    fn at(&self, id: u32) -> Option<(&Block, u32)> {
        let number = usize::try_from(id / ROWS).ok()?;
        self.blocks.get(number).map(|block| (&**block, id % ROWS))
    }

    /// How often each value is there that begins with a folded text, by the folded value. Of fields with many values no
    /// more than `most` users are looked at.
    pub(super) fn counts(&self, field: u16, prefix: &str, most: usize) -> HashMap<String, (u64, Met)> {
        let mut counts: HashMap<String, (u64, Met)> = HashMap::new();
        let mut add = |folded: &str, number: u64, met: Met| match counts.get_mut(folded) {
            Some((count, _)) => *count += number,
            None => drop(counts.insert(folded.to_owned(), (number, met))),
        };
        let mut looked_at = 0;
        for (base, block) in (0_u32..).step_by(ROWS as usize).zip(&self.blocks) {
            if let Some(Column::Few(few)) = block.columns.get(&field) {
                let mut by_code = vec![0_u64; few.values().len() + 1];
                block.live.iter().for_each(|row| by_code[few.code(row)] += 1);
                let counted = few.values().iter().zip(by_code.into_iter().skip(1));
                for (value, count) in counted.filter(|(value, n)| *n > 0 && value.folded().starts_with(prefix)) {
                    add(value.folded(), count, Met::Raw(value.raw().to_owned()));
                }
                continue;
            }
            for row in block.live.iter() {
                let value = block.value(field, row).filter(|value| value.starts_with(prefix.as_bytes()));
                if let Some(value) = value.and_then(|value| std::str::from_utf8(value).ok())
                    && looked_at < most
                {
                    add(value, 1, Met::In(base + row));
                    looked_at += 1;
                }
            }
        }
        counts
    }

    /// How many users have each value of a field that has few, as it came.
    pub(super) fn raw_counts(&self, field: u16) -> HashMap<String, u64> {
        let mut counts = HashMap::new();
        for block in &self.blocks {
            let Some(Column::Few(few)) = block.columns.get(&field) else { continue };
            let mut by_code = vec![0_u64; few.values().len() + 1];
            block.live.iter().for_each(|row| by_code[few.code(row)] += 1);
            for (value, count) in few.values().iter().zip(by_code.into_iter().skip(1)).filter(|(_, count)| *count > 0) {
                *counts.entry(value.raw().to_owned()).or_default() += count;
            }
        }
        counts
    }

    /// Tells (id, folded value) of everybody who has the field, in the order of ids.
    fn each_value<'a>(&'a self, field: u16, mut tell: impl FnMut(u32, &'a [u8])) {
        for (base, block) in (0_u32..).step_by(ROWS as usize).zip(&self.blocks) {
            for row in block.live.iter() {
                if let Some(value) = block.value(field, row) {
                    tell(base + row, value);
                }
            }
        }
    }

    /// Whoever has a value that somebody else has.
    pub(super) fn twins(&self, field: u16) -> Bits {
        match field {
            CREATED | MODIFIED => {
                let instants = self.everybody.iter().map(|id| {
                    let at = self.at(id).map_or((0, 0), |(block, row)| block.instant(field == CREATED, row));
                    (at, id)
                });
                sharing(instants.collect(), |_, _| true)
            }
            _ => {
                // Values of one hash are most often the same; that they are is looked at.
                let hasher = RandomState::new();
                let mut hashes = Vec::new();
                self.each_value(field, |id, value| hashes.push((hasher.hash_one(value), id)));
                sharing(hashes, |a, b| self.value(field, a) == self.value(field, b))
            }
        }
    }

    /// Milliseconds of when each user was created.
    pub(super) fn created(&self) -> impl Iterator<Item = i64> + '_ {
        self.blocks.iter().flat_map(|block| block.live.iter().map(|row| block.created.get(row).0))
    }

    /// The folded value of a user; `None` when there is none.
    pub(super) fn value(&self, field: u16, id: u32) -> Option<&[u8]> {
        let (block, row) = self.at(id)?;
        block.value(field, row)
    }

    /// The user name of a user, as it is.
    pub(super) fn name(&self, id: u32) -> &[u8] {
        self.at(id).map_or(&[], |(block, row)| block.raw_name(row))
    }
}

/// The ids of those whose keys are equal and who are the same.
fn sharing<K: Ord>(mut keyed: Vec<(K, u32)>, is_same: impl Fn(u32, u32) -> bool) -> Bits {
    keyed.sort_unstable();
    let mut found = Bits::default();
    for run in keyed.chunk_by(|(a, _), (b, _)| a == b).filter(|run| run.len() > 1) {
        for (at, (_, id)) in run.iter().enumerate() {
            // A neighbour or, should two values have one hash, anybody else of the run.
            let twin = |other: &(K, u32)| other.1 != *id && is_same(*id, other.1);
            let near = at.checked_sub(1).and_then(|before| run.get(before)).or(run.get(at + 1));
            if near.is_some_and(twin) || run.iter().any(twin) {
                found.insert(*id);
            }
        }
    }
    found
}

/// The block of an id, and the row in it.
pub(super) fn row_of(id: u32) -> (u32, u32) {
    (id / ROWS, id % ROWS)
}
