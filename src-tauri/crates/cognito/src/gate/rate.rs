//! One quota: a steady rate that halves when AWS throttles and recovers slowly.

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use tokio::time::Instant;

use super::QuotaUse;

/// How often the rate may halve: one burst of throttling is one sign.
const CUT_EVERY: Duration = Duration::from_secs(1);

/// How often the rate rises by a tenth of its ceiling.
const RAISE_EVERY: Duration = Duration::from_secs(10);

/// The lowest part of its target that a rate is cut to: even then a call must get its answer in a person's time.
const LOWEST_PART: f64 = 1.0 / 16.0;

/// The longest wait between two requests.
const LONGEST_PERIOD: Duration = Duration::from_secs(10);

/// What the rate climbs back to when nothing limits it, in requests a second.
const UNLIMITED: f64 = 100.0;

type Limiter = RateLimiter<NotKeyed, InMemoryState, TokioClock, NoOpMiddleware<Duration>>;

/// Tokio's clock, so that tests can stop it.
#[derive(Debug, Clone)]
struct TokioClock {
    start: Instant,
}

impl governor::clock::Clock for TokioClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.start.elapsed()
    }
}

pub(super) struct Rate {
    limit: Option<u32>,
    /// Held by the one who waits, so that callers go in the order in which they came.
    turn: tokio::sync::Mutex<()>,
    /// Held by the one of the bulk who waits for a turn: the others stand behind it, and everybody else goes ahead of them.
    bulk: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

struct State {
    ceiling: Option<f64>,
    /// The limiter and its rate; `None` while there is no limit.
    limiter: Option<(Limiter, f64)>,
    cut_at: Option<Instant>,
    raised_at: Instant,
    recent: VecDeque<Instant>,
    throttled: u64,
}

impl Rate {
    /// A quota of `limit` requests a second of which `ceiling` may be used; `None` for as many as come.
    pub(super) fn new(limit: Option<u32>, ceiling: Option<f64>) -> Self {
        let state = State {
            ceiling,
            limiter: ceiling.map(|rate| (limiter(rate), rate)),
            cut_at: None,
            raised_at: Instant::now(),
            recent: VecDeque::new(),
            throttled: 0,
        };
        Self { limit, turn: tokio::sync::Mutex::new(()), bulk: tokio::sync::Mutex::new(()), state: Mutex::new(state) }
    }

    /// Waits until one more request may be sent. The bulk waits one at a time.
    pub(super) async fn permit(&self, bulk: bool) {
        let _first = if bulk { Some(self.bulk.lock().await) } else { None };
        let _turn = self.turn.lock().await;
        while let Some(wait) = self.try_permit() {
            tokio::time::sleep(wait).await;
        }
    }

    /// Takes a permit, or says how long to wait before asking again.
    fn try_permit(&self) -> Option<Duration> {
        use governor::clock::Clock;
        let mut state = self.state();
        state.recover(self.limit, Instant::now());
        let (limiter, _) = state.limiter.as_ref()?;
        limiter.check().err().map(|not_yet| not_yet.wait_time_from(limiter.clock().now()))
    }

    /// Counts a request that is being sent.
    pub(super) fn sent(&self) {
        let now = Instant::now();
        let mut state = self.state();
        state.recent.push_back(now);
        state.forget_old(now);
    }

    /// AWS refused a request as too many: half the rate, once a second at most.
    pub(super) fn throttled(&self) {
        let now = Instant::now();
        let mut state = self.state();
        state.throttled += 1;
        if state.cut_at.is_some_and(|cut_at| now - cut_at < CUT_EVERY) {
            return;
        }
        state.forget_old(now);
        let target = target(state.ceiling, self.limit);
        let rate = match &state.limiter {
            Some((_, rate)) => *rate,
            // Without a limit of ours, what was just sent was too much; but one call alone says little.
            None => f64::from(u32::try_from(state.recent.len()).unwrap_or(u32::MAX)).clamp(target / 4.0, target),
        };
        state.cut_at = Some(now);
        state.raised_at = now;
        state.set_rate((rate / 2.0).max(target * LOWEST_PART));
    }

    /// Changes what may be used. A rate that was cut below it stays cut and recovers.
    pub(super) fn set_ceiling(&self, ceiling: Option<f64>) {
        let mut state = self.state();
        state.ceiling = ceiling;
        match (ceiling, state.limiter.as_ref().map(|(_, rate)| *rate)) {
            (Some(ceiling), Some(rate)) if state.cut_at.is_some() => state.set_rate(rate.min(ceiling)),
            (Some(ceiling), _) => state.set_rate(ceiling),
            (None, _) if state.cut_at.is_none() => state.limiter = None,
            (None, _) => {}
        }
    }

    pub(super) fn usage(&self) -> QuotaUse {
        let now = Instant::now();
        let mut state = self.state();
        state.recover(self.limit, now);
        state.forget_old(now);
        let share = match (&state.limiter, self.limit) {
            (Some((_, rate)), Some(limit)) => (rate / f64::from(limit)).min(1.0),
            _ => 1.0,
        };
        QuotaUse {
            limit_per_second: self.limit,
            share,
            used_last_second: u32::try_from(state.recent.len()).unwrap_or(u32::MAX),
            throttled: state.throttled,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn set_rate(&mut self, rate: f64) {
        let new = limiter(rate);
        // A new limiter begins full; what it would give at once has been used.
        while new.check().is_ok() {}
        self.limiter = Some((new, rate));
    }

    /// Raises a cut rate by a tenth of its target for every [`RAISE_EVERY`] without throttling.
    fn recover(&mut self, limit: Option<u32>, now: Instant) {
        let Some((_, rate)) = self.limiter.as_ref().filter(|_| self.cut_at.is_some()) else { return };
        let steps = u32::try_from((now - self.raised_at).as_secs() / RAISE_EVERY.as_secs()).unwrap_or(u32::MAX);
        if steps == 0 {
            return;
        }
        let target = target(self.ceiling, limit);
        let raised = rate + target / 10.0 * f64::from(steps);
        self.raised_at += RAISE_EVERY.saturating_mul(steps);
        if raised < target {
            self.set_rate(raised);
            return;
        }
        self.cut_at = None;
        match self.ceiling {
            Some(ceiling) => self.set_rate(ceiling),
            None => self.limiter = None,
        }
    }

    fn forget_old(&mut self, now: Instant) {
        while self.recent.front().is_some_and(|sent| now - *sent >= Duration::from_secs(1)) {
            self.recent.pop_front();
        }
    }
}

/// The rate to climb back to.
fn target(ceiling: Option<f64>, limit: Option<u32>) -> f64 {
    ceiling.or(limit.map(f64::from)).unwrap_or(UNLIMITED)
}

/// A limiter for `rate` requests a second, evenly spaced.
fn limiter(rate: f64) -> Limiter {
    let period = Duration::try_from_secs_f64(1.0 / rate).unwrap_or(LONGEST_PERIOD).min(LONGEST_PERIOD);
    // Timers wake up a little late. At higher rates one request may catch up for that; a burst it is not.
    let burst = if rate >= 10.0 { NonZeroU32::MIN.saturating_add(1) } else { NonZeroU32::MIN };
    let quota = Quota::with_period(period).unwrap_or(Quota::per_second(NonZeroU32::MIN)).allow_burst(burst);
    RateLimiter::direct_with_clock(quota, TokioClock { start: Instant::now() })
}
