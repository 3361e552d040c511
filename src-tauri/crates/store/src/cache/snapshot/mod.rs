//! The users of a pool in memory, field by field: what every search looks at.
//!
//! Rows on disk stay the truth. A snapshot is of one revision; it is brought to the next by reading the rows that have a
//! newer one. Blocks that did not change are shared between the two, so that a search that is under way keeps what it
//! began with.

mod bits;
mod block;
mod changed;
mod entries;
mod few;
mod instants;
mod matching;
mod near;
mod needle;
mod order;
mod texts;
mod twins;

pub(super) use bits::Bits;
pub(super) use instants::split;
pub(super) use matching::{Condition, Prepared};
pub(super) use needle::Needle;
pub(super) use order::{By, Sorting, Value};

use std::collections::HashMap;
use std::hash::RandomState;
use std::rc::Rc;
use std::sync::Arc;

use rusqlite::types::Value as Sql;
use rusqlite::{Connection, Row};

use super::Result;
use super::fields::FieldMap;
use super::read::users::BY_IDS;
use block::{Block, Column, ROWS, WORDS};
use changed::Changed;

pub(super) const ALL: &str = "SELECT id, username, body FROM users ORDER BY id";
pub(super) const CHANGED: &str = "SELECT id FROM users WHERE revision > ?1";
pub(super) const GONE: &str = "SELECT user FROM gone WHERE revision > ?1";
/// Who went before this revision is forgotten.
const GONE_SINCE: &str = "SELECT gone_since FROM state";
/// So many changed rows are read at once.
const AT_ONCE: usize = 1_000;
/// Up to so many changes a snapshot is always brought forward; of more a quarter of the pool is read anew.
const FEW: usize = ROWS as usize;

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
    changed: Changed,
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
        let mut snapshot =
            Self { revision, fields: FieldMap::load(connection)?, changed: Changed::all(revision), ..Self::default() };
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
            let (name, body) = name_and_body(row)?;
            block.put(id % ROWS, name, body)?;
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

    /// Reads what changed since, row by row; everybody, when that is less work or who is gone is not known any more.
    pub(super) fn refreshed(&self, connection: &Connection, revision: u64) -> Result<Self> {
        let since = self.revision.cast_signed();
        let (gone, changed) = (ids_since(connection, GONE, since)?, ids_since(connection, CHANGED, since)?);
        let changes = gone.len() + changed.len();
        let many = changes > FEW && changes as u64 > self.everybody.len() / 4;
        if many || since < connection.prepare_cached(GONE_SINCE)?.query_row([], |row| row.get::<_, i64>(0))? {
            return Self::load(connection, revision);
        }
        let mut next = Self { revision, fields: FieldMap::load(connection)?, ..self.clone() };
        if changes == 0 {
            return Ok(next);
        }
        let gone: Vec<u32> = gone.into_iter().filter(|id| self.everybody.contains(*id)).collect();
        if !gone.is_empty() || changed.iter().any(|id| !self.everybody.contains(*id)) {
            next.changed = Changed::all(revision);
        }
        for of_block in gone.chunk_by(|a, b| a / ROWS == b / ROWS) {
            let rows: Vec<u32> = of_block.iter().map(|id| id % ROWS).collect();
            next.block(of_block[0]).remove(&rows);
        }
        // Rows that come in their order are the cheapest to add.
        for ids in changed.chunks(AT_ONCE) {
            let mut statement = connection.prepare_cached(BY_IDS)?;
            let mut rows = statement.query([Rc::new(ids.iter().map(|id| Sql::from(*id)).collect::<Vec<_>>())])?;
            while let Some(row) = rows.next()? {
                let id: u32 = row.get(0)?;
                let (name, body) = name_and_body(row)?;
                next.block(id).put(id % ROWS, name, body)?;
                if let (Some((before, row)), Some(after)) = (self.at(id), next.blocks.get(block_of(id))) {
                    next.changed.note(before, after, row, revision);
                }
            }
        }
        next.gather();
        Ok(next)
    }

    fn block(&mut self, id: u32) -> &mut Block {
        let number = block_of(id);
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
        self.blocks.get(block_of(id)).map(|block| (&**block, id % ROWS))
    }

    /// The revision since which everybody's value of a field is as it is. What was found in it holds as long.
    pub(super) fn changed_at(&self, field: u16) -> u64 {
        self.changed.at(field)
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
                let counted = few.counted(&block.live);
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
            for (value, count) in few.counted(&block.live).filter(|(_, count)| *count > 0) {
                *counts.entry(value.raw().to_owned()).or_default() += count;
            }
        }
        counts
    }

    /// Tells (id, folded value) of everybody who has the field, in the order of ids.
    pub(super) fn each_value<'a>(&'a self, field: u16, mut tell: impl FnMut(u32, &'a [u8])) {
        for (base, block) in (0_u32..).step_by(ROWS as usize).zip(&self.blocks) {
            block.each_value(field, |row, value| tell(base + row, value));
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

    /// How the texts of some users all begin.
    fn beginning_of_some(&self, field: u16) -> &[u8] {
        let rows = (0..ROWS).step_by(ROWS as usize / 4);
        let some = self.blocks.iter().flat_map(|block| rows.clone().filter_map(|row| block.value(field, row)));
        let both = |a: &'_ [u8], b: &[u8]| a.iter().zip(b).take_while(|(a, b)| a == b).count();
        some.reduce(|a, b| &a[..both(a, b)]).unwrap_or_default()
    }

    /// The user name of a user, as it is.
    pub(super) fn name(&self, id: u32) -> &[u8] {
        self.at(id).map_or(&[], |(block, row)| block.raw_name(row))
    }
}

fn name_and_body<'r>(row: &'r Row<'_>) -> rusqlite::Result<(&'r str, &'r [u8])> {
    Ok((row.get_ref(1)?.as_str()?, row.get_ref(2)?.as_blob()?))
}

/// Which block an id is in.
fn block_of(id: u32) -> usize {
    usize::try_from(id / ROWS).unwrap_or(usize::MAX)
}

/// In their order.
fn ids_since(connection: &Connection, sql: &str, revision: i64) -> rusqlite::Result<Vec<u32>> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut ids = statement.query_map([revision], |row| row.get(0))?.collect::<rusqlite::Result<Vec<u32>>>()?;
    ids.sort_unstable();
    Ok(ids)
}

/// The block of an id, and the row in it.
pub(super) fn row_of(id: u32) -> (u32, u32) {
    (id / ROWS, id % ROWS)
}
