//! Costs of numbers that are known only as a range.

use rust_decimal::Decimal;

use super::bill::bill;
use super::compare::corners;
use super::table::Prices;
use super::usage::{PoolUsage, Usage};
use crate::estimate::Estimate;
use crate::month::Month;

/// What a pool's month costs, with everything else of the account as in `usage`.
///
/// More users never cost less, so bounds of users are bounds of dollars. Totals are rounded to cents.
#[must_use]
pub fn cost_of(
    prices: &Prices,
    usage: &Usage,
    pool: usize,
    users: &Estimate<u64>,
    federated: &Estimate<u64>,
    month: Month,
) -> Estimate<Decimal> {
    users.with(federated, |users, federated| total(prices, usage, pool, (users, federated), month))
}

/// What a pool's month costs when some users may be billed either as direct or as federated: linked ones, of whom AWS's
/// pages say both. Neither reading is always the cheaper, so both ends are computed; which one AWS takes, nobody tells, so
/// nothing is likely.
#[must_use]
pub fn cost_of_either(
    prices: &Prices,
    usage: &Usage,
    pool_at: usize,
    (users, federated, either): (u64, u64, u64),
    month: Month,
) -> Estimate<Decimal> {
    let direct = total(prices, usage, pool_at, (users.saturating_add(either), federated), month);
    let as_federated = total(prices, usage, pool_at, (users, federated.saturating_add(either)), month);
    let likely = (direct == as_federated).then_some(direct);
    // In between the price is made of straight lines, so the ends of the range are at a corner of theirs: where a bracket
    // or what is free ends for the direct or for the federated users.
    let most = users.saturating_add(either);
    let direct_corners = corners(prices, usage, most).into_iter().filter(|corner| (users..=most).contains(corner));
    let elsewhere = |(at, pool): (usize, &PoolUsage)| if at == pool_at { 0 } else { pool.federated };
    let used = usage.pools.iter().enumerate().map(elsewhere).fold(federated, u64::saturating_add);
    let free = prices.free.federated.quantity.saturating_sub(used).min(either);
    let (mut low, mut high) = (direct.min(as_federated), direct.max(as_federated));
    for corner in direct_corners.chain([most - free]) {
        let cost = total(prices, usage, pool_at, (corner, federated.saturating_add(most - corner)), month);
        low = low.min(cost);
        high = high.max(cost);
    }
    Estimate::new(low, likely, Some(high))
}

fn total(prices: &Prices, usage: &Usage, pool: usize, (users, federated): (u64, u64), month: Month) -> Decimal {
    let mut usage = usage.clone();
    if let Some(pool) = usage.pools.get_mut(pool) {
        pool.users = users;
        pool.federated = federated;
    }
    bill(prices, &usage, month).total()
}
