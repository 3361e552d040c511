//! Syncs in good weather, and in the weather that AWS promises.

use std::time::Duration;

use console::{Code, SyncPhase, What};
use jiff::SignedDuration;
use model::Username;
use sandbox::{Fault, PageShape, When};

use crate::house::{House, everybody, options, skewed, until, until_users};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sync_of_five_thousand_users_equals_the_server_and_bills_nothing() {
    let house = House::new(options(5_000)).await;
    let pool = house.open().await;
    let report = pool.sync().finished().await.unwrap();
    let server = house.people().len() as u64;
    assert!(report.complete && report.swept, "{report:?}");
    assert_eq!((report.users, report.throttled), (server, 0));
    assert_eq!(
        report.requests,
        house.sandbox.calls().total() - 2,
        "identity and the opening description are not the sync's"
    );
    house.assert_cache_is_server(&pool).await;
    let freshness = pool.freshness().await.unwrap();
    assert!(freshness.complete && freshness.swept && freshness.groups_known);
    assert_eq!(freshness.users, server);
    assert!(freshness.synced_at.is_some() && freshness.started_at.is_none());
    assert!(house.sandbox.calls().may_bill().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_skewed_pool_with_users_outside_hex_is_found_whole() {
    let house = House::new(skewed(5_000)).await;
    let people = house.people();
    let odd = people.iter().filter(|user| !user.sub.starts_with(|c: char| c.is_ascii_hexdigit())).count();
    assert!(odd > 0, "the sandbox has subs outside 0–f");
    let pool = house.synced().await;
    house.assert_cache_is_server(&pool).await;

    // The second sync knows the odd beginnings: it needs no sweep and removes nobody.
    house.sandbox.forget_calls();
    let report = pool.sync().finished().await.unwrap();
    assert!(report.complete && report.swept);
    assert_eq!(report.users, people.len() as u64);
    house.assert_cache_is_server(&pool).await;
}

// With tokio's clock stopped, only the server's delay takes time.
#[tokio::test(start_paused = true)]
async fn skew_costs_hardly_more_calls_or_time_than_an_even_pool() {
    let mut costs = Vec::new();
    for options in [options(6_000), skewed(6_000)] {
        let house = House::new(options).await;
        let pool = house.open().await;
        house.sandbox.weather().set_latency(Duration::from_millis(120), Duration::ZERO);
        let began = tokio::time::Instant::now();
        let sync = pool.sync();
        until(&sync, |phase| *phase == SyncPhase::Members).await;
        costs.push((house.sandbox.calls().of("ListUsers"), began.elapsed().as_secs_f64()));
        sync.cancel();
        // Only the listing by chains is compared; how the rest ends does not matter.
        let _ = sync.finished().await;
    }
    let (even, skewed) = (costs[0], costs[1]);
    println!("(pages, seconds): even {even:?}, skewed {skewed:?}");
    assert!(skewed.0 * 10 <= even.0 * 11 && skewed.1 <= even.1 * 1.25, "even {even:?}, skewed {skewed:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_small_pool_is_listed_in_one_chain_that_is_the_sweep() {
    let house = House::new(options(300)).await;
    let pool = house.open().await;
    let report = pool.sync().finished().await.unwrap();
    assert!(report.complete && report.swept);
    assert_eq!(house.sandbox.calls().of("ListUsers"), (house.people().len() as u64).div_ceil(60));
    house.assert_cache_is_server(&pool).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn groups_and_their_members_follow_the_server() {
    let house = House::new(options(600)).await;
    let pool = house.synced().await;
    let (directory, id) = (house.sandbox.directory(), house.sandbox.pool_id());
    let groups = pool.groups().await.unwrap();
    assert!(groups.len() >= 40);
    let people = house.people();
    let someone = people.iter().find(|user| user.groups.len() > 2).unwrap();
    let joined =
        &groups.iter().find(|(group, _)| !someone.groups.iter().any(|own| own == group.name.as_str())).unwrap().0;
    let joined = joined.name.as_str();

    directory.remove_from_group(&id, &someone.username, &someone.groups[0]).unwrap();
    directory.add_to_group(&id, &someone.username, joined).unwrap();
    directory.delete_group(&id, &someone.groups[1]).unwrap();
    directory.create_group(&id, "newcomers", Some(7)).unwrap();
    directory.add_to_group(&id, &someone.username, "newcomers").unwrap();
    pool.sync().finished().await.unwrap();
    house.assert_cache_is_server(&pool).await;
    let changes: Vec<What> =
        pool.timeline(&someone.username).await.unwrap().into_iter().map(|change| change.what).collect();
    assert!(changes.contains(&What::GroupAdded(joined.to_owned())), "{changes:?}");
    assert!(changes.contains(&What::GroupRemoved(someone.groups[0].clone())), "{changes:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_sync_goes_on_where_it_was() {
    let mut house = House::new(options(3_000)).await;
    house.sandbox.weather().set_latency(Duration::from_millis(5), Duration::ZERO);
    let pool = house.open().await;
    let sync = pool.sync();
    until_users(&sync, 1_500).await;
    sync.cancel();
    assert_eq!(sync.finished().await.unwrap_err().code, Code::Cancelled);
    let read = house.sandbox.calls().of("ListUsers");
    let kept = pool.freshness().await.unwrap();
    assert!(kept.users >= 1_400 && kept.started_at.is_some() && !kept.complete);
    drop((pool, sync));

    house.reopen().await;
    let pool = house.open().await;
    house.sandbox.forget_calls();
    let sync = pool.sync();
    sync.listed().await.unwrap();
    let rest = house.sandbox.calls().of("ListUsers");
    // 3,000 users are at most 66 pages in 16 chains; those that were under way come twice.
    assert!(read + rest <= 66 + 8, "{read} and then {rest} pages");
    assert!(rest <= 45, "{rest} pages after half was read");
    sync.finished().await.unwrap();
    house.assert_cache_is_server(&pool).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paused_sync_sends_nothing_until_it_is_resumed() {
    let house = House::new(options(3_000)).await;
    house.sandbox.weather().set_latency(Duration::from_millis(5), Duration::ZERO);
    let pool = house.open().await;
    let sync = pool.sync();
    until_users(&sync, 600).await;
    sync.pause();
    until(&sync, |phase| *phase == SyncPhase::Paused).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let before = house.sandbox.calls().total();
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(house.sandbox.calls().total(), before);
    sync.resume();
    assert!(sync.finished().await.unwrap().complete);
    house.assert_cache_is_server(&pool).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_call_joins_the_running_sync() {
    let house = House::new(options(1_500)).await;
    let pool = house.open().await;
    let (first, second) = (pool.sync(), pool.sync());
    let (one, two) = tokio::join!(first.finished(), second.finished());
    assert_eq!(one.unwrap(), two.unwrap());
    assert_eq!(house.sandbox.calls().of("ListGroups"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn page_tokens_that_died_in_a_pause_are_not_fatal() {
    let house = House::new(options(3_000)).await;
    house.sandbox.weather().set_latency(Duration::from_millis(5), Duration::ZERO);
    let pool = house.open().await;
    let sync = pool.sync();
    until_users(&sync, 1_000).await;
    sync.pause();
    until(&sync, |phase| *phase == SyncPhase::Paused).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    // Only the server knows that two hours have gone by, so it refuses the tokens.
    house.sandbox.weather().advance(Duration::from_secs(7_200));
    sync.resume();
    until_users(&sync, 2_000).await;
    sync.pause();
    until(&sync, |phase| *phase == SyncPhase::Paused).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    // Now both know.
    house.sandbox.weather().advance(Duration::from_secs(7_200));
    house.clock.push(SignedDuration::from_hours(2));
    sync.resume();
    assert!(sync.finished().await.unwrap().complete);
    house.assert_cache_is_server(&pool).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn short_and_empty_pages_lose_nobody() {
    let house = House::new(options(1_500)).await;
    house.sandbox.weather().set_page_shape(PageShape::Ragged);
    let pool = house.synced().await;
    house.assert_cache_is_server(&pool).await;
}

// With tokio's clock stopped, waits take no time.
#[tokio::test(start_paused = true)]
async fn a_third_of_all_calls_throttled_still_converges_and_is_counted() {
    let house = House::new(options(1_500)).await;
    let pool = house.open().await;
    house.sandbox.forget_calls();
    house.sandbox.weather().plan_fault(Some("ListUsers"), When::Share(0.3), Fault::Throttle);
    let sync = pool.sync();
    let report = sync.finished().await.unwrap();
    assert!(report.complete);
    assert_eq!(report.requests, house.sandbox.calls().total());
    assert!(report.throttled > 5, "{report:?}");
    assert_eq!(sync.progress.borrow().throttled, report.throttled);
    house.assert_cache_is_server(&pool).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changed_between_two_syncs_is_in_the_timeline_and_who_is_gone_is_gone() {
    let house = House::new(options(1_500)).await;
    let pool = house.synced().await;
    let (directory, id) = (house.sandbox.directory(), house.sandbox.pool_id());
    let people = house.people();
    let plain = |index: usize| people[index].username.clone();
    let (changed, gone, off) = (plain(100), plain(200), plain(300));
    directory.set_attributes(&id, &changed, &[("email", "new@address.example")]).unwrap();
    directory.set_enabled(&id, &off, !people[300].enabled).unwrap();
    directory.delete_user(&id, &gone).unwrap();
    directory.create_user(&id, "a-newcomer", &[("email", "newcomer@address.example")]).unwrap();

    house.sandbox.forget_calls();
    let report = pool.sync().finished().await.unwrap();
    assert!(report.complete);
    house.assert_cache_is_server(&pool).await;
    assert!(pool.user(&Username::parse(gone.as_str()).unwrap()).await.unwrap().is_none());
    assert!(house.sandbox.calls().may_bill().is_empty());

    let whats = async |name: &str| -> Vec<What> {
        pool.timeline(name).await.unwrap().into_iter().map(|change| change.what).collect()
    };
    let email = people[100].attributes.get("email").cloned();
    let new = Some("new@address.example".to_owned());
    let expected = What::Field { name: "email".to_owned(), before: email, after: new };
    assert!(whats(&changed).await.contains(&expected), "{:?}", whats(&changed).await);
    assert!(matches!(&whats(&off).await[..], [What::Field { name, .. }] if name == "enabled"));
    assert_eq!(whats(&people[200].sub).await, [What::Removed]);
    assert_eq!(whats("a-newcomer").await, [What::Added]);
    let first = pool.timeline("a-newcomer").await.unwrap().remove(0);
    assert!(first.since.is_some_and(|since| since < first.at), "it happened between two syncs");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_sync_of_an_unchanged_pool_writes_no_history() {
    let house = House::new(options(1_000)).await;
    let pool = house.synced().await;
    let counter = pool.change_counter();
    pool.sync().finished().await.unwrap();
    for user in everybody(&pool).await.iter().step_by(100) {
        assert!(pool.timeline(user.username.as_str()).await.unwrap().is_empty());
    }
    assert_eq!(pool.change_counter(), counter, "no row changed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn history_can_be_off_for_a_pool_and_erased_for_a_person() {
    let house = House::new(options(300)).await;
    let pool = house.synced().await;
    let (directory, id) = (house.sandbox.directory(), house.sandbox.pool_id());
    let name = house.people()[10].username.clone();
    directory.set_attributes(&id, &name, &[("nickname", "one")]).unwrap();
    pool.sync().finished().await.unwrap();
    assert_eq!(pool.timeline(&name).await.unwrap().len(), 1);
    pool.erase_person(&name).await.unwrap();
    assert!(pool.timeline(&name).await.unwrap().is_empty());

    pool.set_history(false).await.unwrap();
    assert!(!pool.keeps_history());
    directory.set_attributes(&id, &name, &[("nickname", "two")]).unwrap();
    pool.sync().finished().await.unwrap();
    assert!(pool.timeline(&name).await.unwrap().is_empty());
    house.assert_cache_is_server(&pool).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deleted_users_are_asked_for_one_by_one_unless_they_are_thousands_and_the_sum_agrees() {
    let house = House::new(options(3_500)).await;
    let pool = house.synced().await;
    for (gone, asked) in [(300, true), (2_100, false)] {
        for user in house.people().iter().take(gone) {
            house.sandbox.directory().delete_user(&house.sandbox.pool_id(), &user.username).unwrap();
        }
        house.sandbox.forget_calls();
        let report = pool.sync().finished().await.unwrap();
        assert!(report.complete, "{report:?}");
        let calls = house.sandbox.calls().of("ListUsers");
        assert_eq!(calls >= gone as u64, asked, "{calls} calls for {gone} users");
        house.assert_cache_is_server(&pool).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pool_without_users_is_complete_after_one_page() {
    let house = House::new(options(100)).await;
    for user in house.people() {
        house.sandbox.directory().delete_user(&house.sandbox.pool_id(), &user.username).unwrap();
    }
    let pool = house.open().await;
    let report = pool.sync().finished().await.unwrap();
    assert!(report.complete && report.swept, "{report:?}");
    assert_eq!((report.users, house.sandbox.calls().of("ListUsers")), (0, 1));
    assert_eq!(pool.freshness().await.unwrap().estimated_users, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn users_that_no_chain_lists_are_asked_for_and_kept_up_to_date() {
    let house = House::new(options(1_200)).await;
    let (directory, id) = (house.sandbox.directory(), house.sandbox.pool_id());
    // More beginnings than are given chains of their own; `ẞ` is the last of them.
    let beginnings = (0..70).filter_map(|at| char::from_u32(0x3b1 + at));
    let subs: Vec<String> = ["g-small", "G-capital", "ẞẞẞ"]
        .map(str::to_owned)
        .into_iter()
        .chain(beginnings.map(|beginning| format!("{beginning}-other")))
        .collect();
    for sub in &subs {
        directory.create_user(&id, &format!("user {sub}"), &[("sub", sub.as_str())]).unwrap();
    }
    let pool = house.synced().await;
    house.assert_cache_is_server(&pool).await;
    assert!(pool.timeline("G-capital").await.unwrap().is_empty(), "who was found by the first sweep is no news");
    for sub in &subs {
        directory.set_attributes(&id, &format!("user {sub}"), &[("nickname", "changed")]).unwrap();
    }
    let report = pool.sync().finished().await.unwrap();
    assert_eq!(report.users, house.people().len() as u64);
    house.assert_cache_is_server(&pool).await;
    for sub in ["g-small", "G-capital", "ẞẞẞ"] {
        assert_eq!(pool.timeline(sub).await.unwrap().len(), 1, "{sub}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn users_who_come_and_go_during_a_sync_are_right_after_the_next() {
    let house = House::new(options(3_000)).await;
    house.sandbox.weather().set_latency(Duration::from_millis(3), Duration::ZERO);
    let pool = house.open().await;
    let sync = pool.sync();
    let (directory, id) = (house.sandbox.directory(), house.sandbox.pool_id());
    let people = house.people();
    for (number, user) in people.iter().step_by(50).enumerate() {
        directory.delete_user(&id, &user.username).unwrap();
        directory.create_user(&id, &format!("late-{number}"), &[]).unwrap();
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    sync.finished().await.unwrap();
    pool.sync().finished().await.unwrap();
    house.assert_cache_is_server(&pool).await;
}
