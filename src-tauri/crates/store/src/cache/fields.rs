//! What is stored of a user so that it can be found: values by field, and where their text goes.

use std::collections::HashMap;

use jiff::Timestamp;
use model::query::{Field, fold};
use model::user::User;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension};

use super::Result;

pub(super) const USERNAME: i64 = 1;
pub(super) const STATUS: i64 = 2;
/// `yes` or `no`; every user has it in the fewest pages, so it also tells who there is.
pub(super) const ENABLED: i64 = 3;
pub(super) const CREATED: i64 = 4;
pub(super) const MODIFIED: i64 = 5;
const FIRST_ATTRIBUTE: i64 = 10;

/// The text columns of both indexes.
pub(super) const COLUMNS: usize = 80;
/// The column that all further fields share.
pub(super) const SHARED: usize = COLUMNS - 1;

/// The numbers of the fields.
pub(super) struct FieldMap {
    attributes: HashMap<String, i64>,
}

impl FieldMap {
    pub(super) fn load(connection: &Connection) -> Result<Self> {
        let mut statement = connection.prepare_cached("SELECT name, id FROM fields")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(Self { attributes: rows.collect::<rusqlite::Result<_>>()? })
    }

    /// `None` for groups, which are not values, and for attributes that nobody has.
    pub(super) fn id(&self, field: &Field) -> Option<i64> {
        match field {
            Field::Username => Some(USERNAME),
            Field::Status => Some(STATUS),
            Field::Enabled => Some(ENABLED),
            Field::Created => Some(CREATED),
            Field::Modified => Some(MODIFIED),
            Field::Group => None,
            Field::Attribute(name) => self.attributes.get(name).copied(),
        }
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &String> {
        self.attributes.keys()
    }

    /// The number of an attribute, given now when it has none.
    fn number(&mut self, connection: &Connection, name: &str) -> Result<i64> {
        if let Some(id) = self.attributes.get(name) {
            return Ok(*id);
        }
        let mut statement = connection.prepare_cached(
            "INSERT INTO fields (id, name) SELECT max(coalesce(max(id), 0), ?2 - 1) + 1, ?1 FROM fields RETURNING id",
        )?;
        let id = statement.query_row((name, FIRST_ATTRIBUTE), |row| row.get(0))?;
        self.attributes.insert(name.to_owned(), id);
        Ok(id)
    }

    /// Every value of a user that is not empty.
    pub(super) fn values(&mut self, connection: &Connection, user: &User) -> Result<Vec<FieldValue>> {
        let mut values = Vec::with_capacity(user.attributes.len() + 5);
        let enabled = if user.enabled { "yes" } else { "no" };
        values.push(FieldValue::text(USERNAME, user.username.as_str()));
        values.push(FieldValue::text(STATUS, user.status.as_str()));
        values.push(FieldValue::text(ENABLED, enabled));
        values.push(FieldValue { field: CREATED, value: Key::instant(user.created_at), raw: None });
        values.push(FieldValue { field: MODIFIED, value: Key::instant(user.modified_at), raw: None });
        for (name, value) in &user.attributes {
            let field = self.number(connection, name)?;
            values.push(FieldValue::text(field, value));
        }
        values.retain(|value| !matches!(&value.value, Key::Text(text) if text.is_empty()));
        Ok(values)
    }
}

/// The column that a field's text is in; `None` for fields that are not looked into for words.
pub(super) fn column(field: i64) -> Option<usize> {
    match field {
        USERNAME => Some(0),
        _ => usize::try_from(field - FIRST_ATTRIBUTE + 1).ok().filter(|column| *column > 0).map(|c| c.min(SHARED)),
    }
}

/// A value as searches and sorts compare it. Texts come before instants, as in the database.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// Folded.
    Text(String),
    /// Seconds and nanoseconds since year −292 billion, biggest byte first.
    Instant(Vec<u8>),
}

impl Key {
    pub(super) fn instant(at: Timestamp) -> Self {
        let nanoseconds = at.as_nanosecond();
        let seconds = i64::try_from(nanoseconds.div_euclid(1_000_000_000)).unwrap_or(i64::MAX);
        let rest = u32::try_from(nanoseconds.rem_euclid(1_000_000_000)).unwrap_or(0);
        let mut bytes = (seconds.cast_unsigned() ^ (1 << 63)).to_be_bytes().to_vec();
        bytes.extend(rest.to_be_bytes());
        Self::Instant(bytes)
    }

    /// The instant of a key, to the second; `None` for texts.
    pub(super) fn to_second(&self) -> Option<Timestamp> {
        let Self::Instant(bytes) = self else { return None };
        let seconds = u64::from_be_bytes(bytes.get(..8)?.try_into().ok()?) ^ (1 << 63);
        Timestamp::from_second(seconds.cast_signed()).ok()
    }

    /// Before every instant and after every text.
    pub(super) fn after_texts() -> Self {
        Self::Instant(Vec::new())
    }

    pub(super) fn after_instants() -> Self {
        Self::Instant(vec![0xff; 13])
    }

    pub(super) fn from_row(value: ValueRef<'_>) -> rusqlite::Result<Self> {
        match value {
            ValueRef::Blob(bytes) => Ok(Self::Instant(bytes.to_vec())),
            other => Ok(Self::Text(other.as_str()?.to_owned())),
        }
    }
}

impl ToSql for Key {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Instant(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// One value of one user.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FieldValue {
    pub(super) field: i64,
    pub(super) value: Key,
    /// The text as it came, when folding changed it.
    pub(super) raw: Option<String>,
}

impl FieldValue {
    fn text(field: i64, raw: &str) -> Self {
        let folded = fold(raw);
        let raw = (folded != raw).then(|| raw.to_owned());
        Self { field, value: Key::Text(folded), raw }
    }

    /// The column and the folded text that words are looked for in.
    pub(super) fn searchable(&self) -> Option<(usize, &str)> {
        match &self.value {
            Key::Text(text) => column(self.field).map(|column| (column, text.as_str())),
            Key::Instant(_) => None,
        }
    }
}

/// The row id of a user name; `None` when the cache has none.
pub(super) fn user_id(connection: &Connection, username: &str) -> Result<Option<u32>> {
    let mut statement = connection.prepare_cached("SELECT id FROM users WHERE username = ?1")?;
    Ok(statement.query_row([username], |row| row.get(0)).optional()?)
}
