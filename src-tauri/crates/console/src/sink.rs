//! Every attempt at a call passes here before it is sent.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use model::PoolId;
use model::call::{CallAttempt, CallOutcome, CallRefused, CallSink, MauEffect, QuotaCategory};

/// Attempts at one operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallCount {
    /// AWS's name, such as `ListUsers`.
    pub operation: &'static str,
    /// The quota that it draws on.
    pub category: QuotaCategory,
    /// Attempts that were sent, repeated ones included.
    pub attempts: u64,
    /// Attempts that AWS refused as too many.
    pub throttled: u64,
    /// Attempts that failed otherwise.
    pub failed: u64,
    /// Attempts that were not sent, because they might have been billed.
    pub refused: u64,
}

/// What this session may have added to the bill.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SessionCost {
    /// Monthly active users that calls of this session may have caused.
    pub users: u64,
    /// The least that they cost, in US dollars.
    pub low: String,
    /// The most that they cost, in US dollars.
    pub high: String,
}

/// Attempts and throttles that concerned one pool.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct PoolCalls {
    pub(crate) attempts: u64,
    pub(crate) throttled: u64,
}

/// Counts every attempt, and refuses what is not known to be free: browsing never bills.
#[derive(Debug, Default)]
pub struct CallCounter {
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    operations: BTreeMap<&'static str, CallCount>,
    pools: BTreeMap<PoolId, PoolCalls>,
}

impl Counts {
    fn of(&mut self, attempt: &CallAttempt) -> &mut CallCount {
        let operation = attempt.operation;
        self.operations.entry(operation.name).or_insert(CallCount {
            operation: operation.name,
            category: operation.category,
            attempts: 0,
            throttled: 0,
            failed: 0,
            refused: 0,
        })
    }
}

impl CallCounter {
    /// What has been called since the start, by operation name.
    #[must_use]
    pub fn counts(&self) -> Vec<CallCount> {
        self.locked().operations.values().cloned().collect()
    }

    pub(crate) fn of_pool(&self, pool: &PoolId) -> PoolCalls {
        self.locked().pools.get(pool).copied().unwrap_or_default()
    }

    /// What this session may have cost: nothing, since nothing that may bill is sent.
    pub(crate) fn cost(&self) -> SessionCost {
        SessionCost { users: 0, low: "0.00".to_owned(), high: "0.00".to_owned() }
    }

    fn locked(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CallSink for CallCounter {
    fn before(&self, attempt: &CallAttempt) -> Result<(), CallRefused> {
        let mut counts = self.locked();
        if attempt.operation.mau != MauEffect::Free {
            counts.of(attempt).refused += 1;
            return Err(CallRefused { reason: "it may be billed, and browsing never bills".to_owned() });
        }
        counts.of(attempt).attempts += 1;
        if let Some(pool) = &attempt.pool {
            counts.pools.entry(pool.clone()).or_default().attempts += 1;
        }
        Ok(())
    }

    fn after(&self, attempt: &CallAttempt, outcome: CallOutcome) {
        let mut counts = self.locked();
        match outcome {
            CallOutcome::Done => {}
            CallOutcome::Throttled => {
                counts.of(attempt).throttled += 1;
                if let Some(pool) = &attempt.pool {
                    counts.pools.entry(pool.clone()).or_default().throttled += 1;
                }
            }
            CallOutcome::Failed => counts.of(attempt).failed += 1,
        }
    }
}
