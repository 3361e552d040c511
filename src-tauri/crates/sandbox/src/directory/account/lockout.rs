//! Failed sign-ins, and how long the next one is refused.

use serde::{Deserialize, Serialize};

use crate::protocol::ApiError;

/// Failures before the first lockout.
const FREE: u32 = 5;
/// The longest lockout, and the rest after which failures are forgotten.
const LONGEST_MS: i64 = 15 * 60 * 1000;

/// The failures of one person.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Lockout {
    failures: u32,
    last_ms: i64,
}

impl Lockout {
    /// Refuses an attempt that comes too early. Such attempts do not make the wait longer.
    ///
    /// # Errors
    /// `NotAuthorizedException` while locked out.
    pub(crate) fn admit(&mut self, now_ms: i64) -> Result<(), ApiError> {
        if self.failures > 0 && now_ms - self.last_ms >= LONGEST_MS {
            self.clear();
        }
        if now_ms < self.last_ms + self.wait_ms() {
            return Err(ApiError::new("NotAuthorizedException", "Password attempts exceeded"));
        }
        Ok(())
    }

    /// Counts a failure: the fifth locks out for a second, each further one twice as long, fifteen minutes at most.
    pub(crate) fn fail(&mut self, now_ms: i64) {
        self.failures = self.failures.saturating_add(1);
        self.last_ms = now_ms;
    }

    /// Forgets all failures: after success.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    fn wait_ms(&self) -> i64 {
        match self.failures.checked_sub(FREE) {
            None => 0,
            Some(doublings) => 1000i64.checked_shl(doublings.min(20)).unwrap_or(LONGEST_MS).min(LONGEST_MS),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_MS, Lockout};

    #[test]
    fn the_wait_starts_at_the_fifth_failure_and_doubles_up_to_fifteen_minutes() {
        let mut lockout = Lockout::default();
        let mut now_ms = 1_000_000;
        let mut waits = Vec::new();
        for _ in 0..17 {
            assert!(lockout.admit(now_ms).is_ok());
            lockout.fail(now_ms);
            let wait = (0..=LONGEST_MS).step_by(500).find(|wait| lockout.clone().admit(now_ms + wait).is_ok()).unwrap();
            waits.push(wait / 1000);
            now_ms += wait;
        }
        // Waiting out the longest lockout is a rest long enough to begin anew.
        assert_eq!(waits, [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 0, 0]);
    }
}
