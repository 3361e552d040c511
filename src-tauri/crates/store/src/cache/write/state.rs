//! Generations, chains and what is known of the pool.

use jiff::Timestamp;
use model::ClientId;
use model::client::AppClient;
use model::pool::Pool;
use model::sync::Freshness;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::cache::read::state::{freshness, instant, unsigned};
use crate::cache::{CacheError, Chain, ChainStep, Finished, Result, SyncKind, SyncPhase, SyncState};

/// What writing needs to know of the running generation.
pub(super) struct Running {
    pub(super) generation: u64,
    /// When the pool was synced before; `None` for the first time, when nothing is news.
    pub(super) synced_at: Option<Timestamp>,
}

pub(super) fn running(connection: &Connection) -> Result<Option<Running>> {
    let mut statement = connection.prepare_cached("SELECT generation, synced_at FROM state")?;
    let (generation, synced_at): (Option<i64>, Option<i64>) =
        statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(generation
        .map(|generation| Running { generation: unsigned(generation), synced_at: synced_at.and_then(instant) }))
}

/// The running generation, or one of its own for what happens outside of any.
pub(super) fn running_or_now(connection: &Connection, now: Timestamp) -> Result<Running> {
    if let Some(running) = running(connection)? {
        return Ok(running);
    }
    let synced_at = freshness(connection)?.synced_at;
    Ok(Running { generation: u64::try_from(now.as_microsecond()).unwrap_or(0), synced_at })
}

/// What else has changed with a revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Groups {
    Same,
    /// Groups or memberships.
    Changed,
}

/// Tells everybody that rows have changed, by how many users, and whether groups have. Rows of users that were written
/// before carry [`next_revision`].
pub(super) fn changed(connection: &Connection, users: i64, groups: Groups) -> Result<()> {
    let mut statement = connection.prepare_cached(
        "UPDATE state SET revision = revision + 1, users = users + ?1,
             groups_revision = CASE WHEN ?2 THEN revision + 1 ELSE groups_revision END",
    )?;
    statement.execute((users, groups == Groups::Changed))?;
    Ok(())
}

/// The revision that this transaction will make.
pub(super) fn next_revision(connection: &Connection) -> Result<i64> {
    let mut statement = connection.prepare_cached("SELECT revision + 1 FROM state")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

pub(in crate::cache) fn set_unrecorded(connection: &Connection, is: bool) -> Result<()> {
    connection.execute("UPDATE state SET unrecorded = ?1", [is])?;
    Ok(())
}

pub(in crate::cache) fn put_pool(connection: &Connection, pool: &Pool, at: Timestamp) -> Result<()> {
    let json = serde_json::to_string(pool).map_err(|error| CacheError::Internal(error.to_string()))?;
    let (estimated, at) = (signed(pool.estimated_users), at.as_microsecond());
    connection
        .execute("UPDATE state SET pool = ?1, estimated_users = ?2, pool_at = ?3", params![json, estimated, at])?;
    Ok(())
}

pub(in crate::cache) fn put_clients(
    connection: &Connection,
    clients: &[AppClient],
    listed: Option<&[ClientId]>,
    at: Timestamp,
) -> Result<()> {
    if let Some(listed) = listed {
        let ids = serde_json::to_string(listed).map_err(|error| CacheError::Internal(error.to_string()))?;
        connection.execute("DELETE FROM clients WHERE id NOT IN (SELECT value FROM json_each(?1))", [ids])?;
    }
    let mut put =
        connection.prepare_cached("INSERT OR REPLACE INTO clients (id, body, read_at) VALUES (?1, ?2, ?3)")?;
    for client in clients {
        let body = serde_json::to_string(client).map_err(|error| CacheError::Internal(error.to_string()))?;
        put.execute((client.id.as_str(), body, at.as_microsecond()))?;
    }
    Ok(())
}

pub(in crate::cache) fn sync_state(connection: &Connection) -> Result<Option<SyncState>> {
    let mut statement = connection.prepare_cached("SELECT generation, kind, phase, started_at FROM state")?;
    let state = statement.query_row([], |row| {
        let generation: Option<i64> = row.get(0)?;
        let (kind, phase, at): (Option<String>, Option<String>, Option<i64>) = (row.get(1)?, row.get(2)?, row.get(3)?);
        Ok((generation, kind, phase, at))
    })?;
    let (Some(generation), Some(kind), Some(phase), Some(at)) = state else { return Ok(None) };
    let mut statement =
        connection.prepare_cached("SELECT id, prefix, token, token_at, users, ended FROM chains ORDER BY id")?;
    let chains = statement.query_map([], chain)?.collect::<rusqlite::Result<_>>()?;
    Ok(Some(SyncState {
        generation: unsigned(generation),
        kind: from_word(&kind)?,
        started_at: instant(at).ok_or(CacheError::Damaged)?,
        phase: from_word(&phase)?,
        chains,
    }))
}

fn chain(row: &Row<'_>) -> rusqlite::Result<Chain> {
    Ok(Chain {
        id: row.get(0)?,
        prefix: row.get(1)?,
        token: row.get(2)?,
        token_at: row.get::<_, Option<i64>>(3)?.and_then(instant),
        users: unsigned(row.get(4)?),
        ended: row.get(5)?,
    })
}

pub(in crate::cache) fn begin(
    connection: &Connection,
    kind: SyncKind,
    prefixes: &[Option<String>],
    now: Timestamp,
) -> Result<SyncState> {
    connection.execute_batch(
        "DELETE FROM seen; DELETE FROM chains;
         UPDATE state SET gone_since = revision WHERE EXISTS (SELECT 1 FROM gone); DELETE FROM gone;",
    )?;
    super::ours::forget(connection, now)?;
    // The clock makes numbers that are new also to a history that has outlived this cache.
    connection.execute(
        "UPDATE state SET generation = max(last_generation + 1, ?1), last_generation = max(last_generation + 1, ?1),
             kind = ?2, phase = ?3, started_at = ?1",
        params![now.as_microsecond(), to_word(kind)?, to_word(SyncPhase::Users)?],
    )?;
    add_chains(connection, prefixes.iter().map(Option::as_deref))?;
    sync_state(connection)?.ok_or(CacheError::NoSuch("generation"))
}

fn add_chains<'a>(connection: &Connection, prefixes: impl Iterator<Item = Option<&'a str>>) -> Result<()> {
    let mut statement = connection.prepare_cached("INSERT INTO chains (prefix) VALUES (?1)")?;
    for prefix in prefixes {
        statement.execute([prefix])?;
    }
    Ok(())
}

pub(in crate::cache) fn enter(connection: &Connection, phase: SyncPhase) -> Result<()> {
    let updated = connection.execute("UPDATE state SET phase = ?1 WHERE generation IS NOT NULL", [to_word(phase)?])?;
    if updated == 0 { Err(CacheError::NoSuch("generation")) } else { Ok(()) }
}

pub(in crate::cache) fn restart_chain(connection: &Connection, chain: u32) -> Result<()> {
    let updated = connection
        .execute("UPDATE chains SET token = NULL, token_at = NULL, users = 0, ended = 0 WHERE id = ?1", [chain])?;
    if updated == 0 { Err(CacheError::NoSuch("chain")) } else { Ok(()) }
}

/// Notes users that the running generation has met. Ids are never used twice, so those of users who go may stay.
pub(super) fn met(connection: &Connection, users: &[u32]) -> Result<()> {
    if !users.is_empty() {
        let bytes: Vec<u8> = users.iter().flat_map(|id| id.to_le_bytes()).collect();
        connection.prepare_cached("INSERT INTO seen (users) VALUES (?1)")?.execute([bytes])?;
    }
    Ok(())
}

/// Writes a chain's checkpoint.
pub(super) fn step(connection: &Connection, chain: u32, users: usize, step: &ChainStep) -> Result<()> {
    let ended = step.ended || !step.split_into.is_empty();
    let token = step.token.as_ref().filter(|_| !ended);
    let token_at = step.token_at.filter(|_| token.is_some()).map(Timestamp::as_microsecond);
    let mut statement = connection
        .prepare_cached("UPDATE chains SET token = ?2, token_at = ?3, users = users + ?4, ended = ?5 WHERE id = ?1")?;
    let users = i64::try_from(users).unwrap_or(i64::MAX);
    if statement.execute(params![chain, token, token_at, users, ended])? == 0 {
        return Err(CacheError::NoSuch("chain"));
    }
    add_chains(connection, step.split_into.iter().map(|prefix| Some(prefix.as_str())))
}

pub(in crate::cache) fn finish(connection: &Connection, finished: &Finished, now: Timestamp) -> Result<Freshness> {
    let updated = connection.execute(
        "UPDATE state SET generation = NULL, kind = NULL, phase = NULL, started_at = NULL, synced_at = ?1,
             complete = ?2, swept = swept OR ?3, estimated_users = coalesce(?4, estimated_users)
         WHERE generation IS NOT NULL",
        params![now.as_microsecond(), finished.complete, finished.swept, signed(finished.estimated_users)],
    )?;
    if updated == 0 {
        return Err(CacheError::NoSuch("generation"));
    }
    connection.execute_batch("DELETE FROM seen; DELETE FROM chains;")?;
    freshness(connection)
}

fn signed(number: Option<u64>) -> Option<i64> {
    number.and_then(|number| i64::try_from(number).ok())
}

/// Enums without data are stored as the word that serde writes for them.
fn to_word(value: impl serde::Serialize) -> Result<String> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Ok(word),
        _ => Err(CacheError::Internal("a state has no word".to_owned())),
    }
}

fn from_word<T: serde::de::DeserializeOwned>(word: &str) -> Result<T> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).map_err(|_| CacheError::Damaged)
}

/// Whether a chain exists, so that a page without a place is refused before anything is recorded.
pub(super) fn expect_chain(connection: &Connection, chain: u32) -> Result<()> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM chains WHERE id = ?1")?;
    let found = statement.query_row([chain], |_| Ok(())).optional()?;
    found.ok_or(CacheError::NoSuch("chain"))
}
