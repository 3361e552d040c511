//! Making the cache equal to the pool: restartable listings under a polite share of the quota.
//!
//! [`OpenPool::sync`] starts a run in the background or joins the one that is under way. A run lists users in chains
//! by `sub` prefix, each page and its checkpoint being one transaction, and memberships beside them; then it verifies
//! who was not seen, removes who is gone, and sweeps the pool without a filter where that is needed.

mod chains;
mod clients;
mod engine;
mod find;
mod hold;
mod loops;
mod members;
mod plan;
mod progress;
mod verify;

pub(crate) use find::find;
pub(crate) use hold::{is_same, passes, role};

use std::sync::{Arc, PoisonError};

use model::sync::SyncReport;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::error::Error;
use crate::pool::OpenPool;

/// What a sync is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SyncPhase {
    /// Users are listed, and memberships beside them.
    Listing,
    /// Groups are listed.
    Groups,
    /// Users are done, memberships are listed.
    Members,
    /// Users that were not seen are asked for.
    Verifying,
    /// The pool is usable; an unfiltered listing looks for users that no chain covers.
    Sweeping,
    /// A person paused it.
    Paused,
    /// It cannot go on now and will by itself. Holds why, as a sentence.
    Waiting(String),
    /// It ended well.
    Done,
    /// It ended with [`SyncProgress::error`].
    Failed,
}

/// How far a sync has come.
#[derive(Debug, Clone, PartialEq)]
pub struct SyncProgress {
    /// What it is doing.
    pub phase: SyncPhase,
    /// Users read in this generation.
    pub users: u64,
    /// AWS's estimate of all users; `None` when not told.
    pub estimated_users: Option<u64>,
    /// Pages read in this run, of users and of members.
    pub pages: u64,
    /// Requests sent in this run, repeated ones included.
    pub requests: u64,
    /// Requests of this run that AWS refused as too many.
    pub throttled: u64,
    /// Users a second over the last ten seconds.
    pub users_per_second: f64,
    /// Seconds to go at that rate; `None` while unknown.
    pub eta_seconds: Option<u64>,
    /// The part of AWS's quota that may be used now, 0 to 1.
    pub share: f64,
    /// Why it failed; or, when it did not fail, why groups could not be read.
    pub error: Option<Error>,
}

impl Default for SyncProgress {
    fn default() -> Self {
        Self {
            phase: SyncPhase::Listing,
            users: 0,
            estimated_users: None,
            pages: 0,
            requests: 0,
            throttled: 0,
            users_per_second: 0.0,
            eta_seconds: None,
            share: 0.0,
            error: None,
        }
    }
}

/// A running or ended sync. Clones are the same sync; dropping them stops nothing.
#[derive(Clone)]
pub struct SyncHandle {
    /// How far it has come; the last value stays when it has ended.
    pub progress: watch::Receiver<SyncProgress>,
    control: Arc<Control>,
    listed: watch::Receiver<Option<SyncReport>>,
    outcome: watch::Receiver<Option<Result<SyncReport, Error>>>,
}

/// What a person can do to a running sync.
struct Control {
    paused: watch::Sender<bool>,
    cancel: CancellationToken,
}

impl SyncHandle {
    /// Pauses: calls that are under way end, no more are sent.
    pub fn pause(&self) {
        self.control.paused.send_replace(true);
    }

    /// Goes on after a pause.
    pub fn resume(&self) {
        self.control.paused.send_replace(false);
    }

    /// Stops it. What was read is kept, and the next sync goes on from there.
    pub fn cancel(&self) {
        self.control.cancel.cancel();
    }

    /// Whether both are the same run.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.control, &other.control)
    }

    /// Whether it has ended, well or not.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.outcome.borrow().is_some()
    }

    /// Waits until the sync has ended, the sweep included where one is due.
    ///
    /// # Errors
    /// Why it failed; [`Code::Cancelled`](crate::Code::Cancelled) when a person stopped it.
    pub async fn finished(&self) -> Result<SyncReport, Error> {
        let mut outcome = self.outcome.clone();
        match outcome.wait_for(Option::is_some).await {
            Ok(ended) => ended.clone().unwrap_or_else(|| Err(Error::cancelled())),
            Err(_) => Err(Error::cancelled()),
        }
    }

    /// Waits until the pool has been listed by its chains and can be used; a sweep may still follow.
    ///
    /// # Errors
    /// As [`SyncHandle::finished`].
    pub async fn listed(&self) -> Result<SyncReport, Error> {
        let mut listed = self.listed.clone();
        tokio::select! {
            biased;
            Ok(report) = async { listed.wait_for(Option::is_some).await.map(|report| *report) } => {
                report.ok_or_else(Error::cancelled)
            }
            outcome = self.finished() => outcome,
        }
    }
}

impl OpenPool {
    /// Starts a sync, or joins the one that runs. Must be called within a tokio runtime.
    ///
    /// Calls `DescribeUserPool`, `ListUsers`, `ListGroups` and `ListUsersInGroup` (all free) and writes the cache and,
    /// unless it is off for this pool, the history. An interrupted sync goes on where it was. One sync runs for a pool
    /// across all processes with this data directory; a second one waits and says so.
    pub fn sync(self: &Arc<Self>) -> SyncHandle {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(handle) = running.as_ref().filter(|handle| !handle.has_ended()) {
            return handle.clone();
        }
        let (progress_in, progress) = watch::channel(SyncProgress::default());
        let (listed_in, listed) = watch::channel(None);
        let (outcome_in, outcome) = watch::channel(None);
        let control = Arc::new(Control { paused: watch::channel(false).0, cancel: CancellationToken::new() });
        let handle = SyncHandle { progress, control: control.clone(), listed, outcome };
        let run = engine::Run::new(self.clone(), control, progress_in, listed_in);
        tokio::spawn(async move {
            let outcome = run.to_the_end().await;
            // Whoever hears of the end may close or erase the pool.
            drop(run);
            outcome_in.send_replace(Some(outcome));
        });
        *running = Some(handle.clone());
        handle
    }

    /// The sync that runs; `None` when none does.
    #[must_use]
    pub fn running_sync(&self) -> Option<SyncHandle> {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.clone().filter(|handle| !handle.has_ended())
    }
}
