//! The virtual clock, the one place that looks at real time.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

/// Starts at a given time and runs with tokio's clock, so that a test which pauses that one pauses both.
#[derive(Debug)]
pub(super) struct Clock {
    start: Timestamp,
    origin: Instant,
    advanced: Duration,
}

impl Clock {
    pub(super) fn new(start: Timestamp) -> Self {
        Self { start, origin: Instant::now(), advanced: Duration::ZERO }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.start.saturating_add(self.origin.elapsed() + self.advanced).unwrap_or(self.start)
    }

    /// Moves forward to `then`; `false` when that has passed.
    pub(super) fn move_to(&mut self, then: Timestamp) -> bool {
        let Ok(ahead) = Duration::try_from(then.duration_since(self.now())) else { return false };
        self.advance(ahead);
        true
    }

    pub(super) fn advance(&mut self, by: Duration) {
        self.advanced = self.advanced.saturating_add(by);
    }
}
