//! Jobs: what was approved, entry by entry, written before it is sent and after it was answered.

use std::collections::HashSet;
use std::ops::Range;

use jiff::Timestamp;
use model::PoolKey;
use model::plan::{Item, ItemCounts, ItemState, JobState};
use rusqlite::{OptionalExtension, Row, Transaction, TransactionBehavior, params};

use super::audit::{self, AuditEntry};
use super::ledger::leaves_no_doubt;
use super::{Journal, JournalError};

/// A job that is begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    /// Names it; the plan's own id, so that a plan is carried out once.
    pub id: String,
    /// The action, its time and notes, as JSON. Names nobody.
    pub head: String,
    /// The SHA-256 of the whole plan.
    pub digest: String,
    /// The pool's key.
    pub pool: String,
    /// The account.
    pub account: String,
    /// Who approved it, as AWS says.
    pub arn: String,
    /// Why, in their words.
    pub reason: Option<String>,
    /// The job that it takes back.
    pub undo_of: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// A job as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRow {
    /// What it began as.
    pub job: NewJob,
    /// Where it stands.
    pub state: JobState,
    /// Its entries by state.
    pub counts: ItemCounts,
}

/// An entry of a job as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemRow {
    /// Its place in the job, from 0.
    pub seq: u64,
    /// What is to be done; `None` when its person was erased.
    pub item: Option<Item>,
    /// Which of its calls is next.
    pub step: usize,
    /// Where it stands.
    pub end: ItemEnd,
    /// When that was written.
    pub at: Timestamp,
    /// When a call about it was sent last; `None` when none was.
    pub sent_at: Option<Timestamp>,
    /// How often its present call was queued again after no answer came. It may have been applied then.
    pub resent: u32,
}

/// Where an entry stands, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemEnd {
    /// The state.
    pub state: ItemState,
    /// The code of a failure.
    pub code: Option<String>,
    /// Why, as a sentence.
    pub why: Option<String>,
    /// What belongs to it, as JSON: the differences of a row that somebody else changed.
    pub detail: Option<String>,
    /// AWS's id of the last request.
    pub request_id: Option<String>,
    /// That a call was applied whose message could not be sent, as sentences. Once written it stays; `None` leaves it.
    pub undelivered: Option<String>,
}

impl ItemEnd {
    /// A state with nothing to say about it.
    #[must_use]
    pub fn of(state: ItemState) -> Self {
        Self { state, code: None, why: None, detail: None, request_id: None, undelivered: None }
    }

    /// Why, and that a message could not be sent, as sentences; `None` when there is nothing to say.
    #[must_use]
    pub fn told(&self) -> Option<String> {
        match (&self.why, &self.undelivered) {
            (Some(why), Some(earlier)) if why != earlier => Some(format!("{why} {earlier}")),
            (why, earlier) => why.clone().or_else(|| earlier.clone()),
        }
    }
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

fn instant(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or_default()
}

const JOB: &str = "SELECT id, head, pool, account, arn, reason, undo_of, created_at, state, digest FROM jobs";

const ITEM: &str = "SELECT seq, body, step, state, code, why, detail, request_id, at, sent_at, resent,
     undelivered FROM items";

fn job(row: &Row<'_>) -> rusqlite::Result<(NewJob, JobState)> {
    let state = match row.get_ref(8)?.as_str().unwrap_or_default() {
        "paused" => JobState::Paused,
        "ended" => JobState::Ended,
        _ => JobState::Running,
    };
    let new = NewJob {
        id: row.get(0)?,
        head: row.get(1)?,
        digest: row.get(9)?,
        pool: row.get(2)?,
        account: row.get(3)?,
        arn: row.get(4)?,
        reason: row.get(5)?,
        undo_of: row.get(6)?,
        at: instant(row.get(7)?),
    };
    Ok((new, state))
}

fn item(row: &Row<'_>) -> rusqlite::Result<ItemRow> {
    let state: String = row.get(3)?;
    let step: i64 = row.get(2)?;
    Ok(ItemRow {
        seq: unsigned(row.get(0)?),
        item: serde_json::from_str(row.get_ref(1)?.as_str().unwrap_or_default()).ok(),
        step: usize::try_from(step).unwrap_or(0),
        end: ItemEnd {
            state: ItemState::of_word(&state).unwrap_or(ItemState::Unknown),
            code: row.get(4)?,
            why: row.get(5)?,
            detail: row.get(6)?,
            request_id: row.get(7)?,
            undelivered: row.get(11)?,
        },
        at: instant(row.get(8)?),
        sent_at: row.get::<_, Option<i64>>(9)?.map(instant),
        resent: row.get(10)?,
    })
}

/// Puts an entry in the place of what was planned.
fn put(transaction: &Transaction<'_>, job: &str, seq: u64, item: &Item) -> Result<(), JournalError> {
    let body = serde_json::to_string(item).map_err(|error| JournalError::Failed(error.to_string()))?;
    transaction
        .prepare_cached("UPDATE items SET name = ?3, sub = ?4, body = ?5 WHERE job = ?1 AND seq = ?2")?
        .execute(params![job, signed(seq), item.target.name(), item.target.sub(), body])?;
    Ok(())
}

impl Journal {
    /// Writes down a job with all its entries, before any of them is sent. A job of this name that is there already is
    /// refused.
    ///
    /// # Errors
    /// [`JournalError::Failed`]; nothing is written then and nothing must be sent.
    pub fn begin_job(&self, new: &NewJob, items: &[Item], approved: &AuditEntry) -> Result<(), JournalError> {
        let mut connection = self.lock();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute(
            "INSERT INTO jobs (id, head, pool, account, arn, reason, undo_of, state, created_at, digest)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'running', ?8, ?9)",
            params![
                new.id,
                new.head,
                new.pool,
                new.account,
                new.arn,
                new.reason,
                new.undo_of,
                new.at.as_microsecond(),
                new.digest
            ],
        )?;
        {
            let mut insert = transaction.prepare(
                "INSERT INTO items (job, seq, name, sub, body, state, why, at, lane)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?;
            for (seq, item) in items.iter().enumerate() {
                let body = serde_json::to_string(item).map_err(|error| JournalError::Failed(error.to_string()))?;
                let state = if item.skip.is_some() { ItemState::Skipped } else { ItemState::Queued };
                insert.execute(params![
                    new.id,
                    signed(seq as u64),
                    item.target.name(),
                    item.target.sub(),
                    body,
                    state.as_str(),
                    item.skip,
                    new.at.as_microsecond(),
                    item.lane(),
                ])?;
            }
        }
        audit::add(&transaction, approved)?;
        Ok(transaction.commit()?)
    }

    /// The jobs of a pool, the newest first.
    ///
    /// # Errors
    /// [`JournalError::Failed`].
    pub fn jobs(&self, pool: &str, limit: u32) -> Result<Vec<JobRow>, JournalError> {
        let connection = self.lock();
        let mut statement =
            connection.prepare_cached(&format!("{JOB} WHERE pool = ?1 ORDER BY created_at DESC, id LIMIT ?2"))?;
        let rows: Vec<(NewJob, JobState)> =
            statement.query_map(params![pool, limit], job)?.collect::<Result<_, _>>()?;
        rows.into_iter().map(|(job, state)| Ok(JobRow { counts: counts(&connection, &job.id)?, job, state })).collect()
    }

    /// The jobs that take another back, or were to, the newest first.
    ///
    /// # Errors
    /// [`JournalError::Failed`].
    pub fn undos_of(&self, id: &str) -> Result<Vec<JobRow>, JournalError> {
        let connection = self.lock();
        let mut statement =
            connection.prepare_cached(&format!("{JOB} WHERE undo_of = ?1 ORDER BY created_at DESC, id"))?;
        let rows: Vec<(NewJob, JobState)> = statement.query_map([id], job)?.collect::<Result<_, _>>()?;
        rows.into_iter().map(|(job, state)| Ok(JobRow { counts: counts(&connection, &job.id)?, job, state })).collect()
    }

    /// A job; `None` when there is none of this name.
    ///
    /// # Errors
    /// [`JournalError::Failed`].
    pub fn job(&self, id: &str) -> Result<Option<JobRow>, JournalError> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached(&format!("{JOB} WHERE id = ?1"))?;
        let found = statement.query_row([id], job).optional()?;
        found.map(|(job, state)| Ok(JobRow { counts: counts(&connection, id)?, job, state })).transpose()
    }

    /// Entries of a job from a place on, in order: all of them, or those of one state.
    ///
    /// # Errors
    /// [`JournalError::Failed`].
    pub fn job_items(
        &self,
        id: &str,
        state: Option<ItemState>,
        from: u64,
        limit: u32,
    ) -> Result<Vec<ItemRow>, JournalError> {
        let connection = self.lock();
        let filter = if state.is_some() { "state = ?2" } else { "?2 IS NULL" };
        let mut statement = connection
            .prepare_cached(&format!("{ITEM} WHERE job = ?1 AND {filter} AND seq >= ?3 ORDER BY seq LIMIT ?4"))?;
        let rows = statement.query_map(params![id, state.map(ItemState::as_str), signed(from), limit], item)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The lanes of a job ([`Item::lane`]) in which entries wait for their turn.
    ///
    /// # Errors
    /// [`JournalError::Failed`].
    pub fn lanes(&self, id: &str) -> Result<Vec<String>, JournalError> {
        let connection = self.lock();
        let mut statement =
            connection.prepare_cached("SELECT DISTINCT lane FROM items WHERE job = ?1 AND state = 'queued'")?;
        Ok(statement.query_map([id], |row| row.get(0))?.collect::<Result<_, _>>()?)
    }

    /// The entries of a lane that wait for their turn, in order, in a part of the job.
    ///
    /// # Errors
    /// [`JournalError::Failed`].
    pub fn queued(&self, id: &str, lane: &str, part: Range<u64>, limit: u32) -> Result<Vec<ItemRow>, JournalError> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached(&format!(
            "{ITEM} WHERE job = ?1 AND state = 'queued' AND lane = ?2 AND seq >= ?3 AND seq < ?4 ORDER BY seq LIMIT ?5"
        ))?;
        let rows = statement.query_map(params![id, lane, signed(part.start), signed(part.end), limit], item)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How many entries of a job were left alone because somebody else had changed what they are about, or because the rest
    /// of the job was given up.
    ///
    /// # Errors
    /// [`JournalError::Failed`].
    pub fn items_left_alone(&self, id: &str) -> Result<u64, JournalError> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached(
            "SELECT count(*) FROM items WHERE job = ?1 AND state = 'skipped' AND code IN ('changed', 'given_up')",
        )?;
        Ok(unsigned(statement.query_row([id], |row| row.get(0))?))
    }

    /// Of how many entries of a job nobody knows whether their present call was applied: it was sent, and no answer came.
    ///
    /// # Errors
    /// [`JournalError::Failed`].
    pub fn items_in_doubt(&self, id: &str) -> Result<u64, JournalError> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached(
            "SELECT count(*) FROM items WHERE job = ?1 AND (state = 'unknown' OR state = 'queued' AND resent > 0)",
        )?;
        Ok(unsigned(statement.query_row([id], |row| row.get(0))?))
    }

    /// When the last call about a user of a pool was sent or answered, as far as entries of jobs tell; `None` when there was
    /// none.
    ///
    /// # Errors
    /// [`JournalError::Failed`].
    pub fn last_call_about(&self, pool: &str, sub: &str) -> Result<Option<Timestamp>, JournalError> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached(
            "SELECT max(items.at) FROM items JOIN jobs ON jobs.id = items.job
                 WHERE items.sub = ?2 AND items.sent_at IS NOT NULL AND jobs.pool = ?1",
        )?;
        Ok(statement.query_row([pool, sub], |row| row.get::<_, Option<i64>>(0))?.map(instant))
    }

    /// Writes down that a call about an entry is about to be sent. `seen` takes the entry's place when it is known only now
    /// which calls it takes.
    ///
    /// # Errors
    /// [`JournalError::Failed`]; the call must not be sent then.
    pub fn item_sent(&self, job: &str, seq: u64, seen: Option<&Item>, intent: &AuditEntry) -> Result<(), JournalError> {
        let mut connection = self.lock();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if let Some(item) = seen {
            put(&transaction, job, seq, item)?;
        }
        transaction
            .prepare_cached("UPDATE items SET state = 'sent', code = NULL, why = NULL, at = ?3, sent_at = ?3 WHERE job = ?1 AND seq = ?2")?
            .execute(params![job, signed(seq), intent.at.as_microsecond()])?;
        audit::add(&transaction, intent)?;
        Ok(transaction.commit()?)
    }

    /// Writes down where an entry stands now, `step` being the call that is next. `made` takes the entry's place when it is
    /// known only now whom it is about: a user who was created.
    ///
    /// # Errors
    /// [`JournalError::Failed`]; it then stays as it was.
    pub fn item_ended(
        &self,
        job: &str,
        seq: u64,
        step: usize,
        end: &ItemEnd,
        made: Option<&Item>,
        outcome: &AuditEntry,
    ) -> Result<(), JournalError> {
        let mut connection = self.lock();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if let Some(item) = made {
            put(&transaction, job, seq, item)?;
        }
        // Who goes back from unknown to the queue at the same call is sent again.
        transaction
            .prepare_cached(
                "UPDATE items SET step = ?3, state = ?4, code = ?5, why = ?6, detail = ?7, request_id = ?8, at = ?9,
                     undelivered = coalesce(?10, undelivered),
                     resent = CASE WHEN step <> ?3 THEN 0 ELSE resent + (state = 'unknown' AND ?4 = 'queued') END
                 WHERE job = ?1 AND seq = ?2",
            )?
            .execute(params![
                job,
                signed(seq),
                signed(step as u64),
                end.state.as_str(),
                end.code,
                end.why,
                end.detail,
                end.request_id,
                outcome.at.as_microsecond(),
                end.undelivered,
            ])?;
        audit::add(&transaction, outcome)?;
        Ok(transaction.commit()?)
    }

    /// Says where a job stands, with a record of it.
    ///
    /// # Errors
    /// [`JournalError::Failed`].
    pub fn set_job_state(&self, id: &str, state: JobState, record: &AuditEntry) -> Result<(), JournalError> {
        let mut connection = self.lock();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute("UPDATE jobs SET state = ?2 WHERE id = ?1", params![id, state.as_str()])?;
        audit::add(&transaction, record)?;
        Ok(transaction.commit()?)
    }

    /// Puts the failed entries of a job back into its queue, with `unknown` also those of which it is not known whether
    /// they were applied, and says that it runs: all of it or nothing.
    ///
    /// # Errors
    /// [`JournalError::Failed`]; nothing is moved then.
    pub fn retry_items(&self, id: &str, unknown: bool, record: &AuditEntry) -> Result<(), JournalError> {
        let mut connection = self.lock();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute("UPDATE jobs SET state = 'running' WHERE id = ?1", [id])?;
        transaction.execute(
            "UPDATE items SET state = 'queued', code = NULL, why = NULL WHERE job = ?1 AND state = 'failed'",
            [id],
        )?;
        if unknown {
            transaction.execute(
                "UPDATE items SET state = 'queued', code = NULL, why = NULL, resent = 1 WHERE job = ?1 AND state = 'unknown'",
                [id],
            )?;
        }
        audit::add(&transaction, record)?;
        Ok(transaction.commit()?)
    }

    /// Gives up the entries of a job that wait for their turn, and says that it has ended: all of it or nothing. Those of which
    /// a call may have been applied are unknown, and marked as given up, too: nothing of them goes on by itself.
    ///
    /// # Errors
    /// [`JournalError::Failed`]; it then stays as it was.
    pub fn give_up(&self, id: &str, why: &str, record: &AuditEntry) -> Result<(), JournalError> {
        let mut connection = self.lock();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute("UPDATE jobs SET state = 'ended' WHERE id = ?1", [id])?;
        transaction.execute(
            "UPDATE items SET state = 'unknown', code = 'given_up'
                 WHERE job = ?1 AND (state IN ('sent', 'unknown') OR state = 'queued' AND resent > 0)",
            [id],
        )?;
        transaction.execute(
            "UPDATE items SET state = 'skipped', code = 'given_up', at = ?3,
                     why = CASE step WHEN 0 THEN ?2 ELSE ?2 || '; its calls before that stay' END
                 WHERE job = ?1 AND state = 'queued'",
            params![id, why, record.at.as_microsecond()],
        )?;
        audit::add(&transaction, record)?;
        Ok(transaction.commit()?)
    }

    /// Moves the entries of one state to another: `sent` ones that a killed program left become `unknown`.
    ///
    /// # Errors
    /// [`JournalError::Failed`].
    pub fn move_items(&self, id: &str, from: ItemState, to: ItemState) -> Result<u64, JournalError> {
        let moved = self.lock().execute(
            "UPDATE items SET state = ?3 WHERE job = ?1 AND state = ?2",
            params![id, from.as_str(), to.as_str()],
        )?;
        Ok(moved as u64)
    }

    /// Whom calls of this month surely counted already in exactly this pool, by the name that the calls used (`2026-11`,
    /// UTC). Calls whose account was not known are in no promise.
    ///
    /// # Errors
    /// [`JournalError::Failed`].
    pub fn counted(&self, pool: &PoolKey, month: &str) -> Result<HashSet<String>, JournalError> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached(
            "SELECT DISTINCT person, operation FROM ledger WHERE month = ?1 AND pool = ?2 AND person <> '' AND place = ?3
                 AND account = ?4 AND region = ?5 AND outcome = 'done'",
        )?;
        let (place, account, region) = (&pool.place, pool.account.as_str(), pool.region.as_str());
        let mut rows = statement.query(params![month, pool.pool.as_str(), place, account, region])?;
        let mut people = HashSet::new();
        while let Some(row) = rows.next()? {
            if leaves_no_doubt(row.get_ref(1)?.as_str().unwrap_or_default()) {
                people.insert(row.get(0)?);
            }
        }
        Ok(people)
    }
}

fn counts(connection: &rusqlite::Connection, job: &str) -> Result<ItemCounts, JournalError> {
    let mut statement = connection.prepare_cached("SELECT state, count(*) FROM items WHERE job = ?1 GROUP BY state")?;
    let rows = statement.query_map([job], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))?;
    let mut counts = ItemCounts::default();
    for row in rows {
        let (state, number) = row?;
        *counts.of(ItemState::of_word(&state).unwrap_or(ItemState::Unknown)) += unsigned(number);
    }
    Ok(counts)
}
