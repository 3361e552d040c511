//! Finding and ordering users by indexes alone.
//!
//! A query becomes a set of row ids: each term is answered by an index, the sets are combined here. A page then walks the
//! index of its order and picks whoever is in the set, or, when the set is small, sorts the set. No table of users is
//! scanned, and no value is ever part of a statement's text.

mod grams;
mod matching;
mod memo;
mod order;
mod plan;
mod walk;

pub(in crate::cache) use grams::{gram_text, trigram_text};
pub(super) use matching::{end_of_prefix, everybody};
pub(super) use memo::Memo;
pub(super) use plan::plans;

use std::sync::Arc;

use model::query::{Field, Sort, UserQuery};
use roaring::RoaringBitmap;
use rusqlite::Connection;

use super::fields::Key;
use super::open::revision;
use super::read::state::unsigned;
use super::read::users;
use super::{Cursor, Page, Result};
use memo::Asked;

/// What answering a query needs: the state that is read, and what is remembered of it.
pub(super) struct Search<'a> {
    connection: &'a Connection,
    memo: &'a Memo,
    revision: u64,
}

impl<'a> Search<'a> {
    fn new(connection: &'a Connection, memo: &'a Memo) -> Result<Self> {
        let revision = revision(connection)?;
        memo.note(revision);
        Ok(Self { connection, memo, revision })
    }

    /// Everybody that the query finds; `None` when that is everybody.
    fn matched(&self, query: &UserQuery) -> Result<Option<Arc<RoaringBitmap>>> {
        let Some(expr) = &query.expr else { return Ok(None) };
        if let Some(known) = self.memo.matched(self.revision, query) {
            return Ok(Some(known));
        }
        let matched = Arc::new(self.matching(expr)?);
        self.memo.remember_matched(self.revision, query, &matched);
        Ok(Some(matched))
    }

    fn ordered(&self, query: &UserQuery, sort: &Sort) -> Result<Arc<[u32]>> {
        let asked = Asked { revision: self.revision, query, sort };
        if let Some(known) = self.memo.ordered(&asked) {
            return Ok(known);
        }
        let order: Arc<[u32]> = self.order(self.matched(query)?.as_deref(), sort)?.into();
        self.memo.remember_ordered(&asked, &order);
        Ok(order)
    }

    /// How many users there are.
    fn users(&self) -> Result<u64> {
        let mut statement = self.connection.prepare_cached("SELECT users FROM state")?;
        Ok(unsigned(statement.query_row([], |row| row.get(0))?))
    }
}

pub(super) fn count(connection: &Connection, memo: &Memo, query: &UserQuery) -> Result<u64> {
    let search = Search::new(connection, memo)?;
    match search.matched(query)? {
        Some(matched) => Ok(matched.len()),
        None => search.users(),
    }
}

pub(super) fn order(connection: &Connection, memo: &Memo, query: &UserQuery, sort: &Sort) -> Result<Arc<[u32]>> {
    Search::new(connection, memo)?.ordered(query, sort)
}

pub(super) fn page(
    connection: &Connection,
    memo: &Memo,
    query: &UserQuery,
    sort: &Sort,
    after: Option<&Cursor>,
    limit: u32,
) -> Result<Page> {
    let search = Search::new(connection, memo)?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let matched = search.matched(query)?;
    let asked = Asked { revision: search.revision, query, sort };
    let few = match &matched {
        Some(matched) => is_sparse(matched.len(), search.users()?, limit),
        None => false,
    };
    // One more than asked for tells whether there is a next page.
    let mut ids = if few || sort.field == Field::Group || search.memo.ordered(&asked).is_some() {
        let order = search.ordered(query, sort)?;
        let start = search.place(&order, sort, after)?;
        order[start..].iter().take(limit.saturating_add(1)).copied().collect()
    } else {
        search.walk(matched.as_deref(), sort, after, limit.saturating_add(1))?
    };
    let more = ids.len() > limit;
    ids.truncate(limit);
    let users = users::with_ids(connection, &ids)?;
    let next = match users.last() {
        Some((_, last)) if more => Some(order::cursor(sort, last)),
        _ => None,
    };
    Ok(Page { users: users.into_iter().map(|(_, user)| user).collect(), next })
}

/// Whether sorting those who were found is cheaper than walking the index of the order until a page is full.
///
/// Fetching a user costs about 16 times as much as a step of the walk, and the walk takes `limit × users / found` steps.
fn is_sparse(found: u64, users: u64, limit: usize) -> bool {
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    found <= limit || found.saturating_mul(found).saturating_mul(16) <= users.saturating_mul(limit)
}

/// The sort value of a cursor as the index has it.
fn cursor_key(sort: &Sort, value: &str) -> Key {
    match sort.field {
        Field::Created | Field::Modified => Key::Instant(hex::decode(value).unwrap_or_default()),
        _ => Key::Text(value.to_owned()),
    }
}
