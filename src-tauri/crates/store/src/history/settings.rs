//! Copies of a pool's settings.

use jiff::Timestamp;
use model::PoolKey;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::HistoryError;
use super::record::pool_id;

pub(super) fn keep(connection: &mut Connection, pool: &PoolKey, at: Timestamp, json: &str) -> Result<(), HistoryError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute("INSERT OR IGNORE INTO pools (key) VALUES (?1)", [pool.to_string()])?;
    let id = pool_id(&transaction, pool)?.unwrap_or_default();
    transaction.execute(
        "INSERT OR REPLACE INTO settings (pool, at, json) VALUES (?1, ?2, ?3)",
        params![id, at.as_microsecond(), json],
    )?;
    Ok(transaction.commit()?)
}

pub(super) fn at(connection: &Connection, pool: &PoolKey, when: Timestamp) -> Result<Option<String>, HistoryError> {
    let Some(id) = pool_id(connection, pool)? else { return Ok(None) };
    let mut statement =
        connection.prepare_cached("SELECT json FROM settings WHERE pool = ?1 AND at <= ?2 ORDER BY at DESC LIMIT 1")?;
    Ok(statement.query_row(params![id, when.as_microsecond()], |row| row.get(0)).optional()?)
}

pub(super) fn times(connection: &Connection, pool: &PoolKey) -> Result<Vec<Timestamp>, HistoryError> {
    let Some(id) = pool_id(connection, pool)? else { return Ok(Vec::new()) };
    let mut statement = connection.prepare_cached("SELECT at FROM settings WHERE pool = ?1 ORDER BY at DESC")?;
    let kept: Vec<i64> = statement.query_map([id], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(kept.into_iter().filter_map(|at| Timestamp::from_microsecond(at).ok()).collect())
}

/// The copy that held at that instant stays: it says how it was then.
pub(super) fn purge(connection: &Connection, before: Timestamp) -> Result<usize, HistoryError> {
    Ok(connection.execute(
        "DELETE FROM settings WHERE at < ?1 AND EXISTS (
             SELECT 1 FROM settings AS later
             WHERE later.pool = settings.pool AND later.at > settings.at AND later.at <= ?1)",
        [before.as_microsecond()],
    )?)
}
