//! Plans against each other.

use model::call::MauEffect;
use model::cost::{
    BilledBy, BreakEven, Feature, FeatureUse, PoolUsage, PricePlan, PriceStep, Touched, Usage, Varied, break_even,
    cost_of, cost_of_either, features_lost, marginal, plain, price_steps, quotes, session_bill,
    session_bill_of_any_plan, strongest, touching,
};
use model::estimate::Estimate;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::{november, prices};

use PricePlan::{Essentials, Legacy, Lite, Plus};

const MOST: u64 = 40_000_000;

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[test]
fn all_plans_stand_side_by_side() {
    let quotes = quotes(&prices(), &Usage::one(Lite, 60_000, 0), Varied::All, november());
    let told: Vec<(PricePlan, String)> = quotes.iter().map(|quote| (quote.plan, plain(quote.bill.total()))).collect();
    // 50,000 × 0.0055, 50,000 × 0.015, 60,000 × 0.02, 10,000 × 0.0055
    let expected = [(Lite, "275.00"), (Essentials, "750.00"), (Plus, "1200.00"), (Legacy, "55.00")];
    assert_eq!(told, expected.map(|(plan, total)| (plan, total.to_owned())));
}

#[test]
fn a_pool_is_compared_with_the_free_tier_that_others_have_used_up() {
    let pools = vec![PoolUsage::new(Essentials, 10_000, 0), PoolUsage::new(Lite, 1_000, 0)];
    let usage = Usage { pools, ..Usage::default() };
    let quotes = quotes(&prices(), &usage, Varied::One(1), november());
    // As Lite it takes the first 1,000 free users from Essentials: 1,000 × 0.015 either way.
    assert_eq!(plain(quotes[0].bill.total()), "15.00");
    assert_eq!(plain(quotes[1].bill.total()), "15.00");
    assert_eq!(plain(quotes[2].bill.total()), "20.00");
}

#[test]
fn break_even_points_are_found_to_the_user() {
    let points = break_even(&prices(), &Usage::one(Lite, 0, 0), 0, MOST, november());
    let at = |below, cheaper, dearer, users| BreakEven { below, cheaper, dearer, users };
    assert_eq!(
        points,
        [
            // Plus has no free users, so it is dearer from the first.
            at(None, Lite, Plus, 1),
            at(None, Essentials, Plus, 1),
            at(None, Legacy, Plus, 1),
            at(None, Lite, Essentials, 10_001),
            at(None, Legacy, Lite, 10_001),
            at(None, Legacy, Essentials, 10_001),
        ]
    );
}

#[test]
fn plus_overtakes_legacy_with_advanced_security_and_is_overtaken() {
    let pool = PoolUsage { advanced_security: true, ..PoolUsage::new(Legacy, 0, 0) };
    let usage = Usage { pools: vec![pool], ..Usage::default() };
    let points = break_even(&prices(), &usage, 0, MOST, november());
    let between: Vec<&BreakEven> = points
        .iter()
        .filter(|point| [point.cheaper, point.dearer].iter().all(|plan| [Plus, Legacy].contains(plan)))
        .collect();
    assert_eq!(between[0], &BreakEven { below: None, cheaper: Plus, dearer: Legacy, users: 1 });
    // At 1,000,000 legacy costs 26,665 and Plus 20,000; a further user 0.01825 and 0.02: 6,665 / 0.00175 = 3,808,571.4
    assert_eq!(between[1], &BreakEven { below: Some(Plus), cheaper: Legacy, dearer: Plus, users: 4_808_572 });
    assert_eq!(between.len(), 2);
}

#[test]
fn the_next_user_has_a_price() {
    let price = |plan, users| marginal(&prices(), &Usage::one(plan, users, 0), 0, november());
    assert_eq!(price(Lite, 9_999), Decimal::ZERO);
    assert_eq!(price(Lite, 10_000), decimal("0.0055"));
    assert_eq!(price(Lite, 99_999), decimal("0.0055"));
    assert_eq!(price(Lite, 100_000), decimal("0.0046"));
    assert_eq!(price(Plus, 0), decimal("0.02"));
    assert_eq!(marginal(&prices(), &Usage::default(), 0, november()), Decimal::ZERO);
}

#[test]
fn price_steps_tell_where_free_users_and_brackets_end() {
    let steps = price_steps(&prices(), &Usage::one(Lite, 0, 0), 0, MOST, november());
    let step = |from, before, after| PriceStep { from, before: decimal(before), after: decimal(after) };
    assert_eq!(
        steps,
        [
            step(10_001, "0", "0.0055"),
            step(100_001, "0.0055", "0.0046"),
            step(1_000_001, "0.0046", "0.00325"),
            step(10_000_001, "0.00325", "0.0025"),
        ]
    );
    let plus = price_steps(&prices(), &Usage::one(Plus, 0, 0), 0, MOST, november());
    assert_eq!(plus, []);
}

#[test]
fn a_second_pool_of_the_account_moves_the_steps() {
    let pools = vec![PoolUsage::new(Lite, 0, 0), PoolUsage::new(Lite, 4_000, 0)];
    let steps = price_steps(&prices(), &Usage { pools, ..Usage::default() }, 0, 200_000, november());
    assert_eq!(steps.iter().map(|step| step.from).collect::<Vec<_>>(), [6_001, 96_001]);
}

#[test]
fn bounds_of_users_are_bounds_of_dollars() {
    let users = Estimate::new(10_000, Some(12_000), Some(20_000));
    let cost = cost_of(&prices(), &Usage::one(Essentials, 0, 0), 0, &users, &Estimate::exactly(50), november());
    assert_eq!((cost.low, cost.likely, cost.high), (decimal("0.00"), Some(decimal("30.00")), Some(decimal("150.00"))));
    let open = Estimate { high: None, ..users };
    let cost = cost_of(&prices(), &Usage::one(Essentials, 0, 0), 0, &open, &Estimate::exactly(0), november());
    assert_eq!(cost.high, None, "what is unknown stays unknown");
}

#[test]
fn linked_users_are_a_range_because_the_pages_contradict_each_other() {
    // 110,000 on Lite of whom 1,000 are linked. All direct: 495 + 46. As federated: 495 + 9,000 × 0.0046 + 950 × 0.015.
    let usage = Usage::one(Lite, 0, 0);
    let cost = cost_of_either(&prices(), &usage, 0, (109_000, 0, 1_000), november());
    assert_eq!((cost.low, cost.likely), (decimal("540.77"), None));
    assert_eq!(cost.high, Some(decimal("550.65")));
}

#[test]
fn touching_dormant_users_costs_what_the_plan_asks() {
    let touched = Touched { may_bill: 100_000, ..Touched::default() };
    // 10,000 are active already, so nobody is free: 100,000 × 0.015.
    let one = |users| Usage::one(Essentials, users, 0);
    let above_free = touching(&prices(), one, &Estimate::exactly(10_000), touched, november());
    assert_eq!(above_free.likely, Some(decimal("1500.000")));
    assert_eq!(above_free.low, Decimal::ZERO, "any of them may have been active without our knowing");
    // Nobody is active: 90,000 × 0.015.
    let with_free = touching(&prices(), one, &Estimate::exactly(0), touched, november());
    assert_eq!(with_free.likely, Some(decimal("1350.000")));
}

#[test]
fn touching_is_at_most_what_it_costs_wherever_the_month_is_within_its_bounds() {
    let lite = |users| Usage::one(Lite, users, 0);
    let touched = Touched { may_bill: 1_000, undocumented: 1_000, already_counted: 5 };
    let cost = |low, likely, high| touching(&prices(), lite, &Estimate::new(low, likely, high), touched, november());
    // From the free ones over the dearest bracket to the next: 2,000 × 0.0055 in the middle, though both ends are cheaper.
    let wide = cost(0, Some(9_500), Some(150_000));
    assert_eq!((wide.likely, wide.high), (Some(decimal("2.75")), Some(decimal("11"))));
    // 100,001 to 150,000 and on: 2,000 × 0.0046.
    assert_eq!(cost(100_000, None, Some(150_000)).high, Some(decimal("9.2")));
    assert_eq!(cost(0, None, None), Estimate::new(Decimal::ZERO, None, None), "nothing is known of the month");
    let mixed = |users| Usage::one(Lite, users - users / 2, users / 2);
    let mixed = touching(&prices(), mixed, &Estimate::exactly(20_000), touched, november());
    // 500 × 0.0055 more of the one half, 500 × 0.015 of the other.
    assert_eq!((mixed.likely, mixed.high), (Some(decimal("10.25")), None), "whoever is touched may be of either half");
}

#[test]
fn a_pool_on_lite_may_have_the_legacy_price_and_pay_for_advanced_security() {
    let of = |tier: &str, advanced_security: Value| {
        let pool = json!({ "id": "eu-west-1_AbCdEfGhI", "name": "people", "tier": tier, "schema": [], "usernameAttributes": [],
            "aliasAttributes": [], "advancedSecurity": advanced_security });
        BilledBy::of(Some(&serde_json::from_value(pool).unwrap()))
    };
    assert_eq!(of("LITE", json!(true)), BilledBy::LiteOrLegacy { advanced_security: true });
    assert_eq!(of("LITE", json!(false)), BilledBy::LiteOrLegacy { advanced_security: false });
    assert_eq!(of("LITE", json!(null)), BilledBy::LiteOrLegacy { advanced_security: true }, "at most");
    assert_eq!(of("ESSENTIALS", json!(true)), BilledBy::Plan(Essentials), "it is in the plan's price or not billed");
    assert_eq!((of("NEW", json!(false)), BilledBy::of(None)), (BilledBy::Plan(Plus), BilledBy::Plan(Plus)));
}

#[test]
fn a_session_can_bill_at_most_its_users_at_the_dearest_price() {
    let mut touched = Touched::default();
    let effects =
        [MauEffect::Free, MauEffect::MayBill, MauEffect::MayBill, MauEffect::Undocumented, MauEffect::AlreadyCounted];
    effects.into_iter().for_each(|effect| touched.add(effect, 1));
    let bill = session_bill(&prices(), Plus, touched);
    assert_eq!((bill.low, bill.likely, bill.high), (Decimal::ZERO, None, Some(decimal("0.06"))));
    // On Lite a federated user is the dearer one.
    assert_eq!(session_bill(&prices(), Lite, touched).high, Some(decimal("0.045")));
    // 0.015 for the federated and 0.050 for advanced security.
    assert_eq!(session_bill(&prices(), Legacy, touched).high, Some(decimal("0.195")));
    assert_eq!(session_bill_of_any_plan(&prices(), touched).high, Some(decimal("0.195")), "the plan may be any");
    // Of a pool on Lite nobody tells whether it has the legacy price.
    let lite = |advanced_security| session_bill(&prices(), BilledBy::LiteOrLegacy { advanced_security }, touched).high;
    assert_eq!((lite(true), lite(false)), (Some(decimal("0.195")), Some(decimal("0.045"))));
    let nothing = session_bill(&prices(), Plus, Touched { already_counted: 7, ..Touched::default() });
    assert_eq!(nothing, Estimate::exactly(Decimal::ZERO));
    assert_eq!(strongest([MauEffect::Undocumented, MauEffect::MayBill]), MauEffect::MayBill);
    assert_eq!(strongest([MauEffect::MayBill, MauEffect::AlreadyCounted]), MauEffect::AlreadyCounted);
    assert_eq!(strongest([]), MauEffect::Free);
}

#[test]
fn what_a_pool_uses_is_lost_on_the_way_down_and_nothing_on_the_way_up() {
    let used = |feature| match feature {
        Feature::UserActivityLogs => FeatureUse::Used,
        Feature::ThreatProtection => FeatureUse::NotUsed,
        _ => FeatureUse::Unknown,
    };
    let losses = features_lost(Plus, Essentials, used);
    let told: Vec<(Feature, FeatureUse, bool)> =
        losses.iter().map(|loss| (loss.feature, loss.used, loss.must_be_off_first)).collect();
    let expected =
        [(Feature::UserActivityLogs, FeatureUse::Used, true), (Feature::ThreatProtection, FeatureUse::NotUsed, true)];
    assert_eq!(told, expected);
    assert!(features_lost(Lite, Plus, used).is_empty());
    let to_lite = features_lost(Plus, Lite, used);
    assert_eq!(to_lite.len(), Feature::ALL.len());
    assert_eq!(features_lost(Plus, Legacy, used), to_lite, "nobody gets back to the legacy price");
    assert!(features_lost(Legacy, Essentials, used).iter().any(|loss| loss.feature == Feature::ThreatProtection));
}
