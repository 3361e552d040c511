//! Plans side by side: totals, where one becomes cheaper than the other, where the price of the next user changes.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::bill::{Bill, bill};
use super::table::Prices;
use super::usage::{PricePlan, Usage};
use crate::month::Month;

/// What a month would cost on a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// The plan.
    pub plan: PricePlan,
    /// The bill.
    pub bill: Bill,
}

/// Whose plan is varied; the other pools stay as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Varied {
    /// Every pool's.
    All,
    /// That of one pool, by its place in [`Usage::pools`].
    One(usize),
}

/// Where one plan becomes cheaper than another as users of a pool grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakEven {
    /// The cheaper plan with fewer users; `None` when both cost the same there.
    pub below: Option<PricePlan>,
    /// The cheaper plan from here.
    pub cheaper: PricePlan,
    /// The dearer plan from here.
    pub dearer: PricePlan,
    /// The first number of users with which it is cheaper.
    pub users: u64,
}

/// A number of users after which the next one has another price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriceStep {
    /// The first user at the new price.
    pub from: u64,
    /// Dollars for the user before.
    pub before: Decimal,
    /// Dollars for this user.
    pub after: Decimal,
}

/// The bill of every plan on the same usage, in the order of [`PricePlan::ALL`].
#[must_use]
pub fn quotes(prices: &Prices, usage: &Usage, varied: Varied, month: Month) -> Vec<Quote> {
    let quote = |plan| Quote { plan, bill: bill(prices, &usage.on(plan, varied), month) };
    PricePlan::ALL.into_iter().map(quote).collect()
}

/// What one more direct user of a pool costs, exactly. Nothing when there is no such pool.
#[must_use]
pub fn marginal(prices: &Prices, usage: &Usage, pool: usize, month: Month) -> Decimal {
    let now = usage.pools.get(pool).map_or(0, |pool| pool.users);
    let more = usage.with_users(pool, now.saturating_add(1));
    bill(prices, &more, month).exact() - bill(prices, usage, month).exact()
}

/// Where the price of a pool's next direct user changes, up to `most` users: where free users end, where a bracket ends.
#[must_use]
pub fn price_steps(prices: &Prices, usage: &Usage, pool: usize, most: u64, month: Month) -> Vec<PriceStep> {
    let price = |users: u64| marginal(prices, &usage.with_users(pool, users), pool, month);
    let step = |users: u64| {
        let (before, after) = (price(users.saturating_sub(1)), price(users));
        (users > 0 && before != after).then_some(PriceStep { from: users + 1, before, after })
    };
    corners(prices, usage, most).into_iter().filter(|users| *users < most).filter_map(step).collect()
}

/// Where plans overtake each other as the direct users of a pool grow from 0 to `most`, for every pair of plans.
#[must_use]
pub fn break_even(prices: &Prices, usage: &Usage, pool: usize, most: u64, month: Month) -> Vec<BreakEven> {
    let mut points = Vec::new();
    let corners: Vec<u64> = corners(prices, usage, most).into_iter().collect();
    for (at, a) in PricePlan::ALL.into_iter().enumerate() {
        for b in &PricePlan::ALL[at + 1..] {
            let (of_a, of_b) = (usage.on(a, Varied::One(pool)), usage.on(*b, Varied::One(pool)));
            let cost = |usage: &Usage, users| bill(prices, &usage.with_users(pool, users), month).exact();
            let order = |users| cost(&of_a, users).cmp(&cost(&of_b, users));
            points.extend(overtakings(&corners, order).into_iter().map(|(below, users, now)| {
                let plan = |order| if order == Ordering::Less { a } else { *b };
                let dearer = if now == Ordering::Less { *b } else { a };
                let below = (below != Ordering::Equal).then(|| plan(below));
                BreakEven { below, cheaper: plan(now), dearer, users }
            }));
        }
    }
    points.sort_by_key(|point| point.users);
    points
}

/// Where the order of two costs changes: how it was, where it changes, how it is from there.
///
/// Between two corners both costs are straight lines, so their order changes at most once there.
fn overtakings(corners: &[u64], order: impl Fn(u64) -> Ordering) -> Vec<(Ordering, u64, Ordering)> {
    let mut found = Vec::new();
    let mut was = corners.first().map_or(Ordering::Equal, |first| order(*first));
    for pair in corners.windows(2) {
        let now = order(pair[1]);
        if now == Ordering::Equal || now == was {
            continue;
        }
        let (mut before, mut after) = (pair[0], pair[1]);
        while after - before > 1 {
            let middle = before + (after - before) / 2;
            if order(middle) == now { after = middle } else { before = middle }
        }
        found.push((was, after, now));
        was = now;
    }
    found
}

/// Every number of users at which some plan's price can change: the ends of brackets and of free tiers, shifted by what
/// other pools use.
pub(super) fn corners(prices: &Prices, usage: &Usage, most: u64) -> BTreeSet<u64> {
    let used = |plan| usage.sum(plan, |pool| pool.users);
    let plans = PricePlan::ALL.map(used);
    let shared = used(PricePlan::Lite).saturating_add(used(PricePlan::Essentials));
    let own: Vec<u64> = usage.pools.iter().map(|pool| pool.users).collect();
    let mut taken: BTreeSet<u64> = plans.into_iter().chain([0, shared]).collect();
    for own in own {
        taken.extend(taken.clone().into_iter().map(|taken| taken.saturating_sub(own)));
    }
    let federated: Vec<u64> = usage.pools.iter().map(|pool| pool.federated).chain([0]).collect();
    let free = [0, prices.free.users.quantity, prices.free.legacy_users.quantity];
    let ends = super::Meter::ALL.iter().flat_map(|meter| &prices.tariffs.of(*meter).brackets);
    let ends: BTreeSet<u64> = ends.filter_map(|bracket| bracket.up_to).chain([0]).collect();
    let mut corners = BTreeSet::from([0, most]);
    for end in ends {
        for free in free {
            for taken in &taken {
                let users = end.saturating_add(free).saturating_sub(*taken);
                corners.extend(federated.iter().map(|federated| users.saturating_sub(*federated)));
            }
        }
    }
    corners.retain(|users| *users <= most);
    corners
}

impl Usage {
    /// The same usage on another plan.
    #[must_use]
    pub fn on(&self, plan: PricePlan, varied: Varied) -> Self {
        let mut usage = self.clone();
        for (at, pool) in usage.pools.iter_mut().enumerate() {
            if varied == Varied::All || varied == Varied::One(at) {
                pool.plan = plan;
            }
        }
        usage
    }

    /// The same usage with another number of direct users in a pool. Nothing changes when there is no such pool.
    #[must_use]
    pub fn with_users(&self, pool: usize, users: u64) -> Self {
        let mut usage = self.clone();
        if let Some(pool) = usage.pools.get_mut(pool) {
            pool.users = users;
        }
        usage
    }
}
