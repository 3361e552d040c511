//! What we changed ourselves while AWS was listing: a page that was put together before must not take it back.

use jiff::{SignedDuration, Timestamp};
use model::Username;
use model::user::User;
use roaring::RoaringBitmap;
use rusqlite::{Connection, OptionalExtension, params};

use crate::cache::fields::user_id;
use crate::cache::{Result, read};

/// For so long after a change AWS may still list what was before.
const SETTLES_IN: SignedDuration = SignedDuration::from_secs(5);

pub(super) fn note_user(connection: &Connection, username: &Username, now: Timestamp) -> Result<()> {
    let mut note = connection.prepare_cached("INSERT OR REPLACE INTO our_users (username, at) VALUES (?1, ?2)")?;
    note.execute(params![username.as_str(), now.as_microsecond()])?;
    Ok(())
}

/// Whether a page that was asked for at an instant tells of a user what was before a change of ours: it was asked for
/// before, or so soon after that AWS may still have listed the old record, and it shows none that is newer than ours.
pub(super) fn is_older(connection: &Connection, user: &User, asked_at: Option<Timestamp>) -> Result<bool> {
    let Some(asked_at) = asked_at else { return Ok(false) };
    let mut changed = connection.prepare_cached("SELECT at FROM our_users WHERE username = ?1")?;
    let at: Option<i64> = changed.query_row([user.username.as_str()], |row| row.get(0)).optional()?;
    let Some(at) = at.filter(|at| *at > (asked_at - SETTLES_IN).as_microsecond()) else { return Ok(false) };
    if at > asked_at.as_microsecond() {
        return Ok(true);
    }
    let Some(id) = user_id(connection, user.username.as_str())? else { return Ok(true) };
    // What we put into a row leaves its time as AWS told it last.
    let ours = read::users::by_ids(connection, &[id])?;
    Ok(ours.first().is_some_and(|ours| user.modified_at <= ours.modified_at))
}

pub(super) fn note_member(connection: &Connection, group: i64, username: &Username, inside: bool) -> Result<()> {
    // A listing that begins later tells it itself.
    let mut note = connection.prepare_cached(
        "INSERT OR REPLACE INTO our_members (group_id, username, inside)
         SELECT groups.id, ?2, ?3 FROM groups, state
         WHERE groups.id = ?1 AND groups.generation = state.generation AND NOT groups.ended",
    )?;
    note.execute(params![group, username.as_str(), inside])?;
    Ok(())
}

/// Puts into a group's listing what we changed while it was read.
pub(super) fn correct_members(connection: &Connection, group: i64, members: &mut RoaringBitmap) -> Result<()> {
    let mut ours = connection.prepare_cached("SELECT username, inside FROM our_members WHERE group_id = ?1")?;
    let mut rows = ours.query([group])?;
    while let Some(row) = rows.next()? {
        let username = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
        if let Some(id) = user_id(connection, username)? {
            if row.get(1)? {
                members.insert(id)
            } else {
                members.remove(id)
            };
        }
    }
    Ok(())
}

/// Forgets that a user was changed, or deleted, by us.
pub(in crate::cache) fn forget_user(connection: &Connection, username: &str) -> Result<()> {
    for sql in ["DELETE FROM our_users WHERE username = ?1", "DELETE FROM our_members WHERE username = ?1"] {
        connection.prepare_cached(sql)?.execute([username])?;
    }
    Ok(())
}

/// Forgets what no listing that begins now can miss.
pub(super) fn forget(connection: &Connection, now: Timestamp) -> Result<()> {
    connection.execute("DELETE FROM our_members", [])?;
    connection.execute("DELETE FROM our_users WHERE at < ?1", [(now - SETTLES_IN).as_microsecond()])?;
    Ok(())
}
