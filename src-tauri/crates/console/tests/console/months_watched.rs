//! A pool's size is a ceiling of its active users only where nobody can have left unseen.

use std::sync::Arc;
use std::time::Duration;

use console::jobs::Chosen;
use console::{Config, KeySource, OpenPool};
use jiff::SignedDuration;
use model::clock::Clock;
use model::estimate::{Bound, EvidenceKind};
use model::month::Month;
use model::plan::Action;
use serde_json::json;

use crate::house::House;
use crate::jobs::carry_out;
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

/// Time goes by and nobody looks.
fn pass(house: &House, days: i64) {
    let by = SignedDuration::from_hours(24 * days);
    house.sandbox.weather().advance(Duration::try_from(by).unwrap());
    house.clock.push(by);
}

/// Time goes by with a sync on each day.
async fn daily(house: &House, pool: &Arc<OpenPool>, days: i64) {
    for _ in 0..days {
        pass(house, 1);
        synced(pool).await;
    }
}

/// As [`daily`], until the last day of a month.
async fn until_its_last_day(house: &House, pool: &Arc<OpenPool>, month: Month) {
    let left = month.next().begins().duration_since(house.sandbox.weather().now()).as_hours() / 24;
    daily(house, pool, left).await;
    assert_eq!(self::month(house), month);
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
        daily(&house, &pool, 3).await;
    }
    daily(&house, &pool, 3).await;
    assert_eq!(most(&pool, watched).await, Some(PEOPLE.into()));
    until_its_last_day(&house, &pool, watched).await;
    daily(&house, &pool, 4).await;
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
    until_its_last_day(&house, &pool, watched).await;
    // After the last copy of the month three more come.
    tokio::task::block_in_place(|| (0..3).for_each(|_| administrator.create()));
    pass(&house, 1);
    assert_eq!(most(&pool, watched).await, None, "the copy is older than the end of the month");
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_came_and_left_between_two_distant_syncs_is_in_no_number_so_it_is_no_ceiling() {
    let house = house().await;
    let server = house.sandbox.serve(0).await.unwrap();
    let pool = house.synced().await;
    let mut administrator = Administrator::new(server.endpoint(), house.sandbox.pool_id(), 1);
    next_month(&house);
    synced(&pool).await;
    let watched = month(&house);
    pass(&house, 1);
    assert_eq!(most(&pool, watched).await, Some(PEOPLE.into()), "a day is close enough");
    pass(&house, 1);
    tokio::task::block_in_place(|| {
        administrator.create();
        assert_eq!(administrator.call("AdminDeleteUser", json!({ "Username": "made-1" })), 200);
    });
    assert_eq!(most(&pool, watched).await, None, "nobody looked for two days");
    daily(&house, &pool, 2).await;
    let told = pool.activity(watched).await.unwrap();
    let size = told.users.evidence.iter().find(|item| item.kind == EvidenceKind::EstimatedUsers).unwrap();
    assert_eq!(
        (told.users.high, size.bound, size.users),
        (None, Bound::Hint, PEOPLE.into()),
        "a sync finds them no more"
    );
    assert!(size.says.starts_with("As of the sync at "), "{}", size.says);
    let missing: Vec<&str> = told.missing.iter().map(|missing| missing.what.as_str()).collect();
    assert!(missing.iter().any(|what| what.starts_with("There is no upper bound: for 72 hours")), "{missing:?}");
    until_its_last_day(&house, &pool, watched).await;
    daily(&house, &pool, 2).await;
    assert_eq!(most(&pool, watched).await, None, "nor when the month is over");
    assert_eq!(most(&pool, month(&house)).await, Some(PEOPLE.into()), "the next month was looked at on each day");
    server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_left_is_counted_though_nobody_may_know_any_more_who_it_was() {
    let house = house().await;
    let pool = house.synced().await;
    next_month(&house);
    synced(&pool).await;
    let watched = month(&house);
    for _ in 0..2 {
        // Deleted here and erased before a sync has seen that they are gone.
        let left = house.people().remove(0).username;
        carry_out(&pool, Action::DeleteUsers, Chosen::Names(vec![left.clone()])).await.unwrap();
        pool.erase_person(&left).await.unwrap();
        assert!(pool.timeline(&left).await.unwrap().is_empty());
        // AWS's estimate still has them.
        assert!(most(&pool, watched).await >= Some(PEOPLE.into()), "whoever it was may have been active");
    }
    synced(&pool).await;
    assert_eq!(most(&pool, watched).await, Some(PEOPLE.into()));
    until_its_last_day(&house, &pool, watched).await;
    daily(&house, &pool, 2).await;
    assert_eq!(most(&pool, watched).await, Some(PEOPLE.into()), "nor is it forgotten when the month is over");
}

/// Nobody has the house's data open any more.
async fn closed(house: &mut House) {
    let elsewhere = Config { data_dir: house.dir.path().join("other"), keys: KeySource::Memory, ..house.config() };
    house.console = console::open(elsewhere).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_synced_while_the_history_could_not_be_read_is_not_taken_for_watched_later() {
    let mut house = house().await;
    let server = house.sandbox.serve(0).await.unwrap();
    let pool = house.synced().await;
    let administrator = Administrator::new(server.endpoint(), house.sandbox.pool_id(), 1);
    next_month(&house);
    synced(&pool).await;
    let before = house.clock.now();
    assert_eq!(most(&pool, month(&house)).await, Some(PEOPLE.into()));
    drop(pool);
    closed(&mut house).await;
    let file = house.dir.path().join("data/history.sqlite");
    let whole = std::fs::read(&file).unwrap();
    std::fs::write(&file, vec![0; whole.len()]).unwrap();
    house.reopen().await;
    leaves(&house, &administrator);
    let pool = house.synced().await;
    assert!(pool.timeline("anybody").await.is_err(), "the history cannot be read");
    drop(pool);
    closed(&mut house).await;
    std::fs::write(&file, whole).unwrap();
    house.reopen().await;
    let pool = house.open().await;
    assert_eq!(most(&pool, month(&house)).await, None, "somebody left unseen");
    let name = model::Username::parse(house.people()[0].username.clone()).unwrap();
    assert!(pool.user_at(&name, before).await.is_err(), "changes may be missing since then");
    server.shutdown().await;
}
