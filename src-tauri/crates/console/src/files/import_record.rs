//! Calls about Cognito's own imports as the audit has them, and finding out, without charge, what became of those that no
//! answer came to or whose program was killed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use cognito::{ErrorKind, ImportStatus, Intend};
use jiff::SignedDuration;
use model::call::CallRefused;
use store::{AuditEntry, AuditKind, AuditPlan, IntentRow, Journal};

use crate::error::Error;
use crate::open::blocking;
use crate::pool::OpenPool;

/// So long after it was sent a call may still be under way, in this program or another.
const UNDER_WAY: SignedDuration = SignedDuration::from_mins(5);

/// The call that begins an import whose file is there.
pub(super) const START: &str = "StartUserImportJob";

/// The call that stops an import.
pub(super) const STOP: &str = "StopUserImportJob";

/// A call about an import, as the audit has it.
pub(super) struct Record {
    pub(super) pool: Arc<OpenPool>,
    pub(super) journal: Journal,
    /// AWS's id of the import, or ours of the file before AWS has named it.
    pub(super) job: String,
    pub(super) operation: &'static str,
    pub(super) who: String,
    pub(super) reason: Option<String>,
    open: Mutex<Option<i64>>,
}

/// What became of a call, as the audit says it.
fn word(unknown: bool, done: bool) -> Option<String> {
    Some(
        if unknown {
            "unknown"
        } else if done {
            "done"
        } else {
            "failed"
        }
        .to_owned(),
    )
}

impl Record {
    pub(super) fn new(
        pool: &Arc<OpenPool>,
        journal: &Journal,
        job: &str,
        operation: &'static str,
        who: &str,
        reason: Option<&str>,
    ) -> Self {
        Self {
            pool: pool.clone(),
            journal: journal.clone(),
            job: job.to_owned(),
            operation,
            who: who.to_owned(),
            reason: reason.map(str::to_owned),
            open: Mutex::default(),
        }
    }

    fn entry(&self, kind: AuditKind) -> AuditEntry {
        AuditEntry {
            at: self.pool.now(),
            kind,
            job: self.job.clone(),
            item: None,
            who: self.who.clone(),
            pool: self.pool.key.to_string(),
            operation: self.operation.to_owned(),
            outcome: None,
            code: None,
            request_id: None,
            reason: self.reason.clone(),
            plan: None,
            person: None,
        }
    }

    /// Writes down what was approved: which file, `digest` being its SHA-256, and what is in it.
    pub(super) async fn approved(&self, digest: String, what: String) -> Result<(), Error> {
        let calls = BTreeMap::from(["CreateUserImportJob", START].map(|call| (call.to_owned(), 1)));
        let plan = Some(AuditPlan { digest, calls });
        let entry = AuditEntry { outcome: Some(what), plan, ..self.entry(AuditKind::Approved) };
        let journal = self.journal.clone();
        blocking(move || journal.record_audit(&entry)).await
    }

    /// Writes down what became of a call and gives it back. The outer error is that it cannot be written down. A call that no
    /// answer came to stays to be looked after, where its import shows what became of it.
    pub(super) async fn outcome<T>(
        &self,
        done: Result<(Option<String>, T), cognito::Error>,
    ) -> Result<Result<T, cognito::Error>, Error> {
        let mut entry = self.entry(AuditKind::Outcome);
        let mut unknown = false;
        match &done {
            Ok((request_id, _)) => entry.request_id.clone_from(request_id),
            Err(error) => {
                unknown = error.kind == ErrorKind::OutcomeUnknown;
                entry.code = Some(Error::from(error.clone()).code.as_str().to_owned());
                entry.request_id.clone_from(&error.request_id);
            }
        }
        entry.outcome = word(unknown, done.is_ok());
        let (journal, open, shows) = (self.journal.clone(), *self.open(), matches!(self.operation, START | STOP));
        blocking(move || match open {
            Some(id) if !(unknown && shows) => journal.end_intent(id, Some(&entry)),
            _ => journal.record_audit(&entry),
        })
        .await?;
        Ok(done.map(|(_, done)| done))
    }

    /// Writes down that a call was applied which no answer came to.
    pub(super) async fn was_applied(&self) -> Result<(), Error> {
        let Some(id) = self.open().take() else { return Ok(()) };
        let entry = AuditEntry { outcome: word(false, true), ..self.entry(AuditKind::Outcome) };
        let journal = self.journal.clone();
        blocking(move || journal.end_intent(id, Some(&entry))).await
    }

    fn open(&self) -> std::sync::MutexGuard<'_, Option<i64>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Intend for Record {
    /// Writes down what is about to be sent; what cannot be written down is not sent.
    fn sending(&self) -> Result<(), CallRefused> {
        let id = self.journal.intend(&self.entry(AuditKind::Intent));
        *self.open() = Some(id.map_err(|error| CallRefused { reason: error.to_string() })?);
        Ok(())
    }

    fn refused(&self) {
        if let Some(Err(error)) = self.open().take().map(|id| self.journal.end_intent(id, None)) {
            tracing::warn!(%error, "that a call was refused is not written down; it is asked about later");
        }
    }
}

/// What became of a call, as far as the imports show that AWS lists; `None` where they do not.
fn applied(row: &IntentRow, imports: &[ImportStatus]) -> Option<bool> {
    let status = imports.iter().find(|import| import.id == row.import)?.status.as_str();
    match (row.operation.as_str(), status) {
        // One that nobody starts expires.
        (START, "Created" | "Expired") => Some(false),
        (START, _) => Some(true),
        (STOP, "Stopping" | "Stopped") => Some(true),
        (STOP, "Created" | "Pending" | "InProgress") => Some(false),
        _ => None,
    }
}

impl OpenPool {
    /// Writes down what became of calls about imports that were sent a while ago and of which the audit does not say how they
    /// ended: what the listed imports show of them, else that nobody knows.
    pub(super) async fn settle_imports(&self, imports: Vec<ImportStatus>) -> Result<(), Error> {
        let (journal, now, pool) = (self.journal()?, self.now(), self.key.to_string());
        blocking(move || {
            for row in journal.intents(&pool, now - UNDER_WAY)? {
                let found = applied(&row, &imports);
                let entry = AuditEntry {
                    at: now,
                    kind: AuditKind::Outcome,
                    job: row.import,
                    item: None,
                    who: row.arn,
                    pool: row.pool,
                    operation: row.operation,
                    outcome: word(found.is_none(), found == Some(true)),
                    code: None,
                    request_id: None,
                    reason: row.reason,
                    plan: None,
                    person: None,
                };
                journal.end_intent(row.id, Some(&entry))?;
            }
            Ok::<_, store::JournalError>(())
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_became_of_a_call_shows_in_the_state_of_its_import() {
        let shown = |operation: &str, status: &str| {
            let row = IntentRow {
                id: 1,
                pool: "sandbox/1/eu-west-1/eu-west-1_a".to_owned(),
                import: "import-1".to_owned(),
                operation: operation.to_owned(),
                arn: "arn".to_owned(),
                reason: None,
                at: jiff::Timestamp::UNIX_EPOCH,
            };
            let status = ImportStatus {
                id: "import-1".to_owned(),
                name: "intake".to_owned(),
                status: status.to_owned(),
                imported: 0,
                skipped: 0,
                failed: 0,
                message: None,
            };
            let imports = [status];
            assert_eq!(applied(&IntentRow { import: "import-2".to_owned(), ..row.clone() }, &imports), None);
            applied(&row, &imports)
        };
        for (status, started, stopped) in [
            ("Created", Some(false), Some(false)),
            ("Expired", Some(false), None),
            ("InProgress", Some(true), Some(false)),
            ("Stopping", Some(true), Some(true)),
            ("Succeeded", Some(true), None),
        ] {
            assert_eq!((shown(START, status), shown(STOP, status)), (started, stopped), "{status}");
        }
        assert_eq!(shown("CreateUserImportJob", "Created"), None, "only the answer says its id");
    }
}
