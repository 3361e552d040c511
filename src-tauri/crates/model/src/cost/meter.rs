//! The money meter: what this app's own calls may bill, and at which price.

use rust_decimal::Decimal;

use super::bill::bill;
use super::compare::corners;
use super::table::{Meter, Prices};
use super::usage::{PricePlan, Usage};
use crate::call::MauEffect;
use crate::estimate::Estimate;
use crate::month::Month;
use crate::pool::Pool;

/// Different users whom calls are about, by what the calls can do to the bill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Touched {
    /// Users with a call that AWS lists as counting.
    pub may_bill: u64,
    /// Users with nothing but calls of which AWS says nothing.
    pub undocumented: u64,
    /// Users who were counted this month already.
    pub already_counted: u64,
}

impl Touched {
    /// Adds users with the strongest effect of the calls about each of them.
    pub fn add(&mut self, effect: MauEffect, users: u64) {
        match effect {
            MauEffect::Free => {}
            MauEffect::MayBill => self.may_bill += users,
            MauEffect::Undocumented => self.undocumented += users,
            MauEffect::AlreadyCounted => self.already_counted += users,
        }
    }
}

/// The effect that counts when a user has several calls: what surely counts, then what may, then what did before.
#[must_use]
pub fn strongest(effects: impl IntoIterator<Item = MauEffect>) -> MauEffect {
    let strength = |effect: &MauEffect| match effect {
        MauEffect::Free => 0,
        MauEffect::Undocumented => 1,
        MauEffect::MayBill => 2,
        // Who was counted is not counted again, whatever follows.
        MauEffect::AlreadyCounted => 3,
    };
    effects.into_iter().max_by_key(strength).unwrap_or(MauEffect::Free)
}

/// What a pool is billed by, as far as AWS tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BilledBy {
    /// This plan; where it is [`PricePlan::Legacy`], perhaps with advanced security.
    Plan(PricePlan),
    /// Lite, or the legacy price: of a pool on Lite AWS does not tell which.
    LiteOrLegacy {
        /// Whether advanced security is on, for which a legacy pool pays apart.
        advanced_security: bool,
    },
}

impl From<PricePlan> for BilledBy {
    fn from(plan: PricePlan) -> Self {
        Self::Plan(plan)
    }
}

impl BilledBy {
    /// What a pool is billed by. A plan that we do not know is taken for Plus, and advanced security that was not looked at
    /// for on.
    #[must_use]
    pub fn of(pool: Option<&Pool>) -> Self {
        match pool.and_then(|pool| PricePlan::of_tier(pool.tier.as_deref()?)) {
            Some(PricePlan::Lite) => {
                let advanced_security = pool.and_then(|pool| pool.advanced_security).unwrap_or(true);
                Self::LiteOrLegacy { advanced_security }
            }
            plan => Self::Plan(plan.unwrap_or(PricePlan::Plus)),
        }
    }
}

/// The dearest that one more user can be: no free user left, the first bracket, whichever way of signing in.
#[must_use]
pub fn dearest_user(prices: &Prices, billed_by: impl Into<BilledBy>) -> Decimal {
    match billed_by.into() {
        BilledBy::Plan(plan) => dearest_of_plan(prices, plan, true),
        BilledBy::LiteOrLegacy { advanced_security } => dearest_of_plan(prices, PricePlan::Lite, false)
            .max(dearest_of_plan(prices, PricePlan::Legacy, advanced_security)),
    }
}

fn dearest_of_plan(prices: &Prices, plan: PricePlan, advanced_security: bool) -> Decimal {
    let brackets = [plan.meter(), Meter::Federated].map(|meter| &prices.tariffs.of(meter).brackets);
    let most = brackets.into_iter().flatten().map(|bracket| bracket.price).max().unwrap_or_default();
    // Who is of a legacy pool with advanced security pays for that on top, however they sign in.
    let extra = &prices.tariffs.of(Meter::LegacyAdvancedSecurity).brackets;
    let extra = extra.iter().map(|bracket| bracket.price).max();
    let extra = extra.filter(|_| advanced_security && plan == PricePlan::Legacy);
    most + extra.unwrap_or_default()
}

/// The most that requests for tokens of machines cost, in exact dollars: each in the dearest bracket.
#[must_use]
pub fn requests_bill(prices: &Prices, requests: u64) -> Decimal {
    let brackets = &prices.tariffs.of(Meter::TokenRequests).brackets;
    Decimal::from(requests) * brackets.iter().map(|bracket| bracket.price).max().unwrap_or_default()
}

/// As [`session_bill`] where the plan is not known, or may change: at most the dearest of all.
#[must_use]
pub fn session_bill_of_any_plan(prices: &Prices, touched: Touched) -> Estimate<Decimal> {
    let bills = PricePlan::ALL.map(|plan| session_bill(prices, plan, touched));
    bills.into_iter().max_by_key(|bill| bill.high).unwrap_or_else(Estimate::unknown)
}

/// What calls about users may add to the bill of a pool that is billed so, in exact dollars.
///
/// At least nothing: all of them may have been active this month anyhow, or free. At most every one of them is new and
/// none is free. What is likely is unknown without the month's number; see [`touching`].
#[must_use]
pub fn session_bill(prices: &Prices, billed_by: impl Into<BilledBy>, touched: Touched) -> Estimate<Decimal> {
    let users = touched.may_bill.saturating_add(touched.undocumented);
    let high = Decimal::from(users) * dearest_user(prices, billed_by);
    Estimate::new(Decimal::ZERO, (users == 0).then_some(Decimal::ZERO), Some(high))
}

/// What calls about users of a pool add to its month, if none of them has been active yet: for a preview of bulk changes,
/// and for what it costs to touch dormant users. Keeping them without a call costs nothing.
///
/// `users` are the active users of the month without those, `at` is the account's usage with so many in its first pool. The
/// likely value counts those of documented calls, the upper one the others, too, wherever within its bounds the month is;
/// unknown where the month's number is, or where SAML and OIDC users are in between, of whom nobody says who is touched. The
/// lower one is nothing, because any of them may have been active without our knowing.
#[must_use]
pub fn touching(
    prices: &Prices,
    at: impl Fn(u64) -> Usage,
    users: &Estimate<u64>,
    touched: Touched,
    month: Month,
) -> Estimate<Decimal> {
    let cost = |users: u64| bill(prices, &at(users), month).exact();
    let added = |users: u64, touched: u64| cost(users.saturating_add(touched)) - cost(users);
    let all = touched.may_bill.saturating_add(touched.undocumented);
    let high = users.high.and_then(|most| {
        let most = most.saturating_add(all);
        let federated = at(most).pools.first().is_some_and(|pool| pool.federated > 0);
        // Between two corners the price of the next user is the same: it is dearest where the first or the last one
        // touched is at a corner.
        let corners = corners(prices, &at(0), most);
        let begins = corners.iter().flat_map(|corner| [*corner, corner.saturating_sub(all)]);
        let begins = begins.chain([users.low, most - all]).filter(|begin| (users.low..=most - all).contains(begin));
        let dearest = begins.map(|begin| added(begin, all)).max();
        dearest.filter(|_| !federated)
    });
    Estimate::new(Decimal::ZERO, users.likely.map(|users| added(users, touched.may_bill)), high)
}
