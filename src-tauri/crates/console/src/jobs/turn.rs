//! A call while it waits for its turn and while it is under way.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use cognito::Intend;
use model::call::CallRefused;
use model::plan::{Item, ItemState, Step};
use store::{AuditKind, JournalError};

use super::run::Run;

/// How soon a call that is under way is looked at again when the job was paused.
const LOOK: Duration = Duration::from_millis(50);

/// Writes down each attempt before it is sent, and knows whether one is under way.
pub(super) struct Turn<'a> {
    run: &'a Run,
    seq: u64,
    item: &'a Item,
    step: &'a Step,
    /// Whether the journal says that it was sent.
    written: AtomicBool,
    /// Whether an attempt is under way.
    sent: AtomicBool,
    unwritten: Mutex<Option<JournalError>>,
}

impl<'a> Turn<'a> {
    pub(super) fn new(run: &'a Run, seq: u64, item: &'a Item, step: &'a Step) -> Self {
        let (written, sent) = (AtomicBool::new(false), AtomicBool::new(false));
        Self { run, seq, item, step, written, sent, unwritten: Mutex::default() }
    }

    /// Waits until the job is paused and nothing of the call is under way, so that it can be dropped.
    pub(super) async fn dropped(&self) {
        self.run.pausing().await;
        while self.sent.load(Ordering::Acquire) {
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Why it could not be written down, and where the journal says that the entry stands.
    pub(super) fn end(self) -> (Option<JournalError>, ItemState) {
        let written = self.written.load(Ordering::Acquire);
        let unwritten = self.unwritten.into_inner().unwrap_or_else(PoisonError::into_inner);
        (unwritten, if written { ItemState::Sent } else { ItemState::Queued })
    }
}

impl Intend for Turn<'_> {
    fn sending(&self) -> Result<(), CallRefused> {
        let mut record = self.run.record(AuditKind::Intent, self.seq, Some((self.item, self.step)));
        // All that somebody had is in the audit once: with what came of the deletion, however often it was sent.
        if let Some(person) = record.person.as_mut().filter(|_| *self.step == Step::Delete) {
            person.changes.clear();
        }
        // Moves that were so already are left out, and groups that a user has left are taken out of their record, which has to
        // be known whatever becomes of this call.
        let seen = (self.step.moves().is_some() || *self.step == Step::Delete).then_some(self.item);
        self.run.journal.item_sent(&self.run.job.id, self.seq, seen, &record).map_err(|error| {
            let reason = format!("the journal cannot be written ({error})");
            *self.unwritten.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
            CallRefused { reason }
        })?;
        self.sent.store(true, Ordering::Release);
        if !self.written.swap(true, Ordering::AcqRel) {
            self.run.moved(ItemState::Queued, ItemState::Sent);
        }
        Ok(())
    }

    fn refused(&self) {
        self.sent.store(false, Ordering::Release);
    }
}
