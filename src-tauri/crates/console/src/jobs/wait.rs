//! Waiting for credentials, for the network, for AWS to take more.

use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use cognito::{Error as CallError, ErrorKind};
use model::AccountId;
use model::connection::Identity;
use tokio::sync::Mutex;

use super::handle::JobPhase;
use super::run::Run;
use crate::error::{Code, Error};
use crate::pool::Live;
use crate::sync::{is_same, passes, role};

/// How soon credentials are looked for after they have expired.
const CREDENTIALS: Duration = Duration::from_secs(3);

/// The longest wait where looking may run a program or call STS.
const CREDENTIALS_AT_LAST: Duration = Duration::from_secs(30);

/// The longest wait for a network that is gone.
const NETWORK: Duration = Duration::from_secs(30);

/// What all calls of a job share when something is in the way of them all.
#[derive(Default)]
pub(super) struct Hold {
    /// Held by the one call that waits; the others wait for it.
    waiting: Mutex<()>,
    /// How often a wait has ended.
    ended: AtomicU64,
    /// Waits in a row without a call that went well.
    failures: AtomicU32,
    /// Whether a call ever went well, so that the endpoint is right.
    answered: AtomicBool,
}

impl Hold {
    /// What a call notes before it is made.
    pub(super) fn before(&self) -> u64 {
        self.ended.load(Ordering::Acquire)
    }

    /// A call went well.
    pub(super) fn went_well(&self) {
        self.failures.store(0, Ordering::Release);
        self.answered.store(true, Ordering::Release);
    }

    /// Whether a failure passes, so that the job waits and does not fail.
    pub(super) fn passes(&self, error: &CallError) -> bool {
        passes(error, self.answered.load(Ordering::Acquire))
    }
}

impl Run {
    /// Waits until it makes sense to try again. Only one call of the job waits so; the others wait for that one.
    pub(super) async fn wait_out(&self, error: CallError, before: u64) {
        let _alone = self.hold.waiting.lock().await;
        if self.hold.before() != before || self.is_stopping() {
            return;
        }
        let failures = self.hold.failures.fetch_add(1, Ordering::AcqRel);
        match error.kind {
            ErrorKind::CredentialsExpired { .. } | ErrorKind::CredentialsMissing => {
                self.wait_for(error.into());
                self.credentials().await;
            }
            ErrorKind::Throttled { retry_after } => {
                // The gate has slowed down already; this only keeps what was refused eight times from failing.
                self.wait_for(error.into());
                self.sleep(retry_after.unwrap_or(Duration::from_secs(2))).await;
            }
            _ => {
                self.wait_for(error.into());
                self.sleep(Duration::from_secs(1 << failures.min(5)).min(NETWORK)).await;
            }
        }
        self.enter(JobPhase::Running);
        self.hold.ended.fetch_add(1, Ordering::AcqRel);
    }

    /// Waits for credentials that hold and are those of whoever approved the job.
    async fn credentials(&self) {
        let mut wait = CREDENTIALS;
        while !self.is_stopping() {
            self.sleep(wait).await;
            wait = (wait * 2).min(CREDENTIALS_AT_LAST);
            match self.pool.renewed().await {
                Ok(now) if self.is_approver(&now.identity) => {
                    *self.live.lock().unwrap_or_else(PoisonError::into_inner) = now;
                    return;
                }
                Ok(Live { identity: now, .. }) => {
                    let why = format!(
                        "The new credentials are those of {} in account {}. This job was approved as {} and goes on only \
                         as that.",
                        role(&now),
                        now.account,
                        self.job.arn
                    );
                    self.wait_for(Error::new(Code::CredentialsExpired, why));
                }
                Err(_) => {}
            }
        }
    }

    /// Whether it is the account and the user or role that approved the job.
    pub(super) fn is_approver(&self, now: &Identity) -> bool {
        AccountId::parse(self.job.account.clone())
            .is_ok_and(|account| is_same(&Identity { account, arn: self.job.arn.clone() }, now))
    }

    /// Waits until the job is paused.
    pub(super) async fn pausing(&self) {
        // The sender is part of this run, so it cannot be gone.
        let _ = self.paused.subscribe().wait_for(|paused| *paused).await;
    }

    /// Sleeps, but not on when the job is paused.
    pub(super) async fn sleep(&self, how_long: Duration) {
        tokio::select! {
            () = tokio::time::sleep(how_long) => {}
            () = self.pausing() => {}
        }
    }
}
