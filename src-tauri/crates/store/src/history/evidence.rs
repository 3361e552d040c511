//! Monthly evidence: what is known of a month's active users, kept as counts.

use jiff::Timestamp;
use model::PoolKey;
use model::month::Month;
use rusqlite::{Connection, TransactionBehavior, params};

use super::HistoryError;
use super::record::pool_id;

/// What kind of thing is kept of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MonthlyKind {
    /// The range, as it was worked out last.
    Estimate,
    /// The number on the bill, as a person gave it.
    Billed,
    /// What imported logs told.
    Log,
    /// CloudWatch's sums.
    Metrics,
    /// Since when nobody left unseen, and how many did.
    Watched,
}

/// Something that is known of a pool's month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthlyEvidence {
    /// The month.
    pub month: Month,
    /// What it is.
    pub kind: MonthlyKind,
    /// When it was learnt.
    pub at: Timestamp,
    /// The counts, in whatever form `console` writes them. Names nobody.
    pub json: String,
}

impl MonthlyKind {
    fn word(self) -> &'static str {
        match self {
            Self::Estimate => "estimate",
            Self::Billed => "billed",
            Self::Log => "log",
            Self::Metrics => "metrics",
            Self::Watched => "watched",
        }
    }

    fn of(word: &str) -> Option<Self> {
        [Self::Estimate, Self::Billed, Self::Log, Self::Metrics, Self::Watched]
            .into_iter()
            .find(|kind| kind.word() == word)
    }
}

pub(super) fn keep(connection: &mut Connection, pool: &PoolKey, kept: &MonthlyEvidence) -> Result<(), HistoryError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute("INSERT OR IGNORE INTO pools (key) VALUES (?1)", [pool.to_string()])?;
    let id = pool_id(&transaction, pool)?.unwrap_or_default();
    transaction.execute(
        "INSERT OR REPLACE INTO evidence (pool, month, kind, at, json) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![id, kept.month.to_string(), kept.kind.word(), kept.at.as_microsecond(), kept.json],
    )?;
    Ok(transaction.commit()?)
}

pub(super) fn forget(
    connection: &Connection,
    pool: &PoolKey,
    month: Month,
    kind: MonthlyKind,
) -> Result<(), HistoryError> {
    if let Some(id) = pool_id(connection, pool)? {
        connection.execute(
            "DELETE FROM evidence WHERE pool = ?1 AND month = ?2 AND kind = ?3",
            params![id, month.to_string(), kind.word()],
        )?;
    }
    Ok(())
}

/// Of one pool, the oldest month first. What a later version wrote is passed over.
pub(super) fn all(connection: &Connection, pool: &PoolKey) -> Result<Vec<MonthlyEvidence>, HistoryError> {
    let Some(id) = pool_id(connection, pool)? else { return Ok(Vec::new()) };
    let mut statement =
        connection.prepare_cached("SELECT month, kind, at, json FROM evidence WHERE pool = ?1 ORDER BY month, kind")?;
    let mut rows = statement.query([id])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let (month, kind): (String, String) = (row.get(0)?, row.get(1)?);
        let at: i64 = row.get(2)?;
        let known = (Month::parse(&month), MonthlyKind::of(&kind), Timestamp::from_microsecond(at));
        if let (Ok(month), Some(kind), Ok(at)) = known {
            all.push(MonthlyEvidence { month, kind, at, json: row.get(3)? });
        }
    }
    Ok(all)
}

pub(super) fn keep_seen(
    connection: &mut Connection,
    pool: &PoolKey,
    person: &str,
    months: &[Month],
) -> Result<(), HistoryError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute("INSERT OR IGNORE INTO pools (key) VALUES (?1)", [pool.to_string()])?;
    let id = pool_id(&transaction, pool)?.unwrap_or_default();
    for month in months {
        transaction.execute(
            "INSERT OR IGNORE INTO seen (pool, month, person) VALUES (?1, ?2, ?3)",
            params![id, month.to_string(), person],
        )?;
    }
    Ok(transaction.commit()?)
}

pub(super) fn seen(connection: &Connection, pool: &PoolKey, month: Month) -> Result<Vec<String>, HistoryError> {
    let Some(id) = pool_id(connection, pool)? else { return Ok(Vec::new()) };
    let mut statement = connection.prepare_cached("SELECT person FROM seen WHERE pool = ?1 AND month = ?2")?;
    let people = statement.query_map(params![id, month.to_string()], |row| row.get(0))?;
    Ok(people.collect::<Result<_, _>>()?)
}

pub(super) fn seen_since(connection: &Connection, pool: &PoolKey, month: Month) -> Result<Vec<String>, HistoryError> {
    let Some(id) = pool_id(connection, pool)? else { return Ok(Vec::new()) };
    // Months are written so that they sort as text.
    let mut statement =
        connection.prepare_cached("SELECT DISTINCT person FROM seen WHERE pool = ?1 AND month >= ?2")?;
    let people = statement.query_map(params![id, month.to_string()], |row| row.get(0))?;
    Ok(people.collect::<Result<_, _>>()?)
}

pub(super) fn gone_since(connection: &Connection, pool: &PoolKey, from: Timestamp) -> Result<u64, HistoryError> {
    let Some(id) = pool_id(connection, pool)? else { return Ok(0) };
    let mut statement = connection.prepare_cached(
        "SELECT count(DISTINCT person) FROM changes WHERE pool = ?1 AND kind = 'removed' AND at >= ?2",
    )?;
    let gone: i64 = statement.query_row(params![id, from.as_microsecond()], |row| row.get(0))?;
    Ok(u64::try_from(gone).unwrap_or_default())
}

pub(super) fn added_since(
    connection: &Connection,
    pool: &PoolKey,
    from: Timestamp,
) -> Result<Vec<String>, HistoryError> {
    let Some(id) = pool_id(connection, pool)? else { return Ok(Vec::new()) };
    let mut statement = connection
        .prepare_cached("SELECT DISTINCT person FROM changes WHERE pool = ?1 AND kind = 'added' AND at >= ?2")?;
    let people = statement.query_map(params![id, from.as_microsecond()], |row| row.get(0))?;
    Ok(people.collect::<Result<_, _>>()?)
}
