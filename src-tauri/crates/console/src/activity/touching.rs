//! What it costs to touch users of a pool, by what is known of its present month: the same arithmetic as of the page of cost.

use model::cost::{BilledBy, PoolUsage, PricePlan, Prices, Touched, Usage, session_bill, touching};
use model::estimate::Estimate;
use model::mau::{LONGEST_UNSEEN, Split, seen_and_given};
use model::month::Month;
use rust_decimal::Decimal;
use store::ToldBilling;

use super::billing;
use crate::error::Error;
use crate::pool::OpenPool;

/// Up to how many users with an identity elsewhere are looked at to see how a pool is mixed.
const MOST_LOOKED_AT: u64 = 20_000;

/// What touching users of a pool costs in the present month.
pub(crate) struct TouchPrices {
    prices: Prices,
    billed_by: BilledBy,
    told: ToldBilling,
    /// The active users that are known of so far.
    users: Estimate<u64>,
    /// As many as the month before had, where that is known: the month may still come to them.
    expected: Option<u64>,
    /// Everybody in the pool, where the local copy is complete.
    everybody: Option<u64>,
    /// How they are mixed; `None` where that takes too long to see.
    split: Option<Split>,
    month: Month,
}

impl OpenPool {
    /// What touching users costs, by what was worked out of the present month before. Opens no socket.
    pub(crate) async fn touch_prices(&self) -> Result<TouchPrices, Error> {
        let month = Month::of(self.now());
        let (given, pool) = (self.given().await?, self.pool().await?);
        let told = billing::known(self.told_billing(), pool.as_ref());
        let seen = given.estimate(month).map_or_else(Estimate::unknown, |(at, kept)| {
            // Who came since then is in no ceiling, and makes what was likely too little.
            let fresh = self.now().duration_since(at) <= LONGEST_UNSEEN;
            let seen = kept.into_estimate();
            Estimate { likely: seen.likely.filter(|_| fresh), high: seen.high.filter(|_| fresh), ..seen }
        });
        let before = month.previous();
        let closed = given.closed(before).map_or_else(Estimate::unknown, |(_, seen)| seen);
        let before = seen_and_given(closed, model::mau::estimate(&given.facts(before, true)));
        let users = seen_and_given(seen, model::mau::estimate(&given.facts(month, false)));
        let freshness = self.freshness().await?;
        let everybody = freshness.users.max(freshness.estimated_users.unwrap_or_default());
        let few = self.count("has:identities").await? <= MOST_LOOKED_AT;
        let billed_by = match (billing::plan(told, pool.as_ref()), told.legacy) {
            (Some(PricePlan::Legacy), _) => BilledBy::Plan(PricePlan::Legacy),
            (Some(PricePlan::Lite), Some(false)) => BilledBy::Plan(PricePlan::Lite),
            _ => BilledBy::of(pool.as_ref()),
        };
        Ok(TouchPrices {
            prices: self.console.table()?.prices(&self.key.region),
            billed_by,
            told,
            users,
            expected: before.likely,
            everybody: freshness.complete.then_some(everybody),
            split: if few { Some(self.split().await?) } else { None },
            month,
        })
    }
}

impl TouchPrices {
    /// What it adds to the bill of the pool as it is billed now.
    pub(crate) fn now(&self, touched: Touched) -> Estimate<Decimal> {
        match self.billed_by {
            BilledBy::Plan(plan) => self.on(plan, touched),
            // Of a pool on Lite AWS does not tell whether it has the legacy price.
            BilledBy::LiteOrLegacy { .. } => {
                let dearest = session_bill(&self.prices, self.billed_by, touched).high;
                let [lite, legacy] = [PricePlan::Lite, PricePlan::Legacy].map(|plan| self.on(plan, touched));
                let high = lite.high.max(legacy.high).into_iter().chain(dearest).min();
                Estimate::new(Decimal::ZERO, lite.likely.filter(|likely| legacy.likely == Some(*likely)), high)
            }
        }
    }

    /// What it adds to the bill if the pool is on a plan. At most every user is at the dearest price: less only where it is
    /// told how many users the account's other pools have, who may have used up those that are free.
    pub(crate) fn on(&self, plan: PricePlan, touched: Touched) -> Estimate<Decimal> {
        let dearest = session_bill(&self.prices, plan, touched);
        let split = self.split.filter(|split| split.linked == 0);
        let Some(split) = split.filter(|_| dearest.likely.is_none()) else { return dearest };
        let price = |users: &Estimate<u64>, others: &[PoolUsage]| {
            let at = |users: u64| {
                let (direct, federated, _) = split.shared_out(users).priced();
                let advanced_security = self.told.advanced_security;
                let own = PoolUsage { advanced_security, ..PoolUsage::new(plan, direct, federated) };
                Usage { pools: [own].into_iter().chain(others.iter().copied()).collect(), ..Usage::default() }
            };
            touching(&self.prices, at, users, touched, self.month)
        };
        let others = billing::others(self.told);
        // The month goes on: it may come to as many as the one before had, and then fewer are free. Where nobody knows how
        // many those were, it may come to any number.
        let highs = self.expected.and_then(|expected| {
            let known = [self.users.clone(), Estimate::exactly(expected)];
            known.iter().map(|users| price(users, &others).high).collect::<Option<Vec<Decimal>>>()
        });
        let told = highs.filter(|_| self.told.others.is_some()).and_then(|highs| highs.into_iter().max());
        let high = told.into_iter().chain(dearest.high).min();
        // What is likely is told only where it is the same however far the month is by then, and whoever else there is.
        let mut accounts = vec![others];
        if self.told.others.is_none() {
            accounts.push(vec![self.all_that_is_free(plan)]);
        }
        let months: Vec<Estimate<u64>> = self.months().into_iter().map(Estimate::exactly).collect();
        let prices = months.iter().flat_map(|users| accounts.iter().map(|others| price(users, others).likely));
        let prices: Vec<Option<Decimal>> = prices.collect();
        let same = prices.windows(2).all(|two| two[0] == two[1]);
        Estimate::new(Decimal::ZERO, prices.first().copied().flatten().filter(|_| same), high)
    }

    /// How many users the month may likely have, now and when it is over; none where that is not known. Where nobody knows how
    /// many the month before had, it may come to everybody.
    fn months(&self) -> Vec<u64> {
        match (self.users.likely, self.expected, self.everybody) {
            (None, Some(expected), _) => vec![expected],
            (Some(now), Some(then), _) | (Some(now), None, Some(then)) => vec![now, then],
            (_, None, _) => Vec::new(),
        }
    }

    /// Another pool of the account that has used up all that is free.
    fn all_that_is_free(&self, plan: PricePlan) -> PoolUsage {
        let free = &self.prices.free;
        let users = if plan == PricePlan::Legacy { &free.legacy_users } else { &free.users };
        PoolUsage::new(plan, users.quantity, free.federated.quantity)
    }
}
