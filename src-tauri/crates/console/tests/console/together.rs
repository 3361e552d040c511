//! Two programs on one data folder, as two windows or a window and `poolctl` are: one limiter, one sync, and no word of locks.

use std::time::Duration;

use console::SyncPhase;
use model::PoolId;
use model::query::Sort;

use crate::house::{House, options, sandbox_connection, until, until_users};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_programs_that_sync_one_pool_one_waits_for_the_other_and_both_are_searched_meanwhile() {
    let house = House::new(options(2_000)).await;
    house.sandbox.weather().set_latency(Duration::from_millis(40), Duration::ZERO);
    let other = console::open(house.config()).await.unwrap();
    let (here, there) = (house.open().await, other.open_pool(&sandbox_connection(), &house.pool_id()).await.unwrap());
    let first = here.sync();
    until_users(&first, 300).await;
    let second = there.sync();
    let waiting = until(&second, |phase| matches!(phase, SyncPhase::Waiting(_))).await;
    assert_eq!(
        waiting,
        SyncPhase::Waiting(
            "Another Poolkeeper is syncing in this account and Region; this sync starts when that one ends. If that one is \
             paused or waits for credentials, go on with it or cancel it there."
                .to_owned()
        )
    );
    // Nothing is asked twice while it waits, and what is there already is found by both.
    let groups = house.sandbox.calls().of("ListGroups");
    while !first.has_ended() {
        for pool in [&here, &there] {
            assert!(!pool.search("", &Sort::default(), None, 50).await.unwrap().users.is_empty());
            pool.search("a", &Sort::default(), None, 50).await.unwrap();
        }
        assert_eq!(house.sandbox.calls().of("ListGroups"), groups);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(first.finished().await.unwrap().complete);
    assert!(second.finished().await.unwrap().complete, "it goes on by itself");
    house.assert_cache_is_server(&here).await;
    house.assert_cache_is_server(&there).await;
    assert_eq!((house.console.notices(), other.notices()), (Vec::new(), Vec::new()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_programs_have_one_limiter_for_an_account_whatever_pools_they_sync() {
    let house = House::new(options(1_500)).await;
    house.sandbox.weather().set_latency(Duration::from_millis(30), Duration::ZERO);
    let other = console::open(house.config()).await.unwrap();
    let pools = house.sandbox.directory().pools();
    let another = pools.iter().find(|pool| **pool != house.sandbox.pool_id()).unwrap();
    let there = other.open_pool(&sandbox_connection(), &PoolId::parse(another.as_str()).unwrap()).await.unwrap();
    let first = house.open().await.sync();
    until_users(&first, 120).await;
    let second = there.sync();
    until(&second, |phase| matches!(phase, SyncPhase::Waiting(_))).await;
    assert!(!first.has_ended());
    assert!(first.finished().await.unwrap().complete);
    assert!(second.finished().await.unwrap().complete);
}
