//! Counts over the whole pool, from the index of values alone.

use std::collections::HashMap;

use jiff::civil;
use jiff::tz::TimeZone;
use model::query::{Field, fold};
use model::user::UserStatus;
use rusqlite::Connection;

use super::state::{groups, unsigned};
use crate::cache::fields::{CREATED, ENABLED, FieldMap, Key, STATUS};
use crate::cache::search::end_of_prefix;
use crate::cache::{CacheError, Result};

/// How many rows a completion looks at.
const LOOKED_AT: u32 = 20_000;

pub(in crate::cache) fn statuses(connection: &Connection) -> Result<Vec<(UserStatus, u64)>> {
    let mut statement = connection.prepare_cached("SELECT coalesce(raw, value) FROM field_values WHERE field = ?1")?;
    let mut rows = statement.query([STATUS])?;
    let mut counts: HashMap<String, u64> = HashMap::new();
    while let Some(row) = rows.next()? {
        let raw = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
        match counts.get_mut(raw) {
            Some(count) => *count += 1,
            None => drop(counts.insert(raw.to_owned(), 1)),
        }
    }
    let mut counts: Vec<_> = counts.into_iter().map(|(raw, count)| (UserStatus::from(raw), count)).collect();
    counts.sort_by(|(a, m), (b, n)| n.cmp(m).then_with(|| a.as_str().cmp(b.as_str())));
    Ok(counts)
}

pub(in crate::cache) fn enabled(connection: &Connection) -> Result<(u64, u64)> {
    let count = |value: &str| -> Result<u64> {
        let mut statement =
            connection.prepare_cached("SELECT count(*) FROM field_values WHERE field = ?1 AND value = ?2")?;
        Ok(unsigned(statement.query_row((ENABLED, value), |row| row.get(0))?))
    };
    Ok((count("yes")?, count("no")?))
}

pub(in crate::cache) fn frequent_values(
    connection: &Connection,
    field: &Field,
    prefix: &str,
    limit: u32,
) -> Result<Vec<(String, u64)>> {
    let prefix = fold(prefix);
    let mut counts = match field {
        Field::Created | Field::Modified => Vec::new(),
        Field::Group => {
            let groups = groups(connection)?.into_iter().map(|(group, members)| (group.name.into(), members));
            groups.filter(|(name, _): &(String, u64)| fold(name).starts_with(&prefix)).collect()
        }
        _ => match FieldMap::load(connection)?.id(field) {
            Some(id) => runs(connection, id, prefix)?,
            None => Vec::new(),
        },
    };
    counts.sort_by(|(a, m), (b, n)| n.cmp(m).then_with(|| a.cmp(b)));
    counts.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(counts)
}

/// The values of a field that begin with a folded text, as first met, with how often they are.
fn runs(connection: &Connection, field: i64, prefix: String) -> Result<Vec<(String, u64)>> {
    let mut statement = connection.prepare_cached(
        "SELECT value, raw FROM field_values WHERE field = ?1 AND value >= ?2 AND value < ?3 ORDER BY value LIMIT ?4",
    )?;
    let end = end_of_prefix(&prefix);
    let mut rows = statement.query((field, Key::Text(prefix), end, LOOKED_AT))?;
    let mut runs: Vec<(String, u64)> = Vec::new();
    let mut last: Option<String> = None;
    while let Some(row) = rows.next()? {
        let value = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
        match (runs.last_mut(), &last) {
            (Some((_, count)), Some(last)) if last == value => *count += 1,
            _ => {
                let raw: Option<String> = row.get(1)?;
                runs.push((raw.unwrap_or_else(|| value.to_owned()), 1));
                last = Some(value.to_owned());
            }
        }
    }
    Ok(runs)
}

/// Jumps from month to month, so that the instants themselves are only counted.
pub(in crate::cache) fn sign_ups_by_month(connection: &Connection) -> Result<Vec<(String, u64)>> {
    let mut first = connection
        .prepare_cached("SELECT value FROM field_values WHERE field = ?1 AND value >= ?2 ORDER BY value LIMIT 1")?;
    let mut count = connection
        .prepare_cached("SELECT count(*) FROM field_values WHERE field = ?1 AND value >= ?2 AND value < ?3")?;
    let mut from = Key::after_texts();
    let mut months = Vec::new();
    while let Some(value) = {
        let found = first.query_row((CREATED, &from), |row| Key::from_row(row.get_ref(0)?));
        rusqlite::OptionalExtension::optional(found)?
    } {
        let date = value.to_second().ok_or(CacheError::Damaged)?.to_zoned(TimeZone::UTC).date();
        let end = after_month(date).unwrap_or_else(Key::after_instants);
        let number = count.query_row((CREATED, &from, &end), |row| row.get(0))?;
        months.push((format!("{:04}-{:02}", date.year(), date.month()), unsigned(number)));
        from = end;
    }
    Ok(months)
}

/// The first instant of the next month; `None` at the end of time.
fn after_month(date: civil::Date) -> Option<Key> {
    let next = date.last_of_month().tomorrow().ok()?.to_zoned(TimeZone::UTC).ok()?;
    Some(Key::instant(next.timestamp()))
}
