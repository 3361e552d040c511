//! Some thousand users with neighbouring ids, field by field.

use std::collections::BTreeMap;

use super::bits::Bits;
use super::entries::Entries;
use super::few::{Few, folded};
use super::instants::{Instant, Instants};
use super::texts::{Cell, Texts};
use crate::cache::Result;
use crate::cache::body::Body;
use crate::cache::fields::{ENABLED, FIRST_ATTRIBUTE, STATUS, USERNAME};

/// How many ids a block is for.
pub(in crate::cache) const ROWS: u32 = 16_384;
/// The words of a set of a block's rows.
pub(in crate::cache) const WORDS: usize = 256;

/// The values of one field.
#[derive(Clone)]
pub(super) enum Column {
    Few(Few),
    Many(Texts),
}

/// The users whose ids are from one multiple of [`ROWS`] to the next; rows count from there.
#[derive(Clone, Default)]
pub(in crate::cache) struct Block {
    /// Rows that are users.
    pub(super) live: Bits,
    /// User names, folded.
    pub(super) names: Texts,
    /// User names as they are, when folding changes any of the block.
    raw_names: Option<Texts>,
    pub(super) created: Instants,
    pub(super) modified: Instants,
    /// Statuses, `enabled` and attributes, by the number of the field.
    pub(super) columns: BTreeMap<u16, Column>,
    pub(super) entries: Entries,
}

impl Block {
    /// Takes users out, with everything that is known of them.
    pub(super) fn remove(&mut self, rows: &[u32]) {
        for row in rows {
            self.live.remove(*row);
            self.created.forget(*row);
            self.modified.forget(*row);
        }
        self.names.forget(rows);
        if let Some(raw) = &mut self.raw_names {
            raw.forget(rows);
        }
        for column in self.columns.values_mut() {
            match column {
                Column::Few(few) => few.forget(rows),
                Column::Many(texts) => texts.forget(rows),
            }
        }
    }

    /// Puts a user in, or in the place of what was there.
    pub(super) fn put(&mut self, row: u32, name: &str, body: &[u8]) -> Result<()> {
        let body = Body::read(body)?;
        let plain = folded(name);
        self.put_name(row, name, &plain);
        self.created.set(row, body.created_at);
        self.modified.set(row, body.modified_at);
        let is_new = !self.live.contains(row);
        let mut given = vec![STATUS, ENABLED];
        // What is empty is no value.
        self.put_value(row, STATUS, Some(body.status).filter(|status| !status.is_empty()), &plain);
        self.put_value(row, ENABLED, Some(if body.enabled { "yes" } else { "no" }), &plain);
        for pair in body.attributes {
            let (field, value) = pair?;
            let value = value.unwrap_or(name);
            if !value.is_empty() {
                self.put_value(row, field, Some(value), &plain);
                given.push(field);
            }
        }
        if !is_new {
            let absent: Vec<u16> = self.columns.keys().filter(|field| !given.contains(field)).copied().collect();
            absent.into_iter().for_each(|field| self.put_value(row, field, None, &plain));
        }
        self.live.insert(row);
        Ok(())
    }

    fn put_name(&mut self, row: u32, name: &str, folded: &str) {
        self.names.set(row, Cell::Text(folded.as_bytes()));
        if self.raw_names.is_none() && name != folded {
            // Until now each name was as it is folded.
            let mut raw = Texts::default();
            (0..row).for_each(|earlier| raw.set(earlier, self.names.get(earlier)));
            self.raw_names = Some(raw);
        }
        if let Some(raw) = &mut self.raw_names {
            raw.set(row, Cell::Text(name.as_bytes()));
        }
    }

    fn put_value(&mut self, row: u32, field: u16, raw: Option<&str>, name: &str) {
        let column = self.columns.entry(field).or_insert_with(|| Column::Few(Few::default()));
        if let (Column::Few(few), Some(raw)) = (&*column, raw)
            && field >= FIRST_ATTRIBUTE
            && few.is_full_for(raw)
        {
            *column = Column::Many(texts_of(few, &self.names));
        }
        match column {
            Column::Few(few) => few.set(row, raw),
            Column::Many(texts) => match raw.map(folded) {
                None => texts.set(row, Cell::Absent),
                Some(folded) if folded == name => texts.set(row, Cell::Name),
                Some(folded) => texts.set(row, Cell::Text(folded.as_bytes())),
            },
        }
    }

    /// The folded value of a row; `None` when it has none.
    pub(super) fn value(&self, field: u16, row: u32) -> Option<&[u8]> {
        if field == USERNAME {
            return Some(self.name(row));
        }
        match self.columns.get(&field)? {
            Column::Few(few) => few.get(row).map(|value| value.folded().as_bytes()),
            Column::Many(texts) => match texts.get(row) {
                Cell::Absent => None,
                Cell::Name => Some(self.name(row)),
                Cell::Text(text) => Some(text),
            },
        }
    }

    /// Tells the folded value of each row that has one, in their order.
    pub(super) fn each_value<'b>(&'b self, field: u16, mut tell: impl FnMut(u32, &'b [u8])) {
        if field == USERNAME {
            return self.live.iter().for_each(|row| tell(row, self.name(row)));
        }
        match self.columns.get(&field) {
            None => {}
            Some(Column::Few(few)) => {
                let folded: Vec<&[u8]> = few.values().iter().map(|value| value.folded().as_bytes()).collect();
                for row in self.live.iter() {
                    if let Some(value) = few.code(row).checked_sub(1).and_then(|code| folded.get(code)) {
                        tell(row, value);
                    }
                }
            }
            Some(Column::Many(texts)) => {
                for row in self.live.iter() {
                    match texts.get(row) {
                        Cell::Absent => {}
                        Cell::Name => tell(row, self.name(row)),
                        Cell::Text(text) => tell(row, text),
                    }
                }
            }
        }
    }

    /// The user name, folded.
    pub(super) fn name(&self, row: u32) -> &[u8] {
        match self.names.get(row) {
            Cell::Text(name) => name,
            Cell::Absent | Cell::Name => &[],
        }
    }

    /// The user name as it is.
    pub(super) fn raw_name(&self, row: u32) -> &[u8] {
        match self.raw_names.as_ref().map(|names| names.get(row)) {
            Some(Cell::Text(name)) => name,
            _ => self.name(row),
        }
    }

    pub(super) fn instant(&self, created: bool, row: u32) -> Instant {
        if created { self.created.get(row) } else { self.modified.get(row) }
    }

    pub(super) fn shrink(&mut self) {
        self.names.shrink();
        self.created.shrink();
        self.modified.shrink();
        for column in self.columns.values_mut() {
            match column {
                Column::Few(few) => few.shrink(),
                Column::Many(texts) => texts.shrink(),
            }
        }
    }
}

fn texts_of(few: &Few, names: &Texts) -> Texts {
    let mut texts = Texts::default();
    for row in 0..few.rows() {
        let cell = few.get(row).map_or(Cell::Absent, |value| Cell::Text(value.folded().as_bytes()));
        texts.set(row, if cell != Cell::Absent && cell == names.get(row) { Cell::Name } else { cell });
    }
    texts
}
