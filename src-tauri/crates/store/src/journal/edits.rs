//! Settings that were written whole, risks that were accepted, and how the rules came out.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, TransactionBehavior, params};

use super::audit::{self, AuditEntry};
use super::{Journal, JournalError};

/// How an edit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EditState {
    /// It is written down, and AWS may have it: no answer came, or the program ended.
    Sent,
    /// AWS took it, and only the patch changed.
    Done,
    /// AWS took it, and something is not as it was meant.
    Differs,
    /// AWS did not take it.
    Failed,
}

impl EditState {
    /// The name, also on the wire: `sent`, `done`, `differs`, `failed`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Done => "done",
            Self::Differs => "differs",
            Self::Failed => "failed",
        }
    }

    fn parse(name: &str) -> Self {
        [Self::Done, Self::Differs, Self::Failed].into_iter().find(|it| it.as_str() == name).unwrap_or(Self::Sent)
    }
}

/// An edit. The JSON texts are whole objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditRow {
    /// Names it.
    pub id: String,
    /// The pool's key.
    pub pool: String,
    /// The account.
    pub account: String,
    /// Who did it, as AWS says.
    pub arn: String,
    /// What was written, as JSON.
    pub target: String,
    /// What was meant, as JSON.
    pub patch: String,
    /// What AWS described before, as JSON.
    pub before: String,
    /// What AWS described afterwards, as JSON; `None` when that was not read, or nothing of the edit was there yet.
    pub after: Option<String>,
    /// What the comparison showed, as JSON; `None` when nothing was compared.
    pub found: Option<String>,
    /// How it stands.
    pub state: EditState,
    /// Why it is not done, in a sentence.
    pub why: Option<String>,
    /// The rule that it mends; `None` for none.
    pub rule: Option<String>,
    /// Why, in the words of whoever did it.
    pub reason: Option<String>,
    /// The edit that it takes back.
    pub undo_of: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// A risk that somebody accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// The pool's key.
    pub pool: String,
    /// The rule.
    pub rule: String,
    /// The pool's id, the client's, the identity pool's.
    pub resource: String,
    /// Why, in their words.
    pub reason: String,
    /// Who, as AWS says.
    pub who: String,
    /// Until when.
    pub until: Timestamp,
    /// When it was accepted.
    pub at: Timestamp,
}

const COLUMNS: &str =
    "id, pool, account, arn, target, patch, before, after, found, state, why, rule, reason, undo_of, at";

fn time(at: i64) -> Timestamp {
    Timestamp::from_millisecond(at).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn edit(row: &Row<'_>) -> rusqlite::Result<EditRow> {
    Ok(EditRow {
        id: row.get(0)?,
        pool: row.get(1)?,
        account: row.get(2)?,
        arn: row.get(3)?,
        target: row.get(4)?,
        patch: row.get(5)?,
        before: row.get(6)?,
        after: row.get(7)?,
        found: row.get(8)?,
        state: EditState::parse(&row.get::<_, String>(9)?),
        why: row.get(10)?,
        rule: row.get(11)?,
        reason: row.get(12)?,
        undo_of: row.get(13)?,
        at: time(row.get(14)?),
    })
}

impl Journal {
    /// Writes an edit down before it is sent, with its records of the audit, in one transaction.
    ///
    /// # Errors
    /// [`JournalError::Failed`]; then nothing may be sent.
    pub fn begin_edit(&self, new: &EditRow, records: &[AuditEntry]) -> Result<(), JournalError> {
        let mut connection = self.lock();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute(
            "INSERT INTO edits (id, pool, account, arn, target, patch, before, state, rule, reason, undo_of, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'sent', ?8, ?9, ?10, ?11)",
            params![
                new.id,
                new.pool,
                new.account,
                new.arn,
                new.target,
                new.patch,
                new.before,
                new.rule,
                new.reason,
                new.undo_of,
                new.at.as_millisecond()
            ],
        )?;
        for record in records {
            audit::add(&transaction, record)?;
        }
        Ok(transaction.commit()?)
    }

    /// Writes down how an edit ended, what AWS calls it that was made, and in which pool it is, with its record of the audit, in one transaction.
    ///
    /// # Errors
    /// [`JournalError::Failed`].
    pub fn end_edit(&self, ended: &EditRow, record: &AuditEntry) -> Result<(), JournalError> {
        let mut connection = self.lock();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute(
            "UPDATE edits SET state = ?2, why = ?3, after = ?4, found = ?5, target = ?6, pool = ?7 WHERE id = ?1",
            params![ended.id, ended.state.as_str(), ended.why, ended.after, ended.found, ended.target, ended.pool],
        )?;
        audit::add(&transaction, record)?;
        Ok(transaction.commit()?)
    }

    /// The edit of that id; `None` when there is none.
    ///
    /// # Errors
    /// [`JournalError::Failed`].
    pub fn edit(&self, id: &str) -> Result<Option<EditRow>, JournalError> {
        let sql = format!("SELECT {COLUMNS} FROM edits WHERE id = ?1");
        Ok(self.lock().prepare_cached(&sql)?.query_row([id], edit).optional()?)
    }

    /// The last edits of a pool, the newest first.
    ///
    /// # Errors
    /// [`JournalError::Failed`].
    pub fn edits(&self, pool: &str, limit: u32) -> Result<Vec<EditRow>, JournalError> {
        let sql = format!("SELECT {COLUMNS} FROM edits WHERE pool = ?1 ORDER BY at DESC, id LIMIT ?2");
        let connection = self.lock();
        let mut statement = connection.prepare_cached(&sql)?;
        let rows = statement.query_map(params![pool, limit], edit)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Accepts a risk, with its record of the audit, in one transaction. One that was accepted before is replaced.
    ///
    /// # Errors
    /// [`JournalError::Failed`].
    pub fn waive(&self, waiver: &Waiver, record: &AuditEntry) -> Result<(), JournalError> {
        let mut connection = self.lock();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute(
            "INSERT OR REPLACE INTO waivers (pool, rule, resource, reason, who, until, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                waiver.pool,
                waiver.rule,
                waiver.resource,
                waiver.reason,
                waiver.who,
                waiver.until.as_millisecond(),
                waiver.at.as_millisecond()
            ],
        )?;
        audit::add(&transaction, record)?;
        Ok(transaction.commit()?)
    }

    /// Accepts a risk no longer, with its record of the audit, in one transaction. Where nobody accepts it, nothing is
    /// recorded, and that is said by `false`.
    ///
    /// # Errors
    /// [`JournalError::Failed`].
    pub fn end_waiver(
        &self,
        pool: &str,
        rule: &str,
        resource: &str,
        record: &AuditEntry,
    ) -> Result<bool, JournalError> {
        let mut connection = self.lock();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let ended = transaction.execute(
            "DELETE FROM waivers WHERE pool = ?1 AND rule = ?2 AND resource = ?3",
            params![pool, rule, resource],
        )?;
        if ended > 0 {
            audit::add(&transaction, record)?;
            transaction.commit()?;
        }
        Ok(ended > 0)
    }

    /// The accepted risks of a pool, also those whose time is over.
    ///
    /// # Errors
    /// [`JournalError::Failed`].
    pub fn waivers(&self, pool: &str) -> Result<Vec<Waiver>, JournalError> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached(
            "SELECT pool, rule, resource, reason, who, until, at FROM waivers WHERE pool = ?1 ORDER BY rule, resource",
        )?;
        let rows = statement.query_map([pool], |row| {
            Ok(Waiver {
                pool: row.get(0)?,
                rule: row.get(1)?,
                resource: row.get(2)?,
                reason: row.get(3)?,
                who: row.get(4)?,
                until: time(row.get(5)?),
                at: time(row.get(6)?),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Keeps how the rules came out, as JSON, unless it is as it was the last time.
    ///
    /// # Errors
    /// [`JournalError::Failed`].
    pub fn keep_score(&self, pool: &str, at: Timestamp, counts: &str) -> Result<(), JournalError> {
        let connection = self.lock();
        let last: Option<String> = connection
            .prepare_cached("SELECT counts FROM scores WHERE pool = ?1 ORDER BY at DESC LIMIT 1")?
            .query_row([pool], |row| row.get(0))
            .optional()?;
        if last.as_deref() != Some(counts) {
            connection
                .prepare_cached("INSERT OR REPLACE INTO scores (pool, at, counts) VALUES (?1, ?2, ?3)")?
                .execute(params![pool, at.as_millisecond(), counts])?;
        }
        Ok(())
    }

    /// How the rules came out over time, the oldest first.
    ///
    /// # Errors
    /// [`JournalError::Failed`].
    pub fn scores(&self, pool: &str) -> Result<Vec<(Timestamp, String)>, JournalError> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached("SELECT at, counts FROM scores WHERE pool = ?1 ORDER BY at")?;
        let rows = statement.query_map([pool], |row| Ok((time(row.get(0)?), row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
