//! What must hold for every usage.

use model::cost::{Bill, ExtraRate, PoolUsage, PricePlan, TokenUse, Usage, bill};
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::{november, prices};

fn plan() -> impl Strategy<Value = PricePlan> {
    prop::sample::select(PricePlan::ALL.to_vec())
}

/// Numbers around every edge, and any other.
fn number() -> impl Strategy<Value = u64> {
    let edges = vec![0, 50, 10_000, 50_000, 100_000, 250_000, 1_000_000, 5_000_000, 10_000_000];
    prop_oneof![(prop::sample::select(edges), 0..3_u64).prop_map(|(edge, more)| edge + more), 0..30_000_000_u64]
}

fn pool() -> impl Strategy<Value = PoolUsage> {
    (plan(), number(), number(), any::<bool>(), any::<bool>()).prop_map(
        |(plan, users, federated, advanced_security, replicated)| PoolUsage {
            plan,
            users,
            federated,
            advanced_security,
            replicated,
        },
    )
}

fn usage() -> impl Strategy<Value = Usage> {
    let rate = (0..100_u32, prop::option::of(0..40_u32));
    (prop::collection::vec(pool(), 0..5), number(), prop::option::of(0..50_u64), prop::collection::vec(rate, 0..3))
        .prop_map(|(pools, requests, clients, rates)| Usage {
            pools,
            tokens: TokenUse { requests, clients },
            extra_rates: rates
                .into_iter()
                .map(|(requests_per_second, days)| ExtraRate { requests_per_second, days })
                .collect(),
            ..Usage::default()
        })
}

fn billed(usage: &Usage) -> Bill {
    bill(&prices(), usage, november())
}

proptest! {
    #[test]
    fn the_sum_of_the_lines_is_the_total(usage in usage()) {
        let bill = billed(&usage);
        let sum: Decimal = bill.lines.iter().map(|line| line.amount).sum();
        prop_assert_eq!(sum, bill.exact());
        prop_assert!((bill.total() - sum).abs() <= Decimal::new(5, 3));
        prop_assert_eq!(bill.total().scale(), 2);
        for line in bill.lines.iter().filter(|line| line.part.is_none()) {
            prop_assert_eq!(Decimal::from(line.quantity) * line.unit_price, line.amount);
        }
    }

    #[test]
    fn every_user_and_request_is_on_a_line_once(usage in usage()) {
        let bill = billed(&usage);
        let count = |words: &str| -> u64 {
            let of = |line: &&model::cost::Line| line.meter.is_some_and(|meter| meter.words() == words);
            bill.lines.iter().filter(of).map(|line| line.quantity).sum()
        };
        for plan in PricePlan::ALL {
            let users: u64 = usage.pools.iter().filter(|pool| pool.plan == plan).map(|pool| pool.users).sum();
            prop_assert_eq!(count(plan.meter().words()), users);
        }
        prop_assert_eq!(count("SAML and OIDC users"), usage.pools.iter().map(|pool| pool.federated).sum::<u64>());
        prop_assert_eq!(count("Token requests of machines"), usage.tokens.requests);
    }

    #[test]
    fn more_never_costs_less(usage in usage(), at in 0..5_usize, more in 1..200_000_u64) {
        let before = billed(&usage).exact();
        let mut grown = usage.clone();
        grown.tokens.requests += more;
        prop_assert!(billed(&grown).exact() > before);
        if at < usage.pools.len() {
            let mut users = usage.clone();
            users.pools[at].users += more;
            prop_assert!(billed(&users).exact() >= before);
            let mut federated = usage.clone();
            federated.pools[at].federated += more;
            prop_assert!(billed(&federated).exact() >= before);
        }
    }

    #[test]
    fn splitting_a_pool_changes_nothing(usage in usage(), at in 0..5_usize, of_users in 0..=100_u64, of_federated in 0..=100_u64) {
        prop_assume!(at < usage.pools.len());
        let mut split = usage.clone();
        let whole = split.pools[at];
        let part = PoolUsage {
            users: whole.users * of_users / 100,
            federated: whole.federated * of_federated / 100,
            ..whole
        };
        split.pools[at].users -= part.users;
        split.pools[at].federated -= part.federated;
        split.pools.push(part);
        prop_assert_eq!(billed(&split).lines, billed(&usage).lines);
    }
}
