//! What makes a real service unpleasant: time, quotas, delay, stale lists, short pages, faults, refusals.
//!
//! Everything here can be changed while the sandbox runs. Knows operations by name only, and no pool.

mod calls;
mod clock;
mod conditions;
mod faults;
mod quota;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

pub use calls::Calls;
pub use conditions::{Conditions, PageShape};
pub use faults::{Fault, Planned, When};
pub(crate) use quota::Category;

use crate::directory::users::Moment;
use crate::error::Error;
use crate::options::{Options, Quota};
use conditions::millis;

/// The weather of one sandbox. Clones share it.
#[derive(Debug, Clone)]
pub struct Weather(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    clock: clock::Clock,
    /// All but the fault plan, which counts.
    conditions: Conditions,
    faults: faults::Plan,
    buckets: quota::Buckets,
    /// Rates raised by `UpdateProvisionedLimit`, by category.
    provisioned: BTreeMap<String, f64>,
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
    /// How much the clock of the service is ahead for this call, in milliseconds.
    pub(crate) skew_ms: i64,
}

/// What the weather knows of a call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Traits<'a> {
    pub(crate) name: &'a str,
    /// The prefix of its IAM actions; absent for pages and forms, which IAM does not guard.
    pub(crate) service: Option<&'static str>,
    pub(crate) category: Option<Category>,
    /// The pool named in the request.
    pub(crate) pool: Option<&'a str>,
    /// The app client named in the request.
    pub(crate) client: Option<&'a str>,
    /// The person named in the request.
    pub(crate) person: Option<&'a str>,
    /// Whether it answers `NEW_PASSWORD_REQUIRED`, which counts elsewhere.
    pub(crate) new_password: bool,
}

/// The longest name of a person, in characters: longer ones are refused later and must not fill the memory before.
const LONGEST_NAME: usize = 128;

impl Traits<'_> {
    /// What is counted and limited by.
    fn counted(self) -> Self {
        Self { person: self.person.filter(|name| name.chars().count() <= LONGEST_NAME), ..self }
    }

    /// Whether `text` names the operation: alone, or behind the prefix of IAM, as `cognito-idp:ListUsers`.
    fn is_called(&self, text: &str) -> bool {
        match text.split_once(':') {
            Some((prefix, name)) => self.service == Some(prefix) && self.name == name,
            None => self.name == text,
        }
    }
}

impl Weather {
    pub(crate) fn new(options: &Options) -> Self {
        Self(Arc::new(Mutex::new(State {
            clock: clock::Clock::new(options.start),
            conditions: Conditions::at_start(options),
            faults: faults::Plan::default(),
            buckets: quota::Buckets::default(),
            provisioned: BTreeMap::new(),
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

    /// Pushes the virtual time forward to `then`.
    ///
    /// # Errors
    /// [`Error::Weather`] when that has passed: time does not run backwards.
    pub fn move_to(&self, then: Timestamp) -> Result<(), Error> {
        if self.state().clock.move_to(then) {
            Ok(())
        } else {
            Err(Error::Weather { reason: "The virtual time does not run backwards.".to_owned() })
        }
    }

    /// Everything that is set.
    #[must_use]
    pub fn conditions(&self) -> Conditions {
        let state = self.state();
        Conditions { faults: state.faults.rules(), ..state.conditions.clone() }
    }

    /// Sets everything. Buckets are full again when anything about rates changes; a fault plan that changes counts
    /// calls from here on, one that stays as it is goes on counting.
    ///
    /// # Errors
    /// [`Error::Weather`] for numbers that make no sense; nothing is changed.
    pub fn set(&self, mut conditions: Conditions) -> Result<(), Error> {
        if let Some(reason) = conditions.fault() {
            return Err(Error::Weather { reason: reason.to_owned() });
        }
        if let Some(name) = conditions.unknown_operation() {
            return Err(Error::Weather { reason: format!("No operation is called {name}.") });
        }
        let mut state = self.state();
        let faults = std::mem::take(&mut conditions.faults);
        if faults != state.faults.rules() {
            state.faults = faults::Plan::new(faults);
        }
        let old = &state.conditions;
        if (old.quota, old.burst_seconds, &old.rates) != (conditions.quota, conditions.burst_seconds, &conditions.rates)
        {
            state.buckets = quota::Buckets::default();
        }
        state.conditions = conditions;
        Ok(())
    }

    /// Whether any rate is kept at all.
    pub(crate) fn keeps_rates(&self) -> bool {
        self.state().conditions.quota != Quota::Off
    }

    /// Changes how rates are kept, from full buckets.
    pub fn set_quota(&self, quota: Quota) {
        let mut state = self.state();
        state.conditions.quota = quota;
        state.buckets = quota::Buckets::default();
    }

    /// Delays every answer by `latency` and up to `jitter` more, in whole milliseconds.
    pub fn set_latency(&self, latency: Duration, jitter: Duration) {
        let mut state = self.state();
        state.conditions.latency_ms = millis(latency);
        state.conditions.jitter_ms = millis(jitter);
    }

    /// Makes `ListUsers` see later writes only after `lag` of virtual time; zero makes it consistent.
    pub fn set_lag(&self, lag: Duration) {
        self.state().conditions.lag_ms = millis(lag);
    }

    /// Changes how pages are cut.
    pub fn set_page_shape(&self, shape: PageShape) {
        self.state().conditions.pages = shape;
    }

    /// Plans a fault for an operation by name, or for any with `None`. Counting starts now.
    pub fn plan_fault(&self, operation: Option<&str>, when: When, fault: Fault) {
        self.state().faults.add(Planned { operation: operation.map(str::to_owned), when, fault });
    }

    /// Forgets every planned fault.
    pub fn clear_faults(&self) {
        self.state().faults = faults::Plan::default();
    }

    /// Refuses an operation as IAM does, with `AccessDeniedException`. Behind a prefix such as `cognito-idp:` it is that
    /// service's alone.
    pub fn deny(&self, operation: &str) {
        self.state().conditions.denied.insert(operation.to_owned());
    }

    /// Permits an operation again.
    pub fn allow(&self, operation: &str) {
        self.state().conditions.denied.remove(operation);
    }

    /// Cuts the network, or mends it.
    pub fn set_offline(&self, offline: bool) {
        self.state().conditions.offline = offline;
    }

    /// How long a call that times out is held before the connection ends. A client's own timeout comes first.
    pub fn set_silence(&self, silence: Duration) {
        self.state().conditions.silence_ms = millis(silence);
    }

    /// Puts the clock of the service ahead of the virtual time, or behind it with a negative number of seconds.
    pub fn set_skew(&self, seconds: i64) {
        self.state().conditions.skew_seconds = seconds;
    }

    pub(crate) fn restart(&self, start: Timestamp) {
        self.state().clock = clock::Clock::new(start);
    }

    /// Whether the network is cut.
    pub(crate) fn offline(&self) -> bool {
        self.state().conditions.offline
    }

    pub(crate) fn silence(&self) -> Duration {
        Duration::from_millis(self.state().conditions.silence_ms)
    }

    pub(crate) fn calls(&self) -> Calls {
        self.state().calls.clone()
    }

    pub(crate) fn forget_calls(&self) {
        self.state().calls = Calls::default();
    }

    /// The requests a second of a category, as `UpdateProvisionedLimit` left it.
    pub(crate) fn provisioned(&self, category: Category) -> f64 {
        self.state().provisioned.get(category.name()).copied().unwrap_or_else(|| category.rate())
    }

    /// Sets the requests a second of a category, at once.
    pub(crate) fn provision(&self, category: Category, rate: f64) {
        self.state().provisioned.insert(category.name().to_owned(), rate);
    }

    /// Every rate that was raised, to be kept with the account.
    pub(crate) fn all_provisioned(&self) -> BTreeMap<String, f64> {
        self.state().provisioned.clone()
    }

    /// Puts back what [`Weather::all_provisioned`] gave.
    pub(crate) fn restore_provisioned(&self, rates: BTreeMap<String, f64>) {
        self.state().provisioned = rates;
    }

    /// How long a page token lives.
    pub(crate) fn page_token_ms(&self) -> i64 {
        self.moment(0).page_token_ms
    }

    /// How much the clock of the service is ahead.
    pub(crate) fn skew_ms(&self) -> i64 {
        self.state().conditions.skew_seconds.saturating_mul(1_000)
    }

    /// The time of a call that is carried out now, by a clock of the service that is `skew_ms` ahead.
    pub(crate) fn moment(&self, skew_ms: i64) -> Moment {
        let state = self.state();
        let lifetime = |seconds: u64| i64::try_from(seconds.saturating_mul(1_000)).unwrap_or(i64::MAX / 2);
        Moment {
            now_ms: state.clock.now().as_millisecond().saturating_add(skew_ms),
            lag_ms: i64::try_from(state.conditions.lag_ms).unwrap_or(i64::MAX / 2),
            page_token_ms: lifetime(state.conditions.page_token_seconds),
            token_lifetime_ms: state.conditions.token_seconds.map(lifetime),
        }
    }

    /// Cuts a page of at most `limit`.
    pub(crate) fn cut(&self, limit: usize) -> usize {
        let mut state = self.state();
        match (state.conditions.pages, state.random.next_u32()) {
            (PageShape::Full, _) => limit,
            (PageShape::Ragged, roll) if roll % 4 == 0 => 0,
            (PageShape::Ragged, roll) => (roll >> 8) as usize % limit.max(1) + 1,
        }
    }

    /// Counts a call and says what becomes of it.
    pub(crate) fn meet(&self, call: &Traits<'_>) -> Forecast {
        let call = &call.counted();
        self.forecast(call, |state, now_ms| {
            let State { buckets, conditions, provisioned, .. } = state;
            buckets.take(call, rates(conditions, provisioned), now_ms)
        })
    }

    /// Counts a call that was carried out.
    pub(crate) fn applied(&self, call: &Traits<'_>) {
        self.state().calls.applied_to(&call.counted());
    }

    /// The same for a request to the domain of a pool, such as `oauth2/token`; `call` names pool and client.
    pub(crate) fn meet_domain(&self, call: &Traits<'_>) -> Forecast {
        let call = &call.counted();
        self.forecast(call, |state, now_ms| {
            let State { buckets, conditions, provisioned, .. } = state;
            let rates = rates(conditions, provisioned);
            let domain = call.pool.is_none_or(|pool| buckets.take_domain(pool, call.client, rates, now_ms));
            domain && buckets.take(call, rates, now_ms)
        })
    }

    fn forecast(&self, call: &Traits<'_>, take: impl FnOnce(&mut State, i64) -> bool) -> Forecast {
        let mut guard = self.state();
        let state = &mut *guard;
        let now_ms = state.clock.now().as_millisecond();
        state.calls.arrived(call);
        let roll = f64::from(state.random.next_u32()) / f64::from(u32::MAX);
        let delay = state.conditions.latency() + state.conditions.jitter().mul_f64(roll);
        let offline = state.conditions.offline;
        let mut fault = if offline { None } else { state.faults.strike(call, &mut state.random) };
        let mut skew_ms = state.conditions.skew_seconds.saturating_mul(1_000);
        if let Some(Fault::ClockSkew { seconds }) = fault {
            skew_ms = seconds.saturating_mul(1_000);
            fault = None;
        }
        let denied = state.conditions.denies(call);
        let blocked = offline || denied || fault.is_some();
        let throttled = !blocked && !take(state, now_ms);
        if throttled {
            state.calls.throttled_at(call.name);
        }
        Forecast { delay, offline, fault, denied, throttled, skew_ms }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn rates<'a>(conditions: &'a Conditions, provisioned: &'a BTreeMap<String, f64>) -> quota::Rates<'a> {
    quota::Rates { quota: conditions.quota, burst: conditions.burst_seconds, set: &conditions.rates, provisioned }
}
