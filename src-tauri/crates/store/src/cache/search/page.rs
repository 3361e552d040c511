//! One page.

use std::cmp::Ordering;
use std::sync::Arc;

use model::query::{Sort, UserQuery, fold};
use rusqlite::Connection;
use rusqlite::types::Value as Sql;

use super::{Search, cursor, cursor_value};
use crate::cache::read::users;
use crate::cache::snapshot::{Condition, Prepared, row_of};
use crate::cache::{Cursor, Page, Result};

/// Everybody by folded name, then by name, after a place: both indexes of names, merged as they come.
pub(super) const BY_NAME: &str =
    "SELECT username, username, id FROM users WHERE folded = '' AND username >= ?1 AND (username > ?1 OR username > ?2)
     UNION ALL
     SELECT folded, username, id FROM users WHERE folded <> '' AND folded >= ?1 AND (folded > ?1 OR username > ?2)
     ORDER BY 1, 2 LIMIT ?3";
/// Names that are folded the same stay in their order.
pub(super) const BY_NAME_DOWN: &str =
    "SELECT username, username, id FROM users WHERE folded = '' AND username <= ?1 AND (username < ?1 OR username > ?2)
     UNION ALL
     SELECT folded, username, id FROM users WHERE folded <> '' AND folded <= ?1 AND (folded < ?1 OR username > ?2)
     ORDER BY 1 DESC, 2 LIMIT ?3";

/// So many users are looked at to guess how many match.
const SAMPLE: usize = 512;
/// When at least so many of the sample match, the order is walked.
const ENOUGH: usize = 8;
/// A walk that has tested so many without filling its page was a wrong guess.
const TESTED: usize = 40_000;

impl Search<'_> {
    /// Up to `limit` ids after a place.
    fn ids(&self, query: &UserQuery, sort: &Sort, after: Option<&Cursor>, limit: usize) -> Result<Vec<u32>> {
        let sorting = self.sorting(sort)?;
        let place = after.map(|cursor| (cursor_value(sort, cursor), cursor.username.as_str()));
        let is_after = |id: u32| {
            place.as_ref().is_none_or(|(value, name)| sorting.compare_to(id, value, name) == Ordering::Greater)
        };
        // Whoever asks for a second page is likely to ask for a third: those are cut from an order of everybody.
        let everybody = if after.is_some() { Some(self.everybody_in_order(sort)?) } else { self.known_order(sort) };
        // `None` also when it is known already who matches.
        let condition = match &query.expr {
            Some(expr) if self.memo.matched(self.revision, query).is_none() => Some(self.resolve(expr)?),
            _ => None,
        };
        if let Some(order) = &everybody {
            let rest = &order[order.partition_point(|id| !is_after(*id))..];
            if query.expr.is_none() {
                return Ok(rest.iter().copied().take(limit).collect());
            }
            if let Some(page) = condition.as_ref().and_then(|condition| self.walk(condition, rest, limit)) {
                return Ok(page);
            }
        }
        let matched = match &condition {
            Some(condition) => self.find(query, condition),
            None => self.matched(query)?,
        };
        match everybody {
            Some(order) if matched.len() > 4_096 => {
                let start = order.partition_point(|id| !is_after(*id));
                Ok(order[start..].iter().copied().filter(|id| matched.contains(*id)).take(limit).collect())
            }
            _ => Ok(sorting.first(matched.iter().filter(|id| is_after(*id)), limit)),
        }
    }

    /// Tests one after the other until the page is full. `None` when too few match for that.
    fn walk(&self, condition: &Condition, order: &[u32], limit: usize) -> Option<Vec<u32>> {
        if order.len() < SAMPLE {
            return None;
        }
        let mut prepared: Vec<Option<Prepared<'_>>> = Vec::new();
        let mut holds = |id: u32| {
            let (block, row) = row_of(id);
            let at = usize::try_from(block).unwrap_or(usize::MAX);
            if prepared.len() <= at {
                prepared.resize_with(at + 1, || None);
            }
            if prepared[at].is_none() {
                prepared[at] = self.snapshot.prepare(condition, block);
            }
            prepared[at].as_ref().is_some_and(|prepared| prepared.holds(row))
        };
        let sample = order.iter().step_by((order.len() / SAMPLE).max(1));
        if sample.filter(|id| holds(**id)).count() < ENOUGH {
            return None;
        }
        let mut page = Vec::with_capacity(limit.min(1_024));
        for id in order.iter().take(TESTED) {
            if page.len() >= limit {
                break;
            }
            if holds(*id) {
                page.push(*id);
            }
        }
        (page.len() >= limit || order.len() <= TESTED).then_some(page)
    }
}

/// The users that a query finds, in order, after a place.
pub(in crate::cache) fn page(
    search: &Search<'_>,
    query: &UserQuery,
    sort: &Sort,
    after: Option<&Cursor>,
    limit: u32,
) -> Result<Page> {
    // One more than asked for tells whether there is a next page.
    let ids = search.ids(query, sort, after, length(limit).saturating_add(1))?;
    rows(search.connection, sort, ids, length(limit))
}

/// A page of everybody by name: the database has them in this order.
pub(in crate::cache) fn first_by_name(
    connection: &Connection,
    sort: &Sort,
    after: Option<&Cursor>,
    limit: u32,
) -> Result<Page> {
    let name = after.map(|cursor| cursor.username.as_str());
    let ids = ids_by_name(connection, sort, name, i64::from(limit) + 1)?;
    rows(connection, sort, ids, length(limit))
}

/// Everybody by name.
pub(in crate::cache) fn order_by_name(connection: &Connection, sort: &Sort) -> Result<Arc<[u32]>> {
    Ok(ids_by_name(connection, sort, None, -1)?.into())
}

fn ids_by_name(connection: &Connection, sort: &Sort, after: Option<&str>, limit: i64) -> Result<Vec<u32>> {
    let mut statement = connection.prepare_cached(if sort.descending { BY_NAME_DOWN } else { BY_NAME })?;
    // Every text is before every blob.
    let first = if sort.descending { Sql::Blob(Vec::new()) } else { Sql::Text(String::new()) };
    let text = |text: String| Sql::Text(text);
    let (folded, name) = after.map_or((first.clone(), first), |name| (text(fold(name)), text(name.to_owned())));
    Ok(statement.query_map((folded, name, limit), |row| row.get(2))?.collect::<rusqlite::Result<_>>()?)
}

fn rows(connection: &Connection, sort: &Sort, mut ids: Vec<u32>, limit: usize) -> Result<Page> {
    let more = ids.len() > limit;
    ids.truncate(limit);
    let users = users::with_ids(connection, &ids)?;
    let next = match users.last() {
        Some((_, last)) if more => Some(cursor(sort, last)),
        _ => None,
    };
    Ok(Page { users: users.into_iter().map(|(_, user)| user).collect(), next })
}

fn length(limit: u32) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use model::Username;
    use model::query::{Field, Sort, UserQuery};
    use model::user::{User, UserStatus};

    use crate::cache::{in_memory, open};
    use crate::{ChainStep, SyncKind};

    #[test]
    fn everybody_by_name_needs_nobody_in_memory_whatever_the_names_are() -> Result<(), Box<dyn std::error::Error>> {
        let cache = in_memory()?;
        let chain = cache.begin(SyncKind::Full, &[None], Timestamp::UNIX_EPOCH)?.chains[0].id;
        for name in ["Google_2", "ann", "Bob", "bob", "google_1"] {
            let user = User {
                username: Username::parse(name)?,
                enabled: true,
                status: UserStatus::Confirmed,
                created_at: Timestamp::UNIX_EPOCH,
                modified_at: Timestamp::UNIX_EPOCH,
                attributes: [].into(),
                groups: Vec::new(),
            };
            cache.write_page(chain, &[user], &ChainStep::default(), None, Timestamp::UNIX_EPOCH)?;
        }
        let up = ["ann", "Bob", "bob", "google_1", "Google_2"];
        let down = ["Google_2", "google_1", "Bob", "bob", "ann"];
        for (descending, expected) in [(false, up), (true, down)] {
            let sort = Sort { field: Field::Username, descending };
            let (mut names, mut after) = (Vec::new(), None);
            for _ in 0..3 {
                let page = cache.search(&UserQuery::default(), &sort, after.as_ref(), 2)?;
                names.extend(page.users.into_iter().map(|user| String::from(user.username)));
                after = page.next;
            }
            assert_eq!((names, after), (expected.map(str::to_owned).to_vec(), None));
        }
        assert!(cache.inner.read(|reader| Ok(cache.inner.is_behind(open::revision(reader)?)))?);
        Ok(())
    }
}
