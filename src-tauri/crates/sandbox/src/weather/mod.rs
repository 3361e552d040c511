//! What makes a real service unpleasant: time, quotas, delay, stale lists, short pages, faults, refusals.
//!
//! Everything here can be changed while the sandbox runs. Knows operations by name only, and no pool.

mod calls;
mod clock;
mod faults;
mod quota;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

pub use calls::Calls;
pub use faults::{Fault, When};
pub(crate) use quota::Category;

use crate::directory::users::Moment;
use crate::options::{Options, Quota};

/// How pages of listings are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageShape {
    /// As many as asked for, while there are any.
    Full,
    /// At random shorter or empty, with a token all the same: AWS promises no more.
    Ragged,
}

/// The weather of one sandbox. Clones share it.
#[derive(Debug, Clone)]
pub struct Weather(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    clock: clock::Clock,
    quota: Quota,
    buckets: quota::Buckets,
    latency: Duration,
    jitter: Duration,
    lag: Duration,
    page_shape: PageShape,
    faults: faults::Plan,
    denied: BTreeSet<String>,
    offline: bool,
    silence: Duration,
    calls: Calls,
    random: ChaCha8Rng,
}

/// What the weather makes of one call.
#[derive(Debug)]
pub(crate) struct Forecast {
    pub(crate) delay: Duration,
    pub(crate) offline: bool,
    pub(crate) fault: Option<Fault>,
    pub(crate) denied: bool,
    pub(crate) throttled: bool,
}

/// What the weather knows of an operation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Traits<'a> {
    pub(crate) name: &'a str,
    pub(crate) category: Option<Category>,
    /// The pool, where the operation also has a rate of its own in every pool.
    pub(crate) per_pool: Option<&'a str>,
    /// The person named in the request.
    pub(crate) person: Option<&'a str>,
    pub(crate) may_bill: bool,
}

impl Weather {
    pub(crate) fn new(options: &Options) -> Self {
        Self(Arc::new(Mutex::new(State {
            clock: clock::Clock::new(options.start),
            quota: options.quota,
            buckets: quota::Buckets::default(),
            latency: options.latency,
            jitter: Duration::ZERO,
            lag: Duration::ZERO,
            page_shape: PageShape::Full,
            faults: faults::Plan::default(),
            denied: BTreeSet::new(),
            offline: false,
            silence: Duration::from_secs(60),
            calls: Calls::default(),
            random: ChaCha8Rng::seed_from_u64(options.seed ^ 0x57_0412),
        })))
    }

    /// The virtual time: it runs with the real one and can be pushed forward.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.state().clock.now()
    }

    /// Pushes the virtual time forward: page tokens age, quotas refill, lagging writes show.
    pub fn advance(&self, by: Duration) {
        self.state().clock.advance(by);
    }

    /// Changes how rates are kept, from full buckets.
    pub fn set_quota(&self, quota: Quota) {
        let mut state = self.state();
        state.quota = quota;
        state.buckets = quota::Buckets::default();
    }

    /// Delays every answer by `latency` and up to `jitter` more.
    pub fn set_latency(&self, latency: Duration, jitter: Duration) {
        let mut state = self.state();
        state.latency = latency;
        state.jitter = jitter;
    }

    /// Makes `ListUsers` see later writes only after `lag` of virtual time; zero makes it consistent.
    pub fn set_lag(&self, lag: Duration) {
        self.state().lag = lag;
    }

    /// Changes how pages are cut.
    pub fn set_page_shape(&self, shape: PageShape) {
        self.state().page_shape = shape;
    }

    /// Plans a fault for an operation by name, or for any with `None`. Counting starts now.
    pub fn plan_fault(&self, operation: Option<&str>, when: When, fault: Fault) {
        self.state().faults.add(operation, when, fault);
    }

    /// Forgets every planned fault.
    pub fn clear_faults(&self) {
        self.state().faults = faults::Plan::default();
    }

    /// Refuses an operation as IAM does, with `AccessDeniedException`.
    pub fn deny(&self, operation: &str) {
        self.state().denied.insert(operation.to_owned());
    }

    /// Permits an operation again.
    pub fn allow(&self, operation: &str) {
        self.state().denied.remove(operation);
    }

    /// Cuts the network, or mends it.
    pub fn set_offline(&self, offline: bool) {
        self.state().offline = offline;
    }

    /// How long a call that times out is held before the connection ends. A client's own timeout comes first.
    pub fn set_silence(&self, silence: Duration) {
        self.state().silence = silence;
    }

    pub(crate) fn restart(&self, start: Timestamp) {
        self.state().clock = clock::Clock::new(start);
    }

    pub(crate) fn silence(&self) -> Duration {
        self.state().silence
    }

    pub(crate) fn calls(&self) -> Calls {
        self.state().calls.clone()
    }

    pub(crate) fn forget_calls(&self) {
        self.state().calls = Calls::default();
    }

    /// The time of a call that is carried out now.
    pub(crate) fn moment(&self) -> Moment {
        let state = self.state();
        Moment {
            now_ms: state.clock.now().as_millisecond(),
            lag_ms: i64::try_from(state.lag.as_millis()).unwrap_or(i64::MAX / 2),
            token_lifetime_ms: None,
        }
    }

    /// Cuts a page of at most `limit`.
    pub(crate) fn cut(&self, limit: usize) -> usize {
        let mut state = self.state();
        match (state.page_shape, state.random.next_u32()) {
            (PageShape::Full, _) => limit,
            (PageShape::Ragged, roll) if roll % 4 == 0 => 0,
            (PageShape::Ragged, roll) => (roll >> 8) as usize % limit.max(1) + 1,
        }
    }

    /// Counts a call and says what becomes of it.
    pub(crate) fn meet(&self, call: Traits<'_>) -> Forecast {
        let mut guard = self.state();
        let state = &mut *guard;
        let now_ms = state.clock.now().as_millisecond();
        state.calls.arrived(call);
        let jitter = state.jitter.mul_f64(f64::from(state.random.next_u32()) / f64::from(u32::MAX));
        let delay = state.latency + jitter;
        let offline = state.offline;
        let fault = if offline { None } else { state.faults.strike(call.name, &mut state.random) };
        let denied = state.denied.contains(call.name);
        let blocked = offline || denied || fault.is_some();
        let throttled = !blocked && !state.buckets.take(call, state.quota, now_ms);
        if throttled {
            state.calls.throttled_at(call.name);
        }
        Forecast { delay, offline, fault, denied, throttled }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
