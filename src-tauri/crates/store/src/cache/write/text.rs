//! The text indexes: written for many users at once, because each transaction costs them a segment of its own.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension};

use crate::cache::fields::{FieldMap, FieldValue};
use crate::cache::search::{gram_text, trigram_text};
use crate::cache::{Result, body};

/// Up to so many users are looked at one by one by whoever searches for words.
const MANY: u32 = 960;

/// Notes that a user's text is new, or that the indexes have an older one.
pub(super) fn put_off(connection: &Connection, id: u32, was: bool) -> Result<()> {
    let mut statement = connection.prepare_cached("INSERT OR IGNORE INTO unindexed (user, was) VALUES (?1, ?2)")?;
    statement.execute((id, was))?;
    Ok(())
}

pub(super) fn index_when_many(connection: &Connection, fields: &mut FieldMap) -> Result<()> {
    let mut statement = connection.prepare_cached("SELECT count(*) FROM unindexed")?;
    let waiting: u32 = statement.query_row([], |row| row.get(0))?;
    if waiting < MANY { Ok(()) } else { index_all(connection, fields) }
}

/// Brings the indexes up to date.
pub(super) fn index_all(connection: &Connection, fields: &mut FieldMap) -> Result<()> {
    let mut statement = connection.prepare_cached(
        "SELECT u.id, n.was, u.username, u.body FROM unindexed AS n CROSS JOIN users AS u ON u.id = n.user",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let id = row.get(0)?;
        if row.get(1)? {
            forget_indexed(connection, id)?;
        }
        let text = row.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?;
        let user = body::decode(row.get(2)?, text, Vec::new())?;
        index(connection, id, &fields.values(connection, &user)?)?;
    }
    connection.prepare_cached("DELETE FROM unindexed")?.execute([])?;
    Ok(())
}

/// Puts the user's texts into both indexes.
fn index(connection: &Connection, id: u32, values: &[FieldValue]) -> Result<()> {
    let mut columns: BTreeMap<usize, (String, String)> = BTreeMap::new();
    for (column, text) in values.iter().filter_map(FieldValue::searchable) {
        let (trigrams, grams) = columns.entry(column).or_default();
        trigrams.push_str(&trigram_text(text));
        grams.push_str(&gram_text(text));
    }
    let names: String = columns.keys().map(|column| format!(", f{column}")).collect();
    let marks: String = (0..columns.len()).map(|i| format!(", ?{}", i + 2)).collect();
    for (table, pick) in [("trigrams", true), ("grams", false)] {
        let mut statement =
            connection.prepare_cached(&format!("INSERT INTO {table} (rowid{names}) VALUES (?1{marks})"))?;
        statement.raw_bind_parameter(1, id)?;
        for (i, (trigrams, grams)) in columns.values().enumerate() {
            statement.raw_bind_parameter(i + 2, if pick { trigrams } else { grams })?;
        }
        statement.raw_execute()?;
    }
    Ok(())
}

/// Takes the user's text out of wherever it is.
pub(super) fn forget(connection: &Connection, id: u32) -> Result<()> {
    let mut statement = connection.prepare_cached("SELECT was FROM unindexed WHERE user = ?1")?;
    let was: Option<bool> = statement.query_row([id], |row| row.get(0)).optional()?;
    if was != Some(false) {
        forget_indexed(connection, id)?;
    }
    connection.prepare_cached("DELETE FROM unindexed WHERE user = ?1")?.execute([id])?;
    Ok(())
}

fn forget_indexed(connection: &Connection, id: u32) -> Result<()> {
    connection.prepare_cached("DELETE FROM trigrams WHERE rowid = ?1")?.execute([id])?;
    connection.prepare_cached("DELETE FROM grams WHERE rowid = ?1")?.execute([id])?;
    Ok(())
}
