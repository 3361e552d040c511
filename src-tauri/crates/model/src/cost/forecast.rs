//! What next months may look like: from the growth that was seen, never from a curve.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use super::money::grouped;
use super::usage::{PoolUsage, PricePlan};
use crate::estimate::{Bound, Estimate, Evidence, EvidenceKind};
use crate::month::Month;

/// How far ahead a forecast may look.
const FURTHEST: u32 = 24;

/// The active users of a month that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthCount {
    /// The month.
    pub month: Month,
    /// How many.
    pub users: Estimate<u64>,
}

/// A month to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forecast {
    /// The month.
    pub month: Month,
    /// How many users it may have.
    pub users: Estimate<u64>,
    /// How often the growth of a month lies between the smallest and the largest of those seen, in percent, when months
    /// are alike: (n − 1) of (n + 1) for n steps. For the first month to come only; `None` for later ones and when fewer
    /// than two steps were seen, where the interval means nothing.
    pub confidence_percent: Option<u32>,
}

/// The months after the last one of `history`, at most 24; empty when no growth was seen: two months in a row with a
/// likely number are needed.
///
/// The likely value grows by the median of the steps that were seen, the bounds by the smallest and the largest, month
/// upon month.
#[must_use]
pub fn forecast(history: &[MonthCount], months: u32) -> Vec<Forecast> {
    let mut known: Vec<(Month, u64)> =
        history.iter().filter_map(|count| Some((count.month, count.users.likely?))).collect();
    known.sort_unstable();
    known.dedup_by_key(|(month, _)| *month);
    let mut steps: Vec<Decimal> = known
        .windows(2)
        .filter(|pair| pair[0].0.next() == pair[1].0 && pair[0].1 > 0)
        .map(|pair| Decimal::from(pair[1].1) / Decimal::from(pair[0].1))
        .collect();
    steps.sort_unstable();
    let (Some(least), Some(most)) = (steps.first().copied(), steps.last().copied()) else { return Vec::new() };
    let Some(last) = history.iter().filter(|count| count.users.likely.is_some()).max_by_key(|count| count.month) else {
        return Vec::new();
    };
    let median = median(&steps);
    let mut ahead = Vec::new();
    let (mut month, mut users) = (last.month, last.users.clone());
    users.evidence.clear();
    for step in 0..months.min(FURTHEST) {
        month = month.next();
        let low = grown(users.low, least).unwrap_or(users.low);
        let likely = users.likely.and_then(|likely| grown(likely, median));
        let high = if steps.len() > 1 { users.high.and_then(|high| grown(high, most)) } else { None };
        users = Estimate::new(if steps.len() > 1 { low } else { 0 }, likely, high);
        let shown = users.clone().because(likely.map(|likely| evidence(likely, &steps)));
        let confidence_percent = (step == 0 && steps.len() > 1).then(|| confidence(steps.len()));
        ahead.push(Forecast { month, users: shown, confidence_percent });
    }
    ahead
}

fn median(sorted: &[Decimal]) -> Decimal {
    let middle = sorted.len() / 2;
    if sorted.len().is_multiple_of(2) { (sorted[middle - 1] + sorted[middle]) / Decimal::TWO } else { sorted[middle] }
}

fn confidence(steps: usize) -> u32 {
    u32::try_from(100 * (steps - 1) / (steps + 1)).unwrap_or(100)
}

/// `None` when it is more than can be counted.
fn grown(users: u64, factor: Decimal) -> Option<u64> {
    Decimal::from(users).checked_mul(factor)?.round().to_u64()
}

fn evidence(likely: u64, steps: &[Decimal]) -> Evidence {
    let percent = |factor: Decimal| ((factor - Decimal::ONE) * Decimal::ONE_HUNDRED).round_dp(1).normalize();
    let (least, most) = (steps.first().copied().unwrap_or_default(), steps.last().copied().unwrap_or_default());
    let seen = match steps.len() {
        1 => format!("One step between months was seen: {} %.", percent(least)),
        n => format!("{n} steps between months were seen, from {} % to {} %.", percent(least), percent(most)),
    };
    Evidence {
        kind: EvidenceKind::Forecast,
        bound: Bound::About,
        users: likely,
        says: format!("{seen} About {} users would follow.", grouped(likely)),
        caveat: Some("Months to come need not be like those that were seen.".to_owned()),
    }
}

/// What may change about a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WhatIf {
    /// More users in percent; less than 0 for fewer.
    pub growth_percent: Decimal,
    /// The share of SAML and OIDC users among all, in percent from 0 to 100; `None` to keep it.
    pub federated_percent: Option<Decimal>,
    /// Another plan; `None` to keep it.
    pub plan: Option<PricePlan>,
}

impl WhatIf {
    /// The pool as it would be. Users are rounded to whole ones; what makes no sense (fewer than none, a share over 100)
    /// is taken as the nearest that does.
    #[must_use]
    pub fn apply(&self, pool: PoolUsage) -> PoolUsage {
        let factor = (Decimal::ONE_HUNDRED + self.growth_percent).max(Decimal::ZERO) / Decimal::ONE_HUNDRED;
        let grow = |users| grown(users, factor).unwrap_or(u64::MAX / 2);
        let (mut users, mut federated) = (grow(pool.users), grow(pool.federated));
        if let Some(percent) = self.federated_percent {
            let share = percent.clamp(Decimal::ZERO, Decimal::ONE_HUNDRED) / Decimal::ONE_HUNDRED;
            let all = users.saturating_add(federated);
            federated = grown(all, share).unwrap_or(all).min(all);
            users = all - federated;
        }
        PoolUsage { plan: self.plan.unwrap_or(pool.plan), users, federated, ..pool }
    }
}
