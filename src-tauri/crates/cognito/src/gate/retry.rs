//! When to try again, and after how long.

use std::time::Duration;

use crate::error::{Error, ErrorKind};

/// How often and how patiently a read is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryRules {
    /// Attempts in all when AWS throttles, fails or answers too late.
    pub attempts: u32,
    /// Attempts in all when no connection can be made: a person waits for the answer, and a sync waits by itself.
    pub attempts_unreachable: u32,
    /// The longest wait before the second attempt; it doubles with each further one.
    pub base: Duration,
    /// The longest wait of all.
    pub cap: Duration,
}

impl Default for RetryRules {
    fn default() -> Self {
        Self { attempts: 8, attempts_unreachable: 4, base: Duration::from_millis(200), cap: Duration::from_secs(20) }
    }
}

/// Whether a failure may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Again {
    Never,
    Throttled,
    /// AWS failed, or answered too late.
    ServerFault,
    /// No connection was made.
    Unreachable,
}

/// A failed attempt.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: Error,
    pub(crate) again: Again,
}

impl RetryRules {
    /// How long to wait after attempt number `attempt`; `None` to give up. `random` is from 0 up to 1 (full jitter).
    pub(super) fn wait(&self, failure: &Failure, attempt: u32, random: f64) -> Option<Duration> {
        let attempts = match failure.again {
            Again::Never => return None,
            Again::Throttled | Again::ServerFault => self.attempts,
            Again::Unreachable => self.attempts_unreachable,
        };
        if attempt >= attempts {
            return None;
        }
        let longest = self.base.saturating_mul(2_u32.saturating_pow(attempt - 1)).min(self.cap);
        let jittered = longest.mul_f64(random.clamp(0.0, 1.0));
        match failure.error.kind {
            ErrorKind::Throttled { retry_after: Some(asked) } => Some(jittered.max(asked.min(self.cap))),
            _ => Some(jittered),
        }
    }
}
