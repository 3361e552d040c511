//! Calls beside jobs and edits whose end is not written down yet: those about Cognito's own imports.

use jiff::Timestamp;
use rusqlite::{TransactionBehavior, params};

use super::audit::{self, AuditEntry};
use super::{Journal, JournalError};

/// A call that was about to be sent, and of which nothing else is written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntentRow {
    /// Names it.
    pub id: i64,
    /// The pool's key.
    pub pool: String,
    /// AWS's id of the import, or ours of the file where AWS had not named it.
    pub import: String,
    /// AWS's name of the operation.
    pub operation: String,
    /// Who sent it, as AWS says.
    pub arn: String,
    /// Why, in their words.
    pub reason: Option<String>,
    /// When.
    pub at: Timestamp,
}

impl Journal {
    /// Writes down a call that is about to be sent, until [`Journal::end_intent`], with its record of the audit; gives what
    /// names it.
    ///
    /// # Errors
    /// [`JournalError::Failed`]; the call must not be sent then.
    pub fn intend(&self, entry: &AuditEntry) -> Result<i64, JournalError> {
        let mut connection = self.lock();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute(
            "INSERT INTO intents (pool, import, operation, arn, reason, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![entry.pool, entry.job, entry.operation, entry.who, entry.reason, entry.at.as_millisecond()],
        )?;
        let id = transaction.last_insert_rowid();
        audit::add(&transaction, entry)?;
        transaction.commit()?;
        Ok(id)
    }

    /// Writes down what came of a call, with its record of the audit; without one nothing of it was sent. A call that another
    /// program ended meanwhile is ended once.
    ///
    /// # Errors
    /// [`JournalError::Failed`].
    pub fn end_intent(&self, id: i64, outcome: Option<&AuditEntry>) -> Result<(), JournalError> {
        let mut connection = self.lock();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let open = transaction.execute("DELETE FROM intents WHERE id = ?1", [id])? > 0;
        if let (true, Some(outcome)) = (open, outcome) {
            audit::add(&transaction, outcome)?;
        }
        Ok(transaction.commit()?)
    }

    /// The calls of a pool that were sent before an instant and of which nobody wrote down how they ended, the oldest first.
    ///
    /// # Errors
    /// [`JournalError::Failed`].
    pub fn intents(&self, pool: &str, before: Timestamp) -> Result<Vec<IntentRow>, JournalError> {
        let connection = self.lock();
        let mut statement = connection.prepare_cached(
            "SELECT id, pool, import, operation, arn, reason, at FROM intents WHERE pool = ?1 AND at < ?2 ORDER BY id",
        )?;
        let rows = statement.query_map(params![pool, before.as_millisecond()], |row| {
            Ok(IntentRow {
                id: row.get(0)?,
                pool: row.get(1)?,
                import: row.get(2)?,
                operation: row.get(3)?,
                arn: row.get(4)?,
                reason: row.get(5)?,
                at: Timestamp::from_millisecond(row.get(6)?).unwrap_or_default(),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
