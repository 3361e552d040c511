//! Groups and who is in them.

use std::collections::BTreeSet;

use jiff::Timestamp;
use model::group::Group;
use model::{GroupName, PoolKey, Username};
use roaring::RoaringBitmap;
use rusqlite::{Connection, OptionalExtension, params};

use super::log::Log;
use super::ours;
use super::state::{self, Groups, Running};
use crate::cache::fields::user_id;
use crate::cache::{CacheError, MemberState, MemberStep, Result, read};
use crate::history::{History, Kind};

pub(in crate::cache) fn put_groups(
    connection: &Connection,
    pool: &PoolKey,
    groups: &[Group],
    history: Option<&History>,
    now: Timestamp,
) -> Result<()> {
    let running = state::running_or_now(connection, now)?;
    let mut log = Log::new(history, pool, &running, now);
    let mut changes = 0;
    let mut put = connection.prepare_cached(
        "INSERT INTO groups (name, body, news) VALUES (?1, ?2, (SELECT groups_listed FROM state))
         ON CONFLICT (name) DO UPDATE SET body = excluded.body WHERE body <> excluded.body",
    )?;
    for group in groups {
        let body = serde_json::to_string(group).map_err(|error| CacheError::Internal(error.to_string()))?;
        changes += put.execute((group.name.as_str(), body))?;
    }
    let names: std::collections::HashSet<&str> = groups.iter().map(|group| group.name.as_str()).collect();
    let mut statement = connection.prepare_cached("SELECT id, name FROM groups")?;
    let known = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for (id, name) in known.collect::<rusqlite::Result<Vec<(i64, String)>>>()? {
        if !names.contains(name.as_str()) {
            members_leave(connection, id, &name, &mut log)?;
            // What refers to it goes with it.
            changes += connection.prepare_cached("DELETE FROM groups WHERE id = ?1")?.execute([id])?;
        }
    }
    connection.execute("UPDATE state SET groups_listed = 1", [])?;
    if changes > 0 {
        state::changed(connection, 0, Groups::Changed)?;
    }
    log.commit()
}

/// Tells of everybody who is in a group that it is gone.
pub(super) fn members_leave(connection: &Connection, group: i64, name: &str, log: &mut Log<'_>) -> Result<()> {
    if !log.is_on() {
        return Ok(());
    }
    for ids in members(connection, group)?.iter().collect::<Vec<u32>>().chunks(500) {
        for user in read::users::by_ids(connection, ids)? {
            log.group(&user, Kind::GroupRemoved, name);
        }
    }
    Ok(())
}

/// The rows of those who are in a group.
fn members(connection: &Connection, group: i64) -> Result<RoaringBitmap> {
    let mut members = connection.prepare_cached("SELECT user FROM memberships WHERE group_id = ?1")?;
    let rows = members.query_map([group], |row| row.get::<_, u32>(0))?;
    Ok(rows.collect::<rusqlite::Result<RoaringBitmap>>()?)
}

/// A group and where its listing stands.
struct Listing {
    id: i64,
    /// Whether who is in it was known before: its members were listed completely once, or it is newer than that.
    known: bool,
    state: MemberState,
}

/// The listing in the running generation; what an earlier one has left behind is forgotten.
fn listing(connection: &Connection, running: &Running, group: &GroupName) -> Result<Listing> {
    let mut statement =
        connection.prepare_cached("SELECT id, listed OR news, generation, token, ended FROM groups WHERE name = ?1")?;
    let found = statement.query_row([group.as_str()], |row| {
        let state = MemberState { token: row.get(3)?, ended: row.get(4)? };
        Ok((Listing { id: row.get(0)?, known: row.get(1)?, state }, row.get::<_, Option<i64>>(2)?))
    });
    let (mut listing, generation) = found.optional()?.ok_or(CacheError::NoSuch("group"))?;
    if generation != i64::try_from(running.generation).ok() {
        forget(connection, listing.id, running)?;
        listing.state = MemberState::default();
    }
    Ok(listing)
}

fn forget(connection: &Connection, group: i64, running: &Running) -> Result<()> {
    let generation = i64::try_from(running.generation).unwrap_or(i64::MAX);
    connection
        .prepare_cached("UPDATE groups SET generation = ?2, token = NULL, ended = 0 WHERE id = ?1")?
        .execute((group, generation))?;
    for sql in ["DELETE FROM listed_members WHERE group_id = ?1", "DELETE FROM our_members WHERE group_id = ?1"] {
        connection.prepare_cached(sql)?.execute([group])?;
    }
    Ok(())
}

pub(in crate::cache) fn begin(connection: &Connection, group: &GroupName) -> Result<MemberState> {
    let running = state::running(connection)?.ok_or(CacheError::NoSuch("generation"))?;
    Ok(listing(connection, &running, group)?.state)
}

pub(in crate::cache) fn restart(connection: &Connection, group: &GroupName) -> Result<()> {
    let running = state::running(connection)?.ok_or(CacheError::NoSuch("generation"))?;
    forget(connection, listing(connection, &running, group)?.id, &running)
}

pub(in crate::cache) fn write(
    connection: &Connection,
    pool: &PoolKey,
    group: &GroupName,
    usernames: &[Username],
    step: &MemberStep,
    history: Option<&History>,
    now: Timestamp,
) -> Result<()> {
    let running = state::running(connection)?.ok_or(CacheError::NoSuch("generation"))?;
    let listing = listing(connection, &running, group)?;
    if !usernames.is_empty() {
        let names = serde_json::to_string(usernames).map_err(|error| CacheError::Internal(error.to_string()))?;
        let mut page = connection.prepare_cached("INSERT INTO listed_members (group_id, usernames) VALUES (?1, ?2)")?;
        page.execute((listing.id, names))?;
    }
    let token = step.token.as_ref().filter(|_| !step.ended);
    connection
        .prepare_cached("UPDATE groups SET token = ?2, ended = ?3 WHERE id = ?1")?
        .execute(params![listing.id, token, step.ended])?;
    if !step.ended {
        return Ok(());
    }
    // Whether those in a group that was there and never listed have just joined nobody knows.
    let mut log = Log::new(history.filter(|_| listing.known), pool, &running, now);
    replace(connection, listing.id, group, &mut log)?;
    log.commit()
}

/// Puts the listing in the place of the memberships, touching only what differs.
fn replace(connection: &Connection, group: i64, name: &GroupName, log: &mut Log<'_>) -> Result<()> {
    let old = members(connection, group)?;
    let (mut new, mut pending) = (RoaringBitmap::new(), BTreeSet::new());
    let mut listed =
        connection.prepare_cached("SELECT usernames FROM listed_members WHERE group_id = ?1 ORDER BY page")?;
    let mut rows = listed.query([group])?;
    while let Some(row) = rows.next()? {
        let page = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
        let usernames: Vec<String> = serde_json::from_str(page).map_err(|_| CacheError::Damaged)?;
        for username in usernames {
            match user_id(connection, &username)? {
                Some(id) => drop(new.insert(id)),
                None => drop(pending.insert(username)),
            }
        }
    }
    drop(rows);
    ours::correct_members(connection, group, &mut new)?;
    let (gone, come) = (&old - &new, &new - &old);
    for (kind, ids) in [(Kind::GroupRemoved, &gone), (Kind::GroupAdded, &come)] {
        if log.is_on() {
            let ids: Vec<u32> = ids.iter().collect();
            for user in ids.chunks(500).map(|ids| read::users::by_ids(connection, ids)) {
                user?.iter().for_each(|user| log.group(user, kind, name.as_str()));
            }
        }
    }
    for (sql, ids) in [
        ("DELETE FROM memberships WHERE group_id = ?1 AND user = ?2", &gone),
        ("INSERT INTO memberships (group_id, user) VALUES (?1, ?2)", &come),
    ] {
        let mut statement = connection.prepare_cached(sql)?;
        for id in ids {
            statement.execute((group, id))?;
        }
    }
    connection.prepare_cached("DELETE FROM pending_members WHERE group_id = ?1")?.execute([group])?;
    let mut wait = connection.prepare_cached("INSERT INTO pending_members (username, group_id) VALUES (?1, ?2)")?;
    for username in pending {
        wait.execute((username, group))?;
    }
    for sql in [
        "DELETE FROM listed_members WHERE group_id = ?1",
        "DELETE FROM our_members WHERE group_id = ?1",
        "UPDATE groups SET listed = 1 WHERE id = ?1",
    ] {
        connection.prepare_cached(sql)?.execute([group])?;
    }
    if gone.is_empty() && come.is_empty() { Ok(()) } else { state::changed(connection, 0, Groups::Changed) }
}
