//! How the database means to answer each statement of a search, for the test that only the reading of everybody scans users.

use rusqlite::Connection;

use super::{GROUPS, OF_GROUP, page};
use crate::cache::Result;
use crate::cache::fields::{FOLDED_NAME, PLAIN_NAME};
use crate::cache::read::users;
use crate::cache::snapshot;

const STATEMENTS: [&str; 10] = [
    PLAIN_NAME,
    FOLDED_NAME,
    snapshot::CHANGED,
    snapshot::GONE,
    page::BY_NAME,
    page::BY_NAME_DOWN,
    OF_GROUP,
    GROUPS,
    users::BY_IDS,
    users::GROUPS_OF,
];

pub(in crate::cache) fn plans(connection: &Connection) -> Result<Vec<(String, String)>> {
    let mut plans = Vec::new();
    for sql in STATEMENTS {
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
        let mut lines = statement.raw_query();
        while let Some(line) = lines.next()? {
            plans.push((sql.to_owned(), line.get(3)?));
        }
    }
    Ok(plans)
}
