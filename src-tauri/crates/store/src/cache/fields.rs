//! What the fields of users are called, and their numbers.

use std::collections::HashMap;

use model::query::{Field, fold};
use rusqlite::{Connection, OptionalExtension};

use super::Result;

pub(super) const USERNAME: u16 = 1;
pub(super) const STATUS: u16 = 2;
/// `yes` or `no`.
pub(super) const ENABLED: u16 = 3;
pub(super) const CREATED: u16 = 4;
pub(super) const MODIFIED: u16 = 5;
pub(super) const FIRST_ATTRIBUTE: u16 = 10;

pub(super) const PLAIN_NAME: &str = "SELECT id FROM users WHERE folded = '' AND username = ?1 AND username = ?2";
pub(super) const FOLDED_NAME: &str = "SELECT id FROM users WHERE folded <> '' AND folded = ?1 AND username = ?2";

/// The numbers of the fields.
#[derive(Default, Clone)]
pub(super) struct FieldMap {
    numbers: HashMap<String, u16>,
    names: HashMap<u16, String>,
}

impl FieldMap {
    pub(super) fn load(connection: &Connection) -> Result<Self> {
        let mut statement = connection.prepare_cached("SELECT name, id FROM fields")?;
        let mut rows = statement.query([])?;
        let mut map = Self::default();
        while let Some(row) = rows.next()? {
            map.add(row.get(0)?, row.get(1)?);
        }
        Ok(map)
    }

    fn add(&mut self, name: String, number: u16) {
        self.names.insert(number, name.clone());
        self.numbers.insert(name, number);
    }

    /// `None` for groups, which are not values, and for attributes that nobody has.
    pub(super) fn id(&self, field: &Field) -> Option<u16> {
        match field {
            Field::Username => Some(USERNAME),
            Field::Status => Some(STATUS),
            Field::Enabled => Some(ENABLED),
            Field::Created => Some(CREATED),
            Field::Modified => Some(MODIFIED),
            Field::Group => None,
            Field::Attribute(name) => self.numbers.get(name).copied(),
        }
    }

    /// The attribute of a number.
    pub(super) fn name(&self, number: u16) -> Option<&str> {
        self.names.get(&number).map(String::as_str)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &String> {
        self.numbers.keys()
    }

    /// The number of an attribute, given now when it has none.
    pub(super) fn number(&mut self, connection: &Connection, name: &str) -> Result<u16> {
        if let Some(id) = self.numbers.get(name) {
            return Ok(*id);
        }
        let mut statement = connection.prepare_cached(
            "INSERT INTO fields (id, name) SELECT max(coalesce(max(id), 0), ?2 - 1) + 1, ?1 FROM fields RETURNING id",
        )?;
        let id = statement.query_row((name, FIRST_ATTRIBUTE), |row| row.get(0))?;
        self.add(name.to_owned(), id);
        Ok(id)
    }
}

/// The row id of a user name; `None` when the cache has none.
pub(super) fn user_id(connection: &Connection, username: &str) -> Result<Option<u32>> {
    let folded = fold(username);
    let mut statement = connection.prepare_cached(if folded == username { PLAIN_NAME } else { FOLDED_NAME })?;
    Ok(statement.query_row([folded.as_str(), username], |row| row.get(0)).optional()?)
}
