//! What is known of the pool and of its syncs.

use jiff::Timestamp;
use model::GroupName;
use model::client::AppClient;
use model::group::Group;
use model::pool::Pool;
use model::query::Fields;
use model::sync::Freshness;
use rusqlite::{Connection, OptionalExtension};
use serde::de::DeserializeOwned;

use crate::cache::fields::FieldMap;
use crate::cache::{CacheError, Result};

pub(in crate::cache) fn pool(connection: &Connection) -> Result<Option<Pool>> {
    let json: Option<String> = connection.query_row("SELECT pool FROM state", [], |row| row.get(0))?;
    json.as_deref().map(parsed).transpose()
}

pub(in crate::cache) fn pool_at(connection: &Connection) -> Result<Option<Timestamp>> {
    let at: Option<i64> = connection.query_row("SELECT pool_at FROM state", [], |row| row.get(0))?;
    Ok(at.and_then(instant))
}

pub(in crate::cache) fn groups(connection: &Connection) -> Result<Vec<(Group, u64)>> {
    let mut statement = connection.prepare_cached(
        "SELECT body, (SELECT count(*) FROM memberships WHERE group_id = groups.id) FROM groups ORDER BY name",
    )?;
    let mut rows = statement.query([])?;
    let mut groups = Vec::new();
    while let Some(row) = rows.next()? {
        groups.push((parsed(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?, unsigned(row.get(1)?)));
    }
    Ok(groups)
}

pub(in crate::cache) fn groups_named(connection: &Connection, names: &[GroupName]) -> Result<Vec<Group>> {
    let mut statement = connection.prepare_cached("SELECT body FROM groups WHERE name = ?1")?;
    let mut groups = Vec::new();
    for name in names {
        let body: Option<String> = statement.query_row([name.as_str()], |row| row.get(0)).optional()?;
        groups.extend(body.as_deref().map(parsed).transpose()?);
    }
    Ok(groups)
}

pub(in crate::cache) fn clients(connection: &Connection) -> Result<Vec<(AppClient, Timestamp)>> {
    let mut statement = connection.prepare_cached("SELECT body, read_at FROM clients ORDER BY id")?;
    let mut rows = statement.query([])?;
    let mut clients = Vec::new();
    while let Some(row) = rows.next()? {
        let client = parsed(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?;
        clients.push((client, instant(row.get(1)?).unwrap_or(Timestamp::UNIX_EPOCH)));
    }
    Ok(clients)
}

pub(in crate::cache) fn freshness(connection: &Connection) -> Result<Freshness> {
    let mut statement = connection.prepare_cached(
        "SELECT users, synced_at, CASE WHEN generation IS NOT NULL THEN started_at END, complete, swept, estimated_users,
                groups_listed AND NOT EXISTS (SELECT 1 FROM groups WHERE NOT listed)
         FROM state",
    )?;
    let freshness = statement.query_row([], |row| {
        Ok(Freshness {
            users: unsigned(row.get(0)?),
            synced_at: row.get::<_, Option<i64>>(1)?.and_then(instant),
            started_at: row.get::<_, Option<i64>>(2)?.and_then(instant),
            complete: row.get(3)?,
            swept: row.get(4)?,
            estimated_users: row.get::<_, Option<i64>>(5)?.map(unsigned),
            groups_known: row.get(6)?,
        })
    });
    Ok(freshness?)
}

pub(in crate::cache) fn unrecorded(connection: &Connection) -> Result<bool> {
    Ok(connection.query_row("SELECT unrecorded FROM state", [], |row| row.get(0))?)
}

pub(in crate::cache) fn fields(connection: &Connection) -> Result<Fields> {
    let schema = pool(connection)?.map(|pool| pool.schema).unwrap_or_default();
    let seen = FieldMap::load(connection)?;
    let schema = schema.into_iter().map(|attribute| attribute.name);
    Ok(Fields::new(schema.chain(seen.names().cloned())))
}

/// What we wrote as JSON; anything else means that the file is damaged.
fn parsed<T: DeserializeOwned>(json: &str) -> Result<T> {
    serde_json::from_str(json).map_err(|_| CacheError::Damaged)
}

pub(in crate::cache) fn instant(microseconds: i64) -> Option<Timestamp> {
    Timestamp::from_microsecond(microseconds).ok()
}

/// SQLite counts with signs.
pub(in crate::cache) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
