//! The gate that every call goes through: its share of the quota, the sink, the repetitions.

mod rate;
mod retry;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::SignedDuration;
use jiff::fmt::rfc2822::DateTimeParser;
use model::call::{CallAttempt, CallOutcome, CallSink, QuotaCategory};
use model::clock::Clock;
use model::{AccountId, PoolId, Region};

use crate::error::{Context, Error, ErrorKind};
use rate::Rate;
pub use retry::RetryRules;
pub(crate) use retry::{Again, Failure};

/// How much of AWS's quota may be used.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Share {
    /// This part of it, from 0.01 to 1; the rest is left to the account's other programs.
    Fraction(f64),
    /// No limit of our own. Throttling by AWS is heeded all the same.
    Off,
}

/// What has been used of a quota.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QuotaUse {
    /// AWS's default in requests a second; `None` where there is none.
    pub limit_per_second: Option<u32>,
    /// The part of it that may be used now, from 0 to 1: less than configured after throttling, 1 without a limit.
    pub share: f64,
    /// Requests sent in the last second.
    pub used_last_second: u32,
    /// Requests that AWS refused as too many, since the program started.
    pub throttled: u64,
}

/// One limiter for each account, Region and quota category, and for each operation on one pool where AWS limits that.
pub struct Gate {
    sink: Arc<dyn CallSink>,
    clock: Arc<dyn Clock>,
    retry: RetryRules,
    random: Box<dyn Fn() -> f64 + Send + Sync>,
    lanes: Mutex<Lanes>,
    /// How far our clock was ahead of the servers' when they answered last, by place.
    ahead: Mutex<HashMap<String, SignedDuration>>,
}

struct Lanes {
    share: Share,
    rates: HashMap<Key, Arc<Rate>>,
}

/// Whose quota a session draws on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Lane {
    /// The account, or what stands for it while it is unknown.
    pub(crate) holder: String,
    /// The account, where it is known.
    pub(crate) account: Option<AccountId>,
    pub(crate) region: Region,
    /// The endpoint's URL when one is set, else the partition.
    pub(crate) place: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    lane: Lane,
    category: QuotaCategory,
    pool: Option<(PoolId, &'static str)>,
}

impl Gate {
    /// A gate that tells `sink` about every attempt and uses no more than `share` of each quota.
    #[must_use]
    pub fn new(sink: Arc<dyn CallSink>, share: Share, clock: Arc<dyn Clock>) -> Self {
        Self {
            sink,
            clock,
            retry: RetryRules::default(),
            random: Box::new(rand::random::<f64>),
            lanes: Mutex::new(Lanes { share, rates: HashMap::new() }),
            ahead: Mutex::default(),
        }
    }

    /// The same gate with other rules for repeating calls.
    #[must_use]
    pub fn with_retry(mut self, rules: RetryRules) -> Self {
        self.retry = rules;
        self
    }

    /// The same gate with another source of randomness for the waits between attempts: numbers from 0 up to 1.
    #[must_use]
    pub fn with_random(mut self, random: impl Fn() -> f64 + Send + Sync + 'static) -> Self {
        self.random = Box::new(random);
        self
    }

    /// Changes the share, for calls from now on.
    pub fn set_share(&self, share: Share) {
        let mut lanes = self.lanes();
        lanes.share = share;
        for (key, rate) in &lanes.rates {
            rate.set_ceiling(ceiling(key.limit(), share));
        }
    }

    /// The share that calls may use now.
    #[must_use]
    pub fn share(&self) -> Share {
        self.lanes().share
    }

    /// How much of a category is in use: the busiest account and Region of this gate.
    #[must_use]
    pub fn usage(&self, category: QuotaCategory) -> QuotaUse {
        let idle = QuotaUse {
            limit_per_second: category.default_rate(),
            share: match self.lanes().share {
                Share::Fraction(part) => part.clamp(0.01, 1.0),
                Share::Off => 1.0,
            },
            used_last_second: 0,
            throttled: 0,
        };
        let lanes = self.lanes();
        let used = lanes.rates.iter().filter(|(key, _)| key.category == category && key.pool.is_none());
        used.map(|(_, rate)| rate.usage()).max_by_key(|used| used.used_last_second).unwrap_or(idle)
    }

    /// Notes the time that the server of a place told (`Date`, RFC 9110 section 6.6.1). What is no date is passed over.
    pub(crate) fn heard(&self, place: &str, date: &str) {
        let Ok(theirs) = DateTimeParser::new().parse_timestamp(date) else { return };
        let ahead = self.clock.now().duration_since(theirs);
        self.ahead.lock().unwrap_or_else(PoisonError::into_inner).insert(place.to_owned(), ahead);
    }

    /// How far our clock was ahead of the server's when that answered last; `None` before it did.
    pub(crate) fn ahead(&self, place: &str) -> Option<SignedDuration> {
        self.ahead.lock().unwrap_or_else(PoisonError::into_inner).get(place).copied()
    }

    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// Sends a call when it is its turn, and again while its failure is a passing one.
    ///
    /// Dropping the future cancels the call; an attempt that was under way is told to the sink as failed.
    pub(crate) async fn run<T, F, Fut>(&self, lane: &Lane, context: &Context, send: F) -> Result<T, Error>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = Result<T, Failure>>,
    {
        self.run_intended(lane, context, &|| Ok(()), send).await
    }

    /// The same for a call whose intent is written down for each attempt, when it is its turn.
    pub(crate) async fn run_intended<T, F, Fut>(
        &self,
        lane: &Lane,
        context: &Context,
        intent: crate::Intent<'_>,
        send: F,
    ) -> Result<T, Error>
    where
        F: Fn() -> Fut,
        Fut: Future<Output = Result<T, Failure>>,
    {
        let rates = self.rates(lane, context);
        let mut attempt = 1;
        loop {
            for rate in &rates {
                rate.permit(context.bulk).await;
            }
            let record = self.begin(lane, context, attempt, intent)?;
            for rate in &rates {
                rate.sent();
            }
            let failure = match send().await {
                Ok(answer) => {
                    record.end(CallOutcome::Done);
                    return Ok(answer);
                }
                Err(failure) => failure,
            };
            if failure.again == Again::Throttled {
                record.end(CallOutcome::Throttled);
                for rate in &rates {
                    rate.throttled();
                }
            } else if matches!(failure.error.kind, ErrorKind::OutcomeUnknown | ErrorKind::Undelivered) {
                record.end(CallOutcome::Unknown);
            } else {
                record.end(CallOutcome::Failed);
            }
            match self.retry.wait(&failure, attempt, (self.random)()) {
                Some(wait) => {
                    intent.refused();
                    tokio::time::sleep(wait).await;
                }
                // Credentials may be lost between two attempts.
                None => return Err(Error { unsent: failure.error.unsent && attempt == 1, ..failure.error }),
            }
            attempt += 1;
        }
    }

    fn begin(
        &self,
        lane: &Lane,
        context: &Context,
        attempt: u32,
        intent: crate::Intent<'_>,
    ) -> Result<Record<'_>, Error> {
        let attempt = CallAttempt {
            operation: context.operation,
            pool: context.pool.clone(),
            person: context.person.clone(),
            place: lane.place.clone(),
            account: lane.account.clone(),
            region: lane.region.clone(),
            attempt,
            at: self.clock.now(),
        };
        intent.sending().and_then(|()| self.sink.before(&attempt)).map_err(|refused| {
            let what = if attempt.attempt == 1 { "Nothing was sent" } else { "It was refused, and not sent again" };
            let error = Error::new(ErrorKind::NotRecorded, format!("{what}: {}.", refused.reason)).of(context);
            Error { unsent: attempt.attempt == 1, ..error }
        })?;
        Ok(Record { sink: &*self.sink, attempt, outcome: CallOutcome::Failed })
    }

    fn rates(&self, lane: &Lane, context: &Context) -> Vec<Arc<Rate>> {
        let category = context.operation.category;
        let per_pool = context.pool.clone().filter(|_| category.rate_per_pool().is_some());
        let narrow =
            per_pool.map(|pool| Key { lane: lane.clone(), category, pool: Some((pool, context.operation.name)) });
        let wide = Key { lane: lane.clone(), category, pool: None };
        let mut lanes = self.lanes();
        let share = lanes.share;
        narrow
            .into_iter()
            .chain([wide])
            .map(|key| {
                let limit = key.limit();
                let new = || Arc::new(Rate::new(limit, ceiling(limit, share)));
                Arc::clone(lanes.rates.entry(key).or_insert_with(new))
            })
            .collect()
    }

    fn lanes(&self) -> std::sync::MutexGuard<'_, Lanes> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Key {
    fn limit(&self) -> Option<u32> {
        if self.pool.is_some() { self.category.rate_per_pool() } else { self.category.default_rate() }
    }
}

/// The requests a second that we allow ourselves; `None` for as many as come.
fn ceiling(limit: Option<u32>, share: Share) -> Option<f64> {
    match share {
        Share::Fraction(part) => limit.map(|limit| f64::from(limit) * part.clamp(0.01, 1.0)),
        Share::Off => None,
    }
}

/// An attempt under way. Tells the sink how it ended, also when it is dropped.
struct Record<'a> {
    sink: &'a dyn CallSink,
    attempt: CallAttempt,
    outcome: CallOutcome,
}

impl Record<'_> {
    fn end(mut self, outcome: CallOutcome) {
        self.outcome = outcome;
    }
}

impl Drop for Record<'_> {
    fn drop(&mut self) {
        self.sink.after(&self.attempt, self.outcome);
    }
}
