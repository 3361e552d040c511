//! What is told about a running sync: counts, rate, time to go.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cognito::Gate;
use model::PoolId;
use model::call::QuotaCategory;
use tokio::sync::watch;
use tokio::time::Instant;

use super::{SyncPhase, SyncProgress};
use crate::error::Error;
use crate::sink::{CallCounter, PoolCalls};

/// The time over which the rate is taken.
const WINDOW: Duration = Duration::from_secs(10);

/// Keeps the counts and tells them.
pub(super) struct Meter {
    out: watch::Sender<SyncProgress>,
    calls: Arc<CallCounter>,
    gate: Arc<Gate>,
    pool: PoolId,
    state: Mutex<State>,
    began: Instant,
    before: PoolCalls,
}

struct State {
    phase: SyncPhase,
    /// Why it does not go on at the moment, by who says so; shown in place of the phase.
    halts: Vec<(&'static str, SyncPhase)>,
    users: u64,
    estimated: Option<u64>,
    pages: u64,
    error: Option<Error>,
    recent: VecDeque<(Instant, u64)>,
}

impl Meter {
    pub(super) fn new(
        out: watch::Sender<SyncProgress>,
        calls: Arc<CallCounter>,
        gate: Arc<Gate>,
        pool: PoolId,
    ) -> Self {
        let before = calls.of_pool(&pool);
        let state = State {
            phase: SyncPhase::Listing,
            halts: Vec::new(),
            users: 0,
            estimated: None,
            pages: 0,
            error: None,
            recent: VecDeque::new(),
        };
        Self { out, calls, gate, pool, state: Mutex::new(state), began: Instant::now(), before }
    }

    /// A page with this many users was read.
    pub(super) fn page(&self, users: usize) {
        let mut state = self.state();
        state.pages += 1;
        state.recent.push_back((Instant::now(), users as u64));
        self.tell(state);
    }

    /// The users of this generation so far.
    pub(super) fn users(&self, users: u64) {
        self.state().users = users;
    }

    pub(super) fn estimated(&self, estimated: Option<u64>) {
        self.state().estimated = estimated;
    }

    pub(super) fn phase(&self, phase: SyncPhase) {
        let mut state = self.state();
        state.phase = phase;
        self.tell(state);
    }

    /// Says that nothing goes on until [`Meter::go_on`], and why.
    pub(super) fn halt(&self, who: &'static str, why: SyncPhase) {
        let mut state = self.state();
        state.halts.retain(|(halted, _)| *halted != who);
        state.halts.push((who, why));
        self.tell(state);
    }

    pub(super) fn go_on(&self, who: &'static str) {
        let mut state = self.state();
        state.halts.retain(|(halted, _)| *halted != who);
        self.tell(state);
    }

    /// Says why something is missing, or why all of it failed.
    pub(super) fn error(&self, error: Error) {
        let mut state = self.state();
        state.error = Some(error);
        self.tell(state);
    }

    /// What was in the way has gone.
    pub(super) fn no_error(&self) {
        let mut state = self.state();
        state.error = None;
        self.tell(state);
    }

    /// Ends: nothing halts any more.
    pub(super) fn end(&self, phase: SyncPhase) {
        self.state().halts.clear();
        self.phase(phase);
    }

    /// Tells the present rate also when nothing happens.
    pub(super) async fn tick(&self) -> std::convert::Infallible {
        loop {
            tokio::time::sleep(Duration::from_secs(1)).await;
            self.tell(self.state());
        }
    }

    pub(super) fn pages(&self) -> u64 {
        self.state().pages
    }

    pub(super) fn seconds(&self) -> f64 {
        self.began.elapsed().as_secs_f64()
    }

    /// Requests of this run, and how many of them were throttled.
    pub(super) fn requests(&self) -> (u64, u64) {
        let now = self.calls.of_pool(&self.pool);
        (now.attempts - self.before.attempts, now.throttled - self.before.throttled)
    }

    fn tell(&self, mut state: MutexGuard<'_, State>) {
        let now = Instant::now();
        while state.recent.front().is_some_and(|(at, _)| now.duration_since(*at) > WINDOW) {
            state.recent.pop_front();
        }
        let (requests, throttled) = self.requests();
        let users_per_second = state.rate(now.duration_since(self.began));
        let phase = state.halts.last().map_or_else(|| state.phase.clone(), |(_, why)| why.clone());
        let told = SyncProgress {
            users: state.users,
            estimated_users: state.estimated,
            pages: state.pages,
            requests,
            throttled,
            users_per_second,
            eta_seconds: eta(state.users, state.estimated, users_per_second, &phase),
            share: self.gate.usage(QuotaCategory::UserList).share,
            error: state.error.clone(),
            phase,
        };
        self.out.send_replace(told);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn rate(&self, running: Duration) -> f64 {
        let users: u64 = self.recent.iter().map(|(_, users)| users).sum();
        let over = running.min(WINDOW).as_secs_f64().max(0.2);
        // Ten seconds see far fewer users than a float can count.
        u32::try_from(users).map_or(0.0, f64::from) / over
    }
}

fn eta(users: u64, estimated: Option<u64>, rate: f64, phase: &SyncPhase) -> Option<u64> {
    let left = u32::try_from(estimated?.saturating_sub(users)).ok()?;
    let moving = matches!(phase, SyncPhase::Listing | SyncPhase::Sweeping);
    let seconds = Duration::try_from_secs_f64((f64::from(left) / rate).ceil()).ok()?;
    (moving && rate > 0.0).then_some(seconds.as_secs())
}
