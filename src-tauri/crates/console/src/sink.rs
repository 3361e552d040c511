//! Every attempt at a call passes here before it is sent, and what may bill is in the journal first.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use model::call::{CallAttempt, CallOutcome, CallRefused, CallSink, MauEffect, QuotaCategory};
use model::cost::{PriceTable, Touched, plain, requests_bill};
use model::pool::Pool;
use model::{PoolId, PoolKey};
use rust_decimal::Decimal;
use store::{Journal, LedgerCall, LedgerEnd, LedgerId};

use crate::ledger::{PlansSeen, Somebody, is_aws, prices_of, same_bill};

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

/// What this session may have added to the bill of AWS, or would have where nobody is billed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SessionCost {
    /// Whether it is AWS that bills. Nobody is billed for the sandbox or an emulator: there it is what AWS would do.
    pub billed: bool,
    /// Monthly active users that calls of this session may have caused.
    pub users: u64,
    /// Requests for tokens of machines, each of which is billed.
    pub token_requests: u64,
    /// The least that they cost, in US dollars.
    pub low: String,
    /// The most that they cost, in US dollars.
    pub high: String,
    /// How often something was written into the ledger: who shows it reads it again when this is another number.
    pub ledger_writes: u64,
}

/// Attempts and throttles that concerned one pool.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct PoolCalls {
    pub(crate) attempts: u64,
    pub(crate) throttled: u64,
}

/// Counts every attempt, and writes down what may bill before it is sent: what cannot be written down is refused.
#[derive(Debug, Default)]
pub struct CallCounter {
    counts: Mutex<Counts>,
    ledger: Mutex<Ledger>,
}

#[derive(Debug, Default)]
struct Counts {
    operations: BTreeMap<&'static str, CallCount>,
    pools: BTreeMap<PoolId, PoolCalls>,
}

/// The journal, what is under way, and whom this session may have billed.
#[derive(Debug, Default)]
struct Ledger {
    journal: Option<Journal>,
    under_way: Vec<(CallAttempt, LedgerId)>,
    writes: u64,
    people: BTreeSet<Somebody>,
    /// Calls that did not say whom they were about, repeated attempts left out.
    unnamed: BTreeMap<Where, u64>,
    /// Requests for tokens of machines that were not refused.
    token_requests: BTreeMap<Where, u64>,
    plans: PlansSeen,
}

/// The place and the Region that calls went to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Where {
    place: String,
    region: String,
}

impl From<&CallAttempt> for Where {
    fn from(attempt: &CallAttempt) -> Self {
        Self { place: attempt.place.clone(), region: attempt.region.as_str().to_owned() }
    }
}

impl Ledger {
    /// Adds somebody, unless it may be one who is there: a sign-in does not know the account that it goes to.
    fn meet(&mut self, somebody: Somebody) {
        let anywhere = |one: &Somebody| Somebody { account: None, ..one.clone() };
        if somebody.account.is_some() {
            self.people.remove(&anywhere(&somebody));
        } else if self.people.iter().any(|known| anywhere(known) == somebody) {
            return;
        }
        self.people.insert(somebody);
    }
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

    /// Where calls that may bill are written down from now on; `None` when nowhere, so that none is sent.
    pub(crate) fn keep_in(&self, journal: Option<Journal>) {
        self.ledger().journal = journal;
    }

    /// What this session may have cost on the bill of a place (AWS has one for all of its places, an emulator and the sandbox
    /// would have their own): each user counts once, each call that named nobody may have been about one more, none of them may
    /// be new this month, and each may be at the dearest price of the plan that the pool was seen on, or of all plans in its
    /// Region. Without a readable price table the most is
    /// unknown, which is said with an empty text.
    pub(crate) fn cost(&self, place: &str, table: impl FnOnce() -> Option<PriceTable>) -> SessionCost {
        let ledger = self.ledger();
        // By Region, place and pool; those whom nobody named are of none.
        let mut users: BTreeMap<(&str, &str, &str), u64> = BTreeMap::new();
        for somebody in ledger.people.iter().filter(|somebody| same_bill(&somebody.place, place)) {
            *users.entry((&somebody.region, &somebody.place, &somebody.pool)).or_default() += 1;
        }
        let here = |(to, _): &(&Where, &u64)| same_bill(&to.place, place);
        for (to, calls) in ledger.unnamed.iter().filter(here) {
            *users.entry((&to.region, &to.place, "")).or_default() += calls;
        }
        let requests: Vec<(&Where, &u64)> = ledger.token_requests.iter().filter(here).collect();
        let most = |table: PriceTable| -> Option<Decimal> {
            let of = |((region, place, pool), users): (&(&str, &str, &str), &u64)| {
                let touched = Touched { may_bill: *users, ..Touched::default() };
                ledger.plans.bill(&prices_of(&table, region), place, pool, touched).high
            };
            let machines = requests.iter();
            let machines = machines.map(|(to, requests)| requests_bill(&prices_of(&table, &to.region), **requests));
            Some(users.iter().map(of).sum::<Option<Decimal>>()? + machines.sum::<Decimal>())
        };
        let high = match users.is_empty() && requests.is_empty() {
            true => "0.00".to_owned(),
            false => table().and_then(most).map(plain).unwrap_or_default(),
        };
        let (users, token_requests) = (users.values().sum(), requests.iter().map(|(_, requests)| **requests).sum());
        SessionCost {
            billed: is_aws(place),
            users,
            token_requests,
            low: "0.00".to_owned(),
            high,
            ledger_writes: ledger.writes,
        }
    }

    /// Takes in how a pool was described: its users are priced by that.
    pub(crate) fn see(&self, key: &PoolKey, pool: &Pool) {
        self.ledger().plans.see(key, pool);
    }

    /// The plans that pools were seen on.
    pub(crate) fn plans(&self) -> PlansSeen {
        self.ledger().plans.clone()
    }

    fn locked(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_down(&self, attempt: &CallAttempt) -> Result<(), CallRefused> {
        let mut ledger = self.ledger();
        let Some(journal) = ledger.journal.clone() else {
            let reason = "it may be billed, and the journal that records such calls cannot be opened".to_owned();
            return Err(CallRefused { reason });
        };
        let call = LedgerCall {
            at: attempt.at,
            place: attempt.place.clone(),
            account: attempt.account.as_ref().map(|account| account.as_str().to_owned()),
            region: attempt.region.as_str().to_owned(),
            pool: attempt.pool.as_ref().map(|pool| pool.as_str().to_owned()).unwrap_or_default(),
            person: attempt.person.clone().unwrap_or_default(),
            operation: attempt.operation.name.to_owned(),
            effect: attempt.operation.mau,
            attempt: attempt.attempt,
        };
        let id = journal.record_call(&call).map_err(|error| CallRefused {
            reason: format!("it may be billed, and the journal cannot be written ({error})"),
        })?;
        ledger.writes += 1;
        ledger.under_way.push((attempt.clone(), id));
        if attempt.operation.is_billed_by_request() {
            return Ok(());
        }
        match (&attempt.pool, attempt.person.as_deref().filter(|person| !person.is_empty())) {
            (Some(_), Some(_)) => ledger.meet(Somebody::from(&call)),
            _ if attempt.attempt == 1 => {
                *ledger.unnamed.entry(Where::from(attempt)).or_default() += 1;
            }
            _ => {}
        }
        Ok(())
    }

    fn write_end(&self, attempt: &CallAttempt, outcome: CallOutcome) {
        let mut ledger = self.ledger();
        let Some(at) = ledger.under_way.iter().position(|(under_way, _)| under_way == attempt) else { return };
        let (_, id) = ledger.under_way.swap_remove(at);
        ledger.writes += 1;
        let is_request = attempt.operation.is_billed_by_request();
        if is_request && matches!(outcome, CallOutcome::Done | CallOutcome::Unknown) {
            *ledger.token_requests.entry(Where::from(attempt)).or_default() += 1;
        }
        let end = match outcome {
            CallOutcome::Done => LedgerEnd::Done,
            CallOutcome::Unknown => LedgerEnd::Sent,
            CallOutcome::Throttled | CallOutcome::Failed => LedgerEnd::Failed,
        };
        if let Some(Err(error)) = ledger.journal.as_ref().map(|journal| journal.end_call(id, end)) {
            tracing::warn!(%error, "the end of a call was not written down; it stays as sent");
        }
    }
}

/// Whether a call belongs into the ledger.
fn is_recorded(attempt: &CallAttempt) -> bool {
    attempt.operation.mau != MauEffect::Free || attempt.operation.is_billed_by_request()
}

impl CallSink for CallCounter {
    fn before(&self, attempt: &CallAttempt) -> Result<(), CallRefused> {
        if is_recorded(attempt)
            && let Err(refused) = self.write_down(attempt)
        {
            self.locked().of(attempt).refused += 1;
            return Err(refused);
        }
        let mut counts = self.locked();
        counts.of(attempt).attempts += 1;
        if let Some(pool) = &attempt.pool {
            counts.pools.entry(pool.clone()).or_default().attempts += 1;
        }
        Ok(())
    }

    fn after(&self, attempt: &CallAttempt, outcome: CallOutcome) {
        if is_recorded(attempt) {
            self.write_end(attempt, outcome);
        }
        let mut counts = self.locked();
        match outcome {
            CallOutcome::Done => {}
            CallOutcome::Throttled => {
                counts.of(attempt).throttled += 1;
                if let Some(pool) = &attempt.pool {
                    counts.pools.entry(pool.clone()).or_default().throttled += 1;
                }
            }
            CallOutcome::Failed | CallOutcome::Unknown => counts.of(attempt).failed += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_name_at_an_emulator_or_in_another_account_is_somebody_else() {
        let about = |place: &str, account: Option<&str>| Somebody {
            place: place.to_owned(),
            account: account.map(str::to_owned),
            region: "eu-west-1".to_owned(),
            pool: "eu-west-1_a".to_owned(),
            name: "anna".to_owned(),
        };
        let counter = CallCounter::default();
        let users = |place: &str| counter.cost(place, || None).users;
        for (place, account, expected) in [
            ("aws", None, 1),
            ("aws", Some("1"), 1),
            ("aws", None, 1),
            ("aws", Some("2"), 2),
            ("https://cognito-idp-fips.us-east-1.amazonaws.com", Some("2"), 3),
        ] {
            counter.ledger().meet(about(place, account));
            assert_eq!(users("aws"), expected, "{place} {account:?}");
        }
        // Nobody is billed for these, and what was tried there is on no bill of AWS.
        let emulator = "http://localhost:4566";
        for place in ["sandbox", emulator, emulator] {
            counter.ledger().meet(about(place, Some("1")));
            let to = Where { place: place.to_owned(), region: "eu-west-1".to_owned() };
            *counter.ledger().unnamed.entry(to.clone()).or_default() += 1;
            *counter.ledger().token_requests.entry(to).or_default() += 1;
        }
        let told = |place: &str| {
            let cost = counter.cost(place, || PriceTable::built_in().ok());
            (cost.billed, cost.users, cost.token_requests, cost.high)
        };
        assert_eq!(told("aws"), (true, 3, 0, "0.195".to_owned()));
        assert_eq!(told("sandbox"), (false, 2, 1, "0.13225".to_owned()));
        assert_eq!(told(emulator), (false, 3, 2, "0.1995".to_owned()));
        assert_eq!(told("http://localhost:1"), (false, 0, 0, "0.00".to_owned()));
    }
}
