//! Months to come, and what if.

use model::cost::{MonthCount, PoolUsage, PricePlan, WhatIf, forecast};
use model::estimate::Estimate;
use model::month::Month;
use proptest::prelude::*;
use rstest::rstest;

fn month(text: &str) -> Month {
    Month::parse(text).unwrap()
}

fn history(counts: &[(&str, u64)]) -> Vec<MonthCount> {
    counts.iter().map(|(text, users)| MonthCount { month: month(text), users: Estimate::exactly(*users) }).collect()
}

#[test]
fn the_next_month_lies_between_the_smallest_and_the_largest_growth_seen() {
    // +20 %, -10 %, +10 %
    let seen = history(&[("2026-07", 1_000), ("2026-08", 1_200), ("2026-09", 1_080), ("2026-10", 1_188)]);
    let ahead = forecast(&seen, 2);
    let bounds = |at: usize| (ahead[at].users.low, ahead[at].users.likely, ahead[at].users.high);
    assert_eq!(ahead[0].month, month("2026-11"));
    // 1,188 × 0.9, × 1.1, × 1.2
    assert_eq!(bounds(0), (1_069, Some(1_307), Some(1_426)));
    assert_eq!(ahead[0].confidence_percent, Some(50), "three steps: 2 of 4");
    assert_eq!(ahead[1].month, month("2026-12"));
    assert_eq!(ahead[1].confidence_percent, None);
    // Growth upon growth.
    assert_eq!(bounds(1), (962, Some(1_438), Some(1_711)));
    assert_eq!(ahead[0].users.evidence.len(), 1);
}

#[test]
fn the_width_of_the_last_month_is_carried_on() {
    let mut seen = history(&[("2026-08", 1_000), ("2026-09", 1_000), ("2026-10", 1_000)]);
    seen[2].users = Estimate::new(800, Some(1_000), Some(1_500));
    let ahead = forecast(&seen, 1);
    assert_eq!((ahead[0].users.low, ahead[0].users.high), (800, Some(1_500)));
    seen[2].users.high = None;
    assert_eq!(forecast(&seen, 1)[0].users.high, None);
}

#[test]
fn one_step_gives_no_interval_and_none_no_forecast() {
    let one = forecast(&history(&[("2026-09", 100), ("2026-10", 150)]), 1);
    assert_eq!((one[0].users.low, one[0].users.likely, one[0].users.high), (0, Some(225), None));
    assert_eq!(one[0].confidence_percent, None);
    assert!(forecast(&history(&[("2026-10", 150)]), 3).is_empty());
    assert!(forecast(&history(&[("2026-08", 100), ("2026-10", 150)]), 3).is_empty(), "September is missing");
    assert!(forecast(&history(&[("2026-09", 0), ("2026-10", 150)]), 3).is_empty(), "nobody cannot grow");
    assert!(forecast(&[], 3).is_empty());
    let unknown = MonthCount { month: month("2026-11"), users: Estimate::unknown() };
    let seen = [history(&[("2026-09", 100), ("2026-10", 150)]), vec![unknown]].concat();
    assert_eq!(forecast(&seen, 1)[0].month, month("2026-11"), "what is unknown says nothing");
}

#[test]
fn a_forecast_looks_no_further_than_two_years() {
    assert_eq!(forecast(&history(&[("2026-09", 100), ("2026-10", 150)]), 1_000).len(), 24);
}

#[rstest]
#[case(WhatIf::default(), (Lite, 900, 100))]
#[case(WhatIf { growth_percent: 50.into(), ..WhatIf::default() }, (Lite, 1_350, 150))]
#[case(WhatIf { growth_percent: (-100).into(), ..WhatIf::default() }, (Lite, 0, 0))]
#[case(WhatIf { growth_percent: (-200).into(), ..WhatIf::default() }, (Lite, 0, 0))]
#[case(WhatIf { federated_percent: Some(25.into()), ..WhatIf::default() }, (Lite, 750, 250))]
#[case(WhatIf { federated_percent: Some(250.into()), ..WhatIf::default() }, (Lite, 0, 1_000))]
#[case(WhatIf { plan: Some(Plus), ..WhatIf::default() }, (Plus, 900, 100))]
fn what_if(#[case] change: WhatIf, #[case] expected: (PricePlan, u64, u64)) {
    let pool = change.apply(PoolUsage::new(Lite, 900, 100));
    assert_eq!((pool.plan, pool.users, pool.federated), expected);
}

use PricePlan::{Lite, Plus};

proptest! {
    #[test]
    fn bounds_are_in_order_whatever_was_seen(counts in prop::collection::vec(0..u64::MAX, 0..15), ahead in 0..30_u32) {
        let mut at = month("2024-01");
        let mut seen = Vec::new();
        for count in counts {
            seen.push(MonthCount { month: at, users: Estimate::exactly(count) });
            at = at.next();
        }
        for month in forecast(&seen, ahead) {
            let users = month.users;
            prop_assert!(users.likely.is_none_or(|likely| users.low <= likely));
            prop_assert!(users.high.is_none_or(|high| users.low <= high && users.likely.is_none_or(|likely| likely <= high)));
        }
    }
}
