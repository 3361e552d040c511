//! The one place that reads the system's clock.

use jiff::Timestamp;
use model::clock::Clock;

/// The system's clock, for real programs. Tests bring their own.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everything else is handed")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}
