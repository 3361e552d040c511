//! Users by id and by name.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use model::query::{Field, fold};
use model::user::User;
use model::{GroupName, Username};
use roaring::RoaringBitmap;
use rusqlite::Connection;
use rusqlite::types::Value;

use crate::cache::fields::{self, FieldMap};
use crate::cache::snapshot::Snapshot;
use crate::cache::{CacheError, LookedUp, Result, body};

pub(in crate::cache) const BY_IDS: &str =
    "SELECT u.id, u.username, u.body FROM rarray(?1) AS wanted CROSS JOIN users AS u ON u.id = wanted.value";
pub(in crate::cache) const GROUPS_OF: &str = "SELECT m.user, g.name FROM rarray(?1) AS wanted
     CROSS JOIN memberships AS m INDEXED BY memberships_by_user ON m.user = wanted.value
     CROSS JOIN groups AS g ON g.id = m.group_id";

/// The users in the given order with their groups; two statements however many there are.
pub(in crate::cache) fn by_ids(connection: &Connection, ids: &[u32]) -> Result<Vec<User>> {
    Ok(with_ids(connection, ids)?.into_iter().map(|(_, user)| user).collect())
}

pub(in crate::cache) fn with_ids(connection: &Connection, ids: &[u32]) -> Result<Vec<(u32, User)>> {
    let array: Rc<Vec<Value>> = Rc::new(ids.iter().map(|id| Value::from(*id)).collect());
    let mut groups = groups_of(connection, &array)?;
    let fields = FieldMap::load(connection)?;
    let mut statement = connection.prepare_cached(BY_IDS)?;
    let mut rows = statement.query([array])?;
    let mut users = Vec::with_capacity(ids.len());
    while let Some(row) = rows.next()? {
        let id: u32 = row.get(0)?;
        let body = row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?;
        users.push((id, body::decode(&fields, row.get(1)?, body, groups.remove(&id).unwrap_or_default())?));
    }
    Ok(users)
}

fn groups_of(connection: &Connection, ids: &Rc<Vec<Value>>) -> Result<HashMap<u32, Vec<GroupName>>> {
    let mut statement = connection.prepare_cached(GROUPS_OF)?;
    let mut rows = statement.query([ids])?;
    let mut groups: HashMap<u32, Vec<GroupName>> = HashMap::new();
    while let Some(row) = rows.next()? {
        let name = GroupName::parse(row.get::<_, String>(1)?).map_err(|_| CacheError::Damaged)?;
        groups.entry(row.get(0)?).or_default().push(name);
    }
    for names in groups.values_mut() {
        names.sort();
        // A user that was asked for twice was listed twice.
        names.dedup();
    }
    Ok(groups)
}

pub(in crate::cache) fn by_name(connection: &Connection, username: &Username) -> Result<Option<User>> {
    match fields::user_id(connection, username.as_str())? {
        Some(id) => Ok(by_ids(connection, &[id])?.pop()),
        None => Ok(None),
    }
}

pub(in crate::cache) fn look_up(connection: &Connection, snapshot: &Snapshot, entries: &[String]) -> Result<LookedUp> {
    let (ids, missing) = met(snapshot, entries);
    Ok(LookedUp { found: by_ids(connection, &ids)?, missing })
}

/// The ids of those whom entries fit, each once and in the order of the entries, and the entries that fit nobody.
pub(in crate::cache) fn met(snapshot: &Snapshot, entries: &[String]) -> (Vec<u32>, Vec<String>) {
    let folded: Vec<String> = entries.iter().map(|entry| fold(entry)).collect();
    let attribute = |name: &str| snapshot.fields.id(&Field::Attribute(name.to_owned()));
    let fields = [Some(fields::USERNAME), attribute("email"), attribute("sub"), attribute("phone_number")];
    let fields: Vec<u16> = fields.into_iter().flatten().collect();
    let by_text = snapshot.having(&fields, folded.iter().map(String::as_str));
    let (mut ids, mut met, mut missing) = (Vec::new(), HashSet::new(), Vec::new());
    for (entry, folded) in entries.iter().zip(&folded) {
        match by_text.get(folded.as_str()).map(Vec::as_slice).unwrap_or_default() {
            [] => missing.push(entry.clone()),
            found => ids.extend(found.iter().filter(|id| met.insert(**id))),
        }
    }
    (ids, missing)
}

pub(in crate::cache) fn beginnings(connection: &Connection, prefix: &str, limit: u32) -> Result<Vec<String>> {
    let mut statement =
        connection.prepare_cached("SELECT next FROM beginnings WHERE before = ?1 ORDER BY next LIMIT ?2")?;
    let next = statement.query_map((fold(prefix), limit), |row| row.get(0))?;
    let next = next.collect::<rusqlite::Result<Vec<String>>>()?;
    // Listing users by a prefix may ignore case: two chains would list the same.
    let mut met = HashSet::new();
    Ok(next.into_iter().filter(|next| met.insert(fold(next))).map(|next| format!("{prefix}{next}")).collect())
}

pub(in crate::cache) fn missing(connection: &Connection, limit: u32) -> Result<Vec<User>> {
    let running: bool = connection.query_row("SELECT generation IS NOT NULL FROM state", [], |row| row.get(0))?;
    if !running {
        return Ok(Vec::new());
    }
    let mut met = RoaringBitmap::new();
    let mut pages = connection.prepare_cached("SELECT users FROM seen")?;
    let mut rows = pages.query([])?;
    while let Some(row) = rows.next()? {
        let (ids, _) = row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?.as_chunks();
        met.extend(ids.iter().map(|id| u32::from_le_bytes(*id)));
    }
    let mut everybody = connection.prepare_cached("SELECT id FROM users ORDER BY id")?;
    let mut rows = everybody.query([])?;
    let mut missing = Vec::new();
    while let Some(row) = rows.next()?
        && missing.len() < usize::try_from(limit).unwrap_or(usize::MAX)
    {
        missing.extend(Some(row.get::<_, u32>(0)?).filter(|id| !met.contains(*id)));
    }
    by_ids(connection, &missing)
}
