//! A user as the local copy had them once: what happened since is taken back, the newest first.

use std::collections::BTreeSet;

use jiff::Timestamp;
use model::user::{User, UserStatus};
use model::{GroupName, PoolKey};
use rusqlite::{Connection, OptionalExtension, params};

use super::HistoryError;
use super::record::{Kind, pool_id};

pub(super) fn whole_since(connection: &Connection, pool: &PoolKey) -> Result<Option<Timestamp>, HistoryError> {
    let mut statement = connection.prepare_cached("SELECT whole_since FROM pools WHERE key = ?1")?;
    let since: Option<Option<i64>> = statement.query_row([pool.to_string()], |row| row.get(0)).optional()?;
    let instant = |at| Timestamp::from_microsecond(at).map_err(|error| HistoryError::Failed(error.to_string()));
    since.flatten().map(instant).transpose()
}

pub(super) fn is_whole(connection: &Connection, pool: &PoolKey, at: Timestamp) -> Result<(), HistoryError> {
    let sql = "INSERT INTO pools (key, whole_since) VALUES (?1, ?2)
         ON CONFLICT (key) DO UPDATE SET whole_since = coalesce(whole_since, excluded.whole_since)";
    connection.prepare_cached(sql)?.execute(params![pool.to_string(), at.as_microsecond()])?;
    Ok(())
}

pub(super) fn may_lack(connection: &Connection, pool: &PoolKey) -> Result<(), HistoryError> {
    connection.prepare_cached("UPDATE pools SET whole_since = NULL WHERE key = ?1")?.execute([pool.to_string()])?;
    Ok(())
}

/// What is older was forgotten.
pub(super) fn purged(connection: &Connection, before: Timestamp) -> Result<(), HistoryError> {
    let sql = "UPDATE pools SET whole_since = ?1 WHERE whole_since < ?1";
    connection.prepare_cached(sql)?.execute([before.as_microsecond()])?;
    Ok(())
}

/// The user of a name at an instant; `None` when nobody had it. `now` is who has it in the local copy.
pub(super) fn as_of(
    connection: &Connection,
    pool: &PoolKey,
    name: &str,
    now: Option<&User>,
    at: Timestamp,
) -> Result<Option<User>, HistoryError> {
    let current = now.map(|user| user.sub().unwrap_or(user.username.as_str()));
    let Some(id) = pool_id(connection, pool)? else { return Ok(now.cloned()) };
    // A name may have been of several people, one after the other.
    let mut statement =
        connection.prepare_cached("SELECT DISTINCT person FROM changes WHERE pool = ?1 AND username = ?2")?;
    let people = statement.query_map(params![id, name], |row| row.get::<_, String>(0))?;
    let mut people: BTreeSet<String> = people.collect::<Result<_, _>>()?;
    people.extend(current.map(str::to_owned));
    for person in people {
        let user = now.filter(|_| current == Some(person.as_str())).cloned();
        if let Some(user) = rewound(connection, id, &person, user, at)? {
            return Ok(Some(user));
        }
    }
    Ok(None)
}

fn rewound(
    connection: &Connection,
    pool: i64,
    person: &str,
    mut user: Option<User>,
    at: Timestamp,
) -> Result<Option<User>, HistoryError> {
    let mut statement = connection.prepare_cached(
        "SELECT kind, name, before FROM changes WHERE pool = ?1 AND person = ?2 AND at > ?3 ORDER BY at DESC, id DESC",
    )?;
    let mut rows = statement.query(params![pool, person, at.as_microsecond()])?;
    while let Some(row) = rows.next()? {
        let kind = Kind::of(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?);
        let (name, before): (String, Option<String>) = (row.get(1)?, row.get(2)?);
        match (kind, &mut user) {
            (Some(Kind::Added | Kind::Reappeared), user) => *user = None,
            (Some(Kind::Removed), user) => {
                let row = before.as_deref().map(serde_json::from_str).transpose();
                *user = row.map_err(|error| HistoryError::Failed(error.to_string()))?;
            }
            (Some(Kind::Field), Some(user)) => set_back(user, name, before),
            (Some(Kind::GroupAdded), Some(user)) => user.groups.retain(|group| group.as_str() != name),
            (Some(Kind::GroupRemoved), Some(user)) => {
                user.groups.extend(GroupName::parse(name).ok());
                user.groups.sort();
                user.groups.dedup();
            }
            // What a later version added, or what happened to somebody who is not there.
            (None, _) | (Some(_), None) => {}
        }
    }
    Ok(user)
}

fn set_back(user: &mut User, field: String, before: Option<String>) {
    let instant = |text: Option<String>| text.and_then(|text| text.parse().ok());
    match field.as_str() {
        "enabled" => user.enabled = before.as_deref() == Some("yes"),
        "status" => user.status = before.map_or(UserStatus::Unknown, UserStatus::from),
        "created" => user.created_at = instant(before).unwrap_or(user.created_at),
        "modified" => user.modified_at = instant(before).unwrap_or(user.modified_at),
        _ => match before {
            Some(value) => drop(user.attributes.insert(field, value)),
            None => drop(user.attributes.remove(&field)),
        },
    }
}
