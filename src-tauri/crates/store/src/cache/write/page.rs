//! Pages of users and tombstones.

use jiff::Timestamp;
use model::query::fold;
use model::user::User;
use model::{PoolKey, Username};
use rusqlite::Connection;

use super::log::Log;
use super::ours;
use super::state::{self, Groups};
use crate::cache::fields::{FieldMap, user_id};
use crate::cache::{CacheError, ChainStep, PageEffect, Result, body, read};
use crate::history::History;

/// So many characters of a `sub` are looked at: the ninth of a UUID is a hyphen.
const BEGINNING: usize = 8;

/// What became of one row.
enum Effect {
    Added,
    Changed,
    Unchanged,
}

pub(in crate::cache) fn write(
    connection: &Connection,
    pool: &PoolKey,
    chain: u32,
    users: &[User],
    step: &ChainStep,
    history: Option<&History>,
    now: Timestamp,
) -> Result<PageEffect> {
    let running = state::running(connection)?.ok_or(CacheError::NoSuch("chain"))?;
    state::expect_chain(connection, chain)?;
    let mut log = Log::new(history, pool, &running, now);
    log.newcomers_were_there = step.newcomers_were_there;
    let mut rows = Rows::new(connection)?;
    let mut seen = Vec::with_capacity(users.len());
    let mut effect = PageEffect::default();
    for user in users {
        if ours::is_older(connection, user, step.asked_at)? {
            seen.extend(user_id(connection, user.username.as_str())?);
            effect.unchanged += 1;
            continue;
        }
        let (id, one) = rows.put(user, &mut log)?;
        seen.push(id);
        match one {
            Effect::Added => effect.added += 1,
            Effect::Changed => effect.changed += 1,
            Effect::Unchanged => effect.unchanged += 1,
        }
    }
    if effect.added + effect.changed > 0 {
        state::changed(connection, i64::from(effect.added), rows.groups)?;
    }
    state::met(connection, &seen)?;
    state::step(connection, chain, users.len(), step)?;
    log.commit()?;
    Ok(effect)
}

/// Puts one row in, outside of any listing.
pub(super) fn patch(connection: &Connection, user: &User, log: &mut Log<'_>) -> Result<()> {
    let mut rows = Rows::new(connection)?;
    match rows.put(user, log)?.1 {
        Effect::Unchanged => Ok(()),
        effect => state::changed(connection, i64::from(matches!(effect, Effect::Added)), rows.groups),
    }
}

/// Writes rows of users within one transaction.
struct Rows<'c> {
    connection: &'c Connection,
    fields: FieldMap,
    revision: i64,
    groups: Groups,
}

impl<'c> Rows<'c> {
    fn new(connection: &'c Connection) -> Result<Self> {
        let (fields, revision) = (FieldMap::load(connection)?, state::next_revision(connection)?);
        Ok(Self { connection, fields, revision, groups: Groups::Same })
    }

    fn put(&mut self, user: &User, log: &mut Log<'_>) -> Result<(u32, Effect)> {
        let name = user.username.as_str();
        let new = body::encode(self.connection, &mut self.fields, user)?;
        let Some(id) = user_id(self.connection, name)? else {
            log.added(user)?;
            self.note_beginnings(user)?;
            return Ok((self.insert(name, &new)?, Effect::Added));
        };
        let mut known = self.connection.prepare_cached("SELECT body FROM users WHERE id = ?1")?;
        let mut rows = known.query([id])?;
        let row = rows.next()?.ok_or(CacheError::Damaged)?;
        let old = row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?;
        if old == new.as_slice() {
            return Ok((id, Effect::Unchanged));
        }
        let before = body::decode(&self.fields, name.to_owned(), old, Vec::new())?;
        drop(rows);
        match (before.sub(), user.sub()) {
            // Somebody else has the name now. In which groups they are is told when those are listed.
            (Some(one), Some(other)) if one != other => {
                for before in read::users::by_ids(self.connection, &[id])? {
                    log.removed(&before)?;
                }
                log.added(user)?;
            }
            _ => log.fields(&before, user),
        }
        self.note_beginnings(user)?;
        let mut update = self.connection.prepare_cached("UPDATE users SET revision = ?2, body = ?3 WHERE id = ?1")?;
        update.execute((id, self.revision, new))?;
        Ok((id, Effect::Changed))
    }

    /// Of a UUID as AWS makes them there are none.
    fn note_beginnings(&self, user: &User) -> Result<()> {
        let sub = user.sub().unwrap_or_default();
        for (at, next) in sub.char_indices().take(BEGINNING).filter(|(_, next)| !next.is_ascii_hexdigit()) {
            let mut note =
                self.connection.prepare_cached("INSERT OR IGNORE INTO beginnings (before, next) VALUES (?1, ?2)")?;
            note.execute((fold(&sub[..at]), next.to_string()))?;
        }
        Ok(())
    }

    fn insert(&mut self, name: &str, body: &[u8]) -> Result<u32> {
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO users (username, folded, revision, body) VALUES (?1, ?2, ?3, ?4) RETURNING id",
        )?;
        let folded = Some(fold(name)).filter(|folded| folded != name).unwrap_or_default();
        let id: u32 = insert.query_row((name, folded, self.revision, body), |row| row.get(0))?;
        let mut pending =
            self.connection.prepare_cached("DELETE FROM pending_members WHERE username = ?1 RETURNING group_id")?;
        let groups = pending.query_map([name], |row| row.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()?;
        for group in groups {
            let mut join =
                self.connection.prepare_cached("INSERT OR IGNORE INTO memberships (group_id, user) VALUES (?1, ?2)")?;
            join.execute((group, id))?;
            self.groups = Groups::Changed;
        }
        Ok(id)
    }
}

pub(in crate::cache) fn keep(connection: &Connection, usernames: &[Username]) -> Result<()> {
    let mut kept = Vec::with_capacity(usernames.len());
    for username in usernames {
        kept.extend(user_id(connection, username.as_str())?);
    }
    state::met(connection, &kept)
}

pub(in crate::cache) fn remove(
    connection: &Connection,
    pool: &PoolKey,
    usernames: &[Username],
    history: Option<&History>,
    now: Timestamp,
) -> Result<()> {
    let running = state::running_or_now(connection, now)?;
    take_out(connection, usernames, Log::new(history, pool, &running, now))
}

/// Takes users out, and tells it.
pub(super) fn take_out(connection: &Connection, usernames: &[Username], mut log: Log<'_>) -> Result<()> {
    let revision = state::next_revision(connection)?;
    let (mut removed, mut groups) = (0, Groups::Same);
    for username in usernames {
        let Some(id) = user_id(connection, username.as_str())? else { continue };
        for user in read::users::by_ids(connection, &[id])? {
            log.removed(&user)?;
        }
        if connection.prepare_cached("DELETE FROM memberships WHERE user = ?1")?.execute([id])? > 0 {
            groups = Groups::Changed;
        }
        connection.prepare_cached("DELETE FROM users WHERE id = ?1")?.execute([id])?;
        connection.prepare_cached("INSERT INTO gone (revision, user) VALUES (?1, ?2)")?.execute((revision, id))?;
        removed += 1;
    }
    if removed > 0 {
        state::changed(connection, -removed, groups)?;
    }
    log.commit()
}
