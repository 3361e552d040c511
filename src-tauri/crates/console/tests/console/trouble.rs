//! Syncs while something is wrong.

use std::time::Duration;

use console::{Code, SyncPhase, open};
use model::PoolId;
use sandbox::{Fault, When};

use crate::house::{House, options, sandbox_connection, until, until_users};

fn waits(phase: &SyncPhase) -> bool {
    matches!(phase, SyncPhase::Waiting(_))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_network_that_goes_mid_sync_is_waited_for_and_searching_goes_on() {
    let house = House::new(options(2_000)).await;
    let weather = house.sandbox.weather();
    weather.set_latency(Duration::from_millis(5), Duration::ZERO);
    let pool = house.open().await;
    let sync = pool.sync();
    until_users(&sync, 500).await;
    weather.set_offline(true);
    let phase = until(&sync, waits).await;
    assert!(matches!(&phase, SyncPhase::Waiting(why) if why.ends_with('.')), "{phase:?}");
    assert!(pool.count("").await.unwrap() >= 500);
    weather.set_offline(false);
    assert!(sync.finished().await.unwrap().complete);
    house.assert_cache_is_server(&pool).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_denied_listing_fails_with_the_iam_action_and_the_old_cache_serves() {
    let house = House::new(options(300)).await;
    let pool = house.synced().await;
    house.sandbox.weather().deny("ListUsers");
    let sync = pool.sync();
    let error = sync.finished().await.unwrap_err();
    assert_eq!((error.code, error.iam_action.as_deref()), (Code::AccessDenied, Some("cognito-idp:ListUsers")));
    assert!(error.message.contains("cognito-idp:ListUsers"), "{error}");
    let told = sync.progress.borrow().clone();
    assert_eq!((told.phase, told.error), (SyncPhase::Failed, Some(error)));
    house.assert_cache_is_server(&pool).await;

    house.sandbox.weather().allow("ListUsers");
    assert!(pool.sync().finished().await.unwrap().complete);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn denied_groups_leave_users_synced_and_say_so() {
    let house = House::new(options(300)).await;
    house.sandbox.weather().deny("ListGroups");
    let pool = house.open().await;
    let sync = pool.sync();
    let report = sync.finished().await.unwrap();
    assert_eq!(report.users, house.people().len() as u64);
    let error = sync.progress.borrow().error.clone().unwrap();
    assert_eq!(error.iam_action.as_deref(), Some("cognito-idp:ListGroups"));
    assert!(!pool.freshness().await.unwrap().groups_known);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn expired_credentials_are_waited_for_and_the_sync_goes_on_by_itself() {
    let house = House::new(options(1_500)).await;
    let weather = house.sandbox.weather();
    weather.set_latency(Duration::from_millis(5), Duration::ZERO);
    let pool = house.open().await;
    let sync = pool.sync();
    until_users(&sync, 300).await;
    let expired = Fault::Error { code: "ExpiredTokenException".to_owned(), http_status: 400 };
    weather.plan_fault(None, When::After(0), expired);
    until(&sync, waits).await;
    assert_eq!(sync.progress.borrow().error.as_ref().map(|error| error.code), Some(Code::CredentialsExpired));
    // What was under way ends; then nothing is listed with credentials that do not hold.
    let settled = async {
        loop {
            let before = house.sandbox.calls().of("ListUsers");
            tokio::time::sleep(Duration::from_secs(1)).await;
            if house.sandbox.calls().of("ListUsers") == before {
                break;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), settled).await.unwrap();
    weather.clear_faults();
    assert!(sync.finished().await.unwrap().complete);
    assert_eq!(sync.progress.borrow().error, None);
    house.assert_cache_is_server(&pool).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_that_fail_now_and_then_lose_nobody() {
    let house = House::new(options(1_500)).await;
    let pool = house.open().await;
    let weather = house.sandbox.weather();
    let fails = Fault::Error { code: "InternalErrorException".to_owned(), http_status: 500 };
    weather.plan_fault(None, When::Share(0.1), fails);
    weather.plan_fault(None, When::Share(0.1), Fault::ConnectionReset);
    weather.plan_fault(None, When::Share(0.05), Fault::TruncatedBody);
    assert!(pool.sync().finished().await.unwrap().complete);
    house.assert_cache_is_server(&pool).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_pool_is_not_found_and_leaves_no_trace() {
    let house = House::new(options(100)).await;
    let unknown = PoolId::parse("eu-west-1_DoesNotExist").unwrap();
    let error = house.console.open_pool(&sandbox_connection(), &unknown).await.err().unwrap();
    assert_eq!(error.code, Code::NotFound);
    assert!(house.console.settings().pools.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_console_waits_for_the_first_ones_sync() {
    let house = House::new(options(1_500)).await;
    house.sandbox.weather().set_latency(Duration::from_millis(20), Duration::ZERO);
    let first = house.open().await;
    let other = open(house.config()).await.unwrap();
    let second = other.open_pool(&sandbox_connection(), &house.pool_id()).await.unwrap();
    let running = first.sync();
    until_users(&running, 60).await;
    house.sandbox.weather().set_latency(Duration::from_secs(2), Duration::ZERO);
    let waiting = second.sync();
    let phase = until(&waiting, waits).await;
    assert!(matches!(&phase, SyncPhase::Waiting(why) if why.contains("Another Poolkeeper")), "{phase:?}");
    assert!(!running.has_ended());
    running.cancel();
    house.sandbox.weather().set_latency(Duration::ZERO, Duration::ZERO);
    assert!(waiting.finished().await.unwrap().complete);
    house.assert_cache_is_server(&second).await;
    assert!(first.change_counter() > 0);
    house.assert_cache_is_server(&first).await;
}

// With tokio's clock stopped, waits take no time.
#[tokio::test(start_paused = true)]
async fn credentials_that_nobody_signs_in_for_are_looked_for_ever_more_seldom() {
    let house = House::new(options(100)).await;
    let pool = house.open().await;
    let expired = Fault::Error { code: "ExpiredTokenException".to_owned(), http_status: 400 };
    house.sandbox.weather().plan_fault(None, When::After(0), expired);
    let sync = pool.sync();
    until(&sync, waits).await;
    house.sandbox.forget_calls();
    tokio::time::sleep(Duration::from_secs(120)).await;
    let looked = house.sandbox.calls().of("GetCallerIdentity");
    assert!((3..=10).contains(&looked), "{looked} times in two minutes");
    sync.cancel();
}
