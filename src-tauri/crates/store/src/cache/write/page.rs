//! Pages of users and tombstones.

use jiff::Timestamp;
use model::user::User;
use model::{PoolKey, Username};
use rusqlite::{Connection, OptionalExtension, params};

use super::log::Log;
use super::{state, text};
use crate::cache::fields::{FieldMap, FieldValue, user_id};
use crate::cache::{CacheError, ChainStep, PageEffect, Result, body, read};
use crate::history::History;

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
    let mut fields = FieldMap::load(connection)?;
    let mut seen = connection.prepare_cached("INSERT OR IGNORE INTO seen (user) VALUES (?1)")?;
    let mut effect = PageEffect::default();
    for user in users {
        let (id, one) = put(connection, &mut fields, user, &mut log)?;
        seen.execute([id])?;
        match one {
            Effect::Added => effect.added += 1,
            Effect::Changed => effect.changed += 1,
            Effect::Unchanged => effect.unchanged += 1,
        }
    }
    if effect.added + effect.changed > 0 {
        state::changed(connection, i64::from(effect.added))?;
    }
    text::index_when_many(connection, &mut fields)?;
    state::step(connection, chain, users.len(), step)?;
    log.commit()?;
    Ok(effect)
}

/// Puts one row in, outside of any listing.
pub(super) fn patch(connection: &Connection, fields: &mut FieldMap, user: &User, log: &mut Log<'_>) -> Result<()> {
    let (_, effect) = put(connection, fields, user, log)?;
    match effect {
        Effect::Unchanged => Ok(()),
        effect => state::changed(connection, i64::from(matches!(effect, Effect::Added))),
    }
}

fn put(connection: &Connection, fields: &mut FieldMap, user: &User, log: &mut Log<'_>) -> Result<(u32, Effect)> {
    let new = body::encode(user)?;
    let mut known = connection.prepare_cached("SELECT id, body FROM users WHERE username = ?1")?;
    let known: Option<(u32, String)> =
        known.query_row([user.username.as_str()], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    match known {
        None => {
            log.added(user)?;
            Ok((insert(connection, fields, user, &new)?, Effect::Added))
        }
        Some((id, old)) if old == new => Ok((id, Effect::Unchanged)),
        Some((id, old)) => {
            let before = body::decode(user.username.as_str().to_owned(), &old, Vec::new())?;
            log.fields(&before, user);
            update(connection, fields, id, &before, user, &new)?;
            Ok((id, Effect::Changed))
        }
    }
}

fn insert(connection: &Connection, fields: &mut FieldMap, user: &User, body: &str) -> Result<u32> {
    let mut statement = connection.prepare_cached("INSERT INTO users (username, body) VALUES (?1, ?2) RETURNING id")?;
    let id: u32 = statement.query_row((user.username.as_str(), body), |row| row.get(0))?;
    let values = fields.values(connection, user)?;
    insert_values(connection, id, values.iter())?;
    text::put_off(connection, id, false)?;
    let mut pending =
        connection.prepare_cached("DELETE FROM pending_members WHERE username = ?1 RETURNING group_id")?;
    let groups: Vec<i64> = pending.query_map([user.username.as_str()], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for group in groups {
        let mut join =
            connection.prepare_cached("INSERT OR IGNORE INTO memberships (group_id, user) VALUES (?1, ?2)")?;
        join.execute((group, id))?;
    }
    Ok(id)
}

/// Writes only the values that differ, and the text only when it does.
fn update(
    connection: &Connection,
    fields: &mut FieldMap,
    id: u32,
    before: &User,
    user: &User,
    body: &str,
) -> Result<()> {
    let mut statement = connection.prepare_cached("UPDATE users SET body = ?2 WHERE id = ?1")?;
    statement.execute((id, body))?;
    let (old, new) = (fields.values(connection, before)?, fields.values(connection, user)?);
    let gone: Vec<_> = old.iter().filter(|value| !new.contains(value)).collect();
    let come: Vec<_> = new.iter().filter(|value| !old.contains(value)).collect();
    delete_values(connection, id, gone.iter().copied())?;
    insert_values(connection, id, come.iter().copied())?;
    if gone.iter().chain(&come).any(|value| value.searchable().is_some()) {
        text::put_off(connection, id, true)?;
    }
    Ok(())
}

fn insert_values<'a>(connection: &Connection, id: u32, values: impl Iterator<Item = &'a FieldValue>) -> Result<()> {
    let mut statement =
        connection.prepare_cached("INSERT INTO field_values (field, value, user, raw) VALUES (?1, ?2, ?3, ?4)")?;
    for FieldValue { field, value, raw } in values {
        statement.execute(params![field, value, id, raw])?;
    }
    Ok(())
}

fn delete_values<'a>(connection: &Connection, id: u32, values: impl Iterator<Item = &'a FieldValue>) -> Result<()> {
    let mut statement =
        connection.prepare_cached("DELETE FROM field_values WHERE field = ?1 AND value = ?2 AND user = ?3")?;
    for FieldValue { field, value, .. } in values {
        statement.execute(params![field, value, id])?;
    }
    Ok(())
}

pub(in crate::cache) fn keep(connection: &Connection, usernames: &[Username]) -> Result<()> {
    for username in usernames {
        if let Some(id) = user_id(connection, username.as_str())? {
            connection.prepare_cached("INSERT OR IGNORE INTO seen (user) VALUES (?1)")?.execute([id])?;
        }
    }
    Ok(())
}

pub(in crate::cache) fn remove(
    connection: &Connection,
    pool: &PoolKey,
    usernames: &[Username],
    history: Option<&History>,
    now: Timestamp,
) -> Result<()> {
    let running = state::running_or_now(connection, now)?;
    let mut log = Log::new(history, pool, &running, now);
    let mut fields = FieldMap::load(connection)?;
    let mut removed = 0;
    for username in usernames {
        let Some(id) = user_id(connection, username.as_str())? else { continue };
        for user in read::users::by_ids(connection, &[id])? {
            log.removed(&user)?;
            let values = fields.values(connection, &user)?;
            delete_values(connection, id, values.iter())?;
            text::forget(connection, id)?;
        }
        for sql in [
            "DELETE FROM memberships WHERE user = ?1",
            "DELETE FROM seen WHERE user = ?1",
            "DELETE FROM users WHERE id = ?1",
        ] {
            connection.prepare_cached(sql)?.execute([id])?;
        }
        removed += 1;
    }
    if removed > 0 {
        state::changed(connection, -removed)?;
    }
    log.commit()
}
