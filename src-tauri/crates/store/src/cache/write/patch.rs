//! What we changed ourselves, put into the rows without reading it back.

use jiff::Timestamp;
use model::group::Group;
use model::user::User;
use model::{GroupName, PoolKey, Username};
use rusqlite::{Connection, OptionalExtension, params};

use super::log::Log;
use super::members::members_leave;
use super::state::{self, Groups, Running};
use super::{ours, page};
use crate::cache::fields::user_id;
use crate::cache::read::state::freshness;
use crate::cache::{CacheError, Result, read};
use crate::history::{History, Kind};

/// A generation of its own, so that each change is in the history however many there are between two syncs.
fn moment(connection: &Connection, now: Timestamp) -> Result<Running> {
    let synced_at = freshness(connection)?.synced_at;
    Ok(Running { generation: u64::try_from(now.as_microsecond()).unwrap_or(0), synced_at })
}

pub(in crate::cache) fn user(
    connection: &Connection,
    pool: &PoolKey,
    user: &User,
    history: Option<&History>,
    now: Timestamp,
) -> Result<()> {
    let mut log = Log::new(history, pool, &moment(connection, now)?, now);
    page::patch(connection, user, &mut log)?;
    ours::note_user(connection, &user.username, now)?;
    log.commit()
}

pub(in crate::cache) fn remove_user(
    connection: &Connection,
    pool: &PoolKey,
    username: &Username,
    history: Option<&History>,
    now: Timestamp,
) -> Result<()> {
    ours::note_user(connection, username, now)?;
    let log = Log::new(history, pool, &moment(connection, now)?, now);
    page::take_out(connection, std::slice::from_ref(username), log)
}

pub(in crate::cache) fn member(
    connection: &Connection,
    pool: &PoolKey,
    group: &GroupName,
    username: &Username,
    inside: bool,
    history: Option<&History>,
    now: Timestamp,
) -> Result<()> {
    let mut statement = connection.prepare_cached("SELECT id FROM groups WHERE name = ?1")?;
    let found: Option<i64> = statement.query_row([group.as_str()], |row| row.get(0)).optional()?;
    let (Some(group_id), Some(user)) = (found, user_id(connection, username.as_str())?) else { return Ok(()) };
    let sql = if inside {
        "INSERT OR IGNORE INTO memberships (group_id, user) VALUES (?1, ?2)"
    } else {
        "DELETE FROM memberships WHERE group_id = ?1 AND user = ?2"
    };
    ours::note_member(connection, group_id, username, inside)?;
    if connection.prepare_cached(sql)?.execute(params![group_id, user])? == 0 {
        return Ok(());
    }
    let mut log = Log::new(history, pool, &moment(connection, now)?, now);
    let kind = if inside { Kind::GroupAdded } else { Kind::GroupRemoved };
    for user in read::users::by_ids(connection, &[user])? {
        log.group(&user, kind, group.as_str());
    }
    state::changed(connection, 0, Groups::Changed)?;
    log.commit()
}

pub(in crate::cache) fn group(connection: &Connection, group: &Group, made: bool) -> Result<()> {
    let body = serde_json::to_string(group).map_err(|error| CacheError::Internal(error.to_string()))?;
    // That a group has no members is known of one that was made here, and of no other.
    connection
        .prepare_cached(
            "INSERT INTO groups (name, body, listed) VALUES (?1, ?2, ?3) ON CONFLICT (name) DO UPDATE SET body = excluded.body",
        )?
        .execute((group.name.as_str(), body, made))?;
    state::changed(connection, 0, Groups::Changed)
}

pub(in crate::cache) fn remove_group(
    connection: &Connection,
    pool: &PoolKey,
    group: &GroupName,
    history: Option<&History>,
    now: Timestamp,
) -> Result<()> {
    let mut statement = connection.prepare_cached("SELECT id FROM groups WHERE name = ?1")?;
    let found: Option<i64> = statement.query_row([group.as_str()], |row| row.get(0)).optional()?;
    let Some(id) = found else { return Ok(()) };
    let mut log = Log::new(history, pool, &moment(connection, now)?, now);
    members_leave(connection, id, group.as_str(), &mut log)?;
    connection.prepare_cached("DELETE FROM groups WHERE id = ?1")?.execute([id])?;
    state::changed(connection, 0, Groups::Changed)?;
    log.commit()
}
