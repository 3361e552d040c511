//! Worked out by hand from the sources that the price table names; no figure here was computed by the engine.

use model::cost::{
    ExtraRate, PlanSwitch, PoolUsage, PricePlan, Sms, TokenUse, Usage, bill, plain, switch_bill, switch_bounds,
};
use model::month::Month;
use rstest::rstest;

use crate::{november, prices, prices_in, total};

use PricePlan::{Essentials, Legacy, Lite, Plus};

#[rstest]
// Lite: 10,000 free, 90,000 at 0.0055, 900,000 at 0.0046, 9,000,000 at 0.00325, then 0.0025.
#[case::nobody(Lite, 0, "0.00")]
#[case::the_first(Lite, 1, "0.00")]
#[case::one_before_the_last_free(Lite, 9_999, "0.00")]
#[case::the_last_free(Lite, 10_000, "0.00")]
// 0.0055 is more than half a cent.
#[case::the_first_paid(Lite, 10_001, "0.01")]
// 2 × 0.0055 = 0.011
#[case::the_second_paid(Lite, 10_002, "0.01")]
// 89,999 × 0.0055 = 494.9945
#[case::one_before_the_first_edge(Lite, 99_999, "494.99")]
#[case::the_first_edge(Lite, 100_000, "495.00")]
// 495 + 0.0046
#[case::one_after_the_first_edge(Lite, 100_001, "495.00")]
// 495 + 100 × 0.0046
#[case::a_hundred_after_the_first_edge(Lite, 100_100, "495.46")]
// The example of the price page: 495 + 850,000 × 0.0046 = 495 + 3,910
#[case::the_example_of_the_price_page(Lite, 950_000, "4405.00")]
// 495 + 899,999 × 0.0046 = 4,634.9954
#[case::one_before_the_second_edge(Lite, 999_999, "4635.00")]
#[case::the_second_edge(Lite, 1_000_000, "4635.00")]
// 4,635 + 0.00325
#[case::one_after_the_second_edge(Lite, 1_000_001, "4635.00")]
// 4,635 + 0.0065
#[case::two_after_the_second_edge(Lite, 1_000_002, "4635.01")]
// 33,885 - 2 × 0.00325 = 33,884.9935
#[case::two_before_the_third_edge(Lite, 9_999_998, "33884.99")]
// 33,885 - 0.00325 = 33,884.99675
#[case::one_before_the_third_edge(Lite, 9_999_999, "33885.00")]
// 4,635 + 9,000,000 × 0.00325 = 4,635 + 29,250
#[case::the_third_edge(Lite, 10_000_000, "33885.00")]
// 33,885 + 0.0025
#[case::one_after_the_third_edge(Lite, 10_000_001, "33885.00")]
// 33,885 + 2 × 0.0025 is exactly half a cent over: up.
#[case::two_after_the_third_edge(Lite, 10_000_002, "33885.01")]
#[case::twenty_million(Lite, 20_000_000, "58885.00")]
// Essentials: 10,000 free, then 0.015.
#[case::one_before_the_last_free(Essentials, 9_999, "0.00")]
#[case::the_last_free(Essentials, 10_000, "0.00")]
// 0.015 is half a cent over: up.
#[case::the_first_paid(Essentials, 10_001, "0.02")]
#[case::the_second_paid(Essentials, 10_002, "0.03")]
#[case::the_third_paid(Essentials, 10_003, "0.05")]
#[case::fifty_thousand(Essentials, 50_000, "600.00")]
#[case::a_hundred_thousand(Essentials, 100_000, "1350.00")]
// Plus: nothing free, 0.020.
#[case::nobody(Plus, 0, "0.00")]
#[case::the_first(Plus, 1, "0.02")]
#[case::as_many_as_others_have_free(Plus, 10_000, "200.00")]
#[case::one_more(Plus, 10_001, "200.02")]
#[case::a_hundred_thousand(Plus, 100_000, "2000.00")]
// Legacy: 50,000 free, 50,000 at 0.0055, 900,000 at 0.0046, 9,000,000 at 0.00325, then 0.0025.
#[case::one_before_the_last_free(Legacy, 49_999, "0.00")]
#[case::the_last_free(Legacy, 50_000, "0.00")]
#[case::the_first_paid(Legacy, 50_001, "0.01")]
// 49,999 × 0.0055 = 274.9945
#[case::one_before_the_first_edge(Legacy, 99_999, "274.99")]
#[case::the_first_edge(Legacy, 100_000, "275.00")]
// 275 + 0.0046
#[case::one_after_the_first_edge(Legacy, 100_001, "275.00")]
// 275 + 899,999 × 0.0046 = 4,414.9954
#[case::one_before_the_second_edge(Legacy, 999_999, "4415.00")]
#[case::the_second_edge(Legacy, 1_000_000, "4415.00")]
// 4,415 + 0.00325
#[case::one_after_the_second_edge(Legacy, 1_000_001, "4415.00")]
#[case::two_after_the_second_edge(Legacy, 1_000_002, "4415.01")]
// 33,665 - 2 × 0.00325 = 33,664.9935
#[case::two_before_the_third_edge(Legacy, 9_999_998, "33664.99")]
// 33,665 - 0.00325 = 33,664.99675
#[case::one_before_the_third_edge(Legacy, 9_999_999, "33665.00")]
#[case::the_third_edge(Legacy, 10_000_000, "33665.00")]
// 33,665 + 0.0025
#[case::one_after_the_third_edge(Legacy, 10_000_001, "33665.00")]
#[case::two_after_the_third_edge(Legacy, 10_000_002, "33665.01")]
fn direct_users(#[case] plan: PricePlan, #[case] users: u64, #[case] expected: &str) {
    assert_eq!(total(&Usage::one(plan, users, 0)), expected);
}

#[rstest]
// 50 free, then 0.015, the same on every plan.
#[case(Lite, 49, "0.00")]
#[case(Lite, 50, "0.00")]
#[case(Lite, 51, "0.02")]
#[case(Essentials, 52, "0.03")]
#[case(Essentials, 150, "1.50")]
#[case(Legacy, 1_050, "15.00")]
#[case(Plus, 50, "0.00")]
#[case(Plus, 51, "0.02")]
fn federated_users(#[case] plan: PricePlan, #[case] federated: u64, #[case] expected: &str) {
    assert_eq!(total(&Usage::one(plan, 0, federated)), expected);
}

#[test]
fn lines_are_summed_before_the_sum_is_rounded() {
    // 0.0055 and 0.015 would be 0.01 and 0.02 by themselves; together they are 0.0205.
    assert_eq!(total(&Usage::one(Lite, 10_001, 51)), "0.02");
    // 100 × 0.02 + 0.015 = 2.015
    assert_eq!(total(&Usage::one(Plus, 100, 51)), "2.02");
}

#[rstest]
// 250,000 at 0.00225, to 5,000,000 at 0.0015, then 0.001125; nothing free.
#[case(1, "0.00")]
#[case(2, "0.00")]
// 0.00675
#[case(3, "0.01")]
// 249,998 × 0.00225 = 562.4955
#[case(249_998, "562.50")]
// 249,999 × 0.00225 = 562.49775
#[case(249_999, "562.50")]
#[case(250_000, "562.50")]
// 562.50 + 0.0015
#[case(250_001, "562.50")]
// 562.50 + 4 × 0.0015 = 562.506
#[case(250_004, "562.51")]
// 562.50 + 750,000 × 0.0015 = 562.50 + 1,125
#[case(1_000_000, "1687.50")]
// 562.50 + 4,749,996 × 0.0015 = 7,687.494
#[case(4_999_996, "7687.49")]
// 562.50 + 4,749,999 × 0.0015 = 7,687.4985
#[case(4_999_999, "7687.50")]
#[case(5_000_000, "7687.50")]
// 7,687.50 + 0.001125
#[case(5_000_001, "7687.50")]
// 7,687.50 + 5 × 0.001125 = 7,687.505625
#[case(5_000_005, "7687.51")]
#[case(10_000_000, "13312.50")]
fn tokens_of_machines(#[case] requests: u64, #[case] expected: &str) {
    let usage = Usage { tokens: TokenUse { requests, clients: None }, ..Usage::default() };
    assert_eq!(total(&usage), expected);
}

#[rstest]
// Base and 0.050 to 50,000, 0.035 to 100,000, 0.020 to 1,000,000, 0.015 to 10,000,000, then 0.010.
// 49,999 × 0.050
#[case(49_999, "2499.95")]
#[case(50_000, "2500.00")]
// 2,500 + 0.035 + 0.0055
#[case(50_001, "2500.04")]
// 49,999 × (0.0055 + 0.035) + 2,500 = 274.9945 + 1,749.965 + 2,500
#[case(99_999, "4524.96")]
// 275 + 2,500 + 1,750
#[case(100_000, "4525.00")]
// 4,525 + 0.0046 + 0.020
#[case(100_001, "4525.02")]
// 26,665 - 0.0046 - 0.020
#[case(999_999, "26664.98")]
// 4,415 + 4,250 + 18,000
#[case(1_000_000, "26665.00")]
// 26,665 + 0.00325 + 0.015
#[case(1_000_001, "26665.02")]
// 190,915 - 0.00325 - 0.015
#[case(9_999_999, "190914.98")]
// 33,665 + 22,250 + 135,000
#[case(10_000_000, "190915.00")]
// 190,915 + 0.0025 + 0.010
#[case(10_000_001, "190915.01")]
fn legacy_advanced_security(#[case] users: u64, #[case] expected: &str) {
    let pool = PoolUsage { advanced_security: true, ..PoolUsage::new(Legacy, users, 0) };
    assert_eq!(total(&Usage { pools: vec![pool], ..Usage::default() }), expected);
}

fn pools<const N: usize>(pools: [(PricePlan, u64, u64); N]) -> Usage {
    let pools = pools.map(|(plan, users, federated)| PoolUsage::new(plan, users, federated));
    Usage { pools: pools.into(), ..Usage::default() }
}

#[test]
fn three_pools_share_one_free_tier() {
    // 12,000 in all, 2,000 paid.
    assert_eq!(total(&pools([(Lite, 4_000, 0), (Lite, 5_000, 0), (Lite, 3_000, 0)])), "11.00");
    // 15,000 in all, 5,000 paid.
    assert_eq!(total(&pools([(Essentials, 5_000, 0), (Essentials, 5_000, 0), (Essentials, 5_000, 0)])), "75.00");
    // 60 federated in all, 10 paid.
    assert_eq!(total(&pools([(Lite, 0, 20), (Essentials, 0, 20), (Plus, 0, 20)])), "0.15");
    // 110,000 on Lite in all: 495 + 10,000 × 0.0046
    assert_eq!(total(&pools([(Lite, 40_000, 0), (Lite, 40_000, 0), (Lite, 30_000, 0)])), "541.00");
}

#[test]
fn lite_takes_the_shared_free_users_first_and_that_is_said() {
    // Lite 6,000 free; Essentials 4,000 free and 2,000 × 0.015 = 30; Plus 1,000 × 0.02 = 20.
    let mixed = pools([(Lite, 6_000, 0), (Essentials, 6_000, 0), (Plus, 1_000, 0)]);
    let bill = bill(&prices(), &mixed, november());
    assert_eq!(plain(bill.total()), "50.00");
    assert!(bill.assumptions.iter().any(|said| said.contains("AWS does not say which plan takes them first")));
}

#[test]
fn legacy_pools_have_a_free_tier_of_their_own() {
    // Legacy 55,000: 5,000 × 0.0055 = 27.50; Essentials 11,000: 1,000 × 0.015 = 15.
    assert_eq!(total(&pools([(Legacy, 55_000, 0), (Essentials, 11_000, 0)])), "42.50");
}

#[test]
fn a_month_with_a_switch_bills_each_user_once_at_the_dearest_plan_that_saw_them() {
    // Plus saw 20,000: 400. Essentials alone saw 60,000, 10,000 of them free: 750.
    let up =
        PlanSwitch { one: Essentials, other: Plus, only_one: 60_000, only_other: 5_000, both: 15_000, federated: 0 };
    let none = Usage::default();
    assert_eq!(plain(switch_bill(&prices(), &none, &up, november()).total()), "1150.00");
    // The same month told the other way round.
    let down = PlanSwitch { one: Plus, other: Essentials, only_one: 5_000, only_other: 60_000, ..up };
    assert_eq!(plain(switch_bill(&prices(), &none, &down, november()).total()), "1150.00");
    // Essentials saw 30,000: 450. Lite alone saw 30,000, 10,000 of them free: 110.
    let from_lite =
        PlanSwitch { one: Lite, other: Essentials, only_one: 30_000, only_other: 20_000, both: 10_000, federated: 0 };
    assert_eq!(plain(switch_bill(&prices(), &none, &from_lite, november()).total()), "560.00");
}

#[test]
fn a_switch_of_which_nothing_but_the_users_is_known_has_bounds() {
    // 100,000 users: all on Essentials 1,350, all on Plus 2,000.
    let bounds =
        switch_bounds(&prices(), &Usage::default(), (Plus, Essentials), PoolUsage::new(Plus, 100_000, 0), november());
    assert_eq!(
        (plain(bounds.low), bounds.likely, bounds.high.map(plain)),
        ("1350.00".into(), None, Some("2000.00".into()))
    );
}

#[test]
fn a_switch_may_use_the_free_users_of_both_prices() {
    // 50,000 are free on the legacy price and 10,000 on Lite: all on Lite 50,000 × 0.0055.
    let pool = PoolUsage::new(Legacy, 60_000, 0);
    for plans in [(Legacy, Lite), (Lite, Legacy)] {
        let bounds = switch_bounds(&prices(), &Usage::default(), plans, pool, november());
        assert_eq!((plain(bounds.low), bounds.high.map(plain)), ("0.00".into(), Some("275.00".into())));
    }
}

#[test]
fn a_switch_keeps_what_goes_with_the_pool() {
    // 20,000 replicated users: Essentials 10,000 × 0.015 + 20,000 × 0.0045 = 240; Plus 20,000 × (0.02 + 0.006) = 520.
    let pool = PoolUsage { replicated: true, ..PoolUsage::new(Plus, 20_000, 0) };
    let bounds = switch_bounds(&prices(), &Usage::default(), (Plus, Essentials), pool, november());
    assert_eq!((plain(bounds.low), bounds.high.map(plain)), ("240.00".into(), Some("520.00".into())));
}

#[test]
fn a_switch_from_the_legacy_price_bounds_its_advanced_security_for_federated_users_too() {
    // 1,000 direct and 1,050 federated ones, whose 1,000 × 0.015 cost the same anywhere. Least: all active on Lite alone, 15.
    // Most: all on the legacy price, 15 + 2,050 × 0.05 = 117.50.
    let pool = PoolUsage { advanced_security: true, ..PoolUsage::new(Legacy, 1_000, 1_050) };
    for plans in [(Legacy, Lite), (Lite, Legacy)] {
        let bounds = switch_bounds(&prices(), &Usage::default(), plans, pool, november());
        assert_eq!((plain(bounds.low), bounds.high.map(plain)), ("15.00".into(), Some("117.50".into())));
    }
    // On Plus 1,000 × 0.02 take the place of their 1,000 × 0.05; federated ones may have stayed on the legacy price.
    let bounds = switch_bounds(&prices(), &Usage::default(), (Legacy, Plus), pool, november());
    assert_eq!((plain(bounds.low), bounds.high.map(plain)), ("35.00".into(), Some("117.50".into())));
}

#[rstest]
// 20 a month each.
#[case("2026-11", None, "200.00")]
#[case("2026-11", Some(30), "200.00")]
// 45 × 15 / 30
#[case("2026-11", Some(15), "225.00")]
// 10 × 45 × 10 / 31 = 145.1612…
#[case("2026-10", Some(10), "145.16")]
#[case("2026-11", Some(0), "0.00")]
fn ten_requests_a_second_above_the_default(#[case] month: &str, #[case] days: Option<u32>, #[case] expected: &str) {
    let extra_rates = vec![ExtraRate { requests_per_second: 10, days }];
    let usage = Usage { extra_rates, ..Usage::default() };
    let bill = bill(&prices(), &usage, Month::parse(month).unwrap());
    assert_eq!(plain(bill.total()), expected);
}

#[test]
fn replication_mails_messages_and_clients() {
    let replicated = |plan, users| PoolUsage { replicated: true, ..PoolUsage::new(plan, users, 0) };
    // 10,000 × 0.015 + 20,000 × 0.0045
    assert_eq!(total(&Usage { pools: vec![replicated(Essentials, 20_000)], ..Usage::default() }), "240.00");
    // 1,000 × 0.02 + 1,000 × 0.006
    assert_eq!(total(&Usage { pools: vec![replicated(Plus, 1_000)], ..Usage::default() }), "26.00");
    assert_eq!(total(&Usage { emails: 10_000, ..Usage::default() }), "1.00");
    let sms = Sms { messages: 1_000, price: "0.00645".parse().unwrap() };
    assert_eq!(total(&Usage { sms: vec![sms], ..Usage::default() }), "6.45");
    let clients = TokenUse { requests: 0, clients: Some(3) };
    assert_eq!(total(&Usage { tokens: clients, ..Usage::default() }), "18.00");
}

#[test]
fn govcloud_has_no_free_direct_users_and_borrows_the_rest_and_both_are_said() {
    let bill = bill(&prices_in("us-gov-west-1"), &Usage::one(Essentials, 10_000, 51), november());
    // 10,000 × 0.015 + 1 × 0.015: that the 50 free federated users are not offered there was read nowhere.
    assert_eq!(plain(bill.total()), "150.02");
    assert!(bill.assumptions.iter().any(|said| said.contains("us-east-1 stands in")), "{:?}", bill.assumptions);
    assert!(bill.assumptions.iter().any(|said| said.contains("GovCloud has no free direct and social users")));
}

#[test]
fn each_line_explains_itself() {
    let lines = bill(&prices(), &Usage::one(Lite, 950_000, 60), november()).lines;
    let told: Vec<String> = lines.iter().map(|line| format!("{}: {line}", line.what)).collect();
    assert_eq!(
        told,
        [
            "Lite users 1 to 10,000, free: 10,000 × $0.00 = $0.00",
            "Lite users 10,001 to 100,000: 90,000 × $0.0055 = $495.00",
            "Lite users 100,001 to 950,000: 850,000 × $0.0046 = $3,910.00",
            "SAML and OIDC users 1 to 50, free: 50 × $0.00 = $0.00",
            "SAML and OIDC users 51 to 60: 10 × $0.015 = $0.15",
        ]
    );
    let extra_rates = vec![ExtraRate { requests_per_second: 10, days: Some(15) }];
    let line = &bill(&prices(), &Usage { extra_rates, ..Usage::default() }, november()).lines[0];
    assert_eq!(line.to_string(), "10 × $45.00 × 15 of 30 days = $225.00");
}
