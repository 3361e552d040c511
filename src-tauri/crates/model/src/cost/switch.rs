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

/// What a month with a switch costs when only the numbers of its active users are known: whatever part of them was active
/// on which plan, those of SAML and OIDC providers, too, for what goes with a plan is charged for them as well (advanced
/// security, replication). `pool` is the pool with those users; its plan is not looked at.
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
    let mut totals = Vec::new();
    // What goes with a plan costs the least and the most where the federated users are all on one of the two.
    for federated in [0, pool.federated] {
        let ones = PoolUsage { plan: one, federated, ..pool };
        let others = PoolUsage { plan: other, federated: pool.federated - federated, ..pool };
        // From none to all, the free users of both plans may be used up, and their cheap brackets: the corners are where a
        // price of either changes.
        let corners = |of: PoolUsage| {
            let none = with(&[PoolUsage { users: 0, ..of }]);
            price_steps(prices, &none, place, pool.users, month).into_iter().map(|step| step.from.saturating_sub(1))
        };
        let of_one = corners(ones).chain(corners(others).map(|users| pool.users.saturating_sub(users)));
        totals.extend(of_one.chain([0, pool.users]).map(|users| {
            let others = PoolUsage { users: pool.users.saturating_sub(users), ..others };
            bill(prices, &with(&[PoolUsage { users, ..ones }, others]), month).total()
        }));
    }
    let low = totals.iter().min().copied().unwrap_or_default();
    Estimate::new(low, None, totals.into_iter().max())
}
