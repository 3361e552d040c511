//! How the database means to answer each statement of a search, for the test that nothing scans users.

use rusqlite::Connection;

use super::{matching, order, walk};
use crate::cache::Result;

const STATEMENTS: [&str; 19] = [
    matching::IN_RANGE,
    matching::WITH_VALUE,
    matching::WITH_RAW,
    matching::IN_ORDER,
    matching::NEXT_VALUE,
    matching::OF_FIELD,
    matching::TRIGRAMS,
    matching::GRAMS,
    matching::UNINDEXED,
    matching::OF_GROUP,
    matching::GROUPS,
    order::IN_ORDER_DOWN,
    order::BY_NAME,
    order::NAME_OF,
    walk::UP_FROM,
    walk::DOWN_FROM,
    walk::NAMES_AFTER,
    crate::cache::read::users::BY_IDS,
    crate::cache::read::users::GROUPS_OF,
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
