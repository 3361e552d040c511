//! Whole orders.

use std::cmp::Ordering;

use model::query::{Field, Sort, fold};
use model::user::User;
use roaring::RoaringBitmap;
use rusqlite::OptionalExtension;

use super::matching::IN_ORDER;
use super::{Search, cursor_key};
use crate::cache::fields::{FieldMap, Key};
use crate::cache::read::users;
use crate::cache::{Cursor, Result};

pub(super) const IN_ORDER_DOWN: &str = "SELECT value, user FROM field_values WHERE field = ?1 ORDER BY value DESC";
pub(super) const BY_NAME: &str = "SELECT id FROM users ORDER BY username";
pub(super) const NAME_OF: &str = "SELECT username FROM users WHERE id = ?1";

/// Up to so many users are fetched and sorted; for more the index is walked.
const FETCHED: u64 = 2_000;

/// The place of a user in an order: the sort value, then the user name. Whoever has no value is last.
pub(super) struct Place {
    value: Option<Key>,
    username: String,
}

impl Place {
    pub(super) fn of(sort: &Sort, user: &User) -> Self {
        let text = |text: &str| Some(Key::Text(fold(text))).filter(|key| *key != Key::Text(String::new()));
        let value = match &sort.field {
            Field::Username => text(user.username.as_str()),
            Field::Status => text(user.status.as_str()),
            Field::Enabled => text(if user.enabled { "yes" } else { "no" }),
            Field::Created => Some(Key::instant(user.created_at)),
            Field::Modified => Some(Key::instant(user.modified_at)),
            Field::Group => user.groups.first().and_then(|group| text(group.as_str())),
            Field::Attribute(name) => user.attribute(name).and_then(text),
        };
        Self { value, username: user.username.as_str().to_owned() }
    }

    fn at(sort: &Sort, cursor: &Cursor) -> Self {
        let value = cursor.value.as_deref().map(|value| cursor_key(sort, value));
        Self { value, username: cursor.username.clone() }
    }

    pub(super) fn compare(&self, other: &Self, descending: bool) -> Ordering {
        let by_value = match (&self.value, &other.value) {
            (Some(a), Some(b)) if descending => b.cmp(a),
            (Some(a), Some(b)) => a.cmp(b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
        by_value.then_with(|| self.username.cmp(&other.username))
    }
}

/// The place just after a user.
pub(super) fn cursor(sort: &Sort, user: &User) -> Cursor {
    let Place { value, username } = Place::of(sort, user);
    let value = value.map(|value| match value {
        Key::Text(text) => text,
        Key::Instant(bytes) => hex::encode(bytes),
    });
    Cursor { value, username }
}

impl Search<'_> {
    /// All of `matched` (everybody when `None`) in order.
    pub(super) fn order(&self, matched: Option<&RoaringBitmap>, sort: &Sort) -> Result<Vec<u32>> {
        match matched {
            Some(few) if few.len() <= FETCHED => self.order_few(few, sort),
            _ if sort.field == Field::Group => self.order_by_group(matched, sort.descending),
            _ => self.order_many(matched, sort),
        }
    }

    fn order_few(&self, few: &RoaringBitmap, sort: &Sort) -> Result<Vec<u32>> {
        let ids: Vec<u32> = few.iter().collect();
        let users = users::with_ids(self.connection, &ids)?;
        let mut places: Vec<_> = users.iter().map(|(id, user)| (Place::of(sort, user), *id)).collect();
        places.sort_by(|(a, _), (b, _)| a.compare(b, sort.descending));
        Ok(places.into_iter().map(|(_, id)| id).collect())
    }

    /// Walks the index of the field; equal values, and those without any, are put in the order of user names.
    fn order_many(&self, matched: Option<&RoaringBitmap>, sort: &Sort) -> Result<Vec<u32>> {
        let mut order = Vec::new();
        let mut rest = match matched {
            Some(matched) => matched.clone(),
            None => self.everybody()?.as_ref().clone(),
        };
        if let Some(field) = FieldMap::load(self.connection)?.id(&sort.field) {
            let mut statement =
                self.connection.prepare_cached(if sort.descending { IN_ORDER_DOWN } else { IN_ORDER })?;
            let mut rows = statement.query([field])?;
            let (mut last, mut first_of_run) = (None, 0);
            while let Some(row) = rows.next()? {
                let id = row.get(1)?;
                if !rest.remove(id) {
                    continue;
                }
                let value = row.get_ref(0)?;
                if last.as_ref().is_none_or(|last: &rusqlite::types::Value| value != last.into()) {
                    self.by_name(&mut order[first_of_run..])?;
                    first_of_run = order.len();
                    last = Some(value.try_into().map_err(rusqlite::Error::from)?);
                }
                order.push(id);
            }
            self.by_name(&mut order[first_of_run..])?;
        }
        let tail = order.len();
        order.extend(rest);
        self.by_name(&mut order[tail..])?;
        Ok(order)
    }

    fn order_by_group(&self, matched: Option<&RoaringBitmap>, descending: bool) -> Result<Vec<u32>> {
        let mut rest = match matched {
            Some(matched) => matched.clone(),
            None => self.everybody()?.as_ref().clone(),
        };
        let mut by_first: std::collections::BTreeMap<String, RoaringBitmap> = std::collections::BTreeMap::new();
        // The groups come by name, so whoever is left is in none of the earlier ones.
        for (name, members) in self.memberships()? {
            let first = &rest & members;
            rest -= &first;
            *by_first.entry(fold(&name)).or_default() |= first;
        }
        let mut sets: Vec<RoaringBitmap> = by_first.into_values().collect();
        if descending {
            sets.reverse();
        }
        sets.push(rest);
        let mut order = Vec::new();
        for set in sets {
            let start = order.len();
            order.extend(set);
            self.by_name(&mut order[start..])?;
        }
        Ok(order)
    }

    /// Sorts ids by user name.
    pub(super) fn by_name(&self, ids: &mut [u32]) -> Result<()> {
        if ids.len() < 2 {
            return Ok(());
        }
        if ids.len() > 256 {
            let ranks = self.memo.ranks(self.revision, || self.ranks())?;
            ids.sort_unstable_by_key(|id| ranks.get(usize::try_from(*id).unwrap_or(usize::MAX)).copied());
            return Ok(());
        }
        let mut statement = self.connection.prepare_cached(NAME_OF)?;
        let mut named = Vec::with_capacity(ids.len());
        for id in ids.iter() {
            named.push((statement.query_row([id], |row| row.get::<_, String>(0))?, *id));
        }
        named.sort_unstable();
        ids.iter_mut().zip(named).for_each(|(id, (_, named))| *id = named);
        Ok(())
    }

    /// Where each row id stands in the order of user names, from the index of names alone.
    fn ranks(&self) -> Result<Vec<u32>> {
        let mut statement = self.connection.prepare_cached(BY_NAME)?;
        let mut rows = statement.query([])?;
        let mut ranks = Vec::new();
        let mut rank = 0;
        while let Some(row) = rows.next()? {
            let id = usize::try_from(row.get::<_, u32>(0)?).unwrap_or(usize::MAX);
            if ranks.len() <= id {
                ranks.resize(id + 1, u32::MAX);
            }
            ranks[id] = rank;
            rank += 1;
        }
        Ok(ranks)
    }

    /// How many of an order stand before or at a cursor: found by halving.
    pub(super) fn place(&self, order: &[u32], sort: &Sort, after: Option<&Cursor>) -> Result<usize> {
        let Some(cursor) = after else { return Ok(0) };
        let cursor = Place::at(sort, cursor);
        let (mut low, mut high) = (0, order.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let user = users::by_ids(self.connection, &order[middle..=middle])?.pop();
            match user.map(|user| Place::of(sort, &user).compare(&cursor, sort.descending)) {
                Some(Ordering::Greater) => high = middle,
                _ => low = middle + 1,
            }
        }
        Ok(low)
    }

    /// The user name of a row; `None` when it is gone.
    pub(super) fn name_of(&self, id: u32) -> Result<Option<String>> {
        let mut statement = self.connection.prepare_cached(NAME_OF)?;
        Ok(statement.query_row([id], |row| row.get(0)).optional()?)
    }
}
