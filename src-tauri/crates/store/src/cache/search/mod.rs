//! Finding and ordering users in the snapshot; the database gives the rows that are shown.
//!
//! A page either walks its order and tests one user after the other, when so many are expected to match that a page is
//! soon full, or finds everybody who matches at once. What was found is remembered for the next page and the count.

mod memo;
mod page;
mod plan;
mod resolve;

pub(super) use memo::Memo;
pub(super) use page::{first_by_name, order_by_name, page};
pub(super) use plan::plans;

use std::sync::Arc;

use jiff::Timestamp;
use model::query::{Field, Sort, UserQuery, fold};
use rusqlite::Connection;

use super::read::users;
use super::snapshot::{Bits, Condition, Snapshot, Sorting, Value, split};
use super::{Cursor, Listed, Result};
use memo::Asked;
use model::user::User;

pub(super) const OF_GROUP: &str = "SELECT user FROM memberships WHERE group_id = ?1";
pub(super) const GROUPS: &str = "SELECT id, name FROM groups ORDER BY name";

/// What answering a query needs: the state that is read, and what is remembered of it.
pub(super) struct Search<'a> {
    connection: &'a Connection,
    memo: &'a Memo,
    snapshot: &'a Snapshot,
    revision: u64,
}

impl<'a> Search<'a> {
    pub(super) fn new(connection: &'a Connection, memo: &'a Memo, snapshot: &'a Snapshot) -> Self {
        Self { connection, memo, snapshot, revision: snapshot.revision }
    }

    /// Everybody that the query finds.
    fn matched(&self, query: &UserQuery) -> Result<Arc<Bits>> {
        let Some(expr) = &query.expr else { return Ok(Arc::clone(self.snapshot.everybody())) };
        if let Some(known) = self.memo.matched(self.revision, query) {
            return Ok(known);
        }
        Ok(self.find(query, &self.resolve(expr)?))
    }

    /// Everybody for whom the query's condition holds.
    fn find(&self, query: &UserQuery, condition: &Condition) -> Arc<Bits> {
        let matched = Arc::new(self.snapshot.matching(condition));
        self.memo.remember_matched(self.revision, query, &matched);
        matched
    }

    /// Everybody in an order, if it is known.
    fn known_order(&self, sort: &Sort) -> Option<Arc<[u32]>> {
        self.memo.ordered(&Asked { revision: self.revision, query: &UserQuery::default(), sort })
    }

    fn everybody_in_order(&self, sort: &Sort) -> Result<Arc<[u32]>> {
        if let Some(known) = self.known_order(sort) {
            return Ok(known);
        }
        let order: Arc<[u32]> = self.sorting(sort)?.sorted(self.snapshot.everybody()).into();
        let query = UserQuery::default();
        self.memo.remember_everybody(&Asked { revision: self.revision, query: &query, sort }, &order);
        Ok(order)
    }

    /// How many users a query finds, exactly.
    pub(super) fn count(&self, query: &UserQuery) -> Result<u64> {
        Ok(self.matched(query)?.len())
    }

    /// Everybody that a query finds, in order.
    pub(super) fn order(&self, query: &UserQuery, sort: &Sort) -> Result<Arc<[u32]>> {
        if query.expr.is_none() {
            return self.everybody_in_order(sort);
        }
        let asked = Asked { revision: self.revision, query, sort };
        if let Some(known) = self.memo.ordered(&asked) {
            return Ok(known);
        }
        let matched = self.matched(query)?;
        let order: Arc<[u32]> = if matched.len().saturating_mul(FEW) < self.snapshot.everybody().len() {
            self.sorting(sort)?.sorted(&matched).into()
        } else {
            let everybody = self.everybody_in_order(sort)?;
            everybody.iter().copied().filter(|id| matched.contains(*id)).collect()
        };
        self.memo.remember_ordered(&asked, &order);
        Ok(order)
    }

    /// Those whom entries fit, in an order or as the entries come.
    pub(super) fn list(&self, entries: &[String], sort: Option<&Sort>) -> Result<Listed> {
        let (mut ids, missing) = users::met(self.snapshot, entries);
        if let Some(sort) = sort {
            ids = self.sorting(sort)?.sorted(&ids.into_iter().collect());
        }
        let name = |id: &u32| String::from_utf8_lossy(self.snapshot.name(*id)).into_owned();
        let names = ids.iter().map(name).collect();
        Ok(Listed { ids: ids.into(), names, missing })
    }

    fn sorting(&self, sort: &Sort) -> Result<Sorting<'a>> {
        Ok(Sorting::new(self.snapshot, self.by(&sort.field)?, sort.descending))
    }
}

/// One of so many is few: those are sorted by themselves.
const FEW: u64 = 64;

/// The place just after a user.
fn cursor(sort: &Sort, user: &User) -> Cursor {
    let text = |text: &str| Some(fold(text)).filter(|text| !text.is_empty());
    let value = match &sort.field {
        Field::Username => text(user.username.as_str()),
        Field::Status => text(user.status.as_str()),
        Field::Enabled => text(if user.enabled { "yes" } else { "no" }),
        Field::Created => Some(user.created_at.to_string()),
        Field::Modified => Some(user.modified_at.to_string()),
        Field::Group => user.groups.first().and_then(|group| text(group.as_str())),
        Field::Attribute(name) => user.attribute(name).and_then(text),
    };
    Cursor { value, username: user.username.as_str().to_owned() }
}

/// The sort value of a cursor.
fn cursor_value<'c>(sort: &Sort, cursor: &'c Cursor) -> Value<'c> {
    match (&cursor.value, sort.field.moment()) {
        (None, _) => Value::Absent,
        (Some(text), None) => Value::Text(text.as_bytes()),
        // A cursor that another order wrote begins anew.
        (Some(text), Some(_)) => Value::Instant(text.parse::<Timestamp>().map_or((i64::MIN, 0), split)),
    }
}
