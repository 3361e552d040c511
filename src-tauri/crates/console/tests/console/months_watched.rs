//! A pool's size is a ceiling of its active users only where nobody can have left unseen.

use std::sync::Arc;
use std::time::Duration;

use console::OpenPool;
use jiff::SignedDuration;
use model::estimate::{Bound, EvidenceKind};
use model::month::Month;
use serde_json::json;

use crate::house::House;
use crate::lab::today;
use crate::months::{Administrator, next_month, synced};

const PEOPLE: u32 = 12;

async fn house() -> House {
    House::new(sandbox::Options { users: PEOPLE, ..today() }).await
}

fn month(house: &House) -> Month {
    Month::of(house.sandbox.weather().now())
}

async fn most(pool: &OpenPool, month: Month) -> Option<u64> {
    pool.activity(month).await.unwrap().users.high
}

/// Somebody leaves without this app.
fn leaves(house: &House, administrator: &Administrator) {
    let one = house.people().remove(0).username;
    assert_eq!(tokio::task::block_in_place(|| administrator.call("AdminDeleteUser", json!({ "Username": one }))), 200);
}

async fn pass(house: &House, pool: &Arc<OpenPool>, days: i64) {
    let by = SignedDuration::from_hours(24 * days);
    house.sandbox.weather().advance(Duration::try_from(by).unwrap());
    house.clock.push(by);
    synced(pool).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pool_that_was_copied_in_the_middle_of_the_month_has_no_upper_bound_before_the_next() {
    let house = house().await;
    let server = house.sandbox.serve(0).await.unwrap();
    let pool = house.synced().await;
    let administrator = Administrator::new(server.endpoint(), house.sandbox.pool_id(), 1);
    let first = pool.activity(month(&house)).await.unwrap();
    assert_eq!(first.users.high, None, "somebody may have left before the first copy");
    let size = first.users.evidence.iter().find(|item| item.kind == EvidenceKind::EstimatedUsers).unwrap();
    assert_eq!((size.bound, size.users), (Bound::Hint, PEOPLE.into()));
    assert!(first.missing.iter().any(|missing| missing.what.starts_with("There is no upper bound")), "{first:?}");
    next_month(&house);
    synced(&pool).await;
    assert_eq!(most(&pool, month(&house)).await, Some(PEOPLE.into()));
    leaves(&house, &administrator);
    synced(&pool).await;
    assert_eq!(most(&pool, month(&house)).await, Some(PEOPLE.into()), "who left may have been active");
    server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_left_is_counted_though_the_change_is_forgotten() {
    let house = house().await;
    let server = house.sandbox.serve(0).await.unwrap();
    house.console.update_settings(|settings| settings.history_days = 1).await.unwrap();
    let pool = house.synced().await;
    let administrator = Administrator::new(server.endpoint(), house.sandbox.pool_id(), 1);
    next_month(&house);
    synced(&pool).await;
    let watched = month(&house);
    for _ in 0..2 {
        leaves(&house, &administrator);
        pass(&house, &pool, 3).await;
    }
    pass(&house, &pool, 3).await;
    assert_eq!(most(&pool, watched).await, Some(PEOPLE.into()));
    next_month(&house);
    synced(&pool).await;
    pass(&house, &pool, 3).await;
    assert_eq!(most(&pool, watched).await, Some(PEOPLE.into()), "nor is it forgotten when the month is over");
    server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_month_that_nobody_looked_at_after_its_end_has_no_upper_bound_until_somebody_does() {
    let house = house().await;
    let server = house.sandbox.serve(0).await.unwrap();
    let pool = house.synced().await;
    let mut administrator = Administrator::new(server.endpoint(), house.sandbox.pool_id(), 1);
    next_month(&house);
    synced(&pool).await;
    let watched = month(&house);
    assert_eq!(most(&pool, watched).await, Some(PEOPLE.into()));
    // After the last copy of the month three more come.
    tokio::task::block_in_place(|| (0..3).for_each(|_| administrator.create()));
    next_month(&house);
    assert_eq!(most(&pool, watched).await, None, "the copy is of the middle of the month");
    assert_eq!(
        pool.months().await.unwrap().known.iter().find(|known| known.month == watched).unwrap().users.high,
        None
    );
    synced(&pool).await;
    assert_eq!(most(&pool, watched).await, Some(u64::from(PEOPLE) + 3));
    let kept = pool.months().await.unwrap().known;
    assert_eq!(kept.iter().find(|known| known.month == watched).unwrap().users.high, Some(u64::from(PEOPLE) + 3));
    server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_history_or_with_a_new_local_copy_somebody_may_have_left_unseen() {
    let mut house = house().await;
    let pool = house.synced().await;
    next_month(&house);
    synced(&pool).await;
    assert_eq!(most(&pool, month(&house)).await, Some(PEOPLE.into()));
    pool.set_history(false).await.unwrap();
    assert_eq!(most(&pool, month(&house)).await, None);
    pool.set_history(true).await.unwrap();
    synced(&pool).await;
    assert_eq!(most(&pool, month(&house)).await, None, "it was off for some time in the month");
    next_month(&house);
    synced(&pool).await;
    assert_eq!(most(&pool, month(&house)).await, Some(PEOPLE.into()));
    // Another copy begins where this one is gone; nobody compares the two.
    let file = house.cache_file();
    drop(pool);
    house.reopen().await;
    std::fs::remove_dir_all(file.parent().unwrap()).unwrap();
    let pool = house.synced().await;
    assert_eq!(most(&pool, month(&house)).await, None);
}
