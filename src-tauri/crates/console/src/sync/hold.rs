//! Waiting: for a person, for credentials, for the network, for another process.

use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use cognito::{Error as CallError, ErrorKind};
use model::connection::Identity;
use tokio::sync::Mutex;

use super::SyncPhase;
use super::engine::Run;
use crate::error::Error;
use crate::leases::Held;
use crate::open::blocking;

/// How soon credentials are looked for after they have expired; again and again where a person signs in to IAM Identity
/// Center, which costs a look into a file.
const CREDENTIALS: Duration = Duration::from_secs(3);

/// The longest wait where looking may run a program or call STS.
const CREDENTIALS_AT_LAST: Duration = Duration::from_secs(30);

/// The longest wait for a network that is gone.
const NETWORK: Duration = Duration::from_secs(30);

/// How often a lease is asked for that another process has.
const LEASE: Duration = Duration::from_secs(1);

/// What all calls of a run share when something is in the way of them all.
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

impl Run {
    /// Makes a call of the sync: not while paused, and again when what was in its way has gone.
    ///
    /// Gives up on what does not pass by itself only.
    pub(super) async fn call<T, F, Fut>(&self, call: F) -> Result<T, CallError>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = Result<T, CallError>>,
    {
        loop {
            self.unpaused().await;
            let before = self.hold.ended.load(Ordering::Acquire);
            match call().await {
                Ok(answer) => {
                    self.hold.failures.store(0, Ordering::Release);
                    self.hold.answered.store(true, Ordering::Release);
                    return Ok(answer);
                }
                Err(error) if self.hold.passes(&error) => self.wait_out(error, before).await,
                Err(error) => return Err(error),
            }
        }
    }

    /// Waits while a person has paused the sync.
    pub(super) async fn unpaused(&self) {
        let mut paused = self.control.paused.subscribe();
        if !*paused.borrow_and_update() {
            return;
        }
        self.meter.halt("pause", SyncPhase::Paused);
        // The sender is part of this run, so it cannot be gone.
        let _ = paused.wait_for(|paused| !paused).await;
        self.meter.go_on("pause");
    }

    /// Waits for the leases of this pool's sync and its limiter.
    pub(super) async fn leases(&self) -> Result<Held, Error> {
        loop {
            let pool = self.pool.clone();
            let held = blocking(move || pool.console.limiters.try_hold(&pool.console.data, &pool.key)).await?;
            if let Some(held) = held {
                self.meter.go_on("lease");
                return Ok(held);
            }
            let why = "Another Poolkeeper is syncing in this account and Region; this sync starts when that one ends. \
                       If that one is paused or waits for credentials, go on with it or cancel it there.";
            self.meter.halt("lease", SyncPhase::Waiting(why.to_owned()));
            tokio::time::sleep(LEASE).await;
        }
    }

    /// Waits until it makes sense to try again. Only one call of the run waits so; the others wait for that one.
    async fn wait_out(&self, error: CallError, before: u64) {
        let _alone = self.hold.waiting.lock().await;
        if self.hold.ended.load(Ordering::Acquire) != before {
            return;
        }
        let failures = self.hold.failures.fetch_add(1, Ordering::AcqRel);
        match error.kind {
            ErrorKind::CredentialsExpired { .. } | ErrorKind::CredentialsMissing => {
                self.meter.error(error.clone().into());
                self.meter.halt("call", SyncPhase::Waiting(error.message.clone()));
                self.credentials(matches!(error.kind, ErrorKind::CredentialsExpired { sso_login: Some(_) })).await;
                self.meter.no_error();
            }
            ErrorKind::Throttled { retry_after } => {
                // The gate has slowed down already; this only keeps what was refused eight times from failing.
                tokio::time::sleep(retry_after.unwrap_or(Duration::from_secs(2))).await;
            }
            _ => {
                self.meter.halt("call", SyncPhase::Waiting(error.message));
                tokio::time::sleep(Duration::from_secs(1 << failures.min(5)).min(NETWORK)).await;
            }
        }
        self.meter.go_on("call");
        self.hold.ended.fetch_add(1, Ordering::AcqRel);
    }

    /// Waits for credentials that hold and belong to the same account and role as before.
    async fn credentials(&self, signs_in: bool) {
        let mut wait = CREDENTIALS;
        loop {
            tokio::time::sleep(wait).await;
            if !signs_in {
                wait = (wait * 2).min(CREDENTIALS_AT_LAST);
            }
            let Some(live) = self.pool.live.get() else { return };
            if live.session.credentials().await.is_err() {
                continue;
            }
            match live.session.identity().await {
                Ok(now) if is_same(&live.identity, &now) => return,
                Ok(now) => {
                    let why = format!(
                        "The new credentials are those of {} in account {}. This sync began as {} and goes on only as \
                         that.",
                        role(&now),
                        now.account,
                        role(&live.identity)
                    );
                    self.meter.halt("call", SyncPhase::Waiting(why));
                }
                Err(_) => {}
            }
        }
    }
}

impl Hold {
    fn passes(&self, error: &CallError) -> bool {
        passes(error, self.answered.load(Ordering::Acquire))
    }
}

/// Whether a failure passes by itself or by what a person does elsewhere. `answered` says whether a call ever went well there,
/// so that the endpoint is right.
pub(crate) fn passes(error: &CallError, answered: bool) -> bool {
    match error.kind {
        ErrorKind::CredentialsExpired { .. }
        | ErrorKind::CredentialsMissing
        | ErrorKind::Throttled { .. }
        | ErrorKind::Unreachable => true,
        // Where AWS answered before, a captive portal or a proxy has come in between.
        ErrorKind::WrongRegionOrEndpoint => answered,
        _ => false,
    }
}

/// Whether both are the same account and the same user or role. Sessions of a role have names of their own.
pub(crate) fn is_same(before: &Identity, now: &Identity) -> bool {
    before.account == now.account && role(before) == role(now)
}

/// The ARN without the session's name.
pub(crate) fn role(identity: &Identity) -> &str {
    match identity.arn.split_once(":assumed-role/") {
        Some((_, rest)) if rest.contains('/') => {
            identity.arn.rsplit_once('/').map_or(identity.arn.as_str(), |(role, _)| role)
        }
        _ => &identity.arn,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(arn: &str) -> Identity {
        Identity { account: model::AccountId::parse("123456789012").unwrap(), arn: arn.to_owned() }
    }

    #[test]
    fn sessions_of_one_role_are_the_same_and_other_roles_are_not() {
        let first = identity("arn:aws:sts::123456789012:assumed-role/Reader/anna");
        assert!(is_same(&first, &identity("arn:aws:sts::123456789012:assumed-role/Reader/bert")));
        assert!(!is_same(&first, &identity("arn:aws:sts::123456789012:assumed-role/Admin/anna")));
        assert!(!is_same(&first, &identity("arn:aws:iam::123456789012:user/anna")));
    }
}
