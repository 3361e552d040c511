//! Reading.

use jiff::Timestamp;
use model::PoolKey;
use model::user::User;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::record::{Kind, pool_id};
use super::{Change, HistoryError, What};

const OF_PERSON: &str = "FROM changes WHERE pool = ?1 AND (person = ?2 OR username = ?2)";

pub(super) fn read(connection: &Connection, pool: &PoolKey, person: &str) -> Result<Vec<Change>, HistoryError> {
    let Some(id) = pool_id(connection, pool)? else { return Ok(Vec::new()) };
    let mut statement = connection.prepare_cached(&format!(
        "SELECT at, since, kind, name, before, after, generation = at {OF_PERSON} ORDER BY at DESC, id DESC"
    ))?;
    let rows = statement.query_map(params![id, person], |row| Ok(change(row)))?;
    let mut changes = Vec::new();
    for row in rows {
        changes.extend(row??);
    }
    Ok(changes)
}

/// `None` for a kind that a later version added.
fn change(row: &Row<'_>) -> Result<Option<Change>, HistoryError> {
    let name: String = row.get(3)?;
    let what = match Kind::of(row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?) {
        None => return Ok(None),
        Some(Kind::Added) => What::Added,
        Some(Kind::Removed) => What::Removed,
        Some(Kind::Reappeared) => What::Reappeared,
        Some(Kind::Field) => What::Field { name, before: row.get(4)?, after: row.get(5)? },
        Some(Kind::GroupAdded) => What::GroupAdded(name),
        Some(Kind::GroupRemoved) => What::GroupRemoved(name),
    };
    let since = row.get::<_, Option<i64>>(1)?.map(instant).transpose()?;
    // What is changed here is a generation of its own, named after its time.
    Ok(Some(Change { at: instant(row.get(0)?)?, since, here: row.get(6)?, what }))
}

fn instant(microseconds: i64) -> Result<Timestamp, HistoryError> {
    Timestamp::from_microsecond(microseconds).map_err(|error| HistoryError::Failed(error.to_string()))
}

pub(super) fn last_row(connection: &Connection, pool: &PoolKey, person: &str) -> Result<Option<User>, HistoryError> {
    let Some(id) = pool_id(connection, pool)? else { return Ok(None) };
    let mut statement = connection
        .prepare_cached(&format!("SELECT before {OF_PERSON} AND kind = 'removed' ORDER BY at DESC, id DESC LIMIT 1"))?;
    let json: Option<Option<String>> = statement.query_row(params![id, person], |row| row.get(0)).optional()?;
    json.flatten()
        .map(|json| serde_json::from_str(&json).map_err(|error| HistoryError::Failed(error.to_string())))
        .transpose()
}

pub(super) fn was_removed(
    connection: &Connection,
    pool: &PoolKey,
    person: &str,
    generation: u64,
) -> Result<bool, HistoryError> {
    let Some(id) = pool_id(connection, pool)? else { return Ok(false) };
    let mut statement = connection.prepare_cached(
        "SELECT kind = 'removed' FROM changes
         WHERE pool = ?1 AND person = ?2 AND generation <> ?3 AND kind IN ('added', 'removed', 'reappeared')
         ORDER BY at DESC, id DESC LIMIT 1",
    )?;
    // What this generation has recorded itself is repeated when it is resumed.
    let generation = i64::try_from(generation).unwrap_or(i64::MAX);
    Ok(statement.query_row(params![id, person, generation], |row| row.get(0)).optional()?.unwrap_or(false))
}
