//! Switching a pool's plan inside a month.
//!
//! Each active user is billed once, at the most expensive plan that the pool was on at any moment when that user was
//! active (Developer Guide, quotas). So a short visit to a dearer plan re-prices only who was active meanwhile.

use rust_decimal::Decimal;

use super::bill::{Bill, bill};
use super::compare::price_steps;
use super::table::Prices;
use super::usage::{PoolUsage, PricePlan, Usage};
use crate::estimate::Estimate;
use crate::month::Month;

/// A month in which a pool is on two plans, in whatever order and however often it goes between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlanSwitch {
    /// One plan.
    pub one: PricePlan,
    /// The other.
    pub other: PricePlan,
    /// Users who were active only while the pool was on the one.
    pub only_one: u64,
    /// Users who were active only while the pool was on the other.
    pub only_other: u64,
    /// Users who were active under both.
    pub both: u64,
    /// SAML and OIDC users, who cost the same on every plan.
    pub federated: u64,
}

/// The bill of a month with a switch, with the rest of the account as in `rest`.
#[must_use]
pub fn switch_bill(prices: &Prices, rest: &Usage, switch: &PlanSwitch, month: Month) -> Bill {
    let (dear, cheap, cheap_users) = if switch.one.rank() > switch.other.rank() {
        (switch.one, switch.other, switch.only_other)
    } else {
        (switch.other, switch.one, switch.only_one)
    };
    let all = switch.only_one.saturating_add(switch.only_other).saturating_add(switch.both);
    let mut usage = rest.clone();
    usage.pools.push(PoolUsage::new(dear, all - cheap_users, switch.federated));
    usage.pools.push(PoolUsage::new(cheap, cheap_users, 0));
    bill(prices, &usage, month)
}

/// What a month with a switch costs when only the number of its active users is known: from none of them having been
/// active on the dearer plan to all of them. `pool` is the pool with those users; its plan is not looked at.
#[must_use]
pub fn switch_bounds(
    prices: &Prices,
    rest: &Usage,
    (one, other): (PricePlan, PricePlan),
    pool: PoolUsage,
    month: Month,
) -> Estimate<Decimal> {
    let place = rest.pools.len();
    let with = |pools: &[PoolUsage]| {
        let mut usage = rest.clone();
        usage.pools.extend_from_slice(pools);
        usage
    };
    let total = |pools: &[PoolUsage]| bill(prices, &with(pools), month).total();
    let mut totals = vec![total(&[PoolUsage { plan: one, ..pool }]), total(&[PoolUsage { plan: other, ..pool }])];
    // Between the two the free users of both plans may be used up, and their cheap brackets: the corners are where a price
    // of either changes.
    let corners = |plan| {
        let none = with(&[PoolUsage { plan, users: 0, ..pool }]);
        price_steps(prices, &none, place, pool.users, month).into_iter().map(|step| step.from.saturating_sub(1))
    };
    let of_one = corners(one).chain(corners(other).map(|users| pool.users.saturating_sub(users)));
    totals.extend(of_one.map(|users| {
        let ones = PoolUsage { plan: one, users, federated: 0, ..pool };
        total(&[ones, PoolUsage { plan: other, users: pool.users.saturating_sub(users), ..pool }])
    }));
    let low = totals.iter().min().copied().unwrap_or_default();
    Estimate::new(low, None, totals.into_iter().max())
}
