//! Writing and forgetting.

use jiff::Timestamp;
use model::PoolKey;
use model::month::Month;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::HistoryError;

/// What kind of thing happened, as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Added,
    Removed,
    Reappeared,
    Field,
    GroupAdded,
    GroupRemoved,
}

impl Kind {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Reappeared => "reappeared",
            Self::Field => "field",
            Self::GroupAdded => "group_added",
            Self::GroupRemoved => "group_removed",
        }
    }

    pub(super) fn of(word: &str) -> Option<Self> {
        [Self::Added, Self::Removed, Self::Reappeared, Self::Field, Self::GroupAdded, Self::GroupRemoved]
            .into_iter()
            .find(|kind| kind.word() == word)
    }
}

/// One thing to be recorded.
#[derive(Clone)]
pub(crate) struct Event {
    /// The `sub`; for users without one the user name.
    pub(crate) person: String,
    pub(crate) username: String,
    pub(crate) generation: u64,
    pub(crate) at: Timestamp,
    pub(crate) since: Option<Timestamp>,
    pub(crate) kind: Kind,
    /// The field or group; empty where there is none.
    pub(crate) name: String,
    /// For [`Kind::Removed`] the last row as JSON.
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
}

pub(super) fn insert(connection: &mut Connection, pool: &PoolKey, events: &[Event]) -> Result<(), HistoryError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute("INSERT OR IGNORE INTO pools (key) VALUES (?1)", [pool.to_string()])?;
    let id = pool_id(&transaction, pool)?.unwrap_or_default();
    {
        let mut statement = transaction.prepare_cached(
            // After a crash a generation repeats what it told last. What it finds changed once more is no repeat.
            "INSERT INTO changes (pool, person, username, generation, at, since, kind, name, before, after)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 WHERE NOT EXISTS (
                 SELECT 1 FROM (
                     SELECT kind, before, after FROM changes
                     WHERE pool = ?1 AND person = ?2 AND generation = ?4 AND name = ?8
                         AND (kind = 'field') = (?7 = 'field')
                     ORDER BY id DESC LIMIT 1) AS last
                 WHERE last.kind = ?7 AND last.before IS ?9 AND last.after IS ?10)",
        )?;
        for event in events {
            statement.execute(params![
                id,
                event.person,
                event.username,
                i64::try_from(event.generation).unwrap_or(i64::MAX),
                event.at.as_microsecond(),
                event.since.map(Timestamp::as_microsecond),
                event.kind.word(),
                event.name,
                event.before,
                event.after,
            ])?;
        }
    }
    Ok(transaction.commit()?)
}

/// The pool's number in this database; `None` when nothing was recorded of it.
pub(super) fn pool_id(connection: &Connection, pool: &PoolKey) -> Result<Option<i64>, HistoryError> {
    let mut statement = connection.prepare_cached("SELECT id FROM pools WHERE key = ?1")?;
    Ok(statement.query_row([pool.to_string()], |row| row.get(0)).optional()?)
}

pub(super) fn erase_person(connection: &mut Connection, pool: &PoolKey, person: &str) -> Result<(), HistoryError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if let Some(id) = pool_id(&transaction, pool)? {
        // Whoever is named by a user name is forgotten under the sub too, and the other way round.
        transaction.execute(
            "DELETE FROM changes WHERE pool = ?1 AND person IN (
                 SELECT ?2 UNION SELECT person FROM changes WHERE pool = ?1 AND username = ?2)",
            params![id, person],
        )?;
        transaction.execute("DELETE FROM seen WHERE pool = ?1 AND person = ?2", params![id, person])?;
    }
    transaction.commit()?;
    forget_log(connection)
}

pub(super) fn erase_pool(connection: &mut Connection, pool: &PoolKey) -> Result<(), HistoryError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if let Some(id) = pool_id(&transaction, pool)? {
        transaction.execute("DELETE FROM changes WHERE pool = ?1", [id])?;
        transaction.execute("DELETE FROM evidence WHERE pool = ?1", [id])?;
        transaction.execute("DELETE FROM seen WHERE pool = ?1", [id])?;
        transaction.execute("DELETE FROM settings WHERE pool = ?1", [id])?;
        transaction.execute("DELETE FROM pools WHERE id = ?1", [id])?;
    }
    transaction.commit()?;
    forget_log(connection)
}

pub(super) fn purge(connection: &mut Connection, before: Timestamp) -> Result<(), HistoryError> {
    let mut deleted = connection.execute("DELETE FROM changes WHERE at < ?1", [before.as_microsecond()])?;
    deleted += connection.execute("DELETE FROM seen WHERE month < ?1", [Month::of(before).to_string()])?;
    deleted += super::settings::purge(connection, before)?;
    super::past::purged(connection, before)?;
    if deleted > 0 { forget_log(connection) } else { Ok(()) }
}

/// Erased rows are still in the write-ahead log until it is truncated. Somebody reading at the same time only delays it.
fn forget_log(connection: &Connection) -> Result<(), HistoryError> {
    Ok(connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)
}
