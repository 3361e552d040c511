//! One page by walking the index of the order.

use model::query::Sort;
use roaring::RoaringBitmap;
use rusqlite::types::Value;

use super::{Search, cursor_key};
use crate::cache::fields::{FieldMap, Key};
use crate::cache::{Cursor, Result};

pub(super) const UP_FROM: &str = "SELECT value, user FROM field_values WHERE field = ?1 AND value >= ?2 ORDER BY value";
pub(super) const DOWN_FROM: &str =
    "SELECT value, user FROM field_values WHERE field = ?1 AND value <= ?2 ORDER BY value DESC";
pub(super) const NAMES_AFTER: &str = "SELECT id FROM users WHERE username > ?1 ORDER BY username";

/// Up to so many users are put in order one by one; for more the index of names is walked.
const FEW: u64 = 256;

impl Search<'_> {
    /// Up to `limit` of `matched` (everybody when `None`) after a place.
    pub(super) fn walk(
        &self,
        matched: Option<&RoaringBitmap>,
        sort: &Sort,
        after: Option<&Cursor>,
        limit: usize,
    ) -> Result<Vec<u32>> {
        let mut page = Vec::with_capacity(limit.min(1024));
        let in_tail = after.is_some_and(|cursor| cursor.value.is_none());
        if !in_tail {
            self.walk_values(matched, sort, after, limit, &mut page)?;
        }
        if page.len() < limit {
            let with_value = self.of_field(&sort.field)?;
            let tail = match matched {
                Some(matched) => matched - with_value,
                None => self.everybody()?.as_ref() - with_value,
            };
            let name = after.filter(|_| in_tail).map(|cursor| cursor.username.as_str());
            self.take_by_name(&tail, name, limit, &mut page)?;
        }
        Ok(page)
    }

    /// Gathers those of equal value, who then go by user name.
    fn walk_values(
        &self,
        matched: Option<&RoaringBitmap>,
        sort: &Sort,
        after: Option<&Cursor>,
        limit: usize,
        page: &mut Vec<u32>,
    ) -> Result<()> {
        let Some(field) = FieldMap::load(self.connection)?.id(&sort.field) else { return Ok(()) };
        let place = after.and_then(|cursor| Some((cursor_key(sort, cursor.value.as_deref()?), &cursor.username)));
        let from = match &place {
            Some((value, _)) => value.clone(),
            None if sort.descending => Key::after_instants(),
            None => Key::Text(String::new()),
        };
        let mut statement = self.connection.prepare_cached(if sort.descending { DOWN_FROM } else { UP_FROM })?;
        let mut rows = statement.query((field, from))?;
        let mut run = RoaringBitmap::new();
        let mut last: Option<Value> = None;
        let name = |value: &Value| {
            let place = place.as_ref().filter(|(at, _)| is_same(at, value));
            place.map(|(_, name)| name.as_str())
        };
        while let Some(row) = rows.next()? {
            let id = row.get(1)?;
            if matched.is_some_and(|matched| !matched.contains(id)) {
                continue;
            }
            let value = row.get_ref(0)?;
            match &last {
                Some(same) if value == same.into() => {}
                _ => {
                    if let Some(last) = &last {
                        self.take_by_name(&run, name(last), limit, page)?;
                    }
                    if page.len() >= limit {
                        return Ok(());
                    }
                    run.clear();
                    last = Some(value.try_into().map_err(rusqlite::Error::from)?);
                }
            }
            run.insert(id);
        }
        match &last {
            Some(last) => self.take_by_name(&run, name(last), limit, page),
            None => Ok(()),
        }
    }

    /// Fills the page from a set in the order of user names, after a name.
    fn take_by_name(&self, set: &RoaringBitmap, after: Option<&str>, limit: usize, page: &mut Vec<u32>) -> Result<()> {
        if set.len() == 1 && after.is_none() {
            page.extend(set);
            return Ok(());
        }
        if set.len() <= FEW {
            let mut ids: Vec<u32> = set.iter().collect();
            self.by_name(&mut ids)?;
            for id in ids {
                let later = match after {
                    Some(after) => self.name_of(id)?.is_some_and(|name| name.as_str() > after),
                    None => true,
                };
                if later && page.len() < limit {
                    page.push(id);
                }
            }
            return Ok(());
        }
        let mut statement = self.connection.prepare_cached(NAMES_AFTER)?;
        let mut rows = statement.query([after.unwrap_or_default()])?;
        while page.len() < limit {
            let Some(row) = rows.next()? else { break };
            let id = row.get(0)?;
            if set.contains(id) {
                page.push(id);
            }
        }
        Ok(())
    }
}

fn is_same(key: &Key, value: &Value) -> bool {
    match (key, value) {
        (Key::Text(key), Value::Text(value)) => key == value,
        (Key::Instant(key), Value::Blob(value)) => key == value,
        _ => false,
    }
}
